"""Formula texts of one scorecard: `native` (classic functions, nothing installed) and `udf` (KPI_… functions).

Only text is made here, from addresses; where the cells are is `rulesheet.py`, what is written is `embed.py`. Each
formula is one labelled step that a person can read in the formula bar. They compute the same numbers as
`scorecard.scoring`, in Excel 2007 and later, WPS, LibreOffice and the engine; what that rules out is in
`docs/architecture.md`, "Formulas that agree everywhere".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..scoring.ladder import Case, Ladder

# Differences of numbers rounded to 12 decimals are compared with half a unit of the twelfth.
_EDGE = "5E-13"
NOT_APPLICABLE = "不适用"
_INVALID = "10^999"  # #NUM! in every program; SQRT(-1) is not in LibreOffice
_UNREADABLE = 'VALUE("?")'  # #VALUE! in every program
# Spaces that are typed by accident: plain, full-width, non-breaking.
_SPACES = (" ", "\u3000", "\u00a0")
_YES, _NO = ("是", "true", "yes", "y", "√"), ("否", "false", "no", "n")
_LOWEST, _HIGHEST = "-1E+300", "1E+300"

STEP_WORD, LINEAR_WORD, RATING_WORD, MANUAL_WORD = "阶梯", "线性", "评级", "手工"
HIGHER_WORD, LOWER_WORD, RANGE_WORD = "越高越好", "越低越好", "区间"
_TEXT_RULE = "阈值不是数字"
SCORED, MISSING, EXCLUDED, ERROR = "已评分", "缺失", "不适用", "错误"
STRICT_WORD, NORMALISE_WORD, AS_IS_WORD = "严格", "归一", "原样"
WAIT_WORD, ZERO_WORD, EXCLUDE_WORD = "缺失", "按0分", "不计入"


def number_text(value: float) -> str:
    """A number as a formula or a cell writes it."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


# --- reading cells ---------------------------------------------------------------------------------------------------


def trimmed(cell: str) -> str:
    """The text of a cell without blanks, with a half-width % sign and point."""
    text = cell
    for space in _SPACES:
        text = f'SUBSTITUTE({text},"{space}","")'
    return f'SUBSTITUTE(SUBSTITUTE({text},"％","%"),"．",".")'


def is_mark(text: str, marks: str) -> str:
    """Whether a text is one of the "not applicable" marks; MATCH would take ? and * as wildcards."""
    return f"SUMPRODUCT(--({marks}={text}))>0"


def target_raw(cells: str, index: str | None) -> str:
    """The target cell of the period, its text trimmed; an INDEX of a blank cell equals both "" and 0, so "" comes first."""
    cell = f"INDEX({cells},1,{index})" if index else cells
    text = trimmed(cell)
    read = f'IF(RIGHT({text})="%",IF({_has_gap(cell, text)},"?",{text}),{text})'
    return f'=IF({cell}="","",IF(ISTEXT({cell}),{read},{cell}))'


def target(raw: str, marks: str, divisor: int = 1, known: Iterable[tuple[str, float]] = ()) -> str:
    """The period's target as a number, or 不适用.

    Args:
        raw: The cell with `target_raw`.
        marks: The range of the marks.
        divisor: What bare numbers are divided by.
        known: Texts such as 3次/台, trimmed, with the numbers they stand for.
    """
    reading = (
        f'IF({raw}="","{NOT_APPLICABLE}",IF({is_mark(raw, marks)},"{NOT_APPLICABLE}",'
        f"IF(ISTEXT({raw}),{_percent_text(raw)},ROUND({_divided(raw, divisor)},12))))"
    )
    for text, number in known:
        reading = f"IF({raw}={_quoted(text)},{number_text(number)},{reading})"
    return f"={reading}"


def plain_text(text: str) -> str:
    """What `trimmed` makes of a text."""
    for space in _SPACES:
        text = text.replace(space, "")
    return text.replace("％", "%").replace("．", ".")


def actual_text(cell: str) -> str:
    """The actual as trimmed text, to recognise blanks, marks and percent texts."""
    return f"={trimmed(cell)}"


