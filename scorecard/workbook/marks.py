"""What the scores that people typed stand for: marks out of 100, points out of a full mark, or weighted points.

The header decides (满分, 加权得分); where it does not, the department's own total does: a plain sum of the scores means
that they are weighted already. Everything becomes the raw 0..100 score that the scoring core adds up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..errors import RuleError
from ..findings import Finding
from ..messages import Message
from ..scoring.curve import Rating
from ..scoring.values import CellError, Reading, State, decimal_sum, is_missing, read, show, snap, trim
from ..scoring.weights import points_as_weights
from .addresses import cell_name, split_cell
from .cells import Grid, reading_of
from .located import ABILITIES, Row, Table, score_columns
from .score_ranges import score_scale
from .structure import REFERENCE, ranges_of

# What is left of a formula that only adds up cells.
_PLAIN_SUM = re.compile(r"(?:SUM|ROUND|IF|IFERROR|[-+(),\d.\s]|\"\"|=|#)*", re.IGNORECASE)
_SLACK = 1e-6

#: What ratings are worth where a form does not say so: an assumption, and reported as one.
LABELS = Rating((
    ("优", 95), ("优秀", 95), ("良", 85), ("良好", 85), ("中", 75), ("中等", 75), ("一般", 75), ("合格", 65), ("及格", 65),
    ("差", 50), ("较差", 50), ("不合格", 50), ("不及格", 50), ("A", 95), ("B", 85), ("C", 75), ("D", 65), ("E", 50),
))  # fmt: skip
_FIVE, _WHOLE = 5, 100


@dataclass(frozen=True, slots=True)
class Marks:
    """How the scores of one column are to be read.

    Attributes:
        label: The label of the column.
        is_weighted: A score is weight × what the core calls a score.
        most: The best rating of a scale such as 1 to 5; labels (优, 良, 中, 差) are understood beside it.
        scale: What all scores are out of, where the header says so (1-5分, 10分制).
        findings: Said where nothing in the header says so.
    """

    label: str
    is_weighted: bool
    most: float | None = None
    scale: float | None = None
    findings: tuple[Finding, ...] = ()

    def reading(self, row: Row, weight: float | None, grid: Grid) -> Reading:
        """The typed score of a row on 0..100.

        Args:
            row: The row.
            weight: Its weight as a fraction.
            grid: Its sheet.
        """
        place = row.score_cell(self.label)
        if not place:
            return Reading(State.MISSING)
        cell = grid.at(place)
        value = cell.value
        # With its format: 0.85 that shows as 85% is no score of 0.85 points.
        typed = reading_of(cell)
        if self.most is not None and typed.number is None and isinstance(value, str):
            try:
                return Reading(State.NUMBER, LABELS.score(trim(value).rstrip("+-")), text=trim(value))
            except RuleError:
                return typed
        full = full_mark(row, grid) or self.most or self.scale
        if full is None and self.is_weighted and weight is not None:
            full = snap(weight * 100)
        if typed.number is None or typed.percent or full is None or full <= 0:
            return typed
        if not 0 <= typed.number <= full + _SLACK:
            shown, most = show(typed.number), show(full)
            reason = Message(f"得分 {shown} 应在 0 与满分 {most} 之间", f"score {shown}: must be from 0 to {most}")
            return Reading(State.ERROR, error=CellError("#VALUE!", reason), text=typed.text)
        return replace(typed, number=snap(min(typed.number / full, 1.0) * 100))


def read_marks(table: Table, grid: Grid, weights: list[float | None], label: str) -> Marks:
    """How the scores of a column are meant.

    Args:
        table: The table.
        grid: Its sheet.
        weights: Fractions, one per row.
        label: The label of the score column.
    """
    column = next((c for c in score_columns(table) if c.label == label), None)
    if column is not None and column.role == "weighted_score":
        return Marks(label, True)
    if table.layout == ABILITIES:
        return _ratings(table, grid, label)
    items = [(row, w) for row, w in zip(table.rows, weights, strict=True) if row.kind in ("kpi", "rating")]
    scale = score_scale(column.header) if column is not None and table.is_list else None
    if scale is not None and all(full_mark(row, grid) is None for row, _ in items):
        cell = cell_name(table.top + table.header_rows - 1, column.col) if column is not None else ""
        shown = show(scale)
        message = Message(
            f"表头写明满分 {shown} 分，各项得分按 {shown} 分为满分折算成百分制",
            f"by their heading the scores are out of {shown}; they count as parts of it, on a scale of 100",
        )
        return Marks(label, False, scale=scale, findings=(Finding("score-scale", "info", table.sheet, cell, message),))
    if any(full_mark(row, grid) is not None for row, _ in items) or not _sums_up(table, grid, items, label):
        return Marks(label, False)
    message = Message(
        "总分是各项得分直接相加，得分按已乘权重理解", "the total adds the scores up: they are taken as weighted already"
    )
    return Marks(label, True, findings=(Finding("scores-weighted", "info", table.sheet, table.totals[label], message),))


def _ratings(table: Table, grid: Grid, label: str) -> Marks:
    """Ratings of abilities: labels, 1 to 5, or marks out of 100 when any of them is higher than 5."""
    cells = [cell for row in table.rows if (cell := row.score_cell(label))]
    numbers = [n for cell in cells if (n := read(grid.at(cell).value).number) is not None]
    labels = [cell for cell in cells if isinstance(grid.at(cell).value, str) and read(grid.at(cell).value).error]
    if not numbers and not labels:
        return Marks(label, False)
    if any(number > _FIVE for number in numbers):
        return Marks(label, False, 100.0)
    first = next((cell for cell in cells if not is_missing(grid.at(cell).value)), "")
    zh, en = "1–5 分按 5 分为满分折算", "1 to 5 are taken as parts of 5"
    if labels:
        zh, en = "评级按 优95 良85 中75 及格65 差50 折算", "ratings are worth 95, 85, 75, 65 and 50"
    finding = Finding(
        "rating-scale-assumed", "info", table.sheet, first, Message(f"表中没有写明，{zh}", f"{en} (assumed)")
    )
    return Marks(label, False, float(_FIVE), findings=(finding,))


def _sums_up(table: Table, grid: Grid, items: list[tuple[Row, float | None]], label: str) -> bool:
    """Whether the stated total is the plain sum of the scores, none of which exceeds its weight."""
    cell = table.totals.get(label)
    pairs = [(place, w) for row, w in items if (place := row.score_cell(label)) is not None and w is not None]
    if cell is None or len(pairs) < max(2, len(items)):
        return False
    numbers = []
    for place, weight in pairs:
        number = read(grid.at(place).value).number
        if number is not None and not 0 <= number <= weight * 100 + _SLACK:
            return False  # of most tables the first score says so
        numbers.append(number)
    return _is_sum(table, grid, label, [place for place, _ in pairs], numbers)


def scores_added(table: Table, grid: Grid, label: str) -> Finding | None:
    """What to say where a form without weights and full marks adds its scores up to a total of at most 100; else None.

    36 + 24 + 21 = 81: the scores are points of their items, whatever these are out of, and their mean means nothing.

    Args:
        table: The table.
        grid: Its sheet.
        label: The label of the score column.
    """
    cell = table.totals.get(label)
    if cell is None or table.layout == ABILITIES or table.sections:
        return None
    if any(row.weight_cell or row.weight or row.points or row.points_cell for row in table.rows):
        return None
    places = [row.score_cell(label) for row in table.rows if row.kind in ("kpi", "rating")]
    cells = [place for place in places if place]
    numbers = [read(grid.at(place).value).number for place in cells]
    known = [number for number in numbers if number is not None]
    if len(cells) < max(2, len(places)) or any(not 0 <= n < _WHOLE for n in known) or decimal_sum(known) > _WHOLE:
        return None
    if not _is_sum(table, grid, label, cells, numbers):
        return None
    message = Message(
        "表中没有权重和满分，总分是各项得分直接相加，按各项得分之和计；要按百分制比较各项，请写明权重或满分",
        "no weights or full marks, and the total adds the scores up: their sum counts; state weights or full marks to have "
        "the items on a scale of 100",
    )
    return Finding("scores-added", "info", table.sheet, cell, message)


def _is_sum(table: Table, grid: Grid, label: str, places: list[str], numbers: list[float | None]) -> bool:
    """Whether the stated total of a column is the plain sum of its scores and of the points beside the weights."""
    total = grid.at(table.totals[label])
    if total.formula:
        return _adds_only(total.formula, {split_cell(place) for place in places})
    stated = read(total.value).number
    known = [number for number in numbers if number is not None]
    if not stated or len(known) < len(numbers):
        return False
    return abs(stated - decimal_sum([*known, *_points(table, grid, label)])) < 0.006


def _points(table: Table, grid: Grid, label: str) -> list[float]:
    """The points beside the weights, as they count."""
    extra = [(row, row.score_cell(label)) for row in table.rows if row.kind == "adjustment"]
    return [row.counted(read(grid.at(place).value).number or 0.0) for row, place in extra if place]


def _adds_only(formula: str, wanted: set[tuple[int, int]]) -> bool:
    named: set[tuple[int, int]] = set()
    for corners in ranges_of(formula):
        if corners is None:
            return False  # it names a cell that no sheet has
        (r1, c1), (r2, c2) = corners
        named |= {place for place in wanted if r1 <= place[0] <= r2 and c1 <= place[1] <= c2}
    return named == wanted and _PLAIN_SUM.fullmatch(REFERENCE.sub("#", formula)) is not None


def full_mark(row: Row, grid: Grid) -> float | None:
    """The full mark of a row, from its cell or its heading; None without one."""
    if row.points is not None:
        return row.points.number
    return read(grid.at(row.points_cell).value).number if row.points_cell else None


def points_weights(table: Table, grid: Grid) -> list[float | None] | None:
    """Weights of a table of points: full mark over the sum of full marks; None where none are stated."""
    full = [full_mark(row, grid) if row.kind in ("kpi", "rating") else None for row in table.rows]
    known = [mark for mark in full if mark is not None]
    if not known or any(mark <= 0 for mark in known):
        return None
    shares = iter(points_as_weights(known))
    return [next(shares) if mark is not None else None for mark in full]
