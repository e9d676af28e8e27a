"""The sheet 评分规则: where its cells are. Settings on top, then one block of rules for each table.

Only geometry: what stands in the cells is decided in `embed.py`, formula texts come from `formulas.py`, and
`ruleread.py` finds the same places again in a workbook that a person may have edited.
"""

from __future__ import annotations

from dataclasses import dataclass

from .addresses import column_letters, quote_sheet

SHEET = "评分规则"

#: Labels of the settings, in rows; the value stands in column B.
BLANK_RULE, WEIGHT_RULE, DIGITS, FLOOR, CAP = "绩效空白时", "权重规则", "总分小数位", "总分下限", "总分上限"
SETTINGS = (BLANK_RULE, WEIGHT_RULE, DIGITS, FLOOR, CAP)
GRADE_HEADERS = ("总分下限", "等级", "绩效系数")
MARKS = "视为“不适用”的文字"
INDEX = "考核周期序号"
EDGES = "档次分数线"

#: Headers of a block, left to right; the first group is the rule, for people to edit, the rest is computed.
NAME, KIND, DIRECTION, MODE = "指标", "性质", "方向", "方式"
THRESHOLD, SCORE = "阈值", "得分"
CHECK, SOURCE = "规则检查", "依据"
RAW_TARGET, TARGET, TEXT, READING, SIGN = "目标原值", "本期目标", "绩效文字", "绩效读数", "方向系数"
SEGMENT, RESULT, COUNTED, BAND = "段", "规则得分", "计入得分", "档次"
WEIGHT_TEXT, WEIGHT, USED, WEIGHTED, STATUS, BEST = "权重文字", "权重", "计入权重", "加权得分", "状态", "最高可得"

#: Labels of the summary rows under a block; the value stands in column B.
SUMMARY = (
    "权重合计", "已填权重数", "权重检查", "计入权重合计", "加权得分合计", "未填项数", "已填项数", "考核项数",
    "加减分合计", "否决系数", "覆盖率", "总分（未取整）", "等级行", "最高可得总分",
)  # fmt: skip


