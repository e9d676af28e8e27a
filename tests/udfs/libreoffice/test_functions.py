"""Every function of the catalogue in a live Calc against its Python callable; and the forms that Calc forbids."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorecard.functions import CATALOGUE
from scorecard.scoring.values import CellError
from tests.udfs.libreoffice.calc import Calc
from tests.udfs.libreoffice.cases import (
    BLANK,
    ERRORS,
    Case,
    Content,
    differences,
    errors_in_optional_ranges,
    example_cases,
    same,
    single_cells,
    varied_cases,
    write_cases,
)
from udfs.libreoffice.interface import takes_cells_only

# What Calc shows when a value stands where only cells will do, and its name in files.
NOT_CELLS = CellError("Err:504")

# The functions that say more about an error than the error itself. Calc never asks them: see below.
ANSWERS_TO_ERRORS = {("KPI_EXPLAIN", "actual")}


def computed(calc: Calc, cases: list[Case], folder: Path) -> tuple[list[tuple[int, int, int]], list[list[object]]]:
    path = folder / "cases.xlsx"
    places = write_cases(path, cases)
    with calc.open(path) as document:
        document.ask("calculate")
        return places, document.used("Sheet1")


def results(calc: Calc, cases: list[Case], folder: Path) -> list[object]:
    """The first cell of each result."""
    places, shown = computed(calc, cases, folder)
    return [shown[row][0] for row, _, _ in places]


def test_the_examples(calc: Calc, tmp_path: Path) -> None:
    cases = list(example_cases())
    assert {case.function.name for case in cases} == set(CATALOGUE)
    found = results(calc, cases, tmp_path)
    assert [c.name for c, f in zip(cases, found, strict=True) if not same(f, c.function.example[1])] == []


def test_the_value_table(calc: Calc, tmp_path: Path) -> None:
    """Numbers, text numbers, texts, empties, errors, ranges, arguments left out."""
    cases = list(varied_cases())
    assert len(cases) > 50 * len(CATALOGUE)
    assert differences(cases, *computed(calc, cases, tmp_path)) == []


def test_an_error_in_a_single_cell_is_passed_on_before_the_function_is_asked(calc: Calc, tmp_path: Path) -> None:
    """An error for an error, as the callables give; except for those that have a better answer."""
    cases = list(single_cells(ERRORS))
    found = results(calc, cases, tmp_path)
    for case, value in zip(cases, found, strict=True):
        assert value == case.arguments[case.varied].value, case.name
    different = {
        (case.function.name, case.function.arguments[case.varied].name)
        for case in cases
        if not isinstance(case.expected(), (CellError, list))
    }
    assert different == ANSWERS_TO_ERRORS


def test_of_two_errors_calc_passes_on_the_last(calc: Calc) -> None:
    with calc.open() as document:
        document.put({"A1": "=1/0", "A2": "=NA()", "B1": "=KPI_RATE(A1;A2)", "B2": '=KPI_ATTAINMENT(A1;"N/A")'})
        assert document.values(["B1", "B2"]) == [CellError("#N/A"), CellError("#DIV/0!")]
    assert CATALOGUE["KPI_RATE"].function(*(error.value for error in ERRORS[:2])) == CellError("#DIV/0!")
    assert CATALOGUE["KPI_ATTAINMENT"].function(ERRORS[0].value, "N/A") == "N/A"


def test_a_blank_single_cell_is_handed_over_as_zero(calc: Calc, tmp_path: Path) -> None:
    """So formulas guard it: IF(A1="","",…), as embedded ones do."""
    blank, zero = list(single_cells((BLANK,))), list(single_cells((Content(0.0),)))
    assert results(calc, blank, tmp_path) == results(calc, zero, tmp_path)
    with calc.open() as document:
        document.put(
            {"B1": '=IF(A1="";"";KPI_GRADE(A1))', "B2": '=KPI_GRADE(IF(ISBLANK(A1);"";A1))', "B3": "=KPI_GRADE(A1)"}
        )
        assert document.values(["B1", "B2", "B3"]) == ["", "", "差"]


def test_an_error_among_the_cells_of_an_optional_range_is_an_error_of_calc(calc: Calc, tmp_path: Path) -> None:
    cases = list(errors_in_optional_ranges())
    assert cases
    assert set(results(calc, cases, tmp_path)) == {NOT_CELLS}


@pytest.mark.parametrize("name", CATALOGUE)
def test_arrays_and_results_where_only_cells_will_do(calc: Calc, name: str) -> None:
    """The example as it is written, with inline arrays: it works unless one of them is a required range."""
    entry = CATALOGUE[name]
    formula = entry.example[0].translate(str.maketrans({",": ";", ";": "|"})) if "{" not in entry.example[0] else ""
    if not formula:
        # Inside braces Calc separates columns by ; and rows by |; the texts of the examples hold neither.
        outside = True
        for character in entry.example[0]:
            outside = outside and character != "{" or character == "}"
            formula += {",": ";", ";": "|"}.get(character, character)
    expected = NOT_CELLS if any(map(takes_cells_only, entry.arguments)) else entry.example[1]
    with calc.open() as document:
        document.put({"A1": formula})
        assert same(document.values(["A1"])[0], expected)


def test_optional_ranges_take_values_arrays_and_nested_results(calc: Calc) -> None:
    with calc.open() as document:
        document.put(
            {
                "A1": '=KPI_GRADE(85;{80;"A"|0;"B"})', "A2": "=KPI_TOTAL(80;{2;3})", "A3": "=KPI_TOTAL(80;1+1)",
                "A4": '=KPI_TOTAL(80;"";"";"";"";0)', "A5": "=KPI_GRADE(KPI_TOTAL(80;2))", "A6": "=KPI_TOTAL(80;;1)",
                "A7": "=KPI_GRADE(95;)",
            }
        )  # fmt: skip
        found = document.values([f"A{i}" for i in range(1, 8)])
    assert found[:6] == ["A", 85, 82, 80, "良", 0]
    assert found[6] == "优"


def test_truth_values_are_numbers(calc: Calc) -> None:
    """In Excel and Python TRUE is no actual; Calc hands it over as 1."""
    with calc.open() as document:
        document.put({"A1": "=TRUE()", "B1": "=KPI_NUMBER(A1)", "B2": "=KPI_WEIGHT_CHECK(A1:A1)"})
        assert document.values(["B1", "B2"]) == [1, 1]
    assert CATALOGUE["KPI_NUMBER"].function(True) == CellError("#VALUE!")


def test_too_few_arguments_are_an_error(calc: Calc) -> None:
    with calc.open() as document:
        document.put({"A1": "=KPI_SCORE(0.9)", "A2": "=KPI_RATE()", "A3": "=KPI_RATE(1;2;3)"})
        found = document.values(["A1", "A2", "A3"])
    assert isinstance(found[0], CellError)
    assert isinstance(found[2], CellError)


def test_errors_that_only_calc_has(calc: Calc) -> None:
    """Among cells they are what Excel gives in their place: SQRT(-1) is Err:502 here and #NUM! there."""
    with calc.open() as document:
        document.put(
            {"A1": "=SQRT(-1)", "A2": "=A2", "B1": "=KPI_WEIGHT_CHECK(A1:A1)", "B2": "=KPI_WEIGHT_CHECK(A2:A2)"}
        )
        found = document.values(["A1", "A2", "B1", "B2"])
    assert found == [CellError("Err:502"), CellError("Err:522"), CellError("#NUM!"), CellError("#VALUE!")]


