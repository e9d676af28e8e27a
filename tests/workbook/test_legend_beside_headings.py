"""A scale of grades that begins in the row of the headings, right beside the table or behind an empty column."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import scorecard

ROWS: list[list[object]] = [
    ["序号", "考核指标", "权重", "目标值", "实际完成", "评分标准", "得分"],
    [1, "客户满意度", 0.4, 0.95, 0.96, "每低1%扣2分", 95],
    [2, "投诉处理及时率", 0.3, 0.9, 0.92, "每低1%扣2分", 90],
    [3, "培训完成率", 0.3, 1, 1, "每低1%扣2分", 80],
]


@pytest.mark.parametrize("col", [8, 9, 10])
@pytest.mark.parametrize("best", ["优秀", "突出", "超出期望"])
def test_a_legend_is_no_level_of_the_items(tmp_path: Path, best: str, col: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "员工绩效考核表"
    for row, cells in enumerate(ROWS, start=3):
        for at, value in enumerate(cells, start=1):
            sheet.cell(row, at, value)
    for row, pair in enumerate([(best, "90-100"), ("良好", "80-89"), ("一般", "60-79")], start=3):
        for at, text in enumerate(pair, start=col):
            sheet.cell(row, at, text)
    book.save(tmp_path / "form.xlsx")
    (card,) = scorecard.inspect(tmp_path / "form.xlsx").cards
    assert card.table.bands == () and card.table.last_col == 7
    assert [grade.label for grade in card.model.settings.grades.rows] == ["一般", "良好", best]


def test_a_grade_under_its_label_is_no_level_of_the_items(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "员工绩效考核表"
    for row, cells in enumerate(ROWS, start=3):
        for at, value in enumerate(cells, start=1):
            sheet.cell(row, at, value)
    sheet["I2"], sheet["I3"] = "绩效等级", "优秀"
    book.save(tmp_path / "form.xlsx")
    (card,) = scorecard.inspect(tmp_path / "form.xlsx").cards
    assert card.table.bands == () and card.table.last_col == 7