def actual(cell: str, text: str, marks: str, divisor: int = 1) -> str:
    """The actual as a number; "" if blank, 不适用, or #VALUE! for text other than a plain percentage."""
    return (
        f'=IF({text}="","",IF({is_mark(text, marks)},"{NOT_APPLICABLE}",'
        f"IF(ISTEXT({cell}),IF({_has_gap(cell, text)},{_UNREADABLE},{_percent_text(text)}),"
        f"IF(ISLOGICAL({cell}),{_UNREADABLE},ROUND({_divided(cell, divisor)},12)))))"
    )


def label(cell: str, text: str, marks: str) -> str:
    """A rating as typed, without the blanks around it; "" if blank, or 不适用."""
    typed = cell
    for space in _SPACES[1:]:
        typed = f'SUBSTITUTE({typed},"{space}"," ")'
    return f'=IF({text}="","",IF({is_mark(text, marks)},"{NOT_APPLICABLE}",TRIM({typed})))'


def mark(cell: str, text: str, marks: str, full: str = "") -> str:
    """A score typed by hand: a number from 0 to 100, "" or 不适用, else #VALUE!.

    `full` is the cell that says what 100 points look like in the form; "" where they look like 100.
    """
    return (
        f'=IF({text}="","",IF({is_mark(text, marks)},"{NOT_APPLICABLE}",'
        f"IF(ISLOGICAL({cell}),{_UNREADABLE},IF(ISNUMBER({cell}),{_typed(cell, full, '')},{_UNREADABLE}))))"
    )


def _typed(cell: str, full: str, scores: str) -> str:
    """A typed number as a score on 0..100, or up to what the rule can give; else #VALUE!."""
    number = f"IF({full}=0,0,ROUND({cell}/{full}*100,12))" if full else f"ROUND({cell},12)"
    best = f"MAX(100,{scores})" if scores else "100"
    return f"IF(AND({number}>=0,{number}<={best}),{number},{_UNREADABLE})"


def full_marks(cell: str, known: Iterable[tuple[str, float]] = ()) -> str:
    """The full marks of an item as a number; blank is 0. `known` are texts such as 10分 with what they stand for."""
    text = trimmed(cell)
    other = _UNREADABLE
    for typed, number in known:
        other = f"IF({text}={_quoted(typed)},{number_text(number)},{other})"
    return f'=IF(ISNUMBER({cell}),ROUND({cell},12),IF({text}="",0,{other}))'


def share(marks_cell: str, all_marks: str) -> str:
    """The weight that full marks stand for: their part of all."""
    return f"={marks_cell}/SUM({all_marks})"


def weight(cell: str, text: str, marks: str, typed: str, count: int, divisor: int = 1) -> str:
    """A weight as a fraction; blank and 不适用 are 0, but all items count alike where no weight is typed at all."""
    bare = _divided(f"VALUE({text})", divisor)
    return (
        f'=IF({text}="",IF({typed}=0,1/{count},0),IF({is_mark(text, marks)},0,'
        f'IF(ISNUMBER({cell}),ROUND({_divided(cell, divisor)},12),IF(RIGHT({text})="%",VALUE({text}),{bare}))))'
    )


def sign(direction: str, thresholds: Sequence[str]) -> str:
    """1 where higher is better, -1 where lower is; a range is read the way its thresholds run."""
    xs = f"{thresholds[0]}:{thresholds[-1]}"
    falls = f"INDEX({xs},1,MAX(1,COUNT({xs})))<{thresholds[0]}"
    return f'=IF({direction}="{LOWER_WORD}",-1,IF({direction}="{RANGE_WORD}",IF({falls},-1,1),1))'


def _percent_text(text: str) -> str:
    # VALUE reads "1/2" as a date in some programs, so it is only asked about texts that end in %.
    return f'IF(RIGHT({text})="%",ROUND(VALUE({text}),12),{_UNREADABLE})'


