"""Help pages in one language and at the width of the terminal, where a Chinese character takes two places.

The parser would write them with English words of its own, break lines by counting characters, and change its layout
from version to version. What stands in them is read from the commands.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from .words import say, wide, wrapped

# Nobody reads longer lines with ease; what stands left of the explanations may take so much of them.
_WIDEST, _LEFT = 100, 30


def help_page(command: Any, context: Any) -> str:
    """The whole page of a command or a group.

    Args:
        command: The command; its help text may hold examples behind a line with a backspace, which stay as they are.
        context: What the parser knows about the call: the path of the command, the width asked for.
    """
    width = context.terminal_width or min(shutil.get_terminal_size().columns, _WIDEST)
    parameters = [p for p in command.get_params(context) if not getattr(p, "hidden", False)]
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    options = [p for p in parameters if p.param_type_name == "option"]
    children = getattr(command, "commands", None) or {}
    lines = [*_usage(context.command_path, arguments, bool(children), width), ""]
    lines += [*_text(command.help or "", width), ""]
    for title, rows in (
        (say("参数：", "Arguments:"), [(_shown(a), _explained(a)) for a in arguments]),
        (say("选项：", "Options:"), [(_names(o), _explained(o)) for o in options]),
        (say("命令：", "Commands:"), [(n, c.short_help or "") for n, c in children.items() if not c.hidden]),
    ):
        if rows:
            lines += [title, *_rows(rows, width), ""]
    return "\n".join(lines).rstrip()


def _usage(path: str, arguments: Sequence[Any], is_group: bool, width: int) -> list[str]:
    words = [say("[选项]", "[OPTIONS]"), *map(_shown, arguments)]
    if is_group:
        words += [say("命令 …", "COMMAND …")]
    return list(wrapped(f"{say('用法：', 'Usage: ')}{path} {' '.join(words)}", width, indent=4))


def _text(text: str, width: int) -> Iterator[str]:
    sentence, _, examples = text.partition("\n\n\b\n")
    yield from ("  " + line for line in wrapped(" ".join(sentence.split()), width - 2, indent=0))
    if examples:
        yield ""
        yield from ("  " + line for line in examples.splitlines())


def _shown(argument: Any) -> str:
    """An argument as it stands in the usage: FILE, [FILE], FILE …"""
    name = (argument.metavar or argument.name.upper()).strip("[].")
    many = " …" if argument.nargs == -1 else ""
    return f"{name}{many}" if argument.required else f"[{name}{many}]"


def _names(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return names if option.is_flag else f"{names} {option.metavar or option.name.upper()}"


def _explained(parameter: Any) -> str:
    words = parameter.help or ""
    default = parameter.default
    if parameter.required and parameter.param_type_name == "option":
        return words + say("（必填）", " (required)")
    if parameter.show_default and default not in (None, "", False, ...) and not callable(default):
        return words + say(f"（默认 {default}）", f" (default: {default})")
    return words


def _rows(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Names left, explanations right of all of them; a name that is too long has a line of its own."""
    left = max((wide(name) for name, _ in rows if wide(name) <= _LEFT), default=_LEFT)
    for name, words in rows:
        first, *more = [*wrapped(words, max(width - left - 4, 20), indent=0)] or [""]
        gap = " " * (left + 2 - wide(name))
        if wide(name) > left:
            yield f"  {name}"
            name, gap = "", " " * (left + 2)
        yield f"  {name}{gap}{first}".rstrip()
        yield from (" " * (left + 4) + line for line in more)
