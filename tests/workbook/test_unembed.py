"""Embedding leaves everything alone that it does not plan to write, and can be taken out again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from scorecard.definitions import parse_definition
from scorecard.errors import UsageError
from scorecard.workbook.edit import Editor
from scorecard.workbook.embed import Embedding, embed
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.rulesheet import SHEET
from scorecard.workbook.unembed import unembed
from tests.parity.forms import saved
from tests.workbook.rich import rich_workbook
from workbooks.build import load, plain_form

RULES = parse_definition(
    'schema = 1\n[policy]\nname = "standard"\n[[kpi]]\nname = "东区业务"\nthresholds = [0.8, 0.95, 0.97, 0.99, 1]\n'
)


def classic() -> bytes:
    """Layout 1: targets per period, bands, no total."""
    return plain_form(load("001"), actuals=True, as_printed=True, period="2026Q3")


def weighted_list() -> bytes:
    """Layout 2, with a note directly below and a style of its own."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ["服务部绩效考核表"],
        ["编号", "指标", "权重", "评分标准"],
        [1, "东区业务", "60%", "按率"],
        [2, "西区业务", "40%", None],
    ):
        ws.append(row)
    ws["B3"].font = openpyxl.styles.Font(italic=True)
    ws.column_dimensions["E"].width = 31
    ws["A9"] = "考核人签字："
    ws.print_area = "A1:D9"
    return saved(book)


def person_sheets() -> bytes:
    """Layout 3: two persons, two evaluators each, totals of their own, a sheet that pulls the totals."""
    book = Workbook()
    book.remove(book.active)
    for person in ("张三", "李四"):
        ws = book.create_sheet(person)
        for row in (
            ["2026年第三季度绩效考核表"], ["姓名", person], ["指标", "考核要求", "实际完成", "权重", "自评得分", "上级评分"],
            ["东区业务", "按计划", 0.96, 0.6, 90, None], ["西区业务", "按计划", None, 0.4, 80, 75],
            ["加减分", None, None, None, None, 2],
            ["绩效考核得分", None, None, None, "=E4*D4+E5*D5", "=F4*D4+F5*D5+F6"],
        ):  # fmt: skip
            ws.append(row)
    ws = book.create_sheet("汇总")
    ws.append(["姓名", "得分"])
    for i, person in enumerate(("张三", "李四"), start=2):
        ws.append([person, f'=INDIRECT(A{i}&"!F7")'])
    return saved(book)


def two_parts() -> bytes:
    """Layout 4: results and behaviour below each other, merged titles."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ["绩效考核表"], ["第一部分 业绩（50%）"], ["指标", "目标", "实际完成", "权重", "得分"], ["东区业务", 0.95, 0.96, 0.6],
        ["西区业务", None, None, 0.4, 70], [], [], [], [], [], [], ["第二部分 行为（50%）"], ["指标", "考核要求", "权重", "得分"],
        ["责任心", "主动", 0.5, 80], ["团队合作", "配合", 0.5, 90],
    ):  # fmt: skip
        ws.append(row)
    ws.merge_cells("A1:E1")
    ws.merge_cells("A2:E2")
    return saved(book)


def points() -> bytes:
    """Layout 6: full marks and points."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ["卫生检查考核表"], ["考核指标", "评分标准", "满分", "得分"], ["环境卫生", "一处扣2分", "10分", 9],
        ["设备点检", "漏检扣5分", 30, 15],
        ["合计", None, "=SUM(C4:C4)", "=SUM(D3:D4)"],
    ):  # fmt: skip
        ws.append(row)
    return saved(book)


def abilities() -> bytes:
    """Layout 9: ratings without weights."""
    book = Workbook()
    ws = book.active
    ws.title = "能力态度"
    for row in (
        ["能力态度考核表"], ["类别", "序号", "考核指标", "评分标准", "得分"], ["核心能力", 1, "沟通能力", "1-5", 80],
        [None, 2, "学习能力", "1-5", 90],
        ["态度", 1, "责任心", "1-5", 85],
    ):  # fmt: skip
        ws.append(row)
    return saved(book)


FORMS: dict[str, Callable[[], bytes]] = {
    "1": classic, "2": weighted_list, "3": person_sheets, "4": two_parts, "6": points, "9": abilities,
}  # fmt: skip


def embedded(data: bytes, folder: Path, flavour: str = "native", **more: bool) -> Embedding:
    source = folder / "form.xlsx"
    source.write_bytes(data)
    return embed(source, folder / "embedded.xlsx", rules=RULES, formulas=flavour, overwrite=True, **more)


