"""`scorecard diff`: what changed between two versions of a card, and what each change did to the total."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .failures import errors, print_json
from .options import Command, help_text, json_option
from .words import one_line, say

if TYPE_CHECKING:
    from rich.console import Console

    from ..scoring.model import CardResult
    from ..workbook.compare import CardComparison, Comparison


def add_to(app: typer.Typer) -> None:
    """Add the command `diff`."""

    @app.command(
        "diff",
        cls=Command,
        short_help=say(
            "两个版本改了什么、各使总分变了多少", "what changed between two versions, and what it did to the total"
        ),
        help=help_text(
            "逐句说明同一张考核表的两个版本改了什么，每处改动使总分变了多少（用于申诉）。"
            "两个文件夹则按人对照。有改动时退出码为 1。",
            "Say in sentences what changed between two versions of a card, and what each change did to the total (for "
            "appeals). Two folders are compared person by person. The exit status is 1 if anything changed.",
            ("diff 原稿.xlsx 申诉后.xlsx", "diff first.xlsx after-appeal.xlsx"),
            ("diff 三季度/ 复核/ --json", "diff q3/ reviewed/ --json"),
        ),
    )
    def diff_(
        a: Annotated[Path, _version_argument("A", say("第一个版本：文件或文件夹", "first version: file or folder"))],
        b: Annotated[Path, _version_argument("B", say("第二个版本：文件或文件夹", "second version: file or folder"))],
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("diff", as_json=as_json):
            from ..workbook.compare import compare

            result = compare(a, b)
            if as_json:
                print_json(result.to_json())
            else:
                _show(result)
            raise typer.Exit(0 if result.is_same and not result.findings else 1)


def _version_argument(name: str, words: str) -> Any:
    return typer.Argument(metavar=name, help=words, show_default=False)


def _show(result: "Comparison") -> None:
    from ..scoring.changes import ORDER
    from .show import console, print_line

    out = console()
    changed = [card for card in result.cards if not card.is_same]
    for card in changed:
        _show_card(out, card)
    same = len(result.cards) - len(changed)
    if same:
        out.print()
        line = say(f"{same} 张考核表没有改动。", f"{same} card{'s' if same != 1 else ''} unchanged.")
        print_line(out, line, style="" if changed else "bold")
    for names, word in (
        (result.only_a, say("只在第一个版本里", "only in the first")),
        (result.only_b, say("只在第二个版本里", "only in the second")),
    ):
        for name in names:
            print_line(out, f"{word}{say('：', ': ')}{one_line(name)}", style="yellow")
    for finding in result.findings:
        print_line(out, one_line(finding.text()), style="red")
    if any(len(card.changes) > 1 for card in changed):
        out.print()
        order = ORDER.text()
        line = say(
            f"各项影响按此顺序逐项改动得出，相加等于总差：{order}。改动互相影响时，括号里是只改这一处的结果。",
            f"Effects are those of one change after the other, and add up to the difference; the order: {order}. Where changes "
            "work on each other, the brackets say what one would do alone.",
        )
        print_line(out, line, style="dim")


def _show_card(out: "Console", card: "CardComparison") -> None:
    from rich.text import Text

    from ..workbook.compare import points, sentence, signed
    from .show import print_line

    out.print()
    who = f"{card.person}  " if card.person else ""
    print_line(
        out,
        Text.assemble((one_line(f"{who}{card.title}", 100), "bold"), (f"  {one_line(' → '.join(card.places))}", "dim")),
    )
    line = f"{_total(card.before)} → {_total(card.after)}"
    if card.difference is not None and card.before.total is not None and card.after.total is not None:
        line += say(
            f"（{signed(card.after.total - card.before.total)}）", f" ({signed(card.after.total - card.before.total)})"
        )
    print_line(out, line, style="bold")
    for n, change in enumerate(card.changes, start=1):
        print_line(out, f"{n}. {one_line(sentence(change).text(), 600)}", 3)
    if card.rounding:
        print_line(out, say(f"   取整：{signed(card.rounding)}", f"   rounding: {signed(card.rounding)}"), 3)
    if card.difference is not None and len(card.changes) > 1:
        total = points(card.difference) if card.difference >= 0 else f"−{points(-card.difference)}"
        line = say(f"   合计 {total}（未取整的总分之差）", f"   sum {total} (difference of the unrounded totals)")
        print_line(out, line, 3, style="dim")


def _total(result: "CardResult") -> str:
    from ..scoring.values import show

    if result.total is not None:
        return say(
            f"总分 {show(result.total)}，等级 {result.grade}", f"total {show(result.total)}, grade {result.grade}"
        )
    if result.error is not None:
        return say(f"总分 {result.error}", f"total {result.error}")
    return say(f"未完成 {result.filled}/{result.applicable}", f"incomplete {result.filled}/{result.applicable}")
