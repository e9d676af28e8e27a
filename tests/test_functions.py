"""The catalogue: every function's examples, help, empties and errors, and that no cell content makes one raise."""

from __future__ import annotations

import datetime
import inspect
import keyword
import math
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard import functions as kpi
from scorecard.catalogue import Function, cell_of, cells_of, label_text, rows_of
from scorecard.errors import RuleError
from scorecard.functions import CATALOGUE
from scorecard.scoring.values import ERROR_CODES, NOT_APPLICABLE_MARKS, CellError, State, read
from tests.scoring import witness

HIGHER = [[0.80, 0.95, 0.97, 0.99, 1.00]]
LOWER = [[1.20, 0.92, 0.88, 0.80, 0.70]]
SCORES = [[0, 60, 70, 90, 100]]
LABELS = [["未达目标", "达到目标", "超过目标", "远超目标"]]
BLANKS = [None, "", "  ", "\u3000", "\xa0", "\u200b"]

NUM, VALUE, DIV, NA, REF = (CellError(code) for code in ("#NUM!", "#VALUE!", "#DIV/0!", "#N/A", "#REF!"))


# --- the catalogue itself --------------------------------------------------------------------------------------------


def test_the_functions_of_the_specification() -> None:
    assert list(CATALOGUE) == [
        "KPI_ATTAINMENT", "KPI_SCORE", "KPI_BAND", "KPI_DEDUCT", "KPI_RATING", "KPI_EXPLAIN", "KPI_TABLE",
        "KPI_WEIGHTED_SCORE", "KPI_COVERAGE", "KPI_WEIGHT_CHECK", "KPI_TOTAL", "KPI_GRADE", "KPI_COEFFICIENT", "KPI_RANK",
        "KPI_FORCED_GRADE", "KPI_RATE", "KPI_POOLED_RATE", "KPI_TARGET", "KPI_ROLLUP", "KPI_NUMBER",
    ]  # fmt: skip


def in_engine(formula: str) -> Any:
    """The value of a formula in a spreadsheet engine that knows the catalogue; of an array, its first cell."""
    book = formualizer.Workbook()
    for name, entry in CATALOGUE.items():
        book.register_function(name, entry.function, min_args=0, max_args=None)
    book.sheet("S").set_formula(1, 1, formula)
    return book.evaluate_cell("S", 1, 1)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_the_example_is_a_formula_that_gives_its_value(entry: Function) -> None:
    formula, value = entry.example
    assert formula.startswith(f"={entry.name}(")
    assert in_engine(formula) == value


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_names_suit_every_host(entry: Function) -> None:
    """ASCII, upper case, an underscore (KPI1 is a cell), at most 31 characters, and the callable has the same name."""
    assert re.fullmatch(r"KPI_[A-Z]+(_[A-Z]+)*", entry.name) and len(entry.name) <= 31
    assert entry.function.__name__ == entry.name == getattr(kpi, entry.name).__name__
    for argument in entry.arguments:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", argument.name) and not keyword.iskeyword(argument.name)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_help_is_complete_in_both_languages(entry: Function) -> None:
    texts = [entry.category, entry.help, *(a.help for a in entry.arguments)]
    for text in texts:
        assert text.zh.strip() and text.en.strip()
        assert len(text.zh) <= 255 and len(text.en) <= 255  # what Excel shows
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert not re.search(r"[\u4e00-\u9fff]", text.en.replace("万", ""))
    assert (inspect.getdoc(entry.function) or "").strip()


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_arguments_are_those_of_the_callable(entry: Function) -> None:
    parameters = list(inspect.signature(entry.function).parameters.values())
    assert [p.name for p in parameters] == [a.name for a in entry.arguments]
    assert [p.default is not inspect.Parameter.empty for p in parameters] == [a.optional for a in entry.arguments]
    assert all(p.default is None for p, a in zip(parameters, entry.arguments, strict=True) if a.optional)
    assert {p.kind for p in parameters} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    optional = [a.optional for a in entry.arguments]
    assert optional == sorted(optional)


def test_signatures() -> None:
    assert CATALOGUE["KPI_GRADE"].signature == "KPI_GRADE(score, [table])"
    assert CATALOGUE["KPI_SCORE"].signature == "KPI_SCORE(actual, thresholds, scores, [mode], [target])"
    assert CATALOGUE["KPI_TOTAL"].signature == "KPI_TOTAL(score, [adjustments], [veto], [floor], [cap], [digits])"


def test_what_is_a_range_and_what_spills() -> None:
    ranges = {e.name: [a.name for a in e.arguments if a.is_range] for e in CATALOGUE.values()}
    assert ranges["KPI_SCORE"] == ["thresholds", "scores"]
    assert ranges["KPI_TOTAL"] == ["adjustments", "veto"]
    assert ranges["KPI_RANK"] == ["scores"]
    assert ranges["KPI_NUMBER"] == []
    assert {e.name for e in CATALOGUE.values() if e.returns_array} == {"KPI_TABLE", "KPI_FORCED_GRADE"}


# --- cells and ranges from any host ----------------------------------------------------------------------------------


def test_ranges_in_any_shape() -> None:
    assert rows_of(5) == [[5]] and rows_of("ab") == [["ab"]] and rows_of(None) == [[None]]
    assert rows_of([1, 2]) == rows_of((1, 2)) == [[1, 2]]
    assert rows_of(((1, 2), (3, 4))) == rows_of([[1, 2], (3, 4)]) == [[1, 2], [3, 4]]
    assert rows_of([[1], 2, "ab"]) == [[1], [2], ["ab"]]
    assert rows_of([]) == [[]] and cells_of([]) == [] and cells_of([[1, 2], [3]]) == [1, 2, 3]
    for shape in ([0.8, 0.95, 0.97, 0.99, 1], HIGHER, [[x] for x in HIGHER[0]], tuple(map(tuple, HIGHER))):
        assert kpi.KPI_SCORE(0.96, shape, SCORES) == 65


def test_a_range_of_one_is_a_cell_and_a_longer_one_is_refused() -> None:
    assert cell_of([[7]]) == cell_of((7,)) == cell_of(7) == 7
    for longer in ([[1, 2]], [[1], [2]], []):
        with pytest.raises(RuleError):
            cell_of(longer)
        assert kpi.KPI_SCORE(longer, HIGHER, SCORES) == VALUE
    assert kpi.KPI_SCORE([[0.96]], HIGHER, SCORES) == 65


def test_whole_numbers_are_labels_without_a_point() -> None:
    assert [label_text(x) for x in (2026.0, 5, "5.0", 3.5, math.inf)] == ["2026", "5", "5.0", "3.5", "inf"]
    assert kpi.KPI_BAND(0.96, HIGHER, [[1.0, 2.0, 3.0, 4.0]]) == "2"
    assert kpi.KPI_GRADE(85.0, [[80.0, 1.0], [0.0, 2.0]]) == "1"
    assert kpi.KPI_RANK(80, [90, 85, 85, 80], 1223.0) == 3
    assert kpi.KPI_TARGET(2026.0, [[2025.0, 2026.0]], [[0.8, 0.9]]) == 0.9
    assert kpi.KPI_RATING(5.0, [[5.0, 100], [4.0, 80]]) == 100


# --- the four empties, of every function -----------------------------------------------------------------------------

RULE = (HIGHER, SCORES)
RATINGS = [["优", 95], ["良", 85], [0, 10]]
FORCED = [[95], [90], [85], [80], [70]]
SAME = object()  # the error itself, or the label


def table_with_weight(cell: Any) -> Any:
    return kpi.KPI_TABLE([[1.0], [1.0]], HIGHER * 2, SCORES, [[1], [cell]])


