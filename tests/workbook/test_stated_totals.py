"""The total that a form states: which cell it is, what it is held against, and what is told of it once."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from scorecard.workbook.embed import CONFIDENT, embed
from scorecard.workbook.inspection import inspect
from scorecard.workbook.recalc import recalculate

from .test_points_beside import ITEMS, Row, said, written

HEADS = ("指标", "权重", "自评得分", "上级评分", "加权得分")
# The superior's: 0.4 * 90 + 0.3 * 80 + 0.3 * 70 = 36 + 24 + 21 = 81
RATED: tuple[Row, ...] = (("任务", 0.4, 95, 90, 36), ("质量", 0.3, 90, 80, 24), ("协作", 0.3, 88, 70, 21))
COMPUTED: tuple[Row, ...] = tuple((*row[:4], f"=B{at}*D{at}") for at, row in enumerate(RATED, 5))


@pytest.mark.parametrize("rows", [RATED, COMPUTED])
@pytest.mark.parametrize(("stated", "codes"), [(81, {}), (99, {"total-mismatch": "E8"}), ("=SUM(E5:E7)", {})])
def test_the_total_of_weighted_points_is_held_against_the_superiors_scores(
    rows: tuple[Row, ...], stated: object, codes: dict[str, str], tmp_path: Path
) -> None:
    found = inspect(written(tmp_path, *rows, ("合计", None, None, None, stated), heads=HEADS))
    assert [card.result.total for card in found.cards] == [81]
    assert {code: cell for code, cell in said(found).items() if code != "missing-cache"} == codes
    assert found.to_json()["scorecards"][0]["totals"]["上级"]["cell"] == "E8"


def test_a_total_of_its_own_comes_before_that_of_weighted_points(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, *RATED, ("合计", None, 91.4, 82, 81), heads=HEADS))
    assert said(found) == {"total-mismatch": "D8"}


def test_a_wrong_total_is_told_once(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, *ITEMS, ("总分", None, 99)))
    assert [(finding.code, finding.cell) for finding in found.findings] == [("total-mismatch", "C8")]


# --- parts -----------------------------------------------------------------------------------------------------------


def parts(one: str, two: str, *below: Row) -> tuple[Row, ...]:
    """Two parts: 0.6 * 90 + 0.4 * 80 = 86 and 0.5 * 70 + 0.5 * 60 = 65."""
    return (
        (one,), ("指标", "权重", "得分"), ("任务", 0.6, 90), ("质量", 0.4, 80), (),
        (two,), ("指标", "权重", "得分"), ("协作", 0.5, 70), ("纪律", 0.5, 60), *below,
    )  # fmt: skip


@pytest.mark.parametrize(("stated", "codes"), [(79.7, {}), (80, {"total-mismatch": "C14"})])
def test_parts_with_shares_and_their_total(stated: float, codes: dict[str, str], tmp_path: Path) -> None:
    """0.7 * 86 + 0.3 * 65 = 60.2 + 19.5 = 79.7, which is neither part's."""
    path = written(tmp_path, *parts("一、业绩考核（70%）", "二、行为考核（30%）", ("综合得分", None, stated)), heads=())
    found = inspect(path)
    (card,) = found.cards
    assert card.result.total == 79.7 and said(found) == codes and card.table.confidence >= CONFIDENT


def test_parts_without_shares_and_a_total_of_both(tmp_path: Path) -> None:
    """(86 + 65) / 2 = 75.5: no number of the form says so, and 65 is not what it should be."""
    found = inspect(written(tmp_path, *parts("一、业绩考核", "二、行为考核", ("综合得分", None, 75.5)), heads=()))
    assert [card.result.total for card in found.cards] == [86, 65] and said(found) == {"part-shares-missing": "C14"}
    (finding,) = found.findings
    assert "75.5" in finding.message.zh and "65" not in finding.message.zh


def test_the_last_parts_own_total(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, *parts("一、业绩考核", "二、行为考核", ("小计", None, 65)), heads=()))
    assert not said(found)
    rows = list(parts("一、业绩考核", "二、行为考核", ("合计", None, 66)))
    rows[4:5] = [("合计", None, 86), ()]
    assert said(inspect(written(tmp_path, *rows, heads=()))) == {"total-mismatch": "C15"}


# --- merged weights --------------------------------------------------------------------------------------------------


def test_a_weight_merged_over_items_is_named_where_the_sum_is_wrong(tmp_path: Path) -> None:
    """0.4 + 0.6 + 0.6 = 1.6: nobody says how 60 % are shared."""
    path = written(tmp_path, ("任务", 0.4, 90), ("质量", 0.6, 80), ("协作", None, 70))
    book = openpyxl.load_workbook(path)
    book["考核表"].merge_cells("B6:B7")
    book.save(path)
    found = inspect(path)
    assert said(found) == {"weights-sum": "B6", "shared-weight": "B7"} and found.cards[0].result.total is None
    sentence = found.findings[0].message
    assert "160%" in sentence.zh and "合并" in sentence.zh and "merged over several items" in sentence.en


def test_embedding_beside_weighted_points(tmp_path: Path) -> None:
    """The formula of the department's total stays, and grade and coverage rest on it."""
    target = tmp_path / "embedded.xlsx"
    embed(written(tmp_path, *COMPUTED, ("合计", None, None, None, "=SUM(E5:E7)"), heads=HEADS), target)
    recalculate(target)
    ws = openpyxl.load_workbook(target, data_only=True)["考核表"]
    assert ws["E8"].value == 81 and "良" in [cell.value for row in ws for cell in row]
    assert not inspect(target).has_errors