def _has_gap(cell: str, text: str) -> str:
    """Whether blanks stand inside a percent text other than before its sign: "9 6%" is two numbers, not 96 %."""
    bare = cell
    for old, new in (*((space, " ") for space in _SPACES[1:]), ("％", ""), ("%", "")):
        bare = f'SUBSTITUTE({bare},"{old}","{new}")'
    return f"LEN(TRIM({bare}))<>LEN({text})-1"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _divided(cell: str, divisor: int) -> str:
    return cell if divisor == 1 else f"{cell}/{divisor}"


# --- rules -----------------------------------------------------------------------------------------------------------


def threshold(ladder: Ladder, i: int, target_cell: str) -> str | float | None:
    """The i-th threshold of a rule: a number, a formula over the target, or None for a cell that stays empty."""
    return _by_case(ladder, i, target_cell, lambda case: _linear(case.thresholds[i], target_cell))


def score_at(ladder: Ladder, i: int, target_cell: str) -> str | float | None:
    """The score at the i-th threshold, likewise."""
    return _by_case(ladder, i, target_cell, lambda case: number_text(case.scores[i]))


def by_period(index: str, values: Sequence[float | None]) -> str:
    """One number per target period."""
    texts = ['""' if v is None else number_text(v) for v in values]
    return f"=CHOOSE({index},{','.join(texts)})"


def _by_case(ladder: Ladder, i: int, target_cell: str, text_of: Callable[[Case], str]) -> str | float | None:
    texts = [text_of(case) if i < len(case.thresholds) else '""' for case in ladder.cases]
    if all(text == '""' for text in texts):
        return None
    whens = [case.when for case in ladder.cases]
    # The last case needs no test of its own when the others leave nothing else.
    is_complete = whens[-1] == "" or set(whens) == {"<1", "=1", ">1"}
    if len(set(texts)) == 1 and _is_number(texts[0]):
        return float(texts[0])

    def shown(text: str) -> str:
        return text if _is_number(text) or text in ('""', target_cell) else f"ROUND({text},12)"

    if is_complete and len(set(texts)) == 1:
        return f'=IF(ISTEXT({target_cell}),"",{shown(texts[0])})'
    formula = _INVALID
    for when, text in reversed(list(zip(whens, texts, strict=True))):
        is_last = is_complete and formula == _INVALID
        formula = shown(text) if is_last else f"IF({target_cell}{when},{shown(text)},{formula})"
    return f'=IF(ISTEXT({target_cell}),"",{formula})'


def _linear(pair: tuple[float, float], target_cell: str) -> str:
    a, b = pair
    if a == 0:
        return number_text(b)
    text = target_cell if a == 1 else f"{number_text(a)}*{target_cell}"
    return text if b == 0 else f"{text}{'+' if b > 0 else '-'}{number_text(abs(b))}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# --- scores ----------------------------------------------------------------------------------------------------------


def segment(low: str, high: str, low_score: str, high_score: str, reading: str, sign: str, mode: str) -> str:
    """What one stretch between two thresholds adds to the score; 逆序 when the two are out of order."""
    rise = f"({high_score}-{low_score})"
    # At a jump the better side owns the threshold: going up counts from it, going down only beyond it.
    reached = f"IF(({reading}-{high})*{sign}>IF({high_score}>{low_score},-{_EDGE},{_EDGE}),1,0)"
    part = f"MEDIAN(0,1,({reading}-{low})/({high}-{low}))"
    jump = f'OR({mode}="{STEP_WORD}",ABS({high}-{low})<{_EDGE})'
    return (
        f"=IF(COUNT({low},{high},{low_score},{high_score})<4,0,"
        f'IF(({high}-{low})*{sign}<-{_EDGE},"逆序",IF(ISNUMBER({reading}),{rise}*IF({jump},{reached},{part}),0)))'
    )


