"""Workbooks for the check-up: three forms without a fault, and for each code the smallest change that makes it fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Edit = Callable[[Workbook], None]

HEADER = ("序号", "考核指标", "目标值", "评分标准", "权重", "实际完成", "得分")
# number, name, target, rule, weight, actual, score
ROWS = (
    (1, "报修处理及时率", 0.95, "每低1个百分点扣5分", 0.4, 0.96, 90),
    (2, "客户满意率", 0.98, "每低1个百分点扣10分", 0.3, 0.97, 80),
    (3, "客户投诉量", 2, "每超1次扣10分", 0.2, 1, 70),
    (4, "客户拜访完成率", 0.8, "每低1个百分点扣2分", 0.1, 0.85, 100),
)
PERCENT = ("C6", "C7", "C9", "E6", "E7", "E8", "E9", "F6", "F7", "F9")
FIRST, LAST, TOTAL = 6, 9, 10


def plain(book: Workbook, sheet: str = "考核表") -> Worksheet:
    """A weighted list with targets, rules, actuals and typed scores: 84 points, and the form says so."""
    ws = book.create_sheet(sheet)
    ws["A1"] = "客服专员绩效考核表"
    identity = ("被考核人：", "张三", "部门：", "客服部", "考核期间：", "2026年第三季度")
    for col, value in enumerate(identity, 1):
        ws.cell(3, col, value)
    for col, text in enumerate(HEADER, 1):
        ws.cell(5, col, text)
    for i, row in enumerate(ROWS):
        for col, value in enumerate(row, 1):
            ws.cell(FIRST + i, col, value)
    for name in PERCENT:
        ws[name].number_format = "0%"
    ws[f"B{TOTAL}"], ws[f"G{TOTAL}"] = "总分", 84
    return ws


BANDS = ("优秀（100-90分）", "良好（90-80分）", "合格（80-60分）", "不合格（60-0分）")
# name, month, quarter, bands best first, weight, actual, score
BAND_ROWS = (
    ("报修处理及时率", 0.95, 0.95, ("≥98%", "95%-98%", "90%-95%", "<90%"), 0.5, 0.96, 85),
    ("发货差错率", 0.02, 0.02, ("≤1%", "1%-2%", "2%-3%", ">3%"), 0.3, 0.02, 80),
    ("客户投诉量", 1, 3, ("", "", "85", ""), 0.2, 1, 85),
)


def banded(book: Workbook, sheet: str = "考核表") -> Worksheet:
    """A table with targets for two periods and thresholds in its band columns; the last item is marked by hand."""
    ws = book.create_sheet(sheet)
    ws["A1"] = "客服主管绩效考核表"
    for col, text in enumerate(("考核指标", "月度目标", "季度目标", *BANDS, "权重", "实际完成", "得分"), 1):
        ws.cell(3, col, text)
    for i, (name, month, quarter, bands, weight, actual, score) in enumerate(BAND_ROWS, 4):
        for col, value in enumerate((name, month, quarter, *bands, weight, actual, score), 1):
            if value != "":
                ws.cell(i, col, value)
    ws["E6"] = 85  # 良好: 80 to 90
    ws["F6"] = None
    for name in ("B4", "C4", "B5", "C5", "H4", "H5", "H6", "I4", "I5"):
        ws[name].number_format = "0%"
    ws["A8"], ws["J8"] = "总分", 83.5
    return ws


def computed(book: Workbook, sheet: str = "考核表") -> Worksheet:
    """A list whose weighted scores and total are the department's own formulas."""
    ws = book.create_sheet(sheet)
    ws["A1"] = "售后工程师绩效考核表"
    for col, text in enumerate(("考核指标", "评分标准", "权重", "得分", "加权得分"), 1):
        ws.cell(3, col, text)
    for i, (name, weight, score) in enumerate(
        (("安装合格率", 0.4, 90), ("维修及时率", 0.3, 80), ("档案完整率", 0.2, 70), ("培训参加率", 0.1, 100)), 4
    ):
        for col, value in enumerate((name, "每低1%扣2分", weight, score, f"=C{i}*D{i}"), 1):
            ws.cell(i, col, value)
        ws[f"C{i}"].number_format = "0%"
    ws["A8"], ws["E8"] = "总分", "=SUM(E4:E7)"
    return ws


