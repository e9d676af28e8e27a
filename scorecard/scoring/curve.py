"""A scoring rule is a curve: knots (actual, score) and how to read between them.

Everything people call a rule (bands, steps, points deducted, a range …) is a constructor here; there is one evaluator
to test, one native formula to emit and one thing to explain. Section 1 of `docs/scoring.md`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..errors import RuleError
from ..messages import Message
from .values import key, read, snap

#: Scores of the seed form's band edges, worst end to best end: 未达 0–60, 达到 60–70, 超过 70–90, 远超 90–100.
BAND_SCALE = (0.0, 60.0, 70.0, 90.0, 100.0)
BAND_LABELS = ("未达目标", "达到目标", "超过目标", "远超目标")

LINEAR = "linear"
STEP = "step"


@dataclass(frozen=True, slots=True)
class Curve:
    """A scoring rule as thresholds and their scores, worst end first.

    Outside the thresholds the curve is flat. A threshold may stand twice: a jump, and the better side owns it. In a
    `step` curve every threshold is such a jump.

    Attributes:
        thresholds: Actual values from the worst end to the best; they rise (higher is better) or fall.
        scores: The score at each threshold, same order; need not be monotone (a range has scores 0, 100, 100, 0).
        mode: "linear" (straight lines between thresholds) or "step".

    Raises:
        RuleError: The lists differ in length, are empty, or the thresholds change direction or stand three times.

    Example:
        >>> Curve((0.80, 0.95, 0.97, 0.99, 1.00), (0, 60, 70, 90, 100)).score(0.96)
        65.0
    """

    thresholds: tuple[float, ...]
    scores: tuple[float, ...]
    mode: str = LINEAR

    def __post_init__(self) -> None:
        if len(self.thresholds) != len(self.scores):
            raise RuleError(
                Message(
                    f"阈值 {len(self.thresholds)} 个，分数 {len(self.scores)} 个，个数应相同",
                    f"{len(self.thresholds)} thresholds but {len(self.scores)} scores; must be as many",
                )
            )
        if not self.thresholds:
            raise RuleError(Message("没有阈值", "no thresholds"))
        if self.mode not in (LINEAR, STEP):
            raise RuleError(Message(f"未知方式“{self.mode}”", f'unknown mode "{self.mode}"; must be linear or step'))
        object.__setattr__(self, "thresholds", tuple(snap(x) for x in self.thresholds))
        object.__setattr__(self, "scores", tuple(snap(s) for s in self.scores))
        # The difference is snapped as a spreadsheet formula would see it.
        steps = [snap(b - a) for a, b in pairwise(self.thresholds)]
        if any(s > 0 for s in steps) and any(s < 0 for s in steps):
            raise RuleError(
                Message(
                    "阈值顺序不对：应从最差一端到最好一端依次增大（或依次减小）",
                    "thresholds out of order: from the worst end to the best they must rise, or fall, throughout",
                )
            )
        if any(a == 0 and b == 0 for a, b in pairwise(steps)):
            raise RuleError(Message("同一阈值出现三次以上", "one threshold stands more than twice"))

    @property
    def sign(self) -> int:
        """1 when the thresholds rise from worst to best (higher is better), -1 when they fall."""
        return -1 if self.thresholds[-1] < self.thresholds[0] else 1

    @property
    def best(self) -> float:
        """The highest score the curve can give."""
        return max(self.scores)

    @property
    def is_monotone(self) -> bool:
        """Whether moving towards the best end never lowers the score."""
        return all(a <= b for a, b in pairwise(self.scores))

    def score(self, actual: float) -> float:
        """The score of `actual`, on the scale of the curve's scores; compared and returned snapped."""
        sign = self.sign
        x = snap(actual) * sign
        xs = self.thresholds if sign > 0 else tuple(-t for t in self.thresholds)
        i = bisect_left(xs, x)  # xs[i-1] < x <= xs[i]
        if i < len(xs) and xs[i] == x:
            return self._at_threshold(xs, i)
        if i == 0:
            return self.scores[0]
        if i == len(xs):
            return self.scores[-1]
        low, high = self.scores[i - 1], self.scores[i]
        if self.mode == STEP:
            return low
        return snap(low + (high - low) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]))

    def _at_threshold(self, xs: tuple[float, ...], i: int) -> float:
        sides = [self.scores[i]]
        if i + 1 < len(xs) and xs[i + 1] == xs[i]:
            sides.append(self.scores[i + 1])
        if self.mode == STEP and i > 0:
            sides.append(self.scores[i - 1])
        return max(sides)

    def position(self, actual: float) -> int:
        """How many thresholds `actual` has reached, from the worst end; a threshold itself counts as reached."""
        x = snap(actual) * self.sign
        return sum(1 for t in self.thresholds if t * self.sign <= x)

    def is_clamped(self, actual: float) -> bool:
        """Whether `actual` lies beyond either end of the thresholds."""
        x = snap(actual)
        return x < min(self.thresholds) or x > max(self.thresholds)


