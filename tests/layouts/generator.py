"""Workbooks of every layout, made at random from a seed, with what they mean.

Totals are worked out here with plain arithmetic on fractions; nothing of the package is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from .canvas import Canvas, address, workbook
from .negatives import decoy_beside, decoy_sheet
from .planted import Item, Planted
from .wording import HELD_OUT, HELD_OUT_ENGLISH, SECOND, SECOND_ENGLISH, TUNING, TUNING_ENGLISH, Wording

LAYOUTS = range(1, 10)
_WIDE = str.maketrans("0123456789%.", "０１２３４５６７８９％．")


@dataclass
class Generated:
    """A workbook and what was planted in it."""

    data: bytes
    planted: list[Planted]


def generate(
    seed: int, layout: int | None = None, *, held_out: bool = False, wording: tuple[Wording, Wording] | None = None
) -> Generated:
    """A workbook.

    Args:
        seed: The same seed gives the same workbook.
        layout: 1 to 9; by the seed when omitted.
        held_out: Say things in the words that recognition was not worked on with.
        wording: Say them in these words, Chinese and English, instead.
    """
    random = Random(f"{seed}-{held_out}")
    layout = layout or LAYOUTS[seed % len(LAYOUTS)]
    chinese, english = (TUNING, TUNING_ENGLISH) if random.random() < 0.5 else (SECOND, SECOND_ENGLISH)
    if held_out:
        chinese, english = HELD_OUT, HELD_OUT_ENGLISH
    if wording is not None:
        chinese, english = wording
    words = english if random.random() < 0.15 else chinese
    return _Maker(random, words).workbook(layout)


class _Maker:
    """One workbook."""

    def __init__(self, random: Random, words: Wording) -> None:
        self.random, self.words = random, words

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def workbook(self, layout: int) -> Generated:
        canvases, planted = [], []
        persons = self.random.sample(self.words.people, 3)
        sheets = self.random.choice((1, 1, 2, 3)) if layout in (1, 2, 3, 4, 6) else 1
        for i in range(sheets):
            name = persons[i] if sheets > 1 else self.pick(("Sheet1", "考核表", "2026Q3"))
            canvas = Canvas(name.replace(" ", ""), hidden=i > 0 and self.chance(0.15))
            planted += _Sheet(self, canvas, persons[i]).fill(layout)
            canvases.append(canvas)
        if self.chance(0.25):
            other = decoy_sheet(self.random, "其他")
            canvases.insert(self.random.randint(0, len(canvases)), other)
        order = [canvas.name for canvas in canvases]
        planted.sort(key=lambda p: order.index(p.sheet))
        if all(c.hidden for c in canvases):
            canvases[0].hidden = False
        return Generated(workbook(canvases), planted)


class _Sheet:
    """One sheet with its cards."""

    def __init__(self, maker: _Maker, canvas: Canvas, person: str) -> None:
        self.m, self.c, self.person = maker, canvas, person
        self.random, self.w = maker.random, maker.words
        self.chance, self.pick = maker.chance, maker.pick
        self.row = 1 + self.random.choice((0, 0, 0, 1, 3, 40))
        self.col = 1 + self.random.choice((0, 0, 0, 1, 3))
        self.identity: dict[str, str] = {}

    def fill(self, layout: int) -> list[Planted]:
        if layout in (1, 2, 3, 6):
            self.head(width=6)
            return [self.list_card(layout)]
        if layout == 4:
            self.head(width=6)
            return [self.two_parts()]
        if layout == 9:
            self.head(width=4, period="")
            return [self.abilities()]
        if layout == 7:
            self.head(width=4, personal=False)
            return [self.ledger()]
        if layout == 5:
            self.head(width=4, personal=False)
        return self.matrix() if layout == 5 else self.export()

    # --- what stands above ---------------------------------------------------------------------------------------

    def head(self, width: int, *, personal: bool = True, period: str | None = None) -> None:
        """Title and identity, in one of the written forms; the cursor ends on the row of the table's header."""
        w, c, col = self.w, self.c, self.col
        department, position = self.pick(w.departments), self.pick(w.positions)
        stated = "2026Q3" if w.english else self.pick(("2026年第三季度", "2026年9月", "2026年上半年"))
        title = self.pick(w.titles)
        full = title.format(department=department, position=position, period=stated)
        c.put(self.row, col, full)
        if self.chance(0.7):
            c.merge(self.row, col, self.row, col + width - 1)
        in_title = "{period}" in title
        self.row += 1
        if not personal:
            if in_title:
                self.identity = {"period": stated}
            self.row += self.random.choice((0, 0, 1))
            return
        pairs = [(self.pick(w.person), self.person, "person"), (self.pick(w.department), department, "department")]
        if self.chance(0.6):
            pairs.append((self.pick(w.position), position, "position"))
        if self.chance(0.5) and not in_title:
            pairs.append((self.pick(w.period), stated, "period"))
        self.random.shuffle(pairs)
        style = self.random.choice(("cells", "colon cells", "one cell", "own cells", "column"))
        self.identity.update({kind: value for _, value, kind in pairs})
        if in_title:
            self.identity["period"] = stated
        if style == "one cell":
            gap = "    " if w.english else "　　"
            c.put(self.row, col, gap.join(f"{label}：{value}" for label, value, _ in pairs))
            self.row += 1
        elif style == "own cells":
            for i, (label, value, _) in enumerate(pairs):
                c.put(self.row, col + 2 * i, f"{label}：{value}")
            self.row += 1
        elif style == "column":
            for label, value, _ in pairs:
                c.line(self.row, col, [label, value])
                self.row += 1
        else:
            colon = "：" if style == "colon cells" else ""
            for i, (label, value, _) in enumerate(pairs):
                c.line(self.row, col + 2 * i, [label + colon, value])
            self.row += 1
        self.row += self.random.choice((0, 0, 1))

    # --- layouts 1, 2, 3, 6 ----------------------------------------------------------------------------------------

    def list_card(self, layout: int) -> Planted:
        planted = Planted(self.c.name, layout, identity=dict(self.identity))
        self.table(planted, layout)
        self.below()
        return planted

    def table(self, planted: Planted, layout: int, *, share: Fraction | None = None) -> None:
        """One list with its header, items and total. Appends to `planted`."""
        w, random = self.w, self.random
        known = {item.name for item in planted.items}
        pool = [name for name in w.items if name not in known]
        names = random.sample(pool, random.randint(3, min(9, len(pool) if share is None else max(3, len(pool) // 2))))
        count = len(names)
        plan = self.columns(layout)
        at = {role: self.col + i for i, role in enumerate(plan)}
        first = self.header(plan, at, layout)
        fills = self.chance(0.8)
        weights = self.shares(count)
        spelled = self.spelling(weights)
        sections = self.sections(count) if "category" in at else []
        self.row = first
        raw: list[list[Fraction]] = []
        has_adjustment = layout in (3, 6) or self.chance(0.25)
        self.has_total = self.chance(0.75)
        # Only the department's own total tells that scores are weighted already.
        weighted_sum = self.has_total and share is None and fills and layout == 2 and "score" in at and self.chance(0.3)
        score_roles = [role for role in plan if role.startswith("score")]
        new: list[Item] = []
        for i, name in enumerate(names):
            if layout == 2 and self.chance(0.05) and i:
                self.row += 1
            new.append(
                self.item(planted, plan, at, name, i, weights[i], spelled, raw, fills, weighted_sum, score_roles)
            )
        for start, size, text in sections:
            self.c.put(new_row(new[start]), at["category"], text)
            if self.chance(0.7):
                self.c.merge(new_row(new[start]), at["category"], new_row(new[start + size - 1]), at["category"])
        planted.items += new
        points = None
        if has_adjustment and score_roles:
            points = self.adjustment(planted, at, score_roles, fills, share is not None)
        if layout == 2 and self.chance(0.3) and "number" in at:
            for extra in range(random.randint(1, 3)):
                self.c.put(self.row, at["number"], count + 1 + extra)
                self.row += 1
        self.finish(planted, plan, at, new, weights, raw, points, weighted_sum, score_roles, fills, share)

    def columns(self, layout: int) -> list[str]:
        """The roles of the columns from left to right."""
        plan = ["name"]
        middle: list[str] = []
        if layout == 1:
            count = len(self.periods())
            middle += [f"target{i}" for i in range(count)] if self.chance(0.8) else ["target"]
            middle.append("actual")
            if self.chance(0.7):
                middle += [f"band{i}" for i in range(len(self.band_set()))]
        weight = ["points" if layout == 6 else "weight"]
        texts = [role for role in ("requirement", "rule", "method") if self.chance(0.5 if layout != 1 else 0.2)]
        if layout == 2 and "rule" not in texts:
            texts.append("rule")
        self.random.shuffle(texts)
        # Items are named first; a weight may stand in front of, between or behind the texts.
        where = self.random.randint(0, len(texts))
        middle += texts[:where] + weight + texts[where:]
        if layout == 3:
            scores = ["score0", "score1"]
        elif layout == 6:
            scores = ["score0", "score1"] if self.chance(0.25) else ["score"]
        else:
            scores = ["score"] if layout == 1 or self.chance(0.85) else []
        plan += middle + scores
        if self.chance(0.4):
            plan.append("note")
        if self.chance(0.35 if layout != 3 else 0.7):
            plan.insert(0, "category")
        if self.chance(0.5):
            plan.insert(self.random.choice((0, 1)) if plan[0] == "category" else 0, "number")
        return plan

    def periods(self) -> Sequence[str]:
        if not hasattr(self, "_periods"):
            self._periods = self.random.choice(self.w.periods)
        return self._periods

    def band_set(self) -> Sequence[tuple[str, str]]:
        if not hasattr(self, "_bands"):
            self._bands = self.random.choice(self.w.bands)
        return self._bands

    def header(self, plan: list[str], at: dict[str, int], layout: int) -> int:
        """Write the header; returns the first body row."""
        w, row = self.w, self.row
        grouped = "target0" in at
        split_bands = "band0" in at and self.chance(0.4)
        high = 2 if grouped or split_bands else self.random.choice((1, 1, 1, 2))
        merged = high == 1 or self.chance(0.7)
        self.in_percent = "%" if self.chance(0.25) else ""
        self.evaluators = self.random.choice(w.evaluators)
        for role in plan:
            col = at[role]
            if role.startswith("target") and role != "target":
                continue
            if role.startswith("band"):
                label, span = self.band_set()[int(role[4:])]
                if split_bands:
                    self.c.put(row, col, label)
                    self.c.put(row + 1, col, span)
                else:
                    self.c.put(row, col, f"{label}\n{span}")
                    if merged:
                        self.c.merge(row, col, row + high - 1, col)
                continue
            text = self.heading(role)
            self.c.put(row, col, text)
            if merged and high > 1:
                self.c.merge(row, col, row + high - 1, col)
        if grouped:
            first, count = at["target0"], len(self.periods())
            self.c.put(row, first, self.pick(w.target_group))
            if merged or self.chance(0.5):
                self.c.merge(row, first, row, first + count - 1)
            self.c.line(row + 1, first, self.periods())
        elif high == 2 and not split_bands and not merged:
            return row + 2  # an empty row under the header
        return row + high

    def heading(self, role: str) -> str:
        w = self.w
        if role == "weight":
            text = self.pick(w.weight)
            return f"{text}{self.pick(('（%）', '(%)'))}" if self.in_percent else text
        if role.startswith("score") and role != "score":
            return self.evaluators[int(role[5:])]
        text = self.pick(getattr(w, role))
        if not w.english and len(text) == 2 and self.chance(0.15):
            text = f"{text[0]}  {text[1]}"
        return text

    def shares(self, count: int) -> list[Fraction]:
        """Weights in whole percent that sum to 100."""
        cuts = sorted(self.random.sample(range(1, 20), count - 1))
        edges = [0, *cuts, 20]
        return [Fraction(5 * (b - a), 100) for a, b in zip(edges, edges[1:], strict=False)]

    def spelling(self, weights: Sequence[Fraction]) -> list[tuple[float | str, str]]:
        """The same weights as people write them: value and number format."""
        percents = [int(w * 100) for w in weights]
        if self.in_percent:
            return [(p, "") for p in percents]
        style = self.random.choice(("text", "wide", "format", "format", "fraction", "number"))
        if style == "text":
            return [(f"{p}%", "") for p in percents]
        if style == "wide":
            return [(f"{p}%".translate(_WIDE), "") for p in percents]
        if style == "number":
            return [(p, "") for p in percents]
        return [(p / 100, "0%" if style == "format" else "") for p in percents]

    def sections(self, count: int) -> list[tuple[int, int, str]]:
        texts = self.random.choice(self.w.categories)
        texts = texts[: max(1, min(len(texts), count))]
        cuts = sorted(self.random.sample(range(1, count), min(len(texts), count) - 1)) if count > 1 else []
        edges = [0, *cuts, count]
        return [(a, b - a, t) for a, b, t in zip(edges, edges[1:], texts, strict=False)]

    def item(self, planted: Planted, plan: list[str], at: dict[str, int], name: str, i: int, weight: Fraction,
             spelled: list[tuple[float | str, str]], raw: list[list[Fraction]], fills: bool, weighted: bool,
             score_roles: list[str]) -> Item:  # fmt: skip
        row, random = self.row, self.random
        item = Item(name, name_cell=self.c.put(row, at["name"], self.named(name)))
        if "number" in at and self.chance(0.9):
            self.c.put(row, at["number"], i + 1 if self.chance(0.95) else max(i, 1))
        if "weight" in at:
            item.weight_cell = self.c.put(row, at["weight"], *spelled[i])
        if "points" in at:
            value: float | str = int(weight * 100)
            if spelled[0][1] == "0%":
                value = f"{int(weight * 100)}分"
            item.points_cell = self.c.put(row, at["points"], value)
        item.weight = float(weight)
        targets = [role for role in plan if role.startswith("target")]
        blank = random.randrange(len(targets)) if len(targets) > 1 and self.chance(0.15) else -1
        cells = []
        kind = random.choice(("rate", "count", "text"))
        for k, role in enumerate(targets):
            value = "" if k == blank else self.target(kind)
            cells.append(self.c.put(row, at[role], value, "0%" if isinstance(value, float) else ""))
        item.targets = tuple(cells)
        if "actual" in at:
            value = random.choice((0.95, 96, "97%", None)) if fills else None
            item.actual_cell = self.c.put(row, at["actual"], value)
        item.bands = tuple(address(row, at[role]) for role in plan if role.startswith("band"))
        for role in ("requirement", "rule", "method", "note"):
            if role in at and self.chance(0.7 if role != "note" else 0.2):
                self.c.put(row, at[role], self.text(role))
        marks = []
        for role in score_roles:
            mark = Fraction(random.randint(40, 100))
            shown: float | str | None = float(mark)
            if "points" in at:
                mark = Fraction(random.randint(0, int(weight * 100)))
                shown = float(mark)
                mark = mark / (weight * 100) * 100
            elif weighted:
                shown = float(mark * weight)
            if shown is not None and float(shown).is_integer():
                shown = int(shown)
                if self.chance(0.03) and not weighted:
                    shown = str(shown).translate(_WIDE)
            marks.append(mark)
            self.c.put(row, at[role], shown if fills else None)
        raw.append(marks)
        item.scores = tuple(address(row, at[role]) for role in score_roles)
        if fills and self.chance(0.04):
            self.c.hidden_rows.append(row)
        self.row += 1
        return item

    def named(self, name: str) -> str:
        if self.w.english:
            return name
        return self.random.choice((name, name, name, f" {name}", f"{name}　"))

    def target(self, kind: str) -> float | str:
        random = self.random
        if kind == "rate":
            return random.choice((0.95, "95%", "９５％", "95%以上", "≥95%", "0．92%"))
        if kind == "count":
            return random.choice((3, 0, "3次/台", "不超过3次", "24小时内", "２次"))
        return random.choice(("及时准确", "无漏洞", 100, "98%"))

    def text(self, role: str) -> str:
        if self.w.english:
            return self.pick(("as reported by finance", "each late case costs 2 points", "per plan"))
        return {
            "rule": ("每低1%扣2分，扣完为止", "按目标完成率计分", "延期一天扣5分", "主管评定"),
            "requirement": ("按计划完成", "缺陷率低于2‰", "当月完成并提交报告"),
            "method": ("根据有关报表", "部门经理监控", "信息系统记录"),
            "note": ("已核对", "见附件"),
        }[role][self.random.randrange(2)]

    def adjustment(
        self, planted: Planted, at: dict[str, int], score_roles: list[str], fills: bool, is_part: bool
    ) -> list[Fraction] | None:
        """A row of points added to the total; blank counts as 0."""
        if is_part:
            return None
        row = self.row
        name = self.pick(self.w.adjustment)
        item = Item(name, "adjustment", name_cell=self.c.put(row, at["name"], name))
        item.targets = tuple(address(row, at[role]) for role in at if role.startswith("target"))
        item.actual_cell = address(row, at["actual"]) if "actual" in at else None
        item.bands = tuple(address(row, at[role]) for role in at if role.startswith("band"))
        item.points_cell = address(row, at["points"]) if "points" in at else None
        item.scores = tuple(address(row, at[role]) for role in score_roles)
        points = []
        for role in score_roles:
            value = self.random.choice((None, 2, 5, -3, 1.5)) if fills else None
            if value is not None and takes_away(name):
                value = -abs(value)  # as it must be where the total is a plain sum
            self.c.put(row, at[role], value)
            points.append(Fraction(value or 0).limit_denominator(100))
        planted.items.append(item)
        self.row += 1
        return points

    def finish(self, planted: Planted, plan: list[str], at: dict[str, int], new: list[Item], weights: list[Fraction],
               raw: list[list[Fraction]], points: list[Fraction] | None, weighted: bool, score_roles: list[str],
               fills: bool, share: Fraction | None) -> None:  # fmt: skip
        """The total row with the department's own formulas, and the grade."""
        chosen = len(score_roles) - 1
        if len(score_roles) > 1 and plan and self.teams():
            chosen = len(score_roles) - 1
        planted.headline = address(new_row(new[0]), at[score_roles[chosen]]) if score_roles else ""
        totals = []
        for k in range(len(score_roles)):
            total = sum((weights[i] * raw[i][k] for i in range(len(new))), Fraction(0))
            if points is not None:
                total += points[k]
            totals.append(total)
        if share is None:
            planted.total = max(float(totals[chosen]), 0.0) if fills and score_roles else None
        elif fills and score_roles:
            self.part_totals.append(totals[chosen] * share)
        else:
            self.part_totals.append(None)
        if not score_roles or share is not None or not self.has_total:
            return
        row = self.row
        label = self.pick(self.w.total)
        self.c.put(row, at["name"] if self.chance(0.6) else min(at.values()), label)
        first = min(at.values())
        if self.chance(0.4) and (row, first) in self.c.cells:
            self.c.merge(row, first, row, at["name"])
        last = new_row(new[-1])
        for k, role in enumerate(score_roles):
            letter = address(1, at[role])[:-1]
            cells = [f"{letter}{new_row(item)}" for item in new]
            if "points" in at or weighted:
                extra = points is not None
                text = f"SUM({cells[0]}:{letter}{last + extra})"
            else:
                column = address(1, at["weight"])[:-1]
                text = "+".join(f"{column}{new_row(item)}*{cell}" for item, cell in zip(new, cells, strict=True))
                if "weight" in at and self.in_percent:
                    text = f"({text})/100"
                if points is not None:
                    text += f"+{letter}{last + 1}"
            stated = float(totals[k])
            if "points" in at and points is not None:
                stated = float(totals[k])
            place = address(row, at[role])
            if fills and self.chance(0.75):
                self.c.formula(row, at[role], text, stated)
            elif fills and (weighted or self.chance(0.8)):
                self.c.put(row, at[role], stated)
            elif not fills:
                self.c.formula(row, at[role], text, 0)
            if k == chosen:
                planted.total_cell = place
        self.row += 1
        if self.chance(0.5):
            self.c.put(self.row, at["name"], self.pick(self.w.grade))
            planted.grade_cell = self.c.put(self.row, at[score_roles[-1]], "良" if fills else None)
            if not fills or len(score_roles) > 1:
                planted.grade_cell = address(self.row, at[score_roles[-1]])
            self.row += 1

    def teams(self) -> bool:
        return False

    def below(self) -> None:
        """Signature lines and notes below, a legend beside."""
        col, row = self.col, self.row + self.random.choice((0, 1, 2))
        if self.chance(0.5):
            if self.w.english:
                self.c.line(row, col, ["Signature:", None, None, "Date:"])
            else:
                self.c.line(row, col, ["被考核人签字：", None, None, "日期："])
            row += 1
        if self.chance(0.3):
            self.c.put(
                row + 1, col, "Notes: file by the fifth." if self.w.english else "注：本表于次月5日前交人力资源部。"
            )
        if self.chance(0.2):
            decoy_beside(self.random, self.c, self.w.english)

    # --- layout 4 ----------------------------------------------------------------------------------------------------

    def two_parts(self) -> Planted:
        planted = Planted(self.c.name, 4, identity=dict(self.identity))
        self.part_totals: list[Fraction | None] = []
        first = Fraction(self.random.choice((50, 60, 70, 80)), 100)
        style = self.random.choice(self.w.parts)
        heading = None
        state = self.random.getstate()
        for text, share in zip(style, (first, 1 - first), strict=True):
            if heading is not None:
                # The parts of one form are built alike.
                now = self.random.getstate()
                self.random.setstate(state)
                self.random.setstate(now)
            heading = text.format(int(first * 100), int((1 - first) * 100))
            self.c.put(self.row, self.col, heading)
            if self.chance(0.6):
                self.c.merge(self.row, self.col, self.row, self.col + 4)
            self.row += 1
            before = len(planted.items)
            self.table(planted, 2, share=share)
            for item in planted.items[before:]:
                if item.weight is not None:
                    item.weight = float(Fraction(item.weight).limit_denominator(1000) * share)
            self.row += self.random.choice((0, 1, 1))
        known = [total for total in self.part_totals if total is not None]
        planted.total = float(sum(known, Fraction(0))) if len(known) == 2 else None
        planted.headline = ""
        self.below()
        return planted

    # --- layouts 5 and 8 ---------------------------------------------------------------------------------------------

    def matrix(self) -> list[Planted]:
        w, c, random = self.w, self.c, self.random
        count = random.randint(3, 6)
        names = random.sample(w.items, count)
        weights = self.shares(count)
        has_bonus = self.chance(0.4)
        below = self.chance(0.3)
        marks = self.random.choice((" {}%", "（{}%）", "\n{}%", "（权重{}%）", " … {}%")) if not w.english else " ({}%)"
        lead = [role for role in ("number", "department") if self.chance(0.6)]
        self.random.shuffle(lead)
        lead.append("person")
        if self.chance(0.3):
            lead.append("position")
        heads: list[str] = [self.pick(getattr(w, role)) for role in lead]
        row, col = self.row, self.col
        for i, head in enumerate(heads):
            c.put(row, col + i, head)
            if below and self.chance(0.6):
                c.merge(row, col + i, row + 1, col + i)
        start = col + len(heads)
        bonus_weight = Fraction(10, 100)
        shown = [*zip(names, weights, strict=True)]
        bonus = ("Bonus" if w.english else self.pick(w.adjustment)) + ("" if w.english else "")
        if has_bonus:
            shown.append((bonus, bonus_weight))
        for i, (name, weight) in enumerate(shown):
            if below:
                c.put(row, start + i, name)
                c.put(row + 1, start + i, int(weight * 100) / 100, "0%")
            else:
                text = marks.format(int(weight * 100))
                c.put(
                    row,
                    start + i,
                    (name + text).translate(_WIDE)
                    if self.chance(0.1) and "%" in text and not w.english
                    else name + text,
                )
        if below and not any(m[:2] == (row, col + lead.index("person")) for m in c.merges) and self.chance(0.5):
            c.put(row + 1, col + lead.index("person"), "Weight" if w.english else "权重")
        total_col = start + len(shown)
        c.put(row, total_col, self.pick(w.total))
        has_grade = self.chance(0.7)
        if has_grade:
            c.put(row, total_col + 1, self.pick(w.grade))
        if below:
            for k in (total_col, total_col + 1):
                if (row, k) in c.cells and self.chance(0.6):
                    c.merge(row, k, row + 1, k)
        head_row = row
        row += 2 if below else 1
        people = random.sample(w.people, random.randint(2, 6))
        department = self.pick(w.departments)
        found = []
        first = row
        for i, person in enumerate(people):
            for k, role in enumerate(lead):
                values = {"number": i + 1, "department": department, "person": person}
                value = values.get(role) or self.pick(w.positions)
                c.put(row, col + k, value)
            planted = Planted(c.name, 5, identity={**self.identity, "person": person})
            if "department" in lead:
                planted.identity["department"] = department
            total = Fraction(0)
            complete = True
            terms = []
            for k, (name, weight) in enumerate(shown):
                is_bonus = has_bonus and k == len(shown) - 1
                mark: int | None = random.randint(40, 100)
                if self.chance(0.05) or (is_bonus and self.chance(0.5)):
                    mark = None
                place = c.put(row, start + k, mark)
                sign = -1 if is_bonus and takes_away(name) else 1
                terms.append(f"{'' if sign > 0 else '-1*'}{place}*{int(weight * 100)}%")
                planted.items.append(
                    Item(name, "adjustment" if is_bonus else "item", name_cell=address(head_row, start + k),
                         scores=(place,), weight=float(weight))
                )  # fmt: skip
                complete = complete and (mark is not None or is_bonus)
                total += sign * weight * (mark or 0)
            planted.total = float(total) if complete else None
            planted.headline = address(row, start)
            planted.total_cell = address(row, total_col)
            if self.chance(0.8):
                c.formula(row, total_col, "+".join(terms), float(total))
            if has_grade:
                planted.grade_cell = c.put(row, total_col + 1, "良")
            found.append(planted)
            row += 1
        if "department" in lead and self.chance(0.4):
            k = lead.index("department")
            for r in range(first + 1, row):
                c.cells.pop((r, col + k), None)
            c.merge(first, col + k, row - 1, col + k)
        if self.chance(0.4):
            c.put(row, col + lead.index("person"), "Average" if w.english else "平均分")
            for k in range(len(shown)):
                c.put(row, start + k, 75.5)
            row += 1
        self.row = row + 1
        if self.chance(0.5):
            c.put(self.row, col, "Prepared by:" if w.english else "制表人：")
        return found

    def export(self) -> list[Planted]:
        w, c, random = self.w, self.c, self.random
        names = (
            random.sample(("quality", "delivery", "cost", "safety", "teamwork"), random.randint(2, 5))
            if w.english or self.chance(0.6)
            else random.sample(_short(w.items), random.randint(2, 5))
        )  # fmt: skip
        suffix = self.pick(w.weight_suffix)
        english = names[0].isascii()
        lead = ["month" if english else "月份", "name" if english else "姓名"]
        if self.chance(0.5):
            lead.append("dept" if english else "部门")
        random.shuffle(lead)
        heads = list(lead)
        for name in names:
            heads += [name, name + suffix]
        has_total = self.chance(0.6)
        if has_total:
            heads.append("total" if english else "总分")
        row, col = self.row, self.col
        c.line(row, col, heads)
        found = []
        style = random.choice(("percent", "number", "fraction"))
        for person in random.sample(w.people, random.randint(2, 6)):
            row += 1
            month = random.randint(1, 12)
            weights = self.shares(len(names))
            planted = Planted(c.name, 8, identity={"person": person, "period": f"{month}月"})
            for k, role in enumerate(lead):
                value: float | str = {"month": month, "月份": month, "name": person, "姓名": person}.get(
                    role, w.departments[0]
                )
                c.put(row, col + k, value)
                if role in ("dept", "部门"):
                    planted.identity["department"] = w.departments[0]
            at = col + len(lead)
            total = Fraction(0)
            for k, (name, weight) in enumerate(zip(names, weights, strict=True)):
                mark = random.randint(40, 100)
                place = c.put(row, at + 2 * k, mark)
                percent = int(weight * 100)
                shown = {"percent": (f"{percent}%", ""), "number": (percent, ""), "fraction": (percent / 100, "0%")}[
                    style
                ]
                weight_cell = c.put(row, at + 2 * k + 1, *shown)
                planted.items.append(
                    Item(
                        name,
                        name_cell=address(self.row, at + 2 * k),
                        weight_cell=weight_cell,
                        scores=(place,),
                        weight=float(weight),
                    )
                )
                total += weight * mark
            planted.total = float(total)
            planted.headline = address(row, at)
            if has_total:
                planted.total_cell = c.put(row, at + 2 * len(names), float(total))
            found.append(planted)
        return found

    # --- layouts 7 and 9 ---------------------------------------------------------------------------------------------

    def ledger(self) -> Planted:
        w, c, random = self.w, self.c, self.random
        planted = Planted(c.name, 7)
        months = [f"{m}月" if not w.english else f"{m}月" for m in range(1, random.choice((6, 12)) + 1)]
        if self.chance(0.2):
            months = ["一季度", "二季度", "三季度", "四季度"]
        with_number, with_weight = self.chance(0.6), self.chance(0.4)
        lead = (["number"] if with_number else []) + ["name"]
        if with_weight:
            lead.append("weight")
        row, col = self.row, self.col
        self.in_percent = ""
        for k, role in enumerate(lead):
            c.put(row, col + k, self.heading(role))
        kind_col = col + len(lead)
        if self.chance(0.6):
            c.put(row, kind_col, "Type" if w.english else self.pick(("类型", "项目", "内容")))
        c.line(row, kind_col + 1, months)
        count = random.randint(2, 5)
        kinds = self.random.choice(w.kinds)[: random.choice((2, 3, 3))]
        weights = self.shares(count)
        spelled = self.spelling(weights)
        names = random.sample(w.items, count)
        row += 1
        is_merged = self.chance(0.6)
        for i, name in enumerate(names):
            item = Item(name, name_cell=address(row, col + lead.index("name")))
            c.put(row, col + lead.index("name"), name)
            if with_number:
                c.put(row, col, random.choice((f"{i + 1}", f"1.{i + 1}")) if self.chance(0.5) else i + 1)
            if with_weight:
                item.weight_cell = c.put(row, col + lead.index("weight"), *spelled[i])
                item.weight = float(weights[i])
            for k, kind in enumerate(kinds):
                c.put(row + k, kind_col, kind)
                for j in range(len(months)):
                    if k < 2:
                        c.put(
                            row + k,
                            kind_col + 1 + j,
                            random.choice((95, 0.9, "98%", 100)) if k == 0 or self.chance(0.7) else None,
                        )
                    else:
                        a, b = address(row + 1, kind_col + 1 + j), address(row, kind_col + 1 + j)
                        c.formula(row + k, kind_col + 1 + j, f"{a}-{b}", 0)
            item.targets = tuple(address(row, kind_col + 1 + j) for j in range(len(months)))
            item.actuals = tuple(address(row + 1, kind_col + 1 + j) for j in range(len(months)))
            if is_merged:
                for k in range(len(lead)):
                    c.merge(row, col + k, row + len(kinds) - 1, col + k)
            planted.items.append(item)
            row += len(kinds)
        if not with_weight:
            for item in planted.items:
                item.weight = None
        return planted

    def abilities(self) -> Planted:
        w, c, random = self.w, self.c, self.random
        planted = Planted(c.name, 9, identity={k: v for k, v in self.identity.items() if k != "period"})
        # The title speaks of abilities as such sheets do.
        header = self.pick(w.rating)
        wide = self.chance(0.4)
        numbered = self.chance(0.85)
        fills = self.chance(0.8)
        scale = random.choice(("five", "labels", "hundred"))
        marks: list[Fraction] = []
        row, col = self.row, self.col
        if not wide:
            name_col = col + (1 if numbered else 0)
            c.put(row, name_col + 1, header)
            if self.chance(0.5):
                c.put(row, name_col, "Item" if w.english else "项目")
                row += 1
        for section, names in w.abilities:
            name_col = col + (1 if numbered else 0)
            c.put(row, col, section)
            if wide:
                c.put(row, name_col + 1, header)
            slots = list(random.sample(names, random.randint(2, len(names))))
            total = len(slots) + random.randint(0, 3)
            for i in range(total):
                at = row + 1 + i
                if numbered:
                    c.put(at, col, i + 1)
                if i >= len(slots):
                    continue
                c.put(at, name_col, slots[i])
                planted.items.append(
                    Item(slots[i], name_cell=address(at, name_col), scores=(address(at, name_col + 1),))
                )
                if fills:
                    mark, shown = self.rated(scale)
                    marks.append(mark)
                    c.put(at, name_col + 1, shown)
            if wide:
                col = name_col + 3
            else:
                row += total + 1 + random.choice((0, 0, 1))
        planted.headline = ""
        planted.total = float(sum(marks, Fraction(0)) / len(marks)) if fills else None
        return planted

    def rated(self, scale: str) -> tuple[Fraction, float | str]:
        if scale == "five":
            mark = self.random.randint(1, 5)
            return Fraction(mark * 20), mark
        if scale == "labels":
            label, worth = self.random.choice((("优", 95), ("良", 85), ("中", 75), ("差", 50)))
            return Fraction(worth), label
        mark = self.random.randint(60, 100)
        return Fraction(mark), mark


def new_row(item: Item) -> int:
    """The row of an item."""
    return int("".join(ch for ch in item.name_cell if ch.isdigit()))


def takes_away(name: str) -> bool:
    """Whether the name of a row of points says deduction and nothing else."""
    text = name.lower().replace("demerit", "penalty")
    gives = ("加", "奖", "增", "减免", "bonus", "merit", "addition", "reward", "plus", "positive")
    takes = ("扣", "减", "罚", "惩", "penalt", "deduct", "malus", "negative", "minus")
    return any(word in text for word in takes) and not any(word in text for word in gives)


def _short(names: Sequence[str]) -> list[str]:
    """Names that fit a heading of a flat list; five at least."""
    found = [name for name in names if len(name) < 9]
    return found if len(found) >= 5 else sorted(names, key=len)[:5]
