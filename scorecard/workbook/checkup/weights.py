"""Weights: blank and zero ones, periods that are assessed on less than all of them, totals that rest on a part.

Their sum, their units and their signs are judged where they are read (`card.py`, `remarks.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding
from ...scoring.values import State, decimal_sum, show, snap
from ..card import items
from ..recognise import Row
from ..rules import target_readings
from .registry import table_check
from .subjects import Subject, listed

#: A total that rests on less than this share of the weights does not compare with others.
ENOUGH = 0.8


def _weights(subject: Subject) -> list[tuple[Row, float]]:
    """The scored rows with their weights, as far as these could be read."""
    kpis = subject.card.model.kpis
    return [(row, kpis[place].weight or 0.0) for place, (_, row) in enumerate(items(subject.table))]


@table_check("weight-zero")
def zero_weights(subject: Subject) -> Iterator[Finding]:
    """Weights of 0."""
    for row, weight in _weights(subject):
        if not row.weight_cell:
            continue
        cell = subject.grid.at(row.weight_cell)
        if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool) and weight == 0 == cell.value:
            yield subject.about(
                "weight-zero", row, row.weight_cell, "权重为 0，不计分", "its weight is 0: it does not count"
            )


@table_check("period-base")
def period_base(subject: Subject) -> Iterator[Finding]:
    """Periods in which some items have no target: the others weigh more then."""
    table = subject.table
    headers = [c for c in table.columns if c.role == "target"]
    weights = _weights(subject)
    whole = decimal_sum([w for _, w in weights])
    if len(headers) < 2 or not whole:
        return
    readings = {row.row: target_readings(table, row, subject.grid) for row, _ in weights}
    for header in headers:
        blank = [
            (row, w)
            for row, w in weights
            if w and (r := readings[row.row].get(header.label)) is not None
            and r.state in (State.MISSING, State.NOT_APPLICABLE)
        ]  # fmt: skip
        base = snap((whole - decimal_sum([w for _, w in blank])) / whole)
        # An item that is never assessed is another matter, and so is a period that is not used at all.
        if not blank or base == 0 or snap(whole - 1) != 0:
            continue
        names = listed([row.name for row, _ in blank])
        cells = ",".join(cell for row, _ in blank for label, cell in row.targets if label == header.label)
        shown, rest = show(round(base, 4), percent=True), show(round(1 - base, 4), percent=True)
        yield subject.finding(
            "period-base",
            cells,
            f"“{header.label}”有 {len(blank)} 项没有目标（{names}，权重 {rest}）：该周期按其余 {shown} 折算成 100%",
            f'"{header.label}": {len(blank)} items without a target ({names}; weight {rest}); '
            f"the other {shown} count as 100% in that period",
        )


@table_check("coverage-low")
def low_coverage(subject: Subject) -> Iterator[Finding]:
    """A total that rests on less than four fifths of the weights."""
    result = subject.card.result
    if result.total is None or result.coverage is None or result.coverage >= ENOUGH - 1e-9:
        return
    absent = [item.kpi.name for item in result.items if item.score is None and (item.weight or 0) > 0]
    shown = show(round(result.coverage, 4), percent=True)
    cell = next(iter(subject.table.totals.values()), "")
    yield subject.finding(
        "coverage-low",
        cell,
        f"总分只覆盖 {shown} 的权重，{len(absent)} 项没有计入（{listed(absent)}）",
        f"the total rests on {shown} of the weights; {len(absent)} items do not count ({listed(absent)})",
    )
