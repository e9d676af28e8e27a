"""What is written into the form itself: scores, band marks, period, total, coverage, grade, coefficient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..messages import Message
from ..scoring.ladder import Ladder
from ..scoring.model import Bands
from ..scoring.score import follows_bands
from ..scoring.values import show
from . import formulas as f
from . import rulesheet as rs
from . import spots as sp
from .addresses import cell_name, column_letters, split_cell
from .plan import Choice, Edit, Look, Mark, SheetPlan
from .rules import RowRule
from .rulesheet import Block, Head, Whole
from .spots import RowSpot, Spots

NATIVE, UDF = "native", "udf"
FLAVOURS = (NATIVE, UDF)

_REACHED, _FAILED, _INPUT, _FOOT = "CDE8D0", "F8D7DA", "FFF9E0", "EEF3F9"


@dataclass(frozen=True, slots=True)
class FormRules:
    """What the form's formulas need to know of its rules, whether just planned or read back from the workbook.

    Attributes:
        spots: Where the form's cells are.
        block: Where its rules are.
        head: Where the settings are.
        modes: One of the words of column 方式 per row.
    """

    spots: Spots
    block: Block
    head: Head
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed cell of the form: place, formula, what it is."""

    row: int
    col: int
    formula: str
    what: Message


def computed_cells(form: FormRules, flavour: str) -> Iterator[Computed]:
    """The cells that differ between `native` and `udf`: replacing them is the whole conversion."""
    spots, block, head = form.spots, form.block, form.head
    udf = flavour == UDF
    for i, (spot, mode) in enumerate(zip(spots.rows, form.modes, strict=True)):
        if mode != f.MANUAL_WORD and not spot.is_kept:
            formula = _score_udf(form, i, spot) if udf and spot.scale == sp.RAW else _score_native(form, i, spot)
            yield Computed(spot.row, spots.score_col, formula, Message(f"{spot.name}：得分", f"{spot.name}: score"))

    def at(label: str) -> str:
        return block.summary_ref(label, sheet=True)

    scores, weights = _scores(spots), rs.on_sheet(rs.SHEET, block.column_range(rs.WEIGHT))
    # A score typed by hand counts as it was understood, not as it stands in its cell.
    is_typed = f.MANUAL_WORD in form.modes or any(spot.is_kept for spot in spots.rows)
    plain = udf and scores and not is_typed and all(spot.scale == sp.RAW for spot in spots.rows)
    settings = {name: head.setting_ref(name, sheet=True) for name in rs.SETTINGS}
    if sp.TOTAL in spots.cells:
        formula = f.total_native(at("总分（未取整）"), settings[rs.DIGITS])
        if plain:
            formula = f.total_udf(
                scores,
                weights,
                settings[rs.BLANK_RULE],
                at("加减分合计"),
                at("否决系数"),
                settings[rs.FLOOR],
                settings[rs.CAP],
                settings[rs.DIGITS],
                settings[rs.WEIGHT_RULE],
                formula,
            )
        yield Computed(*spots.cells[sp.TOTAL], formula, Message("总分", "total"))
    if sp.COVERAGE in spots.cells:
        formula = f.coverage_native(at("计入权重合计"), at("权重合计"), at("未填项数"))
        if plain:
            formula = f.coverage_udf(
                scores,
                weights,
                settings[rs.WEIGHT_RULE],
                settings[rs.BLANK_RULE],
                at("加权得分合计"),
                at("覆盖率"),
            )
        yield Computed(*spots.cells[sp.COVERAGE], formula, Message("覆盖率", "coverage"))
    yield from _graded_cells(spots, block, head, udf)


def whole_cells(spots: Spots, whole: Whole, head: Head, flavour: str) -> Iterator[Computed]:
    """The computed cells of a card of several parts; `spots.cells` says where they are."""

    def at(label: str) -> str:
        return whole.summary_ref(label, sheet=True)

    if sp.TOTAL in spots.cells:
        # What is not assessed is left out item by item, across the parts, which no function of the catalogue does.
        formula = f.total_native(at("总分（未取整）"), head.setting_ref(rs.DIGITS, sheet=True))
        yield Computed(*spots.cells[sp.TOTAL], formula, Message("总分", "total"))
    if sp.COVERAGE in spots.cells:
        formula = f.coverage_native(at("计入权重合计"), at("权重合计"), at("未填项数"))
        yield Computed(*spots.cells[sp.COVERAGE], formula, Message("覆盖率", "coverage"))
    yield from _graded_cells(spots, whole, head, flavour == UDF)


