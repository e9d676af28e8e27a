"""A plan carried out on an open document, as `scorecard.workbook.plan.apply` does on a file.

Formulas of a plan are written as Excel writes them; Calc's own parser turns them into its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import Locale
from com.sun.star.table import CellRangeAddress

from scorecard.workbook.addresses import split_range
from scorecard.workbook.plan import Choice, Edit, Look, Mark, Plan, SheetPlan

_OOO, _EXCEL = 0, 3  # com.sun.star.sheet.AddressConvention: OOO, XL_OOX
_BOLD, _NORMAL = 150.0, 100.0  # com.sun.star.awt.FontWeight
_MM_PER_POINT, _MM_PER_PIXEL = 2540 / 72, 2540 / 96  # hundredths
_ALIGNED = {"left": "LEFT", "center": "CENTER", "right": "RIGHT"}
_SCRIPTS = ("", "Asian", "Complex")
#: What makes a cell look like another one; sorted, as the interface asks.
_LOOKS = tuple(sorted((
    "CellStyle", "NumberFormat", "CellBackColor", "IsCellBackgroundTransparent", "CharColor", "HoriJustify",
    "VertJustify", "IsTextWrapped", "ShrinkToFit", "ParaIndent", "TopBorder", "BottomBorder", "LeftBorder",
    "RightBorder", "CellProtection",
    *(f"Char{name}{script}" for script in _SCRIPTS for name in ("FontName", "Height", "Weight", "Posture")),
)))  # fmt: skip


def write_plan(plan: Plan, document: Any) -> None:
    """Carry out a plan. It cannot be undone by a step of Calc's own.

    Calc remembers 100 actions, also within one step, and forgets the first ones beyond: undoing would take back a part,
    and leave formulas that point nowhere. So its memory is off meanwhile, and empty afterwards.

    Args:
        plan: Whose cells are known to be free.
        document: It is changed, not saved. Nothing is computed meanwhile.
    """
    document.UndoManager.lock()
    try:
        _carry_out(plan, document)
    finally:
        document.UndoManager.unlock()
        document.UndoManager.clear()


def _carry_out(plan: Plan, document: Any) -> None:
    was_automatic = document.isAutomaticCalculationEnabled()
    document.addActionLock()
    document.enableAutomaticCalculation(False)
    try:
        for new in plan.sheets:
            if new.is_new:
                document.Sheets.insertNewByName(new.sheet, document.Sheets.getCount())
        # Looks first: a formula in a cell without a number format takes that of what it reads, when it is computed.
        _dress_all(document, plan.edits)
        excel = Translation(document)
        for edit in plan.edits:
            _write(document, edit, excel)
        for sheet in plan.sheets:
            _arrange(document, sheet, excel)
    finally:
        document.enableAutomaticCalculation(was_automatic)
        document.removeActionLock()
    front = document.getCurrentController().getActiveSheet()
    for sheet in plan.sheets:
        # After the lock: what a sheet shows can be set only while it is in front.
        if sheet.freeze or sheet.is_new:
            _show(document, sheet)
    document.getCurrentController().setActiveSheet(front)


class Translation:
    """Formulas from Excel's way of writing to Calc's."""

    def __init__(self, document: Any) -> None:
        self._parser = document.createInstance("com.sun.star.sheet.FormulaParser")
        self._parser.CompileEnglish = True

    def __call__(self, formula: str, cell: Any) -> str:
        """The formula of a cell, without "=" on both sides."""
        place = cell.getCellAddress()
        self._parser.FormulaConvention = _EXCEL
        tokens = self._parser.parseFormula(formula, place)
        self._parser.FormulaConvention = _OOO
        return str(self._parser.printFormula(tokens, place))


def _write(document: Any, edit: Edit, excel: Translation) -> None:
    if edit.formula is None and edit.value is None:
        return
    cell = document.Sheets.getByName(edit.sheet).getCellByPosition(edit.col - 1, edit.row - 1)
    if edit.formula is not None:
        cell.setFormula("=" + excel(edit.formula[1:], cell))
    elif isinstance(edit.value, str):
        cell.setString(edit.value)
    else:
        cell.setValue(float(edit.value))  # type: ignore[arg-type]  # errors are not planned


def _dress_all(document: Any, edits: Iterable[Edit]) -> None:
    """Looks, each set once for all the cells that get it: a call for each cell would take many seconds."""
    cells: dict[tuple[str, Look], list[Edit]] = {}
    for edit in edits:
        if edit.look is not None:
            cells.setdefault((edit.sheet, edit.look), []).append(edit)
    for (name, look), group in cells.items():
        sheet = document.Sheets.getByName(name)
        place = sheet.getRangeAddress().Sheet
        together = document.createInstance("com.sun.star.sheet.SheetCellRanges")
        for edit in group:
            row, col = edit.row - 1, edit.col - 1
            together.addRangeAddress(CellRangeAddress(place, col, row, col, row), True)
        _dress(document, sheet, together, look)


def _dress(document: Any, sheet: Any, cells: Any, look: Look) -> None:
    """Every property in one call, which is one action to undo."""
    found: dict[str, Any] = {}
    if look.like is not None:
        model = sheet.getCellByPosition(look.like[1] - 1, look.like[0] - 1)
        found |= zip(_LOOKS, model.getPropertyValues(_LOOKS), strict=True)
    if look.number_format is not None:
        found["NumberFormat"] = _number_format(document, look.number_format)
    if look.bold is not None:
        found |= _font("Weight", _BOLD if look.bold else _NORMAL)
    if look.size is not None:
        found |= _font("Height", look.size)
    if look.color is not None:
        found["CharColor"] = int(look.color, 16)
    if look.fill is not None:
        found["CellBackColor"] = int(look.fill, 16)
        found.pop("IsCellBackgroundTransparent", None)  # of the model; it would be set after the colour
    if look.horizontal is not None:
        found["HoriJustify"] = uno.Enum("com.sun.star.table.CellHoriJustify", _ALIGNED[look.horizontal])
    if (look.horizontal, look.wrap, look.shrink) != (None, None, None):
        found["VertJustify"] = 2  # com.sun.star.table.CellVertJustify2.CENTER
    if look.wrap is not None:
        found["IsTextWrapped"] = look.wrap
    if look.shrink is not None:
        found["ShrinkToFit"] = look.shrink
    if look.border is not None:
        line = uno.createUnoStruct("com.sun.star.table.BorderLine2")
        line.Color, line.OuterLineWidth, line.LineWidth = int(look.border, 16), 26, 26
        found |= {f"{side}Border": line for side in ("Top", "Bottom", "Left", "Right")}
    if look.locked is not None:
        protection = sheet.CellProtection
        protection.IsLocked = look.locked
        found["CellProtection"] = protection
    names = tuple(sorted(found))
    cells.setPropertyValues(names, tuple(found[name] for name in names))


def _font(name: str, value: float) -> dict[str, float]:
    """A property of the font, for Chinese text as well."""
    return {f"Char{name}{script}": value for script in _SCRIPTS}


def _number_format(document: Any, code: str) -> int:
    """The key of a format code as Excel writes it; in the language of the program, so that no other is noted in files."""
    formats, own, english = document.NumberFormats, Locale(), Locale("en", "US", "")
    if code == "General":
        return int(formats.getStandardIndex(own))
    return int(formats.addNewConverted(code, english, own))


def _arrange(document: Any, plan: SheetPlan, excel: Translation) -> None:
    sheet = document.Sheets.getByName(plan.sheet)
    for col, width in plan.widths:
        # A width counts characters of 7 pixels, and 5 pixels of margin.
        sheet.Columns.getByIndex(col - 1).Width = round((7 * width + 5) * _MM_PER_PIXEL)
    for row, height in plan.heights:
        sheet.Rows.getByIndex(row - 1).Height = round(height * _MM_PER_POINT)
    for ref in plan.merges:
        _cells(sheet, ref).merge(True)
    for mark in plan.marks:
        _mark(document, sheet, mark, excel)
    for choice in plan.choices:
        _choose(sheet, choice, excel)
    if plan.landscape is not None:
        _set_up_page(document, sheet, plan.landscape)
    if plan.print_area:
        sheet.setPrintAreas((_cells(sheet, plan.print_area).getRangeAddress(),))


def _show(document: Any, plan: SheetPlan) -> None:
    controller = document.getCurrentController()
    controller.setActiveSheet(document.Sheets.getByName(plan.sheet))
    if plan.freeze:
        row, col = plan.freeze
        controller.freezeAtPosition(col - 1, row - 1)
    if plan.is_new:
        controller.ShowGrid = False


def _cells(sheet: Any, ref: str) -> Any:
    top, left, bottom, right = split_range(ref.replace("$", ""))
    return sheet.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)


def _mark(document: Any, sheet: Any, mark: Mark, excel: Translation) -> None:
    cells = _cells(sheet, mark.ref)
    first = cells.getCellByPosition(0, 0)
    entries = cells.ConditionalFormat
    entries.addNew(
        (
            PropertyValue("Operator", 0, uno.Enum("com.sun.star.sheet.ConditionOperator", "FORMULA"), 0),
            PropertyValue("Formula1", 0, excel(mark.formula.removeprefix("="), first), 0),
            PropertyValue("SourcePosition", 0, first.getCellAddress(), 0),
            PropertyValue("StyleName", 0, _style_of(document, mark), 0),
        )
    )
    cells.ConditionalFormat = entries


def _style_of(document: Any, mark: Mark) -> str:
    """The cell style that a conditional format switches to; made once."""
    name = "_".join(["scorecard", mark.fill or "", mark.color or "", "bold" if mark.bold else ""]).rstrip("_")
    styles = document.StyleFamilies.getByName("CellStyles")
    if not styles.hasByName(name):
        styles.insertByName(name, document.createInstance("com.sun.star.style.CellStyle"))
        style = styles.getByName(name)
        if mark.fill is not None:
            style.CellBackColor = int(mark.fill, 16)
        if mark.color is not None:
            style.CharColor = int(mark.color, 16)
        if mark.bold is not None:
            for font, value in _font("Weight", _BOLD if mark.bold else _NORMAL).items():
                style.setPropertyValue(font, value)
    return name


def _choose(sheet: Any, choice: Choice, excel: Translation) -> None:
    refs = choice.ref.split()
    first = _cells(sheet, refs[0]).getCellByPosition(0, 0)
    kind = "LIST" if choice.source else "CUSTOM"
    for ref in refs:
        cells = _cells(sheet, ref)
        rule = cells.Validation
        rule.setPropertyValue("Type", uno.Enum("com.sun.star.sheet.ValidationType", kind))
        rule.setSourcePosition(first.getCellAddress())
        if choice.source.startswith('"'):
            rule.setFormula1(";".join(f'"{word}"' for word in choice.source.strip('"').split(",")))
        else:
            rule.setFormula1(excel((choice.source or choice.condition).removeprefix("="), first))
        rule.setPropertyValue("ShowErrorMessage", True)
        if choice.prompt.zh:
            # Text inside a workbook is for the people who use it, whatever the language of this program.
            for name, text in (("Input", choice.prompt.zh), ("Error", choice.prompt.zh)):
                rule.setPropertyValue(f"{name}Title", choice.title.zh)
                rule.setPropertyValue(f"{name}Message", text)
            rule.setPropertyValue("ShowInputMessage", True)
        cells.Validation = rule


def _set_up_page(document: Any, sheet: Any, landscape: bool) -> None:
    """The sheet on one page's width, by a page style of its own: other sheets may share the present one."""
    styles = document.StyleFamilies.getByName("PageStyles")
    name = f"scorecard_{sheet.Name}"
    if not styles.hasByName(name):
        styles.insertByName(name, document.createInstance("com.sun.star.style.PageStyle"))
    style, model = styles.getByName(name), styles.getByName(sheet.PageStyle)
    for margin in ("TopMargin", "BottomMargin", "LeftMargin", "RightMargin"):
        setattr(style, margin, getattr(model, margin))
    wide, narrow = max(model.Width, model.Height), min(model.Width, model.Height)
    style.IsLandscape = landscape
    style.Width, style.Height = (wide, narrow) if landscape else (narrow, wide)
    style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
    sheet.PageStyle = name
