"""What all tests share: how many examples Hypothesis tries, and LibreOffice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.libreoffice.office import Office, find_soffice

# The machine decides how long an example takes, so no deadline. In CI the same examples every time: a change that
# touches nothing must not turn red; new examples are tried at home and by `make soak`.
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
settings.register_profile("quick", max_examples=30, deadline=None, derandomize=IN_CI)
settings.register_profile(
    "soak", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def no_memory_of_other_tests(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What batches remember goes to a folder of its own, never to that of the person who runs the tests."""
    monkeypatch.setenv("SCORECARD_CACHE", str(tmp_path_factory.mktemp("memory")))


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """A headless LibreOffice: `office.recalculated(path)`, `office.convert(…)`, `office.to_png(…)`."""
    soffice = find_soffice()
    missing = [
        name for name, found in (("LibreOffice", soffice), ("pdftoppm", shutil.which("pdftoppm"))) if found is None
    ]
    if soffice is None or missing:
        reason = f"{' and '.join(missing)} not found: tests/libreoffice/install installs it on Debian"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    office = Office(soffice)
    yield office
    office.close()
