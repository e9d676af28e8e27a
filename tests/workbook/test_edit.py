"""Edits: only the parts an edit needs change, other programs open the result, and order and counts stay valid."""

from __future__ import annotations

import contextlib
import re
import warnings
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl.formula.translate import Translator
from python_calamine import CalamineWorkbook

from scorecard.errors import UnusableFile, UsageError
from scorecard.scoring.values import CellError
from scorecard.workbook.edit import Editor, SheetEditor
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.splice import Value, splice
from scorecard.workbook.styles import Alignment, Border, Font
from scorecard.workbook.trees import WORKSHEET_ORDER
from tests.libreoffice.office import Office

from .rich import rich_workbook

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_workbook(tmp_path_factory.mktemp("rich") / "考核.xlsx")


@pytest.fixture
def editor(rich: Path) -> Editor:
    return Editor(Package.open(rich))


def changed_parts(before: Package, after: Package) -> set[str]:
    names = set(before.names()) | set(after.names())
    return {n for n in names if n not in before or n not in after or before.read(n) != after.read(n)}


def root_of(package: Package, part: str) -> Any:
    return etree.fromstring(package.read(part))


def local_names(element: Any) -> list[str]:
    return [etree.QName(child).localname for child in element]


def found(root: Any, path: str) -> list[Any]:
    """Elements by a path of local names."""
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    result: list[Any] = root.xpath(".//" + steps)
    return result


