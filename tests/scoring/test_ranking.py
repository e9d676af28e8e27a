"""Ranks, forced distribution and calibration: section 5 of docs/scoring.md."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError
from scorecard.scoring.ranking import MINIMUM_GROUP, calibrate, forced_distribution, heads, rank, rank_method
from tests.scoring import witness


def ranks(scores: list[float], method: str = "competition") -> list[int]:
    return [rank(s, scores, method) for s in scores]


def test_competition_rank_1_2_2_4() -> None:
    assert ranks([90, 85, 85, 80]) == [1, 2, 2, 4]


def test_chinese_rank_1_2_2_3() -> None:
    assert ranks([90, 85, 85, 80], "dense") == [1, 2, 2, 3]


def test_ranks_in_any_order() -> None:
    assert ranks([80, 85, 90, 85]) == [4, 2, 1, 2]
    assert ranks([80, 80, 80]) == [1, 1, 1]


def test_a_difference_in_the_thirteenth_decimal_is_a_tie() -> None:
    assert ranks([65.6 / 82, 0.8, 0.7]) == [1, 1, 3]


def test_only_a_listed_score_has_a_rank() -> None:
    with pytest.raises(RuleError) as problem:
        rank(70, [90, 80])
    assert problem.value.code == "#N/A"


@pytest.mark.parametrize(
    ("text", "method"),
    [
        (None, "competition"), ("", "competition"), ("竞争", "competition"), ("1224", "competition"),
        ("Competition", "competition"),        ("中国式", "dense"), ("dense", "dense"),
        ("１２２３", "dense"), ("密集", "dense"), ("美式", "competition"),
    ],
)  # fmt: skip
def test_methods(text: str | None, method: str) -> None:
    assert rank_method(text) == method


def test_an_unknown_method() -> None:
    with pytest.raises(RuleError) as problem:
        rank_method("1234")
    assert problem.value.code == "#NUM!"


lists = st.lists(st.integers(0, 60).map(lambda n: n / 4 + 70), min_size=1, max_size=25)


@given(lists)
def test_ranks_agree_with_the_witness(scores: list[float]) -> None:
    assert ranks(scores) == [witness.competition_rank(s, scores) for s in scores]
    assert ranks(scores, "dense") == [witness.dense_rank(s, scores) for s in scores]


# --- forced distribution ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quotas", "size", "expected"),
    [
        ([0.2, 0.7, 0.1], 12, [3, 8, 1]),  # 2.4, 8.4, 1.2: the better of two equal remainders
        ([0.2, 0.7, 0.1], 10, [2, 7, 1]),
        ([0.1, 0.2, 0.7], 5, [1, 1, 3]),  # 0.5, 1, 3.5
        ([0.5, 0.5], 5, [3, 2]),
        ([0.25] * 4, 6, [2, 2, 1, 1]),
        ([1.0], 7, [7]),
        ([0.0, 1.0], 7, [0, 7]),
        ([1 / 3, 1 / 3, 1 / 3], 5, [2, 2, 1]),
        ([0.15, 0.35, 0.5], 20, [3, 7, 10]),
        ([0.07, 0.93], 100, [7, 93]),  # 0.07 × 100 = 7.000000000000001 in floats
        ([0.29, 0.71], 100, [29, 71]),  # 0.29 × 100 = 28.999999999999996
    ],
)
def test_quotas_as_heads(quotas: list[float], size: int, expected: list[int]) -> None:
    assert heads(quotas, size) == expected


@pytest.mark.parametrize("quotas", [[0.5, 0.4], [0.5, 0.6], [1.2, -0.2], [], [0.5, 0.500002], [0.5, 0.499998]])
def test_quotas_that_are_none(quotas: list[float]) -> None:
    with pytest.raises(RuleError):
        heads(quotas, 10)


def test_quotas_within_a_millionth() -> None:
    assert heads([0.333333, 0.333333, 0.333333], 9) == [3, 3, 3]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 60))
def test_heads_agree_with_the_witness(parts: list[int], size: int) -> None:
    quotas = [p / 100 for p in [*parts, 100 - sum(parts)]] if sum(parts) < 100 else [1.0]
    found = heads(quotas, size)
    assert found == witness.heads(quotas, size)
    assert sum(found) == size
    assert all(abs(n - q * size) < 1 + 1e-9 for n, q in zip(found, quotas, strict=True))


def test_a_tie_across_a_boundary_goes_to_the_better_grade_whole() -> None:
    proposal = forced_distribution([95, 90, 90, 80, 70], ["A", "B", "C"], [0.4, 0.4, 0.2])
    assert proposal.grades == ("A", "A", "A", "B", "C")
    assert (proposal.quota, proposal.actual, proposal.deviation) == ((2, 2, 1), (3, 1, 1), (1, -1, 0))


def test_a_tie_can_swallow_a_grade() -> None:
    proposal = forced_distribution([90, 80, 80, 80, 80, 60], ["A", "B", "C"], [1 / 3, 1 / 3, 1 / 3])
    assert proposal.grades == ("A", "A", "A", "A", "A", "C")
    assert proposal.deviation == (3, -2, -1)


def test_all_equal() -> None:
    assert set(forced_distribution([80] * 6, ["A", "B"], [0.5, 0.5]).grades) == {"A"}


def test_a_grade_without_a_quota_stays_empty() -> None:
    proposal = forced_distribution([90, 80, 70, 60, 50], ["S", "A", "B"], [0.0, 0.4, 0.6])
    assert proposal.grades == ("A", "A", "B", "B", "B") and proposal.actual == (0, 2, 3)


def test_minimum_group_of_five() -> None:
    assert MINIMUM_GROUP == 5
    assert forced_distribution([5, 4, 3, 2, 1], ["A", "B"], [0.2, 0.8]).grades == ("A", "B", "B", "B", "B")
    for scores in ([4, 3, 2, 1], []):
        with pytest.raises(RuleError) as problem:
            forced_distribution(scores, ["A", "B"], [0.2, 0.8])
        assert problem.value.code == "#NUM!"


def test_labels_and_quotas_go_together() -> None:
    with pytest.raises(RuleError):
        forced_distribution([5, 4, 3, 2, 1], ["A", "B", "C"], [0.2, 0.8])


@given(
    st.lists(st.integers(0, 30).map(float), min_size=5, max_size=30),
    st.sampled_from([[0.2, 0.7, 0.1], [0.1, 0.2, 0.4, 0.3], [0.5, 0.5], [1.0]]),
)
def test_forced_distribution_agrees_with_the_witness(scores: list[float], quotas: list[float]) -> None:
    labels = list("ABCD")[: len(quotas)]
    proposal = forced_distribution(scores, labels, quotas)
    assert list(proposal.grades) == witness.forced(scores, labels, quotas)
    assert sum(proposal.actual) == sum(proposal.quota) == len(scores)
    assert proposal.actual == tuple(proposal.grades.count(label) for label in labels)
    by_score = dict(zip(scores, proposal.grades, strict=True))
    assert all(by_score[s] == g for s, g in zip(scores, proposal.grades, strict=True))  # equals get equals
    ordered = [by_score[s] for s in sorted(set(scores), reverse=True)]
    assert ordered == sorted(ordered)  # more points never mean a worse grade


# --- calibration -----------------------------------------------------------------------------------------------------

LENIENT, SEVERE = [80.0, 82, 84, 86, 88], [60.0, 62, 64, 66, 68]


def test_z_scores_give_raters_one_mean_and_one_spread() -> None:
    wide = [40.0, 52, 64, 76, 88]
    lenient, severe, spread = calibrate([LENIENT, SEVERE, wide])
    for group in (lenient, severe, spread):
        adjusted = [c.adjusted for c in group]
        assert statistics.fmean(adjusted) == pytest.approx(statistics.fmean(LENIENT + SEVERE + wide))
        pooled = statistics.fmean(statistics.pvariance(g) for g in (LENIENT, SEVERE, wide)) ** 0.5
        assert statistics.pstdev(adjusted) == pytest.approx(pooled)
        assert {c.method for c in group} == {"z"}
    assert [c.original for c in lenient] == LENIENT


def test_groups_of_different_size_count_by_head() -> None:
    small, large = [70.0, 72, 74, 76, 78], [60.0, 70, 80, 90, 60, 70, 80, 90, 60, 90]
    adjusted = [c.adjusted for c in calibrate([small, large])[0]]
    grand = statistics.fmean(small + large)
    within = ((statistics.pvariance(small) * 5 + statistics.pvariance(large) * 10) / 15) ** 0.5
    assert statistics.fmean(adjusted) == pytest.approx(grand)
    assert statistics.pstdev(adjusted) == pytest.approx(within)


def test_mean_ratio() -> None:
    lenient, severe = calibrate([LENIENT, SEVERE], "ratio")
    assert [c.adjusted for c in severe] == pytest.approx([s * 74 / 64 for s in SEVERE])
    assert [c.adjusted for c in lenient] == pytest.approx([s * 74 / 84 for s in LENIENT])
    assert {c.method for c in lenient} == {"ratio"}


@pytest.mark.parametrize("method", ["z", "ratio"])
@pytest.mark.parametrize("odd", [[90.0, 91, 92, 93], [70.0] * 5, [0.0] * 6, [], [55.0]])
def test_small_or_uniform_groups_are_left_alone(method: str, odd: list[float]) -> None:
    groups = calibrate([LENIENT, odd, SEVERE], method)
    assert [(c.original, c.adjusted, c.method) for c in groups[1]] == [(s, s, "none") for s in odd]
    alone = calibrate([LENIENT, SEVERE], method)
    assert groups[0] == alone[0] and groups[2] == alone[1]


def test_five_are_enough() -> None:
    assert calibrate([[1.0, 2, 3, 4, 5]])[0][0].method == "z"


@pytest.mark.parametrize("method", ["z", "ratio"])
def test_one_rater_alone_is_not_changed(method: str) -> None:
    assert [c.adjusted for c in calibrate([LENIENT], method)[0]] == pytest.approx(LENIENT)


def test_adjusted_scores_stay_on_the_scale() -> None:
    high, low = calibrate([[5.0, 5, 5, 5, 95], [80.0, 90, 100, 95, 85]], "ratio")
    assert max(c.adjusted for c in high) == 100
    wide, narrow = calibrate([[50.0, 50, 50, 50, 50, 50, 50, 50, 50, 0], [0.0, 100, 0, 100, 0, 100]])
    assert min(c.adjusted for c in wide) == 0
    assert all(0 <= c.adjusted <= 100 for c in [*high, *low, *wide, *narrow])


def test_calibration_keeps_the_order() -> None:
    for method in ("z", "ratio"):
        for group in calibrate([LENIENT, SEVERE, [50.0, 70, 90, 60, 80]], method):
            in_order = sorted(group, key=lambda c: c.original)
            assert [c.adjusted for c in in_order] == sorted(c.adjusted for c in group)


def test_an_unknown_calibration() -> None:
    with pytest.raises(RuleError):
        calibrate([LENIENT], "median")
    assert calibrate([]) == []
