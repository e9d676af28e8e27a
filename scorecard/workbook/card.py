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
from ..scoring.model import Adjustment, CardResult, ItemResult, Kpi, Scorecard, Settings, Veto
from ..scoring.periods import find_period
from ..scoring.policies import Policy
from ..scoring.score import score_card
from ..scoring.values import CellError, Reading, State, as_error, read, show
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
    broken: CellError | None = None
    try:
        weights, _ = weight_scale(table, grid)
    except RuleError as problem:
        broken = CellError(problem.code, problem.message)
        cell = _broken_weight(table, grid)
        findings.append(Finding("weight-unreadable", "error", table.sheet, cell, problem.message))
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
    models = {"": model} | {
        label: replace(model, kpis=tuple(_typed_kpis(table, grid, weights, label)), bands=None)
        for label in _score_labels(table)[1:]
    }
    results = {label: score_card(one) for label, one in models.items()}
    if broken is not None:
        results = {label: _without_weights(result, broken, findings[0].cell) for label, result in results.items()}
    result = results.pop("")
    has_rules = any(k.rule is not None or k.rule_error is not None for k in kpis)
    return Card(table, model, result, results, is_embedded, has_rules, tuple(findings))


def _broken_weight(table: Table, grid: Grid) -> str:
    """The weight cell that cannot be used: an error, text or a negative number; else the first one."""
    cells = [row.weight_cell for row in table.rows if row.weight_cell]
    for name in cells:
        reading = read(grid.at(name).value)
        if reading.state is State.ERROR or (reading.number or 0) < 0:
            return name
    return cells[0] if cells else ""


def _without_weights(result: CardResult, error: CellError, cell: str) -> CardResult:
    """A result whose weights could not be read: scores stand, whatever needs a weight does not."""
    items = tuple(replace(item, weight=None, share=0.0, contribution=None) for item in result.items)
    return replace(
        result, items=items, state=State.ERROR, error=error, error_cell=cell, grade=error.code, notes=(),
        weighted=None, computed=None, total=None, coverage=None, coefficient=None, best_attainable=None,
    )  # fmt: skip


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
    """What the numbers of a card tell: unreadable cells, errors, weights, stated against computed.

    Args:
        card: The card.
        grid: Its sheet, with up-to-date values.
    """
    sheet, result = card.table.sheet, card.result
    findings = list(card.findings)
    for (_, row), item in zip(_items(card.table), result.items, strict=True):
        findings += _about_item(card, row, item, grid)
    is_explained = len(findings) > len(card.findings)
    if result.error is not None and result.error.reason is not None and not result.error_cell:
        cell = next((row.weight_cell for row in card.table.rows if row.weight_cell), "")
        findings.append(Finding("weights-sum", "error", sheet, cell or "", result.error.reason))
    findings += [Finding("weights-assumed", "info", sheet, "", Message(*note)) for note in result.notes]
    return [*findings, *_about_total(card, grid, is_explained)]


def _about_item(card: Card, row: Row, item: ItemResult, grid: Grid) -> list[Finding]:
    """What is wrong with one item: its target, its rule, its actual, or the score the workbook shows for it."""
    kpi, sheet = item.kpi, card.table.sheet
    found: list[Finding] = []

    def note(code: str, cell: str, zh: str, en: str) -> None:
        found.append(Finding(code, "error", sheet, cell, Message(f"“{row.name}”：{zh}", f'"{row.name}": {en}')))

    for period, name in row.targets:
        error = as_error(grid.at(name).value)
        if error is not None:
            zh, en = (f"目标“{period}”", f'target "{period}"') if period else ("目标", "the target")
            note("error-cell", name, f"{zh}是错误值 {error}，请改正", f"{en} is the error {error}; please correct it")
    actual = _actual(card.table, row, grid)
    if not found and actual.error is not None and row.actual_cell and _needs_number(card, row, item, grid):
        zh, en = _trouble(actual.error)
        code = "error-cell" if actual.error.reason is None else "actual-unreadable"
        note(code, row.actual_cell, f"{zh}，请填数字", f"{en}; enter a number")
    elif not found and item.error is not None:
        zh, en = _trouble(item.error)
        unreadable = _unreadable_target(row, kpi, grid)
        if unreadable:
            text = read_cell(grid, unreadable).text
            zh, en = f"目标“{text}”读不出数字，请改正", f'no number in the target "{text}"; please correct it'
            note("target-unreadable", unreadable, zh, en)
        else:
            code = "rule-broken" if kpi.rule_error else "score-unreadable" if kpi.rule is None else "actual-unreadable"
            note(code, kpi.cell, zh, en)
    if not found and card.is_embedded and item.score is not None and kpi.rule is not None:
        found += _compare_score(card.table, row, item, grid)
    return found


