"""What was brought up to date before, by content: an SQLite file that may be deleted at any time.

A workbook is recognised by the hash of its bytes, wherever it lies and whatever it is called. So that recognising
costs less than reading, a file's size, times and inode are remembered too, and trusted once they are old enough that
no later write can have left them as they are. Nothing here is needed: without it everything is computed anew.

The new content of a workbook is entered before the file is replaced. Killed in between, the entry is of a content
that nobody has; killed afterwards, the workbook is recognised: nothing is done twice, nothing is missed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..findings import Finding
from ..messages import Message
from ..refusals import reason
from ..workbook.engine import VERSION
from ..workbook.files import Stamp
from .outcome import Outcome
from .storage import is_remote

T = TypeVar("T")

_LAYOUT = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS known (
  key BLOB PRIMARY KEY, moment TEXT, kept INTEGER, findings TEXT, entered REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (
  run TEXT, name BLOB, key BLOB, status TEXT, changed INTEGER, PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
  name BLOB PRIMARY KEY, size INTEGER, modified INTEGER, changed INTEGER, inode INTEGER, key BLOB, entered REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
  run TEXT PRIMARY KEY, started REAL, finished REAL, inputs TEXT, settings TEXT
) WITHOUT ROWID;
"""
# File systems count time in steps of up to two seconds (FAT); within one, a second write leaves no trace.
_STEP = 2.5
# Elsewhere the "time of change" is that of creation, and whoever sets the time of writing leaves no trace.
_TRUSTS_TIMES = os.name == "posix"
_KEPT_FOR = 400 * 86_400


# What `told` makes an outcome of.
_KNOWN = "k.moment, k.kept, k.findings, d.status, d.changed"
_GLANCE = f"""SELECT f.name, f.size, f.modified, f.changed, f.inode, f.key, f.entered, {_KNOWN}
FROM files f JOIN known k ON k.key = f.key LEFT JOIN done d ON d.run = ? AND d.name = f.name AND d.key = f.key
WHERE f.name IN"""
_RECALL = f"SELECT {_KNOWN} FROM known k LEFT JOIN done d ON d.run = ? AND d.name = ? AND d.key = k.key WHERE k.key = ?"


class Glance(NamedTuple):
    """What is known of a file by its name.

    Attributes:
        stamp: How it looked from outside.
        key: The `digest` of its content then.
        entered: When that was.
        row: What became of that content, for `told`.
    """

    stamp: Stamp
    key: bytes
    entered: float
    row: tuple[Any, ...]

    def holds(self, found: os.stat_result) -> bool:
        """Whether a file that looks like this certainly has that content still."""
        size, modified, changed, inode = self.stamp
        return (
            found.st_mtime_ns == modified
            and found.st_size == size
            and found.st_ctime_ns == changed
            and found.st_ino == inode
            and self.entered > (modified if modified > changed else changed) / 1e9 + _STEP
        )


class Run(NamedTuple):
    """A batch that was begun.

    Attributes:
        name: Its name; a time, so that people can read it.
        inputs: What it was asked to do.
        settings: Its options that matter for the results, as JSON-able values.
        is_resumed: Whether it was begun before and is continued now.
    """

    name: str
    inputs: tuple[str, ...]
    settings: dict[str, Any]
    is_resumed: bool = False


def digest(data: bytes) -> bytes:
    """The hash by which a content is recognised, for this version of the program only."""
    return hashlib.sha256(_version() + data).digest()


