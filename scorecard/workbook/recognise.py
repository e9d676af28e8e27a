"""Assessment tables in a grid: where they are, what their rows and columns mean, and how sure that is.

Recognition goes by header vocabulary and structure, never by position, file name or row number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from ..errors import NoTableFound, UsageError
from ..findings import Finding
from ..messages import Message
from .abilities import find_abilities
from .addresses import cell_name
from .agreement import DOUBTFUL, doubted, doubts, parts_missing, share_above
from .body import Body, read_body
from .grid import Grid
from .headers import BandHeader, Column, Header, find_headers
from .identity import Surroundings, by_sums, column_unknown, is_title, read_above, read_below, read_beside
from .known_sheets import KnownSheets
from .ledger import find_ledgers
from .lines import Lines, text_of
from .located import Find, Table
from .mapping import MappedTable, override, said, with_cells
from .package import Package
from .people import find_person_tables
from .probe import is_missing, read
from .remembered import Remembered
from .rows import Row
from .rulesheet import SHEET as RULE_SHEET
from .shares import with_shares
from .summaries import OWN_SUMMARY, is_summary
from .totals import of_counted_scores
from .vocabulary import LISTED, STRONG, Vocabulary, default_vocabulary

__all__ = ["BandHeader", "Column", "Row", "Table", "recognise", "recognise_workbook"]


THRESHOLD = 0.5
# A person has said what the columns are.
_MAPPED = 0.95
# Below this nobody would take it for an assessment table.
_WORTH_A_WORD = 0.3
# As many rows above a header can hold its title and identity, and as many below its last item its total and grade.
_ABOVE, _BELOW = 40, 100


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A header that was followed up: the table, or why it is none."""

    table: Table | None
    confidence: float
    refusal: Message | None
    cell: str
    last_row: int
    foreign: bool = False


def recognise(grid: Grid, vocabulary: Vocabulary | None = None) -> list[Table]:
    """The assessment tables of one sheet, top down and left to right; empty if there is none.

    Args:
        grid: The sheet.
        vocabulary: The words to recognise by; the built-in ones when omitted.

    Example:
        ::

            for table in recognise(read_grid(package, "考核表")):
                print(table.title, [row.name for row in table.rows])
    """
    return [attempt.table for attempt in _remembered(grid, vocabulary or default_vocabulary()) if attempt.table]


def recognise_workbook(
    package: Package,
    vocabulary: Vocabulary | None = None,
    grids: dict[str, Grid] | None = None,
    known: KnownSheets | None = None,
) -> tuple[list[Table], list[Finding]]:
    """The tables of all worksheets in tab order, hidden ones included, and what was noticed.

    The findings are those of the tables, then `low-confidence-table` for what is no clear case, `hidden-sheet`, and,
    if the workbook holds no table at all, one `no-table` per sheet with the reason.

    Args:
        package: The workbook.
        vocabulary: The words to recognise by; the built-in ones when omitted.
        grids: Takes up the sheets that hold a table, so that nobody reads them again.
        known: Sheets to read these by; those of this workbook alone when omitted.

    Raises:
        UnusableFile: a part of the workbook is damaged.
    """
    if is_summary(package):
        return [], [Finding("no-table", "info", "", "", OWN_SUMMARY)]
    words = vocabulary or default_vocabulary()
    known = known or KnownSheets()
    if words.mapping is not None:
        words = words.mapped(words.mapping.for_file(package.where or ""))
    tables: list[Table] = []
    findings: list[Finding] = []
    refusals: list[Finding] = []
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        grid = known.read(package, sheet)
        try:
            attempts = _remembered(grid, words)
        except UsageError as problem:
            # A mapping says too little for this sheet; another one may hold what it is about.
            refusals.append(Finding("no-table", "info", sheet.name, "", problem.message))
            continue
        here = [attempt.table for attempt in attempts if attempt.table]
        if here and grids is not None:
            grids[sheet.name] = grid
        tables += here
        for table in here:
            findings += table.findings if sheet.name != RULE_SHEET else ()
        if here and sheet.state != "visible":
            findings.append(Finding("hidden-sheet", "info", sheet.name, "", Message(
                "考核表所在的工作表是隐藏的", "this sheet with an assessment table is hidden")))  # fmt: skip
        doubtful = [attempt for attempt in attempts if attempt.table is None and attempt.confidence >= _WORTH_A_WORD]
        findings += [
            Finding("low-confidence-table", "warning", sheet.name, attempt.cell, attempt.refusal)
            for attempt in doubtful
            # Our own rule sheet lists items and numbers, and is no form.
            if attempt.refusal is not None and sheet.name != RULE_SHEET
        ]
        if not here:
            reason = next((a.refusal for a in reversed(attempts) if a.refusal is not None), _NO_HEADER)
            refusals.append(Finding("no-table", "info", sheet.name, "", reason))
    return tables, findings if tables else findings + refusals


