"""The command line as a user has it: arguments in; exit status, standard output and standard error out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scorecard.cli import main
from scorecard.messages import choose_language

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """What a run left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be; NaN and Infinity are no JSON."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.out, parse_constant=refuse)

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


def scorecard(*arguments: object, lang: str = "en") -> Run:
    """Run the command in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    given = [str(a) for a in arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(["--lang", lang, *given] if lang else given)
    except SystemExit as end:
        status = end.code
    finally:
        choose_language(None)
    for stream in (out, err):
        stream.flush()
    assert isinstance(status, int)
    return Run(status, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))  # type: ignore[attr-defined]


def process(
    *arguments: object, cwd: Path | None = None, text: bool = True, **env: str
) -> subprocess.CompletedProcess[Any]:
    """Run `python -m scorecard` in a process of its own, with a bare environment but for `env`."""
    return subprocess.run(
        [sys.executable, "-m", "scorecard", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=text, encoding="utf-8" if text else None, env=environment(**env), timeout=300,
    )  # fmt: skip


def interruptible() -> None:
    """For `preexec_fn`: a child that can be interrupted even where this process was started in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment(**env: str) -> dict[str, str]:
    """This environment without any language of its own, and with the package to be found from anywhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "SCORECARD_", "PYTHON", "COLUMNS"))}
    return {**kept, "PYTHONPATH": str(ROOT), **env}
