"""A stand-in for the `Book` of xlwings Lite: reads are awaited, writes are noted, and whatever is not here fails.

It is not Excel: it keeps formulas and values, and computes nothing. It runs in Pyodide and in this Python.
"""

from __future__ import annotations

from typing import Any


class Anything:
    """Takes every attribute and every call: looks, which the stand-in does not keep."""

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class LiteBook:
    """`sheets`: by name, cells as {"row,col": [value, formula, number format]} and merges as [[t, l, b, r]]."""

    def __init__(self, name: str, sheets: dict[str, Any]) -> None:
        self.name, self.api = name, {}
        self.app = LiteApp()
        self.sheets = LiteSheets(self, sheets)
        self.selection = None


class LiteApp:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def calculate(self) -> None:
        pass

    def alert(self, prompt: str, title: str | None = None) -> None:
        self.shown.append(prompt)


class LiteSheets:
    def __init__(self, book: LiteBook, sheets: dict[str, Any]) -> None:
        self.list = [LiteSheet(book, name, **content) for name, content in sheets.items()]
        self.active = self.list[0]
        self.book = book

    def __iter__(self) -> Any:
        return iter(self.list)

    def __len__(self) -> int:
        return len(self.list)

    def __getitem__(self, key: Any) -> Any:
        return self.list[key] if isinstance(key, int) else next(s for s in self.list if s.name == key)

    def add(self, name: str, before: Any = None, after: Any = None) -> Any:
        self.list.insert(self.list.index(after) + 1, LiteSheet(self.book, name, {}, []))
        return self[name]


class LiteSheet:
    def __init__(self, book: LiteBook, name: str, cells: dict[str, Any], merges: list[list[int]]) -> None:
        self.book, self.name, self.merges = book, name, merges
        self.cells = {tuple(map(int, key.split(","))): list(cell) for key, cell in cells.items()}
        self.charts: list[Any] = []

    def range(self, first: Any, last: Any = None) -> LiteRange:
        if isinstance(first, str):
            from scorecard.workbook.addresses import split_range

            top, left, bottom, right = split_range(first.replace("$", ""))
            first, last = (top, left), (bottom, right)
        return LiteRange(self, *first, *(last or first))

    async def get_used_range(self) -> Any:
        if not self.cells:
            return None
        rows, cols = [row for row, _ in self.cells], [col for _, col in self.cells]
        return LiteRange(self, min(rows), min(cols), max(rows), max(cols))

    def activate(self) -> None:
        self.book.sheets.active = self


class LiteRange(Anything):
    def __init__(self, sheet: LiteSheet, *rect: int) -> None:
        self.__dict__.update(sheet=sheet, rect=rect, row=rect[0], column=rect[1])
        self.__dict__["shape"] = rect[2] - rect[0] + 1, rect[3] - rect[1] + 1
        looks = Anything()
        self.__dict__.update(font=looks, borders=looks, conditional_formats=looks, data_validation=looks)

    def _rows(self, part: int, blank: Any) -> list[list[Any]]:
        top, left, bottom, right = self.rect
        cells = self.sheet.cells
        return [
            [cells[r, c][part] if (r, c) in cells else blank for c in range(left, right + 1)]
            for r in range(top, bottom + 1)
        ]

    def options(self, **options: Any) -> LiteRange:
        assert set(options) <= {"ndim", "err_to_str", "dates"}
        return self

    async def get_value(self) -> Any:
        return self._rows(0, None)

    async def get_formula(self) -> Any:
        return self._rows(1, "")

    async def get_number_format(self) -> Any:
        found = {code for row in self._rows(2, "General") for code in row}
        return found.pop() if len(found) == 1 else None

    async def get_merge_cells(self) -> Any:
        top, left, bottom, right = self.rect
        found = {self._area(r, c) is not None for r in range(top, bottom + 1) for c in range(left, right + 1)}
        return found.pop() if len(found) == 1 else None

    async def get_merge_area(self) -> Any:
        return LiteRange(self.sheet, *self._area(self.row, self.column))

    def _area(self, row: int, col: int) -> Any:
        return next((m for m in self.sheet.merges if m[0] <= row <= m[2] and m[1] <= col <= m[3]), None)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in ("value", "formula"):
            return
        rows = value if isinstance(value, list) else [[value]]
        for i, row in enumerate(rows):
            for j, each in enumerate(row):
                place = self.row + i, self.column + j
                text = each.removeprefix("'") if isinstance(each, str) else each
                is_formula = isinstance(each, str) and each.startswith("=")
                self.sheet.cells[place] = [None if is_formula else text, each if is_formula else "", "General"]
