"""The sheet 定稿 of a finalised workbook: when it was frozen, the hash, and every cell the result rests on.

The register keeps the value and, where one was, the formula of each cell, so that a reader sees what was frozen, a change
since is named by its cell, and the rules can still be read. The hash is no signature: who can edit the workbook can also
compute a new one. It proves something once it is written down elsewhere, on the signed print for instance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..errors import UsageError
from ..messages import Message
from ..scoring.values import CellError, CellValue
from .addresses import split_cell
from .cells import Grid
from .grid import read_grid
from .package import Package
from .plan import Edit, Look, Plan, SheetPlan

SHEET = "定稿"
#: Labels of the head, in column A; values stand in column B.
DATE, HASH, STATE, FILE = "定稿日期", "SHA-256", "状态", "文件"
FINAL = "已定稿"
#: Headers of the register.
HEADERS = ("工作表", "单元格", "定稿时的值", "原公式", "说明")
#: What a row of the register says of its cell.
FROZEN, LIVE, INPUT = "公式已换成数值", "公式保留", ""
_NUMBERS = "0.###############"
_LINE, _HEAD, _TITLE = "BFC7D1", "EEF3F8", "1F3864"


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of the register.

    Attributes:
        sheet: Its sheet.
        cell: A1 name.
        value: What it showed when it was frozen.
        formula: The formula it had, without "="; "" for what was typed.
        state: `FROZEN`, `LIVE` (the formula stays) or `INPUT`.
    """

    sheet: str
    cell: str
    value: CellValue
    formula: str = ""
    state: str = INPUT

    @property
    def key(self) -> tuple[str, int, int]:
        """Sheet, row and column."""
        return self.sheet, *split_cell(self.cell)


@dataclass(frozen=True, slots=True)
class Register:
    """What was finalised.

    Attributes:
        date: ISO date.
        digest: The hash as it stands on the sheet.
        entries: All cells, in the order of the sheet.
    """

    date: str
    digest: str
    entries: tuple[Entry, ...]

    def computed_digest(self) -> str:
        """The hash of the register as it stands."""
        return digest(self.date, self.entries)


def digest(date: str, entries: Iterable[Entry]) -> str:
    """SHA-256 over date and cells, independent of their order; numbers count with fifteen digits.

    Example:
        >>> digest("2026-11-23", [Entry("考核表", "B4", 0.1 + 0.2)]) == digest("2026-11-23", [Entry("考核表", "B4", 0.3)])
        True
    """
    lines = [f"scorecard 1 {date}"]
    for entry in sorted(entries, key=lambda e: e.key):
        parts = [entry.sheet, entry.cell, *canonical(entry.value), entry.formula, entry.state]
        lines.append(json.dumps(parts, ensure_ascii=False))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def canonical(value: CellValue) -> tuple[str, str]:
    """A value as it is hashed and compared: its kind, and its text."""
    if value is None or value == "":
        return "", ""
    if isinstance(value, bool):
        return "b", str(value)
    if isinstance(value, (int, float)):
        number = float(f"{float(value):.15g}")
        return "n", repr(0.0 if number == 0 else number)
    if isinstance(value, CellError):
        return "e", value.code
    return "s", value.replace("\r\n", "\n")


# --- writing ---------------------------------------------------------------------------------------------------------


