"""Cells as people type them: what is a number, what is empty, and what must not be read at all."""

from __future__ import annotations

import datetime
import math
import re
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.messages import Message
from scorecard.scoring.values import (
    ERROR_CODES,
    NOT_APPLICABLE_MARKS,
    CellError,
    State,
    as_error,
    is_missing,
    is_not_applicable,
    key,
    number,
    read,
    show,
    trim,
)

BLANKS = ["", " ", "   ", "\t", "\n", "\r\n", "\u3000", "\u3000\u3000 ", "\xa0", "\u200b", "\ufeff", "\u2003", "\u2060"]


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # docs/scoring.md, section 7
        ("95%", 0.95),
        ("９５％", 0.95),
        ("0．92%", 0.0092),
        ("3次/台", 3.0),
        ("2000万", 20_000_000.0),
        ("1.2亿", 120_000_000.0),
        ("90%以上", 0.9),
        ("≥95%", 0.95),
        ("不低于95%", 0.95),
        ("不超过3次", 3.0),
        ("24小时内", 24.0),
        ("达95%", 0.95),
        # full-width and look-alike characters
        ("０．９２％", 0.0092),
        ("３次／台", 3.0),
        ("－5", -5.0),
        ("−5", -5.0),
        ("–5", -5.0),
        ("﹣5", -5.0),
        ("+5", 5.0),
        ("＋５", 5.0),
        ("95﹪", 0.95),
        ("1，234", 1234.0),
        ("1,234,567.8", 1234567.8),
        ("¥1,234.50", 1234.5),
        ("￥1,234.50", 1234.5),
        ("-¥5", -5.0),
        ("¥-5", -5.0),
        ("5㎡", 5.0),
        ("3‰", 0.003),
        # blanks that do not separate two numbers
        (" 95% ", 0.95),
        ("95 %", 0.95),
        ("\u300095%\u3000", 0.95),
        ("\xa095%\xa0", 0.95),
        ("9\u200b5%", 0.95),
        ("3 次/台", 3.0),
        ("≥ 95 %", 0.95),
        ("0. 92%", 0.0092),
        # multiples
        ("2千", 2000.0),
        ("5百", 500.0),
        ("3十", 30.0),
        ("3百万", 3_000_000.0),
        ("2千万", 20_000_000.0),
        ("10十万", 1_000_000.0),
        ("2千亿", 200_000_000_000.0),
        ("1百亿", 10_000_000_000.0),
        ("1.5万亿", 1_500_000_000_000.0),
        ("12,345.6万元", 123_456_000.0),
        ("5千克", 5.0),
        ("5千米", 5.0),
        ("5千瓦时", 5.0),
        ("5万千瓦时", 50_000.0),
        ("3百分点", 3.0),
        ("3个百分点", 3.0),
        # spellings of numbers
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 100_000.0),
        ("1E-3", 0.001),
        ("007", 7.0),
        ("0", 0.0),
        ("0%", 0.0),
        ("-0", 0.0),
        # bounds and estimates
        ("约95%", 0.95),
        ("大约95%", 0.95),
        ("95%左右", 0.95),
        ("100%", 1.0),
        ("120%", 1.2),
    ],
)
def test_text_that_is_a_number(text: str, value: float) -> None:
    reading = read(text)
    assert (reading.state, reading.number) == (State.NUMBER, value)
    assert reading.text == trim(text)


@pytest.mark.parametrize(
    "text",
    [
        # docs/seeds.md: ranges, fractions, dates and sentences; each would become a plausible wrong number
        "3-5", "1/2", "95%-98%", "95%~98%", "95～98", "95至98", "95到98", "100-90", "1-2月", "3月5日", "2024-05-01",
        "2024/5/1", "10:30", "7*24小时", "3×5", "95%%", "95+5", "5±1", "≥95≤98",
        "95或98", "95和98", "95且98", "90与95",
        # two numbers in one cell
        "3 5", "95 98", "95\n98", "95\u300098", "95\xa098", "1 234", "95, 100", "95 ,100", "95， 100", "95，98",
        "95、98", "95；98", "95:98", "1.2.3",
        "解决率达95%，客户满意度99%", "95#", "#3",
        # digits that compatibility folding would glue to the number
        "①", "①95%", "10²", "½", "3½", "⑩", "Ⅲ", "5〇",
        # words
        "无", "无财务漏洞", "及时精确", "良好", "空", "没有", "半年", "一次", "九十五", "百分之95",
        "达到目标", "达标", "不断提高",
        "TRUE", "FALSE", "√", "合格", "abc", "inf", "nan", "Infinity", "1.#INF", "0x10", "1_000", "e5", "%", "万", ".", "+",
        "Err:504", "（5）", "(5)", "+-5", "--5", "—5", "5/台/月/人均口径", "/3", "3/台",
        # thousands that are not
        "1,5", "95，3", "12345,678", "1,23", "1,234,56", ",5",
        # units that would change the size
        "9成", "9折", "15k", "15K", "5w", "5W", "3万亿亿", "2万5", "2万5千", "1亿万",
        # too long for a unit
        "3次投诉已经处理完毕", "3次投诉已经处理完毕了",
    ],
)  # fmt: skip
def test_text_that_is_not_a_number(text: str) -> None:
    reading = read(text)
    assert (reading.state, reading.number, reading.error) == (State.ERROR, None, CellError("#VALUE!"))
    assert reading.error is not None and reading.error.reason is not None
    assert trim(text) in reading.error.reason.zh and trim(text) in reading.error.reason.en


