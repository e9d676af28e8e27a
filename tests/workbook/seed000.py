"""The four definition cards of seed 000 as the document prints them, and the forms they take in workbooks."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

LABELS = (
    "指标名称", "指标编号", "版本号", "指标类别", "指标级别", "统计周期", "指标定义", "设立目的", "指标算法", "统计方法说明",
    "数据输出部门", "统计点", "指标责任部门", "责任岗位",
)  # fmt: skip
#: 名称, 定义, 目的, 算法; the rest is the same on all four: V1.0, 季度, 售后服务部, 售后服务部经理, and blanks.
CARDS = (
    ("响应及时率", "对客户提出的服务要求的及时响应的情况", "加快问题反馈速度,提高客户满意度,一般情况下客户的及时响应率要达到100%",
     "及时响应的服务需求数/客户提出的服务需求的总数;"),
    ("问题及时解决率", "在规定的时间内,客户提出的问题得到及时解决的比例", "考核对客户提出的问题的及时解决情况,",
     "在规定的时间内及时解决的问题数/反馈的总问题数"),
    ("客户回访比例", "", "加大公司客户回访比例,及时了解客户对公司的意见,提高客户满意度", "公司回访的客户数/公司总体的客户数量"),
    ("备件回款额", "售后服务部备件销售的回款额", "推进公司备件的销售,提高公司利润额", "公司备件销售额的综合"),
)  # fmt: skip
LIST = ("客户满意度", "响应及时率", "员工满意度", "客户回访比例*", "备件回款率*", "问题及时解决率")


def texts(card: tuple[str, str, str, str]) -> dict[str, str]:
    name, definition, purpose, formula = card
    values = (
        name, "", "V1.0", "", "", "季度", definition, purpose, formula, "", "售后服务部", "", "", "售后服务部经理",
    )  # fmt: skip
    return dict(zip(LABELS, values, strict=True))


def column(ws: Worksheet, row: int = 1, col: int = 1) -> None:
    """As pasted from the document: one line per cell, a blank value leaves no line."""
    for card in CARDS:
        for label, text in texts(card).items():
            for line in (label, text):
                if line:
                    ws.cell(row, col, line)
                    row += 1


def vertical(ws: Worksheet, row: int = 1, col: int = 1, *, across: int = 1) -> None:
    """Label and value side by side, one below the other; `across` cards beside each other."""
    for i, card in enumerate(CARDS):
        top, left = row + (i // across) * (len(LABELS) + 1), col + (i % across) * 3
        for k, (label, text) in enumerate(texts(card).items()):
            ws.cell(top + k, left, f"{label}：")
            ws.cell(top + k, left + 1, text or None)


def pairs(ws: Worksheet, row: int = 1, col: int = 1, *, merged: bool = False) -> None:
    """Two pairs in a row; the long fields may have merged rows of their own."""
    for card in CARDS:
        side = 0
        for label, text in texts(card).items():
            is_long = merged and label in ("指标定义", "设立目的", "指标算法", "统计方法说明")
            if side and is_long:
                row, side = row + 1, 0
            ws.cell(row, col + 2 * side, label)
            ws.cell(row, col + 2 * side + 1, text or None)
            if is_long:
                ws.merge_cells(start_row=row, end_row=row, start_column=col + 1, end_column=col + 3)
            row, side = (row, 1) if side == 0 and not is_long else (row + 1, 0)
        row += 1 + side


def rows(ws: Worksheet, row: int = 1, col: int = 1) -> None:
    """A table with one card per row, under a title and beside a running number."""
    ws.cell(row, col, "衡量指标定义表")
    for k, label in enumerate(("序号", *LABELS)):
        ws.cell(row + 1, col + k, label)
    for i, card in enumerate(CARDS):
        for k, text in enumerate((str(i + 1), *texts(card).values())):
            ws.cell(row + 2 + i, col + k, text or None)


def kpi_list(ws: Worksheet, row: int = 1) -> None:
    """The list of the document as an assessment table; weights and targets are ours."""
    ws.cell(row, 1, "客户服务部经理季度绩效考核表")
    for k, header in enumerate(("衡量指标", "权重", "目标值", "实际完成", "得分")):
        ws.cell(row + 1, 1 + k, header)
    for i, name in enumerate(LIST):
        weight, target = (
            ("20%", "90%"),
            ("20%", "95%"),
            ("10%", "90%"),
            ("15%", "80%"),
            ("15%", "95%"),
            ("20%", "95%"),
        )[i]
        for k, value in enumerate((name, weight, target)):
            ws.cell(row + 2 + i, 1 + k, value)
