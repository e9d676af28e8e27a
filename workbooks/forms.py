"""Department forms as people have them before any scoring: title, identity, table, signatures. No formula anywhere.

Two shapes, after `Definition.form`: "bands" (targets per period, band columns) and "list" (a plain weighted list).
The same definition gives the same bytes on any day.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList

from scorecard.definitions import Definition, KpiDefinition
from scorecard.scoring.curve import BAND_LABELS, BAND_SCALE
from scorecard.scoring.values import Reading, read, snap

SHEET, NOTES = "考核表", "编制说明"

# The default typeface of Chinese Excel; other programs replace it by a Chinese one of their own.
_TYPEFACE = "等线"
_HEAD, _INPUT, _LINE, _GREY = "DDE6F0", "FFF9E0", "BFBFBF", "595959"
# Rows left free under the table: people add remarks there, embedding the total.
_FREE_ROWS = 6
_PERIOD_TO_FILL = "＿＿＿＿年＿＿＿＿"
_FIXED_DATE = datetime(2025, 1, 1)
_SIGNATURE_WIDTH = 20
_SIGNATURES = ("被考核人签字：", "直接上级签字：", "人力资源部：", "日期：")
# From this many columns on the whole identity fits in one row.
_WIDE = 12


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table.

    Attributes:
        role: What its cells hold; "target" with the period in `key`.
        header: Its header.
        width: In characters.
        horizontal: How its cells are aligned.
        group: The heading above it and its neighbours.
        key: Period of a target.
    """

    role: str
    header: str
    width: float
    horizontal: str = "center"
    group: str = ""
    key: str = ""


