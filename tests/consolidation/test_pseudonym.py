"""No name, number or file name of a person is left in anything that is shared; the same key gives the same codes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl

import scorecard
from scorecard.consolidation.pseudonym import load_key, pseudonymise
from tests.cli.runner import scorecard as run
from tests.consolidation.departments import make_folder, roster
from tests.consolidation.test_consolidate import card


def test_nothing_that_is_written_names_anybody(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "部门", 11, 8)
    listed = roster(folder, tmp_path / "花名册.xlsx")
    out, key = tmp_path / "汇总.xlsx", tmp_path / "key"
    result = run(
        "consolidate", folder.root, "--roster", listed, "-o", out, "--pseudonymise", key, "--json",
        "--history", tmp_path / "h.db", "--csv", tmp_path / "csv",
    )  # fmt: skip
    with zipfile.ZipFile(out) as parts:
        texts = [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    texts += [json.dumps(result.json, ensure_ascii=False), (tmp_path / "h.db").read_bytes().decode("utf-8", "replace")]
    texts += [path.read_text("utf-8-sig") for path in (tmp_path / "csv").iterdir()]
    for p in folder.people:
        for text in texts:
            assert p.name not in text
            assert " ".join(p.name) not in text
            assert p.number not in text
    assert "李主管" not in "".join(texts)
    assert key.stat().st_mode & 0o077 == 0


def test_numbers_stay_and_codes_repeat(tmp_path: Path) -> None:
    for person, score in (("张三", 80), ("李四", 90)):
        card(tmp_path / "a" / f"{person}.xlsx", person, [score] * 4)
    done = scorecard.consolidate(tmp_path / "a")
    secret = load_key(tmp_path / "k")
    one, two = pseudonymise(done, secret), pseudonymise(done, secret)
    assert list(one.people["total"]) == list(done.people["total"])
    assert list(one.people["person"]) == list(two.people["person"])
    other = pseudonymise(done, b"another key of some length")
    assert not set(one.people["person"]) & set(other.people["person"])
    assert one.people["person"].is_unique


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("short")
    card(tmp_path / "a" / "张三.xlsx", "张三", [80] * 4)
    assert run("consolidate", tmp_path / "a", "--pseudonymise", tmp_path / "k").status == 4


def test_links_are_gone(tmp_path: Path) -> None:
    card(tmp_path / "a" / "张三.xlsx", "张三", [80] * 4)
    run("consolidate", tmp_path / "a", "--pseudonymise", tmp_path / "k", "-o", tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["名单"]
    assert not [c for row in sheet.iter_rows() for c in row if c.hyperlink]
