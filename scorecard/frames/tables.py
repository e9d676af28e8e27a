"""Long tables of cards: one row per card and item in, scores and totals out.

The order of `scoring.score.score_card`: score, weights, redistribution, adjustments, veto, clamp, round, grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import RuleError, UsageError
from ..messages import Message
from ..scoring.curve import Curve, Rating, Rule
from ..scoring.model import Kpi, Settings
from ..scoring.score import finish_total, incomplete_grade, score_item, veto_factor
from ..scoring.values import ERROR_CODES, CellError
from ..scoring.values import NOT_APPLICABLE as NOT_APPLICABLE_TEXT
from ..scoring.weights import TOLERANCE, check_weights
from .cells import (
    ERROR,
    MISSING,
    NO_ERROR,
    NOT_APPLICABLE,
    NUMBER,
    STATES,
    Booleans,
    Cells,
    Codes,
    Indices,
    distinct,
    error_code,
    error_column,
    read_column,
    state_column,
)
from .curves import compile_curves, evaluate
from .rounding import Floats, round_half_up, snap

SCORED = ("state", "score", "error", "share", "contribution")

_NUM = error_code(CellError("#NUM!"))
_VALUE = error_code(CellError("#VALUE!"))
_NOTHING_FOUND = error_code(CellError("#N/A"))
_UNKNOWN = error_code(CellError("#UNKNOWN!"))


def score_frame(
    frame: pd.DataFrame,
    *,
    rules: Mapping[str, Rule],
    card: str | Sequence[str] = "card",
    item: str = "item",
    actual: str = "actual",
    weight: str = "weight",
    target: str = "target",
    typed: str | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Score a long table: one row per card and item.

    Args:
        frame: The table, n rows in any order; its cells as `read_cells` takes them. Bare numbers of a column "(%)" go
            through `read_cells(column, unit="%")` first.
        rules: The rule of each item, by its name.
        card: Column, or columns (person and period), that tell one card from another.
        item: Column of item names.
        actual: Column of actuals: in the unit of the rule's thresholds, labels for a rating.
        weight: Column of weights, read card by card as `scoring.weights.read_weights` reads them (fractions, percent
            numbers or "15%"); blank counts 0, and a card without any weight shares equally.
        target: Column of targets, used if the table has it: a blank or N/A target makes the item not applicable.
        typed: Column of scores (0 to 100) typed for items that have no rule; without it such items are #N/A.
        settings: How missing items and weights are treated; the defaults of `Settings` if omitted.

    Returns:
        A copy of the table, same index and order, with the columns `state` (category: number, not_applicable, missing,
        error), `score` (0..100, NaN without one), `error` (category of codes, NaN without one), `share` (the weight
        after redistribution, a fraction; 0 if the item does not count, or the card's weights cannot be used) and
        `contribution` (share × score, NaN without a score). Nothing is raised for content.

    Raises:
        UsageError: A column that the table lacks, or that one of these results would overwrite.

    Example:
        >>> from scorecard.scoring.curve import bands
        >>> rules = {"及时率": bands((0.80, 0.95, 0.97, 0.99, 1.00)), "投诉": bands((4, 2, 1, 0.5, 0))}
        >>> cells = {"card": ["甲", "甲"], "item": ["及时率", "投诉"], "actual": ["96%", 2], "weight": ["40%", "60%"]}
        >>> score_frame(pd.DataFrame(cells), rules=rules)[["score", "contribution"]].values.tolist()
        [[65.0, 26.0], [60.0, 36.0]]
    """
    settings = settings or Settings()
    wanted = [*_names(card), item, actual, weight, *([typed] if typed else [])]
    _require(frame, wanted + ([target] if target != "target" else []))
    overwritten = [name for name in (*wanted, target) if name in SCORED]
    if overwritten:
        raise UsageError(
            Message(f"列“{overwritten[0]}”会被结果覆盖", f'column "{overwritten[0]}" would be overwritten by a result')
        )
    scored = _scored_items(frame, rules, item, actual, typed)
    if target in frame.columns:
        _apply_targets(scored, read_column(frame[target]))

    cards, keys = _cards(frame, card)
    weights = _card_weights(read_column(frame[weight]), cards, len(keys), settings.weights)
    # Missing items still count in the shares while a total is awaited, as in a single card.
    awaited = (scored.state == NUMBER) | (scored.state == ERROR)
    if settings.missing != "exclude":
        awaited |= scored.state == MISSING
    base = _sums(np.where(awaited, weights.weight, 0.0), cards, len(keys))[cards]
    usable = weights.error[cards] == NO_ERROR
    with np.errstate(all="ignore"):
        share = np.where(awaited & usable & (base != 0), weights.weight / base * weights.whole[cards], 0.0)
    contribution = np.where(usable, snap(share * scored.number), np.nan)
    columns = (state_column(scored.state), scored.number, error_column(scored.error), share, contribution)
    return frame.assign(**dict(zip(SCORED, columns, strict=True)))


