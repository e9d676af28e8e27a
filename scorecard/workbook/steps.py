"""The changes between two versions of a card, as steps that can be made one after the other (`scoring.changes`)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..messages import Message
from ..scoring.changes import Step
from ..scoring.curve import Curve, Rating
from ..scoring.model import Adjustment, Kpi, Scorecard, Settings, Veto
from ..scoring.periods import parse_period
from ..scoring.values import Reading, State, key, show
from . import formulas as f
from .versions import Version

_SETTINGS = {
    "missing": Message("绩效空白时", "blank actuals"),
    "weights": Message("权重规则", "weight rule"),
    "digits": Message("总分小数位", "decimals of the total"),
    "floor": Message("总分下限", "floor of the total"),
    "cap": Message("总分上限", "cap of the total"),
}
_WORDS = {
    "incomplete": (f.WAIT_WORD, "incomplete"), "zero": (f.ZERO_WORD, "zero"), "exclude": (f.EXCLUDE_WORD, "exclude"),
    "strict": (f.STRICT_WORD, "strict"), "normalise": (f.NORMALISE_WORD, "normalise"), "as_is": (f.AS_IS_WORD, "as is"),
    "linear": (f.LINEAR_WORD, "linear"), "step": (f.STEP_WORD, "step"),
}  # fmt: skip
_IDENTITY = {
    "person": Message("被考核人", "person"),
    "department": Message("部门", "department"),
    "position": Message("岗位", "position"),
    "evaluator": Message("评价人", "evaluator"),
}


def pairs_of(a: Sequence[Kpi], b: Sequence[Kpi]) -> list[tuple[int | None, int | None]]:
    """Which item of one version is which of the other, in the order of the second; removed items come last.

    By name; of what is left, an item that sounds alike is a renamed one, and so is one at the same place with everything
    else alike.
    """
    free = list(range(len(a)))
    found: dict[int, int] = {}
    for j, kpi in enumerate(b):
        i = next((i for i in free if key(a[i].name) == key(kpi.name)), None)
        if i is not None:
            found[j] = i
            free.remove(i)
    for j, kpi in enumerate(b):
        if j in found:
            continue
        alike = [(difflib.SequenceMatcher(None, key(a[i].name), key(kpi.name)).ratio(), -abs(i - j), i) for i in free]
        likeness, _, i = max(alike, default=(0.0, 0, -1))
        same_place = j in free and len(a) == len(b) and replace(a[j], name=kpi.name, cell=kpi.cell) == kpi
        if likeness >= 0.6 or same_place:
            found[j] = i if likeness >= 0.6 else j
            free.remove(found[j])
    return [(found.get(j), j) for j in range(len(b))] + [(i, None) for i in free]


def steps_between(a: Version, b: Version) -> tuple[Scorecard, list[Step]]:
    """The first version with the names of the second, and the steps that lead from it to the second.

    What has no effect on a total (names, identity) is a step, too.
    """
    one, two = a.model, b.model
    pairs = pairs_of(one.kpis, two.kpis)
    # Items are found by their place among the pairs from here on: names may repeat or change.
    start = replace(
        one, kpis=tuple(_named(one.kpis[i], two.kpis[j]) for i, j in pairs if i is not None and j is not None)
    )
    start = replace(start, kpis=start.kpis + tuple(one.kpis[i] for i, j in pairs if i is not None and j is None))
    steps = [*_identity(a, b), *_names(one, two, pairs), *_structure(one, two, pairs)]
    common = [(i, j, j) for i, j in pairs if i is not None and j is not None]
    steps += _targets_and_rules(a, b, common)
    for i, j, at in common:
        steps += _actual(one.kpis[i], two.kpis[j], at)
    for i, j, at in common:
        steps += _typed(one.kpis[i], two.kpis[j], at)
    steps += _adjustments(one, two)
    steps += _vetoes(one, two)
    steps += _settings(one.settings, two.settings)
    return start, steps


def _named(kpi: Kpi, like: Kpi) -> Kpi:
    # Without a rule a typed score counts as it does where it stands before a rule.
    by_hand = kpi.by_hand or (like.by_hand and _is_without_rule(kpi))
    return replace(kpi, name=like.name, unit=like.unit, percent=like.percent, cell=like.cell, by_hand=by_hand)


def _is_without_rule(kpi: Kpi) -> bool:
    return kpi.rule is None and kpi.rule_error is None


# --- the card as a whole ---------------------------------------------------------------------------------------------


def _same(card: Scorecard) -> Scorecard:
    return card


def _identity(a: Version, b: Version) -> Iterator[Step]:
    for name, word in _IDENTITY.items():
        old, new = (v.card.table.identity.get(name, ("", ""))[0] for v in (a, b))
        if key(old) != key(new):
            yield Step("identity", "", _arrow(word, old, new), _same)


def _names(one: Scorecard, two: Scorecard, pairs: Sequence[tuple[int | None, int | None]]) -> Iterator[Step]:
    for i, j in pairs:
        if i is not None and j is not None and key(one.kpis[i].name) != key(two.kpis[j].name):
            old, new = one.kpis[i].name, two.kpis[j].name
            yield Step("name", new, Message(f"“{old}”改名为“{new}”", f'"{old}" was renamed "{new}"'), _same)


def _structure(one: Scorecard, two: Scorecard, pairs: Sequence[tuple[int | None, int | None]]) -> Iterator[Step]:
    """Items added and removed and all weights in one step: in between, weights would not add up."""
    zh: list[str] = []
    en: list[str] = []
    for i, j in pairs:
        if i is None and j is not None:
            kpi = two.kpis[j]
            zh.append(f"新增“{kpi.name}”{_weight(kpi)}")
            en.append(f'added "{kpi.name}"{_weight(kpi)}')
        elif i is not None and j is None:
            kpi = one.kpis[i]
            zh.append(f"删除“{kpi.name}”{_weight(kpi)}")
            en.append(f'removed "{kpi.name}"{_weight(kpi)}')
        elif i is not None and j is not None and one.kpis[i].weight != two.kpis[j].weight:
            old, new = (_percent(k.weight) for k in (one.kpis[i], two.kpis[j]))
            zh.append(f"“{two.kpis[j].name}”权重 {old} → {new}")
            en.append(f'"{two.kpis[j].name}" weight {old} → {new}')
    moved = (
        any(i is not None and j is not None and one.kpis[i].section != two.kpis[j].section for i, j in pairs)
        or one.sections != two.sections
    )
    if not zh and not moved:
        return
    if moved and not zh:
        zh, en = ["分组改了"], ["the sections were changed"]

    def make(card: Scorecard) -> Scorecard:
        kept = {j: card.kpis[n] for n, j in enumerate(j for i, j in pairs if i is not None and j is not None)}
        kpis = [
            replace(kept[j], weight=kpi.weight, section=kpi.section) if j in kept else kpi
            for j, kpi in enumerate(two.kpis)
        ]
        return replace(card, kpis=tuple(kpis), sections=two.sections)

    yield Step("items", "", Message("；".join(zh), "; ".join(en)), make)


def _weight(kpi: Kpi) -> str:
    return f"（权重 {_percent(kpi.weight)}）" if kpi.weight is not None else ""


def _percent(weight: float | None) -> str:
    return "—" if weight is None else show(weight, percent=True)


# --- items -----------------------------------------------------------------------------------------------------------


def _changed(name: str, at: int, change: Callable[[Kpi], Kpi], card: Scorecard) -> Scorecard:
    """A card with one item changed, found by its name at its place, or elsewhere before items were added."""
    places = [n for n, kpi in enumerate(card.kpis) if kpi.name == name]
    if not places:
        return card
    place = min(places, key=lambda n: abs(n - at))
    return replace(card, kpis=tuple(change(kpi) if n == place else kpi for n, kpi in enumerate(card.kpis)))


def _targets_and_rules(a: Version, b: Version, common: Sequence[tuple[int, int, int]]) -> Iterator[Step]:
    one, two = a.model, b.model
    was, now = (parse_period(v.period) or key(v.period) for v in (a, b))
    is_other_period = was != now
    moved: list[tuple[Kpi, int]] = []
    targets: list[Step] = []
    rules: list[Step] = []
    for i, j, at in common:
        old, new = one.kpis[i], two.kpis[j]
        before, after = a.target(i), b.target(j)
        same_target = _value(before) == _value(after)
        same_rule = (old.rule, old.rule_error) == (new.rule, new.rule_error)
        same_assessed = _is_assessed(old) == _is_assessed(new)
        if same_target and same_rule and same_assessed:
            continue
        same_text = a.rule_text(i) == b.rule_text(j)
        make = partial(_changed, new.name, at, partial(_with_rule, like=new))
        if is_other_period and same_text and a.targets(i) == b.targets(j):
            moved.append((new, at))
        elif not same_target:
            message = _arrow(Message("目标", "target"), _shown(before, new), _shown(after, new), new.name)
            if not same_rule:
                zh, en = (
                    ("，阈值随之变化", ", thresholds follow")
                    if same_text
                    else ("，评分规则也改了", ", and the rule was changed")
                )
                message = Message(message.zh + zh, message.en + en)
            targets.append(Step("target", new.name, message, make))
        else:
            message = _rule_change(old, new) if same_assessed else _assessed(new)
            rules.append(Step("rule", new.name, message, make))
    if is_other_period:

        def shift(card: Scorecard) -> Scorecard:
            for kpi, at in moved:
                card = _changed(kpi.name, at, partial(_with_rule, like=kpi), card)
            return card

        message = _arrow(Message("考核周期", "period"), a.period, b.period)
        if moved:
            zh, en = f"，{len(moved)} 项目标随之变化", f", {len(moved)} targets follow"
            message = Message(message.zh + zh, message.en + en)
        yield Step("period", "", message, shift)
    yield from targets
    yield from rules
    if one.bands != two.bands:
        message = Message("档次的分数段改了", "the scores of the bands were changed")
        yield Step("rule", "", message, lambda card: replace(card, bands=two.bands))


def _is_assessed(kpi: Kpi) -> bool:
    return kpi.target is None or kpi.target.state not in (State.MISSING, State.NOT_APPLICABLE)


def _assessed(kpi: Kpi) -> Message:
    """What the form says is the same, but only with rules does an item without a target not count."""
    if _is_assessed(kpi):
        return Message(f"{kpi.name}：本期没有目标，改为计入", f"{kpi.name}: no target in this period, yet it counts now")
    return Message(f"{kpi.name}：本期没有目标，改为不考核", f"{kpi.name}: no target in this period, no longer assessed")


def _with_rule(kpi: Kpi, like: Kpi) -> Kpi:
    return replace(kpi, target=like.target, rule=like.rule, rule_error=like.rule_error)


def _actual(old: Kpi, new: Kpi, at: int) -> Iterator[Step]:
    if new.rule is None and old.rule is None and new.rule_error is None:
        return
    if _value(old.actual) == _value(new.actual) and (old.label == new.label or isinstance(new.rule, Curve)):
        return
    shown = [str(k.label or "") if isinstance(k.rule, Rating) else _shown(k.actual, k) for k in (old, new)]
    message = _arrow(Message("实际", "actual"), shown[0], shown[1], new.name)

    def change(kpi: Kpi) -> Kpi:
        return replace(kpi, actual=new.actual, label=new.label)

    yield Step("actual", new.name, message, partial(_changed, new.name, at, change))


def _typed(old: Kpi, new: Kpi, at: int) -> Iterator[Step]:
    counts = [k.by_hand or _is_without_rule(k) for k in (old, new)]
    if counts[0] == counts[1] and (not counts[0] or _value(old.typed) == _value(new.typed)):
        return
    if not counts[1] and not old.by_hand and old.typed.state is State.MISSING:
        return  # nobody had typed one: what changed is that there is a rule
    shown = [
        _shown(k.typed, replace(k, percent=False, unit="")) if c else "按规则"
        for k, c in zip((old, new), counts, strict=True)
    ]
    english = [text if c else "by the rule" for text, c in zip(shown, counts, strict=True)]
    zh = _arrow(Message("手工得分", ""), shown[0], shown[1], new.name).zh
    en = _arrow(Message("", "typed score"), english[0], english[1], new.name).en

    def change(kpi: Kpi) -> Kpi:
        return replace(kpi, typed=new.typed, by_hand=new.by_hand)

    yield Step("score", new.name, Message(zh, en), partial(_changed, new.name, at, change))


def _rule_change(old: Kpi, new: Kpi) -> Message:
    before, after = _rule_text(old), _rule_text(new)
    what = f"{new.name}：评分规则", f"{new.name}: rule"
    return Message(f"{what[0]} {before.zh} → {after.zh}", f"{what[1]} {before.en} → {after.en}")


def _rule_text(kpi: Kpi) -> Message:
    if kpi.rule_error is not None:
        return Message(kpi.rule_error.code, kpi.rule_error.code)
    if isinstance(kpi.rule, Rating):
        labels = " ".join(f"{label}={show(score)}" for label, score in kpi.rule.labels)
        return Message(labels, labels)
    if isinstance(kpi.rule, Curve):
        knots = zip(kpi.rule.thresholds, kpi.rule.scores, strict=True)
        told = " ".join(f"{show(x, kpi.percent, kpi.unit)}={show(s)}" for x, s in knots)
        return Message(f"{told}（{_WORDS[kpi.rule.mode][0]}）", f"{told} ({kpi.rule.mode})")
    return Message("无", "none")


# --- adjustments, vetoes, settings -----------------------------------------------------------------------------------


def _adjustments(one: Scorecard, two: Scorecard) -> Iterator[Step]:
    names = list(dict.fromkeys(key(x.name) for x in (*one.adjustments, *two.adjustments)))
    for name in names:
        old, new = (tuple(x for x in card.adjustments if key(x.name) == name) for card in (one, two))
        if [(_value(x.points), x.cap) for x in old] != [(_value(x.points), x.cap) for x in new]:
            shown = [_points(xs) for xs in (old, new)]
            label = (new or old)[0].name
            make = partial(_adjusted, name, new)
            yield Step("adjustment", "", _arrow(Message("加减分", "adjustment"), shown[0], shown[1], label), make)


def _adjusted(name: str, new: tuple[Adjustment, ...], card: Scorecard) -> Scorecard:
    return replace(card, adjustments=(*(x for x in card.adjustments if key(x.name) != name), *new))


def _points(adjustments: Sequence[Adjustment]) -> str:
    return "、".join(x.points.text or ("" if x.points.number is None else show(x.points.number)) for x in adjustments)


def _vetoes(one: Scorecard, two: Scorecard) -> Iterator[Step]:
    names = list(dict.fromkeys(key(x.name) for x in (*one.vetoes, *two.vetoes)))
    for name in names:
        old, new = (tuple(x for x in card.vetoes if key(x.name) == name) for card in (one, two))
        if [x.value for x in old] != [x.value for x in new]:
            shown = ["、".join(str(x.value if x.value is not None else "") for x in xs) for xs in (old, new)]
            label = (new or old)[0].name
            yield Step(
                "veto", "", _arrow(Message("否决", "veto"), shown[0], shown[1], label), partial(_vetoed, name, new)
            )


def _vetoed(name: str, new: tuple[Veto, ...], card: Scorecard) -> Scorecard:
    return replace(card, vetoes=(*(x for x in card.vetoes if key(x.name) != name), *new))


def _settings(old: Settings, new: Settings) -> Iterator[Step]:
    zh, en = [], []
    for name, word in _SETTINGS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            old_words, new_words = _setting(before), _setting(after)
            zh.append(_arrow(word, old_words[0], new_words[0]).zh)
            en.append(_arrow(word, old_words[1], new_words[1]).en)
    if zh:
        message = Message("；".join(zh), "; ".join(en))
        yield Step(
            "settings", "", message, lambda card: replace(card, settings=replace(new, grades=card.settings.grades))
        )
    if old.grades != new.grades:
        rows = [
            " ".join(f"{g.label}≥{show(g.lower)}{_factor(g.coefficient)}" for g in reversed(s.grades.rows))
            for s in (old, new)
        ]
        message = _arrow(Message("等级表", "grade table"), rows[0], rows[1])
        yield Step(
            "grades", "", message, lambda card: replace(card, settings=replace(card.settings, grades=new.grades))
        )


def _setting(value: object) -> tuple[str, str]:
    """A setting in the words of the rule sheet, and in English."""
    if isinstance(value, (int, float)):
        return show(value), show(value)
    return _WORDS.get(str(value), ("", "")) if value is not None else ("", "")


def _factor(coefficient: float | None) -> str:
    return "" if coefficient is None else f"(×{show(coefficient)})"


# --- words -----------------------------------------------------------------------------------------------------------


def _value(reading: Reading | None) -> object:
    if reading is None:
        return None
    return reading.state, reading.number, reading.error


def _shown(reading: Reading | None, kpi: Kpi) -> str:
    if reading is None or reading.state is State.MISSING:
        return ""
    if reading.number is not None:
        return show(reading.number, kpi.percent, kpi.unit)
    return reading.text or "N/A"


def _arrow(what: Message, old: str, new: str, name: str = "") -> Message:
    zh = f"{name}：{what.zh}" if name else what.zh
    en = f"{name}: {what.en}" if name else what.en
    return Message(f"{zh} {old or '空白'} → {new or '空白'}", f"{en} {old or 'blank'} → {new or 'blank'}")
