"""Periods as people write them, and rolling values up over them. Section 6 of `docs/scoring.md`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..errors import RuleError
from ..messages import Message
from .attainment import divide
from .values import decimal_sum, key, snap

MONTH, QUARTER, HALF, YEAR = "month", "quarter", "half", "year"

ROLLUPS = {
    "mean": "mean", "average": "mean", "avg": "mean", "平均": "mean", "加权平均": "mean",
    "sum": "sum", "合计": "sum", "求和": "sum", "累计": "sum",
    "last": "last", "期末": "last", "最近": "last",
    "min": "min", "最小": "min", "最低": "min",
    "max": "max", "最大": "max", "最高": "max",
    "pooled": "pooled", "汇总比率": "pooled", "合并比率": "pooled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A period: its kind, and as far as it is stated its year and number (quarter 3, half 1, month 11)."""

    kind: str
    year: int | None = None
    number: int | None = None

    @property
    def label(self) -> str:
        """As in a file name or a cell: 2026Q4, 2026H1, 2026-11, 2026."""
        year = str(self.year) if self.year else ""
        if self.kind == YEAR or self.number is None:
            return year
        return {QUARTER: f"{year}Q{self.number}", HALF: f"{year}H{self.number}"}.get(
            self.kind, f"{year}-{self.number:02d}" if year else f"{self.number}月"
        )


