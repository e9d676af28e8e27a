"""One .xlsx or .xlsm file as a zip of parts.

Parts are inflated when they are read, and what nobody writes keeps its bytes: `Package.open(path).to_bytes()` is
the file itself, and after one `write` all other entries are copied compressed, with dates and attributes.
"""

from __future__ import annotations

import os
import posixpath
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BufferedReader
from typing import Any, TypeVar
from urllib.parse import unquote

from ..errors import UnusableFile, UsageError
from ..messages import Message
from ..refusals import LOCK_FILE, is_lock, reason
from .archive import LIMITS, NOT_A_ZIP, TOO_LARGE, Archive, Limits, fold
from .files import replace_file
from .xml import attribute, elements

__all__ = ["LIMITS", "Limits", "Package", "Relation", "SheetRef", "read_file"]

T = TypeVar("T")

CONTENT_TYPES = "[Content_Types].xml"
# What was made of small parts as they lie in files: copies of a form have the same styles and relationships.
_COMMON: OrderedDict[tuple[object, ...], Any] = OrderedDict()
_SMALL, _ROOM = 20_000, 256
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part.

    Attributes:
        id: Its id, as `r:id` names it.
        kind: The last word of its type: "worksheet", "styles", "sharedStrings" …
        target: The part it points to; the address itself when `external`.
        external: Whether it points out of the file.
    """

    id: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class SheetRef:
    """One tab of the workbook.

    Attributes:
        name: As the tab shows it.
        part: The part that holds it; "" when the file names a sheet it does not contain.
        state: "visible", "hidden" or "veryHidden".
        kind: "worksheet", "chartsheet", "dialogsheet", "macrosheet" or "missing".
        index: Position among the tabs, from 0.
    """

    name: str
    part: str
    state: str
    kind: str
    index: int


class Package:
    """The parts of a workbook by name; names are equal regardless of case and of a leading slash.

    Not for sharing between threads that write.

    Example:
        ::

            package = Package.open("考核表.xlsx")
            package.write("xl/worksheets/sheet1.xml", new_xml)
            package.save("考核表.xlsx")
    """

    __slots__ = ("_archive", "_main", "_memory", "_related", "_relations", "_sheets", "is_converted", "where")

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._memory: dict[str, dict[Callable[[bytes], Any], Any]] = {}
        self._relations: dict[str, dict[str, Relation]] = {}
        self._related: dict[str, str] = {}
        self._sheets: tuple[SheetRef, ...] | None = None
        self._main: str | None = None
        self.where = archive.where
        #: Whether this was made from the values of a file in an old format.
        self.is_converted = False

    @classmethod
    def open(
        cls, source: str | os.PathLike[str] | bytes, *, where: str | None = None, limits: Limits = LIMITS
    ) -> Package:
        """Read a workbook from a path or from its bytes.

        Args:
            source: The path, or the content of the file.
            where: The name for messages; the file name when omitted.
            limits: What the file may cost.

        Raises:
            UnusableFile: not there, not readable, not a workbook, encrypted, an old .xls, damaged or too large.
        """
        if isinstance(source, bytes):
            data = source
        else:
            where = where or os.path.basename(os.fspath(source))
            data = read_file(source, where, limits)[0]
        if data[:2] != b"PK":
            raise UnusableFile(_what_it_is(data, where), where)
        package = cls(Archive(data, where, limits))
        if "xl/workbook.xml" not in package and not package._main_part():
            raise UnusableFile(_which_zip(package), where)
        return package

    def copy(self) -> Package:
        """An independent package; the bytes of the parts are shared, so this is cheap."""
        twin = Package(self._archive.copy())
        twin._memory = {key: dict(known) for key, known in self._memory.items()}
        twin._relations, twin._related, twin._sheets = dict(self._relations), dict(self._related), self._sheets
        twin.is_converted = self.is_converted
        return twin

    # --- parts ---------------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """The part names, in the order of the file."""
        return tuple(entry.name for entry in self._archive.entries.values() if not entry.is_folder)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and fold(name) in self._archive.entries

    def read(self, name: str) -> bytes:
        """The content of a part.

        Raises:
            UnusableFile: the part is not there or damaged.
        """
        try:
            return self._archive.read(fold(name))
        except KeyError:
            raise UnusableFile(
                Message(
                    f"文件缺少部件 {name}，已损坏；请用 Excel 打开并修复，另存为新的 .xlsx 后再试。",
                    f"part {name} is missing, the file is damaged; let Excel repair it, save it anew and try again.",
                ),
                self.where,
            ) from None

    def packed(self, name: str) -> tuple[int, bytes]:
        """How a part lies in the file: compression method and bytes. Equal ones hold equal parts.

        Raises:
            UsageError: no such part.
            UnusableFile: the part is damaged.
        """
        if name not in self:
            raise UsageError(Message(f"没有部件 {name}", f"there is no part {name}"), self.where)
        return self._archive.entries[fold(name)].method, self._archive.packed(fold(name))

    def write(self, name: str, data: bytes) -> None:
        """Replace the content of a part; only this one is compressed anew, and not even this if nothing changed.

        Raises:
            UsageError: no such part; `add` makes new ones.
        """
        if name not in self:
            raise UsageError(Message(f"没有部件 {name}", f"there is no part {name}"), self.where)
        self._store(name, data)

    def add(self, name: str, data: bytes) -> None:
        """Append a new part (its content type and relationships are the caller's business).

        Raises:
            UsageError: the part exists already.
        """
        if name in self:
            raise UsageError(Message(f"部件 {name} 已存在", f"part {name} exists already"), self.where)
        self._store(name, data)

    def remove(self, name: str) -> None:
        """Drop a part.

        Raises:
            UsageError: no such part.
        """
        if name not in self:
            raise UsageError(Message(f"没有部件 {name}", f"there is no part {name}"), self.where)
        self._archive.remove(fold(name))
        self._forget(name)

    def derived(self, name: str, build: Callable[[bytes], T]) -> T:
        """`build(read(name))`, remembered until the part changes; for what several sheets need (shared strings)."""
        known = self._memory.setdefault(fold(name), {})
        if build not in known:
            try:
                known[build] = build(self.read(name))
            except UnusableFile as error:  # `build` sees the bytes only and cannot name the file
                raise UnusableFile(error.message, error.where or self.where) from None
        result: T = known[build]
        return result

    def common(self, name: str, build: Callable[[bytes], T]) -> T:
        """`derived`, shared with other packages in which the part is the same; for small parts that copies share.

        What `build` gives must not be changed by anybody.
        """
        entry = self._archive.entries.get(fold(name))
        if entry is None or entry.packed > _SMALL:
            return self.derived(name, build)
        mark = (build, entry.method, entry.crc, entry.size, self._archive.packed(fold(name)))
        if mark in _COMMON:
            _COMMON.move_to_end(mark)
        else:
            _COMMON[mark] = self.derived(name, build)
            if len(_COMMON) > _ROOM:
                _COMMON.popitem(last=False)
        result: T = _COMMON[mark]
        return result

    def _store(self, name: str, data: bytes) -> None:
        self._archive.write(fold(name), name, data)
        self._forget(name)

    def _forget(self, name: str) -> None:
        self._memory.pop(fold(name), None)
        self._relations.clear()
        self._related.clear()
        self._sheets = self._main = None

    # --- structure -----------------------------------------------------------------------------------------------

    @property
    def sheets(self) -> tuple[SheetRef, ...]:
        """The tabs, in their order.

        Raises:
            UnusableFile: the workbook part is damaged.
        """
        if self._sheets is None:
            relations = self.relations(self.workbook_part)
            found: list[SheetRef] = []
            taken: set[str] = set()
            for tag, attributes in self._workbook_elements():
                if tag == "sheet":
                    relation = relations.get(attribute(attributes, "id") or "")
                    part = relation.target if relation and relation.target in self else ""
                    # A part is one tab's; a thousand tabs of one part would be read a thousand times.
                    part = "" if fold(part) in taken else part
                    taken.add(fold(part))
                    if len(found) >= self._archive.limits.entries:
                        raise UnusableFile(TOO_LARGE, self.where)
                    kind = relation.kind.removeprefix("xl").lower() if relation and part else "missing"
                    state = attributes.get("state", "visible")
                    found.append(SheetRef(attributes.get("name", ""), part, state, kind, len(found)))
            self._sheets = tuple(found)
        return self._sheets

    def sheet(self, name: str) -> SheetRef:
        """The tab of a name; like in Excel, case does not matter.

        Raises:
            UsageError: there is none; the message lists those there are.
        """
        for sheet in self.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        known = "、".join(sheet.name for sheet in self.sheets)
        raise UsageError(
            Message(f"没有工作表“{name}”；现有：{known}", f"there is no sheet {name!r}; there are: {known}"), self.where
        )

    @property
    def workbook_part(self) -> str:
        """The name of the workbook part, usually "xl/workbook.xml"."""
        if self._main is None:
            self._main = self._main_part() or "xl/workbook.xml"
        return self._main

    @property
    def is_macro_enabled(self) -> bool:
        """Whether the file is an .xlsm by its content, whatever its name."""
        part = "/" + self.workbook_part.lower()
        for tag, attributes in elements(self.read(CONTENT_TYPES), CONTENT_TYPES, self.where):
            if tag == "Override" and attributes.get("PartName", "").lower() == part:
                return "macroenabled" in attributes.get("ContentType", "").lower()
        return False

    @property
    def date1904(self) -> bool:
        """Whether day numbers count from 1904, as old Mac workbooks do."""
        return self.common(self.workbook_part, _counts_from_1904)

    def related(self, kind: str) -> str:
        """The first part of a kind ("styles", "sharedStrings") that the workbook points to; "" when there is none."""
        if kind not in self._related:
            found = (
                r.target for r in self.relations(self.workbook_part).values() if r.kind == kind and r.target in self
            )
            self._related[kind] = next(found, "")
        return self._related[kind]

    def relations(self, part: str) -> dict[str, Relation]:
        """The relationships of a part by id; those of the package itself for ""."""
        if part not in self._relations:
            folder, listing = _listing_of(part)
            self._relations[part] = self._read_relations(listing, folder) if listing in self else {}
        return self._relations[part]

    def _read_relations(self, listing: str, folder: str) -> dict[str, Relation]:
        try:
            found = self.common(listing, _relations_in(folder))
        except UnusableFile:
            elements(self.read(listing), listing, self.where)  # says which part it is
            raise
        if any("%" in relation.target for relation in found.values()):
            # Targets are URIs, part names are not always written as such.
            found = {
                name: replace(relation, target=unquote(relation.target))
                if relation.target not in self and unquote(relation.target) in self and not relation.external
                else relation
                for name, relation in found.items()
            }
        return found

    def _main_part(self) -> str:
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self:
                return relation.target if _is_workbook(relation.target) else ""
        return ""

    def _workbook_elements(self) -> list[tuple[str, dict[str, str]]]:
        return self.common(self.workbook_part, _elements)

    # --- writing -------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The file as bytes; the same edits to the same file always give the same bytes."""
        return self._archive.to_bytes()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file so that a reader sees the old or the new one, never a half.

        See `files.replace_file`: missing folders are made, a link is followed, an existing file keeps its permissions.

        Raises:
            UnusableFile: the place cannot be written; what was there is untouched.
        """
        replace_file(path, self.to_bytes())


@lru_cache(maxsize=256)
def _listing_of(part: str) -> tuple[str, str]:
    """The folder of a part, and the part that lists its relationships."""
    folder, base = posixpath.split(part)
    return folder, posixpath.join(folder, "_rels", base + ".rels")


@lru_cache(maxsize=4096)
def _resolved(target: str, folder: str) -> str:
    """A target as a part name: from the root when it starts with "/", else from the folder of its owner."""
    target = target.replace("\\", "/")
    path = target if target.startswith("/") else posixpath.join("/", folder, target)
    return posixpath.normpath(path).lstrip("/")


def _counts_from_1904(data: bytes) -> bool:
    return any(
        tag == "workbookPr" and attributes.get("date1904") in ("1", "true") for tag, attributes in _elements(data)
    )


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    return elements(data, "xl/workbook.xml", None)


@lru_cache(maxsize=64)
def _relations_in(folder: str) -> Callable[[bytes], dict[str, Relation]]:
    """What reads the relationships of a part in a folder; the same function each time, as `common` remembers by it."""

    def read(data: bytes) -> dict[str, Relation]:
        found = {}
        for tag, attributes in elements(data, "_rels/.rels", None):
            if tag == "Relationship":
                identity, target = attributes.get("Id", ""), attributes.get("Target", "")
                external = attributes.get("TargetMode") == "External"
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[identity] = Relation(identity, kind, target if external else _resolved(target, folder), external)
        return found

    return read


def read_file(
    path: str | os.PathLike[str], where: str | None = None, limits: Limits = LIMITS
) -> tuple[bytes, os.stat_result]:
    """The content of a file, and what the system says about it at that moment.

    Raises:
        UnusableFile: not there, not readable, or too large.
    """
    where = where or os.path.basename(os.fspath(path))
    try:
        with open(path, "rb", buffering=0) as stream:  # it is read at once
            status = os.fstat(stream.fileno())
            if status.st_size > limits.file_bytes:
                raise UnusableFile(TOO_LARGE, where)
            data = stream.read(status.st_size + 1)
            if len(data) != status.st_size:  # a device, or somebody writes
                data += BufferedReader(stream).read(limits.file_bytes + 1)
        if len(data) > limits.file_bytes:
            raise UnusableFile(TOO_LARGE, where)
        return data, status
    except FileNotFoundError:
        sentence = Message("找不到这个文件；请检查路径和文件名。", "no such file; check the path and the name.")
    except IsADirectoryError:
        sentence = Message("这是一个文件夹；请给出其中的 .xlsx 文件。", "this is a folder; name an .xlsx file in it.")
    except PermissionError:
        if os.path.isdir(path):  # how Windows reports a folder
            sentence = Message(
                "这是一个文件夹；请给出其中的 .xlsx 文件。", "this is a folder; name an .xlsx file in it."
            )
        else:
            sentence = Message(
                "没有权限读取这个文件；请检查权限，或关闭占用它的程序后再试。",
                "no permission to read this file; check its permissions, or close the program that holds it.",
            )
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = reason(error)
        sentence = Message(
            f"无法读取文件（{why.zh}）；请检查磁盘和路径。", f"cannot be read ({why.en}); check disk and path."
        )
    raise UnusableFile(sentence, where)


def _is_workbook(part: str) -> bool:
    return not part.lower().endswith(".bin") and not part.lower().startswith(("word/", "ppt/", "visio/"))


def is_encrypted(data: bytes) -> bool:
    """Whether the bytes are those of a workbook under a password."""
    return data.startswith(_OLE2) and _has_stream(data, "EncryptedPackage")


def is_old_format(data: bytes) -> bool:
    """Whether the bytes are those of an .xls or a WPS .et workbook."""
    return data.startswith(_OLE2) and (_has_stream(data, "Workbook") or _has_stream(data, "Book"))


def _what_it_is(data: bytes, where: str | None) -> Message:
    """The sentence for a file that is not a zip."""
    if where is not None and is_lock(where):
        return LOCK_FILE
    if not data:
        return Message("文件是空的（0 字节）；请重新获取这个文件。", "the file is empty (0 bytes); get it again.")
    if data.startswith(_OLE2):
        if is_encrypted(data):
            return Message(
                "工作簿设有打开密码；inspect、explain、check、consolidate 可用 --password-file 给出密码，其他命令请先在 "
                "Excel 或 WPS 里去掉密码、另存后再试。",
                "the workbook is encrypted with a password; inspect, explain, check and consolidate take it by "
                "--password-file, for other commands remove the password in Excel, save and try again.",
            )
        if is_old_format(data):
            return Message(
                "这是旧的 .xls 格式；请用 Excel 或 WPS 打开，另存为 .xlsx 后再试。",
                "this is the old .xls format; open it in Excel, save it as .xlsx and try again.",
            )
        return Message(
            "这是旧的 Office 文件，但不是工作簿；请换成 .xlsx 文件。",
            "this is an old Office file, but not a workbook; use an .xlsx file.",
        )
    return NOT_A_ZIP


def _has_stream(data: bytes, name: str) -> bool:
    """Whether the directory of an OLE2 file names a stream: directory records are 128 bytes, the name comes first."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = data.find(wanted, 512)
    while at >= 0 and at % 128:
        at = data.find(wanted, at + 1)
    return at >= 0


def _which_zip(package: Package) -> Message:
    """The sentence for a zip that is not a workbook."""
    if "xl/workbook.bin" in package:
        return Message(
            "这是二进制 .xlsb 格式；请用 Excel 打开，另存为 .xlsx 后再试。",
            "this is the binary .xlsb format; open it in Excel, save it as .xlsx and try again.",
        )
    if "content.xml" in package and "mimetype" in package:
        return Message(
            "这是 OpenDocument 文件（.ods 等）；请用 LibreOffice 打开，另存为 .xlsx 后再试。",
            "this is an OpenDocument file (.ods …); open it in LibreOffice, save it as .xlsx and try again.",
        )
    if "word/document.xml" in package or "ppt/presentation.xml" in package:
        return Message(
            "这是 Word 或 PowerPoint 文件，不是工作簿；请换成 .xlsx 文件。",
            "this is a Word or PowerPoint file, not a workbook; use an .xlsx file.",
        )
    return Message(
        "这个压缩文件里没有工作簿；请先解压，再使用其中的 .xlsx 文件。",
        "this zip holds no workbook; unpack it and use the .xlsx file inside.",
    )
