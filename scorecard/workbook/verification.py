"""Whether a finalised workbook is as it was frozen, and if not, which cells were changed since."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..findings import Finding
from ..messages import Message
from ..scoring.values import CellError, is_missing, show
from . import rulesheet as rs
from .cells import Cell, Grid
from .grid import read_grid
from .package import Package
from .register import FROZEN, LIVE, SHEET, Entry, canonical, read_register, thawed


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that is not as it was frozen: `old` and `new` are what it showed and shows, as texts."""

    sheet: str
    cell: str
    old: str
    new: str
    message: Message


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a finalised workbook is as it was.

    Attributes:
        file: As given.
        date: When it was finalised.
        digest: The hash on the sheet.
        differences: Cells changed since, added ones included.
        is_register_intact: Whether the hash on the sheet is that of the register.
    """

    file: str
    date: str
    digest: str
    differences: tuple[Difference, ...]
    is_register_intact: bool

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing was changed: no cell, and the register itself neither."""
        return self.is_register_intact and not self.differences


def verify(path: str | os.PathLike[str]) -> Verification:
    """Whether a finalised workbook is as it was frozen, and if not, which cells were changed since.

    Raises:
        UnusableFile: Not a workbook that can be read.
        UsageError: It is not finalised.
    """
    source = Path(path)
    package = Package.open(source)
    register = read_register(package)
    if register is None:
        zh, en = "这个工作簿没有定稿，无从核对；请给出 scorecard finalise 写出的文件", "this workbook is not finalised"
        raise UsageError(Message(zh, f"{en}; name a file that scorecard finalise has written"), source.name)
    return Verification(
        str(path), register.date, register.digest, tuple(differences(package, register.entries)),
        register.computed_digest() == register.digest,
    )  # fmt: skip


def with_formulas(package: Package) -> tuple[Package, list[Finding]]:
    """A workbook as its cards are read: one that is finalised with its formulas back (in memory), and what to say of it."""
    register = read_register(package)
    if register is None:
        return package, []
    found = list(differences(package, register.entries))
    message = Message(f"已于 {register.date} 定稿", f"finalised on {register.date}")
    findings = [Finding("finalised", "info", SHEET, "", message)]
    for one in found:
        told = Message(f"定稿后改动：{one.message.zh}", f"changed since it was finalised: {one.message.en}")
        findings.append(Finding("changed-since-final", "warning", one.sheet, one.cell, told))
    if register.computed_digest() != register.digest:
        told = Message("定稿登记表被改动，与 SHA-256 不符", "the register was changed: it does not match its SHA-256")
        findings.append(Finding("register-changed", "warning", SHEET, "", told))
    return thawed(package, register), findings


def differences(package: Package, entries: Sequence[Entry]) -> Iterator[Difference]:
    """The cells of a workbook that are not as the register has them, those filled in since included."""
    grids: dict[str, Grid] = {}
    present = {sheet.name for sheet in package.sheets if sheet.kind == "worksheet"}
    missing = [name for name in dict.fromkeys(e.sheet for e in entries) if name not in present]
    for name in missing:
        yield Difference(name, "", "", "", Message("工作表已被删除或改名", "the sheet was removed or renamed"))
    known: dict[str, set[str]] = {}
    whole = {e.sheet for e in entries if e.state == FROZEN} | {rs.SHEET}
    for entry in entries:
        if entry.sheet not in present:
            continue
        if entry.sheet not in grids:
            grids[entry.sheet] = read_grid(package, entry.sheet)
        known.setdefault(entry.sheet, set()).add(entry.cell)
        found = _difference(entry, grids[entry.sheet].at(entry.cell))
        if found is not None:
            yield found
    for name, cells in known.items():
        if name not in whole:
            continue
        for cell in grids[name]:
            if cell.name not in cells and (cell.is_formula or not is_missing(cell.value)):
                new = _shown(cell)
                yield Difference(name, cell.name, "", new, Message(f"定稿后填入 {new}", f"filled in since: {new}"))


def _difference(entry: Entry, cell: Cell) -> Difference | None:
    old, new = _text(entry.value), _shown(cell)
    if entry.state == LIVE:
        if cell.is_formula and (cell.formula or "").strip() != entry.formula.strip() and cell.kind == "normal":
            return Difference(
                entry.sheet,
                entry.cell,
                f"={entry.formula}",
                f"={cell.formula}",
                Message("公式改了", "the formula was changed"),
            )
    elif cell.is_formula and not _is_error(entry, cell):
        message = Message(f"定稿时是 {old or '空白'}，现在是公式", f"was {old or 'blank'}, is a formula now")
        return Difference(entry.sheet, entry.cell, old, new, message)
    if canonical(entry.value) != canonical(cell.value) and not _is_error(entry, cell):
        message = Message(f"{old or '空白'} 改成了 {new or '空白'}", f"{old or 'blank'} became {new or 'blank'}")
        return Difference(entry.sheet, entry.cell, old, new, message)
    return None


def _is_error(entry: Entry, cell: Cell) -> bool:
    """LibreOffice writes an error that stands in a cell as a formula: =#VALUE!."""
    return isinstance(entry.value, CellError) and cell.formula == entry.value.code


def _shown(cell: Cell) -> str:
    return f"={cell.formula}" if cell.is_formula else _text(cell.value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return show(value)
    return str(value)