# slot: (call with the cell, what a blank gives, what N/A gives, what 0 gives, an error, unreadable text)
SLOTS: dict[str, tuple[Callable[[Any], Any], Any, Any, Any, Any, Any]] = {
    "KPI_ATTAINMENT actual": (lambda c: kpi.KPI_ATTAINMENT(c, 120), "", "N/A", 0.0, SAME, VALUE),
    "KPI_ATTAINMENT target": (lambda c: kpi.KPI_ATTAINMENT(96, c), "N/A", "N/A", DIV, SAME, VALUE),
    "KPI_ATTAINMENT baseline": (lambda c: kpi.KPI_ATTAINMENT(96, 120, None, c), 0.8, VALUE, 0.8, SAME, VALUE),
    "KPI_ATTAINMENT direction": (lambda c: kpi.KPI_ATTAINMENT(96, 120, c), 0.8, NUM, NUM, SAME, NUM),
    "KPI_SCORE actual": (lambda c: kpi.KPI_SCORE(c, *RULE), "", "N/A", 0.0, SAME, VALUE),
    "KPI_SCORE target": (lambda c: kpi.KPI_SCORE(0.96, *RULE, None, c), "N/A", "N/A", 65.0, SAME, VALUE),
    "KPI_SCORE threshold": (lambda c: kpi.KPI_SCORE(0.5, [c, 1], [0, 100]), NUM, NUM, 50.0, SAME, VALUE),
    "KPI_SCORE thresholds": (lambda c: kpi.KPI_SCORE(0.5, [c, c], [0, 100]), "N/A", "N/A", 100.0, SAME, VALUE),
    "KPI_SCORE score": (lambda c: kpi.KPI_SCORE(0.5, [0, 1], [c, 100]), NUM, NUM, 50.0, SAME, VALUE),
    "KPI_SCORE mode": (lambda c: kpi.KPI_SCORE(0.96, *RULE, c), 65.0, NUM, 65.0, SAME, NUM),
    "KPI_BAND actual": (lambda c: kpi.KPI_BAND(c, HIGHER, LABELS), "", "N/A", "未达目标", SAME, VALUE),
    "KPI_BAND threshold": (lambda c: kpi.KPI_BAND(0.5, [c, 1], ["a"]), NUM, NUM, "a", SAME, VALUE),
    "KPI_BAND thresholds": (lambda c: kpi.KPI_BAND(0.5, [c, c], ["a"]), "N/A", "N/A", "a", SAME, VALUE),
    "KPI_BAND label": (lambda c: kpi.KPI_BAND(0.5, [0, 1], [c]), NUM, SAME, SAME, SAME, SAME),
    "KPI_DEDUCT start": (lambda c: kpi.KPI_DEDUCT(c, 3, 5), "", "N/A", NUM, SAME, VALUE),
    "KPI_DEDUCT count": (lambda c: kpi.KPI_DEDUCT(100, c, 5), "", "N/A", 100.0, SAME, VALUE),
    "KPI_DEDUCT per_unit": (lambda c: kpi.KPI_DEDUCT(100, 3, c), "", "N/A", NUM, SAME, VALUE),
    "KPI_DEDUCT floor": (lambda c: kpi.KPI_DEDUCT(100, 30, 5, c), 0.0, VALUE, 0.0, SAME, VALUE),
    "KPI_RATING label": (lambda c: kpi.KPI_RATING(c, RATINGS), "", "N/A", 10.0, SAME, NA),
    "KPI_RATING table score": (lambda c: kpi.KPI_RATING("优", [["优", c]]), NUM, NUM, 0.0, SAME, VALUE),
    "KPI_EXPLAIN actual": (
        lambda c: kpi.KPI_EXPLAIN(c, *RULE, "k"),
        "",
        "k: 填写为不适用，权重分摊给其余指标",
        "k: 实际 0 → 未达目标 <0.8 → 0.0（超出阈值范围，按端点计）",
        "k: 无法计分 #REF!",
        "k: 无法计分 #VALUE!（“abc”读不成数字）",
    ),
    "KPI_EXPLAIN thresholds": (lambda c: kpi.KPI_EXPLAIN(0.5, [c, c], [0, 100]), "N/A", "N/A", "得分: 实际 0.5 → ≥0 → 100.0（超出阈值范围，按端点计）", SAME, "得分: 无法计分 #VALUE!（“abc”读不成数字）"),  # noqa: E501
    "KPI_TABLE actual": (
        lambda c: kpi.KPI_TABLE([[c]], HIGHER, SCORES, 1)[0],
        ["", "", ""],
        ["N/A"] * 3,
        [0.0, 1.0, 0.0],
        [REF] * 3,
        [VALUE] * 3,
    ),
    "KPI_TABLE weight": (table_with_weight, *[[[100, 4, 100], [100, 4, 0]]] * 3, SAME, VALUE),
    "KPI_WEIGHTED_SCORE score": (lambda c: kpi.KPI_WEIGHTED_SCORE([c, 90], [0.4, 0.6]), "", 90.0, 54.0, SAME, VALUE),
    "KPI_WEIGHTED_SCORE weight": (lambda c: kpi.KPI_WEIGHTED_SCORE([70, 90], [c, 1]), 90.0, 90.0, 90.0, SAME, VALUE),
    "KPI_WEIGHTED_SCORE missing": (lambda c: kpi.KPI_WEIGHTED_SCORE([80, ""], [0.4, 0.6], c), "", NUM, 32.0, SAME, NUM),
    "KPI_WEIGHTED_SCORE policy": (lambda c: kpi.KPI_WEIGHTED_SCORE([80, 90], [0.4, 0.6], None, c), 86.0, NUM, NUM, SAME, NUM),
    "KPI_COVERAGE missing": (lambda c: kpi.KPI_COVERAGE([80, ""], [0.4, 0.6], c), 0.4, NUM, 1.0, SAME, NUM),
    "KPI_COVERAGE score": (lambda c: kpi.KPI_COVERAGE([c, 90], [0.4, 0.6]), 0.6, 0.6, 1.0, SAME, VALUE),
    "KPI_COVERAGE weight": (lambda c: kpi.KPI_COVERAGE([70, 90], [c, 1]), 1.0, 1.0, 1.0, SAME, VALUE),
    "KPI_WEIGHT_CHECK": (lambda c: kpi.KPI_WEIGHT_CHECK(["60%", c]), 0.6, 0.6, 0.6, SAME, VALUE),
    "KPI_TOTAL score": (lambda c: kpi.KPI_TOTAL(c), "", "N/A", 0.0, SAME, VALUE),
    "KPI_TOTAL adjustment": (lambda c: kpi.KPI_TOTAL(80, [2, c]), 82.0, 82.0, 82.0, SAME, VALUE),
    "KPI_TOTAL veto": (lambda c: kpi.KPI_TOTAL(80, None, [c, 0.5]), 40.0, 40.0, 40.0, SAME, VALUE),
    "KPI_TOTAL floor": (lambda c: kpi.KPI_TOTAL(-5, None, None, c), 0.0, VALUE, 0.0, SAME, VALUE),
    "KPI_TOTAL cap": (lambda c: kpi.KPI_TOTAL(130, None, None, None, c), 130.0, VALUE, 0.0, SAME, VALUE),
    "KPI_TOTAL digits": (lambda c: kpi.KPI_TOTAL(84.5, None, None, None, None, c), 84.5, VALUE, 85.0, SAME, VALUE),
    "KPI_GRADE score": (lambda c: kpi.KPI_GRADE(c), "", "N/A", "差", SAME, VALUE),
    "KPI_GRADE bound": (lambda c: kpi.KPI_GRADE(85, [[c, "A"]]), NUM, NUM, "A", SAME, VALUE),
    "KPI_GRADE label": (lambda c: kpi.KPI_GRADE(85, [[0, c]]), NUM, SAME, SAME, SAME, SAME),
    "KPI_COEFFICIENT score": (lambda c: kpi.KPI_COEFFICIENT(c), "", "N/A", 0.5, SAME, VALUE),
    "KPI_COEFFICIENT factor": (lambda c: kpi.KPI_COEFFICIENT(85, [[0, "A", c]]), NA, VALUE, 0.0, SAME, VALUE),
    "KPI_RANK score": (lambda c: kpi.KPI_RANK(c, [90, c]), "", "N/A", 2.0, SAME, VALUE),
    "KPI_RANK scores": (lambda c: kpi.KPI_RANK(90, [95, 90, c]), 2.0, 2.0, 2.0, SAME, VALUE),
    "KPI_RANK method": (lambda c: kpi.KPI_RANK(90, [95, 90], c), 2.0, NUM, NUM, SAME, NUM),
    "KPI_FORCED_GRADE score": (
        lambda c: kpi.KPI_FORCED_GRADE([*FORCED, [c]], ["A", "B"], [0.5, 0.5]),
        [["A"], ["A"], ["A"], ["B"], ["B"], [""]],
        [["A"], ["A"], ["A"], ["B"], ["B"], ["N/A"]],
        [["A"], ["A"], ["A"], ["B"], ["B"], ["B"]],
        SAME,
        VALUE,
    ),
    "KPI_FORCED_GRADE grade": (lambda c: kpi.KPI_FORCED_GRADE(FORCED, ["A", c], [1, 0]), NUM, [["A"]] * 5, [["A"]] * 5, SAME, [["A"]] * 5),  # noqa: E501
    "KPI_FORCED_GRADE quota": (lambda c: kpi.KPI_FORCED_GRADE(FORCED, ["A", "B"], [1, c]), [["A"]] * 5, [["A"]] * 5, [["A"]] * 5, SAME, VALUE),  # noqa: E501
    "KPI_RATE numerator": (lambda c: kpi.KPI_RATE(c, 82), "", "N/A", 0.0, SAME, VALUE),
    "KPI_RATE denominator": (lambda c: kpi.KPI_RATE(65.6, c), "", "N/A", DIV, SAME, VALUE),
    "KPI_POOLED_RATE numerator": (lambda c: kpi.KPI_POOLED_RATE([c, 40], [100, 50]), "", 0.8, 0.266666666667, SAME, VALUE),
    "KPI_POOLED_RATE denominator": (lambda c: kpi.KPI_POOLED_RATE([95, 40], [c, 50]), "", 0.8, 2.7, SAME, VALUE),
    "KPI_TARGET target": (lambda c: kpi.KPI_TARGET("季度", ["月度", "季度"], [1, c]), "N/A", "N/A", 0.0, SAME, VALUE),
    "KPI_TARGET period": (lambda c: kpi.KPI_TARGET(c, ["月度", "季度"], [1, 2]), "", NA, NA, SAME, NA),
    "KPI_TARGET header": (lambda c: kpi.KPI_TARGET("季度", [c, "季度"], [1, 2]), 2.0, 2.0, 2.0, SAME, 2.0),
    "KPI_ROLLUP value": (lambda c: kpi.KPI_ROLLUP([c, 80]), "", 80.0, 40.0, SAME, VALUE),
    "KPI_ROLLUP weight": (lambda c: kpi.KPI_ROLLUP([70, 80], [c, 1]), "", 80.0, 80.0, SAME, VALUE),
    "KPI_ROLLUP how": (lambda c: kpi.KPI_ROLLUP([70, 80], None, c), 75.0, NUM, NUM, SAME, NUM),
    "KPI_NUMBER text": (lambda c: kpi.KPI_NUMBER(c), "", "N/A", 0.0, SAME, VALUE),
    "KPI_NUMBER unit": (lambda c: kpi.KPI_NUMBER(95, c), 95.0, 95.0, 95.0, SAME, 95.0),
}  # fmt: skip


