"""One sentence for one score of an open document, put together from its rule sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from scorecard.errors import RuleError
from scorecard.messages import Message
from scorecard.scoring.curve import LINEAR, STEP, Curve, Rating, Rule, from_table
from scorecard.scoring.explain import explain_item, show_score
from scorecard.scoring.model import Bands, Kpi
from scorecard.scoring.score import score_item
from scorecard.scoring.values import CellError, Reading, State, as_error, is_missing, is_not_applicable, read, snap
from scorecard.workbook import formulas as f
from scorecard.workbook import rulesheet as rs

from .tables import Item, Rules, value_of_cell

_QUOTED = re.compile(r'"([^"]*)"')


def explain(rules: Rules, item: Item) -> Message:
    """How the score of an item comes about; says so when the form shows another one."""
    mode = str(rules.value(item, rs.MODE)) or f.LINEAR_WORD
    bands = _bands(rules, item)
    result = score_item(_kpi(rules, item, mode), bands)
    used, total = read(rules.value(item, rs.USED)).number, _number(rules, item, "计入权重合计")
    if used and total:
        result = replace(result, share=snap(used / total))
    sentence = explain_item(result, bands)
    shown = read(value_of_cell(rules.at(item.score))).number if item.score is not None else None
    if mode != f.MANUAL_WORD and shown is not None and result.score is not None and snap(shown - result.score) != 0:
        note = Message(
            f"；表中现为 {show_score(shown)}，与规则不符",
            f"; the form shows {show_score(shown)}, which is not by the rule",
        )
        return Message(sentence.zh + note.zh, sentence.en + note.en)
    return sentence


def _kpi(rules: Rules, item: Item, mode: str) -> Kpi:
    rule = _rule(rules, item, mode)
    error = rule if isinstance(rule, CellError) else None
    reading = rules.value(item, rs.READING)
    if isinstance(reading, CellError) and item.actual is not None:
        # The cell itself says what it is that cannot be read.
        typed = value_of_cell(rules.at(item.actual))
        reading = typed if read(typed).error is not None else reading
    formats = _format(rules, rules.cell(item, rs.THRESHOLD))
    quoted = _QUOTED.search(formats)
    percent = "%" in _QUOTED.sub("", formats)
    by_hand = mode == f.MANUAL_WORD
    return Kpi(
        name=str(value_of_cell(rules.at(item.place))),
        rule=None if isinstance(rule, CellError) else rule,
        actual=Reading(State.MISSING) if by_hand else read(reading),
        weight=read(rules.value(item, rs.WEIGHT)).number,
        target=read(rules.value(item, rs.TARGET)) if rules.cell(item, rs.TARGET).getFormula() else None,
        label=reading if isinstance(rule, Rating) else None,
        typed=read(reading) if by_hand else Reading(State.MISSING),
        rule_error=error,
        unit=quoted[1] if quoted else "",
        percent=percent,
        cell=item.actual.name if item.actual is not None else "",
    )


def _rule(rules: Rules, item: Item, mode: str) -> Rule | CellError | None:
    if mode == f.MANUAL_WORD:
        return None
    thresholds, scores = (
        [rules.value(item, name, i) for i in range(item.block.width)] for name in (rs.THRESHOLD, rs.SCORE)
    )
    error = next((e for e in map(as_error, [*thresholds, *scores]) if e is not None), None)
    if error is not None:
        return error
    if mode == f.RATING_WORD:
        pairs = [(str(t), read(s).number) for t, s in zip(thresholds, scores, strict=True) if not is_missing(t)]
        return Rating(tuple((label, score) for label, score in pairs if score is not None))
    if all(is_missing(t) or is_not_applicable(t) for t in thresholds):
        return None
    xs, ys = ([read(cell).number for cell in cells] for cells in (thresholds, scores))
    higher = rules.value(item, rs.DIRECTION) != f.LOWER_WORD
    try:
        curve: Curve = from_table(xs, ys, STEP if mode == f.STEP_WORD else LINEAR, higher=higher)
    except RuleError as problem:
        return CellError(problem.code, problem.message)
    return curve


def _bands(rules: Rules, item: Item) -> Bands | None:
    """The usual bands, where the form's edges are theirs; the names of others stand on the form only."""
    usual, block = Bands(), item.block
    edges = [
        value_of_cell(rules.sheet.getCellByPosition(block.column(rs.SCORE, i) - 1, block.top))
        for i in range(len(usual.scale))
    ]
    return usual if edges == list(usual.scale) else None


def _number(rules: Rules, item: Item, label: str) -> float | None:
    return read(rules.summary(item.block, label)).number


def _format(rules: Rules, cell: Any) -> str:
    return str(rules.document.NumberFormats.getByKey(cell.NumberFormat).FormatString)
