"""`scorecard functions`: the catalogue in the terminal."""

from __future__ import annotations

import pytest

from scorecard.functions import CATALOGUE

from .runner import scorecard


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_functions_are_listed_in_the_language_asked_for(lang: str) -> None:
    shown = scorecard("functions", lang=lang)
    assert shown.status == 0 and shown.err == ""
    for entry in CATALOGUE.values():
        assert entry.signature in shown.out
        assert entry.help.text(lang) in shown.out


@pytest.mark.parametrize("name", ["KPI_SCORE", "kpi_score", "score", "=KPI_SCORE("])
def test_one_function_in_full(name: str) -> None:
    shown = scorecard("functions", name)
    assert shown.status == 0
    assert shown.out.startswith("=KPI_SCORE(actual, thresholds, scores, [mode], [target])\n")
    for argument in CATALOGUE["KPI_SCORE"].arguments:
        assert argument.help.en in shown.out
    assert "Example: =KPI_SCORE(0.96,{0.8,0.95,0.97,0.99,1},{0,60,70,90,100})\nResult: 65" in shown.out


def test_json() -> None:
    document = scorecard("functions", "--json").json
    assert list(document) == ["schema", "functions", "findings"] and document["schema"] == 1
    assert [function["name"] for function in document["functions"]] == list(CATALOGUE)
    for function in document["functions"]:
        assert list(function) == ["name", "category", "signature", "help", "arguments", "array", "example"]
        assert all(list(argument) == ["name", "help", "range", "optional"] for argument in function["arguments"])
        assert function["example"]["formula"].startswith(f"={function['name']}(")
    [one] = scorecard("functions", "grade", "--json", lang="zh").json["functions"]
    assert one["help"] == "等级：按总分查等级表，下限含本数。"
    assert one["arguments"][1] == {
        "name": "table", "help": CATALOGUE["KPI_GRADE"].arguments[1].help.zh, "range": True, "optional": True,
    }  # fmt: skip
    assert one["example"] == {"formula": "=KPI_GRADE(86.5)", "value": "良"}


def test_an_unknown_function_is_refused_with_what_is_near() -> None:
    shown = scorecard("functions", "KPI_SCOR", "--json")
    assert shown.status == 2
    assert shown.complaint == "there is no function KPI_SCOR; did you mean KPI_SCORE, KPI_COVERAGE, KPI_RATE?"
    [finding] = shown.json["findings"]
    assert finding["code"] == "usage" and finding["message"] == shown.complaint
