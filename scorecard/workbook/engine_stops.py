"""Which of many formulas stop the engine, found by halving: k of n take about k·log n attempts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import count
from typing import Any, TypeVar

from .addresses import cell_name, quote_sheet
from .dependencies import Address

F = TypeVar("F")

# How many runs of cells a formula of our own counts.
_RUNS = 100


class Probe:
    """Has some cells of an engine's workbook computed: by formulas that count them, for many asked for by name take it long.

    Args:
        book: The engine's workbook; it gets a sheet for these formulas.
        tabs: The names of its sheets.
    """

    def __init__(self, book: Any, tabs: Collection[str]) -> None:
        taken = {tab.casefold() for tab in tabs}
        self._book = book
        self._sheet = next(name for n in count(1) if (name := f"probes{n}") not in taken)
        book.add_sheet(self._sheet)

    def compute(self, cells: Sequence[Address]) -> None:
        """Compute them; whatever the engine raises passes."""
        runs = _runs(cells)
        places = []
        for row, start in enumerate(range(0, len(runs), _RUNS), 1):
            places.append((self._sheet, row, 1))
            self._book.set_formula(*places[-1], f"=COUNTA({','.join(runs[start : start + _RUNS])})")
        try:
            self._book.evaluate_cells(places)
        finally:
            for place in places:
                self._book.set_value(*place, None)


def search(
    cells: Sequence[Address], failure_of: Callable[[Sequence[Address]], F | None], found: Callable[[Address, F], None]
) -> None:
    """Find the cells that fail; each is set aside by `found` before those behind it are tried.

    Args:
        cells: In an order in which each stands behind those it rests on: else it fails with them.
        failure_of: What goes wrong when some cells are computed; None when nothing does.
        found: Told each cell that fails alone, and how.
    """
    failure = failure_of(cells)
    if failure is None:
        return
    if len(cells) == 1:
        found(cells[0], failure)
        return
    middle = len(cells) // 2
    search(cells[:middle], failure_of, found)
    search(cells[middle:], failure_of, found)


def _runs(cells: Sequence[Address]) -> list[str]:
    """Cells as references, those below each other as one.

    Example:
        >>> _runs([("表", 1, 4), ("表", 3, 1), ("表", 2, 4)])
        ['表!A3:A3', '表!D1:D2']
    """
    found: list[tuple[str, int, int, int]] = []
    for sheet, col, row in sorted((sheet, col, row) for sheet, row, col in cells):
        if found and found[-1][:2] == (sheet, col) and found[-1][3] == row - 1:
            found[-1] = (*found[-1][:3], row)
        else:
            found.append((sheet, col, row, row))
    return [f"{quote_sheet(sheet)}!{cell_name(r1, col)}:{cell_name(r2, col)}" for sheet, col, r1, r2 in found]
