"""What a check looks at: one table with its two readings, one workbook, several workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...errors import UnusableFile
from ...findings import Finding
from ...messages import Message
from ...scoring.model import ItemResult
from ...scoring.policies import Policy
from ...scoring.values import trim
from ..addresses import cell_name, split_cell
from ..card import Card, items, read_card
from ..cells import Grid
from ..grid import read_grid
from ..inspection import Inspection
from ..package import Package
from ..recalc import Recalculation
from ..recognise import Row, Table
from ..rules import bands_of
from ..vocabulary import Vocabulary
from .codes import codes

#: The policy under which a table without rules of its own is looked at; what follows from it is said to be assumed.
STANDARD = Policy()
STANDARD_BANDS = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """One assessment table.

    Attributes:
        card: The table as it scores now: by its own rules, a rules file, or the scores that were typed.
        assumed: The same by the standard policy, where the table has no rules but targets and four bands; else `card`.
        stored: Its sheet as stored.
        grid: Its sheet with up-to-date values.
        vocabulary: The words.
    """

    card: Card
    assumed: Card
    stored: Grid
    grid: Grid
    vocabulary: Vocabulary

    @property
    def table(self) -> Table:
        """The located table."""
        return self.card.table

    @property
    def is_assumed(self) -> bool:
        """Whether `assumed` rests on the standard policy."""
        return self.assumed is not self.card

    def items(self) -> Iterator[tuple[Row, ItemResult]]:
        """The scored rows, each with its result as assumed."""
        for place, (_, row) in enumerate(items(self.table)):
            yield row, self.assumed.result.items[place]

    def kpis(self) -> Iterator[tuple[Row, ItemResult]]:
        """The rows that are measured, without those that are rated (能力, 态度)."""
        return ((row, item) for row, item in self.items() if row.kind == "kpi")

    def texts(self, row: Row, role: str) -> list[tuple[str, str]]:
        """What stands in the columns of a role beside an item, with the cells; merged cells count for each of their rows."""
        found = []
        for column in self.table.columns:
            if column.role == role:
                top, left, _, _ = self.grid.span(row.row, column.col)
                value = self.grid.cell(top, left).value
                if isinstance(value, str) and trim(value):
                    found.append((trim(value), cell_name(top, left)))
        return found

    def finding(self, code: str, cell: str, zh: str, en: str, severity: str = "") -> Finding:
        """A finding about a cell of this table."""
        return finding(code, self.table.sheet, cell, zh, en, severity)

    def about(self, code: str, row: Row, cell: str, zh: str, en: str, severity: str = "") -> Finding:
        """A finding about an item: the sentence begins with its name."""
        return self.finding(code, cell, f"“{row.name}”：{zh}", f'"{row.name}": {en}', severity)


@dataclass(slots=True)
class Book:
    """One workbook.

    Attributes:
        file: Its name as given.
        stored: The workbook as it is on disk.
        package: The same with up-to-date values.
        inspection: What `inspect` makes of it.
        recalculation: What recalculating it would do; None when it cannot be done.
        subjects: Its tables.
        vocabulary: The words.
        is_writable: Whether fixes can be written into it; not into an old format or an encrypted file.
    """

    file: str
    stored: Package
    package: Package
    inspection: Inspection
    recalculation: Recalculation | None
    subjects: tuple[Subject, ...]
    vocabulary: Vocabulary
    is_writable: bool = True
    _grids: dict[str, Grid] = field(default_factory=dict)
    _stored: dict[str, Grid] = field(default_factory=dict)

    def stored_grid(self, sheet: str) -> Grid:
        """A worksheet as it is on disk."""
        if sheet not in self._stored:
            self._stored[sheet] = read_grid(self.stored, sheet)
        return self._stored[sheet]

    def grid(self, sheet: str) -> Grid:
        """A worksheet with up-to-date values."""
        if sheet not in self._grids:
            self._grids[sheet] = self.inspection.computed.get(sheet) or read_grid(self.package, sheet)
        return self._grids[sheet]

    def sheets(self) -> Iterator[Grid]:
        """All worksheets that can be read."""
        for sheet in self.package.sheets:
            if sheet.kind == "worksheet":
                try:
                    yield self.grid(sheet.name)
                except UnusableFile:
                    continue  # the inspection has told


def subject_of(card: Card, inspection: Inspection, vocabulary: Vocabulary) -> Subject:
    """A card of an inspection as the checks look at it."""
    table = card.table
    grid = inspection.computed[table.sheet]
    bands = bands_of(table)
    assumed = card
    if not card.is_embedded and not card.has_rules and bands is not None and len(bands.labels) == STANDARD_BANDS:
        assumed = read_card(table, grid, None, None, STANDARD, vocabulary)
    return Subject(card, assumed, inspection.grids[table.sheet], grid, vocabulary)


def finding(code: str, sheet: str, cell: str, zh: str, en: str, severity: str = "") -> Finding:
    """A finding of a known code; its severity is the code's own unless a milder or graver one is named."""
    return Finding(code, severity or codes()[code].severity, sheet, cell, Message(zh, en))


def typed_bands(subject: Subject, row: Row) -> list[tuple[str, str, object]]:
    """What a department has written into the band cells of a row itself: label, cell, value; formulas are left out."""
    found: list[tuple[str, str, object]] = []
    for label, name in row.bands:
        cell = subject.grid.cell(*split_cell(name))
        if not cell.is_formula and cell.value is not None and (not isinstance(cell.value, str) or trim(cell.value)):
            found.append((label, name, cell.value))
    return found


def listed(names: list[str], limit: int = 4) -> str:
    """Names in a sentence, the first few."""
    return "、".join(names[:limit]) + ("……" if len(names) > limit else "")
