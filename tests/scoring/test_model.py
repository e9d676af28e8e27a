"""Grade tables, bands and settings: valid once built."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.model import DEFAULT_GRADES, Bands, CardResult, Grade, GradeTable, Scorecard, Settings
from scorecard.scoring.values import State, round_half_up
from tests.scoring import witness


def test_default_grades() -> None:
    """docs/scoring.md: 优 90 · 良 80 · 中 70 · 及格 60 · 差 0; coefficients 1.2 · 1.1 · 1.0 · 0.8 · 0.5."""
    found = {(g.lower, g.label, g.coefficient) for g in DEFAULT_GRADES.rows}
    assert found == {(90, "优", 1.2), (80, "良", 1.1), (70, "中", 1.0), (60, "及格", 0.8), (0, "差", 0.5)}


@pytest.mark.parametrize(
    ("total", "label"),
    [
        (100, "优"), (90, "优"), (89.99, "良"), (80, "良"), (79.99, "中"), (70, "中"), (69.99, "及格"), (60, "及格"),
        (59.99, "差"), (0, "差"), (-5, "差"), (130, "优"), (90 - 1e-14, "优"),
    ],
)  # fmt: skip
def test_lower_bounds_are_inclusive_and_the_lowest_takes_the_rest(total: float, label: str) -> None:
    assert DEFAULT_GRADES.of(total).label == label


def test_the_grade_is_read_from_the_rounded_total() -> None:
    """89.95 with one decimal is 90.0, which is 优; unrounded it would be 良."""
    assert DEFAULT_GRADES.of(89.95).label == "良"
    assert DEFAULT_GRADES.of(round_half_up(89.95, 1)).label == "优"


@given(st.permutations(DEFAULT_GRADES.rows), st.decimals(min_value=-10, max_value=130, places=2))
def test_rows_in_any_order_give_the_same_grade(rows: list[Grade], total: float) -> None:
    table = GradeTable(tuple(rows))
    assert table == DEFAULT_GRADES
    assert table.of(float(total)).label == witness.grade(total, [(r.lower, r.label) for r in rows])


def test_below_the_lowest_bound_counts_as_the_lowest() -> None:
    table = GradeTable((Grade(90, "A"), Grade(60, "B")))
    assert [table.of(x).label for x in (0, 59.99, 60, 89.99, 90)] == ["B", "B", "B", "B", "A"]
    assert table.of(70).coefficient is None


def test_what_is_no_grade_table() -> None:
    with pytest.raises(RuleError) as empty:
        GradeTable(())
    assert empty.value.code == "#N/A"
    with pytest.raises(RuleError) as twice:
        GradeTable((Grade(90, "A"), Grade(60, "B"), Grade(90 + 1e-14, "C")))
    assert twice.value.code == "#NUM!"


def test_bands() -> None:
    assert Bands().labels[0] == "未达目标" and Bands().scale == (0, 60, 70, 90, 100)
    assert Bands(("不合格", "合格"), (0, 60, 100)).labels == ("不合格", "合格")
    for labels, scale in ((("a", "b"), (0, 100)), (("a",), (0, 50, 100)), (("a", "b"), (0, 100, 50)), ((), ())):
        with pytest.raises(RuleError):
            Bands(labels, scale)


def test_settings_have_the_defaults_of_the_specification() -> None:
    settings = Settings()
    assert (settings.missing, settings.weights, settings.digits, settings.floor, settings.cap) == (
        "incomplete", "strict", 2, 0.0, None,
    )  # fmt: skip
    assert settings.grades is DEFAULT_GRADES
    for missing in ("incomplete", "zero", "exclude"):
        assert Settings(missing=missing).missing == missing
    with pytest.raises(RuleError):
        Settings(missing="ignore")


def test_objects_are_frozen() -> None:
    for thing in (Settings(), DEFAULT_GRADES, Scorecard(())):
        name = dataclasses.fields(thing)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, random.random())


def test_a_result_can_be_rounded_otherwise() -> None:
    result = CardResult((), State.NUMBER, computed=84.5)
    assert (result.rounded(0), result.rounded(2)) == (85.0, 84.5)
    assert CardResult((), State.MISSING).rounded(2) is None
