"""Score ranges in headers: 远超目标（100-90分）, 80≤X<90, 60分以下."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ..scoring.values import key
from .folding import ORNAMENTS
from .probe import asked

_LONGEST_HEADER = 40
_N = r"(\d{1,4}(?:\.\d+)?)"
_INCLUDED = r"(?:\(不?含\))?"
# Level 4 in front of 90-100; digits that are all spaced out belong together.
_APART = re.compile(r"(?:(?<=[^\W\d_]\s\d)|(?<=[^\W\d_]\d))\s+(?=\d(?:\d|[-~—–]))")
_P = r"(?:分|points?|pts|marks?)?"
_SPAN = re.compile(
    rf"(?<![\d年])(?<!fy){_N}{_P}{_INCLUDED}(?:-|~|—|–|−|至|到|to(?=\d))+(?:<|<=|≤)?{_N}(?![\d.月日年季%]){_P}{_INCLUDED}"
)
_BETWEEN = re.compile(rf"{_N}{_P}(?:<=?|≤)[^\d<>=≤≥]{{0,6}}(?:<=?|≤){_N}{_P}")
_FROM = re.compile(
    rf"(?:≥|>=|>|不低于|高于|(?:above|over|atleast)){_N}{_P}|{_N}{_P}(?:\(含\)|及|含)?以上(?:\(含\))?{_P}"
    rf"|{_N}{_P}(?:andabove|orabove|orhigher|ormore|\+)"
)
_TO = re.compile(
    rf"(?:≤|<=|<|低于|不足|(?:below|under|upto|lessthan)){_N}{_P}|{_N}{_P}(?:\((?:不含|含)\)|及)?以下(?:\((?:不含|含)\))?{_P}"
    rf"|{_N}{_P}(?:andbelow|orbelow|orlower|orless)"
)


# 5分制, 十分制, 1-5分, 满分10分, out of 5, 10-point scale: what scores are out of where that is not 100.
_SCALE = re.compile(
    r"(?<![\d.])(\d{1,2}|三|四|五|七|十|二十)分制|(?<![\d.])[01]分?(?:-|~|—|–|至|到|to)(\d{1,2})(?![\d.月日年季%])(?:分|points?)?"
    r"|满分(?:为|:|=)?(\d{1,2})(?![\d.])分?|outof(\d{1,2})(?![\d.])|(?<![\d.])(\d{1,2})-?point"
)
_NUMERALS = {"三": 3, "四": 4, "五": 5, "七": 7, "十": 10, "二十": 20}
_LOWEST_SCALE, _HIGHEST_SCALE = 3, 20


@asked
def score_scale(text: str) -> float | None:
    """What the scores under a heading are out of, where it states a scale such as 5 or 10; None otherwise.

    Example:
        >>> score_scale("得分（1-5分）"), score_scale("评分(10分制)"), score_scale("得分（0-100分）"), score_scale("得分")
        (5.0, 10.0, None, None)
    """
    return _scale_in(text) if len(text) <= _LONGEST_HEADER else None


@lru_cache(maxsize=1024)  # asked of the same headings in each card of a form
def _scale_in(text: str) -> float | None:
    match = _SCALE.search(key(text))
    if match is None:
        return None
    said = next(group for group in match.groups() if group)
    number = float(_NUMERALS.get(said) or said)
    return number if _LOWEST_SCALE <= number <= _HIGHEST_SCALE else None


class ScoreRange(NamedTuple):
    """A score range in a header: its ends, and the text without it."""

    low: float
    high: float
    rest: str


@asked
def score_range(text: str) -> ScoreRange | None:
    """The score range in a header, in any usual writing; None if there is none.

    Example:
        >>> score_range("远超目标（100-90分）")
        ScoreRange(low=90.0, high=100.0, rest='远超目标')
        >>> score_range("60分以下")[:2], score_range("2026-2027"), score_range("1-3月")
        ((0.0, 60.0), None, None)
    """
    folded = key(_APART.sub("|", text))  # Level 4 over 90-100 is not 490
    if not any(c.isdigit() for c in folded) or len(folded) > _LONGEST_HEADER:
        return None
    for pattern in (_BETWEEN, _SPAN, _FROM, _TO):
        match = pattern.search(folded)
        if match is None:
            continue
        ends = [float(group) for group in match.groups() if group is not None]
        if pattern is _FROM:
            ends.append(max(100.0, ends[0]))
        elif pattern is _TO:
            ends.append(0.0)
        if max(ends) > 1000:
            return None  # years, amounts
        rest = folded[: match.start()] + folded[match.end() :]
        rest = re.sub(r"[(\[【〔{]分?[)\]】〕}]", "", rest).strip(ORNAMENTS + "()[]【】|")
        return ScoreRange(min(ends), max(ends), _as_written(text, rest))
    return None


def _as_written(text: str, folded: str) -> str:
    """The part of a text that was folded to `folded`, if it is its beginning or its end."""
    for part in re.split(
        r"[\n(（\[【:：]|(?<=[^\d.<>=≤≥~～-])(?=[\d<>=≤≥])|(?<=[)）\]】分\d])(?=[^\d.分)）\]】~～-])", text
    ):
        if key(part).strip(ORNAMENTS) == folded:
            return " ".join(part.split()).strip(ORNAMENTS)
    return folded
