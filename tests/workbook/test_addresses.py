"""Cell addresses, against the known corners of a sheet and openpyxl as the outside witness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname

from scorecard.workbook.addresses import (
    LAST_COLUMN,
    LAST_ROW,
    cell_name,
    column_letters,
    column_number,
    quote_sheet,
    range_name,
    shift_formula,
    split_cell,
    split_range,
)


def test_columns_agree_with_openpyxl_everywhere() -> None:
    for number in range(1, LAST_COLUMN + 1):
        letters = column_letters(number)
        assert letters == get_column_letter(number)
        assert column_number(letters.lower()) == column_index_from_string(letters) == number


def test_the_last_cell_of_a_sheet_is_xfd1048576() -> None:
    assert cell_name(LAST_ROW, LAST_COLUMN) == "XFD1048576"
    assert split_cell("XFD1048576") == (LAST_ROW, LAST_COLUMN)


@given(st.integers(1, LAST_ROW), st.integers(1, LAST_COLUMN))
def test_cell_names_go_both_ways_with_and_without_dollars(row: int, col: int) -> None:
    assert split_cell(cell_name(row, col)) == (row, col)
    assert split_cell(cell_name(row, col, absolute=True)) == (row, col)


@pytest.mark.parametrize("wrong", ["", "A", "1", "A0", "XFE1", "A1048577", "A1:B2", "AAAA1", "甲1", "A1 ", "-A1"])
def test_what_is_no_cell_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="must be|not a cell"):
        split_cell(wrong)


@pytest.mark.parametrize("number", [0, -1, LAST_COLUMN + 1])
def test_columns_outside_the_sheet_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="must be 1 to"):
        column_letters(number)


@pytest.mark.parametrize("row", [0, LAST_ROW + 1])
def test_rows_outside_the_sheet_are_refused(row: int) -> None:
    with pytest.raises(ValueError, match="must be 1 to"):
        cell_name(row, 1)


@pytest.mark.parametrize(
    ("ref", "corners"),
    [("A1:C3", (1, 1, 3, 3)), ("C3:A1", (1, 1, 3, 3)), ("$B$6", (6, 2, 6, 2)), ("a1:$C$3", (1, 1, 3, 3))],
)
def test_ranges_are_read(ref: str, corners: tuple[int, int, int, int]) -> None:
    assert split_range(ref) == corners


def test_ranges_are_written() -> None:
    assert range_name(1, 1, 3, 3) == "A1:C3"
    assert range_name(1, 1, 3, 3, absolute=True) == "$A$1:$C$3"
    assert range_name(6, 2, 6, 2) == "B6"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("考核表", "考核表"), ("Sheet1", "Sheet1"), ("2024年", "'2024年'"), ("Q1", "'Q1'"), ("R1C1", "'R1C1'"),
        ("RC", "'RC'"), ("客服 部", "'客服 部'"), ("Bob's", "'Bob''s'"), ("a-b", "'a-b'"), ("TRUE", "'TRUE'"),
        ("（试）", "'（试）'"),
    ],
)  # fmt: skip
def test_sheet_names_are_quoted_when_a_formula_needs_it(name: str, written: str) -> None:
    assert quote_sheet(name) == written


@given(st.text(st.characters(codec="utf-8", exclude_characters="[]:*?/\\"), min_size=1, max_size=31))
def test_quoting_agrees_with_openpyxl_when_it_quotes(name: str) -> None:
    assert quote_sheet(name) in (name, quote_sheetname(name))


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$A1+A$1+$A$1", "B2+$A2+B$1+$A$1"),
        ('"A1"&A1', '"A1"&B2'),
        ("'A1'!A1+Q1!B2+考核表!C3", "'A1'!B2+Q1!C3+考核表!D4"),
        ("LOG10(A1)+ATAN2(B1,C1)", "LOG10(B2)+ATAN2(C2,D2)"),
        ("SUM(A:A,$A:B,1:2)", "SUM(B:B,$A:C,2:3)"),
        ("表1[[#All],[A1]]+A1", "表1[[#All],[A1]]+B2"),
        ("total1_A1+XFE1+A1.5", "total1_A1+XFE1+A1.5"),
        ("XFD1", "#REF!"),
        ("IF(A1>=1E3,1,2)", "IF(B2>=1E3,1,2)"),
    ],
)
def test_copied_formulas_move_their_relative_references(formula: str, moved: str) -> None:
    assert shift_formula(formula, 1, 1) == moved


_CELLS = st.builds(
    lambda c, col, r, row: f"{c}{column_letters(col)}{r}{row}",
    st.sampled_from(["", "$"]), st.integers(1, 400), st.sampled_from(["", "$"]), st.integers(1, 900),
)  # fmt: skip


@given(
    st.lists(st.one_of(_CELLS, st.sampled_from(['"B2"', "考核表!B2", "'a b'!$C3", "SUM(A1:B2)", "1.5"])), min_size=1)
)
def test_moving_agrees_with_openpyxl(parts: list[str]) -> None:
    formula = "+".join(parts)
    expected = Translator("=" + formula, origin="A1").translate_formula("C4")
    assert "=" + shift_formula(formula, 3, 2) == expected
