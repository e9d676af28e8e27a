"""The sheet 年度: quarters, half-years and goals become one total by rules that stand on the sheet and can be changed there.

Layout comes with the form, formulas once the rules have their places (`year_edits`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter

from scorecard.definitions import ABILITY_SHEET, FORM_SHEET, GOAL_SHEET, Definition, YearRules
from scorecard.messages import Message
from scorecard.workbook import formulas as f
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.plan import Edit

from .looks import CALC, HEAD, INPUT, RESULT, boxed, heading, note, page
from .parts import HALVES
from .scored import ScoredForm
from .trend import TrendPlan, trend_plan
from .validations import add_choice

SHEET = "年度"
#: The words of the rules on the sheet.
ROLLUPS = {"mean": "平均", "pooled": "按覆盖率加权", "last": "最近一期"}
ABSENCES = {"redistribute": "由其余分摊", "zero": "按0分", "wait": "等待补齐"}

_WIDTHS = (26, 16, 18, 14, 14, 14, 14)
_RULE_HEADER = 4
_PARTS = ("部分", "所占比重", "各期怎样合成", "本部分得分", "计入比重", "折算后")
PERIODS = ("部分", "期间", "定稿总分", "定稿覆盖率", "采用总分", "采用覆盖率", "次序")
_TOTAL, _GRADE, _FACTOR, _PLACE = "年度总分", "年度等级", "年度绩效系数", "等级行"
RESULTS = (_TOTAL, _GRADE, _FACTOR, _PLACE)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the year: its rule's row, and the first and last row of its periods."""

    name: str
    row: int
    first: int
    labels: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.labels) - 1


@dataclass(frozen=True, slots=True)
class YearPlan:
    """Where the cells of the sheet are."""

    parts: tuple[_Part, ...]

    @property
    def absent(self) -> int:
        """The row of the rule for what is absent."""
        return _RULE_HEADER + len(self.parts) + 1

    def result(self, name: str) -> tuple[int, int]:
        """Row and column of a result."""
        return self.absent + 2 + RESULTS.index(name), 2

    @property
    def periods(self) -> int:
        """The header of the table of periods."""
        return self.absent + 2 + len(RESULTS) + 1

    def address(self, name: str) -> str:
        """The address of a result, as other sheets refer to it."""
        row, col = self.result(name)
        return f"{SHEET}!${get_column_letter(col)}${row}"


def year_plan(definition: Definition, rules: YearRules) -> YearPlan:
    """Where the cells of a definition's sheet are."""
    labels = {FORM_SHEET: trend_plan(definition).labels, ABILITY_SHEET: HALVES, GOAL_SHEET: ("全年",)}
    plan = YearPlan(
        tuple(_Part(name, _RULE_HEADER + 1 + i, 0, labels.get(name, ())) for i, (name, _) in enumerate(rules.parts))
    )
    row, placed = plan.periods + 1, []
    for part in plan.parts:
        placed.append(_Part(part.name, part.row, row, part.labels))
        row += len(part.labels)
    return YearPlan(tuple(placed))


