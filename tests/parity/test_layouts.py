"""Forms of other shapes than the generated ones: weighted scores, scores computed or typed before, targets as text."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from scorecard.definitions import parse_definition
from scorecard.scoring.values import CellError
from scorecard.workbook.embed import Embedding, convert, embed
from scorecard.workbook.inspection import inspect
from tests.parity.books import stored
from tests.parity.forms import saved
from tests.parity.test_properties import edited, formulas

RULES = """
schema = 1
[policy]
name = "standard"
[[kpi]]
name = "东区业务"
thresholds = [0.80, 0.95, 0.97, 0.99, 1.00]
[[kpi]]
name = "西区业务"
thresholds = [30, 20, 15, 10, 5]
[[kpi]]
name = "客户走访"
kind = "count"
direction = "lower"
"""


def sheet(score: str, rows: list[list[object]], above: str = "") -> bytes:
    """A list with actual and score columns, items from row 3 on."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    ws.append(["2026年第三季度绩效考核表", *([None] * 4), above])
    ws.append(["指标", "目标", "实际完成", "权重", score])
    for row in rows:
        ws.append(row)
    return saved(book)


def done(data: bytes, folder: Path, flavour: str = "native") -> Embedding:
    source = folder / "form.xlsx"
    source.write_bytes(data)
    return embed(source, folder / f"{flavour}.xlsx", rules=parse_definition(RULES), formulas=flavour)


ITEMS: list[list[object]] = [["东区业务", 0.95, 0.96, 0.6], ["西区业务", 20, 12, 0.4]]


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_a_column_of_weighted_scores(flavour: str, tmp_path: Path) -> None:
    result = done(sheet("加权得分", ITEMS), tmp_path, flavour)
    values = stored(result.data)
    assert values["考核表", "E3"] == pytest.approx(39) and values["考核表", "E4"] == pytest.approx(32.8)
    total = next(cell for (name, cell), value in values.items() if name == "考核表" and value == "总分")
    assert values["考核表", f"E{total[1:]}"] == pytest.approx(71.8)
    [card] = inspect(tmp_path / f"{flavour}.xlsx").cards
    assert card.result.total == 71.8 and [item.score for item in card.result.items] == [65, 82]


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_score_formulas_of_the_department_stay_and_count(flavour: str, tmp_path: Path) -> None:
    rows = [[*ITEMS[0], "=C3*100"], ITEMS[1]]
    result = done(sheet("得分", rows), tmp_path, flavour)
    assert formulas(result.data)["考核表", "E3"] == "=C3*100"
    values = stored(result.data)
    assert values["考核表", "E4"] == 82
    total = next(cell for (name, cell), value in values.items() if name == "考核表" and value == "总分")
    assert values["考核表", f"E{total[1:]}"] == pytest.approx(90.4)
    assert ("kept-formula", "E3") in {(finding.code, finding.cell) for finding in result.findings}
    other = "udf" if flavour == "native" else "native"
    turned = convert(tmp_path / f"{flavour}.xlsx", tmp_path / "turned.xlsx", formulas=other)
    assert formulas(turned.data)["考核表", "E3"] == "=C3*100"
    assert stored(turned.data) == values
    seen = inspect(tmp_path / f"{flavour}.xlsx")
    # What the department's formula gives is what counts, in the workbook and in the core; the rule's 65 is told.
    assert seen.cards[0].result.total == 90.4
    assert [(f.code, f.severity, f.cell) for f in seen.findings] == [("score-kept", "warning", "E3")]
    assert "65.0" in seen.findings[0].message.zh


