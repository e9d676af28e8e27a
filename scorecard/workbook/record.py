"""The record on the rule sheet of what embedding wrote into a workbook, so that it can be taken out again.

It stands below the rules, visible and in words. A cell's former style is kept as the style of a sample cell, because
programs number styles anew whenever they save.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..messages import Message
from ..scoring.values import is_missing
from . import rulesheet as rs
from .addresses import cell_name, column_letters, column_number, range_name, split_range
from .cells import Grid, Value
from .grid import read_widths
from .package import Package
from .plan import Edit, Look, SheetPlan

HEADING = "嵌入记录（scorecard unembed 据此还原，请勿修改）"
COLUMNS = ("类别", "工作表", "位置", "写入", "原内容", "原样式")
CELLS, WIDTH, MARK, CHOICE = "单元格", "列宽", "条件格式", "数据有效性"
#: What was written: a formula, only a style, or a value that people go on to change; anything else is the text itself.
FORMULA, STYLE, OPEN = "公式", "样式", "可改的值"

_GREY, _LINE = "7F7F7F", "D9D9D9"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record.

    Attributes:
        kind: `CELLS`, `WIDTH`, `MARK` or `CHOICE`.
        sheet: The sheet it is about.
        place: A range, or the letters of a column.
        written: What was written, or the formula of a conditional format.
        before: What stood there; None for an empty cell, or a column of no width of its own.
        sample: The cell of the rule sheet that has the former style, as (row, column).
    """

    kind: str
    sheet: str
    place: str
    written: str
    before: Value
    sample: tuple[int, int]


def plan_record(
    top: int, edits: Iterable[Edit], sheets: Iterable[SheetPlan], package: Package, grids: Mapping[str, Grid]
) -> list[Edit]:
    """The lines about edits to forms; they are written before the forms are, to catch the styles there.

    Args:
        top: The first row that is free on the rule sheet.
        edits: The edits to the forms.
        sheets: What else happens to their sheets.
        package: The workbook before.
        grids: The forms before.
    """
    last: dict[tuple[str, int, int], Edit] = {}
    for edit in edits:
        last[edit.sheet, edit.col, edit.row] = edit
    lines: list[tuple[str, str, str, str, Value, tuple[str, int, int] | None]] = []
    run: list[Edit] = []

    def flush() -> None:
        if run:
            first, end = run[0], run[-1]
            place = range_name(first.row, first.col, end.row, end.col)
            before = _content(grids[first.sheet], first)
            lines.append((CELLS, first.sheet, place, _written(first), before, (first.sheet, first.row, first.col)))
            run.clear()

    for _, edit in sorted(last.items(), key=lambda item: item[0]):
        grid = grids[edit.sheet]
        if run and not (_follows(run[-1], edit, grid) and run[0].sheet == edit.sheet):
            flush()
        run.append(edit)
    flush()
    for sheet in sheets:
        widths = read_widths(package, sheet.sheet) if sheet.widths else {}
        lines += [(WIDTH, sheet.sheet, column_letters(col), "", widths.get(col), None) for col, _ in sheet.widths]
        lines += [(MARK, sheet.sheet, mark.ref, mark.formula, None, None) for mark in sheet.marks]
        lines += [(CHOICE, sheet.sheet, choice.ref, "", None, None) for choice in sheet.choices]
    small = Look(color=_GREY, size=9)
    what = Message("嵌入记录", "record")
    made = [Edit(rs.SHEET, top, 1, what, HEADING, None, Look(bold=True, color=_GREY))]
    made += [Edit(rs.SHEET, top + 1, col, what, text, None, small) for col, text in enumerate(COLUMNS, start=1)]
    for row, (kind, name, place, written, before, sample) in enumerate(lines, start=top + 2):
        for col, value in enumerate((kind, name, place, _shielded(written), before), start=1):
            if value is not None:
                made.append(Edit(rs.SHEET, row, col, what, value, None, small))
        if sample is not None:
            made.append(Edit(rs.SHEET, row, len(COLUMNS), what, None, None, Look(sample=sample)))
    return made


def _shielded(text: str) -> str:
    """A formula as text: nobody should compute it here."""
    return f"'{text}" if text.startswith("=") else text


def _written(edit: Edit) -> str:
    if edit.formula is not None:
        return FORMULA
    if edit.is_open:
        return OPEN
    return STYLE if edit.value is None else str(edit.value)


def _content(grid: Grid, edit: Edit) -> Value:
    value = grid.cell(edit.row, edit.col).value
    return None if is_missing(value) else value


def _follows(above: Edit, edit: Edit, grid: Grid) -> bool:
    """Whether a cell goes into one line with the one above: the same style before, the same kind of content, empty."""
    return (
        (edit.row, edit.col) == (above.row + 1, above.col)
        and _written(edit) == _written(above)
        and grid.cell(edit.row, edit.col).style == grid.cell(above.row, above.col).style
        and _content(grid, edit) is None
        and _content(grid, above) is None
    )


def read_record(grid: Grid) -> list[Entry]:
    """The record of a rule sheet; empty if it has none.

    Args:
        grid: The rule sheet.
    """
    found: list[Entry] = []
    known = {CELLS, WIDTH, MARK, CHOICE}
    inside = False
    for cells in grid.rows():
        texts = {cell.col: cell.value for cell in cells}
        if texts.get(1) == HEADING:
            inside = True
        elif inside and texts.get(1) in known and isinstance(texts.get(3), str):
            place, written = str(texts[3]), str(texts.get(4) or "")
            entry = Entry(
                str(texts[1]), str(texts.get(2) or ""), place, written, texts.get(5), (cells[0].row, len(COLUMNS))
            )
            if _is_readable(entry):
                found.append(entry)
        elif inside and texts.get(1) not in (COLUMNS[0], None):
            inside = False  # a table added later
    return found


def _is_readable(entry: Entry) -> bool:
    try:
        if entry.kind == WIDTH:
            column_number(entry.place)
        elif entry.kind == CELLS:
            split_range(entry.place)
    except ValueError:
        return False
    return True


def cells_of(entry: Entry) -> list[tuple[int, int]]:
    """The cells a line is about."""
    r1, c1, r2, c2 = split_range(entry.place)
    return [(row, col) for row in range(r1, r2 + 1) for col in range(c1, c2 + 1)]


def name_of(sheet: str, place: tuple[int, int]) -> str:
    """A cell for messages."""
    return f"{sheet}!{cell_name(*place)}"
