"""What changed between two versions of a card and what it did to the total, with numbers worked by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

import scorecard
from scorecard.definitions import parse_definition
from scorecard.errors import NoTableFound, UsageError
from scorecard.messages import Message
from scorecard.scoring.changes import Step, attribute
from scorecard.scoring.model import Kpi, Scorecard
from scorecard.scoring.values import read
from scorecard.workbook.compare import CardComparison, compare, sentence, signed
from scorecard.workbook.embed import embed
from scorecard.workbook.finalise import finalise
from tests.cli.books import classic_book, people_book, scored_list

RULES = """
[[kpi]]
name = "及时率"
thresholds = ["80%", "95%", "97%", "99%", "100%"]
[[kpi]]
name = "投诉量"
thresholds = [4, 2, 1, 0]
scores = [0, 60, 80, 100]
[[kpi]]
name = "客户评价"
rule = "manual"
"""


def form(path: Path, cells: dict[str, object] | None = None) -> Path:
    """及时率 50 % 96 % → 65; 投诉量 30 % 1 → 80; 客户评价 20 % typed 90: 32.5+24+18 = 74.5."""
    book = Workbook()
    ws = book.active
    ws.title = "考核表"
    for row in (
        ("客服专员绩效考核表",),
        ("姓名：", "张三", "部门：", "客服部", "考核周期：", "2026年第三季度"),
        ("考核指标", "权重", "目标值", "实际完成", "得分"),
        ("及时率", "50%", "95%", 0.96),
        ("投诉量", "30%", 2, 1),
        ("客户评价", "20%", "90", None, 90),
        ("加减分", None, None, None, 2),
    ):
        ws.append(row)
    for name, value in (cells or {}).items():
        ws[name] = value
    book.save(path)
    return path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("diff")
    return embed(form(folder / "a.xlsx"), folder / "b.xlsx", rules=parse_definition(RULES)).data


def versions(original: bytes, folder: Path, change: Callable[[Workbook], object]) -> CardComparison:
    (folder / "1.xlsx").write_bytes(original)
    book = openpyxl.load_workbook(folder / "1.xlsx")
    change(book)
    book.save(folder / "2.xlsx")
    (card,) = compare(folder / "1.xlsx", folder / "2.xlsx").cards
    if card.difference is not None:
        assert sum(c.effect or 0 for c in card.changes) == pytest.approx(card.difference, abs=1e-9)
    return card


def put(sheet: str, **cells: object) -> Callable[[Workbook], object]:
    def change(book: Workbook) -> None:
        for name, value in cells.items():
            book[sheet][name] = value

    return change


def test_nothing_changed(original: bytes, tmp_path: Path) -> None:
    card = versions(original, tmp_path, lambda book: None)
    assert card.is_same and card.before.total == 76.5 and card.person == "张三"
    assert compare(tmp_path / "1.xlsx", tmp_path / "2.xlsx").is_same


#: What is changed → kind, effect on the total, and words of its sentence.
CASES: dict[str, tuple[Callable[[Workbook], object], str, float, str]] = {
    # 97 % scores 70: 5 points, half of them
    "actual": (put("考核表", D4=0.97), "actual", 2.5, "及时率：实际 96% → 97%，得分 65 → 70：总分 +2.5"),
    # no complaint scores 100
    "count": (put("考核表", D5=0), "actual", 6, "投诉量：实际 1 → 0，得分 80 → 100：总分 +6"),
    "typed score": (put("考核表", E6=80), "score", -2, "客户评价：手工得分 90 → 80，得分 90 → 80：总分 −2"),
    "score typed over a rule": (put("考核表", E4=75), "score", 5, "及时率：手工得分 按规则 → 75，得分 65 → 75：总分 +5"),
    # 65*0.4 + 80*0.3 + 90*0.3 = 77 against 74.5
    "weights": (put("考核表", B4="40%", B6="30%"), "items", 2.5, "“及时率”权重 50% → 40%；“客户评价”权重 20% → 30%：总分 +2.5"),
    "adjustment": (put("考核表", E7=-1), "adjustment", -3, "加减分 2 → -1：总分 −3"),
    # the target decides nothing where the thresholds are fixed
    "target": (put("考核表", C4="96%"), "target", 0, "及时率：目标 95% → 96%：总分 ±0"),
    "person": (put("考核表", B2="李四"), "identity", 0, "被考核人 张三 → 李四：总分 ±0"),
    "renamed": (put("考核表", A4="服务及时率"), "name", 0, "“及时率”改名为“服务及时率”：总分 ±0"),
    "period": (put("考核表", F2="2026年第四季度"), "period", 0, "考核周期 2026年第三季度 → 2026年第四季度：总分 ±0"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_change(name: str, original: bytes, tmp_path: Path) -> None:
    change, kind, effect, words = CASES[name]
    card = versions(original, tmp_path, change)
    (found,) = card.changes
    assert (found.kind, found.effect) == (kind, pytest.approx(effect, abs=1e-9))
    assert words in sentence(found).zh and found.alone == pytest.approx(effect, abs=1e-9) and not found.interacts
    assert card.after.total == pytest.approx(76.5 + effect)


def rule_cell(book: Workbook, label: str, header: str) -> str:
    """The cell of an item under a header of the rule sheet."""
    sheet = book["评分规则"]
    top = next(c.row for c in sheet["A"] if c.value == "指标")
    col = next(c.column_letter for c in sheet[top] if c.value == header)
    row = next(c.row for c in sheet["A"] if c.value == f"=考核表!$A{ {'及时率': 4, '投诉量': 5}[label] }")
    return f"{col}{row}"


def test_rule(original: bytes, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book["评分规则"][rule_cell(book, "及时率", "阈值2")] = 0.96

    (found,) = versions(original, tmp_path, change).changes
    # 96 % is the entrance of 达到 now: 60 instead of 65
    assert (
        (found.kind, found.effect) == ("rule", -2.5) and "95%=60" in found.message.zh and "96%=60" in found.message.zh
    )
    assert found.message.zh.endswith("（线性）") and found.message.en.endswith("(linear)")


def test_settings_and_grades(original: bytes, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book["评分规则"]
        sheet[next(f"B{c.row}" for c in sheet["A"] if c.value == "总分上限")] = 75
        sheet[next(f"D{c.row}" for c in sheet["E"] if c.value == "中")] = 76

    card = versions(original, tmp_path, change)
    assert [(c.kind, c.effect) for c in card.changes] == [("settings", -1.5), ("grades", 0)]
    assert (card.before.grade, card.after.grade) == ("中", "及格")
    assert "总分上限 空白 → 75" in card.changes[0].message.zh and "中≥76" in card.changes[1].message.zh


def test_target_that_moves_thresholds(tmp_path: Path) -> None:
    """Thresholds of the policy follow the target: 93 % was 52, and is 60 once it is the target."""
    one = embed(classic_book(tmp_path / "a.xlsx", {"F5": 2.2}), tmp_path / "1.xlsx").path or tmp_path
    book = openpyxl.load_workbook(one)
    book["考核表"]["C8"] = "93%"
    book.save(tmp_path / "2.xlsx")
    (card,) = compare(one, tmp_path / "2.xlsx").cards
    (found,) = card.changes
    # 8 points of 8 %, over the 94 % that are assessed
    assert found.effect == pytest.approx(8 * 0.08 / 0.94) and found.kind == "target"
    assert "目标 95% → 93%，阈值随之变化，得分 52 → 60" in sentence(found).zh
    book["考核表"]["C8"], book["考核表"]["N3"] = "95%", "半年"
    book.save(tmp_path / "3.xlsx")
    (card,) = compare(one, tmp_path / "3.xlsx").cards
    # half-year: one complaint is the target, so none is beyond it
    assert [c.kind for c in card.changes] == ["period"] and (card.changes[0].effect or 0) > 0
    assert card.changes[0].effect == pytest.approx(card.difference)


def test_weight_and_score_work_on_each_other(original: bytes, tmp_path: Path) -> None:
    """Weights first: (40-50)*65 + (30-20)*90 = +2.5; then 5 points at 40 % = +2; alone they would be 2.5."""
    card = versions(original, tmp_path, put("考核表", B4="40%", B6="30%", D4=0.97))
    weights, actual = card.changes
    assert (weights.effect, actual.effect, actual.alone) == (2.5, 2, 2.5) and actual.interacts
    assert "若只改这一处：+2.5" in sentence(actual).zh and "(alone: +2.5)" in sentence(actual).en


def test_incomplete_versions(original: bytes, tmp_path: Path) -> None:
    card = versions(original, tmp_path, put("考核表", D4=None, D5=0))
    assert card.difference is None and card.after.total is None
    assert [(c.item, c.effect) for c in card.changes] == [("及时率", None), ("投诉量", None)]
    assert "没有总分" in sentence(card.changes[0]).zh


def test_a_step_without_total_is_told_with_the_next() -> None:
    """Weights that add up only after the second step: the effect is that of both."""
    card = Scorecard(tuple(Kpi(n, None, weight=0.5, typed=read(s)) for n, s in (("a", 80), ("b", 60))))

    def weight(place: int, value: float) -> Step:
        def make(c: Scorecard) -> Scorecard:
            return replace(c, kpis=tuple(replace(k, weight=value) if i == place else k for i, k in enumerate(c.kpis)))

        return Step("items", "", Message("权重", "weight"), make)

    changes, result = attribute(card, [weight(0, 0.6), weight(1, 0.4)])
    # 0.6*80 + 0.4*60 = 72 against 70
    assert [(c.effect, c.is_joint) for c in changes] == [(None, False), (2, True)] and result.total == 72


def test_items_added_and_removed(tmp_path: Path) -> None:
    one = scored_list(tmp_path / "1.xlsx")
    two = scored_list(tmp_path / "2.xlsx", {"A6": "配件销售额", "C6": 50, "C7": 79})
    (card,) = compare(one, two).cards
    # 反馈卡填写 100 goes, 配件销售额 50 comes, 10 % each: 84 becomes 79
    (found,) = card.changes
    assert found.kind == "items" and found.effect == pytest.approx(-5)
    assert "新增“配件销售额”（权重 10%）" in found.message.zh and "删除“反馈卡填写”（权重 10%）" in found.message.zh


def test_rounding_is_told(tmp_path: Path) -> None:
    """Totals are rounded, effects are not; what is between them stands in the result."""
    one = scored_list(tmp_path / "1.xlsx")
    two = scored_list(tmp_path / "2.xlsx", {"C3": 90.012})
    (card,) = compare(one, two).cards
    assert (
        card.difference == pytest.approx(0.0048) and card.after.total == 84 and card.rounding == pytest.approx(-0.0048)
    )


def test_finalised_versions(original: bytes, tmp_path: Path) -> None:
    """A finalised card against one changed after an appeal: rules and inputs are read from both."""
    (tmp_path / "1.xlsx").write_bytes(original)
    final = finalise(tmp_path / "1.xlsx", tmp_path / "f.xlsx", date="2026-12-31").path or tmp_path
    assert compare(tmp_path / "1.xlsx", final).is_same
    book = openpyxl.load_workbook(tmp_path / "1.xlsx")
    book["考核表"]["D4"] = 0.97
    book.save(tmp_path / "2.xlsx")
    (card,) = compare(final, tmp_path / "2.xlsx").cards
    assert [(c.kind, c.effect) for c in card.changes] == [("actual", 2.5)]


def test_folders_by_person(original: bytes, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    form(tmp_path / "a" / "张三.xlsx", {"E4": 65, "E5": 80})
    form(tmp_path / "a" / "李四.xlsx", {"B2": "李四", "E4": 65, "E5": 80})
    form(tmp_path / "b" / "01 李四.xlsx", {"B2": "李四", "E4": 75, "E5": 80})
    form(tmp_path / "b" / "02 张三.xlsx", {"E4": 65, "E5": 80})
    form(tmp_path / "b" / "03 王五.xlsx", {"B2": "王五"})
    (tmp_path / "b" / "坏.xlsx").write_bytes(b"x")
    shutil.copy(tmp_path / "a" / "张三.xlsx", tmp_path / "b" / "~$张三.xlsx")
    result = compare(tmp_path / "a", tmp_path / "b")
    assert [(c.person, [x.effect for x in c.changes]) for c in result.cards] == [("张三", []), ("李四", [5])]
    assert [text for text in result.only_b if "王五" in text] and result.only_a == ()
    assert [f.code for f in result.findings] == ["unusable-file"]


def test_several_score_columns(tmp_path: Path) -> None:
    """The column that counts is compared: 上级评分."""
    scores = {f"{col}{row}": 80 for col in "FG" for row in range(4, 8)}
    one, two = people_book(tmp_path / "1.xlsx", scores), people_book(tmp_path / "2.xlsx", scores | {"G4": 90, "F4": 10})
    (card,) = compare(one, two).cards
    assert [(c.kind, c.effect) for c in card.changes] == [("score", pytest.approx(4))]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 100), st.integers(1, 9), st.integers(0, 100)),
        min_size=1,
        max_size=6,
    )
)
def test_effects_always_add_up(rows: list[tuple[int, int, int, int]]) -> None:
    """Whatever changes, in whatever order: one after the other leads from the first total to the last."""
    first, last = sum(r[0] for r in rows), sum(r[2] for r in rows)
    card = Scorecard(tuple(Kpi(str(i), None, weight=r[0] / first, typed=read(r[1])) for i, r in enumerate(rows)))
    goal = Scorecard(tuple(Kpi(str(i), None, weight=r[2] / last, typed=read(r[3])) for i, r in enumerate(rows)))

    def weights(c: Scorecard) -> Scorecard:
        return replace(c, kpis=tuple(replace(k, weight=g.weight) for k, g in zip(c.kpis, goal.kpis, strict=True)))

    def score(i: int, c: Scorecard) -> Scorecard:
        return replace(
            c, kpis=tuple(replace(k, typed=goal.kpis[i].typed) if n == i else k for n, k in enumerate(c.kpis))
        )

    steps = [Step("items", "", Message("", ""), weights)]
    steps += [Step("score", str(i), Message("", ""), lambda c, i=i: score(i, c)) for i in range(len(rows))]  # type: ignore[misc]
    changes, result = attribute(card, steps)
    expected = sum(r[2] / last * r[3] for r in rows) - sum(r[0] / first * r[1] for r in rows)
    assert sum(c.effect or 0 for c in changes) == pytest.approx(expected, abs=1e-9)
    assert result.computed == pytest.approx(sum(r[2] / last * r[3] for r in rows))


def test_refusals(original: bytes, tmp_path: Path) -> None:
    (tmp_path / "1.xlsx").write_bytes(original)
    with pytest.raises(UsageError, match="two files or two folders"):
        compare(tmp_path, tmp_path / "1.xlsx")
    Workbook().save(tmp_path / "leer.xlsx")
    with pytest.raises(NoTableFound):
        compare(tmp_path / "1.xlsx", tmp_path / "leer.xlsx")


def test_numbers_for_people() -> None:
    assert [signed(x) for x in (1.5, -0.25, 0, 2.675, 0.001)] == ["+1.5", "−0.25", "±0", "+2.68", "+0.001"]


def test_the_package_exports_it() -> None:
    assert scorecard.compare is compare


def test_a_veto_that_came_and_went(original: bytes, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book["考核表"]["A8"], book["考核表"]["E8"] = "一票否决项", "是"

    card = versions(original, tmp_path, change)
    [found] = [c for c in card.changes if c.kind == "veto"]
    assert card.before.total == 76.5 and card.after.total != card.before.total
    assert found.effect == pytest.approx((card.after.total or 0) - 76.5)
    (tmp_path / "3.xlsx").write_bytes((tmp_path / "1.xlsx").read_bytes())
    (back,) = compare(tmp_path / "2.xlsx", tmp_path / "3.xlsx").cards
    assert [c.kind for c in back.changes] == ["veto"] and back.difference == pytest.approx(-(found.effect or 0))


def test_words_of_a_rating_that_became_worth_something_else(tmp_path: Path) -> None:
    """优 is 95 and becomes 90, of a share of 40 %: 2 points less."""
    rules = """
