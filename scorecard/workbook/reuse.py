"""Workbooks of one form: what was learnt from one serves the next, and never gives another number.

Many workbooks are copies of one form and differ in a few inputs. A form is a loaded engine together with the cells of
the workbook it holds. The next workbook is compared with that one cell by cell, as bytes; where they differ only in
inputs and in cached values, the inputs are set in the engine, which evaluates what rests on them, and the new values
are put into the cells that were compared. Nothing is parsed but the cells that differ.

Anything else is computed anew: another formula, another cell, another style of an input; a part that could matter and
is not the same (styles, tables, names, links …); an input whose meaning depends on the reader (dates, texts with
escapes); a form with a cell that cannot be computed, with arrays, with references made from texts, or that asks for
the time. `tests/workbook/test_reuse.py` holds what is computed anew against what is not.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

from ..scoring.values import CellError, CellValue
from .addresses import split_cell
from .dependencies import Address, Rect
from .engine import Engine
from .formula_cells import NORMAL, SHARED
from .grid import read_formats, shared_strings
from .package import Package, SheetRef
from .recalc import Recalculation, compared, update
from .splice import decode, number_of, recached
from .xml import is_utf8, unescape

K = TypeVar("K")
V = TypeVar("V")

_START = b'<c r="'
# What follows `_START`: address, attributes before the type, the type, those behind it, formula, value, inline text;
# then what stands between this cell and the next.
_CELL = re.compile(
    rb'([A-Z]{1,3}[0-9]{1,7})"((?: [a-z]+="[^"<>]*")*?)(?: t="([a-zA-Z]+)")?((?: [a-z]+="[^"<>]*")*)'
    rb"(?:/>|>(<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>))?(<v>([^<]*)</v>|<v/>)?(?:<is><t>([^<]*)</t></is>)?</c>)"
    rb"(?:\s*</row>(?:\s*<row[^<>]*>(?:\s*</row>)?)*\s*(?:</sheetData>.*)?)?",
    re.DOTALL,
)
_STYLE = re.compile(rb' s="([0-9]+)"')
_NAMES = re.compile(rb"<definedNames>.*?</definedNames>", re.DOTALL)
_SETTINGS = re.compile(rb"<(?:calcPr|workbookPr)\s[^>]*>")
# What of a workbook part may differ between copies: what somebody looked at last, who saved it where.
_PLAIN_WORKBOOK = re.compile(rb"(?:<\?xml[^>]*\?>\s*)?<workbook\s")
_WORKBOOK, _RELATIONS, _STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml"
# Parts that cannot change what a formula gives.
_IDLE = (
    "docprops/", "xl/theme/", "xl/media/", "xl/drawings/", "xl/charts/", "xl/comments", "xl/printersettings/",
    "xl/calcchain.xml", "xl/vbaproject.bin", "customxml/", "xl/persons/", "xl/threadedcomments/",
    "[content_types].xml",
)  # fmt: skip
# They look at hidden rows, which are not compared.
_ROW_AWARE = frozenset({"SUBTOTAL", "AGGREGATE"})
# An engine keeps some kilobytes of every evaluation: after so many a new one is loaded, so that memory stays flat.
_USES = 500
# After so many workbooks that only looked like a form it is learnt anew.
_MISSES = 3
# Others are something else to the engine's own reader.
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


class _Odd(Exception):
    """Something the comparison does not understand, or that is not the same: the workbook is computed anew."""


class _Seen(NamedTuple):
    """A workbook as far as it is compared.

    Attributes:
        worksheets: The tabs with cells.
        essence: What its workbook part says about calculation: tabs, names, settings.
        cells: The bytes of each worksheet, cut before each cell.
        other: How the other parts that could matter lie in the file.
        strings: How the shared strings lie in the file; None without any.
    """

    worksheets: tuple[SheetRef, ...]
    essence: tuple[object, ...]
    cells: tuple[list[bytes], ...]
    other: dict[str, tuple[int, bytes]]
    strings: tuple[int, bytes] | None

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for workbooks of one form, nearly never for others."""
        return (self.essence, tuple(map(len, self.cells)), tuple(self.other))


class _Cell(NamedTuple):
    name: bytes
    rest: bytes  # attributes other than the type
    kind: str  # the type, "" for a number
    formula: bytes
    cached: bytes  # the element of the value, b"" for none
    text: bytes  # its content
    inline: bytes | None


