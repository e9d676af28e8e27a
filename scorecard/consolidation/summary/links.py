"""Addresses that lead from the summary to the cell a number came from, relative to where the summary lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..sources import Sources
from .style import quoted


@dataclass(frozen=True, slots=True)
class Links:
    """Where files lie, seen from the folder of the summary; `base` None: no links at all."""

    base: Path | None
    paths: dict[str, Path]

    @classmethod
    def for_output(cls, sources: Sources, output: Path | None) -> Links:
        """Links for a summary at `output`; none without a place."""
        base = output.resolve().parent if output is not None else None
        return cls(base, {s.file: s.path for s in sources.files if s.path != Path()})

    def to(self, file: str, sheet: str = "", cell: str = "") -> str | None:
        """The address of a cell, as XlsxWriter takes it; None where there is nothing to open."""
        path = self.paths.get(file)
        if self.base is None or path is None:
            return None
        try:
            relative = os.path.relpath(path, self.base)
        except ValueError:
            relative = str(path)  # another drive
        # In an address these would be read as escapes and as the beginning of the place.
        address = "external:" + relative.replace(os.sep, "/").replace("%", "%25").replace("#", "%23")
        return f"{address}#{quoted(sheet)}!{cell or 'A1'}" if sheet else address


def told(file: str, sheet: str = "", cell: str = "") -> str:
    """A place as people read it."""
    return "!".join(part for part in (file, sheet, cell) if part)
