"""Recognition from memory gives what a fresh look gives, whatever differs; and nothing that is asked goes unnoticed."""

from __future__ import annotations

import copy
import json
import math
import operator
import pickle
import re
import unicodedata
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from scorecard.workbook.cells import Cell, Grid
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.probe import (
    Log,
    Probe,
    Questionnaire,
    Questions,
    Unanswerable,
    asked_together,
    is_missing,
    read,
)
from scorecard.workbook.recognise import _attempts
from scorecard.workbook.remembered import Remembered
from scorecard.workbook.vocabulary import default_vocabulary
from tests.layouts.generator import generate
from tests.layouts.planted import Planted

NUMBERS = (0, 1, 1.0, 3, 5, 9.5, 12, 13, 60, 87, 87.5, 99.99, 100, 100.5, 101, 150, 1000, -1, -0.5, 0.4, 1e9, 202609)
TEXTS = (
    "张三", "欧阳修文", "客服部-李四", "姓名：王五", "部门：研发部　岗位：工程师", "总分", "合计：", "权重", "得分", "目标值",
    "指标", "等级", "优", "N/A", "—", "无", "3次/台", "９５％", "1", "12", "2026年第三季度", "一、业绩指标（60%）", "加减分",
    "签字：", "月度", "上级评分", "很好，继续努力" * 8, "=SUM(A1)", "a", "第三季度绩效考核表", "#DIV/0!",
)  # fmt: skip


NAMES = ("张三", "李四", "王小明", "欧阳修文", "赵六")


