"""The history as files: a Parquet folder that any analysis tool reads, or CSV."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ..errors import UsageError
from ..messages import Message
from ..refusals import missing_extra
from ..workbook.files import replace_file
from . import history
from .output import csv_bytes

FORMATS = ("parquet", "csv")


def export(place: str, folder: Path, kind: str = "parquet") -> list[Path]:
    """Write the tables `people` and `items` of a history into a folder; returns the files.

    Args:
        place: The history.
        folder: Made if missing; files of these names are replaced.
        kind: "parquet" (needs the extra `parquet`) or "csv".

    Raises:
        UsageError: An unknown kind, or pyarrow is not installed.
        UnusableFile: No such history, or the folder cannot be written.
    """
    if kind not in FORMATS:
        raise UsageError(Message(f"未知格式“{kind}”（parquet 或 csv）", f'unknown format "{kind}": parquet or csv'))
    tables = {"people": history.people(place), "items": history.items(place)}
    written = []
    for name, frame in tables.items():
        path = folder / f"{name}.{kind}"
        if kind == "csv":
            replace_file(path, csv_bytes(frame))
        else:
            try:
                import_module("pyarrow")
            except ModuleNotFoundError:
                raise missing_extra(Message("写 Parquet ", "Parquet"), "parquet") from None
            replace_file(path, frame.to_parquet(None, index=False))
        written.append(path)
    return written
