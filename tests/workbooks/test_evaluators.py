"""Splitting a card by evaluator and merging it again; a roster; the year; a team's indicator."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scorecard.errors import UsageError
from scorecard.workbook.package import Package
from scorecard.workbook.recalc import recalculate
from tests.workbooks.filling import filled
from workbooks.build import build, find, load
from workbooks.evaluators import SLIP, merge, split
from workbooks.inputs import evaluator_of, inputs
from workbooks.periods import collect_year
from workbooks.roster import make_forms, read_roster
from workbooks.team import fill_from_team, pool_indicator


def blank(folder: Path, name: str, file: str = "张敏.xlsx") -> Path:
    path = folder / file
    path.write_bytes(find(name).workbook.read_bytes())
    return path


def set_cells(path: Path, cells: dict[tuple[str, str], Any]) -> None:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    book.save(path)


def values(path: Path) -> dict[tuple[str, str], Any]:
    return {each.place: each.value for each in inputs(Package.open(path))}


# --- split and merge -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "method", "who"),
    [
        # As the source prints them, spun wording included.
        ("", "受理主管监控", "受理主管"),
        ("", "定期考核,人事行政部监控", "人事行政部"),
        ("", "其她部门评价,人事行政部汇总", "人事行政部"),
        ("", "本岗提交报表,总经理评分", "总经理"),
        ("", "根据信息系统有关反馈记录", "直接上级"),
        ("", "", "直接上级"),
        ("技术助理（监控）", "调查回访", "技术助理"),
        ("其他部门（人事行政部汇总）", "", "人事行政部"),
        ("运营总监", "", "运营总监"),
    ],
)
def test_who_scores_an_item(named: str, method: str, who: str) -> None:
    assert evaluator_of(named, method) == who


@pytest.mark.parametrize("name", ["004-8", "004-1", "002", "003-3"])
def test_split_filled_in_and_merged_is_the_card_filled_in_directly(name: str, tmp_path: Path) -> None:
    card = blank(tmp_path, name)
    direct = tmp_path / "直接.xlsx"
    direct.write_bytes(recalculate(filled(card.read_bytes(), load(name))).data or b"")
    wanted = values(direct)
    # The generator sets targets and the period too, which are nobody's score: the card has them before it is split.
    set_cells(card, open_cells(direct, card))
    slips = split(card, tmp_path / "评分")
    seen: list[tuple[str, str]] = []
    for slip in slips:
        book = openpyxl.load_workbook(slip)
        sheet = book[SLIP]
        for row in range(6, sheet.max_row + 1):
            place = (sheet.cell(row, 1).value, sheet.cell(row, 2).value)
            seen.append(place)
            sheet.cell(row, 7).value = wanted[place]
        book.save(slip)
    # Every cell is on exactly one slip.
    assert sorted(seen) == sorted(wanted)
    done = merge(card, slips, tmp_path / "合并.xlsx")
    assert not done.findings and not done.absent
    assert values(tmp_path / "合并.xlsx") == wanted
    total = [openpyxl.load_workbook(path, data_only=True)["考核表"] for path in (tmp_path / "合并.xlsx", direct)]
    assert [[c.value for c in row] for row in total[0].iter_rows()] == [
        [c.value for c in row] for row in total[1].iter_rows()
    ]


def open_cells(direct: Path, card: Path) -> dict[tuple[str, str], Any]:
    """What a filled-in card has beyond the cells of evaluators: targets, name and period."""
    done, before = openpyxl.load_workbook(direct), openpyxl.load_workbook(card)
    scored = values(direct)
    return {
        (s.title, c.coordinate): c.value
        for s in done.worksheets
        for row in s.iter_rows()
        for c in row
        if c.data_type != "f"
        and c.value != before[s.title][c.coordinate].value
        and (s.title, c.coordinate) not in scored
    }


def test_slips_that_disagree_are_not_merged(tmp_path: Path) -> None:
    card = blank(tmp_path, "004-8")
    slips = split(card, tmp_path / "评分")
    set_cells(slips[0], {(SLIP, "G7"): 80})
    again = tmp_path / "又一份.xlsx"
    again.write_bytes(slips[0].read_bytes())
    set_cells(again, {(SLIP, "G7"): 90})
    before = card.read_bytes()
    done = merge(card, [*slips, again], tmp_path / "合并.xlsx")
    assert [f.code for f in done.findings] == ["slip-conflict"]
    assert "80" in done.findings[0].message.zh and "90" in done.findings[0].message.zh
    assert not (tmp_path / "合并.xlsx").exists() and card.read_bytes() == before
    # The same value twice counts once.
    assert merge(card, [slips[0], slips[0]], tmp_path / "合并.xlsx").written == 1


def test_what_was_changed_in_the_card_since_is_not_overwritten(tmp_path: Path) -> None:
    card = blank(tmp_path, "004-8")
    slips = split(card, tmp_path / "评分")
    set_cells(slips[0], {(SLIP, "G7"): 80})
    place = openpyxl.load_workbook(slips[0])[SLIP]["B7"].value
    set_cells(card, {("考核表", place): 70})
    done = merge(card, slips, tmp_path / "合并.xlsx")
    assert [f.code for f in done.findings] == ["slip-conflict"] and done.path is None


def test_slips_of_another_form_and_absent_ones(tmp_path: Path) -> None:
    card, other = blank(tmp_path, "004-8"), blank(tmp_path, "004-6", "别人.xlsx")
    slips = split(card, tmp_path / "评分")
    foreign = split(other, tmp_path / "别人")
    assert {f.code for f in merge(card, foreign, tmp_path / "x.xlsx").findings} == {"slip-line-unknown"}
    assert merge(card, slips[1:], tmp_path / "y.xlsx").absent == ("技术助理",)
    with pytest.raises(UsageError):
        merge(card, [card], tmp_path / "z.xlsx")
    with pytest.raises(UsageError):
        split(card, tmp_path / "评分")


# --- roster ----------------------------------------------------------------------------------------------------------


def roster(path: Path, *lines: tuple[Any, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["客服部花名册"])
    book.active.append(["序号", "姓名", "岗位", "部门", "工号"])
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def test_a_department_gets_its_forms(tmp_path: Path) -> None:
    people = read_roster(
        roster(
            tmp_path / "花名册.xlsx",
            (1, "李雷", "售后工程师", None, 1001),
            (2, "韩梅梅", "004-7", "客服二部", 1002),
            (3, "李雷", "售后工程师", None, 1003),
            (4, "A&B<王>", "售后工程师", None, 1004),
        )
    )  # fmt: skip
    paths = make_forms(people, tmp_path / "表", period="2026Q3")
    assert [p.name for p in paths] == [
        "李雷_1001_售后工程师_2026Q3.xlsx",
        "韩梅梅_004-7_2026Q3.xlsx",
        "李雷_1003_售后工程师_2026Q3.xlsx",
        "A&B_王__售后工程师_2026Q3.xlsx",
    ]  # fmt: skip
    # Nothing but the name differs from the form that is built for one person.
    for person, path in ((people[1], paths[1]), (people[3], paths[3])):
        alone = build(load(person.position), person=person.name, period="2026Q3", department=person.department)
        assert parts(path.read_bytes()) == parts(alone)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_roster_is_checked_before_anything_is_written(tmp_path: Path) -> None:
    wrong = roster(
        tmp_path / "错.xlsx",
        (1, "王五", "会计", None, 1),
        (2, "赵六", "客户服务部经理", None, 2),
        (3, "李雷", "售后工程师", None, 3),
    )
    with pytest.raises(UsageError) as problem:
        make_forms(read_roster(wrong), tmp_path / "表")
    for text in ("王五", "会计", "赵六", "004-1-客户服务部经理"):
        assert text in problem.value.message.zh
    assert not (tmp_path / "表").exists()
    with pytest.raises(UsageError, match="姓名|岗位|position"):
        read_roster(roster(tmp_path / "缺.xlsx", (1, "王五", None, None, 1)))
    with pytest.raises(UsageError):
        read_roster(blank(tmp_path, "001"))


# --- the year --------------------------------------------------------------------------------------------------------


def quarters(folder: Path, *scores: float, **others: Any) -> list[Path]:
    """Cards of 004-7 of as many quarters, every item scored alike."""
    data = build(load("004-7"), person="张敏", period="2026Q1")
    found = []
    for i, score in enumerate(scores, start=1):
        path = folder / f"2026Q{i}.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(data))
        form = book["考核表"]
        place = next(c for row in form.iter_rows(max_row=4) for c in row if c.value == "2026Q1")
        place.value = f"2026Q{i}"
        for row in range(6, 10):
            form.cell(row, 8).value = score
        for cell, value in others.get(f"q{i}", {}).items():
            form[cell].value = value
        for sheet, col, value in others.get(f"parts{i}", ()):
            for row in range(5, 5 + (13 if sheet == "能力态度" else 12)):
                book[sheet].cell(row, col).value = value
        book.save(path)
        found.append(path)
    return found


def test_the_year_is_made_of_its_periods_by_the_rules_on_the_sheet(tmp_path: Path) -> None:
    # The third quarter is assessed on half of the weight: item 1 (50 %) is not applicable.
    paths = quarters(tmp_path, 80, 90, 60, q3={"H6": "不适用"}, parts3=[("能力态度", 5, "良")])
    done = collect_year(reversed(paths), tmp_path / "年.xlsx")
    assert done.periods == (
        ("第一季度", 80, 1), ("第二季度", 90, 1), ("第三季度", 60, 0.5), ("能力态度 上半年", 85, 1),
    )  # fmt: skip
    # Quarters (80 + 90 + 60)/3 at 60 %, ability 85 at 20 %; there are no goals yet, so 80 % is the whole.
    assert done.total == round((0.6 * (80 + 90 + 60) / 3 + 0.2 * 85) / 0.8, 2) == 78.75
    assert done.grade == "中"
    year = tmp_path / "年.xlsx"
    expected = {
        # By the weight assessed: (80 + 90 + 60·0.5)/2.5 = 80
        ("C5", "按覆盖率加权"): round((0.6 * 80 + 0.2 * 85) / 0.8, 2),
        ("C5", "最近一期"): round((0.6 * 60 + 0.2 * 85) / 0.8, 2),
        # What is absent counts 0: a quarter, a half-year and the goals.
        ("B8", "按0分"): round(0.6 * 230 / 4 + 0.2 * 85 / 2, 2),
        ("B8", "等待补齐"): None,
        ("B5", 0.5): "比重合计不是100%",
    }
    for (cell, word), total in expected.items():
        book = openpyxl.load_workbook(year)
        book["年度"][cell].value = word
        book.save(tmp_path / "改.xlsx")
        computed = recalculate((tmp_path / "改.xlsx").read_bytes()).data or b""
        sheet = openpyxl.load_workbook(io.BytesIO(computed), data_only=True)["年度"]
        rows = {sheet.cell(r, 1).value: sheet.cell(r, 2).value for r in range(1, 20)}
        assert (rows["年度总分"] or None) == total, word


def test_what_does_not_belong_to_one_year_is_refused(tmp_path: Path) -> None:
    first, second = quarters(tmp_path, 80, 90)
    again = tmp_path / "又.xlsx"
    again.write_bytes(first.read_bytes())
    with pytest.raises(UsageError, match="同一期|one period"):
        collect_year([first, second, again], tmp_path / "年.xlsx")
    set_cells(again, {("考核表", "B2"): "别人"})
    with pytest.raises(UsageError, match="被考核人|persons"):
        collect_year([second, again], tmp_path / "年.xlsx")
    unfinished = quarters(tmp_path, 80, 90, q2={"H6": None})
    done = collect_year(unfinished, tmp_path / "年.xlsx")
    assert [label for label, *_ in done.periods] == ["第一季度"] and [f.code for f in done.findings] == [
        "period-left-out"
    ]


# --- a team ----------------------------------------------------------------------------------------------------------


def test_a_team_indicator_is_pooled_by_its_bases_or_averaged_as_asked(tmp_path: Path) -> None:
    """The example of `docs/scoring.md`, section 6: 95/100, 40/50, 190/200, 9/10."""
    team = []
    for i, (good, every) in enumerate(((95, 100), (40, 50), (190, 200), (9, 10))):
        team.append(blank(tmp_path, "004-8", f"工程师{i}.xlsx"))
        set_cells(team[-1], {("考核表", "G7"): good / every, ("考核表", "H7"): every})
    name = "安装实施、维护合格率"
    assert pool_indicator(team, name).value == pytest.approx(334 / 360)
    assert pool_indicator(team, name, "mean").value == pytest.approx(0.9)
    manager = blank(tmp_path, "004-7")
    own = "组内员工技术服务质量与客户满意度"
    done = fill_from_team(manager, team, own, source=name, output=tmp_path / "主管.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "主管.xlsx")["考核表"]
    row = next(r for r in range(1, 12) if sheet.cell(r, 2).value == own)
    assert [sheet.cell(row, c).value for c in (6, 7)] == [pytest.approx(334 / 360), 360]
    assert (done.base, len(done.shares)) == (360, 4)
    # Without a base there is nothing to pool by: asked for, not guessed.
    set_cells(team[2], {("考核表", "H7"): None})
    with pytest.raises(UsageError, match="工程师2"):
        pool_indicator(team, name)
    blank_card = blank(tmp_path, "004-8", "空.xlsx")
    assert [f.code for f in pool_indicator([team[0], blank_card], name).findings] == ["team-left-out"]
    with pytest.raises(UsageError):
        pool_indicator(team, "没有这一项")


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    paths = quarters(tmp_path, 70, 75)
    results = [collect_year(order, tmp_path / f"{i}.xlsx").total for i, order in enumerate((paths, paths[::-1]))]
    assert results == [72.5, 72.5]
