"""Who is who when forms disagree: parts of a card, namesakes, staff numbers, transfers, rosters, and why a card fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.consolidation.consolidation import Consolidation
from scorecard.consolidation.records import Notice
from tests.cli.runner import scorecard as run

Rows = Sequence[Sequence[object]]
HEAD = ["指标", "考核要求", "权重", "得分"]


def form(
    path: Path, person: str, score: object = 80, *, number: object = None, department: str = "客服部",
    position: str | None = None, period: str = "2026年第三季度", rows: Rows | None = None,
) -> Path:  # fmt: skip
    """Two items of 60 and 40 % with the same score, which is then the total."""
    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "考核表"
    ws.append([f"{period}绩效考核表" if period else "绩效考核表"])
    ws.append(["姓名", person, "部门", department, "岗位", position, "工号", number])
    for row in rows or [HEAD, ["服务及时", "口头", 0.6, score], ["报表质量", "书面", 0.4, score]]:
        ws.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def refuse_folders(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nobody may look into folders of this name; root, which tests may run as, could look into any."""
    scandir = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith(name):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)


def codes(done: Consolidation) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for notice in notices(done):
        found.setdefault(notice.code, []).append(notice.file)
    return found


def notices(done: Consolidation) -> list[Notice]:
    return [*done.notices, *done.set_aside]


def totals(done: Consolidation) -> dict[str, float]:
    return dict(zip(done.people["person"], done.people["total"], strict=True))


def test_parts_without_shares_weigh_alike(tmp_path: Path) -> None:
    """业绩 0.6·80 + 0.4·90 = 84 and 行为 0.5·60 + 0.5·70 = 65 under each other: 74.5."""
    rows = [
        ["业绩考核"], HEAD, ["销售", "完成", 0.6, 80], ["回款", "完成", 0.4, 90], ["合计", None, None, 84],
        [], ["行为考核"], HEAD, ["纪律", "完成", 0.5, 60], ["学习", "完成", 0.5, 70],
        ["合计", None, None, 65],
    ]  # fmt: skip
    form(tmp_path / "1.xlsx", "张三", rows=rows)
    unfinished = [*rows[:-1], rows[-1]]
    unfinished[8] = ["纪律", "完成", 0.5, None]
    form(tmp_path / "2.xlsx", "李四", rows=unfinished)
    done = scorecard.consolidate(tmp_path)
    people = done.people.set_index("person")
    assert people.loc["张三", "total"] == 74.5 and people.loc["张三", "grade"] == "中"
    assert people.loc["李四", "status"] == "incomplete" and people.loc["李四", "grade"] == "未完成 3/4"
    assert {one.status for one in done.resolved if one.card.person == "张三"} == {"part"}


def test_a_staff_number_of_two_names_tells_nobody_apart(tmp_path: Path) -> None:
    form(tmp_path / "1.xlsx", "张三", 80, number="A01")
    form(tmp_path / "2.xlsx", "李四", 70, number="A01")
    done = scorecard.consolidate(tmp_path)
    assert totals(done) == {"张三": 80, "李四": 70}
    assert codes(done)["staff-id-shared"] == ["1.xlsx", "2.xlsx"]


def test_a_number_that_is_a_number_may_have_lost_its_zeros(tmp_path: Path) -> None:
    form(tmp_path / "1.xlsx", "张三", 80, number=12)
    form(tmp_path / "2.xlsx", "张三", 70, number="0012")
    done = scorecard.consolidate(tmp_path)
    assert totals(done) == {"张三": 80} and codes(done)["staff-id-number"] == ["1.xlsx"]


