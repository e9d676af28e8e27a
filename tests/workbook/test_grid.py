"""Cells as a reader sees them, compared with openpyxl and calamine as outside witnesses."""

from __future__ import annotations

import datetime
import tracemalloc
import warnings
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from scorecard.errors import UnusableFile, UsageError
from scorecard.scoring.values import CellError
from scorecard.workbook.grid import Cell, Grid, read_grid
from scorecard.workbook.number_formats import BUILTIN_FORMATS, is_date_format
from scorecard.workbook.package import Package
from tests.libreoffice.office import Office

from .rich import rich_workbook

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_workbook(tmp_path_factory.mktemp("rich") / "考核.xlsx")


@pytest.fixture(scope="module")
def form(rich: Path) -> Grid:
    return read_grid(Package.open(rich), "考核表")


def varied_workbook(path: Path, **options: Any) -> Path:
    """Types, dates, long and odd texts, formulas of several kinds, written by XlsxWriter."""
    book = xlsxwriter.Workbook(path, options)
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    time = book.add_format({"num_format": 21})
    sheet = book.add_worksheet("各种")
    for row, value in enumerate((0, -3, 1.5, 1e-300, 123456789012345, 0.1 + 0.2, 1e20, -0.75)):
        sheet.write_number(row, 0, value)
    for row, text in enumerate(("a", " 两边 ", "行一\n行二", "<&>\"'", "_x0041", "x" * 3000, "１２％", "\U0001f600")):
        sheet.write_string(row, 1, text)
    sheet.write_datetime("C1", datetime.datetime(2024, 2, 29), date)
    sheet.write_datetime("C2", datetime.time(12, 30), time)
    sheet.write_boolean("C3", False)
    sheet.write_formula("D1", '="a"&"b"', None, "ab")
    sheet.write_formula("D2", "=1>0", None, True)
    sheet.write_formula("D3", "=NA()", None, "#N/A")
    sheet.write_formula("D4", '=IF(A1<1,"<&>","")', None, "<&>")
    sheet.write("XFD1048576", "角")
    book.close()
    return path


def openpyxl_workbook(path: Path) -> Path:
    """Written by openpyxl: formulas without a cached value, shared strings, merges, hidden rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    sheet.append(["指标", "分", None, 3])
    sheet.append([None, 0.5, True, datetime.datetime(2023, 5, 6, 7, 8)])
    sheet["E1"] = "=SUM(B2:D2)"
    sheet["E2"] = '="x"'
    sheet.merge_cells("A1:A2")
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["D"].hidden = True
    book.save(path)
    return path


def converted(office: Office, path: Path, outdir: Path) -> Path:
    return office.convert(path, "xlsx", outdir)[0]


def assert_agrees_with_openpyxl(path: Path) -> None:
    """Every cell of every sheet: value, formula, number format, lock; merges."""
    package = Package.open(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl drops is not the point
        values = openpyxl.load_workbook(path, data_only=True, rich_text=False)
        formulas = openpyxl.load_workbook(path)
    for ref in package.sheets:
        grid = read_grid(package, ref)
        ours = {(cell.row, cell.col): cell for cell in grid}
        theirs = values[ref.name]
        for row in formulas[ref.name].iter_rows(max_row=200, max_col=50):
            for cell in row:
                mine = grid.cell(cell.row, cell.column)
                assert as_openpyxl(mine, values.epoch) == theirs[cell.coordinate].value, cell.coordinate
                assert written_formula(mine) == formula_of(cell.value), cell.coordinate
                assert ours.pop((cell.row, cell.column), mine) is mine or mine.value is None
                if mine.style:
                    assert mine.locked == cell.protection.locked
                    if (
                        mine.style
                        and not 4 < number_format_id(cell) < 9
                        and number_format_id(cell) not in LOCAL_FORMATS
                    ):
                        assert mine.number_format == cell.number_format
        assert all(row > 200 or col > 50 for row, col in ours)
        assert sorted(grid.merges) == sorted(
            (m.min_row, m.min_col, m.max_row, m.max_col) for m in theirs.merged_cells.ranges
        )


# Built-in ids whose code depends on the locale: openpyxl shows the American one.
LOCAL_FORMATS = {14, 22, *range(27, 48), *range(50, 59)}


def number_format_id(cell: Any) -> int:
    number: int = cell._style.numFmtId
    return number


def as_openpyxl(cell: Cell, epoch: Any) -> object:
    """Our value in openpyxl's terms: dates as dates, errors as text, an empty result as nothing."""
    if cell.is_formula and cell.value == "":
        return None
    if isinstance(cell.value, CellError):
        return cell.value.code
    if cell.is_date and isinstance(cell.value, (int, float)):
        return openpyxl.utils.datetime.from_excel(cell.value, epoch)
    return cell.value


