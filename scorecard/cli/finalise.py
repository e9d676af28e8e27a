"""`scorecard finalise`: an approved card becomes values with a date and a hash; `--verify` says what was changed since."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from ..messages import Message
from .failures import SCHEMA, errors, print_json
from .options import Command, file_argument, help_text, in_place_option, json_option, output_option
from .words import counted, one_line, say, typed

if TYPE_CHECKING:
    from ..workbook.finalise import Finalised
    from ..workbook.verification import Verification


def add_to(app: typer.Typer) -> None:
    """Add the command `finalise`."""

    @app.command(
        cls=Command,
        short_help=say("定稿：公式换成数值，记下日期和校验码", "freeze an approved card: values, date and hash"),
        help=help_text(
            "定稿：重新计算后，把考核表和评分规则里的公式换成数值，另加“定稿”表，写明日期、SHA-256 和结果所依据的每个单元格。"
            "未完成的表不定稿。--verify 核对定稿后有没有改动（有改动时退出码为 1）。原文件不动，另存一份。",
            "Freeze approved cards: after a recalculation, formulas of the tables and of the rule sheet become values, and a "
            "sheet 定稿 states the date, a SHA-256 and every cell the result rests on. Incomplete cards are refused. --verify "
            "says what was changed since (exit status 1). The input stays as it is, a copy is written.",
            ("finalise 客服部_评分.xlsx --date 2026-12-31", "finalise department_评分.xlsx --date 2026-12-31"),
            ("finalise --verify 客服部_评分_定稿.xlsx", "finalise --verify department_评分_定稿.xlsx"),
        ),
    )
    def finalise(
        file: Annotated[Path, file_argument()],
        output: Annotated[Path | None, output_option("NAME_定稿.xlsx")] = None,
        date: Annotated[
            str | None,
            typer.Option("--date", metavar="YYYY-MM-DD", help=say("定稿日期，默认今天", "the date; today by default")),
        ] = None,
        verify: Annotated[
            bool,
            typer.Option("--verify", help=say("核对一份定稿，不写文件", "check a finalised workbook, write nothing")),
        ] = False,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[
            bool,
            typer.Option(
                "--force",
                help=say(
                    "未完成或无法重算的表也定稿；允许覆盖已有的输出文件",
                    "also incomplete cards and ones that cannot be recalculated; replace an output that exists",
                ),
            ),
        ] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("finalise", file, as_json=as_json):
            from ..workbook.finalise import finalise
            from ..workbook.verification import verify as check

            if verify:
                if output is not None or date is not None or in_place:
                    zh, en = (
                        "--verify 只核对，不能与写文件的选项同用",
                        "--verify only checks; leave out what is about writing",
                    )
                    raise UsageError(Message(zh, en))
                _finish_verify(check(file), file, as_json)
            done = finalise(file, output, date=date, force=force, in_place=in_place, overwrite=force)
            _finish(file, done, as_json)


def _finish(file: Path, done: "Finalised", as_json: bool) -> None:
    from ..findings import finding_json
    from .cards import show_heading, show_results
    from .show import console, print_line, show_findings

    name = done.path.name if done.path else file.name
    if as_json:
        document = {
            "schema": SCHEMA,
            "file": str(file),
            "output": str(done.path) if done.path else None,
            "date": done.date,
            "sha256": done.digest,
            "frozen": done.frozen,
            "unchanged": True,
            "changes": [],
            "findings": [finding_json(f) for f in done.findings],
        }
        print_json(document)
    else:
        out = console()
        for card in done.cards:
            show_heading(out, card, name)
            show_results(out, card)
        show_findings(out, [f for f in done.findings if f.severity != "info"], name)
        out.print()
        print_line(out, say(f"已定稿 {done.path}", f"finalised: {done.path}"), style="bold")
        print_line(
            out,
            say(
                f"日期 {done.date}，{done.frozen} 个公式换成了数值；SHA-256（请抄在签字件上）：",
                f"date {done.date}, {counted(done.frozen, 'formula')} became values; SHA-256, to be written on the signed print:",
            ),
        )
        out.print(f"  {done.digest}", markup=False, soft_wrap=True)
    raise typer.Exit(1 if any(f.severity == "error" for f in done.findings) else 0)


def _finish_verify(result: "Verification", file: Path, as_json: bool) -> None:
    from .show import console, print_line

    if as_json:
        document = {
            "schema": SCHEMA,
            "file": str(file),
            "output": None,
            "date": result.date,
            "sha256": result.digest,
            "frozen": None,
            "unchanged": result.is_unchanged,
            "changes": [
                {
                    "cell": f"{d.sheet}!{d.cell}" if d.cell else d.sheet,
                    "old": d.old or None,
                    "new": d.new or None,
                    "message": d.message.text(),
                }
                for d in result.differences
            ],
            "findings": [],
        }
        print_json(document)
        raise typer.Exit(0 if result.is_unchanged else 1)
    out = console()
    if result.is_unchanged:
        line = say(
            f"{file.name}：{result.date} 定稿后没有改动。",
            f"{file.name}: unchanged since it was finalised on {result.date}.",
        )
        print_line(out, line, style="bold")
    else:
        count = len(result.differences)
        line = say(
            f"{file.name}：{result.date} 定稿后有改动，{count} 处：",
            f"{file.name}: changed since it was finalised on {result.date}, {count} cell{'s' if count != 1 else ''}:",
        )
        print_line(out, line, style="bold red")
        for one in result.differences:
            where = f"{one.sheet}!{one.cell}" if one.cell else one.sheet
            print_line(out, f"  {one_line(where)}: {one_line(one.message.text())}")
        if not result.is_register_intact:
            print_line(
                out,
                say(
                    "  定稿登记表本身被改动，与 SHA-256 不符",
                    "  the register itself was changed: it does not match its SHA-256",
                ),
            )
    print_line(out, f"SHA-256 {result.digest}", style="dim")
    if not result.is_unchanged:
        line = say("与定稿前的文件逐项对照：", "To compare with the file before:")
        print_line(out, line)
        out.print(f"  scorecard diff … {typed(str(file))}", style="bold", markup=False, soft_wrap=True)
    raise typer.Exit(0 if result.is_unchanged else 1)
