"""强制分布: quotas that can be changed, the heads they give, and the grade each person would get; ties stay together.

The formulas are those of `scoring.ranking`: heads by largest remainder (of equal remainders the better grade first), and
a person's grade is the first whose cumulated heads reach the rank, so that a tie goes to the better grade whole.
"""

from __future__ import annotations

from ...scoring.ranking import MINIMUM_GROUP, forced_distribution, heads
from . import people as listing
from .context import Context
from .style import AMBER, Book, Sheet, cell, fitting, place, span

SHEET = "强制分布"
TOP = 4
FIRST = TOP + 1
(LABEL, QUOTA, EXACT, HEADS, END, PROPOSED, GAP, STATED) = range(8)


def row_of_list(context: Context) -> int:
    """The first row of the list of people."""
    return FIRST + len(context.ladder) + 5


def add(book: Book, context: Context) -> None:
    """Write the sheet."""
    sheet = book.sheet(
        SHEET,
        f"强制分布{context.of_period}",
        "建议，不改任何得分。改黄色的比例，名额和建议等级随之变化；同分的人一起归入较好的等级。",
        tab="#B7791F",
        portrait=True,
    )
    sheet.widths((14, fitting(context.people["department"], 12, 28), 11, 10, 10, 12, 10, 12))
    scores = [float(t) for t in context.people["total"] if t == t]
    size = len(scores)
    is_enough = size >= MINIMUM_GROUP
    quotas = context.quotas
    sheet.text(2, 0, "参与人数", "head")
    last = max(context.last, listing.FIRST)
    totals = span(listing.FIRST, last, listing.TOTAL, listing.SHEET)
    sheet.formula(2, 1, f"=COUNT({totals})", size, "whole")
    count = cell(2, 1, fixed=True)
    if not is_enough:
        sheet.text(2, 2, f"不足 {MINIMUM_GROUP} 人，不做强制分布，以下仅供参考。", "subtitle")
    elif context.quotas_assumed:
        sheet.text(2, 2, "比例是假定值，请按本单位规定修改，或用 --quotas 给出。", "subtitle")
    stated = [int(((context.people["grade"] == g) & context.people["total"].notna()).sum()) for g in context.ladder]
    outside = len(scores) - sum(stated)
    if outside:
        sheet.text(3, 0, f"另有 {outside} 人的表用别的等级，不在“按分数等级”里；名次和建议等级一起排。", "subtitle")
    sheet.heads(TOP, ("等级", "比例", "精确人数", "名额", "累计名额", "建议人数", "偏差", "按分数等级"))
    grades = len(context.ladder)
    end = FIRST + grades - 1
    wanted = heads(quotas, size)
    proposal = forced_distribution(scores, context.ladder, quotas) if is_enough else None
    exact, first_person = span(FIRST, end, EXACT), row_of_list(context)
    final = first_person + max(len(context.people), 1) - 1
    proposals = span(first_person, final, 4)
    remainder = f"ROUND({exact}-INT(ROUND({exact},9)),9)"
    for i, (label, quota) in enumerate(zip(context.ladder, quotas, strict=True)):
        row = FIRST + i
        sheet.text(row, LABEL, label, "center")
        sheet.number(row, QUOTA, quota, "input")
        sheet.formula(row, EXACT, f"={cell(row, QUOTA)}*{count}", quota * size, "factor")
        mine = f"ROUND({cell(row, EXACT)}-INT(ROUND({cell(row, EXACT)},9)),9)"
        before = span(FIRST, row - 1, EXACT) if i else ""
        ahead = f"SUMPRODUCT(--({remainder}>{mine}))"
        if i:
            ahead += f"+SUMPRODUCT(--(ROUND({before}-INT(ROUND({before},9)),9)={mine}))"
        left = f"{count}-SUMPRODUCT(INT(ROUND({exact},9)))"
        sheet.formula(row, HEADS, f"=INT(ROUND({cell(row, EXACT)},9))+IF({ahead}<{left},1,0)", wanted[i], "whole")
        sheet.formula(
            row, END, f"=SUM({cell(FIRST, HEADS, fixed=True)}:{cell(row, HEADS)})", sum(wanted[: i + 1]), "whole"
        )
        got = proposal.actual[i] if proposal is not None else None
        sheet.formula(
            row, PROPOSED, f"=SUMPRODUCT(--({proposals}={cell(row, LABEL)}))", got if got is not None else 0, "whole"
        )
        sheet.formula(row, GAP, f"={cell(row, PROPOSED)}-{cell(row, HEADS)}", (got or 0) - wanted[i], "whole")
        sheet.number(row, STATED, stated[i], "whole")
    total = end + 1
    sheet.text(total, LABEL, "合计", "total")
    sheet.formula(total, QUOTA, f"=SUM({span(FIRST, end, QUOTA)})", 1.0, "total_percent")
    sheet.formula(total, EXACT, f'=IF(ABS({cell(total, QUOTA)}-1)>0.000001,"比例之和应为 100%","")', "", "total")
    for col, value in ((HEADS, sum(wanted)), (PROPOSED, size if is_enough else 0), (STATED, sum(stated))):
        sheet.formula(total, col, f"=SUM({span(FIRST, end, col)})", value, "total_whole")
    for col in (END, GAP):
        sheet.text(total, col, "", "total")
    rule = {"type": "cell", "criteria": "!=", "value": 0, "format": book.flag(AMBER, bold=True)}
    sheet.ws.conditional_format(FIRST, GAP, end, GAP, rule)
    scored = [i for i, total in enumerate(context.people["total"]) if total == total]
    grades_of = dict(zip(scored, proposal.grades, strict=True)) if proposal is not None else {}
    _list(sheet, context, first_person, grades_of)


