"""Embedded workbooks in a live Calc: the same scores, totals and grades as `recalculate` stores, also after a change."""

from __future__ import annotations

import functools
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from scorecard.definitions import load_definition
from scorecard.scoring.values import CellError
from scorecard.workbook.embed import embed
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.recalc import recalculate
from tests.udfs.libreoffice.calc import Calc, Document
from tests.udfs.libreoffice.cases import same
from tests.workbook.forms import classic, person_sheet, sheet, weighted_list
from workbooks.build import build, load, templates

FORM, RULES = "考核表", "评分规则"
# What Calc shows for errors of its own; SQRT(-1) and VALUE("?") are both Err:502.
OWN_ERRORS = {"#NUM!": {"#NUM!", "Err:502"}, "#VALUE!": {"#VALUE!", "Err:502"}}


@functools.cache
def template(name: str, flavour: str) -> bytes:
    return build(load(name), actuals=True, formulas=flavour, period="2025年第一季度")


def written(folder: Path, data: bytes) -> Path:
    path = folder / "考核表.xlsx"
    path.write_bytes(data)
    return path


def differences(data: bytes, document: Document) -> list[str]:
    """Formula cells whose value in Calc is not the one stored in the file."""
    wrong, count = [], 0
    package = Package.open(data, where="test.xlsx")
    for tab in package.sheets:
        shown = document.used(tab.name)
        for cell in read_grid(package, tab):
            if cell.formula is None:
                continue
            count += 1
            inside = cell.row <= len(shown) and cell.col <= len(shown[0])
            found = shown[cell.row - 1][cell.col - 1] if inside else ""
            if not alike(found, cell.value):
                wrong.append(
                    f"{tab.name}!{cell.row},{cell.col} ={cell.formula}: {cell.value} in the file, {found} in Calc"
                )
    assert count > 20
    return wrong


def alike(found: Any, stored: Any) -> bool:
    if isinstance(stored, CellError):
        return isinstance(found, CellError) and found.code in OWN_ERRORS.get(stored.code, {stored.code})
    return same(found, "" if stored is None else stored)


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("name", [entry.id for entry in templates()])
def test_a_filled_template(calc: Calc, tmp_path: Path, name: str, flavour: str) -> None:
    data = template(name, flavour)
    with calc.open(written(tmp_path, data)) as document:
        document.ask("calculate")
        assert differences(data, document) == []


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_a_blank_form_looks_blank(calc: Calc, tmp_path: Path, flavour: str) -> None:
    data = build(load("001"), formulas=flavour)
    with calc.open(written(tmp_path, data)) as document:
        document.ask("calculate")
        assert differences(data, document) == []
        assert document.values([f"L{row}" for row in range(6, 21)], FORM) == [""] * 11 + ["", "", "", ""]


def forms() -> dict[str, Workbook]:
    """Tables as departments write them, partly filled in."""
    found = {}
    ws = sheet(name="表")
    first = classic(ws)
    for i, actual in enumerate((0.0085, "2.5次/台", "96%", "不适用", None, 0.98, "=1/0", "无", 0, 1, "９９％")):
        ws.cell(first + i, 6, actual)
    found["classic"] = ws.parent
    ws = sheet(name="表")
    classic(ws, row=3, col=2, header_rows=3, spacer=True)
    found["moved"] = ws.parent
    ws = sheet(name="表")
    weighted_list(ws, "客户服务部经理")
    found["list"] = ws.parent
    ws = sheet(name="研发 部")
    person_sheet(ws)
    found["person"] = ws.parent
    return found


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("name", forms())
def test_an_embedded_form(calc: Calc, tmp_path: Path, name: str, flavour: str) -> None:
    source = tmp_path / "表.xlsx"
    forms()[name].save(source)
    data = embed(source, tmp_path / "评分.xlsx", formulas=flavour).data
    with calc.open(written(tmp_path, data)) as document:
        document.ask("calculate")
        assert differences(data, document) == []


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_changing_an_actual_changes_the_grade(calc: Calc, tmp_path: Path, flavour: str) -> None:
    with calc.open(written(tmp_path, template("001", flavour))) as document:
        assert document.values(["L8", "L17", "L19"], FORM) == [65, 75.5, "中"]
        document.put({"F8": 1}, FORM)
        score, total, grade = document.values(["L8", "L17", "L19"], FORM)
        # 35 points more on a weight of 15 % out of 94 %.
        assert (score, grade) == (100, "良")
        assert total == pytest.approx(75.5 + 35 * 0.15 / 0.94, abs=0.01)
        # The same change, computed by the engine.
        saved = tmp_path / "changed.xlsx"
        document.ask("save", str(saved))
        grid = read_grid(Package.open(recalculate(saved.read_bytes()).data or saved.read_bytes()), FORM)
        assert grid.at("L17").value == pytest.approx(total, abs=1e-9)
        assert grid.at("L19").value == grade


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_blanks_errors_and_marks_in_the_actuals_keep_their_meaning(calc: Calc, tmp_path: Path, flavour: str) -> None:
    """An error is not 0 and not "not applicable"; a blank is missing, not zero; a mark takes the item out."""
    with calc.open(written(tmp_path, template("001", flavour))) as document:
        document.put({"F8": "不适用"}, FORM)
        assert document.values(["L8", "L19"], FORM) == ["N/A", "中"]
        document.put({"F8": None}, FORM)
        assert document.values(["L8", "L17", "L19"], FORM) == ["", "", "未完成 9/10"]
        document.put({"F8": 0}, FORM)
        assert document.values(["L8", "L19"], FORM) == [0, "及格"]
        document.put({"F8": "=1/0"}, FORM)
        assert document.values(["L8", "L17", "L19"], FORM) == [CellError("#DIV/0!")] * 3
        document.put({"F8": "=1/1"}, FORM)
        assert document.values(["L8"], FORM) == [100]


def test_an_error_where_nothing_is_assessed_does_not_count(calc: Calc, tmp_path: Path) -> None:
    """No target in the period is N/A whatever the actual, although Calc passes errors on without asking the function."""
    found = {}
    for flavour in ("native", "udf"):
        with calc.open(written(tmp_path, template("001", flavour))) as document:
            document.put({"L3": "月度", "F9": "=1/0"}, FORM)
            found[flavour] = document.values(["L9"], FORM)[0]
    assert found == {"native": "N/A", "udf": "N/A"}


def test_a_workbook_saved_by_calc_calls_the_functions_by_their_names(calc: Calc, tmp_path: Path) -> None:
    data = template("001", "udf")
    saved = tmp_path / "saved.xlsx"
    with calc.open(written(tmp_path, data)) as document:
        document.ask("save", str(saved))
    with zipfile.ZipFile(saved) as archive:
        content = "".join(archive.read(n).decode("utf-8") for n in archive.namelist() if n.startswith("xl/worksheets/"))
    assert content.count("KPI_SCORE(") == 11
    assert "KPI_TOTAL(KPI_WEIGHTED_SCORE(" in content
    assert "scorecard.kpi" not in content.lower()
    # And it computes on, here and in the engine.
    grid = read_grid(Package.open(recalculate(saved).data or saved.read_bytes()), FORM)
    assert [grid.at(cell).value for cell in ("L8", "L17", "L19")] == [65, 75.5, "中"]
    with calc.open(saved) as document:
        document.ask("calculate")
        assert document.values(["L8", "L17", "L19"], FORM) == [65, 75.5, "中"]


def test_the_templates_are_all_there() -> None:
    assert {load_definition(entry.path).id for entry in templates()} >= {"001-客户服务部经理"}
