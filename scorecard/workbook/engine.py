"""Formulas to values: a workbook's formulas computed by formualizer, with the KPI functions registered.

The only module that knows formualizer. What it cannot compute as Excel does is found before it runs (`limits`) or by
its own error kinds afterwards, and is left out of the results with the reason; everything that rests on such a cell is
computed from the value the cell had.
"""

from __future__ import annotations

import functools
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, NamedTuple, TypeVar

import formualizer as fz

from .. import __version__
from ..errors import UnusableFile
from ..functions import CATALOGUE, Function
from ..messages import Message
from ..scoring.values import CellError, CellValue
from .addresses import quote_sheet, split_range
from .dependencies import Address, Graph, Reads, Rect, reads_of
from .engine_stops import Probe, search
from .engine_values import ARRAY_SIZE, CIRCULAR, KINDS, NO_NAME, OMITTED, converted, gave_up, incoming, outgoing
from .formula_cells import ARRAY, DATA_TABLE, MEMBER, FormulaCell, formula_cells
from .limits import CLOCK, REVERSED, UNREADABLE, Limit, has_backward_range, limit_of
from .package import Package
from .xml import unescape

__all__ = ["Address", "Engine", "Obstacle"]

T = TypeVar("T")

#: What computes; values of another version may differ.
VERSION = f"scorecard {__version__}, formualizer {version('formualizer')}"

# Error values its reader refuses, with the whole file; they are results of formulas, so any error may stand in.
_REFUSED_ERRORS = re.compile(
    rb'(\st="e"[^>]*>\s*(?:<f[^>]*?(?:/>|>[^<]*</f>)\s*)?<v>)'
    rb"(?!#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)<)[^<]+(?=</v>)"
)
_ITERATE = re.compile(rb"""(<calcPr\s[^>]*\biterate=["'])(?:1|true)""")
_RETURN = re.compile(rb"_x000[dD]_")
_CELL = re.compile(rb"""<c(\s[^>]*?\br="([A-Z]+[0-9]+)"[^>]*?)(?:/>|>.*?</c>)""", re.DOTALL)
# The row of a reference: formulas that differ only there are judged once.
_ROW = re.compile(r"(?<![A-Za-z0-9_.])(\$?[A-Z]{1,3}\$?)[0-9]+(?![0-9A-Za-z_.(])")

_DATA_TABLE = Message("计算引擎不支持模拟运算表", "the engine does not know data tables (what-if)")
_RESTS_ON_KEPT = Message(
    "依赖于无法计算且没有旧值的单元格", "it rests on a cell that cannot be computed and has no value"
)


class Obstacle(NamedTuple):
    """Why a cell was not computed.

    Attributes:
        code: "not-computed", "circular-reference", or "function-failed" for an exception inside one of our functions.
        message: The reason.
    """

    code: str
    message: Message


