"""Workbooks that nobody made by accident. Each is a few megabytes at most and asks for far more when it is read."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

from tests.workbook.raw import raw_workbook, sheet_xml

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "haha">'
    + "".join(
        f'<!ENTITY {b} "{"&" + a + ";" * 1}{("&" + a + ";") * 9}">'
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def text(name: str, content: str) -> str:
    """A cell with a text."""
    return f'<c r="{name}" t="inlineStr"><is><t>{content}</t></is></c>'


def number(name: str, content: object) -> str:
    """A cell with a number."""
    return f'<c r="{name}"><v>{content}</v></c>'


def form_cells(items: int = 3) -> str:
    """An ordinary table: 指标, 权重, 得分."""
    cells = (
        text("A1", "服务部绩效考核表")
        + text("A2", "指标")
        + text("B2", "评分标准")
        + text("C2", "权重")
        + text("D2", "得分")
    )
    for i in range(items):
        cells += text(f"A{i + 3}", f"工作{i}") + text(f"B{i + 3}", "按完成情况") + number(f"C{i + 3}", 1 / items)
        cells += number(f"D{i + 3}", 80)
    return cells


def form(around: str = "", before: str = "", cells: str = "", **more: object) -> bytes:
    """A workbook with the ordinary table and something bad in its sheet."""
    sheet = sheet_xml(form_cells() + cells).replace("<sheetData>", f"{before}<sheetData>")
    sheet = sheet.replace("</sheetData>", f"</sheetData>{around}")
    return raw_workbook({"考核表": sheet}, **more)  # type: ignore[arg-type]


def rezipped(data: bytes, changes: Mapping[str, bytes], names: Mapping[str, str] | None = None) -> bytes:
    """The same workbook with parts replaced, or written under other names as well."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info.filename, changes.get(info.filename, source.read(info.filename)))
        for name, origin in (names or {}).items():
            target.writestr(name, source.read(origin))
    return out.getvalue()


def _with_sheets(count: int, same_part: bool) -> bytes:
    """As many tabs, each with a part of its own or all with one."""
    if not same_part:
        return raw_workbook({f"表{i}": number("A1", i) for i in range(count)})
    data = raw_workbook({"考核表": form_cells(300)})
    tabs = "".join(f'<sheet name="表{i}" sheetId="{i + 2}" r:id="rId1"/>' for i in range(count))
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        workbook = source.read("xl/workbook.xml").replace(b"</sheets>", tabs.encode() + b"</sheets>")
    return rezipped(data, {"xl/workbook.xml": workbook})


def _lying_directory(data: bytes) -> bytes:
    """The directory says that every part is empty."""
    damaged, at = bytearray(data), 0
    while (at := damaged.find(b"PK\1\2", at)) >= 0:
        damaged[at + 24 : at + 28] = struct.pack("<I", 1)
        at += 46
    return bytes(damaged)


def _wide(row: int, columns: int, content: str) -> str:
    from scorecard.workbook.addresses import column_letters

    return "".join(text(f"{column_letters(col)}{row}", content) for col in range(1, columns + 1))


def _merges(count: int, ref: Callable[[int], str]) -> str:
    return f"<mergeCells>{''.join(f'<mergeCell ref={chr(34)}{ref(i)}{chr(34)}/>' for i in range(count))}</mergeCells>"


def _letters(i: int) -> str:
    from scorecard.workbook.addresses import column_letters

    return column_letters(i + 1)


def _styles(count: int) -> bytes:
    return (
        f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><cellXfs>{"<xf/>" * count}</cellXfs></styleSheet>'
    ).encode()


def _relations(target: str) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
    ).encode()


RELS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"
DEEP = "<a>" * 300_000 + "</a>" * 300_000
MEGA = 1 << 20

