"""Weights as people write them, read as fractions. Section 4 of `docs/scoring.md`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..errors import RuleError
from ..messages import Message
from .values import Reading, State, decimal_sum, read, show, snap

POLICIES = ("strict", "normalise", "as_is")
TOLERANCE = 1e-6


def read_weights(cells: Sequence[object], formats: Sequence[str | None] | None = None) -> list[float | None]:
    """Weights as fractions; None where a cell is blank or not applicable.

    A % sign or format makes a fraction. Else numbers that sum to about 1 are fractions and to about 100 percent; else
    all at most 1, or all at least 1, decides (zeros do not vote).

    Args:
        cells: The weight cells.
        formats: Their number formats, same order.

    Raises:
        RuleError: Mixed scales or a negative weight (#NUM!), or text (#VALUE!); an error cell gives its own code.

    Example:
        >>> read_weights(["20%", 0.3, 0.5]), read_weights([20, 30, 50])
        ([0.2, 0.3, 0.5], [0.2, 0.3, 0.5])
    """
    return scale_weights([read(c, number_format=f) for c, f in zip(cells, formats or [None] * len(cells), strict=True)])


def scale_weights(readings: Sequence[Reading]) -> list[float | None]:
    """`read_weights` for cells that have been read already."""
    for reading in readings:
        if reading.state is State.ERROR and reading.error is not None:
            message = reading.error.reason or Message(
                f"权重格是错误值 {reading.error}", f"a weight is the error {reading.error}"
            )
            raise RuleError(message, code=reading.error.code)
        if reading.number is not None and reading.number < 0:
            raise RuleError(Message(f"权重 {reading.number:g} 为负", f"weight {reading.number:g}, must be >= 0"))
    bare = [r.number for r in readings if r.number is not None and not r.percent and r.number != 0]
    signed = [r.number for r in readings if r.number is not None and r.percent]
    divisor = _divisor(bare, decimal_sum(signed))
    return [
        None if r.number is None else r.number if r.percent else snap(r.number / divisor)
        for r in readings
    ]  # fmt: skip


def _divisor(bare: list[float], signed: float) -> float:
    total = decimal_sum(bare)
    if not bare or abs(signed + total - 1) < 0.005:
        return 1.0
    if abs(signed + total / 100 - 1) < 0.005:
        return 100.0
    if all(w <= 1 for w in bare):
        return 1.0
    if all(w >= 1 for w in bare):
        return 100.0
    raise RuleError(Message("权重单位混用（有的是小数，有的是百分数）", "weights mix fractions and percent numbers"))


def check_weights(weights: Sequence[float | None], policy: str = "strict") -> list[float]:
    """Weights ready to be used, blank ones as 0.

    Args:
        weights: Fractions, as `read_weights` gives them.
        policy: "strict" (must sum to 1 within 1e-6), "normalise" (divided by their sum) or "as_is".

    Raises:
        RuleError: Negative, or a sum that the policy refuses.

    Example:
        >>> check_weights([0.5, 0.3], "normalise")
        [0.625, 0.375]
    """
    return list(_checked(tuple(weights), policy))


# The cards of one form have the same weights.
@lru_cache(maxsize=4096, typed=True)
def _checked(weights: tuple[float | None, ...], policy: str) -> list[float]:
    if policy not in POLICIES:
        raise RuleError(Message(f"未知权重政策“{policy}”", f'unknown weights policy "{policy}": one of {POLICIES}'))
    used = [float(w or 0.0) for w in weights]
    if any(w < 0 for w in used):
        raise RuleError(Message("权重为负", "a weight is negative, must be >= 0"))
    total = decimal_sum(used)
    if policy == "strict" and abs(snap(total - 1)) > TOLERANCE:
        shown = show(total, percent=True)
        raise RuleError(Message(f"权重合计 {shown}，应为 100%", f"weights sum to {shown}, must be 100%"))
    if policy == "normalise":
        if total == 0:
            raise RuleError(Message("权重合计为零", "weights sum to zero"))
        return [snap(w / total) for w in used]
    return used


def points_as_weights(maxima: Sequence[float]) -> list[float]:
    """Weights of a points table (满分/分值): each maximum over their sum; the score is points/maximum × 100.

    Raises:
        RuleError: A maximum that is not positive.

    Example:
        >>> points_as_weights([10, 30])
        [0.25, 0.75]
    """
    if any(m <= 0 for m in maxima) or not maxima:
        raise RuleError(Message("满分应大于零", "maximum points must be > 0"))
    total = decimal_sum(list(maxima))
    return [m / total for m in maxima]
