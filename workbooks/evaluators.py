"""One workbook, several evaluators: split into a slip for each of them, and merged again.

A slip lists the cells its evaluator fills in, each with its place in the card. Merging writes a value back only where the
card still has the same item in the same place; no value is lost, doubled or chosen silently among two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from scorecard.errors import UsageError
from scorecard.findings import Finding
from scorecard.messages import Message
from scorecard.scoring.values import is_missing
from scorecard.workbook.addresses import split_cell
from scorecard.workbook.cells import Grid
from scorecard.workbook.edit import Editor
from scorecard.workbook.embed import fill_values
from scorecard.workbook.grid import read_grid
from scorecard.workbook.outputs import output_path
from scorecard.workbook.package import Package
from scorecard.workbook.recognise import recognise_workbook
from scorecard.workbook.splice import Value

from .inputs import Input, inputs
from .looks import CALC, HEAD, INPUT, boxed, heading, note, page, saved, use_typeface
from .validations import add_choice

SLIP = "评分单"
_COLUMNS = (
    ("工作表", 11),
    ("单元格", 9),
    ("考核项", 40),
    ("填什么", 10),
    ("权重", 9),
    ("考核方法", 26),
    ("填写", 18),
    ("原值", 12),
)
_HEADER = ("工作表", "单元格", "考核项", "填什么", "填写", "原值")
_TOP = 5


@dataclass(frozen=True, slots=True)
class Merge:
    """What merging did.

    Attributes:
        path: The file written; None if there were errors.
        written: Cells that were filled in.
        findings: What was noticed; errors mean that nothing was written.
        absent: Evaluators whose slip is not among the files.
        data: The merged workbook, or the unchanged one.
    """

    path: Path | None
    written: int
    findings: tuple[Finding, ...]
    absent: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a slip: where it belongs, what was typed, what stood there when it was split."""

    file: str
    row: int
    sheet: str
    cell: str
    item: str
    what: str
    value: Value
    before: Value


def split(path: str | os.PathLike[str], folder: str | os.PathLike[str], *, overwrite: bool = False) -> list[Path]:
    """Write a slip for each evaluator of a workbook: `NAME_EVALUATOR.xlsx`.

    Args:
        path: An .xlsx or .xlsm with an assessment table.
        folder: Where the slips go; made if missing.
        overwrite: Replace slips that exist.

    Returns:
        The slips.

    Raises:
        UnusableFile: The input is not a workbook that can be read.
        UsageError: It has nothing to fill in, or a slip exists already.

    Example:
        ::

            split("张三.xlsx", "评分")
    """
    source, target = Path(path), Path(folder)
    package = Package.open(source)
    cells = inputs(package)
    if not cells:
        zh, en = "没有可填写的考核项；请确认文件对不对", "there is nothing to fill in; make sure it is the right file"
        raise UsageError(Message(zh, en), source.name)
    person = _person(package)
    groups: dict[str, list[Input]] = {}
    for each in cells:
        groups.setdefault(each.evaluator, []).append(each)
    paths = {name: target / f"{source.stem}_{_file_name(name)}.xlsx" for name in groups}
    for slip in paths.values():
        if slip.exists() and not overwrite:
            raise UsageError(
                Message("评分单已存在；确要覆盖请加 --force", "the slip exists already; use --force to replace it"),
                str(slip),
            )
    for name, members in groups.items():
        Package.open(_slip(source.name, person, name, members)).save(paths[name])
    return list(paths.values())


def merge(
    path: str | os.PathLike[str],
    slips: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str] | None = None,
    *,
    in_place: bool = False,
    overwrite: bool = False,
) -> Merge:
    """Fill the values of slips into the workbook they were split from.

    Args:
        path: The workbook.
        slips: Files that `split` wrote, filled in; a blank line leaves the workbook's cell as it is.
        output: Where to write; `NAME_合并.xlsx` beside the input when omitted.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.

    Returns:
        What was done. With an error among the findings nothing is written: two slips that give one cell different
        values, a cell that was changed in the workbook as well, a line whose item is no longer there.

    Raises:
        UnusableFile: A file is not a workbook that can be read.
        UsageError: A file that is no slip, or contradicting options.
    """
    source = Path(path)
    target = output_path(source, output, in_place, overwrite, False, "_合并")
    package = Package.open(source)
    known = {each.place: each for each in inputs(package)}
    lines = [line for slip in slips for line in _read_slip(Path(slip))]
    findings: list[Finding] = []
    chosen: dict[tuple[str, str], _Line] = {}
    for line in lines:
        place = (line.sheet, line.cell)
        here = known.get(place)
        if here is None or (here.item, here.what) != (line.item, line.what):
            zh = f"表中 {line.sheet}!{line.cell} 不再是“{line.item}”的{line.what}"
            en = f'{line.sheet}!{line.cell} is no longer {line.what} of "{line.item}"'
            findings.append(_error("slip-line-unknown", line, zh, en))
            continue
        if is_missing(line.value) or _same(line.value, here.value):
            continue
        other = chosen.get(place)
        if other is not None and not _same(other.value, line.value):
            zh = f"“{line.item}”有两个不同的值：{other.file} 填 {other.value}，{line.file} 填 {line.value}"
            en = f'"{line.item}" has two values: {other.value} in {other.file}, {line.value} in {line.file}'
            findings.append(_error("slip-conflict", line, zh, en))
            continue
        if not is_missing(here.value) and not _same(here.value, line.before):
            zh = f"“{line.item}”拆分后在原表里改成了 {here.value}，评分单又填 {line.value}"
            en = f'"{line.item}" was changed to {here.value} in the workbook since, and the slip says {line.value}'
            findings.append(_error("slip-conflict", line, zh, en))
            continue
        chosen[place] = line
    returned = {(line.sheet, line.cell) for line in lines}
    absent = dict.fromkeys(each.evaluator for place, each in known.items() if place not in returned)
    if findings:
        return Merge(None, 0, tuple(findings), tuple(absent), package.to_bytes())
    editor = Editor(package)
    for (sheet, cell), line in chosen.items():
        editor.sheet(sheet).set(*split_cell(cell), line.value)
    data = fill_values(editor.finish()) if chosen else package.to_bytes()
    if target is not None:
        Package.open(data).save(target)
    return Merge(target, len(chosen), (), tuple(absent), data)


