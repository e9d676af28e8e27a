"""What stands around an assessment table: title, whose card it is, period, and the cells of total and grade."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ..findings import Finding
from ..messages import Message
from ..scoring.values import show
from .addresses import cell_name, split_cell
from .grade_words import is_grade
from .grid import Cell
from .headers import BandHeader, Column, counted_column
from .lines import Lines, text_of
from .matches import LabelMatch
from .probe import asked, derived, has_digit, is_longer, is_missing, key, read, trim
from .stated_periods import month_shown, parse_period, period_in, without_day
from .vocabulary import Vocabulary
from .wordlists import filled_in, unfolded

IDENTITY = ("person", "department", "position", "period", "evaluator")
_SUMMARY = ("total", "grade", "coverage", "coefficient", "period")
# How far a value may stand from its label when the cells between are empty.
_REACH = 6
_LONGEST_LABEL = 30
_DASH = re.compile("[－—–/／]")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found around a table; cells are A1 names.

    Attributes:
        title: Text of the title, "" without one; `title_cell` its cell.
        totals: Cell of the total per score column label.
        identity: Kind → (value as written, cell).
        last_row: Last row that belongs to the table, its summary rows included.
        unclear: Cell and text of labels above that have a value and say nothing to us.
    """

    title: str = ""
    title_cell: str | None = None
    totals: dict[str, str] = field(default_factory=dict)
    grade_cell: str | None = None
    coverage_cell: str | None = None
    coefficient_cell: str | None = None
    period_cell: str | None = None
    identity: dict[str, tuple[str, str]] = field(default_factory=dict)
    last_row: int = 0
    unclear: tuple[tuple[str, str], ...] = ()


def read_above(
    lines: Lines, rows: Iterable[int], first_col: int, last_col: int, vocabulary: Vocabulary, follows: bool = False
) -> Surroundings:
    """Title and identity from the rows above a table.

    Args:
        lines: The sheet.
        rows: The rows to look at, top down.
        first_col: First column to look at.
        last_col: Last column to look at.
        vocabulary: The words.
        follows: Another table stands above: then the nearest of several titles counts, else the first.
    """
    identity: dict[str, tuple[str, str]] = {}
    period_cell: str | None = None
    titles: list[tuple[int, int, Cell]] = []
    strange: list[tuple[Cell, str, str, str]] = []
    for order, row in enumerate(rows):
        cells = lines.row(row, first_col, last_col)
        taken: set[tuple[int, int]] = set()
        ranks: set[tuple[int, int]] = set()
        for i, cell in enumerate(cells):
            text = text_of(cell.value)
            if not text or (cell.row, cell.col) in taken:
                continue
            pairs = vocabulary.identity_pairs(text)
            if len(pairs) == 1 and not pairs[0][1] and text.rstrip(" \u3000_＿")[-1:] in ":：":
                pairs = []  # 部门： with the value in the next cell
            for kind, value in pairs:
                _note(identity, kind, value, cell.name)
            strange += [(cell, label, value, cell.name) for label, value in vocabulary.strange_pairs(text)]
            if pairs:
                continue
            label = vocabulary.match_label(text)
            if label is not None and label.kind in (*IDENTITY, "department_person"):
                rank = _rank_behind(lines, cells, i, ranks, vocabulary) if label.kind == "position" else None
                place = (rank.row, rank.col) if rank is not None else _value_place(lines, cell, cells, vocabulary)
                taken.add(place)
                ranks |= {place} if rank is not None else set()
                value = filled_in(shown(lines, place)) if place != (cell.row, cell.col) else ""
                is_label = text_of(value) and vocabulary.match_label(value) is not None and not parse_period(value)
                if is_label and rank is None:
                    value = ""
                if label.kind == "period":
                    value = month_shown(value, lines.grid.cell(*place), text)
                _note(identity, label.kind, value, cell_name(*place))
                own = place != (cell.row, cell.col)
                if label.kind == "period" and own and (period_cell is None or parse_period(value) is not None):
                    period_cell = cell_name(*place)
                continue
            if label is None:
                likeness = _title_rank(text, vocabulary)
                behind = _behind(lines, cell, cells, vocabulary) if likeness < 4 else None
                if behind is not None and (cell.row, cell.col) not in taken:
                    taken.add((behind.row, behind.col))
                    strange.append((cell, _without_colon(text), text_of(behind.value), behind.name))
                    continue
                titles.append((likeness, order, cell))
    unclear = _by_shape(identity, strange, vocabulary)
    title = max(titles, key=lambda one: (one[0], one[1] if follows else -one[1])) if titles else None
    if title is not None and title[0] < 0:
        title = None
    for _, order, cell in sorted(titles, key=lambda one: -one[0]):
        match = period_in(key(str(cell.value)))
        # What stands alone above everything else is a title, too, though no word says so.
        is_title = title is not None and cell is title[2] or (order == 0 and len(lines.row(cell.row, first_col, last_col)) == 1)
        if not identity.get("period", ("", ""))[0] and match and (is_title or vocabulary.speaks_of_assessment(str(cell.value))):
            identity["period"] = (unfolded(str(cell.value), match[0]), cell.name)
    return Surroundings(
        title=" ".join(text_of(title[2].value).split()) if title else "",
        title_cell=title[2].name if title else None,
        period_cell=period_cell,
        identity=identity,
        unclear=unclear,
    )


