"""Each of the fourteen positions, end to end: built, filled in, computed by three engines, checked up.

LibreOffice runs once for all workbooks. The add-in, and many different fillings, are for the long run.
"""

from __future__ import annotations

import functools
import io
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scorecard.definitions import FORM_SHEET
from scorecard.scoring.values import read
from scorecard.workbook.checkup.run import check_package
from scorecard.workbook.inspection import Inspection, inspect_package
from scorecard.workbook.package import Package
from scorecard.workbook.recalc import recalculate
from tests.libreoffice.office import Office, Values, read_values
from tests.workbooks.filling import filled
from workbooks.build import build, load, templates

TEMPLATES = {t.id: t for t in templates()}
IDS = list(TEMPLATES)
SYSTEMS = ("考核表", "能力态度", "目标")


@functools.cache
def card(id_: str, seed: int = 1, flavour: str = "native") -> bytes:
    """A filled-in workbook with its values computed by the product's engine."""
    definition = load(id_)
    # The committed workbook is what `build` gives: test_build.py looks after that.
    blank = TEMPLATES[id_].workbook.read_bytes() if flavour == "native" else build(definition, formulas=flavour)
    result = recalculate(filled(blank, definition, seed))
    assert result.data is not None and not result.kept
    return result.data


@functools.cache
def inspected(id_: str) -> Inspection:
    """The workbook as the scoring core sees it."""
    return inspect_package(Package.open(card(id_)), id_)


@pytest.fixture(scope="module")
def there(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Values, Path]]:
    """What LibreOffice computes for each workbook, and the file it saves."""
    folder = tmp_path_factory.mktemp("positions")
    paths = []
    for id_ in IDS:
        paths.append(folder / f"{id_}.xlsx")
        paths[-1].write_bytes(card(id_))
    saved = office.convert(paths, "xlsx", folder / "saved")
    return {id_: (read_values(path), path) for id_, path in zip(IDS, saved, strict=True)}


def differences(here: Values, there: Values) -> list[str]:
    """Cells with another value; numbers within 1e-9, and blank is "" ."""
    wrong = []
    for place in here.keys() | there.keys():
        a, b = here.get(place, ""), there.get(place, "")
        same = abs(a - b) <= 1e-9 if isinstance(a, (int, float)) and isinstance(b, (int, float)) else a == b
        if not same:
            wrong.append(f"{place[0]}!{place[1]}: {a!r} here, {b!r} in LibreOffice")
    return sorted(wrong)


@pytest.mark.parametrize("id_", IDS)
def test_every_cell_is_the_same_in_libreoffice(there: dict[str, tuple[Values, Path]], id_: str, tmp_path: Path) -> None:
    path = tmp_path / "here.xlsx"
    path.write_bytes(card(id_))
    here = read_values(path)
    assert differences(here, there[id_][0]) == []
    assert not [v for v in here.values() if isinstance(v, str) and v.startswith("#")]


@pytest.mark.parametrize("id_", IDS)
def test_the_scoring_core_gives_the_same_scores_total_and_grade(id_: str) -> None:
    """The formulas against `score_card`, which computes the card without them."""
    cards = {c.table.sheet: c for c in inspected(id_).cards}
    assert list(cards) == [s for s in SYSTEMS if s in package_sheets(Package.open(card(id_)))]
    book = openpyxl.load_workbook(io.BytesIO(card(id_)), data_only=True)
    for sheet, each in cards.items():
        rows = {row.name: dict(row.scores)[""] for row in each.table.rows if row.kind in ("kpi", "rating")}
        for item in each.result.items:
            shown = book[sheet][rows[item.kpi.name]].value
            assert read(shown).number == pytest.approx(item.score, abs=1e-9), item.kpi.name
        total = each.table.totals[""]
        assert book[sheet][total].value == each.result.total
        assert book[sheet][each.table.grade_cell or ""].value == each.result.grade
        assert each.result.coverage == 1


def package_sheets(package: Package) -> list[str]:
    return [sheet.name for sheet in package.sheets]


@pytest.mark.parametrize("id_", IDS)
def test_the_check_up_finds_what_the_definition_expects_and_nothing_else(id_: str) -> None:
    expected = set(load(id_).expected)
    codes = {f.code for f in check_package(Package.open(card(id_)), id_).findings}
    assert codes == expected


@pytest.mark.soak
@pytest.mark.parametrize("id_", IDS)
def test_blank_there_is_nothing_more_to_find(id_: str) -> None:
    assert {f.code for f in check_package(Package.open(TEMPLATES[id_].workbook), id_).findings} <= set(
        load(id_).expected
    )


@pytest.mark.parametrize("id_", IDS)
def test_the_line_above_the_table_says_the_total_and_what_would_help_most(id_: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(card(id_)), data_only=True)
    form, trend = book[FORM_SHEET], book["趋势"]
    line = next(
        str(c.value) for row in form.iter_rows(max_row=4) for c in row if str(c.value or "").startswith("总分 ")
    )
    found = inspected(id_).cards[0].result
    assert f"总分 {found.total:.2f}".rstrip("0").rstrip(".") in line and f"，{found.grade}" in line
    # By hand: the item that gains most when it gets the best score of its rule; nothing was left out here.
    gains = {}
    for item in found.items:
        rule = item.kpi.rule
        best = 100.0 if rule is None else max(getattr(rule, "scores", None) or [s for _, s in rule.labels])  # type: ignore[union-attr]
        gains[item.kpi.name] = Fraction(item.share) * (Fraction(best) - Fraction(item.score or 0))
    most = max(gains.values())
    rows = {trend.cell(r, 1).value: trend.cell(r, 2).value for r in range(1, trend.max_row + 1)}
    assert rows["最多可加（分）"] == pytest.approx(float(most), abs=1e-9)
    assert gains[str(rows["提升空间最大的一项"])] == pytest.approx(float(most), abs=1e-9)
    assert f"最有效的提升：{rows['提升空间最大的一项']}（最多 +" in line