_KINDS = {
    MONTH: ("月度", "月", "每月", "本月", "当月", "monthly", "month", "thismonth"),
    QUARTER: ("季度", "季", "每季", "本季", "当季", "quarterly", "quarter", "thisquarter"),
    HALF: ("半年", "半年度", "本半年", "half", "half-year", "halfyear", "half-yearly", "halfyearly"),
    YEAR: ("年度", "年", "全年", "每年", "本年", "当年", "yearly", "annual", "annually", "year", "fullyear", "thisyear", "fy"),
}  # fmt: skip
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTH_WORDS = frozenset({*_MONTHS, *_MONTH_NAMES, "sept"})
_ORDINALS = {"1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4}
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = re.compile(r"(20\d\d)(年度?|[-./])?")
# Every period has one of these in it.
_SIGNS = re.compile(r"[\da-z月季年半]")
_NUMBER = r"(\d{1,2}|[一二三四]|i{1,3}|iv)"
_BRACKETS = re.compile(r"[()\[\]【】〔〕〖〗]")
_IN_BRACKETS = re.compile(r"[(\[【〔〖]([^()\[\]【】〔〕〖〗]*)[)\]】〕〗]")
_TO = "[-–—~至到]"
# A fiscal year counts as the year it is called after; FY2025/26 is called after none.
_FISCAL = re.compile(r"(?:fy|fiscalyear)['’]?(?:20)?(\d\d)(?![-/]?\d)|(?<!\d)(20\d\d)财年")
_MONTH_WORD = "|".join(sorted(_MONTH_WORDS, key=lambda word: (-len(word), word)))
_DAY_OF = r"\d{1,2}(?:st|nd|rd|th)?"
_MONTH_AND_DAY = rf"(?:{_DAY_OF}(?=20\d\d|\D|$))?,?"
_FROM_TO = (
    re.compile(
        rf"(?P<y1>20\d\d)年?(?P<m1>\d{{1,2}})月(?:\d{{1,2}}[日号])?{_TO}"
        r"(?:(?P<y2>20\d\d)年?)?(?P<m2>\d{1,2})月(?:份|\d{1,2}[日号])?"
    ),
    re.compile(
        rf"(?P<y1>20\d\d)[./-]?(?P<m1>\d{{1,2}})(?:[./-]\d{{1,2}})?{_TO}"
        r"(?P<y2>20\d\d)[./-]?(?P<m2>\d{1,2})(?:[./-]\d{1,2})?(?!\d)"
    ),
    re.compile(
        rf"(?P<y1>20\d\d)(?P<sep>[./-])(?P<m1>\d{{1,2}})(?P=sep)\d{{1,2}}{_TO}"
        r"(?:(?P<y2>20\d\d)(?P=sep))?(?P<m2>\d{1,2})(?P=sep)\d{1,2}(?![./\d-])"
    ),
    re.compile(
        rf"(?<!\d)(?P<y1>20\d\d)(?P<m1>0[1-9]|1[0-2])[0-3]\d{_TO}(?P<y2>20\d\d)?(?P<m2>0[1-9]|1[0-2])[0-3]\d(?!\d)"
    ),
    re.compile(
        rf"(?:{_DAY_OF}(?:of)?)?(?P<n1>{_MONTH_WORD})\.?{_MONTH_AND_DAY}(?P<y1>20\d\d)?(?:{_TO}|to|through|thru|until|till)"
        rf"(?:{_DAY_OF}(?:of)?)?(?P<n2>{_MONTH_WORD})\.?{_MONTH_AND_DAY}(?P<y2>20\d\d)?"
    ),
)  # fmt: skip
_QUARTER_OR_HALF = (
    "(?:q[1-4]|h[12]|(?:1st|2nd|3rd|4th|first|second|third|fourth)(?:quarter|half)|第?[一二三四1-4]季度?|[上下]半年度?)"
)
_NO_MORE = r"(?!\d|[-./]\d|年?度?(?:\d|第?[一二三四1-4]季|[上下]半|[qh][1-4]))"
#: Periods that say their year otherwise than in front, and those from one month or day to another, as texts in lower case
#: without blanks have them: 2026年7月1日-9月30日, 2026.7-2026.9, q32026, 第三季度(2026), 〔2026〕三季度, julytoseptember2026.
SPANS = (
    *_FROM_TO,
    re.compile(
        r"(?<!20\d\d)(?<!20\d\d[-./年])(?<!20\d\d年第)(?<!20\d\d年度)(?<!20\d\d年度第)"
        rf"{_QUARTER_OR_HALF}[(\[【〔,/-]?(?:of)?(?:fy)?20\d\d{_NO_MORE}(?:年度?)?[)\]】〕]?"
    ),
    re.compile(rf"[(\[【〔]20\d\d(?:年度?)?[)\]】〕](?:{_QUARTER_OR_HALF}|(?:1[0-2]|0?[1-9])(?:月?{_TO}(?:1[0-2]|0?[1-9]))?月)"),
    re.compile(r"(?:q[1-4]|h[12])[(,/-]?fy['’]?(?:20)?\d\d(?![-/]?\d)\)?|fy['’]?(?:20)?\d\d[,/-]?(?:q[1-4]|h[12])(?!\d)"),
    re.compile(r"(?<!\d)[1-4]q['’]?(?:20)?\d\d(?!\d)|q[1-4]['’]\d\d(?!\d)"),
)  # fmt: skip
_DAY = re.compile(
    r"20\d\d[-./年](?:1[0-2]|0?[1-9])[-./月](?:3[01]|[12]\d|0?[1-9])[日号]?|20\d\d(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])"
    r"|(?:1[0-2]|0?[1-9])月(?:3[01]|[12]\d|0?[1-9])[日号]|(?:3[01]|[12]\d|0?[1-9])[-./](?:3[01]|[12]\d|0?[1-9])[-./]20\d\d"
    rf"|{_DAY_OF}(?:of)?[-./]?(?:{_MONTH_WORD})[-./]?,?20\d\d|(?:{_MONTH_WORD})\.?{_DAY_OF},?20\d\d"
)


_A_DAY = re.compile(r"(?<!\d)20\d\d[-./年_](?:1[0-2]|0?[1-9])[-./月_](?:3[01]|[12]\d|0?[1-9])(?!\d)[日号]?")


@lru_cache(maxsize=8_192)
def is_day(text: str) -> bool:
    """Whether a text is a date: when something was done, and no period.

    Example:
        >>> is_day("2026年10月8日"), is_day("2026-10-08"), is_day("8 October 2026"), is_day("2026年10月")
        (True, True, True, False)
    """
    return _DAY.fullmatch(key(text)) is not None


@lru_cache(maxsize=8_192)
def parse_period(text: str) -> Period | None:
    """A period from any usual spelling; None if the text is not one.

    Understood: 月度, 季度, 半年, 年度, 2026年一季度, 2026Q3, 第1季度, 1-3月, 上半年, H1, 2026年11月, 2026-11, 全年, 2026年度,
    2026年7月1日-9月30日, July to September 2026, 3Q26, FY26 Q3 (a fiscal year is the year it is called after), and a period
    with the same one again in brackets: 2026年第三季度（7-9月). A day is none, see `is_day`.

    Example:
        >>> parse_period("2026年第三季度").label, parse_period("季度").kind, parse_period("4-6月").number
        ('2026Q3', 'quarter', 2)
    """
    plain = key(text)
    if not _SIGNS.search(plain):
        return None  # most texts are none, and say so at once
    plain = _FISCAL.sub(lambda match: f"20{match[1]}" if match[1] else f"{match[2]}年", plain)
    found = _parse(_BRACKETS.sub("", plain))
    said = _IN_BRACKETS.findall(plain) if found is None else []
    if not said:
        return found
    found = _parse(_BRACKETS.sub("", _IN_BRACKETS.sub("", plain)))
    for inner in said:  # 2026年第三季度(7-9月): the same once more
        again = _parse(inner)
        found = merged(found, again) if found is not None and again is not None else None
    return found


def without_days(text: str) -> str:
    """A longer text without the days in it: they say when it was written.

    Example:
        >>> without_days("考核表2026-10-08"), without_days("2026年10月8日交")
        ('考核表 ', ' 交')
    """
    return _A_DAY.sub(" ", text)


def merged(one: Period, other: Period) -> Period | None:
    """The period that two texts name together, each with what the other leaves open; None if they contradict each other.

    Example:
        >>> merged(Period(QUARTER, 2026, 3), Period(QUARTER, None, 3)).label, merged(Period(HALF, 2026), Period(YEAR, 2026))
        ('2026Q3', None)
    """
    is_same_kind = one.kind == other.kind and (one.number == other.number or None in (one.number, other.number))
    if not is_same_kind or (one.year != other.year and None not in (one.year, other.year)):
        return None
    return Period(one.kind, one.year or other.year, one.number or other.number)


def _parse(plain: str) -> Period | None:
    """A period from a folded text without brackets."""
    year: int | None = None
    if (match := next((found for pattern in _FROM_TO if (found := pattern.fullmatch(plain))), None)) is not None:
        return _from_to(match, None)
    match = re.fullmatch(r"(?:([1-4])q|([12])h)['’]?(?:20)?(\d\d)|q([1-4])['’/-](\d\d)", plain)
    if match:  # 3Q26, Q3'26
        return Period(HALF if match[2] else QUARTER, 2000 + int(match[3] or match[5]), int(match[1] or match[2] or match[4]))
    match = _YEAR.search(plain)
    if match:
        year = int(match[1])
        separator = match[2] or ""
        plain = plain[: match.start()] + plain[match.end() :]
        if not plain:
            return Period(YEAR, year) if separator[:1] != "-" else None
        if re.search("[a-z季半]", plain):
            plain = plain.removesuffix("of").strip(",/-")  # Q3, 2026
    plain = (
        plain.removesuffix("考核").removesuffix("目标").removesuffix("度")
        if plain not in ("月度", "季度", "年度")
        else plain
    )
    if year is not None and not plain:
        return Period(YEAR, year)
    for kind, words in _KINDS.items():
        if plain in words:
            return Period(kind, year)
    if (match := _FROM_TO[-1].fullmatch(plain)) is not None:
        return _from_to(match, year)
    month = _MONTHS.get(plain[:3]) if plain.removesuffix(".") in _MONTH_WORDS else None
    if month is not None:
        return Period(MONTH, year, month)
    match = re.fullmatch(rf"第?{_NUMBER}季|q(?:uarter|tr)?\.?([1-4])", plain)
    if match:
        number = _whole(match[1] or match[2])
        return Period(QUARTER, year, number) if 1 <= number <= 4 else None
    match = re.fullmatch(r"(1st|2nd|3rd|4th|first|second|third|fourth)(quarter|half)", plain)
    if match and (match[2] == "quarter" or _ORDINALS[match[1]] < 3):
        return Period(QUARTER if match[2] == "quarter" else HALF, year, _ORDINALS[match[1]])
    match = re.fullmatch(r"([上下])半年|h([12])", plain)
    if match:
        return Period(HALF, year, _whole(match[1] or match[2]))
    match = re.fullmatch(r"(\d{1,2})月?[-–—~至到](\d{1,2})月份?", plain)
    if match:
        return _span(int(match[1]), int(match[2]), year)
    if re.fullmatch(r"\d{1,2}月?(?:[、,]\d{1,2}月?)+份?", plain) and "月" in plain:
        months = [int(month) for month in re.findall(r"\d+", plain)]  # 7、8、9月
        return _span(months[0], months[-1], year) if months == list(range(months[0], months[-1] + 1)) else None
    match = re.fullmatch(r"(\d{1,2})月份?", plain) or (re.fullmatch(r"(\d{1,2})", plain) if year else None)
    if match and 1 <= int(match[1]) <= 12:
        return Period(MONTH, year, int(match[1]))
    return None


def _whole(text: str) -> int:
    return _CHINESE.get(text) or int(text)


def _from_to(match: re.Match[str], year: int | None) -> Period | None:
    """The period from one month to another that a match of `_FROM_TO` names; `year` is what stood elsewhere."""
    said = match.groupdict()
    years = {int(one) for one in (said["y1"], said["y2"]) if one} | ({year} if year else set())
    first, last = (
        int(said[f"m{at}"]) if f"m{at}" in said else _MONTHS[said[f"n{at}"][:3]] for at in (1, 2)
    )  # fmt: skip
    return _span(first, last, next(iter(years), None)) if len(years) < 2 else None


def _span(first: int, last: int, year: int | None) -> Period | None:
    months = last - first + 1
    if months == 3 and first in (1, 4, 7, 10):
        return Period(QUARTER, year, (first + 2) // 3)
    if months == 6 and first in (1, 7):
        return Period(HALF, year, 1 if first == 1 else 2)
    return Period(YEAR, year) if (first, last) == (1, 12) else None


def find_period(wanted: str, periods: Sequence[str]) -> int | None:
    """The index of the period that `wanted` names: the same text, else the same period, else the only one of its kind.

    A header without a year (三季度) stands for any year.

    Example:
        >>> find_period("2026Q3", ["月度", "季度", "半年", "年度"])
        1
    """
    keys = [key(p) for p in periods]
    if key(wanted) in keys:
        return keys.index(key(wanted))
    period = parse_period(wanted)
    if period is None:
        return None
    parsed = [parse_period(p) for p in periods]
    same = [i for i, p in enumerate(parsed) if p is not None and _is_same(p, period)]
    kind = [i for i, p in enumerate(parsed) if p is not None and p.kind == period.kind and p.number is None]
    found = same or kind
    return found[0] if len(found) == 1 else None


def _is_same(a: Period, b: Period) -> bool:
    return (a.kind, a.number) == (b.kind, b.number) and (a.year == b.year or None in (a.year, b.year))


def rollup_name(text: str | None) -> str:
    """A roll-up from any accepted spelling; "mean" when omitted.

    Raises:
        RuleError: Unknown (#NUM!).
    """
    if text is None or not key(text):
        return "mean"
    name = ROLLUPS.get(key(text))
    if name is None:
        raise RuleError(Message(f"未知汇总方式“{text}”", f'unknown roll-up "{text}"'))
    return name


def roll_up(values: Sequence[float], weights: Sequence[float] | None = None, how: str = "mean") -> float:
    """One value for several periods.

    Args:
        values: One per period, in order; for "pooled" the numerators.
        weights: Weights of a mean, not necessarily summing to 1; for "pooled" the denominators.
        how: mean, sum, last, min, max or pooled.

    Raises:
        RuleError: Nothing to roll up (#N/A); lengths differ, negative weights, pooled without denominators (#NUM!);
            weights or denominators that sum to 0 (#DIV/0!).

    Example:
        >>> roll_up([95, 40, 190, 9], [100, 50, 200, 10], "pooled")
        0.927777777778
        >>> roll_up([0.95, 0.80, 0.95, 0.90])
        0.9
    """
    if not values:
        raise RuleError(Message("没有可汇总的数", "nothing to roll up"), code="#N/A")
    if weights is not None and len(weights) != len(values):
        raise RuleError(Message("数值与权重个数不同", "values and weights differ in number"))
    if weights is not None and any(w < 0 for w in weights):
        raise RuleError(Message("权重为负", "a weight is negative"))
    if how == "mean":
        if weights is None:
            return snap(decimal_sum(list(values)) / len(values))
        return divide(
            decimal_sum([snap(v * w) for v, w in zip(values, weights, strict=True)]), decimal_sum(list(weights))
        )
    if how == "pooled":
        if weights is None:
            raise RuleError(Message("汇总比率需要分母", "pooled: the denominators are needed"))
        return divide(decimal_sum(list(values)), decimal_sum(list(weights)))
    if how == "sum":
        return decimal_sum(list(values))
    if how in ("min", "max"):
        return snap(min(values) if how == "min" else max(values))
    if how == "last":
        return snap(values[-1])
    raise RuleError(Message(f"未知汇总方式“{how}”", f'unknown roll-up "{how}"'))
