"""One source: a function added to the catalogue is in every host, with no other edit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.udfs.libreoffice.test_extension import PROBE, ROOT

# What runs on a copy of the product with the probe in its catalogue.
SCRIPT = """
import json, runpy, sys, types, zipfile
import openpyxl
import xlwings

from docs.functions import text
from scorecard.workbook.recalc import recalculate
from udfs.libreoffice import build
from udfs.vba import wrapper_module

found = {}
book = openpyxl.Workbook()
book.active["A1"] = "=KPI_PROBE(21)"
book.save("probe.xlsx")
data = recalculate(open("probe.xlsx", "rb").read()).data
open("probe.xlsx", "wb").write(data)
found["engine"] = openpyxl.load_workbook("probe.xlsx", data_only=True).active["A1"].value

build("probe.oxt")
with zipfile.ZipFile("probe.oxt") as archive:
    found["addin"] = [name for name in archive.namelist() if b"KPI_PROBE" in archive.read(name)]

found["vba"] = "Public Function KPI_PROBE(" in wrapper_module().source
import udfs
found["classic"] = udfs.KPI_PROBE(21)

lite = types.ModuleType("xlwings")
lite.Book = xlwings.Book
lite.func = lite.script = lambda *given, **options: given[0] if given else lambda function: function
lite.arg = lite.ret = lambda *given, **options: lambda function: function
sys.modules["xlwings"] = lite
found["lite"] = runpy.run_path("udfs/lite/main.py")["KPI_PROBE"](21)
found["docs"] = "KPI_PROBE" in text()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("probe")
    for package in ("scorecard", "udfs", "docs"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "pictures"))
    with (folder / "scorecard" / "functions.py").open("a", encoding="utf-8") as file:
        file.write(PROBE)
    return folder


def python(folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_new_function_is_in_every_host(copied: Path) -> None:
    found = json.loads(python(copied, "-c", SCRIPT))
    assert found["engine"] == found["classic"] == found["lite"] == 42
    assert found["vba"] and found["docs"]
    names = " ".join(found["addin"])
    assert "CalcAddIns.xcu" in names and "functions.py" in names, names


def test_the_command_line_shows_it(copied: Path) -> None:
    assert "KPI_PROBE" in python(copied, "-m", "scorecard", "functions", "KPI_PROBE")
