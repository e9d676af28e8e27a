"""The scoring of `scorecard.scoring`, for tables of a hundred thousand rows and more.

The same numbers to the last bit, from numpy arrays and pandas columns:

- `score`: thresholds and scores applied to a column of actuals;
- `score_frame`, `totals`: a long table (one row per card and item) to scores, and on to totals and grades;
- `read_cells`, `snap`, `round_half_up`: cells and numbers as the scalar functions of these names take them.

Rules, weights and empties are those of `docs/scoring.md`; what is rare or worded (ratings, texts, vetoes, rules that
cannot be used) is left to the scalar functions themselves, once per different value.
"""

from __future__ import annotations

from .cells import read_cells
from .curves import score
from .rounding import round_half_up, snap
from .tables import score_frame, totals

__all__ = ["read_cells", "round_half_up", "score", "score_frame", "snap", "totals"]
