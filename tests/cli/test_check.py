"""`scorecard check`: what it prints, in both languages and as data, what it writes, and its exit status."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.cells import cell_len

from tests.checkup.books import write

from .books import UNUSABLE, classic_book, tableless
from .runner import process, scorecard


def test_a_clean_form(tmp_path: Path) -> None:
    run = scorecard("check", write(tmp_path / "表.xlsx", "plain"), lang="zh")
    assert (run.status, run.err) == (0, "") and "表.xlsx：1 张考核表，没有发现问题" in run.out


@pytest.mark.parametrize(("lang", "words"), [("zh", "错误 1"), ("en", "error 1")])
def test_findings_stand_by_sheet_with_their_codes(lang: str, words: str, tmp_path: Path) -> None:
    run = scorecard("check", write(tmp_path / "表.xlsx", "plain", {"E8": 0.1, "C7": "98%"}), lang=lang)
    assert run.status == 1 and words in run.out
    lines = run.out.splitlines()
    assert lines.index("  考核表") < next(i for i, line in enumerate(lines) if "[weights-sum]" in line)
    assert any("[text-number] ✎" in line and "C7" in line for line in lines)
    assert any(line.startswith("  scorecard check") and "--fix text-number --dry-run" in line for line in lines)


def test_a_terminal_of_80_columns(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "客服部.xlsx")
    run = process("--lang", "zh", "check", path, TERM="xterm", FORCE_COLOR="1", COLUMNS="80")
    shown = [
        line for line in run.stdout.splitlines() if not line.strip("\x1b[0123456789;m ").startswith("scorecard check")
    ]
    assert max(cell_len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in shown) <= 80


def test_json(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"C7": "98%", "E8": 0.1})
    run = scorecard("check", path, "--json")
    document = run.json
    assert run.status == 1 and document["schema"] == 1
    assert document["files"] == [{"file": str(path), "tables": 1}]
    assert document["counts"] == {"error": 1, "warning": 0, "info": 1}
    by_code = {found["code"]: found for found in document["findings"]}
    assert by_code["weights-sum"]["fix"] is None and by_code["weights-sum"]["cell"] == "考核表!E6"
    assert by_code["text-number"]["fix"]["edits"] == [
        {"cell": "考核表!C7", "value": 0.98, "formula": None, "what": 'text "98%" to the number 98%'}
    ]


def test_lines_are_for_scripts(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"E8": 0.1})
    run = scorecard("check", path, "--lines", lang="zh")
    assert run.status == 1
    assert run.out == f"error\t{path}\t考核表\tE6\tweights-sum\t权重合计 90%，应为 100%\n"


def test_only_the_codes_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"E8": 0.1, "C7": "98%"})
    run = scorecard("check", path, "--code", "text-number", "--lines")
    assert run.status == 0 and run.out.count("\n") == 1 and "text-number" in run.out


def test_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "部门" / "甲.xlsx", "plain", {"E8": 0.1})
    write(tmp_path / "部门" / "乙.xlsx", "plain")
    (tmp_path / "部门" / "坏.xlsx").write_bytes(b"nothing")
    run = scorecard("check", tmp_path / "部门", lang="zh")
    assert run.status == 1 and "共 2 个工作簿：错误 1" in run.out
    assert run.complaint.startswith(str(tmp_path / "部门" / "坏.xlsx"))
    assert {found["code"] for found in scorecard("check", tmp_path / "部门", "--json").json["findings"]} == {
        "weights-sum", "unusable-file"}  # fmt: skip


def test_without_a_table(tmp_path: Path) -> None:
    run = scorecard("check", tableless(tmp_path / "销售.xlsx"), lang="zh")
    assert run.status == 3 and "没有找到考核表" in run.complaint


@pytest.mark.parametrize("name", ["not a zip", "xls", "encrypted", "missing", "broken xml"])
def test_an_unusable_file(name: str, tmp_path: Path) -> None:
    make, file = UNUSABLE[name]
    run = scorecard("check", make(tmp_path / file), "--json")
    assert run.status == 4 and len(run.err.splitlines()) == 1
    assert run.json["findings"][0]["code"] == "unusable-file"


def test_fix_and_sheet(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"C7": "98%"})
    dry = scorecard("check", path, "--fix", "text-number", "--dry-run", lang="zh")
    assert dry.status == 0 and "考核表!C7" in dry.out and "没有写文件" in dry.out
    assert [p.name for p in tmp_path.iterdir()] == ["表.xlsx"]
    run = scorecard("check", path, "--fix", "text-number", "--sheet", "-o", tmp_path / "出" / "改.xlsx", lang="zh")
    assert run.status == 0 and "修改 1 格" in run.out and "没有问题" in run.out
    book = load_workbook(tmp_path / "出" / "改.xlsx")
    assert book["考核表"]["C7"].value == 0.98 and book.sheetnames == ["考核表", "体检"]
    again = scorecard("check", path, "--sheet", "-o", tmp_path / "出" / "改.xlsx")
    assert again.status == 2 and "--force" in again.complaint or "force" in again.complaint
    document = scorecard("check", path, "--fix", "text-number", "--dry-run", "--json").json
    assert document["files"][0]["edits"][0]["cell"] == "考核表!C7" and document["files"][0]["output"] is None


def test_a_folder_is_fixed_into_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "部门" / "一组" / "甲.xlsx", "plain", {"C7": "98%"})
    write(tmp_path / "部门" / "甲.xlsx", "plain", {"C7": "97%"})
    run = scorecard("check", tmp_path / "部门", "--fix", "text-number", "-o", tmp_path / "出")
    assert run.status == 0, run.err
    written = sorted(str(p.relative_to(tmp_path / "出")) for p in (tmp_path / "出").rglob("*.xlsx"))
    assert written == ["一组/甲.xlsx", "甲.xlsx"]
    assert load_workbook(tmp_path / "出" / "一组" / "甲.xlsx")["考核表"]["C7"].value == 0.98
    assert scorecard("check", tmp_path / "部门", "--sheet").status == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "workbook"),
        (("FILE", "--fix", "no-such-code"), "no-such-code"),
        (("FILE", "--fix", "error-rate-target-100"), "cannot be fixed"),
        (("FILE", "--code", "weight-sum"), "weights-sum"),
        (("FILE", "-o", "x.xlsx"), "--sheet"),
        (("FILE", "--dry-run"), "--fix"),
        (("FILE", "--fix", "text-number", "--code", "text-number"), "--code"),
        (("FILE", "--fix", "text-number", "--in-place", "-o", "x.xlsx"), "in-place"),
        (("--explain", "nothing-at-all"), "nothing-at-all"),
    ],
)
def test_what_contradicts_itself_is_refused(arguments: tuple[str, ...], word: str, tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain")
    run = scorecard("check", *(str(path) if a == "FILE" else a for a in arguments))
    assert run.status == 2 and word in run.complaint


def test_explain(tmp_path: Path) -> None:
    run = scorecard("check", "--explain", "weights-sum", lang="zh")
    assert run.status == 0 and "权重合计不是 100%" in run.out and "怎么办" in run.out
    listed = scorecard("check", "--explain", "all", "--json").json["codes"]
    assert len(listed) > 80 and {"code", "why", "act", "severities"} <= set(listed[0])
