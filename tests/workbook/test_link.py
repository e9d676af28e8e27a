"""Actuals computed from data by their definition cards: hand-made numbers, in both kinds of formulas and two engines."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from scorecard.definitions import parse_definition
from scorecard.errors import NoTableFound, UsageError
from scorecard.scoring.periods import parse_period
from scorecard.workbook.datasheet import is_within
from scorecard.workbook.embed import Embedding, embed
from scorecard.workbook.grid import read_grid
from scorecard.workbook.inspection import inspect
from scorecard.workbook.link import link
from scorecard.workbook.package import Package
from tests.libreoffice.office import Office
from tests.workbook import seed000

RATE = "及时响应的服务需求数/客户提出的服务需求的总数"
NAMES = ("及时响应的服务需求数", "客户提出的服务需求的总数")


@dataclass(frozen=True)
class Case:
    """One indicator over one block of data; `value` is what the actual shows, worked by hand."""

    formula: str
    rows: tuple[tuple[object, ...], ...]
    value: object
    headers: tuple[str, ...] = ("月份", *NAMES)
    actual: str = "实际完成"
    period: str = ""
    udf: object = ...


MONTHS = (("7月", 95, 100), ("8月", 40, 50), ("9月", 190, 200))
CASES = {
    # (95+40+190)/(100+50+200), not (0.95+0.8+0.95)/3 = 0.9
    "pooled": Case(RATE, MONTHS, 325 / 350),
    "one row": Case(RATE + ";", (("三季度", 65.6, 82),), 0.8),
    "a blank month is skipped": Case(RATE, (("7月", 95, 100), ("8月", None, None), ("9月", 190, 200)), 0.95),
    "half a month is missing": Case(RATE, (("7月", 95, 100), ("8月", None, 50)), ""),
    "nothing yet": Case(RATE, (("7月", None, None), ("8月", None, None)), ""),
    "no request at all": Case(RATE, (("7月", 0, 0), ("8月", 0, 0)), "#DIV/0!"),
    "no request in the one row": Case(RATE, (("7月", 0, 0),), "#DIV/0!"),
    "text among the data": Case(RATE, (("7月", "约九十", 100), ("8月", 40, 50)), "#VALUE!"),
    "text in the one row": Case(RATE, (("7月", "约九十", 100),), "#VALUE!"),
    # Functions read a number that is kept as text; a plain formula refuses it rather than leave it out of the sum.
    "a number as text": Case(RATE, (("7月", "95", 100), ("8月", 40, 50)), "#VALUE!", udf=0.9),
    "an error among the data": Case(RATE, (("7月", "=1/0", 100), ("8月", 40, 50)), "#DIV/0!"),
    "totals are no data": Case(RATE, (*MONTHS, ("合计", 325, 350)), 325 / 350),
    "the quarter's months only": Case(RATE, (("6月", 1, 100), *MONTHS, ("10月", 1, 100)), 325 / 350, period="2026年第三季度"),
    "the quarter's own row": Case(RATE, (*MONTHS, ("三季度", 300, 350)), 300 / 350, period="2026Q3"),
    "teams": Case(RATE, (("一组", 95, 100), ("二组", 40, 50)), 0.9, headers=("小组", *NAMES)),
    # (350-25)/350
    "complement": Case("1-差错数/总数", (("7月", 10, 100), ("8月", 5, 50), ("9月", 10, 200)), 325 / 350,
                       headers=("月份", "差错数", "总数")),
    "complement, half filled": Case("1-差错数/总数", (("7月", 10, 100), ("8月", None, 50)), "",
                                    headers=("月份", "差错数", "总数")),
    # (100+20)/(100+20+30), over two months with a blank one in between
    "sums above and below": Case("(甲+乙)/(甲+乙+丙)", (("7月", 60, 10, 10), ("8月", None, None, None), ("9月", 40, 10, 20)), 0.8,
                                 headers=("月份", "甲", "乙", "丙")),
    "sums, partly blank": Case("(甲+乙)/(甲+乙+丙)", (("7月", 60, 10, 10), ("8月", 40, None, 20)), "",
                               headers=("月份", "甲", "乙", "丙")),
    "sums in one row": Case("(甲-乙)/甲", (("7月", 80, 60),), 0.25, headers=("月份", "甲", "乙")),
    "sum": Case("公司备件销售额的综合", (("7月", 12.5), ("8月", 10), ("9月", 8)), 30.5, headers=("月份", "公司备件销售额")),
    "sum with a month missing": Case("销售额的总和", (("7月", 12.5), ("8月", None)), "", headers=("月份", "销售额")),
    "sum of two": Case("甲+乙", (("7月", 1, 2), ("8月", 3, 4)), 10, headers=("月份", "甲", "乙")),
    "mean": Case("评分的平均值", (("7月", 90), ("8月", 85), ("9月", 80)), 85, headers=("月份", "评分")),
    "value": Case("投诉次数", (("7月", 3),), 3, headers=("月份", "投诉次数")),
    # 30.5 万元 in a column headed 元 is 305000
    "unit of the data": Case("销售额的总和", (("7月", 20.5), ("8月", 10)), 305000, headers=("月份", "销售额（万元）")),
    "unit of both": Case("销售额的总和", (("7月", 20.5), ("8月", 10)), 30.5, headers=("月份", "销售额（万元）"),
                         actual="实际完成（万元）"),
    "percent in the header": Case(RATE, MONTHS, 325 / 3.5, actual="实际完成(%)"),
}  # fmt: skip


def book(case: Case, path: Path, *, down: bool = False) -> Path:
    """A form with the one indicator, its card, and the data on a sheet of its own (`down`: one month per column)."""
    made = Workbook()
    ws = made.active
    ws.title = "考核表"
    for row in (
        ("客户服务部经理绩效考核表",),
        ("考核周期", case.period) if case.period else (),
        ("考核指标", "权重", "目标值", case.actual, "得分"),
        ("本项指标", "60%", "90%"),
        ("另一指标", "40%", "90%", 0.95),
    ):
        ws.append(row)
    card = made.create_sheet("定义")
    for row in (
        ("指标名称", "本项指标"),
        ("指标定义", "见算法"),
        ("指标算法", case.formula),
        ("设立目的", "试验"),
        ("责任岗位", "经理"),
    ):
        card.append(row)
    data = made.create_sheet("月度 数据")
    data.append(("服务数据",))
    lines = [case.headers, *case.rows]
    for line in zip(*lines, strict=True) if down else lines:
        data.append(line)
    made.save(path)
    return path


def actual(data: bytes) -> object:
    grid = read_grid(Package.open(data), "考核表")
    cell = next(grid.cell(row, 4) for row in range(2, 6) if grid.cell(row, 1).value == "本项指标")
    assert cell.is_formula
    return getattr(cell.value, "code", cell.value)


def same(value: object, expected: object) -> bool:
    if isinstance(expected, (int, float)):
        return isinstance(value, (int, float)) and value == pytest.approx(expected, abs=1e-9)
    return value == expected


@pytest.mark.parametrize("name", CASES)
def test_worked_numbers(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = book(case, tmp_path / "a.xlsx")
    assert same(actual(link(path, formulas="native", dry_run=False, output=tmp_path / "n.xlsx").data), case.value)
    udf = link(path, formulas="udf", output=tmp_path / "u.xlsx")
    assert same(actual(udf.data), case.value if case.udf is ... else case.udf)


def test_the_same_in_libreoffice(office: Office, tmp_path: Path) -> None:
    paths = [book(case, tmp_path / f"{i}.xlsx") for i, case in enumerate(CASES.values())]
    linked = [tmp_path / "out" / path.name for path in paths]
    for path, target in zip(paths, linked, strict=True):
        link(path, target)
    wrong = []
    for (name, case), values in zip(CASES.items(), office.recalculated(linked), strict=True):
        row = 4 if case.period else 3
        value = next(
            values.get(("考核表", f"D{r}"), "") for r in (row, row + 1) if values.get(("考核表", f"A{r}")) == "本项指标"
        )
        if not same(value, case.value):
            wrong.append(f"{name}: {value}, not {case.value}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["pooled", "totals are no data", "sum", "the quarter's months only"])
def test_months_across(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    done = link(book(case, tmp_path / "a.xlsx", down=True), tmp_path / "b.xlsx")
    assert same(actual(done.data), case.value)


def test_what_is_called(tmp_path: Path) -> None:
    """One row is KPI_RATE, several are pooled; the data's sheet has a blank in its name."""
    for name, text in (
        ("one row", "=KPI_RATE('月度 数据'!$B$3,'月度 数据'!$C$3)"),
        ("pooled", "=KPI_POOLED_RATE('月度 数据'!$B$3:$B$5,'月度 数据'!$C$3:$C$5)"),
        ("sum", '=KPI_ROLLUP(\'月度 数据\'!$B$3:$B$5,"","sum")'),
    ):
        done = link(book(CASES[name], tmp_path / f"{name}.xlsx"), tmp_path / "x.xlsx", formulas="udf", overwrite=True)
        assert [e.formula for e in done.plan.edits] == [text]


