"""Numbers that were typed: full-width characters, slips by a factor of 100, impossible rates, scores out of range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...findings import Finding
from ...scoring.curve import Curve
from ...scoring.model import ItemResult
from ...scoring.values import Reading, key, read, show, snap
from ..card import headline
from ..cells import read_cell
from ..recognise import Row
from ..rules import target_readings
from .registry import table_check
from .subjects import Subject

_FULL = re.compile("[０-９％．／－＋＝＜＞～Ａ-Ｚａ-ｚ]")
# Parts of a whole; attainment, growth and turnover may exceed 100 %.
_SHARE = re.compile(
    "(?:及时|准时|按时|满意|合格|准确|正确|精确|出勤|优良|良品|接通|完好|到岗|参训|差错|流失|坏账|投诉|返修|故障)率$|满意度$"
)
#: From here on an actual is so far from its target that a slip of two decimals is likelier than the number.
_FAR = 50.0


@table_check("full-width")
def full_width(subject: Subject) -> Iterator[Finding]:
    """Digits and signs in full width, in cells that should hold numbers."""
    for row in subject.table.rows:
        for name in numeric_cells(row):
            cell = subject.stored.at(name)
            if isinstance(cell.value, str) and _FULL.search(cell.value) and re.search(r"\d", cell.value):
                found = "".join(dict.fromkeys(_FULL.findall(cell.value)))
                zh, en = (
                    f"“{cell.value.strip()}”里有全角字符 {found}",
                    f'full-width characters {found} in "{cell.value.strip()}"',
                )
                yield subject.about("full-width", row, name, zh, en)


def numeric_cells(row: Row) -> list[str]:
    """The cells of a row that should hold numbers."""
    cells = [cell for _, cell in (*row.targets, *row.scores)]
    return list(dict.fromkeys([*cells, *(cell for cell in (row.weight_cell, row.actual_cell) if cell)]))


@table_check("actual-scale", "actual-clamped", "actual-negative", "rate-over-100")
def implausible_actuals(subject: Subject) -> Iterator[Finding]:
    """Actuals that can hardly be meant; at most one finding for each."""
    unit = next((c.unit for c in subject.table.columns if c.role == "actual"), "")
    for row, item in subject.kpis():
        if not row.actual_cell:
            continue
        actual = read_cell(subject.grid, row.actual_cell, unit)
        if actual.number is None:
            continue
        target = _target(subject, row, item)
        shown = show(actual.number, actual.percent, actual.unit)
        name = key(row.name)
        kind = subject.vocabulary.kind_hint(row.name, [target.text] if target else [])
        factor = slip(actual, target, _direction(subject, row, item))
        if factor:
            goal = show(target.number or 0.0, target.percent) if target is not None else ""
            meant = show(snap(actual.number * factor), True)
            zh = f"实际 {shown}，目标 {goal}，差了约 100 倍，是否应为 {meant}？"
            en = f"the actual is {shown}, the target {goal}: off by about 100; is {meant} meant?"
            yield subject.about("actual-scale", row, row.actual_cell, zh, en)
        elif (
            actual.number < 0
            and kind in ("rate", "count")
            and not re.search("增长|增加|下降|降低|差异|偏差|利润|变", name)
        ):
            zh, en = (
                f"实际 {shown} 为负，{'比率' if kind == 'rate' else '次数'}不会是负数",
                f"the actual {shown} is negative; a {kind} never is",
            )
            yield subject.about("actual-negative", row, row.actual_cell, zh, en)
        elif actual.percent and actual.number > 1 + 1e-9 and _SHARE.search(name):
            zh, en = f"实际 {shown} 超过 100%", f"the actual {shown} exceeds 100%"
            yield subject.about("rate-over-100", row, row.actual_cell, zh, en)
        elif item.clamped and isinstance(item.kpi.rule, Curve) and item.score is not None and item.kpi.rule.is_monotone:
            worst = item.kpi.rule.thresholds[0 if item.kpi.rule.sign > 0 else -1]
            if item.score <= min(item.kpi.rule.scores) and snap(item.kpi.rule.best - item.score) > 0:
                edge = show(worst, actual.percent)
                policy = ("（政策 standard）", " (policy standard)") if subject.is_assumed else ("", "")
                zh = f"实际 {shown} 比最低线 {edge}{policy[0]} 还差，得 {show(item.score)} 分"
                en = f"the actual {shown} is worse than the lowest threshold {edge}{policy[1]}: {show(item.score)} points"
                yield subject.about("actual-clamped", row, row.actual_cell, zh, en)


def slip(actual: Reading, target: Reading | None, direction: str) -> float:
    """What a percentage must be multiplied by to be near its target, when it is off by two decimals; 0 if it is not.

    A value of 1/200 to 1/50 of a target is a slip where higher is better, 50 to 200 times the target where lower is;
    the reverse would be a splendid result, which does happen.

    Example:
        >>> slip(read("0.85%"), read("95%"), "higher"), slip(read("0.05%"), read("5%"), "lower")
        (100.0, 0.0)
    """
    if target is None or not actual.percent or not target.percent or not actual.number or not target.number:
        return 0.0
    ratio = actual.number / target.number
    if direction != "lower" and 1 / (4 * _FAR) <= ratio <= 1 / _FAR:
        return 100.0
    if _FAR <= ratio <= 4 * _FAR:
        return 0.01
    return 0.0


def _direction(subject: Subject, row: Row, item: ItemResult) -> str:
    if isinstance(item.kpi.rule, Curve) and item.kpi.rule.sign:
        return "higher" if item.kpi.rule.sign > 0 else "lower"
    return subject.vocabulary.direction_hint(row.name) or ""


def _target(subject: Subject, row: Row, item: ItemResult) -> Reading | None:
    """The target of the period, else the first one."""
    if item.kpi.target is not None and item.kpi.target.number is not None:
        return item.kpi.target
    return next((r for r in target_readings(subject.table, row, subject.grid).values() if r.number is not None), None)


@table_check("score-out-of-range")
def scores_beyond_full_marks(subject: Subject) -> Iterator[Finding]:
    """Scores of a points table above the item's full marks, or below zero; the column that counts is judged in `remarks`."""
    points = subject.table.column("points")
    if points is None or subject.table.column("weight") is not None:
        return
    counts = headline(subject.table)
    for row, _ in subject.items():
        top, left, _, _ = subject.grid.span(row.row, points.col)
        full = read(subject.grid.cell(top, left).value).number
        for label, name in row.scores:
            score = read(subject.grid.at(name).value).number
            if label == counts or full is None or score is None or 0 <= score <= full + 1e-9:
                continue
            zh, en = (
                f"得分 {show(score)}，满分 {show(full)}",
                f"the score is {show(score)}, full marks are {show(full)}",
            )
            yield subject.about("score-out-of-range", row, name, zh, en)


