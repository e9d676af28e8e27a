"""Styles are appended and shared, never changed; openpyxl and the schema's order are the witnesses."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from scorecard.errors import UsageError
from scorecard.workbook.edit import Editor
from scorecard.workbook.package import Package
from scorecard.workbook.styles import Alignment, Border, Font
from scorecard.workbook.trees import STYLES_ORDER

from .rich import rich_workbook

PART = "xl/styles.xml"
SHEET = "考核表"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package.open(rich_workbook(tmp_path_factory.mktemp("rich") / "考核.xlsx"))


def sections(package: Package) -> dict[str, list[bytes]]:
    """The entries of each list of the styles part, in a canonical form."""
    root = etree.fromstring(package.read(PART))
    return {etree.QName(part).localname: [etree.tostring(entry, method="c14n") for entry in part] for part in root}


def shown(editor: Editor, *styles: int) -> list[Any]:
    """Cells with these styles, as openpyxl sees them."""
    sheet = editor.sheet(SHEET)
    for row, style in enumerate(styles, start=101):
        sheet.set(row, 1, 1, style=style)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(editor.finish().to_bytes()))
    return [book[SHEET].cell(row, 1) for row, _ in enumerate(styles, start=101)]


MAYBE = st.sampled_from([None, True, False])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "font": st.builds(
            Font,
            st.sampled_from([None, "宋体"]),
            st.sampled_from([None, 9.5]),
            MAYBE,
            MAYBE,
            st.sampled_from([None, "FF0000"]),
        ),
        "fill": st.sampled_from(["FFFF00", "ddebf7"]),
        "border": st.builds(
            Border,
            st.just("808080"),
            st.sampled_from(["thin", "none"]),
            st.sampled_from([("top",), ("left", "right", "top", "bottom")]),
        ),
        "number_format": st.sampled_from(["0.0%", "0.00", '"≥"0.0%', "General", "yyyy-mm-dd"]),
        "alignment": st.builds(
            Alignment,
            st.sampled_from([None, "center"]),
            st.sampled_from([None, "top"]),
            MAYBE,
            st.sampled_from([None, 2]),
        ),
        "locked": st.booleans(),
    },
)


@given(st.lists(st.tuples(st.integers(0, 5), CHANGES), max_size=4))
def test_what_was_there_stays_and_equal_styles_are_one(
    package: Package, wanted: list[tuple[int, dict[str, Any]]]
) -> None:
    editor = Editor(package)
    first = [editor.styles.derive(base, **changes) for base, changes in wanted]
    once = sections_of(editor)
    again = [editor.styles.derive(base, **changes) for base, changes in wanted]
    assert first == again
    assert sections_of(editor) == once
    for name, entries in sections(package).items():
        assert once[name][: len(entries)] == entries
    # a style derived from a derived one by the same change is the same style
    for style, (_, changes) in zip(first, wanted, strict=True):
        assert editor.styles.derive(style, **changes) == style


def sections_of(editor: Editor) -> dict[str, list[bytes]]:
    root = etree.fromstring(editor.styles.to_bytes())
    return {etree.QName(part).localname: [etree.tostring(entry, method="c14n") for entry in part] for part in root}


def test_each_change_is_seen_and_the_rest_is_the_bases(package: Package) -> None:
    editor = Editor(package)
    base = editor.sheet(SHEET).style_of(1, 1)  # bold 16 points, centred, bordered
    book = editor.styles
    [plain, font, fill, border, number, aligned, unlocked] = shown(
        editor,
        base,
        book.derive(base, font=Font(name="宋体", color="FF0000", bold=False)),
        book.derive(base, fill="ddebf7"),
        book.derive(base, border=Border("112233", "medium", ("top",))),
        book.derive(base, number_format='"≥"0.0%'),
        book.derive(base, alignment=Alignment("left", "top", True, 2)),
        book.derive(base, locked=False),
    )
    assert (font.font.name, font.font.color.rgb, font.font.b, font.font.sz) == ("宋体", "FFFF0000", False, 16)
    assert font.font.scheme is None
    assert (fill.fill.fill_type, fill.fill.fgColor.rgb) == ("solid", "FFDDEBF7")
    assert (border.border.top.style, border.border.top.color.rgb) == ("medium", "FF112233")
    assert border.border.left.style == plain.border.left.style == "thin"
    assert number.number_format == '"≥"0.0%'
    a = aligned.alignment
    assert (a.horizontal, a.vertical, a.wrap_text, a.indent) == ("left", "top", True, 2)
    assert (unlocked.protection.locked, plain.protection.locked) == (False, True)
    for cell in (fill, border, number, aligned, unlocked):
        assert (cell.font.b, cell.font.sz) == (plain.font.b, plain.font.sz) == (True, 16)
    assert font.alignment.horizontal == plain.alignment.horizontal == "center"


def test_built_in_number_formats_are_used_and_own_ones_shared(package: Package) -> None:
    editor = Editor(package)
    before = len(sections(package)["numFmts"])
    cells = shown(
        editor, *(editor.styles.derive(0, number_format=code) for code in ("0.00%", "0.0%", "0.000", "0.000"))
    )
    assert [cell.number_format for cell in cells] == ["0.00%", "0.0%", "0.000", "0.000"]
    # 0.00% is built in, 0.0% is there already, 0.000 comes once.
    assert len(sections_of(editor)["numFmts"]) == before + 1


def test_differential_styles_fill_by_their_background(package: Package) -> None:
    editor = Editor(package)
    before = len(sections(package)["dxfs"])
    style = editor.styles.dxf(font=Font(bold=True, color="006100"), fill="C6EFCE", number_format="0.0")
    assert style == before
    assert editor.styles.dxf(font=Font(bold=True, color="006100"), fill="C6EFCE", number_format="0.0") == style
    editor.sheet(SHEET).add_conditional("A1", "TRUE", style)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(editor.finish().to_bytes()))
    seen = book._differential_styles[style]
    assert (seen.font.b, seen.font.color.rgb, seen.fill.bgColor.rgb, seen.numFmt.formatCode) == (
        True, "FF006100", "FFC6EFCE", "0.0",
    )  # fmt: skip


def test_lists_stand_in_the_schemas_order_even_when_new() -> None:
    book = openpyxl.Workbook()
    out = BytesIO()
    book.save(out)
    package = Package.open(out.getvalue())
    editor = Editor(package)
    style = editor.styles.derive(0, number_format="0.000", font=Font(italic=True), fill="FF0000")
    editor.styles.dxf(fill="FF0000")
    names = list(sections_of(editor))
    assert [STYLES_ORDER.index(name) for name in names] == sorted(STYLES_ORDER.index(name) for name in names)
    editor.sheet("Sheet").set(1, 1, 1, style=style)
    cell = openpyxl.load_workbook(BytesIO(editor.finish().to_bytes()))["Sheet"]["A1"]
    assert (cell.number_format, cell.font.i, cell.fill.fgColor.rgb) == ("0.000", True, "FFFF0000")


@pytest.mark.parametrize("color", ["red", "#FF0000", "FFFF0000", "GGGGGG", ""])
def test_colours_are_rrggbb(package: Package, color: str) -> None:
    for wrong in ({"fill": color}, {"font": Font(color=color)}, {"border": Border(color=color)}):
        with pytest.raises(UsageError, match="RRGGBB"):
            Editor(package).styles.derive(0, **wrong)


def test_unknown_styles_and_sides_are_told(package: Package) -> None:
    with pytest.raises(UsageError, match="no style 9999"):
        Editor(package).styles.derive(9999)
    with pytest.raises(UsageError, match="no border side"):
        Editor(package).styles.derive(0, border=Border(sides=("middle",)))


def test_the_part_is_not_written_when_nothing_new_was_needed(package: Package, tmp_path: Path) -> None:
    editor = Editor(package)
    assert editor.styles.derive(0, fill=None) == 0
    assert editor.finish().read(PART) == package.read(PART)
