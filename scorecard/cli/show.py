"""What commands print for people: tables and lines in the language of the process, at the width of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from ..findings import Finding
from ..messages import Message
from ..scoring.model import CardResult
from ..scoring.values import State, show
from ..workbook.addresses import range_name, shift_formula, split_cell
from ..workbook.plan import Edit
from ..workbook.rulesheet import SHEET as RULE_SHEET
from .words import breaks, one_line, say

#: How severities look and what they are called.
SEVERITY_COLORS = {"error": "bold red", "warning": "yellow", "info": "dim"}
SEVERITY_WORDS = {
    "error": Message("错误", "error"),
    "warning": Message("注意", "warning"),
    "info": Message("说明", "note"),
}
# Of more findings of one code, so many are shown and the rest is counted.
_SHOWN = {"error": 20, "warning": 5, "info": 2}
_ROLES = {
    "number": Message("编号", "number"),
    "name": Message("指标", "name"),
    "section": Message("分组", "section"),
    "target": Message("目标", "target"),
    "actual": Message("实际", "actual"),
    "band": Message("档次", "bands"),
    "weight": Message("权重", "weight"),
    "points": Message("满分", "points"),
    "score": Message("得分", "score"),
    "weighted_score": Message("加权得分", "weighted score"),
    "note": Message("备注", "note"),
    "rule_text": Message("评分标准", "rule"),
    "method": Message("考核方法", "method"),
    "evaluator": Message("评价人", "evaluator"),
}


class _Terminal(Console):
    def on_broken_pipe(self) -> None:
        """Let the command end as it ends for any other output; rich would exit with status 1, "findings"."""
        raise


def console(*, stderr: bool = False) -> Console:
    """The terminal; plain text in long lines when the output goes to a file or pipe."""
    made = _Terminal(stderr=stderr, highlight=False)
    return made if made.is_terminal else _Terminal(stderr=stderr, highlight=False, width=160, no_color=True)


def print_line(out: Console, text: Text | str, indent: int = 2, style: str = "") -> None:
    """A paragraph: wrapped with its further lines indented on a terminal, one long line anywhere else."""
    line = Text(text, style=style) if isinstance(text, str) else text
    if not out.is_terminal:
        out.print(line, soft_wrap=True)
        return
    for i, part in enumerate(line.divide(breaks(line.plain, out.width, max(out.width - indent, 20)))):
        part.rstrip()
        out.print(Text.assemble(" " * indent if i else "", part), soft_wrap=True)


def table(*headers: tuple[str, str]) -> Grid:
    """An empty table; a header is its words and "left" or "right"."""
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for words, side in headers:
        grid.add_column(words, justify="right" if side == "right" else "left", overflow="fold")
    return grid


# --- findings --------------------------------------------------------------------------------------------------------


def show_findings(out: Console, findings: Sequence[Finding], file: str) -> None:
    """Findings, errors first, one line each; one line for what is the same in several cells."""
    if not findings:
        return
    sentences = _sentences(findings)
    numbers = {name: sum(1 for f in sentences if f.severity == name) for name in SEVERITY_WORDS}
    counts = (f"{SEVERITY_WORDS[name].text()} {number}" for name, number in numbers.items() if number)
    out.print()
    out.print(Text(say("发现：", "Findings: ") + say("，", ", ").join(counts), style="bold"))
    for finding in _cut(sentences):
        word = (SEVERITY_WORDS[finding.severity].text() + say("：", ": "), SEVERITY_COLORS[finding.severity])
        message = one_line(finding.message.text())
        if not finding.code:
            print_line(out, Text.assemble(word, (message, "dim")))
            continue
        where = one_line(f"{file}!{finding.where}" if finding.where else file)
        print_line(out, Text.assemble(word, (f"{where}: ", "cyan"), message, (f"  [{finding.code}]", "dim")))


def _sentences(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for what is the same sentence about several cells."""
    merged: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        merged.setdefault((finding.code, finding.severity, finding.sheet, finding.message.zh), []).append(finding)
    return [
        Finding(code, severity, sheet, cells_text([f.cell for f in group if f.cell]), group[0].message)
        for (code, severity, sheet, _), group in merged.items()
    ]


def _cut(findings: Iterable[Finding]) -> list[Finding]:
    """Of many findings of one code the first few, and one that counts the rest."""
    by_code: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_code.setdefault((finding.severity, finding.code), []).append(finding)
    result: list[Finding] = []
    for (severity, code), group in by_code.items():
        shown = _SHOWN[severity]
        if len(group) <= shown + 1:
            result += group
            continue
        rest = len(group) - shown
        more = Message(
            f"……另有 {rest} 条同类（{code}），--json 列出全部", f"… {rest} more like this ({code}); --json lists all"
        )
        result += [*group[:shown], Finding("", severity, "", "", more)]
    return result


