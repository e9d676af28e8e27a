"""What is odd about indicator definition cards: alone, and against the items of the assessment tables beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..errors import RuleError
from ..findings import Finding
from ..messages import Message
from ..scoring.indicators import (
    RATIO,
    Indicator,
    bare_name,
    is_other_measure,
    is_reordered,
    measure_of,
    measure_word,
    parse_formula,
    reordered_in,
)
from ..scoring.values import trim
from .indicator_fields import LABELS, IndicatorCard
from .recognise import Table

_TARGET = re.compile(r"(?:达到?|不低于|不少于|≥|>=|不超过|不高于|≤|<=|控制在)\s*(\d+(?:[.．]\d+)?\s*[%％])")
_VAGUE = re.compile(r"(?:规定|要求|约定|合理|指定)的?(?:时间|时限|期限|期间|范围|标准)")
_MARKED = re.compile(r"[*＊※★]+$")


def remarks_on(card: IndicatorCard) -> Iterator[Finding]:
    """The findings about one card."""
    yield from _blanks(card)
    yield from _names(card)
    yield from _formula(card)
    yield from _texts(card)


def indicator_findings(cards: Sequence[IndicatorCard], tables: Iterable[Table]) -> list[Finding]:
    """Everything odd about the cards of a workbook: each alone, among themselves, and against its tables' items.

    Args:
        cards: From `read_indicator_cards`.
        tables: From `recognise_workbook`; without cards nothing is said about them.
    """
    if not cards:
        return []
    found = [finding for card in cards for finding in card.findings]
    found += _repeats(cards)
    for table in tables:
        for row in table.rows:
            if row.kind in ("kpi", "rating") and row.name:
                found += item_findings(row.name, table.sheet, row.name_cell, cards)
    return found


def item_findings(name: str, sheet: str, cell: str, cards: Sequence[IndicatorCard]) -> list[Finding]:
    """The findings about one item of a list of indicators, against the cards.

    Args:
        name: The item as the list has it.
        sheet: Where it stands; `cell` likewise.
        cell: A1 name.
        cards: All cards.
    """
    found = []
    marked = _MARKED.search(trim(name))
    if marked:
        message = Message(
            f"“{trim(name)}”带有标记“{marked[0]}”，表中没有说明其含义",
            f'"{trim(name)}" carries the mark "{marked[0]}", which nothing explains',
        )
        found.append(Finding("mark-unexplained", "info", sheet, cell, message))
    if any(card.indicator.is_named(name) for card in cards):
        return found
    shown = trim(name)
    for card in cards:
        other = card.indicator.name
        where = f"{card.sheet}!{card.cell}"
        if is_other_measure(name, other):
            mine, its = measure_word(measure_of(name)[0]), measure_word(measure_of(other)[0])
            message = Message(
                f"表中是“{shown}”（{mine.zh}），定义卡 {where} 是“{other}”（{its.zh}）：不是同一个指标，请统一",
                f'the list has "{shown}" ({mine.en}), the card {where} defines "{other}" ({its.en}): '
                "not the same indicator",
            )
            return [*found, Finding("card-mismatch", "error", sheet, cell, message)]
        if is_reordered(name, other):
            message = Message(
                f"“{shown}”与定义卡 {where} 的“{other}”写法不同，应为同一指标，请统一",
                f'"{shown}" is written "{other}" on its card {where}; use one name',
            )
            return [*found, Finding("name-variant", "warning", sheet, cell, message)]
    message = Message(f"“{shown}”没有指标定义卡", f'"{shown}" has no definition card')
    return [*found, Finding("card-missing", "info", sheet, cell, message)]


def _repeats(cards: Sequence[IndicatorCard]) -> Iterator[Finding]:
    seen: dict[str, IndicatorCard] = {}
    for card in cards:
        first = seen.setdefault(bare_name(card.indicator.name), card)
        if first is not card and first.indicator != card.indicator:
            message = Message(
                f"“{card.indicator.name}”有两张内容不同的定义卡，另一张在 {first.sheet}!{first.cell}",
                f'"{card.indicator.name}" has two different cards; the other is {first.sheet}!{first.cell}',
            )
            yield Finding("card-repeated", "warning", card.sheet, card.cell, message)


# --- one card --------------------------------------------------------------------------------------------------------


def _blanks(card: IndicatorCard) -> Iterator[Finding]:
    """Blank fields: the ones without which the indicator cannot be used one by one, the others in one sentence."""
    blank = [name for name in LABELS if name in card.entries and not card.entries[name].text]
    name = card.indicator.name
    for field, sentence in (("definition", "指标定义是空的"), ("formula", "指标算法是空的")):
        if field in blank:
            message = Message(f"“{name}”的{sentence}", f'the card "{name}" has no {field}')
            yield Finding("card-blank", "warning", card.sheet, card.cell_of(field), message)
    rest = [field for field in blank if field not in ("definition", "formula")]
    if rest:
        listed = "、".join(LABELS[field][0] for field in rest)
        message = Message(f"“{name}”的定义卡未填：{listed}", f'the card "{name}" leaves blank: {", ".join(rest)}')
        yield Finding("card-blank", "info", card.sheet, card.cell_of(rest[0]), message)


def _names(card: IndicatorCard) -> Iterator[Finding]:
    indicator = card.indicator
    for field in ("definition", "purpose", "formula", "statistics"):
        other = reordered_in(indicator.name, getattr(indicator, field))
        if other:
            message = Message(
                f"“{indicator.name}”在{LABELS[field][0]}里写作“{other}”，请统一名称",
                f'"{indicator.name}" is called "{other}" in the {field}; use one name',
            )
            yield Finding("name-variant", "warning", card.sheet, card.cell_of(field), message)


def _formula(card: IndicatorCard) -> Iterator[Finding]:
    indicator, cell = card.indicator, card.cell_of("formula")
    if not indicator.formula:
        return
    try:
        formula = parse_formula(indicator.formula, indicator.name)
    except RuleError as problem:
        message = Message(
            f"“{indicator.name}”的算法读不出来：{problem.message.zh}",
            f'the formula of "{indicator.name}" cannot be read: {problem.message.en}',
        )
        yield Finding("formula-unreadable", "warning", card.sheet, cell, message)
        return
    for wrong, right in formula.corrections:
        message = Message(
            f"算法“{indicator.formula}”里的“{wrong}”应为“{right}”，否则算不出数",
            f'"{wrong}" in the formula "{indicator.formula}" must be "{right}" (a sum); nothing can be computed otherwise',
        )
        yield Finding("formula-typo", "warning", card.sheet, cell, message)
    measure, stem = measure_of(indicator.name)
    if measure and (measure == "rate") != (formula.how == RATIO):
        zh = "名称是比率，算法却不是分子/分母" if measure == "rate" else "名称不是比率，算法却是分子/分母"
        en = "named as a rate, but its formula is none"
        if measure != "rate":
            en = "not named as a rate, but its formula is one"
        yield Finding(
            "formula-measure", "warning", card.sheet, cell,
            Message(f"“{indicator.name}”：{zh}", f'"{indicator.name}": {en}'),
        )  # fmt: skip
    if measure and measure != "rate" and formula.how != RATIO and len(formula.operands) == 1:
        operand = formula.operands[0]
        its, its_stem = measure_of(operand)
        # 备件回款 against 公司备件销售: what counts is the last word before the measure.
        if its and stem and not its_stem.endswith(stem[-2:]):
            message = Message(
                f"“{indicator.name}”的算法算的是“{operand}”，不是同一个量",
                f'"{indicator.name}" is computed as "{operand}", which is another quantity',
            )
            yield Finding("formula-quantity", "warning", card.sheet, cell, message)


def _texts(card: IndicatorCard) -> Iterator[Finding]:
    indicator = card.indicator
    if not indicator.target:
        for field in ("purpose", "definition"):
            match = _TARGET.search(getattr(indicator, field))
            if match:
                message = Message(
                    f"“{indicator.name}”的目标 {match[1]} 写在{LABELS[field][0]}里，请写到目标值",
                    f'the target {match[1]} of "{indicator.name}" hides in the {field}; state it as a target',
                )
                yield Finding("target-in-text", "info", card.sheet, card.cell_of(field), message)
                break
    for field in ("formula", "definition"):
        match = _VAGUE.search(getattr(indicator, field))
        if match and not _is_explained(indicator):
            message = Message(
                f"“{indicator.name}”的“{match[0]}”没有写明是多少",
                f'"{indicator.name}" speaks of "{match[0]}" without saying how much',
            )
            yield Finding("term-undefined", "info", card.sheet, card.cell_of(field), message)
            break


def _is_explained(indicator: Indicator) -> bool:
    return any(c.isdigit() for c in indicator.statistics + indicator.definition + indicator.formula)
