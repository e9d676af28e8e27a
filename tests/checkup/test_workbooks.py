"""Whole workbooks: the source documents' forms, embedded forms, folders, what is stored, and what must not be said."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

import scorecard
from scorecard.errors import UnusableFile, UsageError
from scorecard.findings import Finding
from tests.cli.books import classic_book, people_book, tableless, with_stored_value
from tests.workbook import forms, seed000

from .books import write

SHIPPED = Path(__file__).resolve().parents[2] / "workbooks"


def codes_of(path: Path) -> Counter[str]:
    return Counter(f.code for f in scorecard.check(path).findings)


def sentences(path: Path, code: str) -> list[Finding]:
    return [f for f in scorecard.check(path).findings if f.code == code]


def saved(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


# --- the source documents --------------------------------------------------------------------------------------------


def test_seed_001_gives_exactly_its_traps(tmp_path: Path) -> None:
    """The anchor table as printed: full-width dots, units, an error rate of 100 %, zero targets, capped targets."""
    path = classic_book(tmp_path / "客服部.xlsx", actuals=False)
    # 8 cells with units or full-width dots, 11 weights, 40 of 44 targets less 8 and 2 blank ones.
    assert codes_of(path) == {
        "text-number": 53, "full-width": 4, "error-rate-target-100": 1, "period-targets-contradict": 1,
        "band-unreachable": 1, "best-attainable": 1, "compound-item": 1, "thresholds-missing": 1, "period-base": 1,
    }  # fmt: skip


def test_seed_001_best_totals_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    """21 % of the weight can only earn 70: (89·… )/89 in a month, 93.7 in a quarter; 6 % more is free from half a year on."""
    path = classic_book(tmp_path / "客服部.xlsx", actuals=False)
    [best] = sentences(path, "best-attainable")
    assert "月度 92.92、季度 93.7、半年 95.5、年度 95.5" in best.message.zh
    assert best.message.zh.endswith("21% 的权重拿不到满分")
    month = (68 * 100 + 21 * 70) / 89
    assert f"{month:.2f}" == "92.92"
    [band] = sentences(path, "band-unreachable")
    assert band.cell == "A9,A12,A13,A14" and "“远超目标”" in band.message.zh
    [base] = sentences(path, "period-base")
    assert base.cell == "B7,B11" and "89%" in base.message.zh and "11%" in base.message.zh


def test_seed_001_contradiction_names_periods_and_numbers(tmp_path: Path) -> None:
    [found] = sentences(classic_book(tmp_path / "客服部.xlsx", actuals=False), "period-targets-contradict")
    assert found.cell == "D12" and "季度目标 0" in found.message.zh and "半年却允许 1" in found.message.zh


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("客户服务部经理", {"rule-missing": 5, "name-wrapped": 1, "compound-item": 2, "odd-character": 1}),
        ("客户服务部受理组主管", {"rule-missing": 6, "compound-item": 1, "odd-character": 1}),
        (
            "客户服务部受理服务代表(一)",
            {"rule-missing": 5, "duplicate-number": 1, "compound-item": 2, "odd-character": 2},
        ),
        ("客户服务部物控助理", {"rule-missing": 3, "compound-item": 2, "odd-character": 1}),
        ("客户服务部技术支持组主管", {"rule-missing": 4, "compound-item": 1, "odd-character": 1}),
        ("客户服务部售后工程师", {"rule-missing": 2, "numbered-empty-row": 1, "compound-item": 2}),
    ],
)
def test_seed_004_lists_give_exactly_their_traps(position: str, expected: dict[str, int], tmp_path: Path) -> None:
    ws = forms.sheet(name="考核表")
    forms.weighted_list(ws, position)
    found = codes_of(saved(ws.parent, tmp_path / "表.xlsx"))
    found.pop("text-number")  # every weight of the source is a text
    assert found == expected


def test_seed_000_cards_disagree_with_the_list(tmp_path: Path) -> None:
    """备件回款率 in the list, 备件回款额 on the card, 销售额 in its formula, and 综合 for 总和."""
    book = Workbook()
    book.active.title = "考核表"
    seed000.kpi_list(book.active)
    seed000.pairs(book.create_sheet("指标定义"))
    found = codes_of(saved(book, tmp_path / "表.xlsx"))
    for code in (
        "card-mismatch",
        "formula-typo",
        "formula-quantity",
        "name-variant",
        "target-in-text",
        "term-undefined",
    ):
        assert found[code] == 1, (code, found)
    assert found["card-missing"] == 2 and found["mark-unexplained"] == 2 and found["card-blank"] >= 1


def test_an_engineer_is_rewarded_for_what_his_boss_is_punished_for() -> None:
    """Seed 004: 维修、维护数量 of the engineer, 客户维修率下降 of his supervisor, in two files of a folder."""
    paths = [next(SHIPPED.glob("004-7-*.xlsx")), next(SHIPPED.glob("004-8-*.xlsx"))]
    opposed = [n for n in scorecard.check(paths).noted if n.finding.code == "opposed-indicators"]
    assert len(opposed) == 1 and "004-8" in opposed[0].file
    assert "004-7" in opposed[0].finding.message.zh and "维修率下降" in opposed[0].finding.message.zh
    assert not [n for n in scorecard.check(paths[1]).noted if n.finding.code == "opposed-indicators"]


@pytest.mark.parametrize("pattern", ["002-*.xlsx", "003-*.xlsx"])
def test_shipped_workbooks_without_traps_say_nothing(pattern: str) -> None:
    found = {path.name: scorecard.check(path).findings for path in SHIPPED.glob(pattern)}
    assert found and {name: findings for name, findings in found.items() if findings} == {}


# --- rules and embedded forms ----------------------------------------------------------------------------------------


def test_an_embedded_item_without_a_rule_is_told_and_one_scored_by_hand_on_purpose_is_not(tmp_path: Path) -> None:
    ws = forms.sheet(name="考核表")
    forms.weighted_list(ws, "客户服务部技术支持组主管")
    done = scorecard.embed(saved(ws.parent, tmp_path / "表.xlsx"), tmp_path / "评分.xlsx")
    assert done.path is not None
    expected = [f"B{row}" for row in range(4, 8)]
    assert [f.cell for f in scorecard.inspect(done.path).findings if f.code == "rule-missing"] == expected
    assert [f.cell for f in sentences(done.path, "rule-missing")] == expected
    # The shipped form says in its rule sheet that a person scores these.
    shipped = next(SHIPPED.glob("004-7-*.xlsx"))
    assert [f for f in scorecard.inspect(shipped).findings if f.code == "rule-missing"] == []


def test_no_grade_is_out_of_reach_of_an_ordinary_form_but_one_is_of_a_capped_one(tmp_path: Path) -> None:
    cells = {f"{column}{row}": "100%" for row in range(4, 15) for column in "BCDE"}
    names = {f"A{row}": f"及时率{row}" for row in range(4, 15)}
    path = classic_book(tmp_path / "表.xlsx", {**cells, **names}, actuals=False)
    done = scorecard.embed(path, tmp_path / "评分.xlsx")
    [found] = [f for f in scorecard.check(done.path or path).findings if f.code == "grade-unreachable"]
    assert "优" in found.message.zh and "90" in found.message.zh and "70" in found.message.zh


def test_an_actual_beyond_the_worst_threshold_is_told(tmp_path: Path) -> None:
    """报修处理及时率, target 95 %: by the policy the worst threshold is 95 % − 3 × 5 % = 80 %."""
    path = classic_book(tmp_path / "表.xlsx", {"F6": "62%"})
    [found] = sentences(path, "actual-clamped")
    assert found.cell == "F6" and all(word in found.message.zh for word in ("62%", "80%", "0 分"))


def test_what_the_policy_cannot_score_is_told(tmp_path: Path) -> None:
    path = classic_book(
        tmp_path / "表.xlsx", {"A6": "库存合理性", **{f"{c}7": 0 for c in "CDE"}, "A7": "延误天数"}, actuals=False
    )
    assert [f.cell for f in sentences(path, "direction-unknown")] == ["A6"]
    [impossible] = sentences(path, "rule-impossible")
    assert impossible.cell == "A7" and impossible.severity == "warning"


def test_a_table_without_standards_is_told_once(tmp_path: Path) -> None:
    book = Workbook()
    ws = book.active
    for row in (
        ("售后考核表", None, None),
        ("考核指标", "权重", "得分"),
        ("安装合格率", 0.6, 90),
        ("维修及时率", 0.4, 80),
    ):
        ws.append(row)
    assert codes_of(saved(book, tmp_path / "表.xlsx")) == {"no-rules": 1}


# --- stored values ---------------------------------------------------------------------------------------------------


def test_old_values_are_named_with_both_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "computed")
    scorecard.recalculate(path)
    assert scorecard.check(path).findings == ()
    with_stored_value(path, "E8", "99")
    [found] = sentences(path, "stale-cache")
    assert found.cell == "E8" and "99" in found.message.zh and "84" in found.message.zh


def test_what_rests_on_a_formula_that_cannot_be_computed(tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["考核表"]["I6"], book["考核表"]["I7"] = "=RAND()", "=I6+1"

    found = codes_of(write(tmp_path / "表.xlsx", "plain", edit=edit))
    assert found["not-computed"] >= 1


# --- what must not be said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"C8": "≤2次"}, "direction-contradicts-name"),
        ({"B7": "计划与执行"}, "compound-item"),
        ({"B7": "报表上交及时率"}, "compound-item"),
        ({"C7": "98%以上"}, "target-text"),
        ({"F8": 0}, "actual-negative"),
        ({"F9": 1.2}, "rate-over-100"),  # 完成率 may exceed 100 %
        ({"F8": 9}, "actual-scale"),
        ({"C8": 0, "D8": "每发生1次扣10分"}, "zero-target-ratio"),
        ({"D8": "完成率低于80%不得分"}, "zero-target-ratio"),
        ({"B8": "客户投诉数量", "B6": "投诉处理数量"}, "opposed-indicators"),
        ({"F3": "2026年7月"}, "period-disagrees"),
    ],
)
def test_no_false_alarm(cells: dict[str, object], code: str, tmp_path: Path) -> None:
    path = write(tmp_path / "客服部2026Q3.xlsx", "plain", cells)
    assert sentences(path, code) == []


@pytest.mark.parametrize(("month", "quarter"), [(1, 3), (3, 3), (2, 5)])
def test_consistent_or_stricter_long_periods_are_no_contradiction(month: int, quarter: int, tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "banded", {"B6": month, "C6": quarter})
    assert sentences(path, "period-targets-contradict") == []


def test_people_sheets_with_adjustments_and_formulas_are_clean(tmp_path: Path) -> None:
    assert set(codes_of(people_book(tmp_path / "人员.xlsx"))) == {"missing-cache"}


# --- files and folders -----------------------------------------------------------------------------------------------


def test_a_folder_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    folder = tmp_path / "部门"
    write(folder / "甲" / "表.xlsx", "plain", {"E8": 0.1})
    write(folder / "乙.xlsx", "plain")
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (folder / "~$乙.xlsx").write_bytes(b"lock")
    (folder / ".隐藏.xlsx").write_bytes(b"hidden")
    found = scorecard.check(folder)
    assert [Path(name).name for name in found.files] == ["乙.xlsx", "表.xlsx"]
    assert [failure.path.name for failure in found.failures] == ["坏.xlsx"]
    assert {Path(n.file).name for n in found.noted if n.finding.severity == "error"} == {"表.xlsx"}
    assert found.has_errors


def test_a_single_bad_file_raises(tmp_path: Path) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"nothing")
    with pytest.raises(UnusableFile):
        scorecard.check(bad)


def test_an_unknown_code_is_refused_with_its_neighbour(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="weights-sum"):
        scorecard.check(write(tmp_path / "表.xlsx", "plain"), only=["weight-sum"])


def test_a_workbook_without_a_table_says_so(tmp_path: Path) -> None:
    found = scorecard.check(tableless(tmp_path / "销售.xlsx"))
    assert sum(found.tables.values()) == 0 and [f.code for f in found.findings] == ["no-table"]


def test_an_input_is_never_written(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "computed")
    copy = Path(shutil.copy(path, tmp_path / "vorher.xlsx"))
    scorecard.check(path)
    assert path.read_bytes() == copy.read_bytes()
    assert load_workbook(path)["考核表"]["E8"].value == "=SUM(E4:E7)"
