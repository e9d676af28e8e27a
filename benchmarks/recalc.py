"""How long bringing a workbook up to date takes, as multiples of the least a program must do to it.

Run with `python -m benchmarks.recalc [WORKBOOKS [ROUNDS]]`. All figures come from one run in one process, workbooks
and candidates taking turns, and count processor time, so that a busy machine or a slow disk does not decide; only the
ratios mean something.

The floor reads the file, inflates every part, sends every XML part through a parser without handlers, deflates the
sheets and writes a file of the same size.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.parsers import expat

import formualizer
import openpyxl

from scorecard.workbook.engine import Engine
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.recalc import recalculate
from workbooks.build import build as build_form
from workbooks.build import load

# Name, target, lower is better, weight, thresholds from worst to best.
KPIS = (
    ("服务费用率", 0.0092, True, 0.20, (0.0120, 0.0092, 0.0088, 0.0080, 0.0070)),
    ("保修期服务平均次数", 3, True, 0.15, (5, 3, 2.5, 2, 1)),
    ("报修处理及时率", 0.95, False, 0.15, (0.80, 0.95, 0.97, 0.99, 1)),
    ("调试及时率", 0.98, False, 0.05, (0.80, 0.98, 0.985, 0.995, 1)),
    ("零配件销售及时率", 0.95, False, 0.08, (0.80, 0.95, 0.97, 0.99, 1)),
    ("发货准确率", 1, False, 0.08, (0.90, 0.95, 0.97, 0.99, 1)),
    ("安装、调试、维修满意率", 0.99, False, 0.10, (0.85, 0.95, 0.97, 0.99, 1)),
    ("客户拜访完成率", 0.8, False, 0.06, (0.50, 0.80, 0.90, 1, 1.1)),
    ("客户投诉量", 1, True, 0.06, (5, 4, 3, 2, 1)),
    ("投诉处理满意率", 1, False, 0.05, (0.90, 0.95, 0.97, 0.99, 1)),
    ("报表上交及时准确率", 1, False, 0.02, (0.90, 0.95, 0.97, 0.99, 1)),
)
BUNDLED = Path(__file__).parents[1] / "workbooks"
FIRST, LAST = 6, 5 + len(KPIS)

NATIVE = {
    "H": '=TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(考核表!D{r},"　"," "),"％","%"),"．","."))',
    "I": '=IF(H{r}="","",IF(RIGHT(H{r})="%",ROUND(VALUE(H{r}),12),IF(SUMPRODUCT(--($B$30:$H$30=H{r})),"不适用",'
    'IF(ISTEXT(考核表!D{r})+ISLOGICAL(考核表!D{r}),VALUE("?"),ROUND(考核表!D{r},12)))))',
    "J": '=IF(COUNT(B{r}:F{r})<5,"阈值不全",IF(SUMPRODUCT(--((C{r}:F{r}-B{r}:E{r})*G{r}>0))<4,"阈值顺序",""))',
    "K": '=IF(ISERROR(I{r}),"错误",IF(I{r}="不适用","不适用",IF(J{r}<>"","规则错误",IF(I{r}="","缺失","正常"))))',
    "L": '=IF(K{r}="正常",MIN(4,SUMPRODUCT(--((B{r}:F{r}-MEDIAN(I{r},B{r},F{r}))*G{r}<5E-13))),"")',
    "M": '=IF(K{r}="正常",ROUND(60*MEDIAN(0,1,(I{r}-B{r})/(C{r}-B{r}))+10*MEDIAN(0,1,(I{r}-C{r})/(D{r}-C{r}))'
    '+20*MEDIAN(0,1,(I{r}-D{r})/(E{r}-D{r}))+10*MEDIAN(0,1,(I{r}-E{r})/(F{r}-E{r})),12),IF(K{r}="错误",I{r},""))',
    "N": '=IF(K{r}="正常",考核表!E{r},0)',
    "O": '=IF(ISERROR(考核表!F{r}),考核表!F{r},IF(K{r}="正常",N{r}*考核表!F{r},0))',
}


def build(path: Path, flavour: str, actuals: list[float | None]) -> None:
    """Write a scorecard with a form and a rule sheet; `flavour` is "native" or "udf"."""
    book = openpyxl.Workbook()
    form = book.active
    form.title = "考核表"
    rules = book.create_sheet("评分规则")
    form["A1"] = "客户服务部经理 绩效考核表"
    for row in (form, rules):
        row["A5"] = "指标"
    for col, header in enumerate(("目标", "", "实际", "权重", "得分", "加权"), 2):
        form.cell(5, col, header)
    for col, score in enumerate((0, 60, 70, 90, 100), 2):
        rules.cell(5, col, score)
    for row, (kpi, actual) in enumerate(zip(KPIS, actuals, strict=True), FIRST):
        name, target, lower, weight, thresholds = kpi
        form.cell(row, 1, name), form.cell(row, 2, target), form.cell(row, 4, actual), form.cell(row, 5, weight)
        rules.cell(row, 1, f"=考核表!A{row}" if flavour == "native" else name)
        for col, threshold in enumerate(thresholds, 2):
            rules.cell(row, col, threshold)
        rules.cell(row, 7, -1 if lower else 1)
        if flavour == "native":
            for letter, formula in NATIVE.items():
                rules[f"{letter}{row}"] = formula.format(r=row)
            form.cell(row, 6, f"=评分规则!M{row}")
            form.cell(row, 8, f"=评分规则!K{row}")
        else:
            form.cell(row, 6, f"=KPI_SCORE(D{row},评分规则!B{row}:F{row},评分规则!$B$5:$F$5)")
            form.cell(
                row, 8, f'=IF(F{row}="","",KPI_BAND(D{row},评分规则!B{row}:F{row},{{"未达","达到","超过","远超"}}))'
            )
        form.cell(row, 7, f'=IF(ISNUMBER(F{row}),F{row}*E{row},"")')
    for col, mark in enumerate(("不适用", "N/A", "—", "/", "-", "不考核", "NA"), 2):
        rules.cell(30, col, mark)
    for row, (low, grade) in enumerate(((0, "差"), (60, "及格"), (70, "中"), (80, "良"), (90, "优")), 21):
        rules.cell(row, 2, low), rules.cell(row, 3, grade)
    total = LAST + 1
    form.cell(total, 5, f"=SUM(E{FIRST}:E{LAST})")
    if flavour == "native":
        form.cell(total, 6, f"=ROUND(ROUND(SUM(评分规则!O{FIRST}:O{LAST})/SUM(评分规则!N{FIRST}:N{LAST}),12),1)")
        form.cell(total, 7, f"=LOOKUP(F{total},评分规则!$B$21:$B$25,评分规则!$C$21:$C$25)")
    else:
        form.cell(total, 6, f"=KPI_TOTAL(KPI_WEIGHTED_SCORE(F{FIRST}:F{LAST},E{FIRST}:E{LAST}))")
        form.cell(total, 7, f"=KPI_GRADE(F{total})")
    book.save(path)


def actuals_of(dice: random.Random) -> list[float | None]:
    """Plausible actuals for the eleven KPIs."""
    return [round(dice.uniform(min(points), max(points)), 4) for *_, points in KPIS]


def edited(data: bytes, dice: random.Random, column: str = "D", rows: Sequence[int] | None = None) -> bytes:
    """The workbook after a script typed new actuals: the values of its formulas are those of the old ones."""
    package = Package.open(data)
    part = package.sheet("考核表").part
    content = package.read(part)
    actuals = actuals_of(dice)
    for row, actual in zip(rows or range(FIRST, FIRST + len(actuals)), actuals, strict=False):
        before, mark, rest = content.partition(f'r="{column}{row}"'.encode())
        start, stop = rest.index(b"<v>") + 3, rest.index(b"</v>")
        content = before + mark + rest[:start] + repr(actual).encode() + rest[stop:]
    package.write(part, content)
    return package.to_bytes()


def floor(path: Path, out: Path) -> None:
    """The least that must be done to a workbook."""
    package = Package.open(path)
    sheets = {sheet.part for sheet in package.sheets}
    for name in package.names():
        content = package.read(name)
        if name.endswith((".xml", ".rels")):
            expat.ParserCreate().Parse(content, True)
        if name in sheets:
            deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
            deflater.compress(content)
            deflater.flush()
    out.write_bytes(package.to_bytes())


def through_openpyxl(path: Path, out: Path) -> None:
    """Load and save, nothing computed."""
    openpyxl.load_workbook(path).save(out)


def engine_alone(path: Path, out: Path) -> None:
    """Formualizer's own reading and evaluation, nothing compared or written; our functions are unknown to it."""
    formualizer.load_workbook_bytes(path.read_bytes()).evaluate_all()


