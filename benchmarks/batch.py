"""How long a folder takes: `python -m benchmarks.batch [WORKBOOKS [scaling|- [ROUNDS]]]`.

The floor, one process: read each file, inflate every part, send every XML part through a parser without handlers,
deflate the sheets, write a file of that size. All of it is measured on the same folders in the same run, the candidates
in turn; processor time decides, because the machine is shared (`wall` columns say so). The competitors that cannot be
dependencies (formulas is EUPL, pycel GPL) run in an environment of their own: name its Python in `OTHERS`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

from benchmarks.recalc import edited, floor
from scorecard.batch import recalculate_each
from scorecard.workbook.package import Package
from scorecard.workbook.reuse import Forms
from tests.libreoffice.office import find_soffice
from workbooks.build import build, load, templates

#: Rows of the form of seed 001 whose actuals are numbers.
ROWS = [6, 8, 9, 10]


def one_form(folder: Path, count: int) -> Path:
    """Filled copies of one form, their values those of other actuals."""
    filled, dice = build(load("001"), actuals=True), random.Random(1)
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.xlsx").write_bytes(edited(filled, dice, "F", ROWS))
    return folder


def many_forms(folder: Path, count: int) -> Path:
    """Copies of fourteen forms: the bundled templates and filled ones in both flavours, each with a value out of date."""
    forms = [build(load(template.id), formulas=flavour) for flavour in ("native", "udf") for template in templates()]
    forms = [build(load("001"), actuals=True), build(load("001"), actuals=True, formulas="udf"), *forms][:14]
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.xlsx").write_bytes(spoiled(forms[number % len(forms)], number))
    return folder


def spoiled(data: bytes, number: int) -> bytes:
    """The workbook with another stored value in some formula cells that show numbers."""
    package = Package.open(data)
    part = package.sheet("评分规则").part
    pieces = package.read(part).split(b"</f><v>")
    for at in range(1, len(pieces), 9):
        value, end, rest = pieces[at].partition(b"</v>")
        if value.replace(b".", b"").isdigit():
            pieces[at] = str(number + 1000).encode() + end + rest
    package.write(part, b"</f><v>".join(pieces))
    return package.to_bytes()


def taken(run: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds, children included, and seconds on the clock."""
    before, start = os.times(), time.perf_counter()
    run()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), time.perf_counter() - start


def through_floor(folder: Path, out: Path) -> None:
    """The least, for each file."""
    for path in sorted(folder.iterdir()):
        floor(path, out)


def reading(folder: Path) -> None:
    """Only reading."""
    for path in sorted(folder.iterdir()):
        with open(path, "rb") as stream:
            stream.read()


def through(folder: Path, jobs: int = 1, memory: str = "") -> None:
    """Our batch."""
    for outcome in recalculate_each(folder, jobs=jobs, memory=memory or False):
        assert outcome.status in ("updated", "unchanged", "known"), outcome


def computing(folder: Path, out: Path) -> None:
    """Ours without journal, directory listing and safe writing: reading, computing, one plain write, as the floor does."""
    forms = Forms()
    for path in sorted(folder.iterdir()):
        package = Package.open(path)
        forms.update(package)
        out.write_bytes(package.to_bytes())


