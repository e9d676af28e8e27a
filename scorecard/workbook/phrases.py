"""Headings and labels that no list has, understood by how they are built: modifiers in front, the word at the core last.

The lists name whole headings; here 年度重点工作目标值 is modifiers, a core (目标) and a tail (值), and `Score awarded by the
line manager` a core with what follows it. What a word does in a heading is a matter of few words, how they are
combined is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..scoring.values import key
from .folding import by_length

#: How sure a heading is whose every word is known, and one of which only the core is.
WHOLE, CORE_ONLY = 0.75, 0.6
#: And one that means nothing else.
LISTED = 0.8

# Roles in the order in which a heading is tried against them, where two cores end at the same place.
_ORDER = ("number", "weight", "points", "score", "rule_text", "method", "note", "target", "actual", "section", "name")
_NUMERIC = ("weight", "points", "score", "target", "actual")
_LABELS = ("person", "evaluator", "department", "position", "period", "total", "grade")
_CHINESE_LABELS = (*_LABELS, "subtotal", "coefficient", "stop")
_LONGEST = 20
_MOST_WORDS = 6
_WORDS = re.compile(r"s/n|[a-z]+|[#№×*]")
# A part of a name: Fernández, MacLeod, O'Brien-Smith, J.
_NAME = re.compile(r"(?=[^\W\d_])(?:[A-ZÀ-ÖØ-Þ][^\W\d_]*[^\W\d_A-Z][^\W\d_]*(?:['’-][^\W\d_]+)*|[OD]['’][^\W\d_]+|[A-Z]\.?)")
# How scored, How it is measured
_HOW = {
    **dict.fromkeys(("scored", "rated", "marked", "graded", "evaluated", "awarded", "calculated"), "rule_text"),
    **dict.fromkeys(("measured", "verified", "checked", "tracked", "monitored", "sourced", "collected"), "method"),
}
# % of total score, share of the overall rating
_PART_OF = re.compile(
    r"\s*(?:%|percent|percentage|share|proportion|part)(?:\s+(?:share|weight))?\s+of\s+(?:the\s+)?"
    r"(?:(?:total|overall|final|whole|entire|full|kpi|appraisal|evaluation|performance|scorecard)\s+)*"
    r"(?:scores?|marks?|points?|ratings?|total|whole|weight|weighting|appraisal|evaluation|assessment|scorecard)\s*"
    r"(?:\(?%\)?)?\s*$"
)
_BREAK = re.compile(r"\b(?:of|for|from|by|against|versus|vs|per|in|as|on|if|to(?! date))\b")
_TIMES_SIGN = frozenset("x×*")
_BRACKETS = re.compile(r"[(\[【（〔{][^()\[\]【】（）〔〕{}]*[)\]】）〕}]")
# What surely names the items, as opposed to words that do so only in company (项目, 任务指标, goal).
_NAMING = re.compile("(?<!目标)(?<!任务)(?<!计划)(?<!达成)(?<!完成)(?:指标|要素)(?:项|名称|项目)?$")
_SCORING = ("scoring", "marking", "grading", "rating", "evaluation", "assessment")
_JUDGING = ("assessment", "evaluation", "appraisal", "review")
_REACHED = frozenset({"achieved", "attained", "reached", "delivered", "completed", "met"})
_NAMES = frozenset({"indicator", "measure", "metric", "kpi", "kra"})
_TARGET = re.compile("目标|任务|计划|预算|应达|达标|应完成|target|plan|expected|goal")
# 折合分, 考评结果分: points of some kind; which kind, the numbers tell.
_POINTS = re.compile("[一-鿿]{1,5}(?<!部)(?<!总)(?<!积)(?<!百)(?<!学)(?<!成)(?<!水)(?<!缘)(?<!区)(?<!处)分")
_ACTUAL = re.compile("(?<!未)(?:完成|实际|达成|实绩|实现)|actual|achieved|attain")
_SMALL = frozenset({"of", "the", "a", "an", "being", "s", "for"})
_GRADING = frozenset({"rating", "grade", "level", "band", "class", "classification", "category", "tier"})
_TOTALLED = frozenset({"score", "point", "mark", "result", "rating", "sum", "total", "weight", "weightage", "weighting"})
_APPRAISED = frozenset({"employee", "appraisee", "staff", "ratee"})
_NOT_ALONE = frozenset({"name", "full", "first", "last", "and", "appraised", "assessed", "reviewed"})
_GIVEN = frozenset({"secured", "obtained", "earned", "achieved", "awarded", "attained"})
_PARTS = frozenset({"section", "part", "category", "group", "perspective", "partial", "sub"})
_WHOLE_SCORES = frozenset({"performance", "appraisal", "evaluation", "assessment", "kpi", "kra", "pms", "scorecard"})
_WHOLES = frozenset({"total", "overall", "sum", "aggregate", "grand", "final", "net", "cumulative", "composite", "combined"})
_JUDGES = frozenset({
    "appraiser", "supervisor", "manager", "evaluator", "rater", "reviewer", "assessor", "superior", "boss", "leader", "lead",
    "head", "hod", "moderator", "reviewed", "rated", "assessed", "evaluated", "appraised", "scored", "supervised", "managed",
})  # fmt: skip
_OFFICES = frozenset({"officer", "authority"})
_POSTS = frozenset({"title", "role", "designation", "position", "post", "job", "occupation"})
_TIMES = frozenset({"period", "cycle", "year", "quarter", "month", "timeframe", "frame"})
_UNITS = frozenset({
    "department", "dept", "division", "unit", "team", "section", "branch", "group", "office", "organisation", "organization",
    "function", "directorate", "ministry", "agency", "bureau", "plant", "factory", "store", "outlet", "ward", "clinic",
    "school", "faculty", "hospital", "workshop", "bu",
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
        "_surnames", "_totals", "_value_ends", "_who",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any]) -> None:
        zh, en = data["zh"], data["en"]
        modifiers = _any(zh["modifiers"])
        tails = {role: _any(zh["value_tails" if role in _NUMERIC else "tails"]) for role in _ORDER}
        self._chinese = tuple(
            (re.compile(f"(?:{modifiers})*(?P<core>{_any(zh['core'][role])})(?:{tails[role]})*"), role)
            for role in _ORDER
        )
        self._cores: dict[str, str] = {}
        for role in _ORDER:
            for word in zh["core"][role]:
                self._cores.setdefault(key(word), role)
        self._en: dict[str, frozenset[str]] = {
            name: frozenset(en[name]) for name in (
                "modifiers", "behind", "tails", "full", "expected", "scored", "weighted", "summed", "former", "plans",
                "aside", "rated", "compared", "rated_with",
            )
        }  # fmt: skip
        self._parts: dict[str, str] = {}
        for role in _ORDER:
            for word in en["core"].get(role, ()):
                self._parts.setdefault(word, role)
        self._who = {word: who for who, words in en["who"].items() for word in words}
        self._known = self._en["modifiers"] | self._en["behind"] | self._en["full"] | self._en["expected"]
        label = data["label"]
        self._label_zh = tuple((re.compile("|".join(f"(?:{one})" for one in label[kind])), kind) for kind in _CHINESE_LABELS)
        self._labels_en = tuple((frozenset(label["en"][kind]), kind) for kind in _LABELS)
        self._totals = frozenset(label["en"]["total"])
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
        for at in range(len(folded) - 1):
            role = self._cores.get(folded[at:])
            if role is not None:
                return Phrase(role, "", CORE_ONLY, folded[at:])
        return Phrase("score", "", CORE_ONLY, "分") if _POINTS.fullmatch(folded) else None

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
        if _PART_OF.match(plain):
            return Phrase("weight", "", WHOLE, "% of")
        if plain.split() in (["weighted", "%"], ["%", "weighted"], ["weighted%"]):
            return Phrase("weight", "", CORE_ONLY, "weighted %")
        head = _BREAK.split(plain, maxsplit=1)[0]
        found = self._of_head(head, plain)
        if found is None and head != plain and (whole := self._of_head(plain, plain)) is not None and whole.score > CORE_ONLY:
            found = whole  # End of year target
        return found

    def _of_head(self, head: str, plain: str) -> Phrase | None:
        """A heading in small letters, without brackets, whose core is sought in a part of it."""
        words = [self._base(word) for word in _WORDS.findall(head)]
        every = [self._base(word) for word in _WORDS.findall(plain)]
        if not words or len(every) > _MOST_WORDS:
            return None
        if self._rates(every):
            return Phrase("band", key(plain), WHOLE if len(every) > 1 else CORE_ONLY, every[-1])
        if every[0] == "how" and every[-1] in _HOW:
            return Phrase(_HOW[every[-1]], "", WHOLE, every[-1])
        if len(every) > 1 and (every[0] in ("what", "how") or every[-1] in ("by", "from")):
            return Phrase("note", "", CORE_ONLY, every[0])
        if len(every) > 1 and not self._en["former"].isdisjoint(every):
            return Phrase("note", "", LISTED, words[-1])  # Last year's actual is none of this period
        if words in (["name"], ["title"]) and len(every) > 2:
            words = every[2:]  # Name of KPI
        scored = [word for word in every if word in self._en["scored"]]
        if words[-1] in self._en["aside"] and words[-2:] != ["to", "date"]:
            return Phrase("note", "", self._sure(every) if len(every) > 1 else CORE_ONLY, words[-1])
        reached = False
        while len(words) > 1 and words[-1] in self._en["behind"]:
            reached = words.pop() in _REACHED or reached
        if words[-1] == "level" and words[0] in ("assessed", "rated", "competency", "proficiency", "skill"):
            return Phrase("score", "", CORE_ONLY, "level")
        tail = ""
        while len(words) > 1 and words[-1] in self._en["tails"]:
            tail = words.pop()
        if words == ["maximum"] or words == ["max"]:
            return Phrase("points", "", CORE_ONLY, words[0])
        core = words[-1]
        if core == "factor" and self._parts.get(words[0]) == "weight":
            core = words[0]
        role = self._parts.get(core, "")
        who = next((self._who[word] for word in every if word in self._who), "")
        found = self._of_scores(core, words, every, who)
        if found is not None:
            return found
        if core in self._en["aside"] or (core == "plan" and not self._en["plans"].isdisjoint(words)):
            return Phrase("note", "", self._sure(every) if len(every) > 1 else CORE_ONLY, core)
        if role == "number" and tail in ("value", "level"):
            return None
        if role in ("method", "rule_text") and core != "source" and (scored or words[0] in _SCORING and len(words) > 1):
            role = "rule_text"
        elif role == "actual" and any(word in self._en["expected"] for word in words[:-1]):
            return Phrase("target", "", CORE_ONLY, core)
        elif (
            (role in ("target", "note") and "actual" in words[:-1])
            or (role in ("", "target", "name") and reached)  # Target achieved
            or (role == "target" and words[0] in _REACHED)
            or (not role and words[0] == "actual")
        ):
            role = "actual"
        elif not role and words[0] in self._en["expected"]:
            role, core = "target", words[0]
        sure = CORE_ONLY if role == "name" and core not in _NAMES else self._sure(every)
        return Phrase(role, "", sure, core) if role else None

    def _of_scores(self, core: str, words: Sequence[str], every: Sequence[str], who: str) -> Phrase | None:
        """A heading of scores, weighted ones or full marks: what is weighed, whose it is, how much it may be."""
        scored = [word for word in every if word in self._en["scored"]]
        weighs = any(self._parts.get(word) == "weight" for word in every)
        if weighs and scored and not _TIMES_SIGN.isdisjoint(every):
            return Phrase("weighted_score", who, WHOLE, core)  # Weight x Rating
        if not self._en["weighted"].isdisjoint(every) and "un" not in every and (scored or core in self._en["summed"]):
            return Phrase("weighted_score", who, WHOLE, core)
        if core in self._en["scored"]:
            if weighs or not self._en["full"].isdisjoint(every):
                return Phrase("points", "", WHOLE, core)
            return Phrase("score", who, self._sure(every), core)
        if scored and core in self._en["full"]:
            return Phrase("points", "", WHOLE, core)  # Score max
        if core == "result" and len(words) > 1 and words[-2] in _JUDGING:
            return Phrase("score", who, CORE_ONLY, core)
        judged = core in (*_JUDGING, "marking", "scoring", "grading") and len(every) > 1
        if who and (judged or (core in self._who and scored)):
            return Phrase("score", who, WHOLE, core)  # Self-assessment, Score - Self
        if who and "by" in every and words[0] in ("rated", "scored", "marked", "assessed"):
            return Phrase("score", who, CORE_ONLY, words[0])
        return None

    def _rates(self, words: Sequence[str]) -> bool:
        """Whether some words are the name of a rating: Fully meets expectations, Very good."""
        rated = self._en["rated"] if len(words) == 1 else self._en["rated"] | self._en["compared"]
        return not rated.isdisjoint(words) and all(word in rated or word in self._en["rated_with"] for word in words)

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
        if not 1 <= sum(word not in _SMALL for word in words) <= 5 or re.search(r"\d", folded):
            return ""
        return self._english_label([w[:-1] if w.endswith("s") and w[-2:] != "ss" and len(w) > 4 else w for w in words])

    def _english_label(self, words: list[str]) -> str:
        every = [word for word in words if word not in _SMALL]
        if not every:
            return ""
        has = set(every)
        fits = {kind for known, kind in self._labels_en if all(word in known or word == "name" for word in every)}
        core = words[words.index("of") - 1] if "of" in words[1:] else every[-1]
        if core in _GIVEN and len(every) > 1:
            core = every[-2]  # Total marks obtained
        if has & _PARTS and has & {"total", "subtotal"}:
            return "subtotal" if all(word in self._totals or word in _PARTS or len(word) == 1 for word in every) else ""
        if core in has & _APPRAISED and has & _POSTS:
            core, every = "title", [word for word in every if word not in _APPRAISED]
            fits = {kind for known, kind in self._labels_en if all(word in known for word in every)}
        if "grade" in fits and not has & {"total", "sum"} and core in _GRADING:
            return "grade" if len(every) > 1 or core == "grade" else ""
        if "total" in fits and (core in _TOTALLED or every[-1] in ("total", "sum")):
            return "total" if has & _WHOLES or (len(every) == 2 and every[0] in _WHOLE_SCORES and core == "score") else ""
        if every == ["name"] or "person" in fits:
            return "person" if has - _NOT_ALONE or "name" in has else ""
        officer = has & _OFFICES and has - _OFFICES - {"name"}
        if "evaluator" in fits and (has & _JUDGES or officer or ("to" in has and has & {"report", "reporting"})):
            return "evaluator"
        if "position" in fits and has & _POSTS:
            return "position"
        if "department" in fits and (core in _UNITS or "name" in (every[0], every[-1]) or core in ("center", "centre")):
            return "department"
        if "name" in has and len(every) == 2 and has - {"name"} <= self._value_ends["position"][1]:
            return "person"  # Teacher name
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
        if "of" in words[1:]:
            words = words[: words.index("of")]  # Head of Sales
        for kind, (_, known) in self._value_ends.items():
            if words[-1].rpartition("-")[2] in known or " ".join(words[-2:]) in known:
                return kind
        return "person" if 2 <= len(words) <= 4 and all(map(_NAME.fullmatch, plain.split())) else ""

    def is_other_label(self, text: str) -> bool:
        """Whether a label is one of forms, and none that says whose card this is: 工号, 填表日期, Page."""
        folded = key(text)
        if _HAN.search(folded):
            return any(word in folded for word in self._others if _HAN.search(word))
        return bool(set(re.findall("[a-z]+", unicodedata.normalize("NFKC", text).casefold())) & set(self._others))


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in by_length(words))
