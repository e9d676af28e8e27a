"""A workbook that is open in a spreadsheet program: what the macros of every host decide before they write.

The host hands over the workbook as it is on the screen (a `Package`: saved by the program itself, or put together from
its values), and carries out on its own cells what is decided here. Nothing in this module writes, computes or needs
more than the standard library, because it also runs in LibreOffice and in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import UsageError
from ..findings import Finding, worst_first
from ..messages import Message
from ..scoring.explain import explain_item
from ..scoring.policies import Policy
from ..scoring.values import is_missing, show
from . import rulesheet as rs
from .addresses import quote_sheet, split_cell
from .card import Card, headline, items
from .cells import Grid
from .embed import plan_embedding
from .grid import read_grid
from .package import Package
from .plan import Plan
from .recognise import Row
from .register import refuse_finalised

#: The sheets that macros write, and what stands in their first cell: one of these names without it is somebody else's.
CHECK_SHEET, CHECK_TITLE = "体检", "绩效考核表体检"
CHART_SHEET, CHART_TITLE = "图表", "得分图表"
CHECK_HEADERS = ("级别", "位置", "说明", "English")
SEVERITIES = {"error": "错误", "warning": "注意", "info": "说明"}

_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


@dataclass(frozen=True, slots=True)
class SheetEmbedding:
    """What embedding scoring into one sheet takes.

    Attributes:
        plan: The edits; empty if there is nothing to do.
        replaced: The formulas that the plan replaces, as findings.
        said: The sentence for the person: what was done, or why nothing is.
    """

    plan: Plan
    replaced: tuple[Finding, ...]
    said: Message


def plan_sheet(package: Package, sheet: str, flavour: str, name: str) -> SheetEmbedding:
    """Plan to embed scoring into the tables of one sheet, as `scorecard embed` does for a file.

    Args:
        package: The workbook as it is on the screen.
        sheet: The sheet in front.
        flavour: "native" or "udf" formulas.
        name: The workbook's name, for messages.

    Raises:
        UsageError: A cell that a formula would go to holds something typed: it is not overwritten silently; or the
            workbook is finalised.
        NoTableFound: There is no assessment table on that sheet.
    """
    refuse_finalised(package, name)
    plan, tables, findings = plan_embedding(_alone(package, sheet), None, Policy(), flavour, None, name)
    if not plan:
        obstacles = ("rule-sheet-present", "sheet-protected", "not-embedded")
        reason = next((finding.message for finding in findings if finding.code in obstacles), None)
        said = reason or Message("评分已经嵌入过，保持不变", "scoring is embedded already; nothing changed")
        return SheetEmbedding(plan, (), said)
    replaced = _replaced(plan, package)
    count = len(replaced)
    kept = ",".join(finding.cell for finding in findings if finding.code == "score-kept")
    said = Message(
        f"已嵌入 {len(tables)} 张考核表，规则在“{rs.SHEET}”"
        + (f"；保留了原有的得分 {kept}" if kept else "")
        + (f"；替换了 {count} 个公式，见“{CHECK_SHEET}”" if count else ""),
        f"scoring embedded in {len(tables)} tables, rules on {rs.SHEET}"
        + (f"; scores that were there are kept: {kept}" if kept else "")
        + (f"; {count} formulas replaced, see {CHECK_SHEET}" if count else ""),
    )
    return SheetEmbedding(plan, replaced, said)


def _alone(package: Package, sheet: str) -> Package:
    """The package with nothing on its other sheets, so that a plan concerns one sheet only."""
    alone = package.copy()
    for other in package.sheets:
        if other.kind == "worksheet" and other.name not in (sheet, rs.SHEET):
            alone.write(other.part, _EMPTY)
    return alone


def _replaced(plan: Plan, package: Package) -> tuple[Finding, ...]:
    """The formulas that a plan replaces; raises `UsageError` if it would replace something typed."""
    new = {sheet.sheet for sheet in plan.sheets if sheet.is_new}
    grids: dict[str, Grid] = {}
    typed, replaced = [], []
    for edit in plan.edits:
        if edit.sheet in new or (edit.formula is None and edit.value is None):
            continue
        grid = grids.setdefault(edit.sheet, read_grid(package, edit.sheet))
        cell = grid.cell(edit.row, edit.col)
        if cell.is_formula:
            text = Message(f"原有公式 ={cell.formula} 已替换", f"the formula ={cell.formula} was replaced")
            replaced.append(Finding("formula-replaced", "info", edit.sheet, edit.cell, text))
        elif edit.formula is not None and not is_missing(cell.value):
            typed.append(edit.cell)
    if typed:
        places = "、".join(typed[:8]) + ("……" if len(typed) > 8 else "")
        raise UsageError(
            Message(
                f"{len(typed)} 个要写公式的单元格已有内容（{places}），没有改动任何单元格；确认不要后请先清空",
                f"{len(typed)} cells for formulas hold something ({places}); nothing was changed. Clear them first",
            )
        )
    return tuple(replaced)


def inputs(cards: Sequence[Card], grid: Grid) -> list[str]:
    """The cells that a person fills in each period and that hold something: actuals, typed scores, adjustments.

    Args:
        cards: Tables of one sheet.
        grid: That sheet.

    Returns:
        A1 names, each once. A formula is never among them: nobody fills it in.
    """
    cells: list[str] = []
    for card in cards:
        for row in card.table.rows:
            cells += [row.actual_cell] if row.actual_cell else []
            cells += [cell for _, cell in row.scores]
    found = dict.fromkeys(cells)
    return [a for a in found if not grid.at(a).is_formula and not is_missing(grid.at(a).value)]


def result(card: Card) -> Message:
    """The total and the grade of a table in a sentence."""
    total, grade = card.result.total, card.result.grade
    title = card.table.title or card.table.sheet
    if total is None:
        return Message(f"{title}：还没有总分", f"{title}: no total yet")
    return Message(f"{title}：总分 {show(total)}，等级 {grade}", f"{title}: total {show(total)}, grade {grade}")


def explanation(cards: Iterable[Card], sheet: str, row: int) -> Message | None:
    """How the score in a row of the workbook comes about, or the total if it is there; None elsewhere."""
    for card in cards:
        if card.table.sheet != sheet:
            continue
        for (_, place), item in zip(items(card.table), card.result.items, strict=True):
            if place.row == row:
                return explain_item(item, card.model.bands)
        foot = [
            *card.table.totals.values(),
            card.table.grade_cell,
            card.table.coefficient_cell,
            card.table.coverage_cell,
        ]
        if row in {split_cell(cell)[0] for cell in foot if cell}:
            return result(card)
    return None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet 体检.

    Attributes:
        texts: Severity, place, sentence in Chinese, in English.
        sheet: The sheet to go to; "" if the finding is about the whole workbook.
        cell: The cell to go to.
    """

    texts: tuple[str, str, str, str]
    sheet: str
    cell: str


