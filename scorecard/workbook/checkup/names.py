"""Item names: several measures in one, the same name twice, odd characters, definition cards that disagree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ...findings import Finding
from ...scoring.values import key, trim
from ..indicator_cards import read_indicator_cards
from ..indicator_remarks import indicator_findings
from ..recognise import Row
from .registry import book_check, table_check
from .subjects import Book, Subject

# 及 in 及时, 及格, 以及 joins nothing, nor do 和 and 与 inside other words.
_JOINT = re.compile(
    "(?<!以)(?<!普)(?<!涉)及(?![时格])|[、，,]|(?<!总)(?<!温)(?<!平)(?<!缓)和(?!解|谐)|(?<!参)(?<!给)(?<!赠)与(?!会)|/"
)
_MEASURE = re.compile(r"(?:率|度|数|量|额|天数|时间|时长|比例|次数|收入|利润|成本|费用|金额|性|时效|质量)$")
_UNITS = (
    ("%", "率|比例|满意度|占比"), ("days", "天数|时间|时长|时效|工时"), ("count", "次数|数量|件数|人数|起数|投诉量|数|量"),
    ("money", "额|收入|利润|成本|费用|金额"),
)  # fmt: skip
_NO_UNIT = re.compile("(?:质|力|能|效)(?:量|率)$")
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_INVISIBLE = "\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad"
_SPUN = {"旳": "的", "対": "对"}


@table_check("compound-item")
def compound_items(subject: Subject) -> Iterator[Finding]:
    """Items that name several measures."""
    for row, _ in subject.kpis():
        plain = _BRACKETS.sub("", key(row.name))
        parts = [part for part in _JOINT.split(plain) if part]
        if len(parts) < 2 or not _MEASURE.search(parts[-1]):
            continue
        units = [unit for part in parts if (unit := _unit(part))]
        if len(set(units)) > 1:
            zh = f"合成一项的几个量单位不同（{'、'.join(parts)}），不能用一个数计分"
            en = f"measures of different units in one item ({', '.join(parts)}); one number cannot score them"
            yield subject.about("compound-item", row, row.name_cell, zh, en, "warning")
        elif len(parts) > 2 or len(units) > 1 or all(len(p) >= 2 for p in parts):
            zh = f"一项里有 {len(parts)} 件事（{'、'.join(parts)}），怎样合成一个数没有写明"
            en = f"{len(parts)} things in one item ({', '.join(parts)}); nothing says how they make one number"
            yield subject.about("compound-item", row, row.name_cell, zh, en)


def _unit(part: str) -> str:
    """The kind of quantity a name ends in, "" if it does not tell."""
    if _NO_UNIT.search(part):
        return ""
    return next((unit for unit, words in _UNITS if re.search(f"(?:{words})$", part)), "")


@table_check("duplicate-name")
def duplicate_names(subject: Subject) -> Iterator[Finding]:
    """Two items of one section with the same name."""
    seen: dict[tuple[str, str], Row] = {}
    for row, _ in subject.items():
        first = seen.setdefault((row.section, key(row.name)), row)
        if first is not row:
            zh, en = f"与 {first.name_cell} 同名", f"the same name as {first.name_cell}"
            yield subject.about("duplicate-name", row, row.name_cell, zh, en)


@table_check("odd-character")
def odd_characters(subject: Subject) -> Iterator[Finding]:
    """Characters in names that look like others, or like nothing."""
    for row, _ in subject.items():
        value = subject.stored.at(row.name_cell).value
        if not isinstance(value, str):
            continue
        strange = [c for c in dict.fromkeys(value) if c in _SPUN or c in _INVISIBLE]
        if strange and mended(value) != value:
            shown = "、".join(f"“{c}”" if c in _SPUN else _code_point(c) for c in strange)
            zh, en = f"有异常字符 {shown}", f"odd characters: {shown}"
            yield subject.about("odd-character", row, row.name_cell, zh, en)


def _code_point(c: str) -> str:
    return f"U+{ord(c):04X} {unicodedata.name(c, '').title()}".strip()


def mended(text: str) -> str:
    """A name without odd characters.

    Example:
        >>> mended("报表旳及时性")
        '报表的及时性'
    """
    return trim("".join(_SPUN.get(c, " " if c == "\u00a0" else "" if c in _INVISIBLE else c) for c in text))


@book_check(
    "card-mismatch", "card-missing", "card-repeated", "card-blank", "name-variant", "mark-unexplained", "formula-typo",
    "formula-measure", "formula-quantity", "formula-unreadable", "term-undefined", "target-in-text",
)  # fmt: skip
def definition_cards(book: Book) -> Iterator[Finding]:
    """Indicator definition cards: each alone, and against the items of the tables beside them."""
    cards = read_indicator_cards(book.package)
    yield from indicator_findings(cards, [subject.table for subject in book.subjects])
