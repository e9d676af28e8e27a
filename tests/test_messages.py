"""Two languages side by side, and errors that carry them with their place."""

from __future__ import annotations

import locale
import pickle
from collections.abc import Iterator

import pytest

from scorecard.errors import NoTableFound, RuleError, ScorecardError, UnusableFile, UsageError
from scorecard.messages import LANGUAGES, Message, choose_language, current_language

VARIABLES = ("SCORECARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
NEGATIVE = Message("权重为负", "the weight is negative")


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(locale, "getlocale", lambda: ("en_US", "UTF-8"))
    choose_language(None)
    yield
    choose_language(None)


def test_a_sentence_in_either_language() -> None:
    assert LANGUAGES == ("zh", "en")
    assert NEGATIVE.text("zh") == "权重为负"
    assert NEGATIVE.text("en") == "the weight is negative"


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(
    ("value", "language"),
    [("zh_CN.UTF-8", "zh"), ("ZH_TW", "zh"), ("zh", "zh"), ("en_US.UTF-8", "en"), ("C.UTF-8", "en"), ("de_DE", "en")],
)
def test_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, value: str, language: str) -> None:
    monkeypatch.setenv(name, value)
    assert current_language() == language
    assert NEGATIVE.text() == NEGATIVE.text(language)


def test_earlier_variables_win(monkeypatch: pytest.MonkeyPatch) -> None:
    for i, name in reversed(list(enumerate(VARIABLES))):
        monkeypatch.setenv(name, "zh_CN" if i % 2 == 0 else "en_US")
        assert current_language() == ("zh" if i % 2 == 0 else "en")
    monkeypatch.setenv("SCORECARD_LANG", "")
    assert current_language() == "en"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        (("Chinese (Simplified)_China", "936"), "zh"),
        (("zh_CN", "UTF-8"), "zh"),
        (("English_United States", "1252"), "en"),
        ((None, None), "en"),
    ],
)
def test_without_variables_the_locale_decides(
    monkeypatch: pytest.MonkeyPatch, name: tuple[str | None, str | None], language: str
) -> None:
    """Windows has no LANG; its locale reads "Chinese (Simplified)_China"."""
    monkeypatch.setattr(locale, "getlocale", lambda: name)
    assert current_language() == language


def test_a_chosen_language_wins_until_it_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    choose_language("en")
    assert current_language() == "en" and NEGATIVE.text() == NEGATIVE.en
    choose_language("zh")
    assert current_language() == "zh"
    choose_language(None)
    assert current_language() == "zh"
    for unknown in ("fr", "", "ZH"):
        with pytest.raises(ValueError, match="language"):
            choose_language(unknown)
    assert current_language() == "zh"


def test_an_error_is_one_line_place_first() -> None:
    error = RuleError(NEGATIVE, "客服部.xlsx!考核表!L7")
    assert error.text("en") == "客服部.xlsx!考核表!L7: the weight is negative"
    assert error.text("zh") == "客服部.xlsx!考核表!L7: 权重为负"
    assert RuleError(NEGATIVE).text("en") == "the weight is negative"
    choose_language("zh")
    assert str(error) == error.text("zh")


def test_one_text_serves_both_languages() -> None:
    assert UsageError("no such sheet: 一月").message == Message("no such sheet: 一月", "no such sheet: 一月")


@pytest.mark.parametrize(
    ("kind", "status"),
    [(ScorecardError, 1), (RuleError, 1), (UsageError, 2), (NoTableFound, 3), (UnusableFile, 4)],
)
def test_one_root_and_an_exit_status_for_each(kind: type[ScorecardError], status: int) -> None:
    assert issubclass(kind, ScorecardError) and kind.exit_status == status
    with pytest.raises(ScorecardError):
        raise kind(NEGATIVE)


@pytest.mark.parametrize("kind", [ScorecardError, UsageError, NoTableFound, UnusableFile, RuleError])
def test_errors_survive_the_way_between_processes(kind: type[ScorecardError]) -> None:
    back = pickle.loads(pickle.dumps(kind(NEGATIVE, "a.xlsx!S!B2")))
    assert type(back) is kind
    assert (back.message, back.where) == (NEGATIVE, "a.xlsx!S!B2")


def test_a_rule_error_keeps_its_code() -> None:
    assert RuleError(NEGATIVE).code == "#NUM!"
    back = pickle.loads(pickle.dumps(RuleError(NEGATIVE, None, "#DIV/0!")))
    assert (back.code, back.where, back.message) == ("#DIV/0!", None, NEGATIVE)
