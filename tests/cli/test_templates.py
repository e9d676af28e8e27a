"""`demo` and `template`: what a newcomer runs first."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from .runner import scorecard


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "新" / "演示"


@pytest.fixture(scope="module")
def shown(folder: Path) -> str:
    done = scorecard("demo", "-o", folder)
    assert (done.status, done.err) == (0, "")
    return done.out


class TestDemo:
    def test_shows_the_grade_and_the_workbooks(self, shown: str, folder: Path) -> None:
        paths = sorted(folder.iterdir())
        assert len(paths) == 3
        assert all(str(path) in shown for path in paths)
        for special in ("发货差错率", "客户投诉量", "n/a", "total ", "grade ", "[error-rate-target-100]"):
            assert special in shown

    def test_a_person_sees_the_same_numbers_in_both(self, shown: str, folder: Path) -> None:
        graded = sorted(folder.iterdir())[1:]
        seen = []
        for path in graded:
            (card,) = scorecard("inspect", path, "--json").json["scorecards"]
            (total,) = card["totals"].values()
            assert total["stated"] == pytest.approx(total["computed"], abs=0.005)
            seen.append((total["stated"], card["grade"]["stated"]))
            # What any reader finds beside the formula.
            cell = openpyxl.load_workbook(path, data_only=True)["考核表"][total["cell"]]
            assert cell.value == pytest.approx(total["stated"])
        assert seen[0] == seen[1]
        assert f"total {seen[0][0]:g}" in shown and f"grade {seen[0][1]}" in shown

    def test_again_into_the_same_folder(self, shown: str, folder: Path) -> None:
        again = scorecard("demo", "-o", folder)
        assert again.status == 0 and again.out == shown

    def test_in_chinese_without_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        done = scorecard("demo", lang="zh")
        assert done.status == 0 and "总分" in done.out
        assert len(list((tmp_path / "scorecard-demo").iterdir())) == 3

    def test_a_file_in_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "demo").write_text("x")
        done = scorecard("demo", "-o", tmp_path / "demo")
        assert done.status == 4 and len(done.complaint) > 10


class TestTemplates:
    def test_the_list_says_how_to_go_on(self) -> None:
        shown = scorecard("template", "list").out
        assert "001-客户服务部经理" in shown and "scorecard template new 001" in shown

    @pytest.mark.parametrize("name", ["001", "004-8", "售后工程师", "客户服务部经理"])
    def test_by_number_or_position(self, name: str, tmp_path: Path) -> None:
        output = tmp_path / "新" / "张三.xlsx"
        done = scorecard("template", "new", name, "-o", output, "--person", "张三", "--period", "2026Q4")
        if name == "客户服务部经理":  # two templates
            assert done.status == 2 and "001-" in done.complaint and "004-1-" in done.complaint
            return
        assert done.status == 0 and str(output) in done.out
        cards = scorecard("inspect", output, "--json").json["scorecards"]
        # 004 has three systems on three sheets; the person is typed once.
        assert [card["sheet"] for card in cards] == (["考核表"] if name == "001" else ["考核表", "能力态度", "目标"])
        assert {card["identity"]["person"] for card in cards} == {"张三"}
        assert {card["grade"]["computed"] for card in cards} == {None}
        assert "张三" in str([[c.value for c in row] for row in openpyxl.load_workbook(output)["考核表"].iter_rows()])

    def test_a_blank_form_looks_blank_and_says_what_to_do(self, tmp_path: Path) -> None:
        assert scorecard("template", "new", "001", "-o", tmp_path / "a.xlsx").status == 0
        shown = scorecard("inspect", tmp_path / "a.xlsx")
        assert "incomplete 0/11" in shown.out and "#N/A" not in shown.out
        assert shown.status in (0, 1)

    def test_from_a_file_of_ones_own(self, tmp_path: Path) -> None:
        own = tmp_path / "我的岗位.toml"
        own.write_text(
            'title = "我的岗位考核表"\n[[kpi]]\nname = "及时率"\nweight = "60%"\nthresholds = [0.8, 0.95, 0.97, 0.99, 1]\n'
            '[[kpi]]\nname = "满意率"\nweight = "40%"\nrule = "manual"\n',
            encoding="utf-8",
        )
        assert scorecard("template", "new", own, "-o", tmp_path / "a.xlsx").status == 0
        (card,) = scorecard("inspect", tmp_path / "a.xlsx", "--json").json["scorecards"]
        assert [(row["name"], row["weight"]) for row in card["rows"]] == [("及时率", 0.6), ("满意率", 0.4)]

    @pytest.mark.parametrize("name", ["nobody", "nowhere.toml", ""])
    def test_one_that_does_not_exist(self, name: str, tmp_path: Path) -> None:
        done = scorecard("template", "new", name, "-o", tmp_path / "a.xlsx")
        assert done.status == 2 and len(done.complaint) > 10
        assert not (tmp_path / "a.xlsx").exists()

    def test_an_unknown_kind_of_formulas(self, tmp_path: Path) -> None:
        done = scorecard("template", "new", "001", "-o", tmp_path / "a.xlsx", "--formulas", "vba")
        assert done.status == 2 and "native" in done.complaint
