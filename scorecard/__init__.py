"""KPI assessment tables whose grades are computed in the workbook itself.

The names below load what they need when they are first used: `import scorecard` alone imports no third party, so that
the scoring rules run on a bare Python (LibreOffice's own interpreter, Pyodide).

Example:
    >>> import scorecard
    >>> issubclass(scorecard.ScorecardError, Exception)
    True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch import recalculate_each, recalculate_many
    from .consolidation import Consolidation, consolidate
    from .errors import ScorecardError
    from .workbook.checkup import check
    from .workbook.compare import compare
    from .workbook.embed import convert, embed
    from .workbook.finalise import finalise
    from .workbook.inspection import inspect
    from .workbook.link import link
    from .workbook.recalc import recalculate
    from .workbook.unembed import unembed
    from .workbook.verification import verify

__all__ = [
    "Consolidation", "ScorecardError", "__version__", "check", "compare", "consolidate", "convert", "embed",
    "finalise", "inspect", "link", "recalculate", "recalculate_each", "recalculate_many", "unembed", "verify",
]  # fmt: skip
__version__ = "0.1.0"

_HOMES = {
    "ScorecardError": ".errors",
    "check": ".workbook.checkup",
    "recalculate": ".workbook.recalc",
    "recalculate_each": ".batch",
    "recalculate_many": ".batch",
    "inspect": ".workbook.inspection",
    "embed": ".workbook.embed",
    "unembed": ".workbook.unembed",
    "consolidate": ".consolidation",
    "Consolidation": ".consolidation",
    "convert": ".workbook.embed",
    "compare": ".workbook.compare",
    "link": ".workbook.link",
    "finalise": ".workbook.finalise",
    "verify": ".workbook.verification",
}


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