class Forms:
    """The forms a process has met, the last ones first.

    Args:
        room: How many are held; each is a loaded engine.

    Example:
        ::

            forms = Forms()
            for path in paths:
                result = forms.update(Package.open(path), check=True)
    """

    def __init__(self, room: int = 32) -> None:
        self._room = room
        self._met: OrderedDict[int, bool] = OrderedDict()
        self._forms: OrderedDict[tuple[object, ...], Form] = OrderedDict()
        self._essences: OrderedDict[tuple[bytes, bytes, tuple[str, ...]], _Essence | None] = OrderedDict()

    def update(self, package: Package, *, check: bool = False, as_of: datetime | None = None) -> Recalculation:
        """`recalc.update`, faster for the third workbook of a form and those after it.

        Raises:
            UnusableFile: a part that is needed cannot be read.
        """
        seen = self._look(package)
        if seen is None:
            return update(package, check=check, as_of=as_of)
        key = seen.key
        form = self._forms.get(key)
        if form is not None:
            self._forms.move_to_end(key)
            try:
                result = form.update(package, seen, check=check)
            except _Odd:
                result = None
            if result is not None:
                form.misses = 0
                form.uses += 1
                if form.uses == _USES:
                    del self._forms[key]
                return result
            form.misses += 1
            if not form.is_sound or form.misses == _MISSES:
                del self._forms[key]  # perhaps the next one is more like the others
            return update(package, check=check, as_of=as_of)
        # One of a kind is not worth the learning, and what could not be learnt is not tried again.
        if _remembered(self._met, hash(key), False, 1000) or self._met[hash(key)]:
            return update(package, check=check, as_of=as_of)
        engine = Engine(package.copy(), as_of=as_of)
        result = update(package, check=check, engine=engine)
        learnt = Form.learnt(engine, seen)
        if learnt is not None:
            _remembered(self._forms, key, learnt, self._room)
        else:
            self._met[hash(key)] = True
        return result

    def _look(self, package: Package) -> _Seen | None:
        """What there is to compare; None for a workbook that is written in an unusual way."""
        names = package.names()
        if _WORKBOOK not in package or _RELATIONS not in package:
            return None
        key = (package.read(_WORKBOOK), package.read(_RELATIONS), names)
        if key not in self._essences:
            _remembered(self._essences, key, _Essence.of(package), 200)
        essence = self._essences[key]
        if essence is None:
            return None
        cells = []
        for sheet in essence.worksheets:
            data = package.read(sheet.part)
            cut = data.split(_START)
            head = cut[0]
            if b"<!" in data or not is_utf8(data) or b"<c" in head[head.rfind(b"<sheetData") :]:
                return None
            cells.append(cut)
        other = {name: package.packed(name) for name in essence.other}
        strings = package.packed(essence.strings) if essence.strings else None
        return _Seen(essence.worksheets, essence.facts, tuple(cells), other, strings)


def _remembered(known: OrderedDict[K, V], key: K, value: V, room: int) -> bool:
    """Note something; True when it is new. The oldest gives way."""
    if key in known:
        return False
    known[key] = value
    if len(known) > room:
        known.popitem(last=False)
    return True


class _Essence(NamedTuple):
    """What the workbook part and the names of the parts say."""

    worksheets: tuple[SheetRef, ...]
    facts: tuple[object, ...]
    other: tuple[str, ...]
    strings: str

    @classmethod
    def of(cls, package: Package) -> _Essence | None:
        content = package.read(_WORKBOOK)
        if package.workbook_part != _WORKBOOK or not _PLAIN_WORKBOOK.match(content) or b"<!" in content:
            return None
        worksheets = tuple(sheet for sheet in package.sheets if sheet.kind == "worksheet")
        skipped = {sheet.part for sheet in worksheets} | {_WORKBOOK}
        rest = [name for name in package.names() if name not in skipped and not name.lower().startswith(_IDLE)]
        strings = next((name for name in rest if name.lower() == _STRINGS), "")
        facts = (package.sheets, package.date1904, *_NAMES.findall(content), *_SETTINGS.findall(content))
        return cls(worksheets, facts, tuple(name for name in rest if name != strings), strings)


