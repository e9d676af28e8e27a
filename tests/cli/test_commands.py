"""Exit statuses, help and language: what every command has in common."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import typer
from rich.cells import cell_len

from scorecard.cli.commands import make_app
from scorecard.messages import LANGUAGES

from .books import classic_book, scored_list, tableless
from .runner import scorecard


class Node(NamedTuple):
    """A command or a group of the tree."""

    path: tuple[str, ...]
    command: Any


def tree(command: Any, path: tuple[str, ...] = ()) -> Iterator[Node]:
    yield Node(path, command)
    for name, child in getattr(command, "commands", {}).items():
        yield from tree(child, (*path, name))


# The whole of it, so that no command is forgotten here.
NODES = list(tree(typer.main.get_command(make_app())))
LANGS = pytest.mark.parametrize("lang", LANGUAGES)
HELP = pytest.mark.parametrize("node", NODES, ids=lambda node: " ".join(node.path) or "scorecard")


def parts(command: Any) -> tuple[set[str], int]:
    """The names of a command's options, and how many arguments it must be given."""
    parameters = command.params
    arguments = [p for p in parameters if p.param_type_name == "argument" and p.required]
    return {name for p in parameters for name in p.opts if name.startswith("-")}, len(arguments)


@HELP
@LANGS
def test_every_help_shows_examples_that_parse(node: Node, lang: str) -> None:
    shown = scorecard(*node.path, "--help", lang=lang)
    assert shown.status == 0 and shown.err == ""
    head, _, rest = shown.out.partition("例：\n" if lang == "zh" else "Example")
    examples = [shlex.split(line) for line in rest.splitlines() if line.startswith("    scorecard ")]
    assert examples, "no example"
    commands = {n.path: n.command for n in NODES}
    for program, *words in examples:
        # A group's example is one of its commands, and everything in it exists.
        path = tuple(itertools.takewhile(lambda word: not word.startswith("-"), words))
        deepest = max((p for p in commands if path[: len(p)] == p), key=len)
        assert program == "scorecard" and deepest[: len(node.path)] == node.path
        if hasattr(node.command, "commands"):
            assert len(deepest) > len(node.path)
        else:
            assert deepest == node.path
        options, needed = parts(commands[deepest])
        assert {word for word in words if word.startswith("-")} <= options
        assert len(words) - len(deepest) >= needed


