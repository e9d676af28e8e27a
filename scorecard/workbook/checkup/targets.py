"""Targets: periods that contradict each other, words instead of numbers, dates, percentages in several spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...findings import Finding
from ...scoring.periods import HALF, MONTH, QUARTER, YEAR, parse_period
from ...scoring.values import Reading, State, is_not_applicable, key, show, snap
from ..cells import Cell, read_cell
from ..recognise import Row
from ..rules import target_readings
from .registry import table_check
from .subjects import Subject

_MONTHS = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# What adds up over periods; averages, durations and rates do not.
_SUMS = re.compile(r"(?:额|收入|利润|毛利|产量|产值|销量|销售量|数量|次数|件数|台数|人次|量|数)$")
_LEVELS = re.compile("平均|人均|均值|时长|时间|天数|周期|库存|每|率|度")
_RATE_NAME = re.compile("(?<!效)率$|比例$|满意度$")


@table_check("period-targets-contradict")
def contradicting_periods(subject: Subject) -> Iterator[Finding]:
    """Counts and amounts whose short periods do not add up to the long ones."""
    table = subject.table
    for row, _ in subject.kpis():
        known = _by_months(subject, row)
        values = [reading for _, reading, _ in known]
        hint = subject.vocabulary.direction_hint(row.name)
        name = re.sub(r"[(（].*", "", key(row.name))
        kind = subject.vocabulary.kind_hint(row.name, [r.text for r in values])
        units = {r.unit for r in values}
        if (
            len(known) < 2
            or hint is None
            or any(r.percent or r.bound or "/" in r.unit for r in values)
            or len(units) > 1
            or len({r.number for r in values}) == 1  # a level, or the same allowance for every period
            or _LEVELS.search(name)
            or not (kind == "count" or _SUMS.search(name))
        ):
            continue
        for (short, less, _), (long, more, cell) in zip(known, known[1:], strict=False):
            times = long // short
            added, stated = snap((less.number or 0.0) * times), snap(more.number or 0.0)
            if stated <= added:
                continue  # a year that allows less than four quarters is strict, and no contradiction
            a, b, sum_ = show(less.number or 0.0), show(stated), show(added)
            short_label, long_label = _label(table.columns, short), _label(table.columns, long)
            if hint == "lower":
                zh = (
                    f"{short_label}目标 {a}，{times} 期合计 {sum_}，{long_label}却允许 {b}："
                    f"{short_label}超标，{long_label}仍可达标"
                )
                en = (
                    f"{short_label} {a} makes {sum_} over {times}, but {long_label} allows {b}: "
                    "one may miss the short ones and still meet the long one"
                )
            else:
                zh = f"{short_label}目标 {a}，{times} 期合计只有 {sum_}，{long_label}却要 {b}：期期达标，{long_label}仍不达标"
                en = (
                    f"{short_label} {a} makes {sum_} over {times}, but {long_label} wants {b}: "
                    "one may meet all short ones and miss the long one"
                )
            yield subject.about("period-targets-contradict", row, cell, zh, en)
            break


def _by_months(subject: Subject, row: Row) -> list[tuple[int, Reading, str]]:
    """A row's numbers by the length of their period in months, shortest first; one of each length."""
    found: dict[int, tuple[Reading, str]] = {}
    readings = target_readings(subject.table, row, subject.grid)
    for (label, cell), reading in zip(row.targets, readings.values(), strict=False):
        period = parse_period(label)
        if period is None or reading.number is None:
            continue
        months = _MONTHS[period.kind]
        if months in found:
            return []  # 一月, 二月 … one by one: the targets of a plan, not of kinds of periods
        found[months] = reading, cell
    return [(months, *found[months]) for months in sorted(found)]


def _label(columns: tuple[object, ...], months: int) -> str:
    for column in columns:
        period = parse_period(getattr(column, "label", "")) if getattr(column, "role", "") == "target" else None
        if period is not None and _MONTHS[period.kind] == months:
            return str(getattr(column, "label", ""))
    return ""