def totals(
    scored: pd.DataFrame,
    *,
    by: str | Sequence[str] = "card",
    settings: Settings | None = None,
    weight: str = "weight",
    adjustments: str | None = None,
    veto: str | None = None,
) -> pd.DataFrame:
    """Add up a scored table, card by card.

    Args:
        scored: A table with the columns `state`, `score` and `error` as `score_frame` gives them.
        by: Column, or columns, that tell one card from another.
        settings: Missing items, weights, digits, floor, cap and grades; the defaults of `Settings` if omitted.
        weight: Column of weights, as for `score_frame`.
        adjustments: Column of 加分/扣分: every filled cell counts once, so an adjustment stands in one row of its card.
        veto: Column of 否决 (blank, 0, FALSE none; 1, TRUE full; between a factor): every filled cell counts once.

    Returns:
        One row per card, in order of first appearance, indexed by `by`: `total` (rounded; NaN without one), `computed`
        (unrounded), `coverage` (a fraction; NaN if the weights cannot be used), `grade` (label; 未完成 9/11 or "" for
        an incomplete card, N/A, or the error's code), `coefficient`, `filled`, `applicable` (items), `state` and
        `error` (categories).

    Raises:
        UsageError: A column that the table lacks.
        RuleError: Settings that contradict themselves.

    Example:
        >>> table = {"card": ["甲", "甲"], "weight": [0.4, 0.6], "state": "number", "score": [65, 100], "error": None}
        >>> totals(pd.DataFrame(table))[["total", "grade"]].to_dict("index")
        {'甲': {'total': 86.0, 'grade': '良'}}
    """
    settings = settings or Settings()
    finish_total(0.0, 0.0, 1.0, settings.floor, settings.cap)
    named = [name for name in (adjustments, veto) if name]
    _require(scored, [*_names(by), "state", "score", "error", weight, *named])
    cards, keys = _cards(scored, by)
    n = len(keys)
    items = _scored_before(scored)
    weights = _card_weights(read_column(scored[weight]), cards, n, settings.weights)
    added = _added_up(items, weights, cards, n, settings)
    points, factor, late_error = _extras(scored, adjustments, veto, cards, n)
    state = np.where((added.state == NUMBER) & (late_error != NO_ERROR), ERROR, added.state)
    error = np.where(added.state == NUMBER, late_error, added.error)

    computed = (added.weighted + points) * factor
    computed = np.maximum(settings.floor, computed)
    if settings.cap is not None:
        computed = np.minimum(settings.cap, computed)
    computed = np.where(state == NUMBER, snap(computed), np.nan)
    total = round_half_up(computed, settings.digits)
    filled = np.bincount(cards[items.state == NUMBER], minlength=n)
    applicable = np.bincount(cards[items.state != NOT_APPLICABLE], minlength=n)
    grade, coefficient = _grades(total, state, error, filled, applicable, settings)
    columns = {
        "total": total,
        "computed": computed,
        "coverage": added.coverage,
        "grade": grade,
        "coefficient": coefficient,
        "filled": filled,
        "applicable": applicable,
        "state": state_column(state),
        "error": error_column(error),
    }
    return pd.DataFrame(columns, index=keys)


