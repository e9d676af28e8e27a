"""Where in a form the computed cells go: the columns that exist, free space where they don't.

Only empty cells are ever taken. What a department already has (a total with its own formula, a grade cell) is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..findings import Finding
from ..messages import Message
from ..scoring.periods import find_period
from ..scoring.values import is_missing, key, read, trim
from .addresses import cell_name, column_letters, split_cell
from .cells import Grid
from .formulas import plain_text
from .located import Column, Row, Table, headline_column
from .marks import read_marks
from .rules import RowRule, is_measured, ranked_bands, target_readings

TOTAL, COVERAGE, GRADE, COEFFICIENT = "总分", "覆盖率", "等级", "绩效系数"
#: The same for a card of several parts, beside which the parts have totals of their own.
WHOLE_LABELS = {TOTAL: "综合得分", COVERAGE: "综合覆盖率", GRADE: "综合等级", COEFFICIENT: "综合系数"}
PERIOD_LABEL = "考核周期"
ACTUAL_HEADER, SCORE_HEADER = "实际", "得分"
#: What a score column shows.
RAW, WEIGHTED, POINTS, SCALED = "raw", "weighted", "points", "scaled"
_FOOT = (TOTAL, COVERAGE, GRADE, COEFFICIENT)
# How far from the table free space is looked for.
_REACH = 12


@dataclass(frozen=True, slots=True)
class RowSpot:
    """The cells of one item. Addresses are absolute in the column only: $F6.

    Attributes:
        name: Item name.
        row: Sheet row.
        name_cell: Its name.
        actual_cell: What is filled in.
        score_cell: What is computed (or typed, without a rule).
        weight_cell: None without a weight column; `weight` then holds the fraction.
        targets: A cell, or the range over all periods; "" without targets.
        known_targets: Texts in the target cells that native formulas cannot read (3次/台), with their numbers.
        actual_divisor: What bare numbers in the actual are divided by; `target_divisor` likewise in targets.
        bands: Row, column and number (1 is the worst) of each band cell; none where the department has filled one in.
        scale: What the score column shows: `RAW` scores on 0..100, `WEIGHTED` ones, `POINTS` out of the full marks, or
            `SCALED` ones out of `most`.
        known_marks: Texts in the cell of the full marks (10分), with their numbers.
        is_kept: The score cell holds a formula or a score of the department's, which stays and is what counts.
    """

    name: str
    row: int
    name_cell: str
    actual_cell: str
    score_cell: str
    weight_cell: str | None
    weight: float | None
    targets: str
    known_targets: tuple[tuple[str, float], ...]
    actual_divisor: int
    target_divisor: int
    bands: tuple[tuple[int, int, int], ...]
    scale: str
    known_marks: tuple[tuple[str, float], ...] = ()
    is_kept: bool = False
    most: float = 100.0


@dataclass(frozen=True, slots=True)
class Label:
    """A text to be written: place, text, and the cell whose style it takes; `look` names its role."""

    row: int
    col: int
    text: str
    like: tuple[int, int] | None
    role: str = "label"


@dataclass(frozen=True, slots=True)
class Spots:
    """All places in one form.

    Attributes:
        period: The period selector ("$L$3"); "" where the table has no targets per period.
        period_headers: The range of the period headers.
        period_value: What the selector is set to; None leaves the cell as it is.
        cells: total, coverage, grade, coefficient → (row, col); a place that is kept for the department's own formula
            is absent.
        labels: Texts to be written.
        adjustments: Cells of 加减分 rows; `vetoes` those of 否决 rows.
        deductions: Those of the adjustments whose points are taken away, whatever their sign.
        score_col: Column of the scores.
        actual_col: Column of the actuals.
        like_score: A cell whose style computed cells take.
    """

    sheet: str
    title: str
    rows: tuple[RowSpot, ...]
    period: str
    period_headers: str
    period_value: str | None
    cells: dict[str, tuple[int, int]]
    labels: tuple[Label, ...]
    adjustments: tuple[str, ...]
    vetoes: tuple[str, ...]
    score_col: int
    actual_col: int
    first_row: int
    last_row: int
    weight_col: int | None = None
    new_columns: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    deductions: tuple[str, ...] = ()

    @property
    def total(self) -> tuple[int, int] | None:
        """The total that grade and coefficient read: ours, or the department's own, which stays."""
        return self.cells.get(TOTAL) or self.cells.get(f"{TOTAL}*")


