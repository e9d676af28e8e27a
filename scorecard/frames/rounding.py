"""`snap` and `round_half_up` of `scoring.values` for whole arrays, equal to the last bit.

Arrays are worked through in chunks that stay in the processor's cache; numbers whose last decimal hangs on less than
a float can hold are settled with exact products, and the last few of them by the scalar functions themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ..scoring import values

Floats = npt.NDArray[np.float64]

#: Rows worked on at a time. A dozen arrays of this length, 64 KB each, fit into a second-level cache, and the memory
#: of one chunk serves the next: longer arrays are handed back to the system each time, and fetching them costs more.
CHUNK = 1 << 13

# Decades 10^n <= |x| < 10^(n+1) from n = -13 on, the last one open: to how many units a number is cut, and from which
# fraction of a unit it is rounded up. Below 1000 the unit is the twelfth decimal, but the fifteenth digit is rounded
# first: 12.3456789012345 is 12.345678901234|5 and 12.34567890123449 is too, though it lies below one half.
_DECADES = range(-13, 16)
_POWERS = np.array([float(f"1e{n}") for n in _DECADES[1:]])
_SCALES = np.array([float(f"1e{min(12, 14 - n)}") if n < 15 else 1.0 for n in _DECADES])
_EDGES = np.array([0.5 - (0.5 * 10.0 ** (n - 2) if n < 2 else 0.0) for n in _DECADES])


def as_floats(numbers: npt.ArrayLike) -> Floats:
    """Numbers as 64-bit floats. Shorter floats are taken for the decimals they stand for: float32 0.95 is 0.95."""
    array = np.asarray(numbers)
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        return array.astype(str).astype(np.float64)
    return array.astype(np.float64, copy=False)


def chunks(n: int, size: int = CHUNK) -> Iterator[slice]:
    """Slices that cover `n` rows."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def snap(numbers: npt.ArrayLike) -> Floats:
    """Numbers as a spreadsheet's ROUND(x, 12) gives them: 12 decimals and at most 15 significant digits.

    Args:
        numbers: Any shape. NaN stays NaN, infinities stay.

    Returns:
        A new array of the same shape.

    Example:
        >>> snap([65.6 / 82, -0.0, 1 / 3]).tolist()
        [0.8, 0.0, 0.333333333333]
    """
    array = as_floats(numbers)
    flat = np.ascontiguousarray(array).ravel()
    out = np.empty_like(flat)
    with np.errstate(all="ignore"):
        for rows in chunks(flat.size):
            out[rows] = snap_chunk(flat[rows])
    return out.reshape(array.shape)


def snap_chunk(x: Floats) -> Floats:
    """`snap` of one cache-sized piece; the caller silences floating point warnings."""
    # The part behind the point alone is scaled: its product is off by 1/30000 of a unit, that of the whole by 1/16.
    whole = np.rint(x)
    behind = x - whole
    behind *= 1e12
    units = np.rint(behind)
    behind -= units
    largest = np.fmax.reduce(np.abs(x), initial=0.0)
    # Nearer to one half than this the fifteenth digit may decide: see the edges above.
    doubtful = np.abs(behind) > (0.4994 if largest < 1.0 else 0.4949 if largest < 10.0 else 0.4499)
    if largest >= 1000.0:
        doubtful |= np.abs(x) >= 1000.0
    whole *= 1e12
    whole += units
    whole /= 1e12  # two exact numbers: the float nearest to the decimal
    whole += 0.0  # -0.0 becomes 0.0
    if doubtful.any():
        rows = np.flatnonzero(doubtful)
        whole[rows] = _snap_closely(x[rows])
    return whole


def _snap_closely(x: Floats) -> Floats:
    size = np.abs(x)
    decade = np.searchsorted(_POWERS, size, side="right")
    scale, edge = _SCALES[decade], _EDGES[decade]
    whole = np.floor(size)
    behind = (size - whole) * scale
    units = np.floor(behind)
    behind -= units
    behind -= edge
    units += behind >= 0
    result: Floats = np.copysign((whole * scale + units) / scale, x) + 0.0
    for row in np.flatnonzero((np.abs(behind) < 1e-4) | ~(size < 1e15)):
        result[row] = values.snap(float(x[row]))
    return result


def round_half_up(numbers: npt.ArrayLike, digits: int = 0) -> Floats:
    """Numbers rounded half away from zero in decimal, as a spreadsheet's ROUND does.

    Args:
        numbers: Any shape. NaN stays NaN, infinities stay.
        digits: Decimals; negative rounds to tens, hundreds …

    Returns:
        A new array of the same shape.

    Example:
        >>> round_half_up([84.5, 2.675, -0.125], 2).tolist()
        [84.5, 2.68, -0.13]
    """
    snapped = snap(numbers)
    if not 0 <= digits <= 12:
        finite = [values.round_half_up(x, digits) if np.isfinite(x) else x for x in snapped.ravel().tolist()]
        return np.array(finite, dtype=np.float64).reshape(snapped.shape)
    scale = 10.0**digits
    with np.errstate(all="ignore"):
        # Snapped again, the shifted number is exact in every decimal that was there before, halves above all.
        shifted = snap(np.abs(snapped) * scale)
        rounded = np.copysign(np.floor(shifted + 0.5) / scale, snapped) + 0.0
    # From 15 digits before the point on there is nothing left to round.
    return np.where(shifted < 1e15, rounded, snapped)
