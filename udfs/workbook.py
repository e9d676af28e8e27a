"""Macro-enabled workbooks for Excel, written on any platform.

`add_macros` brings the VBA project, the settings of xlwings, a first page and buttons.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from xml.sax.saxutils import escape, quoteattr

import xlwings

from scorecard.functions import CATALOGUE
from scorecard.messages import Message
from scorecard.workbook.addresses import quote_sheet
from scorecard.workbook.edit import Editor
from scorecard.workbook.embed import fill_values
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import CONTENT_TYPES, Package
from scorecard.workbook.plan import Edit, Look, Plan, SheetPlan, apply
from scorecard.workbook.trees import (
    WORKBOOK_ORDER,
    WORKSHEET_ORDER,
    Element,
    append,
    child,
    children,
    descendants,
    ensure,
    make,
    number,
    parse,
    serialise,
)
from scorecard.workbook.trees import insert_ordered as insert
from udfs.vba import (
    CONNECT,
    SHIMS,
    STATUS_NAME,
    Module,
    change_project,
    has_auto_open,
    make_project,
    read_project,
    wrapper_module,
    xlwings_modules,
)

#: The first page: what has to be installed, how to unblock the file, what the macros do.
GUIDE = "使用说明"

#: The settings; xlwings looks for a sheet of this name.
SETTINGS = "xlwings.conf"

#: A page of a new workbook: each function with an example and the value it must give.
TRIAL = "试算"

_MAIN_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PROJECT_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
_SHAPES = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_TITLE_FILL, _HEAD_FILL, _LINE = "1F4E78", "DDEBF7", "BFBFBF"


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BLANK = {
    CONTENT_TYPES: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE_RELATIONS}"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><workbookPr/><bookViews><workbookView/>'
    '</bookViews><sheets><sheet name=$SHEET sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE_RELATIONS}"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"/>'
    "</sheetViews><sheetData/></worksheet>",
}


@dataclass(frozen=True, slots=True)
class Button:
    """A button on a sheet; row and column count from 1."""

    sub: str
    title: str
    row: int
    col: int


def new_workbook(python: str = "") -> bytes:
    """A macro-enabled workbook to start with: the first page, the settings, and every function with an example.

    Args:
        python: The interpreter that Excel starts, a path; "" for the one on the PATH.

    Returns:
        The .xlsm as bytes; the examples have their values, so that they show before macros are allowed.

    Raises:
        UsageError: See `wrapper_module`.
    """
    package = apply(_trial_plan(), blank_package(TRIAL))
    return add_macros(Package.open(fill_values(package)), (), python, is_guide_shown=True)


def add_macros(
    package: Package,
    sheets: Sequence[str] = (),
    python: str = "",
    *,
    modules: Sequence[Module] | None = None,
    is_guide_shown: bool = False,
) -> bytes:
    """Turn a workbook into one with our macros; sheets, macros and buttons it has already stay.

    Args:
        package: An .xlsx or .xlsm; not changed.
        sheets: The sheets that get buttons, to the right of what is on them; they are not printed.
        python: The interpreter that Excel starts; "" for the one on the PATH.
        modules: What goes into the VBA project; xlwings' own modules and ours when omitted.
        is_guide_shown: Whether the first page is the one shown when the workbook opens.

    Returns:
        The .xlsm as bytes. The first page and the settings are added once; adding macros again renews the modules.

    Raises:
        UsageError: The VBA project is protected by a password, or a name cannot be used.
    """
    present = {sheet.name for sheet in package.sheets}
    if GUIDE not in present:
        package = _at_front(apply(_guide_plan(), package), is_guide_shown)
        editor = Editor(package)
        editor.define_name(STATUS_NAME, f"{quote_sheet(GUIDE)}!$B$4")
        first = next(row for row, (kind, _, _) in enumerate(_guide_lines(), 1) if kind == "macro")
        package = _with_buttons(editor.finish(), GUIDE, _buttons(5, first, CONNECT))
    if SETTINGS not in present:
        package = apply(_settings_plan(python), package)
    for sheet in sheets:
        grid = read_grid(package, sheet)
        right = max((cell.col for cell in grid), default=1)
        package = _with_buttons(package, sheet, _buttons(right + 2, 1))
    return _with_project(_macro_enabled(package), modules).to_bytes()


def blank_package(sheet: str) -> Package:
    """A workbook with one empty sheet, always the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _BLANK.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.replace("$SHEET", quoteattr(sheet)))
    return Package.open(stream.getvalue(), where=sheet)


