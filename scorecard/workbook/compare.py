"""Two versions of a card: what changed, in sentences, and what each change did to the total. For appeals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import NoTableFound, ScorecardError, UsageError
from ..findings import Finding, finding_json
from ..messages import Message
from ..refusals import no_workbooks
from ..scoring.changes import ORDER, Change, attribute
from ..scoring.model import CardResult
from ..scoring.values import key, round_half_up, show, snap
from .inspection import inspect_package
from .package import Package
from .recalc import recalculate
from .recognise import Table, no_table
from .ruleread import RuleSheet, read_rule_sheet
from .steps import steps_between
from .verification import with_formulas
from .versions import Version

SCHEMA = 1
ENDINGS = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class CardComparison:
    """Two versions of one card.

    Attributes:
        person: Whose card it is, "" if the form does not say.
        title: Its title.
        places: File and sheet of each version.
        before: The result of the first.
        after: The result of the second.
        changes: In the order in which they were made; their effects add up to `difference`.
        difference: Of the unrounded totals; None unless both have one.
        rounding: What rounding adds to the difference of the rounded totals.
    """

    person: str
    title: str
    places: tuple[str, str]
    before: CardResult
    after: CardResult
    changes: tuple[Change, ...]
    difference: float | None
    rounding: float | None

    @property
    def is_same(self) -> bool:
        """Whether nothing changed."""
        return not self.changes


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two workbooks, or two folders, card by card.

    Attributes:
        a: The first, as given.
        b: The second.
        cards: Cards that both have.
        only_a: Cards that only the first has, as file, sheet and person.
        only_b: Likewise.
        findings: Files that could not be read, names that are not unique.
    """

    a: str
    b: str
    cards: tuple[CardComparison, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing changed and both have the same cards."""
        return all(card.is_same for card in self.cards) and not self.only_a and not self.only_b

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """One JSON document; effects are points of the unrounded total, null where there is no total."""
        return {
            "schema": SCHEMA,
            "a": self.a,
            "b": self.b,
            "order": ORDER.text(language),
            "cards": [_card_json(card, language) for card in self.cards],
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "findings": [finding_json(f, language) for f in self.findings],
        }


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A card of a workbook, ready to be compared."""

    file: str
    version: Version

    @property
    def table(self) -> Table:
        return self.version.card.table

    @property
    def person(self) -> str:
        return self.table.identity.get("person", ("", ""))[0]

    @property
    def place(self) -> str:
        return f"{self.file}!{self.table.sheet}"

    @property
    def name(self) -> str:
        return f"{self.place}（{self.person}）" if self.person else self.place


def compare(a: str | os.PathLike[str], b: str | os.PathLike[str]) -> Comparison:
    """Say what changed between two versions of a card, and what each change did to the total.

    Changes are made one after the other, in a stated order, and the total is taken each time; so the effects add up to
    the whole difference. What a change would do alone is given beside it. Finalised workbooks are read like any other.

    Args:
        a: The first version: a workbook, or a folder of them.
        b: The second, likewise. Cards of several people are matched by person, then by sheet and title.

    Raises:
        UnusableFile: A workbook that cannot be read (in folders it is a finding).
        NoTableFound: One of the two holds no assessment table.
        UsageError: A folder against a file, or a folder without workbooks.

    Example:
        ::

            for card in compare("原稿.xlsx", "申诉后.xlsx").cards:
                for change in card.changes:
                    print(change.message.zh, change.effect)
    """
    one, two = Path(a), Path(b)
    if one.is_dir() != two.is_dir():
        raise UsageError(
            Message("请给出两个文件，或两个文件夹", "give two files or two folders, not one of each"), f"{a}, {b}"
        )
    findings: list[Finding] = []
    cards_a, cards_b = (_folder(path, findings) if path.is_dir() else _file(path, path.name) for path in (one, two))
    pairs, rest_a, rest_b = _paired(cards_a, cards_b)
    return Comparison(
        str(a), str(b), tuple(_compared(x, y) for x, y in pairs), tuple(x.name for x in rest_a),
        tuple(x.name for x in rest_b), tuple(findings),
    )  # fmt: skip


def compare_cards(a: Version, b: Version) -> tuple[tuple[Change, ...], CardResult]:
    """The changes between two versions of a card, and the result after the last of them."""
    start, steps = steps_between(a, b)
    changes, result = attribute(start, steps)
    goal = b.card.result
    if result.computed is not None and goal.computed is not None and abs(result.computed - goal.computed) > 1e-9:
        # Never reached by what steps know of; if it is, it must show, for the effects have to add up.
        rest = snap(goal.computed - result.computed)
        message = Message("其他改动", "other changes")
        changes.append(Change("other", "", message, rest, None))
    return tuple(changes), result


def _compared(x: _Loaded, y: _Loaded) -> CardComparison:
    changes, _ = compare_cards(x.version, y.version)
    before, after = x.version.card.result, y.version.card.result
    difference = rounding = None
    if before.computed is not None and after.computed is not None:
        difference = snap(after.computed - before.computed)
        if before.total is not None and after.total is not None:
            rounding = snap(after.total - before.total - difference)
    title = y.table.title or x.table.title or y.table.sheet
    return CardComparison(y.person or x.person, title, (x.place, y.place), before, after, changes, difference, rounding)


# --- reading and matching --------------------------------------------------------------------------------------------


def _file(path: Path, name: str) -> list[_Loaded]:
    package = Package.open(path)
    seen = inspect_package(package, path.name)
    if not seen.cards:
        raise no_table(seen.findings, str(path))
    rules = _rules(package) if any(card.is_embedded for card in seen.cards) else None
    return [_Loaded(name, Version(card, seen.computed[card.table.sheet], rules)) for card in seen.cards]


def _rules(package: Package) -> RuleSheet | None:
    thawed, _ = with_formulas(package)
    fresh = recalculate(thawed.to_bytes())
    return read_rule_sheet(Package.open(fresh.data) if fresh.data is not None else thawed)


def _folder(folder: Path, findings: list[Finding]) -> list[_Loaded]:
    found: list[_Loaded] = []
    paths = [
        path for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in ENDINGS and path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]  # fmt: skip
    if not paths:
        raise no_workbooks([str(folder)], ENDINGS)
    problems: list[ScorecardError] = []
    for path in paths:
        try:
            found += _file(path, str(path.relative_to(folder)))
        except ScorecardError as problem:
            problems.append(problem)
            if not isinstance(problem, NoTableFound):  # instructions, lists of staff … beside the forms
                findings.append(Finding("unusable-file", "error", str(path), "", problem.message))
    if not found:
        raise problems[0]
    return found


def _paired(
    a: Sequence[_Loaded], b: Sequence[_Loaded]
) -> tuple[list[tuple[_Loaded, _Loaded]], list[_Loaded], list[_Loaded]]:
    """Cards that belong together, and what is left of each side; a single card on both sides is a pair anyway."""
    if len(a) == len(b) == 1:
        return [(a[0], b[0])], [], []
    pairs: list[tuple[_Loaded, _Loaded]] = []
    left_a, left_b = list(a), list(b)
    for trait in (_by_person_and_title, _by_person, _by_place, _by_sheet):
        for x in list(left_a):
            mine = trait(x)
            same = [y for y in left_b if mine and trait(y) == mine]
            if len(same) == 1 and sum(1 for other in left_a if trait(other) == mine) == 1:
                pairs.append((x, same[0]))
                left_a.remove(x)
                left_b.remove(same[0])
    order = {id(x): n for n, x in enumerate(a)}
    return sorted(pairs, key=lambda pair: order[id(pair[0])]), left_a, left_b


def _by_person_and_title(card: _Loaded) -> tuple[str, ...]:
    return (key(card.person), key(card.table.title)) if card.person else ()


def _by_person(card: _Loaded) -> tuple[str, ...]:
    return (key(card.person),) if card.person else ()


def _by_place(card: _Loaded) -> tuple[str, ...]:
    return (card.file, key(card.table.sheet), key(card.table.title))


def _by_sheet(card: _Loaded) -> tuple[str, ...]:
    return (key(card.table.sheet),)


# --- sentences and JSON ----------------------------------------------------------------------------------------------


def sentence(change: Change, digits: int = 2) -> Message:
    """A change and what it did, as a person reads it in an appeal."""
    zh, en = change.message
    if change.scores is not None and change.scores[0] != change.scores[1]:
        old, new = ("—" if s is None else points(s) for s in change.scores)
        zh, en = f"{zh}，得分 {old} → {new}", f"{en}, score {old} → {new}"
    if change.effect is None:
        return Message(
            f"{zh}：改动前或改动后没有总分，影响无法计算",
            f"{en}: no total before or after it, so no effect can be told",
        )
    effect = signed(change.effect, digits)
    zh, en = f"{zh}：总分 {effect}", f"{en}: total {effect}"
    if change.is_joint:
        zh, en = f"{zh}（含前面几步，其间没有总分）", f"{en} (with the steps before, which left no total)"
    elif change.interacts and change.alone is not None:
        alone = signed(change.alone, digits)
        zh, en = f"{zh}（若只改这一处：{alone}）", f"{en} (alone: {alone})"
    return Message(zh, en)


def points(value: float) -> str:
    """Points with at most two decimals."""
    return show(round_half_up(value, 2))


def signed(value: float, digits: int = 2) -> str:
    """A difference of points with its sign: +1.5, −0.25, ±0."""
    rounded = round_half_up(value, digits)
    if rounded == 0:
        return "±0" if value == 0 or abs(value) < 5e-12 else f"{value:+.2g}".replace("-", "−")
    return f"{'+' if rounded > 0 else '−'}{show(abs(rounded))}"


def _card_json(card: CardComparison, language: str | None) -> dict[str, Any]:
    def version(place: str, result: CardResult) -> dict[str, Any]:
        return {
            "place": place,
            "total": result.total,
            "computed": result.computed,
            "grade": result.grade or None,
            "coefficient": result.coefficient,
        }

    return {
        "person": card.person or None,
        "title": card.title,
        "a": version(card.places[0], card.before),
        "b": version(card.places[1], card.after),
        "difference": card.difference,
        "rounding": card.rounding,
        "changes": [
            {
                "kind": change.kind,
                "item": change.item or None,
                "what": change.message.text(language),
                "effect": change.effect,
                "alone": change.alone,
                "joint": change.is_joint,
                "scores": list(change.scores) if change.scores is not None else None,
                "sentence": sentence(change).text(language),
            }
            for change in card.changes
        ],
    }