def add_year(book: Any, definition: Definition) -> None:
    """Add the sheet, without formulas yet; nothing for a definition without rules for the year."""
    rules = definition.year
    if rules is None:
        return
    sheet, plan = book.create_sheet(SHEET), year_plan(definition, rules)
    heading(sheet, f"{definition.position}年度汇总", len(_WIDTHS), 14)
    note(
        sheet,
        2,
        "黄底是规则和各期定稿成绩，可修改；灰底自动计算。本期未定稿时，采用本工作簿里的现时总分。",
        len(_WIDTHS),
    )
    for col, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(col)].width = width
    for col, text in enumerate(_PARTS, start=1):
        boxed(sheet, _RULE_HEADER, col, text, fill=HEAD, bold=True)
    hows = {FORM_SHEET: rules.quarters, ABILITY_SHEET: rules.halves, GOAL_SHEET: "last"}
    for part, (_, share) in zip(plan.parts, rules.parts, strict=True):
        boxed(sheet, part.row, 1, part.name, horizontal="left")
        boxed(sheet, part.row, 2, share, fill=INPUT, number_format="0%")
        boxed(sheet, part.row, 3, ROLLUPS[hows[part.name]], fill=INPUT)
        for col, shown in ((4, "0.00"), (5, "0.0%"), (6, "0.00")):
            boxed(sheet, part.row, col, None, fill=CALC, number_format=shown)
    boxed(sheet, plan.absent, 1, "缺某一期或某一部分时", horizontal="left")
    boxed(sheet, plan.absent, 2, ABSENCES[rules.absent], fill=INPUT)
    words = ",".join(ROLLUPS.values())
    add_choice(
        sheet, [f"C{part.row}" for part in plan.parts], f'"{words}"', "各期怎样合成",
        "平均：各期总分的算术平均；按覆盖率加权：考核权重大的一期占得多；最近一期：以最后一期为准。",
    )  # fmt: skip
    words = ",".join(ABSENCES.values())
    add_choice(
        sheet, [f"B{plan.absent}"], f'"{words}"', "缺项",
        "由其余分摊：缺的不算；按0分：缺的算 0 分；等待补齐：缺一期就没有年度总分。",
    )  # fmt: skip
    for name in RESULTS:
        row, col = plan.result(name)
        look = name != _PLACE
        boxed(sheet, row, 1, name, horizontal="left", bold=look, fill=RESULT)
        boxed(sheet, row, col, None, fill=RESULT, bold=look, number_format="0.00" if name == _TOTAL else "0.0#")
    for col, text in enumerate(PERIODS, start=1):
        boxed(sheet, plan.periods, col, text, fill=HEAD, bold=True)
    formats = ("General", "General", "0.0#", "0%", "0.0#", "0%", "0")
    for part in plan.parts:
        for i, label in enumerate(part.labels):
            is_input = part.name != FORM_SHEET
            for col, shown in enumerate(formats, start=1):
                value = {1: part.name, 2: label}.get(col)
                fill = "" if col < 3 else INPUT if col < 5 and is_input else CALC
                boxed(sheet, part.first + i, col, value, fill=fill, number_format=shown)
    for row in range(_RULE_HEADER, plan.parts[-1].last + 1):
        sheet.row_dimensions[row].height = 21
    sheet.freeze_panes = "A2"
    page(sheet, landscape=False)
    sheet.print_area = f"A1:{get_column_letter(len(_WIDTHS))}{plan.parts[-1].last}"


# --- formulas --------------------------------------------------------------------------------------------------------


def year_edits(definition: Definition, forms: Mapping[str, ScoredForm]) -> Iterator[Edit]:
    """The formulas of the sheet, once the forms have their rules."""
    if definition.year is None:
        return
    plan, trend = year_plan(definition, definition.year), trend_plan(definition)
    absent = f"$B${plan.absent}"
    for part in plan.parts:
        yield from _period_edits(part, forms[part.name], trend)
        yield from _part_edits(part, absent)
    yield from _result_edits(plan, absent, forms[FORM_SHEET])


def _edit(row: int, col: int, formula: str, what: str) -> Edit:
    return Edit(SHEET, row, col, Message(what, what), None, f"={formula}")


