"""Recalculation: right values, nothing else touched, nothing lost."""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook as calamine

from scorecard.errors import UnusableFile
from scorecard.scoring.values import CellError, CellValue
from scorecard.workbook import package as package_module
from scorecard.workbook.recalc import Change, Recalculation, is_same, recalculate
from tests.libreoffice.office import Office
from tests.workbook.raw import cell, part_of, raw_workbook
from tests.workbook.test_engine import EVERYDAY, alike, formula

SHEET = "xl/worksheets/sheet1.xml"
# The value and the type of a formula cell, for taking them out of both sides of a comparison.
VALUE = re.compile(rb'(<c [^>]*?)( t="[a-z]+")?(>\s*<f[^>]*?(?:/>|>[^<]*</f>))(<v[^>]*?(?:/>|>[^<]*</v>))?')


def one_sheet(*cells: str, **options: Any) -> bytes:
    return raw_workbook({"S": "".join(cells)}, **options)


def changes(result: Recalculation) -> dict[str, tuple[CellValue, CellValue]]:
    return {change.cell: (change.old, change.new) for change in result.changes}


def entries(data: bytes) -> dict[str, tuple[zipfile.ZipInfo, bytes]]:
    """Each entry with its raw, still compressed bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {}
        for info in archive.infolist():
            name_length, extra_length = (
                int.from_bytes(data[info.header_offset + at : info.header_offset + at + 2], "little") for at in (26, 28)
            )
            start = info.header_offset + 30 + name_length + extra_length
            found[info.filename] = (info, data[start : start + info.compress_size])
        return found


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook from a library that cannot calculate: formulas without values."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "考核表"
    for row in range(1, 10):
        sheet.append((row, round(1.1 - row / 10, 2), "优良中差良好良优差"[row - 1]))
    sheet["D1"], sheet["D2"] = "=1/0", "=NA()"
    own = [text for text in EVERYDAY if "总分" not in text and "数据" not in text and "另表" not in text]
    for row, text in enumerate(own, 1):
        sheet.cell(row, 6, "=" + text.replace("␣", " "))
    path = tmp_path_factory.mktemp("written") / "written.xlsx"
    book.save(path)
    return path


def test_the_values_written_are_those_libreoffice_computes(written: Path, office: Office) -> None:
    theirs = office.recalculated(written)
    result = recalculate(written.read_bytes())
    assert result.data is not None and not result.kept
    book = openpyxl.load_workbook(io.BytesIO(result.data), data_only=True)
    formulas = openpyxl.load_workbook(written)
    different = []
    for row in formulas["考核表"].iter_rows():
        for place in row:
            if place.data_type == "f":
                mine, other = book["考核表"][place.coordinate].value, theirs.get(("考核表", place.coordinate))
                mine = None if mine == "" else mine
                if isinstance(other, str) and other.startswith("#"):
                    same = mine == other
                else:
                    same = mine == other or alike(float(mine) if isinstance(mine, int) else mine, other)
                if not same:
                    different.append((place.value, mine, other))
    assert not different


def test_other_readers_see_the_new_values(written: Path) -> None:
    data = recalculate(written.read_bytes()).data
    assert data is not None
    rows = calamine(io.BytesIO(data)).get_sheet_by_name("考核表").to_python()
    assert rows[0][5] == pytest.approx(50.4)  # SUM(A1:B9): 1 + … + 9 is 45, 1.0 + 0.9 + … + 0.2 is 5.4
    assert rows[4][5] == 18.0  # COUNT(A1:C9): two columns of nine numbers


def test_a_second_run_changes_nothing(written: Path) -> None:
    first = recalculate(written.read_bytes())
    assert first.is_stale and first.data is not None
    second = recalculate(first.data)
    assert not second.is_stale
    assert second.data == first.data


def test_what_libreoffice_stored_is_up_to_date(written: Path, office: Office, tmp_path: Path) -> None:
    """Fifteen digits against seventeen, and no last bit of difference is worth a write."""
    [stored] = office.convert(written, "xlsx", tmp_path)
    before = stored.read_bytes()
    result = recalculate(stored)
    assert result.changes == ()
    assert stored.read_bytes() == before


# --- bytes -----------------------------------------------------------------------------------------------------------

PLACES = (
    cell("A1", "<v>2</v>", ' s="3"'),
    cell("B1", "<f>A1*2</f><v>0</v>", ' s="1"'),
    cell("C1", '<f ca="1">"x"&amp;A1</f><v>y</v>', ' s="2" t="str"'),
    cell("D1", "<f>A1&gt;1</f><v>0</v>", ' t="b"'),
    cell("E1", "<f>1/0</f><v>5</v>"),
    cell("F1", "<f>A1+1</f><v>#DIV/0!</v>", ' t="e"'),
    cell("G1", "<f>A1*3</f>"),
    cell("H1", "<f>A1*4</f><v/>"),
    cell("I1", "<f>A1*5</f><v>10</v>"),
    cell("J1", '<f t="shared" ref="J1:J2" si="0">A1*6</f><v>0</v>'),
    cell("J2", '<f t="shared" si="0"/><v>7</v>'),
    cell("K1", "<f>TRUE</f><v>1</v>"),
    cell("L1", '<f>""</f><v></v>', ' t="str"'),
    cell("M1", "<f>1=1</f><v>1</v>", ' t="b"'),
)


def test_only_values_and_types_of_changed_cells_change() -> None:
    before = one_sheet(
        *PLACES,
        properties="<workbookPr/><bookViews><workbookView/></bookViews>",
        calculation='<calcPr calcId="191029" fullCalcOnLoad="1"/>',
        extra={"xl/media/x.png": b"\x89PNG"},
    )
    result = recalculate(before)
    assert result.data is not None
    assert changes(result) == {
        "B1": (0, 4.0), "C1": ("y", "x2"), "D1": (False, True), "E1": (5, CellError("#DIV/0!")),
        "F1": (CellError("#DIV/0!"), 3.0), "G1": (None, 6.0), "H1": (None, 8.0), "J1": (0, 12.0), "J2": (7, 0.0),
        "K1": (1, True),
    }  # fmt: skip
    old, new = part_of(before, SHEET), part_of(result.data, SHEET)
    assert VALUE.sub(rb"\1\3", old) == VALUE.sub(rb"\1\3", new)
    expected = old
    for was, becomes in (
        (b'<c r="B1" s="1"><f>A1*2</f><v>0</v>', b'<c r="B1" s="1"><f>A1*2</f><v>4</v>'),
        (b"<v>y</v>", b"<v>x2</v>"),
        (b"A1&gt;1</f><v>0</v>", b"A1&gt;1</f><v>1</v>"),
        (b'<c r="E1"><f>1/0</f><v>5</v>', b'<c r="E1" t="e"><f>1/0</f><v>#DIV/0!</v>'),
        (b'<c r="F1" t="e"><f>A1+1</f><v>#DIV/0!</v>', b'<c r="F1"><f>A1+1</f><v>3</v>'),
        (b"<f>A1*3</f></c>", b"<f>A1*3</f><v>6</v></c>"),
        (b"<f>A1*4</f><v/>", b"<f>A1*4</f><v>8</v>"),
        (b'si="0">A1*6</f><v>0</v>', b'si="0">A1*6</f><v>12</v>'),
        (b'si="0"/><v>7</v>', b'si="0"/><v>0</v>'),
        (b'<c r="K1"><f>TRUE</f>', b'<c r="K1" t="b"><f>TRUE</f>'),
    ):
        assert expected.count(was) == 1
        expected = expected.replace(was, becomes)
    assert new == expected
    mine, theirs = entries(before), entries(result.data)
    assert list(mine) == list(theirs)
    for name in mine:
        if name != SHEET:
            assert mine[name][1] == theirs[name][1]
            assert mine[name][0].date_time == theirs[name][0].date_time


def test_sheets_without_changes_keep_their_compressed_bytes() -> None:
    before = raw_workbook({"S": cell("A1", formula("1+1", 1)), "T": cell("A1", formula("1+1", 2)), "U": ""})
    result = recalculate(before)
    assert result.data is not None
    mine, theirs = entries(before), entries(result.data)
    assert [name for name in mine if mine[name][1] != theirs[name][1]] == [SHEET]


def test_macros_stay_as_they_are() -> None:
    code = bytes(range(256)) * 10
    before = one_sheet(cell("A1", formula("1+1", 1)), macros=True, extra={"xl/vbaProject.bin": code})
    result = recalculate(before)
    assert result.data is not None
    assert changes(result) == {"A1": (1, 2.0)}
    assert entries(result.data)["xl/vbaProject.bin"][1] == entries(before)["xl/vbaProject.bin"][1]
    assert part_of(result.data, "[Content_Types].xml") == part_of(before, "[Content_Types].xml")


def test_a_workbook_without_formulas_stays() -> None:
    before = one_sheet(cell("A1", "<v>1</v>"))
    result = recalculate(before)
    assert (result.changes, result.kept, result.findings, result.is_stale) == ((), (), (), False)
    assert result.data == before


def test_formulas_of_other_sheets_and_names_are_followed() -> None:
    data = raw_workbook(
        {
            "汇总 表": cell("A1", formula("SUM(得分)+'甲''s'!B1", 0)),
            "甲's": cell("A1", "<v>3</v>") + cell("B1", formula("A1*2", 1)),
        },
        names="<definedName name=\"得分\">'甲''s'!$A$1:$A$5</definedName>",
    )
    result = recalculate(data)
    assert {(c.sheet, c.cell): c.new for c in result.changes} == {("汇总 表", "A1"): 9.0, ("甲's", "B1"): 6.0}


def test_members_of_an_array_formula_are_updated_and_inputs_never() -> None:
    data = one_sheet(
        cell("A1", "<v>1</v>"), cell("A2", "<v>2</v>"), cell("B1", formula("A1:A2*10", 0, ' t="array" ref="B1:B2"')),
        cell("B2", "<v>0</v>"),
    )  # fmt: skip
    result = recalculate(data)
    assert changes(result) == {"B1": (0, 10.0), "B2": (0, 20.0)}
    assert result.data is not None
    rows = calamine(io.BytesIO(result.data)).get_sheet_by_index(0).to_python()
    assert rows == [[1.0, 10.0], [2.0, 20.0]]


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_is_updated_in_place_and_only_when_something_changed(tmp_path: Path) -> None:
    path = tmp_path / "考核表.xlsx"
    path.write_bytes(one_sheet(cell("A1", formula("1+1", 1))))
    path.chmod(0o640)
    result = recalculate(path)
    assert (result.path, result.data) == (path, None)
    assert changes(result) == {"A1": (1, 2.0)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    os.utime(path, (1, 1))
    assert not recalculate(str(path)).is_stale
    assert path.stat().st_mtime == 1
    assert [p.name for p in tmp_path.iterdir()] == ["考核表.xlsx"]


def test_checking_writes_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    before = one_sheet(cell("A1", formula("1+1", 1)), cell("A2", formula("A1*2")))
    path.write_bytes(before)
    result = recalculate(path, check=True)
    assert result.is_stale
    assert changes(result) == {"A1": (1, 2.0), "A2": (None, 4.0)}
    assert path.read_bytes() == before
    assert recalculate(before, check=True).data is None


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    before = one_sheet(cell("A1", formula("1+1", 1)))
    path.write_bytes(before)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package_module.os, "replace", fail)
    with pytest.raises(UnusableFile) as caught:
        recalculate(path)
    assert caught.value.where == "a.xlsx"
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


# --- cells that cannot be computed -----------------------------------------------------------------------------------


def test_an_unknown_function_keeps_its_value_and_is_told() -> None:
    before = one_sheet(
        cell("A1", formula("NOSUCH(1)", 41)), cell("B1", formula('IFERROR(NOSUCH(1),"none")', "good"), ' t="str"'),
        cell("C1", formula("A1+1", 42)),
    )  # fmt: skip
    result = recalculate(before)
    assert result.data == before
    assert [(k.cell, k.value, k.is_stale) for k in result.kept] == [("A1", 41, False), ("B1", "good", False)]
    assert all("NOSUCH" in k.reason.zh and "NOSUCH" in k.reason.en for k in result.kept)
    assert [(f.code, f.severity, f.where) for f in result.findings] == [
        ("not-computed", "warning", "S!A1"), ("not-computed", "warning", "S!B1"),
    ]  # fmt: skip
    assert not result.is_stale


def test_a_total_follows_its_other_inputs_when_the_kept_cell_has_none_of_them() -> None:
    data = one_sheet(
        cell("A1", "<v>5</v>"), cell("B1", formula("NOSUCH(Z1)", 40)), cell("C1", formula("A1*2", 8)),
        cell("D1", formula("B1+C1", 48)), cell("E1", formula("D1*10", 480)),
    )  # fmt: skip
    result = recalculate(data)
    assert changes(result) == {"C1": (8, 10.0), "D1": (48, 50.0), "E1": (480, 500.0)}
    assert [(k.cell, k.is_stale) for k in result.kept] == [("B1", False)]


@pytest.mark.parametrize(
    "inputs",
    [
        ("NOSUCH(A1)", "A1*2", "B1+C1"),  # shared with a cell that changed
        ("NOSUCH(C1)", "A1*2", "B1+C1"),  # a changed cell itself
        ("NOSUCH(A1:A9)", "A1*2", "B1+C1"),
        ("NOSUCH(输入)", "A1*2", "B1+C1"),
        ('NOSUCH(INDIRECT("A1"))', "A1*2", "B1+C1"),
        ("NOSUCH(A1)", "2*4", "B1+A1*2"),  # shared with the cell that rests on it
        ("1+", "A1*2", "B1+C1"),
    ],
)
def test_a_total_stays_old_when_the_kept_cell_shares_a_changed_input(inputs: tuple[str, str, str]) -> None:
    kept, other, total = inputs
    data = one_sheet(
        cell("A1", "<v>5</v>"), cell("B1", formula(kept, 40)), cell("C1", formula(other, 8)),
        cell("D1", formula(total, 48)), cell("E1", formula("D1*10", 480)), cell("F1", formula("C1+1", 9)),
        names='<definedName name="输入">S!$A$1</definedName>',
    )  # fmt: skip
    result = recalculate(data)
    assert not {"B1", "D1", "E1"} & changes(result).keys()
    stale = {k.cell: k.is_stale for k in result.kept}
    assert stale["B1"] and stale["D1"]
    assert result.is_stale
    if other == "A1*2":
        assert changes(result) == {"C1": (8, 10.0), "F1": (9, 11.0)}


def test_what_rests_on_a_cell_without_any_value_gets_none_either() -> None:
    data = one_sheet(
        cell("A1", formula("NOSUCH(1)")), cell("B1", formula("IFERROR(A1,0)+1")), cell("C1", formula("SUM(A1:B1)")),
        cell("D1", formula("1+1")),
    )  # fmt: skip
    result = recalculate(data)
    assert changes(result) == {"D1": (None, 2.0)}
    assert {k.cell: k.value for k in result.kept} == {"A1": None, "B1": None, "C1": None}


def test_an_error_that_was_already_there_is_no_news() -> None:
    data = one_sheet(
        cell("A1", formula("nosuchname", "#NAME?"), ' t="e"'), cell("A2", formula("A1+1", "#NAME?"), ' t="e"'),
        cell("A3", formula('"x"+1', "#VALUE!"), ' t="e"'),
    )  # fmt: skip
    result = recalculate(data)
    assert (result.changes, result.kept, result.data) == ((), (), data)


def test_a_good_value_never_becomes_a_name_error() -> None:
    data = one_sheet(cell("A1", formula("addin_rate*2", 8)), cell("A2", formula("A1+1", 9)))
    result = recalculate(data)
    assert (result.changes, [k.cell for k in result.kept]) == ((), ["A1"])


def test_a_workbook_the_engine_refuses_keeps_every_value() -> None:
    data = one_sheet(cell("A1", "<v>9</v>", ' t="s"'), cell("A2", formula("1+1", 5)), cell("A3", formula("A2", 5)))
    result = recalculate(data)
    assert result.data == data
    assert [k.cell for k in result.kept] == ["A2", "A3"]


# --- the same value --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (1, 1.0, True), (0.3, 0.1 + 0.2, True), (0, 4.440892098500626e-16, True), (86.1, 86.1000000001, False),
        (0, 1e-9, False), (1, True, False), (0, False, False), ("", None, False), ("1", 1, False), ("a", "A", False),
        (CellError("#N/A"), CellError("#N/A"), True), (CellError("#N/A"), CellError("#NUM!"), False),
        (CellError("#N/A"), "#N/A", False), (123456789012345, 123456789012345.2, True), (True, True, True),
    ],
)  # fmt: skip
def test_when_two_values_are_the_same(old: CellValue, new: CellValue, same: bool) -> None:
    assert is_same(old, new) is same
    assert is_same(new, old) is same


@given(st.floats(-1e9, 1e9), st.floats(1e-10, 1.0))
def test_fifteen_digits_are_enough_and_a_difference_in_the_tenth_counts(number: float, share: float) -> None:
    assert is_same(number, float(f"{number:.15g}"))
    if abs(number) > 1e-3:
        assert not is_same(number, number * (1 + share))


def test_a_change_shows_where_and_what() -> None:
    [change] = recalculate(one_sheet(cell("A1", formula("1+1", 1)))).changes
    assert change == Change("S", "A1", 1, 2.0)