class Form:
    """A loaded engine, and the workbook whose inputs it holds.

    Attributes:
        is_sound: Whether it may be used further.
        misses: How many workbooks in a row looked like this form and were not.
        uses: How many workbooks it has served.
    """

    def __init__(
        self, engine: Engine, seen: _Seen, formulas: list[dict[int, Address]], inputs: list[dict[int, Address]]
    ):
        self.is_sound = True
        self.misses = self.uses = 0
        self._engine = engine
        self._seen = seen
        # Of each sheet, by the place among the bytes cut: its formulas, and the inputs that some formula reads.
        self._formulas, self._inputs = formulas, inputs
        self._places = {address: (number, at) for number, known in enumerate(formulas) for at, address in known.items()}
        formats = read_formats(engine.package)
        self._dates = {str(style).encode() for style, one in enumerate(formats) if one.is_date}
        self._base = engine.package
        self._strings = _Texts(engine.package)
        # Inputs whose text stands elsewhere, where the same number may mean another text in the next workbook.
        self._texts: dict[tuple[int, int], tuple[int, str]] = {}
        for number, known in enumerate(inputs):
            for at in known:
                cell = _parsed(seen.cells[number][at])
                if cell.kind == "s":
                    index = int(cell.text)
                    self._texts[number, at] = (index, self._strings.any(index))

    @classmethod
    def learnt(cls, engine: Engine, seen: _Seen) -> Form | None:
        """The form of a workbook that an engine has just evaluated; None when it cannot serve others."""
        if engine.kept or not engine.cells or engine.is_volatile or not engine.functions.isdisjoint(_ROW_AWARE):
            return None
        if any(cell.kind not in (NORMAL, SHARED) for cell in engine.cells.values()):
            return None
        read = engine.graph.read
        if read is None:
            return None
        formulas, inputs = [], []
        try:
            for sheet, cut in zip(seen.worksheets, seen.cells, strict=True):
                places = dict(_addresses(sheet, cut))
                formulas.append({at: address for at, address in places.items() if address in engine.cells})
                rest = {at: address for at, address in places.items() if address not in engine.cells}
                inputs.append(_those_read(sheet, rest, *read))
            form = cls(engine, seen, formulas, inputs)
        except (_Odd, ValueError):
            return None
        return form if len(form._places) == len(engine.cells) else None

    def update(self, package: Package, seen: _Seen, *, check: bool) -> Recalculation | None:
        """Bring a workbook up to date; None when the engine gave up.

        Raises:
            _Odd: the workbook is not of this form.
        """
        found = self._differences(package, seen)
        # From here on the engine holds another workbook: done whole, or never used again.
        self.is_sound = False
        cells = self._engine.cells
        for address, value in found.cached.items():
            cells[address] = cells[address]._replace(value=value, cached=value is not None)
        values = self._engine.evaluate_again(found.inputs)
        if values is None:
            return None
        result, updates = compared(self._engine, values)
        if updates and not check:
            self._write(package, seen, updates)
        self._seen, self._strings, self._texts = seen, found.strings, found.texts
        self.is_sound = True
        return result

    def _differences(self, package: Package, seen: _Seen) -> _Differences:
        """What is different from the workbook that the engine holds."""
        mine = self._seen
        for name, packed in seen.other.items():
            # Another program may compress the same content differently.
            if packed != mine.other[name] and package.read(name) != self._base.read(name):
                raise _Odd
        same = seen.strings == mine.strings
        found = _Differences({}, {}, self._strings if same else _Texts(package), dict(self._texts))
        for number, (before, now) in enumerate(zip(mine.cells, seen.cells, strict=True)):
            formulas, inputs = self._formulas[number], self._inputs[number]
            for at in [at for at, (old, new) in enumerate(zip(before, now, strict=True)) if old != new and at]:
                old, new = _parsed(before[at]), _parsed(now[at])
                if old.name != new.name or old.formula != new.formula:
                    raise _Odd
                address = formulas.get(at)
                if address is not None:
                    if old.rest != new.rest or new.kind == "s" or new.inline is not None:
                        raise _Odd
                    found.cached[address] = _cached(new)
                    continue
                address = inputs.get(at)
                if address is not None:
                    self._input(found, (number, at), address, old, new)
        if not same:
            for place, (index, text) in self._texts.items():
                if found.texts.get(place) == (index, text):
                    now_text = found.strings.any(index)
                    if now_text != text:
                        found.inputs[self._inputs[place[0]][place[1]]] = found.strings(index)
                        found.texts[place] = (index, now_text)
        return found

    def _input(self, found: _Differences, place: tuple[int, int], address: Address, old: _Cell, new: _Cell) -> None:
        style = _STYLE.search(new.rest)
        if old.rest != new.rest or (style[1] if style else b"0") in self._dates:
            raise _Odd
        found.texts.pop(place, None)
        if new.kind == "s":
            index = int(new.text)
            found.inputs[address] = found.strings(index)
            found.texts[place] = (index, found.strings.any(index))
        else:
            found.inputs[address] = _typed(new)

    def _write(self, package: Package, seen: _Seen, updates: Mapping[Address, CellValue]) -> None:
        changed: dict[int, list[bytes]] = {}
        for address, value in updates.items():
            number, at = self._places[address]
            cut = changed.setdefault(number, list(seen.cells[number]))
            new = recached(_START + cut[at], value)
            if new is None:
                raise _Odd
            cut[at] = new[len(_START) :]
        for number, cut in changed.items():
            package.write(seen.worksheets[number].part, _START.join(cut))