class Engine:
    """The formulas of one workbook, ready to be computed.

    Attributes:
        cells: Every computed cell by (sheet, row, column), with its cached value.
        kept: After `evaluate`: the cells that were not computed, and why.
        as_of: What TODAY and NOW give, as local time; None for this moment.
        package: The workbook.

    Example:
        ::

            engine = Engine.load("考核表.xlsx")
            values = engine.evaluate()
            values["考核表", 6, 12]        # 65.0
    """

    def __init__(self, package: Package, *, as_of: datetime | None = None) -> None:
        self.as_of = as_of
        self.cells: dict[Address, FormulaCell] = {}
        self.kept: dict[Address, Obstacle] = {}
        self.package = package
        self._book: Any = None
        self._limits: dict[Address, Limit] = {}
        self._graph: Graph | None = None
        self._failed: dict[str, Message] = {}
        self._probe: Probe | None = None
        for sheet in package.sheets:
            for cell in formula_cells(package, sheet):
                self.cells[sheet.name, cell.row, cell.col] = cell

    @classmethod
    def load(cls, source: str | os.PathLike[str] | bytes | Package, *, where: str | None = None) -> Engine:
        """Read the formulas of a workbook.

        Args:
            source: A path, the bytes of the file, or an opened package.
            where: The name for messages when bytes are given.

        Raises:
            UnusableFile: not a workbook that can be read.
        """
        return cls(source if isinstance(source, Package) else Package.open(source, where=where))

    def evaluate(self) -> dict[Address, CellValue]:
        """Compute every formula.

        Returns:
            The values by (sheet, row, column); never None. Cells in `kept` are missing. Dates are day numbers.
        """
        if not self.cells:
            return {}
        try:
            self._book = _guarded(self._open)
            self._judge()
            return self._trusted(self._settle())
        except _EngineFailure as failure:
            reason = Message(
                f"计算引擎无法处理这个工作簿：{failure}", f"the engine cannot take this workbook: {failure}"
            )
            self.kept = dict.fromkeys(self.cells, Obstacle("not-computed", reason))
            self._graph = Graph(self.cells, lambda _: Reads(everything=True))
            return {}

    def evaluate_again(self, inputs: Mapping[Address, CellValue]) -> dict[Address, CellValue] | None:
        """Compute every formula after inputs changed: only what rests on them is evaluated.

        For an engine that kept nothing. `cells` must have the cached values of the new workbook.

        Args:
            inputs: The new content of cells without a formula; None for a blank one.

        Returns:
            All values; None when some cell cannot be computed now, and the engine is of no further use.
        """
        try:
            for address, value in inputs.items():
                given: Any = fz.LiteralValue.error(KINDS[value.code], "") if isinstance(value, CellError) else value
                self._book.set_value(*address, given)
            _guarded(self._book.evaluate_all)
        except _EngineFailure:
            return None
        values, failing = self._results()
        return None if failing or self._failed else values

    @property
    def functions(self) -> frozenset[str]:
        """The functions its formulas call, upper case without prefixes; told after `evaluate`."""
        return frozenset[str]().union(*{limit.functions for limit in self._limits.values()})

    @property
    def is_volatile(self) -> bool:
        """Whether a formula, or a defined name, asks for the time; told after `evaluate`."""
        if self._limits and not self.functions.isdisjoint(CLOCK):
            return True
        content = self.package.read(self.package.workbook_part).upper()
        return b"TODAY(" in content or b"NOW(" in content

    @property
    def graph(self) -> Graph:
        """Which formula cells read which; asked for only when a cell could not be computed."""
        if self._graph is None:
            names = _named_rects(self._book)
            tabs = {sheet.name.casefold(): sheet.name for sheet in self.package.sheets}
            self._graph = Graph(self.cells, lambda address: self._reads(address, names, tabs))
        return self._graph

    # --- loading -------------------------------------------------------------------------------------------------

    def _open(self) -> Any:
        config = fz.EvaluationConfig()
        # Our own functions need the interpreter anyway, and batches run in several processes.
        config.enable_parallel = False
        if self.package.date1904:
            config.date_system = "1904"
        settings = fz.WorkbookConfig(eval_config=config, enable_changelog=False)
        package = self._readable(self.package)
        try:
            book = fz.Workbook.from_bytes(package.to_bytes(), config=settings)
        except OSError:
            repaired = self._without_refused_errors(package)
            if repaired is package:
                raise
            book = fz.Workbook.from_bytes(repaired.to_bytes(), config=settings)
        book.set_temporal_egress("serial")
        # Its clock counts in UTC; people's TODAY is that of their wall clock.
        now = self.as_of or datetime.now()
        book.set_deterministic_clock(now.replace(tzinfo=UTC))
        return book

    def _readable(self, package: Package) -> Package:
        """The workbook as formualizer reads it rightly; the same one when nothing stands in its way."""
        edits: dict[str, bytes] = {}
        part = package.workbook_part
        content = package.read(part)
        # It would iterate from nothing, where Excel goes on from the values it had: circles are left alone instead.
        if _ITERATE.search(content):
            edits[part] = _ITERATE.sub(rb"\g<1>0", content)
        for relation in package.relations(part).values():
            if relation.kind == "sharedStrings" and relation.target in package:
                content = package.read(relation.target)
                if _RETURN.search(content):  # it takes the file format's escape for text
                    edits[relation.target] = _RETURN.sub(b"&#13;", content)
        members: dict[str, set[bytes]] = {}
        for (sheet, _, _), cell in self.cells.items():
            if cell.kind == MEMBER:
                members.setdefault(sheet, set()).add(cell.name.encode())
        for sheet, names in members.items():  # the old values would block the array that spills over them
            part = package.sheet(sheet).part

            def emptied(match: re.Match[bytes], names: set[bytes] = names) -> bytes:
                return b"<c" + match[1] + b"/>" if match[2] in names else match[0]

            edits[part] = _CELL.sub(emptied, package.read(part))
        return _edited(package, edits)

    def _without_refused_errors(self, package: Package) -> Package:
        edits = {}
        for sheet in package.sheets:
            if sheet.kind == "worksheet":
                content = package.read(sheet.part)
                if _REFUSED_ERRORS.search(content):
                    edits[sheet.part] = _REFUSED_ERRORS.sub(rb"\1#VALUE!", content)
        return _edited(package, edits)

    def _judge(self) -> None:
        """Register what the formulas call, and set aside the cells whose value would be wrong."""
        ranges, unusable = _name_kinds(self._book)
        for address, cell in self.cells.items():
            if cell.kind != MEMBER and cell.raw:
                self._limits[address] = _limit(cell.raw, cell.kind == ARRAY, ranges, unusable)
        used = self.functions
        for name in used & _OWN.keys():
            entry = _entry(name)
            least = sum(not argument.optional for argument in entry.arguments)
            self._book.register_function(
                name, self._callback(entry), min_args=least, max_args=len(entry.arguments), deterministic=True
            )
        unknown = {name for name in used if name not in _OWN and not _is_known(name)}
        held = {
            address: Obstacle("not-computed", reason)
            for address, cell in self.cells.items()
            if (reason := self._obstacle(address, cell, unknown)) is not None
        }
        for address, limit in self._limits.items():
            if address not in held and (limit.omits or limit.spills):
                self._rewrite(address, limit)
        self._hold(held)

    def _obstacle(self, address: Address, cell: FormulaCell, unknown: set[str]) -> Message | None:
        if cell.kind == MEMBER:
            return None
        if cell.kind == DATA_TABLE:
            return _DATA_TABLE
        if not cell.raw or (cell.kind == ARRAY and not cell.ref):
            return UNREADABLE
        limit = self._limits[address]
        missing = unknown & limit.functions
        if missing:
            listed = ", ".join(sorted(missing))
            return Message(f"计算引擎没有函数 {listed}", f"the engine has no function {listed}")
        return limit.problem

    def _rewrite(self, address: Address, limit: Limit) -> None:
        """Give the engine a formula that means to it what the file's means to Excel."""
        cell = self.cells[address]
        single = cell.kind != ARRAY or (":" not in cell.ref and not cell.dynamic)
        if not (limit.omits or (limit.spills and single)):
            return
        # The engine's own text is only asked for where the file's cannot be told: it searches long for each.
        formula = cell.formula or str(self._book.get_formula(*address)).removeprefix("=")
        if limit.omits:
            formula = _with_omitted(formula)
        if limit.spills and single:
            # A function that gives rows shows only the first in a plain cell.
            formula = f"INDEX({formula},1,1)"
        _guarded(functools.partial(self._book.set_formula, *address, "=" + formula))

    # --- computing -----------------------------------------------------------------------------------------------

    def _settle(self) -> dict[Address, CellValue]:
        """Evaluate until no further cell has to be set aside."""
        for _ in range(20):
            self._run()
            values, failing = self._results()
            if not failing:
                return values
            self._hold(self._roots(failing))
        self._hold({address: obstacle for address, obstacle in failing.items() if address not in self.kept})
        return {address: value for address, value in values.items() if address not in self.kept}

    def _run(self) -> None:
        if _failure_of(self._book.evaluate_all) is None:
            return
        # Some formula stopped it, and nothing at all was computed.
        tried = [a for a, cell in self.cells.items() if a not in self.kept and cell.kind != MEMBER]
        tabs = [sheet.name for sheet in self.package.sheets]
        probe = self._probe = self._probe or _guarded(lambda: Probe(self._book, tabs))

        def hold(address: Address, failure: _EngineFailure) -> None:
            self._hold({address: Obstacle("not-computed", Message(f"计算引擎报错：{failure}", f"engine: {failure}"))})

        search(self.graph.sources_first(tried), lambda some: _failure_of(lambda: probe.compute(some)), hold)
        _guarded(self._book.evaluate_all)

    def _results(self) -> tuple[dict[Address, CellValue], dict[Address, Obstacle]]:
        values: dict[Address, CellValue] = {}
        failing: dict[Address, Obstacle] = {}
        get = self._book.get_value
        for address, cell in self.cells.items():
            if address in self.kept:
                continue
            value = get(*address)
            if not isinstance(value, (float, str, bool)):
                value = converted(value)
                if isinstance(value, Message):
                    code = "circular-reference" if value is CIRCULAR else "not-computed"
                    failing[address] = Obstacle(code, value)
                    continue
            elif isinstance(value, float) and not math.isfinite(value):
                value = CellError("#NUM!")
            if isinstance(value, CellError) and value.code == "#NAME?" and cell.value != value:
                failing[address] = Obstacle("not-computed", NO_NAME)
                continue
            values[address] = value
        for address, cell in self.cells.items():
            if cell.kind == ARRAY and address in values and not self._fits(address, cell):
                failing[address] = Obstacle("not-computed", ARRAY_SIZE)
                del values[address]
        if self._failed:
            self._blame(values, failing)
        return values, failing

    def _fits(self, address: Address, cell: FormulaCell) -> bool:
        """Whether an array formula filled just the range the file gives it."""
        if ":" not in cell.ref and not (cell.dynamic or self._limits[address].spills):
            return True
        sheet, row, col = address
        try:
            place = f"{quote_sheet(sheet)}!{cell.name}"
            role = _guarded(lambda: self._book.inspect_cell(place, include_values=False)).cell.spill
            extent = role.extent if role is not None else None
            found = split_range(extent.rpartition("!")[2].replace("$", "")) if extent else (row, col, row, col)
            return found == split_range(cell.ref)
        except (ValueError, _EngineFailure):
            return False

    def _blame(self, values: dict[Address, CellValue], failing: dict[Address, Obstacle]) -> None:
        """An exception in a function of ours: set aside its cell, and those that may have hidden the error."""
        for address, limit in self._limits.items():
            broken = self._failed.keys() & limit.functions
            if broken and address not in self.kept and (address in failing or len(limit.functions) > 1):
                failing[address] = Obstacle("function-failed", self._failed[min(broken)])
                values.pop(address, None)

    def _roots(self, failing: dict[Address, Obstacle]) -> dict[Address, Obstacle]:
        """The failing cells that read no other: the rest may well come right once these have their old values."""
        blank = {address for address in self.kept if not self._has_value(address)}
        roots = {
            address: obstacle
            for address, obstacle in failing.items()
            if not any(source in failing or source in blank for source in self.graph.direct(address))
        }
        if roots:
            return roots
        rest = {
            address: obstacle
            if obstacle.message is CIRCULAR or not any(source in blank for source in self.graph.direct(address))
            else Obstacle("not-computed", _RESTS_ON_KEPT)
            for address, obstacle in failing.items()
        }
        return rest

    def _hold(self, held: dict[Address, Obstacle]) -> None:
        """Set cells aside: for the others they have their cached values from now on, or are blank."""
        if not held:
            return
        _ = self.graph  # while the formulas are still there
        held = {**held, **self._with_members(held)}
        self.kept.update(held)
        for address in held:
            value: Any = self.cells[address].value if self._has_value(address) else None
            if isinstance(value, CellError):
                value = fz.LiteralValue.error(KINDS[value.code], "")
            self._book.set_value(*address, value)

    def _trusted(self, values: dict[Address, CellValue]) -> dict[Address, CellValue]:
        """The values that do not rest on a cell left out without a value."""
        blank = [address for address in self.kept if not self._has_value(address)]
        if not blank:
            return values
        doubtful = (self.graph.downstream(blank) & values.keys()) - self.kept.keys()
        self.kept.update(dict.fromkeys(doubtful, Obstacle("not-computed", _RESTS_ON_KEPT)))
        return {address: value for address, value in values.items() if address not in doubtful}

    def _with_members(self, held: dict[Address, Obstacle]) -> dict[Address, Obstacle]:
        found = {}
        for address, obstacle in held.items():
            cell = self.cells[address]
            if cell.kind == ARRAY and ":" in cell.ref:
                for other, member in self.cells.items():
                    if member.kind == MEMBER and member.ref == cell.ref and other[0] == address[0]:
                        found[other] = obstacle
        return found

    def _has_value(self, address: Address) -> bool:
        cell = self.cells[address]
        return cell.cached and (not isinstance(cell.value, CellError) or cell.value.code in KINDS)

    def _reads(self, address: Address, names: dict[str, list[Rect] | None], tabs: dict[str, str]) -> Reads:
        cell = self.cells[address]
        if cell.kind == MEMBER:
            r1, c1, _, _ = split_range(cell.ref)
            return Reads((Rect(address[0], r1, c1, r1, c1),))
        formula = cell.formula
        if cell.kind == DATA_TABLE or not formula:
            return Reads(everything=True)
        try:
            return reads_of(_tree(formula), address[0], names, tabs)
        except ValueError:
            return Reads(everything=True)

    def _callback(self, entry: Function) -> Callable[..., Any]:
        """A catalogue function as formualizer calls it."""

        def call(*values: Any) -> Any:
            stopped = next((error for value in values if (error := gave_up(value)) is not None), None)
            if stopped is not None:
                return stopped
            try:
                return outgoing(entry.function(*map(incoming, values)))
            except Exception as error:
                # Nothing may cross into the engine, which would make a plain #VALUE! of it; `evaluate` reports it.
                text = f"{type(error).__name__}: {error}"
                self._failed[entry.name] = Message(
                    f"函数 {entry.name} 内部出错（{text}），请报告此问题",
                    f"{entry.name} failed ({text}); please report this",
                )
                return {"type": "Error", "kind": "NImpl", "message": text}

        return call


