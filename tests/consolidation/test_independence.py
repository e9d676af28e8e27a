"""What comes out depends on names and contents of the files only."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import scorecard
from tests.cli.runner import environment
from tests.consolidation.departments import make_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("部门"), 5, 10).root


def test_the_number_of_processes_changes_nothing(folder: Path) -> None:
    one, two = (scorecard.consolidate(folder, processes=n).to_json("zh") for n in (1, 2))
    assert one == two


def test_the_order_of_the_files_changes_nothing(folder: Path) -> None:
    files = [p for p in folder.rglob("*") if p.suffix == ".xlsx" and not p.name.startswith("~$")]
    results = []
    for seed in range(2):
        random.Random(seed).shuffle(files)
        done = scorecard.consolidate(files, processes=1)
        results.append(done.to_json("zh"))
        # Times of files say nothing about their contents.
        for path in files:
            os.utime(path, (seed * 1000, seed * 1000))
    assert results[0] == results[1]


def test_locale_and_time_zone_change_nothing(folder: Path, tmp_path: Path) -> None:
    seen = []
    for number, env in enumerate(({"LC_ALL": "C", "TZ": "UTC"}, {"LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"})):
        out = tmp_path / f"{number}.xlsx"
        result = subprocess.run(
            [sys.executable, "-m", "scorecard", "--lang", "zh", "consolidate", str(folder), "--json", "-o", str(out)],
            capture_output=True, env=environment(**env), timeout=300, check=False,
        )  # fmt: skip
        assert result.returncode == 1, result.stderr
        seen.append((json.loads(result.stdout.decode("utf-8")), out.read_bytes()))
    assert seen[0] == seen[1]
