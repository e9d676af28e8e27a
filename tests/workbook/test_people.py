"""Lists with one person per row: every person is a card of its own, with cells of its own."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from scorecard.workbook.card import Card
from scorecard.workbook.inspection import Inspection, inspect_package
from scorecard.workbook.stated import stated_in

from . import forms


def inspected(book: Workbook) -> Inspection:
    return inspect_package(forms.package(book.worksheets[0]), "表.xlsx")


def matrix(*, weights_below: bool = False, full_marks: bool = False) -> Workbook:
    """Three persons, three items of 45, 35 and 20 %, a bonus of 10 % beside them, totals that the department added up."""
    book = Workbook()
    ws = book.active
    ws.title = "研发部"
    ws["A1"] = "2026年第三季度绩效考核汇总表"
    ws.merge_cells("A1:I1")
    names = ["代码质量", "项目进度", "团队协作", "创新加分"]
    shares = ["45%", "35%", "20%", "10%"]
    if full_marks:
        heads = [f"{name}（{mark}分）" for name, mark in zip(names[:3], (45, 35, 20), strict=True)] + ["创新加分"]
    elif weights_below:
        heads = names
    else:
        heads = ["代码质量 … 45%", "项目进度（权重：35%）", "团队协作\n20％", "创新加分（10%）"]
    forms.put(ws, 3, 1, ["序号", "部门", "姓名", *heads, "总分", "等级"])
    row = 4
    if weights_below:
        forms.put(ws, 4, 3, ["权重", *shares])
        row = 5
    scores = [("张三", 90, 80, 70, 5), ("李四", 60, 70, 80, None), ("王五", None, 80, 90, 10)]
    for i, (person, *marks) in enumerate(scores):
        forms.put(ws, row + i, 1, [i + 1, "研发部" if i == 0 else None, person, *marks])
    ws.merge_cells(start_row=row, end_row=row + 2, start_column=2, end_column=2)
    # 90 × 45 % + 80 × 35 % + 70 × 20 % + 5 × 10 % = 83; 60, 70, 80 and no bonus: 67.5
    forms.put(ws, row, 8, [83, "良"])
    forms.put(ws, row + 1, 8, [67.5, "及格"])
    forms.put(ws, row + 3, 3, ["平均分", 75, 76.7])
    forms.put(ws, row + 5, 1, ["制表人：", None, None, "审核："])
    return book


def cells(card: Card) -> dict[str, str]:
    return {row.name: row.scores[0][1] for row in card.table.rows}


@pytest.mark.parametrize("below", [False, True])
def test_every_person_of_a_matrix_is_a_card(below: bool) -> None:
    result = inspected(matrix(weights_below=below))
    first = 5 if below else 4
    assert [card.table.identity["person"] for card in result.cards] == [
        ("张三", f"C{first}"), ("李四", f"C{first + 1}"), ("王五", f"C{first + 2}")
    ]  # fmt: skip
    assert {card.table.identity["department"] for card in result.cards} == {("研发部", f"B{first}")}
    assert {card.table.identity["period"] for card in result.cards} == {("2026年第三季度", "A1")}
    card = result.cards[0]
    assert card.table.layout == 5 and card.table.is_person_row
    assert [(k.name, k.weight) for k in card.model.kpis] == [("代码质量", 0.45), ("项目进度", 0.35), ("团队协作", 0.2)]
    assert cells(result.cards[1]) == {
        name: f"{letter}{first + 1}"
        for name, letter in zip(["代码质量", "项目进度", "团队协作", "创新加分"], "DEFG", strict=True)
    }
    # The bonus lies outside the 100 %: a blank one is 0, its weight makes points of it.
    assert [row.kind for row in card.table.rows] == ["kpi", "kpi", "kpi", "adjustment"]
    assert [card.result.total for card in result.cards] == [83, 67.5, None]
    assert result.cards[2].result.grade == "未完成 2/3"
    assert card.table.totals == {"": f"H{first}"} and card.table.grade_cell == f"I{first}"
    assert not [f for f in result.findings if f.severity == "error"]


def test_a_wrong_total_in_a_matrix_is_told_at_its_cell() -> None:
    book = matrix()
    book.active["H5"] = 77.5
    found = [f for f in inspected(book).findings if f.severity == "error"]
    assert [(f.code, f.cell) for f in found] == [("total-mismatch", "H5")]
    assert "67.5" in found[0].message.en


def test_full_marks_in_the_headings() -> None:
    book = matrix(full_marks=True)
    for letter, value in zip("DEFGH", (40, 30, 15, 3, 88), strict=True):
        book.active[f"{letter}4"] = value
    card = inspected(book).cards[0]
    assert [(k.name, k.weight) for k in card.model.kpis] == [("代码质量", 0.45), ("项目进度", 0.35), ("团队协作", 0.2)]
    assert [i.score for i in card.result.items] == pytest.approx([40 / 45 * 100, 30 / 35 * 100, 75])
    assert card.result.total == 88


def test_a_flat_export_has_a_card_per_line() -> None:
    book = Workbook()
    forms.put(book.active, 1, 1, ["month", "name", "dept", "quality", "quality_p", "delivery", "delivery_p", "total"])
    forms.put(book.active, 2, 1, [3, "Ann", "R&D", 90, 60, 80, 40, 86])
    forms.put(book.active, 3, 1, [4, "Ann", "R&D", 70, 0.5, 80, 0.5, 75])
    result = inspected(book)
    assert [card.table.layout for card in result.cards] == [8, 8]
    assert [card.table.identity["period"] for card in result.cards] == [("3月", "A2"), ("4月", "A3")]
    assert [card.result.total for card in result.cards] == [86, 75]
    entry = result.to_json()["scorecards"][1]
    assert entry["rows"][1] == {
        "name": "delivery", "section": "", "kind": "kpi", "weight": 0.5,
        "cells": {"weight": "G3", "actual": None, "targets": {}, "scores": {"得分": "F3"}},
    }  # fmt: skip
    assert entry["totals"] == {"得分": {"cell": "H3", "stated": 75, "computed": 75}}


@pytest.mark.parametrize(
    "header",
    [
        ["姓名", "语文", "数学", "英语", "总分", "名次"],
        ["姓名", "部门", "应出勤", "实出勤", "迟到", "备注"],
        ["球员", "得分", "篮板", "助攻", "总分"],
        ["姓名", "基本工资", "岗位工资", "绩效工资", "合计"],
        ["name", "email", "phone", "total"],
        ["责任人", "任务", "完成 50%", "备注", "日期"],
    ],
)
def test_other_lists_of_persons_are_no_assessment(header: list[str]) -> None:
    book = Workbook()
    forms.put(book.active, 1, 1, header)
    for i in range(5):
        forms.put(book.active, 2 + i, 1, [f"员工{i}", *([80 + i] * (len(header) - 1))])
    assert not inspected(book).cards


@pytest.mark.parametrize(
    ("text", "name", "weight", "points"),
    [
        ("代码质量 … 45%", "代码质量", 0.45, None),
        ("客户满意度（外部）（权重：３０％）", "客户满意度（外部）", 0.3, None),
        ("【40%】工作业绩", "工作业绩", 0.4, None),
        ("工作态度(20分)", "工作态度", None, 20),
        ("响应及时率低于5%\n权重 0.15", "响应及时率低于5%", 0.15, None),
        ("团队协作", "团队协作", None, None),
    ],
)
def test_what_a_heading_states(text: str, name: str, weight: float | None, points: float | None) -> None:
    found, share, full = stated_in(text)
    assert found == name
    assert (share.number if share else None) == weight
    assert (full.number if full else None) == points


def test_of_two_evaluators_of_an_item_the_superior_counts() -> None:
    """Each item has 自评 and 上级 beside each other; 上级 makes the total, 90 × 60 % + 80 × 40 % = 86."""
    book = Workbook()
    ws = book.active
    ws.title = "绩效考核"
    forms.put(ws, 1, 1, ["姓名", "服务质量（60%）", None, "工作效率（40%）", None, "总分"])
    forms.put(ws, 2, 1, [None, "自评", "上级", "自评", "上级"])
    for area in ("A1:A2", "B1:C1", "D1:E1", "F1:F2"):
        ws.merge_cells(area)
    forms.put(ws, 3, 1, ["张三", 70, 90, 60, 80, 86])
    forms.put(ws, 4, 1, ["李四", 60, 80, 90, 70, 76])
    result = inspected(book)
    assert [card.table.identity["person"][0] for card in result.cards] == ["张三", "李四"]
    assert [cells(card) for card in result.cards][0] == {"服务质量": "C3", "工作效率": "E3"}
    assert [card.result.total for card in result.cards] == [86, 76]
    assert not [f for f in result.findings if f.severity == "error"]


def test_a_hidden_person_still_counts_and_is_told() -> None:
    book = matrix()
    book.active.row_dimensions[5].hidden = True
    result = inspected(book)
    assert len(result.cards) == 3
    [found] = [f for f in result.findings if f.code == "hidden-person"]
    assert (found.cell, found.severity) == ("C5", "warning") and "李四" in found.message.zh


@pytest.mark.parametrize(
    ("value", "shown"), [(202609, "2026-09"), (9, "9月"), ("2026年9月", "2026年9月")], ids=["202609", "9", "text"]
)
def test_a_period_of_each_person_in_a_column(value: object, shown: str) -> None:
    book = matrix()
    ws = book.active
    ws["A1"] = "绩效考核汇总表"
    ws["J3"] = "考核月份"
    for row in (4, 5, 6):
        ws.cell(row, 10, value)
    assert {card.table.identity["period"][0] for card in inspected(book).cards} == {shown}


def test_a_list_that_ends_in_notes_far_below() -> None:
    book = matrix()
    forms.put(book.active, 40, 3, ["赵六", 90, 90, 90, 0])
    assert [card.table.identity["person"][0] for card in inspected(book).cards] == ["张三", "李四", "王五"]


@pytest.mark.parametrize(
    "change",
    [
        {"D3": "代码质量 … 25%", "H3": "合计", "A1": "汇总表"},
        {f"{letter}{row}": 123456 for letter in "DEFG" for row in (4, 5, 6)} | {"A1": "工资表"},
    ],
    ids=["weights that do not sum up", "numbers that are no scores"],
)
def test_a_list_that_may_be_none_is_doubted(change: dict[str, object]) -> None:
    sure = min(card.table.confidence for card in inspected(matrix()).cards)
    book = matrix()
    for name, value in change.items():
        book.active[name] = value
    book.active.title = "表"
    result = inspected(book)
    assert not result.cards or max(card.table.confidence for card in result.cards) < sure
