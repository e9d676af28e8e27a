"""Where a command that writes a workbook writes it: beside the input, or where it was told to, never over a file unasked."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import UsageError
from ..messages import Message


def output_path(
    source: Path,
    output: str | os.PathLike[str] | None,
    in_place: bool,
    overwrite: bool,
    dry_run: bool,
    suffix: str = "_评分",
) -> Path | None:
    """The file to write; None for a dry run.

    Args:
        source: The input.
        output: As asked for; a folder takes the input's name. `NAME{suffix}` beside the input when omitted.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Nothing will be written.
        suffix: See `output`.

    Raises:
        UsageError: In place and elsewhere at once, an output that is the input, or one that exists already.
    """
    if dry_run:
        return None
    if in_place:
        if output is not None:
            raise UsageError(
                Message("--in-place 与输出文件不能同时给出", "give either an output or in-place, not both")
            )
        return source
    target = Path(output) if output is not None else source.with_name(f"{source.stem}{suffix}{source.suffix}")
    if target.is_dir():
        target = target / source.name
    if target.exists() and target.resolve() == source.resolve():
        raise UsageError(
            Message(
                "输出就是输入文件；确要覆盖请用 --in-place", "the output is the input; use in-place to overwrite it"
            ),
            source.name,
        )
    if target.exists() and not overwrite:
        raise UsageError(
            Message("输出文件已存在；确要覆盖请加 --force", "the output exists already; use force to replace it"),
            str(target),
        )
    return target
