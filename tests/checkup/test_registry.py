"""The registry, the words of the codes and the document made from them are complete and agree."""

from __future__ import annotations

import re

import pytest

import docs.checks
from scorecard.findings import SEVERITIES
from scorecard.workbook.checkup import codes
from scorecard.workbook.checkup.codes import CONSOLIDATION, GROUPS
from scorecard.workbook.checkup.fixes import FIXABLE
from scorecard.workbook.checkup.registry import checks

from .books import CASES
from .collected import emitted


def test_every_code_that_the_package_can_emit_has_its_words() -> None:
    missing = {code: sorted(homes) for code, homes in emitted().items() if code not in codes()}
    assert not missing, "add to scorecard/workbook/checkup/codes.toml, then run: python -m docs.checks"


def test_no_words_for_a_code_that_nobody_emits() -> None:
    assert set(codes()) - set(emitted()) == set()


def test_the_collector_sees_what_a_check_emits() -> None:
    """It reads source text; what the registered functions promise must be among what it saw."""
    assert {code for check in checks() for code in check.codes} <= set(emitted())


def test_the_page_of_checks_is_up_to_date() -> None:
    assert docs.checks.PATH.read_text(encoding="utf-8") == docs.checks.text(), "run: python -m docs.checks"


def test_the_codes_of_consolidation_stand_on_its_page() -> None:
    page = docs.checks.TABLE_PATH.read_text(encoding="utf-8")
    assert page == docs.checks.with_table(page), "run: python -m docs.checks"
    assert {name for name, code in codes().items() if code.group == CONSOLIDATION} == {
        code for code, homes in emitted().items() if all("consolidation" in home for home in homes)
    }


def test_the_page_has_one_section_per_code() -> None:
    headings = re.findall(r"^### (.+)$", docs.checks.PATH.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(codes())


@pytest.mark.parametrize("name", codes())
def test_a_code_is_described_in_both_languages(name: str) -> None:
    code = codes()[name]
    assert code.group in GROUPS and code.example
    assert set(code.severities) <= set(SEVERITIES) and len(set(code.severities)) == len(code.severities)
    for message in (code.title, code.why, code.act, *([code.fix] if code.fix else [])):
        assert re.search(r"[\u4e00-\u9fff]", message.zh) and re.search(r"[A-Za-z]{2}", message.en)
        assert "、" not in message.en and message.zh != message.en


def test_what_can_be_fixed_says_how() -> None:
    assert {name for name, code in codes().items() if code.fix} == FIXABLE


# Codes of the registry that need more than a changed cell: tested by name in test_workbooks.py.
ELSEWHERE = {
    "actual-clamped", "band-unreachable", "best-attainable", "card-blank", "card-missing", "card-repeated",
    "direction-unknown", "formula-measure", "formula-quantity", "formula-typo", "formula-unreadable", "function-failed",
    "grade-unreachable", "mark-unexplained", "name-variant", "no-rules", "rests-on-kept", "rule-impossible",
    "spill-blocked", "stale-cache", "target-in-text", "term-undefined", "thresholds-missing",
}  # fmt: skip


def test_every_registered_code_has_a_failing_workbook() -> None:
    promised = {code for check in checks() for code in check.codes}
    assert promised - {case.code for case in CASES} == ELSEWHERE