def test_every_function_has_a_slot() -> None:
    assert {name.split()[0] for name in SLOTS} == set(CATALOGUE)


@pytest.mark.parametrize("slot", SLOTS)
def test_blank_cells(slot: str) -> None:
    call, blank, *_ = SLOTS[slot]
    for cell in BLANKS:
        # None is an omitted argument for an optional cell; where it means something else, "" is the blank cell.
        if cell is None and slot == "KPI_SCORE target":
            continue
        assert call(cell) == blank, repr(cell)


@pytest.mark.parametrize("slot", SLOTS)
def test_not_applicable_cells(slot: str) -> None:
    call, _, not_applicable, *_ = SLOTS[slot]
    for mark in ("N/A", "不适用", "—", "/", "-", "－", "ｎ／ａ"):
        assert call(mark) == (mark if not_applicable is SAME else not_applicable), mark


@pytest.mark.parametrize("slot", SLOTS)
def test_zero_cells(slot: str) -> None:
    call, zero = SLOTS[slot][0], SLOTS[slot][3]
    for cell in (0, 0.0, "0", "０"):
        assert call(cell) == (label_text(cell) if zero is SAME else zero), repr(cell)


@pytest.mark.parametrize("slot", SLOTS)
def test_error_cells(slot: str) -> None:
    call, expected = SLOTS[slot][0], SLOTS[slot][4]
    for cell in (REF, "#REF!", " #ref! "):
        assert call(cell) == (REF if expected is SAME else expected), repr(cell)
    if expected is SAME:
        assert [call(CellError(code)) for code in ERROR_CODES] == [CellError(code) for code in ERROR_CODES]


@pytest.mark.parametrize("slot", SLOTS)
def test_cells_with_text_that_is_no_number(slot: str) -> None:
    call, expected = SLOTS[slot][0], SLOTS[slot][5]
    assert call("abc") == ("abc" if expected is SAME else expected)
    if expected == VALUE:
        for cell in ("无", "3-5", "1/2", "95%-98%", "及时", datetime.date(2026, 3, 5), 2 + 1j):
            assert call(cell) == VALUE, cell
        if "veto" not in slot:
            assert call(True) == VALUE


def test_empty_text_propagates_from_score_to_grade() -> None:
    score = kpi.KPI_SCORE("", *RULE)
    weighted = kpi.KPI_WEIGHTED_SCORE([score, 90], [0.4, 0.6])
    total = kpi.KPI_TOTAL(weighted)
    assert [
        score,
        weighted,
        total,
        kpi.KPI_GRADE(total),
        kpi.KPI_COEFFICIENT(total),
        kpi.KPI_RANK(total, [total, 90]),
    ] == [""] * 6


def test_an_error_propagates_from_score_to_grade() -> None:
    score = kpi.KPI_SCORE("#DIV/0!", *RULE)
    total = kpi.KPI_TOTAL(kpi.KPI_WEIGHTED_SCORE([score, "", "N/A"], [0.4, 0.3, 0.3]))
    assert total == kpi.KPI_GRADE(total) == kpi.KPI_COEFFICIENT(total) == kpi.KPI_RANK(total, [total]) == DIV


