"""Bring the cached values of a workbook up to date, and change nothing else.

Programs that cannot calculate (readers, viewers, scripts) see the values stored beside the formulas. This module
computes them and writes those that differ; a workbook that is up to date keeps every byte.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..findings import Finding
from ..messages import Message
from ..scoring.values import CellError, CellValue
from .addresses import cell_name
from .dependencies import Address, Graph, Sources
from .engine import Engine
from .package import Package
from .splice import splice

#: Two numbers within this share of the larger one are the same: the fifteen digits a spreadsheet shows, with noise.
RELATIVE = 1e-12
#: Beside an exact zero there is no larger one; sums that cancel leave this much noise.
ABSOLUTE = 1e-13
# Beyond so many cells that rest on kept ones they all stay, rather than looking into each.
_MANY = 500

_OLD_INPUTS = Message(
    "依赖于无法计算的单元格，而后者的输入已有变化，因此保留旧值",
    "it rests on a cell that could not be computed and whose inputs have changed, so the old value stays",
)


class Change(NamedTuple):
    """A cached value that differed from what the formula gives.

    Attributes:
        sheet: Name of the sheet.
        cell: A1 name.
        old: The value stored so far; None when there was none.
        new: The value computed.
    """

    sheet: str
    cell: str
    old: CellValue
    new: CellValue


@dataclass(frozen=True, slots=True)
class Kept:
    """A formula cell that keeps the value it had.

    Attributes:
        sheet: Name of the sheet.
        cell: A1 name.
        value: The value that stays; None when there is none.
        reason: Why it was not computed.
        is_stale: Whether something it rests on has changed, so that the value is likely wrong by now.
    """

    sheet: str
    cell: str
    value: CellValue
    reason: Message
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What recalculating a workbook did, or with `check` would do.

    Attributes:
        path: The file; None when bytes were given.
        changes: Values that were out of date, sheet by sheet in the order of the file.
        kept: Cells that were not computed, with the reason.
        findings: The same for people, and what else was noticed.
        data: The new file when bytes were given (the same bytes when nothing changed); else None.
        is_volatile: Whether its values depend on the moment (TODAY, NOW), so that tomorrow's may differ.
    """

    path: Path | None
    changes: tuple[Change, ...]
    kept: tuple[Kept, ...]
    findings: tuple[Finding, ...]
    data: bytes | None = None
    is_volatile: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the file, as it was given, showed values that are not those of its formulas."""
        return bool(self.changes) or any(kept.is_stale for kept in self.kept)


def recalculate(
    source: str | os.PathLike[str] | bytes, *, check: bool = False, as_of: datetime | None = None
) -> Recalculation:
    """Compute the formulas of a workbook and store the values that differ.

    Only the values of formula cells change: formulas, inputs, formats, charts, macros and the calculation settings
    stay as they are, byte for byte. A path is updated in place, in one step, and only when something changed. A cell
    the engine cannot compute as Excel does keeps its value and is listed in `kept`; so is a cell that rests on such a
    one when the inputs of that have changed. A formula without a stored value counts as out of date.

    Args:
        source: An .xlsx or .xlsm, as a path or as its bytes.
        check: Compute and compare only; nothing is written and `data` is None.
        as_of: What TODAY and NOW give, as local time; this moment when omitted.

    Raises:
        UnusableFile: not a workbook that can be read, or a place that cannot be written.

    Example:
        ::

            result = recalculate("考核表.xlsx")
            [(c.cell, c.old, c.new) for c in result.changes]     # [("L17", 86.1, 86.5)]
    """
    package = Package.open(source)
    result = update(package, check=check, as_of=as_of)
    if isinstance(source, bytes):
        return result if check else replace(result, data=package.to_bytes())
    if result.changes and not check:
        package.save(source)
    return replace(result, path=Path(source))


def update(
    package: Package, *, check: bool = False, as_of: datetime | None = None, engine: Engine | None = None
) -> Recalculation:
    """Recalculate a workbook in memory: `package` has the new values afterwards, nothing is saved.

    Args:
        package: The workbook.
        check: Compute and compare only; the package stays as it is.
        as_of: What TODAY and NOW give.
        engine: One made for this workbook, or a copy of it, for a caller that needs it afterwards.

    Raises:
        UnusableFile: a part that is needed cannot be read.
    """
    engine = engine or Engine(package, as_of=as_of)
    result, values = compared(engine, engine.evaluate())
    if not check and values:
        _write(package, values)
    return result


def compared(engine: Engine, values: Mapping[Address, CellValue]) -> tuple[Recalculation, dict[Address, CellValue]]:
    """What the values of an engine mean for the workbook.

    Returns:
        The result without its path and data, and the values to be written.
    """
    updates = {
        address: value
        for address, value in values.items()
        if not (engine.cells[address].cached and is_same(engine.cells[address].value, value))
    }
    stale: set[Address] = set()
    if engine.kept and updates:
        stale = _stale(engine, updates)
    held = {address for address in stale if address in updates}
    if held:
        updates = {address: value for address, value in updates.items() if address not in held}
    changes = tuple(
        Change(address[0], cell_name(*address[1:]), engine.cells[address].value, value)
        for address, value in updates.items()
    )
    kept: tuple[Kept, ...] = ()
    if engine.kept or held:
        kept = tuple(
            _kept(engine, address, address in stale) for address in engine.cells if _is_kept(engine, address, held)
        )
    return Recalculation(None, changes, kept, tuple(_findings(engine, kept)), None, engine.is_volatile), updates


def is_same(old: CellValue, new: CellValue) -> bool:
    """Whether two values are the same to a person: equal, or numbers alike in their first dozen digits.

    Example:
        >>> is_same(0.3, 0.1 + 0.2), is_same(1, True), is_same("1", 1)
        (True, False, False)
    """
    if old is new or (type(old) is type(new) and old == new):
        return True
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        if old == new:
            return True
        gap = abs(old - new)
        return gap <= RELATIVE * max(abs(old), abs(new)) or (0 in (old, new) and gap <= ABSOLUTE)
    return False


def _write(package: Package, values: dict[Address, CellValue]) -> None:
    by_sheet: dict[str, dict[tuple[int, int], CellValue]] = {}
    for (sheet, row, col), value in values.items():
        by_sheet.setdefault(sheet, {})[row, col] = value
    parts = {sheet.name: sheet.part for sheet in package.sheets}  # once: a write makes the package look again
    for name, cells in by_sheet.items():
        part = parts[name]
        package.write(part, splice(package.read(part), cells, where=package.where))


# --- cells that were not computed ------------------------------------------------------------------------------------


def _stale(engine: Engine, updates: dict[Address, CellValue]) -> set[Address]:
    """Cells whose value must not be trusted: kept ones whose inputs changed, and updates that rest on such.

    What was typed carries no date, so a change shows only in what follows from it: an input counts as changed when
    it feeds a formula whose value changed without the help of a kept cell.
    """
    graph = engine.graph
    behind = {address: graph.sources([address]) for address in engine.kept}
    # What reads no cell cannot have been overtaken by one: the name of the file, another workbook.
    suspects = {address for address, sources in behind.items() if sources.rects or sources.everything}
    follows = graph.downstream(suspects)
    sure = [address for address in updates if address not in follows]
    doubtful = [address for address in updates if address in follows]
    changed = graph.sources(sure)
    changed.formulas.update(sure)
    stale = {address for address in suspects if sure and _has_changed(behind[address], changed, sure)}
    if len(doubtful) > _MANY:
        return stale | suspects | set(doubtful)
    for address in doubtful:
        mine = graph.sources([address], stop=suspects)
        used = suspects if mine.everything else mine.formulas & suspects
        own = _own(mine, used)
        guilty = {kept for kept in used if kept in stale or behind[kept].meets(own)}
        if guilty:
            stale |= {address, *guilty}
    return _with_followers(graph, stale, doubtful)


def _has_changed(sources: Sources, changed: Sources, sure: list[Address]) -> bool:
    return not sources.formulas.isdisjoint(sure) or sources.meets(changed)


def _own(sources: Sources, used: set[Address]) -> Sources:
    """What a cell rests on besides the kept cells themselves."""
    rects = {rect for rect in sources.rects if not rect.is_cell or rect[:3] not in used}
    return Sources(sources.formulas - used, rects, sources.everything)


def _with_followers(graph: Graph, stale: set[Address], doubtful: list[Address]) -> set[Address]:
    """Whatever rests on a value that stays old must stay old with it."""
    follows = graph.downstream(stale)
    return stale | {address for address in doubtful if address in follows}


def _is_kept(engine: Engine, address: Address, held: set[Address]) -> bool:
    return address in engine.kept or address in held


def _kept(engine: Engine, address: Address, is_stale: bool) -> Kept:
    obstacle = engine.kept.get(address)
    reason = obstacle.message if obstacle is not None else _OLD_INPUTS
    cell = engine.cells[address]
    return Kept(address[0], cell.name, cell.value if cell.cached else None, reason, is_stale)


def _findings(engine: Engine, kept: tuple[Kept, ...]) -> Iterable[Finding]:
    codes = {(address[0], engine.cells[address].name): found.code for address, found in engine.kept.items()}
    for cell in kept:
        code = codes.get((cell.sheet, cell.cell), "rests-on-kept")
        severity = "error" if cell.is_stale or code == "function-failed" else "warning"
        tail = (
            Message("；保留原值", "; the old value stays")
            if cell.value is not None
            else Message("；没有值", "; no value")
        )
        message = Message(cell.reason.zh + tail.zh, cell.reason.en + tail.en)
        yield Finding(code, severity, cell.sheet, cell.cell, message)
    for (sheet, _, _), found in engine.cells.items():
        if isinstance(found.value, CellError) and found.value.code == "#SPILL!":
            message = Message("数组公式在 Excel 中没有足够的空位", "the array formula had no room to spill in Excel")
            yield Finding("spill-blocked", "warning", sheet, found.name, message)
