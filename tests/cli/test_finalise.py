"""`scorecard finalise` as a user has it."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from scorecard.workbook.embed import embed
from tests.cli.books import classic_book, scored_list, tableless
from tests.cli.runner import scorecard


def test_finalise_and_verify(tmp_path: Path) -> None:
    card = scored_list(tmp_path / "表.xlsx")
    run = scorecard("finalise", card, "--date", "2026-12-31", lang="zh")
    path = tmp_path / "表_定稿.xlsx"
    assert run.status == 0 and "总分 84" in run.out and "已定稿" in run.out and "2026-12-31" in run.out
    check = scorecard("finalise", "--verify", path, lang="zh")
    assert check.status == 0 and "没有改动" in check.out
    book = openpyxl.load_workbook(path)
    book["考核表"]["C3"] = 95
    book.save(path)
    check = scorecard("finalise", "--verify", path, lang="zh")
    assert check.status == 1 and "考核表!C3: 90 改成了 95" in check.out
    told = scorecard("finalise", "--verify", path, "--json")
    assert told.status == 1 and told.json["unchanged"] is False and told.json["schema"] == 1
    assert [(c["cell"], c["old"], c["new"]) for c in told.json["changes"]] == [("考核表!C3", "90", "95")]


def test_json(tmp_path: Path) -> None:
    run = scorecard("finalise", scored_list(tmp_path / "a.xlsx"), "--json", "-o", tmp_path / "o" / "b.xlsx")
    assert run.status == 0 and len(run.json["sha256"]) == 64 and (tmp_path / "o" / "b.xlsx").exists()


def test_refusals(tmp_path: Path) -> None:
    blank = scorecard("finalise", scored_list(tmp_path / "空.xlsx", {"C7": None}), lang="zh")
    assert blank.status == 1 and "没有填总分（按各项得分是 84）" in blank.complaint and "scorecard embed" in blank.complaint
    card = embed(classic_book(tmp_path / "a.xlsx", actuals=False), tmp_path / "b.xlsx").path
    run = scorecard("finalise", card, lang="zh")
    assert run.status == 1 and "未完成 0/11" in run.complaint and "--force" in run.complaint
    assert not (tmp_path / "b_定稿.xlsx").exists()
    assert scorecard("finalise", card, "--force").status in (0, 1) and (tmp_path / "b_定稿.xlsx").exists()
    again = scorecard("finalise", scored_list(tmp_path / "b.xlsx"), "-o", tmp_path / "b_定稿.xlsx", lang="zh")
    assert again.status == 2 and "--force" in again.complaint
    assert scorecard("finalise", tableless(tmp_path / "t.xlsx")).status == 3
    both = scorecard("finalise", "--verify", card, "--in-place", "--json")
    assert both.status == 2 and both.json["changes"] == []
    assert scorecard("finalise", "--verify", card, lang="zh").complaint.endswith(
        "没有定稿，无从核对；请给出 scorecard finalise 写出的文件"
    )
