"""`scorecard cards` and `scorecard link` as a user has them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from scorecard.workbook.indicator_cards import read_indicator_cards
from scorecard.workbook.package import Package
from tests.cli.books import classic_book
from tests.cli.runner import scorecard
from tests.workbook import seed000

CARDS = """title = "客户服务部经理"
[[indicators]]
name = "响应及时率"
period = "季度"
definition = "对客户提出的服务要求及时响应的情况"
purpose = "加快问题反馈速度"
formula = "及时响应的服务需求数/客户提出的服务需求的总数"
source = "售后服务部"
[[indicators]]
name = "备件回款额"
formula = "备件回款额的总和"
target = "100万元"
"""


@pytest.fixture
def department(tmp_path: Path) -> Path:
    made = Workbook()
    made.active.title = "考核表"
    seed000.kpi_list(made.active)
    seed000.pairs(made.create_sheet("指标"))
    data = made.create_sheet("数据")
    for row in (("月份", "及时响应的服务需求数", "客户提出的服务需求的总数"), ("7月", 95, 100), ("8月", 40, 50)):
        data.append(row)
    made.save(tmp_path / "部门.xlsx")
    return tmp_path / "部门.xlsx"


def test_cards_json(department: Path) -> None:
    run = scorecard("cards", department, "--json")
    assert run.status == 1  # a rate in the list, an amount on the card
    cards = run.json["cards"]
    assert [card["name"] for card in cards] == [name for name, *_ in seed000.CARDS] and run.json["schema"] == 1
    assert (
        cards[0]["formula"].startswith("及时响应") and cards[0]["cells"]["formula"] == "B5" and cards[0]["number"] == ""
    )
    assert [f["cell"] for f in run.json["findings"] if f["code"] == "card-mismatch"] == ["考核表!A7"]


def test_cards_on_the_terminal(department: Path) -> None:
    out = scorecard("cards", department, lang="zh").out
    assert "公司备件销售额的综合" in out and "card-mismatch" in out and "（空）" not in out.splitlines()[3]
    plain = scorecard("cards", classic_book(department.with_name("k.xlsx")))
    assert plain.status == 0 and "no indicator definition cards" in plain.out


def test_cards_written_and_read_again(tmp_path: Path) -> None:
    """What is on the sheet is what the definition says; the form beside it keeps every byte."""
    path, rules = classic_book(tmp_path / "a.xlsx"), tmp_path / "r.toml"
    rules.write_text(CARDS, encoding="utf-8")
    run = scorecard("cards", path, "--rules", rules, "-o", tmp_path / "b.xlsx", lang="zh")
    assert run.status == 0 and "已写出" in run.out
    before, after = Package.open(path), Package.open(tmp_path / "b.xlsx")
    assert before.read(before.sheet("考核表").part) == after.read(after.sheet("考核表").part)
    one, two = read_indicator_cards(after)
    assert (one.sheet, one.form, one.indicator.name, one.indicator.formula) == (
        "指标定义", "pairs", "响应及时率", "及时响应的服务需求数/客户提出的服务需求的总数",
    )  # fmt: skip
    assert (two.indicator.target, two.indicator.purpose) == ("100万元", "")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["指标定义"]
    assert sheet["A1"].value == "客户服务部经理：指标定义" and sheet["B6"].value == "对客户提出的服务要求及时响应的情况"
    again = scorecard("cards", tmp_path / "b.xlsx", "--rules", rules)
    assert again.status == 2 and "指标定义 already" in again.complaint


def test_cards_need_cards(tmp_path: Path) -> None:
    rules = tmp_path / "r.toml"
    rules.write_text('[[kpi]]\nname = "x"', encoding="utf-8")
    run = scorecard("cards", classic_book(tmp_path / "a.xlsx"), "--rules", rules, "--json")
    assert run.status == 2 and run.json["findings"][0]["code"] == "usage" and run.json["cards"] == []


def test_link(department: Path) -> None:
    run = scorecard("link", department, "--json")
    edits = run.json["edits"]
    assert [e["cell"] for e in edits] == ["考核表!D4"] and edits[0]["formula"].startswith("=IF(SUMPRODUCT(")
    book = openpyxl.load_workbook(department.with_name("部门_数据.xlsx"), data_only=True)
    assert book["考核表"]["D4"].value == 0.9
    assert run.status == 1  # the mismatch


def test_link_dry_run_and_mistakes(department: Path) -> None:
    run = scorecard("link", department, "--dry-run", lang="zh")
    assert "考核表!D4" in run.out and not department.with_name("部门_数据.xlsx").exists()
    wrong = scorecard("link", department, "--data", "数居", lang="zh")
    assert wrong.status == 2 and "没有工作表“数居”" in wrong.complaint and "数据" in wrong.complaint
    bare = scorecard("link", classic_book(department.with_name("k.xlsx")), lang="zh")
    assert bare.status == 2 and "没有指标定义卡" in bare.complaint
