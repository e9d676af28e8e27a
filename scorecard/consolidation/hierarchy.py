"""Positions and superiors as a tree: team results per node, by a rule of its own, and into the manager's indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from ..definition_rules import Entry
from ..errors import RuleError, UsageError
from ..messages import Message
from ..refusals import read_toml
from ..scoring.model import Adjustment, Kpi, Scorecard, Veto
from ..scoring.periods import roll_up, rollup_name
from ..scoring.score import score_card
from ..scoring.values import Reading, State, key, read
from ..workbook.addresses import cell_name
from ..workbook.grid import read_grid
from ..workbook.opening import open_workbook
from .records import CardRecord, Notice
from .resolve import Resolved

#: How the results below a node are put together.
RULES = ("weighted", "mean", "sum", "min", "max")
_WEIGHTED = frozenset(map(key, ("weighted", "加权", "加权平均", "weighted average", "")))
_COLUMNS = {
    "name": ("节点", "岗位", "姓名", "名称", "部门", "node", "name", "position"),
    "superior": ("上级", "直接上级", "上级岗位", "superior", "reports to", "manager"),
    "how": ("汇总方式", "汇总", "规则", "rule", "how"),
    "weight": ("权重", "weight"),
    "feeds": ("对应指标", "团队指标", "指标", "indicator", "feeds"),
}
_ROLES = {key(word): role for role, words in _COLUMNS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree.

    Attributes:
        name: A person, a position or a department, as the cards say it.
        superior: The node above, "" at the top.
        how: One of `RULES`: how the nodes directly below are put together here.
        weight: Its weight in the node above; the number of its people when omitted.
        feeds: The indicator of this node's own card that is the team result, "" if there is none.
    """

    name: str
    superior: str = ""
    how: str = "weighted"
    weight: float | None = None
    feeds: str = ""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """A node with its results, all unrounded, None where there is nothing to compute.

    Attributes:
        depth: 0 at the top.
        people: Everybody in it and below.
        own: Mean total of its own people, by their cards.
        team: The nodes directly below, put together.
        fed: Mean total of its own people with the team result as the score of the indicator it feeds.
        value: What the node above counts: `fed`, else `own`, else `team`.
    """

    node: Node
    depth: int
    people: int
    own: float | None
    team: float | None
    fed: float | None
    value: float | None


def load_hierarchy(path: Path, password: str | None = None) -> tuple[Node, ...]:
    """Read a tree from a workbook (columns 岗位, 上级, 汇总方式, 权重, 对应指标) or a TOML file (`[[node]]`).

    Raises:
        UsageError: No such columns, an unknown rule or superior, a name twice, a circle.
        UnusableFile: Not a workbook.
    """
    rows = _from_toml(path) if path.suffix.lower() == ".toml" else _from_workbook(path, password)
    nodes = []
    places = []
    for row in rows:
        place = str(row["place"])
        weight = read(row.get("weight"))
        if weight.state is State.ERROR:
            text = row.get("weight")
            raise UsageError(Message(f"权重“{text}”读不成数字", f'the weight "{text}" cannot be read as a number'), place)
        nodes.append(
            Node(
                str(row.get("name") or "").strip(), str(row.get("superior") or "").strip(),
                _rule(str(row.get("how") or ""), place), weight.number, str(row.get("feeds") or "").strip(),
            )  # fmt: skip
        )
        places.append(place)
    check_tree(nodes, places or [path.name])
    return tuple(nodes)


