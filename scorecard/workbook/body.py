"""The body of an assessment table: which rows below a header are items, and what belongs to each.

Item numbers are never a key: they repeat, restart and stand before empty slots. What ends the items is a label (合计,
总分, 签字 …), a wide gap, or a trailing part without any weight in a table of weights.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..findings import Finding
from ..messages import Message
from ..scoring.values import show
from .addresses import cell_name
from .columns import ENDS, GAP, quantity, resolve_columns, text_number
from .grid import Cell
from .headers import Column, Header
from .lines import Lines, is_open, joined, text_of
from .probe import is_missing, key, trim
from .rows import Row
from .stated import stated_in
from .structure import added_up, adds_up, is_sum, is_whole
from .tails import Line, is_weighed, read_tail, takes_in, weight_missing
from .vocabulary import Vocabulary

_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}\s*[、.．:：]|第[一二三四五六七八九十\d]+(?:部分|类|项)|[(（][一二三四五六七八九十]{1,3}[)）]"
    r"|part\s*[ivx\d]+|section\s*[a-z\d]+|[ivx]+\s*[.、]|[a-h][.、．]\s*(?=\D))",
    re.IGNORECASE,
)
_HEADING_END = re.compile(r"(?:指标|部分|类|能力|态度|业绩|行为|素质)(?:[(（][^()（）]*[)）])?[:：]?$")
_SPAN = 300
_TEXT_ROLES = ("target", "actual", "weight", "points", "score", "weighted_score")


@dataclass(frozen=True, slots=True)
class Body:
    """The items of a table as they were read.

    Attributes:
        columns: The columns with their final roles: one name, the other candidates section or note.
        rows: The items.
        item_lines: All rows that belong to items, wrapped lines and merged rows included.
        last_row: The last of them.
        weighted: Items with a plausible weight or full mark.
        implausible: Items with something in the weight column that cannot be one.
        weights_complete: Whether the weights sum to 1 or 100.
        findings: What was noticed.
        sums: Rows that add the scores up, whatever they are called.
        doubts: Rows that may as well mean something else, and why.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    item_lines: frozenset[int]
    last_row: int
    weighted: int
    implausible: int
    weights_complete: bool
    findings: tuple[Finding, ...]
    sums: tuple[int, ...] = ()
    doubts: tuple[tuple[str, Message], ...] = ()


def read_body(lines: Lines, header: Header, limit: int, vocabulary: Vocabulary) -> Body:
    """Read the items below a header.

    Args:
        lines: The sheet.
        header: The header.
        limit: The last row that may belong to this table.
        vocabulary: The words.
    """
    columns = resolve_columns(lines, header, limit, vocabulary)
    return _Reader(lines, header, columns, limit, vocabulary).read()


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Item:
    """An item while it is being read."""

    row: int
    last: int
    name: str
    section: str
    number: str
    run: int
    solid: bool  # has what the table asks of an item: a weight, or full marks
    implausible: bool = False
    kind: str = "kpi"
    weight: Cell | None = None
    weight_value: float | None = None
    away: bool = False  # points of such a row are taken away
    wrapped: bool = False
    place: tuple[int, int] = (0, 0)
    lines: list[int] = field(default_factory=list)


