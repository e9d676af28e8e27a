"""What the numbers of a card tell: cells nobody can read, rules that fail, a sheet that shows other numbers than it should.

Each finding names the cell to look at and says what to do there.
"""

from __future__ import annotations

from dataclasses import replace

from ..findings import Finding
from ..messages import Message
from ..scoring.curve import Rating
from ..scoring.explain import show_score
from ..scoring.model import ItemResult, Kpi
from ..scoring.score import score_item
from ..scoring.values import CellError, Reading, State, as_error, is_missing, read, show
from . import rulesheet as rs
from .card import Card, headline, items
from .cells import Grid, read_cell
from .grade_words import known_grade
from .located import ABILITIES
from .recognise import Row, Table
from .rules import target_readings
from .tails import weight_missing

_FIVE, _TEN = 5, 10


def noticed(card: Card, grid: Grid, parts: int = 1) -> list[Finding]:
    """What the numbers of a card tell: unreadable cells, errors, weights, stated against computed.

    Args:
        card: The card.
        grid: Its sheet, with up-to-date values.
        parts: How many tables that could not be put together the card is the last of.
    """
    sheet, result = card.table.sheet, card.result
    findings = list(card.findings)
    borrowed = _borrowed_rules(card, grid)
    if borrowed is not None:
        # Nothing that such formulas say is worth a word of its own.
        return [*findings, borrowed]
    first = headline(card.table)
    for place, (_, row) in enumerate(items(card.table)):
        item = card.result.items[place]
        # Of most items there is nothing to look at but a score that could be read.
        if item.error is not None or item.kpi.by_hand or row.targets or row.actual_cell or card.is_embedded:
            findings += _about_item(card, row, place, grid, first)
    is_explained = any(finding.severity == "error" for finding in findings[len(card.findings) :])
    if result.error is not None and result.error.reason is not None and not result.error_cell:
        # Without usable weights there is no coverage either; with it, the total itself cannot be.
        cell = next((row.weight_cell for row in card.table.rows if row.weight_cell), "") or ""
        code = "weights-sum"
        if result.coverage is not None:
            code, cell = "total-impossible", card.table.totals.get(headline(card.table), "")
        reason = result.error.reason
        merged = _merged_weight(card, grid) if code == "weights-sum" else ""
        if merged:
            cell = merged
            zh = f"{reason.zh}；{merged} 是几项合并的权重格，每一项都按它计，请拆开，逐项写明权重"
            en = f"{reason.en}; {merged} is one weight merged over several items and counts for each: state one per item"
            reason = Message(zh, en)
        findings.append(Finding(code, "error", sheet, cell, reason))
    findings += [Finding("weights-assumed", "info", sheet, "", Message(*note)) for note in result.notes]
    findings += _unweighted(card, grid)
    findings += _fractions(card)
    return [*findings, *_about_total(card, grid, is_explained, parts)]


def _merged_weight(card: Card, grid: Grid) -> str:
    """The first weight cell that is merged over several items; "" without one."""
    cells = [row.weight_cell for _, row in items(card.table) if row.weight_cell]
    return next((cell for cell in cells if cells.count(cell) > 1 and not is_missing(grid.at(cell).value)), "")


def _unweighted(card: Card, grid: Grid) -> list[Finding]:
    """Items whose weight is blank beside others of their section that have one."""
    if all(kpi.weight for kpi in card.model.kpis):
        return []
    rows = [row for _, row in items(card.table) if row.weight_cell]
    blank = {row.weight_cell: is_missing(grid.at(row.weight_cell or "A1").value) for row in rows}
    weighed = {row.section for row in rows if not blank[row.weight_cell]}
    found = []
    for row in rows:
        if row.kind == "kpi" and row.section in weighed and blank[row.weight_cell]:
            found.append(weight_missing(card.table.sheet, row.name, row.weight_cell or ""))
    return [finding for finding in found if finding not in card.table.findings]


def _fractions(card: Card) -> list[Finding]:
    """The finding for typed scores none of which exceeds 1: as parts of 1 they would count next to nothing."""
    typed = [kpi.typed.number for kpi in card.model.kpis if kpi.rule is None and kpi.typed.number is not None]
    if card.is_embedded or len(typed) < 2 or not 0 < max(typed) <= _TEN or card.table.layout == ABILITIES:
        return []
    if max(typed) > 1:
        return _small_scale(card, typed) if len(typed) > 2 and card.scale is None else []
    cell = next(kpi.cell for kpi in card.model.kpis if kpi.typed.number is not None)
    zh = f"{len(typed)} 项得分都不超过 1，按 100 分制计入，总分几乎为 0；若 1 是满分，请填 0–100 的数"
    en = f"none of {len(typed)} scores exceeds 1 and they count out of 100; if 1 is the full mark, enter 0 to 100"
    return [Finding("scores-below-1", "warning", card.table.sheet, cell, Message(zh, en))]


