"""What became of each workbook of a batch, and of all of them."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from ..errors import ScorecardError
from ..findings import Finding
from ..workbook.recalc import Change, Kept, Recalculation

#: What can become of a workbook: values written, values out of date (with `check`), computed and found right,
#: recognised as brought up to date before, left out (open in a program), not usable.
STATUSES = ("updated", "stale", "unchanged", "known", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class Settings:
    """How every workbook of a batch is treated.

    Attributes:
        check: Compute and compare only; nothing is written.
        strict: A workbook with a cell that cannot be computed is not written and counts as failed.
        as_of: What TODAY and NOW give, as local time; the moment each workbook is computed when None.
        backup: Folder (or address) into which the old content of a workbook goes before the new one is written.
        memory: The file that remembers what was brought up to date; "" for none.
        run: The name of this run in it.
    """

    check: bool = False
    strict: bool = False
    as_of: datetime | None = None
    backup: str = ""
    memory: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one workbook.

    Attributes:
        file: Its path or address, as given or found.
        status: One of `STATUSES`.
        changed: How many values were written, or with `check` are out of date.
        kept: How many cells keep their value because it could not be computed.
        findings: What was noticed, for people; where a workbook was recognised, what was noticed then.
        seconds: How long it took.
        result: Each change and each kept cell; None when the workbook was recognised or could not be used.
        error: Why it could not be used, or why not written.
    """

    file: str
    status: str
    changed: int = 0
    kept: int = 0
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    result: Recalculation | None = None
    error: ScorecardError | None = None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r}: must be one of {STATUSES}")

    @property
    def changes(self) -> tuple[Change, ...]:
        """Each value that was out of date; empty when the workbook was recognised."""
        return self.result.changes if self.result else ()

    @property
    def kept_cells(self) -> tuple[Kept, ...]:
        """Each cell that was not computed; empty when the workbook was recognised (`findings` tells them too)."""
        return self.result.kept if self.result else ()

    @property
    def is_stale(self) -> bool:
        """Whether the file, as it was found, showed values that are not those of its formulas."""
        return self.status in ("updated", "stale") or (self.result is not None and self.result.is_stale)

    @property
    def has_errors(self) -> bool:
        """Whether it could not be used, or something in it is wrong."""
        return self.status == "failed" or any(finding.severity == "error" for finding in self.findings)


@dataclass(slots=True)
class Summary:
    """Counts over a batch, kept while it runs; it needs no memory to speak of.

    Example:
        >>> summary = Summary()
        >>> summary.add(Outcome("a.xlsx", "updated", changed=3, seconds=0.2))
        >>> summary.total, summary.counts["updated"], summary.changed
        (1, 1, 3)
    """

    counts: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    kept: int = 0
    with_errors: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.counts[outcome.status] += 1
        self.changed += outcome.changed
        self.kept += outcome.kept
        self.with_errors += outcome.has_errors
        entry = (outcome.seconds, outcome.file)
        if len(self.slowest) < 3:
            heapq.heappush(self.slowest, entry)
        else:
            heapq.heappushpop(self.slowest, entry)

    @property
    def total(self) -> int:
        """How many workbooks."""
        return sum(self.counts.values())

    @property
    def exit_status(self) -> int:
        """For scripts: 4 when nothing could be used, 1 when something is wrong or out of date, else 0."""
        if self.counts["failed"] and self.counts["failed"] == self.total - self.counts["skipped"]:
            return 4
        return 1 if self.with_errors or self.counts["stale"] else 0