def engine_writing(path: Path, out: Path) -> None:
    """Formualizer's own recalculation of a file; our functions come out as #NAME?."""
    out.write_bytes(formualizer.recalculate_xlsx_bytes(path.read_bytes())["bytes"])


def engine_by_cells(path: Path, out: Path) -> None:
    """An engine workbook filled cell by cell from our own reading, instead of formualizer's reading of the file."""
    book = formualizer.Workbook()
    package = Package.open(path)
    for tab in package.sheets:
        book.add_sheet(tab.name)
        for cell in read_grid(package, tab):
            if cell.formula is not None:
                book.set_formula(tab.name, cell.row, cell.col, "=" + cell.formula)
            else:
                book.set_value(tab.name, cell.row, cell.col, cell.value)
    for name in ("KPI_SCORE", "KPI_BAND", "KPI_TOTAL", "KPI_WEIGHTED_SCORE", "KPI_GRADE"):
        book.register_function(name, lambda *_: 0.0)
    book.evaluate_all()


def ours(path: Path, out: Path) -> None:
    recalculate(path)


def evaluation(path: Path, out: Path) -> None:
    Engine.load(path).evaluate()


CANDIDATES: dict[str, Callable[[Path, Path], None]] = {
    "floor": floor,
    "recalculate": ours,
    "  of it: load and evaluate": evaluation,
    "formualizer alone: load, evaluate": engine_alone,
    "formualizer filled from our reading": engine_by_cells,
    "formualizer recalculate_xlsx_bytes": engine_writing,
    "openpyxl load and save": through_openpyxl,
}


