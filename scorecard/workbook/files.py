"""Writing a file in one step: whoever reads it meets the old or the new content, never a half, whatever happens.

The new content goes to a hidden file in the same folder, reaches the disk, and then takes the name. Permissions stay,
the owner and extended attributes as far as the system lets us; the time of change is that of the write, because the
content did change and backups must notice. A link is followed; other hard links keep the old content.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
import stat
import time
from typing import NamedTuple

from ..errors import ScorecardError, UnusableFile
from ..messages import Message
from ..refusals import reason

# Ours, written half way: machine, process, chance. No .xlsx at the end, so that nobody takes it for a workbook.
_LEFTOVER = re.compile(r"^\.scorecard-([0-9a-f]{6})-([0-9]+)-[0-9a-f]{8}\.part$")
_A_DAY = 86_400

READ_ONLY = Message(
    "文件是只读的，没有改动；要更新它，请先去掉只读属性。",
    "the file is read-only and was left as it is; make it writable to have it updated.",
)
CHANGED = Message(
    "计算期间有人改动、移走或删除了这个文件，没有写入；请再运行一次。",
    "the file was changed, moved or deleted while it was being computed, nothing was written; run again.",
)


class ChangedMeanwhile(UnusableFile):
    """Somebody else wrote or removed a file between our reading and our writing it."""


class Stamp(NamedTuple):
    """What the file system says about a file's content without reading it.

    Attributes:
        size: Bytes.
        modified: Time of the last write, in nanoseconds.
        changed: On POSIX when anything about the file last changed; nobody can set it back. Elsewhere as the system has it.
        inode: Which file it is; a replaced one is another.
    """

    size: int
    modified: int
    changed: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """The stamp in what `os.stat` gave."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def replace_file(path: str | os.PathLike[str], data: bytes, *, expected: Stamp | None = None) -> None:
    """Write a file so that a reader sees the old or the new one. Missing folders are made.

    Args:
        path: The file.
        data: Its new content.
        expected: What it was when it was read; with it, a file that changed since or is gone is not written.

    Raises:
        ChangedMeanwhile: the file is no longer as `expected`.
        UnusableFile: the place cannot be written, or the file is read-only; what was there is untouched.
    """
    where = os.path.basename(os.fspath(path))
    target = os.path.realpath(os.fspath(path))
    folder = os.path.dirname(target)
    try:
        before = _status(target)
        if before is not None and not stat.S_IMODE(before.st_mode) & 0o222:
            raise UnusableFile(READ_ONLY, where)
        os.makedirs(folder, exist_ok=True)
        temporary = os.path.join(folder, f".scorecard-{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.part")
        write_synced(temporary, data)
        try:
            if before is not None:
                _take_over(temporary, target, before)
            if expected is not None:
                now = _status(target)
                if now is None or Stamp.of(now) != expected:
                    raise ChangedMeanwhile(CHANGED, where)
            os.replace(temporary, target)
        except (OSError, ScorecardError):
            os.unlink(temporary)
            raise
    except OSError as error:
        raise _unwritable(error, where, target) from error


def write_synced(path: str, data: bytes) -> None:
    """Write a new file and wait until the disk has it; nothing is left of it when that fails."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        os.unlink(path)
        raise


def is_leftover(name: str) -> bool:
    """Whether a file is one of ours that never took its name: its process was killed, or is still writing."""
    return _LEFTOVER.match(name) is not None


def remove_leftover(path: str) -> bool:
    """Delete such a file when its process is gone: told by its number on this machine, else by a day's age."""
    name = _LEFTOVER.match(os.path.basename(path))
    if name is None:
        return False
    try:
        if time.time() - os.stat(path).st_mtime < _A_DAY and not (name[1] == _machine() and _is_gone(int(name[2]))):
            return False
        os.unlink(path)
    except OSError:
        return False  # somebody else removed it, or may not; it harms nobody
    return True


def _is_gone(process: int) -> bool:
    if os.name != "posix":
        return False  # asking there would end the process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode("utf-8", "replace")).hexdigest()[:6]


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _take_over(temporary: str, target: str, before: os.stat_result) -> None:
    """Permissions must stay; the owner and extended attributes (access lists among them) where the system allows it."""
    os.chmod(temporary, stat.S_IMODE(before.st_mode))
    if not hasattr(os, "chown"):
        return
    mine = os.stat(temporary)
    if (mine.st_uid, mine.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.chown(temporary, before.st_uid, before.st_gid)
            os.chmod(temporary, stat.S_IMODE(before.st_mode))  # a change of owner clears some bits
        except PermissionError:
            pass  # only root may give files away; the new file is then the writer's, as with any editor
    if hasattr(os, "listxattr"):
        try:
            for name in os.listxattr(target):
                os.setxattr(temporary, name, os.getxattr(target, name))
        except OSError:
            pass  # not every file system has them, and some belong to the system


def _unwritable(error: OSError, where: str, target: str) -> ScorecardError:
    folder = os.path.dirname(target)
    if isinstance(error, PermissionError) and os.path.exists(target):
        sentence = Message(
            "没有权限写入，或文件正在 Excel 中打开；请关闭文件或换一个位置后再试。",
            "no permission to write here, or the file is open in Excel; close it or choose another place.",
        )
    elif isinstance(error, PermissionError):
        sentence = Message(
            f"没有权限在 {folder} 里写文件；请换一个文件夹（如用 -o）后再试。",
            f"no permission to write files in {folder}; choose another folder (by -o, for example).",
        )
    else:
        why = reason(error)
        sentence = Message(
            f"无法写入（{why.zh}）；请检查磁盘空间和路径。",
            f"cannot be written ({why.en}); check the disk space and the path.",
        )
    return UnusableFile(sentence, where)
