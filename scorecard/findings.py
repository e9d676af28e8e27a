"""What was noticed about a workbook: a code, how serious, where, and one sentence in two languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .messages import Message

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed.

    Attributes:
        code: Short and stable, for filters and tests: "text-number", "duplicate-number" …
        severity: "error" (a number would be wrong), "warning" (look at it) or "info".
        sheet: Name of the sheet, "" for the workbook as a whole.
        cell: A1 name, "" for the sheet as a whole.
        message: The sentence for people.

    Example:
        >>> Finding("text-number", "warning", "考核表", "B6", Message("文本数字", "a number kept as text")).where
        '考核表!B6'
    """

    code: str
    severity: str
    sheet: str
    cell: str
    message: Message

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r}: must be one of {SEVERITIES}")

    @property
    def where(self) -> str:
        """The place, as far as it is known: `sheet!cell`, the sheet, or ""."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def text(self, language: str | None = None) -> str:
        """One line: the place, then the sentence."""
        sentence = self.message.text(language)
        return f"{self.where}: {sentence}" if self.where else sentence


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings, errors before warnings before infos; otherwise in their order."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def finding_json(finding: Finding, language: str | None = None) -> dict[str, str]:
    """A finding as JSON."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "cell": finding.where,
        "message": finding.message.text(language),
    }