FORMS: Mapping[str, Callable[[Workbook], Worksheet]] = {"plain": plain, "banded": banded, "computed": computed}


def write(path: Path, form: str, cells: Mapping[str, object] | None = None, edit: Edit | None = None) -> Path:
    """One of the forms as a file, with cells changed and whatever else `edit` does."""
    book = Workbook()
    book.remove(book.active)
    ws = FORMS[form](book)
    for name, value in (cells or {}).items():
        ws[name] = value
    if edit is not None:
        edit(book)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


@dataclass(frozen=True)
class Case:
    """The smallest change to a faultless form that one code is about.

    Attributes:
        code: It must be found.
        cell: At this cell (the first, where several are named), "" for a finding about the sheet or workbook.
        form: Of `FORMS`.
        cells: Cells changed.
        edit: What else is changed.
        words: What the Chinese sentence must say, numbers above all.
        file: Name of the file.
        severity: Where it is not the code's usual one.
    """

    code: str
    cell: str
    words: tuple[str, ...] = ()
    form: str = "plain"
    cells: Mapping[str, object] = field(default_factory=dict)
    edit: Edit | None = None
    file: str = "客服部.xlsx"
    severity: str = ""

    @property
    def id(self) -> str:
        return f"{self.code}:{self.cell}"


def _merge_weights(book: Workbook) -> None:
    ws = book["考核表"]
    ws["E8"] = None
    ws["E7"] = 0.5
    ws.merge_cells("E7:E8")


def _percent_score(book: Workbook) -> None:
    ws = book["考核表"]
    ws["G7"] = 0.85
    ws["G7"].number_format = "0%"


def _merge_scores(book: Workbook) -> None:
    ws = book["考核表"]
    ws["G7"] = None
    ws.merge_cells("G6:G7")


def _hide_row(book: Workbook) -> None:
    book["考核表"].row_dimensions[7].hidden = True


def _hide_sheet(book: Workbook) -> None:
    book.create_sheet("说明")["A1"] = "说明"
    book["考核表"].sheet_state = "hidden"
    book.active = 1


def _date(book: Workbook) -> None:
    ws = book["考核表"]
    ws["C8"] = 46086
    ws["C8"].number_format = "m月d日"


def _percent(cell: str, value: float, number_format: str = "0.00%") -> Edit:
    def edit(book: Workbook) -> None:
        ws = book["考核表"]
        ws[cell] = value
        ws[cell].number_format = number_format

    return edit


def _general(cell: str, value: float) -> Edit:
    return _percent(cell, value, "General")


def _manager(superior: str, evaluator: str = "", judges: tuple[str, ...] = ()) -> Edit:
    def edit(book: Workbook) -> None:
        ws = book["考核表"]
        ws["A4"], ws["B4"] = "直接上级：", superior
        if evaluator:
            ws["C4"], ws["D4"] = "考核人：", evaluator
        if judges:
            ws["H5"] = "评价人"
        for row, judge in enumerate(judges, FIRST):
            ws.cell(row, 8, judge)

    return edit


def _mix_weights(book: Workbook) -> None:
    for cell, value in (("E6", 0.5), ("E7", 30), ("E8", 20), ("E9", 0.1)):
        _general(cell, value)(book)


def _second(name: str, cells: Mapping[str, object]) -> Edit:
    def edit(book: Workbook) -> None:
        ws = plain(book, name)
        for cell, value in cells.items():
            ws[cell] = value

    return edit


def _graded(book: Workbook) -> None:
    for name, total, grade in (("张三", 84, "A"), ("李四", 80, "S"), ("王五", 70, "B")):
        ws = book["考核表"] if name == "张三" else plain(book, name)
        ws["G6"] = ws["G7"] = ws["G8"] = ws["G9"] = total
        ws["G10"], ws["B11"], ws["G11"] = total, "等级", grade


def _circle(book: Workbook) -> None:
    ws = book["考核表"]
    ws["I6"], ws["I7"] = "=I7+1", "=I6+1"


def _cards(book: Workbook) -> None:
    ws = book.create_sheet("指标定义")
    fields = {
        "指标名称": "报修处理及时数", "统计周期": "季度", "指标定义": "及时处理的报修", "指标算法": "及时处理的报修数/报修总数",
    }  # fmt: skip
    for row, (label, value) in enumerate(fields.items(), 1):
        ws.cell(row, 1, label)
        ws.cell(row, 2, value)


