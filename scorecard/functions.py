"""The catalogue: every worksheet function once, with its help in Chinese and English.

Each function is a plain callable over cell values and ranges (lists of rows). It returns a number, a text, a
`CellError` or rows of these; it never returns None and never raises for what a cell contains. An omitted argument is
None; a blank *cell* given for an optional argument is "". Hosts (Excel, LibreOffice, the engine) bind `CATALOGUE`
and add nothing to it.

Rules common to all: an error cell wins over everything but "not applicable by target"; `N/A`, 不适用, —, / … give the
text N/A; an empty cell gives the empty text, so that a blank form looks blank. Source: `docs/scoring.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .catalogue import (
    CATALOGUE,
    MISSING_NAMES,
    WEIGHT_NAMES,
    Argument,
    Function,
    Range,
    Result,
    cell_of,
    cells_of,
    choice_of,
    curve_of,
    first_error,
    label_text,
    many,
    number_or,
    numbers_of,
    one,
    outcome_of,
    rows_of,
    text_of,
    worksheet,
)
from .errors import RuleError
from .messages import Message
from .scoring.attainment import attainment, direction_of, divide
from .scoring.curve import BAND_LABELS, Curve, Rating, deduct, from_table
from .scoring.explain import explain_item
from .scoring.model import DEFAULT_GRADES, Bands, Grade, GradeTable, Kpi
from .scoring.periods import find_period, roll_up, rollup_name
from .scoring.ranking import forced_distribution, rank, rank_method
from .scoring.score import finish_total, score_item, veto_factor
from .scoring.values import (
    MISSING,
    NOT_APPLICABLE,
    CellError,
    CellValue,
    Reading,
    State,
    as_error,
    decimal_sum,
    is_missing,
    is_not_applicable,
    read,
    round_half_up,
    snap,
)
from .scoring.weights import check_weights, read_weights

__all__ = ["CATALOGUE", "Argument", "Function"]

SCORING = Message("绩效评分", "KPI scoring")
TOTALS = Message("绩效汇总", "KPI totals")
DATA = Message("绩效数据", "KPI data")


# --- scoring ---------------------------------------------------------------------------------------------------------


@worksheet(
    SCORING,
    Message("达成率：实际与目标之比（小数，1 为 100%）。", "Attainment of a target, as a fraction (1 is 100%)."),
    one("actual", "实际完成值", "the actual"),
    one("target", "目标值；空白或不适用则结果为 N/A", "the target; blank or N/A gives N/A"),
    one(
        "direction",
        "方向：越高越好（默认）、反比（目标÷实际）、镜像（2−实际÷目标）",
        "higher (default), inverse (t/a) or mirror (2 - a/t)",
        optional=True,
    ),
    one("baseline", "基准值；填写后按（实际−基准）÷（目标−基准）计算", "baseline; then (a-b)/(t-b)", optional=True),
    example=("=KPI_ATTAINMENT(96,120)", 0.8),
)
def KPI_ATTAINMENT(actual: Any, target: Any, direction: Any = None, baseline: Any = None) -> Result:
    """Attainment of a target as a fraction."""
    goal = read(cell_of(target))
    if goal.number is None:
        return NOT_APPLICABLE if goal.error is None else goal.error
    reading = read(cell_of(actual))
    if reading.error is not None or reading.state is State.NOT_APPLICABLE:
        return outcome_of(reading)
    name, base = direction_of(text_of(direction)), number_or(baseline, None)
    if reading.number is None:
        # Problems of the rule show on the blank form already.
        attainment(1.0, goal.number, name, base)
        return MISSING
    return attainment(reading.number, goal.number, name, base)


@worksheet(
    SCORING,
    Message(
        "按阈值计分：两条阈值之间按直线插值（或分档），超出两端按端点计。",
        "Score by thresholds: straight lines (or steps) between them, flat outside.",
    ),
    one("actual", "实际完成值（绩效）", "the actual"),
    many("thresholds", "阈值，从最差一端到最好一端", "thresholds from the worst end to the best"),
    many("scores", "各阈值对应的分数，顺序相同", "the score at each threshold, same order"),
    one("mode", "线性（默认）或 阶梯", "linear (default) or step", optional=True),
    one(
        "target",
        "本期目标；空白或不适用表示本期不考核，结果为 N/A",
        "the period's target; blank or N/A means not assessed: N/A",
        optional=True,
    ),
    example=("=KPI_SCORE(0.96,{0.8,0.95,0.97,0.99,1},{0,60,70,90,100})", 65.0),
)
def KPI_SCORE(actual: Any, thresholds: Range, scores: Range, mode: Any = None, target: Any = None) -> Result:
    """The score of an actual on the scale of `scores`."""
    kpi = _kpi(actual, thresholds, scores, mode, target)
    if not isinstance(kpi, Kpi):
        return kpi
    item = score_item(kpi)
    if item.score is not None:
        return item.score
    if item.error is not None:
        return item.error
    return NOT_APPLICABLE if item.state is State.NOT_APPLICABLE else MISSING


@worksheet(
    SCORING,
    Message(
        "实际值落在哪一档：落在界线上归较好一档。",
        "The band an actual falls in; a boundary belongs to the better band.",
    ),
    one("actual", "实际完成值", "the actual"),
    many("thresholds", "n 个阈值，从最差到最好", "n thresholds, worst first"),
    many("labels", "n−1 个档次名称，从最差到最好", "n-1 labels, worst first"),
    example=('=KPI_BAND(0.96,{0.8,0.95,0.97,0.99,1},{"未达","达到","超过","远超"})', "达到"),
)
def KPI_BAND(actual: Any, thresholds: Range, labels: Range) -> Result:
    """The label of the band an actual falls in."""
    xs, names = cells_of(thresholds), cells_of(labels)
    if all(is_missing(x) or is_not_applicable(x) for x in xs):
        return NOT_APPLICABLE
    error = first_error(xs + names)
    if error is not None:
        return error
    reading = read(cell_of(actual))
    if reading.error is not None or reading.state is State.NOT_APPLICABLE:
        return outcome_of(reading)
    numbers = numbers_of(xs)
    if None in numbers or len(names) != len(xs) - 1 or any(is_missing(n) for n in names):
        raise RuleError(Message("档次名称应比阈值少一个", "one label less than thresholds is needed"))
    curve = from_table(numbers, [float(i) for i in range(len(numbers))])
    if reading.number is None:
        return MISSING
    reached = min(max(curve.position(reading.number), 1), len(names))
    return label_text(names[reached - 1])


@worksheet(
    SCORING,
    Message("扣分制：每发生一次扣若干分，扣到最低分为止。", "Points deducted per case, down to a floor."),
    one("start", "起始分", "points to start from"),
    one("count", "超出目标的次数；负数按 0 计", "cases over target; negative counts as 0"),
    one("per_unit", "每次扣分", "points per case"),
    one("floor", "最低分，默认 0", "lowest score, 0 when omitted", optional=True),
    example=("=KPI_DEDUCT(100,3,5)", 85.0),
)
def KPI_DEDUCT(start: Any, count: Any, per_unit: Any, floor: Any = None) -> Result:
    """Start minus a deduction for each case."""
    readings = [read(cell_of(v)) for v in (start, count, per_unit)]
    outcome = outcome_of(*readings)
    if outcome is not None:
        return outcome
    first, cases, each = (r.number or 0.0 for r in readings)
    return deduct(first, each, number_or(floor, 0.0) or 0.0).score(cases)


@worksheet(
    SCORING,
    Message(
        "评级换算成分数；表中没有的评级是错误，不按 0 分。",
        "The score of a rating; an unknown label is an error, never 0.",
    ),
    one("label", "评级：优、良、A、5 …", "the label"),
    many("table", "两列：评级、分数", "two columns: label, score"),
    example=('=KPI_RATING("良",{"优",95;"良",85;"中",75;"差",50})', 85.0),
)
def KPI_RATING(label: Any, table: Range) -> Result:
    """The score of a rating label."""
    cell = cell_of(label)
    rows = [row for row in rows_of(table) if not all(is_missing(c) for c in row)]
    error = as_error(cell) or first_error([c for row in rows for c in row[:2]])
    if error is not None:
        return error
    if not rows:
        raise RuleError(Message("评级表是空的", "the rating table is empty"), code="#N/A")
    if any(len(row) < 2 or is_missing(row[0]) for row in rows):
        raise RuleError(Message("评级表应有两列：评级、分数", "a rating table has two columns: label, score"))
    scores = numbers_of([row[1] for row in rows])
    if None in scores:
        raise RuleError(Message("评级表中有评级没有分数", "a label without a score"))
    table_ = Rating(tuple((label_text(row[0]), s) for row, s in zip(rows, scores, strict=True) if s is not None))
    if is_missing(cell):
        return MISSING
    if is_not_applicable(cell):
        return NOT_APPLICABLE
    return table_.score(cell)


@worksheet(
    SCORING,
    Message("用一句话说明得分是怎么来的。", "One sentence that says how a score comes about."),
    one("actual", "实际完成值", "the actual"),
    many("thresholds", "阈值，从最差到最好", "thresholds, worst first"),
    many("scores", "对应分数", "their scores"),
    one("name", "指标名称", "name of the KPI", optional=True),
    one("weight", "权重（小数或百分数）", "its weight, a fraction or percent", optional=True),
    one("unit", "单位；% 表示百分率", "unit; % shows percentages", optional=True),
    example=(
        '=KPI_EXPLAIN(0.96,{0.8,0.95,0.97,0.99,1},{0,60,70,90,100},"及时率",0.15,"%")',
        "及时率: 实际 96% → 达到目标 [95%,97%) → 60+10×0.5 = 65.0; 权重 15% → 9.75",
    ),
)
def KPI_EXPLAIN(
    actual: Any, thresholds: Range, scores: Range, name: Any = None, weight: Any = None, unit: Any = None
) -> Result:
    """How a score comes about, in one Chinese sentence; also for an error. The empty text while nothing is filled in."""
    cell = cell_of(actual)
    shown_unit = text_of(unit) or ""
    kpi = _kpi(cell, thresholds, scores, None, None)
    if not isinstance(kpi, Kpi):
        return kpi
    if kpi.actual.state is State.MISSING and kpi.rule_error is None:
        return MISSING
    share = read_weights([cell_of(weight)])[0]
    percent = "%" in shown_unit or kpi.actual.percent
    bands = Bands() if isinstance(kpi.rule, Curve) and len(kpi.rule.thresholds) == len(BAND_LABELS) + 1 else None
    item = score_item(
        Kpi(
            text_of(name) or "得分", kpi.rule, kpi.actual, share, rule_error=kpi.rule_error,
            unit="" if percent else shown_unit, percent=percent,
        ),
        bands,
    )  # fmt: skip
    return explain_item(item, bands).zh


@worksheet(
    SCORING,
    Message(
        "整张表一次算完：每行给出得分、档次序号（1 为最差）、加权得分。",
        "A whole table in one call: per row the score, the band number (1 is the worst) and the weighted score.",
    ),
    many("actuals", "各指标的实际值", "actuals, one per KPI"),
    many("thresholds", "每行一个指标的阈值，从最差到最好", "thresholds, one row per KPI, worst first"),
    many("scores", "一行共用的分数，或每行各自的分数", "one row of scores for all, or one row per KPI"),
    many("weights", "权重", "weights"),
    example=("=KPI_TABLE({0.96;1},{0.8,0.95,0.97,0.99,1;0.8,0.95,0.97,0.99,1},{0,60,70,90,100},{0.4;0.6})", 65.0),
    returns_array=True,
)
def KPI_TABLE(actuals: Range, thresholds: Range, scores: Range, weights: Range) -> Result:
    """Score, band number and weighted score per KPI.

    The weighted score uses the weight after redistribution over the KPIs that are assessed, so that the column of a
    complete card sums to its weighted total.
    """
    xs, rules, points = cells_of(actuals), rows_of(thresholds), rows_of(scores)
    if len(rules) != len(xs) or len(points) not in (1, len(xs)):
        raise RuleError(Message("实际值、阈值、分数的行数不同", "actuals, thresholds and scores differ in rows"))
    shares = check_weights(read_weights(cells_of(weights)))
    if len(shares) != len(xs):
        raise RuleError(Message("权重与指标个数不同", "weights and actuals differ in number"))
    rows: list[list[CellValue]] = []
    for i, x in enumerate(xs):
        marks = points[0] if len(points) == 1 else points[i]
        score = KPI_SCORE(x, [rules[i]], [marks])
        rows.append([score, _band_number(x, rules[i], marks) if isinstance(score, float) else score, MISSING])
    base = decimal_sum([w for w, row in zip(shares, rows, strict=True) if row[0] != NOT_APPLICABLE])
    for share, row in zip(shares, rows, strict=True):
        row[2] = snap(share / base * row[0]) if isinstance(row[0], float) and base else row[0]
    return rows


def _band_number(actual: Any, thresholds: Sequence[Any], scores: Sequence[Any]) -> float:
    curve = curve_of([thresholds], [scores], None)
    number = read(actual).number
    if not isinstance(curve, Curve) or number is None:
        raise RuleError(Message("档次无法确定", "no band"))
    return float(min(max(curve.position(number), 1), len(curve.thresholds) - 1))


# --- totals ----------------------------------------------------------------------------------------------------------


@worksheet(
    TOTALS,
    Message(
        "加权得分：不适用的指标不计，权重按比例分摊；有未填项时为空。",
        "Weighted score; items that are not applicable are left out and weights redistributed; empty while items are missing.",
    ),
    many("scores", "各指标得分", "scores"),
    many("weights", "各指标权重，合计应为 100%", "weights, summing to 100%"),
    one(
        "missing",
        "未填项：缺失（默认）、按0分、不计入",
        "unfilled items: incomplete (default), zero, exclude",
        optional=True,
    ),
    one(
        "policy",
        "权重合计：严格（默认，须为 100%）、归一、原样",
        "weights: strict (default, must sum to 100%), normalise, as_is",
        optional=True,
    ),
    example=("=KPI_WEIGHTED_SCORE({80,90},{0.4,0.6})", 86.0),
)
def KPI_WEIGHTED_SCORE(scores: Range, weights: Range, missing: Any = None, policy: Any = None) -> Result:
    """Σ weight × score / Σ weight over the items that count, × Σ all weights under as_is; never rounded to digits."""
    unfilled = choice_of(missing, MISSING_NAMES, Message("未填项规则", "missing"))
    weighing = choice_of(policy, WEIGHT_NAMES, Message("权重政策", "policy"))
    readings, shares = _scores_and_weights(scores, weights)
    if _is_blank(readings, shares):
        return MISSING
    voting = [(r, w) for r, w in zip(readings, check_weights(shares, weighing), strict=True) if w > 0]
    error = _score_error([r for r, _ in voting])
    if error is not None:
        return error
    empty = any(r.state is State.MISSING for r, _ in voting)
    if empty and unfilled == "incomplete":
        return MISSING
    counted = [
        (r.number or 0.0, w)
        for r, w in voting
        if r.number is not None or (r.state is State.MISSING and unfilled == "zero")
    ]
    if not counted:
        return MISSING if empty else NOT_APPLICABLE
    mean = sum(s * w for s, w in counted) / decimal_sum([w for _, w in counted])
    return snap(mean * decimal_sum([w for _, w in voting]) if weighing == "as_is" else mean)


@worksheet(
    TOTALS,
    Message("覆盖率：已计入的权重占全部权重的比例。", "Coverage: weight of the scored items over all weight."),
    many("scores", "各指标得分", "scores"),
    many("weights", "各指标权重", "weights"),
    one(
        "missing",
        "未填项：缺失（默认）、按0分（计入）、不计入",
        "unfilled items: incomplete (default), zero (covered), exclude",
        optional=True,
    ),
    example=('=KPI_COVERAGE({80,"N/A"},{0.94,0.06})', 0.94),
)
def KPI_COVERAGE(scores: Range, weights: Range, missing: Any = None) -> Result:
    """Weights of items that count over all weights, a fraction; the empty text while none is filled in."""
    unfilled = choice_of(missing, MISSING_NAMES, Message("未填项规则", "missing"))
    readings, shares = _scores_and_weights(scores, weights)
    if _is_blank(readings, shares):
        return MISSING
    known = [w or 0.0 for w in shares]
    voting = [(r, w) for r, w in zip(readings, known, strict=True) if w > 0]
    error = _score_error([r for r, _ in voting])
    if error is not None:
        return error
    used = decimal_sum(
        [w for r, w in voting if r.number is not None or (r.state is State.MISSING and unfilled == "zero")]
    )
    if not used and any(r.state is State.MISSING for r, _ in voting):
        return MISSING
    return divide(used, decimal_sum(known))


@worksheet(
    TOTALS,
    Message(
        "权重合计（小数）；单位混用或有负数时为 #NUM!。",
        "The sum of weights as a fraction; #NUM! for mixed scales or a negative weight.",
    ),
    many("weights", "各指标权重", "weights"),
    example=("=KPI_WEIGHT_CHECK({20,30,50})", 1.0),
)
def KPI_WEIGHT_CHECK(weights: Range) -> Result:
    """Σ weights as a fraction."""
    known = [w for w in read_weights(cells_of(weights)) if w is not None]
    return decimal_sum(known) if known else MISSING


@worksheet(
    TOTALS,
    Message(
        "总分：加权得分 + 加减分，再否决、限幅、四舍五入。",
        "Total: weighted score plus adjustments, then veto, clamp and round.",
    ),
    one("score", "加权得分", "the weighted score"),
    many("adjustments", "加分、扣分；空白为 0", "points added or deducted; blank is 0", optional=True),
    many(
        "veto",
        "否决：空白、0、否为无；1、是为总分归零；0 与 1 之间为系数",
        "veto: blank or 0 none; 1 sets 0; between 0 and 1 a factor",
        optional=True,
    ),
    one("floor", "下限，默认 0", "lowest total, 0 when omitted", optional=True),
    one("cap", "上限，默认不限", "highest total, none when omitted", optional=True),
    one("digits", "小数位数，默认 2", "decimals, 2 when omitted", optional=True),
    example=("=KPI_TOTAL(86.125,{2,-0.5})", 87.63),
)
def KPI_TOTAL(
    score: Any, adjustments: Range = None, veto: Range = None, floor: Any = None, cap: Any = None, digits: Any = None
) -> Result:
    """The total a person sees; rounded half away from zero."""
    reading = read(cell_of(score))
    outcome = outcome_of(reading)
    if outcome is not None or reading.number is None:
        return MISSING if outcome is None else outcome
    points = [read(c) for c in cells_of(adjustments)]
    error = next((p.error for p in points if p.error is not None), None)
    if error is not None:
        return error
    total = finish_total(
        reading.number,
        decimal_sum([p.number or 0.0 for p in points]),
        veto_factor(cells_of(veto)),
        number_or(floor, 0.0),
        number_or(cap, None),
    )
    return round_half_up(total, int(number_or(digits, 2.0) or 0))


@worksheet(
    TOTALS,
    Message("等级：按总分查等级表，下限含本数。", "The grade of a total; lower bounds are inclusive."),
    one("score", "总分（已四舍五入）", "the rounded total"),
    many(
        "table",
        "等级表：下限、等级（、系数）；省略时为 优90 良80 中70 及格60 差0",
        "rows of lower bound, label (, coefficient); a default when omitted",
        optional=True,
    ),
    example=("=KPI_GRADE(86.5)", "良"),
)
def KPI_GRADE(score: Any, table: Range = None) -> Result:
    """The label of the grade."""
    grade = _grade(score, table)
    return grade.label if isinstance(grade, Grade) else grade


@worksheet(
    TOTALS,
    Message("绩效系数：按总分查等级表第三列。", "The coefficient of a total: third column of the grade table."),
    one("score", "总分（已四舍五入）", "the rounded total"),
    many(
        "table",
        "等级表：下限、等级、系数；省略时用默认表",
        "rows of lower bound, label, coefficient; a default when omitted",
        optional=True,
    ),
    example=("=KPI_COEFFICIENT(86.5)", 1.1),
)
def KPI_COEFFICIENT(score: Any, table: Range = None) -> Result:
    """The coefficient of the grade."""
    grade = _grade(score, table)
    if not isinstance(grade, Grade):
        return grade
    if grade.coefficient is None:
        raise RuleError(Message("等级表没有系数列", "the grade table has no coefficient"), code="#N/A")
    return grade.coefficient


def _grade(score: Any, table: Range) -> Grade | CellValue:
    reading = read(cell_of(score))
    if reading.error is not None:
        return reading.error
    grades = DEFAULT_GRADES if table is None else _grade_table(table)
    return grades.of(reading.number) if reading.number is not None else outcome_of(reading)


def _grade_table(table: Range) -> GradeTable:
    rows = [row for row in rows_of(table) if not all(is_missing(c) for c in row)]
    error = first_error([c for row in rows for c in row])
    if error is not None:
        raise RuleError(Message("等级表中有错误值", "an error in the grade table"), code=error.code)
    if any(len(row) < 2 or is_missing(row[0]) or is_missing(row[1]) for row in rows):
        raise RuleError(
            Message("等级表每行应有下限和等级", "each row of a grade table needs a lower bound and a label")
        )
    lows = numbers_of([row[0] for row in rows])
    factors = [number_or(row[2], None) if len(row) > 2 else None for row in rows]
    return GradeTable(
        tuple(
            Grade(low, label_text(row[1]), f)
            for low, row, f in zip(lows, rows, factors, strict=True)
            if low is not None
        )
    )


@worksheet(
    TOTALS,
    Message("名次：并列取同一名次。", "Rank, highest first; ties share a rank."),
    one("score", "总分", "the score to rank"),
    many("scores", "全部总分；空白（未完成）不参加排名", "all scores; blanks (incomplete cards) are unranked"),
    one(
        "method",
        "竞争排名 1,2,2,4（默认）或 中国式 1,2,2,3",
        "competition (1,2,2,4; default) or dense (1,2,2,3)",
        optional=True,
    ),
    example=("=KPI_RANK(85,{90,85,85,80})", 2.0),
)
def KPI_RANK(score: Any, scores: Range, method: Any = None) -> Result:
    """The rank of a score."""
    mine, all_ = read(cell_of(score)), [read(c) for c in cells_of(scores)]
    error = mine.error or next((r.error for r in all_ if r.error is not None), None)
    if error is not None:
        return error
    name = rank_method(text_of(method))
    if mine.number is None:
        return outcome_of(mine)
    return float(rank(mine.number, [r.number for r in all_ if r.number is not None], name))


@worksheet(
    TOTALS,
    Message(
        "强制分布建议：按比例给出每人的等级，并列者一同归入较好等级；不足 5 人不做。",
        "Proposed grades by quota; ties go to the better grade whole; at least 5 scores.",
    ),
    many("scores", "全部总分", "all scores"),
    many("grades", "等级名称，从最好到最差", "labels, best first"),
    many("quotas", "各等级比例，合计 100%", "their shares, summing to 100%"),
    example=('=KPI_FORCED_GRADE({95;90;85;80;70},{"A","B","C"},{0.2,0.6,0.2})', "A"),
    returns_array=True,
)
def KPI_FORCED_GRADE(scores: Range, grades: Range, quotas: Range) -> Result:
    """One proposed grade per score, in the shape of `scores`; blank and N/A cells stay so."""
    rows = rows_of(scores)
    readings = [[read(c) for c in row] for row in rows]
    labels = cells_of(grades)
    error = next((r.error for row in readings for r in row if r.error is not None), None) or first_error(labels)
    if error is not None:
        return error
    if any(is_missing(label) for label in labels):
        raise RuleError(Message("等级名称有空白", "a grade has no label"))
    shares = [w or 0.0 for w in read_weights(cells_of(quotas))]
    ranked = [r.number for row in readings for r in row if r.number is not None]
    if not ranked:
        return [[outcome_of(r) for r in row] for row in readings]
    proposed = iter(forced_distribution(ranked, [label_text(c) for c in labels], shares).grades)
    return [[next(proposed) if r.number is not None else outcome_of(r) for r in row] for row in readings]


# --- data ------------------------------------------------------------------------------------------------------------


@worksheet(
    DATA,
    Message("比率：分子÷分母；分母为零是 #DIV/0!。", "A rate: numerator over denominator."),
    one("numerator", "分子", "numerator"),
    one("denominator", "分母", "denominator"),
    example=("=KPI_RATE(65.6,82)", 0.8),
)
def KPI_RATE(numerator: Any, denominator: Any) -> Result:
    """Numerator over denominator, a fraction."""
    a, b = read(cell_of(numerator)), read(cell_of(denominator))
    outcome = outcome_of(a, b)
    if outcome is not None or a.number is None or b.number is None:
        return MISSING if outcome is None else outcome
    return divide(a.number, b.number)


@worksheet(
    DATA,
    Message(
        "汇总比率：分子之和÷分母之和（不是各比率的平均）。",
        "Pooled rate: sum of numerators over sum of denominators, not a mean of rates.",
    ),
    many("numerators", "各分子", "numerators"),
    many("denominators", "各分母，顺序相同", "denominators, same order"),
    example=("=KPI_POOLED_RATE({95,40,190,9},{100,50,200,10})", 0.927777777778),
)
def KPI_POOLED_RATE(numerators: Range, denominators: Range) -> Result:
    """Σ numerators / Σ denominators. A pair that is blank in both is skipped; blank in one, the result is empty."""
    tops, bottoms = [read(c) for c in cells_of(numerators)], [read(c) for c in cells_of(denominators)]
    if len(tops) != len(bottoms):
        raise RuleError(Message("分子与分母个数不同", "numerators and denominators differ in number"))
    pairs = [
        (a, b) for a, b in zip(tops, bottoms, strict=True) if State.NUMBER in (a.state, b.state) or a.error or b.error
    ]
    error = next((r.error for pair in pairs for r in pair if r.error is not None), None)
    if error is not None:
        return error
    kept = [(a, b) for a, b in pairs if State.NOT_APPLICABLE not in (a.state, b.state)]
    if not kept:
        states = {r.state for r in (*tops, *bottoms)}
        return NOT_APPLICABLE if State.NOT_APPLICABLE in states else MISSING
    if any(State.MISSING in (a.state, b.state) for a, b in kept):
        return MISSING
    return divide(decimal_sum([a.number or 0.0 for a, _ in kept]), decimal_sum([b.number or 0.0 for _, b in kept]))


@worksheet(
    DATA,
    Message(
        "取本期目标：按考核周期在目标行中查找；该期目标空白则为 N/A。",
        "The target of a period; N/A where that period has none.",
    ),
    one("period", "考核周期：季度、2026Q4 …", "the period"),
    many("periods", "周期标题：月度、季度、半年、年度", "the period headers"),
    many("targets", "对应的目标", "their targets"),
    example=('=KPI_TARGET("季度",{"月度","季度","半年","年度"},{0,0,1,2})', 0.0),
)
def KPI_TARGET(period: Any, periods: Range, targets: Range) -> Result:
    """The period's target as a number."""
    wanted = text_of(period)
    headers, goals = cells_of(periods), cells_of(targets)
    error = first_error(headers)
    if error is not None:
        return error
    if len(headers) != len(goals):
        raise RuleError(Message("周期与目标个数不同", "periods and targets differ in number"))
    if wanted is None:
        return MISSING
    place = find_period(wanted, ["" if is_missing(h) else label_text(h) for h in headers])
    if place is None:
        raise RuleError(Message(f"没有周期“{wanted}”", f'no period "{wanted}"'), code="#N/A")
    goal = read(goals[place])
    if goal.number is not None:
        return goal.number
    return NOT_APPLICABLE if goal.error is None else goal.error