@table_check("rating-unknown")
def unknown_ratings(subject: Subject) -> Iterator[Finding]:
    """Labels that are not on the scale which the other ratings use."""
    if subject.card.is_embedded:
        return  # its rule sheet lists the labels
    label = headline(subject.table)
    texts: list[tuple[Row, str, str]] = []
    for row, _ in subject.items():
        cell = row.score_cell(label)
        value = subject.grid.at(cell).value if cell else None
        if cell and isinstance(value, str) and _is_label(value):
            texts.append((row, cell, value.strip()))
    scale = scale_of([text for _, _, text in texts])
    for row, cell, text in texts:
        if scale and key(text) not in scale:
            shown = "、".join(s.upper() for s in scale)
            zh, en = f"没有“{text}”这个评级（{shown}）", f'there is no rating "{text}" ({shown})'
            yield subject.about("rating-unknown", row, cell, zh, en)


_SCALES = (
    ("优", "良", "中", "及格", "差"), ("优", "良", "中", "差"), ("优秀", "良好", "中等", "及格", "不及格"),
    ("优秀", "良好", "合格", "基本合格", "不合格"), ("优秀", "良好", "一般", "较差"), ("优秀", "称职", "基本称职", "不称职"),
    ("s", "a", "b", "c", "d"), ("a", "b", "c", "d", "e"), ("a+", "a", "b+", "b", "c+", "c", "d"),
)  # fmt: skip


def _is_label(text: str) -> bool:
    reading = read(text)
    return reading.error is not None and reading.error.reason is not None and len(text.strip()) <= 6


def scale_of(labels: list[str]) -> tuple[str, ...]:
    """The usual scale that most of some labels belong to; () if there is none.

    Example:
        >>> scale_of(["优", "良", "中", "棒"])
        ('优', '良', '中', '差')
    """
    if len(labels) < 2:
        return ()
    fits = [(sum(key(label) in scale for label in labels), -len(scale), scale) for scale in _SCALES]
    most, _, scale = max(fits, key=lambda one: one[:2])
    return scale if most * 2 > len(labels) else ()
