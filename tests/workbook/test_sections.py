"""Sections with shares of their own inside one table: 业绩 70 % and 行为 30 %, items summing to 100 % in each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from scorecard.workbook.card import Card
from scorecard.workbook.inspection import inspect_package

from . import forms

Row = Sequence[object]


def card(heads: Row, *rows: Row, merge: Sequence[str] = ()) -> Card:
    book = Workbook()
    ws = book.active
    for row in (["绩效考核表"], heads, *rows):
        ws.append(list(row))
    for area in merge:
        ws.merge_cells(area)
    [found] = inspect_package(forms.package(ws), "x.xlsx").cards
    return found


@pytest.mark.parametrize("shares", [("业绩（70%）", "行为（30%）"), ("业绩 70%", "行为 30%")])
def test_shares_in_the_names_of_sections(shares: tuple[str, str]) -> None:
    """0.7 * (80 + 90)/2 + 0.3 * (70 + 60)/2 = 79."""
    one, two = shares
    found = card(
        ["类别", "指标", "权重", "得分"], [one, "销售额", 0.5, 80], [None, "回款额", 0.5, 90], [two, "纪律", 0.5, 70],
        [None, "协作", 0.5, 60], merge=("A3:A4", "A5:A6"),
    )  # fmt: skip
    assert found.result.total == 79 and [item.share for item in found.result.items] == [0.35, 0.35, 0.15, 0.15]


@pytest.mark.parametrize("heading", ["类别权重", "权重"])
@pytest.mark.parametrize("scale", [(0.7, 0.3), ("70%", "30%"), (70, 30)])
def test_shares_in_a_column_of_their_own(heading: str, scale: tuple[object, object]) -> None:
    found = card(
        ["类别", heading, "指标", "权重", "得分"], ["业绩", scale[0], "销售额", 0.5, 80], [None, None, "回款额", 0.5, 90],
        ["行为", scale[1], "纪律", 0.5, 70], [None, None, "协作", 0.5, 60], merge=("A3:A4", "A5:A6", "B3:B4", "B5:B6"),
    )  # fmt: skip
    assert found.result.total == 79


def test_shares_that_are_not_the_whole_are_none() -> None:
    """70 % and 20 % are no shares of a card; without shares the weights sum to 200 %, which makes no total."""
    found = card(
        ["类别", "指标", "权重", "得分"], ["业绩（70%）", "销售额", 0.5, 80], [None, "回款额", 0.5, 90],
        ["行为（20%）", "纪律", 0.5, 70], [None, "协作", 0.5, 60], merge=("A3:A4", "A5:A6"),
    )  # fmt: skip
    assert found.result.total is None and found.result.error is not None
