"""Change cached values inside a sheet's XML and leave every other byte as it is.

Two ways to find the cells: one pattern over the whole part, right for what spreadsheet programs write, and expat
with byte offsets for the rest (prefixes, comments, CDATA, cells without an address). The pattern never guesses: a
part it may not fit, or a cell it did not see, goes to expat.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat

from ..scoring.values import CellError, CellValue
from .addresses import cell_name, split_cell, split_range
from .xml import as_utf8, decode_hex, encode_hex, is_utf8, local, run_parser, unescape

Value = CellValue

# A cell that holds a formula: attributes, the <v> element (empty when there is none), its content. Nothing here runs
# on to a closing tag far away, so a hostile part cannot make it slow.
_FORMULA_CELL = re.compile(
    rb"<c(\s[^>]*)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f\s*>)\s*((?:<v(?:\s[^>]*)?(?:/>|>([^<]*)</v\s*>))?)"
)
_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3}[0-9]{1,7})["']""")
_START_TAG = re.compile(rb"""<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*/?>""")
_TYPE = re.compile(rb"""\st\s*=\s*["']([a-z]*)["']""", re.IGNORECASE)
_METADATA = re.compile(rb"""\svm\s*=\s*["'][0-9]*["']""")


class _Place(NamedTuple):
    """Where a formula cell keeps its type and cached value, as offsets into the part."""

    attributes: tuple[int, int]  # of the cell's start tag
    cached: tuple[int, int]  # the <v> element; empty, at its place, when there is none
    text: bytes | None  # raw content of <v>; None when there is none, b"" for <v/>
    prefix: bytes  # of the element names, b"" or b"x:"


class _Edit(NamedTuple):
    start: int
    end: int
    new: bytes


def splice(sheet_xml: bytes, values: Mapping[tuple[int, int], Value], *, where: str | None = None) -> bytes:
    """Replace the cached values of formula cells.

    Only `<v>` and `t` of the cells named change (and `vm`, which ties an old value to its rich form). A cell whose
    value is the one it has keeps its bytes. Cells named that hold no formula are left alone: an input is never
    overwritten. A cell filled by the array formula of another cell counts as a formula cell.

    Args:
        sheet_xml: A worksheet part.
        values: New values by (row, column), both from 1. None removes the cached value; NaN and infinity, which a
            cell cannot hold, become #NUM!.
        where: The file's name, for messages.

    Raises:
        UnusableFile: the part is not well-formed (noticed only where the pattern does not fit).

    Example:
        >>> splice(b'<sheetData><row r="1"><c r="A1"><f>1+1</f><v>0</v></c></row></sheetData>', {(1, 1): 2})
        b'<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row></sheetData>'
    """
    if not values:
        return sheet_xml
    edits: list[_Edit] = []
    missed = dict(values)
    if b"<sheetData" in sheet_xml and b"<!" not in sheet_xml and is_utf8(sheet_xml):
        wanted = {cell_name(row, col).encode(): (row, col) for row, col in values}
        for name, place in _pattern_places(sheet_xml):
            cell = wanted.get(name)
            if cell is not None and missed.pop(cell, _SEEN) is not _SEEN:
                edits += _edits(sheet_xml, place, values[cell])
    if missed:
        data = as_utf8(sheet_xml, "worksheet", where)
        if data is not sheet_xml:
            edits.clear()
        for cell, place in _parsed_places(data, set(missed), where):
            edits += _edits(data, place, values[cell])
        edits.sort()
        if not edits:
            return sheet_xml
        sheet_xml = data
    return _applied(sheet_xml, edits)


def recached(cell: bytes, value: Value) -> bytes | None:
    """One formula cell, from `<c` on, with a new cached value; None when the pattern does not fit it.

    Example:
        >>> recached(b'<c r="A1" t="str"><f>1+1</f><v>x</v></c></row>', 2)
        b'<c r="A1"><f>1+1</f><v>2</v></c></row>'
    """
    match = _FORMULA_CELL.match(cell)
    if match is None:
        return None
    text = None if not match[2] else match[3] or b""
    return _applied(cell, _edits(cell, _Place(match.span(1), match.span(2), text, b""), value))


