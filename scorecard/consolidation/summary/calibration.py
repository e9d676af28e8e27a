"""校准: strict and lenient raters side by side, and each total beside its calibrated value. A proposal, as all of this."""

from __future__ import annotations

import math

import pandas as pd

from ...scoring.ranking import MINIMUM_GROUP, Calibrated, calibrate
from . import people as listing
from .context import Context
from .distribution import shown
from .style import Book, Sheet, cell, fitting, place, span

SHEET = "校准"
TOP = 4
FIRST = TOP + 1
(RATER, PEOPLE, MEAN, SPREAD, EFFECT, METHOD) = range(6)
NO_EFFECT = "不校准"
UNNAMED = "（考核人未注明）"


def raters(people: pd.DataFrame) -> dict[str, list[int]]:
    """Who rated which rows of the list: the evaluator, else the department's unnamed one; only people with a total."""
    found: dict[str, list[int]] = {}
    scored = people[people["total"].notna()]
    for index, evaluator, department in zip(scored.index, scored["evaluator"], scored["department"], strict=True):
        name = evaluator or f"{department}{UNNAMED}"
        found.setdefault(name, []).append(int(index))
    return found


def add(book: Book, context: Context) -> None:
    """Write the sheet."""
    people = context.people
    sheet = book.sheet(
        SHEET,
        f"校准{context.of_period}",
        "各考核人的宽严：校准后各人组内名次不变，组间的宽严差拉平。仅供参考，不改任何得分。标准差按总体（n）计。",
        tab="#B7791F",
        portrait=True,
    )
    sheet.widths((26, 11, fitting(people["department"], 14, 28), 10, 11, 12))
    groups = raters(people)
    names = list(groups)
    scores = [[float(people.at[i, "total"]) for i in groups[name]] for name in names]
    adjusted = calibrate(scores)
    methods = [one[0].method != "none" for one in adjusted]
    first_person = FIRST + max(len(names), 1) + 6
    # The list below has the rows of 名单, in its order: who rated stands there, the totals are taken from 名单 itself.
    last = first_person + max(len(people), 1) - 1
    rated = span(first_person, last, 0)
    totals = span(listing.FIRST, max(context.last, listing.FIRST), listing.TOTAL, listing.SHEET)
    sheet.heads(TOP, ("考核人", "人数", "平均分", "标准差", "宽严（分）", "是否校准"), height=24)
    pooled = [s for g, ok in enumerate(methods) if ok for s in scores[g]]
    grand = math.fsum(pooled) / len(pooled) if pooled else None
    end = FIRST + max(len(names), 1) - 1
    grand_cell, spread_cell = cell(end + 2, MEAN, fixed=True), cell(end + 2, SPREAD, fixed=True)
    flags, counts = span(FIRST, end, METHOD), span(FIRST, end, PEOPLE)
    means, spreads = span(FIRST, end, MEAN), span(FIRST, end, SPREAD)
    within = math.sqrt(
        math.fsum(_spread(s) ** 2 * len(s) for s, ok in zip(scores, methods, strict=True) if ok) / len(pooled)
    ) if pooled else None  # fmt: skip
    for g, name in enumerate(names):
        row = FIRST + g
        own = cell(row, RATER)
        group, n = scores[g], len(scores[g])
        mean, spread = math.fsum(group) / n, _spread(group)
        sheet.text(row, RATER, name)
        mine, many = f"({rated}={own})", cell(row, PEOPLE)
        sheet.formula(row, PEOPLE, f"=SUMPRODUCT({mine}*1)", n, "whole")
        sheet.formula(row, MEAN, f"=IF({many}=0,0,SUMPRODUCT({mine}*1,{totals})/{many})", mean)
        squares = f"SUMPRODUCT({mine}*({totals}-{cell(row, MEAN)})^2)"
        sheet.formula(row, SPREAD, f"=IF({many}=0,0,SQRT({squares}/{many}))", spread)
        effect = mean - grand if grand is not None else None
        sheet.formula(row, EFFECT, f'=IF({grand_cell}="","",{cell(row, MEAN)}-{grand_cell})', effect, "change")
        sheet.formula(
            row, METHOD,
            f'=IF(AND({cell(row, PEOPLE)}>={MINIMUM_GROUP},ROUND({cell(row, SPREAD)},12)>0),"校准","{NO_EFFECT}")',
            "校准" if methods[g] else NO_EFFECT, "center",
        )  # fmt: skip
    row = end + 2
    sheet.text(row, RATER, "参与校准的合计", "total")
    weight = f'({flags}="校准")*{counts}'
    sheet.formula(row, PEOPLE, f"=SUMPRODUCT({weight})", len(pooled), "total_whole")
    people_cell = cell(row, PEOPLE)
    sheet.formula(
        row, MEAN, f'=IF({people_cell}=0,"",SUMPRODUCT({weight}*{means})/{people_cell})', grand, "total_score"
    )
    sheet.formula(
        row,
        SPREAD,
        f'=IF({people_cell}=0,"",SQRT(SUMPRODUCT({weight}*{spreads}^2)/{people_cell}))',
        within,
        "total_score",
    )
    sheet.text(row + 1, RATER, f"不足 {MINIMUM_GROUP} 人或组内没有差别的不校准。", "subtitle")
    rule = "校准分 = 总体均分 +（总分 − 本组均分）÷ 本组标准差 × 组内标准差，限于 0–100。"
    sheet.text(row + 2, RATER, rule, "subtitle")
    places = {i: (g, n) for g, name in enumerate(names) for n, i in enumerate(groups[name])}
    _list(sheet, context, {i: (names[g], adjusted[g][n]) for i, (g, n) in places.items()}, first_person,
          (end, grand_cell, spread_cell))  # fmt: skip


