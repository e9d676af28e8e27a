"""What is in a workbook: its assessment tables, what they state, and what the scoring core makes of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..definitions import Definition, load_definition
from ..errors import UnusableFile
from ..findings import Finding, finding_json, worst_first
from ..messages import Message
from ..scoring.explain import explain_item
from ..scoring.periods import find_period
from ..scoring.policies import Policy
from ..scoring.values import CellError, read
from . import rulesheet as rs
from .addresses import split_cell
from .card import SCORE, Card, headline, read_card
from .cells import Grid
from .grid import read_grid
from .known_sheets import KnownSheets
from .legend import legends_of
from .opening import about_old_format, open_workbook
from .package import Package
from .parts import part_groups, parts_above
from .recognise import Table, recognise_workbook
from .remarks import noticed
from .ruleread import read_rule_sheet
from .rules import suspicious_target
from .verification import with_formulas
from .vocabulary import Vocabulary, default_vocabulary
from .wholes import join_embedded

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Inspection:
    """A workbook, looked at.

    Attributes:
        file: Its name as given.
        cards: One per assessment table, in tab order.
        grids: The sheets the cards stand on, as stored (before any recalculation).
        computed: The same sheets with up-to-date values.
        findings: What was noticed, errors first.
    """

    file: str
    cards: tuple[Card, ...]
    grids: dict[str, Grid]
    computed: dict[str, Grid]
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether any finding is of severity error."""
        return any(f.severity == "error" for f in self.findings)

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """One JSON document; weights are fractions, `computed` is unrounded, number or null."""
        return {
            "schema": SCHEMA,
            "file": self.file,
            "scorecards": [_card_json(card, self.grids[card.table.sheet]) for card in self.cards],
            "findings": [finding_json(f, language) for f in self.findings],
        }


def inspect(
    path: str | os.PathLike[str],
    *,
    rules: str | os.PathLike[str] | Definition | None = None,
    policy: Policy | None = None,
    period: str | None = None,
    vocabulary: Vocabulary | None = None,
    password: str | None = None,
) -> Inspection:
    """Find the assessment tables of a workbook and score them by the scoring core.

    Args:
        path: An .xlsx or .xlsm; of an .xls or .et the values are read.
        rules: Rules for tables that are not embedded; without, their typed scores are added up.
        policy: Likewise, for rows with a target.
        period: Target period; as the form states it when omitted.
        vocabulary: The words to recognise by, `Vocabulary.load(extra)`, and with `.mapped(Mapping.parse("权重=E"))`
            what is known about columns; the built-in words when omitted.
        password: Of an encrypted workbook.

    Returns:
        Cards and findings; `cards` is empty when there is no table (a finding says why).

    Raises:
        UnusableFile: Not a workbook that can be read.
        UsageError: A rules file that cannot be used.
    """
    definition = rules if isinstance(rules, Definition) or rules is None else load_definition(Path(rules))
    package = open_workbook(path, password=password)
    seen = inspect_package(
        package, str(path), rules=definition, policy=policy, period=period, vocabulary=vocabulary
    )
    old = about_old_format(package)
    return replace(seen, findings=(*seen.findings, *old)) if old else seen


def inspect_package(
    package: Package,
    name: str,
    *,
    rules: Definition | None = None,
    policy: Policy | None = None,
    period: str | None = None,
    is_fresh: bool = False,
    vocabulary: Vocabulary | None = None,
    known: KnownSheets | None = None,
) -> Inspection:
    """`inspect` for a workbook that is open already; `name` is what the result and its findings call it.

    With `is_fresh` its values are known to be up to date. `known` are sheets of former workbooks to read these by.

    Raises:
        UnusableFile: A part of it is damaged.
    """
    vocabulary = vocabulary or default_vocabulary()
    package, about_final = with_formulas(package)
    grids: dict[str, Grid] = {}
    tables, found = recognise_workbook(package, vocabulary, grids, known)
    tables = [t for t in tables if t.sheet != rs.SHEET]
    grids.pop(rs.SHEET, None)
    findings = [*about_final, *found]
    current = package
    is_doubtful = read_rule_sheet(package) is not None or any(_rests_on_formulas(t, grids[t.sheet]) for t in tables)
    if is_doubtful and not is_fresh:
        inputs = {(t.sheet, cell) for t in tables for cell in _inputs(t)}
        current = _up_to_date(package, Path(name).name, findings, inputs)
    sheet = read_rule_sheet(current)
    computed = grids if current is package else {tab: read_grid(current, tab) for tab in grids}
    cards = []
    embedded = {t.sheet for t in tables if sheet is not None and sheet.block_of(t) is not None}
    loose = [table for table in tables if table.sheet not in embedded]
    fixed = [table for table in tables if table.sheet in embedded]
    if sheet is not None:
        fixed = join_embedded(fixed, sheet, grids.__getitem__, vocabulary)
    groups = part_groups(loose, grids.__getitem__, vocabulary)
    whole = [table for group, joined in groups for table in ([joined] if joined is not None else group)]
    order = {name: i for i, name in enumerate(dict.fromkeys(table.sheet for table in tables))}
    tables = sorted([*whole, *fixed], key=lambda t: order[t.sheet])
    legends = legends_of(loose, grids)
    for table in tables:
        stored, fresh = grids[table.sheet], computed[table.sheet]
        card = read_card(table, fresh, sheet, rules, policy, vocabulary, period, legends.get(table.sheet))
        cards.append(card)
        findings += _unused_options(card, rules, period)
        findings += noticed(card, fresh, parts_above(table, groups))
        for row in table.rows:
            findings += suspicious_target(table, row, stored, vocabulary)
    told = {(f.sheet, f.cell) for f in findings if f.code in ("total-mismatch", "part-shares-missing")}
    # That a total is wrong need not be said once more as a doubt about the reading.
    findings = [f for f in findings if f.code != "reading-unclear" or (f.sheet, f.cell) not in told]
    return Inspection(name, tuple(cards), grids, computed, tuple(worst_first(dict.fromkeys(findings))))


