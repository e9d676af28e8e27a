"""What can be reached at best: bands beyond a capped target, the best total, the best grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...findings import Finding
from ...scoring.ladder import Ladder
from ...scoring.score import score_card
from ...scoring.values import Reading, State, decimal_sum, show, snap
from ..card import Card, headline, items
from ..recognise import Row
from ..rules import choose_rules, target_readings
from .registry import table_check
from .subjects import STANDARD, Subject, listed, typed_bands

#: Of a form that assesses less than this share of its weights nothing is said about its best total.
MOST = 0.5


@table_check("band-unreachable", "best-attainable", "grade-unreachable")
def out_of_reach(subject: Subject) -> Iterator[Finding]:
    """Bands and grades nobody can reach, and the best total that the rules allow."""
    if not subject.assumed.has_rules or (
        subject.is_assumed and any(typed_bands(subject, r) for r, _ in subject.items())
    ):
        return
    card = subject.assumed
    capped = [
        (row, item.kpi.rule.best, item.weight or 0.0) for row, item in subject.kpis() if item.kpi.rule is not None
    ]
    capped = [one for one in capped if snap(one[1] - 100) < 0]
    bands = card.model.bands
    policy = ("按政策 standard ", "by the policy standard ") if subject.is_assumed else ("", "")
    by_band: dict[tuple[str, ...], list[tuple[Row, float]]] = {}
    for row, best, _ in capped:
        labels = tuple(
            label
            for label, low in zip(bands.labels, bands.scale[:-1], strict=True)
            if snap(low) > snap(best)
        ) if bands is not None else ()  # fmt: skip
        if labels:
            by_band.setdefault(labels, []).append((row, best))
    for labels, rows in by_band.items():
        names = listed([row.name for row, _ in rows])
        most = show(max(best for _, best in rows))
        words = "、".join(f"“{label}”" for label in reversed(labels))
        yield subject.finding(
            "band-unreachable",
            ",".join(row.name_cell for row, _ in rows),
            f"{names}：{policy[0]}最多得 {most} 分，够不到{words}",
            f"{names}: {policy[1]}at most {most} points, so {words} is out of reach",
        )
    yield from _best_total(subject, card, decimal_sum([w for _, _, w in capped]), policy)


def _best_total(subject: Subject, card: Card, share: float, policy: tuple[str, str]) -> Iterator[Finding]:
    bests = _bests(subject)
    assessed = decimal_sum([i.weight or 0.0 for _, i in subject.items() if i.state is not State.NOT_APPLICABLE])
    if assessed < MOST:
        return  # a form whose targets are still to come
    if not bests or all(snap(best - 100) >= 0 for best in bests.values()):
        return
    cell = subject.table.totals.get(headline(subject.table), "")
    shown = {label: show(round(best, 2)) for label, best in bests.items()}
    zh = "、".join(f"{label} {best}".strip() for label, best in shown.items())
    en = ", ".join(f"{label} {best}".strip() for label, best in shown.items())
    capped = show(round(share, 4), percent=True)
    part = (f"，{capped} 的权重拿不到满分", f"; {capped} of the weight cannot earn full marks") if share else ("", "")
    yield subject.finding(
        "best-attainable",
        cell,
        f"{policy[0]}总分最高可得 {zh}{part[0]}",
        f"{policy[1]}the best attainable total is {en}{part[1]}",
    )
    top = card.model.settings.grades.rows[-1]
    best = max(bests.values())
    if card.is_embedded and snap(best - top.lower) < 0:
        yield subject.finding(
            "grade-unreachable",
            subject.table.grade_cell or cell,
            f"等级“{top.label}”要 {show(top.lower)} 分，而最高只能得 {show(round(best, 2))} 分",
            f'grade "{top.label}" takes {show(top.lower)} points, but at best there are {show(round(best, 2))}',
        )


def _bests(subject: Subject) -> dict[str, float]:
    """The best attainable total per period that has targets; under "" where the table tells no periods apart."""
    table, model = subject.table, subject.assumed.model
    labels = [c.label for c in table.columns if c.role == "target"]
    if not subject.is_assumed or len(labels) < 2:
        best = subject.assumed.result.best_attainable
        return {} if best is None else {"": best}
    rules, _ = choose_rules(table, subject.grid, None, STANDARD, subject.vocabulary)
    rows = [(rules[i].rule, target_readings(table, row, subject.grid)) for i, row in items(table)]
    bests = {}
    for label in labels:
        kpis = []
        for kpi, (ladder, readings) in zip(model.kpis, rows, strict=True):
            target = readings.get(label)
            has_target = isinstance(ladder, Ladder) and target is not None and target.number is not None
            curve = ladder.curve(target.number) if has_target else None  # type: ignore[union-attr]
            # What the form allows, whatever has been filled in.
            kpis.append(replace(kpi, target=target, rule=curve, actual=Reading(State.MISSING)))
        best = score_card(replace(model, kpis=tuple(kpis))).best_attainable
        if best is not None and any(readings[label].number is not None for _, readings in rows if label in readings):
            bests[label] = best
    return bests
