"""What a user gets: the wheel holds our packages and their data, and the command runs from it alone."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"scorecard", "udfs", "workbooks"}
IGNORED = shutil.ignore_patterns(
    ".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)


# Any moment: `make dist` takes that of the commit.
MOMENT = "1767225600"


def build_from(folder: Path, *what: str) -> Path:
    """Builds a copy of this project: building writes beside the sources, and left-overs would get into the wheel."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=IGNORED)
    run = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", *what, "--outdir", str(folder / "dist"), str(source)],
        env={**os.environ, "SOURCE_DATE_EPOCH": MOMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "dist"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source archive, and a wheel built from that archive, without a network."""
    return build_from(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [wheel] = dist.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path, contents: set[str]) -> Message:
    [name] = [name for name in contents if name.endswith(".dist-info/METADATA")]
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def test_the_wheel_is_pure(wheel: Path) -> None:
    """One wheel for all systems, Pyodide included."""
    assert wheel.name == "scorecard_kpi-0.1.0-py3-none-any.whl"


def test_the_wheel_holds_our_packages_and_nothing_else(contents: set[str]) -> None:
    tops = {name.partition("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_the_wheel_holds_every_source_and_every_data_file(contents: set[str]) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(("~$", "."))
    }
    got = {name for name in contents if ".dist-info/" not in name}
    assert got == wanted
    assert {f"{package}/py.typed" for package in PACKAGES} <= got


def test_the_source_archive_can_test_itself(dist: Path) -> None:
    [archive] = dist.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"LICENSE", "CHANGELOG.md", "Makefile", "tests/test_wheel.py", "tests/libreoffice/install"} <= names
    assert not [name for name in names if name.endswith(".pyc")]


def test_nothing_compiled_is_asked_for_in_pyodide(metadata: Message) -> None:
    """There `pip` would stop at the first dependency without a pure wheel."""
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    everywhere = {line.split(">")[0].strip() for line in required if "emscripten" not in line}
    assert everywhere == {"openpyxl", "rich"}
    assert metadata["Requires-Python"] == ">=3.11"
    assert "MIT" in (metadata["License-Expression"] or metadata["License"])


def environment(folder: Path, *install: str) -> Path:
    """A new environment with this installed by our own pip (it needs none itself); its folder of programs."""
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(programs / "python")]
    run = subprocess.run([*pip, "install", "--no-compile", *install], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    run = subprocess.run([*pip, "check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0 or "--no-deps" in install, run.stdout + run.stderr
    return programs


def run_elsewhere(programs: Path, *command: str, folder: Path) -> str:
    """What a command of that environment prints, started far from the checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    run = subprocess.run(
        [str(programs / command[0]), *command[1:]],
        cwd=folder,
        env={**clean, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def check_the_command(programs: Path, folder: Path) -> None:
    where = run_elsewhere(
        programs, "python", "-c", "import scorecard, udfs, workbooks; print(scorecard.__file__)", folder=folder
    )
    assert Path(where.strip()).is_relative_to(programs.parent)
    assert "scorecard" in run_elsewhere(programs, "scorecard", "--help", folder=folder)
    assert json.loads(run_elsewhere(programs, "scorecard", "template", "list", "--json", folder=folder))
    assert "scorecard" in run_elsewhere(programs, "python", "-m", "scorecard", "--help", folder=folder)


def test_the_command_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """The wheel's own files, with the dependencies of the environment that runs the tests."""
    programs = environment(tmp_path / "venv", "--no-deps", str(wheel))
    paths = run_elsewhere(programs, "python", "-c", "import site; print(site.getsitepackages()[0])", folder=tmp_path)
    # Their folder goes on the path, but its .pth files are not read: one of them names this checkout.
    Path(paths.strip(), "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    check_the_command(programs, tmp_path)


@pytest.mark.slow
def test_a_clean_installation_runs(wheel: Path, tmp_path: Path) -> None:
    """With the dependencies that the wheel itself asks for, from wherever this machine gets packages."""
    programs = environment(tmp_path / "venv", str(wheel))
    check_the_command(programs, tmp_path)


@pytest.mark.slow
def test_the_same_sources_give_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    [again] = build_from(tmp_path, "--wheel").glob("*.whl")
    assert again.read_bytes() == wheel.read_bytes()