def test_a_form_that_is_blank_throughout_looks_blank() -> None:
    nothing = [["", None, "  "]]
    for function in (kpi.KPI_WEIGHTED_SCORE, kpi.KPI_COVERAGE, kpi.KPI_POOLED_RATE):
        assert function(nothing, nothing) == ""
    assert kpi.KPI_WEIGHT_CHECK(nothing) == kpi.KPI_ROLLUP(nothing) == ""
    assert kpi.KPI_FORCED_GRADE(nothing, ["A"], [1]) == [["", "", ""]]
    assert kpi.KPI_WEIGHTED_SCORE(["", ""], [0.5, ""]) == NUM
    assert kpi.KPI_COVERAGE(["", ""], [0.4, 0.6]) == kpi.KPI_WEIGHTED_SCORE(["", ""], [0.4, 0.6]) == ""


# --- each function ---------------------------------------------------------------------------------------------------


def test_attainment() -> None:
    assert kpi.KPI_ATTAINMENT("96万", "120万") == 0.8
    assert kpi.KPI_ATTAINMENT(8, 10, "反比") == 1.25
    assert kpi.KPI_ATTAINMENT(8, 10, "镜像") == 1.2
    assert kpi.KPI_ATTAINMENT(8, 10, "越高越好") == 0.8
    assert kpi.KPI_ATTAINMENT(8, 10, "越低越好") == kpi.KPI_ATTAINMENT(8, 10, "lower") == NUM
    assert kpi.KPI_ATTAINMENT(9, 8, "越低越好", 10) == 0.5
    assert kpi.KPI_ATTAINMENT(8, 8, "", 8) == NUM
    assert kpi.KPI_ATTAINMENT(8, -8) == NUM
    assert kpi.KPI_ATTAINMENT(0, 0) == kpi.KPI_ATTAINMENT(8, 0, "inverse") == DIV


def test_attainment_reports_a_bad_rule_before_anything_is_filled_in() -> None:
    assert kpi.KPI_ATTAINMENT("", 10, "lower") == NUM
    assert kpi.KPI_ATTAINMENT("", 0) == DIV
    assert kpi.KPI_ATTAINMENT("", "", "lower") == "N/A"
    assert kpi.KPI_ATTAINMENT("#REF!", "N/A") == "N/A"
    assert kpi.KPI_ATTAINMENT("N/A", 10, "lower") == "N/A"


def test_score_worked_examples() -> None:
    assert [kpi.KPI_SCORE(x, *RULE) for x in (0.8, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99, 1)] == [
        0,
        40,
        60,
        65,
        70,
        80,
        90,
        100,
    ]
    assert [kpi.KPI_SCORE(x, LOWER, SCORES) for x in (0.7, 0.8, 0.85, 0.88, 0.92, 0.93, 1, 1.2)] == [
        100, 90, 77.5, 70, 60, 57.857142857143, 42.857142857143, 0,
    ]  # fmt: skip
    assert kpi.KPI_SCORE("９６％", *RULE) == 65
    assert kpi.KPI_SCORE("≥96%", [["80%", "95%", "97%", "99%", "100%"]], SCORES) == 65


def test_score_float_edge() -> None:
    assert kpi.KPI_SCORE(65.6 / 82, [0, 0.8], [0, 100], "阶梯") == 100
    assert kpi.KPI_BAND(65.6 / 82, [0, 0.8, 1], ["a", "b"]) == "b"


@pytest.mark.parametrize("mode", ["阶梯", "分档", "step", "STEP", "steps", 1, 1.0, "1"])
def test_score_by_steps(mode: Any) -> None:
    assert [kpi.KPI_SCORE(x, *RULE, mode) for x in (0.5, 0.949, 0.95, 0.96, 0.97, 1, 2)] == [0, 0, 60, 60, 70, 100, 100]


@pytest.mark.parametrize("mode", [None, "", "线性", "linear", "插值", "直线", 0, 0.0, "0"])
def test_score_by_lines(mode: Any) -> None:
    assert kpi.KPI_SCORE(0.96, *RULE, mode) == 65


def test_score_in_a_range() -> None:
    assert [kpi.KPI_SCORE(x, [5, 10, 20, 25], [0, 100, 100, 0]) for x in (5, 7.5, 15, 22.5, 30)] == [0, 50, 100, 50, 0]


def test_score_with_a_jump_at_the_cap() -> None:
    assert [kpi.KPI_SCORE(x, [3, 0, 0], [0, 60, 70]) for x in (3, 1.5, 0)] == [0, 30, 70]
    assert [kpi.KPI_SCORE(x, [3, 3], [0, 100]) for x in (2.9, 3, 4)] == [0, 100, 100]


def test_score_not_applicable_comes_first() -> None:
    assert kpi.KPI_SCORE("#REF!", *RULE, None, "") == "N/A"
    assert kpi.KPI_SCORE("#REF!", ["", None], [0, 100]) == "N/A"
    assert kpi.KPI_SCORE("abc", *RULE, None, "不适用") == "N/A"
    assert kpi.KPI_SCORE("", ["#REF!", ""], [0, 100], None, "") == "N/A"
    assert kpi.KPI_SCORE(5, ["", ""], [0, "#REF!"]) == "N/A"
    assert kpi.KPI_SCORE(5, ["", ""], [0, 100], None, "#REF!") == REF


@pytest.mark.parametrize(
    ("thresholds", "scores", "mode"),
    [
        ([0.8, 0.9, 1], [0, 100], None),
        ([0.8, 1], [0, 60, 100], None),
        ([0.8, 1, 0.9], [0, 60, 100], None),
        ([0.8, "", 1], [0, 60, 100], None),
        ([0.8, 1], [0, ""], None),
        ([0.8], [100], None),
        ([1, 1, 1], [0, 60, 100], None),
        ([0.8, 1], [0, 100], "平滑"),
    ],
)
def test_score_shows_a_broken_rule_on_the_blank_form(thresholds: Any, scores: Any, mode: Any) -> None:
    assert kpi.KPI_SCORE(0.9, thresholds, scores, mode) == NUM
    assert kpi.KPI_SCORE("", thresholds, scores, mode) == NUM
    assert kpi.KPI_SCORE("#REF!", thresholds, scores, mode) == REF
    assert kpi.KPI_SCORE("N/A", thresholds, scores, mode) == "N/A"


def test_errors_carry_a_reason_in_both_languages() -> None:
    error = kpi.KPI_SCORE(0.9, [0.8, 0.9, 1], [0, 100])
    assert isinstance(error, CellError) and error.reason is not None
    assert "3" in error.reason.zh and "2" in error.reason.en
    weights = kpi.KPI_WEIGHTED_SCORE([80, 90], [0.5, 0.45])
    assert isinstance(weights, CellError) and weights.reason is not None and "95%" in weights.reason.zh


def test_band() -> None:
    inputs = (-1, 0.8, 0.94, 0.95, 0.97, 0.98, 0.99, 1, 2)
    names = ["未达目标", "未达目标", "未达目标", "达到目标", "超过目标", "超过目标", "远超目标", "远超目标", "远超目标"]
    assert [kpi.KPI_BAND(x, HIGHER, LABELS) for x in inputs] == names
    falling = [kpi.KPI_BAND(x, LOWER, LABELS) for x in (2, 1.2, 0.93, 0.92, 0.88, 0.85, 0.8, 0.7, 0)]
    assert falling == names
    assert [kpi.KPI_BAND(x, [3, 3], ["合格"]) for x in (2, 3)] == ["合格", "合格"]
    assert [kpi.KPI_BAND(x, [0.85, 1, 1], ["未达", "达到"]) for x in (0.9, 1)] == ["未达", "达到"]


