"""The macros: what a manager or HR clerk does by hand, on an open document. They ask nothing and destroy nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uno
from com.sun.star.beans import PropertyValue

from scorecard.messages import Message
from scorecard.workbook import live
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.addresses import split_cell
from scorecard.workbook.formplan import NATIVE
from scorecard.workbook.inspection import Inspection, inspect_package

from . import checkup
from .charts import draw
from .explanation import explain as explained
from .reading import package_of
from .tables import Place, Rules, cell_at, read_rules
from .writing import write_plan

_MARK = "【评分说明】"
_CONSTANTS = 1 | 2 | 4  # com.sun.star.sheet.CellFlags: VALUE, DATETIME, STRING
_FORMULAS = 16

_NOT_EMBEDDED = Message("没有评分规则表：请先嵌入评分", "no rule sheet: embed scoring first")


@dataclass(frozen=True, slots=True)
class Session:
    """What a macro works on: the desktop of the office, and the document in front."""

    desktop: Any
    document: Any


def embed(session: Session) -> Message:
    """Embed scoring into the sheet in front, with plain formulas, as `scorecard embed` does for a file.

    Raises:
        UsageError: A cell that a formula would go to holds something typed; nothing has been changed then.
        NoTableFound: There is no assessment table on that sheet.
    """
    document = session.document
    front = document.getCurrentController().getActiveSheet().Name
    embedding = live.plan_sheet(package_of(document), front, NATIVE, document.Title)
    if embedding.plan:
        write_plan(embedding.plan, document)
        if embedding.replaced:
            checkup.write(document, list(embedding.replaced))
        document.calculateAll()
    return embedding.said


def recalculate(session: Session) -> Message:
    """Compute every formula afresh."""
    session.document.calculateAll()
    broken = sum(1 for finding in checkup.check(session.document, None) if finding.code == "error-cell")
    if broken:
        return Message(
            f"已重新计算；有 {broken} 个错误，可运行“体检”查看", f"recalculated; {broken} errors, see the check-up"
        )
    return Message("已重新计算", "recalculated")


def check(session: Session) -> Message:
    """Write what was found on the sheet 体检."""
    findings = checkup.check(session.document, read_rules(session.document))
    name = checkup.write(session.document, findings)
    return Message(f"体检完成：{len(findings)} 条，见工作表“{name}”", f"{len(findings)} findings, see the sheet {name}")


def explain(session: Session) -> Message:
    """Say how the score of the selected row comes about, and keep the sentence as a comment at the score."""
    document = session.document
    rules = read_rules(document)
    if rules is None:
        return _NOT_EMBEDDED
    address = selected(document)
    item = rules.item_at(document.Sheets.getByIndex(address.Sheet).Name, address.StartRow + 1) if address else None
    if item is None:
        return Message("请先选中考核表中的一个指标", "select a KPI of the assessment table first")
    sentence = explained(rules, item)
    _annotate(document, item.score or item.place, sentence.text())
    return sentence


def next_period(session: Session) -> Message:
    """Open a copy of the document with the actuals cleared; rules, targets and the document itself stay."""
    rules = read_rules(session.document)
    if rules is None:
        return _NOT_EMBEDDED
    copy = _copy(session)
    fresh = read_rules(copy)
    if fresh is None:
        return _NOT_EMBEDDED
    seen = _inspected(copy)
    cleared = 0
    for name, grid in seen.grids.items():
        sheet = copy.Sheets.getByName(name)
        for address in live.inputs([card for card in seen.cards if card.table.sheet == name], grid):
            row, col = split_cell(address)
            sheet.getCellByPosition(col - 1, row - 1).clearContents(_CONSTANTS)
            cleared += 1
    for item in fresh.items:
        _forget(copy, item.score or item.place)
    for name in copy.Sheets.ElementNames:
        if checkup.is_report(copy.Sheets.getByName(name)):
            copy.Sheets.removeByName(name)
    copy.calculateAll()
    return Message(
        f"这是新的一份：已清空 {cleared} 个填写的单元格，规则不变；请填写考核期间并另存",
        f"this is a copy: {cleared} filled cells cleared, the rules kept; fill in the period and save it",
    )


def lock(session: Session) -> Message:
    """Protect the forms and the rule sheet: formulas locked, all other cells of the tables open. No password."""
    rules = read_rules(session.document)
    if rules is None:
        return _NOT_EMBEDDED
    locked = 0
    for sheet in _sheets(rules):
        if sheet.isProtected():
            continue
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.getRangeAddress()
        _set_locked(sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow), False)
        for area in sheet.queryContentCells(_FORMULAS):
            _set_locked(area, True)
        sheet.protect("")
        locked += 1
    return Message(
        f"已保护 {locked} 张工作表：公式锁定，其余可填", f"{locked} sheets protected: formulas locked, the rest open"
    )


def unlock(session: Session) -> Message:
    """Take the protection off the forms and the rule sheet; one with a password stays."""
    rules = read_rules(session.document)
    if rules is None:
        return _NOT_EMBEDDED
    sheets = [sheet for sheet in _sheets(rules) if sheet.isProtected()]
    for sheet in sheets:
        sheet.unprotect("")
    kept = sum(1 for sheet in sheets if sheet.isProtected())
    zh, en = (f"；{kept} 张有密码，未动", f"; {kept} have a password and stay") if kept else ("", "")
    return Message(f"已解除 {len(sheets) - kept} 张工作表的保护{zh}", f"{len(sheets) - kept} sheets unprotected{en}")


def charts(session: Session) -> Message:
    """Draw the scores of each table as bars, on the sheet 图表; the numbers there are links, so the chart stays live."""
    document = session.document
    front = document.getCurrentController().getActiveSheet().Name
    cards = [card for card in _inspected(document).cards if card.table.sheet != rs.SHEET]
    drawn = live.bars([card for card in cards if card.table.sheet == front] or cards)
    if not drawn:
        return Message("没有带得分列的考核表，未画图", "no assessment table with a score column; nothing drawn")
    name = draw(document, drawn)
    return Message(f"已画 {len(drawn)} 张图，见工作表“{name}”", f"{len(drawn)} charts on the sheet {name}")


MACROS: dict[str, Callable[[Session], Message]] = {
    "embed": embed,
    "recalculate": recalculate,
    "check": check,
    "explain": explain,
    "next_period": next_period,
    "lock": lock,
    "unlock": unlock,
    "charts": charts,
}


#: What Calc cannot take back, see `writing.write_plan`.
NOT_UNDONE = frozenset({"embed"})


def selected(document: Any) -> Any:
    """The address of what is selected, its first range if there are several; None if it is no cell."""
    selection = document.getCurrentController().getSelection()
    if hasattr(selection, "getRangeAddresses"):
        return next(iter(selection.getRangeAddresses()), None)
    return selection.getRangeAddress() if hasattr(selection, "getRangeAddress") else None


def _annotate(document: Any, place: Place, sentence: str) -> None:
    """Put the sentence into the cell's comment; what somebody else wrote there stays before it."""
    sheet, cell = document.Sheets.getByName(place.sheet), cell_at(document, place)
    if sheet.isProtected():
        return
    others = cell.Annotation.getString().partition(_MARK)[0].rstrip()
    text = f"{others}\n{_MARK}{sentence}" if others else f"{_MARK}{sentence}"
    if cell.Annotation.getString():
        cell.Annotation.setString(text)
    else:
        sheet.Annotations.insertNew(cell.getCellAddress(), text)


