"""A live Calc with our add-in: documents whose cells can be set, computed and read."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from scorecard.scoring.values import CellError
from tests.libreoffice.office import environment, find_soffice

_DRIVER = Path(__file__).with_name("driver.py")


class CalcError(AssertionError):
    """LibreOffice, or the program that drives it, did not do what it was asked."""


@functools.cache
def find_python() -> str | None:
    """A Python that can talk to LibreOffice: this one, the system's, or the one LibreOffice brings along."""
    soffice = find_soffice()
    beside = soffice.resolve().with_name("python") if soffice else None
    candidates = (sys.executable, "/usr/bin/python3", shutil.which("python3"), str(beside) if beside else None)
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            run = subprocess.run([candidate, "-c", "import uno"], capture_output=True, check=False)
            if run.returncode == 0:
                return candidate
    return None


def missing() -> str:
    """What is missing for a live Calc; "" if nothing."""
    if find_soffice() is None:
        return "LibreOffice"
    return "" if find_python() else "the UNO bridge for Python (python3-uno)"


class Document:
    """One open workbook."""

    def __init__(self, calc: Calc, number: int) -> None:
        self.calc, self.number = calc, number

    def put(self, contents: Mapping[str, float | str | None], sheet: str = "Sheet1") -> None:
        """Set cells by address; a text beginning with = is a formula (English names, arguments separated by ;)."""
        self.calc("put", self.number, sheet, dict(contents))

    def values(self, addresses: Sequence[str], sheet: str = "Sheet1") -> list[Any]:
        """The values of cells: number, text, `CellError`, or None if empty."""
        return [_plain(value) for value in self.calc("values", self.number, sheet, list(addresses))]

    def used(self, sheet: str) -> list[list[Any]]:
        """The values of all used cells of a sheet, as rows."""
        return [[_plain(value) for value in row] for row in self.calc("used_values", self.number, sheet)]

    def ask(self, name: str, *arguments: Any) -> Any:
        """Any function of the driver that takes a document first."""
        return self.calc(name, self.number, *arguments)

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("close_document")


class Calc:
    """A running soffice with one extension; `with Calc(oxt) as calc`.

    Args:
        extension: The .oxt; it is unpacked and loaded as if it came with the program.
    """

    def __init__(self, extension: Path) -> None:
        soffice, python = find_soffice(), find_python()
        assert soffice is not None and python is not None
        self._folder = tempfile.TemporaryDirectory(prefix="calc-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        with zipfile.ZipFile(extension) as archive:
            archive.extractall(folder / "extensions" / "scorecard")
        self._process = subprocess.Popen(
            [python, str(_DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**environment(), "PYTHONIOENCODING": "utf-8"},
            start_new_session=True,
        )
        try:
            self.version = self("start", str(soffice), str(folder / "extensions"), str(folder / "profile"))
        except CalcError:
            self.close()
            raise

    def __call__(self, name: str, *arguments: Any) -> Any:
        """Call a function of the driver."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CalcError(f"the driver ended during {name}")
        answer = json.loads(line)
        if "error" in answer:
            raise CalcError(f"{name}: {answer['error']}")
        return answer["result"]

    def open(self, path: Path | None = None, *, visible: bool = False) -> Document:
        """Open a workbook (a copy of it), or a new one; commands need a visible one, which takes longer."""
        if path is None:
            return Document(self, self("open_document", None, visible))
        # Copied: soffice puts lock files beside what it opens.
        copy = Path(tempfile.mkdtemp(dir=self._folder.name), path.name)
        shutil.copyfile(path, copy)
        return Document(self, self("open_document", str(copy), visible))

    def close(self) -> None:
        """End soffice and the driver."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if hasattr(os, "killpg"):
            # soffice outlives a driver that failed; the group is ours alone.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.stdout.close()
        self._folder.cleanup()

    def __enter__(self) -> Calc:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _plain(value: Any) -> Any:
    return CellError(value["error"]) if isinstance(value, dict) else value
