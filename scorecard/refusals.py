"""Why something cannot be read, written or used, and what to do next: sentences that several rooms need.

Systems and parsers speak English, and of numbers and bytes; a person is told in words, in their own language.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

from .errors import UsageError
from .messages import Message

_REASONS = {
    errno.ENOENT: Message("没有这个文件或文件夹", "no such file or folder"),
    errno.ENOTDIR: Message("路径里有一段是文件，不是文件夹", "a part of the path is a file, not a folder"),
    errno.EISDIR: Message("这是一个文件夹", "this is a folder"),
    errno.EACCES: Message("没有权限", "permission denied"),
    errno.EPERM: Message("没有权限", "permission denied"),
    errno.EROFS: Message("磁盘是只读的", "the disk is read-only"),
    errno.ENOSPC: Message("磁盘已满", "No space left on the disk"),
    errno.ENAMETOOLONG: Message("名称太长", "the name is too long"),
    errno.EEXIST: Message("已经存在", "it exists already"),
    errno.EBUSY: Message("正被别的程序占用", "another program holds it"),
    errno.EMFILE: Message("打开的文件太多", "too many files are open"),
    errno.EIO: Message("磁盘读写出错", "the disk failed"),
}
# What SQLite says, and nothing more precise.
_DATABASE = {
    "unable to open database file": Message("打不开这个文件", "the file cannot be opened"),
    "attempt to write a readonly database": Message("文件是只读的", "the file is read-only"),
    "database is locked": Message("正被别的程序使用", "another program is using it"),
    "file is not a database": Message("不是数据库文件", "the file is not a database"),
    "database disk image is malformed": Message("文件已损坏", "the file is damaged"),
    "database or disk is full": _REASONS[errno.ENOSPC],
    "disk I/O error": _REASONS[errno.EIO],
}

# "Expected ']]' at the end of an array declaration (at line 1, column 6)"
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def reason(problem: Exception) -> Message:
    """What the system or a database says, without numbers and paths; in its own words where they are not known here.

    Example:
        >>> reason(PermissionError(13, "Permission denied", "C:/表.xlsx")).zh
        '没有权限'
    """
    if isinstance(problem, OSError) and problem.errno in _REASONS:
        return _REASONS[problem.errno]
    own = " ".join(str(getattr(problem, "strerror", None) or problem).split())[:200] or type(problem).__name__
    return _DATABASE.get(own, Message(own, own))


def read_settings_text(path: str | os.PathLike[str], kind: Message) -> str:
    """The text of a file that a person wrote: rules, words, a mapping, a password.

    Args:
        path: The file, in UTF-8.
        kind: What it is to be, such as 规则文件, "rules file".

    Raises:
        UsageError: It cannot be read, or is no text in UTF-8.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        sentence = Message(f"找不到{kind.zh}；请检查路径和文件名", f"no such {kind.en}; check the path and the name")
        raise UsageError(sentence, str(path)) from None
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        why = reason(problem) if isinstance(problem, OSError) else Message("路径里有无效字符", "the path is not valid")
        if os.path.isdir(path):  # Windows calls that a lack of permission
            why = _REASONS[errno.EISDIR]
        sentence = Message(
            f"{kind.zh}无法读取（{why.zh}）；请检查路径和权限",
            f"the {kind.en} cannot be read ({why.en}); check the path and the permissions",
        )
        raise UsageError(sentence, str(path)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            zh, en = "这是工作簿之类的文件，不是", "this is a workbook or the like, not a"
            sentence = Message(f"{zh}{kind.zh}；请换成文本文件", f"{en} {kind.en}; name a text file")
        else:
            sentence = Message(
                f"{kind.zh}不是 UTF-8 编码；请另存为 UTF-8 后再试",
                f"the {kind.en} is not UTF-8; save it as UTF-8 and try again",
            )
        raise UsageError(sentence, str(path)) from None


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Args:
        text: The text.
        source: What it is called in the message.

    Raises:
        UsageError: It is no TOML; the message names line and column.
    """
    # Here: LibreOffice on Windows runs Python 3.10, which has none, and reads no such files.
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        place = _TOML_PLACE.search(str(problem))
        line, column = place.groups() if place else (None, None)
        where = f"第 {line} 行第 {column} 列" if line else "文件末尾"
        said = _TOML_PLACE.sub("", str(problem))
        at = f"line {line}, column {column}" if line else "the end"
        sentence = Message(
            f"不是有效的 TOML：{where}写法不对（文字要加引号，表名写作 [[kpi]]）；请改正后再试",
            f"not valid TOML at {at}: {said}; correct it and try again",
        )
    except RecursionError:
        sentence = Message("不是有效的 TOML：嵌套过深", "not valid TOML: nested too deep")
    raise UsageError(sentence, source)


def read_toml(path: str | os.PathLike[str], kind: Message) -> dict[str, Any]:
    """The tables of a TOML file that a person wrote; see `read_settings_text` and `parse_toml`."""
    return parse_toml(read_settings_text(path, kind), str(path))


def missing_extra(what: Message, extra: str, *more: str) -> UsageError:
    """Something that takes an extra which is not installed.

    The command stands in quotes that every shell takes, that of Windows too.

    Args:
        what: What was asked for, as the beginning of a sentence.
        extra: The extra of this package.
        more: Other packages that it needs.
    """
    command = " ".join([f'pip install "scorecard-kpi[{extra}]"', *more])
    return UsageError(
        Message(f"{what.zh}需要先安装组件 {extra}：{command}", f"{what.en} takes the extra {extra}: {command}")
    )


def no_workbooks(names: list[str], endings: tuple[str, ...]) -> UsageError:
    """A folder or pattern in which there is no workbook to work on.

    Args:
        names: What was given.
        endings: What counts as a workbook there.
    """
    if names and all(map(is_lock, names)):
        return UsageError(LOCK_FILE, names[0])
    zh, en = (
        f"{joint.join(endings[:-1])} {last} {endings[-1]}" if len(endings) > 1 else endings[0]
        for joint, last in (("、", "或"), (", ", "or"))
    )
    sentence = Message(
        f"里面没有 {zh} 工作簿；请检查路径，或先把考核表放进去",
        f"there is no {en} workbook in it; check the path, or put the assessment tables there first",
    )
    return UsageError(sentence, "、".join(names))


NO_SUCH_PATH = Message(
    "找不到这个文件或文件夹；请检查路径和名称", "no such file or folder; check the path and the name"
)


def is_lock(name: str) -> bool:
    """Whether a name is that of a file which a spreadsheet program keeps beside a workbook that is open.

    Example:
        >>> is_lock("部门/~$客服部.xlsx"), is_lock(".~lock.客服部.xlsx#"), is_lock("客服部.xlsx")
        (True, True, False)
    """
    return os.path.basename(name).startswith(("~$", ".~"))


#: For such a file.
LOCK_FILE = Message(
    "这是表格软件打开工作簿时的临时文件，不是工作簿；请使用工作簿本身，要写入时先把它关闭",
    "a spreadsheet program keeps this beside a workbook that is open; use the workbook itself, and close it before "
    "anything is written",
)
