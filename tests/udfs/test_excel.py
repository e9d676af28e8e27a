"""The binding is held against xlwings itself: its own marks, its own conversion of arguments."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import openpyxl
import pytest

import udfs
from scorecard.cli import main
from scorecard.functions import CATALOGUE
from scorecard.scoring.values import CellError
from scorecard.workbook.embed import embed
from scorecard.workbook.inspection import inspect_package
from scorecard.workbook.package import Package
from tests.cli.books import FIRST, SCORE, classic_book
from udfs.excel import register
from udfs.vba import SHIMS, wrapper_module


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
        for name in (
            "pythoncom",
            "pywintypes",
            "win32com",
            "win32com.client",
            "xlwings.com_server",
            "xlwings._xlwindows",
        )
    }
    with mock.patch.dict(sys.modules, stubs):
        return importlib.import_module("xlwings.udfs")


# --- xlwings' own machinery, on a stand-in for COM -------------------------------------------------------------------

# A SIMULATION: the packages of Windows are empty stand-ins, everything of xlwings is its own, unmodified code. It shows
# what `import_udfs` makes of our functions and what `call_udf` makes of values as COM hands them over: errors and
# omitted arguments as numbers, blank cells as None, ranges as tuples. It does not show Excel.
SIMULATION = """
import ctypes, json, sys
from unittest import mock

class ComError(Exception): pass
class Time: pass

for name in ("pythoncom pywintypes win32api win32con win32gui win32process win32timezone win32event win32com "
             "win32com.client win32com.client.dynamic win32com.server win32com.server.util "
             "win32com.server.dispatcher win32com.server.policy").split():
    sys.modules[name] = mock.MagicMock()
    sys.modules[name].__file__ = "stand-in"
sys.modules["pywintypes"].com_error, sys.modules["pywintypes"].TimeType = ComError, Time
ctypes.windll = ctypes.oledll = ctypes.PyDLL = mock.MagicMock()

import xlwings
import xlwings._xlwindows as windows
import xlwings.udfs as machinery

xlwings._xlwindows = windows
engine = xlwings.Engine(impl=windows.engine)
xlwings.engines.add(engine)
xlwings.engines.active = engine
xlwings.func, xlwings.arg, xlwings.ret = machinery.xlfunc, machinery.xlarg, machinery.xlret

NUMBERS = {text: number for number, text in windows.cell_errors.items()}

def as_com(value):
    if isinstance(value, dict):
        return NUMBERS[value["error"]] if "error" in value else -2147352572
    return tuple(map(as_com, value)) if isinstance(value, list) else value

book = mock.MagicMock()
book.Name, book.Application.Version = "book.xlsm", "16.0"
imported = []
book.VBProject.VBComponents.Import.side_effect = lambda path: imported.append(open(path, encoding="utf-8").read())
machinery.import_udfs("udfs", book)
help_ = {call.args[0].rpartition("!")[2]: call.kwargs for call in book.Application.MacroOptions.call_args_list}
results = [machinery.call_udf("udfs", name, [as_com(v) for v in values]) for name, values in json.load(sys.stdin)]
json.dump({"source": imported[0], "help": help_, "results": results}, sys.stdout)
"""

OMITTED: dict[str, str] = {"omitted": ""}
SCALE, MARKS = [[0.8, 0.95, 0.97, 0.99, 1.0]], [[0.0, 60.0, 70.0, 90.0, 100.0]]


def error(code: str) -> dict[str, str]:
    return {"error": code}


CASES: list[tuple[str, list[Any]]] = [
    *(
        ("KPI_SCORE", [actual, SCALE, MARKS, OMITTED, OMITTED])
        for actual in (
            0.96,
            1.2,
            0.5,
            "96%",
            "９６％",
            "N/A",
            "不适用",
            None,
            "十分好",
            error("#DIV/0!"),
            error("#N/A"),
        )
    ),
    ("KPI_SCORE", [0.96, SCALE, [[0.0, 60.0, error("#REF!"), 90.0, 100.0]], OMITTED, OMITTED]),
    ("KPI_SCORE", [0.96, [[0.8, None, 0.97, 0.99, 1.0]], MARKS, OMITTED, OMITTED]),
    ("KPI_SCORE", [0.96, SCALE, MARKS, "阶梯", None]),
    ("KPI_WEIGHTED_SCORE", [[[80.0], ["N/A"], [90.0]], [[0.4], [0.2], [0.4]], OMITTED, OMITTED]),
    ("KPI_WEIGHTED_SCORE", [[[80.0], [None], [90.0]], [[0.4], [0.2], [0.4]], OMITTED, OMITTED]),
    ("KPI_WEIGHTED_SCORE", [[[80.0], [error("#DIV/0!")], [90.0]], [[0.4], [0.2], [0.4]], OMITTED, OMITTED]),
    ("KPI_GRADE", [86.5, OMITTED]),
    ("KPI_GRADE", [None, OMITTED]),
    ("KPI_TABLE", [[[0.96], [1.0]], SCALE + SCALE, MARKS, [[0.4], [0.6]]]),
    ("KPI_RATE", [65.6, 0.0]),
]


def plain(value: Any) -> Any:
    """A case's value as the catalogue takes it."""
    if isinstance(value, dict):
        return CellError(value["error"]) if "error" in value else None
    if isinstance(value, list):
        return [plain(item) for item in value]
    return "" if value is None else value


