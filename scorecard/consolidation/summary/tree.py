"""层级: the tree of positions with team results, indented; what feeds the manager's indicator stands beside the card."""

from __future__ import annotations

from .context import Context
from .style import Book

SHEET = "层级"
_RULES = {"weighted": "加权平均", "mean": "平均", "sum": "合计", "min": "最小", "max": "最大"}


def add(book: Book, context: Context) -> None:
    """Write the sheet."""
    sheet = book.sheet(
        SHEET, f"层级{context.of_period}", "团队结果按各节点的规则由下级汇总；计入团队后的总分是建议，不改原表。", tab="#4A7FB0",
        portrait=True,
    )  # fmt: skip
    sheet.widths((34, 8, 11, 10, 10, 20, 13, 11))
    sheet.heads(3, ("节点", "人数", "本人总分", "汇总方式", "团队结果", "计入的指标", "计入后总分", "上报上级"))
    sheet.ws.freeze_panes(4, 1)
    for row, one in enumerate(context.done.tree, 4):
        sheet.text(row, 0, "\u3000" * one.depth + one.node.name)
        sheet.number(row, 1, one.people, "whole")
        sheet.number(row, 2, one.own)
        sheet.text(row, 3, _RULES[one.node.how] if one.team is not None else "", "center")
        sheet.number(row, 4, one.team)
        sheet.text(row, 5, one.node.feeds)
        sheet.number(row, 6, one.fed)
        sheet.number(row, 7, one.value)