_NO_HEADER = Message(
    "没有考核表：找不到指标列和权重、满分或得分列组成的表头",
    "no assessment table: no header with a column of indicators and one of weights, full marks or scores",
)


def _remembered(grid: Grid, vocabulary: Vocabulary) -> list[_Attempt]:
    """`_attempts`, from memory where sheets of the same form have been seen with these words."""
    if vocabulary.mapping is not None:
        return _attempts(grid, vocabulary)  # said of one workbook
    memory: Remembered[list[_Attempt]] | None = vocabulary.memory_cache.get("attempts")
    if memory is None:
        memory = vocabulary.memory_cache["attempts"] = Remembered(partial(_attempts, vocabulary=vocabulary))
    return memory(grid)


def no_table(findings: Iterable[Finding], where: str) -> NoTableFound:
    """The error for a workbook in which nothing was recognised: the reason, and what to do.

    Args:
        findings: Those of `recognise_workbook`; of its reasons one that is particular to a sheet is told.
        where: The file.
    """
    reasons = [f for f in findings if f.code == "no-table"]
    told = next((f for f in reasons if f.message != _NO_HEADER), reasons[0] if len(reasons) == 1 else None)
    message = told.message if told is not None else _NO_HEADER
    if message is OWN_SUMMARY:
        return NoTableFound(message, where)
    zh, en = (
        "；请确认文件对不对，表头用词特殊时在 inspect、embed 里用 --map 指明各列",
        "; make sure it is the right file, or",
    )
    return NoTableFound(
        Message(f"{message.zh}{zh}", f"{message.en}{en} say by --map (inspect, embed) which column is what"),
        f"{where}!{told.sheet}" if told is not None and told.sheet else where,
    )


def _attempts(grid: Grid, vocabulary: Vocabulary) -> list[_Attempt]:
    lines = Lines(grid)
    lists = find_person_tables(lines, vocabulary, THRESHOLD)
    lists += find_ledgers(lines, vocabulary, THRESHOLD)
    announced = find_headers(lines, vocabulary)
    lists += [one for one in find_abilities(lines, vocabulary, THRESHOLD) if not _is_headed(one, announced)]
    mapped = vocabulary.mapping.of(grid.name) if vocabulary.mapping is not None else None
    if mapped is not None and mapped.columns:
        lists = []  # a person has said what the columns are
    headers = [h for h in announced if not any(_within(h, one) for one in lists if one.tables)]
    if mapped is not None and lines.numbers:
        headers = override(headers, lines, mapped, vocabulary)
    attempts: list[_Attempt] = []
    placed: list[tuple[Table, _Attempt]] = []
    for i, header in enumerate(headers):
        limit = grid.last_row
        for below in islice(headers, i + 1, None):
            if below.top > header.bottom and _overlap(header, below):
                limit = below.top - 1
                break
        # Where the rows above a header begin to be its own: behind the table above it. A few dozen tables back no
        # table can still reach down to here, other than the lowest of all.
        near = placed if len(placed) <= 64 else placed[-64:]
        start = 1 + max(
            (attempt.last_row for table, attempt in near if table.top < header.top and
             (header.alone or _overlap(table, header))), default=0,
        )  # fmt: skip
        attempt = _follow(lines, header, start, limit, vocabulary, mapped)
        attempts.append(attempt)
        if attempt.table is not None:
            placed.append((attempt.table, attempt))
    return _agreed(_in_reading_order(_as_parts(attempts), lists), lines, mapped is None)


