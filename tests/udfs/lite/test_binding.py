"""What `main.py` puts into the workbook's module, with decorators that note what they are given."""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from scorecard import __version__
from scorecard.errors import UsageError
from scorecard.functions import CATALOGUE
from scorecard.messages import Message, choose_language
from udfs import macros, vba
from udfs.lite import bind_macros, binding
from udfs.lite.binding import TITLES

LITE = Path(__file__).resolve().parents[3] / "udfs" / "lite"


class App:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def alert(self, text: str, title: str) -> None:
        self.shown.append(text)


class Book:
    def __init__(self) -> None:
        self.app = App()


def script(**options: Any) -> Any:
    def mark(function: Any) -> Any:
        function.options = options
        return function

    return mark


@pytest.fixture(autouse=True)
def nothing_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read_book(book: Any) -> None:
        return None

    monkeypatch.setattr(binding, "read_book", read_book)


@pytest.fixture(autouse=True)
def english() -> Any:
    choose_language("en")
    yield
    choose_language(None)


def test_main_needs_no_more_of_xlwings_than_lite_has() -> None:
    tree = ast.parse((LITE / "main.py").read_text(encoding="utf-8"))
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "xlwings"]
    assert {alias.name for node in taken for alias in node.names} <= {"func", "arg", "ret", "script", "Book"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def test_main_holds_every_function_and_every_macro() -> None:
    names = runpy.run_path(str(LITE / "main.py"))
    assert set(CATALOGUE) | set(macros.MACROS) <= set(names)
    assert names["KPI_GRADE"](86.5) == "良"
    assert names["KPI_RATE"](1, 0) == "#DIV/0!"


def test_a_function_added_to_the_catalogue_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, "KPI_PROBE", dataclasses.replace(CATALOGUE["KPI_GRADE"], name="KPI_PROBE"))
    assert runpy.run_path(str(LITE / "main.py"))["KPI_PROBE"](86.5) == "良"


def test_lite_finds_the_workbook_argument_and_a_name_for_the_list() -> None:
    bound = bind_macros(script, Book)
    assert list(bound) == list(macros.MACROS)
    for name, function in bound.items():
        assert function.__name__ == name and function.__doc__
        assert function.__annotations__ == {"book": Book}
        assert function.options == {"name": TITLES[name].text()}  # type: ignore[attr-defined]


def test_macros_have_the_titles_of_the_buttons_in_excel() -> None:
    assert {shim.macro: shim.title for shim in vba.SHIMS} == TITLES


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (None, "done"),
        (UsageError(Message("不行", "not like this")), "not like this"),
        (NotImplementedError("formulas"), "this macro needs what Excel does not give here (formulas)"),
    ],
)
def test_a_macro_ends_in_a_sentence(
    problem: Exception | None, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(book: Any, seen: Any) -> Message:
        if problem is not None:
            raise problem
        return Message("好了", "done")

    monkeypatch.setattr(macros, "MACROS", {"check": check})
    book = Book()
    asyncio.run(bind_macros(script, Book)["check"](book))
    assert book.app.shown == [shown]
    assert capsys.readouterr().out == shown + "\n"


def test_an_error_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(book: Any, seen: Any) -> Message:
        raise ZeroDivisionError

    monkeypatch.setattr(macros, "MACROS", {"check": check})
    with pytest.raises(ZeroDivisionError):
        asyncio.run(bind_macros(script, Book)["check"](Book()))


def test_a_module_of_our_own_that_is_missing_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a library may be missing; `test_pyodide` has that case for real."""
    monkeypatch.setitem(sys.modules, "udfs.macros", None)
    with pytest.raises(ModuleNotFoundError):
        bind_macros(script, Book)


def test_the_requirements_name_the_wheel_of_this_version() -> None:
    lines = (LITE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert named[0] == "xlwings>=0.37.8,<1"
    assert named[1].endswith(f"/scorecard_kpi-{__version__}-py3-none-any.whl") and ".example/" in named[1]
    assert len(named) == 2
