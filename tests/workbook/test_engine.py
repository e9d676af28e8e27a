"""The engine against LibreOffice, against the catalogue, and in front of what it cannot do."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.functions import CATALOGUE
from scorecard.scoring.values import CellError, CellValue
from scorecard.workbook import engine as engine_module
from scorecard.workbook.dependencies import Graph, Reads, Rect
from scorecard.workbook.engine import Engine
from tests.libreoffice.office import Office
from tests.workbook.raw import cell, raw_workbook

TABLE = "".join(
    cell(f"{letter}{row}", f"<v>{value}</v>")
    for row, values in enumerate(((1, 2), (3, 4), (5, 6)), 1)
    for letter, value in zip("AB", values, strict=True)
)


def formula(text: str, cached: object = None, attributes: str = "") -> str:
    """The content of a formula cell."""
    value = "" if cached is None else f"<v>{escape(str(cached))}</v>"
    return f"<f{attributes}>{escape(text)}</f>{value}"


def evaluated(formulas: dict[str, str], **options: Any) -> tuple[dict[str, CellValue], dict[str, str]]:
    """Values, and reasons for those left out, by address; the table A1:B3 holds 1 to 6."""
    cells = TABLE + "".join(cell(name, formula(text)) for name, text in formulas.items())
    return results(Engine.load(raw_workbook({"S": cells}, **options)))


def results(engine: Engine) -> tuple[dict[str, CellValue], dict[str, str]]:
    values = engine.evaluate()
    return (
        {engine.cells[address].name: value for address, value in values.items()},
        {engine.cells[address].name: obstacle.message.en for address, obstacle in engine.kept.items()},
    )


# --- values ----------------------------------------------------------------------------------------------------------

_EVERYDAY = """
SUM(A1:B9) AVERAGE(A1:A9) MAX(A1:B9) MIN(B1:B9) COUNT(A1:C9) COUNTA(A1:C9) COUNTBLANK(A1:A12) MEDIAN(A1:B3)
STDEV(A1:B9) VAR(A1:B9) LARGE(A1:A9,2) SMALL(A1:A9,2) RANK(A2,A1:A9) RANK(A2,A1:A9,1) PERCENTILE(A1:A9,0.9)
QUARTILE(A1:A9,1) SUMPRODUCT(A1:A9,B1:B9) SUMPRODUCT((A1:A9>2)*(B1:B9<0.9)) SUMIF(A1:A9,">2",B1:B9) COUNTIF(C1:C9,"良*")
SUMIFS(B1:B9,A1:A9,">=2",A1:A9,"<=7") AVERAGEIFS(B1:B9,A1:A9,">2") COUNTIFS(A1:A9,">2",B1:B9,"<1") AVERAGEIF(A1:A9,">2")
VLOOKUP(3,A1:C9,3,FALSE) HLOOKUP(A1,A1:C3,2,FALSE) INDEX(A1:C9,4,3) MATCH(7,A1:A9,0) LOOKUP(B4*4,A1:A9,C1:C9)
INDEX(C1:C9,MATCH(1,INDEX((A1:A9=4)*1,0),0)) IF(A1>B1,"是","否") IFERROR(1/0,"错")
IF(AND(A1>0,B1<1),1,2) OR(A1>5,B1>5) NOT(A1>5) ISNUMBER(A1) ISTEXT(C1) ISBLANK(Z1) ISERROR(D1) ISNA(D2) ERROR.TYPE(D1)
ROUND(2.675,2) ROUND(-2.5,0) ROUNDUP(2.21,1) ROUNDDOWN(-2.29,1) INT(-2.5) TRUNC(-2.5) MOD(-7,3) ABS(-3) SIGN(-3)
CEILING(7.2,0.5) FLOOR(7.2,0.5) SQRT(2) POWER(2,10) EXP(1) LN(10) LOG10(1000) PI() PRODUCT(A1:A4) QUOTIENT(7,2)
LEN(C1) LEFT(C1,1) RIGHT(C1,1) MID("考核表",2,1) FIND("核","考核表") SEARCH("b?","abc") SUBSTITUTE("a-b-c","-","+",2)
TRIM("␣a␣␣b␣") UPPER("ab") LOWER("AB") PROPER("ab␣cd") REPT("★",3) CONCATENATE(C1,"-",A1) C1&A1 TEXT(0.1234,"0.0%")
TEXT(1234.5,"#,##0.00") TEXT(DATE(2024,1,2),"yyyy-mm-dd") VALUE("95%") EXACT("a","A") CHAR(65) CODE("A") T(C1) N(A1)
DATE(2024,2,30) YEAR(DATE(2024,5,6)) MONTH(DATE(2024,5,6)) DAY(DATE(2024,5,6)) WEEKDAY(DATE(2024,5,6),2)
EDATE(DATE(2024,1,31),1) EOMONTH(DATE(2024,1,31),1) DATEDIF(DATE(2020,1,1),DATE(2024,5,6),"y")
NETWORKDAYS(DATE(2024,1,1),DATE(2024,1,31)) ROW() COLUMN(C1) ROWS(A1:A9) COLUMNS(A1:C1) CHOOSE(2,"甲","乙") ADDRESS(2,3)
INDIRECT("A"&2) OFFSET(A1,2,1) SUM(OFFSET(A1,0,0,3,1)) SUBTOTAL(9,A1:A9) 总分 SUM(数据) 另表!A1*2 SUM(另表!A:A) 1/0 D2
A1/A99 1=1 "甲"="乙" A1<>B1 A1^2-B1 10%*2 -A1 TRUE 5&"" Z1 Z1&"" IF(Z1="","空","非空") IF(Z1=0,"零","非零") SUM(D1:D2)
"""
EVERYDAY = _EVERYDAY.split()


@pytest.fixture(scope="module")
def everyday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hundred formulas over a small table, on two sheets, with names."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "考核 表"
    for row, (score, rate, grade) in enumerate(
        zip(
            (1, 2, 3, 4, 5, 6, 7, 8, 9),
            (0.5, 0.95, 0.9, 1.1, 0.3, 0.7, 0.2, 0.99, 0.8),
            "优良中差良好良优差",
            strict=True,
        ),
        1,
    ):
        sheet.append((score, rate, f"{grade}好"))
        assert sheet.cell(row, 1).value == score
    sheet["D1"], sheet["D2"] = "=1/0", "=NA()"
    for row, text in enumerate(EVERYDAY, 1):
        sheet.cell(row, 6, "=" + text.replace("␣", " "))
    other = book.create_sheet("另表")
    other["A1"], other["A2"] = 21, "='考核 表'!A9+1"
    book.defined_names["总分"] = openpyxl.workbook.defined_name.DefinedName("总分", attr_text="'考核 表'!$A$9")
    book.defined_names["数据"] = openpyxl.workbook.defined_name.DefinedName("数据", attr_text="'考核 表'!$A$1:$B$3")
    path = tmp_path_factory.mktemp("everyday") / "everyday.xlsx"
    book.save(path)
    return path


def test_everyday_functions_agree_with_libreoffice(everyday: Path, office: Office) -> None:
    theirs = office.recalculated(everyday)
    engine = Engine.load(everyday)
    mine = engine.evaluate()
    assert not engine.kept
    different = []
    for (sheet, row, col), value in mine.items():
        name = engine.cells[sheet, row, col].name
        other = theirs.get((sheet, name), "")  # LibreOffice stores no empty texts
        if not alike(value, other):
            different.append((engine.cells[sheet, row, col].formula, value, other))
    assert not different
    assert len(mine) == len(EVERYDAY) + 3


def alike(mine: CellValue, theirs: Any) -> bool:
    if isinstance(theirs, date):  # openpyxl turns date cells into dates
        theirs = float((theirs - openpyxl.utils.datetime.WINDOWS_EPOCH).days)
    if isinstance(mine, CellError):
        return mine.code == theirs
    if isinstance(mine, float) and isinstance(theirs, (int, float)) and not isinstance(theirs, bool):
        return math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-13)
    return type(mine) is type(theirs) and mine == theirs


def test_values_have_the_types_of_cells() -> None:
    values, kept = evaluated(
        {
            "D1": "1+1",
            "D2": '"a"&"b"',
            "D3": "1=1",
            "D4": "1/0",
            "D5": 'IF(1,"","")',
            "D6": "Z99",
            "D7": "DATE(2024,1,2)",
        }
    )
    assert not kept
    assert values == {"D1": 2.0, "D2": "ab", "D3": True, "D4": CellError("#DIV/0!"), "D5": "", "D6": 0.0, "D7": 45293.0}
    assert type(values["D3"]) is bool


def test_shared_array_and_prefixed_formulas() -> None:
    cells = (
        TABLE
        + cell("D1", '<f t="shared" ref="D1:D3" si="0">A1*B1</f><v>0</v>')
        + cell("D2", '<f t="shared" si="0"/><v>0</v>')
        + cell("D3", '<f t="shared" si="0"/><v>0</v>')
        + cell("E1", '<f t="array" ref="E1">SUM(A1:A3*B1:B3)</f><v>0</v>')
        + cell("F1", '<f t="array" ref="F1:F3">A1:A3*2</f><v>0</v>')
        + cell("F2", "<v>77</v>") + cell("F3", "<v>77</v>")
        + cell("G1", formula("_xlfn.CONCAT(A1,B1)")) + cell("G2", formula("SUM(F1:F3)"))
    )  # fmt: skip
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert not kept
    assert values == {
        "D1": 2.0, "D2": 12.0, "D3": 30.0, "E1": 44.0, "F1": 2.0, "F2": 6.0, "F3": 10.0, "G1": "12", "G2": 18.0,
    }  # fmt: skip


def test_dates_of_old_mac_workbooks_count_from_1904() -> None:
    values, _ = evaluated({"D1": "YEAR(43831)", "D2": "DATE(2024,1,2)"}, properties='<workbookPr date1904="1"/>')
    assert values == {"D1": 2024.0, "D2": 43831.0}


def test_text_with_the_file_formats_escape_is_read_as_excel_reads_it() -> None:
    data = raw_workbook(
        {"S": cell("A1", "<v>0</v>", ' t="s"') + cell("B1", formula("LEN(A1)"))}, strings="<si><t>a_x000D_b</t></si>"
    )
    values, _ = results(Engine.load(data))
    assert values == {"B1": 3.0}


@pytest.mark.parametrize("code", ["#SPILL!", "#CALC!", "#GETTING_DATA", "#BUSY!", "#FIELD!"])
def test_error_values_that_formualizer_refuses_do_not_cost_the_workbook(code: str) -> None:
    cells = cell("A1", formula("1+1", code), ' t="e"') + cell("B1", formula("A1+1"))
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert (values, kept) == ({"A1": 2.0, "B1": 3.0}, {})


def test_cells_the_pattern_does_not_fit_are_found_by_the_parser() -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row>'
        "<x:c><x:v>4</x:v></x:c><!-- c --><x:c><x:f>A1*2</x:f><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    engine = Engine.load(raw_workbook({"S": "<worksheet" + sheet[len("<x:worksheet") :].replace("x:", "")}))
    assert engine.evaluate() == {("S", 1, 2): 8.0}
    prefixed = Engine.load(raw_workbook({"S": '<?xml version="1.0"?>' + sheet}))
    assert prefixed.cells["S", 1, 2].formula == "A1*2"


def test_a_workbook_without_formulas_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module.fz.Workbook, "from_bytes", None, raising=False)
    assert Engine.load(raw_workbook({"S": cell("A1", "<v>1</v>")})).evaluate() == {}


# --- KPI functions ---------------------------------------------------------------------------------------------------

INPUTS: dict[str, CellValue] = {
    "A1": 0.96, "A2": "95%", "A3": None, "A4": "N/A", "A5": CellError("#DIV/0!"), "A6": True, "A7": 45000, "A8": "不适用",
    "A9": "", "A10": 1.5, "A11": "abc", "A12": -3,
    "B1": 0.8, "C1": 0.95, "D1": 0.97, "E1": 0.99, "F1": 1, "B2": 0, "C2": 60, "D2": 70, "E2": 90, "F2": 100,
    "B3": 0.2, "C3": 0.3, "D3": None, "E3": "50%", "F3": CellError("#N/A"),
    "B4": 90, "C4": "优", "B5": 0, "C5": "差", "B6": "未达", "C6": "达到", "D6": "超过", "E6": "远超",
}  # fmt: skip

CALLS = [
    *(f"KPI_SCORE(A{row},B1:F1,B2:F2)" for row in range(1, 13)),
    *(f"KPI_BAND(A{row},B1:F1,B6:E6)" for row in range(1, 13)),
    *(f"KPI_NUMBER(A{row})" for row in range(1, 13)),
    *(f"KPI_GRADE(A{row},B4:C5)" for row in range(1, 13)),
    *(f"KPI_RATE(A{row},A1)" for row in range(1, 13)),
    "KPI_SCORE(A1,B1:F1,B2:F2,A3)", 'KPI_SCORE(A1,B1:F1,B2:F2,"阶梯",A1)', "KPI_SCORE(A1,B1:F1,B2:F2,A3,A3)",
    "KPI_SCORE(A1,B1:E1,B2:F2)", "KPI_SCORE(A1,B3:F3,B2:F2)", "KPI_WEIGHTED_SCORE(A1:A4,B3:E3)",
    "KPI_WEIGHT_CHECK(B3:C3)", "KPI_WEIGHT_CHECK(B3:F3)", "KPI_COVERAGE(A1:A3,B3:D3)", "KPI_TOTAL(E2)",
    "KPI_TOTAL(E2,A12,A3,A3,A3,A3)", "KPI_GRADE(E2)", "KPI_GRADE(E2,A3)", "KPI_RANK(A1,A1:A3)", "KPI_RANK(A1,A1:A12)",
    "KPI_ROLLUP(B2:F2)", "KPI_ROLLUP(B2:F2,A3,\"合计\")", "KPI_ATTAINMENT(A1,F1)", "KPI_ATTAINMENT(A1,F1,A3,A3)",
    "KPI_COEFFICIENT(E2)", "KPI_DEDUCT(F2,3,5)", "KPI_EXPLAIN(A1,B1:F1,B2:F2)", "KPI_RATING(C4,B4:C5)",
    "KPI_POOLED_RATE(B1:C1,D1:E1)", "KPI_TARGET(C6,B6:E6,B2:E2)",
]  # fmt: skip


def test_kpi_cells_equal_the_catalogue_called_with_the_same_cells() -> None:
    """What Python gives for the cells as they are typed is what the cell must hold."""
    data = raw_workbook({"S": "".join(constant(n, v) for n, v in INPUTS.items()) + calls(CALLS)})
    engine = Engine.load(data)
    values = engine.evaluate()
    assert not engine.kept
    for row, call in enumerate(CALLS, 1):
        name, _, arguments = call[:-1].partition("(")
        expected = CATALOGUE[name].function(*map(argument, arguments.split(",")))
        assert same(values["S", row, 9], expected), (call, values["S", row, 9], expected)


def calls(formulas: list[str]) -> str:
    return "".join(cell(f"I{row}", formula(call)) for row, call in enumerate(formulas, 1))


def constant(name: str, value: CellValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return cell(name, f"<v>{int(value)}</v>", ' t="b"')
    if isinstance(value, CellError):
        return cell(name, f"<v>{value.code}</v>", ' t="e"')
    if isinstance(value, str):
        return cell(name, f"<v>{escape(value)}</v>", ' t="str"')
    return cell(name, f"<v>{value!r}</v>")


def argument(text: str) -> Any:
    """An argument as a person would write the call in Python: a blank single cell is "", a range rows of cells."""
    text = text.strip()
    if text.startswith('"'):
        return text[1:-1]
    if ":" in text:
        first, last = text.split(":")
        return [
            [
                INPUTS.get(f"{letter}{row}")
                for letter in "ABCDEF"["ABCDEF".index(first[0]) : "ABCDEF".index(last[0]) + 1]
            ]
            for row in range(int(first[1:]), int(last[1:]) + 1)
        ]
    if text[0].isdigit():
        return float(text)
    value = INPUTS.get(text)
    return "" if value is None else value


def same(value: CellValue, expected: Any) -> bool:
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        return value == expected
    return type(value) is type(expected) and value == expected


def test_an_omitted_argument_is_not_a_typed_zero() -> None:
    values, kept = evaluated({
        "D1": "KPI_TOTAL(120,,,,100)", "D2": "KPI_TOTAL(120,,,,0)", "D3": "KPI_TOTAL(120,,,,)", "D4": "KPI_TOTAL(120,)",
        "D5": "IF(TRUE,KPI_TOTAL(120, ,, ,A1),)", "D6": 'KPI_TOTAL(120,IF(TRUE,,5),",,")', "D7": "KPI_GRADE(95,)",
    })  # fmt: skip
    assert not kept
    assert values == {
        "D1": 100.0,
        "D2": 0.0,
        "D3": 120.0,
        "D4": 120.0,
        "D5": 1.0,
        "D6": CellError("#VALUE!"),
        "D7": "优",
    }


def test_too_few_or_too_many_arguments_are_an_error_of_the_cell() -> None:
    values, _ = evaluated({"D1": "KPI_SCORE(1)", "D2": "KPI_RATE(1,2,3)"})
    assert values == {"D1": CellError("#VALUE!"), "D2": CellError("#VALUE!")}


def test_whole_tables_spill_and_a_plain_cell_shows_the_first_value() -> None:
    call = 'KPI_FORCED_GRADE({95;90;85;80;70},{"A","B","C"},{0.2,0.6,0.2})'
    cells = (
        cell("D1", formula(call, "x", ' t="array" ref="D1:D5"'), ' t="str" cm="1"')
        + "".join(cell(f"D{row}", "<v>x</v>", ' t="str"') for row in range(2, 6))
        + cell("F1", formula(call)) + cell("F2", "<v>7</v>") + cell("G1", formula("SUM(F2:F9)"))
    )  # fmt: skip
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert not kept
    assert [values[f"D{row}"] for row in range(1, 6)] == ["A", "B", "B", "B", "C"]
    assert (values["F1"], values["G1"]) == ("A", 7.0)


def test_errors_stay_errors_on_their_way_through_a_kpi_function() -> None:
    values, _ = evaluated({"D1": "1/0", "D2": "KPI_SCORE(D1,A1:B1,A1:B1)", "D3": "ISERROR(D2)", "D4": "KPI_RATE(1,0)"})
    assert values["D2"] == CellError("#DIV/0!")
    assert values["D3"] is True
    assert values["D4"] == CellError("#DIV/0!")


def test_an_exception_in_a_function_is_reported_and_never_becomes_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by design")

    entry = CATALOGUE["KPI_RATE"]
    monkeypatch.setitem(
        CATALOGUE, "KPI_RATE",
        type(entry)("KPI_RATE", entry.category, entry.help, entry.arguments, broken, False, entry.example),
    )  # fmt: skip
    cells = (
        cell("A1", formula("KPI_RATE(1,2)", 0.5)) + cell("B1", formula("IFERROR(KPI_RATE(1,2),0)", 0.5))
        + cell("C1", formula("A1*2", 1)) + cell("D1", formula("1+1", 1))
    )  # fmt: skip
    engine = Engine.load(raw_workbook({"S": cells}))
    values = engine.evaluate()
    assert {engine.cells[a].name: o.code for a, o in engine.kept.items()} == {
        "A1": "function-failed",
        "B1": "function-failed",
    }
    assert "by design" in engine.kept["S", 1, 1].message.en
    assert values == {("S", 1, 3): 1.0, ("S", 1, 4): 2.0}


@given(st.floats(0.5, 1.2), st.lists(st.floats(0.5, 1.2), min_size=5, max_size=5, unique=True).map(sorted))
def test_scores_of_any_numbers_equal_the_catalogues(actual: float, thresholds: list[float]) -> None:
    cells = constant("A1", actual) + "".join(constant(f"{c}1", x) for c, x in zip("BCDEF", thresholds, strict=True))
    cells += cell("G1", formula("KPI_SCORE(A1,B1:F1,{0,60,70,90,100})"))
    values = Engine.load(raw_workbook({"S": cells})).evaluate()
    expected = CATALOGUE["KPI_SCORE"].function(actual, [thresholds], [[0, 60, 70, 90, 100]])
    assert values["S", 1, 7] == expected


# --- what the engine cannot do ---------------------------------------------------------------------------------------

# Excel's answers where formualizer 0.13 gives others; most of them look like values.
BEYOND = {
    "SUMPRODUCT(--ISNUMBER(A1:A3))": 3, "SUMPRODUCT(ROUND(A1:A3,0))": 9, "SUMPRODUCT(1/COUNTIF(A1:A3,A1:A3))": 3,
    "SUM(COUNTIF(A1:A3,{1,3}))": 2, "SUMPRODUCT(LEN(A1:A3))": 3, "SUMPRODUCT(LARGE(A1:A3,{1,2}))": 8,
}  # fmt: skip

REFUSED = {
    "LOOKUP(1,0/(A1:A3=1),B1:B3)": "last of several", "MATCH(9E+307,A:A)": "last of several",
    "TEXT(45000,\"aaaa\")": "format", "TEXT(45000,\"[$-804]aaaa\")": "format",
    "PHONETIC(A1)": "PHONETIC", "IFERROR(WEBSERVICE(A1),5)": "WEBSERVICE",
    "IF(FALSE,NOSUCH(1),2)": "NOSUCH",
    "LENB(A1)": "LENB", "CELL(\"filename\",A1)": "CELL", "RAND()": "RAND", "[1]X!A1": "another workbook",
    "'C:\\d\\[x.xlsx]X'!A1+1": "another workbook", "SUM(Tbl[v])": "structured", "SUM(S:T!A1)": "several sheets",
    "SUM((A1:A2,B3))": "unions", "SUM(A1:B2 B1:B3)": "unions", "A1:A3": "implicit", "SUM(A1:A3*2)": "implicit",
    "AND(A1:A3>0)": "implicit", "SUM(IF(A1:A3>1,B1:B3))": "implicit", "SUMPRODUCT(IF(A1:A3>1,1,0))": "implicit",
    "1+": "cannot read", "IFERROR(nowhere,3)": "nowhere", "nosuchname": "unknown name", "gone()": "GONE",
    "_xlfn.LAMBDA(_xlpm.x,_xlpm.x*3)(2)": "LAMBDA", "GETPIVOTDATA(\"x\",A1)": "GETPIVOTDATA",
}  # fmt: skip


@pytest.mark.parametrize("text", BEYOND)
def test_what_would_come_out_wrong_is_left_out(text: str, office: Office, tmp_path: Path) -> None:
    values, kept = evaluated({"D1": text})
    assert "D1" not in values
    assert "each cell of a range" in kept["D1"]


def test_libreoffice_knows_the_answers_that_are_left_out(office: Office, tmp_path: Path) -> None:
    cells = TABLE + "".join(cell(f"D{row}", formula(text)) for row, text in enumerate(BEYOND, 1))
    path = tmp_path / "beyond.xlsx"
    path.write_bytes(raw_workbook({"S": cells}))
    theirs = office.recalculated(path)
    assert [theirs["S", f"D{row}"] for row in range(1, len(BEYOND) + 1)] == list(BEYOND.values())


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_what_the_engine_does_not_know_is_left_out_with_the_reason(text: str, reason: str) -> None:
    names = '<definedName name="nowhere">GET.WORKBOOK(1)</definedName>'
    values, kept = evaluated({"D1": text, "D2": "SUM(A1:B3)"}, names=names)
    assert reason in kept["D1"]
    assert values == {"D2": 21.0}


def test_array_formulas_may_do_what_plain_ones_may_not() -> None:
    cells = TABLE + cell("D1", formula("SUM(IF(A1:A3>1,B1:B3))", None, ' t="array" ref="D1"'))
    assert results(Engine.load(raw_workbook({"S": cells}))) == ({"D1": 10.0}, {})


def test_a_cell_that_rests_on_one_left_out_is_computed_from_its_old_value() -> None:
    cells = (
        cell("A1", formula("NOSUCH(Z1)", 40)) + cell("A2", formula("A1+2", 0)) + cell("A3", formula("IFERROR(A2,0)", 0))
        + cell("B1", formula("NOSUCH(Z1)", "yes"), ' t="str"') + cell("B2", formula('B1&"!"'))
        + cell("C1", formula("NOSUCH(Z1)", "#N/A"), ' t="e"') + cell("C2", formula("IF(ISNA(C1),1,2)"))
    )  # fmt: skip
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert set(kept) == {"A1", "B1", "C1"}
    assert values == {"A2": 42.0, "A3": 42.0, "B2": "yes!", "C2": 1.0}


def test_a_reference_to_another_workbook_does_not_stop_the_rest() -> None:
    cells = cell("A1", formula("[1]X!A1*2", 8)) + cell("A2", formula("A1+1", 0)) + cell("A3", formula("1+1"))
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert set(kept) == {"A1"}
    assert values == {"A2": 9.0, "A3": 2.0}


def test_circles_are_left_alone_even_where_iteration_is_on() -> None:
    cells = (
        cell("A1", formula("B1+1", 5)) + cell("B1", formula("A1/2", 4)) + cell("C1", formula("A1*10", 0))
        + cell("D1", formula("D1+1", 7)) + cell("E1", formula("2*3"))
    )  # fmt: skip
    for calculation in ("", '<calcPr calcId="1" iterate="1" iterateCount="50"/>'):
        engine = Engine.load(raw_workbook({"S": cells}, calculation=calculation))
        values, kept = results(engine)
        assert {"A1", "B1", "D1"} <= set(kept)
        assert values["E1"] == 6.0
        assert values.get("C1", 50.0) == 50.0


def test_an_error_that_excel_shows_too_is_a_value() -> None:
    cells = cell("A1", formula("nosuchname+1", "#NAME?"), ' t="e"') + cell("A2", formula("A1", "#NAME?"), ' t="e"')
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert not kept
    assert set(values.values()) == {CellError("#NAME?")}


@pytest.mark.parametrize("ref", ["D1:D2", "D1:D4"])
def test_arrays_that_no_longer_fit_their_range_are_left_out(ref: str) -> None:
    cells = TABLE + cell("D1", formula("A1:A3*2", 9, f' t="array" ref="{ref}"')) + cell("D2", "<v>9</v>")
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert not values
    assert {"D1", "D2"} <= set(kept)
    assert "size" in kept["D1"]


def test_a_workbook_the_engine_cannot_open_keeps_everything() -> None:
    cells = cell("A1", "<v>9</v>", ' t="s"') + cell("A2", formula("1+1", 5))  # a shared string that is not there
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert (values, set(kept)) == ({}, {"A2"})


def test_data_tables_are_left_out() -> None:
    cells = TABLE + cell("D1", '<f t="dataTable" ref="D1:D2" dt2D="0" dtr="0" r1="A1"/><v>9</v>')
    values, kept = results(Engine.load(raw_workbook({"S": cells})))
    assert (values, set(kept)) == ({}, {"D1"})


# --- who reads whom --------------------------------------------------------------------------------------------------


@given(st.data())
def test_the_graph_agrees_with_a_walk_over_all_pairs(data: st.DataObject) -> None:
    cells = [("S", row, 1) for row in range(1, 9)]
    corner = st.tuples(st.integers(1, 9), st.integers(0, 3))
    reads = {
        address: Reads(
            tuple(Rect("S", top, 1, top + more, 1) for top, more in data.draw(st.lists(corner, max_size=2))),
            everything=data.draw(st.integers(0, 19)) == 0,
        )
        for address in cells
    }
    start = data.draw(st.sampled_from(cells))
    graph = Graph(cells, reads.__getitem__)
    pairs = {
        (a, b) for a in cells for b in cells if reads[a].everything or any(rect.holds(b) for rect in reads[a].rects)
    }
    closure = set(pairs)
    for middle in cells:
        closure |= {(a, c) for a in cells for c in cells if (a, middle) in closure and (middle, c) in closure}
    assert graph.downstream([start]) == {a for a in cells if (a, start) in closure}
    ordered = graph.sources_first(cells)
    assert sorted(ordered) == cells
    circles = {a for a in cells if (a, a) in closure}
    for a, b in closure:
        if not circles & {a, b, *(c for c in cells if (a, c) in closure)}:
            assert ordered.index(b) < ordered.index(a)
    if not any(read.everything for read in reads.values()):
        assert graph.sources([start]).formulas == {b for b in cells if (start, b) in closure}


@pytest.mark.parametrize("reference", ["B3:B1", "$B$3:$A$1", "B1:A3", "S!$B$3:$B$1", "B:A", "3:1"])
def test_a_range_written_backwards_stops_only_its_own_cell(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel reads it the other way round; the engine would give up the whole workbook, cell by cell, for minutes."""
    runs = []
    real = engine_module._guarded
    monkeypatch.setattr(engine_module, "_guarded", lambda call: (runs.append(call), real(call))[1])
    others = {f"D{row}": f"A1+{row}" for row in range(1, 101)}
    values, reasons = evaluated({**others, "F1": f"SUM({reference})", "F2": "F1+1"})
    assert [values[f"D{row}"] for row in (1, 100)] == [2, 101]
    assert "from its end to its start" in reasons["F1"] and set(reasons) == {"F1", "F2"}
    assert len(runs) < 20


