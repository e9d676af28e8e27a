"""Rules at random: what a person writes into the rules file, and the exact curve it stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

from tests.parity.exact import NUM, SEED_SCALE, Rule
from tests.scoring import witness
from tests.scoring.witness import Knot, exact, knots

Numbers = Sequence[float | str]


def random_rule(random: Random, scale: str, periods: Sequence[str], capped: str, anchor: int) -> Rule:
    """A rule for actuals of a scale ("rate", "amount", "count"); policy rules where nothing else is drawn."""
    makers: list[Callable[[], Rule]] = [lambda: policy(random, scale, capped, anchor)] * 4
    makers += [lambda: thresholds(random, scale), lambda: steps(random, scale), lambda: in_range(random, scale)]
    makers += [lambda: pass_fail(random, scale), lambda: goal_red_flag(random, scale), lambda: rating(random)]
    makers += [lambda: jump(random, scale), manual]
    if len(periods) > 1:
        makers.append(lambda: by_period(random, scale, periods))
    if scale == "count":
        makers += [lambda: deduct(random)] * 2
    if scale == "amount":
        makers += [lambda: proportional(random)] * 2
    return random.choice(makers)()


def policy(random: Random, scale: str, capped: str, anchor: int) -> Rule:
    direction = random.choice(("higher", "lower"))

    def curve(target: Fraction | None, _: str) -> Sequence[Knot] | str:
        assert target is not None
        return witness.standard(scale, direction, target, capped, anchor)

    lines = (f'kind = "{scale}"', f'direction = "{direction}"')
    return Rule(lines, curve, needs_target=True, scale=scale if direction == "lower" else f"{scale}+")


def thresholds(random: Random, scale: str) -> Rule:
    """The usual five, or two to seven with scores of one's own; rising or falling."""
    n = random.choice((5, 5, 5, 2, 3, 4, 6, 7))
    xs = _values(random, scale, n)
    ys: list[float] = list(SEED_SCALE) if n == 5 else sorted(random.sample(range(0, 121, 5), n))
    if random.random() < 0.15:
        random.shuffle(ys)  # scores need not be monotone
    return _explicit(xs, ys, scale)


def jump(random: Random, scale: str) -> Rule:
    """A threshold that stands twice."""
    xs = _values(random, scale, 4)
    place = random.randrange(4)
    xs.insert(place, xs[place])
    return _explicit(xs, sorted(random.sample(range(0, 101, 5), 5)), scale)


def by_period(random: Random, scale: str, periods: Sequence[str]) -> Rule:
    """Thresholds for some of the periods only: in the others the KPI is not assessed."""
    n = random.choice((5, 3))
    ys = list(SEED_SCALE) if n == 5 else [0, 60, 100]
    falls = random.random() < 0.4
    known = [p for p in periods if random.random() < 0.75] or list(periods[:1])
    stated = {p: sorted(_values(random, scale, n), reverse=falls) for p in known}
    text = ", ".join(f"{json.dumps(p, ensure_ascii=False)} = {json.dumps(xs)}" for p, xs in stated.items())

    def curve(_: Fraction | None, period: str) -> Sequence[Knot] | None:
        return knots(stated[period], ys) if period in stated else None

    return Rule((f"thresholds = {{ {text} }}", f"scores = {json.dumps(ys)}", f'kind = "{scale}"'), curve, scale=scale)


def steps(random: Random, scale: str) -> Rule:
    n = random.randint(2, 6)
    xs = sorted(_values(random, scale, n), reverse=random.random() < 0.4)
    ys = sorted(random.sample(range(0, 101, 5), n))
    higher = xs[0] < xs[-1]
    pairs = list(zip(xs, ys, strict=True))
    random.shuffle(pairs)
    line = f'rule = {{ type = "steps", at = {json.dumps(pairs)}, higher = {json.dumps(higher)} }}'
    return Rule((line, f'kind = "{scale}"'), lambda *_: knots(xs, ys), mode="step", scale=scale)


def in_range(random: Random, scale: str) -> Rule:
    left, low, high, right = sorted(_values(random, scale, 4))
    below, above = random.choice(((True, True), (True, False), (False, True), (False, False)))
    shoulders = (exact(low) - exact(left) if below else 0, exact(right) - exact(high) if above else 0)
    line = (
        f'rule = {{ type = "in_range", low = {low}, high = {high}, '
        f"shoulder_low = {float(shoulders[0])}, shoulder_high = {float(shoulders[1])} }}"
    )
    xs = (exact(low) - shoulders[0], exact(low), exact(high), exact(high) + shoulders[1])
    return Rule((line, f'kind = "{scale}"'), lambda *_: knots(xs, (0, 100, 100, 0)), scale=scale)


