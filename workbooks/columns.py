"""The columns of a form's table, and what one cell of an item holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scorecard.definitions import Definition, KpiDefinition
from scorecard.scoring.curve import BAND_LABELS, BAND_SCALE, Rating
from scorecard.scoring.values import Reading, read, snap

# What a form that is scored says where the source has no scoring standard.
_BY_HAND = "待定：由评价人评 0–100 分"

Content = tuple[float | str | None, str]
"""A value and its number format."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Attributes:
        role: What its cells hold; "target" with the period in `key`.
        header: Its header.
        width: In characters.
        horizontal: How its cells are aligned.
        group: The heading above it and its neighbours.
        key: Period of a target; what a blank standard says.
    """

    role: str
    header: str
    width: float
    horizontal: str = "center"
    group: str = ""
    key: str = ""


def form_columns(definition: Definition, scored: bool) -> list[Column]:
    """The columns of the form: of bands, or of a plain list, which has no place for results unless it is `scored`."""
    return _band_columns(definition) if definition.form == "bands" else _list_columns(definition, scored)


def _band_columns(definition: Definition) -> list[Column]:
    columns = _section_columns(definition)
    if any(kpi.rank for kpi in definition.kpis):
        columns.append(Column("rank", "序号\n（重要性）", 11))
    columns.append(Column("name", "关键业绩指标", 26, "left"))
    if definition.periods:
        columns += [Column("target", p, 9.5, group="要求目标", key=p) for p in definition.periods]
    else:
        columns.append(Column("target", "目标值", 12))
    columns.append(Column("actual", "绩效\n（实际完成）", 13))
    bands = list(zip(BAND_LABELS, BAND_SCALE, BAND_SCALE[1:], strict=False))
    columns += [Column("band", f"{label}\n（{high:g}-{low:g}分）", 12) for label, low, high in reversed(bands)]
    return [*columns, Column("weight", "权重", 11), Column("score", "得分", 11)]


def _list_columns(definition: Definition, scored: bool) -> list[Column]:
    has_standards = any(kpi.standard for kpi in definition.kpis)
    columns = [
        Column("number", "指标编号", 11),
        Column("name", "关键业绩指标", 28 if has_standards else 40, "left"),
        Column("weight", "权重", 11),
        Column("standard", "评分标准", 44 if has_standards else 22, "left", key=_BY_HAND if scored else ""),
        Column("method", "考核方法", 24, "left"),
    ]
    if any(kpi.evaluator for kpi in definition.kpis):
        columns.append(Column("evaluator", "评价人", 25, "left"))
    if scored:
        columns.append(Column("actual", "实际完成情况", 22, "left"))
        if any(kpi.base for kpi in definition.kpis):
            columns.append(Column("base", "基数\n（比率的分母）", 13))
        columns.append(Column("score", "得分", 10))
    return columns


def _section_columns(definition: Definition) -> list[Column]:
    if not definition.sections:
        return []
    return [Column("section", "类别", 8), Column("share", "分组权重", 9)]


def is_filled_in(kpi: KpiDefinition, role: str) -> bool:
    """Whether people fill in the cell: actuals, scores given by hand, targets that the source leaves open, vetoes."""
    if not kpi.name:
        return False
    if kpi.veto:
        return role == "score"
    if role == "target":
        return bool(kpi.targets) and not any(str(t) for t in (kpi.targets or {}).values())
    return role == "actual" or (role == "score" and kpi.manual) or (role == "base" and bool(kpi.base))


def content(kpi: KpiDefinition, column: Column, actuals: bool, as_printed: bool) -> Content:
    """What one cell of an item holds, and its number format."""
    targets = kpi.targets or {}
    if column.role == "target":
        printed = targets.get(column.key, "")
        if as_printed and isinstance(printed, str) and not _is_typed_number(printed):
            return printed or None, "General"
        value, shown = number(printed, kpi.unit)
        return value, _open_format(kpi) if is_filled_in(kpi, "target") else shown
    if column.role == "actual":
        # Shown with one decimal more than the targets need: 96.5% under a target of 95%.
        formats = [number(target, kpi.unit)[1] for target in targets.values() if read(target).number is not None]
        value, own = number(kpi.actual if actuals and kpi.actual is not None else "", kpi.unit)
        if kpi.veto:
            return "发生填“是” →", "General"
        if is_filled_in(kpi, "target"):
            formats = [_open_format(kpi)]
        return value, max((_finer(f) for f in formats), key=len, default=own)
    if column.role == "weight":
        return (None, "General") if kpi.weight is None else number(kpi.weight, "")
    if column.role == "number":
        return (int(kpi.number) if kpi.number.isdecimal() else kpi.number or None), "General"
    if column.role == "base":
        return None, f'General"{kpi.base}"' if kpi.base else "General"
    if column.role == "rank":
        return kpi.rank, "General"
    if column.role == "standard" and kpi.manual and kpi.name and column.key:
        return kpi.standard or column.key, "General"
    text = {"name": kpi.name, "standard": kpi.standard, "method": kpi.method, "evaluator": kpi.evaluator}
    return text.get(column.role) or None, "0.0" if column.role == "score" else "General"


def number(printed: float | str, unit: str) -> Content:
    """A printed value as the number it says and the format that shows it again; text that says none stays."""
    reading: Reading = read(printed)
    if reading.number is None:
        return (str(printed) or None) if isinstance(printed, str) else printed, "General"
    if reading.percent:
        decimals = next((d for d in range(6) if snap(reading.number * 10 ** (d + 2)) % 1 == 0), 6)
        return reading.number, "0" + ("." + "0" * decimals if decimals else "") + "%"
    value = int(reading.number) if reading.number % 1 == 0 else reading.number
    unit = (reading.unit or unit).replace('"', "")
    return value, f'General"{unit}"' if unit else "General"


def is_rated(kpi: KpiDefinition) -> bool:
    """Whether a word is filled in instead of a number."""
    return isinstance(kpi.rule, Rating) and bool(kpi.rule.labels)


def _open_format(kpi: KpiDefinition) -> str:
    """The format of a target that is still to be filled in, and of its actual."""
    if kpi.kind == "rate" or kpi.unit == "%":
        return "0.0%"
    return f'General"{kpi.unit}"' if kpi.unit else "General"


def _finer(shown: str) -> str:
    """The format of actuals beside targets: whole percentages get one decimal."""
    return "0.0%" if shown == "0%" else shown


def _is_typed_number(printed: str) -> bool:
    """Whether a spreadsheet makes a number of it when typed: 95%, 0, but neither 0．92% nor 3次/台."""
    return re.fullmatch(r"[\d.]+%?", printed, re.ASCII) is not None