def load(package: Package, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl itself cannot keep
        return openpyxl.load_workbook(BytesIO(package.to_bytes()), **options)


def edit_everything(editor: Editor) -> None:
    """One of each kind of edit on the rich workbook."""
    form = editor.sheet("考核表")
    good = editor.styles.derive(form.style_of(4, 5), font=Font(bold=True, color="006100"), fill="C6EFCE", locked=False)
    form.set(4, 5, 88.0, "ROUND(C4/B4*90,2)+0.02", good)
    form.set(5, 6, "情况说明\n两行", style=good)
    form.set(20, 2, "新行")
    form.set(20, 3, formula="=E7+评分规则!B2", value=1)
    form.clear(6, 3)
    form.merge("A20:A21")
    form.set_column_width(3, 20)
    form.set_column_width(12, 30)
    form.set_row_height(20, 33)
    form.freeze(4, 2)
    form.hide_gridlines()
    form.add_conditional("E4:E6", "E4<60", editor.styles.dxf(font=Font(color="9C0006"), fill="FFC7CE"), stop=True)
    form.add_validation("C4:C6", "decimal", "0", "1000", prompt=("实际值", "只填数字"), error=("不是数字", "请填数字"))
    form.page_setup(landscape=True)
    form.print_area("A1:F20")
    rules = editor.add_sheet("评分规则")
    rules.set(1, 1, "方向")
    rules.set(2, 2, 41)
    rules.set(3, 2, 42.0, "B2+1")
    editor.define_name("规则", "=评分规则!$B$2")
    editor.recalculate_on_load()


def test_an_editor_changes_exactly_the_parts_its_edits_need(rich: Path, editor: Editor) -> None:
    edit_everything(editor)
    before, after = Package.open(rich), editor.finish()
    assert changed_parts(before, after) == {
        SHEET,  # the cells and everything around them
        "xl/worksheets/sheet4.xml",  # the new sheet
        "xl/styles.xml",  # a style and a differential style appended
        "xl/workbook.xml",  # the tab, the names, compute on load
        "xl/_rels/workbook.xml.rels",  # where the new sheet is
        "[Content_Types].xml",  # what the new part is
        "docProps/app.xml",  # the list of sheets in the properties
    }
    assert before.to_bytes() == rich.read_bytes()


def test_an_editor_without_edits_changes_nothing(rich: Path, editor: Editor) -> None:
    for name in ("考核表", "数据", "隐藏"):
        editor.sheet(name).style_of(1, 1)
    assert editor.styles.derive(0) == 0
    assert editor.finish().to_bytes() == rich.read_bytes()


def test_other_programs_open_what_was_edited(office: Office, editor: Editor, tmp_path: Path) -> None:
    edit_everything(editor)
    package = editor.finish()
    path = tmp_path / "edited.xlsx"
    package.save(path)
    # openpyxl
    sheet = load(package)["考核表"]
    assert sheet["E4"].value == "=ROUND(C4/B4*90,2)+0.02"
    assert (sheet["E4"].font.b, sheet["E4"].fill.fgColor.rgb, sheet["E4"].protection.locked) == (
        True,
        "FFC6EFCE",
        False,
    )
    assert sheet["F5"].value == "情况说明\n两行"
    assert sheet["C6"].value is None
    assert sheet.freeze_panes == "B4"
    assert sheet.print_area == "'考核表'!$A$1:$F$20"
    assert sheet.page_setup.orientation == "landscape"
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:F1", "A20:A21"}
    assert sheet.column_dimensions["C"].width == 20
    assert (sheet.column_dimensions["L"].width, sheet.column_dimensions["L"].hidden) == (30, True)
    assert sheet.row_dimensions[20].height == 33
    assert [v.sqref for v in sheet.data_validations.dataValidation][-1] == openpyxl.worksheet.cell_range.MultiCellRange(
        "C4:C6"
    )
    # calamine
    values = CalamineWorkbook.from_path(path)
    assert values.sheet_names == ["考核表", "数据", "隐藏", "评分规则"]
    assert values.get_sheet_by_name("考核表").to_python(skip_empty_area=False)[3][4] == 88.0
    assert values.get_sheet_by_name("评分规则").to_python(skip_empty_area=False)[2][1] == 42.0
    # LibreOffice computes it all anew, and prints it
    computed = office.recalculated(path)
    assert computed["考核表", "E4"] == 86.51  # 480.5 / 500 * 90 = 86.49, and 0.02
    assert computed["评分规则", "B3"] == 42
    assert computed["考核表", "F5"] == "情况说明\n两行"
    assert computed["考核表", "C20"] == pytest.approx(computed["考核表", "E7"] + 41)
    assert office.convert(path, "pdf", tmp_path)[0].stat().st_size > 1000


def test_what_openpyxl_would_drop_is_still_there(rich: Path, editor: Editor) -> None:
    edit_everything(editor)
    before, after = Package.open(rich), editor.finish()
    for word in (
        b"sparkline",
        b"x14:dataBar",
        b"legacyDrawing",
        b"<drawing",
        b"hyperlink",
        b"iconSet",
        b"sheetProtection",
    ):
        assert after.read(SHEET).count(word) == before.read(SHEET).count(word) > 0
    root = root_of(after, SHEET)
    assert etree.tostring(found(root, "extLst")[-1], method="c14n") == etree.tostring(
        found(root_of(before, SHEET), "extLst")[-1], method="c14n"
    )


def test_worksheet_children_stand_in_the_schemas_order(editor: Editor) -> None:
    edit_everything(editor)
    package = editor.finish()
    for part in (SHEET, "xl/worksheets/sheet4.xml"):
        ranks = [WORKSHEET_ORDER.index(name) for name in local_names(root_of(package, part))]
        assert ranks == sorted(ranks)
    names = local_names(root_of(package, "xl/workbook.xml"))
    assert names.index("sheets") < names.index("definedNames") < names.index("calcPr")


def test_counts_are_those_of_the_lists(editor: Editor) -> None:
    edit_everything(editor)
    package = editor.finish()
    for part in (SHEET, "xl/styles.xml"):
        for element in root_of(package, part).iter():
            if element.get("count") is not None:
                assert int(element.get("count")) == len(element), element.tag


# --- cells ---------------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-1000, 1000), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=12), st.just(CellError("#N/A")),
)  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(1, 40), VALUES, st.sampled_from([None, "1+1", "=A1&\"<\""])), max_size=8
    )
)  # fmt: skip
def test_cells_are_read_back_as_set_and_all_others_stay(
    rich: Path, edits: list[tuple[int, int, Value, str | None]]
) -> None:
    package = Package.open(rich)
    blocked = {(4, 8), (5, 8), (6, 8)}
    edits = [edit for edit in edits if edit[:2] not in blocked]
    editor = Editor(package)
    for row, col, value, formula in edits:
        editor.sheet("考核表").set(row, col, value, formula)
    after = editor.finish()
    before_grid, grid = read_grid(package, "考核表"), read_grid(after, "考核表")
    expected = {(cell.row, cell.col): cell for cell in before_grid}
    last = {(row, col): (value, formula) for row, col, value, formula in edits}
    for (row, col), (value, formula) in last.items():
        cell = grid.cell(row, col)
        assert cell.value == (None if formula is None and value == "" else value)
        assert cell.formula == (formula.removeprefix("=") if formula else None)
        assert cell.style == before_grid.cell(row, col).style or before_grid.cell(row, col).style == 0
        expected.pop((row, col), None)
    assert {(c.row, c.col): c for c in grid if (c.row, c.col) not in last} == expected
    root = root_of(after, SHEET)
    rows = [int(row.get("r")) for row in found(root, "sheetData/row")]
    assert rows == sorted(set(rows))
    for row in found(root, "sheetData/row"):
        columns = [openpyxl.utils.cell.coordinate_from_string(cell.get("r"))[0] for cell in row]
        numbers = [openpyxl.utils.column_index_from_string(column) for column in columns]
        assert numbers == sorted(set(numbers))
        if row.get("spans") and numbers:
            low, high = map(int, row.get("spans").split(":"))
            assert low <= numbers[0] <= numbers[-1] <= high
    bounds = openpyxl.utils.cell.range_boundaries(found(root, "dimension")[0].get("ref"))
    assert all(bounds[0] <= c <= bounds[2] and bounds[1] <= r <= bounds[3] for r, c in last)


