"""Families of Chinese words that forms of many industries use: what they mean, and what they must not be taken for."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.workbook.vocabulary import default_vocabulary

WORDS = default_vocabulary()


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("評核項目", "name"), ("權重", "weight"), ("目標值", "target"), ("實際達成", "actual"), ("評分標準", "rule_text"),
        ("加權得分", "weighted_score"), ("達到標準", "band"), ("資料來源", "method"),
    ],
)  # fmt: skip
def test_traditional_characters_are_read_as_simplified_ones(text: str, role: str) -> None:
    match = WORDS.match_header(text)
    assert match is not None and match.role == role


@pytest.mark.parametrize(
    ("text", "kind"), [("總分", "total"), ("考績等第", "grade"), ("直屬上司", "evaluator"), ("主管簽名", "stop")]
)
def test_labels_in_traditional_characters(text: str, kind: str) -> None:
    match = WORDS.match_label(text)
    assert match is not None and match.kind == kind


def test_values_in_traditional_characters() -> None:
    assert [WORDS.kind_of_value(text) for text in ("業務經理", "護理課", "陳大文")] == ["position", "department", "person"]


def test_rows_in_traditional_characters() -> None:
    assert WORDS.item_kind("加減分") == "adjustment"
    assert WORDS.match_header("原则上") is None, "a synonym is no reason to understand what nobody wrote"


@pytest.mark.parametrize(
    "text", ["明显超出期望", "达到标准", "高于目标", "基本达标", "未达到要求", "超额完成", "需要改进", "不胜任"]
)
def test_how_far_a_target_was_reached_heads_a_level(text: str) -> None:
    match = WORDS.match_header(text)
    assert match is not None and (match.role, match.label) == ("band", text)


def test_plans_for_improvement_and_deadlines_are_no_targets() -> None:
    texts = ("改进计划", "下一步计划", "计划完成时间", "完成时限", "上年实际")
    roles = [match.role for text in texts if (match := WORDS.match_header(text))]
    assert roles == ["note"] * 5


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("第一部分得分", "subtotal"), ("能力小计", "subtotal"), ("扣分合计", "subtotal"), ("年终奖系数", "coefficient"),
        ("被考评人员部门", "department"), ("被考核人职务", "position"), ("受约人", "person"), ("发约人", "evaluator"),
        ("分管领导意见", "stop"), ("述职周期", "period"),
    ],
)  # fmt: skip
def test_labels_that_are_built(text: str, kind: str) -> None:
    match = WORDS.match_label(text)
    assert match is not None and match.kind == kind


def test_a_post_or_a_unit_says_who_judged() -> None:
    labels = [match.label for text in ("店长评价", "护士长考评", "相关部门评价") if (match := WORDS.match_header(text))]
    assert labels == ["店长", "护士长", "相关部门"]
    assert WORDS.match_header("设备评价") is None


def test_whole_words_are_posts_although_they_begin_like_a_name() -> None:
    kinds = [WORDS.kind_of_value(text) for text in ("司机", "文员", "司徒明")]
    assert kinds == ["position", "position", "person"]


def _form(path: Path, headers: list[str], rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "员工绩效考核表"
    for row, cells in enumerate([headers, *rows], start=3):
        for at, value in enumerate(cells, start=1):
            sheet.cell(row, at, value)
    book.save(path)
    return path


def test_what_pupils_and_parents_say_counts_only_where_nobody_else_scored(tmp_path: Path) -> None:
    headers = ["序号", "考核项目", "权重", "学生评分", "家长评分", "教研组评分"]
    rows: list[list[object]] = [[1, "教学工作", 0.6, 70, 60, 90], [2, "班级管理", 0.4, 70, 60, 80]]
    (card,) = scorecard.inspect(_form(tmp_path / "form.xlsx", headers, rows)).cards
    assert card.result.total == 86
    without = [row[:5] for row in rows]
    (card,) = scorecard.inspect(_form(tmp_path / "form.xlsx", headers[:5], without)).cards
    assert card.result.total in (60, 70)
