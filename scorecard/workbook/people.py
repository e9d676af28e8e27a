"""Lists with one person per row: a matrix whose headings carry the weights, or a flat export with pairs of columns.

Each person becomes a table of its own, with the columns as items, so that whoever reads tables need not know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import RuleError
from ..findings import Finding
from ..messages import Message
from ..scoring.values import Reading, State, decimal_sum, show
from ..scoring.weights import scale_weights
from .addresses import cell_name
from .body import Row
from .cells import Cell
from .columns import GAP
from .headers import Column, Lines, text_of
from .identity import column_unknown, read_above, shown, unclear_findings
from .located import Find, Table
from .probe import asked, asked_together, derived, is_longer, is_missing, key, read, together, trim
from .stated import stated_in
from .structure import is_grade, is_whole, refers_to, shares_across
from .vocabulary import Vocabulary

_ABOVE = 40
_HIGHEST_HEADER = 4
_PERSONAL = ("department", "position", "period", "evaluator")


class _Heading(NamedTuple):
    """A column as its heading was read; `weight` and `points` are what the heading states."""

    col: int
    text: str
    name: str
    role: str
    cell: Cell
    group: str = ""
    label: str = ""
    weight: Reading | None = None
    points: Reading | None = None
    weight_col: int = 0


class _Frame(NamedTuple):
    """Where a list may be: its header rows and columns."""

    top: int
    bottom: int
    first_col: int
    last_col: int
    person: Cell


def find_person_tables(lines: Lines, vocabulary: Vocabulary, threshold: float) -> list[Find]:
    """Everything that looks like a list of persons with their scores, top down and left to right.

    Args:
        lines: The sheet.
        vocabulary: The words.
        threshold: Below this confidence a list is told of, but gives no tables.
    """
    found: list[Find] = []
    done = 0
    for row in lines.numbers:
        cells = lines.cells[row]
        if row <= done or len(cells) < 3:
            continue
        named = [c for c in cells if vocabulary.names_persons(text_of(c.value))]
        for person in named or _over_names(lines, row, cells, vocabulary):
            frame = _frame(lines, person, vocabulary)
            headings = _headings(lines, frame, vocabulary) if frame is not None else []
            if frame is None or sum(1 for h in headings if h.role == "item") < 2 or _heads_items(headings, vocabulary):
                continue
            table = _Reader(lines, frame, headings, vocabulary).read(threshold)
            if table is not None:
                found.append(table)
                done = max(done, frame.bottom)
    return found


@asked
def _has_share(text: str) -> bool:
    return "%" in key(text) and read(text).number is None


def _over_names(lines: Lines, row: int, cells: Sequence[Cell], vocabulary: Vocabulary) -> list[Cell]:
    """The heading of the persons where it does not say so: over names of persons, beside headings with weights."""
    texts = [text_of(c.value) for c in cells] if all(isinstance(c.value, str) for c in cells) else []
    weighed = sum(1 for text in texts if _has_share(text)) > 1
    below = lines.row(row + 1) if texts and not weighed else []
    numbers = [n for c in below if (n := read(c.value, number_format=c.number_format).number) is not None]
    if not weighed and not is_whole(numbers):
        return []
    for cell, text in zip(cells, texts, strict=False):
        if not text or vocabulary.kind_of_value(text) or vocabulary.match_label(text) or vocabulary.match_header(text):
            continue
        names = [t for line in lines.between(row + 1, row + 6) if (t := text_of(lines.grid.cell(line, cell.col).value))]
        if len(names) > 1 and all(vocabulary.kind_of_value(name) == "person" for name in names[:2]):
            return [cell]
    return []


def _heads_items(headings: list[_Heading], vocabulary: Vocabulary) -> bool:
    """Whether the headings are those of a list of items below the name of one person: 指标, 权重, 得分."""
    roles = {m.role for h in headings if h.text and (m := vocabulary.match_header(h.text.split()[-1])) is not None}
    return "name" in roles and len(roles & {"weight", "points", "score", "actual", "target"}) > 1


# --- header ----------------------------------------------------------------------------------------------------------


def _frame(lines: Lines, person: Cell, vocabulary: Vocabulary) -> _Frame | None:
    row, grid = person.row, lines.grid
    bottom = grid.span(row, person.col)[2]
    if bottom - row >= _HIGHEST_HEADER:
        return None
    first, last = person.col, person.col
    while first > 1 and _is_headed(lines, row, bottom, first - 1):
        first -= 1
    while _is_headed(lines, row, bottom, last + 1):
        last += 1
        if vocabulary.names_persons(lines.text(row, last)):
            last -= 1
            break
    while bottom - row < _HIGHEST_HEADER - 1 and _is_header_row(lines, bottom + 1, person.col, first, last, vocabulary):
        bottom += 1
    while _is_headed(lines, row, bottom, last + 1) and not vocabulary.names_persons(lines.text(row, last + 1)):
        last += 1
    top = row - 1 if _is_group_row(lines, row - 1, person.col, first, last, vocabulary) else row
    return _Frame(top, bottom, first, last, person)


def _is_headed(lines: Lines, top: int, bottom: int, col: int) -> bool:
    for row in range(top, bottom + 1):
        r1, c1, _, _ = lines.grid.span(row, col)
        if not lines.is_blank(r1, c1):
            return True
    return False


def _is_header_row(lines: Lines, row: int, person: int, first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether a row below the heading of the persons still belongs to the header: weights, full marks, sub-headings."""
    own = lines.grid.cell(row, person)
    match = vocabulary.match_header(own.value) if isinstance(own.value, str) else None
    labelled = match is not None and match.role in ("weight", "points")
    if not is_missing(own.value) and not labelled:
        return False
    if lines.grid.span(row, person)[0] < row and not labelled:
        return False  # a merged person is the body
    cells = [cell for cell in lines.row(row, first, last) if cell.col != person]
    if len(cells) < 2 or any(cell.is_formula and isinstance(cell.value, str) for cell in cells):
        return False
    numbers = [r for c in cells if (r := read(c.value, number_format=c.number_format)).number is not None]
    texts = [text_of(cell.value) for cell in cells if text_of(cell.value)]
    if labelled:
        return True
    if not numbers:
        return len(texts) >= 2 and not any(is_longer(text, 30) for text in texts)
    total = decimal_sum([r.number for r in numbers if r.number is not None])
    bare = not any(reading.percent for reading in numbers)
    return not bare or any(abs(total - whole) < whole * 1e-6 for whole in (1.0, 100.0))