_SEEN = object()


def is_same(old: Value, new: Value) -> bool:
    """Whether two cell values are the same to a spreadsheet: 1 and 1.0 are, 1 and TRUE are not."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    return old == new


def encode(value: Value) -> tuple[str, str | None]:
    """A value as the type attribute ("" for a number) and the text of `<v>` (None for no value), not yet escaped.

    Example:
        >>> encode(5.0), encode(True), encode("a")
        (('', '5'), ('b', '1'), ('str', 'a'))
    """
    if value is None:
        return "", None
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, str):
        return "str", encode_hex(value)
    if isinstance(value, CellError):
        return "e", value.code
    number = float(value)
    if not math.isfinite(number):
        return "e", "#NUM!"
    # Digits beyond 2^53 would promise what a cell, which holds a double, cannot keep.
    return "", str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def decode(kind: str, text: str) -> Value:
    """The value of `<v>` (already unescaped) under a type attribute other than "s"."""
    if kind in ("", "n"):
        return number_of(text)
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "e":
        return CellError(text.strip())
    return decode_hex(text)


def number_of(text: str) -> Value:
    """A number as the file writes it: an int where it is whole and exact, else a float.

    Empty text is no value; what is not a number stays text; NaN and infinity, which some writers leave, are #NUM!.
    """
    if len(text) < 16 and text.isdecimal():
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text.strip() or None
    if not math.isfinite(number):
        return CellError("#NUM!")
    whole = abs(number) < 1e15 and number.is_integer() and text.strip().lstrip("-").isdecimal()
    return int(number) if whole else number


def _edits(data: bytes, place: _Place, value: Value) -> list[_Edit]:
    """The byte changes that give a cell its new value; none when it has it already."""
    start, end = place.attributes
    attributes = data[start:end]
    found = _TYPE.search(attributes)
    kind, text = encode(value)
    if _holds(found[1].decode() if found else "", place.text, kind, text, value):
        return []
    changes: list[_Edit] = []
    if found and kind:
        changes.append(_Edit(start + found.start(1), start + found.end(1), kind.encode()))
    elif found:
        changes.append(_Edit(start + found.start(), start + found.end(), b""))
    elif kind:
        changes.append(_Edit(end, end, b' t="' + kind.encode() + b'"'))
    metadata = _METADATA.search(attributes)
    if metadata:
        changes.append(_Edit(start + metadata.start(), start + metadata.end(), b""))
    new = b""
    if text is not None:
        content = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
        # Written as an XML library would, so that an edit that changes nothing leaves the same bytes.
        new = b"<%sv>%s</%sv>" % (place.prefix, content, place.prefix) if content else b"<%sv/>" % place.prefix
    if place.cached[0] < place.cached[1] or new:
        changes.append(_Edit(*place.cached, new))
    return changes


def _holds(old_kind: str, old_text: bytes | None, kind: str, text: str | None, value: Value) -> bool:
    if old_text is None or text is None:
        return old_text is None and text is None
    if ("" if old_kind == "n" else old_kind) != kind:
        return False
    old = unescape(old_text.decode("utf-8", "replace"))
    return (
        old == text or (kind == "" and is_same(number_of(old), value)) or (kind == "str" and decode_hex(old) == value)
    )


def _applied(data: bytes, edits: list[_Edit]) -> bytes:
    if not edits:
        return data
    out: list[bytes] = []
    at = 0
    for start, end, new in edits:
        out += (data[at:start], new)
        at = end
    out.append(data[at:])
    return b"".join(out)


def _pattern_places(data: bytes) -> Iterator[tuple[bytes, _Place]]:
    """Formula cells with an address, found by the pattern."""
    for match in _FORMULA_CELL.finditer(data, data.find(b"<sheetData")):
        address = _ADDRESS.search(match[1])
        if address:
            text = None if not match[2] else match[3] or b""
            yield address[1], _Place(match.span(1), match.span(2), text, b"")


def _parsed_places(
    data: bytes, wanted: set[tuple[int, int]], where: str | None
) -> list[tuple[tuple[int, int], _Place]]:
    """The wanted cells that hold a formula or lie in another cell's array, found by expat."""
    reader = _PlaceReader(data, wanted)
    run_parser(data, "worksheet", where, start=reader.start, end=reader.end, text=reader.text, parser=reader.parser)
    return [
        (cell, place)
        for cell, (place, is_formula) in reader.found.items()
        if is_formula or any(r1 <= cell[0] <= r2 and c1 <= cell[1] <= c2 for r1, c1, r2, c2 in reader.arrays)
    ]


