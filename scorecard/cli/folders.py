"""`scorecard embed FOLDER`: one line per workbook; one that cannot be used never stops the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from ..errors import NoTableFound, OutputExists, ScorecardError, UnusableFile, UsageError
from ..findings import finding_json
from ..messages import Message
from ..refusals import reason
from ..workbook.checkup.run import workbooks_of
from ..workbook.embed import Embedding
from ..workbook.office import OLD_ENDINGS
from .failures import SCHEMA, complain, print_json
from .show import console, print_line
from .words import counted, one_line, say

_SUFFIX = "_评分"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: `done`, or why nothing did."""

    path: Path
    target: Path | None
    done: Embedding | None = None
    problem: ScorecardError | None = None


def embed_folder(
    folder: Path,
    output: Path | None,
    in_place: bool,
    dry_run: bool,
    as_json: bool,
    convert: bool,
    one: Callable[[Path, Path | None], Embedding],
) -> None:
    """Embed every workbook below a folder, and end with the exit status of them all.

    Args:
        folder: Where the workbooks are; hidden files and lock files are left out.
        output: The folder that takes the results under the same names; `FOLDER_评分` beside it when omitted.
        in_place: Write into the inputs.
        dry_run: Write nothing.
        as_json: One JSON document instead of lines.
        convert: Take .xls and .et files as well.
        one: Embeds one file into a target.

    Raises:
        UsageError: No workbooks, an output that is a file, or one inside the folder that is read.
    """
    root = folder.resolve()
    target = None if in_place or dry_run else output or _beside(folder)
    if in_place and output is not None:
        raise UsageError(Message("--in-place 与输出文件夹不能同时给出", "give either an output or in-place, not both"))
    if target is not None and (target.is_file() or target.resolve() == root or root in target.resolve().parents):
        zh, en = (
            "输出应为另一个文件夹，且不在被读取的文件夹里",
            "the output must be another folder, outside the one that is read",
        )
        raise UsageError(Message(zh, en), str(target))
    outcomes = []
    for outcome in _each(_files(folder, convert), root, target, one):
        outcomes.append(outcome)
        if not as_json:
            _show(outcome, root)
    if as_json:
        print_json({"schema": SCHEMA, "files": [_json(outcome) for outcome in outcomes]})
    else:
        _count(outcomes, dry_run)
    raise typer.Exit(_status(outcomes))


def _beside(folder: Path) -> Path:
    """`FOLDER_评分` beside a folder, whatever it is called by: `.` and `..` have no name of their own."""
    whole = folder.resolve()
    named = folder if folder.name == whole.name else whole
    return named.with_name(f"{whole.name or 'scorecard'}{_SUFFIX}")


def _files(folder: Path, convert: bool) -> list[Path]:
    """The workbooks below a folder, old ones with them when they are converted."""
    old = []
    if convert:
        found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in OLD_ENDINGS and path.is_file())
        old = [
            path for path in found if not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        ]
    return old + _recent(folder) if old else workbooks_of(folder)


def _recent(folder: Path) -> list[Path]:
    try:
        return workbooks_of(folder)
    except UsageError:  # a folder of old files only
        return []


def _each(
    paths: list[Path], root: Path, target: Path | None, one: Callable[[Path, Path | None], Embedding]
) -> Iterator[Outcome]:
    for path in paths:
        place = target / path.resolve().relative_to(root) if target is not None else None
        if place is not None and place.suffix.lower() in OLD_ENDINGS:
            place = place.with_suffix(".xlsx")
        try:
            yield Outcome(path, place, done=one(path, place))
        except ScorecardError as problem:
            yield Outcome(path, place, problem=problem)
        except OSError as problem:
            yield _passed_over(path, place, reason(problem))
        except (MemoryError, RecursionError):
            # Nothing a department made asks for that much.
            yield _passed_over(
                path, place, Message("文件要求的内存过大或嵌套过深", "it asks for too much memory or depth")
            )


