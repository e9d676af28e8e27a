"""Workbooks, good and bad, as they arrive at the command line; each function writes one file and returns its path."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook.forms import classic, person_sheet, weighted_list

#: A quarter's actual values for the eleven items of the classic form; the last but three is a text that says "n/a".
ACTUALS = ("0.85%", "2.2次/台", "96%", "99.1%", "93%", "99.5%", "99.9%", "不适用", 0, "100%", "98%")
#: Where the items of the classic form stand, and the columns of target (quarter), actual, weight and score.
FIRST, LAST, TARGET, ACTUAL, WEIGHT, SCORE = 4, 14, "C", "F", "K", "L"


def classic_book(
    path: Path,
    cells: Mapping[str, object] | None = None,
    *,
    sheet: str = "考核表",
    actuals: bool = True,
    edit: Callable[[Worksheet], None] | None = None,
) -> Path:
    """The classic form (11 items, four bands), filled in; `cells` and `edit` spoil it."""
    book = Workbook()
    ws = book.active
    ws.title = sheet
    classic(ws)
    if actuals:
        for i, value in enumerate(ACTUALS):
            ws[f"{ACTUAL}{FIRST + i}"] = value
    return _saved(book, ws, path, cells, edit)


def list_book(path: Path, cells: Mapping[str, object] | None = None) -> Path:
    """A plain weighted list: number, name, weight, and two columns of text; neither actuals nor scores."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    weighted_list(ws, "客户服务部经理")
    return _saved(book, ws, path, cells)


def scored_list(path: Path, cells: Mapping[str, object] | None = None) -> Path:
    """Four items with typed scores 90, 80, 70, 100 and weights 40, 30, 20, 10: 84 points; the sheet says so."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    rows = [
        ("售后工程师考核表", None, None),
        ("考核指标", "权重", "得分"),
        ("服务标准化执行", "40%", 90),
        ("安装合格率", "30%", 80),
        ("维修数量", "20%", 70),
        ("反馈卡填写", "10%", 100),
        ("合计", "100%", 84),
    ]
    for row in rows:
        ws.append(row)
    return _saved(book, ws, path, cells)


def people_book(path: Path, cells: Mapping[str, object] | None = None) -> Path:
    """A person's sheet with two score columns and total formulas that nobody has computed yet."""
    book = Workbook()
    ws = book.active
    ws.title = "王小明"
    person_sheet(ws, "王小明")
    return _saved(book, ws, path, cells)


def tableless(path: Path) -> Path:
    """A workbook of sales figures: fine, but no assessment table."""
    book = Workbook()
    ws = book.active
    for row in (("日期", "产品", "数量"), ("2026-07-01", "水泵", 3), ("2026-07-02", "阀门", 5)):
        ws.append(row)
    return _saved(book, ws, path)


def _saved(
    book: Workbook,
    ws: Worksheet,
    path: Path,
    cells: Mapping[str, object] | None = None,
    edit: Callable[[Worksheet], None] | None = None,
) -> Path:
    for name, value in (cells or {}).items():
        ws[name] = value
    if edit is not None:
        edit(ws)
    book.save(path)
    return path


# --- files that are no workbook --------------------------------------------------------------------------------------


def not_a_zip(path: Path) -> Path:
    path.write_bytes("这不是工作簿".encode() * 40)
    return path


def empty_file(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def truncated(path: Path) -> Path:
    data = classic_book(path).read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    return path


def encrypted(path: Path) -> Path:
    """What Excel writes under "encrypt with password": an OLE2 container."""
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = io.BytesIO(classic_book(path).read_bytes())
    with path.open("wb") as stream:
        OOXMLFile(plain).encrypt("geheim", stream)
    return path


def old_xls(path: Path) -> Path:
    """The head of a BIFF file: OLE2 magic and a directory entry "Workbook"."""
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le").ljust(4096, b"\0")
    )
    return path


def csv_file(path: Path) -> Path:
    path.write_bytes("指标,权重\n及时率,100%\n".encode("gbk"))
    return path


def word_file(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr("word/document.xml", "<document/>")
    return path


def plain_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("客服部.xlsx", b"PK")
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def missing(path: Path) -> Path:
    return path


def broken_xml(path: Path) -> Path:
    """A sheet part that ends in the middle of a row."""
    return rewritten(classic_book(path), "xl/worksheets/sheet1.xml", lambda data: data[: len(data) // 2])


#: Name of the case → what writes it, and the name the file gets.
UNUSABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "not a zip": (not_a_zip, "假的.xlsx"),
    "empty": (empty_file, "空的.xlsx"),
    "truncated": (truncated, "截断.xlsx"),
    "encrypted": (encrypted, "加密.xlsx"),
    "xls": (old_xls, "旧版.xls"),
    "csv": (csv_file, "数据.csv"),
    "docx": (word_file, "说明.docx"),
    "zip": (plain_zip, "打包.zip"),
    "folder": (folder, "文件夹"),
    "missing": (missing, "没有.xlsx"),
    "broken xml": (broken_xml, "坏的.xlsx"),
}


# --- surgery ---------------------------------------------------------------------------------------------------------


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The same file with one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def with_rows(path: Path, count: int, *, styled: bool) -> Path:
    """`count` rows after the table: empty `<row>`s, or rows of one styled, empty cell each."""
    cell = '<c r="A{0}" s="0"/>' if styled else ""
    rows = "".join(f'<row r="{n}">{cell.format(n)}</row>' for n in range(40, 40 + count)).encode()
    return rewritten(
        path, "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>")
    )


def with_stored_value(path: Path, cell: str, value: str, part: str = "xl/worksheets/sheet1.xml") -> Path:
    """The same file with another number stored as a cell's value, its formula (if any) as it was."""
    pattern = re.compile(rf'(<c r="{cell}"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v)(?:/>|>[^<]*</v>)'.encode())

    def change(data: bytes) -> bytes:
        changed, count = pattern.subn(rb"\g<1>>" + value.encode() + b"</v>", data)
        assert count == 1, f"{cell} has no stored value"
        return changed

    return rewritten(path, part, change)
