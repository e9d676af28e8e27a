"""What was made of certain objects, kept for those who ask again about the very same ones.

Sheets of one form share the objects they have in common: rows, columns, cells. Comparing them by what they hold would cost
more than making most things anew; by what they are it costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Results by the objects they were made of. These are held, so that no others can take their place in memory.

    Args:
        room: So many results are kept; then all are forgotten.

    Example:
        >>> kept, word = Kept[str](10), ["a"]
        >>> kept.of([word], lambda: "made"), kept.of([word], lambda: "made again")
        ('made', 'made')
    """

    __slots__ = ("_known", "_room")

    def __init__(self, room: int) -> None:
        self._known: dict[tuple[Hashable, ...], tuple[tuple[object, ...], T]] = {}
        self._room = room

    def of(self, objects: Sequence[object], make: Callable[[], T], *settings: Hashable) -> T:
        """The result for objects and settings; made where it is not known. An error is not kept."""
        known = self._known.get((*map(id, objects), *settings))
        return known[1] if known is not None else self.keep(make(), objects, *settings)

    def known(self, objects: Sequence[object], *settings: Hashable) -> T | None:
        """The result for objects and settings, None where it is not known: for results that are never None."""
        known = self._known.get((*map(id, objects), *settings))
        return known[1] if known is not None else None

    def keep(self, result: T, objects: Sequence[object], *settings: Hashable) -> T:
        """Keep a result, and give it back."""
        if len(self._known) >= self._room:
            self._known.clear()
        self._known[(*map(id, objects), *settings)] = (tuple(objects), result)
        return result
