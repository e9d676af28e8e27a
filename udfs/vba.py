"""The VBA side of Excel: the source of our wrapper module, and VBA projects from source.

The wrappers hand every call to Python through xlwings' own standalone module. Unlike the wrappers that xlwings
generates, they return real errors instead of text, read ranges in VBA (one array instead of many calls back into
Excel) and carry their help along. All source is ASCII: Excel reads VBA in the code page of the machine it runs on.
"""

from __future__ import annotations

import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import pyopenvba
import xlwings
from pyopenvba.exceptions import PyOpenVBAError

from scorecard import __version__
from scorecard.errors import UsageError
from scorecard.functions import CATALOGUE, Function
from scorecard.messages import Message

#: The name of our module; none of its procedures may be called so.
MODULE = "scorecard_kpi"

#: xlwings' own modules, which ours calls: the transport and, on a Mac, the dictionary it needs.
XLWINGS_MODULES = ("xlwings", "Dictionary")

#: The workbook name of the cell in which the state of the connection to Python is written.
STATUS_NAME = "scorecard_status"

#: VBA refuses longer names of modules, procedures and variables.
LONGEST_NAME = 31

#: Excel cuts descriptions of functions and arguments here.
LONGEST_HELP = 255

_ERRORS = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042,
}  # fmt: skip


class Shim(NamedTuple):
    """A macro of the workbook: a Sub that has Python run the function of `udfs.macros` by the same name.

    Attributes:
        macro: The function.
        sub: The Sub, as the list of macros (Alt+F8) shows it.
        title: What its button says.
    """

    macro: str
    sub: str
    title: Message


