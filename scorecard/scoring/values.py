"""What is in a cell: a number with its unit, not applicable, missing, or an error.

The one place that parses cells, decides empties and rounds (`docs/scoring.md`, sections 3, 7, 8).
"""

from __future__ import annotations

import math
import numbers
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import lru_cache

from ..messages import Message

ERROR_CODES = (
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
    "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
)  # fmt: skip

#: What a cell holds when the item is not assessed; compared after trimming, without regard to case and width.
NOT_APPLICABLE_MARKS = ("不适用", "N/A", "NA", "—", "——", "―", "–", "−", "-", "--", "/", "不考核", "未考核")

#: What KPI functions return for "not applicable".
NOT_APPLICABLE = "N/A"
#: What KPI functions return for "not filled in yet".
MISSING = ""


@dataclass(frozen=True, slots=True)
class CellError:
    """An error as a cell shows it, with the reason for the log.

    Two errors are equal when their codes are; the reason does not take part.

    Example:
        >>> CellError("#NUM!") == CellError("#NUM!", Message("权重为负", "negative weight"))
        True
    """

    code: str
    reason: Message | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.code


#: A cell as any host hands it over. `None` is an empty cell.
CellValue = bool | int | float | str | CellError | None


class State(Enum):
    """The four things a cell can mean to a score; zero is a number like any other."""

    NUMBER = "number"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as it was understood.

    Attributes:
        state: What the cell means.
        number: The value; percentages are fractions (0.95). None unless `state` is NUMBER.
        percent: Whether a % sign, format or header made it a percentage.
        unit: What followed the number ("次/台"); "" if nothing.
        bound: ">=" for 以上, 不低于, ≥; "<=" for 以内, 不超过, ≤; "" for a plain number.
        error: The error of an ERROR state.
        text: The cell as typed, trimmed.
    """

    state: State
    number: float | None = None
    percent: bool = False
    unit: str = ""
    bound: str = ""
    error: CellError | None = None
    text: str = ""


# Spaces that people and web pages leave in cells; str.strip() alone misses the zero-width ones.
_VISIBLE_BLANKS = (
    " \t\r\n\f\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_BLANKS = _VISIBLE_BLANKS + _ZERO_WIDTH


def trim(text: str) -> str:
    """`text` without the blanks around it, full-width and zero-width ones included."""
    return text.strip(_BLANKS)


@lru_cache(maxsize=32_768)
def key(text: str) -> str:
    """`text` as it is compared with labels: trimmed, half-width, lower case, inner blanks removed.

    Only for comparison, never for storing: NFKC also turns ① into 1 and ㎡ into m2.
    """
    folded = unicodedata.normalize("NFKC", trim(text)).casefold()
    return "".join(c for c in folded if c not in _BLANKS)


_MARK_KEYS = frozenset(key(mark) for mark in NOT_APPLICABLE_MARKS)
_ERROR_KEYS = {code.casefold(): code for code in ERROR_CODES}


def is_missing(value: object) -> bool:
    """Whether a cell is empty: None, NaN, "" or only blanks."""
    if value is None:
        return True
    if isinstance(value, str):
        return not trim(value)
    return isinstance(value, float) and math.isnan(value)


def is_not_applicable(value: object) -> bool:
    """Whether a cell says that the item is not assessed: N/A, 不适用, —, /, a lone - …"""
    return isinstance(value, str) and key(value) in _MARK_KEYS


def as_error(value: object) -> CellError | None:
    """The error a cell holds, or None. Hosts that hand errors over as text ("#DIV/0!") are understood."""
    if isinstance(value, CellError):
        return value
    if isinstance(value, str) and value.lstrip(_BLANKS)[:1] == "#":
        code = _ERROR_KEYS.get(trim(value).casefold())
        return CellError(code) if code else None
    return None


def read(value: object, *, unit: str | None = None, number_format: str | None = None) -> Reading:
    """Understand one cell.

    Args:
        value: The cell, as any host hands it over.
        unit: The unit that its header states for bare numbers: "%" (95 is 0.95), "万" (2000 is 20,000,000) …
        number_format: The cell's format code. With a % in it the number is a fraction already.

    Returns:
        A reading; unparseable text, booleans and dates are an ERROR of #VALUE!. Never raises for content.

    Example:
        >>> read("0．92%").number, read("3次/台").unit, read("无").error.code
        (0.0092, '次/台', '#VALUE!')
    """
    if type(value) in _PLAIN_TYPES:
        # Nearly every cell is one of these, and most of a workbook's occur again and again.
        return _read_plain(value, unit, number_format)
    return _read_any(value, unit, number_format)


_PLAIN_TYPES = frozenset((str, int, float))


@lru_cache(maxsize=32_768, typed=True)
def _read_plain(value: object, unit: str | None, number_format: str | None) -> Reading:
    return _read_any(value, unit, number_format)


def _read_any(value: object, unit: str | None, number_format: str | None) -> Reading:
    if is_missing(value):
        return Reading(State.MISSING)
    error = as_error(value)
    if error is not None:
        return Reading(State.ERROR, error=error, text=error.code)
    if isinstance(value, str):
        if is_not_applicable(value):
            return Reading(State.NOT_APPLICABLE, text=trim(value))
        return _read_text(trim(value), unit)
    if isinstance(value, bool) or not isinstance(value, (numbers.Real, Decimal)):
        return _unreadable(str(value))
    try:
        number = float(value)
    except (OverflowError, ValueError):
        # An integer beyond the floats, or a signalling NaN.
        number = math.nan
    if not math.isfinite(number):
        return _too_large(str(value)[:40])
    percent = "%" in _without_literals(number_format) if number_format else False
    if percent:
        return _number(number, str(value), percent=True)
    scaled, is_percent, rest = _scale(Decimal(repr(number)), unit)
    return _number(scaled, str(value), is_percent, rest)


def number(value: object) -> float:
    """The number in a cell that must hold one; blank, N/A and text raise `ValueError`. For code, not for content."""
    reading = read(value)
    if reading.number is None:
        raise ValueError(f"{value!r} is not a number")
    return reading.number


# --- text ------------------------------------------------------------------------------------------------------------

_AT_LEAST = (
    "≥", ">=", "不低于", "不少于", "不小于", "大于等于", "大于或等于", "至少", "达到", "达",
    ">", "大于", "高于",
)  # fmt: skip
_AT_MOST = (
    "≤", "<=", "不超过", "不高于", "不大于", "不多于", "小于等于", "小于或等于", "至多", "最多",
    "<", "小于", "低于", "少于",
)  # fmt: skip
_ABOUT = ("约", "大约", "±")
_AT_LEAST_AFTER = ("及以上", "(含)以上", "以上", "以上(含)")
_AT_MOST_AFTER = ("及以下", "(含)以下", "以下", "以下(含)", "以内", "之内", "内")
_ABOUT_AFTER = ("左右", "上下")
# 千克, 千米, 千瓦时 … are units, and so are 百分点; 万千瓦时 is both.
_MULTIPLIER = re.compile(r"(十|百(?!分)|千(?![克米瓦帕卡焦伏赫安升]))?(万亿|亿|万)?")
_ZEROS = {None: 0, "十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "万亿": 12}
# Read as units these would make a number ten to ten thousand times too small or too large: 9成, 15k, 5w.
_AMBIGUOUS_UNITS = ("成", "折", "k", "w")

# A gap between digits: two numbers in one cell, or thousands as some write them. Not for us to say which.
_GAP = re.compile(rf"[\d,，][{_ZERO_WIDTH}]*[{_VISIBLE_BLANKS}][{_BLANKS}]*[\d,，]")
_NUMBER = re.compile(r"[¥￥$€]?([+-]?)[¥￥$€]?(\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(e[+-]?\d{1,3})?")


def _read_text(text: str, unit: str | None) -> Reading:
    if _GAP.search(text):
        return _unreadable(text)
    plain = _folded(text).replace("−", "-").replace("–", "-")
    bound, plain = _strip_front(plain)
    match = _NUMBER.match(plain)
    if not match:
        return _unreadable(text)
    rest = plain[match.end() :]
    for words, sign in ((_AT_LEAST_AFTER, ">="), (_AT_MOST_AFTER, "<="), (_ABOUT_AFTER, bound)):
        for word in words:
            if rest.endswith(word):
                rest, bound = rest[: -len(word)], sign
                break
    digits = Decimal(match[1] + match[2].replace(",", "") + (match[3] or ""))
    power, rest = _multiplier(rest)
    percent = False
    if rest[:1] in ("%", "‰"):
        percent, power = True, power - (2 if rest[0] == "%" else 3)
        rest = rest[1:]
    if not _is_unit(rest):
        return _unreadable(text)
    if percent or power or rest:
        # What is typed beside the number wins over the header.
        return _number(float(digits.scaleb(power)), text, percent, rest, bound)
    value, percent, rest = _scale(digits, unit)
    return _number(value, text, percent, rest, bound)


def _number(value: float, text: str, percent: bool = False, unit: str = "", bound: str = "") -> Reading:
    snapped = snap(value)
    if not math.isfinite(snapped):
        return _too_large(text)
    return Reading(State.NUMBER, snapped, percent=percent, unit=unit, bound=bound, text=text)


def _folded(text: str) -> str:
    """`key(text)`, but ① ² ㎡ stay what they are: folded they would add digits to the number beside them."""
    return "".join(c if _hides_digit(c) else key(c) for c in text)


def _hides_digit(c: str) -> bool:
    return not c.isdecimal() and any(d.isdigit() for d in unicodedata.normalize("NFKC", c))


def _multiplier(text: str) -> tuple[int, str]:
    """The power of ten that a text begins with (万, 千亿 …), and what follows it."""
    match = _MULTIPLIER.match(text)
    return (_ZEROS[match[1]] + _ZEROS[match[2]], text[match.end() :]) if match else (0, text)


def _strip_front(text: str) -> tuple[str, str]:
    for words, sign in ((_AT_LEAST, ">="), (_AT_MOST, "<="), (_ABOUT, "")):
        for word in words:
            if text.startswith(word):
                return sign, text[len(word) :]
    return "", text


def _is_unit(text: str) -> bool:
    # A further digit or an operator means a range, a date, a fraction or a sentence: 3-5, 1/2, 95%-98%, 7*24小时.
    return not text or (
        len(text) <= 8
        and text not in _AMBIGUOUS_UNITS
        and text[0] not in "/万亿"
        and not re.search(r"[+\-*=~～<>≥≤,、;:#%至到或和与且]", text)
        and not any(unicodedata.category(c) in ("Nd", "No", "Nl") for c in text)
    )


def _scale(digits: Decimal, unit: str | None) -> tuple[float, bool, str]:
    """A bare number under the unit its header states: the value, whether a percentage, and the unit that is left."""
    plain = key(unit) if unit else ""
    if plain in ("%", "百分比", "百分率"):
        return float(digits.scaleb(-2)), True, ""
    if plain == "‰":
        return float(digits.scaleb(-3)), True, ""
    power, rest = _multiplier(plain)
    return float(digits.scaleb(power)), False, rest


def _without_literals(number_format: str) -> str:
    """A format code without its quoted and escaped literals, in which a % would be only decoration."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.', "", number_format)