def shown(result: Any) -> Any:
    """A result as xlwings hands it to COM: rows, errors as their text."""
    if isinstance(result, CellError):
        return result.code
    return [shown(item) for item in result] if isinstance(result, list) else result


@pytest.fixture(scope="module")
def simulated() -> Any:
    run = subprocess.run(
        [sys.executable, "-c", SIMULATION],
        input=json.dumps(CASES),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(udfs.__file__).parents[1],
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])  # xlwings prints a line of its own


def test_xlwings_calls_give_what_the_catalogue_gives(simulated: Any) -> None:
    for (name, values), result in zip(CASES, simulated["results"], strict=True):
        expected = shown(CATALOGUE[name].function(*map(plain, values)))
        assert result == (expected if isinstance(expected, list) else [[expected]]), (name, values)


def test_an_error_upstream_is_neither_zero_nor_not_applicable(simulated: Any) -> None:
    found = dict(zip((repr(values[0]) for _, values in CASES[:11]), simulated["results"][:11], strict=True))
    assert found[repr(error("#DIV/0!"))] == [["#DIV/0!"]]
    assert found["'N/A'"] == [["N/A"]]
    assert found["None"] == [[""]]
    assert found["0.96"] == found["'96%'"] == [[65.0]]


def test_import_functions_finds_the_whole_catalogue(simulated: Any) -> None:
    """The way of those who press Import Functions instead of using our wrappers."""
    found = re.findall(r"^Function (\w+)\(", simulated["source"], re.MULTILINE)
    assert sorted(found) == sorted(CATALOGUE)
    assert set(simulated["help"]) == set(CATALOGUE)
    for name, entry in CATALOGUE.items():
        options = simulated["help"][name]
        assert options["Description"] == entry.help.text()[:255]
        assert options["Category"] == entry.category.text()
        assert options["ArgumentDescriptions"] == [argument.help.text()[:255] for argument in entry.arguments]


# --- the command line ------------------------------------------------------------------------------------------------


def status(*arguments: str) -> int:
    """The exit status of the command line."""
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "en", *arguments])
    return int(str(ended.value.code or 0))


def test_a_new_workbook_holds_every_function_with_its_value(tmp_path: Path) -> None:
    path = tmp_path / "新建.xlsm"
    assert status("excel", "new", str(path), "--python", "C:\\Python\\python.exe") == 0
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["使用说明", "试算", "xlwings.conf"]
    rows = list(book["试算"].iter_rows(min_row=2, values_only=True))
    assert [row[0].partition("(")[0] for row in rows] == list(CATALOGUE)
    assert all(row[4] is True for row in rows)
    settings = dict(book["xlwings.conf"].iter_rows(max_col=2, values_only=True))
    assert settings["UDF Modules"] == "udfs"
    assert settings["Interpreter_Win"] == "C:\\Python\\python.exe"
    assert status("excel", "new", str(path)) == 2
    assert status("excel", "new", str(tmp_path / "新建.xlsx")) == 2


def test_the_module_for_importing_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "out" / "kpi.bas"
    assert status("excel", "bas", "-o", str(path)) == 0
    assert path.read_bytes().decode("ascii") == wrapper_module().source


def test_embed_with_macros_keeps_the_input_and_writes_functions_and_buttons(tmp_path: Path) -> None:
    form = classic_book(tmp_path / "部门.xlsx")
    before = form.read_bytes()
    assert status("embed", str(form), "--macros") == 1  # written, with a finding of severity error
    assert form.read_bytes() == before
    path = tmp_path / "部门_评分.xlsm"
    package = Package.open(path)
    assert package.is_macro_enabled
    assert [sheet.name for sheet in package.sheets] == ["使用说明", "考核表", "评分规则", "xlwings.conf"]
    assert "KPI_SCORE(" in str(openpyxl.load_workbook(path)["考核表"][f"{SCORE}{FIRST}"].value)
    assert openpyxl.load_workbook(path).active.title == "考核表"
    drawings = b"".join(package.read(name) for name in package.names() if name.startswith("xl/drawings/"))
    for shim in SHIMS:
        assert drawings.count(f'macro="[0]!{shim.sub}"'.encode()) == 2  # on the first page and beside the form
    # The same grades as without macros.
    plain = embed(form, tmp_path / "plain.xlsx")
    totals = [inspect_package(each, "").cards[0].result.total for each in (package, Package.open(plain.data))]
    assert totals[0] == totals[1] is not None
    # Once more, in place: nothing is there twice.
    assert status("embed", str(path), "--macros", "--in-place") == 1
    again = Package.open(path)
    assert again.names() == package.names()
    assert [again.read(n) for n in again.names() if "drawing" in n] == [
        package.read(n) for n in package.names() if "drawing" in n
    ]


def test_a_macro_workbook_without_the_ending_is_refused(tmp_path: Path) -> None:
    form = classic_book(tmp_path / "部门.xlsx")
    assert status("embed", str(form), "--macros", "-o", str(tmp_path / "out.xlsx")) == 2
    assert status("embed", str(form), "--macros", "--in-place") == 2
    assert not (tmp_path / "out.xlsx").exists()