def _period_edits(part: _Part, form: ScoredForm, trend: TrendPlan) -> Iterator[Edit]:
    """The total and coverage of each period that count: approved ones, else what the workbook computes now."""
    total, coverage = form.on_form(*form.total), form.on_form(*form.coverage)
    for i in range(len(part.labels)):
        row = part.first + i
        if part.name == FORM_SHEET:
            # The periods of the form stand on the sheet of trends already.
            for col, source in ((3, 3), (4, 4)):
                cell = trend.history_cell(i, source)
                yield _edit(row, col, f'IF({cell}="","",{cell})', "定稿")
            yield _edit(row, 5, trend.history_cell(i, 5), "采用总分")
            yield _edit(row, 6, trend.history_cell(i, 6), "采用覆盖率")
        else:
            is_now = f"ISNUMBER({total})"
            if part.name == ABILITY_SHEET:
                is_now = f"AND(ISNUMBER({total}),{ABILITY_SHEET}!$G$2=B{row})"
            yield _edit(row, 5, f'IF(ISNUMBER(C{row}),C{row},IF({is_now},{total},""))', "采用总分")
            stated = f"IF(ISNUMBER(D{row}),D{row},1)"
            yield _edit(row, 6, f'IF(ISNUMBER(C{row}),{stated},IF({is_now},{coverage},""))', "采用覆盖率")
        yield _edit(row, 7, f"IF(ISNUMBER(E{row}),{i + 1},0)", "次序")


def _part_edits(part: _Part, absent: str) -> Iterator[Edit]:
    """The score of a part, and what it brings."""
    row = part.row
    totals, shares, order = (f"${c}${part.first}:${c}${part.last}" for c in "EFG")
    present, every = f"COUNT({totals})", len(part.labels)
    # A period that is absent and counts 0 has the weight of a whole one.
    lacking = f'IF({absent}="{ABSENCES["zero"]}",{every}-{present},0)'
    cells = range(part.first, part.last + 1)
    pooled = "+".join(f"IF(ISNUMBER(E{r}),E{r}*F{r},0)" for r in cells)
    mean = f"SUM({totals})/({present}+{lacking})"
    weighted = f"({pooled})/(SUM({shares})+{lacking})"
    last = f"INDEX({totals},MAX({order}))"
    chosen = f'IF(C{row}="{ROLLUPS["last"]}",{last},IF(C{row}="{ROLLUPS["pooled"]}",{weighted},{mean}))'
    waits = f'AND({absent}="{ABSENCES["wait"]}",{present}<{every},C{row}<>"{ROLLUPS["last"]}")'
    nothing = f'IF({absent}="{ABSENCES["zero"]}",0,"")'
    yield _edit(row, 4, f'IF({present}=0,{nothing},IF({waits},"",ROUND({chosen},12)))', "本部分得分")
    yield _edit(row, 5, f"IF(ISNUMBER(D{row}),B{row},0)", "计入比重")
    yield _edit(row, 6, f"IF(ISNUMBER(D{row}),D{row}*B{row},0)", "折算后")


def _result_edits(plan: YearPlan, absent: str, form: ScoredForm) -> Iterator[Edit]:
    first, last = plan.parts[0].row, plan.parts[-1].row
    shares, scores, used, points = (f"${c}${first}:${c}${last}" for c in "BDEF")
    digits = form.head.setting_ref(rs.DIGITS, sheet=True)
    total = f"${get_column_letter(2)}${plan.result(_TOTAL)[0]}"
    number = f'ROUND(ROUND(SUM({points})/SUM({used}),12),IF({digits}="",2,{digits}))'
    waits = f'AND({absent}="{ABSENCES["wait"]}",COUNT({scores})<{len(plan.parts)})'
    weights = f"ABS(SUM({shares})-1)>0.000001"
    yield _edit(
        *plan.result(_TOTAL), f'IF({weights},"比重合计不是100%",IF(OR({waits},SUM({used})=0),"",{number}))', _TOTAL
    )
    lows, labels, factors = (form.head.grade_column(i, sheet=True) for i in range(3))
    place = f"$B${plan.result(_PLACE)[0]}"
    yield _edit(*plan.result(_PLACE), f.grade_place(total, lows).removeprefix("="), _PLACE)
    yield _edit(*plan.result(_GRADE), f'IF(ISNUMBER({total}),INDEX({labels},{place}),"")', _GRADE)
    factor = f"INDEX({factors},{place})"
    yield _edit(*plan.result(_FACTOR), f'IF(ISNUMBER({total}),IF({factor}="","",{factor}),"")', _FACTOR)
