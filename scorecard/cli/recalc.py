"""`scorecard recalc`: workbooks, folders and addresses brought up to date, with progress, report and exit status."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
import json
import os
import sys
import time
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from ..findings import finding_json
from ..messages import Message
from .failures import SCHEMA, complain, errors, json_value, print_json
from .options import Command, help_text, json_option
from .words import one_line, say, typed

if TYPE_CHECKING:
    from ..batch import Outcome, Summary
    from ..batch.run import Batch

# Of so many workbooks the changed cells are shown; of more, only the counts.
_SHOWN = 20
# So many lines about what is wrong; the rest is counted.
_COMPLAINTS = 50


def add_to(app: typer.Typer) -> None:
    """Add the command `recalc`."""

    @app.command(
        cls=Command,
        short_help=say("重新计算工作簿或文件夹", "recalculate workbooks or folders"),
        help=help_text(
            "重新计算工作簿（或文件夹、通配符、s3:// 等地址）里的公式，就地更新其中存的值，其他字节不动。随时可以中断；"
            "没有变过的工作簿会认出并跳过。",
            "Recalculate workbooks (or folders, patterns, addresses such as s3://…): the values stored in them are "
            "brought up to date in place, nothing else changes. May be interrupted at any time; what has not changed since "
            "it was last brought up to date is recognised and skipped.",
            ("recalc 部门/", "recalc departments/"),
            ("recalc --check 客服部.xlsx", "recalc --check department.xlsx"),
            (
                "recalc 部门/ --backup 备份 --jsonl > 结果.jsonl",
                "recalc departments/ --backup old --jsonl > done.jsonl",
            ),
            ("recalc 部门/ --resume", "recalc departments/ --resume"),
        ),
    )
    def recalc(
        paths: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="PATHS...",
                help=say("文件、文件夹、通配符或地址", "files, folders, patterns or addresses"),
                show_default=False,
            ),
        ] = None,
        check: Annotated[
            bool,
            typer.Option(
                "--check",
                help=say("只检查，不写；有过期值时退出码为 1", "change nothing; exit 1 if something is stale"),
            ),
        ] = False,
        jobs: Annotated[
            int,
            typer.Option(
                "--jobs",
                "-j",
                metavar="N",
                show_default=False,
                help=say(
                    "进程数；默认按处理器数，少于 200 个文件时为 1",
                    "processes; one for each processor by default, and one for fewer than 200 files",
                ),
            ),
        ] = 0,
        strict: Annotated[
            bool,
            typer.Option(
                "--strict",
                help=say(
                    "有单元格无法计算时不写该文件，并算作错误",
                    "a workbook with a cell that cannot be computed is an error and not written",
                ),
            ),
        ] = False,
        as_of: Annotated[
            str,
            typer.Option(
                "--as-of",
                metavar="DATE",
                help=say(
                    "TODAY、NOW 按此时刻，如 2026-03-31 或 2026-03-31T18:00",
                    "the moment for TODAY and NOW: 2026-03-31 or 2026-03-31T18:00",
                ),
            ),
        ] = "",
        backup: Annotated[
            str,
            typer.Option(
                "--backup",
                metavar="DIR",
                help=say(
                    "先把旧文件存到这里，每次运行一个子文件夹", "keep the old files here, in a folder for each run"
                ),
            ),
        ] = "",
        resume: Annotated[
            bool,
            typer.Option(
                "--resume",
                help=say(
                    "接着上次中断的任务；可不写路径", "continue the run that was interrupted; paths may be left out"
                ),
            ),
        ] = False,
        fresh: Annotated[
            bool,
            typer.Option(
                "--fresh",
                help=say("全部重新计算，不用也不留记录", "compute everything, use and keep no memory of earlier runs"),
            ),
        ] = False,
        dask: Annotated[
            str,
            typer.Option("--dask", metavar="ADDRESS|local", help=say("在 Dask 集群上运行", "run on a Dask cluster")),
        ] = "",
        as_json: Annotated[bool, json_option()] = False,
        jsonl: Annotated[
            bool,
            typer.Option(
                "--jsonl",
                help=say("在标准输出为每个工作簿打印一行 JSON", "print one line of JSON for each workbook on stdout"),
            ),
        ] = False,
    ) -> None:
        with errors("recalc", as_json=as_json):
            from ..batch import Settings
            from ..batch.run import Batch
            from ..hosts import memory_path

            if as_json and jsonl:
                raise UsageError(Message("--json 与 --jsonl 只能用一个", "use --json or --jsonl, not both"))
            if fresh and resume:
                raise UsageError(Message("--fresh 与 --resume 只能用一个", "use --fresh or --resume, not both"))
            if not paths and not resume:
                raise UsageError(Message("请给出要计算的文件或文件夹", "name files or folders"))
            settings = Settings(check, strict, _moment(as_of), backup, "" if fresh else memory_path())
            batch = Batch(paths or [], settings, jobs=jobs, dask=dask, resume=resume)
            _run(batch, as_json, jsonl)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        zh, en = (
            f"--as-of“{text}”看不懂，请写成 2026-03-31 或 2026-03-31T18:00 这样",
            f"--as-of {text}: write 2026-03-31 or 2026-03-31T18:00",
        )
        raise UsageError(Message(zh, en)) from None
    return found.astimezone().replace(tzinfo=None) if found.tzinfo else found


def _run(batch: "Batch", as_json: bool, jsonl: bool) -> None:
    from ..batch import Summary
    from ..batch.progress import bar

    started = time.perf_counter()
    summary, entries, lines = Summary(), [], _Lines(batch.settings.check, as_json or jsonl)
    shows = sys.stderr.isatty() and len(batch) > 1
    try:
        with bar(len(batch)) if shows else nullcontext(None) as step:
            for outcome in batch:
                summary.add(outcome)
                if jsonl:
                    sys.stdout.write(json.dumps(jsonl_entry(outcome), ensure_ascii=False, allow_nan=False) + "\n")
                elif as_json:
                    entries.append(recalc_entry(outcome))
                lines.add(outcome)
                if step is not None:
                    step(outcome)
    except KeyboardInterrupt:
        # Every file is whole, and what was done is remembered.
        done = f"{summary.total}/{len(batch)}"
        zh = f"已中断，完成 {done}；接着做：scorecard recalc --resume"
        en = f"interrupted, {done} done; to continue: scorecard recalc --resume"
        complain(say(zh, en) if batch.settings.memory else say(f"已中断，完成 {done}", f"interrupted, {done} done"))
        raise
    if as_json:
        print_json({"schema": SCHEMA, "check": batch.settings.check, "workbooks": entries, "findings": []})
    lines.finish(summary, batch, time.perf_counter() - started)
    raise typer.Exit(summary.exit_status)


def recalc_entry(outcome: "Outcome") -> dict[str, Any]:
    """A workbook as `recalc --json` lists it: each value that changed, each cell that was not computed."""
    return {
        "file": printable(outcome.file),
        "status": outcome.status,
        "stale": None if outcome.status in ("failed", "skipped") else outcome.is_stale,
        "changed": [
            {"cell": f"{c.sheet}!{c.cell}", "old": json_value(c.old), "new": json_value(c.new)} for c in outcome.changes
        ],
        "kept": [{"cell": f"{k.sheet}!{k.cell}", "reason": k.reason.text()} for k in outcome.kept_cells],
        "findings": _findings(outcome),
    }


def _findings(outcome: "Outcome") -> list[dict[str, Any]]:
    """What was noticed about a workbook, and why it could not be used."""
    found = [finding_json(finding) for finding in outcome.findings]
    if outcome.error is not None:
        message = outcome.error.message.text()
        found.append({"code": "unusable-file", "severity": "error", "cell": "", "message": message})
    return found


def jsonl_entry(outcome: "Outcome") -> dict[str, Any]:
    """A workbook as one line of `--jsonl`: counts, not cells."""
    return {
        "schema": SCHEMA,
        "file": printable(outcome.file),
        "status": outcome.status,
        "changed": outcome.changed,
        "kept": outcome.kept,
        "findings": _findings(outcome),
        "seconds": round(outcome.seconds, 6),
    }


def printable(name: str) -> str:
    """A name as text that can be written anywhere: bytes that are no UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class _Lines:
    """What is shown for people while the batch runs and at its end; on stderr when stdout is for a program."""

    def __init__(self, check: bool, quiet: bool) -> None:
        from .show import console

        self.check, self.quiet = check, quiet
        self.out = console(stderr=quiet)
        self.stale: list[str] = []
        self._told = self._left = self._complained = 0

    def add(self, outcome: "Outcome") -> None:
        """Tell what is worth telling about one workbook."""
        from .show import print_line, show_findings

        name = one_line(printable(outcome.file))
        if outcome.error is not None:
            self._complain(f"{name}: {outcome.error.message.text()}")
            return
        if outcome.status == "stale" and len(self.stale) <= _SHOWN:
            self.stale.append(outcome.file)
        if self.quiet:
            return
        if not outcome.changed and not outcome.findings:
            return
        if self._told >= _SHOWN and not outcome.has_errors or self._told >= _COMPLAINTS:
            self._left += 1
            return
        self._told += 1
        if outcome.changed:
            count = outcome.changed
            shown = ", ".join(f"{c.sheet}!{c.cell}" for c in outcome.changes[:3]) + ("…" if count > 3 else "")
            told = (
                say(f"{count} 个值已过期", f"{count} stale")
                if self.check
                else say(f"更新了 {count} 个值", f"{count} updated")
            )
            print_line(self.out, f"{name}: {told}" + (f" ({shown})" if outcome.changes else ""))
        show_findings(self.out, outcome.findings, name)

    def _complain(self, line: str) -> None:
        self._complained += 1
        if self._complained <= _COMPLAINTS:
            complain(line)

    def finish(self, summary: "Summary", batch: "Batch", seconds: float) -> None:
        """The counts, the slowest, and what to do next."""
        from .show import print_line

        if self._complained > _COMPLAINTS:
            more = self._complained - _COMPLAINTS
            complain(
                say(f"另有 {more} 个无法使用，用 --jsonl 列出全部", f"{more} more unusable; --jsonl lists them all")
            )
        if self.quiet and not sys.stderr.isatty():
            return
        if self._left:
            print_line(
                self.out,
                say(f"……另有 {self._left} 个，用 --jsonl 列出全部", f"… and {self._left} more; --jsonl lists them all"),
            )
        print_line(self.out, counts(summary, self.check), style="bold")
        if seconds > 2 and summary.total > 1:
            rate = summary.total / seconds
            slowest = ", ".join(
                f"{one_line(printable(os.path.basename(f)))} {s:.2f} s"
                for s, f in sorted(summary.slowest, reverse=True)
            )
            print_line(
                self.out,
                say(
                    f"用时 {seconds:.1f} 秒，每秒 {rate:.0f} 个；最慢：{slowest}",
                    f"{seconds:.1f} s, {rate:.0f} per second; slowest: {slowest}",
                ),
            )
        if batch.trouble:
            print_line(
                self.out,
                say(
                    f"没能记住算过的工作簿（{batch.trouble.zh}），下次全部重新计算；"
                    "可用环境变量 SCORECARD_CACHE 指定一个可写的文件夹",
                    f"nothing could be remembered ({batch.trouble.en}), the next run computes everything; the environment "
                    "variable SCORECARD_CACHE names a folder that can be written to",
                ),
            )
        if self.stale:
            names = (
                " ".join(typed(printable(name)) for name in self.stale[:_SHOWN]) if len(self.stale) <= _SHOWN else "…"
            )
            print_line(self.out, say("下一步，更新它们：", "Next, to update them:"))
            self.out.print(f"  scorecard recalc {names}", style="bold", markup=False, soft_wrap=True)


def counts(summary: "Summary", check: bool) -> str:
    """The counts in one line."""
    found = summary.counts
    number = summary.total
    changed = found["stale"] if check else found["updated"]
    parts = [
        say(f"{changed} 个{'过期' if check else '已更新'}", f"{changed} {'stale' if check else 'updated'}"),
        say(f"{found['unchanged']} 个无变化", f"{found['unchanged']} unchanged"),
    ]
    if found["known"]:
        parts.append(say(f"{found['known']} 个自上次以来未变", f"{found['known']} as before"))
    if found["skipped"]:
        parts.append(say(f"{found['skipped']} 个打开着，已跳过", f"{found['skipped']} open, skipped"))
    if found["failed"]:
        parts.append(say(f"{found['failed']} 个无法使用", f"{found['failed']} unusable"))
    return (
        say(f"{number} 个工作簿", f"{number} workbook{'s' if number != 1 else ''}")
        + say("：", ": ")
        + say("，", ", ").join(parts)
    )
