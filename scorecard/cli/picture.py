"""A located table as a picture on the terminal: which column is what, how sure that is, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Drawing
from rich.text import Text

from ..messages import Message
from ..scoring.values import as_error, show
from ..workbook.addresses import column_letters
from ..workbook.cells import Grid
from ..workbook.identity import day
from ..workbook.located import Column, Table
from .show import print_line
from .words import counted, one_line, say

_ROLES = {
    "number": Message("编号", "number"),
    "name": Message("指标", "name"),
    "section": Message("分组", "section"),
    "target": Message("目标", "target"),
    "actual": Message("实际", "actual"),
    "band": Message("档次", "band"),
    "weight": Message("权重", "weight"),
    "points": Message("满分", "full marks"),
    "score": Message("得分", "score"),
    "weighted_score": Message("加权得分", "weighted"),
    "note": Message("备注", "note"),
    "rule_text": Message("评分标准", "rule"),
    "method": Message("考核方法", "method"),
    "evaluator": Message("评价人", "evaluator"),
    "person": Message("人员", "person"),
    "department": Message("部门", "department"),
    "position": Message("岗位", "position"),
    "period": Message("期间", "period"),
    "item": Message("指标", "item"),
    "item_weight": Message("权重", "weight"),
    "total": Message("总分", "total"),
    "grade": Message("等级", "grade"),
    "coefficient": Message("系数", "coefficient"),
    "coverage": Message("覆盖率", "coverage"),
}
# What scores are made of is bright, the rest is not.
_COLORS = {
    "name": "bold cyan", "item": "bold cyan", "person": "bold cyan", "weight": "bold yellow", "points": "bold yellow",
    "item_weight": "bold yellow", "target": "green", "actual": "bold green", "score": "bold magenta",
    "weighted_score": "bold magenta", "total": "bold magenta", "grade": "magenta", "band": "blue",
}  # fmt: skip
_DIM = "dim"
_WIDEST = 18
# What was matched with less than 80 %, or speaks against a table.
_DOUBT = re.compile("，[1-7]?\\d%）$|常见于别的表")


def shape(table: Table) -> tuple[object, ...]:
    """What two tables have in common when one picture tells of both."""
    columns = tuple((c.role, c.col, c.label, c.header) for c in table.columns)
    return table.layout, columns, table.sections and tuple((p.name, p.weight) for p in table.sections)


def show_picture(out: Console, table: Table, grid: Grid, others: int = 0) -> None:
    """The picture of a table: letters, roles, headers and some rows; then confidence and reasons.

    Args:
        out: The terminal.
        table: The table.
        grid: Its sheet.
        others: How many further cards of the list it belongs to (one person per row).
    """
    columns = _columns(table)
    rows = _sample(table, others)
    across = _across(table, grid, columns, rows)
    width = sum(max((cell_len(line) for line in column), default=0) + 2 for column in across)
    out.print()
    if width <= out.width:
        out.print(_drawn_across(table, columns, across, rows))
    else:
        out.print(_drawn_down(table, grid, columns, rows))
    print_line(out, Text.assemble((_confidence(table, others), _DIM)), indent=2)
    for reason in _doubts(table):
        print_line(out, Text("  " + one_line(reason.text(), 200), style=_DIM), indent=4)


def show_same(out: Console, table: Table) -> None:
    """One line for a table whose columns are those of the one above."""
    said = say(
        f"列与上面的表相同（识别把握 {table.confidence:.0%}）", f"columns as above ({table.confidence:.0%} sure)"
    )
    print_line(out, said, style=_DIM)


def _columns(table: Table) -> list[tuple[Column, int]]:
    """The columns with the last column each stands for; neighbours of one role and many labels are drawn as one."""
    found: list[tuple[Column, int]] = []
    for column in sorted(table.columns, key=lambda c: c.col):
        if found and found[-1][0].col == column.col:
            continue
        previous = found[-1] if found else None
        run = sum(1 for c in table.columns if c.role == column.role)
        is_run = run > 4 and column.role in ("target", "note")
        if previous and is_run and previous[0].role == column.role and previous[1] == column.col - 1:
            found[-1] = (previous[0], column.col)
            continue
        found.append((column, column.col))
    return found


def _sample(table: Table, others: int) -> list[int]:
    """The first rows of the body, and the last one."""
    rows = sorted({row.row for row in table.rows})
    if others:
        return rows[:1]
    return rows if len(rows) <= 3 else [*rows[:2], rows[-1]]


def _letters(column: Column, last: int) -> str:
    first = column_letters(column.col)
    return first if last == column.col else f"{first}:{column_letters(last)}"


def _role(table: Table, column: Column, last: int) -> str:
    word = _ROLES.get(column.role, Message(column.role, column.role)).text()
    if last > column.col:
        label = max((c for c in table.columns if c.col == last), key=lambda c: c.col).label
        return f"{word} {one_line(column.label, 8)}…{one_line(label, 8)}"
    label = one_line(column.label, 10)
    if column.role == "weight" and label == "section":
        return say("分组权重", "section weight")
    return f"{word}·{label}" if label and label != word and column.role not in ("item", "item_weight") else word


def _header(column: Column) -> str:
    return one_line(column.header, _WIDEST)


def _value(grid: Grid, row: int, col: int) -> str:
    first_row, first_col, _, _ = grid.span(row, col)
    cell = grid.cell(first_row, first_col)
    value = cell.value
    error = as_error(value)
    if error is not None:
        return error.code
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        if cell.is_date:
            return day(value)
        return show(float(value), percent="%" in cell.number_format)
    return one_line(str(value), _WIDEST)


def _across(table: Table, grid: Grid, columns: Sequence[tuple[Column, int]], rows: list[int]) -> list[list[str]]:
    return [
        [_letters(c, last), _role(table, c, last), _header(c), *(_value(grid, row, c.col) for row in rows)]
        for c, last in columns
    ]


def _drawn_across(
    table: Table, columns: Sequence[tuple[Column, int]], texts: list[list[str]], rows: list[int]
) -> Drawing:
    drawing = Drawing(box=box.ROUNDED, show_header=False, padding=(0, 0), border_style=_DIM, show_lines=False)
    for _ in columns:
        drawing.add_column(overflow="ellipsis", no_wrap=True)
    styles = [_COLORS.get(column.role, "") for column, _ in columns]
    drawing.add_row(*(Text(t[0], style=_DIM, justify="center") for t in texts))
    drawing.add_row(*(Text(t[1], style=s, justify="center") for t, s in zip(texts, styles, strict=True)))
    drawing.add_row(*(Text(t[2], style="", justify="center") for t in texts), end_section=True)
    for i, row in enumerate(rows):
        if i and row > rows[i - 1] + 1 and i == len(rows) - 1:
            drawing.add_row(*(Text("⋮" if k == 0 else "", style=_DIM) for k in range(len(texts))))
        drawing.add_row(*(Text(t[3 + i], style=_DIM) for t in texts))
    return drawing


def _drawn_down(table: Table, grid: Grid, columns: Sequence[tuple[Column, int]], rows: list[int]) -> Drawing:
    drawing = Drawing(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    drawing.add_column(say("列", "col"), no_wrap=True, style=_DIM)
    drawing.add_column(say("含义", "is"), no_wrap=True)
    drawing.add_column(say("表头", "header"), overflow="ellipsis", no_wrap=True)
    drawing.add_column(say(f"第 {rows[0]} 行", f"row {rows[0]}"), overflow="ellipsis", no_wrap=True, style=_DIM)
    for column, last in columns:
        drawing.add_row(
            Text(_letters(column, last)),
            Text(_role(table, column, last), style=_COLORS.get(column.role, "")),
            Text(_header(column)),
            Text(_value(grid, rows[0], column.col)),
        )
    return drawing


def _confidence(table: Table, others: int) -> str:
    header = table.top + table.header_rows - 1
    head = f"{table.top}–{header}" if header > table.top else f"{table.top}"
    parts = [say(f"识别把握 {table.confidence:.0%}", f"{table.confidence:.0%} sure")]
    parts.append(say(f"表头第 {head} 行", f"header in row {head}"))
    if others:
        parts.append(say(f"一人一行，共 {others + 1} 人", f"one person per row, {others + 1} persons"))
    else:
        first, last = table.first_row, table.last_row
        parts.append(
            say(f"指标第 {first}–{last} 行共 {len(table.rows)} 项", f"{counted(len(table.rows), 'item')} in rows {first}–{last}")
        )
    totals = "、".join(f"{label} {cell}".strip() for label, cell in table.totals.items())
    if totals:
        parts.append(say(f"总分 {totals}", f"total {totals}"))
    if table.grade_cell:
        parts.append(say(f"等级 {table.grade_cell}", f"grade {table.grade_cell}"))
    if table.sections:
        shares = "、".join(f"{one_line(p.name, 20)} {show(p.weight, percent=True)}" for p in table.sections)
        parts.append(say(f"分为 {shares}", f"parts {shares}"))
    return say("；", "; ").join(parts)


def _doubts(table: Table) -> list[Message]:
    """The reasons worth a line: all of them when recognition is not sure, else those that are no plain match."""
    if table.confidence < 0.8:
        return list(table.reasons)
    return [reason for reason in table.reasons if "--map" in reason.zh or _DOUBT.search(reason.zh)]
