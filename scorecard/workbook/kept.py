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
        mark = (*map(id, objects), *settings)
        known = self._known.get(mark)
        if known is None:
            if len(self._known) >= self._room:
                self._known.clear()
            known = self._known[mark] = (tuple(objects), make())
        return known[1]