[[kpi]]
name = "客户评价"
rule = { type = "rating", table = { "优" = 95, "中" = 70 } }
[[kpi]]
name = "及时率"
rule = "manual"
"""
    book = Workbook()
    heads = ("考核指标", "权重", "实际完成", "得分")
    for row in (("服务考核表",), heads, ("客户评价", "40%", "优", None), ("及时率", "60%", None, 80)):
        book.active.append(row)
    book.save(tmp_path / "form.xlsx")
    for name, text in (("1.xlsx", rules), ("2.xlsx", rules.replace("95", "90"))):
        embed(tmp_path / "form.xlsx", tmp_path / name, rules=parse_definition(text))
    (card,) = compare(tmp_path / "1.xlsx", tmp_path / "2.xlsx").cards
    assert (card.before.total, card.after.total) == (0.4 * 95 + 0.6 * 80, 0.4 * 90 + 0.6 * 80)
    [found] = card.changes
    assert found.kind == "rule" and found.effect == pytest.approx(-2)
    assert "优=95" in sentence(found).zh and "优=90" in sentence(found).zh


def periods_form(path: Path, period: str, scores: tuple[object, ...]) -> Path:
    """Three targets an item; 投诉量 has none by month."""
    book = Workbook()
    ws = book.active
    for row in (
        ("客服专员绩效考核表",),
        ("姓名：", "张三", *(("考核周期：", period) if period else ())),
        ("考核指标", "权重", "月度目标", "季度目标", "年度目标", "实际完成", "得分"),
        ("及时率", "50%", "90%", "95%", "96%", "96%", scores[0]),
        ("投诉量", "30%", "不适用", 2, 8, 1, scores[1]),
        ("客户评价", "20%", 90, 90, 90, None, scores[2]),
        ("总分",),
    ):
        ws.append(row)
    book.save(path)
    return path


def changes_by_embedding(folder: Path, period: str, scores: tuple[object, ...], rules: str | None) -> list[str]:
    plain = periods_form(folder / "表.xlsx", period, scores)
    embed(plain, folder / "入.xlsx", rules=parse_definition(rules) if rules else None, overwrite=True)
    (card,) = compare(plain, folder / "入.xlsx").cards
    return [sentence(change).zh for change in card.changes]


@pytest.mark.parametrize("period", ["", "2026年第三季度"])
def test_embedding_a_form_changes_no_target(period: str, tmp_path: Path) -> None:
    """The form says the same before and after, whether it states its period or not, and the scores typed there count."""
    assert changes_by_embedding(tmp_path, period, (80, 70, 90), None) == []


def test_embedding_with_rules_changes_the_rules_only(tmp_path: Path) -> None:
    typed = changes_by_embedding(tmp_path, "", (80, 70, 90), RULES)
    assert [text.partition("：")[0] for text in typed] == ["及时率", "投诉量"]
    assert all("评分规则 无 →" in text and text.endswith("总分 ±0") for text in typed)
    # nothing typed: 96 % scores 65 and one complaint 80
    scored = changes_by_embedding(tmp_path, "", (None, None, 90), RULES)
    assert len(scored) == 2 and "得分 — → 65" in scored[0] and "得分 — → 80" in scored[1]


def test_an_item_that_only_the_plain_form_counts_is_told_as_such(tmp_path: Path) -> None:
    """By the month 投诉量 has no target. 40 + 21 + 18 = 79; without it 58 / 0.7 = 82.86."""
    (change,) = changes_by_embedding(tmp_path, "2026年7月", (80, 70, 90), None)
    assert change == "投诉量：本期没有目标，改为不考核，得分 70 → —：总分 +3.86"


def test_a_changed_target_of_plain_forms(tmp_path: Path) -> None:
    one, two = form(tmp_path / "1.xlsx"), form(tmp_path / "2.xlsx", {"C4": "97%"})
    (card,) = compare(one, two).cards
    (change,) = card.changes
    assert sentence(change).zh.startswith("及时率：目标 95% → 97%：")