#: A card of several parts: one line per part, then its summary, labelled as that of a block is.
PART, SHARE, PART_USED, PART_POINTS = "组成部分", "占比", "计入占比", "加权得分"
WHOLE_COLUMNS = (PART, SHARE, "权重合计", PART_USED, PART_POINTS, "权重检查")
WHOLE_SUMMARY = (
    "权重合计", "权重检查", "计入权重合计", "加权得分合计", "未填项数", "已填项数", "考核项数", "加减分合计", "否决系数",
    "覆盖率", "总分（未取整）", "等级行",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The top of the sheet: settings, grade table, marks.

    Attributes:
        grades: Rows of the grade table.
        marks: Number of "not applicable" marks.
    """

    grades: int
    marks: int

    first_row = 5

    @property
    def marks_row(self) -> int:
        """The row of the marks."""
        return self.first_row + max(len(SETTINGS), self.grades) + 1

    @property
    def blocks_row(self) -> int:
        """The first row that a block may take."""
        return self.marks_row + 2

    def setting(self, label: str) -> tuple[int, int]:
        """Row and column of a setting's value."""
        return self.first_row + SETTINGS.index(label), 2

    def setting_ref(self, label: str, sheet: bool = False) -> str:
        """The absolute address of a setting's value."""
        return absolute(*self.setting(label), sheet=sheet)

    def grade_column(self, i: int, sheet: bool = False) -> str:
        """The range of the grade table's i-th column."""
        last = self.first_row + self.grades - 1
        return absolute(self.first_row, 4 + i, last, 4 + i, sheet=sheet)

    def grade_table(self, sheet: bool = False) -> str:
        """The range of the whole grade table without its header."""
        return absolute(self.first_row, 4, self.first_row + self.grades - 1, 6, sheet=sheet)

    def marks_ref(self) -> str:
        """The range of the marks."""
        return absolute(self.marks_row, 2, self.marks_row, 1 + self.marks)


@dataclass(frozen=True, slots=True)
class Block:
    """The rules of one table.

    Attributes:
        top: Its first row.
        size: Number of KPIs.
        width: Number of threshold columns.
    """

    top: int
    size: int
    width: int

    @property
    def header(self) -> int:
        """The row of the column headers."""
        return self.top + 3

    @property
    def first(self) -> int:
        """The row of the first KPI."""
        return self.top + 4

    @property
    def last(self) -> int:
        """The row of the last KPI."""
        return self.first + self.size - 1

    @property
    def end(self) -> int:
        """The last row of the summary."""
        return self.last + len(SUMMARY)

    def column(self, name: str, i: int = 0) -> int:
        """The column of a header; `i` counts from 0 for thresholds, scores and stretches."""
        return self._columns()[name] + i

    def _columns(self) -> dict[str, int]:
        k = self.width
        fixed = {
            NAME: 1,
            KIND: 2,
            DIRECTION: 3,
            MODE: 4,
            THRESHOLD: 5,
            SCORE: 5 + k,
            CHECK: 5 + 2 * k,
            SOURCE: 6 + 2 * k,
        }
        at = 7 + 2 * k
        for name in (RAW_TARGET, TARGET, TEXT, READING, SIGN):
            fixed[name], at = at, at + 1
        fixed[SEGMENT], at = at, at + k - 1
        for name in (RESULT, COUNTED, BAND, WEIGHT_TEXT, WEIGHT, USED, WEIGHTED, STATUS, BEST):
            fixed[name], at = at, at + 1
        return fixed

    @property
    def last_column(self) -> int:
        """The right-most column."""
        return self.column(BEST)

    @property
    def index_cell(self) -> tuple[int, int]:
        """Where the number of the period is computed."""
        return self.top + 1, 2

    def edges(self) -> list[str]:
        """The cells of the band edges, one above each score column."""
        first = self.column(SCORE)
        return [absolute(self.top + 1, first + i) for i in range(self.width)]

    def cell(self, row: int, name: str, i: int = 0, sheet: bool = False) -> str:
        """The address of a KPI's cell: column absolute, row relative."""
        text = f"${column_letters(self.column(name, i))}{row}"
        return f"{quote_sheet(SHEET)}!{text}" if sheet else text

    def row_range(self, row: int, name: str, count: int, sheet: bool = False) -> str:
        """A range across, columns absolute."""
        first, last = (column_letters(self.column(name, i)) for i in (0, count - 1))
        text = f"${first}{row}:${last}{row}"
        return f"{quote_sheet(SHEET)}!{text}" if sheet else text

    def column_range(self, name: str) -> str:
        """A range down all KPIs, absolute."""
        col = self.column(name)
        return absolute(self.first, col, self.last, col)

    def summary(self, label: str) -> tuple[int, int]:
        """Row and column of a summary value."""
        return self.last + 1 + SUMMARY.index(label), 2

    def summary_ref(self, label: str, sheet: bool = False) -> str:
        """The absolute address of a summary value."""
        return absolute(*self.summary(label), sheet=sheet)


@dataclass(frozen=True, slots=True)
class Whole:
    """How the parts of one card are put together.

    Attributes:
        top: Its first row.
        size: Number of parts.
    """

    top: int
    size: int

    @property
    def header(self) -> int:
        """The row of the column headers."""
        return self.top + 1

    @property
    def first(self) -> int:
        """The row of the first part."""
        return self.top + 2

    @property
    def last(self) -> int:
        """The row of the last part."""
        return self.first + self.size - 1

    @property
    def end(self) -> int:
        """The last row of the summary."""
        return self.last + len(WHOLE_SUMMARY)

    def column_range(self, name: str) -> str:
        """A range down all parts, absolute."""
        col = WHOLE_COLUMNS.index(name) + 1
        return absolute(self.first, col, self.last, col)

    def summary(self, label: str) -> tuple[int, int]:
        """Row and column of a summary value."""
        return self.last + 1 + WHOLE_SUMMARY.index(label), 2

    def summary_ref(self, label: str, sheet: bool = False) -> str:
        """The absolute address of a summary value."""
        return absolute(*self.summary(label), sheet=sheet)


def absolute(
    row: int, col: int, last_row: int | None = None, last_col: int | None = None, *, sheet: bool = False
) -> str:
    """An absolute address on the rule sheet, with the sheet's name on request."""

    def one(r: int, c: int) -> str:
        return f"${column_letters(c)}${r}"

    text = one(row, col) if last_row is None or last_col is None else f"{one(row, col)}:{one(last_row, last_col)}"
    return f"{quote_sheet(SHEET)}!{text}" if sheet else text


def on_sheet(sheet: str, cell: str) -> str:
    """A cell of the form, as a formula on the rule sheet refers to it."""
    return f"{quote_sheet(sheet)}!{cell}"
