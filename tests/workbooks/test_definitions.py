"""The bundled definitions say what their sources say. The tables below were copied from the sources by hand."""

from __future__ import annotations

import re
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest

from scorecard.definitions import FULFILMENT, Definition, KpiDefinition, YearRules, parse_definition
from scorecard.errors import UsageError
from scorecard.scoring.curve import Rating
from scorecard.scoring.ladder import Ladder
from scorecard.scoring.model import DEFAULT_GRADES, Grade, Settings
from scorecard.scoring.policies import Policy
from scorecard.scoring.values import read
from workbooks.build import load, templates

# name: targets of 月度, 季度, 半年, 年度 as printed, and the weight
SEED_001 = {
    "服务费用率": ("0．92%", "0．92%", "0．92%", "0．92%", "20%"),
    "保修期服务平均次数": ("3次/台", "3次/台", "3次/台", "3次/台", "15%"),
    "报修处理及时率": ("95%", "95%", "95%", "95%", "15%"),
    "调试及时率": ("", "98%", "98%", "98%", "5%"),
    "零配件销售及时率": ("95%", "95%", "95%", "95%", "8%"),
    "发货差错率": ("100%", "100%", "100%", "100%", "8%"),
    "安装、调试、维修满意率": ("99%", "99%", "99%", "99%", "10%"),
    "客户拜访完成率": ("", "80%", "80%", "80%", "6%"),
    "客户投诉量": ("0", "0", "1", "2", "6%"),
    "投诉处理满意率": ("100%", "100%", "100%", "100%", "5%"),
    "报表上交及时准确率": ("100%", "100%", "100%", "100%", "2%"),
}
PERIODS = ("月度", "季度", "半年", "年度")

# (number, weight in percent, words of the evaluator that the source names) for every row, empty ones included
SEED_004 = {
    "004-1": [("1", 50, ""), ("2", 20, "人事行政部"), ("3", 10, ""), ("4", 10, "人事行政部"), ("5", 10, "总经理")],
    "004-2": [
        ("1", 40, ""),
        ("2", 20, "部门经理"),
        ("3", 10, "人事行政部"),
        ("4", 10, ""),
        ("5", 10, ""),
        ("6", 10, ""),
    ],
    "004-3": [("1", 50, ""), ("2", 20, ""), ("2", 10, ""), ("3", 10, ""), ("4", 10, "")],
    "004-4": [("1", 40, ""), ("2", 30, ""), ("3", 15, "部门经理"), ("4", 15, "人事行政部")],
    "004-5": [("1", 40, "主管"), ("2", 20, "主管"), ("3", 10, "主管"), ("4", 20, "主管"), ("5", 10, "经理")],
    "004-6": [("1", 40, "技术"), ("2", 15, "技术"), ("3", 25, "受理"), ("4", 10, "技术"), ("5", 10, "经理")],
    "004-7": [("1", 50, ""), ("2", 20, ""), ("3", 20, ""), ("4", 10, "")],
    "004-8": [("1", 40, "技术助理"), ("2", 20, "技术"), ("3", 20, "技术"), ("4", 20, "技术助理"), ("5", None, "")],
}

# A row as the source words it, and the words it must be listed under.
SPUN = {
    "流程原则化改善限度": ("004-1", "流程标准化改善程度"),
    "服务分析报表旳精确性、及时性、全面性": ("004-1", "服务分析报表的准确性、及时性、全面性"),
    "投诉解决总体客户满意度": ("004-2", "投诉处理总体客户满意度"),
    "解决客户业务变更旳及时性、精确性": ("004-3", "处理客户业务变更的及时性、准确性"),
    "解决客户新成管理旳及时性、精确性": ("004-4", "处理新成户管理的及时性、准确性"),
    "库房设备帐务精确率": ("004-5", "库房设备账务准确率"),
    "工程师支持事务旳协助解决合格率": ("004-6", "工程师支持事务的协助处理合格率"),
    "服务原则化旳执行": ("004-7", "服务标准化的执行"),
    "安装实行、维护合格率": ("004-8", "安装实施、维护合格率"),
}

IDS = [t.id for t in templates()]
LISTS = sorted(SEED_004)

