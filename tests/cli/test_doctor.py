"""`scorecard doctor`: what it says with and without programs and packages."""

from __future__ import annotations

import configparser
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from scorecard import hosts
from tests.cli.runner import ROOT, scorecard

# For those who work on this package, or run a server of their own.
OF_DEVELOPERS = {"test", "lint", "build", "docs", "pictures", "mutants", "server"}


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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_extras_of_users_are_told_each_with_its_use(lang: str) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert set(setup["options.extras_require"]) == set(hosts.EXTRAS) | OF_DEVELOPERS
    shown = scorecard("doctor", lang=lang).out
    for extra, use in hosts.EXTRAS.items():
        assert re.search(rf"[✓–] {extra}(：|: ){re.escape(use.text(lang))}", shown)
    assert not any(re.search(rf"[✓–] {extra}\b", shown) for extra in OF_DEVELOPERS)


@pytest.mark.parametrize(
    ("stated", "version", "words"),
    [
        ("[Bootstrap]\nProductKey=LibreOffice 25.2\n", "25.2", "scorecard addin libreoffice"),
        ("[Bootstrap]\nProductKey=LibreOffice 7.6\n", "7.6", "please update"),
        (None, None, "scorecard addin libreoffice"),
    ],
)
def test_the_version_of_libreoffice_stands_beside_it(
    stated: str | None, version: str | None, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "soffice").write_text("")
    if stated is not None:
        (tmp_path / "bootstraprc").write_text(stated)
    monkeypatch.setenv("SOFFICE", str(tmp_path / "soffice"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("APPDATA", str(tmp_path))
    (office,) = (h for h in scorecard("doctor", "--json").json["hosts"] if h["name"] == "LibreOffice")
    assert office["version"] == version and words in office["use"]


def test_a_memory_that_cannot_be_kept_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCORECARD_CACHE", str(tmp_path / "not yet" / "there"))
    assert "SCORECARD_CACHE" not in scorecard("doctor").out
    monkeypatch.setattr("os.access", lambda place, mode: Path(place) != tmp_path)
    assert "SCORECARD_CACHE" in scorecard("doctor").out


def test_an_installation_that_lacks_a_package_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.startswith("workbooks")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    run = scorecard("demo", "-o", tmp_path, lang="zh")
    assert run.status == 4
    assert "缺少 openpyxl；请运行 pip install scorecard-kpi" in run.complaint
    assert scorecard("doctor").status == 0
