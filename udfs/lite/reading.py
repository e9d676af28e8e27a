"""An open workbook in xlwings Lite, read as a file in memory.

Office.js answers questions, it holds nothing ready: every read is awaited. Values and formulas of a sheet come in one answer
each. Number formats and merges are told for a whole range only where all of its cells agree, so a range that does not
agree is asked again in halves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from scorecard.workbook.addresses import range_name
from scorecard.workbook.package import Package

from ..reading import SheetCells, put_together, rows_of, serial

Rect = tuple[int, int, int, int]
"""Top, left, bottom, right; from 1."""


async def read_book(book: Any) -> Package:
    """The workbook as it is on the screen: values, formulas, number formats of numbers, merged cells.

    Args:
        book: The xlwings `Book` of an asynchronous script. What the script has written before is there already.
    """
    return put_together([await _read_sheet(sheet) for sheet in book.sheets], book.name)


async def _read_sheet(sheet: Any) -> SheetCells:
    used = await sheet.get_used_range()
    if used is None:
        return SheetCells(sheet.name)
    values = await used.options(ndim=2, err_to_str=True, dates=serial).get_value()
    formulas = rows_of(await used.options(ndim=2).get_formula())
    top, left = used.row, used.column
    found = SheetCells(sheet.name, top, left, values, formulas)
    columns = [_numbers(found, j) for j in range(len(values[0]))]
    answers = await asyncio.gather(*(_agreed(sheet, run, _number_format) for runs in columns for run in runs))
    for rect, code in (each for answer in answers for each in answer):
        if code not in (None, "General"):
            found.formats |= {(row, col): code for row, col in _places(rect)}
    whole = top, left, top + len(values) - 1, left + len(values[0]) - 1
    found.merges = await _merges(sheet, whole)
    return found


def _numbers(cells: SheetCells, j: int) -> list[Rect]:
    """The stretches of numbers and formulas in a column: nothing else is read by its number format."""
    runs: list[Rect] = []
    col = cells.col + j
    for i, row in enumerate(cells.values):
        if isinstance(row[j], (int, float)) or str(cells.formulas[i][j] or "").startswith("="):
            place = cells.row + i
            if runs and runs[-1][2] == place - 1:
                runs[-1] = (runs[-1][0], col, place, col)
            else:
                runs.append((place, col, place, col))
    return runs


async def _merges(sheet: Any, whole: Rect) -> list[str]:
    covered: set[tuple[int, int]] = set()
    found = []
    for rect, is_merged in await _agreed(sheet, whole, _is_merged):
        for place in _places(rect) if is_merged else ():
            if place not in covered:
                area = await sheet.range(place).get_merge_area()
                rows, cols = area.shape
                merge = area.row, area.column, area.row + rows - 1, area.column + cols - 1
                covered |= set(_places(merge))
                found.append(range_name(*merge))
    return found


async def _agreed(sheet: Any, rect: Rect, ask: Callable[[Any], Awaitable[Any]]) -> list[tuple[Rect, Any]]:
    """The parts of a range whose cells agree, with what they agree on."""
    top, left, bottom, right = rect
    answer = await ask(sheet.range((top, left), (bottom, right)))
    if answer is not None or (top, left) == (bottom, right):
        return [(rect, answer)]
    if bottom - top >= right - left:
        middle = (top + bottom) // 2
        halves = ((top, left, middle, right), (middle + 1, left, bottom, right))
    else:
        middle = (left + right) // 2
        halves = ((top, left, bottom, middle), (top, middle + 1, bottom, right))
    return [part for half in await asyncio.gather(*(_agreed(sheet, each, ask) for each in halves)) for part in half]


async def _number_format(cells: Any) -> str | None:
    code: str | None = await cells.get_number_format()
    return code


async def _is_merged(cells: Any) -> bool | None:
    answer: bool | None = await cells.get_merge_cells()
    return answer


def _places(rect: Rect) -> list[tuple[int, int]]:
    top, left, bottom, right = rect
    return [(row, col) for row in range(top, bottom + 1) for col in range(left, right + 1)]
