"""The history: a period recorded, replaced in one transaction, rolled up by named rules, exported; SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import scorecard
from scorecard.consolidation import exports, history
from scorecard.consolidation.store import transaction
from scorecard.errors import UnusableFile, UsageError
from tests.cli.runner import environment
from tests.cli.runner import scorecard as run
from tests.consolidation.test_consolidate import card

AT = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)


def quarter(base: Path, number: int, scores: dict[str, int]) -> scorecard.Consolidation:
    folder = base / f"Q{number}"
    for person, score in scores.items():
        path = card(folder / f"{person}.xlsx", person, [score] * 4)
        book = openpyxl.load_workbook(path)
        book.active["A1"] = f"2026年第{'一二三四'[number - 1]}季度绩效考核表"
        book.save(path)
    return scorecard.consolidate(folder)


def test_a_period_is_recorded_and_replaced(tmp_path: Path) -> None:
    db = str(tmp_path / "neu" / "历史.db")
    check_replacing(tmp_path, db)


def check_replacing(base: Path, db: str) -> None:
    first = quarter(base, 3, {"张三": 80, "李四": 90})
    done = history.record(first, db, by="hr", at=AT)
    assert (done.action, done.people, done.files) == ("recorded", 2, 2)
    shutil.rmtree(base / "Q3")
    second = quarter(base, 3, {"张三": 85})
    assert history.record(second, db, by="hr2", at=AT.replace(hour=10)).action == "replaced"
    assert list(history.people(db)[["period", "person", "total"]].itertuples(index=False, name=None)) == [
        ("2026Q3", "张三", 85.0)
    ]
    assert [(r.recorded_by, r.action, r.files) for r in history.runs(db)] == [("hr", "recorded", 2), ("hr2", "replaced", 1)]
    assert set(history.files_of(db, history.runs(db)[0].run_id)) == {"张三.xlsx", "李四.xlsx"}
    assert len(history.items(db)) == 5  # four items and the adjustment row


def test_a_replacement_that_fails_takes_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = str(tmp_path / "h.db")
    done = quarter(tmp_path, 3, {"张三": 80})
    history.record(done, db, at=AT)
    kept = history.people(db)
    real = history._insert

    def failing(store: object, table: str, rows: object) -> None:
        if table == "scorecard_items":
            raise sqlite3.OperationalError("disk full")
        real(store, table, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(history, "_insert", failing)
    with pytest.raises(UnusableFile):
        history.record(done, db, at=AT)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(history.people(db), kept)
    assert len(history.runs(db)) == 1


_KILLED = """
import os, signal, sys
import scorecard
from scorecard.consolidation import history

real, table = history._insert, sys.argv[3]

