"""The sheet 趋势: where this period's score comes from, what would raise it most, and how the periods of a year compare.

Layout and charts are made with the form; the formulas come once the rules have their places (`trend_edits`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from scorecard.definitions import Definition
from scorecard.messages import Message
from scorecard.scoring.periods import HALF, MONTH, QUARTER, parse_period
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.plan import Edit

from .looks import CALC, HEAD, INPUT, boxed, font, heading, note, page, put
from .scored import ScoredForm
from .validations import add_choice

SHEET = "趋势"

_CYCLES = {
    "月度": tuple(f"{month}月" for month in range(1, 13)),
    "季度": ("第一季度", "第二季度", "第三季度", "第四季度"),
    "半年": ("上半年", "下半年"),
    "年度": ("本年",),
}
_ITEMS = (
    ("本期各项", 34),
    ("权重", 9),
    ("分摊后", 9),
    ("得分", 9),
    ("加权得分", 10),
    ("可提升", 9),
    ("权重（分）", 10),
)
HISTORY = ("期间", "上年总分", "本年定稿总分", "定稿覆盖率", "采用总分", "采用覆盖率")
_HEADER_ROW = 4
# Charts stand right of the tables.
_CHART_COL, _LAST_COL = "I", 17
# In centimetres: a row of the tables, and the lower chart.
_ROW, _LINE_HEIGHT = 0.635, 7.0
NEXT, GAP, BEST_ITEM, MOST = "下一等级", "还差（分）", "提升空间最大的一项", "最多可加（分）"
_FACTS = (NEXT, GAP, BEST_ITEM, MOST)


@dataclass(frozen=True, slots=True)
class TrendPlan:
    """Where the cells of the sheet are.

    Attributes:
        items: Number of items.
        labels: The periods of a year.
    """

    items: int
    labels: tuple[str, ...]

    first = _HEADER_ROW + 1

    @property
    def last(self) -> int:
        """The row of the last item."""
        return self.first + self.items - 1

    def fact(self, name: str) -> tuple[int, int]:
        """Row and column of what the summary line says besides the total."""
        return self.last + 2 + _FACTS.index(name), 2

    @property
    def history(self) -> int:
        """The header of the table of periods."""
        return self.last + 2 + len(_FACTS) + 3

    def current(self) -> tuple[int, int]:
        """Which of the periods the form is about."""
        return self.history - 1, 2

    def history_range(self, col: int) -> str:
        """A column of the table of periods, as other sheets refer to it."""
        letter = get_column_letter(col)
        return f"{SHEET}!${letter}${self.history + 1}:${letter}${self.history + len(self.labels)}"

    def history_cell(self, i: int, col: int) -> str:
        """A cell of the table of periods, as other sheets refer to it."""
        return f"{SHEET}!${get_column_letter(col)}${self.history + 1 + i}"


def trend_plan(definition: Definition) -> TrendPlan:
    """Where the cells of a definition's sheet are."""
    return TrendPlan(sum(1 for kpi in definition.kpis if kpi.name and not kpi.veto), _CYCLES[definition.cycle])


def add_trend(book: Any, definition: Definition, period: str) -> None:
    """Add the sheet: tables without formulas yet, and charts."""
    sheet, plan = book.create_sheet(SHEET), trend_plan(definition)
    heading(sheet, f"{definition.title}：分析与趋势", _LAST_COL, 14)
    for col, (_, width) in enumerate(_ITEMS, start=1):
        sheet.column_dimensions[get_column_letter(col)].width = width
    sheet.column_dimensions["H"].width = 2
    put(sheet, 2, 1, None, font(10.5, bold=True), Alignment(horizontal="left", vertical="center"))
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=_LAST_COL)
    sheet.row_dimensions[2].height = 22
    note(sheet, 3, "可提升：这一项得到规则允许的最高分时，总分能增加多少。没有考核的项目，权重分摊到其余各项。", 7)
    for col, (text, _) in enumerate(_ITEMS, start=1):
        boxed(sheet, _HEADER_ROW, col, text, fill=HEAD, bold=True)
    sheet.row_dimensions[_HEADER_ROW].height = 22
    formats = ("General", "0.0%", "0.0%", "0.0", "0.00", "0.00", "0.0")
    for row in range(plan.first, plan.last + 1):
        for col, shown in enumerate(formats, start=1):
            cell = boxed(
                sheet, row, col, None, fill=CALC, horizontal="left" if col == 1 else "center", number_format=shown
            )
            cell.alignment = Alignment(horizontal=cell.alignment.horizontal, vertical="center", shrink_to_fit=True)
        sheet.row_dimensions[row].height = 18
    for name in _FACTS:
        row, col = plan.fact(name)
        boxed(sheet, row, 1, name, horizontal="left", bold=True)
        for each in range(col, len(_ITEMS)):
            boxed(sheet, row, each, None, fill=CALC, horizontal="left", number_format="0.0#")
        sheet.merge_cells(start_row=row, end_row=row, start_column=col, end_column=len(_ITEMS) - 1)
    _add_history(sheet, plan, period)
    _bars(sheet, plan)
    _lines(sheet, plan)
    page(sheet, landscape=True)
    bottom = max(plan.history + len(plan.labels), _line_row(plan) + int(_LINE_HEIGHT / _ROW) + 2)
    sheet.print_area = f"A1:{get_column_letter(_LAST_COL)}{bottom}"
    sheet.freeze_panes = "A2"


