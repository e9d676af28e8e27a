"""A check-up: recalculate, inspect, run every check, and say what could be fixed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...definitions import Definition, load_definition
from ...errors import ScorecardError, UnusableFile, UsageError
from ...findings import SEVERITIES, Finding, finding_json
from ...messages import Message
from ...refusals import no_workbooks
from ..inspection import inspect_package
from ..opening import OLD_ENDINGS, is_read_only_format, old_format_finding, open_workbook
from ..package import Package
from ..plan import Edit
from ..recalc import Recalculation, recalculate
from ..summaries import is_summary
from ..vocabulary import Vocabulary, default_vocabulary
from . import actuals, attainable, bands, formulas, names, people, periods, rules, targets, weights
from .codes import CONSOLIDATION, codes
from .fixes import FIXABLE, Fix, fix_of
from .registry import run_book, run_books
from .report import TITLE
from .subjects import Book, subject_of

SCHEMA = 1
#: The modules whose functions are in the registry, by being imported.
HOMES = (weights, rules, targets, names, actuals, bands, attainable, formulas, people, periods)
#: Endings of workbooks that can be written.
ENDINGS = (".xlsx", ".xlsm")
#: And of those that can be read.
READABLE = (*ENDINGS, *OLD_ENDINGS)


@dataclass(frozen=True, slots=True)
class Noted:
    """One finding of a check-up.

    Attributes:
        file: The workbook, as given.
        finding: What was noticed.
        fix: What `--fix` would do about it; None where a person must decide, or the file cannot be written into.
    """

    file: str
    finding: Finding
    fix: Fix | None = None

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """As JSON: the finding with its file, its title, and the edits of its fix or null."""
        known = codes().get(self.finding.code)
        return {
            "file": self.file,
            **finding_json(self.finding, language),
            "title": known.title.text(language) if known else "",
            "fix": None
            if self.fix is None
            else {
                "recalculates": self.fix.recalculates,
                "edits": [
                    {
                        "cell": f"{e.sheet}!{e.cell}",
                        "value": e.value,
                        "formula": e.formula,
                        "what": e.what.text(language),
                    }
                    for e in self.fix.edits
                ],
            },
        }


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that is no workbook one can read: which, and why."""

    path: Path
    error: ScorecardError

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """As JSON: a finding of the code `unusable-file`."""
        return {
            "file": str(self.path), "code": "unusable-file", "severity": "error", "cell": "",
            "message": self.error.message.text(language), "title": "", "fix": None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a check-up found.

    Attributes:
        files: The workbooks that were looked at.
        noted: The findings: file by file, worst first.
        tables: Assessment tables per file.
        failures: Files that cannot be used.
    """

    files: tuple[str, ...]
    noted: tuple[Noted, ...]
    tables: dict[str, int]
    failures: tuple[Unusable, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings alone."""
        return tuple(one.finding for one in self.noted)

    @property
    def has_errors(self) -> bool:
        """Whether any finding is of severity error, or a file cannot be used."""
        return bool(self.failures) or any(one.finding.severity == "error" for one in self.noted)

    def edits(self, chosen: Iterable[str], file: str | None = None) -> tuple[Edit, ...]:
        """The planned edits of the codes chosen, each cell once."""
        wanted = set(chosen)
        found: dict[tuple[str, int, int], Edit] = {}
        for one in self.noted:
            if one.fix is not None and one.finding.code in wanted and file in (None, one.file):
                for edit in one.fix.edits:
                    found.setdefault((edit.sheet, edit.row, edit.col), edit)
        return tuple(found.values())

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """One JSON document, schema 1."""
        return {
            "schema": SCHEMA,
            "files": [{"file": file, "tables": self.tables.get(file, 0)} for file in self.files],
            "counts": {name: sum(one.finding.severity == name for one in self.noted) for name in SEVERITIES},
            "findings": [one.to_json(language) for one in self.noted]
            + [failure.to_json(language) for failure in self.failures],
        }


def check(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    rules: str | os.PathLike[str] | Definition | None = None,
    period: str | None = None,
    only: Iterable[str] = (),
    vocabulary: Vocabulary | None = None,
    password: str | None = None,
) -> Checkup:
    """Check the assessment tables of a workbook, of several, or of all workbooks below a folder. Writes nothing.

    Args:
        path: An .xlsx or .xlsm, of an .xls or .et the values, a folder, or a sequence of these. Cards are also compared
            with each other.
        rules: Rules for tables that are not embedded; without, a table of four bands is looked at by the standard policy.
        period: Target period; as the form states it when omitted.
        only: Codes to look for; all when empty.
        vocabulary: The words to recognise by, see `inspect`; the built-in ones when omitted.
        password: Of those workbooks that are encrypted.

    Returns:
        The findings; those about what a cell contains never raise. A file that cannot be used is in `failures`.

    Raises:
        UsageError: An unknown code, a rules file that cannot be used, a folder without workbooks.
        UnusableFile: The only file given cannot be read.

    Example:
        ::

            checkup = scorecard.check("客服部.xlsx")
            [(f.code, f.where) for f in checkup.findings if f.severity == "error"]
    """
    wanted = checked_codes(only)
    definition = rules if isinstance(rules, Definition) or rules is None else load_definition(Path(rules))
    single = isinstance(path, (str, os.PathLike)) and not Path(path).is_dir()
    paths = workbooks_of(path, READABLE)
    words = vocabulary or default_vocabulary()
    books: list[Book] = []
    failures: list[Unusable] = []
    for one in paths:
        try:
            book = read_book(open_workbook(one, password=password), str(one), definition, period, words)
        except ScorecardError as problem:
            if single:
                raise
            failures.append(Unusable(one, problem))
            continue
        old = old_format_finding(one)
        inspection = replace(book.inspection, findings=(*book.inspection.findings, *old)) if old else book.inspection
        books.append(replace(book, inspection=inspection, is_writable=not is_read_only_format(one)))
    return _checked(books, failures, wanted)


def check_package(package: Package, name: str, vocabulary: Vocabulary | None = None) -> Checkup:
    """`check` for a workbook that is open already; `name` is what the findings call it.

    Raises:
        UnusableFile: A part of it is damaged.
    """
    return _checked([read_book(package, name, None, None, vocabulary or default_vocabulary())], [], frozenset())


def known_codes(names: Iterable[str]) -> frozenset[str]:
    """Codes as given, checked.

    Raises:
        UsageError: One of them does not exist.
    """
    import difflib

    wanted = frozenset(names)
    for name in sorted(wanted):
        if name not in codes():
            # People know the words of a finding, not its code.
            near = difflib.get_close_matches(name, codes(), n=3) or [
                code.name for code in codes().values() if any(name in words for words in code.title)
            ][:6]
            zh = f"没有代码 {name}，" + (f"是否想写 {'、'.join(near)}？" if near else "代码写在每条发现后面的 [] 里")
            en = f"there is no code {name}; " + (
                f"did you mean {', '.join(near)}?" if near else "codes stand in [] behind each finding"
            )
            raise UsageError(Message(zh, en))
    return wanted


def checked_codes(names: Iterable[str]) -> frozenset[str]:
    """Codes as given, all of them such as the check-up looks for.

    Raises:
        UsageError: One of them does not exist, or only `consolidate` finds it.
    """
    wanted = known_codes(names)
    for name in sorted(wanted):
        if codes()[name].group == CONSOLIDATION:
            zh, en = f"{name} 只有汇总（scorecard consolidate）时才查", f"{name} is found by scorecard consolidate only"
            raise UsageError(Message(zh, en))
    return wanted


def workbooks_of(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], endings: Sequence[str] = ENDINGS
) -> list[Path]:
    """The files named, and the workbooks below the folders named, each once; lock files and hidden ones are left out.

    Args:
        path: Files and folders.
        endings: What counts as a workbook below a folder.

    Raises:
        UsageError: Nothing is left.
    """
    given = [Path(path)] if isinstance(path, (str, os.PathLike)) else [Path(one) for one in path]
    found: dict[Path, Path] = {}
    for one in given:
        inside = sorted(one.rglob("*")) if one.is_dir() else [one]
        for file in inside:
            hidden = one.is_dir() and any(part.startswith(".") for part in file.relative_to(one).parts)
            wanted = not one.is_dir() or (file.suffix.lower() in endings and file.is_file())
            if wanted and not hidden and not file.name.startswith("~$"):
                found.setdefault(file.resolve(), file)
    if not found:
        raise no_workbooks([str(one) for one in given], tuple(endings))
    return list(found.values())


