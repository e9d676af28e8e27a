"""The cells of one worksheet: value, formula, error, format, merges, visibility.

What a person sees decides: the `<dimension>` of the file is not read (it is often absurd), and cells that carry only
a style are kept in a few bytes each, so that a sheet painted down to row 1048576 costs little.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from ..errors import UnusableFile, UsageError
from ..messages import Message
from .addresses import LAST_ROW, column_number, split_cell, split_range
from .archive import TOO_LARGE
from .cells import COLUMN_BITS, Cell, CellFormat, Grid, Value
from .number_formats import BUILTIN_FORMATS, is_date_format
from .package import Package, SheetRef
from .splice import decode, number_of
from .xml import decode_hex, elements, is_utf8, plain, unescape

__all__ = ["Cell", "CellFormat", "Grid", "Value", "read_formats", "read_grid"]

_TOKEN = re.compile(
    rb'<row(?: r="([0-9]{1,7})")?(\s[^>]*)?>'
    # A cell: address, style and type in the usual order, or any attributes;
    rb'|<c(?: r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,6})")?(?: t="([a-zA-Z]+)")?|(\s[^>]*?)?)(?:/>|>\s*'
    # then formula, value and inline text. Nothing runs on to a closing tag far away but the inline text, and that
    # is only tried where one follows (see `_is_plain`).
    rb"((?:<f(\s[^>]*?)?(?:/>|>([^<]*)</f\s*>)\s*)?)((?:<v(?:\s[^>]*)?(?:/>|>([^<]*)</v\s*>))?)"
    rb"\s*(?:<is(?:\s[^>]*)?>(.*?)</is\s*>)?)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_STRING_ITEM = re.compile(rb"<si(?:\s[^>]*)?(?:/>|>(.*?)</si\s*>)", re.DOTALL)
_PHONETIC_END = re.compile(rb"</rPh\s*>")
_RUN = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t\s*>")
_MERGE = re.compile(rb"<mergeCell\s([^>]*)>")
_COLUMN = re.compile(rb"<col\s([^>]*)>")
_PROTECTION = re.compile(rb"<sheetProtection\s([^>]*)>")


# Four times what the fullest sheet of Chinese names needs, and still no more than some hundred megabytes.
_MOST_STRINGS = 4_000_000
_LONGEST_TEXT = 32_767


def read_grid(package: Package, sheet: SheetRef | str) -> Grid:
    """Read one worksheet.

    Args:
        package: The workbook.
        sheet: The tab or its name.

    Raises:
        UnusableFile: a part is missing or damaged.
        UsageError: no such sheet, or a tab without cells (a chart sheet).

    Example:
        ::

            grid = read_grid(Package.open("考核表.xlsx"), "考核表")
            grid.at("F6").value, grid.at("F6").number_format    # (0.95, "0.0%")
    """
    if isinstance(sheet, str):
        sheet = package.sheet(sheet)
    if sheet.kind != "worksheet":
        place = f"{package.where}!{sheet.name}" if package.where else sheet.name
        raise UsageError(
            Message("这个工作表没有单元格（图表工作表等）", "this tab has no cells (a chart sheet?)"), place
        )
    data = package.read(sheet.part)
    if not is_plain_sheet(data):
        data = plain(data, sheet.part, package.where)
    stop = data.rfind(b"</sheetData")
    start = data.find(b"<sheetData")
    formats = read_formats(package)
    reader = _Reader(formats, shared_strings(package), package.date1904)
    if 0 <= start < stop:
        reader.read(data, start, stop)
        reader.sort()
    head, tail = data[: max(start, 0)], data[max(stop, 0) :]
    protection = _PROTECTION.search(tail)
    return Grid(
        sheet,
        formats,
        reader.cells,
        (reader.empty_keys, reader.empty_styles),
        _read_merges(tail),
        reader.hidden_rows,
        _read_hidden_columns(head),
        protection is not None and _is_on(_attributes(protection[1]).get("sheet")),
        reader.origins,
    )


def is_plain_sheet(data: bytes) -> bool:
    """Whether a worksheet is written in the usual way, so that patterns fit it."""
    return _is_plain(data, b"worksheet", b"is")


def number_in(text: bytes) -> Value:
    """The number that a cell of numbers holds."""
    return int(text) if len(text) < 16 and text.isdigit() else number_of(text.decode("utf-8", "replace"))


def cells_of(data: bytes, formats: tuple[CellFormat, ...], strings: Strings, date1904: bool) -> Iterator[Cell]:
    """The cells with a value or a formula in a piece of a worksheet that is written in the usual way."""
    reader = _Reader(formats, strings, date1904)
    reader.read(data, 0, len(data))
    for row in reader.cells.values():
        yield from row.values()


def read_widths(package: Package, sheet: str) -> dict[int, float]:
    """The columns of a sheet that have a width of their own, in characters."""
    ref = package.sheet(sheet)
    data = package.read(ref.part)
    widths: dict[int, float] = {}
    for match in _COLUMN.finditer(data[: max(data.find(b"<sheetData"), 0)]):
        found = _attributes(match[1])
        width = number_of(found.get("width", ""))
        if isinstance(width, (int, float)):
            widths.update((col, width) for col in range(_whole(found.get("min")), _whole(found.get("max")) + 1))
    return widths


def read_formats(package: Package) -> tuple[CellFormat, ...]:
    """The formats of all styles by id; one plain format when the workbook has no styles.

    Raises:
        UnusableFile: the part is damaged.
    """
    part = package.related("styles")
    # Copies of a form have the same styles: then their cells share the objects, too.
    return package.common(part, _parse_formats) if part else (_PLAIN_FORMAT,)


_PLAIN_FORMAT = CellFormat(0, "General", False, True)


def _parse_formats(data: bytes) -> tuple[CellFormat, ...]:
    codes = dict(BUILTIN_FORMATS)
    found: list[tuple[int, bool]] = []
    section = ""
    for tag, attributes in elements(data, "xl/styles.xml", None):
        if tag in ("numFmts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            section = tag
        elif section == "numFmts" and tag == "numFmt":
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "General")
        elif section == "cellXfs" and tag == "xf":
            found.append((_whole(attributes.get("numFmtId")), True))
        elif section == "cellXfs" and tag == "protection" and found:
            found[-1] = (found[-1][0], attributes.get("locked", "1") not in ("0", "false"))
    formats = []
    for style, (number_format, locked) in enumerate(found):
        code = codes.get(number_format, "General")
        formats.append(CellFormat(style, code, is_date_format(code), locked))
    return tuple(formats) or (_PLAIN_FORMAT,)


class Strings:
    """The shared strings, decoded when first asked for."""

    __slots__ = ("_raw", "_texts")

    def __init__(self, data: bytes) -> None:
        if data.count(b"<si") > _MOST_STRINGS:
            raise UnusableFile(TOO_LARGE, None)
        if not _is_plain(data, b"sst", b"si"):
            data = plain(data, "xl/sharedStrings.xml", None)
        self._raw = _STRING_ITEM.findall(data)
        self._texts: list[str | None] = [None] * len(self._raw)

    def changes(self, other: Strings) -> list[int]:
        """The numbers that do not stand for the same text in other strings."""
        mine, theirs = self._raw, other._raw
        found = [index for index, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b]
        return [*found, *range(min(len(mine), len(theirs)), max(len(mine), len(theirs)))]

    def __call__(self, index: int) -> str:
        """The text of a number, "" where there is none such."""
        if not 0 <= index < len(self._raw):
            return ""
        text = self._texts[index]
        if text is None:
            text = self._texts[index] = _rich_text(self._raw[index])
        return text


def shared_strings(package: Package) -> Strings:
    """The shared strings by their number, "" where there is none such; raises UnusableFile."""
    part = package.related("sharedStrings")
    return package.derived(part, Strings) if part else Strings(b"<sst></sst>")


def _rich_text(item: bytes) -> str:
    """The runs of a string item one after the other; the phonetic guide is not part of the text."""
    if b"<rPh" in item:
        first, *rest = item.split(b"<rPh")
        item = first + b"".join(_PHONETIC_END.split(part, maxsplit=1)[-1] for part in rest)
    return inline_text(b"".join(_RUN.findall(item)))


def inline_text(written: bytes) -> str:
    """The text of a cell or string of one run, as it is written in the file."""
    # No program lets more be typed into a cell; what a file pretends to beyond that is not worth its time.
    text = written[: 8 * _LONGEST_TEXT].decode("utf-8", "replace")
    return decode_hex(unescape(text))[:_LONGEST_TEXT]


class _Reader:
    """The cells of a sheet, one after the other."""

    def __init__(self, formats: tuple[CellFormat, ...], strings: Callable[[int], str], date1904: bool) -> None:
        self.cells: dict[int, dict[int, Cell]] = {}
        self.empty_keys = array("Q")
        self.empty_styles = array("I")
        self.hidden_rows: list[tuple[int, int]] = []
        self._formats = formats
        self._strings = strings
        self._date1904 = date1904
        self.origins: dict[tuple[int, int], tuple[int, int]] = {}
        self._shared: dict[str, tuple[str, tuple[int, int]]] = {}

    def read(self, data: bytes, start: int, stop: int) -> None:
        """Read the cells between two offsets. One long loop: it runs once for each cell of each workbook."""
        columns, strings, formats, new = _COLUMN_NUMBERS, self._strings, self._formats, tuple.__new__
        style_count = len(formats)
        row = col = stored_row = 0
        cells: dict[int, Cell] = {}
        row_digits = b""
        value: Value
        for match in _TOKEN.finditer(data, start, stop):
            (row_number, row_attributes, letters, digits, style_digits, kind, attributes,
             has_formula, formula_attributes, formula_text, cached, text, inline) = match.groups()  # fmt: skip
            if letters is not None:
                if digits != row_digits:
                    row, row_digits = int(digits), digits
                col = columns[letters]
            elif data.startswith(b"<r", match.start()):
                row, col, row_digits = int(row_number) if row_number else row + 1, 0, b""
                if row_attributes and (row_number is None or b"hidden" in row_attributes):
                    row = self._row(row, row_attributes)
                continue
            else:
                row, col, style_digits, kind = _loose_address(attributes or b"", row, col)
                row_digits = b""
            if not (0 < row <= LAST_ROW and col):
                continue  # an address outside any sheet
            style = int(style_digits) if style_digits else 0
            if style >= style_count:
                style = 0
            # What most cells are comes first: a shared string, a number, nothing.
            if kind == b"s":
                value = strings(int(text)) if text and text.isdigit() and len(text) < 10 else None
            elif kind is None:
                if not text:
                    value = None
                else:
                    value = number_in(text)
            else:
                value = self._value(kind.decode(), text, cached, inline)
            if value is None and not has_formula:
                if style:
                    self.empty_keys.append(row << COLUMN_BITS | col)
                    self.empty_styles.append(style)
                continue
            cell_format = formats[style]
            if kind == b"d" and not isinstance(value, str) and not cell_format.is_date:
                cell_format = replace(cell_format, is_date=True)
            formula, formula_kind = None, ""
            if has_formula:
                formula, formula_kind = self._formula(formula_attributes, formula_text, row, col)
            if row != stored_row:
                cells, stored_row = self.cells.setdefault(row, {}), row
            uncached = value is None and formula is not None
            cells[col] = new(Cell, (row, col, value, cell_format, formula, formula_kind, uncached))

    def sort(self) -> None:
        """Bring everything into order; writers nearly always have done so."""
        if not _in_order(self.cells):
            self.cells = dict(sorted(self.cells.items()))
        for row, cells in self.cells.items():
            if not _in_order(cells):
                self.cells[row] = dict(sorted(cells.items()))
        if not _in_order(self.empty_keys):
            pairs = sorted(zip(self.empty_keys, self.empty_styles, strict=True))
            self.empty_keys = array("Q", (key for key, _ in pairs))
            self.empty_styles = array("I", (style for _, style in pairs))
        self.hidden_rows.sort()

    def _row(self, row: int, raw_attributes: bytes) -> int:
        """The number of a row with attributes that matter; notes whether it is hidden."""
        attributes = _attributes(raw_attributes)
        row = _whole(attributes.get("r")) or row
        if _is_on(attributes.get("hidden")):
            if self.hidden_rows and self.hidden_rows[-1][1] == row - 1:
                self.hidden_rows[-1] = (self.hidden_rows[-1][0], row)
            else:
                self.hidden_rows.append((row, row))
        return row

    def _value(self, kind: str, text: bytes | None, cached: bytes, inline: bytes | None) -> Value:
        """The value of the rarer types. `<v/>` is the empty string where the type says text, else no value."""
        if kind == "inlineStr":
            return _rich_text(inline or b"")
        if kind == "str":
            return decode_hex(unescape((text or b"").decode("utf-8", "replace"))) if cached else None
        if not text:
            return None
        content = unescape(text.decode("utf-8", "replace"))
        return _day_number(content, self._date1904) if kind == "d" else decode(kind, content)

    def _formula(self, raw_attributes: bytes | None, raw_text: bytes | None, row: int, col: int) -> tuple[str, str]:
        text = unescape(raw_text.decode("utf-8", "replace")) if raw_text else ""
        if not raw_attributes or b"t=" not in raw_attributes:
            return text, "normal"
        attributes = _attributes(raw_attributes)
        kind = attributes.get("t", "normal")
        if kind != "shared":
            return text, kind
        group = attributes.get("si", "")
        if text:
            # The group's first cell is an ordinary formula that others point to.
            self._shared[group] = text, (row, col)
            return text, "normal"
        text, self.origins[row, col] = self._shared.get(group, ("", (row, col)))
        return text, "shared"


def _read_hidden_columns(head: bytes) -> list[tuple[int, int]]:
    columns = (_attributes(match[1]) for match in _COLUMN.finditer(head))
    return sorted((_whole(c.get("min")), _whole(c.get("max"))) for c in columns if _is_on(c.get("hidden")))


def _read_merges(tail: bytes) -> tuple[tuple[int, int, int, int], ...]:
    merges = []
    for match in _MERGE.finditer(tail):
        try:
            merges.append(split_range(_attributes(match[1]).get("ref", "")))
        except ValueError:
            continue  # no cell can lie in a range that cannot be read
    return tuple(merges)


def _in_order(numbers: Iterable[int]) -> bool:
    return all(a < b for a, b in pairwise(numbers))


def _is_plain(data: bytes, root: bytes, nested: bytes) -> bool:
    """Whether the patterns fit a part: UTF-8, no prefixes, comments or CDATA, nested text closed, not cut off."""
    return (
        data[-64:].rstrip().endswith(b"</" + root + b">")
        and b"<!" not in data
        and is_utf8(data)
        and data.rfind(b"<" + nested) <= data.rfind(b"</" + nested)
    )


def _loose_address(raw: bytes, row: int, col: int) -> tuple[int, int, bytes | None, bytes | None]:
    """Place, style and type from attributes in any order; without an address a cell follows its neighbour."""
    attributes = _attributes(raw)
    try:
        row, col = split_cell(attributes["r"]) if "r" in attributes else (row, col + 1)
    except ValueError:
        row, col = 0, 0
    kind = attributes.get("t", "n")
    style = attributes.get("s", "")
    return (
        row,
        col,
        style.encode() if style.isdecimal() and len(style) < 7 else None,
        None if kind == "n" else kind.encode(),
    )


def _attributes(raw: bytes) -> dict[str, str]:
    return {
        name.decode(): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(raw)
    }


def _is_on(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _whole(text: str | None) -> int:
    return int(text) if text and len(text) < 10 and text.isdecimal() else 0


def _day_number(text: str, date1904: bool) -> Value:
    """An ISO date as the number a spreadsheet counts days with; text that is no date stays text."""
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        return text
    if date1904:
        days = (moment - datetime(1904, 1, 1)) / timedelta(days=1)
    else:
        days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
        days -= days < 61  # spreadsheets know a 29 February 1900, the calendar does not
    return int(days) if days.is_integer() else days


class _ColumnNumbers(dict[bytes, int]):
    """Column numbers by letters; 0 for letters beyond the last column."""

    def __missing__(self, letters: bytes) -> int:
        try:
            number = column_number(letters.decode())
        except ValueError:
            number = 0
        self[letters] = number
        return number


_COLUMN_NUMBERS = _ColumnNumbers()
