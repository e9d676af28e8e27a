"""Which rule applies to each row of a table: from a rules file, or by a named policy; else none, scored by hand.

Nothing is applied silently: what was assumed is a finding and stands in the column 依据 of the rule sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..definitions import Definition, KpiDefinition
from ..errors import RuleError
from ..findings import Finding
from ..messages import Message
from ..scoring.curve import Rating
from ..scoring.ladder import Ladder
from ..scoring.model import Bands
from ..scoring.policies import Policy
from ..scoring.values import Reading, State, decimal_sum, read, round_half_up, snap
from ..scoring.weights import scale_weights
from .addresses import split_cell
from .cells import Cell, Grid, read_cell
from .kept import Kept
from .located import BandHeader, Row, Table
from .marks import points_weights
from .vocabulary import Vocabulary

KIND_WORDS = {"rate": "比率", "amount": "数值", "count": "次数", "": ""}


@dataclass(frozen=True, slots=True)
class RowRule:
    """How one row is scored, and how its numbers are read and shown.

    Attributes:
        rule: A ladder, one per target period, or a rating; None: scored by hand.
        kind: "rate", "amount", "count" or "".
        direction: "higher", "lower", "range" or "".
        source: Where the rule comes from, for the column 依据.
        unit: Printed behind numbers, "" for percentages.
        percent: Whether numbers are percentages.
        divisor: What bare numbers in the actual cell are divided by (100 under a header "(%)").
        decimals: Decimals its percentages need, at most 2.
    """

    rule: Ladder | Mapping[str, Ladder] | Rating | None
    kind: str
    direction: str
    source: Message
    unit: str = ""
    percent: bool = False
    divisor: int = 1
    decimals: int = 0


#: What begins the column 依据 of an item whose rule, or whose scoring by hand, somebody has decided.
RULES_FILE = Message("规则文件", "rules file")
#: What begins it where nobody has: no rule, or none that could be applied.
NO_RULE = ("规则缺失", "方向不明", "政策不适用", "各周期方向不一致")


def missing_rule(table: Table, row: Row) -> Finding:
    """The finding for an item of which nothing says how it is scored."""
    message = Message(
        f"“{row.name}”规则缺失，得分需手工填写（0–100）",
        f'"{row.name}" has no scoring rule; its score is entered by hand (0 to 100)',
    )
    return Finding("rule-missing", "warning", table.sheet, row.name_cell, message)


def choose_rules(
    table: Table, grid: Grid, definition: Definition | None, policy: Policy | None, vocabulary: Vocabulary
) -> tuple[list[RowRule], list[Finding]]:
    """The rule of each row of a table.

    Args:
        table: A located table.
        grid: Its sheet.
        definition: Rules file, if any; its own policy wins over `policy`.
        policy: For rows that have a target but no rule of their own.
        vocabulary: For hints that names give.
    """
    findings: list[Finding] = []
    policy = definition.policy if definition is not None and definition.policy is not None else policy
    bands = bands_of(table)
    rules = []
    for row in table.rows:
        known = definition.kpi(row.name) if definition is not None else None
        rules.append(_row_rule(table, row, grid, known, policy, bands, vocabulary, findings))
    if definition is not None:
        findings += _unused(table, definition)
    return rules, findings


def bands_of(table: Table) -> Bands | None:
    """The table's bands, worst first; None if it has none or their headers give no usable score ranges."""
    listed = ranked_bands(table)
    if len(listed) < 2:
        return None
    ranges = [(b.low if b.low is not None else 0.0, b.high if b.high is not None else 100.0) for b in listed]
    joined = all(snap(a[1] - b[0]) == 0 for a, b in zip(ranges, ranges[1:], strict=False))
    if not joined:
        return None
    return Bands(tuple(b.label for b in listed), (ranges[0][0], *(high for _, high in ranges)))


