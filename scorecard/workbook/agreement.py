"""Whether words, structure and the sheet's own totals agree about a table; each doubt names a cell and what to do.

Embedding asks for confidence. It comes from agreement: headings that surely mean what they are taken for, or whose
column holds what it should; weights that are complete; a stated total that is what the reading gives; no column of
numbers and no row that is left unexplained. Where one of these fails the table is told of, and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..findings import Finding
from ..messages import Message
from .addresses import cell_name, split_cell
from .body import Body
from .grid import Cell
from .headers import Column, Header, score_order
from .identity import Surroundings, unclear_findings
from .lines import Lines, text_of
from .located import Table
from .probe import asked, is_longer, is_missing, read
from .score_ranges import score_scale
from .shares import share_or_mark
from .stated import stated_in
from .structure import adds_up, holds_quantities, is_sum, is_whole, names_items, refers_to
from .vocabulary import LISTED, STRONG, Vocabulary

#: A table with a doubt is surely not understood well enough for embedding.
DOUBTFUL = 0.55
#: What speaks for a doubt, among the findings of a table.
CODES = ("reading-unclear", "label-unknown", "column-unknown", "weight-missing")
_GRADED = ("weight", "points", "score", "weighted_score")


def doubts(
    lines: Lines, header: Header, body: Body, around: Surroundings, vocabulary: Vocabulary, limit: int
) -> list[Finding]:
    """What speaks against the reading of a table, one finding each with its cell.

    Args:
        lines: The sheet.
        header: The header as it was read.
        body: Its items.
        around: Its totals and identity.
        vocabulary: The words.
        limit: The last row that may belong to the table.
    """
    judge = _Judge(lines, header, body, around, vocabulary, limit)
    said = [*judge.columns(), *judge.rows(), *judge.totals()]
    said += body.doubts
    unique = dict(said)
    sheet = lines.grid.name
    return [
        *(_unclear(sheet, cell, message) for cell, message in unique.items()),
        *unclear_findings(sheet, around),
    ]


def _unclear(sheet: str, cell: str, message: Message) -> Finding:
    advice = Message(
        f"{message.zh}；不对请用 --map 指明，或在 --vocabulary 里补充",
        f"{message.en}; if that is wrong, say so with --map, or add the word with --vocabulary",
    )
    return Finding("reading-unclear", "warning", sheet, cell, advice)


def doubted(table: Table) -> Table:
    """A table with the confidence that its doubts leave it."""
    if table.confidence > DOUBTFUL and any(finding.code in CODES for finding in table.findings):
        return replace(table, confidence=DOUBTFUL)
    return table


Doubt = tuple[str, Message]


class _Judge:
    """One table under scrutiny."""

    def __init__(
        self, lines: Lines, header: Header, body: Body, around: Surroundings, vocabulary: Vocabulary, limit: int
    ) -> None:
        self.limit = limit
        self.lines, self.grid, self.header, self.body, self.around = lines, lines.grid, header, body, around
        self.vocabulary = vocabulary
        self.sure = {e.cell.col: e.match.score for e in header.evidence}
        #: Columns whose heading says weights or full marks.
        self.graded = {e.cell.col for e in header.evidence if e.match.role in ("weight", "points")}
        self.items = [row for row in body.rows if row.kind in ("kpi", "rating")]
        self.at = [row.row for row in self.items]
        self.scores = score_order(body.columns)

    # --- columns -------------------------------------------------------------------------------------------------

    def columns(self) -> Iterator[Doubt]:
        """Headings that only may mean what they are taken for, in columns that do not bear it out."""
        for column in self.body.columns:
            if not column.header or self.sure.get(column.col, 0.0) >= LISTED:
                continue
            message = self._against(column)
            if message is not None:
                yield cell_name(self.header.bottom, column.col), message
        yield from self._rivals()
        yield from self._names()
        yield from self._beyond()
        name = next(column for column in self.body.columns if column.role == "name")
        texts = [row.name for row in self.items]
        if len(texts) > 2 and len(set(texts)) * 3 <= len(texts) * 2:
            yield cell_name(self.header.bottom, name.col), Message(
                f"“{name.header}”一列多有重复，未必是指标名称", f'the texts under "{name.header}" repeat: they may name no items'
            )

    def _against(self, column: Column) -> Message | None:
        role, col = column.role, column.col
        filled = [row for row in self.at if not is_missing(self.grid.cell(row, col).value)]
        heading = Message(f"“{column.header}”", f'"{column.header}"')
        if role == "weight" and column.label != "section" and not self.body.weights_complete:
            return Message(
                f"{heading.zh}按权重理解，但合计不是 100%", f"{heading.en} is taken for the weights, which do not add up to 100 %"
            )
        if role in ("weight", "points") and column.label != "section" and col not in self.graded:
            marked = [c.col for c in self.body.columns if c.role in ("score", "weighted_score") and c.col != col]
            if not share_or_mark(self.lines, col, column.header, self.at, marked, self.limit)[1]:
                return Message(
                    f"{heading.zh}一列合计 100，是权重还是满分看不出来",
                    f"{heading.en} makes 100, and nothing says whether these are weights or full marks",
                )
        if role == "points" and not self.body.weights_complete and not self._is_marked(col):
            return Message(f"{heading.zh}按满分理解，但依据不足", f"{heading.en} is taken for the full marks on weak grounds")
        if role == "actual" and filled and not holds_quantities(self.grid, self.at, col, 0.3):
            return Message(f"{heading.zh}按实际值理解，但多半不是数", f"{heading.en} is taken for the actuals; few are numbers")
        if self.sure.get(col, 0.0) >= STRONG:
            return None
        named = len(self.scores) > 1 and column.label != column.header and column.label
        if role in ("score", "weighted_score") and not named and not self._is_marked(col) and not self._is_added(col):
            return Message(f"{heading.zh}按得分理解，但依据不足", f"{heading.en} is taken for the scores on weak grounds")
        if role == "target" and filled and not holds_quantities(self.grid, self.at, col, 0.3):
            return Message(f"{heading.zh}按目标理解，但多半不是数", f"{heading.en} is taken for targets; few are numbers")
        return None

    def _is_marked(self, col: int) -> bool:
        """Whether every item has a number in a column, or a formula."""
        cells = [self.grid.cell(row, col) for row in self.at]
        return bool(cells) and all(cell.is_formula or read(cell.value).number is not None for cell in cells)

    def _is_added(self, col: int) -> bool:
        """Whether a formula below adds the cells of the items up."""
        rows = self.lines.between(self.body.last_row + 1, self.body.last_row + 6)
        return any(adds_up(self.grid.cell(row, col), self.at) for row in rows)

    def _names(self) -> Iterator[Doubt]:
        """Names that no heading calls so, beside another column that could be them as well; a target called a rule."""
        roles = {e.cell.col: e.match.role for e in self.header.evidence}
        name = next(column for column in self.body.columns if column.role == "name")
        graded = min((c.col for c in self.body.columns if c.role in _GRADED), default=1 << 20)
        if roles.get(name.col) != "name":
            rows = self.at[:12]
            others = [(c.col, c.header) for c in self.body.columns if c.role in ("section", "note", "rule_text")]
            for col, text in (*others, *self.header.unknown):
                if col != name.col and col < graded and names_items(self.grid, rows, col):
                    yield cell_name(self.header.bottom, name.col), Message(
                        f"“{name.header}”按指标名称理解，“{text}”也可能是",
                        f'"{name.header}" is taken for the items, and "{text}" may be as well',
                    )
        has = {column.role for column in self.body.columns}
        for column in self.body.columns:
            lacks = "target" if "actual" in has and "target" not in has else ""
            is_listed = self.sure.get(column.col, 0.0) >= LISTED and roles.get(column.col) != "name"
            if is_listed or not lacks or column.role not in ("rule_text", "note", "method"):
                continue  # 衡量标准 may well say 95% 以上
            if holds_quantities(self.grid, self.at, column.col, 0.3):
                yield cell_name(self.header.bottom, column.col), Message(
                    f"“{column.header}”一列多是数，可能是目标", f'"{column.header}" holds numbers: these may be the targets'
                )

    def _beyond(self) -> Iterator[Doubt]:
        """Columns with content that were not taken for a part of the table: inside it, or headed right behind it."""
        known = {c.col for c in self.body.columns} | {col for col, _ in self.header.unknown}
        for col in range(self.header.first_col, self.header.last_col + 1):
            filled = sum(1 for row in self.at if not self.lines.is_blank(row, col))
            if col not in known and filled * 2 > len(self.at):
                yield cell_name(self.header.bottom, col), Message(
                    "这一列有内容，但没有自己的表头，没有算进这张表",
                    "this column has content but no heading of its own, and was left out",
                )
        if not self.header.alone:
            return
        for col in range(self.header.last_col + 1, self.header.last_col + 5):
            rows = range(self.header.top, self.header.bottom + 1)
            text = next((found for row in rows if (found := self.lines.text(row, col))), "")
            numbers = sum(1 for row in self.at if read(self.grid.cell(row, col).value).number is not None)
            if text and numbers and numbers * 2 >= len(self.at):
                yield cell_name(self.header.bottom, col), Message(
                    f"“{text}”一列有数，但没有算进这张表", f'"{text}" holds numbers, and was not taken for a part of this table'
                )

    def _rivals(self) -> Iterator[Doubt]:
        """Two columns that claim to be the same: nobody says which one counts."""
        known = [c for c in self.scores if c.label and c.label != c.header]
        if len(self.scores) > 1 and not known:
            second = self.scores[1]
            yield cell_name(self.header.bottom, second.col), Message(
                f"“{self.scores[0].header}”和“{second.header}”都像得分，不知以哪一列为准",
                f'"{self.scores[0].header}" and "{second.header}" may both be the scores; nothing says which one counts',
            )
        targets = [c for c in self.body.columns if c.role == "target"]
        if len(targets) > 1 and sum(1 for c in targets if not c.label or c.label == c.header) > 1:
            yield cell_name(self.header.bottom, targets[1].col), Message(
                f"“{targets[0].header}”和“{targets[1].header}”都像目标",
                f'"{targets[0].header}" and "{targets[1].header}" may both be the target',
            )

    # --- rows ----------------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Doubt]:
        """Rows below the items that hold a weight or a score and are not understood."""
        known = {*self.body.sums, *(split_cell(cell)[0] for cell in self.around.totals.values())}
        summary = (self.around.grade_cell, self.around.coverage_cell, self.around.coefficient_cell, self.around.period_cell)
        known |= {split_cell(cell)[0] for cell in summary if cell and not self.lines.is_blank(*split_cell(cell))}
        name = next(column for column in self.body.columns if column.role == "name")
        used = self.body.last_row
        for row in self.lines.between(self.body.last_row + 1, min(self.limit, self.body.last_row + 6)):
            if row > used + 1:
                return
            used = row
            cells = self.lines.row(row, self.header.first_col, self.header.last_col)
            if row in known or not cells:
                continue
            leading = text_of(cells[0].value)
            label = self.vocabulary.match_label(leading) if leading else None
            if label is not None and label.kind == "stop":
                return
            graded = [c for c in cells if self._is_graded(c.col) and (c.is_formula or read(c.value).number is not None)]
            follows = row - 1 in self.body.item_lines or row - 1 in known
            bare = follows and len(cells) == 1 and cells[0].col <= name.col and _may_be_label(leading)
            if label is None and (graded or (bare and not stated_in(leading)[1])):
                yield cells[0].name, Message(f"不明白“{leading}”这一行", f'the row "{leading}" is not understood')

    def _is_graded(self, col: int) -> bool:
        return any(column.col == col and column.role in _GRADED for column in self.body.columns)

    # --- totals --------------------------------------------------------------------------------------------------

    def totals(self) -> Iterator[Doubt]:
        """A stated total that is not what the reading gives."""
        weight = next((c for c in self.body.columns if c.role == "weight" and c.label != "section"), None)
        weight = weight or next((c for c in self.body.columns if c.role == "points"), None)
        if weight is None or len(self.items) < 2 or not self.body.weights_complete:
            return  # incomplete weights are told of as such
        if share_above(self.lines, self.header) is not None:
            return  # a part: the total below may be that of the whole card, and is compared with it
        column = next(iter(self.scores), None)
        place = self.around.totals.get(column.label) if column is not None else None
        if column is None or place is None:
            return
        cell = self.grid.cell(*split_cell(place))
        if cell.col == column.col and self._disagrees(cell, column, weight):
            yield place, Message("表中的总分与按此理解算出的不符", "the total in the form is not what this reading gives")

    def _disagrees(self, cell: Cell, column: Column, weight: Column) -> bool:
        """Whether a total can be checked, and is neither the weighted nor the plain sum of the scores."""
        stated = read(cell.value)
        if stated.number is None or stated.percent or cell.uncached or any(r.kind == "veto" for r in self.body.rows):
            return False
        if score_scale(column.header) is not None:
            return False  # the total may be on that scale or out of 100; `remarks` compares it
        rows: list[int] = []
        weights: list[float | None] = []
        if adds_up(cell, self.at):
            # Their own formula takes these scores in: what else it does is for the check-up to say.
            named = {col for _, col in refers_to(cell.formula)}
            return not named <= {column.col, weight.col}
        for row in self.items:
            place = row.points_cell if weight.role == "points" else row.weight_cell
            if place is None or (column.label, cell_name(row.row, column.col)) not in row.scores:
                return False
            mark = read(self.grid.cell(row.row, column.col).value)
            if mark.number is None or mark.percent:
                return False
            of = self.grid.at(place)
            if weight.role == "weight" and is_missing(of.value):
                continue  # it counts nothing
            weights.append(read(of.value, unit=weight.unit or None, number_format=of.number_format).number)
            rows.append(row.row)
        points = [row for row in self.body.rows if row.kind == "adjustment"]
        loose, away = [row.row for row in points], [row.row for row in points if row.deducts]
        # A formula may round; what is typed was.
        slack = 1e-6 if cell.is_formula and "ROUND" not in (cell.formula or "").upper() else 0.51
        if is_sum(self.grid, cell, rows, loose, weights, weight.role == "points", away, slack):
            return False
        return stated.number > 0 and stated.number not in (100, 110, 120, 150)


@asked
def _may_be_label(text: str) -> bool:
    """Whether a text alone in a row may be the label of something to be filled in: no part's heading, no sentence."""
    return 1 < len(text) <= 30 and re.search("[:：。；;!?]|^[一二三四五六七八九十]+、|^第.+部分", text) is None


