"""The roster: who should have a card, and who has none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..messages import Message
from ..scoring.values import key
from ..workbook.grid import read_grid
from ..workbook.opening import open_workbook
from . import names
from .records import CardRecord, Notice
from .resolve import Resolved

_HEADERS = {
    "person": ("姓名", "员工姓名", "人员", "被考核人", "name", "employee", "employee name", "person"),
    "staff_id": (
        "工号",
        "员工号",
        "员工编号",
        "人员编号",
        "职工号",
        "编号",
        "staff id",
        "employee id",
        "employee no",
        "id",
    ),
    "department": ("部门", "所属部门", "所在部门", "科室", "单位", "department", "dept", "team"),
}
# What stands below or between the people of a list: 合计, 制表人：王芳, 共 7 人.
_NOBODY = re.compile(
    r"(?:合计|总计|小计|共计|总人数|人数)(?:[:：]?\d+人?)?|共?\d+人|(?:备注|说明|注|制表|审核|审批|填表).*|.*[:：].*"
    r"|(?:sub|grand ?)?totals?",
    re.IGNORECASE,
)
_ROLES = {key(word): role for role, words in _HEADERS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the roster, with the cell of the name."""

    person: str
    staff_id: str
    department: str
    cell: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster: its file, sheet and people in order."""

    file: str
    sheet: str
    entries: tuple[Entry, ...]


def load_roster(path: Path, password: str | None = None) -> Roster:
    """Read a roster: the first sheet with a header 姓名, and 工号 and 部门 if they are there.

    Raises:
        UsageError: No sheet has such a header.
        UnusableFile: Not a workbook.
    """
    package = open_workbook(path, password=password)
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        grid = read_grid(package, sheet)
        columns: dict[str, int] = {}
        entries = []
        for cells in grid.rows():
            if not columns:
                found = {
                    _ROLES[key(c.value)]: c.col for c in cells if isinstance(c.value, str) and key(c.value) in _ROLES
                }
                columns = found if "person" in found else {}
                continue
            row = cells[0].row
            name = grid.cell(row, columns["person"])
            if not isinstance(name.value, str) or not name.value.strip():
                continue
            person, number = names.split_staff_id(names.person_name(name.value))
            if "staff_id" in columns:
                cell = grid.cell(row, columns["staff_id"])
                number = names.staff_number(cell.value, cell.number_format)[0] or number
            department = ""
            if "department" in columns:
                value = grid.merged_value(row, columns["department"])
                department = names.person_name(value) if isinstance(value, str) else ""
            if person and not _NOBODY.fullmatch(person):
                entries.append(Entry(person, number, department, name.name))
        if entries:
            return Roster(path.name, sheet.name, tuple(entries))
    zh, en = (
        "名单里没有“姓名”列，或一个人也没有；请给各列加上“姓名”“部门”等表头",
        "no column 姓名 (name), or nobody in it",
    )
    raise UsageError(Message(zh, f"{en}; head the columns with 姓名, 部门 …"), path.name)


class Attendance(NamedTuple):
    """Who of a roster handed in.

    Attributes:
        missing: Who has no card, as (person, staff number, department).
        unlisted: Who has one and is not on the roster, by `who`.
        notices: These, and where the roster says otherwise than the card.
    """

    missing: tuple[tuple[str, str, str], ...]
    unlisted: frozenset[str]
    notices: list[Notice]


class _Present(NamedTuple):
    """Somebody with a card: how all cards of that person name and number them, and the first of the cards."""

    who: str
    names: frozenset[str]
    numbers: frozenset[str]
    departments: frozenset[str]
    card: CardRecord


def compare_with_roster(roster: Roster, cards: Sequence[Resolved]) -> Attendance:
    """Who of the roster has a card. Nobody's card stands for two people, and a number alone for nobody of another name.

    The surest matches are made first: number and name, then name and department, then the name where it can be nobody else;
    a number under another name only where that name is not on the roster at all (a slip, or a marriage), which is told.
    """
    present = _present(cards)
    found: dict[int, _Present] = {}
    taken: set[str] = set()

    def match(fits: Callable[[Entry, _Present], bool]) -> None:
        for at, entry in enumerate(roster.entries):
            one = next((p for p in present if p.who not in taken and fits(entry, p)), None) if at not in found else None
            if one is not None:
                found[at] = one
                taken.add(one.who)

    listed = {key(entry.person) for entry in roster.entries}
    match(lambda entry, one: _has_number(entry, one) and (_has_name(entry, one) or not one.names))
    match(lambda entry, one: _has_name(entry, one) and _may_be(entry, one) and key(entry.department) in one.departments)
    match(lambda entry, one: _has_name(entry, one) and _may_be(entry, one) and not (entry.department and one.departments))
    open_names = Counter(key(entry.person) for at, entry in enumerate(roster.entries) if at not in found)
    open_cards = Counter(name for one in present if one.who not in taken for name in one.names)

    def is_alone(entry: Entry) -> bool:
        return open_names[key(entry.person)] == open_cards[key(entry.person)] == 1

    numbers = {names.id_key(entry.staff_id) for entry in roster.entries if entry.staff_id}
    match(lambda entry, one: _has_name(entry, one) and _may_be(entry, one) and is_alone(entry))
    # With the number of somebody else on the list, a number is a slip; with one that is on no list, they are two people.
    match(lambda entry, one: _has_name(entry, one) and one.numbers <= numbers and is_alone(entry))
    match(lambda entry, one: _has_number(entry, one) and not one.names & listed)
    notices = [_differing(roster, roster.entries[at], one) for at, one in sorted(found.items())]
    missing = [entry for at, entry in enumerate(roster.entries) if at not in found]
    unnumbered = {name for one in found.values() if not one.numbers for name in one.names}
    unlisted = [one for one in present if one.who not in taken and one.names]
    return Attendance(
        tuple((entry.person, entry.staff_id, entry.department) for entry in missing),
        frozenset(one.who for one in unlisted),
        [
            *filter(None, notices),
            *(_missing(roster, entry, key(entry.person) in unnumbered) for entry in missing),
            *map(_unlisted, unlisted),
        ],
    )


def _present(cards: Sequence[Resolved]) -> list[_Present]:
    groups: dict[str, list[CardRecord]] = {}
    for one in cards:
        if one.status != "other_period":  # a card of another period is none of this one
            groups.setdefault(one.who, []).append(one.card)
    return [
        _Present(
            who,
            frozenset(key(c.person) for c in own if c.person),
            frozenset(names.id_key(c.staff_id) for c in own if c.staff_id),
            frozenset(key(c.department) for c in own if c.department),
            own[0],
        )
        for who, own in groups.items()
    ]  # fmt: skip


def _has_name(entry: Entry, one: _Present) -> bool:
    return key(entry.person) in one.names


def _has_number(entry: Entry, one: _Present) -> bool:
    return bool(entry.staff_id) and names.id_key(entry.staff_id) in one.numbers


def _may_be(entry: Entry, one: _Present) -> bool:
    """Whether no number says that they are two people."""
    return not entry.staff_id or not one.numbers or names.id_key(entry.staff_id) in one.numbers


def listed_as(person: str, staff_id: str, department: str) -> str:
    """Somebody of a roster in a sentence: 张三（00123 研发部）."""
    more = " ".join(filter(None, (staff_id, department)))
    return f"{person}（{more}）" if more else person


def _missing(roster: Roster, entry: Entry, is_unclear: bool) -> Notice:
    told = listed_as(entry.person, entry.staff_id, entry.department)
    zh, en = f"名单上的 {told} 没有考核表", f"{told} is on the roster and has no card"
    if is_unclear:
        zh += "；有一张同名的表没有工号，说不清是哪一位的"
        en += "; there is a card of this name without a number, and nobody can tell whose it is"
    return Notice("not-submitted", "warning", roster.file, roster.sheet, entry.cell, Message(zh, en))


def _unlisted(one: _Present) -> Notice:
    c = one.card
    return Notice("not-on-roster", "warning", c.file, c.sheet, c.cell, Message(
        f"{c.person} 不在名单上", f"{c.person} is not on the roster"))  # fmt: skip


def _differing(roster: Roster, entry: Entry, one: _Present) -> Notice | None:
    """What the roster says otherwise than the card of the same person."""
    c = one.card
    if not _may_be(entry, one):
        zh = f"{c.person} 的工号在名单上是 {entry.staff_id}，表里是 {c.staff_id}，那是名单上另一个人的"
        en = f"the number of {c.person} is {entry.staff_id} on the roster and {c.staff_id} on the card, which is somebody else's"
    elif one.names and not _has_name(entry, one):
        zh = f"工号 {entry.staff_id} 在名单上是 {entry.person}，表里是 {c.person}；请核对是否同一人"
        en = f"the number {entry.staff_id} is {entry.person} on the roster and {c.person} on the card: the same person?"
    elif entry.department and one.departments and key(entry.department) not in one.departments:
        zh = f"{c.person} 在名单上属于 {entry.department}，表里是 {c.department}"
        en = f"{c.person} belongs to {entry.department} on the roster and to {c.department} on the card"
    else:
        return None
    return Notice("roster-differs", "warning", c.file, c.sheet, c.cell, Message(zh, en))