def _behind(lines: Lines, cell: Cell, cells: list[Cell], vocabulary: Vocabulary) -> Cell | None:
    """The text right behind a text that may be its label, unless that is a label itself."""
    if is_longer(text_of(cell.value), _LONGEST_LABEL):
        return None
    follower = next((other for other in cells if other.col > cell.col), None)
    if follower is None or follower.col != lines.grid.span(cell.row, cell.col)[3] + 1:
        return None
    text = text_of(follower.value)
    if not text or vocabulary.match_label(text) is not None or vocabulary.identity_pairs(text):
        return None
    return follower


@derived
def _without_colon(text: str) -> str:
    return text.rstrip(":：")


def _by_shape(
    identity: dict[str, tuple[str, str]], strange: list[tuple[Cell, str, str, str]], vocabulary: Vocabulary
) -> tuple[tuple[str, str], ...]:
    """Take what the values beside strange labels can only be into the identity; return the labels that stay unclear."""
    unclear = []

    def is_dated(label: str, value: str) -> bool:
        """Performance Review: Third Quarter 2026."""
        return vocabulary.speaks_of_assessment(label) and parse_period(value) is not None

    # Only beside labels that do say whose card it is: 最有效的提升：… further up is a remark.
    block = {split_cell(place)[0] for _, place in identity.values()}
    told = [
        (cell, label, value, place, vocabulary.kind_of_value(value) if _is_short(value) or is_dated(label, value) else "")
        for cell, label, value, place in strange
        if not vocabulary.is_other_label(label) and value and not cell.is_formula and _may_name(value)
    ]
    kinds = [kind for *_, kind in told]
    open_ones: list[tuple[str, str]] = []
    for cell, label, value, place, kind in told:
        # Emergency Care and Will Nash may both be persons: then nobody knows which one is.
        if kind and kind not in identity and kinds.count(kind) == 1:
            identity[kind] = (value, place)
        elif block & {cell.row - 1, cell.row, cell.row + 1} or kinds.count(kind) > 1:
            unclear.append((cell.name, label))
            open_ones.append((value, place))
    missing = {"person", "department", "position"} - identity.keys()
    if len(open_ones) == 1 and "person" in identity and "department" in missing:
        identity["department"] = open_ones[0]  # what is left where the others are known; the label is told of
    return tuple(unclear) if missing else ()


@asked
def _is_short(value: str) -> bool:
    """Whether a value may be a name of something: few characters, no numbers and no sentence."""
    return len(value) <= 30 and re.search(r"[\d。，；;!?%“”]", value) is None and re.search(r"[^\W_]", value) is not None


@asked
def _may_be_label(text: str) -> bool:
    """Whether a text is as short as a label, and no sentence."""
    return 1 < len(text) <= _LONGEST_LABEL and re.search("[:：。；;!?]", text) is None


@asked
def _may_name(value: str) -> bool:
    """The same with a number in it: Assembly Line 2."""
    letters, digits = len(re.findall(r"[^\W\d_]", value)), len(re.findall(r"\d", value))
    return letters > 2 * digits and _is_short(re.sub(r"\d", "", value))


