"""What holds for every embedded workbook, whoever edits it next."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from scorecard.definitions import parse_definition
from scorecard.scoring.explain import explain_item
from scorecard.scoring.values import CellError
from scorecard.workbook.embed import convert, embed, plan_embedding
from scorecard.workbook.inspection import inspect
from scorecard.workbook.package import Package
from scorecard.workbook.plan import apply
from scorecard.workbook.recalc import recalculate
from tests.parity.books import RULES, embedded, form_of, same, shown, stored
from tests.parity.exact import Settings
from tests.parity.forms import BLANK, SHEET, Content, Form, Item, put, saved
from tests.parity.rules import RATINGS, Rule
from tests.parity.test_engines import check_core, check_exact, core_result
from tests.scoring.witness import knots

SEEDS = (3, 12, 21, 40)
SCALE = (0, 60, 70, 90, 100)


def edited(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The workbook after somebody changed cells in another program, computed again."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    result = recalculate(saved(book))
    assert result.data is not None
    return result.data


def number(value: float) -> Content:
    return Content(value, Fraction(str(value)))


def plain_form(**changes: object) -> Form:
    """A form without surprises: two thresholds rules, one of them falling, and a rating."""
    rising, falling = (0.8, 0.95, 0.97, 0.99, 1.0), (30, 20, 15, 10, 5)

    def explicit(xs: tuple[float, ...]) -> Rule:
        return Rule((f"thresholds = {list(xs)}", 'kind = "amount"'), lambda *_: knots(xs, SCALE))

    table = ", ".join(f'"{name}" = {score}' for name, score in RATINGS[0])
    rating = Rule((f'rule = {{ type = "rating", table = {{ {table} }} }}',), mode="rating", labels=RATINGS[0])
    items = (
        Item("东区业务", explicit(rising), (), number(0.96), Content(0.5, Fraction(1, 2), "0%")),
        Item("西区业务", explicit(falling), (), number(12), Content(0.3, Fraction(3, 10), "0%")),
        Item("协作支持", rating, (), Content("良", Fraction(85)), Content(0.2, Fraction(1, 5), "0%")),
    )
    form = Form(0, items, (), 0, Settings(), (), (), True, False, "")
    return replace(form, **changes)  # type: ignore[arg-type]


def with_actuals(form: Form, content: Callable[[Item], Content]) -> Form:
    return replace(form, items=tuple(replace(item, actual=content(item)) for item in form.items))


# --- embedding and converting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("seed", SEEDS)
def test_embedding_twice_changes_nothing(seed: int, flavour: str, tmp_path: Path) -> None:
    once = embedded(form_of(seed), flavour)
    source = tmp_path / "once.xlsx"
    source.write_bytes(once)
    again = embed(source, tmp_path / "twice.xlsx", formulas=flavour)
    assert (tmp_path / "twice.xlsx").read_bytes() == again.data == once


@pytest.mark.parametrize("seed", SEEDS)
def test_converting_there_and_back_restores_every_part(seed: int, tmp_path: Path) -> None:
    form = form_of(seed)
    paths = [tmp_path / name for name in ("native.xlsx", "udf.xlsx", "back.xlsx")]
    paths[0].write_bytes(embedded(form, "native"))
    there = convert(paths[0], paths[1], formulas="udf")
    back = convert(paths[1], paths[2], formulas="native")
    assert there.plan and back.plan
    assert formulas(there.data) == formulas(embedded(form, "udf"))
    assert formulas(back.data) == formulas(paths[0].read_bytes())
    assert stored(back.data) == stored(paths[0].read_bytes()) == stored(there.data)


def formulas(data: bytes) -> Mapping[tuple[str, str], object]:
    """What is typed into every cell."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (ws.title, c.coordinate): c.value for ws in book for row in ws.iter_rows() for c in row if c.value is not None
    }


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("seed", SEEDS)
def test_only_planned_cells_change(seed: int, flavour: str) -> None:
    form = form_of(seed)
    data = form.workbook()
    package = Package.open(data)
    definition = parse_definition(form.rules_file())
    plan, _, _ = plan_embedding(package, definition, None, flavour, form.current or None, "test.xlsx")
    after = apply(plan, package).to_bytes()
    planned = {edit.cell for edit in plan.edits if edit.sheet == SHEET}
    before_sheet, after_sheet = (openpyxl.load_workbook(io.BytesIO(b))[SHEET] for b in (data, after))
    places = {c.coordinate for ws in (before_sheet, after_sheet) for row in ws.iter_rows() for c in row}
    assert planned < places
    for place in places - planned:
        assert look_of(before_sheet, place) == look_of(after_sheet, place), place
    typed = {form.cell(what, i) for what in ("name", "actual", "weight") for i in range(len(form.items))}
    # Cells that people fill in may be planned for their look, never for their content.
    assert all(before_sheet[c].value == after_sheet[c].value for c in typed)
    assert before_sheet.merged_cells.ranges == after_sheet.merged_cells.ranges