def test_one_person_in_two_departments_was_transferred(tmp_path: Path) -> None:
    form(tmp_path / "1.xlsx", "张三", 80, number="A01", department="客服部")
    form(tmp_path / "2.xlsx", "张三", 70, number="A01", department="技术部")
    form(tmp_path / "3.xlsx", "李四", 80, number="A02", position="专员")
    form(tmp_path / "4.xlsx", "李四", 70, number="A02", position="客服组长")
    found = codes(scorecard.consolidate(tmp_path))
    assert found["transfer"] == ["2.xlsx"] and found["two-positions"] == ["4.xlsx"]


@pytest.mark.parametrize(
    "copy",
    ["副本张三.xlsx", "张三 - 副本.xlsx", "张三(1).xlsx", "Copy of 张三.xlsx", "复件 张三.xlsx", "00备份/张三.xlsx",
     "张三 copy 2.xlsx"],
)  # fmt: skip
def test_a_name_that_says_it_is_a_copy_comes_after_the_original(copy: str, tmp_path: Path) -> None:
    (tmp_path / "00备份").mkdir()
    (tmp_path / "交表").mkdir()
    form(tmp_path / "交表" / "张三（定稿）.xlsx", "张三", 80)
    form(tmp_path / "交表" / "张三 (1)最终.xlsx", "李四", 60)  # the number is not at its end
    form(tmp_path / copy if "/" in copy else tmp_path / "交表" / copy, "张三", 70)
    done = scorecard.consolidate(tmp_path)
    assert totals(done) == {"张三": 80, "李四": 60} and codes(done)["duplicate-person"] == [
        copy if "/" in copy else f"交表/{copy}"
    ]
    assert [source.file for source in done.sources.files][-1].endswith(copy)


@pytest.mark.parametrize(("keep", "total"), [("first", 80), ("last", 70)])
def test_which_of_two_cards_counts(keep: str, total: float, tmp_path: Path) -> None:
    form(tmp_path / "1.xlsx", "张三", 80)
    form(tmp_path / "2.xlsx", "张三", 70)
    assert totals(scorecard.consolidate(tmp_path, keep=keep)) == {"张三": total}


def test_a_hidden_draft_does_not_count_before_the_sheet_that_one_sees(tmp_path: Path) -> None:
    path = form(tmp_path / "张三.xlsx", "张三", 85)
    book = openpyxl.load_workbook(path)
    draft = book.copy_worksheet(book.active)
    draft.title, draft.sheet_state = "草稿", "hidden"
    draft["D4"] = draft["D5"] = 50
    book.move_sheet(draft, -1)
    book.save(path)
    done = scorecard.consolidate(tmp_path)
    assert totals(done) == {"张三": 85}
    [told] = [n.message.zh for n in done.notices if n.code == "duplicate-person"]
    assert told == "同一人已在 张三.xlsx!草稿；计入的 85 分，另一张 50 分；汇总只计 张三.xlsx!考核表"


def test_what_was_finalised_counts_before_what_was_changed_since(tmp_path: Path) -> None:
    path = form(tmp_path / "张三.xlsx", "张三", 85)
    assert run("finalise", path, "-o", tmp_path / "张三_定稿.xlsx").status == 0
    book = openpyxl.load_workbook(path)
    book.active["D4"] = book.active["D5"] = 100
    book.save(path)
    for keep in ("first", "last"):
        done = scorecard.consolidate(tmp_path, keep=keep)
        assert totals(done) == {"张三": 85}
        [told] = [n.message.zh for n in done.notices if n.code == "duplicate-person"]
        assert "计入的 85 分，另一张 100 分；汇总只计 张三_定稿.xlsx!考核表" in told


def test_of_two_cards_on_one_sheet_the_cells_say_which(tmp_path: Path) -> None:
    heads = ["姓名", "服务及时（60%）", "报表质量（40%）", "总分"]
    rows: Rows = [heads, ["张三", 80, 90, 84], ["李四", 70, 70, 70], ["张三", 60, 60, 60]]
    book = openpyxl.Workbook()
    for row in [["2026年第三季度客服部绩效考核汇总表"], *rows]:
        book.active.append(list(row))
    book.save(tmp_path / "1.xlsx")
    done = scorecard.consolidate(tmp_path)
    [told] = [n.message.zh for n in done.notices if n.code == "duplicate-person"]
    assert told == "同一人已在 1.xlsx!Sheet!D3；计入的 84 分，另一张 60 分；汇总只计 1.xlsx!Sheet!D3"


