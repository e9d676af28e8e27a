"""The zip container, read and written by hand so that untouched entries keep every byte.

`zipfile` can neither copy an entry without inflating it nor promise that dates, attributes and extra fields stay;
reading the central directory with `struct` does both, and opens a workbook in a third of the time.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ..errors import UnusableFile
from ..messages import Message

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCATOR64 = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")

_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_ZIP64 = 1  # id of the extra field with the 64-bit sizes
_MAX32 = 0xFFFFFFFF
_MAX16 = 0xFFFF
# New entries carry one fixed date (1980-01-01): the same edits give the same bytes on any day.
_FIXED_DATE = (1 << 5) | 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost before it is refused.

    Attributes:
        file_bytes: Size of the file itself.
        entries: Number of zip entries.
        part_bytes: Inflated size of one part.
        total_bytes: Inflated size of all parts together.
        ratio: Inflated to compressed size of one part, and of all together, looked at only beyond `ratio_from` inflated bytes,
            because small regular XML compresses that well in honest files.
        ratio_from: See `ratio`.
    """

    file_bytes: int = 1 << 30
    entries: int = 10_000
    part_bytes: int = 512 << 20
    total_bytes: int = 2 << 30
    ratio: int = 300
    ratio_from: int = 64 << 20


LIMITS = Limits()

NOT_A_ZIP = Message(
    "这不是 Excel 工作簿文件；请用 Excel 或 WPS 打开它，另存为 .xlsx 后再试。",
    "this is not an Excel workbook file; open it in a spreadsheet program, save it as .xlsx and try again.",
)
TRUNCATED = Message(
    "文件不完整（可能没有下载或复制完）；请重新获取这个文件后再试。",
    "the file is cut off (an unfinished download or copy?); get the file again and retry.",
)
DAMAGED = Message(
    "文件已损坏；请用 Excel 打开并修复，另存为新的 .xlsx 后再试。",
    "the file is damaged; let Excel open and repair it, save it as a new .xlsx and try again.",
)
TOO_LARGE = Message(
    "文件解压后过大，已拒绝读取；请删去多余的行、列和图片，另存后再试。",
    "the file unpacks to more than is allowed and was refused; remove surplus rows, columns and pictures, save, retry.",
)
UNSAFE_NAME = Message(
    "文件内部含有不安全或重复的部件名，已拒绝读取；请用 Excel 打开后另存为新的 .xlsx。",
    "the file contains unsafe or duplicate part names and was refused; open it in Excel and save it as a new .xlsx.",
)
LOCKED_ZIP = Message(
    "这个压缩文件带密码；请先去掉密码，再另存为 .xlsx。",
    "this zip is protected by a password; remove the password, then save as .xlsx.",
)
ODD_COMPRESSION = Message(
    "文件使用了不支持的压缩方式；请用 Excel 打开后另存为新的 .xlsx。",
    "the file uses an unsupported compression method; open it in Excel and save it as a new .xlsx.",
)


class Entry(NamedTuple):
    """One entry: either still in the source (at `offset`), or new (with `payload`, already compressed)."""

    name: str
    raw_name: bytes
    made_by: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    internal: int
    external: int
    extra: bytes
    comment: bytes
    offset: int
    header: bytes  # the central directory record as read
    payload: bytes | None = None

    @property
    def is_folder(self) -> bool:
        """Whether the entry only names a folder."""
        return self.raw_name.endswith(b"/")