def _unreadable(text: str) -> Reading:
    reason = Message(f"“{text}”读不成数字", f'"{text}" cannot be read as a number')
    return Reading(State.ERROR, error=CellError("#VALUE!", reason), text=text)


def _too_large(text: str) -> Reading:
    reason = Message(f"{text} 太大，或不是数", f"{text} is too large, or not a number")
    return Reading(State.ERROR, error=CellError("#NUM!", reason), text=text)


# --- rounding --------------------------------------------------------------------------------------------------------

_TWELFTH = Decimal("1e-12")
_LARGEST = 310


@lru_cache(maxsize=32_768)
def snap(x: float) -> float:
    """`x` as a spreadsheet's ROUND(x, 12) gives it: 12 decimals and at most 15 significant digits.

    All comparisons and look-ups use snapped values, so that 65.6/82 = 0.7999999999999999 reaches the 0.8 band.

    Example:
        >>> snap(65.6 / 82)
        0.8
    """
    y = float(f"{x:.15g}")
    if abs(y) < 1000.0:
        # Above 1000 the fifteen digits end at or before the twelfth decimal.
        text = repr(y)
        if "e" in text or len(text) - text.index(".") > 13:
            y = float(Decimal(text).quantize(_TWELFTH, ROUND_HALF_UP))
    return y + 0.0  # -0.0 becomes 0.0


