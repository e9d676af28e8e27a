"""The department's own totals, looked at as formulas: what they add up, with which weights, and what they leave out.

A total is read as a sum of score cells, each with a factor and the weight cells the factor comes from; helper columns
and subtotals are followed to the scores. What is found is the cause; that a stated number differs is said by `remarks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..findings import Finding
from ..messages import Message
from ..scoring.values import is_missing, read, show, snap
from . import rulesheet as rs
from .addresses import cell_name, shift_formula, split_cell
from .card import Card
from .cells import Grid
from .expressions import Binary, Call, Literal, Node, Ref, Unary, parse
from .located import Row, Table

Place = tuple[int, int]

# Helper cells are followed this far; sheets with longer chains than that are no scorecards.
_DEEPEST = 12
# A range of more cells is no column of a table.
_MOST_CELLS = 2000
# Functions whose result is that of their first argument, as far as a sum is concerned.
_THROUGH = frozenset({"ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC", "INT", "IFERROR", "IFNA", "N", "VALUE"})


@dataclass(frozen=True, slots=True)
class _Term:
    """A score cell in a sum: its factor, and the cells the factor was read from."""

    cell: Place
    factor: float
    weights: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum of terms and a number; `cells` is where the number was read from, `rows` which rows were looked at."""

    number: float = 0.0
    terms: tuple[_Term, ...] = ()
    cells: frozenset[Place] = frozenset()


class _NotASum(Exception):
    """The formula is no sum of score cells, or not one that can be followed."""


class _Circular(_NotASum):
    """It reads itself."""


def audit(card: Card, grid: Grid) -> list[Finding]:
    """What is wrong with the formulas that a department wrote into its own table.

    Codes: `total-row-missing`, `total-row-twice`, `total-wrong-weight`, `total-hard-weight` (a weight typed into the
    formula), `total-constant` (points typed into it), `total-adjustment-missing`, `total-circular`, `total-typed` (a
    number where other totals are computed), `total-not-audited`, `hard-typed` (a number among formulas of a column) and
    `formula-differs` (a formula that is not a copy of its neighbours').

    Args:
        card: The table as a scorecard; formulas that embedding wrote are not looked at.
        grid: Its sheet.

    Returns:
        Findings with the cell to look at; empty if there is nothing to say.

    Example:
        ::

            for card in inspect("客服部.xlsx").cards:
                print([finding.text() for finding in audit(card, grids[card.table.sheet])])
    """
    table = card.table
    findings: list[Finding] = []
    own = {label: cell for label, cell in table.totals.items() if _own_formula(grid, split_cell(cell))}
    for label, cell in own.items():
        findings += _Total(card, grid, label, cell).findings()
    if own:
        for label, cell in table.totals.items():
            value = grid.at(cell)
            if label not in own and value.formula is None and read(value.value).number is not None:
                zh = f"总分 {show(read(value.value).number or 0.0)} 是手工填的数，别的总分是公式；改了得分它不会变"
                en = "this total is typed while others are computed; it does not follow its scores"
                findings.append(_note(table, "total-typed", "warning", cell, zh, en))
    return list(dict.fromkeys([*findings, *_columns(table, grid)]))


