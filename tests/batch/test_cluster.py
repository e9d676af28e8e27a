"""The same batch on a real Dask cluster of separate processes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scorecard.batch import recalculate_each, recalculate_many
from scorecard.errors import UsageError
from tests.cli.runner import scorecard

from .folders import book, contents, filled

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        yield cluster


def test_the_same_results_as_without(cluster: Any, tmp_path: Path) -> None:
    here, there = filled(tmp_path / "1" / "x", 80), filled(tmp_path / "2" / "x", 80)
    for folder in (here, there):
        (folder / "坏.xlsx").write_bytes(b"x")
        (folder / "~$表 0001.xlsx").write_bytes(b"x")
    mine, theirs = (
        recalculate_many(here),
        recalculate_many(there, dask=cluster.scheduler_address, backup=tmp_path / "旧"),
    )
    told = [[(Path(o.file).name, o.status, o.changes, o.findings, str(o.error)) for o in x] for x in (mine, theirs)]
    assert told[0] == told[1]
    assert contents(here) == contents(there)
    assert len(list((tmp_path / "旧").rglob("*.xlsx"))) == 79


def test_what_was_done_before_is_recognised(cluster: Any, tmp_path: Path) -> None:
    filled(tmp_path, 40)
    address = cluster.scheduler_address
    assert "40 updated" in scorecard("recalc", tmp_path, "--dask", address).out
    (tmp_path / "表 0001.xlsx").write_bytes(book(99))
    assert "1 updated, 0 unchanged, 39 as before" in scorecard("recalc", tmp_path, "--dask", address).out


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")
def test_a_worker_killed_in_the_middle(cluster: Any, tmp_path: Path) -> None:
    original = filled(tmp_path / "original", 400)
    here, there = tmp_path / "1", tmp_path / "2"
    shutil.copytree(original, here)
    shutil.copytree(original, there)
    recalculate_many(here)
    before = {str(p): p.stat().st_mtime for p in there.rglob("*.xlsx")}
    with distributed.Client(cluster.scheduler_address) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killed = []

    def kill() -> None:
        while sum(p.stat().st_mtime != before[str(p)] for p in there.rglob("*.xlsx")) < 50:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
        killed.append(sum(p.stat().st_mtime != before[str(p)] for p in there.rglob("*.xlsx")))

    thread = threading.Thread(target=kill)
    thread.start()
    outcomes = list(recalculate_each(there, dask=cluster.scheduler_address))
    thread.join()
    assert killed[0] < 400, "the kill came too late to show anything"
    assert len(outcomes) == 400 and {o.status for o in outcomes} <= {"updated", "unchanged"}
    # What the killed one left half written goes with the next run.
    assert {o.status for o in recalculate_many(there)} == {"unchanged"}
    assert contents(here) == contents(there)


def test_a_cluster_for_this_run_only(tmp_path: Path) -> None:
    filled(tmp_path, 30)
    assert {o.status for o in recalculate_many(tmp_path, dask="local", jobs=1)} == {"updated"}


def test_nobody_answers(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    with pytest.raises(UsageError):
        recalculate_many(tmp_path, dask="tcp://127.0.0.1:9")
