"""Every score in one sentence a person could contest: inputs as read, rule, band, clamps, weight. Section 10."""

from __future__ import annotations

from ..messages import Message
from .curve import STEP, Curve
from .model import Bands, ItemResult
from .values import State, round_half_up, show, snap


def explain_item(item: ItemResult, bands: Bands | None = None) -> Message:
    """The sentence for one item of a result.

    Args:
        item: A result of `score_card` or `score_item`.
        bands: The form's bands, for naming the one reached.

    Example:
        >>> from .curve import bands as rule
        >>> from .model import Kpi
        >>> from .score import score_item
        >>> from .values import read
        >>> kpi = Kpi("报修处理及时率", rule((0.80, 0.95, 0.97, 0.99, 1.00)), read("96%"), 0.15, read("95%"),
        ...           percent=True, cell="G6")
        >>> explain_item(score_item(kpi, Bands()), Bands()).zh
        '报修处理及时率: 实际 96% (G6) 对目标 95% → 达到目标 [95%,97%) → 60+10×0.5 = 65.0; 权重 15% → 9.75'
    """
    kpi = item.kpi
    at = f" ({kpi.cell})" if kpi.cell else ""
    if item.state is State.NOT_APPLICABLE:
        no_target = kpi.target is not None and kpi.target.number is None
        zh = "本期没有目标，不考核" if no_target else f"填写为不适用{at}"
        en = "no target in this period, not assessed" if no_target else f"marked not applicable{at}"
        return Message(f"{kpi.name}: {zh}，权重分摊给其余指标", f"{kpi.name}: {en}; its weight goes to the others")
    if item.state is State.MISSING:
        return Message(f"{kpi.name}: 尚未填写{at}", f"{kpi.name}: not filled in yet{at}")
    if item.state is State.ERROR and item.error is not None:
        reason = item.error.reason
        zh = f"（{reason.zh}）" if reason else ""
        en = f" ({reason.en})" if reason else ""
        return Message(f"{kpi.name}: 无法计分 {item.error}{at}{zh}", f"{kpi.name}: no score, {item.error}{at}{en}")
    score = show_score(item.score or 0.0)
    zh, en = _reason(item, bands, at, score)
    weight_zh, weight_en = _weight(item)
    return Message(f"{kpi.name}: {zh}{weight_zh}", f"{kpi.name}: {en}{weight_en}")


def show_score(score: float) -> str:
    """A score as a sentence shows it: one or two decimals."""
    text = show(round_half_up(score, 2))
    return text if "." in text else f"{text}.0"


def _reason(item: ItemResult, bands: Bands | None, at: str, score: str) -> tuple[str, str]:
    kpi = item.kpi
    if kpi.by_hand:
        return f"手工得分，未按规则{at} = {score}", f"scored by hand, not by its rule{at} = {score}"
    if kpi.rule is None:
        return f"规则缺失，手工评分{at} = {score}", f"no rule, scored by hand{at} = {score}"
    if not isinstance(kpi.rule, Curve) or kpi.actual.number is None:
        return f"评级“{kpi.label}”{at} = {score}", f'rating "{kpi.label}"{at} = {score}'
    actual = show(kpi.actual.number, kpi.percent, kpi.unit)
    target_zh = target_en = ""
    if kpi.target is not None and kpi.target.number is not None:
        target = show(kpi.target.number, kpi.percent, kpi.unit)
        target_zh, target_en = f" 对目标 {target}", f" against target {target}"
    band = f"{item.band} " if item.band else ""
    span, sum_ = _segment(kpi.rule, kpi.actual.number, kpi.percent)
    clamp_zh = clamp_en = ""
    if item.clamped:
        clamp_zh, clamp_en = "（超出阈值范围，按端点计）", " (beyond the thresholds, counted as the end)"
    shown = f"{sum_} = {score}" if sum_ else score
    return (
        f"实际 {actual}{at}{target_zh} → {band}{span} → {shown}{clamp_zh}",
        f"actual {actual}{at}{target_en} → {band}{span} → {shown}{clamp_en}",
    )


def _segment(curve: Curve, actual: float, percent: bool) -> tuple[str, str]:
    """The stretch of the curve an actual falls in, and the sum that gives its score."""
    ts, ss, sign = curve.thresholds, curve.scores, curve.sign
    x = snap(actual)
    n = curve.position(x)
    if n == 0:
        return f"{'<' if sign > 0 else '>'}{show(ts[0], percent)}", ""
    if n == len(ts):
        return f"{'≥' if sign > 0 else '≤'}{show(ts[-1], percent)}", ""
    low, high = ts[n - 1], ts[n]
    span = (
        f"[{show(low, percent)},{show(high, percent)})" if sign > 0 else f"({show(high, percent)},{show(low, percent)}]"
    )
    a, b = ss[n - 1], ss[n]
    part = snap((x - low) / (high - low))
    if curve.mode == STEP or a == b or part == 0:
        return span, ""
    rise = show(abs(b - a))
    return span, f"{show(a)}{'+' if b > a else '-'}{rise}×{show(round_half_up(part, 4))}"


def _weight(item: ItemResult) -> tuple[str, str]:
    if item.weight is None or item.score is None:
        return "", ""
    own = show(item.weight, percent=True)
    used = item.share or item.weight
    points = show(round_half_up(used * item.score, 2))
    if item.share and snap(item.share - item.weight) != 0:
        shared = show(round_half_up(item.share, 4), percent=True)
        return f"; 权重 {own}，分摊后 {shared} → {points}", f"; weight {own}, {shared} after redistribution → {points}"
    return f"; 权重 {own} → {points}", f"; weight {own} → {points}"
