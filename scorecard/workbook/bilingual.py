"""Headings and labels that say in English again what they say in Chinese: 自评得分 Self rating, 部门 Department."""

from __future__ import annotations

import re

from .matches import HeaderMatch

_BETWEEN = " \t\n\u3000\u00a0/|-—_"
_ENGLISH_LAST = re.compile(r"(?P<zh>[^a-zA-Z]*[\u4e00-\u9fff][^a-zA-Z]*)(?P<en>[a-zA-Z][^\u4e00-\u9fff]*)", re.DOTALL)
_ENGLISH_FIRST = re.compile(r"(?P<en>[^\u4e00-\u9fff]*[a-zA-Z][^\u4e00-\u9fff]*)(?P<zh>[\u4e00-\u9fff][^a-zA-Z]*)", re.DOTALL)
# Roles of texts that describe an item: which of them one is makes no difference to a score.
_DESCRIBING = frozenset({"note", "rule_text", "method", "evaluator"})


def two_languages(text: str) -> tuple[str, str]:
    """A heading in Chinese that says the same in English, before or behind it: both parts; ("", "") for any other.

    Example:
        >>> two_languages("权重（%）Weight"), two_languages("HR评分")
        (('权重（%）', 'Weight'), ('', ''))
    """
    match = _ENGLISH_LAST.fullmatch(text) or _ENGLISH_FIRST.fullmatch(text)
    if match is None:
        return "", ""
    chinese, english = match["zh"].strip(_BETWEEN), match["en"].strip(_BETWEEN)
    # Short ones (KPI, HR, A) belong to the Chinese unless something sets them apart.
    apart = len(match["zh"]) > len(match["zh"].strip(_BETWEEN)) or len(match["en"]) > len(match["en"].strip(_BETWEEN))
    letters = len("".join(english.split()))
    return (chinese, english) if letters > 3 or (apart and letters > 1) else ("", "")


def told_twice(first: HeaderMatch, second: HeaderMatch, strong: float) -> HeaderMatch | None:
    """What a heading means whose Chinese and whose English part each mean something; None if they say different things.

    Args:
        first: What the Chinese part means.
        second: What the English part means.
        strong: From here on a match stands by itself.
    """
    roles = (first.role, second.role)
    if first.score < strong <= second.score and second.role in _DESCRIBING:
        return second
    same = first.role == second.role or roles in (("score", "rater"), ("points", "score")) or _DESCRIBING.issuperset(roles)
    if not same and second.score >= strong:
        return None  # KPI 类别
    label = first.label or (second.label if first.role in ("score", "weighted_score") else "")
    return first._replace(label=label, unit=first.unit or second.unit, score=max(first.score, second.score))
