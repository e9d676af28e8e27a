"""Every score in one sentence a person could contest: section 10 of docs/scoring.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scorecard.messages import Message
from scorecard.scoring.curve import STEP, Curve, bands, in_range, pass_fail, rating, steps
from scorecard.scoring.explain import explain_item, show_score
from scorecard.scoring.model import Bands, Kpi, Scorecard, Section
from scorecard.scoring.score import score_card, score_item
from scorecard.scoring.values import CellError, read

TIMELY = Kpi(
    "报修处理及时率", bands((0.80, 0.95, 0.97, 0.99, 1.00)), read("96%"), 0.15, read("95%"), percent=True, cell="G6"
)
COST = Kpi(
    "服务费用率", bands((0.0120, 0.0092, 0.0088, 0.0080, 0.0070)), weight=0.2, target=read("0．92%"), percent=True
)
VISITS = Kpi("次数", bands((3.9, 3, 2.85, 2.61, 2.25)), read(3.45), 0.15, read("3次/台"), unit="次/台", cell="G4")


def zh(kpi: Kpi) -> str:
    return explain_item(score_item(kpi, Bands()), Bands()).zh


def en(kpi: Kpi) -> str:
    return explain_item(score_item(kpi, Bands()), Bands()).en


def test_the_sentence_of_the_specification() -> None:
    assert (
        zh(TIMELY)
        == "报修处理及时率: 实际 96% (G6) 对目标 95% → 达到目标 [95%,97%) → 60+10×0.5 = 65.0; 权重 15% → 9.75"
    )
    assert en(TIMELY) == (
        "报修处理及时率: actual 96% (G6) against target 95% → 达到目标 [95%,97%) → 60+10×0.5 = 65.0; weight 15% → 9.75"
    )


def test_where_lower_is_better_the_better_bound_is_inclusive_at_the_other_end() -> None:
    assert zh(replace(COST, actual=read("0.85%"))) == (
        "服务费用率: 实际 0.85% 对目标 0.92% → 超过目标 (0.8%,0.88%] → 70+20×0.375 = 77.5; 权重 20% → 15.5"
    )


def test_units() -> None:
    assert zh(VISITS) == "次数: 实际 3.45次/台 (G4) 对目标 3次/台 → 未达目标 (3,3.9] → 0+60×0.5 = 30.0; 权重 15% → 4.5"


def test_on_a_threshold_there_is_no_sum() -> None:
    assert zh(replace(TIMELY, actual=read("97%"), cell="")) == (
        "报修处理及时率: 实际 97% 对目标 95% → 超过目标 [97%,99%) → 70.0; 权重 15% → 10.5"
    )


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        ("70%", "实际 70% 对目标 95% → 未达目标 <80% → 0.0（超出阈值范围，按端点计）; 权重 15% → 0"),
        ("80%", "实际 80% 对目标 95% → 未达目标 [80%,95%) → 0.0; 权重 15% → 0"),
        ("100%", "实际 100% 对目标 95% → 远超目标 ≥100% → 100.0; 权重 15% → 15"),
        ("120%", "实际 120% 对目标 95% → 远超目标 ≥100% → 100.0（超出阈值范围，按端点计）; 权重 15% → 15"),
    ],
)
def test_clamps(actual: str, sentence: str) -> None:
    assert zh(replace(TIMELY, actual=read(actual), cell="")) == f"报修处理及时率: {sentence}"


def test_clamps_where_lower_is_better() -> None:
    assert " >1.2% → 0.0（" in zh(replace(COST, actual=read("1.5%")))
    assert " ≤0.7% → 100.0（" in zh(replace(COST, actual=read("0.6%")))
    assert "(beyond the thresholds, counted as the end)" in en(replace(COST, actual=read("0.6%")))


def test_shares_are_rounded_for_the_eye_only() -> None:
    third = replace(TIMELY, rule=Curve((0, 3), (0, 100)), actual=read(1), percent=False, target=None, cell="")
    assert zh(third) == "报修处理及时率: 实际 1 → 未达目标 [0,3) → 0+100×0.3333 = 33.33; 权重 15% → 5"


def test_falling_scores_are_subtracted() -> None:
    stock = Kpi("库存", in_range(10, 20, 5, 5), read(21), unit="天")
    assert explain_item(score_item(stock)).zh == "库存: 实际 21天 → [20,25) → 100-100×0.2 = 80.0"
    assert explain_item(score_item(replace(stock, actual=read(15)))).zh == "库存: 实际 15天 → [10,20) → 100.0"


def test_steps_have_no_sum() -> None:
    rule = steps({0: 0, 0.8: 60, 0.9: 80})
    assert explain_item(score_item(Kpi("k", rule, read(0.85)))).zh == "k: 实际 0.85 → [0.8,0.9) → 60.0"
    assert rule.mode == STEP


def test_jumps() -> None:
    assert explain_item(score_item(Kpi("k", pass_fail(3), read(3)))).zh == "k: 实际 3 → ≥3 → 100.0"


def test_not_applicable() -> None:
    assert zh(replace(TIMELY, target=read(""))) == "报修处理及时率: 本期没有目标，不考核，权重分摊给其余指标"
    assert en(replace(TIMELY, target=read(""))) == (
        "报修处理及时率: no target in this period, not assessed; its weight goes to the others"
    )
    assert zh(replace(TIMELY, actual=read("N/A"))) == "报修处理及时率: 填写为不适用 (G6)，权重分摊给其余指标"
    assert (
        zh(replace(TIMELY, actual=read("N/A"), target=None)) == "报修处理及时率: 填写为不适用 (G6)，权重分摊给其余指标"
    )
    assert en(replace(TIMELY, actual=read("N/A"))) == (
        "报修处理及时率: marked not applicable (G6); its weight goes to the others"
    )


def test_missing() -> None:
    assert zh(replace(TIMELY, actual=read(""))) == "报修处理及时率: 尚未填写 (G6)"
    assert en(replace(TIMELY, actual=read(""), cell="")) == "报修处理及时率: not filled in yet"


def test_errors() -> None:
    assert zh(replace(TIMELY, actual=read("无"))) == "报修处理及时率: 无法计分 #VALUE! (G6)（“无”读不成数字）"
    assert en(replace(TIMELY, actual=read("无"))) == (
        '报修处理及时率: no score, #VALUE! (G6) ("无" cannot be read as a number)'
    )
    assert zh(replace(TIMELY, actual=read("#REF!"), cell="")) == "报修处理及时率: 无法计分 #REF!"
    broken = Kpi("k", None, rule_error=CellError("#NUM!", Message("阈值不全", "incomplete rule")))
    assert zh(broken) == "k: 无法计分 #NUM!（阈值不全）"


def test_ratings_and_scores_by_hand() -> None:
    rated = Kpi("态度", rating({"优": 95, "良": 85}), label="良", weight=0.1, cell="F9")
    assert zh(rated) == "态度: 评级“良” (F9) = 85.0; 权重 10% → 8.5"
    assert en(rated) == '态度: rating "良" (F9) = 85.0; weight 10% → 8.5'
    by_hand = Kpi("报表", None, typed=read(88.5), cell="L9")
    assert zh(by_hand) == "报表: 规则缺失，手工评分 (L9) = 88.5"
    assert en(by_hand) == "报表: no rule, scored by hand (L9) = 88.5"


def test_redistribution_is_said() -> None:
    rows = (TIMELY, replace(TIMELY, name="b", weight=0.65), replace(TIMELY, name="c", weight=0.2, target=read("")))
    result = score_card(Scorecard(rows, bands=Bands()))
    sentences = [explain_item(item, Bands()) for item in result.items]
    assert sentences[0].zh.endswith("= 65.0; 权重 15%，分摊后 18.75% → 12.19")
    assert sentences[0].en.endswith("= 65.0; weight 15%, 18.75% after redistribution → 12.19")


def test_the_weight_of_a_section_is_in_the_weight() -> None:
    rows = (replace(TIMELY, weight=1.0, section="业绩"), replace(TIMELY, weight=1.0, section="行为"))
    result = score_card(Scorecard(rows, (Section("业绩", 0.6), Section("行为", 0.4))))
    assert explain_item(result.items[0]).zh.endswith("权重 60% → 39")


def test_no_weight_no_words_about_it() -> None:
    assert "权重" not in zh(replace(TIMELY, weight=None))


@pytest.mark.parametrize(
    ("score", "text"),
    [(65, "65.0"), (57.857142857143, "57.86"), (84.5, "84.5"), (0, "0.0"), (2.675, "2.68"), (100, "100.0")],
)
def test_scores_with_one_or_two_decimals(score: float, text: str) -> None:
    assert show_score(score) == text
