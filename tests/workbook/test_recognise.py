from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from scorecard.workbook.addresses import split_cell
from scorecard.workbook.cells import Cell, CellFormat
from scorecard.workbook.recognise import BandHeader, Table, recognise, recognise_workbook
from scorecard.workbook.structure import adds_up, difference_of, refers_to

from . import forms


def filled(rows: list[list[forms.Value]], name: str = "Sheet1", row: int = 1, col: int = 1) -> Worksheet:
    ws = forms.sheet(name=name)
    for i, values in enumerate(rows):
        forms.put(ws, row + i, col, values)
    return ws


def typed(form: str) -> Worksheet:
    """A form written as text: a line per row, cells between bars; what looks like a plain number is one."""

    def value(cell: str) -> forms.Value:
        try:
            return float(cell) if "." in cell else int(cell)
        except ValueError:
            return cell

    return filled([[value(cell.strip()) for cell in line.split("|")] for line in form.strip().splitlines()])


def only(ws: Worksheet) -> Table:
    found = recognise(forms.grid(ws))
    assert len(found) == 1, [table.title for table in found]
    return found[0]


def roles(table: Table) -> dict[str, str]:
    """Role and label of each column by its letter."""
    return {get_column_letter(c.col): c.role + (f"({c.label})" if c.label else "") for c in table.columns}


def codes(table: Table) -> list[str]:
    return [f"{finding.code}@{finding.cell}" for finding in table.findings if finding.code != "text-number"]


# --- layout 1: the classic table -------------------------------------------------------------------------------------

