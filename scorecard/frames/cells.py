"""Columns of cells as they come from workbooks: `scoring.values.read` for whole columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..scoring.values import ERROR_CODES, CellError, Reading, State, read
from .rounding import Floats, as_floats, snap

Codes = npt.NDArray[np.int8]
Booleans = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

#: The states in the order of the codes below.
STATES = tuple(state.value for state in State)
NUMBER, NOT_APPLICABLE, MISSING, ERROR = (np.int8(i) for i in range(4))
NO_ERROR = np.int8(-1)

_CODE_OF_STATE = {state: np.int8(i) for i, state in enumerate(State)}
_CODE_OF_ERROR = {code: np.int8(i) for i, code in enumerate(ERROR_CODES)}
# Cells that `read` takes for a number as it stands; a bool is none, though it is an int.
_PLAIN = frozenset((float, int, np.float64, np.int64))


@dataclass(frozen=True, slots=True)
class Cells:
    """A column as it was understood; all arrays have one entry per row.

    Attributes:
        state: Positions in `STATES`.
        number: The value, NaN unless the state is NUMBER.
        error: Positions in `ERROR_CODES`, `NO_ERROR` unless the state is ERROR.
        percent: Whether a % sign or the unit made it a percentage.
    """

    state: Codes
    number: Floats
    error: Codes
    percent: Booleans

    @staticmethod
    def all_missing(n: int) -> Cells:
        """A column of empty cells."""
        return Cells(np.full(n, MISSING), np.full(n, np.nan), np.full(n, NO_ERROR), np.zeros(n, np.bool_))

    def put(self, rows: Any, cells: Cells) -> None:
        """Writes `cells` into the chosen rows."""
        self.state[rows], self.number[rows] = cells.state, cells.number
        self.error[rows], self.percent[rows] = cells.error, cells.percent

    def take(self, rows: Indices) -> Cells:
        """The cells of some rows."""
        return Cells(self.state[rows], self.number[rows], self.error[rows], self.percent[rows])


def read_cells(column: pd.Series | npt.ArrayLike, unit: str | None = None) -> pd.DataFrame:
    """Understand a column of cells.

    Args:
        column: n cells of any dtype: numbers, texts ("96%", "3次/台", "N/A", ""), errors (`CellError` or "#DIV/0!"),
            None, NaN, NA, or a mixture. A float32 is taken for the decimals it stands for.
        unit: The unit that the header states for bare numbers: "%" (95 is 0.95), "万" …

    Returns:
        n rows on the same index: `state` (category: number, not_applicable, missing, error), `number` (float, NaN
        without one; percentages are fractions) and `error` (category of codes such as "#VALUE!", NaN without one).
        Never raises for content: what cannot be read is an error of #VALUE!.

    Example:
        >>> cells = read_cells(["96%", 0.5, "", "N/A", "无"])
        >>> list(cells.state), list(cells.number[:2]), cells.error[4]
        (['number', 'number', 'missing', 'not_applicable', 'error'], [0.96, 0.5], '#VALUE!')
    """
    series = column if isinstance(column, pd.Series) else pd.Series(column)
    cells = read_column(series, unit)
    columns = {"state": state_column(cells.state), "number": cells.number, "error": error_column(cells.error)}
    return pd.DataFrame(columns, index=series.index)


def state_column(codes: Codes) -> pd.Categorical:
    """States by their codes, as a column."""
    return pd.Categorical.from_codes(codes, categories=list(STATES))


def error_column(codes: Codes) -> pd.Categorical:
    """Error codes by their positions, as a column."""
    return pd.Categorical.from_codes(codes, categories=list(ERROR_CODES))


def error_code(error: CellError | None) -> np.int8:
    """The position of an error in `ERROR_CODES`; one that no spreadsheet has counts as #UNKNOWN!."""
    return NO_ERROR if error is None else _CODE_OF_ERROR.get(error.code, _CODE_OF_ERROR["#UNKNOWN!"])


def read_column(column: pd.Series, unit: str | None = None) -> Cells:
    """`read_cells` without the frame around it."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        kinds = read_column(pd.Series(column.cat.categories), unit)
        codes = column.cat.codes.to_numpy()
        cells = Cells.all_missing(len(column))
        filled = np.flatnonzero(codes >= 0)
        cells.put(filled, kinds.take(codes[filled].astype(np.intp)))
        return cells
    if pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype):
        return _read_mixed(column.to_numpy(dtype=object), unit)
    stored = np.dtype(getattr(dtype, "numpy_dtype", dtype)) if pd.api.types.is_numeric_dtype(dtype) else None
    if stored is not None and stored.kind in "iuf":
        floats = stored if stored.kind == "f" else np.dtype(np.float64)
        return _read_numbers(as_floats(column.to_numpy(dtype=floats, na_value=np.nan)), unit)
    # Dates, times, booleans: no number, whatever they are made of.
    return _read_mixed(column.astype(object).to_numpy(), unit)


def _read_numbers(numbers: Floats, unit: str | None) -> Cells:
    one = read(1.0, unit=unit)
    value = snap(numbers) if one.number in (None, 1.0) else _in_unit(numbers, unit, one.number or 1.0)
    infinite = np.isinf(value)
    state = np.where(np.isnan(value), MISSING, NUMBER)
    error = np.full(len(value), NO_ERROR)
    state[infinite], value[infinite], error[infinite] = ERROR, np.nan, _CODE_OF_ERROR["#NUM!"]
    return Cells(state, value, error, (state == NUMBER) & one.percent)


def _in_unit(numbers: Floats, unit: str | None, factor: float) -> Floats:
    """Bare numbers under a unit. The scalar function moves the decimal point; here a product is checked for that."""
    with np.errstate(over="ignore"):
        product = numbers / round(1 / factor) if factor < 1 else numbers * factor
    value, above = snap(product * (1 - 5e-16)), snap(product * (1 + 5e-16))
    for row in np.flatnonzero((value != above) & np.isfinite(numbers)):
        number = read(float(numbers[row]), unit=unit).number
        value[row] = np.inf if number is None else number
    return value


def _read_mixed(values: npt.NDArray[np.object_], unit: str | None) -> Cells:
    cells = Cells.all_missing(len(values))
    plain = np.fromiter(map(_PLAIN.__contains__, map(type, values)), np.bool_, len(values))
    try:
        cells.put(plain, _read_numbers(values[plain].astype(np.float64), unit))
    except OverflowError:
        # An integer beyond the floats is among them; the scalar function has a word for it.
        plain[:] = False
    others = np.flatnonzero(~plain & ~pd.isna(values))
    kinds, kind = distinct(values[others], lambda value: read(value, unit=unit))
    cells.put(others, _gathered(kinds).take(kind))
    return cells


def distinct(values: npt.NDArray[np.object_], understand: Callable[[Any], Any]) -> tuple[list[Any], Indices]:
    """What `understand` makes of each different value, and which of these each value is. 1, 1.0 and TRUE differ."""
    keys = list(zip(map(type, values), values, strict=True))
    place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    which = np.fromiter(map(place.__getitem__, keys), np.intp, len(keys))
    return [understand(value) for _, value in place], which


def _gathered(readings: list[Reading]) -> Cells:
    return Cells(
        np.array([_CODE_OF_STATE[r.state] for r in readings], np.int8),
        np.array([np.nan if r.number is None else r.number for r in readings], np.float64),
        np.array([error_code(r.error) for r in readings], np.int8),
        np.array([r.percent for r in readings], np.bool_),
    )
