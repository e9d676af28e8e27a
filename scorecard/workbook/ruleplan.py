"""What the rule sheet 评分规则 says: settings, grade table, and per table its rules with every step of the calculation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..messages import Message
from ..scoring.curve import STEP, Rating
from ..scoring.ladder import Ladder
from ..scoring.model import Bands, Settings
from ..scoring.values import NOT_APPLICABLE_MARKS, show
from . import formulas as f
from . import rulesheet as rs
from .addresses import cell_name, column_letters
from .plan import Choice, Edit, Look, Mark, SheetPlan
from .rules import KIND_WORDS, RowRule
from .rulesheet import Block, Head
from .splice import Value
from .spots import POINTS, RAW, SCALED, RowSpot, Spots

#: Marks a native formula compares with; it does not fold full width, so those are listed.
MARKS = (*NOT_APPLICABLE_MARKS, "／", "－", "－－", "Ｎ／Ａ", "ＮＡ")

_WAIT = {"incomplete": f.WAIT_WORD, "zero": f.ZERO_WORD, "exclude": f.EXCLUDE_WORD}
_WEIGHTS = {"strict": f.STRICT_WORD, "normalise": f.NORMALISE_WORD, "as_is": f.AS_IS_WORD}
DIRECTION_WORDS = {"higher": f.HIGHER_WORD, "lower": f.LOWER_WORD, "range": f.RANGE_WORD, "": ""}

# Colours: what people may edit is white, what is computed grey.
_HEAD, _CALC, _LINE, _GREY = "DDE6F0", "F3F3F3", "BFBFBF", "595959"


@dataclass(frozen=True, slots=True)
class RuleTable:
    """One table with its rules, ready to be written.

    Attributes:
        spots: Where the form's cells are.
        rules: One per row.
        bands: The form's bands.
        periods: Target periods as the form heads them.
        weight_divisor: 1 or 100, for bare numbers in weight cells.
    """

    spots: Spots
    rules: tuple[RowRule, ...]
    bands: Bands | None
    periods: tuple[str, ...]
    weight_divisor: int

    @property
    def width(self) -> int:
        """Threshold columns needed."""
        widths = [_rule_width(rule.rule) for rule in self.rules]
        return max(5, *widths, len(self.bands.scale) if self.bands else 0)


def _rule_width(rule: Ladder | Mapping[str, Ladder] | Rating | None) -> int:
    if rule is None:
        return 0
    if isinstance(rule, Rating):
        return len(rule.labels)
    return rule.width if isinstance(rule, Ladder) else max(ladder.width for ladder in rule.values())


class _Sheet:
    """Collects the edits of the rule sheet."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []

    def put(self, row: int, col: int, content: Value, look: Look, what: Message) -> None:
        formula = content if isinstance(content, str) and content.startswith("=") else None
        self.edits.append(Edit(rs.SHEET, row, col, what, None if formula else content, formula, look))


def plan_head(settings: Settings, sources: Iterable[Message]) -> tuple[list[Edit], Head]:
    """Title, settings, grade table and marks."""
    head = Head(len(settings.grades.rows), len(MARKS))
    sheet = _Sheet()
    title = Look(bold=True, size=14)
    sheet.put(1, 1, "评分规则", title, Message("标题", "title"))
    note = "白底：规则，可修改；灰底：自动计算。两条阈值之间按直线插值，落在界线上归较好一档，超出两端按端点计分。"
    small = Look(color=_GREY, size=9)
    sheet.put(2, 1, note, small, Message("说明", "note"))
    sheet.put(
        3,
        1,
        "阈值来源：" + "；".join(dict.fromkeys(s.zh for s in sources)),
        small,
        Message("来源", "source of the thresholds"),
    )
    plain, heading = (
        Look(border=_LINE, horizontal="left"),
        Look(border=_LINE, bold=True, fill=_HEAD, horizontal="center"),
    )
    sheet.put(4, 1, "设置", heading, Message("设置", "settings"))
    sheet.put(4, 2, "取值", heading, Message("设置", "settings"))
    values: dict[str, Value] = {
        rs.BLANK_RULE: _WAIT[settings.missing],
        rs.WEIGHT_RULE: _WEIGHTS[settings.weights],
        rs.DIGITS: settings.digits,
        rs.FLOOR: settings.floor,
        rs.CAP: settings.cap,
    }
    for label, value in values.items():
        row, col = head.setting(label)
        sheet.put(row, 1, label, plain, Message("设置", "setting"))
        sheet.put(row, col, value, Look(border=_LINE, horizontal="center", locked=False), Message(label, "setting"))
    for i, text in enumerate(rs.GRADE_HEADERS):
        sheet.put(4, 4 + i, text, heading, Message("等级表", "grade table"))
    for i, grade in enumerate(settings.grades.rows):
        for col, value in enumerate((grade.lower, grade.label, grade.coefficient)):
            sheet.put(
                head.first_row + i,
                4 + col,
                value,
                Look(border=_LINE, horizontal="center", locked=False),
                Message("等级表", "grade table"),
            )
    sheet.put(4, 8, "等级表按四舍五入后的总分查找，下限含本数，行的次序不限。", small, Message("说明", "note"))
    sheet.put(head.marks_row, 1, rs.MARKS, plain, Message("不适用标记", "not-applicable marks"))
    for i, text in enumerate(MARKS):
        sheet.put(
            head.marks_row,
            2 + i,
            text,
            Look(border=_LINE, horizontal="center", number_format="@", locked=False),
            Message("不适用标记", "mark"),
        )
    return sheet.edits, head