SHIMS = (
    Shim("embed", "ScorecardEmbed", Message("嵌入评分", "Embed scoring")),
    Shim("recalculate", "ScorecardRecalculate", Message("重新计算", "Recalculate")),
    Shim("check", "ScorecardCheck", Message("体检", "Check the sheet")),
    Shim("explain", "ScorecardExplain", Message("说明选中的得分", "Explain the selected score")),
    Shim("next_period", "ScorecardNextPeriod", Message("开始下一期", "Start the next period")),
    Shim("lock", "ScorecardLock", Message("锁定公式单元格", "Lock the formula cells")),
    Shim("unlock", "ScorecardUnlock", Message("解除锁定", "Unlock")),
    Shim("charts", "ScorecardCharts", Message("添加图表", "Add charts")),
)
#: Asks whether Python can be reached, and says so.
CONNECT = "ScorecardConnect"


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a VBA project.

    Attributes:
        name: Its name.
        source: Its whole text from `Attribute VB_Name` on, with CRLF line ends.
        is_class: Whether it is a class module.
    """

    name: str
    source: str
    is_class: bool = False


def wrapper_module(xlwings_version: str | None = None, *, has_auto_open: bool = True) -> Module:
    r"""Our module: one function for each entry of the catalogue, the help of each, and the macros.

    Args:
        xlwings_version: The xlwings the workbook is made for; the installed one when omitted.
        has_auto_open: Whether it registers the help when the workbook opens; False leaves that to another module.

    Raises:
        UsageError: A name in the catalogue that VBA does not take.

    Example:
        >>> wrapper_module().source.splitlines()[0]
        'Attribute VB_Name = "scorecard_kpi"'
    """
    entries = tuple(CATALOGUE.values())
    _check_names(entries)
    parts = [
        _fill(_HEAD, module=MODULE, version=__version__, xlwings=xlwings_version or xlwings.__version__),
        *(_function(entry) for entry in entries),
        "",
        _fill(_ENGINE, cases="\n".join(f'        Case "{code}": KpiValue = CVErr({n})' for code, n in _ERRORS.items())),
        *(_help(number, entry) for number, entry in enumerate(entries, 1)),
        _block("Public Sub KpiRegisterHelp()", *(f"KpiHelp{number:02}" for number in range(1, len(entries) + 1))),
        _fill(_CONNECTION, **{name: _literal(text) for name, text in _sentences().items()}),
        *(_block(f"Public Sub {shim.sub}()", f'KpiRun "{shim.macro}"') for shim in SHIMS),
    ]
    if has_auto_open:
        parts.append(_block("Public Sub Auto_Open()", "KpiRegisterHelp", "KpiConnect"))
    return Module(MODULE, _crlf("\n".join(parts)))


def xlwings_modules() -> tuple[Module, ...]:
    """The modules of xlwings itself, from the workbook that the installed package brings for standalone use.

    They are under the BSD licence of xlwings, whose notice stands in the module `xlwings`.

    Raises:
        UsageError: The installed xlwings has no such workbook.
    """
    source = Path(xlwings.__file__).with_name("quickstart_standalone.xlsm")
    if not source.is_file():
        raise UsageError(
            Message(
                f"已安装的 xlwings {xlwings.__version__} 不带 {source.name}，无法生成宏工作簿",
                f"the installed xlwings {xlwings.__version__} brings no {source.name}: no macro workbook can be made",
            )
        )
    with zipfile.ZipFile(source) as archive:
        found = {module.name: module for module in read_project(archive.read(_PROJECT))}
    return tuple(found[name] for name in XLWINGS_MODULES)


def read_project(project: bytes) -> tuple[Module, ...]:
    """The modules of a vbaProject.bin, those of the workbook and its sheets included."""
    with _opened((), project) as (book, _):
        other = pyopenvba.VBAModuleKind.other
        return tuple(Module(m.name, _crlf(m.source), m.kind is other) for m in book.vba_project().modules)


def make_project(documents: Sequence[tuple[str, bool]], modules: Sequence[Module]) -> bytes:
    """A vbaProject.bin with a document module for the workbook and for each sheet, and with the modules given.

    Args:
        documents: The code name of the workbook, then of each sheet, and whether it is a chart sheet.
        modules: In order.

    Raises:
        UsageError: A module name that VBA does not take.
    """
    with _opened(documents, None) as (book, path):
        return _changed(book, path, book.add_vba_project(), modules)


def change_project(project: bytes, modules: Sequence[Module]) -> bytes:
    """A vbaProject.bin with modules added, or replaced where the project has one of that name; all others stay.

    Raises:
        UsageError: The project is protected by a password.
    """
    with _opened((), project) as (book, path):
        return _changed(book, path, book.vba_project(), modules)


@contextmanager
def _opened(documents: Sequence[tuple[str, bool]], project: bytes | None) -> Iterator[tuple[Any, Path]]:
    """A small workbook around a project: the writer wants a file, and one whose XML it can read."""
    with tempfile.TemporaryDirectory(prefix="scorecard-") as folder:
        path = Path(folder, "book.xlsm")
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in _carrier(documents or (("ThisWorkbook", False), ("Sheet1", False))).items():
                archive.writestr(name, data)
            if project is not None:
                archive.writestr(_PROJECT, project)
        try:
            with pyopenvba.ExcelFile(path) as book:
                yield book, path
        except (PyOpenVBAError, ValueError) as problem:
            raise UsageError(
                Message(f"无法读写宏：{problem}", f"macros cannot be read or written: {problem}")
            ) from problem


def _changed(book: Any, path: Path, project: Any, modules: Sequence[Module]) -> bytes:
    present = {name.casefold() for name in project.module_names()}
    kinds = pyopenvba.VBAModuleKind
    for module in modules:
        if module.name.casefold() in present:
            book.set_module(module.name, module.source)
        else:
            kind = kinds.other if module.is_class else kinds.standard
            project.add_module(module.name, module.source, kind=kind)
    with warnings.catch_warnings():
        # Of a signature, which ends with the first change: the caller takes it out of the file.
        warnings.simplefilter("ignore", UserWarning)
        book.save()
    with zipfile.ZipFile(path) as archive:
        return archive.read(_PROJECT)


_PROJECT = "xl/vbaProject.bin"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _carrier(documents: Sequence[tuple[str, bool]]) -> dict[str, str]:
    (book, _), *sheets = documents
    kinds = ["chartsheet" if is_chart else "worksheet" for _, is_chart in sheets]
    listed = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId{i}"/>' for i, _ in enumerate(sheets, 1))
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{kind}s/sheet{i}.xml"/>'
        for i, kind in enumerate(kinds, 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="bin" '
        'ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr codeName="{book}"/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
    }
    for i, (kind, (name, _)) in enumerate(zip(kinds, sheets, strict=True), 1):
        parts[f"xl/{kind}s/sheet{i}.xml"] = f'<{kind} xmlns="{_MAIN}"><sheetPr codeName="{name}"/></{kind}>'
    return parts


def has_auto_open(modules: Iterable[Module]) -> bool:
    """Whether a module other than ours has an Auto_Open: Excel runs one only."""
    pattern = re.compile(r"^\s*(?:Public\s+)?Sub\s+Auto_Open\b", re.IGNORECASE | re.MULTILINE)
    return any(pattern.search(module.source) for module in modules if module.name != MODULE)


# --- source ----------------------------------------------------------------------------------------------------------


def _function(entry: Function) -> str:
    names = [argument.name for argument in entry.arguments]
    parameters = ", ".join(
        f"{'Optional ' if argument.optional else ''}ByVal {argument.name} As Variant" for argument in entry.arguments
    )
    return _block(
        f"Public Function {entry.name}({parameters}) As Variant",
        *(f"If IsMissing({a.name}) Then {a.name} = KpiMissing" for a in entry.arguments if a.optional),
        f'{entry.name} = KpiCall("{entry.name}", Array({", ".join(names)}))',
    )


def _help(number: int, entry: Function) -> str:
    last = len(entry.arguments) - 1
    lines = [f"Dim texts({max(last, 0)}) As Variant"]
    lines += [f"texts({i}) = {_literal(argument.help)}" for i, argument in enumerate(entry.arguments)]
    lines.append(f'KpiDescribe "{entry.name}", {_literal(entry.help)}, {_literal(entry.category)}, texts')
    return _block(f"Private Sub KpiHelp{number:02}()", *lines)


def _block(head: str, *lines: str) -> str:
    kind = "Function" if " Function " in head else "Sub"
    return "\n".join([head, *(f"    {line}" for line in lines), f"End {kind}", ""])


def _literal(text: Message) -> str:
    """An expression for a text in the language of Excel."""
    return f"KpiText({_ascii(text.zh)}, {_ascii(text.en)})"


def _ascii(text: str) -> str:
    """A string literal; one that needs more than ASCII as the hexadecimal digits of its UTF-16 units after a mark."""
    text = text if len(text) <= LONGEST_HELP else text[: LONGEST_HELP - 1] + "…"
    if text.isascii() and text.isprintable():
        return '"' + text.replace('"', '""') + '"'
    return '"~' + text.encode("utf-16-be").hex().upper() + '"'


def _fill(template: str, **values: str) -> str:
    return Template(template).substitute(values)


def _crlf(text: str) -> str:
    return re.sub(r"\r\n?|\n", "\r\n", text)


def _check_names(entries: Sequence[Function]) -> None:
    for entry in entries:
        names = [entry.name, *(argument.name for argument in entry.arguments)]
        for name in names:
            plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None
            if not plain or len(name) > LONGEST_NAME or _KEYWORDS.fullmatch(name):
                raise UsageError(
                    Message(
                        f"VBA 不接受名称 {name}（{entry.name}）", f"VBA does not take the name {name} ({entry.name})"
                    )
                )
        if len({name.casefold() for name in names}) < len(names) or entry.name.casefold() == MODULE:
            raise UsageError(
                Message(f"{entry.name} 中有重名", f"two names in {entry.name} are the same to VBA, which ignores case")
            )


# What VBA does not take as the name of a procedure or argument.
_KEYWORDS = re.compile(
    r"and|any|array|as|attribute|boolean|byref|byte|byval|call|case|cdate|cdbl|cint|clng|close|const|csng|cstr|currency"
    r"|cvar|date|debug|declare|dim|do|double|each|else|elseif|empty|end|enum|eqv|erase|error|event|exit|false|fix|for"
    r"|friend|function|get|global|gosub|goto|if|imp|implements|in|input|integer|is|len|let|like|local|lock|long"
    r"|longlong|longptr|loop|lset|me|mid|mod|new|next|not|nothing|null|object|on|open|option|optional|or|paramarray"
    r"|preserve|print|private|property|ptrsafe|public|put|raiseevent|redim|rem|resume|return|rset|scale|seek|select|set"
    r"|single|static|step|stop|string|sub|then|to|true|type|typeof|until|variant|wend|while|width|with|withevents"
    r"|write|xor",
    re.IGNORECASE,
)


def _sentences() -> dict[str, Message]:
    return {
        "unreachable": Message(
            "连不上 Python。请先按“使用说明”安装；本工作簿需要 xlwings {0}。Excel 报告：{1}",
            "Python cannot be reached. Install it first (see the first sheet); this workbook needs xlwings {0}. "
            "Excel says: {1}",
        ),
        "mismatch": Message(
            "版本不符：本工作簿内置 xlwings {0}，Python 里是 {1}。请 pip install xlwings=={0}，或重新生成本工作簿。",
            "Versions differ: this workbook holds xlwings {0}, Python has {1}. Run pip install xlwings=={0}, or make "
            "the workbook anew.",
        ),
        "connected": Message(
            "已连接 Python：xlwings {0}，scorecard {1}", "Connected to Python: xlwings {0}, scorecard {1}"
        ),
        "failed": Message("最近一次函数出错：{0}", "the last function that failed: {0}"),
    }


_HEAD = """\
Attribute VB_Name = "$module"
'Worksheet functions and macros of scorecard $version for xlwings $xlwings.
'Made from the catalogue of functions; changes are lost when it is made again.
'Needs the modules xlwings and Dictionary of xlwings $xlwings (BSD licence, notice in the module xlwings).
Option Explicit

