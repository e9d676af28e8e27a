"""Cell addresses: letters and numbers, ranges, quoting. Rows and columns count from 1, as on the screen."""

from __future__ import annotations

import re
from functools import lru_cache

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
# Quotes are always allowed, so only what every spreadsheet surely reads bare stays bare.
_BARE_SHEET = re.compile("[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_.\u4e00-\u9fff]*")
_LOOKS_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*|TRUE|FALSE", re.IGNORECASE)

# One alternative per thing that must be stepped over or moved; the order matters (strings and quoted names first).
_REFERENCES = re.compile(
    r'"(?:[^"]|"")*"'  # text
    r"|'(?:[^']|'')*'!?"  # a quoted sheet name
    r"|\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]"  # a file number or a table's column
    r"|[\w.\\]+!"  # a bare sheet name, which may look like an address
    r"|(?<![\w.$\\])(?P<c1>\$?)(?P<l1>[A-Za-z]{1,3}):(?P<c2>\$?)(?P<l2>[A-Za-z]{1,3})(?![\w.(\\])"  # A:C
    r"|(?<![\w.$\\])(?P<r1>\$?)(?P<n1>[0-9]{1,7}):(?P<r2>\$?)(?P<n2>[0-9]{1,7})(?![\w.\\])"  # 1:3
    r"|(?<![\w.$\\])(?P<c>\$?)(?P<l>[A-Za-z]{1,3})(?P<r>\$?)(?P<n>[1-9][0-9]{0,6})(?![\w.(!\\])"  # B6
)


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(number: int) -> str:
    """The letters of a 1-based column number.

    Raises:
        ValueError: the number is not a column of a sheet (1 … 16384).

    Example:
        >>> column_letters(28)
        'AB'
    """
    if not 1 <= number <= LAST_COLUMN:
        raise ValueError(f"column {number}: must be 1 to {LAST_COLUMN}")
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """The 1-based number of a column's letters, in either case.

    Raises:
        ValueError: not the letters of a column of a sheet (A … XFD).

    Example:
        >>> column_number("AB")
        28
    """
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"column {letters!r}: must be letters A to XFD")
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= LAST_COLUMN:
        raise ValueError(f"column {letters!r}: must be letters A to XFD")
    return number


@lru_cache(maxsize=65_536)
def cell_name(row: int, col: int, *, absolute: bool = False) -> str:
    """The name of a cell, `B6`, or `$B$6` when `absolute`.

    Raises:
        ValueError: outside a sheet.
    """
    if not 1 <= row <= LAST_ROW:
        raise ValueError(f"row {row}: must be 1 to {LAST_ROW}")
    letters = column_letters(col)
    return f"${letters}${row}" if absolute else f"{letters}{row}"


@lru_cache(maxsize=65_536)
def split_cell(name: str) -> tuple[int, int]:
    """Row and column of a cell's name; dollar signs are ignored.

    Raises:
        ValueError: not the name of a cell.

    Example:
        >>> split_cell("$B6")
        (6, 2)
    """
    match = _CELL.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r}: not a cell address")
    row = int(match[2])
    if row > LAST_ROW:
        raise ValueError(f"{name!r}: row must be 1 to {LAST_ROW}")
    return row, column_number(match[1])


def split_range(ref: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of a range; corners may come in any order, one cell is a range.

    Raises:
        ValueError: not a range of cells.

    Example:
        >>> split_range("C3:A1")
        (1, 1, 3, 3)
    """
    first, _, last = ref.partition(":")
    r1, c1 = split_cell(first)
    r2, c2 = split_cell(last) if last else (r1, c1)
    return min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2)


def range_name(r1: int, c1: int, r2: int, c2: int, *, absolute: bool = False) -> str:
    """The name of a range, `A1:C3`; of one cell just `A1`; with dollar signs when `absolute`."""
    first = cell_name(r1, c1, absolute=absolute)
    return first if (r1, c1) == (r2, c2) else f"{first}:{cell_name(r2, c2, absolute=absolute)}"


def quote_sheet(name: str) -> str:
    """A sheet name as a formula needs it: quoted unless it can stand bare.

    Example:
        >>> quote_sheet("考核表"), quote_sheet("2024 年"), quote_sheet("Bob's")
        ('考核表', "'2024 年'", "'Bob''s'")
    """
    if _BARE_SHEET.fullmatch(name) and not _LOOKS_LIKE_CELL.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"


def shift_formula(formula: str, rows: int, cols: int) -> str:
    """A formula as it reads after being copied `rows` down and `cols` to the right: relative references move.

    Text, sheet names, table columns and function names are left alone; a reference that leaves the sheet
    becomes #REF!, as it does in a spreadsheet.

    Example:
        >>> shift_formula('A1+$A1&"A1"', 1, 1)
        'B2+$A2&"A1"'
    """

    def column(dollar: str, letters: str) -> str:
        return dollar + (letters if dollar else column_letters(column_number(letters) + cols))

    def row(dollar: str, digits: str) -> str:
        if dollar:
            return dollar + digits
        number = int(digits) + rows
        if not 1 <= number <= LAST_ROW:
            raise ValueError("off the sheet")
        return str(number)

    def moved(match: re.Match[str]) -> str:
        part = match.groupdict()
        try:
            if part["l"] is not None:
                column_number(part["l"])
        except ValueError:
            return match[0]  # XFE1 is not a cell, so it is a name
        try:
            if part["l"] is not None:
                return column(part["c"], part["l"]) + row(part["r"], part["n"])
            if part["l1"] is not None:
                return column(part["c1"], part["l1"]) + ":" + column(part["c2"], part["l2"])
            if part["n1"] is not None:
                return row(part["r1"], part["n1"]) + ":" + row(part["r2"], part["n2"])
        except ValueError:
            return "#REF!"
        return match[0]

    return _REFERENCES.sub(moved, formula)