def ranked_bands(table: Table) -> list[BandHeader]:
    """The band columns, worst first: by their score ranges, else as usual with the best at the left."""
    if all(band.low is not None or band.high is not None for band in table.bands):
        return sorted(table.bands, key=lambda band: (band.low or 0.0, band.high if band.high is not None else 100.0))
    return list(reversed(table.bands))


def target_readings(table: Table, row: Row, grid: Grid) -> dict[str, Reading]:
    """The row's targets by period, as read."""
    units = {c.label: c.unit for c in table.columns if c.role == "target"}
    return {period: read_cell(grid, cell, units.get(period, "")) for period, cell in row.targets}


def is_measured(
    row: Row, rule: Ladder | Mapping[str, Ladder] | Rating | None, targets: Mapping[str, Reading], grid: Grid
) -> bool:
    """Whether the targets of a row decide if it is assessed.

    They do not for an item that is rated or scored by hand and has no target in any period: 沟通能力 in a table with a
    column of targets is assessed all the same.
    """
    if isinstance(rule, (Ladder, Mapping)):
        return bool(row.targets)
    # A formula that nobody has computed yet looks blank.
    is_computed = any(grid.at(cell).is_formula for _, cell in row.targets)
    return is_computed or any(reading.state is not State.MISSING for reading in targets.values())


def weight_scale(table: Table, grid: Grid) -> tuple[list[float | None], int]:
    """Weights as fractions, and what bare numbers in the weight cells are divided by (1 or 100).

    Without weights, full marks give them; those of a heading stand for a column.

    Raises:
        RuleError: Mixed scales, a negative weight, text or an error cell.
    """
    # Cards of one form share rows, columns and most cells, the weights nearly always among them.
    model = grid.twin_of
    if grid is model or not _WEIGHT_CELLS.of((table.rows,), lambda: _weight_cells(table)).isdisjoint(grid.own):
        return _weight_scale(table, grid)
    weights, divisor = _SCALES.of((table.rows, table.columns, model), lambda: _weight_scale(table, grid))
    return list(weights), divisor


_SCALES: Kept[tuple[list[float | None], int]] = Kept(32)
_WEIGHT_CELLS: Kept[frozenset[tuple[int, int]]] = Kept(512)


def _weight_cells(table: Table) -> frozenset[tuple[int, int]]:
    return frozenset(split_cell(place) for row in table.rows for place in (row.weight_cell, row.points_cell) if place)


def _weight_scale(table: Table, grid: Grid) -> tuple[list[float | None], int]:
    if not any(row.weight_cell or row.weight for row in table.rows):
        points = points_weights(table, grid)
        if points is not None:
            return points, 1
    column = table.column("weight")
    unit = column.unit if column is not None else ""
    cells = [grid.at(row.weight_cell) if row.weight_cell else None for row in table.rows]
    readings = [row.weight or _weight_reading(cell, unit) for row, cell in zip(table.rows, cells, strict=True)]
    if unit == "%":
        # 0.2, 0.3, 0.5 under a header (%) are fractions: their sum says so, as percent they would come to 1 %.
        bare = [row.weight or _weight_reading(cell, "") for row, cell in zip(table.rows, cells, strict=True)]
        if abs(decimal_sum([r.number for r in bare if r.number is not None]) - 1) < 0.005:
            readings = bare
            unit = ""
    weights = scale_weights(readings)
    for reading, weight in zip(readings, weights, strict=True):
        if reading.number and not reading.percent and weight is not None:
            return weights, 100 if snap(reading.number - weight) != 0 else 1
    plain = [
        c for c in cells if c is not None and isinstance(c.value, (int, float)) and "%" not in c.format.number_format
    ]
    return weights, 100 if unit == "%" and plain else 1


def _weight_reading(cell: Cell | None, unit: str) -> Reading:
    if cell is None:
        return Reading(State.MISSING)
    return read(cell.value, unit=unit or None, number_format=cell.format.number_format)


