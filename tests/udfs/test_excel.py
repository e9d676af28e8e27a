"""The binding is held against xlwings itself: its own marks, its own conversion of arguments."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

import udfs
from scorecard.functions import CATALOGUE
from udfs.excel import register


class Recorder:
    """Stands in for xlwings and keeps what it was told."""

    def __init__(self) -> None:
        self.functions: dict[str, dict[str, Any]] = {}
        self.arguments: dict[str, dict[str, dict[str, Any]]] = {}

    def func(self, **options: Any) -> Callable[[Any], Any]:
        def mark(function: Any) -> Any:
            assert not hasattr(function, "__xlfunc__")
            function.__xlfunc__ = self.functions[function.__name__] = options
            return function

        return mark

    def arg(self, name: str, **options: Any) -> Callable[[Any], Any]:
        def mark(function: Any) -> Any:
            self.arguments.setdefault(function.__name__, {})[name] = options
            return function

        return mark


def test_the_package_offers_what_excel_looks_for() -> None:
    """xlwings finds a function by `getattr(import_module("udfs"), name)`."""
    assert CATALOGUE
    for name in CATALOGUE:
        assert getattr(udfs, name).__name__ == name


def test_every_argument_is_marked_with_the_signature_it_has() -> None:
    recorder = Recorder()
    for name, function in register(recorder).items():
        parameters = inspect.signature(function).parameters
        assert list(parameters) == [argument.name for argument in CATALOGUE[name].arguments]
        assert set(recorder.arguments[name]) == set(parameters)
        for argument in CATALOGUE[name].arguments:
            options = recorder.arguments[name][argument.name]
            assert options["ndim"] == (2 if argument.is_range else None)
            assert options["err_to_str"] is True
            assert options["doc"]
            parameter = parameters[argument.name]
            assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            assert parameter.annotation is inspect.Parameter.empty
            assert (parameter.default is None) is argument.optional
        assert not function.__annotations__


def test_each_backend_gets_functions_of_its_own() -> None:
    first, second = register(Recorder()), register(Recorder())
    assert all(first[name] is not second[name] for name in CATALOGUE)
    assert not any(hasattr(entry.function, "__xlfunc__") for entry in CATALOGUE.values())


def test_xlwings_accepts_every_function() -> None:
    """The decorators that Windows uses, which on other systems are replaced by silent ones."""
    decorators = windows_decorators()
    marked = register(SimpleNamespace(func=decorators.xlfunc, arg=decorators.xlarg))
    for name, function in marked.items():
        info = function.__xlfunc__  # type: ignore[attr-defined]
        assert info["name"] == name
        assert not info["sub"]
        assert [argument["name"] for argument in info["args"]] == [a.name for a in CATALOGUE[name].arguments]
        # Excel cuts descriptions at 255 characters.
        assert 0 < len(info["ret"]["doc"]) <= 255
        assert all(0 < len(argument["doc"]) <= 255 for argument in info["args"])
        assert all("convert" not in argument["options"] for argument in info["args"])


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("KPI_RATE", (65.6, 82), 0.8),
        ("KPI_RATE", (1, 0), "#DIV/0!"),
        ("KPI_RATE", ("#REF!", 2), "#REF!"),
        ("KPI_GRADE", (86.5, None), "良"),
        ("KPI_FORCED_GRADE", ([[95, 90, 85, 80, 70]], [["A", "B"]], [[0.2, 0.8]]), [["A", "B", "B", "B", "B"]]),
    ],
)
def test_results_are_what_a_host_can_write(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    assert getattr(udfs, name)(*arguments) == expected


def windows_decorators() -> Any:
    """`xlwings.udfs`, which needs the COM packages of Windows only to be imported: empty ones do for its decorators."""
    stubs = {
        name: mock.MagicMock()
        for name in ("pythoncom", "pywintypes", "win32com", "win32com.client", "xlwings.com_server", "xlwings._xlwindows")
    }
    with mock.patch.dict(sys.modules, stubs):
        return importlib.import_module("xlwings.udfs")
