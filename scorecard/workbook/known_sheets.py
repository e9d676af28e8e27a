"""Sheets that are nearly known: copies of a form are read by what is different in them.

Most sheets of a folder are copies of a few forms. A sheet is cut before each cell, and compared with one read before:
where only values of cells differ, these cells alone are parsed, and all others are shared with the former sheet.
Whatever else differs (a cell more, another style or formula, a row hidden), and whatever is written in an unusual way,
is read as a whole. So this only saves time; `tests/workbook/test_known_sheets.py` compares both ways of reading.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Literal, NamedTuple

from .addresses import split_cell
from .cells import Cell, CellFormat, Grid
from .grid import Strings, cells_of, inline_text, is_plain_sheet, number_in, read_formats, read_grid, shared_strings
from .package import Package, SheetRef

_START = b'<c r="'
# What follows `_START`, up to the end of the cell: address, style, type, formula; then its value.
_CELL = re.compile(
    rb'([A-Z]{1,3}[0-9]{1,7})"( s="[0-9]{1,6}")?(?: t="(?:s|n|b|e|str|inlineStr)")?'
    rb"(?:/>|>(<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>))?(?:<v>[^<]*</v>|<v/>|<is><t(?: xml:space=\"preserve\")?>[^<]*</t></is>)?</c>)"
)
_TEXT_CELL = re.compile(rb'([A-Z]{1,3}[0-9]{1,7})"(?: s="[0-9]{1,6}")? t="s"><v>([0-9]{1,9})</v></c>')
# Numbers and strings, which nearly all that differs is: the address, and what of these the value is.
_USUAL = re.compile(
    rb'(?P<address>[A-Z]{1,3}[0-9]{1,7})"(?: s="[0-9]{1,6}")?(?:'
    rb'(?: t="(?:n|(?P<shared>s))")?>(?:<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>))?<v>(?P<value>[^<]+)</v></c>'
    rb'| t="inlineStr"><is><t(?: xml:space="preserve")?>(?P<inline>[^<]*)</t></is></c>)'
)
# Where somebody looked at the sheet last.
_VIEWS = re.compile(rb"<sheetViews>.*?</sheetViews>|<dimension [^<>]*/>", re.DOTALL)
# Larger sheets are not kept, and no more than so many; of one number of cells so many forms.
_MOST_CELLS, _ROOM, _FORMS = 4_000, 16, 3
# Of each cell so many numbers are kept.
_MET = 200


class KnownSheets:
    """Sheets as they were read, to read the next ones by.

    Example:
        ::

            known = KnownSheets()
            grids = [known.read(package, sheet) for sheet in package.sheets]
    """

    def __init__(self) -> None:
        self._known: OrderedDict[int, list[_Known]] = OrderedDict()

    def read(self, package: Package, sheet: SheetRef) -> Grid:
        """`read_grid`, and the same grid as it gives.

        Raises:
            UnusableFile: a part is missing or damaged.
            UsageError: a tab without cells.
        """
        if sheet.kind != "worksheet":
            return read_grid(package, sheet)
        data = package.read(sheet.part)
        cut = data.split(_START, _MOST_CELLS + 1)
        if not 1 < len(cut) <= _MOST_CELLS + 1:
            return read_grid(package, sheet)
        known = self._known.get(len(cut), [])
        for at, one in enumerate(known):
            grid = one.read(package, sheet, cut)
            if grid is not None:
                if at:
                    known.insert(0, known.pop(at))
                return grid
        grid = read_grid(package, sheet)
        if not is_plain_sheet(data) or len(_addresses(cut)) < len(cut) - 1:
            return grid  # of a cell that stands there twice, the later counts, whichever of them differs
        self._known[len(cut)] = [_Known(package, grid, cut), *known[: _FORMS - 1]]
        self._known.move_to_end(len(cut))
        if len(self._known) > _ROOM:
            self._known.popitem(last=False)
        return grid


class _Usual(NamedTuple):
    """A cell that holds a number or a string, and what it becomes with others.

    Attributes:
        head: What stands before the value; `tail` what follows it.
        kind: "shared" where the value is the number of a string, "inline" for a string itself, else "number".
        cell: As it was read.
        met: With numbers seen since, by what was written. Scores and marks are the same again and again.
    """

    head: bytes
    tail: bytes
    kind: Literal["number", "shared", "inline"]
    cell: Cell
    met: dict[bytes, Cell]


class _Known:
    """A sheet that was read, its bytes cut before each cell, and the strings of its workbook."""

    def __init__(self, package: Package, grid: Grid, cut: list[bytes]) -> None:
        self._grid, self._cut = grid, cut
        self._formats: tuple[CellFormat, ...] = read_formats(package)
        self._date1904 = package.date1904
        self._strings: Strings = shared_strings(package)
        self._head = _VIEWS.sub(b"", cut[0])
        self._texts: dict[int, list[tuple[int, int]]] | None = None
        self._usual: dict[int, _Usual | None] = {}

    def read(self, package: Package, sheet: SheetRef, cut: list[bytes]) -> Grid | None:
        """A sheet of this form, else None."""
        if cut[0] != self._cut[0] and (b"<!" in cut[0] or _VIEWS.sub(b"", cut[0]) != self._head):
            return None  # there may be a comment round what is left out of the comparison
        different = [at for at, (before, now) in enumerate(zip(self._cut, cut, strict=True)) if before != now]
        if different and not different[0]:
            del different[0]  # the head, which was compared above
        if len(different) * 2 > len(cut):
            return None
        formats, strings = read_formats(package), shared_strings(package)
        if (formats is not self._formats and formats != self._formats) or package.date1904 != self._date1904:
            return None
        fresh: list[Cell] = []
        others: list[bytes] = []
        for at in different:
            cell = self._usual_cell(at, cut[at], strings)
            if cell is not None:
                fresh.append(cell)
                continue
            before, now = self._cut[at], cut[at]
            mine, theirs = _CELL.match(before), _CELL.match(now)
            if (
                mine is None
                or theirs is None
                or mine.group(1, 2, 3) != theirs.group(1, 2, 3)
                or before[mine.end() :] != now[theirs.end() :]
            ):
                return None
            others.append(now[: theirs.end()])
        if others:
            parsed = self._parsed(others, package, strings)
            if parsed is None:
                return None
            fresh += parsed
        if strings is not self._strings:
            texts = self._text_cells()
            changed = [index for index in strings.changes(self._strings) if index in texts]
            if changed:
                taken = {(cell.row, cell.col) for cell in fresh}
                fresh += [
                    self._grid.cell(*place)._replace(value=strings(index))
                    for index in changed
                    for place in texts[index]
                    if place not in taken
                ]
        return self._grid.twin(sheet, fresh)

    def _usual_cell(self, at: int, now: bytes, strings: Strings) -> Cell | None:
        """The cell of a piece that is written like the former one but for its number, or the number of its string."""
        if at not in self._usual:
            self._usual[at] = self._usual_of(self._cut[at])
        usual = self._usual[at]
        if usual is None or not (now.startswith(usual.head) and now.endswith(usual.tail)):
            return None
        text = now[len(usual.head) : len(now) - len(usual.tail)]
        if usual.kind == "shared":
            return usual.cell._replace(value=strings(int(text))) if text.isdigit() and len(text) < 10 else None
        if usual.kind == "inline":
            return usual.cell._replace(value=inline_text(text)) if b"<" not in text else None
        cell = usual.met.get(text)
        if cell is None:
            value = number_in(text) if text and b"<" not in text and b"&" not in text else None
            if value is None:
                return None
            if len(usual.met) >= _MET:
                usual.met.clear()
            cell = usual.met[text] = usual.cell._replace(value=value, uncached=False)
        return cell

    def _usual_of(self, piece: bytes) -> _Usual | None:
        match = _USUAL.match(piece)
        if match is None:
            return None
        place = _place(match["address"])
        cell = self._grid.cell(*place) if place is not None else None
        if cell is None or cell.value is None:
            return None
        if match["inline"] is not None:
            start, stop = match.span("inline")
            return _Usual(piece[:start], piece[stop:], "inline", cell, {})
        start, stop = match.span("value")
        return _Usual(piece[:start], piece[stop:], "shared" if match["shared"] is not None else "number", cell, {})

    def _parsed(self, different: list[bytes], package: Package, strings: Strings) -> list[Cell] | None:
        """The cells that differ; None where one of them is blank, here or there."""
        fresh: list[Cell] = []
        for cell in cells_of(_START + _START.join(different), self._formats, strings, self._date1904):
            mine = self._grid.cell(cell.row, cell.col)
            if mine.value is None and not mine.is_formula:
                return None
            # The text of a formula may stand in another cell, which shares it with this one.
            fresh.append(mine._replace(value=cell.value, uncached=cell.uncached) if mine.is_formula else cell)
        return fresh if len(fresh) == len(different) else None

    def _text_cells(self) -> dict[int, list[tuple[int, int]]]:
        """Where each shared string is shown."""
        if self._texts is None:
            self._texts = {}
            for match in filter(None, map(_TEXT_CELL.match, self._cut)):
                place = _place(match[1])
                if place is not None:
                    self._texts.setdefault(int(match[2]), []).append(place)
        return self._texts


def _place(address: bytes) -> tuple[int, int] | None:
    """Row and column, None outside any sheet: there no cell is read."""
    try:
        return split_cell(address.decode())
    except ValueError:
        return None


def _addresses(cut: list[bytes]) -> set[bytes]:
    return {piece[: piece.find(b'"')] for piece in cut[1:]}
