"""What live functions cost in LibreOffice Calc: `python -m benchmarks.libreoffice [scores]`.

The row of one KPI is taken from an embedded workbook and repeated, in its `native` and its `udf` form. One soffice, one
workbook per line, all recalculated in turn; the ratios are those of the shortest of the rounds of one run, which other
work on the machine disturbs least.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl.formula.translate import Translator

from scorecard.workbook import rulesheet as rs
from scorecard.workbook.addresses import column_letters, split_cell
from scorecard.workbook.cells import Grid
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.ruleread import read_rule_sheet
from scorecard.workbook.rulesheet import Block
from tests.udfs.libreoffice.calc import Calc, Document, missing
from udfs.libreoffice import build as build_addin
from workbooks.build import build, load

ROUNDS = 3
FORM, KPI = "考核表", "报修处理及时率"
# Of the form: the actual, the weight, the score.
ACTUAL, WEIGHT, SCORE = 6, 11, 12
#: KPIs of one table function.
CARD = 11
# The steps of a native score on the rule sheet.
STEPS = (rs.TEXT, rs.READING, rs.SIGN, rs.SEGMENT, rs.CHECK, rs.RESULT)


@dataclass(frozen=True)
class Row:
    """One KPI of an embedded workbook: its row on the form and on the rule sheet."""

    form: Grid
    rules: Grid
    block: Block
    form_row: int
    rule_row: int


def embedded_row(flavour: str) -> Row:
    """The KPI in a freshly embedded workbook."""
    package = Package.open(build(load("001"), actuals=True, formulas=flavour))
    sheet = read_rule_sheet(package)
    assert sheet is not None
    block, places = sheet.blocks[0]
    form = read_grid(package, FORM)
    [(i, form_row)] = [(i, row) for i, (_, row) in enumerate(places) if form.cell(row, 1).value == KPI]
    return Row(form, sheet.grid, block, form_row, block.first + i)


class Book:
    """A workbook with the KPI's row many times over, each with an actual of its own."""

    def __init__(self, path: Path, row: Row, count: int) -> None:
        self.row, self.count = row, count
        self.book = xlsxwriter.Workbook(path)
        self.form, self.rules = self.book.add_worksheet(FORM), self.book.add_worksheet(rs.SHEET)
        for line in row.rules.rows():
            for cell in line:
                if cell.row < row.rule_row and cell.formula is None and cell.value is not None:
                    self.rules.write(cell.row - 1, cell.col - 1, cell.value)
        dice = random.Random(1)
        for k in range(count):
            self.form.write_string(row.form_row - 1 + k, 0, KPI)
            self.form.write_number(row.form_row - 1 + k, ACTUAL - 1, round(dice.uniform(0.9, 1.02), 4))
            self.form.write_number(row.form_row - 1 + k, WEIGHT - 1, 1 / CARD)

    def constants(self) -> Book:
        """What the rule says, as values: thresholds, scores, mode, direction, target."""
        steps = {self.row.block.column(name) for name in STEPS}
        for line in self.row.rules.rows():
            for cell in line:
                if cell.row == self.row.rule_row and cell.col not in steps and cell.value is not None:
                    for k in range(self.count):
                        self.rules.write(cell.row - 1 + k, cell.col - 1, cell.value)
        return self

    def steps(self) -> Book:
        """The native steps of each score on the rule sheet."""
        block = self.row.block
        columns = {block.column(name) for name in STEPS}
        columns |= {block.column(rs.SEGMENT, i) for i in range(block.width - 1)}
        for col in sorted(columns):
            formula = self.row.rules.cell(self.row.rule_row, col).formula
            assert formula, column_letters(col)
            self.repeat(self.rules, self.row.rule_row, col, f"={formula}")
        return self

    def scores(self) -> Book:
        """The score cell of the form, as it is embedded."""
        formula = self.row.form.cell(self.row.form_row, SCORE).formula
        self.repeat(self.form, self.row.form_row, SCORE, f"={formula}")
        return self

    def repeat(self, sheet: Any, row: int, col: int, formula: str) -> Book:
        """A formula and its copies below, as filling down makes them."""
        translator = Translator(formula, origin=f"A{row}")
        for k in range(self.count):
            sheet.write_formula(row - 1 + k, col - 1, translator.translate_formula(f"A{row + k}"))
        return self

    def on_form(self, col: int, formula: str) -> Book:
        """A formula of our own in each row of the form."""
        return self.repeat(self.form, self.row.form_row, col, formula)

    def tables(self) -> Book:
        """One table function for each card."""
        for first, last in self.cards():
            shift = self.row.rule_row - self.row.form_row
            call = f"=KPI_TABLE(F{first}:F{last},{self.thresholds(first + shift, last + shift)},{self.points()},K{first}:K{last})"
            self.form.write_array_formula(first - 1, SCORE - 1, last - 1, SCORE + 1, f"{{{call}}}")
        return self

    def cards(self) -> Iterator[tuple[int, int]]:
        """First and last row of each card."""
        for first in range(self.row.form_row, self.row.form_row + self.count, CARD):
            yield first, first + CARD - 1

    def thresholds(self, first: int, last: int) -> str:
        """The thresholds of some rows."""
        left, right = (column_letters(self.row.block.column(rs.THRESHOLD, i)) for i in (0, 4))
        return f"{rs.SHEET}!{left}{first}:{right}{last}"

    def points(self, row: int | None = None) -> str:
        """The scores of a row; of the first one, absolute, if none is named."""
        left, right = (column_letters(self.row.block.column(rs.SCORE, i)) for i in (0, 4))
        fixed, number = ("$", self.row.rule_row) if row is None else ("", row)
        return f"{rs.SHEET}!{left}{fixed}{number}:{right}{fixed}{number}"

    def single(self) -> Book:
        """The interpolation alone, in one formula."""
        row = self.row.rule_row
        at = [column_letters(self.row.block.column(rs.THRESHOLD, i)) for i in range(5)]
        to = [column_letters(self.row.block.column(rs.SCORE, i)) for i in range(5)]
        x = f"F{self.row.form_row}"

        def cell(letters: str) -> str:
            return f"{rs.SHEET}!{letters}{row}"

        parts = [
            f"({cell(to[i + 1])}-{cell(to[i])})*MEDIAN(0,1,({x}-{cell(at[i])})/({cell(at[i + 1])}-{cell(at[i])}))"
            for i in range(4)
        ]
        return self.on_form(SCORE, f"=ROUND({cell(to[0])}+{'+'.join(parts)},12)")

    def bands(self) -> Book:
        """The band and the weighted score beside the score, by functions of their own."""
        labels = [14 + i for i in range(4)]
        for col, label in zip(labels, ("未达", "达到", "超过", "远超"), strict=True):
            self.form.write_string(0, 5 + col, label)
        left, right = column_letters(6 + labels[0]), column_letters(6 + labels[-1])
        thresholds = self.thresholds(self.row.rule_row, self.row.rule_row)
        self.on_form(SCORE + 1, f"=KPI_BAND(F{self.row.form_row},{thresholds},${left}$1:${right}$1)")
        return self.on_form(SCORE + 2, f"=L{self.row.form_row}*K{self.row.form_row}")


