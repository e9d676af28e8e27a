"""The VBA projects are read back by two readers that are not the writer's own code path, checked against what Excel
enforces, and the wrapper functions run in cells of a real spreadsheet with a stand-in for xlwings' transport."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlwings
from pyopenvba.interpreter import parse_module

from scorecard.errors import UsageError
from scorecard.functions import CATALOGUE, Argument, Function
from scorecard.messages import Message
from scorecard.workbook.edit import Editor
from scorecard.workbook.package import Package
from tests.conftest import IN_CI
from tests.libreoffice.office import Office
from tests.udfs.libreoffice.calc import find_python
from udfs.vba import (
    LONGEST_HELP,
    LONGEST_NAME,
    MODULE,
    SHIMS,
    STATUS_NAME,
    Module,
    change_project,
    has_auto_open,
    make_project,
    read_project,
    wrapper_module,
    xlwings_modules,
)
from udfs.workbook import GUIDE, add_macros, blank_package, new_workbook

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own parser
    from oletools.olevba import VBA_Parser

PROJECT = "xl/vbaProject.bin"
QUICKSTART = Path(xlwings.__file__).with_name("quickstart_standalone.xlsm")


def project_of(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(PROJECT)


def seen_by_olevba(project: bytes) -> dict[str, str]:
    """Module name -> source, as oletools reads them."""
    parser = VBA_Parser("vbaProject.bin", data=project)
    try:
        return {Path(name).stem: code for _, _, name, code in parser.extract_all_macros()}
    finally:
        parser.close()


# --- the project -----------------------------------------------------------------------------------------------------


def test_two_readers_find_exactly_the_sources() -> None:
    ours = (*xlwings_modules(), wrapper_module())
    project = project_of(new_workbook())
    other = seen_by_olevba(project)
    same = {module.name: module for module in read_project(project)}
    for module in ours:
        assert same[module.name] == module
        assert other[module.name].replace("\n", "\r\n").replace("\r\r", "\r") == module.source


def test_each_sheet_has_its_module() -> None:
    data = new_workbook()
    package = Package.open(data)
    names = {m.name for m in read_project(project_of(data))} - {MODULE, "xlwings", "Dictionary"}
    code_names = set(re.findall(rb'codeName="([^"]*)"', package.read(package.workbook_part)))
    for sheet in package.sheets:
        code_names |= set(re.findall(rb'<sheetPr codeName="([^"]*)"', package.read(sheet.part)))
    assert {name.decode() for name in code_names} == names
    assert package.is_macro_enabled


def test_the_same_sources_give_the_same_bytes() -> None:
    assert new_workbook() == new_workbook()


def test_the_project_of_xlwings_survives() -> None:
    with zipfile.ZipFile(QUICKSTART) as archive:
        original = archive.read(PROJECT)
    before, seen = read_project(original), seen_by_olevba(original)
    changed = change_project(original, [Module("Added", 'Attribute VB_Name = "Added"\r\nSub A()\r\nEnd Sub\r\n')])
    after = {module.name: module for module in read_project(changed)}
    assert set(after) == {m.name for m in before} | {"Added"}
    assert all(after[module.name] == module for module in before)
    again = seen_by_olevba(changed)
    assert {name: again[name] for name in seen} == seen
    untouched = change_project(original, [])
    assert read_project(untouched) == before


def test_modules_of_others_stay_and_ours_are_renewed() -> None:
    theirs = Module("Theirs", 'Attribute VB_Name = "Theirs"\r\nPublic Sub Auto_Open()\r\nEnd Sub\r\n')
    old = Module(MODULE, f'Attribute VB_Name = "{MODULE}"\r\nSub Old()\r\nEnd Sub\r\n')
    book = add_macros(blank_package("考核表"), modules=(theirs, old))
    renewed = {m.name: m for m in read_project(project_of(add_macros(Package.open(book))))}
    assert renewed["Theirs"] == theirs
    assert "Sub Old" not in renewed[MODULE].source
    # Excel runs one Auto_Open only; theirs is kept.
    assert has_auto_open([theirs])
    assert "Auto_Open" not in renewed[MODULE].source
    assert "Public Sub Auto_Open()" in wrapper_module().source


def test_the_licence_of_xlwings_comes_along() -> None:
    source = {m.name: m.source for m in read_project(project_of(new_workbook()))}["xlwings"]
    assert "Redistributions of source code must retain the above copyright notice" in source
    assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in source
    assert f'KpiXlwings As String = "{xlwings.__version__}"' in wrapper_module().source


def test_a_damaged_project_is_a_sentence() -> None:
    with pytest.raises(UsageError):
        read_project(b"not a project")


# --- what Excel enforces and says only when it compiles --------------------------------------------------------------

_PROCEDURE = re.compile(r"^\s*(Public |Private )?(?:Static )?(Function|Sub) (\w+)\(", re.MULTILINE)


def all_modules() -> Sequence[Module]:
    return read_project(project_of(new_workbook()))


def names_in(source: str) -> Iterator[str]:
    for line in source.splitlines():
        code = line.partition("'")[0] if '"' not in line else re.sub(r'"[^"]*"', '""', line)
        yield from re.findall(r"[A-Za-z]\w*", code)


def test_source_has_the_form_excel_takes() -> None:
    source = wrapper_module().source
    assert source.isascii()
    assert source.startswith(f'Attribute VB_Name = "{MODULE}"\r\n')
    assert source.count("\n") == source.count("\r\n") == source.count("\r")
    assert max(map(len, source.splitlines())) <= 1023
    for module in all_modules():
        assert module.source.startswith(f'Attribute VB_Name = "{module.name}"\r\n')


def test_names_are_short_and_unique() -> None:
    modules = all_modules()
    assert len({m.name.casefold() for m in modules}) == len(modules)
    assert {len(name) <= LONGEST_NAME for module in modules for name in (module.name,)} == {True}
    assert max(map(len, names_in(wrapper_module().source))) <= LONGEST_NAME
    public = [
        name.casefold()
        for module in modules
        if not module.is_class
        for visibility, _, name in _PROCEDURE.findall(module.source)
        if visibility != "Private "
    ]
    # Alternatives of one #If are not duplicates; in the module of xlwings they repeat.
    ours = [n.casefold() for v, _, n in _PROCEDURE.findall(wrapper_module().source)]
    assert len(set(ours)) == len(ours)
    others = {n.casefold() for m in modules if m.name == "xlwings" for _, _, n in _PROCEDURE.findall(m.source)}
    assert not set(ours) & others
    assert not {m.name.casefold() for m in modules} & set(public)


def test_an_independent_parser_takes_the_module() -> None:
    parse_module(wrapper_module().source)


def test_functions_in_cells_are_public_with_their_arguments() -> None:
    source = wrapper_module().source
    for name, entry in CATALOGUE.items():
        [head] = re.findall(rf"^Public Function {name}\((.*)\) As Variant\r$", source, re.MULTILINE)
        given = re.findall(r"(Optional )?ByVal (\w+) As Variant", head)
        assert [(bool(optional), n) for optional, n in given] == [(a.optional, a.name) for a in entry.arguments]
    for shim in SHIMS:
        assert f"Public Sub {shim.sub}()\r\n" in source


def test_help_is_decoded_to_the_text_of_the_catalogue() -> None:
    """Every text stands in the source as the hexadecimal digits of its UTF-16 units, cut where Excel would cut it."""
    found = {
        bytes.fromhex(digits).decode("utf-16-be") for digits in re.findall(r'"~([0-9A-F]+)"', wrapper_module().source)
    }
    for entry in CATALOGUE.values():
        for text in (entry.help.zh, *(argument.help.zh for argument in entry.arguments)):
            if not text.isascii():
                assert text in found
    assert max(map(len, found)) <= LONGEST_HELP


# --- one source ------------------------------------------------------------------------------------------------------


def probe(name: str = "KPI_PROBE", argument: str = "actual") -> Function:
    arguments = (
        Argument(argument, Message("探针", "probe")),
        Argument("table", Message("表", "table"), is_range=True, optional=True),
    )
    return Function(
        name, Message("类", "group"), Message("探针", "a probe"), arguments, lambda *_: 1.0, False, ("", 1.0)
    )


def test_a_new_function_of_the_catalogue_is_in_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "KPI_PROBE" not in wrapper_module().source
    monkeypatch.setitem(CATALOGUE, "KPI_PROBE", probe())
    source = wrapper_module().source
    assert (
        "Public Function KPI_PROBE(ByVal actual As Variant, Optional ByVal table As Variant) As Variant\r\n" in source
    )
    assert 'KpiDescribe "KPI_PROBE", KpiText("~63A29488", "a probe")' in source


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("KPI_" + "X" * 28, "actual"),
        ("KPI_评分", "actual"),
        ("KPI_X", "date"),
        ("KPI_X", "Table"),
        (MODULE.upper(), "a"),
    ],
)
def test_names_vba_does_not_take_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, argument: str) -> None:
    monkeypatch.setitem(CATALOGUE, name, probe(name, argument))
    with pytest.raises(UsageError):
        wrapper_module()


# --- in cells --------------------------------------------------------------------------------------------------------

# In place of xlwings' module, which compiles in Excel only. It answers "give:…" with what follows, "raise:" with an
# error, and everything else with the arguments as they arrived.
STUB = Module(
    "xlwings",
    """Attribute VB_Name = "xlwings"
