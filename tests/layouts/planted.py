"""What a generated workbook holds, and how what was recognised differs from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scorecard.workbook.card import Card, headline


@dataclass
class Item:
    """One planted item."""

    name: str
    kind: str = "item"  # "item" or "adjustment"
    name_cell: str = ""
    weight_cell: str | None = None
    points_cell: str | None = None
    actual_cell: str | None = None
    targets: tuple[str, ...] = ()
    actuals: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    weight: float | None = None  # in the whole card, as a fraction


@dataclass
class Planted:
    """One planted card; `total` is worked out by the generator, None where items are not filled in."""

    sheet: str
    layout: int
    items: list[Item] = field(default_factory=list)
    identity: dict[str, str] = field(default_factory=dict)
    headline: str = ""  # a score cell of the column that counts
    total: float | None = None
    total_cell: str | None = None
    grade_cell: str | None = None


def differences(card: Card, planted: Planted) -> list[str]:
    """What was understood otherwise than it was meant, one line each."""
    table, found = card.table, list[str]()

    def same(what: str, got: object, want: object) -> None:
        if got != want:
            found.append(f"{what}: {got!r}, planted {want!r}")

    same("layout", _alike(table.layout), _alike(planted.layout))
    same("items", [row.name for row in table.rows], [item.name for item in planted.items])
    if not found:
        for row, item in zip(table.rows, planted.items, strict=True):
            same(f"{item.name} kind", "adjustment" if row.kind == "adjustment" else "item", item.kind)
            same(f"{item.name} name cell", row.name_cell, item.name_cell)
            if item.kind == "item":
                same(f"{item.name} weight cell", row.weight_cell, item.weight_cell)
                same(f"{item.name} points cell", row.points_cell, item.points_cell)
            same(f"{item.name} actual", row.actual_cell, item.actual_cell)
            same(f"{item.name} actuals", tuple(cell for _, cell in row.actuals), item.actuals)
            same(f"{item.name} targets", tuple(cell for _, cell in row.targets), item.targets)
            same(f"{item.name} scores", {cell for _, cell in row.scores}, set(item.scores))
            same(f"{item.name} bands", {cell for _, cell in row.bands}, set(item.bands))
        if planted.headline:
            same("headline", dict(table.rows[0].scores).get(headline(table)), planted.headline)
        planned = [item.weight for item in planted.items if item.kind == "item"]
        if any(w is not None for w in planned):
            got = [item.weight for item in card.result.items]
            close = len(got) == len(planned) and all(
                g is not None and w is not None and abs(g - w) < 1e-9 for g, w in zip(got, planned, strict=True)
            )
            same("weights", got if not close else None, planned if not close else None)
        total = card.result.computed
        if total is None or planted.total is None or abs(total - planted.total) > 1e-6:
            same("total", total, planted.total)
        same("total cell", table.totals.get(headline(table)), planted.total_cell)
        same("grade cell", table.grade_cell, planted.grade_cell)
    for kind, value in planted.identity.items():
        same(kind, table.identity.get(kind, ("", ""))[0], value)
    return found


def _alike(layout: int) -> int:
    # A list with one score column per evaluator is as good an example of 2 as of 3, and bands make it 1.
    return 1 if layout in (1, 2, 3) else layout


def compare(cards: Sequence[Card], planted: Sequence[Planted]) -> tuple[list[str], float]:
    """All differences between the cards of a workbook and the planted ones, and the confidence of what is wrong.

    Returns:
        Lines, none if all is right; the highest confidence among the cards that are wrong or were never planted.
    """
    lines: list[str] = []
    worst = 0.0
    for sheet in dict.fromkeys([*(p.sheet for p in planted), *(c.table.sheet for c in cards)]):
        mine = [p for p in planted if p.sheet == sheet]
        theirs = [c for c in cards if c.table.sheet == sheet]
        if len(mine) != len(theirs):
            lines.append(f"{sheet}: {len(theirs)} cards, planted {len(mine)} (layouts {[p.layout for p in mine]})")
            # A card that was missed is no false claim; one that is too many is.
            if len(theirs) > len(mine):
                worst = max([worst, *(c.table.confidence for c in theirs)])
            continue
        for card, one in zip(theirs, mine, strict=True):
            found = differences(card, one)
            lines += [f"{sheet} (layout {one.layout}): {line}" for line in found]
            if found:
                worst = max(worst, card.table.confidence)
    return lines, worst
