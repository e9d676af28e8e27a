"""A card becomes a total: sections 3, 4 and 5 of docs/scoring.md on the anchor table and on cards built to break it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.messages import Message
from scorecard.scoring.curve import Curve, bands, in_range, pass_fail, rating
from scorecard.scoring.model import (
    Adjustment,
    Bands,
    CardResult,
    Grade,
    GradeTable,
    Kpi,
    Scorecard,
    Section,
    Settings,
    Veto,
)
from scorecard.scoring.policies import Policy
from scorecard.scoring.score import (
    adjustment_points,
    effective_weights,
    finish_total,
    incomplete_grade,
    score_card,
    score_item,
    veto_factor,
)
from scorecard.scoring.values import CellError, CellValue, State, read
from tests.scoring import witness

# The anchor table: name, kind, direction, weight, targets for month, quarter, half-year, year.
# 发货差错率 100 % is taken as the accuracy it must mean: a capped target.
SEED = [
    ("服务费用率", "rate", "lower", "20%", ("0．92%", "0．92%", "0．92%", "0．92%")),
    ("保修期服务平均次数", "amount", "lower", "15%", ("3次/台", "3次/台", "3次/台", "3次/台")),
    ("报修处理及时率", "rate", "higher", "15%", ("95%", "95%", "95%", "95%")),
    ("调试及时率", "rate", "higher", "5%", ("", "98%", "98%", "98%")),
    ("零配件销售及时率", "rate", "higher", "8%", ("95%", "95%", "95%", "95%")),
    ("发货差错率", "rate", "higher", "8%", ("100%", "100%", "100%", "100%")),
    ("安装、调试、维修满意率", "rate", "higher", "10%", ("99%", "99%", "99%", "99%")),
    ("客户拜访完成率", "rate", "higher", "6%", ("", "80%", "80%", "80%")),
    ("客户投诉量", "count", "lower", "6%", ("0", "0", "1", "2")),
    ("投诉处理满意率", "rate", "higher", "5%", ("100%", "100%", "100%", "100%")),
    ("报表上交及时准确率", "rate", "higher", "2%", ("100%", "100%", "100%", "100%")),
]
PERIODS = ("month", "quarter", "half", "year")
ALL_80 = (Curve((0.0, 1.0), (80.0, 80.0)),) * len(SEED)


def seed_card(period: str, actuals: Sequence[CellValue] | None = None, policy: Policy | None = None) -> Scorecard:
    """The anchor table in a period, with the thresholds of a policy; actuals are the targets when omitted."""
    kpis = []
    for i, (name, kind, direction, weight, targets) in enumerate(SEED):
        target = read(targets[PERIODS.index(period)])
        rule = (policy or Policy()).curve(kind, direction, target.number) if target.number is not None else None
        actual = targets[PERIODS.index(period)] if actuals is None else actuals[i]
        kpis.append(Kpi(name, rule, read(actual), read(weight).number, target, cell=f"G{i + 3}"))
    return Scorecard(tuple(kpis), bands=Bands())


def plain(*scores: CellValue, weights: Sequence[float | None] | None = None, **settings: object) -> Scorecard:
    """A card whose items score what stands in their cells."""
    shares = weights if weights is not None else [1 / len(scores)] * len(scores)
    identity = Curve((0, 150), (0, 150))
    kpis = tuple(
        Kpi(f"k{i}", identity, read(s), w, cell=f"F{i + 1}")
        for i, (s, w) in enumerate(zip(scores, shares, strict=True))
    )
    return Scorecard(kpis, settings=Settings(**settings))  # type: ignore[arg-type]


# --- the anchor table ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("period", "best"), [("month", 92.9), ("quarter", 93.7), ("half", 95.5), ("year", 95.5)])
def test_best_attainable_total_of_seed_001(period: str, best: float) -> None:
    result = score_card(seed_card(period))
    assert result.best_attainable is not None
    assert float(witness.half_away(Fraction(result.best_attainable), 1)) == best


def test_best_attainable_in_the_month_exactly() -> None:
    """68 % of weight can reach 100, the four capped KPIs (21 %) only 70, of a base of 89 %."""
    best = score_card(seed_card("month")).best_attainable
    assert best == pytest.approx(float(Fraction(68 * 100 + 21 * 70, 89)), abs=1e-11)


def test_best_attainable_with_full_marks_at_the_cap() -> None:
    for period in PERIODS:
        assert score_card(seed_card(period, policy=Policy(cap_score="full_at_cap"))).best_attainable == 100


def test_the_best_actuals_reach_the_best_attainable_total() -> None:
    perfect: list[CellValue] = ["0%", "0", "100%", "100%", "100%", "100%", "100%", "100%", "0", "100%", "100%"]
    for period in PERIODS:
        result = score_card(seed_card(period, perfect))
        assert result.weighted == result.best_attainable


def test_meeting_every_target_scores_60_and_70_where_capped() -> None:
    result = score_card(seed_card("quarter"))
    assert [item.score for item in result.items] == [60, 60, 60, 60, 60, 70, 60, 60, 70, 70, 70]
    assert result.total == float(Fraction(79 * 60 + 21 * 70, 100))
    assert (result.grade, result.coefficient) == ("及格", 0.8)


def test_all_80_card_in_month_is_80_redistributed() -> None:
    """71.2 is what the card would be if the two KPIs without a monthly target counted as nothing."""
    card = seed_card("month")
    result = score_card(
        replace(card, kpis=tuple(replace(k, rule=r, actual=read(0.5)) for k, r in zip(card.kpis, ALL_80, strict=True)))
    )
    assert result.total == 80.0
    assert result.coverage == 0.89
    assert (result.filled, result.applicable) == (9, 9)
    assert sum((item.score or 0) * (item.weight or 0) for item in result.items) == pytest.approx(71.2)
    assert [item.state for item in result.items].count(State.NOT_APPLICABLE) == 2
    assert [item.share for item in result.items if item.state is State.NOT_APPLICABLE] == [0, 0]
    assert sum(item.share for item in result.items) == pytest.approx(1)
    assert sum(item.contribution or 0 for item in result.items) == pytest.approx(80)
    assert result.items[0].share == pytest.approx(20 / 89) and result.items[0].weight == 0.2


def test_a_kpi_without_a_monthly_target_is_not_assessed_whatever_stands_in_its_actual() -> None:
    actuals: list[CellValue] = ["0.9%", "3", "96%", "#REF!", "95%", "100%", "99%", "不详", "0", "100%", "100%"]
    result = score_card(seed_card("month", actuals))
    assert [result.items[i].state for i in (3, 7)] == [State.NOT_APPLICABLE] * 2
    assert result.state is State.NUMBER and result.coverage == 0.89


def test_incomplete_card() -> None:
    actuals: list[CellValue] = ["0.9%", "3", "96%", "98%", "95%", None, "99%", "80%", "　", "100%", "100%"]
    result = score_card(seed_card("quarter", actuals))
    assert (result.state, result.total, result.computed, result.weighted) == (State.MISSING, None, None, None)
    assert (result.grade, result.coefficient) == ("未完成 9/11", None)
    assert (result.filled, result.applicable) == (9, 11)
    assert result.coverage == 0.86
    assert result.items[0].share == 0.2  # no share jumps when the last one is filled in


def test_incomplete_counts_only_what_is_applicable() -> None:
    actuals: list[CellValue] = ["0.9%", "3", "96%", "", "95%", None, "99%", "", "0", "N/A", "100%"]
    assert score_card(seed_card("month", actuals)).grade == "未完成 7/8"
    assert incomplete_grade(9, 11) == "未完成 9/11"


def test_a_blank_form_looks_blank() -> None:
    result = score_card(seed_card("quarter", [None] * 11))
    assert (result.total, result.grade, result.coverage) == (None, "", 0.0)
    assert result.best_attainable == pytest.approx(93.7)


def test_bands_of_the_anchor_table() -> None:
    actuals: list[CellValue] = ["0.9%", "4", "96%", "99%", "98%", "100%", "100%", "80%", "2", "99%", "85%"]
    labels = [item.band for item in score_card(seed_card("quarter", actuals)).items]
    assert labels == [
        "达到目标", "未达目标", "达到目标", "超过目标", "超过目标", "达到目标", "远超目标", "达到目标",
        "未达目标", "未达目标", "未达目标",
    ]  # fmt: skip


def test_a_capped_target_met_at_full_marks_is_far_beyond() -> None:
    card = seed_card("quarter", policy=Policy(cap_score="full_at_cap"))
    assert score_card(card).items[5].band == "远超目标"


# --- the four empties ------------------------------------------------------------------------------------------------


def test_zero_is_a_score_like_any_other() -> None:
    assert score_card(plain(0, 80)).total == 40.0
    assert score_card(plain(0, 0)).total == 0.0
    assert score_card(plain(0, 0)).grade == "差"


def test_not_applicable_is_excluded_and_weights_redistributed() -> None:
    result = score_card(plain(90, "不适用", 60, weights=[0.5, 0.25, 0.25]))
    assert result.total == 80.0 and result.coverage == 0.75
    assert [i.share for i in result.items] == pytest.approx([2 / 3, 0, 1 / 3])


def test_all_not_applicable() -> None:
    result = score_card(plain("N/A", "—"))
    assert (result.state, result.total, result.grade, result.coverage) == (State.NOT_APPLICABLE, None, "N/A", 0.0)
    assert result.best_attainable is None


@pytest.mark.parametrize(
    ("missing", "total", "coverage"), [("incomplete", None, 0.75), ("zero", 60.0, 1.0), ("exclude", 80.0, 0.75)]
)
def test_missing_by_option(missing: str, total: float | None, coverage: float) -> None:
    result = score_card(plain(80, "", 80, weights=[0.5, 0.25, 0.25], missing=missing))
    assert (result.total, result.coverage) == (total, coverage)
    assert (result.filled, result.applicable) == (2, 3)
    assert result.items[1].state is State.MISSING and result.items[1].score is None


def test_shares_of_missing_items() -> None:
    shares = {
        missing: [i.share for i in score_card(plain(80, "", 80, weights=[0.5, 0.25, 0.25], missing=missing)).items]
        for missing in ("incomplete", "zero", "exclude")
    }
    assert shares["incomplete"] == shares["zero"] == [0.5, 0.25, 0.25]
    assert shares["exclude"] == pytest.approx([2 / 3, 0, 1 / 3])


@pytest.mark.parametrize(("missing", "total"), [("zero", 0.0), ("exclude", None), ("incomplete", None)])
def test_nothing_filled_in_by_option(missing: str, total: float | None) -> None:
    result = score_card(plain("", None, missing=missing))
    assert result.total == total
    assert result.state is (State.NUMBER if missing == "zero" else State.MISSING)
    assert result.grade == ("差" if missing == "zero" else "")


@pytest.mark.parametrize(
    ("cell", "error"),
    [("#DIV/0!", "#DIV/0!"), (CellError("#REF!"), "#REF!"), ("无", "#VALUE!"), ("3-5", "#VALUE!"), (True, "#VALUE!")],
)
def test_an_error_wins_and_says_where(cell: CellValue, error: str) -> None:
    for missing in ("incomplete", "zero", "exclude"):
        result = score_card(plain(80, "", cell, "N/A", missing=missing))
        assert (result.state, result.error, result.error_cell) == (State.ERROR, CellError(error), "F3")
        assert (result.total, result.grade) == (None, error)


def test_the_first_error_wins() -> None:
    result = score_card(plain("#REF!", "#DIV/0!"))
    assert (result.error, result.error_cell) == (CellError("#REF!"), "F1")


def test_an_item_of_weight_zero_is_shown_but_not_scored() -> None:
    for cell in (0, 150, "", "#REF!", "N/A"):
        result = score_card(plain(80, cell, weights=[1.0, 0.0]))
        assert result.total == 80.0 and result.coverage == 1.0
    shown = score_card(plain(80, 90, weights=[1.0, 0.0])).items[1]
    assert (shown.score, shown.share, shown.contribution) == (90, 0, 0)


@pytest.mark.parametrize(
    ("target", "actual", "state", "error"),
    [
        ("95%", "96%", State.NUMBER, None),
        ("", "96%", State.NOT_APPLICABLE, None),
        ("不适用", "#REF!", State.NOT_APPLICABLE, None),
        ("#N/A", "96%", State.ERROR, "#N/A"),
        ("及时精确", "96%", State.ERROR, "#VALUE!"),
        ("#N/A", "", State.ERROR, "#N/A"),
        ("95%", "", State.MISSING, None),
        ("95%", "—", State.NOT_APPLICABLE, None),
        ("95%", "#DIV/0!", State.ERROR, "#DIV/0!"),
        ("0", "0", State.NUMBER, None),
    ],
)
def test_one_item(target: str, actual: str, state: State, error: str | None) -> None:
    item = score_item(Kpi("k", bands((0.8, 0.95, 0.97, 0.99, 1)), read(actual), 0.5, read(target)))
    assert item.state is state
    assert item.error == (CellError(error) if error else None)
    assert (item.score is None) == (state is not State.NUMBER)
    assert item.weight == 0.5


@pytest.mark.parametrize(
    ("actual", "state", "error"),
    [
        ("96%", State.ERROR, "#NUM!"),
        ("", State.ERROR, "#NUM!"),
        ("#REF!", State.ERROR, "#REF!"),
        ("N/A", State.NOT_APPLICABLE, None),
    ],
)
def test_a_broken_rule_shows_on_the_blank_form_already(actual: str, state: State, error: str | None) -> None:
    item = score_item(Kpi("k", None, read(actual), 0.5, rule_error=CellError("#NUM!")))
    assert (item.state, item.error, item.weight) == (state, CellError(error) if error else None, 0.5)


def test_a_broken_rule_of_a_kpi_that_is_not_assessed() -> None:
    assert score_item(Kpi("k", None, target=read(""), rule_error=CellError("#NUM!"))).state is State.NOT_APPLICABLE


def test_clamped_is_noted() -> None:
    rule = bands((0.8, 0.95, 0.97, 0.99, 1))
    assert [score_item(Kpi("k", rule, read(x))).clamped for x in (0.7, 0.8, 1, 1.01)] == [True, False, False, True]


def test_no_band_without_bands() -> None:
    kpi = Kpi("k", bands((0.8, 0.95, 0.97, 0.99, 1)), read(0.96))
    assert score_item(kpi).band == "" and score_item(kpi, Bands()).band == "达到目标"


def test_a_value_on_a_boundary_takes_the_better_label() -> None:
    rule = bands((0.8, 0.95, 0.97, 0.99, 1))
    labels = [score_item(Kpi("k", rule, read(x)), Bands()).band for x in (0.1, 0.8, 0.95, 0.97, 0.99, 1, 2)]
    assert labels == ["未达目标", "未达目标", "达到目标", "超过目标", "远超目标", "远超目标", "远超目标"]


def test_the_best_end_of_a_short_rule_is_no_better_than_its_score() -> None:
    assert score_item(Kpi("k", Curve((0, 100), (0, 50)), read(100)), Bands()).band == "未达目标"


def test_a_form_with_fewer_bands_than_the_curve_has_stretches() -> None:
    rule, two = bands((0.8, 0.95, 0.97, 0.99, 1)), Bands(("不合格", "合格"), (0, 60, 100))
    assert [score_item(Kpi("k", rule, read(x)), two).band for x in (0.9, 0.95, 0.98, 1, 2)] == [
        "不合格", "合格", "合格", "合格", "合格",
    ]  # fmt: skip


def test_bands_of_a_curve_with_two_thresholds() -> None:
    """The score decides where thresholds do not: attainment of 85 points is 超过目标."""
    proportional = Curve((0, 100), (0, 100))
    labels = [score_item(Kpi("k", proportional, read(x)), Bands()).band for x in (0, 59, 61, 71, 89, 91, 100)]
    assert labels == ["未达目标", "未达目标", "达到目标", "超过目标", "超过目标", "远超目标", "远超目标"]
    passed = [score_item(Kpi("k", pass_fail(3), read(x)), Bands()).band for x in (2, 3)]
    assert passed == ["未达目标", "远超目标"]


# --- ratings and scores by hand --------------------------------------------------------------------------------------

FOUR = rating({"优": 95, "良": 85, "中": 75, "差": 50})


@pytest.mark.parametrize(
    ("label", "state", "score", "error"),
    [
        ("良", State.NUMBER, 85, None),
        (" 优 ", State.NUMBER, 95, None),
        ("", State.MISSING, None, None),
        (None, State.MISSING, None, None),
        ("不适用", State.NOT_APPLICABLE, None, None),
        ("良好", State.ERROR, None, "#N/A"),
        (85, State.ERROR, None, "#N/A"),
        ("#REF!", State.ERROR, None, "#REF!"),
        (CellError("#DIV/0!"), State.ERROR, None, "#DIV/0!"),
    ],
)
def test_rated_items(label: CellValue, state: State, score: float | None, error: str | None) -> None:
    item = score_item(Kpi("k", FOUR, label=label, weight=0.3))
    assert (item.state, item.score, item.weight) == (state, score, 0.3)
    assert item.error == (CellError(error) if error else None)


@pytest.mark.parametrize(
    ("typed", "state", "score", "error"),
    [
        (85, State.NUMBER, 85, None),
        ("85分", State.NUMBER, 85, None),
        (0, State.NUMBER, 0, None),
        (100, State.NUMBER, 100, None),
        (100.01, State.ERROR, None, "#VALUE!"),
        (-0.01, State.ERROR, None, "#VALUE!"),
        ("85%", State.ERROR, None, "#VALUE!"),
        ("优", State.ERROR, None, "#VALUE!"),
        ("", State.MISSING, None, None),
        ("/", State.NOT_APPLICABLE, None, None),
        ("#REF!", State.ERROR, None, "#REF!"),
    ],
)
def test_an_item_without_a_rule_is_scored_by_hand(
    typed: CellValue, state: State, score: float | None, error: str | None
) -> None:
    """规则缺失 never becomes a number by itself: only what is typed counts, and only from 0 to 100."""
    item = score_item(Kpi("k", None, typed=read(typed), weight=0.3))
    assert (item.state, item.score, item.weight) == (state, score, 0.3)
    assert item.error == (CellError(error) if error else None)


def test_an_item_without_a_rule_and_without_a_score_is_missing() -> None:
    assert score_item(Kpi("k", None, read(0.96))).state is State.MISSING


def test_best_attainable_is_on_the_scale_of_the_total() -> None:
    # 0.8 + 0.3 of weight, all scores full: 110 points of 110; a cap ends both the total and what can be reached.
    kpis = tuple(Kpi(name, pass_fail(1), read(1), weight) for name, weight in (("a", 0.8), ("b", 0.3)))
    free = score_card(Scorecard(kpis, settings=Settings(weights="as_is")))
    assert (free.total, free.best_attainable) == (110, 110)
    capped = score_card(Scorecard(kpis, settings=Settings(weights="as_is", cap=105)))
    assert (capped.total, capped.best_attainable) == (105, 105)


def test_best_attainable_of_other_rules() -> None:
    kpis = (
        Kpi("rated", FOUR, label="良", weight=0.25),
        Kpi("by hand", None, typed=read(80), weight=0.25),
        Kpi("range", in_range(1, 2), read(1.5), 0.25),
        Kpi("missing", Curve((0, 1), (0, 60)), weight=0.25),
    )
    assert score_card(Scorecard(kpis)).best_attainable == (95 + 100 + 100 + 60) / 4


# --- weights and sections --------------------------------------------------------------------------------------------


def test_ten_tenths() -> None:
    assert score_card(plain(*[80] * 10, weights=[0.1] * 10)).total == 80.0


def test_strict_weights() -> None:
    result = score_card(plain(80, 90, weights=[0.5, 0.4]))
    assert (result.state, result.error, result.grade) == (State.ERROR, CellError("#NUM!"), "#NUM!")
    assert result.coverage is None and result.best_attainable is None
    assert [i.score for i in result.items] == [80, 90]
    assert result.error is not None and result.error.reason is not None and "90%" in result.error.reason.zh


def weigh(policy: str, weights: Sequence[float | None], *scores: CellValue) -> CardResult:
    return score_card(replace(plain(*scores, weights=weights), settings=Settings(weights=policy)))


@pytest.mark.parametrize("policy", ["strict", "normalise", "as_is"])
def test_negative_weights(policy: str) -> None:
    assert weigh(policy, [1.2, -0.2], 80, 90).grade == "#NUM!"


def test_normalised_weights() -> None:
    result = weigh("normalise", [0.5, 0.3], 80, 90)
    assert result.weighted == 83.75
    assert [i.weight for i in result.items] == [0.625, 0.375]


def test_weights_as_they_are() -> None:
    """110 % because one column is a bonus: the total is out of 110."""
    result = weigh("as_is", [0.5, 0.5, 0.1], 80, 80, 100)
    assert result.weighted == 90.0
    assert [i.weight for i in result.items] == [0.5, 0.5, 0.1]
    assert [i.contribution for i in result.items] == [40, 40, 10]
    assert weigh("as_is", [0.5, 0.4], 80, 80).weighted == 72.0
    # what is not applicable is redistributed within the same sum
    assert weigh("as_is", [0.5, 0.5, 0.1], 80, "N/A", 80).weighted == 88.0


def test_results_are_snapped() -> None:
    assert weigh("as_is", [0.1, 0.2], 10, 20).weighted == 5.0
    assert weigh("normalise", [3, 4], 80, "N/A").coverage == 0.428571428571
    assert score_card(plain(3, 3, weights=[0.1, 0.9])).items[0].contribution == 0.3


def test_weights_that_sum_to_nothing() -> None:
    assert weigh("normalise", [0.0, 0.0], 80, 90).grade == "#NUM!"
    assert weigh("as_is", [0.0, 0.0], 80, 90).state is State.NOT_APPLICABLE
    assert weigh("as_is", [0.0, 0.0], 80, 90).coverage == 0.0


def test_items_without_any_weights_share_equally_and_that_is_reported() -> None:
    result = score_card(plain(60, 90, 90, weights=[None, None, None]))
    assert result.total == 80.0 and result.coverage == 1.0
    assert len(result.notes) == 1 and "等权" in result.notes[0].zh and "equal" in result.notes[0].en
    assert "  " not in result.notes[0].en
    assert score_card(plain(60, 90)).notes == ()


def test_an_item_without_a_weight_among_weighted_ones_weighs_nothing() -> None:
    assert score_card(plain(80, 10, weights=[1.0, None])).total == 80.0


def sectioned(*rows: tuple[str, float | None, CellValue], sections: Sequence[Section], **settings: object) -> Scorecard:
    identity = Curve((0, 150), (0, 150))
    kpis = tuple(Kpi(f"k{i}", identity, read(s), w, section=name) for i, (name, w, s) in enumerate(rows))
    return Scorecard(kpis, tuple(sections), settings=Settings(**settings))  # type: ignore[arg-type]


HALVES = (Section("业绩", 0.5), Section("行为", 0.5))


def test_two_levels_of_weights() -> None:
    card = sectioned(("业绩", 0.6, 90), ("业绩", 0.4, 80), ("行为", 0.5, 70), ("行为", 0.5, 60), sections=HALVES)
    assert effective_weights(card) == [0.3, 0.2, 0.25, 0.25]
    assert score_card(card).total == 75.5


def test_equal_shares_inside_a_weighted_section() -> None:
    rows = (("业绩", 0.6, 90), ("业绩", 0.4, 80), ("行为", None, 70), ("行为", None, 60), ("行为", None, 80))
    result = score_card(sectioned(*rows, sections=HALVES))
    assert result.total == 78.0
    assert len(result.notes) == 1 and "行为" in result.notes[0].zh and "行为" in result.notes[0].en
    assert "业绩" not in result.notes[0].zh


def test_three_equal_shares_lose_nothing() -> None:
    rows = [("行为", None, 80)] * 3
    assert effective_weights(sectioned(*rows, sections=[Section("行为", 1.0)])) == pytest.approx([1 / 3] * 3)
    assert score_card(sectioned(*rows, sections=[Section("行为", 1.0)])).coverage == 1.0


@pytest.mark.parametrize(
    ("rows", "sections"),
    [
        ([("业绩", 0.6, 90), ("行为", 1.0, 80)], HALVES),
        ([("业绩", 1.0, 90), ("行为", 1.0, 80)], (Section("业绩", 0.5), Section("行为", 0.4))),
        ([("业绩", 1.0, 90), ("态度", 1.0, 80)], HALVES),
        ([("业绩", 1.0, 90), ("", 1.0, 80)], HALVES),
        ([("业绩", 1.0, 90), ("行为", 1.0, 80)], (Section("业绩", 1.0), Section("行为"))),
        ([("业绩", 1.0, 90)], HALVES),
    ],
)
def test_sections_that_do_not_add_up(rows: Sequence[tuple[str, float, float]], sections: Sequence[Section]) -> None:
    result = score_card(sectioned(*rows, sections=sections))
    assert result.error == CellError("#NUM!")
    with pytest.raises(RuleError):
        effective_weights(sectioned(*rows, sections=sections))


def test_sections_without_weights_only_group() -> None:
    card = sectioned(("业绩", 0.6, 90), ("行为", 0.4, 80), sections=[Section("业绩"), Section("行为")])
    assert effective_weights(card) == [0.6, 0.4]


def test_a_section_whose_items_weigh_nothing() -> None:
    rows = (("业绩", 1.0, 90), ("行为", 0.0, 80))
    card = sectioned(*rows, sections=HALVES, weights="as_is")
    assert effective_weights(card) == [0.5, 0.0]
    assert score_card(card).weighted == 45.0


def test_sections_in_any_order_of_rows() -> None:
    card = sectioned(("行为", 0.5, 70), ("业绩", 0.6, 90), ("行为", 0.5, 60), ("业绩", 0.4, 80), sections=HALVES)
    assert effective_weights(card) == [0.25, 0.3, 0.25, 0.2]


def test_normalised_sections() -> None:
    rows = (("业绩", 0.6, 90), ("业绩", 0.6, 80), ("行为", 2.0, 70))
    card = sectioned(*rows, sections=(Section("业绩", 0.6), Section("行为", 0.2)), weights="normalise")
    assert effective_weights(card) == pytest.approx([0.375, 0.375, 0.25])


def test_not_applicable_inside_a_section_goes_to_the_whole_card() -> None:
    card = sectioned(("业绩", 0.5, 90), ("业绩", 0.5, "N/A"), ("行为", 1.0, 60), sections=HALVES)
    assert score_card(card).total == 70.0 and score_card(card).coverage == 0.75


# --- from the weighted score to the grade ----------------------------------------------------------------------------


def with_points(card: Scorecard, *points: CellValue, caps: Sequence[float | None] | None = None) -> Scorecard:
    limits = caps or [None] * len(points)
    found = [Adjustment("加减分", read(p), c, f"H{i}") for i, (p, c) in enumerate(zip(points, limits, strict=True))]
    return replace(card, adjustments=tuple(found))


def test_adjustments_are_added_not_weighted() -> None:
    assert score_card(with_points(plain(80), 5, -2, "", "N/A", 0)).total == 83.0
    assert score_card(with_points(plain(80), 5)).weighted == 80.0
    assert score_card(with_points(plain(80), 0.1, 0.2)).computed == 80.3


def test_adjustments_have_their_own_caps() -> None:
    assert score_card(with_points(plain(80), 15, caps=[10])).total == 90.0
    assert score_card(with_points(plain(80), -15, caps=[10])).total == 70.0
    assert score_card(with_points(plain(80), 10, -10, caps=[10, 10])).total == 80.0
    assert score_card(with_points(plain(80), 15, 15, caps=[10, 5])).total == 95.0
    assert score_card(with_points(plain(80), 15, caps=[0])).total == 80.0


@pytest.mark.parametrize(("cell", "code"), [("#REF!", "#REF!"), ("表扬一次", "#VALUE!"), (True, "#VALUE!")])
def test_an_adjustment_that_is_no_number(cell: CellValue, code: str) -> None:
    result = score_card(with_points(plain(80), 1, cell))
    assert (result.state, result.error, result.error_cell, result.total) == (State.ERROR, CellError(code), "H1", None)
    assert result.coverage == 1.0
    assert result.error is not None and result.error.reason is not None
    assert str(cell) in result.error.reason.zh and str(cell) in result.error.reason.en
    with pytest.raises(RuleError):
        adjustment_points((Adjustment("x", read(cell)),))


def test_no_adjustments() -> None:
    assert adjustment_points(()) == 0


@pytest.mark.parametrize(
    ("values", "factor"),
    [
        ([], 1), ([None], 1), ([""], 1), (["　"], 1), ([0], 1), (["0"], 1), ([False], 1), (["否"], 1), (["FALSE"], 1),
        (["N/A"], 1), (["—"], 1), ([1], 0), (["1"], 0), ([True], 0), (["是"], 0), (["TRUE"], 0), (["√"], 0), ([0.5], 0.5),
        (["50%"], 0.5), ([0.5, 0.5], 0.25), ([0.5, None, 0], 0.5), ([0.5, 1], 0), ([0.8, "是"], 0), (["100%"], 0),
    ],
)  # fmt: skip
def test_veto(values: list[CellValue], factor: float) -> None:
    assert veto_factor(values) == factor


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "#NUM!"), (-0.1, "#NUM!"), (2, "#NUM!"), ("有事故", "#VALUE!"), ("无", "#VALUE!"), ("#REF!", "#REF!"),
        (CellError("#N/A"), "#N/A"),
    ],
)  # fmt: skip
def test_veto_refuses(value: CellValue, code: str) -> None:
    with pytest.raises(RuleError) as problem:
        veto_factor([0.5, value])
    assert problem.value.code == code
    assert str(value) in problem.value.message.zh and str(value) in problem.value.message.en
    result = score_card(replace(plain(80), vetoes=(Veto("否决", value),)))
    assert (result.state, result.error) == (State.ERROR, CellError(code))


def test_an_error_keeps_its_reason() -> None:
    why = Message("引用的表已删除", "the sheet was deleted")
    with pytest.raises(RuleError) as problem:
        veto_factor([CellError("#REF!", why)])
    assert problem.value.message == why


def test_veto_comes_after_adjustments_and_before_the_clamp() -> None:
    halved = replace(with_points(plain(80), 10), vetoes=(Veto("安全事故", 0.5),))
    assert score_card(halved).total == 45.0
    assert score_card(replace(plain(80), vetoes=(Veto("泄密", "是"),))).total == 0.0
    floor = replace(plain(80, floor=20.0), vetoes=(Veto("泄密", 1),))
    assert score_card(floor).total == 20.0
    below = replace(with_points(plain(80), -100), vetoes=(Veto("安全事故", 0.5),))
    assert score_card(below).total == 0.0


@pytest.mark.parametrize(
    ("arguments", "total"),
    [
        ((80, 0, 1, 0, None), 80),
        ((80, 50, 1, 0, None), 130),
        ((80, 50, 1, 0, 100), 100),
        ((80, -90, 1, 0, None), 0),
        ((80, -90, 1, None, None), -10),
        ((80, -90, 1, -5, None), -5),
        ((80, 5, 0.5, 0, 40), 40),
        ((80, 5, 0.5, 60, None), 60),
        ((80, 0, 1, 70, 70), 70),
        ((65.6 / 82, 0, 1, 0, None), 0.8),
    ],
)
def test_finishing_a_total(arguments: tuple[float, float, float, float | None, float | None], total: float) -> None:
    assert finish_total(*arguments) == total


def test_a_floor_above_the_cap_is_an_error_not_an_exception() -> None:
    with pytest.raises(RuleError):
        finish_total(80, 0, 1, 60, 50)
    result = score_card(plain(80, floor=60.0, cap=50.0))
    assert (result.state, result.error, result.total) == (State.ERROR, CellError("#NUM!"), None)


def test_round_once_half_away_then_grade() -> None:
    """84.5 is 85 with no decimals, where Python's round gives 84; and 89.95 is 优 with one decimal."""
    assert score_card(plain(84.5, digits=0)).total == 85.0
    assert score_card(plain(2.675)).total == 2.68
    shown = score_card(plain(89.95, digits=1))
    assert (shown.total, shown.grade, shown.computed) == (90.0, "优", 89.95)
    assert score_card(plain(89.95)).grade == "良"
    assert score_card(plain(89.994)).grade == "良" and score_card(plain(89.995)).grade == "优"
    assert score_card(plain(86.125)).total == 86.13


