"""指标 and 明细: each KPI across people with who is far off, and every single score with its source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ...scoring.values import key
from .context import Context
from .departments import deviation
from .links import told
from .style import Book, fitting, height

SHEET, DETAILS = "指标", "明细"
# So far from the mean, in standard deviations, that a second look is worth it; and from how many people on.
FAR, ENOUGH = 2.0, 5
_MOST_DETAILS = 100_000
_KINDS = {"adjustment": "加减分", "veto": "否决项"}


@dataclass(frozen=True)
class Indicator:
    """One KPI across people: `scores` beside `rows` (rows of the item table)."""

    name: str
    scores: Sequence[float]
    rows: Sequence[int]
    missing: int

    @property
    def far(self) -> list[int]:
        """Positions of the scores that lie far from the mean."""
        spread = deviation(list(self.scores))
        if len(self.scores) < ENOUGH or not spread:
            return []
        mean = math.fsum(self.scores) / len(self.scores)
        return [i for i, s in enumerate(self.scores) if abs(s - mean) > FAR * spread]


def indicators(items: pd.DataFrame) -> list[Indicator]:
    """The KPIs of the cards that count, by name without regard to blanks and width, in the order of first appearance."""
    names: dict[str, str] = {}
    scores: dict[str, list[float]] = {}
    rows: dict[str, list[int]] = {}
    missing: dict[str, int] = {}
    chosen = items[items["counted"] & items["kind"].isin(["kpi", "rating"])]
    for row, name, score, state in zip(chosen.index, chosen["item"], chosen["score"], chosen["state"], strict=True):
        folded = key(name)
        names.setdefault(folded, name)
        if score == score:
            scores.setdefault(folded, []).append(score)
            rows.setdefault(folded, []).append(row)
        elif state in ("missing", "error"):
            missing[folded] = missing.get(folded, 0) + 1
    return [Indicator(n, scores.get(f, []), rows.get(f, []), missing.get(f, 0)) for f, n in names.items()]


def add(book: Book, context: Context) -> None:
    """Write 指标."""
    items = context.done.items
    found = indicators(items)
    sheet = book.sheet(
        SHEET,
        f"指标{context.of_period}",
        f"每个指标在所有人中的得分；偏离均值超过 {FAR:g} 个标准差的列在右边（至少 {ENOUGH} 人时）。",
        tab="#4A7FB0",
    )
    name_width, far_width = fitting((one.name for one in found), 20, 50), 52
    sheet.widths((name_width, 8, 9, 9, 9, 9, 10, 9, far_width))
    sheet.heads(3, ("指标", "人数", "平均分", "标准差", "最高", "最低", "未填或有误", "平均权重", "偏离较大的人"))
    sheet.ws.freeze_panes(4, 1)
    for row, one in enumerate(found, 4):
        scores = list(one.scores)
        sheet.text(row, 0, one.name, "wrap")
        sheet.number(row, 1, len(scores), "whole")
        sheet.number(row, 2, math.fsum(scores) / len(scores) if scores else None)
        sheet.number(row, 3, deviation(scores))
        sheet.number(row, 4, max(scores, default=None))
        sheet.number(row, 5, min(scores, default=None))
        sheet.number(row, 6, one.missing, "whole")
        weights = [w for w in items.loc[list(one.rows), "weight"] if w == w]
        sheet.number(row, 7, math.fsum(weights) / len(weights) if weights else None, "percent")
        far = sorted(one.far, key=lambda i: scores[i])
        listed = "、".join(f"{items.at[one.rows[i], 'person'] or '—'} {scores[i]:.1f}" for i in far[:8])
        listed += f" 等 {len(far)} 人" if len(far) > 8 else ""
        sheet.text(row, 8, listed, "wrap")
        sheet.ws.set_row(row, max(height(one.name, name_width), height(listed, far_width)))
    if found:
        last = 3 + len(found)
        bar = {"type": "data_bar", "bar_color": "#C5D7E8", "bar_solid": True, "min_type": "num", "min_value": 0,
               "max_type": "num", "max_value": 100}  # fmt: skip
        sheet.ws.conditional_format(4, 2, last, 2, bar)


def add_details(book: Book, context: Context) -> None:
    """Write 明细."""
    items = context.done.items
    items = items[items["counted"]]
    note = "每一项得分，点得分可打开原表的单元格。"
    if len(items) > _MOST_DETAILS:
        note = f"共 {len(items)} 项，这里只列前 {_MOST_DETAILS} 项；全部可用 --csv 导出。"
        items = items.head(_MOST_DETAILS)
    sheet = book.sheet(DETAILS, f"明细{context.of_period}", note, tab="#8A94A3")
    sheet.widths((
        11, fitting(items["department"], 11, 28), fitting(items["item"], 16, 50), fitting(items["section"], 8, 22),
        9, 11, 11, 9, 10, 10, fitting((told(i.file, i.sheet, i.cell) for i in items.itertuples()), 30, 60),
    ))  # fmt: skip
    sheet.heads(3, ("姓名", "部门", "指标", "分组", "权重", "目标", "实际", "得分", "贡献", "状态", "来源"), height=24)
    sheet.ws.freeze_panes(4, 3)
    words = {"number": "", "missing": "未填", "not_applicable": "不适用", "error": "错误"}
    for row, i in enumerate(items.itertuples(index=False), 4):
        for col, text in ((0, i.person), (1, i.department), (2, i.item), (3, i.section)):
            sheet.text(row, col, text)
        sheet.number(row, 4, i.weight, "percent")
        for col, value in ((5, i.target), (6, i.actual)):
            sheet.number(row, col, value, "percent" if i.percent else "number")
        url = context.links.to(i.file, i.sheet, i.cell)
        if i.score == i.score:
            sheet.link(row, 7, url if len(items) < 50_000 else None, "", "score_link", number=i.score)
        else:
            sheet.number(row, 7, None)
        sheet.number(row, 8, i.contribution)
        sheet.text(row, 9, _KINDS.get(i.kind) or words.get(i.state, ""), "center")
        sheet.text(row, 10, told(i.file, i.sheet, i.cell))
    if len(items):
        sheet.ws.autofilter(3, 0, 3 + len(items), 10)


__all__ = ["DETAILS", "SHEET", "Indicator", "add", "add_details", "indicators"]
