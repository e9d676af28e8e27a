"""The rules of a definition: TOML tables read key by key, and the curves and ratings they stand for.

`definitions.py` reads the file; every mistake is named with its place.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from .errors import RuleError, UsageError
from .messages import Message
from .scoring import curve as curves
from .scoring.curve import Rating
from .scoring.ladder import Case, Ladder, fixed, relative
from .scoring.values import number

T = TypeVar("T")


class Entry:
    """A TOML table that is read key by key, so that what is left over can be named."""

    def __init__(self, data: Any, where: str) -> None:
        self.where = where
        if not isinstance(data, dict):
            raise UsageError(Message("应为表", "must be a table"), where)
        self.data: dict[str, Any] = data
        self.taken: set[str] = set()

    def take(self, name: str, types: tuple[type, ...], default: Any) -> Any:
        """The value of a key, which must be of these types; the default without it."""
        self.taken.add(name)
        if name not in self.data:
            return default
        value = self.data[name]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            wanted = "/".join(t.__name__ for t in types)
            raise UsageError(Message(f"“{name}”的类型应为 {wanted}", f'"{name}" must be {wanted}'), self.where)
        return value

    def need(self, name: str, types: tuple[type, ...]) -> Any:
        """The value of a key that must be there."""
        if name not in self.data:
            raise UsageError(Message(f"缺“{name}”", f'"{name}" is missing'), self.where)
        return self.take(name, types, None)

    def choice(self, name: str, values: tuple[str, ...], default: str) -> str:
        """One of some words."""
        value: str = self.take(name, (str,), default)
        if value != default and value not in values:
            raise UsageError(
                Message(f"{name}“{value}”无效，应为 {'、'.join(values)}", f'{name} "{value}": one of {values}'),
                self.where,
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty without the key."""
        values = self.take(name, (list,), [])
        if not all(isinstance(value, str) for value in values):
            raise UsageError(Message(f"“{name}”应为一列文字", f'"{name}" must be a list of texts'), self.where)
        return tuple(values)

    def table(self, name: str) -> Entry | None:
        """A table inside; None without the key."""
        value = self.take(name, (dict,), None)
        return None if value is None else Entry(value, f"{self.where}!{name}")

    def guard(self, build: Callable[[], T]) -> T:
        """Build something; a rule it breaks is told with this table's place."""
        try:
            return build()
        except RuleError as problem:
            raise UsageError(problem.message, self.where) from None

    def finish(self) -> None:
        """Refuse keys that nobody has read, naming the nearest that is known."""
        for name in self.data:
            if name not in self.taken:
                near = difflib.get_close_matches(name, self.taken, 1)
                zh, en = (f"，是否想写“{near[0]}”？", f'; did you mean "{near[0]}"?') if near else ("", "")
                raise UsageError(Message(f"不认识“{name}”{zh}", f'unknown key "{name}"{en}'), self.where)


def rule_of(table: Entry, ratings: Rating) -> tuple[Ladder | Rating | Mapping[str, Ladder] | None, bool]:
    """The rule of a KPI, and whether it is scored by hand."""
    if "thresholds" in table.data:
        thresholds, scores = (
            table.take("thresholds", (list, dict), []),
            table.take("scores", (list,), list(curves.BAND_SCALE)),
        )
        mode = table.choice("mode", (curves.LINEAR, curves.STEP), curves.LINEAR)
        if isinstance(thresholds, dict):
            return {period: table.guard(partial(_ladder, xs, scores, mode)) for period, xs in thresholds.items()}, False
        return table.guard(lambda: _ladder(thresholds, scores, mode)), False
    given = table.take("rule", (dict, str), None)
    if given is None or given == "policy":
        return None, False
    if given == "manual":
        return None, True
    if given == "rating":
        return ratings, False
    if isinstance(given, str):
        raise UsageError(
            Message(f"未知规则“{given}”", f'unknown rule "{given}": policy, manual, rating or a table with type'),
            table.where,
        )
    rule = Entry(given, f"{table.where} rule")
    kind = rule.choice("type", tuple(_BUILDERS), "")
    built = rule.guard(lambda: _BUILDERS[kind](rule)) if kind else None
    if built is None:
        raise UsageError(Message("规则缺 type", f"rule needs a type: one of {tuple(_BUILDERS)}"), rule.where)
    rule.finish()
    return built, False


def _ladder(thresholds: list[Any], scores: list[Any], mode: str) -> Ladder:
    xs, ys = [number_of(x) for x in thresholds], [number_of(s) for s in scores]
    if len(xs) != len(ys):
        raise RuleError(Message(f"阈值 {len(xs)} 个，分数 {len(ys)} 个", f"{len(xs)} thresholds but {len(ys)} scores"))
    return fixed(curves.from_table(xs, ys, mode))


def number_of(value: Any) -> float:
    """A number as people type it.

    Raises:
        RuleError: It is none.
    """
    try:
        return number(value)
    except ValueError:
        raise RuleError(Message(f"“{value}”不是数字", f'"{value}" is not a number')) from None


def _steps(rule: Entry) -> Ladder:
    pairs = rule.need("at", (list,))
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise RuleError(Message("at 应为 [[阈值, 分数], …]", "at must be [[threshold, score], …]"))
    at = {number_of(x): number_of(s) for x, s in pairs}
    return fixed(curves.steps(at, higher=rule.take("higher", (bool,), True)))


def _proportional(rule: Entry) -> Ladder:
    floor, cap = rule.take("floor", (int, float), None), float(rule.take("cap", (int, float), 1.0))
    direction = rule.choice("direction", ("higher", "mirror"), "higher")
    # On a target of 1 the thresholds are the factors of any target.
    unit = curves.proportional(1.0, floor, cap, None, direction)
    return Ladder((Case(tuple((x, 0.0) for x in unit.thresholds), unit.scores, ">0"),), unit.mode, unit.sign > 0)


def _deduct(rule: Entry) -> Ladder:
    return relative(
        curves.deduct(
            float(rule.take("start", (int, float), 100)),
            float(rule.need("per_unit", (int, float))),
            float(rule.take("floor", (int, float), 0)),
        )
    )


def _in_range(rule: Entry) -> Ladder:
    names = ("low", "high")
    low, high = (number_of(rule.need(n, (int, float, str))) for n in names)
    shoulders = (number_of(rule.take(n, (int, float, str), 0)) for n in ("shoulder_low", "shoulder_high"))
    return fixed(curves.in_range(low, high, *shoulders))


def _pass_fail(rule: Entry) -> Ladder:
    return fixed(
        curves.pass_fail(
            number_of(rule.need("threshold", (int, float, str))), higher=rule.take("higher", (bool,), True)
        )
    )


def _goal_red_flag(rule: Entry) -> Ladder:
    return fixed(
        curves.goal_red_flag(
            number_of(rule.need("goal", (int, float, str))), number_of(rule.need("red_flag", (int, float, str)))
        )
    )


def _rating(rule: Entry) -> Rating:
    table = rule.need("table", (dict,))
    if not table:
        raise RuleError(Message("评级表是空的", "the rating table is empty"))
    return curves.rating({str(k): number_of(v) for k, v in table.items()})


_BUILDERS: dict[str, Any] = {
    "steps": _steps,
    "proportional": _proportional,
    "deduct": _deduct,
    "in_range": _in_range,
    "pass_fail": _pass_fail,
    "goal_red_flag": _goal_red_flag,
    "rating": _rating,
}
