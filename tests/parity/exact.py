"""What a card is worth, in exact fractions, from what its cells mean: the expected side of every comparison.

Nothing here reads a workbook or shares code with the package; the rules are those of `docs/scoring.md`, the curves
those of `tests/scoring/witness.py`. A score, a reading or a total is a `Fraction`, or the text a cell shows instead of
one: "" (missing), "N/A", or an error code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from tests.scoring import witness
from tests.scoring.witness import Knot, exact

Meaning = Fraction | str
MISSING, NOT_APPLICABLE, NUM, VALUE, NA = "", "N/A", "#NUM!", "#VALUE!", "#N/A"
SEED_SCALE = (0, 60, 70, 90, 100)


def snapped(number: float | Fraction) -> Fraction:
    """Section 8: 12 decimals and at most 15 significant digits."""
    if isinstance(number, Fraction):
        wide = Context(prec=40)
        digits = wide.divide(Decimal(number.numerator), Decimal(number.denominator))
    else:
        digits = Decimal(number)
    digits = Context(prec=15, rounding=ROUND_HALF_UP).create_decimal(digits)
    if digits.as_tuple().exponent < -12:  # type: ignore[operator]
        digits = digits.quantize(Decimal("1e-12"), ROUND_HALF_UP)
    return Fraction(digits)


@dataclass(frozen=True)
class Rule:
    """A rule as it is written in the rules file, and what it means.

    Attributes:
        lines: TOML lines of the KPI.
        knots: The curve for a target in a period; None where the period has none; NUM if the rule cannot be used.
        mode: "linear", "step", "rating" or "manual".
        needs_target: Whether the curve follows from the target.
        labels: Scores by label, for a rating.
        scale: What actuals are made of: "rate", "amount" or "count".
    """

    lines: tuple[str, ...]
    knots: Callable[[Fraction | None, str], Sequence[Knot] | str | None] | None = None
    mode: str = "linear"
    needs_target: bool = False
    labels: tuple[tuple[str, int], ...] = ()
    scale: str = "amount"

    def score(self, target: Meaning | None, period: str, actual: Meaning) -> Meaning:
        """Section 3: not applicable by target, then errors of the rule's cells, then the actual."""
        if target in (MISSING, NOT_APPLICABLE):
            return NOT_APPLICABLE
        if isinstance(target, str):
            return target
        if self.mode in ("rating", "manual"):
            return actual
        curve = self._knots(target, period)
        if curve is None:
            return NOT_APPLICABLE
        if isinstance(curve, str):
            return curve
        if isinstance(actual, str):
            return actual
        read = witness.step if self.mode == "step" else witness.linear
        return read(actual, [(snapped(x), s) for x, s in curve])

    def band(self, target: Meaning | None, period: str, actual: Meaning) -> int | None:
        """Section 1: the band reached, 1 for the worst; None for rules that are not the seed's four bands."""
        if isinstance(self.score(target, period, actual), str) or self.mode != "linear":
            return None
        curve = self._knots(target, period)
        if curve is None or isinstance(curve, str) or tuple(s for _, s in curve) != SEED_SCALE:
            return None
        xs = [snapped(x) for x, _ in curve]
        assert isinstance(actual, Fraction)
        rising = xs[0] < xs[-1]
        return 1 + sum(1 for x in xs[1:-1] if (x <= actual if rising else x >= actual))

    def best(self, target: Meaning | None, period: str) -> Fraction | None:
        """The highest score the rule can give; None where it cannot be used."""
        if self.mode == "manual":
            return Fraction(100)
        if self.mode == "rating":
            return Fraction(max(s for _, s in self.labels))
        if self.needs_target and not isinstance(target, Fraction):
            return None
        curve = self._knots(target, period)
        return None if curve is None or isinstance(curve, str) else max(s for _, s in curve)

    def _knots(self, target: Meaning | None, period: str) -> Sequence[Knot] | str | None:
        assert self.knots is not None
        return self.knots(target if isinstance(target, Fraction) else None, period)


