"""`split`, `merge`, `year`, `team` and `template new --roster` as a user has them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.workbooks.test_evaluators import blank, quarters, roster, set_cells
from workbooks.evaluators import SLIP

from .runner import scorecard


def test_slips_out_and_in_again(tmp_path: Path) -> None:
    card, folder, output = blank(tmp_path, "004-8"), tmp_path / "评分", tmp_path / "合并.xlsx"
    done = scorecard("split", card, "-o", folder, lang="zh")
    slips = sorted(folder.glob("*.xlsx"))
    assert done.status == 0 and len(slips) > 1 and f"{len(slips)} 份评分单" in done.out
    assert all(str(slip) in done.out for slip in slips)
    assert f"scorecard merge {card} {folder}/*.xlsx" in done.out

    # Two people return theirs, one a score in it.
    mine, *_, late = slips
    set_cells(mine, {(SLIP, "G7"): 80})
    place = openpyxl.load_workbook(mine)[SLIP]["B7"].value
    merged = scorecard("merge", card, *[slip for slip in slips if slip != late], "-o", output, lang="zh")
    assert merged.status == 0 and "填入 1 格" in merged.out and str(output) in merged.out
    assert "还没有交回评分单" in merged.out
    assert openpyxl.load_workbook(output)["考核表"][place].value == 80


def test_slips_that_disagree_end_with_status_1_and_nothing_written(tmp_path: Path) -> None:
    card = blank(tmp_path, "004-8")
    assert scorecard("split", card, "-o", tmp_path / "s").status == 0
    slips = sorted((tmp_path / "s").glob("*.xlsx"))
    again = tmp_path / "again.xlsx"
    for path, score in ((slips[0], 80), (again, 90)):
        if path is again:
            again.write_bytes(slips[0].read_bytes())
        set_cells(path, {(SLIP, "G7"): score})
    done = scorecard("merge", card, *slips, again, "-o", tmp_path / "out.xlsx")
    assert done.status == 1 and "80" in done.err and "90" in done.err and "Nothing was written" in done.err
    assert not (tmp_path / "out.xlsx").exists()


def test_the_year(tmp_path: Path) -> None:
    first, second = quarters(tmp_path, 70, 75)
    done = scorecard("year", first, second, "-o", tmp_path / "年.xlsx", lang="zh")
    # Both quarters weigh the same: (70 + 75)/2; nothing else is there, so it is the whole.
    assert done.status == 0 and "第一季度：70，覆盖率 100%" in done.out and "年度总分 72.5" in done.out
    assert str(tmp_path / "年.xlsx") in done.out
    again = scorecard("year", first, second, "-o", tmp_path / "年.xlsx")
    assert again.status == 2 and "force" in again.complaint


def test_a_year_of_which_nothing_is_finished(tmp_path: Path) -> None:
    (only,) = quarters(tmp_path, 80, q1={"H6": None})
    done = scorecard("year", only, "-o", tmp_path / "y.xlsx")
    assert done.status == 2 or "no total for the year yet" in done.out


def test_a_team(tmp_path: Path) -> None:
    manager, team = blank(tmp_path, "004-7", "主管.xlsx"), []
    for i, (good, every) in enumerate(((95, 100), (45, 50))):
        team.append(blank(tmp_path, "004-8", f"工程师{i}.xlsx"))
        set_cells(team[-1], {("考核表", "G7"): good / every, ("考核表", "H7"): every})
    own, source = "组内员工技术服务质量与客户满意度", "安装实施、维护合格率"
    arguments = ("team", manager, *team, "--kpi", own, "--from", source)
    pooled = scorecard(*arguments, "-o", tmp_path / "1.xlsx")
    # 95 and 45 good ones of 100 and 50 are 140 of 150; the mean of 95 % and 90 % is 92.5 %.
    assert pooled.status == 0 and "0.933333" in pooled.out and "base 100" in pooled.out and "base 50" in pooled.out
    mean = scorecard(*arguments, "--how", "mean", "-o", tmp_path / "2.xlsx", lang="zh")
    assert mean.status == 0 and "0.925" in mean.out
    unknown = scorecard(*arguments, "--how", "median", "-o", tmp_path / "3.xlsx")
    assert unknown.status == 2 and not (tmp_path / "3.xlsx").exists()


class TestRoster:
    def test_a_form_for_everybody(self, tmp_path: Path) -> None:
        people = roster(tmp_path / "花名册.xlsx", (1, "李雷", "售后工程师", None, 1001), (2, "韩梅梅", "004-7", None, 1002))
        done = scorecard("template", "new", "--roster", people, "-o", tmp_path / "表", "--period", "2026Q3", lang="zh")
        written = sorted(path.name for path in (tmp_path / "表").iterdir())
        assert written == ["李雷_售后工程师_2026Q3.xlsx", "韩梅梅_004-7_2026Q3.xlsx"]
        assert done.status == 0 and "已为 2 人建表" in done.out and all(name in done.out for name in written)

    def test_one_definition_for_all(self, tmp_path: Path) -> None:
        own = tmp_path / "岗位.toml"
        kpi = '[[kpi]]\nname = "{}"\nweight = "50%"\nrule = "manual"\n'
        own.write_text('title = "岗位考核表"\n' + kpi.format("及时率") + kpi.format("满意率"), "utf-8")
        people = roster(tmp_path / "花名册.xlsx", (1, "李雷", "没有这个岗位", None, 1))
        for given, names in ((own, ["及时率", "满意率"]), ("004-7", None)):
            folder = tmp_path / f"表 {Path(given).stem}"
            assert scorecard("template", "new", given, "--roster", people, "-o", folder).status == 0
            (form,) = folder.iterdir()
            card = scorecard("inspect", form, "--json").json["scorecards"][0]
            assert card["identity"]["person"] == "李雷"
            assert names is None or [row["name"] for row in card["rows"]] == names

    @pytest.mark.parametrize("more", [("--person", "张三"), ()], ids=["a person too", "no roster, no position"])
    def test_what_contradicts_itself(self, more: tuple[str, ...], tmp_path: Path) -> None:
        people = roster(tmp_path / "r.xlsx", (1, "李雷", "售后工程师", None, 1))
        done = scorecard("template", "new", *(("--roster", people) if more else ()), "-o", tmp_path / "x", *more)
        assert done.status == 2 and len(done.complaint) > 10 and not (tmp_path / "x").exists()