def _passed_over(path: Path, place: Path | None, why: Message) -> Outcome:
    sentence = Message(
        f"读取时出错（{why.zh}），已跳过；请用 Excel 打开后另存再试",
        f"it could not be read ({why.en}) and was passed over; open it in Excel, save it anew, retry",
    )
    return Outcome(path, place, problem=UnusableFile(sentence, path.name))


def _show(outcome: Outcome, root: Path) -> None:
    name = one_line(str(outcome.path.resolve().relative_to(root)))
    if outcome.done is None:
        sentence = outcome.problem.message.text() if outcome.problem is not None else ""
        if isinstance(outcome.problem, OutputExists):
            told = say("已存在，未覆盖", "exists already, left as it is")
            print_line(console(), f"{name}: {told} → {one_line(str(outcome.target))}")
        elif isinstance(outcome.problem, NoTableFound):
            print_line(console(), f"{name}: {sentence}", style="dim")
        else:
            complain(f"{name}: {sentence}")
        return
    done = outcome.done
    counts = Counter(finding.severity for finding in done.findings)
    parts = [say(f"{len(done.tables)} 张考核表", counted(len(done.tables), "table"))]
    parts += [say(f"{counts['error']} 个错误", counted(counts["error"], "error"))] if counts["error"] else []
    parts += [say(f"{counts['warning']} 处注意", counted(counts["warning"], "warning"))] if counts["warning"] else []
    if not done.plan:
        parts.append(say("没有可改的地方", "nothing to change"))
    where = f" → {done.path}" if done.path is not None else ""
    print_line(console(), f"{name}: {say('，', ', ').join(parts)}{where}")


def _count(outcomes: list[Outcome], dry_run: bool) -> None:
    done = sum(1 for o in outcomes if o.done is not None)
    none = sum(1 for o in outcomes if isinstance(o.problem, NoTableFound))
    kept = sum(1 for o in outcomes if isinstance(o.problem, OutputExists))
    bad = len(outcomes) - done - none - kept
    verb = say("可嵌入" if dry_run else "已处理", "can be embedded" if dry_run else "done")
    line = say(
        f"{len(outcomes)} 个工作簿：{done} 个{verb}，{none} 个没有考核表，{bad} 个不能用",
        f"{counted(len(outcomes), 'workbook')}: {done} {verb}, {none} without a table, {bad} unusable",
    )
    print_line(console(), line, style="bold")
    if kept:
        line = say(
            f"另有 {kept} 个的输出已存在，未覆盖；要覆盖请加 --force，或用 -o 另选文件夹",
            f"{counted(kept, 'output')} {'exists' if kept == 1 else 'exist'} already and "
            f"{'was' if kept == 1 else 'were'} not overwritten; use --force to replace, or -o for another folder",
        )
        print_line(console(), line, style="yellow")


def _json(outcome: Outcome) -> dict[str, Any]:
    done = outcome.done
    return {
        "file": str(outcome.path),
        "output": str(done.path) if done is not None and done.path is not None else None,
        "tables": len(done.tables) if done is not None else 0,
        "edits": len(done.plan.edits) if done is not None else 0,
        "error": outcome.problem.message.text() if outcome.problem is not None else None,
        "findings": [finding_json(finding) for finding in done.findings] if done is not None else [],
    }


def _status(outcomes: list[Outcome]) -> int:
    """4 if nothing could be used, 3 if no file holds a table, 2 if every output exists, 1 if something is wrong, else 0."""
    if all(isinstance(o.problem, OutputExists) for o in outcomes):
        return 2
    bad = [o for o in outcomes if o.problem is not None and not isinstance(o.problem, NoTableFound)]
    if len(bad) == len(outcomes) and not any(isinstance(o.problem, OutputExists) for o in bad):
        return 4
    if not any(o.done is not None for o in outcomes):
        return 1 if bad else 3
    is_wrong = any(f.severity == "error" for o in outcomes if o.done is not None for f in o.done.findings)
    return 1 if bad or is_wrong else 0
