"""What typed scores are out of: points that a form only adds up, scales of 5 and 10."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorecard.workbook.embed import embed
from scorecard.workbook.inspection import inspect

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
