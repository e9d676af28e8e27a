"""A headless LibreOffice: converts files, recalculates workbooks, takes pictures of them.

It is an engine written by others, so the values it computes are evidence. One `Office` has one profile of its own
and runs one soffice at a time; use one per test process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import openpyxl

Values = dict[tuple[str, str], Any]
"""(sheet, cell address) -> value. Cells without a value are left out; an error is its text, such as "#DIV/0!"."""

# A new profile makes soffice set itself up and end with this status: start it again.
_START_AGAIN = 81

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
 <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
  <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  <prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop>
 </item>
</oor:items>
"""


class OfficeError(AssertionError):
    """LibreOffice did not do what it was asked: a failed test, with what it printed."""


def find_soffice() -> Path | None:
    """The soffice of this machine: `$SOFFICE`, the PATH, then the usual folders; None if there is none."""
    candidates = (
        os.environ.get("SOFFICE"),
        shutil.which("soffice"),
        shutil.which("libreoffice"),
        "/usr/lib/libreoffice/program/soffice",
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        r"C:\Program Files\LibreOffice\program\soffice.exe",
    )
    return next((Path(candidate) for candidate in candidates if candidate and Path(candidate).is_file()), None)


def environment() -> dict[str, str]:
    """The environment for soffice.

    The Python inside LibreOffice takes its settings from variables and its home from the first `python3` on the PATH: with
    those of the Python that runs the tests (a virtual environment) it finds none of its own modules, and loads no add-in.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    folders = kept.get("PATH", "").split(os.pathsep)
    kept["PATH"] = os.pathsep.join(f for f in folders if not Path(f).parent.joinpath("pyvenv.cfg").is_file())
    return kept


@dataclass(slots=True)
class Office:
    """One LibreOffice with its own profile.

    Args:
        soffice: The program.
        extensions: A folder of unpacked extensions to load, each in a folder of its own; none if None.
        timeout: Seconds one run may take before it is ended and reported as failed.
    """

    soffice: Path
    extensions: Path | None = None
    timeout: float = 180
    _profile: tempfile.TemporaryDirectory[str] | None = field(default=None, init=False, repr=False)

    def convert(self, path: Path | Sequence[Path], to: str, outdir: Path) -> list[Path]:
        """Convert one file, or several in one run, recalculating every formula on the way in.

        Args:
            path: The file or files. Their names, without the ending, must differ.
            to: What soffice calls the target: "xlsx", "pdf", "ods", "csv:Text - txt - csv (StarCalc):44,34,76" …
            outdir: The folder the results go to; made if missing.

        Returns:
            The results, in the order of the files.
        """
        paths = [path] if isinstance(path, Path) else list(path)
        outdir.mkdir(parents=True, exist_ok=True)
        results = [outdir / f"{source.stem}.{to.partition(':')[0]}" for source in paths]
        if len(set(results)) < len(results):
            raise ValueError(f"names must differ without their endings: {[source.name for source in paths]}")
        for result in results:
            if result in paths:
                raise ValueError(f"{result}: would be overwritten by its own conversion")
            result.unlink(missing_ok=True)
        printed = self.run("--convert-to", to, "--outdir", str(outdir), *map(str, paths))
        missing = [result.name for result in results if not result.exists()]
        if missing:
            raise OfficeError(f"soffice wrote no {', '.join(missing)}:\n{printed}")
        return results

    @overload
    def recalculated(self, path: Path) -> Values: ...
    @overload
    def recalculated(self, path: Sequence[Path]) -> list[Values]: ...
    def recalculated(self, path: Path | Sequence[Path]) -> Values | list[Values]:
        """What LibreOffice computes for every cell, whatever values are stored in the file.

        Args:
            path: One workbook; or several, computed in one run (much faster than one by one). Never changed.

        Returns:
            The values of the one workbook, or a list of them in the order of the files.
        """
        paths = [path] if isinstance(path, Path) else list(path)
        with tempfile.TemporaryDirectory(prefix="office-") as folder:
            copies = []
            for index, source in enumerate(paths):
                # Numbered: workbooks of several departments may share a name. Copied: soffice writes lock files.
                copy = Path(folder, f"{index}{source.suffix}")
                shutil.copyfile(source, copy)
                copies.append(copy)
            results = [read_values(result) for result in self.convert(copies, "xlsx", Path(folder, "out"))]
        return results[0] if isinstance(path, Path) else results

    def to_png(self, path: Path, outdir: Path, dpi: int = 100) -> list[Path]:
        """One picture of each printed page, in page order: `name-1.png`, `name-2.png` …

        Args:
            path: The workbook.
            outdir: The folder the pictures go to; made if missing.
            dpi: Pixels per inch.
        """
        outdir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="office-") as folder:
            [pdf] = self.convert(path, "pdf", Path(folder))
            drawn = Path(folder, "pages")
            drawn.mkdir()
            subprocess.run(
                ["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(drawn / "page")], check=True, timeout=self.timeout
            )
            # pdftoppm pads the page numbers to equal width, so that names sort in page order.
            pages = sorted(drawn.iterdir())
            targets = [outdir / f"{path.stem}-{number}.png" for number in range(1, len(pages) + 1)]
            for page, target in zip(pages, targets, strict=True):
                shutil.move(page, target)
        return targets

    def run(self, *arguments: str) -> str:
        """Run soffice headless to its end and return what it printed."""
        command = [str(self.soffice), "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"]
        if self.extensions:
            command.append(f"-env:BUNDLED_EXTENSIONS={self.extensions.absolute().as_uri()}")
        for _ in range(3):
            status, printed = self._run_once([*command, f"-env:UserInstallation={self._profile_uri()}", *arguments])
            if status == 0:
                return printed
            if status != _START_AGAIN:
                self.close()
                raise OfficeError(f"soffice ended with status {status}:\n{printed}")
        raise OfficeError(f"soffice asked three times to be started again:\n{printed}")

    def close(self) -> None:
        """Remove the profile; the next run makes a new one."""
        if self._profile:
            self._profile.cleanup()
            self._profile = None

    def _run_once(self, command: list[str]) -> tuple[int, str]:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment(),
            # soffice is a chain of processes: a group of their own lets us end all of them, and nobody else's.
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            printed, _ = process.communicate()
            self.close()
            raise OfficeError(f"soffice did not end within {self.timeout} s:\n{printed}") from None
        return process.returncode, printed

    def _profile_uri(self) -> str:
        if self._profile is None:
            self._profile = tempfile.TemporaryDirectory(prefix="office-profile-", ignore_cleanup_errors=True)
            user = Path(self._profile.name, "user")
            user.mkdir()
            Path(user, "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        return Path(self._profile.name).as_uri()


def read_values(path: Path) -> Values:
    """The values stored in an .xlsx, as openpyxl reads them."""
    workbook = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
