"""Bad input: one clear line with its place, the right exit status, the input untouched, never a traceback."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook.forms import classic

from .books import UNUSABLE, classic_book, list_book, scored_list, with_rows
from .conftest import FLAWLESS
from .runner import Run, scorecard


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def spoiled(path: Path, cells: Mapping[str, object], **more: object) -> Path:
    """The flawless form with some cells changed."""
    return classic_book(path, {**FLAWLESS, **cells}, **more)  # type: ignore[arg-type]


def line_about(shown: Run, place: str) -> str:
    """The one error of the output that names this place."""
    lines = [line for line in shown.out.splitlines() if line.startswith(f"error: {place}: ")]
    assert len(lines) == 1, shown.out
    return lines[0]


class TestUnusable:
    @pytest.mark.parametrize("case", UNUSABLE)
    @pytest.mark.parametrize(
        "command",
        [("inspect",), ("explain",), ("embed",), ("convert", "--formulas", "udf"), ("recalc",)],
        ids=lambda c: c[0],
    )
    def test_one_line_and_status_4(self, case: str, command: tuple[str, ...], tmp_path: Path) -> None:
        make, name = UNUSABLE[case]
        path = make(tmp_path / name)
        before = digest(path)
        if (case, command[0]) in (("folder", "recalc"), ("folder", "embed"), ("broken xml", "recalc")):
            pytest.skip("these take folders; recalc reads no sheet that has no formula")
        shown = scorecard(*command, path)
        assert shown.status == 4
        assert f"{name}: " in shown.complaint
        # Says what to do, not what went wrong inside.
        assert not any(word in shown.complaint for word in ("Traceback", "Error(", "zipfile", "Errno", "struct"))
        assert digest(path) == before
        assert {p.name for p in tmp_path.iterdir()} <= {name}

    @pytest.mark.parametrize(
        ("case", "advice"),
        [
            ("encrypted", "remove the password"),
            ("xls", "save it as .xlsx"),
            ("truncated", "get the file again"),
            ("empty", "empty"),
            ("docx", "Word"),
            ("folder", "folder"),
            ("missing", "check the path"),
        ],
    )
    def test_the_line_says_what_to_do(self, case: str, advice: str, tmp_path: Path) -> None:
        make, name = UNUSABLE[case]
        assert advice in scorecard("inspect", make(tmp_path / name)).complaint


class TestWeights:
    def test_a_sum_of_95_percent(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"K4": "15%"})
        for arguments in (("inspect", path), ("embed", path, "-o", tmp_path / "a.xlsx.out.xlsx", "--dry-run")):
            shown = scorecard(*arguments)
            assert shown.status == 1
            assert "weights sum to 95%, must be 100%" in line_about(shown, "a.xlsx!考核表!K4")

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ("-20%", "must be >= 0"),
            (-0.2, "must be >= 0"),
            ("高", "cannot be read"),
            ("#N/A", "#N/A"),
            ("1/5天", "cannot"),
        ],
    )
    def test_what_is_no_weight(self, value: object, says: str, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"K7": value})
        shown = scorecard("inspect", path)
        assert shown.status == 1
        assert says in line_about(shown, "a.xlsx!考核表!K7")

    def test_mixed_fractions_and_percent_numbers(self, tmp_path: Path) -> None:
        path = scored_list(tmp_path / "a.xlsx", {"B3": 0.4, "B4": 30, "B5": 20, "B6": 10})
        shown = scorecard("inspect", path)
        assert shown.status == 1
        assert "mix" in line_about(shown, "a.xlsx!考核表!B3")

    @pytest.mark.parametrize("value", ["15%", "-20%", "高", "#N/A"])
    def test_the_workbook_and_the_report_agree_that_there_is_no_total(self, value: str, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"K4": value})
        assert scorecard("embed", path, "-o", tmp_path / "b.xlsx").status == 1
        (card,) = scorecard("inspect", tmp_path / "b.xlsx", "--json").json["scorecards"]
        (total,) = card["totals"].values()
        assert total["computed"] is None and str(total["stated"]).startswith("#")
        assert card["grade"]["computed"] is None


class TestCells:
    @pytest.mark.parametrize(
        ("cells", "place", "says"),
        [
            ({"F4": "3-5"}, "F4", '"3-5" cannot be read as a number'),
            ({"F6": "良好"}, "F6", '"良好" cannot be read as a number'),
            ({"F6": "#N/A"}, "F6", "the error #N/A"),
            ({"F6": "#DIV/0!"}, "F6", "the error #DIV/0!"),
            ({"F6": True}, "F6", "cannot be read as a number"),
            ({"F6": datetime.datetime(2026, 3, 5)}, "F6", "the cell is a date"),
            ({"F6": "无"}, "F6", "无"),
            ({"C6": "#REF!"}, "C6", 'target "季度" is the error #REF!'),
        ],
    )
    def test_unreadable_cells_are_named_before_and_after_embedding(
        self, cells: dict[str, object], place: str, says: str, tmp_path: Path
    ) -> None:
        path = spoiled(tmp_path / "a.xlsx", cells)
        before = digest(path)
        for arguments, name in (
            (("inspect", path), "a.xlsx"),
            (("embed", path, "--dry-run"), "a.xlsx"),
            (("embed", path, "-o", tmp_path / "b.xlsx"), "b.xlsx"),
            (("inspect", tmp_path / "b.xlsx"), "b.xlsx"),
        ):
            shown = scorecard(*arguments)
            assert shown.status == 1
            assert says in line_about(shown, f"{name}!考核表!{place}")
        assert digest(path) == before

    def test_a_target_that_is_text_is_named_once_a_rule_needs_it(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"C6": "及时"})
        shown = scorecard("embed", path, "-o", tmp_path / "b.xlsx")
        assert shown.status == 1
        assert '"及时"' in line_about(shown, "b.xlsx!考核表!C6")

    def test_an_actual_with_its_unit_is_told_what_to_type(self, tmp_path: Path) -> None:
        # Plain formulas read numbers and plain percentages only (docs/scoring.md, section 7).
        path = spoiled(tmp_path / "a.xlsx", {"F5": "2.2次/台"})
        shown = scorecard("embed", path, "-o", tmp_path / "b.xlsx")
        assert shown.status == 1
        assert "enter just 2.2" in line_about(shown, "b.xlsx!考核表!F5")
        # The functions can read it.
        assert scorecard("embed", path, "-o", tmp_path / "c.xlsx", "--formulas", "udf").status == 0

    def test_a_score_typed_over_its_formula(self, embedded: Path) -> None:
        book = openpyxl.load_workbook(embedded)
        book["考核表"]["L6"] = 88
        book.save(embedded)
        shown = scorecard("inspect", embedded)
        assert shown.status == 0
        [line] = [line for line in shown.out.splitlines() if f"{embedded.name}!考核表!L6" in line]
        assert "the score 88 is not the rule's; it is kept and counts; the rule gives 65.0" in line

    def test_a_score_beyond_the_scale(self, tmp_path: Path) -> None:
        shown = scorecard("inspect", scored_list(tmp_path / "a.xlsx", {"C3": 120}))
        assert shown.status == 1
        assert "must be from 0 to 100" in line_about(shown, "a.xlsx!考核表!C3")

    def test_formulas_without_stored_values_are_computed(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"F6": "=Z1/Z2", "Z1": 96, "Z2": 100})
        shown = scorecard("inspect", path)
        assert shown.status == 0 and "scorecard recalc" in shown.out
        assert any("报修处理及时率" in line and "0.96" in line for line in shown.out.splitlines())
        assert scorecard("embed", path, "-o", tmp_path / "b.xlsx").status == 0
        third = scorecard("explain", tmp_path / "b.xlsx", "--json").json["scorecards"][0]["items"][2]
        assert third["score"] == pytest.approx(65)

    def test_a_formula_that_fails(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"F6": "=1/0"})
        scorecard("recalc", path)
        assert "the error #DIV/0!" in line_about(scorecard("inspect", path), "a.xlsx!考核表!F6")


class TestRuleSheet:
    """A person edits the sheet 评分规则; rows of the first table begin under the header 指标."""

    @staticmethod
    def edit(path: Path, change: Callable[[Worksheet, int], None]) -> None:
        book = openpyxl.load_workbook(path)
        sheet = book["评分规则"]
        header = next(cell.row for cell in sheet["A"] if cell.value == "指标")
        change(sheet, header + 3)  # 报修处理及时率
        book.save(path)

    def test_thresholds_out_of_order(self, embedded: Path) -> None:
        def change(sheet: Worksheet, row: int) -> None:
            for column, value in enumerate((0.8, 0.95, 0.93, 0.99, 1), start=5):
                sheet.cell(row, column).value = value

        self.edit(embedded, change)
        for command in ("inspect", "explain"):
            shown = scorecard(command, embedded)
            assert shown.status == 1
            assert "thresholds out of order" in line_about(shown, f"{embedded.name}!评分规则!E19")
        # The workbook itself says so too.
        scorecard("recalc", embedded)
        assert openpyxl.load_workbook(embedded, data_only=True)["考核表"]["L6"].value == "#NUM!"

    def test_a_threshold_that_is_missing(self, embedded: Path) -> None:
        self.edit(embedded, lambda sheet, row: sheet.cell(row, 7).__setattr__("value", None))
        assert "incomplete rule" in line_about(scorecard("inspect", embedded), f"{embedded.name}!评分规则!E19")

    def test_the_wrong_direction(self, embedded: Path) -> None:
        self.edit(embedded, lambda sheet, row: sheet.cell(row, 3).__setattr__("value", "越低越好"))
        assert "contradict the direction" in line_about(scorecard("inspect", embedded), f"{embedded.name}!评分规则!E19")

    def test_a_grade_table_with_words_as_bounds(self, embedded: Path) -> None:
        self.edit(embedded, lambda sheet, row: sheet["D5"].__setattr__("value", "很低"))
        shown = scorecard("inspect", embedded)
        assert shown.status == 1 and '"很低" is not a number' in line_about(shown, f"{embedded.name}!评分规则!D5")

    def test_a_floor_above_the_cap(self, embedded: Path) -> None:
        def change(sheet: Worksheet, row: int) -> None:
            sheet["B8"], sheet["B9"] = 90, 10

        self.edit(embedded, change)
        assert "floor is above cap" in line_about(scorecard("inspect", embedded), f"{embedded.name}!考核表!L15")

    def test_a_sheet_copied_for_the_next_person_does_not_pass_for_graded(self, embedded: Path) -> None:
        book = openpyxl.load_workbook(embedded)
        book.copy_worksheet(book["考核表"]).title = "李四"
        book.save(embedded)
        shown = scorecard("inspect", embedded)
        assert shown.status == 1
        assert "[borrowed-rules]" in line_about(shown, f"{embedded.name}!李四!L4")


RULE = '[[kpi]]\nname = "报修处理及时率"\n'
BROKEN_RULES = {
    "not TOML": ("foo = [", "not valid TOML"),
    "an unknown key": (RULE + 'weigth = "10%"', 'did you mean "weight"'),
    "an unknown table": ('colour = "red"', 'unknown key "colour"'),
    "a wrong type": ("title = 5", '"title" must be'),
    "a KPI that is no table": ("kpi = [1, 2]", "must be a table"),
    "a later schema": ("schema = 2", "this version reads 1"),
    "thresholds out of order": (RULE + "thresholds = [0.8, 0.95, 0.9, 0.99, 1]", "thresholds out of order"),
    "more scores than thresholds": (RULE + "thresholds = [0.8, 1]\nscores = [0, 60, 100]", "2 thresholds but 3 scores"),
    "a threshold in words": (RULE + 'thresholds = ["低", 1]\nscores = [0, 100]', '"低" is not a number'),
    "no name": ("[[kpi]]\nweight = 1", '"name" is missing'),
    "a weight in words": (RULE + 'weight = "viel"', '"viel"'),
    "an unknown rule": (RULE + 'rule = "foo"', 'unknown rule "foo"'),
    "an unknown policy": ('[policy]\nname = "fast"', 'unknown policy "fast"'),
    "an anchor nobody knows": ("[policy]\nanchor = 50", "anchor 50"),
    "two grades at one bound": ('[[grades]]\nlower = 60\nlabel = "A"\n[[grades]]\nlower = 60\nlabel = "B"', "same lower bound"),
    "infinity": (RULE + "thresholds = [0, 0.95, 0.97, 0.99, inf]", "not a number"),
}  # fmt: skip


class TestRulesFile:
    @pytest.mark.parametrize("case", BROKEN_RULES)
    def test_mistakes_are_named_with_their_place(self, case: str, form: Path, tmp_path: Path) -> None:
        text, says = BROKEN_RULES[case]
        rules = tmp_path / "规则.toml"
        rules.write_text(text, encoding="utf-8")
        for command in ("inspect", "embed"):
            shown = scorecard(command, form, "--rules", rules)
            assert shown.status == 2
            assert shown.complaint.startswith("规则.toml") and says in shown.complaint
        assert not form.with_name("客服部_评分.xlsx").exists()

    @pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
    def test_a_wrong_encoding(self, encoding: str, form: Path, tmp_path: Path) -> None:
        rules = tmp_path / "规则.toml"
        rules.write_bytes("title = '规则'".encode(encoding))
        shown = scorecard("inspect", form, "--rules", rules)
        assert shown.status == 2 and "规则.toml" in shown.complaint

    def test_a_byte_order_mark_is_no_mistake(self, form: Path, tmp_path: Path) -> None:
        rules = tmp_path / "规则.toml"
        rules.write_text("title = '规则'", encoding="utf-8-sig")
        assert scorecard("inspect", form, "--rules", rules).status == 0

    def test_a_folder_or_a_workbook_as_rules(self, form: Path, tmp_path: Path) -> None:
        for rules in (tmp_path, form):
            assert scorecard("inspect", form, "--rules", rules).status == 2

    def test_rules_for_other_names_are_reported(self, form: Path, tmp_path: Path) -> None:
        rules = tmp_path / "规则.toml"
        rules.write_text('[[kpi]]\nname = "没有这个指标"\nthresholds = [0.8, 0.95, 0.97, 0.99, 1]', encoding="utf-8")
        shown = scorecard("embed", form, "--rules", rules)
        assert shown.status == 0
        assert '"没有这个指标"' in shown.out and "[rule-unused]" in shown.out

    def test_options_without_effect_are_reported(self, form: Path, embedded: Path, tmp_path: Path) -> None:
        rules = tmp_path / "规则.toml"
        rules.write_text("title = '规则'", encoding="utf-8")
        for option in (("--rules", rules), ("--period", "年度")):
            assert "[option-unused]" in scorecard("inspect", embedded, *option).out
            assert "[option-unused]" not in scorecard("inspect", form, *option).out
            again = scorecard("embed", embedded, *option, "-o", tmp_path / "再.xlsx", "--force", lang="zh")
            assert "[option-unused]" in again.out and "scorecard unembed" in again.out
        assert "[option-unused]" not in scorecard("embed", embedded, "-o", tmp_path / "再.xlsx", "--force").out
        for command in ("inspect", "embed"):
            assert '"火星"' in scorecard(command, form, "--period", "火星").out

    def test_options_that_contradict_the_file(self, form: Path, tmp_path: Path) -> None:
        rules = tmp_path / "规则.toml"
        rules.write_text("[policy]\nanchor = 70", encoding="utf-8")
        shown = scorecard("embed", form, "--rules", rules, "--anchor", "60")
        assert shown.status == 2 and "--anchor" in shown.complaint
        assert scorecard("embed", form, "--rules", rules).status == 0


def merge_actuals(ws: Worksheet) -> None:
    ws.merge_cells("F6:F7")


def second_table_below(ws: Worksheet) -> None:
    classic(ws, row=30)


def second_table_beside(ws: Worksheet) -> None:
    classic(ws, col=15)


def hidden(ws: Worksheet) -> None:
    ws.sheet_state = "hidden"
    ws.parent.create_sheet("说明")
    ws.parent.active = 1


def protected(ws: Worksheet) -> None:
    ws.protection.sheet = True


class TestLayouts:
    @pytest.mark.parametrize(
        ("edit", "tables"),
        [(merge_actuals, 1), (second_table_below, 2), (second_table_beside, 2), (hidden, 1), (protected, 1)],
    )
    def test_unusual_sheets(self, edit: Callable[[Worksheet], None], tables: int, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {}, edit=edit)
        before = digest(path)
        output = tmp_path / "b.xlsx"
        for arguments in (
            ("inspect", path),
            ("embed", path, "-o", output),
            ("inspect", output),
            ("recalc", "--check", output),
        ):
            shown = scorecard(*arguments)
            assert shown.status in (0, 1) and shown.err == ""
        assert len(scorecard("inspect", output, "--json").json["scorecards"]) == tables
        assert digest(path) == before

    def test_a_protected_sheet_is_left_alone_and_that_is_said(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {}, edit=protected)
        shown = scorecard("embed", path, "-o", tmp_path / "b.xlsx")
        assert "[sheet-protected]" in shown.out and "unprotect" in shown.out and "nothing to change" in shown.out

    def test_a_total_row_that_adds_up_wrongly(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"A15": "合计", "L15": "=SUM(L4:L14)"})
        shown = scorecard("embed", path, "-o", tmp_path / "b.xlsx")
        assert shown.status == 1
        assert "the items give 75.50" in line_about(shown, "b.xlsx!考核表!L15")

    def test_names_that_occur_twice(self, tmp_path: Path) -> None:
        path = spoiled(tmp_path / "a.xlsx", {"A5": "服务费用率"})
        assert scorecard("embed", path, "-o", tmp_path / "b.xlsx").status == 0
        items = scorecard("explain", tmp_path / "b.xlsx", "--json").json["scorecards"][0]["items"]
        assert [item["name"] for item in items[:2]] == ["服务费用率"] * 2 and len(items) == 11

    def test_endless_and_hostile_names_stay_on_one_line(self, tmp_path: Path) -> None:
        names = {"A6": "及时率" * 3000, "A7": "[bold]率[/bold] [/x]", "A8": "换\n行\t率_x001B_[31m"}
        shown = scorecard("embed", spoiled(tmp_path / "a.xlsx", names), "-o", tmp_path / "b.xlsx")
        assert shown.status in (0, 1)
        assert "[bold]率[/bold] [/x]" in scorecard("inspect", tmp_path / "a.xlsx").out
        for text in (
            shown.out,
            scorecard("inspect", tmp_path / "b.xlsx").out,
            scorecard("explain", tmp_path / "b.xlsx").out,
        ):
            assert max(map(len, text.splitlines())) < 1500 and "\x1b" not in text

    @pytest.mark.parametrize("styled", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["empty", "styled"])
    def test_a_million_rows_below_the_table(self, styled: bool, tmp_path: Path) -> None:
        path = with_rows(spoiled(tmp_path / "a.xlsx", {}), 1_000_000, styled=styled)
        assert scorecard("inspect", path).status == 0

    def test_a_list_that_nobody_can_score_says_so(self, tmp_path: Path) -> None:
        path = list_book(tmp_path / "a.xlsx")
        shown = scorecard("inspect", path)
        assert shown.status == 0
        assert "no scores yet" in shown.out and f"scorecard embed {path}" in shown.out
        shown = scorecard("embed", path, "-o", tmp_path / "b.xlsx")
        assert shown.status == 0 and "has no scoring rule" in shown.out
