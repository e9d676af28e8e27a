"""A second implementation of docs/scoring.md in exact fractions, for the tests to compare with.

Written from the specification, slow and plain: no floats, no snapping, no sharing with the package. Inputs are short
decimals, so what it computes is what a person gets on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

Number = int | str | float | Decimal | Fraction
Knot = tuple[Fraction, Fraction]

NOT_APPLICABLE = "N/A"


def exact(x: Number) -> Fraction:
    """A number as it is written: 0.1 is one tenth."""
    return x if isinstance(x, Fraction) else Fraction(Decimal(str(x)))


def knots(thresholds: Sequence[Number], scores: Sequence[Number]) -> list[Knot]:
    return [(exact(x), exact(s)) for x, s in zip(thresholds, scores, strict=True)]


def linear(actual: Number, curve: Sequence[Knot]) -> Fraction:
    """Section 1: straight lines between knots, flat outside, a jump belongs to the better side."""
    x = exact(actual)
    on_it = [s for k, s in curve if k == x]
    if on_it:
        return max(on_it)
    ordered = list(curve) if curve[0][0] <= curve[-1][0] else list(curve)[::-1]
    if x < ordered[0][0]:
        return ordered[0][1]
    if x > ordered[-1][0]:
        return ordered[-1][1]
    for (x0, s0), (x1, s1) in zip(ordered, ordered[1:], strict=False):
        if x0 < x < x1:
            return s0 + (s1 - s0) * (x - x0) / (x1 - x0)
    raise AssertionError("a gap in the curve")


def step(actual: Number, curve: Sequence[Knot]) -> Fraction:
    """Section 1: the score of the best threshold reached; a threshold belongs to the better side (以上)."""
    x = exact(actual)
    rising = curve[0][0] <= curve[-1][0]
    reached = [s for k, s in curve if (k <= x if rising else k >= x)]
    return reached[-1] if reached else curve[0][1]


def standard(kind: str, direction: str, target: Number, cap_score: str, anchor: int) -> list[Knot]:
    """Section 1: the table of policy `standard`."""
    t = exact(target)
    top = {"literal": 70, "full_at_cap": 100}[cap_score]
    if kind == "rate" and direction == "higher" and t == 1:
        return knots(("0.85", 1, 1), (0, 60, top))
    if direction == "lower" and t == 0:
        return knots(({"count": "3", "rate": "0.03"}[kind], 0, 0), (0, 60, top))
    h = 1 - t
    if kind == "rate" and direction == "higher" and t < 1:
        xs = [t - 3 * h, t, t + exact("0.4") * h, t + exact("0.8") * h, Fraction(1)]
    elif direction == "higher":
        xs = [t * exact(f) for f in ("0.7", "1", "1.05", "1.15", "1.3")]
    elif kind == "count":
        xs = [2 * t, t, t / 2, t / 4, Fraction(0)]
    else:
        xs = [t * exact(f) for f in ("1.3", "1", "0.95", "0.87", "0.75")]
    scores = (0, 60, 70, 90, 100)
    shift = t - xs[scores.index(anchor)]
    return [(x + shift, exact(s)) for x, s in zip(xs, scores, strict=True)]


def weighted(scores: Sequence[Number | None], weights: Sequence[Number]) -> Fraction | None:
    """Section 3: Σws/Σw over the items that are assessed; None scores are not applicable."""
    pairs = [(exact(s), exact(w)) for s, w in zip(scores, weights, strict=True) if s is not None]
    base = sum((w for _, w in pairs), Fraction(0))
    return sum((s * w for s, w in pairs), Fraction(0)) / base if base else None


def total(score: Number, points: Number, factor: Number, floor: Number, cap: Number | None, digits: int) -> Fraction:
    """Section 5: adjustments, veto, clamp, round."""
    result = max((exact(score) + exact(points)) * exact(factor), exact(floor))
    if cap is not None:
        result = min(result, exact(cap))
    return half_away(result, digits)


def half_away(x: Fraction, digits: int) -> Fraction:
    """Section 5: half away from zero, in decimal."""
    unit = Fraction(10) ** -digits
    whole = (abs(x) / unit + Fraction(1, 2)).__floor__()
    return (1 if x >= 0 else -1) * whole * unit


def grade(score: Number, table: Sequence[tuple[Number, str]]) -> str:
    """Section 5: lower bound inclusive, any order, below the lowest the lowest."""
    ordered = sorted(((exact(low), label) for low, label in table), reverse=True)
    return next((label for low, label in ordered if exact(score) >= low), ordered[-1][1])


def competition_rank(score: Number, scores: Sequence[Number]) -> int:
    return 1 + sum(1 for s in scores if exact(s) > exact(score))


def dense_rank(score: Number, scores: Sequence[Number]) -> int:
    return sorted({exact(s) for s in scores}, reverse=True).index(exact(score)) + 1


def heads(quotas: Sequence[Number], size: int) -> list[int]:
    """Section 5: largest remainder; a tie of remainders goes to the better grade."""
    shares = [exact(q) * size for q in quotas]
    result = [s.__floor__() for s in shares]
    left = [(s - n, -i) for i, (s, n) in enumerate(zip(shares, result, strict=True))]
    for _, negative in sorted(left, reverse=True)[: size - sum(result)]:
        result[-negative] += 1
    return result


def forced(scores: Sequence[Number], labels: Sequence[str], quotas: Sequence[Number]) -> list[str]:
    """Section 5: a tie across a boundary goes to the better grade whole: who is better than me decides my grade."""
    quota = heads(quotas, len(scores))
    result = []
    for score in scores:
        better = competition_rank(score, scores) - 1
        taken = 0
        for label, n in zip(labels, quota, strict=True):
            taken += n
            if better < taken:
                result.append(label)
                break
    return result
