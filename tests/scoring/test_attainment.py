"""Attainment: section 2 of docs/scoring.md, what it gives and what it refuses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.attainment import DIRECTION_NAMES, attainment, change, direction_of, divide


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((96, 120), 0.8),
        ((120, 100), 1.2),
        ((0, 120), 0.0),
        ((-12, 120), -0.1),
        ((65.6, 82), 0.8),
        ((8, 10, "inverse"), 1.25),
        ((16, 10, "inverse"), 0.625),
        ((8, 10, "mirror"), 1.2),
        ((12, 10, "mirror"), 0.8),
        ((25, 10, "mirror"), -0.5),
        ((70, 80, "higher", 60), 0.5),
        ((9, 8, "lower", 10), 0.5),
        ((9, 8, "inverse", 10), 0.5),
        ((-5, 5, "higher", -15), 0.5),
        ((5, 0, "higher", 10), 0.5),
        ((-3, -5, "higher", 0), 0.6),
        # snapped, as a cell shows it
        ((1, 3), 0.333333333333),
        ((1, 3, "higher", 0), 0.333333333333),
        ((1, 3, "mirror"), 1.666666666667),
    ],
)
def test_attainment(arguments: tuple[float, float, str, float], expected: float) -> None:
    assert attainment(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((5, 10, "lower"), "#NUM!"),
        ((5, 10, "higher", 10), "#NUM!"),
        ((5, 10, "higher", 10 + 1e-14), "#NUM!"),
        ((5, -10), "#NUM!"),
        ((5, -10, "inverse"), "#NUM!"),
        ((5, -10, "mirror"), "#NUM!"),
        ((-5, 10, "inverse"), "#NUM!"),
        ((5, 0), "#DIV/0!"),
        ((0, 0), "#DIV/0!"),
        ((5, 1e-14), "#DIV/0!"),
        ((5, 0, "mirror"), "#DIV/0!"),
        ((5, 0, "inverse"), "#DIV/0!"),
        ((0, 0, "inverse"), "#DIV/0!"),
        ((5, 1e-14, "inverse"), "#DIV/0!"),
        ((0, 10, "inverse"), "#DIV/0!"),
    ],
)
def test_refusals(arguments: tuple[float, float, str, float], code: str) -> None:
    with pytest.raises(RuleError) as problem:
        attainment(*arguments)
    assert problem.value.code == code


def test_the_refusal_of_a_bare_lower_names_both_variants() -> None:
    with pytest.raises(RuleError) as problem:
        attainment(5, 10, "lower")
    assert "反比" in problem.value.message.zh and "镜像" in problem.value.message.zh
    assert "inverse" in problem.value.message.en and "mirror" in problem.value.message.en


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        (None, "higher"),
        ("", "higher"),
        (" \u3000", "higher"),
        ("越高越好", "higher"),
        ("越大越好", "higher"),
        ("Higher", "higher"),
        ("越低越好", "lower"),
        ("越小越好", "lower"),
        ("lower", "lower"),
        ("反比", "inverse"),
        ("INVERSE", "inverse"),
        ("镜像", "mirror"),
        ("２减比值", "mirror"),
    ],
)
def test_directions(text: str | None, direction: str) -> None:
    assert direction_of(text) == direction


def test_an_unknown_direction_is_refused() -> None:
    for text in ("望目", "0", "高"):
        with pytest.raises(RuleError) as problem:
            direction_of(text)
        assert problem.value.code == "#NUM!" and text in problem.value.message.zh


def test_every_alias_leads_to_a_direction() -> None:
    assert set(DIRECTION_NAMES.values()) == {"higher", "lower", "inverse", "mirror"}


def test_change_is_positive_for_an_improvement() -> None:
    """客户维修率下降: (previous - current) / previous."""
    assert change(8, 10) == 0.2
    assert change(12, 10) == -0.2
    assert change(10, 10) == 0
    assert change(0, 10) == 1
    with pytest.raises(RuleError) as problem:
        change(3, 0)
    assert problem.value.code == "#DIV/0!"


def test_divide() -> None:
    assert divide(65.6, 82) == 0.8
    assert divide(-1, 3) == -0.333333333333
    for denominator in (0, 0.0, 1e-14, -1e-14):
        with pytest.raises(RuleError) as problem:
            divide(1, denominator)
        assert problem.value.code == "#DIV/0!"
    assert divide(1e-12, 1e-12) == 1


numbers = st.decimals(min_value=0, max_value=10_000, places=2)
positive = st.decimals(min_value="0.01", max_value=10_000, places=2)


@given(numbers, positive)
def test_higher_and_mirror_agree_with_fractions(actual: Fraction, target: Fraction) -> None:
    ratio = Fraction(actual) / Fraction(target)
    assert attainment(float(actual), float(target)) == pytest.approx(float(ratio), rel=1e-14, abs=1e-12)
    mirror = attainment(float(actual), float(target), "mirror")
    assert mirror == pytest.approx(float(2 - ratio), rel=1e-14, abs=1.1e-12)


@given(positive, positive)
def test_meeting_the_target_is_one(target: Fraction, baseline: Fraction) -> None:
    t, b = float(target), float(baseline)
    assert attainment(t, t) == attainment(t, t, "inverse") == attainment(t, t, "mirror") == 1
    if t != b:
        assert attainment(t, t, "higher", b) == 1
        assert attainment(b, t, "higher", b) == 0


@given(positive, positive, positive)
def test_lower_is_better_under_both_variants(target: Fraction, one: Fraction, other: Fraction) -> None:
    less, more = sorted((float(one), float(other)))
    for name in ("inverse", "mirror"):
        assert attainment(less, float(target), name) >= attainment(more, float(target), name)