@pytest.mark.parametrize(
    ("text", "unit", "bound"),
    [
        ("3次/台", "次/台", ""),
        ("95%", "", ""),
        ("2000万", "", ""),
        ("2000万元", "元", ""),
        ("24小时内", "小时", "<="),
        ("3天以内", "天", "<="),
        ("3天之内", "天", "<="),
        ("3次以下", "次", "<="),
        ("3次及以下", "次", "<="),
        ("3次(含)以下", "次", "<="),
        ("3次（含）以下", "次", "<="),
        ("3次以下(含)", "次", "<="),
        ("90%以上", "", ">="),
        ("90%及以上", "", ">="),
        ("90%(含)以上", "", ">="),
        ("90%以上（含）", "", ">="),
        ("≥95%", "", ">="),
        (">=95%", "", ">="),
        ("＞＝95%", "", ">="),
        (">95%", "", ">="),
        ("大于95%", "", ">="),
        ("大于等于95%", "", ">="),
        ("大于或等于95%", "", ">="),
        ("高于95%", "", ">="),
        ("不低于95%", "", ">="),
        ("不少于3次", "次", ">="),
        ("不小于3", "", ">="),
        ("至少3次", "次", ">="),
        ("达95%", "", ">="),
        ("达到95%", "", ">="),
        ("≤3", "", "<="),
        ("<=3", "", "<="),
        ("<3次", "次", "<="),
        ("小于3", "", "<="),
        ("小于等于3", "", "<="),
        ("小于或等于3", "", "<="),
        ("不超过3次", "次", "<="),
        ("不高于3", "", "<="),
        ("不大于3", "", "<="),
        ("不多于3", "", "<="),
        ("低于3%", "", "<="),
        ("少于3次", "次", "<="),
        ("至多3次", "次", "<="),
        ("最多3次", "次", "<="),
        ("约3次左右", "次", ""),
        ("3次上下", "次", ""),
        ("3起", "起", ""),  # 起 counts incidents
        ("5人", "人", ""),
        ("3个工作日/单", "个工作日/单", ""),
        ("3个工作日/每季度", "个工作日/每季度", ""),
        ("95%达标", "达标", ""),
    ],
)
def test_units_and_bounds(text: str, unit: str, bound: str) -> None:
    reading = read(text)
    assert (reading.state, reading.unit, reading.bound) == (State.NUMBER, unit, bound)


def test_percent_is_known_by_its_sign() -> None:
    assert read("95%").percent and read("9.5‰").percent
    assert not any(read(x).percent for x in ("95", 0.95, "", "N/A", "#REF!", "95分"))


@pytest.mark.parametrize(
    ("value", "unit", "expected", "percent", "left"),
    [
        (95, "%", 0.95, True, ""),
        ("95", "%", 0.95, True, ""),
        ("95", "％", 0.95, True, ""),
        (0.92, "%", 0.0092, True, ""),
        (95, "百分比", 0.95, True, ""),
        (9.5, "‰", 0.0095, True, ""),
        (2000, "万", 20_000_000.0, False, ""),
        (2000, "万元", 20_000_000.0, False, "元"),
        ("2000", "万元", 20_000_000.0, False, "元"),
        (1.2, "亿元", 120_000_000.0, False, "元"),
        (5, "千克", 5.0, False, "千克"),
        (5, "千元", 5000.0, False, "元"),
        (5, "百分点", 5.0, False, "百分点"),
        (3, "次/台", 3.0, False, "次/台"),
        (3, "", 3.0, False, ""),
        (3, None, 3.0, False, ""),
        # what is typed beside the number wins over the header
        ("95%", "%", 0.95, True, ""),
        ("95分", "%", 95.0, False, "分"),
        ("5元", "万元", 5.0, False, "元"),
        ("5万", "万元", 50_000.0, False, ""),
        ("5万", "亿元", 50_000.0, False, ""),
        ("≥95", "%", 0.95, True, ""),
    ],
)
def test_the_unit_of_the_header(value: object, unit: str | None, expected: float, percent: bool, left: str) -> None:
    reading = read(value, unit=unit)
    assert (reading.number, reading.percent, reading.unit) == (expected, percent, left)