def _is_group_row(lines: Lines, row: int, person: int, first: int, last: int, vocabulary: Vocabulary) -> bool:
    cells = lines.row(row, first, last) if row >= 1 else []
    groups = 0
    for cell in cells:
        text = text_of(cell.value)
        if not text or len(text) > 20 or vocabulary.match_label(text) is not None or re.search("[:：]", text):
            return False
        _, c1, r2, c2 = lines.grid.span(cell.row, cell.col)
        if c1 <= person <= c2:
            return False
        groups += c2 > c1 and r2 == row
    return groups > 0


def _headings(lines: Lines, frame: _Frame, vocabulary: Vocabulary) -> list[_Heading]:
    found: list[_Heading] = []
    seen: set[tuple[int, int]] = set()
    for col in range(frame.first_col, frame.last_col + 1):
        stack: list[Cell] = []
        for row in range(frame.top, frame.bottom + 1):
            r1, c1, _, _ = lines.grid.span(row, col)
            cell = lines.grid.cell(r1, c1)
            if r1 >= frame.top and not is_missing(cell.value) and cell not in stack:
                stack.append(cell)
        texts = [cell for cell in stack if text_of(cell.value)]
        if not stack or (stack[-1].row, stack[-1].col) in seen:
            continue
        seen.add((stack[-1].row, stack[-1].col))
        if texts:
            found.append(_heading(lines, col, stack, texts, frame, vocabulary))
    return _chosen_items(_pairs(found, vocabulary, lines, frame))


def _heading(
    lines: Lines, col: int, stack: list[Cell], texts: list[Cell], frame: _Frame, vocabulary: Vocabulary
) -> _Heading:
    header = together([text_of(cell.value) for cell in texts])
    weight, points = None, None
    names: list[tuple[Cell, str]] = []
    for cell in stack:
        text = text_of(cell.value)
        if not text:
            number = read(cell.value, number_format=cell.number_format)
            weight = number if number.number is not None else weight
            continue
        name, stated, full = stated_in(text)
        weight, points = stated or weight, full or points
        if name:
            names.append((cell, name))
    cell, name = names[-1] if names else (texts[-1], text_of(texts[-1].value))
    label = ""
    match = vocabulary.match_header(name)
    if len(names) > 1 and match is not None and match.role in ("score", "weighted_score", "rater", "rule_text", "note"):
        # 代码质量 45% over 自评, 上级, 加权得分
        role, label = match.role, match.label
        cell, name = names[-2]
        group = ""
        if role in ("weighted_score", "rule_text", "note"):
            return _Heading(col, header, name, "note", cell)
    else:
        wide = [n for c, n in names[:-1] if lines.grid.span(c.row, c.col)[3] > lines.grid.span(c.row, c.col)[1]]
        group = wide[-1] if wide else ""
    role = _role(col, name, weight, points, frame, vocabulary)
    return _Heading(col, header, name, role, cell, group, label, weight, points)


