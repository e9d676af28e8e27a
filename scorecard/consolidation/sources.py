"""Which files a folder offers: workbooks to read, files that are set aside with a reason, and byte-identical copies."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import UsageError
from ..messages import Message
from ..refusals import NO_SUCH_PATH, no_workbooks
from .records import FileReading, Notice

#: What is read as a workbook.
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")
# Tables in a form that is not read: somebody may have meant them to be taken.
_OTHER_TABLES = (".ett", ".ods", ".xlsb", ".csv", ".tsv", ".xltx", ".xltm", ".xlt", ".numbers")
_DIGITS = re.compile(r"(\d+)")
# What Windows, macOS, WPS, browsers and people write into the name of a copy.
_COPY = re.compile(r"副本|复件|拷贝|备份|(?<![a-z])(?:copy|backup)(?![a-z])|\(\d{1,2}\)$")
_NO_DOCUMENTS = frozenset(("thumbs.db", "desktop.ini", ".ds_store"))


@dataclass(frozen=True, slots=True)
class Source:
    """One workbook of the folder.

    Attributes:
        file: Its name in every report: relative to the folder given, with "/" between the parts.
        path: Where it is.
        digest: SHA-256 of its content, "" if it cannot be read, or has not been yet.
        size: Bytes.
        copy_of: The `file` of an earlier one with the same content, "" if there is none.
    """

    file: str
    path: Path
    digest: str = ""
    size: int = 0
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found: `files` in reading order, `quarantine` what is not read, `notices` what else was noticed."""

    files: tuple[Source, ...]
    quarantine: tuple[Notice, ...]
    notices: tuple[Notice, ...]
    root: Path


def find_sources(paths: Sequence[Path], skip: Iterable[Path] = ()) -> Sources:
    """The workbooks below folders, and those named, each once, in an order that depends on their names only.

    Names that say they are copies come after all that do not, so that of two files of a person the original comes first.

    Args:
        paths: Folders and files.
        skip: Files that are never read, such as the output.

    Raises:
        UsageError: A path that does not exist, or nothing at all to read.
    """
    skipped = {os.path.realpath(path) for path in skip}
    found: dict[str, str] = {}
    quarantine: list[Notice] = []
    notices: list[Notice] = []
    names: set[str] = set()
    for given in paths:
        if not given.exists():
            raise UsageError(NO_SUCH_PATH, str(given))
        is_folder = given.is_dir()
        base = os.fspath(given if is_folder else given.parent)
        real = os.path.realpath(base)
        # As texts: of thousands of files, paths are slow to take apart.
        for relative in _below(base) if is_folder else [given.name]:
            path, last = os.path.join(base, relative), os.path.basename(relative)
            name = unicodedata.normalize("NFC", relative.replace(os.sep, "/"))
            # Folders behind links are not walked into, so that only a file itself can be one.
            resolved = os.path.realpath(path) if os.path.islink(path) else os.path.join(real, relative)
            if resolved in found or resolved in skipped:
                continue
            if name in names:
                # Two folders given, each with a file of this name.
                name = unicodedata.normalize("NFC", Path(path).as_posix())
            suffix = os.path.splitext(last)[1].lower()
            if last.startswith("~$"):
                notices.append(Notice("lock-file", "warning", name, "", "", Message(
                    "有人正打开着这个工作簿（锁文件），未保存的修改不在汇总里",
                    "somebody has this workbook open (a lock file); unsaved changes are not in the summary")))  # fmt: skip
            elif suffix in WORKBOOKS or not is_folder:
                found[resolved] = name
                names.add(name)
            elif suffix in _OTHER_TABLES:
                quarantine.append(Notice("format-unread", "error", name, "", "", Message(
                    f"{suffix} 格式不能读取；请另存为 .xlsx 后再汇总",
                    f"{suffix} files are not read; save it as .xlsx and consolidate again")))  # fmt: skip
            elif last.lower() not in _NO_DOCUMENTS:
                notices.append(Notice("not-a-workbook", "info", name, "", "", Message(
                    "不是工作簿，没有读取", "no workbook, not read")))  # fmt: skip
    if not found and not quarantine:
        raise no_workbooks([str(path) for path in paths], WORKBOOKS)
    listed = sorted(found.items(), key=lambda item: _place(item[1]))
    files = tuple(Source(name, Path(path)) for path, name in listed)
    first = paths[0]
    return Sources(files, tuple(quarantine), tuple(notices), first if first.is_dir() else first.parent)


def says_copy(name: str) -> bool:
    """Whether the name of a file, or of a folder it is in, says that it is a copy.

    Example:
        >>> [says_copy(name) for name in ("副本张三.xlsx", "张三（1）.xlsx", "Copy of 张三.xlsx", "张三(2026).xlsx")]
        [True, True, True, False]
    """
    parts = unicodedata.normalize("NFKC", name).casefold().split("/")
    return any(_COPY.search(part) for part in (*parts[:-1], parts[-1].rpartition(".")[0]))


def _place(name: str) -> tuple[object, ...]:
    return says_copy(name), natural_key(name)


def natural_key(name: str) -> tuple[object, ...]:
    """A sort key of a path: folder by folder, the stem before the suffix, digits as numbers, no locale.

    Example:
        >>> sorted(["张三(10).xlsx", "张三(2).xlsx", "张三.xlsx"], key=natural_key)
        ['张三.xlsx', '张三(2).xlsx', '张三(10).xlsx']
    """
    folder, _, base = name.rpartition("/")
    stem, dot, suffix = base.rpartition(".")
    parts = [*folder.split("/"), stem if dot else base, suffix]
    return tuple(
        tuple([(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in _DIGITS.split(part) if piece])
        for part in parts
    )


def _below(folder: str) -> list[str]:
    """The files below a folder, by their paths from there."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = os.path.relpath(place, folder)
        found += [os.path.join(inside, name) if inside != os.curdir else name
                  for name in sorted(files) if not name.startswith(".")]  # fmt: skip
    return found


def with_contents(sources: Sources, readings: Iterable[FileReading]) -> Sources:
    """The same files with what reading them told about their content, and which are copies of an earlier one."""
    first: dict[str, str] = {}
    files = []
    for source, reading in zip(sources.files, readings, strict=True):
        copy_of = first.get(reading.digest, "") if reading.digest else ""
        first.setdefault(reading.digest, source.file)
        files.append(Source(source.file, source.path, reading.digest, reading.size, copy_of))
    return replace(sources, files=tuple(files))
