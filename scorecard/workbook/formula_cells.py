"""The cells of a worksheet that are computed: formula, cached value, and the ranges of array formulas.

Recalculating needs only these few cells; one pattern finds them several times faster than a whole `Grid` is built.
What the pattern may not fit (prefixes, comments, cells without an address) is read through `read_grid`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..scoring.values import CellValue
from .addresses import LAST_ROW, cell_name, column_number, shift_formula, split_cell, split_range
from .grid import read_grid
from .package import Package, SheetRef
from .splice import decode, number_of
from .xml import escape, is_utf8, unescape

#: Kinds of formula cells. A member lies in the range of an array formula that another cell holds.
NORMAL, SHARED, ARRAY, DATA_TABLE, MEMBER = "normal", "shared", "array", "dataTable", "member"

_CELL = re.compile(
    # Address, style and type in the usual order, or any attributes;
    rb'<c(?: r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]{1,6}")?(?: t="([a-z]+)")?|((?:\s[^>]*)?))>\s*'
    # the formula, and the value in three forms: none, <v/>, <v>text</v>.
    rb"<f((?:\s[^>]*)?)(?:/>|>([^<]*)</f\s*>)\s*((?:<v(?:\s[^>]*)?(?:/>|>([^<]*)</v\s*>))?)"
)
_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_TYPE = re.compile(rb"""\st=["']([a-zA-Z]+)["']""")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")


class FormulaCell(NamedTuple):
    """One computed cell.

    Attributes:
        row: From 1.
        col: From 1.
        raw: The formula as the file has it, without "=", its entities unresolved; for a shared formula the text of
            the cell that others point to.
        kind: "normal", "shared", "array", "dataTable" or "member".
        value: The cached value.
        cached: Whether there is one at all ("" and errors are values).
        ref: The range of an array formula; for a shared formula the cell that has the text; "" when it cannot be told.
        dynamic: Whether an array formula spills as far as its result goes, instead of filling `ref`.
    """

    row: int
    col: int
    raw: str
    kind: str
    value: CellValue
    cached: bool
    ref: str = ""
    dynamic: bool = False

    @property
    def formula(self) -> str:
        """The formula as a person reads it, without "="; "" for a shared one whose first cell cannot be told."""
        text = unescape(self.raw)
        if self.kind != SHARED:
            return text
        if not self.ref:
            return ""
        row, col = split_cell(self.ref)
        return shift_formula(text, self.row - row, self.col - col)

    @property
    def name(self) -> str:
        """The address, "B6"."""
        return cell_name(self.row, self.col)


def formula_cells(package: Package, sheet: SheetRef) -> list[FormulaCell]:
    """The computed cells of a worksheet in the order of the file, members of arrays last; none for other tabs.

    Raises:
        UnusableFile: the part is missing or damaged.
    """
    if sheet.kind != "worksheet":
        return []
    data = package.read(sheet.part)
    plain = b"<!" not in data and is_utf8(data)
    if plain and b"<f" not in data and b":f" not in data:
        return []
    found = _by_pattern(data) if plain and b"</sheetData" in data else None
    if found is None:
        found = _by_grid(package, sheet)
    members = _members(package, sheet, found)
    if not members:
        return found
    places = {(cell.row, cell.col) for cell in members}
    return [cell for cell in found if (cell.row, cell.col) not in places] + members


def _by_pattern(data: bytes) -> list[FormulaCell] | None:
    """All formula cells, or None when the pattern did not see each of them. One tight loop: it runs for every cell."""
    found: list[FormulaCell] = []
    masters: dict[bytes, tuple[str, str]] = {}
    start = data.find(b"<sheetData")
    stop = data.find(b"</sheetData", start)
    expected = data.count(b"<f", start, stop)
    columns, new, add = _COLUMNS, tuple.__new__, found.append
    value: CellValue
    for match in _CELL.finditer(data, start, stop):
        letters, digits, typed, attributes, formula_attributes, raw, cached, text = match.groups()
        if letters is None:
            address = _ADDRESS.search(attributes)
            if address is None:
                return None
            letters, digits = address.groups()
            given_type = _TYPE.search(attributes)
            typed = given_type[1] if given_type else None
        formula = raw.decode("utf-8", "replace") if raw else ""
        if typed is None:
            value = number_of(text.decode("utf-8", "replace")) if text else None
        elif typed in (b"s", b"inlineStr"):
            return None
        elif typed == b"str" and not text:
            value = "" if cached else None
        else:
            value = decode(typed.decode(), unescape(text.decode("utf-8", "replace"))) if text else None
        kind, ref, dynamic = NORMAL, "", False
        if formula_attributes and b"t=" in formula_attributes:
            given = dict(_ATTRIBUTE.findall(formula_attributes))
            kind = given.get(b"t", b"normal").decode()
            if kind == SHARED:
                group = given.get(b"si", b"")
                if formula:
                    masters[group], kind = (formula, (letters + digits).decode()), NORMAL
                else:
                    formula, ref = masters.get(group, ("", ""))
            elif kind == ARRAY:
                ref = given.get(b"ref", b"").decode()
                dynamic = attributes is not None and b" cm=" in attributes
        row, col = int(digits), columns.get(letters)
        # Not a cell of any sheet: the careful reading says what is damaged.
        if not 0 < row <= LAST_ROW or (len(letters) == 3 and letters > b"XFD"):
            return None
        if col is None:
            col = columns[letters] = column_number(letters.decode())
        add(new(FormulaCell, (row, col, formula, kind, value, value is not None, ref, dynamic)))
    return found if len(found) == expected else None


_COLUMNS: dict[bytes, int] = {}


def _by_grid(package: Package, sheet: SheetRef) -> list[FormulaCell]:
    return [
        FormulaCell(cell.row, cell.col, escape(cell.formula or ""), cell.kind, cell.value, not cell.uncached)
        for cell in read_grid(package, sheet)
        if cell.is_formula
    ]


def _members(package: Package, sheet: SheetRef, cells: list[FormulaCell]) -> list[FormulaCell]:
    """The cells that array formulas fill besides their own."""
    grid = None
    found = []
    for cell in cells:
        if cell.kind != ARRAY or ":" not in cell.ref:
            continue
        try:
            r1, c1, r2, c2 = split_range(cell.ref)
        except ValueError:
            continue  # a range nobody can read covers nothing
        if (r2 - r1 + 1) * (c2 - c1 + 1) > 100_000:
            continue
        grid = grid or read_grid(package, sheet)
        for row in range(r1, r2 + 1):
            for col in range(c1, c2 + 1):
                if (row, col) != (cell.row, cell.col):
                    value = grid.cell(row, col).value
                    found.append(FormulaCell(row, col, "", MEMBER, value, value is not None, cell.ref))
    return found
