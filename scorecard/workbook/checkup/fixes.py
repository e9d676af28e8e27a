"""Fixes: for some findings, the edits that put them right. Nothing is applied without being asked for by its code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ...findings import Finding
from ...messages import Message
from ...scoring.values import key, read, show, snap, trim
from ..addresses import column_number, shift_formula, split_cell
from ..cells import Cell, Grid
from ..plan import Edit, Look
from .names import mended
from .subjects import Book, Subject


@dataclass(frozen=True, slots=True)
class Fix:
    """What would put a finding right.

    Attributes:
        code: The finding's.
        edits: Cells to be written.
        recalculates: Whether the workbook is recalculated.
    """

    code: str
    edits: tuple[Edit, ...] = ()
    recalculates: bool = False


def fix_of(found: Finding, book: Book) -> Fix | None:
    """The fix of a finding, None where only a person can decide."""
    if found.code in ("stale-cache", "missing-cache"):
        return Fix(found.code, recalculates=True)
    make = _FIXES.get(found.code)
    if make is None or not found.sheet or not found.cell or ":" in found.cell:
        return None
    grid = book.stored_grid(found.sheet)
    if grid.is_protected:
        return None
    subject = next((s for s in book.subjects if s.table.sheet == found.sheet and _holds(s, found.cell)), None)
    edits = []
    for name in found.cell.split(","):
        edit = make(grid.at(name), grid, subject)
        if edit is not None:
            edits.append(edit)
    return Fix(found.code, tuple(edits)) if edits else None


def _holds(subject: Subject, cells: str) -> bool:
    row = split_cell(cells.partition(",")[0])[0]
    is_total = cells in subject.table.totals.values()
    return is_total or subject.table.top <= row <= subject.table.last_row


def _edit(grid: Grid, cell: Cell, value: str | float | None, zh: str, en: str, number_format: str = "") -> Edit:
    look = Look(number_format=number_format) if number_format else None
    return Edit(grid.name, cell.row, cell.col, Message(zh, en), value, look=look)


def _as_number(cell: Cell, grid: Grid, subject: Subject | None) -> Edit | None:
    """A text as the number it states, with a format that shows it as before; None where that would lose something."""
    if not isinstance(cell.value, str) or cell.is_formula:
        return None
    reading, plain = read(cell.value), key(cell.value)
    digits = re.fullmatch(r"[+-]?[\d,]*\.?\d+", plain.removesuffix(key(reading.unit)).removesuffix("%"))
    # ≥95% would lose its bound, 2000万 its 万; and what a header says of units is not to be said twice.
    if reading.number is None or reading.bound or digits is None or (reading.unit and _unit(cell, subject)):
        return None
    if reading.percent:
        decimals = len(digits[0].partition(".")[2])
        code = "0" + ("." + "0" * decimals if decimals else "") + "%"
    else:
        code = f'General"{reading.unit}"' if reading.unit else "General"
    shown, text = show(reading.number, reading.percent, reading.unit), trim(cell.value)
    return _edit(
        grid, cell, reading.number, f"文本“{text}”改为数 {shown}", f'text "{text}" to the number {shown}', code
    )


def _unit(cell: Cell, subject: Subject | None) -> str:
    column = next((c for c in subject.table.columns if c.col == cell.col), None) if subject is not None else None
    return column.unit if column is not None else ""


def _half_width(cell: Cell, grid: Grid, _: Subject | None) -> Edit | None:
    if not isinstance(cell.value, str) or cell.is_formula:
        return None
    text = "".join(unicodedata.normalize("NFKC", c) if "！" <= c <= "～" else c for c in trim(cell.value))
    return _edit(
        grid, cell, text, f"“{trim(cell.value)}”改为半角 {text}", f'"{trim(cell.value)}" in half width: {text}'
    )


def _mended_name(cell: Cell, grid: Grid, _: Subject | None) -> Edit | None:
    if not isinstance(cell.value, str) or cell.is_formula:
        return None
    text = mended(cell.value)
    return _edit(grid, cell, text, f"名称改为“{text}”", f'the name becomes "{text}"')


def _rescaled(cell: Cell, grid: Grid, subject: Subject | None) -> Edit | None:
    """An actual that is off by 100, put right; the cell's own format stays."""
    if isinstance(cell.value, bool) or cell.is_formula:
        return None
    reading = read(cell.value, number_format=cell.number_format)
    if reading.number is None or subject is None:
        return None
    low = reading.number < 0.5  # 0.85% of 95%, or 8500% of 95%
    value = snap(reading.number * 100 if low else reading.number / 100)
    code = "" if "%" in cell.number_format else "0.##%"
    return _edit(grid, cell, value, f"{show(reading.number, True)} 改为 {show(value, True)}",
                 f"{show(reading.number, True)} becomes {show(value, True)}", code)  # fmt: skip