# --- pages -----------------------------------------------------------------------------------------------------------


# One page, a line in Chinese and below it the same in English.
_GUIDE = """
title | 使用说明
      | How to use this workbook
text  | 本工作簿的成绩由 KPI_ 函数计算，函数在 Python 中运行。
      | Grades here are computed by KPI_ functions, which run in Python.
head  | 连接状态（打开工作簿时写入）
      | Connection to Python (written when the workbook opens)
state | 尚未连接：宏还没有运行过
      |
head  | 第一步：解除下载文件的锁定
      | Step 1: unblock the downloaded file
text  | 关闭工作簿；在文件夹中右击本文件 → 属性 → 勾选“解除锁定” → 确定；再打开。
      | Close it; in the folder right-click the file, Properties, tick Unblock, OK; open it again.
text  | 打开时如出现黄色提示条，点“启用内容”。没有“解除锁定”一项，说明文件未被锁定。
      | If a yellow bar appears, click Enable Content. Without an Unblock box the file is not blocked.
head  | 第二步：安装（只有 Windows 版 Excel 能运行 KPI_ 函数）
      | Step 2: install (KPI_ functions run in Excel for Windows only)
text  | 安装 Python 3.11 或更新版本，安装时勾选 Add python.exe to PATH。
      | Install Python 3.11 or newer with Add python.exe to PATH ticked.
text  | 在命令行运行：pip install scorecard-kpi xlwings==$xlwings
      | Run in a terminal: pip install scorecard-kpi xlwings==$xlwings
text  | Python 不在 PATH 中：把 python.exe 的完整路径写到工作表 $settings 的 Interpreter_Win 一行。
      | Python is not on the PATH: write the full path of python.exe on sheet $settings, Interpreter_Win.
text  | xlwings 的版本须为 $xlwings，与工作簿内置的模块一致。
      | xlwings must be $xlwings, the version of the modules in this workbook.
head  | 第三步：使用
      | Step 3: use
text  | 单元格显示 #NAME? 表示没有连上 Python：看上面的连接状态，改好后点“重新连接”。
      | #NAME? in a cell: Python is not connected; see the state above, then press Reconnect (重新连接).
text  | 宏：点按钮，或按 Alt+F8 后选择名称（见下）。宏不会覆盖已有的分数，也不会提问。
      | Macros: press a button, or Alt+F8 and a name below. They overwrite no score and ask nothing.
$macros
head  | 没有 Python 的电脑
      | Computers without Python
text  | 用 scorecard convert --formulas native 换成普通公式，WPS、Mac 版和手机版都能计算。
      | scorecard convert --formulas native turns the functions into plain formulas that compute anywhere.
"""


def _guide_lines() -> list[tuple[str, str, str]]:
    """Kind, Chinese and English of each line of the first page."""
    named = [(shim.sub, shim.title) for shim in SHIMS]
    named.append((CONNECT, Message("重新连接 Python 并重算", "Connect to Python again and recalculate")))
    macros = "\n".join(f"macro | {sub}：{title.zh}\n      | {title.en}" for sub, title in named)
    text = Template(_GUIDE).substitute(xlwings=xlwings.__version__, settings=SETTINGS, macros=macros)
    lines = [[part.strip() for part in line.split("|", 1)] for line in text.strip().splitlines()]
    return [(kind, zh, en) for (kind, zh), (_, en) in zip(lines[::2], lines[1::2], strict=True)]


