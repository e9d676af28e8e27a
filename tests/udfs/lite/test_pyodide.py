"""The wheel inside Pyodide, the Python of xlwings Lite: every function equals the one of this Python.

All in one test, because a Pyodide takes seconds to start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scorecard.functions import CATALOGUE
from scorecard.scoring.values import CellError
from tests.cli.books import classic_book
from tests.conftest import IN_CI
from tests.udfs.libreoffice import cases
from tests.udfs.libreoffice.cases import Case, Content
from tests.udfs.lite import pyodide
from tests.udfs.lite.standin import LiteBook
from tests.udfs.lite.test_macros import contents
from tests.udfs.lite.test_macros import run as run_macro
from tests.udfs.lite.test_macros import told as told_of
from udfs.macros import MACROS


def all_cases() -> list[Case]:
    """The value table: examples, each argument given each kind of cell, errors and blanks also in single cells."""
    return [
        *cases.example_cases(),
        *cases.varied_cases(),
        *cases.single_cells((*cases.ERRORS, cases.BLANK)),
        *cases.errors_in_optional_ranges(),
    ]


def over_the_border(value: Any) -> Any:
    """An argument as xlwings hands it to a function: errors are their texts, blanks the empty text, rows lists."""
    if isinstance(value, Content):
        return over_the_border(value.value if value.value is not None else "")
    if isinstance(value, list):
        return [over_the_border(item) for item in value]
    return value.code if isinstance(value, CellError) else value


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, CellError):
        return bool(found == expected.code)
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float):
        return isinstance(found, (int, float)) and abs(found - expected) <= 1e-12 * max(1.0, abs(expected))
    return type(found) is type(expected) and bool(found == expected)


def test_the_wheel_in_pyodide(tmp_path: Path) -> None:
    table = all_cases()
    calls = [[case.function.name, over_the_border(list(case.arguments))] for case in table]
    try:
        pyodide.find_node()
        pyodide.install()
    except pyodide.NoPyodideError as missing:
        if IN_CI:
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    wheel = pyodide.build_wheel(tmp_path)
    sheets = told_of(classic_book(tmp_path / "部门.xlsx"))
    book = LiteBook("部门.xlsx", sheets)
    run_macro("embed", book)
    here = sorted([*place, str(value)] for place, value in contents(book).items())
    told = pyodide.run(wheel, {"calls": calls, "sheets": sheets}, tmp_path)

    assert told["platform"] == "emscripten"
    assert told["functions"] == sorted(CATALOGUE)
    # Nothing compiled, and no more than the wheel itself and the stand-in.
    assert set(told["loaded"]) <= {"scorecard", "udfs"}
    # The macros as well: reading and planning need the standard library only. What they do is in `test_macros`.
    assert told["scripts"] == sorted(MACROS)
    assert "评分规则" in told["output"], "it says what it did"
    assert told["embedded"] == here

    assert {case.function.name for case in table} == set(CATALOGUE)
    wrong = [
        f"{case.name}: Pyodide {found!r}, here {case.expected()!r}"
        for case, found in zip(table, told["results"], strict=True)
        if not same(found, case.expected())
    ]
    assert not wrong, f"{len(wrong)} of {len(table)} differ:\n" + "\n".join(wrong[:20])
    # The examples are written down in the catalogue: not only equal here and there, but right.
    for entry, found in zip(CATALOGUE.values(), told["results"], strict=False):
        first = found[0][0] if isinstance(found, list) else found
        assert same(first, entry.example[1]), entry.name