class Archive:
    """The entries of a zip in memory, in their order.

    Args:
        source: the whole file.
        where: the file's name, for messages.
        limits: what the file may cost.

    Raises:
        UnusableFile: not a zip, cut off, damaged, unsafe names, or beyond the limits.
    """

    __slots__ = ("_changed", "_comment", "_source", "entries", "limits", "where")

    def __init__(self, source: bytes, where: str | None, limits: Limits = LIMITS) -> None:
        self.where = where
        self.limits = limits
        self._source = source
        self._changed = False
        if len(source) > limits.file_bytes:
            raise UnusableFile(TOO_LARGE, where)
        try:
            self.entries, self._comment = self._directory()
        except struct.error:
            raise UnusableFile(DAMAGED, where) from None

    def copy(self) -> Archive:
        """An independent archive that shares the bytes."""
        twin = object.__new__(Archive)
        twin.where, twin.limits, twin._source = self.where, self.limits, self._source
        twin._changed, twin._comment, twin.entries = self._changed, self._comment, dict(self.entries)
        return twin

    # --- reading -------------------------------------------------------------------------------------------------

    def _directory(self) -> tuple[dict[str, Entry], bytes]:
        """Parse the central directory: entries by folded name, and the archive comment."""
        data, where, limits = self._source, self.where, self.limits
        end = data.rfind(b"PK\5\6", max(0, len(data) - _END.size - _MAX16))
        if end < 0:
            raise UnusableFile(TRUNCATED if data[:4] == b"PK\3\4" else NOT_A_ZIP, where)
        _, disk, _, _, count, length, start, comment_length = _END.unpack_from(data, end)
        comment = data[end + _END.size : end + _END.size + comment_length]
        stop = end
        if count == _MAX16 or length == _MAX32 or start == _MAX32:
            locator = end - _LOCATOR64.size
            if locator >= 0 and data[locator : locator + 4] == b"PK\6\7":
                _, _, stop, _ = _LOCATOR64.unpack_from(data, locator)
                if data[stop : stop + 4] != b"PK\6\6":
                    raise UnusableFile(DAMAGED, where)
                _, _, _, _, disk, _, _, count, length, start = _END64.unpack_from(data, stop)
        if start + length > stop or disk:
            raise UnusableFile(DAMAGED, where)
        if count > limits.entries:
            raise UnusableFile(TOO_LARGE, where)
        entries: dict[str, Entry] = {}
        at, total, packed = start, 0, 0
        for _ in range(count):
            entry = self._entry(at)
            at += len(entry.header)
            judge = _judged if len(entry.name) <= _LONGEST_NAME else _judged.__wrapped__
            key, is_safe = judge(entry.name)
            if key in entries or not is_safe:
                raise UnusableFile(UNSAFE_NAME, where)
            if entry.flags & _ENCRYPTED:
                raise UnusableFile(LOCKED_ZIP, where)
            total += entry.size
            packed += entry.packed
            bloated = entry.size > limits.ratio_from and entry.size > entry.packed * limits.ratio
            if bloated or entry.size > limits.part_bytes or total > limits.total_bytes:
                raise UnusableFile(TOO_LARGE, where)
            entries[key] = entry
        if total > limits.ratio_from and total > packed * limits.ratio:
            raise UnusableFile(TOO_LARGE, where)
        # More compressed bytes than the file has means entries that share them, the other kind of zip bomb.
        if packed > len(data) or at > stop:
            raise UnusableFile(DAMAGED, where)
        return entries, comment

    def _entry(self, at: int) -> Entry:
        data = self._source
        (magic, made_by, _, flags, method, time, date, crc, packed, size, name_length, extra_length, comment_length,
         _, internal, external, offset) = _CENTRAL.unpack_from(data, at)  # fmt: skip
        name_end = at + _CENTRAL.size + name_length
        extra_end = name_end + extra_length
        end = extra_end + comment_length
        if magic != b"PK\1\2" or end > len(data):
            raise UnusableFile(DAMAGED, self.where)
        raw_name, extra = data[at + _CENTRAL.size : name_end], data[name_end:extra_end]
        if _MAX32 in (size, packed, offset):
            wide = _wide_numbers(extra)
            # The 64-bit field holds only the numbers that did not fit, in this order.
            size, packed, offset = (wide.pop(0) if n == _MAX32 and wide else n for n in (size, packed, offset))
        return Entry(
            _decoded(raw_name, flags), raw_name, made_by, flags, method, time, date, crc, packed, size,
            internal, external, extra, data[extra_end:end], offset, data[at:end],
        )  # fmt: skip

    def read(self, key: str) -> bytes:
        """The inflated bytes of an entry; never more than it declared.

        Raises:
            KeyError: no such entry.
            UnusableFile: the entry is damaged or compressed in an unsupported way.
        """
        entry = self.entries[key]
        packed = entry.payload
        if packed is None:
            start = self._data_start(entry)
            packed = self._source[start : start + entry.packed]
        if entry.method == _STORED:
            content = packed
        elif entry.method == _DEFLATED:
            inflater = zlib.decompressobj(-15)
            try:
                # One byte of room beyond the declared size is enough to catch a lie.
                content = inflater.decompress(packed, entry.size + 1)
            except zlib.error:
                raise UnusableFile(DAMAGED, self.where) from None
        else:
            raise UnusableFile(ODD_COMPRESSION, self.where)
        if len(content) != entry.size or zlib.crc32(content) != entry.crc:
            raise UnusableFile(DAMAGED, self.where)
        return content

    def packed(self, key: str) -> bytes:
        """The bytes of an entry as they lie in the file, compressed or not; equal ones hold equal parts.

        Raises:
            KeyError: no such entry.
            UnusableFile: the entry is damaged.
        """
        entry = self.entries[key]
        if entry.payload is not None:
            return entry.payload
        start = self._data_start(entry)
        return self._source[start : start + entry.packed]

    def _data_start(self, entry: Entry) -> int:
        try:
            fields = _LOCAL.unpack_from(self._source, entry.offset)
        except struct.error:
            raise UnusableFile(DAMAGED, self.where) from None
        start = entry.offset + _LOCAL.size + int(fields[9]) + int(fields[10])
        if fields[0] != b"PK\3\4" or start + entry.packed > len(self._source):
            raise UnusableFile(DAMAGED, self.where)
        return start

    # --- changing ------------------------------------------------------------------------------------------------

    def write(self, key: str, name: str, content: bytes) -> None:
        """Replace an entry's content in its place, or append a new entry."""
        old = self.entries.get(key)
        crc = zlib.crc32(content)
        if old is not None and old.crc == crc and old.size == len(content) and self.read(key) == content:
            return  # unchanged: keep the bytes as they are
        method = old.method if old is not None and old.method == _STORED else _DEFLATED
        payload = content
        if method == _DEFLATED:
            deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
            payload = deflater.compress(content) + deflater.flush()
        if old is None:
            raw_name = name.encode("utf-8")
            flags = 0 if raw_name.isascii() else _UTF8
            self.entries[key] = Entry(
                name, raw_name, 20, flags, method, 0, _FIXED_DATE, crc, len(payload), len(content), 0, 0, b"", b"",
                0, b"", payload,
            )  # fmt: skip
        else:
            self.entries[key] = old._replace(
                flags=old.flags & _UTF8, method=method, crc=crc, packed=len(payload), size=len(content),
                extra=_without_zip64(old.extra), payload=payload,
            )  # fmt: skip
        self._changed = True

    def remove(self, key: str) -> None:
        """Drop an entry; raises KeyError when it is not there."""
        del self.entries[key]
        self._changed = True

    def to_bytes(self) -> bytes:
        """The whole file. Unchanged archives come back as they were read."""
        if not self._changed:
            return self._source
        out: list[bytes] = []
        directory: list[bytes] = []
        at = 0
        for entry in self.entries.values():
            local, central = self._copied(entry, at) if entry.payload is None else _fresh(entry, at)
            out += local
            at += sum(map(len, local))
            directory.append(central)
        length = sum(map(len, directory))
        count = len(directory)
        out += directory
        if at > _MAX32 or count >= _MAX16:
            raise UnusableFile(TOO_LARGE, self.where)
        out.append(_END.pack(b"PK\5\6", 0, 0, count, count, length, at, len(self._comment)) + self._comment)
        return b"".join(out)

    def _copied(self, entry: Entry, at: int) -> tuple[list[bytes], bytes]:
        """An untouched entry: its bytes as they are, and its directory record with only the offset changed."""
        data = self._source
        stop = self._data_start(entry) + entry.packed
        if entry.flags & _DESCRIPTOR:
            stop += _descriptor_length(data, stop, entry)
        header = bytearray(entry.header)
        if header[42:46] == b"\xff\xff\xff\xff" and _wide_numbers(entry.extra):
            # The offset is the last of the 64-bit numbers present.
            wide = sum(header[field : field + 4] == b"\xff\xff\xff\xff" for field in (20, 24, 42))
            place = _CENTRAL.size + len(entry.raw_name) + _zip64_place(entry.extra) + 8 * (wide - 1)
            header[place : place + 8] = struct.pack("<Q", at)
        else:
            header[42:46] = struct.pack("<I", at)
        return [data[entry.offset : stop]], bytes(header)


