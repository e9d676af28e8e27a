"""Writing results: the summary workbook, or tables as CSV that no spreadsheet program takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import UsageError
from ..messages import Message
from ..workbook.files import replace_file

if TYPE_CHECKING:
    from .consolidation import Consolidation

# A text that begins with one of these, or with blanks before it, is a formula, or a command, to a spreadsheet program
# that opens a CSV; Chinese and Japanese versions take the full-width signs for the plain ones.
_RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def check_output(path: Path) -> None:
    """Refuse a place of which the ending says that nothing will be written there.

    Raises:
        UsageError: Neither .xlsx nor .csv.
    """
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError(Message("输出应为 .xlsx 或 .csv", "the output must be .xlsx or .csv"), str(path))


def save(
    done: Consolidation, path: Path, quotas: Mapping[str, float] | None = None, history: str | None = None
) -> Path:
    """See `Consolidation.save`."""
    check_output(path)
    if path.suffix.lower() == ".csv":
        replace_file(path, csv_bytes(done.people.sort_values(["rank", "department", "person"], kind="stable")))
    else:
        from .summary.book import summary_workbook
        from .summary.links import Links
        from .summary.trend import Past

        past = None
        if history is not None:
            from . import history as kept

            past = Past(kept.people(history), *kept.before(history, done.period), kept.same_people(history))
        replace_file(path, summary_workbook(done, Links.for_output(done.sources, path), past, quotas))
    return path


def save_tables(done: Consolidation, folder: Path) -> list[Path]:
    """Write every table of a consolidation as CSV into a folder; returns the files.

    Raises:
        UnusableFile: The place cannot be written.
    """
    tables = {
        "people": done.people, "cards": done.cards, "items": done.items, "findings": done.findings,
        "quarantine": done.quarantine,
    }  # fmt: skip
    paths = []
    for name, frame in tables.items():
        paths.append(folder / f"{name}.csv")
        replace_file(paths[-1], csv_bytes(frame))
    return paths


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""A table as CSV: UTF-8 with a byte order mark, which Excel needs for Chinese; risky texts behind an apostrophe.

    Example:
        >>> csv_bytes(pd.DataFrame({"a": ["=1+1", "x"], "b": [1.5, None]})).decode("utf-8-sig")
        "a,b\r\n'=1+1,1.5\r\nx,\r\n"
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(_plain(row))
    return stream.getvalue().encode("utf-8-sig")


def _plain(row: Sequence[object]) -> list[object]:
    cells: list[object] = []
    for value in row:
        if isinstance(value, str):
            is_risky = value.startswith(_RISKY) or value.lstrip().startswith(_RISKY)
            cells.append(f"'{value}" if is_risky else value)
        else:
            cells.append("" if pd.isna(value) else value)
    return cells
