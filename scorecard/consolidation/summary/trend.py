"""趋势: everybody's totals period by period, from the history, with small columns in each row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from .context import Context
from .style import Book, cell, fitting

SHEET = "趋势"


@dataclass(frozen=True)
class Past:
    """What the history knows: everybody in every period, and the period before this one with everybody's total.

    `same` says under which `who` the history has somebody whose staff number another period knows.
    """

    people: pd.DataFrame
    period: str
    totals: dict[str, float]
    same: dict[str, str] = field(default_factory=dict)

    def who(self, who: str) -> str:
        """Under what the history has somebody of this period."""
        return self.same.get(who, who)


def add(book: Book, context: Context, past: Past) -> None:
    """Write the sheet: the last eight periods of this one's kind, this one included."""
    periods = _periods(context, past)
    sheet = book.sheet(SHEET, f"趋势{context.of_period}", "各期总分；走势和变化随数字更新，走势各行同一刻度。", tab="#4A7FB0")
    sheet.widths((11, fitting(context.people["department"], 15, 28), *[10] * len(periods), 10, 18))
    sheet.heads(3, ("姓名", "部门", *periods, "变化", "走势"), height=24)
    sheet.ws.freeze_panes(4, 2)
    known = past.people.pivot_table(index="who", columns="period", values="total", aggfunc="last")
    last = 1 + len(periods)
    # Columns, because LibreOffice prints no lines; on one scale, a little below the lowest total of all.
    scored = [v for v in (*known.to_numpy().ravel(), *context.people["total"]) if v == v]
    scale = {"min": max(0, math.floor(min(scored, default=0) / 10 - 1) * 10), "max": max([100.0, *scored])}
    for row, p in enumerate(context.people.itertuples(index=False), 4):
        sheet.text(row, 0, p.person)
        sheet.text(row, 1, p.department)
        values = []
        for col, period in enumerate(periods, 2):
            value = p.total if period == context.done.period else None
            if value is None and past.who(p.who) in known.index and period in known.columns:
                value = known.at[past.who(p.who), period]
            values.append(None if value is None or pd.isna(value) else float(value))
            sheet.number(row, col, values[-1])
        if len(periods) > 1:
            mine, other = cell(row, last), cell(row, last - 1)
            gap = None if None in values[-2:] else round(values[-1] - values[-2], 2) + 0.0  # type: ignore[operator]
            sheet.formula(row, last + 1, f'=IF(OR({mine}="",{other}=""),"",ROUND({mine}-{other},2))', gap, "change")
            where = f"'{SHEET}'!{cell(row, 2)}:{mine}"
            sheet.text(row, last + 2, "")
            sheet.ws.add_sparkline(row, last + 2, {"range": where, "type": "column", "series_color": "#4A7FB0", **scale})


def _periods(context: Context, past: Past) -> Sequence[str]:
    from ...scoring.periods import parse_period
    from ..history import period_order

    mine = parse_period(context.done.period)
    same = [
        label for label in dict.fromkeys(past.people["period"])
        if (p := parse_period(label)) and mine and p.kind == mine.kind
        and period_order(label) < period_order(context.done.period)
    ]  # fmt: skip
    return [*sorted(same, key=period_order)[-7:], context.done.period]