@pytest.mark.parametrize(
    ("thresholds", "labels"),
    [
        (HIGHER, ["a", "b", "c", "d", "e"]),
        (HIGHER, ["a", "b", "c"]),
        (HIGHER, ["a", "b", "", "d"]),
        ([1, 2, ""], ["a", "b"]),
        ([1, 3, 2], ["a", "b"]),
        ([1], []),
    ],
)
def test_band_refuses(thresholds: Any, labels: Any) -> None:
    assert kpi.KPI_BAND(0.9, thresholds, labels) == NUM
    assert kpi.KPI_BAND("", thresholds, labels) == NUM


@given(st.decimals(min_value="0.5", max_value="1.3", places=3).map(float), st.sampled_from([HIGHER, LOWER]))
def test_band_and_score_tell_the_same(actual: float, thresholds: list[list[float]]) -> None:
    """The bands partition the range: a score lies within the range of the band that is named."""
    score = kpi.KPI_SCORE(actual, thresholds, SCORES)
    low = [0, 60, 70, 90][LABELS[0].index(kpi.KPI_BAND(actual, thresholds, LABELS))]
    high = {0: 60, 60: 70, 70: 90, 90: 100}[low]
    assert low <= score < high or score == high == 100


def test_deduct() -> None:
    assert [kpi.KPI_DEDUCT(100, n, 5, 60) for n in (-2, 0, 3, 8, 9)] == [100, 100, 85, 60, 60]
    assert kpi.KPI_DEDUCT(100, "3次", "5分") == 85
    assert [kpi.KPI_DEDUCT(100, n, 7, 60) for n in range(7)] == [100, 93, 86, 79, 72, 65, 60]
    assert kpi.KPI_DEDUCT(100, 3, -5) == kpi.KPI_DEDUCT(100, 3, 5, 100) == kpi.KPI_DEDUCT(100, 3, 5, 120) == NUM
    assert kpi.KPI_DEDUCT("N/A", "#REF!", 5) == REF and kpi.KPI_DEDUCT("", "N/A", 5) == "N/A"


def test_rating() -> None:
    table = [["优", 95], ["良", 85], ["中", 75], ["差", 50]]
    assert [kpi.KPI_RATING(x, table) for x in ("优", " 良", "差\u3000")] == [95, 85, 50]
    assert kpi.KPI_RATING("甲", table) == kpi.KPI_RATING(True, table) == kpi.KPI_RATING(95, table) == NA
    assert kpi.KPI_RATING("优", [*table, [None, ""], ["", " "]]) == 95
    assert kpi.KPI_RATING("优", [["优", 95, "#REF!"], ["良", 85, "注"]]) == 95
    assert kpi.KPI_RATING("3", [[5, 100], [3, 60]]) == kpi.KPI_RATING(3, [["5", 100], ["3", 60]]) == 60
    assert kpi.KPI_RATING("优", ["优", 95]) == 95


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ([["", ""]], NA),
        ([], NA),
        ([["优"], ["良"]], NUM),
        ([["优", 95], ["", 85]], NUM),
        ([["优", 95], ["良", ""]], NUM),
        ([["优", 95], ["良", "高"]], VALUE),
        ([["优", 95], ["优", 90]], NUM),
        ([["优", 95], ["#REF!", 90]], REF),
    ],
)
def test_rating_tables_that_are_none(table: Any, error: CellError) -> None:
    assert kpi.KPI_RATING("优", table) == kpi.KPI_RATING("", table) == error


def test_explain() -> None:
    assert kpi.KPI_EXPLAIN(0.96, *RULE, "及时率", "15%", "%") == (
        "及时率: 实际 96% → 达到目标 [95%,97%) → 60+10×0.5 = 65.0; 权重 15% → 9.75"
    )
    assert (
        kpi.KPI_EXPLAIN("96%", *RULE, None, 15)
        == "得分: 实际 96% → 达到目标 [95%,97%) → 60+10×0.5 = 65.0; 权重 15% → 9.75"
    )
    assert kpi.KPI_EXPLAIN(3, [4, 2], [0, 100], "次数", None, "次") == "次数: 实际 3次 → (2,4] → 0+100×0.5 = 50.0"
    assert kpi.KPI_EXPLAIN("", [0.8], [100], "k") == "k: 无法计分 #NUM!（阈值不全：至少需要两个阈值）"
    assert kpi.KPI_EXPLAIN(0.96, *RULE, "#REF!") == kpi.KPI_EXPLAIN(0.96, *RULE, "k", "#REF!") == REF
    assert kpi.KPI_EXPLAIN(0.96, *RULE, "k", None, "#REF!") == REF


def test_table() -> None:
    rows = kpi.KPI_TABLE([[0.96], [0.85], ["N/A"]], HIGHER + LOWER + HIGHER, SCORES, [[0.4], [0.5], [0.1]])
    assert rows[0] == [65, 2, pytest.approx(0.4 / 0.9 * 65, abs=1e-12)]
    assert rows[1] == [77.5, 3, pytest.approx(0.5 / 0.9 * 77.5, abs=1e-12)]
    assert rows[2] == ["N/A"] * 3
    weighted = kpi.KPI_WEIGHTED_SCORE([65, 77.5, "N/A"], [0.4, 0.5, 0.1])
    assert sum(row[2] for row in rows[:2]) == pytest.approx(weighted)


def test_table_with_scores_of_their_own_and_what_is_missing() -> None:
    rows = kpi.KPI_TABLE([[0.96], [""]], HIGHER * 2, [*SCORES, [0, 50, 60, 80, 120]], [[0.4], [0.6]])
    assert rows == [[65, 2, 26], ["", "", ""]]
    assert kpi.KPI_TABLE([[0.96], [2]], HIGHER * 2, [*SCORES, [0, 50, 60, 80, 120]], [[40], [60]])[1] == [120, 4, 72]
    assert kpi.KPI_TABLE([["N/A"], ["—"]], HIGHER * 2, SCORES, [0.5, 0.5]) == [["N/A"] * 3] * 2
    blank_rule = kpi.KPI_TABLE([[0.96], [5]], [*HIGHER, [""] * 5], SCORES, [0.4, 0.6])
    assert blank_rule == [[65, 2, 65], ["N/A"] * 3]
    broken = kpi.KPI_TABLE([[0.96], [5]], [*HIGHER, [1, 3, 2, 4, 5]], SCORES, [0.4, 0.6])
    assert broken == [[65, 2, 26], [NUM] * 3]


def test_weighted_scores_of_a_table_are_snapped() -> None:
    rows = kpi.KPI_TABLE([3, 3], [[0, 100], [0, 100]], [[0, 100]], [0.1, 0.9])
    assert [row[2] for row in rows] == [0.3, 2.7]


def test_table_refuses() -> None:
    assert kpi.KPI_TABLE([[0.96], [1]], HIGHER, SCORES, [0.4, 0.6]) == NUM
    assert kpi.KPI_TABLE([[0.96], [1]], HIGHER * 2, SCORES * 3, [0.4, 0.6]) == NUM
    assert kpi.KPI_TABLE([[0.96], [1]], HIGHER * 2, SCORES, [0.4, 0.5, 0.1]) == NUM
    assert kpi.KPI_TABLE([[0.96], [1]], HIGHER * 2, SCORES, [0.4, 0.5]) == NUM


@given(st.lists(st.floats(0.7, 1.1), min_size=1, max_size=6))
def test_table_is_the_single_functions_row_by_row(actuals: list[float]) -> None:
    weights = [1 / len(actuals)] * len(actuals)
    rows = kpi.KPI_TABLE([[a] for a in actuals], HIGHER * len(actuals), SCORES, weights)
    for actual, (score, band, _) in zip(actuals, rows, strict=True):
        assert score == kpi.KPI_SCORE(actual, HIGHER, SCORES)
        assert LABELS[0][int(band) - 1] == kpi.KPI_BAND(actual, HIGHER, LABELS)