def written_formula(cell: Cell) -> str | None:
    return None if cell.formula is None or cell.kind == "shared" else "=" + cell.formula


def formula_of(value: object) -> str | None:
    if isinstance(value, ArrayFormula):
        return "=" + str(value.text).removeprefix("=")
    return value if isinstance(value, str) and value.startswith("=") else None


def test_workbooks_of_several_programs_read_as_openpyxl_reads_them(rich: Path, tmp_path: Path) -> None:
    assert_agrees_with_openpyxl(rich)
    assert_agrees_with_openpyxl(varied_workbook(tmp_path / "varied.xlsx"))
    assert_agrees_with_openpyxl(varied_workbook(tmp_path / "mac.xlsx", date_1904=True))
    assert_agrees_with_openpyxl(varied_workbook(tmp_path / "inline.xlsx", constant_memory=True))
    assert_agrees_with_openpyxl(openpyxl_workbook(tmp_path / "openpyxl.xlsx"))


def test_what_libreoffice_writes_reads_as_openpyxl_reads_it(office: Office, rich: Path, tmp_path: Path) -> None:
    for path in office.convert([rich, varied_workbook(tmp_path / "varied.xlsx")], "xlsx", tmp_path / "out"):
        assert_agrees_with_openpyxl(path)


def test_values_agree_with_calamine(rich: Path, tmp_path: Path) -> None:
    for path in (rich, varied_workbook(tmp_path / "varied.xlsx")):
        package = Package.open(path)
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            if name == "各种":
                continue  # its corner cell makes a list of rows too large
            grid = read_grid(package, name)
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for r, row in enumerate(rows, start=1):
                for c, value in enumerate(row, start=1):
                    cell = grid.cell(r, c)
                    if isinstance(value, (datetime.date, datetime.time)):
                        assert cell.is_date
                        assert cell.value == pytest.approx(to_excel(value))
                    else:  # calamine shows empty cells and errors as ""
                        assert (cell.value == value) or (
                            value == "" and isinstance(cell.value, (CellError, type(None)))
                        )


# --- single facts --------------------------------------------------------------------------------------------------


def test_values_formulas_and_formats_of_the_form(form: Grid) -> None:
    assert form.at("A4").value == "销售额（万元）"
    assert form.at("A6").value == "投诉次数 & <其他>"
    assert form.at("A7").value == "合计（加权） 总分"  # the runs of a rich text
    assert form.at("C4").value == 480.5
    assert (form.at("C4").number_format, form.at("C4").locked) == ("0.00", False)
    assert (form.at("D4").number_format, form.at("D4").locked, form.at("D4").is_date) == ("0.0%", True, False)
    assert form.at("B2").is_date
    assert form.at("B2").value == 45292
    assert (form.at("E4").formula, form.at("E4").kind, form.at("E4").value) == ("ROUND(C4/B4*100,2)", "normal", 96.1)
    assert (form.at("H4").formula, form.at("H4").kind) == ("C4:C6*2", "array")
    assert form.at("H8").value == CellError("#DIV/0!")
    assert form.at("I8").value is True
    assert (form.at("J8").value, form.at("J8").uncached) == (None, True)
    assert form.is_protected
    assert form.at("E4").name == "E4"
    assert form.at("E4").is_formula
    assert not form.at("C4").is_formula


def test_absent_and_painted_cells_read_as_empty(form: Grid) -> None:
    painted = form.at("F4")
    assert (painted.value, painted.number_format, painted.locked) == (None, "0.00", False)
    absent = form.at("ZZ999")
    assert (absent.value, absent.formula, absent.number_format, absent.locked) == (None, None, "General", True)
    assert all(cell.value is not None or cell.is_formula for cell in form)