def _guide_plan() -> Plan:
    looks = {
        "title": Look(bold=True, size=16, color=_TITLE_FILL),
        "head": Look(bold=True, fill=_HEAD_FILL),
        "state": Look(bold=True, fill="FFF2CC", wrap=True),
        "text": Look(wrap=True),
        "macro": Look(wrap=True),
    }
    tall = {"title": 30.0, "state": 48.0, "text": 32.0}
    what = Message("使用说明", "the first page")
    lines = _guide_lines()
    edits = [Edit(GUIDE, row, 2, what, zh, None, looks[kind]) for row, (kind, zh, _) in enumerate(lines, 1)]
    for row, (kind, _, en) in enumerate(lines, 1):
        fill = _HEAD_FILL if kind == "head" else None
        edits.append(Edit(GUIDE, row, 3, what, en or None, None, Look(fill=fill, color="7F7F7F", wrap=True)))
    heights = tuple((row, tall.get(kind, 20.0)) for row, (kind, _, _) in enumerate(lines, 1))
    widths = ((1, 2.0), (2, 62.0), (3, 62.0), (4, 2.0), (5, 14.0))
    return Plan(tuple(edits), (SheetPlan(GUIDE, is_new=True, widths=widths, heights=heights, landscape=True),))


def _settings_plan(python: str) -> Plan:
    settings = (
        ("Interpreter_Win", python),
        ("UDF Modules", "udfs"),
        ("PYTHONPATH", ""),
        # Code beside a workbook that came by mail must not be imported.
        ("Add_Workbook_to_PYTHONPATH", "False"),
        # Macros run in the process that serves the functions: no console flashes up, and they start at once.
        ("Use UDF Server", "True"),
        ("Show Console", "False"),
    )
    what = Message("xlwings 的设置", "settings of xlwings")
    edits = []
    for row, (name, value) in enumerate(settings, 1):
        edits.append(Edit(SETTINGS, row, 1, what, name, None, Look(bold=True)))
        edits.append(Edit(SETTINGS, row, 2, what, value or None, None, Look(number_format="@", fill="FFF2CC")))
    return Plan(tuple(edits), (SheetPlan(SETTINGS, is_new=True, widths=((1, 32.0), (2, 60.0))),))


def _trial_plan() -> Plan:
    head = Look(bold=True, fill=_HEAD_FILL, border=_LINE, wrap=True)
    body = Look(border=_LINE, wrap=True)
    what = Message("函数示例", "an example of a function")
    titles = ("函数 / function", "示例 / example", "结果 / result", "应为 / expected", "一致 / same", "说明 / help")
    edits = [Edit(TRIAL, 1, col, what, title, None, head) for col, title in enumerate(titles, 1)]
    for row, entry in enumerate(CATALOGUE.values(), 2):
        formula, expected = entry.example
        # A text that starts with "=" is shown as such by its leading blank.
        texts = ((1, entry.signature), (2, " " + formula), (4, expected), (6, f"{entry.help.zh}\n{entry.help.en}"))
        edits += [Edit(TRIAL, row, col, what, text, None, body) for col, text in texts]
        edits.append(Edit(TRIAL, row, 3, what, None, formula, body))
        same = f"=IF(ISNUMBER(D{row}),ABS(C{row}-D{row})<0.000000001,EXACT(C{row},D{row}))"
        edits.append(Edit(TRIAL, row, 5, what, None, same, body))
    widths = ((1, 46.0), (2, 60.0), (3, 24.0), (4, 24.0), (5, 10.0), (6, 60.0))
    return Plan(tuple(edits), (SheetPlan(TRIAL, widths=widths, freeze=(2, 2), landscape=True),))


# --- parts of the file -----------------------------------------------------------------------------------------------


def _macro_enabled(package: Package) -> Package:
    """The package as an .xlsm by its content type."""
    changed = package.copy()
    root = parse(changed.read(CONTENT_TYPES), CONTENT_TYPES, changed.where)
    part = "/" + changed.workbook_part.lower()
    for element in children(root, "Override"):
        if element.get("PartName", "").lower() == part:
            element.set("ContentType", _MAIN_TYPE)
    changed.write(CONTENT_TYPES, serialise(root))
    return changed


def _with_project(package: Package, modules: Sequence[Module] | None) -> Package:
    """The package with modules in its VBA project; one that had none gets one, with a module for each sheet."""
    changed = package.copy()
    part = next((r.target for r in changed.relations(changed.workbook_part).values() if r.kind == "vbaProject"), "")
    if part:
        present = read_project(changed.read(part))
        changed.write(part, change_project(changed.read(part), modules or _modules(present)))
        _unsign(changed, part)
        return changed
    documents = _name_documents(changed)
    part = posixpath.join(posixpath.dirname(changed.workbook_part), "vbaProject.bin")
    _relate(changed, changed.workbook_part, part, _PROJECT_RELATION)
    _declare(changed, part, "application/vnd.ms-office.vbaProject")
    changed.add(part, make_project(documents, modules or _modules(())))
    return changed


