"""One curve, many constructors: the worked examples of docs/scoring.md, an exact witness, and the properties."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.curve import (
    BAND_LABELS,
    BAND_SCALE,
    LINEAR,
    STEP,
    Curve,
    Rating,
    bands,
    deduct,
    from_table,
    goal_red_flag,
    in_range,
    pass_fail,
    proportional,
    rating,
    steps,
)
from tests.scoring import witness

HIGHER = (0.80, 0.95, 0.97, 0.99, 1.00)
LOWER = (1.20, 0.92, 0.88, 0.80, 0.70)


def test_the_scale_of_the_seed() -> None:
    assert BAND_SCALE == (0, 60, 70, 90, 100)
    assert BAND_LABELS == ("未达目标", "达到目标", "超过目标", "远超目标")


@pytest.mark.parametrize(
    ("actual", "score"), [(0.80, 0), (0.90, 40), (0.95, 60), (0.96, 65), (0.97, 70), (0.98, 80), (0.99, 90), (1.0, 100)]
)
def test_seed_bands_higher_is_better(actual: float, score: float) -> None:
    assert bands(HIGHER).score(actual) == score


@pytest.mark.parametrize(
    ("actual", "score"),
    [
        (0.70, 100),
        (0.80, 90),
        (0.85, 77.5),
        (0.88, 70),
        (0.92, 60),
        (0.93, 57.857142857143),
        (1.00, 42.857142857143),
        (1.20, 0),
    ],
)
def test_service_cost_rate_lower_is_better(actual: float, score: float) -> None:
    assert bands(LOWER).score(actual) == score


def test_outside_the_knots_the_curve_is_flat() -> None:
    assert [bands(HIGHER).score(x) for x in (-5, 0, 0.79, 1.01, 50)] == [0, 0, 0, 100, 100]
    assert [bands(LOWER).score(x) for x in (5, 1.21, 0.69, 0, -3)] == [0, 0, 100, 100, 100]


def test_a_float_just_below_a_threshold_reaches_it() -> None:
    actual = 65.6 / 82
    assert actual < 0.8
    assert steps({0: 0, 0.8: 60, 0.9: 80}).score(actual) == 60
    assert Curve((0, 0.8, 0.8, 1), (0, 10, 60, 100)).score(actual) == 60
    assert bands((0.8, 0.9, 0.95, 0.97, 1)).position(actual) == 1
    assert not bands((0.8, 0.9, 0.95, 0.97, 1)).is_clamped(actual)


def test_a_threshold_that_is_a_float_sum_is_snapped_too() -> None:
    assert Curve((0.1 + 0.2, 0.5), (60, 100)).thresholds == (0.3, 0.5)
    assert steps({0: 0, 0.1 + 0.2: 100}).score(0.3) == 100
    assert Curve((0, 1), (0, 0.1 + 0.2)).scores == (0, 0.3)


# --- jumps and steps -------------------------------------------------------------------------------------------------


def test_the_better_side_owns_a_jump() -> None:
    up = Curve((0.85, 1, 1), (0, 60, 70))
    assert [up.score(x) for x in (0.85, 0.925, 0.999999, 1, 1.5)] == [0, 30, 59.9996, 70, 70]
    down = Curve((3, 0, 0), (0, 60, 70))
    assert [down.score(x) for x in (4, 3, 1.5, 0.000003, 0, -1)] == [0, 0, 30, 59.99994, 70, 70]


def test_the_better_side_owns_a_jump_that_falls() -> None:
    cliff = Curve((0, 10, 10, 20), (0, 100, 40, 0))
    assert [cliff.score(x) for x in (5, 10, 10.001, 15)] == [50, 100, 39.996, 20]


def test_a_jump_at_the_worst_end() -> None:
    curve = Curve((0.6, 0.6, 1), (0, 60, 100))
    assert [curve.score(x) for x in (0.5, 0.6, 0.8)] == [0, 60, 80]


def test_steps_threshold_belongs_to_the_better_side() -> None:
    table = steps({0: 0, 0.8: 60, 0.9: 80, 0.95: 100})
    assert [table.score(x) for x in (-1, 0, 0.79, 0.8, 0.899, 0.9, 0.949, 0.95, 2)] == [
        0,
        0,
        0,
        60,
        60,
        80,
        80,
        100,
        100,
    ]
    assert table.mode == STEP and table.thresholds == (0, 0.8, 0.9, 0.95)


def test_steps_lower_is_better() -> None:
    table = steps({10: 0, 5: 60, 3: 80, 0: 100}, higher=False)
    assert table.thresholds == (10, 5, 3, 0)
    assert [table.score(x) for x in (11, 10, 6, 5, 4, 3, 1, 0, -2)] == [0, 0, 0, 60, 60, 80, 80, 100, 100]


def test_worse_than_the_worst_step_scores_as_the_worst() -> None:
    assert steps({0.6: 50, 0.8: 80}).score(0.1) == 50


def test_a_falling_step_keeps_its_threshold() -> None:
    """In a range by steps the better side owns both ends."""
    table = Curve((0, 10, 20), (0, 100, 30), STEP)
    assert [table.score(x) for x in (9, 10, 15, 20, 20.5)] == [0, 100, 100, 100, 30]
    assert [Curve((0, 10), (100, 50), STEP).score(x) for x in (5, 10, 11)] == [100, 100, 50]


def test_two_thresholds_at_one_place_in_a_step_curve() -> None:
    table = Curve((0, 1, 1), (0, 60, 70), STEP)
    assert [table.score(x) for x in (0.5, 1, 2)] == [0, 70, 70]


# --- what is no curve ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thresholds", "scores", "mode"),
    [
        ((1, 2), (0,), LINEAR),
        ((), (), LINEAR),
        ((1, 3, 2), (0, 50, 100), LINEAR),
        ((3, 1, 2), (0, 50, 100), LINEAR),
        ((1, 2, 2, 1), (0, 50, 60, 100), LINEAR),
        ((1, 1, 1), (0, 50, 100), LINEAR),
        ((0, 1, 1, 1), (0, 50, 60, 100), LINEAR),
        ((1, 1 + 1e-13, 1 - 1e-13, 2), (0, 50, 60, 100), LINEAR),
        ((1, 2), (0, 100), "spline"),
        ((1, 2), (0, 100), ""),
    ],
)
def test_what_is_no_curve(thresholds: tuple[float, ...], scores: tuple[float, ...], mode: str) -> None:
    with pytest.raises(RuleError) as problem:
        Curve(thresholds, scores, mode)
    assert problem.value.code == "#NUM!"


def test_messages_name_both_numbers() -> None:
    with pytest.raises(RuleError) as problem:
        Curve((1, 2, 3), (0, 100))
    assert "3" in problem.value.message.en and "2" in problem.value.message.en
    assert "3" in problem.value.message.zh and "2" in problem.value.message.zh


def test_sign_best_and_monotone() -> None:
    assert bands(HIGHER).sign == 1 and bands(LOWER).sign == -1
    assert Curve((5,), (80,)).sign == 1 and Curve((5,), (80,)).score(-3) == 80
    assert Curve((5, 5), (0, 80)).sign == 1
    assert bands(HIGHER).best == 100 and in_range(1, 2).best == 100 and Curve((0, 1), (90, 20)).best == 90
    assert bands(HIGHER).is_monotone and Curve((0, 1, 2), (0, 60, 60)).is_monotone
    assert not in_range(1, 2).is_monotone


def test_position_counts_thresholds_reached() -> None:
    assert [bands(HIGHER).position(x) for x in (0.5, 0.8, 0.949, 0.95, 0.985, 0.99, 1, 2)] == [0, 1, 1, 2, 3, 4, 5, 5]
    assert [bands(LOWER).position(x) for x in (2, 1.2, 0.93, 0.92, 0.85, 0.8, 0.7, 0)] == [0, 1, 1, 2, 3, 4, 5, 5]


def test_clamped_only_beyond_the_ends() -> None:
    assert [bands(HIGHER).is_clamped(x) for x in (0.79, 0.8, 0.9, 1.0, 1.01)] == [True, False, False, False, True]
    assert [bands(LOWER).is_clamped(x) for x in (1.21, 1.2, 0.9, 0.7, 0.69)] == [True, False, False, False, True]


# --- from two rows of cells ------------------------------------------------------------------------------------------


def test_blank_pairs_may_follow_at_the_end() -> None:
    curve = from_table([0.8, 0.95, 1, None, None], [0, 60, 100, None, None])
    assert curve == Curve((0.8, 0.95, 1), (0, 60, 100))


@pytest.mark.parametrize(
    ("thresholds", "scores"),
    [
        ([0.8, None], [0, 100]),
        ([0.8, 0.9], [0, None]),
        ([0.8, None, 0.9], [0, None, 100]),
        ([None, 0.8, 0.9], [None, 0, 100]),
        ([0.8], [0]),
        ([0.8, None], [0, None]),
        ([0.8, None, 0.9], [0, 50, None]),
        ([], []),
        ([None, None], [None, None]),
    ],
)
def test_an_incomplete_table(thresholds: list[float | None], scores: list[float | None]) -> None:
    with pytest.raises(RuleError):
        from_table(thresholds, scores)


def test_from_table_keeps_the_mode() -> None:
    assert from_table([0, 1], [0, 100], STEP).mode == STEP
    assert from_table([0, 1], [0, 100]).mode == LINEAR


def test_two_equal_thresholds_are_pass_or_fail() -> None:
    assert [from_table([3, 3], [0, 100]).score(x) for x in (2.5, 3, 4)] == [0, 100, 100]
    for second in (3, 3 + 1e-14):
        assert [from_table([3, second], [20, 80], higher=False).score(x) for x in (2.5, 3, 3.1)] == [80, 80, 20]


# --- constructors ----------------------------------------------------------------------------------------------------


def test_bands_with_their_own_scale() -> None:
    assert bands((0, 1, 2), (0, 80, 120)).score(1.5) == 100


@pytest.mark.parametrize(
    ("attainment", "score"), [(0.5, 0), (0.59, 0), (0.6, 60), (0.75, 75), (1.0, 100), (1.2, 120), (1.3, 120)]
)
def test_proportional_with_floor_and_cap(attainment: float, score: float) -> None:
    assert proportional(200, floor=0.6, cap=1.2).score(200 * attainment) == score


def test_proportional_without_floor() -> None:
    curve = proportional(120)
    assert curve.thresholds == (0, 120) and curve.scores == (0, 100)
    assert [curve.score(x) for x in (-10, 0, 96, 120, 200)] == [0, 0, 80, 100, 100]
    assert proportional(120, floor=0.0).thresholds == (0, 120)
    assert [proportional(t).score(t / 2) for t in (0.95, 1)] == [50, 50]


def test_proportional_with_a_baseline() -> None:
    rising = proportional(80, baseline=60)
    assert [rising.score(x) for x in (50, 60, 70, 80, 90)] == [0, 0, 50, 100, 100]
    falling = proportional(8, baseline=10, cap=1.5)
    assert [falling.score(x) for x in (11, 10, 9, 8, 7, 6)] == [0, 0, 50, 100, 150, 150]
    assert proportional(-5, baseline=-10).score(-7.5) == 50
    assert proportional(0, baseline=10).score(5) == 50


def test_proportional_mirror() -> None:
    curve = proportional(10, direction="mirror")
    assert [curve.score(x) for x in (25, 20, 15, 12, 10, 8)] == [0, 0, 50, 80, 100, 100]
    assert proportional(10, direction="mirror", floor=0.6).score(14) == 60
    assert proportional(10, direction="mirror", floor=0.6).score(14.01) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"target": 0},
        {"target": -5},
        {"target": 5, "baseline": 5},
        {"target": 5, "baseline": 5 + 1e-14},
        {"target": 5, "direction": "inverse"},
        {"target": 5, "direction": "lower"},
        {"target": 5, "cap": 0},
        {"target": 5, "cap": -1},
        {"target": 5, "floor": 1.0},
        {"target": 5, "floor": 1.2, "cap": 1.2},
        {"target": 5, "floor": -0.1},
    ],
)
def test_proportional_refuses(arguments: dict[str, float | str]) -> None:
    with pytest.raises(RuleError):
        proportional(**arguments)  # type: ignore[arg-type]


def test_points_deducted_per_case() -> None:
    rule = deduct(100, 5, floor=60)
    assert [rule.score(x) for x in (-2, 0, 1, 3, 8, 9, 20)] == [100, 100, 95, 85, 60, 60, 60]
    assert rule.thresholds == (8, 0) and rule.scores == (60, 100)
    assert deduct(100, 5).score(20) == 0


@given(
    st.integers(50, 120),
    st.sampled_from([1, 1.5, 2, 3, 5, 7, 10, 11, 13, 0.3, 0.7]),
    st.integers(0, 49),
    st.integers(-3, 200),
)
def test_deduction_is_exact_for_whole_cases(start: int, per_unit: float, floor: int, cases: int) -> None:
    """Seven points a case divide 40 points in no short decimal, and still three cases cost exactly 21."""
    expected = max(Fraction(floor), start - witness.exact(per_unit) * max(cases, 0))
    assert deduct(start, per_unit, floor).score(cases) == float(expected)


@pytest.mark.parametrize(("start", "per_unit", "floor"), [(100, 0, 0), (100, -5, 0), (100, 5, 100), (60, 5, 80)])
def test_deduction_refuses(start: float, per_unit: float, floor: float) -> None:
    with pytest.raises(RuleError):
        deduct(start, per_unit, floor)


def test_a_range_is_a_trapezoid() -> None:
    stock = in_range(10, 20, 5, 2)
    assert [stock.score(x) for x in (4, 5, 7.5, 10, 15, 20, 21, 22, 30)] == [0, 0, 50, 100, 100, 100, 50, 0, 0]


def test_a_range_without_shoulders_jumps() -> None:
    assert [in_range(10, 20).score(x) for x in (9.99, 10, 15, 20, 20.01)] == [0, 100, 100, 100, 0]
    assert [in_range(10, 20, 5).score(x) for x in (7.5, 20, 20.01)] == [50, 100, 0]
    assert [in_range(10, 20, 0, 5).score(x) for x in (9.99, 10, 22.5)] == [0, 100, 50]


def test_a_range_of_one_point_needs_shoulders() -> None:
    assert [in_range(10, 10, 5, 5).score(x) for x in (5, 7.5, 10, 12.5)] == [0, 50, 100, 50]
    for shoulders in ((0, 0), (5, 0), (0, 5)):
        with pytest.raises(RuleError):
            in_range(10, 10, *shoulders)


@pytest.mark.parametrize("arguments", [(20, 10), (20, 10, 5, 5), (10, 20, -1, 5), (10, 20, 5, -1)])
def test_range_refuses(arguments: tuple[float, ...]) -> None:
    with pytest.raises(RuleError):
        in_range(*arguments)


def test_pass_or_fail() -> None:
    assert [pass_fail(0.9).score(x) for x in (0.1, 0.89, 0.899999999999, 0.9, 2)] == [0, 0, 0, 100, 100]
    assert [pass_fail(3, higher=False).score(x) for x in (9, 4, 3.000000001, 3, 0)] == [0, 0, 0, 100, 100]
    assert [pass_fail(3, fail=40, success=90).score(x) for x in (2, 3)] == [40, 90]


def test_goal_and_red_flag() -> None:
    """docs/scoring.md: (R-d, 0) (R, 100/3) (G, 200/3) (G+d, 100) with d = G - R."""
    rule = goal_red_flag(90, 80)
    expected = [0, 0, 33.333333333333, 50, 66.666666666667, 83.333333333333, 100, 100]
    assert [rule.score(x) for x in (60, 70, 80, 85, 90, 95, 100, 110)] == pytest.approx(expected, abs=2e-12)
    falling = goal_red_flag(2, 4)
    assert [falling.score(x) for x in (6, 4, 2, 0)] == [0, 33.333333333333, 66.666666666667, 100]
    assert goal_red_flag(4, 3).score(5) == 100
    for red_flag in (5, 5 + 1e-14):
        with pytest.raises(RuleError):
            goal_red_flag(5, red_flag)


# --- ratings ---------------------------------------------------------------------------------------------------------

GRADES = rating({"优": 95, "良": 85, "中": 75, "差": 50})


def test_rating_labels() -> None:
    assert [GRADES.score(label) for label in ("优", " 良\u3000", "中", "差")] == [95, 85, 75, 50]
    assert rating({"A": 95, "A-": 90, "B": 80}).score("ａ－") == 90
    assert GRADES.best == 95


@pytest.mark.parametrize("label", ["优秀", "甲", "", None, 0, 95, True, "N/A"])
def test_an_unknown_label_is_an_error_never_zero(label: object) -> None:
    with pytest.raises(RuleError) as problem:
        GRADES.score(label)
    assert problem.value.code == "#N/A"


def test_the_error_names_the_known_labels() -> None:
    with pytest.raises(RuleError) as problem:
        GRADES.score("甲")
    assert "优、良、中、差" in problem.value.message.zh and "甲" in problem.value.message.en


def test_number_ratings_match_numbers_and_their_text() -> None:
    five = rating({"5": 100, "4": 80, "3.5": 70})
    assert [five.score(x) for x in (5, 5.0, "5", "５", 4, 3.5, "3.5")] == [100, 100, 100, 100, 80, 70, 70]
    with pytest.raises(RuleError):
        five.score(2)


def test_direct_marks() -> None:
    direct = rating({})
    assert [direct.score(x) for x in (0, 85, "85", "85分", 100)] == [0, 85, 85, 85, 100]
    assert direct.best == 100
    for mark in (-0.1, 100.1, "优", None, "", "95%", True):
        with pytest.raises(RuleError) as problem:
            direct.score(mark)
        assert problem.value.code == "#VALUE!"


def test_a_label_stands_once() -> None:
    with pytest.raises(RuleError):
        Rating((("优", 95), (" 优", 90)))


def test_rating_scores_are_snapped() -> None:
    assert rating({"优": 0.1 + 0.2}).score("优") == rating({"5": 0.1 + 0.2}).score(5) == 0.3


# --- against the witness ---------------------------------------------------------------------------------------------

short = st.decimals(min_value=-1000, max_value=1000, places=3).map(float)
marks = st.decimals(min_value=0, max_value=120, places=2).map(float)


@st.composite
def rules(draw: st.DrawFn, mode: str = LINEAR, monotone: bool = False) -> Curve:
    """Any usable curve: rising or falling, with or without jumps."""
    xs = sorted(draw(st.lists(short, min_size=2, max_size=7)))
    assume(xs[0] != xs[-1] and all(a != c for a, c in zip(xs, xs[2:], strict=False)))
    ys = draw(st.lists(marks, min_size=len(xs), max_size=len(xs)))
    if monotone:
        ys.sort()
    return Curve(tuple(xs if draw(st.booleans()) else xs[::-1]), tuple(ys), mode)


actuals = st.one_of(short, st.floats(min_value=-2000, max_value=2000))


@given(rules(), short, st.integers(0, 6))
def test_linear_agrees_with_exact_fractions(curve: Curve, other: float, knot: int) -> None:
    for actual in (other, curve.thresholds[knot % len(curve.thresholds)]):
        expected = witness.linear(actual, witness.knots(curve.thresholds, curve.scores))
        assert abs(curve.score(actual) - float(expected)) <= 1e-12


@given(rules(STEP, monotone=True), short, st.integers(0, 6))
def test_steps_agree_with_exact_fractions(curve: Curve, other: float, knot: int) -> None:
    for actual in (other, curve.thresholds[knot % len(curve.thresholds)]):
        assert curve.score(actual) == float(witness.step(actual, witness.knots(curve.thresholds, curve.scores)))


# --- properties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [LINEAR, STEP])
@given(data=st.data())
def test_better_actuals_never_score_less(mode: str, data: st.DataObject) -> None:
    curve = data.draw(rules(mode, monotone=True))
    worse, better = sorted((data.draw(actuals), data.draw(actuals)), reverse=curve.sign < 0)
    assert curve.is_monotone
    assert curve.score(worse) <= curve.score(better)
    assert curve.position(worse) <= curve.position(better)


@pytest.mark.parametrize("mode", [LINEAR, STEP])
@given(data=st.data())
def test_scores_stay_within_the_scale(mode: str, data: st.DataObject) -> None:
    curve = data.draw(rules(mode))
    assert min(curve.scores) <= curve.score(data.draw(actuals)) <= max(curve.scores) == curve.best


@given(rules(), actuals)
def test_a_falling_curve_is_the_mirror_of_a_rising_one(curve: Curve, actual: float) -> None:
    mirror = Curve(tuple(-x for x in curve.thresholds), curve.scores)
    assert mirror.score(-actual) == curve.score(actual)
    assert mirror.position(-actual) == curve.position(actual)
    assert mirror.is_clamped(-actual) == curve.is_clamped(actual)


@given(rules(), actuals)
@example(Curve((18.365, 0.0, 0.0), (4.77, 99.39, 0.0)), 0.224)
def test_the_order_of_the_rows_does_not_matter_to_a_linear_curve(curve: Curve, actual: float) -> None:
    """Each is the exact score within the last decimal that is kept; of a tie the two may come to neighbours there."""
    other = Curve(curve.thresholds[::-1], curve.scores[::-1])
    assert abs(other.score(actual) - curve.score(actual)) <= 1.1e-12
    assert other.is_clamped(actual) == curve.is_clamped(actual)
    assert {other.score(t) for t in curve.thresholds} == {curve.score(t) for t in curve.thresholds}


@given(rules(monotone=True), actuals)
def test_bands_partition_the_range(curve: Curve, actual: float) -> None:
    """The score lies between the scores of the thresholds around the actual: what `position` counts."""
    reached, score = curve.position(actual), curve.score(actual)
    assert score >= (curve.scores[reached - 1] if reached else curve.scores[0])
    assert score <= (curve.scores[reached] if reached < len(curve.scores) else curve.scores[-1])


@given(rules(), actuals)
def test_clamped_is_where_the_curve_is_flat(curve: Curve, actual: float) -> None:
    if curve.is_clamped(actual):
        beyond_best = (actual > curve.thresholds[-1]) if curve.sign > 0 else (actual < curve.thresholds[-1])
        assert curve.score(actual) == curve.scores[-1 if beyond_best else 0]


@given(rules())
def test_a_continuous_curve_has_no_surprises_between_knots(curve: Curve) -> None:
    for (x0, s0), (x1, s1) in pairwise(zip(curve.thresholds, curve.scores, strict=True)):
        if x0 != x1:
            assert min(s0, s1) <= curve.score((x0 + x1) / 2) <= max(s0, s1)
