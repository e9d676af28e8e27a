"""A card of two parts, embedded: one total over both beside the parts' own, the same in every program and in `inspect`.

Hand-computed: results 60 % × 80 + 40 % × 90 = 84, behaviour 50 % × 70 + 50 % × 100 = 85, half each: 84.5.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook

from scorecard.definitions import parse_definition
from scorecard.workbook.embed import convert, embed
from scorecard.workbook.inspection import inspect
from scorecard.workbook.recalc import recalculate
from scorecard.workbook.rulesheet import SHEET
from scorecard.workbook.unembed import unembed
from tests.libreoffice.office import Office
from tests.parity.forms import saved
from tests.workbook.test_unembed import seen_by_openpyxl

Scores = tuple[object, object, object, object]


def form(
    scores: Scores = (80, 90, 70, 100),
    shares: tuple[str, str] = ("50%", "50%"),
    between: Sequence[list[object]] = (),
    below: Sequence[list[object]] = (["签字"],),
) -> bytes:
    """Two parts under each other, each with its heading, its header and weights of 100 %."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ["绩效考核表"], ["姓名", "张三", "部门", "研发部"],
        [f"第一部分 业绩（{shares[0]}）"], ["指标", "权重", "评分标准", "得分"],
        ["产量", "60%", None, scores[0]], ["质量", "40%", None, scores[1]], *between,
        [f"第二部分 行为（{shares[1]}）"], ["指标", "权重", "评分标准", "得分"],
        ["协作", "50%", None, scores[2]], ["纪律", "50%", None, scores[3]], *below,
    ):  # fmt: skip
        ws.append(row)
    return saved(book)


def embedded(data: bytes, folder: Path, flavour: str = "native", rules: str = "") -> Path:
    source, target = folder / "form.xlsx", folder / "embedded.xlsx"
    source.write_bytes(data)
    definition = parse_definition(f"schema = 1\n{rules}") if rules else None
    embed(source, target, rules=definition, formulas=flavour, overwrite=True)
    return target


def shown(path: Path, label: str) -> object:
    """What the cell beside a label shows, up to four cells away."""
    ws = openpyxl.load_workbook(path, data_only=True)["考核表"]
    row, col = next((c.row, c.column) for cells in ws for c in cells if c.value == label)
    return next((ws.cell(row, col + i).value for i in range(1, 5) if ws.cell(row, col + i).value is not None), None)


def card(path: Path) -> dict[str, Any]:
    (only,) = inspect(path).to_json()["scorecards"]
    return only


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize(
    ("scores", "shares", "total", "coverage", "grade", "factor"),
    [
        ((80, 90, 70, 100), ("50%", "50%"), 84.5, 1, "良", 1.1),
        ((80, 90, 70, 100), ("70%", "30%"), 84.3, 1, "良", 1.1),
        # A part that is not assessed at all is left out: 84 of the other half.
        ((80, 90, "不适用", "不适用"), ("50%", "50%"), 84, 0.5, "良", 1.1),
        # Of one item its share of the whole is left out: (.3 × 80 + .25 × 70 + .25 × 100) / .8 = 83.125.
        ((80, "不适用", 70, 100), ("50%", "50%"), 83.13, 0.8, "良", 1.1),
        ((80, 90, None, 100), ("50%", "50%"), None, 0.75, "未完成 3/4", None),
        ((None, None, None, None), ("50%", "50%"), None, None, None, None),
        # An error wins over a blank.
        ((80, "=1/0", None, 100), ("50%", "50%"), "#DIV/0!", 0.55, "#DIV/0!", "#DIV/0!"),
        (("不适用", "不适用", "不适用", "不适用"), ("50%", "50%"), "N/A", 0, "N/A", "N/A"),
    ],
)
def test_the_whole_card_has_a_total(
    tmp_path: Path, flavour: str, scores: Scores, shares: tuple[str, str], total: object, coverage: object,
    grade: object, factor: object,
) -> None:  # fmt: skip
    path = embedded(form(scores, shares), tmp_path, flavour)
    assert shown(path, "综合得分") == total
    assert shown(path, "综合覆盖率") == coverage
    assert shown(path, "综合等级") == grade
    assert shown(path, "综合系数") == factor
    assert recalculate(path.read_bytes(), check=True).changes == ()
    one = card(path)
    assert [(row["name"], row["section"]) for row in one["rows"]] == [
        ("产量", "第一部分 业绩"), ("质量", "第一部分 业绩"), ("协作", "第二部分 行为"), ("纪律", "第二部分 行为")
    ]  # fmt: skip
    assert one["totals"]["得分"]["stated"] == total
    if isinstance(total, (int, float)):
        assert one["totals"]["得分"]["computed"] == pytest.approx(total, abs=0.005001)
        assert one["grade"]["stated"] == one["grade"]["computed"] == grade
    else:
        assert one["totals"]["得分"]["computed"] is None


