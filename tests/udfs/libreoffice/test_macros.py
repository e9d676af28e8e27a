"""The macros, run as the menu runs them: through the dispatcher of a live Calc."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scorecard.workbook.package import Package
from tests.udfs.libreoffice.calc import Calc, Document
from udfs.libreoffice.inside.names import MENU
from workbooks.build import build, load

FORM, RULES, REPORT = "考核表", "评分规则", "体检"
COMMANDS = {command.name: command.url for command in MENU}
ACTUALS = [f"F{row}" for row in range(6, 17)]


@functools.cache
def embedded() -> bytes:
    """A workbook of ours; its sheets come locked, without a password."""
    return build(load("001"), actuals=True, formulas="udf", period="2025年第一季度")


@functools.cache
def unlocked() -> bytes:
    package = Package.open(embedded())
    for sheet in package.sheets:
        package.write(sheet.part, re.sub(rb"<sheetProtection[^>]*/>", b"", package.read(sheet.part)))
    return package.to_bytes()


def opened(calc: Calc, folder: Path, data: bytes) -> Document:
    path = folder / "考核表.xlsx"
    path.write_bytes(data)
    return calc.open(path, visible=True)


@pytest.fixture
def document(calc: Calc, tmp_path: Path) -> Iterator[Document]:
    with opened(calc, tmp_path, unlocked()) as shown:
        yield shown


@pytest.fixture
def locked(calc: Calc, tmp_path: Path) -> Iterator[Document]:
    with opened(calc, tmp_path, embedded()) as shown:
        yield shown


def run(document: Document, name: str) -> None:
    assert document.ask("dispatch", COMMANDS[name])
    assert document.ask("has_infobar"), "it says what it did"


def report(document: Document, name: str = REPORT) -> list[tuple[str, str]]:
    """Place and code of the findings."""
    return [(row[1], row[4]) for row in document.used(name)[3:] if len(row) > 4 and row[4]]


def test_recalculate(document: Document) -> None:
    run(document, "recalculate")
    assert document.values(["L17", "L19"], FORM) == [75.5, "中"]


def test_explain_keeps_the_sentence_at_the_score(document: Document) -> None:
    document.ask("select", FORM, "A8")
    run(document, "explain")
    comment = document.ask("comment", FORM, "L8")
    for part in (
        "报修处理及时率",
        "96% (F8)",
        "95%",
        "达到目标 [95%,97%) → 60+10×0.5 = 65.0",
        "15%",
        "15.96%",
        "10.37",
    ):
        assert part in comment
    # Once more, after a change: one sentence, the new one.
    document.put({"F8": 0.97}, FORM)
    run(document, "explain")
    assert "70.0" in document.ask("comment", FORM, "L8")
    assert document.ask("comment", FORM, "L8").count("【评分说明】") == 1


@pytest.mark.parametrize(
    ("actual", "parts"),
    [
        ("不适用", ["N/A", "not applicable"]),
        (None, ["not filled in yet"]),
        ("=1/0", ["#DIV/0!"]),
        ("无", ["#VALUE!"]),
    ],
)
def test_explain_says_why_there_is_no_score(document: Document, actual: str | None, parts: list[str]) -> None:
    document.put({"F8": actual}, FORM)
    document.ask("select", FORM, "L8")
    run(document, "explain")
    assert any(part in document.ask("comment", FORM, "L8") for part in parts)


def test_explain_from_the_rule_sheet_and_beside_a_comment_of_somebody_else(document: Document) -> None:
    document.ask("set_comment", FORM, "L8", "和李主管商量过")
    row = next(i for i, cells in enumerate(document.used(RULES), 1) if cells[0] == "报修处理及时率")
    document.ask("select", RULES, f"E{row}")
    run(document, "explain")
    comment = document.ask("comment", FORM, "L8")
    assert comment.startswith("和李主管商量过\n")
    assert "= 65.0" in comment


def test_explain_says_when_the_form_shows_another_score(document: Document) -> None:
    document.put({"L8": 88}, FORM)
    document.ask("select", FORM, "L8")
    run(document, "explain")
    assert "= 65.0" in document.ask("comment", FORM, "L8")
    assert "88.0" in document.ask("comment", FORM, "L8")


def test_on_a_locked_sheet_the_sentence_is_in_the_bar_only(locked: Document) -> None:
    locked.ask("select", FORM, "L8")
    run(locked, "explain")
    assert locked.ask("comment", FORM, "L8") == ""


def test_a_workbook_that_came_locked_is_unlocked(locked: Document) -> None:
    assert locked.ask("protection", FORM, ["F8", "L8"]) == [True, False, True]
    run(locked, "unlock")
    assert locked.ask("protection", FORM, ["F8", "L8"])[0] is False


def test_explain_elsewhere_changes_nothing(document: Document) -> None:
    before = document.used(FORM)
    document.ask("select", FORM, "A1")
    run(document, "explain")
    assert document.used(FORM) == before
    assert document.ask("undo_titles") == []


def test_check_finds_nothing_wrong_in_a_complete_form(document: Document) -> None:
    run(document, "check")
    assert report(document) == []
    assert "Nothing found" in str(document.used(REPORT)[3][0])


def test_check_lists_what_is_wrong_with_links(document: Document) -> None:
    document.put({"F6": None, "F8": "=1/0", "F9": "95%", "L10": 100, "K12": 0.2}, FORM)
    run(document, "check")
    found = report(document)
    for expected in (
        (f"{FORM}!F6", "not-filled"), (f"{FORM}!F8", "error-cell"), (f"{FORM}!L8", "error-cell"),
        (f"{FORM}!F9", "text-number"), (f"{FORM}!L10", "score-typed"),
    ):  # fmt: skip
        assert expected in found
    assert "weights-sum" in [code for _, code in found]
    row = 4 + found.index((f"{FORM}!F6", "not-filled"))
    assert document.ask("links", REPORT, f"B{row}") == [f"#'{FORM}'.F6"]
    # Errors first; and a second check-up, after repairs, replaces the first.
    assert document.used(REPORT)[3][0] == "错误"
    document.put({"F6": 0.0085, "F8": 0.96, "F9": 0.95, "K12": 0.1, "L10": "=L9"}, FORM)
    run(document, "check")
    assert report(document) == []
    assert document.ask("sheets").count(REPORT) == 1


def test_check_leaves_a_sheet_of_that_name_alone(document: Document) -> None:
    document.ask("select", FORM, "A1")
    document.ask("insert_sheet", REPORT)
    document.put({"A1": "员工体检安排"}, REPORT)
    run(document, "check")
    assert document.values(["A1"], REPORT) == ["员工体检安排"]
    assert f"{REPORT}2" in document.ask("sheets")


def test_check_without_any_scoring(calc: Calc) -> None:
    with calc.open(visible=True) as plain:
        plain.put({"A1": "=1/0"})
        run(plain, "check")
        assert report(plain) == [("Sheet1!A1", "error-cell"), ("", "not-embedded")]


def test_next_period_opens_a_cleared_copy(calc: Calc, document: Document) -> None:
    document.ask("select", FORM, "L8")
    run(document, "explain")
    run(document, "check")
    before = document.used(FORM)
    assert document.ask("dispatch", COMMANDS["next_period"])
    number = calc("newest_document")
    assert number is not None
    with Document(calc, number) as copy:
        assert copy.values(ACTUALS, FORM) == [None] * 11
        assert copy.values(["L8", "L17", "L19"], FORM) == ["", "", ""]
        assert copy.values(["B8", "K8", "A8"], FORM) == [0.95, 0.15, "报修处理及时率"]
        assert copy.ask("comment", FORM, "L8") == ""
        assert copy.ask("sheets") == [name for name in document.ask("sheets") if name != REPORT]
        copy.put({"F8": 0.96}, FORM)
        assert copy.values(["L8"], FORM) == [65]
    assert document.used(FORM) == before


def test_lock_leaves_the_inputs_open_and_unlock_opens_the_rest(document: Document) -> None:
    run(document, "lock")
    assert document.ask("protection", FORM, ["F8", "L8", "L17", "B8"]) == [True, False, True, True, False]
    assert document.ask("protection", RULES, ["B5"]) == [True, False]
    # Values are computed on.
    document.put({"F8": 1}, FORM)
    assert document.values(["L8"], FORM) == [100]
    run(document, "unlock")
    assert document.ask("protection", FORM, ["F8", "L8"]) == [False, False, True]


def test_a_sheet_with_a_password_stays_as_it_is(document: Document) -> None:
    document.ask("protect", FORM, "geheim")
    before = document.ask("protection", FORM, ["F8", "L8"])
    assert before[0]
    run(document, "lock")
    assert document.ask("protection", FORM, ["F8", "L8"]) == before
    run(document, "unlock")
    assert document.ask("protection", FORM, ["F8", "L8"]) == before


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_does_no_harm_to_another_workbook(calc: Calc, name: str) -> None:
    with calc.open(visible=True) as plain:
        plain.put({"A1": 1, "A2": "=A1+1"})
        run(plain, name)
        assert plain.used("Sheet1") == [[1], [2]]
        assert plain.ask("formulas", "Sheet1", ["A2"]) == ["=A1+1"]


def test_one_step_to_undo(document: Document) -> None:
    document.put({"F8": None}, FORM)
    run(document, "lock")
    assert document.ask("undo_titles")[0] in ("Lock the formula cells", "锁定公式单元格")