def test_weighted_score_of_seed_001_in_the_month() -> None:
    """All 80, two KPIs without a monthly target: 80 redistributed, 71.2 not; base 89 %."""
    weights = ["20%", "15%", "15%", "5%", "8%", "8%", "10%", "6%", "6%", "5%", "2%"]
    scores: list[Any] = [80] * 11
    scores[3] = scores[7] = "N/A"
    assert kpi.KPI_WEIGHTED_SCORE(scores, weights) == 80
    assert kpi.KPI_COVERAGE(scores, weights) == 0.89
    assert kpi.KPI_WEIGHT_CHECK(weights) == 1
    assert sum(80 * (read(w).number or 0) for s, w in zip(scores, weights, strict=True) if s == 80) == pytest.approx(
        71.2
    )


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (None, ""), ("", ""), ("缺失", ""), ("未完成", ""), ("incomplete", ""), ("zero", 32.0), ("按0分", 32.0), ("按０分", 32.0),
        (0, 32.0), (0.0, 32.0), ("exclude", 80.0), ("不计入", 80.0), ("跳过", NUM), (1, NUM),
    ],
)  # fmt: skip
def test_weighted_score_with_something_missing(missing: Any, expected: Any) -> None:
    assert kpi.KPI_WEIGHTED_SCORE([80, " "], [0.4, 0.6], missing) == expected


def test_weighted_score_rules() -> None:
    assert kpi.KPI_WEIGHTED_SCORE(["N/A", "—"], [0.4, 0.6]) == "N/A"
    assert kpi.KPI_WEIGHTED_SCORE(["N/A", ""], [0.4, 0.6], "exclude") == ""
    assert kpi.KPI_WEIGHTED_SCORE(["", ""], [0.4, 0.6], "zero") == 0
    assert kpi.KPI_WEIGHTED_SCORE([80, ""], [1, 0]) == kpi.KPI_WEIGHTED_SCORE([80, "#REF!"], [1, 0]) == 80
    assert kpi.KPI_WEIGHTED_SCORE([80, "", ""], [0.4, 0.6, None], "exclude") == 80
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0.5, 0.4]) == kpi.KPI_WEIGHTED_SCORE([80, 90], [1.2, -0.2]) == NUM
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0.5, 50]) == kpi.KPI_WEIGHTED_SCORE([80, 90, 70], [0.5, 0.5]) == NUM
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [40, 60]) == kpi.KPI_WEIGHTED_SCORE([80, 90], ["40%", "60%"]) == 86
    assert kpi.KPI_WEIGHTED_SCORE([[80], [90]], [[0.4, 0.6]]) == 86
    assert kpi.KPI_WEIGHTED_SCORE([80] * 10, [0.1] * 10) == 80
    assert kpi.KPI_WEIGHTED_SCORE([100, 0], ["33.3333%", "66.6667%"]) == 33.3333  # never rounded to digits


def test_coverage() -> None:
    assert kpi.KPI_COVERAGE([80, "", "N/A"], [0.5, 0.3, 0.2]) == 0.5
    assert kpi.KPI_COVERAGE(["N/A", "N/A"], [0.5, 0.5]) == 0
    assert kpi.KPI_COVERAGE(["N/A", ""], [0.5, 0.5]) == ""
    assert kpi.KPI_COVERAGE([80, "#REF!"], [1, 0]) == 1 and kpi.KPI_COVERAGE([80, "#REF!"], [0.5, 0.5]) == REF
    assert kpi.KPI_COVERAGE([80, 90], [0.5, 0.4]) == 1 and kpi.KPI_COVERAGE([80, 90], [0, 0]) == DIV
    assert kpi.KPI_COVERAGE([0, ""], [0.5, 0.5]) == 0.5
    assert kpi.KPI_COVERAGE([80], [0.5, 0.5]) == NUM


def test_coverage_with_something_missing() -> None:
    """docs/scoring.md: `zero` counts as 0, in coverage; `exclude` is left out, not in coverage."""
    found = {how: kpi.KPI_COVERAGE([80, "", "N/A"], [0.5, 0.3, 0.2], how) for how in ("", "缺失", "按0分", "不计入")}
    assert found == {"": 0.5, "缺失": 0.5, "按0分": 0.8, "不计入": 0.5}
    assert (
        kpi.KPI_COVERAGE(["", ""], [0.5, 0.5], "zero") == 1 and kpi.KPI_COVERAGE(["", ""], [0.5, 0.5], "exclude") == ""
    )


@pytest.mark.parametrize("policy", ["归一", "normalise", "Normalize"])
def test_normalised_weights(policy: str) -> None:
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0.5, 0.3], None, policy) == 83.75
    assert kpi.KPI_WEIGHTED_SCORE([80, ""], [0.5, 0.3], "zero", policy) == 50
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0, 0], None, policy) == NUM


@pytest.mark.parametrize("policy", ["原样", "as_is"])
def test_weights_as_they_are(policy: str) -> None:
    """A bonus column of 10 %: the total is out of 110; what is not applicable is shared within that sum."""
    assert kpi.KPI_WEIGHTED_SCORE([80, 80, 100], [0.5, 0.5, 0.1], None, policy) == 90
    assert kpi.KPI_WEIGHTED_SCORE([80, "N/A", 80], [0.5, 0.5, 0.1], None, policy) == 88
    assert kpi.KPI_WEIGHTED_SCORE([80, 80], [0.5, 0.4], None, policy) == 72
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0, 0], None, policy) == "N/A"


@pytest.mark.parametrize("policy", [None, "", "严格", "strict"])
def test_strict_weights(policy: Any) -> None:
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0.5, 0.3], None, policy) == NUM
    assert kpi.KPI_WEIGHTED_SCORE([80, 90], [0.4, 0.6], None, policy) == 86


def test_weight_check() -> None:
    assert kpi.KPI_WEIGHT_CHECK([0.1] * 10) == 1
    assert kpi.KPI_WEIGHT_CHECK([20, 30, 45]) == 0.95
    assert kpi.KPI_WEIGHT_CHECK(["20%", 0.3]) == 0.5
    assert kpi.KPI_WEIGHT_CHECK([0.5, 50]) == kpi.KPI_WEIGHT_CHECK([-0.5, 1.5]) == NUM


def test_total() -> None:
    assert kpi.KPI_TOTAL(84.5, None, None, None, None, 0) == 85
    assert kpi.KPI_TOTAL(2.675) == 2.68
    assert kpi.KPI_TOTAL(89.95, None, None, None, None, 1) == 90
    assert kpi.KPI_TOTAL(86.125, [[2, -0.5]]) == 87.63
    assert kpi.KPI_TOTAL(86.125, [["+2分", "－0.5", "", "N/A"]]) == 87.63
    assert kpi.KPI_TOTAL(80, 10, 0.5) == 45
    assert kpi.KPI_TOTAL(80, 10, "是") == kpi.KPI_TOTAL(80, 10, True) == kpi.KPI_TOTAL(80, -95) == 0
    assert kpi.KPI_TOTAL(80, None, False) == kpi.KPI_TOTAL(80, None, "否") == 80
    assert kpi.KPI_TOTAL(80, 50) == 130 and kpi.KPI_TOTAL(80, 50, None, None, 100) == 100
    assert kpi.KPI_TOTAL(80, -95, None, -20) == -15 and kpi.KPI_TOTAL(80, None, 1, 60) == 60
    assert kpi.KPI_TOTAL(80, None, None, 60, 50) == kpi.KPI_TOTAL(80, None, 1.5) == NUM
    assert kpi.KPI_TOTAL("N/A", [5]) == "N/A"
    assert kpi.KPI_TOTAL(84.56, None, None, None, None, 1.9) == 84.6
    assert kpi.KPI_TOTAL(84.5, None, None, None, None, -1) == 80
    assert kpi.KPI_TOTAL(84.5, None, None, None, None, -1e12) == 0


