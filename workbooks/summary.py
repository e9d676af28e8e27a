"""The line that sums a card up, and what else is done once the formulas are in: names, merged labels, locked sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scorecard.definitions import FORM_SHEET, Definition
from scorecard.messages import Message
from scorecard.workbook.addresses import cell_name, column_letters
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.plan import Edit, Look

from . import trend
from .scored import ScoredForm
from .year import year_plan

_LINE_LOOK = Look(bold=True, size=10.5, color="1F3864", fill="EEF3F9", horizontal="left", shrink=True)


def summary_edits(form: ScoredForm, last_col: int, facts: trend.TrendPlan | None) -> Iterator[Edit]:
    """The line above the table: total, grade, coefficient, coverage, distance to the next grade, best improvement.

    Args:
        form: The form.
        last_col: The last column of the line.
        facts: Where the sheet 趋势 holds distance and improvement; None leaves these two out.
    """
    row = form.summary_row
    what = Message("小结", "summary line")
    yield Edit(form.sheet, row, 1, what, None, f"={_line(form, facts)}", _LINE_LOOK)
    for col in range(2, last_col + 1):
        yield Edit(form.sheet, row, col, what, None, None, _LINE_LOOK)


def line_end(form: ScoredForm, package: Package) -> int:
    """The last column of the line: that of the table, or what is left of the period selector in the same row."""
    width = read_grid(package, form.sheet).span(1, 1)[3]
    return width - 2 if form.has_period else width


def summary_merge(form: ScoredForm, last_col: int) -> str:
    """The cells of the line."""
    return f"A{form.summary_row}:{column_letters(last_col)}{form.summary_row}"


def _line(form: ScoredForm, facts: trend.TrendPlan | None) -> str:
    total, coverage, grade, coefficient = (
        cell_name(*place, absolute=True) for place in (form.total, form.coverage, form.grade, form.coefficient)
    )
    block = form.block
    filled, every = (block.summary_ref(name, sheet=True) for name in ("已填项数", "考核项数"))
    best = block.summary_ref("最高可得总分", sheet=True)
    number = "0.0#"
    factor = f'"，系数 "&TEXT({coefficient},"{number}")'
    parts = [f'"总分 "&TEXT({total},"{number}")', f'"，"&{grade}', f'IF(ISNUMBER({coefficient}),{factor},"")']
    parts.append(f'"，覆盖率 "&TEXT({coverage},"0%")&IF({coverage}<1,"（未考核项的权重已分摊）","")')
    if facts is not None:

        def fact(name: str) -> str:
            row, col = facts.fact(name)
            return f"{trend.SHEET}!${column_letters(col)}${row}"

        gap, above, item, most = (fact(name) for name in (trend.GAP, trend.NEXT, trend.BEST_ITEM, trend.MOST))
        parts.append(f'IF({gap}=0,"，"&{above},"，距“"&{above}&"”差 "&TEXT({gap},"{number}")&" 分")')
        improvement = f'"；最有效的提升："&{item}&"（最多 +"&TEXT({most},"{number}")&" 分）"'
        parts.append(f'IF(ISNUMBER({most}),IF({most}>0,{improvement},""),"")')
    parts.append(f'IF(AND(ISNUMBER({best}),{best}<99.995),"；本期最高可得 "&TEXT({best},"{number}"),"")')
    done = "&".join(parts)
    waiting = f'IF({filled}=0,"请填写黄底单元格，成绩自动算出","未完成：已填 "&{filled}&" 项，共 "&{every}&" 项")'
    return f'IF(ISERROR({total}),"有填错的单元格，请检查得分栏的错误值",IF(ISNUMBER({total}),{done},{waiting}))'


def names(definition: Definition, forms: Mapping[str, ScoredForm]) -> Iterator[tuple[str, str]]:
    """Defined names of what others read from the workbook, and the cells they mean."""
    for sheet, form in forms.items():
        prefix = "" if sheet == FORM_SHEET else sheet
        for name, place in (
            ("总分", form.total), ("覆盖率", form.coverage), ("等级", form.grade), ("绩效系数", form.coefficient),
        ):  # fmt: skip
            yield f"{prefix}{name}", form.on_form(*place)
    if FORM_SHEET in forms:
        yield "被考核人", f"{FORM_SHEET}!$B$2"
    if definition.year is not None and FORM_SHEET in forms:
        plan = year_plan(definition, definition.year)
        yield "年度总分", plan.address("年度总分")
        yield "年度等级", plan.address("年度等级")
