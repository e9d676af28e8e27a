"""What the commands answer in cases that are rare for each person and daily for all: lists cut short, other machines."""

from __future__ import annotations

import sys
import types
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import openpyxl
import pytest

from scorecard import hosts
from scorecard.cli import failures
from tests.batch.folders import filled
from tests.cli.books import classic_book, scored_list
from tests.cli.runner import scorecard
from tests.workbook.test_people import matrix

from .test_terminal import POSIX, on_terminal


class TestMistyped:
    @pytest.mark.parametrize(("lang", "word"), [("zh", "引号"), ("en", "unexpected")])
    def test_a_name_with_spaces_and_no_quotes(self, lang: str, word: str) -> None:
        done = scorecard("explain", "客服部", "2026.xlsx", lang=lang)
        assert done.status == 2 and word in done.complaint and "2026.xlsx" in done.complaint

    def test_macros_take_one_file(self, tmp_path: Path) -> None:
        done = scorecard("embed", tmp_path, "--macros")
        assert done.status == 2 and "--macros" in done.complaint

    def test_macros_into_nothing_but_a_file_of_their_own(self, tmp_path: Path) -> None:
        path = classic_book(tmp_path / "a.xlsx", {})
        both = scorecard("embed", path, "--macros", "--in-place", "-o", tmp_path / "b.xlsm")
        assert both.status == 2 and "in-place" in both.complaint
        before = path.read_bytes()
        dry = scorecard("embed", path, "--macros", "--dry-run")
        assert dry.status in (0, 1) and path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]
        (tmp_path / "出").mkdir()
        assert scorecard("embed", path, "--macros", "-o", tmp_path / "出").status in (0, 1)
        assert [p.name for p in (tmp_path / "出").iterdir()] == ["a.xlsm"]


def test_a_file_that_asks_for_more_memory_than_there_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    path = classic_book(tmp_path / "a.xlsx", {})
    monkeypatch.setattr("scorecard.workbook.inspection.open_workbook", greedy)
    done = scorecard("inspect", path)
    assert done.status == 4 and done.complaint.startswith("a.xlsx") and "memory" in done.complaint


def test_numbers_that_json_has_not() -> None:
    assert [failures.json_value(value) for value in (float("inf"), float("nan"), 1.5, True, None)] == [
        "inf", "nan", 1.5, True, None,
    ]  # fmt: skip


class TestManyFiles:
    def test_the_first_are_told_and_the_rest_counted(self, tmp_path: Path) -> None:
        filled(tmp_path / "x", 30)
        for number in range(60):
            (tmp_path / "x" / f"坏 {number:02}.xlsx").write_bytes(b"no workbook")
        done = scorecard("recalc", tmp_path / "x")
        assert done.status in (1, 4) and len(done.err.splitlines()) == 51 and "10 more unusable" in done.err
        assert "… and 10 more; --jsonl lists them all" in done.out and "30 updated" in done.out

    def test_a_long_run_says_how_fast_it_was(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        filled(tmp_path, 4)
        ticks = iter(range(0, 10_000, 2))
        monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
        monkeypatch.setattr("time.monotonic", lambda: float(next(ticks)))
        done = scorecard("recalc", tmp_path, "--jobs", "1")
        assert "4 updated" in done.out and "per second; slowest: 表 000" in done.out

    @POSIX
    def test_a_terminal_shows_a_bar_and_cleans_it_up(self, tmp_path: Path) -> None:
        filled(tmp_path, 8)
        shown = on_terminal(100, "recalc", tmp_path)
        assert "8 个工作簿" in shown or "更新 8" in shown
        (tmp_path / "表").mkdir()
        for number in range(8):
            classic_book(tmp_path / "表" / f"{number}.xlsx", {})
        summary = on_terminal(100, "consolidate", tmp_path / "表", "-o", tmp_path / "汇总.xlsx")
        assert "汇总" in summary and (tmp_path / "汇总.xlsx").is_file()


class TestDiff:
    def test_versions_without_a_total(self, tmp_path: Path) -> None:
        one = scored_list(tmp_path / "1.xlsx")
        two = scored_list(tmp_path / "2.xlsx", {"C3": None, "C7": None})
        three = scored_list(tmp_path / "3.xlsx", {"C3": "=1/0", "C7": None})
        assert "未完成 3/4" in scorecard("diff", one, two, lang="zh").out
        assert "#DIV/0!" in scorecard("diff", two, three).out

    def test_persons_of_a_list(self, tmp_path: Path) -> None:
        matrix().save(tmp_path / "1.xlsx")
        other = matrix()
        other.active["D5"] = 70
        other.save(tmp_path / "2.xlsx")
        shown = scorecard("diff", tmp_path / "1.xlsx", tmp_path / "2.xlsx", lang="zh")
        # 10 points more at 45 %
        assert shown.status == 1 and "李四" in shown.out and "+4.5" in shown.out


class TestOtherMachines:
    def test_programs_that_windows_knows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        registry = types.ModuleType("winreg")

        class Key:
            def __init__(self, root: str, path: str) -> None:
                if root != "machine" or not path.endswith("excel.exe"):
                    raise FileNotFoundError(path)

            def __enter__(self) -> Key:
                return self

            def __exit__(self, *_: object) -> None: ...

        registry.HKEY_CURRENT_USER, registry.HKEY_LOCAL_MACHINE = "user", "machine"  # type: ignore[attr-defined]
        registry.OpenKey = Key  # type: ignore[attr-defined]
        registry.QueryValue = lambda key, name: r"C:\Office\EXCEL.EXE"  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "winreg", registry)
        monkeypatch.setattr(sys, "platform", "win32")
        # From 3.12 on it asks Windows itself where to look.
        monkeypatch.setattr("shutil.which", lambda name: None)
        found = {host.name: host for host in hosts.hosts()}
        assert found["Excel"].found == r"C:\Office\EXCEL.EXE" and "scorecard excel new" in found["Excel"].use.en
        assert not found["WPS"].found

    def test_run_from_a_folder_without_being_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(name: str) -> None:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(hosts, "requires", unknown)
        done = scorecard("doctor")
        assert "pip install ." in done.out and done.status in (0, 1)


def test_a_register_that_was_changed_is_said_by_every_command(tmp_path: Path) -> None:
    path = tmp_path / "定稿.xlsx"
    assert scorecard("finalise", scored_list(tmp_path / "a.xlsx"), "-o", path).status == 0
    book = openpyxl.load_workbook(path)
    sheet = book["定稿"] if "定稿" in book.sheetnames else book.worksheets[-1]
    place = next(c for row in sheet.iter_rows() for c in row if c.value == 80)
    place.value = 90
    book.save(path)
    verified = scorecard("finalise", "--verify", path, lang="zh")
    assert verified.status == 1 and "SHA-256" in verified.out
    seen = scorecard("inspect", path, "--json").json
    assert "register-changed" in {finding["code"] for finding in seen["findings"]}
