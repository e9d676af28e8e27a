"""Departments at random: folders of 3 to 60 people in mixed layouts, with planted faults, and what must come of them.

Expected totals are plain sums of fractions; what a fault must lead to is said where it is planted.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
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
    def total(self) -> float:
        """The total by plain arithmetic; what is not applicable is left out and the other weights carry it."""
        pairs = [(Fraction(w), _fraction(s)) for w, s in zip(self.weights, self.scores, strict=True) if s not in _NA]
        return float(sum(w * s for w, s in pairs) / sum(w for w, _ in pairs) + Fraction(str(self.points or 0)))


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
        sound: (department, name) → total of everybody whose card is fine.
        codes: (file, code) that must be in the quarantine.
        findings: (file, code) that must be among the findings.
        statuses: (file, sheet or "") → status of the cards that are not "ok".
        missing: Names on the roster without a card.
    """

    sound: dict[tuple[str, str], float] = field(default_factory=dict)
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
        self.expected.sound[person.department, person.name] = person.total


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


def personal(ws: Worksheet, p: Person, dice: Random, *, period: str = "2026年第三季度", stated: Any = "formula") -> None:
    """A sheet per person with categories, an adjustment row and a total, like layout 3."""
    ws["A1"] = f"{period}绩效考核表"
    name = p.name if dice.random() < 0.7 else " ".join(p.name)
    if dice.random() < 0.5:
        ws.append(["部门-姓名", f"{p.department}-{name}", None, "考核人：李主管"])
    else:
        ws.append(["姓名", name, "部门", p.department, "考核人", "李主管"])
    if dice.random() < 0.4:
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


def _text_for_a_score(folder: Folder) -> None:
    _, name = _faulty(folder, "", lambda p: p.scores.__setitem__(0, folder.dice.choice(("待定", "3-5", "见附件", "无"))))
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
    _text_for_a_score, _beyond_the_scale, _percent_for_points, _error_cell, _blank_score, _weights_short_of_100,
    _wrong_total, _formula_scores, _old_value, _copy, _two_versions, _namesakes, _other_period, _period_differs,
    _person_differs, _lock_file, _broken, _encrypted, _no_scorecard, _csv_file, _hidden_sheet, _absent,
)  # fmt: skip


def roster(folder: Folder, path: Path) -> Path:
    """Everybody of the folder, as HR lists them."""
    book = Workbook()
    book.active.append(["序号", "姓名", "所属部门"])
    for i, p in enumerate(folder.people, 1):
        book.active.append([i, p.name, p.department])
    return save(book, path)
