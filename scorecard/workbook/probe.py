"""What recognition asks of a cell, written down: so that one answer can serve many sheets, and never a wrong one.

Sheets of one form differ in what was filled in. Whether recognition would come to the same result for the next one
depends on what it asked about the cells that differ: 87 is a number, is no more than 100, is no heading. A `Probe`
stands in for the value of a cell, answers every question with the truth, and remembers question and answer. If all
questions get the same answers about another value, the result is the same, because nothing else was known of it.

A probe is no string and no number, it only says so to `isinstance`. What goes round the questions (a pattern run over
it, a place in a set, its text inside a message) fails instead of being missed; then nothing is learnt from that sheet.
`remembered.py` uses this; `tests/workbook/test_remembered.py` holds results so gained against those of a fresh look.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from ..scoring import values as plain
from ..scoring.values import Reading

P = ParamSpec("P")
T = TypeVar("T")

_Place = tuple[int, int]
# A function, and its arguments in front of and behind the value.
_Call = tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]


# What comes of asking a question of a value that it does not fit.
_FAILURES = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class Unanswerable(Exception):
    """Something was done with a probe that cannot be written down as a question."""


class Question(NamedTuple):
    """What was asked: what was made of the value first, then the call, and its answer."""

    steps: tuple[_Call, ...]
    call: _Call
    answer: object


class Questions:
    """What was asked of one value, to be asked of others."""

    __slots__ = ("_of",)

    def __init__(self, questions: Iterable[Question]) -> None:
        # Most are about the same that was made of the value: it is made once.
        self._of: list[tuple[tuple[_Call, ...], list[tuple[_Call, object, type]]]] = []
        for steps, call, answer in questions:
            asked = next((asked for others, asked in self._of if others == steps), None)
            if asked is None:
                self._of.append((steps, asked := []))
            asked.append((call, answer, type(answer)))

    def are_answered(self, value: object) -> bool:
        """Whether a value gets the same answer to each question; not if it cannot even be asked."""
        try:
            for steps, asked in self._of:
                made = value
                for step, before, after in steps:
                    made = step(*before, made, *after)
                for (function, front, behind), answer, kind in asked:
                    found = function(*front, made, *behind)
                    if type(found) is not kind or found != answer:
                        return False
        except _FAILURES:
            return False
        return True


class Together(NamedTuple):
    """A question about several values at once (do these scores make that total?), and its answer.

    Attributes:
        parts: Each value: where it stands and what was made of it first, or itself if it is the same on all sheets.
        function: What was asked.
        settings: Its further arguments.
        answer: Its answer.
    """

    parts: tuple[object, ...]
    function: Callable[..., Any]
    settings: tuple[Any, ...]
    answer: object


class Questionnaire:
    """Questions about several values, to be asked of one sheet after the other."""

    def __init__(self, questions: Iterable[Together]) -> None:
        # Most of them are about the same cells: what is made of each is made once.
        self._parts: dict[_Part, int] = {}
        self._questions = []
        for question in questions:
            places = [
                (part, self._parts.setdefault(part, len(self._parts)) if isinstance(part, _Part) else None)
                for part in question.parts
            ]
            self._questions.append((question, places))

    def are_answered(self, values: Callable[[_Place], object]) -> bool:
        """Whether the values of another sheet get the same answers."""
        try:
            made = [part.of(values) for part in self._parts]
            for question, places in self._questions:
                asked = [part if at is None else made[at] for part, at in places]
                found = question.function(asked, *question.settings)
                if type(found) is not type(question.answer) or found != question.answer:
                    return False
        except _FAILURES:
            return False
        return True


class _Part(NamedTuple):
    place: _Place
    steps: tuple[_Call, ...]

    def of(self, values: Callable[[_Place], object]) -> object:
        value = values(self.place)
        for function, front, behind in self.steps:
            value = function(*front, value, *behind)
        return value


class Log:
    """The questions asked about each place, once each, and those about several."""

    def __init__(self) -> None:
        self.questions: dict[_Place, dict[object, Question]] = {}
        self.together: list[Together] = []

    def note(self, place: _Place, question: Question) -> None:
        """Remember a question."""
        function, front, behind = question.call
        try:
            mark: object = (question.steps, function, front, behind)
            self.questions.setdefault(place, {}).setdefault(mark, question)
        except TypeError:  # an argument that is not hashable; asking twice does no harm
            known = self.questions.setdefault(place, {})
            known[len(known), "unhashable"] = question


class Probe:
    """A value of which every use is written down.

    Args:
        place: Row and column of the cell.
        value: What is there: a text, or a number that is no boolean.
        log: Takes the questions.
        steps: What was made of the cell's value to come to this one.
    """

    __slots__ = ("_log", "_place", "_steps", "_value")

    def __init__(self, place: _Place, value: object, log: Log, steps: tuple[_Call, ...] = ()) -> None:
        self._place, self._value, self._log, self._steps = place, value, log, steps

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """What `isinstance` is told: a text, or a number. Whole or not is one of the questions."""
        return str if isinstance(self._value, str) else float

    def ask(self, function: Callable[..., T], front: tuple[Any, ...] = (), behind: tuple[Any, ...] = ()) -> T:
        """The answer of a function, which is noted."""
        if any(type(one) is Probe for one in (*front, *behind)):
            raise Unanswerable(self._place)
        try:
            answer = function(*front, self._value, *behind)
        except _FAILURES as failure:
            # Whoever asks may go on from there, which is an answer, too, but none that could be compared.
            raise Unanswerable(self._place) from failure
        self._log.note(self._place, Question(self._steps, (function, front, behind), answer))
        return answer

    def derive(self, function: Callable[..., Any], front: tuple[Any, ...] = (), behind: tuple[Any, ...] = ()) -> Probe:
        """What a function makes of the value, unseen: a text of a text, a number of a number."""
        call = (function, front, behind)
        return Probe(self._place, function(*front, self._value, *behind), self._log, (*self._steps, call))

    def settled(self, values: Callable[[_Place], object]) -> object:
        """What this comes to where the cells hold other values."""
        return self.part.of(values)

    @property
    def part(self) -> _Part:
        """Where the value comes from, and how."""
        return _Part(self._place, self._steps)

    @staticmethod
    def ask_together(function: Callable[..., T], values: Sequence[Any], settings: tuple[Any, ...]) -> T:
        """The answer of a function of several values, some of them probes, which is noted."""
        first = next(value for value in values if type(value) is Probe)
        try:
            answer = function([value._value if type(value) is Probe else value for value in values], *settings)
        except _FAILURES as failure:
            raise Unanswerable(first._place) from failure
        parts = tuple(value.part if type(value) is Probe else value for value in values)
        first._log.together.append(Together(parts, function, settings, answer))
        return answer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # startswith, isdigit, is_integer, …: the answer is compared as a whole.
        method = getattr(type(self._value), name)  # unknown: an AttributeError, as of the value itself
        if not callable(method) or name.startswith("__"):
            raise Unanswerable(self._place)
        return lambda *arguments: self.ask(method, (), arguments)

    def __bool__(self) -> bool:
        return self.ask(bool)

    def __len__(self) -> int:
        return self.ask(len)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return self.ask(_cut, (), (at.start, at.stop, at.step))
        return self.ask(operator.getitem, (), (at,))

    def __contains__(self, other: object) -> bool:
        return self.ask(operator.contains, (), (other,))

    def __eq__(self, other: object) -> bool:
        return self is other or bool(self.ask(operator.eq, (), (other,)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        return bool(self.ask(operator.lt, (), (other,)))

    def __le__(self, other: object) -> bool:
        return bool(self.ask(operator.le, (), (other,)))

    def __gt__(self, other: object) -> bool:
        return bool(self.ask(operator.gt, (), (other,)))

    def __ge__(self, other: object) -> bool:
        return bool(self.ask(operator.ge, (), (other,)))

    def __float__(self) -> float:
        return self.ask(float)

    def __int__(self) -> int:
        return self.ask(int)

    def _is_no_question(self, *_: object) -> Any:
        raise Unanswerable(self._place)

    # Sums, sets and messages need the value itself.
    __hash__ = __str__ = __repr__ = __format__ = __iter__ = __index__ = __round__ = __reduce_ex__ = _is_no_question
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _is_no_question
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __neg__ = __abs__ = _is_no_question


def _cut(text: str, start: int | None, stop: int | None, step: int | None) -> str:
    return text[start:stop:step]


def probe_of(value: object) -> Probe | None:
    """The probe that stands in for a value, if one does."""
    return value if type(value) is Probe else None


# --- functions that may be asked -------------------------------------------------------------------------------------


def asked(function: Callable[P, T]) -> Callable[P, T]:
    """A function of a value (and of settings behind it) that a probe is asked as one question."""

    @wraps(function)
    def answer(*arguments: P.args, **named: P.kwargs) -> T:
        if type(arguments[0]) is Probe and not named:
            return arguments[0].ask(function, (), arguments[1:])
        return function(*arguments, **named)

    return answer


def asked_method(function: Callable[P, T]) -> Callable[P, T]:
    """The same for a method whose first argument is the value."""

    @wraps(function)
    def answer(*arguments: P.args, **named: P.kwargs) -> T:
        if len(arguments) > 1 and type(arguments[1]) is Probe and not named:
            return arguments[1].ask(function, (arguments[0],), arguments[2:])
        return function(*arguments, **named)

    return answer


def asked_together(function: Callable[P, T]) -> Callable[P, T]:
    """A function of a list of values (and of settings behind it) that is one question about all of them."""

    @wraps(function)
    def answer(*arguments: P.args, **named: P.kwargs) -> T:
        values: Any = arguments[0]
        if not named and any(type(value) is Probe for value in values):
            return Probe.ask_together(function, values, arguments[1:])
        return function(*arguments, **named)

    return answer


def derived(function: Callable[P, T]) -> Callable[P, T]:
    """A function that makes a text of a text: of a probe it makes a probe."""

    @wraps(function)
    def answer(*arguments: P.args, **named: P.kwargs) -> T:
        if type(arguments[0]) is Probe and not named:
            return arguments[0].derive(function, (), arguments[1:])  # type: ignore[return-value]
        return function(*arguments, **named)

    return answer


@asked
def is_longer(text: str, most: int) -> bool:
    """Whether a text has more than `most` characters."""
    return len(text) > most


@asked
def begins(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a text begins as a pattern says."""
    return pattern.match(text) is not None


