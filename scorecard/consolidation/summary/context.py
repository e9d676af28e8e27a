"""What every sheet of the summary needs: the people, links, and where the list of people stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from ..consolidation import Consolidation
from ..frames import grade_labels
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
        grades: Labels, best first.
        before: Person → total of the period before.
    """

    done: Consolidation
    people: pd.DataFrame
    links: Links
    grades: list[str]
    before: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, done: Consolidation, links: Links, before: dict[str, float] | None = None) -> Context:
        """The context of a consolidation; people are listed by rank, those without a total last."""
        people = done.people.sort_values(
            ["rank", "department", "person"], na_position="last", kind="stable", ignore_index=True
        )
        return cls(done, people, links, grade_labels(done.resolved), before or {})

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
