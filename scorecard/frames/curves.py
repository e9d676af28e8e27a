"""Scoring curves for whole columns: `scoring.curve.Curve.score`, equal to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import RuleError, UsageError
from ..messages import Message
from ..scoring.curve import LINEAR, STEP, Curve, from_table
from .rounding import Floats, as_floats, chunks, snap_chunk

Indices = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]


def score(
    actual: npt.ArrayLike,
    thresholds: npt.ArrayLike,
    scores: npt.ArrayLike,
    mode: str = LINEAR,
    *,
    rule: npt.ArrayLike | None = None,
) -> Floats:
    """Scores of many actuals at once.

    Args:
        actual: n numbers, in the unit of the thresholds (a rate as a fraction). NaN is a blank cell.
        thresholds: From the worst end to the best, rising or falling: k numbers for all rows, (n, k) for one rule per
            row, or (m, k) for m rules that `rule` points at. The last pairs of a rule may be NaN in both thresholds and
            scores; a rule whose thresholds are all NaN is not applicable.
        scores: The score at each threshold: k numbers for all rules, or as many rows as `thresholds`.
        mode: "linear" or "step".
        rule: (n,) integers, the row of `thresholds` that is each actual's rule.

    Returns:
        n floats on the scale of `scores`, as `Curve.score` gives them; NaN where the actual is NaN or infinite, or the
        rule is not applicable.

    Raises:
        RuleError: A rule that `scoring.curve.from_table` refuses; `where` says its row.
        UsageError: Shapes that do not fit together.

    Example:
        >>> score([0.96, 65.6 / 82, float("nan")], [0.80, 0.95, 0.97, 0.99, 1.00], [0, 60, 70, 90, 100]).tolist()
        [65.0, 0.0, nan]
        >>> score([0.96, 0.93], [[0.80, 0.95, 1.00], [1.20, 0.92, 0.70]], [0, 60, 100], rule=[0, 1]).tolist()
        [68.0, 57.857142857143]
    """
    if mode not in (LINEAR, STEP):
        raise RuleError(Message(f"未知方式“{mode}”", f'unknown mode "{mode}"; must be linear or step'))
    column = as_floats(actual)
    flat = column.ravel()
    xs, ys = np.atleast_2d(as_floats(thresholds)), np.atleast_2d(as_floats(scores))
    if xs.shape[1] != ys.shape[1] or (len(xs) != len(ys) and 1 not in (len(xs), len(ys))):
        shown = f"{np.shape(thresholds)}, {np.shape(scores)}"
        raise UsageError(Message(f"阈值与分数的形状不符：{shown}", f"thresholds and scores differ in shape: {shown}"))
    m = max(len(xs), len(ys))
    codes = None if rule is None else _codes(rule, flat.size, m)
    if codes is None and m not in (1, flat.size):
        raise UsageError(Message(f"{flat.size} 行实际值，{m} 行规则", f"{flat.size} actuals but {m} rules"))
    step = np.array([mode == STEP])
    rules: Rules | None = None
    with np.errstate(all="ignore"):
        if codes is not None or m == 1:
            rules = _checked(xs, ys, step, 0 if m > 1 else None)
            return evaluate(rules, flat, codes).reshape(column.shape)
        out = np.empty_like(flat)
        for rows in chunks(flat.size):
            own_xs, own_ys = (a if len(a) == 1 else a[rows] for a in (xs, ys))
            rules = _checked(own_xs, own_ys, step, rows.start, rules)
            out[rows] = _evaluate(rules, flat[rows], np.arange(rows.stop - rows.start), one_each=True)
    return out.reshape(column.shape)


def _codes(rule: npt.ArrayLike, n: int, m: int) -> Indices:
    codes = np.asarray(rule)
    if codes.shape != (n,) or codes.dtype.kind not in "iu" or (n and not 0 <= codes.min() <= codes.max() < m):
        raise UsageError(
            Message(f"rule 应为 {n} 个 0 到 {m - 1} 的整数", f"rule: {n} integers from 0 to {m - 1} are needed")
        )
    return codes.astype(np.intp, copy=False)


# --- rules as tables -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """m rules, ready to be looked up: one column per rule, or a single one that serves all.

    The stretch `p` of a rule lies above `p` of its thresholds; in it a score is `low + rise × (x - start) / width`.

    Attributes:
        sign: (m,) 1 where thresholds rise, -1 where they fall, NaN for a rule that is not applicable.
        thresholds: (k, m) times `sign`, rising, +inf behind the last.
        start: (k+1, m) The threshold where a stretch begins.
        width: (k+1, m) Its length.
        low: (k+1, m or 1) The score at its beginning.
        rise: (k+1, m or 1) What the score rises by; 0 in steps and outside the thresholds.
        own: (k+1, m) The score on its first threshold, where that differs from `low`: the better side owns a jump.
        exact: Whether scores come straight from the table, snapped already.
    """

    sign: Floats
    thresholds: Floats
    start: Floats
    width: Floats
    low: Floats
    rise: Floats
    own: Floats | None
    exact: bool


def compile_curves(curves: Sequence[Curve]) -> Rules:
    """Curves as tables, in order."""
    k = max(len(curve.thresholds) for curve in curves)
    tables = _tables(k, len(curves), len(curves))
    tables[0][1:], tables[2][1:] = np.nan, np.nan
    for column, curve in enumerate(curves):
        tables[0][1 : 1 + len(curve.thresholds), column] = curve.thresholds
        tables[2][1 : 1 + len(curve.scores), column] = curve.scores
    with np.errstate(all="ignore"):
        return _compile(*tables, np.array([curve.mode == STEP for curve in curves]))[0]


def _checked(
    thresholds: Floats, scores: Floats, step: Booleans, first_row: int | None, space: Rules | None = None
) -> Rules:
    """Rules from rows of thresholds and scores; refuses what `from_table` refuses, with its words.

    The tables of `space` are used again if they fit: fresh memory would cost more time than the arithmetic.
    """
    k = thresholds.shape[1]
    if space is not None and (space.start.shape[1], space.low.shape[1]) == (len(thresholds), len(scores)):
        tables = space.start, space.width, space.low, space.rise
    else:
        tables = _tables(k, len(thresholds), len(scores))
    for j in range(k):
        tables[0][j + 1] = snap_chunk(thresholds[:, j])
        tables[2][j + 1] = snap_chunk(scores[:, j])
    rules, refused = _compile(*tables, step)
    if refused.any():
        row = int(np.argmax(refused))
        ts, ss = ([None if np.isnan(x) else x for x in a[row % len(a)].tolist()] for a in (thresholds, scores))
        try:
            from_table(ts, ss, STEP if step[0] else LINEAR)
        except RuleError as problem:
            where = None if first_row is None else f"row {first_row + row}"
            raise RuleError(problem.message, where, problem.code) from None
    return rules


def _tables(k: int, columns: int, columns_of_scores: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Room for `start`, `width`, `low` and `rise`."""
    shape, shape_of_scores = (k + 1, columns), (k + 1, columns_of_scores)
    return np.empty(shape), np.empty(shape), np.empty(shape_of_scores), np.empty(shape_of_scores)


