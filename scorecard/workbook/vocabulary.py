"""The words of assessment tables: what a header or a label means, and what an item's name suggests.

The words themselves stand in `vocabulary.toml`. Texts are compared on a folded copy (blanks, width and case do not
count); what a workbook says is never changed, and a spun synonym (评分原则 for 评分标准) only helps to find a role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import Message
from ..refusals import read_toml
from ..scoring.periods import parse_period
from ..scoring.values import key, trim
from .bilingual import told_twice, two_languages
from .folding import BRACKETS, COUNT, NUMBERING, ORNAMENTS, Respelling, by_length, fold
from .item_words import ItemWords
from .matches import HeaderMatch, LabelMatch
from .phrases import Phrases
from .probe import asked_method, probe_of
from .score_ranges import score_range
from .shape_words import AbilityWords, HintWords, LedgerWords, PeopleWords
from .stated import stated_in
from .wordlists import (
    IDENTITY_KINDS,
    built_in,
    extend,
    filled_in,
    fold_unit,
    is_dated,
    is_signed,
    last_characters,
    listed,
    pair_pattern,
    scores_as,
    unfolded,
    without_tails,
)

if TYPE_CHECKING:
    from .mapping import Mapping as Mapping_

#: Roles that a column of a located table can have.
ROLES = (
    "number", "name", "section", "target", "actual", "band", "weight", "points", "score", "weighted_score", "note",
    "rule_text", "method", "evaluator",
)  # fmt: skip
#: What else a header text can turn out to be: a bare period, a bare evaluator, a total, or a sign of another table.
OTHER_ROLES = ("period", "rater", "total", "foreign", "rules")

#: From here on a match is strong; below, the text means its role only beside other assessment columns.
STRONG = 0.7
#: From here on a list has it, as it is or nearly; below, it was put together.
LISTED = 0.8

_LONGEST_HEADER, _LONGEST_LABEL, _LONGEST_COMPOUND = 40, 60, 20
_REMEMBERED = 50_000
_COLON = re.compile("[:：﹕]")
_APART = re.compile(r"[ \t\u00a0]{2,}|[\u3000\n;；|]+|[\s_＿]+(?=[^\s:：a-zA-Z]{1,12}[:：])")
_HAN = re.compile("[\u4e00-\u9fff]")
_PART = re.compile(rf"第?{COUNT}(?:部分|章|类|节)|{COUNT}[、.．]|(?:part|section)\b", re.IGNORECASE)
# What somebody gives beside points: 评价 of whom, or by whom, a post or a unit in front says.
_JUDGED = frozenset({"评价", "考评", "评定", "评议", "评核", "评"})
_OF_ITSELF = re.compile(r"(?<=.)(?:自评|自我评价|自我评定|自我打分|自我评分)(?:得分|分数|打分|评分|分|值)*$")
_WIDE_GAP = re.compile(r"\S\s{2,}\S")


class Vocabulary:
    """The words, ready for look-up. Build one with `load`; it can be shared.

    Example:
        >>> words = default_vocabulary()
        >>> words.match_header("评分原则").role, words.match_header("权重（%）").unit
        ('rule_text', '%')
        >>> words.direction_hint("发货差错率"), words.direction_hint("投诉处理满意率")
        ('lower', 'higher')
    """

    __slots__ = (
        "_cache", "_context", "_cores", "_ends", "_evaluators", "_headers",
        "_label_cache", "_labels", "_neutral", "_pair", "_patterns", "_phrases", "_special_cache", "_spelling",
        "_tails", "_total", "_units", "abilities", "hints", "items", "ledger", "mapping", "memory_cache", "people",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._headers: dict[str, tuple[str, bool, str]] = {}
        for role, lists in data["header"].items():
            for word, strong in listed(lists):
                # The first to claim a word keeps it: real roles stand before the signs of other tables.
                self._headers.setdefault(fold(word), (role, strong, word))
        self._labels: dict[str, tuple[str, bool, str]] = {}
        for kind, lists in data["label"].items():
            for word, strong in listed(lists):
                self._labels.setdefault(fold(word), (kind, strong, word))
        self._patterns = tuple(
            (re.compile(one["text"]), str(one["role"]), bool(one.get("weak"))) for one in data["pattern"]
        )
        self._ends = last_characters(data)
        self._evaluators = {fold(word): name for name, words in data["evaluators"].items() for word in words}
        words = data["words"]
        self._neutral = by_length(words["neutral"])
        self._total = re.compile("".join(words["total_parts"]))
        self._tails = by_length(words["score_tails"])
        self._units = frozenset(fold_unit(word) for word in words["units"])
        self._context = by_length(words["context"])
        self._cores = tuple((key(word), role) for role, listed in data["core"].items() for word in listed)
        self._spelling = Respelling(data["aliases"], words["traditional"])
        self._pair = pair_pattern(self._labels)
        self._phrases = Phrases(data["phrase"])
        self.hints = HintWords(data["direction"], data["kind"], self._spellings)
        self.items = ItemWords(data["item"], data["phrase"]["adjustment"], self._spelling)
        self.people = PeopleWords(data["people"], self._spelling)
        self.ledger = LedgerWords(data["ledger"])
        self.abilities = AbilityWords(data["ability"], self._spelling)
        #: What a person said about the columns of the workbook that is read with these words.
        self.mapping: Mapping_ | None = None
        self._forget()

    def _forget(self) -> None:
        self._cache: dict[str, HeaderMatch | None] = {}
        self._label_cache: dict[str, LabelMatch | None] = {}
        self._special_cache: dict[str, str] = {}
        #: What was recognised with these words, by form (`recognise.py`).
        self.memory_cache: dict[str, Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the words, without the texts of workbooks seen with them so far."""
        return {name: getattr(self, name) for name in self.__slots__ if not name.endswith("_cache")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The same there."""
        for name, value in state.items():
            setattr(self, name, value)
        self._forget()

    @classmethod
    def load(cls, extra: Path | None = None) -> Vocabulary:
        """The built-in words, and those of a TOML file of the same shape (its own win where they differ).

        Raises:
            UsageError: the file cannot be read, is not TOML, or has a table or list that the built-in one has not.
        """
        data = built_in()
        if extra is not None:
            extend(data, read_toml(extra, Message("词汇文件", "vocabulary file")), str(extra), "")
        return cls(data)

    def mapped(self, mapping: Mapping_ | None) -> Vocabulary:
        """The same words with what a person has said about columns; UsageError for a word that names none."""
        twin = copy(self)
        twin.mapping = mapping.checked(self) if mapping is not None else None
        return twin

    # --- headers -------------------------------------------------------------------------------------------------

    @asked_method
    def match_header(self, text: str) -> HeaderMatch | None:
        """What one header text means, or None.

        Args:
            text: As written, line breaks and all; a unit or a score range in brackets is understood.
        """
        if text not in self._cache:
            if len(self._cache) > _REMEMBERED:
                self._cache.clear()  # a workbook full of different texts must not fill the memory
            match = self._match_header(text) if len(text) <= 2 * _LONGEST_HEADER else None
            if match is not None and match.label:
                match = match._replace(label=unfolded(text, match.label))
            self._cache[text] = match
        return self._cache[text]

    def _match_header(self, text: str) -> HeaderMatch | None:
        whole = fold(text)
        if not whole or len(whole) > _LONGEST_HEADER:
            return None
        span = score_range(text)
        if span is not None:
            inner = self._match_plain(fold(span.rest), "") or self._match_words(span.rest, "")
            if inner is not None and inner.role in ("score", "points", "weight", "weighted_score", "total"):
                return inner._replace(unit="" if inner.role == "weight" else inner.unit)
            # Self (1-5) is somebody's marks, Superior (91-100) a band.
            is_scale = inner is not None and inner.role == "rater" and span.low <= 1
            if inner is not None and (is_scale or (inner.role == "rule_text" and inner.score >= 0.9)):
                return inner
            label = span.rest or trim(text)
            return HeaderMatch("band", label, "", 0.9 if inner is not None else 0.75, inner.term if inner else label)
        if whole[-1] not in self._ends and not whole[-1].isascii():
            return None  # the name of a person, a department, an item: most texts are none of ours
        if whole not in self._headers and (both := self._in_two_languages(text)) is not None:
            return both
        plain, unit, period = self._without_brackets(text)
        match = self._match_plain(whole, "") if not plain else None
        match = match or self._match_plain(plain, unit)
        if match is None or (match.role == "score" and match.score <= STRONG and plain.isascii()):
            match = self._match_words(text, unit) or match
        if (
            match is not None
            and match.role == "weight"
            and unit not in ("", "%", "分", "points", "pts")
        ):
            return match._replace(role="foreign")  # Weight (kg)
        if match is not None and match.role == "score":
            match = match._replace(role=scores_as(BRACKETS.findall(key(text))))
        if match is not None and period and not match.label and match.role in ("target", "actual", "score"):
            match = match._replace(label=period)
        return match

    def _in_two_languages(self, text: str) -> HeaderMatch | None:
        """自评得分 Self rating: a heading that says in English again what it says in Chinese; each must mean something."""
        chinese, english = two_languages(text)
        first = self._match_header(chinese) if chinese else None
        second = self._match_header(english) if first is not None else None
        return told_twice(first, second, STRONG) if first is not None and second is not None else None

    def _match_words(self, text: str, unit: str) -> HeaderMatch | None:
        found = self._phrases.english(text)
        return HeaderMatch(found.role, found.label, unit, found.score, found.core) if found is not None else None

    def _without_brackets(self, text: str) -> tuple[str, str, str]:
        """A header without its brackets: the folded rest, the unit and the period that they state."""
        folded, unit, period = key(text), "", ""
        for inner in BRACKETS.findall(folded):
            if fold_unit(inner) in self._units:
                unit = unit or fold_unit(inner)
            elif parse_period(inner) is not None:
                period = period or inner
        rest = NUMBERING.sub("", BRACKETS.sub("", folded)).strip(ORNAMENTS)
        head, slash, tail = rest.rpartition("/")
        if slash and fold_unit(tail) in self._units:
            rest, unit = head, unit or fold_unit(tail)
        elif rest[-1:] in ("%", "‰") and len(rest) > 1:
            rest, unit = rest[:-1], unit or rest[-1]
        return rest.strip(ORNAMENTS), unit, period

    def _match_plain(self, folded: str, unit: str) -> HeaderMatch | None:
        """A folded header without brackets."""
        if not folded:
            return None
        for candidate, factor in self._spellings(folded):
            known = self._headers.get(candidate)
            if known is not None:
                role, strong, term = known
                label = folded if role == "band" else ""
                if role == "score":
                    label = next((self._evaluators[s] for s in without_tails(candidate) if s in self._evaluators), "")
                return HeaderMatch(role, label, unit, round((1.0 if strong else 0.6) * factor, 3), term)
            label_known = self._labels.get(candidate)
            if label_known is not None and label_known[0] == "total":
                return HeaderMatch("total", "", unit, factor if label_known[1] else 0.6, label_known[2])
        for candidate, factor in self._spellings(folded) if len(folded) <= _LONGEST_COMPOUND else ():
            found = self._composed(candidate, unit)
            if found is not None:
                return found._replace(score=round(found.score * factor, 3))
        return self._by_core(self._spelling.simplified(folded), unit)

    def _composed(self, folded: str, unit: str) -> HeaderMatch | None:
        """A header that no list has as it is."""
        if folded in self._evaluators:
            return HeaderMatch("rater", self._evaluators[folded], unit, 0.6, folded)
        found = self._of_parts(folded, unit) or self._with_front(folded, unit)
        if found is None and parse_period(folded) is not None:
            return HeaderMatch("period", folded, unit, 0.6, folded)
        return (
            found
            or self._score_of_someone(folded, unit)
            or self._of_words(folded, unit)
            or self._compound(folded, unit)
            or self._by_ending(folded, unit)
        )

    def _of_parts(self, folded: str, unit: str) -> HeaderMatch | None:
        """评分标准及方法, 考核要求/内容, KPI指标/Indicator: the first part that means something."""
        parts = [part for part in re.split(r"[/、&|与和]|及(?!时|格)|\bor\b", folded) if part]
        if len(parts) > 1:
            found = [known for part in parts if (known := self._headers.get(part)) is not None]
            found = [one for one in found if one[0] != "foreign"]  # 学生及家长满意度 is no list of pupils
            if found and len(found) >= len(parts) - 1:
                role, strong, term = found[0]
                return HeaderMatch(role, "", unit, 0.85 if strong else 0.55, term)
        return None

    def _with_front(self, folded: str, unit: str) -> HeaderMatch | None:
        """季度目标, 2026年实际, 本期得分: a period or a neutral word in front of a term."""
        for cut in range(len(folded) - 1, 0, -1):
            front, rest = folded[:cut], folded[cut:]
            known = self._headers.get(front)
            if known is not None and known[0] in ("target", "actual") and known[1] and is_dated(rest):
                return HeaderMatch(known[0], rest, unit, 0.85, known[2])  # Actual Q1
            known = self._headers.get(rest)
            if known is None or not known[1]:
                continue
            role, _, term = known
            if role in ("target", "actual", "score", "weight", "band") and parse_period(front) is not None:
                label = front if role in ("target", "actual") and front not in self._neutral else ""
                return HeaderMatch(role, label, unit, 0.85, term)
            if front in self._neutral and role in ROLES:
                # 员工评分 and 个人自评 say who scored, 绩效得分 does not.
                who = next((self._evaluators[s] for s in without_tails(rest) if s in self._evaluators), "")
                label = (who or self._evaluators.get(front, "")) if role == "score" else ""
                return HeaderMatch(role, label, unit, 0.8, term)
        return None

    def _score_of_someone(self, folded: str, unit: str) -> HeaderMatch | None:
        """自评得分, 上级评价, 一组得分."""
        if not folded.endswith(self._tails):
            return None
        if len(folded) <= 12 and (itself := _OF_ITSELF.search(folded)) is not None:
            return HeaderMatch("score", self._evaluators.get("自评", "自评"), unit, 0.75, itself[0])  # 受约人自评
        for tail in self._tails:
            front = folded[: -len(tail)]
            if not front or not folded.endswith(tail):
                continue
            for neutral in self._neutral:
                if front != neutral and front.endswith(neutral) and front[: -len(neutral)] in self._evaluators:
                    front = front[: -len(neutral)]
            who = self._evaluators.get(front) or self._of_two(front)
            if who:
                return HeaderMatch("score", who, unit, 0.9, tail)
            if tail in ("得分", "评分", "打分", "分数", "score") and len(front) <= 5 and front[-1:] not in "总满加合":
                return HeaderMatch("score", front, unit, 0.7, tail)
            of_whom = self._phrases.kind_of_value(front) in ("position", "department") or front.endswith("部门")
            if tail in _JUDGED and of_whom:
                return HeaderMatch("score", front, unit, 0.6, tail)  # 店长评价, 相关科室评价
        return None

    def _of_words(self, folded: str, unit: str) -> HeaderMatch | None:
        one = self._phrases.composed(folded)
        return None if one is None else HeaderMatch(one.role, "", unit, one.score, one.core)

    def _of_two(self, front: str) -> str:
        """Who 主管领导, 个人自评, 部门主管 is: two words that each say who; the second one decides."""
        for cut in range(1, len(front)):
            first, second = front[:cut], front[cut:]
            if second in self._evaluators and (first in self._evaluators or first in self._neutral):
                return str(self._evaluators[second])
        return ""

    def _compound(self, folded: str, unit: str) -> HeaderMatch | None:
        """A compound that no list names but a pattern describes: 重点考核指标, 数据采集部门."""
        for pattern, role, weak in self._patterns:
            match = pattern.fullmatch(folded)
            if match is not None:
                group = match.groupdict().get("label") or ""
                label = self._evaluators.get(group, group and folded)
                return HeaderMatch(role, label, unit, 0.6 if weak else 0.75, folded)
        return None

    def _by_ending(self, folded: str, unit: str) -> HeaderMatch | None:
        """A longer header that ends in a Chinese term which makes up at least half of it: 主要衡量指标."""
        for cut in range(1, len(folded) // 2 + 1):
            known = self._headers.get(folded[cut:])
            if known is not None and known[1] and known[0] in ROLES and known[0] != "number" and len(folded[cut:]) > 1:
                if folded[cut:].isascii():
                    continue
                label = folded if known[0] == "target" else ""  # 销售目标 is not simply the target
                return HeaderMatch(known[0], label, unit, round(0.5 + 0.3 * (1 - cut / len(folded)), 3), known[2])
        return None

    def _by_core(self, folded: str, unit: str) -> HeaderMatch | None:
        """A short header that no list has, by the word at its core that comes last: 年度目标分解, 实际业绩情况."""
        if len(folded) > 10 or re.search(r"[\d.%:、]", folded):
            return None
        if (last := self._phrases.by_core(folded)) is not None and last.role != "actual":
            return HeaderMatch(last.role, "", unit, last.score, last.core)
        found = [(folded.rfind(core), len(core), role, core) for core, role in self._cores if core in folded]
        if not found:
            return None
        _, _, role, core = max(found)
        if role == "actual" and folded.endswith("率"):
            return None  # 完成率 is a target, an actual or an item, nobody knows
        return HeaderMatch(role, "", unit, 0.6, core)

    def _spellings(self, folded: str) -> Iterator[tuple[str, float]]:
        """The text itself, then with spun words and typing variants put right, then without 的."""
        yield folded, 1.0
        if folded.isascii() and folded.endswith("s") and len(folded) > 4:
            yield folded[:-1], 0.95
        other = self._spelling.of(folded)
        if other != folded:
            yield other, 0.95
        if "的" in other:
            yield other.replace("的", ""), 0.9

    # --- labels --------------------------------------------------------------------------------------------------

    def match_label(self, text: str) -> LabelMatch | None:
        """What the label of a value means (总分, 等级：, 考核周期（请选择）▶), or None."""
        probe = probe_of(text)
        if probe is not None:
            known = probe.ask(Vocabulary._label_alone, (self,))
            if known is None or known.value is None:
                return known
            value: Any = probe.derive(Vocabulary._label_value, (self,))
            return known._replace(value=value)
        if text not in self._label_cache:
            if len(self._label_cache) > _REMEMBERED:
                self._label_cache.clear()
            self._label_cache[text] = self._match_label(text) if len(text) <= 400 else None
        return self._label_cache[text]

    def _label_alone(self, text: str) -> LabelMatch | None:
        known = self.match_label(text)
        return known._replace(value="") if known is not None and known.value is not None else known

    def _label_value(self, text: str) -> str:
        known = self.match_label(text)
        return known.value or "" if known is not None else ""

    def _match_label(self, text: str) -> LabelMatch | None:
        head, colon, rest = re.sub(r"[：﹕]", ":", trim(text)).partition(":")
        if len(head) > _LONGEST_LABEL:
            return None
        value = trim(rest) if colon else None
        plain = NUMBERING.sub("", BRACKETS.sub("", key(head))).strip(ORNAMENTS)
        if plain and plain[-1] not in self._ends and not plain[-1].isascii():
            return None
        for candidate, _ in self._spellings(plain):
            known = self._labels.get(candidate)
            if known is not None:
                return LabelMatch(known[0], known[1], "", value, known[2])
            for cut in range(1, len(candidate)):
                known = self._labels.get(candidate[cut:])
                front = candidate[:cut]
                if known is None or known[0] not in ("total", "grade"):
                    continue
                if front in self._evaluators:
                    return LabelMatch(known[0], known[1], self._evaluators[front], value, known[2])
                if front in self._neutral or parse_period(front) is not None:
                    return LabelMatch(known[0], known[1], "", value, known[2])
        plain = self._spelling.of(plain)
        if self._total.fullmatch(plain):
            return LabelMatch("total", False, "", value, plain)
        if is_signed(plain):
            return LabelMatch("stop", True, "", value, "签字")
        chinese, english = two_languages(head)
        first = self._match_label(chinese) if chinese else None
        if first is not None and (self._match_label(english) or self._match_header(english)) is not None:
            return first._replace(value=value)  # 部门 Department
        kind = self._phrases.label(plain, BRACKETS.sub("", head))
        if kind == "period" and parse_period(plain) is not None:
            return None  # 季度 is a value, not a label
        return LabelMatch(kind, kind not in ("total", "grade"), "", value, plain) if kind else None

    def identity_pairs(self, text: str) -> list[tuple[str, str]]:
        """Labels and values written into one cell.

        Example:
            >>> default_vocabulary().identity_pairs("被考核人：张三　　部门：客服部")
            [('person', '张三'), ('department', '客服部')]
        """
        probe = probe_of(text)
        if probe is not None:
            kinds = probe.ask(Vocabulary._pair_kinds, (self,))
            values: list[Any] = [probe.derive(Vocabulary._pair_value, (self,), (i,)) for i in range(len(kinds))]
            return list(zip(kinds, values, strict=True))
        colons = len(_COLON.findall(text))
        if not colons:
            return []
        found = []
        matches = list(self._pair.finditer(text))
        ends = [match.start() for match in matches[1:]] + [len(text)]
        for match, end in zip(matches, ends, strict=bool(matches)):
            value = text[match.end() : end]
            # A label that is not ours (填表日期：) ends the value too.
            value = re.split(r"(?:^|[\s\u3000_＿])[\s\u3000_＿]*(?=[^\s\d:：]{1,10}[:：])", value, maxsplit=1)[0]
            found.append((self._labels[fold(match[1])][0], filled_in(value)))
        is_plain = len(found) == colons and _HAN.search(text) is not None and not _WIDE_GAP.search(text)
        if len(text) > 400 or is_plain:
            return found
        # Labels that no list has: each stands at the beginning of what wide blanks, or a blank before 部门：, set apart.
        named = [label for chunk in _APART.split(text) if chunk and (label := self.match_label(chunk)) is not None]
        pairs = [(one.kind, filled_in(one.value)) for one in named if one.kind in IDENTITY_KINDS and one.value is not None]
        apart = _HAN.search(text) is None and all(_COLON.search(chunk) for chunk in _APART.split(text) if chunk)
        if apart or len(pairs) == colons:
            return pairs
        known = {kind for kind, _ in found}
        return [*found, *(pair for pair in pairs if pair[0] not in known)]

    @asked_method
    def strange_pairs(self, text: str) -> list[tuple[str, str]]:
        """Labels with a colon and a value in one cell that no list has and no rule understands."""
        if len(text) > 200 or not _COLON.search(text):
            return []
        found = []
        for chunk in _APART.split(text):
            head, colon, value = re.sub("[：﹕]", ":", chunk).partition(":")
            if stated_in(chunk)[1] is not None or _PART.match(trim(head)):
                continue  # the heading of a part: 第一部分：业绩考核 60%
            most = 40 if head.isascii() else 20
            if colon and 1 < len(trim(head)) <= most and filled_in(value) and self.match_label(chunk) is None:
                found.append((trim(head), filled_in(value)))
        return found

    def _pair_kinds(self, text: str) -> list[str]:
        return [kind for kind, _ in self.identity_pairs(text)]

    def _pair_value(self, text: str, at: int) -> str:
        return self.identity_pairs(text)[at][1]

    @asked_method
    def kind_of_value(self, text: str) -> str:
        """What a value beside a label nobody knows can only be: "department", "position", "person", "period"; else ""."""
        period = parse_period(text)
        if period is not None and (period.year is not None or period.number is not None):
            return "period"
        return self._phrases.kind_of_value(self._spelling.simplified(text))

    @asked_method
    def is_other_label(self, text: str) -> bool:
        """Whether a label of a form says nothing about whose card it is."""
        return self._phrases.is_other_label(self._spelling.simplified(text))

    @asked_method
    def names_persons(self, text: str) -> bool:
        """Whether a header is that of a column of persons: 姓名, 被考核人, employee_name."""
        if not text or len(text) > (40 if text.isascii() else 20):
            return False
        if self.people.is_person(text):
            return True
        label = self.match_label(text)
        return label is not None and label.kind == "person" and label.value is None

    @asked_method
    def speaks_of_target(self, text: str) -> bool:
        """Whether a heading that is none of targets has a word for them: 目标标准, 任务指标."""
        return self._phrases.speaks_of_target(key(text))

    @asked_method
    def speaks_of_actual(self, text: str) -> bool:
        """Whether a heading that is none of actuals has a word for them: 完成情况说明."""
        return self._phrases.speaks_of_actual(key(text))

    @asked_method
    def is_strong_header(self, text: str) -> bool:
        """Whether a header means its role by itself."""
        match = self.match_header(text)
        return match is not None and match.score >= STRONG

    @asked_method
    def evaluator(self, text: str) -> str | None:
        """The usual name of an evaluator: 直接主管 is 上级; None if the text names none."""
        return self._evaluators.get(fold(text))

    @asked_method
    def speaks_of_assessment(self, text: str) -> bool:
        """Whether a title, a heading or a sheet name uses a word of assessments."""
        folded = self._spelling.of(key(text))
        return any(word in folded for word in self._context)

    @asked_method
    def item_kind(self, name: str, section: str = "", measured: bool = True) -> str:
        """The kind of an item: "adjustment" and "veto" by name, "rating" by section when nothing is measured."""
        special = self._special_cache.get(name)
        if special is None:
            if len(self._special_cache) > _REMEMBERED:
                self._special_cache.clear()
            special = self._special_cache[name] = self.items.special(name)
        if special or measured or not section:
            return special or "kpi"
        return "rating" if self.items.is_rated(section) else "kpi"

    # --- hints ---------------------------------------------------------------------------------------------------

    def direction_hint(self, name: str) -> str | None:
        """The direction that an item's name suggests: "higher", "lower", or None. Never to be applied silently.

        The term that ends last decides (投诉处理满意率 is higher); of a compound whose parts disagree, none does.
        """
        return self.hints.direction(name)

    def kind_hint(self, name: str, targets: Iterable[str] = ()) -> str | None:
        """The kind of target: "rate", "count", "amount" (amounts and levels), or None.

        Args:
            name: The item's name.
            targets: Its targets as shown ("95%", "3次/台"); a % sign or a unit decides before the name does.
        """
        return self.hints.kind(name, targets)


@cache
def default_vocabulary() -> Vocabulary:
    """The built-in vocabulary, read once."""
    return Vocabulary.load()
