"""The fields of a definition card, their labels, and a card as it stands on a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..findings import Finding
from ..scoring.indicators import Indicator

#: The sheet that cards are written to.
SHEET = "指标定义"

#: Field of `Indicator` to its labels, the first of them as it is written. In the order of a printed card.
LABELS: dict[str, tuple[str, ...]] = {
    "name": ("指标名称", "KPI名称", "KPI指标名称", "考核指标名称", "indicator", "indicator name", "KPI name"),
    "number": ("指标编号", "指标代码", "KPI编号", "指标编码", "indicator number", "KPI number", "KPI code"),
    "version": ("版本号", "版本", "version"),
    "category": ("指标类别", "指标类型", "指标分类", "category"),
    "level": ("指标级别", "指标层级", "level"),
    "period": ("统计周期", "考核周期", "统计频率", "考核频率", "period", "frequency"),
    "definition": ("指标定义", "定义", "指标解释", "指标释义", "指标说明", "definition"),
    "purpose": ("设立目的", "设置目的", "指标目的", "考核目的", "设定目的", "purpose"),
    "formula": ("指标算法", "计算公式", "指标公式", "计算方法", "算法", "指标计算公式", "formula", "calculation"),
    "statistics": ("统计方法说明", "统计方法", "统计说明", "统计口径", "口径说明", "statistics note", "method note"),
    "source": (
        "数据输出部门",
        "数据来源",
        "数据提供部门",
        "数据来源部门",
        "数据出处",
        "source department",
        "data source",
    ),
    "point": ("统计点", "统计节点", "取数点", "measuring point"),
    "department": ("指标责任部门", "责任部门", "归口部门", "responsible department"),
    "owner": ("责任岗位", "指标责任岗位", "指标责任人", "责任人", "owner"),
    "target": ("目标值", "指标目标", "目标", "target"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a card as it stands on the sheet: its text, "" if blank, its cell, and that of its label."""

    text: str
    cell: str
    label_cell: str


@dataclass(frozen=True, slots=True)
class IndicatorCard:
    """A definition card and where it stands.

    Attributes:
        indicator: What it says.
        sheet: Its sheet.
        form: "pairs", "rows" (one card per table row) or "column" (labels and values below each other).
        entries: Field of `Indicator` to its entry; fields whose label the card does not have are left out.
        findings: What is odd about this card alone.
    """

    indicator: Indicator
    sheet: str
    form: str
    entries: Mapping[str, Entry]
    findings: tuple[Finding, ...] = ()

    @property
    def cell(self) -> str:
        """The cell of the name."""
        return self.entries["name"].cell

    def cell_of(self, name: str) -> str:
        """The cell of a field; that of the name when the card has no such label."""
        return self.entries[name].cell if name in self.entries else self.cell
