"""The words of tables with a shape of their own: lists of persons, ledgers, ability and attitude sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..scoring.values import key
from .bilingual import two_languages
from .folding import ORNAMENTS, Respelling, by_length, fold
from .probe import asked_method

# Nothing but signs that stand for a name: XXX, ＸＸ, ×××, 某某, ○○, -.
_NOBODY = re.compile(r"[x×*某○〇?…—/\-]*")


class PeopleWords:
    """The words of lists with one person per row; texts are folded before they are compared."""

    __slots__ = (
        "_bonus", "_known", "_periods", "_persons", "_placeholders", "_ranks", "_scores", "_speaks", "_spelling",
        "_staff", "_staff_inside", "_summaries", "_weights",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, list[str]], spelling: Respelling) -> None:
        self._persons, self._periods, self._ranks, self._summaries = (
            frozenset(fold(word) for word in data[name]) for name in ("person", "period", "rank", "summary_rows")
        )
        self._bonus = by_length(data["bonus"])
        self._weights, self._scores = by_length(data["weight_suffixes"]), by_length(data["score_suffixes"])
        self._spelling, self._known, self._speaks = spelling, dict[str, bool](), dict[str, bool]()
        self._placeholders = frozenset(fold(word) for word in data["placeholder"])
        self._staff = frozenset(fold(word) for word in data["staff_number"])
        labels = sorted(data["staff_number"], key=lambda word: (-len(word), word))
        labels = [r"\s*".join(map(re.escape, word.split() if word.isascii() else word)) for word in labels]
        self._staff_inside = re.compile(
            rf"(?<![a-z])(?:{'|'.join(labels)})\.?\s*[:：]\s*([A-Za-z]{{0,4}}-?[0-9０-９]{{1,12}})(?![0-9０-９])", re.IGNORECASE
        )

    @asked_method
    def is_staff_number(self, text: str) -> bool:
        """Whether a text is the label or the heading of the staff number: 工号, 員工編號：, 工号 Staff ID."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            known = self._known[text] = len(text) <= _LONGEST_SECTION and self._is_staff_number(text)
        return known

    def _is_staff_number(self, text: str) -> bool:
        plain = _BRACKETS.sub("", self._spelling.simplified(key(text))).strip(ORNAMENTS)
        return plain in self._staff or any(fold(part) in self._staff for part in two_languages(plain) if part)

    def staff_number_in(self, text: str) -> str:
        """The staff number that a cell states behind its label (工号：00123), as it is written there; "" without one."""
        if ":" not in text and "：" not in text:
            return ""
        found = self._staff_inside.search(self._spelling.simplified(text))
        return found[1] if found is not None else ""

    def speaks_of_staff_number(self, text: str) -> bool:
        """Whether a text is a label of the staff number, or one with the number behind it; nearly none is."""
        known = self._speaks.get(text)
        if known is None:
            if len(self._speaks) > _REMEMBERED:
                self._speaks.clear()
            known = self._speaks[text] = bool(self.staff_number_in(text)) or self.is_staff_number(text)
        return known

    def is_placeholder(self, name: str) -> bool:
        """Whether a name only says that one is to be written there, as in templates: (姓名), XXX, 某某."""
        plain = self._spelling.simplified(key(name)).strip(f"{ORNAMENTS}()[]【】<>《》{{}}")
        return _NOBODY.fullmatch(plain) is not None or plain in self._placeholders

    @asked_method
    def is_person(self, text: str) -> bool:
        """Whether a header names the column of persons."""
        return fold(text) in self._persons

    @asked_method
    def is_period(self, text: str) -> bool:
        """Whether a header names a column of periods."""
        return fold(text) in self._periods

    @asked_method
    def is_rank(self, text: str) -> bool:
        """Whether a header names a column of ranks."""
        return fold(text) in self._ranks

    @asked_method
    def is_bonus(self, text: str) -> bool:
        """Whether an item lies outside the weights of 100 %."""
        folded = key(text)
        return any(word in folded for word in self._bonus)

    @asked_method
    def is_summary(self, text: str) -> bool:
        """Whether a row below the persons sums them up: 平均, 合计."""
        return fold(text) in self._summaries

    @asked_method
    def names_weights(self, text: str) -> bool:
        """Whether a header can be that of the weights of an item."""
        return self.weight_of(key(text)) != ""

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

    @asked_method
    def kind(self, text: str) -> str:
        """What a row holds: "target", "actual" or "gap"; "" if its text says none of these."""
        if not text or len(text) > 20:
            return ""
        folded = _BRACKETS.sub("", fold(text)).rstrip("%")
        return self._kinds.get(folded) or ("gap" if _GAP.fullmatch(folded) else "")


_REMEMBERED = 20_000
_LONGEST_SECTION = 40
_ENGLISH_PART = re.compile(r"^\s*(?:(?:part|section)\s+(?:[a-h]|[ivx]+|\d)\b\s*[:.\-]?|(?:[a-h]|[ivx]+|\d{1,2})[.)]\s)\s*")
_ENGLISH_BRACKETS = re.compile(r"\([^()]*\)")
_DECORATION = re.compile(r"^(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.．]|[(（\[【][^()（）\[\]【】]*[)）\]】]")