@pytest.mark.parametrize("bad", [{700}, {1, 2, 350, 999}, set(range(1, 60))])
@pytest.mark.parametrize("chained", [False, True])
def test_formulas_that_stop_the_engine_are_found_by_halving(
    bad: set[int], chained: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A range written backwards stops it when nobody looks out for those; what rests on one takes its old value."""
    monkeypatch.setattr(engine_module, "has_backward_range", lambda formula: False)
    engine_module._limit.cache_clear()
    runs = []
    real = engine_module._guarded
    monkeypatch.setattr(engine_module, "_guarded", lambda call: (runs.append(call), real(call))[1])
    cells = TABLE
    for row in range(1, 1001):
        text = "SUM(B3:B1)" if row in bad else f"D{row - 1}+1" if chained and row > 1 else f"A1+{row}"
        cells += cell(f"D{row}", formula(text, 7))
    values, reasons = results(Engine.load(raw_workbook({"probes1": cells})))
    engine_module._limit.cache_clear()
    assert set(reasons) == {f"D{row}" for row in bad} and all("engine:" in reason for reason in reasons.values())
    expected = 0
    for row in range(1, 1001):
        expected = 7 if row in bad else expected + 1 if chained and row > 1 else 1 + row
        if row not in bad:
            assert values[f"D{row}"] == expected
    assert len(runs) < 30 + 2 * len(bad) * 10
