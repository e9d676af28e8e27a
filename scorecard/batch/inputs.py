"""Folders, patterns and addresses to the workbooks they stand for."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import UsageError
from ..messages import Message
from ..refusals import no_workbooks, reason
from ..workbook.files import is_leftover, remove_leftover
from .storage import file_system, is_remote, local_path

#: Workbooks that are looked for in a folder.
ENDINGS = (".xlsx", ".xlsm")


class Source(NamedTuple):
    """One workbook to bring up to date.

    Attributes:
        name: Its path as given or found, or its address.
        relative: The folder in which it was found and its place below that, with "/": where its copy goes in a backup.
        lock: The file beside it by which a program says that it has it open; "" when there is none.
        problem: Why it cannot be looked into, for a folder below; None for a workbook.
    """

    name: str
    relative: str
    lock: str = ""
    problem: Message | None = None


@dataclass(slots=True)
class _Found:
    sources: list[Source] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, source: Source, identity: str) -> None:
        if identity not in self.seen:
            self.seen.add(identity)
            self.sources.append(source)


def find_sources(
    inputs: Iterable[str | os.PathLike[str]], *, clean: bool = False, leave_out: str | None = None
) -> list[Source]:
    """The workbooks named and those below the folders named, each once, in a stable order.

    Below a folder, hidden files and folders are left out; links to files are followed, links to folders are not.
    Lock files (`~$…`) are never workbooks. A pattern that no shell expanded is expanded here (`**` for any folders).

    Args:
        inputs: Paths, patterns, `file://` addresses, or addresses for fsspec (`s3://bucket/folder`).
        clean: Whether to delete what a killed run of ours left half written in these folders.
        leave_out: A folder that is not looked into: where the backup goes.

    Raises:
        UsageError: nothing is left, or an address that cannot be used.
    """
    given = [os.fspath(one) for one in inputs]
    found = _Found()
    for name in given:
        if is_remote(name):
            _find_remote(name, found)
        else:
            _find_local(local_path(name), found, clean, os.path.realpath(leave_out) if leave_out else None)
    if not found.sources:
        raise no_workbooks(given, ENDINGS)
    return found.sources


def _find_local(name: str, found: _Found, clean: bool, leave_out: str | None) -> None:
    if os.path.isdir(name):
        top = os.path.realpath(name)
        within = os.path.basename(top)
        for source, is_link in _below(name, "", clean, leave_out):
            path = os.path.join(top, *source.relative.split("/"))
            found.add(
                source._replace(relative=f"{within}/{source.relative}"), os.path.realpath(path) if is_link else path
            )
    elif not os.path.exists(name) and glob.has_magic(name):
        matches = sorted(glob.glob(name, recursive=True))
        for match in matches or [name]:
            if not matches or not os.path.isdir(match):
                _add_file(match, found)
            elif "**" not in name:
                _find_local(match, found, clean, leave_out)
    else:
        _add_file(name, found)


def _add_file(path: str, found: _Found) -> None:
    folder, base = os.path.split(path)
    if base.startswith("~$"):
        return
    lock = next((lock for lock in locks_of(base) if os.path.lexists(os.path.join(folder, lock))), "")
    found.add(Source(path, base, lock), os.path.realpath(path))


def _below(folder: str, relative: str, clean: bool, leave_out: str | None) -> Iterator[tuple[Source, bool]]:
    """Workbooks below a folder: those in it in the order of their names, then those of its folders."""
    folders, books, names = [], [], set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.add(entry.name)
                if entry.name.startswith("."):
                    if clean and is_leftover(entry.name):
                        remove_leftover(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif entry.name.lower().endswith(ENDINGS) and not entry.name.startswith("~$") and entry.is_file():
                    books.append((entry.name, entry.is_symlink()))
    except OSError as error:
        # Told in its place; the other folders have nothing to do with it.
        yield Source(folder, relative.rstrip("/"), problem=reason(error)), False
        return
    for name, is_link in sorted(books):
        lock = next((lock for lock in locks_of(name) if lock in names), "")
        yield Source(os.path.join(folder, name), relative + name, lock), is_link
    for name in sorted(folders):
        path = os.path.join(folder, name)
        if leave_out is None or os.path.realpath(path) != leave_out:
            yield from _below(path, f"{relative}{name}/", clean, leave_out)


def locks_of(name: str) -> tuple[str, ...]:
    """The names of the files that Excel, LibreOffice and WPS keep beside a workbook while it is open."""
    return (f"~${name}", f".~lock.{name}#", f".~{name}")


def _find_remote(name: str, found: _Found) -> None:
    fs, path = file_system(name)
    try:
        if glob.has_magic(path):
            top, paths = path[: _magic_at(path)].rpartition("/")[0], [p for p in fs.glob(path) if not fs.isdir(p)]
        elif fs.isdir(path):
            top, paths = path, fs.find(path)
        else:
            top, paths = path.rpartition("/")[0], [path]
    except Exception as error:  # each file system of fsspec raises errors of its own making
        text = f"{type(error).__name__}: {error}"
        raise UsageError(Message(f"无法列出 {name}（{text}）", f"{name} cannot be listed ({text})")) from error
    known = set(paths)
    for one in sorted(paths):
        relative = one.removeprefix(top).lstrip("/")
        folder, _, base = one.rpartition("/")
        hidden = any(part.startswith((".", "~$")) for part in relative.split("/"))
        if one != path and (hidden or not base.lower().endswith(ENDINGS)):
            continue
        lock = next((lock for lock in locks_of(base) if f"{folder}/{lock}" in known), "")
        address = fs.unstrip_protocol(one)
        found.add(Source(address, relative, lock), address)


def _magic_at(path: str) -> int:
    return min(path.find(sign) for sign in "*?[" if sign in path)