class _Total:
    """One total: its formula as a sum, held against the rows of the table."""

    def __init__(self, card: Card, grid: Grid, label: str, cell: str) -> None:
        self.table, self.grid, self.label, self.cell = card.table, grid, label, cell
        rows = [row for row in self.table.rows if row.kind in ("kpi", "rating")]
        self.items = [(row, kpi.weight) for row, kpi in zip(rows, card.model.kpis, strict=True)]
        self.scores = {split_cell(place): row for row in self.table.rows if (place := row.score_cell(label))}

    def findings(self) -> list[Finding]:
        try:
            found = _Reader(self.grid, frozenset(self.scores), split_cell(self.cell)).cell(split_cell(self.cell))
        except _Circular:
            return [self.note("total-circular", "error", "总分公式引用了它自己", "the total reads itself")]
        except (_NotASum, ValueError, RecursionError):  # the last: thousands of terms, which nobody audits
            return [self.unread()]
        if not found.terms:
            return [self.unread()]
        return [*self.coverage(found), *self.weights(found), *self.constant(found)]

    def coverage(self, found: _Sum) -> list[Finding]:
        """Rows that are left out or stand twice."""
        notes = []
        counts = Counter(term.cell for term in found.terms if term.factor)
        column_rows = {row for row, _ in found.cells}
        for place, row in self.scores.items():
            name = cell_name(*place)
            count = counts[place]
            weight = next((w for other, w in self.items if other is row), None)
            if count > 1:
                zh = f"总分公式把“{row.name}”（{name}）算了 {count} 次"
                notes.append(
                    self.note("total-row-twice", "error", zh, f'the total counts "{row.name}" ({name}) {count} times')
                )
            elif not count and row.kind in ("kpi", "rating") and weight != 0 and place[0] not in column_rows:
                share = f"，权重 {show(weight, percent=True)}" if weight is not None else ""
                zh = f"总分公式漏掉了“{row.name}”（{name}{share}）"
                en = f'the total leaves out "{row.name}" ({name}{share.replace("，权重", ", weight")})'
                notes.append(self.note("total-row-missing", "error", zh, en))
            elif not count and row.kind == "adjustment" and place[0] not in column_rows:
                severity = "warning" if is_missing(self.grid.cell(*place).value) else "error"
                zh = f"总分公式没有算上“{row.name}”（{name}）"
                notes.append(
                    self.note("total-adjustment-missing", severity, zh, f'the total leaves out "{row.name}" ({name})')
                )
        return notes

    def weights(self, found: _Sum) -> list[Finding]:
        """Terms whose factor is not the weight of their row."""
        terms = {term.cell: term for term in found.terms}
        pairs = []
        for row, weight in self.items:
            place = row.score_cell(self.label)
            term = terms.get(split_cell(place)) if place else None
            if term is not None and weight:
                pairs.append((row, weight, term))
        # Either the factors are the weights, up to a common scale, or the scores are simply added up.
        scale, weighted = _most((snap(term.factor / weight) for _, weight, term in pairs))
        plain, added = _most(snap(term.factor) for _, _, term in pairs)
        uses_cells = any(term.weights for _, _, term in pairs)
        if not pairs or (added > weighted or (added == len(pairs) and not uses_cells)):
            expected: Callable[[float], float] = lambda _: plain  # noqa: E731
        else:
            expected = lambda weight: weight * scale  # noqa: E731
        notes = []
        for row, weight, term in pairs:
            wanted, cell = expected(weight), cell_name(*term.cell)
            own = row.weight_cell or row.points_cell
            others = sorted(cell_name(*place) for place in term.weights)
            is_off = abs(term.factor - wanted) > 1e-9
            if (
                uses_cells
                and own
                and term.weights
                and split_cell(own) not in term.weights
                and self.row_of(term) is not row
            ):
                zh = f"总分公式里“{row.name}”的得分 {cell} 乘的是 {'、'.join(others)}，应为 {own}"
                en = f'the total multiplies the score of "{row.name}" ({cell}) by {", ".join(others)}; it should be {own}'
                notes.append(self.note("total-wrong-weight", "error" if is_off else "warning", zh, en))
            elif is_off:
                zh = f"总分公式里“{row.name}”的得分 {cell} 乘的是 {_shown(term.factor)}，权重是 {_shown(wanted)}"
                en = f'the total multiplies "{row.name}" ({cell}) by {_shown(term.factor)}; its weight is {_shown(wanted)}'
                notes.append(self.note("total-wrong-weight", "error", zh, en))
            elif not term.weights and own and uses_cells:
                zh = f"总分公式里“{row.name}”的权重 {_shown(term.factor)} 是写死的，改 {own} 不会生效"
                share = _shown(term.factor)
                en = f'the weight of "{row.name}" ({share}) is typed into the total; a change of {own} has no effect'
                notes.append(self.note("total-hard-weight", "warning", zh, en))
        if pairs and not uses_cells and scale and weighted > added and all(row.weight_cell for row, _, _ in pairs):
            zh, en = (
                "总分公式里的权重全是写死的，改权重格不会生效",
                "the weights are typed into the total; changes of the weight cells have no effect",
            )
            notes.append(self.note("total-hard-weight", "warning", zh, en))
        return notes

    def row_of(self, term: _Term) -> Row | None:
        """The item whose line holds the weight that a term uses."""
        lines = {place[0] for place in term.weights}
        return next((row for row, _ in self.items if row.row in lines), None) if len(lines) == 1 else None

    def constant(self, found: _Sum) -> list[Finding]:
        """Points that stand in the formula itself."""
        if found.cells or not found.number:
            return []
        zh, en = (
            f"总分公式里写死了 {_shown(found.number)} 分",
            f"{_shown(found.number)} points are typed into the total",
        )
        return [self.note("total-constant", "warning", zh, en)]

    def unread(self) -> Finding:
        zh, en = (
            "总分公式不是各项得分之和，未能核对",
            "the total is no sum of the scores that could be followed; not audited",
        )
        return self.note("total-not-audited", "info", zh, en)

    def note(self, code: str, severity: str, zh: str, en: str) -> Finding:
        return _note(self.table, code, severity, self.cell, zh, en)


