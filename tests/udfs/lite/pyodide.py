"""A Pyodide under Node: installed once into a cache folder, offline from then on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = Path(__file__).resolve().parents[3]
_IGNORED = shutil.ignore_patterns(".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", "tests")


class NoPyodideError(Exception):
    """What is missing on this machine."""


def find_node() -> str:
    """Node 18 or newer."""
    node = shutil.which("node")
    if node is None:
        raise NoPyodideError("node not found: install Node 18 or newer")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < 18:
        raise NoPyodideError(f"node {version} is too old: 18 or newer is needed")
    return node


def install() -> Path:
    """The module `pyodide.mjs` of the version in package-lock.json, from the cache or else from npm."""
    lock = (HERE / "package-lock.json").read_bytes()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "scorecard-tests" / f"pyodide-{hashlib.sha256(lock).hexdigest()[:16]}"
    module = folder / "node_modules" / "pyodide" / "pyodide.mjs"
    if module.is_file():
        return module
    npm = shutil.which("npm")
    if npm is None:
        raise NoPyodideError("npm not found: it comes with Node")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Installed aside and moved at the end: a broken installation must not look like a good one.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="new-") as new:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, new)
        run = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=new, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if run.returncode:
            raise NoPyodideError(f"npm could not install pyodide: {run.stderr.strip()[-500:]}")
        if not module.is_file():
            shutil.copytree(new, folder, dirs_exist_ok=True)
    return module


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout, without a network."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=_IGNORED)
    run = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(source)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    [wheel] = (folder / "dist").glob("*.whl")
    return wheel


def run(wheel: Path, task: dict[str, Any], folder: Path) -> Any:
    """What `inside.py` answers to these calls and this workbook in one Pyodide."""
    node, module = find_node(), install()
    # One program: the stand-in first, then what uses it.
    script = folder / "script.py"
    parts = [(HERE / name).read_text(encoding="utf-8") for name in ("standin.py", "inside.py")]
    script.write_text("\n".join(parts), encoding="utf-8")
    given, results = folder / "calls.json", folder / "results.json"
    given.write_text(json.dumps(task, allow_nan=False), encoding="utf-8")
    done = subprocess.run(
        [node, str(HERE / "run.mjs"), *map(str, (module, wheel, script, given, results))],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(results.read_text(encoding="utf-8")) | {"output": done.stdout}
