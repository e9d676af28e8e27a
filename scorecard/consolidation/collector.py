"""Python's collector of circular garbage, held back while thousands of records come into being that all stay."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# So many more objects come into being than are given back between two looks at the young ones.
_APART = 50_000
_Threshold = tuple[int, int, int]


class _Patience:
    """How many wait, and the threshold that was there before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._before: _Threshold | None = None

    def begin(self) -> None:
        with self._lock:
            self._waiting += 1
            before = gc.get_threshold()
            # A threshold of 0 is how a program turns the collector off.
            if self._waiting == 1 and 0 < before[0] < _APART:
                self._before = before
                gc.set_threshold(_APART, *before[1:])

    def end(self) -> None:
        with self._lock:
            self._waiting -= 1
            if self._waiting == 0 and self._before is not None:
                # What somebody has set meanwhile stays.
                if gc.get_threshold() == (_APART, *self._before[1:]):
                    gc.set_threshold(*self._before)
                self._before = None


_PATIENCE = _Patience()


@contextmanager
def patient_collector() -> Iterator[None]:
    """Let it look at new objects less often, and then as often as before.

    Reading a workbook leaves no circles, and every so many records each look goes over all of them, and all libraries: to
    find nothing took a tenth of the time. Whatever else became garbage meanwhile is young afterwards, and found as ever.
    """
    _PATIENCE.begin()
    try:
        yield
    finally:
        _PATIENCE.end()