def _modules(present: Sequence[Module]) -> tuple[Module, ...]:
    return (*xlwings_modules(), wrapper_module(has_auto_open=not has_auto_open(present)))


def _name_documents(package: Package) -> list[tuple[str, bool]]:
    """Give the workbook and each sheet the code name by which its module is found; returns them as `make_project` takes.

    Names that are there already stay, unless they are not ASCII: no code can depend on them yet.
    """
    part = package.workbook_part
    root = parse(package.read(part), part, package.where)
    book = _code_name(ensure(root, "workbookPr", WORKBOOK_ORDER), ["ThisWorkbook"], set())
    package.write(part, serialise(root))
    taken = {book.casefold()}
    documents = [(book, False)]
    for sheet in package.sheets:
        if sheet.kind not in ("worksheet", "chartsheet"):
            continue
        root = parse(package.read(sheet.part), sheet.part, package.where)
        is_chart = sheet.kind == "chartsheet"
        names = [f"{'Chart' if is_chart else 'Sheet'}{i}" for i in range(1, len(package.sheets) + len(taken) + 1)]
        name = _code_name(ensure(root, "sheetPr", WORKSHEET_ORDER), names, taken)
        taken.add(name.casefold())
        documents.append((name, is_chart))
        package.write(sheet.part, serialise(root))
    return documents


def _code_name(properties: Element, names: Sequence[str], taken: set[str]) -> str:
    name = properties.get("codeName", "")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", name) or name.casefold() in taken:
        name = next(free for free in names if free.casefold() not in taken)
        properties.set("codeName", name)
    return str(name)


def _unsign(package: Package, part: str) -> None:
    """Take out the signature of a project that was changed, as Excel does."""
    folder, base = posixpath.split(part)
    targets = [r.target for r in package.relations(part).values() if r.kind.startswith("vbaProjectSignature")]
    if not targets:
        return
    package.remove(posixpath.join(folder, "_rels", base + ".rels"))
    root = parse(package.read(CONTENT_TYPES), CONTENT_TYPES, package.where)
    for target in targets:
        package.remove(target)
        for element in [e for e in children(root, "Override") if e.get("PartName") == "/" + target]:
            root.remove(element)
    package.write(CONTENT_TYPES, serialise(root))


def _at_front(package: Package, is_shown: bool) -> Package:
    """The package with its last sheet first; what counts sheets by position goes on meaning the same sheets."""
    changed = package.copy()
    part = changed.workbook_part
    root = parse(changed.read(part), part, changed.where)
    listed = child(root, "sheets")
    assert listed is not None
    last = len(listed) - 1
    listed.insert(0, listed[last])

    def moved(index: int) -> str:
        return str(0 if index == last else index + 1)

    for defined in descendants(root, "definedName"):
        if defined.get("localSheetId") is not None:
            defined.set("localSheetId", moved(number(defined, "localSheetId")))
    for view in descendants(root, "workbookView"):
        view.set("activeTab", "0" if is_shown else moved(number(view, "activeTab")))
        if view.get("firstSheet") is not None:
            view.set("firstSheet", "0")
    changed.write(part, serialise(root))
    if is_shown:
        changed = _only_selected(changed, changed.sheets[0].name)
    return changed


def _only_selected(package: Package, name: str) -> Package:
    """The package with one sheet selected: two selected sheets are a group, and typing goes into both."""
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        root = parse(package.read(sheet.part), sheet.part, package.where)
        for view in descendants(root, "sheetView"):
            if sheet.name == name:
                view.set("tabSelected", "1")
            else:
                view.attrib.pop("tabSelected", None)
        package.write(sheet.part, serialise(root))
    return package


# --- buttons ---------------------------------------------------------------------------------------------------------


def _buttons(col: int, row: int, *more: str) -> list[Button]:
    """One button for each macro, each as high as its row."""
    named = [(shim.sub, shim.title.zh) for shim in SHIMS] + [(sub, "重新连接") for sub in more]
    return [Button(sub, title, row + i, col) for i, (sub, title) in enumerate(named)]


