"""Where the data of an indicator stands: a header with the names of its operands, and rows of periods or teams.

The header may run across (one row per month) or down (one column per month). Rows of totals are never data.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..messages import Message
from ..scoring.indicators import Formula, Indicator
from ..scoring.periods import HALF, MONTH, QUARTER, YEAR, Period, parse_period
from ..scoring.values import is_missing, key, read, trim
from .addresses import quote_sheet, range_name
from .cells import Cell, Grid

_TOTAL = re.compile(r"(?:.*(?:合计|总计|小计|共计|累计)|总和|总数|平均|平均值|均值|total|subtotal|sum|average|mean)")
_UNIT = re.compile(r"(.+?)[(（\[【]([^()（）\[\]【】]{1,4})[)）\]】]")
_LONGEST = 5000  # rows of one block


@dataclass(frozen=True, slots=True)
class Operand:
    """The cells of one operand.

    Attributes:
        name: As the formula names it.
        header: Its header cell.
        cells: The cells used, in order.
        unit: What its header states for bare numbers, "" if nothing.
    """

    name: str
    header: str
    cells: tuple[tuple[int, int], ...]
    unit: str = ""

    def ref(self, sheet: str) -> str:
        """The cells as a formula on another sheet refers to them."""
        (r1, c1), (r2, c2) = self.cells[0], self.cells[-1]
        return f"{quote_sheet(sheet)}!{range_name(r1, c1, r2, c2, absolute=True)}"


@dataclass(frozen=True, slots=True)
class Data:
    """The data of one formula on one sheet.

    Attributes:
        sheet: Its name.
        operands: By name.
        labels: What the rows used are called: months, teams; "" without labels.
    """

    sheet: str
    operands: Mapping[str, Operand]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    cells: Mapping[str, Cell]
    units: Mapping[str, str]
    across: bool  # the names stand beside each other, the data below them


def find_data(grid: Grid, indicator: Indicator, formula: Formula, period: str) -> Data | Message | None:
    """The data of a formula on a sheet.

    Args:
        grid: The sheet.
        indicator: Knows the other headers of an operand.
        formula: Its operands.
        period: The period the form states, "" if none; with a period of its own ("2026年三季度") only rows in it count.

    Returns:
        The data; None if the sheet has no header with all operands; a sentence if it has, but its rows cannot be used.
    """
    header = _header(grid, indicator, formula)
    if header is None:
        return None
    lines, labels = _lines(grid, header)
    if not lines:
        return Message("表头下没有数据", "there is no data under the header")
    chosen = _chosen(lines, labels, period)
    if isinstance(chosen, Message):
        return chosen
    if chosen[-1] - chosen[0] != len(chosen) - 1:
        return Message("属于本期的行不连续", "the rows of the period do not stand together")
    operands = {
        name: Operand(
            name,
            cell.name,
            tuple((i, cell.col) if header.across else (cell.row, i) for i in chosen),
            header.units[name],
        )
        for name, cell in header.cells.items()
    }
    return Data(grid.name, operands, tuple(labels[lines.index(i)] for i in chosen))


def near_headers(grids: Iterable[Grid], operand: str) -> list[str]:
    """Texts of the sheets that look like an operand, for a message."""
    texts = {trim(c.value) for grid in grids for c in grid if isinstance(c.value, str) and len(c.value) < 40}
    return difflib.get_close_matches(operand, sorted(texts), n=2, cutoff=0.5)


# --- the header ------------------------------------------------------------------------------------------------------


def _header(grid: Grid, indicator: Indicator, formula: Formula) -> _Header | None:
    places: dict[str, list[tuple[Cell, str]]] = {operand: [] for operand in formula.operands}
    wanted = {key(h): operand for operand in formula.operands for h in indicator.headers_of(operand)}
    for cell in grid:
        if isinstance(cell.value, str) and not cell.is_formula:
            name, unit = _named(cell.value, wanted)
            if name:
                places[name].append((cell, unit))
    first = places[formula.operands[0]]
    for cell, _ in first:
        for across in (True, False):
            line = _on_line(places, cell.row if across else cell.col, across)
            if line is not None and _has_data(grid, line, across):
                return _Header({n: c for n, (c, _) in line.items()}, {n: u for n, (_, u) in line.items()}, across)
    return None


def _named(text: str, wanted: Mapping[str, str]) -> tuple[str, str]:
    """The operand a header names and the unit it states: 备件销售额（万元）."""
    plain = key(trim(text))
    if plain in wanted:
        return wanted[plain], ""
    match = _UNIT.fullmatch(trim(text))
    if match and key(match[1]) in wanted:
        return wanted[key(match[1])], trim(match[2])
    return "", ""


def _on_line(places: Mapping[str, list[tuple[Cell, str]]], at: int, across: bool) -> dict[str, tuple[Cell, str]] | None:
    line = {}
    for name, found in places.items():
        here = next((x for x in found if (x[0].row if across else x[0].col) == at), None)
        if here is None:
            return None
        line[name] = here
    return line


def _has_data(grid: Grid, line: Mapping[str, tuple[Cell, str]], across: bool) -> bool:
    """Whether a number follows the header; tells 'names beside each other' from 'names below each other'."""
    for cell, _ in line.values():
        row, col = (cell.row + 1, cell.col) if across else (cell.row, cell.col + 1)
        following = [grid.cell(row + (i if across else 0), col + (0 if across else i)) for i in range(3)]
        if any(c.is_formula or read(c.value).number is not None for c in following):
            return True
    # An empty form: a single operand or names in one row are a header, whose rows are labelled already.
    return across and any(not is_missing(grid.cell(c.row + 1, 1).value) for c, _ in line.values())


# --- rows ------------------------------------------------------------------------------------------------------------


def _lines(grid: Grid, header: _Header) -> tuple[list[int], list[str]]:
    """The data rows (or columns) after the header and their labels, up to a blank one or a total."""
    cells = list(header.cells.values())
    label = _label_line(grid, header, cells)
    start = max(grid.span(c.row, c.col)[2 if header.across else 3] for c in cells) + 1
    end = min(start + _LONGEST, (grid.last_row if header.across else grid.last_col) + 1)
    lines: list[int] = []
    labels: list[str] = []
    for i in range(start, end):
        text = "" if label is None else _label_text(_at(grid, header, i, label))
        values = [_at(grid, header, i, c.col if header.across else c.row) for c in cells]
        is_blank = all(is_missing(c.value) and not c.is_formula for c in values)
        if (label is not None and not text) or (label is None and is_blank) or _TOTAL.fullmatch(key(text)):
            break
        lines.append(i)
        labels.append(text)
    return lines, labels


def _at(grid: Grid, header: _Header, line: int, across: int) -> Cell:
    return grid.cell(line, across) if header.across else grid.cell(across, line)


def _label_line(grid: Grid, header: _Header, cells: Sequence[Cell]) -> int | None:
    """The column (or row) that names the data rows: the first one before all operands that holds texts or dates."""
    first = min(c.col if header.across else c.row for c in cells)
    start = max(c.row if header.across else c.col for c in cells) + 1
    own = [c.col if header.across else c.row for c in cells]
    candidates: list[int] = [*range(1, first), *(i for i in range(first, max(own)) if i not in own)]
    for i in candidates:
        texts = [_label_text(_at(grid, header, start + k, i)) for k in range(3)]
        if texts[0] and not texts[0].isdigit():
            return i
    return next((i for i in candidates if _label_text(_at(grid, header, start, i))), None)


def _label_text(cell: Cell) -> str:
    if isinstance(cell.value, float) and cell.format.is_date:
        day = date(1899, 12, 30) + timedelta(days=int(cell.value))
        return f"{day.year}年{day.month}月"
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return trim(cell.value) if isinstance(cell.value, str) else ""


# --- periods ---------------------------------------------------------------------------------------------------------


def _chosen(lines: Sequence[int], labels: Sequence[str], period: str) -> list[int] | Message:
    """The rows of the period; all of them when rows are no periods, or the form states none of its own."""
    parsed = [parse_period(label) for label in labels]
    if any(p is None for p in parsed):
        return list(lines)
    known = [p for p in parsed if p is not None]
    wanted = parse_period(period) if period else None
    if wanted is not None and (wanted.number is not None or (wanted.kind == YEAR and wanted.year is not None)):
        same = [i for i, p in zip(lines, known, strict=True) if _label(p) == _label(wanted, p)]
        inside = [i for i, p in zip(lines, known, strict=True) if is_within(p, wanted)]
        if not same and not inside:
            return Message(f"没有属于“{period}”的行", f'no row belongs to "{period}"')
        return same[:1] or _one_kind([(i, p) for i, p in zip(lines, known, strict=True) if i in inside])
    return _one_kind(list(zip(lines, known, strict=True)))


def _one_kind(rows: list[tuple[int, Period]]) -> list[int] | Message:
    if len({p.kind for _, p in rows}) > 1:
        return Message("月、季等不同长短的期间混在一起", "months and quarters stand mixed")
    return [i for i, _ in rows]


def _label(period: Period, other: Period | None = None) -> tuple[str, int | None, int | None]:
    year = period.year if other is None or other.year is not None else None
    return period.kind, year, period.number


_MONTHS = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}


def is_within(inner: Period, outer: Period) -> bool:
    """Whether a period lies inside a longer one; a year that only one of them states does not matter.

    Example:
        >>> is_within(parse_period("7月"), parse_period("2026年三季度"))
        True
    """
    if _MONTHS[inner.kind] >= _MONTHS[outer.kind] or (inner.year or outer.year) != (outer.year or inner.year):
        return False
    return set(_span(inner)) <= set(_span(outer)) if inner.number is not None else False


def _span(period: Period) -> Iterator[int]:
    length = _MONTHS[period.kind]
    first = ((period.number or 1) - 1) * length + 1
    yield from range(first, first + length)
