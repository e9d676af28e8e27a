"""部门: each department's people, completion, mean, spread and grades; formulas over the list."""

from __future__ import annotations

import math
from collections import Counter

from . import people as listing
from .context import Context
from .style import Book, Sheet, cell, fitting, span

SHEET = "部门"
TOP = 3
FIRST = TOP + 1
(NAME, PEOPLE, COMPLETE, SHARE, MEAN, BEST, WORST, SPREAD) = range(8)
GRADES = 8
NAMELESS = "（未注明）"


def rows(context: Context) -> list[str]:
    """The departments in the order of the sheet, best mean first; "" stands for people without one."""
    people = context.people
    means = people.groupby("department")["total"].mean()
    ranked = sorted(means.index, key=lambda name: (-(means[name] if means[name] == means[name] else -math.inf), name))
    return [*ranked, *sorted(set(_missing(context)) - set(ranked))]


def _missing(context: Context) -> Counter[str]:
    """How many of each department on the roster have no card."""
    return Counter(department for _, _, department in context.done.missing)


def add(book: Book, context: Context) -> None:
    """Write the sheet."""
    people = context.people
    sheet = book.sheet(SHEET, f"部门{context.of_period}", "人数、均分和等级分布随“名单”变化。", tab="#4A7FB0")
    head = "人数（含未交）" if context.done.roster is not None else "人数"
    heads = ("部门", head, "完成", "完成率", "平均分", "最高", "最低", "标准差", *context.grades)
    sheet.widths((fitting(people["department"], 16, 36), 8, 8, 9, 9, 9, 9, 9, *[8] * len(context.grades)))
    sheet.heads(TOP, heads)
    sheet.ws.freeze_panes(FIRST, 1)
    last = max(context.last, listing.FIRST)
    totals = span(listing.FIRST, last, listing.TOTAL, listing.SHEET)
    departments = span(listing.FIRST, last, listing.DEPARTMENT, listing.SHEET)
    grades = span(listing.FIRST, last, listing.GRADE, listing.SHEET)
    names = rows(context)
    missing = _missing(context)
    for row, name in enumerate(names, FIRST):
        group = people[people["department"] == name]
        count = len(group) + missing[name]
        scored = [float(t) for t in group["total"] if t == t]
        sheet.text(row, NAME, name or NAMELESS)
        mine = f"({departments}={cell(row, NAME) if name else chr(34) * 2})"
        has = f"*ISNUMBER({totals})"
        _live(sheet, context, row, PEOPLE, f"=SUMPRODUCT({mine}*1)+{missing[name]}", count, "whole")
        _live(sheet, context, row, COMPLETE, f"=SUMPRODUCT({mine}{has})", len(scored), "whole")
        share = f'=IF({cell(row, PEOPLE)}=0,"",{cell(row, COMPLETE)}/{cell(row, PEOPLE)})'
        _live(sheet, context, row, SHARE, share, len(scored) / count if count else None, "percent")
        mean = math.fsum(scored) / len(scored) if scored else None
        total = f"SUMPRODUCT({mine}{has},{totals})"
        _live(
            sheet, context, row, MEAN, f'=IF({cell(row, COMPLETE)}=0,"",{total}/{cell(row, COMPLETE)})', mean, "score"
        )
        sheet.number(row, BEST, max(scored, default=None), "score")
        sheet.number(row, WORST, min(scored, default=None), "score")
        sheet.number(row, SPREAD, deviation(scored), "score")
        for i, label in enumerate(context.grades):
            graded = int(((group["grade"] == label) & group["total"].notna()).sum())
            head = cell(TOP, GRADES + i, fixed=True)
            _live(sheet, context, row, GRADES + i, f"=SUMPRODUCT({mine}*({grades}={head}))", graded, "whole")
    row = FIRST + len(names)
    sheet.text(row, NAME, "合计", "total")
    own = (FIRST, row - 1)
    everyone = len(people) + missing.total()
    for col in (PEOPLE, COMPLETE, *range(GRADES, GRADES + len(context.grades))):
        value = {PEOPLE: everyone, COMPLETE: int(people["total"].notna().sum())}.get(col)
        if value is None:
            value = int(((people["grade"] == context.grades[col - GRADES]) & people["total"].notna()).sum())
        sheet.formula(row, col, f"=SUM({span(*own, col)})" if names else "=0", value, "total_whole")
    complete = int(people["total"].notna().sum())
    sheet.formula(
        row, SHARE, f'=IF({cell(row, PEOPLE)}=0,"",{cell(row, COMPLETE)}/{cell(row, PEOPLE)})',
        complete / everyone if everyone else None, "total_percent",
    )  # fmt: skip
    everybody = [float(t) for t in people["total"] if t == t]
    mean = math.fsum(everybody) / len(everybody) if everybody else None
    sheet.formula(row, MEAN, f'=IF({cell(row, COMPLETE)}=0,"",AVERAGE({totals}))', mean, "total_score")
    ends = max(everybody, default=None), min(everybody, default=None)
    sheet.formula(row, BEST, f'=IF({cell(row, COMPLETE)}=0,"",MAX({totals}))', ends[0], "total_score")
    sheet.formula(row, WORST, f'=IF({cell(row, COMPLETE)}=0,"",MIN({totals}))', ends[1], "total_score")
    sheet.formula(row, SPREAD, f'=IF({cell(row, COMPLETE)}<2,"",STDEV({totals}))', deviation(everybody), "total_score")
    if names:
        bar = {"type": "data_bar", "bar_color": "#C5D7E8", "bar_solid": True, "min_type": "num", "min_value": 0,
               "max_type": "num", "max_value": 100}  # fmt: skip
        sheet.ws.conditional_format(FIRST, MEAN, row - 1, MEAN, bar)
    told = "人数含花名册上没有交表的，也含交了表而不在花名册上的。" if context.done.roster is not None else ""
    sheet.text(row + 2, 0, f"{told}标准差按样本（n-1）计；不足两人时不计。", "subtitle")


def _live(sheet: Sheet, context: Context, row: int, col: int, formula: str, value: float | None, style: str) -> None:
    if context.is_live:
        sheet.formula(row, col, formula, value, style)
    else:
        sheet.number(row, col, value, style)


def deviation(values: list[float]) -> float | None:
    """The sample standard deviation; None for fewer than two values."""
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
