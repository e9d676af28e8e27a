"""How long `inspect` takes for a workbook of 40 sheets, as a multiple of the time python-calamine needs to read it.

Run: `python -m benchmarks.recognition`. Each is measured as the best of several rounds in one process.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from scorecard.workbook.inspection import inspect

SHEETS, ITEMS, ROUNDS, MOST = 40, 25, 5, 10.0


def build(path: Path) -> None:
    """A sheet per person: identity, two evaluators, categories, 加减分, and the department's own total formulas."""
    book = xlsxwriter.Workbook(path)
    share = book.add_format({"num_format": "0%"})
    for number in range(SHEETS):
        ws = book.add_worksheet(f"员工{number + 1:02}")
        ws.merge_range("A1:I1", "2026年第三季度绩效考核表")
        ws.write_row(1, 0, ["部门-姓名", f"研发部-员工{number + 1:02}", "", "岗位", "工程师", "考核人：李主管"])
        ws.write_row(2, 0, ["类别", "指标", "考核要求/内容", "评分规则", "权重", "自评得分", "上级评分", "评分备注"])
        for i in range(ITEMS):
            row = 3 + i
            category = "业绩" if i < ITEMS // 2 else "行为"
            ws.write_row(row, 0, [category, f"第{i + 1}项工作完成率", "按计划完成并提交记录", "每低1%扣2分"])
            ws.write_number(row, 4, 1 / ITEMS, share)
            ws.write_number(row, 5, 80 + (i + number) % 20)
            ws.write_number(row, 6, 75 + (i * number) % 25)
        last = 3 + ITEMS
        ws.write(last, 1, "加减分")
        ws.write(last + 1, 0, "绩效考核得分")
        for col, letter in ((5, "F"), (6, "G")):
            scores = [80 + (i + number) % 20 if col == 5 else 75 + (i * number) % 25 for i in range(ITEMS)]
            text = f"=SUMPRODUCT(E4:E{last},{letter}4:{letter}{last})+{letter}{last + 1}"
            ws.write_formula(last + 1, col, text, None, sum(scores) / ITEMS)
        ws.write_row(last + 3, 0, ["被考核人签字：", "", "", "考核人签字："])
    book.close()


def read(path: Path) -> None:
    """What python-calamine does: every cell of every sheet."""
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def best(action: Callable[[], object]) -> float:
    """The shortest of several rounds, in seconds of processor time (others may use the machine)."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def main() -> int:
    """Measure and print; exit status 1 if the multiple is not below 10."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "部门.xlsx"
        build(path)
        found = inspect(path)
        assert len(found.cards) == SHEETS, len(found.cards)
        floor, own = best(lambda: read(path)), best(lambda: inspect(path))
    ratio = own / floor
    cells = SHEETS * (ITEMS * 7 + 25)
    print(f"{SHEETS} sheets, about {cells} cells; python-calamine {floor * 1000:.1f} ms, inspect {own * 1000:.1f} ms: "
          f"{ratio:.1f} times (must be below {MOST:.0f})")  # fmt: skip
    return 0 if ratio < MOST else 1


if __name__ == "__main__":
    sys.exit(main())