def cells_text(names: Sequence[str]) -> str:
    """Cells with neighbours in a column or a row as one (`B5:B7,D9`), the first few of many.

    Example:
        >>> cells_text(["B5", "B7", "B6", "D9"]), cells_text(["B2", "C2"]), cells_text(["B2,B3"])
        ('B5:B7,D9', 'B2:C2', 'B2:B3')
    """
    # A finding may name several cells, or a range.
    names = [part for name in names for part in name.split(",")]
    if len(names) < 2 or any(":" in name for name in names):
        return ",".join(names)
    places = sorted({split_cell(name) for name in names})
    columns = _lines([(col, row) for row, col in places])
    down = [range_name(first, col, last, col) for col, first, last in columns]
    across = [range_name(row, first, row, last) for row, first, last in _lines(places)]
    shown = down if len(down) <= len(across) else across
    return ",".join(shown[:4]) + ("…" if len(shown) > 4 else "")


def _lines(places: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Neighbours in one line (line, place) as (line, first, last)."""
    found: list[tuple[int, int, int]] = []
    for line, place in sorted(places):
        if found and found[-1][0] == line and found[-1][2] == place - 1:
            found[-1] = (line, found[-1][1], place)
        else:
            found.append((line, place, place))
    return found


# --- tables as recognised --------------------------------------------------------------------------------------------


def result_line(result: CardResult, label: str = "") -> Text:
    """Total, grade, coefficient, coverage and the best attainable total, on one line."""
    parts = []
    if result.total is not None:
        parts.append(say(f"总分 {show(result.total)}", f"total {show(result.total)}"))
        parts.append(say(f"等级 {result.grade}", f"grade {result.grade}"))
        if result.coefficient is not None:
            parts.append(say(f"系数 {show(result.coefficient)}", f"coefficient {show(result.coefficient)}"))
    elif result.error is not None:
        at = f" ({result.error_cell})" if result.error_cell else ""
        parts.append(say(f"总分 {result.error}{at}", f"total {result.error}{at}"))
    elif result.state is State.NOT_APPLICABLE:
        parts.append(say("本期各项均不考核", "nothing is assessed in this period"))
    else:
        done = f"{result.filled}/{result.applicable}"
        parts.append(say(f"未完成 {done}", f"incomplete {done}"))
    if result.coverage is not None:
        covered = show(round(result.coverage, 4), percent=True)
        parts.append(say(f"覆盖率 {covered}", f"coverage {covered}"))
    if result.best_attainable is not None:
        best = show(round(result.best_attainable, 2))
        parts.append(say(f"最高可得 {best}", f"best attainable {best}"))
    named = f"{label}{say('：', ': ')}" if label else ""
    return Text(named + "  ".join(parts), style="bold" if result.total is not None else "bold yellow")


# --- plans -----------------------------------------------------------------------------------------------------------


def show_plan(out: Console, edits: Sequence[Edit]) -> None:
    """The planned edits of the forms; a formula that is copied down a column takes one line."""
    visible = [e for e in edits if e.sheet != RULE_SHEET and (e.formula is not None or e.value not in (None, ""))]
    grid = table((say("单元格", "cell"), "left"), (say("内容", "what"), "left"), (say("写入", "written"), "left"))
    for run in _runs(visible):
        first, last = run[0], run[-1]
        where = range_name(first.row, first.col, last.row, last.col)
        more = say(f" 等 {len(run)} 项", f" and {len(run) - 1} more") if len(run) > 1 else ""
        written = one_line(first.formula or str(first.value), 72) + (" …" if len(run) > 1 else "")
        grid.add_row(Text(f"{first.sheet}!{where}"), Text(one_line(first.what.text(), 60) + more), Text(written))
    out.print(grid)
    rules = sum(1 for e in edits if e.sheet == RULE_SHEET)
    looks = len(edits) - len(visible) - rules
    line = say(
        f"另有“{RULE_SHEET}”表 {rules} 格、只改样式 {looks} 格（--json 列出全部）",
        f"and {rules} cells of the sheet {RULE_SHEET}, {looks} cells whose look changes (--json lists all)",
    )
    if rules or looks:
        print_line(out, line, style="dim")


def _runs(edits: Iterable[Edit]) -> list[list[Edit]]:
    """Edits in columns, top down; those whose formula is the one above, copied down, together."""
    runs: list[list[Edit]] = []
    for edit in sorted(edits, key=lambda e: (e.sheet, e.col, e.row)):
        above = runs[-1][-1] if runs else None
        if (
            above is not None
            and (above.sheet, above.col, above.row + 1) == (edit.sheet, edit.col, edit.row)
            and above.formula is not None
            and edit.formula == shift_formula(above.formula, 1, 0)
        ):
            runs[-1].append(edit)
        else:
            runs.append([edit])
    return runs
