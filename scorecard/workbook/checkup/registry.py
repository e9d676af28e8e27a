"""The checks: which function looks for which codes, over a table, a workbook or several workbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ...findings import Finding
from .codes import codes
from .subjects import Book, Subject

F = TypeVar("F", bound=Callable[[Any], Iterable[Any]])

TABLE, BOOK, BOOKS = "table", "book", "books"


@dataclass(frozen=True, slots=True)
class Check:
    """One function and the codes it can find.

    Attributes:
        name: Its name.
        codes: What it finds.
        scope: "table", "book" or "books".
        run: The function; it takes a `Subject`, a `Book`, or a sequence of books.
    """

    name: str
    codes: tuple[str, ...]
    scope: str
    run: Callable[[Any], Iterable[Any]]


_CHECKS: list[Check] = []


def _check(scope: str, names: tuple[str, ...]) -> Callable[[F], F]:
    unknown = [name for name in names if name not in codes()]
    if unknown:
        raise ValueError(f"no such code in codes.toml: {', '.join(unknown)}")

    def add(function: F) -> F:
        _CHECKS.append(Check(function.__name__, names, scope, function))
        return function

    return add


def table_check(*names: str) -> Callable[[F], F]:
    """Register a function over one table."""
    return _check(TABLE, names)


def book_check(*names: str) -> Callable[[F], F]:
    """Register a function over one workbook."""
    return _check(BOOK, names)


def books_check(*names: str) -> Callable[[F], F]:
    """Register a function over several workbooks."""
    return _check(BOOKS, names)


def checks() -> tuple[Check, ...]:
    """All checks, in the order they are run."""
    return tuple(_CHECKS)


def run_table(subject: Subject) -> list[Finding]:
    """What the checks of a table find."""
    return [found for check in _CHECKS if check.scope == TABLE for found in check.run(subject)]


def run_book(book: Book) -> list[Finding]:
    """What the checks of a workbook find, its tables included."""
    found = [one for subject in book.subjects for one in run_table(subject)]
    return found + [one for check in _CHECKS if check.scope == BOOK for one in check.run(book)]


def run_books(books: Sequence[Book]) -> list[tuple[Book, Finding]]:
    """What the checks over several workbooks find, each with the workbook it is about."""
    return [one for check in _CHECKS if check.scope == BOOKS for one in check.run(books)]
