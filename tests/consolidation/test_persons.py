"""Whose card it is: labels of the staff number, cells with a department and a name, placeholders, folders, guesses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.consolidation import names
from scorecard.consolidation.consolidation import Consolidation
from scorecard.workbook.vocabulary import default_vocabulary

PERIOD = "2026年第三季度"
Pairs = Sequence[tuple[str, object]]


def card(path: Path, pairs: Pairs, score: object = 80, title: str = f"{PERIOD}绩效考核表") -> None:
    """Two items of 60 and 40 % with the same score, which is then the total."""
    book = openpyxl.Workbook()
    _fill(book.active, pairs, score, title)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _fill(ws: object, pairs: Pairs, score: object, title: str) -> None:
    for row in (
        [title], [one for pair in pairs for one in pair], [], ["考核指标", "权重", "得分"], ["服务及时", 0.6, score],
        ["报表质量", 0.4, score], ["总分", None, score],
    ):  # fmt: skip
        ws.append(row)  # type: ignore[attr-defined]


def found(done: Consolidation) -> list[tuple[str, str, str, float | None]]:
    return [(one.card.person, one.card.staff_id, one.card.department, one.card.total) for one in done.resolved]


def codes(done: Consolidation) -> list[str]:
    return sorted(notice.code for notice in (*done.notices, *done.set_aside))


class TestStaffNumbers:
    @pytest.mark.parametrize(
        "label", ["工号", "員工編號", "員工編號：", "职工編號", "工号（必填）", "工号 Staff ID", "Employee No.", "Emp ID"]
    )
    def test_labels(self, tmp_path: Path, label: str) -> None:
        card(tmp_path / "a.xlsx", [("姓名", "李四"), ("部门", "客服部"), (label, "A-07")])
        assert found(scorecard.consolidate(tmp_path)) == [("李四", "A-07", "客服部", 80)]

    @pytest.mark.parametrize("text", ["工号：００12", "員工編號: 0012", "Employee ID: 0012", "姓名：李四  工号：0012"])
    def test_with_the_number_in_one_cell(self, tmp_path: Path, text: str) -> None:
        card(tmp_path / "a.xlsx", [("姓名", "李四"), ("部门", "客服部"), (text, None)])
        assert found(scorecard.consolidate(tmp_path)) == [("李四", "0012", "客服部", 80)]

    def test_what_is_none(self) -> None:
        words = default_vocabulary().people
        assert not any(map(words.is_staff_number, ("编号", "序号", "员工", "工号说明", "Employee", "")))
        assert not any(map(words.staff_number_in, ("单号：12", "工号：", "SubStaff ID: 12", "工号 12")))

    @pytest.mark.parametrize("heading", ["工号", "员工编号", "員工編號", "Employee ID"])
    @pytest.mark.parametrize("number", ["0301", "E-31"])
    def test_a_column_of_them(self, tmp_path: Path, heading: str, number: str) -> None:
        """0.5·90 + 0.5·80 = 85 and 0.5·70 + 0.5·60 = 65; nothing is unclear about the numbers."""
        book = openpyxl.Workbook()
        for row in (
            [f"生产部{PERIOD}绩效考核评分表"], [heading, "姓名", "产量50%", "质量50%", "总分"], [number, "林小明", 90, 80, 85],
            ["0302", "何大海", 70, 60, 65],
        ):  # fmt: skip
            book.active.append(row)
        book.save(tmp_path / "a.xlsx")
        done = scorecard.consolidate(tmp_path)
        assert found(done) == [("林小明", number, "生产部", 85), ("何大海", "0302", "生产部", 65)]
        assert codes(done) == []


class TestNames:
    @pytest.mark.parametrize(
        "text", ["研发部-张三", "研发部/张三", "研发部—张三", "研发部_张三", "研发部：张三", "研发部·张三", "张三-研发部",
         "研发部 张三"],
    )  # fmt: skip
    def test_a_department_and_a_name_in_one_cell(self, tmp_path: Path, text: str) -> None:
        card(tmp_path / "a.xlsx", [("姓名", text), ("岗位", "工程师")])
        assert found(scorecard.consolidate(tmp_path)) == [("张三", "", "研发部", 80)]

    def test_the_number_with_them(self, tmp_path: Path) -> None:
        card(tmp_path / "a.xlsx", [("被考核人", "研发部-张三（00123）"), ("岗位", "工程师")])
        assert found(scorecard.consolidate(tmp_path)) == [("张三", "00123", "研发部", 80)]

    def test_the_cell_of_the_department_counts(self, tmp_path: Path) -> None:
        card(tmp_path / "a.xlsx", [("姓名", "研发部-张三"), ("部门", "市场部")])
        done = scorecard.consolidate(tmp_path)
        assert found(done) == [("张三", "", "市场部", 80)] and codes(done) == ["department-differs"]

    @pytest.mark.parametrize(
        "text",
        ["Anna-Lena Meyer", "Jean-Pierre Li", "阿依古丽·买买提", "研发部-主管", "高级-张三", "张三（研发）", "A组-B组"],
    )
    def test_what_stays_a_name(self, text: str) -> None:
        assert names.split_department(text) == ("", text)

    @pytest.mark.parametrize(
        "text", ["(姓名)", "【姓名】", "XXX", "ＸＸ", "某某", "×××", "***", "示例", "请填写姓名", "Your name", "—"]
    )
    def test_a_placeholder_is_no_name(self, tmp_path: Path, text: str) -> None:
        card(tmp_path / "a.xlsx", [("姓名", text), ("部门", "客服部")])
        card(tmp_path / "b.xlsx", [("姓名", text), ("部门", "客服部")], None)
        done = scorecard.consolidate(tmp_path)
        assert found(done) == [("", "", "客服部", 80), ("", "", "客服部", None)]
        assert {"person-missing", "blank-form"} <= set(codes(done))

    @pytest.mark.parametrize("text", ["张三（示例）", "Max Muster", "吴明", "Xu", "O", "张某某"])
    def test_what_is_none(self, text: str) -> None:
        assert not default_vocabulary().people.is_placeholder(text)

    def test_a_number_without_a_name_is_told(self, tmp_path: Path) -> None:
        card(tmp_path / "a.xlsx", [("姓名", None), ("部门", "客服部"), ("工号", "1013")])
        done = scorecard.consolidate(tmp_path)
        assert found(done) == [("", "1013", "客服部", 80)]
        (told,) = [notice for notice in done.notices if notice.code == "person-missing"]
        assert "1013" in told.message.zh and "1013" in told.message.en


class TestFolders:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        root = tmp_path / "表"
        card(root / "研发部" / "张伟.xlsx", [("姓名", "张伟"), ("岗位", "工程师")], 85)
        card(root / "市场部" / "张伟.xlsx", [("姓名", "张伟"), ("岗位", "专员")], 75)
        return root

    def test_one_by_one_or_the_one_above(self, folder: Path) -> None:
        """Two persons of one name, in whatever way their folders are given."""
        parts = [folder / "研发部", folder / "市场部"]
        files = sorted(folder.rglob("*.xlsx"))
        results = [scorecard.consolidate(given) for given in (folder, parts, parts[::-1], [folder, *parts], files)]
        for done in results:
            assert [one.card.file for one in done.resolved] == ["市场部/张伟.xlsx", "研发部/张伟.xlsx"]
            assert found(done) == [("张伟", "", "市场部", 75), ("张伟", "", "研发部", 85)]
            assert done.notices == results[0].notices and len(done.people) == 2

    def test_the_name_of_the_one_given(self, folder: Path) -> None:
        assert found(scorecard.consolidate(folder / "研发部")) == [("张伟", "", "研发部", 85)]
        card(folder / "2026Q2" / "a.xlsx", [("姓名", "李四"), ("部门", "客服部")], 60, "绩效考核表")
        assert scorecard.consolidate(folder / "2026Q2").period == "2026Q2"

    def test_the_nearer_folder_says_the_period(self, tmp_path: Path) -> None:
        card(tmp_path / "2026Q2起" / "2026Q3" / "a.xlsx", [("姓名", "李四"), ("部门", "客服部")], 60, "绩效考核表")
        card(tmp_path / "2026年" / "三季度" / "a.xlsx", [("姓名", "李四"), ("部门", "客服部")], 60, "绩效考核表")
        assert scorecard.consolidate(tmp_path / "2026Q2起").period == "2026Q3"
        assert scorecard.consolidate(tmp_path / "2026年").period == "2026Q3"

    def test_the_order_given_changes_nothing(self, tmp_path: Path) -> None:
        """乙 sorts before 甲: of two cards of 李明 the one there counts, 75."""
        for name, score in (("甲", 70), ("乙", 75)):
            card(tmp_path / name / "市场部" / "李明.xlsx", [("姓名", "李明"), ("工号", "3")], score)
        for given in (["甲", "乙"], ["乙", "甲"], [""]):
            done = scorecard.consolidate([tmp_path / name for name in given])
            assert [one.card.file for one in done.resolved] == ["乙/市场部/李明.xlsx", "甲/市场部/李明.xlsx"]
            assert list(done.people["total"]) == [75]

    def test_all_departments_and_companies(self, tmp_path: Path) -> None:
        card(tmp_path / "各部门" / "a.xlsx", [("姓名", "李四")])
        card(tmp_path / "某某公司" / "b.xlsx", [("姓名", "王五"), ("部门", "客服部")])
        done = scorecard.consolidate(tmp_path)
        assert found(done) == [("李四", "", "", 80), ("王五", "", "客服部", 80)]
        assert codes(done) == []


class TestGuessedDepartments:
    """三组.xlsx: a list of persons, and a sheet for each; that 三组 is their department is a guess from the name of the file."""

    def book(self, path: Path, cards: Sequence[tuple[str, str, str, float]]) -> None:
        book = openpyxl.Workbook()
        for row in (
            [f"{PERIOD}绩效考核表"], ["姓名", "任务40%", "质量60%", "总分"], ["陆雪琪", 90, 80, 84], ["田灵儿", 50, 50, 50]
        ):
            book.active.append(row)
        for name, department, number, score in cards:
            pairs = [("姓名", name), ("部门", department), ("岗位", "工程师"), ("工号", number or None)]
            _fill(book.create_sheet(f"{name}{department}"), pairs, score, f"{PERIOD}绩效考核表")
        book.save(path)

    @pytest.mark.parametrize("numbers", [("", ""), ("10", "11")])
    def test_one_person_is_not_two(self, tmp_path: Path, numbers: tuple[str, str]) -> None:
        """0.4·90 + 0.6·80 = 84: the list comes first and counts, with number, position and department of the sheets."""
        self.book(tmp_path / "三组.xlsx", [("陆雪琪", "研发部", numbers[0], 84), ("田灵儿", "研发部", numbers[1], 50)])
        done = scorecard.consolidate(tmp_path)
        assert [one.status for one in done.resolved] == ["ok", "ok", "duplicate", "duplicate"]
        kinds = ["person", "staff_id", "department", "position", "total"]
        assert [tuple(row) for row in done.people[kinds].itertuples(index=False)] == [
            ("陆雪琪", numbers[0], "研发部", "工程师", 84), ("田灵儿", numbers[1], "研发部", "工程师", 50),
        ]  # fmt: skip
        assert "same-name" not in codes(done)

    def test_two_departments_are_two_persons(self, tmp_path: Path) -> None:
        self.book(tmp_path / "三组.xlsx", [("陆雪琪", "研发部", "", 84), ("陆雪琪", "市场部", "", 70)])
        done = scorecard.consolidate(tmp_path)
        assert sorted(done.people.loc[done.people["person"] == "陆雪琪", "department"]) == ["三组", "市场部", "研发部"]

    def test_in_another_file_it_says_what_it_says(self, tmp_path: Path) -> None:
        self.book(tmp_path / "三组.xlsx", [])
        card(tmp_path / "a.xlsx", [("姓名", "陆雪琪"), ("部门", "研发部")], 70)
        people = scorecard.consolidate(tmp_path).people
        assert sorted(people.loc[people["person"] == "陆雪琪", "department"]) == ["三组", "研发部"]

    def test_positions_that_differ_are_nobodys(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for i, position in enumerate(("", "组长", "专员")):
            ws = book.active if not i else book.create_sheet()
            pairs = [("姓名", "李四"), ("部门", "客服部"), ("工号", "7"), ("岗位", position or None)]
            _fill(ws, pairs, 80, f"{PERIOD}绩效考核表")
        book.save(tmp_path / "a.xlsx")
        done = scorecard.consolidate(tmp_path)
        assert [one.card.position for one in done.resolved] == ["", "组长", "专员"]
