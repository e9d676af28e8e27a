"""The value table: every function of the catalogue, with each argument in turn given each kind of cell.

A function's example gives the call to start from, so that a new entry of the catalogue is tested as it stands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from scorecard.functions import CATALOGUE, Function
from scorecard.scoring.values import CellError

Rows = list[list[Any]]


class Content(NamedTuple):
    """What stands in a cell, and the formula that puts it there if it is an error or the result of one."""

    value: Any
    formula: str = ""


NUMBERS = tuple(map(Content, (0.0, 0.96, 1.0, -0.5, 3.0, 95.0, 1e9)))
TEXTS = tuple(
    map(
        Content,
        (
            "95%",
            "９５％",
            "0．92%",
            "3次/台",
            "不低于95%",
            "2,000",
            "不适用",
            "N/A",
            "—",
            "/",
            "无",
            "优",
            "step",
            "1/2",
        ),
    )
)
EMPTY_TEXT = Content("", '=""')
ERRORS = (
    Content(CellError("#DIV/0!"), "=1/0"),
    Content(CellError("#N/A"), "=NA()"),
    Content(CellError("#NUM!"), "=10^400"),
    Content(CellError("#VALUE!"), '="x"+1'),
    Content(CellError("#REF!"), "=#REF!"),
    Content(CellError("#NAME?"), "=NO_SUCH_FUNCTION(1)"),
)
BLANK = Content(None)
VALUES = (*NUMBERS, *TEXTS, EMPTY_TEXT)


@dataclass(frozen=True)
class Case:
    """One call.

    Attributes:
        arguments: A `Content` for a single cell, rows of them for a range, None for one left out.
        varied: The argument that is not as in the example.
        kind: What was put there.
    """

    function: Function
    arguments: tuple[Any, ...]
    varied: int = -1
    kind: str = "example"

    @property
    def name(self) -> str:
        """For messages."""
        argument = f".{self.function.arguments[self.varied].name}" if self.varied >= 0 else ""
        given = self.arguments[self.varied] if self.varied >= 0 else ""
        return f"{self.function.name}{argument} {self.kind}: {given}"

    def expected(self) -> Any:
        """What the callable gives for these cells, rows for an array; a blank cell is the empty text."""
        return self.function.function(*map(_plain, self.arguments))


def example_cases() -> Iterator[Case]:
    """The examples of the catalogue, their values in cells."""
    for entry in CATALOGUE.values():
        yield Case(entry, _example(entry))


def varied_cases() -> Iterator[Case]:
    """Each argument of each function in turn: every value; in ranges also blanks and errors, and all cells blank."""
    for entry in CATALOGUE.values():
        given = _example(entry)
        for i, argument in enumerate(entry.arguments):
            before = (*given, *(None for _ in range(i - len(given))))[:i]
            after = given[i + 1 :]
            if not argument.is_range:
                for value in VALUES:
                    yield Case(entry, (*before, value, *after), i, "a cell")
                continue
            rows = given[i] if i < len(given) and given[i] is not None else [[Content(1.0)], [Content(0.5)]]
            # Errors in an optional range are among the limits.
            for value in (*VALUES, BLANK, *(() if argument.optional else ERRORS)):
                for y, x in ((0, 0), (len(rows) - 1, len(rows[-1]) - 1)):
                    yield Case(entry, (*before, _replaced(rows, y, x, value), *after), i, f"cell {y},{x} of a range")
            blank = [[BLANK for _ in row] for row in rows]
            yield Case(entry, (*before, blank, *after), i, "a blank range")
        for count in range(sum(not a.optional for a in entry.arguments), len(given)):
            yield Case(entry, given[:count], -1, f"the first {count} arguments")


def single_cells(contents: tuple[Content, ...]) -> Iterator[Case]:
    """Each argument that is no required range in turn: one of these contents in a single cell."""
    for entry in CATALOGUE.values():
        given = _example(entry)
        for i, argument in enumerate(entry.arguments):
            if argument.is_range and not argument.optional:
                continue
            before = (*given, *(None for _ in range(i - len(given))))[:i]
            for content in contents:
                yield Case(entry, (*before, content, *given[i + 1 :]), i, "a cell")


def errors_in_optional_ranges() -> Iterator[Case]:
    """Each optional range in turn: two cells, one of them an error."""
    for entry in CATALOGUE.values():
        given = _example(entry)
        for i, argument in enumerate(entry.arguments):
            if argument.is_range and argument.optional:
                before = (*given, *(None for _ in range(i - len(given))))[:i]
                yield Case(entry, (*before, [[Content(1.0)], [ERRORS[0]]], *given[i + 1 :]), i, "an error in a range")


def write_cases(path: Path, cases: list[Case]) -> list[tuple[int, int, int]]:
    """Write the calls into a workbook, as Excel would; returns row, rows and columns of each result (column A …)."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sheet1")
    row, places = 0, []
    for case in cases:
        expected = case.expected()
        shape = (len(expected), len(expected[0])) if isinstance(expected, list) else (1, 1)
        height, col, references = shape[0], 6, []
        for argument in case.arguments:
            rows = argument if isinstance(argument, list) else [[argument]] if argument is not None else []
            for y, cells in enumerate(rows):
                for x, content in enumerate(cells):
                    _write(sheet, row + y, col + x, content)
            width = max(map(len, rows), default=0)
            references.append(_reference(argument, row, col, len(rows), width))
            height, col = max(height, len(rows)), col + width
        formula = f"={case.function.name}({','.join(references)})"
        if isinstance(expected, list):
            sheet.write_array_formula(row, 0, row + shape[0] - 1, shape[1] - 1, f"{{{formula}}}")
        else:
            sheet.write_formula(row, 0, formula)
        places.append((row, *shape))
        row += height
    book.close()
    return places


