"""A card on the terminal: what its table says, the scores, the result, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from ..messages import Message
from ..scoring.model import ItemResult
from ..scoring.values import State, as_error, is_missing, show
from ..workbook.card import Card, headline
from ..workbook.cells import Grid as Cells
from ..workbook.cells import read_cell
from ..workbook.inspection import explanations
from ..workbook.recognise import Row
from .show import print_line, result_line, table
from .words import one_line, say, typed

_STATES = {
    State.MISSING: Message("未填", "missing"),
    State.NOT_APPLICABLE: Message("不适用", "n/a"),
    State.NUMBER: Message("", ""),
}
_IDENTITY = {
    "person": Message("被考核人", "person"),
    "department": Message("部门", "department"),
    "position": Message("岗位", "position"),
    "period": Message("期间", "period"),
    "evaluator": Message("评价人", "evaluator"),
}
# Longer names are cut in tables; findings and --json have them whole.
_NAME = 40


def show_card(out: Console, card: Card, grid: Cells, file: str) -> None:
    """One table: who, what was understood, the scores if there are any, the result."""
    show_heading(out, card, file)
    known = ((_IDENTITY[name], value) for name, (value, _) in card.table.identity.items() if name in _IDENTITY)
    identity = "  ".join(f"{word.text()} {one_line(value, 40)}" for word, value in known if value)
    if identity:
        print_line(out, identity, style="dim")
    if has_scores(card):
        out.print(scores_table(card))
        show_results(out, card)
    else:
        out.print(form_table(card, grid))
        print_line(out, _filled(card, grid), style="bold")


def show_heading(out: Console, card: Card, file: str) -> None:
    """The title of a table and where it stands."""
    where = one_line(f"{file}!{card.table.sheet}")
    out.print()
    print_line(out, Text.assemble((one_line(card.table.title or card.table.sheet, 80), "bold"), (f"  {where}", "dim")))


def show_results(out: Console, card: Card) -> None:
    """The result, and those of further score columns (自评 …)."""
    print_line(out, result_line(card.result, headline(card.table) if card.others else ""))
    for label, result in card.others.items():
        print_line(out, result_line(result, label))


def has_scores(card: Card) -> bool:
    """Whether a card is scored, by rules or by scores that somebody typed."""
    return card.has_rules or card.is_embedded or any(i.state is not State.MISSING for i in card.result.items)


def scores_table(card: Card) -> Grid:
    """The items with target, actual, band, score, weight and contribution, as far as the card has them."""
    result, model = card.result, card.model
    has_targets = any(k.target is not None for k in model.kpis)
    has_actuals = card.has_rules and any(c.role == "actual" for c in card.table.columns)
    has_bands = model.bands is not None and card.has_rules
    columns = [
        (True, say("指标", "KPI"), "left"),
        (has_targets, say("本期目标", "target"), "right"),
        (has_actuals, say("实际", "actual"), "right"),
        (has_bands, say("档次", "band"), "left"),
        (True, say("得分", "score"), "right"),
        (True, say("权重", "weight"), "right"),
        (True, say("计入总分", "points"), "right"),
    ]
    grid = table(*((words, side) for shown, words, side in columns if shown))
    worst = model.bands.labels[0] if model.bands else ""
    for item in result.items:
        row = [
            Text(one_line(item.kpi.name, _NAME)),
            Text(_reading(item, target=True)),
            Text(_reading(item, target=False)),
            Text(item.band, style="red" if item.band == worst else "green"),
            _score(item),
            Text(show(round(item.weight, 4), percent=True) if item.weight is not None else ""),
            Text(f"{item.contribution:.2f}" if item.contribution is not None else ""),
        ]
        grid.add_row(*(cell for (shown, _, _), cell in zip(columns, row, strict=True) if shown))
    return grid


def form_table(card: Card, grid: Cells) -> Grid:
    """A table that nobody has scored yet: its targets, actuals and weights as they were understood."""
    found = card.table
    rows = [row for row in found.rows if row.kind in ("kpi", "rating")]
    periods = [period for period, _ in rows[0].targets] if rows else []
    has_actuals = any(row.actual_cell for row in rows)
    headers = [(say("指标", "KPI"), "left")]
    headers += [
        (say(f"{period}目标", f"target {period}") if period else say("目标", "target"), "right") for period in periods
    ]
    if has_actuals:
        headers.append((say("实际", "actual"), "right"))
    made = table(*headers, (say("权重", "weight"), "right"))
    for row, item in zip(rows, card.result.items, strict=True):
        cells = [Text(one_line(row.name, _NAME))]
        cells += [_understood(grid, cell, _unit(card, "target", period)) for period, cell in row.targets]
        if has_actuals:
            cells.append(_understood(grid, row.actual_cell, _unit(card, "actual")))
        cells.append(Text(show(round(item.weight, 4), percent=True) if item.weight is not None else ""))
        made.add_row(*cells)
    return made


def _unit(card: Card, role: str, label: str | None = None) -> str:
    column = card.table.column(role, label)
    return column.unit if column is not None else ""


def _understood(grid: Cells, cell: str | None, unit: str) -> Text:
    if cell is None:
        return Text("")
    reading = read_cell(grid, cell, unit)
    if reading.number is not None:
        return Text(show(reading.number, reading.percent, reading.unit))
    error = as_error(grid.at(cell).value)
    return Text(error.code if error else one_line(reading.text, 16), style="red" if error else "")


def _filled(card: Card, grid: Cells) -> str:
    """How much of a form is there: items, weights, actuals."""
    rows: Sequence[Row] = [row for row in card.table.rows if row.kind in ("kpi", "rating")]
    weights = [item.weight for item in card.result.items if item.weight is not None]
    total = show(round(sum(weights), 6), percent=True)
    parts = [say(f"{len(rows)} 项指标", f"{len(rows)} KPIs")]
    if weights and any(row.weight_cell for row in rows):
        parts.append(say(f"权重合计 {total}", f"weights sum to {total}"))
    if any(row.actual_cell for row in rows):
        filled = sum(1 for row in rows if row.actual_cell and not is_missing(grid.at(row.actual_cell).value))
        parts.append(say(f"实际值已填 {filled}/{len(rows)}", f"actuals filled in {filled}/{len(rows)}"))
    parts.append(say("还没有得分", "no scores yet"))
    return say("，", ", ").join(parts)


def show_explanations(out: Console, card: Card, grid: Cells, file: str) -> None:
    """One sentence per score, then the result; of a table without scores, how much of it is there."""
    show_heading(out, card, file)
    if not has_scores(card):
        print_line(out, _filled(card, grid), style="bold")
        return
    for sentence in explanations(card):
        print_line(out, one_line(sentence.text(), 600))
    show_results(out, card)


def next_step(card: Card, file: str) -> tuple[str, str] | None:
    """What to do with a table that is not embedded yet, as a sentence and a command."""
    if card.is_embedded:
        return None
    sentence = say(
        "下一步，写出一份能自己算分的副本（原文件不动；自己的评分规则用 --rules 给出）：",
        "Next: write a copy that grades itself (the input stays as it is; --rules brings your own rules):",
    )
    return sentence, f"scorecard embed {typed(file)}" + (" --rules …" if card.has_rules else "")


def _reading(item: ItemResult, *, target: bool) -> str:
    kpi = item.kpi
    reading = kpi.target if target else kpi.actual
    if reading is None:
        return ""
    if reading.number is not None:
        return show(reading.number, kpi.percent, kpi.unit)
    if reading.state is State.ERROR:
        return one_line(reading.text, 16) or str(reading.error)
    return "" if reading.state is State.MISSING else one_line(reading.text, 16)


def _score(item: ItemResult) -> Text:
    if item.score is not None:
        return Text(f"{item.score:.1f}", style="bold")
    if item.error is not None:
        return Text(item.error.code, style="bold red")
    return Text(_STATES[item.state].text(), style="dim")
