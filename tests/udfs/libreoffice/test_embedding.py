"""The macros "embed scoring" and "add charts" in a live Calc, against embedding the same file from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scorecard.workbook.embed import embed
from tests.udfs.libreoffice.calc import Calc, Document
from tests.udfs.libreoffice.test_documents import differences, forms
from tests.udfs.libreoffice.test_macros import run

RULES, CHARTS = "评分规则", "图表"
FORMS = forms()


def source(folder: Path, name: str) -> Path:
    path = folder / f"{name}.xlsx"
    FORMS[name].save(path)
    return path


def saved(document: Document, path: Path) -> Any:
    """What Calc writes: the same hand on both sides of a comparison."""
    document.ask("calculate")
    document.ask("save", str(path))
    return openpyxl.load_workbook(path)


def contents(workbook: Any) -> dict[str, Any]:
    """Everything that embedding writes: formulas and values, formats, merges, validations, conditional formats."""
    found: dict[str, Any] = {}
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    look = (
                        cell.number_format,
                        cell.font.b,
                        cell.font.sz,
                        cell.fill.fgColor.rgb,
                        cell.alignment.wrap_text,
                    )
                    found[f"{sheet.title}!{cell.coordinate}"] = cell.value, *look
        found[f"{sheet.title} merges"] = sorted(map(str, sheet.merged_cells.ranges))
        found[f"{sheet.title} choices"] = sorted(
            (str(v.sqref), v.type, v.formula1) for v in sheet.data_validations.dataValidation
        )
        found[f"{sheet.title} marks"] = sorted(
            (str(each.sqref), rule.formula[0]) for each in sheet.conditional_formatting for rule in each.rules
        )
        found[f"{sheet.title} frozen"] = sheet.freeze_panes
        found[f"{sheet.title} printed"] = sheet.print_area
    return found


def different(live: dict[str, Any], file: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {key: (live.get(key), file.get(key)) for key in {**live, **file} if live.get(key) != file.get(key)}


@pytest.mark.parametrize("name", FORMS)
def test_embedding_live_is_embedding_the_file(calc: Calc, tmp_path: Path, name: str) -> None:
    path = source(tmp_path, name)
    data = embed(path, tmp_path / "file.xlsx").data
    with calc.open(tmp_path / "file.xlsx") as document:
        file = contents(saved(document, tmp_path / "a.xlsx"))
    with calc.open(path, visible=True) as document:
        run(document, "embed")
        live = contents(saved(document, tmp_path / "b.xlsx"))
        assert different(live, file) == {}
        assert any(key.startswith(RULES) for key in live)
        # And Calc shows the scores, totals and grades that the engine stored in the file.
        assert differences(data, document) == []
        # A second time there is nothing to do.
        run(document, "embed")
        assert different(contents(saved(document, tmp_path / "b.xlsx")), live) == {}


def test_there_is_nothing_to_undo_in_part(calc: Calc, tmp_path: Path) -> None:
    """Calc remembers too few actions for a whole embedding, and would leave formulas that point nowhere."""
    with calc.open(source(tmp_path, "list"), visible=True) as document:
        document.put({"H1": "草稿"}, "表")
        run(document, "embed")
        assert document.ask("undo_titles") == []


def test_a_typed_score_is_not_overwritten(calc: Calc, tmp_path: Path) -> None:
    path = source(tmp_path, "classic")
    workbook = openpyxl.load_workbook(path)
    place = workbook.active.cell(6, score_column(workbook.active))
    place.value = 88
    workbook.save(path)
    with calc.open(path, visible=True) as document:
        run(document, "embed")
        assert document.values([place.coordinate], "表") == [88]
        assert document.ask("formulas", "表", [place.coordinate]) == ["88"]


def score_column(sheet: Any) -> int:
    return next(cell.column for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("得分"))


def test_only_the_sheet_in_front_is_embedded(calc: Calc, tmp_path: Path) -> None:
    path = source(tmp_path, "list")
    workbook = openpyxl.load_workbook(path)
    workbook.copy_worksheet(workbook.active).title = "第二张"
    workbook.save(path)
    with calc.open(path, visible=True) as document:
        before = document.used("表")
        document.ask("select", "第二张", "A1")
        run(document, "embed")
        assert document.used("表") == before
        assert document.used("第二张") != before


@pytest.mark.parametrize("state", ["protected", "empty"])
def test_where_it_cannot_be_done_nothing_is(calc: Calc, tmp_path: Path, state: str) -> None:
    with calc.open(source(tmp_path, "list") if state == "protected" else None, visible=True) as document:
        sheet = document.ask("sheets")[0]
        if state == "protected":
            document.ask("protect", sheet, "geheim")
        before = document.used(sheet)
        run(document, "embed")
        assert document.used(sheet) == before
        assert document.ask("sheets") == [sheet]


def test_charts_show_the_scores_and_stay_live(calc: Calc, tmp_path: Path) -> None:
    with calc.open(source(tmp_path, "classic"), visible=True) as document:
        run(document, "embed")
        run(document, "charts")
        assert document.ask("sheets") == ["表", RULES, CHARTS]
        [[title, kind, is_lying, [cells]]] = document.ask("charts", CHARTS)
        assert (kind, is_lying) == ("com.sun.star.chart.BarDiagram", True)
        left, top, right, bottom = cells
        assert (left, right) == (0, 1)
        rows = document.used(CHARTS)[top : bottom + 1]
        assert rows[0] == [title, "得分"]
        places = document.ask("formulas", CHARTS, [f"B{row}" for row in range(top + 2, bottom + 2)])
        scores = document.values([place.rpartition(".")[2] for place in places], "表")
        assert len(scores) == 11
        assert [row[1] for row in rows[1:]] == scores
        # Once more: the same sheet, one chart.
        run(document, "charts")
        assert document.ask("sheets") == ["表", RULES, CHARTS]
        assert len(document.ask("charts", CHARTS)) == 1


def test_charts_leave_a_sheet_of_that_name_alone(calc: Calc, tmp_path: Path) -> None:
    with calc.open(source(tmp_path, "classic"), visible=True) as document:
        document.ask("insert_sheet", CHARTS)
        document.put({"A1": "本月图表"}, CHARTS)
        document.ask("select", "表", "A1")
        run(document, "charts")
        assert document.used(CHARTS) == [["本月图表"]]
        assert f"{CHARTS}2" in document.ask("sheets")
