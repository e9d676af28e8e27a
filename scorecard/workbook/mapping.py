"""What a person says about the columns of a stubborn table: `权重=E,得分=G`, or a small TOML file.

It overrides what recognition would read from the headers; what it does not name is read as ever.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..messages import Message
from ..refusals import read_toml
from ..scoring.values import key, read
from .addresses import column_letters, column_number, split_cell
from .headers import Column, Header
from .lines import Lines, text_of
from .located import Table

if TYPE_CHECKING:
    from .vocabulary import Vocabulary

_COLUMN = re.compile(r"[A-Za-z]{1,3}")
_CELL = re.compile(r"[A-Za-z]{1,3}[1-9]\d{0,6}")
_SINGLE = ("name", "weight", "points", "actual", "number", "section")
_CELLS = ("total", "grade", "coefficient", "coverage", "period", "person", "department", "position", "evaluator")


@dataclass(frozen=True, slots=True)
class MappedTable:
    """What is said about one table.

    Attributes:
        columns: (words for the role, column number), as given.
        cells: (words for the label, address): 总分=G12.
        sheet: Only on this sheet; "" for every sheet.
        header: The last row of the header; 0: as recognised, or directly above the first item.
        file: Only in workbooks of this name, in which * stands for anything; "" for every workbook.
    """

    columns: tuple[tuple[str, int], ...]
    cells: tuple[tuple[str, str], ...] = ()
    sheet: str = ""
    header: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column holds what, in a person's words. Build one with `parse`.

    Example:
        >>> Mapping.parse("权重=E,得分=G").tables[0].columns
        (('权重', 5), ('得分', 7))
    """

    tables: tuple[MappedTable, ...]

    @classmethod
    def parse(cls, text: str) -> Mapping:
        """A mapping from `权重=E,得分=G,总分=G12`, or from the TOML file of that name.

        A file holds a table `[columns]`, `[cells]`, and `sheet`, `header` and `file`, or several as `[[table]]`.

        Raises:
            UsageError: Neither can be understood.
        """
        if "=" not in text:
            return cls(_load(Path(text)))
        pairs = [pair for pair in re.split(r"[,，;；]", text) if pair.strip()]
        columns, cells = [], []
        for pair in pairs:
            words, _, place = (part.strip() for part in pair.partition("="))
            if words and _COLUMN.fullmatch(place):
                columns.append((words, _column(place, pair)))
            elif words and _CELL.fullmatch(place):
                cells.append((words, place.upper()))
            else:
                raise _wrong(pair)
        return cls((MappedTable(tuple(columns), tuple(cells)),))

    def for_file(self, name: str) -> Mapping | None:
        """What is said about the workbook of this name (without its folder); None if nothing is."""
        named = tuple(t for t in self.tables if t.file and fnmatchcase(_plain(name), _plain(t.file)))
        known = (*named, *(t for t in self.tables if not t.file))
        return Mapping(known) if known else None

    def checked(self, vocabulary: Vocabulary) -> Mapping:
        """This mapping.

        Raises:
            UsageError: A word in it names no column or cell.
        """
        for table in self.tables:
            mapped_columns(table, vocabulary)
            mapped_cells(table, vocabulary)
        return self

    def of(self, sheet: str) -> MappedTable | None:
        """What is said about the tables of a sheet; its own words before those for every sheet."""
        own = [t for t in self.tables if key(t.sheet) == key(sheet) and t.sheet]
        return next(iter([*own, *(t for t in self.tables if not t.sheet)]), None)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _load(path: Path) -> tuple[MappedTable, ...]:
    if path.suffix.lower() != ".toml" and not path.exists():
        zh = f"“{path}”看不懂；应像 权重=E,得分=G,总分=G12，或给出一个 .toml 文件"
        raise UsageError(
            Message(zh, f'"{path}" is not understood; write weight=E,score=G,total=G12, or name a .toml file')
        )
    data = read_toml(path, Message("--map 的文件", "file for --map"))
    entries = data.get("table", [data])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(Message("“table”应为 [[table]]", "table must be written as [[table]]"), str(path))
    return tuple(_table(entry, str(path)) for entry in entries)


