"""`scorecard history`: what `consolidate --history` keeps over time."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import RuleError, UsageError
from ..messages import Message
from ..scoring.values import round_half_up, show
from .failures import SCHEMA, errors, print_json
from .options import Command, Group, help_text, json_option
from .words import one_line, say

_SHOWN = 40
Heads = tuple[tuple[str, str], ...]
Rows = list[tuple[str, ...]]


def add_to(app: typer.Typer) -> None:
    """Add the group `history`."""
    group = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,
        short_help=say("各期成绩：列出、查看、汇总、导出", "scores over time: list, show, roll up, export"),
        help=help_text(
            "各期成绩。用 consolidate --history 记入。",
            "Scores over time, as consolidate --history records them.",
            ("history list 历史.db", "history list history.db"),
            ("history show 历史.db --period 2026", "history show history.db --period 2026"),
        ),
    )
    app.add_typer(group, name="history")
    place = typer.Argument(
        metavar="DB", show_default=False,
        help=say("SQLite 文件，或 SQLAlchemy 地址（需 sql 扩展）", "a SQLite file, or a SQLAlchemy address (extra sql)"),
    )  # fmt: skip

    @group.command(
        "list",
        cls=Command,
        help=help_text(
            "列出每次记入：期间、时间、谁、多少文件；被替换的也在。",
            "Every recording: period, when, by whom, how many files; replaced ones too.",
            ("history list 历史.db", "history list history.db"),
        ),
    )
    def list_(db: Annotated[str, place], as_json: Annotated[bool, json_option()] = False) -> None:
        with errors("history", as_json=as_json):
            from ..consolidation import history

            found = history.runs(db)
            if as_json:
                listed = [
                    {
                        **{n: getattr(run, n) for n in history.STORED},
                        "sources": history.files_of(db, run.run_id),
                    }
                    for run in found
                ]
                print_json({"schema": SCHEMA, "runs": listed, "findings": []})
                return
            rows: Rows = [
                (r.period, f"{datetime.fromisoformat(r.recorded_at).astimezone():%Y-%m-%d %H:%M:%S}", r.recorded_by,
                 say(*_ACTIONS.get(r.action, (r.action, r.action))), str(r.files),
                 str(r.people), str(r.quarantined))
                for r in found
            ]  # fmt: skip
            _print(
                ((say("期间", "period"), "left"), (say("记入时间", "recorded at"), "left"), (say("谁", "by"), "left"),
                 (say("动作", "action"), "left"), (say("文件", "files"), "right"), (say("人数", "people"), "right"),
                 (say("未计入", "not taken"), "right")),
                rows,
            )  # fmt: skip

    @group.command(
        "show",
        cls=Command,
        help=help_text(
            "每人各期总分；--period 给半年或年度时，按规则汇总其中各期。加 --items 则按指标汇总，"
            "各期都有分子分母的按 Σ分子/Σ分母。",
            "Everybody's totals by period; with a half-year or a year, rolled up by a rule. With --items each indicator is: "
            "sum of numerators over sum of denominators where every period has both.",
            ("history show 历史.db", "history show history.db"),
            ("history show 历史.db --period 2026 --items", "history show history.db --period 2026 --items"),
            ("history show 历史.db --period 2026H2 --rule mean", "history show history.db --period 2026H2 --rule mean"),
        ),
    )
    def show_(
        db: Annotated[str, place],
        period: Annotated[
            str | None, typer.Option(metavar="PERIOD", help=say("只看这一期，或汇总成半年、年度", "one period, or a roll-up"))
        ] = None,
        rule: Annotated[
            str, typer.Option(metavar="mean|last|min|max|sum", help=say("汇总规则", "how to roll up"))
        ] = "mean",
        person: Annotated[str | None, typer.Option(metavar="NAME", help=say("只看这个人", "one person only"))] = None,
        items: Annotated[bool, typer.Option("--items", help=say("按指标汇总", "roll the indicators up"))] = False,
        as_json: Annotated[bool, json_option()] = False,
    ) -> None:
        with errors("history", as_json=as_json):
            heads, rows, document = (_items if items else _shown)(db, period, rule, person)
            if as_json:
                print_json({"schema": SCHEMA, **document, "findings": []})
            else:
                _print(heads, rows)

    @group.command(
        "export",
        cls=Command,
        help=help_text(
            "把历史写成 Parquet 文件夹（需 parquet 扩展）或 CSV。",
            "Write the history as a folder of Parquet files (extra parquet) or CSV.",
            ("history export 历史.db -o 导出/", "history export history.db -o out/"),
        ),
    )
    def export(
        db: Annotated[str, place],
        output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help=say("写到哪个文件夹", "the folder"))],
        kind: Annotated[str, typer.Option("--format", metavar="parquet|csv", help=say("格式", "the format"))] = "parquet",
    ) -> None:
        with errors("history"):
            from ..consolidation.exports import export as write

            for path in write(db, output, kind):
                typer.echo(say(f"已写出 {path}", f"written: {path}"))


_RULES = {"mean": "平均", "last": "最近一期", "min": "最低", "max": "最高", "sum": "合计"}
_ACTIONS = {"recorded": ("记入", "recorded"), "replaced": ("替换", "replaced")}


def _shown(
    db: str, period: str | None, rule: str, person: str | None
) -> tuple[Heads, Rows, dict[str, Any]]:
    """Headings, rows and the JSON document: totals by period, one period, or a roll-up."""
    from ..consolidation import history
    from ..consolidation.resolve import period_of
    from ..scoring.periods import rollup_name

    try:
        rollup_name(rule)
    except RuleError as problem:
        zh, en = "；应为 mean、sum、last、min、max", "; use mean, sum, last, min or max"
        raise UsageError(Message(problem.message.zh + zh, problem.message.en + en), "--rule") from None
    everybody = history.people(db)
    label = period_of(period) if period else ""
    periods = list(dict.fromkeys(everybody["period"]))
    is_rolled = bool(label) and label not in periods
    table = history.roll_up_people(db, label, rule) if is_rolled else everybody
    if label and not is_rolled:
        table = table[table["period"] == label]
    table = _of_person(table, person)
    name, department = (say("姓名", "person"), "left"), (say("部门", "department"), "left")
    if is_rolled:
        how = say(_RULES.get(rollup_name(rule), rule), rule)
        heads: Heads = (name, department, (say("期数", "periods"), "right"), (f"{label} {how}", "right"))
        rows: Rows = [(r.person, r.department, str(r.periods), _score(r.total)) for r in table.itertuples()]
        people = [
            {"person": r.person, "staff_id": r.staff_id or None, "department": r.department or None,
             "periods": r.periods, "total": _number(r.total)}
            for r in table.itertuples()
        ]  # fmt: skip
        return heads, rows, {"period": label, "rule": rule, "people": people}
    shown = [p for p in periods if not label or p == label]
    heads = (name, department, *((p, "right") for p in shown))
    rows, people = [], []
    for _, group in table.groupby("who", sort=True):
        totals = dict(zip(group["period"], group["total"], strict=True))
        last = group.iloc[-1]
        rows.append((last["person"], last["department"], *(_score(totals.get(p)) for p in shown)))
        people.append(
            {"person": last["person"], "staff_id": last["staff_id"] or None, "department": last["department"] or None,
             "totals": {p: _number(totals[p]) for p in shown if p in totals}}
        )  # fmt: skip
    return heads, rows, {"periods": shown, "people": people}


def _of_person(table: Any, person: str | None) -> Any:
    from ..consolidation.names import person_name

    if person:
        table = table[table["person"] == person_name(person)]
        if table.empty:
            zh, en = f"历史里没有“{person}”；请核对姓名，不加 --person 列出所有人", f'the history has no "{person}"'
            raise UsageError(Message(zh, f"{en}; check the name, or leave out --person to list everybody"))
    return table


def _items(db: str, period: str | None, rule: str, person: str | None) -> tuple[Heads, Rows, dict[str, Any]]:
    """The same for the indicators of a half-year or a year."""
    from ..consolidation import history
    from ..consolidation.resolve import period_of

    if not period:
        raise UsageError(Message(
            "--items 要写明汇总成哪一段，如 --period 2026 或 2026H2", "--items takes a --period, such as 2026 or 2026H2"
        ))  # fmt: skip
    label = period_of(period)
    table = _of_person(history.roll_up_items(db, label, rule), person)
    heads: Heads = (
        (say("姓名", "person"), "left"), (say("指标", "indicator"), "left"), (say("期数", "periods"), "right"),
        (say("实际", "actual"), "right"), (say("平均得分", "mean score"), "right"), (say("汇总规则", "rule"), "left"),
    )  # fmt: skip
    rows: Rows = []
    listed = []
    for r in table.itertuples():
        actual = _number(r.actual)
        shown = show(round_half_up(actual, 6), r.rule == "pooled") if actual is not None else ""
        used = say("分子分母汇总", "pooled") if r.rule == "pooled" else say(_RULES.get(str(r.rule), str(r.rule)), str(r.rule))
        rows.append((r.person, r.item, str(r.periods), shown, _score(r.score), used))
        listed.append({
            "person": r.person, "item": r.item, "periods": r.periods, "actual": actual, "score": _number(r.score),
            "rule": r.rule,
        })  # fmt: skip
    return heads, rows, {"period": label, "rule": rule, "items": listed}


def _number(value: float) -> float | None:
    return float(value) if value == value else None


def _score(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f}"


def _print(heads: Heads, rows: Rows) -> None:
    from .show import console, print_line, table

    out = console()
    grid = table(*heads)
    for row in rows[:_SHOWN]:
        grid.add_row(*(one_line(text, 60) for text in row))
    out.print(grid)
    if len(rows) > _SHOWN:
        rest = len(rows) - _SHOWN
        print_line(out, say(f"……另有 {rest} 行，--json 列出全部", f"… {rest} more rows; --json lists all"))
