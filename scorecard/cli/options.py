"""What several commands share: their classes, help texts with examples, and options in the language of the process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ..messages import Message
from .completion import Installation, one_of
from .help import help_page
from .words import say

# What the parser itself says of its options, in English only. Their names differ from version to version.
_OWN_WORDS = {
    "--help": Message("显示这段说明", "show this message"),
    "--install-completion": Message("为当前命令行安装自动补全", "install completion for this shell"),
    "--show-completion": Message("显示自动补全脚本", "print the completion script"),
}


class Command(TyperCommand):
    """A command whose help is in one language."""

    def get_help(self, ctx: Any) -> str:
        """The help page; see `help`."""
        return help_page(self, ctx)

    def get_params(self, ctx: Any) -> Any:
        """The parameters, with the parser's own ones in the language of the process."""
        return _in_our_words(super().get_params(ctx))


class Group(TyperGroup):
    """A group of commands, likewise."""

    def get_help(self, ctx: Any) -> str:
        """See `Command`."""
        return help_page(self, ctx)

    def get_params(self, ctx: Any) -> Any:
        """See `Command`."""
        return _in_our_words(super().get_params(ctx))


def _in_our_words(parameters: Any) -> Any:
    for parameter in parameters:
        for name in _OWN_WORDS.keys() & set(parameter.opts):
            parameter.help = _OWN_WORDS[name].text()
        if "--install-completion" in parameter.opts and not isinstance(parameter.callback, Installation):
            parameter.callback = Installation(parameter.callback)
    return parameters


def help_text(zh: str, en: str, *examples: tuple[str, str]) -> str:
    """A help text and its examples, which are not wrapped."""
    lines = "\n".join(f"  scorecard {say(*example)}" for example in examples)
    return f"{say(zh, en)}\n\n\b\n{say('例：', 'Examples:' if len(examples) > 1 else 'Example:')}\n{lines}"


def file_argument(*, reading: bool = False) -> Any:
    """The workbook; commands that only read take old formats as well."""
    endings = ".xlsx、.xlsm、.xls、.et" if reading else ".xlsx 或 .xlsm"
    english = ".xlsx, .xlsm, .xls, .et" if reading else ".xlsx or .xlsm"
    return typer.Argument(help=say(f"工作簿（{endings}）", f"workbook ({english})"), show_default=False)


def json_option() -> Any:
    """--json."""
    return typer.Option("--json", help=say("在标准输出打印一个 JSON 文档", "print one JSON document on stdout"))


def rules_option() -> Any:
    """--rules."""
    return typer.Option("--rules", metavar="TOML", help=say("评分规则文件", "rules file"))


def period_option(*, is_whole: bool = False) -> Any:
    """--period; `is_whole` where it has to be one of a year: 2026Q3, not 季度."""
    told = say("考核周期，如 季度、2026Q4；默认以表中所写为准", "the period: 季度, 2026Q4 …; as the form says by default")
    if is_whole:
        told = say(
            "考核周期，如 2026Q3、2026H1、2026-08、2026；默认取多数表的",
            "the period: 2026Q3, 2026H1, 2026-08, 2026; that of most tables by default",
        )
    return typer.Option("--period", metavar="PERIOD", help=told)


def vocabulary_option() -> Any:
    """--vocabulary."""
    return typer.Option(
        "--vocabulary",
        metavar="TOML",
        help=say("补充表头词汇的文件（与内置词汇合用）", "file with further header words (beside the built-in ones)"),
    )


def map_option() -> Any:
    """--map."""
    return typer.Option(
        "--map",
        metavar="MAP",
        help=say(
            "指定列：权重=E,得分=G,总分=G12；或一个 TOML 文件",
            "which column is what: weight=E,score=G,total=G12; or a TOML file",
        ),
    )


def password_option() -> Any:
    """--password-file."""
    return typer.Option(
        "--password-file",
        metavar="FILE",
        help=say("打开密码所在的文件（第一行）", "file with the password of the workbook (first line)"),
    )


def words_for(vocabulary: Path | None, mapping: str | None) -> Any:
    """The words to recognise by, as the options say; None for the built-in ones.

    Raises:
        UsageError: A file or a mapping that cannot be understood.
    """
    from ..workbook.mapping import Mapping
    from ..workbook.vocabulary import Vocabulary, default_vocabulary

    if vocabulary is None and mapping is None:
        return None
    words = Vocabulary.load(vocabulary) if vocabulary is not None else default_vocabulary()
    return words.mapped(Mapping.parse(mapping)) if mapping is not None else words


def output_option(default: str = "") -> Any:
    """-o; `default` is the name an output gets beside its input."""
    words = say("写到哪个文件，自动建文件夹", "file to write, folders are made")
    if default:
        words += say(f"；默认旁边的 {default}", f"; beside the input as {default} by default")
    return typer.Option("-o", "--output", metavar="FILE", help=words)


def in_place_option() -> Any:
    """--in-place."""
    return typer.Option("--in-place", help=say("直接改原文件", "change the input itself"))


def force_option() -> Any:
    """--force."""
    return typer.Option("--force", help=say("允许覆盖已有的输出文件", "replace an output that exists"))


def replace_scores_option() -> Any:
    """--replace-scores."""
    return typer.Option(
        "--replace-scores",
        help=say(
            "有规则的指标：手工填写的得分也换成公式（默认保留）",
            "also replace scores typed by hand where a rule applies (kept by default)",
        ),
    )


def dry_run_option() -> Any:
    """--dry-run."""
    return typer.Option(
        "--dry-run", help=say("只列出要写的单元格，不写文件", "list what would be written, write nothing")
    )


def formulas_option() -> Any:
    """--formulas."""
    words = say(
        "native：普通公式，什么都不用装；udf：KPI_ 函数",
        "native: plain formulas, nothing to install; udf: KPI_ functions",
    )
    return typer.Option("--formulas", metavar="native|udf", help=words, autocompletion=one_of("native", "udf"))
