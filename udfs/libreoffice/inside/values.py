"""Cells between Calc and the catalogue: errors as real errors, blanks as blanks.

A range arrives as an `XCellRange`, whose cells are read one by one where one of them is an error; a value, an inline
array or a nested result arrives as a number, a text or rows of these. Calc hands a blank single cell over as 0.0 and a
truth value as 1.0 or 0.0 wherever no `XCellRange` is asked for: that cannot be undone here.
"""

from __future__ import annotations

import math
import struct
from typing import Any

from scorecard.scoring.values import CellError

#: The number by which Calc knows an error. Its many errors of its own (Err:502 …) are #VALUE!, as in files it saves.
NUMBERS = {
    "#NULL!": 521, "#DIV/0!": 532, "#VALUE!": 519, "#REF!": 524, "#NAME?": 525, "#NUM!": 503, "#N/A": 32767,
}  # fmt: skip
#: Err:502 is an argument that a function refuses. Elsewhere SQRT(-1) is #NUM!, and VALUE("?") #VALUE!; it cannot be told
#: which it was. The first is how embedded rules say that they are broken, so that one it is.
CODES = {**{number: code for code, number in NUMBERS.items()}, 502: "#NUM!"}
_OTHER = "#VALUE!"

#: Shown as Err:523, "the calculation does not converge".
TOO_DEEP = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0000 | 523))[0]

_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383


def error_of(number: int) -> CellError:
    """The error that Calc numbers so.

    Example:
        >>> error_of(532).code, error_of(522).code
        ('#DIV/0!', '#VALUE!')
    """
    return CellError(CODES.get(number, _OTHER))


def nan_of(error: CellError) -> float:
    """The number that Calc shows as an error: not-a-number with the error in its low bits.

    Example:
        >>> value_of(nan_of(CellError("#N/A"))).code
        '#N/A'
    """
    number = NUMBERS.get(error.code, NUMBERS[_OTHER])
    return float(struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0000 | number))[0])


def value_of(value: Any) -> Any:
    """One value as the catalogue takes it; an error in an array is a number that is none."""
    if isinstance(value, float) and math.isnan(value):
        return error_of(struct.unpack("<Q", struct.pack("<d", value))[0] & 0xFFFF_FFFF)
    return value


def argument_of(value: Any) -> Any:
    """An argument as the catalogue takes it: None if left out, rows for a range, else a single value."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return value_of(value)
    if isinstance(value, tuple):
        return [[value_of(cell) for cell in row] for row in value]
    return rows_of_range(value)


def rows_of_range(cells: Any) -> list[list[Any]]:
    """The rows of an `XCellRange`: numbers, texts, "" for blanks, `CellError` for errors.

    A whole column or row ends where the sheet is used: the rest is blank in any case.
    """
    rows = [list(row) for row in _used(cells).getDataArray()]
    for y, row in enumerate(rows):
        if None in row:
            # An error comes without its kind; asking each cell is slow, so only these are asked.
            for x, cell in enumerate(row):
                if cell is None:
                    row[x] = error_of(cells.getCellByPosition(x, y).getError())
    return rows


def result_of(result: Any) -> Any:
    """A result as Calc takes it from a function that gives one value."""
    if isinstance(result, CellError):
        return nan_of(result)
    return result if isinstance(result, str) else float(result)


def array_of(result: Any) -> tuple[tuple[Any, ...], ...]:
    """A result as Calc takes it from a function that gives rows; one value is an array of one."""
    if not isinstance(result, list):
        return ((result_of(result),),)
    return tuple(tuple(map(result_of, row)) for row in result)


def _used(cells: Any) -> Any:
    address = cells.getRangeAddress()
    if address.EndRow < _LAST_ROW and address.EndColumn < _LAST_COLUMN:
        return cells
    cursor = cells.getSpreadsheet().createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.getRangeAddress()
    bottom = min(address.EndRow, max(end.EndRow, address.StartRow)) - address.StartRow
    right = min(address.EndColumn, max(end.EndColumn, address.StartColumn)) - address.StartColumn
    return cells.getCellRangeByPosition(0, 0, right, bottom)