def check_tree(nodes: Sequence[Node], places: Sequence[str] = ()) -> None:
    """Refuse what is no tree.

    Args:
        nodes: The nodes.
        places: Where each stands, for messages.

    Raises:
        UsageError: Empty, a name twice, an unknown superior, a circle, a negative weight.
    """
    if not nodes:
        raise UsageError(Message("层级是空的", "the hierarchy is empty"), next(iter(places), None))
    known: dict[str, Node] = {}
    listed = list(zip_longest(nodes, places[: len(nodes)]))
    for node, where in listed:
        if known.setdefault(key(node.name), node) is not node:
            raise UsageError(Message(f"“{node.name}”出现了两次", f'"{node.name}" stands there twice'), where)
    for node, where in listed:
        if node.superior and key(node.superior) not in known:
            zh, en = f"“{node.name}”的上级“{node.superior}”不在表里", f'the superior "{node.superior}" is not in the list'
            raise UsageError(Message(zh, en), where)
        if node.weight is not None and node.weight < 0:
            raise UsageError(Message(f"“{node.name}”的权重为负", f'the weight of "{node.name}" is negative'), where)
        above, seen = node, {key(node.name)}
        while above.superior:
            above = known[key(above.superior)]
            if key(above.name) in seen:
                raise UsageError(Message(f"“{node.name}”的上级绕成了圈", f'the superiors of "{node.name}" form a circle'), where)
            seen.add(key(above.name))


def roll_up_tree(nodes: Sequence[Node], cards: Sequence[Resolved]) -> tuple[NodeResult, ...]:
    """Results of every node, a parent before its children, in the order of the list.

    A card belongs to the node of its person's name, else of its position, else of its department. Cards without a total
    do not count, and neither do nodes without anybody.
    """
    check_tree(nodes)
    below: dict[str, list[Node]] = {}
    for node in nodes:
        below.setdefault(key(node.superior), []).append(node)
    members: dict[str, list[CardRecord]] = {key(node.name): [] for node in nodes}
    for c in _with_total(cards):
        home = _home(c, members)
        if home is not None:
            members[home].append(c)
    results: list[NodeResult] = []

    def visit(node: Node, depth: int) -> NodeResult:
        place = len(results)
        results.append(NodeResult(node, depth, 0, None, None, None, None))
        children = [visit(child, depth + 1) for child in below.get(key(node.name), [])]
        own_cards = members[key(node.name)]
        counted = [child for child in children if child.value is not None]
        team = None
        if counted:
            weights = None
            if node.how == "weighted":
                weights = [child.node.weight if child.node.weight is not None else float(child.people) for child in counted]
            values = [child.value or 0.0 for child in counted]
            try:
                team = roll_up(values, weights, "mean" if node.how == "weighted" else node.how)
            except RuleError:
                team = None  # weights that sum to 0
        own = _mean([c.computed or 0.0 for c in own_cards])
        fed = None
        if node.feeds and team is not None and own_cards:
            totals = [with_score(card, node.feeds, team) for card in own_cards]
            known = [t for t in totals if t is not None]
            fed = _mean(known) if len(known) == len(totals) else None
        value = next((v for v in (fed, own, team) if v is not None), None)
        people = len(own_cards) + sum(child.people for child in children)
        results[place] = NodeResult(node, depth, people, own, team, fed, value)
        return results[place]

    for top in below.get("", []):
        visit(top, 0)
    return tuple(results)


def outside_tree(nodes: Sequence[Node], cards: Sequence[Resolved]) -> list[Notice]:
    """What a tree leaves out: cards with a total that belong to no node, and indicators to feed that a card has not."""
    fed_by = {key(node.name): node for node in nodes}
    notices = []
    for c in _with_total(cards):
        home = _home(c, fed_by)
        told = " ".join(text for text in (c.person, c.position, c.department) if text) or c.file
        if home is None:
            zh, en = f"{told} 不在层级里，团队结果不含这张表", f"{told} belongs to no node: no team result has this card in it"
            notices.append(Notice("not-in-hierarchy", "warning", c.file, c.sheet, c.cell, Message(zh, en)))
        elif (feeds := fed_by[home].feeds) and not any(key(item.name) == key(feeds) for item in c.items):
            zh, en = f"{told} 的表里没有指标“{feeds}”，团队结果不能计入", f'no indicator "{feeds}" for the team result of {told}'
            notices.append(Notice("team-indicator-missing", "warning", c.file, c.sheet, c.cell, Message(zh, en)))
    return notices


