"""Indicator definition cards (指标定义卡): what is measured, how it is computed, who answers for it.

A formula of a card is a sentence of named operands: "及时响应的服务需求数/客户提出的服务需求的总数". It is parsed into sums
of operands, one above and one below the line, because that is what can be pooled over periods: Σ above / Σ below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import RuleError
from ..messages import Message
from .values import key, trim

RATIO, SUM, MEAN, VALUE = "ratio", "sum", "mean", "value"

#: Words at the end of a formula that say how several rows become one number.
_TOTALS = ("的总和", "总和", "之和", "求和", "加总", "累计数", "累计值", "累计", "的合计", "合计")
_MEANS = ("的平均值", "的平均数", "平均值", "平均数", "的平均")
#: A typing error that changes the meaning of a formula: 综合 (comprehensive) for 总和 (sum).
_MISSPELT = {"的综合": "的总和", "综合": "总和"}
_PERCENT_TAIL = re.compile(r"[*×xX✕·]\s*100\s*%?$")
_COMPLEMENT = re.compile(r"(?:1|100%)\s*[-−－–]\s*")
_DIVIDE, _PLUS, _MINUS = "/÷", "+", "-−－–"
_FOLDED = str.maketrans("／（）＋［］【】％＊＝", "/()+()()%*=")
_TRAILING = " ;；。.,，、"


@dataclass(frozen=True, slots=True)
class Term:
    """One operand of a sum; `sign` is 1 or -1."""

    operand: str
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of named operands.

    Attributes:
        numerator: What is added up above the line; the whole formula when there is no line.
        denominator: What is added up below it; empty unless `how` is "ratio".
        how: "ratio" (Σ above / Σ below), "sum", "mean" or "value" (one number; how several become one is not said).
        corrections: Words that were read as another one, as (written, read).
    """

    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    how: str = VALUE
    corrections: tuple[tuple[str, str], ...] = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """The names of the operands, each once, in their order."""
        return tuple(dict.fromkeys(term.operand for term in (*self.numerator, *self.denominator)))

    def __str__(self) -> str:
        top, bottom = _sum_text(self.numerator), _sum_text(self.denominator)
        if self.how != RATIO:
            return top
        return f"{_bracketed(top, self.numerator)}/{_bracketed(bottom, self.denominator)}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator definition card. Texts are as written, trimmed; "" where the card is blank.

    Attributes:
        name: 指标名称.
        number: 指标编号.
        version: 版本号.
        category: 指标类别.
        level: 指标级别.
        period: 统计周期.
        definition: 指标定义.
        purpose: 设立目的.
        formula: 指标算法, as written; `parse_formula` reads it.
        statistics: 统计方法说明.
        source: 数据输出部门.
        point: 统计点.
        department: 指标责任部门.
        owner: 责任岗位.
        target: 目标值; few cards have one.
        aliases: Other names of the same indicator.
        operands: Operand of the formula to the headers its data may have instead.
    """

    name: str
    number: str = ""
    version: str = ""
    category: str = ""
    level: str = ""
    period: str = ""
    definition: str = ""
    purpose: str = ""
    formula: str = ""
    statistics: str = ""
    source: str = ""
    point: str = ""
    department: str = ""
    owner: str = ""
    target: str = ""
    aliases: tuple[str, ...] = ()
    operands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_named(self, name: str) -> bool:
        """Whether a table's item is this indicator: the name or an alias, without marks such as a trailing *."""
        wanted = bare_name(name)
        return bool(wanted) and any(wanted == bare_name(own) for own in (self.name, *self.aliases))

    def headers_of(self, operand: str) -> tuple[str, ...]:
        """The operand and the other headers its data may have."""
        return (operand, *self.operands.get(operand, ()))


# --- names -----------------------------------------------------------------------------------------------------------

