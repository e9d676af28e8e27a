"""The walk-throughs of the documents, run line by line as their reader would, in a folder with such files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from scorecard.workbook.embed import embed
from scorecard.workbook.package import Package
from tests.cli.runner import scorecard
from workbooks.build import load, plain_form

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("start-*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

# 1: there is something to report in these tables, on purpose.
FINE = {0, 1}


def commands(page: Path) -> list[list[str]]:
    """The command lines in the page's blocks, without their comments; `demo` has tests of its own."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    lines = (line for language, block in blocks if not language for line in block.splitlines())
    found = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("scorecard ")]
    return [words for words in found if words != ["demo"]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 客服部.xlsx as people have it, and 部门 with what a department sent in."""
    plain = plain_form(load("001"), actuals=True, as_printed=True, period="2026Q3", person="张三")
    Package.open(plain).save(tmp_path / "客服部.xlsx")
    (tmp_path / "部门").mkdir()
    for person in ("李四", "王五"):
        form = plain_form(load("001"), actuals=True, as_printed=True, period="2026Q3", person=person)
        Package.open(form).save(tmp_path / "部门" / f"{person}.xlsx")
        embed(tmp_path / "部门" / f"{person}.xlsx", in_place=True, period="季度")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_line_works(page: Path, desk: Path) -> None:
    lines, lang = commands(page), "en" if page.name == "README.md" else "zh"
    assert len(lines) >= 3
    for words in lines:
        run = scorecard(*words, lang=lang)
        assert run.status in FINE, (words, run.err)
        assert "Traceback" not in run.err


def test_both_readmes_say_the_same() -> None:
    english, chinese = (commands(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese
