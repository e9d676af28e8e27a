"""Killed at any moment: every file is the old or the new one, and the next run does the rest."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scorecard.batch import recalculate_many
from scorecard.batch.memory import Memory
from tests.libreoffice.office import Office

from .folders import contents, filled, started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")


def written(folder: Path, before: dict[str, float]) -> int:
    return sum(path.stat().st_mtime != before[str(path)] for path in folder.rglob("*.xlsx"))


def is_alive(process: subprocess.Popen[str]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill_and_check(folder: Path, cache: Path, old: dict[str, str], new: dict[str, str], dice: random.Random) -> int:
    """Start a run, kill it once some files are written, look at all of them, then let the rest be done.

    Returns:
        How many were written when it was killed.
    """
    before = {str(path): path.stat().st_mtime for path in folder.rglob("*.xlsx")}
    resume = dice.random() < 0.7
    process = started(folder, "--jobs", dice.choice((1, 2)), cache=cache)
    limit = dice.randrange(len(before))
    while process.poll() is None and written(folder, before) <= limit:
        time.sleep(dice.uniform(0, 0.01))
    if dice.random() < 0.5:
        os.killpg(process.pid, signal.SIGKILL)  # all of its processes at once
    else:
        process.kill()  # the others must notice, or they would wait for ever
    deadline = time.monotonic() + 60
    while is_alive(process):
        assert time.monotonic() < deadline, "processes outlive the one that was killed"
        time.sleep(0.02)
    process.communicate()
    found = {name: value for name, value in contents(folder).items() if name.endswith(".xlsx")}
    assert found.keys() == old.keys()
    done = [name for name in found if found[name] != old[name]]
    assert all(found[name] == new[name] for name in done)
    lines, errors = started(folder, "--jsonl", *(["--resume"] if resume else []), cache=cache).communicate()
    assert "Traceback" not in errors
    assert contents(folder) == new, "also: nothing of the killed run is left lying about"
    assert len(lines.splitlines()) == len(old)
    if process.returncode != 0:
        # Whatever was written was recognised: nothing is computed a second time.
        assert lines.count('"unchanged"') == 0
        # One that died between its last workbook and its exit had finished: then there is nothing to resume.
        finished = resume and len(done) == len(old) == lines.count('"known"')
        if not finished:
            assert lines.count('"known"') == (0 if resume else len(done))
            assert lines.count('"updated"') == (len(old) if resume else len(old) - len(done))
    return len(done)


def rounds(tmp_path: Path, count: int, times: int, seed: int) -> Path:
    original, done = filled(tmp_path / "original", count), tmp_path / "undisturbed"
    shutil.copytree(original, done)
    assert {outcome.status for outcome in recalculate_many(done)} == {"updated"}
    old, new = contents(original), contents(done)
    dice = random.Random(seed)
    moments = []
    for number in range(times):
        folder = tmp_path / f"run{number}"
        shutil.copytree(original, folder)
        moments.append(kill_and_check(folder, tmp_path / f"cache{number}", old, new, dice))
        if number < times - 1:
            shutil.rmtree(folder)
    # Else the kills came too late or too early to show anything.
    assert any(0 < moment < count for moment in moments)
    return folder


def test_five_kills(tmp_path: Path) -> None:
    rounds(tmp_path, 30, 5, 1)


@pytest.mark.soak
def test_fifty_kills_over_five_hundred_workbooks(tmp_path: Path, office: Office) -> None:
    folder = rounds(tmp_path, 500, 50, 2)
    for path in random.Random(3).sample(sorted(folder.rglob("*.xlsx")), 20):
        number = int(path.stem.split()[1]) + 1
        values = office.recalculated(path)
        assert values["S", "B1"] == number * 2 and values["S", "C1"] == number * 3


def test_interrupted_by_the_user(tmp_path: Path) -> None:
    filled(tmp_path / "x", 200)
    process = started(tmp_path / "x", "--jobs", "2", "--jsonl", cache=tmp_path / "cache")
    assert process.stdout is not None
    for _ in range(30):
        process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted, " in errors and "--resume" in errors and "Traceback" not in errors
    lines, _ = started("--resume", "--jsonl", cache=tmp_path / "cache").communicate()
    assert lines.count('"updated"') == 200
    assert {o.status for o in recalculate_many(tmp_path / "x")} == {"unchanged"}


def test_a_plain_run_after_a_kill_forgets_the_old_one(tmp_path: Path) -> None:
    memory = Memory(str(tmp_path / "m.sqlite"))
    first = memory.begin(("/a",), {}, resume=False)
    assert memory.begin(("/a",), {}, resume=True)._replace(is_resumed=False) == first
    second = memory.begin(("/a",), {}, resume=False)
    assert memory.unfinished(("/a",)) == second._replace(is_resumed=True)
    memory.finish(second.name)
    assert memory.unfinished() is None
