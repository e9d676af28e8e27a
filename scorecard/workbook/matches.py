"""How a text of a form was understood: as a heading, as a label."""

from __future__ import annotations

from typing import NamedTuple


class HeaderMatch(NamedTuple):
    """How a header text was understood.

    Attributes:
        role: One of `ROLES` or `OTHER_ROLES` of `vocabulary.py`.
        label: Period, evaluator or band label; "" if there is none.
        unit: What the header states for bare numbers, else "".
        score: How sure, 0 to 1; its `STRONG` and above stands by itself.
        term: The term of the vocabulary that matched.
    """

    role: str
    label: str
    unit: str
    score: float
    term: str


class LabelMatch(NamedTuple):
    """A label beside a value.

    Attributes:
        kind: total, subtotal, grade, coverage, coefficient, period, person, department, position, evaluator,
            department_person or stop.
        strong: Whether the label can mean nothing else (总分, as opposed to 合计).
        label: The evaluator in front of it (自评总分), else "".
        value: What follows the colon in the same cell, None without a colon.
        term: The term that matched.
    """

    kind: str
    strong: bool
    label: str
    value: str | None
    term: str