@pytest.mark.parametrize(
    ("value", "number_format", "expected", "percent"),
    [
        (0.95, "0%", 0.95, True),
        (0.95, "0.00%", 0.95, True),
        (0.95, '0.0%"以上"', 0.95, True),
        (0.95, "[Red]0%", 0.95, True),
        (95, '0"%"', 95.0, False),  # only decoration
        (95, r"0\%", 95.0, False),
        (95, "0_%", 95.0, False),
        (95, "0*%", 95.0, False),
        (95, "General", 95.0, False),
        (95, None, 95.0, False),
    ],
)
def test_the_format_of_the_cell(value: float, number_format: str | None, expected: float, percent: bool) -> None:
    reading = read(value, number_format=number_format)
    assert (reading.number, reading.percent) == (expected, percent)


def test_a_percent_format_wins_over_a_percent_header() -> None:
    assert read(0.95, unit="%", number_format="0%").number == 0.95


def test_percent_is_never_guessed_from_magnitude() -> None:
    """0.92 % is a real value in the seed: 0.92 alone is 0.92, and 95 alone is 95."""
    assert [read(x).number for x in (0.92, 95, "0.92", "95", 1, 100)] == [0.92, 95, 0.92, 95, 1, 100]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0.0),
        (-0.0, 0.0),
        (3, 3.0),
        (65.6 / 82, 0.8),
        (Decimal("2.50"), 2.5),
        (Fraction(1, 8), 0.125),
        (1e300, 1e300),
    ],
)
def test_cells_with_numbers(value: object, expected: float) -> None:
    reading = read(value)
    assert (reading.state, reading.number) == (State.NUMBER, expected)
    assert math.copysign(1, reading.number or 0.0) == math.copysign(1, expected)


@pytest.mark.parametrize(
    "value",
    [math.inf, -math.inf, 10**400, -(10**400), sys.float_info.max, Decimal("Infinity"), Decimal("NaN"), Decimal("sNaN"), "1e999"],
)  # fmt: skip
def test_numbers_no_cell_can_hold(value: object) -> None:
    reading = read(value)
    assert (reading.state, reading.number, reading.error) == (State.ERROR, None, CellError("#NUM!"))


def test_a_unit_can_make_a_number_too_large() -> None:
    assert read(1e305, unit="亿").error == CellError("#NUM!")
    assert read("9e307亿").error == CellError("#NUM!")


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        datetime.date(2026, 3, 5),
        datetime.datetime(2026, 3, 5, 12),
        datetime.time(10, 30),
        datetime.timedelta(hours=3),
        1 + 2j,
        b"95",
        [95],
        pytest.param(object(), id="object"),
    ],
    ids=str,
)
def test_cells_that_are_no_numbers(value: object) -> None:
    assert read(value).error == CellError("#VALUE!")


def test_number_is_for_code() -> None:
    assert number("95%") == 0.95
    for value in ("", "N/A", "abc", None, CellError("#N/A")):
        with pytest.raises(ValueError, match="not a number"):
            number(value)


# --- empties and errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, math.nan, *BLANKS], ids=repr)
def test_missing(value: object) -> None:
    assert is_missing(value)
    assert read(value).state is State.MISSING
    assert not is_not_applicable(value)


@pytest.mark.parametrize(
    "text",
    [
        "N/A", "n/a", "NA", "Ｎ／Ａ", "N / A", "不适用", " 不适用\u3000", "不 适 用", "—", "——", "–", "―", "−", "-", "--", "－",
        "/",        "／", "不考核", "未考核",
    ],
)  # fmt: skip
def test_not_applicable(text: str) -> None:
    assert is_not_applicable(text)
    assert not is_missing(text)
    reading = read(text)
    assert (reading.state, reading.number, reading.error) == (State.NOT_APPLICABLE, None, None)


def test_every_mark_is_understood() -> None:
    assert all(read(mark).state is State.NOT_APPLICABLE for mark in NOT_APPLICABLE_MARKS)


@pytest.mark.parametrize("value", [0, "0", "无", "空", "#N/A", False, "N/A级", "不", "-5", "//", None, ""])
def test_what_is_applicable(value: object) -> None:
    assert not is_not_applicable(value)