# Of each position the goals with their targets as numbers (None where the source has words), pair by pair in the order
# of the source; and how many slots of 核心能力, 参考能力 and 态度 are filled in.
GOALS = {
    "004-1": ["85%", "85%", "85%", "90%", None, None, "95%", None, "3"],
    "004-2": ["95%", "100%", "85%", None, None, None, None, "90%", None, "1"],
    "004-3": ["95%", "95%", "100%", "100%", None, "100%", None, None, None, None],
    "004-4": ["95%", "95%", "100%", "100%", "100%", None, None, None, None],
    "004-5": [None, None, "100%", "100%", "100%", "100%", None, None],
    "004-6": ["100%", "100%", None, "100%", "100%", None, None],
    "004-7": [None, None, "90%", None, "95%", "95%", "100%", None, None, "90%", None, "2"],
    "004-8": ["90%", "95%", "99%", "100%", "100%", "100%", "99%", "100%", "100%", None, None],
}
ABILITIES = {
    "004-1": (4, 8, 9), "004-2": (5, 3, 5), "004-3": (5, 4, 6), "004-4": (5, 4, 6),
    "004-5": (5, 3, 6), "004-6": (5, 4, 6), "004-7": (5, 3, 5), "004-8": (5, 3, 6),
}  # fmt: skip
# The groups of 考核指标 as printed, each run together with the next in the source; the compound one is two items.
SEED_003 = {
    "003-1": {
        "业绩": "中标额 合同金额 销售收入 利润率 合同收款额 应收账款坏账率 应收账款延误天数 客户满意度 重要任务完成情况",
        "管理": "费用控制情况 下属行为管理 关键人员流失率 制度建设完善性",
        "周边": "部门合作满意度",
        "能力": "领导能力 判断与决策能力 人际能力 沟通能力 影响力 计划与执行能力 专业知识及技能",
    },
    "003-2": {
        "业绩": "中标额 合同金额 销售收入 利润率 合同收款额 重要任务完成情况",
        "态度": "考勤 服从安排 遵守制度",
        "能力": "判断与决策能力 人际能力 沟通能力 计划与执行能力 谈判能力 专业知识及技能",
    },
    "003-3": {
        "业绩": "资料整理规范性 投诉处理时效 客户满意度 客户索赔金额下降程度 重要任务完成情况",
        "态度": "考勤 服从安排 遵守制度",
        "能力": "判断与决策能力 人际能力 沟通能力 计划与执行能力 客户服务能力 专业知识及技能",
    },
}


def weight(value: float | str | None) -> Fraction:
    number = read(value).number
    return Fraction(str(number)) if number is not None else Fraction(0)


@pytest.mark.parametrize("id_", IDS)
def test_a_file_is_named_as_its_id_and_its_weights_make_a_whole(id_: str) -> None:
    definition = load(id_)
    assert definition.id == id_ == definition.source.removesuffix(".toml")
    assert definition.title and definition.position
    assert definition.department in ("客户服务部", "售后服务部", "客服部")
    if definition.sections:
        # Shared equally within a section: only sections have weights, and every item is in one.
        assert {k.section for k in definition.kpis if not k.veto} == set(dict(definition.sections))
        assert sum(weight(share) for _, share in definition.sections) == 1
        assert not any(kpi.weight for kpi in definition.kpis)
    elif all(kpi.rank for kpi in definition.kpis):
        assert sorted(kpi.rank or 0 for kpi in definition.kpis) == list(range(1, len(definition.kpis) + 1))
    else:
        assert sum(weight(kpi.weight) for kpi in definition.kpis) == 1


def test_seed_001_is_carried_over() -> None:
    definition = load("001")
    assert definition.form == "bands"
    assert definition.periods == PERIODS
    facts = {k.name: (*((k.targets or {})[p] for p in PERIODS), k.weight) for k in definition.kpis}
    assert facts == SEED_001
    assert list(facts) == list(SEED_001)


def test_what_is_lower_is_better_and_what_is_a_level_is_stated() -> None:
    kpis = load("001").kpis
    assert {k.name for k in kpis if k.direction == "lower"} == {"服务费用率", "保修期服务平均次数", "客户投诉量"}
    assert {k.name for k in kpis if k.direction == "higher"} == {k.name for k in kpis} - {
        "服务费用率",
        "保修期服务平均次数",
        "客户投诉量",
    }
    kinds = {k.name: k.kind for k in kpis if k.kind != "rate"}
    assert kinds == {"保修期服务平均次数": "amount", "客户投诉量": "count"}


def test_the_error_rate_of_100_percent_is_kept_and_called_suspicious() -> None:
    kpi = load("001").kpi("发货差错率")
    assert kpi is not None
    assert (kpi.targets or {})["季度"] == "100%"
    assert "可疑" in kpi.assumption and "准确率 100%" in kpi.assumption and "差错率 0%" in kpi.assumption
    assert load("001").kpi("发货准确率") == kpi


