"""What the shell offers after Tab: words of an option, names of functions and templates, codes of findings.

Nothing heavy is imported before somebody asks.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterable
from typing import Any

from .words import say

Completer = Callable[[str], list[str]]


def one_of(*values: str) -> Completer:
    """Offers these words."""
    return _of(lambda: values)


def functions() -> Completer:
    """Offers the names of the worksheet functions."""

    def names() -> Iterable[str]:
        from ..functions import CATALOGUE

        return CATALOGUE

    return _of(names)


def codes(*more: str) -> Completer:
    """Offers the codes of findings, and `more`."""

    def names() -> Iterable[str]:
        from ..workbook.checkup.codes import codes as known

        return (*known(), *more)

    return _of(names)


def templates() -> Completer:
    """Offers the bundled scorecards."""

    def names() -> Iterable[str]:
        from workbooks.templates import templates as known

        return [template.id for template in known()]

    return _of(names)


def _of(names: Callable[[], Iterable[str]]) -> Completer:
    def complete(incomplete: str) -> list[str]:
        return [name for name in names() if name.startswith(incomplete)]

    return complete


class Installation:
    """The parser's own installation of completion, with what it says in the language of the process."""

    def __init__(self, install: Callable[..., Any]) -> None:
        self._install = install

    def __call__(self, *arguments: Any) -> Any:
        """Install, and say where."""
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                return self._install(*arguments)
        finally:
            place = re.search(r"(\w+) completion installed in (.+)", said.getvalue())
            if place:
                shell, path = place.groups()
                print(say(
                    f"已为 {shell} 装好自动补全（{path}）；重新打开终端后生效。",
                    f"Completion for {shell} is installed ({path}); it works in the next terminal.",
                ))  # fmt: skip
            else:
                print(said.getvalue(), end="")
