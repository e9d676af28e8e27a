"""The embedded tables of an open document, read from its rule sheet 评分规则 and from where its formulas point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scorecard.scoring.values import CellError, CellValue
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.addresses import cell_name, column_number
from scorecard.workbook.rulesheet import Block

from .values import error_of

# A cell of another sheet, as Calc writes it: $考核表.$G6, $'a b'.C1
_CELL = re.compile(r"\$?('(?:[^']|'')+'|[^\s!\"#%&'()*+,./:;<=>?@\[\]^{}|~$-]+)\.\$?([A-Z]{1,3})\$?(\d+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the form; row and column count from 1."""

    sheet: str
    row: int
    col: int

    @property
    def name(self) -> str:
        """As on the screen: G6."""
        return cell_name(self.row, self.col)


@dataclass(frozen=True, slots=True)
class Item:
    """One KPI of an embedded table.

    Attributes:
        block: Its table's rules.
        row: Its row on the rule sheet.
        place: Its name on the form.
        actual: What a person fills in: the actual, or the score of an item scored by hand.
        score: The score cell; None where the form has weighted scores only.
    """

    block: Block
    row: int
    place: Place
    actual: Place | None
    score: Place | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule sheet of a document."""

    document: Any
    sheet: Any
    items: tuple[Item, ...]
    blocks: tuple[Block, ...]

    def cell(self, item: Item, name: str, i: int = 0) -> Any:
        """A cell of an item's row, by the header of its column."""
        return self.sheet.getCellByPosition(item.block.column(name, i) - 1, item.row - 1)

    def value(self, item: Item, name: str, i: int = 0) -> CellValue:
        """The value of a cell of an item's row."""
        return value_of_cell(self.cell(item, name, i))

    def summary(self, block: Block, label: str) -> CellValue:
        """A value under a block."""
        return value_of_cell(self.summary_cell(block, label))

    def summary_cell(self, block: Block, label: str) -> Any:
        """A cell under a block."""
        row, col = block.summary(label)
        return self.sheet.getCellByPosition(col - 1, row - 1)

    def at(self, place: Place) -> Any:
        """A cell of the form."""
        return cell_at(self.document, place)

    def item_at(self, sheet: str, row: int) -> Item | None:
        """The item of a row, of the form or of the rule sheet."""
        own = rs.SHEET
        return next(
            (i for i in self.items if (i.place.sheet, i.place.row) == (sheet, row) or (own, i.row) == (sheet, row)),
            None,
        )


def read_rules(document: Any) -> Rules | None:
    """The rules of a document; None if no scoring is embedded in it."""
    if not document.Sheets.hasByName(rs.SHEET):
        return None
    sheet = document.Sheets.getByName(rs.SHEET)
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.getRangeAddress().EndRow
    heads = sheet.getCellRangeByPosition(0, 0, 1, last).getDataArray()
    items: list[Item] = []
    blocks: list[Block] = []
    for row, head in enumerate(heads, 1):
        if tuple(head) == (rs.NAME, rs.KIND):
            block = _block(sheet, row, last)
            if block is not None:
                blocks.append(block)
                items += _items(sheet, block)
    return Rules(document, sheet, tuple(items), tuple(blocks)) if items else None


def value_of_cell(cell: Any) -> CellValue:
    """What a cell holds: a number, a text ("" if blank) or an error."""
    if cell.getError():
        return error_of(cell.getError())
    value = cell.getDataArray()[0][0]
    return CellError("#VALUE!") if value is None else value


def cell_at(document: Any, place: Place) -> Any:
    """The cell at a place."""
    return document.Sheets.getByName(place.sheet).getCellByPosition(place.col - 1, place.row - 1)


def places_in(formula: str) -> Iterator[Place]:
    """The cells of other sheets that a formula of the rule sheet names.

    Example:
        >>> [f"{p.sheet}!{p.name}" for p in places_in("=IF($考核表.$G6=0;$'a b'.C1;$B2)")]
        ['考核表!G6', 'a b!C1']
    """
    for sheet, letters, row in _CELL.findall(formula):
        name = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
        yield Place(name, int(row), column_number(letters))


def _block(sheet: Any, header: int, last: int) -> Block | None:
    width = 0
    while sheet.getCellByPosition(4 + width, header - 1).getString() == f"{rs.THRESHOLD}{width + 1}":
        width += 1
    size = 0
    while header + size <= last and any(places_in(sheet.getCellByPosition(0, header + size).getFormula())):
        size += 1
    return Block(header - 3, size, width) if size and width >= 2 else None


def _items(sheet: Any, block: Block) -> Iterator[Item]:
    def named(row: int, name: str) -> Place | None:
        formula = sheet.getCellByPosition(block.column(name) - 1, row - 1).getFormula()
        return next((place for place in places_in(formula) if formula.startswith("=")), None)

    for row in range(block.first, block.last + 1):
        place = named(row, rs.NAME)
        if place is not None:
            yield Item(block, row, place, named(row, rs.TEXT), named(row, rs.COUNTED))