def rule_check(thresholds: Sequence[str], scores: Sequence[str], segments: str, marks: str) -> str:
    """What is wrong with a rule: 未设阈值, 阈值不全, 阈值顺序与方向不符, 阈值不是数字, or an error it holds."""
    xs, ys = f"{thresholds[0]}:{thresholds[-1]}", f"{scores[0]}:{scores[-1]}"
    left, right = f"{thresholds[0]}:{thresholds[-2]}", f"{thresholds[1]}:{thresholds[-1]}"
    first, second, third = (f"{thresholds[i]}:{thresholds[i - 3]}" for i in range(3))
    check = f'IF(SUMPRODUCT(--({segments}="逆序"))>0,"阈值顺序与方向不符","")'
    if len(thresholds) > 2:
        # A blank cell equals 0, so the last of the three must not be one.
        thrice = f'SUMPRODUCT(({first}={second})*({second}={third})*({third}<>""))>0'
        check = f'IF({thrice},"同一阈值出现三次",{check})'
    gaps = f'SUMPRODUCT(--(({xs}="")<>({ys}="")))+SUMPRODUCT(({left}="")*({right}<>""))>0'
    text = f'SUMPRODUCT(--({xs}<>""))+SUMPRODUCT(--({ys}<>""))>COUNT({xs},{ys})'
    unset = f'AND(COUNT({xs})=0,OR({thresholds[0]}="",{is_mark(thresholds[0], marks)}))'
    return (
        f'=IF(ISERROR(SUM({xs},{ys})),SUM({xs},{ys}),IF({unset},"未设阈值",IF({text},"{_TEXT_RULE}",'
        f'IF(COUNT({xs})<2,"阈值不全",IF({gaps},"阈值不全",{check})))))'
    )


def curve_score(target_cell: str, reading: str, check: str, first_score: str, segments: str) -> str:
    """The score by thresholds: N/A, then errors, then a broken rule, then blank, then the sum of the stretches."""
    return (
        f'=IF({target_cell}="{NOT_APPLICABLE}","N/A",IF({check}="未设阈值","N/A",IF({reading}="{NOT_APPLICABLE}","N/A",'
        f'IF({check}<>"",IF({check}="{_TEXT_RULE}",{_UNREADABLE},{_INVALID}),'
        f'IF({reading}="","",ROUND({first_score}+SUM({segments}),12))))))'
    )


def rating_score(target_cell: str, reading: str, text: str, labels: str, scores: str) -> str:
    """The score of a rating, typed with or without inner blanks; a label that the table does not know is #N/A."""
    same = f"((({labels}={reading})+({labels}={text}))>0)"
    return (
        f'=IF({target_cell}="{NOT_APPLICABLE}","N/A",IF({reading}="{NOT_APPLICABLE}","N/A",IF({reading}="","",'
        f"IF(SUMPRODUCT(--{same})=0,NA(),SUMPRODUCT({same}*{scores})))))"
    )


def manual_score(target_cell: str, reading: str) -> str:
    """A score typed by hand, as it counts."""
    return f'=IF({target_cell}="{NOT_APPLICABLE}","N/A",IF({reading}="{NOT_APPLICABLE}","N/A",{reading}))'


def counted(target_cell: str, cell: str, marks: str, scores: str, full: str = "") -> str:
    """What counts of an item with a rule: what its cell in the form shows, computed or typed over.

    Args:
        target_cell: An item without a target in the period does not count, whatever was typed.
        cell: The form's score cell.
        marks: The range of the marks.
        scores: The scores of the rule, which may go beyond 0 to 100.
        full: See `mark`.
    """
    text = trimmed(cell)
    shown = f'IF({text}="","",IF({is_mark(text, marks)},"N/A",{_UNREADABLE}))'
    value = f"IF(ISLOGICAL({cell}),{_UNREADABLE},IF(ISNUMBER({cell}),{_typed(cell, full, scores)},{shown}))"
    return f'=IF({target_cell}="{NOT_APPLICABLE}","N/A",IF(ISERROR({cell}),{cell},{value}))'


