"""Words for people: a sentence in the language of the process, a text on one line, a path as it is typed."""

from __future__ import annotations

import os
import re
import unicodedata

from ..messages import Message


def say(zh: str, en: str) -> str:
    """A sentence in the language of the process."""
    return Message(zh, en).text()


def one_line(text: str, limit: int = 400) -> str:
    r"""A text as it is safe on one line of a terminal: no breaks, no control characters, not endless.

    Example:
        >>> one_line("报修\n及时率 \x1b[31m")
        '报修 及时率 [31m'
    """
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    shown = re.sub(r" {2,}", " ", shown).strip()
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def typed(path: str | os.PathLike[str]) -> str:
    """A path as a person types it into a command, in quotes where blanks or signs need them.

    Example:
        >>> typed("客服部.xlsx"), typed("客服 部.xlsx")
        ('客服部.xlsx', '"客服 部.xlsx"')
    """
    text = os.fspath(path)
    return text if re.fullmatch(r"[\w./\\:~+@%,=-]+", text) else f'"{text}"'
