"""The same batch on a Dask cluster: batches of workbooks go to its workers, outcomes come back in order.

The workers read and write the workbooks themselves, so every machine must see them under the same names (a shared
folder, or addresses such as s3://…). What was done before is remembered here, where the run was started; a worker is
told by which hash to recognise a workbook.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from ..errors import UnusableFile, UsageError
from ..messages import Message
from ..refusals import missing_extra
from .inputs import Source
from .memory import Memory
from .outcome import Outcome, Settings
from .storage import is_remote, local_path
from .worker import Done, Worker, failed

#: Workbooks that go to a worker at once: the way there costs some milliseconds.
BATCH = 25
# Batches that wait for each thread of the workers.
_AHEAD = 3

_LOST = Message(
    "处理它的 Dask 工作进程多次丢失（可能内存不足），已跳过。",
    "the Dask workers that worked on it were lost several times (out of memory?); it was left out.",
)


class _Task(NamedTuple):
    """One workbook, and the key of its content if it still is what it was when last looked at."""

    source: Source
    expected: bytes | None


class Cluster:
    """A Dask cluster, connected while the block runs.

    Args:
        address: Of the scheduler, or "local" for a cluster of processes on this machine.
        jobs: Workers of a local cluster; 0 for as many as there are processors.

    Raises:
        UsageError: distributed is not installed, or no scheduler answers there.
    """

    def __init__(self, address: str, jobs: int = 0) -> None:
        self._address, self._jobs = address, jobs
        self.client: Any = None
        self._local: Any = None

    def __enter__(self) -> Cluster:
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise missing_extra(Message("--dask ", "--dask"), "distributed") from None
        address = self._address
        if address == "local":
            from .run import processors

            self._local = LocalCluster(
                n_workers=self._jobs or processors(), threads_per_worker=1, processes=True, dashboard_address=":0"
            )
            address = self._local.scheduler_address
        try:
            self.client = Client(address, timeout=20)
        except (OSError, ValueError) as error:
            self.__exit__()
            zh = f"连不上 Dask 调度器 {address}；请确认它在运行、地址没有写错，或用 --dask local 在本机运行"
            en = f"no Dask scheduler answers at {address} ({error}); start one, check the address, or use --dask local"
            raise UsageError(Message(zh, en)) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self.client is not None:
            self.client.close()
        if self._local is not None:
            self._local.close()

    def run(self, sources: Sequence[Source], settings: Settings) -> Iterator[Outcome]:
        """The outcomes, in order; only some batches are under way at a time."""
        memory = Memory(settings.memory) if settings.memory else None
        remote = replace(settings, memory="", backup=_seen_from_anywhere(settings.backup))
        batches = (sources[at : at + BATCH] for at in range(0, len(sources), BATCH))
        threads = sum(self.client.nthreads().values()) or 1
        under_way: deque[tuple[list[_Task], Any]] = deque()
        try:
            for batch in itertools.islice(batches, threads * _AHEAD):
                under_way.append(self._submit(_tasks(batch, memory, settings), remote))
            while under_way:
                tasks, future = under_way.popleft()
                for task, done in zip(tasks, self._result(tasks, future, remote), strict=True):
                    yield _remembered(task, done, memory, settings)
                following = next(batches, None)
                if following is not None:
                    under_way.append(self._submit(_tasks(following, memory, settings), remote))
        finally:
            for _, future in under_way:
                future.cancel()
            if memory is not None:
                memory.close()

    def _submit(self, tasks: list[_Task], settings: Settings) -> tuple[list[_Task], Any]:
        # Dask gives the task to another worker when one is lost, three times.
        return tasks, self.client.submit(_bring, tasks, settings, pure=False)

    def _result(self, tasks: list[_Task], future: Any, settings: Settings) -> list[Done]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            found: list[Done] = future.result()
            return found
        except (KilledWorker, FutureCancelledError):
            if len(tasks) == 1:
                name = tasks[0].source.name
                return [Done(failed(name, UnusableFile(_LOST, os.path.basename(name))))]
            # One of them may be what kills: each on its own.
            return [self._result([task], self._submit([task], settings)[1], settings)[0] for task in tasks]


def _tasks(sources: Sequence[Source], memory: Memory | None, settings: Settings) -> list[_Task]:
    found = []
    for source in map(_everywhere, sources):
        expected = memory.key_of(source.name, run=settings.run, as_of=settings.as_of) if memory else None
        found.append(_Task(source, expected))
    return found


def _everywhere(source: Source) -> Source:
    """A worker has another working folder, or another machine."""
    return source if is_remote(source.name) else source._replace(name=os.path.abspath(local_path(source.name)))


def _seen_from_anywhere(folder: str) -> str:
    return folder if not folder or is_remote(folder) else os.path.abspath(folder)


def _remembered(task: _Task, done: Done, memory: Memory | None, settings: Settings) -> Outcome:
    """The outcome of a task; what the worker recognised is told as it was then."""
    outcome, key, stamp = done
    if memory is None or key is None:
        return outcome
    if outcome.status == "known":
        recalled = memory.recall(key, outcome.file, run=settings.run, as_of=settings.as_of)
        outcome = replace(recalled, seconds=outcome.seconds) if recalled else outcome
    elif outcome.status in ("updated", "unchanged") and outcome.result is not None:
        volatile = outcome.result.is_volatile
        memory.enter(key, outcome, run=settings.run, as_of=settings.as_of, volatile=volatile)
    memory.note(outcome.file, stamp, key)
    return outcome


# --- on the workers --------------------------------------------------------------------------------------------------


def _bring(tasks: list[_Task], settings: Settings) -> list[Done]:
    worker = _worker(settings)
    return [worker.handle(task.source, task.expected) for task in tasks]


@lru_cache(maxsize=2)
def _worker(settings: Settings) -> Worker:
    """One for each process and run: what it learns from one workbook serves the next."""
    return Worker(settings)
