"""What one file gives, as named tuples: they cross process borders by the thousand, and hold no workbook objects."""

from __future__ import annotations

from typing import NamedTuple

from ..messages import Message
from ..scoring.model import Settings

#: What a card can be: "ok" has a total; "incomplete" waits for scores; "error" has none because something in it cannot
#: be used; "not_assessed" has no item that applies; "duplicate" is a later card of the same person and period;
#: "other_period" belongs to another period than the one consolidated; "part" is one of several parts of a card.
STATUSES = ("ok", "incomplete", "error", "not_assessed", "duplicate", "other_period", "part")


class Notice(NamedTuple):
    """A finding or a quarantine entry with its file; `code` and `severity` as in `scorecard.findings.Finding`."""

    code: str
    severity: str
    file: str
    sheet: str
    cell: str
    message: Message

    @property
    def place(self) -> tuple[str, str, str]:
        """Its file, sheet and cell."""
        return self.file, self.sheet, self.cell


class Total(NamedTuple):
    """The total of one score column: as the form states it (None if it states no number) and as computed, unrounded."""

    column: str
    stated: float | None
    computed: float | None


class ItemRecord(NamedTuple):
    """One item of a card.

    Attributes:
        name: As the form says it; `section` likewise, "" without sections.
        kind: kpi, rating, adjustment or veto.
        weight: Fraction in the whole card, None if unknown; `share` after redistribution.
        actual: What was achieved, percentages as fractions; None if there is no number. `target` likewise.
        score: 0..100, points for an adjustment; None without one.
        contribution: Points it adds to the total.
        state: number, missing, not_applicable or error.
        cell: Where the score (or the actual it follows from) stands.
        numerator: Of an actual that is a formula such as =38/40; `denominator` likewise. None otherwise.
    """

    name: str
    section: str
    kind: str
    weight: float | None
    share: float
    actual: float | None
    target: float | None
    percent: bool
    unit: str
    score: float | None
    contribution: float | None
    state: str
    band: str
    cell: str
    numerator: float | None = None
    denominator: float | None = None


class CardRecord(NamedTuple):
    """One table.

    Attributes:
        file: As in `Source.file`.
        sheet: Its sheet.
        cell: The cell its total stands in, else the first header cell: what links lead to.
        order: Place among the tables of the file.
        person: Name without odd blanks, "" if nothing names one; likewise the next five.
        period: A label such as 2026Q3 where the period is known, else the text as written.
        stated: Total the form states, None if it states no number.
        computed: Total by the scoring core, unrounded; None without one.
        total: `computed`, rounded as the form's settings say.
        grade: By the grade table; "" without a total (未完成 9/11 for an incomplete one).
        stated_grade: As the form says.
        coverage: Σ weights used / Σ weights, a fraction.
        settings: How it was added up and graded.
        is_hidden: Whether its sheet is.
        is_final: Whether its workbook is finalised, and as it was then.
        is_department_guessed: Whether only the name of the file or of a folder says the department.
    """

    file: str
    sheet: str
    cell: str
    order: int
    layout: int
    title: str
    person: str
    staff_id: str
    department: str
    position: str
    period: str
    evaluator: str
    stated: float | None
    computed: float | None
    total: float | None
    totals: tuple[Total, ...]
    coverage: float | None
    grade: str
    stated_grade: str
    coefficient: float | None
    filled: int
    applicable: int
    status: str
    items: tuple[ItemRecord, ...]
    settings: Settings
    is_hidden: bool = False
    is_final: bool = False
    is_department_guessed: bool = False


class FileReading(NamedTuple):
    """Everything one file gave.

    Attributes:
        digest: SHA-256 of its content, "" if it cannot be read.
        size: Bytes.
    """

    file: str
    cards: tuple[CardRecord, ...]
    notices: tuple[Notice, ...]
    quarantine: tuple[Notice, ...]
    digest: str = ""
    size: int = 0
