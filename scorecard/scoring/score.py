"""A scorecard becomes a result, in one order: KPI score, section, weighted total, adjustments, veto, clamp, round, grade.

Sections 3, 4 and 5 of `docs/scoring.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ..errors import RuleError
from ..messages import Message
from .curve import Curve, Rating
from .model import Adjustment, Bands, CardResult, ItemResult, Kpi, Scorecard, Settings
from .values import CellError, CellValue, State, as_error, decimal_sum, is_missing, key, read, round_half_up, show, snap
from .weights import check_weights

VALUE = "#VALUE!"


def score_card(card: Scorecard) -> CardResult:
    """The result of a card. Never raises for content: what cannot be computed is an ERROR state with its reason.

    Args:
        card: The card as read.

    Returns:
        A `CardResult`; scores are on 0..100, weights and coverage are fractions.

    Example:
        >>> from scorecard.scoring.curve import bands
        >>> rule = bands((0.80, 0.95, 0.97, 0.99, 1.00))
        >>> result = score_card(Scorecard((Kpi("及时率", rule, read(0.96), 0.4), Kpi("满意率", rule, read(1), 0.6))))
        >>> result.total, result.grade
        (86.0, '良')
    """
    settings = card.settings
    notes: list[Message] = []
    try:
        weights = effective_weights(card, notes)
    except RuleError as problem:
        error = CellError(problem.code, problem.message)
        return _without_total([score_item(kpi, card.bands) for kpi in card.kpis], State.ERROR, error=error, notes=notes)

    items = _items(card, weights)
    states = [item.state for item in items]
    counting = (State.NUMBER, State.MISSING) if settings.missing == "zero" else (State.NUMBER,)
    counted = decimal_sum([w for w, state in zip(weights, states, strict=True) if state in counting])
    everything = decimal_sum(weights)
    coverage = snap(counted / everything) if everything else 0.0
    best = _best_attainable(items, weights, settings)

    # An item of weight 0 is shown, but takes no part in the total.
    voting = [state for state, w in zip(states, weights, strict=True) if w > 0]
    if State.ERROR in voting:
        item = next(i for i, w in zip(items, weights, strict=True) if w > 0 and i.state is State.ERROR)
        return _without_total(items, State.ERROR, item.error, item.kpi.cell, coverage, best, notes)
    missing = State.MISSING in voting
    if missing and settings.missing == "incomplete":
        return _without_total(items, State.MISSING, None, "", coverage, best, notes)
    if not counted:
        state = State.MISSING if missing else State.NOT_APPLICABLE
        return _without_total(items, state, None, "", coverage, best, notes)

    mean = sum([i.score * w for i, w in zip(items, weights, strict=True) if i.score is not None]) / counted
    # Weights taken as they are may sum to more than 1 (a bonus item): the total is then out of that sum.
    weighted = snap(mean * everything) if settings.weights == "as_is" else snap(mean)
    try:
        points = adjustment_points(card.adjustments)
        factor = veto_factor([v.value for v in card.vetoes])
        computed = finish_total(weighted, points, factor, settings.floor, settings.cap)
    except RuleError as problem:
        error = CellError(problem.code, problem.message)
        return _without_total(items, State.ERROR, error, problem.where or "", coverage, best, notes)
    total = round_half_up(computed, settings.digits)
    grade = settings.grades.of(total)
    filled, applicable = _filled(items)
    return CardResult(
        items=items,
        state=State.NUMBER,
        weighted=weighted,
        computed=computed,
        total=total,
        coverage=coverage,
        filled=filled,
        applicable=applicable,
        grade=grade.label,
        coefficient=grade.coefficient,
        best_attainable=best,
        notes=tuple(notes),
    )


def score_item(kpi: Kpi, bands: Bands | None = None) -> ItemResult:
    """The score of one item: what is not assessed comes first, then errors, then what is missing."""
    state, score, error, band, clamped = _outcome(kpi, bands)
    return ItemResult(kpi, state, score, error, kpi.weight, band=band, clamped=clamped)


class _Outcome(NamedTuple):
    """What came of an item, as in `ItemResult`."""

    state: State
    score: float | None = None
    error: CellError | None = None
    band: str = ""
    clamped: bool = False


def _outcome(kpi: Kpi, bands: Bands | None) -> _Outcome:
    if kpi.target is not None and kpi.target.state in (State.MISSING, State.NOT_APPLICABLE):
        return _Outcome(State.NOT_APPLICABLE)
    if kpi.target is not None and kpi.target.state is State.ERROR:
        return _Outcome(State.ERROR, error=kpi.target.error)
    if kpi.by_hand:
        return _with_band(_score_by_hand(kpi), kpi, bands)
    if kpi.rule_error is not None:
        if kpi.actual.state in (State.ERROR, State.NOT_APPLICABLE):
            return _Outcome(kpi.actual.state, error=kpi.actual.error)
        return _Outcome(State.ERROR, error=kpi.rule_error)
    if kpi.rule is None:
        return _score_by_hand(kpi)
    if isinstance(kpi.rule, Curve):
        return _score_curve(kpi, kpi.rule, bands)
    reading = read(kpi.label)
    error = as_error(kpi.label)
    if error is not None:
        return _Outcome(State.ERROR, error=error)
    if reading.state in (State.MISSING, State.NOT_APPLICABLE):
        return _Outcome(reading.state)
    try:
        return _Outcome(State.NUMBER, kpi.rule.score(kpi.label))
    except RuleError as problem:
        return _Outcome(State.ERROR, error=CellError(problem.code, problem.message))


def _score_by_hand(kpi: Kpi) -> _Outcome:
    """An item takes the score typed into its score cell, which must lie in 0..100, or what its rule can give."""
    typed = kpi.typed
    if typed.number is None:
        return _Outcome(typed.state, error=typed.error)
    high = 100.0
    if kpi.rule is not None:
        scores = [score for _, score in kpi.rule.labels] if isinstance(kpi.rule, Rating) else kpi.rule.scores
        high = max([high, *scores])
    # 95% would count as 0.95 of 100 points.
    if typed.percent or not 0 <= typed.number <= high:
        shown, best = show(typed.number, typed.percent), show(high)
        reason = Message(f"得分 {shown} 应在 0 与 {best} 之间", f"score {shown}: must be from 0 to {best}")
        if typed.percent:
            zh = f"得分 {shown} 是百分数，请填 0 到 {best} 的数"
            reason = Message(zh, f"score {shown}: enter a number from 0 to {best}, no percentage")
        return _Outcome(State.ERROR, error=CellError(VALUE, reason))
    return _Outcome(State.NUMBER, typed.number)


def _with_band(typed: _Outcome, kpi: Kpi, bands: Bands | None) -> _Outcome:
    """The band of a typed score: that of the rule where the two agree, else the one whose scores it lies in."""
    if bands is None or typed.score is None or not isinstance(kpi.rule, Curve):
        return typed
    ruled = _outcome(replace(kpi, by_hand=False), bands)
    if ruled.score is not None and snap(ruled.score - typed.score) == 0:
        return typed._replace(band=ruled.band)
    return typed._replace(band=bands.labels[_band_by_score(bands, typed.score)])


def _band_by_score(bands: Bands, score: float) -> int:
    """The band a score lies in, 0 for the worst; an edge belongs to the better."""
    return sum(1 for edge in bands.scale[1:-1] if snap(edge) <= snap(score))


def _score_curve(kpi: Kpi, curve: Curve, bands: Bands | None) -> _Outcome:
    reading = kpi.actual
    if reading.number is None:
        return _Outcome(reading.state, error=reading.error)
    score = curve.score(reading.number)
    band = band_label(curve, bands, reading.number, score) if bands else ""
    return _Outcome(State.NUMBER, score, None, band, curve.is_clamped(reading.number))


def band_index(curve: Curve, bands: Bands, actual: float, score: float) -> int:
    """The band reached, 0 for the worst.

    By thresholds where the rule has the form's own band edges for scores; a jump beyond a band's scores counts as the
    band jumped to. A rule with other scores says only by its score which band that is; an edge belongs to the better.
    """
    if not follows_bands(curve.scores, bands):
        return _band_by_score(bands, score)
    by_threshold = min(max(curve.position(actual), 1), max(len(curve.thresholds) - 1, 1)) - 1
    by_score = sum(1 for edge in bands.scale[1:-1] if snap(edge) < snap(score))
    return min(max(by_threshold, by_score), len(bands.labels) - 1)


def follows_bands(scores: Sequence[float], bands: Bands) -> bool:
    """Whether the thresholds of a rule are where the form's bands begin: its scores are their edges, the last aside."""
    return len(scores) <= len(bands.scale) and all(
        snap(s - e) == 0 for s, e in zip(scores[:-1], bands.scale, strict=False)
    )