class _Finder:
    """Looks through one table; collects labels and findings on the way."""

    def __init__(self, table: Table, grid: Grid, replace_scores: bool, taken: Iterable[tuple[int, int]] = ()) -> None:
        self.table, self.grid, self.replace_scores = table, grid, replace_scores
        self.labels: list[Label] = []
        self.findings: list[Finding] = []
        self.new_columns: list[int] = []
        self.right = table.last_col
        self.taken: set[tuple[int, int]] = set(taken)

    def note(self, code: str, severity: str, cell: str, zh: str, en: str) -> None:
        self.findings.append(Finding(code, severity, self.table.sheet, cell, Message(zh, en)))

    # --- columns -----------------------------------------------------------------------------------------------------

    def score_column(self, weights: list[float | None]) -> tuple[int, bool, float | None]:
        """The column that is computed, whether it shows weighted scores, and what they are out of if not 100."""
        chosen = headline_column(self.table)
        if chosen is None:
            return self.append_column(SCORE_HEADER), False, None
        if chosen.label and "上级" not in chosen.label:
            self.note(
                "evaluator-assumed",
                "warning",
                "",
                f"有多个评分列，按“{chosen.header}”计算",
                f'several score columns; "{chosen.header}" is computed',
            )
        marks = read_marks(self.table, self.grid, weights, chosen.label)
        return chosen.col, marks.is_weighted, marks.scale

    def is_kept(self, row: int, col: int) -> bool:
        """Whether a score cell holds something of the department's; what is typed may have to give way."""
        cell = self.grid.cell(row, col)
        return cell.formula is not None or not (is_missing(cell.value) or self.replace_scores)

    def note_filled(self, rows: list[Row], col: int) -> None:
        """Tell of scores that are there already: formulas stay; typed ones stay too, or give way when asked to."""
        kept = [cell_name(row.row, col) for row in rows if self.grid.cell(row.row, col).formula is not None]
        if kept:
            listed = ",".join(kept)
            zh, en = "已有得分公式，保持不变，总分按它计算", "holds a score formula; it is kept, and it is what counts"
            self.note("kept-formula", "warning", listed, f"{listed} {zh}", f"{listed} {en}")
        cells = [self.grid.cell(row.row, col) for row in rows]
        typed = [c.name for c in cells if c.name not in kept and not is_missing(c.value)]
        if typed and self.replace_scores:
            listed = ",".join(typed)
            zh, en = (
                "手工填写的得分已按要求换成评分公式",
                "the score typed there was replaced by the rule's formula, as asked",
            )
            self.note("score-replaced", "warning", listed, f"{listed} {zh}", f"{listed}: {en}")

    def actual_column(self) -> int:
        column = self.table.column("actual")
        return column.col if column is not None else self.append_column(ACTUAL_HEADER)

    def append_column(self, header: str) -> int:
        """A free column right of the table, with its header; styles follow the table's last column."""
        table = self.table
        for col in range(self.right + 1, self.right + _REACH):
            if all(self.is_free(row, col) for row in range(table.top, table.last_row + 1)):
                break
        else:
            col = self.right + _REACH
        self.right = col
        self.new_columns.append(col)
        header_row = table.top + table.header_rows - 1
        self.labels.append(Label(header_row, col, header, (header_row, table.last_col), "header"))
        for row in range(table.top, header_row):
            self.labels.append(Label(row, col, "", (row, table.last_col), "header"))
        return col

    def is_free(self, row: int, col: int) -> bool:
        if (row, col) in self.taken:
            return False
        cell = self.grid.cell(row, col)
        if cell.value not in (None, "") or cell.formula is not None:
            return False
        return self.grid.span(row, col) == (row, col, row, col)

    # --- period ------------------------------------------------------------------------------------------------------

    def period_headers(self) -> tuple[list[Column], int, list[str]]:
        """Target columns, the row of their headers, and the header texts."""
        targets = [c for c in self.table.columns if c.role == "target"]
        if len(targets) < 2:
            return targets, 0, []
        for row in range(self.table.top + self.table.header_rows - 1, self.table.top - 1, -1):
            texts = [self.grid.cell(row, c.col).value for c in targets]
            if all(isinstance(t, str) and trim(t) for t in texts) and len({str(t) for t in texts}) == len(texts):
                return targets, row, [str(t) for t in texts]
        return targets, 0, []

    def period_spot(self, wanted: str | None, headers: list[str]) -> tuple[str, str | None]:
        """Where the period is stated, and what is written there; an own cell that has a value is left alone."""
        table = self.table
        if table.period_cell:
            row, col = split_cell(table.period_cell)
            stated = self.grid.cell(row, col).value
            if isinstance(stated, str) and key(stated) in map(key, headers):
                same = wanted is None or find_period(wanted, headers) == [key(h) for h in headers].index(key(stated))
                return _absolute(row, col), None if same else self.choose_period(wanted, headers)
            if self.is_free(row, col):
                return _absolute(row, col), self.choose_period(wanted, headers)
        value = self.choose_period(wanted, headers)
        above = table.top - 1
        label_col, value_col = self.right - 1, self.right
        if above >= 1 and all(self.is_free(above, c) for c in range(table.first_col, self.right + 1)):
            self.labels.append(Label(above, label_col, f"{PERIOD_LABEL}▶", None, "right"))
            return _absolute(above, value_col), value
        col = self.free_beside(table.top, 2, 1)
        self.labels.append(Label(table.top, col, PERIOD_LABEL, (table.top, table.last_col), "header"))
        return _absolute(table.top + 1, col), value

    def choose_period(self, wanted: str | None, headers: list[str]) -> str:
        stated = wanted or self.table.identity.get("period", ("", ""))[0]
        place = find_period(stated, headers) if stated else None
        if place is not None:
            return headers[place]
        if wanted:
            self.note(
                "period-unknown",
                "warning",
                "",
                f"没有周期“{wanted}”，有：{'、'.join(headers)}",
                f'no period "{wanted}"; known: {", ".join(headers)}',
            )
        quarter = find_period("季度", headers)
        chosen = headers[quarter if quarter is not None else 0]
        self.note(
            "period-assumed",
            "info",
            "",
            f"考核周期暂按“{chosen}”，可在下拉框中改",
            f'period set to "{chosen}"; change it in the drop-down',
        )
        return chosen

    # --- foot --------------------------------------------------------------------------------------------------------

    def foot(self, score_col: int) -> dict[str, tuple[int, int]]:
        """Cells for total, coverage, grade and coefficient; new rows directly under the table where there are none."""
        table = self.table
        known = {
            TOTAL: total_cell(table, score_col),
            COVERAGE: table.coverage_cell,
            GRADE: table.grade_cell,
            COEFFICIENT: table.coefficient_cell,
        }
        cells = self.own_cells({name: cell for name, cell in known.items() if cell is not None})
        absent = [name for name in _FOOT if known[name] is None]
        start = self.free_rows(len(absent))
        if start is not None:
            label_col = split_cell(table.rows[0].name_cell)[1]
            for i, name in enumerate(absent):
                row = start + i
                self.labels += [
                    Label(row, c, name if c == label_col else "", (table.last_row, c), "foot")
                    for c in range(table.first_col, self.right + 1)
                    if c != score_col
                ]
                cells[name] = (row, score_col)
        else:
            col = self.free_beside(table.first_row, len(absent), 2)
            for i, name in enumerate(absent):
                self.labels.append(Label(table.first_row + i, col, name, (table.first_row, table.last_col), "foot"))
                cells[name] = (table.first_row + i, col + 1)
        return cells

    def own_cells(self, known: dict[str, str]) -> dict[str, tuple[int, int]]:
        """The cells that a form has for its foot; one that holds something is kept, and read as `NAME*`."""
        cells: dict[str, tuple[int, int]] = {}
        for name, cell in known.items():
            if self.is_free(*split_cell(cell)):
                cells[name] = split_cell(cell)
            else:
                self.note(
                    "kept-formula",
                    "info",
                    cell,
                    f"{cell} 已有内容（{name}），保持不变",
                    f"{cell} already holds the {name}; kept as it is",
                )
                if name != COVERAGE:
                    cells[f"{name}*"] = split_cell(cell)
        return cells

    def free_beside(self, row: int, rows: int, cols: int) -> int:
        """The first column right of the table, one apart, where a block is free; it is taken from then on."""
        col = self.right + 2
        while not all(self.is_free(r, c) for r in range(row, row + rows) for c in range(col, col + cols)):
            col += 1
        self.taken.update((r, c) for r in range(row, row + rows) for c in range(col, col + cols))
        return col

    def free_rows(self, count: int) -> int | None:
        """The first of `count` wholly free rows under the table; after its own total rows, before anything else."""
        table = self.table
        known = [
            c for c in (*table.totals.values(), table.grade_cell, table.coverage_cell, table.coefficient_cell) if c
        ]
        start = (
            max([table.last_row, *(split_cell(c)[0] for c in known if split_cell(c)[0] < table.last_row + _REACH)]) + 1
        )
        columns = range(table.first_col, self.right + 1)
        while self.is_numbered_only(start, columns) or any((start, col) in self.taken for col in columns):
            start += 1
        if all(self.is_free(row, col) for row in range(start, start + count) for col in columns):
            return start
        return None

    def bands(self, row: Row) -> tuple[tuple[int, int, int], ...]:
        """The band cells of a row with their numbers; none if one is filled in, which then says what was reached."""
        numbers = {band.col: number for number, band in enumerate(ranked_bands(self.table), start=1)}
        places = [split_cell(cell) for _, cell in row.bands]
        taken = [place for place in places if not self.is_free(*place)]
        if taken:
            cell = cell_name(*taken[0])
            self.note(
                "band-kept",
                "info",
                cell,
                f"{cell} 档次栏已有内容，该行档次栏不再填写",
                f"{cell}: the band columns of this row are filled in already and stay so",
            )
            return ()
        return tuple((r, c, numbers[c]) for r, c in places if c in numbers)

    def is_numbered_only(self, row: int, columns: range) -> bool:
        """Whether a row under the items holds nothing but an item number: a slot that was not used."""
        number = self.table.column("number")
        if number is None or self.is_free(row, number.col):
            return False
        return all(self.is_free(row, col) for col in columns if col != number.col)


