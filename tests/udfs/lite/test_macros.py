"""The macros as xlwings Lite runs them: asynchronous, on a stand-in for its `Book`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import openpyxl

from scorecard.workbook.embed import embed
from tests.cli.books import FIRST, SCORE, classic_book
from tests.udfs.lite.standin import LiteBook
from udfs.lite import bind_macros
from udfs.lite.reading import read_book


def told(path: Path) -> dict[str, Any]:
    """The sheets of a file as the stand-in takes them."""
    stored, typed = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    found: dict[str, Any] = {}
    for sheet in typed.worksheets:
        cells = {
            f"{cell.row},{cell.column}": [
                stored[sheet.title].cell(cell.row, cell.column).value,
                cell.value if isinstance(cell.value, str) and cell.value.startswith("=") else "",
                cell.number_format,
            ]
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        merges = [[m.min_row, m.min_col, m.max_row, m.max_col] for m in sheet.merged_cells.ranges]
        found[sheet.title] = {"cells": cells, "merges": merges}
    return found


def contents(book: LiteBook) -> dict[tuple[str, int, int], Any]:
    return {
        (sheet.name, *place): cell[1] or cell[0]
        for sheet in book.sheets
        for place, cell in sheet.cells.items()
        if (cell[1] or cell[0]) is not None
    }


def of_file(path: Path) -> dict[tuple[str, int, int], Any]:
    workbook = openpyxl.load_workbook(path)
    return {
        (s.title, c.row, c.column): c.value
        for s in workbook.worksheets
        for r in s.iter_rows()
        for c in r
        if c.value is not None
    }


def run(name: str, book: LiteBook) -> str:
    asyncio.run(bind_macros(lambda **_: lambda macro: macro, LiteBook)[name](book))
    return book.app.shown[-1]


def test_reading_finds_formats_and_merges(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "部门.xlsx")
    package = asyncio.run(read_book(LiteBook(path.name, told(path))))
    (tmp_path / "read.xlsx").write_bytes(package.to_bytes())
    assert of_file(tmp_path / "read.xlsx") == of_file(path)
    read, first = openpyxl.load_workbook(tmp_path / "read.xlsx").active, openpyxl.load_workbook(path).active
    assert sorted(map(str, read.merged_cells.ranges)) == sorted(map(str, first.merged_cells.ranges))
    numbers = [cell for row in first.iter_rows() for cell in row if isinstance(cell.value, (int, float))]
    assert numbers and all(read[c.coordinate].number_format == c.number_format for c in numbers)


def test_embedding_is_embedding_the_file(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "部门.xlsx")
    embed(path, tmp_path / "评分.xlsx")
    book = LiteBook(path.name, told(path))
    assert "评分规则" in run("embed", book)
    assert contents(book) == of_file(tmp_path / "评分.xlsx")


def test_the_others_say_what_they_did(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "部门.xlsx")
    embed(path, tmp_path / "评分.xlsx")
    book = LiteBook("评分.xlsx", told(tmp_path / "评分.xlsx"))
    assert "总分" in run("recalculate", book) or "total" in book.app.shown[-1]
    run("check", book)
    assert "体检" in [sheet.name for sheet in book.sheets]
    book.selection = book.sheets[0].range(f"{SCORE}{FIRST}")
    assert len(run("explain", book)) > 20
    run("lock", book)
    assert "Review" in book.app.shown[-1] or "审阅" in book.app.shown[-1]
