"""`scorecard cards` and `scorecard link`: definition cards, and actuals computed from their formulas."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..messages import Message
from .failures import SCHEMA, errors, print_json
from .options import (
    Command,
    dry_run_option,
    file_argument,
    force_option,
    formulas_option,
    help_text,
    in_place_option,
    json_option,
    output_option,
    rules_option,
)
from .words import one_line, say

if TYPE_CHECKING:
    from ..findings import Finding
    from ..workbook.indicator_cards import IndicatorCard


def add_to(app: typer.Typer) -> None:
    """Add the commands `cards` and `link`."""
    _add_cards(app)
    _add_link(app)


def _add_cards(app: typer.Typer) -> None:
    @app.command(
        cls=Command,
        short_help=say(
            "指标定义卡：读出来，或从规则文件写进工作簿",
            "indicator definition cards: read, or written from a rules file",
        ),
        help=help_text(
            "读出工作簿里的指标定义卡，指出空项、笔误、与考核表不一致之处；给出 --rules 时，把其中的 [[indicators]] 写成"
            "“指标定义”表（另存一份）。",
            "Read the indicator definition cards of a workbook and say what is blank, misspelt or differs from its tables; "
            "with --rules, write the [[indicators]] of that file as a sheet 指标定义 (into a copy).",
            ("cards 客服部.xlsx", "cards department.xlsx"),
            (
                "cards 客服部.xlsx --rules 指标.toml -o 输出.xlsx",
                "cards department.xlsx --rules cards.toml -o out.xlsx",
            ),
        ),
    )
    def cards(
        file: Annotated[Path, file_argument()],
        rules: Annotated[Path | None, rules_option()] = None,
        output: Annotated[Path | None, output_option("NAME_指标定义.xlsx")] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("cards", file, as_json=as_json):
            from ..workbook.indicator_cards import indicator_findings, read_indicator_cards
            from ..workbook.indicator_sheet import write_indicator_cards
            from ..workbook.package import Package
            from ..workbook.recognise import recognise_workbook

            target = None
            if rules is not None:
                done = write_indicator_cards(file, output, rules=rules, in_place=in_place, overwrite=force)
                target, package = done.path, Package.open(done.data, where=file.name)
            else:
                package = Package.open(file)
            found = read_indicator_cards(package)
            findings = indicator_findings(found, recognise_workbook(package)[0])
            if as_json:
                print_json(cards_json(file, target, found, findings))
            else:
                _show(file if target is None else target, found, findings, target)
            raise typer.Exit(1 if any(f.severity == "error" for f in findings) else 0)


def cards_json(
    file: Path, output: Path | None, cards: "Sequence[IndicatorCard]", findings: "Sequence[Finding]"
) -> dict[str, object]:
    """The cards as `--json` prints them; `cells` has the fields whose label the card has, blank ones included."""
    from ..findings import finding_json
    from ..scoring.indicators import Indicator

    fields = [name for name in Indicator.__dataclass_fields__ if name not in ("aliases", "operands")]
    return {
        "schema": SCHEMA,
        "file": str(file),
        "output": str(output) if output else None,
        "cards": [
            {
                "sheet": card.sheet,
                "form": card.form,
                **{name: getattr(card.indicator, name) for name in fields},
                "cells": {name: entry.cell for name, entry in card.entries.items()},
            }
            for card in cards
        ],
        "findings": [finding_json(f) for f in findings],
    }


def _show(file: Path, cards: "Sequence[IndicatorCard]", findings: "Sequence[Finding]", target: Path | None) -> None:
    from ..findings import worst_first
    from .show import console, print_line, show_findings, table

    out = console()
    if not cards:
        print_line(out, say(
            f"{file.name} 里没有指标定义卡；可在规则文件里写 [[indicators]]，再用 scorecard cards --rules 写进工作簿。",
            f"{file.name} has no indicator definition cards; write [[indicators]] in a rules file, and scorecard cards "
            "--rules puts them into the workbook.",
        ))  # fmt: skip
        return
    grid = table(
        (say("指标", "indicator"), "left"), (say("周期", "period"), "left"), (say("算法", "formula"), "left"),
        (say("数据部门", "source"), "left"), (say("责任岗位", "owner"), "left"), (say("位置", "where"), "left"),
    )  # fmt: skip
    blank = Message("（空）", "(blank)").text()
    for card in cards:
        one = card.indicator
        texts = (one.name, one.period, one.formula, one.source, one.owner)
        grid.add_row(*(one_line(text, 60) or blank for text in texts), f"{card.sheet}!{card.cell}")
    out.print()
    out.print(grid)
    show_findings(out, worst_first(findings), file.name)
    if target is not None:
        out.print()
        print_line(out, say(f"已写出 {target}", f"written: {target}"), style="bold")


def _add_link(app: typer.Typer) -> None:
    @app.command(
        "link",
        cls=Command,
        short_help=say(
            "按指标定义的算法，从数据表算出实际值", "compute actuals from a data sheet by their definition cards"
        ),
        help=help_text(
            "按指标定义卡的算法（如 及时响应数/需求总数），把考核表的实际值做成取自数据表的公式。多行数据按 Σ分子/Σ分母 汇总。"
            "只写空白的实际值。原文件不动，另存一份。",
            "Turn the formulas of definition cards (such as on time / requests) into live formulas of the actuals over a data "
            "sheet. Several rows are pooled: sum over sum. Only blank actuals are written. The input stays as it is, a copy is "
            "written.",
            ("link 客服部.xlsx -o 输出/客服部.xlsx", "link department.xlsx -o out/department.xlsx"),
            ("link 客服部.xlsx --data 数据 --rules 指标.toml", "link department.xlsx --data Data --rules cards.toml"),
        ),
    )
    def link_(
        file: Annotated[Path, file_argument()],
        output: Annotated[Path | None, output_option("NAME_数据.xlsx")] = None,
        data: Annotated[
            str | None,
            typer.Option(
                "--data", metavar="SHEET",
                help=say("数据所在的工作表；默认找表头齐全的那张", "the data sheet; the one with all headers by default"),
            ),
        ] = None,
        rules: Annotated[Path | None, rules_option()] = None,
        formulas: Annotated[str | None, formulas_option()] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
        dry_run: Annotated[bool, dry_run_option()] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:  # fmt: skip
        with errors("link", file, as_json=as_json):
            from ..workbook.link import link
            from .results import finish_writing

            done = link(
                file, output, data=data, rules=rules, formulas=formulas,
                in_place=in_place, overwrite=force, dry_run=dry_run,
            )  # fmt: skip
            finish_writing(file, done, as_json)