def plan_block(table: RuleTable, block: Block, head: Head) -> list[Edit]:
    """The rules of one table, its calculation columns and its summary."""
    sheet = _Sheet()
    _block_head(sheet, table, block)
    for i, rule in enumerate(table.rules):
        _row(sheet, table, block, head, i, rule)
    _summary(sheet, table, block, head)
    return sheet.edits


def _block_head(sheet: _Sheet, table: RuleTable, block: Block) -> None:
    spots, what = table.spots, Message("规则表头", "heading of the rules")
    small = Look(color=_GREY, size=9)
    calc_head = Look(border=_LINE, bold=True, fill="E4E4E4", horizontal="center", wrap=True, size=9)
    heading = Look(border=_LINE, bold=True, fill=_HEAD, horizontal="center", wrap=True)
    title = f"{spots.title}（{spots.sheet}）" if spots.title else spots.sheet
    sheet.put(block.top, 1, title, Look(bold=True, size=12), what)
    if spots.period:
        row, col = block.index_cell
        sheet.put(row, 1, rs.INDEX, small, what)
        headers = rs.on_sheet(spots.sheet, spots.period_headers)
        sheet.put(
            row,
            col,
            f"=MATCH({rs.on_sheet(spots.sheet, spots.period)},{headers},0)",
            Look(fill=_CALC, horizontal="center"),
            what,
        )
    if table.bands:
        at = block.column(rs.SCORE)
        sheet.put(block.top + 1, at - 1, rs.EDGES, Look(color=_GREY, size=9, horizontal="right"), what)
        for i, edge in enumerate(table.bands.scale):
            sheet.put(block.top + 1, at + i, edge, Look(color=_GREY, size=9, horizontal="center"), what)
    sheet.put(block.top + 2, block.column(rs.THRESHOLD), "阈值：从最差一端到最好一端（越低越好则递减）", small, what)
    sheet.put(block.top + 2, block.column(rs.SCORE), "各阈值对应的分数", small, what)
    sheet.put(block.top + 2, block.column(rs.RAW_TARGET), "计算过程（自动，请勿修改）", small, what)
    for name in (rs.NAME, rs.KIND, rs.DIRECTION, rs.MODE, rs.CHECK, rs.SOURCE):
        sheet.put(block.header, block.column(name), name, heading, what)
    for i in range(block.width):
        sheet.put(block.header, block.column(rs.THRESHOLD, i), f"{rs.THRESHOLD}{i + 1}", heading, what)
        sheet.put(block.header, block.column(rs.SCORE, i), f"{rs.SCORE}{i + 1}", heading, what)
    for i in range(block.width - 1):
        sheet.put(block.header, block.column(rs.SEGMENT, i), f"第{i + 1}{rs.SEGMENT}", calc_head, what)
    for name in (
        rs.RAW_TARGET,
        rs.TARGET,
        rs.TEXT,
        rs.READING,
        rs.SIGN,
        rs.RESULT,
        rs.COUNTED,
        rs.BAND,
        rs.WEIGHT_TEXT,
        rs.WEIGHT,
        rs.USED,
        rs.WEIGHTED,
        rs.STATUS,
        rs.BEST,
    ):
        sheet.put(block.header, block.column(name), name, calc_head, what)