def fatal(store, name, rows):
    if name == table:
        real(store, name, rows[: len(rows) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    real(store, name, rows)

history._insert = fatal
history.record(scorecard.consolidate(sys.argv[1], processes=1), sys.argv[2])
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("table", ["scorecard_runs", "scorecard_people", "scorecard_items"])
def test_a_process_that_is_killed_in_the_middle_leaves_the_old_period(table: str, tmp_path: Path) -> None:
    db = str(tmp_path / "h.db")
    history.record(quarter(tmp_path, 3, {"张三": 80, "李四": 90}), db, by="hr", at=AT)
    people, items, runs = history.people(db), history.items(db), history.runs(db)
    for person in ("张三", "李四"):
        card(tmp_path / "Q3" / f"{person}.xlsx", person, [50] * 4)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, tmp_path / "Q3", db, table], env=environment(), timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    pd.testing.assert_frame_equal(history.people(db), people)
    pd.testing.assert_frame_equal(history.items(db), items)
    assert history.runs(db) == runs
    again = history.record(scorecard.consolidate(tmp_path / "Q3"), db, by="hr", at=AT.replace(hour=11))
    assert again.action == "replaced" and set(history.people(db)["total"]) == {50.0}


def test_half_year_and_year_by_named_rules(tmp_path: Path) -> None:
    db = str(tmp_path / "h.db")
    for number, score in ((1, 70), (2, 80), (3, 90), (4, 61)):
        history.record(quarter(tmp_path, number, {"张三": score}), db, at=AT)
    totals = {
        (period, rule): history.roll_up_people(db, period, rule)["total"].iloc[0]
        for period in ("2026H1", "2026H2", "2026")
        for rule in ("mean", "last", "min", "max", "sum")
    }
    assert [totals["2026H1", r] for r in ("mean", "last", "min", "max", "sum")] == [75, 80, 70, 80, 150]
    assert [totals["2026", r] for r in ("mean", "last", "min", "max", "sum")] == [75.25, 61, 61, 90, 301]
    with pytest.raises(UsageError):
        history.roll_up_people(db, "2025")
    with pytest.raises(UsageError):
        history.roll_up_people(db, "2026", "高兴")
    assert history.before(db, "2026Q3") == ("2026Q2", {"张三@研发部": 80.0})
    assert history.before(db, "2026Q1") == ("", {})


def numbered(base: Path, number: int, score: int, *staff: tuple[str, str]) -> Path:
    """A folder of a quarter with somebody of each (name, staff number), "" for none."""
    for person, staff_id in staff:
        path = card(base / f"Q{number}" / f"{person}{staff_id}.xlsx", person, [score] * 4)
        book = openpyxl.load_workbook(path)
        book.active["A1"] = f"2026年第{'一二三四'[number - 1]}季度绩效考核表  工号：{staff_id}" if staff_id else (
            f"2026年第{'一二三四'[number - 1]}季度绩效考核表")  # fmt: skip
        book.save(path)
    return base / f"Q{number}"


def test_somebody_whose_staff_number_is_only_known_later_stays_the_same_person(tmp_path: Path) -> None:
    db = tmp_path / "h.db"
    run("consolidate", numbered(tmp_path, 1, 70, ("张三", ""), ("李四", "")), "--history", db)
    run("consolidate", numbered(tmp_path, 2, 80, ("张三", "00123"), ("李四", "7"), ("李四", "8")), "--history", db)
    out = tmp_path / "汇总.xlsx"
    run("consolidate", numbered(tmp_path, 3, 90, ("张三", "")), "--history", db, "-o", out)
    shown = {(p["person"], p["staff_id"]): p["totals"] for p in run("history", "show", db, "--json").json["people"]}
    # Of two people called 李四 nobody knows which one the first was.
    assert shown == {
        ("张三", None): {"2026Q1": 70, "2026Q2": 80, "2026Q3": 90}, ("李四", None): {"2026Q1": 70},
        ("李四", "7"): {"2026Q2": 80}, ("李四", "8"): {"2026Q2": 80},
    }  # fmt: skip
    assert history.roll_up_people(str(db), "2026").set_index("person").loc["张三", "total"] == 80
    book = openpyxl.load_workbook(out, data_only=True)
    assert [c.value for c in book["趋势"][5]][2:6] == [70, 80, 90, 10]
    heads = {c.value: c.column for c in book["名单"][4]}
    assert book["名单"].cell(5, heads["上期总分"]).value == 80


def test_a_card_without_a_name_is_nobody_of_another_period(tmp_path: Path) -> None:
    db = str(tmp_path / "h.db")
    for number, score in ((1, 70), (2, 90)):
        path = card(tmp_path / f"Q{number}" / "考核表.xlsx", "", [score] * 4)
        book = openpyxl.load_workbook(path)
        book.active["A1"], book.active["B2"] = f"2026年第{'一二'[number - 1]}季度绩效考核表", None
        book.active.title = "Sheet1"
        book.save(path)
        history.record(scorecard.consolidate(tmp_path / f"Q{number}"), db, at=AT)
    assert list(history.people(db)["person"]) == ["", ""]
    assert list(history.roll_up_people(db, "2026")["periods"]) == [1, 1]
    assert history.before(db, "2026Q2")[1].keys().isdisjoint(history.people(db).query("period == '2026Q2'")["who"])


def test_rates_are_pooled_where_their_parts_are_known(tmp_path: Path) -> None:
    """95/100, 40/50, 190/200, 9/10: the mean of the rates is 90.0 %, pooled they are 334/360."""
    db = str(tmp_path / "h.db")
    for number, (part, whole) in enumerate(((95, 100), (40, 50), (190, 200), (9, 10)), 1):
        history.record(quarter(tmp_path, number, {"张三": 80}), db, at=AT)
        with transaction(db, create=False) as store:
            store.run(
                "UPDATE scorecard_items SET actual = :a, numerator = :n, denominator = :d "
                "WHERE period = :p AND item = '项目进度'",
                [{"a": part / whole, "n": part, "d": whole, "p": f"2026Q{number}"}],
            )
    items = history.roll_up_items(db, "2026").set_index("item")
    assert items.loc["项目进度", "rule"] == "pooled"
    assert items.loc["项目进度", "actual"] == pytest.approx(334 / 360, abs=1e-12)
    with transaction(db, create=False) as store:
        store.run("UPDATE scorecard_items SET denominator = NULL WHERE period = '2026Q4'")
    items = history.roll_up_items(db, "2026").set_index("item")
    assert (items.loc["项目进度", "rule"], items.loc["项目进度", "actual"]) == ("mean", pytest.approx(0.9, abs=1e-12))


def test_parquet_and_csv_hold_the_same(tmp_path: Path) -> None:
    db = str(tmp_path / "h.db")
    history.record(quarter(tmp_path, 3, {"张三": 80, "李四": 90}), db, at=AT)
    written = exports.export(db, tmp_path / "pq")
    assert [p.name for p in written] == ["people.parquet", "items.parquet"]
    people = pd.read_parquet(written[0])
    assert list(people["total"]) == list(history.people(db)["total"])
    rows = pd.read_csv(exports.export(db, tmp_path / "csv", "csv")[0], encoding="utf-8-sig")
    assert list(rows["person"]) == list(people["person"])


def test_the_commands(tmp_path: Path) -> None:
    db = tmp_path / "h.db"
    for number, score in ((2, 70), (3, 90)):
        quarter(tmp_path, number, {"张三": score})
        out = tmp_path / f"汇总{number}.xlsx"
        assert run("consolidate", tmp_path / f"Q{number}", "--history", db, "-o", out).status == 0
    assert [r["period"] for r in run("history", "list", db, "--json").json["runs"]] == ["2026Q2", "2026Q3"]
    shown = run("history", "show", db, "--json").json
    assert shown["people"][0]["totals"] == {"2026Q2": 70.0, "2026Q3": 90.0}
    rolled = run("history", "show", db, "--period", "2026", "--rule", "mean", "--json").json
    assert rolled["people"][0]["total"] == 80.0
    items = run("history", "show", db, "--period", "2026", "--items", "--json").json["items"]
    assert {(i["person"], i["periods"], i["score"], i["rule"]) for i in items} == {("张三", 2, 80.0, "mean")}
    seen = run("history", "show", db, "--period", "2026", "--items", "--person", "张三", lang="zh")
    assert seen.status == 0 and "80.00" in seen.out and "平均" in seen.out
    unclear = run("history", "show", db, "--items", lang="zh")
    assert unclear.status == 2 and "--period 2026" in unclear.err
    assert run("history", "export", db, "-o", tmp_path / "x", "--format", "csv").status == 0
    assert run("history", "show", tmp_path / "no.db").status == 4
    listed = run("history", "list", db, lang="zh").out
    assert "2026Q2" in listed and "2026Q3" in listed and "人数" in listed
    one = run("history", "show", db, "--period", "2026Q3", "--person", "张三").out
    assert "张三" in one and "90.00" in one and "70.00" not in one
    book = openpyxl.load_workbook(tmp_path / "汇总3.xlsx", data_only=True)
    trend = book["趋势"]
    assert [c.value for c in trend[4]][2:5] == ["2026Q2", "2026Q3", "变化"]
    assert [c.value for c in trend[5]][2:5] == [70, 90, 20]
    people = {c.value: c.column for c in book["名单"][4]}
    assert book["名单"].cell(5, people["上期总分"]).value == 70


# --- another database ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_same_through_sqlalchemy(kind: str, tmp_path: Path) -> None:
    check_replacing(tmp_path, f"{kind}:///{tmp_path / 'alchemy.db'}")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A server of its own in a temporary folder, from the distribution's packages."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    binaries = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", "54329"
    subprocess.run([*user, binaries / "initdb", "-D", data, "-U", "hr", "--auth=trust", "-E", "UTF8", "--locale=C"],
                   check=True, capture_output=True, cwd=folder)  # fmt: skip
    control = [*user, binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", f"-p {port} -k {folder}", "start"], check=True, capture_output=True, cwd=folder)
    try:
        yield f"postgresql+pg8000://hr@localhost:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.soak
def test_a_real_postgresql(postgresql: str, tmp_path: Path) -> None:
    check_replacing(tmp_path, postgresql)
    shutil.rmtree(tmp_path / "Q3")
    history.record(quarter(tmp_path, 4, {"张三": 95}), postgresql, at=AT)
    assert history.roll_up_people(postgresql, "2026H2")["total"].iloc[0] == 90
    assert history.before(postgresql, "2026Q4")[1] == {"张三@研发部": 85.0}
    # The constraint stands for any failure in the middle: nothing of the run may remain.
    with transaction(postgresql, create=False) as store:
        store.run("ALTER TABLE scorecard_items ADD CONSTRAINT no_q4 CHECK (period <> '2026Q4') NOT VALID")
    kept = history.people(postgresql)
    with pytest.raises(UnusableFile):
        history.record(quarter(tmp_path, 4, {"张三": 50}), postgresql, at=AT)
    pd.testing.assert_frame_equal(history.people(postgresql), kept)


def test_a_period_is_not_replaced_by_nobody_and_fewer_people_are_told(tmp_path: Path) -> None:
    db = tmp_path / "h.db"
    quarter(tmp_path, 3, {"张三": 80, "李四": 90})
    quarter(tmp_path, 2, {"王五": 70})
    first = run("consolidate", tmp_path / "Q3", "--history", db, lang="zh")
    assert "历史：已记入 2026Q3，2 人" in first.out
    # The wrong folder: nobody of it is of the period.
    wrong = run("consolidate", tmp_path / "Q2", "--period", "2026Q3", "--history", db, lang="zh")
    assert wrong.status == 2 and "历史没有改动" in wrong.err
    assert len(history.people(str(db))) == 2
    one = run("consolidate", tmp_path / "Q3" / "张三.xlsx", "--history", db, lang="zh")
    assert "历史：2026Q3 已替换，原 2 人，现 1 人" in one.out


def test_codes_and_names_do_not_mix(tmp_path: Path) -> None:
    quarter(tmp_path, 3, {"张三": 80})
    quarter(tmp_path, 2, {"张三": 70})
    names, codes, key = tmp_path / "h.db", tmp_path / "c.db", tmp_path / "key"
    assert run("consolidate", tmp_path / "Q2", "--history", names).status == 0
    mixed = run("consolidate", tmp_path / "Q3", "--history", names, "--pseudonymise", key, lang="zh")
    assert mixed.status == 2 and "另用一个历史库" in mixed.err and list(history.people(str(names))["person"]) == ["张三"]
    for folder in ("Q2", "Q3"):
        assert run("consolidate", tmp_path / folder, "--history", codes, "--pseudonymise", key).status == 0
    assert history.people(str(codes))["who"].nunique() == 1
    assert run("consolidate", tmp_path / "Q2", "--history", codes).status == 2


def test_a_year_has_its_half_year_and_the_quarter_after_it() -> None:
    assert history._apart(["2026-06", "2026Q2", "2026H1", "2026Q3", "2026-08", "2026-11"]) == {"2026H1", "2026Q3", "2026-11"}
    assert history._apart(["2026-01", "2026-02"]) == {"2026-01", "2026-02"}