CASES: tuple[Case, ...] = (
    # weights
    Case("weights-sum", "E6", ("90%", "100%"), cells={"E8": 0.1}),
    Case("weight-negative", "E9", ("-0.1",), cells={"E6": 0.6, "E9": -0.1}),
    Case("weights-mixed", "E6", ("混用",), edit=_mix_weights),
    Case("weight-unreadable", "E7", ("一半",), cells={"E7": "一半"}),
    Case("weight-missing", "E7", ("没有权重",), cells={"E7": None, "E6": 0.7}),
    Case("weight-zero", "E7", ("0",), cells={"E7": 0, "E6": 0.7}),
    Case("shared-weight", "E8", edit=_merge_weights),
    Case("weight-without-name", "E10", ("5",), cells={"A10": 5, "E10": 0.2, "B10": None, "B11": "总分", "G11": 84, "G10": None}),
    Case("period-base", "B4", ("50%", "报修处理及时率"), "banded", {"B4": None}),
    Case("coverage-low", "G10", ("30%",), cells={"G6": "不适用", "G7": 80, "G8": "不适用", "G9": "不适用", "G10": 80}),
    Case("hidden-row-with-weight", "E7", ("客户满意率",), edit=_hide_row),
    # rules
    Case("rule-missing", "B7", ("客户满意率",), cells={"D7": None}),
    Case("thresholds-order", "G4", ("97%",), "banded", {"E4": "97%-98%", "F4": "≥99%", "D4": "≥98%"}),
    Case("thresholds-gap", "F4", ("92%–95%",), "banded", {"F4": "90%-92%"}),
    Case("zero-target-ratio", "C8", ("0", "实际/目标"), cells={"C8": 0, "D8": "实际/目标×100"}),
    Case("direction-contradicts-name", "C8", ("越低越好", "≥5"), cells={"C8": "≥5次"}),
    Case("direction-contradicts-name", "G4", ("越高越好",), "banded",
         {"D4": "<90%", "E4": "90%-95%", "F4": "95%-98%", "G4": "≥98%"}),
    # targets
    Case("error-rate-target-100", "C6", ("差错",), cells={"B6": "发货差错率", "C6": 1}),
    Case("period-targets-contradict", "C6", ("0", "1"), "banded", {"B6": 0, "C6": 1}),
    Case("period-targets-contradict", "C6", ("3", "5"), "banded", {"B6": 1, "C6": 5}),
    Case("target-text", "C7", ("不断提高",), cells={"C7": "不断提高"}),
    Case("target-compound", "C7", ("2", "95%"), cells={"C7": "解决率达95%、满意度99%"}),
    Case("date-cell", "C8", ("日期",), edit=_date),
    Case("percent-mixed", "F6", ("96", "96%"), edit=_general("F6", 96)),
    Case("percent-mixed", "C4", ("95",), "banded", edit=_general("C4", 95)),
    # items
    Case("compound-item", "B8", ("单位不同",), cells={"B8": "应收帐款坏账率及延误天数"}, severity="warning"),
    Case("compound-item", "B7", ("3 件事",), cells={"B7": "安装、调试、维修满意率"}),
    Case("duplicate-name", "B7", ("B6",), cells={"B7": "报修处理及时率"}),
    Case("duplicate-number", "A7", ("1",), cells={"A7": 1}),
    Case("numbered-empty-row", "A10", ("5",), cells={"A10": 5, "B10": None, "G10": None, "B12": "总分", "G12": 84}),
    Case("odd-character", "B7", ("旳",), cells={"B7": "客户旳满意率"}),
    Case("card-mismatch", "B6", ("报修处理及时数",), edit=_cards),
    # numbers
    Case("text-number", "C7", ("98%",), cells={"C7": "98%"}, severity="info"),
    Case("text-number", "C8", ("2次",), cells={"C8": "2次"}),
    Case("full-width", "C7", ("％",), cells={"C7": "98％"}),
    Case("actual-unreadable", "F7", ("无",), cells={"F7": "无"}),
    Case("actual-scale", "F6", ("0.85%", "95%", "85%"), edit=_percent("F6", 0.0085)),
    Case("actual-scale", "F6", ("9600%", "96%"), edit=_percent("F6", 96)),
    Case("actual-negative", "F8", ("-1",), cells={"F8": -1}),
    Case("rate-over-100", "F7", ("103%",), edit=_percent("F7", 1.03)),
    # scores
    Case("score-unreadable", "G7", ("待定",), cells={"G7": "待定"}),
    Case("score-out-of-range", "G7", ("120",), cells={"G7": 120}),
    Case("score-out-of-range", "G7", ("85%",), edit=_percent_score),
    Case("shared-score", "G7", ("报修处理及时率",), edit=_merge_scores),
    Case("scores-below-1", "G6", ("4 项",), cells={"G6": 0.9, "G7": 0.8, "G8": 0.7, "G9": 1, "G10": 0.84}),
    Case("rating-unknown", "G9", ("棒",), cells={"G6": "优", "G7": "良", "G8": "中", "G9": "棒", "G10": None}),
    Case("band-mark-outside", "D6", ("85", "90–100"), "banded", {"D6": 85, "E6": None}),
    Case("band-mark-outside", "D6", ("85", "90–100"), "banded", {"D6": "√", "E6": None}),
    Case("band-marks-several", "D6", ("优秀", "良好"), "banded", {"D6": "√", "E6": "√"}),
    Case("total-mismatch", "G10", ("86", "84"), cells={"G10": 86}),
    Case("grades-inconsistent", "G11", ("80", "84"), edit=_graded),
    # formulas
    Case("error-cell", "C7", ("#DIV/0!",), cells={"C7": "=1/0"}),
    Case("error-cell", "I6", ("#N/A",), cells={"I6": "=NA()"}, severity="warning"),
    Case("hard-typed", "E5", ("18",), "computed", {"E5": 18}),
    Case("total-typed", "E8", ("84",), "computed", {"E8": 84}),
    Case("formula-differs", "E6", ("=C6*D5", "=C6*D6"), "computed", {"E6": "=C6*D5"}),
    Case("total-row-missing", "E8", ("培训参加率", "10%"), "computed", {"E8": "=SUM(E4:E6)"}),
    Case("total-row-twice", "E8", ("维修及时率", "2"), "computed", {"E8": "=SUM(E4:E7)+E5"}),
    Case("total-wrong-weight", "G10", ("G7", "E6", "E7"), cells={"G10": "=G6*E6+G7*E6+G8*E8+G9*E9"}),
    Case("total-hard-weight", "G10", ("写死",), cells={"G10": "=G6*0.4+G7*0.3+G8*0.2+G9*0.1"}),
    Case("total-constant", "E8", ("5",), "computed", {"E8": "=SUM(E4:E7)+5"}),
    Case("total-adjustment-missing", "G11", ("加减分",), cells={
        "B10": "加减分", "G10": 2, "B11": "总分", "G11": "=G6*E6+G7*E7+G8*E8+G9*E9"}),
    Case("total-circular", "E8", ("自己",), "computed", {"E8": "=SUM(E4:E8)"}),
    Case("total-not-audited", "E8", (), "computed", {"E8": "=MEDIAN(E4:E7)"}),
    Case("circular-reference", "I6", ("I7",), edit=_circle),
    Case("missing-cache", "I6", ("1",), cells={"I6": "=1+1"}),
    Case("not-computed", "I6", (), cells={"I6": "=RAND()"}),
    # people and periods
    Case("evaluator-not-manager", "D4", ("王经理", "李主管"), edit=_manager("李主管", "王经理")),
    Case("evaluator-not-manager", "B6", ("70%", "技术主管", "受理服务组主管"),
         edit=_manager("受理服务组主管", judges=("技术主管", "技术主管", "受理主管", "受理主管"))),
    Case("opposed-indicators", "B8", ("维修数量", "维修率下降"), cells={"B8": "维修数量", "C8": 20},
         edit=_second("主管", {"B8": "客户维修率下降", "C8": None})),
    Case("period-disagrees", "F3", ("2026Q2", "2026年第三季度"), file="客服部2026Q2.xlsx"),
    # workbook
    Case("hidden-sheet", "", edit=_hide_sheet),
)  # fmt: skip