def _small_scale(card: Card, typed: list[float]) -> list[Finding]:
    """The finding for typed scores none of which exceeds 5 or 10, though nothing says that they are out of it."""
    most = _FIVE if max(typed) <= _FIVE else _TEN
    cell = next(kpi.cell for kpi in card.model.kpis if kpi.typed.number is not None)
    zh = f"{len(typed)} 项得分都不超过 {most}，却按 100 分制计入；若是 {most} 分制，请在得分表头写明（如“得分（{most}分制）”）"
    en = f"none of {len(typed)} scores exceeds {most}, and they count out of 100; if they are out of {most}, say so in the "
    en += f"heading of the scores (Score, 1-{most})"
    return [Finding("scores-small", "warning", card.table.sheet, cell, Message(zh, en))]


def _borrowed_rules(card: Card, grid: Grid) -> Finding | None:
    """The finding for a table that is not embedded, but whose scores read the rules of another one; else None."""
    if card.is_embedded or not grid.formulas:
        return None
    for row in card.table.rows:
        for _, cell in row.scores:
            if cell in grid.formulas and rs.SHEET in (grid.at(cell).formula or ""):
                message = Message(
                    "得分公式读的不是这张表自己的评分规则（工作表被复制或改名过？），分数不可信；请用原来的空白表重新 embed",
                    "the scores here do not read rules of this table (was the sheet copied or renamed?) and cannot be "
                    "trusted; embed a copy of the original form instead",
                )
                return Finding("borrowed-rules", "error", card.table.sheet, cell, message)
    return None


def _about_item(card: Card, row: Row, place: int, grid: Grid, first: str) -> list[Finding]:
    """What is wrong with one item: its target, its rule, its actual, or the score the workbook shows for it."""
    item, sheet = card.result.items[place], card.table.sheet
    kpi = item.kpi
    found: list[Finding] = []
    if kpi.by_hand:
        found += kept_score(sheet, kpi)

    def note(code: str, cell: str, zh: str, en: str) -> None:
        found.append(Finding(code, "error", sheet, cell, Message(f"“{row.name}”：{zh}", f'"{row.name}": {en}')))

    place_of_score = row.score_cell(first) or "A1"
    typed = grid.at(place_of_score).value
    if card.is_embedded and (kpi.by_hand or kpi.rule is None) and isinstance(typed, str) and item.score is not None:
        zh = f"得分“{typed}”是文字，公式读不出，请只填数字 {show(item.score)}"
        en = f'the score "{typed}" is text, which formulas cannot read; enter just {show(item.score)}'
        note("score-text", place_of_score, zh, en)

    for period, name in row.targets:
        error = as_error(grid.at(name).value)
        if error is not None:
            zh, en = (f"目标“{period}”", f'target "{period}"') if period else ("目标", "the target")
            note("error-cell", name, f"{zh}是错误值 {error}，请改正", f"{en} is the error {error}; please correct it")
    actual = _actual(card.table, row, grid)
    if (
        not found
        and not kpi.by_hand
        and actual.error is not None
        and row.actual_cell
        and _needs_number(card, row, item, grid)
    ):
        zh, en = _trouble(actual.error)
        code = "error-cell" if actual.error.reason is None else "actual-unreadable"
        note(code, row.actual_cell, f"{zh}，请填数字", f"{en}; enter a number")
    elif item.error is not None and all(f.severity != "error" for f in found):
        zh, en = _trouble(item.error)
        unreadable = _unreadable_target(row, kpi, grid)
        if unreadable:
            text = read_cell(grid, unreadable).text
            zh, en = f"目标“{text}”读不出数字，请改正", f'no number in the target "{text}"; please correct it'
            note("target-unreadable", unreadable, zh, en)
        elif kpi.rule_error is not None and not kpi.by_hand:
            note("rule-broken", kpi.cell, zh, en)
            if card.rule_cells:
                found = [replace(found[0], sheet=rs.SHEET, cell=card.rule_cells[place])]
        else:
            note(_code_of(item), kpi.cell, zh, en)
    if not found and card.is_embedded and item.score is not None and kpi.rule is not None and not kpi.by_hand:
        found += _compare_score(card.table, row, item, grid, first)
    return found


def kept_score(sheet: str, kpi: Kpi) -> list[Finding]:
    """What to say of a score of the department's that stands where a rule would give one; nothing where they agree."""
    typed, ruled = kpi.typed.number, score_item(replace(kpi, by_hand=False))
    if typed is None or (ruled.score is not None and abs(ruled.score - typed) <= 1e-6):
        return []
    zh = f"得分 {show(typed)} 不是按规则算的，保留并计入总分"
    en = f"the score {show(typed)} is not the rule's; it is kept and counts"
    severity = "info"
    if ruled.score is not None:
        severity = "warning"
        zh, en = f"{zh}；按规则应为 {show_score(ruled.score)}", f"{en}; the rule gives {show_score(ruled.score)}"
    elif ruled.state is State.MISSING:
        zh, en = f"{zh}；没有实际值，规则算不出分", f"{en}; without an actual the rule gives none"
    return [Finding("score-kept", severity, sheet, kpi.cell, Message(f"“{kpi.name}”：{zh}", f'"{kpi.name}": {en}'))]


