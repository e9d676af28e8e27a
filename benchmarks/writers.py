"""What each writer does to a rich workbook when one cell is asked for: `python -m benchmarks.writers FOLDER`.

The workbook has what careless saves lose: chart, sparklines, data bars of two kinds, comments, validation, picture, text
box. Each writer sets one empty cell to a number and saves; then parts and cells are compared with the original.
"""

from __future__ import annotations

import io
import re
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from scorecard.workbook.edit import Editor
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from tests.workbook.rich import rich_workbook

SHEET, CELL, VALUE = "考核表", (40, 20), 88

# What a part holds that is lost with it or inside it, found by the words of the format.
MARKS = {
    "sparklines": rb"<x14:sparkline>", "x14 data bars": rb"x14:dataBar ", "conditional formats": rb"<cfRule ",
    "text box": rb"<(?:xdr:)?sp[ >]", "picture": rb"<(?:xdr:)?pic>", "chart": rb"<(?:c:)?chart>", "comments": rb"<comment ",
    "validation": rb"<dataValidation ", "cached values": rb"</f><v>[^<]", "defined names": rb"<definedName ",
}  # fmt: skip


def own(source: Path, target: Path) -> None:
    """This package's editor."""
    editor = Editor(Package.open(source))
    editor.sheet(SHEET).set(*CELL, VALUE)
    editor.finish().save(target)


def by_openpyxl(source: Path, target: Path) -> None:
    """openpyxl: everything is read and written anew."""
    import openpyxl

    book = openpyxl.load_workbook(source, keep_vba=True)
    book[SHEET].cell(*CELL, VALUE)
    book.save(target)


def by_excelize(source: Path, target: Path) -> None:
    """excelize, a Go library, through its Python package."""
    import excelize

    book = excelize.open_file(str(source))
    book.set_cell_value(SHEET, "T40", VALUE)
    book.save_as(str(target))
    book.close()


def by_formualizer(source: Path, target: Path) -> None:
    """formualizer: recalculates all and writes the values back; it sets no cell."""
    import formualizer

    target.write_bytes(formualizer.recalculate_xlsx_bytes(source.read_bytes())["bytes"])


WRITERS: dict[str, Callable[[Path, Path], None]] = {
    "own": own, "excelize": by_excelize, "openpyxl": by_openpyxl, "formualizer": by_formualizer,
}  # fmt: skip


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(data: bytes) -> dict[tuple[str, str], tuple[object, ...]]:
    """Value, formula and number format of all cells."""
    package = Package.open(data)
    return {
        (ref.name, c.name): (c.value, c.formula, c.number_format)
        for ref in package.sheets
        if ref.kind == "worksheet"
        for c in read_grid(package, ref)
    }


def compared(before: bytes, after: bytes) -> str:
    """One line: parts lost, rewritten and added; cells changed; what is gone inside."""
    old, new = parts(before), parts(after)
    lost, added = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    changed = sum(1 for name in old if name in new and old[name] != new[name])
    was, now = cells(before), cells(after)
    asked = (SHEET, "T40")
    moved = [place for place in set(was) | set(now) if place != asked and was.get(place) != now.get(place)]
    everything = b"".join(old.values()), b"".join(new.values())
    gone = [
        f"{word} {len(re.findall(mark, everything[0]))}→{len(re.findall(mark, everything[1]))}"
        for word, mark in MARKS.items()
        if len(re.findall(mark, everything[1])) < len(re.findall(mark, everything[0]))
    ]
    return (
        f"{changed} of {len(old)} parts rewritten, {len(lost)} gone, {len(added)} new; "
        f"{len(moved)} cells changed beside the one; fewer: {', '.join(gone) or 'nothing'}"
    )


def main(folder: Path) -> None:
    """Run all writers that are installed."""
    source = rich_workbook(folder / "rich.xlsx")
    for name, write in WRITERS.items():
        target = folder / f"{name}.xlsx"
        try:
            began = time.perf_counter()
            write(source, target)
            took = time.perf_counter() - began
        except Exception as problem:  # a writer that fails is a result
            print(f"{name}: {type(problem).__name__}: {problem}")
            continue
        print(f"{name}: {compared(source.read_bytes(), target.read_bytes())}; {took * 1000:.0f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
