"""Cards of several parts as they are embedded: a total per part, and one for the whole card beside them.

The rule sheet says which tables are parts of which card and with what shares; there a person can change a share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..messages import Message
from ..scoring.values import State, read
from . import formulas as f
from . import rulesheet as rs
from . import spots as sp
from .addresses import cell_name, split_cell
from .cells import Grid
from .grid import read_grid
from .located import Part, Table, headline_column
from .package import Package
from .parts import join_as, part_groups
from .plan import Edit, Look
from .ruleplan import RuleTable
from .ruleread import RuleSheet
from .rulesheet import Block, Head, Whole
from .splice import Value
from .spots import Spots, places, whole_spots
from .vocabulary import Vocabulary

_LINE, _HEAD, _CALC, _GREY = "BFBFBF", "DDE6F0", "F3F3F3", "404040"


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that are the parts of one card.

    Attributes:
        tables: Top down.
        last: The last without the cells that are the whole card's.
        parts: Names and shares.
        own: The card's own cells, by what goes there.
        grid: The sheet.
    """

    tables: tuple[Table, ...]
    last: Table
    parts: tuple[Part, ...]
    own: dict[str, str]
    grid: Grid


@dataclass(frozen=True, slots=True)
class WholeCard:
    """A card of several parts, ready to be written.

    Attributes:
        parts: Names, shares, and where a share stands in the form.
        members: The parts' rules and places.
        spots: The places of the card's total.
        grid: The sheet.
    """

    parts: tuple[Part, ...]
    members: tuple[RuleTable, ...]
    spots: Spots
    grid: Grid


def whole_groups(package: Package, tables: Sequence[Table], vocabulary: Vocabulary) -> list[Group]:
    """The cards of several parts among tables."""
    grids = {table.sheet: read_grid(package, table.sheet) for table in tables}
    found = []
    for members, joined in part_groups(tables, grids.__getitem__, vocabulary):
        if joined is None or not joined.sections:
            continue
        grid, last = grids[joined.sheet], members[-1]
        own: dict[str, str] = {}
        if joined.totals:
            cells = {
                sp.TOTAL: next(iter(joined.totals.values())), sp.COVERAGE: joined.coverage_cell,
                sp.GRADE: joined.grade_cell, sp.COEFFICIENT: joined.coefficient_cell,
            }  # fmt: skip
            own = {name: cell for name, cell in cells.items() if cell}
            last = replace(last, totals={}, grade_cell=None, coverage_cell=None, coefficient_cell=None)
        found.append(Group(tuple(members), last, joined.sections, own, grid))
    return found


def whole_card(group: Group, planned: Mapping[int, RuleTable]) -> WholeCard | None:
    """What is written for a card; None if a part of it is not embedded now.

    Args:
        group: The card.
        planned: The rules of the tables that are embedded now, by the table's `id`.
    """
    members = tuple(planned[id(table)] for table in group.tables if id(table) in planned)
    if len(members) < len(group.tables):
        return None
    taken = {cell for member in members for cell in places(member.spots)}
    spots = whole_spots(members[-1].spots, group.last, group.grid, group.own, taken)
    return WholeCard(group.parts, members, spots, group.grid)


