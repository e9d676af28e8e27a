"""Which cells a formula reads, and what follows from that when some cells cannot be computed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .addresses import LAST_COLUMN, LAST_ROW, column_number, split_range
from .limits import INDIRECT, bare_name, children

#: A cell of a workbook: sheet name, row, column (from 1).
Address = tuple[str, int, int]


class Rect(NamedTuple):
    """A range on one sheet."""

    sheet: str
    r1: int
    c1: int
    r2: int
    c2: int

    @property
    def is_cell(self) -> bool:
        """Whether it is a single cell."""
        return self.r1 == self.r2 and self.c1 == self.c2

    def holds(self, cell: Address) -> bool:
        """Whether a cell lies in the range."""
        return self.sheet == cell[0] and self.r1 <= cell[1] <= self.r2 and self.c1 <= cell[2] <= self.c2

    def meets(self, other: Rect) -> bool:
        """Whether two ranges share a cell."""
        return (
            self.sheet == other.sheet
            and self.r1 <= other.r2 and other.r1 <= self.r2
            and self.c1 <= other.c2 and other.c1 <= self.c2
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reads:
    """What a formula reads.

    Attributes:
        rects: Ranges; a single cell is a range of one.
        everything: It may read any cell: INDIRECT, a formula nobody can parse …
    """

    rects: tuple[Rect, ...] = ()
    everything: bool = False


@dataclass(slots=True)
class Sources:
    """All that a cell rests on, directly or not.

    Attributes:
        formulas: Formula cells on the way.
        rects: The ranges they read.
        everything: One of them may read any cell.
    """

    formulas: set[Address] = field(default_factory=set)
    rects: set[Rect] = field(default_factory=set)
    everything: bool = False

    def meets(self, other: Sources) -> bool:
        """Whether both rest on a common cell, as far as can be told."""
        if self.everything or other.everything:
            return bool(self.everything or self.rects) and bool(other.everything or other.rects)
        return any(mine.meets(its) for mine in self.rects for its in other.rects)


class Graph:
    """Formula cells and what they read.

    Args:
        cells: Every formula cell.
        reads: What one of them reads; asked once for each.
        budget: Steps a question may take before it is answered by "all cells": always on the safe side, and only
            met by very large sheets.
    """

    def __init__(
        self, cells: Collection[Address], reads: Callable[[Address], Reads], *, budget: int = 2_000_000
    ) -> None:
        self._budget = budget
        self._reads = {cell: reads(cell) for cell in cells}
        self._columns: dict[tuple[str, int], list[int]] = {}
        for sheet, row, col in sorted(cells):
            self._columns.setdefault((sheet, col), []).append(row)
        self._columns_of: dict[str, list[int]] = {}
        for sheet, col in sorted(self._columns):
            self._columns_of.setdefault(sheet, []).append(col)
        self._found: dict[Rect, list[Address]] = {}
        self._singles: dict[Address, list[Address]] = {}
        self._ranges: dict[Rect, list[Address]] = {}
        self._omnivores: list[Address] = []
        for cell, read in self._reads.items():
            for rect in read.rects:
                if rect.is_cell:
                    self._singles.setdefault(rect[:3], []).append(cell)
                else:
                    self._ranges.setdefault(rect, []).append(cell)
            if read.everything:
                self._omnivores.append(cell)

    @property
    def read(self) -> tuple[Collection[Address], Collection[Rect]] | None:
        """Every cell and every range that some formula reads; None when one may read any cell."""
        return None if self._omnivores else (self._singles, self._ranges)

    def direct(self, cell: Address) -> Iterable[Address]:
        """The formula cells that a cell reads itself."""
        read = self._reads.get(cell, Reads())
        if read.everything:
            yield from self._reads
        for rect in read.rects:
            yield from self._within(rect)

    def sources_first(self, cells: Sequence[Address]) -> list[Address]:
        """The same cells, each behind those of them that it rests on; circles, and very large sheets, as they come."""
        wanted = set(cells)
        ordered: dict[Address, None] = {}
        entered: set[Address] = set()
        steps = 0
        for cell in cells:
            pending = [cell]
            while pending:
                last = pending[-1]
                if last in entered:
                    pending.pop()
                    ordered.setdefault(last)
                    continue
                entered.add(last)
                sources = list(self.direct(last))
                pending += [source for source in sources if source in wanted and source not in entered]
                steps += 1 + len(sources)
                if steps > self._budget:
                    return list(cells)
        return list(ordered)

    def downstream(self, cells: Iterable[Address]) -> set[Address]:
        """The formula cells that rest on any of these, directly or not; of these themselves only those in a circle."""
        pending = list(cells)
        if not pending:
            return set()
        found = set(self._omnivores)
        pending += self._omnivores
        seen = set(pending)
        waiting = dict(self._ranges)
        steps = 0
        while pending:
            # Single cells one after the other, then all ranges at once: each range is entered only once.
            reached: dict[tuple[str, int], list[int]] = {}
            while pending:
                cell = pending.pop()
                reached.setdefault((cell[0], cell[2]), []).append(cell[1])
                for reader in self._singles.get(cell, ()):
                    found.add(reader)
                    if reader not in seen:
                        seen.add(reader)
                        pending.append(reader)
            for rows in reached.values():
                rows.sort()
            entered = [rect for rect in waiting if _touches(rect, reached)]
            steps += len(waiting)
            if steps > self._budget:
                return set(self._reads)
            for rect in entered:
                for reader in waiting.pop(rect):
                    found.add(reader)
                    if reader not in seen:
                        seen.add(reader)
                        pending.append(reader)
        return found

    def sources(self, cells: Iterable[Address], stop: Collection[Address] = ()) -> Sources:
        """What these cells rest on; cells of `stop` are named, but not looked behind."""
        result = Sources()
        pending = list(cells)
        seen = set(pending)
        steps = 0
        while pending:
            read = self._reads.get(pending.pop(), Reads())
            result.everything |= read.everything
            for rect in read.rects:
                if rect in result.rects:
                    continue
                result.rects.add(rect)
                within = self._within(rect)
                steps += len(within)
                for source in within:
                    result.formulas.add(source)
                    if source not in seen and source not in stop:
                        seen.add(source)
                        pending.append(source)
            if steps > self._budget:
                result.everything = True
                break
        return result

    def _within(self, rect: Rect) -> list[Address]:
        """The formula cells of a range."""
        if rect.is_cell:
            return [rect[:3]] if rect[:3] in self._reads else []
        known = self._found.get(rect)
        if known is None:
            known = []
            columns = self._columns_of.get(rect.sheet, [])
            for col in columns[bisect_left(columns, rect.c1) : bisect_right(columns, rect.c2)]:
                rows = self._columns[rect.sheet, col]
                for row in rows[bisect_left(rows, rect.r1) : bisect_right(rows, rect.r2)]:
                    known.append((rect.sheet, row, col))
            self._found[rect] = known
        return known


def _touches(rect: Rect, cells: Mapping[tuple[str, int], list[int]]) -> bool:
    """Whether one of the cells, given as sorted rows by sheet and column, lies in the range."""
    for (sheet, col), rows in cells.items():
        if sheet == rect.sheet and rect.c1 <= col <= rect.c2:
            at = bisect_left(rows, rect.r1)
            if at < len(rows) and rows[at] <= rect.r2:
                return True
    return False


# --- from formulas ---------------------------------------------------------------------------------------------------


def reads_of(
    tree: dict[str, Any], sheet: str, names: Mapping[str, list[Rect] | None], tabs: Mapping[str, str]
) -> Reads:
    """What a parsed formula reads.

    Args:
        tree: The formula as nested dicts (`node_type`, `args` …).
        sheet: The sheet it stands on.
        names: The ranges of defined names by lower-case name; None when they cannot be told.
        tabs: The sheets by case-folded name.

    Example:
        >>> tree = {"node_type": "Reference", "reference": "$B$1:B3"}
        >>> reads_of(tree, "S", {}, {"s": "S"}).rects
        (Rect(sheet='S', r1=1, c1=2, r2=3, c2=2),)
    """
    rects: list[Rect] = []
    pending = [tree]
    while pending:
        node = pending.pop()
        kind = node["node_type"]
        if kind == "Function":
            name = bare_name(node["name"])
            if name in INDIRECT:
                return Reads(everything=True)
            if name == "CELL" and node["args"] and str(node["args"][0].get("value")).lower() == "filename":
                continue  # the name of the file: the cell it is asked for does not matter
        if kind == "BinaryOp" and node["operator"] == ":":
            return Reads(everything=True)
        if kind == "Reference":
            found = _rects(node["reference"], sheet, names, tabs)
            if found is None:
                return Reads(everything=True)
            rects += found
        pending += children(node)
    return Reads(tuple(dict.fromkeys(rects)))


def _rects(text: str, sheet: str, names: Mapping[str, list[Rect] | None], tabs: Mapping[str, str]) -> list[Rect] | None:
    place, _, area = text.rpartition("!")
    if "[" in text:
        # Other workbooks are no cells of this one; tables may be anywhere.
        return [] if "!" in text[text.rfind("]") :] else None
    if place:
        bare = place[1:-1].replace("''", "'") if place.startswith("'") else place
        found = tabs.get(bare.casefold())
        if found is None:
            return None if ":" in bare else []
        sheet = found
    area = area.replace("$", "")
    try:
        return [Rect(sheet, *split_range(area))]
    except ValueError:
        first, _, last = area.partition(":")
    if first.isdecimal() and last.isdecimal():
        return [Rect(sheet, int(first), 1, int(last), LAST_COLUMN)]
    if last:
        try:
            return [Rect(sheet, 1, column_number(first), LAST_ROW, column_number(last))]
        except ValueError:
            return None
    return names.get(area.lower(), [])
