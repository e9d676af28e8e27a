"""From a located table to a scorecard: cells become readings, rules, weights; and the result by the scoring core.

This is the second, independent way to the numbers that the workbook's own formulas show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..definitions import Definition
from ..errors import RuleError
from ..findings import Finding
from ..messages import Message
from ..scoring.curve import Curve, Rating
from ..scoring.ladder import Ladder
from ..scoring.model import Adjustment, CardResult, Kpi, Scorecard, Settings, Veto
from ..scoring.periods import find_period
from ..scoring.policies import Policy
from ..scoring.score import score_card
from ..scoring.values import CellError, Reading, State, read
from . import rulesheet as rs
from .addresses import split_cell
from .cells import Grid
from .recognise import Row, Table
from .ruleread import RuleSheet
from .rules import RowRule, bands_of, choose_rules, read_cell, target_readings, weight_scale
from .vocabulary import Vocabulary

#: What a single score column is called in reports.
SCORE = "得分"


@dataclass(frozen=True, slots=True)
class Card:
    """A table as a scorecard, with its result.

    Attributes:
        table: Where it stands.
        model: What it says.
        result: What follows.
        others: Results by further score columns (自评 …), from their typed scores.
        is_embedded: Whether the rules come from the workbook's own rule sheet.
        has_rules: Whether any item is scored by a rule.
        findings: What was noticed on the way.
    """

    table: Table
    model: Scorecard
    result: CardResult
    others: Mapping[str, CardResult]
    is_embedded: bool
    has_rules: bool
    findings: tuple[Finding, ...] = ()


def read_card(
    table: Table,
    grid: Grid,
    sheet: RuleSheet | None = None,
    definition: Definition | None = None,
    policy: Policy | None = None,
    vocabulary: Vocabulary | None = None,
    period: str | None = None,
) -> Card:
    """Read a table as a scorecard and score it.

    Args:
        table: The located table.
        grid: Its sheet, with up-to-date values.
        sheet: The workbook's rule sheet; its rules win over `definition` and `policy`.
        definition: Rules for a table that is not embedded.
        policy: Likewise, for rows with a target.
        vocabulary: For hints of names.
        period: The target period; as the form states it when omitted.
    """
    findings: list[Finding] = []
    block = sheet.block_of(table) if sheet is not None else None
    is_embedded = sheet is not None and block is not None
    try:
        weights, _ = weight_scale(table, grid)
    except RuleError as problem:
        cell = next((row.weight_cell for row in table.rows if row.weight_cell), "")
        findings.append(Finding("weight-unreadable", "error", table.sheet, cell or "", problem.message))
        weights = [None] * len(table.rows)
    settings = definition.settings if definition is not None else Settings()
    bands = bands_of(table)
    if sheet is not None and block is not None:
        try:
            settings = sheet.settings()
        except RuleError as problem:
            findings.append(Finding("settings-unusable", "error", rs.SHEET, "", problem.message))
        kpis = _embedded_kpis(table, grid, sheet, weights)
        bands = sheet.bands(block, bands.labels) if bands is not None else None
    else:
        rules: list[RowRule] | None = None
        if definition is not None or policy is not None:
            rules, found = choose_rules(table, grid, definition, policy, vocabulary or Vocabulary.load())
            findings += found
        kpis = _plain_kpis(table, grid, rules, weights, period)
    model = Scorecard(
        kpis=tuple(kpis),
        adjustments=tuple(_adjustments(table, grid)),
        vetoes=tuple(_vetoes(table, grid)),
        bands=bands,
        settings=settings,
        title=table.title,
    )
    others = {
        label: score_card(replace(model, kpis=tuple(_typed_kpis(table, grid, weights, label)), bands=None))
        for label in _score_labels(table)[1:]
    }
    has_rules = any(k.rule is not None or k.rule_error is not None for k in kpis)
    return Card(table, model, score_card(model), others, is_embedded, has_rules, tuple(findings))


def headline(table: Table) -> str:
    """The label of the score column that counts: the only one, else 上级, else the last."""
    return _score_labels(table)[0] if _score_labels(table) else ""


def _score_labels(table: Table) -> list[str]:
    labels = [c.label for c in table.columns if c.role == "score"] or [
        c.label for c in table.columns if c.role == "weighted_score"
    ]
    chosen = (
        next((x for x in labels if not x), None)
        if "" in labels
        else next((x for x in labels if "上级" in x), labels[-1] if labels else None)
    )
    return [] if chosen is None else [chosen, *(x for x in labels if x != chosen)]


def _items(table: Table) -> list[tuple[int, Row]]:
    return [(i, row) for i, row in enumerate(table.rows) if row.kind in ("kpi", "rating")]


def _embedded_kpis(table: Table, grid: Grid, sheet: RuleSheet, weights: list[float | None]) -> list[Kpi]:
    block = sheet.block_of(table)
    assert block is not None  # the caller has looked
    kpis = []
    for place, (i, row) in enumerate(_items(table)):
        rule = sheet.rule(block, place, {})
        target_cell = sheet.grid.cell(block.first + place, block.column(rs.TARGET))
        has_target = bool(row.targets)
        target = read(target_cell.value, number_format=target_cell.format.number_format) if has_target else None
        readings = target_readings(table, row, grid)
        percent = any(r.percent for r in readings.values()) or _is_percent(grid, row)
        weight = weights[i]
        if row.weight_cell is None:
            weight = read(sheet.grid.cell(block.first + place, block.column(rs.WEIGHT)).value).number
        kpi = _kpi(table, row, grid, weight, target, percent, next((r.unit for r in readings.values() if r.unit), ""))
        if isinstance(rule, CellError):
            kpis.append(replace(kpi, rule_error=rule))
        elif rule is None and sheet.mode(block, place) != "手工":
            # No threshold is set: not assessed.
            kpis.append(replace(kpi, target=Reading(State.NOT_APPLICABLE)))
        else:
            kpis.append(replace(kpi, rule=rule))
    return kpis


def _plain_kpis(
    table: Table, grid: Grid, rules: list[RowRule] | None, weights: list[float | None], period: str | None
) -> list[Kpi]:
    if rules is None:
        return _typed_kpis(table, grid, weights, headline(table))
    kpis = []
    for i, row in _items(table):
        rule = rules[i]
        readings = target_readings(table, row, grid)
        chosen = _period(table, period)
        target = readings.get(chosen) if readings else None
        kpi = _kpi(table, row, grid, weights[i], target, rule.percent, rule.unit)
        kpis.append(_with_rule(kpi, rule, chosen))
    return kpis


def _with_rule(kpi: Kpi, rule: RowRule, period: str) -> Kpi:
    found: Curve | Rating | None = None
    try:
        if isinstance(rule.rule, Rating):
            found = rule.rule
        elif isinstance(rule.rule, Ladder):
            if rule.rule.is_fixed or (kpi.target is not None and kpi.target.number is not None):
                found = rule.rule.curve(kpi.target.number if kpi.target else None)
        elif rule.rule is not None:
            ladder = rule.rule.get(period)
            found = ladder.curve() if ladder is not None else None
            if ladder is None:
                return replace(kpi, target=Reading(State.NOT_APPLICABLE))
    except RuleError as problem:
        return replace(kpi, rule_error=CellError(problem.code, problem.message))
    return replace(kpi, rule=found)


def _period(table: Table, wanted: str | None) -> str:
    labels = [c.label for c in table.columns if c.role == "target"]
    if len(labels) < 2:
        return labels[0] if labels else ""
    stated = wanted or table.identity.get("period", ("", ""))[0]
    found = find_period(stated, labels) if stated else None
    quarter = find_period("季度", labels)
    return labels[found if found is not None else quarter if quarter is not None else 0]


def _typed_kpis(table: Table, grid: Grid, weights: list[float | None], label: str) -> list[Kpi]:
    """Items by the scores that stand in a column, typed or computed by the department."""
    kpis = []
    for i, row in _items(table):
        cell = dict(row.scores).get(label)
        typed = read(grid.at(cell).value) if cell else Reading(State.MISSING)
        kpis.append(Kpi(row.name, None, weight=weights[i], typed=typed, section=row.section, cell=cell or ""))
    return kpis


def _kpi(
    table: Table, row: Row, grid: Grid, weight: float | None, target: Reading | None, percent: bool, unit: str
) -> Kpi:
    column = table.column("actual")
    actual = (
        read_cell(grid, row.actual_cell, column.unit if column else "") if row.actual_cell else Reading(State.MISSING)
    )
    score_cell = dict(row.scores).get(headline(table))
    return Kpi(
        name=row.name,
        rule=None,
        actual=actual,
        weight=weight,
        target=target,
        label=grid.at(row.actual_cell).value if row.actual_cell else None,
        typed=read(grid.at(score_cell).value) if score_cell else Reading(State.MISSING),
        section=row.section,
        unit=unit,
        percent=percent,
        cell=row.actual_cell or score_cell or "",
    )


def _is_percent(grid: Grid, row: Row) -> bool:
    return bool(row.actual_cell) and "%" in grid.at(row.actual_cell or "A1").format.number_format


def _adjustments(table: Table, grid: Grid) -> list[Adjustment]:
    found = []
    for row in table.rows:
        cell = dict(row.scores).get(headline(table)) if row.kind == "adjustment" else None
        if cell:
            found.append(Adjustment(row.name, read(grid.at(cell).value), cell=cell))
    return found


def _vetoes(table: Table, grid: Grid) -> list[Veto]:
    found = []
    for row in table.rows:
        cell = dict(row.scores).get(headline(table)) if row.kind == "veto" else None
        if cell:
            found.append(Veto(row.name, grid.at(cell).value, cell=cell))
    return found


def noticed(card: Card, grid: Grid) -> list[Finding]:
    """What the numbers of a card tell: unreadable cells, errors, weights, stated against computed."""
    sheet, result = card.table.sheet, card.result
    findings = list(card.findings)

    def note(code: str, severity: str, cell: str, zh: str, en: str) -> None:
        findings.append(Finding(code, severity, sheet, cell, Message(zh, en)))

    for item in result.items:
        if item.state is State.ERROR and item.error is not None:
            reason = item.error.reason
            cell = item.kpi.cell
            code = (
                "rule-broken"
                if item.kpi.rule_error is not None
                else "error-cell"
                if reason is None
                else "actual-unreadable"
            )
            zh, en = (reason.zh, reason.en) if reason else (f"错误值 {item.error}", f"the error {item.error}")
            note(code, "error", cell, f"“{item.kpi.name}”：{zh}", f'"{item.kpi.name}": {en}')
    if result.error is not None and result.error.reason is not None and not result.error_cell:
        cell = next((row.weight_cell for row in card.table.rows if row.weight_cell), "")
        note("weights-sum", "error", cell or "", result.error.reason.zh, result.error.reason.en)
    for zh, en in result.notes:
        note("weights-assumed", "info", "", zh, en)
    _compare_total(card, grid, note)
    return findings


def _compare_total(card: Card, grid: Grid, note: object) -> None:
    cell = card.table.totals.get(headline(card.table))
    if cell is None or card.result.computed is None or not callable(note):
        return
    stated = read(grid.at(cell).value)
    if stated.number is None:
        return
    digits = card.model.settings.digits
    if abs(stated.number - card.result.computed) > 0.5 * 10**-digits + 1e-9:
        shown = f"{card.result.computed:.{digits}f}"
        note(
            "total-mismatch",
            "error",
            cell,
            f"总分写的是 {stated.number:g}，按各项计算应为 {shown}",
            f"the total says {stated.number:g}, the items give {shown}",
        )
    grade_cell = card.table.grade_cell
    if grade_cell and card.is_embedded and str(grid.at(grade_cell).value or "") != card.result.grade:
        note(
            "grade-mismatch",
            "error",
            grade_cell,
            f"等级写的是“{grid.at(grade_cell).value}”，应为“{card.result.grade}”",
            f'the grade says "{grid.at(grade_cell).value}", it should be "{card.result.grade}"',
        )


def score_place(table: Table, row: Row) -> tuple[int, int] | None:
    """Row and column of the score that counts."""
    cell = dict(row.scores).get(headline(table))
    return split_cell(cell) if cell else None
