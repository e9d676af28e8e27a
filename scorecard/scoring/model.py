"""A scorecard and its result, as frozen objects that are valid once built.

What a table says, without any trace of where it says it except the cell names that explanations quote.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import RuleError
from ..messages import Message
from .curve import BAND_LABELS, BAND_SCALE, Rule
from .values import CellError, CellValue, Reading, State, round_half_up, snap

MISSING_POLICIES = ("incomplete", "zero", "exclude")


@dataclass(frozen=True, slots=True)
class Grade:
    """One row of a grade table: from `lower` (inclusive) on, this label and coefficient."""

    lower: float
    label: str
    coefficient: float | None = None


@dataclass(frozen=True, slots=True)
class GradeTable:
    """Grades by lower bound, in any order; below the lowest bound counts as the lowest grade.

    Raises:
        RuleError: No rows (#N/A), or two rows with one bound.

    Example:
        >>> DEFAULT_GRADES.of(89.95).label, DEFAULT_GRADES.of(90).label
        ('良', '优')
    """

    rows: tuple[Grade, ...]

    def __post_init__(self) -> None:
        if not self.rows:
            raise RuleError(Message("等级表是空的", "the grade table is empty"), code="#N/A")
        ordered = tuple(sorted(self.rows, key=lambda row: row.lower))
        if any(snap(a.lower - b.lower) == 0 for a, b in zip(ordered, ordered[1:], strict=False)):
            raise RuleError(Message("等级表有两行下限相同", "two rows of the grade table have the same lower bound"))
        object.__setattr__(self, "rows", ordered)

    def of(self, total: float) -> Grade:
        """The grade of a total that has been rounded already."""
        x = snap(total)
        best = self.rows[0]
        for row in self.rows:
            if snap(row.lower) <= x:
                best = row
        return best


#: An assumption, marked as such wherever it is used: no source form states one.
DEFAULT_GRADES = GradeTable(
    (Grade(90, "优", 1.2), Grade(80, "良", 1.1), Grade(70, "中", 1.0), Grade(60, "及格", 0.8), Grade(0, "差", 0.5))
)


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands a form prints beside its KPIs.

    Attributes:
        labels: Worst first.
        scale: Scores at the band edges, one more than labels, worst first.
    """

    labels: tuple[str, ...] = BAND_LABELS
    scale: tuple[float, ...] = BAND_SCALE

    def __post_init__(self) -> None:
        if len(self.scale) != len(self.labels) + 1:
            raise RuleError(Message("档次和分数段个数不符", "bands: one more edge than labels is needed"))
        if list(self.scale) != sorted(self.scale):
            raise RuleError(Message("档次的分数段顺序不对", "bands: edges must rise from the worst band to the best"))


@dataclass(frozen=True, slots=True)
class Kpi:
    """One item of a scorecard.

    Attributes:
        name: As the table says it.
        rule: The curve or rating; None when the table states none (规则缺失) and `typed` is scored by hand.
        actual: What was read in 绩效/实际; for a rating, `label` holds the cell itself.
        weight: Fraction; None if the table gives none.
        target: What was read as the period's target; None if the table has no targets at all.
        label: The raw cell of a rated item.
        typed: The score cell of an item without a rule, or of one that is scored by hand all the same.
        section: Name of its section, "" if the table has none.
        rule_error: Why the rule cannot be used; shown as that error.
        unit: Shown behind numbers. Percentages are known by `percent`.
        percent: Whether actual and thresholds are shown as percent.
        cell: Where the actual stands, for explanations.
        by_hand: The score somebody typed counts, whatever the rule would give.
    """

    name: str
    rule: Rule | None
    actual: Reading = Reading(State.MISSING)
    weight: float | None = None
    target: Reading | None = None
    label: CellValue = None
    typed: Reading = Reading(State.MISSING)
    section: str = ""
    rule_error: CellError | None = None
    unit: str = ""
    percent: bool = False
    cell: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A group of items with a weight of its own; item weights then sum to 1 inside it."""

    name: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points added or taken away (加分/扣分), not multiplied by a weight; a blank is 0.

    Attributes:
        points: What was read.
        cap: The most points it may add or take away, both ways; None: no cap.
    """

    name: str
    points: Reading
    cap: float | None = None
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Veto:
    """否决: blank, 0, FALSE none; 1 or TRUE sets the total to 0; between 0 and 1 a factor."""

    name: str
    value: CellValue
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a card is added up.

    Attributes:
        missing: What an unfilled item does: "incomplete" (no total), "zero", or "exclude".
        weights: "strict", "normalise" or "as_is".
        digits: Decimals of the total.
        floor: Lowest total.
        cap: Highest total; None: none.
        grades: The grade table.
    """

    missing: str = "incomplete"
    weights: str = "strict"
    digits: int = 2
    floor: float = 0.0
    cap: float | None = None
    grades: GradeTable = DEFAULT_GRADES

    def __post_init__(self) -> None:
        if self.missing not in MISSING_POLICIES:
            raise RuleError(
                Message(f"未知空白规则“{self.missing}”", f'missing "{self.missing}": one of {MISSING_POLICIES}')
            )


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A whole card: items, sections, adjustments, vetoes and how they are added up."""

    kpis: tuple[Kpi, ...]
    sections: tuple[Section, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    bands: Bands | None = None
    settings: Settings = field(default_factory=Settings)
    title: str = ""


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The score of one item.

    Attributes:
        state: NUMBER when it has a score, else why not.
        score: 0..100 on the scale of its rule; None unless NUMBER.
        error: The error of an ERROR.
        weight: Its weight in the whole card, as a fraction, before redistribution; None if unknown.
        share: Its weight after redistribution over the items that count; 0 if it does not count.
        contribution: share × score, None without a score.
        band: Label of the band reached, "" without bands.
        clamped: The actual lies beyond the rule's ends.
    """

    kpi: Kpi
    state: State
    score: float | None = None
    error: CellError | None = None
    weight: float | None = None
    share: float = 0.0
    contribution: float | None = None
    band: str = ""
    clamped: bool = False


@dataclass(frozen=True, slots=True)
class CardResult:
    """The result of a card.

    Attributes:
        items: One per KPI, same order.
        state: NUMBER when there is a total; MISSING when items are not filled in; NOT_APPLICABLE; ERROR.
        weighted: Weighted mean of the scores before adjustments, unrounded; None without one.
        computed: The total after adjustments, veto and clamping, unrounded; None without one.
        total: `computed` rounded; the number a person sees.
        error: The error of an ERROR state, and `error_cell` where it comes from.
        coverage: Σ weights used / Σ weights; None when the weights are unusable.
        filled: Items with a score.
        applicable: Items that are assessed this period.
        grade: Label, or 未完成 9/11, or "".
        coefficient: 绩效系数 of the grade.
        best_attainable: The highest total the rules allow, adjustments aside; None if unknown.
        notes: Assumptions made on the way (equal weights …).
    """

    items: tuple[ItemResult, ...]
    state: State
    weighted: float | None = None
    computed: float | None = None
    total: float | None = None
    error: CellError | None = None
    error_cell: str = ""
    coverage: float | None = None
    filled: int = 0
    applicable: int = 0
    grade: str = ""
    coefficient: float | None = None
    best_attainable: float | None = None
    notes: tuple[Message, ...] = ()

    def rounded(self, digits: int) -> float | None:
        """`computed` rounded half away from zero to `digits`."""
        return None if self.computed is None else round_half_up(self.computed, digits)