def test_merges_give_the_value_of_their_corner(form: Grid) -> None:
    assert form.merges == ((1, 1, 1, 6),)
    assert form.span(1, 4) == (1, 1, 1, 6)
    assert form.merged_value(1, 4) == "绩效考核表"
    assert form.cell(1, 4).value is None
    assert form.span(2, 4) == (2, 4, 2, 4)


def test_hidden_rows(form: Grid) -> None:
    assert [row for row in range(1, 20) if form.is_hidden_row(row)] == [12]


def test_rows_come_in_order_with_their_cells(form: Grid) -> None:
    places = [[(cell.row, cell.col) for cell in row] for row in form.rows()]
    assert places == sorted(places)
    assert [place for row in places for place in row] == [(cell.row, cell.col) for cell in form]
    assert (form.last_row, form.last_col) == (9, 10)


def test_chart_sheets_and_unknown_names_are_told(rich: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sheet"):
        read_grid(Package.open(rich), "汇总")
    book = xlsxwriter.Workbook(tmp_path / "chart.xlsx")
    book.add_worksheet()
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Sheet1!$A$1:$A$4"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()
    with pytest.raises(UsageError, match="no cells"):
        read_grid(Package.open(tmp_path / "chart.xlsx"), "图")


# --- hand-written sheets -------------------------------------------------------------------------------------------


def grid_of(package_path: Path, sheet_data: bytes, before: bytes = b"", after: bytes = b"", root: bytes = b"") -> Grid:
    package = Package.open(package_path)
    sheet = root or b'<worksheet xmlns="m">%s<sheetData>%s</sheetData>%s</worksheet>' % (before, sheet_data, after)
    package.write(SHEET, sheet)
    return read_grid(package, "考核表")


@pytest.mark.parametrize(
    ("cell", "value", "uncached"),
    [
        (b"<c><f>1</f></c>", None, True),
        (b"<c><f>1</f><v></v></c>", None, True),  # as openpyxl writes it
        (b"<c><f>1</f><v/></c>", None, True),
        (b"<c><f/></c>", None, True),
        (b'<c t="str"><f>1</f></c>', None, True),
        (b'<c t="str"><f>1</f><v></v></c>', "", False),  # as Excel writes =""
        (b'<c t="str"><f>1</f><v/></c>', "", False),
        (b'<c t="e"><f>1</f><v>#REF!</v></c>', CellError("#REF!"), False),
        (b'<c t="b"><f>1</f><v>0</v></c>', False, False),
        (b"<c><f>1</f><v>0</v></c>", 0, False),
    ],
)
def test_a_missing_cache_an_empty_string_and_an_error_are_told_apart(
    rich: Path, cell: bytes, value: object, uncached: bool
) -> None:
    read = grid_of(rich, b"<row>" + cell + b"</row>").cell(1, 1)
    assert (read.value, read.uncached) == (value, uncached)
    assert read.is_formula


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (b"<c><v> 12 </v></c>", 12),
        (b"<c><v>1E3</v></c>", 1000.0),
        (b"<c><v>-7</v></c>", -7),
        (b"<c><v>12345678901234567890</v></c>", 12345678901234567890.0),
        (b"<c><v>NaN</v></c>", CellError("#NUM!")),
        (b"<c><v>INF</v></c>", CellError("#NUM!")),
        (b"<c><v>abc</v></c>", "abc"),
        (b'<c t="inlineStr"><is><t>a</t></is></c>', "a"),
        (b'<c t="inlineStr"><is><r><t xml:space="preserve">a </t></r><r><t>b</t></r></is></c>', "a b"),
        (b'<c t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>', "a"),
        (b'<c t="inlineStr"><is><t>&#x7532;&amp;_x0041_&lt;</t></is></c>', "甲&A<"),
        (b'<c t="inlineStr"><is><t>_xD83D__xDE00_</t></is></c>', "\U0001f600"),
        (b'<c t="inlineStr"><is/></c>', ""),
        (b'<c t="s"><v>0</v></c>', "绩效考核表"),
        (b'<c t="s"><v>99999</v></c>', ""),
        (b'<c t="d"><v>2024-02-29</v></c>', 45351),
        (b'<c t="d"><v>2024-02-29T12:00:00Z</v></c>', 45351.5),
        (b'<c t="d"><v>1900-01-01</v></c>', 1),
        (b'<c t="d"><v>soon</v></c>', "soon"),
        (b"<c t='str' r='A1'><v>a\r\nb</v></c>", "a\nb"),
        (b'<c s="999999999999" t="n"><v>1</v></c>', 1),
        (b"<c><v><![CDATA[5]]></v></c>", 5),
        (b"<c><!-- 4 --><v>5</v></c>", 5),
    ],
)
def test_values_of_odd_cells(rich: Path, cell: bytes, value: object) -> None:
    read = grid_of(rich, b"<row>" + cell + b"</row>").cell(1, 1)
    assert read.value == value
    assert type(read.value) is type(value)
    assert read.is_date == (b't="d"' in cell and value != "soon")


