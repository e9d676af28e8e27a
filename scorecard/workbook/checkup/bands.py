"""Marks in band cells: in which band, and whether the numbers agree with it."""

from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding
from ...scoring.values import read, show
from ..addresses import split_cell
from ..card import headline
from .intervals import interval
from .registry import table_check
from .subjects import Subject, typed_bands


@table_check("band-mark-outside", "band-marks-several")
def band_marks(subject: Subject) -> Iterator[Finding]:
    """A number or tick typed into a band whose score range does not hold it, and several ticks in one row."""
    ranges = {band.col: band for band in subject.table.bands}
    for row, _ in subject.items():
        filled = typed_bands(subject, row)
        stretches = [interval(value, subject.grid.at(name).format.number_format) for _, name, value in filled]
        if len(filled) > 1:
            if not any(stretches):
                cells = ",".join(name for _, name, _ in filled)
                labels = "、".join(f"“{label}”" for label, _, _ in filled)
                zh, en = f"同时标了 {labels}", f"marked in {len(filled)} bands: {labels}"
                yield subject.about("band-marks-several", row, cells, zh, en)
            continue
        if not filled:
            continue
        label, name, value = filled[0]
        band = ranges[split_cell(name)[1]]
        if band.low is None or band.high is None:
            continue
        mark = read(value).number if isinstance(value, (int, float, str)) else None
        cell = row.score_cell(headline(subject.table))
        score = (
            read(subject.grid.at(cell).value).number if cell and not subject.table.column("weighted_score") else None
        )
        span = f"{show(band.low)}–{show(band.high)}"
        number, what = (mark, ("写的是", "the cell says")) if mark is not None else (score, ("得分是", "the score is"))
        percent = isinstance(value, str) and "%" in value or "%" in subject.grid.at(name).format.number_format
        if number is None or percent or band.low - 1e-9 <= number <= band.high + 1e-9:
            continue
        zh = f"标在“{label}”（{span} 分），{what[0]} {show(number)}"
        en = f'marked in "{label}" ({span} points), but {what[1]} {show(number)}'
        yield subject.about("band-mark-outside", row, name, zh, en)