# name → how it is built. A name says what is wrong with it.
FILES: dict[str, Callable[[], bytes]] = {
    "zip-bomb": lambda: form(extra={"xl/media/a.xml": b" " * (70 * MEGA)}),
    "many-small-bombs": lambda: form(extra={f"xl/media/{i}.xml": b" " * (20 * MEGA) for i in range(6)}),
    "bomb-in-the-sheet": lambda: form(" " * (70 * MEGA)),
    "billion-laughs": lambda: rezipped(form(), {SHEET: (LAUGHS + "<worksheet><sheetData/>&j;</worksheet>").encode()}),
    "laughs-in-strings": lambda: rezipped(
        form(strings="<si><t>x</t></si>"),
        {"xl/sharedStrings.xml": (LAUGHS + "<sst><si><t>&j;</t></si></sst>").encode()},
    ),
    "laughs-in-workbook": lambda: rezipped(form(), {"xl/workbook.xml": (LAUGHS + "<workbook>&j;</workbook>").encode()}),
    "external-entity": lambda: rezipped(form(), {SHEET: (EXTERNAL + "<worksheet>&e;</worksheet>").encode()}),
    "external-in-rels": lambda: rezipped(form(), {RELS: (EXTERNAL + "<Relationships>&e;</Relationships>").encode()}),
    "nested-in-the-sheet": lambda: form(f"<extLst>{DEEP}</extLst>"),
    "nested-in-styles": lambda: form(
        extra={"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{DEEP}</styleSheet>'.encode()}
    ),
    "nested-in-workbook": lambda: form(properties=DEEP),
    "merged-columns": lambda: form(_merges(16_384, lambda i: f"{_letters(i)}1:{_letters(i)}1048576")),
    "merged-everything": lambda: form(_merges(2_000, lambda _: "A1:XFD1048576")),
    "many-merges": lambda: form(_merges(200_000, lambda i: f"F{i + 10}:H{i + 10}")),
    "merged-rows": lambda: form(_merges(50_000, lambda i: f"A{i + 1}:XFD{i + 200}")),
    "absurd-dimension": lambda: form(before='<dimension ref="A1:XFD1048576"/>', cells=text("XFD1048576", "x")),
    "far-corner": lambda: form(cells=number("XFD1048576", 1) + text("A1048576", "合计") + text("XFD2", "权重")),
    "wide-header": lambda: raw_workbook(
        {"考核表": _wide(1, 16_384, "权重") + _wide(2, 16_384, "指标") + _wide(3, 16_384, "得分")}
    ),
    "wide-headers": lambda: raw_workbook(
        {"考核表": "".join(_wide(row, 1_000, ("指标", "权重", "得分", "0.5")[row % 4]) for row in range(1, 101))}
    ),
    "tall-headers": lambda: raw_workbook(
        {
            "考核表": "".join(
                text(f"A{r}", "指标") + text(f"B{r}", "权重") + text(f"C{r}", "得分") for r in range(1, 20_001)
            )
        }
    ),
    "tall-table": lambda: raw_workbook({"考核表": form_cells(20_000)}),
    "painted-rows": lambda: rezipped(
        form(),
        {
            SHEET: sheet_xml(form_cells())
            .replace(
                "</sheetData>",
                "".join(f'<row r="{i}" s="1" customFormat="1" hidden="1"/>' for i in range(10, 400_000))
                + "</sheetData>",
            )
            .encode()
        },
    ),
    "long-text": lambda: form(
        cells=text("F1", "考核" * 500_000) + text("F2", "(" * 500_000) + text("F3", " " * 500_000)
    ),
    "long-header": lambda: form(
        cells=text("E2", "权重（" * 200_000) + text("F2", "得分 " * 200_000) + text("G2", "1" * 400_000)
    ),
    "odd-numbers": lambda: form(
        cells="".join(
            number(f"F{i}", n)
            for i, n in enumerate(
                ("1e999", "-1e999", "nan", "inf", "1e-999", "0x10", "1_0", "٣", "9" * 5000, "--1"), start=3
            )
        )
    ),
    "odd-weights": lambda: raw_workbook({"考核表": form_cells().replace(f"<v>{1 / 3}</v>", "<v>1e999</v>")}),
    "odd-scores": lambda: raw_workbook({"考核表": form_cells().replace("<v>80</v>", "<v>nan</v>")}),
    "duplicate-names": lambda: rezipped(form(), {}, {"xl/workbook.xml": "xl/workbook.xml"}),
    "duplicate-by-case": lambda: rezipped(form(), {}, {"XL/Workbook.xml": "xl/workbook.xml"}),
    "path-traversal": lambda: rezipped(form(), {}, {"../../etc/passwd": "xl/workbook.xml"}),
    "path-traversal-windows": lambda: rezipped(form(), {}, {"..\\..\\a.xml": "xl/workbook.xml"}),
    "drive-name": lambda: rezipped(form(), {}, {"C:/a.xml": "xl/workbook.xml"}),
    "traversing-target": lambda: rezipped(form(), {RELS: _relations("../../../../etc/passwd")}),
    "missing-target": lambda: rezipped(form(), {RELS: _relations("worksheets/sheet9.xml")}),
    "sheet-is-the-workbook": lambda: rezipped(form(), {RELS: _relations("workbook.xml")}),
    "sheet-is-the-relations": lambda: rezipped(form(), {RELS: _relations("_rels/workbook.xml.rels")}),
    "no-relations": lambda: rezipped(form(), {RELS: b"<Relationships/>"}),
    "relations-cut-off": lambda: rezipped(form(), {RELS: _relations("worksheets/sheet1.xml")[:-20]}),
    "sheet-cut-off": lambda: rezipped(form(), {SHEET: sheet_xml(form_cells())[:-60].encode()}),
    "strings-cut-off": lambda: form(strings="<si><t>x</t></si><si>"),
    "empty-sheet-part": lambda: rezipped(form(), {SHEET: b""}),
    "binary-sheet-part": lambda: rezipped(form(), {SHEET: bytes(range(256)) * 64}),
    "many-sheets": lambda: _with_sheets(10_000, same_part=False),
    "many-tabs-one-part": lambda: _with_sheets(30_000, same_part=True),
    "several-thousand-sheets": lambda: _with_sheets(3_000, same_part=False),
    "huge-strings": lambda: form(strings="<si/>" * 12_000_000),
    "one-huge-string": lambda: raw_workbook(
        {"考核表": form_cells() + '<c r="F1" t="s"><v>0</v></c>'}, strings=f"<si><t>{'x' * (60 * MEGA)}</t></si>"
    ),
    "many-styles": lambda: form(extra={"xl/styles.xml": _styles(1_000_000)}),
    "many-names": lambda: form(
        names="".join(f'<definedName name="n{i}">n{i + 1}</definedName>' for i in range(20_000))
    ),
    "circular-names": lambda: form(
        names='<definedName name="a">b</definedName><definedName name="b">a</definedName>',
        cells='<c r="F3"><f>a</f></c>',
    ),
    "deep-formula": lambda: form(cells=f'<c r="F3"><f>{"(" * 100_000}1{")" * 100_000}</f></c>'),
    "deep-calls": lambda: form(cells=f'<c r="F3"><f>{"ABS(" * 20_000}1{")" * 20_000}</f></c>'),
    "long-formula": lambda: form(cells=f'<c r="F3"><f>{"+".join(["1"] * 50_000)}</f></c>'),
    "long-total": lambda: raw_workbook(
        {"考核表": form_cells() + text("A6", "合计") + f'<c r="D6"><f>{"+".join(["D3*C3"] * 4_000)}</f></c>'}
    ),
    "formula-chain": lambda: form(cells="".join(f'<c r="F{i}"><f>F{i + 1}+1</f></c>' for i in range(3, 5_000))),
    "circular-formulas": lambda: form(cells='<c r="F3"><f>F4</f></c><c r="F4"><f>F3</f></c>'),
    "whole-sheet-formula": lambda: form(cells='<c r="F3"><f>SUMPRODUCT((A1:XFC1048576=1)*(A1:XFC1048576=2))</f></c>'),
    "shared-formulas": lambda: form(
        cells='<c r="F3"><f t="shared" ref="F3:F60000" si="0">A3+1</f></c>'
        + "".join(f'<c r="F{i}"><f t="shared" si="0"/></c>' for i in range(4, 30_000))
    ),
    "array-everywhere": lambda: form(cells='<c r="F3"><f t="array" ref="F3:XFD1048576">A1:A9</f></c>'),
    "many-conditions": lambda: form(
        "".join(
            f'<conditionalFormatting sqref="A{i}"><cfRule type="expression" priority="{i}"><formula>1</formula></cfRule>'
            "</conditionalFormatting>"
            for i in range(1, 30_000)
        )
    ),
    "lying-directory": lambda: _lying_directory(form()),
    "only-a-directory": lambda: b"PK\5\6" + bytes(18),
    "entry-count-lie": lambda: form()[:-14] + b"\xff\xff\xff\x7f" + form()[-10:],
}
