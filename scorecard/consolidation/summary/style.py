"""How the summary looks, and the only ways a cell is written: texts never as formulas, links never beyond the limit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name, xl_rowcol_to_cell

TYPEFACE = "等线"
HEAD, INPUT, LINE, GREY, DARK, LIGHT = "#DDE6F0", "#FFF6D5", "#BFBFBF", "#6B7280", "#1F3A5F", "#F5F8FB"
GOOD, BAD, AMBER = "#2E7D5B", "#C0392B", "#B7791F"
#: Colours of grades, best first; further grades repeat the last one.
GRADES = ("#2E7D5B", "#6BAF8D", "#E3C567", "#E39A5B", "#C0563F")
# What Excel opens: more links on one sheet and it refuses the file.
_MOST_LINKS = 60_000

_BASE: dict[str, Any] = {"font_name": TYPEFACE, "font_size": 10.5, "valign": "vcenter"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": DARK},
    "subtitle": {"font_color": GREY, "font_size": 10},
    "section": {"bold": True, "font_size": 12, "font_color": DARK, "bottom": 2, "bottom_color": DARK},
    "head": {"bold": True, "bg_color": HEAD, "border": 1, "border_color": LINE, "align": "center", "text_wrap": True},
    # A name that is longer than its column is set smaller: cut off it could be somebody else.
    "text": {"border": 1, "border_color": LINE, "shrink": True},
    "wrap": {"border": 1, "border_color": LINE, "text_wrap": True},
    "center": {"border": 1, "border_color": LINE, "align": "center"},
    "score": {"border": 1, "border_color": LINE, "num_format": "0.00"},
    "score_link": {"border": 1, "border_color": LINE, "num_format": "0.00", "font_color": "#1D4E89", "underline": 1},
    "change": {"border": 1, "border_color": LINE, "num_format": '+0.00;-0.00;0.00'},
    "number": {"border": 1, "border_color": LINE},
    "factor": {"border": 1, "border_color": LINE, "num_format": "0.0#"},
    "whole": {"border": 1, "border_color": LINE, "num_format": "0", "align": "center"},
    "percent": {"border": 1, "border_color": LINE, "num_format": "0.0%"},
    "input": {"border": 1, "border_color": LINE, "num_format": "0.0%", "bg_color": INPUT, "bold": True, "locked": False},
    "link": {"border": 1, "border_color": LINE, "font_color": "#1D4E89", "underline": 1},
    "link_plain": {"font_color": "#1D4E89", "underline": 1},
    "note": {"font_color": GREY, "font_size": 9.5, "text_wrap": True, "valign": "top"},
    "big": {"bold": True, "font_size": 22, "font_color": DARK, "align": "center", "bg_color": LIGHT, "num_format": "0"},
    "big_score": {"bold": True, "font_size": 22, "font_color": DARK, "align": "center", "bg_color": LIGHT, "num_format": "0.00"},
    "big_percent": {"bold": True, "font_size": 22, "font_color": DARK, "align": "center", "bg_color": LIGHT, "num_format": "0%"},
    "tile": {"font_color": GREY, "align": "center", "bg_color": LIGHT, "font_size": 10},
    "total": {"border": 1, "border_color": LINE, "bold": True, "bg_color": LIGHT},
    "total_score": {"border": 1, "border_color": LINE, "bold": True, "bg_color": LIGHT, "num_format": "0.00"},
    "total_whole": {"border": 1, "border_color": LINE, "bold": True, "bg_color": LIGHT, "num_format": "0", "align": "center"},
    "total_percent": {"border": 1, "border_color": LINE, "bold": True, "bg_color": LIGHT, "num_format": "0.0%"},
}  # fmt: skip


@dataclass
class Book:
    """A workbook being written, with its formats by name."""

    workbook: Any
    _formats: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def into(cls, stream: Any) -> Book:
        """A new workbook that is written to a stream when it is closed."""
        workbook = xlsxwriter.Workbook(
            stream,
            {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
        )
        workbook.formats[0].set_font_name(TYPEFACE)
        workbook.formats[0].set_font_size(10.5)
        return cls(workbook)

    def style(self, name: str) -> Any:
        """A format by its name."""
        if name not in self._formats:
            self._formats[name] = self.workbook.add_format({**_BASE, **_STYLES[name]})
        return self._formats[name]

    def flag(self, color: str, *, bold: bool = False) -> Any:
        """A format for conditions: a font colour."""
        name = f"{color}{bold}"
        if name not in self._formats:
            self._formats[name] = self.workbook.add_format({"font_color": color, "bold": bold})
        return self._formats[name]

    def sheet(self, name: str, title: str, subtitle: str = "", *, tab: str = DARK, portrait: bool = False) -> Sheet:
        """A new sheet with its title; rows and columns count from 0."""
        ws = self.workbook.add_worksheet(name)
        ws.set_tab_color(tab)
        ws.hide_gridlines(2)
        if not portrait:
            ws.set_landscape()
        ws.set_paper(9)
        ws.fit_to_pages(1, 0)
        ws.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        ws.set_footer("&C&9第 &P 页，共 &N 页")
        ws.set_default_row(18)
        made = Sheet(self, ws, name)
        ws.set_row(0, 28)
        made.text(0, 0, title, "title")
        if subtitle:
            made.text(1, 0, subtitle, "subtitle")
        return made


@dataclass
class Sheet:
    """One sheet. Values go through these methods only."""

    book: Book
    ws: Any
    name: str
    _links: int = 0

    def text(self, row: int, col: int, text: str, style: str = "text") -> None:
        """A text, whatever it begins with."""
        self.ws.write_string(row, col, text[:32_000], self.book.style(style))

    def number(self, row: int, col: int, value: float | None, style: str = "score") -> None:
        """A number; an empty cell for None and NaN."""
        if value is None or not math.isfinite(value):
            self.ws.write_blank(row, col, None, self.book.style(style))
        else:
            self.ws.write_number(row, col, value, self.book.style(style))

    def formula(self, row: int, col: int, formula: str, value: float | str | None, style: str = "score") -> None:
        """A formula with the value it has."""
        cached = "" if value is None or (isinstance(value, float) and math.isnan(value)) else value
        self.ws.write_formula(row, col, formula, self.book.style(style), cached)

    def heads(self, row: int, texts: Sequence[str], col: int = 0, height: float = 32) -> None:
        """A row of column headings; the last one written stands on every page that is printed."""
        self.ws.set_row(row, height)
        self.ws.repeat_rows(row)
        for i, text in enumerate(texts):
            self.text(row, col + i, text, "head")

    def widths(self, widths: Sequence[float]) -> None:
        """Column widths in characters, from the first column on."""
        for col, width in enumerate(widths):
            self.ws.set_column(col, col, width)

    def link(
        self, row: int, col: int, url: str | None, text: str, style: str = "link", number: float | None = None
    ) -> None:
        """A text or a number that leads to `url`; plain without one, or when the sheet has as many as Excel takes."""
        is_linked = url is not None and len(url) < 2000 and self._links < _MOST_LINKS
        if is_linked:
            self._links += 1
            self.ws.write_url(row, col, url, self.book.style(style), text[:32_000] or " ")
        # The cell under a link is an ordinary one, and is written over.
        if number is not None:
            self.number(row, col, number, style if is_linked else style.removesuffix("_link"))
        elif not is_linked:
            self.text(row, col, text, "text" if style == "link" else style)


def fitting(texts: Iterable[str], least: float, most: float) -> float:
    """The width of a column for texts; a Chinese character is two wide."""
    return max(least, min(most, max((_shown_width(text) for text in texts), default=0) + 2))


def height(text: str, width: float) -> float:
    """The height of a row in which a text is wrapped in a column of a width."""
    return 18.0 * max(1, -(-_shown_width(text) // max(1, int(width) - 1)))


def _shown_width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def cell(row: int, col: int, *, fixed: bool = False) -> str:
    """The A1 name of a cell counted from 0."""
    name: str = xl_rowcol_to_cell(row, col, row_abs=fixed, col_abs=fixed)
    return name


def span(first_row: int, last_row: int, col: int, sheet: str = "") -> str:
    """A column of cells as an absolute range, with its sheet if one is given."""
    letters = xl_col_to_name(col, col_abs=True)
    there = f"{quoted(sheet)}!" if sheet else ""
    return f"{there}{letters}${first_row + 1}:{letters}${last_row + 1}"


def place(sheet: str, row: int, col: int) -> str:
    """A cell of another sheet, absolute."""
    return f"{quoted(sheet)}!{cell(row, col, fixed=True)}"


def quoted(sheet: str) -> str:
    """A sheet name as formulas and links write it."""
    return "'" + sheet.replace("'", "''") + "'"


def is_cell(name: str) -> bool:
    """Whether a text is a plain A1 name."""
    try:
        xl_cell_to_rowcol(name)
    except (AttributeError, TypeError, ValueError):
        return False
    return True