def fold(name: str) -> str:
    """The key of a part name: OPC names are equal regardless of case; some writers use backslashes or a root slash."""
    name = name.lower()
    return name.replace("\\", "/").lstrip("/") if "\\" in name or name[:1] == "/" else name


def _fresh(entry: Entry, at: int) -> tuple[list[bytes], bytes]:
    assert entry.payload is not None
    shared = (
        20, entry.flags, entry.method, entry.time, entry.date, entry.crc, entry.packed, entry.size,
        len(entry.raw_name), len(entry.extra),
    )  # fmt: skip
    local = _LOCAL.pack(b"PK\3\4", *shared[:-1], 0) + entry.raw_name
    tail = (len(entry.comment), 0, entry.internal, entry.external, at)
    central = _CENTRAL.pack(b"PK\1\2", entry.made_by, *shared, *tail) + entry.raw_name + entry.extra + entry.comment
    return [local, entry.payload], central


def _decoded(raw_name: bytes, flags: int) -> str:
    return raw_name.decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace")


# Workbooks have the same parts, by and large; names that are longer than any part's are not kept.
_LONGEST_NAME = 80


@lru_cache(maxsize=1024)
def _judged(name: str) -> tuple[str, bool]:
    """The key of a name, and whether it is safe."""
    return fold(name), _is_safe(name)


