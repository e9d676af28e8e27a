"""`frames.read_cells`: every dtype a column may have, and what the scalar `read` makes of the same cells."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.frames import read_cells
from scorecard.scoring.values import ERROR_CODES, CellError, read

NA = "not_applicable"


def row_of(frame: pd.DataFrame, i: int) -> tuple[str, float | None, str | None]:
    row = frame.iloc[i]
    return (
        row["state"],
        None if pd.isna(row["number"]) else row["number"],
        None if pd.isna(row["error"]) else row["error"],
    )


def states(column: object) -> list[str]:
    return list(read_cells(column)["state"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("95%", ("number", 0.95, None)),
        ("９５％", ("number", 0.95, None)),
        ("0．92%", ("number", 0.0092, None)),
        ("3次/台", ("number", 3.0, None)),
        ("2000万", ("number", 20_000_000.0, None)),
        ("1.2亿", ("number", 120_000_000.0, None)),
        ("≥95%", ("number", 0.95, None)),
        (65.6 / 82, ("number", 0.8, None)),
        (0, ("number", 0.0, None)),
        ("", ("missing", None, None)),
        ("　 ", ("missing", None, None)),
        (None, ("missing", None, None)),
        (math.nan, ("missing", None, None)),
        (pd.NA, ("missing", None, None)),
        (pd.NaT, ("missing", None, None)),
        ("N/A", (NA, None, None)),
        ("不适用", (NA, None, None)),
        ("—", (NA, None, None)),
        ("/", (NA, None, None)),
        ("无", ("error", None, "#VALUE!")),
        (True, ("error", None, "#VALUE!")),
        (dt.date(2026, 3, 5), ("error", None, "#VALUE!")),
        ("#DIV/0!", ("error", None, "#DIV/0!")),
        (CellError("#N/A"), ("error", None, "#N/A")),
        (CellError("#OURS!"), ("error", None, "#UNKNOWN!")),
        (math.inf, ("error", None, "#NUM!")),
        (10**400, ("error", None, "#NUM!")),
        (Decimal("0.95"), ("number", 0.95, None)),
        (np.float64(0.5), ("number", 0.5, None)),
        (np.int32(5), ("number", 5.0, None)),
    ],
)
def test_one_cell(cell: object, expected: tuple[str, float | None, str | None]) -> None:
    mixed = pd.Series([1, cell, "96%"], dtype=object)
    assert row_of(read_cells(mixed), 1) == expected
    assert [row_of(read_cells(mixed), i) for i in (0, 2)] == [("number", 1.0, None), ("number", 0.96, None)]


def test_true_one_and_one_point_nought_are_told_apart() -> None:
    assert states(pd.Series([True, 1, 1.0, "1", False, 0], dtype=object)) == [
        "error", "number", "number", "number", "error", "number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "numbers"),
    [
        (pd.Series([1, 2], dtype="int64"), [1, 2]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.Series([0.95, None], dtype="Float64"), [0.95, None]),
        (pd.Series([0.95, None], dtype="float32"), [0.95, None]),
        (pd.Series([0.95, None], dtype="Float32"), [0.95, None]),
        (pd.Series([0.5, None], dtype="float16"), [0.5, None]),
        (pd.Series([200, 255], dtype="uint8"), [200, 255]),
        (pd.Series(["96%", None], dtype="string"), [0.96, None]),
        (pd.Series(["96%", None]), [0.96, None]),
        (pd.Series(["96%", None, "96%"], dtype="category"), [0.96, None, 0.96]),
        (pd.Series([0.5, None, 0.25], dtype="category"), [0.5, None, 0.25]),
        (pd.Series([], dtype=object), []),
        (pd.Series([], dtype="float64"), []),
        (pd.Series([], dtype="category"), []),
    ],
    ids=lambda value: str(value.dtype) if isinstance(value, pd.Series) else None,
)
def test_dtypes(column: pd.Series, numbers: list[float | None]) -> None:
    got = read_cells(column)
    assert list(got["state"]) == ["missing" if x is None else "number" for x in numbers]
    assert [None if pd.isna(x) else x for x in got["number"]] == numbers
    assert got["number"].dtype == np.float64
    assert list(got["state"].cat.categories) == ["number", NA, "missing", "error"]
    assert list(got["error"].cat.categories) == list(ERROR_CODES)


@pytest.mark.parametrize("dtype", ["string[pyarrow]", "int64[pyarrow]", "double[pyarrow]", "float[pyarrow]"])
def test_arrow(dtype: str) -> None:
    pytest.importorskip("pyarrow")
    text = dtype.startswith("string")
    got = read_cells(pd.Series(["4", None] if text else [4, None], dtype=dtype))
    assert row_of(got, 0) == ("number", 4.0, None) and row_of(got, 1) == ("missing", None, None)
    if dtype == "float[pyarrow]":
        assert row_of(read_cells(pd.Series([0.95], dtype=dtype)), 0) == ("number", 0.95, None)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([True, False]),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(pd.to_datetime(["2026-03-05", None])),
        pd.Series(pd.to_timedelta(["1h", None])),
        pd.Series([1 + 1j, None]),
    ],
    ids=lambda column: str(column.dtype),
)
def test_what_is_no_number(column: pd.Series) -> None:
    assert row_of(read_cells(column), 0) == ("error", None, "#VALUE!")
    assert states(column)[1] == ("missing" if pd.isna(column.iloc[1]) else "error")


def test_the_index_stays() -> None:
    column = pd.Series(["1", "x", None], index=["b", "a", "b"])
    assert list(read_cells(column).index) == ["b", "a", "b"]
    assert list(read_cells([1, 2]).index) == [0, 1]


def test_a_unit_is_for_bare_numbers_only() -> None:
    column = pd.Series([95, "95", "95%", 12.34567890125, None], dtype=object)
    assert read_cells(column, unit="%")["number"].tolist()[:4] == [0.95, 0.95, 0.95, 0.123456789013]
    assert read_cells(pd.Series([2000.0, 0.1]), unit="万元")["number"].tolist() == [20_000_000.0, 1000.0]
    assert states(pd.Series([1e308, 1.0])) == ["number", "number"]
    assert list(read_cells(pd.Series([1e308, 1.0]), unit="亿")["state"]) == ["error", "number"]


cells = (
    st.floats(-1e6, 1e6)
    | st.integers(-(10**9), 10**9)
    | st.builds(lambda a, b: a / b, st.integers(-999, 999), st.integers(1, 999))
    | st.builds(lambda n, d: (n + 0.5) / 10**d, st.integers(-9999, 9999), st.integers(8, 14))
    | st.sampled_from([None, math.nan, "", " ", "N/A", "不适用", "-", "无", "#REF!", "#N/A", True, False, math.inf])
    | st.sampled_from(["95%", "9 5", "3次/台", "2000万", "约5", "3-5", "1e3", "-4.5", "１２", CellError("#NULL!")])
    | st.text(max_size=4)
)


@given(st.lists(cells, max_size=30), st.sampled_from([None, "", "%", "‰", "万", "千元", "次"]))
def test_every_cell_as_the_scalar_reads_it(values: list[object], unit: str | None) -> None:
    column = pd.Series(values, dtype=object)
    readings = [read(value, unit=unit) for value in values]
    expected = [(r.state.value, r.number, r.error.code if r.error else None) for r in readings]
    got = read_cells(column, unit)
    assert [row_of(got, i) for i in range(len(values))] == expected


@given(st.lists(st.floats(allow_nan=True) | st.floats(-200, 200), max_size=30), st.sampled_from([None, "%", "‰", "万"]))
def test_a_column_of_floats_as_the_scalar_reads_it(values: list[float], unit: str | None) -> None:
    readings = [read(value, unit=unit) for value in values]
    got = read_cells(pd.Series(values, dtype="float64"), unit)
    assert [row_of(got, i) for i in range(len(values))] == [
        (r.state.value, r.number, r.error.code if r.error else None) for r in readings
    ]
