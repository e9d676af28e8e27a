"""The walk-throughs of the documents, run line by line as their reader would, in a folder with such files."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest
import typer

from scorecard.cli.commands import make_app
from scorecard.consolidation.hierarchy import load_hierarchy
from scorecard.definitions import load_definition
from scorecard.workbook.embed import embed
from scorecard.workbook.mapping import Mapping
from scorecard.workbook.package import Package
from scorecard.workbook.vocabulary import Vocabulary
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


def everywhere() -> list[tuple[str, str]]:
    """Every command line in every page: in blocks, and in a sentence between backticks."""
    found = []
    for page in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        blocks = [line for _, block in BLOCK.findall(text) for line in block.splitlines()]
        spoken = re.findall(r"`(scorecard [^`]+)`", re.sub(r"\s*\n\s*", " ", text.replace("```", "")))
        found += [(page.name, line.strip()) for line in (*blocks, *spoken) if re.match(r" *scorecard [a-z-]", line)]
    return sorted(set(found))


@pytest.mark.parametrize(("page", "line"), everywhere())
def test_every_command_that_is_named_exists(page: str, line: str) -> None:
    words = re.split(r"\s+", re.split(r"  +|\s#|\s>|\s\|", line)[0])[1:]
    tree, command = [], typer.main.get_command(make_app())
    while words and not words[0].startswith("-"):
        child = getattr(command, "commands", {}).get(words[0].strip(",.;:…"))
        if child is None:
            break
        tree, command, words = [*tree, words[0]], child, words[1:]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "--lang"}
    if not tree:
        known |= {"--version", "--install-completion", "--show-completion"}
        assert not words or words[0].startswith(("-", "…")), f"no such command: {line}"
    named = {word.strip("`,.;:)").split("=")[0].split("|")[0] for word in words if word.startswith("-")}
    assert named <= known, f"{page}: {line}"


def blocks(language: str) -> list[tuple[str, str]]:
    """The blocks of that language in every page, with the page's name."""
    pages = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
    return [
        (page.name, block)
        for page in pages
        for name, block in BLOCK.findall(page.read_text(encoding="utf-8"))
        if name == language and ">>> " not in block
    ]


@pytest.mark.parametrize(("page", "block"), blocks("python"))
def test_python_without_results_runs(page: str, block: str, desk: Path) -> None:
    """With what such a page speaks of in the folder; `scorecard` is imported at the top of it."""
    (desk / "部门").rename(desk / "部门表")
    shutil.copytree(desk / "部门表", desk / "部门")
    roster = openpyxl.Workbook()
    for row in (("姓名", "部门"), ("李四", "客户服务部"), ("赵六", "客户服务部")):
        roster.active.append(row)
    roster.save(desk / "花名册.xlsx")
    (desk / "my.toml").write_text('[header.weight]\nterms = ["占分比"]\n', encoding="utf-8")
    exec(compile(f"import scorecard\n{block}", page, "exec"), {})


@pytest.mark.parametrize(("page", "block"), blocks("toml"))
def test_toml_is_understood(page: str, block: str, tmp_path: Path) -> None:
    path = tmp_path / "例.toml"
    path.write_text(block, encoding="utf-8")
    if page == "definitions.md":
        definition = load_definition(path)
        assert definition.kpis or definition.indicators or definition.settings
    elif "[[node]]" in block:
        assert [node.name for node in load_hierarchy(path)] == re.findall('^name = "(.+)"', block, re.MULTILINE)
    elif "[[table]]" in block:
        assert Mapping.parse(str(path)).tables
    else:
        Vocabulary.load(path)


def test_both_readmes_say_the_same() -> None:
    english, chinese = (commands(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese
