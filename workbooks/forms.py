"""Department forms as people have them before any scoring: title, identity, table, signatures.

Two shapes, after `Definition.form`: "bands" (targets per period, band columns) and "list" (a plain weighted list). The
only formulas are those of weights that follow from others. The same definition gives the same bytes on any day.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter

from scorecard.definitions import FORM_SHEET, Definition, KpiDefinition
from scorecard.scoring.values import read

from .columns import Column, content, form_columns, is_filled_in, number
from .looks import (
    CALC,
    FIXED_DATE,
    HEAD,
    INPUT,
    LINE,
    boxed,
    font,
    heading,
    merged,
    page,
    put,
    saved,
    solid,
    unlocked,
    use_typeface,
)
from .notes import NOTES, add_notes
from .parts import add_parts
from .trend import add_trend
from .validations import add_validations
from .year import add_year

__all__ = ["NOTES", "SHEET", "plain_form"]

SHEET = FORM_SHEET

# Rows left free under the table: embedding adds the total there.
_FREE_ROWS = 6
_PERIOD_TO_FILL = "＿＿＿＿年＿＿＿＿"
_SIGNATURE_WIDTH = 20
_SIGNATURES = ("被考核人签字：", "直接上级签字：", "人力资源部：", "日期：")
# From this many columns on the whole identity fits in one row.
_WIDE = 12


def plain_form(
    definition: Definition,
    *,
    actuals: bool = False,
    person: str = "",
    period: str = "",
    department: str = "",
    as_printed: bool = False,
    scored: bool = False,
    notes: bool = False,
) -> bytes:
    """The form of a definition as an .xlsx, without scoring.

    Args:
        definition: What the form assesses.
        actuals: Fill in the example actuals of the definition; a list has no column for them.
        person: 被考核人; a line to write on if omitted.
        period: 考核期间, such as "2025年第一季度"; likewise.
        department: 部门, if another than the definition's.
        as_printed: Keep targets as the source prints them wherever a spreadsheet takes them for text (`0．92%`,
            `3次/台`); otherwise they are numbers with a format.
        scored: For a form that is to be scored: a list gets the columns 实际完成情况 and 得分, which a form of bands has
            anyway, and loses numbered rows that are empty in the source; cells that are filled in say how; and the
            other sheets are there, as far as the definition has them: 能力态度, 目标, 趋势, 年度. Their formulas come
            with the scoring (`build`).
        notes: Add a sheet that says what was assumed.

    Returns:
        The workbook; cells without a value in the definition stay empty.

    Example:
        ::

            Path("考核表.xlsx").write_bytes(plain_form(load("001"), person="张三"))
    """
    book = Workbook()
    use_typeface(book)
    sheet = book.active
    sheet.title = SHEET
    columns = form_columns(definition, scored)
    top = _heading(sheet, definition, columns, person, period, department)
    first = _table_head(sheet, columns, top)
    kpis = [kpi for kpi in definition.kpis if kpi.name or not scored]
    for i, kpi in enumerate(kpis):
        _item(sheet, first + i, kpi, columns, actuals, as_printed)
    _weights(sheet, first, kpis, columns, definition, scored)
    _below(sheet, first + len(kpis), columns)
    _page(sheet, columns, first, len(kpis))
    if scored:
        add_validations(sheet, kpis, columns, first)
        add_parts(book, definition, actuals)
        add_trend(book, definition, period)
        add_year(book, definition)
    if notes:
        add_notes(book, definition)
    properties = book.properties
    properties.creator, properties.title, properties.created = "scorecard", definition.title, FIXED_DATE
    properties.subject = "绩效考核表"
    properties.keywords = "；".join(
        filter(None, ("绩效考核", definition.position, department or definition.department))
    )
    properties.category = definition.id
    properties.language = "zh-CN"
    return saved(book)


# --- above the table -------------------------------------------------------------------------------------------------


def _heading(
    sheet: Any, definition: Definition, columns: Sequence[Column], person: str, period: str, department: str
) -> int:
    """Title and identity: labels, and lines to write on. Returns the first row of the table."""
    heading(sheet, definition.title, len(columns))
    fields = [
        ("被考核人：", person),
        ("部门：", department or definition.department),
        ("岗位：", definition.position),
        # Never empty: an empty cell beside this label is where embedding would put its period selector.
        ("考核期间：", period or _PERIOD_TO_FILL),
    ]
    # Per line: the column of each label, and the last column of its value.
    if len(columns) >= _WIDE:
        lines, places = [fields], [(1, 3), (4, 6), (7, 9), (10, len(columns))]
    else:
        right = len(columns) - 2
        lines, places = [fields[:2], fields[2:]], [(1, 3 if definition.form == "bands" else 2), (right, right + 2)]
    for row, line in enumerate(lines, start=2):
        for (label, value), (start, end) in zip(line, places, strict=True):
            put(sheet, row, start, label, font(10.5), Alignment(horizontal="right", vertical="center"))
            cell = put(sheet, row, start + 1, value, font(10.5), Alignment(horizontal="center", vertical="center"))
            if label in ("被考核人：", "考核期间："):
                unlocked(cell)
            # The blanks for the period are drawn as lines themselves.
            for col in range(start + 1, end + 1 if value != _PERIOD_TO_FILL else 0):
                sheet.cell(row, col).border = Border(bottom=Side("thin", color=LINE))
            if end > start + 1:
                sheet.merge_cells(start_row=row, end_row=row, start_column=start + 1, end_column=end)
        sheet.row_dimensions[row].height = 24
    free = 2 + len(lines)
    sheet.row_dimensions[free].height = 24
    return free + 1


# --- the table -------------------------------------------------------------------------------------------------------


def _table_head(sheet: Any, columns: Sequence[Column], top: int) -> int:
    """The header, on two rows if some columns share a heading. Returns the first row of items."""
    groups = any(column.group for column in columns)
    bottom = top + 1 if groups else top
    for col, column in enumerate(columns, start=1):
        for row in range(top, bottom + 1):
            boxed(sheet, row, col, None, fill=HEAD, bold=True)
        sheet.cell(bottom if column.group else top, col).value = column.header
        if groups and not column.group:
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=col, end_column=col)
    for group in dict.fromkeys(column.group for column in columns if column.group):
        places = [col for col, column in enumerate(columns, start=1) if column.group == group]
        sheet.cell(top, places[0]).value = group
        sheet.merge_cells(start_row=top, end_row=top, start_column=places[0], end_column=places[-1])
    for row in range(top, bottom + 1):
        # A header of two lines needs two lines, on one row or on two.
        sheet.row_dimensions[row].height = 21 if groups else 38
    return bottom + 1


def _item(sheet: Any, row: int, kpi: KpiDefinition, columns: Sequence[Column], actuals: bool, as_printed: bool) -> None:
    for col, column in enumerate(columns, start=1):
        value, shown = content(kpi, column, actuals, as_printed)
        fill = ""
        if is_filled_in(kpi, column.role):
            fill = INPUT
        elif column.role == "score" and kpi.name:
            fill = CALC
        cell = boxed(sheet, row, col, value, fill=fill, horizontal=column.horizontal, number_format=shown)
        if kpi.veto and column.role == "actual":
            cell.font = font(9, color="B00020")
    # So many lines as the longest text needs; a Chinese character is two wide.
    lines = max(-(-2 * len(str(sheet.cell(row, col).value or "")) // int(column.width - 3))
                for col, column in enumerate(columns, start=1) if column.horizontal == "left")  # fmt: skip
    least = 26 if kpi.targets or kpi.section or kpi.veto else 32
    sheet.row_dimensions[row].height = max(least, 15 * lines + 4)


def _weights(
    sheet: Any,
    first: int,
    kpis: Sequence[KpiDefinition],
    columns: Sequence[Column],
    definition: Definition,
    live: bool,
) -> None:
    """Weights that follow from others: a section's share among its items, or the order of importance."""
    at = {column.role: col for col, column in enumerate(columns, start=1)}

    def put_weight(row: int, formula: str, value: float) -> None:
        cell = sheet.cell(row, at["weight"])
        # Twelve decimals: more would differ between programs where a number is taken for text.
        cell.value, cell.number_format = f"=ROUND({formula},12)" if live else round(value, 12), "0.0%"

    if "section" in at:
        shares = dict(definition.sections)
        share_col, names = (get_column_letter(at[role]) for role in ("share", "name"))
        row = first
        for section, members in groupby(kpis, key=lambda kpi: kpi.section):
            last = row + len(list(members)) - 1
            sheet.cell(row, at["section"]).value = section or None
            for col in (at["section"], at["share"]):
                sheet.cell(row, col).fill = solid(CALC)
            if section in shares:
                value, shown = number(shares[section], "")
                cell = sheet.cell(row, at["share"])
                cell.value, cell.number_format = value, shown
                share = read(shares[section]).number or 0.0
                for each in range(row, last + 1):
                    formula = f"${share_col}${row}/COUNTA(${names}${row}:${names}${last})"
                    put_weight(each, formula, share / (last - row + 1))
            for col in (at["section"], at["share"]):
                merged(sheet, row, col, last, col)
            row = last + 1
    elif "rank" in at:
        rank, count = get_column_letter(at["rank"]), len(kpis)
        every = f"${rank}${first}:${rank}${first + count - 1}"
        for row, kpi in enumerate(kpis, start=first):
            value = (count + 1 - (kpi.rank or count)) / (count * (count + 1) / 2)
            put_weight(row, f"(COUNT({every})+1-{rank}{row})/SUM({every})", value)
    elif live and len(kpis) == 1 and kpis[0].weight is None:
        # Nothing else is in a form of one item, and only so is it known to be whole.
        cell = sheet.cell(first, at["weight"])
        cell.value, cell.number_format = 1, "0%"