def _unused_options(card: Card, rules: Definition | None, period: str | None) -> list[Finding]:
    """What was asked for and has no effect, so that nobody takes the result for an answer to it."""
    found = []
    if card.is_embedded and (rules is not None or period is not None):
        message = Message(
            "这张表以工作簿里的评分规则和考核周期为准，给出的规则文件或周期没有使用",
            "this table follows the rules and the period in the workbook; the rules file or period given was not used",
        )
        found.append(Finding("option-unused", "warning", card.table.sheet, "", message))
    labels = [column.label for column in card.table.columns if column.role == "target"]
    if not card.is_embedded and period is not None and len(labels) > 1 and find_period(period, labels) is None:
        listed = "、".join(labels)
        message = Message(f"没有周期“{period}”，有：{listed}", f'there is no period "{period}"; there are: {listed}')
        found.append(Finding("period-unknown", "warning", card.table.sheet, "", message))
    return found


def _rests_on_formulas(table: Table, grid: Grid) -> bool:
    """Whether what is added up comes from formulas, whose stored values may be old, or a total was never computed."""
    formulas = grid.formulas
    if not formulas:
        return False
    return any(cell in formulas for cell in _inputs(table)) or any(
        grid.at(cell).uncached for cell in table.totals.values()
    )


def _inputs(table: Table) -> list[str]:
    cells = [cell for row in table.rows for _, cell in (*row.targets, *row.scores)]
    return cells + [cell for row in table.rows for cell in (row.weight_cell, row.actual_cell) if cell]


def _up_to_date(package: Package, name: str, findings: list[Finding], inputs: set[tuple[str, str]]) -> Package:
    """The package with its formulas computed; what is stored may be older than its inputs."""
    from .recalc import recalculate  # the engine, which live hosts neither have nor need

    try:
        result = recalculate(package.to_bytes())
    except UnusableFile as problem:
        findings.append(Finding("not-recalculated", "warning", "", "", problem.message))
        return package
    # What counts and could not be computed is taken as the file shows it: that is never left unsaid.
    findings += [f for f in result.findings if (f.sheet, f.cell) in inputs]
    if not result.changes:
        return package
    # One that was never computed only says that the file came from a program; one that is old may mislead a reader.
    first = next((c for c in result.changes if c.old is not None), result.changes[0])
    count = len(result.changes)
    zh, en = f"{count} 个公式的值是旧的", f"the values of {count} formulas are old"
    if first.old is None:
        zh, en = f"{count} 个公式还没有算过值", f"{count} formulas have never been computed"
    message = Message(f"{zh}，请运行 scorecard recalc {name}", f"{en}; run scorecard recalc {name}")
    code, severity = ("missing-cache", "info") if first.old is None else ("stale-cache", "warning")
    findings.append(Finding(code, severity, first.sheet, first.cell, message))
    return Package.open(result.data) if result.data is not None else package


def explanations(card: Card) -> list[Message]:
    """One sentence per item of a card."""
    return [explain_item(item, card.model.bands) for item in card.result.items]


# --- JSON ------------------------------------------------------------------------------------------------------------


def _card_json(card: Card, grid: Grid) -> dict[str, Any]:
    table, result = card.table, card.result
    weights = iter(card.model.kpis)
    rows = []
    for row in table.rows:
        kpi = next(weights) if row.kind in ("kpi", "rating") else None
        rows.append(
            {
                "name": row.name,
                "section": row.section,
                "kind": row.kind,
                "weight": kpi.weight if kpi is not None else None,
                "cells": {
                    "weight": row.weight_cell,
                    "actual": row.actual_cell,
                    "targets": dict(row.targets),
                    "scores": {label or SCORE: cell for label, cell in row.scores},
                },
            }
        )
    first = headline(table)
    results = {first: result, **card.others}
    totals = {
        label or SCORE: {
            "cell": table.totals.get(label),
            "stated": _stated(grid, table.totals.get(label)),
            "computed": one.computed,
        }
        for label, one in results.items()
    }
    for label, cell in table.totals.items():
        totals.setdefault(label or SCORE, {"cell": cell, "stated": _stated(grid, cell), "computed": None})
    identity = {
        name: (table.identity.get(name, ("", ""))[0] or None)
        for name in ("person", "department", "position", "period", "evaluator")
    }
    return {
        "sheet": table.sheet,
        "title": table.title,
        "layout": table.layout,
        "confidence": round(table.confidence, 3),
        "identity": identity,
        "rows": rows,
        "totals": totals,
        "grade": {
            "cell": table.grade_cell,
            "stated": _stated_text(grid, table.grade_cell),
            "computed": result.grade if result.total is not None else None,
        },
    }


def _stated(grid: Grid, cell: str | None) -> float | str | None:
    if cell is None:
        return None
    value = grid.cell(*split_cell(cell)).value
    if isinstance(value, CellError):
        return value.code
    number = read(value).number
    return number if number is not None else (str(value) if value not in (None, "") else None)


def _stated_text(grid: Grid, cell: str | None) -> str | None:
    value = grid.cell(*split_cell(cell)).value if cell else None
    return None if value in (None, "") else str(value)