@pytest.mark.parametrize("value", [0, "0", "-", False, [], CellError("#N/A")])
def test_what_is_not_missing(value: object) -> None:
    assert not is_missing(value)


def test_none_may_mean_zero_so_it_asks() -> None:
    """无 under a count may mean zero: an error that asks, never a guess."""
    assert read("无").error == CellError("#VALUE!")


def test_zero_is_a_number() -> None:
    assert (read(0).state, read(0).number) == (State.NUMBER, 0.0)
    assert (read("0").state, read("0").number) == (State.NUMBER, 0.0)


def test_the_errors_of_excel() -> None:
    known = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"]
    known += ["#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"]
    assert sorted(ERROR_CODES) == sorted(known)


@pytest.mark.parametrize("code", ERROR_CODES)
def test_errors(code: str) -> None:
    for cell in (CellError(code), code, code.lower(), f" {code}\u3000"):
        assert as_error(cell) == CellError(code)
        reading = read(cell)
        assert (reading.state, reading.error, reading.text) == (State.ERROR, CellError(code), code)


@pytest.mark.parametrize("value", ["N/A", "#", "#3", "#N/A!", "", None, 0, "DIV/0!"])
def test_what_is_no_error(value: object) -> None:
    assert as_error(value) is None


def test_an_error_is_its_code() -> None:
    error = CellError("#NUM!", Message("权重为负", "negative weight"))
    assert str(error) == "#NUM!"
    assert error == CellError("#NUM!") != CellError("#N/A")
    assert hash(error) == hash(CellError("#NUM!"))


# --- keys and showing ------------------------------------------------------------------------------------------------


def test_key_folds_width_case_and_blanks() -> None:
    assert key(" Ａ 级\u3000") == key("a级") == "a级"
    assert key("满意　度") == "满意度"
    assert key("达成率（%）") == "达成率(%)"
    assert key("旳") == "旳" != key("的")


def test_trim_keeps_what_is_inside() -> None:
    assert trim("\ufeff 张 三\u200b\u3000") == "张 三"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0.0092, True), "0.92%"),
        ((0.95, True), "95%"),
        ((0.955, True), "95.5%"),
        ((2.50,), "2.5"),
        ((100.0,), "100"),
        ((0.0,), "0"),
        ((-0.0,), "0"),
        ((-0.5,), "-0.5"),
        ((3.0, False, "次/台"), "3次/台"),
        ((0.5, True, "次"), "50%"),
        ((1234567.1,), "1234567.1"),
        ((123456789.01,), "123456789.01"),
        ((1e-12,), "0.000000000001"),
        ((65.6 / 82,), "0.8"),
        ((1e14,), "100000000000000"),
        ((999999999999999.0,), "999999999999999"),
        ((1e15,), "1e+15"),
        ((1.5e15,), "1.5e+15"),
        ((1e300,), "1e+300"),
    ],
)
def test_show(arguments: tuple[float, bool, str], expected: str) -> None:
    assert show(*arguments) == expected


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6), st.sampled_from(["", "次", "元", "小时/单"]))
def test_what_is_shown_reads_back(x: Decimal, unit: str) -> None:
    reading = read(show(float(x), unit=unit))
    assert (reading.number, reading.unit) == (float(x) + 0.0, unit)


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_any_number_shown_reads_back(x: float) -> None:
    shown = read(read(show(x)).number)
    assert shown.number == read(x).number


@given(st.decimals(min_value=-100, max_value=100, places=8))
def test_a_percentage_shown_reads_back(x: Decimal) -> None:
    reading = read(show(float(x), percent=True))
    assert reading.percent
    assert reading.number == float(x) + 0.0


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.text(max_size=12),
    st.text(alphabet="0123456789.,%-+/ ≥≤~以上内不低于超过万亿千百次台无N A—（）①²½\u3000\u200b", max_size=10),
)


@given(cells, st.sampled_from([None, "%", "万元", "次", "‰"]), st.sampled_from([None, "0%", '0"%"', "General"]))
def test_reading_never_raises_and_is_consistent(cell: object, unit: str | None, number_format: str | None) -> None:
    reading = read(cell, unit=unit, number_format=number_format)
    assert (reading.number is not None) == (reading.state is State.NUMBER)
    assert (reading.error is not None) == (reading.state is State.ERROR)
    assert reading.number is None or math.isfinite(reading.number)


@given(st.text(alphabet="0123456789 ,，-/~:年月日%万①\u3000", max_size=9))
def test_two_numbers_never_become_one(text: str) -> None:
    """What is read as a number has all its digits in one run of digits and thousands commas."""
    if read(text).state is State.NUMBER:
        assert len(re.findall(r"[\d,，]+", text)) == 1
