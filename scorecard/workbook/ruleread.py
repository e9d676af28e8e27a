"""The rule sheet of a workbook that is embedded already, as a person may have edited it since."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import RuleError
from ..messages import Message
from ..scoring.curve import LINEAR, STEP, Curve, Rating, from_table
from ..scoring.model import Bands, Grade, GradeTable, Settings
from ..scoring.values import CellError, as_error, is_missing, is_not_applicable, read
from . import formulas as f
from . import rulesheet as rs
from . import spots as sp
from .addresses import cell_name, column_letters, split_cell
from .cells import Cell, Grid
from .formplan import FormRules
from .grid import read_grid
from .located import Table, headline_column
from .package import Package
from .rules import actual_divisor
from .rulesheet import Block, Head
from .spots import RowSpot, Spots

_NAME_FORMULA = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)$")
_WAIT = {f.WAIT_WORD: "incomplete", f.ZERO_WORD: "zero", f.EXCLUDE_WORD: "exclude"}
_WEIGHTS = {f.STRICT_WORD: "strict", f.NORMALISE_WORD: "normalise", f.AS_IS_WORD: "as_is"}


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """What stands on the rule sheet.

    Attributes:
        grid: Its cells.
        head: Where the settings are.
        blocks: Each with the form rows its items stand for, as (sheet, row).
    """

    grid: Grid
    head: Head
    blocks: tuple[tuple[Block, tuple[tuple[str, int], ...]], ...]

    def block_of(self, table: Table) -> Block | None:
        """The block whose items are the rows of a table."""
        wanted = tuple((table.sheet, row.row) for row in table.rows if row.kind in ("kpi", "rating"))
        return next((block for block, rows in self.blocks if rows == wanted), None)

    def form_rules(self, table: Table, form: Grid) -> FormRules | None:
        """Where the formulas of an embedded table stand; None if it is not embedded."""
        block = self.block_of(table)
        if block is None:
            return None
        modes = tuple(self.mode(block, i) for i in range(block.size))
        return FormRules(self._spots(table, form, block), block, self.head, modes)

    def mode(self, block: Block, i: int) -> str:
        """The word in the column 方式 of the i-th item."""
        return str(self.grid.cell(block.first + i, block.column(rs.MODE)).value or f.LINEAR_WORD)

    def scale(self, block: Block, i: int) -> str:
        """What the score cell of the i-th item shows, as the formula that reads it has it: `RAW`, `WEIGHTED`, `POINTS`."""
        row = block.first + i
        name = rs.READING if self.mode(block, i) == f.MANUAL_WORD else rs.COUNTED
        formula = self.grid.cell(row, block.column(name)).formula or ""
        if f"/{block.cell(row, rs.WEIGHT_TEXT)}*100" in formula:
            return sp.POINTS
        return sp.WEIGHTED if f"/({block.cell(row, rs.WEIGHT)}*100)*100" in formula else sp.RAW

    def settings(self) -> Settings:
        """The settings, defaults where a cell is blank.

        Raises:
            RuleError: A setting or the grade table that cannot be used.
        """
        values = {label: self.grid.cell(*self.head.setting(label)).value for label in rs.SETTINGS}
        cap, floor, digits = (read(values[label]).number for label in (rs.CAP, rs.FLOOR, rs.DIGITS))
        rows = []
        for i in range(self.head.grades):
            low, label, factor = (self.grid.cell(self.head.first_row + i, 4 + k).value for k in range(3))
            if is_missing(low) or is_missing(label):
                continue
            bound = read(low).number
            if bound is None:
                raise RuleError(
                    Message(f"等级下限“{low}”不是数字", f'grade bound "{low}" is not a number'),
                    f"{rs.SHEET}!D{self.head.first_row + i}",
                )
            rows.append(Grade(bound, str(label), read(factor).number))
        return Settings(
            missing=_WAIT.get(str(values[rs.BLANK_RULE]), "incomplete"),
            weights=_WEIGHTS.get(str(values[rs.WEIGHT_RULE]), "strict"),
            digits=int(digits) if digits is not None else 2,
            floor=floor if floor is not None else float("-inf"),
            cap=cap,
            grades=GradeTable(tuple(rows)),
        )

    def bands(self, block: Block, labels: tuple[str, ...]) -> Bands | None:
        """The bands of a block, with the labels the form prints (worst first).

        Raises:
            RuleError: Somebody edited the edges out of order; it names their first cell.
        """
        row, first = block.top + 1, block.column(rs.SCORE)
        edges = [read(self.grid.cell(row, first + i).value).number for i in range(len(labels) + 1)]
        numbers = [e for e in edges if e is not None]
        if not labels or len(numbers) != len(edges):
            return None
        try:
            return Bands(labels, tuple(numbers))
        except RuleError as problem:
            raise RuleError(problem.message, rs.on_sheet(rs.SHEET, cell_name(row, first)), problem.code) from None

    def rule(self, block: Block, i: int, values: Mapping[tuple[int, int], object]) -> Curve | Rating | CellError | None:
        """The rule of the i-th item in the current period.

        Args:
            block: The block.
            i: Item.
            values: Freshly computed values of the sheet's formula cells; others are taken as they stand.

        Returns:
            A curve or rating; None where the score is typed by hand, or no threshold is set; an error for a broken rule.
        """
        row, mode = block.first + i, self.mode(block, i)
        if mode == f.MANUAL_WORD:
            return None

        def cells(name: str) -> list[object]:
            places = [(row, block.column(name, k)) for k in range(block.width)]
            return [values.get(place, self.grid.cell(*place).value) for place in places]

        thresholds, scores = cells(rs.THRESHOLD), cells(rs.SCORE)
        error = next((e for e in map(as_error, thresholds + scores) if e is not None), None)
        if error is not None:
            return error
        if mode == f.RATING_WORD:
            pairs = [(str(t), read(s).number) for t, s in zip(thresholds, scores, strict=True) if not is_missing(t)]
            return Rating(tuple((label, s) for label, s in pairs if s is not None))
        if all(is_missing(t) or is_not_applicable(t) for t in thresholds):
            return None
        readings = [[read(c) for c in row_] for row_ in (thresholds, scores)]
        unreadable = next((r.error for row_ in readings for r in row_ if r.error is not None), None)
        if unreadable is not None:
            return unreadable
        xs, ys = ([r.number for r in row_] for row_ in readings)
        direction = self.grid.cell(row, block.column(rs.DIRECTION)).value
        try:
            curve = from_table(xs, ys, STEP if mode == f.STEP_WORD else LINEAR, higher=direction != f.LOWER_WORD)
        except RuleError as problem:
            return CellError(problem.code, problem.message)
        is_free = direction == f.RANGE_WORD or len(set(curve.thresholds)) == 1
        if not is_free and curve.sign != (-1 if direction == f.LOWER_WORD else 1):
            return CellError("#NUM!", Message("阈值顺序与方向不符", "the thresholds contradict the direction"))
        return curve

    def _spots(self, table: Table, form: Grid, block: Block) -> Spots:
        """The places of the computed cells, as recognition finds them in the embedded form."""
        counted = headline_column(table)
        assert counted is not None  # embedding made one
        score = counted.col
        cells = {
            sp.TOTAL: sp.total_cell(table, score),
            sp.COVERAGE: table.coverage_cell,
            sp.GRADE: table.grade_cell,
            sp.COEFFICIENT: table.coefficient_cell,
        }
        own = {name: split_cell(cell) for name, cell in cells.items() if cell and _is_ours(form.at(cell).formula)}
        for name, cell in cells.items():
            if cell and name not in own:
                own[f"{name}*"] = split_cell(cell)
        actual, weight = table.column("actual"), table.column("weight")
        rows = tuple(
            RowSpot(
                name=row.name,
                row=row.row,
                name_cell=f"${column_letters(split_cell(row.name_cell)[1])}{row.row}",
                actual_cell=f"${column_letters(actual.col)}{row.row}" if actual else "",
                score_cell=f"${column_letters(score)}{row.row}",
                weight_cell=row.weight_cell,
                weight=None,
                targets="x" if row.targets else "",
                known_targets=(),
                actual_divisor=actual_divisor(table, row, form),
                target_divisor=1,
                bands=(),
                scale=self.scale(block, i),
                is_kept=is_own_content(form.cell(row.row, score)),
            )
            for i, row in enumerate(row for row in table.rows if row.kind in ("kpi", "rating"))
        )
        return Spots(
            sheet=table.sheet,
            title=table.title,
            rows=rows,
            period="",
            period_headers="",
            period_value=None,
            cells=own,
            labels=(),
            adjustments=(),
            vetoes=(),
            score_col=score,
            actual_col=actual.col if actual else 0,
            first_row=table.first_row,
            last_row=table.last_row,
            weight_col=weight.col if weight else None,
        )


def is_own_content(cell: Cell) -> bool:
    """Whether a score cell holds a formula or a score of the department's, not one of ours."""
    return not is_missing(cell.value) if cell.formula is None else not _is_ours(cell.formula)