Private Const KpiXlwings As String = "$xlwings"
Private Const KpiMissing As Long = -2147352572
Private Const KpiUnknown As Long = 0
Private Const KpiGood As Long = 1
Private Const KpiBad As Long = 2

Private kpiState As Long
Private kpiProblem As String
Private kpiFailure As String
"""

# KpiMissing is the number by which xlwings knows an argument that was left out.
_ENGINE = """\
Private Function KpiCall(ByVal functionName As String, ByVal given As Variant) As Variant
    Dim python As Object
    Dim values() As Variant
    Dim i As Long
    If kpiState = KpiUnknown Then KpiConnect
    If kpiState = KpiBad Then
        KpiCall = CVErr(2029)
        Exit Function
    End If
    On Error GoTo failed
    ReDim values(0 To UBound(given))
    For i = 0 To UBound(given)
        If IsObject(given(i)) Then
            values(i) = KpiCells(given(i))
        Else
            values(i) = given(i)
        End If
    Next i
    Set python = XLPy
    KpiCall = KpiResult(python.CallUDF("udfs", functionName, values, ThisWorkbook, Application.Caller))
    Exit Function
failed:
    kpiFailure = functionName & ": " & Err.Description
    KpiCall = CVErr(2015)
End Function

Private Function KpiCells(ByVal cells As Object) As Variant
    Dim used As Object
    Dim bottom As Long
    Dim right As Long
    If cells.Areas.Count > 1 Then Err.Raise 5
    bottom = cells.Rows.Count
    right = cells.Columns.Count
    If bottom = cells.Worksheet.Rows.Count Or right = cells.Worksheet.Columns.Count Then
        Set used = cells.Worksheet.UsedRange
        If bottom = cells.Worksheet.Rows.Count Then bottom = used.Row + used.Rows.Count - 1
        If right = cells.Worksheet.Columns.Count Then right = used.Column + used.Columns.Count - 1
        KpiCells = cells.Resize(bottom, right).Value2
    Else
        KpiCells = cells.Value2
    End If