# --- items -----------------------------------------------------------------------------------------------------------


def _scored_items(frame: pd.DataFrame, rules: Mapping[str, Rule], item: str, actual: str, typed: str | None) -> Cells:
    """Each row by the rule of its item, targets aside; `number` is the score."""
    codes, names = pd.factorize(frame[item])
    known = [rules.get(name) for name in names] + [None]  # the last one serves rows without an item: their code is -1
    curves = [rule for rule in known if isinstance(rule, Curve)]
    has_curve = np.array([isinstance(rule, Curve) for rule in known])
    curve_of_item = np.maximum(np.cumsum(has_curve) - 1, 0)
    by_curve = has_curve[codes]
    by_hand = np.array([rule is None for rule in known])[codes]

    scored = read_column(frame[actual])
    if curves:
        compiled = compile_curves(curves)
        scored.number[:] = np.where(by_curve, evaluate(compiled, scored.number, curve_of_item[codes]), np.nan)
    if by_hand.any():
        rows = np.flatnonzero(by_hand)
        scored.put(rows, _scored_by_hand(frame[typed].iloc[rows] if typed else None, len(rows)))
    for code, rule in enumerate(known):
        if isinstance(rule, Rating):
            rows = np.flatnonzero(codes == code)
            scored.put(rows, _rated(rule, frame[actual].iloc[rows]))
    return scored


def _scored_by_hand(column: pd.Series | None, n: int) -> Cells:
    if column is None:
        nothing = np.full(n, np.nan), np.full(n, _NOTHING_FOUND), np.zeros(n, np.bool_)
        return Cells(np.full(n, ERROR), *nothing)
    cells = read_column(column)
    # 95% would count as 0.95 of 100 points.
    outside = cells.percent | (cells.number < 0) | (cells.number > 100)
    cells.state[outside], cells.error[outside], cells.number[outside] = ERROR, _VALUE, np.nan
    return cells


def _rated(rule: Rating, labels: pd.Series) -> Cells:
    cells = Cells.all_missing(len(labels))
    values = labels.astype(object).to_numpy()
    filled = np.flatnonzero(~pd.isna(values))
    results, which = distinct(values[filled], lambda label: score_item(Kpi("", rule, label=label)))
    found = Cells(
        np.array([STATES.index(r.state.value) for r in results], np.int8),
        np.array([np.nan if r.score is None else r.score for r in results], np.float64),
        np.array([error_code(r.error) for r in results], np.int8),
        np.zeros(len(results), np.bool_),
    )
    cells.put(filled, found.take(which))
    return cells


def _apply_targets(scored: Cells, targets: Cells) -> None:
    """An item without a target is not assessed, whatever stands in its actual; an error in the target is its error."""
    void, wrong = (targets.state == MISSING) | (targets.state == NOT_APPLICABLE), targets.state == ERROR
    scored.state[void], scored.state[wrong] = NOT_APPLICABLE, ERROR
    scored.error[void], scored.error[wrong] = NO_ERROR, targets.error[wrong]
    scored.number[void | wrong] = np.nan


def _scored_before(scored: pd.DataFrame) -> Cells:
    """The results of `score_frame`, back from their columns."""
    state, error = _positions(scored["state"], STATES), _positions(scored["error"], ERROR_CODES)
    if (state < 0).any():
        raise UsageError(Message("state 列含未知状态", f"column state: only {', '.join(STATES)} are known"))
    error = np.where(state == ERROR, np.where(error < 0, _UNKNOWN, error), NO_ERROR)
    number = scored["score"].to_numpy(dtype=np.float64, na_value=np.nan)
    return Cells(state, number, error, np.zeros(len(scored), np.bool_))


