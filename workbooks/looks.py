"""How the workbooks look: typeface, colours, borders, printed pages; and that equal content gives equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from datetime import datetime
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils.indexed_list import IndexedList

# The default typeface of Chinese Excel; other programs replace it by a Chinese one of their own.
TYPEFACE = "等线"
#: What people fill in is yellow, what is computed grey; headers are blue.
HEAD, INPUT, CALC, LINE, GREY, RESULT = "DDE6F0", "FFF9E0", "F3F5F8", "BFBFBF", "595959", "EEF3F9"
FIXED_DATE = datetime(2025, 1, 1)


def put(sheet: Any, row: int, col: int, value: float | str | None, font: Font, alignment: Alignment) -> Any:
    """Fill a cell; "" leaves it empty."""
    cell = sheet.cell(row, col)
    cell.value = None if value == "" else value
    cell.font, cell.alignment = font, alignment
    return cell


def boxed(
    sheet: Any,
    row: int,
    col: int,
    value: float | str | None,
    *,
    fill: str = "",
    bold: bool = False,
    horizontal: str = "center",
    size: float = 10.5,
    color: str = "000000",
    number_format: str = "General",
) -> Any:
    """Fill a cell of a table: thin lines around, text wrapped; yellow ones can be typed into once the sheet is locked."""
    alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True, indent=int(horizontal == "left"))
    cell = put(sheet, row, col, value, font(size, bold=bold, color=color), alignment)
    cell.border, cell.number_format = box(), number_format
    if fill:
        cell.fill = solid(fill)
    if fill == INPUT:
        unlocked(cell)
    return cell


def unlocked(cell: Any) -> None:
    """Let people type into a cell once its sheet is locked."""
    cell.protection = Protection(locked=False)


def merged(sheet: Any, top: int, left: int, bottom: int, right: int) -> None:
    """Merge a block; its lines and ground are those of its first cell."""
    first = sheet.cell(top, left)
    for row in range(top, bottom + 1):
        for col in range(left, right + 1):
            cell = sheet.cell(row, col)
            cell.border, cell.fill, cell.font = copy(first.border), copy(first.fill), copy(first.font)
    if (top, left) != (bottom, right):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def font(size: float, *, bold: bool = False, color: str = "000000") -> Font:
    """The typeface of the workbooks."""
    return Font(name=TYPEFACE, size=size, bold=bold, color=color, charset=134)


def box() -> Border:
    """Thin grey lines around a cell."""
    side = Side("thin", color=LINE)
    return Border(left=side, right=side, top=side, bottom=side)


def solid(color: str) -> PatternFill:
    """A plain ground."""
    return PatternFill("solid", fgColor=color)


def heading(sheet: Any, text: str, last_col: int, size: float = 16) -> None:
    """The title of a sheet, over all its columns."""
    put(sheet, 1, 1, text, font(size, bold=True), Alignment(horizontal="center", vertical="center"))
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=last_col)
    sheet.row_dimensions[1].height = 36


def note(sheet: Any, row: int, text: str, last_col: int, height: float = 18) -> None:
    """A small grey sentence over all columns."""
    put(sheet, row, 1, text, font(9, color=GREY), Alignment(horizontal="left", vertical="center", wrap_text=True))
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last_col)
    sheet.row_dimensions[row].height = height


def page(sheet: Any, *, landscape: bool, one_page: bool = True) -> None:
    """A4, fitted to the width of a page, and to its height with `one_page`; no grid lines on the screen."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(one_page)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom, margins.footer = 0.6, 0.75, 0.35
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
    for part in (sheet.oddFooter.left, sheet.oddFooter.right):
        part.size = 8
    sheet.sheet_view.showGridLines = False


def use_typeface(book: Any) -> None:
    """Make the typeface the workbook's own, so that cells nobody styled have it too, on sheets added later as well."""
    book._fonts = IndexedList([font(10.5)])
    book._named_styles["Normal"].font = font(10.5)


def saved(book: Any) -> bytes:
    """The workbook with fixed dates inside: equal content gives equal bytes."""
    stamp = FIXED_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    written, buffer = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, part)
    return buffer.getvalue()
