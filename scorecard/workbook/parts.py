"""Cards of several parts: 业绩 50 % and 行为 50 %, as tables under each other or as weighted sections of one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..errors import RuleError
from ..scoring.values import Reading, State, decimal_sum, key, read
from .addresses import split_cell
from .cells import Grid
from .lines import Lines, text_of
from .located import Part, Row, Table
from .rules import weight_scale
from .stated import stated_in
from .vocabulary import Vocabulary

_HEADING = 60
_WHOLE = 1e-6
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def part_groups(
    tables: Sequence[Table], grid_of: Callable[[str], Grid], vocabulary: Vocabulary
) -> list[tuple[list[Table], Table | None]]:
    """The tables in groups, each with the one card its parts make; None where they make none.

    Parts stand under each other and name no other person. They are one card when their headings state shares that sum
    to 100 %, or when only together their weights do; otherwise each stays a card of its own.

    Args:
        tables: All tables of a workbook, in order.
        grid_of: The sheet of a name.
        vocabulary: The words.
    """
    return [
        (group, _joined(group, Lines(grid_of(group[0].sheet)), vocabulary) if len(group) > 1 else None)
        for group in _stacks(tables)
    ]


def parts_above(table: Table, groups: Sequence[tuple[list[Table], Table | None]]) -> int:
    """How many parts that were not put together the total of a table may be that of; 1 where it is its own.

    Args:
        table: The table.
        groups: What `part_groups` says.
    """
    for group, joined in groups:
        if joined is None and table is group[-1] and not any(part.totals for part in group[:-1]):
            return len(group)
    return 1


def join_as(group: Sequence[Table], parts: Sequence[Part], grid: Grid, vocabulary: Vocabulary) -> Table:
    """One table of parts that are known to belong together.

    Args:
        group: The parts, top down.
        parts: Their names and shares.
        grid: Their sheet.
        vocabulary: The words.
    """
    tables = [_weighed(table, grid) for table in group]
    rows = [replace(row, section=part.name) for table, part in zip(tables, parts, strict=True) for row in table.rows]
    return _one(tables, rows, tuple(parts), Lines(grid), vocabulary)


def _stacks(tables: Sequence[Table]) -> list[list[Table]]:
    stacks: list[list[Table]] = []
    for table in tables:
        above = stacks[-1][-1] if stacks else None
        belongs = (
            above is not None
            and above.sheet == table.sheet
            and table.is_list
            and above.is_list
            and table.top > above.last_row
            and table.first_col <= above.last_col
            and above.first_col <= table.last_col
            and _person(table) in ("", _person(stacks[-1][0]))
        )
        if belongs:
            stacks[-1].append(table)
        else:
            stacks.append([table])
    return stacks


def _person(table: Table) -> str:
    return table.identity.get("person", ("", ""))[0]


def _joined(group: list[Table], lines: Lines, vocabulary: Vocabulary) -> Table | None:
    """One table of several parts; None where nothing says that they belong together."""
    previous = 0
    parts: list[Part | None] = []
    for table in group:
        parts.append(_heading(lines, previous + 1, table, vocabulary))
        previous = table.last_row
    group = [_weighed(table, lines.grid) for table in group]
    known = [part for part in parts if part is not None]
    if len(known) == len(group) and abs(decimal_sum([p.weight for p in known]) - 1) < _WHOLE:
        rows = [replace(row, section=part.name) for table, part in zip(group, known, strict=True) for row in table.rows]
        return _one(group, rows, tuple(known), lines, vocabulary)
    if not known:
        rows = [row for table in group for row in table.rows]
        sums = [_weight_sum(replace(table, rows=tuple(part)), lines.grid) for table, part in _with_rows(group, rows)]
        if sums[0] is not None and abs(sums[0] - 1) < _WHOLE and all(s is not None and s < 1 for s in sums[1:]):
            return _one(group, rows, (), lines, vocabulary)
    return None


def _weighed(table: Table, grid: Grid) -> Table:
    """A part with its weights as fractions in its rows: another part may write them otherwise (20 here, 0.2 there)."""
    try:
        weights, _ = weight_scale(table, grid)
    except RuleError:
        return table
    rows = [
        replace(row, weight=Reading(State.NUMBER, weight, percent=True)) if weight is not None and row.weight is None
        else row
        for row, weight in zip(table.rows, weights, strict=True)
    ]  # fmt: skip
    return replace(table, rows=tuple(rows))


def _with_rows(group: list[Table], rows: list[Row]) -> list[tuple[Table, Sequence[Row]]]:
    return [(group[0], rows), *((table, table.rows) for table in group)]


def _weight_sum(table: Table, grid: Grid) -> float | None:
    try:
        weights, _ = weight_scale(table, grid)
    except RuleError:
        return None
    known = [w for row, w in zip(table.rows, weights, strict=True) if w is not None and row.kind in ("kpi", "rating")]
    return decimal_sum(known) if known else None


def _heading(lines: Lines, first: int, table: Table, vocabulary: Vocabulary) -> Part | None:
    """The heading of a part with its share: Part II 业绩 50%, or 业绩部分 with 权重：50% beside it."""
    for row in reversed(list(lines.between(first, table.top))):
        if row == table.top and table.header_rows < 2:
            continue  # a taller header may have taken the heading of the part into itself
        cells = lines.row(row, table.first_col, table.last_col)
        texts = [(c, text_of(c.value)) for c in cells if text_of(c.value)]
        if not texts or len(cells) > 6:
            continue
        for cell, text in texts:
            if len(text) > _HEADING or (row == table.top and vocabulary.match_header(text) is not None):
                continue
            name, weight, _ = stated_in(text)
            number = weight.number if weight is not None else None
            if number is not None and number > 1 and weight is not None and not weight.percent:
                number /= 100
            if number is not None and 0 < number < 1:
                named = name or next((stated_in(t)[0] for c, t in texts if c is not cell and stated_in(t)[0]), "")
                return Part(named or text, number, cell.name)
            label = vocabulary.match_label(text)
            if name and label is None and key(text) in ("权重", "占比", "比重", "weight"):
                beside = lines.grid.cell(row, lines.grid.span(cell.row, cell.col)[3] + 1)
                share = read(beside.value, number_format=beside.number_format)
                if share.number is not None:
                    number = share.number if share.percent or share.number <= 1 else share.number / 100
                    return Part(stated_in(texts[0][1])[0], number, beside.name)
    return None


def _one(group: list[Table], rows: list[Row], parts: tuple[Part, ...], lines: Lines, vocabulary: Vocabulary) -> Table:
    first, last = group[0], group[-1]
    identity: dict[str, tuple[str, str]] = {}
    for table in group:
        identity = {**table.identity, **identity}
    own = {label: cell for label, cell in last.totals.items() if _is_whole(group, label, cell, lines, vocabulary)}
    return replace(
        first,
        layout=4,
        confidence=min(table.confidence for table in group),
        reasons=tuple(dict.fromkeys(reason for table in group for reason in table.reasons)),
        rows=tuple(rows),
        last_row=last.last_row,
        last_col=max(table.last_col for table in group),
        totals=own,
        grade_cell=next((t.grade_cell for t in reversed(group) if t.grade_cell), None),
        coverage_cell=last.coverage_cell,
        coefficient_cell=next((t.coefficient_cell for t in reversed(group) if t.coefficient_cell), None),
        period_cell=next((t.period_cell for t in group if t.period_cell), None),
        identity=identity,
        sections=parts,
    )


def _is_whole(group: list[Table], label: str, cell: str, lines: Lines, vocabulary: Vocabulary) -> bool:
    """Whether a total below the last part is that of the card, not of the part alone."""
    earlier = [t.totals.get(label) for t in group[:-1] if t.totals.get(label)]
    if not earlier:
        return True
    formula = lines.grid.at(cell).formula
    if formula:
        return any(int(row) < group[-1].top for _, row in _REFERENCE.findall(formula))
    return _strength(lines, cell, vocabulary) > max(_strength(lines, c, vocabulary) for c in earlier if c)


def _strength(lines: Lines, cell: str, vocabulary: Vocabulary) -> int:
    row, col = split_cell(cell)
    labels = [vocabulary.match_label(text_of(c.value)) for c in lines.row(row, 1, col - 1) if text_of(c.value)]
    return max((1 + label.strong for label in labels if label is not None and label.kind == "total"), default=0)


def weighted_sections(table: Table, grid: Grid, weights: Sequence[float | None]) -> tuple[Part, ...]:
    """The sections of a table that have shares of their own, item weights summing to 100 % inside each; else none.

    Args:
        table: The table.
        grid: Its sheet.
        weights: Fractions, one per row.
    """
    if table.sections:
        return table.sections
    items = [(row, w) for row, w in zip(table.rows, weights, strict=True) if row.kind in ("kpi", "rating")]
    names = list(dict.fromkeys(row.section for row, _ in items))
    if len(names) < 2 or "" in names:
        return ()
    if abs(decimal_sum([w for _, w in items if w is not None]) - 1) < _WHOLE:
        return ()
    for name in names:
        inside = [w for row, w in items if row.section == name]
        if any(w is not None for w in inside) and abs(decimal_sum([w or 0.0 for w in inside]) - 1) > _WHOLE:
            return ()
    found = []
    for name in names:
        part = _stated_share(name, [row for row, _ in items if row.section == name], table, grid)
        if part is None:
            return ()
        found.append(part)
    return tuple(found) if abs(decimal_sum([part.weight for part in found]) - 1) < _WHOLE else ()


def _stated_share(name: str, rows: list[Row], table: Table, grid: Grid) -> Part | None:
    _, weight, _ = stated_in(name)
    if weight is not None and weight.number is not None:
        number = weight.number if weight.percent or weight.number <= 1 else weight.number / 100
        return Part(name, number, "")
    column = table.column("weight", "section")
    if column is None:
        return None
    r1, c1, _, _ = grid.span(rows[0].row, column.col)
    cell = grid.cell(r1, c1)
    share = read(cell.value, unit=column.unit or None, number_format=cell.number_format)
    if share.number is None:
        return None
    return Part(name, share.number if share.percent or share.number <= 1 else share.number / 100, cell.name)
