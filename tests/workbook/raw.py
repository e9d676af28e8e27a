"""Workbooks written part by part, for cells that no library would write."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def cell(name: str, content: str, attributes: str = "") -> str:
    """A cell; `attributes` starts with a blank."""
    return f'<c r="{name}"{attributes}>{content}</c>'


def raw_workbook(
    sheets: Mapping[str, str],
    *,
    names: str = "",
    properties: str = "",
    calculation: str = "",
    strings: str | None = None,
    extra: Mapping[str, bytes] | None = None,
    macros: bool = False,
) -> bytes:
    """The bytes of a workbook.

    Args:
        sheets: Cells by sheet name; they are put into rows by their addresses. Text starting with "<?xml" or
            "<worksheet" is the whole part.
        names: The content of `<definedNames>`.
        properties: What stands before the sheets, such as `<workbookPr date1904="1"/>`.
        calculation: What stands after the names, such as `<calcPr iterate="1"/>`.
        strings: The content of `<sst>`.
        extra: Further parts.
        macros: Whether the content type is that of an .xlsm.
    """
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml" if macros else f"{_TYPES}.sheet.main+xml"
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/>'
    links = tabs = ""
    parts: dict[str, bytes] = {}
    for index, (name, content) in enumerate(sheets.items(), 1):
        part = f"worksheets/sheet{index}.xml"
        types += f'<Override PartName="/xl/{part}" ContentType="{_TYPES}.worksheet+xml"/>'
        links += f'<Relationship Id="rId{index}" Type="{_LINKS}/worksheet" Target="{part}"/>'
        tabs += f'<sheet name="{name}" sheetId="{index}" r:id="rId{index}"/>'
        whole = content.startswith(("<?xml", "<worksheet"))
        parts[f"xl/{part}"] = (content if whole else sheet_xml(content)).encode()
    if strings is not None:
        types += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/>'
        links += f'<Relationship Id="rIdS" Type="{_LINKS}/sharedStrings" Target="sharedStrings.xml"/>'
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'.encode()
    defined = f"<definedNames>{names}</definedNames>" if names else ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
            f"{types}</Types>",
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">{properties}<sheets>{tabs}</sheets>'
            f"{defined}{calculation}</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        }.items():
            archive.writestr(part, content)
        for part, data in {**parts, **(extra or {})}.items():
            archive.writestr(part, data)
    return buffer.getvalue()


def sheet_xml(cells: str) -> str:
    """A worksheet part with the cells in rows."""
    rows: dict[int, str] = {}
    for match in re.finditer(r'<c r="[A-Z]+([0-9]+)".*?(?:</c>|(?<=/)>(?=<c|$))', cells, re.DOTALL):
        rows[int(match[1])] = rows.get(int(match[1]), "") + match[0]
    body = "".join(f'<row r="{number}">{content}</row>' for number, content in sorted(rows.items()))
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def part_of(data: bytes, name: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