def band_label(curve: Curve, bands: Bands, actual: float, score: float) -> str:
    """The label of the band reached."""
    return bands.labels[band_index(curve, bands, actual, score)]


# --- weights ---------------------------------------------------------------------------------------------------------


def effective_weights(card: Scorecard, notes: list[Message] | None = None) -> list[float]:
    """Each item's weight in the whole card: section weight × item weight. Unweighted items share equally.

    Args:
        card: The card.
        notes: Assumptions made are appended here.

    Raises:
        RuleError: Weights that the policy refuses.
    """
    notes = notes if notes is not None else []
    sections = {s.name: s for s in card.sections if s.weight is not None}
    if not sections:
        return _item_weights([k.weight for k in card.kpis], card.settings.weights, "", notes)
    names = list(dict.fromkeys(k.section for k in card.kpis))
    unknown = [n for n in names if n not in sections]
    if unknown:
        raise RuleError(Message(f"分组“{unknown[0]}”没有权重", f'section "{unknown[0]}" has no weight'))
    outer = dict(zip(names, check_weights([sections[n].weight for n in names], card.settings.weights), strict=True))
    result: dict[int, float] = {}
    for name in names:
        members = [i for i, k in enumerate(card.kpis) if k.section == name]
        inner = _item_weights([card.kpis[i].weight for i in members], card.settings.weights, name, notes)
        total = decimal_sum(inner) or 1.0
        for i, w in zip(members, inner, strict=True):
            result[i] = outer[name] * w / total
    return [result[i] for i in range(len(card.kpis))]


