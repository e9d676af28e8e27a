"""A rule before its target is known: thresholds as expressions of the target, by cases of it.

Every rule people state relative to a target is linear in it (0.7t, t + 3, t - 3(1 - t)), so a threshold is a pair
`(a, b)` meaning `a·t + b`. A ladder gives a curve for a target, and the workbook's formulas for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RuleError
from ..messages import Message
from .curve import LINEAR, Curve, from_table
from .values import snap

#: Tests of the target that a case may ask for; "" is always true.
CONDITIONS = ("", "<1", "=1", ">1", ">0", "=0")


@dataclass(frozen=True, slots=True)
class Case:
    """Thresholds for the targets that meet a condition.

    Attributes:
        thresholds: Pairs (a, b) for a·t + b, worst end first.
        scores: Same order.
        when: One of `CONDITIONS`.
    """

    thresholds: tuple[tuple[float, float], ...]
    scores: tuple[float, ...]
    when: str = ""

    def __post_init__(self) -> None:
        if self.when not in CONDITIONS:
            raise RuleError(Message(f"未知条件“{self.when}”", f'unknown condition "{self.when}"'))
        if len(self.thresholds) != len(self.scores):
            raise RuleError(Message("阈值与分数个数不同", "thresholds and scores differ in number"))

    def meets(self, target: float) -> bool:
        """Whether a target meets the condition."""
        if not self.when:
            return True
        x, limit = snap(target), float(self.when[1])
        return x < limit if self.when[0] == "<" else x > limit if self.when[0] == ">" else x == limit

    @property
    def is_fixed(self) -> bool:
        """Whether no threshold depends on the target."""
        return all(a == 0 for a, _ in self.thresholds)


@dataclass(frozen=True, slots=True)
class Ladder:
    """A rule as cases, tried in order, and how to read between thresholds.

    Attributes:
        cases: At most one of them applies to any target.
        mode: "linear" or "step".
        higher: Whether higher is better; only asked where the thresholds don't show it.

    Example:
        >>> Ladder((Case(((0.7, 0), (1, 0)), (0, 60)),)).curve(200).thresholds
        (140.0, 200.0)
    """

    cases: tuple[Case, ...]
    mode: str = LINEAR
    higher: bool = True

    @property
    def is_fixed(self) -> bool:
        """Whether the rule is the same for every target, and needs none."""
        return len(self.cases) == 1 and not self.cases[0].when and self.cases[0].is_fixed

    @property
    def width(self) -> int:
        """The most thresholds a case has."""
        return max(len(case.thresholds) for case in self.cases)

    def curve(self, target: float | None = None) -> Curve:
        """The curve for a target.

        Raises:
            RuleError: The rule needs a target and there is none, or it has no thresholds for this one.
        """
        if target is None:
            if not self.is_fixed:
                raise RuleError(Message("规则需要目标值", "the rule needs a target"))
            target = 0.0
        t = snap(target)
        for case in self.cases:
            if case.meets(t):
                thresholds = [snap(a * t + b) for a, b in case.thresholds]
                return from_table(thresholds, list(case.scores), self.mode, self.higher)
        raise RuleError(
            Message(
                f"目标 {t:g} 没有对应的阈值", f"target {t:g} is zero or negative: the rule has no thresholds for it"
            )
        )


def fixed(curve: Curve) -> Ladder:
    """A rule that needs no target."""
    case = Case(tuple((0.0, x) for x in curve.thresholds), curve.scores)
    return Ladder((case,), curve.mode, curve.sign > 0)


def relative(curve: Curve) -> Ladder:
    """A curve over the distance from the target, actual minus target: t + each threshold."""
    case = Case(tuple((1.0, x) for x in curve.thresholds), curve.scores)
    return Ladder((case,), curve.mode, curve.sign > 0)
