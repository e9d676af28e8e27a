"""What typed scores are out of: points that a form only adds up, scales of 5 and 10."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from scorecard.consolidation import consolidate
from scorecard.definitions import parse_definition
from scorecard.workbook.embed import embed
from scorecard.workbook.inspection import inspect
from scorecard.workbook.recalc import recalculate

from .test_points_beside import Row, said, written

# --- scores that are only added up -----------------------------------------------------------------------------------

HEADS = ("指标", "评分标准", "得分")
POINTS: tuple[Row, ...] = (("任务", None, 36), ("质量", None, 24), ("协作", None, 21))


@pytest.mark.parametrize("stated", [81, "=SUM(C5:C7)", "=C5+C6+C7", "=ROUND(SUM(C5:C7),1)"])
def test_scores_whose_total_is_their_sum(stated: object, tmp_path: Path) -> None:
    """36 + 24 + 21 = 81; their mean would be 27."""
    found = inspect(written(tmp_path, *POINTS, ("合计", None, stated), heads=HEADS))
    (card,) = found.cards
    assert card.result.total == 81 and card.result.grade == "良" and card.result.best_attainable is None
    assert set(said(found)) - {"missing-cache"} == {"scores-added"}


def test_points_beside_scores_that_are_added(tmp_path: Path) -> None:
    """81 + 2 - 3 = 80."""
    rows = (*POINTS, ("加分", None, 2), ("扣分", None, 3), ("合计", None, 80))
    found = inspect(written(tmp_path, *rows, heads=HEADS))
    assert found.cards[0].result.total == 80 and set(said(found)) == {"scores-added"}


@pytest.mark.parametrize(
    ("scores", "stated", "wanted", "codes"),
    [
        # (90 + 80 + 70) / 3 = 80: what the form says, or nobody, or a sum that no total out of 100 can be
        ((90, 80, 70), 80, 80, {"weights-assumed"}),
        ((90, 80, 70), None, 80, {"weights-assumed"}),
        ((90, 80, 70), 240, 80, {"weights-assumed", "total-mismatch"}),
        # (36 + 24 + 21) / 3 = 27 where the sum is wrong
        ((36, 24, 21), 82, 27, {"weights-assumed", "total-mismatch"}),
        ((36, 24, None), 60, None, {"weights-assumed"}),
    ],
)
def test_scores_that_are_no_points(
    scores: Row, stated: object, wanted: float | None, codes: set[str], tmp_path: Path
) -> None:
    rows = [(name, None, score) for (name, _, _), score in zip(POINTS, scores, strict=True)]
    found = inspect(written(tmp_path, *rows, *([("合计", None, stated)] if stated else []), heads=HEADS))
    assert found.cards[0].result.total == wanted and set(said(found)) == codes


def test_scores_that_are_added_are_not_embedded(tmp_path: Path) -> None:
    done = embed(written(tmp_path, *POINTS, ("合计", None, 81), heads=HEADS), tmp_path / "out.xlsx")
    assert not done.plan and "not-embedded" in {finding.code for finding in done.findings}


# --- scales of 5 and 10 ----------------------------------------------------------------------------------------------

# 0.4 * 5 + 0.3 * 4 + 0.3 * 3 = 4.1 of 5: 0.4 * 100 + 0.3 * 80 + 0.3 * 60 = 82
FIVE: tuple[Row, ...] = (("任务", 0.4, 5), ("质量", 0.3, 4), ("协作", 0.3, 3))
HEADINGS = ("得分（1-5分）", "评分（5分制）", "得分(满分5分)", "五分制得分", "得分（0~5分）", "Score (1-5)", "Score (out of 5)")


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("stated", [None, 4.1, 82])
def test_a_heading_says_what_scores_are_out_of(heading: str, stated: float | None, tmp_path: Path) -> None:
    rows = (*FIVE, *([("总分", None, stated)] if stated else []))
    found = inspect(written(tmp_path, *rows, heads=("指标", "权重", heading)))
    assert [card.result.total for card in found.cards] == [82] and said(found) == {"score-scale": "C4"}


def test_ten_and_a_wrong_total_on_its_scale(tmp_path: Path) -> None:
    """0.4 * 9 + 0.3 * 8 + 0.3 * 7 = 8.1 of 10, and 8.5 is not."""
    rows = (("任务", 0.4, 9), ("质量", 0.3, 8), ("协作", 0.3, 7))
    heads = ("指标", "权重", "得分(10分制)")
    right = inspect(written(tmp_path, *rows, ("总分", None, 8.1), heads=heads))
    assert right.cards[0].result.total == 81 and set(said(right)) == {"score-scale"}
    wrong = inspect(written(tmp_path, *rows, ("总分", None, 8.5), heads=heads))
    assert set(said(wrong)) == {"score-scale", "total-mismatch"}


def test_a_score_above_its_scale_is_an_error(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, ("任务", 0.4, 85), *FIVE[1:], heads=("指标", "权重", "得分（1-5分）")))
    assert found.cards[0].result.total is None and said(found)["score-out-of-range"] == "C5"


@pytest.mark.parametrize("heading", ["得分", "得分（0-100分）", "得分（百分制）", "得分（满分100分）"])
def test_small_scores_out_of_100_are_told_of(heading: str, tmp_path: Path) -> None:
    heads = ("指标", "权重", heading)
    found = inspect(written(tmp_path, *FIVE, ("总分", None, 4.1), heads=heads))
    assert found.cards[0].result.total == 4.1 and said(found) == {"scores-small": "C5"}
    assert not said(inspect(written(tmp_path, ("任务", 0.4, 90), *FIVE[1:], heads=heads)))


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_embedded_formulas_know_the_scale(flavour: str, tmp_path: Path) -> None:
    """The same 82 in the cells and in `inspect`; a score that is changed later counts on the same scale."""
    target = tmp_path / "embedded.xlsx"
    embed(written(tmp_path, *FIVE, ("总分",), heads=("指标", "权重", "得分（1-5分）")), target, formulas=flavour)
    book = openpyxl.load_workbook(target)
    for score, wanted in ((3, 82), (5, 94)):  # + 0.3 * 40
        book["考核表"]["C7"] = score
        book.save(target)
        recalculate(target)
        assert openpyxl.load_workbook(target, data_only=True)["考核表"]["C8"].value == wanted
        found = inspect(target)
        assert [card.result.total for card in found.cards] == [wanted] and not found.has_errors


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_rules_write_scores_on_the_scale_of_the_column(flavour: str, tmp_path: Path) -> None:
    """96 of 100 by proportion is 96 points: 4.8 of 5."""
    rows = (("产量", 0.5, 100, 96, None), ("质量", 0.5, 100, 80, None), ("总分",))
    path = written(tmp_path, *rows, heads=("指标", "权重", "目标值", "实际值", "得分（5分制）"))
    given = 'rule = { type = "proportional", direction = "higher" }'
    rules = parse_definition(f'schema = 1\n[[kpi]]\nname = "产量"\n{given}\n[[kpi]]\nname = "质量"\n{given}\n')
    target = tmp_path / "embedded.xlsx"
    embed(path, target, rules=rules, formulas=flavour)
    recalculate(target)
    ws = openpyxl.load_workbook(target, data_only=True)["考核表"]
    assert [ws[cell].value for cell in ("E5", "E6", "E7")] == [4.8, 4, 88]
    found = inspect(target)
    assert [card.result.total for card in found.cards] == [88] and not found.has_errors


def test_a_total_on_the_scale_of_its_scores_is_not_embedded(tmp_path: Path) -> None:
    done = embed(written(tmp_path, *FIVE, ("总分", None, 4.1), heads=("指标", "权重", "得分（5分制）")), tmp_path / "out.xlsx")
    assert not done.plan and "not-embedded" in {finding.code for finding in done.findings}


def test_a_total_on_a_scale_beside_that_of_others_in_a_folder(tmp_path: Path) -> None:
    written(tmp_path, *FIVE, ("总分", None, 4.1), heads=("指标", "权重", "得分（5分制）"))
    (card,) = consolidate(tmp_path, period="2026Q3").cards.to_dict("records")
    assert (card["stated"], card["computed"], card["difference"]) == (82, 82, 0)