@HELP
@LANGS
@pytest.mark.parametrize("columns", ["80", "60"])
def test_every_help_is_in_one_language_and_fits_the_terminal(
    node: Node, lang: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = scorecard(*node.path, "--help", lang=lang).out
    # Examples stay as they are typed.
    too_wide = [line for line in shown.splitlines() if cell_len(line) > int(columns)]
    assert all(line.startswith("    scorecard ") for line in too_wide)
    if columns == "80":
        assert not too_wide
    if lang == "zh":
        words = re.compile(r"Usage|Options|Commands|Arguments|required|default|Error|Show|help page|<\w+>|\{")
        assert not words.search(shown) and "用法：scorecard" in shown
    else:
        # Names of periods, sheets, columns and files are Chinese in any language; sentences are not.
        assert not re.search("[，。；：、（）“”]|[\u4e00-\u9fff]{7}", shown)


def test_without_arguments_the_commands_are_listed() -> None:
    shown = scorecard()
    assert shown.status == 2
    assert "inspect" in shown.out and shown.err == ""


def test_version() -> None:
    import scorecard as package

    assert scorecard("--version").out == f"scorecard {package.__version__}\n"


class TestStatus:
    def test_0_when_all_is_well(self, embedded: Path) -> None:
        for command in ("inspect", "explain", "recalc"):
            assert scorecard(command, embedded).status == 0

    def test_1_for_an_error_among_the_findings(self, tmp_path: Path) -> None:
        suspicious = classic_book(tmp_path / "a.xlsx")
        shown = scorecard("inspect", suspicious)
        assert shown.status == 1
        assert "a.xlsx!考核表!B9: " in shown.out and "[error-rate-target-100]" in shown.out

    @pytest.mark.parametrize(
        "arguments",
        [
            ("inspect",),
            ("inspect", "x.xlsx", "--foo"),
            ("inspekt", "x.xlsx"),
            ("embed", "x.xlsx", "--anchor", "sixty"),
            ("embed", "x.xlsx", "--anchor", "50"),
            ("embed", "x.xlsx", "--cap-score", "all"),
            ("embed", "FORM", "--formulas", "vba"),
            ("embed", "FORM", "-o", "y.xlsx", "--in-place"),
            ("convert", "x.xlsx"),
            ("convert", "FORM", "--formulas", "vba"),
            ("convert", "FORM", "--formulas", "udf"),
            ("recalc",),
            ("template", "new", "001"),
            ("template", "new", "nobody", "-o", "y.xlsx"),
            ("functions", "KPI_NOTHING"),
            ("excel", "new", "y.xlsx"),
            ("embed", "FORM", "--macros", "-o", "y.xlsx"),
            ("--lang", "fr", "inspect", "x.xlsx"),
            ("inspect", "FORM", "--rules"),
        ],
        ids=" ".join,
    )
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_2_for_wrong_usage_with_one_line(self, arguments: tuple[str, ...], lang: str, form: Path) -> None:
        shown = scorecard(*(form if a == "FORM" else a for a in arguments), lang="" if "--lang" in arguments else lang)
        assert shown.status == 2
        assert shown.out == ""
        assert len(shown.complaint) > 10

    def test_3_without_an_assessment_table(self, tmp_path: Path) -> None:
        path = tableless(tmp_path / "销售.xlsx")
        for arguments in (("inspect",), ("explain",), ("embed", "--dry-run")):
            shown = scorecard(*arguments, path)
            assert shown.status == 3
            assert shown.complaint.startswith("销售.xlsx!") and "no assessment table" in shown.complaint
            assert "make sure it is the right file, or say by --map" in shown.complaint

    def test_4_for_unusable_input(self, tmp_path: Path) -> None:
        for arguments in (("inspect",), ("explain",), ("embed",), ("convert", "--formulas", "udf"), ("recalc",)):
            shown = scorecard(*arguments, tmp_path / "没有.xlsx")
            assert shown.status == 4
            assert "没有.xlsx: no such file" in shown.complaint

    def test_a_rules_file_that_is_missing_is_wrong_usage(self, form: Path) -> None:
        shown = scorecard("embed", form, "--rules", "nowhere.toml")
        assert shown.status == 2 and "nowhere.toml" in shown.complaint


class TestLanguage:
    @pytest.mark.parametrize(
        ("env", "chinese"),
        [
            ({}, False),
            ({"LANG": "zh_CN.UTF-8"}, True),
            ({"LANG": "zh_CN.GBK"}, True),
            ({"LANG": "zh_TW.UTF-8", "LC_ALL": "en_US.UTF-8"}, False),
            ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, True),
            ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
            ({"LC_ALL": "en_US.UTF-8", "SCORECARD_LANG": "zh"}, True),
            ({"LANG": "zh_CN.UTF-8", "SCORECARD_LANG": "en"}, False),
        ],
    )
    def test_follows_the_environment(self, env: dict[str, str], chinese: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        assert ("找不到" in scorecard("inspect", "没有.xlsx", lang="").complaint) is chinese

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--lang", "zh", "inspect", "x.xlsx"),
            ("--lang=zh", "inspect", "x.xlsx"),
            ("inspect", "--lang", "zh", "x.xlsx"),
            ("inspect", "x.xlsx", "--lang=zh"),
        ],
        ids=" ".join,
    )
    def test_may_be_asked_for_anywhere(self, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
        assert "找不到" in scorecard(*arguments, lang="").complaint

    def test_an_earlier_choice_is_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
        scorecard("inspect", "x.xlsx", "--lang", "zh", lang="")
        assert "no such file" in scorecard("inspect", "x.xlsx", lang="").complaint

    def test_findings_and_tables_speak_it(self, tmp_path: Path) -> None:
        path = classic_book(tmp_path / "a.xlsx")
        zh, en = (scorecard("inspect", path, lang=lang).out for lang in ("zh", "en"))
        assert "错误：a.xlsx!考核表!B9: " in zh and "下一步" in zh
        assert "error: a.xlsx!考核表!B9: " in en and "Next: " in en

    def test_json_messages_speak_it(self, tmp_path: Path) -> None:
        path = classic_book(tmp_path / "a.xlsx")
        zh, en = (
            scorecard("inspect", path, "--json", lang=lang).json["findings"][0]["message"] for lang in ("zh", "en")
        )
        assert "差错类指标" in zh and "error rate" in en


class TestFolders:
    """`embed FOLDER` and `unembed`."""

    def test_a_folder_line_by_line(self, tmp_path: Path) -> None:
        folder = tmp_path / "部门"
        (folder / "二部").mkdir(parents=True)
        classic_book(folder / "一部.xlsx", {})
        classic_book(folder / "二部" / "甲.xlsx", {})
        (folder / "坏.xlsx").write_bytes(b"PK\3\4")
        (folder / "~$一部.xlsx").write_bytes(b"lock")
        shown = scorecard("embed", folder, "-o", tmp_path / "输出")
        assert shown.status == 1
        assert sorted(p.name for p in (tmp_path / "输出").rglob("*.xlsx")) == ["一部.xlsx", "甲.xlsx"]
        assert "3 workbooks: 2 done, 0 without a table, 1 unusable" in shown.out and "坏.xlsx" in shown.err
        assert scorecard("embed", folder, "-o", folder / "里面").status == 2
        files = scorecard("embed", folder, "--dry-run", "--json").json["files"]
        assert [bool(file["error"]) for file in files].count(True) == 1 and all(f["output"] is None for f in files)

    def test_what_to_do_about_items_without_a_rule_is_told(self, tmp_path: Path) -> None:
        bare = scored_list(tmp_path / "a.xlsx")
        shown = scorecard("embed", bare, "-o", tmp_path / "b.xlsx", lang="zh")
        assert "[rule-missing]" in shown.out and "用 --rules 给出" in shown.out
        ruled = scorecard("embed", classic_book(tmp_path / "c.xlsx", {}), "-o", tmp_path / "d.xlsx", lang="zh")
        assert "[rule-missing]" not in ruled.out and "用 --rules 给出" not in ruled.out

    def test_outputs_that_exist_are_told_and_counted_apart(self, tmp_path: Path) -> None:
        folder, out = tmp_path / "部门", tmp_path / "输出"
        folder.mkdir()
        for name in ("甲", "乙"):
            classic_book(folder / f"{name}.xlsx", {})
        out.mkdir()
        (out / "甲.xlsx").write_bytes(b"mine")
        shown = scorecard("embed", folder, "-o", out, lang="zh")
        assert shown.status == 1 and shown.err == "" and (out / "甲.xlsx").read_bytes() == b"mine"
        assert f"甲.xlsx: 已存在，未覆盖 → {out / '甲.xlsx'}" in shown.out.replace("\n", "")
        assert "2 个工作簿：1 个已处理，0 个没有考核表，0 个不能用" in shown.out
        assert "1 个的输出已存在，未覆盖；要覆盖请加 --force" in shown.out
        again = scorecard("embed", folder, "-o", out)
        assert again.status == 2 and "2 outputs exist already and were not overwritten; use --force" in again.out
        (folder / "坏.xlsx").write_bytes(b"PK\3\4")
        assert scorecard("embed", folder, "-o", out).status == 1
        assert scorecard("embed", folder, "-o", out, "--force").status == 1 and (out / "甲.xlsx").read_bytes() != b"mine"

    def test_unembed_writes_what_was_there(self, tmp_path: Path) -> None:
        path = classic_book(tmp_path / "a.xlsx", {})
        assert scorecard("embed", path, "-o", tmp_path / "b.xlsx").status in (0, 1)
        shown = scorecard("unembed", tmp_path / "b.xlsx", "-o", tmp_path / "c.xlsx")
        assert shown.status == 0 and "cells restored" in shown.out
        before, after = (openpyxl.load_workbook(p)["考核表"] for p in (path, tmp_path / "c.xlsx"))
        assert [[c.value for c in row] for row in before.iter_rows(max_row=20, max_col=14)] == [
            [c.value for c in row] for row in after.iter_rows(max_row=20, max_col=14)
        ]
        assert scorecard("unembed", path).status == 2

    def test_folders_in_which_there_is_little_to_do(self, tmp_path: Path) -> None:
        bad, other = tmp_path / "坏", tmp_path / "别的"
        bad.mkdir()
        other.mkdir()
        (bad / "a.xlsx").write_bytes(b"PK\3\4")
        tableless(other / "销售.xlsx")
        assert scorecard("embed", bad, "-o", tmp_path / "1").status == 4
        shown = scorecard("embed", other, "-o", tmp_path / "2", lang="zh")
        assert shown.status == 3 and "销售.xlsx" in shown.out and shown.err == ""
        (other / "a.xlsx").write_bytes(b"PK\3\4")
        assert scorecard("embed", other, "-o", tmp_path / "3").status == 1
        both = scorecard("embed", other, "--in-place", "-o", tmp_path / "4")
        assert both.status == 2 and "in-place" in both.complaint

    def test_old_formats_need_a_word(self, tmp_path: Path) -> None:
        (tmp_path / "旧.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
        shown = scorecard("embed", tmp_path / "旧.xls")
        assert shown.status == 4 and "--convert" in shown.err