# --- below, and the page ---------------------------------------------------------------------------------------------


def _below(sheet: Any, first: int, columns: Sequence[Column]) -> None:
    """The rows left free under the table, and the line of signatures."""
    row = first + _FREE_ROWS
    for free in range(first, row):
        sheet.row_dimensions[free].height = 22
    places = _spread(columns)
    # Where there is room for three only, the personnel department signs elsewhere.
    texts = _SIGNATURES if len(places) == len(_SIGNATURES) else (*_SIGNATURES[: len(places) - 1], _SIGNATURES[-1])
    for col, text in zip(places, texts, strict=True):
        put(sheet, row, col, text, font(10.5), Alignment(horizontal="left", vertical="center"))
    sheet.row_dimensions[row].height = 28


def _spread(columns: Sequence[Column]) -> list[int]:
    """The columns at which signatures begin: about evenly over the width, and far enough apart to sign."""
    edges = [0.0]
    for column in columns[:-1]:
        edges.append(edges[-1] + column.width)
    step = (edges[-1] + columns[-1].width) / len(_SIGNATURES)
    places = [0]
    for i in range(1, len(_SIGNATURES)):
        free = [col for col in range(len(columns)) if edges[col] >= edges[places[-1]] + _SIGNATURE_WIDTH]
        if not free:
            break
        places.append(min(free, key=lambda col: abs(edges[col] - i * step)))
    return [place + 1 for place in places]


def _page(sheet: Any, columns: Sequence[Column], first: int, count: int) -> None:
    for col, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(col)].width = column.width
    names = next(col for col, column in enumerate(columns, start=1) if column.role == "name")
    sheet.freeze_panes = sheet.cell(first, names + 1 if columns[0].role != "number" else 1)
    page(sheet, landscape=True)
    last = get_column_letter(len(columns))
    sheet.print_area = f"A1:{last}{first + count + _FREE_ROWS}"