def test_the_same_period_written_in_another_way(tmp_path: Path) -> None:
    for name, period in (("1", "2026年第三季度"), ("2", "2026 Q3"), ("3", "第三季度")):
        form(tmp_path / f"{name}.xlsx", f"张{name}", 80, period=period)
    assert len(scorecard.consolidate(tmp_path, period="2026Q3").people) == 3


def test_faults_of_another_periods_tables_are_no_business_of_this_summary(tmp_path: Path) -> None:
    form(tmp_path / "1.xlsx", "张三", 80)
    form(tmp_path / "2.xlsx", "李四", "待定", period="2026年第二季度")
    form(tmp_path / "3-2026Q3.xlsx", "王五", 150, period="2026年第二季度")
    done = scorecard.consolidate(tmp_path, period="2026Q3")
    assert totals(done) == {"张三": 80}
    assert {(n.file, n.code) for n in done.set_aside} == {("2.xlsx", "other-period"), ("3-2026Q3.xlsx", "other-period")}
    assert {(n.file, n.code) for n in done.notices if n.file != "1.xlsx"} == {("3-2026Q3.xlsx", "period-differs")}
    told = scorecard.consolidate(tmp_path, period="2026Q2")
    assert {(n.file, n.code) for n in told.set_aside if n.severity == "error"} >= {
        ("1.xlsx", "other-period"), ("2.xlsx", "score-unreadable"), ("3-2026Q3.xlsx", "score-out-of-range"),
    }  # fmt: skip


def test_actuals_that_nothing_scores_are_told(tmp_path: Path) -> None:
    heads = ["指标", "目标", "权重", "实际完成", "得分"]
    form(tmp_path / "1.xlsx", "张三", rows=[heads, ["合格率", 0.9, 0.6, 0.95, None], ["满意率", 0.9, 0.4, 0.8, None]])
    form(tmp_path / "2.xlsx", "李四", rows=[heads, ["合格率", 0.9, 0.6, None, None], ["满意率", 0.9, 0.4, None, None]])
    form(tmp_path / "3.xlsx", "王五", rows=[heads, ["合格率", 0.9, 0.6, 0.95, 90], ["满意率", 0.9, 0.4, 0.8, 80]])
    [told] = [n for n in scorecard.consolidate(tmp_path).notices if n.code == "actuals-unscored"]
    assert (told.file, told.cell) == ("1.xlsx", "D4") and told.message.zh.startswith("2 项填了实际")


def test_what_may_be_a_table_beside_one_of_another_period_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [
        ["绩效考核表"], ["姓名", "李四", "考核周期", "2026年第二季度"],
        ["指标", "权重", "得分"], ["质量", 0.6, 80], ["服务", 0.4, 90], ["合计", 1, 84], [], [], [],
        ["项目", "分值", "得分"], ["俯卧撑", 50, 40], ["跑步", 50, 45],
    ]:  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "1.xlsx")
    alone, beside = (scorecard.consolidate(tmp_path, period=period).set_aside for period in ("2026Q2", "2026Q3"))
    doubtful = [n for n in alone if n.code == "low-confidence-table"]
    assert doubtful and [n for n in beside if n.code == "low-confidence-table"] == doubtful


