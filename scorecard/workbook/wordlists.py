"""The file of words: how it is read, how a user's own adds to it, and what is made ready for look-up."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..messages import Message
from ..scoring.periods import parse_period
from ..scoring.values import key, trim
from .folding import ORNAMENTS
from .probe import derived

# What a form leaves to be filled in: ____ and 　　年　　月.
_FILL_IN = "_＿ \u3000\t\n"
_UNFILLED = re.compile("(?!(?:月|季|年)度$|季$)[年第月季度日~—至到/-]*")
_SIGNED = re.compile("签字|签名|签章|盖章|signature|sign-?off|acknowledge?ment")
_REMARKS = re.compile(
    "(?:employee|staff|appraisee|appraiser|supervisor|manager|reviewer|(?:reviewing|reporting)officer|hod|hr|head|overall|general|additional|"
    "final|summary)(?:'?s)?(?:comments?|remarks?|feedback)|(?:comments?|remarks?|recommendations?)(?:by|of|from)(?:the)?[a-z]{2,20}"
)
_SCORED_AS = (
    ("points", re.compile(r"max\.?|maximum|full|满分")),
    ("weighted_score", re.compile("weighted|加权|折算")),
)
#: Labels that say whose card it is.
IDENTITY_KINDS = ("period", "person", "department", "position", "evaluator", "department_person")


@derived
def filled_in(text: str) -> str:
    """What stands in a place to be filled in; "" while that is only ____ or 　　年　　月.

    Example:
        >>> filled_in("____年__月"), filled_in("__张三__")
        ('', '张三')
    """
    value = trim(text.strip(_FILL_IN))
    return "" if _UNFILLED.fullmatch(re.sub("[_＿]", "", key(value))) else value


def unfolded(text: str, label: str) -> str:
    """A folded part of a text as it is written there (its case, not its width or blanks)."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    folded = key(text)
    at = folded.find(label)
    return plain[at : at + len(label)] if at >= 0 and len(plain) == len(folded) else label


def listed(lists: Mapping[str, list[str]]) -> Iterator[tuple[str, bool]]:
    """The words of a role, each with whether it stands by itself."""
    for name, strong in (("terms", True), ("weak", False)):
        for word in lists.get(name, []):
            yield word, strong


def is_dated(text: str) -> bool:
    """Whether a text names a certain period in English, Q1 or 2026, and not only the kind of one."""
    period = parse_period(text) if text.isascii() else None
    return period is not None and (period.year is not None or period.number is not None)


def is_signed(folded: str) -> bool:
    """Whether a folded label is one of signatures, or of what somebody has to say below the table."""
    most = 30 if folded.isascii() else 20
    return (_SIGNED.search(folded) is not None and len(folded) <= most) or _REMARKS.fullmatch(folded) is not None


def scores_as(brackets: list[str]) -> str:
    """What the folded brackets of a heading of scores make of it: Marks (max.) are full marks, Score (weighted) weighted."""
    return next((role for role, said in _SCORED_AS if brackets and said.fullmatch(brackets[-1])), "score")


def fold_unit(text: str) -> str:
    """A unit as it is compared; percentages are %, in words or not."""
    unit = key(text).removeprefix("单位").strip(ORNAMENTS)
    return "%" if unit in ("百分比", "百分率", "百分数", "percent", "percentage") else unit


def without_tails(text: str) -> Iterator[str]:
    """A heading, and the same without what may follow who scored."""
    yield text
    for tail in ("得分", "评分", "打分", "分数", "评价", "分", "score", "rating", "assessment"):
        if text.endswith(tail):
            yield text[: -len(tail)]


def pair_pattern(labels: Mapping[str, tuple[str, bool, str]]) -> re.Pattern[str]:
    """A pattern of the labels that stand before a colon."""
    terms = sorted((term for kind, _, term in labels.values() if kind in IDENTITY_KINDS), key=lambda term: -len(term))
    # Blanks in the line, by their category: a set that names 　 takes long to compile, and this one comes hundreds of times.
    gap = r"[^\S\r\n\v\f]*"
    dot = r"\.?"  # Dept.:
    # Case is nothing to Chinese, and slow to leave aside.
    chinese = [term for term in terms if not re.search("[a-z]", term)]
    latin = [term for term in terms if re.search("[a-z]", term)]
    spaced = ["|".join(gap.join(re.escape(char) for char in term) for term in some) for some in (chinese, latin)]
    either = "|".join(one for one in (spaced[0], spaced[1] and f"(?i:{spaced[1]})") if one)
    twice = rf"(?:(?<=[\u4e00-\u9fff]){gap}[A-Za-z][A-Za-z./&' -]{{1,30}})?"  # 部门 Department：
    return re.compile(rf"(?<![\w/／])({either}){dot}{twice}{gap}(?:[(（][^()（）]{{0,20}}[)）])?{gap}[:：]{gap}")


def last_characters(data: Mapping[str, Any]) -> frozenset[str]:
    """What a Chinese heading or label can end in: every character of the words and patterns, and those of periods."""
    found = set("年月日号旬周季度期次半上下内外分%")

    def collect(part: Any) -> None:
        if isinstance(part, str):
            found.update(key(part))
        elif isinstance(part, Mapping):
            for name, inner in part.items():
                found.update(key(name))
                collect(inner)
        elif isinstance(part, (list, tuple)):
            for inner in part:
                collect(inner)

    # Values (surnames among them) and names of items are no headings.
    collect({name: part for name, part in data.items() if name not in ("phrase", "direction", "kind")})
    collect({name: part for name, part in data["phrase"].items() if name != "value"})
    return frozenset(found)


def built_in() -> dict[str, Any]:
    """The words that come with this package; as JSON where it is packed for a Python without TOML (3.10, LibreOffice)."""
    packed = Path(__file__).with_name("vocabulary.json")
    if packed.is_file():
        words: dict[str, Any] = json.loads(packed.read_text(encoding="utf-8"))
        return words
    import tomllib

    return tomllib.loads(packed.with_suffix(".toml").read_text(encoding="utf-8"))


def extend(base: dict[str, Any], added: Mapping[str, Any], where: str, path: str) -> None:
    """Add the words of a user to the built-in ones."""
    for name, value in added.items():
        place = f"{path}.{name}" if path else name
        if path == "aliases" and isinstance(value, str):
            base[name] = value
        elif path == "evaluators" and isinstance(value, list):
            base[name] = [*value, *base.get(name, [])]
        elif isinstance(base.get(name), dict) and isinstance(value, dict):
            extend(base[name], value, where, place)
        elif isinstance(base.get(name, [] if name == "weak" else None), list) and isinstance(value, list):
            base[name] = [*value, *base.get(name, [])]
        else:
            known = ", ".join(base)
            zh, en = f"不认识“{place}”，或类型不对（这里有 {known}）", f"{place!r} is not known, or of another type"
            raise UsageError(Message(zh, f"{en}; known here: {known}"), where)
