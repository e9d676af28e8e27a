"""The rules of the house that a reader of one file cannot see."""

from __future__ import annotations

import ast
import configparser
import doctest
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("scorecard", "udfs", "workbooks")

# Imports go down or stay level. The longest matching name decides; a module that matches none fails the test, so that
# a new room is given its floor here.
FLOORS = {
    "scorecard.errors": 0,
    "scorecard.messages": 0,
    "scorecard.findings": 1,
    "scorecard.hosts": 1,
    "scorecard.refusals": 1,
    "scorecard.scoring": 1,
    "scorecard.definition_rules": 2,
    "scorecard.definitions": 2,
    "scorecard.catalogue": 2,
    "scorecard.functions": 2,
    "scorecard.frames": 2,
    "scorecard.workbook": 3,
    "scorecard.batch": 4,
    "scorecard.consolidation": 5,
    "scorecard.cli": 6,
    "scorecard.__main__": 6,
    "workbooks": 6,
    "udfs": 6,
}
# The package itself only points at its rooms, lazily; anybody may ask it for the version.
LAZY = "scorecard"

# third party -> where it may be imported (module prefixes)
ALLOWED = {
    "xlwings": ("udfs",),
    "formualizer": ("scorecard.workbook.engine",),
    "lxml": ("scorecard.workbook",),
    "openpyxl": ("workbooks", "scorecard.workbook.inspection", "scorecard.consolidation"),
    "xlsxwriter": ("scorecard.consolidation.summary", "scorecard.workbook.opening"),
    "numpy": ("scorecard.frames", "scorecard.workbook", "scorecard.batch", "scorecard.consolidation", "scorecard.cli"),
    "pandas": ("scorecard.frames", "scorecard.workbook", "scorecard.batch", "scorecard.consolidation", "scorecard.cli"),
}

# Modules over 600 lines, each with the reason why it is one piece.
LONG = {
    "scorecard.functions": "all worksheet functions in the order of their documentation, each a few lines with its help",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def tree(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"), filename=str(SOURCES[module]))


def imports(module: str) -> Iterator[tuple[str, int]]:
    """Every imported module, absolute, with its line; those for type checking only are left out."""
    package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]

    def walk(node: ast.AST) -> Iterator[tuple[str, int]]:
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for child in node.orelse:
                yield from walk(child)
            return
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield (whole if whole in SOURCES else base), node.lineno
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    yield from walk(tree(module))


def within(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def floor(module: str) -> int:
    matching = [prefix for prefix in FLOORS if within(module, prefix)]
    assert matching, f"{module} has no floor: give it one in FLOORS"
    return FLOORS[max(matching, key=len)]


def test_imports_go_down_only() -> None:
    upward = [
        f"{module}:{line} imports {name} (floor {floor(module)} -> {floor(name)})"
        for module in SOURCES
        if module != LAZY
        for name, line in imports(module)
        if name.split(".")[0] in PACKAGES and name != LAZY and floor(name) > floor(module)
    ]
    assert not upward, "\n".join(upward)


def test_the_package_itself_imports_nothing_eagerly() -> None:
    names = {name for name, _ in imports(LAZY)}
    assert names <= {"__future__", "importlib", "typing"}


def test_a_library_stays_in_its_room() -> None:
    strayed = [
        f"{module}:{line} imports {name}, which belongs in {', '.join(ALLOWED[name.split('.')[0]])}"
        for module in SOURCES
        for name, line in imports(module)
        if name.split(".")[0] in ALLOWED and not any(within(module, prefix) for prefix in ALLOWED[name.split(".")[0]])
    ]
    assert not strayed, "\n".join(strayed)


def requirement_names(text: str) -> set[str]:
    return {
        re.split(r"[\s\[><=!~;]", line, maxsplit=1)[0].lower().replace("_", "-")
        for line in text.splitlines()
        if line.strip() and not line.startswith("#")
    }


def test_every_import_is_declared() -> None:
    """A stray `import` works at home, where everything is installed, and fails at the user's."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    runtime = requirement_names(setup["options"]["install_requires"])
    optional = set().union(*(requirement_names(text) for text in setup["options.extras_require"].values()))
    providers = packages_distributions()
    # Given by the host that runs the file, never by pip.
    from_host = {"uno", "unohelper", "com", "pythoncom", "win32com", "js", "pyodide"}
    undeclared = []
    for module in SOURCES:
        for name, line in imports(module):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top in PACKAGES or top in from_host:
                continue
            distributions = {found.lower().replace("_", "-") for found in providers.get(top, [top])}
            if not distributions & (runtime | optional):
                undeclared.append(f"{module}:{line} imports {top}, which setup.cfg does not ask for")
    assert not undeclared, "\n".join(undeclared)


def test_every_runtime_dependency_has_a_lower_bound() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [line for line in setup["options"]["install_requires"].splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if ">=" not in line] == []


def test_modules_stay_readable() -> None:
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in SOURCES.items()}
    too_long = {module: lines for module, lines in lengths.items() if lines > 600 and module not in LONG}
    assert not too_long, "over 600 lines: divide it, or give the reason in LONG"
    assert not [module for module in LONG if lengths.get(module, 0) <= 600], "no longer long: remove it from LONG"


def test_every_module_says_what_it_is() -> None:
    silent = [
        module
        for module, path in SOURCES.items()
        if not any(part.startswith("_") and not part.startswith("__") for part in module.split("."))
        and not (ast.get_docstring(tree(module)) or "").strip()
        and path.stat().st_size
    ]
    assert not silent, "no module docstring: " + ", ".join(silent)


@pytest.mark.parametrize("module", [name for name, path in SOURCES.items() if ">>> " in path.read_text("utf-8")])
def test_the_examples_in_docstrings_run(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORECARD_LANG", "en")
    result = doctest.testmod(importlib.import_module(module), report=True)
    assert result.attempted
    assert not result.failed, f"{result.failed} examples of {module} fail, see the output above"


def tracked() -> list[Path]:
    """The files of the project: what git knows or would add; in an unpacked archive, everything."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if git.returncode == 0:
        return [ROOT / name for name in git.stdout.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]
    outside = re.compile(r"^(\.venv.*|\.git|\..*_cache|build|dist|.*\.egg-info)$")
    return [
        path for path in ROOT.rglob("*") if path.is_file() and not any(map(outside.match, path.relative_to(ROOT).parts))
    ]


def test_the_tree_names_no_package_source() -> None:
    """Where packages come from is the machine's business: a lock on one host breaks mirrors and offline work."""
    hosts = re.compile(
        rb"files\.pythonhosted\.org|pypi\.org/simple|--(?:extra-)?index-url|--trusted-host|deb\.debian\.org"
        rb"|archive\.ubuntu\.com|registry\.npmjs\.org|(?<![\w.*>}])/(?:root|home/\w+)/|/opt/wheels"
    )
    named = []
    for path in tracked():
        content = path.read_bytes()
        if path == Path(__file__).resolve() or b"\0" in content[:4096]:
            continue
        named += [f"{path.relative_to(ROOT)}: {found.decode()}" for found in sorted(set(hosts.findall(content)))]
    assert not named, "\n".join(named)
