"""Embedded workbooks, and what their cells show: read by openpyxl, whatever computed the values."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from scorecard.definitions import parse_definition
from scorecard.scoring.values import ERROR_CODES, CellError, CellValue
from scorecard.workbook.embed import fill_values, plan_embedding
from scorecard.workbook.package import Package
from scorecard.workbook.plan import apply
from tests.parity.exact import Meaning
from tests.parity.forms import SHEET, Form, random_form

RULES = "评分规则"
TOLERANCE = 1e-9
FOOT = ("总分", "覆盖率", "等级", "绩效系数")
Values = Mapping[tuple[str, str], Any]


def embedded(form: Form, flavour: str) -> bytes:
    """The form's workbook with scoring embedded and computed by the product's engine."""
    return _embedded(form.workbook(), form.rules_file(), flavour, form.current or None)


@functools.lru_cache(maxsize=64)
def _embedded(data: bytes, rules: str, flavour: str, period: str | None) -> bytes:
    package = Package.open(data, where="test.xlsx")
    plan, tables, _ = plan_embedding(package, parse_definition(rules), None, flavour, period, "test.xlsx")
    assert len(tables) == 1, "the generated table must be recognised"
    return fill_values(apply(plan, package))


@functools.lru_cache(maxsize=256)
def form_of(seed: int) -> Form:
    """The form of a seed."""
    return random_form(seed)


def stored(data: bytes) -> Values:
    """The values stored in a workbook; an error is its text."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {
        (ws.title, cell.coordinate): cell.value
        for ws in book.worksheets
        for row in ws.iter_rows()
        for cell in row
        if cell.value is not None
    }


@dataclass(frozen=True)
class Shown:
    """What an embedded form shows. "" for the empty text, errors as `CellError`.

    Attributes:
        scores: One per item.
        bands: The number of the band with √, 1 for the worst; 0 without one. Empty without band columns.
        foot: Total, coverage, grade and coefficient by their labels.
        best: The best attainable total.
        rules: The rule sheet's cells of each item by header.
    """

    scores: tuple[CellValue, ...]
    bands: tuple[int, ...]
    foot: Mapping[str, CellValue]
    best: CellValue
    rules: tuple[Mapping[str, CellValue], ...]


def shown(form: Form, values: Values) -> Shown:
    """Read an evaluated workbook."""

    def at(sheet: str, cell: str) -> CellValue:
        value = values.get((sheet, cell), "")
        return CellError(value) if isinstance(value, str) and value in ERROR_CODES else value

    n = len(form.items)
    labels = {value: cell for (sheet, cell), value in values.items() if sheet == SHEET and cell.startswith("A")}
    score = get_column_letter(form.columns["score"])
    foot = {label: at(SHEET, f"{score}{labels[label][1:]}") for label in FOOT}
    header = next(int(c[1:]) for (s, c), v in values.items() if s == RULES and v == "指标" and c.startswith("A"))
    row = {c: v for (s, c), v in values.items() if s == RULES and c.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == str(header)}
    columns = {name: cell.removesuffix(str(header)) for cell, name in row.items()}
    rules = tuple({name: at(RULES, f"{col}{header + 1 + i}") for name, col in columns.items()} for i in range(n))
    best = next(c for (s, c), v in values.items() if s == RULES and v == "最高可得总分")
    bands = tuple(_band(form, values, i) for i in range(n)) if form.bands else ()
    scores = tuple(at(SHEET, form.cell("score", i)) for i in range(n))
    return Shown(scores, bands, foot, at(RULES, f"B{best[1:]}"), rules)


def same(found: CellValue, expected: Meaning | None) -> bool:
    """Whether a cell shows what is expected; None: nothing is."""
    if expected is None:
        return True
    if isinstance(expected, Fraction):
        number = isinstance(found, (int, float)) and not isinstance(found, bool)
        return number and abs(found - float(expected)) <= TOLERANCE
    return (found.code if isinstance(found, CellError) else found) == expected


def _band(form: Form, values: Values, i: int) -> int:
    row, first = form.first_row + i, form.columns["band"]
    ticks = [k for k in range(4) if values.get((SHEET, f"{get_column_letter(first + k)}{row}")) == "√"]
    assert len(ticks) < 2, f"two bands are ticked in row {row}"
    return 4 - ticks[0] if ticks else 0


def thresholds(rule: Mapping[str, CellValue]) -> tuple[list[CellValue], list[CellValue]]:
    """The thresholds and their scores that stand on the rule sheet."""
    width = sum(1 for name in rule if str(name).startswith("阈值"))
    return [rule[f"阈值{k + 1}"] for k in range(width)], [rule[f"得分{k + 1}"] for k in range(width)]
