"""XML parts as lxml trees, for edits: elements by local name, new ones in the schema's order and the part's namespace.

Names are matched without their namespace, so parts with prefixes and "strict" files edit like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from ..errors import UnusableFile
from .addresses import split_range
from .xml import DECLARED_TYPE, as_utf8, malformed

#: lxml ships no types; an element of its trees.
Element = Any

# The children of a worksheet in the order the schema demands; Excel calls a file with another order damaged.
WORKSHEET_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
WORKBOOK_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches",
    "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
STYLES_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip


def parse(data: bytes, part: str, where: str | None) -> Element:
    """The root element of a part.

    Raises:
        UnusableFile: not well-formed, or it declares a document type.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=False)
    try:
        root = etree.fromstring(as_utf8(data, part, where), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnusableFile(malformed(part), where) from None
    if root is None:
        raise UnusableFile(malformed(part), where)
    if root.getroottree().docinfo.doctype:
        raise UnusableFile(DECLARED_TYPE, where)
    return root


def serialise(root: Element) -> bytes:
    """A part's bytes as spreadsheet programs write them: UTF-8 with a standalone declaration."""
    data: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True, standalone=True)
    return data


def name_of(element: Element) -> str:
    """Local name; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace_of(element: Element) -> str:
    """The namespace of an element, "" when it has none."""
    namespace: str | None = etree.QName(element).namespace
    return namespace or ""


def children(parent: Element, name: str) -> Iterator[Element]:
    """The children of a local name."""
    return (child for child in parent if name_of(child) == name)


def child(parent: Element, name: str) -> Element | None:
    """The first child of a local name, None when there is none."""
    return next(children(parent, name), None)


def descendants(root: Element, name: str) -> Iterator[Element]:
    """All elements of a local name, in any namespace."""
    return (element for element in root.iter() if name_of(element) == name)


def make(parent: Element, name: str, attributes: dict[str, str] | None = None, text: str | None = None) -> Element:
    """A new element in the namespace (and with the prefix) of its parent-to-be; not attached yet."""
    namespace = namespace_of(parent)
    element = parent.makeelement(f"{{{namespace}}}{name}" if namespace else name, attributes or {}, parent.nsmap)
    element.text = text
    return element


def append(parent: Element, name: str, attributes: dict[str, str] | None = None, text: str | None = None) -> Element:
    """A new last child."""
    element = make(parent, name, attributes, text)
    parent.append(element)
    return element


def insert_ordered(parent: Element, element: Element, order: tuple[str, ...]) -> None:
    """Put an element behind its last sibling that may stand before it, or of its own name."""
    rank = order.index(name_of(element))
    at = 0
    for index, sibling in enumerate(parent):
        known = _rank(sibling, order)
        if known is not None and known <= rank:
            at = index + 1
    parent.insert(at, element)


def ensure(parent: Element, name: str, order: tuple[str, ...]) -> Element:
    """The child of that name, made in its place when it is missing."""
    found = child(parent, name)
    if found is None:
        found = make(parent, name)
        insert_ordered(parent, found, order)
    return found


def _rank(element: Element, order: tuple[str, ...]) -> int | None:
    name = name_of(element)
    if name in order:
        return order.index(name)
    if name == "AlternateContent":
        # Wraps an element of the table (controls, oleObjects) for programs that do not know its newer form.
        return next((order.index(name_of(inner)) for inner in element.iter() if name_of(inner) in order), None)
    return None


def form_of(element: Element) -> tuple[object, ...]:
    """A form in which equal elements are equal, whatever prefixes, order of attributes or whitespace they have."""
    inner = tuple(form_of(part) for part in element if name_of(part))
    text = element.text or ""
    return (element.tag, tuple(sorted(element.attrib.items())), text.strip() if inner else text, inner)


def number(element: Element, key: str, otherwise: int = 0) -> int:
    """A whole number from an attribute; `otherwise` when it is missing or no number."""
    text = element.get(key, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def ref_of(element: Element) -> tuple[int, int, int, int] | None:
    """The range in an element's `ref`; None when it is missing or no range."""
    try:
        return split_range(element.get("ref", ""))
    except ValueError:
        return None
