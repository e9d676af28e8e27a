"""A workbook with everything a careless save loses, through embedding and recalculation: what changed, and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from scorecard.definitions import parse_definition
from scorecard.workbook.embed import Embedding, embed
from scorecard.workbook.package import Package
from scorecard.workbook.recalc import recalculate
from tests.workbook.rich import rich_workbook

RULES = """
schema = 1
[[kpi]]
name = "销售额（万元）"
thresholds = [300, 500, 525, 575, 650]
[[kpi]]
name = "客户满意度"
thresholds = [0.7, 0.9, 0.94, 0.98, 1.0]
[[kpi]]
name = "投诉次数 & <其他>"
thresholds = [6, 3, 1.5, 0.75, 0]
"""
FORM, NEW = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet4.xml"

#: Every part that embedding changes, and why.
CHANGED = {
    "[Content_Types].xml": "names the new sheet",
    "xl/workbook.xml": "lists the new sheet, and has everything computed on opening",
    "xl/_rels/workbook.xml.rels": "leads to the new sheet",
    "docProps/app.xml": "lists the names of the sheets",
    "xl/styles.xml": "holds the looks of the new cells, after those there were",
    FORM: "holds the formulas",
    NEW: "is the rule sheet",
}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with its sheet unprotected: a protected one is left alone."""
    path = rich_workbook(tmp_path_factory.mktemp("rich") / "考核.xlsx")
    package = Package.open(path)
    package.write(FORM, re.sub(rb"<sheetProtection[^>]*/>", b"", package.read(FORM)))
    package.save(path)
    return path


@pytest.fixture(scope="module")
def done(before: Path) -> Embedding:
    return embed(before, before.with_name("评分.xlsx"), rules=parse_definition(RULES))


def parts(package: Package) -> dict[str, bytes]:
    return {name: package.read(name) for name in package.names()}


def different(a: dict[str, bytes], b: dict[str, bytes]) -> set[str]:
    return {name for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


def test_a_protected_sheet_is_left_alone(tmp_path: Path) -> None:
    path = rich_workbook(tmp_path / "考核.xlsx")
    result = embed(path, tmp_path / "评分.xlsx", rules=parse_definition(RULES))
    assert not result.plan and "sheet-protected" in {finding.code for finding in result.findings}
    assert parts(Package.open(result.data)) == parts(Package.open(path))


def test_only_these_parts_change(before: Path, done: Embedding) -> None:
    old, new = parts(Package.open(before)), parts(Package.open(done.data))
    assert different(old, new) == CHANGED.keys()
    assert old.keys() == new.keys() - {NEW}


def test_the_parts_that_change_only_grow(before: Path, done: Embedding) -> None:
    """Whatever stood in them before still stands there, in the same order."""
    old, new = parts(Package.open(before)), parts(Package.open(done.data))
    for part in CHANGED.keys() - {NEW, FORM, "docProps/app.xml"}:
        assert is_subsequence(elements(old[part]), elements(new[part])), part


def elements(content: bytes) -> list[tuple[str, str]]:
    """Each element with its text and attributes; counts and the order to recalculate are new by nature."""
    return [
        (str(e.tag), f"{e.text or ''}{sorted((k, v) for k, v in e.attrib.items() if k != 'count')}")
        for e in etree.fromstring(content).iter()
        if not str(e.tag).endswith("}calcPr")
    ]


def is_subsequence(short: list[tuple[str, str]], long: list[tuple[str, str]]) -> bool:
    rest = iter(long)
    return all(element in rest for element in short)


def test_the_form_keeps_all_its_cells_and_features(before: Path, done: Embedding) -> None:
    old, new = (etree.fromstring(Package.open(book).read(FORM)) for book in (before, done.data))
    planned = {edit.cell for edit in done.plan.edits if edit.sheet == "考核表"}
    assert {cell.get("r") for cell in new.iter("{*}c")} - {cell.get("r") for cell in old.iter("{*}c")} <= planned
    for name in (
        "c",
        "row",
        "mergeCell",
        "col",
        "dataValidation",
        "conditionalFormatting",
        "hyperlink",
        "sheetView",
        "pane",
    ):
        theirs = [canonical(e) for e in old.iter(f"{{*}}{name}") if e.get("r") not in planned]
        ours = [canonical(e) for e in new.iter(f"{{*}}{name}")]
        if name != "row":  # a row holds new cells
            assert [e for e in theirs if e in ours] == theirs, name
    for name in ("drawing", "legacyDrawing", "extLst", "headerFooter"):
        assert [canonical(e) for e in old.iter(f"{{*}}{name}")] == [canonical(e) for e in new.iter(f"{{*}}{name}")]


def canonical(element: etree._Element) -> bytes:
    twin = etree.fromstring(etree.tostring(element))
    twin.tail = None
    # Values are computed anew; formulas, styles and typed values stay.
    for value in list(twin.iter("{*}v")) if twin.find("{*}f") is not None else []:
        value.getparent().remove(value)
        twin.attrib.pop("t", None)
    return etree.tostring(twin, method="c14n")


def test_what_the_department_computed_itself_is_kept(before: Path, done: Embedding) -> None:
    """Its score formulas, its total (合计（加权）总分) and its array formula stay; new cells go where nothing stands."""
    planned = {edit.cell for edit in done.plan.edits if edit.sheet == "考核表"}
    stood = {cell.get("r") for cell in etree.fromstring(Package.open(before).read(FORM)).iter("{*}c") if len(cell)}
    assert planned.isdisjoint(stood) and planned
    kept = [finding.cell for finding in done.findings if finding.code == "kept-formula"]
    assert sorted(kept) == ["E4,E5,E6", "E7"]


def test_recalculation_touches_values_only(done: Embedding) -> None:
    """After an input changed: one part, and in it nothing but values."""
    package = Package.open(done.data)
    content = package.read(FORM)
    edited = content.replace(b"<v>480.5</v>", b"<v>520</v>")
    assert edited != content
    package.write(FORM, edited)
    result = recalculate(package.to_bytes())
    assert result.data is not None
    old, new = parts(package), parts(Package.open(result.data))
    assert different(old, new) <= {FORM, NEW} and FORM in different(old, new)
    bare = [re.sub(rb"(?s)<v>.*?</v>", b"<v/>", p[FORM]) for p in (old, new)]
    assert without_types(bare[0]) == without_types(bare[1])


def without_types(content: bytes) -> bytes:
    """Cells without their value and its type."""
    return re.sub(rb'<v/>| t="[a-z]+"', b"", content)