@derived
def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _role(
    col: int, name: str, weight: Reading | None, points: Reading | None, frame: _Frame, vocabulary: Vocabulary
) -> str:
    if col == frame.person.col:
        return "person"
    label = vocabulary.match_label(name) or vocabulary.match_label(_spaced(name))
    kind = label.kind if label is not None and label.value is None else ""
    is_share = weight is not None and weight.number is not None and 0 < weight.number < 1
    if vocabulary.people.is_period(name) or kind == "period":
        return "period"
    if kind in _PERSONAL and not is_share:
        return kind
    if vocabulary.people.is_rank(name):
        return "note"
    if kind in ("total", "subtotal") and not is_share:
        return "total" if kind == "total" else "note"
    if kind in ("grade", "coefficient", "coverage") and weight is None:
        return kind
    if weight is not None or points is not None:
        return "item"
    match = vocabulary.match_header(name)
    if match is not None and match.role in ("number", "note", "foreign", "rule_text", "method"):
        return match.role
    if vocabulary.people.is_bonus(name) or vocabulary.item_kind(name) == "adjustment":
        return "bonus"
    return "other"


def _pairs(headings: list[_Heading], vocabulary: Vocabulary, lines: Lines, frame: _Frame) -> list[_Heading]:
    """quality, quality_p: a column of scores and one of its weights."""
    if sum(1 for h in headings if h.role == "item") >= 2:
        return headings
    candidates = [h for h in headings if h.role in ("other", "bonus", "note", "item", "total")]
    named = sum(1 for h in candidates if vocabulary.people.names_weights(h.name)) > 1
    if not named and not _build_on_others([h.name for h in candidates]):
        return headings
    free = {key(h.name): h for h in candidates}
    weights: dict[int, _Heading] = {}
    names: dict[int, str] = {}
    for folded, heading in free.items():
        base = vocabulary.people.weight_of(folded)
        scored = next((free[c] for c in vocabulary.people.scores_called(base) if c in free), None) if base else None
        if scored is not None and scored is not heading:
            weights[scored.col] = heading
            names[scored.col] = trim(scored.name) if key(scored.name) == base else trim(heading.name[: len(base)])
    if len(weights) < 2:
        weights, names = _built_on(list(free.values()), vocabulary, lines, frame)
    if len(weights) < 2:
        return headings
    taken = {heading.col for heading in weights.values()}
    return [
        h._replace(role="item", name=names[h.col], weight_col=weights[h.col].col) if h.col in weights
        else h._replace(role="item_weight") if h.col in taken
        else h
        for h in headings
    ]  # fmt: skip


@asked_together
def _build_on_others(names: Sequence[str]) -> bool:
    """Whether two of some headings are another one with something behind it."""
    folded = [key(name) for name in names]
    built = [one for one in folded if any(one != other and one.startswith(other) for other in folded)]
    return len(built) > 1


def _built_on(
    headings: list[_Heading], vocabulary: Vocabulary, lines: Lines, frame: _Frame
) -> tuple[dict[int, _Heading], dict[int, str]]:
    """Weights by column of scores, and names, where a heading is that of another column and something behind it.

    What is behind says weight, or the numbers do: those of every person sum to 100 %.
    """
    weights: dict[int, _Heading] = {}
    names: dict[int, str] = {}
    tails = set()
    for heading in headings:
        folded = key(heading.name)
        scored = [h for h in headings if h is not heading and folded.startswith(key(h.name)) and h.col != heading.col]
        if scored:
            best = max(scored, key=lambda h: len(h.name))
            weights[best.col], names[best.col] = heading, trim(best.name)
            tails.add(folded[len(key(best.name)) :])
    if len(weights) < 2 or len(tails) != 1:
        return {}, {}
    match = vocabulary.match_header(tails.pop().strip("_-—·:：/ ()（）"))
    if match is not None and match.role == "weight":
        return weights, names
    rows = [
        row for row in lines.between(frame.bottom + 1, lines.grid.last_row)
        if text_of(lines.grid.cell(row, frame.person.col).value)
    ]  # fmt: skip
    return (weights, names) if shares_across(lines.grid, rows, [h.col for h in weights.values()]) else ({}, {})


