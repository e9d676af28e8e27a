"""Writing definition cards: the sheet 指标定义, one printed card below the other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..definitions import Definition, load_definition
from ..errors import UsageError
from ..messages import Message
from ..scoring.indicators import Indicator
from .embed import Embedding
from .indicator_fields import LABELS, SHEET
from .outputs import output_path
from .package import Package
from .plan import Edit, Look, Plan, SheetPlan, apply

#: Fields that stand two in a row; a lone one takes the whole row.
_ROWS = (
    ("name", "number"), ("version", "period"), ("category", "level"), ("definition",), ("purpose",), ("formula",),
    ("statistics",), ("source", "point"), ("department", "owner"), ("target",),
)  # fmt: skip
_WIDTHS = ((1, 16.0), (2, 32.0), (3, 16.0), (4, 32.0))
_LINE, _HEAD, _TITLE = "BFC7D1", "EEF3F8", "1F3864"
#: Characters of Chinese that a row's merged value takes in one line, and the height of a line.
_PER_LINE, _HEIGHT = 38, 18.0


def write_indicator_cards(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    rules: str | os.PathLike[str] | Definition,
    in_place: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Embedding:
    """Add a sheet 指标定义 with the definition cards of a definition to a workbook.

    Args:
        path: An .xlsx or .xlsm.
        output: Where to write; `NAME_指标定义.xlsx` beside the input when omitted.
        rules: A definition with `[[indicators]]`.
        in_place: Write into the input.
        overwrite: Allow an existing output to be replaced.
        dry_run: Plan only.

    Raises:
        UnusableFile: The input is not a workbook that can be read.
        UsageError: The definition has no cards, the workbook has such a sheet already, or contradicting options.
    """
    source = Path(path)
    target = output_path(source, output, in_place, overwrite, dry_run, f"_{SHEET}")
    definition = rules if isinstance(rules, Definition) else load_definition(Path(rules))
    if not definition.indicators:
        raise UsageError(
            Message("规则文件里没有 [[indicators]] 指标定义", "the rules file has no definition cards, [[indicators]]"),
            definition.source,
        )
    package = Package.open(source)
    if any(sheet.name.casefold() == SHEET.casefold() for sheet in package.sheets):
        raise UsageError(
            Message(f"已有工作表“{SHEET}”，没有改动", f"there is a sheet {SHEET} already; nothing was changed"),
            source.name,
        )
    plan = plan_indicator_sheet(definition.indicators, definition.title)
    data = apply(plan, package).to_bytes()
    if target is not None:
        Package.open(data).save(target)
    return Embedding(target, plan, (), (), data)


def plan_indicator_sheet(indicators: Sequence[Indicator], title: str = "") -> Plan:
    """The edits that write the cards on a new sheet 指标定义."""
    edits: list[Edit] = []
    merges: list[str] = ["A1:D1"]
    heights: list[tuple[int, float]] = [(1, 30.0)]
    heading = f"{title}：指标定义" if title else "指标定义"
    look = Look(bold=True, size=15, color=_TITLE, horizontal="center")
    edits.append(Edit(SHEET, 1, 1, Message("标题", "title"), heading, None, look))
    row = 3
    for indicator in indicators:
        row = _card(indicator, row, edits, merges, heights) + 1
    sheet = SheetPlan(
        SHEET, is_new=True, widths=_WIDTHS, heights=tuple(heights), merges=tuple(merges), landscape=False,
        print_area=f"A1:D{row - 2}",
    )  # fmt: skip
    return Plan(tuple(edits), (sheet,))


def _card(
    indicator: Indicator, row: int, edits: list[Edit], merges: list[str], heights: list[tuple[int, float]]
) -> int:
    """One card from `row` on; returns the row after it."""
    for fields in _ROWS:
        if fields == ("target",) and not indicator.target:
            continue
        lines = 1
        for i, field in enumerate(fields):
            text = getattr(indicator, field)
            label, what = (
                LABELS[field][0],
                Message(f"{indicator.name}：{LABELS[field][0]}", f"{indicator.name}: {field}"),
            )
            head = Look(border=_LINE, fill=_HEAD, color=_TITLE, bold=True, size=10, horizontal="left", wrap=True)
            edits.append(Edit(SHEET, row, 1 + 2 * i, what, label, None, head))
            is_name = field == "name"
            value = Look(border=_LINE, size=11 if is_name else 10, bold=is_name or None, horizontal="left", wrap=True)
            edits.append(Edit(SHEET, row, 2 + 2 * i, what, text, None, value))
            if len(fields) == 1:
                merges.append(f"B{row}:D{row}")
                edits += [Edit(SHEET, row, col, what, None, None, value) for col in (3, 4)]
            lines = max(lines, -(-len(text) // (_PER_LINE if len(fields) == 1 else _PER_LINE // 3)))
        heights.append((row, max(20.0, _HEIGHT * lines + 4)))
        row += 1
    return row
