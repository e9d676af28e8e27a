"""Ability and attitude sheets: lists of 核心能力, 参考能力, 态度 with a rating each, and many slots left empty.

They have no header and no weights; what tells them from a job description is a place for ratings, or a title that
speaks of an assessment over numbered slots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ..findings import Finding
from ..messages import Message
from .addresses import cell_name
from .cells import Cell
from .columns import GAP
from .headers import Column
from .identity import IDENTITY, read_above, read_below, unclear_findings
from .lines import Lines, joined, text_of
from .located import ABILITIES, Find, Table
from .probe import asked, begins, fits, is_longer, is_missing, key, read
from .rows import Row
from .vocabulary import Vocabulary

_ABOVE, _BELOW = 40, 30
_LOOKED_AT = 80
_NUMBER = re.compile(r"(?:[(（]?\d{1,2}[)）.、]?|[①-⑳])")
_CHAPTER = re.compile(r"[一二三四五六七八九十]+\s*[、.．]")
_NUMBERED = re.compile(r"^\s*(?:[(（]?\d{1,2}\s*[)）.、]|[①-⑳])\s*(?=\S)")
_RATINGS = re.compile(
    r"[1-5](?:\.[05])?分?|[a-e][+-]?|优秀?|良好?|中等?|差|一般|及格|合格|不合格|较[差好]", re.IGNORECASE
)
_LONGEST = 40
# So many headings of ratings are followed up.
_TRIED = 5


@dataclass(slots=True)
class _Slot:
    """A numbered slot that is filled."""

    row: int
    name: str
    place: tuple[int, int]


@dataclass(slots=True)
class _Section:
    """A list under one heading."""

    name: str
    cell: Cell
    slots: list[_Slot] = field(default_factory=list)
    numbered: int = 0
    last: int = 0
    name_col: int = 0
    number_col: int = 0
    rating_col: int = 0
    rating_header: Cell | None = None


def find_abilities(lines: Lines, vocabulary: Vocabulary, threshold: float) -> list[Find]:
    """Everything that looks like an ability and attitude sheet, top down.

    Args:
        lines: The sheet.
        vocabulary: The words.
        threshold: Below this confidence it is told of, but gives no table.
    """
    anchors = [
        cell
        for row in lines.numbers
        for cell in lines.cells[row]
        if vocabulary.abilities.section(text_of(cell.value))
    ]
    anchors += [
        above for row in lines.numbers for cell in lines.cells[row]
        if _is_one(cell.value) and row > 1 and (above := lines.grid.cell(row - 1, cell.col)) not in anchors
        and _heads_numbers(lines, above, vocabulary)
    ]  # fmt: skip
    anchors += [cell for row in lines.numbers for cell in _before_the_same(lines, row) if cell not in anchors]
    anchors = [cell for cell in anchors if not _is_slot(lines, cell)]
    anchors.sort(key=lambda cell: (cell.row, cell.col))
    anchors = _with_neighbours(lines, anchors)
    unrated = _unrated(lines, vocabulary)
    if len(unrated) > len(anchors) and all(cell in unrated for cell in anchors):
        anchors = unrated
    found = []
    for group in _grouped(anchors):
        if len({key(text_of(c.value)) for c in group}) < 2:
            continue
        sections = _sections(lines, group, vocabulary)
        if sum(len(s.slots) for s in sections) >= 3 and sum(1 for s in sections if s.slots) >= 2:
            found.append(_find(lines, [s for s in sections if s.slots], vocabulary, threshold))
    return found


def _is_slot(lines: Lines, cell: Cell) -> bool:
    """Whether what is called like a list (Job knowledge) is an ability: rated, and numbered or below another one."""
    behind = next(iter(lines.row(cell.row, lines.grid.span(cell.row, cell.col)[3] + 1)), None)
    if behind is None or not _is_rating(behind):
        return False
    in_front = lines.grid.cell(cell.row, cell.col - 1).value if cell.col > 1 else None
    above = max(cell.row - 1, 1)
    is_headed = bool(lines.text(above, cell.col)) and lines.is_blank(above, behind.col)
    return isinstance(in_front, (int, float)) or is_headed or _is_rating(lines.grid.cell(above, behind.col))


@asked
def _is_one(value: object) -> bool:
    return value in (1, "1")


def _heads_numbers(lines: Lines, cell: Cell, vocabulary: Vocabulary) -> bool:
    """Whether a text stands over 1, 2, … with a short text behind each: the heading of a list, whatever it is called."""
    text = text_of(cell.value)
    if not text or is_longer(text, _LONGEST) or _number(lines, cell.row + 2, cell.col) != "2" or re.search("[:：]", text):
        return False
    match = vocabulary.match_header(text)
    if (match is not None and match.role != "name") or vocabulary.match_label(text) is not None:
        return False
    named = lines.text(cell.row + 1, cell.col + 1)
    return bool(named) and not is_longer(named, _LONGEST) and len(lines.row(cell.row, cell.col, cell.col + 2)) <= 2


def _before_the_same(lines: Lines, row: int) -> list[Cell]:
    """The headings of lists side by side: in a row of different texts, each with the same one behind it, over short texts."""
    cells = lines.cells[row]
    if len(cells) < 4 or len(cells) % 2 or cells[1].value != cells[3].value:
        return []
    heads, repeated = cells[::2], [text_of(cell.value) for cell in cells[1::2]]
    texts = [text_of(cell.value) for cell in heads]
    if not all(repeated) or any(text != repeated[0] for text in repeated) or _is_rating(cells[1]):
        return []
    if not all(texts) or any(is_longer(text, _LONGEST) or text == repeated[0] for text in texts) or texts[0] == texts[1]:
        return []
    apart = all(right.col > left.col + 1 for left, right in zip(heads, heads[1:], strict=False))
    named = all(
        (name := lines.text(line, cell.col)) and not is_longer(name, _LONGEST) and read(name).number is None
        for cell in heads for line in (row + 1, row + 2)
    )  # fmt: skip
    return list(heads) if apart and named else []


def _unrated(lines: Lines, vocabulary: Vocabulary) -> list[Cell]:
    """The headings of lists without numbers: in a column of texts beside ratings those that have none."""
    headers = [cell for row in lines.numbers for cell in lines.cells[row] if cell.col > 1 and _heads_ratings(cell, vocabulary)]
    found = (_unrated_under(lines, header, vocabulary) for header in headers[:_TRIED])
    return next((anchors for anchors in found if anchors), [])


def _unrated_under(lines: Lines, header: Cell, vocabulary: Vocabulary) -> list[Cell]:
    if len(lines.row(header.row, header.col - 3, header.col + 3)) > 2:
        return []
    anchors: list[Cell] = []
    rated = run = 0
    for row in lines.between(header.row, header.row + _LOOKED_AT):
        cell = lines.grid.cell(row, header.col - 1)
        text = text_of(cell.value)
        label = vocabulary.match_label(text) if text else None
        if label is not None or is_longer(text, _LONGEST):
            break
        if _is_rating(lines.grid.cell(row, header.col)):
            rated, run = rated + bool(text), run + bool(text)
        elif text and len(lines.row(row, header.col - 1)) <= 2:
            if anchors and not run:
                anchors.pop()  # a heading over a heading
            anchors.append(cell)
            run = 0
    if anchors and not run:
        anchors.pop()
    return anchors if rated >= 3 and rated > len(anchors) else []


def _with_neighbours(lines: Lines, anchors: list[Cell]) -> list[Cell]:
    """Headings side by side: what the same heading of ratings follows in their row is a list as well."""
    found = list(anchors)
    for anchor in anchors:
        cells = lines.cells[anchor.row]
        follows = {cells[i].col: text_of(cells[i + 1].value) for i in range(len(cells) - 1)}
        own = follows.get(anchor.col)
        if own and sum(1 for text in follows.values() if text == own) > 1:
            found += [cell for cell in cells if follows.get(cell.col) == own and cell not in found]
    return sorted(found, key=lambda cell: (cell.row, cell.col))


def _heads_ratings(cell: Cell, vocabulary: Vocabulary) -> bool:
    text = text_of(cell.value)
    if not text or is_longer(text, 20):
        return False
    match, label = vocabulary.match_header(text), vocabulary.match_label(text)
    if label is not None and label.kind in IDENTITY:
        return False
    is_grade = label is not None and label.kind == "grade" and label.value is None
    return (match is not None and match.role in ("score", "rater")) or is_grade or vocabulary.abilities.is_rating(text)


def _number(lines: Lines, row: int, col: int) -> str:
    value = lines.grid.cell(row, col).value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value)) if value == int(value) else ""
    return key(text_of(value)).strip(".、()（）")


def _grouped(anchors: list[Cell]) -> list[list[Cell]]:
    """Headings that belong together: in one row, or in one column not far below each other."""
    groups: list[list[Cell]] = []
    for cell in anchors:
        for group in groups:
            same_row = all(c.row == cell.row for c in group)
            same_col = all(c.col == cell.col for c in group) and 0 < cell.row - group[-1].row <= 30
            again = any(key(text_of(c.value)) == key(text_of(cell.value)) for c in group)
            if (same_row or same_col) and not again:
                group.append(cell)
                break
        else:
            groups.append([cell])
    return groups


def _sections(lines: Lines, group: list[Cell], vocabulary: Vocabulary) -> list[_Section]:
    is_wide = len({cell.row for cell in group}) == 1
    sections = []
    for i, cell in enumerate(group):
        following = group[i + 1] if i + 1 < len(group) else None
        _, first, bottom, last = lines.grid.span(cell.row, cell.col)
        last_col = (following.col - 1 if following else cell.col + 8) if is_wide else 1 << 14
        last_row = lines.grid.last_row if is_wide else (following.row - 1 if following else lines.grid.last_row)
        section = _Section(joined(text_of(cell.value)).rstrip(":："), cell)
        if not is_wide and bottom > cell.row:
            # 核心能力 merged beside its slots
            _fill(lines, section, cell.row, min(last_row, bottom), last + 1, last_col, vocabulary)
        else:
            # The heading's own row may name the column of ratings.
            start = bottom + 1
            _fill(lines, section, start, last_row, first, last_col, vocabulary)
        sections.append(section)
    return sections


def _fill(
    lines: Lines, section: _Section, first: int, last: int, first_col: int, last_col: int, vocabulary: Vocabulary
) -> None:
    used, rated = first - 1, set[int]()
    for row in lines.between(first, last):
        cells = lines.row(row, first_col, last_col)
        if not cells:
            continue
        end = _ending(lines.cells[row][0], vocabulary)
        # 改进建议 is a box to write in, and an ability where it is rated like those above.
        if end == "stop" and any(cell.col in rated and _is_rating(cell) for cell in cells[1:]):
            end = ""
        if row - used > GAP + 1 or end:
            break
        rated |= {cell.col for cell in cells[1:] if _is_rating(cell) and not cell.format.is_date}
        if _is_heading_row(cells, vocabulary):
            used = row
            continue
        used = section.last = row
        leading = cells[0]
        is_number = isinstance(leading.value, (int, float)) or fits(text_of(leading.value), _NUMBER)
        if is_number and leading.col == first_col:
            section.numbered += 1
            section.number_col = leading.col
            named = next((c for c in cells[1:] if text_of(c.value) and not _is_rating(c)), None)
            if named is None or named.col > leading.col + 2:
                continue  # an empty slot
            cells = cells[cells.index(named) :]
        name = text_of(cells[0].value)
        if not name or is_longer(name, _LONGEST) or _is_rating(cells[0]):
            continue
        if section.name_col and cells[0].col != section.name_col:
            continue
        if begins(name, _NUMBERED):
            section.numbered += 1
            name = _NUMBERED.sub("", name)
        section.name_col = cells[0].col
        section.slots.append(_Slot(row, joined(name), (cells[0].row, cells[0].col)))
    _place_ratings(lines, section, first, last_col, vocabulary)


def _ending(cell: Cell, vocabulary: Vocabulary) -> str:
    """What ends a list of abilities; "" for an ability."""
    text = text_of(cell.value)
    label = vocabulary.match_label(text) if text else None
    if label is not None and label.kind in ("total", "grade", "stop", "coefficient", "subtotal"):
        return label.kind
    return "chapter" if begins(text, _CHAPTER) else ""


def _is_heading_row(cells: list[Cell], vocabulary: Vocabulary) -> bool:
    """序号 | 项目 | 评分 under a heading is the header of its list."""
    matched = [m for c in cells if (m := vocabulary.match_header(text_of(c.value)))]
    return len(matched) >= 2 and len(matched) == len(cells)


def _is_rating(cell: Cell) -> bool:
    text = text_of(cell.value)
    return fits(text, _RATINGS) if text else isinstance(cell.value, (int, float))


def _place_ratings(lines: Lines, section: _Section, first: int, last_col: int, vocabulary: Vocabulary) -> None:
    """The column of ratings: one that a header names, else the one with ratings, else the next one."""
    if not section.slots:
        return
    span = lines.grid.span(section.slots[0].row, section.name_col)
    start = span[3] + 1
    for row in lines.between(max(section.cell.row - 3, 1), section.slots[0].row - 1):
        for cell in lines.row(row, start, min(last_col, start + 8)):
            if _heads_ratings(cell, vocabulary):
                section.rating_col, section.rating_header = cell.col, cell
    if section.rating_col:
        return
    counts: dict[int, int] = {}
    for slot in section.slots:
        for cell in lines.row(slot.row, start, min(last_col, start + 8)):
            counts[cell.col] = counts.get(cell.col, 0) + _is_rating(cell)
    best = max(counts, key=lambda col: counts[col], default=0)
    section.rating_col = best if best and counts[best] * 2 >= len(section.slots) else start


def _find(lines: Lines, sections: list[_Section], vocabulary: Vocabulary, threshold: float) -> Find:
    grid = lines.grid
    top = min(s.cell.row for s in sections)
    headers = [s.rating_header.row for s in sections if s.rating_header is not None]
    top = min([top, *headers])
    last_row = max(s.last for s in sections)
    first_col = min(min(s.cell.col, s.number_col or s.cell.col) for s in sections)
    last_col = max(s.rating_col for s in sections)
    columns = _columns(sections)
    above = _rows_above(lines, top, vocabulary)
    around = read_above(lines, above, 1, max(last_col, grid.last_col), vocabulary)
    for row in reversed(above):
        own = next((c for c in lines.cells[row] if vocabulary.abilities.in_title(text_of(c.value))), None)
        if own is not None:
            around = replace(around, title=" ".join(text_of(own.value).split()), title_cell=own.name)
            break
    below = list(lines.between(last_row + 1, last_row + _BELOW))
    around = read_below(lines, below, 1, max(last_col, grid.last_col), columns, vocabulary, around)
    confidence, against = _confidence(lines, sections, around.title, vocabulary)
    place = sections[0].cell.name
    if confidence < threshold:
        refusal = Message(
            f"{place} 处像能力与态度表但把握不足（{confidence:.0%}）：{against.zh}",
            f"{place} may be a sheet of abilities and attitudes, but that is not sure ({confidence:.0%}): {against.en}",
        )
        return Find((), confidence, refusal, place, top, last_row, first_col, last_col)
    rows = tuple(
        Row(
            row=slot.row,
            name=slot.name,
            section=section.name,
            kind="rating",
            name_cell=cell_name(*slot.place),
            scores=(("", cell_name(*grid.span(slot.row, section.rating_col)[:2])),),
        )
        for section in sections
        for slot in section.slots
    )
    reasons = [
        Message(
            f"{s.cell.name}“{s.name}”→一组评价项，{len(s.slots)} 项已填、{max(s.numbered - len(s.slots), 0)} 个空位",
            f'{s.cell.name} "{s.name}" heads {len(s.slots)} items, {max(s.numbered - len(s.slots), 0)} empty slots',
        )
        for s in sections
    ]
    reasons += [
        Message(f"{s.rating_header.name}“{text_of(s.rating_header.value)}”→评分列",
                f'{s.rating_header.name} "{text_of(s.rating_header.value)}" reads as the ratings')
        for s in sections if s.rating_header is not None
    ]  # fmt: skip
    table = Table(
        sheet=grid.name,
        title=around.title,
        title_cell=around.title_cell,
        layout=ABILITIES,
        confidence=confidence,
        reasons=tuple(reasons),
        top=top,
        header_rows=min(row.row for row in rows) - top if min(row.row for row in rows) > top else 1,
        first_row=min(row.row for row in rows),
        last_row=last_row,
        first_col=first_col,
        last_col=last_col,
        columns=columns,
        rows=rows,
        totals=around.totals,
        grade_cell=around.grade_cell,
        coefficient_cell=around.coefficient_cell,
        period_cell=around.period_cell,
        identity=around.identity,
        findings=(*unclear_findings(grid.name, around), *_unlike(lines, sections)),
    )
    return Find((table,), confidence, None, place, top, max(last_row, around.last_row), first_col, last_col)


def _unlike(lines: Lines, sections: list[_Section]) -> list[Finding]:
    """Items without a rating among rated ones: each may be the heading of a list that nobody knows."""
    slots = [(s, slot) for s in sections for slot in s.slots]
    bare = [(s, slot) for s, slot in slots if is_missing(lines.grid.cell(slot.row, s.rating_col).value)]
    stacked = len({s.cell.col for s in sections}) == 1 and not any(s.numbered for s in sections)
    if stacked and len(bare) == len(slots) and any(lines.grid.span(s.cell.row, s.cell.col)[2] == s.cell.row for s in sections):
        return [Finding("reading-unclear", "warning", lines.grid.name, sections[0].cell.name, Message(
            "各项没有编号，也还没有评分，看不出哪些是标题；用 --map 或 --vocabulary 说明",
            "items without numbers and ratings: which of them are headings cannot be told; say so with --map or --vocabulary",
        ))]  # fmt: skip
    if not bare or len(bare) * 3 > len(slots):
        return []
    return [
        Finding("reading-unclear", "warning", lines.grid.name, cell_name(*slot.place), Message(
            f"“{slot.name}”没有评分，可能是另一组的标题；用 --map 或 --vocabulary 说明",
            f'"{slot.name}" has no rating and may head a list of its own; say so with --map or --vocabulary',
        ))
        for _, slot in bare
    ]  # fmt: skip


def _rows_above(lines: Lines, top: int, vocabulary: Vocabulary) -> list[int]:
    """The rows above that may hold title and identity: up to the nearest one that is the body of another table."""
    kept: list[int] = []
    for row in reversed(lines.above(top, 1, _ABOVE)):
        cells = lines.cells[row]
        texts = [text_of(cell.value) for cell in cells]
        is_identity = any(
            vocabulary.identity_pairs(t) or vocabulary.match_label(t) or vocabulary.kind_of_value(t)
            or vocabulary.strange_pairs(t)
            for t in texts if t
        )
        if len(cells) > 2 and not is_identity:
            break
        if any(read(c.value).number is not None for c in cells) and not is_identity:
            break
        kept.append(row)
    return kept[::-1]


def _columns(sections: list[_Section]) -> tuple[Column, ...]:
    found: dict[int, Column] = {}
    for s in sections:
        if s.number_col and s.number_col != s.name_col:
            found.setdefault(s.number_col, Column("number", s.number_col, ""))
        found.setdefault(s.name_col, Column("name", s.name_col, s.name))
        header = text_of(s.rating_header.value) if s.rating_header is not None else ""
        found.setdefault(s.rating_col, Column("score", s.rating_col, header))
    return tuple(found[col] for col in sorted(found))


def _confidence(lines: Lines, sections: list[_Section], title: str, vocabulary: Vocabulary) -> tuple[float, Message]:
    against = Message("没有填写评分的地方，标题也未提到评价", "no place for ratings, and no title that speaks of them")
    slots = [(s, slot) for s in sections for slot in s.slots]
    rated = sum(1 for s, slot in slots if _is_rating(lines.grid.cell(slot.row, s.rating_col)))
    values = [lines.grid.cell(slot.row, s.rating_col) for s, slot in slots]
    odd = sum(1 for c in values if not is_missing(c.value) and not _is_rating(c) and read(c.value).number is None)
    points = 0.25 + (0.1 if len(sections) > 2 else 0.05)
    points += 0.3 if any(s.rating_header is not None for s in sections) else 0.0
    points += 0.2 if rated * 2 >= len(slots) else 0.0
    points += 0.1 if all(s.numbered for s in sections) else 0.0
    speaks = vocabulary.speaks_of_assessment
    points += 0.2 if speaks(title) or speaks(lines.grid.name) or vocabulary.abilities.in_title(title) else 0.0
    known = any(vocabulary.abilities.section(text_of(s.cell.value)) for s in sections)
    told = speaks(title) or vocabulary.abilities.in_title(title)
    placed = any(s.rating_header is not None for s in sections) or rated * 2 >= len(slots)
    if not known and not (told and placed):
        # Only numbers tell that these are lists: then both a title and a place for ratings must speak for it.
        points -= 0.4
    if odd * 2 > len(slots):
        points -= 0.3
        against = Message("各项后面不是评分", "what stands behind the items are no ratings")
    return round(min(max(points, 0.05), 0.99), 2), against