def _add_history(sheet: Any, plan: TrendPlan, period: str) -> None:
    row, col = plan.current()
    put(sheet, row, 1, "本表是哪一期 ▶", font(10.5, bold=True), Alignment(horizontal="right", vertical="center"))
    boxed(sheet, row, col, _label_of(period, plan.labels), fill=INPUT, bold=True)
    sheet.merge_cells(start_row=row, end_row=row, start_column=col, end_column=col + 1)
    words = ",".join(plan.labels)
    add_choice(
        sheet,
        [f"{get_column_letter(col)}{row}"],
        f'"{words}"',
        "期间",
        "选择本考核表所属的期间，本期总分随之进入下表。",
    )
    for i, text in enumerate(HISTORY, start=1):
        boxed(sheet, plan.history, i, text, fill=HEAD, bold=True, size=9)
    sheet.row_dimensions[plan.history].height = 26
    formats = ("General", "0.0#", "0.0#", "0%", "0.0#", "0%")
    for i, label in enumerate(plan.labels):
        for each, shown in enumerate(formats, start=1):
            fill = ("", INPUT, INPUT, INPUT, CALC, CALC)[each - 1]
            boxed(sheet, plan.history + 1 + i, each, label if each == 1 else None, fill=fill, number_format=shown)


def _label_of(period: str, labels: tuple[str, ...]) -> str | None:
    """The period of the form among those of a year; None if it does not say."""
    parsed = parse_period(period) if period else None
    if parsed is None or parsed.number is None:
        return None
    cycle = {12: MONTH, 4: QUARTER, 2: HALF}.get(len(labels))
    return labels[parsed.number - 1] if parsed.kind == cycle and parsed.number <= len(labels) else None


def _bars(sheet: Any, plan: TrendPlan) -> None:
    """What each item has brought, in front of what it could bring."""
    chart = BarChart()
    chart.type, chart.style, chart.title = "bar", 10, "加权得分与权重"
    chart.overlap, chart.gapWidth = 100, 45
    names = Reference(sheet, min_col=1, min_row=plan.first, max_row=plan.last)
    for col, color in ((7, "D9D9D9"), (5, "5B9BD5")):
        chart.add_data(Reference(sheet, min_col=col, min_row=_HEADER_ROW, max_row=plan.last), titles_from_data=True)
        chart.series[-1].graphicalProperties = GraphicalProperties(solidFill=color)
    chart.set_categories(names)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.tickLblSkip = 1
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.numFmt, chart.y_axis.majorGridlines = "0", None
    chart.y_axis.scaling.min = 0
    chart.legend.position = "b"
    chart.width, chart.height = 17.5, _bar_height(plan)
    sheet.add_chart(chart, f"{_CHART_COL}3")


def _bar_height(plan: TrendPlan) -> float:
    """High enough for a name beside each bar, in centimetres."""
    return max(7.5, 0.8 * plan.items + 2.4)


def _line_row(plan: TrendPlan) -> int:
    """The row under the bars."""
    return 4 + max(int(_bar_height(plan) / _ROW) + 1, 13)


