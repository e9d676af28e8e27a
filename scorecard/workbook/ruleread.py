"""The rule sheet of a workbook that is embedded already, as a person may have edited it since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import RuleError, UnusableFile
from ..messages import Message
from ..scoring.curve import LINEAR, STEP, Curve, Rating, from_table
from ..scoring.model import Bands, Grade, GradeTable, Settings
from ..scoring.values import CellError, as_error, is_missing, is_not_applicable, read
from . import formulas as f
from . import rulesheet as rs
from . import spots as sp
from .addresses import cell_name, column_letters, column_number, split_cell
from .cells import Cell, Grid
from .formplan import FormRules
from .grid import read_grid
from .located import Part, Table, headline_column
from .package import Package
from .rules import actual_divisor
from .rulesheet import Block, Head, Whole
from .spots import RowSpot, Spots

_NAME_FORMULA = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)$")
_GRADED = re.compile(r"ISNUMBER\((?:'(?:[^']|'')+'|[^'!()]+)!\$?([A-Z]{1,3})\$?(\d+)\)")
_SUM_FORMULA = re.compile(r"^\$?B\$?(\d+)$")
_WAIT = {f.WAIT_WORD: "incomplete", f.ZERO_WORD: "zero", f.EXCLUDE_WORD: "exclude"}
_WEIGHTS = {f.STRICT_WORD: "strict", f.NORMALISE_WORD: "normalise", f.AS_IS_WORD: "as_is"}

# Scores on a scale of their own: a number stands where the cell of the full marks stands else.
_OUT_OF = re.compile(r"/(\d+(?:\.\d+)?)\*100")


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """What stands on the rule sheet.

    Attributes:
        grid: Its cells.
        head: Where the settings are.
        blocks: Each with the form rows its items stand for, as (sheet, row).
        wholes: The cards of several parts, each with the blocks of its parts.
    """

    grid: Grid
    head: Head
    blocks: tuple[tuple[Block, tuple[tuple[str, int], ...]], ...]
    wholes: tuple[tuple[Whole, tuple[Block, ...]], ...] = ()

    def block_of(self, table: Table) -> Block | None:
        """The block whose items are the rows of a table."""
        wanted = tuple((table.sheet, row.row) for row in table.rows if row.kind in ("kpi", "rating"))
        return next((block for block, rows in self.blocks if rows == wanted), None)

    def places_of(self, table: Table) -> tuple[tuple[Block, int], ...]:
        """For each item of a table its block and place there, also of a card of several parts; () if not embedded."""
        wanted = [(table.sheet, row.row) for row in table.rows if row.kind in ("kpi", "rating")]
        at = {row: (block, i) for block, rows in self.blocks for i, row in enumerate(rows)}
        found = tuple(at[row] for row in wanted if row in at)
        sizes = sum(block.size for block in {block for block, _ in found})
        return found if len(found) == len(wanted) == sizes else ()

    def parts(self, whole: Whole, blocks: Sequence[Block]) -> tuple[Part, ...]:
        """The parts of a card as the rule sheet has them: a share that somebody changed there is what counts."""
        found = []
        for i in range(len(blocks)):
            name, share = (self.grid.cell(whole.first + i, col) for col in (1, 2))
            reading = read(share.value, number_format=share.format.number_format)
            found.append(Part(str(name.value or i + 1), reading.number or 0.0, f"{rs.SHEET}!{share.name}"))
        return tuple(found)

    def foot(self, block: Block | Whole, form: Grid) -> dict[str, tuple[int, int]]:
        """The cells of a form that show the total of a block or card, and what follows from it, by their formulas."""
        own: dict[str, tuple[int, int]] = {}

        def reads(formula: str, label: str) -> bool:
            # Programs write the quotes around a sheet's name or leave them out.
            return re.search(re.escape(f"{rs.SHEET}!{block.summary_ref(label)}") + r"(?!\d)", formula) is not None

        ours = [((c.row, c.col), c.formula.replace("'", "")) for c in form if c.formula and _is_ours(c.formula)]
        for name, label in ((sp.TOTAL, "总分（未取整）"), (sp.COVERAGE, "计入权重合计"), (sp.GRADE, "考核项数")):
            place = next((place for place, text in ours if reads(text, label)), None)
            if place is not None:
                own[name] = place
        row, col = block.summary("等级行")
        kept = _GRADED.search(self.grid.cell(row, col).formula or "")
        if sp.TOTAL not in own and kept is not None:
            own[f"{sp.TOTAL}*"] = int(kept[2]), column_number(kept[1])
        taken = set(own.values())
        total = cell_name(*own[sp.TOTAL]) if sp.TOTAL in own else ""
        for place, text in ours:
            is_factor = reads(text, "等级行") or (total and f"KPI_COEFFICIENT({total}," in text)
            if is_factor and place not in taken:
                own[sp.COEFFICIENT] = place
        return own

    def form_rules(self, table: Table, form: Grid) -> FormRules | None:
        """Where the formulas of an embedded table stand; None if it is not embedded.

        Raises:
            UnusableFile: Its score column cannot be found any more.
        """
        block = self.block_of(table)
        if block is None:
            return None
        counted = headline_column(table)
        if counted is None:
            zh, en = (
                "嵌入过评分，但找不到得分列了（表头被改名或删除）；请改回“得分”，再试一次",
                "scoring is embedded, but its score column is gone (heading renamed or removed); call it 得分 again",
            )
            raise UnusableFile(Message(zh, en), f"{table.sheet}!{cell_name(table.top, table.first_col)}")
        modes = tuple(self.mode(block, i) for i in range(block.size))
        return FormRules(self._spots(table, form, block, counted.col), block, self.head, modes)

    def mode(self, block: Block, i: int) -> str:
        """The word in the column 方式 of the i-th item."""
        return str(self.grid.cell(block.first + i, block.column(rs.MODE)).value or f.LINEAR_WORD)

    def scale(self, block: Block, i: int) -> str:
        """What the score cell of the i-th item shows, as the formula that reads it has it: one of those of `spots`."""
        formula, row = self._reading_formula(block, i), block.first + i
        if f"/{block.cell(row, rs.WEIGHT_TEXT)}*100" in formula:
            return sp.POINTS
        if _OUT_OF.search(formula):
            return sp.SCALED
        return sp.WEIGHTED if f"/({block.cell(row, rs.WEIGHT)}*100)*100" in formula else sp.RAW

    def full_scale(self, block: Block, i: int) -> float | None:
        """What the score of the i-th item is out of, where that is a number that stands in the formula; else None."""
        match = _OUT_OF.search(self._reading_formula(block, i))
        return float(match[1]) if match is not None else None

    def _reading_formula(self, block: Block, i: int) -> str:
        name = rs.READING if self.mode(block, i) == f.MANUAL_WORD else rs.COUNTED
        return self.grid.cell(block.first + i, block.column(name)).formula or ""

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

    def _spots(self, table: Table, form: Grid, block: Block, score: int) -> Spots:
        """The places of the computed cells, as recognition finds them in the embedded form."""
        cells = {
            sp.TOTAL: sp.total_cell(table, score),
            sp.COVERAGE: table.coverage_cell,
            sp.GRADE: table.grade_cell,
            sp.COEFFICIENT: table.coefficient_cell,
        }
        own = {name: split_cell(cell) for name, cell in cells.items() if cell and _is_ours(form.at(cell).formula)}
        if any(block in blocks for _, blocks in self.wholes):
            # The total of the whole card stands near, and recognition may take it for that of the last part.
            cells, own = {}, self.foot(block, form)
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
                most=self.full_scale(block, i) or 100.0,
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
    return RuleSheet(
        grid, Head(grades, marks), tuple(blocks), tuple(_read_wholes(grid, [block for block, _ in blocks]))
    )


def _read_wholes(grid: Grid, blocks: Sequence[Block]) -> Iterator[tuple[Whole, tuple[Block, ...]]]:
    """The cards of several parts: each line names the block of its part by where that sums up its weights."""
    by_sum = {block.summary("权重合计")[0]: block for block in blocks}
    for row in grid.rows():
        if row[0].col != 1 or row[0].value != rs.PART or grid.cell(row[0].row, 2).value != rs.SHARE:
            continue
        parts: list[Block] = []
        while match := _SUM_FORMULA.match(grid.cell(row[0].row + 1 + len(parts), 3).formula or ""):
            if int(match[1]) not in by_sum:
                break
            parts.append(by_sum[int(match[1])])
        if len(parts) > 1 and grid.cell(row[0].row + 1 + len(parts), 1).value == rs.WHOLE_SUMMARY[0]:
            yield Whole(row[0].row - 1, len(parts)), tuple(parts)


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