def copied(folder: Path, place: Path) -> Path:
    """A fresh copy: what is brought up to date cannot be measured twice."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    return place


def ratios(name: str, folder: Path, work: Path, rounds: int = 2) -> None:
    """Ours against the floor, in turn; the least of some rounds."""
    out, count = work / "out.xlsx", len(list(folder.iterdir()))
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        place, memory = copied(folder, work / "copy"), work / "m.sqlite"
        memory.unlink(missing_ok=True)
        found.setdefault("floor", []).append(taken(lambda place=place: through_floor(place, out)))
        found.setdefault("compute as the floor does", []).append(taken(lambda place=place: computing(place, out)))
        found.setdefault("recalc, one process", []).append(taken(lambda place=place: through(place)))
        copied(folder, place)
        found.setdefault("recalc, two processes", []).append(taken(lambda place=place: through(place, 2)))
        copied(folder, place)
        through(place, memory=str(memory))
        time.sleep(3)  # so that times and inodes are trusted
        found.setdefault("reading only", []).append(taken(lambda place=place: reading(place)))
        through(place, memory=str(memory))
        found.setdefault("nothing changed since", []).append(
            taken(lambda place=place, m=str(memory): through(place, memory=m))
        )
        for path in place.iterdir():
            os.utime(path)
        found.setdefault("nothing changed, times did", []).append(
            taken(lambda place=place, m=str(memory): through(place, memory=m))
        )
    least = min(cpu for cpu, _ in found["floor"])
    wall = min(clock for _, clock in found["floor"])
    print(f"\n{name}: {count} workbooks, floor {least / count * 1e3:.2f} ms of processor each")
    print(f"{'':32}{'× floor':>10}{'wall × floor':>14}{'per second':>12}")
    for label, times in found.items():
        cpu, clock = min(c for c, _ in times), min(w for _, w in times)
        print(f"{label:32}{cpu / least:10.3f}{clock / wall:14.3f}{count / clock:12.0f}")


_MEASURE = """
import json, os, resource, sys, time
from scorecard.batch import recalculate_each
start = time.process_time()
count = sum(1 for _ in recalculate_each(sys.argv[1]))
print(json.dumps([count, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def scaling(folder: Path, work: Path) -> None:
    """From 10 workbooks to 10,000, each in a process of its own: time of each and the most memory."""
    print(f"\n{'workbooks':>10}{'ms each':>10}{'most memory, MB':>18}")
    paths = sorted(folder.iterdir())
    for count in (10, 100, 1000, len(paths)):
        place = work / "scaled"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for path in paths[:count]:
            shutil.copy(path, place)
        shown = subprocess.run([sys.executable, "-c", _MEASURE, place], check=True, capture_output=True, text=True)
        number, seconds, memory = json.loads(shown.stdout)
        print(f"{number:10}{seconds / number * 1e3:10.2f}{memory:18.0f}")


_OTHER = {
    "formulas": """
import sys, formulas, time
start = time.process_time()
for path in sys.argv[1:]:
    formulas.ExcelModel().loads(path).finish().calculate()
print(time.process_time() - start)
""",
    "pycel": """
import sys, time
from pycel import ExcelCompiler
start = time.process_time()
for path in sys.argv[1:]:
    model = ExcelCompiler(filename=path)
    for sheet in model.excel.workbook:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    model.evaluate(f"'{sheet.title}'!{cell.coordinate}")
print(time.process_time() - start)
""",
}


def competitors(folder: Path, work: Path, count: int = 20) -> None:
    """Others over the same workbooks: multiples of the floor on them."""
    paths = sorted(folder.iterdir())[:count]
    some = work / "some"
    shutil.rmtree(some, ignore_errors=True)
    some.mkdir()
    for path in paths:
        shutil.copy(path, some)
    least = min(taken(lambda: through_floor(some, work / "out.xlsx"))[0] for _ in range(5))
    print(f"\n{count} workbooks of it; multiples of the floor (processor time)")
    plain = taken(lambda: [openpyxl.load_workbook(path).save(work / "o.xlsx") for path in paths])[0]
    print(f"{'openpyxl load and save':32}{plain / least:10.1f}")
    soffice = find_soffice()
    if soffice:
        command = [
            soffice,
            "--headless",
            f"-env:UserInstallation={(work / 'profile').as_uri()}",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(work / "lo"),
        ]
        subprocess.run([*command, str(paths[0])], check=True, capture_output=True)
        start = taken(lambda: subprocess.run([*command, str(paths[0])], check=True, capture_output=True))[0]
        all_of_them = taken(lambda: subprocess.run([*command, *map(str, paths)], check=True, capture_output=True))[0]
        each = max(all_of_them - start, 0) / (count - 1)
        print(f"{'LibreOffice headless':32}{each * count / least:10.1f}   (beyond its start of {start:.1f} s)")
    others = os.environ.get("OTHERS")
    for name, script in _OTHER.items() if others else ():
        done = subprocess.run([others, "-c", script, *map(str, paths[:5])], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name:32}   fails: {done.stderr.strip().splitlines()[-1][:90]}")
        else:
            print(f"{name:32}{float(done.stdout.split()[-1]) / 5 * count / least:10.1f}")


def main(count: int = 400, scaled: str = "", rounds: int = 2) -> None:
    """Print the tables."""
    work = Path(tempfile.mkdtemp(prefix="benchmark-batch-"))
    try:
        copies = one_form(work / "one", count)
        ratios("filled copies of one form", copies, work, rounds)
        ratios("fourteen forms", many_forms(work / "many", count), work, rounds)
        competitors(copies, work)
        if scaled == "scaling":
            scaling(one_form(work / "scaling", 10_000), work)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main(*(int(a) if a.isdigit() else a for a in sys.argv[1:]))  # type: ignore[arg-type]
