"""What a column or a row is by what stands in it, where its words do not say so.

Names are told by being different texts, one in every row; weights by their sum; targets by being quantities in front of
the actuals; the rows of a ledger by coming again in the same order; a total by being the sum of the scores above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum

from .addresses import split_cell
from .grid import Cell, Grid
from .probe import asked_together, is_longer, is_missing, read, trim

_LOOKED_AT = 60
_GRADED = frozenset({"weight", "points", "score", "weighted_score"})
_TELLING = frozenset({"rule_text", "method", "target", "actual", "note", "number", "section"})
_FORM = _GRADED | _TELLING - {"number", "section"}
_NAME_LENGTH, _UNIT_LENGTH, _QUANTITY_LENGTH = 60, 4, 16
# What measures end in, and units do not.
_MEASURES = ("率", "度", "额", "量", "值", "数", "比")
#: How far below the items their total stands at most.
TOTAL_WITHIN = 6
# Totals are typed with two places.
_SLACK = 0.006
#: A cell, or a range, in a formula.
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")


@asked_together
def is_whole(shares: Sequence[float]) -> bool:
    """Whether weights or full marks are complete: their sum is 1 or 100, or 1 written in per cent under a heading that says %."""
    total = fsum(shares)
    return any(abs(total - whole) < whole * 1e-6 for whole in (1.0, 100.0, 0.01))


def _text(value: object) -> str:
    return trim(value) if isinstance(value, str) else ""


def names_items(grid: Grid, rows: Sequence[int], col: int) -> bool:
    """Whether a column names the items: short texts, all different, one in every row.

    Args:
        grid: The sheet.
        rows: Rows of the body.
        col: The column.
    """
    cells = [grid.cell(row, col) for row in rows[:_LOOKED_AT]]
    if any(cell.is_formula for cell in cells):
        return False  # a summary names them, a form does not
    texts = [_text(cell.value) for cell in cells]
    filled = [text for text in texts if text]
    if len(filled) < 2 or len(filled) * 10 < len(texts) * 9:
        return False
    named = all(not is_longer(text, _NAME_LENGTH) and not _is_quantity(text) for text in filled)
    return named and all_differ(filled)


def _is_quantity(text: str) -> bool:
    """Whether a text is a number with at most a short unit: 3次/台, and not 6S检查得分 or 20秒接通率."""
    reading = read(text)
    is_unit = len(reading.unit) <= _UNIT_LENGTH and not (len(reading.unit) > 1 and reading.unit.endswith(_MEASURES))
    return reading.number is not None and is_unit and not is_longer(text, _QUANTITY_LENGTH)


@asked_together
def all_differ(texts: Sequence[str]) -> bool:
    """Whether no two of several texts are the same."""
    return len(set(texts)) == len(texts)


@asked_together
def all_alike(texts: Sequence[str]) -> bool:
    """Whether several texts are one and the same."""
    return len(texts) > 1 and len(set(texts)) == 1


def stand_in(grid: Grid, cells: Sequence[Cell], roles: Mapping[int, str]) -> list[Cell]:
    """The heading of the items in a row where none says so: beside weights and scores, over texts that all differ.

    Args:
        grid: The sheet.
        cells: The cells of the row.
        roles: What its headings mean, by column.
    """
    known = set(roles.values())
    if len(known & _FORM) < 1 or known & {"foreign", "name"}:
        return []
    bottom = max(grid.span(cells[0].row, col)[2] for col in roles)
    texts = {cell.col: cell for cell in cells if _text(cell.value)}
    weight = next((col for col, role in roles.items() if role in ("weight", "points")), 0)
    if not weight:
        # A form has rules, targets, categories or numbers beside its scores, and is more than two such headings.
        told = [role for role in roles.values() if role in _FORM or role in ("section", "number")]
        if len(told) < 3 or not known & _TELLING:
            return []
        weight = share_column(grid, bottom, [c for c in texts if roles.get(c, "") in ("", "score", "weighted_score")])
    elif len(known & _FORM) < 2:
        return []
    if not weight:
        return []
    first = min([weight, *(col for col, role in roles.items() if role in _GRADED)])
    col = naming_column(grid, bottom, by_claim([(c, roles.get(c, "")) for c in texts if c < first]), weight)
    # A list of shares with a result each is a summary; a form has rules, targets, numbers or categories.
    is_form = roles.get(col) == "section" or bool(known & _TELLING)
    return [texts[col]] if col and is_form else []


def share_column(grid: Grid, bottom: int, cols: Iterable[int]) -> int:
    """Of some columns the first whose numbers are complete weights or full marks; 0 if none's are.

    Args:
        grid: The sheet.
        bottom: The last row of the header.
        cols: The columns, the likeliest first.
    """
    return next((col for col in cols if _shares_below(grid, bottom, col)), 0)


def by_claim(columns: Iterable[tuple[int, str]]) -> list[int]:
    """Columns that may name the items though no heading says so: unknown ones, then categories, then other texts."""
    order = ("", "section", "note", "rule_text")
    ranked = [(order.index(role), -col if role == "section" else col, col) for col, role in columns if role in order]
    return [col for _, _, col in sorted(ranked)]  # of two categories the finer one stands further right


def naming_column(grid: Grid, bottom: int, cols: Iterable[int], weight: int) -> int:
    """Of some columns the first whose texts, beside complete weights, name items; 0 if none does.

    Args:
        grid: The sheet.
        bottom: The last row of the header.
        cols: The columns, the likeliest first.
        weight: The column of weights or full marks.
    """
    rows = _shares_below(grid, bottom, weight)
    return next((col for col in cols if names_items(grid, rows, col)), 0) if rows else 0


def _shares_below(grid: Grid, bottom: int, col: int) -> list[int]:
    """The rows under a header in which a column holds complete weights or full marks, three of them at least; else none."""
    rows: list[int] = []
    shares: list[float] = []
    for row in range(bottom + 1, bottom + _LOOKED_AT):
        cell = grid.cell(row, col)
        share = read(cell.value, number_format=cell.number_format).number
        if share is not None and not cell.is_formula:
            rows.append(row)
            shares.append(share)
        elif rows and (row > rows[-1] + 2 or _text(cell.value)) or row >= bottom + 3 + len(rows) * _LOOKED_AT:
            break
    return rows if len(rows) > 2 and is_whole(shares) else []


def holds_quantities(grid: Grid, rows: Sequence[int], col: int, least: float) -> bool:
    """Whether at least a share of what stands in a column are quantities (95%, 3次/台, ≤2), and none is a long text."""
    cells = [grid.cell(row, col) for row in rows[:_LOOKED_AT]]
    filled = [cell.value for cell in cells if not is_missing(cell.value)]
    if not filled or any(is_longer(_text(value), 12) for value in filled):
        return False
    return sum(1 for value in filled if not isinstance(value, str) or _is_quantity(value)) >= least * len(filled)


def shares_across(grid: Grid, rows: Sequence[int], cols: Sequence[int]) -> bool:
    """Whether the numbers of some columns are weights of one person each: in every row their sum is 1 or 100."""
    if len(cols) < 2 or not rows:
        return False
    for row in rows[:_LOOKED_AT]:
        shares = [
            read(cell.value, number_format=cell.number_format).number for cell in (grid.cell(row, col) for col in cols)
        ]
        if any(share is None for share in shares) or not is_whole([share for share in shares if share is not None]):
            return False
    return True


def cycle(texts: Sequence[str]) -> tuple[str, ...]:
    """The two or three texts that a column repeats in the same order (计划, 完成, 差额, 计划, …), else ()."""
    for length in (3, 2):
        first = tuple(texts[:length])
        fits = len(texts) >= 2 * length and len(set(first)) == length
        if fits and all(texts[i] == first[i % length] for i in range(2 * length)):
            return first
    return ()


def difference_of(cell: Cell) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The two cells whose difference a formula is: minuend and subtrahend; None for any other formula."""
    match = re.fullmatch(r"=?\$?([A-Z]{1,3})\$?(\d{1,7})-\$?([A-Z]{1,3})\$?(\d{1,7})", cell.formula or "")
    if match is None:
        return None
    first, second = _places(match[1] + match[2], ""), _places(match[3] + match[4], "")
    return (first[0], second[0]) if first and second else None


