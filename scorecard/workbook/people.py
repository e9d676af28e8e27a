"""Lists with one person per row: a matrix whose headings carry the weights, or a flat export with pairs of columns.

Each person becomes a table of its own, with the columns as items, so that whoever reads tables need not know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import RuleError
from ..findings import Finding
from ..messages import Message
from ..scoring.values import Reading, State, decimal_sum, show
from ..scoring.weights import scale_weights
from .addresses import cell_name
from .columns import GAP
from .grade_words import is_grade
from .headers import Column
from .identity import column_unknown, read_above, shown, unclear_findings
from .lines import Lines, text_of
from .located import Find, Table
from .person_headings import PERSONAL, Frame, Heading, frame_of, headings_of, heads_items, over_names
from .probe import is_longer, read
from .rows import Row
from .structure import all_alike, refers_to
from .vocabulary import Vocabulary

_ABOVE = 40


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
        for person in named or over_names(lines, row, cells, vocabulary):
            frame = frame_of(lines, person, vocabulary)
            headings = headings_of(lines, frame, vocabulary) if frame is not None else []
            if frame is None or sum(1 for h in headings if h.role == "item") < 2 or heads_items(headings, vocabulary):
                continue
            table = _Reader(lines, frame, headings, vocabulary).read(threshold)
            if table is not None:
                found.append(table)
                done = max(done, frame.bottom)
    return found


# --- body ------------------------------------------------------------------------------------------------------------


class _Reader:
    """The persons below a header."""

    def __init__(self, lines: Lines, frame: Frame, headings: list[Heading], vocabulary: Vocabulary) -> None:
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
            if heading.role in ("method", "note", "section") and heading.col < last and not self.is_flat:
                # 归口部门 may be who supplies the data, and is the department where departments stand in it.
                role, sure = self._said_by(heading, rows, taken)
                if role and sure and role not in taken:
                    taken.add(role)
                    self.headings[i] = heading._replace(role=role)
                continue
            if self.is_flat or (heading.role != "other" and (heading.role != "grade" or "total" in taken)):
                continue
            cells, role = [self.grid.cell(row, heading.col) for row in rows], ""
            is_blank = all(self.lines.is_blank(row, heading.col) for row in rows)
            if heading.role == "grade" and not all(cell.is_formula for cell in cells):
                continue
            sure = True
            if heading.col < last:
                role, sure = self._said_by(heading, rows, taken)
            elif any(self._adds_up(row, heading.col, items) for row in rows) and all(
                self._adds_up(row, heading.col, items) or self.lines.is_blank(row, heading.col) for row in rows
            ):
                role = "total"
            elif all(is_grade(cell.value) for cell in cells):
                role = "grade"
            elif is_blank and heading.col == last + 1:
                role, sure = "total", False  # right behind the items, to be filled in
            if role and not sure:
                self.strange.append(column_unknown(self.grid.name, heading.cell.name, heading.text))
            if role and role not in taken:
                taken.add(role)
                self.headings[i] = heading._replace(role=role)
            elif heading.col > last or self._may_say_who(heading, rows):
                self.strange.append(column_unknown(self.grid.name, heading.cell.name, heading.text))

    def _adds_up(self, row: int, col: int, items: list[Heading]) -> bool:
        cell = self.grid.cell(row, col)
        return cell.is_formula and {(row, h.col) for h in items} <= refers_to(cell.formula)

    def _said_by(self, heading: Heading, rows: list[int], taken: set[str]) -> tuple[str, bool]:
        """Department or position, by what stands in a column in front of the items, and whether that is sure."""
        texts = [text for row in rows if (text := self._shown(row, heading.col))]
        kinds = {self.vocabulary.kind_of_value(text) for text in texts}
        if len(kinds) == 1 and kinds <= {"department", "position"}:
            return next(iter(kinds)), True
        # The same for all of them, and neither a number nor a period: where they work.
        alike = len(texts) == len(rows) and all_alike(texts)
        if alike and kinds <= {"", "person"} and read(texts[0]).number is None and "department" not in taken:
            return "department", False
        return "", True

    def _may_say_who(self, heading: Heading, rows: list[int]) -> bool:
        """Whether a column that nothing is known of holds anything but the running numbers of the lines."""
        texts = [text for row in rows if (text := self._shown(row, heading.col))]
        numbers = [read(text).number for text in texts]
        return bool(texts) and not all(n is not None and n.is_integer() and 0 < n <= len(rows) + 5 for n in numbers)

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
                    deducts=heading.role == "bonus" and self.vocabulary.items.takes_away(heading.name),
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
            if heading.role in ("person", *PERSONAL):
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

    def _outside(self, items: Sequence[Heading]) -> Heading | None:
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

    def _is_complete(self, items: list[Heading], rows: list[int]) -> bool:
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

    def _is_odd(self, row: int, heading: Heading) -> bool:
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
    "bonus": ("加减分项，不占 100%", "points outside 100%"), "total": ("总分列", "the total"),
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
