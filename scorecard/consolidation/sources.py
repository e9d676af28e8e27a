"""Which files a folder offers: workbooks to read, files that are set aside with a reason, and byte-identical copies."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..messages import Message
from ..refusals import NO_SUCH_PATH, no_workbooks, reason
from .records import FileReading, Notice

#: What is read as a workbook.
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")
#: Tables in a form that is not read: somebody may have meant them to be taken.
OTHER_TABLES = (".ett", ".ods", ".xlsb", ".csv", ".tsv", ".xltx", ".xltm", ".xlt", ".numbers")
_DIGITS = re.compile(r"(\d+)")
# What Windows, macOS, WPS, browsers and people write into the name of a copy.
_COPY = re.compile(r"副本|复件|拷贝|备份|(?<![a-z])(?:copy|backup)(?![a-z])|\(\d{1,2}\)(?=/|$)")
# What Excel, LibreOffice and WPS keep beside a workbook while somebody has it open.
_LOCKS = ("~$", ".~")
_NO_DOCUMENTS = frozenset(("thumbs.db", "desktop.ini", ".ds_store"))


class Source(NamedTuple):
    """One workbook of the folder.

    Attributes:
        file: Its name in every report: relative to the folder given (of several ones to the one that holds them all), with
            "/" between the parts.
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
    """What was found: `files` in reading order, `quarantine` what is not read, `notices` what else was noticed.

    `root` is the folder that names start from; nothing where there is none, as on two drives.
    """

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
    for given in paths:
        if not given.exists():
            raise UsageError(NO_SUCH_PATH, str(given))
    # In an order of their own, and named from where they all are: what comes out must not depend on how they are given.
    ordered = sorted(paths, key=lambda given: natural_key(_listed(os.path.abspath(given))))
    root = _common([os.path.abspath(given if given.is_dir() else given.parent) for given in paths])
    skipped = {os.path.realpath(path) for path in skip}
    found: dict[str, str] = {}
    quarantine: list[Notice] = []
    notices: list[Notice] = []
    for given in ordered:
        is_folder = given.is_dir()
        base = os.fspath(given if is_folder else given.parent)
        real = os.path.realpath(base)
        inside = os.path.relpath(os.path.abspath(base), root) if root else os.path.abspath(base)
        inside = "" if inside == os.curdir else inside
        # As texts: of thousands of files, paths are slow to take apart.
        for relative, is_link, problem in _below(base) if is_folder else [_Entry(given.name, given.is_symlink())]:
            path = os.path.join(base, relative)
            # Folders behind links are not walked into, so that only a file itself can be one.
            resolved = os.path.realpath(path) if is_link else os.path.join(real, relative)
            if resolved in found or resolved in skipped:
                continue
            name = _listed(os.path.join(inside, relative) or path)
            last = name.rpartition("/")[2]
            suffix = os.path.splitext(last)[1].lower()
            if problem is not None:
                skipped.add(resolved)
                quarantine.append(Notice("folder-unreadable", "error", name, "", "", Message(
                    f"文件夹打不开，里面的文件都没有读取：{problem.zh}",
                    f"the folder cannot be opened, and none of its files was read: {problem.en}")))  # fmt: skip
            elif last.startswith(_LOCKS):
                notices.append(Notice("lock-file", "warning", name, "", "", Message(
                    "有人正打开着这个工作簿（锁文件），未保存的修改不在汇总里",
                    "somebody has this workbook open (a lock file); unsaved changes are not in the summary")))  # fmt: skip
            elif suffix in WORKBOOKS or not is_folder:
                found[resolved] = name
            elif suffix in OTHER_TABLES:
                quarantine.append(Notice("format-unread", "error", name, "", "", Message(
                    f"{suffix} 格式不能读取；请另存为 .xlsx 后再汇总",
                    f"{suffix} files are not read; save it as .xlsx and consolidate again")))  # fmt: skip
            elif last.lower() not in _NO_DOCUMENTS:
                notices.append(Notice("not-a-workbook", "info", name, "", "", Message(
                    "不是工作簿，没有读取", "no workbook, not read")))  # fmt: skip
    if not found and not quarantine:
        raise no_workbooks([str(path) for path in paths], WORKBOOKS)
    listed = sorted(found.items(), key=lambda item: _place(item[1]))
    files = tuple([Source(name, Path(path)) for path, name in listed])
    return Sources(files, tuple(quarantine), tuple(notices), Path(root))


def _common(folders: Sequence[str]) -> str:
    """The folder that holds all of some; "" where none does."""
    try:
        return os.path.commonpath(folders)
    except ValueError:  # on different drives
        return ""


def _listed(path: str) -> str:
    """A path as reports show it: the same on every system, however it writes é."""
    path = path.replace(os.sep, "/")
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def says_copy(name: str) -> bool:
    """Whether the name of a file, or of a folder it is in, says that it is a copy.

    Example:
        >>> [says_copy(name) for name in ("副本张三.xlsx", "张三（1）.xlsx", "Copy of 张三.xlsx", "张三(2026).xlsx")]
        [True, True, True, False]
    """
    folder, slash, last = unicodedata.normalize("NFKC", name).casefold().rpartition("/")
    return _COPY.search(folder + slash + last.rpartition(".")[0]) is not None


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
    return *_keys_of_folders(folder), _natural(stem if dot else base), _natural(suffix)


@lru_cache(maxsize=256)
def _keys_of_folders(folder: str) -> tuple[object, ...]:
    return tuple(_natural(part) for part in folder.split("/"))


def _natural(text: str) -> tuple[object, ...]:
    return tuple([(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in _DIGITS.split(text) if piece])


class _Entry(NamedTuple):
    """A file below a folder, by its path from there; or a folder that cannot be opened, and why."""

    relative: str
    is_link: bool = False
    problem: Message | None = None


def _below(folder: str) -> list[_Entry]:
    """The files below a folder: those in it by their names, then those of its folders. Hidden ones but locks are left out."""
    found: list[_Entry] = []
    todo = [""]
    while todo:
        inside = todo.pop()
        try:
            with os.scandir(os.path.join(folder, inside)) as entries:
                listed = [entry for entry in entries if not entry.name.startswith(".") or entry.name.startswith(_LOCKS)]
        except OSError as error:
            found.append(_Entry(inside, problem=reason(error)))
            continue
        folders: list[str] = []
        files: list[_Entry] = []
        for entry in listed:
            path, is_link = os.path.join(inside, entry.name), entry.is_symlink()
            if entry.is_dir(follow_symlinks=False):
                folders += [path] if not entry.name.startswith(".") else []
            elif not is_link or not _leads_on(entry):
                # A link to a folder is neither: what is behind it belongs elsewhere, or is in a circle.
                files.append(_Entry(path, is_link))
        found += sorted(files)
        todo += sorted(folders, reverse=True)
    return found


def _leads_on(link: os.DirEntry[str]) -> bool:
    """Whether a link leads to a folder; not if nobody can tell, so that it is read, and the reader says why it cannot be."""
    try:
        return link.is_dir()
    except OSError:
        return False


def with_contents(sources: Sources, readings: Iterable[FileReading]) -> Sources:
    """The same files with what reading them told about their content, and which are copies of an earlier one."""
    first: dict[str, str] = {}
    files = []
    for source, reading in zip(sources.files, readings, strict=True):
        copy_of = first.get(reading.digest, "") if reading.digest else ""
        first.setdefault(reading.digest, source.file)
        files.append(Source(source.file, source.path, reading.digest, reading.size, copy_of))
    return replace(sources, files=tuple(files))