def _row(sheet: _Sheet, table: RuleTable, block: Block, head: Head, i: int, rule: RowRule) -> None:
    row, spots, width = block.first + i, table.spots, block.width
    item = spots.rows[i]
    numbers = number_format(rule)

    def put(name: str, content: Value, look: Look, part: int = 0) -> None:
        sheet.put(row, block.column(name, part), content, look, Message(f"{item.name}：{name}", f"{item.name}: rule"))

    def at(name: str, part: int = 0) -> str:
        return block.cell(row, name, part)

    def form(cell: str) -> str:
        return rs.on_sheet(spots.sheet, cell)

    edit, calc = (
        Look(border=_LINE, horizontal="center", locked=False),
        Look(border=_LINE, fill=_CALC, size=9, color="404040", horizontal="center"),
    )
    mode = mode_word(rule.rule)
    put(rs.NAME, f"={form(item.name_cell)}", Look(border=_LINE, wrap=True))
    put(rs.KIND, KIND_WORDS[rule.kind], edit)
    put(rs.DIRECTION, DIRECTION_WORDS[rule.direction], edit)
    put(rs.MODE, mode, edit)
    shown = Look(border=_LINE, horizontal="center", number_format=numbers, locked=False)
    for part in range(width):
        threshold, score = _rule_cells(table, rule, part, at(rs.TARGET), _index_ref(block, spots))
        put(rs.THRESHOLD, threshold, shown, part)
        put(rs.SCORE, score, edit, part)
    put(rs.SOURCE, rule.source.zh, Look(border=_LINE, size=9, color=_GREY, wrap=True))

    marks = head.marks_ref()
    measured = Look(border=_LINE, fill=_CALC, size=9, color="404040", horizontal="center", number_format=numbers)
    if item.targets:
        put(rs.RAW_TARGET, f.target_raw(form(item.targets), _index_ref(block, spots)), measured)
        put(rs.TARGET, f.target(at(rs.RAW_TARGET), marks, item.target_divisor, item.known_targets), measured)
    full = full_marks(block, row, item)
    source = item.score_cell if mode == f.MANUAL_WORD else item.actual_cell
    put(rs.TEXT, f.actual_text(form(source)), calc)
    if mode == f.MANUAL_WORD:
        put(rs.READING, f.mark(form(source), at(rs.TEXT), marks, full), calc)
    elif mode == f.RATING_WORD:
        put(rs.READING, f.label(form(source), at(rs.TEXT), marks), calc)
    else:
        put(rs.READING, f.actual(form(source), at(rs.TEXT), marks, rule.divisor), measured)
    thresholds = [at(rs.THRESHOLD, k) for k in range(width)]
    scores = [at(rs.SCORE, k) for k in range(width)]
    segments = block.row_range(row, rs.SEGMENT, width - 1)
    scored = Look(border=_LINE, fill=_CALC, size=9, color="404040", horizontal="center", number_format="0.00")
    checked = Look(border=_LINE, color="B00020", size=9, wrap=True)
    if mode not in (f.LINEAR_WORD, f.STEP_WORD):
        put(rs.CHECK, None, checked)
    if mode in (f.LINEAR_WORD, f.STEP_WORD):
        put(rs.SIGN, f.sign(at(rs.DIRECTION), thresholds), calc)
        for k in range(width - 1):
            text = f.segment(
                thresholds[k],
                thresholds[k + 1],
                scores[k],
                scores[k + 1],
                at(rs.READING),
                at(rs.SIGN),
                at(rs.MODE),
            )
            put(rs.SEGMENT, text, scored, k)
        put(rs.CHECK, f.rule_check(thresholds, scores, segments, marks), checked)
        put(rs.RESULT, f.curve_score(at(rs.TARGET), at(rs.READING), at(rs.CHECK), scores[0], segments), scored)
        if table.bands:
            bands = len(table.bands.labels)
            put(
                rs.BAND,
                f.band(
                    at(rs.COUNTED), at(rs.RESULT), at(rs.READING), thresholds, scores, block.edges(), bands, at(rs.SIGN)
                ),
                calc,
            )
    elif mode == f.RATING_WORD:
        labels, points = block.row_range(row, rs.THRESHOLD, width), block.row_range(row, rs.SCORE, width)
        put(rs.RESULT, f.rating_score(at(rs.TARGET), at(rs.READING), at(rs.TEXT), labels, points), scored)
    # What is added up is what the form shows, so that replacing its formulas is the whole conversion, and a score
    # that somebody typed counts.
    points = block.row_range(row, rs.SCORE, width) if mode != f.MANUAL_WORD else ""
    if mode == f.MANUAL_WORD:
        put(rs.COUNTED, f.manual_score(at(rs.TARGET), at(rs.READING)), scored)
    else:
        put(rs.COUNTED, f.counted(at(rs.TARGET), form(item.score_cell), marks, points, full), scored)
    counted = at(rs.COUNTED)
    share = Look(border=_LINE, fill=_CALC, size=9, color="404040", horizontal="center", number_format="0.0%")
    typed = block.summary_ref("已填权重数")
    weight: Value = item.weight
    if item.weight_cell and item.scale == POINTS:
        put(rs.WEIGHT_TEXT, f.full_marks(form(item.weight_cell), item.known_marks), calc)
        weight = f.share(at(rs.WEIGHT_TEXT), block.column_range(rs.WEIGHT_TEXT))
    elif item.weight_cell:
        put(rs.WEIGHT_TEXT, f.actual_text(form(item.weight_cell)), calc)
        weight = f.weight(form(item.weight_cell), at(rs.WEIGHT_TEXT), marks, typed, block.size, table.weight_divisor)
    put(rs.WEIGHT, weight, share)
    put(rs.STATUS, f.status(counted), calc)
    put(rs.USED, f.weight_used(at(rs.STATUS), at(rs.WEIGHT), head.setting_ref(rs.BLANK_RULE)), share)
    put(rs.WEIGHTED, f.weighted(at(rs.STATUS), counted, at(rs.WEIGHT)), scored)
    check = at(rs.CHECK) if mode in (f.LINEAR_WORD, f.STEP_WORD) else None
    put(rs.BEST, f.attainable(at(rs.STATUS), at(rs.WEIGHT), points, check), scored)