def test_the_grade_table_of_the_card() -> None:
    table = GradeTable((Grade(85, "A", 1.5), Grade(0, "B")))
    assert [(r.grade, r.coefficient) for r in (score_card(plain(x, grades=table)) for x in (85, 84.99))] == [
        ("A", 1.5), ("B", None),
    ]  # fmt: skip


def test_an_empty_card() -> None:
    assert score_card(Scorecard(())).state is State.ERROR
    assert score_card(replace(Scorecard(()), settings=Settings(weights="as_is"))).state is State.NOT_APPLICABLE


# --- against the witness, and properties -----------------------------------------------------------------------------

scores = st.decimals(min_value=0, max_value=150, places=2)
states = st.one_of(scores, st.none())


@st.composite
def cards(draw: st.DrawFn) -> tuple[list[Decimal | None], list[int]]:
    some = draw(st.lists(st.integers(1, 12), min_size=1, max_size=8))
    weights = [*some, 100 - sum(some)]
    return draw(st.lists(states, min_size=len(weights), max_size=len(weights))), weights


@given(cards(), st.decimals(min_value=-20, max_value=20, places=1), st.sampled_from(["0", "0.5", "1"]))
def test_totals_agree_with_exact_fractions(
    card: tuple[list[Decimal | None], list[int]], points: Decimal, veto: str
) -> None:
    values, weights = card
    cells: list[CellValue] = ["N/A" if v is None else float(v) for v in values]
    result = score_card(
        replace(
            with_points(plain(*cells, weights=[w / 100 for w in weights]), float(points)),
            vetoes=(Veto("否决", float(veto)),),
        )
    )
    expected = witness.weighted(values, weights)
    if expected is None:
        assert result.state is State.NOT_APPLICABLE
        return
    assert result.weighted == pytest.approx(float(expected), abs=2e-12)
    factor = {"0": 1, "0.5": "0.5", "1": 0}[veto]
    total = witness.total(expected, points, factor, 0, None, 2)
    # Half a cent of a point: the exact sum may lie a hair below, the spreadsheet's 12 decimals on it.
    assert result.total is not None
    assert abs(Fraction(result.total) - total) < Fraction(1, 10**9) or abs(
        (expected + Fraction(points)) * witness.exact(factor) * 100 % 1 - Fraction(1, 2)
    ) < Fraction(1, 10**9)
    assert result.coverage == pytest.approx(
        sum(w for v, w in zip(values, weights, strict=True) if v is not None) / 100, abs=1e-12
    )


