"""The header of an assessment table: from the texts of one to five rows to columns with a role.

A header is found around a cell that names indicators. Rows above and below join it when they hold only header words;
what a column means is read from the stack of texts over it, group headings included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..scoring.periods import parse_period
from .grid import Cell
from .lines import Lines, parts_a_group, text_of
from .matches import HeaderMatch
from .probe import begins, is_longer, key, read, trim
from .score_ranges import score_range
from .stated import stated_in
from .structure import all_differ, by_claim, holds_quantities, naming_column, share_column, stand_in
from .vocabulary import ROLES, STRONG, Vocabulary

_HIGHEST_HEADER, _LOOKED_AT = 5, 12
# A weight, a full mark or a score makes an assessment; these roles make one more likely.
_VALUES = frozenset({"target", "actual", "band", "weight", "points", "score", "weighted_score"})
_GRADED = frozenset({"weight", "points", "score", "weighted_score"})
_MARKS = frozenset({"score", "weighted_score"})
_STRANGERS = frozenset({"foreign", "rules", "total", "name", "number", "period", "rater"})
_BESIDE = _VALUES | {"rule_text", "method", "number", "period", "rater"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a located table.

    Attributes:
        role: number, name, section, target, actual, band, weight, points, score, weighted_score, note, rule_text,
            method or evaluator.
        col: 1-based column of the sheet (the first, where cells are merged).
        header: The text as written, lines joined by a blank.
        label: target, actual: the period as written ("月度"), "" for a single column; score, weighted_score: the
            evaluator ("自评", "上级"), "" for a single column; band: its label; weight: "section" for the weights
            of sections beside those of items.
        unit: What the header states for bare numbers: "%", "万元" …, else "".
    """

    role: str
    col: int
    header: str
    label: str = ""
    unit: str = ""


# Whose scores count only where there are no others.
_NOT_IN_CHARGE = ("自评", "同级", "下级", "客户", "学生", "家长", "患者", "群众")


def score_order(columns: Iterable[Column]) -> list[Column]:
    """The score columns, the one that counts first: the only one, else 上级, else the last that is not one's own.

    Columns of weighted scores take their place where there are no others. One per label.
    """
    listed = list(columns)
    scores = [c for c in listed if c.role == "score"] or [c for c in listed if c.role == "weighted_score"]
    by_label: dict[str, Column] = {}
    for column in scores:
        by_label.setdefault(column.label, column)
    if not by_label:
        return []
    own = by_label.get("") or next((c for label, c in by_label.items() if "上级" in label), None)
    others = [column for label, column in by_label.items() if label not in _NOT_IN_CHARGE]
    chosen = own or (others or list(by_label.values()))[-1]
    return [chosen, *(c for c in by_label.values() if c is not chosen)]


def counted_column(columns: Iterable[Column]) -> Column | None:
    """The score column that counts; None without one."""
    return next(iter(score_order(columns)), None)


@dataclass(frozen=True, slots=True)
class BandHeader:
    """A band column with its score range, from `远超目标（100-90分）`.

    Attributes:
        label: The text without the range.
        low: Lower score; None if the header states no range.
        high: Upper score; None likewise.
        col: 1-based column.
    """

    label: str
    low: float | None
    high: float | None
    col: int


class Evidence(NamedTuple):
    """Which header cell was understood how."""

    cell: Cell
    text: str
    match: HeaderMatch