def _table(entry: Dictionary[str, Any], where: str) -> MappedTable:
    unknown = [name for name in entry if name not in ("columns", "cells", "sheet", "header", "file", "table")]
    if unknown:
        zh, en = f"不认识“{unknown[0]}”（有 columns、cells、sheet、header、file）", f"unknown key {unknown[0]!r}"
        raise UsageError(Message(zh, f"{en}; known: columns, cells, sheet, header, file"), where)
    columns, cells = entry.get("columns", {}), entry.get("cells", {})
    header, sheet, file = entry.get("header", 0), entry.get("sheet", ""), entry.get("file", "")
    if not (
        isinstance(columns, dict) and isinstance(cells, dict) and isinstance(header, int)
        and isinstance(sheet, str) and isinstance(file, str)
    ):  # fmt: skip
        raise UsageError(
            Message("columns、cells 应为表，header 应为行号", "columns and cells are tables, header a row"), where
        )
    for words, place in columns.items():
        if not isinstance(place, str) or not _COLUMN.fullmatch(place):
            raise _wrong(f"{words} = {place!r}", where)
    for words, place in cells.items():
        if not isinstance(place, str) or not _CELL.fullmatch(place):
            raise _wrong(f"{words} = {place!r}", where)
    found = tuple((words, _column(place, f"{words}={place}")) for words, place in columns.items())
    return MappedTable(found, tuple((w, p.upper()) for w, p in cells.items()), sheet, header, file)


def _column(letters: str, text: str) -> int:
    try:
        return column_number(letters.upper())
    except ValueError:
        raise _wrong(text) from None


def _wrong(text: str, where: str | None = None) -> UsageError:
    zh = f"“{text}”看不懂；应像 权重=E（列）或 总分=G12（单元格）"
    return UsageError(Message(zh, f'"{text}" is not understood; write 权重=E (a column) or 总分=G12 (a cell)'), where)


# --- use -------------------------------------------------------------------------------------------------------------


def mapped_columns(mapped: MappedTable, vocabulary: Vocabulary) -> list[Column]:
    """The columns that were named, with their roles.

    Raises:
        UsageError: Words that name no role.
    """
    found = []
    for words, col in mapped.columns:
        match = vocabulary.match_header(words)
        role = match.role if match is not None else ""
        if role == "rater":
            role = "score"
        if match is None or role not in _ROLES:
            known = "指标 权重 目标 实际 得分 自评 上级 满分 备注 …"
            zh = f"--map 里的“{words}”不知是什么列（例：{known}）"
            raise UsageError(Message(zh, f'--map: "{words}" names no kind of column (such as {known})'))
        found.append(Column(role, col, f"{words}（--map）", match.label, match.unit))
    return found


_ROLES = frozenset(
    ("number", "name", "section", "target", "actual", "weight", "points", "score", "weighted_score", "note",
     "rule_text", "method", "evaluator")
)  # fmt: skip


