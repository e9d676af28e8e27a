"""What `main.py` of xlwings Lite puts into its module: one function for each entry of the catalogue, and the macros."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from scorecard.errors import ScorecardError
from scorecard.messages import Message

from ..excel import register
from .reading import read_book

Mark = Callable[..., Any]

#: The macros by the name of their function in `udfs.macros`, with the name that Excel's list shows.
TITLES = {
    "embed": Message("嵌入评分", "Embed scoring"),
    "recalculate": Message("重新计算", "Recalculate"),
    "check": Message("体检", "Check the sheet"),
    "explain": Message("说明选中的得分", "Explain the selected score"),
    "next_period": Message("开始下一期", "Start the next period"),
    "lock": Message("锁定公式单元格", "Lock the formula cells"),
    "unlock": Message("解除锁定", "Unlock"),
    "charts": Message("添加图表", "Add charts"),
}
_OURS = ("scorecard", "udfs", "workbooks")


def bind_functions(func: Mark, arg: Mark) -> dict[str, Callable[..., Any]]:
    """The catalogue, marked by the decorators of the host.

    Args:
        func: xlwings' `func`.
        arg: xlwings' `arg`.

    Returns:
        The marked functions by worksheet name. They give an error as its text ("#N/A"), which Lite turns into a
        real error.
    """
    return register(SimpleNamespace(func=func, arg=arg))


def bind_macros(script: Mark, book_type: type) -> dict[str, Callable[..., Any]]:
    """The macros, marked by the host's `script`.

    Macros read and write whole workbooks and need more than the functions do. Where a library for that cannot be had,
    there are none of them, and one line in the output says why; the functions work without.

    Args:
        script: xlwings' `script`.
        book_type: xlwings' `Book`: by this annotation Lite finds the argument to put the workbook in.

    Returns:
        The marked macros by name.
    """
    try:
        # Not at the top: this is where a library may be missing.
        from ..macros import MACROS
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in _OURS:
            raise
        reason = Message(
            f"KPI_ 函数可用；宏不可用，缺少 {missing.name}",
            f"the KPI_ functions work; no macros, which need {missing.name}",
        )
        print(reason.text())
        return {}
    return {name: script(name=_title(name).text())(_script(macro, book_type)) for name, macro in MACROS.items()}


def _title(name: str) -> Message:
    return TITLES.get(name, Message(name, name))


def _script(macro: Callable[..., Message], book_type: type) -> Callable[[Any], Awaitable[None]]:
    async def run(book: Any) -> None:
        try:
            if macro.__name__ == "recalculate":
                # Before reading, so that what is read is what was computed; reading sends off what is waiting.
                book.app.calculate()
            said = macro(book, await read_book(book))
        except ScorecardError as problem:
            # A person waits for a sentence, not for a traceback.
            said = problem.message
        except NotImplementedError as limit:
            said = Message(
                f"Excel 在此处不提供这个宏所需的内容（{limit}）",
                f"this macro needs what Excel does not give here ({limit})",
            )
        print(said.text())
        book.app.alert(said.text(), title="scorecard")

    run.__name__ = run.__qualname__ = macro.__name__
    run.__doc__ = macro.__doc__
    run.__annotations__ = {"book": book_type}
    return run
