"""One add-in and one running LibreOffice for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import IN_CI
from tests.udfs.libreoffice.calc import Calc, missing
from udfs.libreoffice import build


def require_calc() -> None:
    """Skip without LibreOffice; in CI, where it must be, fail."""
    lacking = missing()
    if lacking:
        reason = f"{lacking} not found: tests/libreoffice/install installs it on Debian"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def oxt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("addin") / "scorecard.oxt")


@pytest.fixture(scope="session")
def calc(oxt: Path) -> Iterator[Calc]:
    require_calc()
    with Calc(oxt) as running:
        yield running
