"""`scorecard check`: 体检, what is wrong or doubtful about the tables of workbooks, and what of it can be put right."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UnusableFile, UsageError
from ..messages import Message
from .codes import explain as explain_code
from .completion import codes
from .failures import SCHEMA, complain, errors, print_json
from .options import (
    Command,
    dry_run_option,
    force_option,
    help_text,
    in_place_option,
    json_option,
    map_option,
    output_option,
    password_option,
    period_option,
    rules_option,
    vocabulary_option,
    words_for,
)
from .words import one_line, say, typed

if TYPE_CHECKING:
    from rich.console import Console

    from ..findings import Finding
    from ..workbook.checkup import Checkup, Noted
    from ..workbook.checkup.mend import Mended
    from ..workbook.checkup.run import Unusable


def add_to(app: typer.Typer) -> None:
    """Add the command `check`."""

    @app.command(
        "check",
        cls=Command,
        short_help=say("体检：考核表有什么问题，怎么改", "check-up: what is wrong with the tables, and how to mend it"),
        help=help_text(
            "体检：逐格检查权重、规则、目标、数字、公式和期间，多张表还互相比较。不加 --fix 或 --sheet 不写文件。",
            "Check-up: weights, rules, targets, numbers, formulas and periods, cell by cell; the cards of a folder are also "
            "compared with each other. Writes nothing without --fix or --sheet.",
            ("check 客服部.xlsx", "check department.xlsx"),
            ("check 部门/ --lines", "check departments/ --lines"),
            ("check 客服部.xlsx --sheet -o 输出/客服部.xlsx", "check department.xlsx --sheet -o out/department.xlsx"),
            ("check 客服部.xlsx --fix text-number --dry-run", "check department.xlsx --fix text-number --dry-run"),
            ("check --explain weights-sum", "check --explain weights-sum"),
        ),
    )
    def check_(
        paths: Annotated[
            list[Path] | None,
            typer.Argument(
                help=say("工作簿（.xlsx、.xlsm、.xls、.et）或文件夹", "workbooks (.xlsx, .xlsm, .xls, .et) or folders"),
                show_default=False,
            ),
        ] = None,
        as_json: Annotated[bool, json_option()] = False,
        lines: Annotated[
            bool,
            typer.Option(
                "--lines",
                help=say(
                    "每条一行，制表符分隔：级别、文件、工作表、单元格、代码、说明",
                    "a line per finding, with tabs: severity, file, sheet, cell, code, sentence",
                ),
            ),
        ] = False,
        only: Annotated[
            list[str] | None,
            typer.Option(
                "--code",
                metavar="CODE",
                help=say("只查这些代码，可多次", "only these codes; may be repeated"),
                autocompletion=codes(),
            ),
        ] = None,
        rules: Annotated[Path | None, rules_option()] = None,
        period: Annotated[str | None, period_option()] = None,
        vocabulary: Annotated[Path | None, vocabulary_option()] = None,
        mapping: Annotated[str | None, map_option()] = None,
        password_file: Annotated[Path | None, password_option()] = None,
        sheet: Annotated[
            bool,
            typer.Option(
                "--sheet",
                help=say("在副本里写一张“体检”表，带链接", "write a sheet 体检 with links, into a copy"),
            ),
        ] = False,
        fix: Annotated[
            list[str] | None,
            typer.Option(
                "--fix",
                metavar="CODE",
                autocompletion=codes(),
                help=say(
                    "按代码修改，只改这些，可多次", "mend the findings of this code, nothing else; may be repeated"
                ),
            ),
        ] = None,
        output: Annotated[Path | None, output_option("NAME_体检.xlsx")] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
        dry_run: Annotated[bool, dry_run_option()] = False,
        explain: Annotated[
            str,
            typer.Option(
                "--explain",
                metavar="CODE|all",
                autocompletion=codes("all"),
                help=say("说明一个代码（all 列出全部）", "explain a code (all: list them)"),
            ),
        ] = "",
    ) -> None:
        single = paths[0] if paths and len(paths) == 1 and not paths[0].is_dir() else None
        with errors("check", single, as_json=as_json):
            if explain:
                explain_code(explain, as_json)
            elif not paths:
                raise UsageError(Message("请给出工作簿或文件夹", "name a workbook or a folder"))
            elif fix or sheet:
                if rules is not None or period is not None or only or password_file is not None:
                    zh = "--fix 和 --sheet 不能与 --code、--rules、--period、--password-file 同用"
                    en = "--fix and --sheet: leave out --code, --rules, --period and --password-file"
                    raise UsageError(Message(zh, en))
                words = words_for(vocabulary, mapping)
                done, left = _mend(paths, output, fix or [], sheet, in_place, force, dry_run, words)
                _finish_mending(done, left, as_json, lines, bool(fix), dry_run)
            elif output is not None or in_place or dry_run:
                zh, en = (
                    "-o、--in-place、--dry-run 要与 --fix 或 --sheet 同用",
                    "-o, --in-place and --dry-run go with --fix or --sheet",
                )
                raise UsageError(Message(zh, en))
            else:
                from ..workbook.checkup import check
                from ..workbook.opening import read_password

                found = check(
                    paths[0] if len(paths) == 1 else paths, rules=rules, period=period, only=only or [],
                    vocabulary=words_for(vocabulary, mapping),
                    password=read_password(password_file) if password_file is not None else None,
                )  # fmt: skip
                _show(found, as_json, lines)
                _exit(found, not only)


# --- results ---------------------------------------------------------------------------------------------------------


def _show(found: "Checkup", as_json: bool, lines: bool) -> None:
    if as_json:
        print_json({**found.to_json(), "schema": SCHEMA})
    elif lines:
        for one in found.noted:
            typer.echo(line_of(one))
    else:
        _show_people(found)
    for failure in found.failures:
        complain(f"{failure.path}: {failure.error.message.text()}")


def line_of(one: "Noted") -> str:
    """A finding on one line for scripts: severity, file, sheet, cell, code, sentence, with tabs between."""
    f = one.finding
    parts = (f.severity, one.file, f.sheet, f.cell, f.code, f.message.text())
    return "\t".join(one_line(part.replace("\t", " "), 2000) for part in parts)


def _exit(found: "Checkup", is_whole: bool) -> None:
    """Status 4 if no file could be used, 3 if there is no table at all, 1 with an error, else 0."""
    if found.failures and not found.files:
        raise typer.Exit(4)
    if found.files and not any(found.tables.values()) and is_whole:
        if len(found.files) == 1:
            complain(f"{Path(found.files[0]).name}: " + say("没有找到考核表", "no assessment table found"))
        raise typer.Exit(3)
    raise typer.Exit(1 if found.has_errors else 0)


def _show_people(found: "Checkup") -> None:
    from rich.text import Text

    from .show import console, print_line

    out = console()
    for file in found.files:
        mine = [one for one in found.noted if one.file == file]
        tables = found.tables.get(file, 0)
        counts = _counts([one.finding for one in mine])
        head = say(f"{tables} 张考核表", f"{tables} table{'s' if tables != 1 else ''}")
        out.print()
        told = counts or say("没有发现问题", "nothing found")
        print_line(
            out, Text.assemble((one_line(Path(file).name), "bold"), say("：", ": ") + head + say("，", ", ") + told)
        )
        _show_sheets(out, mine)
    if len(found.files) > 1:
        out.print()
        total = _counts(list(found.findings)) or say("没有发现问题", "nothing found")
        files = say(f"共 {len(found.files)} 个工作簿：", f"{len(found.files)} workbooks: ")
        print_line(out, files + total, style="bold")
    fixable = list(dict.fromkeys(one.finding.code for one in found.noted if one.fix is not None))
    if fixable:
        target = typed(found.files[0]) if len(found.files) == 1 else say("文件夹", "FOLDER")
        out.print()
        print_line(out, say("带 ✎ 的可以自动修改（另存一份），如：", "What bears a ✎ can be mended (in a copy):"))
        out.print(
            f"  scorecard check {target} --fix {fixable[0]} --dry-run", style="bold", markup=False, soft_wrap=True
        )


def _counts(findings: Sequence["Finding"]) -> str:
    from .show import SEVERITY_WORDS

    numbers = ((word.text(), sum(f.severity == name for f in findings)) for name, word in SEVERITY_WORDS.items())
    return say("，", ", ").join(f"{word} {number}" for word, number in numbers if number)


def _show_sheets(out: "Console", noted: Sequence["Noted"]) -> None:
    """Findings by sheet, those with the worst first; what is said of many cells alike takes one line."""
    from rich.text import Text

    from ..workbook.checkup.groups import gathered
    from .show import SEVERITY_COLORS, SEVERITY_WORDS, cells_text, print_line

    fixable = {one.finding.code for one in noted if one.fix is not None}
    sheets: dict[str, list[Finding]] = {}
    for found in gathered(one.finding for one in noted):
        sheets.setdefault(found.sheet, []).append(found)
    for sheet, mine in sheets.items():
        out.print(Text(f"  {one_line(sheet) or say('整个工作簿', 'the whole workbook')}", style="bold cyan"))
        for found in mine:
            word = SEVERITY_WORDS[found.severity].text()
            place = f"{cells_text(found.cell.split(','))}  " if found.cell else ""
            line = Text.assemble(
                "    ",
                (word, SEVERITY_COLORS[found.severity]),
                "  ",
                (place, "cyan"),
                one_line(found.message.text()),
                (f"  [{found.code}]" + (" ✎" if found.code in fixable else ""), "dim"),
            )
            print_line(out, line, 10)


# --- fixes -----------------------------------------------------------------------------------------------------------


def _mend(
    paths: Sequence[Path],
    output: Path | None,
    fix: Sequence[str],
    sheet: bool,
    in_place: bool,
    force: bool,
    dry: bool,
    vocabulary: Any,
) -> tuple[list["Mended"], list["Unusable"]]:
    """Mend one workbook, or each of several into a folder; of several, also those that cannot be used."""
    from ..workbook.checkup.mend import mend
    from ..workbook.checkup.run import READABLE, Unusable, workbooks_of

    files = workbooks_of(paths, READABLE)
    many = len(files) > 1 or any(path.is_dir() for path in paths)
    if many and output is None and not (in_place or dry):
        zh, en = "多个工作簿请用 -o 文件夹，或 --in-place", "several workbooks: give -o FOLDER, or --in-place"
        raise UsageError(Message(zh, en))
    if many and output is not None and output.suffix.lower() in (".xlsx", ".xlsm"):
        raise UsageError(
            Message("多个工作簿的输出应是文件夹", "the output of several workbooks must be a folder"), str(output)
        )
    done = []
    left = []
    for file in files:
        target = output
        if many and output is not None:
            root = next((path for path in paths if path.is_dir() and file.is_relative_to(path)), file.parent)
            target = output / file.relative_to(root)
        try:
            done.append(
                mend(
                    file, target, fix=fix, sheet=sheet, in_place=in_place, overwrite=force, dry_run=dry,
                    vocabulary=vocabulary,
                )
            )  # fmt: skip
        except UnusableFile as problem:
            if not many:
                raise
            left.append(Unusable(file, problem))
    return done, left


def _finish_mending(
    done: Sequence["Mended"], left: Sequence["Unusable"], as_json: bool, lines: bool, fixes: bool, dry_run: bool
) -> None:
    if as_json:
        findings = [noted.to_json() for one in done for noted in one.after.noted] + [one.to_json() for one in left]
        print_json({"schema": SCHEMA, "files": [_mended_json(one) for one in done], "findings": findings})
    elif lines:
        for one in done:
            for noted in one.after.noted:
                typer.echo(line_of(noted))
    else:
        for one in done:
            _show_mended(one, fixes, dry_run)
    for failure in left:
        complain(f"{failure.path}: {failure.error.message.text()}")
    if left and not done:
        raise typer.Exit(4)
    raise typer.Exit(1 if left or any(one.after.has_errors for one in done) else 0)


def _mended_json(one: "Mended") -> dict[str, Any]:
    return {
        "file": one.before.files[0],
        "output": str(one.path) if one.path else None,
        "recalculated": one.recalculated,
        "edits": [
            {"cell": f"{e.sheet}!{e.cell}", "formula": e.formula, "value": e.value, "what": e.what.text()}
            for e in one.edits
        ],
    }


def _show_mended(one: "Mended", fixes: bool, dry_run: bool) -> None:
    from .show import console, print_line, show_plan

    out = console()
    name = Path(one.before.files[0]).name
    if dry_run and one.edits:
        show_plan(out, one.edits)
    number = len(one.edits)
    parts = []
    if fixes:
        parts.append(say(f"修改 {number} 格", f"{number} cell{'s' if number != 1 else ''} mended"))
        if one.recalculated:
            parts.append(say("重新计算", "recalculated"))
    before, after = (_counts(list(c.findings)) or say("没有问题", "nothing") for c in (one.before, one.after))
    parts.append(
        say(f"原有：{before}", f"before: {before}") + (say(f"；现在：{after}", f"; now: {after}") if fixes else "")
    )
    print_line(out, f"{one_line(name)}{say('：', ': ')}" + say("；", "; ").join(parts))
    if dry_run:
        line = say(
            "以上只是计划，没有写文件。去掉 --dry-run 即写出。",
            "Only a plan: nothing was written; leave out --dry-run to write.",
        )
        print_line(out, line, style="bold")
    elif one.path is not None:
        print_line(out, say(f"已写出 {one.path}", f"written: {one.path}"), style="bold")
