"""Draws docs/pictures/curves.png, each kind of rule as a plot: `python -m docs.curves`. Needs matplotlib and a Chinese font."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of a backend without a screen)
import numpy as np  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from scorecard.scoring.curve import (  # noqa: E402
    Curve,
    bands,
    deduct,
    goal_red_flag,
    in_range,
    pass_fail,
    proportional,
    rating,
    steps,
)

PATH = Path(__file__).parent / "pictures" / "curves.png"
_INK, _LINE, _SOFT = "#1f2937", "#1f6f54", "#d1d5db"

# (title, curve, first and last actual, what stands below)
PLOTS: tuple[tuple[str, Curve, float, float, str], ...] = (
    ("bands · 远超/超过/达到/未达（越高越好）", bands((0.80, 0.95, 0.97, 0.99, 1.00)), 0.78, 1.02, "及时率"),
    ("bands · 越低越好", bands((1.20, 0.92, 0.88, 0.80, 0.70)), 0.65, 1.25, "服务费用率 (%)"),
    ("proportional · 完成率得分（起评 80%）", proportional(100, floor=0.8), 60, 120, "完成量，目标 100"),
    ("steps · 分档", steps({0: 0, 60: 60, 80: 80, 95: 100}), 50, 105, "完成率 (%)"),
    ("deduct · 扣分制（每次扣 20 分）", deduct(100, 20), 0, 7, "超出目标的次数"),
    ("in_range · 区间型", in_range(30, 45, 10, 15), 10, 70, "库存天数"),
    ("pass_fail · 是/否", pass_fail(1), 0, 2, "按期完成"),
    ("goal_red_flag · 目标与红线", goal_red_flag(95, 85), 70, 110, "合格率 (%)"),
)


def draw(path: Path = PATH) -> None:
    """Draw them all into one picture."""
    plt.rcParams["font.family"] = ["Noto Sans CJK SC", "sans-serif"]
    plt.rcParams["axes.unicode_minus"] = False
    figure, grid = plt.subplots(3, 3, figsize=(12, 9.4), layout="constrained")
    places = list(grid.flat)
    for place, (title, curve, first, last, below) in zip(places, PLOTS, strict=False):
        _plot(place, curve, first, last)
        _frame(place, title, below)
    _ratings(places[-1])
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _plot(place: Axes, curve: Curve, first: float, last: float) -> None:
    # Each stretch between two thresholds is a line of its own: a jump must not look like a steep slope.
    edges = sorted({first, last, *(x for x in curve.thresholds if first < x < last)})
    for a, b in zip(edges, edges[1:], strict=False):
        margin = (b - a) * 1e-6
        xs = np.linspace(a + margin, b - margin, 50)
        place.plot(xs, [curve.score(float(x)) for x in xs], color=_LINE, linewidth=2.2, solid_capstyle="butt")
    dots = [x for x in edges if x in curve.thresholds]
    place.plot(dots, [curve.score(x) for x in dots], "o", color=_LINE, markersize=5)


def _ratings(place: Axes) -> None:
    table = {"优": 95.0, "良": 85.0, "中": 75.0, "差": 50.0}
    rule = rating(table)
    scores = [rule.score(label) for label in table]
    place.bar(list(table), scores, color=_LINE, width=0.5)
    for i, score in enumerate(scores):
        place.text(i, score + 2, f"{score:g}", ha="center", color=_INK, fontsize=9)
    _frame(place, "rating · 评级", "评定")


def _frame(place: Axes, title: str, below: str) -> None:
    place.set_title(title, fontsize=11, color=_INK, loc="left")
    place.set_xlabel(below, fontsize=9, color=_INK)
    place.set_ylim(-4, 108)
    place.set_yticks([0, 20, 40, 60, 80, 100])
    place.tick_params(labelsize=8, colors=_INK)
    place.set_axisbelow(True)
    place.grid(axis="y", color=_SOFT, linewidth=0.6)
    for side in ("top", "right"):
        place.spines[side].set_visible(False)


if __name__ == "__main__":
    draw()
