"""One worksheet as cells: what `read_grid` returns."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..messages import Message
from ..scoring.values import CellError, CellValue, Reading, State, read
from .addresses import LAST_ROW, cell_name, shift_formula, split_cell
from .package import SheetRef

Value = CellValue

# Merges taller than this are looked through one by one instead of being listed under each of their rows.
_TALL = 256
# Row and column in one number: 16384 columns are 14 bits, counted from 1.
COLUMN_BITS = 15


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a style means to a reader; one object per style, shared by its cells.

    Attributes:
        style: The style id, an index into cellXfs.
        number_format: The format code, "General" when there is none.
        is_date: Whether the code shows a date or a time.
        locked: Whether the cell is locked once its sheet is protected.
    """

    style: int
    number_format: str
    is_date: bool
    locked: bool


class Cell(NamedTuple):
    """One cell; an absent cell reads as an empty one.

    Attributes:
        row: From 1.
        col: From 1.
        value: What was typed, or the cached value of a formula. Dates are day numbers with `is_date` set; an empty
            string is not None.
        format: Number format, date, locked.
        formula: Without "="; for a cell that shares a formula, the text written in the group's first cell.
        kind: "" without formula, else "normal", "shared" (the text is another cell's), "array" or "dataTable".
        uncached: The formula has no cached value at all (as opposed to "" or an error).
    """

    row: int
    col: int
    value: Value
    format: CellFormat
    formula: str | None = None
    kind: str = ""
    uncached: bool = False

    @property
    def name(self) -> str:
        """The address, "B6"."""
        return cell_name(self.row, self.col)

    @property
    def style(self) -> int:
        """The style id."""
        return self.format.style

    @property
    def number_format(self) -> str:
        """The number format code."""
        return self.format.number_format

    @property
    def is_date(self) -> bool:
        """Whether the number shows as a date or a time."""
        return self.format.is_date

    @property
    def locked(self) -> bool:
        """Whether the cell is locked once its sheet is protected."""
        return self.format.locked

    @property
    def is_formula(self) -> bool:
        """Whether the cell holds a formula."""
        return self.kind != ""