def same(found: Any, expected: Any) -> bool:
    """Whether a cell shows what the callable gives; "" and an empty cell look alike."""
    if isinstance(expected, (int, float)):
        return isinstance(found, (int, float)) and abs(found - expected) <= 1e-9 * max(1.0, abs(expected))
    if isinstance(expected, CellError):
        return isinstance(found, CellError) and found.code == expected.code
    return bool((found if found is not None else "") == expected)


def differences(cases: list[Case], places: list[tuple[int, int, int]], shown: list[list[Any]]) -> list[str]:
    """The calls whose results differ from what the callables give."""
    wrong = []
    for case, (row, height, width) in zip(cases, places, strict=True):
        expected = case.expected()
        wanted = expected if isinstance(expected, list) else [[expected]]
        found = [line[:width] for line in shown[row : row + height]]
        if not all(same(f, w) for fs, ws in zip(found, wanted, strict=True) for f, w in zip(fs, ws, strict=True)):
            wrong.append(f"{case.name}: Calc {found}, Python {wanted}")
    return wrong


def _example(entry: Function) -> tuple[Any, ...]:
    """The arguments of a function's example."""
    text = entry.example[0]
    inner = text[text.index("(") + 1 : -1]
    # The notation of spreadsheets for arrays, as that of Python for rows: {1,2;3,4} → [[1,2],[3,4]].
    for old, new in (("{", "[["), ("}", "]]"), (";", "],[")):
        inner = "".join(part if n % 2 else part.replace(old, new) for n, part in _quoted_parts(inner))
    return tuple(_contents(value) for value in ast.literal_eval(f"[{inner}]"))


def _quoted_parts(text: str) -> Iterator[tuple[int, str]]:
    """The text around and within quotes; odd numbers are within. The quotes go with the outside."""
    parts = text.split('"')
    for n, part in enumerate(parts):
        yield n, part if n % 2 else ('"' if n else "") + part + ('"' if n < len(parts) - 1 else "")


def _contents(value: Any) -> Any:
    if isinstance(value, list):
        return [[Content(float(c) if isinstance(c, int) else c) for c in row] for row in value]
    return Content(float(value) if isinstance(value, int) else value)


def _replaced(rows: Rows, y: int, x: int, content: Content) -> Rows:
    return [[content if (j, i) == (y, x) else c for i, c in enumerate(row)] for j, row in enumerate(rows)]


def _plain(argument: Any) -> Any:
    if isinstance(argument, list):
        return [[_plain(c) for c in row] for row in argument]
    if argument is None:
        return None
    return "" if argument.value is None else argument.value


def _reference(argument: Any, row: int, col: int, height: int, width: int) -> str:
    if argument is None:
        return ""
    return (
        str(xl_range(row, col, row + height - 1, col + width - 1))
        if isinstance(argument, list)
        else str(xl_rowcol_to_cell(row, col))
    )


def _write(sheet: Any, row: int, col: int, content: Content) -> None:
    if content.formula:
        sheet.write_formula(row, col, content.formula)
    elif isinstance(content.value, str):
        sheet.write_string(row, col, content.value)
    elif content.value is not None:
        sheet.write_number(row, col, content.value)