def _compile(start: Floats, width: Floats, low: Floats, rise: Floats, step: Booleans) -> tuple[Rules, Booleans]:
    """Tables of rules, and which of the rules break a rule themselves.

    `start` and `low` hold the snapped thresholds and scores behind their first line, NaN where blank; the tables are
    filled in place, or copied where there are blanks.
    """
    k, m = len(start) - 1, max(start.shape[1], low.shape[1])
    refused: Booleans = np.full(m, k == 1)
    void: Booleans = np.zeros(m, np.bool_)
    if np.isnan(start[1:].sum() + low[1:].sum()):
        start, width, low, rise = (np.broadcast_to(table, (k + 1, m)).copy() for table in (start, width, low, rise))
        blank, odd = np.isnan(start[1:]), np.isnan(low[1:])
        blank.all(axis=0, out=void)
        # Only the last pairs may be blank; in both rows.
        refused = (blank != odd).any(axis=0) | (blank[:-1] & ~blank[1:]).any(axis=0) | (blank.sum(axis=0) == k - 1)
        _pad(start[1:], low[1:], blank)
    start[0], low[0], width[0], width[-1], rise[0], rise[-1] = 0.0, low[1], 1.0, 1.0, 0.0, 0.0
    rising = start[1:]
    sign = np.where(rising[-1] < rising[0], -1.0, 1.0)
    rising *= sign
    steps = np.subtract(rising[1:], rising[:-1], out=width[1:-1])
    np.subtract(low[2:], low[1:-1], out=rise[1:-1])
    if not steps.min(initial=1.0) > 0:
        refused = refused | (steps < 0).any(axis=0) | ((steps[1:] == 0) & (steps[:-1] == 0)).any(axis=0)
    own = _owned(low, rise, steps, step) if rise.min() < 0 else None
    if step.any():
        rise = rise * ~step
    rules = Rules(np.where(void, np.nan, sign), rising, start, width, low, rise, own, bool(step.all()))
    return rules, refused & ~void