def from_table(
    thresholds: Sequence[float | None], scores: Sequence[float | None], mode: str = LINEAR, higher: bool = True
) -> Curve:
    """A curve from two rows of cells, worst end first. Pairs blank in both rows may follow at the end.

    Args:
        thresholds: Actual values; None is a blank cell.
        scores: Scores in the same order; None is a blank cell.
        mode: "linear" or "step".
        higher: Only for a rule with a single threshold, whose direction cannot be seen: whether higher is better.

    Raises:
        RuleError: A threshold without a score or the reverse; order; see `Curve`.
    """
    pairs = list(zip(thresholds, scores, strict=True))
    while pairs and pairs[-1] == (None, None):
        pairs.pop()
    for t, s in pairs:
        if t is None or s is None:
            raise RuleError(
                Message("阈值不全：阈值和分数应成对填写", "incomplete rule: a threshold and its score go together")
            )
    if len(pairs) < 2:
        raise RuleError(Message("阈值不全：至少需要两个阈值", "incomplete rule: at least two thresholds are needed"))
    xs = [t for t, _ in pairs if t is not None]
    ys = [s for _, s in pairs if s is not None]
    if len(xs) == 2 and snap(xs[0] - xs[1]) == 0:
        return pass_fail(xs[0], higher=higher, fail=ys[0], success=ys[-1])
    return Curve(tuple(xs), tuple(ys), mode)


# --- constructors ----------------------------------------------------------------------------------------------------


def bands(thresholds: Sequence[float], scale: Sequence[float] = BAND_SCALE) -> Curve:
    """Bands with score ranges (远超/超过/达到/未达): straight lines, continuous across bands.

    Args:
        thresholds: `worst, t_reach, t_exceed, t_far, best`; rising or falling.
        scale: The scores at those thresholds.

    Example:
        >>> bands((1.20, 0.92, 0.88, 0.80, 0.70)).score(0.93)
        57.857142857143
    """
    return Curve(tuple(thresholds), tuple(scale))


def proportional(
    target: float,
    floor: float | None = None,
    cap: float = 1.0,
    baseline: float | None = None,
    direction: str = "higher",
) -> Curve:
    """Score in proportion to attainment (完成率得分): 100 points at the target.

    Args:
        target: The actual that scores 100.
        floor: 起评, an attainment (fraction) below which the score is 0; a jump. None: none.
        cap: Attainment (fraction) at which the score stops growing; 1.2 lets it reach 120.
        baseline: The actual of attainment 0; 0 when omitted. With it, a target below the baseline means lower is better.
        direction: "higher", or "mirror" for lower is better without a baseline (2 - a/t, 0 at twice the target).

    Raises:
        RuleError: The target equals the baseline, or is 0 or negative without one; the floor is not below the cap.

    Example:
        >>> proportional(200, floor=0.6).score(150), proportional(200, floor=0.6).score(119)
        (75.0, 0.0)
    """
    if direction not in ("higher", "mirror"):
        raise RuleError(Message(f"未知方向“{direction}”", f'direction "{direction}": must be higher or mirror'))
    if baseline is None and target <= 0:
        raise RuleError(Message("目标为零或负数，需要基准值", "target is zero or negative: a baseline is needed"))
    start = baseline if baseline is not None else (2 * target if direction == "mirror" else 0.0)
    if snap(start - target) == 0:
        raise RuleError(Message("目标等于基准值", "target equals baseline"))
    if cap <= 0 or (floor is not None and not 0 <= floor < cap):
        raise RuleError(Message("起评线应低于封顶线", "the floor must be below the cap, and the cap above 0"))

    def at(attainment: float) -> float:
        return start + (target - start) * attainment

    if floor:
        return Curve((start, at(floor), at(floor), at(cap)), (0.0, 0.0, 100 * floor, 100 * cap))
    return Curve((start, at(cap)), (0.0, 100 * cap))


def steps(table: Mapping[float, float], *, higher: bool = True) -> Curve:
    """Steps (分档, 阶梯得分): the score of the best threshold reached; a threshold belongs to the better side (以上).

    Args:
        table: Threshold to score. Worse than the worst threshold scores as the worst.
        higher: Whether higher actuals are better.

    Example:
        >>> steps({0: 0, 0.8: 60, 0.9: 80, 0.95: 100}).score(0.9)
        80.0
    """
    order = sorted(table, reverse=not higher)
    return Curve(tuple(order), tuple(table[x] for x in order), STEP)


