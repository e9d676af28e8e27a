"""Where formulas without anything installed differ from the scoring core, on purpose: one test for each exception."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scorecard import functions
from scorecard.scoring.values import CellError
from scorecard.workbook.inspection import inspect
from tests.libreoffice.office import Office
from tests.parity.books import RULES, embedded, shown, stored
from tests.parity.forms import SHEET, Content, Form
from tests.parity.test_properties import edited, plain_form, with_actuals

BANDS = ([[0.8, 0.95, 0.97, 0.99, 1.0]], [[0, 60, 70, 90, 100]])
VALUE = CellError("#VALUE!")


def form_with(typed: Any) -> Form:
    """The plain form with something in the first actual, the threshold of which are 0.8 … 1."""
    form = plain_form()
    return with_actuals(form, lambda item: Content(typed, "") if item.name == "东区业务" else item.actual)


@pytest.mark.parametrize(
    ("text", "by_function"),
    [("0.96", 65.0), ("９６％", 65.0), ("≥96%", 65.0), ("96%以上", 65.0), ("约0.97", 70.0), ("0.96分", 65.0)],
)
def test_text_numbers_are_errors_in_native_formulas(text: str, by_function: float) -> None:
    """Loud, never a wrong number: classic functions cannot read them alike everywhere; KPI_SCORE can."""
    data = embedded(form_with(text), "native")
    seen = shown(form_with(text), stored(data))
    assert seen.scores[0] == VALUE and seen.foot["总分"] == VALUE
    assert functions.KPI_SCORE(text, *BANDS) == by_function
    assert shown(form_with(text), stored(embedded(form_with(text), "udf"))).scores[0] == by_function


def test_a_text_number_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "card.xlsx"
    path.write_bytes(embedded(form_with("0.96"), "native"))
    found = inspect(path).findings
    assert any(finding.code == "text-number" and "B4" in finding.cell for finding in found)


@pytest.mark.parametrize("text", ["96%", "96 %", "96％", "　96%\u00a0", "96．0%"])
def test_plain_percent_texts_are_no_exception(text: str) -> None:
    assert shown(form_with(text), stored(embedded(form_with(text), "native"))).scores[0] == 65


@pytest.mark.parametrize("text", ["9 6%", "9　6％", " 9 6 %", "9\u00a06%"])
def test_two_numbers_in_a_percent_text_are_refused(text: str) -> None:
    """Blanks around a number and before its sign are nothing; between digits they make two numbers."""
    assert shown(form_with(text), stored(embedded(form_with(text), "native"))).scores[0] == VALUE
    assert functions.KPI_SCORE(text, *BANDS) == VALUE


def test_booleans_are_errors_in_every_engine(office: Office, tmp_path: Path) -> None:
    """No exception, though LibreOffice counts with TRUE as with 1: it is asked for by ISLOGICAL first."""
    data = embedded(form_with(True), "native")
    assert shown(form_with(True), stored(data)).scores[0] == VALUE == functions.KPI_SCORE(True, *BANDS)
    path = tmp_path / "card.xlsx"
    path.write_bytes(data)
    assert shown(form_with(True), office.recalculated(path)).scores[0] == VALUE


def test_full_width_labels_are_unknown_to_native_formulas() -> None:
    form = plain_form()
    items = (*form.items[:2], replace(form.items[2], actual=Content("优　", "")))
    assert shown(form, stored(embedded(replace(form, items=items), "native"))).scores[2] == 95
    letters = plain_form()
    rule = replace(
        letters.items[2].rule,
        lines=('rule = { type = "rating", table = { "A" = 95, "B" = 85 } }',),
        labels=(("A", 95), ("B", 85)),
    )
    items = (*form.items[:2], replace(form.items[2], rule=rule, actual=Content("Ａ", "")))
    seen = shown(form, stored(embedded(replace(form, items=items), "native")))
    assert seen.scores[2] == CellError("#N/A") and functions.KPI_RATING("Ａ", [["A", 95], ["B", 85]]) == 95


def test_a_threshold_typed_as_text_is_an_error_in_native_formulas() -> None:
    def change(book: openpyxl.Workbook) -> None:
        ws = book[RULES]
        header = next(row for row in ws.iter_rows() if row[0].value == "指标")
        cell = next(ws.cell(c.row + 1, c.column) for c in header if c.value == "阈值2")
        cell.value, cell.number_format = "95%", "@"

    native, udf = (shown(plain_form(), stored(edited(embedded(plain_form(), f), change))) for f in ("native", "udf"))
    assert native.scores[0] == VALUE and udf.scores[0] == 65


def test_thresholds_against_the_stated_direction_are_no_error_to_functions() -> None:
    """KPI_SCORE takes the direction from its thresholds; the column 规则检查 shows the contradiction in both flavours."""

    def change(book: openpyxl.Workbook) -> None:
        ws = book[RULES]
        header = next(row for row in ws.iter_rows() if row[0].value == "指标")
        next(ws.cell(c.row + 1, c.column) for c in header if c.value == "方向").value = "越低越好"

    native, udf = (shown(plain_form(), stored(edited(embedded(plain_form(), f), change))) for f in ("native", "udf"))
    assert native.scores[0] == CellError("#NUM!") and udf.scores[0] == 65
    assert native.rules[0]["规则检查"] == udf.rules[0]["规则检查"] == "阈值顺序与方向不符"


def test_what_rests_on_an_unknown_function_is_left_alone() -> None:
    """A typed #NAME? looks like one to the engine: cells that rest on it keep their value, here none."""
    data = embedded(form_with("#NAME?"), "native")
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[SHEET]["B4"].data_type = "e"
    seen = shown(plain_form(), stored(edited(data, lambda b: setattr(b[SHEET]["B4"], "data_type", "e"))))
    assert seen.scores[0] == "" and seen.scores[1] == pytest.approx(82)