def _positions(column: pd.Series, names: Sequence[str]) -> Codes:
    """Where each text stands among the names, -1 if it does not."""
    known = pd.Index(names)
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(known.get_indexer(column), np.int8)
    place = np.append(np.asarray(known.get_indexer(column.cat.categories), np.int8), np.int8(-1))
    codes: Indices = column.cat.codes.to_numpy()
    return place[codes]


# --- cards -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Weights:
    """Weights as fractions, one per row (0 if unusable); per card what is wrong with them, and what a total is out of.

    Weights taken as they are may sum to more than 1 (a bonus item): the total is then out of that sum.
    """

    weight: Floats
    error: Codes
    whole: Floats


@dataclass(frozen=True, slots=True)
class _Sums:
    """Per card: its state before adjustments, the weighted mean of its scores, and the weights used over all."""

    state: Codes
    error: Codes
    weighted: Floats
    coverage: Floats


def _names(by: str | Sequence[str]) -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def _require(frame: pd.DataFrame, names: Sequence[str]) -> None:
    absent = [name for name in names if name not in frame.columns]
    if absent:
        shown = ", ".join(map(str, frame.columns))
        raise UsageError(Message(f"没有列“{absent[0]}”（有：{shown}）", f'no column "{absent[0]}" (known: {shown})'))


def _cards(frame: pd.DataFrame, by: str | Sequence[str]) -> tuple[Indices, pd.Index]:
    """The number of each row's card, in order of first appearance, and the keys of the cards."""
    names = _names(by)
    if len(names) == 1:
        codes, keys = pd.factorize(frame[names[0]], use_na_sentinel=False)
        return codes.astype(np.intp), pd.Index(keys, name=names[0])
    groups = frame.groupby(names, sort=False, dropna=False, observed=True)
    return groups.ngroup().to_numpy(dtype=np.intp), groups.size().index


def _sums(numbers: Floats, cards: Indices, n: int) -> Floats:
    """Decimal sums per card: whole numbers of twelfth decimals add up without error."""
    return np.bincount(cards, np.rint(snap(numbers) * 1e12), n) / 1e12


def _counts(rows: Booleans, cards: Indices, n: int) -> npt.NDArray[np.intp]:
    return np.bincount(cards[rows], minlength=n)


def _first_errors(errors: Codes, cards: Indices, n: int) -> Codes:
    """The first error among the rows of each card."""
    result = np.full(n, NO_ERROR)
    rows = np.flatnonzero(errors != NO_ERROR)[::-1]
    result[cards[rows]] = errors[rows]  # the last to be written is the first in the table
    return result


def _card_weights(cells: Cells, cards: Indices, n: int, policy: str) -> _Weights:
    """`read_weights` and `check_weights`, card by card."""
    check_weights([1.0], policy)  # refuses an unknown policy
    number = cells.number
    error = _first_errors(np.where(number < 0, _NUM, cells.error), cards, n)
    bare = (cells.state == NUMBER) & ~cells.percent & (number != 0)
    signed = _sums(np.where(cells.percent, number, 0.0), cards, n)
    total = _sums(np.where(bare, number, 0.0), cards, n)
    above, below = _counts(bare & (number > 1), cards, n), _counts(bare & (number < 1), cards, n)
    fraction = (_counts(bare, cards, n) == 0) | (np.abs(signed + total - 1) < 0.005)
    percent = ~fraction & (np.abs(signed + total / 100 - 1) < 0.005)
    mixed = ~fraction & ~percent & (above > 0) & (below > 0)
    divisor = np.where(fraction | (~percent & (above == 0)), 1.0, 100.0)
    error = np.where((error == NO_ERROR) & mixed, _NUM, error)

    weight = np.where(cells.percent, number, snap(number / divisor[cards]))
    given = ~np.isnan(weight)
    weight = np.where(given, weight, 0.0)
    unweighted = _counts(given, cards, n) == 0
    summed = _sums(weight, cards, n)
    wrong = {"strict": np.abs(snap(summed - 1)) > TOLERANCE, "normalise": summed == 0}.get(
        policy, np.zeros(n, np.bool_)
    )
    error = np.where((error == NO_ERROR) & ~unweighted & wrong, _NUM, error)
    with np.errstate(all="ignore"):
        if policy == "normalise":
            weight = snap(weight / summed[cards])
        weight = np.where(unweighted[cards], (1.0 / np.bincount(cards, minlength=n))[cards], weight)
    weight = np.where(error[cards] == NO_ERROR, weight, 0.0)
    return _Weights(weight, error, _sums(weight, cards, n) if policy == "as_is" else np.ones(n))


