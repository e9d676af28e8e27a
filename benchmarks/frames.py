"""How fast columns are scored: `python -m benchmarks.frames [rows]`.

Every line is measured against a numpy copy of the very arrays that the call reads, both in turn within one process, and
shown as the median of the ratios; the times themselves depend on the machine and on what else it does.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from scorecard.frames import score, score_frame, snap, totals
from scorecard.scoring.curve import Curve, bands

RUNS = 7
KPIS = 11
SAMPLE = 10_000
SCORES = np.array([0.0, 60.0, 70.0, 90.0, 100.0])


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(name: str, rows: int, function: Callable[[], object], arrays: Sequence[np.ndarray]) -> None:
    """Prints the median of `RUNS` pairs: the call, and a copy of the arrays it reads."""
    for warm in (function, lambda: [a.copy() for a in arrays]):
        warm()
    pairs = [(seconds(function), seconds(lambda: [a.copy() for a in arrays])) for _ in range(RUNS)]
    ratio = statistics.median(mine / copy for mine, copy in pairs)
    each = statistics.median(mine for mine, _ in pairs) / rows * 1e9
    print(f"{name:<52}{each:>10.1f}{ratio:>12.1f}")


def rules_of(random: np.random.Generator) -> np.ndarray:
    """One row of thresholds per KPI, rates and cost rates in turn."""
    rising, falling = np.array([0.80, 0.95, 0.97, 0.99, 1.00]), np.array([1.20, 0.92, 0.88, 0.80, 0.70])
    shift = np.round(random.uniform(0, 0.05, KPIS), 3)
    return np.array([(falling if i % 3 == 2 else rising) + shift[i] for i in range(KPIS)])


def main(rows: int) -> None:
    random = np.random.default_rng(1)
    rules = rules_of(random)
    rule = np.tile(np.arange(KPIS), rows // KPIS + 1)[:rows]
    typed = np.round(random.uniform(0.6, 1.3, rows), 4)
    quotients = random.integers(600, 1300, rows) / random.integers(900, 1100, rows)
    per_row, scores_per_row = rules[rule], np.tile(SCORES, (rows, 1))

    print(f"{rows:,} rows, {KPIS} KPIs, 5 thresholds; medians of {RUNS} runs")
    print(f"{'':<52}{'ns per row':>10}{'× copy':>12}")
    compare("snap", rows, lambda: snap(typed), [typed])
    for name, actual in (("typed decimals", typed), ("quotients", quotients)):
        compare(f"score, {name}: one rule", rows, lambda a=actual: score(a, rules[0], SCORES), [actual])
        compare(f"score, {name}: per KPI", rows, lambda a=actual: score(a, rules, SCORES, rule=rule), [actual, rule])
        compare(f"score, {name}: per row", rows, lambda a=actual: score(a, per_row, SCORES), [actual, per_row])
        compare(
            f"score, {name}: per row, own scores",
            rows,
            lambda a=actual: score(a, per_row, scores_per_row),
            [actual, per_row, scores_per_row],
        )

    card = np.arange(rows) // KPIS
    frame = pd.DataFrame({"card": card, "item": rule, "actual": typed, "weight": 100 / KPIS})
    curves = {i: bands(rules[i].tolist()) for i in range(KPIS)}
    scored = score_frame(frame, rules=curves)
    compare("score_frame, numbers", rows, lambda: score_frame(frame, rules=curves), [card, rule, typed, typed])
    texts = frame.assign(
        actual=pd.Series([f"{x:.2%}" for x in typed[:SAMPLE]] * (rows // SAMPLE + 1), dtype=object)[:rows]
    )
    compare(
        "score_frame, every cell a text", rows, lambda: score_frame(texts, rules=curves), [card, rule, typed, typed]
    )
    compare("totals", rows, lambda: totals(scored), [card, rule, typed, typed])

    sample = pd.DataFrame({"rule": rule, "actual": typed})[:SAMPLE]
    by_rule = [Curve(tuple(row.tolist()), tuple(SCORES.tolist())) for row in rules]
    apply = seconds(lambda: sample.apply(lambda row: by_rule[int(row["rule"])].score(row["actual"]), axis=1))
    here = statistics.median(seconds(lambda: score(typed, rules, SCORES, rule=rule)) for _ in range(RUNS))
    print(f"{'pandas apply of the scalar curve, per KPI':<52}{apply / SAMPLE * 1e9:>10.1f}")
    print(f"score per KPI is {apply / SAMPLE / (here / rows):,.0f} times as fast (apply on {SAMPLE:,} rows, scaled)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
