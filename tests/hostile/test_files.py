"""Files made to hurt: both commands end within limits, with a status of ours and at most one line of complaint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.files import FILES

# Memory of the data segment and processor time that all files of one run may take together.
MEGABYTES, SECONDS = 1500, 60
# What may be worth refusing, but is no reason to: the table in it is read.
READ = {
    "nested-in-the-sheet", "nested-in-styles", "nested-in-workbook", "many-merges", "absurd-dimension", "far-corner",
    "long-text", "long-header", "odd-numbers", "odd-weights", "odd-scores", "painted-rows", "tall-table", "many-styles",
    "many-names", "circular-names", "deep-formula", "deep-calls", "long-formula", "long-total", "formula-chain",
    "circular-formulas", "whole-sheet-formula", "shared-formulas", "array-everywhere", "many-conditions",
    "one-huge-string",
}  # fmt: skip
# No table, or none that is left.
NOTHING = {
    "merged-columns", "merged-everything", "merged-rows", "wide-header", "wide-headers", "tall-headers",
    "traversing-target", "missing-target", "sheet-is-the-workbook", "sheet-is-the-relations", "no-relations",
    "several-thousand-sheets",
}  # fmt: skip
# Seconds each; the others take a fraction of one.
SLOW = {
    "merged-rows", "many-merges", "wide-header", "wide-headers", "tall-headers", "tall-table", "painted-rows", "long-header",
    "many-sheets", "many-tabs-one-part", "several-thousand-sheets", "huge-strings", "one-huge-string", "many-styles",
    "many-names", "formula-chain", "shared-formulas", "many-conditions", "many-small-bombs", "bomb-in-the-sheet", "zip-bomb",
    "nested-in-workbook", "long-text", "array-everywhere", "long-total", "whole-sheet-formula", "deep-calls", "deep-formula",
    "long-formula",
}  # fmt: skip


def outcomes(names: list[str], folder: Path) -> list[dict[str, object]]:
    """What the commands made of files, all in one process under limits."""
    paths = []
    for name in names:
        path = folder / f"{name}.xlsx"
        path.write_bytes(FILES[name]())
        paths.append(str(path))
    command = [sys.executable, "-m", "tests.hostile.driver", str(MEGABYTES), str(SECONDS), "inspect,embed", str(folder)]
    done = subprocess.run([*command, *paths], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-500:]} after {done.stdout[-500:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def wrong(outcome: dict[str, object]) -> str:
    """What is not as it should be; "" if nothing."""
    name, status, lines = str(outcome["file"]), outcome["status"], outcome["lines"]
    assert isinstance(lines, list)
    allowed = {0, 1, 4} if name in READ else {3} if name in NOTHING else {4}
    if outcome["problem"] or status not in allowed or len(lines) > (status in (3, 4)):
        return f"{outcome}"
    if status == 4 and (outcome["left"] or not lines or name not in lines[0]):
        return f"{outcome}"
    return ""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are set through `resource`")
def test_files_made_to_hurt_end_in_one_line(tmp_path: Path) -> None:
    names = [name for name in FILES if name not in SLOW]
    done = outcomes(names, tmp_path)
    assert [o["file"] for o in done] == [name for name in names for _ in range(2)]
    assert not list(filter(None, map(wrong, done)))


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(SLOW))
def test_large_files_made_to_hurt(name: str, tmp_path: Path) -> None:
    done = outcomes([name], tmp_path)
    assert len(done) == 2 and not list(filter(None, map(wrong, done)))


def test_the_lists_above_name_files() -> None:
    assert not (READ | NOTHING | SLOW) - set(FILES) and not READ & NOTHING
