"""What is written where: inputs stay, outputs are asked for, nothing is left behind."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

import openpyxl
import pytest

from scorecard.workbook import files as workbook_files

from .books import classic_book, not_a_zip, people_book, tableless, with_stored_value
from .runner import scorecard


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder with its content."""
    return {str(p.relative_to(folder)): digest(p) for p in folder.rglob("*") if p.is_file()}


class TestOutput:
    def test_embed_writes_beside_the_input_and_leaves_it_alone(self, form: Path) -> None:
        before = digest(form)
        shown = scorecard("embed", form)
        assert shown.status == 0
        assert set(files(form.parent)) == {"客服部.xlsx", "客服部_评分.xlsx"}
        assert digest(form) == before
        assert str(form.with_name("客服部_评分.xlsx")) in shown.out

    def test_folders_are_made(self, form: Path, tmp_path: Path) -> None:
        output = tmp_path / "新" / "文件 夹" / "out.xlsx"
        assert scorecard("embed", form, "-o", output).status == 0
        assert openpyxl.load_workbook(output).sheetnames == ["考核表", "评分规则"]

    def test_a_folder_as_output_takes_the_name_of_the_input(self, form: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        assert scorecard("embed", form, "-o", tmp_path / "out").status == 0
        assert (tmp_path / "out" / "客服部.xlsx").exists()

    @pytest.mark.parametrize("command", ["embed", "convert", "template", "addin", "excel bas", "macros"])
    def test_an_existing_output_is_refused_without_force(
        self, command: str, form: Path, embedded: Path, tmp_path: Path
    ) -> None:
        ending = {"macros": "xlsm", "addin": "oxt", "excel bas": "bas"}.get(command, "xlsx")
        output = not_a_zip(tmp_path / f"重要.{ending}")
        before = files(tmp_path)
        arguments: dict[str, list[object]] = {
            "embed": ["embed", form],
            "convert": ["convert", embedded, "--formulas", "udf"],
            "template": ["template", "new", "001"],
            "addin": ["addin", "libreoffice"],
            "excel bas": ["excel", "bas"],
            "macros": ["embed", form, "--macros"],
        }
        shown = scorecard(*arguments[command], "-o", output)
        assert shown.status == 2
        assert output.name in shown.complaint and "force" in shown.complaint
        assert files(tmp_path) == before
        assert scorecard(*arguments[command], "-o", output, "--force").status == 0
        assert files(tmp_path)[output.name] != before[output.name]

    def test_the_input_as_output_needs_in_place(self, form: Path) -> None:
        before = digest(form)
        for output in (form, form.parent / "." / form.name):
            shown = scorecard("embed", form, "-o", output, "--force")
            assert shown.status == 2 and "in-place" in shown.complaint
        assert digest(form) == before

    def test_in_place(self, form: Path) -> None:
        assert scorecard("embed", form, "--in-place").status == 0
        assert set(files(form.parent)) == {"客服部.xlsx"}
        assert openpyxl.load_workbook(form).sheetnames == ["考核表", "评分规则"]
        assert scorecard("convert", form, "--formulas", "udf", "--in-place").status == 0
        assert "KPI_SCORE" in str(openpyxl.load_workbook(form)["考核表"]["L4"].value)

    @pytest.mark.parametrize("command", ["embed", "convert"])
    @pytest.mark.parametrize("extra", [(), ("--in-place",), ("--force",)], ids=" ".join)
    def test_a_dry_run_writes_nothing(
        self, command: str, extra: tuple[str, ...], form: Path, embedded: Path, tmp_path: Path
    ) -> None:
        before = files(tmp_path)
        arguments = [command, form] if command == "embed" else [command, embedded, "--formulas", "udf"]
        shown = scorecard(*arguments, "--dry-run", *extra)
        assert shown.status == 0 and "考核表!L" in shown.out and "nothing was written" in shown.out
        assert files(tmp_path) == before

    @pytest.mark.parametrize("command", ["inspect", "explain"])
    def test_reading_commands_write_nothing(self, command: str, form: Path, embedded: Path, tmp_path: Path) -> None:
        before = files(tmp_path)
        for path in (form, embedded):
            scorecard(command, path)
            scorecard(command, path, "--json")
        assert files(tmp_path) == before

    def test_embedding_twice_changes_nothing(self, embedded: Path, tmp_path: Path) -> None:
        shown = scorecard("embed", embedded, "-o", tmp_path / "b.xlsx")
        assert shown.status == 0 and "[already-embedded]" in shown.out
        assert digest(tmp_path / "b.xlsx") == digest(embedded)

    def test_converting_there_and_back_loses_nothing(self, embedded: Path, tmp_path: Path) -> None:
        there, back = tmp_path / "u.xlsx", tmp_path / "n.xlsx"
        assert scorecard("convert", embedded, "--formulas", "udf", "-o", there).status == 0
        assert scorecard("convert", there, "--formulas", "native", "-o", back).status == 0
        cells = [
            {(ws.title, c.coordinate): c.value for ws in openpyxl.load_workbook(p) for row in ws for c in row}
            for p in (embedded, there, back)
        ]
        assert cells[0] == cells[2] != cells[1]

    @pytest.mark.parametrize("name", ["a b'c.xlsx", '引号"名.xlsx', "😀 [1].xlsx", "-rf.xlsx", "100%(副本).xlsx"])
    def test_odd_file_names(self, name: str, form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        shutil.copy(form, tmp_path / name)
        assert scorecard("inspect", "--", name).status == 0
        assert scorecard("embed", "-o", f"out/{name}", "--", name).status == 0
        assert scorecard("recalc", "--check", "--", f"out/{name}").status == 0


class TestUnwritable:
    def test_a_file_where_a_folder_should_be(self, form: Path, tmp_path: Path) -> None:
        before = files(tmp_path)
        shown = scorecard("embed", form, "-o", form / "unter" / "out.xlsx")
        assert shown.status in (2, 4)
        assert "out.xlsx" in shown.complaint
        assert files(tmp_path) == before

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_is_read_only(self, form: Path, tmp_path: Path) -> None:
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o555)
        shown = scorecard("embed", form, "-o", locked / "out.xlsx")
        assert shown.status == 4 and "out.xlsx: " in shown.complaint

    def test_a_full_disk_keeps_what_was_there(self, embedded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(path: str, data: bytes) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with_stored_value(embedded, "L15", "1")
        before = files(embedded.parent)
        monkeypatch.setattr(workbook_files, "write_synced", full)
        for arguments in (("recalc", embedded), ("convert", embedded, "--formulas", "udf", "--in-place")):
            shown = scorecard(*arguments)
            assert shown.status == 4
            assert "No space left" in shown.complaint
        assert files(embedded.parent) == before

    def test_a_name_that_is_too_long(self, form: Path, tmp_path: Path) -> None:
        shown = scorecard("embed", form, "-o", tmp_path / ("长" * 200 + ".xlsx"))
        assert shown.status == 4 and len(shown.complaint) < 1000


class TestRecalc:
    @pytest.fixture
    def folder(self, embedded: Path, tmp_path: Path) -> Path:
        """Two workbooks worth recalculating, one of them stale, and what Excel and others leave beside them."""
        folder = tmp_path / "部门 一"
        (folder / "下级").mkdir(parents=True)
        (folder / ".隐藏").mkdir()
        shutil.copy(embedded, folder / "好.xlsx")
        shutil.copy(embedded, folder / "下级" / "旧.XLSX")
        with_stored_value(folder / "下级" / "旧.XLSX", "L15", "1")
        for name in ("~$走.xlsx", ".~lock.走.xlsx#", ".好.xlsx", ".隐藏/好.xlsx", "说明.txt", "旧版.xls"):
            not_a_zip(folder / name)
        embedded.unlink()
        return folder

    def test_a_folder(self, folder: Path) -> None:
        before = files(folder)
        shown = scorecard("recalc", folder)
        assert (shown.status, shown.err) == (0, "")
        assert "2 workbooks: 1 updated, 1 unchanged" in shown.out
        after = files(folder)
        assert {name for name in after if after[name] != before[name]} == {"下级/旧.XLSX".replace("/", os.sep)}
        assert set(after) == set(before)

    def test_check_changes_nothing_and_says_what_is_stale(self, folder: Path) -> None:
        before = files(folder)
        shown = scorecard("recalc", "--check", folder)
        assert shown.status == 1
        assert "旧.XLSX: " in shown.out and "考核表!L15" in shown.out and "1 stale" in shown.out
        assert f'scorecard recalc "{folder / "下级" / "旧.XLSX"}"' in shown.out
        assert files(folder) == before
        scorecard("recalc", folder)
        assert scorecard("recalc", "--check", folder).status == 0

    def test_a_pattern_of_the_shell_may_name_lock_files(self, folder: Path) -> None:
        shown = scorecard("recalc", *sorted(folder.glob("*.xlsx")))
        # A hidden file that is named is meant; a lock file never is.
        assert shown.status == 1 and ".好.xlsx" in shown.complaint
        assert "2 workbooks" in shown.out

    def test_a_pattern_nobody_expanded(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        assert "1 workbook:" in scorecard("recalc", "好*.xlsx").out
        assert scorecard("recalc", "nichts*.xlsx").status == 4

    def test_a_file_named_twice_is_done_once(self, folder: Path) -> None:
        assert "2 workbooks" in scorecard("recalc", folder, folder / "好.xlsx", folder / "下级").out

    def test_nothing_to_do_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "leer").mkdir()
        for path, words in (
            (tmp_path / "leer", "no .xlsx or .xlsm workbook in it; check the path"),
            (not_a_zip(tmp_path / "~$a.xlsx"), "beside a workbook that is open; use the workbook itself"),
        ):
            shown = scorecard("recalc", path)
            assert shown.status == 2 and words in shown.complaint

    def test_one_bad_file_does_not_stop_the_rest(self, folder: Path) -> None:
        not_a_zip(folder / "坏.xlsx")
        shown = scorecard("recalc", folder)
        assert shown.status == 1
        assert "坏.xlsx: this is not an Excel workbook" in shown.complaint
        assert "3 workbooks: 1 updated, 1 unchanged, 1 unusable" in shown.out

    def test_formulas_that_nobody_computed_count_as_stale(self, tmp_path: Path) -> None:
        path = people_book(tmp_path / "a.xlsx", {"F4": 80, "F5": 80, "F6": 80, "F7": 80})
        assert scorecard("recalc", "--check", path).status == 1
        assert scorecard("recalc", path).status == 0
        assert openpyxl.load_workbook(path, data_only=True)["王小明"]["F9"].value == pytest.approx(80)

    def test_a_workbook_without_formulas_is_fine(self, tmp_path: Path) -> None:
        path = tableless(tmp_path / "a.xlsx")
        before = digest(path)
        assert scorecard("recalc", path).status == 0
        assert digest(path) == before


def test_a_sheet_called_like_nothing_else(tmp_path: Path) -> None:
    for i, sheet in enumerate(("O'Brien 表", "考核😀表", "a!b", "R1C1")):
        path = classic_book(tmp_path / f"{i}.xlsx", {"A9": "发货准确率", "F5": 2.2}, sheet=sheet)
        assert scorecard("embed", path, "-o", tmp_path / f"{i}_o.xlsx").status == 0
        assert scorecard("inspect", tmp_path / f"{i}_o.xlsx").status == 0
        assert scorecard("recalc", "--check", tmp_path / f"{i}_o.xlsx").status == 0