def _list(
    sheet: Sheet, context: Context, rated: dict[int, tuple[str, Calibrated]], first: int, place_of: tuple[int, str, str]
) -> None:
    end, grand, within = place_of
    sheet.heads(first - 1, ("考核人", "姓名", "部门", "总分", "校准分", "变化"), height=24)
    raters_, means, spreads, flags = (span(FIRST, end, col) for col in (RATER, MEAN, SPREAD, METHOD))
    for index, person in enumerate(context.people.itertuples(index=False)):
        row, there = first + index, listing.FIRST + index
        name, one = rated.get(index, ("", None))
        total, rater, department = (
            place(listing.SHEET, there, col) for col in (listing.TOTAL, listing.RATER, listing.DEPARTMENT)
        )
        sheet.formula(
            row, 0, f'=IF({total}="","",IF({rater}<>"",{rater},{department}&"{UNNAMED}"))', name, "text"
        )  # fmt: skip
        sheet.formula(row, 1, shown(there, listing.NAME), person.person, "text")
        sheet.formula(row, 2, shown(there, listing.DEPARTMENT), person.department, "text")
        sheet.formula(row, 3, shown(there, listing.TOTAL), one.original if one else None)
        at = f"MATCH({cell(row, 0)},{raters_},0)"
        if context.is_live:
            sheet.formula(
                row, 4,
                f'=IF({cell(row, 3)}="","",IF(INDEX({flags},{at})<>"校准",{cell(row, 3)},MIN(100,MAX(0,'
                f"{grand}+({cell(row, 3)}-INDEX({means},{at}))/INDEX({spreads},{at})*{within}))))",
                one.adjusted if one else None,
            )  # fmt: skip
        else:
            sheet.number(row, 4, one.adjusted if one else None)
        change = one.adjusted - one.original if one else None
        sheet.formula(row, 5, f'=IF({cell(row, 3)}="","",{cell(row, 4)}-{cell(row, 3)})', change, "change")
    sheet.ws.autofilter(first - 1, 0, first + max(len(context.people), 1) - 1, 5)


def _spread(values: list[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))
