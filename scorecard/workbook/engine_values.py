"""Cell values on their way to and from formualizer."""

from __future__ import annotations

import math
from typing import Any

from ..messages import Message
from ..scoring.values import CellError, CellValue
from .limits import UNREADABLE

# formualizer's error kinds that Excel has too; its others (NImpl, Error, Circ, Spill, Cancelled) mean that it gave up.
CODES = {
    "Null": "#NULL!", "Div": "#DIV/0!", "Value": "#VALUE!", "Ref": "#REF!", "Name": "#NAME?", "Num": "#NUM!",
    "Na": "#N/A", "Calc": "#CALC!",
}  # fmt: skip
KINDS = {code: kind for kind, code in CODES.items()}

#: An argument left out between commas arrives as 0.0, like a typed zero: before evaluation this text takes its place.
OMITTED = "\u2404KPI omitted\u2404"

CIRCULAR = Message("循环引用", "a circular reference")
ARRAY_SIZE = Message(
    "数组公式的结果大小与其区域不同；请在 Excel 中重算",
    "the result of the array formula does not have the size of its range; recalculate it in Excel",
)
NO_NAME = Message("公式中有未知的名称或函数", "the formula has an unknown name or function")
NOT_SUPPORTED = Message("计算引擎不支持这个公式", "the engine cannot compute this formula")
_GAVE_UP = {"Circ": CIRCULAR, "Error": UNREADABLE, "Name": NO_NAME, "Spill": ARRAY_SIZE}


def converted(value: Any) -> CellValue | Message:
    """A value of formualizer's as a cell's; where it gave up, the reason."""
    if isinstance(value, dict):
        kind = str(value.get("kind"))
        return CellError(CODES[kind]) if kind in CODES else _GAVE_UP.get(kind, NOT_SUPPORTED)
    if isinstance(value, int):
        return float(value)
    return NOT_SUPPORTED


def gave_up(value: Any) -> dict[str, Any] | None:
    """The first argument, or cell of a range, that formualizer could not compute."""
    if isinstance(value, dict):
        return value if value.get("kind") not in CODES else None
    if isinstance(value, list):
        return next((error for item in value if (error := gave_up(item)) is not None), None)
    return None


def incoming(value: Any) -> Any:
    """An argument as the catalogue takes it: a blank cell is "", an omitted argument None, an error a `CellError`."""
    if value is None:
        return ""
    if isinstance(value, list):
        return [[_in_range(cell) for cell in row] if isinstance(row, list) else _in_range(row) for row in value]
    if isinstance(value, dict):
        return CellError(CODES[value["kind"]])
    return None if value == OMITTED else value


def _in_range(value: Any) -> Any:
    return CellError(CODES[value["kind"]]) if isinstance(value, dict) else value


def outgoing(result: Any) -> Any:
    """What a catalogue function gave, as formualizer takes it; rows stay rows."""
    if isinstance(result, (list, tuple)):
        return [[_outgoing_cell(cell) for cell in row] for row in result]
    return _outgoing_cell(result)


def _outgoing_cell(value: CellValue) -> Any:
    if isinstance(value, CellError):
        reason = value.reason.en if value.reason else ""
        return {"type": "Error", "kind": KINDS.get(value.code, "Value"), "message": reason}
    if isinstance(value, (bool, str)):
        return value
    if value is None:
        return ""
    number = float(value)
    return number if math.isfinite(number) else {"type": "Error", "kind": "Num", "message": ""}