def report(findings: Iterable[Finding]) -> list[Line]:
    """Findings as the lines of the sheet 体检, worst first."""
    lines = []
    for found in worst_first(findings):
        # One finding may be about several cells: A1,A2.
        cells = found.cell.split(",")
        more = f" 等 {len(cells)} 格" if len(cells) > 1 else ""
        place = f"{found.sheet}!{cells[0]}{more}" if found.sheet and cells[0] else found.sheet or "整个工作簿"
        texts = SEVERITIES[found.severity], place, found.message.zh, found.message.en
        lines.append(Line(texts, found.sheet, cells[0] or "A1"))
    return lines


@dataclass(frozen=True, slots=True)
class Bars:
    """One chart: the scores of a table as bars.

    Attributes:
        title: Of the chart.
        formulas: A name and a score for each bar, as formulas that point at the form, so that the chart stays live.
    """

    title: str
    formulas: tuple[tuple[str, str], ...]


def bars(cards: Iterable[Card]) -> list[Bars]:
    """The charts of some tables; tables without a score column have none."""
    drawn = []
    for card in cards:
        rows = [row for _, row in items(card.table) if row.scores]
        source = quote_sheet(card.table.sheet)
        formulas = tuple((f"={source}!{row.name_cell}", f"={source}!{_score_cell(card, row)}") for row in rows)
        if formulas:
            drawn.append(Bars(card.table.title or card.table.sheet, formulas))
    return drawn


def _score_cell(card: Card, row: Row) -> str:
    scores = dict(row.scores)
    return scores.get(headline(card.table)) or next(iter(scores.values()))
