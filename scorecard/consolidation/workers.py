"""Files read by several processes: this one reads along, the others take batches as soon as they are ready.

The others are plain interpreters that import the reader and nothing else. So a program that consolidates needs no
`if __name__ == "__main__":`, and what they cannot do is done here: one that does not start, or dies, costs time and never
a result. They are told which files by numbers, a few bytes each, so that neither side can wait for the other to read.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

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
    errand = pickle.dumps((reader, [(source.file, os.fspath(source.path)) for source in files]))
    helpers = [_Helper(errand, todo, answers) for _ in range(processes - 1)] if _has_interpreter() else []
    count = 0

    def take(number: int, readings: list[FileReading]) -> None:
        nonlocal count
        found[number] = readings
        count += len(readings)
        progress(count, len(files))

    try:
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


def _has_interpreter() -> bool:
    """Whether what runs this is Python itself, and no program that has it inside."""
    name = os.path.basename(sys.executable or "").lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


class _Helper:
    """Another process, and the thread that gives it numbers of batches and takes its answers."""

    def __init__(self, errand: bytes, todo: deque[int], answers: SimpleQueue[tuple[int, bytes]]) -> None:
        self._todo, self._answers = todo, answers
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, args=(errand,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the process, whatever it does."""
        process = self._process
        if process is not None:
            process.kill()
        self._thread.join()
        if process is not None:
            process.wait()

    def _run(self, errand: bytes) -> None:
        given: deque[int] = deque()
        try:
            # What it would say about a defect is said here, by whoever reads the batch instead.
            self._process = process = subprocess.Popen(
                [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
            assert process.stdin is not None and process.stdout is not None
            with process.stdin as there, process.stdout as back:
                pickle.dump(sys.path, there)
                there.write(errand)
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
    """Read batches for another process until it has no more; the other end of `_Helper`."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that anybody prints may come between the answers
    reader, listed = pickle.load(given)
    files = [Source(file, Path(path)) for file, path in listed]
    answers.write(b"!")
    answers.flush()
    while len(number := given.read(_NUMBER.size)) == _NUMBER.size:
        at = _NUMBER.unpack(number)[0] * _CHUNK
        content = pickle.dumps([reader(source) for source in files[at : at + _CHUNK]], pickle.HIGHEST_PROTOCOL)
        answers.write(_NUMBER.pack(len(content)) + content)
        answers.flush()
