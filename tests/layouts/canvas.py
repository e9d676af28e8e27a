"""A sheet under construction: cells relative to a corner, written with XlsxWriter at the end."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

Value = str | float | int | None


@dataclass
class Canvas:
    """Cells of one sheet; rows and columns count from 1."""

    name: str
    cells: dict[tuple[int, int], tuple[Value, str, Value]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden: bool = False

    def put(self, row: int, col: int, value: Value, number_format: str = "") -> str:
        """Write one cell and say its address."""
        if value is not None and value != "":
            self.cells[row, col] = (value, number_format, None)
        return address(row, col)

    def formula(self, row: int, col: int, text: str, value: Value) -> str:
        """Write a formula with its cached value."""
        self.cells[row, col] = ("=" + text, "", value)
        return address(row, col)

    def line(self, row: int, col: int, values: Sequence[Value]) -> None:
        """Write values from a cell to the right."""
        for i, value in enumerate(values):
            self.put(row, col + i, value)

    def merge(self, r1: int, c1: int, r2: int, c2: int) -> None:
        """Merge a range, unless it is one cell or overlaps another."""
        if (r1, c1) == (r2, c2):
            return
        for a, b, c, d in self.merges:
            if r1 <= c and a <= r2 and c1 <= d and b <= c2:
                return
        self.merges.append((r1, c1, r2, c2))

    @property
    def last_row(self) -> int:
        """The last row in use."""
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_col(self) -> int:
        """The last column in use."""
        return max((col for _, col in self.cells), default=0)


def address(row: int, col: int) -> str:
    """A1 name."""
    return str(xl_rowcol_to_cell(row - 1, col - 1))


def workbook(canvases: Sequence[Canvas]) -> bytes:
    """The bytes of a workbook with these sheets."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    formats: dict[str, object] = {}
    for canvas in canvases:
        ws = book.add_worksheet(canvas.name)
        for r1, c1, r2, c2 in canvas.merges:
            ws.merge_range(r1 - 1, c1 - 1, r2 - 1, c2 - 1, "")
        for (row, col), (value, number_format, cached) in canvas.cells.items():
            style = None
            if number_format:
                style = formats.setdefault(number_format, book.add_format({"num_format": number_format}))
            if isinstance(value, str) and value.startswith("="):
                ws.write_formula(row - 1, col - 1, value, style, cached if cached is not None else "")
            elif isinstance(value, str):
                ws.write_string(row - 1, col - 1, value, style)
            elif value is not None:
                ws.write_number(row - 1, col - 1, value, style)
        for row in canvas.hidden_rows:
            ws.set_row(row - 1, None, None, {"hidden": True})
        if canvas.hidden:
            ws.hide()
    if all(canvas.hidden for canvas in canvases):
        raise ValueError("a workbook needs a visible sheet")
    book.worksheets()[[canvas.hidden for canvas in canvases].index(False)].activate()
    book.worksheets()[[canvas.hidden for canvas in canvases].index(False)].set_first_sheet()
    book.close()
    return stream.getvalue()