def _row_rule(
    table: Table,
    row: Row,
    grid: Grid,
    known: KpiDefinition | None,
    policy: Policy | None,
    bands: Bands | None,
    vocabulary: Vocabulary,
    findings: list[Finding],
) -> RowRule:
    targets = target_readings(table, row, grid)
    goals = [r for r in targets.values() if r.number is not None]
    unit_of_actual = next((c.unit for c in table.columns if c.role == "actual"), "")
    shown_format = grid.at(row.actual_cell).format.number_format if row.actual_cell else "General"
    percent = any(r.percent for r in goals) or "%" in shown_format or unit_of_actual == "%"
    unit = "" if percent else ((known.unit if known else "") or next((r.unit for r in goals if r.unit), ""))
    divisor = actual_divisor(table, row, grid)
    texts = tuple(r.text for r in targets.values())
    hinted_kind = "rate" if percent else vocabulary.kind_hint(row.name, texts) or "amount"
    kind = (known.kind if known else "") or (hinted_kind if percent or hinted_kind != "rate" else "amount")

    def made(rule: Ladder | Mapping[str, Ladder] | Rating | None, direction: str, source: Message) -> RowRule:
        # Of targets still to be set nobody knows the decimals.
        decimals = (_decimals(rule, goals) if goals or not row.targets else 1) if percent else 0
        return RowRule(rule, kind if rule is not None else "", direction, source, unit, percent, divisor, decimals)

    hint = vocabulary.direction_hint(row.name)
    suspicious = suspicious_target(table, row, grid, vocabulary)
    findings += suspicious
    if known is not None and isinstance(known.rule, Mapping):
        directions = {_direction_of(ladder) for ladder in known.rule.values()} & {"higher", "lower"}
        if len(directions) > 1:
            zh = f"“{row.name}”各周期的阈值方向不一致（有升有降），未计分；请改正规则文件"
            en = f'"{row.name}": its thresholds rise in one period and fall in another; no rule applied, correct the rules file'
            findings.append(Finding("rule-directions", "error", table.sheet, row.name_cell, Message(zh, en)))
            return made(
                None, "", Message("各周期方向不一致：手工评分", "periods contradict each other: scored by hand")
            )
    if known is not None and known.rule is not None:
        return made(known.rule, _direction_of(known.rule), RULES_FILE)
    if known is not None and known.manual:
        return made(None, "", Message(f"{RULES_FILE.zh}：手工评分", f"{RULES_FILE.en}: scored by hand"))
    if row.kind not in ("kpi", "rating"):
        return made(None, "", Message("加减分或否决", "adjustment or veto"))
    # A definition may know how an item is measured before anybody has set its target: not assessed until then.
    is_open = known is not None and bool(known.kind and known.direction) and known.targets is not None
    empty = (State.MISSING, State.NOT_APPLICABLE)
    if not is_open and targets and all(reading.state in empty for reading in targets.values()):
        zh, en = f"“{row.name}”没有目标，不考核", f'"{row.name}" has no target and is not assessed'
        findings.append(Finding("not-assessed", "info", table.sheet, row.name_cell, Message(zh, en)))
        return made(None, "", Message("没有目标：不考核", "no target: not assessed"))
    if policy is None or bands is None or not (goals or (is_open and row.targets)):
        findings.append(missing_rule(table, row))
        return made(None, "", Message("规则缺失：手工评分", "no rule: scored by hand"))
    stated = known.direction if known is not None else ""
    direction = stated or ("higher" if suspicious else hint) or ""
    if not direction:
        findings.append(
            Finding(
                "direction-unknown",
                "warning",
                table.sheet,
                row.name_cell,
                Message(
                    f"“{row.name}”看不出越高越好还是越低越好，未计分；请在规则文件中写明方向",
                    f'"{row.name}": higher or lower is better? No rule applied; state the direction in a rules file',
                ),
            )
        )
        return made(None, "", Message("方向不明：手工评分", "direction unknown: scored by hand"))
    source = Message(f"政策 {policy.name}", f"policy {policy.name}")
    if not stated:
        word = {"higher": ("越高越好", "higher is better"), "lower": ("越低越好", "lower is better")}[direction]
        findings.append(
            Finding(
                "direction-assumed",
                "info",
                table.sheet,
                row.name_cell,
                Message(
                    f"“{row.name}”按名称推测为{word[0]}，请核对",
                    f'"{row.name}": taken as {word[1]} from its name; please check',
                ),
            )
        )
        source = Message(f"{source.zh}；方向按名称推测", f"{source.en}; direction guessed from the name")
    try:
        ladder = policy.ladder(kind, direction, bands.scale)
        for reading in goals:
            ladder.curve(reading.number)
    except RuleError as problem:
        findings.append(
            Finding(
                "rule-impossible",
                "error",
                table.sheet,
                row.name_cell,
                Message(f"“{row.name}”：{problem.message.zh}", f'"{row.name}": {problem.message.en}'),
            )
        )
        return made(None, "", Message("政策不适用：手工评分", "policy not applicable: scored by hand"))
    return made(ladder, direction, source)


