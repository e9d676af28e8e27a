"""The words of lists with one person per row."""

from __future__ import annotations

from collections.abc import Mapping

from ..scoring.values import key
from .folding import by_length, fold


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