@pytest.mark.parametrize(
    ("settings", "total"),
    [
        ('missing = "zero"', 67.0),  # .3 × 80 + .2 × 90 + 0 + .25 × 100
        ('missing = "exclude"', 89.33),  # 67 / .75
        ('missing = "zero"\ndigits = 0\ncap = 60', 60),
    ],
)
def test_settings_reach_the_whole_card(tmp_path: Path, settings: str, total: float) -> None:
    path = embedded(form((80, 90, None, 100)), tmp_path, rules=f"[settings]\n{settings}")
    assert shown(path, "综合得分") == total
    assert card(path)["totals"]["得分"]["computed"] == pytest.approx(total, abs=0.005)


@pytest.mark.parametrize(("rule", "total"), [("normalise", 84.85), ("as_is", 84.85), ("strict", "#NUM!")])
def test_weights_that_do_not_sum_up_inside_a_part(tmp_path: Path, rule: str, total: object) -> None:
    # (.6 × 80 + .3 × 90) / .9 = 83.33…, (.5 × 70 + .6 × 100) / 1.1 = 86.36…: whatever it sums to, a part has its share.
    book = openpyxl.load_workbook(io.BytesIO(form()))
    book["考核表"]["B6"], book["考核表"]["B10"] = "30%", "60%"
    path = embedded(saved(book), tmp_path, rules=f'[settings]\nweights = "{rule}"')
    assert shown(path, "综合得分") == total
    computed = card(path)["totals"]["得分"]["computed"]
    assert computed == pytest.approx(total, abs=0.005) if rule != "strict" else computed is None


def test_with_several_evaluators_the_one_that_counts_has_the_total(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form()))
    ws = book["考核表"]
    for row in (4, 8):
        ws.cell(row, 3).value, ws.cell(row, 4).value = "自评得分", "上级评分"
    for row in (5, 6, 9, 10):
        ws.cell(row, 3).value = 60
    totals = card(embedded(saved(book), tmp_path))["totals"]
    assert (totals["上级"]["stated"], totals["上级"]["computed"], totals["自评"]["computed"]) == (84.5, 84.5, 60)


def test_a_share_in_a_cell_of_its_own_stays_live(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(between=[["小计"], []])))
    ws = book["考核表"]
    for row, name, share in ((3, "业绩部分", 0.6), (9, "行为部分", 0.4)):
        ws.cell(row, 1).value, ws.cell(row, 3).value, ws.cell(row, 4).value = name, "权重", share
    path = embedded(saved(book), tmp_path)
    assert shown(path, "综合得分") == card(path)["totals"]["得分"]["computed"] == 84.4
    book = openpyxl.load_workbook(path)
    book["考核表"]["D3"], book["考核表"]["D9"] = 0.8, 0.2
    book.save(path)
    recalculate(path)
    assert shown(path, "综合得分") == card(path)["totals"]["得分"]["computed"] == 84.2


def test_points_are_added_to_the_whole(tmp_path: Path) -> None:
    # Not multiplied by the share of the part they stand in.
    path = embedded(form(between=[["加减分", None, None, 3]]), tmp_path)
    assert shown(path, "综合得分") == card(path)["totals"]["得分"]["computed"] == 87.5


def test_a_card_that_has_cells_for_it_gets_its_total_there(tmp_path: Path) -> None:
    path = embedded(form(below=[["总分"], ["等级"], ["签字"]]), tmp_path)
    ws = openpyxl.load_workbook(path, data_only=True)["考核表"]
    assert (ws["D11"].value, ws["D12"].value) == (84.5, "良")
    assert (card(path)["totals"]["得分"]["cell"], card(path)["grade"]["cell"]) == ("D11", "D12")


