"""The columns of a located table, once its body has been looked at: names or categories, item or section weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..findings import Finding
from ..messages import Message
from ..scoring.values import State, show
from .grid import Cell
from .headers import Column, Header
from .lines import Lines, text_of
from .probe import asked_together, is_missing, read
from .structure import TOTAL_WITHIN, adds_up, by_claim, holds_quantities, names_items
from .vocabulary import LISTED, STRONG, Vocabulary

#: More empty rows than this end a table.
GAP = 3
_SAMPLE = 80
_PLAIN_TEXT_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\s*%?", re.ASCII)
#: Labels that end the items, or part them.
ENDS = ("total", "subtotal", "grade", "coverage", "coefficient", "period", "stop")


def resolve_columns(lines: Lines, header: Header, limit: int, vocabulary: Vocabulary) -> tuple[Column, ...]:
    """The columns with their final roles: one that names the items, one that holds their weights.

    Which of several candidates does is told by the body: names are filled where categories are merged or sparse.

    Args:
        lines: The sheet.
        header: The header.
        limit: The last row that may belong to the table.
        vocabulary: The words.
    """
    rows = list(_sample(lines, header, limit, vocabulary))
    names = [column for column in header.columns if column.role == "name"]
    filled = {c.col: sum(1 for row in rows if text_of(lines.grid.cell(row, c.col).value)) for c in names}
    most = max(filled.values(), default=0)
    full = [column for column in names if filled[column.col] * 10 >= most * 7]
    strong = [column for column in full if column.col not in header.weak_names]
    candidates = strong or full
    candidates = [c for c in candidates if not holds_quantities(lines.grid, rows, c.col, 0.3)] or [
        c for c in full if not holds_quantities(lines.grid, rows, c.col, 0.3)
    ] or candidates
    if len(candidates) > 1:
        # Of several headings that name items alike, that one whose texts differ from row to row.
        telling = [column for column in candidates if names_items(lines.grid, rows, column.col)]
        candidates = telling or candidates
    chosen = candidates[0]
    if not names_items(lines.grid, rows, chosen.col):
        # What names the items differs from row to row; a requirement that is called like them does not.
        other = _differing(lines, header, rows, chosen)
        if other is not None:
            header = replace(header, columns=(*(c for c in header.columns if c.col != other.col), other))
            names, chosen = [*names, other], other
            filled[other.col] = most
    weights = [column for column in header.columns if column.role == "weight"]
    numeric = {c.col: sum(1 for row in rows if quantity(lines.grid.cell(row, c.col), c.unit)[0]) for c in weights}
    weight = max(weights, key=lambda c: (numeric[c.col], c.col > chosen.col), default=None)
    result = []
    for column in header.columns:
        if column.role == "name" and column is not chosen:
            if filled[column.col] == 0:
                continue
            role = "section" if column.col < chosen.col else "note"
            column = Column(role, column.col, column.header, column.label, column.unit)
        elif column.role == "weight" and column is not weight:
            column = Column("weight", column.col, column.header, "section", column.unit)
        result.append(column)
    surely = {evidence.cell.col for evidence in header.evidence if evidence.match.score >= STRONG}
    result = [
        # Expected results that are texts all the way down are a description.
        Column("note", c.col, c.header)
        if c.role == "target" and not c.label and c.col not in surely and not holds_quantities(lines.grid, rows, c.col, 0.2)
        else c
        for c in result
    ]
    result = _with_actuals(lines, header, rows, result, vocabulary)
    result = _with_targets(lines, header, rows, result, vocabulary)
    result = _with_numbers(lines, header, rows, chosen.col, result)
    result = _with_scores(lines, header, rows, limit, result)
    unheaded = _unheaded(lines, header, rows, result)
    if unheaded is not None:
        result.append(unheaded)
    # 绩效 beside 实际完成 is some other text: the actual is where the header says 实际.
    actuals = [column for column in result if column.role == "actual" and not column.label]
    actuals.sort(key=lambda column: "实际" not in column.header)
    return tuple(
        Column("note", c.col, c.header, c.label, c.unit) if c.role == "actual" and c in actuals[1:] else c
        for c in sorted(result, key=lambda column: (column.col, column.label == "section"))
    )


def _differing(lines: Lines, header: Header, rows: list[int], chosen: Column) -> Column | None:
    """A column of texts that all differ, in front of the weights, where those of the chosen column are mostly alike."""
    texts = [text for row in rows if (text := text_of(lines.grid.cell(row, chosen.col).value))]
    alike = len(texts) >= 3 and len(set(texts)) * 3 <= len(texts) * 2
    weight = next((c for c in header.columns if c.role in ("weight", "points")), None)
    weighed = [row for row in rows if weight is not None and quantity(lines.grid.cell(row, weight.col), weight.unit)[0]]
    # A description that is not filled in for every weight is none of their names.
    sparse = chosen.col in header.weak_names and any(not lines.text(row, chosen.col) for row in weighed)
    if not (alike or sparse) and not holds_quantities(lines.grid, rows, chosen.col, 0.3):
        return None
    rows = weighed if sparse else rows
    graded = [c.col for c in header.columns if c.role in ("weight", "points", "score", "weighted_score")]
    roles = {c.col: (c.role, c.header) for c in header.columns if c.col != chosen.col}
    roles |= {col: ("", text) for col, text in header.unknown}
    before = [(col, role) for col, (role, _) in sorted(roles.items()) if col < min(graded, default=1 << 20)]
    named = [col for col, role in before if role == "name"]
    found = next((col for col in (*named, *by_claim(before)) if names_items(lines.grid, rows, col)), 0)
    return Column("name", found, roles[found][1]) if found else None


def _with_actuals(
    lines: Lines, header: Header, rows: list[int], columns: list[Column], vocabulary: Vocabulary
) -> list[Column]:
    """A table with targets but no actuals, with the column behind the targets that holds them, or is to: 完成情况说明."""
    target = max((column.col for column in columns if column.role == "target"), default=0)
    if not target or any(column.role == "actual" for column in columns):
        return columns
    found = [
        column for column in columns
        if column.role in ("note", "rule_text", "method") and column.col > target
        and vocabulary.speaks_of_actual(column.header)
        and not any(len(text_of(lines.grid.cell(row, column.col).value)) > 12 for row in rows)
    ]  # fmt: skip
    unknown = next((text for col, text in header.unknown if col == target + 1), None)
    if not found and unknown is not None and any(c.role in ("score", "band") and c.col > target for c in columns):
        filled = any(not lines.is_blank(row, target + 1) for row in rows)
        if not filled or holds_quantities(lines.grid, rows, target + 1, 0.5):
            return [*columns, Column("actual", target + 1, unknown)]
    if len(found) != 1:
        return columns
    column = found[0]
    return [c for c in columns if c is not column] + [Column("actual", column.col, column.header, "", column.unit)]


def _with_numbers(lines: Lines, header: Header, rows: list[int], name: int, columns: list[Column]) -> list[Column]:
    """A table with a column in front of the names that counts from 1, whatever its heading."""
    if any(column.role == "number" for column in columns):
        return columns
    for col, text in header.unknown:
        values = [value for row in rows if not is_missing(value := lines.grid.cell(row, col).value)]
        if col < name and len(values) * 2 > len(rows) and _counts([read(value).number or 0.0 for value in values]):
            return [*columns, Column("number", col, text)]
    return columns


@asked_together
def _counts(numbers: Sequence[float]) -> bool:
    """Whether numbers count: whole, from 1 or 2 on, and none below the one before."""
    whole = all(number == int(number) for number in numbers)
    rising = all(a <= b <= a + 3 for a, b in zip(numbers, numbers[1:], strict=False))
    return len(numbers) > 1 and whole and 1 <= numbers[0] <= 2 and rising


def _with_scores(lines: Lines, header: Header, rows: list[int], limit: int, columns: list[Column]) -> list[Column]:
    """A table with the scores of somebody, and beside them those of somebody that nobody knows: a total adds both up."""
    scores = [c for c in columns if c.role == "score"]
    weights = [c for c in columns if c.role in ("weight", "points")]
    weighed = [row for row in rows if any(quantity(lines.grid.cell(row, c.col), c.unit, 1000.0)[0] for c in weights)]
    if not scores or len(weighed) < 2:
        return columns
    found: list[Column] = []
    for col, text in header.unknown:
        beside = any(abs(c.col - col) == 1 for c in (*scores, *found))
        below = lines.between(weighed[-1] + 1, min(limit, weighed[-1] + TOTAL_WITHIN)) if beside else ()
        if any(adds_up(lines.grid.cell(row, col), weighed) for row in below):
            found.append(Column("score", col, text, text))
    return [*columns, *found]


def _with_targets(
    lines: Lines, header: Header, rows: list[int], columns: list[Column], vocabulary: Vocabulary
) -> list[Column]:
    """A table with actuals but no targets, with the one column in front of the actuals that holds quantities: 目标标准."""
    actual = next((column.col for column in columns if column.role == "actual"), 0)
    if not actual or any(column.role == "target" for column in columns):
        return columns
    name = next(column.col for column in columns if column.role == "name")
    # 衡量标准 is a rule, whatever it says; 目标标准, which no list has, may be either.
    listed = {e.cell.col for e in header.evidence if e.match.score >= LISTED and e.match.role != "name"}
    texts = {
        c.col: c.header for c in columns
        if c.role in ("rule_text", "note", "method") and name < c.col < actual and c.col not in listed
    }  # fmt: skip
    texts |= {col: text for col, text in header.unknown if name < col < actual}
    # Standard over 95%, ≥95% and 3次/台 is what is to be reached; a rule is a sentence.
    bare = {c.col: c.header for c in columns if c.role == "rule_text" and name < c.col < actual and c.col in listed}
    texts |= {col: text for col, text in bare.items() if holds_quantities(lines.grid, rows, col, 1.0)}
    found = [
        (col, text) for col, text in texts.items()
        if holds_quantities(lines.grid, rows, col, 0.2 if vocabulary.speaks_of_target(text) else 0.5)
    ]  # fmt: skip
    if len(found) != 1:
        return columns
    col, text = found[0]
    return [column for column in columns if column.col != col] + [Column("target", col, text)]


def _unheaded(lines: Lines, header: Header, rows: list[int], columns: list[Column]) -> Column | None:
    """A column of categories or numbers left of the table that has no header of its own."""
    col = header.first_col - 1
    roles = {column.role for column in columns}
    if col < 1 or not rows or any(not lines.is_blank(row, col) for row in range(header.top, header.bottom + 1)):
        return None
    values = [lines.grid.cell(row, col).value for row in rows]
    texts = [value for value in values if text_of(value) and read(value).number is None]
    merged = any(lines.grid.span(row, col)[2] > row for row in rows)
    if "section" not in roles and texts and (merged or len(texts) * 2 > len(rows)):
        return Column("section", col, "")
    numbers = [value for value in values if isinstance(value, (int, float)) or text_of(value).isdigit()]
    if "number" not in roles and len(numbers) * 2 > len(rows) and str(numbers[0]) in ("1", "1.0"):
        return Column("number", col, "")
    return None


def _sample(lines: Lines, header: Header, limit: int, vocabulary: Vocabulary) -> list[int]:
    rows: list[int] = []
    last = header.bottom
    for row in lines.between(header.bottom + 1, limit):
        cells = lines.row(row, header.first_col, header.last_col)
        if not cells:
            continue
        if row - last > GAP + 1 or len(rows) >= _SAMPLE:
            break
        last = row
        label = vocabulary.match_label(text_of(cells[0].value)) if text_of(cells[0].value) else None
        if label is None or label.kind not in ENDS:
            rows.append(row)
    return rows


def quantity(cell: Cell, unit: str, most: float = 100.0) -> tuple[bool, float | None, bool]:
    """A weight or full mark: whether it may be one, the number if it is known, and whether something else stands there.

    Args:
        cell: The cell.
        unit: The unit that its header states.
        most: The largest number that is plausible.
    """
    if cell.is_formula and (cell.uncached or is_missing(cell.value)):
        return True, None, False
    reading = read(cell.value, unit=unit or None, number_format=cell.number_format)
    if reading.state is State.ERROR and reading.error is not None and reading.error.code != "#VALUE!":
        return True, None, False
    if reading.number is None:
        return False, None, reading.state is State.ERROR
    limit = 1.5 if reading.percent else most
    fits = not cell.is_date and -1 <= reading.number <= limit and len(reading.unit) <= 2
    return fits, reading.number if fits else None, not fits


def text_number(cell: Cell, unit: str, sheet: str) -> Finding | None:
    """The finding for a number that is written as a text; None for any other cell.

    Args:
        cell: The cell.
        unit: The unit that its header states.
        sheet: The name of the sheet.
    """
    text = text_of(cell.value)
    reading = read(text, unit=unit or None) if text and not cell.is_formula else None
    if reading is None or reading.number is None:
        return None
    plain = _PLAIN_TEXT_NUMBER.fullmatch(text) is not None
    shown = show(reading.number, reading.percent, reading.unit)
    return Finding(
        "text-number", "info" if plain else "warning", sheet, cell.name,
        Message(f"“{text}”是文本，按 {shown} 理解", f'"{text}" is text; it is understood as {shown}'))  # fmt: skip