@lru_cache(maxsize=1)
def _version() -> bytes:
    """What computes: another version may give other values, so its own code counts (sizes and times are enough)."""
    parts = [VERSION]
    for room in ("workbook", "scoring", "."):
        for path in sorted((Path(__file__).parents[1] / room).glob("*.py")):
            found = path.stat()
            parts.append(f"{path.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).digest()


class Memory:
    """The file, opened; one object for each process.

    Trouble with the file (a full disk, a folder that cannot be written) never stops a batch: `trouble` says it, and
    from then on nothing is remembered.

    Args:
        path: The file; folders are made.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.trouble: Message | None = None
        self._notes: list[tuple[Any, ...]] = []
        self._db: sqlite3.Connection | None = None
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            try:
                self._db = _opened(path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                # Not a database, or a damaged one: it may be deleted at any time, so also now.
                for ending in ("", "-wal", "-shm"):
                    Path(path + ending).unlink(missing_ok=True)
                self._db = _opened(path)
        except (sqlite3.Error, OSError) as error:
            self.trouble = reason(error)

    def close(self) -> None:
        """Let go of the file."""
        self.flush()
        if self._db is not None:
            self._db.close()
            self._db = None

    # --- workbooks -----------------------------------------------------------------------------------------------

    def glances(self, names: Sequence[str], *, run: str) -> dict[str, Glance]:
        """What is known of local files before they are opened, asked for many at once; those of nothing are missing."""
        if not _TRUSTS_TIMES:
            return {}
        named = {_named(name): name for name in names}
        marks = ",".join("?" * len(named))
        rows = self._guarded(lambda db: db.execute(f"{_GLANCE} ({marks})", (run, *named)).fetchall())
        return {named[row[0]]: Glance(Stamp._make(row[1:5]), row[5], row[6], row[7:]) for row in rows or ()}

    def key_of(self, name: str, *, run: str, as_of: datetime | None) -> bytes | None:
        """The key a file had when it was last looked at, if what became of it then is still known."""
        row = self._ask("SELECT key FROM files WHERE name=?", (_named(name),))
        return row[0] if row and self.recall(row[0], name, run=run, as_of=as_of) else None

    def recall(self, key: bytes, name: str, *, run: str, as_of: datetime | None) -> Outcome | None:
        """What became of a workbook of this content; None when it must be computed.

        Args:
            key: Its `digest`.
            name: Its file, for the outcome.
            run: The run that asks. What this run did itself comes back as it was reported, all else as "known".
            as_of: The moment for which values must hold.
        """
        row = self._ask(_RECALL, (run, _named(name), key))
        return told(row, name, as_of=as_of) if row else None

    def enter(self, key: bytes, outcome: Outcome, *, run: str, as_of: datetime | None, volatile: bool) -> None:
        """Remember that a content is up to date, and what was reported.

        Values that depend on the moment are remembered only for a fixed one.
        """
        if volatile and as_of is None:
            return
        findings = json.dumps([_plain(f) for f in outcome.findings], ensure_ascii=False) if outcome.findings else None
        moment = _moment(as_of) if volatile else None
        self._do("INSERT OR REPLACE INTO known VALUES (?,?,?,?,?)", (key, moment, outcome.kept, findings, time.time()))
        done = (run, _named(outcome.file), key, outcome.status, outcome.changed)
        self._do("INSERT OR REPLACE INTO done VALUES (?,?,?,?,?)", done)

    def note(self, name: str, stamp: Stamp | None, key: bytes) -> None:
        """Remember of which content a file is, and how a local one looks from outside; for good with `flush`."""
        stamp = stamp or Stamp(-1, 0, 0, 0)
        self._notes.append((_named(name), *stamp, key, time.time()))

    def flush(self) -> None:
        """Write the notes: many at once, for each by itself costs more than reading its workbook."""
        notes, self._notes = self._notes, []
        if notes:
            self._guarded(lambda db: _write_notes(db, notes))

    # --- runs ----------------------------------------------------------------------------------------------------

    def begin(self, inputs: tuple[str, ...], settings: dict[str, Any], *, resume: bool) -> Run:
        """Begin a run, or continue the last one that did not finish.

        Args:
            inputs: What is asked for; empty means: whatever the last unfinished run was asked for.
            settings: The options that matter for the results. Only a run with the same ones is continued.
            resume: Whether to continue; without an unfinished run a new one begins.
        """
        mine = (json.dumps(inputs), json.dumps(settings, sort_keys=True))
        if resume:
            known = self.unfinished(inputs)
            if known is not None and (not inputs or known.settings == settings):
                return known
        else:
            self._do(
                "DELETE FROM done WHERE run IN (SELECT run FROM runs WHERE inputs=? AND finished IS NULL)", mine[:1]
            )
            self._do("DELETE FROM runs WHERE inputs=? AND finished IS NULL", mine[:1])
        now = time.time()
        self._do("DELETE FROM runs WHERE started<?", (now - _KEPT_FOR,))
        self._do("DELETE FROM known WHERE entered<?", (now - _KEPT_FOR,))
        name = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._do("INSERT INTO runs VALUES (?,?,NULL,?,?)", (name, now, *mine))
        return Run(name, inputs, settings)

    def unfinished(self, inputs: tuple[str, ...] = ()) -> Run | None:
        """The last run that did not finish: of these inputs, or of any."""
        where, values = ("AND inputs=?", (json.dumps(inputs),)) if inputs else ("", ())
        row = self._ask(
            f"SELECT run, inputs, settings FROM runs WHERE finished IS NULL {where} ORDER BY started DESC LIMIT 1",
            values,
        )
        return Run(row[0], tuple(json.loads(row[1])), json.loads(row[2]), True) if row else None

    def finish(self, run: str) -> None:
        """The run is done; there is nothing left to continue."""
        self._do("DELETE FROM done WHERE run=?", (run,))
        self._do("UPDATE runs SET finished=? WHERE run=?", (time.time(), run))

    # --- the file ------------------------------------------------------------------------------------------------

    def _ask(self, question: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        return self._guarded(lambda db: db.execute(question, values).fetchone())

    def _do(self, statement: str, values: tuple[Any, ...]) -> None:
        self._guarded(lambda db: db.execute(statement, values))

    def _guarded(self, call: Callable[[sqlite3.Connection], T]) -> T | None:
        if self._db is None:
            return None
        try:
            return call(self._db)
        except sqlite3.Error as error:
            self.trouble = reason(error)
            self._db.close()
            self._db = None
            return None


def _opened(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        # Several processes write; a power cut may cost the last entries, never the file.
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        if db.execute("PRAGMA user_version").fetchone()[0] not in (0, _LAYOUT):
            for table in ("known", "done", "files", "runs"):
                db.execute(f"DROP TABLE IF EXISTS {table}")
        db.executescript(_TABLES)
        db.execute(f"PRAGMA user_version={_LAYOUT}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _write_notes(db: sqlite3.Connection, notes: list[tuple[Any, ...]]) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?)", notes)
    db.execute("COMMIT")


def told(row: Sequence[Any], name: str, *, as_of: datetime | None, seconds: float = 0.0) -> Outcome | None:
    """The outcome of a workbook of which this is known; None when that holds for another moment only."""
    moment, kept, findings, status, changed = row
    if moment is not None and moment != _moment(as_of):
        return None
    found = tuple(_finding(*one) for one in json.loads(findings)) if findings else ()
    return Outcome(name, status or "known", changed or 0, kept, found, seconds)


def _named(name: str) -> bytes:
    return os.fsencode(name if is_remote(name) else os.path.abspath(name))


def _moment(as_of: datetime | None) -> str:
    return as_of.isoformat() if as_of else ""


def _plain(finding: Finding) -> tuple[str, ...]:
    return (finding.code, finding.severity, finding.sheet, finding.cell, *finding.message)


def _finding(code: str, severity: str, sheet: str, cell: str, zh: str, en: str) -> Finding:
    return Finding(code, severity, sheet, cell, Message(zh, en))
