"""The cells of a sheet as recognition goes through them: row by row, without what is blank, and as trimmed texts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from ..scoring.values import as_error
from .cells import Cell, Grid
from .probe import is_missing, probe_of, read, trim

# Headers are compared cell by cell; a row of sixteen thousand texts is made to keep readers busy, and no table.
_WIDEST = 1000


class Lines:
    """The cells of a grid that are not blank, by row; built in one pass."""

    __slots__ = ("cells", "grid", "numbers")

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.cells: dict[int, tuple[Cell, ...]] = {}
        for row in grid.rows():
            kept = tuple(cell for cell in row if cell.kind or not is_missing(cell.value))
            if kept:
                self.cells[kept[0].row] = kept[:_WIDEST]
        self.numbers = list(self.cells)

    def between(self, first: int, last: int) -> Iterator[int]:
        """The rows from `first` to `last` that are not blank."""
        at = bisect_left(self.numbers, first)
        while at < len(self.numbers) and self.numbers[at] <= last:
            yield self.numbers[at]
            at += 1

    def above(self, row: int, first: int, most: int) -> list[int]:
        """The last `most` rows from `first` to the one above `row` that are not blank, top down."""
        end = bisect_left(self.numbers, row)
        return self.numbers[max(bisect_left(self.numbers, first), end - most) : end]

    def row(self, row: int, first_col: int = 1, last_col: int = 1 << 20) -> list[Cell]:
        """The cells of a row that are not blank."""
        cells = self.cells.get(row, ())
        if not cells or (cells[0].col >= first_col and cells[-1].col <= last_col):
            return list(cells)  # the usual case, and asked for all the time
        return [cell for cell in cells if first_col <= cell.col <= last_col]

    def text(self, row: int, col: int) -> str:
        """The trimmed text shown at a place (of a merge: its text); "" for a number, an error or a blank."""
        return text_of(self.grid.merged_value(row, col))

    def is_blank(self, row: int, col: int) -> bool:
        """Whether the cell itself holds nothing (the covered cells of a merge do not)."""
        cell = self.grid.cell(row, col)
        return not cell.is_formula and is_missing(cell.value)


def text_of(value: object) -> str:
    """The trimmed text of a value; "" unless it is a text and not an error."""
    if type(value) is str:
        return _text(value)
    probe = probe_of(value)
    if probe is not None and isinstance(value, str):
        return cast(str, probe.derive(_text))
    return ""


@lru_cache(maxsize=32_768)
def _text(value: str) -> str:
    return trim(value) if as_error(value) is None else ""


def joined(text: str) -> str:
    """The lines of a text as one: Chinese without a gap, other words with a blank."""
    parts = [trim(part) for part in text.splitlines() if trim(part)]
    result = parts[0] if parts else ""
    for part in parts[1:]:
        gap = (
            " " if result[-1:].isascii() and part[:1].isascii() and result[-1:].isalnum() and part[:1].isalnum() else ""
        )
        result += gap + part
    return result


def is_open(name: str) -> bool:
    """Whether a name goes on in the next line: an open bracket, or a comma at its end."""
    folded = name.replace("（", "(").replace("）", ")")
    return folded.count("(") > folded.count(")") or folded[-1:] in "、，,和及与-/"


def parts_a_group(lines: Lines, cell: Cell, cells: Sequence[Cell], top: int) -> bool:
    """Whether a text stands with another one under one heading: 第一学期 and 第二学期 under 分期目标."""
    if read(cell.value).number is not None:
        return False
    group = _heading_over(lines, cell.row, cell.col, top)
    beside = [other for other in cells if abs(other.col - cell.col) == 1 and isinstance(other.value, str)]
    return group > 0 and any(_heading_over(lines, cell.row, o.col, top) == group and o.value != cell.value for o in beside)


def _heading_over(lines: Lines, row: int, col: int, top: int) -> int:
    """The column of the heading right above a cell: one merged over it, or with nothing but blanks up to it; 0 for none."""
    r1, c1, r2, _ = lines.grid.span(row - 1, col)
    while c1 > 1 and r1 >= top and lines.is_blank(r1, c1) and c1 > col - 12:
        r1, c1, r2, _ = lines.grid.span(row - 1, c1 - 1)
    return c1 if r1 >= top and r2 == row - 1 and lines.text(r1, c1) else 0