def foot(values: dict[tuple[str, str], object], label: str) -> object:
    """What stands in the score column beside a label."""
    cell = next(cell for (name, cell), value in values.items() if name == "考核表" and value == label)
    return values.get(("考核表", f"E{cell[1:]}"), "")


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_a_typed_score_stays_and_counts(flavour: str, tmp_path: Path) -> None:
    """By hand: 0.6·88 + 0.4·82 = 85.6; by the rule the first item would have 65."""
    source = sheet("得分", [[*ITEMS[0], 88], ITEMS[1]])
    result = done(source, tmp_path, flavour)
    values = stored(result.data)
    assert values["考核表", "E3"] == 88 and values["考核表", "E4"] == 82
    assert foot(values, "总分") == pytest.approx(85.6) and foot(values, "等级") == "良"
    [kept] = [f for f in result.findings if f.code == "score-kept"]
    assert (kept.severity, kept.cell) == ("warning", "E3") and "65.0" in kept.message.zh and "88" in kept.message.en
    seen = inspect(tmp_path / f"{flavour}.xlsx")
    assert seen.cards[0].result.total == 85.6 and not seen.has_errors
    assert [f.message for f in seen.findings if f.code == "score-kept"] == [kept.message]


def test_a_typed_score_that_the_rule_gives_too_is_not_worth_a_word(tmp_path: Path) -> None:
    result = done(sheet("得分", [[*ITEMS[0], 65], ITEMS[1]]), tmp_path)
    assert not [f for f in result.findings if f.code.startswith("score-")]


def test_a_typed_score_without_an_actual_stays_all_the_same(tmp_path: Path) -> None:
    result = done(sheet("得分", [["东区业务", 0.95, None, 0.6, 88], ITEMS[1]]), tmp_path)
    [kept] = [f for f in result.findings if f.code == "score-kept"]
    assert kept.severity == "info" and "没有实际值" in kept.message.zh
    assert foot(stored(result.data), "总分") == pytest.approx(85.6)


def test_typed_scores_give_way_when_asked(tmp_path: Path) -> None:
    source = tmp_path / "form.xlsx"
    source.write_bytes(sheet("得分", [[*ITEMS[0], 88], ITEMS[1]]))
    result = embed(source, tmp_path / "out.xlsx", rules=parse_definition(RULES), replace_scores=True)
    assert stored(result.data)["考核表", "E3"] == 65
    assert ("score-replaced", "E3") in {(finding.code, finding.cell) for finding in result.findings}


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_a_form_with_typed_scores_only_is_totalled(flavour: str, tmp_path: Path) -> None:
    """No actuals at all: total, coverage and grade come from the scores. 0.6·91 + 0.4·79.5 = 86.4."""
    rows: list[list[object]] = [["东区业务", 0.95, None, 0.6, 91], ["西区业务", 20, None, 0.4, 79.5]]
    values = stored(done(sheet("得分", rows), tmp_path, flavour).data)
    assert [values["考核表", cell] for cell in ("E3", "E4")] == [91, 79.5]
    assert foot(values, "总分") == pytest.approx(86.4) and foot(values, "等级") == "良"
    assert foot(values, "覆盖率") == 1 and foot(values, "绩效系数") == 1.1


TYPED_OVER = {"88分": CellError("#VALUE!").code, 101: CellError("#VALUE!").code, -1: CellError("#VALUE!").code,
              True: CellError("#VALUE!").code, "不适用": 82, " ": "", 0: 32.8, 100: 92.8}  # fmt: skip


@pytest.mark.parametrize("typed", TYPED_OVER)
def test_what_is_typed_over_a_formula_counts_or_is_an_error(typed: object, tmp_path: Path) -> None:
    """Never a text that is passed over in silence. By hand: 0.6·s + 0.4·82, and 82 alone where s is not applicable."""
    result = done(sheet("得分", ITEMS), tmp_path)

    def change(book: Workbook) -> None:
        book["考核表"]["E3"] = typed

    data = edited(result.data, change)
    found = foot(stored(data), "总分")
    want = TYPED_OVER[typed]
    assert found == want if isinstance(want, str) else found == pytest.approx(want)
    (tmp_path / "typed.xlsx").write_bytes(data)
    seen = inspect(tmp_path / "typed.xlsx")
    if isinstance(want, str):
        assert seen.has_errors
    else:
        assert seen.cards[0].result.total == pytest.approx(want) and not seen.has_errors


