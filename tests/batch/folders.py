"""Folders of workbooks for batches, small ones and many."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.runner import interruptible
from tests.workbook.raw import cell, raw_workbook
from tests.workbook.test_engine import formula

ROOT = Path(__file__).resolve().parents[2]


@functools.cache  # the same bytes every time, though the zip has the time in it
def book(number: int = 1, *, stale: bool = True, more: str = "") -> bytes:
    """A small workbook: an input, twice and three times it; the values are those of another input when stale."""
    old = 0 if stale else 1
    return raw_workbook(
        {
            "S": cell("A1", f"<v>{number}</v>")
            + cell("B1", formula("A1*2", number * 2 * old))
            + cell("C1", formula("A1*3", number * 3 * old))
            + more
        }
    )


def filled(folder: Path, count: int) -> Path:
    """A folder and a folder in it with stale workbooks, no two alike."""
    for number in range(count):
        place = folder / ("下级" if number % 3 == 0 else ".") / f"表 {number:04}.xlsx"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(book(number + 1))
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder by its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def started(*arguments: object, cache: Path, **options: object) -> subprocess.Popen[str]:
    """`scorecard recalc …` as a process of its own group, not waited for."""
    environment = {**os.environ, "SCORECARD_CACHE": str(cache), "SCORECARD_LANG": "en", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "scorecard", "recalc", *map(str, arguments)],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=interruptible, **options,
    )  # fmt: skip  # type: ignore[call-overload]