# --- a card ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """How a card is added up; `grades` as (lower bound, label, coefficient)."""

    missing: str = "incomplete"
    weights: str = "strict"
    digits: int = 2
    floor: float | None = 0
    cap: float | None = None
    grades: tuple[tuple[float, str, float | None], ...] = (
        (90, "优", 1.2), (80, "良", 1.1), (70, "中", 1.0), (60, "及格", 0.8), (0, "差", 0.5),
    )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a card shows; None: not stated by the specification."""

    total: Meaning
    coverage: Meaning | None
    grade: str
    coefficient: Meaning
    best: Fraction | None


def outcome(
    scores: Sequence[Meaning],
    weights: Sequence[Fraction],
    bests: Sequence[Fraction | None],
    settings: Settings,
    points: Sequence[Meaning] = (),
    vetoes: Sequence[Meaning] = (),
) -> Outcome:
    """Sections 3 to 5, in their order."""
    best = _best(scores, weights, bests, settings)
    total, coverage = _total(scores, weights, settings, points, vetoes)
    if isinstance(total, Fraction):
        label = witness.grade(total, [(low, name) for low, name, _ in settings.grades])
        factor = next(f for _, name, f in settings.grades if name == label)
        if all(f is None for _, _, f in settings.grades):
            # A department that knows no coefficients is shown none.
            return Outcome(total, coverage, label, MISSING, best)
        return Outcome(total, coverage, label, NA if factor is None else exact(factor), best)
    if total == MISSING:
        filled = sum(1 for s in scores if isinstance(s, Fraction))
        applicable = sum(1 for s in scores if s != NOT_APPLICABLE)
        return Outcome(total, coverage, f"未完成 {filled}/{applicable}" if filled else "", MISSING, best)
    return Outcome(
        total, coverage, total, total if any(f is not None for _, _, f in settings.grades) else MISSING, best
    )


def _total(
    scores: Sequence[Meaning],
    weights: Sequence[Fraction],
    settings: Settings,
    points: Sequence[Meaning],
    vetoes: Sequence[Meaning],
) -> tuple[Meaning, Meaning | None]:
    everything = sum(weights, Fraction(0))
    if settings.weights == "strict" and abs(everything - 1) > Fraction(1, 10**6):
        return NUM, None
    if everything == 0:
        return NUM, None
    voting = [(s, w) for s, w in zip(scores, weights, strict=True) if w > 0]
    counted = [
        (exact(s) if isinstance(s, Fraction) else Fraction(0), w)
        for s, w in voting
        if isinstance(s, Fraction) or (s == MISSING and settings.missing == "zero")
    ]
    used = sum((w for _, w in counted), Fraction(0))
    coverage: Meaning | None = used / everything
    wrong = next((s for s, _ in voting if isinstance(s, str) and s.startswith("#")), None)
    if wrong is not None:
        return wrong, None
    waiting = any(s == MISSING for s, _ in voting)
    if waiting and not used:
        coverage = MISSING
    if waiting and (settings.missing == "incomplete" or not used):
        return MISSING, coverage
    if not used:
        return NOT_APPLICABLE, coverage
    mean = witness.weighted([s for s, _ in counted], [w for _, w in counted])
    assert mean is not None
    whole = snapped(mean * (everything if settings.weights == "as_is" else 1))
    extra = next((p for p in (*points, *vetoes) if isinstance(p, str) and p.startswith("#")), None)
    if extra is not None:
        return extra, coverage
    factor = Fraction(1)
    for veto in vetoes:
        factor *= 1 if isinstance(veto, str) or veto == 0 else 0 if veto == 1 else veto
    added = sum((p for p in points if isinstance(p, Fraction)), Fraction(0))
    floor = settings.floor if settings.floor is not None else -(10**9)
    return witness.total(whole, added, factor, floor, settings.cap, settings.digits), coverage


def _best(
    scores: Sequence[Meaning], weights: Sequence[Fraction], bests: Sequence[Fraction | None], settings: Settings
) -> Fraction | None:
    """What a card full of best scores would total, no adjustments made."""
    used = [(b, w) for s, w, b in zip(scores, weights, bests, strict=True) if s != NOT_APPLICABLE]
    if any(b is None for b, _ in used):
        return None
    mean = witness.weighted([b for b, _ in used], [w for _, w in used])
    if mean is None:
        return None
    total = mean * (sum(weights, Fraction(0)) if settings.weights == "as_is" else 1)
    return total if settings.cap is None else min(total, exact(settings.cap))
