"""What commands print for people: tables and sentences in the language of the process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.text import Text

from ..findings import Finding
from ..messages import Message
from ..scoring.model import CardResult, ItemResult
from ..scoring.values import State, show
from ..workbook.card import Card, headline
from ..workbook.embed import Embedding
from ..workbook.recognise import Table

_COLORS = {"error": "bold red", "warning": "yellow", "info": "dim"}
_SEVERITIES = {
    "error": Message("错误", "error"),
    "warning": Message("注意", "warning"),
    "info": Message("说明", "note"),
}
_STATES = {
    State.MISSING: Message("未填", "missing"),
    State.NOT_APPLICABLE: Message("不适用", "n/a"),
    State.NUMBER: Message("", ""),
}
_ROLES = {
    "number": Message("编号", "number"),
    "name": Message("指标", "name"),
    "section": Message("分组", "section"),
    "target": Message("目标", "target"),
    "actual": Message("实际", "actual"),
    "band": Message("档次", "band"),
    "weight": Message("权重", "weight"),
    "points": Message("满分", "points"),
    "score": Message("得分", "score"),
    "weighted_score": Message("加权得分", "weighted score"),
    "note": Message("备注", "note"),
    "rule_text": Message("评分标准", "rule"),
    "method": Message("考核方法", "method"),
    "evaluator": Message("评价人", "evaluator"),
}


def say(zh: str, en: str) -> str:
    """A sentence in the language of the process."""
    return Message(zh, en).text()


def console(*, stderr: bool = False) -> Console:
    """The terminal; plain text of full width when the output goes to a file or pipe."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=160, no_color=True)


def show_card(out: Console, card: Card, file: str) -> None:
    """One table: what was understood, its items, its result."""
    table = card.table
    where = f"{file}!{table.sheet}"
    out.print()
    out.print(Text(table.title or table.sheet, style="bold"), Text(f"  {where}", style="dim"))
    identity = "  ".join(
        f"{_IDENTITY[name].text()} {value}"
        for name, (value, _) in table.identity.items()
        if value and name in _IDENTITY
    )
    if identity:
        out.print(escape(identity), style="dim")
    out.print(items_table(card))
    out.print(result_line(card.result))


_IDENTITY = {
    "person": Message("被考核人", "person"),
    "department": Message("部门", "department"),
    "position": Message("岗位", "position"),
    "period": Message("期间", "period"),
    "evaluator": Message("评价人", "evaluator"),
}


def columns_line(table: Table) -> Text:
    """Which column is what, as one line."""
    from ..workbook.addresses import column_letters

    parts = []
    for column in table.columns:
        role = _ROLES.get(column.role, Message(column.role, column.role)).text()
        label = f" {column.label}" if column.label and column.label != role else ""
        parts.append(f"{column_letters(column.col)} {role}{label}")
    confidence = say(f"把握 {table.confidence:.0%}", f"confidence {table.confidence:.0%}")
    return Text(f"{confidence} · " + " · ".join(parts), style="dim")


def items_table(card: Card) -> Grid:
    """The items of a card: target, actual, band, score, weight, contribution."""
    result, model = card.result, card.model
    grid = Grid(show_edge=True, header_style="bold", pad_edge=False)
    has_targets = any(k.target is not None for k in model.kpis)
    has_bands = model.bands is not None and card.has_rules
    has_actuals = card.has_rules
    grid.add_column(say("指标", "KPI"), overflow="fold")
    if has_targets:
        grid.add_column(say("本期目标", "target"), justify="right")
    if has_actuals:
        grid.add_column(say("绩效", "actual"), justify="right")
    if has_bands:
        grid.add_column(say("档次", "band"))
    grid.add_column(say("得分", "score"), justify="right")
    grid.add_column(say("权重", "weight"), justify="right")
    grid.add_column(say("计入", "points"), justify="right")
    for item in result.items:
        row = [Text(item.kpi.name)]
        if has_targets:
            row.append(Text(_reading(item, target=True)))
        if has_actuals:
            row.append(Text(_reading(item, target=False)))
        if has_bands:
            row.append(Text(item.band, style="green" if item.band and item.band != _worst(card) else "red"))
        row.append(_score(item))
        row.append(Text(show(item.weight, percent=True) if item.weight is not None else ""))
        row.append(Text(f"{item.contribution:.2f}" if item.contribution is not None else ""))
        grid.add_row(*row)
    return grid


def _worst(card: Card) -> str:
    return card.model.bands.labels[0] if card.model.bands else ""


def _reading(item: ItemResult, *, target: bool) -> str:
    kpi = item.kpi
    reading = kpi.target if target else kpi.actual
    if reading is None:
        return ""
    if reading.number is not None:
        return show(reading.number, kpi.percent, kpi.unit)
    if reading.state is State.ERROR:
        return reading.text or str(reading.error)
    return "" if reading.state is State.MISSING else reading.text