def deduct(start: float, per_unit: float, floor: float = 0.0) -> Curve:
    """Points deducted (扣分制): each case over target costs `per_unit` points, down to `floor`.

    The actual is the number of cases over target; negative counts as 0.

    Example:
        >>> deduct(100, 5, floor=60).score(3), deduct(100, 5, floor=60).score(20)
        (85.0, 60.0)
    """
    if per_unit <= 0 or floor >= start:
        raise RuleError(
            Message(
                "扣分制：每次扣分应大于零，最低分应小于起始分",
                "deduction: points per case must be > 0 and the floor below the start",
            )
        )
    end = (start - floor) / per_unit
    whole = math.floor(snap(end))
    if whole and snap(snap(end) * per_unit) != snap(start - floor):
        # The end is no short decimal (40 / 7); a knot on the last whole case before it keeps whole cases exact.
        return Curve((end, whole, 0.0), (floor, start - whole * per_unit, start))
    return Curve((end, 0.0), (floor, start))


def in_range(low: float, high: float, shoulder_low: float = 0.0, shoulder_high: float = 0.0) -> Curve:
    """A range (区间型, for example a stock level): 100 inside, falling to 0 over the shoulders; a shoulder of 0 is a jump.

    Example:
        >>> [in_range(10, 20, 5, 5).score(x) for x in (5, 7.5, 10, 20, 25)]
        [0.0, 50.0, 100.0, 100.0, 0.0]
    """
    if high < low or shoulder_low < 0 or shoulder_high < 0:
        raise RuleError(Message("区间上限低于下限", "range: high is below low, or a shoulder is negative"))
    knots = [(low - shoulder_low, 0.0), (low, 100.0), (high, 100.0), (high + shoulder_high, 0.0)]
    if high == low:
        # A single point inside two jumps would stand four times; the range is the point with its shoulders.
        if not shoulder_low or not shoulder_high:
            raise RuleError(
                Message("区间只有一点时需要两侧过渡", "a range of one point needs a shoulder on both sides")
            )
        del knots[2]
    return Curve(tuple(x for x, _ in knots), tuple(s for _, s in knots))


def pass_fail(threshold: float, *, higher: bool = True, fail: float = 0.0, success: float = 100.0) -> Curve:
    """Pass or fail (是/否): 100 at the threshold and on its better side, else 0.

    Example:
        >>> pass_fail(3, higher=False).score(3), pass_fail(3, higher=False).score(4)
        (100.0, 0.0)
    """
    # Two equal thresholds would not show the direction; a third one on the worse side does.
    worse = threshold - 1 if higher else threshold + 1
    return Curve((worse, threshold, threshold), (fail, fail, success))


def goal_red_flag(goal: float, red_flag: float) -> Curve:
    """Goal and red flag: 100/3 at the red flag, 200/3 at the goal, 0 and 100 one distance further out.

    Example:
        >>> goal_red_flag(90, 80).score(100), goal_red_flag(90, 80).score(70)
        (100.0, 0.0)
    """
    d = goal - red_flag
    if snap(d) == 0:
        raise RuleError(Message("目标等于红线", "goal equals red flag"))
    return Curve((red_flag - d, red_flag, goal, goal + d), (0.0, 100 / 3, 200 / 3, 100.0))


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating (评级): a label scores what the table says. An unknown label is an error, never 0.

    Attributes:
        labels: Label and score, best first or in any order; compared without regard to width, case and blanks.
            Empty: marks are given directly, 0 to 100.

    Raises:
        RuleError: A label stands twice.

    Example:
        >>> Rating((("优", 95), ("良", 85), ("中", 75), ("差", 50))).score("良")
        85.0
    """

    labels: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        names = [key(name) for name, _ in self.labels]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise RuleError(Message(f"评级“{twice}”在表中出现两次", f'rating "{twice}" stands twice in the table'))

    @property
    def best(self) -> float:
        """The highest score the rating can give."""
        return max((s for _, s in self.labels), default=100.0)

    def score(self, label: object) -> float:
        """The score of a label or a direct mark.

        Raises:
            RuleError: The label is not in the table (code #N/A), or a direct mark is no number or outside 0..100.
        """
        reading = read(label)
        if not self.labels:
            # 95% would count as 0.95 of 100 points.
            if reading.number is None or reading.percent or not 0 <= reading.number <= 100:
                raise RuleError(
                    Message(f"“{label}”不是 0 到 100 的分数", f'"{label}" is not a mark from 0 to 100'), code="#VALUE!"
                )
            return reading.number
        wanted = key(label) if isinstance(label, str) else None
        for name, score in self.labels:
            if wanted is not None and key(name) == wanted:
                return snap(score)
        for name, score in self.labels:
            if reading.number is not None and read(name).number == reading.number:
                return snap(score)
        known = "、".join(name for name, _ in self.labels)
        raise RuleError(
            Message(f"评级表中没有“{label}”（有：{known}）", f'no rating "{label}" (known: {known})'), code="#N/A"
        )


def rating(table: Mapping[str, float]) -> Rating:
    """A rating (评级) from labels and their scores: 优/良/中/差, A–E, 1–5. An empty table takes direct marks 0..100."""
    return Rating(tuple((str(label), float(score)) for label, score in table.items()))


#: Anything that turns an actual into a score.
Rule = Curve | Rating