#: What a name measures, by its last word; the longest word decides.
_MEASURES = {
    "率": "rate", "比率": "rate", "比例": "rate", "占比": "rate", "百分比": "rate", "比重": "rate",
    "额": "amount", "金额": "amount", "收入": "amount", "费用": "amount", "成本": "amount", "利润": "amount",
    "数": "count", "数量": "count", "量": "count", "次数": "count", "件数": "count", "人数": "count", "户数": "count",
}  # fmt: skip
_MARKS = "*＊※★☆#＃"
_MEASURE_WORDS = {
    "rate": Message("比率", "a rate"),
    "amount": Message("金额", "an amount"),
    "count": Message("数量", "a count"),
}


def bare_name(name: str) -> str:
    """A name for comparison: without blanks, width, case, and marks (*) around it."""
    return key(trim(name).strip(_MARKS))


def measure_of(name: str) -> tuple[str, str]:
    """What a name measures by its last word ("rate", "amount", "count" or ""), and the name without that word.

    Example:
        >>> measure_of("备件回款率*"), measure_of("备件回款额")
        (('rate', '备件回款'), ('amount', '备件回款'))
    """
    plain = bare_name(name)
    for word in sorted(_MEASURES, key=len, reverse=True):
        if plain.endswith(word) and len(plain) > len(word):
            return _MEASURES[word], plain[: -len(word)]
    return "", plain


def measure_word(measure: str) -> Message:
    """A measure for people: 比率, 金额, 数量."""
    return _MEASURE_WORDS[measure]


def is_other_measure(name: str, other: str) -> bool:
    """Whether two names are the same thing measured differently, such as 备件回款率 and 备件回款额."""
    (kind, stem), (other_kind, other_stem) = measure_of(name), measure_of(other)
    return bool(stem) and stem == other_stem and kind != other_kind and "" not in (kind, other_kind)


def is_reordered(name: str, other: str) -> bool:
    """Whether two names differ only in the order of their words: 及时响应率 and 响应及时率."""
    one, two = bare_name(name), bare_name(other)
    return one != two and len(one) > 2 and sorted(one) == sorted(two)


def reordered_in(name: str, text: str) -> str:
    """The first piece of a text that is the name in another order of its characters; "" if there is none."""
    plain, wanted = key(text), bare_name(name)
    size = len(wanted)
    for at in range(len(plain) - size + 1):
        piece = plain[at : at + size]
        if is_reordered(piece, wanted):
            return piece
    return ""


# --- formulas --------------------------------------------------------------------------------------------------------


def parse_formula(text: str, name: str = "") -> Formula:
    """Read a formula of named operands.

    Understood: `a/b`, `a÷b×100%`, `(a+b)/c`, `(a-b)/a`, `1-a/b`, `a+b`, `a的总和`, a leading `name =` and a trailing `;`.

    Args:
        text: As written on the card.
        name: The indicator's name, which may stand before a "=".

    Raises:
        RuleError: Blank, unbalanced brackets, a missing operand, or more than one line of a fraction.

    Example:
        >>> formula = parse_formula("及时响应的服务需求数/客户提出的服务需求的总数;")
        >>> formula.how, formula.operands
        ('ratio', ('及时响应的服务需求数', '客户提出的服务需求的总数'))
        >>> str(parse_formula("1-差错数/总数×100%"))
        '(总数-差错数)/总数'
    """
    plain = trim(text).translate(_FOLDED).strip(_TRAILING)
    head, equals, rest = plain.partition("=")
    if equals and (not name or is_similar(head, name) or not any(c in head for c in "/÷+()")):
        plain = rest.strip(_TRAILING)
    plain = _PERCENT_TAIL.sub("", plain).rstrip()
    plain = _without_brackets(plain)
    if not plain:
        raise RuleError(Message("算法是空的", "the formula is blank"))
    complement = _COMPLEMENT.match(plain)
    whole, right = _split_once(_without_brackets(plain[complement.end() :]) if complement else plain)
    if right is None:
        return _single(plain)
    below = _terms(_PERCENT_TAIL.sub("", right))
    above = _numerator(whole)
    if complement:  # 1 - a/b is (b-a)/b, which can be pooled
        above = (*below, *(Term(t.operand, -t.sign) for t in above))
    return Formula(above, below, RATIO)


