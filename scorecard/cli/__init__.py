"""The command line: `scorecard …`, the same as `python -m scorecard`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..messages import choose_language

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status: 0 fine, 1 findings, 2 usage, 3 no table, 4 unusable input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _choose_language(given)
    _make_output_safe("--json" in given)
    # The help texts are in the language of the process, so the commands are only made now.
    from .commands import make_app

    make_app()(args=given, prog_name="scorecard")


def _choose_language(arguments: Sequence[str]) -> None:
    for i, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and i + 1 < len(arguments):
            value = arguments[i + 1]
        if value in ("zh", "en"):
            choose_language(value)


def _make_output_safe(is_json: bool) -> None:
    """A console that cannot show a character must not end the run; JSON is UTF-8 wherever it goes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
            if is_json and stream is sys.stdout:
                reconfigure(encoding="utf-8")
