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
from tests.parity.books import Shown, embedded, form_of, shown, stored, thresholds
from tests.parity.exact import MISSING, NOT_APPLICABLE, Meaning, Outcome, outcome
from tests.parity.forms import BANDS, SHEET, Form, describe

TOLERANCE = 1e-9
QUICK, SOAK = range(60), range(1000, 1500)


def same(found: CellValue, expected: Meaning | None) -> bool:
    """Whether a cell shows what is expected; None: nothing is."""
    if expected is None:
        return True
    if isinstance(expected, Fraction):
        number = isinstance(found, (int, float)) and not isinstance(found, bool)
        return number and abs(found - float(expected)) <= TOLERANCE
    if isinstance(found, CellError):
        return found.code == expected
    return (found if found is not None else "") == expected


def meaning(cell: CellValue) -> Meaning:
    """A cell as the expected side states it."""
    if isinstance(cell, CellError):
        return cell.code
    return Fraction(cell) if isinstance(cell, (int, float)) else cell or ""


def check_exact(form: Form, seen: Shown) -> list[str]:
    """The workbook against exact fractions."""
    scores = [form.score(item) for item in form.items]
    wrong = [
        f"{form.cell('score', i)} {item.name}: shows {found}, expected {want}"
        for i, (item, found, want) in enumerate(zip(form.items, seen.scores, scores, strict=True))
        # The cell of a score that is typed shows what was typed.
        if item.rule.mode != "manual" and not same(found, want)
    ]
    for i, (item, found) in enumerate(zip(form.items, seen.bands, strict=False)):
        band = item.rule.band(form.target(item), form.current, item.actual.meaning)
        if band is not None and band != found:
            wrong.append(f"{item.name}: band {found} is ticked, expected {band}")
        if isinstance(scores[i], str) and found:
            wrong.append(f"{item.name}: band {found} is ticked without a score")
    want = expected(form)
    pairs = (
        ("总分", seen.foot["总分"], want.total), ("覆盖率", seen.foot["覆盖率"], want.coverage),
        ("等级", seen.foot["等级"], want.grade), ("绩效系数", seen.foot["绩效系数"], want.coefficient),
        ("最高可得总分", seen.best, want.best),
    )  # fmt: skip
    return wrong + [f"{name}: shows {found}, expected {value}" for name, found, value in pairs if not same(found, value)]


def expected(form: Form) -> Outcome:
    """The totals of a form in exact fractions."""
    weights = [item.weight.meaning for item in form.items]
    return outcome(
        [form.score(item) for item in form.items],
        [w for w in weights if isinstance(w, Fraction)],
        [item.rule.best(form.target(item), form.current) for item in form.items],
        form.settings,
        [p.meaning for p in form.points],
        [v.meaning for v in form.vetoes],
    )


def check_catalogue(form: Form, seen: Shown) -> list[str]:
    """The workbook against the worksheet functions, called with what its cells hold."""
    wrong = []
    for i, (item, rule) in enumerate(zip(form.items, seen.rules, strict=True)):
        if item.rule.mode not in ("linear", "step"):
            continue
        xs, ys = thresholds(rule)
        target = [rule["本期目标"]] if form.periods else []
        score = functions.KPI_SCORE(_actual(form, i), [xs], [ys], rule["方式"], *target)
        if not same(seen.scores[i], meaning(score)):
            wrong.append(f"{item.name}: shows {seen.scores[i]}, KPI_SCORE gives {score}")
    return wrong + _check_totals(form, seen)


def _check_totals(form: Form, seen: Shown) -> list[str]:
    s = form.settings
    scores = [[counted(form, seen, i)] for i in range(len(form.items))]
    weights = [[item.weight.typed] for item in form.items]
    if s.weights == "normalise":
        whole = sum(_fraction(item.weight.meaning) for item in form.items)
        weights = [[float(_fraction(item.weight.meaning) / whole)] for item in form.items]
    elif s.weights == "as_is":
        return []  # the functions know no such policy
    mean = functions.KPI_WEIGHTED_SCORE(scores, weights, s.missing)
    points, vetoes = ([[_cell(c.typed, c.meaning)] for c in cells] or None for cells in (form.points, form.vetoes))
    total = functions.KPI_TOTAL(mean, points, vetoes, s.floor, s.cap if s.cap is not None else "", s.digits)
    table = [[low, label, "" if factor is None else factor] for low, label, factor in s.grades]
    pairs = [("总分", "KPI_TOTAL", total), ("绩效系数", "KPI_COEFFICIENT", functions.KPI_COEFFICIENT(total, table))]
    if total not in ("",):
        pairs.append(("等级", "KPI_GRADE", functions.KPI_GRADE(total, table)))
    if not isinstance(total, CellError) and s.missing != "zero":
        pairs.append(("覆盖率", "KPI_COVERAGE", functions.KPI_COVERAGE(scores, weights)))
    return [
        f"{label}: shows {seen.foot[label]}, {name} gives {value}"
        for label, name, value in pairs
        if not same(seen.foot[label], meaning(value))
    ]


def counted(form: Form, seen: Shown, i: int) -> CellValue:
    """The score of an item as it is added up: a typed one as it was understood."""
    return seen.rules[i]["得分（0–100）"] if form.items[i].rule.mode == "manual" else seen.scores[i]


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