@dataclass(frozen=True, slots=True)
class Header:
    """The header of what may be a table.

    Attributes:
        top: First row; `bottom` the last.
        first_col: First column; `last_col` the last.
        columns: With a role, left to right; several may be "name" still.
        weak_names: Columns among them whose header names items only in company (项目, 内容).
        bands: Band columns.
        evidence: What was matched, left to right.
        foreign: Header texts that belong to other kinds of tables.
        rules: Header texts of the sheet of rules that embedding writes.
        alone: Whether no other table stands beside it.
        unknown: Column and text of headers that nothing is known of.
    """

    top: int
    bottom: int
    first_col: int
    last_col: int
    columns: tuple[Column, ...]
    weak_names: frozenset[int]
    bands: tuple[BandHeader, ...]
    evidence: tuple[Evidence, ...]
    foreign: tuple[str, ...]
    rules: tuple[str, ...]
    alone: bool = True
    unknown: tuple[tuple[int, str], ...] = ()

    def roles(self) -> frozenset[str]:
        """The roles that occur."""
        return frozenset(column.role for column in self.columns)


def find_headers(lines: Lines, vocabulary: Vocabulary) -> list[Header]:
    """Everything that looks like a header of a list of items, top down and left to right."""
    found: list[Header] = []
    done = 0
    for row in lines.numbers:
        if row <= done:
            continue
        hits = _hits(lines, row, vocabulary)
        roles = {cell.col: match.role for cell, match in hits}
        names = [c for c, match in hits if match.role == "name"] or stand_in(lines.grid, lines.cells[row], roles)
        if not names or _is_data(lines, row, hits) or _are_categories(lines, names, hits, found):
            continue
        top, bottom = _extent(lines, row, names, vocabulary, done)
        headers = _read_block(lines, top, bottom, vocabulary)
        if any(len(header.roles()) > 1 for header in headers):
            found += headers
            done = bottom
    return found


# --- rows ------------------------------------------------------------------------------------------------------------


def _hits(lines: Lines, row: int, vocabulary: Vocabulary) -> list[tuple[Cell, HeaderMatch]]:
    found = []
    for cell in lines.cells.get(row, ()):
        if isinstance(cell.value, str):
            match = vocabulary.match_header(cell.value)
            if match is not None:
                found.append((cell, match))
    return found


def _is_data(lines: Lines, row: int, hits: list[tuple[Cell, HeaderMatch]]) -> bool:
    """Whether numbers stand among the texts: a header has next to none."""
    cells = lines.cells[row]
    first, last = cells.index(hits[0][0]), cells.index(hits[-1][0])
    while first > 0 and cells[first - 1].col == cells[first].col - 1:
        first -= 1
    while last < len(cells) - 1 and cells[last + 1].col == cells[last].col + 1:
        last += 1
    cells = cells[first : last + 1]
    numbers = sum(1 for cell in cells if isinstance(cell.value, (int, float)) and not cell.is_formula)
    return numbers * 4 > len(cells)


def _are_categories(
    lines: Lines, names: list[Cell], hits: list[tuple[Cell, HeaderMatch]], found: list[Header]
) -> bool:
    """Whether what reads as a heading of indicators (业绩指标) stands in the column of categories of a table above."""
    above = found[-1] if found else None
    if above is not None and len(hits) > 1 and _heads_shares(lines, names[0].row, hits):
        return False  # a heading that nobody knows over weights: the header of the next part
    is_weak = all(match.score < STRONG for _, match in hits if match.role == "name")
    # 项目进度 under a header is an item of it, unless weights or scores are headed anew.
    anew = any(match.role in _GRADED and (match.score >= STRONG or match.role != "score") for _, match in hits)
    if above is not None and above.roles() & _GRADED and is_weak and not anew:
        return True
    inside = [m for cell, m in hits if above is None or above.first_col <= cell.col <= above.last_col]
    if any(match.role in _VALUES and match.role != "band" and match.score > STRONG for match in inside):
        return False
    sections = {column.col for column in above.columns if column.role == "section"} if above else set()
    return all(cell.col in sections for cell in names)


