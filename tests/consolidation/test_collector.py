"""Python's collector of circular garbage is held back while files are read, and left as it was found."""

from __future__ import annotations

import gc
import threading
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
    gc.enable()
    gc.set_threshold(500, 7, 9)
    yield
    gc.set_threshold(*threshold)
    (gc.enable if was_on else gc.disable)()


def test_it_looks_less_often_and_then_as_before() -> None:
    with patient_collector():
        assert gc.get_threshold() == (50_000, 7, 9)
        with patient_collector():
            assert gc.get_threshold() == (50_000, 7, 9)
        assert gc.get_threshold() == (50_000, 7, 9)
    assert gc.get_threshold() == (500, 7, 9) and not gc.get_freeze_count()


def test_garbage_of_the_program_does_not_pile_up() -> None:
    left: list[weakref.ref[Circle]] = []
    for _ in range(2_000):
        left += [weakref.ref(Circle()) for _ in range(20)]
        with patient_collector():
            left.append(weakref.ref(Circle()))
    assert sum(1 for one in left if one() is not None) < 2_000, "the collector has been at work, unasked"


def test_an_error_leaves_nothing_behind() -> None:
    with pytest.raises(KeyError), patient_collector():
        raise KeyError
    assert gc.get_threshold() == (500, 7, 9)


@pytest.mark.parametrize("threshold", [(0, 10, 10), (80_000, 10, 10)])
def test_a_collector_that_is_off_or_patient_already_is_left_alone(threshold: tuple[int, int, int]) -> None:
    gc.set_threshold(*threshold)
    with patient_collector():
        assert gc.get_threshold() == threshold
    assert gc.get_threshold() == threshold


def test_what_is_set_meanwhile_stays() -> None:
    with patient_collector():
        gc.set_threshold(900, 5, 5)
    assert gc.get_threshold() == (900, 5, 5)


def test_several_threads_leave_what_was_there_before_the_first() -> None:
    inside, go_on = threading.Barrier(4), threading.Event()

    def work() -> None:
        with patient_collector():
            inside.wait()
            go_on.wait()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert gc.get_threshold() == (50_000, 7, 9)
    go_on.set()
    for thread in threads:
        thread.join()
    assert gc.get_threshold() == (500, 7, 9)
