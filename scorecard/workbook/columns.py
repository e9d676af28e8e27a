"""The columns of a located table, once its body has been looked at: names or categories, item or section weights."""

from __future__ import annotations

from ..scoring.values import State
from .grid import Cell
from .headers import Column, Header, Lines, text_of
from .probe import is_missing, read
from .vocabulary import Vocabulary

#: More empty rows than this end a table.
GAP = 3
_SAMPLE = 80
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
    chosen = (strong or full)[0]
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
