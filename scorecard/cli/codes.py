"""`scorecard check --explain`: what a code of a finding means, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .failures import SCHEMA, print_json
from .words import say

if TYPE_CHECKING:
    from ..workbook.checkup import Code


def explain(name: str, as_json: bool) -> None:
    """Print what one code means, or all of them.

    Raises:
        UsageError: There is no such code.
    """
    from ..workbook.checkup import codes
    from ..workbook.checkup.run import known_codes

    chosen = list(codes().values()) if name == "all" else [codes()[one] for one in known_codes([name])]
    if as_json:
        print_json({"schema": SCHEMA, "codes": [_code_json(code) for code in chosen], "findings": []})
    elif name == "all":
        _show_codes(chosen)
    else:
        _show_code(chosen[0])


def _code_json(code: Code) -> dict[str, Any]:
    return {
        "code": code.name, "group": code.group, "severities": list(code.severities), "title": code.title.text(),
        "why": code.why.text(), "act": code.act.text(), "example": code.example,
        "fix": code.fix.text() if code.fix else None,
    }  # fmt: skip


def _show_codes(chosen: Sequence[Code]) -> None:
    from rich.text import Text

    from ..workbook.checkup.codes import GROUPS
    from .show import SEVERITY_COLORS, SEVERITY_WORDS, console, print_line

    out = console()
    for group, heading in GROUPS.items():
        out.print(Text(heading.text(), style="bold"))
        for code in chosen:
            if code.group == group:
                word = SEVERITY_WORDS[code.severity].text()
                mark = " ✎" if code.fix else ""
                line = Text.assemble(
                    "  ", (word, SEVERITY_COLORS[code.severity]), f"  {code.name}  ", (code.title.text() + mark, "dim")
                )
                print_line(out, line, 8)


def _show_code(code: Code) -> None:
    from rich.text import Text

    from .show import SEVERITY_WORDS, console, print_line

    out = console()
    words = say("、", ", ").join(SEVERITY_WORDS[name].text() for name in code.severities)
    out.print(Text(f"{code.name}  {code.title.text()}", style="bold"))
    rows = [
        (say("级别", "severity"), words),
        (say("为什么", "why"), code.why.text()),
        (say("怎么办", "what to do"), code.act.text()),
        (say("例", "example"), code.example),
    ]
    if code.fix is not None:
        rows.append(("--fix", code.fix.text()))
    for label, text in rows:
        print_line(out, f"{label}{say('：', ': ')}{text}")
