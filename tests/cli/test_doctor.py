"""`scorecard doctor`: what it says with and without programs and packages."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from scorecard import hosts
from tests.cli.runner import scorecard


def test_tells_what_is_here_and_what_to_do_next() -> None:
    run = scorecard("doctor", lang="zh")
    assert run.status == 0 and run.err == ""
    for words in ("在哪里能算", "Excel", "WPS", "LibreOffice", "scorecard recalc", "下一步", "scorecard demo"):
        assert words in run.out


def test_document_names_installed_versions() -> None:
    document = scorecard("doctor", "--json").json
    assert document["schema"] == 1
    for package in document["packages"]:
        assert package["version"] == version(package["name"])
    assert [h["name"] for h in document["hosts"]] == ["Excel", "WPS", "LibreOffice", "scorecard recalc"]
    assert document["hosts"][-1]["found"] == sys.executable


def test_a_missing_package_is_named_and_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["openpyxl>=3.1.3", "no-such-thing>=1", 'no-such-extra-thing; extra == "sql"']
    monkeypatch.setattr(hosts, "requires", lambda name: lines)
    run = scorecard("doctor")
    assert run.status == 1
    assert "missing no-such-thing" in run.out and 'pip install "scorecard-kpi[sql]"' in run.out


def test_libreoffice_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text("")
    monkeypatch.setenv("SOFFICE", str(program))
    assert hosts.find_libreoffice() == program
    monkeypatch.setenv("SOFFICE", str(tmp_path / "gone"))
    assert hosts.find_libreoffice() != tmp_path / "gone"


def test_a_folder_without_write_permission_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.access", lambda place, mode: Path(place) != tmp_path)
    assert str(tmp_path) in scorecard("doctor").out.replace("\n", "")