End Function

Private Function KpiResult(ByVal result As Variant) As Variant
    Dim values() As Variant
    Dim i As Long
    Dim j As Long
    If Not IsArray(result) Then
        KpiResult = KpiValue(result)
        Exit Function
    End If
    If KpiIsFlat(result) Then
        ReDim values(0 To UBound(result) - LBound(result))
        For i = LBound(result) To UBound(result)
            values(i - LBound(result)) = KpiValue(result(i))
        Next i
    Else
        ReDim values(0 To UBound(result, 1) - LBound(result, 1), 0 To UBound(result, 2) - LBound(result, 2))
        For i = LBound(result, 1) To UBound(result, 1)
            For j = LBound(result, 2) To UBound(result, 2)
                values(i - LBound(result, 1), j - LBound(result, 2)) = KpiValue(result(i, j))
            Next j
        Next i
    End If
    KpiResult = values
End Function

Private Function KpiIsFlat(ByVal result As Variant) As Boolean
    Dim last As Long
    On Error GoTo flat
    last = UBound(result, 2)
    KpiIsFlat = False
    Exit Function
flat:
    KpiIsFlat = True
End Function

Private Function KpiValue(ByVal value As Variant) As Variant
    KpiValue = value
    If IsEmpty(value) Then KpiValue = ""
    If VarType(value) = vbString Then
        Select Case value
