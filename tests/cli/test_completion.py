"""Completion at the prompt: what the shells ask, and what they are answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import environment, process


@pytest.mark.parametrize(
    ("given", "answers"),
    [
        ("scorecard emb", ["embed"]),
        ("scorecard excel n", ["new"]),
        ("scorecard embed --fo", ["--formulas", "--force"]),
        ("scorecard embed 客服部.xlsx --formulas n", ["native"]),
        ("scorecard embed 客服部.xlsx --anchor 1", ["100"]),
        ("scorecard check --explain weights-s", ["weights-sum"]),
        ("scorecard check 客服部.xlsx --fix text-", ["text-number"]),
        ("scorecard functions KPI_SCO", ["KPI_SCORE"]),
        ("scorecard template new 002", ["002-售后服务部部长"]),
    ],
)
def test_bash_is_told_what_can_follow(given: str, answers: list[str]) -> None:
    place = str(len(given.split()) - 1)
    run = process(_SCORECARD_COMPLETE="complete_bash", COMP_WORDS=given, COMP_CWORD=place, SCORECARD_LANG="zh")
    assert run.returncode == 0 and run.stdout.split() == answers


BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize(("lang", "words"), [("zh", "已为 bash 装好自动补全"), ("en", "Completion for bash is installed")])
def test_bash_completes_once_it_is_installed(lang: str, words: str, tmp_path: Path) -> None:
    """As a person does it: install, open a shell; what Tab calls there gives the answer."""
    program = tmp_path / "bin" / "scorecard"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scorecard "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    assert BASH is not None
    env = environment(
        HOME=str(tmp_path), PATH=f"{program.parent}:{os.environ['PATH']}", SCORECARD_LANG=lang, TERM="dumb",
    )  # fmt: skip
    # The shell is told apart by the parent process.
    install = subprocess.run(
        [BASH, "-c", "scorecard --install-completion; exit $?"], env=env, capture_output=True, text=True, check=False
    )
    assert install.returncode == 0 and words in install.stdout and not install.stderr
    asked = subprocess.run(
        [BASH, "-ic", "COMP_WORDS=(scorecard unem); COMP_CWORD=1; _scorecard_completion scorecard; echo ${COMPREPLY[@]}"],
        env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert asked.stdout.split() == ["unembed"], asked.stderr


@pytest.mark.skipif(BASH is None or os.name != "posix" or os.geteuid() == 0, reason="everything may be written")
def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    run = process("--install-completion", HOME=str(tmp_path), SCORECARD_LANG="zh")
    assert run.returncode == 4
    assert "没有权限）；请检查权限和路径" in run.stderr


def test_the_script_for_the_shell_is_shown() -> None:
    run = process(_SCORECARD_COMPLETE="source_bash")
    assert run.returncode == 0, run.stderr
    assert "_scorecard_completion" in run.stdout
