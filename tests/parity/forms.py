"""Assessment workbooks at random, as departments write them with openpyxl, each cell with what it means."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.parity.exact import MISSING, NA, NOT_APPLICABLE, VALUE, Meaning, Rule, Settings, snapped
from tests.parity.rules import random_rule

SHEET = "考核表"
PERIODS = ("月度", "季度", "半年", "年度")
BANDS = ("远超目标", "超过目标", "达到目标", "未达目标")
RANGES = ("（100-90分）", "（90-70分）", "（70-60分）", "（60-0分）")
# Names that suggest no direction: the rules file states it.
NAMES = (
    "东区业务", "西区业务", "南区业务", "北区业务", "渠道建设", "客户走访",
    "培训学习", "报表工作", "协作支持", "仓储业务", "售后工作", "新品推广",
)  # fmt: skip
MARKS = (
    "不适用", "N/A", "n/a", "NA", "na", "—", "——", "―", "–", "−", "-", "--", "/", "不考核", "未考核",
    "／", "－", "－－", "Ｎ／Ａ", "ＮＡ", " N/A ", "　—　", "不 适 用", "\u00a0/",
)  # fmt: skip
BLANKS = (None, None, None, " ", "　", "\u00a0", " 　\u00a0 ", '=""')
# Not #NAME?: whatever rests on it, the engine leaves alone, because it cannot tell an unknown function from a typed error.
ERRORS = ("#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NUM!", "#NULL!")
UNREADABLE = ("无", "待定", "见附件", "优良", "3-5", "约好")


@dataclass(frozen=True)
class Content:
    """A cell: what is typed (a text with "=" is a formula), its number format, and what it means."""

    typed: Any
    meaning: Meaning
    number_format: str = "General"


BLANK = Content(None, MISSING)


@dataclass(frozen=True)
class Item:
    """A row of the form; `typed` is the score cell of an item that is scored by hand."""

    name: str
    rule: Rule
    targets: tuple[Content, ...]
    actual: Content
    weight: Content
    typed: Content = BLANK


@dataclass(frozen=True)
class Form:
    """One workbook with one table.

    Attributes:
        periods: Target periods; one: a single column 目标; none: no targets at all.
        period: The place of the current one.
        percent_header: The actuals stand under a header with (%).
    """

    seed: int
    items: tuple[Item, ...]
    periods: tuple[str, ...]
    period: int
    settings: Settings
    points: tuple[Content, ...]
    vetoes: tuple[Content, ...]
    bands: bool
    percent_header: bool
    policy: str

    @property
    def first_row(self) -> int:
        """The row of the first item."""
        return 4

    @property
    def columns(self) -> dict[str, int]:
        """The columns by what they hold."""
        actual = 2 + len(self.periods)
        weight = actual + 1 + (4 if self.bands else 0)
        return {"name": 1, "target": 2, "actual": actual, "band": actual + 1, "weight": weight, "score": weight + 1}

    @property
    def current(self) -> str:
        """The period as the form heads it."""
        return self.periods[self.period] if self.periods else ""

    def target(self, item: Item) -> Meaning | None:
        """What the item's target of the period means; None without target columns.

        An item that is rated or marked by hand and has no target in any period is assessed without one.
        """
        if item.rule.mode in ("rating", "manual") and all(t.meaning == MISSING for t in item.targets):
            return None
        return item.targets[self.period].meaning if self.periods else None

    def score(self, item: Item) -> Meaning:
        """The score expected of an item."""
        actual = item.typed.meaning if item.rule.mode == "manual" else item.actual.meaning
        return item.rule.score(self.target(item), self.current, actual)

    def rules_file(self) -> str:
        """The rules, as TOML."""
        lines = ["schema = 1", self.policy, "[settings]"]
        s = self.settings
        lines += [f'missing = "{s.missing}"', f'weights = "{s.weights}"', f"digits = {s.digits}", f"floor = {s.floor}"]
        lines += [f"cap = {s.cap}"] if s.cap is not None else []
        for low, label, factor in s.grades:
            lines += ["[[grades]]", f"lower = {low}", f'label = "{label}"']
            lines += [f"coefficient = {factor}"] if factor is not None else []
        for item in self.items:
            lines += ["[[kpi]]", f'name = "{item.name}"', *item.rule.lines]
        return "\n".join(lines) + "\n"

    def workbook(self) -> bytes:
        """The workbook as the department has it."""
        book = Workbook()
        ws = book.active
        ws.title = SHEET
        at = self.columns
        ws.cell(1, 1, "服务部绩效考核表")
        _heads(ws, self)
        for i, item in enumerate(self.items):
            row = self.first_row + i
            ws.cell(row, at["name"], item.name)
            for k, target in enumerate(item.targets):
                put(ws, row, at["target"] + k, target)
            put(ws, row, at["actual"], item.actual)
            put(ws, row, at["weight"], item.weight)
            put(ws, row, at["score"], item.typed)
        row = self.first_row + len(self.items)
        for label, contents in (("加减分", self.points[:1]), ("其他加分", self.points[1:]), ("一票否决", self.vetoes)):
            for content in contents:
                ws.cell(row, at["name"], label)
                put(ws, row, at["score"], content)
                row += 1
        return saved(book)

    def cell(self, what: str, i: int) -> str:
        """The A1 name of an item's cell."""
        return f"{get_column_letter(self.columns[what])}{self.first_row + i}"