EMBEDDED = "native, as embedded"
SINGLE = "native, one formula, no checks"
UDF = "KPI_SCORE, as embedded"
PER_ROW = "KPI_SCORE + KPI_BAND + product"
TABLE = f"KPI_TABLE, {CARD} rows each"

#: Name, flavour of the row, what is written. Each has one score per row in the same place.
CANDIDATES: dict[str, tuple[str, Callable[[Book], Book]]] = {
    SINGLE: ("native", lambda book: book.constants().single()),
    EMBEDDED: ("native", lambda book: book.constants().steps().scores()),
    UDF: ("udf", lambda book: book.constants().scores()),
    PER_ROW: ("udf", lambda book: book.constants().scores().bands()),
    TABLE: ("udf", lambda book: book.constants().tables()),
}


def main(wanted: int) -> None:
    """Print the table."""
    if missing():
        sys.exit(f"{missing()} not found")
    count = -(-wanted // CARD) * CARD
    rows = {flavour: embedded_row(flavour) for flavour in ("native", "udf")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        calc = stack.enter_context(Calc(build_addin(folder / "scorecard.oxt")))
        documents: dict[str, Document] = {}
        for i, (name, (flavour, fill)) in enumerate(CANDIDATES.items()):
            path = folder / f"{i}.xlsx"
            fill(Book(path, rows[flavour], count)).book.close()
            documents[name] = stack.enter_context(calc.open(path))
            documents[name].ask("calculate")
        agree(documents, rows["udf"].form_row, count)
        taken: dict[str, list[float]] = {name: [] for name in CANDIDATES}
        for _ in range(ROUNDS):
            for name, document in documents.items():
                taken[name].append(document.ask("calculate"))
    show(calc.version, count, taken)


def show(version: str, count: int, taken: dict[str, list[float]]) -> None:
    """The table, and the two ratios that matter."""
    print(f"LibreOffice {version}: full recalculation of {count:,} scores; the shortest of {ROUNDS} rounds")
    print(f"{'':<34}{'ms':>9}{'µs per score':>14}{'× embedded native':>20}")
    for name, times in taken.items():
        best = min(times)
        print(f"{name:<34}{best * 1e3:>9.0f}{best / count * 1e6:>14.1f}{ratio(times, taken[EMBEDDED]):>20.2f}")
    print(f"KPI_SCORE takes {ratio(taken[UDF], taken[EMBEDDED]):.2f} times as long as the native steps of a score")
    print(f"per-row functions take {ratio(taken[PER_ROW], taken[TABLE]):.2f} times as long as a table function")


def ratio(times: list[float], others: list[float]) -> float:
    """How many times as long as the others, each at its best."""
    return min(times) / min(others)


def agree(documents: dict[str, Document], first: int, count: int) -> None:
    """Ends the run if the candidates compute different scores: their times would compare different things."""
    cells = [f"{column_letters(SCORE)}{row}" for row in range(first, first + count, max(count // 50, 1))]
    assert split_cell(cells[0])[1] == SCORE
    shown = {name: document.values(cells, FORM) for name, document in documents.items()}
    for name, values in shown.items():
        differing = [
            (cell, value, other)
            for cell, value, other in zip(cells, values, shown[UDF], strict=True)
            if not isinstance(value, float) or not isinstance(other, float) or abs(value - other) > 1e-9
        ]
        if differing:
            sys.exit(f"{name} and {UDF} do not agree: {differing[:3]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