def test_the_form_can_be_filled_the_best_way_to_the_totals_that_scoring_promises() -> None:
    """`docs/scoring.md` states the best attainable totals of this very table."""
    definition = load("001")
    assert definition.policy is not None
    best = {}
    for period in PERIODS:
        got = used = Fraction(0)
        for kpi in definition.kpis:
            target = read((kpi.targets or {})[period]).number
            if target is None:
                continue
            curve = definition.policy.curve(kpi.kind, kpi.direction, target)
            got += weight(kpi.weight) * Fraction(max(curve.scores))
            used += weight(kpi.weight)
        best[period] = round(float(got / used), 1)
    assert best == {"月度": 92.9, "季度": 93.7, "半年": 95.5, "年度": 95.5}


def test_the_grades_are_the_default_ones_and_every_definition_says_so() -> None:
    for id_ in IDS:
        definition = load(id_)
        assert definition.settings.grades == DEFAULT_GRADES
        assert any("默认等级表" in text for text in definition.assumptions)


@pytest.mark.parametrize("id_", LISTS)
def test_seed_004_is_carried_over(id_: str) -> None:
    definition = load(id_)
    assert definition.form == "list"
    rows = [(k.number, int(weight(k.weight) * 100) if k.weight is not None else None) for k in definition.kpis]
    assert rows == [(number, percent) for number, percent, _ in SEED_004[id_]]
    for kpi, (_, _, who) in zip(definition.kpis, SEED_004[id_], strict=True):
        assert who in kpi.evaluator
        assert bool(kpi.evaluator) == bool(who)


@pytest.mark.parametrize("id_", LISTS)
def test_without_a_scoring_standard_there_is_no_rule_and_no_number(id_: str) -> None:
    definition = load(id_)
    assert any("规则缺失" in text for text in definition.assumptions)
    for kpi in definition.kpis:
        assert kpi.rule is None
        assert kpi.manual
        assert not kpi.standard and not kpi.targets
        assert kpi.actual is None


@pytest.mark.parametrize("id_", LISTS)
def test_goals_and_abilities_of_seed_004_are_carried_over(id_: str) -> None:
    definition = load(id_)
    targets = [(goal.targets or {}).get("") for goal in definition.goals]
    assert targets == GOALS[id_]
    for goal, target in zip(definition.goals, targets, strict=True):
        # What the policy makes of it scores 100 exactly where the goal is met.
        number = read(target).number if target is not None else None
        if number is None:
            assert goal.rule == Rating(FULFILMENT)
        else:
            assert isinstance(goal.rule, Ladder)
            assert (goal.rule.curve().score(number), goal.rule.curve().score(number * 0.999) < 100) == (100, True)
    counts = tuple(sum(a.section == s for a in definition.abilities) for s in ("核心能力", "参考能力", "态度"))
    assert counts == ABILITIES[id_]
    assert dict(definition.ability_sections) == {"核心能力": "40%", "参考能力": "20%", "态度": "40%"}


@pytest.mark.parametrize("id_", sorted(SEED_003))
def test_seed_003_is_carried_over(id_: str) -> None:
    definition = load(id_)
    groups = {s: " ".join(k.name for k in definition.kpis if k.section == s) for s, _ in definition.sections}
    assert groups == SEED_003[id_]
    assert [k.name for k in definition.kpis if k.veto] == (["一票否决：客户信息泄密"] if id_ != "003-2" else [])
    lower = {"应收账款坏账率", "应收账款延误天数", "关键人员流失率", "投诉处理时效"}
    measured = {k.name for k in definition.kpis if k.direction == "lower"}
    assert measured == lower & {k.name for k in definition.kpis}


def test_seed_000_has_its_six_indicators_in_the_order_of_importance() -> None:
    names = ["客户满意度", "响应及时率", "员工满意度", "客户回访比例", "备件回款率", "问题及时解决率"]
    kpis = load("000").kpis
    assert [(k.rank, k.name) for k in kpis] == list(enumerate(names, start=1))
    assert {k.name for k in kpis if any((k.targets or {}).values())} == {"响应及时率"}


def test_seed_002_is_assessed_by_the_completion_of_its_eight_tasks() -> None:
    definition = load("002")
    assert [k.number for k in definition.kpis] == list("12345678")
    assert all(isinstance(k.rule, Rating) and not k.targets for k in definition.kpis)
    assert {k.weight for k in definition.kpis} == {"12.5%"}