def _heads(ws: Worksheet, form: Form) -> None:
    at = form.columns
    ws.cell(2, 1, "关键业绩指标")
    if len(form.periods) == 1:
        ws.cell(2, at["target"], "目标值")
    elif form.periods:
        ws.cell(2, at["target"], "要求目标")
        ws.merge_cells(start_row=2, start_column=2, end_row=2, end_column=1 + len(form.periods))
        for k, period in enumerate(form.periods):
            ws.cell(3, at["target"] + k, period)
    ws.cell(2, at["actual"], "实际完成（%）" if form.percent_header else "绩效")
    if form.bands:
        for k, (label, span) in enumerate(zip(BANDS, RANGES, strict=True)):
            ws.cell(2, at["band"] + k, label)
            ws.cell(3, at["band"] + k, span)
    ws.cell(2, at["weight"], "权重")
    ws.cell(2, at["score"], "得分")
    single = [1, at["actual"], at["weight"], at["score"], *([at["target"]] if len(form.periods) == 1 else [])]
    for col in single:
        ws.merge_cells(start_row=2, start_column=col, end_row=3, end_column=col)


def put(ws: Worksheet, row: int, col: int, content: Content) -> None:
    """Type a content into a cell, and give the cell its format, also an empty one."""
    cell = ws.cell(row, col)
    cell.number_format = content.number_format
    if content.typed is not None:
        cell.value = content.typed
        if isinstance(content.typed, str) and content.typed in ERRORS:
            cell.data_type = "e"


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- at random -------------------------------------------------------------------------------------------------------


def random_form(seed: int) -> Form:
    """A form; the same seed gives the same one."""
    random = Random(seed)
    percent_header = random.random() < 0.08
    bands = percent_header or random.random() < 0.85
    count = random.choice((0, 1, 2, 3, 4, 4, 4))
    periods = PERIODS[:count]
    period = random.randrange(count) if count else 0
    capped, anchor = random.choice(("literal", "full_at_cap")), random.choice((60, 60, 70, 100))
    settings = _settings(random)
    n = random.randint(3, 12)
    items = []
    for name in random.sample(NAMES, n):
        scale = "rate" if percent_header else random.choice(("rate", "rate", "amount", "count"))
        rule = random_rule(random, scale, periods, capped, anchor)
        while (rule.needs_target and not (periods and bands)) or (percent_header and rule.mode in ("rating", "manual")):
            rule = random_rule(random, scale, periods, capped, anchor)
        items.append(_item(random, name, rule, periods, period, percent_header))
    complete = random.random() < 0.5
    items = [_completed(random, item, period, percent_header) if complete else item for item in items]
    weights = _weights(random, n, settings.weights)
    points = tuple(_points(random) for _ in range(random.choice((0, 0, 1, 2))))
    vetoes = (_veto(random),) if random.random() < 0.15 else ()
    return Form(
        seed, tuple(replace(i, weight=w) for i, w in zip(items, weights, strict=True)), periods, period, settings,
        points, vetoes, bands, percent_header,
        f'[policy]\ncap_score = "{capped}"\nanchor = {anchor}',
    )  # fmt: skip


def _settings(random: Random) -> Settings:
    default = Settings()
    grades = default.grades
    if random.random() < 0.4:
        lows = sorted(random.sample(range(0, 100, 5), random.randint(1, 6)), reverse=True)
        has_factors = random.random() < 0.8
        grades = tuple((low, f"等{i}", 1.5 - i / 4 if has_factors else None) for i, low in enumerate(lows))
    return Settings(
        random.choice(("incomplete", "incomplete", "zero", "exclude")),
        random.choice(("strict", "strict", "strict", "normalise", "as_is")),
        random.choice((2, 2, 0, 1, 3)), random.choice((0, 0, 0, -20, 55.5)), random.choice((None, None, 100, 88)), grades,
    )  # fmt: skip


