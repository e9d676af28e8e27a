"""`scorecard diff` as a user has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.books import classic_book, scored_list, tableless
from tests.cli.runner import scorecard


def test_sentences_and_sum(tmp_path: Path) -> None:
    one = scored_list(tmp_path / "原稿.xlsx")
    # 90 → 95 at 40 % is +2; 80 → 75 at 30 % is -1.5
    two = scored_list(tmp_path / "申诉后.xlsx", {"C3": 95, "C4": 75, "C7": 84.5})
    run = scorecard("diff", one, two, lang="zh")
    assert run.status == 1 and "总分 84，等级 良 → 总分 84.5，等级 良（+0.5）" in run.out
    assert "1. 服务标准化执行：手工得分 90 → 95，得分 90 → 95：总分 +2" in run.out
    assert "2. 安装合格率：手工得分 80 → 75，得分 80 → 75：总分 −1.5" in run.out and "合计 0.5" in run.out
    english = scorecard("diff", one, two).out
    assert "typed score 90 → 95, score 90 → 95: total +2" in english and "add up to the difference" in english


def test_json(tmp_path: Path) -> None:
    one, two = scored_list(tmp_path / "1.xlsx"), scored_list(tmp_path / "2.xlsx", {"C3": 95, "C7": 86})
    run = scorecard("diff", one, two, "--json")
    (card,) = run.json["cards"]
    assert run.status == 1 and run.json["schema"] == 1 and (card["a"]["total"], card["b"]["total"]) == (84, 86)
    (change,) = card["changes"]
    assert (change["kind"], change["item"], change["effect"], change["alone"]) == ("score", "服务标准化执行", 2, 2)
    assert card["difference"] == pytest.approx(sum(c["effect"] for c in card["changes"]))


def test_no_change(tmp_path: Path) -> None:
    one = scored_list(tmp_path / "1.xlsx")
    run = scorecard("diff", one, one, lang="zh")
    assert run.status == 0 and "没有改动" in run.out


def test_folders(tmp_path: Path) -> None:
    for name, score in (("a", 90), ("b", 100)):
        (tmp_path / name).mkdir()
        scored_list(tmp_path / name / "甲.xlsx", {"C3": score, "C7": 84 if score == 90 else 88})
        scored_list(tmp_path / name / "乙.xlsx")
    classic_book(tmp_path / "b" / "丙.xlsx", sheet="客服")
    run = scorecard("diff", tmp_path / "a", tmp_path / "b", lang="zh")
    assert run.status == 1 and "总分 +4" in run.out and "1 张考核表没有改动" in run.out
    assert "只在第二个版本里：丙.xlsx!客服" in run.out


def test_mistakes(tmp_path: Path) -> None:
    one = scored_list(tmp_path / "1.xlsx")
    assert scorecard("diff", one, tmp_path).status == 2
    assert scorecard("diff", one, tableless(tmp_path / "t.xlsx")).status == 3
    gone = scorecard("diff", one, tmp_path / "x.xlsx", "--json")
    assert gone.status == 4 and gone.json["cards"] == [] and gone.json["findings"][0]["code"] == "unusable-file"
    assert scorecard("diff", one, lang="zh").status == 2
