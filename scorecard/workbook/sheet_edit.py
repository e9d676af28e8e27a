"""Edits to one worksheet's tree: the cells."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from .addresses import LAST_COLUMN, LAST_ROW, cell_name, range_name, shift_formula, split_cell
from .sheet_layout import SheetLayout
from .splice import Value, encode
from .trees import Element, append, child, children, descendants, make, name_of, number, ref_of
from .xml import is_writable

if TYPE_CHECKING:
    from .edit import Editor

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class SheetEditor(SheetLayout):
    """Edits to one worksheet; made by `Editor.sheet`. Rows and columns count from 1.

    Attributes:
        moves_formulas: Whether a cell gained or lost its formula.
    """

    def __init__(self, editor: Editor, name: str, part: str, root: Element) -> None:
        super().__init__(editor, name, part, root)
        self.moves_formulas = False
        self._cells: dict[int, dict[int, Element]] = {}
        self._groups: dict[str, list[Element]] | None = None
        self._blocks: list[tuple[int, int, int, int]] = []

    def set(
        self, row: int, col: int, value: Value = None, formula: str | None = None, style: int | None = None
    ) -> None:
        """Write a cell.

        Text without formula is stored in the cell itself (an "inline string"): the shared strings then stay as they
        are, no index can go wrong, and every reader, Excel included, understands it.

        Args:
            row: From 1.
            col: From 1.
            value: The value; with a formula, its cached result. None or "" without formula empties the cell.
            formula: With or without "=". None makes the cell a plain value.
            style: A style id; None keeps the cell's style (a new cell takes its row's or column's).

        Raises:
            UsageError: the cell is part of an array formula or data table, or lies outside the sheet; or the formula
                holds control characters.
        """
        self._check_alone(row, col)
        if formula is not None:
            formula = formula.removeprefix("=").replace("\r\n", "\n")
            if not is_writable(formula):
                raise self._refused("公式中含有控制字符", "the formula holds control characters")
        cell = self._made(row, col)
        self._strip(cell, keeps_formula=formula is not None)
        if style is not None:
            cell.set("s", str(style))
        kind, text = encode(value)
        if formula is not None:
            cell.insert(0, make(cell, "f", text=formula))
            if text is not None:
                cell.insert(1, make(cell, "v", text=text))
        elif text and kind == "str":
            kind = "inlineStr"
            inline = make(cell, "is")
            append(inline, "t", {_XML_SPACE: "preserve"} if text != text.strip() or "\n" in text else {}, text)
            cell.insert(0, inline)
        elif text:
            cell.insert(0, make(cell, "v", text=text))
        if text and kind:
            cell.set("t", kind)
        elif kind == "str" and formula is not None:
            cell.set("t", "str")  # a formula whose result is the empty string

    def clear(self, row: int, col: int) -> None:
        """Remove value and formula of a cell, keep its style.

        Raises:
            UsageError: the cell is part of an array formula or data table.
        """
        cells = self._row_cells(row)
        if col in cells:
            self._check_alone(row, col)
            self._strip(cells[col], keeps_formula=False)
            self.is_changed = True

    def freeze_formulas(self, keep: Collection[tuple[int, int]] = ()) -> None:
        """Replace formulas by the values stored for them; array formulas and data tables included.

        Args:
            keep: Row and column of cells that stay formulas.
        """
        kept = set(keep)
        for row in list(self._row_numbers):
            for col, cell in self._row_cells(row).items():
                formula = child(cell, "f")
                if formula is None or (row, col) in kept:
                    continue
                self._index_formulas()
                if formula.get("t") == "shared":
                    self._release(formula)
                cell.remove(formula)
                for key in ("cm", "vm"):
                    cell.attrib.pop(key, None)
                self._as_typed(cell)
                self.is_changed = self.moves_formulas = True

    @staticmethod
    def _as_typed(cell: Element) -> None:
        """A text that a formula gave becomes one that stands in the cell; an empty one leaves the cell empty."""
        value = child(cell, "v")
        text = "" if value is None else value.text or ""
        if cell.get("t") != "str" and text:
            return
        if value is not None:
            cell.remove(value)
        cell.attrib.pop("t", None)
        if text:
            cell.set("t", "inlineStr")
            inline = make(cell, "is")
            append(inline, "t", {_XML_SPACE: "preserve"} if text != text.strip() or "\n" in text else {}, text)
            cell.insert(0, inline)

    def style_of(self, row: int, col: int) -> int:
        """The style id a cell has, or would take from its row or column."""
        cell = self._row_cells(row).get(col)
        if cell is not None:
            return number(cell, "s")
        element = self._rows.get(row)
        if element is not None and element.get("customFormat") in ("1", "true"):
            return number(element, "s")
        columns = child(self.root, "cols")
        for column in children(columns, "col") if columns is not None else ():
            if number(column, "min", 1) <= col <= number(column, "max", 1):
                return number(column, "style")
        return 0

    def set_style(self, row: int, col: int, style: int) -> None:
        """Give a cell a style, whatever it holds."""
        self._made(row, col).set("s", str(style))

    def _row_cells(self, row: int) -> dict[int, Element]:
        """The cells of a row by column, in order."""
        if row not in self._cells:
            cells: dict[int, Element] = {}
            previous = 0
            for cell in children(self._rows[row], "c") if row in self._rows else ():
                previous = _column_of(cell, previous + 1)
                cells[previous] = cell
            if row not in self._rows:
                return cells
            self._cells[row] = cells
        return self._cells[row]

    def _made(self, row: int, col: int) -> Element:
        """The cell element, made in its place when it is missing."""
        self.is_changed = True
        cells = self._row_cells(row)
        if col in cells:
            return cells[col]
        if not (1 <= col <= LAST_COLUMN and 1 <= row <= LAST_ROW):
            raise self._refused(f"第 {row} 行第 {col} 列在表外", f"row {row}, column {col} is outside the sheet")
        style = self.style_of(row, col)
        element = self._row(row)
        # An explicit address: neighbours that rely on their position would otherwise move.
        for column, present in cells.items():
            present.set("r", cell_name(row, column))
        element.set("r", str(row))
        cell = make(element, "c", {"r": cell_name(row, col)})
        if style:
            cell.set("s", str(style))
        after = min((column for column in cells if column > col), default=None)
        if after is not None:
            cells[after].addprevious(cell)
        elif cells:
            cells[max(cells)].addnext(cell)
        else:
            element.insert(0, cell)
        cells = self._row_cells(row)
        cells[col] = cell
        _widen_spans(element, col)
        self._widen_dimension(row, col)
        return cell

    def _check_alone(self, row: int, col: int) -> None:
        self._index_formulas()
        for r1, c1, r2, c2 in self._blocks:
            if r1 <= row <= r2 and c1 <= col <= c2:
                name, block = cell_name(row, col), range_name(r1, c1, r2, c2)
                raise self._refused(
                    f"{name} 属于数组公式或模拟运算表 {block}，不能单独修改",
                    f"{name} belongs to the array formula or data table {block}; it cannot be changed alone",
                )

    def _strip(self, cell: Element, keeps_formula: bool) -> None:
        """Take value and formula out of a cell; what it shared is handed on first."""
        formula = child(cell, "f")
        if formula is not None and formula.get("t") == "shared":
            self._release(formula)
        if (formula is not None) != keeps_formula:
            self.moves_formulas = True
        for inner in [e for e in cell if name_of(e) in ("f", "v", "is")]:
            cell.remove(inner)
        # The type, and the numbers that tie array and rich values to the workbook's metadata, go with the value.
        for key in ("t", "cm", "vm"):
            cell.attrib.pop(key, None)

    def _index_formulas(self) -> None:
        if self._groups is not None:
            return
        self._groups = {}
        for formula in descendants(self._data, "f"):
            kind = formula.get("t")
            if kind == "shared":
                self._groups.setdefault(formula.get("si", ""), []).append(formula)
            elif kind in ("array", "dataTable"):
                block = ref_of(formula)
                if block is not None and block[:2] != block[2:]:
                    self._blocks.append(block)

    def _release(self, formula: Element) -> None:
        """Before the first cell of a shared formula goes, write the formula out in all others."""
        groups = self._groups or {}
        members = groups.get(formula.get("si", ""), [])
        if formula in members:
            members.remove(formula)
        if not formula.text:
            return
        row, col = self._place(formula.getparent())
        for member in members:
            if not member.text:
                to_row, to_col = self._place(member.getparent())
                member.text = shift_formula(formula.text, to_row - row, to_col - col)
            for key in ("t", "si", "ref"):
                member.attrib.pop(key, None)
        members.clear()

    def _place(self, cell: Element) -> tuple[int, int]:
        row = next(n for n, element in self._rows.items() if element is cell.getparent())
        return row, next(c for c, present in self._row_cells(row).items() if present is cell)

    def _widen_dimension(self, row: int, col: int) -> None:
        dimension = child(self.root, "dimension")
        if dimension is None:
            return
        used = ref_of(dimension)
        if used is None:
            self.root.remove(dimension)  # optional, and wrong
            return
        r1, c1, r2, c2 = used
        dimension.set("ref", range_name(min(r1, row), min(c1, col), max(r2, row), max(c2, col)))


def _widen_spans(row: Element, col: int) -> None:
    """Keep the row's hint of used columns true; it is optional, but readers may trust it."""
    spans = row.get("spans")
    if spans is None:
        return
    numbers = [int(number) for span in spans.split() for number in span.split(":") if number.isdecimal()]
    row.set("spans", f"{min([col, *numbers])}:{max([col, *numbers])}")


def _column_of(cell: Element, otherwise: int) -> int:
    """A cell's column; cells may leave out their address, or carry one that nobody can read."""
    try:
        return split_cell(cell.get("r", ""))[1]
    except ValueError:
        return otherwise
