"""Open a workbook for reading, whatever it was saved as: .xlsx and .xlsm, old .xls, WPS .et, or under a password.

An old file becomes a package of values in memory: text, numbers, dates, merges and hidden sheets, as python-calamine
reads them. Formulas, number formats and hidden rows are not in there, and nothing can be embedded into it.
"""

from __future__ import annotations

import io
import os
from datetime import date, datetime, time, timedelta
from typing import Any

from ..errors import UnusableFile, UsageError
from ..findings import Finding
from ..messages import Message
from ..refusals import missing_extra, read_settings_text
from .archive import LIMITS
from .package import Package, is_encrypted, is_old_format, read_file

#: Endings of old formats, of which the values are read.
OLD_ENDINGS = (".xls", ".et")

_DAY = "yyyy-mm-dd"


def open_workbook(path: str | os.PathLike[str], *, password: str | None = None) -> Package:
    """A workbook for reading.

    Args:
        path: An .xlsx, .xlsm, .xls or .et file.
        password: What it is encrypted with; ignored for a file that is not.

    Raises:
        UnusableFile: Not a workbook, damaged, or encrypted and no password, or a wrong one, was given.
        UsageError: The library that decrypts is not installed.

    Example:
        ::

            package = open_workbook("旧表.xls")
            tables, findings = recognise_workbook(package)
    """
    where = os.path.basename(os.fspath(path))
    return open_content(read_file(path, where, LIMITS)[0], where, password=password)


def open_content(data: bytes, where: str, *, password: str | None = None) -> Package:
    """`open_workbook` for the content of a file; `where` is its name.

    Raises:
        UnusableFile: As there.
        UsageError: As there.
    """
    if is_encrypted(data) and password is not None:
        data = _decrypted(data, password, where)
    if is_old_format(data):
        package = Package.open(_converted(data, where), where=where)
        package.is_converted = True
        return package
    return Package.open(data, where=where)


def is_read_only_format(path: str | os.PathLike[str]) -> bool:
    """Whether a file can be read but not be written into: an old format, or encrypted."""
    try:
        with open(path, "rb") as stream:
            return stream.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    except OSError:
        return False


def old_format_finding(path: str | os.PathLike[str]) -> list[Finding]:
    """What a reader should know about an old file, whatever its ending: only values were read. Empty for any other file.

    Raises:
        UnusableFile: It cannot be read.
    """
    if not is_read_only_format(path) or not is_old_format(
        read_file(path, os.path.basename(os.fspath(path)), LIMITS)[0]
    ):
        return []
    return [_OLD_FORMAT]


def about_old_format(package: Package) -> list[Finding]:
    """The same for a workbook that `open_workbook` gave."""
    return [_OLD_FORMAT] if package.is_converted else []


_OLD_FORMAT = Finding(
    "old-format", "info", "", "",
    Message(
        "旧格式文件只读到值、合并和隐藏的工作表；公式和数字格式没有读，也不能嵌入（先另存为 .xlsx）",
        "of this old format only values, merges and hidden sheets were read; nothing can be embedded into it (save it as "
        ".xlsx first)",
    ),
)  # fmt: skip


def read_password(path: str | os.PathLike[str]) -> str:
    """The password in a file: its first line.

    Raises:
        UsageError: It cannot be read, or is empty.
    """
    lines = read_settings_text(path, Message("密码文件", "password file")).splitlines()
    if not lines or not lines[0]:
        zh, en = (
            "密码文件第一行是空的；请把密码写在第一行",
            "the first line of the password file is empty; write it there",
        )
        raise UsageError(Message(zh, en), str(path))
    return lines[0]


def _decrypted(data: bytes, password: str, where: str) -> bytes:
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
    except ImportError as problem:
        what = Message("打开带密码的工作簿", "opening an encrypted workbook")
        raise missing_extra(what, "password") from problem
    output = io.BytesIO()
    try:
        office: Any = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password, verify_password=True)
        office.decrypt(output)
    except InvalidKeyError as problem:
        zh, en = "密码不对；请检查密码文件的第一行", "the password is wrong; check the first line of the password file"
        raise UnusableFile(Message(zh, en), where) from problem
    except (DecryptionError, FileFormatError, ParseError, ValueError, KeyError, OSError) as problem:
        raise UnusableFile(
            Message(
                "解密失败，文件可能已损坏；请用 Excel 或 WPS 去掉密码后另存再试",
                f"the file cannot be decrypted ({problem}); remove the password in Excel, save it and try again",
            ),
            where,
        ) from problem
    return output.getvalue()


def _converted(data: bytes, where: str) -> bytes:
    """An old workbook as an .xlsx of its values."""
    import python_calamine as calamine
    import xlsxwriter

    stream = io.BytesIO()
    try:
        source = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        day = book.add_format({"num_format": _DAY})
        visible = False
        for meta in source.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.add_worksheet(meta.name)
            is_visible = meta.visible == calamine.SheetVisibleEnum.Visible
            if not is_visible:
                sheet.hide()
            elif not visible:
                sheet.activate()
                sheet.set_first_sheet()
            visible = visible or is_visible
            _copy(source.get_sheet_by_name(meta.name), sheet, day)
        book.close()
    except (calamine.CalamineError, ValueError, xlsxwriter.exceptions.XlsxWriterException) as problem:
        sentence = Message(
            "这个旧格式（.xls）文件读不出来；请用 Excel 或 WPS 另存为 .xlsx 后再试。",
            f"this file of the old .xls format cannot be read ({problem}); save it as .xlsx and try again.",
        )
        raise UnusableFile(sentence, where) from problem
    return stream.getvalue()


def _copy(source: Any, sheet: Any, day: Any) -> None:
    for (r1, c1), (r2, c2) in source.merged_cell_ranges or ():
        if (r1, c1) != (r2, c2):
            sheet.merge_range(r1, c1, r2, c2, "")
    for row, values in enumerate(source.to_python(skip_empty_area=False)):
        for col, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                sheet.write_boolean(row, col, value)
            elif isinstance(value, (int, float)):
                sheet.write_number(row, col, value)
            elif isinstance(value, (datetime, date)):
                sheet.write_datetime(row, col, value, day)
            elif isinstance(value, timedelta):
                sheet.write_number(row, col, value / timedelta(days=1))
            elif isinstance(value, time):
                sheet.write_number(row, col, (value.hour * 3600 + value.minute * 60 + value.second) / 86400)
            else:
                sheet.write_string(row, col, str(value))
