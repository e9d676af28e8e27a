"""Each code: found in the smallest workbook that has the fault, not found in the same workbook without it."""

from __future__ import annotations

from pathlib import Path

import pytest

import scorecard
from scorecard.findings import Finding
from scorecard.workbook.checkup import codes

from .books import CASES, FORMS, Case, write

# What a file that no spreadsheet program has computed always says.
UNCOMPUTED = {"missing-cache"}


def found(path: Path) -> list[Finding]:
    return list(scorecard.check(path).findings)


@pytest.fixture(scope="module", params=FORMS)
def clean(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("clean") / "客服部.xlsx", request.param)


def test_a_clean_form_has_no_findings(clean: Path) -> None:
    assert [(f.code, f.where, f.message.zh) for f in found(clean) if f.code not in UNCOMPUTED] == []


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_the_fault_is_found_where_it_is(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / case.file, case.form, case.cells, case.edit)
    everything = found(path)
    mine = [f for f in everything if f.code == case.code and f.cell.split(",")[0].split(":")[0] == case.cell]
    assert len(mine) == 1, everything
    assert all(word in mine[0].message.zh for word in case.words), mine[0].message.zh
    assert mine[0].severity == (case.severity or codes()[case.code].severity)
    assert mine[0].message.en and mine[0].message.en != mine[0].message.zh
