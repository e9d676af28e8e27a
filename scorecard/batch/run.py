"""A whole batch: in this process when it is small, else in several, or on a Dask cluster; outcomes in order as they come."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import UnusableFile, UsageError
from ..hosts import memory_path
from ..messages import Message
from .inputs import Source, find_sources
from .memory import Memory
from .outcome import Outcome, Settings
from .storage import is_remote
from .worker import Worker, failed

if TYPE_CHECKING:
    from .cluster import Cluster

#: Called after each workbook: how many are done, of how many, and the last one's outcome.
Progress = Callable[[int, int, Outcome], None]

#: Workbooks that go to a process at once: the way there costs as much as a workbook.
BATCH = 25
#: Below so many a second process costs more than it gains.
SERIAL_BELOW = 200
# Batches that wait for each process.
_AHEAD = 3

_KILLED = Message(
    "处理它的进程两次异常终止（可能内存不足），已跳过；文件没有改动。",
    "the process that worked on it was killed twice (out of memory?); the file was left as it is.",
)


class Batch:
    """A batch that is ready to run: its workbooks are found, its run is entered in the memory.

    Iterating runs it; leaving early (Ctrl-C, `break`) leaves every file whole, and a later run with `resume` goes on.

    Args:
        inputs: Paths, folders, patterns, addresses; empty with `resume` for those of the last unfinished run.
        settings: How each workbook is treated; `run` is filled in here.
        jobs: Processes; 0 for as many as there are processors, and only one for small batches.
        dask: Address of a Dask scheduler, or "local"; "" for none.
        resume: Whether to continue an unfinished run.

    Attributes:
        sources: The workbooks.
        settings: The settings, completed.
        is_resumed: Whether an unfinished run is continued.
        trouble: Why nothing can be remembered; None when all is well.
    """

    def __init__(
        self,
        inputs: Iterable[str | os.PathLike[str]],
        settings: Settings,
        *,
        jobs: int = 0,
        dask: str = "",
        resume: bool = False,
    ) -> None:
        if jobs < 0:
            raise UsageError(Message("--jobs 应为 0 或正整数", "--jobs must be 0 or more"))
        if resume and not settings.memory:
            raise UsageError(Message("没有记录就无法继续", "nothing can be resumed without a memory"))
        given = tuple(os.fspath(one) for one in inputs)
        self._jobs, self._dask = jobs, dask
        self.is_resumed = False
        self.trouble: Message | None = None
        if settings.memory:
            given, settings = self._begun(given, settings, resume)
        if settings.backup:
            folder = settings.backup if is_remote(settings.backup) else os.path.abspath(settings.backup)
            stamp = settings.run or f"{datetime.now():%Y%m%d-%H%M%S}"
            leave_out = None if is_remote(folder) else folder
            settings = replace(settings, backup="/".join([folder.rstrip("/\\"), stamp]))
        else:
            leave_out = None
        self.settings = settings
        self.sources = find_sources(given, clean=not settings.check, leave_out=leave_out)

    def _begun(self, given: tuple[str, ...], settings: Settings, resume: bool) -> tuple[tuple[str, ...], Settings]:
        """Enter the run, or find the one to continue. The file is closed again: processes must not share it."""
        memory = Memory(settings.memory)
        try:
            if resume and not given:
                last = memory.unfinished()
                if last is None:
                    zh, en = (
                        "没有中断的任务可以继续；请给出文件或文件夹",
                        "no interrupted run to continue; name files or folders",
                    )
                    raise UsageError(Message(zh, en))
                given, settings = last.inputs, _with_matters(settings, last.settings)
            run = memory.begin(tuple(map(_absolute, given)), _matters(settings), resume=resume)
            self.is_resumed = run.is_resumed
            return given, replace(settings, run=run.name)
        finally:
            memory.close()
            self.trouble = memory.trouble

    def __len__(self) -> int:
        return len(self.sources)

    def __iter__(self) -> Iterator[Outcome]:
        if self._dask:
            from .cluster import Cluster

            with Cluster(self._dask, self._jobs) as cluster:
                yield from self._on(cluster)
        elif self._processes() > 1:
            with _Processes(self._processes(), self.settings) as processes:
                yield from processes.run(self.sources)
        else:
            worker = Worker(self.settings)
            try:
                yield from worker.each(self.sources)
            finally:
                worker.close()
        if self.settings.memory:
            memory = Memory(self.settings.memory)
            memory.finish(self.settings.run)
            memory.close()

    def _on(self, cluster: Cluster) -> Iterator[Outcome]:
        yield from cluster.run(self.sources, self.settings)

    def _processes(self) -> int:
        if any(source.name.startswith("memory:") for source in self.sources):
            return 1  # each process would have a memory:// of its own
        if self._jobs:
            return min(self._jobs, len(self.sources))
        return processors() if len(self.sources) >= SERIAL_BELOW else 1


def recalculate_each(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    check: bool = False,
    strict: bool = False,
    as_of: datetime | None = None,
    jobs: int = 1,
    dask: str = "",
    backup: str | os.PathLike[str] = "",
    memory: bool | str = False,
    resume: bool = False,
    progress: bool | Progress = False,
) -> Iterator[Outcome]:
    """Bring many workbooks up to date; their outcomes come one by one, in the order of the paths.

    Nothing is held but the names: a million workbooks take no more memory than a hundred. The arguments are those of
    `recalculate_many`.

    Example:
        ::

            stale = [outcome.file for outcome in recalculate_each("部门/", check=True) if outcome.status == "stale"]
    """
    inputs = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    path = memory if isinstance(memory, str) else memory_path() if memory or resume else ""
    settings = Settings(check, strict, as_of, os.fspath(backup), path)
    batch = Batch(inputs, settings, jobs=jobs, dask=dask, resume=resume)
    return _told(batch, progress)


def recalculate_many(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    check: bool = False,
    strict: bool = False,
    as_of: datetime | None = None,
    jobs: int = 1,
    dask: str = "",
    backup: str | os.PathLike[str] = "",
    memory: bool | str = False,
    resume: bool = False,
    progress: bool | Progress = False,
) -> list[Outcome]:
    """Bring many workbooks up to date; one that cannot be used never stops the rest.

    Args:
        paths: Files, folders, patterns, or addresses for fsspec.
        check: Compute and compare only; nothing is written.
        strict: Do not write a workbook in which a cell cannot be computed.
        as_of: What TODAY and NOW give, as local time; this moment when omitted.
        jobs: Processes. 0: as many as there are processors, and one for fewer than 200 workbooks. A script that asks
            for several must be importable (`if __name__ == "__main__":`), except on Linux.
        dask: Address of a Dask scheduler, or "local" for a cluster on this machine.
        backup: Folder for the old contents: in it a folder for each run, in that the folders of the workbooks.
        memory: Whether to recognise what was brought up to date before; or the file that remembers it.
        resume: Continue the last unfinished run with these paths (of any paths, when none are given).
        progress: True for a bar on the terminal or in a notebook, or a function of your own, called after each
            workbook with how many are done, of how many, and the outcome.

    Returns:
        One outcome for each workbook, in their order.

    Raises:
        UsageError: no workbook below these paths, an address that cannot be used.

    Example:
        ::

            outcomes = recalculate_many(["部门/", "总部.xlsx"], jobs=2, progress=True)
            Counter(outcome.status for outcome in outcomes)       # Counter({'updated': 41, 'unchanged': 7})
    """
    return list(
        recalculate_each(
            paths, check=check, strict=strict, as_of=as_of, jobs=jobs, dask=dask, backup=backup, memory=memory,
            resume=resume, progress=progress,
        )
    )  # fmt: skip


def _told(batch: Batch, progress: bool | Progress) -> Iterator[Outcome]:
    if progress is True:
        from .progress import bar

        with bar(len(batch)) as step:
            for outcome in batch:
                step(outcome)
                yield outcome
        return
    for done, outcome in enumerate(batch, 1):
        if progress:
            progress(done, len(batch), outcome)
        yield outcome


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _absolute(name: str) -> str:
    return name if is_remote(name) or name.lower().startswith("file:") else os.path.abspath(name)


def _matters(settings: Settings) -> dict[str, Any]:
    """The options by which an interrupted run is known again: those that change what is written."""
    as_of = settings.as_of.isoformat() if settings.as_of else None
    return {"check": settings.check, "strict": settings.strict, "as_of": as_of}


def _with_matters(settings: Settings, matters: dict[str, Any]) -> Settings:
    as_of = datetime.fromisoformat(matters["as_of"]) if matters["as_of"] else None
    return replace(settings, check=matters["check"], strict=matters["strict"], as_of=as_of)


# --- processes -------------------------------------------------------------------------------------------------------

_worker: Worker | None = None


def _begin(settings: Settings) -> None:
    """What each process does first."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the first process ends the others
    _worker = Worker(settings)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Killed, it cannot tell us to stop, and the queue it fed would be waited for for ever.
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _bring(sources: Sequence[Source]) -> list[Outcome]:
    assert _worker is not None
    return list(_worker.each(sources))


