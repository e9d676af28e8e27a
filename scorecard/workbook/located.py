"""A scorecard that was found on a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..findings import Finding
from ..messages import Message
from .body import Row
from .headers import BandHeader, Column

__all__ = ["PERSON_ROWS", "BandHeader", "Column", "Row", "Table", "headline_column", "score_columns"]

#: Layouts in which each row of a table is the card of one person.
PERSON_ROWS = (5, 8)


@dataclass(frozen=True, slots=True)
class Table:
    """A located scorecard.

    Attributes:
        sheet: Name of its sheet.
        title: Text above the table, "" if there is none; `title_cell` its cell.
        layout: What it comes closest to: 1 targets per period or bands, 2 plain weighted list, 3 several evaluators,
            4 one of several parts of a card, 5 one person of a matrix of persons and items, 6 full marks instead of
            weights, 8 one person of a flat export.
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


def score_columns(table: Table) -> list[Column]:
    """The score columns, the one that counts first: the only one, else 上级, else the last.

    Columns of weighted scores take their place where there are no others. One per label.
    """
    columns = [c for c in table.columns if c.role == "score"] or [
        c for c in table.columns if c.role == "weighted_score"
    ]
    by_label: dict[str, Column] = {}
    for column in columns:
        by_label.setdefault(column.label, column)
    if not by_label:
        return []
    own = by_label.get("") or next((c for label, c in by_label.items() if "上级" in label), None)
    chosen = own or list(by_label.values())[-1]
    return [chosen, *(c for c in by_label.values() if c is not chosen)]


def headline_column(table: Table) -> Column | None:
    """The score column that counts; None without one."""
    return next(iter(score_columns(table)), None)
