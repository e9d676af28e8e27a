"""What a worksheet function is: its entry, its help, and how it takes cells and ranges from any host."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import RuleError
from .messages import Message
from .scoring.curve import LINEAR, STEP, Curve, from_table
from .scoring.values import (
    MISSING,
    NOT_APPLICABLE,
    CellError,
    CellValue,
    Reading,
    State,
    as_error,
    is_missing,
    is_not_applicable,
    key,
    read,
)

#: A range: rows of cells. A single cell or one row is accepted wherever a range is.
Range = Any
Result = Any


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a worksheet function.

    Attributes:
        name: As in the signature.
        help: One sentence.
        is_range: Takes a range; else a single cell or value.
        optional: May be omitted; `help` says what then.
    """

    name: str
    help: Message
    is_range: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One entry of the catalogue.

    Attributes:
        name: The worksheet name, ASCII.
        category: Heading in function lists.
        help: What it gives.
        arguments: In order.
        function: The callable.
        returns_array: Gives rows of values that spill.
        example: A formula and the value it gives.
    """

    name: str
    category: Message
    help: Message
    arguments: tuple[Argument, ...]
    function: Callable[..., Result]
    returns_array: bool
    example: tuple[str, CellValue]

    @property
    def signature(self) -> str:
        """As a person writes it: KPI_GRADE(score, [table])."""
        names = (f"[{a.name}]" if a.optional else a.name for a in self.arguments)
        return f"{self.name}({', '.join(names)})"


#: Every worksheet function by name, in the order of the documentation.
CATALOGUE: dict[str, Function] = {}


def worksheet(
    category: Message, text: Message, *arguments: Argument, example: tuple[str, CellValue], returns_array: bool = False
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Enter a function into the catalogue, and turn the rule errors it meets into cell errors."""

    def enter(function: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(function)
        def called(*values: Any) -> Result:
            try:
                return _finite(function(*values))
            except RuleError as problem:
                return CellError(problem.code, problem.message)

        entry = Function(function.__name__, category, text, arguments, called, returns_array, example)
        CATALOGUE[entry.name] = entry
        return called

    return enter


def _finite(result: Result) -> Result:
    """A result that a cell can hold: numbers beyond the floats are #NUM!."""
    if isinstance(result, list):
        return [_finite(value) for value in result]
    if isinstance(result, float) and not math.isfinite(result):
        return CellError("#NUM!", Message("结果太大", "the result is too large"))
    return result


def one(name: str, zh: str, en: str, *, optional: bool = False) -> Argument:
    """An argument that takes a single cell."""
    return Argument(name, Message(zh, en), is_range=False, optional=optional)


def many(name: str, zh: str, en: str, *, optional: bool = False) -> Argument:
    """An argument that takes a range."""
    return Argument(name, Message(zh, en), is_range=True, optional=optional)


# --- cells and ranges ------------------------------------------------------------------------------------------------


def rows_of(values: Range) -> list[list[Any]]:
    """A range as rows, whether a host gave rows, one row or a single cell."""
    if not _is_range(values):
        return [[values]]
    if any(map(_is_range, values)):
        return [list(row) if _is_range(row) else [row] for row in values]
    return [list(values)]


def _is_range(value: Any) -> bool:
    # The types that hosts use first: asking an abstract class takes ten times as long.
    if isinstance(value, (list, tuple)):
        return True
    if value is None or isinstance(value, (str, float, int, bytes)):
        return False
    return isinstance(value, Sequence)


def cells_of(values: Range) -> list[Any]:
    """The cells of a range, row by row."""
    return [cell for row in rows_of(values) for cell in row]


def cell_of(value: Any) -> Any:
    """A single cell, also when a host hands it over as a range of one."""
    if not _is_range(value):
        return value
    cells = cells_of(value)
    if len(cells) != 1:
        raise RuleError(Message("此参数应为一个单元格", "this argument takes a single cell"), code="#VALUE!")
    return cells[0]


def outcome_of(*readings: Reading) -> CellValue:
    """What a function gives when an input is not a number: an error first, then N/A, then the empty text. None: all are."""
    for reading in readings:
        if reading.error is not None:
            return reading.error
    states = [r.state for r in readings]
    if State.NOT_APPLICABLE in states:
        return NOT_APPLICABLE
    return MISSING if State.MISSING in states else None


def first_error(cells: Sequence[Any]) -> CellError | None:
    """The first error among cells."""
    return next((e for e in map(as_error, cells) if e is not None), None)


def number_or(value: Any, default: float | None) -> float | None:
    """An optional number; blank means the default."""
    cell = cell_of(value)
    if is_missing(cell):
        return default
    reading = read(cell)
    if reading.number is None:
        error = reading.error or CellError("#VALUE!")
        raise RuleError(error.reason or Message("此参数应为数字", "this argument takes a number"), code=error.code)
    return reading.number


def text_of(value: Any) -> str | None:
    """An optional text; None when blank. An error cell raises `RuleError` with its code."""
    cell = cell_of(value)
    error = as_error(cell)
    if error is not None:
        raise RuleError(Message("参数是错误值", "an argument is an error"), code=error.code)
    return None if is_missing(cell) else label_text(cell)


def label_text(cell: Any) -> str:
    """A cell as a label; hosts hand whole numbers over as floats, and 2026.0 is no label."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


MODES = {
    "": LINEAR, "linear": LINEAR, "线性": LINEAR, "插值": LINEAR, "直线": LINEAR, "0": LINEAR,
    "step": STEP, "steps": STEP, "阶梯": STEP, "分档": STEP, "1": STEP,
}  # fmt: skip

MISSING_NAMES = {
    "": "incomplete", "incomplete": "incomplete", "缺失": "incomplete", "未完成": "incomplete",
    "zero": "zero", "按0分": "zero", "0": "zero", "exclude": "exclude", "不计入": "exclude",
}  # fmt: skip

WEIGHT_NAMES = {
    "": "strict", "strict": "strict", "严格": "strict",
    "normalise": "normalise", "normalize": "normalise", "归一": "normalise", "as_is": "as_is", "原样": "as_is",
}  # fmt: skip


def choice_of(value: Any, names: dict[str, str], what: Message) -> str:
    """One of the named choices; raises `RuleError` for another."""
    text = text_of(value)
    name = names.get(key(text or ""))
    if name is None:
        raise RuleError(Message(f"{what.zh}“{text}”无效", f'{what.en} "{text}" is unknown'))
    return name


def curve_of(thresholds: Range, scores: Range, mode: Any) -> Curve | CellValue:
    """The rule in two ranges: a curve; N/A when all thresholds are blank; else the error a cell of it holds."""
    xs, ys = cells_of(thresholds), cells_of(scores)
    error = first_error(xs + ys)
    if all(is_missing(x) or is_not_applicable(x) for x in xs):
        return NOT_APPLICABLE
    if error is not None:
        return error
    if len(xs) != len(ys):
        raise RuleError(Message(f"阈值 {len(xs)} 个，分数 {len(ys)} 个", f"{len(xs)} thresholds but {len(ys)} scores"))
    chosen = choice_of(mode, MODES, Message("方式", "mode"))
    if all(type(c) in (float, str, type(None)) for c in xs + ys):
        return _curve_of_cells(tuple(xs), tuple(ys), chosen)
    return from_table(numbers_of(xs), numbers_of(ys), chosen)


@functools.lru_cache(maxsize=512)
def _curve_of_cells(
    thresholds: tuple[float | str | None, ...], scores: tuple[float | str | None, ...], mode: str
) -> Curve:
    """One rule scores many actuals; plain cells only, since True would be taken for 1."""
    return from_table(numbers_of(thresholds), numbers_of(scores), mode)


def numbers_of(cells: Sequence[Any]) -> list[float | None]:
    """Numbers of a rule; blank cells are None.

    Raises:
        RuleError: Text that is no number (#VALUE!), or N/A among numbers (#NUM!).
    """
    result: list[float | None] = []
    for cell in cells:
        reading = read(cell)
        if reading.error is not None:
            raise RuleError(
                reading.error.reason or Message("规则中有错误值", "an error in the rule"), code=reading.error.code
            )
        if reading.state is State.NOT_APPLICABLE:
            raise RuleError(Message("规则不完整", "the rule is incomplete"))
        result.append(reading.number)
    return result
