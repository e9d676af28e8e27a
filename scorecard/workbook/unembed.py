"""Take embedding out of a workbook again: cells as they were, the rule sheet gone.

What people typed since is theirs: it stays where it is and is reported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..findings import Finding
from ..messages import Message
from ..scoring.values import is_missing
from . import record as rec
from . import rulesheet as rs
from .addresses import cell_name, column_number
from .cells import Cell, Grid
from .edit import Editor
from .embed import fill_values
from .grid import read_grid
from .outputs import output_path
from .package import Package
from .register import refuse_finalised
from .ruleread import is_own_content


@dataclass(frozen=True, slots=True)
class Unembedding:
    """What was taken out.

    Attributes:
        path: The file written; None for a dry run.
        cells: The cells restored, as "sheet!A1".
        findings: What stays, and why.
        data: The workbook.
    """

    path: Path | None
    cells: tuple[str, ...]
    findings: tuple[Finding, ...]
    data: bytes


def unembed(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Unembedding:
    """Take the formulas, labels and columns of embedding out of a workbook, and its rule sheet with them.

    Args:
        path: An embedded workbook.
        output: Where to write; `NAME_还原.xlsx` beside the input when omitted.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Say what would be done only.

    Returns:
        The workbook whose cells equal those before embedding, except for what was typed since.

    Raises:
        UnusableFile: Not a workbook that can be read.
        UsageError: Nothing is embedded, or nothing says what was; contradicting options.

    Example:
        ::

            unembed("客服部_评分.xlsx", "客服部.xlsx").findings
    """
    source = Path(path)
    target = output_path(source, output, in_place, overwrite, dry_run, "_还原")
    package = Package.open(source)
    refuse_finalised(package, source.name)
    entries = _entries(package, source.name)
    editor = Editor(package)
    cells: list[str] = []
    findings: list[Finding] = []
    known = {ref.name for ref in package.sheets if ref.kind == "worksheet"}
    grids: dict[str, Grid] = {}
    gone = set[str]()
    for entry in entries:
        if entry.sheet in gone:
            continue
        if entry.sheet not in known:
            gone.add(entry.sheet)
            zh, en = (
                f"工作表“{entry.sheet}”已不在（被删除或改名）",
                f'the sheet "{entry.sheet}" is gone (removed or renamed)',
            )
            findings.append(Finding("sheet-gone", "warning", rs.SHEET, cell_name(entry.sample[0], 2), Message(zh, en)))
            continue
        grid = grids.setdefault(entry.sheet, read_grid(package, entry.sheet))
        _take_out(editor, entry, grid, cells, findings)
    editor.remove_sheet(rs.SHEET)
    findings += _left_over(editor)
    if dry_run:
        return Unembedding(None, tuple(cells), tuple(dict.fromkeys(findings)), package.to_bytes())
    data = fill_values(editor.finish())
    if target is not None:
        Package.open(data).save(target)
    return Unembedding(target, tuple(cells), tuple(dict.fromkeys(findings)), data)


def _entries(package: Package, where: str) -> list[rec.Entry]:
    if not any(ref.name == rs.SHEET and ref.kind == "worksheet" for ref in package.sheets):
        raise UsageError(
            Message("工作簿里没有嵌入评分，无需还原", "no scoring is embedded; there is nothing to take out"), where
        )
    entries = rec.read_record(read_grid(package, rs.SHEET))
    if not entries:
        zh = "评分规则表上没有嵌入记录，无法还原；请用嵌入前的文件"
        en = "the rule sheet has no record of what was written; use the file from before"
        raise UsageError(Message(zh, en), f"{where}!{rs.SHEET}")
    return entries


def _take_out(editor: Editor, entry: rec.Entry, grid: Grid, cells: list[str], findings: list[Finding]) -> None:
    sheet = editor.sheet(entry.sheet)
    if entry.kind == rec.WIDTH:
        width = entry.before if isinstance(entry.before, (int, float)) else None
        sheet.restore_column_width(column_number(entry.place), width)
    elif entry.kind == rec.MARK:
        sheet.remove_conditional(entry.place, entry.written)
    elif entry.kind == rec.CHOICE:
        sheet.remove_validation(entry.place)
    else:
        style = editor.sheet(rs.SHEET).style_of(*entry.sample)
        for row, col in rec.cells_of(entry):
            cell = grid.cell(row, col)
            if _is_ours(cell, entry):
                sheet.set(row, col, entry.before, style=style)
                cells.append(rec.name_of(entry.sheet, (row, col)))
            else:
                zh, en = "嵌入后填写的内容，保留不动", "typed after embedding; it stays"
                findings.append(Finding("typed-since", "info", entry.sheet, cell_name(row, col), Message(zh, en)))


def _is_ours(cell: Cell, entry: rec.Entry) -> bool:
    """Whether what stands in a cell now is what embedding wrote."""
    if entry.written == rec.FORMULA:
        return not is_own_content(cell)
    if entry.written == rec.OPEN or (cell.formula is None and is_missing(cell.value)):
        return True
    return cell.formula is None and str(cell.value) == entry.written


def _left_over(editor: Editor) -> list[Finding]:
    """Formulas of other sheets that still read the rule sheet."""
    package = editor.finish()
    found = []
    for ref in package.sheets:
        if ref.kind != "worksheet":
            continue
        for cell in read_grid(package, ref):
            if cell.formula and f"{rs.SHEET}!" in cell.formula.replace("'", ""):
                zh, en = "公式引用了评分规则表，还原后会出错", "this formula reads the rule sheet, which is gone now"
                found.append(Finding("rules-still-used", "error", ref.name, cell.name, Message(zh, en)))
                break
    return found