class AbilityWords:
    """The words of ability and attitude sheets; spun spellings (参照能力) are understood."""

    __slots__ = (
        "_alone", "_cores", "_known", "_ratings", "_section_of", "_sections", "_spelling", "_titles", "_words",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any], spelling: Respelling) -> None:
        self._sections = frozenset(fold(word) for word in data["sections"])
        self._cores = frozenset(data["section_cores"])
        self._words = self._cores | frozenset(data["section_words"])
        self._alone = self._cores - frozenset(data["section_not_alone"])
        self._ratings = frozenset(fold(word) for word in data["ratings"])
        self._titles = by_length(data["titles"])
        self._section_of, self._spelling = re.compile(data["section"]), spelling
        self._known: dict[str, str] = {}

    @asked_method
    def section(self, text: str) -> str:
        """The folded heading of a list of abilities or attitudes (核心能力), else ""."""
        if not text or len(text) > _LONGEST_SECTION:
            return ""
        known = self._known.get(text)
        if known is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._section(text)
        return known

    def _section(self, text: str) -> str:
        plain = _DECORATION.sub("", key(text)).strip(ORNAMENTS)
        other = self._spelling.of(plain)
        if other in self._sections or self._section_of.fullmatch(other):
            return other
        return plain if plain in self._sections or self._is_composed(text) else ""

    def _is_composed(self, text: str) -> bool:
        """Whether a heading is made of English words of abilities: Part B: Behavioural competencies (40%)."""
        if not text.isascii() or key(text) in self._titles:
            return False
        words = re.findall("[a-z]+|&", _ENGLISH_PART.sub("", _ENGLISH_BRACKETS.sub("", text.casefold())))
        if len(words) == 1:
            return words[0] in self._alone
        return bool(words) and words[-1] in self._cores and all(word in self._words for word in words)

    @asked_method
    def is_rating(self, text: object) -> bool:
        """Whether a header heads ratings: 等级, 评价（1–5分）."""
        if not isinstance(text, str) or len(text) > 30:
            return False
        return _DECORATION.sub("", fold(text)).strip(ORNAMENTS) in self._ratings

    @asked_method
    def in_title(self, text: str) -> bool:
        """Whether a title is that of such a sheet."""
        folded = key(text)
        return any(word in folded for word in self._titles)


_BRACKETS = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]")
_CONJUNCTION = re.compile("及(?![时格])|和|与")


class HintWords:
    """What the name of an item suggests about its direction and its kind; suggestions, never to be applied silently.

    Args:
        directions: The words of "lower" and of "higher".
        kinds: The words of each kind, and units that tell it.
        spellings: Gives the other spellings of a folded text.
    """

    __slots__ = ("_directions", "_kinds", "_spellings")

    def __init__(
        self,
        directions: Mapping[str, list[str]],
        kinds: Mapping[str, list[str]],
        spellings: Callable[[str], Iterable[tuple[str, float]]],
    ) -> None:
        self._directions = tuple((key(w), d) for d in ("lower", "higher") for w in directions[d])
        self._kinds = {name: tuple(key(word) for word in words) for name, words in kinds.items()}
        self._spellings = spellings

    def direction(self, name: str) -> str | None:
        """The direction: "higher", "lower", or None."""
        folded = key(name)
        plain = _BRACKETS.sub("", folded) or folded
        hints = {self._direction(part) for part in re.split(_CONJUNCTION, plain)} - {None}
        if len(hints) > 1:
            return None
        if hints:
            return hints.pop()
        return self._direction(folded) if plain != folded else None

    def _direction(self, text: str) -> str | None:
        best, hint = (0, 0), None
        for candidate, _ in self._spellings(text):
            for word, direction in self._directions:
                at = candidate.rfind(word)
                # Far from the end a word says what an item is about, not what is counted: 投诉问题解决.
                if at >= 0 and len(candidate) - at - len(word) <= 3 and (at + len(word), len(word)) > best:
                    best, hint = (at + len(word), len(word)), direction
            if hint:
                break
        return hint

    def kind(self, name: str, targets: Iterable[str]) -> str | None:
        """The kind of target: "rate", "count", "amount", or None."""
        for target in targets:
            folded = key(target)
            if "%" in folded or "‰" in folded:
                return "rate"
            match = re.search(r"\d\s*([^\d\s.,<>=≥≤以及不含()]+)", folded)
            if match:
                unit = match[1]
                if "/" in unit or unit in self._kinds["amount_units"]:
                    return "amount"
                if unit in self._kinds["count_units"]:
                    return "count"
        folded = key(name)
        plain = _BRACKETS.sub("", folded) or folded
        hints = {self._kind(re.sub("(?:程度|情况|水平)$", "", part)) for part in re.split(_CONJUNCTION, plain)} - {None}
        return hints.pop() if len(hints) == 1 else None

    def _kind(self, plain: str) -> str | None:
        best, hint = (0, 0), None
        for kind in ("rate", "count", "amount", "none"):
            for word in self._kinds[kind]:
                at = plain.rfind(word)
                # A kind is what a name ends in: 率 in 费率调整 says nothing.
                if at >= 0 and at + len(word) >= len(plain) - 1 and (at + len(word), len(word)) > best:
                    best, hint = (at + len(word), len(word)), kind
        return None if hint == "none" else hint