def _heads_shares(lines: Lines, row: int, hits: list[tuple[Cell, HeaderMatch]]) -> bool:
    """Whether a heading of weights, or one that nobody knows, stands in a row over complete weights."""
    known = {cell.col for cell, match in hits if match.role not in ("weight", "points")}
    if any(read(cell.value).number is not None for cell in lines.cells[row]):
        return False
    strange = [cell for cell in lines.cells[row] if cell.col not in known and text_of(cell.value)]
    bottom = max((lines.grid.span(row, cell.col)[2] for cell in strange), default=row)
    return share_column(lines.grid, bottom, [cell.col for cell in strange]) > 0


def _extent(lines: Lines, row: int, names: list[Cell], vocabulary: Vocabulary, done: int) -> tuple[int, int]:
    """First and last row of the header around a row that names indicators."""
    top = row
    while top - 1 > done and row - top < 3 and _belongs_above(lines, top - 1, row, names, vocabulary):
        top -= 1
    bottom = row
    for above in range(top, row + 1):
        for cell in lines.cells.get(above, ()):
            bottom = max(bottom, min(lines.grid.span(cell.row, cell.col)[2], top + _HIGHEST_HEADER - 1))
    while bottom - top + 1 < _HIGHEST_HEADER:
        below = bottom + 1
        if below not in lines.cells and not lines.grid.span(below, names[0].col)[0] < below:
            below += 1  # one spacer row
        if below not in lines.cells or not _belongs_below(lines, below, top, names, vocabulary):
            break
        bottom = below
    return top, bottom


def _belongs_above(lines: Lines, row: int, name_row: int, names: list[Cell], vocabulary: Vocabulary) -> bool:
    first_col, last_col = _block(lines, name_row, names)
    cells = lines.row(row, first_col, last_col)
    if not cells or any(not isinstance(cell.value, str) or is_longer(cell.value, 30) for cell in cells):
        return False
    here = {cell.col for cell in lines.row(name_row, first_col, last_col)}
    joins = False
    for cell in cells:
        text = cell.value if isinstance(cell.value, str) else ""
        if begins(text, _PART) or stated_in(text)[1] is not None:
            return False  # 一、关键业绩（70%）
        label = vocabulary.match_label(text)
        if label is not None and label.kind in ("period", "person", "department", "position", "evaluator"):
            return False
        match = vocabulary.match_header(text)
        if match is None or match.role not in _BESIDE:
            continue
        _, first, last_row, last = lines.grid.span(cell.row, cell.col)
        # A group heading spans several columns, by a merge or by blanks; other headings reach down into the row.
        follower = next((other.col for other in cells if other.col > last), 1 << 20)
        wide = sum(1 for col in here if first <= col < follower) > 1
        if first <= min(here) and max(here) <= last:
            return False  # a title over everything
        joins = joins or last_row >= name_row or wide or (cell.col not in here and match.score >= STRONG)
    # A row of its own above (身份栏) is no part: something in it must hang over the columns of the table.
    return joins and any(cell.col >= min(name.col for name in names) for cell in cells)


def _block(lines: Lines, row: int, names: list[Cell]) -> tuple[int, int]:
    """First and last column of what stands together with the names in a row; a legend further right does not."""
    first = last = names[0].col
    cells = lines.cells[row]
    for cell in cells:
        if cell.col > last and cell.col <= lines.grid.span(row, last)[3] + 2:
            last = cell.col
    for cell in reversed(cells):
        if cell.col < first and lines.grid.span(row, cell.col)[3] >= first - 2:
            first = cell.col
    return first, max(lines.grid.span(row, last)[3], last)