def _actual(table: Table, row: Row, grid: Grid) -> Reading:
    column = table.column("actual")
    return (
        read_cell(grid, row.actual_cell, column.unit if column else "") if row.actual_cell else Reading(State.MISSING)
    )


def _needs_number(card: Card, row: Row, item: ItemResult, grid: Grid) -> bool:
    """Whether an actual must be a number: a curve reads it, or the table itself gives a number as its target."""
    if as_error(grid.at(row.actual_cell or "A1").value) is not None:
        return True
    if isinstance(item.kpi.rule, Rating) or item.kpi.by_hand:
        return False
    is_assessed = item.state is not State.NOT_APPLICABLE
    if item.kpi.rule is not None:
        return is_assessed
    return not card.has_rules and any(r.number is not None for r in target_readings(card.table, row, grid).values())


def _trouble(error: CellError) -> tuple[str, str]:
    return error.reason or (f"错误值 {error}", f"the error {error}")


def _code_of(item: ItemResult) -> str:
    """What to call the trouble with an actual or, without a rule, with a typed score."""
    if item.error is not None and item.error.reason is None:
        return "error-cell"
    if item.kpi.rule is not None and not item.kpi.by_hand:
        return "actual-unreadable"
    is_number = item.kpi.typed.number is not None or read(item.kpi.typed.text).number is not None
    return "score-out-of-range" if is_number else "score-unreadable"


def _unreadable_target(row: Row, kpi: Kpi, grid: Grid) -> str:
    """The cell of a target that is text, when this is what keeps the rule from working; else ""."""
    if kpi.rule_error is None and (kpi.target is None or kpi.target.error is None):
        return ""
    return next((cell for _, cell in row.targets if read_cell(grid, cell).state is State.ERROR), "")


def _compare_score(table: Table, row: Row, item: ItemResult, grid: Grid, first: str) -> list[Finding]:
    """The score in the sheet against the core's; they differ where plain formulas cannot read what people can."""
    place = row.score_cell(first)
    shown = grid.at(place).value if place else None
    if not place or item.score is None or not any(c.role == "score" for c in table.columns):
        return []
    score = item.kpi.typed.number  # as it counts: of full marks, or on the scale of its heading
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


def _about_total(card: Card, grid: Grid, is_explained: bool, parts: int) -> list[Finding]:
    """Total and grade as the sheet states them against the computed ones; not once more what an item explains."""
    table, result, found = card.table, card.result, list[Finding]()
    cell = table.totals.get(headline(table))
    if cell is None or result.computed is None:
        return found
    value, digits = grid.at(cell).value, card.model.settings.digits
    stated, error = read(value), as_error(value)
    is_off = stated.number is not None and abs(card.of_hundred(stated.number) - result.computed) > 0.5 * 10**-digits + 1e-9
    if is_off or (error is not None and not is_explained):
        said = error or f"{stated.number:g}"
        zh = f"总分写的是 {said}，按各项计算应为 {result.computed:.{digits}f}"
        en = f"the total says {said}, the items give {result.computed:.{digits}f}"
        code = "total-mismatch"
        if parts > 1 and error is None:
            code = "part-shares-missing"
            zh = f"总分 {said} 在 {parts} 个部分之下，像是它们合起来的，但各部分的占比没有写全，无法合计和核对；"
            zh += "请在每个部分的标题里写明占比（如“业绩 70%”“行为 30%”）"
            en = f"the total {said} below {parts} parts seems to be that of all, but their shares are not stated in full, so it "
            en += "cannot be made or checked; state the share in the heading of each part (Results 70%, Behaviour 30%)"
        found.append(Finding(code, "error", table.sheet, cell, Message(zh, en)))
    grade_cell = table.grade_cell
    grade = str(grid.at(grade_cell).value or "") if grade_cell else ""
    is_other = grade != result.grade
    if card.legend_cell:
        is_other = bool(known_grade(grade)) and known_grade(grade) != known_grade(result.grade)
    # A grade that follows from a wrong total is not a second mistake.
    if grade_cell and (card.is_embedded or card.legend_cell) and is_other and not (found or is_explained):
        zh, en = (
            f"等级写的是“{grade}”，应为“{result.grade}”",
            f'the grade says "{grade}", it should be "{result.grade}"',
        )
        if card.legend_cell:
            zh = f"{zh}（按 {card.legend_cell} 的等级标准，总分 {show(result.total or 0.0)}）"
            en = f"{en} (by the scale in {card.legend_cell}, the total being {show(result.total or 0.0)})"
        found.append(Finding("grade-mismatch", "error", table.sheet, grade_cell, Message(zh, en)))
    return found