def full_marks(block: Block, row: int, item: RowSpot, sheet: bool = False) -> str:
    """What 100 points look like in the form, as text for a formula; "" where they look like 100."""
    if item.scale == RAW:
        return ""
    if item.scale == SCALED:
        return show(item.most)
    if item.scale == POINTS:
        return block.cell(row, rs.WEIGHT_TEXT, sheet=sheet)
    return f"({block.cell(row, rs.WEIGHT, sheet=sheet)}*100)"


def mode_word(rule: Ladder | Mapping[str, Ladder] | Rating | None) -> str:
    """What the column 方式 says of a rule."""
    if rule is None:
        return f.MANUAL_WORD
    if isinstance(rule, Rating):
        return f.RATING_WORD if rule.labels else f.MANUAL_WORD
    ladder = rule if isinstance(rule, Ladder) else next(iter(rule.values()))
    return f.STEP_WORD if ladder.mode == STEP else f.LINEAR_WORD


def _index_ref(block: Block, spots: Spots) -> str | None:
    return rs.absolute(*block.index_cell) if spots.period else None


def _rule_cells(table: RuleTable, rule: RowRule, part: int, target: str, index: str | None) -> tuple[Value, Value]:
    """Threshold and score of one pair of columns."""
    if isinstance(rule.rule, Rating):
        return rule.rule.labels[part] if part < len(rule.rule.labels) else (None, None)
    if isinstance(rule.rule, Ladder):
        if part >= rule.rule.width:
            return None, None
        return f.threshold(rule.rule, part, target), f.score_at(rule.rule, part, target)
    if rule.rule is None or index is None:
        return None, None
    ladders = [rule.rule.get(period) for period in table.periods]
    cases = [ladder.cases[0] if ladder is not None else None for ladder in ladders]
    if all(case is None or part >= len(case.thresholds) for case in cases):
        return None, None
    xs = [None if c is None or part >= len(c.thresholds) else c.thresholds[part][1] for c in cases]
    ys = [None if c is None or part >= len(c.scores) else c.scores[part] for c in cases]
    return f.by_period(index, xs), f.by_period(index, ys)


