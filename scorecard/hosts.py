"""Which spreadsheet programs and extras this machine has, and what to do next: the facts behind `scorecard doctor`.

Nothing is started and nothing is changed: programs are looked for where they are usually installed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from .messages import Message

DISTRIBUTION = "scorecard-kpi"

#: The extras that a user may want, and what for; all others are for those who work on this package, or run a server.
EXTRAS = {
    "password": Message("打开带密码的工作簿", "opens workbooks under a password"),
    "sql": Message("把历史记入 PostgreSQL 等数据库", "keeps the history in PostgreSQL and other databases"),
    "parquet": Message("把历史导出为 Parquet", "exports the history as Parquet"),
    "remote": Message("读取 s3:// 等地址上的工作簿", "reads workbooks at addresses such as s3://"),
    "distributed": Message("在多台机器上重新计算", "recalculates on several machines"),
}
_ADDIN_NEEDS = (25, 2)


@dataclass(frozen=True, slots=True)
class Host:
    """A place where scorecards are computed.

    Attributes:
        name: What people call it.
        found: Where it is; "" if it is not on this machine.
        use: What it can do with a scorecard, and the next step.
        version: As far as it can be read without starting it.
    """

    name: str
    found: str
    use: Message
    version: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package that this one needs.

    Attributes:
        name: Its name in the package index.
        extra: The extra that asks for it, "" if it is always needed.
        version: As installed, "" if it is missing.
    """

    name: str
    extra: str
    version: str


def find_libreoffice() -> Path | None:
    """LibreOffice's program: `$SOFFICE`, the PATH, then the usual folders; None if there is none."""
    usual = (
        os.environ.get("SOFFICE"),
        shutil.which("soffice"),
        shutil.which("libreoffice"),
        "/usr/lib/libreoffice/program/soffice",
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        r"C:\Program Files\LibreOffice\program\soffice.exe",
    )
    return next((Path(place) for place in usual if place and Path(place).is_file()), None)


def hosts() -> list[Host]:
    """The spreadsheet programs, found or not, in the order in which people meet them."""
    excel = _registered("excel.exe") or _first(["/Applications/Microsoft Excel.app"])
    wps = (
        _registered("et.exe")
        or shutil.which("et")
        or _first(["/Applications/wpsoffice.app", "/opt/kingsoft/wps-office"])
    )
    office = find_libreoffice()
    return [
        Host("Excel", excel, _EXCEL_HERE if excel and sys.platform == "win32" else _EXCEL),
        Host("WPS", wps or "", _WPS),
        _libreoffice(office),
        Host("scorecard recalc", sys.executable, _NO_PROGRAM),
    ]


def _libreoffice(office: Path | None) -> Host:
    if office is None:
        return Host("LibreOffice", "", _LIBREOFFICE)
    installed = _version_beside(office)
    number = tuple(map(int, installed.split("."))) if installed else _ADDIN_NEEDS
    use = _TOO_OLD if number < _ADDIN_NEEDS else _ADDED if _has_addin() else _LIBREOFFICE
    return Host("LibreOffice", str(office), use, installed)


def _version_beside(program: Path) -> str:
    """What LibreOffice says of itself in a file beside its program: "25.2"; "" if there is none."""
    for name in ("bootstraprc", "bootstrap.ini", "../Resources/bootstraprc"):
        try:
            words = (program.resolve().parent / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # laid out otherwise on this system
        stated = re.search(r"^ProductKey=LibreOffice (\d+\.\d+)", words, re.MULTILINE)
        if stated:
            return stated[1]
    return ""


def memory_path() -> str:
    """Where `recalc` remembers what it has done: in `SCORECARD_CACHE`, else in the user's folder for caches."""
    folder = os.environ.get("SCORECARD_CACHE")
    if not folder:
        if sys.platform == "win32":
            base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
        elif sys.platform == "darwin":
            base = os.path.expanduser("~/Library/Caches")
        else:
            base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        folder = os.path.join(base, "scorecard")
    return os.path.join(folder, "recalc.sqlite")


def requirements() -> list[Requirement]:
    """The packages this one needs, extras included, with their installed versions; empty if it is not installed."""
    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return []
    return list(_read(lines))


def _read(lines: Iterable[str]) -> Iterator[Requirement]:
    for line in lines:
        specification, _, condition = line.partition(";")
        name = re.split(r"[\s<>=!~\[(]", specification.strip(), maxsplit=1)[0]
        extra = re.search(r"extra\s*==\s*['\"](.+?)['\"]", condition)
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = ""
        yield Requirement(name, extra[1] if extra else "", installed)


def _registered(program: str) -> str:
    """Where Windows has a program registered."""
    if sys.platform == "win32":
        import winreg

        key = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\{program}"
        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                with winreg.OpenKey(root, key) as opened:
                    return str(winreg.QueryValue(opened, None))
            except OSError:
                continue  # not registered there; that is an answer, not a failure
    return ""


def _first(places: Iterable[str]) -> str:
    return next((place for place in places if Path(place).exists()), "")


def _has_addin() -> bool:
    """Whether a user's LibreOffice has an extension of our name."""
    home = Path.home()
    profiles = (
        home / ".config/libreoffice/4/user",
        home / "Library/Application Support/LibreOffice/4/user",
        Path(os.environ.get("APPDATA", home)) / "LibreOffice/4/user",
    )
    return any(
        "scorecard" in package.name
        for profile in profiles
        for package in profile.glob("uno_packages/cache/uno_packages/*/*.oxt*")
    )


_EXCEL_HERE = Message(
    "普通公式直接能算；要用 KPI_ 函数和按钮：scorecard excel new 考核.xlsm",
    "plain formulas compute as they are; for KPI_ functions and buttons: scorecard excel new cards.xlsm",
)
_EXCEL = Message(
    "普通公式直接能算；KPI_ 函数在 Windows 上装好本软件后可用，Mac 与网页版用 xlwings Lite",
    "plain formulas compute as they are; KPI_ functions need Windows with this package, or xlwings Lite on Mac and web",
)
_WPS = Message("普通公式直接能算，不用装任何东西", "plain formulas compute as they are, nothing to install")
_LIBREOFFICE = Message(
    "普通公式直接能算；要用 KPI_ 函数：scorecard addin libreoffice -o scorecard.oxt，然后双击安装（25.2 及以上）",
    "plain formulas compute as they are; for KPI_ functions: scorecard addin libreoffice -o scorecard.oxt, then open it "
    "(25.2 or newer)",
)
_TOO_OLD = Message(
    "普通公式直接能算；KPI_ 函数的加载项要 25.2 及以上，请先更新",
    "plain formulas compute as they are; the add-in with the KPI_ functions needs 25.2 or newer, please update",
)
_ADDED = Message(
    "普通公式和 KPI_ 函数都能算（加载项已安装）", "plain formulas and KPI_ functions compute (the add-in is installed)"
)
_NO_PROGRAM = Message(
    "不开表格软件，批量计算：scorecard recalc 文件夹", "without any spreadsheet program: scorecard recalc FOLDER"
)