def test_the_kinds_of_cells_in_the_file(editor: Editor, rich: Path) -> None:
    sheet = editor.sheet("隐藏")
    sheet.set(1, 1, " 文 ")
    sheet.set(2, 1, "", formula='""')
    sheet.set(2, 2, True)
    sheet.set(2, 3, CellError("#N/A"), "NA()")
    sheet.set(2, 4, 5.0)
    sheet.set(2, 5, None, "1+1")
    cells = {
        cell.get("r"): etree.tostring(cell) for cell in found(root_of(editor.finish(), "xl/worksheets/sheet3.xml"), "c")
    }
    expected = {
        "A1": '<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 文 </t></is></c>',
        "A2": '<c r="A2" t="str"><f>""</f><v></v></c>',
        "B2": '<c r="B2" t="b"><v>1</v></c>',
        "C2": '<c r="C2" t="e"><f>NA()</f><v>#N/A</v></c>',
        "D2": '<c r="D2"><v>5</v></c>',
        "E2": '<c r="E2"><f>1+1</f></c>',
    }
    main = re.compile(rb' xmlns(:\w+)?="[^"]*"')
    assert {name: etree.tostring(etree.fromstring(main.sub(b"", cell))) for name, cell in cells.items()} == {
        name: etree.tostring(etree.fromstring(cell)) for name, cell in expected.items()
    }


def test_styles_stay_come_from_the_row_or_column_or_are_given(editor: Editor) -> None:
    sheet = editor.sheet("考核表")
    was = sheet.style_of(4, 3)
    assert was > 0
    sheet.set(4, 3, 1)
    assert sheet.style_of(4, 3) == was
    sheet.clear(4, 3)
    assert sheet.style_of(4, 3) == was
    sheet.set_style(4, 3, 0)
    assert sheet.style_of(4, 3) == 0
    assert sheet.style_of(500, 500) == 0