scores_ = st.decimals(min_value=0, max_value=120, places=3)


@given(scores_, st.decimals(min_value=-30, max_value=30, places=1), st.sampled_from([0, "0.5", 1]), st.integers(0, 3))
def test_total_agrees_with_the_witness(score: Decimal, points: Decimal, veto: Any, digits: int) -> None:
    factor = {0: 1, "0.5": "0.5", 1: 0}[veto]
    expected = witness.total(score, points, factor, 0, 100, digits)
    assert kpi.KPI_TOTAL(float(score), [float(points)], veto, 0, 100, digits) == float(expected)


def test_grade_and_coefficient() -> None:
    inputs = (130, 90, 89.99, 80, 70, 60, 59.99, 0, -3)
    assert [kpi.KPI_GRADE(x) for x in inputs] == ["优", "优", "良", "良", "中", "及格", "差", "差", "差"]
    assert [kpi.KPI_COEFFICIENT(x) for x in inputs] == [1.2, 1.2, 1.1, 1.1, 1, 0.8, 0.5, 0.5, 0.5]
    assert kpi.KPI_GRADE(kpi.KPI_TOTAL(89.95, None, None, None, None, 1)) == "优"
    table = [["C", 0], ["A", 85], ["B", 70]]
    upright = [[low, label, 1 + low / 100] for label, low in table]
    assert [kpi.KPI_GRADE(x, upright) for x in (90, 85, 84.9, 70, 3, -1)] == ["A", "A", "B", "B", "C", "C"]
    assert kpi.KPI_COEFFICIENT(85, upright) == 1.85
    assert kpi.KPI_GRADE(85, [*upright, ["", None, ""]]) == "A"


def test_grade_tables_that_are_none() -> None:
    assert kpi.KPI_GRADE(85, []) == kpi.KPI_GRADE(85, [["", ""]]) == kpi.KPI_COEFFICIENT(85, [[0, "A"]]) == NA
    assert kpi.KPI_GRADE(85, [[80], [0]]) == kpi.KPI_GRADE(85, [[80, "A"], [80, "B"]]) == NUM
    assert kpi.KPI_GRADE("", [[80], [0]]) == NUM  # shows on the blank form already
    assert kpi.KPI_GRADE("#REF!", [[80], [0]]) == REF
    assert kpi.KPI_COEFFICIENT(85, [[0, "A", "高"]]) == VALUE and kpi.KPI_GRADE(85, [[0, "A", "#REF!"]]) == REF


def test_ranks() -> None:
    assert [kpi.KPI_RANK(x, [90, 85, 85, 80]) for x in (90, 85, 80)] == [1, 2, 4]
    assert [kpi.KPI_RANK(x, [90, 85, 85, 80], "中国式") for x in (90, 85, 80)] == [1, 2, 3]
    assert kpi.KPI_RANK(85, ["", 90, "N/A", 85, None]) == 2
    assert kpi.KPI_RANK(70, [90, 80]) == NA and kpi.KPI_RANK(90, [90], "随便") == NUM
    assert kpi.KPI_RANK("", [90], "随便") == NUM


def test_forced_grades() -> None:
    people = [[95], [90], [90], ["N/A"], [80], [None], [70]]
    expected = [["A"], ["A"], ["A"], ["N/A"], ["B"], [""], ["C"]]
    assert kpi.KPI_FORCED_GRADE(people, ["A", "B", "C"], [0.4, 0.4, 0.2]) == expected
    assert kpi.KPI_FORCED_GRADE(people, ["A", "B", "C"], [40, 40, 20]) == expected
    assert kpi.KPI_FORCED_GRADE([[95, 90, 85], [80, 70, ""]], ["A", "B"], ["20%", "80%"]) == [
        ["A", "B", "B"],
        ["B", "B", ""],
    ]
    assert kpi.KPI_FORCED_GRADE(people[:4], ["A", "B"], [0.5, 0.5]) == NUM
    assert (
        kpi.KPI_FORCED_GRADE(people, ["A", "B"], [0.5, 0.4]) == kpi.KPI_FORCED_GRADE(people, ["A"], [0.5, 0.5]) == NUM
    )


def test_rates() -> None:
    assert kpi.KPI_RATE(65.6, 82) == 0.8 and kpi.KPI_RATE("2000万", "1亿") == 0.2
    assert kpi.KPI_RATE("#REF!", "#DIV/0!") == REF and kpi.KPI_RATE("", "#DIV/0!") == DIV
    assert kpi.KPI_RATE("", "N/A") == kpi.KPI_RATE("N/A", 5) == "N/A"


def test_pooled_928_mean_900() -> None:
    done, due = [95, 40, 190, 9], [100, 50, 200, 10]
    assert kpi.KPI_POOLED_RATE(done, due) == kpi.KPI_ROLLUP(done, due, "汇总比率") == 0.927777777778
    assert kpi.KPI_ROLLUP([kpi.KPI_RATE(a, b) for a, b in zip(done, due, strict=True)]) == 0.9


def test_pooled_rates() -> None:
    assert kpi.KPI_POOLED_RATE([95, "", 40], [100, None, 50]) == 0.9
    assert (
        kpi.KPI_POOLED_RATE([95, "N/A", 40], [100, "", 50]) == kpi.KPI_POOLED_RATE([95, "", 40], [100, "—", 50]) == 0.9
    )
    assert kpi.KPI_POOLED_RATE([95, 7, "N/A"], [100, "N/A", 8]) == 0.95
    assert kpi.KPI_POOLED_RATE(["N/A", ""], ["N/A", ""]) == kpi.KPI_POOLED_RATE([5], ["N/A"]) == "N/A"
    assert kpi.KPI_POOLED_RATE([0, 0], [0, 0]) == DIV and kpi.KPI_POOLED_RATE([1], [1, 2]) == NUM
    assert kpi.KPI_POOLED_RATE(["", 5], ["#REF!", ""]) == kpi.KPI_POOLED_RATE(["#REF!", 5], ["N/A", ""]) == REF


def test_targets() -> None:
    headers, targets = ["月度", "季度", "半年", "年度"], ["", "98%", "98%", 0]
    assert kpi.KPI_TARGET("月度", headers, targets) == "N/A"
    assert kpi.KPI_TARGET("2026Q3", headers, targets) == 0.98
    assert kpi.KPI_TARGET("2026年", headers, targets) == 0
    assert kpi.KPI_TARGET("第三周", headers, targets) == NA and kpi.KPI_TARGET("季度", headers, [1, 2]) == NUM
    assert kpi.KPI_TARGET("季度", [*headers[:3], "#REF!"], targets) == REF
    assert kpi.KPI_TARGET("季度", headers, ["#REF!", 5, 5, 5]) == 5