def check_core(form: Form, seen: Shown, data: bytes) -> list[str]:
    """The workbook against the scoring core, which reads the same file."""
    result = core_result(data)
    wrong = []
    for i, (item, found) in enumerate(zip(result.items, [counted(form, seen, i) for i in range(len(form.items))], strict=True)):
        want: CellValue = {State.MISSING: "", State.NOT_APPLICABLE: "N/A", State.ERROR: item.error}.get(item.state, item.score)
        if not same(found, meaning(want)):
            wrong.append(f"{item.kpi.name}: shows {found}, the core gives {want}")
        if form.bands and item.band and (not seen.bands[i] or BANDS[4 - seen.bands[i]] != item.band):
            wrong.append(f"{item.kpi.name}: band {seen.bands[i]} is ticked, the core says {item.band}")
    total: CellValue = {State.MISSING: "", State.NOT_APPLICABLE: "N/A", State.ERROR: result.error}.get(result.state, result.total)
    pairs: list[tuple[str, CellValue, CellValue]] = [("总分", seen.foot["总分"], total), ("等级", seen.foot["等级"], result.grade)]
    if result.coverage is not None:
        pairs.append(("覆盖率", seen.foot["覆盖率"] or 0.0, result.coverage))
    if result.total is not None:
        factor = CellError("#N/A") if result.coefficient is None else result.coefficient
        pairs.append(("绩效系数", seen.foot["绩效系数"], factor))
    if result.best_attainable is not None:
        pairs.append(("最高可得总分", seen.best, result.best_attainable))
    for label, found, value in pairs:
        text = found.code if label == "等级" and isinstance(found, CellError) else found
        if not same(text, meaning(value)):
            wrong.append(f"{label}: shows {found}, the core gives {value}")
    return wrong


def core_result(data: bytes) -> CardResult:
    """The card as `inspect` computes it from a file."""
    package = Package.open(data, where="test.xlsx")
    tables, _ = recognise_workbook(package)
    [table] = [t for t in tables if t.sheet == SHEET]
    return read_card(table, read_grid(package, SHEET), read_rule_sheet(package)).result


def check_frames(form: Form, seen: Shown) -> list[str]:
    """The workbook against the scoring of long tables."""
    rules = {}
    rows = []
    for i, (item, rule) in enumerate(zip(form.items, seen.rules, strict=True)):
        target = rule["本期目标"] if form.periods else 0.0
        if item.rule.mode == "rating":
            rules[item.name] = Rating(tuple((name, float(score)) for name, score in item.rule.labels))
        elif item.rule.mode != "manual":
            curve = _curve(rule)
            if curve is None and target != "不适用" and not isinstance(target, CellError):
                return []  # frames take rules that can be used
            rules[item.name] = curve or Curve((0.0, 1.0), (0.0, 100.0))
        rows.append((item.name, _actual(form, i), item.weight.typed, target, _cell(item.typed.typed, item.typed.meaning)))
    table = pd.DataFrame(rows, columns=["item", "actual", "weight", "target", "typed"]).assign(card="x")
    table[["points", "veto"]] = None
    settings = parse_definition(form.rules_file()).settings
    scored = frames.score_frame(table, rules=rules, typed="typed", settings=settings)
    wrong = []
    for i, (name, state, score, error) in enumerate(zip(scored["item"], scored["state"], scored["score"], scored["error"], strict=True)):
        want: Meaning = {"missing": MISSING, "not_applicable": NOT_APPLICABLE, "error": str(error)}.get(state) or (Fraction(score) if state == "number" else "")
        if not same(counted(form, seen, i), want):
            wrong.append(f"{name}: shows {counted(form, seen, i)}, frames give {want}")
    for column, cells in (("points", form.points), ("veto", form.vetoes)):
        scored[column] = pd.Series([_cell(c.typed, c.meaning) for c in cells] + [None] * (len(scored) - len(cells)), dtype=object, index=scored.index)
    row = frames.totals(scored, settings=settings, adjustments="points", veto="veto").iloc[0]
    total: Meaning = {"missing": MISSING, "not_applicable": NOT_APPLICABLE, "error": str(row["error"])}.get(row["state"]) or (Fraction(row["total"]) if row["state"] == "number" else "")
    if not same(seen.foot["总分"], total):
        wrong.append(f"总分: shows {seen.foot['总分']}, frames give {total}")
    grade = seen.foot["等级"]
    if (grade.code if isinstance(grade, CellError) else grade) != row["grade"]:
        wrong.append(f"等级: shows {grade}, frames give {row['grade']}")
    return wrong


def _curve(rule: Mapping[str, CellValue]) -> Curve | None:
    xs, ys = thresholds(rule)
    try:
        found = curve_of([xs], [ys], rule["方式"])
    except RuleError:
        return None
    return found if isinstance(found, Curve) else None


def check(form: Form, flavour: str) -> list[str]:
    """All comparisons of one form."""
    data = embedded(form, flavour)
    seen = shown(form, stored(data))
    wrong = check_exact(form, seen) + check_catalogue(form, seen) + check_core(form, seen, data) + check_frames(form, seen)
    return [describe(form), *wrong] if wrong else []


@pytest.mark.parametrize("seed", QUICK)
def test_engines(seed: int) -> None:
    wrong = check(form_of(seed), "native")
    assert not wrong, "\n".join(wrong)
