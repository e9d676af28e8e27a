"""`scorecard consolidate`: a folder of department workbooks becomes one summary."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from ..messages import Message
from ..scoring.values import read, show
from ..workbook.outputs import refuse_existing
from .completion import one_of
from .failures import complain, errors, print_json
from .options import (
    Command,
    force_option,
    help_text,
    json_option,
    map_option,
    password_option,
    period_option,
    rules_option,
    vocabulary_option,
    words_for,
)
from .words import counted, one_line, say

if TYPE_CHECKING:
    from ..consolidation.consolidation import Consolidation, Progress
    from ..consolidation.history import Run

# Of each kind of trouble so many lines are shown; the workbook and --json list all.
_SHOWN = 4


def add_to(app: typer.Typer) -> None:
    """Add the command `consolidate`."""

    @app.command(
        "consolidate",
        cls=Command,
        short_help=say("汇总部门交来的考核表", "put department workbooks together"),
        help=help_text(
            "汇总文件夹里的考核表：每人得分、等级、排名，没有计入的逐条列出原因。有没计入的，退出码为 1。",
            "Put the assessment tables of a folder together: scores, grades, ranks, and whatever was not taken, with the "
            "reason. Exit status 1 if something was not taken.",
            ("consolidate 部门/ -o 汇总.xlsx", "consolidate departments/ -o summary.xlsx"),
            (
                "consolidate 部门/ --period 2026Q3 --roster 名单.xlsx -o 汇总.xlsx",
                "consolidate departments/ --period 2026Q3 --roster roster.xlsx",
            ),
        ),
    )
    def consolidate_(
        paths: Annotated[list[Path], typer.Argument(help=say("文件夹或文件", "folders or files"), show_default=False)],
        output: Annotated[
            Path | None,
            typer.Option(
                "-o", "--output", metavar="FILE",
                help=say("写到哪个 .xlsx（或 .csv 名单），文件夹会自动建立", "the .xlsx to write (or a .csv list of people)"),
            ),
        ] = None,
        period: Annotated[str | None, period_option(is_whole=True)] = None,
        roster: Annotated[
            Path | None,
            typer.Option("--roster", metavar="FILE", help=say("花名册，列出谁没有交", "a roster, to list who is missing")),
        ] = None,
        hierarchy: Annotated[
            Path | None,
            typer.Option(
                "--hierarchy", metavar="FILE",
                help=say("岗位与上级（.xlsx 或 .toml），算团队结果", "positions and superiors (.xlsx, .toml), for teams"),
            ),
        ] = None,
        rules: Annotated[Path | None, rules_option()] = None,
        vocabulary: Annotated[Path | None, vocabulary_option()] = None,
        mapping: Annotated[str | None, map_option()] = None,
        password_file: Annotated[Path | None, password_option()] = None,
        keep: Annotated[
            str,
            typer.Option(
                metavar="first|last",
                autocompletion=one_of("first", "last"),
                help=say("同一人有几张表时计哪一张（按文件名顺序）", "of several tables of one person, which one counts"),
            ),
        ] = "first",
        history: Annotated[
            str | None,
            typer.Option(
                metavar="DB",
                help=say(
                    "记入历史库（SQLite 文件或 SQLAlchemy 地址），同一期重做即替换",
                    "record in a history (SQLite file or SQLAlchemy address); a period done again is replaced",
                ),
            ),
        ] = None,
        pseudonymise: Annotated[
            Path | None,
            typer.Option(
                "--pseudonymise", metavar="KEYFILE",
                help=say(
                    "姓名、工号、文件名换成代号，便于外发；密钥文件没有时自动建立",
                    "codes instead of names, numbers and files, for sharing; the key file is made if missing",
                ),
            ),
        ] = None,
        quotas: Annotated[
            str | None,
            typer.Option(
                metavar="优=10%,良=30%,…", help=say("强制分布的比例，最好的等级在前", "quotas of the forced distribution"),
            ),
        ] = None,
        csv: Annotated[
            Path | None,
            typer.Option(metavar="FOLDER", help=say("另把各表写成 CSV", "also write all tables as CSV")),
        ] = None,
        processes: Annotated[
            int | None,
            typer.Option(min=1, metavar="N", help=say("用几个进程读取", "processes to read with"), show_default=False),
        ] = None,
        force: Annotated[bool, force_option()] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:  # fmt: skip
        with errors("consolidate", as_json=as_json):
            from ..consolidation import consolidate
            from ..consolidation.output import check_output
            from ..workbook.opening import read_password

            shares = _shares(quotas) if quotas is not None else None
            if output is not None:
                # Before minutes of reading, not after them.
                check_output(output)
                refuse_existing(output, force)
            with _progress(as_json) as progress:
                done = consolidate(
                    paths, period=period, roster=roster, rules=rules, hierarchy=hierarchy, keep=keep, processes=processes,
                    skip=[output] if output is not None else [], progress=progress,
                    vocabulary=words_for(vocabulary, mapping),
                    password=read_password(password_file) if password_file is not None else None,
                )  # fmt: skip
            if pseudonymise is not None:
                from ..consolidation.pseudonym import load_key
                from ..consolidation.pseudonym import pseudonymise as without_names

                done = without_names(done, load_key(pseudonymise))
            recorded = None
            if history is not None:
                from ..consolidation.history import record

                recorded = record(done, history)
            if output is not None:
                done.save(output, quotas=shares, history=history)
            if csv is not None:
                from ..consolidation.output import save_tables

                save_tables(done, csv)
            if as_json:
                print_json(done.to_json())
            else:
                _show(done, output)
                if recorded is not None:
                    _show_run(recorded)
            raise typer.Exit(1 if done.set_aside else 0)


@contextmanager
def _progress(as_json: bool) -> Iterator["Progress | None"]:
    """A bar on stderr, on a terminal only; it names no file, because file names hold names of people."""
    from .show import console

    terminal = console(stderr=True)
    if as_json or not terminal.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task(say("读取", "reading"), total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


def _show(done: "Consolidation", output: Path | None) -> None:
    from .show import console, print_line, table

    out, summary = console(), done.summary
    people, complete = summary["people"], summary["complete"]
    head = [
        say(f"{summary['files']} 个文件", counted(summary["files"], "file")),
        say(f"{summary['cards']} 张考核表", counted(summary["cards"], "table")),
        say(f"{people} 人，完成 {complete}", f"{people} {'person' if people == 1 else 'people'}, {complete} complete"),
    ]
    if summary["mean"] is not None:
        average = show(round(summary["mean"], 2))
        head.append(say(f"平均 {average}", f"mean {average}"))
    title = say("汇总", "Summary") + (f" {summary['period']}" if summary["period"] else "")
    print_line(out, title + say("：", ": ") + say("，", ", ").join(head), style="bold")
    if summary["departments"]:
        grid = table(
            (say("部门", "department"), "left"), (say("人数", "people"), "right"), (say("完成", "complete"), "right"),
            (say("平均", "mean"), "right"),
        )  # fmt: skip
        for one in summary["departments"]:
            mean = "" if one["mean"] is None else f"{one['mean']:.2f}"
            name = one_line(one["department"] or say("（未注明）", "(none)"), 40)
            grid.add_row(name, str(one["people"]), str(one["complete"]), mean)
        out.print(grid)
    graded = {label: count for label, count in summary["grades"].items() if count}
    if graded:
        listed = "  ".join(f"{one_line(label, 20)} {count}" for label, count in graded.items())
        print_line(out, say("等级：", "Grades: ") + listed)
    _list(say("没有交表", "no table"), [_person(one) for one in summary["missing"]])
    waiting = done.people[done.people["status"] == "incomplete"]
    _list(say("未完成", "incomplete"), [f"{p.person or p.file} {p.filled}/{p.applicable}" for p in waiting.itertuples()])
    for finding in _first([n for n in done.notices if n.severity != "info"]):
        print_line(out, finding, style="yellow")
    for line in _first(done.set_aside):
        print_line(out, say("没有计入：", "not taken: ") + line, style="red")
    if output is not None:
        print_line(out, say(f"已写出 {output}", f"written: {output}"), style="bold")
    else:
        print_line(out, say("加 -o 汇总.xlsx 写出汇总工作簿。", "Add -o summary.xlsx to write the summary workbook."))
    if count := len(done.set_aside):
        # What a scheduler keeps as its log names nobody.
        complain(say(f"没有计入 {count} 处", f"{count} not taken"))


def _show_run(run: "Run") -> None:
    from .show import console, print_line

    zh, en = f"历史：已记入 {run.period}，{run.people} 人", f"history: {run.period} recorded, {run.people} people"
    if run.former is not None:
        zh = f"历史：{run.period} 已替换，原 {run.former} 人，现 {run.people} 人"
        en = f"history: {run.period} replaced, {run.former} people before, {run.people} now"
    # Fewer than before is hardly ever meant: a wrong folder, or one file instead of all.
    print_line(console(), say(zh, en), style="yellow" if (run.former or 0) > run.people else "bold")


def _shares(text: str) -> dict[str, float]:
    """优=10%,良=30% as fractions."""
    found: dict[str, float] = {}
    for part in re.split(r"[,，;；、]", text):
        label, sign, share = part.replace("＝", "=").partition("=")
        number = read(share).number
        if not sign or number is None:
            zh = f"“{part}”看不懂；请写成 优=10%,良=30%,…"
            raise UsageError(Message(zh, f'"{part}": write 优=10%,良=30%,…'), "--quotas")
        found[label.strip()] = number
    total = sum(found.values())
    if abs(total - 1) > 1e-6:
        hint = ("，百分数请带 %", "; percentages need their %") if abs(total - 100) < 1e-6 else ("", "")
        example = "优=10%,良=30%,…"
        zh = f"比例合计 {show(total, True)}，应为 100%{hint[0]}；写法如 {example}"
        en = f"the quotas sum to {show(total, True)}, not 100%{hint[1]}; write {example}"
        raise UsageError(Message(zh, en), "--quotas")
    return found


def _person(one: dict[str, Any]) -> str:
    return " ".join(part for part in (one["department"], one["person"], one["staff_id"]) if part)


def _list(title: str, names: list[str]) -> None:
    from .show import console, print_line

    if names:
        more = say(f" 等 {len(names)} 人", f" and {len(names) - 12} more") if len(names) > 12 else ""
        print_line(
            console(), f"{title}{say('：', ': ')}" + say("、", ", ").join(one_line(n, 40) for n in names[:12]) + more
        )


def _first(notices: Any) -> list[str]:
    """One line for each sentence, with the cells it is about; of the same code only the first few."""
    from .show import cells_text

    merged: dict[tuple[str, str, str, str], list[str]] = {}
    for n in notices:
        cells = merged.setdefault((n.code, n.file, n.sheet, n.message.text()), [])
        cells += [n.cell] if n.cell else []
    counts: dict[str, int] = {}
    lines = []
    for (code, file, sheet, sentence), cells in merged.items():
        counts[code] = counts.get(code, 0) + 1
        if counts[code] <= _SHOWN:
            where = "!".join(part for part in (file, sheet, cells_text(cells)) if part)
            lines.append(f"{where}: {sentence}  [{code}]")
    rest = {code: count - _SHOWN for code, count in counts.items() if count > _SHOWN}
    lines += [say(f"另有 {n} 处同类（{code}）", f"{n} more like this ({code})") for code, n in rest.items()]
    return lines
