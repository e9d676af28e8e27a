"""One workbook of a batch: recognised, or read, computed and written; whatever happens, an outcome."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..errors import ScorecardError, UnusableFile
from ..findings import Finding
from ..messages import Message
from ..workbook.files import Stamp
from ..workbook.package import Package
from ..workbook.recalc import Recalculation
from ..workbook.reuse import Forms
from .inputs import Source
from .memory import Glance, Memory, digest, told
from .outcome import Outcome, Settings
from .storage import Content, Place, local_path, place_of

# So many files are asked about at once.
_AT_ONCE = 100


class Done(NamedTuple):
    """What became of a workbook, for whoever remembers it.

    Attributes:
        outcome: The outcome.
        key: The `digest` of its content now; None when it is not up to date.
        stamp: How the file looks from outside now, where that can be told.
    """

    outcome: Outcome
    key: bytes | None = None
    stamp: Stamp | None = None


class Worker:
    """Brings workbooks up to date, one after the other; one for each process.

    Args:
        settings: How each is treated.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._forms = Forms()
        self.memory = Memory(settings.memory) if settings.memory else None

    def close(self) -> None:
        """Let go of the memory."""
        if self.memory is not None:
            self.memory.close()

    def each(self, sources: Sequence[Source]) -> Iterator[Outcome]:
        """The outcome of each, in their order."""
        for at in range(0, len(sources), _AT_ONCE):
            some = sources[at : at + _AT_ONCE]
            known = (
                self.memory.glances([s.name for s in some], run=self.settings.run) if self.memory is not None else {}
            )
            for source in some:
                glance = known.get(source.name)
                yield (self._recognised(source, glance) if glance else None) or self.do(source)
            if self.memory is not None:
                self.memory.flush()

    def _recognised(self, source: Source, glance: Glance) -> Outcome | None:
        """The outcome of a file that looks from outside as it did when it was brought up to date."""
        start = time.perf_counter()
        settings = self.settings
        try:
            if source.lock or not glance.holds(os.stat(local_path(source.name))):
                return None
        except (OSError, ValueError):
            return None  # `do` finds the words for it
        seconds = time.perf_counter() - start
        outcome = told(glance.row, source.name, as_of=settings.as_of, seconds=seconds)
        return self._strictly(outcome) if outcome is not None else None

    def do(self, source: Source) -> Outcome:
        """Bring one workbook up to date; never raises for what is wrong with it."""
        return self.handle(source).outcome

    def handle(self, source: Source, expected: bytes | None = None) -> Done:
        """The same for a caller with a memory of its own.

        Args:
            source: The workbook.
            expected: If its content has this key, it is up to date.
        """
        start = time.perf_counter()
        try:
            done = self._done(source, expected)
        except ScorecardError as error:
            done = Done(failed(source.name, error))
        except Exception as error:
            # A mistake of ours, or of a library: told with the workbook that shows it, and the others go on.
            done = Done(failed(source.name, _internal(f"{type(error).__name__}: {error}")))
        return done._replace(outcome=replace(done.outcome, seconds=time.perf_counter() - start))

    def _done(self, source: Source, expected: bytes | None) -> Done:
        if source.problem:
            zh = f"无法打开文件夹（{source.problem.zh}）；请检查权限"
            en = f"the folder cannot be read ({source.problem.en}); check its permissions"
            return Done(failed(source.name, UnusableFile(Message(zh, en), source.name)))
        if source.lock:
            return Done(Outcome(source.name, "skipped", findings=(_opened(source.lock),)))
        place = place_of(source.name)
        content = place.read()
        key = digest(content.data)
        stamp = content.version if isinstance(content.version, Stamp) else None
        if key == expected:
            return Done(Outcome(source.name, "known"), key, stamp)
        outcome = self._recalled(key, source.name)
        if outcome is None:
            return self._computed(source, place, content, key)
        if self.memory is not None:
            self.memory.note(source.name, stamp, key)
        return Done(self._strictly(outcome), key, stamp)

    def _recalled(self, key: bytes | None, name: str) -> Outcome | None:
        if self.memory is None or key is None:
            return None
        return self.memory.recall(key, name, run=self.settings.run, as_of=self.settings.as_of)

    def _computed(self, source: Source, place: Place, content: Content, key: bytes) -> Done:
        settings, memory = self.settings, self.memory
        package = Package.open(content.data, where=os.path.basename(source.name))
        result = self._forms.update(package, check=settings.check, as_of=settings.as_of)
        outcome = self._strictly(_outcome(source.name, result, settings.check))
        stamp = content.version if isinstance(content.version, Stamp) else None
        if outcome.status not in ("updated", "unchanged"):
            return Done(outcome)
        new = package.to_bytes() if outcome.status == "updated" else content.data
        if outcome.status == "updated":
            key = digest(new)
        if memory is not None:
            # Before the file is replaced: whatever kills us, no new content is unknown.
            memory.enter(key, outcome, run=settings.run, as_of=settings.as_of, volatile=result.is_volatile)
        if outcome.status == "updated":
            self._keep_old(source, content.data)
            stamp = place.write(new, content.version)
        if memory is not None:
            memory.note(source.name, stamp, key)
        return Done(outcome, key, stamp)

    def _strictly(self, outcome: Outcome) -> Outcome:
        if not self.settings.strict or not outcome.kept or outcome.status == "failed":
            return outcome
        first = next((f.where for f in outcome.findings if f.cell), "")
        sentence = Message(
            f"有 {outcome.kept} 个单元格无法计算（如 {first}），按 --strict 没有写入。",
            f"{outcome.kept} cells cannot be computed (such as {first}); with --strict nothing was written.",
        )
        error = UnusableFile(sentence, os.path.basename(outcome.file))
        return replace(outcome, status="failed", changed=0, error=error)

    def _keep_old(self, source: Source, data: bytes) -> None:
        """The old content into the backup; never over another one, as a second run after a kill might."""
        backup = self.settings.backup
        if not backup:
            return
        parts = [part for part in source.relative.split("/") if part not in ("", ".", "..")]
        stem, ending = os.path.splitext(parts[-1])
        for number in range(1, 1000):
            base = f"{stem} ({number}){ending}" if number > 1 else parts[-1]
            place = place_of("/".join([backup, *parts[:-1], base]))
            there = place.content()
            if there is None:
                place.write(data, None)
            if there is None or there == data:
                return


def failed(name: str, error: ScorecardError) -> Outcome:
    """The outcome of a workbook that could not be used."""
    return Outcome(name, "failed", error=error)


def _internal(text: str) -> UnusableFile:
    return UnusableFile(
        Message(
            f"程序内部错误（{text}），请报告此问题；文件没有改动。",
            f"an internal error ({text}), please report it; the file was left as it is.",
        )
    )


def _opened(lock: str) -> Finding:
    sentence = Message(
        f"看来正在某个程序中打开（旁边有 {lock}），已跳过；关闭后再运行。若没有人打开它，请删除该文件。",
        f"seems to be open in a program ({lock} lies beside it) and was skipped; close it and run again, or delete that "
        "file if nobody has it open.",
    )
    return Finding("open", "warning", "", "", sentence)


def _outcome(name: str, result: Recalculation, check: bool) -> Outcome:
    status = "unchanged"
    if check and result.is_stale:
        status = "stale"
    elif result.changes:
        status = "updated"
    return Outcome(name, status, len(result.changes), len(result.kept), result.findings, result=result)