class _Counting:
    """Recognition that counts how often it really looks."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self, grid: Grid) -> Any:
        self.looks += 1
        return _attempts(grid, default_vocabulary())


def family(grid: Grid, cards: list[Planted], random: Random, members: int, wild: float) -> list[Grid]:
    """Sheets that differ in what people fill in, now and then in another cell, which may mean something.

    `wild` is how often a value is any at all, instead of one that people fill in.
    """
    cells = [cell for cell in grid if isinstance(cell.value, (str, int, float)) and not isinstance(cell.value, bool)]
    filled = {place for card in cards for item in card.items for place in (*item.scores, *item.actuals)}
    persons = {card.identity.get("person") for card in cards}
    inputs = [c for c in cells if (c.name in filled and not isinstance(c.value, str)) or c.value in persons]
    sheets = []
    for number in range(members):
        changed: dict[tuple[int, int], Cell] = {}
        others = random.sample(cells, 1) if random.random() < wild else []
        for cell in (*(c for c in inputs if random.random() < 0.8), *others):
            is_text, is_wild = isinstance(cell.value, str), random.random() < wild
            value: Any = random.choice(TEXTS if is_text else NUMBERS)
            if not is_wild:
                value = random.choice(NAMES) if is_text else random.randint(13, 100)
            changed[cell.row, cell.col] = cell._replace(value=value)
        sheet = grid.twin(grid.sheet, changed.values())
        sheet.name = random.choice((grid.name, f"员工{number}", "绩效考核", "Sheet1"))
        sheets.append(sheet)
    return sheets


def check(seed: int, members: int, wild: float) -> tuple[int, int]:
    """Compare memory with a fresh look over the families of a generated workbook; looks saved, and sheets."""
    random = Random(seed)
    generated = generate(seed, held_out=seed % 2 == 0)
    package = Package.open(generated.data)
    looking = _Counting()
    memory = Remembered(looking)
    count = 0
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        cards = [card for card in generated.planted if card.sheet == sheet.name]
        for one in family(read_grid(package, sheet), cards, random, members, wild):
            count += 1
            assert memory(one) == _attempts(one, default_vocabulary()), (seed, count)
    return count - looking.looks, count


def test_memory_gives_what_a_fresh_look_gives() -> None:
    saved = sheets = 0
    for seed in range(36):
        mine, count = check(seed, 24, 0.02)
        saved, sheets = saved + mine, sheets + count
        check(seed, 10, 0.5)
    # The changes must be such that many a sheet is answered from memory, or this shows nothing.
    assert saved * 4 > sheets, (saved, sheets)


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(20))
def test_memory_over_many_forms(batch: int) -> None:
    for seed in range(1000 + batch * 100, 1100 + batch * 100):
        check(seed, 30, (seed % 10) / 20)


def test_copies_of_a_form_are_looked_at_a_few_times_only() -> None:
    package = Package.open(generate(2, 3).data)
    grid = read_grid(package, next(s for s in package.sheets if s.kind == "worksheet"))
    scores = [c for c in grid if type(c.value) in (int, float) and 20 < float(c.value) <= 100 and not c.is_formula]
    looking, random = _Counting(), Random(1)
    memory = Remembered(looking)
    for _ in range(60):
        memory(grid.twin(grid.sheet, [c._replace(value=random.randint(60, 100)) for c in scores]))
    assert looking.looks <= 12, looking.looks


def test_a_boolean_is_not_the_number_it_equals() -> None:
    package = Package.open(generate(2, 3).data)
    grid = read_grid(package, next(s for s in package.sheets if s.kind == "worksheet"))
    cell = next(c for c in grid if type(c.value) in (int, float) and not c.is_formula)
    with_one, with_true = (grid.twin(grid.sheet, [cell._replace(value=value)]) for value in (1, True))
    assert with_true.differences(with_one) is None
    assert with_one.differences(with_one.twin(grid.sheet, [])) == []


# The modules that the uses below speak of.
_MODULES = (copy, json, math, operator, pickle, unicodedata, Decimal)

# --- nothing goes unnoticed ------------------------------------------------------------------------------------------

# What code may do with a value `p`, as Python.
USES = """
bool(p); len(p); str(p); repr(p); hash(p); float(p); int(p); abs(p); round(p); list(p); sorted(p); Decimal(p); ord(p)
math.floor(p); math.isnan(p); math.sqrt(p); math.fsum([p, 1]); json.dumps(p); operator.neg(p); operator.index(p)
p + 1; 1 + p; p * 2; 2 - p; p / 2; p % 2; p ** 2; divmod(p, 2); complex(p); sum([p, 1]); max(p, 3); min(3, p)
p == 1; 1 == p; p != 1; p < 5; 5 < p; p >= 5; "a" < p; sorted([p, p, "a"]); p in (1, 2); p in {1: 2}; {p}; dict([(p, 1)])
f"{p}"; f"{p:.2f}"; "%s" % p; "%d" % p; "{}".format(p); "".join([p]); p + "x"; "x" + p; p in "xyz"; "x" in p; p[0]; p[-1:]
p.strip(); p.startswith("x"); p.split(); p.encode(); p.is_integer(); p.__len__(); [*p]; range(p); [1, 2, 3][p]
re.match("x", p); re.sub("x", "y", p); unicodedata.normalize("NFKC", p); "abc".replace(p, ""); "abc".startswith(p)
int(p, 10); bytes(p, "utf-8"); p and 1; not p; any([p]); all([p]); next(filter(None, [p])); p.real; p.imag; p.numerator
p.join(["a", "b"]); p.format(1); p.casefold(); p.isdigit(); str.strip(p); float.is_integer(p); str.join(p, ["a"]); vars(p)
str.upper(p); copy.copy(p); copy.deepcopy(p); pickle.dumps(p); p.__class__(p); type(p)(p)
"""


@pytest.mark.parametrize("value", ["客服部-王", 87.5, 87], ids=["text", "fraction", "whole"])
@pytest.mark.parametrize("use", [use.strip() for use in re.split("[;\n]", USES) if use.strip()])
def test_every_use_is_written_down_or_refused(use: str, value: object) -> None:
    log = Log()
    probe: Any = Probe((2, 2), value, log)
    try:
        answer = eval(use, {**globals(), "p": probe})
    except (Unanswerable, TypeError, AttributeError):
        return
    # `max` and `and` may hand the probe on: it is still one.
    assert log.questions.get((2, 2)) or type(answer) is Probe, "the value was seen without a question"


def test_a_probe_passes_for_what_it_stands_for() -> None:
    log = Log()
    text: Any = Probe((1, 1), "张三", log)
    number: Any = Probe((1, 2), 5, log)
    assert isinstance(text, str) and not isinstance(text, (int, float))
    assert isinstance(number, (int, float)) and not isinstance(number, (str, bool))
    assert not log.questions, "the kind is no question: it is compared before any is asked"


def test_answers_are_compared_with_their_type() -> None:
    log = Log()
    probe: Any = Probe((1, 1), 87, log)
    assert probe <= 100
    assert not is_missing(probe)
    questions = list(log.questions[1, 1].values())
    assert Questions(questions).are_answered(12.5) and Questions(questions).are_answered(-3)
    assert not Questions(questions).are_answered(101)


def test_a_question_about_several_values_is_asked_of_all_of_them() -> None:
    @asked_together
    def makes(numbers: list[float], slack: float) -> bool:
        return abs(sum(numbers[:-1]) - numbers[-1]) < slack

    log = Log()
    probes: list[Any] = [Probe((row, 5), value, log) for row, value in enumerate((40.0, 35, 75))]
    assert makes(probes, 0.5)
    assert len(log.together) == 1 and not log.questions
    asked = Questionnaire(log.together)
    others = {(0, 5): 30, (1, 5): 20.0, (2, 5): 50}
    assert asked.are_answered(others.__getitem__)
    assert not asked.are_answered({**others, (2, 5): 51}.__getitem__)
    assert not asked.are_answered({**others, (1, 5): "二十"}.__getitem__)
    assert not makes([40.0, probes[1], 60], 0.5)
    both = Questionnaire(log.together)
    assert both.are_answered({**others, (1, 5): 21, (2, 5): 51}.__getitem__)
    # The first is answered as before, the second is not: 40 and 20 make 60.
    assert not both.are_answered(others.__getitem__)
    assert not Questionnaire(log.together[1:]).are_answered({(1, 5): 20}.__getitem__)


def test_the_number_of_a_reading_stays_unseen() -> None:
    log = Log()
    probe: Any = Probe((4, 7), "95%", log)
    reading = read(probe)
    assert reading.number is not None and reading.percent
    questions = list(log.questions[4, 7].values())
    assert Questions(questions).are_answered("60%"), "another percentage reads in the same way"
    assert not Questions(questions).are_answered("60"), "a bare number does not"
    assert reading.number > 0.5
    questions = list(log.questions[4, 7].values())
    assert Questions(questions).are_answered("60%") and not Questions(questions).are_answered("40%")
