"""Definition cards are read in every form they take; what is odd about those of seed 000 is told with its cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from scorecard.definitions import parse_definition
from scorecard.errors import UsageError
from scorecard.findings import Finding
from scorecard.workbook.indicator_cards import IndicatorCard, indicator_findings, read_indicator_cards
from scorecard.workbook.recognise import recognise_workbook
from tests.workbook import forms, seed000
from tests.workbook.seed000 import CARDS

FORMS: dict[str, Callable[[Worksheet], None]] = {
    "column": seed000.column,
    "vertical": seed000.vertical,
    "two across": partial(seed000.vertical, across=2, row=3, col=2),
    "four across": partial(seed000.vertical, across=4),
    "pairs": seed000.pairs,
    "merged pairs": partial(seed000.pairs, merged=True, row=4, col=3),
    "rows": seed000.rows,
    "rows elsewhere": partial(seed000.rows, row=7, col=4),
}


def cards_of(write: Callable[[Worksheet], None]) -> list[IndicatorCard]:
    book = Workbook()
    write(book.active)
    return read_indicator_cards(forms.package(book.active))


def found(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(f.code, f.cell) for f in findings}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_reads_the_same_cards(form: str) -> None:
    cards = cards_of(FORMS[form])
    assert {card.indicator.name for card in cards} == {name for name, *_ in CARDS} and len(cards) == 4
    by_name = {card.indicator.name: card for card in cards}
    for name, definition, purpose, formula in CARDS:
        one = by_name[name].indicator
        assert (one.definition, one.purpose, one.formula) == (definition, purpose, formula)
        assert (one.version, one.period, one.source, one.owner) == ("V1.0", "季度", "售后服务部", "售后服务部经理")
        assert (one.number, one.category, one.level, one.statistics, one.point, one.department) == ("",) * 6


def test_cells() -> None:
    cards = cards_of(partial(seed000.pairs, merged=True))
    # 名称|编号, 版本|类别, 级别|周期, then 定义, 目的, 算法, 说明 on rows of their own.
    assert [cards[0].cell_of(f) for f in ("name", "number", "version", "period", "definition", "formula")] == [
        "B1", "D1", "B2", "D3", "B4", "B6",
    ]  # fmt: skip


def test_findings_of_each_card() -> None:
    cards = cards_of(seed000.rows)  # columns: B 名称 … H 定义, I 目的, J 算法
    assert found(list(cards[0].findings)) == {("card-blank", "C3"), ("name-variant", "I3"), ("target-in-text", "I3")}
    assert found(list(cards[1].findings)) == {("card-blank", "C4"), ("term-undefined", "J4")}
    assert found(list(cards[2].findings)) == {("card-blank", "H5"), ("card-blank", "C5")}
    assert found(list(cards[3].findings)) == {("card-blank", "C6"), ("formula-typo", "J6"), ("formula-quantity", "J6")}


def test_list_against_cards() -> None:
    book = Workbook()
    seed000.kpi_list(book.active)
    seed000.vertical(book.create_sheet("定义"))
    package = forms.package(book.active)
    tables, _ = recognise_workbook(package)
    assert [t.sheet for t in tables] == ["Sheet"]
    cards = read_indicator_cards(package)
    about_list = [f for f in indicator_findings(cards, tables) if f.sheet == "Sheet"]
    assert found(about_list) == {
        ("card-missing", "A3"), ("card-missing", "A5"), ("mark-unexplained", "A6"), ("mark-unexplained", "A7"),
        ("card-mismatch", "A7"),
    }  # fmt: skip
    mismatch = next(f for f in about_list if f.code == "card-mismatch")
    assert mismatch.severity == "error" and "备件回款率*" in mismatch.message.zh and "定义!B46" in mismatch.message.zh
    assert indicator_findings([], tables) == []


def test_a_clean_card_has_no_findings() -> None:
    def write(ws: Worksheet) -> None:
        values = (
            "及时率",
            "K1",
            "V2",
            "效率",
            "部门",
            "月度",
            "及时完成单数占全部的比例",
            "提速",
            "及时数/总数",
            "按系统时间",
            "客服部",
            "月末",
            "客服部",
            "经理",
        )
        for i, (label, value) in enumerate(zip(seed000.LABELS, values, strict=True), start=1):
            ws.cell(i, 1, label)
            ws.cell(i, 2, value)

    (card,) = cards_of(write)
    assert card.findings == () and card.indicator.number == "K1"


@pytest.mark.parametrize(
    "write",
    [
        forms.classic,
        partial(forms.weighted_list, position="客户服务部经理"),
        forms.person_sheet,
        lambda ws: forms.put(ws, 1, 1, ("指标名称", "指标定义", "计算公式", "数据来源", "权重", "得分")),
        lambda ws: forms.put(ws, 1, 1, ("指标名称", "响应及时率")),
    ],
)
def test_no_cards(write: Callable[[Worksheet], None]) -> None:
    assert cards_of(write) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.permutations(range(14)),
    st.integers(1, 5),
    st.integers(1, 5),
    st.lists(st.text("甲乙丙丁 率数/", max_size=6), min_size=28, max_size=28),
)
def test_any_order_of_fields(order: list[int], row: int, col: int, values: list[str]) -> None:
    """Two cards with their fields in one random order, anywhere on the sheet."""

    def write(ws: Worksheet) -> None:
        for card in range(2):
            for k, at in enumerate(order):
                ws.cell(row + card * 15 + k, col, seed000.LABELS[at])
                value = f"指标{card}" if at == 0 else "甲/乙" if at == 8 else values[card * 14 + k].strip()
                ws.cell(row + card * 15 + k, col + 1, value or None)

    cards = cards_of(write)
    assert [card.indicator.name for card in cards] == ["指标0", "指标1"]
    for card in (0, 1):
        at = order.index(6)
        assert cards[card].indicator.definition == values[card * 14 + at].strip()


def test_toml() -> None:
    definition = parse_definition(
        """
        [[indicators]]
        name = "响应及时率"
        version = "V1.0"
        period = "季度"
        formula = "及时响应的服务需求数/客户提出的服务需求的总数"
        aliases = ["及时响应率"]
        operands = { "及时响应的服务需求数" = ["及时响应数"] }
        """
    )
    (one,) = definition.indicators
    assert (
        one.is_named("及时响应率") and one.headers_of("及时响应的服务需求数")[1] == "及时响应数" and one.purpose == ""
    )
    for text, word in (("nam='x'", "name"), ("name=' '", "name"), ("name='x'\nformulae='y'", "formulae")):
        with pytest.raises(UsageError, match=word):
            parse_definition(f"[[indicators]]\n{text}")
