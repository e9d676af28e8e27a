"""Scores over time: recording a period, who was where, trends, and roll-ups to half-year and year by named rules."""

from __future__ import annotations

import getpass
import math
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from ..errors import UsageError
from ..messages import Message
from ..scoring.periods import HALF, MONTH, QUARTER, YEAR, Period, parse_period, roll_up, rollup_name
from ..scoring.values import key
from .consolidation import Consolidation
from .pseudonym import is_code
from .store import TABLES, VERSION, Store, transaction

_PEOPLE = ("person", "staff_id", "department", "position", "evaluator", "total", "computed", "stated", "coverage", "grade",
           "coefficient", "status", "file", "sheet", "cell")  # fmt: skip
_ITEMS = ("item", "kind", "weight", "actual", "target", "score", "numerator", "denominator", "file", "sheet", "cell")


@dataclass(frozen=True, slots=True)
class Run:
    """One recording of a period, as the audit has it.

    Attributes:
        action: "recorded", or "replaced" where the period was there before.
        files: How many; their names and fingerprints are in `files_of`.
        former: How many people the period had before; None where it was not there, and in what `runs` gives.
    """

    run_id: str
    period: str
    recorded_at: str
    recorded_by: str
    action: str
    files: int
    cards: int
    people: int
    quarantined: int
    former: int | None = None


#: What is kept of a run.
STORED = tuple(name for name in Run.__slots__ if name != "former")


def record(done: Consolidation, place: str, *, by: str | None = None, at: datetime | None = None) -> Run:
    """Write a consolidation to the history; a period that is there already is replaced in the same transaction.

    Args:
        done: What was consolidated; it must have a period.
        place: SQLite file or SQLAlchemy address.
        by: Who; the user of this process when omitted.
        at: When; now when omitted. Stored in UTC.

    Raises:
        UsageError: No period is known; nobody counts in it; or codes would stand beside real names.
        UnusableFile: The store cannot be written.
    """
    if not done.period:
        raise UsageError(Message("没有考核周期，不能记入历史；请用 --period", "no period to record; use --period"))
    if not len(done.people):
        zh, en = f"{done.period} 没有一个人计入，历史没有改动", f"nobody counts in {done.period}: the history is as it was"
        raise UsageError(Message(zh, en))
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    with transaction(place, create=True) as store:
        _check_names(store, str(done.people["who"].iloc[0]))
        count = "SELECT COUNT(DISTINCT who) AS people FROM scorecard_people WHERE period = :period"
        known = int(store.read(count, {"period": done.period})[0]["people"])
        for table in ("scorecard_people", "scorecard_items"):
            store.run(f"DELETE FROM {table} WHERE period = :period", [{"period": done.period}])
        run = Run(
            run_id=f"{moment:%Y%m%dT%H%M%S}-{secrets.token_hex(6)}",
            period=done.period,
            recorded_at=moment.isoformat(timespec="microseconds"),
            recorded_by=by or _user(),
            action="replaced" if known else "recorded",
            files=len(done.sources.files),
            cards=len(done.resolved),
            people=len(done.people),
            quarantined=len(done.set_aside),
            former=known or None,
        )
        _insert(store, "scorecard_runs", [{**{n: getattr(run, n) for n in STORED}, "version": VERSION}])
        _insert(store, "scorecard_run_files", [
            {"run_id": run.run_id, "file": s.file, "sha256": s.digest, "bytes": s.size} for s in done.sources.files
        ])  # fmt: skip
        common = {"run_id": run.run_id, "period": done.period}
        people, items = done.people, done.items[done.items["counted"]]
        _insert(store, "scorecard_people", _rows(people, _PEOPLE, common))
        _insert(store, "scorecard_items", _rows(items, _ITEMS, common))
    return run


