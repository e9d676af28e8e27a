"""名单: everybody, sortable, each total with a link to the cell it was read from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .context import Context
from .links import told
from .style import AMBER, BAD, GOOD, GREY, Book, cell, fitting, span

SHEET = "名单"
HEADS = (
    "名次", "姓名", "工号", "部门", "岗位", "考核人", "总分", "等级", "系数", "覆盖率", "部门名次", "上期总分", "变化",
    "表内总分", "差额", "状态", "来源",
)  # fmt: skip
TOP = 3
FIRST = TOP + 1
(RANK, NAME, STAFF, DEPARTMENT, POSITION, RATER, TOTAL, GRADE, FACTOR, COVERAGE, INNER, BEFORE, CHANGE, STATED, GAP, STATUS,
 SOURCE) = range(len(HEADS))  # fmt: skip
# Totals are shown to two places: half of the last one.
_ROUNDING = 0.005 + 1e-9
STATUS_WORDS = {"ok": "完成", "incomplete": "未完成", "error": "有错误", "not_assessed": "本期不考核"}


def add(book: Book, context: Context) -> None:
    """Write the sheet."""
    people = context.people
    last = max(context.last, FIRST)
    sheet = book.sheet(
        SHEET,
        f"名单{context.of_period}",
        "总分由各项得分重新计算，点总分或来源可打开原表的单元格；名次按总分，同分同名次（1、2、2、4）。",
    )
    person, staff, department, position, rater = (
        fitting(people[name], 11, most)
        for name, most in (("person", 20), ("staff_id", 16), ("department", 28), ("position", 24), ("evaluator", 18))
    )
    sources = fitting((told(p.file, p.sheet, p.cell) for p in people.itertuples()), 30, 60)
    sheet.widths((7, person, staff, department, position, rater, 9, 12, 7, 9, 9, 9, 9, 9, 8, 10, sources))
    # The table writes its headings itself; text of one's own keeps them wrapped and centred.
    rows = max(len(people), 1)
    sheet.ws.add_table(
        TOP, 0, TOP + rows, len(HEADS) - 1,
        {"name": "t_people", "style": None, "columns": [
            {"header": head, "header_format": book.style("head")} for head in HEADS
        ]},
    )  # fmt: skip
    sheet.ws.set_row(TOP, 32)
    sheet.ws.freeze_panes(FIRST, 2)
    sheet.ws.repeat_rows(TOP)
    totals, departments = span(FIRST, last, TOTAL), span(FIRST, last, DEPARTMENT)
    for row, p in enumerate(people.itertuples(index=False), FIRST):
        total = cell(row, TOTAL)
        rank, inner = _whole(p.rank), _whole(p.department_rank)
        if context.is_live:
            sheet.formula(row, RANK, f'=IF({total}="","",COUNTIF({totals},">"&{total})+1)', rank, "whole")
            own = cell(row, DEPARTMENT)
            sheet.formula(
                row, INNER,
                f'=IF({total}="","",SUMPRODUCT(({departments}={own})*({totals}<>"")*({totals}>{total}))+1)', inner, "whole",
            )  # fmt: skip
        else:
            sheet.number(row, RANK, rank, "whole")
            sheet.number(row, INNER, inner, "whole")
        for col, value in ((NAME, p.person), (STAFF, p.staff_id), (DEPARTMENT, p.department), (POSITION, p.position),
                           (RATER, p.evaluator)):  # fmt: skip
            sheet.text(row, col, value)
        url = context.links.to(p.file, p.sheet, p.cell)
        if pd.isna(p.total):
            sheet.number(row, TOTAL, None)
        else:
            sheet.link(row, TOTAL, url if len(people) < 30_000 else None, "", "score_link", number=p.total)
        sheet.text(row, GRADE, p.grade, "center")
        sheet.number(row, FACTOR, p.coefficient, "factor")
        sheet.number(row, COVERAGE, p.coverage, "percent")
        before = context.before.get(p.who)
        sheet.number(row, BEFORE, before)
        was = cell(row, BEFORE)
        change = None if before is None or pd.isna(before) or pd.isna(p.total) else round(p.total - before, 2) + 0.0
        sheet.formula(row, CHANGE, f'=IF(OR({total}="",{was}=""),"",ROUND({total}-{was},2))', change, "change")
        sheet.number(row, STATED, p.stated)
        sheet.number(row, GAP, _gap(p), "change")
        sheet.text(row, STATUS, STATUS_WORDS.get(p.status, p.status), "center")
        sheet.link(row, SOURCE, url, told(p.file, p.sheet, p.cell))
    if len(people):
        _conditions(book, sheet.ws, last)


def _conditions(book: Book, ws: object, last: int) -> None:
    for col, rule in (
        (GAP, {"type": "formula", "criteria": f'=AND(ISNUMBER({cell(FIRST, GAP)}),ABS({cell(FIRST, GAP)})>0.005)',
               "format": book.flag(BAD, bold=True)}),
        (CHANGE, {"type": "cell", "criteria": "between", "minimum": 0.005, "maximum": 1000, "format": book.flag(GOOD)}),
        (CHANGE, {"type": "cell", "criteria": "between", "minimum": -1000, "maximum": -0.005, "format": book.flag(BAD)}),
        (STATUS, {"type": "cell", "criteria": "==", "value": '"有错误"', "format": book.flag(BAD, bold=True)}),
        (STATUS, {"type": "cell", "criteria": "==", "value": '"未完成"', "format": book.flag(AMBER, bold=True)}),
        (STATUS, {"type": "cell", "criteria": "==", "value": '"本期不考核"', "format": book.flag(GREY)}),
        (COVERAGE, {"type": "data_bar", "bar_color": "#C5D7E8", "bar_solid": True, "min_type": "num", "min_value": 0,
                    "max_type": "num", "max_value": 1}),
    ):  # fmt: skip
        ws.conditional_format(FIRST, col, last, col, rule)  # type: ignore[attr-defined]


def _gap(p: Any) -> float | None:
    """The stated total less the computed one; 0 where they differ by no more than the rounding of what is shown."""
    gap = p.stated - p.computed
    return 0.0 if min(abs(gap), abs(p.stated - p.total)) <= _ROUNDING else gap


def _whole(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type]
