"""From a located table to a scorecard: cells become readings, rules, weights; and the result by the scoring core.

This is the second, independent way to the numbers that the workbook's own formulas show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..definitions import Definition
from ..errors import RuleError
from ..findings import Finding
from ..scoring.curve import Curve, Rating
from ..scoring.ladder import Ladder
from ..scoring.model import Adjustment, CardResult, Kpi, Scorecard, Section, Settings, Veto
from ..scoring.periods import find_period
from ..scoring.policies import Policy
from ..scoring.score import score_card
from ..scoring.values import CellError, Reading, State, read, snap
from . import rulesheet as rs
from .addresses import cell_name, split_cell
from .cells import Grid, read_cell
from .formulas import MANUAL_WORD
from .kept import Kept
from .legend import Legend
from .located import Row, Table, headline_column, score_columns
from .marks import Marks, read_marks, scores_added
from .parts import weighted_sections
from .ruleread import RuleSheet, is_own_content
from .rules import (
    NO_RULE,
    RowRule,
    bands_of,
    choose_rules,
    is_measured,
    missing_rule,
    target_readings,
    weight_scale,
)
from .rulesheet import Block
from .spots import WEIGHTED
from .vocabulary import Vocabulary

#: What a single score column is called in reports.
SCORE = "得分"


_DEFAULTS = Settings()


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
        rule_cells: Of an embedded table, the first threshold of each item on the rule sheet.
        legend_cell: Where the sheet prints the scale of grades that was used; "" where it prints none.
        scale: What the scores are out of, where their heading states a scale such as 1 to 5; None for 100.
    """

    table: Table
    model: Scorecard
    result: CardResult
    others: Mapping[str, CardResult]
    is_embedded: bool
    has_rules: bool
    findings: tuple[Finding, ...] = ()
    rule_cells: tuple[str, ...] = ()
    legend_cell: str = ""
    scale: float | None = None

    def of_hundred(self, stated: float) -> float:
        """A stated total as one out of 100: the form's own may be on the scale of its scores."""
        computed = self.result.computed
        if self.scale is None or computed is None or not 0 <= stated <= self.scale < computed:
            return stated
        return snap(stated / self.scale * 100)