def test_shared_formulas_show_the_first_cells_text(rich: Path) -> None:
    grid = grid_of(
        rich,
        b'<row><c><f t="shared" ref="A1:A3" si="0">B1&lt;1</f><v>1</v></c></row>'
        b'<row><c><f t="shared" si="0"/><v>1</v></c></row><row><c><f t="shared" si="7"/></c></row>'
        b'<row><c><f t="dataTable" ref="A4" dt2D="1" r1="B1"/><v>2</v></c></row>',
    )
    assert [(cell.formula, cell.kind) for cell in grid] == [
        ("B1<1", "normal"), ("B1<1", "shared"), ("", "shared"), ("", "dataTable"),
    ]  # fmt: skip


def test_cells_without_addresses_follow_each_other(rich: Path) -> None:
    grid = grid_of(
        rich,
        b'<row r="3"><c><v>1</v></c><c><v>2</v></c><c r="E3"><v>3</v></c><c s="1"><v>4</v></c></row><row><c><v>5</v></c></row>',
    )
    assert {cell.name: cell.value for cell in grid} == {"A3": 1, "B3": 2, "E3": 3, "F3": 4, "A4": 5}
    assert grid.at("F3").style == 1


def test_cells_in_any_order_come_out_in_order(rich: Path) -> None:
    grid = grid_of(
        rich,
        b'<row r="5"><c r="C5"><v>3</v></c><c r="A5"><v>1</v></c><c r="B5" s="2"/></row>'
        b'<row r="2"><c r="B2"><v>0</v></c><c r="A2" s="3"/></row>',
    )
    assert [cell.name for cell in grid] == ["B2", "A5", "C5"]
    assert (grid.at("B5").style, grid.at("A2").style) == (2, 3)


def test_addresses_outside_the_sheet_are_skipped(rich: Path) -> None:
    cells = (
        b'<row><c r="XFE1"><v>1</v></c><c r="A1048577"><v>1</v></c><c r="A0"><v>1</v></c><c r="?"><v>1</v></c></row>'
    )
    assert list(grid_of(rich, cells)) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "utf-8-sig"])
def test_prefixes_and_encodings(rich: Path, encoding: str) -> None:
    sheet = (
        f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><x:worksheet xmlns:x="m">'
        '<x:cols><x:col min="2" max="3" hidden="1"/></x:cols><x:sheetData><x:row r="1" hidden="true">'
        '<x:c r="A1" t="str"><x:f>"甲"&amp;1</x:f><x:v>甲1</x:v></x:c></x:row></x:sheetData>'
        '<x:sheetProtection sheet="1"/><x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>'
    ).encode(encoding)
    grid = grid_of(rich, b"", root=sheet)
    assert (grid.at("A1").value, grid.at("A1").formula) == ("甲1", '"甲"&1')
    assert grid.is_hidden_row(1)
    assert not grid.is_hidden_row(2)
    assert grid.is_protected
    assert grid.merges == ((1, 1, 2, 2),)


@pytest.mark.parametrize(
    "sheet",
    [
        b'<!DOCTYPE w [<!ENTITY a "1">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>',
        b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData>",
        b"<worksheet><sheetData><!-- --><row><c></row></sheetData></worksheet>",
        b'<worksheet><sheetData><row><c t="inlineStr"><is><t>a</t></c></row></sheetData></worksheet>',
        b"",
    ],
)
def test_broken_sheets_and_entities_are_refused(rich: Path, sheet: bytes) -> None:
    package = Package.open(rich)
    package.write(SHEET, sheet)
    with pytest.raises(UnusableFile) as caught:
        read_grid(package, "考核表")
    assert caught.value.where == "考核.xlsx"


