"""Writes docs/commands.md from the command line itself: `python -m docs.commands`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from scorecard.cli.commands import make_app
from scorecard.messages import choose_language

PATH = Path(__file__).with_name("commands.md")
# What a page shows without scrolling.
_WIDTH = 84

_HEAD = """\
<!-- Made by `python -m docs.commands` from the commands; do not edit by hand. -->
# 命令 · Commands

`scorecard …` and `python -m scorecard …` are the same. `--lang zh|en` chooses the language and may stand anywhere; otherwise
the system's language is used.

`scorecard …` 与 `python -m scorecard …` 相同。`--lang zh|en` 选择语言，可放在任何位置；默认随系统。

| exit status 退出码 | meaning | 含义 |
|---|---|---|
| 0 | fine | 正常 |
| 1 | findings of severity error, a check failed, or `consolidate` left something out | 有“错误”，检查未通过，或汇总时有没计入的 |
| 2 | the command was typed wrong | 命令写错 |
| 3 | no assessment table found | 没有找到考核表 |
| 4 | the file cannot be used | 文件无法使用 |
"""


def text() -> str:
    """The whole document."""
    try:
        pages = {}
        for language in ("zh", "en"):
            choose_language(language)
            pages[language] = dict(_pages(typer.main.get_command(make_app()), "scorecard"))
    finally:
        choose_language(None)
    parts = [_HEAD]
    for path in pages["zh"]:
        parts += [f"## {path}\n", f"```text\n{pages['zh'][path]}\n```\n", f"```text\n{pages['en'][path]}\n```\n"]
    return "\n".join(parts)


def _pages(command: Any, path: str, parent: Any = None) -> Iterator[tuple[str, str]]:
    """Command path → help page; a group is only the sum of its commands, except the first."""
    context = command.make_context(
        path.rpartition(" ")[2],
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
    )
    children = getattr(command, "commands", None)
    if parent is None or not children:
        yield path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    for name, child in sorted((children or {}).items()):
        yield from _pages(child, f"{path} {name}", context)


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