def parts_missing(tables: Sequence[Table], lines: Lines) -> dict[int, Finding]:
    """Parts whose heading states a share, where those of the card do not make 100 %: one was not found.

    Args:
        tables: Of one sheet, top down.
        lines: The sheet.

    Returns:
        The finding by the place of the table.
    """
    found: dict[int, Finding] = {}
    group: list[tuple[int, float, str]] = []
    for i, table in enumerate([*tables, None]):
        opens = table is None or not group or "person" in table.identity and table.layout != 4
        if opens and group:
            if not is_whole([share for _, share, _ in group]):
                for place, _, cell in group:
                    found[place] = _unclear(lines.grid.name, cell, Message(
                        "各部分的占比合计不是 100%，可能有一部分没有认出来",
                        "the shares of the parts do not make 100 %: one may not have been found",
                    ))  # fmt: skip
            counted = {c.label for k, _, _ in group for c in score_order(tables[k].columns)[:1]}
            if len(group) > 1 and len(counted) > 1:
                for place, _, cell in group:
                    found[place] = _unclear(lines.grid.name, cell, Message(
                        "各部分的得分列不是同一个人评的，不知以哪一列为准",
                        "the scores of the parts are not by the same evaluator: nothing says which ones count",
                    ))  # fmt: skip
            group = []
        if table is not None:
            stated = share_above(lines, table)
            if stated is not None:
                group.append((i, *stated))
    return found


def share_above(lines: Lines, table: Table | Header) -> tuple[float, str] | None:
    """The share that the heading right above a table states, and its cell."""
    for row in lines.above(table.top, max(1, table.top - 3), 2)[::-1]:
        for cell in lines.row(row, table.first_col, table.last_col):
            text = text_of(cell.value)
            _, weight, _ = stated_in(text) if text and not is_longer(text, 40) else ("", None, None)
            if weight is not None and weight.number is not None:
                return (weight.number if weight.percent or weight.number <= 1 else weight.number / 100), cell.name
    return None