def _lines(sheet: Any, plan: TrendPlan) -> None:
    """The totals of this year's periods, and last year's."""
    chart = LineChart()
    chart.style, chart.title = 12, "各期总分"
    for col, name, color in ((5, "本年", "2F75B5"), (2, "上年", "A6A6A6")):
        chart.add_data(Reference(sheet, min_col=col, min_row=plan.history + 1, max_row=plan.history + len(plan.labels)))
        series = chart.series[-1]
        series.tx = SeriesLabel(v=name)
        series.graphicalProperties.line.solidFill = color
        series.graphicalProperties.line.width = 28000
        series.marker.symbol, series.marker.size = "circle", 7
        series.marker.graphicalProperties = GraphicalProperties(solidFill=color)
        series.smooth = False
    chart.set_categories(Reference(sheet, min_col=1, min_row=plan.history + 1, max_row=plan.history + len(plan.labels)))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, 100, 20
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.numFmt = "0"
    chart.legend.position = "b"
    chart.width, chart.height = 17.5, _LINE_HEIGHT
    sheet.add_chart(chart, f"{_CHART_COL}{_line_row(plan)}")


# --- formulas --------------------------------------------------------------------------------------------------------


def trend_edits(definition: Definition, form: ScoredForm) -> Iterator[Edit]:
    """The formulas of the sheet, once the form has its rules."""
    plan, block = trend_plan(definition), form.block

    def edit(row: int, col: int, formula: str, what: str) -> Edit:
        return Edit(SHEET, row, col, Message(what, what), None, f"={formula}")

    used = block.column_range(rs.USED)
    every = f"SUM({rs.SHEET}!{used})"
    yield edit(2, 1, form.on_form(form.summary_row, 1), "小结")
    for i, row in enumerate(form.rows):
        at, rule = plan.first + i, block.first + i

        def of(name: str, rule: int = rule) -> str:
            return block.cell(rule, name, sheet=True)

        score = form.on_form(row, form.score_col)
        yield edit(at, 1, of(rs.NAME), "指标")
        yield edit(at, 2, of(rs.WEIGHT), "权重")
        yield edit(at, 3, f'IF({every}=0,"",{of(rs.USED)}/{every})', "分摊后的权重")
        yield edit(at, 4, f'IF({score}="","",{score})', "得分")
        counted = f"AND(ISNUMBER(D{at}),ISNUMBER(C{at}))"
        yield edit(at, 5, f'IF({counted},ROUND(C{at}*D{at},12),"")', "加权得分")
        best = f"ROUND(C{at}*({of(rs.BEST)}/{of(rs.WEIGHT)}-D{at}),12)"
        yield edit(at, 6, f'IF({counted},IF({of(rs.WEIGHT)}=0,0,MAX(0,{best})),"")', "可提升")
        yield edit(at, 7, f'IF(ISNUMBER(C{at}),C{at}*100,"")', "权重（分）")
    total, lows = form.on_form(*form.total), form.head.grade_column(0, sheet=True)
    labels = form.head.grade_column(1, sheet=True)
    reached = f'SUMPRODUCT(({lows}<>"")*({lows}<={total}+5E-13))'
    at_top = f"{reached}>=COUNT({lows})"
    above = f"SMALL({lows},{reached}+1)"
    named = f"INDEX({labels},MATCH({above},{lows},0))"
    gains, names = (f"${c}${plan.first}:${c}${plan.last}" for c in "FA")
    most = "".join(("$B$", str(plan.fact(MOST)[0])))
    yield edit(*plan.fact(NEXT), f'IF(ISNUMBER({total}),IF({at_top},"已是最高等级",{named}),"")', NEXT)
    yield edit(*plan.fact(GAP), f'IF(ISNUMBER({total}),IF({at_top},0,ROUND({above}-{total},12)),"")', GAP)
    best_item = f'IF({most}>0,INDEX({names},MATCH({most},{gains},0)),"各项都已达到最高分")'
    yield edit(*plan.fact(BEST_ITEM), f'IF(ISNUMBER({most}),{best_item},"")', BEST_ITEM)
    yield edit(*plan.fact(MOST), f'IF(AND(ISNUMBER({total}),COUNT({gains})>0),MAX({gains}),"")', MOST)
    current = f"$B${plan.current()[0]}"
    coverage = form.on_form(*form.coverage)
    for i in range(len(plan.labels)):
        row = plan.history + 1 + i
        live = f"AND(ISNUMBER({total}),A{row}={current})"
        yield edit(row, 5, f'IF(ISNUMBER(C{row}),C{row},IF({live},{total},""))', "采用总分")
        stated = f"IF(ISNUMBER(D{row}),D{row},1)"
        yield edit(row, 6, f'IF(ISNUMBER(C{row}),{stated},IF({live},{coverage},""))', "采用覆盖率")
