"""The component that Calc calls: one method for each function of the catalogue, made when it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import uno
import unohelper
from com.sun.star.lang import XServiceInfo

from scorecard.functions import CATALOGUE, Function

from .names import FUNCTIONS, INTERFACE
from .values import TOO_DEEP, argument_of, array_of, result_of

SERVICES = (FUNCTIONS, "com.sun.star.sheet.AddIn")

#: How many calls may wait for each other. Reading a range computes the formulas in it; where those call us in turn, and
#: so on, some 200 levels use up the stack and end the whole program.
DEEPEST = 100

_waiting: list[str] = []


def _method(entry: Function) -> Callable[..., Any]:
    function, give = entry.function, array_of if entry.returns_array else result_of

    def method(_component: Any, *values: Any) -> Any:
        if len(_waiting) >= DEEPEST:
            return give(TOO_DEEP)
        _waiting.append(entry.name)
        try:
            return give(function(*map(argument_of, values)))
        finally:
            _waiting.pop()

    return method


class Component(unohelper.Base, XServiceInfo):  # type: ignore[misc]
    """The add-in without its functions."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def getImplementationName(self) -> str:
        """Its own name."""
        return f"{FUNCTIONS}Impl"

    def supportsService(self, name: str) -> bool:
        """Whether it is one of these."""
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """What it is."""
        return SERVICES


#: The interface is described in the extension's own .idl, so it cannot be imported by name.
Functions = type(
    "Functions", (Component, uno.getClass(INTERFACE)), {name: _method(entry) for name, entry in CATALOGUE.items()}
)