def column_unknown(sheet: str, cell: str, text: str) -> Finding:
    """A column that nothing is known of."""
    return Finding("column-unknown", "warning", sheet, cell, Message(
        f"看不懂“{text}”这一列；请用 --map 指明，或在 --vocabulary 里补充",
        f'nothing is known of the column "{text}"; say what it is with --map, or add it with --vocabulary',
    ))  # fmt: skip


def unclear_findings(sheet: str, around: Surroundings) -> tuple[Finding, ...]:
    """What to do about labels above a table that say nothing to us: as long as they do, it is not sure whose card it is."""
    return tuple(
        Finding("label-unknown", "warning", sheet, cell, Message(
            f"看不懂“{text}”是什么；请在 --vocabulary 里补充，或用 --map 指明（如 部门=B2）",
            f'nothing is known of the label "{text}"; add it with --vocabulary, or say what it is with --map (部门=B2)',
        ))
        for cell, text in around.unclear
    )  # fmt: skip


def read_below(
    lines: Lines,
    rows: Iterable[int],
    first_col: int,
    last_col: int,
    columns: tuple[Column, ...],
    vocabulary: Vocabulary,
    found: Surroundings,
) -> Surroundings:
    """Totals, grade, coverage, coefficient and period from the rows of a table that are no items, and those below.

    Args:
        lines: The sheet.
        rows: Rows to look at, top down; none of them an item.
        first_col: First column to look at.
        last_col: Last column to look at.
        columns: The columns of the table.
        vocabulary: The words.
        found: What stands above; the result adds to it.
    """
    scores = [column for column in columns if column.role == "weighted_score"]
    scores += [column for column in columns if column.role == "score"]
    chosen = counted_column(columns)
    counted = chosen.col if chosen is not None else 0
    table_last = max((column.col for column in columns), default=last_col)
    barred = {column.col for column in columns if column.role in ("weight", "points", "number", "target")}
    totals: dict[str, tuple[int, str]] = {}
    cells_of: dict[str, str] = {}
    identity = dict(found.identity)
    last_row = found.last_row
    for row in rows:
        cells = lines.row(row, first_col, last_col)
        labels = _labels(cells, vocabulary)
        for i, (cell, label) in enumerate(labels):
            end = labels[i + 1][0].col - 1 if i + 1 < len(labels) else max(last_col, cell.col + _REACH)
            if cell.col <= table_last:
                end = min(end, table_last + 1)  # what stands further right belongs to something else
            if label.kind == "subtotal":
                last_row = max(last_row, row)
            if label.kind not in _SUMMARY or _is_legend(lines, cell, cells, vocabulary, end, table_last):
                continue
            last_row = max(last_row, lines.grid.span(cell.row, cell.col)[2])
            if label.kind == "total":
                for name, place in _totals(lines, cell, label, end, scores, barred, len(labels) == 1).items():
                    rank = int(label.strong)
                    if name not in totals or rank >= totals[name][0]:
                        totals[name] = (rank, place)
                continue
            if label.value:
                place = cell.name
            else:
                value = _summary_place(lines, cell, end, scores, counted)
                place = cell_name(*value)
            if label.kind == "period":
                if not label.value:
                    cells_of.setdefault("period", place)
                said = without_day(label.value or shown(lines, value))
                if said and not identity.get("period", ("", ""))[0]:
                    identity["period"] = (said, place)
            else:
                cells_of.setdefault(label.kind, place)
    return replace(
        found,
        totals={name: place for name, (_, place) in totals.items()},
        grade_cell=cells_of.get("grade"),
        coverage_cell=cells_of.get("coverage"),
        coefficient_cell=cells_of.get("coefficient"),
        period_cell=found.period_cell or cells_of.get("period"),
        identity=identity,
        last_row=last_row,
    )


