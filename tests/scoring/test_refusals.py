"""Every refusal of the scoring core: its code and its sentence in both languages, as people read them.

The sentences are part of the interface: they stand in reports that people act on. Beside them the nearest case that is not
refused, so that a bound that moves is noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scorecard.errors import RuleError
from scorecard.scoring.attainment import attainment, direction_of, divide
from scorecard.scoring.curve import (
    Curve,
    Rating,
    deduct,
    from_table,
    goal_red_flag,
    in_range,
    pass_fail,
    proportional,
)
from scorecard.scoring.ladder import Case, Ladder, fixed, relative
from scorecard.scoring.model import Adjustment, Bands, Grade, GradeTable, Kpi, Scorecard, Section, Settings
from scorecard.scoring.periods import Period, parse_period, roll_up, rollup_name
from scorecard.scoring.policies import Policy
from scorecard.scoring.ranking import calibrate, forced_distribution, heads, rank, rank_method
from scorecard.scoring.score import adjustment_points, finish_total, score_card, veto_factor
from scorecard.scoring.values import CellError, State, read
from scorecard.scoring.weights import check_weights, points_as_weights, read_weights

NUM, NA, VALUE, DIV0 = "#NUM!", "#N/A", "#VALUE!", "#DIV/0!"
FIVE = [90.0, 80.0, 70.0, 60.0, 50.0]


def ladder(when: str) -> Ladder:
    return Ladder((Case(((0.5, 0.0), (1.0, 0.0)), (0.0, 60.0), when),))


REFUSALS: list[tuple[Callable[[], Any], str, str, str]] = [
    (lambda: direction_of("sideways"), NUM, "未知方向“sideways”", 'unknown direction "sideways"'),
    (lambda: attainment(1, 2, "higher", 2), NUM, "目标等于基准值", "target equals baseline"),
    (lambda: attainment(1, 2, "lower"), NUM, "“越低越好”有两种算法，请写明“反比”（目标÷实际）或“镜像”（2−实际÷目标）",
     '"lower" is ambiguous: say inverse (t/a) or mirror (2 - a/t)'),
    (lambda: attainment(1, -2), NUM, "目标为负，需要基准值", "negative target: a baseline is needed"),
    (lambda: attainment(1, 0), DIV0, "目标为零，不能求比率", "zero target: there is no ratio"),
    (lambda: attainment(-1, 2, "inverse"), NUM, "实际为负，不能用反比", "negative actual: inverse attainment is meaningless"),
    (lambda: divide(1, 0), DIV0, "分母为零", "division by zero"),
    (lambda: Curve((1.0, 2.0), (0.0,)), NUM, "阈值 2 个，分数 1 个，个数应相同", "2 thresholds but 1 scores; must be as many"),
    (lambda: Curve((), ()), NUM, "没有阈值", "no thresholds"),
    (lambda: Curve((1.0,), (0.0,), "smooth"), NUM, "未知方式“smooth”", 'unknown mode "smooth"; must be linear or step'),
    (lambda: Curve((1.0, 3.0, 2.0), (0.0, 1.0, 2.0)), NUM, "阈值顺序不对：应从最差一端到最好一端依次增大（或依次减小）",
     "thresholds out of order: from the worst end to the best they must rise, or fall, throughout"),
    (lambda: Curve((1.0, 2.0, 2.0, 2.0), (0.0, 1.0, 2.0, 3.0)), NUM, "同一阈值出现三次以上",
     "one threshold stands more than twice"),
    (lambda: from_table([1.0, None], [0.0, 1.0]), NUM, "阈值不全：阈值和分数应成对填写",
     "incomplete rule: a threshold and its score go together"),
    (lambda: from_table([1.0], [0.0]), NUM, "阈值不全：至少需要两个阈值",
     "incomplete rule: at least two thresholds are needed"),
    (lambda: proportional(100, direction="lower"), NUM, "未知方向“lower”", 'direction "lower": must be higher or mirror'),
    (lambda: proportional(0), NUM, "目标为零或负数，需要基准值", "target is zero or negative: a baseline is needed"),
    (lambda: proportional(5, baseline=5), NUM, "目标等于基准值", "target equals baseline"),
    (lambda: proportional(5, floor=1.0, cap=1.0), NUM, "起评线应低于封顶线",
     "the floor must be below the cap, and the cap above 0"),
    (lambda: proportional(5, cap=0.0), NUM, "起评线应低于封顶线", "the floor must be below the cap, and the cap above 0"),
    (lambda: proportional(5, floor=-0.1), NUM, "起评线应低于封顶线", "the floor must be below the cap, and the cap above 0"),
    (lambda: deduct(100, 0), NUM, "扣分制：每次扣分应大于零，最低分应小于起始分",
     "deduction: points per case must be > 0 and the floor below the start"),
    (lambda: deduct(60, 5, 60), NUM, "扣分制：每次扣分应大于零，最低分应小于起始分",
     "deduction: points per case must be > 0 and the floor below the start"),
    (lambda: in_range(20, 10), NUM, "区间上限低于下限", "range: high is below low, or a shoulder is negative"),
    (lambda: in_range(10, 20, -1, 0), NUM, "区间上限低于下限", "range: high is below low, or a shoulder is negative"),
    (lambda: in_range(10, 20, 0, -1), NUM, "区间上限低于下限", "range: high is below low, or a shoulder is negative"),
    (lambda: in_range(10, 10, 1, 0), NUM, "区间只有一点时需要两侧过渡", "a range of one point needs a shoulder on both sides"),
    (lambda: in_range(10, 10, 0, 1), NUM, "区间只有一点时需要两侧过渡", "a range of one point needs a shoulder on both sides"),
    (lambda: goal_red_flag(5, 5), NUM, "目标等于红线", "goal equals red flag"),
    (lambda: Rating((("A", 1.0), ("ａ", 2.0))), NUM, "评级“a”在表中出现两次", 'rating "a" stands twice in the table'),
    (lambda: Rating(()).score(101), VALUE, "“101”不是 0 到 100 的分数", '"101" is not a mark from 0 to 100'),
    (lambda: Rating((("优", 95.0), ("良", 85.0))).score("妙"), NA, "评级表中没有“妙”（有：优、良）",
     'no rating "妙" (known: 优、良)'),
    (lambda: Case(((1.0, 0.0),), (0.0,), ">9"), NUM, "未知条件“>9”", 'unknown condition ">9"'),
    (lambda: Case(((1.0, 0.0),), ()), NUM, "阈值与分数个数不同", "thresholds and scores differ in number"),
    (lambda: ladder("").curve(), NUM, "规则需要目标值", "the rule needs a target"),
    (lambda: ladder(">0").curve(-2.5), NUM, "目标 -2.5 没有对应的阈值",
     "target -2.5 is zero or negative: the rule has no thresholds for it"),
    (lambda: GradeTable(()), NA, "等级表是空的", "the grade table is empty"),
    (lambda: GradeTable((Grade(60, "a"), Grade(60, "b"))), NUM, "等级表有两行下限相同",
     "two rows of the grade table have the same lower bound"),
    (lambda: Bands(("a",), (0, 1, 2)), NUM, "档次和分数段个数不符", "bands: one more edge than labels is needed"),
    (lambda: Bands(("a",), (1, 0)), NUM, "档次的分数段顺序不对", "bands: edges must rise from the worst band to the best"),
    (lambda: Settings(missing="guess"), NUM, "未知空白规则“guess”",
     "missing \"guess\": one of ('incomplete', 'zero', 'exclude')"),
    (lambda: rollup_name("median"), NUM, "未知汇总方式“median”", 'unknown roll-up "median"'),
    (lambda: roll_up([1], how="median"), NUM, "未知汇总方式“median”", 'unknown roll-up "median"'),
    (lambda: roll_up([]), NA, "没有可汇总的数", "nothing to roll up"),
    (lambda: roll_up([1], [1, 2]), NUM, "数值与权重个数不同", "values and weights differ in number"),
    (lambda: roll_up([1, 2], [1, -1]), NUM, "权重为负", "a weight is negative"),
    (lambda: roll_up([1], how="pooled"), NUM, "汇总比率需要分母", "pooled: the denominators are needed"),
    (lambda: Policy("bold"), NUM, "未知政策“bold”（有：standard）", 'unknown policy "bold"; known: standard'),
    (lambda: Policy(cap_score="some"), NUM, "封顶得分“some”无效，应为 literal 或 full_at_cap",
     'cap_score "some": must be literal or full_at_cap'),
    (lambda: Policy(anchor=65), NUM, "锚点 65 无效，应为 60、70、100 之一", "anchor 65: must be one of 60, 70, 100"),
    (lambda: Policy().ladder("rate", "higher", (0, 60, 100)), NUM, "政策 standard 只适用于四档",
     "policy standard is for four bands"),
    (lambda: Policy().ladder("mood", "higher"), NUM, "kind 的值“mood”无效", "kind \"mood\": one of ('rate', 'amount', 'count')"),
    (lambda: Policy().ladder("rate", "up"), NUM, "direction 的值“up”无效", "direction \"up\": one of ('higher', 'lower')"),
    (lambda: rank_method("by age"), NUM, "未知排名方式“by age”", 'unknown ranking "by age"'),
    (lambda: rank(1, [2]), NA, "该分数不在名单中", "the score is not among the scores"),
    (lambda: heads([0.5, 0.4], 10), NUM, "强制分布比例之和应为 100%", "quotas must be >= 0 and sum to 100%"),
    (lambda: heads([1.2, -0.2], 10), NUM, "强制分布比例之和应为 100%", "quotas must be >= 0 and sum to 100%"),
    (lambda: forced_distribution(FIVE, ["A"], [0.5, 0.5]), NUM, "等级与比例个数不同", "grades and quotas differ in number"),
    (lambda: forced_distribution(FIVE[:4], ["A"], [1]), NUM, "不足 5 人，不做强制分布",
     "fewer than 5 scores: no forced distribution"),
    (lambda: calibrate([FIVE], "curve"), NUM, "未知校准方式“curve”", 'unknown calibration "curve": z or ratio'),
    (lambda: adjustment_points([Adjustment("加分", read(CellError(NA)))]), NA, "加减分是错误值 #N/A",
     "the adjustment is the error #N/A"),
    (lambda: veto_factor([CellError(NA)]), NA, "否决格是错误值 #N/A", "the veto is the error #N/A"),
    (lambda: veto_factor(["大概"]), VALUE, "否决“大概”无效", 'veto "大概" is not a number, yes or no'),
    (lambda: veto_factor([1.5]), NUM, "否决 1.5 应在 0 与 1 之间", "veto 1.5: must be from 0 to 1"),
    (lambda: finish_total(80, 0, 1, 50, 40), NUM, "总分下限高于上限", "floor is above cap"),
    (lambda: read_weights([CellError(DIV0)]), DIV0, "权重格是错误值 #DIV/0!", "a weight is the error #DIV/0!"),
    (lambda: read_weights([-0.2, 1.2]), NUM, "权重 -0.2 为负", "weight -0.2, must be >= 0"),
    (lambda: read_weights([0.5, 20, 30]), NUM, "权重单位混用（有的是小数，有的是百分数）",
     "weights mix fractions and percent numbers"),
    (lambda: check_weights([1], "loose"), NUM, "未知权重政策“loose”",
     "unknown weights policy \"loose\": one of ('strict', 'normalise', 'as_is')"),
    (lambda: check_weights([1.5, -0.5]), NUM, "权重为负", "a weight is negative, must be >= 0"),
    (lambda: check_weights([0.5, 0.45]), NUM, "权重合计 95%，应为 100%", "weights sum to 95%, must be 100%"),
    (lambda: check_weights([0.0], "normalise"), NUM, "权重合计为零", "weights sum to zero"),
    (lambda: points_as_weights([10, 0]), NUM, "满分应大于零", "maximum points must be > 0"),
    (lambda: points_as_weights([]), NUM, "满分应大于零", "maximum points must be > 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "code", "zh", "en"), REFUSALS, ids=[f"{i}-{en[:30]}" for i, (_, _, _, en) in enumerate(REFUSALS)]
)
def test_refuses_with_its_sentence(call: Callable[[], Any], code: str, zh: str, en: str) -> None:
    with pytest.raises(RuleError) as caught:
        call()
    assert (caught.value.code, caught.value.message.zh, caught.value.message.en) == (code, zh, en)


def test_an_adjustment_names_its_cell() -> None:
    with pytest.raises(RuleError) as caught:
        adjustment_points([Adjustment("加分", read("很多"), cell="G9")])
    assert (caught.value.where, caught.value.code) == ("G9", VALUE)


@pytest.mark.parametrize(
    ("text", "code", "zh", "en"),
    [
        ("三次吧", VALUE, "“三次吧”读不成数字", '"三次吧" cannot be read as a number'),
        (float("inf"), NUM, "inf 太大，或不是数", "inf is too large, or not a number"),
    ],
)
def test_a_reading_that_fails_says_why_and_keeps_the_text(text: object, code: str, zh: str, en: str) -> None:
    reading = read(text)
    assert reading.state is State.ERROR and reading.error is not None and reading.error.reason is not None
    assert (reading.error.code, reading.error.reason.zh, reading.error.reason.en) == (code, zh, en)
    assert reading.text == str(text)


def test_a_score_by_hand_out_of_range_says_so() -> None:
    [item] = score_card(Scorecard((Kpi("纪律", None, weight=1.0, typed=read(120)),))).items
    assert item.error is not None and item.error.reason is not None
    assert (item.error.code, item.error.reason.zh) == (VALUE, "得分 120 应在 0 与 100 之间")
    assert item.error.reason.en == "score 120: must be from 0 to 100"


def test_a_percentage_is_no_score_and_the_sentence_says_what_to_enter() -> None:
    [item] = score_card(Scorecard((Kpi("纪律", None, weight=1.0, typed=read(0.85, number_format="0%")),))).items
    assert item.error is not None and item.error.reason is not None
    assert item.error.reason.zh == "得分 85% 是百分数，请填 0 到 100 的数"


def test_an_item_of_an_unknown_section_says_so() -> None:
    card = Scorecard((Kpi("a", pass_fail(1), read(1), 1.0, section="业绩"),), sections=(Section("行为", 1.0),))
    result = score_card(card)
    assert result.error is not None and result.error.reason is not None
    assert (result.error.reason.zh, result.error.reason.en) == ("分组“业绩”没有权重", 'section "业绩" has no weight')


# --- the nearest cases that are fine ---------------------------------------------------------------------------------


def test_bounds_that_are_just_allowed() -> None:
    assert proportional(0, baseline=5).score(0) == 100
    assert proportional(5, floor=0.0).score(-1) == 0
    assert in_range(10, 10, 1, 2).score(10) == 100
    assert in_range(10, 20, 0, 5).score(10) == 100 and in_range(10, 20, 5, 0).score(20) == 100
    assert finish_total(80, 0, 1, 50, 50) == 50
    assert heads([1.0000009], 5) == [5]
    assert check_weights([0.5, 0.5000009]) == [0.5, 0.5000009]
    assert len(forced_distribution(FIVE, ["A"], [1]).grades) == 5
    assert read(1e300).number == 1e300


def test_a_ladder_keeps_the_mode_and_direction_of_its_curve() -> None:
    falling = Curve((3.0, 1.0), (0.0, 100.0), "step")
    for made in (fixed(falling), relative(falling)):
        assert (made.mode, made.higher) == ("step", False)
    assert fixed(falling).curve().score(1) == 100 and fixed(falling).curve().score(2) == 0
    assert relative(falling).curve(10.0).thresholds == (13.0, 11.0)


def test_ties_take_the_grade_of_the_first_of_their_equals() -> None:
    spread = forced_distribution([90, 80, 80, 80, 70, 60], ["A", "B", "C"], [1 / 3, 1 / 3, 1 / 3])
    assert spread.grades == ("A", "A", "A", "A", "C", "C")
    assert (spread.quota, spread.actual, spread.deviation) == ((2, 2, 2), (4, 0, 2), (2, -2, 0))


def test_periods_that_differ_in_one_thing() -> None:
    assert parse_period("2026年7-12月") == Period("half", 2026, 2)
    assert parse_period("2026年1-12月") == Period("year", 2026)
    assert parse_period("2-4月") is None
    assert rollup_name("") == "mean" and rollup_name(None) == "mean" and rank_method(" ") == "competition"