def _agreed(attempts: list[_Attempt], lines: Lines, is_open: bool) -> list[_Attempt]:
    """The same with the confidence that is left once parts were counted and doubts taken in."""
    places = [i for i, attempt in enumerate(attempts) if attempt.table is not None]
    tables = [attempt.table for attempt in attempts if attempt.table is not None]
    missing = parts_missing(tables, lines) if is_open else {}
    for k, (place, table) in enumerate(zip(places, tables, strict=True)):
        if k in missing:
            table = replace(table, findings=(*table.findings, missing[k]))
        attempts[place] = replace(attempts[place], table=doubted(table) if is_open else table)
    return attempts


def _is_headed(found: Find, headers: list[Header]) -> bool:
    """Whether an ability sheet is an ordinary list: under a header with items, weights and scores."""
    return any(
        {"name", "score"} <= header.roles()
        and header.roles() & {"weight", "points"}
        and header.top <= found.last_row
        and found.top - header.bottom <= 2
        and _overlap(header, found)
        for header in headers
    )


def _within(header: Header, found: Find) -> bool:
    return found.top <= header.bottom and header.top <= found.last_row and _overlap(header, found)


def _in_reading_order(attempts: list[_Attempt], lists: list[Find]) -> list[_Attempt]:
    """Tables of other shapes among the lists, top down; a doubtful one only where there is nothing else.

    The sections 态度 and 能力 of a list are sections, and no ability sheet inside it.
    """
    found_lists = [attempt.table for attempt in attempts if attempt.table is not None]
    lists = [
        one
        for one in lists
        if not any(t.top < one.top <= t.last_row and _overlap(t, one) for t in found_lists)
    ]
    for one in sorted(lists, key=lambda one: one.top):
        tables = [_with_owner(table, attempts) for table in one.tables]
        found = [_Attempt(table, one.confidence, None, one.cell, one.last_row) for table in tables]
        if not found and not any(a.table is not None and a.table.top <= one.last_row for a in attempts):
            found = [_Attempt(None, one.confidence, one.refusal, one.cell, one.last_row)]
        at = next((i for i, a in enumerate(attempts) if a.table is not None and a.table.top > one.top), len(attempts))
        attempts[at:at] = found
    return attempts


def _with_owner(table: Table, attempts: list[_Attempt]) -> Table:
    """A table that names no person, with the identity of the nearest card above that does."""
    if "person" in table.identity or table.is_person_row:
        return table
    for attempt in reversed(attempts):
        above = attempt.table
        if above is not None and above.last_row < table.top and not above.is_person_row and "person" in above.identity:
            return replace(table, identity={**above.identity, **table.identity})
    return table


def _overlap(a: Header | Table | Find, b: Header | Table | Find) -> bool:
    return a.first_col <= b.last_col and b.first_col <= a.last_col


# --- one table -------------------------------------------------------------------------------------------------------


