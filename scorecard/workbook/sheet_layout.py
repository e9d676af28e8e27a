"""What surrounds the cells of a worksheet: rows and columns, view, page, merges, conditional formats, validation."""

from __future__ import annotations

import copy
from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..messages import Message
from .addresses import LAST_ROW, cell_name, range_name, split_range
from .trees import (
    WORKSHEET_ORDER,
    Element,
    append,
    child,
    children,
    descendants,
    ensure,
    insert_ordered,
    make,
    name_of,
    number,
    ref_of,
)
from .xml import encode_hex

if TYPE_CHECKING:
    from .edit import Editor

# In characters of the default font, as Excel writes for a column nobody sized.
_DEFAULT_WIDTH = "9.140625"
_SHEET_PROPERTIES = ("tabColor", "outlinePr", "pageSetUpPr")
_VIEW_ORDER = ("pane", "selection", "pivotSelection", "extLst")
# Excel calls a file damaged in which these texts are longer.
_LONGEST_LIST, _LONGEST_TITLE, _LONGEST_TEXT = 255, 32, 255


class SheetLayout:
    """The half of `SheetEditor` that does not touch values; rows and columns count from 1.

    Attributes:
        name: The sheet's name.
        part: The part that holds it.
        root: Its tree.
        is_changed: Whether anything was edited.
    """

    def __init__(self, editor: Editor, name: str, part: str, root: Element) -> None:
        self.name = name
        self.part = part
        self.root = root
        self.is_changed = False
        self._editor = editor
        self._data = ensure(root, "sheetData", WORKSHEET_ORDER)
        self._rows: dict[int, Element] = {}
        self._row_numbers: list[int] = []
        previous = 0
        for row in children(self._data, "row"):
            previous = number(row, "r", previous + 1)
            self._rows[previous] = row
            insort(self._row_numbers, previous)

    def merge(self, ref: str) -> None:
        """Merge a range; merging the same range again changes nothing.

        Raises:
            UsageError: one cell only, or the range overlaps another merge, which Excel would call damage.
        """
        r1, c1, r2, c2 = split_range(ref)
        ref = range_name(r1, c1, r2, c2)
        listed = child(self.root, "mergeCells")
        for present in children(listed, "mergeCell") if listed is not None else ():
            a1, b1, a2, b2 = ref_of(present) or (0, 0, 0, 0)
            if (a1, b1, a2, b2) == (r1, c1, r2, c2):
                return
            if a1 <= r2 and r1 <= a2 and b1 <= c2 and c1 <= b2:
                other = present.get("ref")
                raise self._refused(f"{ref} 与合并区域 {other} 重叠", f"{ref} overlaps the merged range {other}")
        if (r1, c1) == (r2, c2):
            raise self._refused(f"{ref} 只有一个单元格，不能合并", f"{ref} is one cell and cannot be merged")
        listed = self._ensure("mergeCells")
        append(listed, "mergeCell", {"ref": ref})
        listed.set("count", str(sum(1 for _ in children(listed, "mergeCell"))))

    # --- columns and rows ----------------------------------------------------------------------------------------

    def set_column_width(self, col: int, width: float) -> None:
        """Set the width of a column, in characters of the default font."""
        column = self._column(col)
        column.set("width", f"{width:g}")
        column.set("customWidth", "1")

    def restore_column_width(self, col: int, width: float | None) -> None:
        """Give a column its former width; None for one that had none of its own."""
        if width is not None:
            self.set_column_width(col, width)
            return
        column = self._column(col)
        listed = column.getparent()
        listed.remove(column)
        if not len(listed):
            self.root.remove(listed)

    def set_row_height(self, row: int, height: float) -> None:
        """Set the height of a row, in points."""
        element = self._row(row)
        element.set("ht", f"{height:g}")
        element.set("customHeight", "1")

    # --- view and page -------------------------------------------------------------------------------------------

    def freeze(self, row: int, col: int) -> None:
        """Freeze what lies above and left of a cell: `freeze(2, 1)` keeps row 1 in view, `freeze(1, 1)` unfreezes."""
        view = self._view()
        for old in [e for e in view if name_of(e) in ("pane", "selection")]:
            view.remove(old)
        if (row, col) == (1, 1):
            return
        corner = "bottomRight" if row > 1 and col > 1 else "bottomLeft" if row > 1 else "topRight"
        pane = {"xSplit": str(col - 1)} if col > 1 else {}
        if row > 1:
            pane["ySplit"] = str(row - 1)
        pane |= {"topLeftCell": cell_name(row, col), "activePane": corner, "state": "frozen"}
        insert_ordered(view, make(view, "pane", pane), _VIEW_ORDER)
        insert_ordered(view, make(view, "selection", {"pane": corner}), _VIEW_ORDER)

    def hide_gridlines(self) -> None:
        """Do not show the grid on the screen."""
        self._view().set("showGridLines", "0")

    def page_setup(self, landscape: bool = False, fit_width: int = 1, fit_height: int = 0, paper: int = 9) -> None:
        """Set paper and scaling.

        Args:
            landscape: Orientation.
            fit_width: Pages across; 0 for as many as needed.
            fit_height: Pages down; 0 for as many as needed.
            paper: Paper number; 9 is A4, 8 is A3.
        """
        properties = self._ensure("sheetPr")
        ensure(properties, "pageSetUpPr", _SHEET_PROPERTIES).set("fitToPage", "1")
        setup = self._ensure("pageSetup")
        setup.attrib.pop("scale", None)  # contradicts fitting
        setup.set("paperSize", str(paper))
        setup.set("orientation", "landscape" if landscape else "portrait")
        setup.set("fitToWidth", str(fit_width))
        setup.set("fitToHeight", str(fit_height))

    def protect(self) -> None:
        """Lock the sheet without a password: unlocked cells can be filled in, columns and rows resized."""
        protection = self._ensure("sheetProtection")
        for key_, value in (("sheet", "1"), ("formatColumns", "0"), ("formatRows", "0")):
            protection.set(key_, value)

    def print_area(self, ref: str) -> None:
        """Print only a range."""
        area = range_name(*split_range(ref), absolute=True)
        self._editor.define_name("_xlnm.Print_Area", f"{self._editor.quoted(self.name)}!{area}", self.name)

    # --- formats by condition, validation ------------------------------------------------------------------------

    def add_conditional(self, ref: str, formula: str, dxf_id: int, stop: bool = False) -> None:
        """Add a conditional format that applies after those present.

        Args:
            ref: The cells, "A1:C3", several ranges separated by blanks.
            formula: A condition written for the first cell, with or without "=".
            dxf_id: From `StyleBook.dxf`.
            stop: Whether later rules are skipped where this one applies.
        """
        # Newer kinds of rules sit in the extension list and share the count.
        taken = [number(rule, "priority") for rule in descendants(self.root, "cfRule")]
        block = make(self.root, "conditionalFormatting", {"sqref": ref})
        rule = {"type": "expression", "dxfId": str(dxf_id), "priority": str(max(taken, default=0) + 1)}
        if stop:
            rule["stopIfTrue"] = "1"
        append(append(block, "cfRule", rule), "formula", text=formula.removeprefix("="))
        insert_ordered(self.root, block, WORKSHEET_ORDER)
        self.is_changed = True

    def remove_conditional(self, ref: str, formula: str) -> None:
        """Remove the conditional formats of a range with a formula; none there is fine."""
        for block in [e for e in children(self.root, "conditionalFormatting") if e.get("sqref") == ref]:
            for rule in list(children(block, "cfRule")):
                if any(text.text == formula.removeprefix("=") for text in children(rule, "formula")):
                    block.remove(rule)
                    self.is_changed = True
            if not any(True for _ in children(block, "cfRule")):
                self.root.remove(block)

    def remove_validation(self, ref: str) -> None:
        """Remove the restrictions of exactly a range; none there is fine."""
        listed = child(self.root, "dataValidations")
        if listed is None:
            return
        for rule in [e for e in children(listed, "dataValidation") if e.get("sqref") == ref]:
            listed.remove(rule)
            self.is_changed = True
        count = sum(1 for _ in children(listed, "dataValidation"))
        listed.set("count", str(count))
        if not count:
            self.root.remove(listed)

    def add_validation(
        self,
        ref: str,
        kind: str,
        formula1: str,
        formula2: str | None = None,
        operator: str | None = None,
        allow_blank: bool = True,
        prompt: tuple[str, str] | None = None,
        error: tuple[str, str] | None = None,
    ) -> None:
        """Restrict what can be typed.

        Args:
            ref: The cells, "A1:C3", several ranges separated by blanks.
            kind: "list", "decimal", "whole", "date", "time", "textLength" or "custom".
            formula1: A limit, a formula, or for a list a range or the words in quotes: `"甲,乙"`.
            formula2: The second limit of "between".
            operator: "between" (when omitted), "greaterThanOrEqual", "lessThan" …
            allow_blank: Whether the cell may be emptied.
            prompt: Title and text shown while the cell is selected.
            error: Title and text shown when something else is typed; the entry is refused.

        Raises:
            UsageError: a text is longer than Excel allows.
        """
        if kind == "list" and formula1.startswith('"') and len(formula1) > _LONGEST_LIST + 2:
            raise self._refused(
                "下拉列表超过 255 个字符，请改用单元格区域", "the list exceeds 255 characters; use a range"
            )
        attributes = {"type": kind, "allowBlank": "1" if allow_blank else "0"}
        if operator is not None:
            attributes["operator"] = operator
        attributes |= {"showInputMessage": "1", "showErrorMessage": "1"}
        for texts, title_key, text_key in ((error, "errorTitle", "error"), (prompt, "promptTitle", "prompt")):
            if texts is not None:
                if len(texts[0]) > _LONGEST_TITLE or len(texts[1]) > _LONGEST_TEXT:
                    raise self._refused(
                        f"提示过长（标题至多 32、正文至多 255 个字符）：{texts[0]}",
                        f"message too long (title up to 32, text up to 255 characters): {texts[0]}",
                    )
                attributes |= {title_key: encode_hex(texts[0]), text_key: encode_hex(texts[1])}
        attributes["sqref"] = ref
        listed = self._ensure("dataValidations")
        rule = append(listed, "dataValidation", attributes)
        append(rule, "formula1", text=formula1.removeprefix("="))
        if formula2 is not None:
            append(rule, "formula2", text=formula2.removeprefix("="))
        listed.set("count", str(sum(1 for _ in children(listed, "dataValidation"))))

    # --- inside --------------------------------------------------------------------------------------------------

    def _refused(self, zh: str, en: str) -> UsageError:
        return UsageError(Message(zh, en), self.name)

    def _ensure(self, name: str) -> Element:
        self.is_changed = True
        return ensure(self.root, name, WORKSHEET_ORDER)

    def _view(self) -> Element:
        views = self._ensure("sheetViews")
        view = child(views, "sheetView")
        return append(views, "sheetView", {"workbookViewId": "0"}) if view is None else view

    def _row(self, row: int) -> Element:
        """The row element, made in its place when it is missing."""
        self.is_changed = True
        found = self._rows.get(row)
        if found is None:
            if not 1 <= row <= LAST_ROW:
                raise self._refused(f"没有第 {row} 行", f"there is no row {row}")
            found = make(self._data, "row", {"r": str(row)})
            at = bisect_left(self._row_numbers, row)
            if at < len(self._row_numbers):
                self._rows[self._row_numbers[at]].addprevious(found)
            else:
                self._data.append(found)
            self._row_numbers.insert(at, row)
            self._rows[row] = found
        return found

    def _column(self, col: int) -> Element:
        """The element of one column: a range that reaches beyond it is split, a gap is filled."""
        listed = self._ensure("cols")
        kept: list[Element] = []
        found = None
        for column in children(listed, "col"):
            low, high = number(column, "min", 1), number(column, "max", 1)
            if not low <= col <= high:
                kept.append(column)
                continue
            if low < col:
                kept.append(_cut(column, low, col - 1))
            found = _cut(column, col, col)
            if high > col:
                kept.append(_cut(column, col + 1, high))
        if found is None:
            found = self._plain_column(listed, col)
        listed[:] = sorted([*kept, found], key=lambda element: number(element, "min", 1))
        return found

    def _plain_column(self, listed: Element, col: int) -> Element:
        layout = child(self.root, "sheetFormatPr")
        width = _DEFAULT_WIDTH if layout is None else layout.get("defaultColWidth", _DEFAULT_WIDTH)
        return make(listed, "col", {"min": str(col), "max": str(col), "width": width})


def _cut(column: Element, first: int, last: int) -> Element:
    part = copy.deepcopy(column)
    part.set("min", str(first))
    part.set("max", str(last))
    return part
