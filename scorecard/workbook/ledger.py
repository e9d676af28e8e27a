"""Period ledgers: for each indicator a row of targets, one of actuals, one of differences, months across."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..findings import Finding
from ..messages import Message
from ..scoring.periods import MONTH, QUARTER
from ..scoring.values import State, show
from .addresses import cell_name
from .cells import Cell
from .columns import GAP
from .headers import Column
from .identity import column_unknown, read_above, unclear_findings
from .lines import Lines, joined, text_of
from .located import LEDGER, Find, Table
from .probe import asked, is_missing, key, read
from .rows import Row
from .stated_periods import parse_period
from .structure import cycle, difference_of, is_whole
from .vocabulary import Vocabulary

_ABOVE = 40
_FEWEST_PERIODS = 3
_LOOKED_AT = 60
_HIERARCHY = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}")
_SUMS = ("weight", "score", "weighted_score", "points", "note", "evaluator", "total")
_WORDS = {
    "number": "编号列", "name": "指标列", "section": "类别列", "weight": "权重列", "score": "得分列", "points": "满分列",
    "weighted_score": "加权得分列", "note": "备注列", "evaluator": "评价人列", "total": "总分列",
}  # fmt: skip


class _Frame(NamedTuple):
    """The header of a ledger: its rows, the columns of periods with their labels, and further columns by role."""

    row: int
    periods: tuple[tuple[int, str], ...]
    others: tuple[Column, ...]
    kind_col: int
    first_col: int
    last_col: int
    kinds: dict[str, str]  # what the texts of that column mean


class _Group(NamedTuple):
    """The rows of one indicator by kind, and where its name and number stand."""

    rows: dict[str, int]
    name: str
    place: tuple[int, int]
    number: str


def find_ledgers(lines: Lines, vocabulary: Vocabulary, threshold: float) -> list[Find]:
    """Everything that looks like a ledger of targets and actuals by period, top down.

    Args:
        lines: The sheet.
        vocabulary: The words.
        threshold: Below this confidence a ledger is told of, but gives no table.
    """
    found: list[Find] = []
    done = 0
    for row in lines.numbers:
        if row <= done or len(lines.cells[row]) <= _FEWEST_PERIODS:
            continue
        periods = _periods(lines, row)
        frame = _frame(lines, row, periods, vocabulary) if len(periods) >= _FEWEST_PERIODS else None
        groups = _groups(lines, frame, vocabulary) if frame is not None else []
        if frame is None or sum(1 for g in groups if {"target", "actual"} <= g.rows.keys()) < 2:
            continue
        ledger = _ledger(lines, frame, groups, vocabulary, threshold)
        found.append(ledger)
        done = ledger.last_row
    return found


@asked
def _may_be_month(number: float) -> bool:
    return 1 <= number <= 12


def _periods(lines: Lines, row: int) -> list[tuple[int, str]]:
    """Column and label of the months or quarters named in a row; 1 … 12 in order are months as well."""
    found: list[tuple[int, str]] = []
    numbers: list[tuple[int, int]] = []
    for cell in lines.cells[row]:
        text = text_of(cell.value)
        period = parse_period(text) if text else None
        if period is not None and period.kind in (MONTH, QUARTER) and period.number is not None:
            found.append((cell.col, text))
        elif (
            isinstance(cell.value, (int, float)) and not cell.is_formula and not cell.is_date and _may_be_month(cell.value)
        ):
            numbers.append((cell.col, int(cell.value)))
    if len(found) < _FEWEST_PERIODS:
        values = [number for _, number in numbers]
        if len(values) >= _FEWEST_PERIODS and values == list(range(values[0], values[0] + len(values))):
            return [(col, f"{number}月") for col, number in numbers]
    return found


def _frame(lines: Lines, row: int, periods: list[tuple[int, str]], vocabulary: Vocabulary) -> _Frame | None:
    """The header around a row of periods; None without a column that says target, actual, difference."""
    first_period = periods[0][0]
    below = list(lines.between(row + 1, row + 9))
    if not below:
        return None
    kind_col, words = _kinds(lines, row, first_period, below, vocabulary)
    if not kind_col:
        return None
    first = kind_col
    while first > 1 and any(not lines.is_blank(*lines.grid.span(line, first - 1)[:2]) for line in (row, *below)):
        first -= 1
    last = periods[-1][0]
    while lines.text(row, last + 1) or (row > 1 and lines.text(row - 1, last + 1)):
        last += 1
    taken = {col for col, _ in periods}
    others = []
    for col in range(first, last + 1):
        text = lines.text(row, col)
        match = vocabulary.match_header(text) if text and col not in taken else None
        if match is not None and match.role in ("name", "number", "section", *_SUMS):
            others.append(Column(match.role, col, text, match.label, match.unit))
    if not any(column.role in ("weight", "points") for column in others):
        shares = _shares(lines, row, first, kind_col, {c.col for c in others if c.role == "name"})
        others = [c for c in others if c.col not in {share.col for share in shares}] + shares
    return _Frame(row, tuple(periods), tuple(others), kind_col, first, last, words)


def _shares(lines: Lines, row: int, first: int, kind_col: int, taken: set[int]) -> list[Column]:
    """The column in front of the kinds whose numbers are complete weights, whatever its heading."""
    for col in range(first, kind_col):
        cells = [lines.grid.cell(line, col) for line in lines.between(row + 1, row + _LOOKED_AT)]
        shares = [n for c in cells if (n := read(c.value, number_format=c.number_format).number) is not None]
        if col not in taken and len(shares) > 1 and is_whole(shares):
            return [Column("weight", col, lines.text(row, col))]
    return []


def _kinds(
    lines: Lines, row: int, first_period: int, below: list[int], vocabulary: Vocabulary
) -> tuple[int, dict[str, str]]:
    """The column that says target, actual, difference, and which of its texts says what; 0 without one."""
    columns: dict[int, list[str]] = {}
    for line in below:
        for cell in lines.row(line, 1, first_period - 1):
            if text := text_of(cell.value):
                columns.setdefault(cell.col, []).append(text)
    for col, texts in columns.items():
        words = {text: kind for text in texts if (kind := vocabulary.ledger.kind(text))}
        if len(texts) >= min(4, len(below)) and len(words) > 1 and all(text in words for text in texts):
            return col, words
    every = list(lines.between(row + 1, lines.grid.last_row))[:_LOOKED_AT]
    for col in columns:
        repeated = cycle([text for line in every if (text := lines.text(line, col))])
        words = _in_turn(lines, every, col, first_period, repeated, vocabulary)
        if words:
            return col, words
    counts = {
        col: sum(1 for text in texts if vocabulary.ledger.kind(text)) for col, texts in columns.items()
    }
    col = max(counts, key=lambda one: counts[one], default=0)
    if not col or counts[col] < min(4, len(below)):
        return 0, {}
    return col, {}


def _in_turn(
    lines: Lines, rows: list[int], col: int, first_period: int, repeated: tuple[str, ...], vocabulary: Vocabulary
) -> dict[str, str]:
    """What the texts mean that a column repeats in turn: as far as words say, else by the formulas of differences."""
    if not repeated:
        return {}
    words = {text: vocabulary.ledger.kind(text) or _header_kind(text, vocabulary) for text in repeated}
    last = next((row for row in rows if lines.text(row, col) == repeated[-1]), 0)
    parts = difference_of(lines.grid.cell(last, first_period)) if last and len(repeated) == 3 else None
    if parts is not None and all(row in (last - 1, last - 2) for row, _ in parts):
        words[repeated[-1]] = "gap"
        words[lines.text(parts[0][0], col)], words[lines.text(parts[1][0], col)] = "actual", "target"
        return words
    known = [kind for kind in words.values() if kind]
    if not known or len(set(known)) < len(known):
        return {}
    # A target stands before its actual, and the difference after both.
    for text, kind in zip(repeated, ("target", "actual", "gap"), strict=False):
        if not words[text]:
            if kind in known:
                return {}
            words[text] = kind
    return words


def _header_kind(text: str, vocabulary: Vocabulary) -> str:
    match = vocabulary.match_header(text)
    return match.role if match is not None and match.role in ("target", "actual") else ""


def _groups(lines: Lines, frame: _Frame, vocabulary: Vocabulary) -> list[_Group]:
    """The indicators: a new one begins where a kind comes again or another name stands."""
    grid = lines.grid
    name_col = _name_column(lines, frame)
    groups: list[_Group] = []
    rows: dict[str, int] = {}
    current = (0, 0)
    last = frame.row
    for row in lines.between(frame.row + 1, grid.last_row):
        if row - last > GAP + 1:
            break
        first = next(iter(lines.row(row, frame.first_col, frame.last_col)), None)
        if first is None:
            continue
        label = vocabulary.match_label(text_of(first.value)) if text_of(first.value) else None
        text = lines.text(row, frame.kind_col)
        kind = frame.kinds.get(text) or vocabulary.ledger.kind(text)
        if label is not None and label.kind in ("stop", "total", "grade") and not kind:
            break
        if not kind:
            continue
        last = row
        r1, c1, _, _ = grid.span(row, name_col)
        place = (r1, c1) if text_of(grid.cell(r1, c1).value) else current
        if kind in rows or (place != current and rows):
            groups.append(_group(lines, rows, current, frame))
            rows = {}
        rows[kind], current = row, place
    if rows:
        groups.append(_group(lines, rows, current, frame))
    return [group for group in groups if group.name]


def _name_column(lines: Lines, frame: _Frame) -> int:
    counts = dict.fromkeys(range(frame.first_col, frame.kind_col), 0)
    for row in lines.between(frame.row + 1, frame.row + _LOOKED_AT):
        for cell in lines.row(row, frame.first_col, frame.kind_col - 1):
            text = text_of(cell.value)
            counts[cell.col] += bool(text) and read(text).number is None and not _HIERARCHY.fullmatch(key(text))
    named = next((c.col for c in frame.others if c.role == "name" and counts.get(c.col)), 0)
    if named:
        return named
    return max(counts, key=lambda col: (counts[col], col), default=frame.kind_col)


def _group(lines: Lines, rows: dict[str, int], place: tuple[int, int], frame: _Frame) -> _Group:
    name = joined(text_of(lines.grid.cell(*place).value)) if place != (0, 0) else ""
    number = ""
    for col in range(frame.first_col, frame.kind_col):
        if col != place[1]:
            value = lines.grid.merged_value(min(rows.values()), col)
            text = show(float(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
            text = text or key(text_of(value)).strip(".、")
            if _HIERARCHY.fullmatch(text):
                number = text
    match = re.match(r"(\d{1,2}(?:\.\d{1,2})*)[.、\s]+(?=\D)", name)
    if match and not number:
        number, name = match[1], name[match.end() :].strip()
    return _Group(dict(rows), name, place, number)


def _ledger(lines: Lines, frame: _Frame, groups: list[_Group], vocabulary: Vocabulary, threshold: float) -> Find:
    grid = lines.grid
    last_row = max(row for group in groups for row in group.rows.values())
    top = frame.row - 1 if frame.row > 1 and _is_upper_header(lines, frame, vocabulary) else frame.row
    around = read_above(lines, lines.above(top, 1, _ABOVE), 1, max(frame.last_col, grid.last_col), vocabulary)
    confidence, against = _confidence(lines, frame, groups, around.title, vocabulary)
    place = cell_name(frame.row, frame.periods[0][0])
    if confidence < threshold:
        refusal = Message(
            f"{place} 处像目标与实际的月度台账但不像考核表（{confidence:.0%}）：{against.zh}",
            f"{place} looks like a ledger of targets and actuals, but no assessment ({confidence:.0%}): {against.en}",
        )
        return Find((), confidence, refusal, place, top, last_row, frame.first_col, frame.last_col)
    name_col = _name_column(lines, frame)
    columns = [Column("name", name_col, lines.text(frame.row, name_col))]
    columns += [c for c in frame.others if c.role not in ("name", "total") and c.col != frame.kind_col]
    columns += [Column("target", col, label, label) for col, label in frame.periods]
    table = Table(
        sheet=grid.name,
        title=around.title,
        title_cell=around.title_cell,
        layout=LEDGER,
        confidence=confidence,
        reasons=_reasons(lines, frame, groups),
        top=top,
        header_rows=frame.row - top + 1,
        first_row=min(row for group in groups for row in group.rows.values()),
        last_row=last_row,
        first_col=frame.first_col,
        last_col=frame.last_col,
        columns=tuple(sorted(columns, key=lambda column: column.col)),
        rows=tuple(_row(lines, frame, group, groups) for group in groups),
        period_cell=around.period_cell,
        identity=around.identity,
        findings=(*unclear_findings(grid.name, around), *_strange(lines, frame, name_col)),
    )
    return Find((table,), confidence, None, place, top, last_row, frame.first_col, frame.last_col)


def _strange(lines: Lines, frame: _Frame, name_col: int) -> tuple[Finding, ...]:
    """A column of numbers in front of the kinds that nothing is known of; 1, 2, 3 and 1.1 number the items."""
    known = {name_col, *(column.col for column in frame.others)}
    found = []
    for col in range(frame.first_col, frame.kind_col):
        values = [lines.grid.cell(line, col).value for line in lines.between(frame.row + 1, frame.row + _LOOKED_AT)]
        texts = [show(float(v)) if isinstance(v, (int, float)) else key(text_of(v)) for v in values if not is_missing(v)]
        numbers = [text for text in texts if read(text).number is not None]
        if col not in known and numbers and not all(_HIERARCHY.fullmatch(text.strip(".、")) for text in texts):
            found.append(column_unknown(lines.grid.name, cell_name(frame.row, col), lines.text(frame.row, col)))
    return tuple(found)


def _is_upper_header(lines: Lines, frame: _Frame, vocabulary: Vocabulary) -> bool:
    """Whether the row above belongs to the header: headings that reach down, or a year over the months."""
    for cell in lines.row(frame.row - 1, frame.first_col, frame.last_col):
        _, first, bottom, last = lines.grid.span(cell.row, cell.col)
        if bottom >= frame.row or (first > frame.kind_col and last > first):
            return True
    return False


def _row(lines: Lines, frame: _Frame, group: _Group, groups: list[_Group]) -> Row:
    def across(kind: str) -> tuple[tuple[str, str], ...]:
        row = group.rows.get(kind)
        return tuple((label, cell_name(row, col)) for col, label in frame.periods) if row else ()

    def single(*roles: str) -> str | None:
        column = next((c for c in frame.others if c.role in roles), None)
        if column is None:
            return None
        cells = [lines.grid.span(row, column.col) for row in sorted(group.rows.values())]
        filled = next((s for s in cells if not is_missing(lines.grid.cell(s[0], s[1]).value)), cells[0])
        return cell_name(filled[0], filled[1])

    parent, _, _ = group.number.rpartition(".")
    section = next((g.name for g in groups if g.number and g.number == parent), "")
    score = single("score", "weighted_score")
    actuals = across("actual")
    return Row(
        row=min(group.rows.values()),
        name=group.name,
        section=section,
        kind="kpi",
        name_cell=cell_name(*group.place),
        weight_cell=single("weight"),
        points_cell=single("points"),
        targets=across("target"),
        actuals=actuals,
        scores=(("", score),) if score else (),
    )


def _confidence(
    lines: Lines, frame: _Frame, groups: list[_Group], title: str, vocabulary: Vocabulary
) -> tuple[float, Message]:
    against = Message(
        "标题和表头都没有提到考核或指标", "neither the title nor a header speaks of an assessment or of indicators"
    )
    roles = {column.role for column in frame.others}
    whole = [g for g in groups if {"target", "actual"} <= g.rows.keys()]
    points = 0.3 if len(whole) * 3 >= len(groups) * 2 else 0.1
    points += 0.05 if all("gap" in g.rows for g in whole) else 0.0
    speaks = vocabulary.speaks_of_assessment
    names = [c.header for c in frame.others if c.role == "name"]
    points += 0.25 if any(vocabulary.is_strong_header(h) or speaks(h) for h in names) else 0.05 if names else 0.0
    points += 0.2 if roles & {"weight", "score", "weighted_score", "points"} else 0.0
    points += 0.25 if speaks(title) or speaks(lines.grid.name) else 0.0
    odd = total = 0
    for group in whole:
        for row in (group.rows["target"], group.rows["actual"]):
            for col, _ in frame.periods:
                cell: Cell = lines.grid.cell(row, col)
                total += 1
                odd += read(cell.value).state is State.ERROR and not cell.is_formula
    if odd * 3 > total:
        points -= 0.3
        against = Message("月份下面多半不是数", "what stands under the months is mostly no number")
    return round(min(max(points, 0.05), 0.99), 2), against


def _reasons(lines: Lines, frame: _Frame, groups: list[_Group]) -> tuple[Message, ...]:
    first, last = frame.periods[0], frame.periods[-1]
    span = f"{cell_name(frame.row, first[0])}:{cell_name(frame.row, last[0])}"
    words = "、".join(dict.fromkeys(lines.text(row, frame.kind_col) for g in groups for row in g.rows.values()))
    kinds = cell_name(frame.row, frame.kind_col)
    return (
        Message(f"{span}“{first[1]}…{last[1]}”→各期", f'{span} "{first[1]} … {last[1]}" reads as the periods'),
        Message(f"{kinds} 列“{words}”→每项指标的各行", f'column of {kinds} "{words}" reads as the rows of each item'),
        *(
            Message(f"{cell_name(frame.row, c.col)}“{c.header}”→{_WORDS[c.role]}", f'"{c.header}" reads as {c.role}')
            for c in frame.others
        ),
    )
