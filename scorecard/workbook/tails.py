"""The last rows of a table, behind complete weights: a total or a grade that is to be filled in, among points of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..findings import Finding
from ..messages import Message
from .grade_words import is_grade
from .grid import Grid
from .probe import read
from .structure import TOTAL_WITHIN, is_sum, refers_to
from .vocabulary import STRONG, Vocabulary


class Line(NamedTuple):
    """A row without a weight: its row and its name."""

    row: int
    name: str


class Tail(NamedTuple):
    """Which lines are no items.

    Attributes:
        first: The first line that is none, by its place.
        total: The row of the total; 0 if that is known already.
        is_sure: Whether a grade right below says so, and not only what the line is called.
    """

    first: int
    total: int
    is_sure: bool


def read_tail(
    grid: Grid, lines: Sequence[Line], scores: Sequence[int], is_summed: bool, has_values: Callable[[int], bool],
    vocabulary: Vocabulary,
) -> Tail | None:  # fmt: skip
    """Where a total and a grade stand among lines without a weight; None if there is neither.

    Args:
        grid: The sheet.
        lines: The lines behind the last weight.
        scores: The columns of scores.
        is_summed: Whether a total is known already.
        has_values: Whether a row has a score, a target … of its own.
        vocabulary: The words.
    """
    for i, line in enumerate(lines):
        if any(is_grade(grid.cell(line.row, col).value) for col in scores):
            before = lines[i - 1] if i and not is_summed and not has_values(lines[i - 1].row) else None
            return Tail(i - 1 if before else i, before.row if before else 0, True)
    for i, line in enumerate(lines if not is_summed else ()):
        match = vocabulary.match_header(line.name)
        is_named = match is not None and match.role in ("score", "total") and match.score >= STRONG
        if is_named and not has_values(line.row):
            return Tail(i, line.row, False)
    return None


def weight_missing(sheet: str, name: str, cell: str) -> Finding:
    """What to say of an item without a weight among others that have theirs.

    Args:
        sheet: Its sheet.
        name: Its name.
        cell: Where its weight would stand.
    """
    zh = f"“{name}”：没有权重，按 0 计，不影响总分；请补上权重，是加减分的话请在名称里写明"
    en = f'"{name}": it has no weight and counts 0; enter one or, if these are points of their own, say so in its name'
    return Finding("weight-missing", "warning", sheet, cell, Message(zh, en))


def is_weighed(grid: Grid, row: int, weight: int, scores: Sequence[int], limit: int) -> bool:
    """Whether each formula below that takes a score in takes the weight beside it in as well: SUMPRODUCT, C7*D7.

    Args:
        grid: The sheet.
        row: The row of the score.
        weight: The column of weights.
        scores: The columns of scores.
        limit: The last row that belongs to the table.
    """
    totals = [
        named
        for below in range(row + 1, min(limit, row + TOTAL_WITHIN) + 1)
        for col in scores
        if (row, col) in (named := refers_to(grid.cell(below, col).formula))
    ]
    return bool(totals) and all((row, weight) in named for named in totals)


def takes_in(
    grid: Grid, scores: Sequence[int], rows: Sequence[int], loose: Sequence[int], weights: Sequence[float | None],
    away: Sequence[int],
) -> bool:  # fmt: skip
    """Whether a typed total is that of the weighted scores and the points of rows without a weight, and not without them.

    Args:
        grid: The sheet.
        scores: The columns of scores.
        rows: Rows with a weight.
        loose: Rows without one, behind them.
        weights: As written, one per row of `rows`.
        away: Those of `loose` whose points are taken away.
    """
    for col in scores:
        if all(read(grid.cell(row, col).value).number is None for row in loose):
            continue
        for below in range(loose[-1] + 1, loose[-1] + TOTAL_WITHIN + 1):
            cell = grid.cell(below, col)
            if cell.is_formula or not is_sum(grid, cell, rows, loose, weights, False, away):
                continue
            if not is_sum(grid, cell, rows, (), weights, False):
                return True
    return False