def _item(random: Random, name: str, rule: Rule, periods: Sequence[str], period: int, percent_header: bool) -> Item:
    targets = tuple(_target(random, rule) for _ in periods)
    while rule.needs_target and not any(isinstance(t.meaning, Fraction) for t in targets):
        # A row without any target is none that a policy scores.
        targets = tuple(_target(random, rule) for _ in periods)
    item = Item(name, rule, targets, BLANK, BLANK)
    if rule.mode == "manual":
        return replace(item, typed=_mark(random))
    if rule.mode == "rating":
        return replace(item, actual=_label(random, rule))
    return replace(item, actual=_actual(random, item, period, percent_header))


def _completed(random: Random, item: Item, period: int, percent_header: bool) -> Item:
    """The item with a number or an N/A where something else stands."""
    for _ in range(100):
        content = item.typed if item.rule.mode == "manual" else item.actual
        if isinstance(content.meaning, Fraction) or content.meaning == NOT_APPLICABLE:
            return item
        if item.rule.mode == "manual":
            item = replace(item, typed=_mark(random))
        elif item.rule.mode == "rating":
            item = replace(item, actual=_label(random, item.rule))
        else:
            item = replace(item, actual=_actual(random, item, period, percent_header))
    return item


def _target(random: Random, rule: Rule) -> Content:
    roll = random.random()
    if roll < 0.12:
        return Content(random.choice(BLANKS[:4]), MISSING)
    if roll < 0.16:
        return Content(random.choice(MARKS), NOT_APPLICABLE)
    if roll < 0.18:
        return Content("#N/A", NA)
    if roll < 0.20:
        return Content("=1/0", "#DIV/0!")
    if roll < 0.21:
        return Content("待定", VALUE)
    higher, scale = rule.scale.endswith("+"), rule.scale.rstrip("+0")
    if scale == "rate":
        shown = random.choice(("0.95", "0.9", "1", "0.82", "0.9925", *(() if higher else ("0", "0.0092"))))
        return _rate(random, Fraction(shown))
    if scale == "count":
        number = random.choice((0, 1, 2, 3, 6) if not higher else (1, 2, 3, 6))
        return random.choice((Content(number, Fraction(number)), Content(f"{number}次/台", Fraction(number))))
    shown = random.choice(
        ("120", "35.7", "86420.5", "1234567.89", "0.45", *(("0",) if rule.scale == "amount0" else ()))
    )
    return Content(float(shown), Fraction(shown))


def _rate(random: Random, rate: Fraction) -> Content:
    """A percentage as people type it."""
    percent = _plain(rate * 100)
    return random.choice((
        Content(float(rate), rate, "0.0%"),
        Content(float(rate), rate, "0%"),
        Content(float(rate), rate),
        Content(f"{percent}%", rate),
        Content(f"{percent}％", rate),
        Content(f"　{percent} %\u00a0", rate),
        Content(f"{percent}%".replace(".", "．"), rate),
    ))  # fmt: skip


def _plain(number: Fraction) -> str:
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _odd(random: Random) -> Content | None:
    """Something else than a value, two times in seven."""
    roll = random.random()
    if roll < 0.1:
        return Content(random.choice(BLANKS), MISSING)
    if roll < 0.2:
        return Content(random.choice(MARKS), NOT_APPLICABLE)
    if roll < 0.24:
        error = random.choice(ERRORS)
        return Content(error, error)
    if roll < 0.26:
        return random.choice((Content("=1/0", "#DIV/0!"), Content("=NA()", NA)))
    return Content(random.choice(UNREADABLE), VALUE) if roll < 0.28 else None


def _mark(random: Random) -> Content:
    """A score typed by hand."""
    roll = random.random()
    if roll < 0.05:
        return random.choice((Content(100.5, VALUE), Content(-1, VALUE), Content(True, VALUE)))
    mark = Fraction(random.choice((0, 100, random.randint(0, 100), random.randint(0, 10000) / 100))).limit_denominator(
        100
    )
    return _odd(random) or Content(float(mark), mark)


def _label(random: Random, rule: Rule) -> Content:
    odd = _odd(random)
    if odd is not None:
        return Content(odd.typed, NA if odd.typed in UNREADABLE else odd.meaning)
    label, score = random.choice(rule.labels)
    typed: Any = random.choice((label, f" {label}", label.lower(), int(label) if label.isdigit() else label))
    return Content(typed, Fraction(score))


