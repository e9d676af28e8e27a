"""The formula of a definition card becomes the live formula of an actual: 绩效 = Σ numerator / Σ denominator of the data.

Only empty actuals and those linked before are written. Rows of several periods or teams are pooled, never averaged.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..definitions import Definition, load_definition
from ..errors import RuleError, UsageError
from ..findings import Finding, worst_first
from ..messages import Message
from ..scoring.indicators import MEAN, RATIO, VALUE, Formula, Indicator, parse_formula
from ..scoring.values import is_missing, read
from . import rulesheet as rs
from .addresses import quote_sheet, split_cell
from .cells import Grid
from .datasheet import Data, find_data, near_headers
from .embed import Embedding, fill_values
from .formplan import FLAVOURS, NATIVE, UDF
from .grid import read_grid
from .indicator_cards import IndicatorCard, item_findings, read_indicator_cards
from .link_formulas import link_formula
from .outputs import output_path
from .package import Package
from .plan import Edit, Look, Plan, apply
from .recognise import Row, Table, no_table, recognise_workbook
from .register import refuse_finalised
from .rules import actual_divisor


@dataclass(frozen=True, slots=True)
class _Job:
    """What linking looks at."""

    cards: Sequence[IndicatorCard]
    indicators: Sequence[Indicator]
    sheets: Sequence[Grid]
    flavour: str


def link(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    data: str | None = None,
    rules: str | os.PathLike[str] | Definition | None = None,
    formulas: str | None = None,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Embedding:
    """Turn the formulas of definition cards into live formulas of the actuals, over a data sheet.

    An item is linked when a card has its name (or an alias) and one sheet has a header with all operands of the card's
    formula. A rate over several rows is pooled: the sum of the numerators over that of the denominators.

    Args:
        path: An .xlsx or .xlsm with assessment tables, definition cards and data.
        output: Where to write; `NAME_数据.xlsx` beside the input when omitted.
        data: The data sheet; by default any sheet that has all operands.
        rules: A definition whose `[[indicators]]` are used besides the cards in the workbook, and win over them.
        formulas: "native" or "udf"; by default native for .xlsx, udf for .xlsm.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Plan only.

    Returns:
        What was done; rows and ranges used are among the findings.

    Raises:
        UnusableFile: Not a workbook that can be read.
        NoTableFound: It holds no assessment table.
        UsageError: No cards, no such sheet, or contradicting options.
    """
    source = Path(path)
    target = output_path(source, output, in_place, overwrite, dry_run, "_数据")
    definition = rules if isinstance(rules, Definition) or rules is None else load_definition(Path(rules))
    package = Package.open(source)
    refuse_finalised(package, source.name)
    flavour = formulas or (UDF if package.is_macro_enabled else NATIVE)
    if flavour not in FLAVOURS:
        raise UsageError(Message(f"公式类型“{flavour}”无效（native 或 udf）", f'formulas "{flavour}": native or udf'))
    plan, tables, findings = plan_links(package, definition, data, flavour, source.name)
    result = fill_values(apply(plan, package)) if plan else package.to_bytes()
    if target is not None and (plan or not in_place):
        Package.open(result).save(target)
    return Embedding(target, plan, tables, findings, package.to_bytes() if dry_run else result)


def plan_links(
    package: Package, definition: Definition | None, data: str | None, flavour: str, where: str
) -> tuple[Plan, tuple[Table, ...], tuple[Finding, ...]]:
    """The edits of `link`, the tables concerned and what was noticed.

    Raises:
        NoTableFound, UsageError: See `link`.
    """
    tables, noticed = recognise_workbook(package)
    tables = [t for t in tables if t.sheet != rs.SHEET]
    if not tables:
        raise no_table(noticed, where)
    cards = read_indicator_cards(package)
    indicators = [*(definition.indicators if definition is not None else ()), *(card.indicator for card in cards)]
    if not indicators:
        zh = "工作簿里没有指标定义卡；请加一张“指标定义”表，或用 --rules 给出 [[indicators]]"
        en = "there are no definition cards in the workbook; add a sheet 指标定义, or give [[indicators]] with --rules"
        raise UsageError(Message(zh, en), where)
    if data is not None:
        package.sheet(data)
    others = {t.sheet for t in tables} | {card.sheet for card in cards} | {rs.SHEET}
    names = (
        [data]
        if data is not None
        else [s.name for s in package.sheets if s.kind == "worksheet" and s.name not in others]
    )
    job = _Job(cards, indicators, [read_grid(package, name) for name in names], flavour)
    edits: list[Edit] = []
    findings: list[Finding] = []
    done: list[Table] = []
    for table in tables:
        grid = read_grid(package, table.sheet)
        linked = 0
        for row in table.rows:
            if row.kind == "kpi" and row.actual_cell:
                found, edit = _link_row(job, table, row, grid)
                findings += found
                edits += edit
                linked += bool(edit)
        if linked:
            done.append(table)
    return Plan(tuple(edits)), tuple(done or tables), tuple(worst_first(findings))


def _link_row(job: _Job, table: Table, row: Row, grid: Grid) -> tuple[list[Finding], list[Edit]]:
    """The edit of one item, or why there is none."""
    indicator = next((i for i in job.indicators if i.is_named(row.name)), None)
    cell = row.actual_cell or ""

    def note(code: str, severity: str, zh: str, en: str) -> list[Finding]:
        return [Finding(code, severity, table.sheet, cell, Message(zh, en))]

    if indicator is None:
        return item_findings(row.name, table.sheet, row.name_cell, job.cards) if job.cards else [], []
    if not indicator.formula:
        return note(
            "formula-blank", "info", f"“{row.name}”的定义卡没有算法", f'the card of "{row.name}" has no formula'
        ), []
    try:
        formula = parse_formula(indicator.formula, indicator.name)
    except RuleError as problem:
        zh, en = f"“{row.name}”的算法读不出来：{problem.message.zh}", f'formula of "{row.name}": {problem.message.en}'
        return note("formula-unreadable", "warning", zh, en), []
    period = table.identity.get("period", ("", ""))[0]
    if table.period_cell and not period:
        period = str(grid.at(table.period_cell).value or "")
    tried = [(sheet, find_data(sheet, indicator, formula, period)) for sheet in job.sheets]
    usable = [found for _, found in tried if isinstance(found, Data)]
    if len(usable) != 1:
        return note(*_why_not(row.name, formula, tried, job.sheets)), []
    chosen = usable[0]
    column = table.column("actual")
    divisor = actual_divisor(table, row, grid)
    unit = column.unit if column is not None and divisor == 1 and column.unit != "%" else ""
    text = "=" + link_formula(formula, chosen, job.flavour, unit, divisor)
    present = grid.at(cell)
    is_ours = present.formula is not None and f"{quote_sheet(chosen.sheet)}!" in present.formula
    if not is_missing(present.value) and not is_ours or present.is_formula and not is_ours:
        zh = f"“{row.name}”已填实际值，保持不变；清空后可改为由“{chosen.sheet}”计算"
        en = f'"{row.name}" has an actual already, which stays; empty it to compute it from {chosen.sheet}'
        return note("actual-present", "warning", zh, en), []
    findings = note("linked", "info", *_sentence(row.name, formula, chosen))
    findings += _assumptions(table.sheet, cell, row.name, formula, chosen)
    data_grid = next(sheet for sheet in job.sheets if sheet.name == chosen.sheet)
    findings += _texts(data_grid, chosen, job.flavour)
    if present.formula is not None and f"={present.formula}" == text:
        return findings, []
    place = split_cell(cell)
    look = None
    if formula.how == RATIO and present.format.number_format == "General" and divisor == 1:
        look = Look(number_format="0.00%")
    what = Message(f"实际值：{row.name} = {indicator.formula}", f"actual: {row.name} = {indicator.formula}")
    return findings, [Edit(table.sheet, *place, what, None, text, look)]


def _why_not(
    name: str, formula: Formula, tried: Sequence[tuple[Grid, Data | Message | None]], sheets: Sequence[Grid]
) -> tuple[str, str, str, str]:
    usable = [found.sheet for _, found in tried if isinstance(found, Data)]
    if usable:
        listed = "、".join(usable)
        return (
            "data-ambiguous", "error", f"“{name}”的数据在多张表里都有：{listed}；请用 --data 指定",
            f'the data of "{name}" stands on several sheets: {listed}; choose one with --data',
        )  # fmt: skip
    for sheet, reason in tried:
        if isinstance(reason, Message):
            return (
                "data-unusable", "error", f"“{name}”在“{sheet.name}”中的数据不能用：{reason.zh}",
                f'the data of "{name}" on {sheet.name} cannot be used: {reason.en}',
            )  # fmt: skip
    wanted = "、".join(formula.operands)
    near = "、".join(dict.fromkeys(n for operand in formula.operands for n in near_headers(sheets, operand)))
    zh, en = (f"；相近的有：{near}", f"; near: {near}") if near else ("", "")
    return (
        "data-missing", "warning", f"“{name}”没有数据：找不到同时带有表头 {wanted} 的表{zh}",
        f'no data for "{name}": no sheet has the headers {wanted}{en}',
    )  # fmt: skip


def _sentence(name: str, formula: Formula, data: Data) -> tuple[str, str]:
    labels = [label for label in data.labels if label]
    rows = f"{labels[0]}–{labels[-1]}" if len(labels) > 1 else labels[0] if labels else ""
    shown = "、".join(operand.ref(data.sheet).replace("$", "") for operand in data.operands.values())
    zh, en = (f"，{rows}", f", {rows}") if rows else ("", "")
    how = {RATIO: ("Σ分子/Σ分母", "pooled rate"), MEAN: ("平均", "mean"), VALUE: ("取数", "value")}
    word = how.get(formula.how, ("合计", "sum"))
    if formula.how == RATIO and len(data.labels) == 1:
        word = ("分子/分母", "rate")
    return f"“{name}”由数据计算（{word[0]}{zh}）：{shown}", f'"{name}" is computed from data ({word[1]}{en}): {shown}'


def _assumptions(sheet: str, cell: str, name: str, formula: Formula, data: Data) -> list[Finding]:
    found = []
    for wrong, right in formula.corrections:
        message = Message(
            f"“{name}”的算法把“{wrong}”当作“{right}”", f'"{wrong}" in the formula of "{name}" was read as "{right}"'
        )
        found.append(Finding("formula-typo", "warning", sheet, cell, message))
    if formula.how == VALUE and len(data.labels) > 1:
        message = Message(
            f"“{name}”的算法没有说明多期如何汇总，按合计计算",
            f'the formula of "{name}" does not say how rows add up: summed',
        )
        found.append(Finding("rollup-assumed", "warning", sheet, cell, message))
    return found


def _texts(grid: Grid, data: Data, flavour: str) -> list[Finding]:
    """Texts among the data: plain formulas answer them with #VALUE!, KPI_ functions read those that are numbers."""
    cells = [
        grid.cell(*place) for operand in data.operands.values() for place in operand.cells
        if isinstance(grid.cell(*place).value, str) and not is_missing(grid.cell(*place).value)
    ]  # fmt: skip
    bad = [c for c in cells if flavour == NATIVE or read(c.value).error is not None]
    message = Message(
        "数据里是文字，不是数字；不适用的行请留空", "text instead of a number; leave rows that do not apply blank"
    )
    return [Finding("data-text", "error", grid.name, c.name, message) for c in bad]
