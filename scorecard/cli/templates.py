"""`scorecard template`: the bundled scorecards, listed, and forms made from them, for one person or a whole roster."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from ..messages import Message
from ..workbook.outputs import refuse_ending, refuse_existing
from . import completion
from .failures import SCHEMA, errors, print_json
from .options import (
    Command,
    Group,
    force_option,
    formulas_option,
    help_text,
    json_option,
    output_option,
    period_option,
)
from .words import counted, say, typed


def add_to(app: typer.Typer) -> None:
    """Add the commands `template list` and `template new`."""
    templates = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,
        short_help=say("考核表模板：列出、新建", "scorecard templates: list, new"),
        help=help_text(
            "考核表模板：列出，或按模板新建一份，或按花名册新建一个部门的。",
            "Scorecard templates: list them, or make a new scorecard from one, or those of a whole department.",
            ("template list", "template list"),
            ("template new 001 -o 张三.xlsx", "template new 001 -o card.xlsx"),
        ),
    )
    app.add_typer(templates, name="template")
    _add_list(templates)
    _add_new(templates)


def _add_list(templates: typer.Typer) -> None:
    @templates.command(
        "list",
        cls=Command,
        help=help_text("列出模板。", "List the templates.", ("template list", "template list")),
    )
    def list_(as_json: Annotated[bool, json_option()] = False) -> None:
        with errors("list", as_json=as_json):
            from workbooks.templates import templates as known

            found = [{"id": t.id, "title": t.title, "position": t.position, "file": t.path.name} for t in known()]
            if as_json:
                print_json({"schema": SCHEMA, "templates": found})
                return
            for entry in found:
                typer.echo(f"{entry['id']}  {entry['title']}")
            command = "scorecard template new 001 -o " + say("张三.xlsx", "card.xlsx")
            typer.echo("\n" + say("新建一份：", "Make one: ") + command)


def _add_new(templates: typer.Typer) -> None:
    @templates.command(
        "new",
        cls=Command,
        help=help_text(
            "按模板新建一份空白考核表，填上实际值就会自己算分；给出花名册（有“姓名”“岗位”两列）时，为每个人建一份。",
            "Make a blank scorecard from a template; it grades itself once the actuals are filled in. With a roster (columns "
            "姓名 and 岗位), one for each person.",
            (
                "template new 001 --period 2026Q4 --person 张三 -o 张三.xlsx",
                "template new 001 --period 2026Q4 -o card.xlsx",
            ),
            ("template new 我的岗位.toml -o 张三.xlsx", "template new my-position.toml -o card.xlsx"),
            (
                "template new --roster 花名册.xlsx --period 2026Q4 -o 考核表",
                "template new --roster roster.xlsx --period 2026Q4 -o forms",
            ),
        ),
    )
    def new(
        output: Annotated[Path, output_option()],
        position: Annotated[
            str,
            typer.Argument(
                help=say("模板编号、岗位，或自己的 TOML 文件", "template id, position, or your own TOML file"),
                show_default=False,
                autocompletion=completion.templates(),
            ),
        ] = "",
        person: Annotated[str, typer.Option(metavar="NAME", help=say("被考核人", "who is assessed"))] = "",
        period: Annotated[str, period_option()] = "",
        roster: Annotated[
            Path | None,
            typer.Option(
                metavar="XLSX",
                help=say("花名册：每人一份，-o 为文件夹", "a roster: a form for each person, -o is a folder"),
            ),
        ] = None,
        formulas: Annotated[str, formulas_option()] = "native",
        force: Annotated[bool, force_option()] = False,
    ) -> None:
        with errors("new"):
            from ..scoring.periods import parse_period
            from ..workbook.formplan import FLAVOURS

            if formulas not in FLAVOURS:
                zh, en = f"公式类型“{formulas}”无效（native 或 udf）", f'formulas "{formulas}": native or udf'
                raise UsageError(Message(zh, en))
            if period and parse_period(period) is None:
                zh, en = (
                    f"周期“{period}”看不懂；请写成 季度、2026Q4、2026H1 或 2026-08",
                    f'period "{period}" is not understood',
                )
                raise UsageError(Message(zh, f"{en}; write 季度, 2026Q4, 2026H1 or 2026-08"))
            if roster is not None:
                if person:
                    raise UsageError(
                        Message("--roster 与 --person 不能同时给出", "give either --roster or --person, not both")
                    )
                _for_roster(roster, output, position, period, formulas, force)
            elif position:
                _for_one(position, output, person, period, formulas, force)
            else:
                raise UsageError(
                    Message(
                        "要给出模板编号或岗位，或用 --roster 给出花名册",
                        "name a template or a position, or give a --roster",
                    )
                )


def _for_one(position: str, output: Path, person: str, period: str, formulas: str, force: bool) -> None:
    from workbooks.build import build, load

    from ..definitions import load_definition
    from ..workbook.package import Package

    refuse_ending(output, ".xlsx")
    refuse_existing(output, force)
    definition = load_definition(position) if position.endswith(".toml") else load(position)
    Package.open(build(definition, person=person, period=period, formulas=formulas)).save(output)
    typer.echo(say(f"已写出 {output}", f"written: {output}"))
    typer.echo(
        say(
            f"下一步：打开填写实际值；也可以看看它现在的样子：scorecard inspect {typed(output)}",
            f"Next: open it and fill in the actuals; scorecard inspect {typed(output)} shows what it holds.",
        )
    )


def _for_roster(roster: Path, folder: Path, position: str, period: str, formulas: str, force: bool) -> None:
    from workbooks.roster import make_forms, read_roster
    from workbooks.templates import load

    from ..definitions import load_definition

    people = read_roster(roster)
    own = {}
    if position:
        # One definition for everybody on the roster, whatever their position is called there.
        definition = load_definition(position) if position.endswith(".toml") else load(position)
        own = {person.position: definition for person in people}
    paths = make_forms(people, folder, period=period, formulas=formulas, overwrite=force, definitions=own)
    for path in paths:
        typer.echo(str(path))
    typer.echo(say(f"已为 {len(paths)} 人建表，写在 {folder}", f"{counted(len(paths), 'form')} written to {folder}"))