def _score(item: ItemResult) -> Text:
    if item.score is not None:
        return Text(f"{item.score:.1f}", style="bold")
    if item.error is not None:
        return Text(item.error.code, style="bold red")
    return Text(_STATES[item.state].text(), style="dim")


def result_line(result: CardResult) -> Text:
    """Total, grade, coefficient, coverage and the best attainable total, on one line."""
    parts = []
    if result.total is not None:
        parts.append(say(f"总分 {result.total:g}", f"total {result.total:g}"))
        parts.append(say(f"等级 {result.grade}", f"grade {result.grade}"))
        if result.coefficient is not None:
            parts.append(say(f"系数 {result.coefficient:g}", f"coefficient {result.coefficient:g}"))
    elif result.error is not None:
        at = f" ({result.error_cell})" if result.error_cell else ""
        parts.append(say(f"总分 {result.error}{at}", f"total {result.error}{at}"))
    elif result.state is State.NOT_APPLICABLE:
        parts.append(say("本期各项均不考核", "nothing is assessed in this period"))
    else:
        parts.append(
            say(f"未完成 {result.filled}/{result.applicable}", f"incomplete {result.filled}/{result.applicable}")
        )
    if result.coverage is not None:
        covered = show(round(result.coverage, 4), percent=True)
        parts.append(say(f"覆盖率 {covered}", f"coverage {covered}"))
    if result.best_attainable is not None:
        parts.append(say(f"最高可得 {result.best_attainable:.1f}", f"best attainable {result.best_attainable:.1f}"))
    return Text("  ".join(parts), style="bold" if result.total is not None else "bold yellow")


def show_findings(out: Console, findings: Sequence[Finding], file: str) -> None:
    """Findings, one line each, errors first; notes of one kind are drawn together."""
    if not findings:
        return
    out.print()
    for finding in _condensed(findings):
        word = _SEVERITIES[finding.severity].text()
        where = f"{file}!{finding.where}" if finding.where else file
        out.print(
            Text.assemble(
                (f"{word} ", _COLORS[finding.severity]),
                (f"{where}: ", "cyan"),
                finding.message.text(),
                (f"  [{finding.code}]", "dim"),
            )
        )


def _condensed(findings: Iterable[Finding]) -> list[Finding]:
    """One line for one sentence about several cells; of more than three notes of one code, two and how many more."""
    merged: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        merged.setdefault((finding.code, finding.sheet, finding.message.zh), []).append(finding)
    lines = [_joined(group) for group in merged.values()]
    result: list[Finding] = []
    seen: dict[str, int] = {}
    for finding in lines:
        seen[finding.code] = seen.get(finding.code, 0) + 1
        total = sum(1 for f in lines if f.code == finding.code)
        if finding.severity != "info" or total <= 3 or seen[finding.code] <= 2:
            result.append(finding)
        elif seen[finding.code] == 3:
            more = Message(
                f"……另有 {total - 2} 条同类说明（--json 列出全部）", f"… and {total - 2} more of this kind (--json lists all)"
            )
            result.append(Finding(finding.code, "info", "", "", more))
    return result


def _joined(group: list[Finding]) -> Finding:
    first = group[0]
    if len(group) == 1:
        return first
    cells = ",".join(f.cell for f in group[:4]) + ("…" if len(group) > 4 else "")
    return Finding(first.code, first.severity, first.sheet, cells, first.message)


def show_plan(out: Console, embedding: Embedding, *, only_form: bool) -> None:
    """The planned edits, as a table."""
    grid = Grid(header_style="bold", pad_edge=False)
    grid.add_column(say("单元格", "cell"))
    grid.add_column(say("内容", "what"))
    grid.add_column(say("写入", "written"), overflow="fold")
    shown = 0
    for edit in embedding.plan.edits:
        if edit.formula is None and edit.value in (None, ""):
            continue
        if only_form and edit.sheet == "评分规则":
            continue
        shown += 1
        grid.add_row(Text(f"{edit.sheet}!{edit.cell}"), edit.what.text(), Text(edit.formula or str(edit.value)))
    out.print(grid)
    rest = len(embedding.plan.edits) - shown
    if rest:
        out.print(
            say(
                f"另有 {rest} 处标签、样式或规则表单元格（--json 列出全部）",
                f"and {rest} labels, styles or cells of the rule sheet (--json lists all)",
            ),
            style="dim",
        )


def headline_score(table: Table) -> str:
    """The label of the score column that counts, for headings."""
    return headline(table) or say("得分", "score")
