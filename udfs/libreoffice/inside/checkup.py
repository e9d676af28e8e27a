"""The check-up of an open document: what makes a grade wrong or keeps it from being computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scorecard.findings import Finding, worst_first
from scorecard.messages import Message
from scorecard.scoring.values import State, is_missing, read
from scorecard.workbook import formulas as f
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.addresses import cell_name
from scorecard.workbook.live import CHECK_SHEET, CHECK_TITLE, SEVERITIES

from .sheets import is_own, own_sheet
from .tables import Item, Rules, value_of_cell

_HEADERS = ("级别", "位置", "说明", "What was found", "代码")
_ERRORS = 4  # com.sun.star.sheet.FormulaResult.ERROR
_BOLD = 150.0  # com.sun.star.awt.FontWeight.BOLD


def check(document: Any, rules: Rules | None) -> list[Finding]:
    """What was found, worst first."""
    return worst_first([*_errors(document, rules), *(_of_rules(rules) if rules is not None else _not_embedded())])


def write(document: Any, findings: list[Finding]) -> str:
    """Write the findings on a sheet of their own, each with a link to its cell; returns the sheet's name.

    An earlier check-up is replaced; a sheet of that name that is somebody else's stays, and a number is added.
    """
    sheet = own_sheet(document, CHECK_SHEET, CHECK_TITLE)
    for col, (header, width) in enumerate(zip(_HEADERS, (1600, 4500, 11000, 11000, 3500), strict=True)):
        cell = sheet.getCellByPosition(col, 2)
        cell.setString(header)
        cell.CharWeight = _BOLD
        sheet.Columns.getByIndex(col).Width = width
    for row, finding in enumerate(findings, 3):
        texts = (SEVERITIES[finding.severity], "", finding.message.zh, finding.message.en, finding.code)
        for col, text in enumerate(texts):
            sheet.getCellByPosition(col, row).setString(text)
        _link(document, sheet.getCellByPosition(1, row), finding)
    if not findings:
        sheet.getCellByPosition(0, 3).setString("没有发现问题 Nothing found")
    return str(sheet.Name)


def is_report(sheet: Any) -> bool:
    """Whether a sheet holds an earlier check-up."""
    return is_own(sheet, CHECK_TITLE)


def _link(document: Any, cell: Any, finding: Finding) -> None:
    if not finding.cell:
        cell.setString(finding.where)
        return
    field = document.createInstance("com.sun.star.text.TextField.URL")
    quoted = finding.sheet.replace("'", "''")
    field.URL, field.Representation = f"#'{quoted}'.{finding.cell}", finding.where
    cell.insertTextContent(cell.createTextCursor(), field, False)


def _errors(document: Any, rules: Rules | None) -> Iterator[Finding]:
    for sheet in document.Sheets:
        if is_report(sheet):
            continue
        for area in sheet.queryFormulaCells(_ERRORS).getRangeAddresses():
            for row in range(area.StartRow + 1, area.EndRow + 2):
                for col in range(area.StartColumn + 1, area.EndColumn + 2):
                    if sheet.Name == rs.SHEET and rules is not None and _is_step(rules, row, col):
                        continue
                    shown = sheet.getCellByPosition(col - 1, row - 1).getString()
                    message = Message(f"公式的结果是错误 {shown}", f"the formula gives the error {shown}")
                    yield Finding("error-cell", "error", sheet.Name, cell_name(row, col), message)


def _is_step(rules: Rules, row: int, col: int) -> bool:
    """Whether a cell of the rule sheet only passes on what stands on the form or in the rule."""
    return any(
        block.first <= row <= block.end and (row > block.last or col >= block.column(rs.RAW_TARGET))
        for block in rules.blocks
    )


def _not_embedded() -> Iterator[Finding]:
    yield Finding(
        "not-embedded",
        "info",
        "",
        "",
        Message(
            "没有评分规则表：评分尚未嵌入（scorecard embed）",
            "no rule sheet: scoring is not embedded (scorecard embed)",
        ),
    )


def _of_rules(rules: Rules) -> Iterator[Finding]:
    for item in rules.items:
        yield from _of_item(rules, item)
    for block in rules.blocks:
        problem = rules.summary(block, "权重检查")
        if isinstance(problem, str) and problem:
            row, col = block.summary("权重检查")
            message = Message(problem, f"the weights of this table cannot be used: {problem}")
            yield Finding("weights-sum", "error", rs.SHEET, cell_name(row, col), message)


def _of_item(rules: Rules, item: Item) -> Iterator[Finding]:
    name = str(value_of_cell(rules.at(item.place)))
    mode, status = rules.value(item, rs.MODE), rules.value(item, rs.STATUS)
    problem = rules.value(item, rs.CHECK)
    if isinstance(problem, str) and problem and status != f.EXCLUDED:
        where = cell_name(item.row, item.block.column(rs.CHECK))
        message = Message(f"{name}：{problem}", f"{name}: the rule cannot be used: {problem}")
        yield Finding("rule-broken", "error", rs.SHEET, where, message)
    if item.score is not None and mode != f.MANUAL_WORD:
        cell = rules.at(item.score)
        if not cell.getFormula().startswith("=") and not is_missing(value_of_cell(cell)):
            message = Message(
                f"{name}：得分是手工填写的，不随绩效变化", f"{name}: the score was typed over its formula"
            )
            yield Finding("score-typed", "warning", item.score.sheet, item.score.name, message)
    if item.actual is None:
        return
    value = value_of_cell(rules.at(item.actual))
    if status == f.MISSING and is_missing(value):
        yield Finding(
            "not-filled",
            "info",
            item.actual.sheet,
            item.actual.name,
            Message(f"{name}：尚未填写", f"{name}: not filled in yet"),
        )
    if isinstance(value, str) and mode != f.RATING_WORD and read(value).state is State.NUMBER:
        message = Message(f"{name}：“{value}”是文本，不是数字", f'{name}: "{value}" is text, not a number')
        yield Finding("text-number", "warning", item.actual.sheet, item.actual.name, message)