def _item_weights(weights: Sequence[float | None], policy: str, section: str, notes: list[Message]) -> list[float]:
    if weights and all(w is None for w in weights):
        zh, en = (f"“{section}”中", f'in "{section}"') if section else ("", "")
        notes.append(
            Message(f"{zh}各项没有权重，按等权计算", f"items without weights {en} share equally".replace("  ", " "))
        )
        return [1.0 / len(weights)] * len(weights)
    return check_weights(weights, policy)


def _items(card: Scorecard, weights: Sequence[float]) -> tuple[ItemResult, ...]:
    settings = card.settings
    scored = [_scored(kpi, card.bands) for kpi in card.kpis]
    # Missing items still count in the shares while a total is awaited, so that a share does not jump when one is filled.
    not_awaited = (State.NOT_APPLICABLE, State.MISSING) if settings.missing == "exclude" else (State.NOT_APPLICABLE,)
    base = decimal_sum([w for w, one in zip(weights, scored, strict=True) if one.state not in not_awaited])
    whole = decimal_sum(weights) if settings.weights == "as_is" else 1.0
    items = []
    for one, weight in zip(scored, weights, strict=True):
        share = weight / base * whole if base and one.state not in not_awaited else 0.0
        if share != one.share or weight != one.weight or (one.contribution is None) != (one.score is None):
            contribution = snap(share * one.score) if one.score is not None else None
            one = ItemResult(
                one.kpi, one.state, one.score, one.error, weight, share, contribution, one.band, one.clamped
            )  # fmt: skip
            if one.kpi.rule is None:
                _remember(one)
        items.append(one)
    return tuple(items)


# The last results of items that are scored by hand. In the cards of one form the same item has the same score again and
# again, and then is the same object.
_LAST: dict[int, ItemResult] = {}
_ROOM = 10_000


def _scored(kpi: Kpi, bands: Bands | None) -> ItemResult:
    """An item with its score; its share is not yet known, or that of the last card."""
    last = _LAST.get(id(kpi))
    return last if last is not None and last.kpi is kpi else score_item(kpi, bands)


def _remember(item: ItemResult) -> None:
    if len(_LAST) >= _ROOM:
        _LAST.clear()
    _LAST[id(item.kpi)] = item


