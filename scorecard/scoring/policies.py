"""Thresholds generated from a target, when a form gives score ranges but no thresholds.

A policy is an assumption: it is named in the workbook and reported. Section 1 of `docs/scoring.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import RuleError
from ..messages import Message
from .curve import BAND_SCALE, Curve
from .ladder import Case, Ladder
from .values import snap

KINDS = ("rate", "amount", "count")
DIRECTIONS = ("higher", "lower")
CAP_SCORES = ("literal", "full_at_cap")
ANCHORS = (60, 70, 100)

# Knots worst to best as (a, b), meaning a·t + b. A rate's distances are in h = 1 - t, so t - 3h is 4t - 3.
_RATE_HIGHER = ((4.0, -3.0), (1.0, 0.0), (0.6, 0.4), (0.2, 0.8), (0.0, 1.0))
_AMOUNT_HIGHER = ((0.7, 0.0), (1.0, 0.0), (1.05, 0.0), (1.15, 0.0), (1.3, 0.0))
_AMOUNT_LOWER = ((1.3, 0.0), (1.0, 0.0), (0.95, 0.0), (0.87, 0.0), (0.75, 0.0))
_COUNT_LOWER = ((2.0, 0.0), (1.0, 0.0), (0.5, 0.0), (0.25, 0.0), (0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Policy:
    """How thresholds follow from a target.

    Attributes:
        name: "standard" is the only family; the name a workbook shows.
        cap_score: A capped target (100 %, or zero cases) can be met but not exceeded. "literal": meeting it scores 70,
            the entrance of 超过目标, whatever the anchor. "full_at_cap": 100.
        anchor: The score of reaching an uncapped target: 60 (entrance of 达到目标), 70 or 100.

    Example:
        >>> Policy().curve("rate", "higher", 0.95).thresholds
        (0.8, 0.95, 0.97, 0.99, 1.0)
    """

    name: str = "standard"
    cap_score: str = "literal"
    anchor: int = 60

    def __post_init__(self) -> None:
        if self.name != "standard":
            raise RuleError(
                Message(f"未知政策“{self.name}”（有：standard）", f'unknown policy "{self.name}"; known: standard')
            )
        if self.cap_score not in CAP_SCORES:
            raise RuleError(
                Message(
                    f"封顶得分“{self.cap_score}”无效，应为 {' 或 '.join(CAP_SCORES)}",
                    f'cap_score "{self.cap_score}": must be {" or ".join(CAP_SCORES)}',
                )
            )
        if self.anchor not in ANCHORS:
            known = [f"{anchor:g}" for anchor in ANCHORS]
            zh = f"锚点 {self.anchor} 无效，应为 {'、'.join(known)} 之一"
            raise RuleError(Message(zh, f"anchor {self.anchor}: must be one of {', '.join(known)}"))

    @property
    def label(self) -> Message:
        """What a workbook says of it."""
        cap = 70 if self.cap_score == "literal" else 100
        return Message(
            f"政策 {self.name}：达到目标得 {self.anchor} 分；目标已到顶（100%、零次）时达标得 {cap} 分",
            f"policy {self.name}: reaching the target scores {self.anchor}; meeting a target that cannot be exceeded {cap}",
        )

    def ladder(self, kind: str, direction: str, scale: Sequence[float] = BAND_SCALE) -> Ladder:
        """The rule for any target of a kind.

        Args:
            kind: "rate" (fraction), "amount" (an amount or level) or "count" (cases).
            direction: "higher" or "lower" is better.
            scale: Five scores, worst end to best.

        Raises:
            RuleError: Unknown kind or direction, or a scale of other than five scores.
        """
        _known("kind", kind, KINDS)
        _known("direction", direction, DIRECTIONS)
        if len(scale) != len(BAND_SCALE):
            raise RuleError(Message("政策 standard 只适用于四档", "policy standard is for four bands"))
        scores = tuple(scale)
        capped = (scale[0], scale[1], scale[2] if self.cap_score == "literal" else scale[4])

        def open_case(knots: Sequence[tuple[float, float]], when: str) -> Case:
            a, b = knots[{60: 1, 70: 2, 100: 4}[self.anchor]]
            # The whole ladder is shifted so that the anchor's knot lies on the target: add t - (a·t + b).
            return Case(tuple((snap(x + 1 - a), snap(y - b)) for x, y in knots), scores, when)

        def capped_case(worst: float, when: str) -> Case:
            return Case(((0.0, worst), (1.0, 0.0), (1.0, 0.0)), capped, when)

        if direction == "higher":
            if kind == "rate":
                cases = [open_case(_RATE_HIGHER, "<1"), capped_case(0.85, "=1"), open_case(_AMOUNT_HIGHER, ">1")]
            else:
                cases = [open_case(_AMOUNT_HIGHER, ">0")]
        elif kind == "count":
            cases = [open_case(_COUNT_LOWER, ">0"), capped_case(3.0, "=0")]
        elif kind == "rate":
            cases = [open_case(_AMOUNT_LOWER, ">0"), capped_case(0.03, "=0")]
        else:
            cases = [open_case(_AMOUNT_LOWER, ">0")]
        return Ladder(tuple(cases), higher=direction == "higher")

    def curve(self, kind: str, direction: str, target: float, scale: Sequence[float] = BAND_SCALE) -> Curve:
        """The curve for one target; a rate as a fraction.

        Raises:
            RuleError: See `ladder`; or a target for which the policy has no thresholds.
        """
        return self.ladder(kind, direction, scale).curve(target)


def _known(what: str, value: str, values: Sequence[str]) -> None:
    if value not in values:
        raise RuleError(Message(f"{what} 的值“{value}”无效", f'{what} "{value}": one of {tuple(values)}'))
