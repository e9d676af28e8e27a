"""定稿: an approved card becomes values with a date and a hash, and later a check whether anything was changed since.

Journey: recalculate → every card complete? → register of what the result rests on → formulas to values → 定稿 sheet.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from ..errors import ScorecardError, UsageError
from ..findings import Finding, worst_first
from ..messages import Message
from ..scoring.values import State, is_missing, read, show
from . import rulesheet as rs
from .card import Card, headline
from .cells import Cell
from .edit import Editor
from .engine import Engine
from .formula_cells import FormulaCell, formula_cells
from .grid import read_grid
from .inspection import Inspection, inspect_package
from .outputs import output_path
from .package import Package
from .plan import apply
from .properties import mark_final
from .recalc import Kept, recalculate
from .recognise import no_table
from .register import (
    FROZEN,
    INPUT,
    LIVE,
    SHEET,
    Entry,
    digest,
    plan_register,
    refuse_finalised,
)

_NOTES = (
    "考核表和评分规则里的公式已换成数值；下表列出结果所依据的每个单元格。核对：scorecard finalise --verify 文件",
    "SHA-256 由日期和下表算出，抄在签字件上才能作证；它不是数字签名。",
)
# So many cells are named in a refusal.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finalised:
    """What finalising did.

    Attributes:
        path: The file written; None for a dry run.
        date: ISO date.
        digest: SHA-256 of rules, inputs and results, in hexadecimal.
        cards: The cards as they were frozen.
        frozen: Number of formulas that became values.
        findings: What was noticed, errors first.
        data: The workbook.
    """

    path: Path | None
    date: str
    digest: str
    cards: tuple[Card, ...]
    frozen: int
    findings: tuple[Finding, ...]
    data: bytes


def finalise(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    date: str | None = None,
    force: bool = False,
    in_place: bool = False,
    overwrite: bool = False,
) -> Finalised:
    """Freeze the cards of a workbook: formulas of their sheets and of the rule sheet become values.

    Everything is recalculated first. A sheet 定稿 is added with the date, a SHA-256 hash and a register of every cell
    the results rest on, data sheets included (those keep their formulas); the document is marked as final.

    Args:
        path: An .xlsx or .xlsm.
        output: Where to write; `NAME_定稿.xlsx` beside the input when omitted.
        date: ISO date of the approval; today when omitted.
        force: Also with incomplete cards, or cells that could not be recalculated (those keep what they show, or
            their formula if they show nothing).
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.

    Raises:
        UnusableFile: The input is not a workbook that can be read.
        NoTableFound: It holds no assessment table.
        UsageError: Finalised already, not a date, or contradicting options.
        ScorecardError: A card has no total, or a cell could not be recalculated.

    Example:
        ::

            done = finalise("客服部_评分.xlsx", date="2026-12-31")
            done.digest          # "3f0c…", to be written on the signed print
    """
    source = Path(path)
    day = _date(date)
    target = output_path(source, output, in_place, overwrite, False, f"_{SHEET}")
    package = Package.open(source)
    refuse_finalised(package, source.name)
    fresh = recalculate(package.to_bytes())
    package = Package.open(fresh.data or package.to_bytes(), where=source.name)
    seen = inspect_package(package, source.name)
    if not seen.cards:
        raise no_table(seen.findings, source.name)
    sheets = list(dict.fromkeys([card.table.sheet for card in seen.cards]))
    if any(ref.name == rs.SHEET and ref.kind == "worksheet" for ref in package.sheets):
        sheets.append(rs.SHEET)
    if not force:
        _check_complete(seen, source.name)
        _check_fresh(fresh.kept, sheets, source.name)
    entries, live = _entries(package, sheets, fresh.kept)
    value = digest(day, entries)
    editor = Editor(package)
    for name in sheets:
        editor.sheet(name).freeze_formulas(live.get(name, ()))
    results = [(card.table.sheet, _result(card)) for card in seen.cards]
    frozen = apply(plan_register(day, value, source.name, results, entries, _NOTES), mark_final(editor.finish()))
    if target is not None:
        frozen.save(target)
    findings = [*seen.findings, *(_left(name, cells) for name, cells in live.items())]
    count = sum(1 for e in entries if e.state == FROZEN)
    return Finalised(target, day, value, seen.cards, count, tuple(worst_first(findings)), frozen.to_bytes())


def _date(text: str | None) -> str:
    if text is None:
        return Date.today().isoformat()
    try:
        return Date.fromisoformat(text).isoformat()
    except ValueError:
        zh, en = f"日期“{text}”看不懂，请写成 2026-12-31 这样", f'date "{text}": write it as 2026-12-31'
        raise UsageError(Message(zh, en)) from None


# --- what must be so -------------------------------------------------------------------------------------------------


def _check_complete(seen: Inspection, where: str) -> None:
    for card in seen.cards:
        result = card.result
        place = f"{where}!{card.table.sheet}"
        if result.error is not None:
            at = f"{place}!{result.error_cell}" if result.error_cell else place
            zh, en = f"总分是 {result.error}，不能定稿", f"the total is {result.error}: not fit to be finalised"
            raise ScorecardError(Message(zh, en), at)
        if result.total is None:
            raise ScorecardError(_incomplete(card), place)
        cell = card.table.totals.get(headline(card.table))
        stated = seen.computed[card.table.sheet].at(cell).value if cell else None
        if cell and not _is_total(stated, result.total, card.model.settings.digits):
            shown = show(result.total)
            zh = f"表中总分是 {stated}，按规则应为 {shown}，不能定稿；请先 inspect 查明，确要定稿请加 --force"
            en = f"the sheet says {stated}, the rules give {shown}: not fit to be finalised; "
            en += "look into it with inspect, or use force"
            if stated is None:
                zh = f"表中没有填总分（按各项得分是 {shown}），不能定稿；"
                zh += "请填上，或先用 scorecard embed 嵌入公式，确要定稿请加 --force"
                en = f"the total is blank (the scores give {shown}): not fit to be finalised; "
                en += "enter it, embed formulas, or use force"
            raise ScorecardError(Message(zh, en), f"{place}!{cell}")


def _is_total(stated: object, total: float, digits: int) -> bool:
    """Whether a total cell shows the total; the department's own formula may round less or more than the card."""
    number = read(stated).number
    return number is not None and abs(number - total) <= max(0.5 * 10.0**-digits, 0.05) + 1e-9