def test_roll_ups() -> None:
    values = [80, 90, "N/A", 100]
    expected = {"mean": 90, "sum": 270, "last": 100, "min": 80, "max": 100}
    assert {how: kpi.KPI_ROLLUP(values, None, how) for how in expected} == expected
    assert kpi.KPI_ROLLUP([80, 90], [1, 3]) == 87.5 and kpi.KPI_ROLLUP([80, 90], ["", None]) == 85
    assert kpi.KPI_ROLLUP([80, 90, "", ""], None, "期末") == 90 and kpi.KPI_ROLLUP([80, "", 90], None, "期末") == 90
    assert kpi.KPI_ROLLUP([80, ""], None, "sum") == kpi.KPI_ROLLUP(["", ""], None, "last") == ""
    assert kpi.KPI_ROLLUP(["N/A", "N/A"]) == kpi.KPI_ROLLUP(["N/A", ""], None, "last") == "N/A"
    assert kpi.KPI_ROLLUP([80, 90], None, "pooled") == kpi.KPI_ROLLUP([80, 90], [1]) == NUM
    assert kpi.KPI_ROLLUP([80, 90], [1, -1]) == NUM and kpi.KPI_ROLLUP([80, 90], [0, 0]) == DIV
    assert kpi.KPI_ROLLUP([80, 90], [1, "#REF!"]) == REF and kpi.KPI_ROLLUP([80, "#REF!"], None, "last") == REF
    assert kpi.KPI_ROLLUP([95, 7], [100, "N/A"], "pooled") == 0.95
    assert kpi.KPI_ROLLUP([95], ["N/A"], "pooled") == "N/A"


def test_numbers() -> None:
    for text, value in (
        ("95%", 0.95),
        ("９５％", 0.95),
        ("0．92%", 0.0092),
        ("3次/台", 3),
        ("2000万", 2e7),
        ("≥95%", 0.95),
    ):
        assert kpi.KPI_NUMBER(text) == value
    assert kpi.KPI_NUMBER(95, "%") == kpi.KPI_NUMBER("95", "％") == 0.95
    assert kpi.KPI_NUMBER(2000, "万") == 2e7
    assert kpi.KPI_NUMBER("3-5") == kpi.KPI_NUMBER("①") == VALUE and kpi.KPI_NUMBER(10**400) == NUM


# --- no content makes a function raise -------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(-5, 150),
    st.floats(-2, 150),
    st.floats(),
    st.sampled_from(
        [0.0, 1.0, 0.5, 100.0, 1e300, -1e308, sys.float_info.max, 5e-324, 10**400, math.nan, math.inf, -math.inf]
    ),
)
texts = st.one_of(
    st.sampled_from(
        [
            *NOT_APPLICABLE_MARKS,
            *ERROR_CODES,
            "",
            " ",
            "\u3000",
            "无",
            "95%",
            "3次/台",
            "2000万",
            "优",
            "A",
            "阶梯",
            "是",
        ]
    ),
    st.sampled_from(
        [
            "越低越好",
            "inverse",
            "mirror",
            "pooled",
            "last",
            "zero",
            "exclude",
            "中国式",
            "季度",
            "2026Q3",
            "3-5",
            "%",
            "万元",
        ]
    ),
    st.text(max_size=6),
)
others = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([CellError(code) for code in ERROR_CODES]),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.binary(max_size=3),
)
any_cell = st.one_of(numbers, texts, others)
row = st.one_of(st.lists(any_cell, max_size=5), st.tuples(any_cell, any_cell))
any_range = st.one_of(any_cell, row, st.lists(row, max_size=4), st.lists(st.one_of(any_cell, row), max_size=4))
# ranges that look like the real thing, with one odd cell
rule = st.lists(st.one_of(st.floats(0, 2), any_cell), min_size=2, max_size=5)
weights = st.sampled_from([[0.4, 0.6], [40, 60], ["40%", "60%"], [1], [[0.5], [0.5]], [0.2] * 5])
labelled = st.lists(st.tuples(any_cell, any_cell, any_cell), min_size=1, max_size=3)
plausible = st.one_of(any_range, rule, weights, labelled, st.sampled_from([HIGHER, SCORES, LABELS, FORCED, ["A", "B"]]))


def is_result(value: Any, cell: bool = False) -> bool:
    if isinstance(value, list) and not cell:
        return all(isinstance(r, list) and all(is_result(c, cell=True) for c in r) for r in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (str, CellError))


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
@given(data=st.data())
def test_no_content_makes_a_function_raise_or_return_nothing(entry: Function, data: st.DataObject) -> None:
    required = sum(1 for a in entry.arguments if not a.optional)
    given_ = entry.arguments[: data.draw(st.integers(required, len(entry.arguments)))]
    values = [data.draw(plausible if a.is_range else st.one_of(any_cell, any_range)) for a in given_]
    result = entry.function(*values)
    assert is_result(result), result
    if isinstance(result, CellError):
        assert result.code in ERROR_CODES


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
@pytest.mark.parametrize(
    "content", [None, "", [], [[]], 0, -1, 1e300, 10**400, math.nan, "x", True, REF, [[None, 1], [2]]], ids=repr
)
def test_the_same_content_everywhere(entry: Function, content: Any) -> None:
    assert is_result(entry.function(*[content] * len(entry.arguments)))


def test_numbers_too_large_for_a_cell_are_errors() -> None:
    assert kpi.KPI_ROLLUP([1.7e308, 1.7e308], None, "sum") == NUM
    assert kpi.KPI_TOTAL(1.7e308, [1.7e308]) == NUM
    assert kpi.KPI_RATE(1e308, 1e-10) == NUM
    assert kpi.KPI_TABLE([9e307], [[0, 1e308]], [[0, 1e308]], [1]) == [[NUM] * 3]


FIRST = {
    "KPI_ATTAINMENT": (120,),
    "KPI_SCORE": RULE,
    "KPI_BAND": (HIGHER, LABELS),
    "KPI_RATING": (RATINGS,),
    "KPI_TOTAL": (),
    "KPI_GRADE": (),
    "KPI_COEFFICIENT": (),
    "KPI_RATE": (82,),
    "KPI_NUMBER": (),
}


@pytest.mark.parametrize("name", FIRST)
@given(cell=any_cell)
def test_the_state_of_a_cell_is_the_state_of_its_result(name: str, cell: Any) -> None:
    """Missing gives "", not applicable N/A, an error itself; a number gives neither of the first two."""
    result = CATALOGUE[name].function(cell, *FIRST[name])
    reading = read(cell)
    if reading.state is State.MISSING:
        assert result == ""
    elif reading.state is State.NOT_APPLICABLE:
        assert result == "N/A"
    elif reading.state is State.ERROR and name != "KPI_RATING":
        assert result == reading.error
    else:
        assert result not in ("", "N/A")


@given(
    st.lists(st.tuples(st.one_of(scores_.map(float), st.just("N/A")), st.integers(1, 9)), min_size=1, max_size=8),
    st.randoms(),
)
def test_the_order_of_rows_does_not_matter(rows: list[tuple[Any, int]], chance: Any) -> None:
    whole = sum(w for _, w in rows)
    results = []
    for _ in range(2):
        values, shares = [v for v, _ in rows], [w / whole for _, w in rows]
        results.append((kpi.KPI_WEIGHTED_SCORE(values, shares), kpi.KPI_COVERAGE(values, shares)))
        chance.shuffle(rows)
    for a, b in zip(*results, strict=True):
        assert a == b or a == pytest.approx(b, abs=2e-12)


@given(st.lists(st.one_of(scores_, st.none()), min_size=1, max_size=8))
def test_weighted_scores_agree_with_the_witness(values: list[Decimal | None]) -> None:
    weights_ = [100 - 3 * (len(values) - 1), *[3] * (len(values) - 1)]
    expected = witness.weighted(values, weights_)
    cells = ["N/A" if v is None else float(v) for v in values]
    found = kpi.KPI_WEIGHTED_SCORE(cells, weights_)
    assert found == ("N/A" if expected is None else pytest.approx(float(expected), abs=2e-12))
    used = sum((Fraction(w, 100) for v, w in zip(values, weights_, strict=True) if v is not None), Fraction(0))
    assert kpi.KPI_COVERAGE(cells, weights_) == float(used)