VARIANTS = {
    "merged": {},
    "unmerged": {"merged": False},
    "elsewhere": {"row": 9, "col": 5},
    "spacers": {"spacer": True},
    "spacers unmerged": {"spacer": True, "merged": False, "row": 3},
    "three header rows": {"header_rows": 3},
    "three header rows unmerged": {"header_rows": 3, "merged": False, "col": 2},
    "footers": {"foot": True},
    "no title": {"title": False, "row": 4},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_the_classic_table_is_read_cell_by_cell(variant: dict[str, int | bool]) -> None:
    ws = forms.sheet(name="x")
    first = forms.classic(ws, **variant)  # type: ignore[arg-type]
    table = only(ws)
    assert [row.name for row in table.rows] == list(forms.CLASSIC_NAMES)
    assert table.layout == 1
    assert table.first_row == table.rows[0].row == first
    assert table.last_row == table.rows[-1].row
    assert table.top + table.header_rows <= first
    for row, (name, targets, weight) in zip(table.rows, forms.CLASSIC, strict=True):
        assert ws[row.name_cell].value == name
        assert [period for period, _ in row.targets] == list(forms.PERIODS)
        assert [ws[cell].value or "" for _, cell in row.targets] == list(targets)
        assert row.weight_cell and ws[row.weight_cell].value == weight
        assert row.kind == "kpi"
        # Behind the four targets: actual, four bands, weight, score.
        left = variant.get("col", 1)
        letters = [get_column_letter(int(left) + i) for i in range(12)]
        assert row.actual_cell == f"{letters[5]}{row.row}"
        assert [cell for _, cell in row.bands] == [f"{letter}{row.row}" for letter in letters[6:10]]
        assert row.scores == (("", f"{letters[11]}{row.row}"),)
    assert [(b.label, b.low, b.high) for b in table.bands] == [
        ("远超目标", 90, 100), ("超过目标", 70, 90), ("达到目标", 60, 70), ("未达目标", 0, 60)
    ]  # fmt: skip
    assert table.title == (forms.CLASSIC_TITLE if variant.get("title", True) else "")
    assert table.totals == {} and table.grade_cell is None
    assert table.confidence > 0.9


def test_numbers_kept_as_text_are_found_with_their_reading() -> None:
    ws = forms.sheet()
    forms.classic(ws)
    found = {f.cell: f for f in only(ws).findings if f.code == "text-number"}
    # 42 targets and 11 weights are filled, all as text.
    assert len(found) == 42 + 11
    assert found["B4"].severity == "warning" and "0.92%" in found["B4"].message.en
    assert found["B5"].severity == "warning" and "3次/台" in found["B5"].message.en
    assert found["B6"].severity == "info"
    assert found["B4"].where == "Sheet1!B4"


def test_one_header_row_with_everything_in_it() -> None:
    ws = filled(
        [
            [
                "序号",
                "考核指标",
                "目标值（万元）",
                "实际完成值",
                "优秀\n90-100分",
                "良好 80～89",
                "合格:60－79分",
                "不合格60分以下",
                "权重(%)",
                "得分",
            ],
            [1, "销售额", 200, 180, None, None, None, None, 60, None],
            [2, "回款额", 150, 150, None, None, None, None, 40, None],
        ]
    )
    table = only(ws)
    assert roles(table) == {
        "A": "number", "B": "name", "C": "target", "D": "actual", "E": "band(优秀)", "F": "band(良好)", "G": "band(合格)",
        "H": "band(不合格)", "I": "weight", "J": "score",
    }  # fmt: skip
    assert table.bands == (
        BandHeader("优秀", 90, 100, 5), BandHeader("良好", 80, 89, 6), BandHeader("合格", 60, 79, 7),
        BandHeader("不合格", 0, 60, 8),
    )  # fmt: skip
    units = {column.role: column.unit for column in table.columns}
    assert (units["target"], units["weight"]) == ("万元", "%")
    assert table.rows[0].targets == (("", "C2"),)


def test_actual_and_target_per_period_under_group_headings() -> None:
    ws = filled(
        [
            ["KPI", "一季度", "", "二季度", "", "权重", "得分"],
            ["", "目标", "实际", "目标", "实际", "", ""],
            ["产量", 100, 90, 100, 95, 0.5, None],
            ["良品率", 0.98, 0.99, 0.98, 0.97, 0.5, None],
        ]
    )
    for merge in ("B1:C1", "D1:E1", "A1:A2", "F1:F2", "G1:G2"):
        ws.merge_cells(merge)
    assert roles(only(ws)) == {
        "A": "name", "B": "target(一季度)", "C": "actual(一季度)", "D": "target(二季度)", "E": "actual(二季度)", "F": "weight",
        "G": "score",
    }  # fmt: skip


def test_one_target_merged_over_all_periods_is_the_target_of_each() -> None:
    ws = forms.sheet()
    forms.classic(ws)
    for letter in "CDE":
        ws[f"{letter}6"].value = None
    ws.merge_cells("B6:E6")
    assert only(ws).rows[2].targets == (("月度", "B6"), ("季度", "B6"), ("半年", "B6"), ("年度", "B6"))


def test_performance_is_the_actual_but_not_in_a_total_label() -> None:
    ws = filled(
        [
            ["指标", "目标", "绩效", "权重", "得分"],
            ["及时率", "95%", "96%", 0.6, 88],
            ["满意率", "90%", "92%", 0.4, 90],
            ["绩效考核得分", "", "", "", "=SUMPRODUCT(D2:D3,E2:E3)"],
        ]
    )
    table = only(ws)
    assert roles(table)["C"] == "actual"
    assert [row.name for row in table.rows] == ["及时率", "满意率"]
    assert table.totals == {"": "E4"}


# --- layout 2: plain weighted lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize("position", forms.WEIGHTED_LISTS)
@pytest.mark.parametrize("abilities", [False, True], ids=["alone", "with ability sheet"])
def test_each_weighted_list_of_the_source(position: str, abilities: bool) -> None:
    ws = forms.sheet()
    forms.weighted_list(ws, position, row=2, col=2, abilities=abilities)
    table, *others = recognise(forms.grid(ws))
    assert [other.layout for other in others] == [9] * abilities
    expected = [item for item in forms.WEIGHTED_LISTS[position] if item.weight]
    assert [row.name for row in table.rows] == ["".join(item.name) for item in expected]
    assert [ws[row.weight_cell or "A1"].value for row in table.rows] == [item.weight for item in expected]
    assert table.layout == 2
    assert table.title == f"{position}考核指标表"
    assert roles(table) == {"B": "number", "C": "name", "D": "weight", "E": "rule_text", "F": "method"}
    assert all(row.targets == () and row.actual_cell is None for row in table.rows)
    assert sum(int(item.weight.rstrip("%")) for item in expected) == 100


def test_all_eight_lists_under_each_other() -> None:
    ws = forms.sheet()
    at = 1
    for position in forms.WEIGHTED_LISTS:
        at = forms.weighted_list(ws, position, at, abilities=True) + 2
    found = recognise(forms.grid(ws))
    tables, sheets = found[::2], found[1::2]
    assert [table.title for table in tables] == [f"{position}考核指标表" for position in forms.WEIGHTED_LISTS]
    assert [table.title for table in sheets] == [
        f"二.{position}半年评价能力和态度指标" for position in forms.WEIGHTED_LISTS
    ]
    # Seventeen slots are filled; the empty fifth one before 参照能力 is none, and no heading is an item.
    names = [slot for _, slots in forms.ABILITIES for slot in slots if slot]
    assert all([row.name for row in table.rows] == names for table in sheets)
    assert {row.section for table in sheets for row in table.rows} == {"核心能力", "参照能力", "态度"}
    assert [len(table.rows) for table in tables] == [5, 6, 5, 4, 5, 5, 4, 4]
    assert {table.layout for table in tables} == {2}


def test_a_number_used_twice_loses_no_row() -> None:
    ws = forms.sheet()
    forms.weighted_list(ws, "客户服务部受理服务代表(一)")
    table = only(ws)
    assert [row.row for row in table.rows] == [4, 5, 6, 7, 8]
    assert codes(table) == ["duplicate-number@A6"]


def test_a_numbered_empty_row_is_a_finding_and_no_item() -> None:
    ws = forms.sheet()
    forms.weighted_list(ws, "客户服务部售后工程师", abilities=True)
    table = recognise(forms.grid(ws))[0]
    assert table.last_row == 7
    assert codes(table) == ["numbered-empty-row@A8"]


def test_a_name_on_two_rows_is_joined() -> None:
    ws = forms.sheet()
    forms.weighted_list(ws, "客户服务部经理")
    table = only(ws)
    assert table.rows[0].name == "部门人员总体服务质量(外部客户满意度)"
    assert [row.row for row in table.rows] == [4, 6, 7, 8, 9]
    assert codes(table) == ["name-wrapped@B4"]


def test_a_wrapped_name_whose_weight_stands_on_its_second_row() -> None:
    ws = filled(
        [
            ["编号", "KPI", "权重", "考核方法"],
            [1, "部门人员总体服务质量", "", ""],
            ["", "（外部客户满意度）", "60%", "系统记录"],
            [2, "内部客户满意度", "40%", ""],
        ]
    )
    table = only(ws)
    assert [(row.name, row.weight_cell) for row in table.rows] == [
        ("部门人员总体服务质量（外部客户满意度）", "C3"),
        ("内部客户满意度", "C4"),
    ]


def test_a_line_break_inside_a_name_leaves_no_gap_in_chinese() -> None:
    ws = filled([["KPI", "Weight"], ["部门服务质量\n（外部）", 0.5], ["On-time\ndelivery", 0.5]])
    assert [row.name for row in only(ws).rows] == ["部门服务质量（外部）", "On-time delivery"]


def test_an_item_without_weight_between_others_stays() -> None:
    ws = filled([["指标", "权重", "评分标准"], ["甲项", "50%", ""], ["乙项", "", "另行规定"], ["丙项", "50%", ""]])
    assert [row.name for row in only(ws).rows] == ["甲项", "乙项", "丙项"]


def test_a_blank_form_without_any_weight_yet() -> None:
    ws = filled(
        [
            ["员工绩效考核表"],
            ["序号", "考核指标", "权重", "评分标准", "得分"],
            [1, "及时率"],
            [2, "满意率"],
            [3, "投诉量"],
        ]
    )
    assert [row.name for row in only(ws).rows] == ["及时率", "满意率", "投诉量"]


# --- what surrounds a table ------------------------------------------------------------------------------------------


def test_identity_in_every_written_form() -> None:
    ws = filled(
        [
            ["二〇二六年绩效考核表"],
            ["被考核人", "张三", "部门：客户服务部", "", "岗　位：", "客服经理"],
            ["考核周期（请选择）▶", "", "季度", "评价人：李四　　填表日期：2026-10-08"],
            ["指标", "目标", "实际", "权重", "得分"],
            ["及时率", "95%", "", "50%", ""],
            ["满意率", "90%", "", "50%", ""],
        ]
    )
    ws.merge_cells("A3:B3")
    table = only(ws)
    assert table.identity == {
        "person": ("张三", "B2"),
        "department": ("客户服务部", "C2"),
        "position": ("客服经理", "F2"),
        "period": ("季度", "C3"),
        "evaluator": ("李四", "D3"),
    }
    assert table.period_cell == "C3"


def identity_of(*rows: list[object]) -> dict[str, str]:
    ws = filled(
        [["绩效考核表"], *rows, ["指标", "权重", "得分"], ["进度", 0.5, ""], ["质量", 0.5, ""]]
    )  # fmt: skip
    return {kind: value for kind, (value, _) in only(ws).identity.items() if value}


@pytest.mark.parametrize("rank", ["主管", "部门经理", "主任", "职员", "Supervisor"])
@pytest.mark.parametrize("rest", [[], ["部门", "客服部"], ["直接上级", "李四"], ["工号", "0012"], ["", "部门", "客服部"]])
def test_a_rank_beside_the_position_is_its_value(rank: str, rest: list[object]) -> None:
    """主管 is a label as well: that of an evaluator."""
    found = identity_of(["姓名", "张三", "岗位", rank, *rest])
    assert (found["person"], found["position"]) == ("张三", rank)
    assert found.get("evaluator") == ("李四" if "李四" in rest else None)
    assert found.get("department") == ("客服部" if "客服部" in rest else None)


@pytest.mark.parametrize(
    ("row", "position", "evaluator"),
    [(["姓名", "张三", "岗位", "", "主管", "王五"], None, "王五"),
     (["姓名", "张三", "岗位", "主管：", "王五"], None, "王五"),
     (["姓名", "张三", "主管", "王五", "岗位", "经理"], "经理", "王五"),
     (["职务", "主管", "岗位", "部门经理"], "主管", None),
     (["姓名", "部门", "岗位", "主管"], None, None)],
)  # fmt: skip
def test_a_rank_with_a_value_of_its_own_is_a_label(row: list[object], position: str | None, evaluator: str | None) -> None:
    found = identity_of(row)
    assert (found.get("position"), found.get("evaluator")) == (position, evaluator)


def test_labels_in_neighbouring_cells_each_with_its_colon() -> None:
    ws = forms.sheet()
    forms.classic(ws, row=4)
    ws["A2"], ws["D2"], ws["G2"] = "被考核人：　　　　", "部门：客户服务部", "考核期间：　　年　"
    ws["J2"], ws["L2"] = "考核周期（请选择）▶", "季度"
    for merge in ("A2:C2", "D2:F2", "G2:I2", "J2:K2", "L2:M2"):
        ws.merge_cells(merge)
    table = only(ws)
    assert table.identity == {"person": ("", "A2"), "department": ("客户服务部", "D2"), "period": ("季度", "L2")}
    assert table.period_cell == "L2"


def test_department_and_person_in_one_cell_and_labels_still_empty() -> None:
    ws = filled(
        [
            ["绩效考核表"],
            ["部门-姓名", "研发部-某某", "职位", "", "被考核人", ""],
            ["考核期间：　　　年　　月"],
            ["指标", "权重", "得分"],
            ["进度", 0.5, ""],
            ["质量", 0.5, ""],
        ]
    )
    identity = only(ws).identity
    assert identity["department"] == ("研发部", "B2")
    assert identity["person"] == ("某某", "B2")
    assert identity["position"] == ("", "D2")
    assert identity["period"] == ("", "A3")


def test_a_value_behind_a_merged_label_and_across_a_merged_value() -> None:
    ws = forms.sheet()
    forms.classic(ws, row=3)
    ws["A1"] = "被考核人姓名"
    ws.merge_cells("A1:B1")
    ws["C1"] = "王五"
    ws.merge_cells("C1:E1")
    ws["F1"] = "所属部门"
    ws["G1"] = "售后部"
    ws.merge_cells("G1:H1")
    identity = only(ws).identity
    assert identity["person"] == ("王五", "C1")
    assert identity["department"] == ("售后部", "G1")


def test_several_labels_in_one_cell() -> None:
    ws = forms.sheet()
    forms.classic(ws, row=3)
    ws["A1"] = "姓名：赵六　　部门：物流部　　考核月份：2026年3月　　考核人："
    table = only(ws)
    assert {kind: value for kind, (value, _) in table.identity.items()} == {
        "person": "赵六", "department": "物流部", "period": "2026年3月", "evaluator": ""
    }  # fmt: skip
    assert table.period_cell is None  # no cell of its own


@pytest.mark.parametrize("label_col", [1, 11], ids=["labels under the names", "labels beside the scores"])
def test_summary_rows_written_below_are_found_again(label_col: int) -> None:
    ws = forms.sheet()
    forms.classic(ws)
    below = {"总分": "=SUMPRODUCT(K4:K14,L4:L14)", "覆盖率": 0.89, "等级": "良", "绩效系数": 1.1, "考核周期": "季度"}
    for i, (label, value) in enumerate(below.items()):
        ws.cell(15 + i, label_col, label)
        ws.cell(15 + i, 12, value)
    ws["L4"] = "=KPI_SCORE(F4,B4,C4)"
    table = only(ws)
    assert [row.name for row in table.rows] == list(forms.CLASSIC_NAMES)
    assert table.totals == {"": "L15"}
    assert (table.coverage_cell, table.grade_cell) == ("L16", "L17")
    assert (table.coefficient_cell, table.period_cell) == ("L18", "L19")
    assert table.identity["period"] == ("季度", "L19")


def test_summary_cells_beside_a_table_are_found() -> None:
    ws = forms.sheet()
    forms.classic(ws)
    ws["N2"], ws["N3"] = "考核周期", "季度"
    for i, (label, value) in enumerate({"总分": 88.5, "覆盖率": 1, "等级": "良", "绩效系数": 1.1}.items()):
        ws.cell(5 + i, 14, label)
        ws.cell(5 + i, 15, value)
    table = only(ws)
    assert len(table.rows) == 11 and table.last_col == 12
    assert table.totals == {"": "O5"}
    assert (table.coverage_cell, table.grade_cell, table.coefficient_cell) == ("O6", "O7", "O8")
    assert table.period_cell == "N3"


def test_a_column_of_weight_sums_is_no_total() -> None:
    ws = forms.sheet()
    forms.weighted_list(ws, "客户服务部技术支持组主管")
    ws["B8"], ws["C8"] = "合计", "100%"
    table = only(ws)
    assert table.totals == {}
    assert len(table.rows) == 4


def test_the_more_explicit_total_row_wins() -> None:
    ws = filled(
        [
            ["指标", "权重", "得分"],
            ["甲项", "50%", 80],
            ["乙项", "50%", 90],
            ["合计", "100%", 85],
            ["加减分", "", 3],
            ["考核总分", "", 88],
            ["考核等级", "", "良"],
            ["被考核人签字：", "", "日期："],
            ["说明：", "90分以上为优，80分以上为良"],
        ]
    )
    table = only(ws)
    assert [(row.name, row.kind) for row in table.rows] == [("甲项", "kpi"), ("乙项", "kpi"), ("加减分", "adjustment")]
    assert table.totals == {"": "C6"}
    assert table.grade_cell == "C7"


def test_several_labels_in_one_summary_row() -> None:
    ws = filled(
        [
            ["指标", "权重", "评分标准", "得分"],
            ["甲项", "50%", "", 80],
            ["乙项", "50%", "", 90],
            ["总分", 85, "等级", "良"],
        ]
    )
    table = only(ws)
    assert table.totals == {"": "B4"}
    assert table.grade_cell == "D4"


def test_a_scale_of_grades_below_is_no_grade_cell() -> None:
    ws = filled(
        [
            ["指标", "权重", "得分"],
            ["甲项", "50%", 80],
            ["乙项", "50%", 90],
            [],
            ["等级", "优", "良", "中", "差"],
            ["分数", "90以上", "80-90", "60-80", "60以下"],
        ]
    )
    table = only(ws)
    assert table.grade_cell is None
    assert len(table.rows) == 2


def test_address_lines_glued_under_the_last_row_are_no_items() -> None:
    ws = forms.sheet()
    forms.classic(ws, foot=True)
    table = only(ws)
    assert table.rows[-1].name == "报表上交及时准确率"
    assert table.last_row == 14


def test_the_identity_of_the_next_card_is_not_taken_for_the_one_above() -> None:
    card = """
        {0}考核表
        姓名 | {0} | 考核周期 | {1}
        考核指标 | 权重 | 得分
        及时率 | 60% | 80
        满意率 | 40% | 90
        总分 | | 84
        """
    ws = typed(card.format("张三", "2026年一季度").strip() + "\n" + card.format("李四", "2026年二季度").strip())
    ws["C2"] = ws["D2"] = None  # the first form has no period
    first, second = recognise(forms.grid(ws))
    assert [first.title, second.title] == ["张三考核表", "李四考核表"]
    assert first.period_cell is None and "period" not in first.identity
    assert first.totals == {"": "C6"}
    assert second.identity == {"person": ("李四", "B8"), "period": ("2026年二季度", "D8")}
    assert second.period_cell == "D8"


def test_a_total_of_one_part_does_not_end_the_table() -> None:
    ws = typed(
        """
        序号 | 考核指标 | 权重 | 得分
        一、业绩
        1 | 及时率 | 40% | 80
        2 | 满意率 | 30% | 90
        业绩得分合计 | | 70% | 59
        二、态度
        1 | 协作 | 30% | 90
        总得分 | | | 86
        等级比例
        优 | | 20%
        """
    )
    table = only(ws)
    assert [(row.name, row.section) for row in table.rows] == [
        ("及时率", "一、业绩"), ("满意率", "一、业绩"), ("协作", "二、态度")
    ]  # fmt: skip
    assert table.totals == {"": "D8"}


def test_a_total_row_on_top_of_the_items() -> None:
    ws = typed(
        """
        考核指标 | 权重 | 得分
        总分 | 100% | 84
        及时率 | 60% | 80
        满意率 | 40% | 90
        """
    )
    table = only(ws)
    assert [row.name for row in table.rows] == ["及时率", "满意率"]
    assert table.totals == {"": "C2"}


def test_a_numbered_total_row_is_no_item() -> None:
    ws = typed(
        """
        序号 | 考核指标 | 权重 | 得分
        1 | 及时率 | 60% | 80
        2 | 满意率 | 40% | 90
        3 | 合计 | 100% | 84
        """
    )
    table = only(ws)
    assert [row.name for row in table.rows] == ["及时率", "满意率"]
    assert table.totals == {"": "D4"}


def test_an_indicator_may_be_called_like_a_label() -> None:
    ws = typed(
        """
        考核指标 | 权重 | 得分
        覆盖率 | 60% | 80
        满意率 | 40% | 90
        覆盖率 | | 100%
        """
    )
    table = only(ws)
    assert [row.row for row in table.rows] == [2, 3]
    assert table.coverage_cell == "C4"


# --- several tables, decoys, hidden parts ----------------------------------------------------------------------------


def test_two_tables_side_by_side() -> None:
    left: list[list[forms.Value]]
    left = [["序号", "指标", "权重", "得分"], [1, "甲项", "50%", 80], [2, "乙项", "50%", 90], ["合计", "", "100%", 85]]
    ws = filled(left)
    right: list[list[forms.Value]]
    right = [["序号", "指标", "权重", "得分"], [1, "丙项", "30%", 70], [2, "丁项", "70%", 60], ["合计", "", "100%", 63]]
    for i, values in enumerate(right):
        forms.put(ws, 1 + i, 6, values)
    first, second = recognise(forms.grid(ws))
    assert [row.name for row in first.rows] == ["甲项", "乙项"]
    assert [row.name for row in second.rows] == ["丙项", "丁项"]
    assert (first.first_col, first.last_col, second.first_col, second.last_col) == (1, 4, 6, 9)
    assert (first.totals, second.totals) == ({"": "D4"}, {"": "I4"})


def test_a_legend_beside_and_instructions_above_do_not_disturb() -> None:
    ws = forms.sheet()
    ws["A1"] = "填写说明：权重合计应为100%，得分按评分标准计算；指标由上级确定。"
    forms.classic(ws, row=4)
    forms.put(ws, 5, 14, ["等级", "分数"])
    forms.put(ws, 6, 14, ["优", "90分以上"])
    forms.put(ws, 7, 14, ["良", "80分以上"])
    table = only(ws)
    assert table.title == forms.CLASSIC_TITLE
    assert table.last_col == 12
    assert len(table.columns) == 12
    assert table.grade_cell is None


def test_decoy_tables_on_the_same_sheet() -> None:
    ws = filled(
        [
            ["评价人", "权重"],
            ["上级", "70%"],
            ["自评", "30%"],
            [],
            ["等级", "总分下限", "绩效系数"],
            ["优", 90, 1.2],
            ["良", 80, 1.1],
            [],
        ]
    )
    forms.classic(ws, row=10)
    assert only(ws).title == forms.CLASSIC_TITLE


def test_a_header_without_items_is_passed_over() -> None:
    ws = filled([["指标", "权重", "得分"], [], []])
    forms.classic(ws, row=8)
    assert only(ws).rows[0].name == "服务费用率"


def test_tables_on_several_sheets_one_hidden() -> None:
    ws = forms.sheet(name="经理")
    forms.classic(ws)
    book: Workbook = ws.parent
    forms.sheet(book, "说明")["A1"] = "本表由人力资源部制定"
    other = forms.sheet(book, "工程师")
    forms.weighted_list(other, "客户服务部售后工程师")
    other.sheet_state = "hidden"
    tables, findings = recognise_workbook(forms.package(ws))
    assert [table.sheet for table in tables] == ["经理", "工程师"]
    assert [finding.where for finding in findings if finding.code == "hidden-sheet"] == ["工程师"]
    assert not [finding for finding in findings if finding.code == "no-table"]


def test_a_hidden_row_with_a_weight_counts_and_is_reported() -> None:
    ws = forms.sheet()
    forms.classic(ws)
    ws.row_dimensions[9].hidden = True
    table = only(ws)
    assert len(table.rows) == 11
    assert codes(table) == ["hidden-row-with-weight@K9"]


def test_a_form_far_down_a_large_sheet() -> None:
    ws = forms.sheet()
    for row in range(1, 3000):
        ws.cell(row, 1, row)
        ws.cell(row, 3, f"备注 {row}")
    forms.classic(ws, row=3010, col=8)
    assert len(only(ws).rows) == 11


# --- the other layouts, as far as the same means carry ----------------------------------------------------------------


def test_a_sheet_per_person_with_two_evaluators_and_own_formulas() -> None:
    ws = forms.sheet(name="某某")
    forms.person_sheet(ws)
    table = only(ws)
    assert table.layout == 3
    assert [(row.name, row.section, row.kind) for row in table.rows] == [
        ("项目进度", "业绩", "kpi"), ("代码质量", "业绩", "kpi"), ("团队协作", "行为", "rating"), ("学习成长", "行为", "rating"),
        ("加减分", "", "adjustment"),
    ]  # fmt: skip
    assert table.rows[0].scores == (("自评", "F4"), ("上级", "G4"))
    assert table.totals == {"自评": "F9", "上级": "G9"}
    assert {kind: value for kind, (value, _) in table.identity.items()} == {
        "person": "某某", "department": "研发部", "position": "高级工程师", "evaluator": "李主管", "period": "2026年第三季度"
    }  # fmt: skip


def test_a_category_column_under_one_merged_heading() -> None:
    ws = filled(
        [
            ["考核指标", "", "权重", "评分标准", "得分"],
            ["业绩", "销售额", 0.4, "", ""],
            ["", "回款率", 0.3, "", ""],
            ["行为", "协作", 0.3, "", ""],
        ]
    )
    ws.merge_cells("A1:B1")
    ws.merge_cells("A2:A3")
    assert [(row.name, row.section) for row in only(ws).rows] == [
        ("销售额", "业绩"),
        ("回款率", "业绩"),
        ("协作", "行为"),
    ]


def test_indicators_in_merged_cells_are_the_section_of_their_contents() -> None:
    ws = filled(
        [
            ["指标", "考核要求/内容", "评分规则", "权重", "自评得分", "上级评分"],
            ["工作业绩", "按期完成开发任务", "", "40%", "", ""],
            ["", "交付质量达标", "", "30%", "", ""],
            ["工作态度", "遵守制度", "", "30%", "", ""],
        ]
    )
    ws.merge_cells("A2:A3")
    table = only(ws)
    assert [(row.name, row.section) for row in table.rows] == [
        ("按期完成开发任务", "工作业绩"), ("交付质量达标", "工作业绩"), ("遵守制度", "工作态度")
    ]  # fmt: skip


def test_headings_between_items_are_sections() -> None:
    ws = filled(
        [
            ["序号", "考核项目", "权重", "评分标准", "得分"],
            ["一、业绩指标（50%）"],
            [1, "销售额", "30%", "", ""],
            [2, "回款率", "20%", "", ""],
            ["二、行为指标（50%）"],
            [1, "协作", "25%", "", ""],
            [2, "学习", "25%", "", ""],
        ]
    )
    ws.merge_cells("A2:E2")
    ws.merge_cells("A5:E5")
    table = only(ws)
    assert [(row.name, row.section) for row in table.rows] == [
        ("销售额", "一、业绩指标（50%）"),
        ("回款率", "一、业绩指标（50%）"),
        ("协作", "二、行为指标（50%）"),
        ("学习", "二、行为指标（50%）"),
    ]  # fmt: skip
    assert codes(table) == []  # the numbers start anew in each section


def test_two_parts_of_one_person_share_the_identity() -> None:
    ws = filled(
        [
            ["员工绩效考核表"],
            ["姓名", "张三", "部门", "客服部"],
            ["第二部分 业绩（50%）"],
            ["序号", "考核指标", "权重", "得分"],
            [1, "及时率", "60%", ""],
            [2, "满意率", "40%", ""],
            ["小计", "", "100%", ""],
            ["第三部分 行为（50%）"],
            ["序号", "考核指标", "权重", "得分"],
            [1, "协作", "70%", ""],
            [2, "纪律", "30%", ""],
            ["总分", "", "", ""],
        ]
    )
    first, second = recognise(forms.grid(ws))
    assert (first.layout, second.layout) == (4, 4)
    assert first.identity["person"] == second.identity["person"] == ("张三", "B2")
    assert [row.name for row in second.rows] == ["协作", "纪律"]
    assert second.totals == {"": "D12"}


def test_full_marks_instead_of_weights() -> None:
    ws = filled(
        [
            ["现场管理考核评分表"],
            ["考核项目", "总分值", "评分标准", "一组得分", "二组得分"],
            ["卫生", "10分", "每处扣1分", 9, 8],
            ["安全", "20分", "每起扣5分", 20, 15],
            ["纪律", "10分", "每次扣2分", 8, 10],
            ["合计", "=SUM(B3:B5)", "", "=SUM(D3:D5)", "=SUM(E3:E5)"],
        ]
    )
    table = only(ws)
    assert table.layout == 6
    assert roles(table) == {"A": "name", "B": "points", "C": "rule_text", "D": "score(一组)", "E": "score(二组)"}
    assert table.totals == {"一组": "D6", "二组": "E6"}
    assert all(row.weight_cell is None for row in table.rows)


def test_categories_and_numbers_without_a_header_of_their_own() -> None:
    ws = typed(
        """
        | 考核指标 | 权重 | 得分
        业绩 | 销售额 | 40% |
        | 回款率 | 30% |
        行为 | 协作 | 30% |
        """
    )
    ws.merge_cells("A2:A3")
    table = only(ws)
    assert table.first_col == 1
    assert [(row.name, row.section) for row in table.rows] == [("销售额", "业绩"), ("回款率", "业绩"), ("协作", "行为")]


def test_a_title_that_reads_like_a_header() -> None:
    ws = typed(
        """
        绩效
        考核指标 | 目标 | 权重 | 得分
        及时率 | 95% | 60% | 80
        满意率 | 90% | 40% | 90
        """
    )
    ws.merge_cells("A1:D1")
    table = only(ws)
    assert (table.top, table.header_rows) == (2, 1)


def test_section_weights_beside_item_weights() -> None:
    ws = typed(
        """
        考核维度 | 权重 | 考核指标 | 权重 | 评分标准 | 得分
        业绩 | 70% | 销售额 | 60% | | 80
        | | 回款率 | 40% | | 90
        行为 | 30% | 协作 | 100% | | 85
        """
    )
    for merge in ("A2:A3", "B2:B3"):
        ws.merge_cells(merge)
    table = only(ws)
    assert roles(table) == {
        "A": "section", "B": "weight(section)", "C": "name", "D": "weight", "E": "rule_text", "F": "score"
    }  # fmt: skip
    assert [row.weight_cell for row in table.rows] == ["D2", "D3", "D4"]


def test_a_veto_item() -> None:
    ws = typed(
        """
        考核指标 | 权重 | 得分
        及时率 | 60% | 80
        满意率 | 40% | 90
        一票否决项 | | 0
        加减分 | | 3
        """
    )
    assert [row.kind for row in only(ws).rows] == ["kpi", "kpi", "veto", "adjustment"]


def test_a_total_merged_block_with_three_score_columns() -> None:
    ws = typed(
        """
        员工季度绩效考核评分表
        姓名： | 王小二 | 部门： | 研发中心 | 岗位： | 测试 | 考核期： | 2026年Q2
        序号 | 考核维度 | 考核指标 | 权重 | 评分标准 | 评分 | | 得分
        | | | | | 自评(30%) | 上级评分(70%) |
        1 | 工作业绩 | 用例完成率 | 30% | 按比例 | 90 | 85 |
        2 | | 漏测率 | 30% | 每个扣5 | 80 | 75 |
        3 | 工作能力 | 沟通协调 | 20% | | 80 | 80 |
        4 | 工作态度 | 责任心 | 20% | | 90 | 90 |
        合计 | | | 100% | | | | 82.5
        奖惩 | | | | | | | -2
        考核等级： | B | | 绩效系数： | 1.0
        直接上级签字： | | | 被考核人签字：
        """
    )
    for merge in ("F3:G3", "B5:B6", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "H3:H4", "A9:C9", "A10:G10"):
        ws.merge_cells(merge)
    table = only(ws)
    assert table.rows[0].scores == (("自评", "F5"), ("上级", "G5"), ("", "H5"))
    assert [row.section for row in table.rows] == ["工作业绩", "工作业绩", "工作能力", "工作态度", ""]
    adjustment = table.rows[-1]
    assert (adjustment.name, adjustment.kind, adjustment.name_cell) == ("奖惩", "adjustment", "A10")
    assert adjustment.weight_cell is None
    assert dict(adjustment.scores)[""] == "H10"
    assert table.totals[""] == "H9"
    assert (table.grade_cell, table.coefficient_cell, table.period_cell) == ("B11", "E11", "H2")


def test_objectives_in_front_of_the_measures() -> None:
    table = only(
        typed(
            """
            平衡计分卡
            维度 | 战略目标 | 衡量指标 | 目标值 | 权重 | 实际值 | 达成率 | 得分 | 加权得分
            财务 | 提高收入 | 营业收入 | 5000 | 50% | 4800 | 96% | 96 | 48
            客户 | 提高满意度 | 客户满意度 | 95 | 50% | 93 | 98% | 95 | 47.5
            | | | 合计 | 100% | | | | 95.5
            """
        )
    )
    assert [(row.name, row.section) for row in table.rows] == [("营业收入", "财务"), ("客户满意度", "客户")]
    assert table.rows[0].targets == (("", "D3"),)
    assert table.rows[0].scores == (("", "H3"),)
    assert table.totals == {"": "I5"}


# --- no table, and doubt ---------------------------------------------------------------------------------------------

NO_TABLES = {
    "invoice": """
        序号 | 项目 | 规格 | 数量 | 单价 | 金额
        1 | 打印纸 | A4 | 10 | 25 | 250
        2 | 墨盒 | 黑 | 2 | 180 | 360
    """,
    "attendance": """
        序号 | 姓名 | 部门 | 应出勤 | 实出勤 | 迟到 | 得分
        1 | 张三 | 客服 | 22 | 21 | 1 | 95
        2 | 李四 | 客服 | 22 | 22 | 0 | 100
    """,
    "weekly report": """
        序号 | 工作内容 | 完成情况 | 下周计划 | 备注
        1 | 接待客户 | 已完成 | 回访 |
        2 | 整理档案 | 80% | 继续 |
    """,
    "match": """
        场次 | 主队 | 客队 | 比分
        1 | 红队 | 蓝队 | 3:2
        2 | 蓝队 | 绿队 | 1:1
    """,
    "players": """
        球员 | 得分 | 篮板 | 助攻
        张 | 20 | 5 | 3
        李 | 18 | 9 | 7
    """,
    "decathlon": """
        项目 | 成绩 | 得分 | 名次
        100米 | 10.9 | 880 | 2
        跳远 | 7.4 | 910 | 1
    """,
    "article statistics": """
        标题 | 作者 | 阅读量 | 点赞 | 得分
        甲 | 张 | 1000 | 20 | 4
        乙 | 李 | 500 | 9 | 3
    """,
    "school marks": """
        学号 | 姓名 | 语文 | 数学 | 总分
        1 | 张三 | 90 | 88 | 178
        2 | 李四 | 85 | 92 | 177
    """,
    "statistics by year": """
        指标 | 2024年 | 2025年 | 增长率
        营业收入 | 100 | 120 | 20%
        净利润 | 10 | 13 | 30%
    """,
    "price basket": """
        项目 | 权重 | 同比
        食品 | 30% | 2.1%
        居住 | 25% | 0.4%
        交通 | 45% | -1%
    """,
    "portfolio": """
        股票名称 | 权重 | 收益率
        甲 | 40% | 5%
        乙 | 60% | -2%
    """,
    "indicator catalogue": """
        指标编号 | 指标名称 | 指标定义 | 计算公式 | 数据来源
        1 | 及时率 | … | a/b | 系统
        2 | 满意率 | … | c/d | 问卷
    """,
    "freight": """
        Item | Weight (kg) | Score
        Box | 12.5 | 3
        Crate | 40 | 4
    """,
    "payroll": """
        姓名 | 基本工资 | 绩效工资 | 绩效系数 | 实发工资
        张三 | 5000 | 2000 | 1.1 | 7200
        李四 | 5200 | 1800 | 1 | 7000
    """,
    "summary of people": """
        序号 | 姓名 | 部门 | 得分 | 等级
        1 | 张三 | 客服 | 88 | 良
        2 | 李四 | 客服 | 91 | 优
    """,
    "job description": """
        岗位名称 | 客户服务经理 | 岗位编号 |
        所属部门 | 客户服务部 | 直属上级 | 总经理
        考核指标 | 客户满意度、响应及时率
    """,
    "exam paper": """
        题号 | 题目 | 分值 | 得分
        1 | 一加一 | 5 | 5
        2 | 二加二 | 5 | 3
    """,
    "budget": """
        项目 | 预算 | 实际 | 差异
        差旅费 | 1000 | 900 | 100
        办公费 | 500 | 600 | -100
    """,
    "evaluators": """
        评价人 | 权重
        上级 | 70%
        自评 | 30%
    """,
    "grades": """
        总分下限 | 等级 | 绩效系数
        90 | 优 | 1.2
        80 | 良 | 1.1
    """,
    "survey": """
        问题 | 选项 | 人数 | 占比
        满意吗 | 是 | 80 | 80%
        满意吗 | 否 | 20 | 20%
    """,
    "lab values": """
        检验指标 | 结果 | 参考范围 | 单位
        血糖 | 5.2 | 3.9-6.1 | mmol/L
        尿酸 | 380 | 208-428 | umol/L
    """,
    "shares": """
        项目 | 占比 | 备注
        差旅 | 60% |
        办公 | 40% |
    """,
    "empty": "",
    "one word": """
        权重
    """,
}


@pytest.mark.parametrize("rows", NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_assessment_table(rows: str) -> None:
    ws = typed(rows)
    tables, findings = recognise_workbook(forms.package(ws))
    assert tables == []
    (reason,) = [finding for finding in findings if finding.code == "no-table"]
    assert reason.message.zh and reason.message.en
    assert reason.where == "Sheet1"


def test_the_reason_names_what_is_missing() -> None:
    ws = typed(NO_TABLES["indicator catalogue"])
    _, findings = recognise_workbook(forms.package(ws))
    assert "B1" in findings[-1].message.zh and "权重" in findings[-1].message.zh


def test_a_doubtful_list_is_a_finding_and_no_table() -> None:
    ws = filled([["项目", "分值", "得分"], ["俯卧撑", 50, 40], ["跑步", 50, 45]])
    tables, findings = recognise_workbook(forms.package(ws))
    assert tables == []
    assert [finding.code for finding in findings] == ["low-confidence-table", "no-table"]
    assert findings[0].where == "Sheet1!A1"


def test_the_sheet_of_rules_that_embedding_writes_is_no_form() -> None:
    ws = typed(
        """
        评分规则
        指标 | 性质 | 方向 | 方式 | 阈值1 | 阈值2 | 规则检查 | 依据 | 绩效读数 | 权重 | 得分 | 计入权重 | 加权得分 | 状态
        服务费用率 | 比率 | 越低越好 | 分档 | 0.012 | 0.007 | | 政策 | 0.0085 | 0.6 | 77.5 | 0.6 | 46.5 | 正常
        报修处理及时率 | 比率 | 越高越好 | 分档 | 0.8 | 1 | | 政策 | 0.96 | 0.4 | 65 | 0.4 | 26 | 正常
        """
    )
    tables, findings = recognise_workbook(forms.package(ws))
    assert tables == []
    assert "评分规则" in findings[-1].message.zh


# In the manner of the source documents that hold no table: indicators in the running text, definition cards,
# duties with an assessment focus, numbers that are no scores.
DOCUMENTS = {
    "definition cards": """
        岗位说明书 | 积分：10分
        职位 | 客户服务经理 | 衡量指标
        职责1 | 全责 | 建立服务体系 | 客户满意度
        职责2 | 全责 | 组织回访 | 客户回访比例*
        指标重要性排序 | （1）为最重要
        指标定义卡
        指标名称 | 响应及时率 | 指标编号 |
        统计周期 | 季度 | 指标级别 |
        指标算法 | 及时响应数/需求总数；
        设立目的 | 一般情况下应达到100%
        数据输出部门 | 客服中心 | 统计点 |
    """,
    "tasks": """
        售后部门负责人职位描述 | 下载1次
        一、服务管理
        1、落实满意度指标 | 每月一次
        2、对流程进行评估和考核
        二、员工考核
        将考核结果提供给人力资源部 | 9:00-18:30
        三、成本控制 | 400-000-0000
    """,
    "duties with focus": """
        职责表述 | 工作任务 | 考核重点
        客户备案 | 收集资料、登记 | 信息完整度和领导满意度
        合同管理 | 跟踪履约情况 | 合同履约情况
        考核指标 | 中标额、合同金额、销售收入、利润率 | 态度：考勤、服从安排
    """,
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents_that_talk_of_indicators_hold_no_table(document: str) -> None:
    tables, findings = recognise_workbook(forms.package(typed(document)))
    assert tables == []
    assert [finding.code for finding in findings] == ["no-table"]


# --- held out: wordings and shapes the vocabulary was not written for ---------------------------------------------------

HELD_OUT = {
    "production": (
        """
        车间班组长月度KPI考评卡
        No. | KPI类别 | 岗位KPI指标 | 考核标准及评分办法 | 数据采集部门 | 本月目标值 | 本月实际完成 | 权重占比（%） | 考评分
        1 | 产量 | 日均产出 | 每低1%扣2分 | 生产部 | 1200 | 1180 | 40 |
        2 | 质量 | 一次交验合格率 | 每低0.1%扣1分 | 品管部 | 99% | 98.7% | 35 |
        3 | 安全 | 轻伤事故 | 每起扣10分 | 安环部 | 0 | 0 | 25 |
        """,
        "number | section | name | rule_text | method | target | actual | weight | score",
    ),
    "sales": (
        """
        销售代表季度绩效合约
        绩效衡量指标 | 指标权重 | 保底值 | 目标值 | 挑战值 | 实际达成 | 绩效得分 | 备　注
        新签合同额 | 0.5 | 80 | 100 | 130 | 95 |  |
        回款达成 | 0.3 | 70 | 90 | 100 | 88 |  |
        客户续约 | 0.2 | 75% | 85% | 95% | 86% |  |
        """,
        "name | weight | target(保底值) | target | target(挑战值) | actual | score | note",
    ),
    "english": (
        """
        Quarterly performance review
        # | Key Performance Indicator | Weighting | Target | Actual | Self-rating | Manager score | Comments
        1 | First response time | 30% | 4h | 3.5h | 80 | 85 |
        2 | Ticket backlog | 30% | 50 | 61 | 70 | 60 |
        3 | CSAT | 40% | 90% | 92% | 90 | 92 |
        """,
        "number | name | weight | target | actual | score(自评) | score(上级) | note",
    ),
    "school": (
        """
        教师年度考评表
        评价要素 | 标准分 | 评分细则 | 自评分 | 教研组评分 | 校长评分
        师德表现 | 20 | 违反一次扣5分 | 19 | 18 | 18
        教学成绩 | 50 | 按排名计分 | 45 | 44 | 46
        教研活动 | 30 | 缺一次扣2分 | 28 | 28 | 27
        """,
        "name | points | rule_text | score(自评) | score(教研组) | score(校长)",
    ),
    "traditional characters": (
        """
        員工績效考核表
        項目 | 關鍵績效指標 | 權重 | 評分標準 | 自評 | 主管評分 | 備註
        業績 | 營業額達成 | 60% |  |  |  |
        品質 | 退貨率 | 40% |  |  |  |
        """,
        "section | name | weight | rule_text | score(自评) | score(上级) | note",
    ),
}


@pytest.mark.parametrize("case", HELD_OUT.values(), ids=HELD_OUT)
def test_forms_in_other_words(case: tuple[str, str]) -> None:
    form, expected = case
    table = only(typed(form))
    lines = form.strip().splitlines()
    assert list(roles(table).values()) == expected.split(" | ")
    assert len(table.columns) == table.last_col
    assert len(table.rows) == len(lines) - 2
    assert table.title == lines[0].strip()


def test_the_reasons_quote_header_cell_and_term() -> None:
    ws = forms.sheet()
    forms.weighted_list(ws, "客户服务部技术助理")
    said = " ".join(reason.en for reason in only(ws).reasons)
    assert 'C3 "权重" reads as weight' in said
    assert 'D3 "评分原则" reads as rule_text' in said


# --- properties --------------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    [
        "关键业绩指标", "考核指标", "要求目标", "绩效", "远超目标（100-90分）", "权重", "权重(%)", "得分",
        "自评得分", "上级评分", "月度", "季度", "绩效考核得分", "合计", "小计", "总分", "等级", "覆盖率",
        "序号", "指标", "项目", "评分标准", "备注", "95%", "3次/台", "0．92%", "1", "2", "及时率", "(外部)",
        "一、业绩", "加减分", "一票否决", "姓名", "张三", "部门：客服部", "考核周期", "签字：", "满分", "10分",
        "20%", "(%)", "优秀", "考核要求/内容", "目标", "实际", "说明", "#N/A", "不适用",
    ]
)  # fmt: skip
_CELLS = st.one_of(st.none(), _WORDS, st.floats(-10, 200), st.text(max_size=5).filter(lambda t: t.isprintable()))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_grid_gives_tables_that_hold_together(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(_CELLS, max_size=9), min_size=1, max_size=12))
    ws = forms.sheet()
    for i, values in enumerate(rows, 1):
        for j, value in enumerate(values, 1):
            if value is not None and not (isinstance(value, str) and value.startswith("=")):
                ws.cell(i, j, value)
    if data.draw(st.booleans()):
        r, c = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 6))
        ws.merge_cells(start_row=r, start_column=c, end_row=r + data.draw(st.integers(0, 2)), end_column=c + 1)
    for table in recognise(forms.grid(ws)):
        assert 0.5 <= table.confidence <= 1
        assert table.top + table.header_rows <= table.first_row <= table.last_row
        assert len({row.row for row in table.rows}) == len(table.rows) >= 2
        for row in table.rows:
            assert row.name
            assert table.first_row <= row.row <= table.last_row
            for cell in (row.name_cell, row.weight_cell, row.actual_cell, *(c for _, c in row.targets + row.scores)):
                if cell is not None:
                    assert table.first_col <= split_cell(cell)[1] <= table.last_col


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60), st.integers(1, 40), st.booleans(), st.booleans(), st.sampled_from([2, 3]))
def test_place_and_merges_change_nothing(row: int, col: int, merged: bool, spacer: bool, high: int) -> None:
    ws = forms.sheet()
    first = forms.classic(ws, row, col, merged=merged, spacer=spacer, header_rows=high)
    table = only(ws)
    assert [item.name for item in table.rows] == list(forms.CLASSIC_NAMES)
    assert (table.first_row, table.first_col, table.last_col) == (first, col, col + 11)


@pytest.mark.parametrize("formula", ["SUM(E0:E9)", "E4+E05", "SUM(ZZZ1:ZZZ9)", "E0-E05"])
def test_a_formula_may_name_what_no_sheet_has(formula: str) -> None:
    assert refers_to(formula) <= {(4, 5)}
    cell = Cell(9, 5, None, CellFormat(0, "General", False, True), formula, "normal")
    assert difference_of(cell) is None and not adds_up(cell, [4, 5])