def _check_names(store: Store, who: str) -> None:
    """Refuse to mix codes and names: a period under codes replaces nobody's, and trends would take each person for two."""
    known = store.read("SELECT who FROM scorecard_people LIMIT 1")
    is_coded = is_code(who)
    if known and is_code(known[0]["who"]) != is_coded:
        zh, en = "这个历史里是姓名，不能记入代号", "this history has names, no codes can be recorded in it"
        if not is_coded:
            zh, en = "这个历史里是代号，不能记入姓名", "this history has codes, no names can be recorded in it"
        raise UsageError(Message(f"{zh}；请另用一个历史库", f"{en}; use another history"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _rows(frame: pd.DataFrame, columns: Sequence[str], common: Mapping[str, object]) -> list[dict[str, object]]:
    chosen = frame[["who", *columns]]
    return [
        {**common, **{name: _plain(value) for name, value in zip(chosen.columns, row, strict=True)}}
        for row in chosen.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> object:
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    return None if value is pd.NA else value


def _insert(store: Store, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        names = list(rows[0])
        store.run(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + n for n in names)})", rows)


# --- reading ---------------------------------------------------------------------------------------------------------


def runs(place: str) -> list[Run]:
    """All recordings, oldest first: what was replaced stays in the audit.

    Raises:
        UnusableFile: No such history.
    """
    names = ", ".join(STORED)
    with transaction(place, create=False) as store:
        found = store.read(f"SELECT {names} FROM scorecard_runs ORDER BY recorded_at, run_id")
    return [Run(**row) for row in found]


def files_of(place: str, run_id: str) -> dict[str, str]:
    """The files of a recording, each with its SHA-256."""
    with transaction(place, create=False) as store:
        rows = store.read(
            "SELECT file, sha256 FROM scorecard_run_files WHERE run_id = :run ORDER BY file", {"run": run_id}
        )
    return {row["file"]: row["sha256"] for row in rows}


def people(place: str) -> pd.DataFrame:
    """Everybody in every period: the columns of `Consolidation.people` that are kept, and `period`."""
    return _table(place, "scorecard_people")


def items(place: str) -> pd.DataFrame:
    """Every item in every period."""
    return _table(place, "scorecard_items")


def same_people(place: str) -> dict[str, str]:
    """Who was recorded by name and department only, and is known by a staff number in another period: that one's `who`.

    Where several numbers go with a name in a department, nobody can tell, and nobody is taken for somebody else.
    """
    with transaction(place, create=False) as store:
        return _same_people(store)


def _same_people(store: Store) -> dict[str, str]:
    rows = store.read("SELECT DISTINCT who, person, department FROM scorecard_people")
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row["who"].startswith("#"):
            numbers[key(row["person"]), key(row["department"])].add(row["who"])
    return {
        row["who"]: next(iter(known))
        for row in rows
        if row["who"][:1] not in "#?" and len(known := numbers.get((key(row["person"]), key(row["department"])), set())) == 1
    }


def _table(place: str, name: str) -> pd.DataFrame:
    columns = [part.split()[0] for part in TABLES[name].split(", ")]
    with transaction(place, create=False) as store:
        rows = store.read(f"SELECT {', '.join(columns)} FROM {name}")
        same = _same_people(store)
    for row in rows:
        row["who"] = same.get(row["who"], row["who"])
    by = ("who", "item") if "item" in columns else ("who",)
    rows.sort(key=lambda row: (period_order(row["period"]), *(row[name] for name in by)))
    frame = pd.DataFrame(rows, columns=columns)
    numbers = [c for c in ("total", "computed", "stated", "coverage", "coefficient", "weight", "actual", "target", "score",
                           "numerator", "denominator") if c in columns]  # fmt: skip
    return frame.astype({c: "float64" if c in numbers else "string" for c in columns})


def period_order(label: str) -> tuple[int, int, int]:
    """Periods in time: by their end, longer ones after the shorter ones that they contain."""
    period = parse_period(label)
    if period is None or period.year is None:
        return (0, 0, 0)
    months = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}[period.kind]
    end = months * (period.number or 1)
    return (period.year, end, months)


def before(place: str, period: str) -> tuple[str, dict[str, float]]:
    """The latest earlier period of the same kind, and everybody's total in it, by `who`; ("", {}) if there is none."""
    known = people(place)
    kind = parse_period(period)
    same = [
        label for label in dict.fromkeys(known["period"])
        if (p := parse_period(label)) and kind and p.kind == kind.kind and period_order(label) < period_order(period)
    ]  # fmt: skip
    if not same:
        return "", {}
    latest = max(same, key=period_order)
    rows = known[(known["period"] == latest) & known["total"].notna()]
    return latest, dict(zip(rows["who"], rows["total"], strict=True))


# --- roll-up ---------------------------------------------------------------------------------------------------------


def within(part: str, whole: str) -> bool:
    """Whether a period lies inside another, longer one.

    Example:
        >>> within("2026Q3", "2026H2"), within("2026-02", "2026Q1"), within("2026Q3", "2026Q3"), within("2025Q3", "2026")
        (True, True, False, False)
    """
    a, b = parse_period(part), parse_period(whole)
    if a is None or b is None or a.year is None or a.year != b.year:
        return False
    (first_a, last_a), (first_b, last_b) = _months(a), _months(b)
    return first_b <= first_a and last_a <= last_b and (last_a - first_a) < (last_b - first_b)


def _months(period: Period) -> tuple[int, int]:
    size = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}[period.kind]
    last = size * (period.number or 1)
    return last - size + 1, last


