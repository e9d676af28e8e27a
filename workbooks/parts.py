"""The sheets 能力态度 and 目标: the systems beside the form, each with items, scores and a total of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from openpyxl.chart import RadarChart, Reference
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter

from scorecard.definitions import ABILITY_SHEET, GOAL_SHEET, Definition, KpiDefinition
from scorecard.scoring.curve import Rating

from .columns import is_rated, number
from .looks import CALC, HEAD, INPUT, LINE, boxed, font, heading, merged, page, put, solid, unlocked
from .validations import add_choice, mark_unreadable

#: The half-year a sheet of abilities is about.
HALVES = ("上半年", "下半年")
_FORM = "考核表"
_TOP = 4  # the header of either table
_FREE_ROWS = 6

_ABILITY = (
    ("类别", 11),
    ("分组权重", 10),
    ("考核要素", 40),
    ("权重", 10),
    ("绩效表现\n（评级）", 14),
    ("得分", 10),
    ("备注", 26),
)
_GOAL = (
    ("类别", 13),
    ("考核指标\n（岗位目标）", 44),
    ("衡量标准", 30),
    ("实际完成\n（数字或达成程度）", 18),
    ("权重", 10),
    ("得分", 10),
    ("备注", 22),
)


def add_parts(book: Any, definition: Definition, actuals: bool = False) -> None:
    """Add the sheets that the definition has items for.

    Args:
        book: The workbook.
        definition: What is assessed.
        actuals: Fill in the example actuals.
    """
    if definition.abilities:
        _add_abilities(book, definition, actuals)
    if definition.goals:
        _add_goals(book, definition, actuals)


def _add_abilities(book: Any, definition: Definition, actuals: bool) -> None:
    sheet = book.create_sheet(ABILITY_SHEET)
    heading(sheet, f"{definition.position}半年能力和态度考核表", len(_ABILITY))
    _identity(sheet, len(_ABILITY), HALVES[0])
    add_choice(
        sheet, [f"{get_column_letter(len(_ABILITY))}2"], f'"{",".join(HALVES)}"', "考核期间", "选择上半年或下半年。"
    )
    first = _head(sheet, _ABILITY)
    shares = dict(definition.ability_sections)
    row = first
    for section, members in groupby(definition.abilities, key=lambda kpi: kpi.section):
        items = list(members)
        last = row + len(items) - 1
        value, shown = number(shares.get(section, ""), "")
        for each, kpi in enumerate(items, start=row):
            boxed(sheet, each, 1, section if each == row else None, fill=CALC)
            boxed(sheet, each, 2, value if each == row else None, fill=CALC, number_format=shown)
            boxed(sheet, each, 3, kpi.name, horizontal="left")
            weight = (
                f"=ROUND($B${row}/COUNTA($C${row}:$C${last}),12)"
                if section in shares
                else f"=ROUND(1/{len(definition.abilities)},12)"
            )
            boxed(sheet, each, 4, weight, number_format="0.0%")
            boxed(sheet, each, 5, kpi.actual if actuals else None, fill=INPUT)
            boxed(sheet, each, 6, None, fill=CALC, number_format="0.0")
            boxed(sheet, each, 7, None, fill=INPUT, horizontal="left")
            sheet.row_dimensions[each].height = 22
        for col in (1, 2):
            merged(sheet, row, col, last, col)
        row = last + 1
    _choices(sheet, definition.abilities, first, "E")
    _close(sheet, row, _ABILITY)
    count = sum(kpi.section != definition.abilities[-1].section for kpi in definition.abilities)
    _radar(sheet, first, count or len(definition.abilities), row + _FREE_ROWS + 1)
    page(sheet, landscape=False)
    sheet.print_area = f"A1:{get_column_letter(len(_ABILITY))}{row + _FREE_ROWS + 20}"


def _add_goals(book: Any, definition: Definition, actuals: bool) -> None:
    sheet = book.create_sheet(GOAL_SHEET)
    heading(sheet, f"{definition.position}岗位目标考核表", len(_GOAL))
    _identity(sheet, len(_GOAL), "年度")
    first = _head(sheet, _GOAL)
    row, count = first, len(definition.goals)
    for section, members in groupby(definition.goals, key=lambda kpi: kpi.section):
        top = row
        for kpi in members:
            target, shown = number((kpi.targets or {}).get("", ""), kpi.unit)
            boxed(sheet, row, 1, section if row == top else None, fill=CALC)
            boxed(sheet, row, 2, kpi.name, horizontal="left")
            boxed(sheet, row, 3, kpi.standard, horizontal="left")
            shown = "0.0%" if shown == "0%" else shown
            boxed(
                sheet,
                row,
                4,
                kpi.actual if actuals else None,
                fill=INPUT,
                number_format=shown if target is not None else "General",
            )
            boxed(sheet, row, 5, f"=ROUND(1/COUNTA($B${first}:$B${first + count - 1}),12)", number_format="0.0%")
            boxed(sheet, row, 6, None, fill=CALC, number_format="0.0")
            boxed(sheet, row, 7, None, fill=INPUT, horizontal="left")
            sheet.row_dimensions[row].height = 30
            row += 1
        merged(sheet, top, 1, row - 1, 1)
    _choices(sheet, definition.goals, first, "D")
    measured = [f"D{first + i}" for i, kpi in enumerate(definition.goals) if not is_rated(kpi)]
    if measured:
        mark_unreadable(sheet, measured)
    _close(sheet, row, _GOAL)
    page(sheet, landscape=True)
    sheet.print_area = f"A1:{get_column_letter(len(_GOAL))}{row + _FREE_ROWS}"


# --- what both have --------------------------------------------------------------------------------------------------


def _identity(sheet: Any, last_col: int, period: str) -> None:
    """Person and department as the form says, and the period of this sheet."""
    right, left = (Alignment(horizontal=side, vertical="center") for side in ("right", "left"))
    for col, text in ((1, "被考核人："), (last_col - 1, "考核期间：")):
        put(sheet, 2, col, text, font(10.5), right)
    put(sheet, 2, 2, f'=IF({_FORM}!B2="","",{_FORM}!B2)', font(10.5), left)
    cell = put(sheet, 2, last_col, period, font(10.5, bold=True), Alignment(horizontal="center", vertical="center"))
    if period in HALVES:
        cell.fill = solid(INPUT)
        unlocked(cell)
    for col in (2, 3):
        sheet.cell(2, col).border = Border(bottom=Side("thin", color=LINE))
    sheet.row_dimensions[2].height = 24
    sheet.row_dimensions[3].height = 24


def _head(sheet: Any, columns: Sequence[tuple[str, float]]) -> int:
    for col, (text, width) in enumerate(columns, start=1):
        boxed(sheet, _TOP, col, text, fill=HEAD, bold=True)
        sheet.column_dimensions[get_column_letter(col)].width = width
    sheet.row_dimensions[_TOP].height = 36
    sheet.freeze_panes = sheet.cell(_TOP + 1, 1)
    return _TOP + 1


def _choices(sheet: Any, kpis: Sequence[KpiDefinition], first: int, col: str) -> None:
    """Drop-downs of the words that a rating knows."""
    cells: dict[str, list[str]] = {}
    for row, kpi in enumerate(kpis, start=first):
        if is_rated(kpi) and isinstance(kpi.rule, Rating):
            words = ",".join([*(label for label, _ in kpi.rule.labels), "不适用"])
            cells.setdefault(words, []).append(f"{col}{row}")
    for words, listed in cells.items():
        add_choice(sheet, listed, f'"{words}"', "评级", "请从下拉框中选择；本期不考核选“不适用”。")


def _close(sheet: Any, row: int, columns: Sequence[tuple[str, float]]) -> None:
    """Free rows for the total, and the signatures."""
    for free in range(row, row + _FREE_ROWS):
        sheet.row_dimensions[free].height = 22
    last = row + _FREE_ROWS
    for col, text in ((1, "被考核人签字："), (len(columns) // 2 + 1, "直接上级签字："), (len(columns), "日期：")):
        put(sheet, last, col, text, font(10.5), Alignment(horizontal="left", vertical="center"))
    sheet.row_dimensions[last].height = 28


def _radar(sheet: Any, first: int, count: int, row: int) -> None:
    """How the abilities lie to one another: the scores of the first `count` items."""
    chart = RadarChart()
    chart.type, chart.style, chart.title = "filled", 26, "能力雷达图"
    chart.add_data(Reference(sheet, min_col=6, min_row=first, max_row=first + count - 1))
    chart.set_categories(Reference(sheet, min_col=3, min_row=first, max_row=first + count - 1))
    chart.legend = None
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, 100, 20
    chart.y_axis.delete = False
    chart.x_axis.delete = False
    [series] = chart.series
    series.graphicalProperties.solidFill = "9DC3E6"
    series.graphicalProperties.line.solidFill = "2F5597"
    chart.width, chart.height = 20, 10
    sheet.add_chart(chart, f"A{row + 1}")