def _pad(xs: Floats, ys: Floats, blank: Booleans) -> None:
    """Puts thresholds that no actual reaches, with the last score, where pairs are blank; in place."""
    end = np.maximum(len(xs) - 1 - blank.sum(axis=0), 0)[None]
    falling = np.take_along_axis(xs, end, axis=0) < xs[0]
    np.copyto(xs, np.where(falling, -np.inf, np.inf), where=blank)
    np.copyto(ys, np.take_along_axis(ys, end, axis=0), where=blank)


def _owned(low: Floats, rise: Floats, steps: Floats, step: Booleans) -> Floats | None:
    """The score on each threshold; None if it is the stretch's own beginning everywhere, as in rules that only rise."""
    jump, falls = steps == 0, rise[1:-1] < 0
    if not (falls.any() and (falls & (jump | step)).any()):
        return None
    own = np.broadcast_to(low, (len(low), max(low.shape[1], jump.shape[1]))).copy()
    for p in range(2, len(own)):
        before = np.where(jump[p - 2], own[p - 1], np.where(step, low[p - 1], low[p]))
        own[p] = np.maximum(low[p], before)
    return own


# --- evaluation ------------------------------------------------------------------------------------------------------


def evaluate(rules: Rules, actual: Floats, codes: Indices | None = None) -> Floats:
    """Scores of a column.

    Args:
        rules: The rules.
        actual: (n,) numbers, NaN for none.
        codes: (n,) The rule of each; None if there is one rule.
    """
    out = np.empty_like(actual)
    with np.errstate(all="ignore"):
        for rows in chunks(actual.size):
            out[rows] = _evaluate(rules, actual[rows], None if codes is None else codes[rows])
    return out


def _evaluate(rules: Rules, actual: Floats, codes: Indices | None, one_each: bool = False) -> Floats:
    """One chunk. `one_each`: the codes just count, so that a row of the tables lies along the actuals as it is."""
    m = rules.sign.size

    def of_rule(row: Floats) -> Floats:
        """A number of each actual's rule."""
        return row if codes is None or one_each or row.size == 1 else row.take(codes)

    x = snap_chunk(actual)
    x *= of_rule(rules.sign)
    place: npt.NDArray[Any] = np.zeros(x.size, np.int8 if len(rules.thresholds) < 128 else np.int64)
    for threshold in rules.thresholds:
        reached: Booleans = x >= of_rule(threshold)
        place += reached.view(np.int8)
    stretch = place.astype(np.intp)
    cell = stretch if codes is None else stretch * m + codes

    def of_stretch(table: Floats) -> Floats:
        """A number of the stretch that each actual falls in."""
        return table.ravel().take(stretch if table.shape[1] == 1 else cell)

    x -= of_stretch(rules.start)
    out = of_stretch(rules.rise)
    out *= x
    out /= of_stretch(rules.width)
    out += of_stretch(rules.low)
    if rules.own is not None:
        np.copyto(out, of_stretch(rules.own), where=x == 0)
    return out if rules.exact else snap_chunk(out)
