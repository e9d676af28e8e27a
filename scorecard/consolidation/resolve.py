"""Who is who over all files: the period, one key per person, duplicates, parts of one card.

Nothing is taken out here. Each card keeps its place and gets a status; which of them count in roll-ups is said by
`counted`, after one stated rule.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import UsageError
from ..messages import Message
from ..scoring.periods import parse_period
from ..scoring.values import key, show
from . import names
from .records import CardRecord, Notice

#: Which of several cards of one person counts: the first or the last one, in the order of file names (copies last), with a total.
KEEP = ("first", "last")
_TAKEN = ("ok", "incomplete", "error", "not_assessed")


class Resolved(NamedTuple):
    """A card with its place among all: `who` is the same for all cards of one person, `unit` for parts of one card."""

    card: CardRecord
    who: str
    status: str
    counted: bool
    unit: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """All cards in their order, the period they are consolidated for ("" if none is known), and what was noticed."""

    cards: tuple[Resolved, ...]
    period: str
    notices: tuple[Notice, ...]
    quarantine: tuple[Notice, ...]


def resolve(
    cards: Sequence[CardRecord], period: str | None = None, keep: str = "first", copies: dict[str, str] | None = None
) -> Resolution:
    """Put the cards of all files together.

    Args:
        cards: In the order of files and tables.
        period: The period consolidated; the most frequent one when omitted.
        keep: "first" or "last": which of several cards of one person counts.
        copies: Files with the content of an earlier one, and that one.

    Raises:
        UsageError: An unknown `keep`, or a period that is none.
    """
    check_keep(keep)
    notices: list[Notice] = []
    quarantine: list[Notice] = []
    chosen = _chosen_period(cards, period)
    cards = _with_period(cards, chosen, notices)
    cards = _with_sure_departments(cards)
    who = _identities(cards, notices)
    cards = _completed(cards, who)
    units = _units(cards, who)
    status = [card.status for card in cards]
    at_hand = {card.file for card in cards if card.period and chosen and names.same_period(card.period, chosen)}
    for i, card in enumerate(cards):
        if chosen and card.period and not names.same_period(card.period, chosen):
            status[i] = "other_period"
            zh = f"这张表是 {card.period} 的，本次汇总 {chosen}"
            en = f"this table is of {card.period}, the summary is of {chosen}"
            if names.is_whole_period(card.period):
                zh, en = f"{zh}；要汇总它请用 --period {card.period}", f"{en}; use --period {card.period} for it"
            # The yearly goals beside a quarterly card belong there; a file without any card of the period is not taken.
            is_beside = card.file in at_hand and not _is_same_kind(card.period, chosen)
            (notices if is_beside else quarantine).append(
                Notice("other-period", "info" if is_beside else "error", card.file, card.sheet, card.cell, Message(zh, en))
            )
    counted = [False] * len(cards)
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for unit in units:
        if all(_is_blank(cards[i]) for i in unit):
            first = cards[unit[0]]
            notices.append(Notice("blank-form", "info", first.file, first.sheet, first.cell, Message(
                "没有姓名，得分一项也没填（空白表？），不计人数",
                "no name and no score at all (an empty form?): it counts as nobody")))  # fmt: skip
        elif status[unit[0]] in _TAKEN:
            groups[who[unit[0]]].append(unit)
    for group in groups.values():
        _choose(cards, group, status, counted, keep, copies or {}, notices)
    number = {i: n for n, unit in enumerate(units) for i in unit}
    for unit in units:
        if len(unit) > 1:
            for i in unit:
                status[i] = "part" if status[i] == "ok" else status[i]
    resolved = tuple(Resolved(card, who[i], status[i], counted[i], number[i]) for i, card in enumerate(cards))
    return Resolution(resolved, chosen, tuple(notices), tuple(quarantine))


def _is_blank(card: CardRecord) -> bool:
    return card.status == "incomplete" and not card.person and not card.staff_id and not card.filled


def check_keep(keep: str) -> None:
    """Refuse an unknown rule.

    Raises:
        UsageError: It is none of `KEEP`.
    """
    if keep not in KEEP:
        raise UsageError(Message(f"未知取舍规则“{keep}”（first 或 last）", f'unknown rule "{keep}": first or last'))


def _is_same_kind(a: str, b: str) -> bool:
    one, other = parse_period(a), parse_period(b)
    return one is not None and other is not None and one.kind == other.kind


# --- period ----------------------------------------------------------------------------------------------------------


def period_of(text: str) -> str:
    """A period given by a person, as its label.

    Raises:
        UsageError: It says no particular period.
    """
    label = names.period_label(text)
    if parse_period(label) is None or not (parse_period(label) or 0) or not names.is_whole_period(label):
        zh = f"周期“{text}”不明确，请写成 2026Q3、2026H1、2026-08 或 2026"
        raise UsageError(Message(zh, f'period "{text}": write 2026Q3, 2026H1, 2026-08 or 2026'))
    return label


def _chosen_period(cards: Iterable[CardRecord], period: str | None) -> str:
    if period:
        return period_of(period)
    stated = Counter(card.period for card in cards if card.period)
    whole = {label: count for label, count in stated.items() if names.is_whole_period(label)} or stated
    # Of equally frequent ones the latest: labels of one kind sort by time.
    return max(whole, key=lambda label: (whole[label], label), default="")


def _with_period(cards: Sequence[CardRecord], chosen: str, notices: list[Notice]) -> list[CardRecord]:
    result = []
    for card in cards:
        if chosen and not card.period:
            notices.append(Notice("period-missing", "info", card.file, card.sheet, "", Message(
                f"没有写考核周期，按 {chosen} 计", f"no period is stated; counted as {chosen}")))  # fmt: skip
            card = card._replace(period=chosen)
        elif chosen and card.period != chosen and names.same_period(card.period, chosen):
            card = card._replace(period=chosen)
        result.append(card)
    return result


# --- persons ---------------------------------------------------------------------------------------------------------


def _with_sure_departments(cards: Sequence[CardRecord]) -> list[CardRecord]:
    """A department that only the name of the file or a folder says gives way to the one that its tables say of the person.

    三组.xlsx may hold a list of persons, and a sheet for each on which stands 研发部. Where they name several departments
    there are several persons of the name, and nobody knows which of them is meant.
    """
    said: dict[tuple[str, str], list[CardRecord]] = defaultdict(list)
    for card in cards:
        if card.person and card.department and not card.is_department_guessed:
            said[card.file, key(card.person)].append(card)
    result = []
    for card in cards:
        others = said.get((card.file, key(card.person)), []) if card.is_department_guessed else []
        others = [o for o in others if _may_be_one(names.id_key(card.staff_id), names.id_key(o.staff_id))]
        if len({key(other.department) for other in others}) == 1:
            card = card._replace(department=others[0].department, is_department_guessed=False)
        result.append(card)
    return result


def _may_be_one(one: str, other: str) -> bool:
    return one == other or not one or not other


def _completed(cards: Sequence[CardRecord], who: Sequence[str]) -> list[CardRecord]:
    """What a card does not state itself, from another one of the person and the period in the same file.

    Only what all of these agree on: somebody with two positions has none on a card that names none.
    """
    stated: dict[tuple[str, str, str], tuple[dict[str, str], ...]] = {}
    for card, one in zip(cards, who, strict=True):
        known = stated.setdefault((card.file, card.period, one), ({}, {}, {}))
        for values, value in zip(known, _of_person(card), strict=True):
            if value:
                values.setdefault(names.id_key(value) if values is known[0] else key(value), value)
    result = []
    for card, one in zip(cards, who, strict=True):
        known = stated[card.file, card.period, one]
        of_all = [next(iter(values.values())) if len(values) == 1 else "" for values in known]
        own = _of_person(card)
        whole = tuple(mine or other for mine, other in zip(own, of_all, strict=True))
        if whole != own:
            staff_id, position, department = whole
            card = card._replace(staff_id=staff_id, position=position, department=department)
        result.append(card)
    return result


def _of_person(card: CardRecord) -> tuple[str, str, str]:
    return card.staff_id, card.position, card.department


def _identities(cards: Sequence[CardRecord], notices: list[Notice]) -> list[str]:
    """One key per person and card: by staff number, else by name and department, else the card stands alone."""
    by_id: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        if card.staff_id and card.person:
            by_id[names.id_key(card.staff_id)].add(key(card.person))
    shared = {number for number, persons in by_id.items() if len(persons) > 1}
    ids_of: dict[str, set[tuple[str, str]]] = defaultdict(set)
    departments_of: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        name = key(card.person)
        if card.staff_id and name and names.id_key(card.staff_id) not in shared:
            ids_of[name].add((names.id_key(card.staff_id), key(card.department)))
        elif name and card.department:
            departments_of[name].add(key(card.department))
    who = []
    told: set[str] = set()
    for i, card in enumerate(cards):
        name, department = key(card.person), key(card.department)
        number = names.id_key(card.staff_id) if card.staff_id else ""
        if number and number in shared:
            notices.append(Notice("staff-id-shared", "error", card.file, card.sheet, card.cell, Message(
                f"工号 {card.staff_id} 有不止一个姓名，按姓名和部门区分",
                f"the staff number {card.staff_id} goes with several names; they are told apart by name and department",
            )))  # fmt: skip
            number = ""
        if number:
            who.append(f"#{number}")
            if not name:
                notices.append(Notice("person-missing", "warning", card.file, card.sheet, "", Message(
                    f"表里、工作表名和文件名都没有姓名，只有工号 {card.staff_id}，按工号核对",
                    f"no name in the table, the sheet or the file, only the staff number {card.staff_id}: it is matched by that",
                )))  # fmt: skip
        elif not name:
            # Of this period and no other: whose card it is nobody knows.
            who.append(f"?{card.period}-{i}")
            if not _is_blank(card):
                notices.append(Notice("person-missing", "warning", card.file, card.sheet, "", Message(
                    "表里、工作表名和文件名都没有姓名，无法与名单核对",
                    "no name in the table, the sheet or the file: it cannot be matched with a roster")))  # fmt: skip
        else:
            matching = {n for n, d in ids_of[name] if not d or not department or d == department}
            if len(matching) == 1:
                who.append(f"#{next(iter(matching))}")
            elif not department and len(departments_of[name]) == 1:
                who.append(f"{name}@{next(iter(departments_of[name]))}")
            else:
                who.append(f"{name}@{department}")
    persons: dict[str, dict[str, int]] = defaultdict(dict)
    for i, card in enumerate(cards):
        if card.person:
            persons[key(card.person)].setdefault(who[i], i)
    for name, known in persons.items():
        if len(known) > 1 and name not in told:
            told.add(name)
            for i in list(known.values())[1:]:
                first = cards[next(iter(known.values()))]
                notices.append(Notice("same-name", "info", cards[i].file, cards[i].sheet, cards[i].cell, Message(
                    f"与 {first.file}!{first.sheet} 同名（{_told(first)}、{_told(cards[i])}），按两个人计",
                    f"the same name as in {first.file}!{first.sheet} ({_told(first)}, {_told(cards[i])}): "
                    "counted as two persons")))  # fmt: skip
    return who


def _told(card: CardRecord) -> str:
    return " ".join(part for part in (card.department, card.staff_id) if part) or "—"


# --- parts and duplicates --------------------------------------------------------------------------------------------


def _units(cards: Sequence[CardRecord], who: Sequence[str]) -> list[list[int]]:
    """Cards one by one; the parts of one card (业绩 and 行为 under each other on a sheet) together."""
    units: list[list[int]] = []
    for i, card in enumerate(cards):
        last = cards[units[-1][-1]] if units else None
        if (
            last is not None
            and card.layout == last.layout == 4
            and (card.file, card.sheet, card.period) == (last.file, last.sheet, last.period)
            and who[i] == who[units[-1][-1]]
        ):
            units[-1].append(i)
        else:
            units.append([i])
    return units


def part_weights(titles: Sequence[str]) -> list[float] | None:
    """The weights that the titles of parts state (业绩 50%), as fractions that sum to 1; None if they don't.

    Example:
        >>> part_weights(["第二部分 业绩（60%）", "第三部分 行为（40%）"]), part_weights(["业绩", "行为"])
        ([0.6, 0.4], None)
    """
    found = [re.findall(r"(\d+(?:\.\d+)?)\s*[%％]", title) for title in titles]
    if any(len(one) != 1 for one in found):
        return None
    weights = [float(one[0]) / 100 for one in found]
    return weights if abs(sum(weights) - 1) < 1e-9 else None


def _choose(
    cards: Sequence[CardRecord], group: list[list[int]], status: list[str], counted: list[bool], keep: str,
    copies: dict[str, str], notices: list[Notice],
) -> None:  # fmt: skip
    """Mark the later cards of one person, and the one that counts.

    A hidden sheet counts only where there is no other, and what was finalised before what may have been changed since.
    """
    among = [unit for unit in group if not all(cards[i].is_hidden for i in unit)] or group
    among = [unit for unit in among if all(status[i] == "ok" for i in unit)] or among
    among = [unit for unit in among if all(cards[i].is_final and status[i] == "ok" for i in unit)] or among
    chosen = among[0] if keep == "first" else among[-1]
    for i in chosen:
        counted[i] = True
    first = group[0]
    for unit in group[1:]:
        for i in unit:
            status[i] = "duplicate"
            notices.append(_duplicate(cards[i], cards[first[0]], cards[chosen[0]], copies))


def _duplicate(card: CardRecord, first: CardRecord, chosen: CardRecord, copies: dict[str, str]) -> Notice:
    where, counts = _place(first, card), _place(chosen, card)
    if copies.get(card.file) == first.file:
        code, zh, en = "same-file", f"内容与 {first.file} 完全相同", f"the same content as {first.file}"
    elif card.department and first.department and key(card.department) != key(first.department):
        code = "transfer"
        zh = f"同一工号在 {where} 属于 {first.department}（调动？）"
        en = f"the same staff number belongs to {first.department} in {where} (transferred?)"
    elif card.position and first.position and key(card.position) != key(first.position):
        code = "two-positions"
        zh, en = f"同一人在 {where} 是另一岗位（兼职？）", f"the same person holds another position in {where}"
    else:
        code, zh, en = "duplicate-person", f"同一人已在 {where}", f"the same person stands in {where} already"
    other = next((one for one in (card, first) if one is not chosen), card)
    if other.total is not None and chosen.total is not None and other.total != chosen.total:
        # Whoever looks for the other total finds it here and nowhere else.
        mine, theirs = show(chosen.total), show(other.total)
        zh, en = f"{zh}；计入的 {mine} 分，另一张 {theirs} 分", f"{en}; the one that counts has {mine}, the other {theirs}"
    return Notice(code, "warning", card.file, card.sheet, card.cell, Message(
        f"{zh}；汇总只计 {counts}", f"{en}; only {counts} counts in roll-ups"))  # fmt: skip


def _place(card: CardRecord, seen_from: CardRecord) -> str:
    """Where a card stands; on the same sheet as another one, with its cell."""
    is_beside = card is not seen_from and (card.file, card.sheet) == (seen_from.file, seen_from.sheet)
    return "!".join((card.file, card.sheet, *((card.cell,) if is_beside else ())))