def round_half_up(x: float, digits: int = 0) -> float:
    """`x` rounded half away from zero in decimal, as a spreadsheet's ROUND does.

    Example:
        >>> round_half_up(84.5), round_half_up(2.675, 2), round_half_up(-0.5)
        (85.0, 2.68, -1.0)
    """
    snapped = Decimal(repr(snap(x)))
    # No float reaches further, and decimals have limits of their own.
    digits = max(digits, -_LARGEST)
    exponent = snapped.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= digits:
        return float(snapped)
    return float(snapped.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)) + 0.0


def decimal_sum(values: Iterable[float]) -> float:
    """The exact decimal sum of the numbers as they are written: 0.1 ten times is 1."""
    return _decimal_sum(tuple(values))


# The same weights are summed up several times a card, and in each card of a form.
@lru_cache(maxsize=4096)
def _decimal_sum(values: tuple[float, ...]) -> float:
    return float(sum((Decimal(repr(snap(v))) for v in values), Decimal(0)))


def show(number: float, percent: bool = False, unit: str = "") -> str:
    """A number as a person writes it: 0.0092 as "0.92%", 2.50 as "2.5"."""
    shown = snap(number * 100) if percent else snap(number)
    text = f"{Decimal(repr(shown)):f}".rstrip("0").rstrip(".") if abs(shown) < 1e15 else f"{shown:.15g}"
    return text + ("%" if percent else unit)