def test_typed_weighted_scores_and_points_are_read_as_what_they_are(tmp_path: Path) -> None:
    """Weighted 54 of 60 is 90, 30 of 40 is 75; points 9 of 10 and 15 of 30 make (9 + 15)/40."""
    weighted = [["东区业务", 0.95, 0.96, 0.6, 54], ["别的工作", 1, None, 0.4, 30]]
    values = stored(done(sheet("加权得分", weighted), tmp_path).data)
    assert foot(values, "总分") == pytest.approx(84)
    assert inspect(tmp_path / "native.xlsx").cards[0].result.total == 84
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ["服务部绩效考核表"], ["考核指标", "评分标准", "实际完成", "满分", "得分"],
        ["环境卫生", "不整洁扣2分", None, "10分", 9], ["设备点检", "漏检一次扣5分", None, 30, 15],
    ):  # fmt: skip
        ws.append(row)
    (tmp_path / "points").mkdir()
    values = stored(done(saved(book), tmp_path / "points").data)
    assert foot(values, "总分") == 60
    assert inspect(tmp_path / "points/native.xlsx").cards[0].result.total == 60


TARGETS = {
    "3次/台": 60.0,  # as it stood when the formulas were made
    6: 70.0,  # half of the target
    "6次": CellError("#VALUE!").code,
    "不适用": "N/A",
    None: "N/A",
}


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_was_text_can_be_typed_anew(target: object, tmp_path: Path) -> None:
    """A rule by policy on 3次/台, actual 3; another target later is read as it is, or refused, never ignored."""
    book = openpyxl.load_workbook(tmp_form(tmp_path))
    ws = book["考核表"]
    for col, (label, span) in enumerate(
        (("远超目标", "100-90"), ("超过目标", "90-70"), ("达到目标", "70-60"), ("未达目标", "60-0")), start=6
    ):
        ws.cell(2, col, f"{label}（{span}分）")
    result = done(saved(book), tmp_path)

    def change(embedded: Workbook) -> None:
        embedded["考核表"]["B4"] = target

    assert stored(edited(result.data, change))["考核表", "E4"] == TARGETS[target]


def tmp_form(folder: Path) -> Path:
    path = folder / "counts.xlsx"
    path.write_bytes(sheet("得分", [ITEMS[0], ["客户走访", "3次/台", 3, 0.4]]))
    return path


