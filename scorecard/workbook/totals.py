"""Which cell states the total of the scores that count."""

from __future__ import annotations

from collections.abc import Iterable

from .addresses import split_cell
from .headers import Column, counted_column
from .lines import Lines


def of_counted_scores(lines: Lines, columns: Iterable[Column], totals: dict[str, str]) -> dict[str, str]:
    """Totals by label of score column, where that of the weighted points may be the one of the scores they come from.

    自评 | 上级评分 | 加权得分: the line of the total is blank under 上级评分, since the points beside it are added up.

    Args:
        lines: The sheet.
        columns: The columns of the table.
        totals: What labels and sums said.
    """
    columns = tuple(columns)
    counted, place = counted_column(columns), totals.get("")
    if counted is None or not counted.label or place is None or lines.is_blank(*split_cell(place)):
        return totals
    own = totals.get(counted.label)
    weighted = {column.col for column in columns if column.role == "weighted_score" and not column.label}
    if split_cell(place)[1] not in weighted or (own is not None and not lines.is_blank(*split_cell(own))):
        return totals
    return {label: cell for label, cell in totals.items() if label} | {counted.label: place}