# --- slips -----------------------------------------------------------------------------------------------------------


def _slip(source: str, person: str, evaluator: str, members: Sequence[Input]) -> bytes:
    book = Workbook()
    use_typeface(book)
    sheet = book.active
    sheet.title = SLIP
    heading(sheet, f"{SLIP}：{person or source}（{evaluator}）", len(_COLUMNS), 14)
    note(sheet, 2, f"来自 {source}。只填黄底的“填写”栏，不要改动其它栏和行的次序；填好后交回合并。", len(_COLUMNS))
    for col, (text, width) in enumerate(_COLUMNS, start=1):
        boxed(sheet, _TOP, col, text, fill=HEAD, bold=True)
        sheet.column_dimensions["ABCDEFGH"[col - 1]].width = width
    for row, each in enumerate(members, start=_TOP + 1):
        texts: tuple[Any, ...] = (each.sheet, each.cell, each.item, each.what, each.weight, each.method)
        for col, value in enumerate(texts, start=1):
            horizontal = "left" if col in (3, 6) else "center"
            shown = "0.0%" if col == 5 else "General"
            boxed(sheet, row, col, value, fill=CALC, horizontal=horizontal, number_format=shown)
        boxed(sheet, row, 7, each.value, fill=INPUT, number_format=each.number_format)  # type: ignore[arg-type]
        boxed(sheet, row, 8, each.value, fill=CALC, number_format=each.number_format, color="7F7F7F")  # type: ignore[arg-type]
        if each.words:
            words = ",".join([*each.words, "不适用"])
            add_choice(sheet, [f"G{row}"], f'"{words}"', "评级", "请从下拉框中选择。")
        sheet.row_dimensions[row].height = 26
    sheet.freeze_panes = sheet.cell(_TOP + 1, 1)
    sheet.protection.sheet = True
    page(sheet, landscape=True)
    return saved(book)


def _read_slip(path: Path) -> list[_Line]:
    package = Package.open(path)
    if not any(sheet.name == SLIP for sheet in package.sheets):
        zh = f"没有“{SLIP}”工作表，不是评分单；请给出 scorecard split 写出的文件"
        raise UsageError(Message(zh, f"no sheet {SLIP}: not a slip; name files that scorecard split has written"), str(path))
    grid = read_grid(package, SLIP)
    for row in range(1, grid.last_row + 1):
        heads = {str(grid.cell(row, col).value): col for col in range(1, grid.last_col + 1)}
        if all(name in heads for name in _HEADER):
            return list(_lines(path.name, grid, row, heads))
    raise UsageError(Message("评分单的表头不见了", "the header of the slip is gone"), f"{path}!{SLIP}")


def _lines(file: str, grid: Grid, top: int, heads: dict[str, int]) -> list[_Line]:
    found = []
    for row in range(top + 1, grid.last_row + 1):
        sheet, cell, item, what, value, before = (grid.cell(row, heads[name]).value for name in _HEADER)
        if is_missing(sheet) and is_missing(cell) and is_missing(value):
            continue
        found.append(_Line(file, row, str(sheet), str(cell), str(item), str(what), value, before))
    return found


def _error(code: str, line: _Line, zh: str, en: str) -> Finding:
    place = f"{line.file}!{SLIP} 第 {line.row} 行", f"{line.file}!{SLIP} row {line.row}"
    return Finding(code, "error", line.sheet, line.cell, Message(f"{zh}（{place[0]}）", f"{en} ({place[1]})"))


def _same(a: Value, b: Value) -> bool:
    return a == b or (is_missing(a) and is_missing(b))


def _person(package: Package) -> str:
    tables, _ = recognise_workbook(package)
    return next((name for table in tables if (name := table.identity.get("person", ("", ""))[0])), "")


def _file_name(text: str) -> str:
    """A text as part of a file name."""
    return re.sub(r'[\\/:*?"<>|\s]+', "_", text)
