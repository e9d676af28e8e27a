"""Weights: section 4 of docs/scoring.md."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.values import CellError, read
from scorecard.scoring.weights import check_weights, points_as_weights, read_weights, scale_weights

SEED = ["20%", "15%", "15%", "5%", "8%", "8%", "10%", "6%", "6%", "5%", "2%"]


@pytest.mark.parametrize(
    ("cells", "weights"),
    [
        (SEED, [0.2, 0.15, 0.15, 0.05, 0.08, 0.08, 0.1, 0.06, 0.06, 0.05, 0.02]),
        ([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]),
        ([20, 30, 50], [0.2, 0.3, 0.5]),
        (["20", "30", "50"], [0.2, 0.3, 0.5]),
        ([50, 20, 10, 10, 10], [0.5, 0.2, 0.1, 0.1, 0.1]),
        ([" 20 ％", 0.3, 0.5], [0.2, 0.3, 0.5]),
        (["20%", 30, 50], [0.2, 0.3, 0.5]),
        (["50%", 0.5], [0.5, 0.5]),
        ([1], [1.0]),
        ([100], [1.0]),
        (["100%"], [1.0]),
        ([1, 99], [0.01, 0.99]),  # sums to 100: percent, though 1 alone could be either
        ([0.5, 99.5], [0.005, 0.995]),
        ([1.1, 98.9], [0.011, 0.989]),  # 1.1 / 100 is 0.011000000000000001 in floats
        ([0.996], [0.996]),  # about 1
        ([99.6], [0.996]),
        ([100.4], [1.004]),
        ([0.5, 0.2], [0.5, 0.2]),  # all at most 1
        ([1, 1, 1], [1.0, 1.0, 1.0]),
        ([50, 1], [0.5, 0.01]),  # all at least 1
        ([60, 60], [0.6, 0.6]),
        ([0, 60, 60], [0.0, 0.6, 0.6]),  # zeros do not vote
        ([0, 0], [0.0, 0.0]),
        ([None, 0.4, "", 0.6], [None, 0.4, None, 0.6]),
        (["N/A", 0.4, "—", 0.6], [None, 0.4, None, 0.6]),
        ([None, "  "], [None, None]),
        ([], []),
        (["分值10分", 0], "#VALUE!"),
        (["10分", "90分"], [0.1, 0.9]),
        ([0.5, 50], "#NUM!"),
        ([0.5, 2], "#NUM!"),
        (["20%", 0.5, 50], "#NUM!"),
        ([-0.2, 1.2], "#NUM!"),
        (["-20%", "120%"], "#NUM!"),
        ([0.4, "未定"], "#VALUE!"),
        ([0.4, True], "#VALUE!"),
        ([0.4, CellError("#REF!")], "#REF!"),
        ([0.4, "#DIV/0!"], "#DIV/0!"),
    ],
)
def test_reading_weights(cells: list[object], weights: list[float | None] | str) -> None:
    if isinstance(weights, str):
        with pytest.raises(RuleError) as problem:
            read_weights(cells)
        assert problem.value.code == weights
    else:
        assert read_weights(cells) == weights


def test_a_text_is_quoted_and_an_error_named() -> None:
    with pytest.raises(RuleError) as text:
        read_weights(["未定"])
    assert "未定" in text.value.message.zh and "未定" in text.value.message.en
    with pytest.raises(RuleError) as error:
        read_weights(["#REF!"])
    assert "#REF!" in error.value.message.zh and "#REF!" in error.value.message.en


def test_a_percent_format_makes_fractions() -> None:
    assert read_weights([0.2, 30, 50], ["0%", None, "General"]) == [0.2, 0.3, 0.5]
    assert scale_weights([read(0.2, number_format="0%"), read(0.5)]) == [0.2, 0.5]


@pytest.mark.parametrize(("sum_", "divisor"), [(0.9951, 1), (1.0049, 1), (0.9949, 1), (99.51, 100), (100.49, 100)])
def test_about_one_or_about_a_hundred(sum_: float, divisor: int) -> None:
    assert read_weights([sum_]) == [pytest.approx(sum_ / divisor, abs=1e-12)]


@pytest.mark.parametrize(("first", "second", "percent"), [(0.6, 99.89, True), (0.6, 98.91, True), (0.6, 98.89, False)])
def test_how_near_a_hundred_decides_for_percent(first: float, second: float, percent: bool) -> None:
    """0.6 could be a fraction or a percentage; within half a percent of 100 the sum decides."""
    if percent:
        assert read_weights([first, second]) == [0.006, second / 100]
    else:
        with pytest.raises(RuleError):
            read_weights([first, second])


def test_how_near_one_decides_for_fractions() -> None:
    """Beside 60 % a bare 0.4 is a fraction because the sum is 1; a bare 40 a percentage because it is 100."""
    assert read_weights(["60%", 0.4]) == [0.6, 0.4]
    assert read_weights(["60%", 40]) == [0.6, 0.4]
    assert read_weights(["99%", 1]) == [0.99, 0.01]
    assert read_weights(["0.4%", 1]) == [0.004, 1.0]


def test_ten_tenths_are_exactly_one() -> None:
    assert check_weights([0.1] * 10) == [0.1] * 10
    assert check_weights(read_weights(["10%"] * 10)) == [0.1] * 10


@pytest.mark.parametrize("sum_", [1.0, 1 + 1e-6, 1 - 1e-6, 1 + 5e-7, 0.9999995])
def test_strict_within_a_millionth(sum_: float) -> None:
    assert check_weights([0.5, sum_ - 0.5]) == [0.5, sum_ - 0.5]


@pytest.mark.parametrize("sum_", [1 + 1.1e-6, 1 - 1.1e-6, 0.99, 1.1, 0.0, 2.0])
def test_strict_refuses_any_other_sum(sum_: float) -> None:
    with pytest.raises(RuleError) as problem:
        check_weights([sum_])
    assert problem.value.code == "#NUM!"


def test_the_refusal_says_the_sum() -> None:
    with pytest.raises(RuleError) as problem:
        check_weights([0.5, 0.45])
    assert "95%" in problem.value.message.zh and "95%" in problem.value.message.en


def test_policies() -> None:
    assert check_weights([0.5, 0.3], "normalise") == [0.625, 0.375]
    assert check_weights([0.5, 0.6], "as_is") == [0.5, 0.6]
    assert check_weights([0.5, None, 0.5]) == [0.5, 0.0, 0.5]
    assert check_weights([0.0, 1.0]) == [0.0, 1.0]
    assert check_weights([], "as_is") == []
    assert check_weights([0.0], "as_is") == [0.0]


@pytest.mark.parametrize(
    ("weights", "policy"),
    [
        ([-0.1, 1.1], "strict"),
        ([-0.1, 1.1], "normalise"),
        ([-0.1, 1.1], "as_is"),
        ([0.0, 0.0], "normalise"),
        ([None], "normalise"),
        ([], "normalise"),
        ([], "strict"),
        ([1.0], "loose"),
    ],
)
def test_refusals(weights: list[float | None], policy: str) -> None:
    with pytest.raises(RuleError) as problem:
        check_weights(weights, policy)
    assert problem.value.code == "#NUM!"


weights_ = st.lists(st.decimals(min_value="0.001", max_value=100, places=3), min_size=1, max_size=12)


@given(weights_, st.sampled_from([0.01, 0.5, 2, 10, 100]))
def test_scaling_does_not_matter_under_normalise(weights: list[Decimal], factor: float) -> None:
    plain = check_weights([float(w) for w in weights], "normalise")
    scaled = check_weights([float(w) * factor for w in weights], "normalise")
    assert scaled == pytest.approx(plain, abs=2e-12)
    assert sum(plain) == pytest.approx(1, abs=1e-10)


@given(st.lists(st.integers(1, 97), min_size=1, max_size=6).filter(lambda xs: sum(xs) < 100))
def test_percent_numbers_percent_texts_and_fractions_are_the_same(some: list[int]) -> None:
    whole = [*some, 100 - sum(some)]
    expected = [w / 100 for w in whole]
    assert read_weights(whole) == expected
    assert read_weights([f"{w}%" for w in whole]) == expected
    assert read_weights([w / 100 for w in whole]) == expected


def test_points_tables() -> None:
    """满分 10 and 30: a quarter and three quarters."""
    assert points_as_weights([10, 30]) == [0.25, 0.75]
    assert points_as_weights([5]) == [1.0]
    assert points_as_weights([0.5, 0.5]) == [0.5, 0.5]
    for maxima in ([], [0], [10, 0], [10, -1]):
        with pytest.raises(RuleError):
            points_as_weights(maxima)
