"""One item of an assessment table, as it stands on the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from ..scoring.values import Reading


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a table. Cells are A1 names without the sheet; of merged cells, the top left one.

    Attributes:
        row: 1-based row of the sheet (the first, where a name wraps over several).
        name: The item's name, lines joined.
        section: Name of its section or category, "" without one.
        kind: "kpi", "rating", "adjustment" or "veto".
        name_cell: Where the name stands.
        weight_cell: None without a weight column.
        actual_cell: None without an actual column.
        targets: (period as written, cell) per target column, empty cells included; one with "" for a single column.
        scores: (column label, cell) per score column, empty cells included.
        bands: (band label, cell) per band column.
        weight: The weight that a heading states, where none of the cells holds it (代码质量 45%); else None.
        points: Likewise the full marks.
        points_cell: Where the full marks stand, in a table of points.
        actuals: (period as written, cell) per actual column, where the table has several.
        deducts: Of points beside the weights: its name says that they are taken away, whatever their sign.
    """

    row: int
    name: str
    section: str
    kind: str
    name_cell: str
    weight_cell: str | None = None
    actual_cell: str | None = None
    targets: tuple[tuple[str, str], ...] = ()
    scores: tuple[tuple[str, str], ...] = ()
    bands: tuple[tuple[str, str], ...] = ()
    weight: Reading | None = None
    points: Reading | None = None
    points_cell: str | None = None
    actuals: tuple[tuple[str, str], ...] = ()
    deducts: bool = False

    def score_cell(self, label: str) -> str | None:
        """The cell of the score under a column label, None without one."""
        for one, cell in self.scores:
            if one == label:
                return cell
        return None

    def counted(self, points: float) -> float:
        """Points of an adjustment as they count: those of a row that only deducts are taken away."""
        return -abs(points) if self.deducts else points