def _with_total(cards: Sequence[Resolved]) -> list[CardRecord]:
    """The cards that count and have a total."""
    return [
        one.card for one in cards
        if one.counted and one.status in ("ok", "duplicate") and one.card.computed is not None
    ]  # fmt: skip


def _home(card: CardRecord, nodes: Mapping[str, object]) -> str | None:
    return next((key(t) for t in (card.person, card.position, card.department) if t and key(t) in nodes), None)


def with_score(card: CardRecord, indicator: str, score: float) -> float | None:
    """The total a card has when one of its indicators gets another score, by the scoring core; unrounded.

    Returns:
        None if the card has no such indicator, or no total even so.
    """
    if not any(key(item.name) == key(indicator) for item in card.items):
        return None
    kpis, adjustments, vetoes = [], [], []
    for item in card.items:
        given = score if key(item.name) == key(indicator) else item.score
        state = State.NUMBER if given is not None else State(item.state)
        reading = Reading(state, given)
        if item.kind == "adjustment":
            adjustments.append(Adjustment(item.name, reading))
        elif item.kind == "veto":
            vetoes.append(Veto(item.name, given))
        else:
            kpis.append(Kpi(item.name, None, weight=item.weight, typed=reading, section=item.section))
    weights = "as_is" if card.settings.weights == "as_is" else "normalise"
    settings = replace(card.settings, weights=weights)
    return score_card(Scorecard(tuple(kpis), (), tuple(adjustments), tuple(vetoes), settings=settings)).computed


def _mean(values: Sequence[float]) -> float | None:
    return roll_up(list(values)) if values else None


def _rule(text: str, where: str) -> str:
    if key(text) in _WEIGHTED:
        return "weighted"
    try:
        name = rollup_name(text)
    except RuleError:
        name = ""
    if name not in RULES:
        raise UsageError(Message(
            f"未知汇总方式“{text}”（加权平均、平均、合计、最小、最大）",
            f'unknown rule "{text}": weighted, mean, sum, min or max'), where)  # fmt: skip
    return name


def _from_toml(path: Path) -> list[Mapping[str, object]]:
    top = Entry(read_toml(path, Message("层级文件", "hierarchy file")), path.name)
    nodes = top.take("node", (list,), [])
    top.finish()
    places = [f"{path.name}!node[{i}]" for i in range(1, len(nodes) + 1)]
    rows: list[Mapping[str, object]] = []
    for node, place in zip(nodes, places, strict=True):
        rows.append({**_node(Entry(node, place)), "place": place})
    if not rows:
        raise UsageError(Message("层级文件里没有 [[node]]", "there is no [[node]] in the hierarchy file"), path.name)
    return rows


def _node(table: Entry) -> Mapping[str, object]:
    row = {name: table.take(name, (str,), "") for name in ("name", "superior", "how", "feeds")}
    row["weight"] = table.take("weight", (int, float, str), None)
    # A misspelt key is told before the key that it leaves out.
    table.finish()
    if not row["name"].strip():
        raise UsageError(Message("缺“name”", '"name" is missing'), table.where)
    return row


def _from_workbook(path: Path, password: str | None) -> list[Mapping[str, object]]:
    package = open_workbook(path, password=password)
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        grid = read_grid(package, sheet)
        columns: dict[str, int] = {}
        rows: list[Mapping[str, object]] = []
        for cells in grid.rows():
            if not columns:
                found: dict[str, int] = {}
                for cell in cells:
                    if isinstance(cell.value, str) and key(cell.value) in _ROLES:
                        found.setdefault(_ROLES[key(cell.value)], cell.col)
                columns = found if {"name", "superior"} <= set(found) else {}
                continue
            row: dict[str, object] = {role: grid.cell(cells[0].row, col).value for role, col in columns.items()}
            if row["name"]:
                rows.append({**row, "place": f"{path.name}!{sheet.name}!{cell_name(cells[0].row, columns['name'])}"})
        if rows:
            return rows
    zh, en = "没有“岗位”和“上级”两列，或一行也没有", "no columns 岗位 (position) and 上级 (superior), or no row below"
    raise UsageError(Message(zh, en), path.name)
