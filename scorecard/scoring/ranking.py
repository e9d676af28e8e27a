"""Ranks, forced distribution and calibration. Section 5 of `docs/scoring.md`.

All are proposals beside the scores; none of them changes one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import RuleError
from ..messages import Message
from .values import decimal_sum, key, snap

#: Smaller groups get no forced distribution.
MINIMUM_GROUP = 5

METHODS = {
    "competition": "competition", "竞争": "competition", "美式": "competition", "1224": "competition",
    "dense": "dense", "中国式": "dense", "密集": "dense", "1223": "dense",
}  # fmt: skip


def rank_method(text: str | None) -> str:
    """A ranking method from any accepted spelling; "competition" when omitted.

    Raises:
        RuleError: Unknown (#NUM!).
    """
    if text is None or not key(text):
        return "competition"
    name = METHODS.get(key(text))
    if name is None:
        raise RuleError(Message(f"未知排名方式“{text}”", f'unknown ranking "{text}"'))
    return name


def rank(score: float, scores: Sequence[float], method: str = "competition") -> int:
    """The rank of `score` among `scores`, highest first.

    Args:
        score: The score to rank; must be among `scores`.
        scores: All scores that are ranked.
        method: "competition" (1, 2, 2, 4) or "dense" (中国式, 1, 2, 2, 3).

    Raises:
        RuleError: The score is not among them (#N/A).

    Example:
        >>> [rank(s, [90, 85, 85, 80]) for s in (90, 85, 80)], rank(80, [90, 85, 85, 80], "dense")
        ([1, 2, 4], 3)
    """
    mine = snap(score)
    others = [snap(s) for s in scores]
    if mine not in others:
        raise RuleError(Message("该分数不在名单中", "the score is not among the scores"), code="#N/A")
    better = [s for s in others if s > mine]
    return 1 + (len(better) if method == "competition" else len(set(better)))


@dataclass(frozen=True, slots=True)
class Distribution:
    """A forced distribution (强制分布), proposed.

    Attributes:
        grades: The proposed grade of each score, same order as given.
        quota: Heads each grade may have, by largest remainder.
        actual: Heads each grade got; ties at a boundary go to the better grade whole.
    """

    grades: tuple[str, ...]
    quota: tuple[int, ...]
    actual: tuple[int, ...]

    @property
    def deviation(self) -> tuple[int, ...]:
        """Heads above (or below) the quota, per grade."""
        return tuple(a - q for a, q in zip(self.actual, self.quota, strict=True))


def heads(quotas: Sequence[float], size: int) -> list[int]:
    """Quotas as whole heads that sum to `size`: largest remainder; of equal remainders the better grade first.

    Raises:
        RuleError: Quotas that are negative or don't sum to 1.

    Example:
        >>> heads([0.2, 0.7, 0.1], 12)
        [3, 8, 1]
    """
    if any(q < 0 for q in quotas) or abs(snap(decimal_sum(quotas) - 1)) > 1e-6:
        raise RuleError(Message("强制分布比例之和应为 100%", "quotas must be >= 0 and sum to 100%"))
    exact = [snap(q * size) for q in quotas]
    result = [math.floor(x) for x in exact]
    remainders = sorted(range(len(quotas)), key=lambda i: (-snap(exact[i] - result[i]), i))
    for i in remainders[: size - sum(result)]:
        result[i] += 1
    return result


def forced_distribution(scores: Sequence[float], grades: Sequence[str], quotas: Sequence[float]) -> Distribution:
    """Propose grades so that their shares come close to `quotas`.

    Args:
        scores: Scores of the complete cards.
        grades: Labels, best first.
        quotas: Shares (fractions), same order, summing to 1.

    Raises:
        RuleError: Fewer than 5 scores, quotas that don't sum to 1, or as many labels as quotas missing.

    Example:
        >>> forced_distribution([95, 90, 90, 80, 70], ["A", "B", "C"], [0.4, 0.4, 0.2]).grades
        ('A', 'A', 'A', 'B', 'C')
    """
    if len(grades) != len(quotas):
        raise RuleError(Message("等级与比例个数不同", "grades and quotas differ in number"))
    if len(scores) < MINIMUM_GROUP:
        raise RuleError(
            Message(
                f"不足 {MINIMUM_GROUP} 人，不做强制分布", f"fewer than {MINIMUM_GROUP} scores: no forced distribution"
            )
        )
    quota = heads(quotas, len(scores))
    snapped = [snap(s) for s in scores]
    order = sorted(range(len(scores)), key=lambda i: -snapped[i])
    ends = [sum(quota[: g + 1]) for g in range(len(quota))]
    proposed = [""] * len(scores)
    actual = [0] * len(grades)
    for place, i in enumerate(order):
        # A tied score takes the grade of the first of its equals.
        first = next(p for p in range(place + 1) if snapped[order[p]] == snapped[i])
        grade = next(g for g, end in enumerate(ends) if first < end)
        proposed[i] = grades[grade]
        actual[grade] += 1
    return Distribution(tuple(proposed), tuple(quota), tuple(actual))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A score beside its calibrated value; `method` is "none" where the rater's group was too small or uniform."""

    original: float
    adjusted: float
    method: str


def calibrate(groups: Sequence[Sequence[float]], method: str = "z") -> list[list[Calibrated]]:
    """Even out strict and lenient raters; originals are kept beside.

    Args:
        groups: The scores each rater gave.
        method: "z" (same mean and spread for all) or "ratio" (same mean).

    Returns:
        The groups with adjusted scores, clamped to 0..100. A group with fewer than 5 scores, or with no spread, is
        left as it is.

    Raises:
        RuleError: Unknown method.

    Example:
        >>> [round(c.adjusted, 1) for c in calibrate([[80, 82, 84, 86, 88], [60, 62, 64, 66, 68]])[1]]
        [70.0, 72.0, 74.0, 76.0, 78.0]
    """
    if method not in ("z", "ratio"):
        raise RuleError(Message(f"未知校准方式“{method}”", f'unknown calibration "{method}": z or ratio'))
    usable = [_can_calibrate(group) for group in groups]
    chosen = [group for group, can in zip(groups, usable, strict=True) if can]
    grand = _mean([s for group in chosen for s in group]) if chosen else 0.0
    # The common spread is that within raters: differences between raters are what calibration removes.
    spread = _within_spread(chosen) if chosen else 0.0
    result = []
    for group, can in zip(groups, usable, strict=True):
        if not can:
            result.append([Calibrated(s, s, "none") for s in group])
            continue
        mean, own = _mean(group), _spread(group)
        result.append([Calibrated(s, _adjusted(s, mean, grand, own, spread, method), method) for s in group])
    return result


def _adjusted(score: float, mean: float, grand: float, own: float, spread: float, method: str) -> float:
    value = grand + (score - mean) / own * spread if method == "z" else score * grand / mean
    return snap(min(100.0, max(0.0, value)))


def _can_calibrate(group: Sequence[float]) -> bool:
    return len(group) >= MINIMUM_GROUP and snap(_spread(group)) > 0 and _mean(group) > 0


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _spread(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))


def _within_spread(groups: Sequence[Sequence[float]]) -> float:
    squares = sum(_spread(g) ** 2 * len(g) for g in groups)
    return math.sqrt(squares / sum(len(g) for g in groups))