def _follow(
    lines: Lines, header: Header, start: int, limit: int, vocabulary: Vocabulary, mapped: MappedTable | None = None
) -> _Attempt:
    """Read what a header announces, and judge it."""
    grid = lines.grid
    place = next(
        (e.cell.name for e in header.evidence if e.match.role == "name"), cell_name(header.top, header.first_col)
    )
    header = with_shares(lines, header, limit, vocabulary)
    refusal = _not_a_form(header, place)
    if refusal is not None:
        return _Attempt(None, 0.0, refusal, place, header.bottom)
    body = read_body(lines, header, limit, vocabulary)
    # A single item is an assessment only where it says that it weighs the whole.
    if not body.rows or (len(body.rows) < 2 and not body.weights_complete):
        reason = Message(
            f"{place} 像是表头，但下面的考核项少于两行", f"{place} looks like a header, but fewer than two items follow"
        )
        return _Attempt(None, 0.0, reason, place, header.bottom)
    first_col, last_col = (
        (1, max(grid.last_col, header.last_col)) if header.alone else (header.first_col, header.last_col)
    )
    around = read_above(lines, lines.above(header.top, start, _ABOVE), first_col, last_col, vocabulary, start > 1)
    around = replace(around, last_row=body.last_row)
    beside = _beside_items(lines, body, header.bottom + 1, limit, first_col, last_col, vocabulary)
    around = read_below(lines, beside, first_col, last_col, body.columns, vocabulary, around)
    around = by_sums(lines, body.sums, body.columns, header.bands, vocabulary, around)
    around = replace(around, totals=of_counted_scores(lines, body.columns, around.totals))
    if header.alone:
        around = read_beside(lines, header.top, body.last_row, header.last_col, vocabulary, around)
    is_part = share_above(lines, header) is not None
    confidence, against = _confidence(header, body, around, grid.name, vocabulary, start > 1, is_part)
    reasons = _reasons(header)
    strange = _strange_columns(lines, header, body, vocabulary)
    if mapped is None:
        strange += doubts(lines, header, body, around, vocabulary, limit)
        confidence = min(confidence, DOUBTFUL) if strange else confidence
        body = replace(body, findings=(*body.findings, *strange))
    if mapped is not None:
        confidence, reasons = max(confidence, _MAPPED), (said(mapped), *reasons)
    if confidence < _WORTH_A_WORD:
        return _Attempt(None, confidence, Message(
            f"{place} 下面有一张表，但不是考核表：{against.zh}", f"{place} heads a list, but no assessment: {against.en}"
        ), place, header.bottom)  # fmt: skip
    if confidence < THRESHOLD:
        return _Attempt(None, confidence, Message(
            f"{place} 处像考核表但把握不足（{confidence:.0%}）：{against.zh}",
            f"{place} may be an assessment table, but that is not sure ({confidence:.0%}): {against.en}",
        ), place, header.bottom)  # fmt: skip
    table = Table(
        sheet=grid.name,
        title=around.title,
        title_cell=around.title_cell,
        layout=_layout(body, around),
        confidence=confidence,
        reasons=reasons,
        top=header.top,
        header_rows=header.bottom - header.top + 1,
        first_row=body.rows[0].row,
        last_row=body.last_row,
        first_col=min(header.first_col, *(column.col for column in body.columns)),
        last_col=header.last_col,
        columns=body.columns,
        rows=body.rows,
        bands=header.bands,
        totals=around.totals,
        grade_cell=around.grade_cell,
        coverage_cell=around.coverage_cell,
        coefficient_cell=around.coefficient_cell,
        period_cell=around.period_cell,
        identity=around.identity,
        findings=body.findings,
    )
    if mapped is not None:
        table = with_cells(table, mapped, lines, vocabulary)
    return _Attempt(table, confidence, None, place, around.last_row)


def _strange_columns(lines: Lines, header: Header, body: Body, vocabulary: Vocabulary) -> list[Finding]:
    """Columns that nothing is known of and that hold numbers, or nothing yet where no actual or score is known.

    So is a column of numbers whose heading only seems to speak of text, where no target is known: 应达标准, 目标任务.
    """
    roles = {column.role for column in body.columns}
    names = [column.col for column in body.columns if column.role == "name"]
    doubtful = [
        (column.col, column.header) for column in body.columns
        if "target" not in roles
        and not vocabulary.is_strong_header(column.header)
        and (column.role in ("rule_text", "note") or (column.role == "name" and column.col != names[0]))
    ]  # fmt: skip
    taken = {column.col for column in body.columns}
    found = []
    counted = {column.col for column in body.columns if column.role == "number"}
    for col, text in (*(pair for pair in header.unknown if pair[0] not in counted), *doubtful):
        values = [lines.grid.merged_value(row.row, col) for row in body.rows]
        filled = [value for value in values if not is_missing(value)]
        numbers = sum(1 for value in filled if read(value).number is not None)
        is_open = not roles & {"score", "weighted_score", "actual"} or col in taken or _may_be_filled(col, header, body)
        is_gap = not filled and is_open and (col, text) not in doubtful
        if (filled and numbers * 2 >= len(filled)) or is_gap:
            cell = cell_name(header.bottom, col)
            found.append(column_unknown(lines.grid.name, cell, text))
    return found


