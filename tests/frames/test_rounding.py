"""`snap` and `round_half_up` on arrays: to the last bit what the scalar ones give, and what decimal arithmetic says."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.frames import round_half_up, snap
from scorecard.scoring import values

DIGITS = range(-2, 14)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal in every bit, NaN to NaN and 0.0 to 0.0 (never to -0.0)."""
    return bool(np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a), np.signbit(b)))


def one_by_one(function: Callable[[float], float], numbers: np.ndarray) -> np.ndarray:
    return np.array([function(float(x)) for x in numbers])


def by_decimal(x: float) -> float:
    """ROUND(x, 12) by its definition: the exact value of the float, to 15 digits, then to 12 decimals."""
    fifteen = Context(prec=15, rounding=ROUND_HALF_EVEN).create_decimal(Decimal(x))
    if abs(fifteen) >= 1000:
        return float(fifteen)
    return float(fifteen.quantize(Decimal("1e-12"), ROUND_HALF_UP)) + 0.0


def around(x: float) -> list[float]:
    """A number, its neighbours among the floats, and some a little further away."""
    return [x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf), x + 1e-13, x - 1e-13, x + 1e-12, x - 5e-13]


# What people and spreadsheets make: decimals, their halves at each digit, quotients, plain floats of any size.
decimals = st.builds(lambda n, d: n / 10**d, st.integers(-(10**15), 10**15), st.integers(0, 15))
halves = st.builds(lambda n, d: (n + 0.5) / 10**d, st.integers(-(10**6), 10**6), st.integers(0, 13))
quotients = st.builds(lambda a, b: a / b, st.integers(-5000, 5000), st.integers(1, 5000))
dyadic = st.builds(lambda n, d: n / 2**d, st.integers(-(2**40), 2**40), st.integers(0, 45))
floats = st.floats(-1e300, 1e300) | st.floats(-2000, 2000) | st.floats(-2, 2)
adversarial = st.lists(decimals | halves | quotients | dyadic | floats, min_size=1, max_size=40).map(
    lambda xs: np.array([y for x in xs for y in around(x)])
)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (65.6 / 82, 0.8),
        (0.1 + 0.2, 0.3),
        (5e-13, 1e-12),
        (-5e-13, -1e-12),
        (4.9e-13, 0.0),
        (-0.0, 0.0),
        (1e15, 1e15),
        (1234567890123456.0, 1234567890123460.0),
        (123456.1234567891, 123456.123456789),
        (999.9999999999995, 1000.0),
        (100 / 3, 33.333333333333),
    ],
)
def test_snap_of_known_numbers(x: float, expected: float) -> None:
    assert snap([x]).tolist() == [expected]


@given(adversarial)
def test_snap_is_the_scalar_snap(numbers: np.ndarray) -> None:
    assert same(snap(numbers), one_by_one(values.snap, numbers))


@given(adversarial)
def test_snap_is_what_decimal_arithmetic_says(numbers: np.ndarray) -> None:
    assert same(snap(numbers), one_by_one(by_decimal, numbers))


def test_snap_on_many_numbers_of_every_size() -> None:
    """More than a chunk at once, every decade, so that each route through a chunk is taken."""
    random = np.random.default_rng(7)
    size = 10.0 ** random.uniform(-15, 17, 30_000)
    numbers = np.concatenate([size, -size, np.round(size, 2), random.uniform(0, 100, 30_000)])
    assert same(snap(numbers), one_by_one(values.snap, numbers))
    for low, high in ((0, 1), (1, 10), (10, 100), (100, 1000), (1000, 1e7)):
        numbers = random.uniform(low, high, 3000)
        assert same(snap(numbers), one_by_one(values.snap, numbers))


@pytest.mark.parametrize(
    ("x", "digits", "expected"),
    [
        (84.5, 0, 85.0),
        (2.675, 2, 2.68),
        (1.005, 2, 1.01),
        (-0.5, 0, -1.0),
        (-0.4, 0, 0.0),
        (0.125, 2, 0.13),
        (59.995, 2, 60.0),
        (89.99499999999999, 2, 90.0),
        (89.994999999999, 2, 89.99),
        (1250.0, -2, 1300.0),
        (1e15, 2, 1e15),
        (5e-13, 12, 1e-12),
    ],
)
def test_known_roundings(x: float, digits: int, expected: float) -> None:
    assert same(round_half_up([x], digits), np.array([expected]))


@given(adversarial, st.sampled_from(DIGITS))
def test_rounding_is_the_scalar_rounding(numbers: np.ndarray, digits: int) -> None:
    assert same(round_half_up(numbers, digits), one_by_one(lambda x: values.round_half_up(x, digits), numbers))


@pytest.mark.parametrize("digits", range(0, 12))
def test_every_half_goes_away_from_zero(digits: int) -> None:
    """x.5 at each digit: the float may lie below the half it stands for."""
    n = np.random.default_rng(digits).integers(0, 10 ** min(15 - digits, 6), 500).tolist()
    numbers = np.array([float(f"{i}.5e-{digits}") for i in n])
    away = np.array([float(f"{i + 1}e-{digits}") for i in n])
    if digits == 11:
        # Thirteen digits behind the point are more than a number keeps below 1000, not below 1.
        assert same(round_half_up(numbers[numbers < 1], digits), away[numbers < 1])
    else:
        assert same(round_half_up(numbers, digits), away)
        assert same(round_half_up(-numbers, digits), -away)


@pytest.mark.parametrize("digits", [0, 2, -1, 13])
def test_what_is_no_number_stays(digits: int) -> None:
    numbers = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert same(snap(numbers), numbers)
    assert round_half_up(numbers, digits)[:3].tolist()[1:] == [np.inf, -np.inf]
    assert np.isnan(round_half_up(numbers, digits)[0])


def test_shapes_and_types() -> None:
    assert snap([]).shape == (0,) and round_half_up([]).shape == (0,)
    assert snap(0.5).shape == () and snap(np.ones((2, 3))).shape == (2, 3)
    assert snap([1, 2]).dtype == np.float64
    assert snap(np.array([0.95, 0.8], np.float32)).tolist() == [0.95, 0.8]
    strided = np.arange(12.0).reshape(3, 4)[:, ::2] / 7
    assert same(snap(strided), snap(strided.copy()))


def test_the_input_is_left_alone() -> None:
    numbers = np.array([65.6 / 82, -0.0])
    before = numbers.tobytes()
    snap(numbers)
    round_half_up(numbers, 1)
    assert numbers.tobytes() == before
