"""The second opinion must itself be trustworthy: it computes, and does not repeat what is stored."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.libreoffice.office import Office, OfficeError, read_values


def workbook(path: Path, factor: float) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("考核表")
    sheet.write("A1", factor)
    sheet.write_formula("B1", "=A1*2", value=-1)  # a stale value on purpose
    sheet.write_formula("C1", "=A1/0", value=-1)
    sheet.write("D1", "得分")
    book.close()
    return path


def test_stale_values_are_recalculated(office: Office, tmp_path: Path) -> None:
    path = workbook(tmp_path / "绩效 1.xlsx", 21)
    before = path.read_bytes()
    assert read_values(path)["考核表", "B1"] == -1
    assert office.recalculated(path) == {
        ("考核表", "A1"): 21,
        ("考核表", "B1"): 42,
        ("考核表", "C1"): "#DIV/0!",
        ("考核表", "D1"): "得分",
    }
    assert path.read_bytes() == before


def test_many_files_of_one_name_in_one_run(office: Office, tmp_path: Path) -> None:
    paths = []
    for factor in (1, 2, 3):
        folder = tmp_path / str(factor)
        folder.mkdir()
        paths.append(workbook(folder / "表.xlsx", factor))
    assert [values["考核表", "B1"] for values in office.recalculated(paths)] == [2, 4, 6]


def test_a_picture_of_each_page(office: Office, tmp_path: Path) -> None:
    path = workbook(tmp_path / "表.xlsx", 1)
    book = openpyxl.load_workbook(path)
    book.create_sheet("第二页")["A1"] = "总分"
    book.save(path)
    pictures = office.to_png(path, tmp_path / "pictures", dpi=40)
    assert [picture.name for picture in pictures] == ["表-1.png", "表-2.png"]
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_a_file_that_is_no_workbook_is_an_error(office: Office, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(OfficeError, match=r"broken\.ods"):
        office.convert(broken, "ods", tmp_path / "out")