def seen_by_openpyxl(data: bytes) -> dict[tuple[str, str], tuple[object, ...]]:
    """Every cell with a content or a style: value or formula, number format, font, fill, border, alignment, protection."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = {}
    for ws in book.worksheets:
        for row in ws.iter_rows():
            for cell in row:
                style = (cell.number_format, cell.font, cell.fill, cell.border, cell.alignment, cell.protection)
                if cell.value is not None or cell.has_style:
                    found[ws.title, cell.coordinate] = (cell.value, *map(repr, style))
    return found


def seen_by_us(data: bytes) -> dict[tuple[str, str], tuple[object, ...]]:
    package = Package.open(data)
    return {
        (ref.name, cell.name): (cell.value, cell.formula, cell.number_format, cell.locked)
        for ref in package.sheets
        for cell in read_grid(package, ref)
    }


def layout_of(data: bytes) -> dict[str, tuple[object, ...]]:
    """What surrounds the cells: merges, widths, print areas, validations, conditional formats."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        ws.title: (
            sorted(map(str, ws.merged_cells.ranges)),
            {letters: dim.width for letters, dim in ws.column_dimensions.items() if dim.customWidth},
            str(ws.print_area),
            sorted(str(v.sqref) for v in ws.data_validations.dataValidation),
            sorted(str(c.sqref) for c in ws.conditional_formatting),
        )
        for ws in book.worksheets
    }


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("layout", FORMS)
def test_taking_out_what_was_embedded_gives_the_original_cells(layout: str, flavour: str, tmp_path: Path) -> None:
    original = embedded(FORMS[layout](), tmp_path, flavour)
    assert original.plan
    # Values as they are when everything is computed; the originals written by a library have none yet.
    before = (tmp_path / "form.xlsx").read_bytes()
    result = unembed(tmp_path / "embedded.xlsx", tmp_path / "back.xlsx")
    assert not result.findings and result.cells
    after = result.data
    want, got = seen_by_openpyxl(before), seen_by_openpyxl(after)
    empty = {place for place in set(got) - set(want) if got[place][0] is None}
    assert {p: v for p, v in got.items() if p not in empty} == want
    ours, now = seen_by_us(before), seen_by_us(after)
    assert {p: v[1:] if v[1] else v for p, v in now.items()} == {p: v[1:] if v[1] else v for p, v in ours.items()}
    assert layout_of(after) == layout_of(before)
    assert SHEET not in openpyxl.load_workbook(io.BytesIO(after)).sheetnames
    names = parts(after)
    assert SHEET.encode() not in b"".join(names.values())
    assert set(names) - {"xl/styles.xml"} == set(parts(before)) - {"xl/calcChain.xml", "xl/styles.xml"}


def changed(before: bytes, after: bytes) -> tuple[set[str], set[tuple[str, str]]]:
    """Parts and cells that differ."""
    old, new = parts(before), parts(after)
    cells_before, cells_after = seen_by_us(before), seen_by_us(after)
    places = set(cells_before) | set(cells_after)
    return (
        {name for name in set(old) | set(new) if old.get(name) != new.get(name)},
        {place for place in places if cells_before.get(place) != cells_after.get(place)},
    )


@pytest.mark.parametrize("layout", FORMS)
def test_only_the_planned_cells_and_parts_change(layout: str, tmp_path: Path) -> None:
    result = embedded(FORMS[layout](), tmp_path)
    before = (tmp_path / "form.xlsx").read_bytes()
    touched, cells = changed(before, result.data)
    planned = {(edit.sheet, edit.cell) for edit in result.plan.edits}
    uncached = {place for place in cells if seen_by_us(before).get(place, (0, 0))[1]}  # formulas that had no value yet
    assert cells <= planned | uncached
    forms = {sheet.sheet for sheet in result.plan.sheets}
    package = Package.open(result.data)
    allowed = {package.sheet(name).part for name in forms} | {package.sheet(name).part for name, _ in uncached}
    allowed |= {
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "xl/styles.xml",
        "docProps/app.xml",
    }
    assert touched <= allowed


