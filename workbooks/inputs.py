"""The cells of a card that people fill in, and who is to fill them: by 评价人, else by what 考核方法 says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scorecard.scoring.values import trim
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.card import headline
from scorecard.workbook.cells import Grid
from scorecard.workbook.formulas import MANUAL_WORD, RATING_WORD
from scorecard.workbook.grid import read_grid
from scorecard.workbook.located import Row, Table
from scorecard.workbook.package import Package
from scorecard.workbook.recognise import recognise_workbook
from scorecard.workbook.ruleread import RuleSheet, read_rule_sheet
from scorecard.workbook.splice import Value

#: Who fills in what nobody is named for.
SUPERIOR = "直接上级"
_ROLE = re.compile(r"([^，,、；;。：:（）()\s]+?)(?:负责)?(?:监控|评分|打分|评价|评估|评定|汇总|考核)$")


@dataclass(frozen=True, slots=True)
class Input:
    """A cell to be filled in.

    Attributes:
        sheet: Its sheet; `cell` its address.
        item: The item it belongs to.
        what: 实际完成, 评级, 得分, 否决 or 加减分.
        evaluator: Who fills it in.
        method: 考核方法 as printed.
        weight: The item's weight as its cell holds it, None without one.
        value: What stands there.
        number_format: How it is shown.
        words: What may be chosen, where it is a rating.
    """

    sheet: str
    cell: str
    item: str
    what: str
    evaluator: str
    method: str
    weight: Value
    value: Value
    number_format: str
    words: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        """Sheet and cell."""
        return self.sheet, self.cell


def inputs(package: Package) -> list[Input]:
    """All cells to be filled in, sheet by sheet and row by row; cells with a formula compute themselves.

    Raises:
        UnusableFile: A part of the workbook is damaged.
    """
    tables, _ = recognise_workbook(package)
    rules = read_rule_sheet(package)
    found: list[Input] = []
    for table in tables:
        if table.sheet != rs.SHEET:
            found += _of_table(table, read_grid(package, table.sheet), rules)
    return found


def evaluator_of(named: str, method: str) -> str:
    """Who scores an item.

    Args:
        named: What the column 评价人 says; "" without one.
        method: What 考核方法 says.

    Example:
        >>> evaluator_of("其他部门（人事行政部汇总）", ""), evaluator_of("", "定期考核，人事行政部监控"), evaluator_of("", "报表")
        ('人事行政部', '人事行政部', '直接上级')
    """
    text = trim(named)
    bracket = re.search(r"[（(](.+?)汇总[)）]", text)
    if bracket:
        return bracket[1]
    text = re.sub(r"[（(].*?[)）]", "", text)
    if text:
        match = _ROLE.fullmatch(text)
        return match[1] if match else text
    for part in reversed(re.split(r"[，,、；;。\s]+", trim(method))):
        match = _ROLE.fullmatch(part)
        # 定期考核 says how, not who.
        if match and match[1] not in ("定期", "日常", "内部", "抽查", "年度", "季度"):
            return match[1]
    return SUPERIOR


def _of_table(table: Table, grid: Grid, rules: RuleSheet | None) -> Iterator[Input]:
    block = rules.block_of(table) if rules is not None else None
    place = -1
    for row in table.rows:
        is_item = row.kind in ("kpi", "rating")
        place += is_item
        score = dict(row.scores).get(headline(table))
        if not is_item:
            if score:
                yield from _input(table, grid, row, score, "否决" if row.kind == "veto" else "加减分")
            continue
        mode = rules.mode(block, place) if rules is not None and block is not None else MANUAL_WORD
        words: tuple[str, ...] = ()
        if mode == RATING_WORD and rules is not None and block is not None:
            cells = (
                rules.grid.cell(block.first + place, block.column(rs.THRESHOLD, k)).value for k in range(block.width)
            )
            words = tuple(str(word) for word in cells if word not in (None, ""))
        if row.actual_cell:
            yield from _input(table, grid, row, row.actual_cell, "评级" if words else "实际完成", words)
        if score and mode == MANUAL_WORD:
            yield from _input(table, grid, row, score, "得分")


def _input(table: Table, grid: Grid, row: Row, cell: str, what: str, words: tuple[str, ...] = ()) -> Iterator[Input]:
    here = grid.at(cell)
    if here.is_formula:
        return
    texts = {}
    for role in ("evaluator", "method"):
        column = table.column(role)
        value = grid.cell(row.row, column.col).value if column is not None else None
        texts[role] = value if isinstance(value, str) else ""
    yield Input(
        sheet=table.sheet,
        cell=cell,
        item=row.name,
        what=what,
        evaluator=evaluator_of(texts["evaluator"], texts["method"]),
        method=texts["method"],
        weight=grid.at(row.weight_cell).value if row.weight_cell else None,
        value=here.value,
        number_format=here.format.number_format,
        words=words,
    )
