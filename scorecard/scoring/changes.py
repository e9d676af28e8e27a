"""What each of several changes did to a total: one is made after the other, in a stated order, and the total taken each time.

The differences add up to the whole difference, whatever the changes are. Where changes work on each other (a weight and
the score it multiplies), how much falls to which depends on the order; what a change would do all by itself is given
beside it, and the two differ exactly where that is so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..messages import Message
from .model import CardResult, Scorecard
from .score import score_card
from .values import snap

#: The order in which changes are made, as it is stated to people.
ORDER = Message(
    "考核项目与权重、考核周期、目标、评分规则、实际值、手工得分、加减分、否决、计分设置；每类中按表中顺序",
    "items and weights, period, targets, rules, actuals, typed scores, adjustments, vetoes, settings; each as in the table",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One change that can be made to a card.

    Attributes:
        kind: "items", "period", "target", "rule", "actual", "score", "adjustment", "veto", "settings", "grades",
            "identity", "name" or "other".
        item: Name of the item, "" for the card as a whole.
        message: What changed.
        make: The card with the change made.
    """

    kind: str
    item: str
    message: Message
    make: Callable[[Scorecard], Scorecard]


@dataclass(frozen=True, slots=True)
class Change:
    """A change and what it did.

    Attributes:
        kind: See `Step`.
        item: Name of the item, "" for the card as a whole.
        message: What changed.
        effect: Points it added to the unrounded total, in its turn; None where there is no total before or after it.
        alone: Points it would add if it were the only change; None likewise.
        is_joint: The effect is that of the changes before it, too, which left no total in between.
        scores: The item's score before and after, None without one or where the change is not about one item.
    """

    kind: str
    item: str
    message: Message
    effect: float | None
    alone: float | None
    is_joint: bool = False
    scores: tuple[float | None, float | None] | None = None

    @property
    def interacts(self) -> bool:
        """Whether other changes alter what this one does."""
        return self.effect is not None and self.alone is not None and abs(self.effect - self.alone) > 5e-7


def attribute(card: Scorecard, steps: Sequence[Step]) -> tuple[list[Change], CardResult]:
    """Make changes one after the other.

    Args:
        card: The card before.
        steps: The changes, in order.

    Returns:
        The changes with their effects, and the result after the last.

    Example:
        >>> from dataclasses import replace
        >>> from .model import Kpi
        >>> from .values import read
        >>> card = Scorecard((Kpi("a", None, weight=0.5, typed=read(80)), Kpi("b", None, weight=0.5, typed=read(60))))
        >>> better = Step("score", "b", Message("b: 60 → 90", "b: 60 → 90"),
        ...               lambda c: replace(c, kpis=(c.kpis[0], replace(c.kpis[1], typed=read(90)))))
        >>> changes, result = attribute(card, [better])
        >>> changes[0].effect, result.total
        (15.0, 85.0)
    """
    first = result = score_card(card)
    last = first.computed
    current, pending = card, False
    changes: list[Change] = []
    for step in steps:
        current = step.make(current)
        before, result = result, score_card(current)
        effect = None if result.computed is None or last is None else snap(result.computed - last)
        by_itself = score_card(step.make(card)).computed
        alone = None if by_itself is None or first.computed is None else snap(by_itself - first.computed)
        is_joint = pending and effect is not None
        pending = result.computed is None
        last = last if pending else result.computed
        scores = (_score(before, step.item), _score(result, step.item)) if step.item else None
        changes.append(Change(step.kind, step.item, step.message, effect, alone, is_joint, scores))
    return changes, result


def _score(result: CardResult, name: str) -> float | None:
    return next((item.score for item in result.items if item.kpi.name == name), None)