def rich_with_a_form(folder: Path) -> bytes:
    """The workbook of another library with charts, sparklines, images and macros of its own, and a table in it."""
    rich_workbook(folder / "rich.xlsx")
    editor = Editor(Package.open(folder / "rich.xlsx"))
    sheet = editor.add_sheet("客服评分")
    for row, texts in enumerate((["服务部绩效考核表"], ["指标", "目标", "实际完成", "权重", "得分"]), start=1):
        for col, text in enumerate(texts, start=1):
            sheet.set(row, col, text)
    for row, values in enumerate((["东区业务", 0.95, 0.96, 0.6], ["西区业务", 1, 1, 0.4]), start=3):
        for col, value in enumerate(values, start=1):
            sheet.set(row, col, value)
    return editor.finish().to_bytes()


def test_a_rich_workbook_loses_nothing(tmp_path: Path) -> None:
    data = rich_with_a_form(tmp_path)
    result = embedded(data, tmp_path)
    touched, _ = changed(data, result.data)
    form = Package.open(data).sheet("客服评分").part
    rules = Package.open(result.data).sheet(SHEET).part
    shared = {
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "xl/styles.xml",
        "docProps/app.xml",
    }
    kept = {part for part in parts(data) if not part.startswith("xl/worksheets/") and part not in shared}
    assert form in touched and rules in touched and not touched & kept
    # Of the other sheets only cached values may be brought up to date.
    for part in touched - shared - {form, rules, "xl/calcChain.xml"}:
        old, new = parts(data)[part], parts(result.data)[part]
        strip = lambda text: re.sub(rb"<v>[^<]*</v>|<v/>| t=\"\w+\"", b"", text)  # noqa: E731
        assert strip(old) == strip(new)
    back = unembed(tmp_path / "embedded.xlsx", tmp_path / "back.xlsx").data
    assert set(parts(back)) == set(parts(data)) - {"xl/calcChain.xml"}


def test_what_was_typed_since_stays(tmp_path: Path) -> None:
    embedded(weighted_list(), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "embedded.xlsx")
    ws = book["考核表"]
    actual = next(cell for cell in ws[2] if cell.value == "实际")
    ws.cell(3, actual.column, 0.97)
    book.save(tmp_path / "embedded.xlsx")
    result = unembed(tmp_path / "embedded.xlsx", tmp_path / "back.xlsx")
    assert [(f.code, f.cell) for f in result.findings] == [("typed-since", f"{actual.column_letter}3")]
    back = openpyxl.load_workbook(tmp_path / "back.xlsx")["考核表"]
    assert back.cell(3, actual.column).value == 0.97 and back.cell(2, actual.column).value is None


def test_replaced_scores_come_back(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(person_sheets()))
    book["张三"]["F4"] = 88
    embedded(saved(book), tmp_path, replace_scores=True)
    assert str(openpyxl.load_workbook(tmp_path / "embedded.xlsx")["张三"]["F4"].value).startswith("=")
    unembed(tmp_path / "embedded.xlsx", tmp_path / "back.xlsx")
    assert openpyxl.load_workbook(tmp_path / "back.xlsx")["张三"]["F4"].value == 88


def test_a_workbook_saved_by_another_program_is_restored_too(tmp_path: Path) -> None:
    """openpyxl numbers all styles anew; the record knows the former ones by their looks."""
    embedded(classic(), tmp_path)
    before = seen_by_openpyxl((tmp_path / "form.xlsx").read_bytes())
    openpyxl.load_workbook(tmp_path / "embedded.xlsx").save(tmp_path / "embedded.xlsx")
    after = seen_by_openpyxl(unembed(tmp_path / "embedded.xlsx", tmp_path / "back.xlsx").data)
    assert {p: v for p, v in after.items() if p in before or v[0] is not None} == before


def test_nothing_to_take_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(weighted_list())
    with pytest.raises(UsageError, match="nothing to take out"):
        unembed(tmp_path / "a.xlsx", tmp_path / "b.xlsx")


@pytest.mark.parametrize("layout", FORMS)
def test_embedding_again_changes_nothing(layout: str, tmp_path: Path) -> None:
    first = embedded(FORMS[layout](), tmp_path)
    again = embed(tmp_path / "embedded.xlsx", tmp_path / "again.xlsx", rules=RULES)
    assert not again.plan and again.data == first.data == (tmp_path / "again.xlsx").read_bytes()