def _is_ours(formula: str | None) -> bool:
    """Whether a formula is one of those embedding writes: it reads the rule sheet or calls the catalogue."""
    return formula is not None and (rs.SHEET in formula or "KPI_" in formula)


def read_rule_sheet(package: Package) -> RuleSheet | None:
    """The rule sheet of a workbook; None if there is none, or none that embedding wrote."""
    if not any(ref.name == rs.SHEET and ref.kind == "worksheet" for ref in package.sheets):
        return None
    grid = read_grid(package, rs.SHEET)
    marks_row = next((c.row for row in grid.rows() for c in row if c.col == 1 and c.value == rs.MARKS), None)
    if marks_row is None:
        return None
    grades = 0
    while grid.cell(Head.first_row + grades, 4).value is not None and Head.first_row + grades < marks_row:
        grades += 1
    marks = 0
    while grid.cell(marks_row, 2 + marks).value is not None:
        marks += 1
    blocks = []
    for row in grid.rows():
        if row[0].col == 1 and row[0].value == rs.NAME and grid.cell(row[0].row, 2).value == rs.KIND:
            found = _read_block(grid, row[0].row)
            if found is not None:
                blocks.append(found)
    return RuleSheet(grid, Head(grades, marks), tuple(blocks))


def _read_block(grid: Grid, header: int) -> tuple[Block, tuple[tuple[str, int], ...]] | None:
    width = 0
    while grid.cell(header, 5 + width).value == f"{rs.THRESHOLD}{width + 1}":
        width += 1
    rows = []
    row = header + 1
    while True:
        match = _NAME_FORMULA.match(grid.cell(row, 1).formula or "")
        if match is None:
            break
        sheet = match[1].replace("''", "'") if match[1] else match[2]
        rows.append((sheet, int(match[4])))
        row += 1
    if not rows or width < 2 or grid.cell(row, 1).value != rs.SUMMARY[0]:
        return None
    return Block(header - 3, len(rows), width), tuple(rows)
