"""The macros: what a manager or HR clerk does by hand, as plain functions on an xlwings `Book`.

Each asks nothing and destroys nothing: what stands in a cell is never overwritten without being kept, and a score that
somebody typed stops the embedding. Each reads the workbook as it is on the screen through a copy of it, and lets
`scorecard.workbook` decide what to do, so that the command line and a live Excel do the same.

In Excel a button calls `run(name)`; in xlwings Lite a `script` calls the function with its book.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import xlwings

from scorecard.errors import ScorecardError, UsageError
from scorecard.findings import Finding, worst_first
from scorecard.messages import Message
from scorecard.scoring.explain import explain_item
from scorecard.scoring.policies import Policy
from scorecard.scoring.values import is_missing, read, show
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.addresses import quote_sheet, shift_formula, split_cell
from scorecard.workbook.card import Card, headline
from scorecard.workbook.cells import Grid
from scorecard.workbook.checkup import check_package, report
from scorecard.workbook.checkup.groups import gathered
from scorecard.workbook.embed import plan_embedding
from scorecard.workbook.formplan import NATIVE, UDF
from scorecard.workbook.grid import read_grid
from scorecard.workbook.inspection import Inspection, inspect_package
from scorecard.workbook.package import Package
from scorecard.workbook.plan import Choice, Edit, Look, Mark, Plan, SheetPlan
from scorecard.workbook.recognise import Row
from udfs.workbook import package_of

#: The sheets that macros write; one of these names that somebody else made is left alone.
CHECK_SHEET, CHART_SHEET = report.SHEET, "图表"
_CHECK_TITLE = report.TITLE
_CHART_TITLE = "得分图表"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")

Book = Any
"""An `xlwings.Book`, or what behaves like one."""


def embed(book: Book) -> Message:
    """Embed scoring into the active sheet; its rules go to a new sheet 评分规则.

    Formulas that are replaced, if any, are listed on the sheet 体检.

    Args:
        book: The workbook; it is changed, not saved.

    Raises:
        UsageError: A cell that a formula would go to holds something typed; nothing has been changed then.
        NoTableFound: There is no assessment table on the active sheet.
    """
    active = book.sheets.active
    package = package_of(book)
    flavour = UDF if package.is_macro_enabled else NATIVE
    plan, tables, findings = plan_embedding(_alone(package, active.name), None, Policy(), flavour, None, book.name)
    if not plan:
        obstacles = ("rule-sheet-present", "sheet-protected", "not-embedded")
        reason = next((finding.message for finding in findings if finding.code in obstacles), None)
        return reason or Message("评分已经嵌入过，保持不变", "scoring is embedded already; nothing changed")
    replaced = _replaced(plan, package)
    write_plan(plan, book)
    if replaced:
        _report(book, replaced)
    active.activate()
    book.app.calculate()
    kept = ",".join(finding.cell for finding in findings if finding.code == "score-kept")
    return Message(
        f"已嵌入 {len(tables)} 张考核表，规则在“{rs.SHEET}”"
        + (f"；保留了原有的得分 {kept}" if kept else "")
        + (f"；替换了 {len(replaced)} 个公式，见“体检”" if replaced else ""),
        f"scoring embedded in {len(tables)} tables, rules on {rs.SHEET}"
        + (f"; scores that were there are kept: {kept}" if kept else "")
        + (f"; {len(replaced)} formulas replaced, see {CHECK_SHEET}" if replaced else ""),
    )


def recalculate(book: Book) -> Message:
    """Compute every formula of the workbook afresh, and say what the grades are.

    Args:
        book: The workbook.
    """
    api: Any = getattr(book.app, "api", None)
    if hasattr(api, "CalculateFull"):
        # Functions of add-ins are computed again only when an input changes, or by this.
        api.CalculateFull()
    else:
        book.app.calculate()
    inspection = _inspected(book)
    results = [_result(card) for card in _cards(book, inspection)]
    stale = [finding for finding in inspection.findings if finding.code == "stale-cache"]
    if stale:
        return Message(f"已重新计算，但{stale[0].message.zh}", f"recalculated, but {stale[0].message.en}")
    return Message(
        "已重新计算：" + "；".join(r.zh for r in results) if results else "已重新计算",
        "recalculated: " + "; ".join(r.en for r in results) if results else "recalculated",
    )


def check(book: Book) -> Message:
    """Write what is wrong or doubtful on the sheet 体检, worst first, each with a link to its cell.

    Args:
        book: The workbook; only the sheet 体检 is written.
    """
    findings = gathered(check_package(package_of(book), book.name).findings)
    active = book.sheets.active
    sheet = _report(book, findings)
    if not findings:
        active.activate()
        return Message("体检完成：没有发现问题", "nothing found")
    errors = sum(1 for finding in findings if finding.severity == "error")
    return Message(
        f"体检完成：{len(findings)} 条，其中错误 {errors} 条，见工作表“{sheet.name}”",
        f"{len(findings)} findings, {errors} of them errors, see the sheet {sheet.name}",
    )


def explain(book: Book) -> Message:
    """Say in one sentence how the score in the selected row comes about.

    Args:
        book: The workbook; not changed.
    """
    selection = book.selection
    if selection is not None:
        name, row = selection.sheet.name, selection.row
        for card in _inspected(book).cards:
            items = zip((r for r in card.table.rows if r.kind in ("kpi", "rating")), card.result.items, strict=True)
            for place, item in items:
                if card.table.sheet == name and place.row == row:
                    return explain_item(item, card.model.bands)
            if card.table.sheet == name and row in _foot_rows(card):
                return _result(card)
    return Message("请先选中考核表中一个指标所在的行", "select a row of the assessment table first")


def next_period(book: Book) -> Message:
    """Start the next period: keep the sheet as it is in a copy with values only, then clear what was filled in.

    The rules point at the sheet itself, so it is the sheet that goes on and the copy that is the record.

    Args:
        book: The workbook; it is changed, not saved.
    """
    inspection = _inspected(book)
    cards = _cards(book, inspection)
    if not cards:
        return Message("没有找到考核表", "no assessment table found")
    records, cleared = [], 0
    for name in dict.fromkeys(card.table.sheet for card in cards):
        mine = [card for card in cards if card.table.sheet == name]
        grid = inspection.grids[name]
        sheet = book.sheets[name]
        record = sheet.copy(after=sheet, name=_free_name(book, name, _period(mine[0])))
        # All are read before one is written: the copy computes from itself too. Excel reads an error's text as the error.
        places = [record.range((cell.row, cell.col)) for cell in grid if cell.is_formula]
        values = [place.options(err_to_str=True).value for place in places]
        for place, value in zip(places, values, strict=True):
            place.value = value
        for address in _inputs(mine, grid):
            sheet.range(split_cell(address)).clear_contents()
            cleared += 1
        records.append(record.name)
    book.sheets[cards[0].table.sheet].activate()
    book.app.calculate()
    kept = "、".join(records)
    return Message(
        f"已清空 {cleared} 个填写的单元格，规则不变；上期留存在“{kept}”。请修改考核期间",
        f"{cleared} filled cells cleared, rules kept; the last period stays on {kept}. Change the period now",
    )


def lock(book: Book) -> Message:
    """Protect the forms without password: formulas are locked, everything else can be filled in.

    Args:
        book: The workbook.
    """
    inspection = _inspected(book)
    names = _embedded_sheets(book, inspection)
    package = package_of(book)
    locked = 0
    for name in names:
        sheet = _native(book.sheets[name])
        if not _is_open(sheet):
            continue
        sheet.Cells.Locked = False
        for cell in read_grid(package, name):
            if cell.is_formula:
                sheet.Cells(cell.row, cell.col).Locked = True
        sheet.Protect("")
        locked += 1
    zh, en = _kept(len(names) - locked)
    return Message(
        f"已保护 {locked} 张工作表：公式锁定，其余可填，无密码{zh}",
        f"{locked} sheets protected without password: formulas locked, the rest can be filled in{en}",
    )


def unlock(book: Book) -> Message:
    """Take the protection off the forms; one with a password stays.

    Args:
        book: The workbook.
    """
    names = _embedded_sheets(book, _inspected(book))
    kept = sum(1 for name in names if not _is_open(_native(book.sheets[name])))
    zh, en = _kept(kept)
    return Message(f"已解除 {len(names) - kept} 张工作表的保护{zh}", f"{len(names) - kept} sheets unprotected{en}")


def charts(book: Book) -> Message:
    """Draw the scores of each table as bars, on the sheet 图表; the numbers there are links, so the chart stays live.

    Args:
        book: The workbook; only the sheet 图表 is written.
    """
    cards = [card for card in _cards(book, _inspected(book)) if any(row.scores for row in card.table.rows)]
    if not cards:
        return Message("没有带得分列的考核表，未画图", "no assessment table with a score column; nothing drawn")
    sheet = _own_sheet(book, CHART_SHEET, _CHART_TITLE)
    row = 3
    for card in cards:
        items = [r for r in card.table.rows if r.kind in ("kpi", "rating") and r.scores]
        source = quote_sheet(card.table.sheet)
        sheet.range((row, 1)).value = [[card.table.title or card.table.sheet, "得分"]]
        formulas = [[f"={source}!{r.name_cell}", f"={source}!{_headline_score(card, r)}"] for r in items]
        sheet.range((row + 1, 1), (row + len(items), 2)).formula = formulas
        chart = sheet.charts.add(left=320, top=40 + (row - 3) * 16, width=520, height=max(160, 26 * len(items)))
        chart.chart_type = "bar_clustered"
        chart.set_source_data(sheet.range((row, 1), (row + len(items), 2)))
        row += max(len(items) + 3, 2 + max(160, 26 * len(items)) // 16)
    sheet.activate()
    return Message(f"已画 {len(cards)} 张图，见工作表“{sheet.name}”", f"{len(cards)} charts on the sheet {sheet.name}")


#: The macros by name; hosts bind these.
MACROS: dict[str, Callable[[Book], Message]] = {
    "embed": embed,
    "recalculate": recalculate,
    "check": check,
    "explain": explain,
    "next_period": next_period,
    "lock": lock,
    "unlock": unlock,
    "charts": charts,
}


def run(name: str, book: Book | None = None) -> Message:
    """Run a macro and show what it says: in the status bar, an explanation or a refusal in a box.

    Args:
        name: Of `MACROS`.
        book: The workbook; the one whose button was pressed when omitted.

    Returns:
        What was shown. An error of ours is shown, not raised: a person is waiting for a sentence.
    """
    caller = xlwings.Book.caller() if book is None else book
    try:
        message, needs_box = MACROS[name](caller), name == "explain"
    except ScorecardError as problem:
        message, needs_box = problem.message, True
    caller.app.status_bar = message.text()[:255]
    if needs_box:
        caller.app.alert(message.text(), title="scorecard")
    return message


# --- reading ---------------------------------------------------------------------------------------------------------


def _inspected(book: Book) -> Inspection:
    return inspect_package(package_of(book), book.name)


def _cards(book: Book, inspection: Inspection) -> list[Card]:
    """The tables of the active sheet; of a sheet without any, such as the first page, those of the whole workbook."""
    cards = [card for card in inspection.cards if card.table.sheet not in _records(book)]
    active = [card for card in cards if card.table.sheet == book.sheets.active.name]
    return active or cards


def _records(book: Book) -> set[str]:
    return {CHECK_SHEET, CHART_SHEET, rs.SHEET}


def _embedded_sheets(book: Book, inspection: Inspection) -> list[str]:
    names = dict.fromkeys(card.table.sheet for card in inspection.cards if card.is_embedded)
    if not names:
        raise UsageError(
            Message("还没有嵌入评分，没有可锁定的公式", "no scoring is embedded yet: there are no formulas to lock")
        )
    return list(names)


def _alone(package: Package, sheet: str) -> Package:
    """The package with nothing on its other sheets, so that a plan concerns one sheet only."""
    alone = package.copy()
    for other in package.sheets:
        if other.kind == "worksheet" and other.name not in (sheet, rs.SHEET):
            alone.write(other.part, _EMPTY)
    return alone


_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


def _replaced(plan: Plan, package: Package) -> list[Finding]:
    """The formulas that a plan replaces; raises `UsageError` if it would replace something typed."""
    new = {sheet.sheet for sheet in plan.sheets if sheet.is_new}
    grids: dict[str, Grid] = {}
    typed, replaced = [], []
    for edit in plan.edits:
        if edit.sheet in new or (edit.formula is None and edit.value is None):
            continue
        grid = grids.setdefault(edit.sheet, read_grid(package, edit.sheet))
        cell = grid.cell(edit.row, edit.col)
        if cell.is_formula:
            text = Message(f"原有公式 ={cell.formula} 已替换", f"the formula ={cell.formula} was replaced")
            replaced.append(Finding("formula-replaced", "info", edit.sheet, edit.cell, text))
        elif edit.formula is not None and not is_missing(cell.value):
            typed.append(edit.cell)
    if typed:
        places = "、".join(typed[:8]) + ("……" if len(typed) > 8 else "")
        raise UsageError(
            Message(
                f"{len(typed)} 个要写公式的单元格已有内容（{places}），没有改动任何单元格；确认不要后请先清空",
                f"{len(typed)} cells for formulas hold something ({places}); nothing was changed. Clear them first",
            )
        )
    return replaced


def _result(card: Card) -> Message:
    total, grade = card.result.total, card.result.grade
    title = card.table.title or card.table.sheet
    if total is None:
        return Message(f"{title}：还没有总分", f"{title}: no total yet")
    return Message(f"{title}：总分 {show(total)}，等级 {grade}", f"{title}: total {show(total)}, grade {grade}")


def _foot_rows(card: Card) -> set[int]:
    cells = [*card.table.totals.values(), card.table.grade_cell, card.table.coefficient_cell, card.table.coverage_cell]
    return {split_cell(cell)[0] for cell in cells if cell}


def _headline_score(card: Card, row: Row) -> str:
    scores = dict(row.scores)
    return scores.get(headline(card.table)) or next(iter(scores.values()))


def _inputs(cards: Sequence[Card], grid: Grid) -> list[str]:
    """The cells that a person fills in each period and that hold something: actuals, typed scores, adjustments."""
    cells: list[str] = []
    for card in cards:
        for row in card.table.rows:
            cells += [row.actual_cell] if row.actual_cell else []
            cells += [cell for _, cell in row.scores]
    found = dict.fromkeys(cells)
    return [a for a in found if not grid.at(a).is_formula and not is_missing(grid.at(a).value)]


def _period(card: Card) -> str:
    return card.table.identity.get("period", ("", ""))[0]


# --- writing ---------------------------------------------------------------------------------------------------------


def _report(book: Book, findings: Iterable[Finding]) -> Any:
    """Write findings on the sheet 体检; returns the sheet."""
    sheet = _own_sheet(book, CHECK_SHEET, _CHECK_TITLE)
    rows = [["级别", "位置", "说明", "English"]]
    links = []
    for finding in worst_first(findings):
        rows.append(
            [
                report.WORDS[finding.severity],
                report.shown_place(finding),
                _text(finding.message.zh),
                _text(finding.message.en),
            ]
        )
        links.append(_link(finding))
    sheet.range((3, 1), (2 + len(rows), 4)).value = rows
    for row, link in enumerate(links, 4):
        if link:
            sheet.range((row, 2)).formula = link
    sheet.range((3, 1), (3, 4)).font.bold = True
    for col, width in ((1, 8), (2, 24), (3, 70), (4, 70)):
        sheet.range((1, col)).column_width = width
    sheet.activate()
    return sheet


def _link(finding: Finding) -> str:
    return f"={report.link(finding, report.shown_place(finding))}" if finding.sheet else ""


def _text(text: str) -> str:
    """A text that Excel keeps as one."""
    return "'" + text if text[:1] in "=+-@'" else text


def _own_sheet(book: Book, name: str, title: str) -> Any:
    """The sheet of that name, emptied, if a macro made it; else a new one, under the next free name."""
    count = 1
    names = {sheet.name.casefold(): sheet for sheet in book.sheets}
    wanted = name
    while (sheet := names.get(wanted.casefold())) is not None:
        if sheet.range((1, 1)).value == title:
            for chart in list(sheet.charts):
                chart.delete()
            sheet.clear_contents()
            break
        count += 1
        wanted = f"{name}{count}"
    else:
        sheet = book.sheets.add(wanted, after=book.sheets[len(book.sheets) - 1])
    sheet.range((1, 1)).value = title
    sheet.range((1, 1)).font.bold = True
    return sheet


def _free_name(book: Book, name: str, period: str) -> str:
    """A sheet name for the record of a period: at most 31 characters, not in use."""
    taken = {sheet.name.casefold() for sheet in book.sheets}
    ending = _FORBIDDEN.sub("-", period).strip("' ")[:12] or "上期"
    for count in range(1, len(taken) + 2):
        tail = f"_{ending}" + (f"_{count}" if count > 1 else "")
        free = name[: 31 - len(tail)] + tail
        if free.casefold() not in taken:
            return free
    raise AssertionError("one name more than sheets is free")


def _native(sheet: Any) -> Any:
    """The sheet as Excel for Windows offers it; protection has no other way in."""
    api = getattr(sheet, "api", None)
    if not hasattr(api, "Protect"):
        raise UsageError(
            Message(
                "此环境不能设置保护，请用 审阅 → 保护工作表", "protection cannot be set here: use Review, Protect Sheet"
            )
        )
    return api


def _is_open(sheet: Any) -> bool:
    """Take the protection off a sheet if it has no password."""
    # The empty password is given so that Excel does not ask for one; it refuses when there is another.
    with contextlib.suppress(_com_error()):
        sheet.Unprotect("")
    return not sheet.ProtectContents


def _kept(count: int) -> tuple[str, str]:
    return (f"；{count} 张有密码，未动", f"; {count} have a password and stay") if count else ("", "")


def _com_error() -> type[Exception]:
    """What Excel raises through COM; the package is there on Windows only."""
    try:
        import pythoncom
    except ImportError:
        return ScorecardError
    kind: type[Exception] = pythoncom.com_error
    return kind


# --- a plan on a live workbook ------------------------------------------------------------------------------------------


def write_plan(plan: Plan, book: Any) -> None:
    """Carry out a plan on a live workbook, as `scorecard.workbook.plan.apply` does on a file.

    Args:
        plan: Whose cells are known to be free.
        book: It is changed, not saved.
    """
    for new in plan.sheets:
        if new.is_new:
            book.sheets.add(new.sheet, after=book.sheets[len(book.sheets) - 1])
    for edit in plan.edits:
        _write(book, edit)
    for sheet in plan.sheets:
        _arrange(book.sheets[sheet.sheet], sheet)


def _write(book: Any, edit: Edit) -> None:
    sheet = book.sheets[edit.sheet]
    place = sheet.range((edit.row, edit.col))
    if edit.look is not None:
        _dress(sheet, place, edit.look)
    if edit.formula is not None:
        place.formula = edit.formula
    elif isinstance(edit.value, str):
        # Excel reads "3-5" as a date and "95%" as a number; after an apostrophe a text stays what it is.
        is_word = edit.value[:1].isalpha() and read(edit.value).number is None
        place.value = edit.value if is_word else "'" + edit.value
    elif edit.value is not None:
        place.value = edit.value


def _dress(sheet: Any, place: Any, look: Look) -> None:
    if look.like is not None and look.like != (place.row, place.column):
        sheet.range(look.like).copy()
        place.paste(paste="formats")
        sheet.book.app.cut_copy_mode = False
    if look.number_format is not None:
        place.number_format = look.number_format
    if look.bold is not None:
        place.font.bold = look.bold
    if look.color is not None:
        place.font.color = f"#{look.color}"
    if look.size is not None:
        place.font.size = look.size
    if look.fill is not None:
        place.color = f"#{look.fill}"
    if look.horizontal is not None:
        place.horizontal_alignment = look.horizontal
    if look.wrap is not None:
        place.wrap_text = look.wrap
    if look.border is not None:
        place.borders.set("outside", line_style="continuous", color=f"#{look.border}")


def _arrange(sheet: Any, plan: SheetPlan) -> None:
    for col, width in plan.widths:
        sheet.range((1, col)).column_width = width
    for row, height in plan.heights:
        sheet.range((row, 1)).row_height = height
    for ref in plan.merges:
        sheet.range(ref).merge()
    for mark in plan.marks:
        _mark(sheet, mark)
    for choice in plan.choices:
        _choose(sheet, choice)


def _select(sheet: Any, ref: str) -> None:
    """Excel reads relative references in a rule from the cell that is selected."""
    sheet.activate()
    sheet.range(ref.partition(":")[0]).select()


def _mark(sheet: Any, mark: Mark) -> None:
    _select(sheet, mark.ref)
    sheet.range(mark.ref).conditional_formats.add_custom(
        "=" + mark.formula.removeprefix("="),
        fill_color=f"#{mark.fill}" if mark.fill else None,
        font_color=f"#{mark.color}" if mark.color else None,
        font_bold=mark.bold,
    )


def _choose(sheet: Any, choice: Choice) -> None:
    first = split_cell(choice.ref.split()[0].partition(":")[0])
    for ref in choice.ref.split():
        rule = sheet.range(ref).data_validation
        if not choice.source:
            row, col = split_cell(ref.partition(":")[0])
            _select(sheet, ref)
            rule.set_custom("=" + shift_formula(choice.condition.removeprefix("="), row - first[0], col - first[1]))
        elif choice.source.startswith('"'):
            rule.set_list(choice.source.strip('"').split(","))
        else:
            name, _, cells = choice.source.removeprefix("=").rpartition("!")
            source = sheet.book.sheets[name.strip("'").replace("''", "'")] if name else sheet
            rule.set_list(source.range(cells))
