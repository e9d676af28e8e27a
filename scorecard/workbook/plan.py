"""A plan: the list of edits to a workbook, made first, printed on request, applied last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..messages import Message
from .addresses import cell_name
from .package import Package
from .splice import Value

# What writes files is loaded where one is written: a plan is also made inside spreadsheet programs, which have no lxml
# and carry it out themselves.
if TYPE_CHECKING:
    from .edit import Editor
    from .sheet_edit import SheetEditor
    from .styles import StyleBook


@dataclass(frozen=True, slots=True)
class Look:
    """How a written cell looks: the style of a neighbour, and what differs from it; None keeps the neighbour's.

    Attributes:
        like: Row and column whose style is taken; None: the cell's own.
        number_format: Format code.
        bold: Whether bold.
        color: Text colour, "RRGGBB".
        fill: Background, "RRGGBB".
        size: Points.
        horizontal: "left", "center", "right".
        wrap: Whether text wraps.
        shrink: Whether the content is made smaller to fit.
        border: Colour of thin lines around.
        locked: Whether the cell is locked once the sheet is protected.
        sample: Sheet, row and column whose style is taken as it is, nothing changed.
    """

    like: tuple[int, int] | None = None
    number_format: str | None = None
    bold: bool | None = None
    color: str | None = None
    fill: str | None = None
    size: float | None = None
    horizontal: str | None = None
    wrap: bool | None = None
    shrink: bool | None = None
    border: str | None = None
    locked: bool | None = None
    sample: tuple[str, int, int] | None = None

    def style(self, book: StyleBook, base: int) -> int:
        """The style id of this look on top of a base."""
        from .styles import Alignment, Border, Font

        font = None
        if (self.bold, self.color, self.size) != (None, None, None):
            font = Font(bold=self.bold, color=self.color, size=self.size)
        alignment = None
        if (self.horizontal, self.wrap, self.shrink) != (None, None, None):
            alignment = Alignment(horizontal=self.horizontal, vertical="center", wrap=self.wrap, shrink=self.shrink)
        return book.derive(
            base,
            font=font,
            fill=self.fill,
            border=Border(self.border) if self.border else None,
            number_format=self.number_format,
            alignment=alignment,
            locked=self.locked,
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell to be written.

    Attributes:
        sheet: Sheet name.
        row: From 1.
        col: From 1.
        what: What it is, for the printed plan.
        value: Typed value; ignored with a formula.
        formula: With its "="; None for a value.
        look: Style changes; None keeps the cell's style.
        is_open: Whether people go on to change the value (the period).
    """

    sheet: str
    row: int
    col: int
    what: Message
    value: Value = None
    formula: str | None = None
    look: Look | None = None
    is_open: bool = False

    @property
    def cell(self) -> str:
        """A1 name."""
        return cell_name(self.row, self.col)


@dataclass(frozen=True, slots=True)
class Mark:
    """A conditional format: `formula` for the top left cell of `ref`."""

    ref: str
    formula: str
    fill: str | None = None
    color: str | None = None
    bold: bool | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be typed into `ref`: one of a list (`source`, a range or quoted words), or what meets `condition`.

    `condition` is a formula for the first cell of `ref`.
    """

    ref: str
    source: str = ""
    condition: str = ""
    title: Message = Message("", "")
    prompt: Message = Message("", "")


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """What happens to one sheet besides its cells.

    Attributes:
        sheet: Its name.
        is_new: Whether it is added, at the end.
        widths: Column and width in characters.
        heights: Row and height in points.
        merges: Ranges.
        marks: Conditional formats.
        choices: Validations.
        freeze: First cell that scrolls.
        landscape: Page set-up on one page's width; None leaves it alone.
        print_area: Print area.
        protect: Lock the sheet, without a password.
    """

    sheet: str
    is_new: bool = False
    widths: tuple[tuple[int, float], ...] = ()
    heights: tuple[tuple[int, float], ...] = ()
    merges: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    choices: tuple[Choice, ...] = ()
    freeze: tuple[int, int] | None = None
    landscape: bool | None = None
    print_area: str = ""
    protect: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All edits, in the order they are applied."""

    edits: tuple[Edit, ...] = ()
    sheets: tuple[SheetPlan, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.edits or self.sheets)


def apply(plan: Plan, package: Package) -> Package:
    """A package with the plan carried out; the one given stays as it was. Formulas have no cached values yet."""
    from .edit import Editor

    editor = Editor(package)
    for sheet in plan.sheets:
        if sheet.is_new:
            editor.add_sheet(sheet.sheet)
    for edit in plan.edits:
        _write(editor, edit)
    for sheet in plan.sheets:
        _arrange(editor, sheet)
    return editor.finish()


def _write(editor: Editor, edit: Edit) -> None:
    sheet = editor.sheet(edit.sheet)
    style = None
    if edit.look is not None and edit.look.sample is not None:
        name, row, col = edit.look.sample
        style = editor.sheet(name).style_of(row, col)
    elif edit.look is not None:
        base = sheet.style_of(*(edit.look.like or (edit.row, edit.col)))
        style = edit.look.style(editor.styles, base)
    formula = edit.formula[1:] if edit.formula else None
    sheet.set(edit.row, edit.col, None if formula else edit.value, formula=formula, style=style)


def _arrange(editor: Editor, plan: SheetPlan) -> None:
    from .styles import Font

    sheet = editor.sheet(plan.sheet)
    for col, width in plan.widths:
        sheet.set_column_width(col, width)
    for row, height in plan.heights:
        sheet.set_row_height(row, height)
    for ref in plan.merges:
        sheet.merge(ref)
    for mark in plan.marks:
        font = Font(color=mark.color, bold=mark.bold) if mark.color or mark.bold else None
        sheet.add_conditional(mark.ref, mark.formula, editor.styles.dxf(font=font, fill=mark.fill))
    for choice in plan.choices:
        _choose(sheet, choice)
    if plan.freeze:
        sheet.freeze(*plan.freeze)
    if plan.landscape is not None:
        sheet.page_setup(landscape=plan.landscape, fit_width=1, fit_height=0)
    if plan.print_area:
        sheet.print_area(plan.print_area)
    if plan.is_new:
        sheet.hide_gridlines()
    if plan.protect:
        sheet.protect()


def _choose(sheet: SheetEditor, choice: Choice) -> None:
    # Text inside a workbook is for the people who use the workbook, whatever the language of this process.
    prompt = (choice.title.zh, choice.prompt.zh) if choice.prompt.zh else None
    if choice.source:
        sheet.add_validation(choice.ref, "list", choice.source, prompt=prompt)
    else:
        sheet.add_validation(choice.ref, "custom", choice.condition, prompt=prompt, error=prompt)