def _incomplete(card: Card) -> Message:
    result = card.result
    open_ = [item.kpi for item in result.items if item.state is State.MISSING]
    named = "、".join(f"{kpi.name} {kpi.cell}".strip() for kpi in open_[:_NAMED]) + ("…" if len(open_) > _NAMED else "")
    done = f"{result.filled}/{result.applicable}"
    return Message(
        f"未完成 {done}，不能定稿（未填：{named or '无考核项'}）；确要定稿请加 --force",
        f"incomplete {done}, not fit to be finalised (open: {named or 'nothing is assessed'}); use force to do it all the same",
    )


def _check_fresh(kept: Iterable[Kept], sheets: Sequence[str], where: str) -> None:
    for cell in kept:
        if cell.is_stale or (cell.sheet in sheets and cell.value is None):
            raise ScorecardError(
                Message(
                    f"无法重新计算，不能定稿：{cell.reason.zh}；请先在 Excel 中打开并保存，确要定稿请加 --force",
                    f"cannot be recalculated, not fit to be finalised: {cell.reason.en}; open and save it in Excel "
                    "first, or use force",
                ),
                f"{where}!{cell.sheet}!{cell.cell}",
            )


# --- the register ----------------------------------------------------------------------------------------------------


def _entries(
    package: Package, sheets: Sequence[str], kept: Iterable[Kept]
) -> tuple[list[Entry], dict[str, set[tuple[int, int]]]]:
    """The register, and the cells of frozen sheets that stay formulas because they show nothing."""
    entries: list[Entry] = []
    live: dict[str, set[tuple[int, int]]] = {}
    valueless = {(k.sheet, k.cell) for k in kept if k.value is None}
    for name in sheets:
        formulas = _formulas(package, name)
        for cell in read_grid(package, name):
            formula = formulas.get((cell.row, cell.col))
            if formula is not None and (name, cell.name) in valueless:
                live.setdefault(name, set()).add((cell.row, cell.col))
                entries.append(_entry(cell, name, formula, LIVE))
            elif formula is not None:
                entries.append(_entry(cell, name, formula, FROZEN))
            elif not is_missing(cell.value):
                entries.append(_entry(cell, name, None, INPUT))
    entries += _upstream(package, sheets)
    return entries, live


def _upstream(package: Package, sheets: Sequence[str]) -> Iterator[Entry]:
    """Cells of other sheets that the frozen formulas read, directly or not; all of them where that cannot be told."""
    engine = Engine(package)
    own = set(sheets)
    frozen = [address for address in engine.cells if address[0] in own]
    if not frozen:
        return
    engine.evaluate()
    sources = engine.graph.sources(frozen)
    for sheet in package.sheets:
        rects = [rect for rect in sources.rects if rect.sheet == sheet.name]
        if sheet.name in own or sheet.kind != "worksheet" or not (rects or sources.everything):
            continue
        formulas = _formulas(package, sheet.name)
        for cell in read_grid(package, sheet.name):
            if sources.everything or any(rect.holds((sheet.name, cell.row, cell.col)) for rect in rects):
                formula = formulas.get((cell.row, cell.col))
                if formula is not None or not is_missing(cell.value):
                    yield _entry(cell, sheet.name, formula, LIVE if formula is not None else INPUT)


def _formulas(package: Package, name: str) -> dict[tuple[int, int], FormulaCell]:
    sheet = package.sheet(name)
    return {(c.row, c.col): c for c in formula_cells(package, sheet) if c.kind != "member"}


def _entry(cell: Cell, sheet: str, formula: FormulaCell | None, state: str) -> Entry:
    return Entry(sheet, cell.name, cell.value, formula.formula if formula is not None else "", state)


def _result(card: Card) -> str:
    identity = [card.table.identity.get(name, ("", ""))[0] for name in ("person", "department", "period")]
    result = card.result
    total = (
        f"总分 {show(result.total)}，等级 {result.grade}" if result.total is not None else result.grade or "没有总分"
    )
    factor = (
        f"，绩效系数 {show(result.coefficient)}" if result.coefficient is not None and result.total is not None else ""
    )
    who = "，".join(text for text in identity if text)
    return f"{card.table.title or card.table.sheet}{f'（{who}）' if who else ''}：{total}{factor}"


def _left(sheet: str, cells: Iterable[tuple[int, int]]) -> Finding:
    count = len(list(cells))
    message = Message(f"{count} 个公式没有值，保留为公式", f"{count} formulas show no value and stay formulas")
    return Finding("formula-left", "warning", sheet, "", message)
