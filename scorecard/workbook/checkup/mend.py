"""Write what a check-up found: fixes that were asked for, and the sheet 体检, into a copy of the workbook."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...errors import UnusableFile, UsageError
from ...messages import Message
from ..embed import fill_values
from ..opening import old_format_finding
from ..outputs import output_path
from ..package import Package
from ..plan import Edit, Plan, apply
from ..recalc import recalculate
from ..vocabulary import Vocabulary
from .codes import codes
from .fixes import FIXABLE
from .report import plan_report
from .run import Checkup, check_package, known_codes


@dataclass(frozen=True, slots=True)
class Mended:
    """What was written, or would be.

    Attributes:
        path: The file; None for a dry run.
        edits: The fixes, cell by cell; the sheet 体检 is not among them.
        recalculated: Whether old values were brought up to date.
        before: The check-up of the input.
        after: That of the outcome.
    """

    path: Path | None
    edits: tuple[Edit, ...]
    recalculated: bool
    before: Checkup
    after: Checkup


def mend(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    fix: Iterable[str] = (),
    sheet: bool = False,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
    vocabulary: Vocabulary | None = None,
) -> Mended:
    """Put findings right by their codes, and list what is left on a sheet 体检; in a copy unless told otherwise.

    Args:
        path: An .xlsx or .xlsm.
        output: Where to write; `NAME_体检.xlsx` beside the input when omitted.
        fix: Codes whose planned edits are applied; nothing else is changed.
        sheet: Whether the sheet is written.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Plan only.
        vocabulary: The words to recognise by; the built-in ones when omitted.

    Raises:
        UsageError: An unknown code, one that only a person can decide, contradicting options, an output that exists.
        UnusableFile: The input cannot be read, or is of an old format.
    """
    chosen = known_codes(fix)
    for name in sorted(chosen - FIXABLE):
        act = codes()[name].act
        raise UsageError(Message(f"{name} 不能自动修改：{act.zh}", f"{name} cannot be fixed automatically: {act.en}"))
    source = Path(path)
    if old_format_finding(source):
        sentence = Message(
            "旧格式（.xls、.et）只能检查，不能修改或加“体检”表；请先用 Excel 或 WPS 另存为 .xlsx",
            "workbooks of the old formats (.xls, .et) can be checked but not changed; save it as .xlsx first",
        )
        raise UnusableFile(sentence, source.name)
    target = output_path(source, output, in_place, overwrite, dry_run, "_体检")
    package = Package.open(source)
    before = check_package(package, str(path), vocabulary)
    edits = before.edits(chosen)
    recalculates = any(n.fix is not None and n.fix.recalculates and n.finding.code in chosen for n in before.noted)
    data = _fixed(package, edits, recalculates)
    name = str(target) if target is not None else str(path)
    after = before
    if edits or recalculates:
        after = check_package(Package.open(data, where=package.where), name, vocabulary)
    if sheet:
        plan = plan_report(Package.open(data), after.findings, sum(after.tables.values()))
        data = fill_values(apply(plan, Package.open(data)))
    if target is not None and (edits or recalculates or sheet or not in_place):
        Package.open(data).save(target)
    return Mended(target, edits, recalculates, before, after)


def _fixed(package: Package, edits: tuple[Edit, ...], recalculates: bool) -> bytes:
    """The workbook with the edits; formulas that rest on them get their new values."""
    if edits:
        return fill_values(apply(Plan(edits), package))
    data = package.to_bytes()
    if recalculates:
        result = recalculate(data)
        return result.data if result.data is not None else data
    return data