def _graded_cells(spots: Spots, block: Block | Whole, head: Head, udf: bool) -> Iterator[Computed]:
    """Grade and coefficient, from the total as it is shown."""

    def at(label: str) -> str:
        return block.summary_ref(label, sheet=True)

    if spots.total is None:
        return
    labels, factors = (head.grade_column(i, sheet=True) for i in (1, 2))
    table = head.grade_table(sheet=True)
    cell = cell_name(*spots.total)
    filled, applicable = at("已填项数"), at("考核项数")
    if sp.GRADE in spots.cells:
        native = f.grade_native(cell, filled, applicable, labels, at("等级行"))
        yield Computed(
            *spots.cells[sp.GRADE],
            f.grade_udf(cell, filled, applicable, table) if udf else native,
            Message("等级", "grade"),
        )
    if sp.COEFFICIENT in spots.cells:
        native = f.coefficient_native(cell, factors, at("等级行"))
        yield Computed(
            *spots.cells[sp.COEFFICIENT],
            f.coefficient_udf(cell, factors, table) if udf else native,
            Message("绩效系数", "coefficient"),
        )


def plan_form(
    form: FormRules, rules: tuple[RowRule, ...], formats: tuple[str, ...], flavour: str, bands: Bands | None
) -> tuple[list[Edit], SheetPlan]:
    """All edits to the form's sheet.

    Args:
        form: The form and its rules.
        rules: One per row, for number formats.
        formats: The number format of each row's thresholds.
        flavour: "native" or "udf".
        bands: The form's bands.
    """
    spots, block = form.spots, form.block
    edits = [_label(spots, label) for label in spots.labels if label.text or label.like]
    if spots.period and spots.period_value is not None:
        row, col = split_cell(spots.period.replace("$", ""))
        look = Look(fill=_INPUT, bold=True, horizontal="center")
        edits.append(
            Edit(spots.sheet, row, col, Message("考核周期（可选）", "period selector"), spots.period_value, None, look, True)
        )
    for spot in spots.rows:
        edits += _inputs(form, spot)
    for cell in computed_cells(form, flavour):
        edits.append(Edit(spots.sheet, cell.row, cell.col, cell.what, None, cell.formula, _computed_look(spots, cell)))
    marks: list[Mark] = []
    for i, (spot, rule, shown) in enumerate(zip(spots.rows, rules, formats, strict=True)):
        if form.modes[i] not in (f.LINEAR_WORD, f.STEP_WORD):
            continue
        row = block.first + i
        for band_row, col, number in spot.bands:
            reach = block.cell(row, rs.THRESHOLD, max(number - 1, 1), sheet=True) if _shows_bands(rule, bands) else ""
            formula = f.band_mark(
                block.cell(row, rs.BAND, sheet=True),
                number,
                block.row_range(row, rs.THRESHOLD, block.width, sheet=True),
                reach,
            )
            look = Look(
                number_format=_band_format(rule, shown, number == 1), horizontal="center", color="595959", shrink=True
            )
            what = Message(f"{spot.name}：第 {number} 档", f"{spot.name}: band {number}")
            edits.append(Edit(spots.sheet, band_row, col, what, None, formula, look))
    columns = sorted({(col, number) for spot in spots.rows for _, col, number in spot.bands})
    for col, number in columns:
        letters = column_letters(col)
        ref = f"{letters}{spots.first_row}:{letters}{spots.last_row}"
        marks.append(
            Mark(
                ref,
                f'{letters}{spots.first_row}="√"',
                fill=_FAILED if number == 1 else _REACHED,
                color="000000",
                bold=True,
            )
        )
    return edits, SheetPlan(
        spots.sheet,
        marks=tuple(marks),
        choices=tuple(_choices(form)),
        widths=tuple((c, 10.0) for c in spots.new_columns),
    )


def plan_whole_foot(spots: Spots, whole: Whole, head: Head, flavour: str) -> list[Edit]:
    """The edits to the form for the total of a card of several parts: labels and formulas, looking like any foot."""
    edits = [_label(spots, label) for label in spots.labels if label.text or label.like]
    for cell in whole_cells(spots, whole, head, flavour):
        edits.append(Edit(spots.sheet, cell.row, cell.col, cell.what, None, cell.formula, _computed_look(spots, cell)))
    return edits


def _shows_bands(rule: RowRule, bands: Bands | None) -> bool:
    """Whether the rule's thresholds are where the form's bands begin."""
    ladders = (
        [rule.rule]
        if isinstance(rule.rule, Ladder)
        else list(rule.rule.values())
        if isinstance(rule.rule, Mapping)
        else []
    )
    return bands is not None and all(follows_bands(case.scores, bands) for ladder in ladders for case in ladder.cases)


