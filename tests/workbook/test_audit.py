"""Totals with known mistakes, written by openpyxl as departments write them, and what the audit says of each."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from scorecard.findings import Finding
from scorecard.workbook.audit import audit
from scorecard.workbook.card import read_card
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.recognise import recognise

WEIGHTS = (0.3, 0.25, 0.2, 0.15, 0.1)
SCORES = (80, 90, 70, 85, 95)
NAMES = ("销售工作", "回款工作", "客户走访", "报表工作", "培训学习")


def audited(
    total: object,
    *,
    scores: Sequence[object] = SCORES,
    weights: Sequence[object] = WEIGHTS,
    header: str = "上级评分",
    own: object = None,
    adjustment: object = "none",
    extra: dict[str, object] | None = None,
) -> list[Finding]:
    """The findings about a sheet with five items in rows 4 to 8: weight in E, 自评 in F, the score that counts in G."""
    book = Workbook()
    ws = book.active
    ws.title = "张三"
    ws.append(["2026年第三季度绩效考核表"])
    ws.append(["姓名", "张三", "部门", "市场部"])
    ws.append(["序号", "指标", "考核要求", "评分规则", "权重", "自评得分", header])
    for i, (name, weight, score) in enumerate(zip(NAMES, weights, scores, strict=True), start=1):
        ws.append([i, name, "按计划完成", "按完成情况评分", weight, 80 + i, score])
    if adjustment != "none":
        ws.append([None, "加减分", None, None, None, None, adjustment])
    row = ws.max_row + 1
    ws.cell(row, 2, "绩效考核得分")
    ws.cell(row, 6, own)
    ws.cell(row, 7, total)
    for cell, value in (extra or {}).items():
        ws[cell] = value
    out = io.BytesIO()
    book.save(out)
    package = Package.open(out.getvalue())
    grid = read_grid(package, "张三")
    [table] = recognise(grid)
    return audit(read_card(table, grid), grid)


def codes(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.cell) for f in findings]


GOOD = [
    "=G4*E4+G5*E5+G6*E6+G7*E7+G8*E8",
    "=SUMPRODUCT(G4:G8,E4:E8)",
    "=SUMPRODUCT(G4:G8*E4:E8)",
    "=ROUND(SUMPRODUCT(E4:E8,G4:G8)/SUM(E4:E8),2)",
    "=SUMPRODUCT($G$4:$G$8,$E$4:$E$8)*100%",
    "=(G4*E4+G5*E5)+(G6*E6+G7*E7+G8*E8)",
    "=IF(COUNT(G4:G8)<5,\"\",SUMPRODUCT(G4:G8,E4:E8))",
    "=MIN(100,SUMPRODUCT(G4:G8,E4:E8))",
    "=IFERROR(SUMPRODUCT(G4:G8,E4:E8),\"\")",
    "=E4*G4+E5*G5+E6*G6+PRODUCT(E7,G7)+G8*$E$8",
    "=+G4*E4+G5*E5+G6*E6+G7*E7+G8*E8",
    "=SUMPRODUCT(张三!G4:G8,'张三'!E4:E8)",
]  # fmt: skip


@pytest.mark.parametrize("formula", GOOD)
def test_a_sound_total_is_not_worth_a_word(formula: str) -> None:
    assert audited(formula) == []


BAD = {
    "=G4*E4+G5*E5+G6*E6+G7*E7": ("total-row-missing", "error", "培训学习"),
    "=SUMPRODUCT(G4:G7,E4:E7)": ("total-row-missing", "error", "培训学习"),
    "=G4*E4+G5*E5+G6*E6+G8*E8": ("total-row-missing", "error", "报表工作"),
    "=G4*E5+G5*E5+G6*E6+G7*E7+G8*E8": ("total-wrong-weight", "error", "应为 E4"),
    "=SUMPRODUCT(G4:G7,E4:E7)+G8*E7": ("total-wrong-weight", "error", "应为 E8"),
    "=G4*E4+G5*E5+G6*E6+G7*E7+G8*0.1": ("total-hard-weight", "warning", "培训学习"),
    "=G4*E4+G5*E5+G6*E6+G7*E7+G8*0.2": ("total-wrong-weight", "error", "0.2"),
    "=G4*0.3+G5*0.25+G6*0.2+G7*0.15+G8*0.1": ("total-hard-weight", "warning", "全是写死的"),
    "=G4*0.3+G5*0.25+G6*0.2+G7*0.15+G8*0.2": ("total-wrong-weight", "error", "培训学习"),
    "=SUMPRODUCT(G4:G8,E4:E8)+5": ("total-constant", "warning", "5"),
    "=G4*E4+G4*E4+G5*E5+G6*E6+G7*E7+G8*E8": ("total-row-twice", "error", "销售工作"),
    "=SUMPRODUCT(G4:G8,E4:E8)+G9*0": ("total-circular", "error", "自己"),
    "=INDEX(G4:G8,2)": ("total-not-audited", "info", "未能核对"),
    "=OFFSET(G4,0,0)": ("total-not-audited", "info", "未能核对"),
}


@pytest.mark.parametrize("formula", BAD)
def test_each_mistake_is_named_once(formula: str) -> None:
    code, severity, words = BAD[formula]
    found = [f for f in audited(formula) if f.code != "total-hard-weight" or code == "total-hard-weight"]
    assert [(f.code, f.severity, f.cell) for f in found] == [(code, severity, "G9")]
    assert words in found[0].message.zh


def test_wrong_sums_of_scores_that_are_weighted_already() -> None:
    weighted = (24, 22.5, 14, 12.75, 9.5)
    assert audited("=SUM(G4:G8)", scores=weighted) == []
    [found] = audited("=SUM(G4:G7)", scores=weighted)
    assert (found.code, found.cell) == ("total-row-missing", "G9") and "培训学习" in found.message.zh


def test_adjustments_belong_to_the_total() -> None:
    assert audited("=SUMPRODUCT(G4:G8,E4:E8)+G9", adjustment=3) == []
    [found] = audited("=SUMPRODUCT(G4:G8,E4:E8)", adjustment=3)
    assert (found.code, found.severity) == ("total-adjustment-missing", "error")
    [found] = audited("=SUMPRODUCT(G4:G8,E4:E8)", adjustment=None)
    assert (found.code, found.severity) == ("total-adjustment-missing", "warning")


def test_helper_columns_are_followed() -> None:
    """Weighted scores in column H, the total adds them up; in row 7 somebody multiplied by the weight above."""
    column = {f"H{row}": f"=G{row}*E{row}" for row in range(4, 9)}
    assert audited("=SUM(H4:H8)", extra={"H3": "加权得分", **column}) == []
    found = audited("=SUM(H4:H8)", extra={"H3": "加权得分", **column, "H7": "=G7*E6"})
    assert codes(found) == [("total-wrong-weight", "G9"), ("formula-differs", "H7")]
    assert "应为 E7" in found[0].message.zh and "=G7*E7" in found[1].message.zh


def test_subtotals_are_followed() -> None:
    parts = {"J1": "=G4*E4+G5*E5", "J2": "=SUMPRODUCT(G6:G8,E6:E8)"}
    assert audited("=J1+J2", extra=parts) == []
    assert codes(audited("=J1+J2", extra={**parts, "J2": "=SUMPRODUCT(G6:G7,E6:E7)"})) == [("total-row-missing", "G9")]


def test_a_number_typed_among_formulas() -> None:
    column = [f"=ROUND(F{row}*0.9,1)" for row in range(4, 9)]
    column[2] = 70
    assert ("hard-typed", "G6") in codes(audited("=SUMPRODUCT(G4:G8,E4:E8)", scores=column))


def test_a_typed_total_beside_computed_ones() -> None:
    found = audited("=SUMPRODUCT(G4:G8,E4:E8)", own=82.5)
    assert codes(found) == [("total-typed", "F9")]


def test_each_evaluator_has_a_total_of_their_own() -> None:
    found = audited("=SUMPRODUCT(G4:G8,E4:E8)", own="=SUMPRODUCT(F4:F7,E4:E7)")
    assert codes(found) == [("total-row-missing", "F9")]


@pytest.mark.parametrize("scale", [(30, 25, 20, 15, 10), ("30%", "25%", "20%", "15%", "10%")])
def test_weights_in_percent(scale: tuple[object, ...]) -> None:
    if isinstance(scale[0], int):
        assert audited("=SUMPRODUCT(G4:G8,E4:E8)/100", weights=scale) == []
        assert codes(audited("=SUMPRODUCT(G4:G7,E4:E7)/100", weights=scale)) == [("total-row-missing", "G9")]
    else:
        assert audited("=G4*E4+G5*E5+G6*E6+G7*E7+G8*E8", weights=scale) == []


def test_an_item_of_weight_zero_may_be_left_out() -> None:
    assert audited("=SUMPRODUCT(G4:G7,E4:E7)", weights=(0.3, 0.3, 0.25, 0.15, 0)) == []


@pytest.mark.parametrize(
    "formula",
    [
        "=5+5", "=#REF!+G5", "=汇总!A1", "=SUM(AA1:XFD1000)", "=G4*G5", "=SUMPRODUCT(G4:G8,E4:E7)", "=G4/0", "=G4/E20",
        "=G4&G5", "=IF(G4>80,G4,G5)", "=IF(TRUE,5,6)", "=MEDIAN(G4:G8)", "={1,2}*G4",
    ],
)  # fmt: skip
def test_what_is_no_sum_of_scores_is_left_to_a_person(formula: str) -> None:
    assert codes(audited(formula)) == [("total-not-audited", "G9")]


def test_a_plain_average_counts_every_item() -> None:
    assert audited("=AVERAGE(G4:G8)", weights=(0.2,) * 5) == []
    assert codes(audited("=AVERAGE(G4:G7)", weights=(0.2,) * 5)) == [("total-row-missing", "G9")]


def test_points_that_are_taken_off_are_a_constant_of_the_total() -> None:
    [found] = audited("=SUMPRODUCT(G4:G8,E4:E8)-5")
    assert found.code == "total-constant" and "5" in found.message.zh


def test_a_chain_of_cells_is_followed_so_far_only() -> None:
    chain = {f"J{n}": f"=J{n + 1}" for n in range(1, 200)}
    assert codes(audited("=J1", extra={**chain, "J200": "=SUMPRODUCT(G4:G8,E4:E8)"})) == [("total-not-audited", "G9")]


@pytest.mark.parametrize("formula", ["=SUM(XFE4:XFE8)", "=G4+G5+XFE6", "=SUM(G0:G8)", "=G4+G5+G1048577"])
def test_a_total_that_names_a_cell_no_sheet_has(formula: str) -> None:
    """Scores that could be shares of a hundred: whether the total adds them up is asked before anything is audited."""
    found = audited(formula, scores=(28, 24, 19, 15, 10))
    assert [f.cell for f in found if f.code == "total-not-audited"] == ["G9"]
