"""`scorecard split`, `merge`, `year` and `team`: one card by several evaluators, several periods, several people."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .failures import errors
from .options import Command, file_argument, force_option, help_text, in_place_option, output_option
from .words import counted, say

if TYPE_CHECKING:
    from ..findings import Finding


def add_to(app: typer.Typer) -> None:
    """Add the commands `split`, `merge`, `year` and `team`."""
    _add_split(app)
    _add_merge(app)
    _add_year(app)
    _add_team(app)


def _add_split(app: typer.Typer) -> None:
    @app.command(
        cls=Command,
        short_help=say("按评价人拆成评分单", "a slip for each evaluator"),
        help=help_text(
            "按评价人（“评价人”栏，没有时看“考核方法”）把一份考核表拆成几份评分单，各人填好后用 merge 合并。",
            "Split a card into slips, one for each evaluator (column 评价人, else what 考核方法 says); merge brings them back.",
            ("split 张三.xlsx -o 评分", "split card.xlsx -o slips"),
        ),
    )
    def split(
        file: Annotated[Path, file_argument()],
        output: Annotated[
            Path,
            typer.Option("-o", "--output", metavar="FOLDER", help=say("写到哪个文件夹", "folder to write to")),
        ],
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("split"):
            from workbooks.evaluators import split as split_card

            slips = split_card(file, output, overwrite=force)
            for slip in slips:
                typer.echo(str(slip))
            typer.echo(say(f"{len(slips)} 份评分单；填好后：", f"{len(slips)} slips; once they are filled in:"))
            typer.echo(f"  scorecard merge {file} {output}/*.xlsx")


def _add_merge(app: typer.Typer) -> None:
    @app.command(
        cls=Command,
        short_help=say("把填好的评分单合并回考核表", "slips back into the card"),
        help=help_text(
            "把填好的评分单合并回原来的考核表。两份评分单不一致、或原表在拆分后改过时，不写文件并指出是哪一项。",
            "Fill the values of slips into the card they were split from. Where two disagree, or the card was changed since, "
            "nothing is written and the item is named.",
            ("merge 张三.xlsx 评分/*.xlsx -o 张三_合并.xlsx", "merge card.xlsx slips/*.xlsx -o merged.xlsx"),
        ),
    )
    def merge(
        file: Annotated[Path, file_argument()],
        slips: Annotated[list[Path], typer.Argument(help=say("填好的评分单", "slips, filled in"), show_default=False)],
        output: Annotated[Path | None, output_option("NAME_合并.xlsx")] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("merge"):
            from workbooks.evaluators import merge as merge_slips

            done = merge_slips(file, slips, output, in_place=in_place, overwrite=force)
            _report(done.findings)
            if any(finding.severity == "error" for finding in done.findings):
                typer.echo(say("没有写文件。", "Nothing was written."), err=True)
                raise typer.Exit(1)
            typer.echo(
                say(
                    f"填入 {done.written} 格，已写出 {done.path}",
                    f"{counted(done.written, 'cell')} filled in, written: {done.path}",
                )
            )
            if done.absent:
                names = "、".join(done.absent)
                typer.echo(say(f"还没有交回评分单：{names}", f"no slip yet from: {names}"))


def _add_year(app: typer.Typer) -> None:
    @app.command(
        cls=Command,
        short_help=say("把一个人各期的考核表合成年度总分", "a person's periods become the year"),
        help=help_text(
            "把一个人各期的考核表（同一模板）合成年度：各期总分写进最近一期的《趋势》和《年度》，按其中的规则得出年度总分。",
            "Put the periods of a person together: their totals go into the sheets 趋势 and 年度 of the latest workbook, whose "
            "rules make the year's total.",
            ("year 张三_2026Q*.xlsx -o 张三_2026.xlsx", "year card_2026Q*.xlsx -o card_2026.xlsx"),
        ),
    )
    def year(
        files: Annotated[
            list[Path], typer.Argument(help=say("各期的考核表", "the workbooks of the periods"), show_default=False)
        ],
        output: Annotated[Path | None, output_option("NAME_年度.xlsx")] = None,
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("year"):
            from workbooks.periods import collect_year

            done = collect_year(files, output, overwrite=force)
            _report(done.findings)
            for label, total, coverage in done.periods:
                typer.echo(
                    say(f"{label}：{total:g}，覆盖率 {coverage:.0%}", f"{label}: {total:g}, coverage {coverage:.0%}")
                )
            if done.total is None:
                typer.echo(say("还没有年度总分", "no total for the year yet"))
            else:
                typer.echo(
                    say(f"年度总分 {done.total:g}，{done.grade}", f"total of the year {done.total:g}, {done.grade}")
                )
            typer.echo(say(f"已写出 {done.path}", f"written: {done.path}"))


def _add_team(app: typer.Typer) -> None:
    @app.command(
        cls=Command,
        short_help=say("经理的指标取自下属的考核表", "a manager's indicator from the team's cards"),
        help=help_text(
            "从下属的考核表汇总一个指标，填入经理的考核表。pooled：按“基数”合并（合格数之和÷总数之和）；mean：各人平均。",
            "Take an indicator from the team's cards into the manager's. pooled: by the column 基数, all good cases over all "
            "cases; mean: the average of the people.",
            (
                "team 主管.xlsx 工程师/*.xlsx --kpi 组内合格率 --from 安装合格率",
                "team manager.xlsx team/*.xlsx --kpi 部门合格率 --from 合格率",
            ),
        ),
    )
    def team(
        manager: Annotated[Path, typer.Argument(help=say("经理的考核表", "the manager's card"), show_default=False)],
        files: Annotated[list[Path], typer.Argument(help=say("下属的考核表", "the team's cards"), show_default=False)],
        kpi: Annotated[
            str, typer.Option("--kpi", metavar="NAME", help=say("经理表中的指标", "the manager's indicator"))
        ],
        source: Annotated[
            str,
            typer.Option(
                "--from",
                metavar="NAME",
                help=say("下属表中的指标；默认同名", "the team's indicator; by default the same name"),
            ),
        ] = "",
        how: Annotated[
            str,
            typer.Option(
                "--how", metavar="HOW", help=say("pooled、mean、sum、min、max", "pooled, mean, sum, min or max")
            ),
        ] = "pooled",
        output: Annotated[Path | None, output_option("NAME_部门.xlsx")] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("team"):
            from workbooks.team import fill_from_team

            done = fill_from_team(
                manager, files, kpi, source=source, how=how, output=output, in_place=in_place, overwrite=force
            )
            _report(done.findings)
            for share in done.shares:
                base = "" if share.base is None else say(f"，基数 {share.base:g}", f", base {share.base:g}")
                typer.echo(f"{share.person or share.file}：{share.actual:g}{base}")
            typer.echo(
                say(
                    f"{kpi}（{done.how}）：{done.value:g}，已写出 {done.path}",
                    f"{kpi} ({done.how}): {done.value:g}, written: {done.path}",
                )
            )


def _report(findings: Sequence["Finding"]) -> None:
    for finding in findings:
        typer.echo(finding.text(), err=True)
