"""A scorecard that was found on a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..findings import Finding
from ..messages import Message
from .headers import BandHeader, Column, score_order
from .kept import Kept
from .rows import Row

__all__ = [
    "ABILITIES", "LEDGER", "PERSON_ROWS", "BandHeader", "Column", "Find", "Part", "Row", "Table", "headline_column",
    "score_columns",
]  # fmt: skip

#: Layouts in which each row of a table is the card of one person.
PERSON_ROWS = (5, 8)
LEDGER, ABILITIES = 7, 9


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a card with a weight of its own: its name, the weight as a fraction, and where that stands."""

    name: str
    weight: float
    cell: str


@dataclass(frozen=True, slots=True)
class Table:
    """A located scorecard.

    Attributes:
        sheet: Name of its sheet.
        title: Text above the table, "" if there is none; `title_cell` its cell.
        layout: What it comes closest to: 1 targets per period or bands, 2 plain weighted list, 3 several evaluators,
            4 one of several parts of a card, 5 one person of a matrix of persons and items, 6 full marks instead of
            weights, 7 a ledger of targets and actuals per month, 8 one person of a flat export, 9 ability and attitude.
        confidence: 0 to 1.
        reasons: Which header cell matched which term, and what else spoke for or against it.
        top: First header row, of layouts 5 and 8 that of the whole list. The header is `header_rows` rows high, spacers
            included.
        first_row: Row of the first item; `last_row` that of the last (its last line).
        first_col: First and `last_col` last column of the table.
        columns: Left to right. In layouts 5 and 8 the items are columns: roles item, item_weight, person, department …
        rows: Items, top down.
        bands: Band columns as in the sheet, left to right (best first in the usual form).
        totals: Cell of the total per score column label ("" for a single score column).
        grade_cell: Cell of the grade, or None; likewise the next three.
        period_cell: A cell of its own that holds the period.
        identity: "person", "department", "position", "period", "evaluator" → (value as written, cell); the value is
            "" where the form has only the label so far.
        findings: What was noticed while reading this table.
        sections: Of a card that was put together from several parts, these; rows name theirs in `section`.
    """

    sheet: str
    title: str
    title_cell: str | None
    layout: int
    confidence: float
    reasons: tuple[Message, ...]
    top: int
    header_rows: int
    first_row: int
    last_row: int
    first_col: int
    last_col: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    bands: tuple[BandHeader, ...] = ()
    totals: dict[str, str] = field(default_factory=dict)
    grade_cell: str | None = None
    coverage_cell: str | None = None
    coefficient_cell: str | None = None
    period_cell: str | None = None
    identity: dict[str, tuple[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    sections: tuple[Part, ...] = ()

    def column(self, role: str, label: str | None = None) -> Column | None:
        """The first column of a role, and of a label if one is given."""
        for column in self.columns:
            if column.role == role and (label is None or column.label == label):
                return column
        return None

    @property
    def is_person_row(self) -> bool:
        """Whether this card is one row of a list of persons, its items being columns."""
        return self.layout in PERSON_ROWS

    @property
    def is_list(self) -> bool:
        """Whether each item has a row of its own, its cells standing in the table's columns: what can be embedded."""
        return self.layout not in (*PERSON_ROWS, LEDGER) and not self.is_wide

    @property
    def is_wide(self) -> bool:
        """Whether items stand side by side, several in one row."""
        return len({row.row for row in self.rows}) < len(self.rows)


@dataclass(frozen=True, slots=True)
class Find:
    """A table of a layout with a shape of its own (persons in rows, a ledger, ratings), after it was followed up.

    Attributes:
        tables: What it holds; empty if it is no assessment, or not surely one: then `refusal` says why.
        confidence: 0 to 1.
        refusal: Why there are no tables.
        cell: Where it begins, for messages.
        top: First row; `last_row` the last.
        first_col: First column; `last_col` the last.
    """

    tables: tuple[Table, ...]
    confidence: float
    refusal: Message | None
    cell: str
    top: int
    last_row: int
    first_col: int
    last_col: int


def score_columns(table: Table) -> tuple[Column, ...]:
    """The score columns of a table, the one that counts first."""
    # Cards of one form share their columns, and each is asked about them a dozen times.
    return _ORDERS.of((table.columns,), lambda: tuple(score_order(table.columns)))


_ORDERS: Kept[tuple[Column, ...]] = Kept(512)


def headline_column(table: Table) -> Column | None:
    """The score column that counts; None without one."""
    columns = score_columns(table)
    return columns[0] if columns else None
