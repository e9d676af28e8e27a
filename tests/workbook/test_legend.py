"""The scale of grades that a form prints: read where it is complete, used for tables without rules of their own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook

import scorecard
from scorecard.workbook.cells import Grid
from scorecard.workbook.grade_words import known_grade
from scorecard.workbook.grid import read_grid
from scorecard.workbook.legend import find_legend
from scorecard.workbook.package import Package

FOUR = [(0.0, "不合格"), (60.0, "合格"), (80.0, "良好"), (90.0, "优秀")]
LETTERS = [(0.0, "D"), (70.0, "C"), (85.0, "B"), (95.0, "A")]


def grid_of(rows: list[list[object]]) -> Grid:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    package = Package.open(stream.getvalue())
    return read_grid(package, package.sheets[0])


@pytest.mark.parametrize(
    "rows, scale",
    [
        ([["等级标准：优秀：90分以上（含90分）；良好：80-89分；合格：60-79分；不合格：60分以下"]], FOUR),
        ([["90-100分为优秀，80-89分为良好，60-79分为合格，60分以下为不合格"]], FOUR),
        ([["优秀（90-100）\n良好（80-89）\n合格（60-79）\n不合格（0-59）"]], FOUR),
        ([["考核结果：□优秀(≥90)  □良好(80~89)  □合格(60~79)  □不合格(<60)"]], FOUR),
        ([["注", "优秀：90-100", "良好：80-90", "合格：60-80", "不合格：60以下"]], FOUR),
        ([["A级：95≤X≤100"], ["B级：85≤X<95"], ["C级：70≤X<85"], ["D级：X<70"]], LETTERS),
        ([["等级", "分数"], ["A", "95-100"], ["B", "85-95"], ["C", "70-85"], ["D", "70以下"]], LETTERS),
        ([["分数段", "等级"], ["≥95", "A等"], ["85-95", "B等"], ["70-85", "C等"], ["<70", "D等"]], LETTERS),
        ([["等级", "A", "B", "C", "D"], ["得分", "95-100", "85-94", "70-84", "0-69"]], LETTERS),
        ([["Excellent: 90-100, Good: 75-89, Fair: 0-74"]], [(0.0, "Fair"), (75.0, "Good"), (90.0, "Excellent")]),
        ([["60分以上合格，60分以下不合格"]], [(0.0, "不合格"), (60.0, "合格")]),
    ],
)
def test_scales_as_people_print_them(rows: list[list[object]], scale: list[tuple[float, str]]) -> None:
    legend = find_legend(grid_of(rows), [])
    assert legend is not None
    assert [(grade.lower, grade.label.removesuffix("等")) for grade in legend.grades.rows] == scale


@pytest.mark.parametrize(
    "text",
    [
        "完成率90%以上得100分，80%以上得80分，否则0分",
        "优 5分，良 4分，中 3分，差 1分",
        "优秀：90-100；良好：85-95；合格：60-79",  # overlapping
        "优秀：90-100；优秀：80-89；合格：60-79",  # one grade twice
        "优秀：90-100；合格：60-70",  # what is between?
        "一季度：90-100；二季度：80-89；三季度：60-79",  # no grades
        "优秀、良好、合格、不合格",
        "得分90以上为优秀",
        "2026年1-3月优秀员工",
    ],
)
def test_what_is_no_scale(text: str) -> None:
    assert find_legend(grid_of([[text]]), []) is None


def test_grades_are_known_in_their_usual_spellings() -> None:
    assert known_grade("Ａ级") == known_grade("a") == "a"
    assert known_grade("优秀等") == known_grade(" 优 秀") == "优秀"
    assert known_grade("权重") == known_grade("") == ""


# --- a form with a scale ---------------------------------------------------------------------------------------------


def form(path: Path, *, score: float = 82.0, grade: str | None = "良好", scale: str | None = None) -> Path:
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ["客服专员绩效考核表"],
        ["姓名", "张三", None, "部门", "客服部"],
        ["序号", "考核指标", "评分标准", "权重", "得分"],
        [1, "服务及时率", "每低1%扣2分", 0.4, score],
        [2, "客户满意度", "每低1%扣2分", 0.6, score],
        [None, "总分", None, None, score],
        [None, "等级", None, None, grade],
        [scale or "等级标准：优秀：90分以上；良好：80-89分；合格：60-79分；不合格：60分以下"],
    ):
        ws.append(row)
    book.save(path)
    return path


def test_the_grade_is_judged_by_the_printed_scale(tmp_path: Path) -> None:
    fine = scorecard.inspect(form(tmp_path / "对.xlsx"))
    assert fine.cards[0].result.grade == "良好"
    assert not [f for f in fine.findings if f.code == "grade-mismatch"]
    wrong = scorecard.inspect(form(tmp_path / "错.xlsx", grade="优秀"))
    found = [f for f in wrong.findings if f.code == "grade-mismatch"]
    assert [(f.sheet, f.cell, f.severity) for f in found] == [("考核表", "E7", "error")]
    assert "良好" in found[0].message.zh and "A8" in found[0].message.zh and "82" in found[0].message.en


def test_a_grade_without_a_scale_or_in_other_words_is_let_be(tmp_path: Path) -> None:
    without = scorecard.inspect(form(tmp_path / "a.xlsx", grade="优秀", scale="本表一式两份"))
    assert not [f for f in without.findings if f.code == "grade-mismatch"]
    other = scorecard.inspect(form(tmp_path / "b.xlsx", grade="继续努力"))
    assert not [f for f in other.findings if f.code == "grade-mismatch"]


def test_embedding_takes_the_printed_scale(tmp_path: Path) -> None:
    done = scorecard.embed(form(tmp_path / "表.xlsx", grade=None), tmp_path / "out.xlsx")
    codes = [f.code for f in done.findings]
    assert "grade-table-read" in codes and "grade-table-assumed" not in codes
    seen = scorecard.inspect(tmp_path / "out.xlsx")
    assert seen.cards[0].is_embedded and seen.cards[0].result.grade == "良好"
    assert seen.computed["考核表"].at("E7").value == "良好"


def test_rules_with_grades_win_over_the_printed_scale(tmp_path: Path) -> None:
    rules = tmp_path / "规则.toml"
    rules.write_text(
        'grades = [{ lower = 80, label = "甲" }, { lower = 0, label = "乙" }]\n[[kpi]]\nname = "服务及时率"\nrule = "manual"\n',
        encoding="utf-8",
    )
    try:
        seen = scorecard.inspect(form(tmp_path / "表.xlsx"), rules=rules)
    except scorecard.ScorecardError as problem:  # the spelling of the rules file is not what this is about
        pytest.fail(problem.text("en"))
    assert seen.cards[0].result.grade == "甲"