def test_new_cells_take_the_style_of_their_row_or_column(rich: Path) -> None:
    package = Package.open(rich)
    package.write(
        SHEET,
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<cols><col min="2" max="3" width="9" style="2"/></cols><sheetData><row r="5" s="3" customFormat="1"/>'
        b"</sheetData></worksheet>",
    )
    editor = Editor(package)
    sheet = editor.sheet("考核表")
    for row, col in ((5, 2), (6, 2), (6, 9)):
        sheet.set(row, col, 1)
    grid = read_grid(editor.finish(), "考核表")
    assert [cell.style for cell in grid] == [3, 2, 0]


def edited_sheet(rich: Path, sheet_data: str) -> tuple[Editor, SheetEditor]:
    package = Package.open(rich)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package.write(SHEET, f'<worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData></worksheet>'.encode())
    editor = Editor(package)
    return editor, editor.sheet("考核表")


def test_replacing_the_first_cell_of_a_shared_formula_keeps_the_others(rich: Path) -> None:
    formula = 'A1*$B$1+SUM(A1:A2)&"A1"'
    rows = f'<row r="1"><c r="C1"><f t="shared" ref="C1:C3" si="0">{escape(formula)}</f><v>1</v></c></row>'
    rows += "".join(f'<row r="{r}"><c r="C{r}"><f t="shared" si="0"/><v>{r}</v></c></row>' for r in (2, 3))
    editor, sheet = edited_sheet(rich, rows)
    sheet.set(1, 3, 5)
    cells = list(read_grid(editor.finish(), "考核表"))
    assert [(cell.value, cell.kind) for cell in cells] == [(5, ""), (2, "normal"), (3, "normal")]
    for cell in cells[1:]:
        assert f"={cell.formula}" == Translator("=" + formula, origin="C1").translate_formula(cell.name)


def test_replacing_another_cell_of_a_shared_formula_leaves_the_group(rich: Path) -> None:
    rows = '<row r="1"><c r="C1"><f t="shared" ref="C1:C3" si="0">A1</f></c></row>'
    rows += "".join(f'<row r="{r}"><c r="C{r}"><f t="shared" si="0"/></c></row>' for r in (2, 3))
    editor, sheet = edited_sheet(rich, rows)
    sheet.set(2, 3, 7.5, "B2")
    cells = list(read_grid(editor.finish(), "考核表"))
    assert [(cell.formula, cell.kind) for cell in cells] == [("A1", "normal"), ("B2", "normal"), ("A1", "shared")]


def test_cells_of_arrays_are_not_changed_alone(editor: Editor) -> None:
    for row in (4, 5, 6):
        with pytest.raises(UsageError, match="array formula or data table H4:H6"):
            editor.sheet("考核表").set(row, 8, 1)
        with pytest.raises(UsageError, match="H4:H6"):
            editor.sheet("考核表").clear(row, 8)


@pytest.mark.parametrize(("row", "col"), [(0, 1), (1, 0), (1_048_577, 1), (1, 16_385)])
def test_cells_outside_the_sheet_are_refused(editor: Editor, row: int, col: int) -> None:
    with pytest.raises(UsageError, match="outside the sheet"):
        editor.sheet("考核表").set(row, col, 1)


