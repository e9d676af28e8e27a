"""The year of one person from the workbooks of its periods: their totals go into the sheets 趋势 and 年度 of the latest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scorecard.definitions import ABILITY_SHEET, FORM_SHEET, GOAL_SHEET
from scorecard.errors import UsageError
from scorecard.findings import Finding
from scorecard.messages import Message
from scorecard.scoring.periods import Period, parse_period
from scorecard.scoring.values import key, read
from scorecard.workbook.card import Card
from scorecard.workbook.cells import Grid
from scorecard.workbook.edit import Editor
from scorecard.workbook.embed import fill_values
from scorecard.workbook.grid import read_grid
from scorecard.workbook.inspection import inspect_package
from scorecard.workbook.outputs import output_path
from scorecard.workbook.package import Package

from .trend import HISTORY
from .trend import SHEET as TREND
from .year import PERIODS, RESULTS, SHEET


@dataclass(frozen=True, slots=True)
class YearResult:
    """A year that was put together.

    Attributes:
        path: The file written.
        periods: Label of each period that was filled in, with its total and coverage (a fraction).
        total: The year's total; None while something is wanting.
        grade: Its grade; "" without a total.
        findings: What was left out, and why.
        data: The workbook.
    """

    path: Path | None
    periods: tuple[tuple[str, float, float], ...]
    total: float | None
    grade: str
    findings: tuple[Finding, ...]
    data: bytes


@dataclass(slots=True)
class _Source:
    """One workbook of a period."""

    path: Path
    package: Package
    period: Period | None
    person: str
    cards: dict[str, Card] = field(default_factory=dict)


def collect_year(
    paths: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str] | None = None,
    *,
    overwrite: bool = False,
) -> YearResult:
    """Put the periods of a year together: the workbook of the latest period with the totals of all of them.

    Totals are computed by the scoring core, not taken from the files' stored values; a card that is not complete is left
    out and reported. Of sheets that several workbooks hold (能力态度, 目标) the latest complete one counts.

    Args:
        paths: Workbooks of one person and one position, each stating its 考核期间.
        output: Where to write; `NAME_年度.xlsx` beside the latest when omitted.
        overwrite: Allow an existing output to be replaced.

    Raises:
        UnusableFile: A file is not a workbook that can be read.
        UsageError: Several persons or years, a file without period or without the sheet 年度, two for one period.
    """
    sources = sorted((_source(Path(path)) for path in paths), key=lambda s: (s.period.number or 0) if s.period else 0)
    if not sources:
        raise UsageError(Message("没有文件", "no files"))
    _check_together(sources)
    latest = sources[-1]
    target = output_path(latest.path, output, False, overwrite, False, "_年度")
    findings: list[Finding] = []
    editor = Editor(latest.package)
    filled: list[tuple[str, float, float]] = []
    trend, year = (read_grid(latest.package, name) for name in (TREND, SHEET))
    rows = _labelled(trend, HISTORY[0], 1)
    for source in sources:
        label = _label(source, list(rows))
        result = _result(source, FORM_SHEET, label, findings)
        if result is not None:
            for col, value in zip((3, 4), result, strict=True):
                editor.sheet(TREND).set(rows[label], col, value)
            filled.append((label, *result))
    places = _labelled(year, PERIODS[1], 2)
    for sheet in (ABILITY_SHEET, GOAL_SHEET):
        for label, (source, result) in _latest(sources, sheet, findings).items():
            if label in places:
                for col, value in zip((3, 4), result, strict=True):
                    editor.sheet(SHEET).set(places[label], col, value)
                filled.append((f"{sheet} {label}", *result))
            else:
                findings.append(
                    _note(source, sheet, f"没有期间“{label}”，未计入", f'there is no period "{label}"; left out')
                )
    data = fill_values(editor.finish())
    total, grade = _year_of(data)
    if target is not None:
        Package.open(data).save(target)
    return YearResult(target, tuple(filled), total, grade, tuple(findings), data)


# --- reading ---------------------------------------------------------------------------------------------------------


def _source(path: Path) -> _Source:
    package = Package.open(path)
    inspection = inspect_package(package, str(path))
    cards = {card.table.sheet: card for card in inspection.cards}
    form = cards.get(FORM_SHEET)
    if form is None or not any(sheet.name == SHEET for sheet in package.sheets):
        raise UsageError(
            Message(
                "没有《考核表》和《年度》，不是按模板建立的考核表；请给出 scorecard template new 写出的文件",
                "no sheets 考核表 and 年度: not made from a template; name files that scorecard template new has written",
            ),
            str(path),
        )
    stated = form.table.identity.get("period", ("", ""))[0]
    person = form.table.identity.get("person", ("", ""))[0]
    return _Source(path, package, parse_period(stated) if stated else None, person, cards)


def _check_together(sources: Sequence[_Source]) -> None:
    for source in sources:
        if source.period is None or source.period.number is None:
            raise UsageError(
                Message("考核期间没有写明是哪一期", "the period does not say which one it is"), str(source.path)
            )
    for name, values in (
        (Message("被考核人不同", "different persons"), {key(s.person): s for s in sources}),
        (Message("年份不同", "different years"), {str(s.period.year if s.period else ""): s for s in sources}),
        (
            Message("期间的长短不同", "periods of different length"),
            {s.period.kind if s.period else "": s for s in sources},
        ),
    ):
        if len(values) > 1:
            files = "、".join(s.path.name for s in values.values())
            raise UsageError(Message(f"{name.zh}：{files}", f"{name.en}: {files}"))
    seen: dict[int | None, Path] = {}
    for source in sources:
        number = source.period.number if source.period else None
        if number in seen:
            names = f"{seen[number].name}、{source.path.name}"
            raise UsageError(Message(f"同一期有两个文件：{names}", f"two files for one period: {names}"))
        seen[number] = source.path


def _label(source: _Source, labels: Sequence[str]) -> str:
    number = source.period.number if source.period else None
    for label in labels:
        parsed = parse_period(label)
        if parsed is not None and source.period and (parsed.kind, parsed.number) == (source.period.kind, number):
            return label
    listed = "、".join(labels)
    zh, en = f"《趋势》表里没有这一期，有：{listed}", f"the sheet 趋势 has no such period, only {listed}"
    raise UsageError(Message(zh, en), str(source.path))


def _result(source: _Source, sheet: str, label: str, findings: list[Finding]) -> tuple[float, float] | None:
    """Total and coverage of a card; None, and a finding, if it has none."""
    result = source.cards[sheet].result
    if result.total is None or result.coverage is None:
        grade = result.grade
        findings.append(
            _note(source, sheet, f"{label}没有总分（{grade}），未计入", f"{label} has no total ({grade}); left out")
        )
        return None
    return result.total, result.coverage


def _latest(
    sources: Sequence[_Source], sheet: str, findings: list[Finding]
) -> dict[str, tuple[_Source, tuple[float, float]]]:
    """Of each period the latest workbook in which the sheet is complete."""
    found: dict[str, tuple[_Source, tuple[float, float]]] = {}
    for source in sources:
        card = source.cards.get(sheet)
        if card is None or card.result.total is None or card.result.coverage is None:
            continue
        label = card.table.identity.get("period", ("", ""))[0] if sheet == ABILITY_SHEET else "全年"
        result = (card.result.total, card.result.coverage)
        before = found.get(label)
        if before is not None and before[1] != result:
            zh = f"{label}在 {before[0].path.name} 中是 {before[1][0]:g} 分，以较晚的 {result[0]:g} 分为准"
            en = f"{label} is {before[1][0]:g} in {before[0].path.name}; the later {result[0]:g} counts"
            findings.append(_note(source, sheet, zh, en))
        found[label] = (source, result)
    return found


def _labelled(grid: Grid, header: str, col: int) -> dict[str, int]:
    """The rows of a table by what stands in a column, from below its header to the first blank."""
    top = next(row for row in range(1, grid.last_row + 1) if grid.cell(row, col).value == header)
    found = {}
    for row in range(top + 1, grid.last_row + 1):
        value = grid.cell(row, col).value
        if not isinstance(value, str):
            break
        found[value] = row
    return found


def _year_of(data: bytes) -> tuple[float | None, str]:
    grid = read_grid(Package.open(data), SHEET)
    values = {grid.cell(row, 1).value: grid.cell(row, 2).value for row in range(1, grid.last_row + 1)}
    total = read(values.get(RESULTS[0])).number
    return total, str(values.get(RESULTS[1]) or "") if total is not None else ""


def _note(source: _Source, sheet: str, zh: str, en: str) -> Finding:
    return Finding(
        "period-left-out", "warning", sheet, "", Message(f"{source.path.name}：{zh}", f"{source.path.name}: {en}")
    )