def find_spots(
    table: Table,
    grid: Grid,
    rules: list[RowRule],
    weights: list[float | None],
    period: str | None,
    replace_scores: bool = False,
    taken: Iterable[tuple[int, int]] = (),
) -> Spots:
    """The places of one form.

    Args:
        table: The located table.
        grid: Its sheet.
        rules: One per row.
        weights: Fractions, one per row.
        period: The period asked for; None: as the form states it, else 季度.
        replace_scores: Whether scores typed by hand give way to the rules.
        taken: Cells that other tables of the sheet will take.
    """
    finder = _Finder(table, grid, replace_scores, taken)
    items = [
        (row, rule, w) for row, rule, w in zip(table.rows, rules, weights, strict=True) if row.kind in ("kpi", "rating")
    ]
    actual_col = finder.actual_column()
    score_col, is_weighted, most = finder.score_column(weights)
    targets, header_row, headers = finder.period_headers()
    cells = finder.foot(score_col)
    selector, value = finder.period_spot(period, headers) if headers else ("", None)
    span = (targets[0].col, targets[-1].col) if targets else None
    rows = []
    for row, rule, weight in items:
        rows.append(
            RowSpot(
                name=row.name,
                row=row.row,
                name_cell=_mixed(*split_cell(row.name_cell)),
                actual_cell=_mixed(row.row, actual_col),
                score_cell=_mixed(row.row, score_col),
                weight_cell=_mixed(*split_cell(cell)) if (cell := row.weight_cell or row.points_cell) else None,
                weight=weight,
                targets=_targets(row, span, bool(headers))
                if is_measured(row, rule.rule, target_readings(table, row, grid), grid)
                else "",
                known_targets=_known_targets(table, row, grid),
                actual_divisor=rule.divisor,
                target_divisor=100 if targets and targets[0].unit == "%" else 1,
                bands=finder.bands(row),
                scale=POINTS if row.points_cell else WEIGHTED if is_weighted else SCALED if most else RAW,
                most=most or 100.0,
                known_marks=_known_marks(row, grid),
                is_kept=finder.is_kept(row.row, score_col),
            )
        )
    finder.note_filled([row for row, rule, _ in items if rule.rule is not None], score_col)
    weight_column = table.column("weight")
    return Spots(
        sheet=table.sheet,
        title=table.title,
        rows=tuple(rows),
        period=selector,
        period_headers=f"{_absolute(header_row, span[0])}:{_absolute(header_row, span[1])}" if headers and span else "",
        period_value=value,
        cells=cells,
        labels=tuple(finder.labels),
        adjustments=tuple(_absolute(r.row, score_col) for r in table.rows if r.kind == "adjustment"),
        deductions=tuple(_absolute(r.row, score_col) for r in table.rows if r.deducts),
        vetoes=tuple(_absolute(r.row, score_col) for r in table.rows if r.kind == "veto"),
        score_col=score_col,
        actual_col=actual_col,
        first_row=table.first_row,
        last_row=table.last_row,
        weight_col=weight_column.col if weight_column else None,
        new_columns=tuple(finder.new_columns),
        findings=tuple(finder.findings),
    )