def _best_attainable(items: Sequence[ItemResult], weights: Sequence[float], settings: Settings) -> float | None:
    """The total of the best scores over the items that are assessed in this period, on the scale of the total."""
    pairs = [
        (i.kpi.rule.best if i.kpi.rule else 100.0, w)
        for i, w in zip(items, weights, strict=True)
        if i.state is not State.NOT_APPLICABLE
    ]
    base = decimal_sum([w for _, w in pairs])
    if not base:
        return None
    scale = decimal_sum(weights) if settings.weights == "as_is" else 1.0
    best = sum([s * w for s, w in pairs]) / base * scale
    return snap(best if settings.cap is None else min(best, settings.cap))


# --- total -----------------------------------------------------------------------------------------------------------


def adjustment_points(adjustments: Sequence[Adjustment]) -> float:
    """The sum of 加分/扣分; blank and not applicable count 0, each within its own cap.

    Raises:
        RuleError: An error cell or text that is no number; `where` is the cell.
    """
    total = []
    for adjustment in adjustments:
        points = adjustment.points
        if points.state is State.ERROR and points.error is not None:
            reason = points.error.reason or Message(
                f"加减分是错误值 {points.error}", f"the adjustment is the error {points.error}"
            )
            raise RuleError(reason, adjustment.cell or None, points.error.code)
        value = points.number or 0.0
        if adjustment.cap is not None:
            value = max(-adjustment.cap, min(adjustment.cap, value))
        total.append(value)
    return decimal_sum(total)


def veto_factor(values: Sequence[CellValue]) -> float:
    """What vetoes multiply the total by: 1 without any, 0 for a full one, the product of factors between.

    Blank, 0, FALSE, 否 and not applicable are no veto; 1, TRUE and 是 a full one.

    Raises:
        RuleError: An error cell, other text, or a number outside 0..1.
    """
    factor = 1.0
    for value in values:
        error = as_error(value)
        if error is not None:
            raise RuleError(
                error.reason or Message(f"否决格是错误值 {error}", f"the veto is the error {error}"), code=error.code
            )
        if is_missing(value) or value is False or (isinstance(value, str) and key(value) in ("否", "false", "no", "n")):
            continue
        if value is True or (isinstance(value, str) and key(value) in ("是", "true", "yes", "y", "√")):
            factor = 0.0
            continue
        reading = read(value)
        if reading.state is State.NOT_APPLICABLE:
            continue
        if reading.number is None:
            raise RuleError(Message(f"否决“{value}”无效", f'veto "{value}" is not a number, yes or no'), code=VALUE)
        if not 0 <= reading.number <= 1:
            raise RuleError(
                Message(f"否决 {reading.number:g} 应在 0 与 1 之间", f"veto {reading.number:g}: must be from 0 to 1")
            )
        factor *= 1.0 if reading.number == 0 else 0.0 if reading.number == 1 else reading.number
    return factor


def finish_total(score: float, points: float, factor: float, floor: float | None, cap: float | None) -> float:
    """Adjustments, then veto, then clamp; unrounded (snapped).

    Raises:
        RuleError: The floor is above the cap.
    """
    if floor is not None and cap is not None and floor > cap:
        raise RuleError(Message("总分下限高于上限", "floor is above cap"))
    total = (score + points) * factor
    if floor is not None:
        total = max(floor, total)
    if cap is not None:
        total = min(cap, total)
    return snap(total)


def incomplete_grade(filled: int, applicable: int) -> str:
    """What stands in the grade cell of an incomplete card."""
    return f"未完成 {filled}/{applicable}"


def _filled(items: Sequence[ItemResult]) -> tuple[int, int]:
    states = [item.state for item in items]
    return states.count(State.NUMBER), len(states) - states.count(State.NOT_APPLICABLE)


def _without_total(
    items: Sequence[ItemResult],
    state: State,
    error: CellError | None = None,
    error_cell: str = "",
    coverage: float | None = None,
    best: float | None = None,
    notes: Sequence[Message] = (),
) -> CardResult:
    filled, applicable = _filled(items)
    grade = ""
    if state is State.MISSING:
        # A card nobody has begun looks blank.
        grade = incomplete_grade(filled, applicable) if filled else ""
    elif state is State.ERROR and error is not None:
        grade = error.code
    elif state is State.NOT_APPLICABLE:
        grade = "N/A"
    return CardResult(
        items=tuple(items),
        state=state,
        error=error,
        error_cell=error_cell,
        coverage=coverage,
        filled=filled,
        applicable=applicable,
        grade=grade,
        best_attainable=best,
        notes=tuple(notes),
    )