def _belongs_below(lines: Lines, row: int, top: int, names: list[Cell], vocabulary: Vocabulary) -> bool:
    # 绩效目标 over 月, 季 is no column of names where another one is.
    strong = [c for c in names if (m := vocabulary.match_header(str(c.value))) is not None and m.score >= STRONG]
    for name in strong or names:
        if lines.is_blank(row, name.col) or (
            len(names) > 1 and parts_a_group(lines, lines.grid.cell(row, name.col), lines.cells[row], top)
        ):
            continue
        below = vocabulary.match_header(lines.text(row, name.col))
        if strong or below is None or below.role != "period":
            return False  # 目标任务 over 月, 季 is a target
    over = [cell.col for above in lines.between(top, row - 1) for cell in lines.cells[above]]
    cells = [cell for cell in lines.cells[row] if min(over) <= cell.col <= max(over) + 3]
    told = 0
    if cells and cells[-1].col < min(name.col for name in names):
        return False  # 业绩 in front of the names is a section
    for cell in cells:
        if not isinstance(cell.value, str) or is_longer(trim(cell.value), 20):
            return False
        if _is_subheading(cell.value, vocabulary) or parts_a_group(lines, cell, cells, top):
            told += 1
        elif read(cell.value).number is not None:
            return False
    return told * 2 >= len(cells) and told > 0


_PART = re.compile(r"\s*(?:(?:[一二三四五六七八九十]+|\d+)\s*[、.．]|第[一二三四五六七八九十\d]+部分|[A-H][.．、]\s)")


def _is_subheading(text: str, vocabulary: Vocabulary) -> bool:
    if begins(text, _PART):
        return False  # 一、业绩
    match = vocabulary.match_header(text)
    if match is not None:
        return match.role not in ("name", "foreign", "rules", "total") or match.score < STRONG
    return score_range(text) is not None or _only_unit(text, vocabulary) != ""


def _only_unit(text: str, vocabulary: Vocabulary) -> str:
    """The unit, if a header cell holds nothing else: (%), 单位：万元."""
    plain = key(text).strip("()[]【】").removeprefix("单位").lstrip(":")
    match = vocabulary.match_header(f"权重({plain})") if plain else None
    return match.unit if match is not None else ""


# --- columns ---------------------------------------------------------------------------------------------------------


class _Read(NamedTuple):
    """A column as its stack of texts was read."""

    col: int
    header: str
    match: HeaderMatch | None
    cell: Cell | None
    band: tuple[float, float] | None


def _read_block(lines: Lines, top: int, bottom: int, vocabulary: Vocabulary) -> list[Header]:
    last = 0
    for row in lines.between(top, bottom):
        cell = lines.cells[row][-1]
        last = max(last, cell.col, min(lines.grid.span(cell.row, cell.col)[3], cell.col + 50))
    first = min(lines.cells[row][0].col for row in lines.between(top, bottom))
    used = sorted(
        {
            col
            for row in lines.between(top, bottom)
            for cell in lines.cells[row]
            for col in range(cell.col, min(lines.grid.span(cell.row, cell.col)[3], last) + 1)
        }
    )
    reads: list[_Read] = []
    seen: set[tuple[int, int]] = set()
    for col in used:
        stack = _stack(lines, top, bottom, col, first, vocabulary)
        if not stack or (stack[-1].row, stack[-1].col) in seen:
            continue  # a header merged over several columns belongs to the first
        seen.add((stack[-1].row, stack[-1].col))
        reads.append(_interpret(stack, col, vocabulary))
    reads = _split_names(reads, lines, bottom)
    headers = [_header(group, lines, top, bottom, vocabulary) for group in _side_by_side(reads, lines, bottom)]
    return [replace(header, alone=len(headers) == 1) for header in headers]


def _split_names(reads: list[_Read], lines: Lines, bottom: int) -> list[_Read]:
    """The same with targets for what seemed to name the items: 计划指标 over 第一学期, 第二学期, beside names or sections."""
    named = any(r.match is not None and r.match.role in ("name", "section") and not r.match.label for r in reads)
    rows = list(lines.between(bottom + 1, bottom + _LOOKED_AT))
    found = []
    for one in reads:
        if one.match is not None and one.match.role == "name" and one.match.label:
            is_target = named and holds_quantities(lines.grid, rows, one.col, 0.2)
            match = one.match._replace(role="target") if is_target else one.match._replace(label="")
            one = one._replace(match=match)
        found.append(one)
    return found