class _Reader:
    """Reads formulas as sums over score cells."""

    def __init__(self, grid: Grid, scores: frozenset[Place], total: Place) -> None:
        self.grid, self.scores, self.total = grid, scores, total
        self.open: list[Place] = []

    def cell(self, place: Place) -> _Sum:
        """What stands in a cell: a score, a formula that is followed, or a number."""
        if place in self.scores:
            return _Sum(terms=(_Term(place, 1.0),))
        if place in self.open:
            raise _Circular
        cell = self.grid.cell(*place)
        if cell.formula:
            if len(self.open) >= _DEEPEST or cell.kind in ("array", "dataTable"):
                raise _NotASum
            self.open.append(place)
            found = self.sum_of(parse(_own_text(self.grid, place)))
            self.open.pop()
            return found if found.terms else replace(found, cells=frozenset({place}))
        # A blank is 0; so is a text, which SUM passes over.
        number = read(cell.value, number_format=cell.number_format).number
        return _Sum(number or 0.0, cells=frozenset({place}))

    def sum_of(self, node: Node) -> _Sum:
        """A node as one sum."""
        found = self.values(node)
        if len(found) != 1:
            raise _NotASum
        return found[0]

    def values(self, node: Node) -> list[_Sum]:
        """A node as its values: one, or as many as its range has cells."""
        if isinstance(node, Literal):
            if isinstance(node.value, str) and node.value.startswith("#"):
                raise _NotASum
            return [_Sum(float(node.value) if isinstance(node.value, (int, float)) else 0.0)]
        if isinstance(node, Ref):
            return self.cells(node)
        if isinstance(node, Unary):
            factor = {"+": 1.0, "-": -1.0, "%": 0.01}[node.operator]
            return [_scaled(one, _Sum(factor)) for one in self.values(node.operand)]
        if isinstance(node, Binary):
            left, right = self.values(node.left), self.values(node.right)
            return [self.combined(node.operator, a, b) for a, b in _paired(left, right)]
        if isinstance(node, Call):
            return [self.call(node)]
        raise _NotASum

    def cells(self, ref: Ref) -> list[_Sum]:
        if ref.sheet and ref.sheet.casefold() != self.grid.name.casefold():
            raise _NotASum
        r1, c1, r2, c2 = ref.area
        r2 = min(r2, max(self.grid.last_row, r1))
        c2 = min(c2, max(self.grid.last_col, c1))
        if (r2 - r1 + 1) * (c2 - c1 + 1) > _MOST_CELLS:
            raise _NotASum
        return [self.cell((row, col)) for row in range(r1, r2 + 1) for col in range(c1, c2 + 1)]

    def combined(self, operator: str, left: _Sum, right: _Sum) -> _Sum:
        if operator == "+":
            return _added([left, right])
        if operator == "-":
            return _added([left, _scaled(right, _Sum(-1.0))])
        if operator == "*":
            return _scaled(left, right) if not right.terms else _scaled(right, left)
        if operator == "/" and not right.terms and right.number:
            return _scaled(left, replace(right, number=1 / right.number))
        raise _NotASum

    def call(self, node: Call) -> _Sum:
        name, args = node.name, node.args
        if name == "SUM":
            return _added(one for arg in args for one in self.values(arg))
        if name == "SUMPRODUCT" and args:
            factors = [self.values(arg) for arg in args]
            products = factors[0]
            for more in factors[1:]:
                products = [self.combined("*", a, b) for a, b in _paired(products, more)]
            return _added(products)
        if name == "PRODUCT" and args:
            product = self.sum_of(args[0])
            for arg in args[1:]:
                product = self.combined("*", product, self.sum_of(arg))
            return product
        if name == "AVERAGE":
            known = [one for arg in args for one in self.values(arg)]
            return _scaled(_added(known), _Sum(1 / len(known)))
        if name in _THROUGH and args:
            return self.sum_of(args[0])
        if name in ("MIN", "MAX", "IF") and args:
            # A limit or a test around the sum: the one argument that adds up scores is meant.
            branches = [self.sum_of(arg) for arg in (args[1:] if name == "IF" else args)]
            sums = [one for one in branches if one.terms]
            if len({one.terms for one in sums}) == 1:
                return sums[0]
            if not sums:
                return branches[0]
        raise _NotASum


