"""The records as typed pandas tables; `docs/consolidation.md` describes every column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ..scoring.model import DEFAULT_GRADES
from ..scoring.values import decimal_sum, round_half_up, snap
from .records import CardRecord, Notice
from .resolve import Resolved, part_weights

# Column → dtype. Texts are "string" with "" for what is not stated; numbers are float64 with NaN.
CARDS = {
    "file": "string", "sheet": "string", "cell": "string", "person": "string", "staff_id": "string",
    "department": "string", "position": "string", "period": "string", "evaluator": "string", "title": "string",
    "stated": "float64", "computed": "float64", "total": "float64", "difference": "float64", "coverage": "float64",
    "grade": "string", "stated_grade": "string", "coefficient": "float64", "filled": "int64", "applicable": "int64",
    "layout": "int64", "status": "string", "counted": "bool", "who": "string",
}  # fmt: skip
ITEMS = {
    "file": "string", "sheet": "string", "cell": "string", "person": "string", "staff_id": "string",
    "department": "string", "period": "string", "item": "string", "section": "string", "kind": "string",
    "weight": "float64", "share": "float64", "actual": "float64", "target": "float64", "percent": "bool",
    "unit": "string", "score": "float64", "contribution": "float64", "state": "string", "band": "string",
    "numerator": "float64", "denominator": "float64", "card": "int64", "counted": "bool", "who": "string",
}  # fmt: skip
FINDINGS = {
    "file": "string", "sheet": "string", "cell": "string", "code": "string", "severity": "string", "message_zh": "string",
    "message_en": "string",
}  # fmt: skip
QUARANTINE = {name: kind for name, kind in FINDINGS.items() if name != "severity"}
PEOPLE = {
    "person": "string", "staff_id": "string", "department": "string", "position": "string", "period": "string",
    "evaluator": "string", "total": "float64", "computed": "float64", "stated": "float64", "coverage": "float64",
    "grade": "string", "coefficient": "float64", "filled": "int64", "applicable": "int64", "status": "string",
    "rank": "Int64", "department_rank": "Int64", "file": "string", "sheet": "string", "cell": "string", "card": "int64",
    "who": "string",
}  # fmt: skip


def card_frame(cards: Sequence[Resolved]) -> pd.DataFrame:
    """One row per table, in the order of files and tables."""
    rows = []
    for one in cards:
        c = one.card
        stated, computed = _nan(c.stated), _nan(c.computed)
        rows.append((
            c.file, c.sheet, c.cell, c.person, c.staff_id, c.department, c.position, c.period, c.evaluator, c.title,
            stated, computed, _nan(c.total), snap(stated - computed) if stated - computed == stated - computed else math.nan,
            _nan(c.coverage), c.grade, c.stated_grade, _nan(c.coefficient), c.filled, c.applicable, c.layout, one.status,
            one.counted, one.who,
        ))  # fmt: skip
    return _frame(rows, CARDS)


def item_frame(cards: Sequence[Resolved]) -> pd.DataFrame:
    """One row per item of each card; `card` is the row of its card."""
    rows = []
    for number, one in enumerate(cards):
        c = one.card
        for i in c.items:
            rows.append((
                c.file, c.sheet, i.cell, c.person, c.staff_id, c.department, c.period, i.name, i.section, i.kind,
                _nan(i.weight), i.share, _nan(i.actual), _nan(i.target), i.percent, i.unit, _nan(i.score),
                _nan(i.contribution), i.state, i.band, _nan(i.numerator), _nan(i.denominator), number, one.counted,
                one.who,
            ))  # fmt: skip
    return _frame(rows, ITEMS)


def finding_frame(notices: Sequence[Notice]) -> pd.DataFrame:
    """One row per finding."""
    return _frame(
        [(n.file, n.sheet, n.cell, n.code, n.severity, n.message.zh, n.message.en) for n in notices], FINDINGS
    )


def quarantine_frame(notices: Sequence[Notice]) -> pd.DataFrame:
    """One row per thing that was not taken."""
    return _frame([(n.file, n.sheet, n.cell, n.code, n.message.zh, n.message.en) for n in notices], QUARANTINE)


class _Person(NamedTuple):
    card: CardRecord
    number: int
    who: str
    total: float | None
    computed: float | None
    coverage: float | None
    grade: str
    coefficient: float | None
    filled: int
    applicable: int
    status: str


def people_frame(cards: Sequence[Resolved]) -> pd.DataFrame:
    """One row per person: the card that counts, parts of one card put together, ranks (1, 2, 2, 4) by rounded total."""
    people = []
    units: dict[int, list[int]] = {}
    for number, one in enumerate(cards):
        if one.counted:
            units.setdefault(one.unit, []).append(number)
    for numbers in units.values():
        people.append(_person(cards, numbers))
    rows = [
        (
            p.card.person, p.card.staff_id, p.card.department, p.card.position, p.card.period, p.card.evaluator,
            _nan(p.total), _nan(p.computed), _nan(p.card.stated) if p.number >= 0 else math.nan, _nan(p.coverage), p.grade,
            _nan(p.coefficient), p.filled, p.applicable, p.status, None, None, p.card.file, p.card.sheet, p.card.cell,
            abs(p.number), p.who,
        )
        for p in people
    ]  # fmt: skip
    frame = _frame(rows, PEOPLE)
    snapped = frame["total"].map(snap, na_action="ignore")
    frame["rank"] = snapped.rank(method="min", ascending=False).astype("Int64")
    frame["department_rank"] = snapped.groupby(frame["department"]).rank(method="min", ascending=False).astype("Int64")
    return frame


def _person(cards: Sequence[Resolved], numbers: list[int]) -> _Person:
    first = cards[numbers[0]]
    c = first.card
    if len(numbers) == 1:
        return _Person(
            c, numbers[0], first.who, c.total, c.computed, c.coverage, c.grade, c.coefficient, c.filled, c.applicable,
            c.status,
        )  # fmt: skip
    parts = [cards[n].card for n in numbers]
    weights = part_weights([part.title for part in parts]) or [1 / len(parts)] * len(parts)
    filled, applicable = sum(p.filled for p in parts), sum(p.applicable for p in parts)
    status = next((p.status for p in parts if p.status != "ok"), "ok")
    computed = total = None
    grade, coefficient = f"未完成 {filled}/{applicable}" if status == "incomplete" else "", None
    if status == "ok":
        computed = snap(decimal_sum([w * (p.computed or 0.0) for w, p in zip(weights, parts, strict=True)]))
        total = round_half_up(computed, c.settings.digits)
        found = c.settings.grades.of(total)
        grade, coefficient = found.label, found.coefficient
    coverage = decimal_sum([w * (p.coverage or 0.0) for w, p in zip(weights, parts, strict=True)])
    return _Person(c, numbers[0], first.who, total, computed, coverage, grade, coefficient, filled, applicable, status)


def grade_scales(cards: Sequence[Resolved]) -> dict[tuple[str, ...], list[Resolved]]:
    """The scales of grades in use, best label first, each with its cards; the one that most cards have comes first."""
    scales: dict[tuple[str, ...], list[Resolved]] = {}
    for one in cards:
        scales.setdefault(tuple(grade.label for grade in reversed(one.card.settings.grades.rows)), []).append(one)
    default = tuple(grade.label for grade in reversed(DEFAULT_GRADES.rows))
    ordered = sorted(scales.items(), key=lambda item: (-len(item[1]), item[0]))
    return dict(ordered) or {default: []}


def grade_labels(cards: Sequence[Resolved]) -> list[str]:
    """The grades in use, best first: of the scale most cards have, then whatever else occurs."""
    return list(dict.fromkeys(label for scale in grade_scales(cards) for label in scale))


def _nan(value: float | None) -> float:
    return math.nan if value is None else value


def _frame(rows: Sequence[tuple[object, ...]], columns: dict[str, str]) -> pd.DataFrame:
    data = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype=kind) for (name, kind), values in zip(columns.items(), data, strict=True)}
    )