def measure(files: list[tuple[str, bytes]], folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of each candidate: the best turn of each workbook, and of these the median.

    What disturbs a run only ever adds to it, so the best of several turns is the steadiest figure. The file is put
    back before every turn.
    """
    path, out = folder / "work.xlsx", folder / "out.xlsx"
    best: dict[str, dict[str, float]] = {name: {} for name in CANDIDATES}
    for _ in range(rounds):
        for file, data in files:
            for name, run in CANDIDATES.items():
                path.write_bytes(data)
                start = time.process_time()
                run(path, out)
                taken = (time.process_time() - start) * 1e3
                best[name][file] = min(taken, best[name].get(file, taken))
    return {name: statistics.median(times.values()) for name, times in best.items()}


def report(results: dict[str, dict[str, float]]) -> None:
    """Print one table; a column for each state of the workbooks."""
    print(f"{'multiples of the floor':38}" + "".join(f"{state:>18}" for state in results))
    for name in CANDIDATES:
        print(f"{name:38}" + "".join(f"{found[name] / found['floor']:18.2f}" for found in results.values()))
    ratios = [found["openpyxl load and save"] / found["recalculate"] for found in results.values()]
    print(f"{'openpyxl load and save / recalculate':38}" + "".join(f"{ratio:18.2f}" for ratio in ratios))
    print(f"{'(milliseconds of the floor)':38}" + "".join(f"{found['floor']:18.2f}" for found in results.values()))


def main(count: int = 6, rounds: int = 12) -> None:
    """Print the table."""
    dice = random.Random(1)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-recalc-"))
    try:
        for flavour in ("udf", "native"):
            states: dict[str, list[tuple[str, bytes]]] = {"never computed": [], "inputs changed": [], "up to date": []}
            for number in range(count):
                path = folder / f"{flavour}{number}.xlsx"
                build(path, flavour, actuals_of(dice))
                fresh = path.read_bytes()
                done = recalculate(fresh).data or fresh
                states["never computed"].append((path.name, fresh))
                states["inputs changed"].append((path.name, edited(done, dice)))
                states["up to date"].append((path.name, done))
            formulas = len(Engine.load(states["up to date"][0][1]).cells)
            print(f"\n{flavour}: {len(KPIS)} KPIs, {formulas} formulas, {len(done) / 1024:.0f} KB, {count} workbooks")
            report({state: measure(files, folder, rounds) for state, files in states.items()})
        bundled = [(path.name, path.read_bytes()) for path in sorted(BUNDLED.glob("*.xlsx"))]
        if bundled:
            print(f"\nthe bundled workbooks: {len(bundled)}")
            report({"as they are": measure(bundled, folder, rounds)})
        filled = build_form(load("001"), actuals=True)
        # Rows of the form whose actuals are numbers in the demonstration.
        states = {
            "one input changed": [(f"one{i}.xlsx", edited(filled, dice, "F", [8])) for i in range(count)],
            "four inputs changed": [(f"four{i}.xlsx", edited(filled, dice, "F", [6, 8, 9, 10])) for i in range(count)],
        }
        print(f"\nthe form of seed 001 as embedded, filled in: {len(Engine.load(filled).cells)} formulas")
        report({state: measure(files, folder, rounds) for state, files in states.items()})
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
