"""The codes that the package can make findings of, read from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Three codes are single words; other words that stand where codes do are kinds of labels.
_CODE = re.compile(r"(?!utf-)[a-z]+(?:-[a-z0-9]+)+|linked|finalised|transfer")
# Functions whose first argument is a code, or may be; `Finding` itself, and the small helpers around it.
_MAKERS = {"Finding", "Notice", "finding", "note", "_note", "_info", "_warn", "about", "Obstacle", "_named", "_finding"}
# Variables that hold a code for a moment.
_NAMES = {"code"}


def emitted() -> dict[str, set[str]]:
    """Every code, with the modules that name it."""
    found: dict[str, set[str]] = {}
    for package in ("scorecard", "udfs"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for code in _codes(tree):
                found.setdefault(code, set()).add(str(path.relative_to(ROOT)))
    return found


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in _MAKERS:
                # The helpers of some rooms take the table first.
                for argument in node.args[:2]:
                    yield from _texts(argument)
            elif name == "differs" and isinstance(node.args[0], ast.Constant):
                yield f"{node.args[0].value}-differs"  # what a table says and what its file is called
        elif isinstance(node, ast.FunctionDef) and ("code" in node.name or node.name == "_why_not"):
            yield from (text for inner in ast.walk(node) if isinstance(inner, ast.Return) for text in _texts(inner))
        elif isinstance(node, ast.Assign):
            targets = [
                t for target in node.targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])
            ]
            if any(isinstance(t, ast.Name) and t.id in _NAMES for t in targets):
                yield from _texts(node.value)


def _texts(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and _CODE.fullmatch(inner.value):
            yield inner.value