def _forget(document: Any, place: Place) -> None:
    """Take our sentence out of a cell's comment again."""
    cell = cell_at(document, place)
    others, mark, _ = cell.Annotation.getString().partition(_MARK)
    if mark and others.strip():
        cell.Annotation.setString(others.rstrip())
    elif mark:
        cell.clearContents(8)  # com.sun.star.sheet.CellFlags.ANNOTATION


def _inspected(document: Any) -> Inspection:
    """What is in the document; its values are those that Calc has computed."""
    return inspect_package(package_of(document), document.Title, is_fresh=True)


def _copy(session: Session) -> Any:
    """The document as it is now, opened once more under no name."""
    handle, path = tempfile.mkstemp(suffix=".ods")
    os.close(handle)
    url = uno.systemPathToFileUrl(path)
    try:
        session.document.storeToURL(url, (PropertyValue("FilterName", 0, "calc8", 0),))
        copy = session.desktop.loadComponentFromURL(url, "_blank", 0, (PropertyValue("AsTemplate", 0, True, 0),))
    finally:
        os.remove(path)
    return copy


def _sheets(rules: Rules) -> list[Any]:
    names = dict.fromkeys([*(item.place.sheet for item in rules.items), rs.SHEET])
    return [rules.document.Sheets.getByName(name) for name in names]


def _set_locked(cells: Any, is_locked: bool) -> None:
    protection = cells.CellProtection
    protection.IsLocked = is_locked
    cells.CellProtection = protection
