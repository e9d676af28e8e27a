"""Python's collector of circular garbage is held back while files are read, and left as it was found."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from scorecard.consolidation.collector import patient_collector


class Circle:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threshold, was_on = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()
    (gc.enable if was_on else gc.disable)()


def test_it_looks_less_often_and_then_as_before() -> None:
    gc.set_threshold(500, 7, 9)
    with patient_collector():
        assert gc.isenabled() and gc.get_threshold()[0] > 10_000 and gc.get_threshold()[1:] == (7, 9)
        assert gc.get_freeze_count()
    assert gc.get_threshold() == (500, 7, 9) and not gc.get_freeze_count()


def test_circles_of_before_and_meanwhile_are_freed_afterwards() -> None:
    before = weakref.ref(Circle())
    with patient_collector():
        meanwhile = weakref.ref(Circle())
        gc.collect()
        assert meanwhile() is None, "only what was there already is left alone"
        late = weakref.ref(Circle())
    gc.collect()
    assert before() is None and late() is None


def test_an_error_leaves_nothing_behind() -> None:
    threshold = gc.get_threshold()
    with pytest.raises(KeyError), patient_collector():
        raise KeyError
    assert gc.get_threshold() == threshold and not gc.get_freeze_count()


def test_what_somebody_has_arranged_stays() -> None:
    threshold = gc.get_threshold()
    gc.disable()
    with patient_collector():
        assert not gc.isenabled() and gc.get_threshold() == threshold and not gc.get_freeze_count()
    gc.enable()
    gc.freeze()
    with patient_collector(), patient_collector():
        assert gc.get_threshold() == threshold and gc.get_freeze_count()
    assert gc.get_freeze_count(), "frozen by the application, and for it to thaw"
