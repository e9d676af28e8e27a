"""A manager's indicator from the team's cards: pooled over the people, by the numbers their rates are based on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scorecard.errors import RuleError, UsageError
from scorecard.findings import Finding
from scorecard.messages import Message
from scorecard.scoring.periods import ROLLUPS, roll_up
from scorecard.scoring.values import key, read
from scorecard.workbook.cells import Grid, read_cell
from scorecard.workbook.edit import Editor
from scorecard.workbook.embed import fill_values
from scorecard.workbook.grid import read_grid
from scorecard.workbook.located import Row, Table
from scorecard.workbook.outputs import output_path
from scorecard.workbook.package import Package
from scorecard.workbook.recognise import recognise_workbook

#: The column that says how many cases a rate is based on.
BASE = "基数"


@dataclass(frozen=True, slots=True)
class Share:
    """What one card contributes.

    Attributes:
        file: The workbook.
        person: 被考核人, "" if it names none.
        actual: The indicator; a rate as a fraction.
        base: Number of cases behind it; None if the card does not say.
    """

    file: str
    person: str
    actual: float
    base: float | None


@dataclass(frozen=True, slots=True)
class Pooled:
    """An indicator of a team.

    Attributes:
        path: The manager's workbook as written; None if only asked for.
        value: The indicator of the team.
        how: "pooled", "mean", "sum", "min", "max" or "last".
        base: Cases behind all of them; None unless every card states its own.
        shares: What it was computed from.
        findings: Cards without the indicator or without a number.
    """

    path: Path | None
    value: float
    how: str
    base: float | None
    shares: tuple[Share, ...]
    findings: tuple[Finding, ...]


def pool_indicator(paths: Sequence[str | os.PathLike[str]], name: str, how: str = "pooled") -> Pooled:
    """An indicator of the team, from the cards of its people.

    Pooled is Σ(rate × base) / Σ base, that is all good cases over all cases: 95/100, 40/50, 190/200 and 9/10 make
    92.8 %, while their mean is 90.0 %. Neither is taken for the other.

    Args:
        paths: The people's workbooks.
        name: The indicator as their cards print it.
        how: "pooled" (needs the column 基数 in every card), "mean", "sum", "min", "max" or "last".

    Raises:
        UnusableFile: A file is not a workbook that can be read.
        UsageError: No card has a number for it, or pooled is asked for and a card states no base.
    """
    wanted = ROLLUPS.get(key(how))
    if wanted is None:
        listed = ", ".join(sorted(set(ROLLUPS.values())))
        raise UsageError(Message(f"汇总方式“{how}”无效，有：{listed}", f'unknown way to pool "{how}": {listed}'))
    shares: list[Share] = []
    findings: list[Finding] = []
    for path in map(Path, paths):
        share = _share(path, name, findings)
        if share is not None:
            shares.append(share)
    if not shares:
        zh = f"下属的考核表里没有“{name}”的实际值；请核对名称，下属表里叫别的名字时用 --from 给出"
        en = f'no card has an actual of "{name}"; check the name, or give by --from what the team\'s cards call it'
        raise UsageError(Message(zh, en))
    without = [share.file for share in shares if share.base is None]
    if wanted == "pooled" and without:
        listed = "、".join(without)
        zh, en = (
            f"没有填“{name}”的基数，不能合并计算：{listed}",
            f'no base of "{name}", so it cannot be pooled: {listed}',
        )
        raise UsageError(Message(zh, en))
    values, weights = [share.actual for share in shares], None
    if wanted == "pooled":
        weights = [share.base or 0.0 for share in shares]
        values = [actual * base for actual, base in zip(values, weights, strict=True)]
    try:
        value = roll_up(values, weights, wanted)
    except RuleError as problem:
        raise UsageError(problem.message, name) from None
    base = None if without else sum(share.base or 0.0 for share in shares)
    return Pooled(None, value, wanted, base, tuple(shares), tuple(findings))


def fill_from_team(
    manager: str | os.PathLike[str],
    paths: Sequence[str | os.PathLike[str]],
    name: str,
    *,
    source: str = "",
    how: str = "pooled",
    output: str | os.PathLike[str] | None = None,
    in_place: bool = False,
    overwrite: bool = False,
) -> Pooled:
    """Write an indicator of the team into the actual of a manager's card.

    Args:
        manager: The manager's workbook.
        paths: The people's workbooks.
        name: The manager's indicator.
        source: The people's indicator; the same name when omitted.
        how: See `pool_indicator`.
        output: Where to write; `NAME_部门.xlsx` beside the input when omitted.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.

    Raises:
        UnusableFile: A file is not a workbook that can be read.
        UsageError: See `pool_indicator`; or the manager's card has no such indicator, or a formula for it.
    """
    pooled = pool_indicator(paths, source or name, how)
    path = Path(manager)
    target = output_path(path, output, in_place, overwrite, False, "_部门")
    package = Package.open(path)
    place = next(_rows(package, name), None)
    if place is None or place[1].actual_cell is None:
        zh, en = f"没有指标“{name}”，或它没有实际值一栏", f'no indicator "{name}" with a place for its actual'
        raise UsageError(Message(zh, en), str(path))
    table, row, grid = place
    cell = grid.at(row.actual_cell or "A1")
    if cell.is_formula:
        where = f"{path}!{table.sheet}!{row.actual_cell}"
        raise UsageError(Message("实际值是公式，没有改动", "the actual is a formula and was left alone"), where)
    editor = Editor(package)
    sheet = editor.sheet(table.sheet)
    sheet.set(cell.row, cell.col, pooled.value)
    col = _base_column(table, grid)
    if col is not None and pooled.base is not None:
        sheet.set(cell.row, col, pooled.base)
    data = fill_values(editor.finish())
    if target is not None:
        Package.open(data).save(target)
    return Pooled(target, pooled.value, pooled.how, pooled.base, pooled.shares, pooled.findings)


# --- reading ---------------------------------------------------------------------------------------------------------


def _rows(package: Package, name: str) -> Iterator[tuple[Table, Row, Grid]]:
    tables, _ = recognise_workbook(package)
    for table in tables:
        for row in table.rows:
            if key(row.name) == key(name):
                yield table, row, read_grid(package, table.sheet)


def _share(path: Path, name: str, findings: list[Finding]) -> Share | None:
    package = Package.open(path)
    for table, row, grid in _rows(package, name):
        reading = read_cell(grid, row.actual_cell) if row.actual_cell else None
        if reading is None or reading.number is None:
            message = Message(
                f"{path.name}：“{name}”没有数字，未计入", f'{path.name}: no number for "{name}"; left out'
            )
            findings.append(Finding("team-left-out", "warning", table.sheet, row.actual_cell or row.name_cell, message))
            return None
        col = _base_column(table, grid)
        base = read(grid.cell(row.row, col).value).number if col is not None else None
        return Share(path.name, table.identity.get("person", ("", ""))[0], reading.number, base)
    message = Message(f"{path.name}：没有“{name}”，未计入", f'{path.name}: has no "{name}"; left out')
    findings.append(Finding("team-left-out", "warning", "", "", message))
    return None


def _base_column(table: Table, grid: Grid) -> int | None:
    """The column whose header begins with 基数."""
    for row in range(table.top, table.top + table.header_rows):
        for col in range(1, grid.last_col + 1):
            value = grid.cell(row, col).value
            if isinstance(value, str) and value.startswith(BASE):
                return col
    return None