Public Function XLPy() As Object
    Set XLPy = New StubPython
End Function
Public Sub RunPython(ByVal command As String)
    ThisWorkbook.Worksheets(2).Range("C1").Value = command
End Sub
Public Function CANARY() As String
    CANARY = "sings"
End Function
""".replace("\n", "\r\n"),
)
STUB_CLASS = """Attribute VB_Name = "StubPython"
Attribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = False
Attribute VB_Exposed = False
Attribute VB_TemplateDerived = False
Attribute VB_Customizable = False
Public Function Eval(ByVal text As String) As Variant
    Eval = "$versions"
End Function
Public Function Str(ByVal value As Variant) As String
    Str = value
End Function
Public Function CallUDF(ByVal modName As String, ByVal fname As String, ByVal args As Variant, _
        ByVal book As Variant, ByVal caller As Variant) As Variant
    Dim i As Long
    Dim text As String
    Dim rows(1, 1) As Variant
    If TypeName(args(0)) = "String" Then
        If args(0) = "raise:" Then Err.Raise 1000
        If args(0) = "rows:" Then
            rows(0, 0) = 1.5
            rows(0, 1) = "#N/A"
            rows(1, 0) = "text"
            CallUDF = rows
            Exit Function
        End If
        If Left(args(0), 5) = "give:" Then
            CallUDF = Mid(args(0), 6)
            Exit Function
        End If
    End If
    text = modName & "|" & fname
    For i = 0 To UBound(args)
        text = text & "|" & Shown(args(i))
    Next i
    CallUDF = text
