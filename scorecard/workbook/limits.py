"""What the engine cannot compute as Excel does, told from the shape of a formula before it runs.

Some of these come out as an error, some as a plausible wrong number, and IFERROR hides the former; so neither is left
to chance. The rules describe formualizer 0.13; `tests/workbook/test_engine.py` holds the evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..messages import Message

# How much a part of a formula yields.
SCALAR, CONSTANT, RANGE, COMPUTED = range(4)  # one value, {1,2}, cells, an array computed from cells

# Where an expression stands: its value is one; an array by nature of the function; an array-entered formula.
_ONE, _NATURAL, _ENTERED = range(3)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Functions whose result differs from Excel's, or depends on the machine that computes it.
DIFFERENT = _words("CELL INFO FORMULATEXT LENB LEFTB RIGHTB MIDB FINDB SEARCHB REPLACEB RAND RANDBETWEEN RANDARRAY")

#: Functions that ask for the time.
CLOCK = frozenset({"TODAY", "NOW"})

#: Functions that read cells their text does not name.
INDIRECT = frozenset({"INDIRECT", "OFFSET", "GETPIVOTDATA"})

# Which arguments take cells: r a range, a also a computed array, s one value. The part behind "|" repeats.
_TAKES = {
    name: pattern
    for pattern, names in {
        "|r": "SUM PRODUCT AVERAGE AVERAGEA COUNT COUNTA COUNTBLANK MAX MAXA MIN MINA MEDIAN MODE MODE.SNGL STDEV"
        " STDEV.S STDEV.P STDEVA STDEVP STDEVPA VAR VAR.S VAR.P VARA VARP VARPA SUMSQ GEOMEAN HARMEAN DEVSQ AVEDEV"
        " SKEW SKEW.P KURT AND OR XOR CONCAT ROWS COLUMNS ROW COLUMN AREAS ISREF CORREL PEARSON RSQ SLOPE INTERCEPT"
        " STEYX COVAR COVARIANCE.P COVARIANCE.S LET",
        "|a": "SUMPRODUCT MMULT MDETERM MINVERSE FREQUENCY TRANSPOSE LINEST LOGEST TREND GROWTH SUMX2MY2 SUMX2PY2"
        " SUMXMY2 FILTER UNIQUE SORT SORTBY TAKE DROP VSTACK HSTACK TOCOL TOROW CHOOSECOLS CHOOSEROWS",
        "ss|r": "TEXTJOIN",
        "s|r": "SUBTOTAL CHOOSE NPV",
        "ss|a": "AGGREGATE",
        "a|s": "INDEX",
        "r|s": "LARGE SMALL PERCENTILE PERCENTILE.INC PERCENTILE.EXC QUARTILE QUARTILE.INC QUARTILE.EXC PERCENTRANK"
        " PERCENTRANK.INC PERCENTRANK.EXC TRIMMEAN IRR OFFSET MIRR",
        "rr|s": "XIRR",
        "sr|s": "MATCH VLOOKUP HLOOKUP RANK RANK.EQ RANK.AVG",
        "sa|s": "XMATCH",
        "saa|s": "XLOOKUP",
        "saa": "LOOKUP",
        "srr|s": "FORECAST FORECAST.LINEAR XNPV",
        "ssr|s": "NETWORKDAYS WORKDAY",
        "sssr|s": "NETWORKDAYS.INTL WORKDAY.INTL",
        "rsr": "SUMIF AVERAGEIF",
        "r|rs": "SUMIFS AVERAGEIFS MAXIFS MINIFS",
        "|rs": "COUNTIF COUNTIFS",
        "rsr|s": "DSUM DCOUNT DCOUNTA DGET DMAX DMIN DAVERAGE",
    }.items()
    for name in names.split()
}

# Functions whose own result is an array.
_ARRAYS = _words(
    "TRANSPOSE MMULT MINVERSE FREQUENCY LINEST LOGEST TREND GROWTH FILTER UNIQUE SORT SORTBY TAKE DROP VSTACK HSTACK"
    " TOCOL TOROW CHOOSECOLS CHOOSEROWS SEQUENCE TEXTSPLIT"
)

# Weekday and era names, conditions, languages, Chinese numerals, elapsed hours.
_ODD_FORMAT = re.compile(r"\[|aaa|ggg|\be\b", re.IGNORECASE)
_ENDS = re.compile(r"(?<![\w.$])\$?([A-Za-z]{0,3})\$?(\d*):\$?([A-Za-z]{0,3})\$?(\d*)(?![\w.(])")
_QUOTED = re.compile("\"[^\"]*\"|'[^']*'")
_SEVERAL_SHEETS = re.compile(r"^(?:[^'!]+:[^'!]+|'[^!]*:[^!]*')!")

EXTERNAL = Message("引用了其他工作簿", "it refers to another workbook")
UNREADABLE = Message("计算引擎读不懂这个公式", "the engine cannot read this formula")
STRUCTURED = Message("计算引擎不支持表格的结构化引用", "the engine does not know structured references to tables")
SEVERAL_SHEETS = Message(
    "计算引擎不支持跨多个工作表的引用", "the engine does not know references across several sheets"
)
REVERSED = Message(
    "区域写反了（终点在起点之前），计算引擎算不了，请改为从左上到右下",
    "a range runs from its end to its start, which the engine cannot compute; write it from the top left",
)
UNION = Message("计算引擎不支持区域的并集或交集", "the engine does not know unions and intersections of ranges")
LAMBDA = Message("计算引擎不支持直接调用 LAMBDA", "the engine does not know directly called LAMBDAs")
LAST_VALUE = Message(
    "公式用近似查找取最后一个值，计算引擎的结果与 Excel 不同",
    "it looks for the last of several values by an approximate search, which the engine does differently",
)
INTERSECTION = Message(
    "公式在只取一个值的位置用了区域（隐式交集），计算引擎的结果与 Excel 不同",
    "a range stands where one value is meant (implicit intersection); the engine takes the whole range",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """What the shape of a formula says.

    Attributes:
        problem: Why the engine must not compute it; None when it may.
        functions: The functions it calls, upper case without prefixes.
        omits: Whether an argument between commas is left out in a call of one of our own functions.
        spills: Whether the whole formula yields an array.
    """

    problem: Message | None
    functions: frozenset[str]
    omits: bool = False
    spills: bool = False


class _Problem(Exception):
    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.en)


def bare_name(function: str) -> str:
    """A function's name without the prefixes that files put before newer ones.

    Example:
        >>> bare_name("_xlfn._xlws.Sort")
        'SORT'
    """
    return function.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")


def limit_of(
    tree: dict[str, Any], *, entered: bool, own: dict[str, bool], ranges: frozenset[str], unusable: frozenset[str]
) -> Limit:
    """Judge a parsed formula.

    Args:
        tree: The formula as nested dicts (`node_type`, `args` …).
        entered: Whether it is an array formula.
        own: The names of our own functions; True for those that give arrays. They take ranges everywhere.
        ranges: Defined names that stand for more than one cell, lower case.
        unusable: Defined names the engine cannot evaluate, lower case.
    """
    walker = _Walker(own, ranges, unusable)
    problem = None
    yields = SCALAR
    try:
        yields = walker.walk(tree, _ENTERED if entered else _ONE)
    except _Problem as found:
        problem = found.message
        walker.collect(tree)
    name = bare_name(str(tree.get("name", "")))
    if problem is None and not entered and yields != SCALAR and name not in own:
        problem = INTERSECTION
    return Limit(problem, frozenset(walker.functions), walker.omits, yields != SCALAR)


class _Walker:
    def __init__(self, own: dict[str, bool], ranges: frozenset[str], unusable: frozenset[str]) -> None:
        self.functions: set[str] = set()
        self.omits = False
        self._own = own
        self._ranges = ranges
        self._unusable = unusable

    def collect(self, node: dict[str, Any]) -> None:
        """Note every function, whatever else is wrong."""
        if node.get("node_type") == "Function":
            self.functions.add(bare_name(node["name"]))
        for child in children(node):
            self.collect(child)

    def walk(self, node: dict[str, Any], place: int) -> int:
        kind = node["node_type"]
        if kind == "Reference":
            return self._reference(node["reference"])
        if kind in ("Literal", "Omitted"):
            return SCALAR
        if kind == "Array":
            return CONSTANT
        if kind == "Function":
            return self._function(bare_name(node["name"]), node["args"], place)
        if kind == "UnaryOp":
            return self._operator(node["operator"], [node["operand"]], place)
        if kind == "BinaryOp":
            return self._operator(node["operator"], [node["left"], node["right"]], place)
        raise _Problem(LAMBDA if kind == "Call" else UNREADABLE)

    def _reference(self, text: str) -> int:
        if "[" in text:
            raise _Problem(EXTERNAL if "!" in text[text.rfind("]") :] else STRUCTURED)
        if ":" in text and _SEVERAL_SHEETS.search(text):
            raise _Problem(SEVERAL_SHEETS)
        name = text.rpartition("!")[2].lower()
        if name in self._unusable:
            raise _Problem(
                Message(f"计算引擎不支持名称“{text}”的定义", f"the engine cannot evaluate the defined name {text}")
            )
        return RANGE if ":" in name or name in self._ranges else SCALAR

    def _operator(self, operator: str, operands: list[dict[str, Any]], place: int) -> int:
        if operator in (",", " "):
            raise _Problem(UNION)
        if operator == ":":
            for operand in operands:
                self.walk(operand, place)
            return RANGE
        if operator in ("@", "#"):
            raise _Problem(INTERSECTION)
        most = max(self.walk(operand, place) for operand in operands)
        if most < RANGE:
            return most
        if place == _ONE:
            raise _Problem(INTERSECTION)
        return COMPUTED

    def _function(self, name: str, args: list[dict[str, Any]], place: int) -> int:
        self.functions.add(name)
        if name in DIFFERENT:
            raise _Problem(
                Message(
                    f"函数 {name} 的结果因程序或时刻而异", f"what {name} gives depends on the program or the moment"
                )
            )
        if name == "TEXT" and any(_ODD_FORMAT.search(str(arg.get("value"))) for arg in args[1:]):
            raise _Problem(Message("计算引擎不支持 TEXT 的这种格式", "the engine does not know this format of TEXT"))
        if name in self._own:
            self.omits |= any(arg["node_type"] == "Omitted" for arg in args)
            for arg in args:
                self.walk(arg, place)
            return COMPUTED if self._own[name] else SCALAR
        if name in ("IF", "IFERROR", "IFNA"):
            return self._choice(name, args, place)
        most = SCALAR
        for index, arg in enumerate(args):
            takes = _takes(name, index)
            yields = self.walk(arg, max(place, _NATURAL) if takes == "a" else place)
            if takes == "s" and yields != SCALAR:
                raise _Problem(_one_by_one(name))
            most = max(most, yields)
        return self._result(name, args, most, place)

    def _choice(self, name: str, args: list[dict[str, Any]], place: int) -> int:
        """IF and IFERROR work cell by cell in the engine; in Excel only in array formulas."""
        found = [self.walk(arg, place) for arg in args]
        tested = found[:1] if name == "IF" else found
        if place != _ENTERED and max(tested, default=SCALAR) >= RANGE:
            raise _Problem(INTERSECTION)
        return max(found, default=SCALAR)

    def _result(self, name: str, args: list[dict[str, Any]], most: int, place: int) -> int:
        if name in _ARRAYS:
            return COMPUTED
        if name in ("ROW", "COLUMN") and most != SCALAR and place != _ONE:
            raise _Problem(_one_by_one(name))
        if most == COMPUTED and name == "AGGREGATE":
            raise _Problem(_one_by_one(name))
        # It halves differently, which shows where the list is not in order: LOOKUP(1,0/(…),…) and
        # LOOKUP(9E+307,…), which find the last of something.
        halves = name == "LOOKUP" or (name == "MATCH" and not _is_zero(args[2:3]))
        if halves and (most == COMPUTED or (args and not _has_reference(args[0]))):
            raise _Problem(LAST_VALUE)
        if name == "INDEX":
            whole = any(arg["node_type"] == "Omitted" or _is_zero([arg]) for arg in args[1:3])
            return RANGE if whole or len(args) < 2 else SCALAR
        if name == "OFFSET":
            return RANGE if len(args) > 3 or most != SCALAR else SCALAR
        return most if name in ("CHOOSE", "LET") else SCALAR


def _takes(name: str, index: int) -> str:
    pattern = _TAKES.get(name, "|s")
    fixed, _, repeated = pattern.partition("|")
    if index < len(fixed):
        return fixed[index]
    return repeated[(index - len(fixed)) % len(repeated)] if repeated else "s"


def has_backward_range(formula: str) -> bool:
    """Whether some range ends above or left of where it starts.

    Example:
        >>> has_backward_range("SUM(B3:B1)"), has_backward_range("SUM(S!$A$1:B3)")
        (True, False)
    """
    if ":" not in formula:
        return False
    for left, top, right, bottom in _ENDS.findall(_QUOTED.sub("", formula).upper()):
        if (len(right), right) < (len(left), left) or int(bottom or 0) < int(top or 0):
            return True
    return False


def _has_reference(node: dict[str, Any]) -> bool:
    return node["node_type"] == "Reference" or any(map(_has_reference, children(node)))


def _is_zero(args: list[dict[str, Any]]) -> bool:
    return any(arg.get("value") == 0 and not isinstance(arg["value"], bool) for arg in args)


def _one_by_one(name: str) -> Message:
    return Message(
        f"计算引擎不能对区域中的每个单元格逐一计算 {name}", f"the engine cannot apply {name} to each cell of a range"
    )


def children(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a parsed formula directly below a node."""
    found = [node[key] for key in ("left", "right", "operand", "callee") if isinstance(node.get(key), dict)]
    return found + [arg for arg in node.get("args", ()) if isinstance(arg, dict)]
