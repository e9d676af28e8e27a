"""Formulas of definition cards, as seed 000 and others write them, and names that are nearly the same."""

from __future__ import annotations

import pytest

from scorecard.errors import RuleError
from scorecard.scoring.indicators import (
    Indicator,
    is_other_measure,
    is_reordered,
    measure_of,
    parse_formula,
    reordered_in,
)


@pytest.mark.parametrize(
    ("text", "how", "plain"),
    [
        ("及时响应的服务需求数/客户提出的服务需求的总数;", "ratio", "及时响应的服务需求数/客户提出的服务需求的总数"),
        ("在规定的时间内及时解决的问题数/反馈的总问题数", "ratio", "在规定的时间内及时解决的问题数/反馈的总问题数"),
        ("公司备件销售额的综合", "sum", "公司备件销售额"),
        ("公司备件销售额的总和", "sum", "公司备件销售额"),
        ("满意度评分的平均值", "mean", "满意度评分"),
        ("及时响应数÷总数×100%；", "ratio", "及时响应数/总数"),
        ("响应及时率＝（及时响应数／总数）*100%", "ratio", "及时响应数/总数"),
        ("1-差错数/总数", "ratio", "(总数-差错数)/总数"),
        ("100%－（差错数／总数）", "ratio", "(总数-差错数)/总数"),
        ("（上期维修数-本期维修数）/上期维修数", "ratio", "(上期维修数-本期维修数)/上期维修数"),
        ("完成数/（完成数+未完成数）", "ratio", "完成数/(完成数+未完成数)"),
        ("甲类件数＋乙类件数", "sum", "甲类件数+乙类件数"),
        ("7*24小时内响应数/总数", "ratio", "7*24小时内响应数/总数"),
        ("T-1日完成数/总数", "ratio", "T-1日完成数/总数"),
        ("按实际发生次数统计", "value", "按实际发生次数统计"),
    ],
)
def test_formula(text: str, how: str, plain: str) -> None:
    formula = parse_formula(text, "响应及时率")
    assert (formula.how, str(formula)) == (how, plain)


def test_correction_is_told() -> None:
    assert parse_formula("公司备件销售额的综合").corrections == (("综合", "总和"),)
    assert parse_formula("综合得分").corrections == ()


@pytest.mark.parametrize("text", ["", " ; ", "a/b/c", "(a/b", "/b", "a/", "a/(b/c)", "完成数+部分完成数/总数", "a+/b"])
def test_unreadable(text: str) -> None:
    with pytest.raises(RuleError):
        parse_formula(text)


def test_measures() -> None:
    assert measure_of("备件回款率*") == ("rate", "备件回款") and measure_of("备件回款额") == ("amount", "备件回款")
    assert measure_of("客户回访比例") == ("rate", "客户回访") and measure_of("客户满意度") == ("", "客户满意度")
    assert is_other_measure("备件回款率*", "备件回款额") and not is_other_measure("备件回款率", "备件销售额")
    assert not is_other_measure("备件回款率", "备件回款比例")


def test_reordered_names() -> None:
    assert is_reordered("及时响应率", "响应及时率") and not is_reordered("响应及时率", "响应及时率")
    assert reordered_in("响应及时率", "一般情况下客户的及时响应率要达到100%") == "及时响应率"
    assert reordered_in("响应及时率", "客户的响应及时率") == ""


def test_named_with_marks_width_and_aliases() -> None:
    card = Indicator("客户回访比例", aliases=("回访率",), operands={"公司回访的客户数": ("回访户数",)})
    assert all(map(card.is_named, ("客户回访比例*", "客户 回访比例", "回访率", "客户回访比例＊")))
    assert not card.is_named("") and not card.is_named("客户回访率")
    assert card.headers_of("公司回访的客户数") == ("公司回访的客户数", "回访户数") and card.headers_of("x") == ("x",)
