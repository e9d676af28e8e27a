"""The period that a card states: in its title, or beside a label; a day is none."""

from __future__ import annotations

import re

from ..scoring import periods
from ..scoring.periods import SPANS
from .cells import Cell
from .probe import asked, derived

parse_period = asked(periods.parse_period)
is_day = asked(periods.is_day)

_PERIOD_IN_TITLE = re.compile(
    r"20\d\d(?:年度?|-)?(?:第?(?:[一二三四1-4]|i{1,3}|iv)季度?|[上下]半年度?|(?:1[0-2]|0?[1-9])(?:[-~至](?:1[0-2]|0?[1-9]))?月份?|q[1-4]|h[12]|年度|度)?"
    r"|第?[一二三四1-4]季度|[上下]半年|半年度?|季度|月度|年度"
)


def period_in(words: str) -> re.Match[str] | None:
    """The period that a title names: 2026年第三季度 rather than 月度 in 月度绩效考核表（2026年第三季度）."""
    named = [match for pattern in (*SPANS, _PERIOD_IN_TITLE) for match in pattern.finditer(words)]
    certain = (m for m in named if (one := parse_period(m[0])) is not None and one.year is not None)
    return next(certain, next(iter(named), None))


def without_day(value: str) -> str:
    """A stated period, or "" where it is a day: 考核日期 2026年10月8日 says when the assessment was made."""
    return "" if is_day(value) else value


def month_shown(value: str, cell: Cell, label: str) -> str:
    """The month that a date stands for, where its cell shows no day or its label asks for a month; else the value itself."""
    if not cell.is_date or not is_day(value):
        return value
    shown = re.sub(r'"[^"]*"|\[.*?\]', "", cell.number_format).casefold()
    return _month_of(value) if "d" not in shown or "月" in label or "month" in label.casefold() else value


@derived
def _month_of(value: str) -> str:
    return value[:7]
