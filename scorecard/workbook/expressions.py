"""Formulas as trees, for looking at what they add up; nothing is computed here.

Own, because those who only plan or check have no engine at hand. `tests/workbook/test_expressions.py` holds it against
the engine's parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .addresses import split_range

_TOKEN = re.compile(
    r"\s*(?:"
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?P<error>#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.:!]))"
    r"|(?P<call>[^\W\d][\w.]*)\("
    r"|(?P<ref>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?\$?[A-Za-z]{1,3}\$?\d{1,7}(?::\$?[A-Za-z]{1,3}\$?\d{1,7})?(?![\w.(!]))"
    r"|(?P<name>[^\W\d][\w.]*(?![\w.(!\[]))"
    r"|(?P<operator><>|<=|>=|[-+*/^&=<>%(),])"
    r")"
)
# How tightly an operator binds; all of them group from the left.
_BINDING = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
_SIGN = 6  # -2^2 is 4 in a spreadsheet
# Deeper nesting than programs allow is nobody's total.
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, truth value, error or empty argument (None), as written."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Ref:
    """Cells: first row and column, last row and column; `sheet` is "" for the formula's own, `area` whether a range."""

    sheet: str
    area: tuple[int, int, int, int]
    is_range: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, upper case without prefixes, and its arguments."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign, or the % behind a number."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what is between them."""

    operator: str
    left: Node
    right: Node


Node = Literal | Ref | Name | Call | Unary | Binary


def parse(formula: str) -> Node:
    """The tree of a formula.

    Args:
        formula: With or without "=".

    Raises:
        ValueError: Not a formula, or one with structured references, array constants, unions, or other things that no
            plain total needs.

    Example:
        >>> parse("=F4*E4")
        Binary(operator='*', left=Ref(sheet='', area=(4, 6, 4, 6), is_range=False), \
right=Ref(sheet='', area=(4, 5, 4, 5), is_range=False))
    """
    return _Parser(formula.strip().removeprefix("=")).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"unexpected {text[at : at + 10]!r}")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind]))
            at = match.end()
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.expression(0)
        if self.at < len(self.tokens):
            raise ValueError("text behind the formula")
        return node

    def peek(self) -> str:
        """The operator that comes next; "" for anything else."""
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return text if kind == "operator" else ""

    def expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("nested too deeply")
        node = self.operand()
        while True:
            operator = self.peek()
            if operator == "%":
                self.at += 1
                node = Unary("%", node)
                continue
            tight = _BINDING.get(operator, 0)
            if tight <= binding:
                self.depth -= 1
                return node
            self.at += 1
            node = Binary(operator, node, self.expression(tight))

    def operand(self) -> Node:
        if self.at >= len(self.tokens):
            raise ValueError("the formula breaks off")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "operator":
            if text in "+-":
                return Unary(text, self.expression(_SIGN))
            if text == "(":
                node = self.expression(0)
                self.expect(")")
                return node
            raise ValueError(f"unexpected {text}")
        if kind == "call":
            return Call(text.upper().removeprefix("_XLFN."), self.arguments())
        if kind == "ref":
            sheet, _, cells = text.rpartition("!")
            area = split_range(cells.replace("$", ""))
            return Ref(sheet.strip("'").replace("''", "'"), area, ":" in cells)
        if kind == "number":
            return Literal(float(text))
        if kind == "name":
            return Literal(text.upper() == "TRUE") if text.upper() in ("TRUE", "FALSE") else Name(text)
        return Literal(text[1:-1].replace('""', '"') if kind == "text" else text)

    def arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        if self.peek() == ")":
            self.at += 1
            return ()
        while True:
            found.append(Literal(None) if self.peek() in (",", ")") else self.expression(0))
            if self.peek() == ")":
                self.at += 1
                return tuple(found)
            self.expect(",")

    def expect(self, text: str) -> None:
        if self.peek() != text:
            raise ValueError(f"{text} expected")
        self.at += 1