def test_the_month_of_seed_001_stands_on_89_percent_and_shows_how_the_rest_is_shared() -> None:
    definition = load("001")
    data = filled(build(definition, period="2026年8月"), definition)
    book = openpyxl.load_workbook(io.BytesIO(recalculate(data).data or b""), data_only=True)
    form, trend = book[FORM_SHEET], book["趋势"]
    assert (form["L3"].value, form["L18"].value) == ("月度", 0.89)
    assert "覆盖率 89%（未考核项的权重已分摊）" in form["A3"].value
    shares = {trend.cell(r, 1).value: (trend.cell(r, 2).value, trend.cell(r, 3).value) for r in range(5, 16)}
    weights = {k.name: Fraction(str(read(k.weight).number)) for k in definition.kpis}
    for name, (weight, share) in shares.items():
        open_ = name not in ("调试及时率", "客户拜访完成率")
        assert weight == pytest.approx(float(weights[str(name)]))
        assert share == pytest.approx(float(weights[str(name)] / Fraction(89, 100)) if open_ else 0)
    assert sum(share for _, share in shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("id_", [i for i in IDS if i.startswith(("001", "004"))])
def test_weights_sum_to_100_percent_in_the_workbook(id_: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(card(id_)), data_only=True)
    rules = book["评分规则"]
    sums = [rules.cell(r, 2).value for r in range(1, rules.max_row + 1) if rules.cell(r, 1).value == "权重合计"]
    assert sums == [pytest.approx(1, abs=1e-9)] * (1 if id_.startswith("001") else 3)


# --- opened and saved by LibreOffice ---------------------------------------------------------------------------------

# What LibreOffice writes otherwise, and what is taken for the same below:
# - formulas: the sheet's own name in front of a range; FALSE() for FALSE; A1 for A1:A1; 0.0000000000005 for 5E-13;
# - validations: ranges are joined and sorted, so they are compared cell by cell;
# - number formats: quotes around units, General under its own name; alignment "general" where none was stated;
# - names that it adds itself; conditional formats, whose ranges are joined: only whether a sheet has any is compared;
# - charts: parts are named anew and coloured by theme: their number and kind on each sheet are compared.


def formulas_of(book: Any) -> dict[tuple[str, str], str]:
    return {
        (s.title, c.coordinate): str(c.value).replace(" ", "").replace("'", "").replace(f"{s.title}!", "")
        for s in book.worksheets
        for row in s.iter_rows()
        for c in row
        if c.data_type == "f"
    }


def validated(sheet: Any) -> dict[str, str]:
    """Every cell with a validation, and what may be chosen there."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        source = str(rule.formula1).replace("$", "").replace("'", "").replace(f"{sheet.title}!", "")
        for area in rule.sqref.ranges:
            for row in range(area.min_row, area.max_row + 1):
                for col in range(area.min_col, area.max_col + 1):
                    found[sheet.cell(row, col).coordinate] = f"{rule.type} {source} {rule.promptTitle} {rule.prompt}"
    return found


@pytest.mark.parametrize("id_", IDS)
def test_saved_by_libreoffice_nothing_is_lost(there: dict[str, tuple[Values, Path]], id_: str) -> None:
    ours = openpyxl.load_workbook(io.BytesIO(card(id_)))
    theirs = openpyxl.load_workbook(there[id_][1])
    assert theirs.sheetnames == ours.sheetnames
    mine, other = formulas_of(ours), formulas_of(theirs)
    assert mine.keys() == other.keys()
    assert [p for p in mine if plain(mine[p]) != plain(other[p])] == []
    for sheet in ours.worksheets:
        saved = theirs[sheet.title]
        assert validated(saved) == validated(sheet)
        assert len(saved._charts) == len(sheet._charts)
        assert {type(c) for c in saved._charts} == {type(c) for c in sheet._charts}
        assert (saved.protection.sheet, saved.freeze_panes) == (sheet.protection.sheet, sheet.freeze_panes)
        assert [str(r) for r in sorted(saved.merged_cells.ranges, key=str)] == [
            str(r) for r in sorted(sheet.merged_cells.ranges, key=str)
        ]
        cells = [c for row in sheet.iter_rows() for c in row if c.value is not None]
        assert [c.coordinate for c in cells if look(c) != look(saved[c.coordinate])] == []
        assert bool(saved.conditional_formatting) == bool(sheet.conditional_formatting)
    assert set(theirs.defined_names) >= set(ours.defined_names)


def plain(formula: str) -> str:
    """Without what programs write in different ways."""
    text = formula.replace("1E+300", "1E300").replace("0.0000000000005", "5E-13").replace("FALSE()", "FALSE")
    return re.sub(r"(\$?[A-Z]+\$?\d+):\1(?![\d:])", r"\1", text)


def look(cell: Any) -> tuple[str, bool, bool, str]:
    shown = cell.number_format.replace('"', "").replace("\\", "").replace("Standard", "General")
    return shown, bool(cell.font.b), bool(cell.protection.locked), str(cell.alignment.horizontal or "general")


# --- the long run ----------------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_fillings_are_the_same_in_libreoffice(office: Office, tmp_path: Path, seed: int) -> None:
    paths = []
    for id_ in IDS:
        paths.append(tmp_path / f"{id_}.xlsx")
        paths[-1].write_bytes(card(id_, seed))
    for path, values in zip(paths, office.recalculated(paths), strict=True):
        assert differences(read_values(path), values) == [], path.name
