"""Python's collector of circular garbage, held back while thousands of records come into being that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# So many objects more than were given back come into being between two looks at the young ones.
_APART = 50_000


@contextmanager
def patient_collector() -> Iterator[None]:
    """Let it look at new objects less often, and at those that are there already not at all.

    Reading a workbook leaves no circles, and each full look goes over all records so far, and all libraries: to find
    nothing takes a tenth of the time. What is held back is looked at afterwards. Where somebody has arranged the collector
    in a way of their own, it is left as it is.
    """
    if not gc.isenabled() or gc.get_freeze_count():
        yield
        return
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(max(_APART, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        # All become old at once, without a look at each.
        gc.freeze()
        gc.unfreeze()
