"""Where a command that writes a workbook writes it: beside the input, or where it was told to, never over a file unasked."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import OutputExists, UsageError
from ..messages import Message

#: Endings of the workbooks that are written.
ENDINGS = (".xlsx", ".xlsm")


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
        UsageError: In place and elsewhere at once, an output that is the input, one that exists already, or one whose
            ending is not that of the input.
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
    elif output is not None:
        refuse_ending(target, source.suffix.lower())
    if target.exists() and target.resolve() == source.resolve():
        raise UsageError(
            Message(
                "输出就是输入文件；确要覆盖请用 --in-place", "the output is the input; use in-place to overwrite it"
            ),
            source.name,
        )
    refuse_existing(target, overwrite)
    return target


def refuse_existing(path: Path, overwrite: bool) -> None:
    """An output that exists is replaced only when asked to.

    Raises:
        OutputExists: It exists, and nobody asked.
    """
    if path.exists() and not overwrite:
        zh, en = "输出文件已存在；请换一个名称，确要覆盖请加 --force", "the output exists already; choose another name"
        raise OutputExists(Message(zh, f"{en}, or use --force to replace it"), str(path))


def refuse_ending(path: Path, ending: str = "") -> None:
    """An output that no spreadsheet program would open, because its name says that it is something else.

    Args:
        path: The output.
        ending: That of the input, which the output keeps; any of a workbook if the input has none of them.

    Raises:
        UsageError: Another ending.
    """
    wanted = (ending,) if ending in ENDINGS else ENDINGS
    if path.suffix.lower() not in wanted:
        zh = f"输出应为以 {' 或 '.join(wanted)} 结尾的文件，或已有的文件夹；请改名"
        en = f"the output must be a file ending in {' or '.join(wanted)}, or a folder that exists; choose another name"
        raise UsageError(Message(zh, en), str(path))
