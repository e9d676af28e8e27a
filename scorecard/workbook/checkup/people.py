"""People: who judges, whether two cards pull against each other, whether grades agree between cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...findings import Finding
from ...scoring.curve import Curve
from ...scoring.values import decimal_sum, is_missing, key, read, show, trim
from ..card import headline
from ..cells import Grid
from ..recognise import Row, Table
from .registry import book_check, books_check, table_check
from .subjects import Book, Subject, finding

#: Someone other than the line manager who judges this share of the weight is worth a word.
MUCH = 0.5

_MANAGER = ("直接上级", "直属上级", "直接上级岗位", "上级岗位", "汇报对象", "直接主管", "line manager", "reports to")
_EVALUATOR = ("考核人", "评价人", "考评人", "评分人", "考核者", "evaluator", "appraiser")
_ROLE = re.compile(r"[\u4e00-\u9fff]{0,12}(?:主管|经理|助理|总监|部长|组长|主任|专员|代表|工程师|店长|班长)")
_WHAT = re.compile(r"(?:监控|评分|评价|考核|汇总|打分|评定)$")
_SMALL = frozenset("服务部门组客户中心售后人")
_REACH = 30


@table_check("evaluator-not-manager")
def evaluators(subject: Subject) -> Iterator[Finding]:
    """An evaluator who is not the line manager, where the form names both."""
    manager = _named(subject.grid, subject.table, _MANAGER)
    if manager is None:
        return
    boss, boss_cell = manager
    evaluator = _named(subject.grid, subject.table, _EVALUATOR)
    if evaluator is not None and not same_role(evaluator[0], boss):
        zh = f"考核人是“{evaluator[0]}”，直接上级（{boss_cell}）是“{boss}”"
        en = f'the evaluator is "{evaluator[0]}", the line manager ({boss_cell}) "{boss}"'
        yield subject.finding("evaluator-not-manager", evaluator[1], zh, en)
        return
    shares: dict[str, list[tuple[Row, float]]] = {}
    whole = decimal_sum([item.kpi.weight or 0.0 for _, item in subject.items()])
    for row, item in subject.items():
        judge = next((j for j in map(_judge, _judging_texts(subject, row)) if j), "")
        if judge and item.kpi.weight and not same_role(judge, boss):
            shares.setdefault(judge, []).append((row, item.kpi.weight))
    for judge, rows in shares.items():
        share = decimal_sum([weight for _, weight in rows]) / whole if whole else 0.0
        if share >= MUCH - 1e-9:
            shown = show(round(share, 4), percent=True)
            cells = ",".join(row.name_cell for row, _ in rows)
            zh = f"{shown} 的权重由“{judge}”评价，直接上级（{boss_cell}）是“{boss}”"
            en = f'{shown} of the weight is judged by "{judge}"; the line manager ({boss_cell}) is "{boss}"'
            yield subject.finding("evaluator-not-manager", cells, zh, en)


def _judging_texts(subject: Subject, row: Row) -> list[str]:
    return [text for role in ("evaluator", "method") for text, _ in subject.texts(row, role)]


def _judge(text: str) -> str:
    """The position that a text names as the judge: 技术主管监控 → 技术主管."""
    plain = _WHAT.sub("", re.sub(r"[(（][^()（）]*[)）]", "", trim(text)).rstrip("。. "))
    match = _ROLE.fullmatch(plain)
    return match[0] if match else ""


def _named(grid: Grid, table: Table, labels: Sequence[str]) -> tuple[str, str] | None:
    """What stands behind one of these labels above the table, or beside it in the same cell; with its cell."""
    for row in range(max(1, table.top - _REACH), table.top):
        for col in range(1, max(table.last_col, 8) + 1):
            cell = grid.cell(row, col)
            if not isinstance(cell.value, str):
                continue
            label, colon, value = re.sub("：", ":", cell.value).partition(":")
            if key(label) not in labels:
                continue
            if trim(value):
                return trim(value), cell.name
            behind = grid.cell(row, grid.span(row, col)[3] + 1)
            if isinstance(behind.value, str) and trim(behind.value) and (colon or behind.value[-1:] not in ":："):
                return trim(behind.value), behind.name
    return None


def same_role(a: str, b: str) -> bool:
    """Whether two texts can name one position or person: 受理主管 is short for 受理服务组主管.

    Example:
        >>> same_role("受理主管", "受理服务组主管"), same_role("技术主管", "受理服务组主管")
        (True, False)
    """
    short, long = sorted((_core(a), _core(b)), key=len)
    if not short or short == long:
        return True
    rest = iter(long)
    return all(c in rest for c in short) and short[-2:] == long[-2:]


def _core(text: str) -> str:
    plain = "".join(c for c in key(text) if c not in _SMALL)
    return plain or key(text)


# --- grades of several cards -----------------------------------------------------------------------------------------

_LADDERS = (
    ("s", "a+", "a", "b+", "b", "c", "d", "e"), ("优", "良", "中", "及格", "差"), ("优", "良", "中", "差"),
    ("优秀", "良好", "合格", "不合格"), ("优秀", "良好", "中等", "及格", "不及格"), ("优秀", "称职", "基本称职", "不称职"),
)  # fmt: skip


@book_check("grades-inconsistent")
def grades(book: Book) -> Iterator[Finding]:
    """Cards of one workbook of which the better has the worse grade."""
    graded: list[tuple[float, str, Subject]] = []
    for subject in book.subjects:
        total = subject.table.totals.get(headline(subject.table))
        if not subject.table.grade_cell or total is None:
            continue
        number = read(subject.grid.at(total).value).number
        label = subject.grid.at(subject.table.grade_cell).value
        if number is not None and isinstance(label, str) and not is_missing(label) and read(label).number is None:
            graded.append((number, key(label), subject))
    graded.sort(key=lambda one: -one[0])
    labels = {label for _, label, _ in graded}
    ladder = next((ladder for ladder in _LADDERS if labels <= set(ladder)), None)
    for (better, above, first), (worse, below, second) in zip(graded, graded[1:], strict=False):
        if better == worse and above != below:
            wrong = True
        else:
            wrong = ladder is not None and ladder.index(above) > ladder.index(below)
        if wrong:
            here, there = second.table, first.table
            zh = f"{show(worse)} 分评为“{below.upper()}”，而 {there.sheet} {show(better)} 分是“{above.upper()}”"
            en = f'{show(worse)} points have grade "{below.upper()}", {show(better)} on {there.sheet} "{above.upper()}"'
            yield finding("grades-inconsistent", here.sheet, here.grade_cell or "", zh, en)


# --- indicators of several cards -------------------------------------------------------------------------------------

_TAIL = re.compile(
    r"(?:的)?(?:总|平均)?(?:(?:下降|降低|减少)(?:率|程度|幅度)?|数量|次数|件数|台数|单数|总量|总数|率|量|数)$"
)
_FALLS = re.compile("(?:下降|降低|减少)(?:率|程度|幅度)?$")
_VOLUME = re.compile("(?:数量|次数|件数|台数|单数|总量|总数|量|数)$")
_GENERIC = frozenset(
    {"质量", "数量", "工作", "客户", "服务", "完成", "处理", "管理", "销售", "平均", "用户", "人员", "金额"}
)


@books_check("opposed-indicators")
def opposed(books: Sequence[Book]) -> Iterator[tuple[Book, Finding]]:
    """Two cards of which one rewards more of something and the other less of it: 维修数量, 维修率下降."""
    wanted: dict[str, list[tuple[int, Book, Subject, Row]]] = {}
    for book in books:
        for subject in book.subjects:
            for row, item in subject.kpis():
                way = _way(subject, row, item.kpi.rule)
                for stem in _stems(row.name) if way else ():
                    wanted.setdefault(stem, []).append((way, book, subject, row))
    told: set[tuple[str, str, str, str]] = set()
    for stem, uses in wanted.items():
        more = [use for use in uses if use[0] > 0]
        less = [use for use in uses if use[0] < 0]
        for _, book, subject, row in more:
            for _, other_book, other, opposite in less:
                if row.name_cell == opposite.name_cell and subject is other:
                    continue
                mark = (book.file, subject.table.sheet, row.name_cell, opposite.name)
                if mark in told:
                    continue
                told.add(mark)
                place = f"{other.table.sheet}!{opposite.name_cell}"
                if other_book is not book:
                    place = f"{other_book.file}!{place}"
                zh = f"“{row.name}”奖励多做{stem}，“{opposite.name}”（{place}）奖励少{stem}，互相抵触"
                en = f'"{row.name}" rewards more {stem}, "{opposite.name}" ({place}) less of it'
                yield book, finding("opposed-indicators", subject.table.sheet, row.name_cell, zh, en)


def _stems(name: str) -> list[str]:
    """What is counted: 维修、维护数量 → 维修, 维护; the last two characters tell, so that 客户维修率 is about 维修 too."""
    plain = re.sub(r"[(（].*?[)）]", "", key(name))
    while (cut := _TAIL.sub("", plain)) != plain and len(cut) >= 2:
        plain = cut
    parts = [part[-2:] for part in re.split("[、,，/和与]|及(?!时)", plain) if len(part) >= 2]
    return [part for part in dict.fromkeys(parts) if part not in _GENERIC]


def _way(subject: Subject, row: Row, rule: object) -> int:
    """1 if more of what is counted is rewarded, -1 if less, 0 if that cannot be told or is no count of anything."""
    name = re.sub(r"[(（].*?[)）]", "", key(row.name))
    if _FALLS.search(name):
        return -1
    is_volume = _VOLUME.search(name) is not None and not name.endswith("质量")
    hint = subject.vocabulary.direction_hint(row.name)
    if hint == "lower" and (is_volume or name.endswith("率")):
        return -1
    sign = rule.sign if isinstance(rule, Curve) else 1
    # A volume that no word calls bad is there to be done: 维修数量.
    return sign if is_volume and hint != "lower" else 0