def test_broken_shared_parts_are_refused_with_the_files_name(rich: Path) -> None:
    for part in ("xl/sharedStrings.xml", "xl/styles.xml"):
        package = Package.open(rich)
        package.write(part, b"<sst><si>")
        with pytest.raises(UnusableFile) as caught:
            read_grid(package, "考核表")
        assert caught.value.where == "考核.xlsx"


def test_a_sheet_without_cells(rich: Path) -> None:
    for sheet in (b"<worksheet><sheetData/></worksheet>", b"<worksheet></worksheet>"):
        grid = grid_of(rich, b"", root=sheet)
        assert list(grid.rows()) == []
        assert (grid.last_row, grid.last_col) == (0, 0)


# --- absurd sheets -------------------------------------------------------------------------------------------------


def test_absurd_dimensions_and_merges_cost_nothing(rich: Path) -> None:
    grid = grid_of(
        rich,
        b'<row r="1"><c r="A1"><v>1</v></c></row>',
        before=b'<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" hidden="1"/></cols>',
        after=b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )
    assert (grid.last_row, grid.last_col) == (1, 1)
    assert grid.merged_value(1_000_000, 9_999) == 1


@pytest.mark.parametrize(
    "row",
    [
        '<row r="{0}" spans="1:3" s="1" customFormat="1"/>',
        '<row r="{0}" hidden="1"/>',
        '<row r="{0}"><c r="A{0}" s="1"/><c r="B{0}" s="2"/></row>',
    ],
)
def test_rows_with_nothing_but_style_take_little_memory(rich: Path, row: str) -> None:
    count = 50_000
    sheet = "".join(row.format(number) for number in range(1, count + 1)).encode()
    package = Package.open(rich)
    package.write(SHEET, b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>")
    tracemalloc.start()
    try:
        grid = read_grid(package, "考核表")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert list(grid) == []
    if "hidden" in row:
        assert grid.is_hidden_row(count)
    if "<c" in row:
        assert grid.cell(count, 2).style == 2
    assert kept < 40 * count  # bytes; a Python object for each cell would take several hundred


def test_a_sheet_of_unclosed_elements_does_not_take_for_ever(rich: Path) -> None:
    # Patterns that run on to a closing tag would need a minute for each of these.
    for piece in (b"<c><f>", b"<c><v>", b"<row><c t='inlineStr'><is>", b"<c r="):
        with pytest.raises(UnusableFile):
            grid_of(rich, b"", root=b"<worksheet><sheetData>" + piece * 100_000)


# --- number formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["yyyy-mm-dd", 'yyyy"年"m"月"', "[$-804]aaaa", "[h]:mm", "mm:ss.0", "[$-F800]dddd", "上午/下午h:mm", "d", "e/m", "[Red]m/d"],
)  # fmt: skip
def test_formats_that_show_dates(code: str) -> None:
    assert is_date_format(code)


@pytest.mark.parametrize(
    "code",
    ["General", "G/通用格式", "0", "0.00E+00", "##0.0E-0", "0.0%", '0"d"', '0.0"次/天(day)"', "[Red]0;[Green]-0", "@",
     "0\\d", "_d0", "*s0", "[$¥-804]#,##0", "# ?/?", ""],
)  # fmt: skip
def test_formats_that_show_numbers(code: str) -> None:
    assert not is_date_format(code)


def test_built_in_formats_agree_with_openpyxl_where_they_mean_the_same_everywhere() -> None:
    from openpyxl.styles.numbers import BUILTIN_FORMATS as THEIRS

    for number, code in BUILTIN_FORMATS.items():
        if number in THEIRS and not 4 < number < 9 and number not in LOCAL_FORMATS | {15, 16, 17, 18, 19, 20, 21}:
            assert code == THEIRS[number]
        if number in THEIRS:
            assert is_date_format(code) == openpyxl.styles.numbers.is_date_format(THEIRS[number])


def test_a_workbook_without_styles_or_strings() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="q"/></sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="q" Type="x/worksheet" Target="s.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/s.xml",
            '<worksheet><sheetData><row><c s="4" t="s"><v>3</v></c><c s="4"><v>1</v></c></row></sheetData></worksheet>',
        )
    grid = read_grid(Package.open(out.getvalue()), "a")
    assert [(cell.value, cell.number_format) for cell in grid] == [("", "General"), (1, "General")]
