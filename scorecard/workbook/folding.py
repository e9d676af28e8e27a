"""How words are compared: on a folded copy, without regard to blanks, width, case and ornaments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..scoring.values import key

#: What people put around a label: 考核周期▶, *部门.
ORNAMENTS = " :*▶►→▼▲↓_.,。、'\"“”☆★●◆■"

COUNT = r"(?:[一二三四五六七八九十]{1,3}|\d{1,2})"
#: 一、 or (3) in front of a name.
NUMBERING = re.compile(rf"^{COUNT}[、.．](?=\D)|^[(（]{COUNT}[)）]")
#: What stands in brackets.
BRACKETS = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")


def fold(text: str) -> str:
    """A text as it is compared with the words of the vocabulary."""
    return key(text).strip(ORNAMENTS)


def by_length(words: Iterable[str]) -> tuple[str, ...]:
    """Words ready to be looked for inside a text, the longer ones first."""
    return tuple(sorted({key(word) for word in words}, key=lambda word: (-len(word), word)))


class Respelling:
    """Puts typing variants, spun synonyms and traditional characters of a folded text right.

    Args:
        aliases: What stands for which word.
        traditional: Pairs of a traditional character and its simplified one, apart by blanks.
    """

    __slots__ = ("_aliases", "_characters", "_words")

    def __init__(self, aliases: Mapping[str, str], traditional: Iterable[str]) -> None:
        self._characters = {ord(pair[0]): pair[1] for line in traditional for pair in line.split()}
        self._aliases = {key(old): key(new) for old, new in aliases.items()}
        self._words = re.compile("|".join(re.escape(old) for old in by_length(self._aliases)))

    def simplified(self, text: str) -> str:
        """The text in simplified characters."""
        return text.translate(self._characters)

    def of(self, text: str) -> str:
        """The text as the vocabulary spells it."""
        return self._words.sub(lambda match: self._aliases[match[0]], self.simplified(text))