@worksheet(
    DATA,
    Message("跨期汇总：平均、合计、期末、最大、最小、汇总比率。", "Roll values up over periods."),
    many(
        "values",
        "各期数值；汇总比率时为分子；不适用的期不计",
        "one value per period (numerators for pooled); N/A periods are left out",
    ),
    many("weights", "权重；汇总比率时为分母", "weights (denominators for pooled)", optional=True),
    one(
        "how",
        "平均（默认）、合计、期末、最大、最小、汇总比率",
        "mean (default), sum, last, max, min or pooled",
        optional=True,
    ),
    example=('=KPI_ROLLUP({95,40,190,9},{100,50,200,10},"pooled")', 0.927777777778),
)
def KPI_ROLLUP(values: Range, weights: Range = None, how: Any = None) -> Result:
    """One value for several periods. Empty while a period is missing, except for `last`: the last one filled in."""
    name = rollup_name(text_of(how))
    readings = [read(c) for c in cells_of(values)]
    shares = (
        None
        if weights is None or all(is_missing(c) for c in cells_of(weights))
        else [read(c) for c in cells_of(weights)]
    )
    if shares is not None and len(shares) != len(readings):
        raise RuleError(Message("数值与权重个数不同", "values and weights differ in number"))
    error = _score_error(readings + (shares or []))
    if error is not None:
        return error
    kept = [
        i
        for i, r in enumerate(readings)
        if State.NOT_APPLICABLE not in (r.state, shares[i].state if shares is not None else None)
    ]
    if name == "last":
        kept = [i for i in kept if readings[i].state is State.NUMBER]
    if not kept:
        return NOT_APPLICABLE if any(r.state is State.NOT_APPLICABLE for r in readings + (shares or [])) else MISSING
    if any(readings[i].state is State.MISSING for i in kept):
        return MISSING
    numbers = [readings[i].number or 0.0 for i in kept]
    if shares is None:
        return roll_up(numbers, None, name)
    if any(shares[i].number is None for i in kept):
        return MISSING
    return roll_up(numbers, [shares[i].number or 0.0 for i in kept], name)