def _score_native(form: FormRules, i: int, spot: RowSpot) -> str:
    block = form.block
    row = block.first + i
    result = block.cell(row, rs.RESULT, sheet=True)
    if spot.scale == sp.RAW:
        return f"={result}"
    if spot.scale == sp.SCALED:
        return f"=IF(ISNUMBER({result}),{result}*{show(spot.most)}/100,{result})"
    share = block.cell(row, rs.WEIGHT if spot.scale == sp.WEIGHTED else rs.WEIGHT_TEXT, sheet=True)
    divided = "" if spot.scale == sp.WEIGHTED else "/100"
    return f"=IF(ISNUMBER({result}),{result}*{share}{divided},{result})"


def _score_udf(form: FormRules, i: int, spot: RowSpot) -> str:
    block = form.block
    row = block.first + i
    if form.modes[i] == f.RATING_WORD:
        # KPI_RATING takes labels in a column; a row of thresholds is one across, so the native step stays.
        return _score_native(form, i, spot)
    thresholds = block.row_range(row, rs.THRESHOLD, block.width, sheet=True)
    scores = block.row_range(row, rs.SCORE, block.width, sheet=True)
    target = block.cell(row, rs.TARGET, sheet=True) if spot.targets else ""
    mode = block.cell(row, rs.MODE, sheet=True)
    return f.score_udf(spot.actual_cell, thresholds, scores, mode, target, spot.actual_divisor)


def _scores(spots: Spots) -> str:
    """The score cells of all items as a range; "" if other rows between them would be taken for items."""
    first, last = spots.rows[0].row, spots.rows[-1].row
    letters = column_letters(spots.score_col)
    return f"{letters}{first}:{letters}{last}" if last - first + 1 == len(spots.rows) else ""


def _label(spots: Spots, label: sp.Label) -> Edit:
    like = label.like
    if label.role == "foot" and label.col in spots.new_columns:
        # The cell above has no style yet: the last column of the table lends its own.
        like = (spots.last_row, min(spots.new_columns) - 1)
    looks = {
        "header": Look(like=label.like),
        "foot": Look(like=like, bold=True, number_format="General", fill=_FOOT),
        "right": Look(horizontal="right", bold=True),
        "label": Look(like=label.like),
    }
    return Edit(
        spots.sheet, label.row, label.col, Message("标签", "label"), label.text or None, None, looks[label.role]
    )


def _inputs(form: FormRules, spot: RowSpot) -> Iterator[Edit]:
    """Cells of new columns that people fill in: bordered like the table, on a pale ground."""
    spots = form.spots
    typed = spots.score_col if form.modes[spots.rows.index(spot)] == f.MANUAL_WORD else None
    for col in spots.new_columns:
        is_input = col in (spots.actual_col, typed)
        like = (spot.row, min(spots.new_columns) - 1)
        look = Look(
            like=like,
            fill=_INPUT if is_input else None,
            horizontal="center",
            number_format="General",
            locked=False if is_input else None,
        )
        yield Edit(spots.sheet, spot.row, col, Message("新列", "new column"), None, None, look)


def _computed_look(spots: Spots, cell: Computed) -> Look:
    places = {place: name for name, place in spots.cells.items()}
    name = places.get((cell.row, cell.col))
    formats = {sp.TOTAL: "0.00", sp.COVERAGE: "0%", sp.GRADE: "General", sp.COEFFICIENT: "0.0#"}
    if name is None:
        return Look(number_format="0.0", horizontal="center")
    # A cell the form had already keeps its ground; the rows added under the table have one of their own.
    is_added = any(label.role == "foot" and label.row == cell.row for label in spots.labels)
    return Look(
        like=(spots.last_row, spots.score_col),
        # The score above may be one that people type.
        locked=True,
        number_format=formats[name],
        bold=True,
        fill=_FOOT if is_added else None,
        horizontal="center",
    )


def _band_format(rule: RowRule, shown: str, is_worst: bool) -> str:
    sign = {(True, False): "≤", (True, True): ">", (False, False): "≥", (False, True): "<"}[
        rule.direction == "lower", is_worst
    ]
    return f'"{sign}"{shown}'


def _choices(form: FormRules) -> Iterator[Choice]:
    spots = form.spots
    if spots.period:
        yield Choice(
            spots.period.replace("$", ""),
            spots.period_headers,
            title=Message("考核周期", "Period"),
            prompt=Message(
                "选择本次考核的周期，目标和阈值随之变化。", "Choose the period; targets and thresholds follow."
            ),
        )
    letters = column_letters(spots.score_col)
    typed = [f"{letters}{s.row}" for s, mode in zip(spots.rows, form.modes, strict=True) if mode == f.MANUAL_WORD]
    if typed:
        yield Choice(
            " ".join(typed),
            condition=f'OR({typed[0]}="不适用",AND(ISNUMBER({typed[0]}),{typed[0]}>=0,{typed[0]}<=100))',
            title=Message("手工评分", "Scored by hand"),
            prompt=Message("请填 0 到 100 的分数；本期不考核请填“不适用”。", "A score from 0 to 100, or 不适用."),
        )
