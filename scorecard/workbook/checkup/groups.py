"""Findings for people: what is said of many cells alike is said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...findings import Finding
from ...messages import Message
from .codes import codes

# Of more different sentences about one code one is quoted; errors are all told.
_QUOTED = 3


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for the same sentence about several cells of a sheet, and for many of one code; `cell` lists them all.

    The order is that of the first of each; errors are only put together when they say the same.

    Example:
        >>> twice = [Finding("weight-zero", "info", "S", cell, Message("权重为 0", "no weight")) for cell in ("E5", "E7")]
        >>> [(found.cell, found.message.en) for found in gathered(twice)]
        [('E5,E7', 'no weight')]
    """
    by_code: dict[tuple[str, str, str], list[Finding]] = {}
    for found in findings:
        by_code.setdefault((found.severity, found.sheet, found.code), []).append(found)
    result: list[Finding] = []
    for (severity, _, _), group in by_code.items():
        by_sentence: dict[Message, list[Finding]] = {}
        for found in group:
            by_sentence.setdefault(found.message, []).append(found)
        if len(by_sentence) > _QUOTED and severity != "error":
            result.append(_merged(group, _counted(group)))
        else:
            result += [_merged(same, message) for message, same in by_sentence.items()]
    return result


def _merged(group: list[Finding], message: Message) -> Finding:
    cells = dict.fromkeys(cell for found in group for cell in found.cell.split(",") if cell)
    return replace(group[0], cell=",".join(cells), message=message)


def _counted(group: list[Finding]) -> Message:
    known = codes().get(group[0].code)
    title, first = known.title if known is not None else Message(group[0].code, group[0].code), group[0].message
    return Message(f"{title.zh} {len(group)} 处，如 {first.zh}", f"{title.en}, {len(group)} times: {first.en}")
