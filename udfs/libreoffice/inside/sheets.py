"""Sheets that a macro writes by itself: 体检 and 图表."""

from __future__ import annotations

from typing import Any


def own_sheet(document: Any, name: str, title: str) -> Any:
    """The sheet of that name, emptied, if a macro made it; else a new one at the end, under the next free name.

    Args:
        document: It is changed.
        name: Wanted; a number is added where somebody else has a sheet of that name.
        title: What stands in the first cell of a sheet of ours, and then does.
    """
    found, number = name, 2
    while document.Sheets.hasByName(found) and not is_own(document.Sheets.getByName(found), title):
        found, number = f"{name}{number}", number + 1
    if document.Sheets.hasByName(found):
        document.Sheets.getByName(found).clearContents(1023)
    else:
        document.Sheets.insertNewByName(found, document.Sheets.getCount())
    sheet = document.Sheets.getByName(found)
    sheet.getCellByPosition(0, 0).setString(title)
    return sheet


def is_own(sheet: Any, title: str) -> bool:
    """Whether a macro made the sheet."""
    return bool(sheet.getCellByPosition(0, 0).getString() == title)
