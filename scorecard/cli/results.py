"""How each command ends: its result for people or as JSON, and the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from ..findings import Finding, worst_first
from ..workbook.card import Card
from ..workbook.embed import Embedding
from ..workbook.inspection import Inspection, inspect_package
from ..workbook.located import Table
from ..workbook.opening import OLD_ENDINGS
from ..workbook.package import Package
from ..workbook.recognise import no_table
from .cards import next_step, show_card, show_explanations, show_heading, show_results
from .documents import embed_json, explain_json
from .failures import complain, print_json
from .picture import shape, show_picture, show_same
from .show import console, print_line, show_findings, show_plan
from .words import say


def finish_inspect(result: Inspection, file: Path, as_json: bool) -> None:
    """Cards, columns and findings."""
    if as_json:
        print_json(result.to_json())
    else:
        out = console()
        seen: set[tuple[object, ...]] = set()
        for card in result.cards:
            show_card(out, card, result.computed[card.table.sheet], file.name)
            _show_columns(out, card.table, result, seen)
        # Without any table, its reason is what `_exit` says.
        show_findings(out, [f for f in result.findings if result.cards or f.code != "no-table"], file.name)
        _show_next(result.cards, file)
    _exit(result, file)


def _show_columns(out: Console, table: Table, result: Inspection, seen: set[tuple[object, ...]]) -> None:
    """The picture of a table, once for all tables that look alike and for all persons of one list."""
    if table.is_person_row:
        mates = [c.table for c in result.cards if (c.table.sheet, c.table.top) == (table.sheet, table.top)]
        mates = [mate for mate in mates if mate.first_col == table.first_col]
        if mates[-1] is table:
            show_picture(out, mates[0], result.computed[table.sheet], len(mates) - 1)
        return
    if shape(table) in seen:
        show_same(out, table)
        return
    seen.add(shape(table))
    show_picture(out, table, result.computed[table.sheet])


def finish_explain(result: Inspection, file: Path, as_json: bool) -> None:
    """One sentence per score."""
    if as_json:
        print_json(explain_json(result))
    else:
        out = console()
        for card in result.cards:
            show_explanations(out, card, result.computed[card.table.sheet], file.name)
        show_findings(out, [f for f in result.findings if f.severity == "error" and result.cards], file.name)
        _show_next(result.cards, file)
    _exit(result, file)


def _show_next(cards: Sequence[Card], file: Path) -> None:
    if file.suffix.lower() in OLD_ENDINGS:
        return  # an old format is only read
    out = console()
    for step in dict.fromkeys(next_step(card, str(file)) for card in cards):
        if step is not None:
            out.print()
            print_line(out, step[0])
            # Never wrapped: it is there to be copied.
            out.print(f"  {step[1]}", style="bold", markup=False, soft_wrap=True)


def _exit(result: Inspection, file: Path) -> None:
    """Status 3 without a table, 1 with an error, else 0."""
    if not result.cards:
        complain(no_table(result.findings, file.name).text())
        raise typer.Exit(3)
    raise typer.Exit(1 if result.has_errors else 0)


# --- embed, convert --------------------------------------------------------------------------------------------------


def finish_writing(file: Path, done: Embedding, as_json: bool) -> None:
    """What was written or would be, what is wrong with it, and the grade it shows."""
    # The outcome is looked at like anybody's workbook: what the new formulas cannot read is told now, not later.
    name = done.path.name if done.path else file.name
    seen = inspect_package(Package.open(done.data, where=name), name)
    findings = _together(seen.findings, done.findings)
    if as_json:
        print_json(embed_json(file, done, findings))
    else:
        out = console()
        if done.path is None:
            show_plan(out, done.plan.edits)
        shown_file = file.name if done.path is None else done.path.name
        show_findings(out, findings, shown_file)
        if done.path is None:
            out.print()
            line = say(
                f"以上 {len(done.plan.edits)} 处只是计划，没有写文件。去掉 --dry-run 即写出。",
                f"These {len(done.plan.edits)} edits are only a plan, nothing was written; leave out --dry-run to write.",
            )
            print_line(out, line, style="bold")
        else:
            _show_written(done, done.path, seen.cards)
    raise typer.Exit(1 if any(f.severity == "error" for f in findings) else 0)


def _show_written(done: Embedding, path: Path, cards: Sequence[Card]) -> None:
    out = console()
    for card in cards:
        if card.is_embedded:
            show_heading(out, card, path.name)
            show_results(out, card)
    out.print()
    if not done.plan:
        print_line(
            out, say(f"没有可改的地方；{path} 与原文件相同。", f"nothing to change; {path} is the same as the input.")
        )
        return
    print_line(out, say(f"已写出 {path}", f"written: {path}"), style="bold")
    if any(finding.code == "rule-missing" for finding in done.findings):
        line = say(
            "没有规则的指标要自动计分，请把规则写成文件，用 --rules 给出，从原表重新嵌入。",
            "To have KPIs without a rule scored, write a rules file and embed the original anew with --rules.",
        )
        print_line(out, line)
    if any(card.is_embedded and card.result.total is None and card.result.error is None for card in cards):
        line = say(
            "下一步：用 Excel 或 WPS 打开，填写实际值（没有规则的指标填得分），总分和等级会自己算出。",
            "Next: open it in Excel or WPS and fill in the actuals (or the scores of KPIs without a rule); it grades itself.",
        )
        print_line(out, line)


def _together(seen: Sequence[Finding], planned: Sequence[Finding]) -> list[Finding]:
    """Findings about the outcome and about the way there, each sentence about a sheet's cell once."""
    known = {(f.code, f.sheet, f.message.zh) for f in seen}
    return worst_first(dict.fromkeys([*(f for f in planned if (f.code, f.sheet, f.message.zh) not in known), *seen]))