def _stack(lines: Lines, top: int, bottom: int, col: int, first: int, vocabulary: Vocabulary) -> list[Cell]:
    """The header cells over a column, top down; an unmerged group heading is carried to the right."""
    found: list[Cell] = []
    for row in range(top, bottom + 1):
        r1, c1, _, _ = lines.grid.span(row, col)
        cell = lines.grid.cell(r1, c1)
        if r1 < top or not text_of(cell.value) or (found and found[-1] == cell):
            continue
        found.append(cell)
    if len(found) == 1 and found[0].row > top:
        match = vocabulary.match_header(str(found[0].value))
        partial = match is None or match.role in ("period", "rater", "band") or bool(match.label)
        group = next((c for c in range(col - 1, first - 1, -1) if lines.text(top, c)), None)
        if partial and group is not None and lines.text(found[0].row, group):
            # The group's own column has a text in the lower row too, so the heading stands over both.
            r1, c1, _, c2 = lines.grid.span(top, group)
            between = range(c2 + 1, col)
            if c1 == c2 and all(lines.text(found[0].row, c) for c in between):
                found.insert(0, lines.grid.cell(r1, c1))
    return found


def _interpret(stack: list[Cell], col: int, vocabulary: Vocabulary) -> _Read:
    texts = [text_of(cell.value) for cell in stack]
    header = " ".join(" ".join(text.split()) for text in texts)
    matches = [vocabulary.match_header(text) for text in texts]
    spans = [score_range(text) for text in texts]
    unit = next((u for text in reversed(texts) if (u := _only_unit(text, vocabulary))), "")

    def result(match: HeaderMatch | None, at: int, band: tuple[float, float] | None = None) -> _Read:
        if match is not None and unit and not match.unit:
            match = match._replace(unit=unit)
        return _Read(col, header, match, stack[at], band)

    ranged = next((i for i in range(len(texts) - 1, -1, -1) if spans[i] is not None), None)
    if ranged is not None:
        span = spans[ranged]
        assert span is not None
        others = [i for i in range(len(texts)) if i != ranged]
        for i in reversed(others):
            match = matches[i]
            if match is not None and match.role in ("score", "points", "weight", "weighted_score"):
                return result(match, i)
        own = matches[ranged]
        if own is None or own.role == "band":
            above = next((texts[i] for i in reversed(others) if not (m := matches[i]) or m.role != "rule_text"), "")
            label = span.rest or above or texts[ranged]
            known = vocabulary.match_header(label)
            term = known.term if known is not None and known.role == "band" else label
            return result(HeaderMatch("band", label, "", 0.9, term), ranged, (span.low, span.high))
    if len(texts) > 1:
        low, high = matches[-1], next((m for m in reversed(matches[:-1]) if m is not None), None)
        if high is not None:
            joined = _under_group(texts[-1], low, high, _only_unit(texts[-1], vocabulary) != "")
            if joined is not None:
                return result(joined, len(texts) - 1 if low is not None or joined.role == "name" else len(texts) - 2)
        if low is None and high is None:
            whole = vocabulary.match_header("".join(texts))
            return result(whole, 0)
        if low is None:
            at = max(i for i, m in enumerate(matches) if m is not None)
            return result(matches[at], at)
    return result(matches[-1], len(texts) - 1)


