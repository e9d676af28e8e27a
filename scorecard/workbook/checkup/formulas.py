"""Formulas and what is stored beside them: circles, old values, errors, numbers typed among formulas."""

from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding
from ...scoring.values import CellError, as_error, is_missing, read, show
from .. import rulesheet as rs
from ..audit import audit
from ..cells import Cell
from ..recalc import Change
from .registry import book_check, table_check
from .subjects import Book, Subject, finding

# So many cells are named in one finding.
_NAMED = 40


@book_check("not-computed", "rests-on-kept", "function-failed", "spill-blocked", "circular-reference")
def uncomputed(book: Book) -> Iterator[Finding]:
    """Formulas that the engine could not compute, and those that go round in a circle."""
    if book.recalculation is None:
        return
    circles: dict[str, list[str]] = {}
    for found in book.recalculation.findings:
        if found.code == "circular-reference":
            circles.setdefault(found.sheet, []).append(found.cell)
        else:
            yield found
    for sheet, cells in circles.items():
        named = "、".join(cells[:6])
        zh, en = f"{named} 绕一圈引用了自己", f"{named} come back to themselves"
        yield finding("circular-reference", sheet, ",".join(cells[:_NAMED]), zh, en)


@book_check("stale-cache", "missing-cache")
def old_values(book: Book) -> Iterator[Finding]:
    """Stored values that are not what the formulas give: one finding per sheet."""
    changes: dict[tuple[str, str], list[Change]] = {}
    for change in book.recalculation.changes if book.recalculation is not None else ():
        changes.setdefault(("missing-cache" if change.old is None else "stale-cache", change.sheet), []).append(change)
    for (code, sheet), group in changes.items():
        cells = ",".join(change.cell for change in group[:_NAMED])
        count = len(group)
        if code == "missing-cache":
            zh, en = f"{count} 个公式还没有算过值", f"{count} formulas have never been computed"
        else:
            first = group[0]
            zh = f"{count} 个公式的存值是旧的，如 {first.cell} 存 {_shown(first.old)}，应为 {_shown(first.new)}"
            en = f"{count} stored values are old: {first.cell} holds {_shown(first.old)}, its formula gives {_shown(first.new)}"
        yield finding(code, sheet, cells, zh, en)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return show(value)
    return f"“{value}”" if isinstance(value, str) else str(value)


@book_check("error-cell")
def error_values(book: Book) -> Iterator[Finding]:
    """Error values that no item, weight or total has been blamed for yet: one finding per sheet and error."""
    blamed = {(f.sheet, cell) for f in book.inspection.findings if f.severity == "error" for cell in f.cell.split(",")}
    for grid in book.sheets():
        if grid.name == rs.SHEET:
            continue  # its errors are those of the table, told there
        by_error: dict[str, list[str]] = {}
        for cell in grid:
            error = as_error(cell.value) if isinstance(cell.value, CellError) else None
            if (
                error is not None
                and (grid.name, cell.name) not in blamed
                and not _is_embedded_form(book, grid.name, cell)
            ):
                by_error.setdefault(error.code, []).append(cell.name)
        for code, cells in by_error.items():
            named = "、".join(cells[:4]) + ("……" if len(cells) > 4 else "")
            zh, en = f"{len(cells)} 个单元格是 {code}（{named}）", f"{len(cells)} cells show {code} ({named})"
            yield finding("error-cell", grid.name, ",".join(cells[:_NAMED]), zh, en, "warning")


def _is_embedded_form(book: Book, sheet: str, cell: Cell) -> bool:
    """Whether a cell shows, by a formula of ours, the error of something that has been reported."""
    return cell.is_formula and any(
        s.table.sheet == sheet and s.card.is_embedded and s.card.result.error is not None for s in book.subjects
    )


@table_check(
    "total-row-missing", "total-row-twice", "total-wrong-weight", "total-hard-weight", "total-constant",
    "total-adjustment-missing", "total-circular", "total-typed", "total-not-audited", "hard-typed", "formula-differs",
)  # fmt: skip
def own_formulas(subject: Subject) -> Iterator[Finding]:
    """What the department's own formulas leave out, count twice, weigh wrongly, or have typed into them."""
    yield from audit(subject.card, subject.grid)


@table_check("total-typed")
def typed_total(subject: Subject) -> Iterator[Finding]:
    """A total that was typed although every score above it is computed."""
    table, grid = subject.table, subject.grid
    if subject.card.is_embedded:
        return
    for label, name in table.totals.items():
        cell = grid.at(name)
        if cell.is_formula or is_missing(cell.value) or read(cell.value).number is None:
            continue
        places = [grid.at(place) for row, _ in subject.items() for key, place in row.scores if key == label]
        weighted = [
            grid.cell(row.row, c.col) for row, _ in subject.items() for c in table.columns if c.role == "weighted_score"
        ]
        if any(cells and all(one.is_formula for one in cells) for cells in (places, weighted)):
            zh, en = (
                f"总分 {cell.value} 是手填的，各项改了它也不变",
                f"the total {cell.value} was typed: it stays when items change",
            )
            yield subject.finding("total-typed", name, zh, en)
