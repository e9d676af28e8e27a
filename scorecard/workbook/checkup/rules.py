"""Rules as a form states them: absent, without thresholds, out of order, against the name, impossible for the target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ...findings import Finding
from ...scoring.curve import Curve
from ...scoring.values import read, show, snap
from ..addresses import split_cell
from ..recognise import Row
from ..rules import missing_rule, ranked_bands, suspicious_target, target_readings
from .intervals import Interval, interval
from .registry import table_check
from .subjects import Subject, typed_bands

_RATIO = re.compile(
    r"(?:实际|完成|达成)[^,，。；;]{0,8}[/÷／][^,，。；;]{0,6}(?:目标|计划)|完成率|达成率|(?:按|成)比例|actual\s*/\s*target|attainment",
    re.IGNORECASE,
)
_WORDS = {"higher": ("越高越好", "higher is better"), "lower": ("越低越好", "lower is better")}


@table_check("rule-missing", "no-rules", "thresholds-missing")
def missing_rules(subject: Subject) -> Iterator[Finding]:
    """Items of a table that is not embedded for which nothing says how they are scored."""
    table, card = subject.table, subject.card
    if card.is_embedded or card.has_rules or any(f.code == "rule-missing" for f in card.findings):
        return  # told where the rules are chosen
    rows = [row for row, _ in subject.kpis()]
    roles = {column.role for column in table.columns}
    if not rows:
        return
    thresholds = [row for row in rows if _thresholds(subject, row) or _is_scored_by_formula(subject, row)]
    goals = [
        row for row in rows if any(r.number is not None for r in target_readings(table, row, subject.grid).values())
    ]
    if "rule_text" not in roles and not table.bands and not goals and not thresholds:
        name = table.column("name")
        cell = rows[0].name_cell if name is None else subject.grid.cell(table.top, name.col).name
        zh, en = (
            "整张表没有评分标准、档次和目标，得分只能手工填写",
            "no standards, bands or targets: all scores are typed by hand",
        )
        yield subject.finding("no-rules", cell, zh, en)
        return
    bare = []
    for row in rows:
        stated = subject.texts(row, "rule_text") or row in thresholds or typed_bands(subject, row)
        if stated:
            continue
        if table.bands and row in goals:
            bare.append(row)
        elif "rule_text" in roles or table.bands:
            yield missing_rule(table, row)
    if bare:
        first, last = table.bands[0].col, table.bands[-1].col
        cells = ",".join(subject.grid.cell(table.top + table.header_rows - 1, c).name for c in sorted({first, last}))
        yield subject.finding(
            "thresholds-missing",
            cells,
            f"{len(bare)} 项只有目标和各档分数，没有各档界线；嵌入时按政策 standard 由目标推出",
            f"{len(bare)} items have a target and score ranges but no thresholds; "
            "embedding derives them from the target by the policy standard",
        )


def _thresholds(subject: Subject, row: Row) -> list[tuple[int, str, Interval]]:
    """The thresholds typed into the band cells of a row: rank of the band (0 is the worst), cell, stretch."""
    ranks = {band.col: rank for rank, band in enumerate(ranked_bands(subject.table))}
    found = []
    for _, name, value in typed_bands(subject, row):
        stretch = interval(value, subject.grid.at(name).format.number_format)
        rank = ranks.get(split_cell(name)[1])
        if stretch is not None and rank is not None:
            found.append((rank, name, stretch))
    # A single number is a mark, not a threshold.
    return sorted(found) if len(found) > 1 else []


def _is_scored_by_formula(subject: Subject, row: Row) -> bool:
    """Whether the department computes the score itself."""
    return any(subject.grid.at(cell).is_formula for _, cell in row.scores)


def _sign(stretches: list[tuple[int, str, Interval]]) -> int:
    """1 if the better bands lie higher, -1 if lower, 0 if neither throughout."""
    edges = [_edge(stretch) for _, _, stretch in stretches]
    rises = {(b > a) - (b < a) for a, b in zip(edges, edges[1:], strict=False)}
    return rises.pop() if len(rises) == 1 else 0


def _edge(stretch: Interval) -> float:
    """A number that orders stretches: the middle of closed ones, beyond the end of open ones."""
    low, high = stretch
    if low is None:
        return (high or 0.0) - 1e-9
    return low + 1e-9 if high is None else (low + high) / 2


@table_check("thresholds-order", "thresholds-gap")
def threshold_order(subject: Subject) -> Iterator[Finding]:
    """Thresholds in band cells that cross each other, or leave a gap."""
    if subject.card.is_embedded:
        return
    for row, _ in subject.kpis():
        stretches = _thresholds(subject, row)
        if len(stretches) < 2:
            continue
        cells = ",".join(cell for _, cell, _ in stretches)
        shown = "、".join(str(subject.grid.at(cell).value) for _, cell, _ in reversed(stretches))
        if _sign(stretches) == 0:
            zh, en = f"各档界线不是一路变好：{shown}", f"the thresholds are out of order: {shown}"
            yield subject.about("thresholds-order", row, cells, zh, en)
            continue
        if any(low is not None and high is not None for _, _, (low, high) in stretches):
            yield from _gaps(subject, row, stretches)


def _gaps(subject: Subject, row: Row, stretches: list[tuple[int, str, Interval]]) -> Iterator[Finding]:
    ordered = sorted(stretches, key=lambda one: _edge(one[2]))
    for (rank, cell, below), (other, _, above) in zip(ordered, ordered[1:], strict=False):
        if abs(rank - other) != 1 or below.high is None or above.low is None:
            continue
        gap = snap(above.low - below.high)
        # 90-94 and 95-100 are whole numbers written out, and 94% … 95% percent.
        if gap == 0 or (gap > 0 and gap <= (0.01 if above.low <= 1.5 else 1.0) + 1e-9):
            continue
        word = ("之间没有档次", "belongs to no band") if gap > 0 else ("两档重叠", "belongs to two bands")
        low, high = sorted((below.high, above.low))
        percent = above.low <= 1.5 and "%" in str(subject.grid.at(cell).value)
        span = f"{show(low, percent)}–{show(high, percent)}"
        yield subject.about("thresholds-gap", row, cell, f"{span} {word[0]}", f"{span} {word[1]}")


@table_check("rule-impossible", "direction-unknown")
def impossible_rules(subject: Subject) -> Iterator[Finding]:
    """Items for which the standard policy has no thresholds, or of which nobody knows which way is better."""
    if not subject.is_assumed:
        return
    own = {
        row.name_cell for row, _ in subject.items() if _thresholds(subject, row) or _is_scored_by_formula(subject, row)
    }
    for found in subject.assumed.findings:
        if found.code in ("rule-impossible", "direction-unknown") and found.cell not in own:
            # Only an error once somebody wants that policy.
            yield replace(found, severity="warning")


@table_check("zero-target-ratio")
def zero_target(subject: Subject) -> Iterator[Finding]:
    """A target of zero where the rule or the score formula divides by it."""
    for row, item in subject.kpis():
        zeros = [
            cell
            for (_, cell), reading in zip(
                row.targets, target_readings(subject.table, row, subject.grid).values(), strict=True
            )
            if reading.number == 0
        ]
        if not zeros:
            continue
        text = next((text for text, _ in subject.texts(row, "rule_text") if _RATIO.search(text)), "")
        formula = next((f for _, cell in row.scores if (f := subject.grid.at(cell).formula)), "") or ""
        divides = re.search(r"/\s*\$?(?:" + "|".join(map(_loose, zeros)) + r")(?!\d)", formula)
        if not (text or (divides and not subject.card.is_embedded)) or item.kpi.rule is not None:
            continue
        quoted = f"“{text[:30]}”" if text else f"={formula[:40]}"
        zh = f"目标是 0，却按 {quoted} 计分：除以 0 没有结果"
        en = f"the target is 0, but the score is {quoted}: nothing divides by zero"
        yield subject.about("zero-target-ratio", row, ",".join(zeros), zh, en)


def _loose(cell: str) -> str:
    """A cell as a formula may write it."""
    letters = cell.rstrip("0123456789")
    return rf"{letters}\$?{cell[len(letters) :]}"


@table_check("direction-contradicts-name")
def against_the_name(subject: Subject) -> Iterator[Finding]:
    """A target, threshold or rule that rewards the opposite of what the name suggests."""
    rules = {row.row: item.kpi.rule for (row, _), item in zip(subject.items(), subject.card.result.items, strict=True)}
    for row, _ in subject.kpis():
        hint = subject.vocabulary.direction_hint(row.name)
        if hint is None or suspicious_target(subject.table, row, subject.grid, subject.vocabulary):
            continue
        rewarded, cell, how = "", "", ("", "")
        stretches = [] if subject.card.is_embedded else _thresholds(subject, row)
        bounds = {
            read(subject.grid.at(name).value).bound: name for _, name in row.targets if subject.grid.at(name).value
        }
        rule = rules[row.row]
        if isinstance(rule, Curve) and rule.is_monotone and rule.sign:
            rewarded, cell, how = "higher" if rule.sign > 0 else "lower", row.name_cell, ("评分规则", "its rule")
        elif _sign(stretches):
            rewarded, cell = "higher" if _sign(stretches) > 0 else "lower", stretches[0][1]
            how = ("各档界线", "its thresholds")
        elif len(bounds) == 1 and (bound := next(iter(bounds))):
            rewarded, cell = "higher" if bound == ">=" else "lower", bounds[bound]
            how = (f"目标“{subject.grid.at(cell).value}”", f'the target "{subject.grid.at(cell).value}"')
        if rewarded and rewarded != hint:
            zh = f"按名称{_WORDS[hint][0]}，{how[0]}却是{_WORDS[rewarded][0]}"
            en = f"{_WORDS[hint][1]} by its name, but {how[1]}: {_WORDS[rewarded][1]}"
            yield subject.about("direction-contradicts-name", row, cell, zh, en)
