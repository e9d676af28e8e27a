"""The store behind `--history`: one set of SQL statements, over SQLite as it comes with Python or any SQLAlchemy address.

Statements use named parameters (`:name`), which both understand, and only what every database has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from ..errors import UnusableFile, UsageError
from ..messages import Message
from ..refusals import missing_extra, reason

Parameters = Mapping[str, object]

#: Bump when a table changes; an older or newer store is refused rather than misread.
VERSION = 1
TABLES = {
    "scorecard_runs": (
        "run_id VARCHAR(40) PRIMARY KEY, period VARCHAR(20) NOT NULL, recorded_at VARCHAR(32) NOT NULL, "
        "recorded_by VARCHAR(200) NOT NULL, action VARCHAR(20) NOT NULL, files INTEGER NOT NULL, cards INTEGER NOT NULL, "
        "people INTEGER NOT NULL, quarantined INTEGER NOT NULL, version INTEGER NOT NULL"
    ),
    "scorecard_run_files": (
        "run_id VARCHAR(40) NOT NULL, file VARCHAR(1000) NOT NULL, sha256 VARCHAR(64) NOT NULL, bytes BIGINT NOT NULL"
    ),
    "scorecard_people": (
        "run_id VARCHAR(40) NOT NULL, period VARCHAR(20) NOT NULL, who VARCHAR(300) NOT NULL, person VARCHAR(200) NOT NULL, "
        "staff_id VARCHAR(60) NOT NULL, department VARCHAR(200) NOT NULL, position VARCHAR(200) NOT NULL, "
        "evaluator VARCHAR(200) NOT NULL, total DOUBLE PRECISION, computed DOUBLE PRECISION, stated DOUBLE PRECISION, "
        "coverage DOUBLE PRECISION, grade VARCHAR(60) NOT NULL, coefficient DOUBLE PRECISION, status VARCHAR(20) NOT NULL, "
        "file VARCHAR(1000) NOT NULL, sheet VARCHAR(100) NOT NULL, cell VARCHAR(20) NOT NULL"
    ),
    "scorecard_items": (
        "run_id VARCHAR(40) NOT NULL, period VARCHAR(20) NOT NULL, who VARCHAR(300) NOT NULL, item VARCHAR(500) NOT NULL, "
        "kind VARCHAR(20) NOT NULL, weight DOUBLE PRECISION, actual DOUBLE PRECISION, target DOUBLE PRECISION, "
        "score DOUBLE PRECISION, numerator DOUBLE PRECISION, denominator DOUBLE PRECISION, file VARCHAR(1000) NOT NULL, "
        "sheet VARCHAR(100) NOT NULL, cell VARCHAR(20) NOT NULL"
    ),
}  # fmt: skip


class Store(Protocol):
    """A transaction on a store."""

    def run(self, sql: str, rows: Sequence[Parameters] = ()) -> None:
        """Execute a statement once, or once for each row of parameters."""

    def read(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """The rows of a query."""


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, rows: Sequence[Parameters] = ()) -> None:
        if rows:
            self._connection.executemany(sql, rows)
        else:
            self._connection.execute(sql)

    def read(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        cursor = self._connection.execute(sql, parameters or {})
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class _Sqlalchemy:
    def __init__(self, connection: Any, text: Any) -> None:
        self._connection, self._text = connection, text

    def run(self, sql: str, rows: Sequence[Parameters] = ()) -> None:
        if rows:
            self._connection.execute(self._text(sql), [dict(row) for row in rows])
        else:
            self._connection.execute(self._text(sql))

    def read(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in self._connection.execute(self._text(sql), dict(parameters or {}))]


@contextmanager
def transaction(place: str, *, create: bool) -> Iterator[Store]:
    """A transaction on the store at `place`: all of it is written, or nothing.

    Args:
        place: A SQLite file, or a SQLAlchemy address (postgresql+psycopg://…), which needs the extra `sql`.
        create: Make the tables, and the file and its folder, if they are not there.

    Raises:
        UnusableFile: Not there, not a store, or locked.
        UsageError: An address, but SQLAlchemy is not installed.
    """
    if "://" in place:
        with _by_address(place, create) as store:
            yield store
        return
    path = Path(place)
    if not create and not path.exists():
        zh, en = "没有这个历史库；请检查路径，或先用 consolidate --history 记入", "there is no such history"
        raise UnusableFile(Message(zh, f"{en}; check the path, or record one by consolidate --history"), place)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    except OSError as problem:
        raise _unusable(place, problem) from problem
    except sqlite3.Error as problem:
        raise _unusable(place, problem) from problem
    try:
        # Python's own transaction handling would commit before creating tables.
        connection.execute("BEGIN IMMEDIATE" if create else "BEGIN")
        store = _Sqlite(connection)
        _prepare(store, create)
        yield store
        connection.execute("COMMIT")
    except sqlite3.Error as problem:
        raise _unusable(place, problem) from problem
    finally:
        # Closing without a commit takes everything back.
        connection.close()


@contextmanager
def _by_address(place: str, create: bool) -> Iterator[Store]:
    try:
        sqlalchemy = import_module("sqlalchemy")
    except ModuleNotFoundError:
        raise missing_extra(Message("数据库地址", "a database address"), "sql") from None
    failures = import_module("sqlalchemy.exc").SQLAlchemyError
    shown = place.partition("://")[0] + "://…"  # the address may hold a password
    try:
        engine = sqlalchemy.create_engine(place)
    except (failures, ModuleNotFoundError) as problem:
        zh = f"数据库地址不能用（{problem}）；请检查写法，并安装该数据库的驱动，如 pip install pg8000"
        en = f"the address cannot be used ({problem}); check it, and install the driver of that database, as pip install pg8000"
        raise UsageError(Message(zh, en), shown) from problem
    try:
        with engine.begin() as connection:
            store = _Sqlalchemy(connection, sqlalchemy.text)
            _prepare(store, create)
            yield store
    except failures as problem:
        raise _unusable(shown, getattr(problem, "orig", None) or problem) from problem
    finally:
        engine.dispose()


def _prepare(store: Store, create: bool) -> None:
    if create:
        for name, columns in TABLES.items():
            store.run(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")


def _unusable(place: str, problem: Exception) -> UnusableFile:
    why = reason(problem)
    zh, en = "；请检查路径和权限，或换一个位置", "; check the path and the permissions, or choose another place"
    return UnusableFile(Message(f"历史库不能用（{why.zh}）{zh}", f"the history cannot be used ({why.en}){en}"), place)
