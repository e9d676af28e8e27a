"""What comes out depends on names and contents of the files only."""

from __future__ import annotations

import os
import random
import shutil
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


SURROUNDINGS = (
    {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"},
    {"LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "2"},
    {"LANG": "de_DE.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "77777"},
)


def test_locale_time_zone_hashes_and_processes_change_no_byte(folder: Path, tmp_path: Path) -> None:
    seen = set()
    for number, env in enumerate(SURROUNDINGS):
        out = tmp_path / f"{number}.xlsx"
        result = subprocess.run(
            [sys.executable, "-m", "scorecard", "--lang", "zh", "consolidate", str(folder), "--json", "-o", str(out),
             "--processes", str(1 + number % 2), "--csv", str(tmp_path / f"csv{number}")],
            capture_output=True, env=environment(**env), timeout=300, check=False,
        )  # fmt: skip
        assert result.returncode == 1, result.stderr
        tables = b"".join(path.read_bytes() for path in sorted((tmp_path / f"csv{number}").iterdir()))
        seen.add((result.stdout, out.read_bytes(), tables))
    assert len(seen) == 1


def test_where_the_folder_lies_and_how_it_was_filled_change_no_byte(folder: Path, tmp_path: Path) -> None:
    """The files copied in another order, into a folder of another depth; the summary stands where it stood beside it."""
    files = [p for p in sorted(folder.rglob("*"), reverse=True) if p.is_file()]
    there = tmp_path / "tiefer" / folder.name
    for path in files:
        copy = there / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    one = scorecard.consolidate(folder).save(folder.parent / "汇总.xlsx")
    other = scorecard.consolidate(there).save(there.parent / "汇总.xlsx")
    assert one.read_bytes() == other.read_bytes()
