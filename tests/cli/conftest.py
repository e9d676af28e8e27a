"""Workbooks that many tests read; they are made once, and no test writes to them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .books import classic_book
from .runner import scorecard

#: What makes the classic form flawless: no error rate with target 100 %, no actual with its unit typed behind.
FLAWLESS = {"A9": "发货准确率", "F5": 2.2}


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SCORECARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="session")
def _form(shelf: Path) -> Path:
    return classic_book(shelf / "客服部.xlsx", FLAWLESS)


@pytest.fixture(scope="session")
def _embedded(_form: Path, shelf: Path) -> Path:
    path = shelf / "客服部_评分.xlsx"
    assert scorecard("embed", _form, "-o", path).status == 0
    return path


@pytest.fixture
def form(_form: Path, tmp_path: Path) -> Path:
    """A flawless form with actuals, in a folder of its own."""
    return Path(shutil.copy(_form, tmp_path / _form.name))


@pytest.fixture
def embedded(_embedded: Path, tmp_path: Path) -> Path:
    """The same form with native formulas in it."""
    return Path(shutil.copy(_embedded, tmp_path / "已嵌入.xlsx"))
