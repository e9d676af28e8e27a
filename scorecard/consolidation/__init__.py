"""Many department workbooks become one set of tables and a summary workbook.

`consolidate(paths)` finds the files (`sources`), reads each one in isolation (`reading`), says who is who over all of
them (`resolve`) and gives typed pandas tables (`frames`); `summary` writes the workbook, `history` keeps it over time.

The names below are loaded when they are first used: a process that only reads files must not wait for pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .consolidation import Consolidation, consolidate

__all__ = ["Consolidation", "consolidate"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".consolidation", __name__), name)
