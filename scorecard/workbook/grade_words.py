"""The words that grades are called by: one list for the scales that forms print and for what stands in a grade's cell."""

from __future__ import annotations

import re

from ..scoring.values import key
from .probe import asked

#: Words that grades are called by, folded; letters may be followed by 级 or 等.
GRADE_WORDS = frozenset(map(key, (
    "卓越", "杰出", "优秀", "优", "良好", "良", "中等", "中", "一般", "合格", "基本合格", "及格", "不合格", "不及格", "较差",
    "差", "称职", "基本称职", "不称职", "胜任", "基本胜任", "不胜任", "达标", "未达标", "不达标", "待改进", "需改进",
    "有待改进", "待提高", "待提升", "待改善", "需提升", "需改善", "特优", "优异", "优良", "突出", "出色", "较好", "普通",
    "尚可", "欠佳", "满意", "基本满意", "不满意", "远超期望", "超出期望", "达到期望", "符合期望", "低于期望", "远超预期",
    "超出预期", "达到预期", "符合预期", "低于预期", "甲", "乙", "丙", "丁", "S", "A+", "A", "A-", "B+", "B", "B-", "C+", "C",
    "C-", "D", "E", "F",
    "outstanding", "exceptional", "excellent", "very good", "good", "satisfactory", "average", "fair", "needs improvement",
    "poor", "unsatisfactory", "exceeds", "meets", "below", "exceeds expectations", "meets expectations", "below expectations",
)))  # fmt: skip
_TAIL = re.compile(r"(?<=.)(?:等级|级别|[级等档类])$")


def known_grade(text: str) -> str:
    """A grade as it is compared: 优秀, a for A级; "" for any other text.

    Example:
        >>> known_grade("A级"), known_grade(" 优秀 "), known_grade("权重")
        ('a', '优秀', '')
    """
    folded = key(text)
    if folded in GRADE_WORDS:
        return folded
    bare = _TAIL.sub("", folded)
    return bare if bare in GRADE_WORDS else ""


@asked
def is_grade(value: object) -> bool:
    """Whether a value can only be a grade: 良, B+, 合格, Good."""
    return isinstance(value, str) and known_grade(value) != ""