@table_check("target-text", "target-compound")
def targets_in_words(subject: Subject) -> Iterator[Finding]:
    """Targets that are no numbers, or more than one."""
    if subject.card.is_embedded:
        return  # what a rule cannot read there is an error already
    for row, _ in subject.kpis():
        told: set[str] = set()
        for _, cell in row.targets:
            value = subject.grid.at(cell).value
            if not isinstance(value, str) or is_not_applicable(value):
                continue
            reading = read_cell(subject.grid, cell)
            if reading.state is not State.ERROR or reading.error is None or reading.error.reason is None:
                continue
            text = reading.text[:30]
            if text in told:
                continue
            told.add(text)
            numbers = [m[0] for m in _NUMBER.finditer(key(value))]
            parts = [p for p in re.split("[、，,；;。和及]|且", value) if _NUMBER.search(key(p))]
            if len(numbers) > 1 and len(parts) > 1:
                zh, en = f"一格里有 {len(parts)} 个目标：“{text}”", f'{len(parts)} targets in one cell: "{text}"'
                yield subject.about("target-compound", row, cell, zh, en)
            elif not numbers:
                zh, en = f"目标“{text}”是文字，量不出来", f'the target "{text}" is in words and cannot be measured'
                yield subject.about("target-text", row, cell, zh, en)


@table_check("date-cell")
def dates(subject: Subject) -> Iterator[Finding]:
    """Cells that should hold a number and show a date."""
    for row in subject.table.rows:
        places = [cell for _, cell in (*row.targets, *row.scores, *row.bands)]
        places += [cell for cell in (row.weight_cell, row.actual_cell) if cell]
        for name in dict.fromkeys(places):
            cell = subject.grid.at(name)
            if cell.format.is_date and isinstance(cell.value, (int, float)) and not _is_clock(cell):
                zh, en = (
                    "这里是日期，多半由“3-5”“1/2”之类自动变来",
                    "this is a date, most likely made from a text such as 3-5 or 1/2",
                )
                yield subject.about("date-cell", row, name, zh, en)


def _is_clock(cell: Cell) -> bool:
    """Whether a format shows hours and minutes only: a duration may well be a target."""
    return not re.search("[yd年日]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", cell.number_format.lower()))


@table_check("percent-mixed")
def mixed_percentages(subject: Subject) -> Iterator[Finding]:
    """Percentages and bare numbers side by side, in the cells of one item or of the weights."""
    table = subject.table
    unit = next((c.unit for c in table.columns if c.role == "actual"), "")
    for row, _ in subject.kpis():
        readings = [
            (cell, r)
            for (_, cell), r in zip(row.targets, target_readings(table, row, subject.grid).values(), strict=False)
        ]
        numbers = [(cell, r) for cell, r in readings if r.number is not None]
        goals = [(cell, r) for cell, r in numbers if r.percent]
        bare = [(cell, r) for cell, r in numbers if not r.percent and not r.unit]
        if goals and bare and any(r.number for _, r in bare):
            shown = "、".join(dict.fromkeys(r.text for _, r in bare))
            zh = f"有的目标带 %，{shown} 不带"
            en = f"some targets are percentages, {shown} is not"
            yield subject.about("percent-mixed", row, ",".join(cell for cell, _ in bare), zh, en)
        if not row.actual_cell:
            continue
        actual = read_cell(subject.grid, row.actual_cell, unit)
        if actual.number is None or actual.unit or actual.number == 0:
            continue
        target = next((r for _, r in numbers if r.number), None)
        if goals and not bare and not actual.percent and (actual.number > 1 or target is None):
            meant = show(snap(actual.number / 100), percent=True)
            goal, taken = show(goals[0][1].number or 0.0, True), show(actual.number, True)
            zh = f"目标是百分数（{goal}），实际 {actual.text} 不带 %：会当作 {taken}，是否应为 {meant}？"
            en = f"the target is a percentage ({goal}), the actual {actual.text} is not: it reads as {taken}; {meant}?"
            yield subject.about("percent-mixed", row, row.actual_cell, zh, en)
        elif bare and not goals and actual.percent and _RATE_NAME.search(key(row.name)):
            zh = f"实际带 %（{show(actual.number, True)}），目标 {bare[0][1].text} 不带"
            en = f"the actual is a percentage ({show(actual.number, True)}), the target {bare[0][1].text} is not"
            yield subject.about("percent-mixed", row, bare[0][0], zh, en)
