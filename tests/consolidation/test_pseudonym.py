"""No name, number or file name of a person is left in anything that is shared; the same key gives the same codes."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from random import Random

import openpyxl
import pytest

import scorecard
from scorecard.consolidation.names import hints
from scorecard.consolidation.pseudonym import load_key, pseudonymise
from tests.cli.runner import scorecard as run
from tests.consolidation.departments import FAULTS, Folder, make_folder, roster
from tests.consolidation.test_consolidate import card
from tests.consolidation.test_identity import refuse_folders


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


def test_not_even_a_name_that_only_a_file_a_folder_or_the_tree_has_is_left(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "部门", Random(3))
    for fault in FAULTS:
        fault(folder)
    card(folder.root / "客服部" / "秦勇" / "客服部-方刚.xlsx", "孔明", [80] * 4)
    tree = openpyxl.Workbook()
    for row in (["岗位", "上级"], ["邵华", ""], ["客服部", "邵华"]):
        tree.active.append(row)
    tree.save(tmp_path / "组织.xlsx")
    out = tmp_path / "汇总.xlsx"
    result = run(
        "consolidate", folder.root, "--roster", roster(folder, tmp_path / "花名册.xlsx"), "--hierarchy", tmp_path / "组织.xlsx",
        "-o", out, "--pseudonymise", tmp_path / "key", "--json", lang="zh",
    )  # fmt: skip
    with zipfile.ZipFile(out) as parts:
        texts = [name + parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    texts += [json.dumps(result.json, ensure_ascii=False), result.err]
    stems = {hints(path.stem).person for path in folder.root.rglob("*")}
    for name in {*(p.name for p in folder.people), *stems, "秦勇", "方刚", "孔明", "邵华", "李主管"} - {""}:
        assert not [text for text in texts if name in text], name
    # Words stay words, also where a sheet or a file is called so.
    messages = [f["message"] for f in result.json["findings"]]
    assert sum(message.endswith("没有考核表") for message in messages) == len(result.json["summary"]["missing"]) > 0
    codes = {f"{c['file']}!{c['sheet']}" for c in result.json["cards"]}
    twins = [message.rpartition("汇总只计 ")[2] for message in messages if "汇总只计" in message]
    assert twins and set(twins) <= codes


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


def test_nothing_behind_the_last_dot_of_a_place_names_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card(tmp_path / "表" / "1.xlsx", "王五", [80, 80, 80, 80])
    for name in (".~lock.赵六#", "~$钱七.Zhang", "周八.吴九"):
        (tmp_path / "表" / name).write_bytes(b"user")
    (tmp_path / "表" / "1.客服部").mkdir()
    refuse_folders(monkeypatch, "1.客服部")
    coded = pseudonymise(scorecard.consolidate(tmp_path / "表"), load_key(tmp_path / "key"))
    told = [n.file for n in (*coded.notices, *coded.set_aside) if n.file]
    assert len(told) >= 4 and all(re.fullmatch(r"F-[A-Z2-7]{10}(?:\.xlsx)?", name) for name in told), told


def test_of_two_of_one_name_the_one_who_is_missing_is_meant(tmp_path: Path) -> None:
    card(tmp_path / "表" / "1.xlsx", "张三", [80, 80, 80, 80])
    book = openpyxl.Workbook()
    for row in (("姓名", "工号", "部门"), ("张三", None, "研发部"), ("张三", "801", "市场部")):
        book.active.append(row)
    book.save(tmp_path / "名单.xlsx")
    done = scorecard.consolidate(tmp_path / "表", roster=tmp_path / "名单.xlsx")
    coded = pseudonymise(done, load_key(tmp_path / "key"))
    [told] = [n.message.zh for n in coded.notices if n.code == "not-submitted"]
    [missing] = [code for code, *_ in coded.missing]
    [present] = [one.card.person for one in coded.resolved]
    assert missing in told and missing != present and present not in told and "张三" not in told
