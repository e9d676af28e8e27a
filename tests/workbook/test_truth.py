"""Each kind of formula a workbook can hold: the value LibreOffice gives, or the old one and the reason. Never a wrong one."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from scorecard.scoring.values import CellError
from scorecard.workbook.recalc import recalculate
from tests.libreoffice.office import Office
from tests.workbook.raw import cell, raw_workbook
from tests.workbook.test_engine import alike, formula


def kinds(*, date1904: bool) -> bytes:
    """A workbook by XlsxWriter, which stores 0 for every formula it does not know better."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": date1904})
    sheet, other = book.add_worksheet("表"), book.add_worksheet("别 表")
    for row, (number, text) in enumerate(zip((3, 1.5, -2, 40), ("甲", "乙", "丙", "丁"), strict=True)):
        sheet.write_row(row, 0, (number, text, row % 2 == 0))
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_datetime("D1", datetime(2026, 3, 31), date)
    sheet.write_formula("D2", "=NA()", None, 0)
    other.write_column("A1", (10, 20, 30))
    book.define_name("数", "=表!$A$1:$A$4")
    book.define_name("单", "=表!$A$2")
    book.define_name("式", "=表!$A$1*2")
    sheet.add_table(
        "H1:I4",
        {"name": "表一", "columns": [{"header": "名"}, {"header": "分"}], "data": [["x", 1], ["y", 2], ["z", 3]]},
    )
    sheet.write_array_formula("F1:F4", "{=A1:A4*2}", None, 0)
    sheet.write_array_formula("F5:F5", "{=SUM((A1:A4>0)*A1:A4)}", None, 0)
    for row, text in enumerate(FORMULAS, 5):
        sheet.write_formula(row, 4, "=" + text, None, 0)
    book.close()
    return buffer.getvalue()


FORMULAS = (
    "SUM('别 表'!A1:A3)", "SUM(数)*单", "式+1", 'INDIRECT("A"&2)', "SUM(INDIRECT(\"'别 表'!A1:A2\"))", "SUM(表一[分])",
    "表一[[#Totals],[分]]", "D2", "IFERROR(D2,5)", "A1>A2", "NOT(C1)", "IF(C1,B1,B2)", "D1+1", "YEAR(D1)", "MONTH(D1)",
    'TEXT(D1,"yyyy-mm-dd")', "DATE(2026,4,1)-D1", "1/0", "VLOOKUP(1.5,A1:B4,2,FALSE)", "SUM(F1:F4)", "OFFSET(A1,3,0)",
    'SUMIF(A1:A4,">0")', "COUNTBLANK(A1:A9)", "CELL(\"row\",A3)", "SUM(表:'别 表'!A1)", "SUBTOTAL(109,A1:A4)", "ISERROR(D2)",
)  # fmt: skip


@pytest.mark.parametrize("date1904", [False, True])
def test_a_value_as_libreoffice_has_it_or_the_old_one_with_a_reason(
    date1904: bool, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(kinds(date1904=date1904))
    theirs = office.recalculated(path)
    result = recalculate(path.read_bytes())
    kept = {k.cell: k for k in result.kept}
    mine = {c.cell: c.new for c in result.changes}
    wrong = []
    for row, text in enumerate(FORMULAS, 6):
        name = f"E{row}"
        if name in kept:
            assert kept[name].reason.zh and kept[name].reason.en and kept[name].value == 0
            continue
        expected = theirs.get(("表", name), "")
        value = mine.get(name, 0.0)
        if text in ("D1+1",):  # the library that reads LibreOffice's file makes a date of it
            expected = 46113.0 - 1462 * date1904
        if not alike(value, expected) and not (value == 0.0 and expected == 0):
            wrong.append((text, value, expected))
    assert not wrong
    computed = {text for row, text in enumerate(FORMULAS, 6) if f"E{row}" not in kept}
    # What must never be given up on.
    assert {
        "SUM('别 表'!A1:A3)",
        "SUM(数)*单",
        "D2",
        "IFERROR(D2,5)",
        "A1>A2",
        "D1+1",
        "YEAR(D1)",
        "1/0",
        "SUM(F1:F4)",
    } <= computed
    assert [mine.get(f"F{row}", 0) for row in (1, 2, 3, 4, 5)] == [6, 3, -4, 80, 44.5]


def test_inline_texts_shared_formulas_and_stored_types() -> None:
    data = raw_workbook(
        {
            "S": cell("A1", "<is><t>行内</t></is>", ' t="inlineStr"')
            + cell("A2", "<is><r><t>富</t></r><r><t>文本</t></r></is>", ' t="inlineStr"')
            + cell("B1", formula('A1&"!"', "old"), ' t="str"')
            + cell("B2", formula("LEN(A2)", 9))
            + cell("C1", '<f t="shared" ref="C1:C3" si="0">ROW(A1)*2</f><v>9</v>')
            + cell("C2", '<f t="shared" si="0"/><v>9</v>')
            + cell("C3", '<f t="shared" si="0"/><v>9</v>')
            + cell("D1", formula("1=1", 0), ' t="b"')
            + cell("D2", formula("NA()", "#REF!"), ' t="e"')
        }
    )
    result = recalculate(data)
    assert {c.cell: c.new for c in result.changes} == {
        "B1": "行内!", "B2": 3.0, "C1": 2.0, "C2": 4.0, "C3": 6.0, "D1": True, "D2": CellError("#N/A"),
    }  # fmt: skip


def test_iterative_calculation_is_left_alone_and_said() -> None:
    data = raw_workbook(
        {"S": cell("A1", formula("A1+1", 5)) + cell("B1", formula("A1*2", 10)) + cell("C1", formula("1+1", 0))},
        calculation='<calcPr iterate="1" iterateCount="100"/>',
    )
    result = recalculate(data)
    assert {c.cell: c.new for c in result.changes} == {"C1": 2.0}
    assert [(k.cell, k.value) for k in result.kept] == [("A1", 5), ("B1", 10)]
    assert "circular" in result.kept[0].reason.en
