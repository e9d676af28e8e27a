"""Append to styles.xml without touching what is there.

Ids of styles are positions in lists that every cell of the workbook points into; so nothing is changed or removed,
and what is equal to something present is reused.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from ..errors import UnusableFile, UsageError
from ..messages import Message
from .number_formats import BUILTIN_FORMATS
from .trees import STYLES_ORDER, Element, append, child, children, ensure, form_of, make, name_of, number, serialise

# Ids below are reserved for built-in formats.
_FIRST_OWN_FORMAT = 164
# Excel stops at 65,490.
_MOST_STYLES = 100_000
_FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip
_XF_ORDER = ("alignment", "protection", "extLst")
_SIDES = ("left", "right", "top", "bottom")

#: A minimal part for the rare workbook that has none.
EMPTY_STYLES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Font:
    """Font changes; None keeps what the base style has.

    Attributes:
        name: Typeface.
        size: In points.
        bold: Whether bold.
        italic: Whether italic.
        color: "RRGGBB".
    """

    name: str | None = None
    size: float | None = None
    bold: bool | None = None
    italic: bool | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Border:
    """Lines around a cell; sides not named keep the base's.

    Attributes:
        color: "RRGGBB".
        kind: "thin", "medium", "thick", "hair", "dotted", "dashed", "double" … or "none".
        sides: Any of "left", "right", "top", "bottom".
    """

    color: str = "000000"
    kind: str = "thin"
    sides: tuple[str, ...] = _SIDES


@dataclass(frozen=True, slots=True)
class Alignment:
    """Alignment changes; None keeps what the base style has.

    Attributes:
        horizontal: "left", "center", "right", "general" …
        vertical: "top", "center", "bottom".
        wrap: Whether text wraps.
        indent: In steps of about three spaces.
        shrink: Whether the content is made smaller to fit the column; a number too wide would show ####.
    """

    horizontal: str | None = None
    vertical: str | None = None
    wrap: bool | None = None
    indent: int | None = None
    shrink: bool | None = None


class StyleBook:
    """The styles of a workbook; ids are those that cells carry.

    Args:
        root: The styles part as a tree, changed in place.
        where: The name of the file, for messages.
    """

    def __init__(self, root: Element, where: str | None = None) -> None:
        self._root = root
        self._where = where
        self._known: dict[str, dict[tuple[object, ...], int]] = {}
        # Hundreds of cells ask for the same few styles; entries are never changed, so an answer stays right.
        self._derived: dict[tuple[object, ...], int] = {}
        self.is_changed = False

    def derive(
        self,
        base: int,
        *,
        font: Font | None = None,
        fill: str | None = None,
        border: Border | None = None,
        number_format: str | None = None,
        alignment: Alignment | None = None,
        locked: bool | None = None,
    ) -> int:
        """The id of a style that differs from `base` in what is given; a new one only if none is equal.

        Args:
            base: Id of the style to start from; 0 is the workbook's default.
            font: Changes of the font.
            fill: Solid background, "RRGGBB".
            border: Lines.
            number_format: Format code, "0.0%".
            alignment: Changes of the alignment.
            locked: Whether the cell is locked once its sheet is protected.

        Raises:
            UsageError: no style `base`, or a colour that is not RRGGBB.
        """
        asked = (base, font, fill, border, number_format, alignment, locked)
        if asked in self._derived:
            return self._derived[asked]
        listed = ensure(self._root, "cellXfs", STYLES_ORDER)
        if len(listed) > _MOST_STYLES:
            raise UnusableFile(
                Message(
                    f"文件有 {len(listed)} 种单元格样式，超过允许的上限；请用 Excel 打开后另存再试。",
                    f"the file has {len(listed)} cell styles, more than any program allows; save it anew from Excel, retry.",
                ),
                self._where,
            )
        styles = list(children(listed, "xf"))
        if not 0 <= base < len(styles):
            raise UsageError(Message(f"没有样式 {base}", f"there is no style {base}"))
        xf = copy.deepcopy(styles[base])
        xf.tail = None
        if font is not None:
            self._point(xf, "fontId", "applyFont", "fonts", _changed_font(self._item("fonts", xf, "fontId"), font))
        if fill is not None:
            self._point(xf, "fillId", "applyFill", "fills", self._solid(fill))
        if border is not None:
            lines = _changed_border(self._item("borders", xf, "borderId"), border)
            self._point(xf, "borderId", "applyBorder", "borders", lines)
        if number_format is not None:
            xf.set("numFmtId", str(self._format_id(number_format)))
            xf.set("applyNumberFormat", "1")
        if alignment is not None:
            _align(ensure(xf, "alignment", _XF_ORDER), alignment)
            xf.set("applyAlignment", "1")
        if locked is not None:
            ensure(xf, "protection", _XF_ORDER).set("locked", "1" if locked else "0")
            xf.set("applyProtection", "1")
        self._derived[asked] = self._index("cellXfs", listed, xf)
        return self._derived[asked]

    def dxf(self, *, font: Font | None = None, fill: str | None = None, number_format: str | None = None) -> int:
        """The id of a differential style, for conditional formats.

        Args:
            font: What the font changes to.
            fill: Background, "RRGGBB".
            number_format: Format code.
        """
        listed = ensure(self._root, "dxfs", STYLES_ORDER)
        dxf = make(listed, "dxf")
        if font is not None:
            dxf.append(_changed_font(make(dxf, "font"), font))
        if number_format is not None:
            code = {"numFmtId": str(self._format_id(number_format)), "formatCode": number_format}
            append(dxf, "numFmt", code)
        if fill is not None:
            # In a differential style the background colour fills, unlike in a cell's style.
            append(append(append(dxf, "fill"), "patternFill", {"patternType": "solid"}), "bgColor", _rgb(fill))
        return self._index("dxfs", listed, dxf)

    def to_bytes(self) -> bytes:
        """The part."""
        return serialise(self._root)

    def _item(self, section: str, xf: Element, pointer: str) -> Element:
        """A copy of the list entry that a style points to."""
        listed = ensure(self._root, section, STYLES_ORDER)
        items = [item for item in listed if name_of(item)]
        at = number(xf, pointer)
        if at < len(items):
            found = copy.deepcopy(items[at])
            found.tail = None
            return found
        return make(listed, section[:-1])

    def _point(self, xf: Element, pointer: str, apply: str, section: str, item: Element) -> None:
        listed = ensure(self._root, section, STYLES_ORDER)
        xf.set(pointer, str(self._index(section, listed, item)))
        xf.set(apply, "1")

    def _index(self, section: str, listed: Element, item: Element) -> int:
        """The position of an equal entry, appended when there is none."""
        known = self._known.get(section)
        if known is None:
            known = self._known[section] = {}
            for index, present in enumerate(element for element in listed if name_of(element)):
                known.setdefault(form_of(present), index)
        form = form_of(item)
        if form not in known:
            count = sum(1 for element in listed if name_of(element))
            listed.append(item)
            listed.set("count", str(count + 1))
            known[form] = count
            self.is_changed = True
        return known[form]

    def _solid(self, color: str) -> Element:
        fill = make(ensure(self._root, "fills", STYLES_ORDER), "fill")
        pattern = append(fill, "patternFill", {"patternType": "solid"})
        append(pattern, "fgColor", _rgb(color))
        append(pattern, "bgColor", {"indexed": "64"})
        return fill

    def _format_id(self, code: str) -> int:
        # Ids 5 to 8 and 27 up read differently in other locales; a stored code means the same everywhere.
        for identity, known in BUILTIN_FORMATS.items():
            if known == code and (identity < 5 or 8 < identity < 14 or 44 < identity < 50):
                return identity
        listed = ensure(self._root, "numFmts", STYLES_ORDER)
        taken = [_FIRST_OWN_FORMAT - 1]
        for present in children(listed, "numFmt"):
            if present.get("formatCode") == code:
                return number(present, "numFmtId")
            taken.append(number(present, "numFmtId"))
        append(listed, "numFmt", {"numFmtId": str(max(taken) + 1), "formatCode": code})
        listed.set("count", str(len(taken)))
        self.is_changed = True
        return max(taken) + 1


def _changed_font(element: Element, font: Font) -> Element:
    def put(name: str, attributes: dict[str, str]) -> None:
        place = ensure(element, name, _FONT_ORDER)
        for key in list(place.attrib):
            del place.attrib[key]
        place.attrib.update(attributes)

    def switch(name: str, on: bool | None) -> None:
        present = child(element, name)
        if on is False and present is not None:
            element.remove(present)
        elif on:
            put(name, {})

    switch("b", font.bold)
    switch("i", font.italic)
    if font.size is not None:
        put("sz", {"val": f"{font.size:g}"})
    if font.color is not None:
        put("color", _rgb(font.color))
    if font.name is not None:
        put("name", {"val": font.name})
        # A theme font would win over the name, and a charset belongs to the old typeface.
        for name in ("scheme", "charset", "family"):
            present = child(element, name)
            if present is not None:
                element.remove(present)
    return element


def _changed_border(element: Element, border: Border) -> Element:
    for side in border.sides:
        if side not in _SIDES:
            raise UsageError(Message(f"没有边框方向 {side}", f"there is no border side {side!r}"))
        line = ensure(element, side, (*_SIDES, "diagonal", "vertical", "horizontal"))
        for inner in list(line):
            line.remove(inner)
        line.attrib.clear()
        if border.kind != "none":
            line.set("style", border.kind)
            append(line, "color", _rgb(border.color))
    return element


def _align(element: Element, alignment: Alignment) -> None:
    if alignment.horizontal is not None:
        element.set("horizontal", alignment.horizontal)
    if alignment.vertical is not None:
        element.set("vertical", alignment.vertical)
    if alignment.wrap is not None:
        element.set("wrapText", "1" if alignment.wrap else "0")
    if alignment.indent is not None:
        element.set("indent", str(alignment.indent))
    if alignment.shrink is not None:
        element.set("shrinkToFit", "1" if alignment.shrink else "0")


def _rgb(color: str) -> dict[str, str]:
    if len(color) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in color):
        raise UsageError(Message(f"颜色 {color} 不是 RRGGBB", f"colour {color!r} is not RRGGBB"))
    return {"rgb": "FF" + color.upper()}
