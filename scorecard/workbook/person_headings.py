"""The headings of a list with one person per row: what each column holds, and the weight that its heading states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..scoring.values import Reading, decimal_sum
from .cells import Cell
from .lines import Lines, text_of
from .probe import asked, asked_together, derived, is_longer, is_missing, key, read, together, trim
from .stated import stated_in
from .structure import is_whole, shares_across
from .vocabulary import STRONG, Vocabulary

_HIGHEST_HEADER = 4
#: What a column may say of a person, beside the name.
PERSONAL = ("department", "position", "period", "evaluator")

class Heading(NamedTuple):
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


class Frame(NamedTuple):
    """Where a list may be: its header rows and columns."""

    top: int
    bottom: int
    first_col: int
    last_col: int
    person: Cell


@asked
def _has_share(text: str) -> bool:
    return "%" in key(text) and read(text).number is None


def over_names(lines: Lines, row: int, cells: Sequence[Cell], vocabulary: Vocabulary) -> list[Cell]:
    """The heading of the persons where it does not say so: over names of persons, beside headings with weights."""
    texts = [text_of(c.value) for c in cells] if all(isinstance(c.value, str) for c in cells) else []
    weighed = sum(1 for text in texts if _has_share(text)) > 1
    below = lines.row(row + 1) if texts and not weighed else []
    numbers = [n for c in below if (n := read(c.value, number_format=c.number_format).number) is not None]
    # 110 % with points beside the weights
    if not weighed and not is_whole(numbers) and not is_whole(numbers[:-1]):
        return []
    for cell, text in zip(cells, texts, strict=False):
        if not text or vocabulary.kind_of_value(text) or vocabulary.match_label(text) or vocabulary.match_header(text):
            continue
        names = [t for line in lines.between(row + 1, row + 6) if (t := text_of(lines.grid.cell(line, cell.col).value))]
        names = names[1:] if names and not weighed and vocabulary.match_header(names[0]) is not None else names  # 权重
        if len(names) > 1 and all(vocabulary.kind_of_value(name) == "person" for name in names[:2]):
            return [cell]
    return []


def heads_items(headings: list[Heading], vocabulary: Vocabulary) -> bool:
    """Whether the headings are those of a list of items below the name of one person: 指标, 权重, 得分."""
    roles = {m.role for h in headings if h.text and (m := vocabulary.match_header(h.text.split()[-1])) is not None}
    return "name" in roles and len(roles & {"weight", "points", "score", "actual", "target"}) > 1


# --- header ----------------------------------------------------------------------------------------------------------


def frame_of(lines: Lines, person: Cell, vocabulary: Vocabulary) -> Frame | None:
    """The header rows and columns around the heading of the persons; None where that reaches down too far."""
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
    return Frame(top, bottom, first, last, person)


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


def headings_of(lines: Lines, frame: Frame, vocabulary: Vocabulary) -> list[Heading]:
    """The columns of a list of persons, left to right, as their headings say."""
    found: list[Heading] = []
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
    lines: Lines, col: int, stack: list[Cell], texts: list[Cell], frame: Frame, vocabulary: Vocabulary
) -> Heading:
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
            return Heading(col, header, name, "note", cell)
    else:
        wide = [n for c, n in names[:-1] if lines.grid.span(c.row, c.col)[3] > lines.grid.span(c.row, c.col)[1]]
        group = wide[-1] if wide else ""
    role = _role(col, name, weight, points, frame, vocabulary)
    return Heading(col, header, name, role, cell, group, label, weight, points)


@derived
def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _role(
    col: int, name: str, weight: Reading | None, points: Reading | None, frame: Frame, vocabulary: Vocabulary
) -> str:
    if col == frame.person.col:
        return "person"
    label = vocabulary.match_label(name) or vocabulary.match_label(_spaced(name))
    kind = label.kind if label is not None and label.value is None else ""
    is_share = weight is not None and weight.number is not None and 0 < weight.number < 1
    if vocabulary.people.is_period(name) or kind == "period":
        return "period"
    if kind in PERSONAL and not is_share:
        return kind
    if vocabulary.people.is_rank(name) or vocabulary.people.is_staff_number(name):
        return "note"
    if kind in ("total", "subtotal") and not is_share:
        return "total" if kind == "total" else "note"
    if kind in ("grade", "coefficient", "coverage") and weight is None:
        return kind
    if weight is not None or points is not None:
        return "item"
    match = vocabulary.match_header(name)
    # A column 扣分 is a note beside scores, and here points of its own: 加分 and 扣分 stand side by side.
    is_points = vocabulary.item_kind(name) == "adjustment" and (match is None or match.score < STRONG)
    if match is not None and not is_points and match.role in ("number", "note", "foreign", "rule_text", "method"):
        return match.role
    if is_points or vocabulary.people.is_bonus(name) or vocabulary.item_kind(name) == "adjustment":
        return "bonus"
    return "other"


def _pairs(headings: list[Heading], vocabulary: Vocabulary, lines: Lines, frame: Frame) -> list[Heading]:
    """quality, quality_p: a column of scores and one of its weights."""
    if sum(1 for h in headings if h.role == "item") >= 2:
        return headings
    candidates = [h for h in headings if h.role in ("other", "bonus", "note", "item", "total")]
    named = sum(1 for h in candidates if vocabulary.people.names_weights(h.name)) > 1
    if not named and not _build_on_others([h.name for h in candidates]):
        return headings
    free = {key(h.name): h for h in candidates}
    weights: dict[int, Heading] = {}
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
    headings: list[Heading], vocabulary: Vocabulary, lines: Lines, frame: Frame
) -> tuple[dict[int, Heading], dict[int, str]]:
    """Weights by column of scores, and names, where a heading is that of another column and something behind it.

    What is behind says weight, or the numbers do: those of every person sum to 100 %.
    """
    weights: dict[int, Heading] = {}
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


def _chosen_items(headings: list[Heading]) -> list[Heading]:
    """Of several columns under one heading (自评, 上级) the one that counts: 上级, else the last; the rest are notes."""
    groups: dict[tuple[int, int], list[Heading]] = {}
    for heading in headings:
        if heading.role == "item" and heading.label:
            groups.setdefault((heading.cell.row, heading.cell.col), []).append(heading)
    dropped = set()
    for members in groups.values():
        chosen = next((h for h in members if "上级" in h.label), members[-1])
        dropped |= {h.col for h in members if h is not chosen}
    return [h._replace(role="note") if h.col in dropped else h for h in headings]
