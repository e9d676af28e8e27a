"""`inspect` as it looks: the picture of tables of every shape, and of what is doubted in them."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.workbook.test_people import matrix

from .runner import process, scorecard


def saved(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_list_of_persons_is_drawn_once(tmp_path: Path) -> None:
    matrix().save(tmp_path / "汇总.xlsx")
    shown = scorecard("inspect", tmp_path / "汇总.xlsx", lang="zh")
    assert shown.status == 0, shown.err
    assert shown.out.count("一人一行，共 3 人") == 1 and shown.out.count("识别把握") == 1
    # One line of it stands for all; what belongs to each person follows.
    assert all(name in shown.out for name in ("张三", "李四", "王五", "83", "67.5"))


def test_many_targets_beside_each_other_are_one_column(tmp_path: Path) -> None:
    months = [f"{n}月目标" for n in range(1, 13)]
    path = saved(
        tmp_path / "计划.xlsx", ["年度绩效考核表"], ["考核指标", "权重", *months, "实际完成", "得分"],
        ["销售额", "60%", *range(10, 22), 15, 80], ["回款率", "40%", *[0.9] * 12, 0.95, 90],
    )  # fmt: skip
    shown = scorecard("inspect", path, lang="zh").out
    assert "C:N" in shown and "D" not in [word.strip() for word in shown.split()]


def test_values_look_as_they_do_in_the_form(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "值.xlsx", ["服务绩效考核表"], ["考核指标", "目标", "权重", "实际完成", "得分"],
        ["及时率", 0.95, 0.6, True, 80], ["签约日", datetime.date(2026, 9, 30), 0.4, datetime.date(2026, 10, 1), 90],
        ["满意率", 0.9, 0, "=1/0", 70],
    )  # fmt: skip
    book = openpyxl.load_workbook(path)
    for cell in ("B3", "B5", "C3", "C4"):
        book.active[cell].number_format = "0%"
    book.save(path)
    shown = scorecard("inspect", path).out
    assert all(text in shown for text in ("95%", "TRUE", "2026-10-01", "60%", "#DIV/0!"))


def test_a_table_one_is_not_sure_of_says_why(tmp_path: Path) -> None:
    path = saved(tmp_path / "表.xlsx", ["指标", "权重", "得分", "单价", "库存"], ["甲项", 60, 80, 5, 1], ["乙项", 40, 70, 6, 2])
    shown = scorecard("inspect", path)
    assert shown.status in (0, 1, 3)
    assert "sure" in shown.out + shown.err or "no assessment table" in shown.err


@pytest.mark.parametrize("columns", ["40", "200"])
def test_a_narrow_terminal_gets_a_list_instead(columns: str, tmp_path: Path) -> None:
    path = saved(
        tmp_path / "宽.xlsx", ["服务绩效考核表"], ["考核指标", "目标值", "考核标准说明", "权重", "实际完成", "得分", "备注说明"],
        ["报修处理及时率", 0.95, "每低一个百分点扣五分", 0.6, 0.96, 80, "以系统为准"],
        ["客户满意率", 0.9, "同上", 0.4, 0.9, 90, ""],
    )  # fmt: skip
    shown = process("--lang", "zh", "inspect", path, COLUMNS=columns, TERM="xterm").stdout
    assert all(word in shown for word in ("考核指标", "权重", "得分", "总分 84"))
