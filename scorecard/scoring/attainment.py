"""Attainment (达成率): how far an actual has come towards its target. Section 2 of `docs/scoring.md`."""

from __future__ import annotations

from ..errors import RuleError
from ..messages import Message
from .values import key, snap

#: Spellings of the directions, as people write them.
DIRECTION_NAMES = {
    "higher": "higher", "up": "higher", "越高越好": "higher", "越大越好": "higher", "正向": "higher", "望大": "higher",
    "lower": "lower", "down": "lower", "越低越好": "lower", "越小越好": "lower", "负向": "lower", "逆向": "lower",
    "望小": "lower",
    "inverse": "inverse", "反比": "inverse", "倒数": "inverse", "目标除以实际": "inverse",
    "mirror": "mirror", "镜像": "mirror", "差额": "mirror", "2减比值": "mirror",
}  # fmt: skip


def direction_of(text: str | None) -> str:
    """A direction from any accepted spelling; "higher" when omitted.

    Raises:
        RuleError: Unknown (#NUM!).

    Example:
        >>> direction_of("越低越好"), direction_of(None)
        ('lower', 'higher')
    """
    if text is None or not key(text):
        return "higher"
    name = DIRECTION_NAMES.get(key(text))
    if name is None:
        raise RuleError(Message(f"未知方向“{text}”", f'unknown direction "{text}"'))
    return name


def attainment(actual: float, target: float, direction: str = "higher", baseline: float | None = None) -> float:
    """Attainment as a fraction; 1.0 is the target met.

    Args:
        actual: The actual.
        target: The target.
        direction: "higher" (a/t), "inverse" (t/a) or "mirror" (2 - a/t). A bare "lower" is ambiguous and refused.
        baseline: With it, (a-b)/(t-b) whatever the direction.

    Raises:
        RuleError: Target equals baseline, negative target, bare "lower" (#NUM!); a zero base (#DIV/0!).

    Example:
        >>> attainment(96, 120), attainment(8, 10, "inverse"), attainment(8, 10, "mirror")
        (0.8, 1.25, 1.2)
    """
    if baseline is not None:
        if snap(target - baseline) == 0:
            raise RuleError(Message("目标等于基准值", "target equals baseline"))
        return snap((actual - baseline) / (target - baseline))
    if direction == "lower":
        raise RuleError(
            Message(
                "“越低越好”有两种算法，请写明“反比”（目标÷实际）或“镜像”（2−实际÷目标）",
                '"lower" is ambiguous: say inverse (t/a) or mirror (2 - a/t)',
            )
        )
    if target < 0:
        raise RuleError(Message("目标为负，需要基准值", "negative target: a baseline is needed"))
    if snap(target) == 0:
        raise RuleError(Message("目标为零，不能求比率", "zero target: there is no ratio"), code="#DIV/0!")
    if direction == "inverse":
        if actual < 0:
            raise RuleError(Message("实际为负，不能用反比", "negative actual: inverse attainment is meaningless"))
        return divide(target, actual)
    ratio = divide(actual, target)
    return snap(2 - ratio) if direction == "mirror" else ratio


def change(current: float, previous: float) -> float:
    """Improvement of a KPI that should fall (维修率下降): (previous - current)/previous, positive is better.

    Raises:
        RuleError: Previous is 0 (#DIV/0!).

    Example:
        >>> change(8, 10)
        0.2
    """
    return divide(previous - current, previous)


def divide(numerator: float, denominator: float) -> float:
    """A ratio, snapped.

    Raises:
        RuleError: Zero denominator (#DIV/0!).
    """
    if snap(denominator) == 0:
        raise RuleError(Message("分母为零", "division by zero"), code="#DIV/0!")
    return snap(numerator / denominator)
