"""The built workbooks: what a person sees in them, computed by hand and by LibreOffice."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scorecard.definitions import parse_definition
from scorecard.errors import UsageError
from scorecard.workbook.inspection import inspect
from tests.libreoffice.office import Office, Values, read_values
from workbooks.build import FOLDER, build, build_all, find, load, templates
from workbooks.forms import NOTES, SHEET, plain_form
from workbooks.notes import assumptions_of

# The demonstration quarter of seed 001, worked out by hand from section 1 of docs/scoring.md: the score of each actual
# between the two thresholds around it, and the band it falls into; G to J are the bands, best first.
#   kpi: (weight, score, column of the √)
QUARTER: dict[str, tuple[int, Fraction | None, str]] = {
    # 0.85 % between 0.87 · 0.92 % (90) and 0.95 · 0.92 % (70)
    "服务费用率": (20, 70 + 20 * Fraction(8740 - 8500, 8740 - 8004), "H"),
    # 2.2 is beyond the best end 0.75 · 3
    "保修期服务平均次数": (15, Fraction(100), "G"),
    # 96 % between 95 % (60) and 97 % (70)
    "报修处理及时率": (15, Fraction(65), "I"),
    # 99.1 % between 98.8 % (70) and 99.6 % (90)
    "调试及时率": (5, 70 + 20 * Fraction(3, 8), "H"),
    # 93 % between 80 % (0) and 95 % (60)
    "零配件销售及时率": (8, 60 * Fraction(13, 15), "J"),
    # 99.5 % between 85 % (0) and 100 % (60, but 70 on it)
    "发货差错率": (8, 60 * Fraction(145, 150), "J"),
    # 99.9 % between 99.8 % (90) and 100 % (100)
    "安装、调试、维修满意率": (10, Fraction(95), "G"),
    "客户拜访完成率": (6, None, ""),
    # 0 against 0: met, and capped
    "客户投诉量": (6, Fraction(70), "I"),
    "投诉处理满意率": (5, Fraction(70), "I"),
    # 98 % between 85 % (0) and 100 % (60)
    "报表上交及时准确率": (2, 60 * Fraction(13, 15), "J"),
}
COVERAGE = sum(w for w, score, _ in QUARTER.values() if score is not None)
TOTAL = sum((w * score for w, score, _ in QUARTER.values() if score is not None), Fraction(0)) / COVERAGE

FIRST, COUNT = 6, len(QUARTER)
FOOT = {"总分": "L17", "覆盖率": "L18", "等级": "L19", "绩效系数": "L20"}


def sheet_of(data: bytes, name: str = SHEET) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[name]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- the plain form --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", [t.id for t in templates()])
def test_a_plain_form_has_no_formula_and_fits_one_page(id_: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(plain_form(load(id_))))
    assert book.sheetnames == [SHEET]
    sheet = book[SHEET]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert {c.font.name for row in sheet.iter_rows() for c in row} == {"等线"}


def test_the_form_of_bands_has_the_header_of_its_source() -> None:
    sheet = sheet_of(plain_form(load("001")))
    assert [sheet.cell(5, col).value for col in range(2, 6)] == ["月度", "季度", "半年", "年度"]
    assert sheet["B4"].value == "要求目标"
    assert {"B4:E4", "A4:A5", "F4:F5", "K4:K5", "L4:L5"} <= {str(m) for m in sheet.merged_cells.ranges}
    heads = [sheet.cell(4, col).value for col in range(7, 11)]
    assert heads == ["远超目标\n（100-90分）", "超过目标\n（90-70分）", "达到目标\n（70-60分）", "未达目标\n（60-0分）"]
    assert (sheet["K4"].value, sheet["L4"].value) == ("权重", "得分")
    assert sheet.freeze_panes == "B6"
    assert [sheet.cell(FIRST + i, 1).value for i in range(COUNT)] == list(QUARTER)


def test_targets_are_numbers_with_formats_and_as_printed_they_are_the_sources_text() -> None:
    finished = sheet_of(plain_form(load("001")))
    printed = sheet_of(plain_form(load("001"), as_printed=True))
    assert (finished["C6"].value, finished["C6"].number_format) == (0.0092, "0.00%")
    assert (finished["C7"].value, finished["C7"].number_format) == (3, 'General"次/台"')
    assert (printed["C6"].value, printed["C7"].value) == ("0．92%", "3次/台")
    for sheet in (finished, printed):
        assert (sheet["C8"].value, sheet["C8"].number_format) == (0.95, "0%")
        assert (sheet["B9"].value, sheet["C9"].value) == (None, 0.98)
        assert (sheet["C14"].value, sheet["E14"].value) == (0, 2)
        assert (sheet["K6"].value, sheet["K6"].number_format) == (0.2, "0%")


def test_actuals_and_identity_are_filled_in_on_request() -> None:
    blank = sheet_of(plain_form(load("001")))
    assert [blank.cell(FIRST + i, 6).value for i in range(COUNT)] == [None] * COUNT
    assert blank["B2"].value is None
    filled = sheet_of(plain_form(load("001"), actuals=True, person="张敏", period="2025年第一季度"))
    assert (filled["A2"].value, filled["B2"].value, filled["K2"].value) == ("被考核人：", "张敏", "2025年第一季度")
    actuals = [filled.cell(FIRST + i, 6).value for i in range(COUNT)]
    assert actuals == [0.0085, 2.2, 0.96, 0.991, 0.93, 0.995, 0.999, "不适用", 0, 1, 0.98]
    # A format that would show 99.5 % as 100 % would hide why the score is what it is.
    assert filled["F11"].number_format == "0.0%"
    assert filled["F6"].number_format == "0.00%"


def test_a_list_keeps_its_numbering_with_duplicates_and_the_empty_row() -> None:
    third, eighth = sheet_of(plain_form(load("004-3"))), sheet_of(plain_form(load("004-8")))
    assert [third.cell(row, 1).value for row in range(5, 11)] == ["指标编号", 1, 2, 2, 3, 4]
    assert [third.cell(5, col).value for col in range(2, 7)] == ["关键业绩指标", "权重", "评分标准", "考核方法", None]
    assert eighth["F5"].value == "评价人"
    assert [eighth.cell(10, col).value for col in range(1, 7)] == [5, None, None, None, None, None]
    scored = sheet_of(plain_form(load("004-8"), scored=True))
    heads = [scored.cell(5, col).value for col in range(7, 10)]
    assert (heads, scored["A10"].value) == (["实际完成情况", "基数\n（比率的分母）", "得分"], None)
    # A place for the denominator only where the definition names what it counts.
    assert [scored.cell(row, 8).protection.locked for row in range(6, 10)] == [True, False, True, True]


def test_assumptions_stand_on_a_sheet_of_their_own() -> None:
    sheet = sheet_of(plain_form(load("001"), notes=True), NOTES)
    texts = set(assumptions_of(sheet))
    definition = load("001")
    expected = {("全表", text) for text in definition.assumptions}
    expected |= {(k.name, k.assumption) for k in definition.kpis if k.assumption}
    assert texts == expected


# --- the built workbooks ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def computed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Values, Values]]:
    """name -> the values stored in the file, and those LibreOffice computes."""
    folder = tmp_path_factory.mktemp("built")
    demo = load("001")
    without = replace(demo, kpis=tuple(replace(k, actual=None) if k.name == "调试及时率" else k for k in demo.kpis))
    files = {
        "blank": build(demo),
        "quarter": build(demo, actuals=True, person="张敏", period="2025年第一季度"),
        "month": build(demo, actuals=True, period="2025年3月"),
        "incomplete": build(without, actuals=True),
        "list": build(load("004-6")),
    }
    scored = openpyxl.load_workbook(io.BytesIO(build(load("004-6"))))
    for row, score in enumerate([80, 90, 70, "不适用", 60], start=6):
        scored[SHEET].cell(row, 8).value = score
    paths = []
    for name, data in files.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(data)
    paths.append(folder / "scored.xlsx")
    scored.save(paths[-1])
    return {
        path.stem: (read_values(path), values) for path, values in zip(paths, office.recalculated(paths), strict=True)
    }


def on_form(values: Values) -> dict[str, Any]:
    return {cell: value for (sheet, cell), value in values.items() if sheet == SHEET}


@pytest.mark.parametrize("engine", [0, 1], ids=["stored", "LibreOffice"])
def test_the_quarter_by_hand(computed: dict[str, tuple[Values, Values]], engine: int) -> None:
    form = on_form(computed["quarter"][engine])
    for row, (name, (_, score, _)) in enumerate(QUARTER.items(), start=FIRST):
        expected = "N/A" if score is None else pytest.approx(float(score), abs=1e-9)
        assert form[f"L{row}"] == expected, name
    # 75.4993 by hand.
    assert form[FOOT["总分"]] == round(float(TOTAL), 2) == 75.5
    assert form[FOOT["覆盖率"]] == COVERAGE / 100 == 0.94
    assert (form[FOOT["等级"]], form[FOOT["绩效系数"]]) == ("中", 1)


@pytest.mark.parametrize("engine", [0, 1], ids=["stored", "LibreOffice"])
def test_the_mark_stands_in_the_band_that_is_reached(computed: dict[str, tuple[Values, Values]], engine: int) -> None:
    form = on_form(computed["quarter"][engine])
    for row, (name, (_, _, column)) in enumerate(QUARTER.items(), start=FIRST):
        marked = [c for c in "GHIJ" if form.get(f"{c}{row}") == "√"]
        assert marked == ([column] if column else []), name


@pytest.mark.parametrize("engine", [0, 1], ids=["stored", "LibreOffice"])
def test_what_has_no_target_in_the_month_is_not_assessed(
    computed: dict[str, tuple[Values, Values]], engine: int
) -> None:
    form = on_form(computed["month"][engine])
    assert form["L3"] == "月度"
    assert (form["L9"], form["L13"]) == ("N/A", "N/A")
    assert form[FOOT["覆盖率"]] == 0.89
    used = {name: v for name, v in QUARTER.items() if v[1] is not None and name != "调试及时率"}
    expected = sum((w * s for w, s, _ in used.values() if s is not None), Fraction(0)) / 89
    assert form[FOOT["总分"]] == round(float(expected), 2)


@pytest.mark.parametrize("engine", [0, 1], ids=["stored", "LibreOffice"])
def test_blank_forms_look_blank(computed: dict[str, tuple[Values, Values]], engine: int) -> None:
    form = on_form(computed["blank"][engine])
    assert not [value for value in form.values() if isinstance(value, str) and value.startswith("#")]
    for row in range(FIRST, FIRST + COUNT):
        assert form.get(f"L{row}") in (None, "")
        assert "√" not in [form.get(f"{c}{row}") for c in "GHIJ"]
    assert [form.get(cell) or "" for cell in FOOT.values()] == [""] * 4
    assert form["L3"] == "季度"
    for cell in ("H11", "H12", "H13", "H14"):
        assert not computed["list"][engine].get((SHEET, cell))


@pytest.mark.parametrize("engine", [0, 1], ids=["stored", "LibreOffice"])
def test_an_incomplete_card_says_how_much_is_missing(computed: dict[str, tuple[Values, Values]], engine: int) -> None:
    form = on_form(computed["incomplete"][engine])
    assert form[FOOT["等级"]] == "未完成 9/10"
    assert not form.get(FOOT["总分"]) and not form.get(FOOT["绩效系数"])


def test_a_list_adds_up_the_scores_that_evaluators_type(computed: dict[str, tuple[Values, Values]]) -> None:
    form = on_form(computed["scored"][1])
    # Weights 40, 15, 25, (10 not applicable), 10
    expected = Fraction(40 * 80 + 15 * 90 + 25 * 70 + 10 * 60, 90)
    assert form["H11"] == round(float(expected), 2) == 76.67
    assert (form["H12"], form["H13"], form["H14"]) == (0.9, "中", 1)


def test_with_kpi_functions_the_quarter_is_the_same() -> None:
    """Their values are stored in the file, so that it reads right where the functions are not installed."""
    data = build(load("001"), actuals=True, formulas="udf")
    formulas, values = sheet_of(data), openpyxl.load_workbook(io.BytesIO(data), data_only=True)[SHEET]
    assert "KPI_SCORE(" in formulas["L6"].value
    assert (values[FOOT["总分"]].value, values[FOOT["等级"]].value) == (75.5, "中")


def test_a_form_of_ones_own_needs_neither_periods_nor_policy() -> None:
    text = """
        form = "bands"
        title = "维修组考核表"
        [[kpi]]
        name = "维修及时率"
        weight = "60%"
        target = "95%"
        actual = "96%"
        [[kpi]]
        name = "回访完成率"
        weight = "40%"
        target = "90%"
        thresholds = ["50%", "100%"]
        scores = [0, 100]
        actual = "90%"
    """
    data = build(parse_definition(text), actuals=True)
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[SHEET]
    found = {values.cell(row, 1).value: values.cell(row, 9).value for row in range(6, 13)}
    # 96 % is half way from 95 % (60) to 97 % (70) of the policy; 90 % four fifths of the way from 50 % to 100 %.
    assert (found["维修及时率"], found["回访完成率"], found["总分"]) == (65, 80, 0.6 * 65 + 0.4 * 80)


def test_no_cell_of_any_built_workbook_holds_an_error(office: Office) -> None:
    paths = [t.workbook for t in templates()]
    for path, values in zip(paths, office.recalculated(paths), strict=True):
        wrong = {k: v for k, v in (values | read_values(path)).items() if isinstance(v, str) and v.startswith("#")}
        assert not wrong, path.name


def test_the_committed_workbooks_are_what_the_definitions_build(tmp_path: Path) -> None:
    written = build_all(tmp_path)
    assert sorted(p.name for p in written) == sorted(p.name for p in FOLDER.glob("*.xlsx"))
    stale = [p.name for p in written if unsigned(p) != unsigned(FOLDER / p.name)]
    assert not stale, "run: python -m workbooks.build"


def unsigned(path: Path) -> dict[str, bytes]:
    """The parts, without the name and version that the library of the day signs with."""
    found = parts(path.read_bytes())
    signature = rb"<Application>Microsoft Excel( Compatible / Openpyxl [\d.]+)?</Application>"
    found["docProps/app.xml"] = re.sub(signature, b"", found["docProps/app.xml"])
    return found


def test_the_same_definition_gives_the_same_bytes() -> None:
    for name in ("001", "004-8"):
        assert build(load(name), actuals=True, person="张敏") == build(load(name), actuals=True, person="张敏")


@pytest.mark.parametrize("id_", [t.id for t in templates()])
def test_what_is_filled_in_is_yellow_and_open_and_formulas_are_locked(id_: str) -> None:
    book = openpyxl.load_workbook(FOLDER / f"{id_}.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and sheet.title != "评分规则":
                    assert cell.protection.locked and cell.fill.fgColor.rgb[2:] != "FFF9E0", (
                        f"{sheet.title}!{cell.coordinate}"
                    )
    sheet = book[SHEET]
    assert sheet.protection.sheet and sheet.protection.password is None
    assert [c for row in sheet.iter_rows() for c in row if not c.protection.locked and c.fill.fgColor.rgb == "00FFF9E0"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 1) and sheet.print_area
    assert {"总分", "等级", "覆盖率", "绩效系数", "被考核人"} <= set(book.defined_names)
    assert (book.properties.creator, bool(book.properties.title), bool(book.properties.subject)) == (
        "scorecard",
        True,
        True,
    )


def test_the_names_of_the_templates_load_no_spreadsheet_library() -> None:
    heavy = "{'openpyxl', 'formualizer', 'lxml'}"
    code = f"import sys, workbooks.templates as t; t.templates(); print(sorted({heavy} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


# --- names -----------------------------------------------------------------------------------------------------------


def test_there_are_fourteen_templates() -> None:
    listed = templates()
    assert [t.id.split("-")[0] for t in listed] == ["000", "001", "002", "003", "003", "003"] + ["004"] * 8
    assert [t.id for t in listed] == sorted(t.id for t in listed)
    assert all(t.path.is_file() and t.workbook.is_file() for t in listed)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("001", "001-客户服务部经理"),
        ("004-8-售后工程师", "004-8-售后工程师"),
        ("004-8", "004-8-售后工程师"),
        ("售后工程", "004-8-售后工程师"),
        (" 物控助理 ", "004-5-物控助理"),
        ("受理服务代表(一)", "004-3-受理服务代表一"),
        ("客服部经理", "003-1-客服部经理"),
        ("工业自动化", "000-工业自动化客户服务部经理"),
    ],
)
def test_a_template_is_found_by_id_position_or_part(name: str, id_: str) -> None:
    assert find(name).id == id_
    assert load(name).id == id_


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("客户服务部经理", ["001-客户服务部经理", "004-1-客户服务部经理"]),
        ("受理服务代表", ["004-3-受理服务代表一", "004-4-受理服务代表二"]),
        ("会计", [t.id for t in templates()]),
        ("", [t.id for t in templates()]),
    ],
)
def test_a_name_that_is_not_unique_is_answered_with_the_candidates(name: str, listed: list[str]) -> None:
    with pytest.raises(UsageError) as problem:
        find(name)
    for text in (problem.value.message.zh, problem.value.message.en):
        assert [t.id for t in templates() if t.id in text] == listed


ONE = 'title = "维修组考核表"\n{top}\n[[kpi]]\nname = "维修及时率"\nthresholds = ["80%", "95%", "97%", "99%", "100%"]\n{item}'


@pytest.mark.parametrize(
    ("top", "item"),
    [("", 'weight = "100%"'), ("", ""), ('[sections]\n"业绩" = "100%"', 'section = "业绩"'), ("", "rank = 1"),
     ('form = "bands"\nperiods = ["月度", "季度"]', 'weight = "100%"\ntargets = { "月度" = "95%", "季度" = "95%" }')],
)  # fmt: skip
def test_a_form_of_one_item(top: str, item: str, tmp_path: Path) -> None:
    """98 % is half way from 70 to 90."""
    path = tmp_path / "一项.xlsx"
    path.write_bytes(build(parse_definition(ONE.format(top=top, item=item)), person="张三"))
    (blank,) = inspect(path).cards
    assert blank.is_embedded and blank.result.applicable == 1
    book = openpyxl.load_workbook(path)
    book[blank.table.sheet][blank.table.rows[0].actual_cell].value = 0.98
    book.save(path)
    (card,) = inspect(path).cards
    assert (card.result.total, card.result.grade) == (80, "良")