def look_of(ws: Worksheet, place: str) -> tuple[object, ...]:
    cell = ws[place]
    looks = (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)
    return cell.value, cell.number_format, *map(repr, looks)


# --- filling in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 5, 8, 14, 33])
def test_the_period_cell_decides(seed: int) -> None:
    form = form_of(seed)
    while len(form.periods) < 2:
        form = form_of(form.seed + 1)
    data = embedded(form, "native")
    [selector] = [
        cell.coordinate
        for row in openpyxl.load_workbook(io.BytesIO(data))[SHEET].iter_rows()
        for cell in row
        if cell.value == form.current and cell.column > form.columns["score"]
    ]
    for place, period in enumerate(form.periods):

        def choose(book: Workbook, period: str = period) -> None:
            book[SHEET][selector] = period

        moved, result = replace(form, period=place), edited(data, choose)
        seen = shown(moved, stored(result))
        assert check_exact(moved, seen) + check_core(moved, seen, result) == [], period


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("weights", [True, False])
def test_a_blank_form_looks_blank(flavour: str, weights: bool) -> None:
    form = with_actuals(plain_form(), lambda _: BLANK)
    if not weights:
        form = replace(form, items=tuple(replace(item, weight=BLANK) for item in form.items))
    values = stored(embedded(form, flavour))
    seen = shown(form, values)
    assert set(seen.scores) == {""} and set(seen.foot.values()) == {""} and set(seen.bands) == {0}
    assert not [cell for (sheet, cell), value in values.items() if sheet == SHEET and str(value).startswith("#")]


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_one_item_filled_in(flavour: str) -> None:
    form = with_actuals(plain_form(), lambda item: item.actual if item.name == "西区业务" else BLANK)
    seen = shown(form, stored(embedded(form, flavour)))
    assert seen.foot == {"总分": "", "覆盖率": pytest.approx(0.3), "等级": "未完成 1/3", "绩效系数": ""}
    assert seen.scores[1] == pytest.approx(82)


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_items_without_any_weight_count_alike(flavour: str) -> None:
    form = plain_form()
    unweighted = replace(form, items=tuple(replace(item, weight=BLANK) for item in form.items))
    data = embedded(unweighted, flavour)
    seen = shown(unweighted, stored(data))
    # 65, 82 and 85 by hand.
    assert seen.foot["总分"] == pytest.approx(77.33) == core_result(data).total