def by_sums(
    lines: Lines, sums: tuple[int, ...], columns: tuple[Column, ...], bands: Iterable[BandHeader], vocabulary: Vocabulary,
    found: Surroundings,
) -> Surroundings:
    """Total and grade by what they are, where no label says so: the sum of the scores, and a grade right below it.

    Args:
        lines: The sheet.
        sums: Rows that add the scores up.
        columns: The columns of the table.
        bands: Its bands; their labels are grades.
        vocabulary: The words.
        found: What labels said.
    """
    scores = [column for column in columns if column.role in ("score", "weighted_score")]
    totals, grade = dict(found.totals), found.grade_cell
    if grade is not None and not totals and _place(grade)[0] in sums:
        grade = None  # Total rating, over the sum of the scores
    row = next(iter(sums[-1:]), 0)
    if row and (not totals or all(_place(cell)[0] == row for cell in totals.values())):
        # One of two columns may not be added up yet.
        for c in sorted(scores, key=lambda c: lines.is_blank(row, c.col)):
            totals.setdefault(c.label, cell_name(row, c.col))
        found = replace(found, last_row=max(found.last_row, row))
    if totals and grade is None:
        row = max(_place(cell)[0] for cell in totals.values())
        labels = {band.label for band in bands}
        for column in reversed(scores):
            value = lines.grid.cell(row + 1, column.col).value
            if is_grade(value) or (isinstance(value, str) and value in labels):
                grade = cell_name(row + 1, column.col)
                break
    if totals and grade is None and (chosen := counted_column(scores)) is not None:
        # A text alone in the line below the total, in front of the scores, is the label of a grade to be given.
        cells = lines.cells.get(row + 1, ())
        text = text_of(cells[0].value) if cells else ""
        if text and _may_be_label(text) and cells[0].col < chosen.col:
            inside = [cell for cell in cells if cell.col <= max(column.col for column in columns)]
            label = vocabulary.match_label(text)
            if len(inside) == 1 and (label is None or label.kind == "grade") and vocabulary.item_kind(text) == "kpi":
                grade = cell_name(row + 1, chosen.col)
    return replace(found, totals=totals, grade_cell=grade)


def read_beside(
    lines: Lines, first_row: int, last_row: int, last_col: int, vocabulary: Vocabulary, found: Surroundings
) -> Surroundings:
    """Totals, grade, coverage, coefficient and period that stand to the right of a table, as far as still unknown.

    The value stands behind its label; that of a period may stand under it, where nothing is behind.
    """
    places: dict[str, tuple[int, int]] = {}
    for row in lines.between(first_row, last_row):
        for cell, label in _labels(lines.row(row, last_col + 1, last_col + 2 * _REACH), vocabulary):
            if label.kind not in _SUMMARY or not label.strong or label.value:
                continue
            _, _, bottom, right = lines.grid.span(cell.row, cell.col)
            if label.kind != "period" and _is_legend(
                lines, cell, lines.row(row, last_col + 1), vocabulary, right + 1, last_col
            ):
                continue
            behind, under = lines.grid.cell(row, right + 1), lines.grid.cell(bottom + 1, cell.col)
            for place in (behind, under) if label.kind == "period" else (behind,):
                if place.is_formula or not is_missing(place.value):
                    text = text_of(place.value)
                    known = vocabulary.match_label(text) or vocabulary.match_header(text)
                    if known is None or parse_period(text) is not None:
                        places.setdefault(label.kind, (place.row, place.col))
                    break
    named = {kind: cell_name(*place) for kind, place in places.items()}
    identity = dict(found.identity)
    if "period" in places and not identity.get("period", ("", ""))[0]:
        identity["period"] = (without_day(shown(lines, places["period"])), named["period"])
    return replace(
        found,
        totals=found.totals or ({"": named["total"]} if "total" in named else {}),
        grade_cell=found.grade_cell or named.get("grade"),
        coverage_cell=found.coverage_cell or named.get("coverage"),
        coefficient_cell=found.coefficient_cell or named.get("coefficient"),
        period_cell=found.period_cell or named.get("period"),
        identity=identity,
    )


# --- above -----------------------------------------------------------------------------------------------------------


def _note(identity: dict[str, tuple[str, str]], kind: str, value: str, cell: str) -> None:
    if kind == "department_person":
        _note(identity, "department", _department_in(value), cell)
        _note(identity, "person", _person_in(value), cell)
        return
    value = without_day(value) if kind == "period" else value
    if not identity.get(kind, ("", ""))[0] or (kind == "period" and _names_a_year(value, identity[kind][0])):
        identity[kind] = (value, cell)


@derived
def _department_in(value: str) -> str:
    """客服部 of 客服部-张三."""
    return trim(_DASH.sub("-", value).partition("-")[0])