def test_a_total_of_the_department_stays_and_is_graded(tmp_path: Path) -> None:
    own = "=(D5*60%+D6*40%)*50%+(D9*50%+D10*50%)*50%"
    path = embedded(form(below=[["总分", None, None, own], ["签字"]]), tmp_path)
    assert openpyxl.load_workbook(path)["考核表"]["D11"].value == own
    assert shown(path, "综合等级") == "良"
    assert card(path)["totals"]["得分"] == {"cell": "D11", "stated": 84.5, "computed": 84.5}


def test_a_share_can_be_changed_on_the_rule_sheet(tmp_path: Path) -> None:
    path = embedded(form(), tmp_path)
    book = openpyxl.load_workbook(path)
    ws = book[SHEET]
    first = next(c.row for c in ws["A"] if c.value == "组成部分") + 1
    ws.cell(first, 2).value, ws.cell(first + 1, 2).value = 0.8, 0.2
    book.save(path)
    recalculate(path)
    assert shown(path, "综合得分") == card(path)["totals"]["得分"]["computed"] == 84.2
    ws.cell(first + 1, 2).value = 0.3
    book.save(path)
    recalculate(path)
    assert shown(path, "综合得分") == "#NUM!"
    assert card(path)["totals"]["得分"]["computed"] is None


@pytest.mark.parametrize("below", [[["签字"]], [], [["总分"], ["签字"]]])
def test_embedding_again_and_converting_change_nothing_else(tmp_path: Path, below: list[list[object]]) -> None:
    path = embedded(form(below=below), tmp_path)
    assert not embed(path, dry_run=True).plan
    udf = convert(path, tmp_path / "udf.xlsx", formulas="udf")
    directly = openpyxl.load_workbook(embedded(form(below=below), tmp_path, "udf"))["考核表"]
    for cells in openpyxl.load_workbook(tmp_path / "udf.xlsx")["考核表"]:
        for cell in cells:
            assert cell.value == directly[cell.coordinate].value
    back = convert(tmp_path / "udf.xlsx", tmp_path / "native.xlsx", formulas="native")
    assert [edit.cell for edit in back.plan.edits] == [edit.cell for edit in udf.plan.edits]
    native = openpyxl.load_workbook(tmp_path / "native.xlsx")["考核表"]
    assert not any("KPI_" in str(cell.value) for cells in native for cell in cells)
    assert card(tmp_path / "udf.xlsx") == card(tmp_path / "native.xlsx")


@pytest.mark.parametrize("below", [[["签字"]], [], [["总分"], ["签字"]]])
def test_unembedding_takes_it_out(tmp_path: Path, below: list[list[object]]) -> None:
    data = form(below=below)
    taken = unembed(embedded(data, tmp_path), tmp_path / "back.xlsx")
    assert seen_by_openpyxl(taken.data) == seen_by_openpyxl(data)
    assert card(tmp_path / "back.xlsx") == card(tmp_path / "form.xlsx")


def test_two_persons_whose_sheets_need_quotes(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(below=[["总分", None, None, "=D5*0.3+D6*0.2+(D9+D10)/4"], ["签字"]])))
    book["考核表"].title = "张三 (1)"
    book.copy_worksheet(book["张三 (1)"]).title = "李四's"
    book["李四's"]["D5"] = 100  # 84.5 + .3 × 20
    path = embedded(saved(book), tmp_path)
    cards = inspect(path).to_json()["scorecards"]
    assert [one["totals"]["得分"]["stated"] for one in cards] == [84.5, 90.5]
    assert [one["totals"]["得分"]["computed"] for one in cards] == [84.5, 90.5]
    assert [one["grade"]["stated"] for one in cards] == ["良", "优"]
    assert not embed(path, dry_run=True).plan


def test_libreoffice_computes_the_same(tmp_path: Path, office: Office) -> None:
    paths = []
    cases: list[Scores] = [
        (80, 90, 70, 100),
        (80, "不适用", 70, 100),
        (80, 90, None, 100),
        (80, 90, "不适用", "不适用"),
    ]
    for i, scores in enumerate(cases):
        paths.append(embedded(form(scores), tmp_path).rename(tmp_path / f"{i}.xlsx"))
    for path, values, total in zip(paths, office.recalculated(paths), (84.5, 83.13, None, 84), strict=True):
        cell = card(path)["totals"]["得分"]["cell"]
        assert (values.get(("考核表", cell)) or None) == total