@pytest.mark.parametrize("seed", SEEDS)
def test_a_new_actual_and_recalculation_give_what_embedding_afresh_gives(seed: int) -> None:
    form = form_of(seed)
    donor = {item.rule.mode: item for item in form_of(seed + 50).items}
    changed = tuple(
        replace(item, actual=number(0.97)) if item.rule.mode in ("linear", "step") and i % 2 else item
        for i, item in enumerate(form.items)
    )
    assert donor and changed != form.items
    fresh = replace(form, items=changed)

    def type_in(book: Workbook) -> None:
        for i, item in enumerate(changed):
            if item is not form.items[i]:
                row, col = form.first_row + i, form.columns["actual"]
                book[SHEET].cell(row, col).value = None
                put(book[SHEET], row, col, item.actual)

    assert stored(edited(embedded(form, "native"), type_in)) == stored(embedded(fresh, "native"))


# --- edits on the rule sheet -----------------------------------------------------------------------------------------


def rule_row(book: Workbook, name: str) -> dict[str, object]:
    """The cells of an item on the rule sheet by their headers."""
    ws = book[RULES]
    header = next(row for row in ws.iter_rows() if row[0].value == "指标")
    place = [item.name for item in plain_form().items].index(name)
    return {cell.value: ws.cell(header[0].row + 1 + place, cell.column) for cell in header if cell.value}


def setting(book: Workbook, label: str) -> object:
    return next(row[1] for row in book[RULES].iter_rows() if row[0].value == label)


def write(name: str, cells: Mapping[str, object]) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        row = rule_row(book, name)
        for header, value in cells.items():
            row[header].value = value  # type: ignore[attr-defined]

    return change


def five(*values: object) -> dict[str, object]:
    return {f"阈值{i}": value for i, value in enumerate(values, start=1)}


def empty(*headers: str) -> dict[str, object]:
    return dict.fromkeys(headers)


LAST_THREE = ("阈值3", "阈值4", "阈值5", "得分3", "得分4", "得分5")
BUT_THE_FIRST = ("阈值2", "阈值3", "阈值4", "阈值5")

#: What somebody changes in the row of 东区业务 (actual 0.96), and the score that must follow everywhere.
RULE_EDITS = {
    "other thresholds": (five(0.9, 0.94, 0.95, 0.97, 0.98), 80.0),
    "other scores": ({"得分2": 50, "得分3": 80}, 65.0),
    "steps": ({"方式": "阶梯"}, 60.0),
    "falling, and said so": (five(1.2, 1.0, 0.97, 0.9, 0.8) | {"方向": "越低越好"}, 70 + 20 * (0.97 - 0.96) / 0.07),
    "falling, and not said": (five(1.2, 1.0, 0.97, 0.9, 0.8), "#NUM!"),
    "out of order": (five(0.8, 0.97, 0.95, 0.99, 1.0), "#NUM!"),
    "a gap": (five(0.8, None, 0.97, 0.99, 1.0), "#NUM!"),
    "one threshold": (five(0.8, None) | empty("得分2", *LAST_THREE), "#NUM!"),
    "a score without threshold": (five(0.8, 0.95, 0.97, 0.99, None), "#NUM!"),
    "the same threshold three times": (five(0.8, 0.96, 0.96, 0.96, 1.0), "#NUM!"),
    "a jump": (five(0.8, 0.95, 0.96, 0.96, 1.0), 90.0),
    "two thresholds": (five(0.8, 1.0) | {"得分2": 100} | empty(*LAST_THREE), 80.0),
    "not applicable": (five("不适用") | empty(*BUT_THE_FIRST), "N/A"),
    "text without a number": (five("待定") | empty(*BUT_THE_FIRST), "#VALUE!"),
    "no thresholds": (five(None, None, None, None, None), "N/A"),
    "an error": (five(0.8, "=1/0", 0.97, 0.99, 1.0), "#DIV/0!"),
    "text": (five(0.8, "待定", 0.97, 0.99, 1.0), "#VALUE!"),
    "zero at the worst end": (five(0, 0.5, 0.95, 0.97, 1), 80.0),
    "zero twice": (five(0, 0, 0.95, 0.97, 1), 80.0),
}


