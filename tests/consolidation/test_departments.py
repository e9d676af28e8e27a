"""Generated departments: every planted fault is found, every sound card is taken, every total is right."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

import scorecard
from scorecard.workbook.checkup.codes import codes
from tests.consolidation.departments import FAULTS, Folder, make_folder, roster

# As the default grade table has them.
GRADES = (("优", 90), ("良", 80), ("中", 70), ("及格", 60))
QUICK = range(4)
SOAK = range(1000, 1200)


def problems(folder: Folder, done: scorecard.Consolidation) -> list[str]:
    """Everything that is not as it must be."""
    expected, wrong = folder.expected, []
    cards = done.cards
    taken = {}
    for p in done.people[done.people["status"] == "ok"].itertuples():
        if (p.department, p.person) in taken:
            wrong.append(f"{p.department} {p.person} twice")
        taken[p.department, p.person] = p.computed, p.total, p.grade
    for who, exact in expected.sound.items():
        # Half a hundredth goes up; 89.995 is 90.00 and 优.
        total = math.floor(exact * 100 + Fraction(1, 2)) / 100
        grade = next((label for label, least in GRADES if total >= least), "差")
        if who not in taken:
            wrong.append(f"{who} was not taken: {float(exact)}")
        elif abs(taken[who][0] - float(exact)) > 1e-9 or taken[who][1:] != (total, grade):
            wrong.append(f"{who}: {taken[who]} instead of {float(exact)}, {total}, {grade}")
    wrong += [f"{who} should not be taken" for who in taken if who not in expected.sound]
    quarantine = {(q.file, q.code) for q in done.quarantine.itertuples()}
    files = {file for file, _ in quarantine}
    for file, code in expected.codes:
        if (file, code) not in quarantine and not (code == "*" and file in files):
            wrong.append(f"{file} should be in the quarantine as {code}: {sorted(c for f, c in quarantine if f == file)}")
    wrong += [f"{file} is in the quarantine as {code}" for file, code in quarantine
              if file not in {f for f, _ in expected.codes}]  # fmt: skip
    findings = {(f.file, f.code) for f in done.findings.itertuples()}
    wrong += [f"no finding {code} for {file}" for file, code in expected.findings if (file, code) not in findings]
    for (file, _), status in expected.statuses.items():
        found = list(cards.loc[cards["file"] == file, "status"])
        if found != [status]:
            wrong.append(f"{file}: {found} instead of {status}")
    missing = {person for person, _, _ in done.missing}
    if expected.missing - missing:
        wrong.append(f"missing: {missing} instead of {expected.missing}")
    return wrong


@pytest.mark.parametrize("seed", QUICK)
def test_a_department_folder(seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK)
def test_many_department_folders(seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path)


def check(seed: int, tmp_path: Path) -> None:
    size = Random(f"size {seed}").randrange(3, 61 if seed >= 1000 else 16)
    folder = make_folder(tmp_path / "部门", seed, size)
    listed = roster(folder, tmp_path / "花名册.xlsx")
    done = scorecard.consolidate(folder.root, roster=listed, processes=1)
    assert done.period == "2026Q3"
    wrong = problems(folder, done)
    assert not wrong, "\n".join(wrong)


def test_every_code_is_explained(tmp_path: Path) -> None:
    """All faults at once: `--explain` knows whatever is found."""
    folder = Folder(tmp_path / "部门", Random(3))
    for fault in FAULTS:
        fault(folder)
    (folder.root / "说明.docx").write_bytes(b"")
    done = scorecard.consolidate(folder.root, roster=roster(folder, tmp_path / "花名册.xlsx"), processes=1)
    assert not problems(folder, done)
    found = {*done.findings["code"], *done.quarantine["code"]}
    assert {
        "same-file", "duplicate-person", "transfer", "two-positions", "staff-id-shared", "staff-id-number", "same-name",
        "person-missing", "not-submitted", "lock-file", "other-period", "format-unread", "file-unreadable",
        "period-differs", "person-differs", "not-a-workbook",
    } <= found  # fmt: skip
    assert found <= codes().keys()
