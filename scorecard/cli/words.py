"""Words for people: a sentence in the language of the process, a text on one line, a path as it is typed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len

from ..messages import Message

# No line begins with one of these, or ends with one of those; blanks stay at the end of a line.
_CLOSING, _OPENING = tuple("，。；：、！？）”’》…,.;:!?)]}% "), tuple("（“‘《([{")


def say(zh: str, en: str) -> str:
    """A sentence in the language of the process."""
    return Message(zh, en).text()


def counted(number: int, noun: str) -> str:
    """A number and its English noun, in the plural where that is due.

    Example:
        >>> counted(1, "table"), counted(0, "workbook")
        ('1 table', '0 workbooks')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


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


def wide(text: str) -> int:
    """The places a text takes on a terminal: two for a Chinese character."""
    return cell_len(text)


def wrapped(text: str, width: int, *, indent: int) -> Iterator[str]:
    """The lines of a paragraph, those after the first indented.

    Example:
        >>> list(wrapped("考核表，算分。Excel and WPS", 12, indent=2))
        ['考核表，算', '  分。Excel', '  and WPS']
    """
    start = 0
    for end in (*breaks(text, width, max(width - indent, 10)), len(text)):
        yield (" " * indent if start else "") + text[start:end].rstrip()
        start = end


def breaks(text: str, first: int, rest: int) -> list[int]:
    """Where lines end: after a blank, or between Chinese characters as Chinese is set (rich breaks at blanks only)."""
    offsets: list[int] = []
    start = width = candidate = 0
    for i, character in enumerate(text):
        size = cell_len(character)
        if width + size > (rest if offsets else first) and character != " ":
            cut = candidate if candidate > start else i
            offsets.append(cut)
            start, width = cut, cell_len(text[cut:i])
        width += size
        following = text[i + 1 : i + 2]
        is_wide = size == 2 and character not in _OPENING
        if character == " " or ((is_wide or cell_len(following) == 2) and following not in _CLOSING):
            candidate = candidate if character in _OPENING else i + 1
    return offsets