End Function
Private Function Shown(ByVal v As Variant) As String
    Dim i As Long
    Dim j As Long
    If IsArray(v) Then
        For i = LBound(v, 1) To UBound(v, 1)
            For j = LBound(v, 2) To UBound(v, 2)
                Shown = Shown & ShownCell(v(i, j)) & ","
            Next j
            Shown = Shown & ";"
        Next i
    Else
        Shown = ShownCell(v)
    End If
End Function
Private Function ShownCell(ByVal v As Variant) As String
    ShownCell = TypeName(v)
    If Not IsEmpty(v) Then ShownCell = ShownCell & ":" & CStr(v)
End Function
"""

DRIVER = """
import json, subprocess, sys, time, uuid
import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

soffice, path, profile = sys.argv[1:4]
commands = json.load(sys.stdin)
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)

def connected():
    for _ in range(3):
        pipe = "vba" + uuid.uuid4().hex
        process = subprocess.Popen(
            [soffice, "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault",
             "-env:UserInstallation=" + profile, f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            try:
                return process, resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            except NoConnectException:
                time.sleep(0.05)
    raise RuntimeError("soffice does not start")

process, context = connected()
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
answers = []
try:
    options = (PropertyValue("Hidden", 0, True, 0), PropertyValue("MacroExecutionMode", 0, 4, 0))
    document = desktop.loadComponentFromURL(path, "_blank", 0, options)
    for kind, sheet, place, text in commands:
        if kind == "run":
            url = f"vnd.sun.star.script:VBAProject.{place}?language=Basic&location=document"
            document.getScriptProvider().getScript(url).invoke((), (), ())
            continue
        cells = document.Sheets.getByName(sheet).getCellRangeByName(place)
        if kind == "set":
            cells.getCellByPosition(0, 0).setFormula(text)
        elif kind == "array":
            cells.setArrayFormula(text)
        else:
            answers.append(cells.getCellByPosition(0, 0).getString())
    document.close(True)
finally:
    try:
        desktop.terminate()
    except DisposedException:
        pass
    process.wait(30)
print(json.dumps(answers))
"""


def in_cells(office: Office, folder: Path, versions: str, commands: Sequence[tuple[str, str, str, str]]) -> list[Any]:
    """What LibreOffice shows after the commands: ("set" | "array" | "get", sheet, place, formula) or ("run", "", macro, "")."""
    python = find_python()
    if python is None:
        if IN_CI:
            pytest.fail("no Python with the UNO bridge")
        pytest.skip("no Python with the UNO bridge (python3-uno)")
    editor = Editor(blank_package("数据"))
    for row, value in enumerate((0.8, None, "N/A", "文字"), 1):
        editor.sheet("数据").set(row, 6, value)
    stub = Module("StubPython", STUB_CLASS.replace("$versions", versions).replace("\n", "\r\n"), is_class=True)
    path = folder / "stub.xlsm"
    path.write_bytes(add_macros(editor.finish(), modules=(STUB, stub, wrapper_module())))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(
        [python, "-c", DRIVER, str(office.soffice), path.as_uri(), (folder / "profile").as_uri()],
        input=json.dumps(commands), capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    answers: list[Any] = json.loads(run.stdout)
    return answers


CANARY = [("set", "数据", "A1", "=CANARY()"), ("get", "数据", "A1", "")]


def test_wrappers_hand_arguments_over(office: Office, tmp_path: Path) -> None:
    commands = list(CANARY)
    expected = ["sings"]
    range_seen = "Double:0.8,;Empty,;String:N/A,;String:文字,;"
    for row, (name, entry) in enumerate(CATALOGUE.items(), 2):
        given = [a for a in entry.arguments if not a.optional]
        formula = f"={name}({';'.join('F1:F4' if a.is_range else 'F1' for a in given)})"
        commands += [("set", "数据", f"A{row}", formula), ("get", "数据", f"A{row}", "")]
        seen = [range_seen if a.is_range else "Double:0.8" for a in given]
        seen += ["Long:-2147352572"] * (len(entry.arguments) - len(given))
        expected.append("|".join(["udfs", name, *seen]))
    more = {
        # A blank single cell is blank, not zero; a value and an inline array arrive as they are.
        "=KPI_NUMBER(F2)": "udfs|KPI_NUMBER|Empty",
        "=KPI_DEDUCT(100;3;5;F1)": "udfs|KPI_DEDUCT|Double:100|Double:3|Double:5|Double:0.8",
        '=KPI_BAND("a";{1;2};F1)': "udfs|KPI_BAND|String:a|Double:1,Double:2,;|Double:0.8",
        # Results: every error text is a real error (this spreadsheet shows it as text), N/A and blank are texts.
        '=KPI_NUMBER("give:#NULL!")': "Error 2000",
        '=KPI_NUMBER("give:#DIV/0!")': "Error 2007",
        '=KPI_NUMBER("give:#VALUE!")': "Error 2015",
        '=KPI_NUMBER("give:#REF!")': "Error 2023",
        '=KPI_NUMBER("give:#NAME?")': "Error 2029",
        '=KPI_NUMBER("give:#NUM!")': "Error 2036",
        '=KPI_NUMBER("give:#N/A")': "Error 2042",
        '=KPI_NUMBER("give:N/A")': "N/A",
        '=KPI_NUMBER("give:")': "",
        # A failure in Python is an error too, never its text.
        '=KPI_NUMBER("raise:")': "Error 2015",
    }
    for row, formula in enumerate(more, 60):
        commands += [("set", "数据", f"A{row}", formula), ("get", "数据", f"A{row}", "")]
    commands.append(("array", "数据", "I1:J2", '=KPI_TABLE("rows:";F1;F1;F1)'))
    commands += [("get", "数据", cell, "") for cell in ("I1", "J1", "I2", "J2")]
    # A whole column ends where the sheet is used; last, so that no result above depends on it.
    commands += [("set", "数据", "H1", "=KPI_WEIGHT_CHECK(F:F)"), ("get", "数据", "H1", "")]
    commands += [("run", "", f"{MODULE}.ScorecardCheck", ""), ("get", "数据", "C1", "")]
    commands += [("get", GUIDE, "B4", "")]
    answers = in_cells(office, tmp_path, f"{xlwings.__version__} 9.9", commands)
    state = answers.pop()
    command = answers.pop()
    column = answers.pop()
    assert answers[: len(expected)] == expected
    # What was left out at the end is shown above already.
    rest = [answer.replace("|Long:-2147352572", "") for answer in answers[len(expected) :]]
    assert rest == [*more.values(), "1.5", "Error 2042", "text", ""]
    assert column.startswith(f"udfs|KPI_WEIGHT_CHECK|{range_seen}Empty,;")
    assert len(column) < 1000
    assert command == "import udfs.macros; udfs.macros.run('check')"
    assert xlwings.__version__ in state
    assert "9.9" in state


def test_another_xlwings_is_a_sentence_and_an_error(office: Office, tmp_path: Path) -> None:
    commands = [
        *CANARY,
        ("set", "数据", "A2", "=KPI_NUMBER(1)"),
        ("get", "数据", "A2", ""),
        ("run", "", f"{MODULE}.KpiConnect", ""),
        ("get", GUIDE, "B4", ""),
    ]
    canary, cell, state = in_cells(office, tmp_path, "0.0.1 9.9", commands)
    assert canary == "sings"
    assert cell == "Error 2029"  # #NAME?
    assert state == (
        f"版本不符：本工作簿内置 xlwings {xlwings.__version__}，Python 里是 0.0.1。"
        f"请 pip install xlwings=={xlwings.__version__}，或重新生成本工作簿。"
    )


def test_the_state_has_a_name_the_code_knows() -> None:
    assert f'Names("{STATUS_NAME}")' in wrapper_module().source
    package = Package.open(new_workbook())
    assert f'name="{STATUS_NAME}">{GUIDE}!$B$4<'.encode() in package.read(package.workbook_part)


def test_documents_of_all_kinds_get_a_module() -> None:
    project = make_project([("ThisWorkbook", False), ("Sheet1", False), ("Chart2", True)], [wrapper_module()])
    assert [m.name for m in read_project(project)] == ["ThisWorkbook", "Sheet1", "Chart2", MODULE]
    assert "00020821-0000-0000-C000-000000000046" in seen_by_olevba(project)["Chart2"]
