"""Files read by several processes: this one reads along, the others take batches as soon as they are ready.

Where nothing speaks against it the others are forks of this one. Elsewhere they are plain interpreters that import the reader
and nothing else, so that a program that consolidates needs no `if __name__ == "__main__":`. What they cannot do is done here:
one that does not start, or dies, costs time and never a result. They are told which files by numbers, a few bytes each, so
that neither side can wait for the other to read.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, NamedTuple

from .collector import patient_collector
from .reading import Reader
from .records import FileReading
from .sources import Source

# So many files are one batch; so many batches are given ahead, so that nobody waits for an answer to be taken.
_CHUNK, _AHEAD = 10, 2
_NUMBER = struct.Struct("<q")
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from scorecard.consolidation.workers import serve; serve()"
)
_Batches = Sequence[Sequence[Source]]


def read_together(
    files: Sequence[Source], reader: Reader, processes: int, progress: Callable[[int, int], None]
) -> list[FileReading]:
    """Read files with so many processes, this one among them.

    Args:
        files: The files; the readings come in their order.
        reader: How they are read; it must be picklable.
        processes: How many.
        progress: Called with (files read, files in all).
    """
    batches = [files[at : at + _CHUNK] for at in range(0, len(files), _CHUNK)]
    found: dict[int, list[FileReading]] = {}
    todo = deque(range(len(batches)))
    answers: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
    helpers: list[_Helper] = []
    count = 0

    def take(number: int, readings: list[FileReading]) -> None:
        nonlocal count
        found[number] = readings
        count += len(readings)
        progress(count, len(files))

    try:
        for start in _starters(batches, reader, processes - 1):
            helpers.append(_Helper(start, todo, answers))
        for helper in helpers:
            helper.begin()
        while len(found) < len(batches):
            wait = 0.0
            try:
                # From the other end of the list, and while the others are still starting.
                number = todo.pop()
            except IndexError:
                wait = 0.05  # and then look again: somebody may have died, and given back what it had
            else:
                take(number, [reader(source) for source in batches[number]])
            for number, content in _at_hand(answers, wait):
                take(number, pickle.loads(content))
    finally:
        todo.clear()
        for helper in helpers:
            helper.stop()
    return [reading for number in range(len(batches)) for reading in found[number]]


def _at_hand(answers: SimpleQueue[tuple[int, bytes]], wait: float) -> Iterator[tuple[int, bytes]]:
    try:
        yield answers.get(wait > 0, wait)
        while True:
            yield answers.get_nowait()
    except Empty:
        return


class _Other(NamedTuple):
    """Another process: what it reads from, what it answers into, and how it is ended."""

    there: IO[bytes]
    back: IO[bytes]
    end: Callable[[], None]


def _starters(batches: _Batches, reader: Reader, count: int) -> Iterator[Callable[[], _Other] | _Other]:
    """So many other processes, or what starts them; fewer where the system has no room, none where it cannot be done."""
    if _may_fork():
        reader.load_words()  # once for all of them
        # These are there at once, and have to be before there is a thread.
        for _ in range(count):
            try:
                yield _forked(batches, reader)
            except OSError:
                return  # no room for more: what there is will do
    elif _has_interpreter():
        listed = [[(source.file, os.fspath(source.path)) for source in batch] for batch in batches]
        errand = pickle.dumps((reader, listed))
        yield from [lambda: _spawned(errand)] * count


def _may_fork() -> bool:
    """Forking is the fastest way to begin, but safe only where no other thread can hold a lock."""
    is_alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return sys.platform == "linux" and is_alone


def _has_interpreter() -> bool:
    """Whether what runs this is Python itself, and no program that has it inside."""
    name = os.path.basename(sys.executable or "").lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


def _forked(batches: _Batches, reader: Reader) -> _Other:
    (given, there), (back, answers) = os.pipe(), os.pipe()

    def work() -> None:
        os.close(there)
        os.close(back)
        with open(os.devnull, "w", encoding="utf-8") as nowhere, open(given, "rb") as numbers, open(answers, "wb") as out:
            sys.stdout = sys.stderr = nowhere
            _answer(reader, batches, numbers, out)

    process = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    try:
        process.start()
    except OSError:
        os.close(there)
        os.close(back)
        raise
    finally:
        os.close(given)
        os.close(answers)

    def end() -> None:
        process.kill()
        process.join()

    return _Other(open(there, "wb"), open(back, "rb"), end)


def _spawned(errand: bytes) -> _Other:
    # What it would say about a defect is said here, by whoever reads the batch instead.
    process = subprocess.Popen(
        [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None

    def end() -> None:
        process.kill()
        process.wait()

    pickle.dump(sys.path, process.stdin)
    process.stdin.write(errand)
    return _Other(process.stdin, process.stdout, end)


class _Helper:
    """Another process, and the thread that gives it numbers of batches and takes its answers."""

    def __init__(
        self, start: Callable[[], _Other] | _Other, todo: deque[int], answers: SimpleQueue[tuple[int, bytes]]
    ) -> None:
        self._start, self._todo, self._answers = start, todo, answers
        self._other = start if isinstance(start, _Other) else None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Give it work."""
        self._thread.start()

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._other is not None:
            self._other.end()
        if self._thread.ident is not None:
            self._thread.join()
        if self._other is not None:
            self._other.end()  # it may just have started

    def _run(self) -> None:
        given: deque[int] = deque()
        try:
            # One that has yet to start takes its time, which nobody waits for.
            self._other = other = self._start if isinstance(self._start, _Other) else self._start()
            with other.there as there, other.back as back:
                there.flush()
                _exactly(back, 1)  # it is ready
                while True:
                    while self._todo and len(given) < _AHEAD:
                        given.append(self._todo.popleft())
                        there.write(_NUMBER.pack(given[-1]))
                    there.flush()
                    if not given:
                        return
                    (length,) = _NUMBER.unpack(_exactly(back, _NUMBER.size))
                    content = _exactly(back, length)
                    self._answers.put((given.popleft(), content))
        except (OSError, EOFError, IndexError):
            pass  # it did not start, or died; another took the last number: what it had is read by somebody else
        finally:
            self._todo.extend(given)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def serve() -> None:
    """Read batches for another process until it has no more: what `_START` calls."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that anybody prints may come between the answers
    reader, listed = pickle.load(given)
    with patient_collector():
        _answer(reader, [[Source(file, Path(path)) for file, path in batch] for batch in listed], given, answers)


def _answer(reader: Reader, batches: _Batches, given: IO[bytes], answers: IO[bytes]) -> None:
    answers.write(b"!")
    answers.flush()
    while len(number := given.read(_NUMBER.size)) == _NUMBER.size:
        batch = batches[_NUMBER.unpack(number)[0]]
        content = pickle.dumps([reader(source) for source in batch], pickle.HIGHEST_PROTOCOL)
        answers.write(_NUMBER.pack(len(content)) + content)
        answers.flush()