def _added(sums: Iterable[_Sum]) -> _Sum:
    found = list(sums)
    cells = frozenset().union(*(one.cells for one in found)) if found else frozenset()
    return _Sum(sum(one.number for one in found), tuple(t for one in found for t in one.terms), cells)


def _scaled(one: _Sum, by: _Sum) -> _Sum:
    """A sum times a number; the cells of the number are where the factors come from."""
    if by.terms:
        raise _NotASum
    terms = tuple(_Term(t.cell, t.factor * by.number, t.weights | by.cells) for t in one.terms)
    # A weight beside a score is no points of its own, so its cell is not one that was added up.
    return _Sum(one.number * by.number, terms, one.cells if one.terms else one.cells | by.cells)


def _paired(left: Sequence[_Sum], right: Sequence[_Sum]) -> list[tuple[_Sum, _Sum]]:
    if len(left) != len(right) and 1 not in (len(left), len(right)):
        raise _NotASum
    count = max(len(left), len(right))
    return [(left[i % len(left)], right[i % len(right)]) for i in range(count)]


def _most(numbers: Iterable[float]) -> tuple[float, int]:
    """The most frequent number, and how often it stands."""
    counts = Counter(numbers)
    return counts.most_common(1)[0] if counts else (0.0, 0)


def _shown(number: float) -> str:
    return show(snap(number))


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(table: Table, grid: Grid) -> list[Finding]:
    """Numbers typed among formulas, and formulas that are no copies of those around them."""
    findings: list[Finding] = []
    rows = [row for row in table.rows if row.kind in ("kpi", "rating")]
    for column in table.columns:
        if column.role not in ("score", "weighted_score", "actual"):
            continue
        cells = [grid.cell(row.row, column.col) for row in rows]
        formulas = [cell for cell in cells if _own_formula(grid, (cell.row, cell.col))]
        typed = [cell for cell in cells if cell.formula is None and read(cell.value).number is not None]
        if len(formulas) >= 2 and len(formulas) > len(typed) and column.role != "actual":
            for cell in typed:
                zh = f"这一列是公式，{cell.name} 却是手工填的 {show(read(cell.value).number or 0.0)}"
                en = f"a typed number among formulas: {cell.name} does not follow its inputs"
                findings.append(_note(table, "hard-typed", "warning", cell.name, zh, en))
        shapes = {
            (cell.row, cell.col): shift_formula(_own_text(grid, (cell.row, cell.col)), rows[0].row - cell.row, 0)
            for cell in formulas
        }
        usual, count = Counter(shapes.values()).most_common(1)[0] if shapes else ("", 0)
        if count < 3 or count * 2 <= len(shapes):
            continue
        for (row, col), shape in shapes.items():
            if shape != usual:
                name = cell_name(row, col)
                copy = shift_formula(usual, row - rows[0].row, 0)
                zh = f"{name} 的公式与同列其他行不一致：={_own_text(grid, (row, col))}，照其他行应为 ={copy}"
                en = f"{name} is not like its neighbours: ={_own_text(grid, (row, col))}, as a copy of theirs ={copy}"
                findings.append(_note(table, "formula-differs", "warning", name, zh, en))
    return findings


def _own_formula(grid: Grid, place: Place) -> bool:
    """Whether a cell holds a formula of the department's: not one that embedding wrote."""
    formula = grid.cell(*place).formula
    return bool(formula) and rs.SHEET not in str(formula) and "KPI_" not in str(formula)


def _own_text(grid: Grid, place: Place) -> str:
    return grid.formula_at(*place) or ""


def _note(table: Table, code: str, severity: str, cell: str, zh: str, en: str) -> Finding:
    return Finding(code, severity, table.sheet, cell, Message(zh, en))