# --- a whole workbook ------------------------------------------------------------------------------------------------


@pytest.fixture
def department(tmp_path: Path) -> Path:
    """The list and the cards of seed 000 and data for three of its indicators."""
    made = Workbook()
    made.active.title = "考核表"
    seed000.kpi_list(made.active)
    seed000.vertical(made.create_sheet("指标定义"))
    data = made.create_sheet("数据")
    operands = [o for _, _, _, formula in seed000.CARDS[:3] for o in formula.rstrip(";").split("/")]
    for row in (("月份", *operands), ("7月", 95, 100, 40, 50, 30, 60), ("8月", 40, 50, 5, 10, 45, 60)):
        data.append(row)
    made.save(tmp_path / "部门.xlsx")
    return tmp_path / "部门.xlsx"


def codes(done: Embedding) -> list[tuple[str, str]]:
    return sorted((f.code, f.cell) for f in done.findings)


def test_seed_000(department: Path) -> None:
    before = department.read_bytes()
    done = link(department)
    assert done.path == department.with_name("部门_数据.xlsx") and department.read_bytes() == before
    values = openpyxl.load_workbook(done.path, data_only=True)["考核表"]
    # 135/150, 45/70 … in the order of the list: 响应及时率, 客户回访比例*, 问题及时解决率
    assert [values[c].value for c in ("D4", "D6", "D8")] == [
        pytest.approx(135 / 150), pytest.approx(75 / 120), pytest.approx(45 / 60),
    ]  # fmt: skip
    assert values["D4"].number_format == "0.00%" and values["D3"].value is None and values["D7"].value is None
    assert ("card-mismatch", "A7") in codes(done) and [c for c in codes(done) if c[0] == "linked"] == [
        ("linked", "D4"), ("linked", "D6"), ("linked", "D8"),
    ]  # fmt: skip


