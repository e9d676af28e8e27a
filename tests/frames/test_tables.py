"""`score_frame` and `totals`: the worked examples, and `score_card` on the same cards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import RuleError, UsageError
from scorecard.frames import score_frame, totals
from scorecard.functions import KPI_COVERAGE, KPI_WEIGHTED_SCORE
from scorecard.scoring.curve import Curve, Rating, Rule, bands, in_range, pass_fail, rating, steps
from scorecard.scoring.model import Adjustment, CardResult, Grade, GradeTable, Kpi, Scorecard, Settings, Veto
from scorecard.scoring.score import score_card
from scorecard.scoring.values import CellError, read
from scorecard.scoring.weights import read_weights

STRAIGHT = Curve((0, 100), (0, 100))
RULES: dict[str, Rule] = {
    "及时率": bands((0.80, 0.95, 0.97, 0.99, 1.00)),
    "费用率": bands((1.20, 0.92, 0.88, 0.80, 0.70)),
    "库存": in_range(10, 20, 5, 0),
    "差错": steps({3: 0, 2: 60, 1: 80, 0: 100}, higher=False),
    "认证": pass_fail(1),
    "态度": rating({"优": 95, "良": 85, "中": 75, "差": 50}),
    "打分": rating({}),
    "直线": STRAIGHT,
}


def table(rows: Sequence[Sequence[object]], columns: str = "card item actual weight") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split()).astype({"actual": object, "weight": object})


def one_card(actuals: Sequence[object], weights: Sequence[object], item: str = "直线") -> pd.DataFrame:
    return table([("甲", item, a, w) for a, w in zip(actuals, weights, strict=True)])


def total_of(frame: pd.DataFrame, settings: Settings | None = None, **columns: str) -> pd.Series:
    result = totals(score_frame(frame, rules=RULES, settings=settings), settings=settings, **columns)
    assert len(result) == 1
    return result.iloc[0]


# --- worked examples of docs/scoring.md ------------------------------------------------------------------------------


def test_one_score_as_the_specification_explains_it() -> None:
    frame = table([("甲", "及时率", "96%", 0.15), ("甲", "直线", 100, 0.85)])
    row = score_frame(frame, rules=RULES).iloc[0]
    assert (row["score"], row["share"], row["contribution"], row["state"]) == (65.0, 0.15, 9.75, "number")


def test_items_without_a_target_give_their_weight_to_the_others() -> None:
    """Seed 001, month: 5 % and 6 % have no monthly target, base 89 %: 80.0 redistributed, 71.2 not."""
    frame = one_card([80, 80, 80, 80], ["40%", "49%", "5%", "6%"]).assign(target=[1, 1, None, "—"])
    scored = score_frame(frame, rules=RULES)
    assert list(scored["state"]) == ["number", "number", "not_applicable", "not_applicable"]
    assert scored["share"].tolist() == pytest.approx([0.4 / 0.89, 0.49 / 0.89, 0, 0])
    result = totals(scored).iloc[0]
    assert (result["total"], result["coverage"], result["applicable"]) == (80.0, 0.89, 2)
    assert (scored["score"] * [0.4, 0.49, 0.05, 0.06]).sum() == pytest.approx(71.2)


def test_the_grade_is_read_from_the_rounded_total() -> None:
    below, above = total_of(one_card([89.994], [1])), total_of(one_card([89.995], [1]))
    assert (below["total"], below["grade"], below["coefficient"]) == (89.99, "良", 1.1)
    assert (above["total"], above["grade"], above["coefficient"]) == (90.0, "优", 1.2)
    assert above["computed"] == 89.995
    assert total_of(one_card([84.5], [1]), Settings(digits=0))["total"] == 85
    assert total_of(one_card([2.675], [1]))["total"] == 2.68


@pytest.mark.parametrize(
    ("missing", "total", "coverage", "grade"),
    [("incomplete", None, 0.6, "未完成 1/2"), ("zero", 48.0, 1.0, "差"), ("exclude", 80.0, 0.6, "良")],
)
def test_missing_items(missing: str, total: float | None, coverage: float, grade: str) -> None:
    result = total_of(one_card([80, ""], [0.6, 0.4]), Settings(missing=missing))
    assert (None if math.isnan(result["total"]) else result["total"], result["coverage"]) == (total, coverage)
    assert (result["grade"], result["filled"], result["applicable"]) == (grade, 1, 2)


def test_a_blank_card_looks_blank_and_a_card_of_nothing_is_not_applicable() -> None:
    blank, none = total_of(one_card(["", None], [0.6, 0.4])), total_of(one_card(["N/A", "/"], [0.6, 0.4]))
    assert (blank["grade"], blank["state"]) == ("", "missing")
    assert (none["grade"], none["state"], none["coverage"]) == ("N/A", "not_applicable", 0.0)


def test_an_error_wins_and_its_first_is_named() -> None:
    result = total_of(one_card([80, "", "无", "#DIV/0!"], [0.25, 0.25, 0.25, 0.25]))
    assert (result["state"], result["error"], result["grade"]) == ("error", "#VALUE!", "#VALUE!")
    assert math.isnan(result["total"]) and math.isnan(result["coefficient"])


def test_not_applicable_by_target_comes_before_an_error() -> None:
    frame = one_card([80, "#DIV/0!", 50], [0.4, 0.3, 0.3]).assign(target=[1, "", "#REF!"])
    scored = score_frame(frame, rules=RULES)
    assert list(scored["state"]) == ["number", "not_applicable", "error"]
    assert pd.isna(scored["error"].iloc[1]) and scored["error"].iloc[2] == "#REF!"


@pytest.mark.parametrize(
    ("weights", "policy", "total", "error"),
    [
        (["15%", "85%"], "strict", 97.0, None),
        ([15, 85], "strict", 97.0, None),
        ([0.15, 0.85], "strict", 97.0, None),
        ([0.15, 85], "strict", None, "#NUM!"),
        (["20%", 79.5, 0.5], "strict", 96.0, None),
        ([0.15, 0.8], "strict", None, "#NUM!"),
        ([0.15, 0.8], "normalise", 96.842105, None),
        ([0.15, 0.85 + 5e-7], "strict", 97.0, None),
        ([-0.15, 1.15], "strict", None, "#NUM!"),
        ([0, 30, 10], "normalise", 100.0, None),
        ([None, None], "strict", 90.0, None),
        ([0, 1], "strict", 100.0, None),
        (["无", 1], "strict", None, "#VALUE!"),
        (["#REF!", -1], "strict", None, "#REF!"),
        ([0, 0], "normalise", None, "#NUM!"),
        ([1, 0.1], "as_is", 90.0, None),  # a bonus item: 80 and a tenth of 100
    ],
)
def test_weights(weights: list[object], policy: str, total: float | None, error: str | None) -> None:
    result = total_of(one_card([80, 100, 100][: len(weights)], weights), Settings(weights=policy))
    assert (None if pd.isna(result["error"]) else result["error"]) == error
    assert math.isnan(result["total"]) if total is None else result["total"] == pytest.approx(total, abs=0.005)


def test_an_item_of_weight_nought_is_shown_but_not_scored() -> None:
    result = total_of(one_card([80, "无", ""], [1, 0, 0]))
    assert (result["total"], result["state"], result["filled"], result["applicable"]) == (80.0, "number", 1, 3)


def test_adjustments_veto_and_clamps_in_their_order() -> None:
    frame = one_card([80, 80], [0.5, 0.5])
    points = frame.assign(plus=[5, "-2.5"])
    assert total_of(points, adjustments="plus")["total"] == 82.5
    assert total_of(one_card([80.1], [1]).assign(plus=-0.2), adjustments="plus")["computed"] == 79.9
    assert total_of(points.assign(no=["", 0.5]), adjustments="plus", veto="no")["total"] == 41.25
    assert total_of(points.assign(no=[True, None]), adjustments="plus", veto="no")["total"] == 0
    assert total_of(points.assign(no=["否", 0]), adjustments="plus", veto="no")["total"] == 82.5
    assert total_of(points, Settings(cap=81), adjustments="plus")["total"] == 81
    assert total_of(frame.assign(plus=[-99, None]), Settings(floor=10), adjustments="plus")["total"] == 10
    assert total_of(frame.assign(plus=["很多", 1], no=[2, 0]), adjustments="plus", veto="no")["error"] == "#VALUE!"
    assert total_of(frame.assign(no=[2, 0]), veto="no")["error"] == "#NUM!"


def test_own_grades() -> None:
    grades = GradeTable((Grade(60, "B"), Grade(85, "A", 2.0), Grade(0, "C", 1.0)))
    frame = table([(card, "直线", score, 1) for card, score in zip("甲乙丙丁", (85, 84.99, 59.99, -5), strict=True)])
    result = totals(score_frame(frame, rules=RULES), settings=Settings(grades=grades))
    assert list(result["grade"]) == ["A", "B", "C", "C"]
    assert [None if math.isnan(c) else c for c in result["coefficient"]] == [2.0, None, 1.0, 1.0]


def test_ratings_marks_and_items_without_a_rule() -> None:
    rows = [("甲", item, cell, 1) for item, cell in
            [("态度", "良"), ("态度", " 良 "), ("态度", "特优"), ("态度", ""), ("态度", "不适用"), ("态度", "#REF!"),
             ("打分", 88), ("打分", "101"), ("打分", "95%"), ("生疏", 80), (None, 80)]]  # fmt: skip
    scored = score_frame(table(rows), rules=RULES)
    assert list(scored["state"]) == [
        "number", "number", "error", "missing", "not_applicable", "error", "number", "error", "error", "error", "error",
    ]  # fmt: skip
    assert scored["score"].dropna().tolist() == [85, 85, 88]
    assert list(scored["error"].dropna()) == ["#N/A", "#REF!", "#VALUE!", "#VALUE!", "#N/A", "#N/A"]

    by_hand = table([("甲", "生疏", None, 1)] * 5).assign(mark=[80, "", 120, "N/A", "80%"])
    scored = score_frame(by_hand, rules=RULES, typed="mark")
    assert list(scored["state"]) == ["number", "missing", "error", "not_applicable", "error"]
    assert scored["score"].iloc[0] == 80


# --- the table as a table --------------------------------------------------------------------------------------------


def test_rows_keep_their_order_and_their_index() -> None:
    frame = table(
        [("乙", "直线", 50, 0.5), ("甲", "直线", 90, 1), ("乙", "及时率", 0.96, 0.5)], "card item actual weight"
    ).set_index(pd.Index([7, 7, 3]))
    before = frame.copy(deep=True)
    scored = score_frame(frame, rules=RULES)
    pd.testing.assert_frame_equal(frame, before)
    assert list(scored.index) == [7, 7, 3]
    assert scored["score"].tolist() == [50, 90, 65]
    assert list(scored.columns) == [
        "card",
        "item",
        "actual",
        "weight",
        "state",
        "score",
        "error",
        "share",
        "contribution",
    ]
    result = totals(scored)
    assert list(result.index) == ["乙", "甲"] and result.index.name == "card"
    assert result["total"].tolist() == [57.5, 90]


def test_several_columns_tell_cards_apart() -> None:
    frame = table([("甲", "直线", 50, 1), ("甲", "直线", 70, 1), ("乙", "直线", 60, 1)]).assign(
        period=["Q2", "Q1", "Q1"]
    )
    scored = score_frame(frame, rules=RULES, card=["card", "period"])
    result = totals(scored, by=["card", "period"])
    assert result["total"].to_dict() == {("甲", "Q2"): 50, ("甲", "Q1"): 70, ("乙", "Q1"): 60}


@pytest.mark.parametrize("by", ["card", ["card", "item"]])
def test_rows_without_a_card_are_a_card_of_their_own(by: str | list[str]) -> None:
    frame = table([(None, "直线", 50, 0.5), ("甲", "直线", 90, 1), (None, "直线", 70, 0.5)])
    result = totals(score_frame(frame, rules=RULES, card=by), by=by)
    assert result["total"].tolist() == [60, 90]


def test_an_empty_table() -> None:
    scored = score_frame(one_card([], []), rules=RULES)
    assert len(scored) == 0 and scored["score"].dtype == np.float64
    assert len(totals(scored)) == 0
    assert len(score_frame(one_card([1], [1]), rules={})) == 1


@pytest.mark.parametrize("dtype", ["category", "string", object])
def test_dtypes_of_card_and_item(dtype: object) -> None:
    frame = table([("甲", "及时率", 0.96, 0.5), ("甲", "费用率", 0.85, 0.5)]).astype({"card": dtype, "item": dtype})
    result = totals(score_frame(frame, rules=RULES))
    assert result["total"].tolist() == [71.25] and list(result.index) == ["甲"]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "float32", "category", "object"])
def test_dtypes_of_actuals(dtype: str) -> None:
    frame = table([("甲", "及时率", 0.95, 0.5), ("甲", "费用率", None, 0.5)])
    frame["actual"] = frame["actual"].astype("float64").astype(dtype)
    scored = score_frame(frame, rules=RULES)
    assert scored["score"].iloc[0] == 60 and list(scored["state"]) == ["number", "missing"]


def test_states_that_went_through_a_file_are_understood() -> None:
    scored = score_frame(one_card([80, "无"], [0.5, 0.5]), rules=RULES)
    plain = scored.assign(state=scored["state"].astype(object), error=scored["error"].astype(object))
    pd.testing.assert_frame_equal(totals(plain), totals(scored))
    with pytest.raises(UsageError):
        totals(scored.assign(state="fine"))
    assert totals(scored.assign(error=None)).loc["甲", "error"] == "#UNKNOWN!"


def test_columns_that_are_not_there_or_in_the_way() -> None:
    frame = one_card([80], [1])
    with pytest.raises(UsageError, match="weight"):
        score_frame(frame.drop(columns="weight"), rules=RULES)
    with pytest.raises(UsageError, match="goal"):
        score_frame(frame, rules=RULES, target="goal")
    with pytest.raises(UsageError, match="score"):
        score_frame(frame.rename(columns={"actual": "score"}), rules=RULES, actual="score")
    with pytest.raises(UsageError, match="share_of"):
        totals(score_frame(frame, rules=RULES), weight="share_of")


def test_settings_that_contradict_themselves() -> None:
    scored = score_frame(one_card([80], [1]), rules=RULES)
    with pytest.raises(RuleError):
        totals(scored, settings=Settings(floor=10, cap=5))
    with pytest.raises(RuleError):
        totals(scored, settings=Settings(weights="loose"))


# --- parity with the scalar core -------------------------------------------------------------------------------------

numbers = st.sampled_from(
    [0, 0.7, 0.8, 65.6 / 82, 0.85, 0.92, 0.95, 0.95 - 1e-13, 0.96, 1, 1.2, 2, 3, 10, 15, 20, 20.5]
)
cells = st.one_of(
    numbers,
    numbers,
    st.floats(0, 100),
    st.sampled_from(
        ["", None, math.nan, "N/A", "—", "96%", "0.93", "良", "优", "无", "#DIV/0!", True, CellError("#REF!")]
    ),
)
whole_weights = st.lists(st.integers(0, 6), min_size=1, max_size=7).filter(any)
loose_weights = st.lists(
    st.sampled_from([0.1, 0.25, 0.3, 0.5, "20%", 20, 40, 0, None, "", "N/A", -0.1, "无"]), min_size=1, max_size=6
)


def exact_weights(parts: list[int]) -> list[object]:
    return [100 * part / sum(parts) for part in parts]


@st.composite
def cards(draw: st.DrawFn) -> list[dict[str, object]]:
    """The rows of one card."""
    weights = draw(st.one_of(whole_weights.map(exact_weights), whole_weights.map(exact_weights), loose_weights))
    with_targets = draw(st.booleans())
    extras = draw(st.booleans())
    return [
        {
            "item": draw(st.sampled_from([*RULES, "生疏"])),
            "actual": draw(cells),
            "weight": w,
            "mark": draw(st.sampled_from([80, 61.5, "", "N/A", 130, "70%", "无"])),
            "target": draw(st.sampled_from([1, 1, 1, "95%", "", "—", "#N/A"])) if with_targets else 1,
            "plus": draw(st.sampled_from([None, None, "", 2, -1.005, "3", "/", "多"])) if extras else None,
            "no": draw(st.sampled_from([None, None, None, "", 0, False, 1, True, "是", 0.5, 3, "#N/A"]))
            if extras
            else None,
        }
        for w in weights
    ]


settings_ = st.builds(
    Settings,
    missing=st.sampled_from(["incomplete", "zero", "exclude"]),
    weights=st.sampled_from(["strict", "normalise", "as_is"]),
    digits=st.integers(0, 3),
    floor=st.sampled_from([0.0, 50.0]),
    cap=st.sampled_from([None, 90.0]),
)


def by_hand(rows: Sequence[Mapping[str, object]], settings: Settings) -> CardResult | str:
    """The card through the scalar core; the code of the error if already its weights cannot be read."""
    try:
        weights = read_weights([row["weight"] for row in rows])
    except RuleError as problem:
        return problem.code
    kpis = []
    for row, w in zip(rows, weights, strict=True):
        rule = RULES.get(str(row["item"]))
        actual, label = (read(None), row["actual"]) if isinstance(rule, Rating) else (read(row["actual"]), None)
        kpis.append(
            Kpi(str(row["item"]), rule, actual, w, read(row["target"]), label=label, typed=read(row["mark"]))  # type: ignore[arg-type]
        )
    plus = tuple(Adjustment("", read(row["plus"])) for row in rows)
    vetoes = tuple(Veto("", row["no"]) for row in rows)  # type: ignore[arg-type]
    return score_card(Scorecard(tuple(kpis), adjustments=plus, vetoes=vetoes, settings=settings))


def code_of(error: CellError | None) -> str | None:
    return error.code if error else None


def plain(value: object) -> object:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


@given(st.lists(cards(), min_size=1, max_size=5), settings_)
def test_cards_as_the_scalar_core_scores_them(several: list[list[dict[str, object]]], settings: Settings) -> None:
    rows = [{"card": f"卡{i}", **row} for i, card in enumerate(several) for row in card]
    turn = sorted(range(len(rows)), key=lambda i: (i % 3, i))  # the cards' rows are interleaved
    places = {card: [i for i in turn if rows[i]["card"] == card] for card in {row["card"] for row in rows}}
    frame = pd.DataFrame(
        {name: pd.Series([rows[i][name] for i in turn], dtype=object) for name in rows[0]}, columns=list(rows[0])
    )
    scored = score_frame(frame, rules=RULES, typed="mark", settings=settings)
    result = totals(scored, settings=settings, adjustments="plus", veto="no")

    for card, mine in places.items():
        expected = by_hand([rows[i] for i in mine], settings)
        got = result.loc[card]
        if isinstance(expected, str):
            assert (got["state"], got["error"], got["grade"]) == ("error", expected, expected)
            continue
        assert {
            "total": plain(got["total"]), "computed": plain(got["computed"]), "coverage": plain(got["coverage"]),
            "grade": got["grade"], "coefficient": plain(got["coefficient"]), "filled": got["filled"],
            "applicable": got["applicable"], "state": got["state"], "error": plain(got["error"]),
        } == {
            "total": expected.total, "computed": expected.computed, "coverage": expected.coverage,
            "grade": expected.grade, "coefficient": expected.coefficient, "filled": expected.filled,
            "applicable": expected.applicable, "state": expected.state.value, "error": code_of(expected.error),
        }  # fmt: skip
        lines = scored[scored["card"] == card]
        for (_, line), item in zip(lines.iterrows(), expected.items, strict=True):
            assert (line["state"], plain(line["score"]), plain(line["error"]), line["share"], plain(line["contribution"])) == (
                item.state.value, item.score, code_of(item.error), item.share, item.contribution,
            )  # fmt: skip


scores = st.lists(
    st.tuples(st.floats(0, 100) | st.sampled_from(["", "N/A", "#REF!", "无", 80, 0]), st.integers(0, 5)),
    min_size=1, max_size=7,
).filter(lambda pairs: any(w for _, w in pairs))  # fmt: skip


@given(scores, st.sampled_from(["incomplete", "zero", "exclude"]))
def test_totals_as_the_worksheet_functions_give_them(pairs: list[tuple[object, int]], missing: str) -> None:
    weights = exact_weights([w for _, w in pairs])
    marks = [mark for mark, _ in pairs]
    frame = one_card(marks, weights)
    result = total_of(frame, Settings(missing=missing, digits=12))
    expected = KPI_WEIGHTED_SCORE([[m] for m in marks], [[w] for w in weights], missing)
    if isinstance(expected, CellError):
        assert result["error"] == expected.code
    elif isinstance(expected, str):
        assert result["state"] == {"": "missing", "N/A": "not_applicable"}[expected]
    else:
        assert result["computed"] == expected
        coverage = KPI_COVERAGE([[m] for m in marks], [[w] for w in weights])
        if missing != "zero" and coverage != "":
            assert result["coverage"] == coverage


@given(cards(), st.integers(2, 9))
def test_the_scale_of_weights_does_not_matter_when_normalised(rows: list[dict[str, object]], factor: int) -> None:
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in rows[0]}).assign(
        card=1
    )
    whole = np.arange(1, len(rows) + 1)
    normalised = Settings(weights="normalise")
    once = totals(score_frame(frame.assign(weight=whole), rules=RULES, settings=normalised), settings=normalised)
    more = totals(
        score_frame(frame.assign(weight=whole * factor), rules=RULES, settings=normalised), settings=normalised
    )
    pd.testing.assert_frame_equal(once, more, rtol=0, atol=1e-9)
