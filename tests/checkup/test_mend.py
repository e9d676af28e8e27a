"""Fixes change the cells they say and no other; the sheet 体检 lists what is left, with links that lead to the cells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

import scorecard
from scorecard.errors import UsageError
from scorecard.workbook.checkup.mend import mend
from scorecard.workbook.checkup.report import SHEET, TITLE
from tests.cli.books import classic_book, with_stored_value
from tests.libreoffice.office import Office

from .books import write


def values(path: Path, sheet: str = "考核表") -> dict[str, tuple[object, str]]:
    ws = load_workbook(path)[sheet]
    return {
        cell.coordinate: (cell.value, cell.number_format)
        for row in ws.iter_rows()
        for cell in row
        if cell.value is not None
    }


def changed(before: Path, after: Path) -> dict[str, tuple[object, str]]:
    old, new = values(before), values(after)
    return {name: new.get(name, (None, "")) for name in {*old, *new} if old.get(name) != new.get(name)}


# --- fixes -----------------------------------------------------------------------------------------------------------

FIXES = {
    "text-number": ("plain", {"C7": "98.5%", "C8": "2次", "F8": "1"}, {
        "C7": (0.985, "0.0%"), "C8": (2, 'General"次"'), "F8": (1, "General")}),
    "full-width": ("plain", {"C7": "９８％"}, {"C7": ("98%", "0%")}),
    "odd-character": ("plain", {"B7": "客户旳满意率\u200b"}, {"B7": ("客户的满意率", "General")}),
    "duplicate-number": ("plain", {"A7": 1}, {"A7": (2, "General")}),
    "hard-typed": ("computed", {"E5": 18}, {"E5": ("=C5*D5", "General")}),
    "formula-differs": ("computed", {"E6": "=C6*D5"}, {"E6": ("=C6*D6", "General")}),
    "total-row-missing": ("computed", {"E8": "=SUM(E4:E6)"}, {"E8": ("=SUM(E4:E7)", "General")}),
}  # fmt: skip


@pytest.mark.parametrize("code", FIXES)
def test_a_fix_changes_what_it_says_and_the_finding_is_gone(code: str, tmp_path: Path) -> None:
    form, cells, expected = FIXES[code]
    path = write(tmp_path / "表.xlsx", form, cells)
    before = path.read_bytes()
    done = mend(path, tmp_path / "改.xlsx", fix=[code])
    assert done.path is not None and path.read_bytes() == before
    assert changed(path, done.path) == expected
    assert code in {f.code for f in done.before.findings} and code not in {f.code for f in done.after.findings}
    assert {edit.cell for edit in done.edits} == set(expected)


def test_an_actual_off_by_a_hundred_is_put_right(tmp_path: Path) -> None:
    def edit(book):  # type: ignore[no-untyped-def]
        ws = book["考核表"]
        ws["F6"], ws["F6"].number_format = 0.0085, "0.00%"

    done = mend(write(tmp_path / "表.xlsx", "plain", edit=edit), tmp_path / "改.xlsx", fix=["actual-scale"])
    assert done.path is not None and values(done.path)["F6"] == (0.85, "0.00%")


def test_bounds_and_multiples_are_not_made_numbers(tmp_path: Path) -> None:
    """≥95% would lose its bound, 2000万 its 万."""
    path = write(tmp_path / "表.xlsx", "plain", {"C6": "≥95%", "C8": "2000万", "C9": "80%以上"})
    done = mend(path, tmp_path / "改.xlsx", fix=["text-number"])
    assert done.edits == ()


def test_the_total_follows_a_weight_that_became_a_number(tmp_path: Path) -> None:
    """SUM skips the text 30%; once it is a number the department's own sum of weights is right."""
    path = write(tmp_path / "表.xlsx", "plain", {"E7": "30%", "E11": "=SUM(E6:E9)"})
    done = mend(path, tmp_path / "改.xlsx", fix=["text-number"])
    assert done.path is not None
    assert load_workbook(done.path, data_only=True)["考核表"]["E11"].value == pytest.approx(1.0)


def test_old_values_are_recalculated_only_when_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "computed")
    scorecard.recalculate(path)
    with_stored_value(path, "E8", "99")
    done = mend(path, tmp_path / "改.xlsx", fix=["stale-cache"])
    assert done.recalculated and done.edits == () and done.path is not None
    assert load_workbook(done.path, data_only=True)["考核表"]["E8"].value == 84
    assert load_workbook(path, data_only=True)["考核表"]["E8"].value == 99


def test_what_only_a_person_can_decide_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"B6": "发货差错率", "C6": 1})
    with pytest.raises(UsageError, match="error-rate-target-100"):
        mend(path, tmp_path / "改.xlsx", fix=["error-rate-target-100"])
    assert not (tmp_path / "改.xlsx").exists()


def test_a_protected_sheet_is_not_fixed(tmp_path: Path) -> None:
    def protect(book):  # type: ignore[no-untyped-def]
        book["考核表"].protection.sheet = True

    path = write(tmp_path / "表.xlsx", "plain", {"C7": "98%"}, protect)
    assert all(n.fix is None for n in scorecard.check(path).noted)
    assert mend(path, tmp_path / "改.xlsx", fix=["text-number"]).edits == ()


