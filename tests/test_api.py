"""The public Python interface, as a list that is reviewed: a change of it is meant, or a mistake.

`python -m tests.test_api` writes the list anew. What `docs/api.md` says about versions: an entry may be added in a minor
version, and changed or removed in a major one only, after a version that warned.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import scorecard
from scorecard.functions import CATALOGUE

PATH = Path(__file__).with_name("api.txt")

# Beside what `scorecard` itself exports.
MODULES = (
    "scorecard.findings",
    "scorecard.errors",
    "scorecard.scoring.curve",
    "scorecard.scoring.ladder",
    "scorecard.scoring.model",
    "scorecard.scoring.periods",
    "scorecard.scoring.policies",
    "scorecard.scoring.ranking",
    "scorecard.scoring.score",
    "scorecard.frames",
)


def entries() -> Iterator[str]:
    """One line per name: functions with their arguments, classes with their fields and methods."""
    for name in sorted(scorecard.__all__):
        yield from _entry(f"scorecard.{name}", getattr(scorecard, name))
    for path in MODULES:
        module = importlib.import_module(path)
        named = getattr(module, "__all__", None) or [
            name for name, thing in vars(module).items() if getattr(thing, "__module__", None) == path
        ]
        for name in sorted(n for n in named if not n.startswith("_")):
            yield from _entry(f"{path}.{name}", getattr(module, name))
    for function in CATALOGUE.values():
        yield f"worksheet {function.name}({', '.join(argument.name for argument in function.arguments)})"


def _entry(path: str, thing: object) -> Iterator[str]:
    if inspect.isclass(thing):
        yield f"class {path}"
        if dataclasses.is_dataclass(thing):
            for field in dataclasses.fields(thing):
                yield f"  {path}.{field.name}: {field.type}"
        for name, member in sorted(vars(thing).items()):
            if name.startswith("_"):
                continue
            if isinstance(member, property):
                yield f"  {path}.{name} (property)"
            elif inspect.isfunction(member) or isinstance(member, (classmethod, staticmethod)):
                yield f"  {path}.{name}{inspect.signature(getattr(thing, name))}"
    elif callable(thing):
        yield f"{path}{inspect.signature(thing)}"
    else:
        yield f"{path}: {type(thing).__name__}"


def test_the_interface_is_the_reviewed_one() -> None:
    assert list(entries()) == PATH.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    PATH.write_text("".join(f"{line}\n" for line in entries()), encoding="utf-8")
