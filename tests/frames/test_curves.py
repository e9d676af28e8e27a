"""`frames.score`: the worked examples, an independent interpolation, and every bit of what KPI_SCORE gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError, UsageError
from scorecard.frames import score
from scorecard.functions import KPI_SCORE
from scorecard.scoring import curve as scalar
from scorecard.scoring.values import CellError

NAN = float("nan")
BANDS = [0, 60, 70, 90, 100]


# --- worked examples of docs/scoring.md ------------------------------------------------------------------------------


def test_higher_is_better() -> None:
    thresholds = [0.80, 0.95, 0.97, 0.99, 1.00]
    actual = [0.80, 0.90, 0.95, 0.96, 0.97, 0.98, 0.99, 1.00, 0.5, 1.2]
    assert score(actual, thresholds, BANDS).tolist() == [0, 40, 60, 65, 70, 80, 90, 100, 0, 100]


def test_lower_is_better() -> None:
    thresholds = [1.20, 0.92, 0.88, 0.80, 0.70]
    actual = [0.70, 0.80, 0.85, 0.88, 0.92, 1.20, 0.5, 9.0]
    assert score(actual, thresholds, BANDS).tolist() == [100, 90, 77.5, 70, 60, 0, 100, 0]
    between = score([0.93, 1.00], thresholds, BANDS)
    assert between == pytest.approx([57 + 6 / 7, 42 + 6 / 7], abs=1e-12)


def test_goal_and_red_flag() -> None:
    got = score([60, 70, 80, 90, 100, 110], [70, 80, 90, 100], [0, 100 / 3, 200 / 3, 100])
    assert got == pytest.approx([0, 0, 100 / 3, 200 / 3, 100, 100], abs=1e-12)


def test_steps_belong_to_the_better_side() -> None:
    got = score([0.79, 0.8, 65.6 / 82, 0.89, 0.9, 0.95], [0, 0.8, 0.9, 0.95], [0, 60, 80, 100], "step")
    assert got.tolist() == [0, 60, 60, 60, 80, 100]
    up_and_down = score([1, 2, 2.5, 3], [1, 2, 2, 3], [100, 0, 50, 20], "step")
    assert up_and_down.tolist() == [100, 100, 50, 50]
    fewer = score([3, 2, 1.5, 0], [3, 2, 1, 0], [0, 60, 80, 100], "step")
    assert fewer.tolist() == [0, 60, 60, 100]


def test_the_better_side_owns_a_jump() -> None:
    capped = score([0.84, 0.925, 0.999, 1.0, 1.1], [0.85, 1, 1], [0, 60, 70])
    assert capped == pytest.approx([0, 30, 59.6, 70, 70], abs=1e-12)
    stock = score([9.99, 10, 15, 20, 20.01], [10, 10, 20, 20], [0, 100, 100, 0])
    assert stock.tolist() == [0, 100, 100, 100, 0]
    trapezoid = score([5, 7.5, 10, 20, 22.5, 25], [5, 10, 20, 25], [0, 100, 100, 0])
    assert trapezoid.tolist() == [0, 50, 100, 100, 50, 0]


def test_a_float_below_the_edge_reaches_it() -> None:
    got = score([65.6 / 82, 0.8 - 1e-13, 0.8 + 1e-13, 0.8 - 1e-12], [0.8, 0.8, 1], [0, 60, 100])
    assert got.tolist()[:3] == [60, 60, 60]
    assert got[3] == 0


# --- shapes ----------------------------------------------------------------------------------------------------------


def test_one_rule_per_row_and_rules_pointed_at_agree() -> None:
    random = np.random.default_rng(3)
    rules = np.array([[0.8, 0.95, 0.97, 0.99, 1.0], [1.2, 0.92, 0.88, 0.8, 0.7], [5, 3, 3, NAN, NAN]])
    marks = np.array([BANDS, BANDS, [0, 60, 70, NAN, NAN]])
    rule = random.integers(0, 3, 20_000)
    actual = np.round(random.uniform(0.6, 1.3, 20_000), 3) * np.where(rule == 2, 4, 1)
    pointed = score(actual, rules, marks, rule=rule)
    assert np.array_equal(pointed, score(actual, rules[rule], marks[rule]))
    for row in range(3):
        curve = scalar.from_table(
            *([None if np.isnan(x) else x for x in table[row].tolist()] for table in (rules, marks))
        )
        assert pointed[rule == row].tolist() == [curve.score(x) for x in actual[rule == row].tolist()]


def test_scores_are_shared_or_each_rows_own() -> None:
    thresholds = np.array([[0.8, 1.0], [0.7, 1.0]])
    assert score([0.9, 0.85], thresholds, [0, 100]).tolist() == [50, 50]
    assert score([0.9, 0.85], thresholds, [[0, 100], [0, 50]]).tolist() == [50, 25]
    assert score([0.9, 0.85], [0.8, 1.0], [[0, 100], [0, 40]]).tolist() == [50, 10]


def test_nothing_and_not_applicable() -> None:
    assert score([], [0, 1], [0, 100]).shape == (0,)
    assert score([], np.empty((0, 2)), np.empty((0, 2))).shape == (0,)
    assert np.isnan(score([NAN, np.inf, -np.inf], [0, 1], [0, 100])).all()
    assert np.isnan(score([0.5], [NAN, NAN], [0, 100])).all()
    assert np.isnan(score([0.5, 0.5], [[0, 1], [NAN, NAN]], [0, 100])).tolist() == [False, True]
    assert score(np.full((2, 2), 0.5), [0, 1], [0, 100]).shape == (2, 2)


def test_integers_and_short_floats() -> None:
    assert score(np.array([1, 3]), [0, 4], [0, 100]).tolist() == [25, 75]
    assert score(np.array([0.95, 0.8], np.float32), [0.80, 0.95, 0.97, 0.99, 1.00], BANDS).tolist() == [60, 0]


@pytest.mark.parametrize(
    ("thresholds", "scores"),
    [
        ([0, 1], [0, 50, 100]),
        (np.zeros((3, 2)), [0, 100]),
        (np.zeros((2, 2)), np.zeros((3, 2))),
    ],
)
def test_shapes_that_do_not_fit(thresholds: object, scores: object) -> None:
    with pytest.raises(UsageError):
        score([0.5, 0.6], thresholds, scores)


@pytest.mark.parametrize("rule", [[0, 2], [-1, 0], [0], [0.0, 1.0]])
def test_a_rule_that_is_not_there(rule: list[int]) -> None:
    with pytest.raises(UsageError):
        score([0.5, 0.6], [[0, 1], [1, 0]], [0, 100], rule=rule)


# --- rules that cannot be used ---------------------------------------------------------------------------------------

REFUSED = [
    ([0.8, 0.7, 0.9], [0, 50, 100]),
    ([0.8, 0.8, 0.8], [0, 50, 100]),
    ([0.8, NAN, 0.9], [0, 50, 100]),
    ([0.8, 0.85, 0.9], [0, NAN, 100]),
    ([NAN, 0.85, 0.9], [NAN, 50, 100]),
    ([NAN, 0.9, 0.85], [NAN, 50, 100]),
    ([0.8, NAN, 0.9], [0, NAN, 100]),
    ([0.85, NAN, NAN], [50, NAN, NAN]),
]


@pytest.mark.parametrize(("thresholds", "scores"), REFUSED)
def test_a_rule_is_refused_with_the_words_of_the_core(thresholds: list[float], scores: list[float]) -> None:
    cells = [[None if np.isnan(x) else x for x in row] for row in (thresholds, scores)]
    with pytest.raises(RuleError) as core:
        scalar.from_table(*cells)
    with pytest.raises(RuleError) as here:
        score([0.5], thresholds, scores)
    assert (here.value.message, here.value.code, here.value.where) == (core.value.message, core.value.code, None)


@pytest.mark.parametrize(("thresholds", "scores"), REFUSED)
def test_the_row_of_a_refused_rule_is_named(thresholds: list[float], scores: list[float]) -> None:
    n = 10_000
    xs, ys = np.tile([0.8, 0.9, 1.0], (n, 1)), np.tile([0.0, 50, 100], (n, 1))
    xs[9000], ys[9000] = thresholds, scores
    with pytest.raises(RuleError, match="row 9000"):
        score(np.full(n, NAN), xs, ys)


def test_an_unknown_mode() -> None:
    with pytest.raises(RuleError):
        score([0.5], [0, 1], [0, 100], "curved")


# --- properties ------------------------------------------------------------------------------------------------------

steps_up = st.sampled_from([0, 0.01, 0.05, 0.1, 0.25, 1, 2, 7]) | st.floats(0.001, 50).map(lambda x: round(x, 3))


@st.composite
def tables(draw: st.DrawFn, knots: int = 5) -> tuple[list[float], list[float]]:
    """Thresholds and scores of one rule: rising or falling, with jumps, blanks and scores in any order."""
    used = draw(st.integers(2, knots))
    start = draw(st.sampled_from([-1.0, 0.0, 0.7, 0.8, 65.0, 1e4]))
    gaps = draw(st.lists(steps_up, min_size=used - 1, max_size=used - 1))
    gaps = [0.5 if gap == 0 and i and gaps[i - 1] == 0 else gap for i, gap in enumerate(gaps)]
    xs = [round(start + sum(gaps[:i]), 4) for i in range(used)]
    if draw(st.booleans()):
        xs.reverse()
    marks = st.integers(0, 120).map(float) | st.floats(0, 100)
    ys = draw(st.lists(marks, min_size=used, max_size=used))
    if draw(st.booleans()):
        ys.sort()
    blank = [NAN] * (knots - used)
    return xs + blank, ys + blank


def interesting(xs: list[float]) -> list[float]:
    """Actuals on, around and between thresholds, and beyond them."""
    knots = [x for x in xs if not np.isnan(x)]
    on = [x + d for x in knots for d in (0, 1e-13, -1e-13, 1e-12, -1e-12, 0.004, -0.004)]
    quotients = [(x * 82) / 82 for x in knots] + [(x * 0.7) / 0.7 for x in knots]
    between = [a + (b - a) * part for a, b in zip(knots, knots[1:], strict=False) for part in (1 / 3, 0.5, 0.77)]
    return [*on, *quotients, *between, 0.0, 65.6 / 82, NAN]


def by_function(actual: float, xs: list[float], ys: list[float], mode: str) -> float:
    cells = [[None if np.isnan(x) else x for x in row] for row in (xs, ys)]
    result = KPI_SCORE(actual, [cells[0]], [cells[1]], mode)
    assert not isinstance(result, CellError)
    return NAN if isinstance(result, str) else result


@given(tables(), st.sampled_from(["linear", "step"]))
def test_every_bit_of_the_worksheet_function(table: tuple[list[float], list[float]], mode: str) -> None:
    xs, ys = table
    actual = interesting(xs)
    expected = np.array([by_function(a, xs, ys, mode) for a in actual])
    n = len(actual)
    for thresholds, scores in ((xs, ys), (np.tile(xs, (n, 1)), np.tile(ys, (n, 1)))):
        got = score(actual, thresholds, scores, mode)
        assert np.array_equal(got, expected, equal_nan=True), (np.array(actual)[got != expected], got, expected)


@given(st.lists(tables(), min_size=1, max_size=6), st.sampled_from(["linear", "step"]))
def test_rules_of_different_kinds_side_by_side(tables: list[tuple[list[float], list[float]]], mode: str) -> None:
    rows = [(a, i) for i, (xs, _) in enumerate(tables) for a in interesting(xs)][::-1]
    actual, rule = [a for a, _ in rows], [i for _, i in rows]
    got = score(actual, [xs for xs, _ in tables], [ys for _, ys in tables], mode, rule=rule)
    expected = [by_function(a, *tables[i], mode) for a, i in rows]
    assert np.array_equal(got, expected, equal_nan=True)


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=7, unique=True), st.booleans(), st.integers(0, 99))
def test_straight_lines_as_numpy_draws_them(knots: list[int], falling: bool, seed: int) -> None:
    xs = np.sort(np.array(knots) / 100)
    ys = np.random.default_rng(seed).uniform(0, 100, len(knots))
    actual = np.linspace(-1, 21, 331)
    expected = np.interp(actual, xs, ys)
    got = score(actual, xs[::-1] if falling else xs, ys[::-1] if falling else ys)
    assert got == pytest.approx(expected, abs=1e-7)


@given(tables())
def test_a_blank_actual_hides_no_bad_rule(table: tuple[list[float], list[float]]) -> None:
    xs, ys = table
    with pytest.raises(RuleError):
        score([NAN], [*xs, 1.0, NAN], [*ys, NAN, 3.0])
