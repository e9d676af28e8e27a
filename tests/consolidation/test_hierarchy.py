"""The positions of seed 004 as a tree: a manager, two supervisors, six others; every rule by hand."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.consolidation.hierarchy import Node, check_tree, load_hierarchy
from scorecard.errors import UsageError
from tests.cli.runner import scorecard as run
from tests.consolidation.test_consolidate import card

TREE = (
    ("岗位", "上级", "汇总方式", "权重", "对应指标"),
    ("客户服务部经理", "", "加权平均", "", "项目进度"),
    ("受理服务组主管", "客户服务部经理", "平均", 0.6, ""),
    ("受理服务代表", "受理服务组主管", "", "", ""),
    ("物控助理", "受理服务组主管", "", "", ""),
    ("技术支持组主管", "客户服务部经理", "最小", 0.4, ""),
    ("售后工程师", "技术支持组主管", "", "", ""),
)
PEOPLE = (
    ("王一", "客户服务部经理", 80), ("李二", "受理服务组主管", 90), ("张三", "受理服务代表", 70), ("赵四", "受理服务代表", 80),
    ("钱五", "物控助理", 60), ("孙六", "技术支持组主管", 85), ("周七", "售后工程师", 50), ("吴八", "售后工程师", 100),
)  # fmt: skip


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for person, position, score in PEOPLE:
        path = card(tmp_path / "表" / f"{person}.xlsx", person, [score] * 4)
        book = openpyxl.load_workbook(path)
        book.active["E2"] = position
        book.save(path)
    book = openpyxl.Workbook()
    for row in TREE:
        book.active.append(row)
    book.save(tmp_path / "组织.xlsx")
    return tmp_path


def test_team_results_by_the_rule_of_each_node(base: Path) -> None:
    tree = {one.node.name: one for one in scorecard.consolidate(base / "表", hierarchy=base / "组织.xlsx").tree}
    # The mean of two nodes: two representatives at 75, the assistant at 60.
    assert tree["受理服务组主管"].team == pytest.approx(67.5)
    assert tree["技术支持组主管"].team == pytest.approx(75)
    # 0.6 * 90 + 0.4 * 85; it replaces 80 as the score of an item that weighs 0.4.
    top = tree["客户服务部经理"]
    assert top.team == pytest.approx(88)
    assert top.own == pytest.approx(80)
    assert top.fed == pytest.approx(0.6 * 80 + 0.4 * 88)
    assert (top.people, top.depth, tree["售后工程师"].depth) == (8, 0, 2)


@pytest.mark.parametrize(("how", "expected"), [("合计", 175), ("最大", 90), ("最小", 85), ("平均", 87.5), ("", 88)])
def test_every_rule(base: Path, how: str, expected: float) -> None:
    book = openpyxl.load_workbook(base / "组织.xlsx")
    book.active["C2"] = how
    book.save(base / "组织.xlsx")
    tree = scorecard.consolidate(base / "表", hierarchy=base / "组织.xlsx").tree
    assert tree[0].team == pytest.approx(expected)


def test_the_same_tree_from_toml(base: Path) -> None:
    lines = []
    for name, superior, how, weight, feeds in TREE[1:]:
        lines += ["[[node]]", f'name = "{name}"', f'superior = "{superior}"', f'how = "{how}"', f'feeds = "{feeds}"']
        lines += [f"weight = {weight}"] if weight else []
    (base / "组织.toml").write_text("\n".join(lines), encoding="utf-8")
    assert load_hierarchy(base / "组织.toml") == load_hierarchy(base / "组织.xlsx")


@pytest.mark.parametrize(
    "nodes",
    [
        (),
        (Node("甲"), Node("甲")),
        (Node("甲", "乙"),),
        (Node("甲", "乙"), Node("乙", "甲")),
        (Node("甲", "甲"),),
        (Node("甲"), Node("乙", "甲", weight=-1)),
    ],
)
def test_what_is_no_tree_is_refused(nodes: tuple[Node, ...]) -> None:
    with pytest.raises(UsageError):
        check_tree(nodes)


def test_the_sheet_and_the_document(base: Path) -> None:
    out = base / "汇总.xlsx"
    result = run("consolidate", base / "表", "--hierarchy", base / "组织.xlsx", "-o", out, "--json")
    assert result.status == 0
    assert result.json["summary"]["hierarchy"][0]["team"] == pytest.approx(88)
    sheet = openpyxl.load_workbook(out)["层级"]
    assert [sheet.cell(5, c).value for c in (1, 2, 3, 4, 5)] == ["客户服务部经理", 8, 80, "加权平均", 88]


def test_whoever_the_tree_leaves_out_is_named(base: Path) -> None:
    book = openpyxl.load_workbook(base / "组织.xlsx")
    sheet = book.active
    sheet["A5"], sheet["E2"] = "物料助理", "团队士气"
    book.save(base / "组织.xlsx")
    done = scorecard.consolidate(base / "表", hierarchy=base / "组织.xlsx")
    found = done.findings[done.findings["code"].isin(["not-in-hierarchy", "team-indicator-missing"])]
    assert [(f.file, f.code) for f in found.itertuples()] == [
        ("王一.xlsx", "team-indicator-missing"), ("钱五.xlsx", "not-in-hierarchy")
    ]  # fmt: skip
    assert done.tree[0].fed is None and done.tree[0].people == 7
    assert not len(scorecard.consolidate(base / "表").findings.query("code == 'not-in-hierarchy'"))


@pytest.mark.parametrize(
    ("text", "word"),
    [("", "[[node]]"), ("node = 1", "node"), ("[[node]]\nsuperior = 'x'", '"name" is missing'),
     ("= =", "树.toml: not valid TOML at line 1"),
     ('[[node]]\nname = "甲"\nhow = "抽签"', "抽签")],
)  # fmt: skip
def test_a_file_that_is_no_tree(text: str, word: str, base: Path) -> None:
    (base / "树.toml").write_text(text, "utf-8")
    done = run("consolidate", base / "表", "--hierarchy", base / "树.toml", "-o", base / "x.xlsx")
    assert done.status == 2 and word in done.complaint and not (base / "x.xlsx").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [('[[node]]\nname = "甲"\nwieght = 2', "树.toml!node[1]: 不认识“wieght”，是否想写“weight”？"),
     ('[[node]]\nnam = "甲"', "树.toml!node[1]: 不认识“nam”，是否想写“name”？"),
     ('[[nodes]]\nname = "甲"', "树.toml: 不认识“nodes”，是否想写“node”？"),
     ('[[node]]\nname = "甲"\n\n[[node]]\nname = "乙"\ncolour = "red"', "树.toml!node[2]: 不认识“colour”")],
)  # fmt: skip
def test_a_key_that_nobody_reads_is_named_with_the_nearest(text: str, told: str, base: Path) -> None:
    (base / "树.toml").write_text(text, "utf-8")
    done = run("consolidate", base / "表", "--hierarchy", base / "树.toml", "-o", base / "x.xlsx", lang="zh")
    assert done.status == 2 and told in done.complaint and not (base / "x.xlsx").exists()


def test_a_workbook_without_superiors_is_no_tree(base: Path) -> None:
    book = openpyxl.load_workbook(base / "组织.xlsx")
    book.active["B1"] = "备注"
    book.save(base / "树.xlsx")
    done = run("consolidate", base / "表", "--hierarchy", base / "树.xlsx", "-o", base / "x.xlsx", lang="zh")
    assert done.status == 2 and "上级" in done.complaint


def test_weights_that_sum_to_nothing_give_no_result(base: Path) -> None:
    book = openpyxl.load_workbook(base / "组织.xlsx")
    for cell in ("D3", "D6"):
        book.active[cell] = 0
    book.active["E2"] = "没有这个指标"
    book.save(base / "组织.xlsx")
    tree = {one.node.name: one for one in scorecard.consolidate(base / "表", hierarchy=base / "组织.xlsx").tree}
    top = tree["客户服务部经理"]
    # The manager's own card stays, nothing is fed into it, and the nodes below are as before.
    assert (top.team, top.own, top.fed) == (None, pytest.approx(80), None)
    assert tree["受理服务组主管"].team == pytest.approx(67.5)


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [("D3", "六成", "A3: 权重“六成”读不成数字"), ("D3", -1, "A3: “受理服务组主管”的权重为负"),
     ("C3", "抽签", "A3: 未知汇总方式“抽签”"), ("B3", "谁", "A3: “受理服务组主管”的上级“谁”不在表里"),
     ("A3", "客户服务部经理", "A3: “客户服务部经理”出现了两次")],
)  # fmt: skip
def test_what_a_list_of_superiors_says_wrong_is_told_with_its_cell(cell: str, value: object, told: str, base: Path) -> None:
    book = openpyxl.load_workbook(base / "组织.xlsx")
    assert book.active["A3"].value == "受理服务组主管"
    book.active[cell] = value
    name = book.active.title
    book.save(base / "树.xlsx")
    done = run("consolidate", base / "表", "--hierarchy", base / "树.xlsx", lang="zh")
    assert done.status == 2 and f"树.xlsx!{name}!{told}" in done.complaint