def actual_divisor(table: Table, row: Row, grid: Grid) -> int:
    """What a bare number in the actual cell of a row is divided by: 100 under a header (%), unless its format says %."""
    unit = next((c.unit for c in table.columns if c.role == "actual"), "")
    return 100 if unit == "%" and not (row.actual_cell and "%" in grid.at(row.actual_cell).format.number_format) else 1


def _decimals(rule: Ladder | Mapping[str, Ladder] | Rating | None, goals: list[Reading]) -> int:
    """The decimals, 0 to 2, with which all targets and thresholds of percentages are shown in full."""
    numbers = [r.number for r in goals if r.number is not None]
    ladders = [rule] if isinstance(rule, Ladder) else list(rule.values()) if isinstance(rule, Mapping) else []
    for ladder in ladders:
        for target in [None] if ladder.is_fixed else numbers[:]:
            try:
                numbers += ladder.curve(target).thresholds
            except RuleError:
                continue  # a target without thresholds is reported where the rule is chosen
    for decimals in range(2):
        if all(snap(x * 100) == round_half_up(x * 100, decimals) for x in numbers):
            return decimals
    return 2


def suspicious_target(table: Table, row: Row, grid: Grid, vocabulary: Vocabulary) -> list[Finding]:
    """The finding for an error rate with target 100 %, which demands that everything goes wrong; else nothing."""
    if not row.targets:
        return []
    readings = target_readings(table, row, grid)
    whole = [period for period, r in readings.items() if r.percent and r.number is not None and snap(r.number) == 1]
    if not whole or vocabulary.direction_hint(row.name) != "lower":
        return []
    message = Message(
        f"“{row.name}”是差错类指标，目标却是 100%：应为准确率 100% 或差错率 0%。未改动，请确认",
        f'"{row.name}" is an error rate with target 100%: it should be accuracy 100% or error rate 0%. '
        "Nothing was changed; please confirm",
    )
    return [Finding("error-rate-target-100", "error", table.sheet, dict(row.targets)[whole[0]], message)]


def _direction_of(rule: Ladder | Mapping[str, Ladder] | Rating) -> str:
    if isinstance(rule, Rating):
        return ""
    ladder = rule if isinstance(rule, Ladder) else next(iter(rule.values()))
    scores = ladder.cases[0].scores
    if max(scores) > max(scores[0], scores[-1]):
        return "range"
    return "higher" if ladder.higher else "lower"


def _unused(table: Table, definition: Definition) -> list[Finding]:
    named = [k for row in table.rows if (k := definition.kpi(row.name)) is not None]
    return [
        Finding(
            "rule-unused",
            "warning",
            table.sheet,
            "",
            Message(
                f"规则文件中的“{k.name}”在表中没有对应的指标",
                f'the rules file has "{k.name}", but the table has no such item',
            ),
        )
        for k in definition.kpis
        if k.name and k not in named
    ]