def band(
    score: str,
    ruled: str,
    reading: str,
    thresholds: Sequence[str],
    scores: Sequence[str],
    edges: Sequence[str],
    count: int,
    sign: str,
) -> str:
    """The number of the band reached, from 1 for the worst to `count`; "" without a score.

    `edges` are the form's scores at the band edges, in as many cells as there are thresholds. A score that is not what
    the rule gives (`ruled`) was typed: it says only by itself which band that is.
    """
    beyond, every = f"{thresholds[1]}:{thresholds[-1]}", f"{thresholds[0]}:{thresholds[-1]}"
    # Text sorts above numbers in comparisons; the mask leaves blank thresholds out in both directions.
    falling = f'SUMPRODUCT(({beyond}>={reading}-{_EDGE})*({beyond}<>""))'
    rising = f'SUMPRODUCT(({beyond}<={reading}+{_EDGE})*({beyond}<>""))'
    reached = f"1+IF({sign}<0,{falling},{rising})"
    inner = f"{edges[1]}:{edges[count - 1]}"
    jumped = f"1+SUMPRODUCT(--({inner}<{score}-{_EDGE}))"
    by_score = f"1+SUMPRODUCT(--({inner}<={score}+{_EDGE}))"
    # A rule whose scores are not the band edges says only by its score which band that is.
    other = f'SUMPRODUCT(({scores[0]}:{scores[-2]}<>{edges[0]}:{edges[-2]})*({scores[1]}:{scores[-1]}<>""))>0'
    number = f"IF({other},{by_score},MAX(MIN(COUNT({every})-1,{reached}),{jumped}))"
    is_ruled = f"IF(ISNUMBER({ruled}),ABS({ruled}-{score})<{_EDGE},FALSE)"
    return f'=IF(ISNUMBER({score}),MIN({count},IF({is_ruled},{number},{by_score})),"")'


def band_mark(band_cell: str, number: int, thresholds: str, threshold_cell: str) -> str:
    """A band column of the form: √ where it is reached, else the threshold that reaches it; "" where none does.

    `threshold_cell` is "" for a rule whose thresholds are not where the bands begin.
    """
    shown = f'IF(COUNT({thresholds})>{number},{threshold_cell},"")' if threshold_cell else '""'
    return f'=IF({band_cell}={number},"√",{shown})'


# --- adding up -------------------------------------------------------------------------------------------------------


def status(score: str) -> str:
    """Whether an item counts, read from its score cell alone."""
    return f'=IF(ISERROR({score}),"{ERROR}",IF(ISNUMBER({score}),"{SCORED}",IF({score}="","{MISSING}","{EXCLUDED}")))'


def weight_used(status_cell: str, weight_cell: str, blank_rule: str) -> str:
    """The weight of an item if it counts, else 0."""
    counts = f'OR({status_cell}="{SCORED}",AND({status_cell}="{MISSING}",{blank_rule}="{ZERO_WORD}"))'
    return f"=IF({counts},{weight_cell},0)"


def weighted(status_cell: str, score: str, weight_cell: str) -> str:
    """Weight × score; the error of an item that counts is passed on."""
    return f'=IF({weight_cell}=0,0,IF({status_cell}="{ERROR}",{score},IF({status_cell}="{SCORED}",{weight_cell}*{score},0)))'


def attainable(status_cell: str, weight_cell: str, scores: str, check: str | None) -> str:
    """Weight × the best score the rule can give, of items that are assessed; 100 without a rule that can be used."""
    best = f"MAX({scores})"
    if not scores:
        best = "100"
    elif check is not None:
        best = f'IF(ISERROR({check}),100,IF({check}="",{best},100))'
    return f'=IF({status_cell}="{EXCLUDED}",0,{weight_cell}*{best})'


def typed_weights(texts: str) -> str:
    """How many weights are typed at all."""
    return f'=SUMPRODUCT(--({texts}<>""))'


def weight_check(weights: str, total: str, rule: str) -> str:
    """What is wrong with the weights; "" if nothing."""
    return (
        f'=IF(MIN({weights})<0,"权重为负",IF(AND({rule}="{STRICT_WORD}",ABS({total}-1)>0.000001),'
        f'"权重合计不是100%",IF(AND({rule}<>"{AS_IS_WORD}",{total}=0),"没有权重","")))'
    )


