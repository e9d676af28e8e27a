"""Many department workbooks become one set of tables and a summary workbook.

`consolidate(paths)` finds the files (`sources`), reads each one in isolation (`reading`), says who is who over all of
them (`resolve`) and gives typed pandas tables (`frames`); `summary` writes the workbook, `history` keeps it over time.
"""

from __future__ import annotations

from .consolidation import Consolidation, consolidate

__all__ = ["Consolidation", "consolidate"]
