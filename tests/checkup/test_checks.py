"""Each code: found in the smallest workbook that has the fault, not found in the same workbook without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

import scorecard
from scorecard.findings import Finding
from scorecard.workbook.checkup import codes

from .books import CASES, FORMS, Case, write

# What a file that no spreadsheet program has computed always says.
UNCOMPUTED = {"missing-cache"}


def found(path: Path) -> list[Finding]:
    return list(scorecard.check(path).findings)


@pytest.fixture(scope="module", params=FORMS)
def clean(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("clean") / "客服部.xlsx", request.param)


def test_a_clean_form_has_no_findings(clean: Path) -> None:
    assert [(f.code, f.where, f.message.zh) for f in found(clean) if f.code not in UNCOMPUTED] == []


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_the_fault_is_found_where_it_is(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / case.file, case.form, case.cells, case.edit)
    everything = found(path)
    mine = [f for f in everything if f.code == case.code and f.cell.split(",")[0].split(":")[0] == case.cell]
    assert len(mine) == 1, everything
    assert all(word in mine[0].message.zh for word in case.words), mine[0].message.zh
    assert mine[0].severity == (case.severity or codes()[case.code].severity)
    assert mine[0].message.en and mine[0].message.en != mine[0].message.zh


def test_scores_above_full_marks_in_a_table_of_points(tmp_path: Path) -> None:
    """Full marks 40, 30, 30 instead of weights: 45 of 40 and -1 of 30 are wrong, 30 of 30 is not."""

    def points(book: Workbook) -> None:
        ws = book["考核表"]
        for row in (6, 7, 8):
            ws.cell(row, 5).number_format = "General"
        for cell, value in {"E5": "满分", "E6": 40, "E7": 30, "E8": 30, "G6": 45, "G7": 30, "G8": -1, "G10": None}.items():
            ws[cell] = value
        # What people gave themselves is judged as well, each score once.
        for cell, value in {"G5": "上级评分", "H5": "自评", "H6": 40, "H7": 31, "H8": 0}.items():
            ws[cell] = value
        for col in range(1, 8):
            ws.cell(9, col).value = None

    path = write(tmp_path / "表.xlsx", "plain", edit=points)
    mine = [f for f in found(path) if f.code == "score-out-of-range"]
    assert [f.cell for f in mine] == ["G6", "G8", "H7"]
    assert "45" in mine[0].message.zh and "40" in mine[0].message.zh
    assert "31" in mine[2].message.zh and "30" in mine[2].message.zh


def test_a_target_that_is_met_in_every_month_and_missed_in_the_quarter(tmp_path: Path) -> None:
    """Five visits a month are 15; the quarter wants 20."""
    path = write(tmp_path / "表.xlsx", "banded", {"A6": "客户拜访次数", "B6": 5, "C6": 20})
    [mine] = [f for f in found(path) if f.code == "period-targets-contradict"]
    assert mine.cell.startswith("C6") and "15" in mine.message.zh and "20" in mine.message.zh


def test_a_rate_whose_target_lacks_its_percent_sign(tmp_path: Path) -> None:
    def bare(book: Workbook) -> None:
        book["考核表"]["C6"], book["考核表"]["C6"].number_format = 0.95, "General"

    path = write(tmp_path / "表.xlsx", "plain", edit=bare)
    [mine] = [f for f in found(path) if f.code == "percent-mixed"]
    assert mine.cell == "C6" and "96%" in mine.message.zh


def test_two_grades_for_one_total(tmp_path: Path) -> None:
    def graded(book: Workbook) -> None:
        ws = book["考核表"]
        ws["B11"], ws["G11"] = "等级", "良"
        other = book.copy_worksheet(ws)
        other["B3"], other["G11"] = "李四", "优"

    mine = [f for f in found(write(tmp_path / "表.xlsx", "plain", edit=graded)) if f.code == "grades-inconsistent"]
    assert len(mine) == 1 and "84" in mine[0].message.zh and "优" in mine[0].message.zh and "良" in mine[0].message.zh