def whole_spots(last: Spots, table: Table, grid: Grid, own: dict[str, str], taken: Iterable[tuple[int, int]]) -> Spots:
    """Where the total of a card of several parts goes: its own cells, else free space under or beside the last part.

    Args:
        last: The places of the last part.
        table: The last part.
        grid: Its sheet.
        own: The card's own cells, by what goes there; what stands there already is kept.
        taken: What the parts take.
    """
    finder = _Finder(table, grid, False, taken)
    finder.right = max([table.last_col, *last.new_columns])
    cells = finder.own_cells(own)
    absent = [name for name in _FOOT if name not in own]
    start, score_col = finder.free_rows(len(absent)), last.score_col
    if start is not None:
        label_col = split_cell(table.rows[0].name_cell)[1]
        for row, name in enumerate(absent, start=start):
            finder.labels += [
                Label(row, c, WHOLE_LABELS[name] if c == label_col else "", (table.last_row, c), "foot")
                for c in range(table.first_col, finder.right + 1)
                if c != score_col
            ]
            cells[name] = (row, score_col)
    elif absent:
        col = finder.right + 2
        rows = range(table.first_row, table.last_row + _REACH)
        fits = (r for r in rows if all(finder.is_free(r + i, c) for i in range(len(absent)) for c in (col, col + 1)))
        top = next(fits, None)
        if top is None:
            top, col = table.first_row, finder.free_beside(table.first_row, len(absent), 2)
        for row, name in enumerate(absent, start=top):
            finder.labels.append(Label(row, col, WHOLE_LABELS[name], (table.first_row, table.last_col), "foot"))
            cells[name] = (row, col + 1)
    return replace(last, cells=cells, labels=tuple(finder.labels), findings=tuple(finder.findings))


