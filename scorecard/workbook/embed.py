"""Put live scoring into the tables a workbook already has: plan the edits, print or apply them, fill in the values.

The journey: package → grids → tables → rules → plan → package → values → file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..definitions import Definition, load_definition
from ..errors import RuleError, UnusableFile, UsageError
from ..findings import Finding, worst_first
from ..messages import Message
from ..scoring.model import Settings
from ..scoring.policies import Policy
from ..scoring.values import is_missing, show
from . import rulesheet as rs
from .addresses import cell_name, column_letters
from .audit import audit
from .card import read_card, weight_finding
from .cells import Grid
from .formplan import FLAVOURS, NATIVE, UDF, FormRules, computed_cells, plan_form, plan_whole_foot, whole_cells
from .grid import read_grid
from .legend import legends_of
from .office import converted, is_old
from .outputs import output_path
from .package import Package
from .plan import Edit, Plan, apply
from .recognise import Table, no_table, recognise_workbook
from .record import plan_record
from .register import refuse_finalised
from .remarks import kept_score
from .ruleplan import RuleTable, mode_word, number_format, plan_block, plan_head, plan_sheet
from .ruleread import RuleSheet, read_rule_sheet
from .rules import bands_of, choose_rules, weight_scale
from .rulesheet import Block, Whole
from .spots import find_spots, places
from .vocabulary import Vocabulary
from .wholes import WholeCard, embedded_spots, plan_whole, whole_card, whole_groups

#: Below this, a table is reported, not touched.
CONFIDENT = 0.6
#: Nobody is assessed by more items; each costs some thirty formulas.
MOST_ITEMS = 1000


@dataclass(frozen=True, slots=True)
class Embedding:
    """What embedding did, or would do.

    Attributes:
        path: The file written; None for a dry run.
        plan: All edits.
        tables: The tables that compute now.
        findings: What was noticed and assumed.
        data: The workbook.
    """

    path: Path | None
    plan: Plan
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    data: bytes


def embed(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    rules: str | os.PathLike[str] | Definition | None = None,
    policy: Policy | None = None,
    formulas: str | None = None,
    period: str | None = None,
    replace_scores: bool = False,
    write_protected: bool = False,
    convert: bool = False,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
    vocabulary: Vocabulary | None = None,
) -> Embedding:
    """Embed live scoring into every assessment table of a workbook.

    Args:
        path: An .xlsx or .xlsm.
        output: Where to write; `NAME_评分.xlsx` beside the input when omitted. Folders are created.
        rules: A rules file or definition; without it thresholds come from `policy`.
        policy: For rows with a target but no rule of their own, unless the rules file names one; `Policy()` when omitted.
            What it decides is reported.
        formulas: "native" (nothing to install) or "udf"; by default native for .xlsx, udf for .xlsm.
        period: What the period selector is set to.
        replace_scores: Whether scores typed by hand give way to the rules; they stay and count otherwise, and a
            finding (`score-kept`) says what the rule would have given.
        write_protected: Write into protected sheets too, which stay protected; they are left alone otherwise.
        convert: Turn an .xls or .et into an .xlsx first, by LibreOffice.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Plan only; nothing is written.
        vocabulary: The words to recognise by, and what is known about columns; see `inspect`.

    Returns:
        What was done; never raises for what a cell contains.

    Raises:
        UnusableFile: The input is not a workbook that can be read.
        NoTableFound: It holds no assessment table.
        UsageError: Contradicting options, or an output that exists already.
    """
    source = Path(path)
    is_converted = convert and is_old(source)
    if is_converted and in_place:
        zh, en = (
            "转换会另存为 .xlsx，不能用 --in-place",
            "a converted file is a new .xlsx; it cannot be written in place",
        )
        raise UsageError(Message(zh, en), source.name)
    target = output_path(source.with_suffix(".xlsx") if is_converted else source, output, in_place, overwrite, dry_run)
    definition = rules if isinstance(rules, Definition) or rules is None else load_definition(Path(rules))
    if policy is None and (definition is None or definition.policy is None):
        policy = Policy()
    if is_old(source) and not convert and source.is_file():
        zh = "这是旧格式，不能直接嵌入；加 --convert 由 LibreOffice 转换，或用 Excel、WPS 另存为 .xlsx"
        en = "an old format that cannot be embedded into; --convert has LibreOffice turn it into an .xlsx, or save it as one"
        raise UnusableFile(Message(zh, en), source.name)
    package = Package.open(converted(source), where=source.name) if is_converted else Package.open(source)
    refuse_finalised(package, source.name)
    flavour = formulas or (UDF if package.is_macro_enabled else NATIVE)
    if flavour not in FLAVOURS:
        raise UsageError(Message(f"公式类型“{flavour}”无效（native 或 udf）", f'formulas "{flavour}": native or udf'))
    plan, tables, findings = plan_embedding(
        package, definition, policy, flavour, period, source.name, replace_scores, vocabulary, write_protected
    )
    if not plan or dry_run:
        if target is not None and not dry_run and not in_place:
            package.save(target)
        return Embedding(None if dry_run else target, plan, tables, findings, package.to_bytes())
    data = fill_values(apply(plan, package))
    if target is not None:
        Package.open(data).save(target)
    return Embedding(target, plan, tables, findings, data)


def convert(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    formulas: str,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Embedding:
    """Turn `native` formulas of an embedded workbook into `udf` ones, or back; nothing else changes.

    Args:
        path: An embedded workbook.
        output: Where to write; `NAME_native.xlsx` or `NAME_udf.xlsx` beside the input when omitted.
        formulas: "native" or "udf".
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Plan only.

    Raises:
        UnusableFile, NoTableFound, UsageError: See `embed`; UsageError also if nothing is embedded.
    """
    if formulas not in FLAVOURS:
        raise UsageError(Message(f"公式类型“{formulas}”无效（native 或 udf）", f'formulas "{formulas}": native or udf'))
    source = Path(path)
    target = output_path(source, output, in_place, overwrite, dry_run, f"_{formulas}")
    package = Package.open(source)
    refuse_finalised(package, source.name)
    sheet = read_rule_sheet(package)
    tables, findings = recognise_workbook(package)
    if sheet is None:
        raise UsageError(
            Message(
                "工作簿里还没有评分规则；请先用 scorecard embed 嵌入",
                "no scoring is embedded yet; run scorecard embed first",
            ),
            source.name,
        )
    edits: list[Edit] = []
    done = []
    for table in tables:
        form = sheet.form_rules(table, read_grid(package, table.sheet))
        if form is None:
            continue
        done.append(table)
        grid = read_grid(package, table.sheet)
        for cell in computed_cells(form, formulas):
            if f"={grid.cell(cell.row, cell.col).formula}" != cell.formula:
                edits.append(Edit(table.sheet, cell.row, cell.col, cell.what, None, cell.formula))
    for whole, spots in embedded_spots(package, sheet, done):
        grid = read_grid(package, spots.sheet)
        for cell in whole_cells(spots, whole, sheet.head, formulas):
            if f"={grid.cell(cell.row, cell.col).formula}" != cell.formula:
                edits.append(Edit(spots.sheet, cell.row, cell.col, cell.what, None, cell.formula))
    plan = Plan(tuple(edits))
    if dry_run:
        return Embedding(None, plan, tuple(done), tuple(findings), package.to_bytes())
    data = fill_values(apply(plan, package)) if plan else package.to_bytes()
    if target is not None and (plan or not in_place):
        Package.open(data).save(target)
    return Embedding(target, plan, tuple(done), tuple(findings), data)


def plan_embedding(
    package: Package,
    definition: Definition | None,
    policy: Policy | None,
    flavour: str,
    period: str | None,
    where: str,
    replace_scores: bool = False,
    vocabulary: Vocabulary | None = None,
    write_protected: bool = False,
) -> tuple[Plan, tuple[Table, ...], tuple[Finding, ...]]:
    """The edits for all tables of a package that are recognised with confidence and not embedded yet.

    Raises:
        NoTableFound: There is none at all.
    """
    vocabulary = vocabulary or Vocabulary.load()
    tables, findings = recognise_workbook(package, vocabulary)
    tables = [t for t in tables if t.sheet != rs.SHEET]
    if not tables:
        raise no_table(findings, where)
    existing = read_rule_sheet(package)
    collected = list(findings)
    todo: list[RuleTable] = []
    chosen: list[Table] = []
    groups = whole_groups(package, tables, vocabulary)
    own_foot = {id(group.tables[-1]): group.last for group in groups}
    planned_of: dict[int, RuleTable] = {}
    for table in tables:
        grid = read_grid(package, table.sheet)
        if existing is not None and existing.form_rules(table, grid) is not None:
            collected.append(
                _info("already-embedded", table, "已嵌入过评分，保持不变", "scoring is embedded already; nothing to do")
            )
            if definition is not None or period is not None or policy not in (None, Policy()):
                zh = "这张表以已嵌入的规则为准，给出的规则、周期没有使用；要换规则，先用 scorecard unembed 取出评分，再嵌入"
                en = "this table keeps the rules it has, those given were not used; to change them, unembed it and embed anew"
                collected.append(_warn("option-unused", table, zh, en))
            chosen.append(table)
            continue
        own = definition.for_sheet(table.sheet) if definition is not None else None
        taken = {cell for other in todo if other.spots.sheet == table.sheet for cell in places(other.spots)}
        part = own_foot.get(id(table), table)
        planned = _table_rules(
            part, grid, own, policy, vocabulary, period, collected, replace_scores, write_protected, taken
        )
        if planned is not None:
            planned_of[id(table)] = planned
            todo.append(planned)
            chosen.append(table)
    if not todo:
        return Plan(), tuple(chosen), tuple(worst_first(collected))
    settings = definition.settings if definition is not None else Settings()
    names = {table.sheet for table in chosen}
    legends = legends_of([t for t in tables if t.sheet in names], {name: read_grid(package, name) for name in names})
    if existing is not None:
        zh = "工作簿已有评分规则表：新表的规则加在后面，设置和等级表沿用已有的"
        en = "the workbook has a rule sheet: the rules of the new table are added to it, its settings and grades stay"
        collected.append(Finding("rule-sheet-present", "info", rs.SHEET, "", Message(zh, en)))
    elif settings.grades == Settings().grades and len({legend.grades for legend in legends.values()}) == 1:
        place, legend = next(iter(legends.items()))
        settings = replace(settings, grades=legend.grades)
        shown = "，".join(f"{g.label} ≥ {show(g.lower)}" for g in reversed(legend.grades.rows))
        collected.append(Finding("grade-table-read", "info", place, legend.cell, Message(
            f"等级表取自表上的等级标准：{shown}；绩效系数留空，可在“{rs.SHEET}”里填写",
            f"the grade table is the scale printed on the sheet: {shown}; coefficients are blank and can be entered on "
            f"the sheet {rs.SHEET}",
        )))  # fmt: skip
    elif definition is None or settings.grades == Settings().grades:
        collected.append(
            Finding(
                "grade-table-assumed",
                "info",
                rs.SHEET,
                "D4",
                Message(
                    "等级表和绩效系数为默认值，请按本单位制度修改",
                    "the grade table is the default one; adapt it to your rules",
                ),
            )
        )
    chosen_policy = definition.policy if definition is not None and definition.policy is not None else policy
    cards = [card for group in groups if (card := whole_card(group, planned_of)) is not None]
    collected += [finding for card in cards for finding in card.spots.findings]
    return (
        _assemble(todo, cards, settings, flavour, chosen_policy, package, existing),
        tuple(chosen),
        tuple(worst_first(collected)),
    )


def _table_rules(
    table: Table,
    grid: Grid,
    definition: Definition | None,
    policy: Policy | None,
    vocabulary: Vocabulary,
    period: str | None,
    collected: list[Finding],
    replace_scores: bool,
    write_protected: bool,
    taken: set[tuple[int, int]],
) -> RuleTable | None:
    """The rules and places of one table; None if it is not embedded, with the finding that says why."""
    if table.confidence < CONFIDENT:
        collected.append(
            _warn(
                "not-embedded",
                table,
                "不够确定是考核表，未嵌入",
                "not sure that this is an assessment table; left alone",
            )
        )
        return None
    if not table.is_list:
        zh = "这张表不是一行一项指标，评分公式不嵌入；核对与汇总照常进行"
        en = "not a table with one item per row: nothing is embedded, reading and consolidation go on as ever"
        collected.append(_info("not-embedded", table, zh, en))
        return None
    if len(table.rows) > MOST_ITEMS:
        zh, en = (
            f"超过 {MOST_ITEMS} 行，不像考核表，未嵌入",
            f"more than {MOST_ITEMS} rows are no scorecard; left alone",
        )
        collected.append(_warn("not-embedded", table, zh, en))
        return None
    if grid.is_protected and not write_protected:
        collected.append(
            replace(
                _warn(
                    "sheet-protected",
                    table,
                    "工作表受保护，未嵌入；撤销保护后再试，或加 --write-protected",
                    "the sheet is protected and was left alone; unprotect it first, or use --write-protected",
                ),
                severity="error",
            )
        )
        return None
    typed = read_card(table, grid, None, definition, policy, vocabulary, period)
    if any(finding.code == "scores-added" for finding in typed.findings):
        zh, en = (
            "没有权重和满分，总分是各项得分直接相加，评分公式算不出这样的总分，未嵌入；请先写明权重或满分",
            "no weights or full marks, and the total adds the scores up, which scoring formulas cannot; left alone: state "
            "weights or full marks first",
        )
        collected.append(_warn("not-embedded", table, zh, en))
        return None
    stated = [grid.at(cell) for cell in table.totals.values()]
    if typed.scale is not None and any(cell.formula or not is_missing(cell.value) for cell in stated):
        zh = f"得分是 {show(typed.scale)} 分制，表里的总分也按它算，嵌入的等级却要按百分制的总分，未嵌入；请先清空总分格"
        en = f"the scores are out of {show(typed.scale)} and so is the total of the form, but grades are of totals out of 100; "
        en += "left alone: clear the total first"
        collected.append(_warn("not-embedded", table, zh, en))
        return None
    items = [i for i, row in enumerate(table.rows) if row.kind in ("kpi", "rating")]
    rules, found = choose_rules(table, grid, definition, policy, vocabulary)
    collected += found
    try:
        weights, divisor = weight_scale(table, grid)
    except RuleError as problem:
        collected.append(weight_finding(table, grid, problem))
        weights, divisor = [None] * len(table.rows), 1
    if not any(row.weight_cell or row.points_cell for row in table.rows):
        # Without a weight column all items count alike; the share stands on the rule sheet, for people to change.
        weights = [1.0 / len(items)] * len(table.rows)
        collected.append(
            _info(
                "weights-assumed", table, "表中没有权重，按等权计算", "no weights in the table; all items count alike"
            )
        )
    collected += audit(read_card(table, grid), grid)
    spots = find_spots(table, grid, rules, weights, period, replace_scores, taken)
    collected += spots.findings
    if any(spot.is_kept and rules[i].rule is not None for spot, i in zip(spots.rows, items, strict=True)):
        card = read_card(table, grid, None, definition, policy, vocabulary, period)
        for spot, kpi in zip(spots.rows, card.model.kpis, strict=True):
            if spot.is_kept and (kpi.rule is not None or kpi.rule_error is not None):
                cell = cell_name(spot.row, spots.score_col)
                collected += kept_score(table.sheet, replace(kpi, by_hand=True, cell=cell))
    headers = tuple(c.label for c in table.columns if c.role == "target")
    return RuleTable(spots, tuple(rules[i] for i in items), bands_of(table), headers, divisor)


def _assemble(
    todo: Sequence[RuleTable],
    cards: Sequence[WholeCard],
    settings: Settings,
    flavour: str,
    policy: Policy | None,
    package: Package,
    existing: RuleSheet | None,
) -> Plan:
    grids = {table.spots.sheet: read_grid(package, table.spots.sheet) for table in todo}
    sources = [rule.source for table in todo for rule in table.rules]
    if policy is not None and any(policy.name in s.zh for s in sources):
        # The policy's name stands in each row, what it means once on top.
        sources = [s for s in sources if policy.name not in s.zh] + [policy.label]
    edits, head = plan_head(settings, sources)
    sheets = []
    blocks = []
    top = head.blocks_row
    if existing is not None:
        edits, head = [], existing.head
        top = max([existing.grid.last_row, *(block.end for block, _ in existing.blocks)]) + 3
    forms: list[Edit] = []
    for table in todo:
        block = Block(top, len(table.rules), table.width)
        blocks.append(block)
        edits += plan_block(table, block, head)
        top = block.end + 3
        modes = tuple(mode_word(rule.rule) for rule in table.rules)
        form = FormRules(table.spots, block, head, modes)
        cells, sheet = plan_form(form, table.rules, tuple(number_format(r) for r in table.rules), flavour, table.bands)
        forms += cells
        sheets.append(sheet)
    for card in cards:
        whole = Whole(top, len(card.parts))
        edits += plan_whole(card, [blocks[todo.index(part)] for part in card.members], whole, head)
        forms += plan_whole_foot(card.spots, whole, head, flavour)
        top = whole.end + 3
    rules = plan_sheet(blocks, head, is_new=existing is None, end=top - 3)
    if existing is not None:
        widest = max((*(block for block, _ in existing.blocks), *blocks), key=lambda block: block.width)
        last = column_letters(widest.column(rs.SOURCE))
        rules = replace(rules, print_area=f"A1:{last}{top - 3}")
    record = plan_record(top, forms, sheets, package, grids)
    return Plan((*record, *forms, *edits), (rules, *sheets))


def fill_values(package: Package) -> bytes:
    """The package as bytes, with the values of its formulas computed and written in."""
    # Here, because planning also runs where the engine cannot be had: inside spreadsheet programs, which compute.
    from .recalc import recalculate

    data = package.to_bytes()
    result = recalculate(data)
    return result.data if result.data is not None else data


def _info(code: str, table: Table, zh: str, en: str) -> Finding:
    return Finding(code, "info", table.sheet, "", Message(zh, en))


def _warn(code: str, table: Table, zh: str, en: str) -> Finding:
    return replace(_info(code, table, zh, en), severity="warning")
