"""Which cells a formula reads, and what follows from that when some cells cannot be computed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
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
        reads: What one of them reads; asked at most once for each.
    """

    def __init__(self, cells: Collection[Address], reads: Callable[[Address], Reads]) -> None:
        self._reads = {cell: reads(cell) for cell in cells}
        self._by_sheet: dict[str, list[Address]] = {}
        for cell in cells:
            self._by_sheet.setdefault(cell[0], []).append(cell)
        self._found: dict[Rect, tuple[Address, ...]] = {}
        self._readers: dict[Rect, list[Address]] = {}
        self._omnivores: list[Address] = []
        for cell, read in self._reads.items():
            for rect in read.rects:
                self._readers.setdefault(rect, []).append(cell)
            if read.everything:
                self._omnivores.append(cell)

    def direct(self, cell: Address) -> Iterable[Address]:
        """The formula cells that a cell reads itself."""
        read = self._reads.get(cell, Reads())
        if read.everything:
            yield from self._reads
        for rect in read.rects:
            yield from self._within(rect)

    def downstream(self, cells: Iterable[Address]) -> set[Address]:
        """The formula cells that rest on any of these, directly or not; of these themselves only those in a circle."""
        found: set[Address] = set()
        pending = list(cells)
        if pending:
            found.update(self._omnivores)
            pending += self._omnivores
        singles: dict[Address, list[Address]] = {}
        ranges: list[tuple[Rect, list[Address]]] = []
        for rect, readers in self._readers.items():
            if (rect.r1, rect.c1) == (rect.r2, rect.c2):
                singles[rect[:3]] = readers
            else:
                ranges.append((rect, readers))
        seen = set(pending)
        while pending:
            cell = pending.pop()
            readers_of = [singles.get(cell, [])] + [readers for rect, readers in ranges if rect.holds(cell)]
            for readers in readers_of:
                for reader in readers:
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
        while pending:
            read = self._reads.get(pending.pop(), Reads())
            result.everything |= read.everything
            result.rects.update(read.rects)
            for rect in read.rects:
                for source in self._within(rect):
                    result.formulas.add(source)
                    if source not in seen and source not in stop:
                        seen.add(source)
                        pending.append(source)
        return result

    def _within(self, rect: Rect) -> tuple[Address, ...]:
        if rect not in self._found:
            if (rect.r1, rect.c1) == (rect.r2, rect.c2):
                cell = rect[:3]
                self._found[rect] = (cell,) if cell in self._reads else ()
            else:
                self._found[rect] = tuple(cell for cell in self._by_sheet.get(rect.sheet, ()) if rect.holds(cell))
        return self._found[rect]


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
