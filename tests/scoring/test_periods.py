"""Periods as people write them, and roll-ups: section 6 of docs/scoring.md."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.periods import (
    HALF,
    MONTH,
    QUARTER,
    ROLLUPS,
    YEAR,
    Period,
    find_period,
    is_day,
    parse_period,
    roll_up,
    rollup_name,
    without_days,
)


@pytest.mark.parametrize(
    ("texts", "period"),
    [
        (("月度", "月", "每月", "月度目标", "月度考核", "Monthly", "month"), Period(MONTH)),
        (("季度", "季", "每季", "季度目标", "季度（考核）", "quarterly", "quarter"), Period(QUARTER)),
        (("半年", "半年度", "半 年", "half", "Half-Year", "半年度目标"), Period(HALF)),
        (("年度", "年", "全年", "年度目标", "annual", "yearly", "year", "FY", "1-12月"), Period(YEAR)),
        (("一季度", "第一季度", "第1季度", "1季度", "Q1", "q1", "1-3月", "１－３月", "1月-3月",
          "1~3月", "1至3月", "1—3月", "1-3月份"), Period(QUARTER, None, 1)),
        (("二季度", "Q2", "4-6月", "4月至6月"), Period(QUARTER, None, 2)),
        (("三季度", "Q3", "7-9月", "7到9月"), Period(QUARTER, None, 3)),
        (("2026年7月-9月", "2026年7月1日-9月30日", "2026年7月1日至2026年9月30日", "2026.7-2026.9", "202607-202609",
          "2026/7/1-2026/9/30", "2026-07-01至2026-09-30", "2026．07．01—2026．09．30"), Period(QUARTER, 2026, 3)),
        (("2026年1月1日～12月31日", "2026.1-2026.12"), Period(YEAR, 2026)),
        (("四季度", "第四季度", "Q4", "10-12月"), Period(QUARTER, None, 4)),
        (("上半年", "H1", "1-6月", "上半年度"), Period(HALF, None, 1)),
        (("下半年", "H2", "7-12月"), Period(HALF, None, 2)),
        (("1月", "1月份", "01月", "１月"), Period(MONTH, None, 1)),
        (("12月",), Period(MONTH, None, 12)),
        (("2026年一季度", "2026年第一季度", "2026Q1", "2026-Q1", "2026 Q1", "2026年1-3月",
          "2026年度Q1", "2026年第Ⅰ季度", "【2026年】一季度"), Period(QUARTER, 2026, 1)),
        (("2026年上半年", "2026H1", "2026年1-6月"), Period(HALF, 2026, 1)),
        (("2026年11月", "2026-11", "2026/11", "2026.11", "202611", "2026年11月份", "2026年11月考核"), Period(MONTH, 2026, 11)),
        (("2026年3月", "2026-03", "2026-3", "202603"), Period(MONTH, 2026, 3)),
        (("2026", "2026年", "2026年度", "2026年度考核", "FY2026", "2026全年", "2026年1-12月"), Period(YEAR, 2026)),
        (("2026年季度",), Period(QUARTER, 2026)),
        # The same once more in brackets.
        (("2026年第3季度（7-9月）", "2026年第三季度（7月-9月）", "2026年Q3（7—9月）", "2026第三季度 (Q3)",
          "7-9月（2026年第三季度）", "2026年第三季度（2026年7月-9月）", "2026年三季度（7、8、9月）",
          "第三季度（2026）", "〔2026〕三季度"), Period(QUARTER, 2026, 3)),
        # From one day or month to another.
        (("2026.7.1-9.30", "2026/7/1-9/30", "2026-07-01~09-30", "20260701-20260930", "20260701-0930",
          "July-September 2026", "July to September 2026", "Jul – Sep 2026", "1 July to 30 September 2026",
          "July 1, 2026 - September 30, 2026"), Period(QUARTER, 2026, 3)),
        (("Jan-Dec 2026", "2026.1.1-12.31"), Period(YEAR, 2026)),
        (("July to September", "7、8、9月"), Period(QUARTER, None, 3)),
        # The year behind, and fiscal years, which are called after the year stated.
        (("Q3 2026", "Q3, 2026", "Third Quarter 2026", "third quarter of 2026", "3Q26", "3Q2026", "Q3'26", "Q3 FY26", "FY26 Q3",
          "FY2026 Q3", "FY26-Q3", "Fiscal Year 2026 Q3", "2026财年第三季度"), Period(QUARTER, 2026, 3)),
        (("FY26", "FY2026", "fiscal year 2026", "2026财年"), Period(YEAR, 2026)),
        (("1H26", "H1 FY26"), Period(HALF, 2026, 1)),
        (("2026年半年度",), Period(HALF, 2026)),
        (("2026年月度",), Period(MONTH, 2026)),
    ],
)  # fmt: skip
def test_spellings(texts: tuple[str, ...], period: Period) -> None:
    assert {text: parse_period(text) for text in texts} == dict.fromkeys(texts, period)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "合计", "累计", "目标", "考核", "Q0", "Q5", "第5季度", "0季度", "13月", "0月", "2026-13", "2026-", "2-4月",
        "1-4月",        "1-5月", "2-7月", "3-8月", "3-1月", "1-13月", "5", "12", "H3", "2025/2026", "20260331", "2026年2-4月",
        "1999年", "及时率", "五季度", "2026-7-9", "2026.7.9", "2026年11月-2027年1月",
        "2026年第三季度（1-3月）", "2026年第三季度（2025年7-9月）", "全年（Q3）", "2026年10月8日", "FY2025/26", "FY2011/12",
        "Dec 2026 - Feb 2027", "May-June 2026", "7、9月", "Q1-2026年Q2", "2026.7.1-8.31", "20260701-20260831", "-3Q26", "5Q26",
        "2026.7-2027.9", "2026年7月1日-8月31日",
    ],
)  # fmt: skip
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text) is None


def test_a_day_is_no_period() -> None:
    days = ("2026年10月8日", "2026-10-08", "2026/10/8", "20261008", "10月8日", "8 October 2026", "October 8, 2026", "8-Oct-2026")
    assert [day for day in days if not is_day(day) or parse_period(day) is not None] == []
    assert not any(map(is_day, ("2026年10月", "2026-10", "2026Q3", "2026.7.1-9.30", "202610", "2026", "0301", "")))
    assert without_days("张三2026-10-08Q3") == "张三 Q3" and without_days("2026-10考核") == "2026-10考核"


@pytest.mark.parametrize(
    ("period", "label"),
    [
        (Period(QUARTER, 2026, 4), "2026Q4"),
        (Period(HALF, 2026, 1), "2026H1"),
        (Period(MONTH, 2026, 11), "2026-11"),
        (Period(MONTH, 2026, 3), "2026-03"),
        (Period(MONTH, None, 3), "3月"),
        (Period(YEAR, 2026), "2026"),
        (Period(QUARTER, None, 2), "Q2"),
        (Period(HALF, None, 2), "H2"),
        (Period(QUARTER, 2026), "2026"),
        (Period(QUARTER), ""),
    ],
)
def test_labels(period: Period, label: str) -> None:
    assert period.label == label


@given(st.sampled_from([(QUARTER, 4), (HALF, 2), (MONTH, 12)]), st.integers(2000, 2099), st.integers(1, 12))
def test_labels_read_back(kind: tuple[str, int], year: int, number: int) -> None:
    period = Period(kind[0], year, (number - 1) % kind[1] + 1)
    assert parse_period(period.label) == period


@given(st.text(max_size=10))
def test_parsing_never_raises(text: str) -> None:
    parse_period(text)


SEED = ["月度", "季度", "半年", "年度"]


@pytest.mark.parametrize(
    ("wanted", "periods", "index"),
    [
        ("季度", SEED, 1),
        (" 季 度 ", SEED, 1),
        ("2026Q3", SEED, 1),
        ("三季度", SEED, 1),
        ("2026-11", SEED, 0),
        ("2026年", SEED, 3),
        ("上半年", SEED, 2),
        ("2026Q3", ["Q1", "Q2", "Q3", "Q4"], 2),
        ("2026年3月", ["1月", "2月", "3月", "合计"], 2),
        ("Q3", ["2026Q1", "2026Q3"], 1),
        ("Q3", ["2025Q3", "2026Q3"], None),
        ("2026Q3", ["2025Q3", "2026Q3"], 1),
        ("2027Q3", ["2025Q3", "2026Q3"], None),
        ("2026Q3", ["2026Q3", "季度"], 0),
        ("2026Q4", ["2026Q3", "季度"], 1),
        ("季度", ["一季度", "二季度"], None),
        ("Q2", ["月度", "年度"], None),
        ("Q2", ["季度", "季度目标"], None),
        ("目标一", ["目标一", "目标二"], 0),
        ("目标三", ["目标一", "目标二"], None),
        ("季度", [], None),
        ("Q1", ["", "一季度"], 1),
        ("Q1", ["二季度", "H1", "1月"], None),
    ],
)
def test_finding_a_period(wanted: str, periods: list[str], index: int | None) -> None:
    assert find_period(wanted, periods) == index


# --- roll-ups --------------------------------------------------------------------------------------------------------

DONE, DUE = [95, 40, 190, 9], [100, 50, 200, 10]


def test_pooled_928_mean_900() -> None:
    """docs/scoring.md: mean of the four rates 90.0 %, pooled 92.8 %."""
    assert roll_up([0.95, 0.80, 0.95, 0.90]) == 0.9
    assert roll_up(DONE, DUE, "pooled") == pytest.approx(0.928, abs=5e-4)
    assert roll_up(DONE, DUE, "pooled") == pytest.approx(334 / 360, abs=1e-12)


@pytest.mark.parametrize(
    ("how", "expected"), [("mean", 83.5), ("sum", 334), ("last", 9), ("min", 9), ("max", 190), ("pooled", 334 / 360)]
)
def test_each_way(how: str, expected: float) -> None:
    assert roll_up(DONE, DUE if how == "pooled" else None, how) == pytest.approx(expected, abs=1e-12)


def test_weighted_mean_of_scores() -> None:
    assert roll_up([80, 90], [1, 3]) == 87.5
    assert roll_up([80, 90], [0.4, 0.6]) == 86
    assert roll_up([80, 90], [0, 5]) == 90


def test_weights_do_not_change_the_other_ways() -> None:
    for how, expected in (("sum", 170), ("min", 80), ("max", 90), ("last", 90)):
        assert roll_up([80, 90], [1, 3], how) == expected


def test_sums_are_exact_and_results_snapped() -> None:
    assert roll_up([0.1] * 10, None, "sum") == 1
    assert roll_up([0.1, 0.2], None, "mean") == 0.15
    for how in ("last", "min", "max"):
        assert roll_up([0.1 + 0.2], None, how) == 0.3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([], None, "mean"), "#N/A"),
        (([], None, "sum"), "#N/A"),
        (([1, 2], [1], "mean"), "#NUM!"),
        (([1, 2], [1, -1], "mean"), "#NUM!"),
        (([1, 2], [-1, 2], "pooled"), "#NUM!"),
        (([1, 2], None, "pooled"), "#NUM!"),
        (([1, 2], [0, 0], "mean"), "#DIV/0!"),
        (([1, 2], [0, 0], "pooled"), "#DIV/0!"),
        (([1, 2], None, "median"), "#NUM!"),
    ],
)
def test_refusals(arguments: tuple[list[float], list[float] | None, str], code: str) -> None:
    with pytest.raises(RuleError) as problem:
        roll_up(*arguments)
    assert problem.value.code == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "mean"), ("", "mean"), (" ", "mean"), ("平均", "mean"), ("加权平均", "mean"), ("AVERAGE", "mean"), ("合计", "sum"),
        ("累计", "sum"), ("期末", "last"), ("最小", "min"), ("最大", "max"), ("汇总比率", "pooled"), ("Pooled", "pooled"),
    ],
)  # fmt: skip
def test_names_of_roll_ups(text: str | None, name: str) -> None:
    assert rollup_name(text) == name


def test_an_unknown_roll_up() -> None:
    with pytest.raises(RuleError) as problem:
        rollup_name("中位数")
    assert problem.value.code == "#NUM!" and "中位数" in problem.value.message.zh
    assert set(ROLLUPS.values()) == {"mean", "sum", "last", "min", "max", "pooled"}


pairs = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), min_size=1, max_size=12)


@given(pairs)
def test_roll_ups_agree_with_fractions(rows: list[tuple[int, int]]) -> None:
    tops, bottoms = [a for a, _ in rows], [b for _, b in rows]
    assert roll_up(tops, bottoms, "pooled") == pytest.approx(float(Fraction(sum(tops), sum(bottoms))), abs=1e-12)
    mean = sum((Fraction(a) * b for a, b in rows), Fraction(0)) / sum(bottoms)
    assert roll_up(tops, bottoms) == pytest.approx(float(mean), abs=1e-12)
    assert roll_up(tops) == pytest.approx(float(Fraction(sum(tops), len(tops))), abs=1e-12)


@given(pairs)
def test_a_pooled_rate_lies_between_the_rates(rows: list[tuple[int, int]]) -> None:
    rates = [a / b for a, b in rows]
    pooled = roll_up([a for a, _ in rows], [b for _, b in rows], "pooled")
    assert min(rates) - 1e-9 <= pooled <= max(rates) + 1e-9