class Grid:
    """The used cells of one worksheet; rows and columns count from 1.

    Attributes:
        sheet: The tab.
        name: Its name.
        last_row: The last row that holds a value or a formula, 0 on an empty sheet.
        last_col: The last such column.
        merges: Merged ranges as (first row, first column, last row, last column).
        is_protected: Whether the sheet is protected.
        own: Where it holds another cell than `twin_of`.
    """

    __slots__ = (
        "_cells", "_empties", "_formats", "_formulas", "_hidden_columns", "_hidden_rows", "_merges_by_row",
        "_model", "_origins", "_tall_merges",
        "is_protected", "last_col", "last_row", "merges", "name", "own", "sheet",
    )  # fmt: skip

    def __init__(
        self,
        sheet: SheetRef,
        formats: tuple[CellFormat, ...],
        cells: dict[int, dict[int, Cell]],
        empties: tuple[array[int], array[int]],
        merges: tuple[tuple[int, int, int, int], ...],
        hidden_rows: Sequence[tuple[int, int]],
        hidden_columns: Sequence[tuple[int, int]],
        is_protected: bool,
        origins: Mapping[tuple[int, int], tuple[int, int]],
    ) -> None:
        """Made by `read_grid`.

        Args:
            sheet: The tab.
            formats: All styles by id, at least one.
            cells: Cells with a value or a formula by row and column, both in order.
            empties: Places of styled empty cells (`row << COLUMN_BITS | column`), in order, and their styles.
            merges: Merged ranges.
            hidden_rows: Runs (first, last) in order.
            hidden_columns: Runs (first, last) in order.
            is_protected: Whether the sheet is protected.
            origins: Of cells that share a formula, the cell that has its text.
        """
        self.sheet = sheet
        self.name = sheet.name
        self.last_row = max(cells, default=0)
        self.last_col = max((max(row) for row in cells.values()), default=0)
        self.merges = merges
        self.is_protected = is_protected
        self._formats = formats
        self._cells = cells
        self._origins = origins
        self._empties = empties
        self._hidden_rows = hidden_rows
        self._hidden_columns = hidden_columns
        self._formulas: frozenset[str] | None = None
        self._model: Grid | None = None  # not itself: that would be a circle
        self.own: frozenset[tuple[int, int]] = frozenset()
        self._merges_by_row: dict[int, list[tuple[int, int, int, int]]] = {}
        self._tall_merges: list[tuple[int, int, int, int]] = []
        for merge in merges:
            if merge[2] - merge[0] >= _TALL:
                self._tall_merges.append(merge)
            else:
                for row in range(merge[0], merge[2] + 1):
                    self._merges_by_row.setdefault(row, []).append(merge)

    @property
    def twin_of(self) -> Grid:
        """The sheet that this one was made of; itself if it was read as a whole."""
        return self._model or self

    def differences(self, other: Grid) -> list[tuple[Cell, Cell]] | None:
        """The cells that hold something else than those of another sheet, as pairs (there, here).

        None when the sheets differ in anything but values: which cells there are, formats, formulas, merges, what is
        hidden or protected, or the type of a value (a text instead of a number). The names of the sheets may differ.
        The pairs are in no order.
        """
        pairs: Iterable[tuple[Cell, Cell]]
        if self.twin_of is other.twin_of:
            mine, theirs = self._cells, other._cells
            pairs = [(theirs[row][col], mine[row][col]) for row, col in self.own | other.own]
        elif self._is_framed_like(other):
            pairs = _pairs(other._cells, self._cells)
        else:
            return None
        found: list[tuple[Cell, Cell]] = []
        for before, cell in pairs:
            if cell is before:
                continue
            _, _, value, style, formula, kind, uncached = cell
            _, _, old, old_style, old_formula, old_kind, was_uncached = before
            is_as_before = (
                (style is old_style or style == old_style)
                and formula == old_formula and kind == old_kind and uncached == was_uncached
            )  # fmt: skip
            # 1 equals TRUE, and is something else.
            if is_as_before and value == old and type(value) is type(old):
                continue
            if not is_as_before or not _are_alike(old, value):
                return None
            found.append((before, cell))
        return found

    def _is_framed_like(self, other: Grid) -> bool:
        return (
            self.merges == other.merges
            and self.is_protected == other.is_protected
            and self._hidden_rows == other._hidden_rows
            and self._hidden_columns == other._hidden_columns
            and self._origins == other._origins
            and self._empties == other._empties
            and (self._formats is other._formats or self._formats == other._formats)
            and self._cells.keys() == other._cells.keys()
            and all(
                here is there or here.keys() == there.keys()
                for here, there in zip(self._cells.values(), other._cells.values(), strict=True)
            )
        )

    def twin(self, sheet: SheetRef, cells: Iterable[Cell]) -> Grid:
        """The same sheet as another tab, with other content in some of the cells that hold something."""
        other = object.__new__(Grid)
        for name in Grid.__slots__:
            setattr(other, name, getattr(self, name))
        other.sheet, other.name, other._model = sheet, sheet.name, self.twin_of
        other._formulas = self.formulas  # looked for once for all twins
        other._cells = dict(self._cells)
        own = set(self.own)
        for cell in cells:
            own.add((cell.row, cell.col))
            mine = self._cells[cell.row]
            if other._cells[cell.row] is mine:
                other._cells[cell.row] = dict(mine)
            if cell.kind != mine[cell.col].kind:
                other._formulas = None
            other._cells[cell.row][cell.col] = cell
        other.own = frozenset(own)
        return other

    def own_cells(self) -> list[Cell]:
        """The cells in which it differs from `twin_of`, in no order."""
        return [self._cells[row][col] for row, col in self.own]

    def cell(self, row: int, col: int) -> Cell:
        """The cell at a place; empty when nothing is there."""
        found = self._cells.get(row)
        if found is not None and col in found:
            return found[col]
        return Cell(row, col, None, self._empty_format(row, col))

    def formula_at(self, row: int, col: int) -> str | None:
        """The formula of a cell as a person reads it there, without "="; None without one.

        Unlike `Cell.formula`, that of a cell that shares its formula with others is written out for its own place.
        """
        formula = self.cell(row, col).formula
        if formula is None or (row, col) not in self._origins:
            return formula
        from_row, from_col = self._origins[row, col]
        return shift_formula(formula, row - from_row, col - from_col)

    @property
    def formulas(self) -> frozenset[str]:
        """The names of the cells that hold a formula."""
        if self._formulas is None:
            self._formulas = frozenset(cell.name for cell in self if cell.kind)
        return self._formulas

    @property
    def cell_count(self) -> int:
        """How many cells hold a value or a formula."""
        return sum(map(len, self._cells.values()))

    def at(self, name: str) -> Cell:
        """The cell of an address, "B6".

        Raises:
            ValueError: not an address.
        """
        return self.cell(*split_cell(name))

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows that hold something, each as its cells with a value or a formula, from left to right."""
        for cells in self._cells.values():
            yield tuple(cells.values())

    def __iter__(self) -> Iterator[Cell]:
        """All cells with a value or a formula, row by row."""
        for cells in self._cells.values():
            yield from cells.values()

    def span(self, row: int, col: int) -> tuple[int, int, int, int]:
        """The merged range around a cell as (first row, first column, last row, last column); else the cell itself."""
        for merge in self._merges_by_row.get(row, ()):
            if merge[1] <= col <= merge[3]:
                return merge
        for merge in self._tall_merges:
            if merge[0] <= row <= merge[2] and merge[1] <= col <= merge[3]:
                return merge
        return row, col, row, col

    def merged_value(self, row: int, col: int) -> Value:
        """The value shown at a place: that of the top left cell of its merge."""
        first_row, first_col, _, _ = self.span(row, col)
        return self.cell(first_row, first_col).value

    def is_hidden_row(self, row: int) -> bool:
        """Whether a row is hidden."""
        return _covers(self._hidden_rows, row)

    def _empty_format(self, row: int, col: int) -> CellFormat:
        keys, styles = self._empties
        key = row << COLUMN_BITS | col
        at = bisect_left(keys, key)
        return self._formats[styles[at] if at < len(keys) and keys[at] == key else 0]


def _pairs(
    there: Mapping[int, Mapping[int, Cell]], here: Mapping[int, Mapping[int, Cell]]
) -> Iterator[tuple[Cell, Cell]]:
    """The cells of rows that are not the same objects."""
    for before, now in zip(there.values(), here.values(), strict=True):
        if before is not now:
            yield from zip(before.values(), now.values(), strict=True)


def _are_alike(a: Value, b: Value) -> bool:
    """Whether two values are both texts, or both numbers."""
    return (type(a) is str and type(b) is str) or (type(a) in (int, float) and type(b) in (int, float))


def _covers(runs: Sequence[tuple[int, int]], number: int) -> bool:
    at = bisect_right(runs, (number, LAST_ROW)) - 1
    return at >= 0 and runs[at][1] >= number


def read_cell(grid: Grid, name: str, unit: str = "") -> Reading:
    """A cell of the grid, as scoring reads it."""
    return reading_of(grid.at(name), unit)


def reading_of(cell: Cell, unit: str = "") -> Reading:
    """A cell as scoring reads it."""
    if isinstance(cell.value, str) or cell.value is None:
        return read(cell.value, unit=unit or None)
    if cell.format.is_date:
        reason = Message(
            "单元格是日期（可能由“3-5”之类自动变来）", 'the cell is a date (perhaps made from a text such as "3-5")'
        )
        return Reading(State.ERROR, error=CellError("#VALUE!", reason), text=str(cell.value))
    return read(cell.value, unit=unit or None, number_format=cell.format.number_format)
