"""One workbook where it lies: a path, or an address that fsspec knows (s3://…, memory://…).

Local files are replaced in one step (`workbook.files`). Object stores replace an object in one step by themselves;
anywhere else the new content is uploaded under another name, which then becomes the right one.
"""

from __future__ import annotations

import os
import re
import secrets
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote

from ..errors import UnusableFile, UsageError
from ..messages import Message
from ..refusals import missing_extra
from ..workbook.archive import LIMITS, TOO_LARGE
from ..workbook.files import CHANGED, ChangedMeanwhile, Stamp, replace_file
from ..workbook.package import read_file

# One letter and a colon is a drive of Windows.
_URL = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]+)(?:://|::)")
# Where writing an object is one step.
_OBJECT_STORES = {"memory", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci", "cos", "tos", "hf"}
# What file systems call the things that tell one version of a file from the next.
_VERSIONS = (
    "size",
    "ETag",
    "etag",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
    "generation",
    "md5",
)


class Content(NamedTuple):
    """What was read: the bytes, and what tells this version from the next (a `Stamp` for local files)."""

    data: bytes
    version: Any


class Place(Protocol):
    """Where one workbook lies."""

    def stamp(self) -> Stamp | None:
        """What tells that the content is the same without reading it; None where nothing does."""

    def read(self) -> Content:
        """The content and its version; raises UnusableFile."""

    def content(self) -> bytes | None:
        """What is there; None when nothing is."""

    def write(self, data: bytes, version: Any) -> Stamp | None:
        """Replace the content if it still is of that version (None: whatever is there); raises UnusableFile.

        Returns:
            The stamp of what was written, where there is one.
        """


def place_of(name: str) -> Place:
    """The place a path or address names."""
    return RemotePlace(name) if is_remote(name) else LocalPlace(local_path(name))


def is_remote(name: str) -> bool:
    """Whether a name is an address for fsspec; `file://…` is a path.

    Example:
        >>> is_remote("s3://hr/2026"), is_remote("file:///tmp/a.xlsx"), is_remote("C:/hr"), is_remote("hr/a.xlsx")
        (True, False, False, False)
    """
    found = _URL.match(name)
    return found is not None and found[1].lower() not in ("file", "local")


def local_path(name: str) -> str:
    """A path as it is, or the path in a `file://` address.

    Example:
        >>> local_path("file:///hr/a%20b.xlsx"), local_path("a%20b.xlsx")
        ('/hr/a b.xlsx', 'a%20b.xlsx')
    """
    found = _URL.match(name)
    if found is None:
        return name
    path = unquote(name[found.end() :])
    return path[1:] if re.match(r"^/[a-zA-Z]:", path) else path  # file:///C:/hr


class LocalPlace:
    """A file of this machine, or one that looks like that (a network share)."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def stamp(self) -> Stamp | None:
        """Size, times and inode."""
        try:
            return Stamp.of(os.stat(self.path))
        except (OSError, ValueError):
            return None  # `read` finds the words for it

    def read(self) -> Content:
        """See `Place`."""
        data, found = read_file(self.path)
        return Content(data, Stamp.of(found))

    def content(self) -> bytes | None:
        """See `Place`."""
        return self.read().data if os.path.lexists(self.path) else None

    def write(self, data: bytes, version: Stamp | None) -> Stamp | None:
        """See `Place`."""
        replace_file(self.path, data, expected=version)
        return self.stamp()


class RemotePlace:
    """A file of a file system that fsspec knows."""

    __slots__ = ("_fs", "_path", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._fs, self._path = file_system(name)

    def stamp(self) -> Stamp | None:
        """None: asking costs as much as reading a small file."""
        return None

    def read(self) -> Content:
        """See `Place`."""
        try:
            version = self._version()
            if version.get("size") and version["size"] > LIMITS.file_bytes:
                raise UnusableFile(TOO_LARGE, self.name)
            return Content(self._fs.cat_file(self._path), version)
        except Exception as error:
            raise _translated(error, self.name) from error

    def content(self) -> bytes | None:
        """See `Place`."""
        try:
            return self._fs.cat_file(self._path) if self._fs.exists(self._path) else None
        except Exception as error:
            raise _translated(error, self.name) from error

    def write(self, data: bytes, version: dict[str, Any] | None) -> Stamp | None:
        """See `Place`."""
        try:
            if version is not None and self._version() != version:
                raise ChangedMeanwhile(CHANGED, self.name)
            if _protocols(self._fs) & _OBJECT_STORES:
                self._fs.pipe_file(self._path, data)
            else:
                self._upload(data)
        except Exception as error:
            raise _translated(error, self.name) from error
        return None

    def _upload(self, data: bytes) -> None:
        folder, _, _ = self._path.rpartition("/")
        temporary = f"{folder}/.scorecard-{secrets.token_hex(8)}.part"
        try:
            self._fs.makedirs(folder, exist_ok=True)
            self._fs.pipe_file(temporary, data)
            self._fs.mv(temporary, self._path)
        except BaseException:
            if self._fs.exists(temporary):
                self._fs.rm_file(temporary)
            raise

    def _version(self) -> dict[str, Any]:
        self._fs.invalidate_cache(self._path)
        info = self._fs.info(self._path)
        return {key: info[key] for key in _VERSIONS if key in info}


def file_system(name: str) -> tuple[Any, str]:
    """The fsspec file system of an address, and the path in it.

    Raises:
        UsageError: fsspec, or what it needs for this protocol, is not installed or not configured.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise missing_extra(Message(f"读取 {name} ", name), "remote") from None
    try:
        fs, path = url_to_fs(name)
    except (ImportError, ValueError) as error:
        raise UsageError(
            Message(
                f"无法使用地址 {name}（{error}）；请检查写法，或安装该存储的组件，如 pip install s3fs",
                f"the address {name} cannot be used ({error}); check it, or install the package of that storage, as "
                "pip install s3fs",
            )
        ) from None
    return fs, str(path)


def _protocols(fs: Any) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)


def _translated(error: Exception, name: str) -> UnusableFile:
    """Every file system of fsspec raises errors of its own making, so all of them are read as "cannot be used"."""
    if isinstance(error, UnusableFile):
        return error
    if isinstance(error, FileNotFoundError):
        return UnusableFile(Message("找不到这个文件；请检查地址。", "no such file; check the address."), name)
    text = f"{type(error).__name__}: {error}"
    return UnusableFile(
        Message(f"无法读写（{text}）；请检查地址和权限。", f"no access ({text}); check address and permissions."), name
    )
