"""`scorecard unembed`: take embedded scoring out of a workbook again."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from pathlib import Path
from typing import Annotated

import typer

from .failures import SCHEMA, errors, print_json
from .options import (
    Command,
    dry_run_option,
    file_argument,
    force_option,
    help_text,
    in_place_option,
    json_option,
    output_option,
)
from .words import counted, say


def add_to(app: typer.Typer) -> None:
    """Add the command `unembed`."""

    @app.command(
        "unembed",
        cls=Command,
        short_help=say("取出嵌入的评分，单元格恢复原样", "take embedded scoring out again, cells as they were"),
        help=help_text(
            "取出嵌入的公式、标签、新列和评分规则表，单元格恢复成嵌入前的样子；之后手工填写的内容保留并列出。",
            "Take out embedded formulas, labels, columns and the rule sheet: cells become what they were before. What was "
            "typed since stays and is listed.",
            ("unembed 客服部_评分.xlsx -o 客服部.xlsx", "unembed department_评分.xlsx -o department.xlsx"),
        ),
    )
    def unembed_(
        file: Annotated[Path, file_argument()],
        output: Annotated[Path | None, output_option("NAME_还原.xlsx")] = None,
        in_place: Annotated[bool, in_place_option()] = False,
        force: Annotated[bool, force_option()] = False,
        dry_run: Annotated[bool, dry_run_option()] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("unembed", file, as_json=as_json):
            from ..findings import finding_json
            from ..workbook.unembed import unembed
            from .show import console, print_line, show_findings

            done = unembed(file, output, in_place=in_place, overwrite=force, dry_run=dry_run)
            if as_json:
                path = str(done.path) if done.path else None
                found = [finding_json(finding) for finding in done.findings]
                print_json(
                    {"schema": SCHEMA, "file": str(file), "output": path, "cells": list(done.cells), "findings": found}
                )
            else:
                out = console()
                show_findings(out, done.findings, file.name)
                count = len(done.cells)
                line = say(
                    f"恢复了 {count} 个单元格，取出了评分规则表。",
                    f"{counted(count, 'cell')} restored, the rule sheet taken out.",
                )
                print_line(out, line)
                said = say(f"已写出 {done.path}", f"written: {done.path}")
                if done.path is None:
                    said = say("以上只是预览，没有写文件。", "This was a preview; nothing was written.")
                print_line(out, said, style="bold")
            raise typer.Exit(1 if any(finding.severity == "error" for finding in done.findings) else 0)
