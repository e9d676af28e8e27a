"""Periods: file name, sheet name, title and cell should say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from ...findings import Finding
from ...scoring.periods import HALF, MONTH, QUARTER, YEAR, Period, parse_period, without_days
from ...scoring.values import key
from .registry import book_check
from .subjects import Book, finding

_PERIOD = re.compile(
    r"(?:20\d\d[年.\-/]?)?(?:第?[一二三四1-4]季度?|[上下]半年度?|q[1-4](?!\d)|h[12](?!\d)|(?<!\d)(?:1[0-2]|0?[1-9])月份?)"
    r"|20\d\d-(?:1[0-2]|0[1-9])(?!\d)|20\d\d年度?|(?<!\d)20\d\d(?!\d)"
)
_MONTHS = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}


@book_check("period-disagrees")
def disagreeing_periods(book: Book) -> Iterator[Finding]:
    """A table whose period is another one than that of its sheet, its title or its file."""
    file = stated_period(PurePath(book.file).stem)
    for subject in book.subjects:
        table = subject.table
        text, cell = table.identity.get("period", ("", ""))
        sources = [
            (("文件名", "the file name"), PurePath(book.file).name, file, ""),
            (("工作表名", "the sheet name"), table.sheet, stated_period(table.sheet), ""),
            (("标题", "the title"), table.title, stated_period(table.title), table.title_cell or ""),
            (("单元格", "the cell"), text, stated_period(text), cell),
        ]
        known = [source for source in sources if source[2] is not None]
        for i, (what, one, period, _) in enumerate(known):
            clash = next((o for o in known[i + 1 :] if period and o[2] and not agree(period, o[2])), None)
            if clash is not None:
                zh = f"{what[0]}“{one}”与{clash[0][0]}“{clash[1]}”不是同一期间"
                en = f'{what[1]} "{one}" and {clash[0][1]} "{clash[1]}" name different periods'
                yield finding("period-disagrees", table.sheet, clash[3] or cell or table.title_cell or "", zh, en)
                break


def stated_period(text: str) -> Period | None:
    """The one period that a text names with a year or a number; None without, or with several.

    Example:
        >>> stated_period("客服部2026年第三季度考核表").label, stated_period("季度考核表"), stated_period("004-9.1")
        ('2026Q3', None, None)
    """
    found = {p for m in _PERIOD.finditer(without_days(key(text))) if (p := parse_period(m[0])) is not None}
    found = {p for p in found if p.year is not None or p.number is not None}
    return found.pop() if len(found) == 1 else None


def agree(a: Period, b: Period) -> bool:
    """Whether two periods can be meant together: the same, or one within the other.

    Example:
        >>> agree(Period("quarter", 2026, 3), Period("month", None, 8)), agree(Period("year", 2026), Period("year", 2025))
        (True, False)
    """
    if a.year and b.year and a.year != b.year:
        return False
    (first_a, last_a), (first_b, last_b) = _span(a), _span(b)
    return (first_a >= first_b and last_a <= last_b) or (first_b >= first_a and last_b <= last_a)


def _span(period: Period) -> tuple[int, int]:
    """First and last month."""
    if period.kind == YEAR or period.number is None:
        return 1, 12
    months = _MONTHS[period.kind]
    return (period.number - 1) * months + 1, period.number * months