@derived
def _person_in(value: str) -> str:
    """张三 of 客服部-张三."""
    return trim(_DASH.sub("-", value).partition("-")[2])


def _names_a_year(value: str, other: str) -> bool:
    """Whether a period says which one it is, where the other only says of what kind (季度)."""
    mine, theirs = parse_period(value), parse_period(other)
    return mine is not None and mine.year is not None and (theirs is None or theirs.year is None)


def _value_place(lines: Lines, cell: Cell, cells: list[Cell], vocabulary: Vocabulary) -> tuple[int, int]:
    """Where the value of a label stands: behind the label's merge, up to two empty cells further, or in its own cell."""
    behind = lines.grid.span(cell.row, cell.col)[3] + 1
    follower = next((other for other in cells if other.col >= behind), None)
    if follower is not None and follower.col <= behind + 2:
        text = text_of(follower.value)
        if not text or (vocabulary.match_label(text) is None and not vocabulary.identity_pairs(text)):
            return follower.row, follower.col
        if parse_period(text) is not None:
            return follower.row, follower.col
        if follower.col == behind:
            return cell.row, cell.col  # the next label follows at once: the value is to be written behind the colon
    r1, c1, _, _ = lines.grid.span(cell.row, behind)
    return r1, c1


def _rank_behind(
    lines: Lines, cells: list[Cell], at: int, ranks: set[tuple[int, int]], vocabulary: Vocabulary
) -> Cell | None:
    """A rank right behind a label of the position: 主管 is also the label of an evaluator, and stands here as a value.

    Not where a value of its own follows (主管 王五), nor in a row of nothing but labels, whose values stand below.
    """
    behind = lines.grid.span(cells[at].row, cells[at].col)[3] + 1
    follower = cells[at + 1] if at + 1 < len(cells) else None
    if follower is None or follower.col != behind:
        return None
    text = text_of(follower.value)
    label = vocabulary.match_label(text) if text else None
    if label is None or label.value is not None or vocabulary.kind_of_value(text) != "position":
        return None
    before = cells[at - 1] if at else None
    if before is not None and (before.row, before.col) not in ranks and _is_label(before, vocabulary):
        return None
    after = cells[at + 2] if at + 2 < len(cells) else None
    is_apart = after is None or after.col != lines.grid.span(follower.row, follower.col)[3] + 1
    return follower if is_apart or (after is not None and _is_label(after, vocabulary)) else None


def _is_label(cell: Cell, vocabulary: Vocabulary) -> bool:
    text = text_of(cell.value)
    return bool(text) and (vocabulary.match_label(text) is not None or vocabulary.is_other_label(text))


def shown(lines: Lines, place: tuple[int, int]) -> str:
    """The value of a cell as text: dates as 2026-03-31, whole numbers without a point, errors as nothing."""
    cell = lines.grid.cell(*place)
    value = cell.value
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if cell.is_date:
        return day(value)
    return show(float(value))


def day(serial: float) -> str:
    """A day number as 2026-03-31; as plain digits when it is no day of this era."""
    if not 61 <= serial < 2_958_466:
        return show(serial)
    return (date(1899, 12, 30) + timedelta(days=int(serial))).isoformat()


