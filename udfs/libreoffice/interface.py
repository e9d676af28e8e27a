"""What Calc is told of the functions: their types as UNO IDL, their names and help as configuration.

The types decide what a function gets to see. A range that must be given is an `XCellRange`: blanks and errors are seen
cell by cell, but only cells will do. An argument that may be left out is `any`, because "" stands for "left out" where
others follow; so is a single cell, because values and nested results must do. No entry of the catalogue is named here.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from scorecard.catalogue import Argument, Function
from scorecard.messages import Message
from udfs.libreoffice.inside.names import FUNCTIONS, INTERFACE

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  oor:name="{name}" oor:package="org.openoffice.Office">
"""
_ANY, _RANGE, _ROWS = "any", "com::sun::star::table::XCellRange", "sequence< sequence< any > >"


def takes_cells_only(argument: Argument) -> bool:
    """Whether an argument must be a range of cells, and not a value, an inline array or a nested result."""
    return argument.is_range and not argument.optional


def idl(functions: Iterable[Function]) -> str:
    """The interface of the functions, as the text that LibreOffice reads without compiling it."""
    *modules, interface = INTERFACE.split(".")
    lines = [f"{'  ' * depth}module {name} {{" for depth, name in enumerate(modules)]
    lines += [f"interface {interface}", "{"]
    for entry in functions:
        given = ", ".join(
            f"[in] {_RANGE if takes_cells_only(argument) else _ANY} {_parameter(i)}"
            for i, argument in enumerate(entry.arguments)
        )
        lines.append(f"    {_ROWS if entry.returns_array else _ANY} {entry.name}( {given} );")
    return "\n".join([*lines, "};", *("};" for _ in modules), ""])


def calc_addins(functions: Iterable[Function]) -> str:
    """Names and help: the KPI_ name in every language and in files, the help in Chinese and English."""
    lines = [HEAD.format(name="CalcAddIns"), ' <node oor:name="AddInInfo">\n']
    lines += [f'  <node oor:name="{FUNCTIONS}" oor:op="replace">\n', '   <node oor:name="AddInFunctions">\n']
    for entry in functions:
        name = Message(entry.name, entry.name)
        lines.append(f'    <node oor:name="{entry.name}" oor:op="replace">\n')
        lines.append(localised("DisplayName", name))
        # Calc sorts add-ins under one heading of its own; ours goes in front of the help.
        about = Message(f"【{entry.category.zh}】{entry.help.zh}", f"[{entry.category.en}] {entry.help.en}")
        lines.append(localised("Description", about))
        lines.append('     <prop oor:name="Category"><value>Add-In</value></prop>\n')
        # The English name of this property is what .xlsx files are read and written with.
        lines.append(f'     <prop oor:name="CompatibilityName"><value xml:lang="en">{entry.name}</value></prop>\n')
        lines.append('     <node oor:name="Parameters">\n')
        for i, argument in enumerate(entry.arguments):
            lines.append(f'      <node oor:name="{_parameter(i)}" oor:op="replace">\n')
            lines.append(localised("DisplayName", Message(argument.name, argument.name)))
            lines.append(localised("Description", _help(argument)))
            lines.append("      </node>\n")
        lines.append("     </node>\n    </node>\n")
    lines += ["   </node>\n  </node>\n </node>\n</oor:component-data>\n"]
    return "".join(lines)


def localised(name: str, text: Message) -> str:
    """A property of the configuration in both languages; others see the English one."""
    return (
        f'     <prop oor:name="{name}"><value xml:lang="en">{escape(text.en)}</value>'
        f'<value xml:lang="zh-CN">{escape(text.zh)}</value></prop>\n'
    )


def _help(argument: Argument) -> Message:
    zh, en = argument.help
    if argument.optional:
        zh, en = f"{zh}（可省略）", f"{en} (optional)"
    return (
        Message(f"{zh}（只能是单元格区域）", f"{en} (a range of cells)")
        if takes_cells_only(argument)
        else Message(zh, en)
    )


def _parameter(i: int) -> str:
    # Names of our own might be words of the IDL ("unit", "method"); these also sort in their order.
    return f"p{i + 1:02d}"
