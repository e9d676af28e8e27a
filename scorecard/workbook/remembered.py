"""Recognition, once for each form: what was found on one sheet serves those that differ only in what was filled in.

The first sheets of a form are looked at afresh. Then one is recognised with probes (`probe.py`) in place of the values
that differ, which shows what recognition asks of them. A further sheet that differs from it in these cells only, and
about which all questions have the same answers, has the same tables; the texts of its own cells (who, which period) are
put where the probes stand. Everything else is recognised afresh. So this can cost time, never change a result.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Generic, TypeVar

from .cells import Cell, Grid
from .probe import Log, Probe, Question, Questionnaire, Questions, Unanswerable, blamed

T = TypeVar("T")
_Place = tuple[int, int]
_Values = Callable[[_Place], object]

# The name of a sheet is asked about like a cell of it.
_NAME: _Place = (0, 0)
# From the how manyth sheet of a form on learning is worth its time.
_WORTH = 2
# Larger sheets are not kept in memory, and forms met long ago are forgotten.
_MOST_CELLS = 4_000
_ROOM = 32
# Of each cell so many values are kept with what they answered.
_MET = 200
# After so many attempts to learn, or so many sheets in a row that asked for something else, a form is let be.
_ATTEMPTS, _MISSES = 6, 5
# So often a cell is left out whose use cannot be written down.
_RETRIES = 8


class Remembered(Generic[T]):
    """What was recognised on sheets, by form.

    Args:
        recognise: What gives the result for a sheet. It must depend on nothing but the sheet and be free of effects.

    Example:
        ::

            memory = Remembered(lambda grid: recognise(grid, vocabulary))
            for grid in grids:
                tables = memory(grid)
    """

    def __init__(self, recognise: Callable[[Grid], T]) -> None:
        self._recognise = recognise
        self._forms: OrderedDict[object, _Form[T]] = OrderedDict()

    def __call__(self, grid: Grid) -> T:
        """The result for a sheet."""
        mark = _mark(grid)
        if mark is None:
            return self._recognise(grid)
        form = self._forms.get(mark)
        if form is None or (form.misses >= _MISSES and form.attempts < _ATTEMPTS):
            # Perhaps the next ones are more like this one.
            form = self._forms[mark] = _Form(grid, form.attempts if form is not None else 0)
            if len(self._forms) > _ROOM:
                self._forms.popitem(last=False)
        self._forms.move_to_end(mark)
        return form.result(grid, self._recognise)


def _mark(grid: Grid) -> object | None:
    """Equal for sheets of one form, nearly never for others; None where remembering is not worth it."""
    count = grid.cell_count
    if not 0 < count <= _MOST_CELLS:
        return None
    return grid.last_row, grid.last_col, count, hash(grid.merges)


class _Form(Generic[T]):
    """One form: a sheet of it, and, once learnt, its result with probes and what was asked of each."""

    def __init__(self, grid: Grid, attempts: int = 0) -> None:
        self.grid, self.attempts = grid, attempts
        self.met = self.misses = 0
        self.probed: frozenset[_Place] = frozenset()
        self.refused: set[_Place] = set()
        self.questions: Mapping[_Place, _Asked] = {}
        self.together = Questionnaire(())
        self.fill: Callable[[_Values], T] | None = None

    def result(self, grid: Grid, recognise: Callable[[Grid], T]) -> T:
        self.met += 1
        pairs = grid.differences(self.grid)
        if pairs is None:
            self.misses += 1
            return recognise(grid)
        if self.fill is not None and self._is_answered(grid, pairs):
            self.misses = 0
            # It does as well to compare with, and sheets that were read alike are compared faster.
            self.grid = grid
            return self.fill(_values(grid))
        fresh = recognise(grid)
        unknown = {(cell.row, cell.col) for _, cell in pairs} - self.probed
        if self.met >= _WORTH and self.attempts < _ATTEMPTS and (unknown - self.refused or self.fill is None):
            self.attempts += 1
            self._learn(grid, unknown, recognise, fresh)
        elif self.fill is not None:
            self.misses += 1
        return fresh

    def _is_answered(self, grid: Grid, pairs: list[tuple[Cell, Cell]]) -> bool:
        questions = self.questions
        for _, cell in pairs:
            asked = questions.get((cell.row, cell.col))
            if asked is None or not asked.are_answered(cell.value):
                return False
        if not questions[_NAME].are_answered(grid.name):
            return False
        return self.together.are_answered(_values(grid))

    def _learn(self, grid: Grid, differing: set[_Place], recognise: Callable[[Grid], T], fresh: T) -> None:
        wanted = (self.probed | differing | _like(grid, differing)) - self.refused
        for _ in range(_RETRIES):
            log = Log()
            probes = [_probed(grid.cell(*place), log) for place in wanted]
            name: Any = Probe(_NAME, grid.name, log)
            try:
                fill = _filling(recognise(grid.twin(replace(grid.sheet, name=name), probes)))
            except Unanswerable as problem:
                place = blamed(problem)
                if place not in wanted:
                    return  # the name of the sheet
                self.refused.add(place)
                wanted = wanted - {place}
                continue
            except TypeError:
                return  # a pattern or the like was run over a probe: this form cannot be learnt
            # Recognition is free of effects, so both ways must come to the same: seen here once, proved by tests.
            if fill(_values(grid)) != fresh:
                return
            self.grid, self.probed, self.fill = grid, frozenset(wanted), fill
            self.questions = {place: _Asked(log.questions.get(place, {}).values()) for place in (*wanted, _NAME)}
            self.together = Questionnaire(log.together)
            return


class _Asked:
    """What was asked of one place, and whether values seen since give the same answers."""

    __slots__ = ("_known", "_questions")

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = Questions(questions)
        self._known: dict[tuple[type, object], bool] = {}

    def are_answered(self, value: object) -> bool:
        if not value:
            return self._questions.are_answered(value)  # 0.0 equals -0.0, and is not the same
        # The type belongs to it: 1 equals 1.0 and TRUE.
        mark = (type(value), value)
        found = self._known.get(mark)
        if found is None:
            if len(self._known) >= _MET:
                self._known.clear()
            found = self._known[mark] = self._questions.are_answered(value)
        return found


def _probed(cell: Cell, log: Log) -> Cell:
    probe: Any = Probe((cell.row, cell.col), cell.value, log)
    return cell._replace(value=probe)


def _values(grid: Grid) -> _Values:
    return lambda place: grid.name if place == _NAME else grid.cell(*place).value


def _like(grid: Grid, places: set[_Place]) -> set[_Place]:
    """The other numbers in the columns of numbers that differ: two sheets may agree in some of them by chance."""
    columns = {col for row, col in places if type(grid.cell(row, col).value) is not str}
    return {(cell.row, cell.col) for cell in grid if cell.col in columns and type(cell.value) in (int, float)}


# --- results with probes in them -------------------------------------------------------------------------------------


def _filling(result: T) -> Callable[[_Values], T]:
    """How to make a result for other values: a copy of it in which each probe has become what it stands for."""
    made = _maker(result)
    return made if made is not None else lambda values: result


def _maker(part: Any) -> Callable[[_Values], Any] | None:
    """What makes a part of a result; None for one without a probe, which is shared."""
    if type(part) is Probe:
        return part.settled
    if is_dataclass(part) and not isinstance(part, type):
        named = {f.name: made for f in fields(part) if (made := _maker(getattr(part, f.name))) is not None}
        if not named:
            return None
        rest = {f.name: getattr(part, f.name) for f in fields(part) if f.name not in named}
        return lambda values: type(part)(**rest, **{name: made(values) for name, made in named.items()})
    if isinstance(part, dict):
        parts = {name: made for name, value in part.items() if (made := _maker(value)) is not None}
        if not parts:
            return None
        return lambda values: {**part, **{name: made(values) for name, made in parts.items()}}
    if isinstance(part, (tuple, list)):
        made_of = [_maker(one) for one in part]
        if not any(made_of):
            return None

        def make(values: _Values) -> Any:
            items = [one if made is None else made(values) for one, made in zip(part, made_of, strict=True)]
            return type(part)(*items) if hasattr(part, "_fields") else type(part)(items)

        return make
    return None
