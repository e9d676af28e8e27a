"""Old .xls files: what is read of them, and forms in them that are converted for embedding."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.errors import UnusableFile, UsageError
from scorecard.workbook import office as office_module
from scorecard.workbook.grid import read_grid
from scorecard.workbook.opening import is_read_only_format, open_workbook
from tests.cli.books import classic_book, tableless
from tests.cli.runner import scorecard as run
from tests.libreoffice.office import Office


@pytest.fixture
def old(office: Office, tmp_path: Path) -> Path:
    """The classic form as an .xls."""
    [path] = office.convert(classic_book(tmp_path / "新" / "客服部.xlsx", {}), "xls", tmp_path / "旧")
    return path


def totals(path: Path) -> list[float | None]:
    return [card.result.total for card in scorecard.inspect(path).cards]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "新").mkdir()


def test_a_form_is_converted_and_graded_like_the_new_one(old: Path, tmp_path: Path) -> None:
    before = old.read_bytes()
    assert scorecard.embed(tmp_path / "新" / "客服部.xlsx", tmp_path / "1.xlsx").path
    done = run("embed", old, "--convert", "-o", tmp_path / "2.xlsx")
    assert done.status in (0, 1) and str(tmp_path / "2.xlsx") in done.out
    assert totals(tmp_path / "2.xlsx") == totals(tmp_path / "1.xlsx") != [None]
    assert old.read_bytes() == before


def test_a_folder_of_old_and_new_ones(old: Path, tmp_path: Path) -> None:
    folder = old.parent
    done = run("embed", folder, "--convert", "-o", tmp_path / "只有旧的")
    assert done.status in (0, 1) and [p.name for p in (tmp_path / "只有旧的").iterdir()] == ["客服部.xlsx"]
    tableless(folder / "销售.xlsx")
    (folder / "~$锁.xls").write_bytes(b"lock")
    done = run("embed", folder, "--convert", "-o", tmp_path / "都有")
    assert done.status in (0, 1) and "2 workbooks: 1 done, 1 without a table" in done.out


def test_without_libreoffice_it_says_what_to_install(old: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(office_module, "find_libreoffice", lambda: None)
    done = run("embed", old, "--convert", "-o", tmp_path / "x.xlsx")
    assert done.status == 2 and "LibreOffice" in done.complaint and "客服部.xls" in done.complaint
    with pytest.raises(UsageError):
        office_module.converted(old)


def test_a_conversion_that_takes_too_long(old: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(office_module, "_SECONDS", 0.01)
    done = run("embed", old, "--convert", "-o", tmp_path / "x.xlsx", lang="zh")
    assert done.status == 4 and "超时" in done.complaint


def test_what_libreoffice_cannot_read(office: Office, tmp_path: Path) -> None:
    # Under a password that nobody gives.
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    plain, secret = classic_book(tmp_path / "新" / "a.xlsx", {}).read_bytes(), io.BytesIO()
    ooxml.OOXMLFile(io.BytesIO(plain)).encrypt("秘密", secret)
    locked = tmp_path / "锁.xls"
    locked.write_bytes(secret.getvalue())
    done = run("embed", locked, "--convert", "-o", tmp_path / "x.xlsx")
    assert done.status == 4 and "锁.xls" in done.complaint and not (tmp_path / "x.xlsx").exists()
    with pytest.raises(UnusableFile, match="no such file"):
        office_module.converted(tmp_path / "没有.xls")


def test_values_of_every_kind_are_read(office: Office, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([True, 1.5, "文字", datetime.date(2026, 9, 30), datetime.time(6, 0), datetime.timedelta(hours=36)])
    sheet["F1"].number_format = "[h]:mm"
    sheet["A3"] = "合并"
    sheet.merge_cells("A3:C3")
    book.create_sheet("藏起来").sheet_state = "hidden"
    book["藏起来"]["A1"] = 7
    book.save(tmp_path / "a.xlsx")
    [path] = office.convert(tmp_path / "a.xlsx", "xls", tmp_path / "旧")
    assert is_read_only_format(path) and not is_read_only_format(tmp_path / "没有.xls")
    package = open_workbook(path)
    grid = read_grid(package, package.sheets[0])
    # A day is the number of days since 1899-12-30; a time and a duration are shares of a day.
    assert [grid.cell(1, col).value for col in range(1, 7)] == [True, 1.5, "文字", 46295, 0.25, 1.5]
    assert grid.cell(1, 4).is_date and grid.merged_value(3, 3) == "合并"
    assert [sheet.name for sheet in package.sheets] == [book.active.title, "藏起来"]
    assert read_grid(package, "藏起来").cell(1, 1).value == 7