def _with_buttons(package: Package, sheet: str, buttons: Sequence[Button]) -> Package:
    """The package with buttons on a sheet: shapes that start a macro, beside whatever is drawn there already."""
    changed = package.copy()
    part = changed.sheet(sheet).part
    drawing = next((r.target for r in changed.relations(part).values() if r.kind == "drawing"), "")
    if not drawing:
        drawing = _free_part(changed, "xl/drawings/drawing{}.xml")
        identity = _relate(changed, part, drawing, f"{_RELATIONS}/drawing")
        changed.add(drawing, f'<xdr:wsDr xmlns:xdr="{_SHAPES}" xmlns:a="{_DRAWING}"/>'.encode())
        _declare(changed, drawing, _DRAWING_TYPE)
        root = parse(changed.read(part), part, changed.where)
        element = make(root, "drawing")
        element.set(f"{{{_RELATIONS}}}id", identity)
        insert(root, element, WORKSHEET_ORDER)
        changed.write(part, serialise(root))
    root = parse(changed.read(drawing), drawing, changed.where)
    known = {shape.get("macro", "").rpartition("!")[2] for shape in descendants(root, "sp")}
    count = max((number(shape, "id") for shape in descendants(root, "cNvPr")), default=1)
    for button in buttons:
        if button.sub not in known:
            count += 1
            root.append(_shape(button, count))
    changed.write(drawing, serialise(root))
    return changed


def _shape(button: Button, count: int) -> Element:
    row, col = button.row - 1, button.col - 1
    color = f'<a:solidFill><a:srgbClr val="{_TITLE_FILL}"/></a:solidFill>'
    text = f"""<xdr:twoCellAnchor xmlns:xdr="{_SHAPES}" xmlns:a="{_DRAWING}" editAs="oneCell">
<xdr:from><xdr:col>{col}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row><xdr:rowOff>12700</xdr:rowOff></xdr:from>
<xdr:to><xdr:col>{col + 1}</xdr:col><xdr:colOff>609600</xdr:colOff><xdr:row>{row + 1}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>
<xdr:sp macro={quoteattr("[0]!" + button.sub)} textlink="">
<xdr:nvSpPr><xdr:cNvPr id="{count}" name={quoteattr(button.sub)}/><xdr:cNvSpPr/></xdr:nvSpPr>
<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></a:xfrm><a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom>
<a:solidFill><a:srgbClr val="{_HEAD_FILL}"/></a:solidFill><a:ln w="9525">{color}</a:ln></xdr:spPr>
<xdr:txBody><a:bodyPr vertOverflow="clip" horzOverflow="clip" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"/><a:lstStyle/>
<a:p><a:pPr algn="ctr"/><a:r><a:rPr lang="zh-CN" sz="1000">{color}</a:rPr><a:t>{escape(button.title)}</a:t></a:r></a:p>
</xdr:txBody></xdr:sp><xdr:clientData fPrintsWithSheet="0"/></xdr:twoCellAnchor>"""
    return parse(text.replace("\n", "").encode(), "button", None)


def _free_part(package: Package, pattern: str) -> str:
    count = 1
    while pattern.format(count) in package:
        count += 1
    return pattern.format(count)


def _relate(package: Package, part: str, target: str, kind: str) -> str:
    folder, base = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", base + ".rels")
    if listing not in package:
        package.add(listing, f'<Relationships xmlns="{_PACKAGE_RELATIONS}"/>'.encode())
    root = parse(package.read(listing), listing, package.where)
    taken = {element.get("Id") for element in children(root, "Relationship")}
    count = 1
    while f"rId{count}" in taken:
        count += 1
    append(
        root,
        "Relationship",
        {"Id": f"rId{count}", "Type": kind, "Target": posixpath.relpath(target, folder)},
    )
    package.write(listing, serialise(root))
    return f"rId{count}"


def _declare(package: Package, part: str, content_type: str) -> None:
    root = parse(package.read(CONTENT_TYPES), CONTENT_TYPES, package.where)
    append(root, "Override", {"PartName": "/" + part, "ContentType": content_type})
    package.write(CONTENT_TYPES, serialise(root))