def weighted_score(points: str, used: str, total: str, rule: str) -> str:
    """Σ weight × score / Σ weight of what counts."""
    factor = f'IF({rule}="{AS_IS_WORD}",{total},1)'
    return f'=IF(ISERROR(SUM({points})),SUM({points}),IF({used}=0,"",ROUND(SUM({points})/{used}*{factor},12)))'


def total_unrounded(
    check: str, score: str, missing: str, blank_rule: str, points: str, factor: str, floor: str, cap: str
) -> str:
    """The total before rounding: a weight problem, an error, an unfilled item, nothing to count, or the number."""
    added = f"({score}+{points})*{factor}"
    clamped = f"MIN({_bound(cap, _HIGHEST)},MAX({_bound(floor, _LOWEST)},{added}))"
    number = f"IF({_bound(floor, _LOWEST)}>{_bound(cap, _HIGHEST)},{_INVALID},ROUND({clamped},12))"
    return (
        f'=IF({check}<>"",{_INVALID},IF(ISERROR({score}),{score},IF(AND({missing}>0,{blank_rule}="{WAIT_WORD}"),"",'
        f'IF({score}="",IF({missing}>0,"","N/A"),{number}))))'
    )


def adjustments(cells: Sequence[str], marks: str, away: Sequence[str] = ()) -> str:
    """The sum of 加减分 cells; blanks and N/A marks count 0, other text is #VALUE!; those `away` are taken away."""
    return f"={'+'.join(_points(cell, marks, cell in away) for cell in cells)}"


def _points(cell: str, marks: str, is_taken: bool) -> str:
    # SUM would pass over text in silence.
    text = trimmed(cell)
    number = f"-ABS(ROUND({cell},12))" if is_taken else f"ROUND({cell},12)"
    return (
        f"IF(ISLOGICAL({cell}),{_UNREADABLE},IF(ISNUMBER({cell}),{number},"
        f'IF({text}="",0,IF({is_mark(text, marks)},0,{_UNREADABLE}))))'
    )


def vetoes(cells: Sequence[str], marks: str) -> str:
    """What 否决 cells multiply the total by: 1 for blank, 0, 否 and N/A marks, 0 for 1 and 是, a factor between."""
    return f"={'*'.join(_veto(cell, marks) for cell in cells)}"


def _veto(cell: str, marks: str) -> str:
    text = trimmed(cell)
    none, full = ("{" + ",".join(f'"{word}"' for word in words) + "}" for words in (_NO, _YES))
    number = f"IF(OR({cell}<0,{cell}>1),{_INVALID},IF({cell}=0,1,IF({cell}=1,0,ROUND({cell},12))))"
    return (
        f"IF(ISNUMBER({cell}),{number},"
        f'IF({text}="",1,IF({is_mark(text, marks)},1,IF({is_mark(text, none)},1,IF({is_mark(text, full)},0,{_UNREADABLE})))))'
    )


def _bound(cell: str, default: str) -> str:
    """A limit of the total; a blank cell sets none."""
    return f'IF({cell}="",{default},{cell})'


def total_native(unrounded: str, digits: str) -> str:
    """The total a person sees."""
    return f'=IF(ISNUMBER({unrounded}),ROUND({unrounded},IF({digits}="",2,{digits})),{unrounded})'


def coverage_native(used: str, total: str, missing: str) -> str:
    """Weight counted over all weight; "" while nothing is filled in."""
    return f'=IF({total}=0,"",IF(AND({used}=0,{missing}>0),"",ROUND({used}/{total},12)))'


def grade_place(total: str, lows: str) -> str:
    """The row of the grade table that a total reaches: the highest lower bound, else the lowest; rows in any order."""
    reached = f'SUMPRODUCT(({lows}<>"")*({lows}<={total}+{_EDGE}))'
    return f'=IF(ISNUMBER({total}),MATCH(SMALL({lows},MAX(1,{reached})),{lows},0),"")'


def grade_native(total: str, filled: str, applicable: str, labels: str, place: str) -> str:
    """The grade, or 未完成 9/11."""
    return _graded(total, filled, applicable, f"INDEX({labels},{place})")


