"""The words of rows that are no plain item: points beside the weights, vetoes, sections that are rated."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..scoring.values import key
from .folding import BRACKETS, NUMBERING, ORNAMENTS, Respelling, by_length, fold
from .probe import asked_method

# 加/减分, 奖、扣分, +/-: what is left of a name beside its words of deduction speaks of giving as well; 加班扣分 does not.
_GIVES = re.compile(r"[加奖增](?:[/、,和与及或&+-]|$)|[+±]")
_LONGEST = 30


class ItemWords:
    """What the name of a row says about how its number counts.

    Args:
        words: The names of such rows, as a whole.
        phrases: Words of points beside the weights, those of them that only take away, and what goes with them.
        spelling: Puts typing variants right.
    """

    __slots__ = ("_adjust", "_adjust_with", "_adjustments", "_less", "_ratings", "_spelling", "_vetoes")

    def __init__(
        self, words: Mapping[str, list[str]], phrases: Mapping[str, list[str]], spelling: Respelling
    ) -> None:
        self._spelling = spelling
        self._adjustments, self._vetoes = (frozenset(fold(word) for word in words[kind]) for kind in ("adjustment", "veto"))
        self._ratings = by_length(words["rating_sections"])
        self._less = frozenset(by_length(phrases["less"]))
        core = by_length([*phrases["core"], *phrases["less"]])
        self._adjust = re.compile("|".join(map(re.escape, core)))
        self._adjust_with = re.compile(f"(?:{'|'.join(map(re.escape, by_length([*core, *phrases['with']])))})+")

    def special(self, name: str) -> str:
        """Say "veto" or "adjustment" for a row whose name says so, else ""."""
        plain = self._plain(name)
        if plain in self._vetoes:
            return "veto"
        return "adjustment" if plain in self._adjustments or self._is_adjustment(plain) else ""

    @asked_method
    def is_rated(self, section: str) -> bool:
        """Whether the items of a section are rated: 态度, 能力."""
        folded = key(section)
        return any(word in folded for word in self._ratings)

    @asked_method
    def takes_away(self, name: str) -> bool:
        """Whether a row of points can only take some away: 扣分, 违纪扣分, penalties; not 加减分 or 奖惩."""
        plain = self._plain(name)
        found = self._adjust.findall(plain)
        return bool(found) and self._less.issuperset(found) and _GIVES.search(self._adjust.sub("", plain)) is None

    @asked_method
    def speaks_of_points(self, name: str) -> bool:
        """Whether a name has a word of bonus or penalty points in it, whatever else it says: 参加抢险加分."""
        return self._adjust.search(self._plain(name)) is not None

    def _is_adjustment(self, plain: str) -> bool:
        """Whether a name is made of nothing but words of bonus and penalty points."""
        if not plain or len(plain) > _LONGEST or self._adjust.search(plain) is None:
            return False
        return self._adjust_with.fullmatch(plain) is not None

    def _plain(self, name: str) -> str:
        plain = BRACKETS.sub("", self._spelling.of(key(name))).strip(ORNAMENTS)
        return NUMBERING.sub("", plain).partition(":")[0].strip(ORNAMENTS)
