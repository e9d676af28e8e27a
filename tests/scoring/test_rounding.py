"""Rounding and snapping are those of a spreadsheet: known results, exact fractions, and LibreOffice itself."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.scoring.values import decimal_sum, round_half_up, snap
from tests.libreoffice.office import Office
from tests.scoring import witness

finite = st.floats(allow_nan=False, allow_infinity=False, width=64, max_value=1e300, min_value=-1e300)
decimals = st.decimals(min_value=-10_000, max_value=10_000, places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("x", "digits", "expected"),
    [
        # What Excel's documentation and a pocket calculator give; Python's round() fails on the first four.
        (84.5, 0, 85.0),
        (math.inf, 2, math.inf),
        (2.675, 2, 2.68),
        (math.nextafter(2.675, 0), 2, 2.68),  # what a calculation makes of 2.675
        (0.5, 0, 1.0),
        (1.005, 2, 1.01),
        (2.15, 1, 2.2),
        (2.149, 1, 2.1),
        (-1.475, 2, -1.48),
        (21.5, -1, 20.0),
        (626.3, -3, 1000.0),
        (1.98, -1, 0.0),
        (-50.55, -2, -100.0),
        (89.95, 1, 90.0),
        (89.949999, 1, 89.9),
        (-0.5, 0, -1.0),
        (-84.5, 0, -85.0),
        (-0.4, 0, 0.0),
        (86.125, 2, 86.13),
        (1234.5678, 3, 1234.568),
        (100.0, 2, 100.0),
        (1e16, 2, 1e16),
        (0.29 * 100, 0, 29.0),
    ],
)
def test_round_half_away_from_zero(x: float, digits: int, expected: float) -> None:
    assert round_half_up(x, digits) == expected


def test_round_digits_default_to_none() -> None:
    assert round_half_up(84.5) == 85.0


def test_round_never_gives_a_negative_zero() -> None:
    assert math.copysign(1, round_half_up(-0.004, 2)) == 1
    assert math.copysign(1, snap(-0.0)) == 1
    assert math.copysign(1, snap(-1e-13)) == 1


def test_round_to_absurd_digits() -> None:
    assert round_half_up(12.345, 10**9) == 12.345
    assert round_half_up(12.345, -(10**9)) == 0.0
    assert round_half_up(1e300, -400) == 0.0


@given(decimals, st.integers(-3, 8))
def test_round_agrees_with_exact_fractions(x: Decimal, digits: int) -> None:
    assert round_half_up(float(x), digits) == float(witness.half_away(Fraction(x), digits))


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (65.6 / 82, 0.8),
        (0.1 + 0.2, 0.3),
        (0.29 * 100, 29.0),
        (1.1 * 1.1, 1.21),
        (0.1234567890125, 0.123456789013),  # half at the twelfth decimal, away from zero
        (-0.1234567890125, -0.123456789013),
        (1e-12, 1e-12),
        (5e-13, 1e-12),
        (4.9e-13, 0.0),
        (999.123456789012, 999.123456789012),
        (999.9999999999994, 999.999999999999),
        (1000.12345678901, 1000.12345678901),
        (123456789.123456789, 123456789.123457),  # fifteen significant digits
        (1234567890123456.0, 1234567890123460.0),
        (0.0, 0.0),
    ],
)
def test_snap_is_round_12(x: float, expected: float) -> None:
    assert snap(x) == expected


@given(finite)
def test_snap_is_idempotent(x: float) -> None:
    assert snap(snap(x)) == snap(x)


@given(finite, finite)
def test_snap_keeps_the_order(x: float, y: float) -> None:
    low, high = min(x, y), max(x, y)
    assert snap(low) <= snap(high)


@given(finite)
def test_snap_is_odd_and_near(x: float) -> None:
    assert snap(-x) == -snap(x)
    assert abs(Fraction(snap(x)) - Fraction(x)) <= max(Fraction(6, 10**13), abs(Fraction(x)) * Fraction(51, 10**16))


@given(st.decimals(min_value=-900, max_value=900, places=12, allow_nan=False))
def test_snap_leaves_twelve_decimals_alone(x: Decimal) -> None:
    assert snap(float(x)) == float(f"{float(x):.15g}")


def test_decimal_sum_is_exact() -> None:
    assert decimal_sum([0.1] * 10) == 1.0
    # Python's own sum compensates since 3.12; one after the other it does not come out.
    assert reduce(add, [0.1] * 10) != 1.0
    assert decimal_sum([0.35, 0.2, 0.15, 0.3]) == 1.0
    assert decimal_sum([0.1 + 0.2, 65.6 / 82]) == 1.1
    assert decimal_sum([]) == 0.0
    assert decimal_sum([1e12, 0.01, -1e12]) == 0.01


@given(st.lists(decimals, max_size=30))
def test_decimal_sum_agrees_with_fractions(values: list[Decimal]) -> None:
    assert decimal_sum([float(v) for v in values]) == float(sum(map(Fraction, values), Fraction(0)))


def test_rounding_in_libreoffice(office: Office, tmp_path: Path) -> None:
    """ROUND(x, 12) and ROUND(x, 2) of an engine written by others, on numbers near every kind of edge."""
    chance = random.Random(12)
    edges = [65.6 / 82, 0.29 * 100, 2.675, 84.5, 89.95, 1.005, 0.1 + 0.2, 1 / 3, 200 / 3, 57.857142857142854]
    edges += [chance.randrange(-3000, 3000) / chance.choice((8, 10, 82, 1000, 7, 3)) for _ in range(150)]
    edges += [chance.randrange(10**5) / 1000 + 0.0005 for _ in range(60)]
    numbers = edges + [chance.uniform(-150, 150) for _ in range(150)]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "rounding"
    for row, x in enumerate(numbers, start=1):
        sheet.cell(row, 1, x)
        sheet.cell(row, 2, f"=ROUND(A{row},12)")
        sheet.cell(row, 3, f"=ROUND(A{row},2)")
    path = tmp_path / "rounding.xlsx"
    book.save(path)
    values = office.recalculated(path)
    for row, x in enumerate(numbers, start=1):
        assert round_half_up(x, 2) == values["rounding", f"C{row}"], x
        if row <= len(edges):
            assert snap(x) == values["rounding", f"B{row}"], x
        else:
            # Of numbers with 17 digits, those a hair below half a unit of the twelfth decimal may go either way.
            assert abs(snap(x) - values["rounding", f"B{row}"]) < 1.1e-12, x
