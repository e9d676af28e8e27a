"""Departments at random: folders of 3 to 60 people in mixed layouts, with planted faults, and what must come of them.

Expected totals are plain sums of fractions; what a fault must lead to is said where it is planted.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

PERIOD = "2026Q3"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建文辉力斌宁波燕玲莉"
DEPARTMENTS = ("客服部", "技术支持部", "售后服务部", "物流中心", "市场部")
KPIS = (
    "服务响应及时率", "客户满意度", "投诉处理", "报表质量", "团队协作", "学习成长", "工单完成", "库存准确", "回访比例",
    "培训完成",
)  # fmt: skip
WEIGHTS = ((40, 30, 20, 10), (25, 25, 25, 25), (50, 20, 15, 15), (30, 30, 20, 10, 10), (20, 20, 20, 15, 15, 10))


@dataclass
class Person:
    """One person: whose card it is, and what is filled in."""

    name: str
    department: str
    number: str
    kpis: tuple[str, ...]
    weights: tuple[int, ...]
    scores: list[Any]
    points: float | None = None

    @property
    def exact(self) -> Fraction:
        """The total by plain arithmetic; what is not applicable is left out and the other weights carry it."""
        pairs = [(Fraction(w), _fraction(s)) for w, s in zip(self.weights, self.scores, strict=True) if s not in _NA]
        return sum((w * s for w, s in pairs), Fraction()) / sum(w for w, _ in pairs) + Fraction(str(self.points or 0))

    @property
    def total(self) -> float:
        """The exact total as a cell holds it."""
        return float(self.exact)


_NA = ("不适用", "N/A", "—")


def _fraction(score: Any) -> Fraction:
    text = str(score).translate(str.maketrans("０１２３４５６７８９．", "0123456789.")).strip(" \u3000\u00a0").removesuffix("分")
    if text.startswith("="):
        left, _, right = text[1:].partition("-")
        return Fraction(left) - Fraction(right)
    return Fraction(text)


@dataclass
class Expected:
    """What must come of a folder.

    Attributes:
        sound: (department, name) → exact total of everybody whose card is fine.
        codes: (file, code) that must be in the quarantine.
        findings: (file, code) that must be among the findings.
        statuses: (file, sheet or "") → status of the cards that are not "ok".
        missing: Names on the roster without a card.
    """

    sound: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    codes: set[tuple[str, str]] = field(default_factory=set)
    findings: set[tuple[str, str]] = field(default_factory=set)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)


@dataclass
class Folder:
    """A department folder being written."""

    root: Path
    dice: Random
    expected: Expected = field(default_factory=Expected)
    people: list[Person] = field(default_factory=list)

    def person(self, department: str | None = None, name: str | None = None) -> Person:
        """Somebody new, with plausible scores."""
        dice = self.dice
        taken = {p.name for p in self.people}
        given = name
        # Namesakes are a fault of their own, planted by name.
        while name is None or (name in taken and given is None):
            name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2))))
        weights = dice.choice(WEIGHTS)
        kpis = tuple(dice.sample(KPIS, len(weights)))
        scores: list[Any] = [_score(dice) for _ in weights]
        department = department or dice.choice(DEPARTMENTS)
        made = Person(name, department, f"{dice.randrange(1, 99999):06d}", kpis, weights, scores)
        while any(made.number == p.number for p in self.people):
            made.number = f"{dice.randrange(1, 99999):06d}"
        self.people.append(made)
        return made

    def take(self, person: Person) -> None:
        """Somebody whose card must be taken."""
        self.expected.sound[person.department, person.name] = person.exact


def _score(dice: Random) -> Any:
    value = dice.choice((dice.randrange(40, 101), round(dice.uniform(40, 100), 1), round(dice.uniform(40, 100), 2)))
    # Numbers as people type them: all of these are the same number.
    spelling = dice.random()
    if spelling < 0.04:
        return str(value).translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    if spelling < 0.07:
        return f" {value}\u3000"
    if spelling < 0.09:
        return f"{value}分"
    return value


# --- layouts ---------------------------------------------------------------------------------------------------------


def personal(
    ws: Worksheet, p: Person, dice: Random, *, period: str = "2026年第三季度", stated: Any = "formula",
    number: Any = None, position: str = "",
) -> None:  # fmt: skip
    """A sheet per person with categories, an adjustment row and a total, like layout 3."""
    ws["A1"] = f"{period}绩效考核表"
    name = p.name if dice.random() < 0.7 else " ".join(p.name)
    if dice.random() < 0.5:
        ws.append(["部门-姓名", f"{p.department}-{name}", None, "考核人：李主管"])
    else:
        ws.append(["姓名", name, "部门", p.department, "考核人", "李主管"])
    if position:
        ws.append(["岗位", position])
    if number is not None:
        ws.append(["工号", number])
    elif dice.random() < 0.4:
        # A number that its format fills up with zeros, or text.
        ws.append(["工号", int(p.number) if dice.random() < 0.5 else p.number])
        if isinstance(ws.cell(ws.max_row, 2).value, int):
            ws.cell(ws.max_row, 2).number_format = "000000"
    ws.append(["类别", "指标", "权重", "评分规则", "上级评分", "备注"])
    first = ws.max_row + 1
    as_text = dice.random() < 0.3
    for i, (kpi, weight, score) in enumerate(zip(p.kpis, p.weights, p.scores, strict=True)):
        category = "业绩" if i == 0 else "行为" if i == len(p.kpis) - 1 else None
        ws.append([category, kpi, f"{weight}%" if as_text else weight / 100, "按完成情况评定", score])
    last = ws.max_row
    if p.points is not None or dice.random() < 0.3:
        ws.append([None, "加减分", None, "突出贡献或违纪", p.points])
    terms = "+".join(f"E{row}*C{row}" for row in range(first, last + 1))
    ws.append(["绩效考核得分"])
    ws.cell(ws.max_row, 5, f"={terms}" if stated == "formula" else stated)
    ws.append([])
    ws.append(["被考核人签字：", None, None, "日期："])


def weighted_list(ws: Worksheet, p: Person) -> None:
    """A plain list with numbers, weights in percent points and one score column."""
    ws["A1"] = f"{p.department}绩效考核评分表"
    ws.append(["被考核人：" + p.name, None, "所属部门：" + p.department, None, "考核周期：2026年三季度"])
    ws.append(["指标编号", "KPI", "权重（%）", "评分原则", "得分"])
    for i, (kpi, weight, score) in enumerate(zip(p.kpis, p.weights, p.scores, strict=True), 1):
        # A number used twice must lose nobody's points.
        ws.append([min(i, 3), kpi, weight, "根据有关报表", score])
    ws.append(["合计", None, 100, None, None])


def matrix(ws: Worksheet, people: list[Person]) -> None:
    """Persons in rows, indicators in columns with the weight in the heading."""
    first = people[0]
    ws["A1"] = f"{first.department}2026年第三季度绩效考核汇总评分表"
    ws.append(["序号", "姓名", "工号", *(f"{k}（{w}%）" for k, w in zip(first.kpis, first.weights, strict=True)), "总分", "等级"])
    for i, p in enumerate(people, 1):
        ws.append([i, p.name, p.number, *p.scores, round(p.total, 2), None])


# --- folders ---------------------------------------------------------------------------------------------------------


def save(book: Workbook, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def single(p: Person, dice: Random, **options: Any) -> Workbook:
    book = Workbook()
    book.active.title = dice.choice(("Sheet1", "考核表", p.name))
    personal(book.active, p, dice, **options)
    return book


def make_folder(root: Path, seed: int, size: int) -> Folder:
    """Write a folder of about `size` sound people, with faults beside them."""
    dice = Random(seed)
    folder = Folder(root, dice)
    left = size
    while left > 0:
        count = _some_people(folder, min(left, dice.choice((1, 1, 1, 2, 4, 6))))
        left -= count
    faults = dice.sample(FAULTS, dice.randrange(4, len(FAULTS) + 1))
    for fault in faults:
        fault(folder)
    return folder


def _some_people(folder: Folder, count: int) -> int:
    dice = folder.dice
    people = [folder.person()]
    if count == 1:
        p = people[0]
        if dice.random() < 0.3:
            p.points = dice.choice((2, -3, 1.5))
        if dice.random() < 0.15:
            p.scores[dice.randrange(len(p.scores))] = dice.choice(_NA)
        if dice.random() < 0.35 and p.points is None:
            book = Workbook()
            weighted_list(book.active, p)
        else:
            book = single(p, dice)
        names = f"{p.department}-{p.name}", f"{p.department}/{p.name}", f"{p.name}_{p.department}绩效表"
        save(book, folder.root / f"{dice.choice(names)}.xlsx")
    else:
        department = people[0].department
        people += [folder.person(department) for _ in range(count - 1)]
        for p in people[1:]:
            p.kpis, p.weights = people[0].kpis, people[0].weights
            p.scores = [_score(dice) for _ in p.weights]
        book = Workbook()
        if dice.random() < 0.5:
            matrix(book.active, people)
        else:
            book.remove(book.active)
            for p in people:
                ws = book.create_sheet(p.name)
                personal(ws, p, dice)
                if dice.random() < 0.1:
                    book.create_sheet("说明").append(["填写说明：请在每月5日前交回。"])
        save(book, folder.root / f"{department}{len(folder.people)}.xlsx")
    for p in people:
        folder.take(p)
    return count


# --- faults ----------------------------------------------------------------------------------------------------------


def _faulty(folder: Folder, suffix: str, change: Callable[[Person], None], **options: Any) -> tuple[Person, str]:
    p = folder.person()
    change(p)
    name = f"{p.department}-{p.name}{suffix}.xlsx"
    save(single(p, folder.dice, **options), folder.root / name)
    return p, name


class _Steady(Random):
    """Always the first layout that `personal` knows, with the name as it is."""

    def random(self) -> float:
        return 0.55


def _first(ws: Worksheet) -> int:
    return next(row for row in range(1, ws.max_row) if ws.cell(row, 2).value == "指标") + 1


def _changed(folder: Folder, change: Callable[[Worksheet, int], object]) -> tuple[Person, str]:
    """A sound card of which the sheet is changed; `change` is given it and the row of its first item."""
    p = folder.person()
    name = f"{p.department}-{p.name}.xlsx"
    book = single(p, folder.dice)
    change(book.active, _first(book.active))
    save(book, folder.root / name)
    return p, name


def _shows(cell: Any, value: Any, number_format: str) -> None:
    cell.value, cell.number_format = value, number_format


_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
TEXTS = ("待定", "3-5", "见附件", "无", "＝90-5", "85，5", "八十")
SPELLINGS = (
    "2026Q3", "2026-Q3", "2026年Q3", "2026年7-9月", "2026年7月-9月", "2026年第3季度", "２０２６年三季度", "2026年第Ⅲ季度",
    "2026.7-2026.9", "2026年7月1日至9月30日", "2026年7月1日-2026年9月30日", "2026年度第三季度",
)  # fmt: skip


def _text_for_a_score(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: p.scores.__setitem__(0, folder.dice.choice(TEXTS)))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "score-unreadable"))


def _beyond_the_scale(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: p.scores.__setitem__(1, folder.dice.choice((850, 101, -5))))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "score-out-of-range"))


def _percent_for_points(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: p.scores.__setitem__(1, "85%"))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "*"))


def _percent_format_for_points(folder: Folder) -> None:
    """The number 0.85 that the cell shows as 85%."""
    _, name = _changed(folder, lambda ws, row: _shows(ws.cell(row, 5), 0.85, "0%"))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "score-out-of-range"))


def _date_for_a_score(folder: Folder) -> None:
    """3-5 was typed, and Excel made 5 March of it."""
    _, name = _changed(folder, lambda ws, row: _shows(ws.cell(row, 5), datetime(2026, 3, 5), 'm"月"d"日"'))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "*"))


def _error_cell(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: p.scores.__setitem__(2, "=1/0"))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "*"))


def _blank_score(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: p.scores.__setitem__(1, folder.dice.choice((None, " ", "\u3000"))))
    folder.expected.statuses[name, ""] = "incomplete"


def _weights_short_of_100(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: setattr(p, "weights", (p.weights[0] - 5, *p.weights[1:])))
    folder.expected.statuses[name, ""] = "error"
    folder.expected.codes.add((name, "weights-sum"))


def _wrong_total(folder: Folder) -> None:
    p, name = _faulty(folder, "", lambda p: None, stated=12.34)
    folder.take(p)
    folder.expected.findings.add((name, "total-mismatch"))


def _merged_score(folder: Folder) -> None:
    """One score for two items."""
    p, name = _changed(folder, lambda ws, row: ws.merge_cells(start_row=row, end_row=row + 1, start_column=5, end_column=5))
    p.scores[1] = p.scores[0]
    folder.take(p)
    folder.expected.findings.add((name, "shared-score"))


def _hidden_row(folder: Folder) -> None:
    p, name = _changed(folder, lambda ws, row: setattr(ws.row_dimensions[row + 1], "hidden", True))
    folder.take(p)
    folder.expected.findings.add((name, "hidden-row-with-weight"))


def _subtotal_and_spacer(folder: Folder) -> None:
    """A 小计 after two items and an empty row after the third: neither is an item."""

    def change(ws: Worksheet, row: int) -> None:
        ws.insert_rows(row + 3)
        ws.insert_rows(row + 2)
        ws.cell(row + 2, 2, "小计")
        ws.cell(row + 2, 5, 77)

    p, _ = _changed(folder, change)
    folder.take(p)


def _invisible_characters(folder: Folder) -> None:
    """Zero-width and hard blanks in headings and names, line breaks, full-width weights."""

    def change(ws: Worksheet, row: int) -> None:
        ws.cell(row - 1, 2, " 指\u200b标\n")
        ws.cell(row - 1, 3, "权\u3000重\n（％）")
        ws.cell(row - 1, 5, "\xa0上级评分\ufeff")
        for i in range(row, row + 20):
            if isinstance(ws.cell(i, 3).value, (int, float)):
                wide = str(round(ws.cell(i, 3).value * 100)).translate(_WIDE)
                ws.cell(i, 3, f"{wide}％")
        for line in ws.iter_rows(max_row=row - 2):
            for cell in line:
                if isinstance(cell.value, str) and p.name in cell.value:
                    cell.value = cell.value.replace(p.name, "\u200b".join(p.name)) + "\xa0"

    p = folder.person()
    book = Workbook()
    personal(book.active, p, _Steady())
    change(book.active, _first(book.active))
    save(book, folder.root / f"{p.department}-{len(folder.people)}.xlsx")
    folder.take(p)


def _other_spelling_of_the_period(folder: Folder) -> None:
    p, _ = _faulty(folder, "", lambda p: None, period=folder.dice.choice(SPELLINGS))
    folder.take(p)


def _no_name(folder: Folder) -> None:
    """Nothing says whose card it is: it counts, and is told."""
    p = folder.person()
    folder.people.remove(p)
    book = Workbook()
    personal(book.active, p, _Steady())
    for line in book.active.iter_rows(max_row=3):
        for cell in line:
            if cell.value == p.name:
                cell.value = None
    save(book, folder.root / "考核表(7).xlsx")
    p.name = ""
    folder.take(p)
    folder.expected.findings.add(("考核表(7).xlsx", "person-missing"))


def _another_workbook(folder: Folder) -> None:
    """A score that comes from a workbook nobody has here: the stored value counts, and that is said."""
    p = folder.person()
    p.kpis, p.weights, p.scores = KPIS[:2], (60, 40), [88, 80]
    name = f"{p.department}-{p.name}-链接.xlsx"
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    ws = book.add_worksheet("考核表")
    for row, line in enumerate((["2026年第三季度绩效考核表"], ["姓名", p.name, "部门", p.department],
                                ["指标", "权重", "评分规则", "得分"], [p.kpis[0], 0.6, "按完成情况"],
                                [p.kpis[1], 0.4, "按完成情况", 80], ["总分"])):  # fmt: skip
        ws.write_row(row, 0, line)
    ws.write_formula(3, 3, "='[季度数据.xlsx]Sheet1'!$B$2", None, 88)
    ws.write_formula(5, 3, "=D4*B4+D5*B5", None, 84.8)
    book.close()
    (folder.root / name).write_bytes(stream.getvalue())
    folder.take(p)
    folder.expected.findings.add((name, "not-computed"))


def _formula_scores(folder: Folder) -> None:
    """Scores that are formulas which nobody has computed yet."""
    p, _ = _faulty(folder, "", lambda p: p.scores.__setitem__(0, "=100-12.5"))
    folder.take(p)


def _old_value(folder: Folder) -> None:
    """The file shows 50 for a formula that gives 90, and an old total."""
    p = folder.person()
    p.kpis, p.weights, p.scores = KPIS[:2], (60, 40), ["=100-10", 80]
    name = f"{p.department}-{p.name}-旧值.xlsx"
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    ws = book.add_worksheet("考核表")
    ws.write_row(0, 0, ["2026年第三季度绩效考核表"])
    ws.write_row(1, 0, ["姓名", p.name, "部门", p.department])
    ws.write_row(2, 0, ["指标", "权重", "评分规则", "得分"])
    ws.write_row(3, 0, [p.kpis[0], 0.6, "按完成情况"])
    ws.write_formula(3, 3, "=100-10", None, 50)
    ws.write_row(4, 0, [p.kpis[1], 0.4, "按完成情况", 80])
    ws.write_row(5, 0, ["总分"])
    ws.write_formula(5, 3, "=D4*B4+D5*B5", None, 62)
    book.close()
    (folder.root / name).write_bytes(stream.getvalue())
    folder.take(p)
    folder.expected.findings.add((name, "stale-cache"))


def _copy(folder: Folder) -> None:
    p, name = _faulty(folder, "", lambda p: None)
    twin = name.replace(".xlsx", folder.dice.choice(("(1).xlsx", " - 副本.xlsx")))
    shutil.copy(folder.root / name, folder.root / twin)
    folder.take(p)
    folder.expected.statuses[twin, ""] = "duplicate"
    folder.expected.findings.add((twin, "same-file"))


def _two_versions(folder: Folder) -> None:
    p, name = _faulty(folder, "", lambda p: None)
    folder.take(p)
    p.scores = [60] * len(p.weights)
    twin = name.replace(".xlsx", "_最终版2.xlsx")
    save(single(p, folder.dice), folder.root / twin)
    folder.expected.statuses[twin, ""] = "duplicate"
    folder.expected.findings.add((twin, "duplicate-person"))


def _transfer(folder: Folder) -> None:
    """One staff number in two departments: moved within the period."""
    p = folder.person("客服部")
    save(single(p, folder.dice, number=p.number), folder.root / f"客服部-{p.name}.xlsx")
    folder.take(p)
    twin = f"市场部-{p.name}-调入.xlsx"
    p.department, p.scores = "市场部", [66] * len(p.weights)
    save(single(p, folder.dice, number=p.number), folder.root / twin)
    p.department = "客服部"
    folder.expected.statuses[twin, ""] = "duplicate"
    folder.expected.findings.add((twin, "transfer"))


def _lost_zeros(folder: Folder) -> None:
    """The staff number as text, and as a number that has lost its zeros: the same person."""
    p = folder.person()
    first, twin = f"{p.department}-{p.name}.xlsx", f"{p.department}-{p.name}_补交.xlsx"
    save(single(p, folder.dice, number=p.number), folder.root / first)
    folder.take(p)
    p.scores = [61] * len(p.weights)
    save(single(p, folder.dice, number=int(p.number)), folder.root / twin)
    folder.expected.statuses[twin, ""] = "duplicate"
    folder.expected.findings |= {(twin, "duplicate-person"), (twin, "staff-id-number")}


def _two_positions(folder: Folder) -> None:
    p = folder.person()
    first, twin = f"{p.department}-{p.name}.xlsx", f"{p.department}-{p.name}_兼职.xlsx"
    save(single(p, folder.dice, number=p.number, position="客服主管"), folder.root / first)
    folder.take(p)
    p.scores = [62] * len(p.weights)
    save(single(p, folder.dice, number=p.number, position="培训讲师"), folder.root / twin)
    folder.expected.statuses[twin, ""] = "duplicate"
    folder.expected.findings.add((twin, "two-positions"))


def _number_of_two_people(folder: Folder) -> None:
    one, other = folder.person(), folder.person()
    for p in (one, other):
        name = f"{p.department}-{p.name}.xlsx"
        save(single(p, folder.dice, number=one.number), folder.root / name)
        folder.take(p)
        folder.expected.findings.add((name, "staff-id-shared"))


def _namesakes(folder: Folder) -> None:
    first = folder.person("客服部")
    second = folder.person("市场部", first.name)
    for p in (first, second):
        save(single(p, folder.dice), folder.root / f"{p.department}-{p.name}.xlsx")
        folder.take(p)


def _other_period(folder: Folder) -> None:
    p, name = _faulty(folder, "-上季", lambda p: None, period="2026年第二季度")
    folder.expected.statuses[name, ""] = "other_period"
    folder.expected.codes.add((name, "other-period"))
    folder.expected.missing.add(p.name)


def _period_differs(folder: Folder) -> None:
    p, name = _faulty(folder, "-2025年第三季度", lambda p: None)
    folder.take(p)
    folder.expected.findings.add((name, "period-differs"))


def _person_differs(folder: Folder) -> None:
    p = folder.person()
    other = folder.person()
    folder.people.remove(other)
    name = f"{p.department}-{other.name}.xlsx"
    save(single(p, Random(1)), folder.root / name)
    folder.take(p)
    folder.expected.findings.add((name, "person-differs"))


def _lock_file(folder: Folder) -> None:
    (folder.root / "~$客服部.xlsx").write_bytes(b"\x06user")
    folder.expected.findings.add(("~$客服部.xlsx", "lock-file"))


def _broken(folder: Folder) -> None:
    (folder.root / "坏文件.xlsx").write_bytes(folder.dice.choice((b"", b"not a workbook", b"PK\x03\x04broken")))
    folder.expected.codes.add(("坏文件.xlsx", "file-unreadable"))


def _encrypted(folder: Folder) -> None:
    p = folder.person()
    plain = io.BytesIO()
    single(p, folder.dice).save(plain)
    locked = io.BytesIO()
    OOXMLFile(plain).encrypt("secret", locked)
    (folder.root / f"加密-{p.name}.xlsx").write_bytes(locked.getvalue())
    folder.expected.codes.add((f"加密-{p.name}.xlsx", "file-unreadable"))
    folder.expected.missing.add(p.name)


def _no_scorecard(folder: Folder) -> None:
    book = Workbook()
    for row in (["日期", "文章", "阅读量"], ["2026-07-01", "新品发布", 1200], ["2026-07-02", "客户案例", 800]):
        book.active.append(row)
    save(book, folder.root / "文章统计.xlsx")
    folder.expected.codes.add(("文章统计.xlsx", "no-table"))


def _csv_file(folder: Folder) -> None:
    (folder.root / "导出.csv").write_bytes("姓名,得分\n张三,90\n".encode("gbk"))
    folder.expected.codes.add(("导出.csv", "format-unread"))


def _hidden_sheet(folder: Folder) -> None:
    p = folder.person()
    book = single(p, folder.dice)
    book.active.sheet_state = "hidden"
    book.create_sheet("封面").append(["绩效材料"])
    name = f"{p.department}-{p.name}-隐藏.xlsx"
    save(book, folder.root / name)
    folder.take(p)
    folder.expected.findings.add((name, "hidden-sheet"))


def _absent(folder: Folder) -> None:
    folder.expected.missing.add(folder.person().name)


FAULTS: tuple[Callable[[Folder], None], ...] = (
    _text_for_a_score, _beyond_the_scale, _percent_for_points, _percent_format_for_points, _date_for_a_score,
    _error_cell, _blank_score, _weights_short_of_100, _wrong_total, _merged_score, _hidden_row, _subtotal_and_spacer,
    _invisible_characters, _other_spelling_of_the_period, _no_name, _another_workbook, _formula_scores, _old_value,
    _copy, _two_versions, _transfer, _lost_zeros, _two_positions, _number_of_two_people, _namesakes, _other_period,
    _period_differs, _person_differs, _lock_file, _broken, _encrypted, _no_scorecard, _csv_file, _hidden_sheet, _absent,
)  # fmt: skip


def roster(folder: Folder, path: Path) -> Path:
    """Everybody of the folder, as HR lists them."""
    book = Workbook()
    book.active.append(["序号", "姓名", "所属部门"])
    for i, p in enumerate(folder.people, 1):
        book.active.append([i, p.name, p.department])
    return save(book, path)
