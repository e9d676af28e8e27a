"""How words are compared: on a folded copy, without regard to blanks, width, case and ornaments."""

from __future__ import annotations

from collections.abc import Iterable

from ..scoring.values import key

#: What people put around a label: 考核周期▶, *部门.
ORNAMENTS = " :*▶►→▼▲↓_.,。、'\"“”☆★●◆■"


def fold(text: str) -> str:
    """A text as it is compared with the words of the vocabulary."""
    return key(text).strip(ORNAMENTS)


def by_length(words: Iterable[str]) -> tuple[str, ...]:
    """Words ready to be looked for inside a text, the longer ones first."""
    return tuple(sorted({key(word) for word in words}, key=lambda word: (-len(word), word)))