def _chosen_items(headings: list[_Heading]) -> list[_Heading]:
    """Of several columns under one heading (自评, 上级) the one that counts: 上级, else the last; the rest are notes."""
    groups: dict[tuple[int, int], list[_Heading]] = {}
    for heading in headings:
        if heading.role == "item" and heading.label:
            groups.setdefault((heading.cell.row, heading.cell.col), []).append(heading)
    dropped = set()
    for members in groups.values():
        chosen = next((h for h in members if "上级" in h.label), members[-1])
        dropped |= {h.col for h in members if h is not chosen}
    return [h._replace(role="note") if h.col in dropped else h for h in headings]


# --- body ------------------------------------------------------------------------------------------------------------


class _Reader:
    """The persons below a header."""

    def __init__(self, lines: Lines, frame: _Frame, headings: list[_Heading], vocabulary: Vocabulary) -> None:
        self.lines, self.grid, self.frame, self.vocabulary = lines, lines.grid, frame, vocabulary
        items = [h for h in headings if h.role == "item"]
        self.is_flat = any(h.weight_col for h in items)
        bonus = self._outside(items)
        self.headings = [
            h._replace(role="bonus") if h is bonus else h for h in headings if h.role != "bonus" or len(items) >= 2
        ]
        self.items = [h for h in self.headings if h.role in ("item", "bonus")]
        self.last_row = frame.bottom

    def read(self, threshold: float) -> Find | None:
        rows = self._persons()
        if not rows:
            return None
        self._by_values(rows)
        frame = self.frame
        above = read_above(
            self.lines, self.lines.above(frame.top, 1, _ABOVE), 1, max(frame.last_col, self.grid.last_col),
            self.vocabulary,
        )  # fmt: skip
        confidence, against = self._confidence(rows, above.title)
        refusal = None
        place = frame.person.name
        if confidence < threshold:
            refusal = Message(
                f"{place} 处像一人一行的考核表但把握不足（{confidence:.0%}）：{against.zh}",
                f"{place} may head an assessment with one person per row, but that is not sure ({confidence:.0%}): "
                f"{against.en}",
            )
        columns = self._columns()
        reasons = self._reasons()
        tables = tuple(
            Table(
                sheet=self.grid.name,
                title=above.title,
                title_cell=above.title_cell,
                layout=8 if self.is_flat else 5,
                confidence=confidence,
                reasons=reasons,
                top=frame.top,
                header_rows=frame.bottom - frame.top + 1,
                first_row=row,
                last_row=row,
                first_col=frame.first_col,
                last_col=frame.last_col,
                columns=columns,
                rows=self._rows(row),
                totals=self._named(row, "total", ""),
                grade_cell=self._named(row, "grade", "").get(""),
                coefficient_cell=self._named(row, "coefficient", "").get(""),
                coverage_cell=self._named(row, "coverage", "").get(""),
                identity={**above.identity, **self._identity(row)},
                findings=(*self._findings(row), *self.strange, *unclear_findings(self.grid.name, above)),
            )
            for row in (rows if refusal is None else ())
        )
        return Find(tables, confidence, refusal, place, frame.top, self.last_row, frame.first_col, frame.last_col)

    def _persons(self) -> list[int]:
        frame, rows = self.frame, list[int]()
        last_used = frame.bottom
        for row in self.lines.between(frame.bottom + 1, self.grid.last_row):
            cells = self.lines.row(row, frame.first_col, frame.last_col)
            if not cells:
                continue
            if row - last_used > GAP + 1:
                break
            r1, c1, _, _ = self.grid.span(row, frame.person.col)
            name = self._shown(row, frame.person.col)
            first = text_of(cells[0].value)
            label = self.vocabulary.match_label(first) if first else None
            if self.vocabulary.names_persons(name) or (label is not None and label.kind == "stop"):
                break
            last_used = self.last_row = row
            is_summary = any(self.vocabulary.people.is_summary(text) for text in (first, name) if text)
            if name and r1 == row and c1 == frame.person.col and not is_summary and label is None:
                rows.append(row)
        return rows

    def _by_values(self, rows: list[int]) -> None:
        """What columns are whose headings say nothing, by what stands in them: department, position, total, grade."""
        taken = {h.role for h in self.headings}
        items = [h for h in self.headings if h.role == "item"]
        last = max((h.col for h in self.items), default=0)
        self.strange: list[Finding] = []
        for i, heading in enumerate(self.headings):
            if self.is_flat or (heading.role != "other" and (heading.role != "grade" or "total" in taken)):
                continue
            cells, role = [self.grid.cell(row, heading.col) for row in rows], ""
            if heading.role == "grade" and not all(cell.is_formula for cell in cells):
                continue
            if heading.col < last:
                kinds = {self.vocabulary.kind_of_value(t) for row in rows if (t := self._shown(row, heading.col))}
                role = next(iter(kinds)) if len(kinds) == 1 and kinds <= {"department", "position"} else ""
            elif all(cell.is_formula and {(row, h.col) for h in items} <= refers_to(cell.formula)
                     for row, cell in zip(rows, cells, strict=True)):  # fmt: skip
                role = "total"
            elif all(is_grade(cell.value) for cell in cells):
                role = "grade"
            if role and role not in taken:
                taken.add(role)
                self.headings[i] = heading._replace(role=role)
            elif heading.col > last or any(read(cell.value).number is not None for cell in cells):
                self.strange.append(column_unknown(self.grid.name, heading.cell.name, heading.text))

    def _shown(self, row: int, col: int) -> str:
        r1, c1, _, _ = self.grid.span(row, col)
        return shown(self.lines, (r1, c1)) if r1 > self.frame.bottom else ""

    def _rows(self, row: int) -> tuple[Row, ...]:
        found = []
        for heading in self.items:
            r1, c1, _, _ = self.grid.span(row, heading.col)
            if r1 <= self.frame.bottom or c1 != heading.col:
                continue
            found.append(
                Row(
                    row=row,
                    name=heading.name,
                    section=heading.group,
                    kind="adjustment" if heading.role == "bonus" else "kpi",
                    name_cell=heading.cell.name,
                    weight_cell=cell_name(row, heading.weight_col) if heading.weight_col else None,
                    scores=(("", cell_name(r1, c1)),),
                    weight=heading.weight,
                    points=heading.points,
                )
            )
        return tuple(found)

    def _named(self, row: int, role: str, label: str) -> dict[str, str]:
        # Of several totals (考核得分, 总分) the last one is what the others lead to.
        cols = [h.col for h in self.headings if h.role == role]
        return {label: cell_name(*self.grid.span(row, cols[-1])[:2])} if cols else {}

    def _identity(self, row: int) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for heading in self.headings:
            if heading.role in ("person", *_PERSONAL):
                r1, c1, _, _ = self.grid.span(row, heading.col)
                value = self._shown(row, heading.col)
                if heading.role == "period":
                    value = self._period(r1, c1, value)
                if value:
                    found.setdefault(heading.role, (value, cell_name(r1, c1)))
        return found

    def _period(self, row: int, col: int, value: str) -> str:
        cell = self.grid.cell(row, col)
        if cell.is_date and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return value[:7]
        if re.fullmatch(r"20\d{4}", value):
            return f"{value[:4]}-{value[4:]}"
        return f"{value}月" if re.fullmatch(r"[1-9]|1[0-2]", value) else value

    def _columns(self) -> tuple[Column, ...]:
        roles = {"bonus": "item", "other": "note"}
        return tuple(
            Column(
                roles.get(h.role, h.role), h.col, h.text,
                h.name if h.role in ("item", "bonus", "item_weight") else "",
            )
            for h in self.headings
            if h.role != "foreign"
        )  # fmt: skip

    def _outside(self, items: Sequence[_Heading]) -> _Heading | None:
        """The item outside 100 %: without it the weights are complete."""
        weights = fractions([h.weight for h in items])
        if weights is None or any(w is None for w in weights) or abs(decimal_sum(_known(weights)) - 1) < 1e-6:
            return None
        without = [
            h for i, h in enumerate(items) if abs(decimal_sum(_known([*weights[:i], *weights[i + 1 :]])) - 1) < 1e-6
        ]
        named = [h for h in without if self.vocabulary.people.is_bonus(h.name)]
        if named:
            return named[-1]
        return without[-1] if without and without[-1] is items[-1] else None

    # --- judgement ---------------------------------------------------------------------------------------------------

    def _confidence(self, rows: list[int], title: str) -> tuple[float, Message]:
        items = [h for h in self.items if h.role == "item"]
        roles = {h.role for h in self.headings}
        against = Message("没有总分列，标题也未提到考核", "no total, and no title that speaks of an assessment")
        points = 0.35
        if self._is_complete(items, rows):
            points += 0.25
        else:
            against = Message("各项权重合计不是 100%", "the weights do not sum to 100%")
        points += 0.15 if "total" in roles else 0.0
        points += 0.1 if roles & {"grade", "coefficient"} else 0.0
        speaks = self.vocabulary.speaks_of_assessment
        points += 0.15 if speaks(title) or speaks(self.grid.name) else 0.0
        odd = sum(1 for row in rows for h in self.items if self._is_odd(row, h))
        if odd * 3 > len(rows) * len(self.items):
            points -= 0.4
            against = Message("各列的数不像得分", "the numbers are no scores")
        foreign = [h.text for h in self.headings if h.role == "foreign"]
        if foreign:
            points -= 0.15 * len(foreign)
            quoted = "、".join(foreign[:3])
            against = Message(
                f"表头有“{quoted}”，像是别的表", f"headers such as {quoted} belong to other kinds of tables"
            )
        return round(min(max(points, 0.05), 0.99), 2), against

    def _is_complete(self, items: list[_Heading], rows: list[int]) -> bool:
        if any(h.points is not None and h.weight is None for h in items):
            return all(h.points is not None for h in items)
        if not self.is_flat:
            weights = fractions([h.weight for h in items])
            return weights is not None and abs(decimal_sum(_known(weights)) - 1) < 1e-6
        sums = 0
        for row in rows:
            cells = [self.grid.cell(row, h.weight_col) for h in items]
            weights = fractions([read(c.value, number_format=c.number_format) for c in cells])
            sums += weights is not None and abs(decimal_sum(_known(weights)) - 1) < 1e-6
        return sums * 2 > len(rows)

    def _is_odd(self, row: int, heading: _Heading) -> bool:
        cell = self.grid.cell(row, heading.col)
        reading = read(cell.value, number_format=cell.number_format)
        if reading.number is not None:
            return not -100 <= reading.number <= 150 or cell.is_date
        return reading.state is State.ERROR and not cell.is_formula and is_longer(text_of(cell.value), 8)

    def _reasons(self) -> tuple[Message, ...]:
        found = []
        for h in self.headings:
            said = _SAID.get(h.role)
            if said is None:
                continue
            zh, en = said
            if h.weight is not None and h.weight.number is not None:
                stated = show(h.weight.number, h.weight.percent)
                zh, en = f"{zh}，权重 {stated}", f"{en}, weight {stated}"
            if h.points is not None and h.points.number is not None:
                stated = show(h.points.number)
                zh, en = f"{zh}，满分 {stated}", f"{en}, full marks {stated}"
            found.append(Message(f"{h.cell.name}“{h.text}”→{zh}", f'{h.cell.name} "{h.text}" reads as {en}'))
        return tuple(found)

    def _findings(self, row: int) -> tuple[Finding, ...]:
        if not self.grid.is_hidden_row(row):
            return ()
        name = self._shown(row, self.frame.person.col)
        message = Message(f"“{name}”在隐藏行里，仍按一张考核表计", f'"{name}" stands in a hidden row and still counts')
        return (Finding("hidden-person", "warning", self.grid.name, cell_name(row, self.frame.person.col), message),)


_SAID = {
    "person": ("人员列", "the persons"), "item": ("一项指标", "an item"), "item_weight": ("权重列", "weights"),
    "bonus": ("加分项，不占 100%", "a bonus outside 100%"), "total": ("总分列", "the total"),
    "grade": ("等级列", "the grade"), "coefficient": ("系数列", "the coefficient"),
    "department": ("部门列", "the department"), "position": ("岗位列", "the position"), "period": ("期间列", "the period"),
    "evaluator": ("评价人列", "the evaluator"),
}  # fmt: skip


def fractions(readings: Sequence[Reading | None]) -> list[float | None] | None:
    """Weights as fractions; None if they cannot be read as such."""
    try:
        return scale_weights([reading or Reading(State.MISSING) for reading in readings])
    except RuleError:
        return None


def _known(weights: Sequence[float | None]) -> list[float]:
    return [w for w in weights if w is not None]