$cases
        End Select
    End If
End Function

Private Function KpiText(ByVal chinese As String, ByVal english As String) As String
    Dim coded As String
    Dim i As Long
    coded = english
    If KpiIsChinese() Then coded = chinese
    If Left(coded, 1) <> "~" Then
        KpiText = coded
        Exit Function
    End If
    For i = 2 To Len(coded) Step 4
        KpiText = KpiText & ChrW(CLng("&H" & Mid(coded, i, 4)))
    Next i
End Function

Private Function KpiIsChinese() As Boolean
    KpiIsChinese = True
    On Error Resume Next
    KpiIsChinese = ((Application.LanguageSettings.LanguageID(2) And 1023) = 4)
End Function

Private Sub KpiDescribe(ByVal functionName As String, ByVal text As String, ByVal group As String, ByVal texts As Variant)
    On Error Resume Next
    Application.MacroOptions Macro:=functionName, Description:=text, Category:=group, ArgumentDescriptions:=texts
End Sub
"""

_CONNECTION = """\
Public Sub KpiConnect()
    Dim versions As String
    Dim parts As Variant
    kpiState = KpiBad
    On Error GoTo unreachable
    versions = XLPy.Str(XLPy.Eval("__import__('xlwings').__version__ + ' ' + __import__('scorecard').__version__"))
    On Error GoTo 0
    parts = Split(versions, " ")
    If parts(0) = KpiXlwings Then
        kpiState = KpiGood
        kpiProblem = ""
        KpiSay KpiFilled($connected, KpiXlwings, parts(1))
    Else
        kpiProblem = KpiFilled($mismatch, KpiXlwings, parts(0))
        KpiSay kpiProblem
    End If
    Exit Sub
unreachable:
    kpiProblem = KpiFilled($unreachable, KpiXlwings, Err.Description)
    KpiSay kpiProblem
End Sub

Private Function KpiFilled(ByVal sentence As String, ByVal first As String, ByVal second As String) As String
    KpiFilled = Replace(Replace(sentence, "{0}", first), "{1}", second)
End Function

Private Sub KpiSay(ByVal sentence As String)
    Dim wasSaved As Boolean
    On Error Resume Next
    Application.StatusBar = sentence
    wasSaved = ThisWorkbook.Saved
    ThisWorkbook.Names("scorecard_status").RefersToRange.Value = sentence
    If wasSaved Then ThisWorkbook.Saved = True
End Sub

Public Sub ScorecardConnect()
    KpiConnect
    If kpiState = KpiGood Then
        If Len(kpiFailure) > 0 Then
            MsgBox KpiFilled($failed, kpiFailure, "")
        Else
            MsgBox KpiFilled($connected, KpiXlwings, "")
        End If
        Application.CalculateFull
    Else
        MsgBox kpiProblem
    End If
End Sub

Private Sub KpiRun(ByVal macro As String)
    #If Mac Then
    #Else
        If kpiState <> KpiGood Then KpiConnect
        If kpiState = KpiBad Then
            MsgBox kpiProblem
            Exit Sub
        End If
    #End If
    RunPython "import udfs.macros; udfs.macros.run('" & macro & "')"
End Sub
"""