def _actual(table: Table, row: Row, grid: Grid) -> Reading:
    column = table.column("actual")
    return read_cell(grid, row.actual_cell, column.unit if column else "") if row.actual_cell else Reading(State.MISSING)


def _needs_number(card: Card, row: Row, item: ItemResult, grid: Grid) -> bool:
    """Whether an actual must be a number: a curve reads it, or the table itself gives a number as its target."""
    if as_error(grid.at(row.actual_cell or "A1").value) is not None:
        return True
    if isinstance(item.kpi.rule, Rating):
        return False
    is_assessed = item.state is not State.NOT_APPLICABLE
    if item.kpi.rule is not None:
        return is_assessed
    return not card.has_rules and any(r.number is not None for r in target_readings(card.table, row, grid).values())


def _trouble(error: CellError) -> tuple[str, str]:
    return error.reason or (f"错误值 {error}", f"the error {error}")


def _unreadable_target(row: Row, kpi: Kpi, grid: Grid) -> str:
    """The cell of a target that is text, when this is what keeps the rule from working; else ""."""
    if kpi.rule_error is None and (kpi.target is None or kpi.target.error is None):
        return ""
    return next((cell for _, cell in row.targets if read_cell(grid, cell).state is State.ERROR), "")


def _compare_score(table: Table, row: Row, item: ItemResult, grid: Grid) -> list[Finding]:
    """The score in the sheet against the core's; they differ where plain formulas cannot read what people can."""
    place = dict(row.scores).get(headline(table))
    shown = grid.at(place).value if place else None
    if not place or item.score is None or not any(c.role == "score" for c in table.columns):
        return []
    score = read(shown).number
    if score is not None and abs(score - item.score) <= 1e-6:
        return []
    actual = item.kpi.actual
    if isinstance(shown, CellError) and isinstance(grid.at(row.actual_cell or "A1").value, str):
        typed = show(actual.number or 0.0, actual.percent)
        zh = f"“{actual.text}”是带单位的文本，公式读不出数字，得分显示 {shown}；请只填数字 {typed}"
        en = f'"{actual.text}" is text with a unit, which formulas cannot read: the score shows {shown}; enter just {typed}'
        cell, code = row.actual_cell or place, "actual-text"
    else:
        said = "空" if shown in (None, "") else str(shown), "nothing" if shown in (None, "") else str(shown)
        zh = f"得分写的是 {said[0]}，按规则应为 {item.score:.2f}"
        en = f"the score says {said[1]}, the rules give {item.score:.2f}"
        cell, code = place, "score-mismatch"
    return [Finding(code, "error", table.sheet, cell, Message(f"“{row.name}”：{zh}", f'"{row.name}": {en}'))]


def _about_total(card: Card, grid: Grid, is_explained: bool) -> list[Finding]:
    """Total and grade as the sheet states them against the computed ones; not once more what an item explains."""
    table, result, found = card.table, card.result, list[Finding]()
    cell = table.totals.get(headline(table))
    if cell is None or result.computed is None:
        return found
    value, digits = grid.at(cell).value, card.model.settings.digits
    stated, error = read(value), as_error(value)
    is_off = stated.number is not None and abs(stated.number - result.computed) > 0.5 * 10**-digits + 1e-9
    if is_off or (error is not None and not is_explained):
        said = error or f"{stated.number:g}"
        zh = f"总分写的是 {said}，按各项计算应为 {result.computed:.{digits}f}"
        en = f"the total says {said}, the items give {result.computed:.{digits}f}"
        found.append(Finding("total-mismatch", "error", table.sheet, cell, Message(zh, en)))
    grade_cell = table.grade_cell
    grade = str(grid.at(grade_cell).value or "") if grade_cell else ""
    # A grade that follows from a wrong total is not a second mistake.
    if grade_cell and card.is_embedded and grade != result.grade and not (found or is_explained):
        zh, en = f"等级写的是“{grade}”，应为“{result.grade}”", f'the grade says "{grade}", it should be "{result.grade}"'
        found.append(Finding("grade-mismatch", "error", table.sheet, grade_cell, Message(zh, en)))
    return found


def score_place(table: Table, row: Row) -> tuple[int, int] | None:
    """Row and column of the score that counts."""
    cell = dict(row.scores).get(headline(table))
    return split_cell(cell) if cell else None