class TestRoster:
    def roster(self, path: Path, *rows: Sequence[object]) -> Path:
        book = openpyxl.Workbook()
        book.create_chartsheet("图表", 0)
        for row in (("客服部花名册",), ("姓名", "工号", "部门"), *rows):
            book.worksheets[0].append(row)
        book.save(path)
        return path

    def test_who_is_missing_and_who_is_not_on_it(self, tmp_path: Path) -> None:
        form(tmp_path / "表" / "1.xlsx", "张三", 80, number="A01")
        form(tmp_path / "表" / "2.xlsx", "外人", 70)
        names = self.roster(
            tmp_path / "名单.xlsx", ("张三", "A01", "客服部"), (None, "空行"), ("李四", "A02", "客服部"), ("王五", None, None)
        )  # fmt: skip
        done = scorecard.consolidate(tmp_path / "表", roster=names)
        assert [person for person, *_ in done.missing] == ["李四", "王五"]
        assert codes(done)["not-on-roster"] == ["2.xlsx"]
        shown = run("consolidate", tmp_path / "表", "--roster", names, "-o", tmp_path / "x.xlsx", lang="zh")
        assert "李四" in shown.out + shown.err

    def test_a_namesake_with_another_number_is_somebody_else(self, tmp_path: Path) -> None:
        form(tmp_path / "表" / "1.xlsx", "张三", 80, number="B09")
        names = self.roster(tmp_path / "名单.xlsx", ("张三", "A01", "客服部"))
        done = scorecard.consolidate(tmp_path / "表", roster=names)
        assert [(person, number) for person, number, *_ in done.missing] == [("张三", "A01")]

    def test_a_number_stands_for_nobody_of_another_name_who_is_on_the_list(self, tmp_path: Path) -> None:
        form(tmp_path / "表" / "1.xlsx", "李雷", 80, number="125")
        form(tmp_path / "表" / "2.xlsx", "赵敏", 80, number="127")
        names = self.roster(
            tmp_path / "名单.xlsx", ("王小明", "125", "客服部"), ("李雷", "126", "客服部"), ("赵明", "127", "客服部")
        )  # fmt: skip
        done = scorecard.consolidate(tmp_path / "表", roster=names)
        # 李雷 has written the number of somebody else; 赵敏 is on no list, so that the number says who it is.
        assert [person for person, *_ in done.missing] == ["王小明"]
        told = {n.file: n.message.zh for n in done.notices if n.code == "roster-differs"}
        assert "工号 127 在名单上是 赵明，表里是 赵敏" in told["2.xlsx"]
        assert told["1.xlsx"] == "李雷 的工号在名单上是 126，表里是 125，那是名单上另一个人的" and not done.unlisted

    def test_one_card_stands_for_one_person(self, tmp_path: Path) -> None:
        form(tmp_path / "表" / "1.xlsx", "孙立", 80)
        form(tmp_path / "表" / "2.xlsx", "韩梅", 80, department="市场部")
        names = self.roster(
            tmp_path / "名单.xlsx", ("孙立", "131", "客服部"), ("孙立", "132", "客服部"), ("韩梅", None, "研发部"),
            ("合计", None, None), ("共 3 人", None, None), ("制表人：王芳", None, None), ("总计", 3, None),
        )  # fmt: skip
        done = scorecard.consolidate(tmp_path / "表", roster=names)
        assert done.missing == (("孙立", "132", "客服部"),) and not done.unlisted
        told = {n.code: n.message.zh for n in done.notices}
        assert told["not-submitted"] == "名单上的 孙立（132 客服部） 没有考核表；有一张同名的表没有工号，说不清是哪一位的"
        assert told["roster-differs"] == "韩梅 在名单上属于 研发部，表里是 市场部"

    def test_the_summary_counts_who_is_expected(self, tmp_path: Path) -> None:
        form(tmp_path / "表" / "1.xlsx", "张三", 80)
        form(tmp_path / "表" / "2.xlsx", "外人", 70)
        names = self.roster(
            tmp_path / "名单.xlsx", ("张三", None, "客服部"), ("李四", None, "客服部"), ("王五", None, "人事部"),
            ("赵六", None, None),
        )  # fmt: skip
        scorecard.consolidate(tmp_path / "表", roster=names).save(tmp_path / "汇总.xlsx")
        book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
        # Four are expected, one of them is done; the fifth is on no list.
        assert [book["总览"].cell(4, col).value for col in (1, 3, 5)] == [4, 2, 0.25]
        rows = {row[0]: row[1:4] for row in book["部门"].iter_rows(min_row=5, max_row=8, values_only=True)}
        # 客服部: 张三, 外人, and 李四 who is missing.
        assert rows["客服部"] == (3, 2, 2 / 3) and rows["人事部"][:2] == (1, 0) and rows["合计"][:2] == (5, 2)


