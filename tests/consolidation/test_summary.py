"""The summary workbook: what its formulas give when LibreOffice computes them, where links lead, what stays text."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

import scorecard
from scorecard.consolidation.output import save_tables
from scorecard.scoring.ranking import forced_distribution
from tests.consolidation.test_consolidate import card
from tests.libreoffice.office import Office

DEPARTMENTS = ("客服部", "技术部")
# Ties at 88 and 80; the raters differ.
TOTALS = {
    "王伟": 96, "李娜": 88, "张敏": 88, "刘洋": 88, "陈静": 80, "杨磊": 80, "赵军": 72, "黄丽": 66, "周杰": 61, "吴强": 55,
    "徐明": 91, "孙燕": 84,
}  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, scorecard.Consolidation]:
    base = tmp_path_factory.mktemp("汇总 100%#1")
    for i, (person, total) in enumerate(TOTALS.items()):
        department = DEPARTMENTS[i % 2]
        path = card(base / "部门" / department / f"{department}-{person}.xlsx", person, [total] * 4)
        book = openpyxl.load_workbook(path)
        sheet = book.active
        sheet["B2"], sheet["F2"] = f"{department}-{person}", f"考核人：{'李主管' if i % 2 else '王经理'}"
        book.save(path)
    risky = card(base / "部门" / "危险.xlsx", "郑凯", [70] * 4)
    book = openpyxl.load_workbook(risky)
    sheet = book.active
    sheet["B2"], sheet["E2"] = "-部门-郑凯", "@岗位"
    sheet["B4"] = '=HYPERLINK("http://evil","x")'
    sheet["B4"].data_type = "s"
    book.save(risky)
    done = scorecard.consolidate(base / "部门")
    return done.save(base / "输出" / "汇总.xlsx"), done


def cells(path: Path) -> dict[tuple[str, str], Any]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (ws.title, c.coordinate): c.value for ws in book for row in ws.iter_rows() for c in row if c.value is not None
    }


def test_every_sheet_is_there(written: tuple[Path, scorecard.Consolidation]) -> None:
    book = openpyxl.load_workbook(written[0])
    assert book.sheetnames == ["总览", "名单", "部门", "指标", "强制分布", "校准", "异常", "明细", "来源"]


def test_the_values_written_are_those_of_the_formulas(
    written: tuple[Path, scorecard.Consolidation], office: Office
) -> None:
    path, _ = written
    before, after = cells(path), office.recalculated(path)
    formulas = [
        (ws.title, c.coordinate)
        for ws in openpyxl.load_workbook(path)
        for row in ws.iter_rows()
        for c in row
        if isinstance(c.value, str) and c.value.startswith("=") and c.data_type == "f"
    ]
    assert len(formulas) > 200
    wrong = []
    for place in formulas:
        mine, theirs = before.get(place) or "", after.get(place) or ""
        same = mine == theirs or (
            isinstance(mine, (int, float)) and isinstance(theirs, (int, float)) and abs(mine - theirs) < 1e-9
        ) or {mine, theirs} <= {"", 0}  # fmt: skip
        if not same:
            wrong.append((place, mine, theirs))
    assert not wrong


def test_a_changed_quota_changes_the_proposal(
    written: tuple[Path, scorecard.Consolidation], office: Office, tmp_path: Path
) -> None:
    path, done = written
    book = openpyxl.load_workbook(path)
    sheet = book["强制分布"]
    quotas = [0.25, 0.25, 0.2, 0.2, 0.1]
    for row, quota in enumerate(quotas, 6):
        sheet.cell(row, 2, quota)
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    after = office.recalculated(changed)

    def column(letter: str, first: int, count: int) -> list[Any]:
        return [after["强制分布", f"{letter}{row}"] for row in range(first, first + count)]

    scores = sorted([*TOTALS.values(), 70], reverse=True)
    expected = forced_distribution(scores, ["优", "良", "中", "及格", "差"], quotas)
    assert column("D", 6, 5) == list(expected.quota)
    assert column("F", 6, 5) == list(expected.actual)
    first = next(row for row in range(12, 30) if after.get(("强制分布", f"A{row}")) == "姓名") + 1
    assert column("E", first, len(scores)) == list(expected.grades)


def test_each_total_links_to_the_cell_it_was_read_from(written: tuple[Path, scorecard.Consolidation]) -> None:
    path, _ = written
    sheet = openpyxl.load_workbook(path)["名单"]
    heads = {c.value: c.column for c in sheet[4]}
    found = 0
    for row in range(5, 5 + len(TOTALS) + 1):
        total = sheet.cell(row, heads["总分"])
        link = total.hyperlink
        target = (path.parent / unquote(link.target)).resolve()
        assert target.exists(), link.target
        tab, _, place = link.location.rpartition("!")
        source = openpyxl.load_workbook(target)[tab.strip("'")]
        # The total cell is the form's own formula over its items.
        assert source[place].value.startswith("=G4*D4")
        found += 1
    assert found == 13


def test_text_never_becomes_a_formula(written: tuple[Path, scorecard.Consolidation], tmp_path: Path) -> None:
    path, done = written
    book = openpyxl.load_workbook(path)
    texts = [c for ws in book for row in ws.iter_rows() for c in row if c.value == '=HYPERLINK("http://evil","x")']
    assert texts and all(c.data_type == "s" for c in texts)
    done.save(tmp_path / "名单.csv")
    with (tmp_path / "名单.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert "'@岗位" in {row["position"] for row in rows}
    assert not [v for row in rows for v in row.values() if v.startswith(("=", "@", "+", "-"))]


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=", " =", "\u3000＝", "\xa0@"])
def test_no_indicator_is_a_formula_whatever_it_begins_with(lead: str, tmp_path: Path) -> None:
    text = f"{lead}1+1|boese"
    path = card(tmp_path / "部门" / "张三.xlsx", "张三", [85, 88, 75, 95])
    book = openpyxl.load_workbook(path)
    book.active["B4"] = text
    book.active["B4"].data_type = "s"
    book.save(path)
    done = scorecard.consolidate(tmp_path / "部门")
    for out in save_tables(done, tmp_path / "csv"):
        with out.open(encoding="utf-8-sig", newline="") as stream:
            found = [value for row in csv.reader(stream) for value in row if "boese" in value]
        assert all(value.startswith("'") for value in found), found
        assert found or out.stem != "items"
    sheet = openpyxl.load_workbook(done.save(tmp_path / "s.xlsx"))["明细"]
    assert [c.data_type for row in sheet.iter_rows() for c in row if "boese" in str(c.value)] == ["s"]


def test_the_same_input_gives_the_same_bytes(written: tuple[Path, scorecard.Consolidation], tmp_path: Path) -> None:
    path, done = written
    again = done.save(path.with_name("nochmal.xlsx"))
    assert again.read_bytes() == path.read_bytes()


def test_a_sorted_list_gives_everybody_the_same_grade_and_calibration(office: Office, tmp_path: Path) -> None:
    """Somebody sorts 名单 by name in Excel: what was typed moves, with people without a total between the others."""
    folder = tmp_path / "部门"
    for i, (person, total) in enumerate(TOTALS.items()):
        path = card(folder / f"{person}.xlsx", person, [total, None if total == 91 else total, total, total])
        book = openpyxl.load_workbook(path)
        book.active["F2"] = f"考核人：{'李主管' if i % 2 else '王经理'}"
        book.save(path)
    path = scorecard.consolidate(folder).save(tmp_path / "汇总.xlsx")

    def by_name(values: dict[tuple[str, str], Any], sheet: str, name: str, columns: str) -> dict[str, list[Any]]:
        head = max(int(c[1:]) for (s, c), v in values.items() if (s, v) == (sheet, "姓名"))
        rows = range(head + 1, head + 1 + len(TOTALS))
        return {values[sheet, f"{name}{r}"]: [values.get((sheet, f"{c}{r}")) or None for c in columns] for r in rows}

    before = cells(path)
    book = openpyxl.load_workbook(path)
    sheet = book["名单"]
    rows = [
        [(c.column, c.value) for c in row if not str(c.value).startswith("=")] for row in sheet["A5:Q16"]
    ]  # fmt: skip
    for place, row in enumerate(sorted(rows, key=lambda row: dict(row)[2]), 5):
        for col, value in row:
            sheet.cell(place, col).value = value
    book.save(tmp_path / "sorted.xlsx")
    after = office.recalculated(tmp_path / "sorted.xlsx")
    assert after["名单", "B5"] != before["名单", "B5"]
    assert by_name(before, "强制分布", "A", "CDEFG")["徐明"] == [None] * 5
    assert by_name(after, "强制分布", "A", "CDEFG") == by_name(before, "强制分布", "A", "CDEFG")
    for name, (rater, *numbers) in by_name(before, "校准", "B", "ADEF").items():
        found, *others = by_name(after, "校准", "B", "ADEF")[name]
        assert found == rater and [n or 0 for n in others] == pytest.approx([n or 0 for n in numbers], abs=1e-9)


def test_a_rounded_total_is_no_difference(tmp_path: Path) -> None:
    """85, 88, 75, 95 at 0.4, 0.3, 0.2, 0.1 with the last at 95.05: 84.905, shown as 84.91 and stated as 84.905."""
    card(tmp_path / "部门" / "张三.xlsx", "张三", [85, 88, 75, 95.05])
    wrong = card(tmp_path / "部门" / "李四.xlsx", "李四", [85, 88, 75, 95])
    book = openpyxl.load_workbook(wrong)
    book.active["G9"] = 80
    book.save(wrong)
    sheet = openpyxl.load_workbook(scorecard.consolidate(tmp_path / "部门").save(tmp_path / "s.xlsx"))["名单"]
    heads = {c.value: c.column for c in sheet[4]}
    gaps = {sheet.cell(row, 2).value: sheet.cell(row, heads["差额"]).value for row in (5, 6)}
    assert gaps == {"张三": 0, "李四": pytest.approx(-4.9)}


def test_headings_stand_on_every_printed_page(written: tuple[Path, scorecard.Consolidation]) -> None:
    book = openpyxl.load_workbook(written[0])
    for ws in book:
        # As wide as a page, and as many pages as it takes; the overview is one.
        assert ws.sheet_properties.pageSetUpPr.fitToPage, ws.title
        assert (ws.page_setup.fitToHeight == 0) == (ws.title != "总览"), ws.title
        assert "&P" in (ws.oddFooter.center.text or ""), ws.title
        assert ws.title == "总览" or ws.print_title_rows, ws.title


def test_grades_of_another_scale_are_told_and_not_distributed(tmp_path: Path, office: Office) -> None:
    base = tmp_path / "表"
    for i, name in enumerate(("张三", "李四", "王五", "赵六", "钱七")):
        card(base / f"{name}.xlsx", name, [90 - 10 * i] * 4)
    path = card(base / "孙八.xlsx", "孙八", [95] * 4)
    book = openpyxl.load_workbook(path)
    book.active.cell(30, 1, "等级标准：A：90-100分；B：80-89分；C：60-79分；D：60分以下")
    book.save(path)
    done = scorecard.consolidate(base)
    grades = done.people.set_index("person")["grade"].to_dict()
    assert grades["孙八"] == "A" and grades["李四"] != "B"
    [told] = [n for n in done.notices if n.code == "grade-scales-mixed"]
    assert told.file == "孙八.xlsx" and "A、B、C、D" in told.message.zh and "优、良、中、及格、差" in told.message.zh
    for quotas, ladder in ((None, ["优", "良", "中", "及格", "差"]), ({"A": 0.5, "D": 0.5}, ["A", "B", "C", "D"])):
        done.save(tmp_path / "汇总.xlsx", quotas=quotas)
        found = office.recalculated(tmp_path / "汇总.xlsx")
        at = {(column, row): found.get(("强制分布", f"{column}{row}")) for column in "AE" for row in range(1, 30)}
        assert [at["A", row] for row in range(6, 7 + len(ladder))] == [*ladder, "合计"] and "别的等级" in str(at["A", 4])
        first = next(row for row in range(6, 30) if at["A", row] == "姓名") + 1
        proposed = {at["A", row]: at["E", row] for row in range(first, first + 6)}
        assert set(proposed) == {"张三", "李四", "王五", "赵六", "钱七", "孙八"} and set(proposed.values()) <= set(ladder)
        assert proposed["孙八"] == ladder[0]
