"""Generated cards: formulas computed by the engine, the catalogue, the scoring core, frames and exact fractions agree."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd
import pytest

from scorecard import frames, functions
from scorecard.catalogue import curve_of
from scorecard.definitions import parse_definition
from scorecard.errors import RuleError
from scorecard.scoring.curve import Curve, Rating
from scorecard.scoring.model import CardResult
from scorecard.scoring.values import CellError, CellValue, State
from scorecard.workbook.card import read_card
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.recognise import recognise_workbook
from scorecard.workbook.ruleread import read_rule_sheet
from tests.parity.books import Shown, embedded, form_of, same, shown, stored, thresholds
from tests.parity.exact import MISSING, NOT_APPLICABLE, Meaning, Outcome, outcome
from tests.parity.forms import BANDS, SHEET, Form, describe

QUICK = [*[(seed, "native") for seed in range(48, 72)], *[(seed, "udf") for seed in range(48, 72, 2)]]
SOAK = [range(start, start + 25) for start in range(1000, 1500, 25)]


@pytest.mark.parametrize(("seed", "flavour"), QUICK)
def test_engines_agree(seed: int, flavour: str) -> None:
    wrong = check(form_of(seed), flavour)
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("flavour", ["native", "udf"])
@pytest.mark.parametrize("seeds", SOAK, ids=str)
def test_engines_agree_on_many(seeds: range, flavour: str) -> None:
    wrong = [line for seed in seeds for line in check(form_of(seed), flavour)]
    assert not wrong, "\n".join(wrong)


def test_the_generator_reaches_every_state() -> None:
    """What is compared above is worth nothing if the forms are all alike."""
    forms = [form_of(seed) for seed, flavour in QUICK if flavour == "native"]
    scores = [form.score(item) for form in forms for item in form.items]
    shown_ = {score if isinstance(score, str) else "number" for score in scores}
    assert {"number", "", "N/A", "#N/A", "#DIV/0!", "#VALUE!"} <= shown_
    assert sum(isinstance(score, Fraction) for score in scores) > len(scores) / 2
    assert {item.rule.mode for form in forms for item in form.items} == {"linear", "step", "rating", "manual"}
    totals = [expected(form) for form in forms]
    assert sum(isinstance(total.total, Fraction) for total in totals) >= 6
    assert any(total.grade.startswith("未完成") for total in totals) and any(total.total == "#NUM!" for total in totals)
    assert {len(form.periods) for form in forms} == {0, 1, 2, 3, 4}


# --- one form --------------------------------------------------------------------------------------------------------


def check(form: Form, flavour: str) -> list[str]:
    """All comparisons of one form: what disagrees, after the form itself; empty if nothing does."""
    data = embedded(form, flavour)
    seen = shown(form, stored(data))
    wrong = check_exact(form, seen) + check_catalogue(form, seen) + check_core(form, seen, data)
    wrong += check_frames(form, seen)
    return [describe(form), *wrong] if wrong else []


def check_exact(form: Form, seen: Shown) -> list[str]:
    """The workbook against exact fractions."""
    scores = [form.score(item) for item in form.items]
    wrong = [
        f"{form.cell('score', i)} {item.name}: shows {found}, expected {want}"
        for i, (item, found, want) in enumerate(zip(form.items, seen.scores, scores, strict=True))
        # The cell of a score that is typed shows what was typed.
        if item.rule.mode != "manual" and not same(found, want)
    ]
    for item, found, score in zip(form.items, seen.bands, scores, strict=False):
        band = item.rule.band(form.target(item), form.current, item.actual.meaning)
        if band is not None and band != found:
            wrong.append(f"{item.name}: band {found} is ticked, expected {band}")
        if isinstance(score, str) and found:
            wrong.append(f"{item.name}: band {found} is ticked without a score")
    want = expected(form)
    return wrong + _differences(
        "expected",
        [
            ("总分", seen.foot["总分"], want.total),
            ("覆盖率", seen.foot["覆盖率"], want.coverage),
            ("等级", seen.foot["等级"], want.grade),
            ("绩效系数", seen.foot["绩效系数"], want.coefficient),
            ("最高可得总分", seen.best, want.best),
        ],
    )


def expected(form: Form) -> Outcome:
    """The totals of a form in exact fractions."""
    return outcome(
        [form.score(item) for item in form.items],
        [_fraction(item.weight.meaning) for item in form.items],
        [item.rule.best(form.target(item), form.current) for item in form.items],
        form.settings,
        [p.meaning for p in form.points],
        [v.meaning for v in form.vetoes],
    )


def check_catalogue(form: Form, seen: Shown) -> list[str]:
    """The workbook against the worksheet functions, called with what its cells hold."""
    pairs: list[tuple[str, CellValue, Meaning | None]] = []
    for i, (item, rule) in enumerate(zip(form.items, seen.rules, strict=True)):
        if item.rule.mode in ("linear", "step"):
            xs, ys = thresholds(rule)
            target = [rule["本期目标"]] if form.periods else []
            score = functions.KPI_SCORE(_actual(form, i), [xs], [ys], rule["方式"], *target)
            pairs.append((item.name, seen.scores[i], meaning(score)))
    s = form.settings
    scores = [[counted(form, seen, i)] for i in range(len(form.items))]
    weights: list[list[object]] = [[item.weight.typed] for item in form.items]
    if s.weights == "normalise":
        whole = sum(_fraction(item.weight.meaning) for item in form.items)
        weights = [[float(_fraction(item.weight.meaning) / whole)] for item in form.items]
    elif s.weights == "as_is":
        return _differences("the catalogue gives", pairs)  # the functions know no such policy
    mean = functions.KPI_WEIGHTED_SCORE(scores, weights, s.missing)
    points, vetoes = ([[_cell(c.typed, c.meaning)] for c in cells] or None for cells in (form.points, form.vetoes))
    total = functions.KPI_TOTAL(mean, points, vetoes, s.floor, s.cap if s.cap is not None else "", s.digits)
    table = [[low, label, "" if factor is None else factor] for low, label, factor in s.grades]
    pairs.append(("总分", seen.foot["总分"], meaning(total)))
    if any(factor is not None for _, _, factor in s.grades):
        pairs.append(("绩效系数", seen.foot["绩效系数"], meaning(functions.KPI_COEFFICIENT(total, table))))
    if total != "":
        pairs.append(("等级", seen.foot["等级"], meaning(functions.KPI_GRADE(total, table))))
    if not isinstance(total, CellError) and s.missing != "zero":
        pairs.append(("覆盖率", seen.foot["覆盖率"], meaning(functions.KPI_COVERAGE(scores, weights))))
    return _differences("the catalogue gives", pairs)


def check_core(form: Form, seen: Shown, data: bytes) -> list[str]:
    """The workbook against the scoring core, which reads the same file."""
    result = core_result(data)
    pairs: list[tuple[str, CellValue, Meaning | None]] = []
    wrong = []
    for i, item in enumerate(result.items):
        pairs.append((item.kpi.name, counted(form, seen, i), _state(item.state, item.score, item.error)))
        if form.bands and item.band and (not seen.bands[i] or BANDS[4 - seen.bands[i]] != item.band):
            wrong.append(f"{item.kpi.name}: band {seen.bands[i]} is ticked, the core says {item.band}")
    pairs.append(("总分", seen.foot["总分"], _state(result.state, result.total, result.error)))
    pairs.append(("等级", seen.foot["等级"], result.grade))
    if result.coverage is not None:
        # Nothing filled in: the form shows no coverage rather than 0 %.
        pairs.append(("覆盖率", seen.foot["覆盖率"] or 0.0, meaning(result.coverage)))
    if result.coefficient is not None:
        pairs.append(("绩效系数", seen.foot["绩效系数"], meaning(result.coefficient)))
    if result.best_attainable is not None:
        pairs.append(("最高可得总分", seen.best, meaning(result.best_attainable)))
    return wrong + _differences("the core gives", pairs)


def core_result(data: bytes) -> CardResult:
    """The card as `inspect` computes it from a file."""
    package = Package.open(data, where="test.xlsx")
    tables, _ = recognise_workbook(package)
    [table] = [t for t in tables if t.sheet == SHEET]
    return read_card(table, read_grid(package, SHEET), read_rule_sheet(package)).result


def check_frames(form: Form, seen: Shown) -> list[str]:
    """The workbook against the scoring of long tables."""
    rules: dict[str, Curve | Rating] = {}
    rows = []
    for i, (item, rule) in enumerate(zip(form.items, seen.rules, strict=True)):
        target = rule["本期目标"] if form.periods else 0.0
        if item.rule.mode == "rating":
            rules[item.name] = Rating(tuple((name, float(score)) for name, score in item.rule.labels))
        elif item.rule.mode != "manual":
            curve = _curve(rule)
            if curve is None and target != "不适用" and not isinstance(target, CellError):
                # No thresholds in this period: frames know that from the target. A broken rule is none of theirs.
                if seen.scores[i] != NOT_APPLICABLE:
                    return []
                target = "不适用"
            rules[item.name] = curve or Curve((0.0, 1.0), (0.0, 100.0))
        typed = _cell(item.typed.typed, item.typed.meaning)
        rows.append((item.name, _actual(form, i), item.weight.typed, target, typed, "x"))
    table = pd.DataFrame(rows, columns=["item", "actual", "weight", "target", "typed", "card"])
    settings = parse_definition(form.rules_file()).settings
    scored = frames.score_frame(table, rules=rules, typed="typed", settings=settings)
    for column, contents in (("points", form.points), ("veto", form.vetoes)):
        cells = [_cell(c.typed, c.meaning) for c in contents] + [None] * (len(scored) - len(contents))
        scored[column] = pd.Series(cells, dtype=object)
    pairs: list[tuple[str, CellValue, Meaning | None]] = [
        (row["item"], counted(form, seen, i), _frame_state(row, "score"))
        for i, row in enumerate(scored.to_dict("records"))
    ]
    row = frames.totals(scored, settings=settings, adjustments="points", veto="veto").iloc[0].to_dict()
    pairs += [("总分", seen.foot["总分"], _frame_state(row, "total")), ("等级", seen.foot["等级"], row["grade"])]
    return _differences("frames give", pairs)


# --- cells and meanings ----------------------------------------------------------------------------------------------


def meaning(cell: object) -> Meaning:
    """A cell as the expected side states it."""
    if isinstance(cell, CellError):
        return cell.code
    return Fraction(cell) if isinstance(cell, (int, float)) else str(cell or "")


def counted(form: Form, seen: Shown, i: int) -> CellValue:
    """The score of an item as it is added up: a typed one as it was understood."""
    return seen.rules[i]["计入得分"] if form.items[i].rule.mode == "manual" else seen.scores[i]


def _differences(what: str, pairs: list[tuple[str, CellValue, Meaning | None]]) -> list[str]:
    return [f"{name}: shows {found}, {what} {want}" for name, found, want in pairs if not same(found, want)]


def _state(state: State, number: float | None, error: CellError | None) -> Meaning:
    if number is not None:
        return Fraction(number)
    if error is not None:
        return error.code
    return NOT_APPLICABLE if state is State.NOT_APPLICABLE else MISSING


def _frame_state(row: Mapping[str, object], number: str) -> Meaning:
    state = row["state"]
    if state == "number":
        return meaning(row[number])
    return str(row["error"]) if state == "error" else NOT_APPLICABLE if state == "not_applicable" else MISSING


def _actual(form: Form, i: int) -> CellValue:
    content = form.items[i].actual
    if form.percent_header and isinstance(content.meaning, Fraction):
        return float(content.meaning)
    return _cell(content.typed, content.meaning)


def _cell(typed: object, means: Meaning) -> CellValue:
    """What a host hands over for a cell: an error as an error, the value of a formula."""
    if isinstance(means, str) and means.startswith("#") and (typed == means or str(typed).startswith("=")):
        return CellError(means)
    return "" if typed is None or str(typed).startswith("=") else typed  # type: ignore[return-value]


def _fraction(means: Meaning) -> Fraction:
    assert isinstance(means, Fraction)
    return means


def _curve(rule: Mapping[str, CellValue]) -> Curve | None:
    xs, ys = thresholds(rule)
    try:
        found = curve_of([xs], [ys], rule["方式"])
    except RuleError:
        return None
    return found if isinstance(found, Curve) else None