def roll_up_people(place: str, period: str, rule: str = "mean") -> pd.DataFrame:
    """Totals of a half-year, quarter or year from those of the periods inside it.

    Args:
        place: The history.
        period: 2026H2, 2026 …
        rule: mean, last, min, max or sum; "mean" counts each period alike.

    Returns:
        One row per person: who, person, staff_id, department, periods (how many), and total, unrounded. Of a person's periods
        of several lengths the longest are used, and shorter ones where no longer one has them in it (a half-year, and the
        quarter after it; not also its months).

    Raises:
        UsageError: Nothing recorded lies in that period, or an unknown rule.
    """
    name = _rule(rule)
    if name == "pooled":
        raise UsageError(Message("总分没有分子分母，不能用汇总比率", "totals have no denominators: pooled is for items"))
    rows = []
    for who, group in _inside(people(place), period).groupby("who", sort=True):
        scored = group[group["computed"].notna()]
        last = group.iloc[-1]
        total = roll_up([float(v) for v in scored["computed"]], None, name) if len(scored) else math.nan
        rows.append((who, last["person"], last["staff_id"], last["department"], len(scored), total))
    frame = pd.DataFrame(rows, columns=["who", "person", "staff_id", "department", "periods", "total"])
    return frame.astype({"who": "string", "person": "string", "staff_id": "string", "department": "string"})


def roll_up_items(place: str, period: str, rule: str = "mean") -> pd.DataFrame:
    """Actuals of a longer period: pooled (Σ numerator / Σ denominator) where every period has both, else by `rule`.

    Returns:
        One row per person and item: who, person, item, periods (those with an actual or a score), actual (a fraction where
        it is pooled), score, rule (the one used). Scores are averaged.

    Raises:
        UsageError: As for `roll_up_people`.
    """
    name = _rule(rule)
    rows = []
    everybody = people(place)
    names = dict(zip(everybody["who"], everybody["person"], strict=True))
    chosen = _inside(items(place), period)
    chosen = chosen[chosen["kind"].isin(["kpi", "rating"])]
    for (who, _), group in chosen.groupby(["who", chosen["item"].map(key)], sort=True):
        known = group[group["actual"].notna()]
        has_parts = len(known) > 0 and bool(known[["numerator", "denominator"]].notna().all(axis=None))
        used = "pooled" if has_parts and known["denominator"].sum() else name
        if used == "pooled" and not has_parts:
            raise UsageError(Message("有的期间没有分子分母，不能用汇总比率", "pooled needs numerators and denominators"))
        actual = math.nan
        if used == "pooled":
            actual = roll_up([float(v) for v in known["numerator"]], [float(v) for v in known["denominator"]], "pooled")
        elif len(known):
            actual = roll_up([float(v) for v in known["actual"]], None, used)
        scores = [float(v) for v in group["score"] if v == v]
        score = roll_up(scores) if scores else math.nan
        last = group.iloc[-1]
        periods = int((group["actual"].notna() | group["score"].notna()).sum())
        rows.append((who, names.get(who, ""), last["item"], periods, actual, score, used))
    frame = pd.DataFrame(rows, columns=["who", "person", "item", "periods", "actual", "score", "rule"])
    return frame.astype({name: "string" for name in ("who", "person", "item", "rule")})


def _rule(rule: str) -> str:
    from ..errors import RuleError

    try:
        return rollup_name(rule)
    except RuleError as problem:
        zh, en = problem.message
        raise UsageError(Message(f"{zh}（mean、last、min、max、sum）", f"{en}: mean, last, min, max or sum")) from None


def _inside(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    labels = [label for label in dict.fromkeys(frame["period"]) if within(label, period)]
    if not labels:
        zh, en = "；用 scorecard history list 看有哪些", "; scorecard history list shows those it has"
        raise UsageError(Message(f"历史里没有 {period} 之内的期间{zh}", f"the history has no period within {period}{en}"))
    inside = frame[frame["period"].isin(labels)]
    chosen = {who: _apart(group) for who, group in inside.groupby("who")["period"]}
    return inside[[period in chosen[who] for who, period in zip(inside["who"], inside["period"], strict=True)]]


def _apart(labels: Iterable[str]) -> set[str]:
    """Of some periods the longest, and the shorter ones that lie outside them."""
    taken: set[int] = set()
    chosen = set()
    for label in sorted(set(labels), key=lambda one: (-period_order(one)[2], period_order(one))):
        period = parse_period(label)
        first, last = _months(period) if period is not None else (0, -1)
        months = set(range(first, last + 1))
        if not months & taken:
            taken |= months
            chosen.add(label)
    return chosen