@worksheet(
    DATA,
    Message("把文字读成数字：95%、９５％、3次/台、2000万、不低于95% …", "Read a number as people type it."),
    one("text", "要读的单元格", "the cell to read"),
    one("unit", "没有单位时按此单位：%、万 …", "unit for a bare number: %, 万 …", optional=True),
    example=('=KPI_NUMBER("０．92%")', 0.0092),
)
def KPI_NUMBER(text: Any, unit: Any = None) -> Result:
    """The number in a text; percentages as fractions."""
    reading = read(cell_of(text), unit=text_of(unit))
    outcome = outcome_of(reading)
    return reading.number if outcome is None and reading.number is not None else outcome


# --- shared ----------------------------------------------------------------------------------------------------------


def _scores_and_weights(scores: Range, weights: Range) -> tuple[list[Reading], list[float | None]]:
    """Scores and weights in pairs; a row that is blank in both is no item."""
    marks, shares = cells_of(scores), cells_of(weights)
    if len(marks) != len(shares):
        raise RuleError(Message("得分与权重个数不同", "scores and weights differ in number"))
    return [read(c) for c in marks], read_weights(shares)


def _is_blank(readings: Sequence[Reading], shares: Sequence[float | None]) -> bool:
    """Whether nothing at all is filled in, weights included."""
    return all(r.state is State.MISSING for r in readings) and all(w is None for w in shares)


def _score_error(readings: Sequence[Reading]) -> CellError | None:
    return next((r.error for r in readings if r.error is not None), None)


def _kpi(actual: Any, thresholds: Range, scores: Range, mode: Any, target: Any) -> Kpi | CellValue:
    """One KPI from cells, or what KPI_SCORE gives without looking at the actual."""
    goal = None if target is None else read(cell_of(target))
    if goal is not None and goal.number is None:
        return NOT_APPLICABLE if goal.error is None else goal.error
    reading = read(cell_of(actual))
    try:
        rule = curve_of(thresholds, scores, mode)
    except RuleError as problem:
        return Kpi("", None, reading, target=goal, rule_error=CellError(problem.code, problem.message))
    return Kpi("", rule, reading, target=goal) if isinstance(rule, Curve) else rule
