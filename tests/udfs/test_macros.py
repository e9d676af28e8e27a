"""The macros on a stand-in for a live book, and the stand-in against xlwings' own names."""

from __future__ import annotations

import inspect
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings
import xlwings.base_classes

from scorecard.errors import NoTableFound, UsageError
from scorecard.messages import Message
from scorecard.workbook import live
from scorecard.workbook.checkup import check_package
from scorecard.workbook.checkup.groups import gathered
from scorecard.workbook.embed import embed as embed_file
from scorecard.workbook.finalise import finalise
from scorecard.workbook.inspection import inspect_package
from scorecard.workbook.package import Package
from scorecard.workbook.plan import Edit, Plan
from tests.cli.books import ACTUALS, FIRST, LAST, SCORE, classic_book
from tests.udfs import fake_book
from tests.udfs.fake_book import FakeBook, FakeComError, FakeRange, place
from udfs import macros
from udfs.reading import package_of
from udfs.vba import SHIMS
from udfs.workbook import GUIDE, add_macros

FORM = "考核表"


def cells(data: bytes, *, values: bool = False) -> dict[tuple[str, str], Any]:
    """Every cell of a file that holds something."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return classic_book(tmp_path / "部门.xlsx")


@pytest.fixture
def plain(form: Path) -> FakeBook:
    return FakeBook(form.read_bytes(), form.name)


@pytest.fixture(scope="module")
def embedded_data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = classic_book(tmp_path_factory.mktemp("book") / "部门.xlsx")
    return embed_file(path, path.with_name("评分.xlsx")).data


@pytest.fixture
def embedded(embedded_data: bytes) -> FakeBook:
    return FakeBook(embedded_data, "部门.xlsx")


# --- embed -----------------------------------------------------------------------------------------------------------


def test_embedding_live_is_embedding_a_file(plain: FakeBook, form: Path) -> None:
    """One planner: the formulas and rules are those that `scorecard embed` writes into the file."""
    message = macros.embed(plain)
    assert "评分规则" in message.zh
    live = cells(plain.to_bytes())
    assert live == cells(embed_file(form, form.with_name("out.xlsx")).data)
    assert plain.sheets.active.name == FORM


def test_embedding_live_gives_the_same_grades(plain: FakeBook, embedded_data: bytes) -> None:
    macros.embed(plain)
    live = inspect_package(package_of(plain), "live").cards[0].result
    assert live.total == inspect_package(Package.open(embedded_data), "file").cards[0].result.total
    assert live.total is not None


def test_a_macro_workbook_gets_functions(form: Path) -> None:
    book = FakeBook(add_macros(Package.open(form)), "部门.xlsm")
    book.sheets[FORM].activate()
    macros.embed(book)
    assert "KPI_SCORE(" in place(book, FORM, f"{SCORE}{FIRST}").value


def test_a_typed_score_stays_and_is_told_of(form: Path, tmp_path: Path) -> None:
    cell = f"{SCORE}{FIRST + 2}"
    path = classic_book(tmp_path / "已评.xlsx", {cell: 88})
    book = FakeBook(path.read_bytes(), path.name)
    assert f"保留了原有的得分 {cell}" in macros.embed(book).zh
    book.sheets[FORM].activate()
    assert place(book, FORM, cell).value == 88
    assert str(place(book, FORM, f"{SCORE}{FIRST}").value).startswith("=")


def test_a_typed_cell_stops_the_embedding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = f"{SCORE}{FIRST}"
    path = classic_book(tmp_path / "已评.xlsx", {cell: 88})
    plan = Plan((Edit(FORM, FIRST, 12, Message("", ""), None, "=2+2"),))
    monkeypatch.setattr(live, "plan_embedding", lambda *_: (plan, (None,), ()))
    book = FakeBook(path.read_bytes(), path.name)
    before = book.to_bytes()
    with pytest.raises(UsageError, match=cell):
        macros.embed(book)
    assert cells(book.to_bytes()) == cells(before)


def test_replaced_formulas_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = f"{SCORE}{FIRST}"
    path = classic_book(tmp_path / "公式.xlsx", {cell: "=1+1"})
    plan = Plan((Edit(FORM, FIRST, 12, Message("", ""), None, "=2+2"),))
    monkeypatch.setattr(live, "plan_embedding", lambda *_: (plan, (None,), ()))
    book = FakeBook(path.read_bytes(), path.name)
    assert "替换了 1 个公式" in macros.embed(book).zh
    report = {value for (sheet, _), value in cells(book.to_bytes()).items() if sheet == macros.CHECK_SHEET}
    assert "原有公式 =1+1 已替换" in report
    assert place(book, FORM, cell).value == "=2+2"


def test_only_the_active_sheet_is_embedded(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "两张.xlsx")
    workbook = openpyxl.load_workbook(path)
    second = workbook.copy_worksheet(workbook.active)
    second.title = "第二张"
    workbook.active = 1
    workbook.save(path)
    book = FakeBook(path.read_bytes(), path.name)
    before = {key: value for key, value in cells(book.to_bytes()).items() if key[0] == FORM}
    macros.embed(book)
    after = cells(book.to_bytes())
    assert {key: value for key, value in after.items() if key[0] == FORM} == before
    assert str(after["第二张", f"{SCORE}{FIRST}"]).startswith("=")


@pytest.mark.parametrize("name", ["embed", "next_period"])
def test_a_finalised_workbook_stays_as_it_is(form: Path, embedded_data: bytes, name: str) -> None:
    source = form.with_name("评分.xlsx")
    source.write_bytes(embedded_data)
    finalise(source, form.with_name("定稿.xlsx"), force=True)
    book = FakeBook(form.with_name("定稿.xlsx").read_bytes(), "定稿.xlsx")
    before = cells(book.to_bytes())
    with pytest.raises(UsageError, match="定稿"):
        macros.MACROS[name](book)
    assert cells(book.to_bytes()) == before


def test_embedding_twice_changes_nothing(embedded: FakeBook) -> None:
    before = cells(embedded.to_bytes())
    assert "保持不变" in macros.embed(embedded).zh
    assert cells(embedded.to_bytes()) == before


def test_a_sheet_without_a_table_is_a_sentence(embedded: FakeBook) -> None:
    embedded.sheets.add("空", after=embedded.sheets[0])
    with pytest.raises(NoTableFound):
        macros.embed(embedded)
    shown = macros.run("embed", embedded)
    assert embedded.app.alerts == [shown.text()]


def test_texts_stay_texts(plain: FakeBook) -> None:
    """Excel takes "95%" put into a cell for a number, and would take "3-5" for a date."""
    texts = ("95%", "3-5", "=A1", "007", "≥95%", "正常", "abc")
    edits = [Edit(FORM, 40 + i, 1, Message("", ""), text) for i, text in enumerate(texts)]
    macros.write_plan(Plan(tuple(edits)), plain)
    assert [place(plain, FORM, f"A{40 + i}").value for i in range(len(texts))] == list(texts)


# --- the others ------------------------------------------------------------------------------------------------------


def test_recalculate_says_the_grade(embedded: FakeBook, embedded_data: bytes) -> None:
    result = inspect_package(Package.open(embedded_data), "file").cards[0].result
    message = macros.recalculate(embedded)
    assert embedded.app.calculations == 1
    assert result.grade is not None
    assert result.grade in message.zh
    assert f"{result.total:g}" in message.zh


def test_check_writes_findings_with_links(embedded: FakeBook) -> None:
    place(embedded, FORM, f"F{FIRST}").value = "#DIV/0!"
    place(embedded, FORM, f"F{FIRST}").data_type = "e"
    before = {key: value for key, value in cells(embedded.to_bytes()).items()}
    expected = gathered(check_package(package_of(embedded), embedded.name).findings)
    assert len(expected) > 3
    message = macros.check(embedded)
    assert f"{len(expected)} 条" in message.zh
    after = cells(embedded.to_bytes())
    assert {key: value for key, value in after.items() if key[0] != macros.CHECK_SHEET} == before
    rows = [key[1] for key in after if key[0] == macros.CHECK_SHEET and key[1].startswith("C")]
    assert len(rows) == len(expected) + 1
    links = [v for (sheet, _), v in after.items() if sheet == macros.CHECK_SHEET and str(v).startswith("=HYPERLINK")]
    assert f'=HYPERLINK("#考核表!F{FIRST}","考核表!F{FIRST}")' in links
    # Again: the same sheet, not another one.
    macros.check(embedded)
    assert [s.name for s in embedded.sheets].count(macros.CHECK_SHEET) == 1


def test_a_sheet_of_that_name_by_somebody_else_is_left_alone(embedded: FakeBook) -> None:
    embedded.sheets.add(macros.CHECK_SHEET).range((1, 1)).value = "员工体检名单"
    macros.check(embedded)
    after = cells(embedded.to_bytes())
    assert after[macros.CHECK_SHEET, "A1"] == "员工体检名单"
    assert after[f"{macros.CHECK_SHEET}2", "A1"] == "绩效考核表体检"


def test_explain_says_how_the_selected_score_comes_about(embedded: FakeBook) -> None:
    embedded.sheets[FORM].range((FIRST + 2, 3)).select()
    sentence = macros.run("explain", embedded).zh
    name = str(place(embedded, FORM, f"A{FIRST + 2}").value or place(embedded, FORM, f"B{FIRST + 2}").value)
    assert sentence.startswith(name)
    assert ACTUALS[2] in sentence
    assert embedded.app.alerts and embedded.app.status_bar
    embedded.sheets[FORM].range((1, 1)).select()
    assert "请先选中" in macros.explain(embedded).zh


def test_next_period_keeps_a_record_and_clears_the_actuals(embedded: FakeBook) -> None:
    before = cells(embedded.to_bytes())
    shown = {key[1]: embedded.sheets[FORM].range(key[1]).value for key in before if key[0] == FORM}
    message = macros.next_period(embedded)
    assert f"已清空 {len(ACTUALS)} 个" in message.zh
    after = cells(embedded.to_bytes())
    [record] = {sheet for sheet, _ in after} - {sheet for sheet, _ in before}
    assert record in message.zh
    # The record shows what the form showed, and no longer depends on it.
    kept = {cell: value for (sheet, cell), value in after.items() if sheet == record}
    assert {cell: value for cell, value in kept.items() if str(value).startswith("=")} == {}
    assert {c: v for c, v in kept.items() if v not in ("", None)} == {
        c: v for c, v in shown.items() if v not in ("", None)
    }
    # Formulas, rules and targets go on; only the actuals are gone.
    gone = {key for key in before if key not in after}
    assert gone == {(FORM, f"F{row}") for row in range(FIRST, LAST + 1)}
    assert all(after[key] == value for key, value in before.items() if key not in gone)
    again = macros.next_period(embedded)
    assert "已清空 0 个" in again.zh


def test_lock_and_unlock(embedded: FakeBook) -> None:
    macros.lock(embedded)
    sheet = embedded.workbook[FORM]
    assert sheet.protection.sheet
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.protection.locked == str(cell.value).startswith("="), cell.coordinate
    assert "1 张" in macros.unlock(embedded).zh
    assert not sheet.protection.sheet


def test_a_password_is_respected(embedded: FakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(macros, "_com_error", lambda: FakeComError)
    embedded.workbook[FORM].protection.set_password("geheim")
    embedded.workbook[FORM].protection.sheet = True
    assert "有密码" in macros.unlock(embedded).zh
    assert "有密码" in macros.lock(embedded).zh
    assert embedded.workbook[FORM].protection.sheet


def test_charts_are_linked_to_the_scores(embedded: FakeBook) -> None:
    macros.charts(embedded)
    sheet = embedded.sheets[macros.CHART_SHEET]
    [chart] = list(sheet.charts)
    assert isinstance(chart.source, FakeRange)
    rows = chart.source.formula
    assert len(rows) == 1 + len(ACTUALS)
    assert [row[1] for row in rows[1:]] == [f"={FORM}!{SCORE}{row}" for row in range(FIRST, LAST + 1)]
    scores = [embedded.sheets[FORM].range((row, 12)).value for row in range(FIRST, LAST + 1)]
    assert [row[1] for row in chart.source.value[1:]] == scores
    macros.charts(embedded)
    assert len(list(embedded.sheets[macros.CHART_SHEET].charts)) == 1


def test_macros_of_a_workbook_whose_first_page_is_in_front(form: Path) -> None:
    data = add_macros(Package.open(embed_file(form, form.with_name("评分.xlsx")).data), [FORM])
    book = FakeBook(data, "部门.xlsm")
    book.sheets[GUIDE].activate()
    assert "总分" in macros.recalculate(book).zh


# --- other hosts, and the stand-in itself ----------------------------------------------------------------------------


def test_without_com_the_copy_is_made_from_values_and_formulas(embedded_data: bytes) -> None:
    book = FakeBook(embedded_data, "部门.xlsx", has_com=False)
    copied = cells(package_of(book).to_bytes())
    assert copied == cells(embedded_data)
    with pytest.raises(UsageError):
        macros.lock(book)


def test_widths_are_points_where_excel_is_reached_by_office_js(embedded_data: bytes) -> None:
    """70 characters of the standard font are 495 pixels with their margin; 70 points would be 93."""
    book = FakeBook(embedded_data, "部门.xlsx", has_com=False)
    book.api = {}
    macros.check(book)
    assert book.workbook[macros.CHECK_SHEET].column_dimensions["C"].width == 371.25
    book.api = None
    macros.check(book)
    assert book.workbook[macros.CHECK_SHEET].column_dimensions["C"].width == 70


def test_every_button_has_a_macro() -> None:
    assert [shim.macro for shim in SHIMS] == list(macros.MACROS)
    assert all(inspect.getdoc(macro) for macro in macros.MACROS.values())


@pytest.mark.parametrize(
    ("fake", "real"),
    [
        (fake_book.FakeBook, xlwings.Book),
        (fake_book.FakeApp, xlwings.App),
        (fake_book.FakeSheets, xlwings.main.Sheets),
        (fake_book.FakeSheet, xlwings.Sheet),
        (fake_book.FakeRange, xlwings.Range),
        (fake_book.FakeCharts, xlwings.main.Charts),
        (fake_book.FakeChart, xlwings.Chart),
        (fake_book.FakeConditionalFormats, xlwings.main.ConditionalFormats),
        (fake_book.FakeValidation, xlwings.main.DataValidation),
        (fake_book.FakeBorders, xlwings.main.Borders),
    ],
)
def test_the_stand_in_has_the_names_and_arguments_of_xlwings(fake: Any, real: Any) -> None:
    own = {"to_bytes", "changed", "computed", "workbook"}
    for name, member in vars(fake).items():
        if name.startswith("_") or name in own:
            continue
        assert hasattr(real, name), f"{real.__name__} has no {name}"
        if inspect.isfunction(member):
            given = set(inspect.signature(member).parameters) - {"self"}
            known = inspect.signature(getattr(real, name)).parameters
            is_open = any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in known.values())
            assert is_open or given <= set(known) | {"first", "last", "options"}, name
