"""The sheet 体检: findings in the workbook itself, worst first, each with a link to its cell."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from ...findings import SEVERITIES, Finding
from ...messages import Message
from ..addresses import cell_name, quote_sheet
from ..grid import read_grid
from ..package import Package
from ..plan import Edit, Look, Plan, SheetPlan
from .codes import codes
from .groups import gathered

#: Name and first cell of the sheet; a sheet of that name with another first cell is somebody else's.
SHEET, TITLE = "体检", "绩效考核表体检"
#: What severities are called on the sheet.
WORDS = {"error": "错误", "warning": "注意", "info": "说明"}
_COLORS = {"error": ("9C0006", "FFC7CE"), "warning": ("7F6000", "FFEB9C"), "info": ("595959", "EDEDED")}
_HEADERS = ("级别", "位置", "问题", "说明", "怎么办", "In English", "代码")
_WIDTHS = (7.0, 17.0, 21.0, 52.0, 30.0, 52.0, 22.0)
_FIRST = 5
_BORDER = "D9D9D9"


def plan_report(package: Package, findings: Sequence[Finding], tables: int) -> Plan:
    """The edits that write, or rewrite, the sheet.

    Args:
        package: The workbook.
        findings: What to list, in order; what is said of many cells alike takes one row.
        tables: How many tables were looked at.
    """
    name, old = _place(package)
    edits = _head(name, findings, tables)
    findings = gathered(findings)
    heights = [(1, 24.0), (_FIRST - 1, 20.0)]
    for row, found in enumerate(findings, _FIRST):
        cells = _cells(found)
        heights.append((row, _height(cells)))
        edits += [_cell(name, row, col, cell, found) for col, cell in enumerate(cells, 1)]
    last = _FIRST + len(findings) - 1
    if old:
        grid = read_grid(package, name)
        written = {(edit.row, edit.col) for edit in edits}
        edits += [
            Edit(name, cell.row, cell.col, Message("清空旧内容", "clears an old entry"))
            for cell in grid
            if (cell.row, cell.col) not in written
        ]
    sheet = SheetPlan(
        name,
        is_new=not old,
        widths=tuple(enumerate(_WIDTHS, 1)),
        heights=tuple(heights),
        freeze=(_FIRST, 1),
        landscape=True,
        print_area=f"A1:{cell_name(max(last, _FIRST), len(_HEADERS))}",
    )
    return Plan(tuple(edits), (sheet,))


def _place(package: Package) -> tuple[str, bool]:
    """The name of the sheet, and whether it is there already: ours is written anew, another's is left alone."""
    names = {sheet.name.casefold(): sheet for sheet in package.sheets}
    count, name = 1, SHEET
    while (sheet := names.get(name.casefold())) is not None:
        if sheet.kind == "worksheet" and read_grid(package, sheet).cell(1, 1).value == TITLE:
            return sheet.name, True
        count += 1
        name = f"{SHEET}{count}"
    return name, False


def _head(name: str, findings: Sequence[Finding], tables: int) -> list[Edit]:
    counts = [(WORDS[s], sum(f.severity == s for f in findings)) for s in SEVERITIES]
    summary = f"{tables} 张考核表：" + "，".join(f"{word} {count}" for word, count in counts if count)
    if not findings:
        summary = f"{tables} 张考核表，没有发现问题"
    what = Message("体检报告", "report")
    edits = [
        Edit(name, 1, 1, what, TITLE, look=Look(bold=True, size=16, color="1F3864")),
        Edit(name, 2, 1, what, summary, look=Look(color="595959")),
    ]
    header = Look(bold=True, color="FFFFFF", fill="44546A", border=_BORDER, wrap=True)
    return edits + [Edit(name, _FIRST - 1, col, what, text, look=header) for col, text in enumerate(_HEADERS, 1)]


def _cells(found: Finding) -> tuple[str, ...]:
    known = codes().get(found.code)
    title, act = (known.title.zh, known.act.zh) if known is not None else ("", "")
    return (
        WORDS[found.severity], shown_place(found), title, found.message.zh, act, found.message.en, found.code,
    )  # fmt: skip


def shown_place(found: Finding) -> str:
    """The place in a few words: of several cells the first and how many."""
    cells = found.cell.split(",")
    more = f" 等 {len(cells)} 格" if len(cells) > 1 else ""
    return f"{found.sheet}!{cells[0]}{more}" if found.sheet and cells[0] else found.sheet or "整个工作簿"


def _cell(name: str, row: int, col: int, text: str, found: Finding) -> Edit:
    color, fill = _COLORS[found.severity]
    what = Message("体检报告", "report")
    if col == 1:
        return Edit(
            name,
            row,
            col,
            what,
            text,
            look=Look(bold=True, color=color, fill=fill, border=_BORDER, horizontal="center"),
        )
    if col == 2 and found.sheet:
        look = Look(color="0563C1", border=_BORDER, wrap=True)
        return Edit(name, row, col, what, formula=f"={link(found, text)}", look=look)
    return Edit(
        name,
        row,
        col,
        what,
        text,
        look=Look(border=_BORDER, wrap=True, color="808080" if col == len(_HEADERS) else None),
    )


def link(found: Finding, text: str) -> str:
    """The formula, without "=", that leads to the first cell of a finding."""
    target = f"#{quote_sheet(found.sheet)}!{found.cell.split(',')[0] or 'A1'}"
    return 'HYPERLINK("{}","{}")'.format(*(part.replace('"', '""') for part in (target, text)))


def _height(cells: Sequence[str]) -> float:
    """Points that the tallest cell of a row takes when it wraps."""
    lines = (
        math.ceil(sum(2.0 if unicodedata.east_asian_width(c) in "WF" else 1.05 for c in text) / (width - 1.5))
        for text, width in zip(cells, _WIDTHS, strict=True)
    )
    return 6.0 + 14.0 * max(1, *lines)