def plain_form(
    definition: Definition,
    *,
    actuals: bool = False,
    person: str = "",
    period: str = "",
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
        as_printed: Keep targets as the source prints them wherever a spreadsheet takes them for text (`0．92%`,
            `3次/台`); otherwise they are numbers with a format.
        scored: For a list that is to be scored: with the columns 实际完成情况 and 得分, which a form of bands has anyway,
            and without numbered rows that are empty in the source.
        notes: Add a sheet that says what was assumed.

    Returns:
        The workbook; cells without a value in the definition stay empty.

    Example:
        ::

            Path("考核表.xlsx").write_bytes(plain_form(load("001"), person="张三"))
    """
    book = Workbook()
    _use_typeface(book)
    sheet = book.active
    sheet.title = SHEET
    columns = _band_columns(definition) if definition.form == "bands" else _list_columns(definition, scored)
    top = _heading(sheet, definition, columns, person, period)
    first = _table_head(sheet, columns, top)
    kpis = [kpi for kpi in definition.kpis if kpi.name or not scored]
    for i, kpi in enumerate(kpis):
        _item(sheet, first + i, kpi, columns, actuals, as_printed)
    _below(sheet, first + len(kpis), columns)
    _page(sheet, columns, first)
    if notes:
        _notes(book, definition)
    book.properties.creator = "scorecard"
    book.properties.title = definition.title
    book.properties.created = _FIXED_DATE
    buffer = io.BytesIO()
    book.save(buffer)
    return _dated(buffer.getvalue())


# --- columns ---------------------------------------------------------------------------------------------------------


def _band_columns(definition: Definition) -> list[_Column]:
    columns = [_Column("name", "关键业绩指标", 26, "left")]
    if definition.periods:
        columns += [_Column("target", p, 9.5, group="要求目标", key=p) for p in definition.periods]
    else:
        columns.append(_Column("target", "目标值", 11))
    columns.append(_Column("actual", "绩效\n（实际完成）", 13))
    bands = list(zip(BAND_LABELS, BAND_SCALE, BAND_SCALE[1:], strict=False))
    columns += [_Column("band", f"{label}\n（{high:g}-{low:g}分）", 12) for label, low, high in reversed(bands)]
    return [*columns, _Column("weight", "权重", 11), _Column("score", "得分", 11)]


def _list_columns(definition: Definition, scored: bool) -> list[_Column]:
    columns = [
        _Column("number", "指标编号", 11),
        _Column("name", "关键业绩指标", 40, "left"),
        _Column("weight", "权重", 11),
        _Column("standard", "评分标准", 22, "left"),
        _Column("method", "考核方法", 24, "left"),
    ]
    if any(kpi.evaluator for kpi in definition.kpis):
        columns.append(_Column("evaluator", "评价人", 25, "left"))
    if scored:
        columns += [_Column("actual", "实际完成情况", 22, "left"), _Column("score", "得分", 10)]
    return columns


# --- above the table -------------------------------------------------------------------------------------------------


def _heading(sheet: Any, definition: Definition, columns: Sequence[_Column], person: str, period: str) -> int:
    """Title and identity: labels, and lines to write on. Returns the first row of the table."""
    _put(sheet, 1, 1, definition.title, _font(16, bold=True), Alignment(horizontal="center", vertical="center"))
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(columns))
    sheet.row_dimensions[1].height = 36
    fields = [
        ("被考核人：", person),
        ("部门：", definition.department),
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
            _put(sheet, row, start, label, _font(10.5), Alignment(horizontal="right", vertical="center"))
            _put(sheet, row, start + 1, value, _font(10.5), Alignment(horizontal="center", vertical="center"))
            # The blanks for the period are drawn as lines themselves.
            for col in range(start + 1, end + 1 if value != _PERIOD_TO_FILL else 0):
                sheet.cell(row, col).border = Border(bottom=Side("thin", color=_LINE))
            if end > start + 1:
                sheet.merge_cells(start_row=row, end_row=row, start_column=start + 1, end_column=end)
        sheet.row_dimensions[row].height = 24
    free = 2 + len(lines)
    sheet.row_dimensions[free].height = 24
    return free + 1


# --- the table -------------------------------------------------------------------------------------------------------


def _table_head(sheet: Any, columns: Sequence[_Column], top: int) -> int:
    """The header, on two rows if some columns share a heading. Returns the first row of items."""
    groups = any(column.group for column in columns)
    bottom = top + 1 if groups else top
    look = {
        "font": _font(10.5, bold=True),
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    }
    for col, column in enumerate(columns, start=1):
        for row in range(top, bottom + 1):
            cell = _put(sheet, row, col, None, **look)
            cell.border, cell.fill = _box(), PatternFill("solid", fgColor=_HEAD)
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


def _item(
    sheet: Any, row: int, kpi: KpiDefinition, columns: Sequence[_Column], actuals: bool, as_printed: bool
) -> None:
    for col, column in enumerate(columns, start=1):
        value, shown = _content(kpi, column, actuals, as_printed)
        alignment = Alignment(
            horizontal=column.horizontal, vertical="center", wrap_text=True, indent=int(column.horizontal == "left")
        )
        cell = _put(sheet, row, col, value, _font(10.5), alignment)
        cell.border, cell.number_format = _box(), shown
        if kpi.name and (column.role == "actual" or (column.role == "score" and kpi.manual)):
            cell.fill = PatternFill("solid", fgColor=_INPUT)
    sheet.row_dimensions[row].height = 26 if kpi.targets else 32


def _content(kpi: KpiDefinition, column: _Column, actuals: bool, as_printed: bool) -> tuple[float | str | None, str]:
    """What one cell of an item holds, and its number format."""
    targets = kpi.targets or {}
    if column.role == "target":
        printed = targets.get(column.key, "")
        if as_printed and isinstance(printed, str) and not _is_typed_number(printed):
            return printed or None, "General"
        return _number(printed, kpi.unit)
    if column.role == "actual":
        # Shown with one decimal more than the targets need: 96.5% under a target of 95%.
        formats = [_number(target, kpi.unit)[1] for target in targets.values() if read(target).number is not None]
        value, own = _number(kpi.actual if actuals and kpi.actual is not None else "", kpi.unit)
        return value, max((_finer(f) for f in formats), key=len, default=own)
    if column.role == "weight":
        return (None, "General") if kpi.weight is None else _number(kpi.weight, "")
    if column.role == "number":
        return (int(kpi.number) if kpi.number.isdecimal() else kpi.number or None), "General"
    text = {"name": kpi.name, "standard": kpi.standard, "method": kpi.method, "evaluator": kpi.evaluator}
    return text.get(column.role) or None, "0.0" if column.role == "score" else "General"


def _number(printed: float | str, unit: str) -> tuple[float | str | None, str]:
    """A printed value as the number it says and the format that shows it again; text that says none stays."""
    reading: Reading = read(printed)
    if reading.number is None:
        return (str(printed) or None) if isinstance(printed, str) else printed, "General"
    if reading.percent:
        decimals = next((d for d in range(6) if snap(reading.number * 10 ** (d + 2)) % 1 == 0), 6)
        return reading.number, "0" + ("." + "0" * decimals if decimals else "") + "%"
    value = int(reading.number) if reading.number % 1 == 0 else reading.number
    unit = (reading.unit or unit).replace('"', "")
    return value, f'General"{unit}"' if unit else "General"


def _finer(shown: str) -> str:
    """The format of actuals beside targets: whole percentages get one decimal."""
    return "0.0%" if shown == "0%" else shown


def _is_typed_number(printed: str) -> bool:
    """Whether a spreadsheet makes a number of it when typed: 95%, 0, but neither 0．92% nor 3次/台."""
    return re.fullmatch(r"[\d.]+%?", printed, re.ASCII) is not None


# --- below, and the page ---------------------------------------------------------------------------------------------


def _below(sheet: Any, first: int, columns: Sequence[_Column]) -> None:
    """The rows left free under the table, and the line of signatures."""
    row = first + _FREE_ROWS
    for free in range(first, row):
        sheet.row_dimensions[free].height = 22
    places = _spread(columns)
    # Where there is room for three only, the personnel department signs elsewhere.
    texts = _SIGNATURES if len(places) == len(_SIGNATURES) else (*_SIGNATURES[: len(places) - 1], _SIGNATURES[-1])
    for col, text in zip(places, texts, strict=True):
        _put(sheet, row, col, text, _font(10.5), Alignment(horizontal="left", vertical="center"))
    sheet.row_dimensions[row].height = 28


def _spread(columns: Sequence[_Column]) -> list[int]:
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


def _page(sheet: Any, columns: Sequence[_Column], first: int) -> None:
    for col, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(col)].width = column.width
    sheet.freeze_panes = sheet.cell(first, 2 if columns[0].role == "name" else 1)
    sheet.sheet_view.showGridLines = False
    _print_setup(sheet, landscape=True)


def _print_setup(sheet: Any, *, landscape: bool) -> None:
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1 if landscape else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top = margins.bottom = 0.6


def _notes(book: Any, definition: Definition) -> None:
    """What was decided where the source leaves it open: about the whole table, then item by item."""
    sheet = book.create_sheet(NOTES)
    _put(sheet, 1, 1, f"{definition.title}：{NOTES}", _font(14, bold=True), Alignment(vertical="center"))
    intro = "下面是编制本表时所作的假定。与本单位制度不符的，请直接修改《评分规则》表。"
    _put(sheet, 2, 1, intro, _font(9, color=_GREY), Alignment(vertical="center"))
    lines = [("全表", text) for text in definition.assumptions]
    lines += [(kpi.name or f"第 {kpi.number} 行", kpi.assumption) for kpi in definition.kpis if kpi.assumption]
    head = (("适用范围", "假定"),)
    for row, (scope, text) in enumerate((*head, *lines), start=4):
        for col, value in enumerate((scope, text), start=1):
            is_head = row == 4
            alignment = Alignment(
                horizontal="center" if is_head else "left", vertical="center", wrap_text=True, indent=int(not is_head)
            )
            cell = _put(sheet, row, col, value, _font(10.5, bold=is_head), alignment)
            cell.border = _box()
            if is_head:
                cell.fill = PatternFill("solid", fgColor=_HEAD)
        # So many Chinese characters fit in a line.
        lines_high = max(-(-len(text) // 40), -(-len(scope) // 15))
        sheet.row_dimensions[row].height = 24 if row == 4 else 9 + 15 * lines_high
    sheet.column_dimensions["A"].width = 36
    sheet.column_dimensions["B"].width = 90
    sheet.row_dimensions[1].height = 28
    sheet.sheet_view.showGridLines = False
    _print_setup(sheet, landscape=False)


# --- looks and bytes -------------------------------------------------------------------------------------------------


def _put(sheet: Any, row: int, col: int, value: float | str | None, font: Font, alignment: Alignment) -> Any:
    cell = sheet.cell(row, col)
    cell.value = None if value == "" else value
    cell.font, cell.alignment = font, alignment
    return cell


def _font(size: float, *, bold: bool = False, color: str = "000000") -> Font:
    return Font(name=_TYPEFACE, size=size, bold=bold, color=color, charset=134)


def _box() -> Border:
    side = Side("thin", color=_LINE)
    return Border(left=side, right=side, top=side, bottom=side)


def _use_typeface(book: Any) -> None:
    """Make the typeface the workbook's own, so that cells nobody styled have it too, on sheets added later as well."""
    book._fonts = IndexedList([_font(10.5)])
    book._named_styles["Normal"].font = _font(10.5)


def _dated(data: bytes) -> bytes:
    """The same workbook with fixed dates inside: equal content gives equal bytes."""
    stamp = _FIXED_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, part)
    return buffer.getvalue()