class TestFailures:
    @pytest.mark.parametrize(
        ("value", "word"), [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("待定", "待定")], ids=["division", "n/a", "text"]
    )
    def test_a_card_whose_score_is_an_error_says_which(self, value: str, word: str, tmp_path: Path) -> None:
        form(tmp_path / "1.xlsx", "张三", 80)
        form(tmp_path / "2.xlsx", "李四", rows=[
            ["指标", "考核要求", "权重", "得分"], ["服务及时", "口头", 0.6, value], ["报表质量", "书面", 0.4, 80],
        ])  # fmt: skip
        done = scorecard.consolidate(tmp_path)
        people = done.people.set_index("person")
        assert people.loc["张三", "total"] == 80 and people.loc["李四", "status"] == "error"
        said = [n.message.zh for n in notices(done) if n.file == "2.xlsx" and n.severity == "error"]
        assert any(word in sentence for sentence in said), said

    def test_two_folders_with_a_file_of_one_name(self, tmp_path: Path) -> None:
        form(tmp_path / "a" / "1.xlsx", "张三", 80)
        form(tmp_path / "b" / "1.xlsx", "李四", 70)
        (tmp_path / "b" / "说明.docx").write_text("x")
        (tmp_path / "b" / "表.csv").write_text("x")
        done = scorecard.consolidate([tmp_path / "a", tmp_path / "b", tmp_path / "a" / "1.xlsx"])
        assert totals(done) == {"张三": 80, "李四": 70} and len({one.card.file for one in done.resolved}) == 2
        assert codes(done)["not-a-workbook"] == ["b/说明.docx"] and codes(done)["format-unread"] == ["b/表.csv"]

    def test_a_folder_that_cannot_be_opened_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        form(tmp_path / "客服部" / "1.xlsx", "张三", 80)
        form(tmp_path / "人事部" / "1.xlsx", "李四", 80)
        refuse_folders(monkeypatch, "人事部")
        done = scorecard.consolidate(tmp_path)
        assert totals(done) == {"张三": 80}
        (told,) = done.set_aside
        assert (told.file, told.code) == ("人事部", "folder-unreadable") and "没有权限" in told.message.zh

    def test_one_bad_link_hides_no_other_file(self, tmp_path: Path) -> None:
        for name in ("甲", "乙", "丙", "丁", "戊"):
            form(tmp_path / f"{name}.xlsx", f"张{name}", 80)
        (tmp_path / "自己.xlsx").symlink_to(tmp_path / "自己.xlsx")
        (tmp_path / "太长.xlsx").symlink_to("长" * 300)
        done = scorecard.consolidate(tmp_path)
        assert len(totals(done)) == 5
        assert {n.file for n in done.set_aside if n.code == "file-unreadable"} == {"自己.xlsx", "太长.xlsx"}
        assert done.save(tmp_path / "汇总.xlsx").exists()

    def test_an_unreadable_folder_is_told_once_and_by_its_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("a", "b"):
            form(tmp_path / name / "人事部" / "1.xlsx", "李四", 80)
        form(tmp_path / "a" / "1.xlsx", "张三", 80)
        refuse_folders(monkeypatch, "人事部")
        done = scorecard.consolidate([tmp_path / "a", tmp_path / "b", tmp_path / "a"])
        told = [n.file for n in done.set_aside]
        assert len(told) == len(set(told)) == 2 and all(name.endswith("人事部") for name in told)

    def test_links_lead_to_the_files_wherever_the_program_goes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form(tmp_path / "表" / "1.xlsx", "张三", 80)
        monkeypatch.chdir(tmp_path)
        done = scorecard.consolidate("表")
        (tmp_path / "别处").mkdir()
        monkeypatch.chdir(tmp_path / "别处")
        assert done.sources.files[0].path == (tmp_path / "表" / "1.xlsx").resolve()

    def test_all_programs_lock_files_are_told_and_links_to_folders_not_followed(self, tmp_path: Path) -> None:
        form(tmp_path / "表" / "客服部" / "1.xlsx", "张三", 80)
        form(tmp_path / "别处" / "2.xlsx", "李四", 80)
        (tmp_path / "表" / "客服部" / "循环").symlink_to(tmp_path / "表")
        (tmp_path / "表" / "别处").symlink_to(tmp_path / "别处")
        (tmp_path / "表" / "3.xlsx").symlink_to(tmp_path / "别处" / "2.xlsx")
        for name in ("~$1.xlsx", ".~lock.1.xlsx#", ".~1.xlsx", ".hidden.xlsx"):
            (tmp_path / "表" / "客服部" / name).write_bytes(b"user")
        form(tmp_path / "表" / ".~旧" / "4.xlsx", "赵六", 80)
        done = scorecard.consolidate(tmp_path / "表")
        assert totals(done) == {"张三": 80, "李四": 80}
        assert sorted(codes(done)["lock-file"]) == ["客服部/.~1.xlsx", "客服部/.~lock.1.xlsx#", "客服部/~$1.xlsx"]
        assert not done.set_aside

    def test_rates_of_a_division_keep_its_parts(self, tmp_path: Path) -> None:
        heads = ["指标", "目标", "权重", "实际完成", "得分"]
        rows = [heads, ["合格率", 0.9, 0.6, "=38/40", 80], ["满意率", 0.9, 0.4, "=H4/H5", 90]]
        path = form(tmp_path / "1.xlsx", "张三", rows=rows)
        book = openpyxl.load_workbook(path)
        book.active["H4"], book.active["H5"] = 45, 50
        book.save(path)
        [card] = [one.card for one in scorecard.consolidate(tmp_path).resolved]
        assert [(item.numerator, item.denominator) for item in card.items] == [(38, 40), (45, 50)]


