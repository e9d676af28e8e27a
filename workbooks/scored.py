"""A form once scoring is embedded: where its results and its rules are, for the formulas of the sheets around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.workbook.addresses import cell_name, quote_sheet
from scorecard.workbook.located import Table
from scorecard.workbook.package import Package
from scorecard.workbook.plan import Edit, Plan, SheetPlan
from scorecard.workbook.ruleread import read_rule_sheet
from scorecard.workbook.rulesheet import Block, Head


@dataclass(frozen=True, slots=True)
class ScoredForm:
    """One table with its rules.

    Attributes:
        sheet: Its sheet.
        rows: The rows of its items.
        block: Their rules.
        head: The settings and grades.
        summary_row: The row for the line that sums the card up.
        score_col: The column of scores.
        total: Row and column of the total; likewise the next three.
        has_period: Whether a period selector stands at the right end of the summary's row.
    """

    sheet: str
    rows: tuple[int, ...]
    block: Block
    head: Head
    summary_row: int
    score_col: int
    total: tuple[int, int]
    coverage: tuple[int, int]
    grade: tuple[int, int]
    coefficient: tuple[int, int]
    has_period: bool

    def on_form(self, row: int, col: int) -> str:
        """A cell of the form, as a formula on another sheet refers to it."""
        return f"{quote_sheet(self.sheet)}!{cell_name(row, col, absolute=True)}"


def scored_forms(plan: Plan, tables: Iterable[Table], package: Package) -> dict[str, ScoredForm]:
    """The forms of a package by sheet.

    Args:
        plan: What embedding has planned.
        tables: The tables it has found.
        package: The package with the plan carried out.
    """
    rules = read_rule_sheet(package)
    if rules is None:
        return {}
    places = {(e.sheet, e.what.zh): (e.row, e.col) for e in plan.edits if e.formula}
    labels = {(e.sheet, str(e.value)) for e in plan.edits if isinstance(e.value, str)}
    tops = {table.sheet: table.top for table in tables}
    found = {}
    for block, rows in rules.blocks:
        sheet = rows[0][0]
        if (sheet, "总分") not in places:
            continue
        found[sheet] = ScoredForm(
            sheet=sheet,
            rows=tuple(row for _, row in rows),
            block=block,
            head=rules.head,
            summary_row=tops[sheet] - 1,
            score_col=places[sheet, "总分"][1],
            total=places[sheet, "总分"],
            coverage=places[sheet, "覆盖率"],
            grade=places[sheet, "等级"],
            coefficient=places[sheet, "绩效系数"],
            has_period=(sheet, "考核周期▶") in labels,
        )
    return found


def joined(*plans: Plan | Iterable[Edit]) -> Plan:
    """Several plans as one, carried out in their order."""
    edits: list[Edit] = []
    sheets: list[SheetPlan] = []
    for plan in plans:
        if isinstance(plan, Plan):
            edits += plan.edits
            sheets += plan.sheets
        else:
            edits += plan
    return Plan(tuple(edits), tuple(sheets))