def _may_be_filled(col: int, header: Header, body: Body) -> bool:
    """Whether an empty column that nothing is known of is beside somebody's scores, another such one, or between bands."""
    bands = [column.col for column in body.columns if column.role == "band"]
    if bands and bands[0] < col < bands[-1]:
        return True
    unknown = {other for other, _ in header.unknown}
    rated = {column.col for column in body.columns if column.role == "score" and column.label}
    return bool({col - 1, col + 1} & (unknown | rated))


def _not_a_form(header: Header, place: str) -> Message | None:
    roles = header.roles()
    if "name" not in roles:
        return _NO_HEADER
    if len(header.rules) >= (4 if "weight" in roles else 2):
        quoted = "、".join(header.rules[:3])
        return Message(
            f"{place} 是评分规则表（{quoted}），不是考核表",
            f"{place} heads a list of scoring rules ({quoted}), no form",
        )
    if not roles & {"weight", "points", "score", "weighted_score"}:
        return Message(
            f"{place} 有指标列，但表头没有权重、满分或得分列",
            f"{place} heads a list of items, but no column of weights, full marks or scores",
        )
    return None


def _beside_items(
    lines: Lines, body: Body, first: int, limit: int, first_col: int, last_col: int, vocabulary: Vocabulary
) -> Iterator[int]:
    """The rows of a table that are no items, and those below it, up to where the next person's card begins."""
    seen = 0
    for row in lines.between(first, limit):
        if row > body.last_row:
            seen += 1
            if seen > _BELOW:
                return
            if limit < lines.numbers[-1] and _opens_card(lines, row, first_col, last_col, vocabulary):
                return
        if row not in body.item_lines:
            yield row


def _opens_card(lines: Lines, row: int, first_col: int, last_col: int, vocabulary: Vocabulary) -> bool:
    """Whether a row names a person or a department, or is the title of a card."""
    for cell in lines.row(row, first_col, last_col):
        text = text_of(cell.value)
        label = vocabulary.match_label(text) if text else None
        kinds = {kind for kind, _ in vocabulary.identity_pairs(text)} | ({label.kind} if label else set())
        if kinds & {"person", "department", "department_person", "position"}:
            return True
        if text and label is None and is_title(text, vocabulary):
            return True
    return False


def _confidence(
    header: Header, body: Body, around: Surroundings, sheet: str, vocabulary: Vocabulary, follows: bool, is_part: bool
) -> tuple[float, Message]:
    """How sure, 0 to 1, and the strongest point against; a table that follows another needs no title of its own.

    A part whose heading states its share (乙、周边绩效 30%) is one of an assessment.
    """
    roles = {column.role for column in body.columns}
    against = Message("表头不完整", "the header is incomplete")
    name = next(column for column in body.columns if column.role == "name")
    is_weak = name.col in header.weak_names
    context = is_part or vocabulary.speaks_of_assessment(around.title) or vocabulary.speaks_of_assessment(sheet)
    points = 0.2 if is_weak else 0.35
    for role, worth in _WORTH:
        if role in roles:
            points += worth
    if "weight" in roles and header_is_weak(header, "weight"):
        points -= 0.15
    if "score" in roles and header_is_weak(header, "score"):
        points -= 0.1
    points += 0.1 if context else 0.0
    points += 0.05 if around.identity else 0.0
    points += 0.1 if body.weights_complete else 0.0
    told = roles & {"score", "weighted_score", "rule_text", "target", "actual", "band", "method", "points"}
    if is_weak and not told and not is_part:
        points -= 0.35
        against = Message("只有项目和权重两列", "there are only items and weights")
    if is_weak and not roles & {"weight", "rule_text", "method", "band"} and not context:
        points -= 0.25
        against = Message(
            "没有权重或评分标准，标题也未提到考核", "no weights, no scoring rule, and no title that speaks of it"
        )
    if "weight" in roles and body.weighted * 2 < len(body.rows):
        points -= 0.1 if body.weighted == 0 and not body.implausible else 0.35
        against = Message("权重列里的数不像权重", "the numbers in the weight column are no weights")
    if "points" in roles and "weight" not in roles and body.implausible * 2 > len(body.rows):
        points -= 0.35
        against = Message("满分列里的数不像分值", "the numbers in the column of full marks are no points")
    # Words that were put together need somebody to speak of an assessment: 课程名称 and 平时占比 are a plan of courses.
    listed = any(e.match.role == "name" and e.cell.col == name.col and e.match.score >= LISTED for e in header.evidence)
    if not (listed or context or follows or "points" in roles) and not vocabulary.speaks_of_assessment(name.header):
        points -= 0.2
        against = Message("标题和指标列的表头都未提到考核", "neither the title nor the heading of the items speaks of one")
    if header.foreign:
        points -= 0.15 * len(header.foreign)
        quoted = "、".join(header.foreign[:3])
        against = Message(f"表头有“{quoted}”，像是别的表", f"headers such as {quoted} belong to other kinds of tables")
    return round(min(max(points, 0.05), 0.99), 2), against