@pytest.mark.parametrize("ending", ["pdf", "xls", ""])
def test_a_summary_of_another_kind_is_refused(ending: str, tmp_path: Path) -> None:
    form(tmp_path / "表" / "1.xlsx", "张三", 80)
    done = run("consolidate", tmp_path / "表", "-o", tmp_path / f"汇总.{ending}")
    assert done.status == 2 and ".xlsx" in done.complaint


def test_a_key_file_that_cannot_be_used(tmp_path: Path) -> None:
    form(tmp_path / "表" / "1.xlsx", "张三", 80)
    done = run("consolidate", tmp_path / "表", "-o", tmp_path / "x.xlsx", "--pseudonymise", tmp_path)
    assert done.status in (2, 4) and str(tmp_path) in done.complaint


def test_a_database_that_nobody_can_reach(tmp_path: Path) -> None:
    form(tmp_path / "表" / "1.xlsx", "张三", 80)
    for address in (f"sqlite:///{tmp_path}/no/such/folder/h.db", "nosuch://host/db"):
        done = run("consolidate", tmp_path / "表", "-o", tmp_path / "x.xlsx", "--history", address, "--force")
        assert done.status in (2, 4) and "://…" in done.err, done
    (tmp_path / "h.db").mkdir()
    done = run("history", "list", tmp_path / "h.db")
    assert done.status == 4 and "h.db" in done.complaint