@given(cards(), st.randoms())
def test_the_order_of_items_does_not_matter(
    card: tuple[list[Decimal | None], list[int]], chance: random.Random
) -> None:
    values, weights = card
    rows = list(zip(["N/A" if v is None else float(v) for v in values], weights, strict=True))
    shuffled = list(rows)
    chance.shuffle(shuffled)
    results = [score_card(plain(*[v for v, _ in r], weights=[w / 100 for _, w in r])) for r in (rows, shuffled)]
    assert results[0].total == results[1].total and results[0].coverage == results[1].coverage


@given(cards(), st.sampled_from([0.02, 0.5, 3, 70]))
def test_scaling_weights_does_not_matter_under_normalise(
    card: tuple[list[Decimal | None], list[int]], factor: float
) -> None:
    values, weights = card
    cells: list[CellValue] = ["N/A" if v is None else float(v) for v in values]
    results = [weigh("normalise", [w * f for w in weights], *cells) for f in (1, factor)]
    assert results[0].state is results[1].state
    if results[0].weighted is not None:
        assert results[0].weighted == pytest.approx(results[1].weighted, abs=1e-9)


@given(cards())
def test_a_total_lies_within_its_scores(card: tuple[list[Decimal | None], list[int]]) -> None:
    values, weights = card
    known = [float(v) for v in values if v is not None]
    cells: list[CellValue] = ["N/A" if v is None else float(v) for v in values]
    result = score_card(plain(*cells, weights=[w / 100 for w in weights]))
    if result.weighted is not None:
        assert min(known) - 1e-9 <= result.weighted <= max(known) + 1e-9
        assert sum(i.contribution or 0 for i in result.items) == pytest.approx(result.weighted, abs=1e-9)


