"""Thresholds as departments write them into band cells: ≥98%, 95%-98%, 90%以下, 95%≤X<98%."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...scoring.values import key, read

_TO = re.compile(r"[-~—–−至到]+")
_BETWEEN = re.compile(r"^(?P<low>[^<≤=]+?)(?:<=|≤|<)[a-z实际值得分完成率]*(?:<=|≤|<)(?P<high>.+)$")
_INCLUDED = re.compile(r"\(不?含\)|含|\(|\)")


class Interval(NamedTuple):
    """A stretch of values; None is open. Percentages are fractions."""

    low: float | None
    high: float | None


def interval(value: object, number_format: str = "") -> Interval | None:
    """The stretch of values that a cell states, or None if it states none.

    A lone number states where a band begins.

    Example:
        >>> interval("95%-98%"), interval("≥98%"), interval("90％以下"), interval("√")
        (Interval(low=0.95, high=0.98), Interval(low=0.98, high=None), Interval(low=None, high=0.9), None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        number = read(value, number_format=number_format or None).number
        return Interval(number, None) if number is not None else None
    text = _INCLUDED.sub("", key(str(value)))
    whole = read(text)
    if whole.number is not None:
        return Interval(None, whole.number) if whole.bound == "<=" else Interval(whole.number, None)
    match = _BETWEEN.match(text)
    parts = [match["low"], match["high"]] if match else _TO.split(text)
    if len(parts) != 2:
        return None
    percent = any("%" in part for part in parts)
    numbers = [read(part, unit="%" if percent else None).number for part in parts]
    low, high = numbers
    if low is None or high is None:
        return None
    return Interval(min(low, high), max(low, high))