def test_again_changes_nothing_and_new_rows_are_taken_up(department: Path, tmp_path: Path) -> None:
    first = link(department).path
    assert first is not None
    again = link(first, tmp_path / "zwei.xlsx")
    assert not again.plan and again.data == first.read_bytes()
    made = openpyxl.load_workbook(first)
    made["数据"].append(("9月", 190, 200, 9, 10, 50, 60))
    made.save(tmp_path / "drei.xlsx")
    assert len(link(tmp_path / "drei.xlsx", tmp_path / "vier.xlsx").plan.edits) == 3


def test_scored_from_data(department: Path, tmp_path: Path) -> None:
    """Embedding takes the linked actual like a typed one, before or after: 90 % against 95 % is in the lowest band."""
    rules = parse_definition('[[kpi]]\nname = "响应及时率"\nthresholds = ["80%", "95%", "97%", "99%", "100%"]')
    one = embed(link(department).path or "", tmp_path / "1.xlsx", rules=rules).path
    two = link(embed(department, tmp_path / "2a.xlsx", rules=rules).path or "", tmp_path / "2.xlsx").path
    for path in (one, two):
        (card,) = inspect(path or "").cards
        item = card.result.items[1]
        assert item.kpi.actual.number == pytest.approx(0.9)
        # 80 % is 0 and 95 % is 60, so 90 % is 40
        assert item.score == pytest.approx(40)


def test_typed_actuals_and_other_formulas_stay(department: Path, tmp_path: Path) -> None:
    made = openpyxl.load_workbook(department)
    made["考核表"]["D4"], made["考核表"]["D6"] = 0.93, "=1/2"
    made.save(department)
    done = link(department, tmp_path / "x.xlsx")
    assert [e.cell for e in done.plan.edits] == ["D8"]
    assert [c for c in codes(done) if c[0] == "actual-present"] == [("actual-present", "D4"), ("actual-present", "D6")]