anything = st.one_of(
    scores.map(float), st.none(), st.booleans(), st.sampled_from(["", "N/A", "无", "3-5", "95%", "#REF!", "良", "优秀"])
)


@given(
    st.lists(st.tuples(anything, st.one_of(st.none(), st.floats(-1, 2))), max_size=5),
    st.sampled_from(["incomplete", "zero", "exclude"]),
    st.sampled_from(["strict", "normalise", "as_is", "unknown"]),
    anything,
    anything,
)
def test_a_card_never_raises(
    rows: list[tuple[CellValue, float | None]], missing: str, policy: str, points: CellValue, veto: CellValue
) -> None:
    settings = Settings(missing=missing, weights=policy)
    kpis = tuple(
        Kpi("k", (FOUR, None, bands((0, 1, 2, 3, 4)))[i % 3], read(x), w, label=x, typed=read(x))
        for i, (x, w) in enumerate(rows)
    )
    card = Scorecard(
        kpis, adjustments=(Adjustment("a", read(points)),), vetoes=(Veto("v", veto),), bands=Bands(), settings=settings
    )
    result = score_card(card)
    assert (result.total is not None) == (result.state is State.NUMBER)
    assert (result.error is not None) == (result.state is State.ERROR)
    assert result.grade or result.filled == 0
