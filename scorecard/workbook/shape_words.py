"""The words of tables with a shape of their own: lists of persons, ledgers, ability and attitude sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..scoring.values import key
from .folding import ORNAMENTS, by_length, fold


class PeopleWords:
    """The words of lists with one person per row; texts are folded before they are compared."""

    __slots__ = ("_bonus", "_periods", "_persons", "_ranks", "_scores", "_summaries", "_weights")

    def __init__(self, data: Mapping[str, list[str]]) -> None:
        self._persons, self._periods, self._ranks, self._summaries = (
            frozenset(fold(word) for word in data[name]) for name in ("person", "period", "rank", "summary_rows")
        )
        self._bonus = by_length(data["bonus"])
        self._weights, self._scores = by_length(data["weight_suffixes"]), by_length(data["score_suffixes"])

    def is_person(self, text: str) -> bool:
        """Whether a header names the column of persons."""
        return fold(text) in self._persons

    def is_period(self, text: str) -> bool:
        """Whether a header names a column of periods."""
        return fold(text) in self._periods

    def is_rank(self, text: str) -> bool:
        """Whether a header names a column of ranks."""
        return fold(text) in self._ranks

    def is_bonus(self, text: str) -> bool:
        """Whether an item lies outside the weights of 100 %."""
        folded = key(text)
        return any(word in folded for word in self._bonus)

    def is_summary(self, text: str) -> bool:
        """Whether a row below the persons sums them up: 平均, 合计."""
        return fold(text) in self._summaries

    def weight_of(self, folded: str) -> str:
        """The item whose weights a folded header names (quality for quality_p), else ""."""
        for suffix in self._weights:
            if folded.endswith(suffix) and len(folded) > len(suffix):
                return folded[: -len(suffix)]
        return ""

    def scores_called(self, base: str) -> list[str]:
        """The folded headers under which the scores of an item may stand."""
        return [base, *(base + suffix for suffix in self._scores)]


_GAP = re.compile("(?:差|偏差|差异|差额|差距|缺口)(?:异|额|距|值|数|量|率|情况|幅度)*")


class LedgerWords:
    """The words of the rows of a ledger."""

    __slots__ = ("_kinds",)

    def __init__(self, data: Mapping[str, list[str]]) -> None:
        self._kinds = {fold(word): kind for kind in ("target", "actual", "gap") for word in data[kind]}

    def kind(self, text: str) -> str:
        """What a row holds: "target", "actual" or "gap"; "" if its text says none of these."""
        if not text or len(text) > 20:
            return ""
        folded = fold(text)
        return self._kinds.get(folded) or ("gap" if _GAP.fullmatch(folded) else "")


_REMEMBERED = 20_000
_DECORATION = re.compile(r"^(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.．]|[(（\[【][^()（）\[\]【】]*[)）\]】]")


class AbilityWords:
    """The words of ability and attitude sheets; spun spellings (参照能力) are understood."""

    __slots__ = ("_aliased", "_aliases", "_known", "_ratings", "_sections", "_titles")

    def __init__(self, data: Mapping[str, list[str]], aliased: re.Pattern[str], aliases: Mapping[str, str]) -> None:
        self._sections = frozenset(fold(word) for word in data["sections"])
        self._ratings = frozenset(fold(word) for word in data["ratings"])
        self._titles = by_length(data["titles"])
        self._aliased, self._aliases = aliased, aliases
        self._known: dict[str, str] = {}

    def section(self, text: str) -> str:
        """The folded heading of a list of abilities or attitudes (核心能力), else ""."""
        if not text or len(text) > 24:
            return ""
        known = self._known.get(text)
        if known is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._section(text)
        return known

    def _section(self, text: str) -> str:
        plain = _DECORATION.sub("", key(text)).strip(ORNAMENTS)
        other = self._aliased.sub(lambda match: self._aliases[match[0]], plain)
        if other in self._sections:
            return other
        return plain if plain in self._sections else ""

    def is_rating(self, text: object) -> bool:
        """Whether a header heads ratings: 等级, 评价（1–5分）."""
        if not isinstance(text, str) or len(text) > 30:
            return False
        return _DECORATION.sub("", fold(text)).strip(ORNAMENTS) in self._ratings

    def in_title(self, text: str) -> bool:
        """Whether a title is that of such a sheet."""
        folded = key(text)
        return any(word in folded for word in self._titles)