def test_rows_and_cells_without_addresses_keep_their_places(rich: Path) -> None:
    editor, sheet = edited_sheet(rich, "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    sheet.set(1, 4, 9)
    sheet.set(2, 1, 8)
    sheet.set(1, 1, 7)
    values = {cell.name: cell.value for cell in read_grid(editor.finish(), "考核表")}
    assert values == {"A1": 7, "B1": 2, "D1": 9, "A2": 8}


def test_metadata_of_dynamic_arrays_goes_with_the_formula(rich: Path) -> None:
    editor, sheet = edited_sheet(
        rich, '<row r="1"><c r="A1" cm="1" vm="2" t="e"><f t="array" ref="A1">F(x)</f><v>#VALUE!</v></c></row>'
    )
    sheet.set(1, 1, 2, "1+1")
    cell = found(root_of(editor.finish(), SHEET), "c")[0]
    assert dict(cell.attrib) == {"r": "A1"}


def with_calculation_chain(rich: Path) -> Package:
    package = Package.open(rich)
    package.add("xl/calcChain.xml", b'<calcChain xmlns="m"><c r="E4" i="1"/></calcChain>')
    relations = package.read("xl/_rels/workbook.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="t/relationships/calcChain" Target="calcChain.xml"/></Relationships>',
    )
    package.write("xl/_rels/workbook.xml.rels", relations)
    types = package.read("[Content_Types].xml").replace(
        b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="calc"/></Types>'
    )
    package.write("[Content_Types].xml", types)
    return package


def test_the_calculation_chain_goes_when_a_formula_comes_or_goes(rich: Path) -> None:
    package = with_calculation_chain(rich)
    for row, col, formula in ((30, 1, "1"), (4, 5, None)):
        editor = Editor(package)
        editor.sheet("考核表").set(row, col, 3, formula)
        after = editor.finish()
        assert "xl/calcChain.xml" not in after
        assert b"calcChain" not in after.read("xl/_rels/workbook.xml.rels")
        assert b"calcChain" not in after.read("[Content_Types].xml")
        assert changed_parts(package, after) == {
            SHEET, "xl/calcChain.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
        }  # fmt: skip


def test_the_calculation_chain_stays_when_formulas_stay_where_they_are(rich: Path) -> None:
    package = with_calculation_chain(rich)
    editor = Editor(package)
    editor.sheet("考核表").set(4, 5, 1, "1")
    editor.sheet("考核表").set(4, 3, 1)
    assert changed_parts(package, editor.finish()) == {SHEET}


# --- sheets and names ----------------------------------------------------------------------------------------------


def test_a_sheet_in_between_moves_what_counts_by_position(rich: Path) -> None:
    package = Package.open(rich)
    workbook = package.read("xl/workbook.xml").replace(
        b"<workbookView ", b'<workbookView activeTab="1" firstSheet="0" '
    )
    package.write("xl/workbook.xml", workbook)
    editor = Editor(package)
    editor.add_sheet("评分规则", after="考核表")
    after = editor.finish()
    assert [sheet.name for sheet in after.sheets] == ["考核表", "评分规则", "数据", "隐藏"]
    assert [sheet.state for sheet in after.sheets] == ["visible", "visible", "visible", "hidden"]
    book = load(after)
    assert book.active.title == "数据"
    assert list(book["数据"].defined_names) == ["本表"]
    assert book["考核表"]["A1"].value == "绩效考核表"
    identities = [int(sheet.get("sheetId")) for sheet in found(root_of(after, "xl/workbook.xml"), "sheets/sheet")]
    assert len(set(identities)) == 4
    titles = [title.text for title in found(root_of(after, "docProps/app.xml"), "TitlesOfParts/vector/lpstr")]
    assert titles[:4] == ["考核表", "评分规则", "数据", "隐藏"]
    assert [n.text for n in found(root_of(after, "docProps/app.xml"), "variant/i4")][0] == "4"
    assert found(root_of(after, "docProps/app.xml"), "TitlesOfParts/vector")[0].get("size") == str(len(titles))


def test_sheets_added_can_be_found_and_named_after(editor: Editor) -> None:
    editor.add_sheet("一")
    editor.add_sheet("二", after="一")
    assert editor.sheet("一").name == "一"
    editor.define_name("甲", "=1", sheet="二")
    after = editor.finish()
    assert [sheet.name for sheet in after.sheets][-2:] == ["一", "二"]
    assert list(load(after)["二"].defined_names) == ["甲"]


@pytest.mark.parametrize("name", ["", "x" * 32, "a/b", "a:b", "[a]", "'a", "a\x07", "考核表", "数据"])
def test_sheet_names_that_excel_refuses_are_refused(editor: Editor, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be used|exists already"):
        editor.add_sheet(name)


def test_unknown_sheets_are_told(editor: Editor) -> None:
    with pytest.raises(UsageError, match="there is no sheet '汇总'"):
        editor.sheet("汇总")
    with pytest.raises(UsageError, match="there is no sheet '汇总'"):
        editor.add_sheet("新", after="汇总")
    with pytest.raises(UsageError, match="there is no sheet '汇总'"):
        editor.define_name("a", "1", sheet="汇总")


def test_names_are_defined_and_changed(editor: Editor) -> None:
    editor.define_name("总分", "考核表!$E$8")
    editor.define_name("新名", "=考核表!$A$1")
    book = load(editor.finish())
    assert {name: defined.value for name, defined in book.defined_names.items()} == {
        "总分": "考核表!$E$8", "新名": "考核表!$A$1",
    }  # fmt: skip
    assert list(book["数据"].defined_names) == ["本表"]


@pytest.mark.parametrize("name", ["", "A1", "R1C1", "rc", "C", "1a", "a b", "a-b", "x" * 256, "$A$1"])
def test_names_that_excel_refuses_are_refused(editor: Editor, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        editor.define_name(name, "1")


@pytest.mark.parametrize("name", ["总分", "_a.b", "Q1分", "\\a", "KPI_A", "_xlnm.Print_Area"])
def test_names_that_excel_takes_are_taken(editor: Editor, name: str) -> None:
    editor.define_name(name, "考核表!$A$1")
    assert f'name="{name}"'.encode() in editor.finish().read("xl/workbook.xml")


def test_formulas_with_characters_no_file_can_hold_are_refused(editor: Editor) -> None:
    with pytest.raises(UsageError, match="control characters"):
        editor.sheet("考核表").set(1, 1, 1, '"\x07"')


def test_computing_on_load_is_asked_for(editor: Editor) -> None:
    editor.recalculate_on_load()
    [properties] = found(root_of(editor.finish(), "xl/workbook.xml"), "calcPr")
    assert properties.get("fullCalcOnLoad") == "1"


def test_a_finished_package_is_not_changed_by_later_edits(editor: Editor) -> None:
    editor.sheet("考核表").set(1, 9, 1)
    first = editor.finish()
    content = first.to_bytes()
    editor.sheet("考核表").set(1, 9, 2)
    assert read_grid(editor.finish(), "考核表").cell(1, 9).value == 2
    assert first.to_bytes() == content


def test_broken_parts_are_refused(rich: Path) -> None:
    package = Package.open(rich)
    package.write(SHEET, b"<worksheet><sheetData>")
    with pytest.raises(UnusableFile, match="not valid XML"):
        Editor(package).sheet("考核表")
    package.write(SHEET, b'<!DOCTYPE a [<!ENTITY e "x">]><worksheet>&e;</worksheet>')
    with pytest.raises(UnusableFile, match="document type"):
        Editor(package).sheet("考核表")


# --- around the cells ----------------------------------------------------------------------------------------------


def columns_of(package: Package) -> list[tuple[int, int, str | None, str | None]]:
    return [
        (int(c.get("min")), int(c.get("max")), c.get("width"), c.get("hidden"))
        for c in found(root_of(package, SHEET), "cols/col")
    ]


def test_column_ranges_are_split(editor: Editor, rich: Path) -> None:
    before = columns_of(Package.open(rich))
    assert [(low, high) for low, high, _, _ in before] == [(1, 1), (2, 6), (11, 13)]
    sheet = editor.sheet("考核表")
    sheet.set_column_width(4, 33)
    sheet.set_column_width(9, 5)
    sheet.set_column_width(12, 9)
    after = columns_of(editor.finish())
    assert [(low, high) for low, high, _, _ in after] == [
        (1, 1), (2, 3), (4, 4), (5, 6), (9, 9), (11, 11), (12, 12), (13, 13),
    ]  # fmt: skip
    assert after[1][2:] == after[3][2:] == before[1][2:]
    assert (after[2][2], after[4][2]) == ("33", "5")
    assert [column[3] for column in after[5:]] == ["1", "1", "1"]


@given(st.lists(st.integers(1, 20), max_size=9))
def test_columns_never_overlap_and_others_keep_their_width(rich: Path, touched: list[int]) -> None:
    editor = Editor(Package.open(rich))
    before = {n: c for c in columns_of(editor.finish()) for n in range(c[0], c[1] + 1)}
    for col in touched:
        editor.sheet("考核表").set_column_width(col, 44)
    after: dict[int, tuple[int, int, str | None, str | None]] = {}
    for column in columns_of(editor.finish()):
        for number in range(column[0], column[1] + 1):
            assert number not in after
            after[number] = column
    assert list(after) == sorted(after)
    assert set(after) == set(before) | set(touched)
    assert all(after[n][2] == ("44" if n in touched else before[n][2]) for n in after)


def test_overlapping_merges_are_refused_and_the_same_merge_is_not_repeated(editor: Editor) -> None:
    sheet = editor.sheet("考核表")
    with pytest.raises(UsageError, match="overlaps the merged range A1:F1"):
        sheet.merge("F1:G2")
    with pytest.raises(UsageError, match="one cell"):
        sheet.merge("H1")
    sheet.merge("F1:A1")
    sheet.merge("H1:I2")
    assert [m.get("ref") for m in found(root_of(editor.finish(), SHEET), "mergeCell")] == ["A1:F1", "H1:I2"]


def test_conditional_formats_come_after_those_present(editor: Editor, rich: Path) -> None:
    before = [int(r.get("priority")) for r in found(root_of(Package.open(rich), SHEET), "cfRule") if r.get("priority")]
    sheet = editor.sheet("考核表")
    style = editor.styles.dxf(fill="FFC7CE")
    sheet.add_conditional("E4:E6", "=E4<60", style)
    sheet.add_conditional("E4:E6", "E4<70", style, stop=True)
    rules = found(root_of(editor.finish(), SHEET), "conditionalFormatting/cfRule")
    new = [(r.get("priority"), r[0].text, r.get("stopIfTrue")) for r in rules if r.get("dxfId") == str(style)]
    assert new == [(str(max(before) + 1), "E4<60", None), (str(max(before) + 2), "E4<70", "1")]


def test_views(editor: Editor) -> None:
    sheet = editor.sheet("考核表")
    for cell, split in (((3, 2), "B3"), ((1, 3), "C1"), ((5, 1), "A5"), ((1, 1), None)):
        sheet.freeze(*cell)
        assert load(editor.finish())["考核表"].freeze_panes == split
    sheet.hide_gridlines()
    assert not load(editor.finish())["考核表"].sheet_view.showGridLines
    new = editor.add_sheet("新")
    new.freeze(2, 2)
    assert load(editor.finish())["新"].freeze_panes == "B2"


def test_texts_longer_than_excel_allows_are_refused(editor: Editor) -> None:
    sheet = editor.sheet("考核表")
    with pytest.raises(UsageError, match="255"):
        sheet.add_validation("A1", "list", '"' + "x" * 256 + '"')
    sheet.add_validation("A1", "list", '"' + "x" * 255 + '"')
    with pytest.raises(UsageError, match="too long"):
        sheet.add_validation("A1", "decimal", "1", prompt=("x" * 33, ""))
    with pytest.raises(UsageError, match="too long"):
        sheet.add_validation("A1", "decimal", "1", error=("", "x" * 256))


# --- unusual files -------------------------------------------------------------------------------------------------


def strict_copy(rich: Path) -> Package:
    """The workbook as a "strict" one with prefixes: other namespaces, other relationship types."""
    out = BytesIO()
    with zipfile.ZipFile(rich) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            content = old.read(name)
            content = content.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            content = content.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            if name == SHEET:
                root = etree.fromstring(content)
                main = etree.QName(root).namespace
                renamed = etree.Element(
                    root.tag, root.attrib, {**{k: v for k, v in root.nsmap.items() if k}, "x": main}
                )
                renamed.extend(list(root))
                etree.cleanup_namespaces(renamed)
                content = etree.tostring(renamed).replace(b'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"', b"")
            new.writestr(name, content)
    return Package.open(out.getvalue())


def test_strict_files_with_prefixes_are_edited_in_their_own_terms(rich: Path) -> None:
    package = strict_copy(rich)
    assert b"<x:sheetData" in package.read(SHEET)
    editor = Editor(package)
    edit_everything(editor)
    after = editor.finish()
    grid = read_grid(after, "考核表")
    assert (grid.at("E4").value, grid.at("E4").formula) == (88, "ROUND(C4/B4*90,2)+0.02")
    assert read_grid(after, "评分规则").at("B3").value == 42
    assert {etree.QName(element).namespace for element in found(root_of(after, SHEET), "sheetData")[0].iter()} == {
        "http://purl.oclc.org/ooxml/spreadsheetml/main"
    }
    assert b"schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" not in after.read(
        "xl/_rels/workbook.xml.rels"
    )
    assert b"schemas.openxmlformats.org/spreadsheetml" not in after.read("xl/worksheets/sheet4.xml")


@pytest.mark.parametrize("forgotten", ["part", "part and relationship"])
def test_a_workbook_without_styles_gets_some(tmp_path: Path, forgotten: str) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet("表").write(1, 1, 5)
    book.close()
    package = Package.open(tmp_path / "a.xlsx")
    package.remove("xl/styles.xml")
    if "relationship" in forgotten:
        for part, wanted in (("xl/_rels/workbook.xml.rels", rb"<Relationship [^>]*styles[^>]*/>"),
                             ("[Content_Types].xml", rb"<Override [^>]*styles[^>]*/>")):  # fmt: skip
            package.write(part, re.sub(wanted, b"", package.read(part)))
    editor = Editor(package)
    style = editor.styles.derive(0, font=Font(bold=True), border=Border(), alignment=Alignment(wrap=True))
    editor.sheet("表").set(1, 1, "粗", style=style)
    sheet = load(editor.finish())["表"]
    assert (sheet["A1"].font.b, sheet["A1"].border.left.style, sheet["A1"].alignment.wrap_text) == (True, "thin", True)
    assert sheet["B2"].value == 5


PARTS = (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "docProps/app.xml",
         "xl/_rels/workbook.xml.rels", "_rels/.rels")  # fmt: skip
SCRAPS = (
    b"",
    b"-1",
    b"99999999999999999999",
    b"x",
    b"A1:",
    b"1.5",
    b'"',
    b"<",
    b">",
    b"&",
    b"<c>",
    b"<!--",
    b"\xff",
    b"\0",
)


@given(
    st.sampled_from(PARTS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(SCRAPS)), min_size=1, max_size=3),
)
def test_only_our_own_errors_come_out_of_damaged_parts(
    rich: Path, part: str, scraps: list[tuple[float, int, bytes]]
) -> None:
    package = Package.open(rich)
    content = bytearray(package.read(part))
    for share, length, scrap in scraps:
        at = int(share * len(content))
        content[at : at + length] = scrap
    package.write(part, bytes(content))
    with contextlib.suppress(UnusableFile, UsageError):
        for sheet in package.sheets:
            read_grid(package, sheet)
    with contextlib.suppress(UnusableFile, UsageError):
        splice(package.read(SHEET), {(4, 5): 1, (1, 1): 2, (99, 9): 3})
    with contextlib.suppress(UnusableFile, UsageError):
        editor = Editor(package)
        edit_everything(editor)
        editor.finish()
