"""The table of policy `standard` in docs/scoring.md, row by row, and the ladders it is made of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.curve import STEP, Curve, in_range, pass_fail, steps
from scorecard.scoring.ladder import CONDITIONS, Case, Ladder, fixed, relative
from scorecard.scoring.policies import Policy
from tests.scoring import witness

SCALE = (0, 60, 70, 90, 100)


@pytest.mark.parametrize(
    ("kind", "direction", "target", "thresholds"),
    [
        ("rate", "higher", 0.95, (0.80, 0.95, 0.97, 0.99, 1.00)),
        ("rate", "higher", 0.99, (0.96, 0.99, 0.994, 0.998, 1)),
        ("rate", "higher", 0.98, (0.92, 0.98, 0.988, 0.996, 1)),
        ("rate", "higher", 0.80, (0.2, 0.8, 0.88, 0.96, 1)),
        ("rate", "higher", 1.2, (0.84, 1.2, 1.26, 1.38, 1.56)),  # above 100 % it is a level
        ("amount", "higher", 200, (140, 200, 210, 230, 260)),
        ("count", "higher", 20, (14, 20, 21, 23, 26)),
        ("amount", "higher", 1, (0.7, 1, 1.05, 1.15, 1.3)),
        ("rate", "lower", 0.0092, (0.01196, 0.0092, 0.00874, 0.008004, 0.0069)),
        ("amount", "lower", 3, (3.9, 3, 2.85, 2.61, 2.25)),
        ("rate", "lower", 1, (1.3, 1, 0.95, 0.87, 0.75)),
        ("count", "lower", 1, (2, 1, 0.5, 0.25, 0)),
        ("count", "lower", 2, (4, 2, 1, 0.5, 0)),
    ],
)
def test_standard_row_by_row(kind: str, direction: str, target: float, thresholds: tuple[float, ...]) -> None:
    curve = Policy().curve(kind, direction, target)
    assert curve.thresholds == thresholds
    assert curve.scores == SCALE
    assert curve.score(target) == 60


@pytest.mark.parametrize(
    ("kind", "direction", "target", "worst"),
    [("rate", "higher", 1, 0.85), ("count", "lower", 0, 3), ("rate", "lower", 0, 0.03)],
)
@pytest.mark.parametrize(("cap_score", "top"), [("literal", 70), ("full_at_cap", 100)])
@pytest.mark.parametrize("anchor", [60, 70, 100])
def test_capped_targets(
    kind: str, direction: str, target: float, worst: float, cap_score: str, top: float, anchor: int
) -> None:
    """Met but never exceeded: the cap score is the same whatever the anchor."""
    curve = Policy(cap_score=cap_score, anchor=anchor).curve(kind, direction, target)
    assert curve.thresholds == (worst, target, target)
    assert curve.scores == (0, 60, top)
    assert curve.score(target) == curve.best == top
    assert curve.score(worst) == 0
    assert curve.score((worst + target) / 2) == 30


def test_a_ladder_knows_its_direction() -> None:
    assert Policy().ladder("rate", "higher").higher and not Policy().ladder("rate", "lower").higher


def test_literal_is_the_default_and_reaching_is_60() -> None:
    assert Policy() == Policy("standard", "literal", 60)


@pytest.mark.parametrize(
    ("anchor", "thresholds"),
    [(60, (0.8, 0.95, 0.97, 0.99, 1)), (70, (0.78, 0.93, 0.95, 0.97, 0.98)), (100, (0.75, 0.9, 0.92, 0.94, 0.95))],
)
def test_anchor_shifts_the_whole_ladder(anchor: int, thresholds: tuple[float, ...]) -> None:
    curve = Policy(anchor=anchor).curve("rate", "higher", 0.95)
    assert curve.thresholds == thresholds
    assert curve.score(0.95) == anchor


@pytest.mark.parametrize(
    ("anchor", "thresholds"), [(70, (4.05, 3.15, 3, 2.76, 2.4)), (100, (4.65, 3.75, 3.6, 3.36, 3))]
)
def test_anchor_where_lower_is_better(anchor: int, thresholds: tuple[float, ...]) -> None:
    curve = Policy(anchor=anchor).curve("amount", "lower", 3)
    assert curve.thresholds == thresholds
    assert curve.score(3) == anchor


@pytest.mark.parametrize(
    ("kind", "direction", "target"),
    [
        ("amount", "higher", 0),
        ("amount", "higher", -1),
        ("count", "higher", 0),
        ("amount", "lower", 0),
        ("amount", "lower", -2),
        ("count", "lower", -1),
        ("rate", "lower", -0.01),
        ("ratio", "higher", 0.9),
        ("rate", "up", 0.9),
        ("rate", "", 0.9),
    ],
)
def test_refusals(kind: str, direction: str, target: float) -> None:
    with pytest.raises(RuleError):
        Policy().curve(kind, direction, target)


@pytest.mark.parametrize(
    "arguments", [("lenient",), ("standard", "half"), ("standard", "literal", 80), ("standard", "literal", 90)]
)
def test_unknown_policies(arguments: tuple[str, str, int]) -> None:
    with pytest.raises(RuleError):
        Policy(*arguments)


@pytest.mark.parametrize("scale", [(0, 60, 100), (0, 60, 70, 90, 100, 120), ()])
def test_the_policy_needs_four_bands(scale: tuple[float, ...]) -> None:
    with pytest.raises(RuleError):
        Policy().curve("rate", "higher", 0.95, scale)


def test_other_scales() -> None:
    assert Policy().curve("rate", "higher", 0.95, (0, 50, 75, 90, 120)).scores == (0, 50, 75, 90, 120)
    assert Policy().curve("rate", "higher", 1, (10, 50, 75, 90, 120)).scores == (10, 50, 75)
    assert Policy("standard", "full_at_cap").curve("rate", "higher", 1, (10, 50, 75, 90, 120)).scores == (10, 50, 120)


def test_the_policy_says_what_it_assumes() -> None:
    assert "60" in Policy().label.zh and "70" in Policy().label.zh and "standard" in Policy().label.en
    assert "100" in Policy("standard", "full_at_cap").label.zh and "100" in Policy("standard", "full_at_cap").label.en


@pytest.mark.parametrize(
    ("kind", "direction", "target", "capped"),
    [
        ("rate", "higher", 1, True),
        ("rate", "higher", 1 + 1e-14, True),
        ("rate", "higher", 0.99, False),
        ("rate", "higher", 1.2, False),
        ("amount", "higher", 1, False),
        ("count", "higher", 1, False),
        ("count", "lower", 0, True),
        ("rate", "lower", 0, True),
        ("count", "lower", 1, False),
        ("rate", "lower", 1, False),
    ],
)
def test_what_is_capped(kind: str, direction: str, target: float, capped: bool) -> None:
    """A target that can be met but not exceeded: 100 % of a rate, or none where fewer are better."""
    assert Policy().curve(kind, direction, target).best == (70 if capped else 100)


targets = {
    "rate": st.decimals(min_value="0.001", max_value="0.999", places=3),
    "amount": st.decimals(min_value="0.01", max_value=5000, places=2),
    "count": st.integers(1, 500).map(Decimal),
}


@given(
    st.sampled_from(["rate", "amount", "count"]),
    st.sampled_from(["higher", "lower"]),
    st.sampled_from(["literal", "full_at_cap"]),
    st.sampled_from([60, 70, 100]),
    st.data(),
)
def test_the_policy_agrees_with_the_witness(
    kind: str, direction: str, cap_score: str, anchor: int, data: st.DataObject
) -> None:
    ends = {("rate", "higher"): ["1"], ("rate", "lower"): ["0"], ("count", "lower"): ["0"]}.get((kind, direction), [])
    target = data.draw(st.one_of(targets[kind], *[st.just(Decimal(e)) for e in ends]))
    expected = witness.standard(kind, direction, target, cap_score, anchor)
    curve = Policy(cap_score=cap_score, anchor=anchor).curve(kind, direction, float(target))
    assert curve.thresholds == tuple(float(x) for x, _ in expected)
    assert curve.scores == tuple(float(s) for _, s in expected)
    assert curve.sign == (1 if direction == "higher" else -1)
    actual = data.draw(st.decimals(min_value=0, max_value=target * 3 + 1, places=4))
    assert abs(curve.score(float(actual)) - float(witness.linear(actual, expected))) <= 1e-11


# --- ladders ---------------------------------------------------------------------------------------------------------


def test_a_ladder_gives_the_curve_for_a_target() -> None:
    ladder = Ladder((Case(((0.7, 0), (1, 0), (0, 500)), (0, 60, 100)),))
    assert ladder.curve(200) == Curve((140, 200, 500), (0, 60, 100))
    assert ladder.width == 3 and not ladder.is_fixed
    with pytest.raises(RuleError):
        ladder.curve()


@pytest.mark.parametrize(
    ("when", "meeting"),
    [
        ("", [-1, 0, 0.5, 1, 2]),
        ("<1", [-1, 0, 0.5]),
        ("=1", [1]),
        (">1", [2]),
        (">0", [0.5, 1, 2]),
        ("=0", [0]),
    ],
)
def test_conditions(when: str, meeting: list[float]) -> None:
    case = Case(((0, 0), (0, 1)), (0, 100), when)
    assert [t for t in (-1, 0, 0.5, 1, 2) if case.meets(t)] == meeting


def test_conditions_are_asked_of_snapped_targets() -> None:
    assert Case((), (), "=1").meets(1 + 1e-14) and not Case((), (), "<1").meets(1 - 1e-14)
    assert set(CONDITIONS) == {"", "<1", "=1", ">1", ">0", "=0"}


def test_cases_are_tried_in_order_and_one_must_apply() -> None:
    ladder = Ladder((Case(((0, 0), (0, 1)), (0, 10), "<1"), Case(((0, 0), (0, 1), (0, 2)), (0, 10, 20), "=1")))
    assert ladder.curve(0.5).best == 10 and ladder.curve(1).best == 20 and ladder.width == 3
    with pytest.raises(RuleError):
        ladder.curve(3)


@pytest.mark.parametrize("arguments", [(((0, 0),), (0, 100)), (((0, 0),), (0,), "<=1"), (((0, 0),), (0,), "1")])
def test_what_is_no_case(arguments: tuple[tuple[tuple[float, float], ...], tuple[float, ...], str]) -> None:
    with pytest.raises(RuleError):
        Case(*arguments)


@pytest.mark.parametrize(
    "curve",
    [Curve((0, 1), (0, 100)), steps({0: 0, 5: 100}), steps({5: 0, 0: 100}, higher=False), in_range(1, 2), pass_fail(3)],
)
def test_a_fixed_rule_needs_no_target(curve: Curve) -> None:
    ladder = fixed(curve)
    assert ladder.is_fixed and ladder.width == len(curve.thresholds)
    assert ladder.curve() == ladder.curve(7) == curve


def test_a_rule_by_the_distance_from_the_target() -> None:
    """扣分制 over a target of 2: three cases are one over target."""
    ladder = relative(Curve((8, 0), (60, 100)))
    assert not ladder.is_fixed
    assert ladder.curve(2) == Curve((10, 2), (60, 100))
    assert ladder.curve(2).score(3) == 95 and ladder.curve(2).score(0) == 100
    assert relative(Curve((0, 1), (0, 100), STEP)).mode == STEP


def test_a_case_is_fixed_when_no_threshold_depends_on_the_target() -> None:
    assert Case(((0, 1), (0, 2)), (0, 100)).is_fixed and not Case(((0, 1), (1, 2)), (0, 100)).is_fixed
    assert not Ladder((Case(((0, 1), (0, 2)), (0, 100), ">0"),)).is_fixed
    two = Case(((0, 1), (0, 2)), (0, 100))
    assert not Ladder((two, two)).is_fixed