def test_nothing_is_written_by_a_dry_run_or_over_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "表.xlsx", "plain", {"C7": "98%"})
    assert len(mend(path, fix=["text-number"], dry_run=True).edits) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["表.xlsx"]
    with pytest.raises(UsageError):
        mend(path, path, fix=["text-number"])
    mend(path, fix=["text-number"])
    with pytest.raises(UsageError):
        mend(path, fix=["text-number"])
    mend(path, fix=["text-number"], in_place=True)
    assert values(path)["C7"] == (0.98, "0%")


# --- the sheet -------------------------------------------------------------------------------------------------------


def test_the_sheet_lists_the_findings_with_links(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "客服'部.xlsx", sheet="考核 '表")
    done = mend(path, tmp_path / "体检.xlsx", sheet=True)
    assert done.path is not None
    ws = load_workbook(done.path)[SHEET]
    assert ws["A1"].value == TITLE and ws["A4"].value == "级别"
    links = [ws.cell(row, 2).value for row in range(5, ws.max_row + 1)]
    assert links[0] == "=HYPERLINK(\"#'考核 ''表'!B9\",\"考核 '表!B9\")"
    assert all(re.match(r'=HYPERLINK\("#', str(link)) for link in links)
    shown = load_workbook(done.path, data_only=True)[SHEET]
    assert shown["B5"].value == "考核 '表!B9" and shown["A5"].value == "错误"
    assert {row[6].value for row in shown.iter_rows(min_row=5)} == {f.code for f in scorecard.check(path).findings}


def test_writing_the_sheet_again_replaces_it(tmp_path: Path) -> None:
    path = classic_book(tmp_path / "表.xlsx")
    first = mend(path, tmp_path / "一.xlsx", sheet=True)
    assert first.path is not None
    second = mend(first.path, tmp_path / "二.xlsx", sheet=True, fix=["text-number", "full-width"])
    assert second.path is not None
    book = load_workbook(second.path)
    assert book.sheetnames == ["考核表", SHEET]
    rows = [row for row in book[SHEET].iter_rows(min_row=5, values_only=True) if any(row)]
    assert len(rows) == len(second.after.findings) < len(first.after.findings)
    assert scorecard.check(second.path).findings == second.after.findings


def test_a_sheet_of_that_name_that_is_somebody_elses_stays(tmp_path: Path) -> None:
    def edit(book):  # type: ignore[no-untyped-def]
        book.create_sheet(SHEET)["A1"] = "员工体检名单"

    done = mend(write(tmp_path / "表.xlsx", "plain", edit=edit), tmp_path / "改.xlsx", sheet=True)
    assert done.path is not None
    book = load_workbook(done.path)
    assert book[SHEET]["A1"].value == "员工体检名单" and book[f"{SHEET}2"]["A1"].value == TITLE
    assert "没有发现问题" in book[f"{SHEET}2"]["A2"].value or book[f"{SHEET}2"]["A5"].value


def test_libreoffice_reads_the_sheet(office: Office, tmp_path: Path) -> None:
    done = mend(classic_book(tmp_path / "表.xlsx"), tmp_path / "体检.xlsx", sheet=True)
    assert done.path is not None
    [again] = office.convert(done.path, "xlsx", tmp_path / "lo")
    ws = load_workbook(again, data_only=True)[SHEET]
    assert ws["B5"].value == "考核表!B9" and ws["C5"].value == "差错率目标 100%"


# code → form, cells: what only a person can decide, because a formula gives it or nothing says what it should be.
UNDECIDED = {
    "text-number": ("plain", {"C7": '="98%"'}),
    "full-width": ("plain", {"C7": '="９８％"'}),
    "odd-character": ("plain", {"B7": '="客户旳满意率"'}),
    "duplicate-number": ("plain", {"A6": "甲", "A7": "甲"}),
    "total-typed": ("computed", {"E8": 84}),
    "total-row-missing": ("computed", {"E8": "=SUM(E4:E5)+E6"}),
    "actual-scale": ("plain", {"F6": "=0.0085"}),
    "hard-typed": ("computed", {"E4": 36, "E5": 24, "E6": 14}),
}  # fmt: skip


@pytest.mark.parametrize("code", UNDECIDED)
def test_what_only_a_person_can_decide_is_left_alone(code: str, tmp_path: Path) -> None:
    form, cells = UNDECIDED[code]

    def shown(book):  # type: ignore[no-untyped-def]
        book["考核表"]["F6"].number_format = "0.00%"

    path = write(tmp_path / "表.xlsx", form, cells, shown if code == "actual-scale" else None)
    before = path.read_bytes()
    try:
        done = mend(path, tmp_path / "改.xlsx", fix=[code])
    except UsageError:  # a code that is never mended
        assert code == "total-typed"
    else:
        assert [edit for edit in done.edits if edit.cell in cells] == []
    assert path.read_bytes() == before