def read_card(
    table: Table,
    grid: Grid,
    sheet: RuleSheet | None = None,
    definition: Definition | None = None,
    policy: Policy | None = None,
    vocabulary: Vocabulary | None = None,
    period: str | None = None,
    legend: Legend | None = None,
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
        legend: The scale of grades that the sheet prints, for a table without grades of its own rules.
    """
    findings: list[Finding] = []
    places = sheet.places_of(table) if sheet is not None else ()
    is_embedded = bool(places)
    broken: CellError | None = None
    try:
        weights, _ = weight_scale(table, grid)
    except RuleError as problem:
        broken = CellError(problem.code, problem.message)
        findings.append(weight_finding(table, grid, problem))
        weights = [None] * len(table.rows)
    settings = definition.settings if definition is not None else _DEFAULTS
    is_printed = legend is not None and not is_embedded and settings.grades == _DEFAULTS.grades
    if legend is not None and is_printed:
        settings = replace(settings, grades=legend.grades)
    bands, added, scale = bands_of(table), None, None
    if sheet is not None and places:
        try:
            settings = sheet.settings()
        except RuleError as problem:
            findings.append(_unusable(problem))
        findings += _unruled(table, sheet, places)
        kpis = _embedded_kpis(table, grid, sheet, places, weights)
        try:
            bands = sheet.bands(places[0][0], bands.labels) if bands is not None else None
        except RuleError as problem:
            findings.append(_unusable(problem))
            bands = None
    else:
        rules: list[RowRule] | None = None
        if definition is not None or policy is not None:
            rules, found = choose_rules(table, grid, definition, policy, vocabulary or Vocabulary.load())
            findings += found
        marks = read_marks(table, grid, weights, headline(table))
        findings += marks.findings
        scale = marks.scale
        added = scores_added(table, grid, marks.label) if rules is None or not any(r.rule for r in rules) else None
        if added is not None and scale is None:
            findings.append(added)
            weights, settings = [1.0] * len(table.rows), replace(settings, weights="as_is")
        kpis = _plain_kpis(table, grid, rules, weights, period, marks)
    parts = table.sections if is_embedded else weighted_sections(table, grid, weights)
    sections = tuple(Section(part.name, part.weight) for part in parts)
    adjustments, vetoes = tuple(_adjustments(table, grid)), tuple(_vetoes(table, grid))
    model = Scorecard(tuple(kpis), sections, adjustments, vetoes, bands, settings, table.title)
    models = {"": model}
    for column in score_columns(table)[1:]:
        typed = _typed_kpis(table, grid, weights, read_marks(table, grid, weights, column.label))
        models[column.label] = Scorecard(tuple(typed), sections, adjustments, vetoes, None, settings, table.title)
    results = {label: score_card(one) for label, one in models.items()}
    if broken is not None:
        results = {label: _without_weights(result, broken, findings[0].cell) for label, result in results.items()}
    result = results.pop("")
    if added is not None and scale is None:
        result = replace(result, best_attainable=None)  # nobody knows what the scores are out of
    has_rules = any(k.rule is not None or k.rule_error is not None for k in kpis)
    rule_cells = tuple(cell_name(block.first + i, block.column(rs.THRESHOLD)) for block, i in places)
    legend_cell = legend.cell if legend is not None and is_printed else ""
    return Card(table, model, result, results, is_embedded, has_rules, tuple(findings), rule_cells, legend_cell, scale)


def _unusable(problem: RuleError) -> Finding:
    """A part of the rule sheet that was edited into something that cannot be used."""
    return Finding("settings-unusable", "error", rs.SHEET, (problem.where or "").rpartition("!")[2], problem.message)


def weight_finding(table: Table, grid: Grid, problem: RuleError) -> Finding:
    """Why the weights of a table cannot be read: an error or a text, a negative weight, or mixed units."""
    cells = [row.weight_cell for row in table.rows if row.weight_cell]
    for name in cells:
        reading = read(grid.at(name).value)
        if reading.state is State.ERROR:
            return Finding("weight-unreadable", "error", table.sheet, name, problem.message)
        if (reading.number or 0) < 0:
            return Finding("weight-negative", "error", table.sheet, name, problem.message)
    return Finding("weights-mixed", "error", table.sheet, cells[0] if cells else "", problem.message)


def _unruled(table: Table, sheet: RuleSheet, places: Sequence[tuple[Block, int]]) -> list[Finding]:
    """Items of an embedded table that are scored by hand because nobody has given a rule, not because one says so."""
    found = []
    for (block, place), (_, row) in zip(places, items(table), strict=True):
        source = str(sheet.grid.cell(block.first + place, block.column(rs.SOURCE)).value or "")
        if sheet.mode(block, place) == MANUAL_WORD and source.startswith(NO_RULE):
            found.append(missing_rule(table, row))
    return found


def _without_weights(result: CardResult, error: CellError, cell: str) -> CardResult:
    """A result whose weights could not be read: scores stand, whatever needs a weight does not."""
    items = tuple(replace(item, weight=None, share=0.0, contribution=None) for item in result.items)
    return replace(
        result, items=items, state=State.ERROR, error=error, error_cell=cell, grade=error.code, notes=(),
        weighted=None, computed=None, total=None, coverage=None, coefficient=None, best_attainable=None,
    )  # fmt: skip


def headline(table: Table) -> str:
    """The label of the score column that counts: the only one, else 上级, else the last."""
    column = headline_column(table)
    return column.label if column is not None else ""


def items(table: Table) -> list[tuple[int, Row]]:
    """The rows that are scored, each with its place among all rows of the table."""
    return [(i, row) for i, row in enumerate(table.rows) if row.kind in ("kpi", "rating")]


def _embedded_kpis(
    table: Table, grid: Grid, sheet: RuleSheet, places: Sequence[tuple[Block, int]], weights: list[float | None]
) -> list[Kpi]:
    kpis = []
    first = headline(table)
    for (block, place), (i, row) in zip(places, items(table), strict=True):
        rule = sheet.rule(block, place, {})
        target_cell = sheet.grid.cell(block.first + place, block.column(rs.TARGET))
        # Of an item that is rated and has no target anywhere, nothing stands there.
        has_target = bool(row.targets) and (target_cell.is_formula or target_cell.value is not None)
        target = read(target_cell.value, number_format=target_cell.format.number_format) if has_target else None
        readings = target_readings(table, row, grid)
        percent = any(r.percent for r in readings.values()) or _is_percent(grid, row)
        weight = weights[i]
        if row.weight_cell is None:
            weight = read(sheet.grid.cell(block.first + place, block.column(rs.WEIGHT)).value).number
        unit = next((r.unit for r in readings.values() if r.unit), "")
        score_cell = row.score_cell(first) or ""
        kpi = _kpi(table, row, grid, weight, target, percent, unit, score_cell)
        marks = Marks(first, sheet.scale(block, place) == WEIGHTED, scale=sheet.full_scale(block, place))
        kpi = replace(kpi, typed=marks.reading(row, weight, grid))
        if score_cell and sheet.mode(block, place) != MANUAL_WORD and is_own_content(grid.at(score_cell)):
            kpi = replace(kpi, by_hand=True, cell=score_cell)
        if isinstance(rule, CellError):
            if rule.reason is None and target is not None and target.number is not None:
                # An error cell among the thresholds is that error, whatever the actual; a broken rule is not.
                kpi = replace(kpi, target=Reading(State.ERROR, error=rule))
            kpis.append(replace(kpi, rule_error=rule))
        elif rule is not None:
            kpis.append(replace(kpi, rule=rule))
        elif sheet.mode(block, place) == MANUAL_WORD:
            kpis.append(replace(kpi, cell=score_cell))
        else:
            # No threshold is set: not assessed, unless the target is an error.
            is_error = target is not None and target.state is State.ERROR
            kpis.append(kpi if is_error else replace(kpi, target=Reading(State.NOT_APPLICABLE)))
    return kpis


def _plain_kpis(
    table: Table,
    grid: Grid,
    rules: list[RowRule] | None,
    weights: list[float | None],
    period: str | None,
    marks: Marks,
) -> list[Kpi]:
    if rules is None:
        return _typed_kpis(table, grid, weights, marks)
    kpis = []
    for i, row in items(table):
        rule = rules[i]
        readings = target_readings(table, row, grid)
        chosen = target_period(table, period)
        target = readings.get(chosen) if readings else None
        if not is_measured(row, rule.rule, readings, grid):
            target = None
        score_cell = row.score_cell(marks.label) or ""
        kpi = _kpi(table, in_period(row, chosen), grid, weights[i], target, rule.percent, rule.unit, score_cell)
        kpi = replace(kpi, typed=marks.reading(row, weights[i], grid))
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


def in_period(row: Row, period: str) -> Row:
    """A row with the actual of one period, where it has several."""
    cell = dict(row.actuals).get(period)
    return replace(row, actual_cell=cell) if cell else row


def target_period(table: Table, wanted: str | None = None) -> str:
    """Which column of targets counts: that of the period wanted or stated, else the quarter's, else the first."""
    labels = [c.label for c in table.columns if c.role == "target"]
    if len(labels) < 2:
        return labels[0] if labels else ""
    stated = wanted or table.identity.get("period", ("", ""))[0]
    found = find_period(stated, labels) if stated else None
    quarter = find_period("季度", labels)
    return labels[found if found is not None else quarter if quarter is not None else 0]


def _typed_kpis(table: Table, grid: Grid, weights: list[float | None], marks: Marks) -> list[Kpi]:
    """Items by the scores that stand in a column, typed or computed by the department."""
    kpis = []
    for i, row, place in _SPOTS.of((table.rows,), lambda: _score_spots(table, marks.label), marks.label):
        weight = weights[i]
        cell = grid.cell(*place) if place else None
        if cell is None or cell.value is None or row.points_cell:
            # A blank cell is made anew each time, and full marks may stand in another one.
            kpis.append(_typed_kpi(row, grid, weight, marks))
            continue
        # Cards of one form share their rows, and the cells in which the same number stands: then it is the same item.
        mark = (weight, marks.is_weighted, marks.most, marks.scale)
        kpi = _TYPED.known((row, cell), *mark)
        kpis.append(kpi or _TYPED.keep(_typed_kpi(row, grid, weight, marks), (row, cell), *mark))
    return kpis


_TYPED: Kept[Kpi] = Kept(10_000)
# Of each item: its place among the rows of the table, its row, and where its score stands.
_SPOTS: Kept[list[tuple[int, Row, tuple[int, int] | None]]] = Kept(512)


def _score_spots(table: Table, label: str) -> list[tuple[int, Row, tuple[int, int] | None]]:
    return [(i, row, split_cell(place) if (place := row.score_cell(label)) else None) for i, row in items(table)]


def _typed_kpi(row: Row, grid: Grid, weight: float | None, marks: Marks) -> Kpi:
    typed = marks.reading(row, weight, grid)
    return Kpi(row.name, None, weight=weight, typed=typed, section=row.section, cell=row.score_cell(marks.label) or "")


def _kpi(
    table: Table,
    row: Row,
    grid: Grid,
    weight: float | None,
    target: Reading | None,
    percent: bool,
    unit: str,
    score_cell: str,
) -> Kpi:
    column = table.column("actual")
    actual = (
        read_cell(grid, row.actual_cell, column.unit if column else "") if row.actual_cell else Reading(State.MISSING)
    )
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
    first = headline(table)
    for row in table.rows:
        cell = row.score_cell(first) if row.kind == "adjustment" else None
        if cell:
            points = read(grid.at(cell).value)
            if points.number is not None and row.weight is not None and row.weight.number is not None:
                # A bonus item beside the 100 %: its weight makes points of its score.
                share = row.weight.number if row.weight.percent or row.weight.number < 1 else row.weight.number / 100
                points = replace(points, number=snap(points.number * share))
            if row.deducts and points.number:
                points = replace(points, number=row.counted(points.number), text="")
            found.append(Adjustment(row.name, points, cell=cell))
    return found


def _vetoes(table: Table, grid: Grid) -> list[Veto]:
    found = []
    first = headline(table)
    for row in table.rows:
        cell = row.score_cell(first) if row.kind == "veto" else None
        if cell:
            found.append(Veto(row.name, grid.at(cell).value, cell=cell))
    return found
