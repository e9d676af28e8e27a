"""Old .xls and WPS .et files as .xlsx, through LibreOffice when it is installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from ..errors import UnusableFile, UsageError
from ..hosts import find_libreoffice
from ..messages import Message

#: File endings that LibreOffice reads and this package does not embed into.
OLD_ENDINGS = (".xls", ".et", ".xlt", ".ett")
# A workbook that takes longer is not converted but stuck.
_SECONDS = 180


def is_old(path: str | os.PathLike[str]) -> bool:
    """Whether a file is of a kind that has to be converted first, by its ending."""
    return Path(path).suffix.lower() in OLD_ENDINGS


def converted(path: str | os.PathLike[str]) -> bytes:
    """The file as an .xlsx, written by LibreOffice with a profile of its own; the input is not touched.

    Formats that LibreOffice knows come along; macros, and what only Excel draws, may not: look at the result.

    Raises:
        UsageError: LibreOffice is not installed.
        UnusableFile: It cannot read the file, or takes too long.
    """
    source = Path(path)
    if not source.is_file():
        raise UnusableFile(
            Message("找不到这个文件；请检查路径和文件名。", "no such file; check the path and the name."), source.name
        )
    program = find_libreoffice()
    if program is None:
        raise UsageError(how_to_convert(), source.name)
    with tempfile.TemporaryDirectory(prefix="scorecard-") as folder:
        # A copy under a plain name: what LibreOffice makes of odd names is not to be relied on.
        copy = Path(folder, f"workbook{source.suffix.lower()}")
        copy.write_bytes(source.read_bytes())
        profile = Path(folder, "profile").as_uri()
        command = [str(program), f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck"]
        command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(Path(folder, "out")), str(copy)]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            zh, en = (
                "LibreOffice 转换超时；请用 Excel 或 WPS 另存为 .xlsx",
                "LibreOffice took too long; save it as .xlsx from Excel or WPS",
            )
            raise UnusableFile(Message(zh, en), source.name) from None
        result = Path(folder, "out", "workbook.xlsx")
        if not result.is_file():
            zh, en = (
                "LibreOffice 读不了这个文件；请用 Excel 或 WPS 另存为 .xlsx",
                "LibreOffice cannot read it; save it as .xlsx from Excel or WPS",
            )
            raise UnusableFile(Message(zh, en), source.name)
        return result.read_bytes()


def how_to_convert() -> Message:
    """What to do with an old file where LibreOffice is not installed."""
    return Message(
        "转换旧格式需要 LibreOffice（libreoffice.org）；也可以用 Excel 或 WPS 打开，另存为 .xlsx 再试。",
        "converting old formats needs LibreOffice (libreoffice.org); or open it in Excel or WPS and save it as .xlsx.",
    )
