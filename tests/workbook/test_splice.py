"""Cached values change, every other byte of a sheet stays."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.scoring.values import CellError
from scorecard.workbook.addresses import cell_name
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.splice import Value, splice

from .rich import rich_workbook

SHEET = "xl/worksheets/sheet1.xml"
# The formula cells of the rich workbook's first sheet, as (row, column).
FORMULAS = [(4, 5), (5, 5), (6, 5), (7, 5), (4, 8), (8, 8), (8, 10)]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package.open(rich_workbook(tmp_path_factory.mktemp("rich") / "考核.xlsx"))


def without_cells(xml: bytes, cells: list[tuple[int, int]]) -> bytes:
    """The sheet with the named cells cut out, whatever they hold."""
    for row, col in cells:
        xml, count = re.subn(rb'<c r="%s"[^>]*>.*?</c>' % cell_name(row, col).encode(), b"", xml, flags=re.DOTALL)
        assert count == 1
    return xml


VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.text(max_size=20),
    st.sampled_from([CellError("#N/A"), CellError("#DIV/0!")]),
    st.none(),
)


@given(st.dictionaries(st.sampled_from(FORMULAS), VALUES))
def test_only_the_cells_named_change(package: Package, values: dict[tuple[int, int], Value]) -> None:
    before = package.read(SHEET)
    after = splice(before, values)
    assert without_cells(after, list(values)) == without_cells(before, list(values))
    # In the cells themselves only <v> and t: the formula, style and array range stay.
    value_or_type = re.compile(rb'<v>[^<]*</v>|<v/>|(?<=["\d]) t="\w+"')
    assert value_or_type.sub(b"", after) == value_or_type.sub(b"", before)


@given(st.dictionaries(st.sampled_from(FORMULAS), VALUES))
def test_what_was_written_is_read_back(package: Package, values: dict[tuple[int, int], Value]) -> None:
    edited = package.copy()
    edited.write(SHEET, splice(package.read(SHEET), values))
    grid = read_grid(edited, "考核表")
    for (row, col), value in values.items():
        cell = grid.cell(row, col)
        assert cell.value == value
        assert isinstance(cell.value, bool) == isinstance(value, bool)
        assert cell.uncached == (value is None)
    # and writing the same once more changes nothing
    assert splice(edited.read(SHEET), values) == edited.read(SHEET)


def test_other_programs_read_what_was_written(package: Package, tmp_path: Path) -> None:
    values: dict[tuple[int, int], Value] = {
        (4, 5): 0.1 + 0.2, (5, 5): 7, (6, 5): " a < b & c\n ", (7, 5): True, (8, 8): CellError("#N/A"), (8, 10): "A",
    }  # fmt: skip
    edited = package.copy()
    edited.write(SHEET, splice(package.read(SHEET), values))
    edited.save(tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["考核表"]
    assert sheet["E4"].value == 0.1 + 0.2
    assert sheet["E5"].value == 7
    assert sheet["E6"].value == " a < b & c\n "
    assert sheet["E7"].value is True
    assert sheet["H8"].value == "#N/A"
    assert sheet["J8"].value == "A"


CELL = b'<worksheet><sheetData><row r="1">%s</row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        # numbers: shortest text that reads back the same; whole ones without a point
        (b'<c r="A1"><f>1</f><v>0</v></c>', 0.1, b'<c r="A1"><f>1</f><v>0.1</v></c>'),
        (b'<c r="A1"><f>1</f><v>0</v></c>', 5.0, b'<c r="A1"><f>1</f><v>5</v></c>'),
        (b'<c r="A1"><f>1</f><v>0</v></c>', 1e300, b'<c r="A1"><f>1</f><v>1e+300</v></c>'),
        (b'<c r="A1"><f>1</f><v>1</v></c>', -0.0, b'<c r="A1"><f>1</f><v>0</v></c>'),
        (b'<c r="A1"><f>1</f><v>0</v></c>', math.nan, b'<c r="A1" t="e"><f>1</f><v>#NUM!</v></c>'),
        (b'<c r="A1"><f>1</f><v>0</v></c>', math.inf, b'<c r="A1" t="e"><f>1</f><v>#NUM!</v></c>'),
        # the same number written differently is the same number
        (b'<c r="A1"><f>1</f><v>0.10000000000000001</v></c>', 0.1, None),
        (b'<c r="A1" t="n"><f>1</f><v>1.0</v></c>', 1, None),
        (b'<c r="A1" t="str"><f>1</f><v>a&#38;b</v></c>', "a&b", None),
        (b'<c r="A1" t="b"><f>1</f><v>1</v></c>', True, None),
        (b'<c r="A1"><f>1</f></c>', None, None),
        # but TRUE is not 1, and the text 1 is not either
        (b'<c r="A1"><f>1</f><v>1</v></c>', True, b'<c r="A1" t="b"><f>1</f><v>1</v></c>'),
        (b'<c r="A1"><f>1</f><v>1</v></c>', "1", b'<c r="A1" t="str"><f>1</f><v>1</v></c>'),
        # types come, change and go
        (b'<c t="e" r="A1" s="2"><f>1</f><v>#N/A</v></c>', 1, b'<c r="A1" s="2"><f>1</f><v>1</v></c>'),
        (b"<c r='A1' t='str'><f>1</f><v>a</v></c>", CellError("#N/A"), b"<c r='A1' t='e'><f>1</f><v>#N/A</v></c>"),
        (b'<c r="A1" t="str"><f>1</f><v></v></c>', None, b'<c r="A1"><f>1</f></c>'),
        (b'<c r="A1"><f>1</f></c>', "", b'<c r="A1" t="str"><f>1</f><v/></c>'),
        (b'<c r="A1"><f>1</f><v/></c>', 3, b'<c r="A1"><f>1</f><v>3</v></c>'),
        # text: markup and what XML cannot carry
        (b'<c r="A1"><f>1</f></c>', "<&>", b'<c r="A1" t="str"><f>1</f><v>&lt;&amp;&gt;</v></c>'),
        (b'<c r="A1"><f>1</f></c>', "a\x07\r_x0041_", b'<c r="A1" t="str"><f>1</f><v>a_x0007__x000D__x005F_x0041_</v></c>'),
        # formulas of all kinds
        (b'<c r="A1"><f t="shared" si="0"/><v>1</v></c>', 2, b'<c r="A1"><f t="shared" si="0"/><v>2</v></c>'),
        (b'<c r="A1"><f/></c>', 2, b'<c r="A1"><f/><v>2</v></c>'),
        (b'<c r="A1" cm="1"><f t="array" ref="A1"/><v>1</v></c>', 2, b'<c r="A1" cm="1"><f t="array" ref="A1"/><v>2</v></c>'),
        (b'<c r="A1"><f>1</f><v>1</v><extLst><ext/></extLst></c>', 2, b'<c r="A1"><f>1</f><v>2</v><extLst><ext/></extLst></c>'),
        # a value's rich form goes with the value
        (b'<c r="A1" t="e" vm="1"><f>1</f><v>#VALUE!</v></c>', 2, b'<c r="A1"><f>1</f><v>2</v></c>'),
        # no formula, no change
        (b'<c r="A1"><v>1</v></c>', 2, None),
        (b'<c r="A1" s="1"/>', 2, None),
        (b'<c r="B1"><f>1</f><v>1</v></c>', 2, None),
        # attributes on <v>, blanks between
        (b'<c r="A1">\n <f>1</f>\n <v xml:space="preserve"> </v>\n</c>', 2, b'<c r="A1">\n <f>1</f>\n <v>2</v>\n</c>'),
        # no address: the first cell of row 1
        (b'<c><f>1</f><v>1</v></c>', 2, b'<c><f>1</f><v>2</v></c>'),
        (b'<c><f>1</f></c>', "a", b'<c t="str"><f>1</f><v>a</v></c>'),
        # comments and CDATA
        (b'<!--<c r="A1"><f/></c>--><c r="A1"><f>1</f><v>1</v></c>', 2,
         b'<!--<c r="A1"><f/></c>--><c r="A1"><f>1</f><v>2</v></c>'),
        (b'<c r="A1"><f><![CDATA[1<2]]></f><v><![CDATA[1]]></v></c>', 2, b'<c r="A1"><f><![CDATA[1<2]]></f><v>2</v></c>'),
        (b'<c r="A1"><f><![CDATA[1<2]]></f><v><![CDATA[1]]></v></c>', 1, None),
        (b'<!-- --><c r="A1"><f t="shared" si="0"/></c>', 2, b'<!-- --><c r="A1"><f t="shared" si="0"/><v>2</v></c>'),
        (b'<!-- --><c r="A1"><f>1</f><v/></c>', 2, b'<!-- --><c r="A1"><f>1</f><v>2</v></c>'),
    ],
)  # fmt: skip
def test_one_cell(before: bytes, value: Value, after: bytes | None) -> None:
    expected = CELL % (before if after is None else after)
    assert splice(CELL % before, {(1, 1): value}) == expected


def test_prefixed_sheets_keep_their_prefix() -> None:
    sheet = (
        b'<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c r="A1" t="e"><x:f>1</x:f><x:v>#N/A</x:v></x:c>'
        b'<x:c><x:f>2</x:f></x:c></x:row><x:row><x:c r="B2"><x:f>3</x:f></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert splice(sheet, {(1, 1): 5, (1, 2): "a", (2, 2): 0.5}) == (
        b'<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c r="A1"><x:f>1</x:f><x:v>5</x:v></x:c>'
        b'<x:c t="str"><x:f>2</x:f><x:v>a</x:v></x:c></x:row><x:row><x:c r="B2"><x:f>3</x:f><x:v>0.5</x:v></x:c>'
        b"</x:row></x:sheetData></x:worksheet>"
    )


def test_cells_filled_by_another_cells_array_formula_change_too() -> None:
    sheet = (
        CELL % b'<c r="A1"><f t="array" ref="A1:C1">D1:F1</f><v>1</v></c><c r="B1"><v>2</v></c><c r="D1"><v>3</v></c>'
    )
    after = (
        CELL % b'<c r="A1"><f t="array" ref="A1:C1">D1:F1</f><v>7</v></c><c r="B1"><v>8</v></c><c r="D1"><v>3</v></c>'
    )
    assert splice(sheet, {(1, 1): 7, (1, 2): 8, (1, 4): 9}) == after


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_sheets_in_other_encodings_are_written_in_utf_8(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + (CELL % b'<c r="A1"><f>"X"</f><v>1</v></c>').decode()
    after = splice(text.replace("X", "甲").encode(encoding), {(1, 1): 2})
    assert b'encoding="UTF-8"' in after
    cell = ElementTree.fromstring(after)[0][0][0]
    assert [element.text for element in cell] == ['"甲"', "2"]


def test_a_sheet_without_cells_stays() -> None:
    assert splice(b"<worksheet><sheetData/></worksheet>", {(1, 1): 1}) == b"<worksheet><sheetData/></worksheet>"


@given(st.text())
def test_text_survives_as_other_parsers_read_it(text: str) -> None:
    after = splice(CELL % b'<c r="A1"><f>1</f></c>', {(1, 1): text})
    read = ElementTree.fromstring(after)[0][0][0][1].text or ""
    plain = re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), read)
    assert plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") == text or "_x" in text
    raw = re.search(rb"<v>(.*?)</v>|<v/>", after, re.DOTALL)
    assert raw is not None and unescape((raw[1] or b"").decode()) == read
