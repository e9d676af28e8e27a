"""Indicator definition cards (指标定义卡) on the sheets of a workbook: found by their labels, in any of four forms.

The forms: a label and its value beside it, one below the other; two or more such pairs in a row; a table with one card
per row under a row of labels; and one column of text, each label followed by its value (as pasted from a document).
Several cards may stand on a sheet, below or beside each other. What is odd about a card is said by `indicator_remarks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..scoring.indicators import Indicator
from ..scoring.values import is_missing, key, trim
from .addresses import cell_name, split_cell
from .cells import Cell, Grid
from .grid import read_grid
from .indicator_fields import LABELS, SHEET, Entry, IndicatorCard
from .indicator_remarks import indicator_findings, item_findings, remarks_on
from .package import Package

__all__ = [
    "LABELS", "SHEET", "Entry", "IndicatorCard", "cards_on", "indicator_findings", "item_findings",
    "read_indicator_cards",
]  # fmt: skip

_FIELDS = {key(label): field for field, labels in LABELS.items() for label in labels}
#: Labels that only a definition card has; a KPI table has names, categories and targets too.
_TELLING = frozenset(("definition", "purpose", "formula", "statistics", "point", "version", "level", "source"))
#: Headers of an assessment table: a row of labels beside them is no row of cards.
_ASSESSED = frozenset(
    map(key, ("权重", "得分", "评分", "实际", "实际值", "绩效", "满分", "分值", "weight", "score", "actual"))
)
#: So many fields make a card, and two of them telling.
_ENOUGH = 4
_IN_CELL = re.compile(r"\s*([^:：]{2,12})[:：](.*)", re.DOTALL)


@dataclass(slots=True)
class _Label:
    """A label on a sheet: its field, its place, and the value when it stands in the same cell."""

    field: str
    cell: Cell
    right: int  # the last column of its merge
    below: int  # the last row of its merge
    inline: str | None = None


@dataclass(slots=True)
class _Found:
    labels: list[_Label] = field(default_factory=list)

    def fields(self) -> set[str]:
        return {label.field for label in self.labels}


def read_indicator_cards(package: Package) -> list[IndicatorCard]:
    """The definition cards of a workbook, sheet by sheet, hidden sheets included.

    A blank field is "" and listed among the findings of its card; nothing is guessed.

    Args:
        package: The workbook.

    Raises:
        UnusableFile: A part of it is damaged.

    Example:
        ::

            for card in read_indicator_cards(Package.open("客服部.xlsx")):
                print(card.indicator.name, card.sheet, card.cell_of("formula"), card.indicator.formula)
    """
    found: list[IndicatorCard] = []
    for sheet in package.sheets:
        if sheet.kind == "worksheet":
            found += cards_on(read_grid(package, sheet.name))
    return found


def cards_on(grid: Grid) -> list[IndicatorCard]:
    """The definition cards of one sheet, top down and left to right."""
    labels = _labels(grid)
    if not _is_enough({label.field for label in labels}):
        return []
    cards: list[IndicatorCard] = []
    rows: dict[int, list[_Label]] = {}
    for label in labels:
        rows.setdefault(label.cell.row, []).append(label)
    taken: set[int] = set()
    for row, members in rows.items():
        if row not in taken and _is_header(grid, row, members):
            until = min((r for r in rows if r > row and _is_header(grid, r, rows[r])), default=grid.last_row + 1)
            cards += _table_cards(grid, members, until)
            taken.update(range(row, until))
    free = [label for label in labels if label.cell.row not in taken]
    for group in _groups(free):
        card = _card(grid, group, {(label.cell.row, label.cell.col) for label in free}, free)
        if card is not None:
            cards.append(card)
    cards.sort(key=lambda card: split_cell(card.cell))
    return [replace(card, findings=tuple(remarks_on(card))) for card in cards]


# --- labels ----------------------------------------------------------------------------------------------------------


def _labels(grid: Grid) -> list[_Label]:
    found = []
    for cell in grid:
        if not isinstance(cell.value, str):
            continue
        _, _, below, right = grid.span(cell.row, cell.col)
        text = trim(cell.value)
        name = _FIELDS.get(key(text.rstrip(" :：*")))
        if name is not None:
            found.append(_Label(name, cell, right, below))
            continue
        match = _IN_CELL.fullmatch(text)
        name = _FIELDS.get(key(match[1])) if match else None
        if match and name is not None:
            found.append(_Label(name, cell, right, below, trim(match[2])))
    return found


def _is_enough(fields: set[str]) -> bool:
    return "name" in fields and len(fields) >= _ENOUGH and len(fields & _TELLING) >= 2


# --- one card per row ------------------------------------------------------------------------------------------------


def _is_header(grid: Grid, row: int, members: list[_Label]) -> bool:
    """Whether a row is the header of a table of cards: labels side by side, and no column of an assessment."""
    if not _is_enough({label.field for label in members}) or len({m.field for m in members}) < len(members):
        return False
    neighbours = sum(1 for one, two in zip(members, members[1:], strict=False) if two.cell.col == one.right + 1)
    if neighbours < len(members) - 1 - len(members) // 3:
        return False
    return not any(isinstance(c.value, str) and key(c.value) in _ASSESSED for c in _row_cells(grid, row))


def _row_cells(grid: Grid, row: int) -> Iterator[Cell]:
    for col in range(1, grid.last_col + 1):
        cell = grid.cell(row, col)
        if not is_missing(cell.value):
            yield cell


def _table_cards(grid: Grid, members: list[_Label], until: int) -> Iterator[IndicatorCard]:
    name = next(label for label in members if label.field == "name")
    row = max(label.below for label in members) + 1
    blank = 0
    while row < until and blank < 2:
        texts = {label.field: _text(grid, row, label.cell.col) for label in members}
        if texts["name"]:
            blank = 0
            entries = {
                label.field: Entry(texts[label.field], cell_name(row, label.cell.col), label.cell.name)
                for label in members
            }
            if len([text for text in texts.values() if text]) > 1:
                yield IndicatorCard(_indicator(entries), grid.name, "rows", entries)
        else:
            blank += 1
        row = grid.span(row, name.cell.col)[2] + 1


# --- pairs and columns -----------------------------------------------------------------------------------------------


def _groups(labels: list[_Label]) -> Iterator[list[_Label]]:
    """The labels of each card: a field that comes again begins the next one, also beside the first."""
    edges = sorted(_edges(labels))
    for at, left in enumerate(edges):
        right = edges[at + 1] if at + 1 < len(edges) else None
        current = _Found()
        last = 0
        for label in labels:
            if not (left <= label.cell.col and (right is None or label.cell.col < right)):
                continue
            if label.field in current.fields() or (last and label.cell.row - last > 6 and label.field == "name"):
                yield current.labels
                current = _Found()
            current.labels.append(label)
            last = label.cell.row
        if current.labels:
            yield current.labels


def _edges(labels: list[_Label]) -> set[int]:
    """The columns at which a card begins: the first of all, and where a row has a field twice, the second."""
    edges = {1}
    rows: dict[int, dict[str, int]] = {}
    for label in labels:
        seen = rows.setdefault(label.cell.row, {})
        if label.field in seen and label.field == "name":
            edges.add(label.cell.col)
        seen.setdefault(label.field, label.cell.col)
    return edges


def _card(grid: Grid, group: list[_Label], places: set[tuple[int, int]], labels: list[_Label]) -> IndicatorCard | None:
    if not _is_enough({label.field for label in group}):
        return None
    beside = {label.field: _beside(grid, label, places) for label in group}
    is_column = not any(entry.text for entry in beside.values()) and len({label.cell.col for label in group}) == 1
    entries = {label.field: _below(grid, label, labels) if is_column else beside[label.field] for label in group}
    if not entries["name"].text or sum(1 for entry in entries.values() if entry.text) < 2:
        return None
    return IndicatorCard(_indicator(entries), grid.name, "column" if is_column else "pairs", entries)


def _beside(grid: Grid, label: _Label, places: set[tuple[int, int]]) -> Entry:
    """The value to the right of a label: the first cell that is not blank, up to the next label or the end of a gap."""
    if label.inline is not None:
        return Entry(label.inline, label.cell.name, label.cell.name)
    row, col = label.cell.row, label.right + 1
    first = cell_name(row, col)
    while col <= grid.last_col and (row, col) not in places and col <= label.right + 4:
        text = _text(grid, row, col)
        if text:
            return Entry(text, cell_name(row, grid.span(row, col)[1]), label.cell.name)
        col = grid.span(row, col)[3] + 1
    return Entry("", first, label.cell.name)


def _below(grid: Grid, label: _Label, labels: list[_Label]) -> Entry:
    """The value under a label, in a column of text: all lines up to the next label."""
    if label.inline is not None:
        return Entry(label.inline, label.cell.name, label.cell.name)
    col, row = label.cell.col, label.below + 1
    until = min((x.cell.row for x in labels if x.cell.col == col and x.cell.row >= row), default=grid.last_row + 1)
    lines = [text for r in range(row, until) if (text := _text(grid, r, col))]
    return Entry("\n".join(lines), cell_name(row if lines else label.cell.row, col), label.cell.name)


def _text(grid: Grid, row: int, col: int) -> str:
    value = grid.merged_value(row, col)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return trim(str(value).replace("\u00a0", " "))


def _indicator(entries: Mapping[str, Entry]) -> Indicator:
    def text(name: str) -> str:
        return entries[name].text if name in entries else ""

    return Indicator(
        name=text("name"), number=text("number"), version=text("version"), category=text("category"),
        level=text("level"), period=text("period"), definition=text("definition"), purpose=text("purpose"),
        formula=text("formula"), statistics=text("statistics"), source=text("source"), point=text("point"),
        department=text("department"), owner=text("owner"), target=text("target"),
    )  # fmt: skip
