"""Batches in daily use: what is found, left alone, kept, remembered and told."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import multiprocessing
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from scorecard import recalculate
from scorecard.batch import Outcome, Summary, recalculate_each, recalculate_many
from scorecard.batch import run as run_module
from scorecard.batch import worker as worker_module
from scorecard.batch.inputs import find_sources
from scorecard.batch.progress import bar
from scorecard.errors import UnusableFile, UsageError
from scorecard.hosts import memory_path
from scorecard.messages import choose_language
from scorecard.workbook import files as workbook_files
from scorecard.workbook.reuse import Forms
from tests.cli.runner import scorecard
from tests.workbook.raw import cell, raw_workbook
from tests.workbook.test_engine import formula

from .folders import book, contents, filled

posix = pytest.mark.skipif(os.name != "posix", reason="a matter of POSIX file systems")


def statuses(outcomes: list[Outcome]) -> dict[str, str]:
    return {Path(outcome.file).name: outcome.status for outcome in outcomes}


def values(path: Path) -> tuple[object, ...]:
    sheet = openpyxl.load_workbook(path, data_only=True)["S"]
    return sheet["B1"].value, sheet["C1"].value


class TestResults:
    def test_typed_results_in_the_order_of_the_paths(self, tmp_path: Path) -> None:
        good, old, gone, empty, right = (
            tmp_path / f"{name}.xlsx" for name in ("good", "old", "gone", "empty", "right")
        )
        good.write_bytes(book(7))
        old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
        empty.write_bytes(b"")
        right.write_bytes(book(7, stale=False))
        outcomes = recalculate_many([old, good, gone, empty, right])
        assert [o.status for o in outcomes] == ["failed", "updated", "failed", "failed", "unchanged"]
        assert [Path(o.file) for o in outcomes] == [old, good, gone, empty, right]
        assert [(c.cell, c.old, c.new) for c in outcomes[1].changes] == [("B1", 0, 14.0), ("C1", 0, 21.0)]
        assert all(isinstance(o.error, UnusableFile) for o in outcomes if o.status == "failed")
        assert "0 bytes" in outcomes[3].error.message.en  # type: ignore[union-attr]
        assert values(good) == (14, 21)

    def test_a_function_hears_of_each(self, tmp_path: Path) -> None:
        heard: list[tuple[int, int, str]] = []
        filled(tmp_path, 4)
        outcomes = recalculate_many(tmp_path, progress=lambda done, total, o: heard.append((done, total, o.file)))
        assert heard == [(n, 4, outcome.file) for n, outcome in enumerate(outcomes, 1)]

    def test_a_bar_for_whoever_waits(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        filled(tmp_path, 3)
        assert [o.status for o in recalculate_many(tmp_path, progress=True)] == ["updated"] * 3
        assert capsys.readouterr().out == ""

    def test_the_bar_counts_files_and_speed(self, tmp_path: Path) -> None:
        out = Console(file=io.StringIO(), force_terminal=True, width=100)
        filled(tmp_path, 3)
        outcomes = recalculate_many(tmp_path)
        choose_language("en")
        try:
            with bar(len(outcomes), out) as step:
                for outcome in outcomes:
                    time.sleep(0.25)  # it is drawn a few times in a second, not for each file
                    step(outcome)
        finally:
            choose_language(None)
        assert isinstance(out.file, io.StringIO)
        shown = out.file.getvalue()
        assert "recalculating" in shown and "3/3" in shown and "/s" in shown

    def test_they_come_one_by_one(self, tmp_path: Path) -> None:
        filled(tmp_path, 4)
        next(recalculate_each(tmp_path))
        assert sum(o.status == "stale" for o in recalculate_each(tmp_path, check=True)) == 3

    def test_two_processes_give_what_one_gives(self, tmp_path: Path) -> None:
        first, second = filled(tmp_path / "1" / "x", 60), filled(tmp_path / "2" / "x", 60)
        (first / "坏.xlsx").write_bytes(b"x")
        (second / "坏.xlsx").write_bytes(b"x")
        one, two = recalculate_many(first, jobs=1), recalculate_many(second, jobs=2)
        told = [
            [(o.file.partition("x" + os.sep)[2], o.status, o.changes, str(o.error)) for o in outcomes]
            for outcomes in (one, two)
        ]
        assert told[0] == told[1]
        assert contents(first) == contents(second)

    @posix
    def test_a_process_that_is_killed_costs_only_its_workbook(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled(tmp_path, 40)
        real = worker_module.Worker.do

        def deadly(self: worker_module.Worker, source: object) -> Outcome:
            if "0013" in source.name:  # type: ignore[attr-defined]
                os.kill(os.getpid(), 9)
            return real(self, source)  # type: ignore[arg-type]

        monkeypatch.setattr(
            run_module, "_context", lambda: multiprocessing.get_context("fork")
        )  # takes the patch along
        monkeypatch.setattr(worker_module.Worker, "do", deadly)
        outcomes = recalculate_many(tmp_path, jobs=2)
        assert [Path(o.file).name for o in outcomes if o.status == "failed"] == ["表 0013.xlsx"]
        assert len(outcomes) == 40
        monkeypatch.setattr(worker_module.Worker, "do", real)
        assert [Path(o.file).name for o in recalculate_many(tmp_path) if o.status == "updated"] == ["表 0013.xlsx"]

    def test_a_mistake_of_ours_is_told_with_its_workbook(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        filled(tmp_path, 2)
        monkeypatch.setattr(Forms, "update", lambda *_, **__: 1 / 0)
        outcomes = recalculate_many(tmp_path)
        assert all("ZeroDivisionError" in str(o.error) for o in outcomes)
        assert "Traceback" not in scorecard("recalc", tmp_path).err

    def test_the_exit_status(self) -> None:
        def status(*names: str) -> int:
            summary = Summary()
            for name in names:
                summary.add(Outcome("a", name))
            return summary.exit_status

        assert [status("updated", "known"), status("skipped"), status("stale"), status("failed", "updated")] == [
            0,
            0,
            1,
            1,
        ]
        assert [status("failed"), status("failed", "skipped")] == [4, 4]


class TestFinding:
    def test_each_once_in_a_stable_order(self, tmp_path: Path) -> None:
        for name in ("b/2.xlsx", "b/1.XLSM", "a.xlsx", "b/.x.xlsx", ".c/3.xlsx", "b/~$1.XLSM", "b/n.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        found = find_sources([tmp_path, tmp_path / "b", tmp_path / "a.xlsx", str(tmp_path / "**" / "*.xlsx")])
        top = tmp_path.name
        assert [s.relative for s in found] == [f"{top}/a.xlsx", f"{top}/b/1.XLSM", f"{top}/b/2.xlsx"]
        assert [bool(s.lock) for s in found] == [False, True, False]

    @posix
    def test_links(self, tmp_path: Path) -> None:
        real = tmp_path / "real"
        real.mkdir()
        (real / "a.xlsx").write_bytes(book())
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "again.xlsx").symlink_to(real / "a.xlsx")
        (folder / "gone.xlsx").symlink_to(real / "nothing.xlsx")
        (folder / "loop").symlink_to(folder)
        (folder / "into").symlink_to(real)
        assert [Path(s.name).name for s in find_sources([folder])] == ["again.xlsx"]
        assert len(find_sources([folder, real])) == 1
        assert statuses(recalculate_many(folder)) == {"again.xlsx": "updated"}
        assert (folder / "again.xlsx").is_symlink() and values(real / "a.xlsx") == (2, 3)

    @posix
    def test_names_that_are_no_text(self, tmp_path: Path) -> None:
        name = os.fsencode(tmp_path) + b"/\xc4\xe3\xba\xc3.xlsx"  # 你好, as old Chinese systems wrote it
        try:
            with open(name, "wb") as stream:
                stream.write(book())
        except OSError:
            pytest.skip("this file system takes no such name")
        lines = [json.loads(line) for line in scorecard("recalc", tmp_path, "--jsonl").out.splitlines()]
        assert [(line["status"], line["file"].endswith("\\xc4\\xe3\\xba\\xc3.xlsx")) for line in lines] == [
            ("updated", True)
        ]
        assert scorecard("recalc", tmp_path).out.startswith("1 workbook: 0 updated, 0 unchanged, 1 as before")

    @posix
    def test_long_names(self, tmp_path: Path) -> None:
        deep = tmp_path
        for _ in range(10):
            deep = deep / ("长" * 80)
            deep.mkdir()
        path = deep / ("名" * 80 + ".xlsx")
        path.write_bytes(book())
        assert statuses(recalculate_many(tmp_path)) == {path.name: "updated"}
        assert contents(tmp_path).keys() == {str(path.relative_to(tmp_path))}
        assert scorecard("recalc", "x" * 300 + ".xlsx").status == 4

    def test_a_folder_that_cannot_be_read_costs_only_itself(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled(tmp_path, 3)
        real = os.scandir

        def forbid(path: str) -> object:
            if Path(path).name == "下级":
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return real(path)

        monkeypatch.setattr(os, "scandir", forbid)
        outcomes = recalculate_many(tmp_path)
        assert statuses(outcomes) == {"表 0001.xlsx": "updated", "表 0002.xlsx": "updated", "下级": "failed"}
        assert "permission denied" in str(outcomes[-1].error)

    def test_addresses(self) -> None:
        fsspec = pytest.importorskip("fsspec")
        fs = fsspec.filesystem("memory")
        for name, data in {
            "/hr/a.xlsx": book(5),
            "/hr/下级/b.xlsx": book(6),
            "/hr/~$a.xlsx": b"",
            "/hr/n.txt": b"",
        }.items():
            fs.pipe_file(name, data)
        try:
            outcomes = recalculate_many("memory://hr", backup="memory://old", jobs=2)
            assert {o.file: o.status for o in outcomes} == {
                "memory:///hr/a.xlsx": "skipped", "memory:///hr/下级/b.xlsx": "updated",
            }  # fmt: skip
            sheet = openpyxl.load_workbook(io.BytesIO(fs.cat_file("/hr/下级/b.xlsx")), data_only=True)["S"]
            assert sheet["C1"].value == 18
            [old] = fs.find("/old")
            assert fs.cat_file(old) == book(6) and old.endswith("/下级/b.xlsx")
            fs.rm_file("/hr/~$a.xlsx")
            assert len(recalculate_many(["memory://hr/*.xlsx", "memory://hr"], check=True)) == 2
            [gone] = recalculate_many("memory://hr/nothing.xlsx")
            assert gone.status == "failed"
        finally:
            fs.store.clear()

    def test_a_file_system_that_is_no_object_store(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """There a file is written under another name first, and a half written one goes."""
        fsspec = pytest.importorskip("fsspec")
        from fsspec.implementations.memory import MemoryFileSystem

        class Share(MemoryFileSystem):  # type: ignore[misc]
            protocol = "share"
            store: dict[str, object] = {}
            pseudo_dirs = [""]

            @classmethod
            def _strip_protocol(cls, path: str) -> str:
                return str(super()._strip_protocol(path.removeprefix("share://")))

        fsspec.register_implementation("share", Share, clobber=True)
        fs = fsspec.filesystem("share")
        fs.pipe_file("/hr/a.xlsx", book(5))
        [done] = recalculate_many("share://hr/a.xlsx", backup="share://old")
        assert done.status == "updated", done.error
        sheet = openpyxl.load_workbook(io.BytesIO(fs.cat_file("/hr/a.xlsx")), data_only=True)["S"]
        assert sheet["B1"].value == 10 and not [name for name in fs.find("/") if "scorecard-" in name]
        assert [fs.cat_file(name) for name in fs.find("/old")] == [book(5)]

        fs.pipe_file("/hr/a.xlsx", book(6))

        def refused(*_: object, **__: object) -> None:
            raise RuntimeError("the share is read-only")

        monkeypatch.setattr(Share, "mv", refused)
        [failed] = recalculate_many("share://hr/a.xlsx")
        assert failed.status == "failed" and "the share is read-only" in str(failed.error)
        assert fs.cat_file("/hr/a.xlsx") == book(6) and not [name for name in fs.find("/") if "scorecard-" in name]
        monkeypatch.undo()

        monkeypatch.setattr(Share, "isdir", refused)
        with pytest.raises(UsageError, match="read-only"):
            recalculate_many("share://hr")

    def test_a_remote_file_that_changes_meanwhile_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fsspec = pytest.importorskip("fsspec")
        fs = fsspec.filesystem("memory")
        fs.pipe_file("/hr/a.xlsx", book(5))
        real = worker_module.Worker._computed

        def slow(*given: object) -> object:
            fs.pipe_file("/hr/a.xlsx", book(777777, more=cell("D1", "<v>1</v>")))
            return real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(worker_module.Worker, "_computed", slow)
        try:
            [outcome] = recalculate_many("memory://hr/a.xlsx")
            assert outcome.status in ("failed", "skipped")
            assert fs.cat_file("/hr/a.xlsx") == book(777777, more=cell("D1", "<v>1</v>"))
        finally:
            fs.store.clear()

    def test_an_address_that_nobody_knows(self) -> None:
        with pytest.raises(UsageError):
            recalculate_many("nosuch://a/b.xlsx")


class TestLeftAlone:
    @pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#", ".~a.xlsx"])
    def test_what_somebody_has_open(self, lock: str, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(book())
        (tmp_path / lock).write_bytes(b"me")
        before = contents(tmp_path)
        for path in (tmp_path, tmp_path / "a.xlsx"):
            [outcome] = recalculate_many(path)
            assert outcome.status == "skipped"
            assert [f.code for f in outcome.findings] == ["open"] and lock in outcome.findings[0].message.zh
        assert contents(tmp_path) == before
        shown = scorecard("recalc", tmp_path)
        assert shown.status == 0 and "1 open, skipped" in shown.out

    def test_a_read_only_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(book())
        path.chmod(0o444)
        [outcome] = recalculate_many(path)
        assert outcome.status == "failed" and "read-only" in str(outcome.error)
        assert path.read_bytes() == book()
        assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]

    @pytest.mark.parametrize("what", ["deleted", "saved", "moved"])
    def test_a_file_that_changes_while_it_is_computed(
        self, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(book())
        real = Forms.update

        def meanwhile(*arguments: object, **options: object) -> object:
            if what == "deleted":
                path.unlink()
            elif what == "saved":
                path.write_bytes(book(99))
            else:
                path.rename(tmp_path / "b.xlsx")
            return real(*arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(Forms, "update", meanwhile)
        [outcome] = recalculate_many(path)
        assert outcome.status == "failed" and "while it was being computed" in str(outcome.error)
        expected = {"deleted": [], "saved": [("a.xlsx", book(99))], "moved": [("b.xlsx", book())]}
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == expected[what]

    def test_a_file_that_is_gone_when_its_turn_comes(self, tmp_path: Path) -> None:
        filled(tmp_path, 3)
        outcomes = []
        for outcome in recalculate_each(tmp_path):
            if not outcomes:
                (tmp_path / "表 0002.xlsx").unlink()
            outcomes.append(outcome)
        assert statuses(outcomes) == {"表 0000.xlsx": "updated", "表 0001.xlsx": "updated", "表 0002.xlsx": "failed"}

    def test_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        filled(tmp_path, 3)
        before = contents(tmp_path)

        def full(path: str, data: bytes) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(workbook_files, "write_synced", full)
        shown = scorecard("recalc", tmp_path)
        assert shown.status == 4 and len(shown.err.splitlines()) == 3
        assert contents(tmp_path) == before

    @pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk takes root")
    def test_a_disk_that_really_is_full(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("may not mount a disk here")
        try:
            filled(disk, 3)
            before = contents(disk)
            with open(disk / "filler", "wb", buffering=0) as stream, pytest.raises(OSError):
                while True:
                    stream.write(bytes(512))
            outcomes = recalculate_many(disk)
            assert {o.status for o in outcomes} == {"failed"}
            assert "No space left" in str(outcomes[0].error)
            after = contents(disk)
            del after["filler"]
            assert after == before
        finally:
            subprocess.run(["umount", disk], check=True)

    @posix
    def test_what_the_system_says_about_a_file_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(book())
        path.chmod(0o664)
        tagged = hasattr(os, "setxattr")
        if tagged:
            try:
                os.setxattr(path, "user.note", b"hr")
            except OSError:
                tagged = False
        owner = os.geteuid() == 0
        if owner:
            os.chown(path, 1234, 4321)
        os.utime(path, (1, 1))
        assert statuses(recalculate_many(path)) == {"a.xlsx": "updated"}
        found = path.stat()
        assert stat.S_IMODE(found.st_mode) == 0o664
        assert found.st_mtime > 1e9, "it did change, and backups must notice"
        if tagged:
            assert os.getxattr(path, "user.note") == b"hr"
        if owner:
            assert (found.st_uid, found.st_gid) == (1234, 4321)


class TestBackup:
    def test_the_old_files_are_kept_by_run(self, tmp_path: Path) -> None:
        folder = filled(tmp_path / "部门", 4)
        shutil.copy(folder / "表 0001.xlsx", tmp_path / "表 0001.xlsx")
        (folder / "好.xlsx").write_bytes(book(stale=False))
        before = contents(folder)
        recalculate_many([folder, tmp_path / "表 0001.xlsx"], backup=tmp_path / "旧")
        [run] = (tmp_path / "旧").iterdir()
        kept = contents(run)
        assert kept.pop("表 0001.xlsx") == before["表 0001.xlsx"]
        del before["好.xlsx"]  # nothing was written there
        assert kept == {f"部门/{name}": value for name, value in before.items()}

    def test_a_backup_in_the_folder_itself_is_not_recalculated(self, tmp_path: Path) -> None:
        filled(tmp_path, 2)
        recalculate_many(tmp_path, backup=tmp_path / "旧")
        assert len(recalculate_many(tmp_path, backup=tmp_path / "旧")) == 2

    def test_without_its_backup_nothing_is_written(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(book())
        (tmp_path / "旧").write_bytes(b"a file where the folder should be")
        [outcome] = recalculate_many(path, backup=tmp_path / "旧")
        assert outcome.status == "failed" and path.read_bytes() == book()

    def test_two_of_one_name_are_both_kept(self, tmp_path: Path) -> None:
        for number, folder in enumerate(("a", "b"), 1):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "x.xlsx").write_bytes(book(number))
        recalculate_many([tmp_path / "a" / "x.xlsx", tmp_path / "b" / "x.xlsx"], backup=tmp_path / "旧")
        [run] = (tmp_path / "旧").iterdir()
        assert {p.name: p.read_bytes() for p in run.iterdir()} == {"x.xlsx": book(1), "x (2).xlsx": book(2)}


UNKNOWN = raw_workbook({"S": cell("A1", formula("NOSUCH(1)", 41)) + cell("B1", formula("1+1", 1))})


class TestStrict:
    def test_what_cannot_be_computed_is_reported_or_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(UNKNOWN)
        shown = scorecard("recalc", path, "--strict", "--fresh")
        assert shown.status == 4 and "S!A1" in shown.err and path.read_bytes() == UNKNOWN
        shown = scorecard("recalc", path)
        assert shown.status == 0 and "NOSUCH" in shown.out
        # The findings of a workbook that is recognised are told again.
        assert "NOSUCH" in scorecard("recalc", path).out
        assert scorecard("recalc", path, "--strict").status == 4
        assert [k.cell for k in recalculate_many(path)[0].kept_cells] == ["A1"]


class TestClock:
    def test_as_of(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(raw_workbook({"S": cell("B1", formula("TODAY()", 1)) + cell("C1", formula("NOW()", 1))}))
        assert scorecard("recalc", path, "--as-of", "2026-03-31T18:00").status == 0
        # Excel counts days from the 30th of December 1899.
        days = (datetime(2026, 3, 31) - datetime(1899, 12, 30)).days
        assert values(path) == (days, days + 0.75)
        assert "1 as before" in scorecard("recalc", path, "--as-of", "2026-03-31T18:00").out
        assert "1 stale" in scorecard("recalc", path, "--check", "--as-of", "2026-04-01").out
        assert "1 updated" in scorecard("recalc", path).out
        assert scorecard("recalc", path, "--as-of", "morgen").status == 2

    def test_a_workbook_that_asks_for_the_time_is_never_taken_for_up_to_date(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        name = '<definedName name="今天">TODAY()</definedName>'
        path.write_bytes(raw_workbook({"S": cell("B1", formula("今天", 1)) + cell("C1", "<v>1</v>")}, names=name))
        for _ in range(2):
            assert "as before" not in scorecard("recalc", path).out


class TestMemory:
    def test_an_unchanged_workbook_is_recognised_whatever_it_is_called(self, tmp_path: Path) -> None:
        folder = filled(tmp_path / "a", 6)
        assert "6 updated" in scorecard("recalc", folder).out
        assert "6 as before" in scorecard("recalc", folder).out
        folder = folder.rename(tmp_path / "b")
        assert "6 as before" in scorecard("recalc", folder, "--check").out
        assert "6 unchanged" in scorecard("recalc", folder, "--fresh").out
        (folder / "表 0001.xlsx").write_bytes(book(77))
        shown = scorecard("recalc", folder)
        assert "1 updated, 0 unchanged, 5 as before" in shown.out and values(folder / "表 0001.xlsx") == (154, 231)

    @posix
    def test_a_change_that_hides_behind_the_old_time_and_size_is_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(book(1, stale=False))
        past = time.time() - 3600
        os.utime(path, (past, past))
        scorecard("recalc", path)
        changed = next(other for n in range(2, 999) if len(other := book(n)) == path.stat().st_size)
        with open(path, "r+b") as stream:  # in place: the same inode
            stream.write(changed)
        os.utime(path, (past, past))
        assert "1 updated" in scorecard("recalc", path).out

    def test_a_workbook_is_not_told_as_written_because_another_became_the_same(self, tmp_path: Path) -> None:
        for name, data in (("1.xlsx", book()), ("2.xlsx", book()), ("3.xlsx", recalculate(book()).data)):
            (tmp_path / name).write_bytes(data or b"")
        outcomes = recalculate_many(tmp_path, memory=True)
        assert [(o.status, o.changed) for o in outcomes] == [("updated", 2), ("updated", 2), ("known", 0)]

    @pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + bytes(200)])
    def test_it_may_be_damaged_or_deleted_at_any_time(self, damage: bytes, tmp_path: Path) -> None:
        filled(tmp_path / "x", 2)
        scorecard("recalc", tmp_path / "x")
        memory = Path(os.environ["SCORECARD_CACHE"]) / "recalc.sqlite"
        assert memory.is_file()
        for ending in ("-wal", "-shm"):
            memory.with_name(memory.name + ending).unlink(missing_ok=True)
        memory.write_bytes(damage)
        assert "2 unchanged" in scorecard("recalc", tmp_path / "x").out
        assert "2 as before" in scorecard("recalc", tmp_path / "x").out

    def test_without_a_place_for_it_the_batch_goes_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        filled(tmp_path / "x", 2)
        (tmp_path / "file").write_bytes(b"")
        monkeypatch.setenv("SCORECARD_CACHE", str(tmp_path / "file" / "sub"))
        shown = scorecard("recalc", tmp_path / "x")
        assert shown.status == 0 and "2 updated" in shown.out and "nothing could be remembered" in shown.out

    @pytest.mark.parametrize(
        ("platform", "variable", "place"),
        [
            ("linux", "XDG_CACHE_HOME", "scorecard"),
            ("win32", "LOCALAPPDATA", "scorecard"),
            ("linux", "HOME", ".cache/scorecard"),
            ("darwin", "HOME", "Library/Caches/scorecard"),
        ],
    )
    def test_it_lies_where_each_system_keeps_caches(
        self, platform: str, variable: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("SCORECARD_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setenv(variable, str(tmp_path))
        assert Path(memory_path()) == tmp_path / place / "recalc.sqlite"

    def test_one_of_another_layout_is_begun_anew(self, tmp_path: Path) -> None:
        filled(tmp_path / "x", 2)
        scorecard("recalc", tmp_path / "x")
        path = Path(os.environ["SCORECARD_CACHE"]) / "recalc.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version=99999")
        assert "2 unchanged" in scorecard("recalc", tmp_path / "x").out
        assert "2 as before" in scorecard("recalc", tmp_path / "x").out

    def test_one_that_breaks_in_the_middle_costs_nothing_else(self, tmp_path: Path) -> None:
        filled(tmp_path / "x", 3)
        broken = []
        for outcome in recalculate_each(tmp_path / "x", memory=True):
            broken.append(outcome.status)
            with contextlib.closing(sqlite3.connect(memory_path())) as db:
                for table in ("known", "done", "files"):
                    db.execute(f"DROP TABLE IF EXISTS {table}")
                db.commit()
        assert broken == ["updated"] * 3

    def test_another_version_of_the_program_computes_anew(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled(tmp_path, 2)
        scorecard("recalc", tmp_path)
        monkeypatch.setattr("scorecard.batch.memory._version", lambda: b"another")
        for path in tmp_path.rglob("*.xlsx"):
            os.utime(path)  # so that the look from outside does not settle it
        assert "2 unchanged" in scorecard("recalc", tmp_path).out

    def test_nothing_to_resume(self, tmp_path: Path) -> None:
        assert scorecard("recalc", "--resume").status == 2
        filled(tmp_path, 2)
        assert "2 updated" in scorecard("recalc", tmp_path, "--resume").out


class TestCommand:
    def test_a_line_of_json_for_each(self, tmp_path: Path) -> None:
        filled(tmp_path, 3)
        (tmp_path / "坏.xlsx").write_bytes(b"x")
        shown = scorecard("recalc", tmp_path, "--jsonl")
        lines = [json.loads(line) for line in shown.out.splitlines()]
        assert [line["status"] for line in lines] == ["failed", "updated", "updated", "updated"]
        assert all(line["schema"] == 1 and line["seconds"] > 0 for line in lines)
        assert [line["changed"] for line in lines] == [0, 2, 2, 2]
        assert lines[0]["findings"][0]["severity"] == "error" and shown.status == 1

    def test_options_that_exclude_each_other(self, tmp_path: Path) -> None:
        filled(tmp_path, 1)
        for options in (("--json", "--jsonl"), ("--fresh", "--resume"), ("--jobs", "-1")):
            assert scorecard("recalc", tmp_path, *options).status == 2
