"""What can be found, in words: every code of the package with its severity, its title, why it matters and what to do.

The words stand in `codes.toml`; `docs/checks.md` is made from them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...messages import Message

#: The chapter of what `consolidate` finds about files and people, and no check-up does.
CONSOLIDATION = "consolidation"

#: The chapters, in order, with their headings.
GROUPS = MappingProxyType({
    "weights": Message("权重", "Weights"),
    "rules": Message("评分规则", "Scoring rules"),
    "targets": Message("目标", "Targets"),
    "items": Message("指标", "Items"),
    "numbers": Message("数字", "Numbers"),
    "scores": Message("得分、总分、等级", "Scores, totals, grades"),
    "formulas": Message("公式与存值", "Formulas and stored values"),
    "people": Message("人员与期间", "People and periods"),
    "workbook": Message("工作簿", "Workbook"),
    "embedding": Message("嵌入", "Embedding"),
    CONSOLIDATION: Message("汇总：文件与人员", "Consolidation: files and people"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    Attributes:
        name: The code, "weights-sum".
        group: Of `GROUPS`.
        severity: What it is as a rule; `also` what else it can be.
        title: In a few words.
        why: What it does to the score.
        act: What to do.
        example: A minimal case in which it is found.
        fix: What `--fix` does; None where only a person can decide.
    """

    name: str
    group: str
    severity: str
    also: tuple[str, ...]
    title: Message
    why: Message
    act: Message
    example: str
    fix: Message | None

    @property
    def severities(self) -> tuple[str, ...]:
        """All severities it can have."""
        return (self.severity, *self.also)


@cache
def codes() -> MappingProxyType[str, Code]:
    """All codes by name, in the order of the documentation.

    Example:
        >>> codes()["weights-sum"].severity, codes()["weights-sum"].title.en
        ('error', 'weights do not add up to 100 %')
    """
    data = tomllib.loads(Path(__file__).with_name("codes.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: _code(name, entry) for name, entry in data.items()})


def _code(name: str, entry: dict[str, Any]) -> Code:
    title, why, act = (Message(*entry[part]) for part in ("title", "why", "act"))
    fix = Message(*entry["fix"]) if "fix" in entry else None
    return Code(
        name, entry["group"], entry["severity"], tuple(entry.get("also", ())), title, why, act, entry["example"], fix
    )
