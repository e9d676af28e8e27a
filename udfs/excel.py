"""The catalogue as xlwings functions: binding only, no scoring."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

from scorecard.functions import CATALOGUE, Function
from scorecard.scoring.values import CellError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Decorators(Protocol):
    """What marks functions and their arguments: the module `xlwings`, or one that stands in for it."""

    @property
    def func(self) -> Callable[..., Decorator]:
        """Marks a worksheet function; takes `category`."""

    @property
    def arg(self) -> Callable[..., Decorator]:
        """Marks one argument by name; takes its conversion and `doc`."""


def register(decorators: Decorators) -> dict[str, Callable[..., Any]]:
    """Bind every function of the catalogue to one backend.

    Each call makes new functions, because decorating leaves marks on them that belong to one backend.

    Args:
        decorators: `xlwings`, or whatever offers its `func` and `arg`.

    Returns:
        The marked functions by worksheet name, in the order of the catalogue. They give an error as its text
        ("#N/A"), which the host's wrapper turns into a real error.

    Example:
        >>> import xlwings
        >>> register(xlwings)["KPI_GRADE"](86.5)
        '良'
    """
    registered = {}
    for entry in CATALOGUE.values():
        function = _bare(entry)
        for argument in entry.arguments:
            mark = decorators.arg(
                argument.name,
                # A range is rows even if it is one cell; a single cell stays what it is.
                ndim=2 if argument.is_range else None,
                # Otherwise an error cell arrives as None and an upstream #DIV/0! reads as "not filled in".
                err_to_str=True,
                # None is an argument that was left out; a blank cell is not the same.
                empty="",
                doc=argument.help.text(),
            )
            function = mark(function)
        registered[entry.name] = decorators.func(category=entry.category.text())(function)
    return registered


def _bare(entry: Function) -> Callable[..., Any]:
    """A new function with the names and defaults of the entry's, and nothing else: annotations steer converters."""

    def bare(*values: Any) -> Any:
        return _plain(entry.function(*values))

    signature = inspect.signature(entry.function)
    bare.__name__ = bare.__qualname__ = entry.name
    bare.__doc__ = entry.help.text()
    bare.__annotations__ = {}
    parameters = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    bare.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return bare


def _plain(result: Any) -> Any:
    if isinstance(result, CellError):
        return result.code
    if isinstance(result, list):
        return [_plain(item) for item in result]
    return result
