"""One version of a card, with what its form says beside the scores: what two versions are compared by."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..scoring.model import Kpi, Scorecard
from ..scoring.values import Reading, State
from . import rulesheet as rs
from .addresses import shift_formula
from .card import Card, in_period, items, target_period
from .cells import Grid, read_cell
from .located import Row
from .ruleread import RuleSheet
from .rules import target_readings


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a card: the card, its sheet with values, and the workbook's rule sheet."""

    card: Card
    grid: Grid
    rules: RuleSheet | None

    @property
    def model(self) -> Scorecard:
        """What the card says. A form without rules is scored by what was typed; its actuals are added here.

        They do not alter its result, and a version with rules has them.
        """
        if self.card.has_rules or self.card.is_embedded:
            return self.card.model
        rows = [row for _, row in items(self.card.table)]
        kpis = [self._with_actual(kpi, row) for kpi, row in zip(self.card.model.kpis, rows, strict=True)]
        return replace(self.card.model, kpis=tuple(kpis))

    def _with_actual(self, kpi: Kpi, row: Row) -> Kpi:
        table = self.card.table
        cell = in_period(row, target_period(table)).actual_cell
        column = table.column("actual")
        if not cell:
            return kpi
        actual = read_cell(self.grid, cell, column.unit if column else "")
        targets = target_readings(table, row, self.grid).values()
        unit = next((r.unit for r in targets if r.unit), "")
        percent = any(r.percent for r in (*targets, actual))
        return replace(kpi, actual=actual, label=self.grid.at(cell).value, unit=unit, percent=percent, cell=cell)

    @property
    def period(self) -> str:
        """The period as the form states it; the column of targets that counts, where it states none."""
        table = self.card.table
        stated = table.identity.get("period", ("", ""))[0]
        if not stated and table.period_cell:
            stated = str(self.grid.at(table.period_cell).value or "")
        several = sum(1 for column in table.columns if column.role == "target") > 1
        return stated or (target_period(table) if several else "")

    def target(self, i: int) -> Reading | None:
        """The target of the i-th item: the one it is scored by, else what the form says."""
        scored = self.card.model.kpis[i].target
        if scored is not None:
            return scored
        table = self.card.table
        _, row = items(table)[i]
        reading = target_readings(table, row, self.grid).get(target_period(table))
        return None if reading is None or reading.state is State.MISSING else reading

    def targets(self, i: int) -> dict[str, str]:
        """The target cells of the i-th item as typed, by period."""
        _, row = items(self.card.table)[i]
        return {label: str(self.grid.at(cell).value or "") for label, cell in row.targets}

    def rule_text(self, i: int) -> tuple[str, ...]:
        """What stands on the rule sheet for the i-th item: formulas where thresholds follow the target, else values."""
        places = self.rules.places_of(self.card.table) if self.rules is not None else ()
        if self.rules is None or not places:
            return ()
        block, place = places[i]
        row = block.first + place
        cells = [
            self.rules.grid.cell(row, block.column(n, k)) for n in (rs.THRESHOLD, rs.SCORE) for k in range(block.width)
        ]
        cells += [self.rules.grid.cell(row, block.column(name)) for name in (rs.DIRECTION, rs.MODE)]
        texts = [shift_formula(c.formula, 1 - row, 0) if c.formula else str(c.value or "") for c in cells]
        return tuple(texts)
