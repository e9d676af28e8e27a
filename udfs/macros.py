"""The macros: what a manager or HR clerk does by hand, as plain functions on an xlwings `Book`.

Each asks nothing and destroys nothing: what stands in a cell is never overwritten without being kept, and a score that
somebody typed stops the embedding. Each reads the workbook as it is on the screen through a copy of it, and lets
`scorecard.workbook` decide what to do, so that the command line, LibreOffice and a live Excel do the same.

In Excel a button calls `run(name)`. In xlwings Lite a `script` calls the function with its book and with what it has
read of it, because there reading must be waited for.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scorecard.errors import ScorecardError, UsageError
from scorecard.findings import Finding
from scorecard.messages import Message
from scorecard.scoring.values import CellError, read
from scorecard.workbook import live
from scorecard.workbook import rulesheet as rs
from scorecard.workbook.addresses import quote_sheet, shift_formula, split_cell
from scorecard.workbook.card import Card
from scorecard.workbook.formplan import NATIVE, UDF
from scorecard.workbook.grid import read_grid
from scorecard.workbook.inspection import Inspection, inspect_package
from scorecard.workbook.live import CHART_SHEET, CHECK_SHEET
from scorecard.workbook.package import Package
from scorecard.workbook.plan import Choice, Edit, Look, Mark, Plan, SheetPlan
from scorecard.workbook.register import refuse_finalised
from udfs.reading import package_of

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")

Book = Any
"""An `xlwings.Book`, or what behaves like one."""


def embed(book: Book, seen: Package | None = None) -> Message:
    """Embed scoring into the active sheet; its rules go to a new sheet 评分规则.

    Formulas that are replaced, if any, are listed on the sheet 体检.

    Args:
        book: The workbook; it is changed, not saved.
        seen: What is on the screen, where the host has read it already; so for all macros.

    Raises:
        UsageError: A cell that a formula would go to holds something typed; nothing has been changed then.
        NoTableFound: There is no assessment table on the active sheet.
    """
    active = book.sheets.active
    package = seen or package_of(book)
    flavour = UDF if package.is_macro_enabled else NATIVE
    embedding = live.plan_sheet(package, active.name, flavour, book.name)
    if embedding.plan:
        write_plan(embedding.plan, book)
        if embedding.replaced:
            _report(book, package, embedding.replaced)
        active.activate()
        book.app.calculate()
    return embedding.said


def recalculate(book: Book, seen: Package | None = None) -> Message:
    """Compute every formula of the workbook afresh, and say what the grades are.

    Args:
        book: The workbook.
        seen: See `embed`; read after the workbook was computed.
    """
    api: Any = getattr(book.app, "api", None)
    if hasattr(api, "CalculateFull"):
        # Functions of add-ins are computed again only when an input changes, or by this.
        api.CalculateFull()
    else:
        book.app.calculate()
    inspection = _inspected(book, seen or package_of(book), is_fresh=seen is not None)
    results = [live.result(card) for card in _cards(book, inspection)]
    stale = [finding for finding in inspection.findings if finding.code == "stale-cache"]
    if stale:
        return Message(f"已重新计算，但{stale[0].message.zh}", f"recalculated, but {stale[0].message.en}")
    return Message(
        "已重新计算：" + "；".join(r.zh for r in results) if results else "已重新计算",
        "recalculated: " + "; ".join(r.en for r in results) if results else "recalculated",
    )


def check(book: Book, seen: Package | None = None) -> Message:
    """Write what is wrong or doubtful on the sheet 体检, worst first, each with a link to its cell.

    Args:
        book: The workbook; only the sheet 体检 is written.
        seen: See `embed`.
    """
    package = seen or package_of(book)
    findings = _checked(book, package, is_complete=seen is None)
    active = book.sheets.active
    sheet = _report(book, package, findings)
    if not findings:
        active.activate()
        return Message("体检完成：没有发现问题", "nothing found")
    errors = sum(1 for finding in findings if finding.severity == "error")
    return Message(
        f"体检完成：{len(findings)} 条，其中错误 {errors} 条，见工作表“{sheet.name}”",
        f"{len(findings)} findings, {errors} of them errors, see the sheet {sheet.name}",
    )


def explain(book: Book, seen: Package | None = None) -> Message:
    """Say in one sentence how the score in the selected row comes about.

    Args:
        book: The workbook; not changed.
        seen: See `embed`.
    """
    selection = book.selection
    sentence = None
    if selection is not None:
        sentence = live.explanation(
            _inspected(book, seen or package_of(book)).cards, selection.sheet.name, selection.row
        )
    return sentence or Message("请先选中考核表中一个指标所在的行", "select a row of the assessment table first")


def next_period(book: Book, seen: Package | None = None) -> Message:
    """Start the next period: keep the sheet as it is in a copy with values only, then clear what was filled in.

    The rules point at the sheet itself, so it is the sheet that goes on and the copy that is the record.

    Args:
        book: The workbook; it is changed, not saved.
        seen: See `embed`.

    Raises:
        UsageError: The workbook is finalised: it is the record itself.
    """
    package = seen or package_of(book)
    refuse_finalised(package, book.name)
    inspection = _inspected(book, package)
    cards = _cards(book, inspection)
    if not cards:
        return Message("没有找到考核表", "no assessment table found")
    records, cleared = [], 0
    for name in dict.fromkeys(card.table.sheet for card in cards):
        mine = [card for card in cards if card.table.sheet == name]
        grid = inspection.grids[name]
        sheet = book.sheets[name]
        record = sheet.copy(after=sheet, name=_free_name(book, name, _period(mine[0])))
        for cell in grid:
            if cell.is_formula:
                # As it was read, before there was a copy to compute from itself. Excel reads an error's text as the error.
                _put(record.range((cell.row, cell.col)), cell.value)
        for address in live.inputs(mine, grid):
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


def lock(book: Book, seen: Package | None = None) -> Message:
    """Protect the forms without password: formulas are locked, everything else can be filled in.

    Args:
        book: The workbook.
        seen: See `embed`.
    """
    package = seen or package_of(book)
    names = _embedded_sheets(_inspected(book, package))
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


def unlock(book: Book, seen: Package | None = None) -> Message:
    """Take the protection off the forms; one with a password stays.

    Args:
        book: The workbook.
        seen: See `embed`.
    """
    names = _embedded_sheets(_inspected(book, seen or package_of(book)))
    kept = sum(1 for name in names if not _is_open(_native(book.sheets[name])))
    zh, en = _kept(kept)
    return Message(f"已解除 {len(names) - kept} 张工作表的保护{zh}", f"{len(names) - kept} sheets unprotected{en}")


def charts(book: Book, seen: Package | None = None) -> Message:
    """Draw the scores of each table as bars, on the sheet 图表; the numbers there are links, so the chart stays live.

    Args:
        book: The workbook; only the sheet 图表 is written.
        seen: See `embed`.
    """
    package = seen or package_of(book)
    drawn = live.bars(_cards(book, _inspected(book, package)))
    if not drawn:
        return Message("没有带得分列的考核表，未画图", "no assessment table with a score column; nothing drawn")
    sheet = _own_sheet(book, package, CHART_SHEET, live.CHART_TITLE)
    row = 3
    for one in drawn:
        count = len(one.formulas)
        height = max(160, 26 * count)
        sheet.range((row, 1), (row, 2)).value = [[one.title, "得分"]]
        sheet.range((row + 1, 1), (row + count, 2)).formula = [list(pair) for pair in one.formulas]
        chart = sheet.charts.add(left=320, top=40 + (row - 3) * 16, width=520, height=height)
        chart.chart_type = "bar_clustered"
        chart.set_source_data(sheet.range((row, 1), (row + count, 2)))
        row += max(count + 3, 2 + height // 16)
    sheet.activate()
    return Message(f"已画 {len(drawn)} 张图，见工作表“{sheet.name}”", f"{len(drawn)} charts on the sheet {sheet.name}")


#: The macros by name; hosts bind these.
MACROS: dict[str, Callable[..., Message]] = {
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
    import xlwings  # needed only where nobody hands the book over

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


def _inspected(book: Book, package: Package, *, is_fresh: bool = True) -> Inspection:
    """What is in the workbook, whose values the host has computed; without `is_fresh` they are computed once more."""
    return inspect_package(package, book.name, is_fresh=is_fresh)


def _checked(book: Book, package: Package, *, is_complete: bool) -> list[Finding]:
    """What is wrong or doubtful. The complete check-up computes the workbook, for which not every host has an engine."""
    if not is_complete:
        return list(_inspected(book, package).findings)
    from scorecard.workbook.checkup import check_package
    from scorecard.workbook.checkup.groups import gathered

    return list(gathered(check_package(package, book.name).findings))


def _cards(book: Book, inspection: Inspection) -> list[Card]:
    """The tables of the active sheet; of a sheet without any, such as the first page, those of the whole workbook."""
    cards = [card for card in inspection.cards if card.table.sheet not in (CHECK_SHEET, CHART_SHEET, rs.SHEET)]
    active = [card for card in cards if card.table.sheet == book.sheets.active.name]
    return active or cards


def _embedded_sheets(inspection: Inspection) -> list[str]:
    names = dict.fromkeys(card.table.sheet for card in inspection.cards if card.is_embedded)
    if not names:
        raise UsageError(
            Message("还没有嵌入评分，没有可锁定的公式", "no scoring is embedded yet: there are no formulas to lock")
        )
    return list(names)


def _period(card: Card) -> str:
    return card.table.identity.get("period", ("", ""))[0]


# --- writing ---------------------------------------------------------------------------------------------------------


def _report(book: Book, seen: Package, findings: Iterable[Finding]) -> Any:
    """Write findings on the sheet 体检; returns the sheet."""
    sheet = _own_sheet(book, seen, CHECK_SHEET, live.CHECK_TITLE)
    lines = live.report(findings)
    rows = [list(live.CHECK_HEADERS), *([_text(text) for text in line.texts] for line in lines)]
    sheet.range((3, 1), (2 + len(rows), 4)).value = rows
    for row, line in enumerate(lines, 4):
        if line.sheet:
            place = _quoted(f"#{quote_sheet(line.sheet)}!{line.cell}")
            sheet.range((row, 2)).formula = f'=HYPERLINK("{place}","{_quoted(line.texts[1])}")'
    sheet.range((3, 1), (3, 4)).font.bold = True
    for col, width in ((1, 8), (2, 24), (3, 70), (4, 70)):
        _widen(sheet, col, width)
    sheet.activate()
    return sheet


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _text(text: str) -> str:
    """A text that Excel keeps as one."""
    return "'" + text if text[:1] in "=+-@'" else text


def _own_sheet(book: Book, seen: Package, name: str, title: str) -> Any:
    """The sheet of that name, emptied, if a macro made it; else a new one, under the next free name."""
    count = 1
    names = {sheet.name.casefold(): sheet for sheet in book.sheets}
    wanted = name
    while (sheet := names.get(wanted.casefold())) is not None:
        if read_grid(seen, sheet.name).at("A1").value == title:
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
    elif edit.value is not None:
        _put(place, edit.value)


def _put(place: Any, value: Any) -> None:
    """Put a value into a cell as what it is."""
    if isinstance(value, CellError):
        value = value.code
    elif isinstance(value, str) and not (value[:1].isalpha() and read(value).number is None):
        # Excel reads "3-5" as a date and "95%" as a number; after an apostrophe a text stays what it is.
        value = "'" + value if value else None
    place.value = value


def _dress(sheet: Any, place: Any, look: Look) -> None:
    if look.sample is not None:
        name, row, col = look.sample
        sheet.book.sheets[name].range((row, col)).copy()
        place.paste(paste="formats")
        return
    if look.like is not None and look.like != (place.row, place.column):
        if _is_office_js(sheet.book):  # no clipboard, but a way without
            place.copy_from(sheet.range(look.like), copy_type="formats")
        else:
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
        _widen(sheet, col, width)
    for row, height in plan.heights:
        sheet.range((row, 1)).row_height = height
    for ref in plan.merges:
        sheet.range(ref).merge()
    for mark in plan.marks:
        _mark(sheet, mark)
    for choice in plan.choices:
        _choose(sheet, choice)


def _widen(sheet: Any, col: int, characters: float) -> None:
    """Set the width of a column, which Excel counts in characters of its standard font and Office.js in points."""
    # 7 pixels a character and 5 for the margin, of which 96 make 72 points.
    width = (7 * characters + 5) * 72 / 96 if _is_office_js(sheet.book) else characters
    sheet.range((1, col)).column_width = width


def _is_office_js(book: Any) -> bool:
    return isinstance(getattr(book, "api", None), Mapping)


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
