"""Draws the figures of docs/performance.md: `python -m docs.figures`. The tables there are the only source."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  (the way to draw is chosen first)

PAGE = Path(__file__).with_name("performance.md")
PICTURE = Path(__file__).with_name("pictures") / "performance.png"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the page, its own header left out."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def draw() -> None:
    """Bars for the multiples of the floor, a line for the memory."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), width_ratios=(3, 2))
    bars = [
        (name, float(value)) for name, value, *_ in reversed(rows("Against others")) if re.fullmatch(r"[\d.]+", value)
    ]
    colors = ["#1f6f8b" if "recalc" in name else "#b9c4c9" for name, _ in bars]
    left.barh([name for name, _ in bars], [value for _, value in bars], color=colors)
    for at, (_, value) in enumerate(bars):
        left.text(value * 1.08, at, f"{value:g}", va="center")
    left.set_xscale("log")
    left.set_xlim(0.5, max(value for _, value in bars) * 3)
    left.set_title("processor time, multiples of the floor (log)")
    scale = rows("From ten to ten thousand")
    numbers = [int(row[0].replace(",", "")) for row in scale]
    right.plot(numbers, [float(row[2]) for row in scale], marker="o", color="#1f6f8b")
    right.set_xscale("log")
    right.set_ylim(0, 120)
    right.set_xlabel("workbooks")
    right.set_title("most memory of the process, MB")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=90, metadata={"Software": None})


if __name__ == "__main__":
    draw()
