"""Completion at the prompt: what the shells ask, and what they are answered."""

from __future__ import annotations

import pytest

from tests.cli.runner import process


@pytest.mark.parametrize(
    ("given", "answers"),
    [("scorecard emb", ["embed"]), ("scorecard excel n", ["new"]), ("scorecard embed --fo", ["--formulas", "--force"])],
)
def test_bash_is_told_what_can_follow(given: str, answers: list[str]) -> None:
    place = str(len(given.split()) - 1)
    run = process(_SCORECARD_COMPLETE="complete_bash", COMP_WORDS=given, COMP_CWORD=place, SCORECARD_LANG="zh")
    assert run.returncode == 0 and run.stdout.split() == answers


def test_the_script_for_the_shell_is_shown() -> None:
    run = process(_SCORECARD_COMPLETE="source_bash")
    assert run.returncode == 0, run.stderr
    assert "_scorecard_completion" in run.stdout
