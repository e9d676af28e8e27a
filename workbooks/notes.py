"""The sheet 说明: how to fill the workbook in, what its colours mean, and what was assumed where the source is silent."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment

from scorecard.definitions import ABILITY_SHEET, GOAL_SHEET, Definition
from scorecard.scoring.curve import Rating

from .columns import is_rated
from .looks import CALC, HEAD, INPUT, boxed, font, heading, note, page, put, solid

NOTES = "说明"

_WIDTHS = (30, 96)
# So many Chinese characters fit in a line of either column.
_FIT = (13, 44)


def add_notes(book: Any, definition: Definition) -> None:
    """Add the sheet."""
    sheet = book.create_sheet(NOTES)
    heading(sheet, f"{definition.title}：{NOTES}", 2, 14)
    row = _table(sheet, 2, "填写", _steps(definition))
    for label, fill, text in (
        ("黄底", INPUT, "由人填写"),
        ("灰底", CALC, "自动计算，已锁定"),
    ):
        boxed(sheet, row, 1, label).fill = solid(fill)
        boxed(sheet, row, 2, text, horizontal="left")
        row += 1
    note(sheet, row, "各表都已保护，没有密码：要改权重、目标或规则，先撤销工作表保护。", 2)
    row = _table(sheet, row + 1, "评级", _ratings(definition))
    lines = [("全表", text) for text in definition.assumptions]
    for kpis, sheet_name in (
        (definition.kpis, ""),
        (definition.goals, GOAL_SHEET),
        (definition.abilities, ABILITY_SHEET),
    ):
        where = f"{sheet_name}：" if sheet_name else ""
        lines += [(f"{where}{kpi.name or f'第 {kpi.number} 行'}", kpi.assumption) for kpi in kpis if kpi.assumption]
    put(
        sheet,
        row,
        1,
        "编制本表时所作的假定（与本单位制度不符的，请修改）",
        font(11, bold=True),
        Alignment(vertical="center"),
    )
    sheet.row_dimensions[row].height = 26
    _table(sheet, row + 1, "", [("适用范围", "假定"), *lines], head=True)
    for col, width in zip("AB", _WIDTHS, strict=True):
        sheet.column_dimensions[col].width = width
    page(sheet, landscape=False)


def assumptions_of(sheet: Any) -> list[tuple[str, str]]:
    """Scope and text of every assumption on the sheet.

    Args:
        sheet: The sheet, as openpyxl reads it.
    """
    start = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "适用范围")
    return [(sheet.cell(r, 1).value, sheet.cell(r, 2).value) for r in range(start + 1, sheet.max_row + 1)]


def _steps(definition: Definition) -> list[tuple[str, str]]:
    has_open_targets = any(kpi.targets and not any(kpi.targets.values()) for kpi in definition.kpis)
    steps = []
    if definition.periods:
        steps.append(
            (
                "选周期",
                "在《考核表》右上方的“考核周期”中选择，目标和界线随之变化；没有目标的指标不考核，权重分摊到其余指标。",
            )
        )
    if has_open_targets:
        steps.append(("填目标", "“目标值”一栏由上级在期初填写；没有目标的指标不考核。"))
    steps.append(("填实际", "在黄底单元格中填写数字或选择评级；本期不考核的填“不适用”。带 % 的格子填 96.5 即 96.5%。"))
    if any(kpi.manual and kpi.name for kpi in definition.kpis):
        steps.append(("评分", "没有评分标准的指标，由评价人在“得分”栏填 0–100 分。"))
    steps.append(
        ("看结果", "得分、总分、等级和绩效系数自动算出；还有空白时显示“未完成”。《评分规则》写明每一步怎样计算。")
    )
    return steps


def _ratings(definition: Definition) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for name, kpis in (
        ("考核表", definition.kpis), (ABILITY_SHEET, definition.abilities), (GOAL_SHEET, definition.goals),
    ):  # fmt: skip
        rules = [kpi.rule for kpi in kpis if is_rated(kpi)]
        for rule in dict.fromkeys(r for r in rules if isinstance(r, Rating)):
            found[name] = "、".join(f"{label} {score:g}" for label, score in rule.labels)
    return [(name, f"{text} 分") for name, text in found.items()]


def _table(sheet: Any, row: int, title: str, lines: list[tuple[str, str]], *, head: bool = False) -> int:
    """Rows of two columns under a title; returns the row below."""
    if title and lines:
        put(sheet, row, 1, title, font(11, bold=True), Alignment(vertical="center"))
        sheet.row_dimensions[row].height = 26
        row += 1
    for i, pair in enumerate(lines):
        for col, text in enumerate(pair, start=1):
            is_head = head and i == 0
            boxed(sheet, row, col, text, bold=is_head, fill=HEAD if is_head else "",
                  horizontal="center" if is_head else "left")  # fmt: skip
        high = max(-(-len(text) // fit) for text, fit in zip(pair, _FIT, strict=True))
        sheet.row_dimensions[row].height = 9 + 15 * high
        row += 1
    return row
