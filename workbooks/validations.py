"""What may be typed into a form: drop-downs of ratings and 不适用, and Chinese sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from scorecard.definitions import KpiDefinition
from scorecard.scoring.curve import Rating

from .columns import Column, is_filled_in, is_rated
from .looks import font, solid

_SKIPPED = "不适用"


def add_validations(sheet: Any, kpis: Sequence[KpiDefinition], columns: Sequence[Column], first: int) -> None:
    """Add them to the table of a form whose items begin in row `first`."""
    at = {column.role: get_column_letter(col) for col, column in enumerate(columns, start=1)}
    rated: dict[str, list[str]] = {}
    numbers: list[str] = []
    for row, kpi in enumerate(kpis, start=first):
        if kpi.veto:
            _add(
                sheet,
                [f"{at['score']}{row}"],
                '"是,否"',
                "一票否决",
                "发生此情形选“是”，总分为 0；没有则留空或选“否”。",
                strict=True,
            )
        elif is_rated(kpi) and isinstance(kpi.rule, Rating):
            words = ",".join([*(label for label, _ in kpi.rule.labels), _SKIPPED])
            rated.setdefault(words, []).append(f"{at['actual']}{row}")
        elif not kpi.manual and kpi.name:
            numbers.append(f"{at['actual']}{row}")
            if is_filled_in(kpi, "target"):
                text = "填本期目标；留空表示本期不考核这一项。"
                _add(sheet, [f"{at['target']}{row}"], f'"{_SKIPPED}"', "目标值", text, strict=False)
    for words, cells in rated.items():
        _add(sheet, cells, f'"{words}"', "评级", f"请从下拉框中选择；本期不考核选“{_SKIPPED}”。", strict=True)
    if numbers:
        text = f"填数字；百分比直接填 96.5 即 96.5%。本期不考核选“{_SKIPPED}”，不要填 0。"
        _add(sheet, numbers, f'"{_SKIPPED}"', "实际完成", text, strict=False)
        mark_unreadable(sheet, numbers)


def mark_unreadable(sheet: Any, cells: Sequence[str]) -> None:
    """Colour texts in cells of numbers: a drop-down that also takes numbers cannot refuse them."""
    rule = FormulaRule(
        formula=[f'AND(ISTEXT({cells[0]}),{cells[0]}<>"{_SKIPPED}",RIGHT({cells[0]})<>"%")'],
        fill=solid("F8D7DA"), font=font(10.5, color="B00020"),
    )  # fmt: skip
    sheet.conditional_formatting.add(" ".join(cells), rule)


def add_choice(sheet: Any, cells: Sequence[str], source: str, title: str, text: str) -> None:
    """A drop-down that takes nothing but its words."""
    _add(sheet, cells, source, title, text, strict=True)


def _add(sheet: Any, cells: Sequence[str], source: str, title: str, text: str, *, strict: bool) -> None:
    choice = DataValidation("list", formula1=source, allow_blank=True, showInputMessage=True, showErrorMessage=strict)
    choice.promptTitle, choice.prompt = title, text
    choice.errorTitle, choice.error = title, text
    for cell in cells:
        choice.add(cell)
    sheet.add_data_validation(choice)
