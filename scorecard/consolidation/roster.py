"""The roster: who should have a card, and who has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..messages import Message
from ..scoring.values import key
from ..workbook.grid import read_grid
from ..workbook.opening import open_workbook
from . import names
from .records import Notice
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
            if person:
                entries.append(Entry(person, number, department, name.name))
        if entries:
            return Roster(path.name, sheet.name, tuple(entries))
    zh, en = (
        "名单里没有“姓名”列，或一个人也没有；请给各列加上“姓名”“部门”等表头",
        "no column 姓名 (name), or nobody in it",
    )
    raise UsageError(Message(zh, f"{en}; head the columns with 姓名, 部门 …"), path.name)


def compare_with_roster(
    roster: Roster, cards: Sequence[Resolved]
) -> tuple[tuple[tuple[str, str, str], ...], list[Notice]]:
    """Who of the roster has no card, as (person, staff number, department); and who has one but is not on it."""
    # A card of another period is none of this one.
    cards = [one for one in cards if one.status != "other_period"]
    by_id = {names.id_key(c.card.staff_id) for c in cards if c.card.staff_id}
    by_name: dict[str, set[str]] = {}
    numbers: dict[str, set[str]] = {}
    for one in cards:
        if one.card.person:
            number = names.id_key(one.card.staff_id) if one.card.staff_id else ""
            numbers.setdefault(key(one.card.person), set()).add(number)
            by_name.setdefault(key(one.card.person), set()).add(key(one.card.department))
    missing, notices = [], []
    namesakes: dict[str, int] = {}
    for entry in roster.entries:
        namesakes[key(entry.person)] = namesakes.get(key(entry.person), 0) + 1
    for entry in roster.entries:
        name, department = key(entry.person), key(entry.department)
        departments = by_name.get(name, set())
        # A namesake in another department is somebody else; a sole bearer of the name may have moved.
        by_both = department in departments or "" in departments or not department
        if entry.staff_id and names.id_key(entry.staff_id) in by_id:
            continue
        others = numbers.get(name, set())
        is_somebody_else = bool(entry.staff_id) and "" not in others and names.id_key(entry.staff_id) not in others
        if departments and (by_both or namesakes[name] == 1) and not is_somebody_else:
            continue
        missing.append((entry.person, entry.staff_id, entry.department))
        notices.append(Notice("not-submitted", "warning", roster.file, roster.sheet, entry.cell, Message(
            f"名单上的 {entry.person} 没有考核表", f"{entry.person} is on the roster and has no card")))  # fmt: skip
    ids = {names.id_key(e.staff_id) for e in roster.entries if e.staff_id}
    for one in cards:
        c = one.card
        if not c.person or (c.staff_id and names.id_key(c.staff_id) in ids) or key(c.person) in namesakes:
            continue
        notices.append(Notice("not-on-roster", "warning", c.file, c.sheet, c.cell, Message(
            f"{c.person} 不在名单上", f"{c.person} is not on the roster")))  # fmt: skip
    return tuple(missing), notices
