"""Whatever is broken in a workbook: no crash, no hang, no harm to the file that came in.

A sample runs every time; the full count in `make soak` (docs/evidence).
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import scorecard
from scorecard.errors import ScorecardError
from tests.guarantees.mutants import mutant
from workbooks.build import load, plain_form

ROOT = Path(__file__).resolve().parents[2]
SAMPLE, FULL, BATCH = 24, 10_000, 100
# Not a measure of speed: a small form that takes so many seconds of the processor will not end. Of the processor, because
# a machine may be busy, or asleep.
_ENDLESS = 30


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Forms as built, a filled plain one, and the same with functions embedded."""
    folder = tmp_path_factory.mktemp("sources")
    plain = folder / "plain.xlsx"
    plain.write_bytes(plain_form(load("001"), actuals=True, as_printed=True, period="2026Q3", person="张三"))
    scorecard.embed(plain, folder / "udf.xlsx", formulas="udf", period="季度")
    scorecard.embed(plain, folder / "native.xlsx", period="季度")
    built = sorted((ROOT / "workbooks").glob("*.xlsx"))
    return [path.read_bytes() for path in (*sorted(folder.glob("*.xlsx")), built[0], built[1], built[-1])]


@contextmanager
def ends(what: str) -> Iterator[None]:
    """Fails what does not end. Only where the system can interrupt a process."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"no end: {what}")

    if not hasattr(signal, "setitimer"):
        yield
        return
    old = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _ENDLESS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def survives(data: bytes, folder: Path, seed: int) -> dict[str, str]:
    """What each action came to: "done", or the name of its refusal."""
    path, copy, out = folder / "客服部.xlsx", folder / "copy.xlsx", folder / "out.xlsx"
    path.write_bytes(data)
    shutil.copyfile(path, copy)
    actions = {
        "inspect": lambda: scorecard.inspect(path),
        "check": lambda: scorecard.check(path),
        "embed": lambda: scorecard.embed(path, out, overwrite=True),
        "recalculate": lambda: scorecard.recalculate(copy),
        "consolidate": lambda: scorecard.consolidate([path], processes=1),
    }
    outcome = {}
    for name, action in actions.items():
        with ends(f"{name}, seed {seed}"):
            try:
                action()
                outcome[name] = "done"
            except ScorecardError as refusal:
                assert refusal.text("zh") and refusal.text("en"), (name, seed)
                outcome[name] = type(refusal).__name__
            except Exception as crash:
                raise AssertionError(f"{name} crashed on seed {seed}: {crash!r}") from crash
        assert path.read_bytes() == data, f"{name} changed its input, seed {seed}"
    left = {entry.name for entry in os.scandir(folder)} - {path.name, copy.name, out.name}
    assert not left, f"left behind, seed {seed}: {left}"
    out.unlink(missing_ok=True)
    return outcome


def test_a_sample_of_damaged_workbooks(sources: list[bytes], tmp_path: Path) -> None:
    outcomes = [survives(mutant(sources, seed), tmp_path, seed) for seed in range(SAMPLE)]
    # The damage must be such that some still work and some do not, or this shows nothing.
    for action in outcomes[0]:
        seen = {outcome[action] for outcome in outcomes}
        # A summary is always made: what cannot be taken is set aside in it.
        assert seen == {"done"} if action == "consolidate" else {"done"} < seen, action


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(FULL // BATCH))
def test_ten_thousand_damaged_workbooks(batch: int, sources: list[bytes], tmp_path: Path) -> None:
    harmed = []
    for seed in range(1_000_000 + batch * BATCH, 1_000_000 + (batch + 1) * BATCH):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            survives(mutant(sources, seed), folder, seed)
        except AssertionError as harm:
            # One must not hide the others of its batch: a run takes hours.
            harmed.append(harm)
        shutil.rmtree(folder)
    if harmed:
        raise ExceptionGroup(f"{len(harmed)} of {BATCH}", harmed)
