"""The commands. Each reads its options, calls one function of the package and shows the result.

What a command needs is imported when it runs: `--help` must not wait for the engine.
"""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `make_app`.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import __version__
from ..errors import RuleError, UsageError
from ..messages import Message
from ..workbook.outputs import refuse_existing
from .check import add_to as add_check
from .completion import one_of
from .consolidate import add_to as add_consolidate
from .diff import add_to as add_diff
from .doctor import add_to as add_doctor
from .excel import add_to as add_excel
from .failures import errors
from .finalise import add_to as add_finalise
from .functions import add_to as add_functions
from .history import add_to as add_history
from .indicators import add_to as add_indicators
from .options import (
    Command,
    Group,
    dry_run_option,
    file_argument,
    force_option,
    formulas_option,
    help_text,
    in_place_option,
    json_option,
    map_option,
    output_option,
    password_option,
    period_option,
    replace_scores_option,
    rules_option,
    vocabulary_option,
    words_for,
)
from .recalc import add_to as add_recalc
from .team import add_to as add_team
from .templates import add_to as add_templates
from .unembed import add_to as add_unembed
from .words import say

if TYPE_CHECKING:
    from ..definitions import Definition
    from ..scoring.policies import Policy


def make_app() -> typer.Typer:
    """The application, with help in the language of the process."""
    app = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=help_text(
            "让绩效考核表在工作簿里自己算分。先看 demo，再对自己的表用 inspect 和 embed。",
            "KPI assessment tables that compute their own grades in the workbook. Look at demo first, then use inspect "
            "and embed on your own tables.",
            ("demo", "demo"),
            ("inspect 客服部.xlsx", "inspect department.xlsx"),
            ("embed 客服部.xlsx -o 输出/客服部.xlsx", "embed department.xlsx -o out/department.xlsx"),
        ),
    )

    @app.callback()
    def options(
        lang: Annotated[
            str,
            typer.Option(
                "--lang",
                metavar="zh|en",
                autocompletion=one_of("zh", "en"),
                help=say(
                    "语言，可放在任何位置；默认随系统", "language, anywhere in the command; the system's by default"
                ),
            ),
        ] = "",
        version: Annotated[
            bool, typer.Option("--version", help=say("显示版本", "show the version"), callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        # A good --lang has been taken out before (`main`).
        if lang:
            raise typer.BadParameter(say("应为 zh 或 en", "must be zh or en"), param_hint="--lang")

    _add_demo(app)
    _add_reading(app)
    add_check(app)
    _add_embed(app)
    _add_convert(app)
    add_recalc(app)
    add_consolidate(app)
    add_templates(app)
    add_team(app)
    add_history(app)
    _add_addins(app)
    add_excel(app)
    add_functions(app)
    add_unembed(app)
    add_indicators(app)
    add_finalise(app)
    add_diff(app)
    add_doctor(app)
    return app


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"scorecard {__version__}")
        raise typer.Exit


# --- commands --------------------------------------------------------------------------------------------------------


def _add_demo(app: typer.Typer) -> None:
    @app.command(
        cls=Command,
        short_help=say(
            "演示：一张考核表变成会自己算分的表", "demonstration: a plain table becomes one that grades itself"
        ),
        help=help_text(
            "演示：把填好的考核表嵌入公式并算出成绩，写出三个可以打开的工作簿。",
            "Demonstration: embeds formulas into a filled-in table, grades it, and writes three workbooks to open.",
            ("demo -o 演示", "demo -o demo"),
        ),
    )
    def demo(
        output: Annotated[
            Path,
            typer.Option("-o", "--output", metavar="FOLDER", help=say("写到哪个文件夹", "folder to write to")),
        ] = Path("scorecard-demo"),
    ) -> None:
        with errors("demo"):
            from .demo import run_demo

            run_demo(output)


def _add_reading(app: typer.Typer) -> None:
    file, as_json, rules, period = file_argument(reading=True), json_option(), rules_option(), period_option()
    vocabulary, mapping, password_file = vocabulary_option(), map_option(), password_option()

    @app.command(
        "inspect",
        cls=Command,
        short_help=say("看懂一个工作簿：考核表、得分、问题", "what is in a workbook: its tables, scores and problems"),
        help=help_text(
            "看懂一个工作簿：找出考核表，列出各列含义、得分与问题。不写任何文件。",
            "Understand a workbook: its assessment tables, columns, scores and problems. Writes nothing.",
            ("inspect 客服部.xlsx", "inspect department.xlsx"),
            ("inspect 客服部.xlsx --json", "inspect department.xlsx --json"),
        ),
    )
    def inspect_(
        file: Annotated[Path, file],
        as_json: Annotated[bool, as_json] = False,
        rules: Annotated[Path | None, rules] = None,
        period: Annotated[str | None, period] = None,
        vocabulary: Annotated[Path | None, vocabulary] = None,
        mapping: Annotated[str | None, mapping] = None,
        password_file: Annotated[Path | None, password_file] = None,
    ) -> None:
        with errors("inspect", file, as_json=as_json):
            from ..workbook.inspection import inspect
            from ..workbook.opening import read_password
            from .results import finish_inspect

            password = read_password(password_file) if password_file is not None else None
            words = words_for(vocabulary, mapping)
            seen = inspect(file, rules=rules, period=period, vocabulary=words, password=password)
            finish_inspect(seen, file, as_json)

    @app.command(
        cls=Command,
        short_help=say("用一句话说明每个得分", "say in one sentence how each score comes about"),
        help=help_text(
            "用一句话说明每个得分：实际值、目标、档次、权重。不写任何文件。",
            "Say in one sentence how each score comes about: actual, target, band, weight. Writes nothing.",
            ("explain 客服部_评分.xlsx", "explain department_评分.xlsx"),
        ),
    )
    def explain(
        file: Annotated[Path, file],
        as_json: Annotated[bool, as_json] = False,
        rules: Annotated[Path | None, rules] = None,
        period: Annotated[str | None, period] = None,
        vocabulary: Annotated[Path | None, vocabulary] = None,
        mapping: Annotated[str | None, mapping] = None,
        password_file: Annotated[Path | None, password_file] = None,
    ) -> None:
        with errors("explain", file, as_json=as_json):
            from ..workbook.inspection import inspect
            from ..workbook.opening import read_password
            from .results import finish_explain

            password = read_password(password_file) if password_file is not None else None
            words = words_for(vocabulary, mapping)
            seen = inspect(file, rules=rules, period=period, vocabulary=words, password=password)
            finish_explain(seen, file, as_json)


def _add_embed(app: typer.Typer) -> None:
    @app.command(
        "embed",
        cls=Command,
        short_help=say("把评分公式嵌入已有的考核表", "embed scoring formulas into the tables of a workbook"),
        help=help_text(
            "把评分公式嵌入已有的考核表，规则写在新的“评分规则”表里。原文件不动，另存一份。",
            "Embed scoring formulas into existing tables; their rules stand on a new sheet 评分规则. The input stays as it "
            "is, a copy is written.",
            (
                "embed 客服部.xlsx --rules 规则.toml -o 输出/客服部.xlsx",
                "embed department.xlsx --rules rules.toml -o out/a.xlsx",
            ),
            ("embed 客服部.xlsx --dry-run", "embed department.xlsx --dry-run"),
            ("embed 部门/ -o 输出/", "embed departments/ -o out/"),
        ),
    )
    def embed_(
        file: Annotated[Path, file_argument()],
        output: Annotated[Path | None, output_option("NAME_评分.xlsx")] = None,
        rules: Annotated[Path | None, rules_option()] = None,
        formulas: Annotated[str | None, formulas_option()] = None,
        period: Annotated[str | None, period_option()] = None,
        anchor: Annotated[
            int | None,
            typer.Option(
                metavar="60|70|100",
                autocompletion=one_of("60", "70", "100"),
                help=say(
                    "没有规则时，达到目标得几分（默认 60）", "without rules: the score of reaching the target (60)"
                ),
            ),
        ] = None,
        cap_score: Annotated[
            str | None,
            typer.Option(
                metavar="literal|full_at_cap",
                autocompletion=one_of("literal", "full_at_cap"),
                help=say(
                    "没有规则时，目标已到顶（100%、零次）达标得几分：literal 70，full_at_cap 100",
                    "without rules: the score of meeting a target that cannot be exceeded (100%, zero cases): 70 or 100",
                ),
            ),
        ] = None,
        replace_scores: Annotated[bool, replace_scores_option()] = False,
        write_protected: Annotated[
            bool,
            typer.Option(
                "--write-protected",
                help=say(
                    "受保护的工作表也写（保护本身不动；默认跳过并列出）",
                    "write into protected sheets too; they stay protected (left alone and listed by default)",
                ),
            ),
        ] = False,
        convert: Annotated[
            bool,
            typer.Option(
                "--convert",
                help=say(".xls、.et 先用 LibreOffice 转成 .xlsx", "turn .xls and .et into .xlsx by LibreOffice first"),
            ),
        ] = False,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
        macros: Annotated[
            bool,
            typer.Option("--macros", help=say("写成带宏和按钮的 .xlsm", "write an .xlsm with macros and buttons")),
        ] = False,
        dry_run: Annotated[bool, dry_run_option()] = False,
        vocabulary: Annotated[Path | None, vocabulary_option()] = None,
        mapping: Annotated[str | None, map_option()] = None,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("embed", file, as_json=as_json):
            from ..workbook.embed import Embedding, embed
            from .excel import embed_with_macros
            from .folders import embed_folder
            from .results import finish_writing

            definition, policy = _chosen_rules(rules, anchor, cap_score)
            words = words_for(vocabulary, mapping)
            if macros and (convert or file.is_dir()):
                zh, en = "--macros 一次处理一个 .xlsx 或 .xlsm", "--macros takes one .xlsx or .xlsm at a time"
                raise UsageError(Message(zh, en))

            def one(path: Path, target: Path | None) -> Embedding:
                if macros:
                    return embed_with_macros(
                        path, target, rules=definition, policy=policy, formulas=formulas, period=period,
                        replace_scores=replace_scores, in_place=in_place, overwrite=force, dry_run=dry_run,
                        vocabulary=words,
                    )  # fmt: skip
                return embed(
                    path, target, rules=definition, policy=policy, formulas=formulas, period=period,
                    replace_scores=replace_scores, write_protected=write_protected, convert=convert,
                    in_place=in_place, overwrite=force, dry_run=dry_run, vocabulary=words,
                )  # fmt: skip

            if file.is_dir():
                embed_folder(file, output, in_place, dry_run, as_json, convert, one)
            finish_writing(file, one(file, output), as_json)


def _chosen_rules(
    rules: Path | None, anchor: int | None, cap_score: str | None
) -> tuple["Definition | None", "Policy | None"]:
    """The rules file and the policy that the options name; they must not contradict each other."""
    from ..definitions import load_definition
    from ..scoring.policies import Policy

    definition = load_definition(rules) if rules is not None else None
    if anchor is None and cap_score is None:
        return definition, None
    option = "--anchor" if anchor is not None else "--cap-score"
    if definition is not None and definition.policy is not None:
        zh = f"{definition.source} 已写明 [policy]，不能再给 {option}；请改规则文件"
        raise UsageError(
            Message(zh, f"{definition.source} has a [policy] of its own: change it there, without {option}")
        )
    try:
        return definition, Policy(cap_score=cap_score or "literal", anchor=60 if anchor is None else anchor)
    except RuleError as problem:
        raise UsageError(problem.message, option) from None


def _add_convert(app: typer.Typer) -> None:
    @app.command(
        "convert",
        cls=Command,
        short_help=say("在普通公式与 KPI_ 函数之间互换", "turn plain formulas into KPI_ functions, or back"),
        help=help_text(
            "在普通公式（native）与 KPI_ 函数（udf）之间互换。原文件不动，另存一份。",
            "Turn plain formulas (native) into KPI_ functions (udf), or back. The input stays as it is, a copy is written.",
            ("convert 客服部_评分.xlsx --formulas udf", "convert department_评分.xlsx --formulas udf"),
        ),
    )
    def convert_(
        file: Annotated[Path, file_argument()],
        formulas: Annotated[str, formulas_option()],
        output: Annotated[Path | None, output_option("NAME_udf.xlsx")] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
        dry_run: Annotated[bool, dry_run_option()] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("convert", file, as_json=as_json):
            from ..workbook.embed import convert
            from .results import finish_writing

            done = convert(file, output, formulas=formulas, in_place=in_place, overwrite=force, dry_run=dry_run)
            finish_writing(file, done, as_json)


def _add_addins(app: typer.Typer) -> None:
    addins = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,
        short_help=say("KPI_ 函数的加载项", "add-ins with the KPI_ functions"),
        help=help_text(
            "KPI_ 函数的加载项。",
            "Add-ins with the KPI_ functions.",
            ("addin libreoffice -o scorecard.oxt", "addin libreoffice -o scorecard.oxt"),
        ),
    )
    app.add_typer(addins, name="addin")

    @addins.command(
        cls=Command,
        short_help=say("LibreOffice Calc 扩展（.oxt）", "an extension for LibreOffice Calc (.oxt)"),
        help=help_text(
            "写出 LibreOffice Calc（25.2 及以上）的扩展，双击即可安装。",
            "Write an extension for LibreOffice Calc 25.2 and later; a double click installs it.",
            ("addin libreoffice -o scorecard.oxt", "addin libreoffice -o scorecard.oxt"),
        ),
    )
    def libreoffice(
        output: Annotated[Path, output_option()] = Path("scorecard.oxt"),
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("addin"):
            from udfs.libreoffice import build

            refuse_existing(output, force)
            path = build(output)
            typer.echo(say(f"已写出 {path}", f"written: {path}"))
