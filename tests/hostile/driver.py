"""Runs commands on files under limits, each as the command line would, and reports one JSON line per file."""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import time
from pathlib import Path

from scorecard.cli import main


def run(command: str, path: Path, out: Path) -> dict[str, object]:
    """One command on one file."""
    arguments = {"inspect": ["inspect", str(path), "--json"], "embed": ["embed", str(path), "-o", str(out), "--json"]}
    shown, complaint = io.StringIO(), io.StringIO()
    began = time.process_time()
    status: object = None
    problem = ""
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(complaint):
        try:
            main(["--lang", "en", *arguments[command]])
        except SystemExit as end:
            status = end.code
        except BaseException as error:  # whatever gets through is what this is about
            problem = f"{type(error).__name__}: {error}"[:300]
    return {
        "file": path.stem, "command": command, "status": status, "problem": problem,
        "lines": complaint.getvalue().splitlines(), "cpu": round(time.process_time() - began, 2),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "left": sorted(p.name for p in out.parent.glob(f"{out.stem}*")),
    }  # fmt: skip


def limited(memory: int, seconds: int) -> None:
    """Take no more than that from the machine."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


if __name__ == "__main__":
    limited(int(sys.argv[1]) << 20, int(sys.argv[2]))
    commands, folder = sys.argv[3].split(","), Path(sys.argv[4])
    for name in sys.argv[5:]:
        for command in commands:
            print(json.dumps(run(command, Path(name), folder / f"{Path(name).stem}-out.xlsx")), flush=True)