def test_a_second_table_goes_below_the_rules_of_the_first(tmp_path: Path) -> None:
    """Each sheet alone and both in one workbook: the same numbers; both can be taken out again."""
    embedded(person_sheets(), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "embedded.xlsx")
    ws = book.create_sheet("王五")
    for row in openpyxl.load_workbook(tmp_path / "form.xlsx")["张三"].iter_rows(values_only=True):
        ws.append(["王五" if value == "张三" else value for value in row])
    book.save(tmp_path / "more.xlsx")
    result = embed(tmp_path / "more.xlsx", tmp_path / "both.xlsx", rules=RULES)
    assert {edit.sheet for edit in result.plan.edits} == {"王五", SHEET}
    values = openpyxl.load_workbook(tmp_path / "both.xlsx", data_only=True)
    for row in range(4, 12):
        assert values["王五"].cell(row, 6).value == values["张三"].cell(row, 6).value
    assert not embed(tmp_path / "both.xlsx", tmp_path / "again.xlsx", rules=RULES).plan
    back = openpyxl.load_workbook(io.BytesIO(unembed(tmp_path / "both.xlsx", tmp_path / "back.xlsx").data))
    assert SHEET not in back.sheetnames
    for name in ("张三", "王五"):
        formulas = [cell.value for row in back[name].iter_rows() for cell in row if str(cell.value).startswith("=")]
        assert formulas == ["=E4*D4+E5*D5", "=F4*D4+F5*D5+F6"]


def test_protected_sheets_are_left_alone_unless_asked(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(weighted_list()))
    book["考核表"].protection.enable()
    left = embedded(saved(book), tmp_path)
    assert not left.plan and ("sheet-protected", "error") in {(f.code, f.severity) for f in left.findings}
    assert left.data == (tmp_path / "form.xlsx").read_bytes()
    written = embedded(saved(book), tmp_path, write_protected=True)
    assert written.plan and openpyxl.load_workbook(io.BytesIO(written.data))["考核表"].protection.sheet


# --- what people did to the workbook in between --------------------------------------------------------------------------


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    path = tmp_path / "评分.xlsx"
    (tmp_path / "原.xlsx").write_bytes(weighted_list())
    embed(tmp_path / "原.xlsx", path, rules=RULES)
    return path


def edited(path: Path, change: Callable[[Workbook], object]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def test_a_form_that_was_renamed_or_deleted_is_told(scored: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.create_sheet("另一张")
        del book["考核表"]

    done = unembed(edited(scored, change), tmp_path / "还原.xlsx")
    assert [f.code for f in done.findings] == ["sheet-gone"] and "考核表" in done.findings[0].message.zh
    assert openpyxl.load_workbook(tmp_path / "还原.xlsx").sheetnames == ["另一张"]


def test_the_rule_sheet_is_not_taken_out_when_it_is_all_there_is(scored: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="评分规则"):
        unembed(edited(scored, lambda book: book.remove(book["考核表"])), tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()


def test_formulas_of_other_sheets_that_read_the_rules_are_told(scored: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.create_sheet("统计")["B2"] = "='评分规则'!A1"

    done = unembed(edited(scored, change), tmp_path / "还原.xlsx")
    [found] = [f for f in done.findings if f.code == "rules-still-used"]
    assert (found.sheet, found.cell, found.severity) == ("统计", "B2", "error")


def test_names_and_the_open_tab_of_sheets_behind_move_up(scored: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        last = book.create_sheet("统计")
        last.print_area = "A1:B3"
        book.active = len(book.sheetnames) - 1

    unembed(edited(scored, change), tmp_path / "还原.xlsx")
    book = openpyxl.load_workbook(tmp_path / "还原.xlsx")
    assert book.sheetnames == ["考核表", "统计"] and book.active.title == "统计"
    assert book["统计"].print_area == "'统计'!$A$1:$B$3" and book["考核表"].print_area == "'考核表'!$A$1:$D$9"


def test_without_its_record_nothing_can_be_taken_out(scored: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        rules = book[SHEET]
        first = next(c.row for c in rules["A"] if isinstance(c.value, str) and "记录" in c.value)
        rules.delete_rows(first, rules.max_row)

    with pytest.raises(UsageError, match="评分规则"):
        unembed(edited(scored, change), tmp_path / "还原.xlsx")


def test_a_dry_run_lists_the_cells_and_writes_nothing(scored: Path, tmp_path: Path) -> None:
    done = unembed(scored, tmp_path / "还原.xlsx", dry_run=True)
    real = unembed(scored, tmp_path / "真.xlsx")
    assert done.path is None and not (tmp_path / "还原.xlsx").exists()
    assert done.cells == real.cells and len(done.cells) > 0