def _is_safe(name: str) -> bool:
    if not name or "\0" in name or ":" in name:
        return False
    return ".." not in name or ".." not in name.replace("\\", "/").split("/")


def _fields(extra: bytes) -> list[tuple[int, int, int]]:
    """Extra fields as (id, start, end), the header of four bytes included; a broken rest is left out."""
    found, at = [], 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            break
        found.append((kind, at, at + 4 + length))
        at += 4 + length
    return found


def _zip64_place(extra: bytes) -> int:
    """Where the 64-bit numbers start, -1 when there are none."""
    return next((start + 4 for kind, start, _ in _fields(extra) if kind == _ZIP64), -1)


def _wide_numbers(extra: bytes) -> list[int]:
    for kind, start, end in _fields(extra):
        if kind == _ZIP64:
            count = min(3, (end - start - 4) // 8)
            return list(struct.unpack_from(f"<{count}Q", extra, start + 4))
    return []


def _without_zip64(extra: bytes) -> bytes:
    return b"".join(extra[start:end] for kind, start, end in _fields(extra) if kind != _ZIP64)


def _descriptor_length(data: bytes, at: int, entry: Entry) -> int:
    """Bytes of the data descriptor after an entry: with or without its mark, with 32- or 64-bit sizes.

    The specification leaves all four open to the writer; the one that repeats the known numbers is it.
    """
    for mark in (b"PK\7\x08", b""):
        for sizes in ("<I2I", "<I2Q"):
            if sizes == "<I2I" and max(entry.packed, entry.size) > _MAX32:
                continue
            expected = mark + struct.pack(sizes, entry.crc, entry.packed, entry.size)
            if data.startswith(expected, at):
                return len(expected)
    return 0