def test_whole_columns(calc: Calc) -> None:
    """Read as far as the sheet is used; an error in them is found all the same."""
    with calc.open() as document:
        document.put({"A1": 90, "A2": 80, "A3": 85, "C1": "=KPI_RANK(85;A:A)", "C2": "=KPI_COVERAGE(A:A;B:B)"})
        document.put({"B1": 0.5, "B2": 0.25, "B3": 0.25})
        assert document.values(["C1", "C2"]) == [2, 1]
        document.put({"A5": "=NA()"})
        assert document.values(["C1"]) == [CellError("#N/A")]


def test_array_results_spread(calc: Calc) -> None:
    with calc.open() as document:
        document.put({"A1": 95, "A2": 90, "A3": "=1/0", "A4": 80, "A5": 70, "B1": "A", "B2": "B", "C1": 0.2, "C2": 0.8})
        document.put({"D1:D5": "{=KPI_FORCED_GRADE(A1:A5;B1:B2;C1:C2)}", "E1": "=KPI_FORCED_GRADE(A1:A5;B1:B2;C1:C2)"})
        assert document.values(["D1"]) == [CellError("#DIV/0!")]
        document.put({"A3": 85})
        assert document.values(["D1", "D2", "D5", "E1"]) == ["A", "B", "B", "A"]


def test_a_long_chain_ends_in_an_error_and_not_in_a_crash(calc: Calc) -> None:
    """Functions of which each reads the one above; computed from the top, as a full recalculation does, all is well."""
    with calc.open() as document:
        document.put({"A1": 0.5, **{f"A{i}": f"=KPI_WEIGHT_CHECK(A{i - 1}:A{i - 1})" for i in range(2, 400)}})
        assert isinstance(document.values(["A399"])[0], CellError)
        document.ask("calculate")
        assert document.values(["A399", "A2"]) == [0.5, 0.5]
        document.put({"A320": 0.25})
        assert document.values(["A399", "A319"]) == [0.25, 0.5]
