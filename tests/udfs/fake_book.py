"""A stand-in for an xlwings `Book` over openpyxl: as much of it as the macros use, and what Excel does to values.

It computes formulas by `scorecard.workbook.recalc`. Whatever is not here raises AttributeError, so that a macro cannot
use a part of xlwings unnoticed; `tests/udfs/test_macros.py` holds the names against xlwings itself.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from scorecard.workbook.addresses import split_cell, split_range
from scorecard.workbook.recalc import recalculate


class FakeComError(Exception):
    """What Excel would raise through COM."""


class FakeBook:
    """One open workbook.

    Args:
        data: Its file.
        name: Its name.
        has_com: Whether it is Excel for Windows, which offers more than xlwings does.
    """

    def __init__(self, data: bytes, name: str = "考核.xlsm", *, has_com: bool = True) -> None:
        self.workbook = openpyxl.load_workbook(io.BytesIO(data), keep_vba=name.endswith("m"))
        self.name = name
        self.app = FakeApp()
        self.api = FakeBookApi(self) if has_com else None
        self.has_com = has_com
        self.sheets = FakeSheets(self)
        self.selection: FakeRange | None = None
        self._computed: Any = None

    def to_bytes(self) -> bytes:
        stream = io.BytesIO()
        self.workbook.save(stream)
        return stream.getvalue()

    def changed(self) -> None:
        self._computed = None

    def computed(self, sheet: str, row: int, col: int) -> Any:
        if self._computed is None:
            data = recalculate(self.to_bytes()).data
            self._computed = openpyxl.load_workbook(io.BytesIO(data or self.to_bytes()), data_only=True)
        return self._computed[sheet].cell(row, col).value


class FakeBookApi:
    def __init__(self, book: FakeBook) -> None:
        self._book = book

    def SaveCopyAs(self, path: str) -> None:
        # What Excel writes holds the values it shows.
        data = self._book.to_bytes()
        Path(path).write_bytes(recalculate(data).data or data)


class FakeApp:
    def __init__(self) -> None:
        self.status_bar: Any = False
        self.cut_copy_mode: Any = None
        self.alerts: list[str] = []
        self.calculations = 0

    def calculate(self) -> None:
        self.calculations += 1

    def alert(self, prompt: str, title: str | None = None) -> None:
        self.alerts.append(prompt)


class FakeSheets:
    def __init__(self, book: FakeBook) -> None:
        self._book = book

    def __len__(self) -> int:
        return len(self._book.workbook.worksheets)

    def __iter__(self) -> Iterator[FakeSheet]:
        return (FakeSheet(self._book, sheet.title) for sheet in self._book.workbook.worksheets)

    def __getitem__(self, key: int | str) -> FakeSheet:
        names = self._book.workbook.sheetnames
        return FakeSheet(self._book, names[key] if isinstance(key, int) else names[names.index(key)])

    @property
    def active(self) -> FakeSheet:
        return FakeSheet(self._book, self._book.workbook.active.title)

    def add(self, name: str, before: FakeSheet | None = None, after: FakeSheet | None = None) -> FakeSheet:
        assert name not in self._book.workbook.sheetnames and len(name) <= 31
        index = None if after is None else self._book.workbook.sheetnames.index(after.name) + 1
        self._book.workbook.create_sheet(name, index)
        self._book.changed()
        sheet = FakeSheet(self._book, name)
        sheet.activate()  # as Excel does
        return sheet


class FakeSheet:
    def __init__(self, book: FakeBook, name: str) -> None:
        self.book, self.name = book, name
        self.cells = book.workbook[name]
        if book.has_com:
            self.api = FakeSheetApi(self.cells)

    def activate(self) -> None:
        self.book.workbook.active = self.book.workbook.sheetnames.index(self.name)

    def range(self, first: Any, last: Any = None) -> FakeRange:
        if isinstance(first, str):
            top, left, bottom, right = split_range(first.replace("$", ""))
        else:
            (top, left), (bottom, right) = first, last or first
        return FakeRange(self, top, left, bottom, right)

    @property
    def used_range(self) -> FakeRange:
        top, left, bottom, right = split_range(self.cells.dimensions)
        return FakeRange(self, top, left, bottom, right)

    def copy(self, before: Any = None, after: Any = None, name: str | None = None) -> FakeSheet:
        twin = self.book.workbook.copy_worksheet(self.cells)
        assert name is not None and len(name) <= 31
        twin.title = name
        self.book.changed()
        sheet = FakeSheet(self.book, name)
        sheet.activate()
        return sheet

    def clear_contents(self) -> None:
        self.used_range.clear_contents()

    @property
    def charts(self) -> FakeCharts:
        return FakeCharts(self.cells)


class FakeCharts:
    def __init__(self, cells: Any) -> None:
        if not hasattr(cells, "fake_charts"):
            cells.fake_charts = []
        self.list: list[FakeChart] = cells.fake_charts

    def __iter__(self) -> Iterator[FakeChart]:
        return iter(self.list)

    def add(self, left: float = 0, top: float = 0, width: float = 355, height: float = 211) -> FakeChart:
        self.list.append(FakeChart(self.list))
        return self.list[-1]


class FakeChart:
    def __init__(self, siblings: list[FakeChart]) -> None:
        self._siblings = siblings
        self.chart_type = "column_clustered"
        self.source: FakeRange | None = None

    def set_source_data(self, source: FakeRange) -> None:
        self.source = source

    def delete(self) -> None:
        self._siblings.remove(self)


class FakeSheetApi:
    """Protection as Excel for Windows has it."""

    def __init__(self, cells: Any) -> None:
        self._cells = cells

    @property
    def Cells(self) -> FakeCellsApi:
        return FakeCellsApi(self._cells)

    @property
    def ProtectContents(self) -> bool:
        return bool(self._cells.protection.sheet)

    def Protect(self, password: str) -> None:
        assert password == ""
        self._cells.protection.sheet = True

    def Unprotect(self, password: str) -> None:
        if self._cells.protection.sheet and self._cells.protection.password:
            raise FakeComError("the password is wrong")
        self._cells.protection.sheet = False


class FakeCellsApi:
    def __init__(self, cells: Any) -> None:
        object.__setattr__(self, "_cells", cells)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name == "Locked"
        for row in self._cells.iter_rows():
            for cell in row:
                cell.protection = Protection(locked=value)

    def __call__(self, row: int, col: int) -> FakeCellsApi:
        part = FakeCellsApi(_One(self._cells.cell(row, col)))
        return part


class _One:
    def __init__(self, cell: Any) -> None:
        self.cell = cell

    def iter_rows(self) -> list[list[Any]]:
        return [[self.cell]]


class FakeRange:
    def __init__(self, sheet: FakeSheet, top: int, left: int, bottom: int, right: int) -> None:
        self.sheet, self.row, self.column = sheet, top, left
        self._bottom, self._right = bottom, right
        self._options: dict[str, Any] = {}

    # --- values

    def _cells(self) -> list[list[Any]]:
        return [
            [self.sheet.cells.cell(row, col) for col in range(self.column, self._right + 1)]
            for row in range(self.row, self._bottom + 1)
        ]

    def options(self, ndim: int | None = None, **options: Any) -> FakeRange:
        assert set(options) <= {"err_to_str", "dates"}
        self._options = {"ndim": ndim}
        return self

    @property
    def value(self) -> Any:
        rows = [[self._value(cell) for cell in row] for row in self._cells()]
        return rows if self._options.get("ndim") == 2 or len(rows) > 1 or len(rows[0]) > 1 else rows[0][0]

    @value.setter
    def value(self, value: Any) -> None:
        rows = value if isinstance(value, list) else [[value]]
        assert len(rows) == len(self._cells()) or self._bottom == self.row
        for i, row in enumerate(rows):
            for j, item in enumerate(row):
                self.sheet.cells.cell(self.row + i, self.column + j).value = _as_excel_reads(item)
        self.sheet.book.changed()

    def _value(self, cell: Any) -> Any:
        if isinstance(cell.value, str) and cell.value.startswith("="):
            return self.sheet.book.computed(self.sheet.name, cell.row, cell.column)
        return cell.value

    @property
    def formula(self) -> Any:
        rows = tuple(tuple("" if c.value is None else c.value for c in row) for row in self._cells())
        return rows if len(rows) > 1 or len(rows[0]) > 1 else rows[0][0]

    @formula.setter
    def formula(self, value: Any) -> None:
        self.value = value

    def clear_contents(self) -> None:
        for row in self._cells():
            for cell in row:
                if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                    cell.value = None
        self.sheet.book.changed()

    def select(self) -> None:
        self.sheet.book.selection = self

    # --- looks

    @property
    def _first(self) -> Any:
        return self.sheet.cells.cell(self.row, self.column)

    @property
    def font(self) -> FakeFont:
        return FakeFont(self._cells())

    def _set(self, name: str, value: Any) -> None:
        for row in self._cells():
            for cell in row:
                setattr(cell, name, value)

    number_format = property(lambda self: self._first.number_format, lambda self, v: self._set("number_format", v))
    color = property(None, lambda self, v: self._set("fill", PatternFill("solid", v.lstrip("#"))))
    wrap_text = property(None, lambda self, v: self._set("alignment", Alignment(wrap_text=v)))
    horizontal_alignment = property(None, lambda self, v: self._set("alignment", Alignment(horizontal=v)))

    def _width(self, value: float) -> None:
        self.sheet.cells.column_dimensions[get_column_letter(self.column)].width = value

    def _height(self, value: float) -> None:
        self.sheet.cells.row_dimensions[self.row].height = value

    column_width = property(None, _width)
    row_height = property(None, _height)

    @property
    def borders(self) -> FakeBorders:
        return FakeBorders(self)

    def merge(self) -> None:
        self.sheet.cells.merge_cells(
            start_row=self.row, start_column=self.column, end_row=self._bottom, end_column=self._right
        )

    def copy(self) -> None:
        self.sheet.book.app.cut_copy_mode = self

    def paste(self, paste: str) -> None:
        assert paste == "formats"
        source = self.sheet.book.app.cut_copy_mode._first
        self._first._style = copy.copy(source._style)

    @property
    def _ref(self) -> str:
        last = f"{get_column_letter(self._right)}{self._bottom}"
        return f"{get_column_letter(self.column)}{self.row}:{last}"

    @property
    def conditional_formats(self) -> FakeConditionalFormats:
        return FakeConditionalFormats(self)

    @property
    def data_validation(self) -> FakeValidation:
        return FakeValidation(self)


class FakeFont:
    def __init__(self, rows: list[list[Any]]) -> None:
        object.__setattr__(self, "_rows", rows)

    def __setattr__(self, name: str, value: Any) -> None:
        for row in self._rows:
            for cell in row:
                font = copy.copy(cell.font)
                given = {"bold": font.bold, "size": font.size, "color": font.color, "name": font.name}
                assert name in given
                cell.font = Font(**{**given, name: value.lstrip("#") if name == "color" else value})


class FakeBorders:
    def __init__(self, cells: FakeRange) -> None:
        self._range = cells

    def set(self, which: str, *, line_style: str, color: str) -> None:
        assert (which, line_style) == ("outside", "continuous")
        side = Side("thin", color=color.lstrip("#"))
        self._range._set("border", Border(side, side, side, side))


class FakeConditionalFormats:
    def __init__(self, cells: FakeRange) -> None:
        self._range = cells

    def add_custom(
        self,
        formula: str,
        *,
        fill_color: str | None = None,
        font_color: str | None = None,
        font_bold: bool | None = None,
    ) -> None:
        assert formula.startswith("=")
        _is_selected(self._range)
        rule = FormulaRule([formula[1:]], fill=PatternFill("solid", bgColor=(fill_color or "#FFFFFF").lstrip("#")))
        self._range.sheet.cells.conditional_formatting.add(self._range._ref, rule)


class FakeValidation:
    def __init__(self, cells: FakeRange) -> None:
        self._range = cells

    def set_list(self, source: list[str] | FakeRange) -> None:
        if isinstance(source, FakeRange):
            text = f"'{source.sheet.name}'!{source._ref}"
        else:
            assert source and all("," not in word for word in source)
            text = '"' + ",".join(source) + '"'
        self._add(DataValidation("list", formula1=text))

    def set_custom(self, formula: str) -> None:
        assert formula.startswith("=") and len(formula) <= 255
        _is_selected(self._range)
        self._add(DataValidation("custom", formula1=formula[1:]))

    def _add(self, rule: DataValidation) -> None:
        rule.add(self._range._ref)
        self._range.sheet.cells.add_data_validation(rule)


def _is_selected(cells: FakeRange) -> None:
    """Excel reads relative references from the selected cell: a rule set elsewhere would be shifted."""
    selection = cells.sheet.book.selection
    assert selection is not None and cells.sheet.book.sheets.active.name == cells.sheet.name
    assert (selection.row, selection.column) == (cells.row, cells.column)


def _as_excel_reads(value: Any) -> Any:
    """What becomes of a value that is put into a cell: Excel takes texts for numbers where it can."""
    if not isinstance(value, str) or value.startswith("="):
        return value
    if value.startswith("'"):
        return value[1:]
    try:
        return float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError:
        return value or None


def place(book: FakeBook, sheet: str, cell: str) -> Any:
    """The openpyxl cell."""
    return book.workbook[sheet].cell(*split_cell(cell))
