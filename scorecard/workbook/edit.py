"""Edits to a workbook without loss: only the parts an edit needs are parsed and written, all others keep their bytes."""

from __future__ import annotations

import posixpath
import re

from ..errors import UsageError
from ..messages import Message
from .addresses import quote_sheet
from .package import CONTENT_TYPES, Package
from .sheet_edit import SheetEditor
from .styles import EMPTY_STYLES, StyleBook
from .trees import (
    WORKBOOK_ORDER,
    Element,
    append,
    child,
    children,
    descendants,
    ensure,
    make,
    name_of,
    namespace_of,
    number,
    parse,
    serialise,
)

__all__ = ["Editor", "SheetEditor"]

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_APP = "docProps/app.xml"
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]{1,31}")
_DEFINED_NAME = re.compile(r"(?:[^\W\d]|\\)[\w.\\?]{0,254}")
# What reads as a place in the sheet, in either notation, cannot be a name.
_PLACE = re.compile(r"[A-Z]{1,3}[0-9]{1,7}|R[0-9]*(?:C[0-9]*)?|C[0-9]*", re.IGNORECASE | re.ASCII)


class Editor:
    """Edits on a copy of a package; nothing is written before `finish`.

    Args:
        package: The workbook; it is not changed.

    Example:
        ::

            editor = Editor(Package.open("考核表.xlsx"))
            editor.sheet("考核表").set(6, 12, value=95.0, formula="KPI_SCORE(F6,G6:J6)")
            editor.recalculate_on_load()
            editor.finish().save("考核表.xlsx")
    """

    def __init__(self, package: Package) -> None:
        self._package = package.copy()
        self._trees: dict[str, Element] = {}
        self._changed: set[str] = set()
        self._sheets: dict[str, SheetEditor] = {}
        self._styles: tuple[str, StyleBook] | None = None

    def sheet(self, name: str) -> SheetEditor:
        """The editor of a worksheet.

        Raises:
            UsageError: no such sheet, or a tab without cells.
            UnusableFile: the part is damaged.
        """
        # Asked of the tree, which knows the sheets added since the package was opened.
        part = self._sheet_part(name)
        if part not in self._sheets:
            root = parse(self._package.read(part), part, self._where)
            self._sheets[part] = SheetEditor(self, self._known_name(name), part, root)
        return self._sheets[part]

    def add_sheet(self, name: str, after: str | None = None) -> SheetEditor:
        r"""Add an empty worksheet.

        Args:
            name: Its name: up to 31 characters, none of []:*?/\, not in use.
            after: The sheet it follows; the last one when omitted.

        Raises:
            UsageError: the name cannot be used, or there is no sheet `after`.
        """
        self._check_sheet_name(name)
        workbook = self._tree(self._workbook_part)
        listed = ensure(workbook, "sheets", WORKBOOK_ORDER)
        present = list(children(listed, "sheet"))
        at = len(present) if after is None else self._index(after) + 1
        part = self._free_sheet_part()
        relation = self._relate(part, "worksheet")
        identity = 1 + max((number(tab, "sheetId") for tab in present), default=0)
        sheet = make(listed, "sheet", {"name": name, "sheetId": str(identity)})
        sheet.set(_id_attribute(present), relation)
        if at < len(present):
            present[at].addprevious(sheet)
        else:
            listed.append(sheet)
        self._shift_indices(workbook, at)
        self._list_title(name, [element.get("name", "") for element in present], at)
        self._touch(self._workbook_part)
        self._declare(part, _SHEET_TYPE)
        main = namespace_of(workbook)
        content = f'<worksheet xmlns="{main}"><sheetData/></worksheet>'.encode()
        self._package.add(part, content)
        return self.sheet(name)

    def remove_sheet(self, name: str) -> None:
        """Remove a worksheet with the names of its own; formulas elsewhere that read it are the caller's business.

        Raises:
            UsageError: no such sheet, a tab without cells, or the only one.
        """
        index, part = self._index(name), self._sheet_part(name)
        tabs = self._tabs()
        if len(tabs) == 1:
            raise UsageError(Message(f"“{name}”是唯一的工作表", f"{name!r} is the only sheet"), self._where)
        workbook, relations = self._tree(self._workbook_part), self._tree(self._relations_part)
        identity = next((value for key, value in tabs[index].attrib.items() if key.endswith("}id")), "")
        title = tabs[index].get("name", "")
        tabs[index].getparent().remove(tabs[index])
        for defined in [e for e in descendants(workbook, "definedName") if number(e, "localSheetId", -1) >= index]:
            if number(defined, "localSheetId") > index:
                defined.set("localSheetId", str(number(defined, "localSheetId") - 1))
                continue
            parent = defined.getparent()
            parent.remove(defined)
            if not len(parent):
                parent.getparent().remove(parent)
        for view in descendants(workbook, "workbookView"):
            for key in ("activeTab", "firstSheet"):
                if number(view, key) >= max(index, 1):
                    view.set(key, str(number(view, key) - 1))
        for element in [e for e in children(relations, "Relationship") if e.get("Id") == identity]:
            relations.remove(element)
        types = self._tree(CONTENT_TYPES)
        for element in [e for e in children(types, "Override") if e.get("PartName", "").lower() == f"/{part.lower()}"]:
            types.remove(element)
        for touched in (self._workbook_part, self._relations_part, CONTENT_TYPES):
            self._touch(touched)
        self._unlist_title(title)
        self._sheets.pop(part, None)
        folder, base = posixpath.split(part)
        for gone in (part, posixpath.join(folder, "_rels", base + ".rels")):
            if gone in self._package:
                self._package.remove(gone)
        self._drop_calculation_chain()

    def define_name(self, name: str, refers_to: str, sheet: str | None = None) -> None:
        """Define a name, or change what it refers to.

        Args:
            name: The name.
            refers_to: A formula, with or without "=".
            sheet: The sheet it belongs to; the whole workbook when omitted.

        Raises:
            UsageError: no such sheet, or a name that Excel refuses (blanks, or it reads like a cell: "Q1").
        """
        if not _DEFINED_NAME.fullmatch(name) or _PLACE.fullmatch(name):
            raise UsageError(Message(f"名称“{name}”不可用", f"the name {name!r} cannot be used"), self._where)
        element = self._defined(name, sheet)
        if element is None:
            workbook = self._tree(self._workbook_part)
            element = append(ensure(workbook, "definedNames", WORKBOOK_ORDER), "definedName", {"name": name})
            if sheet is not None:
                element.set("localSheetId", str(self._index(sheet)))
        element.text = refers_to.removeprefix("=")
        self._touch(self._workbook_part)

    @property
    def styles(self) -> StyleBook:
        """The styles of the workbook; made when there are none."""
        if self._styles is None:
            relations = self._package.relations(self._workbook_part).values()
            part = next((relation.target for relation in relations if relation.kind == "styles"), "")
            if not part:
                part = posixpath.join(posixpath.dirname(self._workbook_part), "styles.xml")
                self._relate(part, "styles")
                self._declare(part, _STYLES_TYPE)
            if part not in self._package:
                self._package.add(part, EMPTY_STYLES)
            self._styles = part, StyleBook(parse(self._package.read(part), part, self._where), self._where)
        return self._styles[1]

    def recalculate_on_load(self) -> None:
        """Ask the spreadsheet program to compute all formulas when it opens the file."""
        ensure(self._tree(self._workbook_part), "calcPr", WORKBOOK_ORDER).set("fullCalcOnLoad", "1")
        self._touch(self._workbook_part)

    def finish(self) -> Package:
        """The edited package. The editor can go on; what it does later is not in this package."""
        if any(sheet.moves_formulas for sheet in self._sheets.values()):
            self._drop_calculation_chain()
        for part, sheet in self._sheets.items():
            if sheet.is_changed:
                self._package.write(part, serialise(sheet.root))
        for part in sorted(self._changed):
            self._package.write(part, serialise(self._trees[part]))
        if self._styles is not None and self._styles[1].is_changed:
            self._package.write(self._styles[0], self._styles[1].to_bytes())
        return self._package.copy()

    def quoted(self, sheet: str) -> str:
        """A sheet's name as formulas write it."""
        return quote_sheet(self._known_name(sheet))

    # --- parts ---------------------------------------------------------------------------------------------------

    @property
    def _where(self) -> str | None:
        return self._package.where

    @property
    def _workbook_part(self) -> str:
        return self._package.workbook_part

    @property
    def _relations_part(self) -> str:
        folder, base = posixpath.split(self._workbook_part)
        return posixpath.join(folder, "_rels", base + ".rels")

    def _tree(self, part: str) -> Element:
        if part not in self._trees:
            self._trees[part] = parse(self._package.read(part), part, self._where)
        return self._trees[part]

    def _touch(self, part: str) -> None:
        self._changed.add(part)

    def _free_sheet_part(self) -> str:
        folder = posixpath.dirname(self._workbook_part)
        count = 1
        while (part := posixpath.join(folder, f"worksheets/sheet{count}.xml")) in self._package:
            count += 1
        return part

    def _relate(self, part: str, kind: str) -> str:
        """A relationship from the workbook to a part; returns its id."""
        root = self._tree(self._relations_part)
        present = list(children(root, "Relationship"))
        taken = {element.get("Id") for element in present}
        count = len(taken) + 1
        while f"rId{count}" in taken:
            count += 1
        # "Strict" files have another address for the same types: follow what the file does.
        known = (element.get("Type", "").rpartition("/")[0] for element in present)
        base = next((address for address in known if address.endswith("officeDocument/relationships")), _RELATIONS)
        target = posixpath.relpath(part, posixpath.dirname(self._workbook_part) or ".")
        append(root, "Relationship", {"Id": f"rId{count}", "Type": f"{base}/{kind}", "Target": target})
        self._touch(self._relations_part)
        return f"rId{count}"

    def _declare(self, part: str, content_type: str) -> None:
        append(self._tree(CONTENT_TYPES), "Override", {"PartName": "/" + part, "ContentType": content_type})
        self._touch(CONTENT_TYPES)

    def _drop_calculation_chain(self) -> None:
        """Remove the list of formula cells in calculation order.

        Excel rebuilds it silently when it is missing, but reports damage when it lists a cell without formula.
        """
        root = self._tree(self._relations_part)
        for relation in self._package.relations(self._workbook_part).values():
            if relation.kind == "calcChain" and relation.target in self._package:
                for element in [e for e in children(root, "Relationship") if e.get("Id") == relation.id]:
                    root.remove(element)
                    self._touch(self._relations_part)
                types = self._tree(CONTENT_TYPES)
                path = "/" + relation.target.lower()
                for element in [e for e in children(types, "Override") if e.get("PartName", "").lower() == path]:
                    types.remove(element)
                    self._touch(CONTENT_TYPES)
                self._package.remove(relation.target)

    # --- the workbook part ---------------------------------------------------------------------------------------

    def _tabs(self) -> list[Element]:
        listed = child(self._tree(self._workbook_part), "sheets")
        return list(children(listed, "sheet")) if listed is not None else []

    def _index(self, sheet: str) -> int:
        names = [tab.get("name", "") for tab in self._tabs()]
        for index, name in enumerate(names):
            if name.casefold() == sheet.casefold():
                return index
        known = "、".join(names)
        raise UsageError(
            Message(f"没有工作表“{sheet}”；现有：{known}", f"there is no sheet {sheet!r}; there are: {known}"),
            self._where,
        )

    def _known_name(self, sheet: str) -> str:
        name: str = self._tabs()[self._index(sheet)].get("name", "")
        return name

    def _sheet_part(self, name: str) -> str:
        tab = self._tabs()[self._index(name)]
        identity = next((value for key, value in tab.attrib.items() if key.endswith("}id")), "")
        for element in children(self._tree(self._relations_part), "Relationship"):
            if element.get("Id") == identity and element.get("Type", "").endswith("/worksheet"):
                return self._resolved(element.get("Target", ""))
        raise UsageError(
            Message(f"工作表“{name}”没有单元格（图表工作表等）", f"tab {name!r} has no cells (a chart sheet?)"),
            self._where,
        )

    def _resolved(self, target: str) -> str:
        relations = self._package.relations(self._workbook_part).values()
        folder = posixpath.dirname(self._workbook_part)
        path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")
        return path if path in self._package else next((r.target for r in relations if r.target.endswith(path)), path)

    def _defined(self, name: str, sheet: str | None) -> Element | None:
        scope = None if sheet is None else str(self._index(sheet))
        listed = child(self._tree(self._workbook_part), "definedNames")
        for element in children(listed, "definedName") if listed is not None else ():
            if element.get("name", "").casefold() == name.casefold() and element.get("localSheetId") == scope:
                return element
        return None

    def _check_sheet_name(self, name: str) -> None:
        if not _SHEET_NAME.fullmatch(name) or name.strip("'") != name:
            raise UsageError(
                Message(
                    f"工作表名“{name}”不可用：1 至 31 个字符，不含 []:*?/\\，首尾不是单引号",
                    f"sheet name {name!r} cannot be used: 1 to 31 characters, none of []:*?/\\, no ' at either end",
                ),
                self._where,
            )
        if name.casefold() in {tab.get("name", "").casefold() for tab in self._tabs()}:
            raise UsageError(Message(f"工作表“{name}”已存在", f"sheet {name!r} exists already"), self._where)

    def _shift_indices(self, workbook: Element, at: int) -> None:
        """Keep what counts sheets by position pointing at the same sheets after one came in."""
        for view in descendants(workbook, "workbookView"):
            for key in ("activeTab", "firstSheet"):
                if view.get(key) is not None and number(view, key) >= at:
                    view.set(key, str(number(view, key) + 1))
        for defined in descendants(workbook, "definedName"):
            scope = number(defined, "localSheetId", -1)
            if scope >= at:
                defined.set("localSheetId", str(scope + 1))

    def _list_title(self, name: str, present: list[str], at: int) -> None:
        """Add a sheet to the list of titles in the document properties, if that list is as it should be."""
        if _APP not in self._package:
            return
        root = self._tree(_APP)
        pairs, titles = child(root, "HeadingPairs"), child(root, "TitlesOfParts")
        if pairs is None or titles is None or not len(titles):
            return
        vector = titles[0]
        listed = [title.text or "" for title in vector]
        counts = [element for element in descendants(pairs, "i4") if (element.text or "").isdecimal()]
        start = 0
        for count in counts:
            group = listed[start : start + int(count.text)]
            # The heading is in the language of whoever saved the file; the titles say which group is the sheets'.
            if group and set(group) <= set(present):
                before = [title for title in group if title in present[:at]]
                title = append(vector, name_of(vector[0]), text=name)
                vector.insert(start + len(before), title)
                count.text = str(int(count.text) + 1)
                vector.set("size", str(len(vector)))
                self._touch(_APP)
                return
            start += len(group)


    def _unlist_title(self, name: str) -> None:
        """Take a sheet out of the list of titles in the document properties."""
        if _APP not in self._package:
            return
        root = self._tree(_APP)
        pairs, titles = child(root, "HeadingPairs"), child(root, "TitlesOfParts")
        if pairs is None or titles is None or not len(titles):
            return
        vector = titles[0]
        place = next((i for i, title in enumerate(vector) if title.text == name), None)
        start = 0
        for count in [element for element in descendants(pairs, "i4") if (element.text or "").isdecimal()]:
            if place is not None and start <= place < start + int(count.text):
                vector.remove(vector[place])
                count.text = str(int(count.text) - 1)
                vector.set("size", str(len(vector)))
                self._touch(_APP)
                return
            start += int(count.text)


def _id_attribute(present: list[Element]) -> str:
    """The name of `r:id` as this file spells its namespace."""
    for element in present:
        for key in element.attrib:
            if str(key).endswith("}id"):
                return str(key)
    return f"{{{_RELATIONS}}}id"