def test_two_sheets_with_the_data(department: Path, tmp_path: Path) -> None:
    made = openpyxl.load_workbook(department)
    made.copy_worksheet(made["数据"]).title = "去年数据"
    made.save(department)
    done = link(department, tmp_path / "x.xlsx")
    assert not done.plan and {c for c, _ in codes(done)} >= {"data-ambiguous"}
    assert len(link(department, tmp_path / "y.xlsx", data="数据").plan.edits) == 3


def test_headers_under_another_name(department: Path, tmp_path: Path) -> None:
    made = openpyxl.load_workbook(department)
    made["数据"]["B1"], made["数据"]["C1"] = "及时响应数", "需求总数"
    made.save(department)
    missing = next(f for f in link(department, dry_run=True).findings if f.code == "data-missing")
    assert "及时响应的服务需求数" in missing.message.zh and "及时响应数" in missing.message.zh
    toml = """[[indicators]]
    name = "响应及时率"
    formula = "及时响应的服务需求数/客户提出的服务需求的总数"
    operands = { "及时响应的服务需求数" = ["及时响应数"], "客户提出的服务需求的总数" = ["需求总数"] }"""
    done = link(department, tmp_path / "x.xlsx", rules=parse_definition(toml))
    assert [e.cell for e in done.plan.edits] == ["D4", "D6", "D8"]


@pytest.mark.parametrize(
    ("rows", "period", "word"),
    [
        ((("7月", 1, 2), ("二季度", 3, 4)), "", "混"),
        ((("1月", 1, 2), ("2月", 3, 4)), "2026Q3", "2026Q3"),
        ((("7月", 1, 2), ("1月", 1, 2), ("9月", 3, 4)), "2026Q3", "不连续"),
    ],
)
def test_rows_that_cannot_be_used(rows: tuple[tuple[object, ...], ...], period: str, word: str, tmp_path: Path) -> None:
    done = link(book(Case(RATE, rows, None, period=period), tmp_path / "a.xlsx"), dry_run=True)
    assert not done.plan and word in next(f for f in done.findings if f.code == "data-unusable").message.zh


def test_refusals(department: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sheet"):
        link(department, data="没有")
    with pytest.raises(UsageError, match="native or udf"):
        link(department, formulas="x")
    made = openpyxl.load_workbook(department)
    del made["指标定义"]
    made.save(tmp_path / "ohne.xlsx")
    with pytest.raises(UsageError, match="definition cards"):
        link(tmp_path / "ohne.xlsx")
    empty = Workbook()
    empty.save(tmp_path / "leer.xlsx")
    with pytest.raises(NoTableFound):
        link(tmp_path / "leer.xlsx")


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ("7月", "三季度", True), ("2026年7月", "2026Q3", True), ("2025年7月", "2026Q3", False), ("6月", "2026Q3", False),
        ("三季度", "下半年", True), ("二季度", "下半年", False), ("三季度", "2026年度", True), ("三季度", "7月", False),
    ],
)  # fmt: skip
def test_periods_within(inner: str, outer: str, within: bool) -> None:
    one, two = parse_period(inner), parse_period(outer)
    assert one is not None and two is not None and is_within(one, two) is within


@pytest.mark.parametrize(
    ("formula", "rows", "code"),
    [
        ("", MONTHS, "formula-blank"),
        ("(甲+", MONTHS, "formula-unreadable"),
        ("投诉次数", (("7月", 3), ("8月", 4)), "rollup-assumed"),
    ],
)
def test_formulas_that_say_too_little(
    formula: str, rows: tuple[tuple[object, ...], ...], code: str, tmp_path: Path
) -> None:
    case = Case(formula, rows, None, headers=("月份", "投诉次数") if code == "rollup-assumed" else Case.headers)
    done = link(book(case, tmp_path / "a.xlsx"), dry_run=True)
    assert code in {f.code for f in done.findings}, done.findings


def test_months_that_are_dates(tmp_path: Path) -> None:
    rows = tuple((datetime.datetime(2026, month, 1), a, b) for month, (_, a, b) in zip((7, 8, 9), MONTHS, strict=True))
    path = book(Case(RATE, rows, None), tmp_path / "a.xlsx")
    opened = openpyxl.load_workbook(path)
    for row in (3, 4, 5):
        opened["月度 数据"].cell(row, 1).number_format = "yyyy-mm"
    opened.save(path)
    link(path, tmp_path / "b.xlsx")
    assert same(actual((tmp_path / "b.xlsx").read_bytes()), 325 / 350)
