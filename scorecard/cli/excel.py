"""Macro-enabled workbooks on the command line: `scorecard excel …`, and what `embed --macros` adds."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from ..messages import Message
from ..workbook.files import replace_file
from ..workbook.outputs import refuse_existing
from .failures import errors
from .options import Command, Group, force_option, help_text, output_option
from .words import say

if TYPE_CHECKING:
    from ..definitions import Definition
    from ..scoring.policies import Policy
    from ..workbook.embed import Embedding
    from ..workbook.vocabulary import Vocabulary


def add_to(app: typer.Typer) -> None:
    """Add the commands `excel new` and `excel bas`."""
    excel = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,
        short_help=say("带宏的 Excel 工作簿", "macro-enabled workbooks for Excel"),
        help=help_text(
            "在任何系统上写出带宏的 Excel 工作簿；打开它的电脑需要 Windows 版 Excel 和 Python。",
            "Write macro-enabled workbooks on any platform; opening them takes Excel for Windows and Python.",
            ("excel new 考核.xlsm", "excel new scores.xlsm"),
            ("excel bas -o scorecard_kpi.bas", "excel bas -o scorecard_kpi.bas"),
        ),
    )
    app.add_typer(excel, name="excel")

    @excel.command(
        cls=Command,
        short_help=say("新建带 KPI_ 函数和宏的工作簿", "a new workbook with the KPI_ functions and macros"),
        help=help_text(
            "新建 .xlsm：KPI_ 函数、按钮、使用说明，以及每个函数的一个示例。",
            "A new .xlsm with the KPI_ functions, buttons, instructions, and an example of each function.",
            ("excel new 考核.xlsm", "excel new scores.xlsm"),
        ),
    )
    def new(
        file: Annotated[Path, typer.Argument(help=say("要写的 .xlsm", ".xlsm to write"), show_default=False)],
        python: Annotated[
            str,
            typer.Option(
                metavar="PATH",
                help=say(
                    "Excel 所用 python.exe 的路径；默认用 PATH 中的",
                    "the python.exe Excel starts; that of the PATH by default",
                ),
            ),
        ] = "",
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("new", file):
            from udfs.workbook import new_workbook

            from ..workbook.package import Package

            _check_target(file, force)
            Package.open(new_workbook(python), where=file.name).save(file)
            typer.echo(say(f"已写出 {file}", f"written: {file}"))
            typer.echo(say("打开后先看“使用说明”。", "Open it; the first sheet says what is needed."))

    @excel.command(
        cls=Command,
        short_help=say("KPI_ 函数的 VBA 模块（.bas）", "the KPI_ functions as a VBA module (.bas)"),
        help=help_text(
            "写出 VBA 模块，供手工导入：VBA 编辑器 → 文件 → 导入文件。工作簿里还须有 xlwings 的独立模块。",
            "Write the VBA module for importing by hand (VBA editor, File, Import File). The workbook needs the standalone "
            "modules of xlwings too.",
            ("excel bas -o scorecard_kpi.bas", "excel bas -o scorecard_kpi.bas"),
        ),
    )
    def bas(
        output: Annotated[Path, output_option()] = Path("scorecard_kpi.bas"),
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("bas"):
            from udfs.vba import wrapper_module

            refuse_existing(output, force)
            replace_file(output, wrapper_module().source.encode("ascii"))
            typer.echo(say(f"已写出 {output}", f"written: {output}"))


def embed_with_macros(
    file: Path,
    output: Path | None = None,
    *,
    rules: "Path | Definition | None" = None,
    policy: "Policy | None" = None,
    formulas: str | None = None,
    period: str | None = None,
    replace_scores: bool = False,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
    vocabulary: "Vocabulary | None" = None,
) -> "Embedding":
    """`scorecard.workbook.embed.embed` into a macro-enabled workbook: KPI_ functions unless told otherwise, buttons.

    Args:
        file: An .xlsx or .xlsm.
        output: An .xlsm; `NAME_评分.xlsm` beside the input when omitted.
        rules: See `embed`.
        policy: See `embed`.
        period: See `embed`.
        replace_scores: See `embed`.
        formulas: "udf" when omitted.
        in_place: Write into the input, which must be an .xlsm then.
        overwrite: Allow an existing output to be replaced.
        dry_run: Plan only.
        vocabulary: See `embed`.

    Raises:
        UnusableFile, NoTableFound, UsageError: See `embed`; UsageError also for an output that is no .xlsm.
    """
    from udfs.workbook import add_macros

    from ..workbook.embed import embed
    from ..workbook.package import Package

    flavour = formulas or "udf"
    if dry_run:
        return embed(
            file, rules=rules, policy=policy, formulas=flavour, period=period, replace_scores=replace_scores,
            dry_run=True, vocabulary=vocabulary,
        )  # fmt: skip
    if in_place and output is not None:
        raise UsageError(Message("--in-place 与输出文件不能同时给出", "give either an output or in-place, not both"))
    target = file if in_place else output or file.with_name(f"{file.stem}_评分.xlsm")
    if target.is_dir():
        target = target / f"{file.stem}.xlsm"
    _check_target(target, overwrite or in_place)
    if not in_place and target.exists() and os.path.samefile(target, file):
        raise UsageError(
            Message("输出就是输入文件；确要覆盖请用 --in-place", "the output is the input; use --in-place")
        )
    with tempfile.TemporaryDirectory(prefix="scorecard-") as folder:
        done = embed(
            file, Path(folder, file.name), rules=rules, policy=policy, formulas=flavour, period=period,
            replace_scores=replace_scores, vocabulary=vocabulary,
        )  # fmt: skip
    sheets = tuple(dict.fromkeys(table.sheet for table in done.tables))
    data = add_macros(Package.open(done.data, where=file.name), sheets)
    Package.open(data, where=target.name).save(target)
    return replace(done, path=target, data=data)


def _check_target(path: Path, may_replace: bool) -> None:
    if path.suffix.lower() != ".xlsm":
        raise UsageError(
            Message("带宏的工作簿须以 .xlsm 结尾", "a workbook with macros must end in .xlsm"), str(path)
        )  # fmt: skip
    refuse_existing(path, may_replace)
