"""Workbooks with assessment tables as departments write them, built cell by cell for the tests.

The cell texts of `CLASSIC` and `WEIGHTED_LISTS` are those of the source documents, slips and all: full-width dots,
units behind numbers, a number used twice, a name on two rows, headers in spun wording.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from scorecard.workbook.grid import Grid, read_grid
from scorecard.workbook.package import Package

Value = str | float | int | None

CLASSIC_TITLE = "客户服务部经理关键业绩指标考核表"
PERIODS = ("月度", "季度", "半年", "年度")
BANDS = (
    ("远超目标", "（100-90分）"),
    ("超过目标", "（90-70分）"),
    ("达到目标", "（70-60分）"),
    ("未达目标", "（60-0分）"),
)
# name, the four targets as written, weight as written
CLASSIC: tuple[tuple[str, tuple[str, str, str, str], str], ...] = (
    ("服务费用率", ("0．92%", "0．92%", "0．92%", "0．92%"), "20%"),
    ("保修期服务平均次数", ("3次/台", "3次/台", "3次/台", "3次/台"), "15%"),
    ("报修处理及时率", ("95%", "95%", "95%", "95%"), "15%"),
    ("调试及时率", ("", "98%", "98%", "98%"), "5%"),
    ("零配件销售及时率", ("95%", "95%", "95%", "95%"), "8%"),
    ("发货差错率", ("100%", "100%", "100%", "100%"), "8%"),
    ("安装、调试、维修满意率", ("99%", "99%", "99%", "99%"), "10%"),
    ("客户拜访完成率", ("", "80%", "80%", "80%"), "6%"),
    ("客户投诉量", ("0", "0", "1", "2"), "6%"),
    ("投诉处理满意率", ("100%", "100%", "100%", "100%"), "5%"),
    ("报表上交及时准确率", ("100%", "100%", "100%", "100%"), "2%"),
)
CLASSIC_NAMES = tuple(name for name, _, _ in CLASSIC)
# What the source prints directly under the last row.
CLASSIC_FOOT = " 地址：杭州市余杭区良渚镇莫干山路2148号(良渚饭店旁) 电话 0571-89006565 88746591 "


@dataclass(frozen=True)
class Item:
    """A row of a plain weighted list: number, name (its lines), weight, and the two free columns."""

    number: str
    name: tuple[str, ...]
    weight: str
    rule: str = ""
    method: str = ""


def _item(number: str, name: str, weight: str, method: str = "", rule: str = "") -> Item:
    return Item(number, tuple(name.split("\n")), weight, rule, method)


LIST_HEADER = ("指标编号", "KPI", "权重", "评分原则", "考核措施")
WEIGHTED_LISTS: dict[str, tuple[Item, ...]] = {
    "客户服务部经理": (
        _item("1", "部门人员总体服务质量\n(外部客户满意度)", "50%", "根据信息系统有关反馈记录"),
        _item("2", "部门人员服务素质、岗位技能合格率", "20%", "定期考核,人事行政部监控"),
        _item("3", "流程原则化改善限度", "10%"),
        _item("4", "内部客户满意度", "10%", "其她部门评价,人事行政部汇总"),
        _item("5", "服务分析报表旳精确性、及时性、全面性", "10%", "本岗提交报表,总经理评分"),
    ),
    "客户服务部受理组主管": (
        _item("1", "投诉解决总体客户满意度", "40%", "根据有关记录、客户抽查"),
        _item("2", "信息记录、信息反馈报表和报告旳及时性和精确性", "20%", "本岗提交报表,部门经理监控"),
        _item("3", "内部客户满意度", "10%", "其她部门评分,人事行政部汇总"),
        _item("4", "本组人员技能提高效果", "10%", "根据定期考核合格率"),
        _item("5", "服务质量", "10%"),
        _item("6", "MBO管理", "10%"),
    ),
    "客户服务部受理服务代表(一)": (
        _item("1", "解决客户征询、投诉旳及时性、精确性", "50%", "根据有关报表"),
        _item("2", "内部客户投诉问题解决", "20%"),
        _item("2", "解决客户业务变更旳及时性、精确性", "10%", "根据有关报表"),
        _item("3", "CRM录入", "10%"),
        _item("4", "报表解决", "10%"),
    ),
    "客户服务部受理服务代表(二)": (
        _item("1", "解决客户征询、投诉旳及时性、精确性", "40%", "根据有关报表"),
        _item("2", "解决客户新成管理旳及时性、精确性", "30%", "根据有关报表"),
        _item("3", "客户数据信息报表旳精确性、及时性、全面性", "15%", "部门经理监控"),
        _item("4", "内部客户满意度", "15%", "有关部门评分,人事行政部汇总"),
    ),
    "客户服务部物控助理": (
        _item("1", "设备设立、维护质量", "40%", "受理主管监控", "工程师实行前旳审核合格率"),
        _item("2", "库房设备帐务精确率", "20%", "受理主管监控", "财务帐务审核"),
        _item("3", "设备供应商质量控制合格率", "10%", "受理主管监控"),
        _item("4", "库存合理性", "20%", "受理主管监控"),
        _item("5", "信息报表旳精确性、及时性、全面性", "10%", "经理监控"),
    ),
    "客户服务部技术助理": (
        _item("1", "工单安排旳合理性、及时性", "40%", "技术主管监控"),
        _item("2", "工单、质量反馈卡旳填写质量", "15%", "技术主管监控", "工程师承认率"),
        _item("3", "质量反馈卡旳信息核对、录入、传递、保管合格率", "25%", "受理主管监控", "内部调查"),
        _item("4", "工程师支持事务旳协助解决合格率", "10%", "技术主管监控", "有关人员评估"),
        _item("5", "数据信息报表旳精确性、及时性、全面性", "10%", "经理监控"),
    ),
    "客户服务部技术支持组主管": (
        _item("1", "组内员工技术服务质量与客户满意度", "50%"),
        _item("2", "客户维修率下降", "20%"),
        _item("3", "信息反馈/技术档案", "20%"),
        _item("4", "服务原则化旳执行", "10%"),
    ),
    "客户服务部售后工程师": (
        _item("1", "服务原则化执行", "40%", "技术助理监控", "调查回访"),
        _item("2", "安装实行、维护合格率", "20%", "技术主管监控", "客户端拜访抽查"),
        _item("3", "维修、维护数量", "20%", "技术主管监控"),
        _item("4", "服务质量与维修问题反馈卡填写", "20%", "技术助理监控"),
        _item("5", "", ""),
    ),
}
# The half-year sheet that follows each list: section, then slots, some of them empty.
ABILITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("核心能力", ("团队合伙", "应变能力", "解决问题旳能力", "客户管理", "")),
    ("参照能力", ("解决矛盾", "影响能力", "授权", "鼓励", "责任管理", "决策能力", "筹划和组织", "理解客户需求")),
    ("态度", ("团队协作", "经营筹划准备", "关注长期目旳", "解决问题全面", "承当责任")),
)


def sheet(book: Workbook | None = None, name: str = "Sheet1") -> Worksheet:
    """A new sheet, in a new workbook unless one is given."""
    if book is None:
        book = Workbook()
        book.remove(book.active)
    return book.create_sheet(name)


def put(ws: Worksheet, row: int, col: int, values: Sequence[Value]) -> None:
    """Write values from a cell to the right; None and "" leave a cell empty."""
    for i, value in enumerate(values):
        if value not in (None, ""):
            ws.cell(row, col + i, value)


def classic(
    ws: Worksheet,
    row: int = 1,
    col: int = 1,
    *,
    merged: bool = True,
    title: bool = True,
    spacer: bool = False,
    foot: bool = False,
    header_rows: int = 2,
) -> int:
    """The classic table with the title at (row, col); returns the row of the first item.

    `merged`: group headings and one-row headings are merged; else blanks stand for merges. `spacer`: an empty row under
    the header and one in the middle. `header_rows` 3: the ranges on a row of their own.
    """  # fmt: skip
    if title:
        ws.cell(row, col, CLASSIC_TITLE)
        if merged:
            ws.merge_cells(start_row=row, start_column=col, end_row=row, end_column=col + 11)
        row += 1
    put(ws, row, col, ["关键业绩指标", "要求目标", "", "", "", "绩效", *(label for label, _ in BANDS), "权重", "得分"])
    put(ws, row + 1, col + 1, PERIODS)
    put(ws, row + header_rows - 1, col + 6, [span for _, span in BANDS])
    if merged:
        ws.merge_cells(start_row=row, start_column=col + 1, end_row=row, end_column=col + 4)
        for one in (0, 5, 10, 11):
            ws.merge_cells(start_row=row, start_column=col + one, end_row=row + header_rows - 1, end_column=col + one)
    at = row + header_rows + spacer
    first = at
    for i, (name, targets, weight) in enumerate(CLASSIC):
        if spacer and i == 5:
            at += 1
        put(ws, at, col, [name, *targets])
        ws.cell(at, col + 10, weight)
        at += 1
    if foot:
        ws.cell(at, col, CLASSIC_FOOT)
        ws.cell(at + 2, col, "传真： 0571-89006565 公司网址： http://www.89006565.com")
    return first


def weighted_list(ws: Worksheet, position: str, row: int = 1, col: int = 1, *, abilities: bool = False) -> int:
    """One plain weighted list with its two headings; returns the row after it."""
    ws.cell(row, col, f"{position}考核指标表")
    ws.cell(row + 1, col, "一.季度考核KPI指标")
    put(ws, row + 2, col, LIST_HEADER)
    at = row + 3
    for item in WEIGHTED_LISTS[position]:
        put(ws, at, col, [item.number, item.name[0], item.weight, item.rule, item.method])
        for line in item.name[1:]:
            at += 1
            ws.cell(at, col + 1, line)
        at += 1
    if abilities:
        ws.cell(at, col, f"二.{position}半年评价能力和态度指标")
        at += 1
        for section, slots in ABILITIES:
            ws.cell(at, col, section)
            for i, slot in enumerate(slots):
                put(ws, at + 1 + i, col, [str(i + 1), slot])
            at += 1 + len(slots)
    return at


def person_sheet(ws: Worksheet, person: str = "某某", *, formulas: bool = True) -> None:
    """A sheet per person with two evaluator columns, categories merged over rows, 加减分 and own total formulas."""
    ws["A1"] = "2026年第三季度绩效考核表"
    ws.merge_cells("A1:H1")
    put(ws, 2, 1, ["部门-姓名", f"研发部-{person}", "", "岗位", "高级工程师", "考核人：李主管"])
    put(ws, 3, 1, ["类别", "指标", "考核要求/内容", "权重", "评分规则", "自评得分", "上级评分", "评分备注"])
    rows = [
        ("业绩", "项目进度", "按计划完成", 0.4, "延期一天扣5分"),
        ("", "代码质量", "缺陷率低于2‰", 0.3, "每超1‰扣10分"),
        ("行为", "团队协作", "主动支持", 0.2, "主管评定"),
        ("", "学习成长", "完成培训", 0.1, "主管评定"),
    ]
    for i, values in enumerate(rows):
        put(ws, 4 + i, 1, values)
    ws.merge_cells("A4:A5")
    ws.merge_cells("A6:A7")
    put(ws, 8, 2, ["加减分", "突出贡献或违纪"])
    put(ws, 9, 1, ["绩效考核得分"])
    ws.merge_cells("A9:C9")
    if formulas:
        ws["F9"] = "=F4*D4+F5*D5+F6*D6+F7*D7+F8"
        ws["G9"] = "=G4*D4+G5*D5+G6*D6+G7*D7+G8"
    put(ws, 11, 1, ["被考核人签字：", "", "", "考核人签字：", "", "日期："])


def package(ws: Worksheet) -> Package:
    """The workbook of a sheet, saved and opened as a package."""
    stream = io.BytesIO()
    ws.parent.save(stream)
    return Package.open(stream.getvalue(), where="test.xlsx")


def grid(ws: Worksheet) -> Grid:
    """A sheet, saved and read."""
    return read_grid(package(ws), ws.title)