_WORTH = (
    ("weight", 0.3), ("points", 0.25), ("score", 0.15), ("weighted_score", 0.1), ("band", 0.15), ("target", 0.1),
    ("actual", 0.1), ("rule_text", 0.1), ("method", 0.08), ("number", 0.03), ("section", 0.03), ("evaluator", 0.05),
)  # fmt: skip


def header_is_weak(header: Header, role: str) -> bool:
    """Whether the headers of a role mean it only in company (占比, 成绩)."""
    return all(e.match.score < STRONG for e in header.evidence if e.match.role == role)


_ROLE_NAMES = {
    "number": "编号列", "name": "指标列", "section": "类别列", "target": "目标列", "actual": "实际列", "band": "档次列",
    "weight": "权重列", "points": "满分列", "score": "得分列", "weighted_score": "加权得分列", "note": "备注列",
    "rule_text": "评分标准列", "method": "考核方法列", "evaluator": "评价人列", "period": "周期", "rater": "评价人",
}  # fmt: skip


def _reasons(header: Header) -> tuple[Message, ...]:
    found = [
        Message(
            f"{e.cell.name}“{e.text}”→{_ROLE_NAMES[e.match.role]}（词条“{e.match.term}”，{e.match.score:.0%}）",
            f'{e.cell.name} "{e.text}" reads as {e.match.role} (term "{e.match.term}", {e.match.score:.0%})',
        )
        for e in header.evidence
    ]
    found += [
        Message(f"表头“{text}”常见于别的表", f'the header "{text}" is usual in other kinds of tables')
        for text in header.foreign
    ]
    return tuple(found)


def _layout(body: Body, around: Surroundings) -> int:
    """The number of the layout this table comes closest to."""
    roles = {column.role for column in body.columns}
    scores = [column for column in body.columns if column.role == "score"]
    if "points" in roles and "weight" not in roles:
        return 6
    adjusted = any(row.kind == "adjustment" for row in body.rows)
    if len(scores) > 1 or (adjusted and scores and "person" in around.identity):
        return 3
    return 1 if roles & {"target", "band"} else 2


def _as_parts(attempts: list[_Attempt]) -> list[_Attempt]:
    """Tables stacked in one sheet: those that name no person of their own belong to the one above."""
    result: list[_Attempt] = []
    head: int | None = None
    for attempt in attempts:
        table = attempt.table
        if table is None:
            result.append(attempt)
            continue
        owner = result[head].table if head is not None else None
        if (
            owner is not None
            and table.top > owner.last_row
            and _overlap(owner, table)
            and "person" not in table.identity
        ):
            if "person" in owner.identity:
                table = replace(table, layout=4, identity={**owner.identity, **table.identity})
                if owner.layout != 4 and head is not None:
                    result[head] = replace(result[head], table=replace(owner, layout=4))
        else:
            head = len(result)
        result.append(replace(attempt, table=table))
    return result