def plan_register(
    date: str, value: str, file: str, results: Sequence[tuple[str, str]], entries: Sequence[Entry], notes: Sequence[str]
) -> Plan:
    """The edits that write the sheet.

    Args:
        date: ISO date.
        value: The hash.
        file: Name of the workbook.
        results: Sheet and sentence for each card.
        entries: The register.
        notes: Lines under the head.
    """
    edits: list[Edit] = []
    merges = ["A1:E1"]

    def put(row: int, col: int, content: CellValue, look: Look) -> None:
        edits.append(Edit(SHEET, row, col, Message("定稿登记", "register"), content, None, look))

    put(1, 1, SHEET, Look(bold=True, size=16, color=_TITLE, horizontal="center"))
    head = Look(border=_LINE, fill=_HEAD, color=_TITLE, bold=True, size=10, horizontal="left")
    plain = Look(border=_LINE, size=10, horizontal="left", wrap=True)
    row = 3
    for label, content in ((STATE, FINAL), (DATE, date), (FILE, file), (HASH, value), *results):
        put(row, 1, label, head)
        for col in range(2, 6):
            put(row, col, content if col == 2 else None, plain)
        merges.append(f"B{row}:E{row}")
        row += 1
    for note in notes:
        put(row, 1, note, Look(size=9, color="595959", horizontal="left", wrap=True))
        merges.append(f"A{row}:E{row}")
        row += 1
    row += 1
    top = row
    for col, header in enumerate(HEADERS, start=1):
        put(row, col, header, head)
    small = Look(border=_LINE, size=9, horizontal="left")
    for row, entry in enumerate(entries, start=top + 1):
        is_number = isinstance(entry.value, (int, float)) and not isinstance(entry.value, bool)
        put(row, 1, entry.sheet, small)
        put(row, 2, entry.cell, small)
        put(
            row,
            3,
            entry.value,
            Look(border=_LINE, size=9, horizontal="left", number_format=_NUMBERS) if is_number else small,
        )
        put(row, 4, entry.formula, small)
        put(row, 5, entry.state, small)
    heights = [
        (1, 30.0),
        *((r, 20.0) for r in range(3, top - 1 - len(notes))),
        *((top - 1 - k, 28.0) for k in range(1, len(notes) + 1)),
    ]
    sheet = SheetPlan(
        SHEET, is_new=True, widths=((1, 20.0), (2, 10.0), (3, 26.0), (4, 46.0), (5, 16.0)), heights=tuple(heights),
        merges=tuple(merges), freeze=(top + 1, 1), landscape=False,
        print_area=f"A1:E{top - 2}",
    )  # fmt: skip
    return Plan(tuple(edits), (sheet,))


# --- reading ---------------------------------------------------------------------------------------------------------


def read_register(package: Package) -> Register | None:
    """The register of a finalised workbook; None if it is not finalised."""
    if not any(sheet.name == SHEET and sheet.kind == "worksheet" for sheet in package.sheets):
        return None
    grid = read_grid(package, SHEET)
    head = {str(c.value): grid.cell(c.row, 2).value for c in grid if c.col == 1 and c.row < 12}
    if DATE not in head or HASH not in head:
        return None
    top = next((c.row for c in grid if c.col == 1 and c.value == HEADERS[0] and _is_header(grid, c.row)), None)
    if top is None:
        return None
    return Register(str(head[DATE]), str(head[HASH]), tuple(_entries(grid, top + 1)))


def _is_header(grid: Grid, row: int) -> bool:
    return all(grid.cell(row, col).value == header for col, header in enumerate(HEADERS, start=1))


def _entries(grid: Grid, row: int) -> Iterator[Entry]:
    for at in range(row, grid.last_row + 1):
        sheet, cell, value, formula, state = (grid.cell(at, col).value for col in range(1, 6))
        if sheet is None or cell is None:
            continue
        try:
            split_cell(str(cell))
        except ValueError:
            continue  # a row somebody typed under the register is none of its cells
        yield Entry(str(sheet), str(cell), value, str(formula or ""), str(state or ""))


def refuse_finalised(package: Package, where: str) -> None:
    """Refuse to change a finalised workbook.

    Raises:
        UsageError: It is finalised.
    """
    register = read_register(package)
    if register is not None:
        zh = f"工作簿已于 {register.date} 定稿，不再改动；请用定稿前的文件"
        raise UsageError(
            Message(zh, f"finalised on {register.date} and not changed any more; use the file before"), where
        )


def thawed(package: Package, register: Register) -> Package:
    """The workbook with the frozen formulas back in the cells that still show what was frozen.

    In memory only, so that a finalised card is read like any other: its rules, and which scores are computed.
    """
    from .edit import Editor  # where a file is written only, as in plan.py: embedding is planned without lxml too

    editor = Editor(package)
    grids: dict[str, Grid] = {}
    names = {sheet.name for sheet in package.sheets if sheet.kind == "worksheet"}
    for entry in register.entries:
        if entry.state != FROZEN or entry.sheet not in names or not entry.formula:
            continue
        if entry.sheet not in grids:
            grids[entry.sheet] = read_grid(package, entry.sheet)
        cell = grids[entry.sheet].at(entry.cell)
        if not cell.is_formula and canonical(cell.value) == canonical(entry.value):
            # An empty text, not no value at all: the formula was computed.
            value = "" if entry.value is None else entry.value
            editor.sheet(entry.sheet).set(cell.row, cell.col, value, formula=entry.formula)
    return editor.finish()