def pass_fail(random: Random, scale: str) -> Rule:
    [x] = _values(random, scale, 1)
    higher = random.random() < 0.5
    line = f'rule = {{ type = "pass_fail", threshold = {x}, higher = {json.dumps(higher)} }}'
    worse = exact(x) - 1 if higher else exact(x) + 1
    return Rule((line, f'kind = "{scale}"'), lambda *_: knots((worse, x, x), (0, 0, 100)), scale=scale)


def goal_red_flag(random: Random, scale: str) -> Rule:
    red, goal = _values(random, scale, 2)
    d = exact(goal) - exact(red)
    xs = (exact(red) - d, exact(red), exact(goal), exact(goal) + d)
    ys = (Fraction(0), Fraction(100, 3), Fraction(200, 3), Fraction(100))
    line = f'rule = {{ type = "goal_red_flag", goal = {goal}, red_flag = {red} }}'
    return Rule((line, f'kind = "{scale}"'), lambda *_: list(zip(xs, ys, strict=True)), scale=scale)


def deduct(random: Random) -> Rule:
    start, each, floor = random.choice((100, 100, 95)), random.choice((2, 5, 2.5, 7)), random.choice((0, 0, 60))

    def curve(target: Fraction | None, _: str) -> Sequence[Knot]:
        assert target is not None
        return [(target + Fraction(start - floor) / exact(each), exact(floor)), (target, exact(start))]

    line = f'rule = {{ type = "deduct", start = {start}, per_unit = {each}, floor = {floor} }}'
    return Rule((line, 'kind = "count"'), curve, needs_target=True, scale="count")


def proportional(random: Random) -> Rule:
    floor, cap = random.choice((None, 0.6, 0.75)), random.choice((1, 1.2, 1.5))
    mirror = random.random() < 0.3

    def curve(target: Fraction | None, _: str) -> Sequence[Knot] | str:
        assert target is not None
        if target <= 0:
            return NUM
        start = 2 * target if mirror else Fraction(0)
        at = [0, *([floor, floor] if floor else []), cap]
        ys = [0, *([0, exact(floor) * 100] if floor else []), exact(cap) * 100]
        return [(start + (target - start) * exact(a), exact(y)) for a, y in zip(at, ys, strict=True)]

    given = f", floor = {floor}" if floor else ""
    direction = "mirror" if mirror else "higher"
    line = f'rule = {{ type = "proportional", cap = {cap}{given}, direction = "{direction}" }}'
    return Rule((line, 'kind = "amount"'), curve, needs_target=True, scale="amount0")


RATINGS = (
    (("优", 95), ("良", 85), ("中", 75), ("差", 50)),
    (("A", 100), ("B", 85), ("C", 70), ("D", 40)),
    (("5", 100), ("4", 85), ("3", 70), ("2", 50), ("1", 0)),
    (("非常 好", 98), ("好", 88), ("一般", 66)),
)


def rating(random: Random) -> Rule:
    labels = random.choice(RATINGS)
    table = ", ".join(f"{json.dumps(name, ensure_ascii=False)} = {score}" for name, score in labels)
    return Rule((f'rule = {{ type = "rating", table = {{ {table} }} }}',), mode="rating", labels=labels)


def manual() -> Rule:
    return Rule(('rule = "manual"',), mode="manual")


def _explicit(xs: list[float], ys: Sequence[float], scale: str) -> Rule:
    lines = (f"thresholds = {json.dumps(xs)}", f"scores = {json.dumps(list(ys))}", f'kind = "{scale}"')
    return Rule(lines, lambda *_: knots(xs, ys), scale=scale)


def _values(random: Random, scale: str, n: int) -> list[float]:
    """`n` different numbers of a scale, rising or falling."""
    unit, top = {
        "rate": (10 ** random.randint(2, 4), 1.2),
        "count": (1, 30),
        "amount": (random.choice((1, 10, 100)), 9000),
    }[scale]
    whole = sorted(random.sample(range(int(unit * top)), n), reverse=random.random() < 0.4)
    return [x / unit for x in whole]
