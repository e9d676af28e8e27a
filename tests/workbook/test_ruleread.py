"""The rule sheet as people edit it: what cannot be used is a finding with its cell, and the rest is still read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.errors import UnusableFile
from workbooks.build import load, plain_form

RULES = "评分规则"


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(plain_form(load("001"), actuals=True))
    scorecard.embed(plain, tmp_path / "graded.xlsx", period="季度")
    return tmp_path / "graded.xlsx"


def edited(path: Path, find: object, put: object, column: int = 0) -> str:
    """Writes into the first cell of the rule sheet that holds `find`, or `column` cells right of it; its name."""
    book = openpyxl.load_workbook(path)
    cell = next(cell for row in book[RULES].iter_rows() for cell in row if cell.value == find)
    cell = cell.offset(0, column)
    cell.value = put
    book.save(path)
    return str(cell.coordinate)


def test_band_edges_out_of_order(graded: Path) -> None:
    book = openpyxl.load_workbook(graded)
    sheet = book[RULES]
    # The scores of the seed's bands, 0 60 70 90 100, stand above the items' own scores.
    runs = (row[i : i + 5] for row in sheet.iter_rows() for i in range(len(row) - 4))
    edges = next(run for run in runs if [cell.value for cell in run] == [0, 60, 70, 90, 100])
    edges[1].value = 75
    book.save(graded)
    [finding] = [f for f in scorecard.inspect(graded).findings if f.code == "settings-unusable"]
    assert (finding.severity, finding.where) == ("error", f"{RULES}!{edges[0].coordinate}")
    assert "顺序" in finding.message.zh


def test_a_grade_bound_that_is_no_number(graded: Path) -> None:
    cell = edited(graded, 80, "八十")
    inspection = scorecard.inspect(graded)
    [finding] = [f for f in inspection.findings if f.code == "settings-unusable"]
    assert (finding.severity, finding.where) == ("error", f"{RULES}!{cell}")
    assert finding.message.zh == "等级下限“八十”不是数字"
    # The scores do not depend on the grades.
    assert [item.score for item in inspection.cards[0].result.items if item.kpi.name == "报修处理及时率"] != [None]


def test_a_score_column_that_was_renamed(graded: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(graded)
    form = book.worksheets[0]
    header = next(cell for row in form.iter_rows() for cell in row if cell.value == "得分")
    header.value = "金额（元）"
    book.save(graded)
    for act in (scorecard.embed, lambda *paths: scorecard.convert(*paths, formulas="udf")):
        with pytest.raises(UnusableFile) as caught:
            act(graded, tmp_path / "out.xlsx")
        assert "得分" in caught.value.message.zh and (caught.value.where or "").startswith("考核表!")
    assert not (tmp_path / "out.xlsx").exists()
    assert scorecard.inspect(graded).cards