def _under_group(text: str, low: HeaderMatch | None, high: HeaderMatch, is_unit: bool) -> HeaderMatch | None:
    """A lower text under a group heading: 月度 under 要求目标, 上级 under 评分, 目标 under 一季度."""
    if low is None:
        if is_unit or len(text) > (16 if text.isascii() else 8):
            return None
        is_weak_name = high.role == "name" and high.score < STRONG
        if high.role in ("score", "weighted_score", "target", "actual") or is_weak_name:
            return high._replace(label=text)
        return None
    if low.role == "period" and high.role in ("target", "actual", "score"):
        return high._replace(label=text)
    if low.role == "period" and high.role == "period":
        return None
    if low.role == "period" and high.role == "name" and high.score < STRONG:
        return high._replace(role="target", label=text)  # 绩效目标 over 上半年, 下半年
    if low.role == "rater":
        return HeaderMatch("score", low.label, low.unit, max(high.score, 0.7), low.term)
    if high.role == "period" and low.role in ("target", "actual", "score") and not low.label:
        return low._replace(label=high.label)
    if high.role == "rater" and low.role in ("score", "weighted_score") and not low.label:
        return low._replace(label=high.label)
    if high.role == "score" and low.role == "score" and not low.label and high.label:
        return low._replace(label=high.label)
    return None


def _side_by_side(reads: list[_Read], lines: Lines, bottom: int) -> list[list[_Read]]:
    """The columns of each table of a header row: a second name column after values starts a new one."""
    starts = [0]
    for i, one in enumerate(reads):
        before = {r.match.role for r in reads[starts[-1] : i] if r.match is not None}
        if one.match is not None and one.match.role == "name" and "name" in before and before & _VALUES:
            at = i
            while at - 1 > starts[-1] and (m := reads[at - 1].match) is not None and m.role in ("number", "section"):
                at -= 1
            texts = [text for row in lines.between(bottom + 1, bottom + _LOOKED_AT) if (text := lines.text(row, one.col))]
            if one.match.score < STRONG and (len(texts) < 2 or not all_differ(texts)):
                continue  # 工作内容及要求, filled in here and there
            mine = {r.match.role for r in reads[at:] if r.match is not None}
            # Another table repeats what the first has; 考核内容 behind the weights is only one more column of it.
            if mine & before & _GRADED and (len(before - {"number", "section"}) > 2 or mine == before):
                starts.append(at)
    groups = [reads[a:b] for a, b in zip(starts, [*starts[1:], len(reads)], strict=True)]
    return [_without_strangers(group) for group in groups if group]


def _without_strangers(group: list[_Read]) -> list[_Read]:
    """Columns behind an empty one belong to the table only if they bring something new (a legend does not)."""
    kept: list[_Read] = []
    roles: set[tuple[str, str]] = set()
    gap = False
    named = False
    for one, follower in zip(group, [*group[1:], None], strict=True):
        if named and follower is not None and _is_legend(one, follower):
            break
        gap = gap or bool(kept) and one.col > kept[-1].col + 1 and not _same_merge(kept[-1], one)
        if one.match is not None:
            mark = (one.match.role, one.match.label)
            bare = one.match.role == "band" and score_range(one.header) is None  # 优秀 beside 等级 is somebody's grade
            if gap and named and (mark in roles or bare or one.match.role in _STRANGERS):
                break
            roles.add(mark)
            named = named or one.match.role in ("name", "section", *_GRADED)
        elif gap and named:
            break
        kept.append(one)
    return kept


def _is_legend(left: _Read, right: _Read) -> bool:
    """Whether a level and a bare range of scores stand side by side (优秀 | 90-100): no two columns, but a legend."""
    matches = (left.match, right.match)
    if any(match is None or match.role != "band" for match in matches) or right.col != left.col + 1:
        return False
    return score_range(left.header) is None and (span := score_range(right.header)) is not None and not span.rest


def _same_merge(left: _Read, right: _Read) -> bool:
    # The header of the left column may be merged up to the next one; then there is no empty column between.
    return left.cell is not None and right.cell is not None and left.header == right.header


