"""Reading with several processes: what they do wrong costs time, never a result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

import scorecard
from scorecard.consolidation import workers
from tests.consolidation.departments import make_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("部门"), 5, 12).root


def as_told(folder: Path, processes: int) -> object:
    return scorecard.consolidate(folder, processes=processes).to_json("zh")


def test_a_program_needs_no_main_guard(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "汇总.py"
    script.write_text(
        f"import scorecard\nprint('开始')\nprint(len(scorecard.consolidate({str(folder)!r}, processes=3).cards))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, encoding="utf-8", cwd=ROOT, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["开始", str(len(scorecard.consolidate(folder, processes=1).cards))]


@pytest.mark.parametrize("place", ["/nowhere/python", "soffice.bin", ""])
def test_where_no_other_interpreter_starts_all_is_read_here(
    folder: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = as_told(folder, 1)
    monkeypatch.setattr(workers, "_may_fork", lambda: False)
    monkeypatch.setattr(sys, "executable", place)
    assert as_told(folder, 2) == expected


@pytest.fixture(params=["forked", "spawned"])
def helpers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[workers._Helper]:
    """The helpers that are started, in either way."""
    forks = request.param == "forked"
    if forks and sys.platform != "linux":
        pytest.skip("processes are forked on Linux only")
    monkeypatch.setattr(workers, "_may_fork", lambda: forks)
    started: list[workers._Helper] = []
    start = workers._Helper.__init__

    def kept(self: workers._Helper, *arguments: object) -> None:
        started.append(self)
        start(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(workers._Helper, "__init__", kept)
    return started


def test_several_processes_read_what_one_does(
    folder: Path, helpers: list[workers._Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = as_told(folder, 1)
    monkeypatch.setattr(workers, "_CHUNK", 2)
    ready, exactly = Event(), workers._exactly

    def answered(stream: object, length: int) -> bytes:
        content = exactly(stream, length)  # type: ignore[arg-type]
        if length > 8:
            ready.set()
        return content

    monkeypatch.setattr(workers, "_exactly", answered)
    # This process waits after its first batch until another one has answered.
    done = scorecard.consolidate(folder, processes=3, progress=lambda done, _: done and ready.wait(60))
    assert done.to_json("zh") == expected
    assert ready.is_set() and len(helpers) == 2


def test_a_process_that_cannot_be_forked_is_done_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> workers._Other:
        raise BlockingIOError("too many processes")

    expected = as_told(folder, 1)
    monkeypatch.setattr(workers, "_may_fork", lambda: True)
    monkeypatch.setattr(workers, "_forked", refuse)
    assert as_told(folder, 3) == expected


def test_what_a_process_had_when_it_died_is_read_here(
    folder: Path, helpers: list[workers._Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = as_told(folder, 1)
    monkeypatch.setattr(workers, "_CHUNK", 1)
    exactly, deaths, died = workers._exactly, list[int](), Event()

    def dying(stream: object, length: int) -> bytes:
        content = exactly(stream, length)  # type: ignore[arg-type]
        other = helpers[0]._other
        if length == 1 and other is not None:
            other.end()  # it is ready, and gone before its first answer
            deaths.append(length)
            died.set()
        return content

    monkeypatch.setattr(workers, "_exactly", dying)
    # The first batch that is read here takes until then.
    done = scorecard.consolidate(folder, processes=2, progress=lambda done, _: done and died.wait(60))
    assert done.to_json("zh") == expected
    assert deaths


def test_no_process_is_left_when_reading_is_broken_off(folder: Path, helpers: list[workers._Helper]) -> None:
    def stop(done: int, count: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scorecard.consolidate(folder, processes=3, progress=stop)
    assert len(helpers) == 2
    for one in helpers:
        assert not one._thread.is_alive()