def _renumbered(cell: Cell, grid: Grid, subject: Subject | None) -> Edit | None:
    """The number of an item whose number is used twice: the next one after all others of the table."""
    column = subject.table.column("number") if subject is not None else None
    if subject is None or column is None:
        return None
    rows = [row for row in subject.table.rows if grid.cell(row.row, column.col).value not in (None, "")]
    place = next((i for i, row in enumerate(rows, 1) if row.row == cell.row), None)
    if place is None or any(read(grid.cell(row.row, column.col).value).number is None for row in rows):
        return None
    value: str | float = str(place) if isinstance(cell.value, str) else float(place)
    return _edit(grid, cell, value, f"编号 {cell.value} 改为 {place}", f"number {cell.value} becomes {place}")


def _emptied(cell: Cell, grid: Grid, _: Subject | None) -> Edit | None:
    return _edit(grid, cell, None, f"删去编号 {cell.value}", f"the number {cell.value} is removed")


def _filled_formula(cell: Cell, grid: Grid, subject: Subject | None) -> Edit | None:
    """The formula of a neighbour above or below, moved; not for a total, whose formula nobody has."""
    if subject is None or cell.name in subject.table.totals.values():
        return None
    for step in (-1, 1):
        near = grid.cell(cell.row + step, cell.col) if cell.row + step >= 1 else cell
        if near.kind == "normal" and near.formula:
            formula = shift_formula(near.formula, -step, 0)
            return _formula(grid, cell, formula)
    return None


def _formula(grid: Grid, cell: Cell, formula: str) -> Edit:
    what = Message(f"改为公式 ={formula}", f"becomes the formula ={formula}")
    return Edit(grid.name, cell.row, cell.col, what, formula=f"={formula}")


def _extended_sum(cell: Cell, grid: Grid, subject: Subject | None) -> Edit | None:
    """A sum over one column, extended from the first item to the last; None for other formulas."""
    match = _PLAIN_SUM.fullmatch(cell.formula or "")
    if match is None or subject is None or match[1] != match[3] or column_number(match[1]) != cell.col:
        return None
    rows = [row.row for row, _ in subject.items()]
    first, last = min(*rows, int(match[2])), max(*rows, int(match[4]))
    if last >= cell.row:
        return None
    return _formula(grid, cell, f"SUM({match[1]}{first}:{match[1]}{last})")


_PLAIN_SUM = re.compile(r"SUM\(\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)\)")
_FIXES: dict[str, Callable[[Cell, Grid, Subject | None], Edit | None]] = {
    "text-number": _as_number,
    "actual-text": _as_number,
    "score-text": _as_number,
    "full-width": _half_width,
    "odd-character": _mended_name,
    "actual-scale": _rescaled,
    "duplicate-number": _renumbered,
    "numbered-empty-row": _emptied,
    "total-row-missing": _extended_sum,
    "hard-typed": _filled_formula,
    "formula-differs": _filled_formula,
}

#: The codes that have a fix.
FIXABLE = frozenset({*_FIXES, "stale-cache", "missing-cache"})
