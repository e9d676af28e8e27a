"""What ends a command early: one line on stderr, with `--json` one document on stdout, and the exit status."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer

from ..errors import NoTableFound, ScorecardError, UnusableFile, UsageError
from ..messages import Message
from ..refusals import reason
from .words import one_line, say

#: The version of every JSON document the command line prints.
SCHEMA = 1

#: What the parser raises. Some versions of typer carry their own copy of click, so the root is found from a leaf.
Refused: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

# What a shell reports for a program whose reader went away.
_READER_GONE = 141

# What else a document of each command always holds, so that a reader needs no special case for failures.
_EMPTY: Mapping[str, Mapping[str, Any]] = {
    "inspect": {"scorecards": []},
    "explain": {"scorecards": []},
    "embed": {"output": None, "edits": []},
    "convert": {"output": None, "edits": []},
    "link": {"output": None, "edits": []},
    "finalise": {"output": None, "sha256": None, "unchanged": None, "changes": []},
    "cards": {"output": None, "cards": []},
    "diff": {"cards": [], "only_a": [], "only_b": []},
    "recalc": {"check": None, "workbooks": []},
    "consolidate": {"cards": [], "quarantine": [], "summary": {}},
    "check": {"files": []},
    "list": {"templates": []},
    "functions": {"functions": []},
    "doctor": {"hosts": []},
}
# The parser on values, in the words of its several versions.
_OF_VALUES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"valid int", "应为整数"),
        (r"not in the range|(greater|less) than or equal", "不在允许的范围内"),
        (r"valid (number|float)", "应为数"),
        (r"does not take a value", "它后面不跟值"),
        (r"requires an argument", "它后面要跟一个值"),
    )
)
_CODES: Mapping[type[ScorecardError], str] = {
    UnusableFile: "unusable-file",
    NoTableFound: "no-table",
    UsageError: "usage",
}


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def json_value(value: Any) -> Any:
    """The value of a cell as JSON has it: an error, an infinity and "not a number" as their texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def is_of_others(module: str) -> bool:
    """Whether a module is a library that we need, and no part of this package."""
    top = module.partition(".")[0]
    return top not in ("", "scorecard", "udfs", "workbooks") and top not in sys.stdlib_module_names


def complain(line: str) -> None:
    """One line on stderr, red on a terminal."""
    typer.secho(one_line(line, 2000), err=True, fg="red", bold=True)


@contextmanager
def errors(command: str, file: Path | None = None, *, as_json: bool = False) -> Iterator[None]:
    """Turn an error of the package into its line, document and exit status."""
    try:
        yield
    except ScorecardError as problem:
        _fail(problem, command, file, as_json)
    except (MemoryError, RecursionError):
        # Nothing a department made asks for that much.
        zh = "文件要求的内存过大或嵌套过深，已停止读取；请用 Excel 打开后另存再试"
        en = "the file asks for more memory or depth than there is and was given up; open it in Excel, save it anew, retry"
        _fail(UnusableFile(Message(zh, en), file.name if file is not None else None), command, file, as_json)
    except BrokenPipeError:
        # Left to the parser, this would end with status 1, which says "findings".
        raise typer.Exit(give_up_output()) from None
    except OSError as problem:
        if problem.filename is None:
            raise  # standard output, on a full disk; nothing more can be printed there
        # Whatever else the system refuses, such as a name that is too long.
        why = reason(problem)
        sentence = Message(
            f"系统拒绝访问（{why.zh}）；请检查权限和路径，或换一个位置",
            f"the system refuses this ({why.en}); check the permissions and the path, or choose another place",
        )
        _fail(UnusableFile(sentence, str(problem.filename)), command, file, as_json)


def _fail(problem: ScorecardError, command: str, file: Path | None, as_json: bool) -> NoReturn:
    if as_json:
        code = next((code for kind, code in _CODES.items() if isinstance(problem, kind)), "error")
        text = problem.text() if problem.where != (file.name if file else None) else problem.message.text()
        print_json(_document(command, str(file) if file else None, code, text))
    complain(problem.text())
    raise typer.Exit(problem.exit_status) from None


def give_up_output() -> int:
    """Nobody reads on (`scorecard … | head`): what is still in the buffer must not fail once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _READER_GONE


def refuse(problem: Exception, as_json: bool) -> int:
    """What the parser could not make sense of: unknown options, missing arguments. Returns the exit status."""
    context = getattr(problem, "ctx", None)
    path = context.command_path if context is not None else "scorecard"
    if type(problem).__name__ == "NoArgsIsHelpError":
        # A bare `scorecard` asks what there is.
        typer.echo(context.get_help() if context is not None else "")
        return 2
    sentence = _sentence(problem)
    if as_json:
        print_json(_document(path.rpartition(" ")[2], None, "usage", sentence))
    complain(sentence + say(f"（用法见 {path} --help）", f" (see {path} --help)"))
    return 2


def _sentence(problem: Exception) -> str:
    """The parser speaks English only; the usual cases in Chinese too."""
    english = str(problem.format_message()) if hasattr(problem, "format_message") else str(problem)
    name = type(problem).__name__
    option = getattr(problem, "option_name", None)
    if name == "NoSuchOption":
        near = "、".join(sorted(getattr(problem, "possibilities", None) or ()))
        return say(f"没有选项 {option}" + (f"，是否想写 {near}？" if near else ""), english)
    # "Missing option '-o' / '--output'.", "Invalid value for '--anchor': …"
    hint = getattr(problem, "param_hint", None) or "、".join(re.findall(r"'(.*?)'", english.partition(":")[0]))
    if name == "MissingParameter":
        parameter = getattr(problem, "param", None)
        if getattr(parameter, "param_type_name", "") == "argument":
            hint = hint.upper()  # as the help page has it
        meaning = getattr(parameter, "help", None)
        return say(f"缺少 {hint}" + (f"：{meaning}" if meaning else ""), english)
    if name == "BadParameter":
        return say(f"{hint} 无效：{_in_chinese(str(getattr(problem, 'message', english)))}", english)
    if name == "BadOptionUsage":
        return say(f"选项 {option} 用法不对：{_in_chinese(english)}", english)
    unknown = re.match(r"No such command '(.*?)'\.(?:.*?'(.*?)')?", english)
    if unknown:
        near = f"，是否想写 {unknown[2]}？" if unknown[2] else ""
        return say(f"没有命令 {unknown[1]}{near}", english)
    surplus = re.match(
        r"Got unexpected extra arguments? ?(?:\(s\) )?\((.*)\)", english.replace("argument(s)", "arguments")
    )
    if surplus:
        return say(f"多出了参数 {surplus[1]}；名称里有空格时请用引号括起来", english)
    return say(f"命令有误：{english}", english)


def _in_chinese(english: str) -> str:
    """What the parser says about a value; our own sentences are in the language of the process already."""
    return next((words for pattern, words in _OF_VALUES if pattern.search(english)), english)


def _document(command: str, file: str | None, code: str, message: str) -> dict[str, Any]:
    finding = {"code": code, "severity": "error", "cell": "", "message": message}
    named = {} if command in ("recalc", "check", "consolidate", "history", "list", "functions", "doctor") else {"file": file}
    return {"schema": SCHEMA, **named, **_EMPTY.get(command, {}), "findings": [finding]}
