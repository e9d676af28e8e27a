"""定稿: values, a date, a hash; what was changed since is named; everything else keeps its bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

import scorecard
from scorecard.definitions import parse_definition
from scorecard.errors import ScorecardError, UsageError
from scorecard.workbook.embed import convert, embed
from scorecard.workbook.finalise import finalise
from scorecard.workbook.grid import read_grid
from scorecard.workbook.inspection import inspect
from scorecard.workbook.link import link
from scorecard.workbook.package import Package
from scorecard.workbook.properties import mark_final
from scorecard.workbook.recalc import recalculate
from scorecard.workbook.register import LIVE, SHEET, read_register
from scorecard.workbook.verification import verify
from tests.cli.books import classic_book, people_book, with_stored_value
from tests.libreoffice.office import Office
from tests.parity.test_rich import FORM, RULES
from tests.parity.test_rich import NEW as RULE_SHEET
from tests.workbook.rich import rich_workbook

DAY = "2026-12-31"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """The classic form, embedded and filled in, with one actual that plain formulas read; and its 定稿."""
    folder = tmp_path_factory.mktemp("card")
    done = embed(classic_book(folder / "a.xlsx", {"F5": 2.2}), folder / "客服部_评分.xlsx")
    return done.data, finalise(done.path or "", folder / "定稿.xlsx", date=DAY).data


@pytest.fixture
def card(embedded: tuple[bytes, bytes], tmp_path: Path) -> Path:
    """The embedded card, in a folder of its own; its 定稿 lies beside it."""
    (tmp_path / "定稿.xlsx").write_bytes(embedded[1])
    (tmp_path / "客服部_评分.xlsx").write_bytes(embedded[0])
    return tmp_path / "客服部_评分.xlsx"


def frozen(card: Path) -> Path:
    return card.with_name("定稿.xlsx")


def edited(path: Path, change: Callable[[Workbook], object], name: str = "改.xlsx") -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path.with_name(name))
    return path.with_name(name)


def parts(path: Path) -> dict[str, bytes]:
    package = Package.open(path)
    return {name: package.read(name) for name in package.names()}


def test_formulas_become_the_values_they_showed(card: Path) -> None:
    before = card.read_bytes()
    done = finalise(card, date=DAY)
    assert done.path == card.with_name("客服部_评分_定稿.xlsx") and card.read_bytes() == before
    old, new = openpyxl.load_workbook(card), openpyxl.load_workbook(done.path)
    values = openpyxl.load_workbook(card, data_only=True)
    count = 0
    for name in ("考核表", "评分规则"):
        for row in old[name].iter_rows():
            for cell in row:
                there = new[name][cell.coordinate]
                shown = values[name][cell.coordinate].value
                assert there.value == (None if shown == "" else shown), cell
                assert there.number_format == cell.number_format and there.font.b == cell.font.b
                count += cell.data_type == "f"
        assert not any(c.data_type == "f" for row in new[name].iter_rows() for c in row)
    assert count == done.frozen > 300


def test_the_sheet_says_when_and_what(card: Path) -> None:
    done = finalise(card, date=DAY)
    sheet = openpyxl.load_workbook(done.path)[SHEET]
    head = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(3, 8)}
    assert head["定稿日期"] == DAY and head["SHA-256"] == done.digest and head["状态"] == "已定稿"
    assert head["考核表"] == "客户服务部经理关键业绩指标考核表（季度）：总分 75.5，等级 中，绩效系数 1"
    assert sheet.parent.properties.contentStatus == "Final"


def test_the_hash_is_what_the_page_says(card: Path) -> None:
    """Recomputed from the sheet by the recipe in docs/appeals.md, without the product."""
    done = finalise(card, date=DAY)
    sheet = openpyxl.load_workbook(done.path)[SHEET]
    rows = [[c.value for c in row] for row in sheet.iter_rows(max_col=5)]
    rows = rows[rows.index(["工作表", "单元格", "定稿时的值", "原公式", "说明"]) + 1 :]

    def place(row: list[object]) -> tuple[object, int, int]:
        cell = sheet[str(row[1])]
        return row[0], cell.row, cell.column

    lines = [f"scorecard 1 {DAY}"]
    for name, cell, value, formula, state in sorted(rows, key=place):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        kind = "" if value is None else "n" if number else "e" if str(value).startswith("#") else "s"
        text = "" if value is None else repr(float(f"{float(value):.15g}")) if number else str(value)
        lines.append(json.dumps([name, cell, kind, text, formula or "", state or ""], ensure_ascii=False))
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == done.digest


def test_unchanged_and_changed(card: Path) -> None:
    path = frozen(card)
    result = verify(path)
    assert result.is_unchanged and result.date == DAY and result.differences == ()

    def change(book: Workbook) -> None:
        book["考核表"]["F5"], book["考核表"]["L6"], book["考核表"]["N9"] = 1.5, None, "改过"
        book["评分规则"]["B5"] = "按0分"

    result = verify(edited(path, change))
    assert not result.is_unchanged and result.is_register_intact
    assert {(d.sheet, d.cell): (d.old, d.new) for d in result.differences} == {
        ("考核表", "F5"): ("2.2", "1.5"),
        ("考核表", "L6"): ("65", ""),
        ("考核表", "N9"): ("", "改过"),
        ("评分规则", "B5"): ("缺失", "按0分"),
    }


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        (lambda book: book["考核表"].__setitem__("L5", "=50+50"), [("考核表", "L5")]),  # the same number, by a formula
        (lambda book: book.remove(book["评分规则"]), [("评分规则", "")]),
        (lambda book: setattr(book["考核表"], "title", "旧表"), [("考核表", "")]),
        (lambda book: book["考核表"].__setitem__("F5", "2.2"), [("考核表", "F5")]),  # a text now
    ],
)
def test_other_changes(card: Path, change: Callable[[Workbook], object], cells: list[tuple[str, str]]) -> None:
    result = verify(edited(frozen(card), change))
    assert [(d.sheet, d.cell) for d in result.differences] == cells and not result.is_unchanged


@pytest.mark.parametrize("cell", ["B4", "C40", "D40"])
def test_a_changed_register_does_not_match_its_hash(card: Path, cell: str) -> None:
    path = edited(frozen(card), lambda book: book[SHEET].__setitem__(cell, "2026-01-01"))
    assert not verify(path).is_register_intact and not verify(path).is_unchanged


def test_saved_by_other_programs_it_is_unchanged(card: Path, office: Office, tmp_path: Path) -> None:
    path = frozen(card)
    assert verify(edited(path, lambda book: None)).is_unchanged
    (there,) = office.convert(path, "xlsx", tmp_path / "lo")
    assert verify(there).differences == () and verify(there).is_register_intact


def test_everything_else_keeps_its_bytes(tmp_path: Path) -> None:
    """A workbook with charts, images, sparklines …: only the form, the rules, and what a new sheet needs change."""
    source = rich_workbook(tmp_path / "rich.xlsx")
    package = Package.open(source)
    package.write(FORM, re.sub(rb"<sheetProtection[^>]*/>", b"", package.read(FORM)))
    package.save(source)
    card = embed(source, tmp_path / "e.xlsx", rules=parse_definition(RULES)).path or source
    done = finalise(card, tmp_path / "f.xlsx", date=DAY, force=True)
    old, new = parts(card), parts(done.path or card)
    allowed = {
        "[Content_Types].xml": "names the new sheet and the custom properties",
        "_rels/.rels": "leads to the custom properties",
        "xl/workbook.xml": "lists the new sheet",
        "xl/_rels/workbook.xml.rels": "leads to it",
        "docProps/app.xml": "lists the names of the sheets",
        "docProps/core.xml": "says Final",
        "xl/styles.xml": "holds the looks of the new sheet, after those there were",
        FORM: "is frozen",
        RULE_SHEET: "is frozen",
    }
    assert {name for name in old if new.get(name) != old[name]} == set(allowed)
    assert set(new) - set(old) == {"docProps/custom.xml", "xl/worksheets/sheet5.xml"}
    # Of the frozen form only formulas and the kind of text went; formats, validation, sparklines, drawings stay.
    plain = [re.sub(rb"<sheetData>.*</sheetData>", b"", part, flags=re.DOTALL) for part in (old[FORM], new[FORM])]
    assert re.sub(rb"<dimension[^>]*/>", b"", plain[0]) == re.sub(rb"<dimension[^>]*/>", b"", plain[1])


def test_inspect_reads_it_as_before(card: Path) -> None:
    """Scores, rules and explanations are those of the card that was frozen."""
    one, two = inspect(card), inspect(frozen(card))
    assert one.cards[0].result == two.cards[0].result and two.cards[0].is_embedded
    assert {f.code for f in two.findings} - {f.code for f in one.findings} == {"finalised"}
    changed = inspect(edited(frozen(card), lambda book: book["考核表"].__setitem__("F5", 9)))
    assert {"finalised", "changed-since-final"} <= {f.code for f in changed.findings}


def test_it_is_not_changed_any_more(card: Path) -> None:
    path = frozen(card)
    for change in (finalise, embed, link, lambda p: convert(p, formulas="udf")):
        with pytest.raises(UsageError, match="finalised on 2026-12-31"):
            change(path)  # type: ignore[operator]
    assert recalculate(path.read_bytes()).changes == ()


# --- refusals --------------------------------------------------------------------------------------------------------


def test_incomplete(card: Path, tmp_path: Path) -> None:
    path = edited(card, lambda book: book["考核表"].__setitem__("F6", None), "unvollständig.xlsx")
    with pytest.raises(ScorecardError, match=r"incomplete 9/10.*报修处理及时率 F6"):
        finalise(path)
    done = finalise(path, tmp_path / "x.xlsx", force=True, date=DAY)
    grid = read_grid(Package.open(done.data), "考核表")
    assert grid.at("L15").value is None and str(grid.at("L17").value) == "未完成 9/10"
    assert "未完成 9/10" in str(read_grid(Package.open(done.data), SHEET).at("B7").value)
    assert verify(done.path or "").is_unchanged


def test_stale_values_are_recalculated_first(card: Path, tmp_path: Path) -> None:
    path = with_stored_value(card, "L15", "99")
    assert read_grid(Package.open(path), "考核表").at("L15").value == 99
    done = finalise(path, tmp_path / "x.xlsx", date=DAY)
    assert read_grid(Package.open(done.data), "考核表").at("L15").value == 75.5


def test_what_cannot_be_computed(card: Path, tmp_path: Path) -> None:
    """A formula the engine does not compute and that shows no value."""
    path = edited(card, lambda book: book["考核表"].__setitem__("N12", '=CELL("filename")'))
    with pytest.raises(ScorecardError, match="cannot be recalculated"):
        finalise(path)
    done = finalise(path, tmp_path / "x.xlsx", force=True, date=DAY)
    assert read_grid(Package.open(done.data), "考核表").at("N12").is_formula
    assert "formula-left" in {f.code for f in done.findings} and verify(done.path or "").is_unchanged


def test_total_that_contradicts_the_rules(card: Path) -> None:
    with pytest.raises(ScorecardError, match=r"says 95, the rules give 75.5"):
        finalise(edited(card, lambda book: book["考核表"].__setitem__("L15", 95)))


def test_total_that_is_an_error(card: Path) -> None:
    with pytest.raises(ScorecardError, match="#DIV/0!"):
        finalise(edited(card, lambda book: book["考核表"].__setitem__("F6", "=1/0")))


@pytest.mark.parametrize("date", ["12月31日", "2026-13-01", "20261"])
def test_dates(card: Path, date: str) -> None:
    with pytest.raises(UsageError, match="2026-12-31"):
        finalise(card, date=date)


def test_not_finalised(card: Path) -> None:
    with pytest.raises(UsageError, match="not finalised"):
        verify(card)


# --- other workbooks -------------------------------------------------------------------------------------------------


def test_own_formulas_of_a_department(tmp_path: Path) -> None:
    """Two score columns with their own totals: =F4*D4+… is frozen like ours."""
    scores = {f"{col}{row}": 80 + row for col in "FG" for row in range(4, 8)}
    done = finalise(people_book(tmp_path / "p.xlsx", scores), tmp_path / "x.xlsx", date=DAY)
    grid = read_grid(Package.open(done.data), "王小明")
    # 84*0.4+85*0.3+86*0.2+87*0.1
    assert not grid.at("G9").is_formula and grid.at("G9").value == pytest.approx(85)
    assert verify(done.path or "").is_unchanged


def test_data_behind_the_actuals_is_in_the_register(tmp_path: Path) -> None:
    """The data sheet stays live, but a change of it is a change of the card."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ("经理考核表",),
        ("考核指标", "权重", "目标值", "实际完成", "得分"),
        ("及时率", "60%", "90%", None, 90),
        ("满意率", "40%", "90%", 0.9, 90),
        ("合计", "100%", None, None, 90),
    ):
        ws.append(row)
    card = book.create_sheet("定义")
    for line in (
        ("指标名称", "及时率"),
        ("指标定义", "见算法"),
        ("指标算法", "及时数/总数"),
        ("设立目的", "试验"),
        ("责任岗位", "经理"),
    ):
        card.append(line)
    data = book.create_sheet("数据")
    for line in (("月份", "及时数", "总数"), ("7月", 9, "=5+5"), ("8月", 18, 20), ("合计", 27, 30)):
        data.append(line)
    book.save(tmp_path / "a.xlsx")
    linked = link(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    done = finalise(linked.path or "", tmp_path / "c.xlsx", date=DAY)
    register = read_register(Package.open(done.data))
    assert register is not None
    cells = {(e.sheet, e.cell): e for e in register.entries}
    assert cells["数据", "B3"].value == 18 and cells["数据", "C2"].state == LIVE
    assert not {("数据", "A2"), ("数据", "B4")} & set(cells)
    assert cells["考核表", "D3"].value == 0.9
    changed = edited(done.path or tmp_path, lambda b: b["数据"].__setitem__("B3", 20))
    assert [(d.sheet, d.cell) for d in verify(changed).differences if d.cell == "B3"] == [("数据", "B3")]


def test_shared_array_and_text_formulas(tmp_path: Path) -> None:
    """What other programs write beside our own formulas: array formulas, texts, booleans, errors, dates."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (("考核指标", "权重", "得分"), ("甲", "60%", 90), ("乙", "40%", 80), ("合计", "100%", "=C2*B2+C3*B3")):
        ws.append(row)
    ws["E1"], ws["E2"], ws["E3"], ws["E4"] = '="a&b <c> "', "=1=1", "=1/0", "=DATE(2026,1,2)"
    ws["E4"].number_format = "yyyy-mm-dd"
    from openpyxl.worksheet.formula import ArrayFormula

    ws["E5"] = ArrayFormula("E5", "=SUM(C2:C3*{1;1})")
    book.save(tmp_path / "a.xlsx")
    done = finalise(tmp_path / "a.xlsx", tmp_path / "b.xlsx", date=DAY)
    seen = openpyxl.load_workbook(done.path)["考核表"]
    assert [seen[c].value for c in ("C4", "E1", "E2", "E3")] == [86, "a&b <c> ", True, "#DIV/0!"]
    assert seen["E4"].value.year == 2026 and not any(c.data_type == "f" for row in seen.iter_rows() for c in row)
    assert verify(done.path or "").is_unchanged


def test_mark_final_keeps_other_properties(tmp_path: Path) -> None:
    book = Workbook()
    book.properties.creator, book.properties.title = "张三", "考核"
    book.save(tmp_path / "a.xlsx")
    twice = mark_final(mark_final(Package.open(tmp_path / "a.xlsx")))
    twice.save(tmp_path / "b.xlsx")
    seen = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert (seen.properties.creator, seen.properties.title, seen.properties.contentStatus) == ("张三", "考核", "Final")
    assert [(p.name, p.value) for p in seen.custom_doc_props.props] == [("_MarkAsFinal", True)]


def test_the_package_exports_it() -> None:
    assert scorecard.finalise is finalise and scorecard.verify is verify
