"""Points beside the weights: given, taken away, and rows that only lack their weight."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from scorecard.consolidation import consolidate
from scorecard.workbook.compare import compare, sentence
from scorecard.workbook.embed import embed
from scorecard.workbook.inspection import Inspection, inspect
from scorecard.workbook.recalc import recalculate

Row = Sequence[object]
# 0.4 * 90 + 0.3 * 80 + 0.3 * 70 = 36 + 24 + 21 = 81
ITEMS: tuple[Row, ...] = (("任务", 0.4, 90), ("质量", 0.3, 80), ("协作", 0.3, 70))


def written(folder: Path, *rows: Row, heads: Row = ("指标", "权重", "得分"), name: str = "form.xlsx") -> Path:
    """A form whose header stands in row 4, and its first item in row 5."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (["2026年第三季度绩效考核表"], ["姓名", "吴佳", "部门", "综合部"], [], heads, *rows):
        ws.append(list(row))
    path = folder / name
    book.save(path)
    return path


def said(found: Inspection) -> dict[str, str]:
    """The codes of an inspection with their cells."""
    return {finding.code: finding.cell for finding in found.findings}


def total(path: Path) -> float | None:
    (card,) = inspect(path).cards
    return card.result.total


# --- deductions ------------------------------------------------------------------------------------------------------

ONLY = ("扣分", "扣分项", "减分", "减分项", "违纪扣分", "考勤扣分", "扣减分", "罚分", "其他扣分", "Penalty points", "Deductions")
ODD = ("加班扣分", "参加培训缺席扣分", "迟到早退扣分")
BOTH = ("加减分", "加/减分", "加扣分", "奖惩", "奖扣分", "奖励与处罚", "加分/扣分", "Bonus/penalty", "Merit / demerit points")


@pytest.mark.parametrize("name", ONLY)
@pytest.mark.parametrize("points", [3, -3])
def test_a_row_that_says_deduction_takes_away(name: str, points: int, tmp_path: Path) -> None:
    """81 - 3 = 78, whichever sign the number has; the form's own 78 is right."""
    found = inspect(written(tmp_path, *ITEMS, (name, None, points), ("总分", None, 78)))
    assert [card.result.total for card in found.cards] == [78] and not found.findings


@pytest.mark.parametrize("name", BOTH)
def test_a_row_that_may_give_as_well_keeps_its_sign(name: str, tmp_path: Path) -> None:
    assert total(written(tmp_path, *ITEMS, (name, None, 3))) == 84
    assert total(written(tmp_path, *ITEMS, (name, None, -3))) == 78


def test_a_department_that_adds_its_deduction_is_told(tmp_path: Path) -> None:
    """Its formula gives 81 + 3 = 84; 78 is right."""
    found = inspect(written(tmp_path, *ITEMS, ("扣分", None, 3), ("总分", None, 84)))
    assert [card.result.total for card in found.cards] == [78] and said(found)["total-mismatch"] == "C9"


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize(("points", "wanted"), [(3, 78), (-3, 78), (None, 81), ("无", "#VALUE!"), ("/", 81)])
def test_embedded_formulas_take_the_same_away(flavour: str, points: object, wanted: object, tmp_path: Path) -> None:
    """The total that the workbook computes for itself, and what `inspect` makes of it."""
    target = tmp_path / "embedded.xlsx"
    embed(written(tmp_path, *ITEMS, ("违纪扣分", None, points), ("总分",)), target, formulas=flavour)
    recalculate(target)
    assert openpyxl.load_workbook(target, data_only=True)["考核表"]["C9"].value == wanted
    if isinstance(wanted, int):
        found = inspect(target)
        assert [card.result.total for card in found.cards] == [wanted] and not found.has_errors


def test_a_change_of_a_deduction_in_a_sentence(tmp_path: Path) -> None:
    one = written(tmp_path, *ITEMS, ("扣分", None, 3), name="one.xlsx")
    two = written(tmp_path, *ITEMS, ("扣分", None, 5), name="two.xlsx")
    (card,) = compare(one, two).cards
    assert [sentence(change).zh for change in card.changes] == ["扣分：加减分 -3 → -5：总分 −2"]


def test_a_column_of_deductions_in_a_matrix(tmp_path: Path) -> None:
    """45 + 24 + 14 + 2 = 85, 80 - 3 = 77, 70 - 4 = 66 whatever the sign; a column 扣分原因 is a note."""
    path = written(
        tmp_path, ("王五", 90, 80, 70, 2, None, None), ("赵六", 80, 80, 80, None, 3, "迟到"),
        ("孙七", 70, 70, 70, None, -4, "投诉"), heads=("姓名", "产量50%", "质量30%", "安全20%", "加分", "扣分", "扣分原因"),
    )  # fmt: skip
    assert [card.result.total for card in inspect(path).cards] == [85, 77, 66]


@pytest.mark.parametrize("name", ODD)
def test_a_deduction_among_other_words_is_doubted_and_taken_away(name: str, tmp_path: Path) -> None:
    found = inspect(written(tmp_path, *ITEMS, (name, None, 3)))
    assert [card.result.total for card in found.cards] == [78] and said(found) == {"reading-unclear": "A8"}


@pytest.mark.parametrize(("category", "wanted"), [("加减分", 84), ("扣分项", 78)])
def test_a_category_says_what_its_row_is(category: str, wanted: float, tmp_path: Path) -> None:
    rows = [["业绩", *item] for item in ITEMS]
    path = written(tmp_path, *rows, (category, "客户投诉", None, 3), heads=("类别", "指标", "权重", "得分"))
    found = inspect(path)
    assert [card.result.total for card in found.cards] == [wanted] and not found.findings


# --- items without a weight ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "cell", "wanted"),
    # .5 * 90 + .5 * 80 = 85; .6 * 90 + .4 * 70 = 82; .6 * 80 + .4 * 70 = 76
    [((0.5, 0.5, None), "B7", 85), ((0.6, None, 0.4), "B6", 82), ((None, 0.6, 0.4), "B5", 76)],
)
@pytest.mark.parametrize("stated", [False, True])
def test_an_item_that_lacks_its_weight_counts_nothing_and_is_told(
    weights: Row, cell: str, wanted: float, stated: bool, tmp_path: Path
) -> None:
    rows = [(name, weight, score) for (name, _, score), weight in zip(ITEMS, weights, strict=True)]
    found = inspect(written(tmp_path, *rows, *([("总分", None, wanted)] if stated else [])))
    assert [card.result.total for card in found.cards] == [wanted] and said(found) == {"weight-missing": cell}


def test_a_total_says_that_a_row_without_a_weight_is_added(tmp_path: Path) -> None:
    """.5 * 90 + .5 * 80 + 4 = 89, typed or as a formula; SUMPRODUCT takes the blank weight for 0."""
    rows = (("任务", 0.5, 90), ("质量", 0.5, 80), ("协作", None, 4))
    assert total(written(tmp_path, *rows, ("总分", None, 89))) == 89
    assert total(written(tmp_path, *rows, ("总分", None, "=B5*C5+B6*C6+C7"))) == 89
    assert total(written(tmp_path, *rows, ("总分", None, "=SUMPRODUCT(B5:B7,C5:C7)"))) == 85


def test_a_form_that_lacks_a_weight_in_a_folder(tmp_path: Path) -> None:
    written(tmp_path, ("任务", 0.5, 90), ("质量", 0.5, 80), ("协作", None, 70))
    found = consolidate(tmp_path, period="2026Q3")
    assert list(found.findings["code"]) == ["weight-missing"]