def _summary(sheet: _Sheet, table: RuleTable, block: Block, head: Head) -> None:
    def down(name: str) -> str:
        return block.column_range(name)

    def at(label: str) -> str:
        return block.summary_ref(label)

    blank, rule = head.setting_ref(rs.BLANK_RULE), head.setting_ref(rs.WEIGHT_RULE)
    statuses, weights = down(rs.STATUS), down(rs.WEIGHT)
    spots, marks = table.spots, head.marks_ref()
    points, away, vetoes = (
        [rs.on_sheet(spots.sheet, cell) for cell in cells]
        for cells in (spots.adjustments, spots.deductions, spots.vetoes)
    )
    total = rs.on_sheet(spots.sheet, cell_name(*spots.total, absolute=True)) if spots.total else ""
    contents: dict[str, Value] = {
        "权重合计": f"=ROUND(SUM({weights}),12)",
        "已填权重数": f.typed_weights(down(rs.WEIGHT_TEXT)),
        "权重检查": f.weight_check(weights, at("权重合计"), rule),
        "计入权重合计": f"=ROUND(SUM({down(rs.USED)}),12)",
        "加权得分合计": f.weighted_score(down(rs.WEIGHTED), at("计入权重合计"), at("权重合计"), rule),
        "未填项数": f'=SUMPRODUCT(({statuses}="{f.MISSING}")*({weights}>0))',
        "已填项数": f'=SUMPRODUCT(--({statuses}="{f.SCORED}"))',
        "考核项数": f'=SUMPRODUCT(--({statuses}<>"{f.EXCLUDED}"))',
        "加减分合计": f.adjustments(points, marks, away) if points else 0,
        "否决系数": f.vetoes(vetoes, marks) if vetoes else 1,
        "覆盖率": f.coverage_native(at("计入权重合计"), at("权重合计"), at("未填项数")),
        "总分（未取整）": f.total_unrounded(
            at("权重检查"),
            at("加权得分合计"),
            at("未填项数"),
            blank,
            at("加减分合计"),
            at("否决系数"),
            head.setting_ref(rs.FLOOR),
            head.setting_ref(rs.CAP),
        ),
        "等级行": f.grade_place(total, head.grade_column(0)) if total else None,
        "最高可得总分": f.best_attainable(
            down(rs.BEST), weights, statuses, at("权重合计"), rule, head.setting_ref(rs.CAP)
        ),
    }
    formats = {
        "权重合计": "0.0%",
        "计入权重合计": "0.0%",
        "覆盖率": "0.0%",
        "加权得分合计": "0.00",
        "总分（未取整）": "0.0000",
        "最高可得总分": "0.0",
    }
    for label, content in contents.items():
        row, col = block.summary(label)
        what = Message(f"汇总：{label}", "summary")
        sheet.put(row, 1, label, Look(border=_LINE, fill=_CALC, size=9, color="404040", horizontal="left"), what)
        look = Look(
            border=_LINE, fill=_CALC, size=9, color="404040", horizontal="center", number_format=formats.get(label)
        )
        sheet.put(row, col, content, look, what)


def number_format(rule: RowRule) -> str:
    """The format of a row's thresholds: percent with as many decimals as they need, or the plain number and its unit."""
    if not rule.percent:
        unit = rule.unit.replace('"', "")
        return f'General"{unit}"' if unit else "General"
    return "0" + ("." + "0" * rule.decimals if rule.decimals else "") + "%"


def plan_sheet(blocks: Sequence[Block], head: Head, is_new: bool, end: int) -> SheetPlan:
    """Widths, drop-downs, frozen panes and print set-up of the rule sheet, whose last row is `end`."""
    widest = max(block.width for block in blocks)
    block = max(blocks, key=lambda b: b.width)
    widths = [(1, 32.0), (2, 11.0), (3, 10.0), (4, 9.0)]
    widths += [(block.column(rs.THRESHOLD, i), 10.5) for i in range(widest)]
    widths += [(block.column(rs.SCORE, i), 7.5) for i in range(widest)]
    widths += [(block.column(rs.CHECK), 14.0), (block.column(rs.SOURCE), 30.0)]
    widths += [(col, 9.5) for col in range(block.column(rs.RAW_TARGET), block.last_column + 1)]
    choices = [
        Choice(head.setting_ref(rs.BLANK_RULE).replace("$", ""), f'"{f.WAIT_WORD},{f.ZERO_WORD},{f.EXCLUDE_WORD}"'),
        Choice(
            head.setting_ref(rs.WEIGHT_RULE).replace("$", ""), f'"{f.STRICT_WORD},{f.NORMALISE_WORD},{f.AS_IS_WORD}"'
        ),
    ]
    marks = []
    for each in blocks:
        direction = column_letters(each.column(rs.DIRECTION))
        choices.append(
            Choice(
                f"{direction}{each.first}:{direction}{each.last}", f'"{f.HIGHER_WORD},{f.LOWER_WORD},{f.RANGE_WORD}"'
            )
        )
        check = column_letters(each.column(rs.CHECK))
        marks.append(Mark(f"{check}{each.first}:{check}{each.last}", f'{check}{each.first}<>""', fill="F8D7DA"))
    heights = [(1, 26.0), *((row, 18.0) for row in range(4, head.marks_row + 1))]
    heights += [(row, 17.0) for each in blocks for row in range(each.last + 1, each.end + 1)]
    return SheetPlan(
        rs.SHEET,
        is_new=is_new,
        widths=tuple(widths) if is_new else (),
        heights=tuple(heights) if is_new else (),
        choices=tuple(choices),
        marks=tuple(marks),
        freeze=(1, 2) if is_new else None,
        landscape=True if is_new else None,
        print_area=f"A1:{column_letters(block.column(rs.SOURCE))}{end}" if is_new else "",
    )
