"""Fills built workbooks in as people do: numbers around the targets, ratings, marks, now and then 不适用. Seeded."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import openpyxl

from scorecard.definitions import FORM_SHEET, Definition, KpiDefinition
from scorecard.scoring.curve import Rating
from scorecard.scoring.ladder import Ladder
from scorecard.scoring.values import read

#: Typical targets of what the sources leave open, by unit.
_TARGETS = {"万元": (300, 400, 500, 600), "天": (7, 10, 15), "小时": (12, 24), "%": (0.1, 0.12, 0.15), "个": (2, 3)}


def filled(data: bytes, definition: Definition, seed: int = 1) -> bytes:
    """A built workbook with every cell filled in that people fill in; the formulas' values are gone.

    Args:
        data: The built workbook.
        definition: What it was built from.
        seed: Equal seeds give equal values.
    """
    random = Random(f"{definition.id}/{seed}")
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[FORM_SHEET]["B2"].value = "张敏"
    if "趋势" in book.sheetnames:
        _say_which_quarter(book["趋势"])
    for name in (FORM_SHEET, "能力态度", "目标"):
        if name in book.sheetnames:
            _fill(book[name], definition.for_sheet(name), random, skip=0.04 if seed > 1 else 0)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _say_which_quarter(sheet: Any) -> None:
    row = next(r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value).startswith("本表是哪一期"))
    sheet.cell(row, 2).value = "第三季度"


def _fill(sheet: Any, definition: Definition, random: Random, skip: float) -> None:
    columns, top = header_of(sheet)
    period = str(sheet.cell(top - 1, sheet.max_column).value or "季度")
    for row in range(top + 1, sheet.max_row + 1):
        kpi = definition.kpi(str(sheet.cell(row, columns["name"]).value or ""))
        if kpi is None or not kpi.name:
            continue
        if kpi.veto:
            sheet.cell(row, columns["score"]).value = random.choice((None, "否"))
        elif kpi.manual:
            sheet.cell(row, columns["score"]).value = (
                "不适用" if random.random() < skip else random.randint(600, 980) / 10
            )
            if "actual" in columns:
                sheet.cell(row, columns["actual"]).value = random.choice(("按计划完成", "有记录可查", None))
        elif isinstance(kpi.rule, Rating):
            words = [label for label, _ in kpi.rule.labels]
            weights = [3, 5, 3, 1, 1][: len(words)]
            word = "不适用" if random.random() < skip else random.choices(words, weights)[0]
            sheet.cell(row, columns["actual"]).value = word
        else:
            target = _target(sheet, row, columns, kpi, period, random)
            value = "不适用" if random.random() < skip else _actual(kpi, target, random)
            sheet.cell(row, columns["actual"]).value = value


def header_of(sheet: Any) -> tuple[dict[str, int], int]:
    """The columns of a table by what they hold, and the last row of its header."""
    names = ("关键业绩指标", "考核要素", "考核指标\n（岗位目标）")
    for row in range(1, 10):
        for col in range(1, sheet.max_column + 1):
            if sheet.cell(row, col).value in names:
                break
        else:
            continue
        break
    columns, last = {}, row
    for each in range(1, sheet.max_column + 1):
        text = str(sheet.cell(row, each).value or "")
        if each == col:
            columns["name"] = each
        elif text.startswith(("绩效", "实际完成")):
            columns["actual"] = each
        elif text == "得分":
            columns["score"] = each
        elif text in ("目标值", "要求目标"):
            columns["target"] = each
            last = row + (text == "要求目标")
    return columns, last


def _target(sheet: Any, row: int, columns: dict[str, int], kpi: KpiDefinition, period: str, random: Random) -> float:
    """The target of the row; one is filled in where the source leaves it open."""
    targets = kpi.targets or {}
    stated = [read(t).number for t in targets.values() if read(t).number is not None]
    if stated:
        return next(
            (n for p, t in targets.items() if p in period and (n := read(t).number) is not None), stated[0] or 0.0
        )
    lower = kpi.direction == "lower"
    choices = (0.02, 0.05) if kpi.kind == "rate" and lower else (0.85, 0.9, 0.95)
    value = random.choice(_TARGETS.get(kpi.unit, choices))
    sheet.cell(row, columns["target"]).value = value
    return value


def _actual(kpi: KpiDefinition, target: float, random: Random) -> float:
    """A value somewhat better or worse than the target; whole for cases, at most 100 % for a rate."""
    if kpi.kind == "count":
        return random.choice((0, 0, 1, 2)) + int(target)
    if target == 1:
        return random.choice((1, 0.995, 0.99, 0.98))
    value = target * random.uniform(0.93, 1.1)
    if isinstance(kpi.rule, Ladder):
        # Beyond the ends nothing changes, which the check-up would remark on.
        ends = kpi.rule.curve().thresholds
        value = min(max(value, min(ends[0], ends[-1])), max(ends[0], ends[-1]))
    if kpi.unit not in ("", "%"):
        return round(value, 1 if target < 10 else 0)
    return round(min(value, 1.0) if kpi.kind == "rate" else value, 4 if target < 0.1 or kpi.unit == "%" else 3)
