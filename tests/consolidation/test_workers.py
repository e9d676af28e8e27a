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
    monkeypatch.setattr(sys, "executable", place)
    assert as_told(folder, 2) == expected


@pytest.fixture
def helpers(monkeypatch: pytest.MonkeyPatch) -> list[workers._Helper]:
    """The helpers that are started."""
    started: list[workers._Helper] = []
    start = workers._Helper.__init__

    def kept(self: workers._Helper, *arguments: object) -> None:
        started.append(self)
        start(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(workers._Helper, "__init__", kept)
    return started


def test_what_a_process_had_when_it_died_is_read_here(
    folder: Path, helpers: list[workers._Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = as_told(folder, 1)
    monkeypatch.setattr(workers, "_CHUNK", 1)
    exactly, deaths, died = workers._exactly, list[int](), Event()

    def dying(stream: object, length: int) -> bytes:
        content = exactly(stream, length)  # type: ignore[arg-type]
        process = helpers[0]._process
        if length == 1 and process is not None:
            process.kill()  # it is ready, and gone before its first answer
            deaths.append(process.wait())
            died.set()
        return content

    monkeypatch.setattr(workers, "_exactly", dying)
    # The first batch that is read here takes until then.
    done = scorecard.consolidate(folder, processes=2, progress=lambda done, _: done and died.wait(60))
    assert done.to_json("zh") == expected
    assert deaths and deaths[0]


def test_no_process_is_left_when_reading_is_broken_off(folder: Path, helpers: list[workers._Helper]) -> None:
    def stop(done: int, count: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scorecard.consolidate(folder, processes=3, progress=stop)
    assert len(helpers) == 2
    assert all(one._process is None or one._process.poll() is not None for one in helpers)
