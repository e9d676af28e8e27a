"""Tables in words that no list has: what stands in them says what they are, and what it cannot say is told of."""

from __future__ import annotations

import pytest

from scorecard.workbook.embed import CONFIDENT
from scorecard.workbook.located import Table
from scorecard.workbook.recognise import recognise
from scorecard.workbook.score_ranges import score_range

from . import forms
from .test_recognise import roles, typed


def only(form: str) -> Table:
    found = recognise(forms.grid(typed(form)))
    assert len(found) == 1, [table.title for table in found]
    return found[0]


def doubted_cells(table: Table) -> set[str]:
    return {f.cell for f in table.findings if f.code in ("reading-unclear", "column-unknown", "label-unknown", "weight-missing")}


def test_weights_without_a_heading_of_scores_are_told_by_their_sum() -> None:
    table = only("""2026年绩效考核表
        考核指标|评分标准|癸癸
        质量|每低1%扣2分|0.5
        成本|按完成率计分|0.3
        交付|主管评定|0.2""")
    assert roles(table) == {"A": "name", "B": "rule_text", "C": "weight"}
    assert table.confidence >= CONFIDENT


def test_neither_names_nor_weights_need_a_known_heading() -> None:
    table = only("""2026年绩效考核表
        子子|考核类别|癸癸|评分标准|得分
        质量|内部|50%||90
        成本|内部|30%|按完成率计分|80
        交付|外部|20%|主管评定|70""")
    assert [row.name for row in table.rows] == ["质量", "成本", "交付"]
    assert [row.weight_cell for row in table.rows] == ["C3", "C4", "C5"]


def test_bare_numbers_that_make_100_may_be_weights_or_full_marks() -> None:
    form = """2026年绩效考核表
        考核指标|癸癸|得分
        质量|50|{}
        成本|30|{}
        交付|20|{}"""
    either = only(form.format(40, 25, 10))
    assert roles(either)["B"] == "points" and doubted_cells(either) == {"B2"} and either.confidence < CONFIDENT
    weights = only(form.format(90, 80, 70))
    assert roles(weights)["B"] == "weight" and not doubted_cells(weights)
    marks = only(form.replace("50", "50分").replace("30", "30分").replace("|20|", "|20分|").format(40, 25, 10))
    assert roles(marks)["B"] == "points" and not doubted_cells(marks)


@pytest.mark.parametrize(("total", "kind", "cells"), [
    ("=C3*D3+C4*D4+C5*D5", "kpi", {"C6"}), ("84", "kpi", {"C6"}), ("=C3*D3+C4*D4+C5*D5+D6", "adjustment", set()),
])  # fmt: skip
def test_a_line_behind_complete_weights_is_what_the_total_makes_of_it_and_told_of_else(
    total: str, kind: str, cells: set[str]
) -> None:
    """45 + 24 + 14 = 83 and 2 points would be 85."""
    table = only(f"""2026年绩效考核表
        序号|考核指标|权重|得分
        1|质量|50%|90
        2|成本|30%|80
        3|交付|20%|70
        |丙丙||2
        合计|||{total}""")
    assert [(row.name, row.kind) for row in table.rows][-1] == ("丙丙", kind)
    assert cells <= doubted_cells(table) and (table.confidence < CONFIDENT) == bool(cells)


def test_a_grade_in_the_last_line_says_what_the_line_above_it_is() -> None:
    table = only("""2026年绩效考核表
        考核指标|权重|得分
        质量|50%|90
        成本|30%|80
        交付|20%|70
        丁丁||
        戊戊||良""")
    assert len(table.rows) == 3
    assert table.totals == {"": "C6"} and table.grade_cell == "C7"


def test_sub_periods_in_any_words_are_those_of_the_heading_they_share() -> None:
    ws = typed("""2026年绩效考核表
        考核指标|目标值||实际值|权重|得分
        |甲期|乙期|||
        质量|95%|96%||50%|
        成本|3|4||30%|
        交付|98%|99%||20%|""")
    (table,) = recognise(forms.grid(ws))
    assert [cell for _, cell in table.rows[0].targets] == ["B4", "C4"]
    assert [label for label, _ in table.rows[0].targets] == ["甲期", "乙期"]


def test_lists_side_by_side_are_headed_by_what_comes_again() -> None:
    table = only("""员工绩效考核表
        甲甲|庚庚||乙乙|庚庚||丙丙|庚庚
        表达|4||决断|5||廉洁|3
        分析|3||协调|4||守时|5""")
    assert table.layout == 9
    assert {row.section: row.name for row in table.rows} == {"甲甲": "分析", "乙乙": "协调", "丙丙": "守时"}


def test_two_lists_of_results_side_by_side_are_no_abilities() -> None:
    assert not recognise(forms.grid(typed("""比赛成绩
        甲队|成绩||乙队|成绩
        张三|4||李四|5
        王五|3||赵六|4""")))


def test_somebodys_scores_are_told_by_the_total_below_them() -> None:
    table = only("""2026年绩效考核表
        考核指标|权重|自评|辛辛
        质量|50%||
        成本|30%||
        交付|20%||
        总分||=B3*C3+B4*C4+B5*C5|=B3*D3+B4*D4+B5*D5""")
    assert [cell for _, cell in table.rows[0].scores] == ["C3", "D3"]


@pytest.mark.parametrize(
    ("text", "low", "high", "rest"),
    [
        ("Level 4\n90-100", 90, 100, "level4"),
        ("Good\n80 to 94", 80, 94, "Good"),
        ("Weak\nbelow 60", 0, 60, "Weak"),
        ("Strong\n95 and above", 95, 100, "Strong"),
        ("100-85 points", 85, 100, ""),
    ],
)
def test_ranges_in_english(text: str, low: float, high: float, rest: str) -> None:
    assert score_range(text) == (low, high, rest)