@pytest.mark.parametrize("what", RULE_EDITS)
def test_edited_rules_are_honoured_alike(what: str, tmp_path: Path) -> None:
    cells, want = RULE_EDITS[what]
    data = edited(embedded(plain_form(), "native"), write("东区业务", cells))
    seen = shown(plain_form(), stored(data))
    expected = want if isinstance(want, str) else Fraction(want)
    assert same(seen.scores[0], expected), seen.scores[0]
    path = tmp_path / "edited.xlsx"
    path.write_bytes(data)
    [card] = inspect(path).cards
    assert check_core(plain_form(), seen, data) == []
    sentence = explain_item(card.result.items[0], card.model.bands).zh
    told = {"N/A": "不考核"}.get(want, want) if isinstance(want, str) else f"{round(want, 2)}; 权重"
    assert told in sentence


@pytest.mark.parametrize("what", [name for name in RULE_EDITS if name != "falling, and not said"])
def test_edited_rules_are_honoured_by_the_functions_too(what: str) -> None:
    change = write("东区业务", RULE_EDITS[what][0])
    native, udf = (shown(plain_form(), stored(edited(embedded(plain_form(), f), change))) for f in ("native", "udf"))
    assert native.scores == udf.scores and native.foot == udf.foot


SETTING_EDITS: dict[str, Callable[[Workbook], None]] = {}


def _setting(label: str, value: object) -> None:
    def change(book: Workbook) -> None:
        setting(book, label).value = value  # type: ignore[attr-defined]

    SETTING_EDITS[f"{label} {value}"] = change


for _label, _value in (
    ("绩效空白时", "按0分"), ("绩效空白时", "不计入"), ("权重规则", "归一"), ("权重规则", "原样"),
    ("总分小数位", 0), ("总分小数位", None), ("总分下限", 90), ("总分下限", None), ("总分下限", 101),
    ("总分上限", 60), ("总分上限", -5),
):  # fmt: skip
    _setting(_label, _value)


def _descending(book: Workbook) -> None:
    ws = book[RULES]
    rows = [[ws.cell(5 + i, 4 + k).value for k in range(3)] for i in range(5)]
    for i, row in enumerate(reversed(rows)):
        for k, value in enumerate(row):
            ws.cell(5 + i, 4 + k).value = value


def _two_grades(book: Workbook) -> None:
    for i in range(5):
        for k in range(3):
            book[RULES].cell(5 + i, 4 + k).value = [(70, "合格", 1), (0, "不合格", 0.6)][i][k] if i < 2 else None


def _heavier(book: Workbook) -> None:
    book[SHEET].cell(4, plain_form().columns["weight"]).value = 0.6


SETTING_EDITS |= {"grades best first": _descending, "two grades": _two_grades, "weights of 110 %": _heavier}


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("what", SETTING_EDITS)
def test_edited_settings_are_honoured_alike(what: str, flavour: str) -> None:
    form = plain_form()
    if "绩效空白时" in what:
        form = with_actuals(form, lambda item: BLANK if item.name == "东区业务" else item.actual)
    data = edited(embedded(form, flavour), SETTING_EDITS[what])
    assert check_core(form, shown(form, stored(data)), data) == []


def test_settings_do_change_the_total() -> None:
    """The comparisons above would hold for settings that nobody reads."""
    form = plain_form()
    totals = {}
    for what, change in SETTING_EDITS.items():
        seen = shown(form, stored(edited(embedded(form, "native"), change)))
        totals[what] = (seen.foot["总分"], seen.foot["等级"])
    assert totals["总分小数位 0"] == (74, "中")
    assert totals["总分下限 90"] == (90, "优")
    assert totals["总分上限 60"] == (60, "及格")
    assert totals["总分上限 -5"] == (CellError("#NUM!"), CellError("#NUM!"))
    assert totals["two grades"] == (74.1, "合格")
    assert totals["grades best first"] == (74.1, "中")
    assert totals["weights of 110 %"] == (CellError("#NUM!"), CellError("#NUM!"))