def _list(sheet: Sheet, context: Context, first: int, proposed: dict[int, str]) -> None:
    """Who would get which grade: the rows of 名单 one by one, so that it may be sorted; without a total there is none."""
    sheet.heads(first - 1, ("姓名", "部门", "总分", "名次", "建议等级", "按分数等级", "是否调整"), height=24)
    ends = span(FIRST, FIRST + len(context.ladder) - 1, END)
    labels = span(FIRST, FIRST + len(context.ladder) - 1, LABEL)
    count = cell(2, 1, fixed=True)
    for index, p in enumerate(context.people.itertuples(index=False)):
        row, there = first + index, listing.FIRST + index
        has_total = p.total == p.total
        sheet.formula(row, 0, shown(there, listing.NAME), p.person, "text")
        sheet.formula(row, 1, shown(there, listing.DEPARTMENT), p.department, "text")
        sheet.formula(row, 2, shown(there, listing.TOTAL), p.total)
        sheet.formula(row, 3, shown(there, listing.RANK), float(p.rank) if has_total else None, "whole")
        grade, stated = proposed.get(index, ""), p.grade if has_total else ""
        sheet.formula(
            row, 4,
            f'=IF(OR({count}<{MINIMUM_GROUP},{cell(row, 2)}=""),"",INDEX({labels},MIN({len(context.ladder)},'
            f'COUNTIF({ends},"<"&{cell(row, 3)})+1)))',
            grade, "center",
        )  # fmt: skip
        there_ = place(listing.SHEET, there, listing.GRADE)
        sheet.formula(row, 5, f'=IF({cell(row, 2)}="","",{there_})', stated, "center")
        changed = "调整" if grade and grade != stated else ""
        sheet.formula(row, 6, f'=IF(OR({cell(row, 4)}="",{cell(row, 4)}={cell(row, 5)}),"","调整")', changed, "center")
    sheet.ws.autofilter(first - 1, 0, first + max(len(context.people), 1) - 1, 6)


def shown(row: int, col: int) -> str:
    """A formula that shows a cell of 名单, an empty one as empty."""
    there = place(listing.SHEET, row, col)
    return f'=IF({there}="","",{there})'
