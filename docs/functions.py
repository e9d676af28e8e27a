"""Writes docs/functions.md from the catalogue: `python -m docs.functions`.

The errors are not written down anywhere: each function is called with bad arguments, and what it answers is listed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scorecard.functions import CATALOGUE, Argument, Function
from scorecard.scoring.values import CellError

PATH = Path(__file__).with_name("functions.md")

_HEAD = """\
<!-- Made by `python -m docs.functions` from the catalogue; do not edit by hand. -->
# 工作表函数 · Worksheet functions

The same functions in Excel with xlwings, [in xlwings Lite](lite.md), in LibreOffice with the add-in, and in
`scorecard recalc`. In the terminal: `scorecard functions` lists them, `scorecard functions KPI_SCORE` explains one.

以下函数在 Excel（xlwings）、xlwings Lite、LibreOffice（加载项）与 `scorecard recalc` 中完全相同。命令行里 `scorecard functions`
列出全部，`scorecard functions KPI_SCORE` 说明其中一个。

Common to all 共同规则:

- A blank cell gives the empty text, not zero. 空白单元格得空文本，不是 0。
- `N/A`, `不适用`, `—`, `/` … give the text `N/A`. 这些写法得文本 `N/A`。
- An error cell gives the same error. 引用的单元格是错误值，结果就是该错误值。
- Text that cannot be read as a number is `#VALUE!`; `95%`, `９５％`, `3次/台` and `不低于95%` can be read.
  读不成数字的文本得 `#VALUE!`；`95%`、`９５％`、`3次/台`、`不低于95%` 都读得成。
- Several cells where one is wanted are `#VALUE!`. 应为一个单元格而给了多个，得 `#VALUE!`。
- Arguments in brackets may be left out. 方括号内的参数可省略。
"""
_COMMON = ("读不成数字", "此参数应为一个单元格")
_ARGUMENTS = "| argument 参数 | takes 填什么 | 说明 | meaning |\n|---|---|---|---|"
_ERRORS = "| error 错误 | 原因（例） | cause (an example) |\n|---|---|---|"


def text() -> str:
    """The whole document."""
    parts = [_HEAD]
    category = ""
    for entry in CATALOGUE.values():
        if entry.category.zh != category:
            category = entry.category.zh
            parts.append(f"## {entry.category.en} {category}\n")
        parts.append(_section(entry))
    return "\n".join(parts)


def _section(entry: Function) -> str:
    formula, value = entry.example
    first = " (first cell 首格)" if entry.returns_array else ""
    lines = [
        f"### {entry.name}\n",
        f"`={entry.signature}`\n",
        f"{entry.help.zh}\n\n{entry.help.en}\n",
        _ARGUMENTS,
        *(_row(f"`{a.name}`", _takes(a), a.help.zh, a.help.en) for a in entry.arguments),
        "",
    ]
    errors = list(errors_of(entry))
    if errors:
        lines += [_ERRORS, *(_row(f"`{e.code}`", *(e.reason or ("", ""))) for e in errors), ""]
    shown = f"{value:.12g}" if isinstance(value, float) else str(value)
    lines += [f"- Example 示例: `{formula}`", f"- Result 结果{first}: `{shown}`\n"]
    return "\n".join(lines)


def _takes(argument: Argument) -> str:
    what = "range 区域" if argument.is_range else "cell 单元格"
    return f"{what}, optional 可省略" if argument.optional else what


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


# --- errors ----------------------------------------------------------------------------------------------------------


def errors_of(entry: Function) -> Iterator[CellError]:
    """The errors that bad arguments give, each cause once; without those that all functions have."""
    seen = set()
    for arguments in _bad_calls(entry):
        result = entry.function(*arguments)
        if not isinstance(result, CellError) or result.reason is None:
            continue
        if any(words in result.reason.zh for words in _COMMON):
            continue
        # One line for what differs only in the numbers and words that were given.
        cause = result.code, re.sub(r"“.*?”|-?[0-9.]+", "…", result.reason.zh)
        if cause not in seen:
            seen.add(cause)
            yield result


def _bad_calls(entry: Function) -> Iterator[list[Any]]:
    """The example's call with each argument in turn replaced by what it should not be."""
    given = arguments_of(entry.example[0])
    for i, argument in enumerate(entry.arguments):
        before = [*given, *(None for _ in range(i - len(given)))][:i]
        old = given[i] if i < len(given) else [[1.0, 2.0]]
        for bad in _bad_ranges(old) if argument.is_range else ("好", -1.0, 0.0):
            yield [*before, bad, *given[i + 1 :]]


def _bad_ranges(rows: list[list[Any]]) -> Iterator[list[list[Any]]]:
    yield from ([[cell for _ in row] for row in rows] for cell in ("好", -1.0, 0.0, ""))
    yield [[*row, 5.0] for row in rows]
    yield [*rows, rows[-1]]
    yield [[rows[0][0]]]
    yield [[row[0], row[0], *row[2:]] for row in rows]
    yield [list(reversed(row)) for row in rows]
    # Neither rising nor falling.
    yield [[row[-1], *row[1:-1], row[0]] for row in rows]


def arguments_of(formula: str) -> list[Any]:
    """The constants in a formula's call: numbers, texts, and arrays as rows.

    Example:
        >>> arguments_of('=KPI_RATING("良",{"优",95;"良",85})')
        ['良', [['优', 95], ['良', 85]]]
    """
    inner = formula[formula.index("(") + 1 : formula.rindex(")")]
    # Outside quotes an array of a spreadsheet becomes a list of lists: {1,2;3,4} → [[1,2],[3,4]].
    parts = inner.split('"')
    for n in range(0, len(parts), 2):
        parts[n] = parts[n].replace("{", "[[").replace("}", "]]").replace(";", "],[")
    return list(ast.literal_eval(f"[{chr(34).join(parts)}]"))


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