def _header(group: list[_Read], lines: Lines, top: int, bottom: int, vocabulary: Vocabulary) -> Header:
    columns: list[Column] = []
    bands: list[BandHeader] = []
    weak: set[int] = set()
    roles = {one.match.role for one in group if one.match is not None}
    single = sum(1 for one in group if one.match is not None and one.match.role == "score") == 1
    for one in group:
        match = one.match
        if match is None:
            continue
        role, label = match.role, match.label
        if role == "period" and "target" not in roles:
            period = parse_period(one.header)
            # 月度|季度|年度 without a heading are targets; 1月 … 12月 are a ledger, unless a heading stands over them.
            own = key(match.label)
            over = key(one.header).removesuffix(own) if key(one.header) != own else ""
            if (period is not None and period.number is None) or (over and parse_period(over) is None):
                role, label = "target", match.label
        if role == "rater":
            # 上级评价 beside 自评 is a score, and so is 上级 alone; 考核人 beside 得分 says who scored.
            scores = [r.match for r in group if r.match is not None and r.match.role == "score"]
            judged = key(one.header).endswith(("评价", "考核", "评", "考评", "评定"))
            role = "score" if not scores or judged or any(m.label for m in scores) else "note"
        if role == "total" and match.score >= STRONG and not roles & {"score", "weighted_score"}:
            role = "score"  # 综合得分 of each item
        if role not in ROLES:
            continue
        if role == "score" and label and single and vocabulary.evaluator(label) is None:
            label = ""  # 评议得分 says how, not who
        if role in ("score", "weighted_score", "target", "actual"):
            taken = {column.label for column in columns if column.role == role}
            label = label if label not in taken else one.header
        if role == "band":
            low, high = one.band or (None, None)
            if one.band is None and (span := score_range(one.header)) is not None:
                low, high = span.low, span.high
            bands.append(BandHeader(_clean(label), low, high, one.col))
            label = _clean(label)
        covered = range(one.col, one.col + 1)
        if role == "name" and one.cell is not None:
            # 考核指标 merged over a column of categories and one of names: the body tells which is which.
            covered = range(one.col, lines.grid.span(one.cell.row, one.cell.col)[3] + 1)
            if match.score < STRONG:
                weak.update(covered)
        columns += [Column(role, col, one.header, label, match.unit) for col in covered]
    weight = next((one.col for one in group if one.match is not None and one.match.role in ("weight", "points")), 0)
    if "name" not in roles and not weight and roles & _BESIDE:
        unsure = [
            one for one in group
            if one.match is None or (one.match.role in _MARKS and vocabulary.evaluator(one.match.label) is None)
        ]  # fmt: skip
        weight = share_column(lines.grid, bottom, [one.col for one in unsure])
    if "name" not in roles and weight:
        # A category, or a heading that nobody knows, over texts that all differ names the items.
        graded = [one.col for one in group if one.match is not None and one.match.role in _GRADED]
        first = min([weight, *graded])
        claims = [(one.col, one.match.role if one.match is not None else "") for one in group if one.col < first]
        col = naming_column(lines.grid, bottom, by_claim(claims), weight)
        if col:
            text = next(one.header for one in group if one.col == col)
            columns = sorted([*(c for c in columns if c.col != col), Column("name", col, text)], key=lambda c: c.col)
            weak.add(col)
    last = group[-1]
    last_col = lines.grid.span(last.cell.row, last.cell.col)[3] if last.cell is not None else last.col
    evidence = tuple(Evidence(r.cell, r.header, r.match) for r in group if r.match is not None and r.cell is not None)
    return Header(
        top, bottom, group[0].col, max(last_col, last.col), tuple(columns), frozenset(weak), tuple(bands),
        tuple(e for e in evidence if e.match.role in ROLES or e.match.role in ("period", "rater")),
        tuple(e.text for e in evidence if e.match.role == "foreign"),
        tuple(e.text for e in evidence if e.match.role == "rules"),
        unknown=tuple((one.col, one.header) for one in group
                      if (one.match is None or one.match.role in ("period", "total"))
                      and not any(column.col == one.col for column in columns)),
    )  # fmt: skip


def _clean(label: str) -> str:
    return "".join(label.split()).strip("()（）[]【】:：")