class _Processes:
    """Several processes that take batches in turn; one that dies costs its batch a second try, workbook by workbook."""

    def __init__(self, count: int, settings: Settings) -> None:
        self._count, self._settings = count, settings
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, sources: Sequence[Source]) -> Iterator[Outcome]:
        """The outcomes, in order; only a few batches are under way at a time."""
        size = max(1, min(BATCH, -(-len(sources) // self._count)))
        waiting = (sources[at : at + size] for at in range(0, len(sources), size))
        under_way: deque[tuple[Sequence[Source], Future[list[Outcome]]]] = deque()
        for batch in itertools.islice(waiting, self._count * _AHEAD):
            under_way.append((batch, self._submit(batch)))
        while under_way:
            batch, future = under_way.popleft()
            try:
                outcomes = future.result()
            except BrokenProcessPool:
                # Every batch under way is lost with the pool, whichever process died.
                lost = [batch, *(batch for batch, _ in under_way)]
                self._pool = None
                outcomes = self._one_by_one(lost.pop(0))
                under_way = deque((batch, self._submit(batch)) for batch in lost)
            yield from outcomes
            following = next(waiting, None)
            if following is not None:
                under_way.append((following, self._submit(following)))

    def _submit(self, batch: Sequence[Source]) -> Future[list[Outcome]]:
        for _ in range(3):
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._count, mp_context=_context(), initializer=_begin, initargs=(self._settings,)
                )
            try:
                return self._pool.submit(_bring, batch)
            except BrokenProcessPool:
                self._pool = None
        raise BrokenProcessPool("processes die as soon as they begin")

    def _one_by_one(self, batch: Sequence[Source]) -> list[Outcome]:
        outcomes = []
        for source in batch:
            try:
                outcomes += self._submit([source]).result()
            except BrokenProcessPool:
                self._pool = None
                outcomes.append(failed(source.name, UnusableFile(_KILLED, os.path.basename(source.name))))
        return outcomes


def _context() -> Any:
    """Forking is the fastest way to begin, but safe only where no other thread can hold a lock."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forks else "spawn")