# --- judging formulas ------------------------------------------------------------------------------------------------

# Office.js add-ins store their functions under this prefix.
_OWN = {prefix + name: entry.returns_array for name, entry in CATALOGUE.items() for prefix in ("", "_XLDUDF_")}


def _entry(name: str) -> Function:
    return CATALOGUE[name.removeprefix("_XLDUDF_")]


@functools.lru_cache(maxsize=1 << 16)
def _limit(raw: str, entered: bool, ranges: frozenset[str], unusable: frozenset[str]) -> Limit:
    limit = _limit_of_shape(_ROW.sub(r"\g<1>1", raw), entered, ranges, unusable)
    if limit.problem is None and has_backward_range(unescape(raw)):
        # The engine would stop at it and compute nothing in the whole workbook.
        return replace(limit, problem=REVERSED)
    return limit


@functools.lru_cache(maxsize=1 << 14)
def _limit_of_shape(shape: str, entered: bool, ranges: frozenset[str], unusable: frozenset[str]) -> Limit:
    try:
        tree = _tree(unescape(shape))
    except ValueError:
        return Limit(UNREADABLE, frozenset())
    return limit_of(tree, entered=entered, own=_OWN, ranges=ranges, unusable=unusable)


def _tree(formula: str) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = fz.parse("=" + formula.removeprefix("=")).to_dict()
    except (fz.ParserError, fz.TokenizerError) as error:
        raise ValueError(str(error)) from error
    return tree


