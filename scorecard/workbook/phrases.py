"""Headings and labels that no list has, understood by how they are built: modifiers in front, the word at the core last.

The lists name whole headings; here 年度重点工作目标值 is modifiers, a core (目标) and a tail (值), and `Score awarded by the
line manager` a core with what follows it. What a word does in a heading is a matter of few words, how they are
combined is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..scoring.values import key
from .folding import by_length

#: How sure a heading is whose every word is known, and one of which only the core is.
WHOLE, CORE_ONLY = 0.75, 0.6

# Roles in the order in which a heading is tried against them, where two cores end at the same place.
_ORDER = ("number", "weight", "points", "score", "rule_text", "method", "note", "target", "actual", "section", "name")
_NUMERIC = ("weight", "points", "score", "target", "actual")
_LABELS = ("person", "evaluator", "department", "position", "period", "total", "grade")
_CHINESE_LABELS = (*_LABELS, "subtotal", "coefficient", "stop")
_LONGEST = 20
_MOST_WORDS = 6
_WORDS = re.compile(r"s/n|[a-z]+|[#№]")
_BREAK = re.compile(r"\b(?:of|for|from)\b")
_BRACKETS = re.compile(r"[(\[【（〔{][^()\[\]【】（）〔〕{}]*[)\]】）〕}]")
# What surely names the items, as opposed to words that do so only in company (项目, 任务指标, goal).
_NAMING = re.compile("(?<!目标)(?<!任务)(?<!计划)(?<!达成)(?<!完成)(?:指标|要素)(?:项|名称|项目)?$")
_SCORING = ("scoring", "marking", "grading", "rating", "evaluation", "assessment")
_NAMES = frozenset({"indicator", "measure", "metric", "kpi", "kra"})
_TARGET = re.compile("目标|任务|计划|预算|应达|达标|应完成|target|plan|expected|goal")
# 折合分, 考评结果分: points of some kind; which kind, the numbers tell.
_POINTS = re.compile("[一-鿿]{1,5}(?<!部)(?<!总)(?<!积)(?<!百)(?<!学)(?<!成)(?<!水)(?<!缘)(?<!区)(?<!处)分")
_ACTUAL = re.compile("(?<!未)(?:完成|实际|达成|实绩|实现)|actual|achieved|attain")
_SMALL = frozenset({"of", "the", "a", "an", "being", "s", "for"})
_GRADING = frozenset({"rating", "grade", "level", "band", "class", "classification", "category", "tier"})
_TOTALLED = frozenset({"score", "point", "mark", "result", "rating", "sum", "total"})
_WHOLES = frozenset({"total", "overall", "sum", "aggregate", "grand", "final", "net", "cumulative", "composite", "combined"})
_RELATION = frozenset({"name", "line", "to", "by", "team", "report", "direct", "reporting", "immediate"})
_POSTS = frozenset({"title", "role", "designation", "position", "post", "job", "held", "occupation", "name"})
_TIMES = frozenset({"period", "cycle", "year", "quarter", "month", "timeframe", "frame"})
_UNITS = frozenset({
    "department", "dept", "division", "unit", "team", "section", "branch", "group", "office", "organisation", "organization",
    "function",
})  # fmt: skip
_HAN = re.compile("[\u4e00-\u9fff]")


class Phrase(NamedTuple):
    """What a heading is: its role, who scored, how sure that is, and the core it rests on."""

    role: str
    label: str
    score: float
    core: str


class Phrases:
    """The words that headings and labels are composed of.

    Example:
        >>> from scorecard.workbook.vocabulary import Vocabulary
        >>> Vocabulary.load().match_header("各岗位年度任务完成数值").role
        'actual'
    """

    __slots__ = (
        "_adjust", "_adjust_with", "_chinese", "_cores", "_en", "_known", "_label_zh", "_labels_en", "_others", "_parts",
        "_surnames", "_value_ends", "_who",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any]) -> None:
        zh, en = data["zh"], data["en"]
        modifiers = _any(zh["modifiers"])
        tails = {role: _any(zh["value_tails" if role in _NUMERIC else "tails"]) for role in _ORDER}
        self._chinese = tuple(
            (re.compile(f"(?:{modifiers})*(?P<core>{_any(zh['core'][role])})(?:{tails[role]})*"), role)
            for role in _ORDER
        )
        self._cores = tuple((key(word), role) for role in _ORDER for word in zh["core"][role])
        self._en: dict[str, frozenset[str]] = {
            name: frozenset(en[name]) for name in ("modifiers", "behind", "tails", "full", "expected", "scored")
        }
        self._parts: dict[str, str] = {}
        for role in _ORDER:
            for word in en["core"].get(role, ()):
                self._parts.setdefault(word, role)
        self._who = {word: who for who, words in en["who"].items() for word in words}
        self._known = self._en["modifiers"] | self._en["behind"] | self._en["full"] | self._en["expected"]
        label = data["label"]
        self._label_zh = tuple((re.compile("|".join(f"(?:{one})" for one in label[kind])), kind) for kind in _CHINESE_LABELS)
        self._labels_en = tuple((frozenset(label["en"][kind]), kind) for kind in _LABELS)
        value = data["value"]
        self._value_ends = {
            kind: (
                tuple(word for word in value[kind] if _HAN.search(word)),
                frozenset(word for word in value[kind] if not _HAN.search(word)),
            )
            for kind in ("position", "department")
        }
        self._surnames: frozenset[str] = frozenset(value["surnames"])
        self._others = tuple(value["other"])
        self._adjust = by_length(data["adjustment"]["core"])
        both = [*data["adjustment"]["core"], *data["adjustment"]["with"]]
        self._adjust_with = re.compile(f"(?:{_any(both)})+")

    # --- headings ------------------------------------------------------------------------------------------------

    def composed(self, folded: str) -> Phrase | None:
        """A folded Chinese heading all of whose parts are known."""
        if len(folded) > _LONGEST or not _HAN.search(folded):
            return None
        best: tuple[int, int] | None = None
        found = None
        for pattern, role in self._chinese:
            match = pattern.fullmatch(folded)
            # The core that begins last is the one the others only lead to.
            if match is not None:
                rank = (match.end("core"), -match.start("core"))
                if best is None or rank > best:
                    best, found = rank, Phrase(role, "", WHOLE, match["core"])
        if found is not None and found.role == "name" and not _NAMING.search(folded):
            return found._replace(score=CORE_ONLY)
        return found

    def by_core(self, folded: str) -> Phrase | None:
        """A short Chinese heading that ends in a core, whatever stands in front."""
        if len(folded) > 10 or not _HAN.search(folded):
            return None
        ends = [(len(core), role, core) for core, role in self._cores if len(core) > 1 and folded.endswith(core)]
        if not ends:
            return Phrase("score", "", CORE_ONLY, "分") if _POINTS.fullmatch(folded) else None
        _, role, core = max(ends, key=lambda one: one[0])
        return Phrase(role, "", CORE_ONLY, core)

    def speaks_of_target(self, folded: str) -> bool:
        """Whether a heading has a word for what is to be reached."""
        return _TARGET.search(folded) is not None

    def speaks_of_actual(self, folded: str) -> bool:
        """Whether a heading has a word for what was reached."""
        return _ACTUAL.search(folded) is not None

    def english(self, text: str) -> Phrase | None:
        """An English heading by its words."""
        plain = unicodedata.normalize("NFKC", text).casefold()
        if len(plain) > 60 or _HAN.search(plain):
            return None
        plain = _BRACKETS.sub(" ", plain)
        head = _BREAK.split(plain, maxsplit=1)[0]
        words = [self._base(word) for word in _WORDS.findall(head)]
        every = [self._base(word) for word in _WORDS.findall(plain)]
        if not words or len(every) > _MOST_WORDS:
            return None
        if len(every) > 1 and (every[0] in ("what", "how") or every[-1] in ("by", "from")):
            return Phrase("note", "", CORE_ONLY, every[0])
        scored = [word for word in every if word in self._en["scored"]]
        while len(words) > 1 and words[-1] in self._en["behind"]:
            words.pop()
        if words[-1] == "level" and words[0] in ("assessed", "rated", "competency", "proficiency", "skill"):
            return Phrase("score", "", CORE_ONLY, "level")
        while len(words) > 1 and words[-1] in self._en["tails"]:
            words.pop()
        if words == ["maximum"] or words == ["max"]:
            return Phrase("points", "", CORE_ONLY, words[0])
        core = words[-1]
        if core == "factor" and self._parts.get(words[0]) == "weight":
            core = words[0]
        role = self._parts.get(core, "")
        who = next((self._who[word] for word in every if word in self._who), "")
        if core in self._en["scored"]:
            if any(word in self._en["full"] or self._parts.get(word) == "weight" for word in every):
                return Phrase("points", "", WHOLE, core)
            return Phrase("score", who, self._sure(every), core)
        if core in ("assessment", "evaluation", "appraisal", "review") and len(words) > 1:
            return Phrase("score", who, WHOLE, core) if who else None
        if role in ("method", "rule_text") and core != "source" and (scored or words[0] in _SCORING and len(words) > 1):
            role = "rule_text"
        elif role == "actual" and any(word in self._en["expected"] for word in words[:-1]):
            return Phrase("target", "", CORE_ONLY, core)
        elif role in ("target", "note") and "actual" in words[:-1]:
            role = "actual"
        elif not role and words[0] in ("planned", "expected", "target", "agreed", "desired"):
            role, core = "target", words[0]
        sure = CORE_ONLY if role == "name" and core not in _NAMES else self._sure(every)
        return Phrase(role, "", sure, core) if role else None

    def _base(self, word: str) -> str:
        """A word without its plural."""
        if word.endswith("s") and len(word) > 3 and not word.endswith("ss"):
            one = word[:-3] + "y" if word.endswith("ies") else word[:-1]
            known = one in self._parts or one in self._who or any(one in words for words in self._en.values())
            return one if known else word
        return word

    def _sure(self, words: Iterable[str]) -> float:
        known = all(w in self._known or w in self._parts or w in self._who or w in self._en["tails"] or w == "of" for w in words)
        return WHOLE if known else CORE_ONLY

    # --- labels --------------------------------------------------------------------------------------------------

    def label(self, folded: str, text: str) -> str:
        """The kind of a label (person, department, total …) that no list has; "" if it says none of these.

        Args:
            folded: The label, folded.
            text: As written, for the blanks between English words.
        """
        if not folded or len(folded) > 40:
            return ""
        if _HAN.search(folded):
            return next((kind for pattern, kind in self._label_zh if pattern.fullmatch(folded)), "")
        words = re.findall("[a-z]+", unicodedata.normalize("NFKC", text).casefold())
        if not 1 <= len(words) <= 5 or re.search(r"\d", folded):
            return ""
        return self._english_label([w[:-1] if w.endswith("s") and w[-2:] != "ss" and len(w) > 4 else w for w in words])

    def _english_label(self, words: list[str]) -> str:
        every = [word for word in words if word not in _SMALL]
        if not every:
            return ""
        has = set(every)
        fits = {kind for known, kind in self._labels_en if all(word in known or word == "name" for word in every)}
        core = words[words.index("of") - 1] if "of" in words[1:] else every[-1]
        if "grade" in fits and not has & {"total", "sum"} and core in _GRADING:
            return "grade" if len(every) > 1 or core == "grade" else ""
        if "total" in fits and (core in _TOTALLED or every[-1] in ("total", "sum")):
            return "total" if has & _WHOLES else ""
        if every == ["name"] or "person" in fits:
            return "person" if has - {"name", "full", "first", "last"} or "name" in has else ""
        if "evaluator" in fits and has - _RELATION:
            return "evaluator"
        if "position" in fits and core in _POSTS:
            return "position"
        if "department" in fits and (core in _UNITS or every[-1] == "name" or core in ("center", "centre")):
            return "department"
        return "period" if "period" in fits and has & _TIMES else ""

    def kind_of_value(self, text: str) -> str:
        """What a value can only be by its shape: a department (护理部), a position (质检员), a person (陈建国); else ""."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain or len(plain) > 30 or re.search(r"[\d:。,;!?%]", plain):
            return ""
        if _HAN.search(plain):
            for kind, (ends, _) in self._value_ends.items():
                # 司机 and 文员 begin like the names of persons.
                is_name = len(plain) < 3 and plain[0] in self._surnames and plain not in ends
                if len(plain) <= 12 and plain.endswith(ends) and not is_name:
                    return kind
            name = re.sub(r"\s", "", plain)
            return "person" if 2 <= len(name) <= 4 and name[0] in self._surnames else ""
        words = plain.casefold().split()
        for kind, (_, known) in self._value_ends.items():
            if words[-1] in known or " ".join(words[-2:]) in known:
                return kind
        named = re.fullmatch(r"[A-Z][a-z'-]+(?: [A-Z]\.?)?(?: [A-Z][a-z'-]+){1,2}", plain)
        return "person" if named else ""

    def is_other_label(self, text: str) -> bool:
        """Whether a label is one of forms, and none that says whose card this is: 工号, 填表日期, Page."""
        folded = key(text)
        if _HAN.search(folded):
            return any(word in folded for word in self._others if _HAN.search(word))
        return bool(set(re.findall("[a-z]+", unicodedata.normalize("NFKC", text).casefold())) & set(self._others))

    def is_adjustment(self, folded: str) -> bool:
        """Whether the name of a row is made of nothing but words of bonus and penalty points."""
        if not folded or len(folded) > 30 or not any(word in folded for word in self._adjust):
            return False
        return self._adjust_with.fullmatch(folded) is not None


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in by_length(words))