@asked
def is_title(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text can only be the title of a card: 客服部经理绩效考核表."""
    return _title_rank(text, vocabulary) >= 6


@asked
def _title_rank(text: str, vocabulary: Vocabulary) -> int:
    """How much a text above a table looks like its title; below 0 not at all."""
    folded = key(text)
    if len(folded) > 60 or read(text).number is not None or not re.search("[^\\W\\d_]", folded):
        return -1
    rank = 0
    numbered = re.match(r"[一二三四五六七八九十][、.．]|\d+[、.．]|[(（]", folded) is not None
    if not numbered and vocabulary.match_header(text) is not None and not vocabulary.speaks_of_assessment(text):
        return -1
    if vocabulary.speaks_of_assessment(text):
        rank += 4
    if re.sub(r"[(（].*$", "", folded).endswith(("表", "卡", "书", "单", "scorecard", "card", "form", "review")):
        rank += 3
    if rank and numbered:
        rank -= 1
    if re.search("[。;；]|:.+:", folded) or folded.startswith(("注", "说明", "填写", "备注")):
        rank -= 6
    return rank


# --- below -----------------------------------------------------------------------------------------------------------


def _labels(cells: list[Cell], vocabulary: Vocabulary) -> list[tuple[Cell, LabelMatch]]:
    found = []
    for cell in cells:
        text = text_of(cell.value)
        label = vocabulary.match_label(text) if text and not cell.is_formula else None
        if label is not None:
            found.append((cell, label))
    return found


def _is_legend(
    lines: Lines, label: Cell, cells: list[Cell], vocabulary: Vocabulary, end: int, table_last: int
) -> bool:
    """等级 | 优 | 良 | 中 is the head of a scale, and 等级 over 优, 良, 中 that of a list."""
    behind = [cell for cell in cells if label.col < cell.col <= end]
    texts = [cell for cell in behind if text_of(cell.value) and not cell.is_formula]
    if len(texts) > 2:
        return True
    under = lines.grid.span(label.row, label.col)[2] + 1
    below = lines.text(under, label.col)
    if texts and below and vocabulary.match_header(text_of(texts[0].value)) and texts[0] is behind[0]:
        return True  # 等级 | 分数 over 优 | 90-100
    if label.col > table_last and texts and texts[0] is behind[0] and below and not has_digit(text_of(texts[0].value)):
        return vocabulary.match_label(below) is None and vocabulary.item_kind(below) == "kpi"
    if behind or not _is_entry(below, vocabulary):
        return False
    # One short text under a label may be the label of the next line: 总分 over 等级.
    return is_grade(below) or bool(re.match(r"\D{1,6}[:：]", below)) or (
        len(below) <= 6 and _is_entry(lines.text(lines.grid.span(under, label.col)[2] + 1, label.col), vocabulary)
    )


def _is_entry(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text is no label, and no name of points beside the items."""
    return bool(text) and vocabulary.match_label(text) is None and vocabulary.item_kind(text) == "kpi"


def _totals(
    lines: Lines,
    cell: Cell,
    label: LabelMatch,
    end: int,
    scores: list[Column],
    barred: set[int],
    alone: bool,
) -> dict[str, str]:
    """Where the total of each score column stands in the row of a total label."""
    behind = lines.grid.span(cell.row, cell.col)[3] + 1
    found: dict[str, str] = {}
    for column in scores:
        if behind <= column.col <= end and (not label.label or label.label == column.label):
            place = lines.grid.span(cell.row, column.col)[:2]
            # Of a plain and a weighted column the weighted one carries the total, unless only the other is filled.
            if column.label not in found or lines.is_blank(*_place(found[column.label])):
                found[column.label] = cell_name(*place)
    filled = {name: place for name, place in found.items() if not lines.is_blank(*_place(place))}
    if filled:
        return found
    for col in range(behind, min(end, behind + max(_REACH, len(barred) + 12)) + 1):
        r1, c1, _, _ = lines.grid.span(cell.row, col)
        if c1 in barred or lines.is_blank(r1, c1):
            continue
        value = lines.grid.cell(r1, c1)
        if text_of(value.value) and not value.is_formula and not has_digit(text_of(value.value)):
            continue
        return {label.label: cell_name(r1, c1)}
    if found:
        return found
    if scores and not alone and label.strong:
        return {label.label: cell_name(*lines.grid.span(cell.row, behind)[:2])}
    if not scores and label.strong and behind not in barred:
        return {label.label: cell_name(*lines.grid.span(cell.row, behind)[:2])}
    return {}


def _place(name: str) -> tuple[int, int]:
    return split_cell(name)


def _summary_place(lines: Lines, cell: Cell, end: int, scores: list[Column], counted: int) -> tuple[int, int]:
    """The value cell of a grade, a coverage, a coefficient or a period below the table."""
    behind = lines.grid.span(cell.row, cell.col)[3] + 1
    reachable = [column.col for column in scores if behind <= column.col <= end]
    reachable.sort(key=lambda col: col != counted)
    for col in (*reachable, *range(behind, min(end, behind + 40) + 1)):
        r1, c1, _, _ = lines.grid.span(cell.row, col)
        found = lines.grid.cell(r1, c1)
        if found.is_formula or not is_missing(found.value):
            return r1, c1
    r1, c1, _, _ = lines.grid.span(cell.row, reachable[0] if reachable else behind)
    return r1, c1
