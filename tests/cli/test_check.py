"""`scorecard check`: what it prints, in both languages and as data, what it writes, and its exit status."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.cells import cell_len

import scorecard as package
from scorecard.workbook.checkup import Checkup
from scorecard.workbook.mapping import Mapping
from scorecard.workbook.vocabulary import Vocabulary
from tests.checkup.books import write
from tests.libreoffice.office import Office

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
        (("FILE", "--sheet", "--password-file", "FILE"), "--password-file"),
        (("FILE", "--password-file", "no-such-file"), "password file"),
        (("FILE", "--map", "天气=G"), "天气"),
        (("--explain", "nothing-at-all"), "nothing-at-all"),
        (("--explain", "权重合计"), "did you mean weights-sum?"),
        (("FILE", "--code", "not-submitted"), "scorecard consolidate only"),
    ],
)
def test_what_contradicts_itself_is_refused(arguments: tuple[str, ...], word: str, tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain")
    run = scorecard("check", *(str(path) if a == "FILE" else a for a in arguments))
    assert run.status == 2 and word in run.complaint


def test_explain(tmp_path: Path) -> None:
    run = scorecard("check", "--explain", "weights-sum", lang="zh")
    assert run.status == 0 and "权重合计不是 100%" in run.out and "怎么办" in run.out
    of_people = scorecard("check", "--explain", "not-submitted", lang="zh")
    assert of_people.status == 0 and "催交" in of_people.out
    listed = scorecard("check", "--explain", "all", "--json").json["codes"]
    assert len(listed) > 80 and {"code", "why", "act", "severities"} <= set(listed[0])


# --- what a person says about the words, the columns and the password, and old formats --------------------------------

# Words that no list knows, for the header of the form: 考核指标, 目标值, 评分标准, 权重, 实际完成, 得分.
STRANGE = {"B5": "甲", "C5": "乙", "D5": "丙", "E5": "丁", "F5": "戊", "G5": "己"}
WORDS = """
[header.name]
terms = ["甲"]
[header.target]
terms = ["乙"]
[header.weight]
terms = ["丁"]
[header.actual]
terms = ["戊"]
[header.score]
terms = ["己"]
"""


def strange(path: Path) -> Path:
    return write(path, "plain", {**STRANGE, "E8": 0.1, "C7": "98%"})


def codes_of(found: Checkup) -> list[tuple[str, str]]:
    return [(f.code, f.cell) for f in found.findings if f.severity == "error"]


@pytest.mark.parametrize("way", ["--vocabulary", "--map"])
def test_strange_headers_are_checked_once_somebody_says_what_they_mean(way: str, tmp_path: Path) -> None:
    path = strange(tmp_path / "表.xlsx")
    assert scorecard("check", path).status == 3
    words = tmp_path / "词.toml"
    words.write_text(WORDS, "utf-8")
    columns = "指标=B,目标值=C,权重=E,实际完成=F,得分=G"
    said = ("--vocabulary", words) if way == "--vocabulary" else ("--map", columns)
    run = scorecard("check", path, *said, "--lines", lang="zh")
    assert run.status == 1 and "weights-sum\t权重合计 90%，应为 100%" in run.out
    extra = Vocabulary.load(words if way == "--vocabulary" else None)
    known = extra if way == "--vocabulary" else extra.mapped(Mapping.parse(columns))
    assert codes_of(package.check(path, vocabulary=known)) == [("weights-sum", "E6")]
    # Mending needs the same words: the text in the target column becomes a number.
    mended = tmp_path / "改.xlsx"
    assert scorecard("check", path, *said, "--fix", "text-number", "-o", mended).status == 1
    assert load_workbook(mended)["考核表"]["C7"].value == 0.98


def locked(path: Path, password: str) -> Path:
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = io.BytesIO(write(path, "plain", {"E8": 0.1, "C7": "98%"}).read_bytes())
    with path.open("wb") as stream:
        OOXMLFile(plain).encrypt(password, stream)
    return path


def test_an_encrypted_workbook_is_checked_with_its_password(tmp_path: Path) -> None:
    path = locked(tmp_path / "密.xlsx", "秘密")
    right, wrong = tmp_path / "pw", tmp_path / "pw2"
    right.write_text("秘密\n", "utf-8")
    wrong.write_text("别的\n", "utf-8")
    assert "--password-file" in scorecard("check", path).complaint
    assert scorecard("check", path, "--password-file", wrong).status == 4
    run = scorecard("check", path, "--password-file", right, lang="zh")
    assert run.status == 1 and "weights-sum" in run.out
    # Nothing is offered that cannot be written, and nothing is written.
    assert "[text-number]" in run.out and "✎" not in run.out
    assert codes_of(package.check(path, password="秘密")) == [("weights-sum", "E6")]
    refused = scorecard("check", path, "--fix", "text-number", lang="zh")
    assert refused.status == 4 and "去掉密码" in refused.complaint and len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("ending", ["xls", "et", "xlsx"])  # the last one only renamed
def test_an_old_format_is_checked_and_not_written(ending: str, office: Office, tmp_path: Path) -> None:
    [old] = office.convert(write(tmp_path / "新.xlsx", "plain", {"E8": 0.1, "C7": "98%"}), "xls", tmp_path / "old")
    path = tmp_path / "部门" / f"旧.{ending}"
    path.parent.mkdir()
    shutil.copyfile(old, path)
    run = scorecard("check", path, lang="zh")
    assert run.status == 1 and "权重合计 90%" in run.out and "[old-format]" in run.out and "✎" not in run.out
    assert codes_of(package.check(path)) == [("weights-sum", "E6")]
    assert codes_of(package.check(path.parent)) == [("weights-sum", "E6")]
    for option in (("--fix", "text-number"), ("--sheet",)):
        refused = scorecard("check", path, *option, lang="zh")
        assert refused.status == 4 and "另存为 .xlsx" in refused.complaint
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    # In a folder the others are mended, and this one is named.
    write(path.parent / "好.xlsx", "plain", {"C7": "98%"})
    mixed = scorecard("check", path.parent, "--fix", "text-number", "-o", tmp_path / "出", "--json")
    assert mixed.status == 1 and mixed.complaint.startswith(str(path))
    assert [p.name for p in (tmp_path / "出").iterdir()] == ["好.xlsx"]
    assert [(f["file"], f["code"]) for f in mixed.json["findings"]] == [(str(path), "unusable-file")]


def test_all_codes_stand_under_their_headings() -> None:
    listed = scorecard("check", "--explain", "all", "--json").json["codes"]
    shown = scorecard("check", "--explain", "all", lang="zh")
    assert shown.status == 0
    lines = [line.split() for line in shown.out.splitlines()]
    # A line for each code, with its severity, and a mark where it can be mended.
    assert all(any(code["code"] in line[1:2] for line in lines) for code in listed)
    assert any(line[0] == "错误" and line[1] == "weights-sum" for line in lines)
    assert "✎" in next(line for line in lines if "text-number" in line[1:2])[-1]
    assert "--fix" in scorecard("check", "--explain", "text-number").out


def test_mended_files_as_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"C7": "98%", "E8": 0.1})
    run = scorecard("check", path, "--fix", "text-number", "-o", tmp_path / "改.xlsx", "--lines")
    # What is left after mending; the sum of the weights still is not 100 %, so the status is 1.
    assert run.status == 1 and "weights-sum" in run.out and "text-number" not in run.out
    assert load_workbook(tmp_path / "改.xlsx")["考核表"]["C7"].value == 0.98


def test_nothing_of_a_folder_can_be_mended(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / "部门").mkdir(exist_ok=True)
        (tmp_path / "部门" / name).write_bytes(b"no workbook")
    checked = scorecard("check", tmp_path / "部门")
    assert checked.status == 4 and all(name in checked.err for name in ("a.xlsx", "b.xlsx"))
    mended = scorecard("check", tmp_path / "部门", "--fix", "text-number", "-o", tmp_path / "出")
    assert mended.status == 4 and all(name in mended.err for name in ("a.xlsx", "b.xlsx"))
    one = scorecard("check", tmp_path / "部门", "--fix", "text-number", "-o", tmp_path / "出.xlsx")
    assert one.status == 2 and "folder" in one.complaint