def _added_up(items: Cells, weights: _Weights, cards: Indices, n: int, settings: Settings) -> _Sums:
    w, is_missing = weights.weight, items.state == MISSING
    scored = items.state == NUMBER
    counts = scored | is_missing if settings.missing == "zero" else scored
    counted, everything = _sums(np.where(counts, w, 0.0), cards, n), _sums(w, cards, n)
    # An item of weight 0 is shown, but takes no part in the total.
    voting = w > 0
    error = _first_errors(np.where(voting, items.error, NO_ERROR), cards, n)
    error = np.where(weights.error != NO_ERROR, weights.error, error)
    awaiting = _counts(voting & is_missing, cards, n) > 0
    incomplete = awaiting & ((settings.missing == "incomplete") | (counted == 0))
    state = np.select([error != NO_ERROR, incomplete, counted == 0], [ERROR, MISSING, NOT_APPLICABLE], NUMBER)
    with np.errstate(all="ignore"):
        weighted = snap(np.bincount(cards, np.where(scored, items.number * w, 0.0), n) / counted * weights.whole)
        coverage = np.where(everything != 0, snap(counted / everything), 0.0)
    return _Sums(state, error, weighted, np.where(weights.error == NO_ERROR, coverage, np.nan))


def _extras(
    frame: pd.DataFrame, adjustments: str | None, veto: str | None, cards: Indices, n: int
) -> tuple[Floats, Floats, Codes]:
    """Points added, the factor of the vetoes, and the first error among them, per card."""
    points, factor, error = np.zeros(n), np.ones(n), np.full(n, NO_ERROR)
    if adjustments:
        cells = read_column(frame[adjustments])
        points = _sums(np.where(cells.state == NUMBER, cells.number, 0.0), cards, n)
        error = _first_errors(cells.error, cards, n)
    if veto:
        values = frame[veto].astype(object).to_numpy()
        rows = np.flatnonzero(~pd.isna(values))
        kinds, which = distinct(values[rows], _veto)
        factors = np.array([factor for factor, _ in kinds], np.float64)
        errors = np.array([error for _, error in kinds], np.int8)
        np.multiply.at(factor, cards[rows], factors[which])
        error = np.where(error == NO_ERROR, _first_errors(errors[which], cards[rows], n), error)
    return points, factor, error


def _veto(value: Any) -> tuple[float, np.int8]:
    try:
        return veto_factor([value]), NO_ERROR
    except RuleError as problem:
        return 1.0, error_code(CellError(problem.code))


def _grades(
    total: Floats, state: Codes, error: Codes, filled: Indices, applicable: Indices, settings: Settings
) -> tuple[npt.NDArray[np.object_], Floats]:
    """What stands in the grade cells, and the coefficients."""
    rows = settings.grades.rows
    bounds = snap([row.lower for row in rows])
    reached = np.maximum(np.searchsorted(bounds, snap(total), side="right") - 1, 0)
    graded = state == NUMBER
    grade = np.where(graded, np.array([row.label for row in rows], object)[reached], "")
    factors = np.array([np.nan if row.coefficient is None else row.coefficient for row in rows])
    # A card nobody has begun looks blank.
    for card in np.flatnonzero((state == MISSING) & (filled > 0)):
        grade[card] = incomplete_grade(int(filled[card]), int(applicable[card]))
    grade[state == NOT_APPLICABLE] = NOT_APPLICABLE_TEXT
    wrong = state == ERROR
    grade[wrong] = np.array(ERROR_CODES, object)[error[wrong]]
    return grade, np.where(graded, factors[reached], np.nan)