class _Differences(NamedTuple):
    """What a workbook has otherwise than the one before.

    Attributes:
        inputs: Content of cells that some formula reads.
        cached: Stored values of formulas.
        strings: Its shared strings.
        texts: Of inputs that are shared strings, their number and text, by sheet and place.
    """

    inputs: dict[Address, CellValue]
    cached: dict[Address, CellValue]
    strings: _Texts
    texts: dict[tuple[int, int], tuple[int, str]]


class _Texts:
    """Shared strings, and whether they mean the same to us and to the engine's own reader."""

    def __init__(self, package: Package) -> None:
        self._strings: Callable[[int], str] = shared_strings(package)
        part = next((name for name in package.names() if name.lower() == _STRINGS), "")
        data = package.read(part) if part else b""
        self._is_plain = b"_x" not in data and b"<rPh" not in data and b"<r>" not in data

    def any(self, index: int) -> str:
        """A text, to be compared."""
        return self._strings(index)

    def __call__(self, index: int) -> str:
        """A text for the engine."""
        if not self._is_plain:
            raise _Odd
        return _usable(self._strings(index))


def _usable(text: str) -> str:
    """A text, if every reader takes it for the same."""
    if not text or text != text.strip() or "\r" in text or "_x" in text:
        raise _Odd
    return text


def _parsed(cell: bytes) -> _Cell:
    match = _CELL.fullmatch(cell)
    if match is None:
        raise _Odd
    name, before, kind, behind, formula, cached, text, inline = match.groups()
    return _Cell(name, before + behind, (kind or b"").decode(), formula or b"", cached or b"", text or b"", inline)


def _cached(cell: _Cell) -> CellValue:
    """The stored value of a formula, as `formula_cells` reads it."""
    text = unescape(cell.text.decode("utf-8", "replace"))
    if cell.kind in ("", "n"):
        return number_of(text) if text else None
    if cell.kind == "str" and not text:
        return "" if cell.cached else None
    return decode(cell.kind, text) if text else None


def _typed(cell: _Cell) -> CellValue:
    """An input that is no shared string, as the engine's own reader takes it."""
    if cell.kind == "inlineStr" and cell.inline is not None and not cell.cached:
        return _usable(unescape(cell.inline.decode("utf-8", "replace")))
    if cell.inline is not None:
        raise _Odd
    if not cell.cached:
        return None
    text = unescape(cell.text.decode("utf-8", "replace"))
    if cell.kind in ("", "n"):
        try:
            number = float(text)
        except ValueError:
            raise _Odd from None
        if not math.isfinite(number):
            raise _Odd
        return number
    if cell.kind == "b" and text in ("0", "1"):
        return text == "1"
    if cell.kind == "str":
        return _usable(text)
    if cell.kind == "e" and text in _ERRORS:
        return CellError(text)
    raise _Odd


def _addresses(sheet: SheetRef, cut: list[bytes]) -> Iterator[tuple[int, Address]]:
    """Each cell of a sheet with its place among the bytes cut; raises _Odd for one that is not understood."""
    for at in range(1, len(cut)):
        yield at, (sheet.name, *split_cell(_parsed(cut[at]).name.decode()))


def _those_read(
    sheet: SheetRef, places: Mapping[int, Address], singles: Collection[Address], ranges: Collection[Rect]
) -> dict[int, Address]:
    """Of the cells of a sheet those that some formula reads."""
    mine = [rect for rect in ranges if rect.sheet == sheet.name]
    return {
        at: address for at, address in places.items() if address in singles or any(rect.holds(address) for rect in mine)
    }