def mapped_cells(mapped: MappedTable, vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    """The cells that were named: kind, label and address.

    Raises:
        UsageError: Words that are no label.
    """
    found = []
    for words, cell in mapped.cells:
        label = vocabulary.match_label(words)
        if label is None or label.kind not in _CELLS:
            zh = f"--map 里的“{words}”不知是哪个单元格（例：总分 等级 姓名 部门 考核周期）"
            raise UsageError(Message(zh, f'--map: "{words}" is no cell that is known (总分, 等级, 姓名, 部门 …)'))
        found.append((label.kind, label.label, cell))
    return found


def override(headers: list[Header], lines: Lines, mapped: MappedTable, vocabulary: Vocabulary) -> list[Header]:
    """The headers of a sheet with the columns a person named; one is made where none was found.

    Raises:
        UsageError: Words that name no role, or no header and no column of names to start from.
    """
    wanted = mapped_columns(mapped, vocabulary)
    if not wanted:
        return headers
    cols = [column.col for column in wanted]
    name = next((column for column in wanted if column.role == "name"), None)
    if mapped.header or (name is not None and not any(_has_items(h) for h in headers)):
        return [_made(lines, mapped, wanted, name)]
    result = []
    for header in headers:
        if not _has_items(header):
            continue
        roles = {column.role for column in wanted}
        labels = {(column.role, column.label) for column in wanted}
        kept = [
            c for c in header.columns
            if c.col not in cols and (c.role, c.label) not in labels and not (c.role in roles and c.role in _SINGLE)
        ]  # fmt: skip
        weak = header.weak_names - frozenset(column.col for column in wanted if column.role == "name")
        result.append(
            replace(
                header,
                columns=tuple(sorted([*kept, *wanted], key=lambda column: column.col)),
                weak_names=weak,
                bands=tuple(band for band in header.bands if band.col not in cols),
                first_col=min([header.first_col, *cols]),
                last_col=max([header.last_col, *cols]),
                foreign=(),
            )
        )
    if not result:
        sheet = lines.grid.name
        zh = f"“{sheet}”里找不到表头；请在 --map 里也写明指标列（指标=B），或用 header 给出表头行号"
        en = f'no header found on "{sheet}": name the column of items as well (指标=B), or give the header row'
        raise UsageError(Message(zh, en))
    return result


def _has_items(header: Header) -> bool:
    return "name" in header.roles() and bool(header.roles() & {"weight", "points", "score", "target", "actual"})


def _made(lines: Lines, mapped: MappedTable, wanted: list[Column], name: Column | None) -> Header:
    row = mapped.header
    if name is None:
        raise UsageError(Message("--map 里要写明指标列（指标=B）", "--map must name the column of items (指标=B)"))
    if not row:
        row = max(_first_item(lines, wanted, name) - 1, 1)
    cols = [column.col for column in wanted]
    ordered = tuple(sorted(wanted, key=lambda column: column.col))
    return Header(row, row, min(cols), max(cols), ordered, frozenset(), (), (), (), ())


def _first_item(lines: Lines, wanted: list[Column], name: Column) -> int:
    """The first row with a name and two numbers beside it, or one where no row has two; 2 without any."""
    numeric = [c.col for c in wanted if c.role in ("weight", "points", "score", "target", "actual")]
    numbers = {
        row: sum(read(lines.grid.merged_value(row, col)).number is not None for col in numeric)
        for row in lines.numbers
        if text_of(lines.grid.cell(row, name.col).value)
    }
    # A single number may be the year of the period, in a line above the table.
    return next((row for enough in (2, 1) for row, count in numbers.items() if count >= enough), 2)


def said(mapped: MappedTable) -> Message:
    """The reason that stands with a table read this way."""
    words = "、".join(f"{words}={column_letters(col)}" for words, col in mapped.columns)
    words += "".join(f"、{label}={cell}" for label, cell in mapped.cells)
    return Message(f"按 --map 指定：{words.lstrip('、')}", f"as --map says: {words.lstrip('、')}")


def with_cells(table: Table, mapped: MappedTable, lines: Lines, vocabulary: Vocabulary) -> Table:
    """A table with the cells a person named.

    Raises:
        UsageError: A label that is none.
    """
    identity, changes = dict(table.identity), dict[str, str]()
    totals = dict(table.totals)
    for kind, label, cell in mapped_cells(mapped, vocabulary):
        if kind == "total":
            totals[label] = cell
        elif kind in ("grade", "coefficient", "coverage"):
            changes[f"{kind}_cell"] = cell
        else:
            value = lines.grid.merged_value(*split_cell(cell))
            identity[kind] = (text_of(value) or ("" if value is None else str(value)), cell)
            if kind == "period":
                changes["period_cell"] = cell
    return replace(
        table, totals=totals, identity=identity,
        grade_cell=changes.get("grade_cell", table.grade_cell),
        coefficient_cell=changes.get("coefficient_cell", table.coefficient_cell),
        coverage_cell=changes.get("coverage_cell", table.coverage_cell),
        period_cell=changes.get("period_cell", table.period_cell),
    )  # fmt: skip
