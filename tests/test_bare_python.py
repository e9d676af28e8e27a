"""The scoring rules run on a bare Python 3.10: what LibreOffice bundles on Windows, and what Pyodide starts with."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCORECARD = ROOT / "scorecard"
PURE = [
    SCORECARD / "__init__.py",
    SCORECARD / "errors.py",
    SCORECARD / "messages.py",
    SCORECARD / "catalogue.py",
    SCORECARD / "functions.py",
    *sorted((SCORECARD / "scoring").rglob("*.py")),
]
# Everything is imported by its name, then what came with it is compared with the standard library.
IMPORT_ALL = """
import importlib, sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded - set(sys.stdlib_module_names)))
"""


def module_names() -> list[str]:
    names = []
    for path in PURE:
        parts = path.relative_to(ROOT).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def import_all(python: str) -> str:
    """Imports the pure floors in a Python without site-packages; prints what is loaded beyond the standard library."""
    run = subprocess.run(
        [python, "-I", "-S", "-B", "-W", "error", "-c", IMPORT_ALL, str(ROOT), *module_names()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def find_python_3_10() -> str | None:
    candidates = [shutil.which("python3.10")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += [str(path) for path in sorted(pyenv.glob("versions/3.10*/bin/python"))]
    wanted = "import sys; sys.exit(sys.version_info[:2] != (3, 10))"
    for candidate in filter(None, candidates):
        # A version manager's shim may be on the PATH and still run nothing.
        if subprocess.run([candidate, "-I", "-c", wanted], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_syntax_is_that_of_3_10(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), filename=str(path), feature_version=(3, 10))


def test_imports_without_site_packages() -> None:
    assert import_all(sys.executable) == "['scorecard']"


def test_imports_in_a_real_3_10() -> None:
    python = find_python_3_10()
    if python is None:
        pytest.skip("no Python 3.10 on this machine")
    assert import_all(python) == "['scorecard']"


def test_the_package_is_lazy_and_its_names_are_real() -> None:
    """`import scorecard` loads no room; `dir` shows the names; an unknown name is an AttributeError."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import scorecard;"
        "assert not [name for name in sys.modules if name.startswith('scorecard.')];"
        "assert set(scorecard.__all__) <= set(dir(scorecard));"
        "assert not hasattr(scorecard, 'no_such_name');"
        "from scorecard import ScorecardError; from scorecard.errors import ScorecardError as same;"
        "assert ScorecardError is same"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(ROOT)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
