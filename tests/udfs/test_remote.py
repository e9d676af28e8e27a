"""The macros on xlwings' own remote engine, for who has a key to it; nothing here sets one.

`xlwings.Book(json=...)` takes the workbook as a client sends it, and collects what is done to it as a list of actions for
that client. The actions are carried out here on the stand-in for a book, and the cells compared with those of the command
line. The engine cannot read formulas back, so each macro is given what it would have read, as in xlwings Lite.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings

from scorecard.errors import UsageError
from scorecard.messages import Message
from scorecard.workbook.embed import embed
from scorecard.workbook.inspection import inspect_package
from scorecard.workbook.package import Package
from tests.cli.books import ACTUALS, FIRST, LAST, SCORE, classic_book
from tests.udfs.fake_book import FakeBook
from udfs import macros

pytestmark = pytest.mark.skipif(
    not os.environ.get("XLWINGS_LICENSE_KEY"),
    reason="xlwings' remote engine needs a paid key, or the word by which a user declares noncommercial use; "
    "set XLWINGS_LICENSE_KEY yourself if you hold one",
)

FORM = "考核表"
# Actions on the looks of cells, the view, and messages: no cell's content depends on them.
SILENT = {
    "activateSheet",
    "addChart",
    "addConditionalFormat",
    "alert",
    "calculate",
    "copyFromRange",
    "rangeMerge",
    "rangeSelect",
    "setBorderProperty",
    "setColumnWidth",
    "setDataValidationList",
    "setDataValidationRule",
    "setFontProperty",
    "setHorizontalAlignment",
    "setNumberFormat",
    "setRangeColor",
    "setRowHeight",
    "setVerticalAlignment",
    "setWrapText",
}


def sent(path: Path, selection: str = "A1") -> dict[str, Any]:
    """A workbook as the Office.js client of xlwings sends it: values from A1 on, blanks as empty texts."""
    workbook = openpyxl.load_workbook(path, data_only=True)
    return {
        "client": "Office.js",
        "version": xlwings.__version__,
        "book": {
            "name": path.name,
            "active_sheet_index": workbook.index(workbook.active),
            "selection": selection,
        },
        "names": [],
        "sheets": [
            {
                "name": sheet.title,
                "visibility": "Visible",
                "values": [[plain(value) for value in row] for row in sheet.iter_rows(values_only=True)],
                "used_range_address": f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}",
                "pictures": [],
                "shapes": [],
                "charts": [],
                "notes": [],
                "tables": [],
                "pivot_tables": [],
                "print_area": None,
                "show_gridlines": True,
            }
            for sheet in workbook.worksheets
        ],
    }


def plain(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value


def done(path: Path, actions: list[dict[str, Any]]) -> FakeBook:
    """The workbook after the actions, as its client would have carried them out."""
    book = FakeBook(path.read_bytes(), path.name)
    for action in actions:
        name, args = action["func"], action["args"]
        if name == "addSheet":
            book.workbook.create_sheet(args[1], args[0])
        elif name == "copySheet":
            position, target, title = args
            source = book.sheets[action["sheet_position"]]
            source.copy(name=title)
            wanted = target + (position == "After")
            book.workbook.move_sheet(title, wanted - (len(book.sheets) - 1))
        elif name == "setSheetName":
            book.sheets[action["sheet_position"]].cells.title = args[0]
        elif name in ("setValues", "setFormula", "rangeClearContents"):
            top, left = action["start_row"] + 1, action["start_column"] + 1
            bottom, right = top + action["row_count"] - 1, left + action["column_count"] - 1
            cells = book.sheets[action["sheet_position"]].range((top, left), (bottom, right))
            if name == "rangeClearContents":
                cells.clear_contents()
            else:
                cells.value = [list(row) for row in action["values"]]
        elif name == "sheetClearContents":
            book.sheets[action["sheet_position"]].clear_contents()
        else:
            assert name in SILENT, f"an action that this test does not know: {name} {args}"
        book.changed()
    return book


def run(name: str, path: Path, selection: str = "A1") -> tuple[Message, FakeBook, list[dict[str, Any]]]:
    book = xlwings.Book(json=sent(path, selection))
    try:
        assert book.app.engine.name == "remote"
        said = macros.MACROS[name](book, Package.open(path))
        actions = book.json()["actions"]
    finally:
        book.close()
    return said, done(path, actions), actions


def cells(workbook: Any) -> dict[tuple[str, str], Any]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return classic_book(tmp_path / "部门.xlsx")


@pytest.fixture
def embedded(form: Path) -> Path:
    path = form.with_name("评分.xlsx")
    embed(form, path)
    return path


def test_the_engine_is_there() -> None:
    assert "remote" in [engine.name for engine in xlwings.engines], "xlwings did not accept the key"


def test_embedding_is_embedding_the_file(form: Path, embedded: Path) -> None:
    said, book, _ = run("embed", form)
    assert "评分规则" in said.zh
    assert cells(book.workbook) == cells(openpyxl.load_workbook(embedded))


def test_recalculate_says_the_grade(embedded: Path) -> None:
    said, book, actions = run("recalculate", embedded)
    result = inspect_package(Package.open(embedded), "file").cards[0].result
    assert "calculate" in [action["func"] for action in actions]
    assert result.grade is not None and result.grade in said.zh
    assert cells(book.workbook) == cells(openpyxl.load_workbook(embedded))


def test_check_writes_its_sheet_and_nothing_else(embedded: Path) -> None:
    _, book, _ = run("check", embedded)
    after = cells(book.workbook)
    assert after[macros.CHECK_SHEET, "A1"]
    kept = {place: value for place, value in after.items() if place[0] != macros.CHECK_SHEET}
    assert kept == cells(openpyxl.load_workbook(embedded))


def test_explain_changes_nothing(embedded: Path) -> None:
    said, book, _ = run("explain", embedded, f"{SCORE}{FIRST + 2}")
    assert ACTUALS[2] in said.zh
    assert cells(book.workbook) == cells(openpyxl.load_workbook(embedded))


def test_next_period_keeps_a_record_and_clears_the_actuals(embedded: Path) -> None:
    said, book, _ = run("next_period", embedded)
    before, after = cells(openpyxl.load_workbook(embedded)), cells(book.workbook)
    assert f"已清空 {len(ACTUALS)} 个" in said.zh
    assert {place for place in before if place not in after} == {(FORM, f"F{row}") for row in range(FIRST, LAST + 1)}
    [record] = {sheet for sheet, _ in after} - {sheet for sheet, _ in before}
    assert not [value for place, value in after.items() if place[0] == record and str(value).startswith("=")]


def test_charts_are_linked_to_the_scores(embedded: Path) -> None:
    _, book, actions = run("charts", embedded)
    assert [action["func"] for action in actions].count("addChart") == 1
    links = [value for place, value in cells(book.workbook).items() if place[0] == macros.CHART_SHEET]
    assert {f"={FORM}!{SCORE}{row}" for row in range(FIRST, LAST + 1)} <= set(links)


@pytest.mark.parametrize("name", ["lock", "unlock"])
def test_what_the_engine_cannot_do_is_a_sentence(embedded: Path, name: str) -> None:
    with pytest.raises(UsageError, match="Protect Sheet|保护工作表"):
        run(name, embedded)