def refers_to(formula: str | None) -> set[tuple[int, int]]:
    """The cells that a formula names, ranges of up to a few hundred cells spread out."""
    found: set[tuple[int, int]] = set()
    for corners in ranges_of(formula or ""):
        if corners is None:
            continue
        (r1, c1), (r2, c2) = corners
        if (r2 - r1 + 1) * (c2 - c1 + 1) <= 500:
            found |= {(row, col) for row in range(r1, r2 + 1) for col in range(c1, c2 + 1)}
    return found


def ranges_of(formula: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]] | None]:
    """The corners of each cell or range that a formula names; None for one that no sheet has."""
    for first, top, last, bottom in REFERENCE.findall(formula):
        yield _places(first + top, last + bottom)


def _places(first: str, last: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The corners of a range, or one cell twice; None for what no sheet has: F0, B05, ZZZ1."""
    try:
        corner = split_cell(first)
        return corner, split_cell(last) if last else corner
    except ValueError:
        return None


def adds_up(cell: Cell, rows: Iterable[int]) -> bool:
    """Whether a formula takes in the cells of all of some rows in its own column: it is a total over them."""
    wanted = {(row, cell.col) for row in rows}
    return len(wanted) > 1 and cell.is_formula and wanted <= refers_to(cell.formula)


def added_up(grid: Grid, cols: Iterable[int], first: int, last: int) -> frozenset[int]:
    """The rows whose cells in some columns are named by a formula further down in the same column."""
    found: set[int] = set()
    for col in cols:
        for row in range(first, last + 1):
            cell = grid.cell(row, col)
            if cell.is_formula:
                named = {r for r, c in refers_to(cell.formula) if c == col and r < row}
                if len(named) > 1:
                    found |= named
    return frozenset(found)


def is_sum(
    grid: Grid, cell: Cell, rows: Sequence[int], loose: Sequence[int], weights: Sequence[float | None], plain: bool,
    away: Sequence[int] = (), slack: float = _SLACK,
) -> bool:  # fmt: skip
    """Whether a number is the total of the scores above it in its column.

    Args:
        grid: The sheet.
        cell: The number.
        rows: Rows with a weight.
        loose: Rows without one: their points are added as they are.
        weights: As written, one per row of `rows`.
        plain: Full marks stand in place of weights: the scores are simply added.
        away: Those of `loose` whose points are taken away, whatever their sign.
        slack: How far off the number may be.
    """
    stated = read(cell.value).number
    scores = [read(grid.cell(row, cell.col).value).number for row in rows]
    given, taken = (
        [number for row in some if (number := read(grid.cell(row, cell.col).value).number) is not None]
        for some in ([row for row in loose if row not in away], away)
    )
    known = [number for number in (*scores, *weights) if number is not None]
    if stated is None or len(known) < len(scores) + len(weights):
        return False
    return _makes([stated, *given, *taken, *known], len(given), len(taken), plain, slack)


@asked_together
def _makes(numbers: Sequence[float], given: int, taken: int, plain: bool, slack: float) -> bool:
    """Whether the first number is the sum of the scores, by their weights or plainly, and points given and taken away.

    One question about all of them, so that a form may be remembered whatever its scores are.
    """
    stated, loose, rest = numbers[0], numbers[1 : 1 + given + taken], numbers[1 + given + taken :]
    points = fsum(loose[:given]) - fsum(map(abs, loose[given:]))
    scores, weights = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    whole = fsum(weights)
    if not whole:
        return False
    weighted = fsum(score * weight for score, weight in zip(scores, weights, strict=True))
    # Weights that do not make 100 % are a mistake of the table, and its total may be right by them.
    scales = (whole, 100.0 if whole > 1.5 else 1.0)
    if not plain and any(abs(stated - weighted / scale - points) < slack for scale in scales):
        return True
    return abs(stated - fsum(scores) - points) < slack