def _actual(random: Random, item: Item, period: int, percent_header: bool) -> Content:
    odd = _odd(random) or (Content(True, VALUE) if random.random() < 0.01 else None)
    if odd is not None:
        return odd
    target = item.targets[period].meaning if item.targets else None
    curve = item.rule._knots(target, PERIODS[period]) if target is None or isinstance(target, Fraction) else None
    if not curve or isinstance(curve, str):
        return Content(1.5, Fraction(3, 2))
    xs = sorted(x for x, _ in curve)
    span = xs[-1] - xs[0]
    edge, low = random.choice(xs), random.choice(xs)
    inside = Fraction(round(xs[0] + span * Fraction(random.random()), random.choice((2, 4, 6))))
    if item.rule.scale.startswith("rate") and random.random() < 0.25 and inside >= 0:
        return _typed_rate(random, Fraction(round(inside, 4)), percent_header)
    number = random.choice((
        float(inside), float(inside), float(edge), float(edge),
        float(edge) + 1e-13, float(edge) - 1e-13, float(edge) + 1e-12, float(edge) - 1e-12,
        float(edge) * 82 / 82, float(edge) * 49 / 7 / 7, float(edge) * 1.1 / 1.1, float(low + (edge - low) / 3),
        float(xs[-1] + span), float(xs[0] - span), 0,
    ))  # fmt: skip
    if percent_header:
        number = round(number, 8)
        return Content(float(f"{number * 100:.10g}"), snapped(Fraction(f"{number * 100:.10g}") / 100))
    return Content(
        number, snapped(number), "0.0%" if item.rule.scale.startswith("rate") and random.random() < 0.5 else "General"
    )


def _typed_rate(random: Random, rate: Fraction, percent_header: bool) -> Content:
    for _ in range(20):
        content = _rate(random, rate)
        if not percent_header or isinstance(content.typed, str) or "%" in content.number_format:
            break
    return content


def _points(random: Random) -> Content:
    roll = random.random()
    if roll < 0.25:
        return Content(random.choice(BLANKS), MISSING)
    if roll < 0.35:
        return Content(random.choice(MARKS), NOT_APPLICABLE)
    if roll < 0.4:
        return Content("#DIV/0!", "#DIV/0!")
    if roll < 0.45:
        return Content(random.choice(("无", "待定", True)), VALUE)
    number = random.choice((2, -3, 0.5, 5, -0.25, 12.125))
    return Content(number, Fraction(number))


def _veto(random: Random) -> Content:
    return random.choice((
        BLANK, Content(0, Fraction(0)), Content(1, Fraction(1)), Content(0.5, Fraction(1, 2)), Content("是", Fraction(1)),
        Content("否", Fraction(0)), Content("/", NOT_APPLICABLE), Content("#N/A", NA), Content("也许", VALUE),
        Content(2, "#NUM!"),
    ))  # fmt: skip


def _weights(random: Random, n: int, policy: str) -> list[Content]:
    """Weights in one of the ways people write them; with zeros, blanks, and sometimes a wrong sum."""
    cuts = sorted(random.sample(range(1, 100), n - 1))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    if n > 3 and random.random() < 0.25:
        parts[0], parts[1] = 0, parts[0] + parts[1]
    if random.random() < (0.5 if policy != "strict" else 0.1):
        parts[-1] += random.choice((10, 20))
    form = random.choice(("format", "format", "number", "text", "wide", "fraction"))
    blank = random.random() < 0.5
    contents = []
    for part in parts:
        meaning = Fraction(part, 100)
        if part == 0 and blank:
            contents.append(Content(None, Fraction(0), "0%"))
        elif form == "format":
            contents.append(Content(part / 100, meaning, "0%"))
        elif form == "number":
            contents.append(Content(part, meaning))
        elif form == "fraction":
            contents.append(Content(part / 100, meaning))
        else:
            contents.append(Content(f"{part}{'%' if form == 'text' else '％'}", meaning))
    return contents


def describe(form: Form) -> str:
    """A form in a few lines, for the message of a test that fails."""
    lines = [f"seed {form.seed}, period {form.current!r}, {form.settings}", form.policy.replace("\n", " ")]
    for i, item in enumerate(form.items):
        lines.append(
            f"{form.cell('actual', i)} {item.name} {item.rule.lines} target {[t.typed for t in item.targets]} "
            f"actual {item.actual.typed!r} ({item.actual.number_format}) typed {item.typed.typed!r} weight {item.weight.typed!r}"
        )
    lines.append(f"points {[p.typed for p in form.points]} vetoes {[v.typed for v in form.vetoes]}")
    return "\n".join(lines)