@asked
def fits(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a text is as a whole what a pattern says, compared like labels (`scoring.values.key`)."""
    return pattern.fullmatch(plain.key(text)) is not None


@asked
def has_digit(text: str) -> bool:
    """Whether there is a digit in a text."""
    return _DIGIT.search(text) is not None


_DIGIT = re.compile(r"\d")


@derived
def squeezed(text: str) -> str:
    """A text in one line, with single blanks."""
    return " ".join(text.split())


def together(texts: Sequence[str]) -> str:
    """Texts in one line, behind each other."""
    return squeezed(texts[0]) if len(texts) == 1 else " ".join(" ".join(text.split()) for text in texts)

is_missing = asked(plain.is_missing)
key = asked(plain.key)
trim = derived(plain.trim)


def read(value: object, *, unit: str | None = None, number_format: str | None = None) -> Reading:
    """`scoring.values.read`; of a probe everything is asked but the number, which stays unseen."""
    if type(value) is not Probe:
        return plain.read(value, unit=unit, number_format=number_format)
    settings = (unit, number_format)
    state, percent, own_unit, bound, error = value.ask(_kind_of, (), settings)
    number: Any = value.derive(_number_of, (), settings) if state is plain.State.NUMBER else None
    text: Any = value.derive(_text_of, (), settings)
    return Reading(state, number, percent, own_unit, bound, error, text)


def _kind_of(value: object, unit: str | None, number_format: str | None) -> tuple[Any, ...]:
    found = plain.read(value, unit=unit, number_format=number_format)
    return found.state, found.percent, found.unit, found.bound, found.error


@lru_cache(maxsize=4096, typed=True)  # asked of every score of every sheet
def _number_of(value: object, unit: str | None, number_format: str | None) -> float | None:
    return plain.read(value, unit=unit, number_format=number_format).number


def _text_of(value: object, unit: str | None, number_format: str | None) -> str:
    return plain.read(value, unit=unit, number_format=number_format).text


def blamed(problem: Unanswerable) -> _Place | None:
    """The cell whose use could not be written down."""
    place: Sequence[Any] = problem.args[0] if problem.args else ()
    return (place[0], place[1]) if len(place) == 2 else None
