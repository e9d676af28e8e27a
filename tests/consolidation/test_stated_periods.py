"""The period of a card as people write it: in the cell, in the title, in the name of the file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.consolidation import names


def card(path: Path, title: str, label: str = "", value: object = None, number_format: str = "") -> None:
    """One item of 100 % with 80 points: the total is 80."""
    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "Sheet"
    ws.append([title])
    ws.append(["姓名", "李四", "部门", "客服部", label or None, value])
    if number_format:
        ws["F2"].number_format = number_format
    ws.append([])
    ws.append(["考核指标", "权重", "得分"])
    ws.append(["服务及时", 0.6, 80])
    ws.append(["报表质量", 0.4, 80])
    ws.append(["合计", 1, 80])
    book.save(path)


def period_of(folder: Path) -> str:
    (record,) = scorecard.consolidate(folder).resolved
    assert record.card.total == 80
    return record.card.period


@pytest.mark.parametrize(
    "title",
    [
        "Performance Review Q3 2026", "Q3 2026 Performance Review", "Performance Review: Third Quarter 2026",
        "Performance Appraisal Form for the period July to September 2026", "第三季度（2026）绩效考核表",
        "某集团〔2026〕三季度绩效考核表", "2026年第三季度（7-9月）绩效考核表", "绩效考核表 2026.7.1-9.30",
        "Q3 FY26 Performance Review", "Performance Review 3Q26", "2026年第三季度绩效考核表（2026年10月修订）",
    ],
)  # fmt: skip
def test_titles(tmp_path: Path, title: str) -> None:
    card(tmp_path / "a.xlsx", title)
    assert period_of(tmp_path) == "2026Q3"
    assert "label-unknown" not in {notice.code for notice in scorecard.consolidate(tmp_path).notices}


@pytest.mark.parametrize("title", ["第四季度绩效考核表（2027年1月填报）", "第四季度（2027年1月填报）绩效考核表"])
def test_the_year_something_was_filled_in_is_not_that_of_the_quarter(tmp_path: Path, title: str) -> None:
    card(tmp_path / "a.xlsx", title)
    assert period_of(tmp_path) != "2027Q4"


@pytest.mark.parametrize(
    ("label", "value", "number_format", "period"),
    [
        ("考核周期", "2026年第2季度（4-6月）", "", "2026Q2"),
        ("考核周期", "2026年第二季度（1-3月）", "", "2026年第二季度（1-3月）"),
        ("考核时间", "2026年10月8日", "", "2026Q3"),
        ("考核日期", dt.datetime(2026, 10, 8), "yyyy-mm-dd", "2026Q3"),
        ("考核日期：2026-10-08", None, "", "2026Q3"),
        ("考核周期", None, "", "2026Q3"),
        # A month that is kept as its first day.
        ("考核周期", dt.datetime(2026, 7, 1), 'yyyy"年"m"月"', "2026-07"),
        ("考核月份", dt.datetime(2026, 7, 1), "yyyy-mm-dd", "2026-07"),
    ],
)
def test_cells(tmp_path: Path, label: str, value: object, number_format: str, period: str) -> None:
    """What the cell says counts before the title (Q3), unless it says no period."""
    card(tmp_path / "a.xlsx", "2026年第三季度绩效考核表", label, value, number_format)
    assert period_of(tmp_path) == period


def test_a_day_alone_leaves_the_period_open(tmp_path: Path) -> None:
    card(tmp_path / "a.xlsx", "绩效考核表", "考核时间", "2026年10月8日")
    done = scorecard.consolidate(tmp_path, period="2026Q3")
    assert [one.status for one in done.resolved] == ["ok"]
    assert "period-missing" in {notice.code for notice in done.notices}


def test_a_day_in_the_name_of_a_file(tmp_path: Path) -> None:
    card(tmp_path / "李四2026-10-08.xlsx", "2026年第三季度绩效考核表", "考核周期", "2026年第三季度")
    done = scorecard.consolidate(tmp_path)
    assert not {"period-differs", "period-disagrees"} & {notice.code for notice in done.notices}
    assert names.find_period_label("李四2026-10-08") == "" and names.find_period_label("李四2026-10") == "2026-10"


def test_names_of_files() -> None:
    said = ("3Q26 张三", "张三 2026.7.1-9.30", "Review Q3 2026", "2026年第三季度（7-9月）考核", "FY26 Q3 张三")
    assert {names.find_period_label(text) for text in said} == {"2026Q3"}
    assert names.find_period_label("2026年第三季度（1-3月）考核") == ""
