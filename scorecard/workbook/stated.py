"""Weights and full marks that stand inside a heading: 代码质量（权重45%）, 工作业绩(40分)."""

from __future__ import annotations

import re
from typing import cast

from ..scoring.values import Reading, read
from .probe import probe_of

_WIDE = str.maketrans("０１２３４５６７８９％（）．：﹪", "0123456789%().:%")
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９％．﹪", "0123456789%.%")
_NUMBER = r"(\d{1,3}(?:\.\d+)?)"
_NAMED_WEIGHT = re.compile(
    rf"[(\[【]?\s*(?:权重|比重|占比|占|weight)\s*[:=为]?\s*{_NUMBER}\s*(%?)\s*[)\]】]?", re.IGNORECASE
)
_PERCENT = re.compile(rf"[(\[【]?\s*{_NUMBER}\s*(%)\s*[)\]】]?")
_POINTS = re.compile(
    rf"[(\[【]\s*(?:满分|分值)?\s*[:=为]?\s*{_NUMBER}\s*(?:分|points|pts)\s*[)\]】]|(?:满分)?{_NUMBER}\s*分\s*$"
)
_DIGIT = re.compile(r"\d")
_FRINGE = " \t\r\n.…·:：-—_/*、，,()（）[]【】"


def stated_in(text: str) -> tuple[str, Reading | None, Reading | None]:
    """A heading such as 代码质量（权重45%） or 工作业绩(40分): its name, the weight, the full marks.

    Example:
        >>> name, weight, points = stated_in("代码质量 … 45%")
        >>> name, weight.number
        ('代码质量', 0.45)
    """
    probe = probe_of(text)
    if probe is not None:
        numbers = probe.ask(_numbers_in)
        return (cast(str, probe.derive(_name_in)), *numbers)
    if not _DIGIT.search(text):
        return " ".join(text.split()), None, None
    # Patterns are tried on a copy of the same length; the name keeps its brackets as they are written.
    plain, written = text.translate(_WIDE), text.translate(_WIDE_DIGITS)
    match = _NAMED_WEIGHT.search(plain)
    if match is not None and _belongs_to_name(plain, match):
        match = None
    match = match or next(iter([*_PERCENT.finditer(plain)][-1:]), None)
    weight = points = None
    if match is not None:
        weight = read(f"{match[1]}{match[2]}")
        plain = plain[: match.start()] + plain[match.end() :]
        written = written[: match.start()] + written[match.end() :]
    full = _POINTS.search(plain)
    if full is not None:
        points = read(full[1] or full[2])
        written = written[: full.start()] + written[full.end() :]
    if match is None and full is None:
        return " ".join(text.split()), None, None
    name = " ".join(re.sub(r"[(\[【（]\s*[)\]】）]", "", written).split()).strip(_FRINGE)
    name = re.sub(r"[(（]$|^[)）]", "", name).strip()
    # Brackets that belong to the name come back: 满意度(外部)
    for opening, closing in ("()", "（）"):
        name += closing * max(name.count(opening) - name.count(closing), 0)
    return name, weight, points


def _belongs_to_name(text: str, match: re.Match[str]) -> bool:
    """药占比 25%, 近效期药品占比 10%: the share is what the item measures, and a weight stands apart from it."""
    if not match.start() or match[0][0] in "([【 \t\u3000" or text[match.start() - 1] in _FRINGE:
        return False
    return match.start() == 1 or re.match(r"(?:占比|比重)\s+\d", match[0]) is not None


def _name_in(text: str) -> str:
    return stated_in(text)[0]


def _numbers_in(text: str) -> tuple[Reading | None, Reading | None]:
    return stated_in(text)[1:]