class _PlaceReader:
    """expat handlers that remember the places of wanted cells."""

    def __init__(self, data: bytes, wanted: set[tuple[int, int]]) -> None:
        self.parser = expat.ParserCreate()
        self.found: dict[tuple[int, int], tuple[_Place, bool]] = {}
        self.arrays: list[tuple[int, int, int, int]] = []
        self._data = data
        self._wanted = wanted
        self._row = self._col = 0
        self._in_data = False
        self._cell: tuple[int, int] | None = None  # the wanted cell that is open
        self._cell_start = self._formula_start = self._insert_at = 0
        self._is_formula = False
        self._cached: tuple[int, int] | None = None
        self._text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "sheetData":
            self._in_data = True
        if not self._in_data:
            return
        here = self.parser.CurrentByteIndex
        if tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._col = 0
        elif tag == "c":
            self._open_cell(attributes.get("r", ""), here)
        elif tag == "f":
            self._is_formula = True
            self._formula_start = here
            if attributes.get("t") == "array" and ":" in attributes.get("ref", ""):
                self._note_array(attributes["ref"])
        elif tag == "v" and self._cell:
            self._cached = (here, here)
            self._text = []

    def end(self, name: str) -> None:
        tag = local(name)
        if tag == "sheetData":
            self._in_data = False
        elif not self._cell:
            return
        elif tag == "f":
            self._insert_at = self._after(self._formula_start)
        elif tag == "v" and self._cached:
            self._cached = (self._cached[0], self._after(self._cached[0]))
        elif tag == "c":
            self._close_cell()

    def text(self, chars: str) -> None:
        if self._text is not None and self._cached and self._cached[0] == self._cached[1]:
            self._text.append(chars)

    def _open_cell(self, address: str, here: int) -> None:
        try:
            self._row, self._col = split_cell(address) if address else (self._row, self._col + 1)
        except ValueError:
            self._col += 1
        cell = (self._row, self._col)
        self._cell = cell if cell in self._wanted else None
        self._cell_start = here
        self._insert_at = 0
        self._is_formula = False
        self._cached = self._text = None

    def _close_cell(self) -> None:
        tag = _START_TAG.match(self._data, self._cell_start)
        # A cell written <c/> has no formula and no room for a value; it stays.
        if self._cell and tag and not tag[0].endswith(b"/>"):
            at = self._insert_at or tag.end()
            text = None if self._text is None else "".join(self._text).replace("&", "&amp;").encode()
            place = _Place(tag.span(2), self._cached or (at, at), text, tag[1][: tag[1].rfind(b":") + 1])
            self.found[self._cell] = (place, self._is_formula)
        self._cell = None

    def _note_array(self, ref: str) -> None:
        try:
            self.arrays.append(split_range(ref))
        except ValueError:
            return  # a reference nobody can read covers nothing

    def _after(self, start: int) -> int:
        """The offset behind the element that started there and closes now."""
        tag = _START_TAG.match(self._data, start)
        if tag and tag[0].endswith(b"/>"):
            return tag.end()
        return self._data.index(b">", self.parser.CurrentByteIndex) + 1