def coefficient_native(total: str, factors: str, place: str) -> str:
    """The coefficient of the grade, #N/A where the table has none for it; "" without a total."""
    found = f"INDEX({factors},{place})"
    return _coefficient(factors, f'IF(ISNUMBER({total}),IF({found}="",NA(),{found}),{total})')


def _coefficient(factors: str, found: str) -> str:
    # A table without any coefficients is one whose department knows none.
    return f'=IF(COUNT({factors})=0,"",{found})'


def best_attainable(points: str, weights: str, statuses: str, total: str, rule: str, cap: str) -> str:
    """The highest total that the rules allow in this period; out of `total` where weights are taken as they are."""
    base = f'SUMPRODUCT({weights}*({statuses}<>"{EXCLUDED}"))'
    best = f'SUM({points})/{base}*IF({rule}="{AS_IS_WORD}",{total},1)'
    return f'=IF({base}=0,"",ROUND(MIN({best},{_bound(cap, _HIGHEST)}),12))'


def _graded(total: str, filled: str, applicable: str, found: str) -> str:
    waiting = f'IF({filled}=0,"","未完成 "&{filled}&"/"&{applicable})'
    return f'=IF(ISERROR({total}),{total},IF(ISNUMBER({total}),{found},IF({total}="",{waiting},{total})))'


# --- the same through the catalogue ----------------------------------------------------------------------------------


def score_udf(actual_cell: str, thresholds: str, scores: str, mode: str, target_cell: str, divisor: int = 1) -> str:
    """A score by KPI_SCORE. The guard keeps a blank cell blank: some hosts hand it over as 0."""
    guarded = f'IF(ISBLANK({actual_cell}),"",{actual_cell})'
    reading = guarded if divisor == 1 else f'KPI_NUMBER({guarded},"%")'
    arguments = [reading, thresholds, scores, mode]
    # An argument left out between commas is not understood everywhere; one left off at the end is.
    if not target_cell:
        return f"=KPI_SCORE({','.join(arguments)})"
    # Some hosts pass an error in the actual on without asking the function; without a target it is not looked at.
    return f'=IF({target_cell}="{NOT_APPLICABLE}","N/A",KPI_SCORE({",".join([*arguments, target_cell])}))'


def total_udf(
    scores: str,
    weights: str,
    blank_rule: str,
    points: str,
    factor: str,
    floor: str,
    cap: str,
    digits: str,
    weight_rule: str,
    native: str,
) -> str:
    """The total by KPI_TOTAL; KPI_WEIGHTED_SCORE knows no other weights than those that sum to 1."""
    bounds = f"{_bound(floor, _LOWEST)},{_bound(cap, _HIGHEST)}"
    # In an argument, a factor of 0 would be no veto.
    veto = f"IF({factor}=1,0,IF({factor}=0,1,{factor}))"
    digits = f'IF(ISBLANK({digits}),"",{digits})'
    total = f"KPI_TOTAL(KPI_WEIGHTED_SCORE({scores},{weights},{blank_rule}),{points},{veto},{bounds},{digits})"
    return f'=IF({weight_rule}="{STRICT_WORD}",{total},{native.removeprefix("=")})'


def coverage_udf(scores: str, weights: str, weight_rule: str, blank_rule: str, points: str, native: str) -> str:
    """The coverage by KPI_COVERAGE, which takes no missing item as counted, and gives an error beside any other."""
    others = f'{weight_rule}<>"{STRICT_WORD}",{blank_rule}="{ZERO_WORD}",ISERROR({points})'
    return f"=IF(OR({others}),{native},KPI_COVERAGE({scores},{weights}))"


def grade_udf(total: str, filled: str, applicable: str, table: str) -> str:
    """The grade by KPI_GRADE."""
    return _graded(total, filled, applicable, f"KPI_GRADE({total},{table})")


def coefficient_udf(total: str, factors: str, table: str) -> str:
    """The coefficient by KPI_COEFFICIENT."""
    return _coefficient(factors, f"KPI_COEFFICIENT({total},{table})")
