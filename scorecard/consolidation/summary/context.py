"""What every sheet of the summary needs: the people, links, and where the list of people stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ...errors import UsageError
from ...messages import Message
from ..consolidation import Consolidation
from ..frames import grade_labels, grade_scales
from .links import Links

# Each formula of the list looks at the whole list: beyond so many people a recalculation would take minutes.
_LIVE = 3_000
FIRST_PERSON = 4


@dataclass(frozen=True)
class Context:
    """What is written.

    Attributes:
        done: The consolidation.
        people: Its people, by department and rank.
        links: To the sources.
        grades: Labels, best first; of several scales those of most people, then the others.
        ladder: Those that are distributed: one scale.
        before: Person → total of the period before.
        quotas: Share of each grade; `quotas_assumed` if nobody stated them.
    """

    done: Consolidation
    people: pd.DataFrame
    links: Links
    grades: list[str]
    ladder: list[str]
    before: dict[str, float] = field(default_factory=dict)
    quotas: list[float] = field(default_factory=list)
    quotas_assumed: bool = True

    @classmethod
    def of(
        cls,
        done: Consolidation,
        links: Links,
        before: dict[str, float] | None = None,
        quotas: Mapping[str, float] | None = None,
    ) -> Context:
        """The context of a consolidation; people are listed by rank, those without a total last."""
        people = done.people.sort_values(
            ["rank", "department", "person"], na_position="last", kind="stable", ignore_index=True
        )
        counted = [one for one in done.resolved if one.counted]
        scales = [list(scale) for scale in grade_scales(counted)]
        # Quotas say themselves which grades they are for.
        ladder = next((scale for scale in scales if quotas is not None and set(quotas) <= set(scale)), scales[0])
        return cls(
            done, people, links, grade_labels(done.resolved), ladder, before or {}, _quotas(ladder, quotas), quotas is None
        )  # fmt: skip

    @property
    def of_period(self) -> str:
        """The period as titles end with it, or nothing."""
        return f" · {self.done.period}" if self.done.period else ""

    @property
    def is_live(self) -> bool:
        """Whether there are few enough people for formulas over the whole list."""
        return len(self.people) <= _LIVE

    @property
    def last(self) -> int:
        """The row of the last person, counted from 0; the first is `FIRST_PERSON`."""
        return FIRST_PERSON + len(self.people) - 1


#: An assumption, shown as such: no source states quotas. Best grade first; spread evenly for other numbers of grades.
ASSUMED_QUOTAS = (0.1, 0.3, 0.45, 0.1, 0.05)


def _quotas(grades: list[str], given: Mapping[str, float] | None) -> list[float]:
    if given is None:
        if len(grades) == len(ASSUMED_QUOTAS):
            return list(ASSUMED_QUOTAS)
        return [1 / len(grades)] * len(grades)
    unknown = [label for label in given if label not in grades]
    if unknown:
        listed = "、".join(grades)
        zh = f"没有等级“{unknown[0]}”；等级有 {listed}，写法如 优=10%,良=30%,…"
        en = f'there is no grade "{unknown[0]}"; there are {listed}: write 优=10%,良=30%,…'
        raise UsageError(Message(zh, en))
    if abs(sum(given.values()) - 1) > 1e-6 or any(share < 0 for share in given.values()):
        listed = "、".join(grades)
        zh = f"比例应写成 优=10%,良=30%,…，等级用 {listed}，合计 100%"
        raise UsageError(Message(zh, f"quotas: write 优=10%,良=30%,… with the grades {listed}, summing to 100%"))
    return [given.get(label, 0.0) for label in grades]