@functools.lru_cache(maxsize=4096)
def _is_known(name: str) -> bool:
    """Whether the engine has a function, tried on an empty workbook: it has no list of them."""
    book = fz.Workbook()
    try:
        _guarded(lambda: book.sheet("S").set_formula(1, 1, f"={name}()"))
        value = _guarded(lambda: book.evaluate_cell("S", 1, 1))
    except _EngineFailure:
        return False
    return not (isinstance(value, dict) and value.get("kind") == "Name")


def _name_kinds(book: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Defined names in lower case: those of several cells, and those the engine cannot evaluate."""
    ranges = frozenset(str(name["name"]).lower() for name in book.get_named_ranges() if name["kind"] == "range")
    unusable = frozenset(str(note["name"]).lower() for note in book.name_import_diagnostics)
    return ranges, unusable


def _named_rects(book: Any) -> dict[str, list[Rect] | None]:
    """What a defined name reads, by lower-case name; None when that cannot be told."""
    found: dict[str, list[Rect] | None] = {str(note["name"]).lower(): None for note in book.name_import_diagnostics}
    for name in book.get_named_ranges():
        key = str(name["name"]).lower()
        rects = found.setdefault(key, [])
        if name["kind"] == "formula" or rects is None:
            found[key] = None
        elif name["kind"] in ("cell", "range"):
            r1, c1 = name["start_row"], name["start_col"]
            rects.append(Rect(name["sheet"], r1, c1, name.get("end_row") or r1, name.get("end_col") or c1))
    return found


def _with_omitted(formula: str) -> str:
    """A formula with `OMITTED` for each argument left out between commas in a call of one of our functions."""
    places: list[int] = []
    calls: list[str] = []
    empty = False
    for token in fz.tokenize("=" + formula):
        if token is None:
            continue
        kind, subtype = str(token.token_type), str(token.subtype)
        if kind == "Whitespace":
            continue
        ends = subtype == "Close" or kind == "Sep"
        if ends and empty and calls and calls[-1] in _OWN:
            places.append(token.start - 1)
        if subtype == "Open":
            calls.append(token.value.rstrip("(").upper() if kind == "Func" else "")
        elif subtype == "Close" and calls:
            calls.pop()
        # An opening bracket alone is not followed by an omitted argument: F() has none.
        empty = kind == "Sep" or (subtype == "Open" and kind == "Func")
        if subtype == "Open" and kind == "Func" and formula[token.end - 1 :].lstrip().startswith(")"):
            empty = False
    for place in reversed(places):
        formula = f'{formula[:place]}"{OMITTED}"{formula[place:]}'
    return formula


# --- the border ------------------------------------------------------------------------------------------------------


class _EngineFailure(Exception):
    """formualizer could not go on."""


def _guarded(call: Callable[[], T]) -> T:
    """Call into formualizer; whatever goes wrong inside becomes an `_EngineFailure`."""
    try:
        return call()
    except UnusableFile:
        raise
    except Exception as error:
        raise _EngineFailure(str(error)) from error
    except BaseException as error:
        # A panic in the Rust code derives from BaseException, so that only Ctrl-C and exits pass.
        if type(error).__name__ != "PanicException":
            raise
        raise _EngineFailure(str(error)) from error


def _failure_of(call: Callable[[], object]) -> _EngineFailure | None:
    try:
        _guarded(call)
    except _EngineFailure as failure:
        return failure
    return None


def _edited(package: Package, edits: dict[str, bytes]) -> Package:
    if not edits:
        return package
    twin = package.copy()
    for part, content in edits.items():
        twin.write(part, content)
    return twin
