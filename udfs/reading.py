"""An open workbook as a file in memory: saved by Excel itself where it can, else put together from its cells."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from scorecard.scoring.values import as_error
from scorecard.workbook.addresses import cell_name
from scorecard.workbook.package import Package
from scorecard.workbook.xml import encode_hex

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIRST_FORMAT = 164  # smaller numbers are formats that every program knows
_EPOCH = dt.datetime(1899, 12, 30)


@dataclass(slots=True)
class SheetCells:
    """A sheet as a live host tells it.

    Attributes:
        name: Of the sheet.
        row: The first row of the cells, from 1.
        col: The first column.
        values: Rows of values; None for a blank, the text of an error ("#N/A") for an error.
        formulas: The same rows, a text beginning with "=" where there is a formula.
        formats: Number formats by row and column of the sheet, as far as they are known.
        merges: Merged ranges, "A1:C1".
        is_protected: Whether the sheet is protected.
    """

    name: str
    row: int = 1
    col: int = 1
    values: Sequence[Sequence[Any]] = ()
    formulas: Sequence[Sequence[Any]] = ()
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: Sequence[str] = ()
    is_protected: bool = False


def package_of(book: Any) -> Package:
    """The workbook as it is on the screen.

    Excel for Windows writes a copy of it, formats and all. Elsewhere the copy is made from values and formulas:
    merged cells and number formats are missing in it.

    Args:
        book: An xlwings `Book`. Neither its name nor its state of being saved changes.

    Raises:
        UnusableFile: What Excel wrote cannot be read (a label or rights management encrypts it).
    """
    api: Any = getattr(book, "api", None)
    if not hasattr(api, "SaveCopyAs"):
        return put_together([_cells(sheet) for sheet in book.sheets], book.name)
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, "copy" + (Path(book.name).suffix or ".xlsx"))
        api.SaveCopyAs(str(path))
        return Package.open(path.read_bytes(), where=book.name)


def put_together(sheets: Sequence[SheetCells], name: str) -> Package:
    """A workbook of these sheets, in their order.

    Args:
        sheets: At least one.
        name: The workbook's, for messages.
    """
    formats = list(dict.fromkeys(code for sheet in sheets for code in sheet.formats.values()))
    parts = {f"xl/worksheets/sheet{i}.xml": _sheet_part(sheet, formats) for i, sheet in enumerate(sheets, 1)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in {**_frame(sheets, formats), **parts}.items():
            archive.writestr(part, text.encode("utf-8"))
    return Package.open(stream.getvalue(), where=name)


def serial(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, **_: int) -> float:
    """A date as Excel counts days; an xlwings option (`dates=serial`).

    Example:
        >>> serial(2025, 1, 1)
        45658.0
    """
    return (dt.datetime(year, month, day, hour, minute, second) - _EPOCH) / dt.timedelta(days=1)


def rows_of(cells: Any) -> list[list[Any]]:
    """What a range gives, as rows: a single cell arrives as such."""
    if not isinstance(cells, (list, tuple)):
        return [[cells]]
    return [list(row) if isinstance(row, (list, tuple)) else [row] for row in cells]


def _cells(sheet: Any) -> SheetCells:
    used = sheet.used_range
    values = used.options(ndim=2, err_to_str=True, dates=serial).value
    return SheetCells(sheet.name, used.row, used.column, values, rows_of(used.formula))


def _frame(sheets: Sequence[SheetCells], formats: Sequence[str]) -> dict[str, str]:
    """Every part but the sheets."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    count = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for i in count
    )
    tabs = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{i}" r:id="rId{i}"/>' for i, sheet in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in count
    )
    codes = "".join(
        f'<numFmt numFmtId="{_FIRST_FORMAT + i}" formatCode={quoteattr(code)}/>' for i, code in enumerate(formats)
    )
    styles = "".join(
        f'<xf numFmtId="{_FIRST_FORMAT + i}" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>'
        for i in range(len(formats))
    )
    return {
        "[Content_Types].xml": f'{head}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{tabs}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="rId0" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'{head}<styleSheet xmlns="{_MAIN}">'
        + (f'<numFmts count="{len(formats)}">{codes}</numFmts>' if formats else "")
        + '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{1 + len(formats)}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>{styles}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }


def _sheet_part(sheet: SheetCells, formats: Sequence[str]) -> str:
    lines = []
    for i, row in enumerate(sheet.values):
        cells = []
        for j, value in enumerate(row):
            place = sheet.row + i, sheet.col + j
            formula = sheet.formulas[i][j]
            code = sheet.formats.get(place)
            style = f' s="{1 + formats.index(code)}"' if code is not None else ""
            cells.append(_cell(cell_name(*place), value, formula, style))
        if any(cells):
            lines.append(f'<row r="{sheet.row + i}">{"".join(cells)}</row>')
    protection = '<sheetProtection sheet="1"/>' if sheet.is_protected else ""
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in sheet.merges)
    merged = f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData>{protection}{merged}</worksheet>'


def _cell(name: str, value: Any, formula: Any, style: str) -> str:
    """One cell; "" for one that holds nothing and looks like nothing."""
    is_formula = isinstance(formula, str) and formula.startswith("=")
    text = f"<f>{_text(formula[1:])}</f>" if is_formula else ""
    if isinstance(value, bool):
        return f'<c r="{name}"{style} t="b">{text}<v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{name}"{style}>{text}<v>{value!r}</v></c>'
    error = as_error(value)
    if error is not None:
        return f'<c r="{name}"{style} t="e">{text}<v>{error.code}</v></c>'
    if is_formula:
        return f'<c r="{name}"{style} t="str">{text}<v>{_text(value or "")}</v></c>'
    if value in (None, ""):
        return f'<c r="{name}"{style}/>' if style else ""
    return f'<c r="{name}"{style} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'


def _text(value: Any) -> str:
    return escape(encode_hex(str(value)))
