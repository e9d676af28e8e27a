"""A bar for batches: how many are done, how fast, how long it will take; on a terminal or in a notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..messages import Message
from .outcome import Outcome


class _Rate(ProgressColumn):
    """Workbooks in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        rate = f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"
        return Text(Message(f"{rate} 个/秒", f"{rate}/s").text())


@contextmanager
def bar(total: int, console: Console | None = None) -> Iterator[Callable[[Outcome], None]]:
    """A bar that grows with each outcome it is given.

    Args:
        total: How many workbooks there are.
        console: Where it is shown; standard error when omitted (a notebook has its own way).

    Example:
        ::

            with bar(len(batch)) as step:
                for outcome in batch:
                    step(outcome)
    """
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(),
        TextColumn(Message("剩余", "left").text()), TimeRemainingColumn(),
    )  # fmt: skip
    # No thread that redraws: with one, processes could not be forked.
    drawn = 0.0
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as shown:
        task = shown.add_task(Message("重新计算", "recalculating").text(), total=total)

        def step(outcome: Outcome) -> None:
            nonlocal drawn
            shown.advance(task)
            if time.monotonic() - drawn > 0.2:
                drawn = time.monotonic()
                shown.refresh()

        yield step