class _Reader:
    """One pass over the rows below a header."""

    def __init__(
        self, lines: Lines, header: Header, columns: tuple[Column, ...], limit: int, vocabulary: Vocabulary
    ) -> None:
        self.lines, self.grid, self.header, self.limit, self.vocabulary = lines, lines.grid, header, limit, vocabulary
        self.columns = columns
        self.first_col = min(header.first_col, *(column.col for column in columns))
        self.name = next(column for column in columns if column.role == "name")
        self.number = next((c for c in columns if c.role == "number"), None)
        # A column that says 类别 comes before one that merely turned out not to name the items.
        named = {column.col for column in header.columns if column.role == "name"}
        self.sections = [c for c in columns if c.role == "section" and c.col < self.name.col]
        self.sections.sort(key=lambda column: (column.col in named, column.col))
        weight = next((c for c in columns if c.role == "weight" and c.label != "section"), None)
        self.weight = weight or next((c for c in columns if c.role == "points"), None)
        self.most = 100.0 if weight is not None else 1000.0
        self.role_at = {column.col: column.role for column in columns}
        self.items: list[_Item] = []
        self.findings: list[Finding] = []
        self.noted: list[tuple[int, Finding]] = []  # with the run they belong to
        self.run = 0
        self.heading = ""
        self.carried: dict[int, str] = {}
        self.tail = False
        self.scores = [c.col for c in columns if c.role in ("score", "weighted_score")]
        self.sums: list[int] = []
        self.doubts: list[tuple[str, Message]] = []
        self.added = added_up(self.grid, self.scores, self.header.bottom + 1, min(limit, self.header.bottom + _SPAN))

    def read(self) -> Body:
        last_used = self.header.bottom
        for row in self.lines.between(self.header.bottom + 1, self.limit):
            cells = self.lines.row(row, self.first_col, self.header.last_col)
            if not cells:
                continue
            if row - last_used > GAP + 1 and self.items:
                break
            if row - last_used > 1 and self.items:
                self.run += 1
            last_used = row
            if not self._take(row, cells):
                break
        self._cut_tail()
        return self._body()

    def _take(self, row: int, cells: list[Cell]) -> bool:
        """Take one row; False where the table ends."""
        name = self._own_text(row, self.name.col)
        merged = self.grid.span(row, self.name.col)
        if merged[0] < row and self.items and self.items[-1].row >= merged[0]:
            self._extend(self.items[-1], row)
            return True
        fits, value, odd = self._weight(row)
        end = self._ending(cells, name, fits)
        if end in ("", "grade") and not fits and self._sums_up(row):
            self.sums.append(row)
            end = "total"
        if end:
            if end == "stop" and self.items:
                return False
            if end == "weak":
                self.run += 1
            elif end not in ("subtotal", "stop"):
                self.tail = bool(self.items)
            return True
        number = self._number(row)
        special = self.vocabulary.item_kind(name) if name else "kpi"
        place = merged[:2]
        if not name and cells[0].col < self.name.col:
            # 加减分 in front of the names, often merged over several columns.
            special = self.vocabulary.item_kind(text_of(cells[0].value))
            if special != "kpi":
                name, number, place = text_of(cells[0].value), "", (row, cells[0].col)
        heading = special == "kpi" and self._is_heading(row, cells, name, number)
        if self.tail and heading and _HEADING.match(text_of(cells[0].value)):
            self.tail = False  # the total was that of a part
        if self.tail and special == "kpi":
            return row - self.items[-1].last <= 20 if self.items else False
        if heading:
            self.heading = trim(text_of(cells[0].value)).rstrip(":：")
            self.run += 1
            return True
        if not name:
            self._nameless(row, cells, number, fits, value)
            return True
        if special == "kpi" and self.items and self._continues(row, name, number, fits):
            self._wrap(self.items[-1], row, name, fits, value)
            return True
        category = ""
        if special == "kpi" and not fits:
            special, category = self._special_category(row)
        section = self._section(row, special != "kpi")
        item = _Item(row, row, joined(name), section, number, self.run, fits or self.weight is None, odd)
        item.lines = list(range(row, max(row, merged[2]) + 1))
        item.last = item.lines[-1]
        item.weight, item.weight_value = self._weight_cell(row), value
        item.place = place
        item.away = any(self.vocabulary.items.takes_away(text) for text in (name, category))
        item.kind = special if not (fits and value) else "kpi"
        self.items.append(item)
        return True

    def _sums_up(self, row: int) -> bool:
        """Whether a row without a weight adds the scores of the items up, by its formulas or its numbers."""
        counted = [item for item in self.items if item.solid]
        if self.weight is None or len(counted) < 2:
            return False
        rows = [item.row for item in counted]
        loose = [item.row for item in self.items if not item.solid]
        away = [item.row for item in self.items if not item.solid and item.away]
        weights = [item.weight_value for item in counted]
        for col in self.scores:
            cell = self.grid.cell(row, col)
            if adds_up(cell, rows):
                return True
            if not cell.is_formula and is_sum(self.grid, cell, rows, loose, weights, self.weight.role == "points", away):
                return True
        return False

    # --- what a row is -------------------------------------------------------------------------------------------

    def _own_text(self, row: int, col: int) -> str:
        return text_of(self.grid.cell(row, col).value)

    def _weight(self, row: int) -> tuple[bool, float | None, bool]:
        cell = self._weight_cell(row)
        if cell is None or self.weight is None:
            return False, None, False
        return quantity(cell, self.weight.unit, self.most)

    def _weight_cell(self, row: int) -> Cell | None:
        if self.weight is None:
            return None
        place = self._place(row, self.weight)
        return self.grid.cell(*place) if place else None

    def _place(self, row: int, column: Column) -> tuple[int, int] | None:
        """The cell of a column in a row; None where a merge from another column covers it."""
        r1, c1, _, _ = self.grid.span(row, column.col)
        if r1 <= self.header.bottom or (c1 != column.col and self.role_at.get(c1) != column.role):
            return None
        return r1, c1

    def _number(self, row: int) -> str:
        if self.number is None:
            return ""
        r1, c1, _, _ = self.grid.span(row, self.number.col)
        value = self.grid.cell(r1, c1).value if r1 == row else None
        if isinstance(value, bool) or is_missing(value):
            return ""
        if isinstance(value, (int, float)):
            return show(float(value))
        return key(value).strip(".、()（）") if isinstance(value, str) else ""

    def _ending(self, cells: list[Cell], name: str, fits: bool) -> str:
        """Say "weak" for 合计, the kind of another label that is no item, "stop" for what ends the table, else ""."""
        leading = cells[0]
        for cell in cells:
            if cell.is_formula or not text_of(cell.value) or (name and cell.col > self.name.col):
                continue
            label = self.vocabulary.match_label(text_of(cell.value))
            if label is None or label.kind not in ENDS:
                continue
            # Beside a name only what stands in front of it or is it can be the label of the row.
            if label.kind == "stop" and cell is not leading:
                continue
            if label.kind not in ("total", "subtotal") and fits and name:
                continue  # an indicator that is called 覆盖率
            return "weak" if label.kind == "total" and not label.strong else label.kind
        text = text_of(leading.value)
        if text and not fits and self.vocabulary.identity_pairs(text):
            return "stop"
        return ""

    def _is_heading(self, row: int, cells: list[Cell], name: str, number: str) -> bool:
        """A row that names a section and is no item."""
        first = cells[0]
        text = text_of(first.value)
        if not text or first.col > self.name.col:
            return False
        span = self.grid.span(row, first.col)
        wide = span[3] > self.name.col or (first.col < self.name.col <= span[3])
        formal = _HEADING.match(text) is not None
        others = [cell for cell in cells[1:] if not cell.is_formula]
        sums = {"weight", "points", "score", "weighted_score"}
        only_sums = all(self.role_at.get(cell.col) in sums for cell in others)
        if wide and span[2] == row and only_sums and (not others or formal or span[3] > self.name.col):
            return True
        if others:
            numbered = self.number is not None and any(item.number for item in self.items[-3:]) and not number
            return formal and only_sums and first.col == self.name.col and numbered
        if first.col < self.name.col:
            return not name and span[2] == row and (formal or not re.fullmatch(r"[\d.、()（）①-⑳]+", text))
        is_apart = span[3] > first.col or row == self.limit
        if formal or (self.weight is not None and is_apart and stated_in(text)[1] is not None):
            return True  # 工作表现（占20%）, merged over the table or right above the header of the next
        return bool(
            self.number is not None
            and not number
            and len(text) <= 12
            and _HEADING_END.search(text)
            and self._next_number(row) in ("1", "1.1", "一", "①")
        )

    def _next_number(self, row: int) -> str:
        following = next(iter(self.lines.between(row + 1, min(self.limit, row + 2))), None)
        return self._number(following) if following is not None else ""

    def _continues(self, row: int, name: str, number: str, fits: bool) -> bool:
        """Whether a row only holds the second line of the name above."""
        before = self.items[-1]
        if number or row != before.last + 1 or before.kind != "kpi" or row in self.added:
            return False
        weight = self._weight_cell(row)
        shared = weight is not None and before.weight is not None and weight[:2] == before.weight[:2]
        own_weight = fits and not shared
        if own_weight and before.solid and before.weight is not None and not is_missing(before.weight.value):
            return False
        dangling = name[0] in "(（[【、，,)）" or is_open(before.name)
        if not dangling and not fits and self.scores and self._is_complete():
            return False  # behind the last weight: points of their own
        if before.number:
            return own_weight or not self._has_values(row) or dangling
        if shared:
            return dangling or self._shares_score(row, before.row)
        return dangling and not (own_weight and before.weight_value is not None)

    def _has_values(self, row: int) -> bool:
        """Whether a row has a target, an actual, a score … of its own."""
        for column in self.columns:
            if column.role in ("target", "actual", "band", "score", "weighted_score", "points"):
                cell = self.grid.cell(row, column.col)
                if not cell.is_formula and not is_missing(cell.value):
                    return True
        return False

    def _shares_score(self, row: int, before: int) -> bool:
        for column in self.columns:
            if column.role in ("score", "actual", "target"):
                return self.grid.span(row, column.col)[0] <= before
        return False

    def _section(self, row: int, special: bool) -> str:
        """The section of an item; 加减分 and the like belong to the whole card unless their row says otherwise."""
        for column in self.sections:
            r1, c1, r2, _ = self.grid.span(row, column.col)
            text = text_of(self.grid.cell(r1, c1).value)
            if text and c1 == column.col and self.vocabulary.item_kind(text) == "kpi":
                self.carried[column.col] = text if r1 == r2 else ""
                return joined(text)
            if self.carried.get(column.col) and not special:
                return joined(self.carried[column.col])
        return "" if special else joined(self.heading)

    def _special_category(self, row: int) -> tuple[str, str]:
        """What the category in front of a row without a weight makes of it (加减分, 否决项), and the category."""
        for column in self.sections:
            r1, c1, _, _ = self.grid.span(row, column.col)
            text = text_of(self.grid.cell(r1, c1).value)
            if text and c1 == column.col and (kind := self.vocabulary.item_kind(text)) != "kpi":
                return kind, text
        return "kpi", ""

    # --- what is done with it ------------------------------------------------------------------------------------

    def _is_complete(self) -> bool:
        return is_whole([item.weight_value for item in self.items if item.weight_value is not None])

    def _extend(self, item: _Item, row: int) -> None:
        item.lines.append(row)
        item.last = max(item.last, row)

    def _wrap(self, item: _Item, row: int, name: str, fits: bool, value: float | None) -> None:
        if not fits and not (name[0] in "(（[【、，,)）" or is_open(item.name)) and self._is_complete():
            self.doubts.append((cell_name(row, self.name.col), Message(
                f"“{name}”没有权重，按上一项名称的续行理解，也可能是加减分",
                f'"{name}" has no weight; it is taken as the rest of the name above, but may be points of its own',
            )))  # fmt: skip
        item.name = joined(f"{item.name}\n{name}")
        item.wrapped = True
        self._extend(item, row)
        if fits and item.weight_value is None:
            item.weight, item.weight_value, item.solid = self._weight_cell(row), value, True

    def _nameless(self, row: int, cells: list[Cell], number: str, fits: bool, value: float | None) -> None:
        before = self.items[-1] if self.items else None
        if number and not fits and not self._has_values(row):
            self._note("numbered-empty-row", "info", row, self.number, Message(
                f"第 {number} 项没有内容，已略过", f"item {number} is empty and was skipped"))  # fmt: skip
        elif not number and before is not None and row == before.last + 1:
            if fits and not before.solid:
                before.weight, before.weight_value, before.solid = self._weight_cell(row), value, True
            self._extend(before, row)
        elif fits and number:
            self._note("weight-without-name", "warning", row, self.weight, Message(
                f"第 {number} 项有权重但没有名称，未计入",
                f"item {number} has a weight but no name and does not count",
            ))  # fmt: skip

    def _note(self, code: str, severity: str, row: int, column: Column | None, message: Message) -> None:
        cell = cell_name(row, column.col if column is not None else self.name.col)
        self.noted.append((self.run, Finding(code, severity, self.grid.name, cell, message)))

    def _cut_tail(self) -> None:
        """Drop trailing parts in which nothing has a weight, if the items before have theirs."""
        if self.weight is None or not any(item.solid for item in self.items):
            return
        last = max(i for i, item in enumerate(self.items) if item.solid)
        solid_run = self.items[last].run
        beyond = bool(self.scores) and self._is_complete()
        kept = self.items[: last + 1]
        for item in self.items[last + 1 :]:
            named = item.kind != "kpi"
            near = (item.run == solid_run or item.row in self.added) and item.row <= kept[-1].last + 1
            numbered = bool(item.number) or self.number is None or not any(i.number for i in kept)
            numbered = numbered or (beyond and not item.number)
            if named or (near and item.row in self.added) or (near and numbered and self._looks_like_item(item)):
                kept.append(item)
            elif not named:
                break
        self.items = kept + [i for i in self.items[len(kept) :] if i.kind != "kpi" and i not in kept]

    def _looks_like_item(self, item: _Item) -> bool:
        if item.number or self._has_values(item.row):
            return True
        return len(item.name) <= (40 if item.name.isascii() else 20) and not re.search(r"[:：。；;]", item.name)

    # --- result --------------------------------------------------------------------------------------------------

    def _body(self) -> Body:
        # What was noticed in a trailing part that is no part of the table is of no interest.
        last_run = self.items[-1].run if self.items else 0
        self.findings = [finding for run, finding in self.noted if run <= last_run]
        self.noted.clear()
        self._set_apart()
        self._check_items()
        self.findings += [finding for _, finding in self.noted]
        rows = tuple(self._row(item) for item in self.items)
        weights = [item.weight_value for item in self.items if item.weight_value is not None]
        lines = frozenset(line for item in self.items for line in item.lines)
        return Body(
            columns=self.columns,
            rows=rows,
            item_lines=lines,
            last_row=max(lines, default=self.header.bottom),
            weighted=sum(1 for item in self.items if item.solid and self.weight is not None),
            implausible=sum(1 for item in self.items if item.implausible),
            weights_complete=is_whole(weights),
            findings=tuple(self.findings),
            sums=tuple(self.sums),
            doubts=tuple(self.doubts),
        )

    def _set_apart(self) -> None:
        """The last rows of a table with complete weights that have none: points beside the weighted scores."""
        if self.weight is None or not self.scores or not self._is_complete():
            return
        self._sums_in_tail()
        weighed = [item for item in self.items if item.solid]
        loose = [item for item in self.items[self.items.index(weighed[-1]) + 1 :] if not item.solid]
        nameless = [item for item in loose if item.kind == "kpi"]
        added = self._added_by_total(weighed, loose) if nameless else set()
        for item in nameless:
            # Somebody has to say so: its name, its category, or the total. Else it is an item that lacks its weight.
            if item.row in added:
                item.kind = "adjustment"
            elif self.vocabulary.items.speaks_of_points(item.name):
                item.kind = "adjustment"
                self.doubts.append((cell_name(*item.place), Message(
                    f"“{item.name}”没有权重，按加减分理解", f'"{item.name}" has no weight; it is taken as points of its own',
                )))  # fmt: skip
            else:
                cell = item.weight.name if item.weight is not None else cell_name(*item.place)
                self.noted.append((item.run, weight_missing(self.grid.name, item.name, cell)))

    def _added_by_total(self, weighed: list[_Item], loose: list[_Item]) -> set[int]:
        """The rows behind the last weight that a total takes in as they are."""
        weight = self.weight.col if self.weight is not None else 0
        rows, behind = [item.row for item in weighed], [item.row for item in loose]
        added = {row for row in behind if row in self.added and not is_weighed(self.grid, row, weight, self.scores, self.limit)}
        if not added and weight and behind:
            weights = [item.weight_value for item in weighed]
            away = [item.row for item in loose if item.away]
            if takes_in(self.grid, self.scores, rows, behind, weights, away):
                return set(behind)
        return added

    def _sums_in_tail(self) -> None:
        """Take a total and a grade that are to be filled in from the last rows without a weight."""
        at = len(self.items)
        while at and not self.items[at - 1].solid and self.items[at - 1].kind == "kpi":
            at -= 1
        lines = [Line(item.row, item.name) for item in self.items[at:]]
        tail = read_tail(self.grid, lines, self.scores, bool(self.sums), self._has_values, self.vocabulary)
        if tail is None:
            return
        if tail.total and not tail.is_sure:
            item = self.items[at + tail.first]
            self.doubts.append((cell_name(*item.place), Message(
                f"“{item.name}”一行还没有数，按总分理解", f'"{item.name}" has no number yet; it is taken for the total',
            )))  # fmt: skip
        self.sums += [tail.total] if tail.total else []
        del self.items[at + tail.first :]

    def _row(self, item: _Item) -> Row:
        def cells(*roles: str) -> tuple[tuple[str, str], ...]:
            found = []
            for column in self.columns:
                place = self._place(item.row, column) if column.role in roles else None
                if place is not None:
                    found.append((column.label, cell_name(*place)))
            return tuple(found)

        actuals = cells("actual")
        targets = cells("target")
        kind = item.kind
        if kind == "kpi" and not (item.weight_value and item.kind == "kpi" and (actuals or targets)):
            kind = self.vocabulary.item_kind(item.name, item.section, bool(actuals or targets))
            if kind in ("adjustment", "veto") and item.weight_value:
                kind = "kpi"
        return Row(
            row=item.row,
            name=item.name,
            section=item.section,
            kind=kind,
            name_cell=cell_name(*item.place),
            weight_cell=item.weight.name if item.weight is not None and self.weight is not None
            and self.weight.role == "weight" else None,
            actual_cell=actuals[0][1] if actuals else None,
            targets=targets,
            scores=cells("score") or cells("weighted_score"),
            bands=cells("band"),
            actuals=actuals if len(actuals) > 1 else (),
            points_cell=next((cell for _, cell in cells("points")), None),
            deducts=kind == "adjustment" and item.away,
        )  # fmt: skip

    def _check_items(self) -> None:
        seen: dict[tuple[int, str, str], str] = {}
        weights: dict[tuple[int, int], str] = {}
        scores: dict[tuple[int, int], str] = {}
        for item in self.items:
            if item.number:
                mark = (item.run, item.section, item.number)
                if mark in seen:
                    self._note("duplicate-number", "info", item.row, self.number, Message(
                        f"编号 {item.number} 重复（已用于“{seen[mark]}”），按行区分",
                        f'number {item.number} is used twice (first for "{seen[mark]}"); rows are told apart by place',
                    ))  # fmt: skip
                seen.setdefault(mark, item.name)
            if item.wrapped:
                self._note("name-wrapped", "info", item.row, self.name, Message(
                    f"名称分写在几行，已合并为“{item.name}”",
                    f'the name stands on several rows and was joined: "{item.name}"',
                ))  # fmt: skip
            if item.weight is not None and item.solid:
                place = item.weight[:2]
                if place in weights:
                    self._note("shared-weight", "warning", item.row, self.weight, Message(
                        f"与“{weights[place]}”共用一个合并的权重单元格，请拆开，逐项写明权重",
                        f'shares a merged weight cell with "{weights[place]}": state one weight per item',
                    ))  # fmt: skip
                weights.setdefault(place, item.name)
                if any(self.grid.is_hidden_row(line) for line in item.lines) and item.weight_value != 0:
                    self._note("hidden-row-with-weight", "warning", item.row, self.weight, Message(
                        f"隐藏行“{item.name}”有权重，会计入总分",
                        f'the hidden row "{item.name}" has a weight and counts',
                    ))  # fmt: skip
            for column in self.columns:
                scored = self._place(item.row, column) if column.role in ("score", "weighted_score") else None
                if scored in scores and not is_missing(self.grid.cell(*scored).value):
                    self._note("shared-score", "warning", item.row, column, Message(
                        f"与“{scores[scored]}”共用一个合并的得分单元格，两项都按它计分",
                        f'shares a merged score cell with "{scores[scored]}": it is the score of both',
                    ))  # fmt: skip
                if scored is not None:
                    scores.setdefault(scored, item.name)
                if column.role in _TEXT_ROLES:
                    self._check_text(item.row, column)

    def _check_text(self, row: int, column: Column) -> None:
        place = self._place(row, column)
        if place is None:
            return
        found = text_number(self.grid.cell(*place), column.unit, self.grid.name) if place[0] == row else None
        self.findings += [found] if found is not None else []