def test_new_cells_beside_a_table_take_free_columns_only(tmp_path: Path) -> None:
    """Rows under the table are taken by others, and so is the nearest column beside it."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    ws.append(["绩效考核表"])
    ws.append(["指标", "月度", "季度", "实际完成", "权重", "得分"])
    ws["B1"] = "目标"
    ws.append(["东区业务", 0.95, 0.95, 0.96, 0.6])
    ws.append(["西区业务", 20, 20, 12, 0.4])
    ws.append(["备注：本表由人力资源部解释"])
    for row in range(2, 8):
        ws.cell(row, 8, f"参考{row}")
    data = saved(book)
    result = done(data, tmp_path)
    before, after = formulas(data), formulas(result.data)
    assert {place: after[place] for place in before} == before
    planned = [(edit.row, edit.col) for edit in result.plan.edits if edit.sheet == "考核表"]
    assert len(planned) == len(set(planned)), "two things in one cell"


def test_the_order_of_findings_does_not_depend_on_the_flavour(tmp_path: Path) -> None:
    found = [done(sheet("得分", ITEMS), tmp_path, flavour).findings for flavour in ("native", "udf")]
    assert found[0] == found[1]


def test_veto_and_adjustments_reach_the_total(tmp_path: Path) -> None:
    """By hand: 0.6·65 + 0.4·82 = 71.8; +5 −1.5 = 75.3; half of it is 37.65."""
    rows = [
        *ITEMS,
        ["加分项", None, None, None, 5],
        ["扣分项", None, None, None, -1.5],
        ["一票否决", None, None, None, 0.5],
    ]
    for flavour in ("native", "udf"):
        values = stored(done(sheet("得分", rows), tmp_path, flavour).data)
        total = next(cell for (name, cell), value in values.items() if name == "考核表" and value == "总分")
        assert values["考核表", f"E{total[1:]}"] == pytest.approx(37.65)
        [card] = inspect(tmp_path / f"{flavour}.xlsx").cards
        assert card.result.total == 37.65


def test_several_sheets_share_one_rule_sheet(tmp_path: Path) -> None:
    """Three people, rules of different widths: each card shows what it shows alone."""
    book = Workbook()
    book.remove(book.active)
    alone = []
    for person, (first, second) in {"张三": (0.96, 12), "李四": (1.0, 30), "王五": ("N/A", "")}.items():
        rows = [["东区业务", 0.95, first, 0.6], ["西区业务", 20, second, 0.4]]
        ws = book.create_sheet(person)
        ws.append(["2026年第三季度绩效考核表"])
        ws.append(["指标", "目标", "实际完成", "权重", "得分"])
        for row in rows:
            ws.append(row)
        folder = tmp_path / person
        folder.mkdir()
        alone.append(stored(done(sheet("得分", rows), folder).data))
    for flavour in ("native", "udf"):
        together = stored(done(saved(book), tmp_path, flavour).data)
        for person, values in zip(("张三", "李四", "王五"), alone, strict=True):
            mine = {cell: value for (name, cell), value in together.items() if name == person}
            assert mine == {cell: value for (name, cell), value in values.items() if name == "考核表"}


def test_evaluators_have_their_own_columns_and_totals_of_their_own_stay(tmp_path: Path) -> None:
    """自评 stays typed; 上级评分 is computed; the department's own totals add up what stands in the columns."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    ws.append(["绩效考核表"])
    ws.append(["指标", "目标", "实际完成", "权重", "自评得分", "上级评分"])
    ws.append(["东区业务", 0.95, 0.96, 0.6, 90])
    ws.append(["西区业务", 20, 12, 0.4, 80])
    ws.append(["绩效考核得分", None, None, None, "=E3*D3+E4*D4", "=F3*D3+F4*D4"])
    result = done(saved(book), tmp_path)
    values, typed = stored(result.data), formulas(result.data)
    assert typed["考核表", "E5"] == "=E3*D3+E4*D4" and typed["考核表", "F5"] == "=F3*D3+F4*D4"
    assert [values["考核表", cell] for cell in ("E3", "E4", "F3", "F4")] == [90, 80, 65, 82]
    assert values["考核表", "E5"] == pytest.approx(86) and values["考核表", "F5"] == pytest.approx(71.8)
    grade = next(cell for (name, cell), value in values.items() if name == "考核表" and value == "等级")
    assert values["考核表", f"F{grade[1:]}"] == "中"


def test_periods_that_contradict_each_other_are_told_at_once(tmp_path: Path) -> None:
    """Rising thresholds in one period and falling ones in the other would be #NUM! once the period changes."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    ws.append(["绩效考核表", None, "目标"])
    ws.append(["指标", "月度", "季度", "实际完成", "权重", "得分"])
    ws["B1"] = "目标"
    ws.append(["东区业务", 5, 5, 5, 0.5])
    ws.append(["西区业务", 5, 5, 5, 0.5])
    rules = 'schema = 1\n[[kpi]]\nname = "东区业务"\nscores = [0, 100]\n'
    source = tmp_path / "form.xlsx"
    source.write_bytes(saved(book))
    for thresholds, code in (("[3, 1]", "rule-directions"), ("[1, 4]", "")):
        text = f'{rules}thresholds = {{ "月度" = [1, 3], "季度" = {thresholds} }}\n'
        done = embed(source, dry_run=True, rules=parse_definition(text))
        assert [f.code for f in done.findings if f.code == "rule-directions"] == ([code] if code else [])


def test_a_row_without_any_target_is_not_assessed(tmp_path: Path) -> None:
    rows: list[list[object]] = [ITEMS[0], ["别的工作", "—", None, 0.4]]
    result = done(sheet("得分", rows), tmp_path)
    assert "not-assessed" in {f.code for f in result.findings} and result.findings[0].code != "rule-missing"
    assert foot(stored(result.data), "总分") == 65 and foot(stored(result.data), "等级") == "及格"
