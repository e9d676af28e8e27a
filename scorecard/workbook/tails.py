"""The last rows of a table, behind complete weights: a total or a grade that is to be filled in, among points of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .grade_words import is_grade
from .grid import Grid
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
