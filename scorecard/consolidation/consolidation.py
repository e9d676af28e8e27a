"""From paths to a `Consolidation`: read all files, resolve who is who, give typed tables."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..definitions import Definition, load_definition
from ..messages import Message
from ..workbook.vocabulary import Vocabulary
from . import frames
from .collector import patient_collector
from .hierarchy import NodeResult, load_hierarchy, outside_tree, roll_up_tree
from .reading import Reader
from .records import FileReading, Notice
from .resolve import KEEP, Resolved, check_keep, period_of, resolve
from .roster import Attendance, Roster, compare_with_roster, load_roster
from .sources import Source, Sources, find_sources, with_contents
from .workers import read_together

SCHEMA = 1
# Starting processes costs more than reading so few files.
_WORTH_PROCESSES = 400

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Consolidation:
    """All cards of a folder, put together.

    Attributes:
        period: The period consolidated, "" if no card states one.
        resolved: The cards with their status, in the order of files and tables.
        notices: What was noticed, errors first.
        set_aside: What was not taken, and why.
        sources: The files.
        keep: Which of several cards of one person counts.
        roster: Who should be there, None without a roster.
        missing: Of these, who is not, as (person, staff number, department).
        tree: The hierarchy with its results, a parent before its children; empty without one.
        unlisted: Who is there and not on the roster, by `who`.

    Example:
        ::

            done = scorecard.consolidate("部门表/", period="2026Q3")
            done.people.sort_values("rank")
            done.save("汇总.xlsx")
    """

    period: str
    resolved: tuple[Resolved, ...]
    notices: tuple[Notice, ...]
    set_aside: tuple[Notice, ...]
    sources: Sources
    keep: str = KEEP[0]
    roster: Roster | None = None
    missing: tuple[tuple[str, str, str], ...] = ()
    tree: tuple[NodeResult, ...] = ()
    unlisted: frozenset[str] = frozenset()

    @cached_property
    def cards(self) -> pd.DataFrame:
        """One row per table found, duplicates included."""
        return frames.card_frame(self.resolved)

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row per item of each card."""
        return frames.item_frame(self.resolved)

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row per person: what counts in roll-ups, with ranks."""
        return frames.people_frame(self.resolved)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What was noticed; nothing of it keeps a card from being taken."""
        return frames.finding_frame(self.notices)

    @cached_property
    def quarantine(self) -> pd.DataFrame:
        """What was not taken: file, sheet, cell, code and a sentence in two languages."""
        return frames.quarantine_frame(self.set_aside)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The headline numbers, as in `--json`; means are None without a complete card."""
        people = self.people
        complete = people[people["status"] == "ok"]
        status = self.cards["status"].value_counts()
        departments = []
        for department, group in people.groupby("department", sort=False):
            done = group[group["status"] == "ok"]
            departments.append(
                {
                    "department": department or None,
                    "people": len(group),
                    "complete": len(done),
                    "mean": _mean(done["computed"]),
                }
            )
        return {
            "period": self.period or None,
            "files": len(self.sources.files),
            "cards": len(self.cards),
            "people": len(people),
            "complete": len(complete),
            "statuses": {str(name): int(count) for name, count in sorted(status.items())},
            "missing": [
                {"person": person, "staff_id": number or None, "department": department or None}
                for person, number, department in self.missing
            ],
            "quarantined": len(self.set_aside),
            "findings": len(self.notices),
            "mean": _mean(complete["computed"]),
            "grades": {label: int((complete["grade"] == label).sum()) for label in frames.grade_labels(self.resolved)},
            "departments": departments,
            "keep": self.keep,
            "hierarchy": [
                {
                    "node": one.node.name,
                    "superior": one.node.superior or None,
                    "people": one.people,
                    "own": one.own,
                    "rule": one.node.how,
                    "team": one.team,
                    "indicator": one.node.feeds or None,
                    "with_team": one.fed,
                }
                for one in self.tree
            ],
        }

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """One JSON document; `computed` is unrounded, coverage a fraction, what is unknown null."""
        cards = []
        for one in self.resolved:
            c = one.card
            cards.append(
                {
                    "file": c.file,
                    "sheet": c.sheet,
                    "person": c.person or None,
                    "staff_id": c.staff_id or None,
                    "department": c.department or None,
                    "position": c.position or None,
                    "period": c.period or None,
                    "evaluator": c.evaluator or None,
                    "stated": c.stated,
                    "computed": c.computed,
                    "totals": {t.column: {"stated": t.stated, "computed": t.computed} for t in c.totals},
                    "coverage": c.coverage,
                    "grade": c.grade if c.total is not None else None,
                    "status": one.status,
                    "counted": one.counted,
                }
            )
        return {
            "schema": SCHEMA,
            "cards": cards,
            "quarantine": [
                {"file": n.file, "sheet": n.sheet, "cell": n.cell, "code": n.code, "message": n.message.text(language)}
                for n in self.set_aside
            ],
            "findings": [
                {
                    "file": n.file, "sheet": n.sheet, "cell": n.cell, "code": n.code, "severity": n.severity,
                    "message": n.message.text(language),
                }
                for n in self.notices
            ],
            "summary": self.summary,
        }  # fmt: skip

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        quotas: Mapping[str, float] | None = None,
        history: str | None = None,
    ) -> Path:
        """Write the summary workbook (.xlsx), or the list of people (.csv); missing folders are made.

        Args:
            path: Where to.
            quotas: Grade → share (a fraction) of the forced distribution; a marked assumption when omitted.
            history: A history whose periods give the changes and the sheet 趋势.

        Raises:
            UsageError: Another ending; quotas of unknown grades, or that do not sum to 1.
            UnusableFile: The place cannot be written.
        """
        from .output import save

        return save(self, Path(path), quotas, history)


def consolidate(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    period: str | None = None,
    roster: str | os.PathLike[str] | None = None,
    rules: str | os.PathLike[str] | Definition | None = None,
    hierarchy: str | os.PathLike[str] | None = None,
    keep: str = KEEP[0],
    processes: int | None = None,
    skip: Sequence[str | os.PathLike[str]] = (),
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
    password: str | None = None,
) -> Consolidation:
    """Put the assessment tables of folders and files together.

    Every total is computed by the scoring core from what was filled in; what the files show is only set beside it.
    The result depends on names and contents of the files alone, not on their order, the locale or the number of processes.

    Args:
        paths: Folders and files, .xlsx, .xlsm or .xls.
        period: 2026Q3, 2026H1, 2026-08, 2026 …; the most frequent one of the tables when omitted.
        roster: A workbook that lists who should be there.
        rules: Rules for tables that carry none; typed scores are added up without.
        hierarchy: Positions and superiors, a workbook or TOML, for team results.
        keep: Which of several cards of one person counts: the "first" or the "last" with a total, by file name; names
            that say they are copies (副本, copy, "(1)") come last.
        processes: How many to read with; by default as many as there are processors, and one for few files.
        skip: Files that are never read.
        progress: Called with (files read, files in all).
        vocabulary: The words to recognise by, `Vocabulary.load(extra)`, and with `.mapped(Mapping.parse("权重=E"))` what
            is known about columns; the built-in words when omitted.
        password: Of those files that are encrypted, the roster and the hierarchy among them.

    Returns:
        A `Consolidation`.

    Raises:
        UsageError: Nothing to read, or an argument that cannot be used.
        UnusableFile: The roster cannot be read.

    Example:
        ::

            done = consolidate("部门表/")
            done.cards[["person", "computed", "grade", "status"]]
    """
    check_keep(keep)
    if period is not None:
        period_of(period)
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    definition = load_definition(Path(rules)) if isinstance(rules, (str, os.PathLike)) else rules
    wanted = load_roster(Path(roster), password) if roster is not None else None
    nodes = load_hierarchy(Path(hierarchy), password) if hierarchy is not None else ()
    leave = [Path(p) for p in (*skip, roster, hierarchy) if p is not None]
    with patient_collector():
        sources = find_sources([Path(p) for p in given], leave)
        reader = Reader(definition, period or "", vocabulary, password, sources.root.name)
        readings = read_all(sources.files, reader, processes, progress)
        sources = with_contents(sources, readings)
        cards = [card for reading in readings for card in reading.cards]
        copies = {source.file: source.copy_of for source in sources.files if source.copy_of}
        resolution = resolve(cards, period, keep, copies)
    others = _of_other_periods(resolution.cards)
    notices = [*sources.notices, *(n for r in readings for n in r.notices if _concerns(n, others)), *resolution.notices]
    set_aside = [
        *sources.quarantine, *(n for r in readings for n in r.quarantine if _concerns(n, others)), *resolution.quarantine
    ]  # fmt: skip
    # A form without a name in which nothing was read is empty, unless something stands in it: then nobody may be missing it.
    unread = {n.place: n for n in notices if n.code == "scores-unread"}
    lost = {n.place for n in notices if n.code == "blank-form"} & set(unread)
    notices = [n for n in notices if n.place not in lost or n.code not in ("blank-form", "scores-unread")]
    set_aside += [unread[place]._replace(severity="error") for place in sorted(lost)]
    attendance = compare_with_roster(wanted, resolution.cards) if wanted is not None else Attendance((), frozenset(), [])
    notices += attendance.notices
    notices += outside_tree(nodes, resolution.cards) if nodes else []
    notices += _of_other_scales(resolution.cards)
    order = ("error", "warning", "info")
    notices = sorted(dict.fromkeys(notices), key=lambda n: order.index(n.severity))
    return Consolidation(
        resolution.period,
        resolution.cards,
        tuple(notices),
        tuple(dict.fromkeys(set_aside)),
        sources,
        keep,
        wanted,
        attendance.missing,
        roll_up_tree(nodes, resolution.cards) if nodes else (),
        attendance.unlisted,
    )


def _of_other_scales(cards: Sequence[Resolved]) -> list[Notice]:
    """Grades that are not those of most cards: they cannot be distributed together. Told once for each such scale."""
    (most, _), *others = frames.grade_scales([one for one in cards if one.counted]).items()
    notices = []
    for scale, own in others:
        c = own[0].card
        mine, theirs = "、".join(scale), "、".join(most)
        zh = f"{len(own)} 张表（如这张）的等级是 {mine}，多数表是 {theirs}；强制分布按多数的"
        en = f"{len(own)} cards, such as this one, have the grades {mine}, most have {theirs}; the distribution is over those"
        notices.append(Notice("grade-scales-mixed", "warning", c.file, c.sheet, c.cell, Message(zh, en)))
    return notices


def _of_other_periods(cards: Sequence[Resolved]) -> set[tuple[str, str]]:
    """The sheets, by file and name, on which all tables belong to another period than the one consolidated."""
    own = {(one.card.file, one.card.sheet) for one in cards if one.status != "other_period"}
    return {(one.card.file, one.card.sheet) for one in cards} - own


def _concerns(notice: Notice, others: set[tuple[str, str]]) -> bool:
    """Whether something belongs into this summary: of a table of another period only why it is taken for one does.

    What may be a further table stays a matter of this one, whatever period it is of.
    """
    return (notice.file, notice.sheet) not in others or notice.code in ("period-differs", "low-confidence-table")


def read_all(
    files: Sequence[Source], reader: Reader, processes: int | None = None, progress: Progress | None = None
) -> list[FileReading]:
    """Read files, in their order; with several processes where that is worth it."""
    count = processes if processes is not None else (_processors() if len(files) >= _WORTH_PROCESSES else 1)
    told = progress or (lambda done, all_: None)
    told(0, len(files))
    if count > 1:
        return read_together(files, reader, count, told)
    results = []
    for source in files:
        results.append(reader(source))
        told(len(results), len(files))
    return results


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity is not None else os.cpu_count() or 1, 8)


def _mean(values: pd.Series) -> float | None:
    return math.fsum(values) / len(values) if len(values) else None
