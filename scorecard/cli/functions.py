"""`scorecard functions`: the worksheet functions, listed or one in full, as the catalogue has them."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
import difflib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from ..messages import Message
from . import completion
from .failures import SCHEMA, errors, print_json
from .options import Command, help_text, json_option
from .words import say

if TYPE_CHECKING:
    from ..functions import Function


def add_to(app: typer.Typer) -> None:
    """Add the command `functions`."""

    @app.command(
        cls=Command,
        short_help=say("KPI_ 工作表函数：写法、参数、示例", "the KPI_ worksheet functions: arguments and examples"),
        help=help_text(
            "列出 KPI_ 工作表函数，或详细说明其中一个。",
            "List the KPI_ worksheet functions, or explain one of them.",
            ("functions", "functions"),
            ("functions KPI_SCORE", "functions KPI_SCORE"),
        ),
    )
    def functions(
        name: Annotated[
            str,
            typer.Argument(
                metavar="NAME",
                help=say("函数名，如 KPI_SCORE", "a function, such as KPI_SCORE"),
                show_default=False,
                autocompletion=completion.functions(),
            ),
        ] = "",
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("functions", as_json=as_json):
            chosen = _chosen(name)
            if as_json:
                print_json({"schema": SCHEMA, "functions": [function_json(entry) for entry in chosen], "findings": []})
            elif name:
                _show_one(chosen[0])
            else:
                _show_all(chosen)


def function_json(entry: "Function") -> dict[str, Any]:
    """One function as `--json` prints it; help in the language of the process.

    `range` tells an argument that takes several cells; `array` a function that gives rows of values, whose example
    shows the first of them. An error as the value of an example is its text.
    """
    formula, value = entry.example
    return {
        "name": entry.name,
        "category": entry.category.text(),
        "signature": entry.signature,
        "help": entry.help.text(),
        "arguments": [
            {"name": a.name, "help": a.help.text(), "range": a.is_range, "optional": a.optional}
            for a in entry.arguments
        ],
        "array": entry.returns_array,
        "example": {"formula": formula, "value": _plain(value)},
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def _chosen(name: str) -> list["Function"]:
    """All functions, or the one of this name; letter case and the prefix may be left to us."""
    from ..functions import CATALOGUE

    if not name:
        return list(CATALOGUE.values())
    wanted = name.upper().removeprefix("=").partition("(")[0]
    for candidate in (wanted, f"KPI_{wanted}"):
        if candidate in CATALOGUE:
            return [CATALOGUE[candidate]]
    near = difflib.get_close_matches(f"KPI_{wanted.removeprefix('KPI_')}", CATALOGUE, n=3, cutoff=0.5)
    zh = f"没有函数 {name}" + (f"，是否想写 {'、'.join(near)}？" if near else "")
    en = f"there is no function {name}" + (f"; did you mean {', '.join(near)}?" if near else "")
    raise UsageError(Message(zh, en))


def _show_all(entries: list["Function"]) -> None:
    from rich.text import Text

    from .show import console, print_line

    out = console()
    category = ""
    for entry in entries:
        if entry.category.text() != category:
            category = entry.category.text()
            out.print(Text(("\n" if entry is not entries[0] else "") + category, style="bold"))
        out.print(Text(f"  {entry.signature}"), soft_wrap=True)
        print_line(out, Text("      ").append(entry.help.text(), style="dim"), 6)
    out.print()
    print_line(out, say("详细：scorecard functions KPI_SCORE", "In full: scorecard functions KPI_SCORE"))


def _show_one(entry: "Function") -> None:
    from rich.text import Text

    from .show import console, print_line, table

    out = console()
    out.print(Text(f"={entry.signature}", style="bold"), soft_wrap=True)
    print_line(out, entry.help.text(), 0)
    out.print()
    grid = table((say("参数", "argument"), "left"), (say("填什么", "takes"), "left"), (say("说明", "meaning"), "left"))
    for argument in entry.arguments:
        takes = say("区域", "range") if argument.is_range else say("一个单元格", "one cell")
        if argument.optional:
            takes += say("，可省略", ", optional")
        grid.add_row(argument.name, takes, argument.help.text())
    out.print(grid)
    formula, value = entry.example
    out.print()
    first = say("（左上角的值）", " (its first value)") if entry.returns_array else ""
    out.print(Text(f"{say('例：', 'Example: ')}{formula}"), soft_wrap=True)
    out.print(Text(f"{say('结果：', 'Result: ')}{value}{first}"), soft_wrap=True)
