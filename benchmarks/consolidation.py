"""Consolidating many one-person workbooks against merely reading them with pandas; and how the cost grows.

`python -m benchmarks.consolidation [files] [rounds]`: every figure is taken in a process of its own, in turn, and the median
of the rounds is told.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal, cast

import scorecard

PEOPLE = ("王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周")


def form(path: Path, person: str, scores: list[float]) -> None:
    """A sheet per person with two score columns, adjustments and the form's own totals, as departments keep it."""
    import openpyxl  # here: processes that read import this module again

    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "考核表"
    rows: list[list[object]] = [
        ["2026年第三季度绩效考核表"],
        ["部门-姓名", f"客服部-{person}", None, "岗位", "客服专员", "考核人：李主管"],
        ["类别", "指标", "考核要求/内容", "权重", "评分规则", "自评得分", "上级评分", "评分备注"],
    ]
    weights = (0.25, 0.2, 0.15, 0.1, 0.1, 0.1, 0.05, 0.05)
    for i, (weight, score) in enumerate(zip(weights, scores, strict=True)):
        name = f"指标{'一二三四五六七八'[i]}完成率"
        rows.append(["业绩" if i == 0 else None, name, "按计划", weight, "主管评定", score, score])
    rows.append([None, "加减分", "突出贡献或违纪", None, None, None, 1])
    total = sum(w * s for w, s in zip(weights, scores, strict=True))
    rows += [["绩效考核得分", None, None, None, None, total, total + 1], [], ["被考核人签字：", None, None, "考核人签字："]]
    for row in rows:
        ws.append(row)
    book.save(path)


def folder_of(base: Path, count: int) -> Path:
    folder = base / str(count)
    folder.mkdir()
    for i in range(count):
        name = PEOPLE[i % 10] + chr(0x4E00 + 7 * (i // 10 % 500)) + chr(0x4E01 + 11 * (i // 5000))
        form(folder / f"{i:05d}-{name}.xlsx", name, [float(60 + (i * (k + 3)) % 40) for k in range(8)])
    return folder


WAYS = ("ours, 2 processes", "ours, 1 process", "openpyxl", "calamine")


def timed(way: str, folder: Path, few: Path) -> float:
    """Seconds for a folder in this process; loading the libraries is not what is measured."""
    once(way, few)
    start = time.perf_counter()
    once(way, folder)
    return time.perf_counter() - start


def once(way: str, folder: Path) -> None:
    if way.startswith("ours"):
        done = scorecard.consolidate(folder, processes=int(way.split()[1]))
        assert len(done.people) == len(done.cards)
        return
    import pandas as pd

    for path in sorted(folder.iterdir()):
        pd.read_excel(path, engine=cast(Literal["openpyxl", "calamine"], way))


def main(count: int = 2000, rounds: int = 3) -> None:
    base = Path(tempfile.mkdtemp(prefix="benchmark-consolidation-"))
    try:
        few = folder_of(base, 3)
        print(f"{'files':>8}" + "".join(f"{way:>20}" for way in WAYS)
              + f"{'openpyxl/ours':>16}{'ours/calamine':>16}  (milliseconds per file)")  # fmt: skip
        for number in (count // 4, count):
            folder = folder_of(base, number)
            taken: dict[str, list[float]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    command = [sys.executable, "-m", "benchmarks.consolidation", "--one", way, folder, few]
                    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                    taken[way].append(float(said) / number * 1e3)
            two, one, slow, fast = (statistics.median(taken[way]) for way in WAYS)
            print(f"{number:8}{two:20.2f}{one:20.2f}{slow:20.2f}{fast:20.2f}{slow / two:16.2f}{two / fast:16.2f}", flush=True)
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(timed(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
    else:
        main(*map(int, sys.argv[1:]))
