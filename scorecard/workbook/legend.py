"""The scale of grades that a form prints: 优秀：90分以上；良好：80-89分 …, in one cell, in several, or as a small table.

A scale is only taken where it is complete in itself: grades that everybody knows, ranges of points that follow on each
other without overlapping. It decides the grades of a table that carries no rules of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from ..scoring.model import Grade, GradeTable
from .cells import Cell, Grid
from .grade_words import GRADE_WORDS, known_grade
from .kept import Kept
from .located import Table
from .score_ranges import score_range

# What a cell must have to be worth a closer look; ranges without a word are looked at from the cell of the word.
_HINT = re.compile(
    "|".join(re.escape(word) for word in GRADE_WORDS if len(word) > 1 or not word.isascii()) + "|[a-fsＡ-ＦＳ](?![a-z])",
    re.IGNORECASE,
)
_INCLUDED = re.compile(r"[(（](?:不?含|包括|包含)[^()（）]*[)）]")
_STRONG_BREAK, _WEAK_BREAK = re.compile(r"[；;。\n\r|｜]+"), re.compile(r"[，,、]+|\s{2,}|\t")
# A scale for less than this is one of points, marks or stars, and none of totals out of 100.
_LOWEST_TOP = 20.0
_LONGEST = 400


# First and last row, first and last column.
_Area = tuple[int, int, int, int]


class Legend(NamedTuple):
    """A scale of grades and the cell in which it begins."""

    grades: GradeTable
    cell: str


class _Pair(NamedTuple):
    low: float
    high: float
    label: str
    cell: Cell


def find_legend(grid: Grid, tables: Sequence[Table]) -> Legend | None:
    """The scale of grades on a sheet, outside its tables; the longest if there are several, None without one.

    Args:
        grid: The sheet.
        tables: The assessment tables on it, whose headings are bands of items and no grades.

    Example:
        ::

            legend = find_legend(grid, tables)
            legend.grades.of(85).label, legend.cell     # ("良好", "A16")
    """
    areas = tuple((table.top, table.last_row, table.first_col, table.last_col) for table in tables)
    model = grid.twin_of
    cells = _HINTS.of((model,), lambda: _hints(model, areas), areas)
    if grid is not model:
        # What a sheet shares with its form is looked at once for all of them.
        shared = [cell for cell in cells if (cell.row, cell.col) not in grid.own]
        cells = sorted([*shared, *_hints(grid.own_cells(), areas)], key=itemgetter(0, 1))
    if not cells:
        return None
    found: list[list[_Pair]] = [_pairs_of(cell) for cell in cells]
    alone = [pairs[0] for pairs in found if len(pairs) == 1]
    beside, below, before = _table_pairs(cells, grid)
    for pairs, by_row in ((alone, True), (alone, False), (beside, False), (before, False), (below, True)):
        found += _lines(pairs, by_row)
    best: Legend | None = None
    for pairs in found:
        legend = _checked(pairs)
        if legend is not None and (best is None or len(legend.grades.rows) > len(best.grades.rows)):
            best = legend
    return best


_HINTS: Kept[list[Cell]] = Kept(32)


def legends_of(tables: Sequence[Table], grids: Mapping[str, Grid]) -> dict[str, Legend]:
    """The scales of grades on the sheets of some tables, by sheet."""
    sheets: dict[str, list[Table]] = {}
    for table in tables:
        sheets.setdefault(table.sheet, []).append(table)
    found = {name: find_legend(grids[name], own) for name, own in sheets.items()}
    return {name: legend for name, legend in found.items() if legend is not None}


def _hints(cells: Iterable[Cell], areas: Sequence[_Area]) -> list[Cell]:
    """Texts outside the tables that may be a grade, or name grades with their points; a name such as 王优 is neither."""
    return [
        cell for cell in cells
        if isinstance(cell.value, str) and not cell.kind and _HINT.search(cell.value)
        and (any(c.isdigit() for c in cell.value) or known_grade(cell.value))
        and not any(top <= cell.row <= bottom and left <= cell.col <= right for top, bottom, left, right in areas)
    ]  # fmt: skip


# --- texts -----------------------------------------------------------------------------------------------------------


def _pairs_of(cell: Cell) -> list[_Pair]:
    """The grades with their ranges in one text."""
    text = str(cell.value)
    if len(text) > _LONGEST or not any(c.isdigit() for c in text):
        return []
    text = _INCLUDED.sub("", text)
    best: list[_Pair] = []
    for pieces in (_STRONG_BREAK.split(text), _WEAK_BREAK.split(text), _WEAK_BREAK.split(_STRONG_BREAK.sub(",", text))):
        pairs = [pair for piece in pieces if (pair := _pair(piece, cell)) is not None]
        if len(pairs) > len(best):
            best = pairs
    return best


def _pair(text: str, cell: Cell) -> _Pair | None:
    span = score_range(text)
    if span is None:
        return None
    label = _label_in(span.rest)
    return _Pair(span.low, span.high, label, cell) if label else None


def _label_in(text: str) -> str:
    """The grade in what stands beside a range: 等级标准：优秀, 为良好, A级."""
    for word in reversed(re.split(r"[^\w+\- ]+", text)):
        word = re.sub(r"^(?:为|是|评为|属于|即|得分|总分|分数|分)", "", word.strip(" -"))
        if known_grade(word):
            bare = re.sub(r"(?<=[A-Za-z+-])[级等档类]$", "", word)
            return bare.upper() if len(bare) <= 2 and bare[:1].isascii() else bare
    return ""


# --- small tables ----------------------------------------------------------------------------------------------------


def _table_pairs(cells: Iterable[Cell], grid: Grid) -> tuple[list[_Pair], list[_Pair], list[_Pair]]:
    """Grades whose range stands in the cell behind them, below them, or in front of them."""
    beside, below, before = list[_Pair](), list[_Pair](), list[_Pair]()
    for cell in cells:
        label = _label_in(str(cell.value)) if known_grade(str(cell.value)) else ""
        if not label:
            continue
        _, _, last_row, last_col = grid.span(cell.row, cell.col)
        places = ((beside, cell.row, last_col + 1), (below, last_row + 1, cell.col), (before, cell.row, cell.col - 1))
        for pairs, row, col in places:
            if col < 1:
                continue
            value = grid.merged_value(row, col)
            span = score_range(value) if isinstance(value, str) else None
            if span is not None and not re.search(r"\w", span.rest.replace("分", "")):
                pairs.append(_Pair(span.low, span.high, label, cell))
    return beside, below, before


def _lines(pairs: list[_Pair], by_row: bool) -> list[list[_Pair]]:
    """Pairs that stand in one row, or under each other."""
    lines: dict[int, list[_Pair]] = {}
    for pair in pairs:
        lines.setdefault(pair.cell.row if by_row else pair.cell.col, []).append(pair)
    return list(lines.values())


# --- judgement -------------------------------------------------------------------------------------------------------


def _checked(pairs: list[_Pair]) -> Legend | None:
    """A scale, if the pairs make one: from the best to the worst, without gaps a total could fall into twice."""
    ordered = sorted(pairs, key=lambda pair: -pair.low)
    labels = [known_grade(pair.label) for pair in ordered]
    if len(ordered) < 2 or len(set(labels)) < len(labels) or ordered[0].low < _LOWEST_TOP or ordered[0].low > 100:
        return None
    for better, worse in zip(ordered, ordered[1:], strict=False):
        if worse.high > better.low or better.low - worse.high > 1 or worse.low >= better.low:
            return None
    if len(ordered) == 2 and ordered[-1].low > 0:
        return None
    first = min(pairs, key=lambda pair: (pair.cell.row, pair.cell.col)).cell
    return Legend(GradeTable(tuple(Grade(pair.low, pair.label) for pair in ordered)), first.name)
