"""One file → its cards, what was noticed, and what is not taken: one function, safe to run in another process."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..definitions import Definition
from ..errors import ScorecardError, UnusableFile
from ..findings import Finding
from ..messages import Message
from ..scoring.model import CardResult, ItemResult
from ..scoring.values import State, is_missing, key, read, trim
from ..workbook.addresses import cell_name, split_cell
from ..workbook.card import SCORE, Card, headline, items
from ..workbook.cells import Grid
from ..workbook.inspection import Inspection, inspect_package
from ..workbook.kept import Kept
from ..workbook.known_sheets import KnownSheets
from ..workbook.opening import about_old_format, open_content
from ..workbook.package import read_file
from ..workbook.shape_words import PeopleWords
from ..workbook.summaries import is_summary
from ..workbook.vocabulary import Vocabulary, default_vocabulary
from . import names
from .records import CardRecord, FileReading, ItemRecord, Notice, Total
from .sources import Source

# There is no usual place for a staff number, so the rows above the items are looked through.
_ABOVE = 12
_RATIO = re.compile(r"^\(?\s*(-?[\d.]+|\$?[A-Z]{1,3}\$?\d+)\s*/\s*(-?[\d.]+|\$?[A-Z]{1,3}\$?\d+)\s*\)?$")
# What says how a file came about or is answered for the table as a whole, not what is wrong with it.
_OF_NO_CONCERN = frozenset(("option-unused", "no-table"))


@dataclass(frozen=True, slots=True)
class Reader:
    """How files are read; the same for all of them.

    Attributes:
        rules: Rules for tables that are not embedded.
        period: The period consolidated, to choose among target columns; "" if none was given.
        vocabulary: The words to recognise by; None for the built-in ones.
        password: Of those files that are encrypted.
        folder: The name of the folder that the names of files start from: it says as much as those of folders below it.
        known: Sheets read so far, by which copies of a form are read faster.
    """

    rules: Definition | None = None
    period: str = ""
    vocabulary: Vocabulary | None = None
    password: str | None = field(default=None, repr=False)
    folder: str = ""
    known: KnownSheets = field(default_factory=KnownSheets, repr=False, compare=False)

    def load_words(self) -> None:
        """Load the words to recognise by, so that a fork of this process need not."""
        if self.vocabulary is None:
            default_vocabulary()

    def __call__(self, source: Source) -> FileReading:
        """Read one file. Never raises for what is in it."""
        where = source.path.name
        try:
            data, _ = read_file(source.path, where)
        except UnusableFile as problem:
            return FileReading(source.file, (), (), (_unreadable(source, problem),))
        reading = self._read(source, data, where)
        return reading._replace(digest=hashlib.sha256(data).hexdigest(), size=len(data))

    def _read(self, source: Source, data: bytes, where: str) -> FileReading:
        try:
            package = open_content(data, where, password=self.password)
            if is_summary(package):
                return _set_aside(source, Notice("own-summary", "info", source.file, "", "", Message(
                    "这是以前的汇总结果，没有读取", "this is a former summary, not read")))  # fmt: skip
            seen = inspect_package(
                package, source.file, rules=self.rules, vocabulary=self.vocabulary,
                period=self.period or None if self.rules is not None else None, known=self.known,
            )  # fmt: skip
        except ScorecardError as problem:
            return FileReading(source.file, (), (), (_unreadable(source, problem),))
        return _reading(source, seen, about_old_format(package), self)


def _unreadable(source: Source, problem: ScorecardError) -> Notice:
    sheet = (problem.where or "").partition("!")[2].partition("!")[0]
    return Notice("file-unreadable", "error", source.file, sheet, "", problem.message)


def _set_aside(source: Source, notice: Notice) -> FileReading:
    return FileReading(source.file, (), (notice,), ())


def _reading(source: Source, seen: Inspection, old: list[Finding], reader: Reader) -> FileReading:
    file = source.file
    found_in_file = [*old, *seen.findings]
    notices = [_notice(file, f) for f in found_in_file if f.code not in _OF_NO_CONCERN]
    quarantine: list[Notice] = []
    if not seen.cards:
        doubt = next((f for f in seen.findings if f.code == "low-confidence-table"), None)
        refused = doubt or next((f for f in seen.findings if f.code == "no-table"), None)
        message = refused.message if refused else Message("没有考核表", "no assessment table")
        code = refused.code if refused else "no-table"
        where = (refused.sheet, refused.cell) if refused else ("", "")
        quarantine.append(Notice(code, "error", file, *where, message))
    else:
        quarantine += [
            Notice(f.code, "error", file, f.sheet, f.cell, f.message)
            for f in seen.findings
            if f.code == "low-confidence-table"
        ]
    said = {f.code for f in found_in_file}
    is_final = "finalised" in said and said.isdisjoint(("changed-since-final", "register-changed"))
    around = _Around(source, len(seen.cards), reader, is_final)
    cards = []
    for order, card in enumerate(seen.cards):
        name = card.table.sheet
        record, found = _card(around, card, seen.computed[name], seen.grids[name], order)
        cards.append(record)
        notices += found
        if record.status == "error":
            quarantine += _why(file, card, seen)
    told = {(n.code, n.sheet, n.cell) for n in quarantine}
    rest = dict.fromkeys(n for n in notices if (n.code, n.sheet, n.cell) not in told)
    return FileReading(file, tuple(cards), tuple(rest), tuple(dict.fromkeys(quarantine)))


def _notice(file: str, finding: Finding) -> Notice:
    return Notice(finding.code, finding.severity, file, finding.sheet, finding.cell, finding.message)


# --- cards -----------------------------------------------------------------------------------------------------------


def _card(around: _Around, card: Card, grid: Grid, stored: Grid, order: int) -> tuple[CardRecord, list[Notice]]:
    """A card as a record; `stored` holds the values as the file shows them, `grid` those of today."""
    table, result = card.table, card.result
    first = headline(table)
    totals = []
    for label, one in {first: result, **card.others}.items():
        stated = _shown(stored, grid, table.totals.get(label))
        stated = card.of_hundred(stated) if stated is not None and label == first else stated
        totals.append(Total(label or SCORE, stated, one.computed))
    known = {total.column for total in totals}
    totals += [
        Total(label or SCORE, _shown(stored, grid, cell), None)
        for label, cell in table.totals.items()
        if (label or SCORE) not in known
    ]
    identity, is_guess, notices = around.identity(card, grid)
    if not result.filled and not card.has_rules and (unscored := _unscored(card, grid)):
        notices.append(Notice("actuals-unscored", "warning", around.file, table.sheet, unscored[0], Message(
            f"{len(unscored)} 项填了实际，没有得分，也没有评分规则；请先用 embed 嵌入规则，或用 --rules 给出",
            f"{len(unscored)} items have an actual and neither a score nor a rule; embed rules first, or give --rules",
        )))  # fmt: skip
    anchor = table.totals.get(first) or next(iter(table.totals.values()), "") or cell_name(table.top, table.first_col)
    if not result.filled and (totals[0].stated or _has_unread_numbers(card, grid)):
        notices.append(Notice("scores-unread", "warning", around.file, table.sheet, anchor, _UNREAD))
    record = CardRecord(
        file=around.file,
        sheet=table.sheet,
        cell=anchor,
        order=order,
        layout=table.layout,
        title=table.title,
        person=identity["person"],
        staff_id=identity["staff_id"],
        department=identity["department"],
        position=identity["position"],
        period=identity["period"],
        evaluator=identity["evaluator"],
        stated=totals[0].stated,
        computed=result.computed,
        total=result.total,
        totals=tuple(totals),
        coverage=result.coverage,
        grade=result.grade if result.state is not State.ERROR else "",
        stated_grade=_text(grid, table.grade_cell),
        coefficient=result.coefficient,
        filled=result.filled,
        applicable=result.applicable,
        status=_status(result),
        items=tuple(_items(card, grid)),
        settings=card.model.settings,
        is_hidden=stored.sheet.state != "visible",
        is_final=around.is_final,
        is_department_guessed=is_guess,
    )
    return record, notices


_UNREAD = Message(
    "一项得分也没有读到，却有总分，或看不懂的列里有数字（一列一人的表？）；请用 --map 指明各列，或改成一行一人",
    "no score was read, and yet there is a total, or numbers in a column nobody knows (a column for each person?); say by "
    "--map which column is what, or put a person in each row",
)


def _has_unread_numbers(card: Card, grid: Grid) -> bool:
    columns = [split_cell(f.cell)[1] for f in card.table.findings if f.code == "column-unknown"]
    return any(read(grid.cell(row.row, col).value).number is not None for row in card.table.rows for col in columns)


def _unscored(card: Card, grid: Grid) -> list[str]:
    """The cells of actuals, where nothing makes scores of them."""
    cells = [row.actual_cell for row in card.table.rows if row.actual_cell]
    return [cell for cell in cells if read(grid.at(cell).value).number is not None]


def _status(result: CardResult) -> str:
    return {
        State.NUMBER: "ok", State.MISSING: "incomplete", State.NOT_APPLICABLE: "not_assessed", State.ERROR: "error",
    }[result.state]  # fmt: skip


def _shown(stored: Grid, grid: Grid, cell: str | None) -> float | None:
    """The number a file shows in a cell, which may be old; where none was ever computed, the one of today."""
    if cell is None:
        return None
    return read((grid if stored.at(cell).uncached else stored).at(cell).value).number


def _text(grid: Grid, cell: str | None) -> str:
    value = grid.at(cell).value if cell else None
    return "" if is_missing(value) else trim(str(value))


def _items(card: Card, grid: Grid) -> Iterable[ItemRecord]:
    table = card.table
    first = headline(table)
    for item, (_, row) in zip(card.result.items, items(table), strict=True):
        # Of scores given by hand many are the same item again, by being the same object.
        made = _BY_HAND.known((item, row), first) if not row.actual_cell else None
        if made is None:
            made = _item(item, row.kind, row.actual_cell, row.score_cell(first), grid)
            if not row.actual_cell:
                _BY_HAND.keep(made, (item, row), first)
        yield made
    for kind, extras in (("adjustment", card.model.adjustments), ("veto", card.model.vetoes)):
        for one in extras:
            reading = one.points if kind == "adjustment" else read(one.value)  # type: ignore[union-attr]
            yield ItemRecord(
                one.name, "", kind, None, 0.0, None, None, False, "", reading.number,
                reading.number if kind == "adjustment" else None, reading.state.value, "", one.cell,
            )  # fmt: skip


_BY_HAND: Kept[ItemRecord] = Kept(10_000)


def _item(item: ItemResult, kind: str, actual_cell: str | None, score_cell: str | None, grid: Grid) -> ItemRecord:
    kpi = item.kpi
    numerator = denominator = None
    if actual_cell:
        numerator, denominator = _ratio(grid, actual_cell)
    return ItemRecord(
        name=kpi.name,
        section=kpi.section,
        kind=kind,
        weight=item.weight,
        share=item.share,
        actual=kpi.actual.number,
        target=kpi.target.number if kpi.target is not None else None,
        percent=kpi.percent or kpi.actual.percent,
        unit=kpi.unit or kpi.actual.unit,
        score=item.score,
        contribution=item.contribution,
        state=item.state.value,
        band=item.band,
        cell=score_cell or actual_cell or "",
        numerator=numerator,
        denominator=denominator,
    )


def _ratio(grid: Grid, cell: str) -> tuple[float | None, float | None]:
    """Numerator and denominator of an actual that is a formula of one division: =38/40, =C5/D5."""
    match = _RATIO.match(grid.at(cell).formula or "")
    if match is None:
        return None, None
    parts = []
    for text in match.groups():
        plain = text.replace("$", "")
        parts.append(read(grid.at(plain).value if plain[0].isalpha() else plain).number)
    return (parts[0], parts[1]) if None not in parts else (None, None)


def _why(file: str, card: Card, seen: Inspection) -> list[Notice]:
    """Why a card has no total: the findings about its own cells, else the error itself."""
    table = card.table
    own = {cell for row in table.rows for _, cell in (*row.scores, *row.targets)}
    own |= {cell for row in table.rows for cell in (row.weight_cell, row.actual_cell) if cell}
    own |= {*table.totals.values(), card.result.error_cell} - {""}
    found = [
        _notice(file, f)
        for f in seen.findings
        if f.severity == "error"
        and (f.cell in own and f.sheet == table.sheet or f.cell in card.rule_cells or f in card.findings)
    ]
    if found:
        return found
    error = card.result.error
    broken = next((item for item in card.result.items if item.state is State.ERROR), None)
    cell = card.result.error_cell or (broken.kpi.cell if broken else "")
    reason = error.reason if error is not None and error.reason is not None else None
    if reason is None:
        said = error.code if error is not None else "#VALUE!"
        reason = Message(f"错误值 {said}，算不出总分", f"the error {said}: there is no total")
    if broken is not None:
        reason = Message(f"“{broken.kpi.name}”：{reason.zh}", f'"{broken.kpi.name}": {reason.en}')
    return [Notice("card-error", "error", file, table.sheet, cell, reason)]


# --- identity --------------------------------------------------------------------------------------------------------


class _Around:
    """What surrounds the cards of a file: names of the file and of its folder."""

    def __init__(self, source: Source, cards: int, reader: Reader, is_final: bool) -> None:
        *folders, name = source.file.split("/")
        self.file, self.is_final = source.file, is_final
        self.is_alone, self.words = cards == 1, (reader.vocabulary or default_vocabulary()).people
        self.by_file = names.hints(os.path.splitext(name)[0])
        self.by_folder = _folder_hints(tuple(filter(None, (reader.folder, *folders))))

    def identity(self, card: Card, grid: Grid) -> tuple[dict[str, str], bool, list[Notice]]:
        """Who and when, by the strongest place that says so, and where a weaker one says otherwise.

        Between them whether only the name of the file or a folder says the department.
        """
        table = card.table
        stated = {kind: trim(value) for kind, (value, _) in table.identity.items()}
        cells = {kind: cell for kind, (_, cell) in table.identity.items()}
        by_sheet = names.hints(table.sheet)
        notices: list[Notice] = []

        def differs(kind: str, zh: str, en: str, mine: str, weaker: str, place: tuple[str, str]) -> None:
            notices.append(Notice(f"{kind}-differs", "warning", self.file, table.sheet, cells.get(kind, ""), Message(
                f"{zh}：表中是“{mine}”，{place[0]}是“{weaker}”，以表中为准",
                f'{en}: the table says "{mine}", {place[1]} says "{weaker}"; the table counts')))  # fmt: skip

        own_department, name = names.split_department(stated.get("person", ""))
        person, staff_id = names.split_staff_id(names.person_name(name))
        person = "" if self.words.is_placeholder(person) else person
        found_id, was_number, id_cell = _staff_id(card, grid, self.words)
        if found_id:
            staff_id = found_id
            if was_number and len(found_id) < 8:
                notices.append(Notice("staff-id-number", "info", self.file, table.sheet, id_cell, Message(
                    f"工号 {found_id} 是数字，前导零可能已丢失；比较时不计前导零",
                    f"the staff number {found_id} is a number: leading zeros may be lost; it is compared without them",
                )))  # fmt: skip
        weaker = [(by_sheet.person, ("工作表名", "the name of the sheet"))]
        weaker += [(self.by_file.person, ("文件名", "the name of the file"))] if self.is_alone else []
        for name, place in weaker:
            if person and name and key(name) != key(person):
                differs("person", "姓名不一致", "the person differs", person, name, place)
        person = person or next((name for name, _ in weaker if name), "")
        department = names.person_name(stated.get("department", ""))
        by_title = names.hints(table.title)
        places = [
            (own_department, ("姓名格", "the cell of the name")),
            (by_title.department, ("标题", "the title")),
            (by_sheet.department, ("工作表名", "the name of the sheet")),
            (self.by_file.department, ("文件名", "the name of the file")),
            (self.by_folder.department, ("文件夹名", "the name of the folder")),
        ]
        for name, place in places:
            if department and name and not _within(department, name) and not names.is_company(name):
                differs("department", "部门不一致", "the department differs", department, name, place)
        sure = department or next((name for name, _ in places[:3] if name), "")
        department = sure or next((name for name, _ in places if name), "")
        period, periods = stated.get("period", ""), [
            (by_sheet.period, ("工作表名", "the name of the sheet")),
            (self.by_file.period, ("文件名", "the name of the file")),
            (self.by_folder.period, ("文件夹名", "the name of the folder")),
        ]  # fmt: skip
        period = names.period_label(period) if period else ""
        for name, place in periods:
            if period and name and not names.same_period(period, name):
                differs("period", "考核周期不一致", "the period differs", period, name, place)
        period = _fullest(period, [name for name, _ in periods if name])
        position = " ".join(stated.get("position", "").split())
        evaluator = names.person_name(stated.get("evaluator", ""))
        return {
            "person": person, "staff_id": staff_id, "department": department, "position": position, "period": period,
            "evaluator": evaluator,
        }, bool(department) and not sure, notices  # fmt: skip


@lru_cache(maxsize=1024)
def _folder_hints(folders: tuple[str, ...]) -> names.Hints:
    """What the names of folders say together (2026年, 三季度); where they name several periods, the nearer ones count."""
    together = names.hints(" ".join(folders))
    nearer = (names.hints(" ".join(folders[at:])).period for at in range(1, len(folders)))
    return together if together.period else replace(together, period=next(filter(None, nearer), ""))


def _within(a: str, b: str) -> bool:
    return key(a) in key(b) or key(b) in key(a)


def _fullest(stated: str, others: list[str]) -> str:
    """The stated period, its open parts (a missing year) filled in from a weaker place that agrees."""
    if stated and names.is_whole_period(stated):
        return stated
    for other in others:
        if not stated or (names.same_period(stated, other) and names.is_whole_period(other)):
            stated = other
    return stated


def _staff_id(card: Card, grid: Grid, words: PeopleWords) -> tuple[str, bool, str]:
    """The staff number of a card, whether it was a number cell, and its cell: a column of a list, else a label above."""
    table = card.table
    top = max(1, table.top - _ABOVE)
    is_list = table.layout in (5, 8)
    last = table.top + table.header_rows - 1
    for cells in grid.rows():
        row = cells[0].row
        # A line with the number right above the column headings may count as the upper one of two header rows.
        is_header = row >= table.top if is_list else row == last
        if row > last or (is_header and not is_list):
            break
        if row < top:
            continue
        for cell in cells:
            if not isinstance(cell.value, str) or not words.speaks_of_staff_number(cell.value):
                continue
            inside = words.staff_number_in(cell.value)
            if inside and not is_header:
                return names.staff_number(inside)[0], False, cell.name
            if not words.is_staff_number(cell.value):
                continue
            if is_header:
                value = grid.cell(table.first_row, cell.col)
            else:
                behind = grid.span(cell.row, cell.col)[3] + 1
                value = grid.cell(*grid.span(row, behind)[:2])
            found, was_number = names.staff_number(value.value, value.number_format)
            if any(c.isdigit() for c in found):
                return found, was_number, value.name
    return "", False, ""