@pytest.mark.parametrize(("printed", "place"), SPUN.items())
def test_the_wording_is_put_right_and_the_printed_one_still_found(printed: str, place: tuple[str, str]) -> None:
    id_, name = place
    found = load(id_).kpi(printed)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("id_", LISTS)
def test_no_spun_word_is_left_in_what_the_form_shows(id_: str) -> None:
    definition = load(id_)
    shown = "".join(k.name + k.method + k.evaluator for k in definition.kpis)
    for word in ("旳", "精确", "原则化", "解决", "限度", "征询", "其她", "有关", "实行", "承认", "帐务"):
        assert word not in shown
    shown = "".join(k.name + k.standard for k in (*definition.goals, *definition.abilities))
    for word in (
        "旳",
        "精确",
        "原则化",
        "限度",
        "征询",
        "其她",
        "与否",
        "筹划",
        "盼望",
        "对旳",
        "承当",
        "积极性",
        "合伙",
    ):
        assert word not in shown


def test_the_numbers_of_two_rows_may_be_equal() -> None:
    rows = [(k.number, k.name) for k in load("004-3").kpis]
    assert [number for number, _ in rows].count("2") == 2
    assert len({name for _, name in rows}) == len(rows)


# --- the page that describes the schema ------------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "definitions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_page_is_a_file_that_loads(text: str) -> None:
    definition = parse_definition(text)
    assert definition.kpis or definition.indicators or definition.settings.grades != DEFAULT_GRADES


def test_the_page_lists_every_key() -> None:
    keys = {
        field.name for cls in (Definition, KpiDefinition, YearRules, Settings, Policy, Grade) for field in fields(cls)
    }
    # `source` is the file itself, `manual` a value of rule, and kpis and grades are written in the singular way of TOML.
    for name in keys - {"source", "manual", "kpis", "goals"}:
        assert re.search(rf"`(\[+)?{name}(\]+)?`", PAGE) or re.search(rf"^{name} = ", PAGE, re.MULTILINE), name
    for rule in ("steps", "proportional", "deduct", "in_range", "pass_fail", "goal_red_flag", "rating"):
        assert f'`{{ type = "{rule}" }}`' in PAGE


def test_the_mistake_the_page_quotes_is_answered_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORECARD_LANG", "en")
    text = '[[kpi]]\nname = "满意率"\n[[kpi]]\nname = "及时率"\nweigth = 20\n'
    with pytest.raises(UsageError) as problem:
        parse_definition(text, "my.toml")
    assert str(problem.value) in " ".join(PAGE.split())


KPI = '[[kpi]]\nname = "及时率"\n'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (KPI + KPI, "及时率"),
        (KPI + 'aliases = ["准时率"]\n[[kpi]]\nname = "准时率"\n', "准时率"),
        (KPI + 'weight = "很多"\n', "很多"),
        (KPI + "aliases = [1]\n", "aliases"),
        (KPI + "targets = [[1]]\n", "targets"),
        (KPI + 'targets = { "月度" = [1] }\n', "targets"),
        (KPI + 'direction = "sideways"\n', "sideways"),
        (KPI + "rule = { higher = true }\n", "type"),
        (KPI + 'rule = { type = "steps", at = [[1]] }\n', "at"),
        (KPI + 'rule = { type = "rating", table = {} }\n', "rating"),
        (KPI + "[settings]\ndigits = 7\n", "digits 7"),
        (KPI + "[settings]\nfloor = 100\ncap = 90\n", "floor"),
        (KPI + "[ratings]\n", "rating"),
        (KPI + '[sections]\n"业绩" = "大半"\n', "大半"),
        (KPI + '[sections]\n"业绩" = true\n', "业绩"),
        (KPI + '[abilities]\n"能力" = "沟通"\n', "list"),
        (KPI + '[abilities]\n"能力" = [[]]\n', "name"),
        (KPI + '[[goal]]\nname = "签约"\ntarget = 10\n', "direction"),
    ],
)  # fmt: skip
def test_a_rules_file_that_contradicts_itself_is_refused(
    text: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORECARD_LANG", "en")
    with pytest.raises(UsageError) as problem:
        parse_definition(text, "my.toml")
    assert word in str(problem.value) and str(problem.value).startswith("my.toml")
    assert problem.value.text("zh") != problem.value.text("en")