def plan_whole(card: WholeCard, blocks: Sequence[Block], whole: Whole, head: Head) -> list[Edit]:
    """The lines on the rule sheet that put the parts together.

    What is left out because it is not assessed is left out item by item, over all parts: a part's items count with
    share × weight, as `scoring.score.effective_weights` has it.
    """
    edits: list[Edit] = []

    def put(row: int, col: int, content: Value, look: Look, zh: str) -> None:
        formula = content if isinstance(content, str) and content.startswith("=") else None
        edits.append(Edit(rs.SHEET, row, col, Message(zh, "whole card"), None if formula else content, formula, look))

    spots = card.spots
    put(whole.top, 1, f"各部分合计（{spots.sheet}）", Look(bold=True, size=12), "各部分合计")
    heading = Look(border=_LINE, bold=True, fill=_HEAD, horizontal="center", wrap=True)
    for col, name in enumerate(rs.WHOLE_COLUMNS, start=1):
        put(whole.header, col, name, heading, "各部分合计：表头")
    calc = Look(border=_LINE, fill=_CALC, size=9, color=_GREY, horizontal="center")
    left, percent, points = (
        replace(calc, horizontal="left"),
        replace(calc, number_format="0.0%"),
        replace(calc, number_format="0.00"),
    )
    edit = Look(border=_LINE, horizontal="center", number_format="0.##%", locked=False)
    for i, (part, block) in enumerate(zip(card.parts, blocks, strict=True)):
        row = whole.first + i
        put(row, 1, part.name, Look(border=_LINE, wrap=True), "部分")
        put(row, 2, _share(part, card), edit, f"{part.name}：占比")
        put(row, 3, f"={block.summary_ref('权重合计')}", percent, f"{part.name}：权重合计")
        inside = f"/IF($C{row}=0,1,$C{row})"
        put(row, 4, f"=$B{row}*SUM({block.column_range(rs.USED)}){inside}", percent, f"{part.name}：计入占比")
        put(row, 5, f"=$B{row}*SUM({block.column_range(rs.WEIGHTED)}){inside}", points, f"{part.name}：加权得分")
        put(row, 6, f"={block.summary_ref('权重检查')}", calc, f"{part.name}：权重检查")

    def at(label: str) -> str:
        return whole.summary_ref(label)

    def over(label: str, sign: str = "+") -> str:
        return sign.join(block.summary_ref(label) for block in blocks)

    shares, rule = whole.column_range(rs.SHARE), head.setting_ref(rs.WEIGHT_RULE)
    inner = f.weight_check(shares, at("权重合计"), rule).removeprefix("=")
    total = rs.on_sheet(spots.sheet, cell_name(*spots.total, absolute=True)) if spots.total else ""
    contents: dict[str, tuple[Value, Look]] = {
        "权重合计": (f"=ROUND(SUM({shares}),12)", percent),
        "权重检查": (f'=IF(SUMPRODUCT(--({whole.column_range("权重检查")}<>""))>0,"有部分的权重不对",{inner})', calc),
        "计入权重合计": (f"=ROUND(SUM({whole.column_range(rs.PART_USED)}),12)", percent),
        "加权得分合计": (
            f.weighted_score(whole.column_range(rs.PART_POINTS), at("计入权重合计"), at("权重合计"), rule), points
        ),
        "未填项数": (f"={over('未填项数')}", calc),
        "已填项数": (f"={over('已填项数')}", calc),
        "考核项数": (f"={over('考核项数')}", calc),
        "加减分合计": (f"={over('加减分合计')}", points),
        "否决系数": (f"={over('否决系数', '*')}", calc),
        "覆盖率": (f.coverage_native(at("计入权重合计"), at("权重合计"), at("未填项数")), percent),
        "总分（未取整）": (
            f.total_unrounded(
                at("权重检查"), at("加权得分合计"), at("未填项数"), head.setting_ref(rs.BLANK_RULE), at("加减分合计"),
                at("否决系数"), head.setting_ref(rs.FLOOR), head.setting_ref(rs.CAP),
            ),
            replace(calc, number_format="0.0000"),
        ),
        "等级行": (f.grade_place(total, head.grade_column(0)) if total else None, calc),
    }  # fmt: skip
    for label, (content, look) in contents.items():
        row, col = whole.summary(label)
        put(row, 1, label, left, f"各部分合计：{label}")
        put(row, col, content, look, f"各部分合计：{label}")
    return edits


def _share(part: Part, card: WholeCard) -> Value:
    """A share: where the form has it as a number in a cell of its own that cell, else the number read from its heading."""
    value = card.grid.at(part.cell).value if part.cell else None
    if isinstance(value, (int, float)) and read(value).state is State.NUMBER:
        divisor = "/100" if value > 1 else ""
        return f"={rs.on_sheet(card.spots.sheet, cell_name(*split_cell(part.cell), absolute=True))}{divisor}"
    return part.weight


def join_embedded(
    tables: Sequence[Table], sheet: RuleSheet, grid_of: Callable[[str], Grid], vocabulary: Vocabulary
) -> list[Table]:
    """Embedded tables, with those that the rule sheet puts together made one card.

    Args:
        tables: Of sheets with embedded tables.
        sheet: The rule sheet, with up-to-date values.
        grid_of: The sheet of a name.
        vocabulary: The words.
    """
    result = list(tables)
    for whole, blocks in sheet.wholes:
        group = _members(result, sheet, blocks)
        if len(group) < len(blocks):
            continue
        grid = grid_of(group[0].sheet)
        joined = join_as(group, sheet.parts(whole, blocks), grid, vocabulary)
        places = {name: cell_name(*place) for name, place in sheet.foot(whole, grid).items()}
        counted = headline_column(joined)
        total = places.get(sp.TOTAL) or places.get(f"{sp.TOTAL}*")
        joined = replace(
            joined,
            totals={counted.label if counted is not None else "": total} if total else {},
            coverage_cell=places.get(sp.COVERAGE),
            grade_cell=places.get(sp.GRADE),
            coefficient_cell=places.get(sp.COEFFICIENT),
        )
        result[result.index(group[0])] = joined
        result = [table for table in result if table not in group[1:]]
    return result


def _members(tables: Sequence[Table], sheet: RuleSheet, blocks: Sequence[Block]) -> list[Table]:
    by_block = {block: table for table in tables if (block := sheet.block_of(table)) is not None}
    return [by_block[block] for block in blocks if block in by_block]


def embedded_spots(package: Package, sheet: RuleSheet, tables: Sequence[Table]) -> Iterator[tuple[Whole, Spots]]:
    """The cards of several parts in an embedded workbook, each with the places of its total."""
    for whole, blocks in sheet.wholes:
        group = _members(tables, sheet, blocks)
        if len(group) < len(blocks):
            continue
        grid = read_grid(package, group[-1].sheet)
        form = sheet.form_rules(group[-1], grid)
        if form is not None:
            yield whole, replace(form.spots, cells=sheet.foot(whole, grid))