def places(spots: Spots) -> set[tuple[int, int]]:
    """The cells that a form's foot and labels take."""
    return {(label.row, label.col) for label in spots.labels} | set(spots.cells.values())


def _targets(row: Row, span: tuple[int, int] | None, by_period: bool) -> str:
    if span is None:
        return ""
    return _across(row.row, *span) if by_period else _mixed(row.row, span[0])


def total_cell(table: Table, score_col: int) -> str | None:
    """The cell of the total of a score column, if the table has one."""
    label = next((c.label for c in table.columns if c.col == score_col), "")
    return table.totals.get(label) or table.totals.get("")


def _known_targets(table: Table, row: Row, grid: Grid) -> tuple[tuple[str, float], ...]:
    """What the texts in target cells stand for, as they are now; a text typed later is read as plain percent or refused."""
    known: dict[str, float] = {}
    readings = target_readings(table, row, grid).values()
    for reading, (_, cell) in zip(readings, row.targets, strict=True):
        value = grid.at(cell).value
        if reading.number is not None and isinstance(value, str) and not _is_native(value):
            known[plain_text(value)] = reading.number
    return tuple(known.items())


def _known_marks(row: Row, grid: Grid) -> tuple[tuple[str, float], ...]:
    """What a text in the cell of the full marks stands for, as it is now."""
    value = grid.at(row.points_cell).value if row.points_cell else None
    number = read(value).number
    return ((plain_text(value), number),) if isinstance(value, str) and number is not None else ()


def _is_native(value: str) -> bool:
    """Whether native formulas read a text as it stands: a plain percentage."""
    plain = plain_text(value)
    try:
        float(plain.removesuffix("%"))
    except ValueError:
        return False
    return plain.endswith("%") and plain.isascii()


def _absolute(row: int, col: int) -> str:
    return cell_name(row, col, absolute=True)


def _mixed(row: int, col: int) -> str:
    return f"${column_letters(col)}{row}"


def _across(row: int, first: int, last: int) -> str:
    return f"{_mixed(row, first)}:{_mixed(row, last)}"