def read_book(
    package: Package, name: str, definition: Definition | None, period: str | None, vocabulary: Vocabulary
) -> Book:
    """One workbook, recalculated and inspected.

    Raises:
        UnusableFile: A part of it is damaged.
    """
    result: Recalculation | None = None
    fresh = package
    noted: list[Finding] = []
    try:
        # There is nothing to check in what `consolidate` wrote, and its formulas are for Excel.
        result = recalculate(package.to_bytes()) if not is_summary(package) else None
        if result is not None and result.changes and result.data is not None:
            fresh = Package.open(result.data, where=package.where)
    except UnusableFile as problem:
        noted.append(Finding("not-recalculated", "warning", "", "", problem.message))
    inspection = inspect_package(fresh, name, rules=definition, period=period, is_fresh=True, vocabulary=vocabulary)
    inspection = replace(inspection, findings=(*inspection.findings, *noted))
    subjects = tuple(
        subject_of(card, inspection, vocabulary)
        for card in inspection.cards
        if not is_report(inspection.computed[card.table.sheet].cell(1, 1).value)
    )
    return Book(name, package, fresh, inspection, result, subjects, vocabulary)


def is_report(title: object) -> bool:
    """Whether a sheet whose first cell holds this is a report of ours."""
    return title == TITLE


def _checked(books: Sequence[Book], failures: Sequence[Unusable], wanted: frozenset[str]) -> Checkup:
    found: dict[str, list[Finding]] = {}
    for book in books:
        found[book.file] = _without_echoes([*book.inspection.findings, *run_book(book)])
    for book, one in run_books(books):
        found[book.file].append(one)
    noted = []
    for book in books:
        order = {sheet.name: i for i, sheet in enumerate(book.package.sheets)}
        ranked = sorted(
            dict.fromkeys(found[book.file]),
            key=lambda f: (SEVERITIES.index(f.severity), order.get(f.sheet, -1)),
        )
        for one in ranked:
            if not wanted or one.code in wanted:
                is_fixable = one.code in FIXABLE and book.is_writable
                noted.append(Noted(book.file, one, fix_of(one, book) if is_fixable else None))
    return Checkup(
        tuple(book.file for book in books),
        tuple(noted),
        {book.file: len(book.subjects) for book in books},
        tuple(failures),
    )


# What says less about a cell than another finding about the same cell.
_ECHOES = {
    "rating-unknown": ("score-unreadable",),
    "date-cell": ("actual-unreadable", "target-unreadable", "weight-unreadable", "text-number"),
    "actual-text": ("text-number",),
    "zero-target-ratio": ("rule-impossible",),
}


def _without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without those that another one about the same cell explains better."""
    silent = {
        (echo, found.sheet, cell)
        for found in findings
        for echo in _ECHOES.get(found.code, ())
        for cell in found.cell.split(",")
    }
    return [found for found in findings if (found.code, found.sheet, found.cell) not in silent]