def is_similar(text: str, name: str) -> bool:
    """Whether a text is a name, perhaps in another order of its words."""
    return bare_name(text) == bare_name(name) or is_reordered(text, name)


def _numerator(text: str) -> tuple[Term, ...]:
    terms = _terms(text)
    if len(terms) > 1 and _without_brackets(text.strip()) == text.strip():
        # a+b/c means a+(b/c) to a calculator and (a+b)/c to many people.
        raise RuleError(Message("分子有加减，请加括号", "the numerator is a sum: put it in brackets"))
    return terms


def _single(plain: str) -> Formula:
    corrections: tuple[tuple[str, str], ...] = ()
    for wrong, right in _MISSPELT.items():
        if plain.endswith(wrong) and len(plain) > len(wrong):
            plain, corrections = plain[: -len(wrong)] + right, ((wrong[-2:], right[-2:]),)
            break
    for words, how in ((_TOTALS, SUM), (_MEANS, MEAN)):
        for word in words:
            if plain.endswith(word) and len(plain) > len(word):
                return Formula(_terms(plain[: -len(word)]), (), how, corrections)
    terms = _terms(plain)
    return Formula(terms, (), SUM if len(terms) > 1 else VALUE, corrections)


def _split_once(plain: str) -> tuple[str, str | None]:
    """What stands above and below the one line of a fraction; below is None without one."""
    depth, at = 0, -1
    for i, character in enumerate(plain):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            break
        if character in _DIVIDE and depth == 0:
            if at >= 0:
                raise RuleError(Message("算法里有两条分数线", "the formula has two lines of a fraction"))
            at = i
    if depth:
        raise RuleError(Message("算法的括号不成对", "the brackets of the formula do not match"))
    return (plain, None) if at < 0 else (plain[:at], plain[at + 1 :])


def _terms(text: str) -> tuple[Term, ...]:
    """A sum of operands."""
    text = _without_brackets(text.strip())
    terms: list[Term] = []
    start, depth, sign = 0, 0, 1
    for i, character in enumerate((*text, "+")):
        depth += (character == "(") - (character == ")")
        is_last = i == len(text)
        if depth == 0 and (is_last or character in _PLUS or _is_minus(text, i)):
            terms.append(Term(_operand(text[start:i]), sign))
            start, sign = i + 1, -1 if not is_last and character in _MINUS else 1
        elif character in _DIVIDE:
            raise RuleError(Message("算法里有两条分数线", "the formula has two lines of a fraction"))
    return tuple(terms)


def _is_minus(text: str, i: int) -> bool:
    """A minus between two operands; one between letters or digits (T-1, 1-3月) belongs to a name."""
    if text[i] not in _MINUS or i == 0 or i + 1 == len(text):
        return False
    before, after = text[i - 1], text[i + 1]
    return not ((before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum()))


def _operand(text: str) -> str:
    name = _without_brackets(text.strip(_TRAILING))
    if not name:
        raise RuleError(Message("算法里少了一个数据项", "an operand of the formula is missing"))
    return name


def _without_brackets(text: str) -> str:
    """A text without brackets that enclose all of it."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for character in text[:-1]:
            depth += (character == "(") - (character == ")")
            if depth == 0:
                return text
        text = text[1:-1].strip()
    return text


def _sum_text(terms: Iterable[Term]) -> str:
    return "".join(("-" if t.sign < 0 else "+" if i else "") + t.operand for i, t in enumerate(terms))


def _bracketed(text: str, terms: tuple[Term, ...]) -> str:
    return f"({text})" if len(terms) > 1 else text
