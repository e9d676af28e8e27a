"""Reading a sheet by one read before gives what reading it as a whole gives, whatever differs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from scorecard.workbook.cells import Grid
from scorecard.workbook.grid import read_grid
from scorecard.workbook.known_sheets import KnownSheets, _Known
from scorecard.workbook.package import Package, SheetRef
from tests.layouts.generator import generate

ROOT = Path(__file__).resolve().parents[2]
CELL = re.compile(rb'<c r="[A-Z]+[0-9]+"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)


def whole(grid: Grid) -> dict[str, object]:
    """Everything a grid holds, the types of values included; how it came about is not part of it."""
    found = {name: getattr(grid, name) for name in Grid.__slots__ if name not in ("_formulas", "_model", "own")}
    return found | {"types": [type(cell.value) for cell in grid], "formulas": grid.formulas}


# --- what may happen to a cell of a copy -----------------------------------------------------------------------------


def _other_number(cell: bytes, random: Random) -> bytes:
    number = random.choice((b"0", b"87", b"87.5", b"1E3", b"-4", b"0.92", b"123456789012345678"))
    return re.sub(rb"<v>[^<]*</v>", b"<v>" + number + b"</v>", cell)


def _other_text(cell: bytes, random: Random) -> bytes:
    text = random.choice(("李四", "总分", "&lt;b&gt;", "_x0041_", " 前后 ", "&#26446;")).encode()
    kind, value = random.choice(((b"inlineStr", b"<is><t>%b</t></is>"), (b"str", b"<v>%b</v>")))
    head = re.sub(rb' t="[a-zA-Z]+"', b"", cell.split(b">")[0].rstrip(b"/"))
    return head + b' t="' + kind + b'">' + value % text + b"</c>"


def _another_type(cell: bytes, random: Random) -> bytes:
    kind = random.choice((b"b", b"e", b"n", b"s", b"d", b"str"))
    value = {b"b": b"1", b"e": b"#DIV/0!", b"n": b"5", b"s": b"0", b"d": b"2026-09-30", b"str": b""}[kind]
    head = re.sub(rb' t="[a-zA-Z]+"', b"", cell.split(b">")[0].rstrip(b"/"))
    return head + b' t="' + kind + b'"><v>' + value + b"</v></c>"


def _blank(cell: bytes, random: Random) -> bytes:
    return re.sub(rb' t="[a-zA-Z]+"', b"", cell.split(b">")[0].rstrip(b"/")) + b"/>"


def _another_style(cell: bytes, random: Random) -> bytes:
    head, rest = cell.split(b">", 1)
    bare = re.sub(rb' s="[0-9]+"', b"", head.rstrip(b"/"))
    return bare + b' s="%d"' % random.randint(0, 6) + (b"/>" if head.endswith(b"/") else b">") + rest


def _a_formula(cell: bytes, random: Random) -> bytes:
    head = re.sub(rb' t="[a-zA-Z]+"', b"", cell.split(b">")[0].rstrip(b"/"))
    return (
        head
        + b">"
        + random.choice((b"<f>SUM(A1:A3)</f><v>5</v>", b"<f>1+1</f>", b'<f t="shared" si="0"/><v>2</v>'))
        + b"</c>"
    )


def _another_cell(cell: bytes, random: Random) -> bytes:
    return cell + b'<c r="ZZ%d"><v>7</v></c>' % random.randint(1, 40)


CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _other_number, _other_number, _other_number, _other_text, _another_type, _blank, _another_style, _a_formula, _another_cell,
)  # fmt: skip


def copy_of(package: Package, sheet: SheetRef, random: Random, wild: bool) -> Package:
    """The workbook with a few cells of a sheet written otherwise; if `wild`, in ways that are more than another value."""
    twin = package.copy()
    data = package.read(sheet.part)
    cells = list(CELL.finditer(data))
    out, at = [], 0
    for match in sorted(random.sample(cells, min(len(cells), random.randint(0, 2 if wild else 6))), key=lambda m: m.start()):
        changes = CHANGES if wild else (CHANGES[:4] if b"<v>" in match[0] and b" t=" not in match[0] else CHANGES[3:4])
        out += [data[at : match.start()], random.choice(changes)(match[0], random)]
        at = match.end()
    data = b"".join([*out, data[at:]])
    if wild and random.random() < 0.2:
        old, new = random.choice((
            (b"<row ", b'<row hidden="1" '), (b"</sheetData>", b'</sheetData><sheetProtection sheet="1"/>'),
            (b"<sheetData>", b'<cols><col min="2" max="3" hidden="1"/></cols><sheetData>'),
            (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells>'),
            (b"<sheetData", b"<!-- --><sheetData"),
        ))  # fmt: skip
        data = data.replace(old, new, 1)
    twin.write(sheet.part, data)
    part = package.related("sharedStrings")
    if part and random.random() < 0.4:
        strings = package.read(part)
        texts = re.findall(rb"<si>.*?</si>", strings, re.DOTALL)
        old = random.choice(texts)
        twin.write(part, strings.replace(old, "<si><t>换了一个人</t></si>".encode(), 1))
    return twin


def compare(package: Package, random: Random, members: int, wild: bool) -> tuple[int, int]:
    """Read copies of each sheet in both ways; how many were read by a known one, of how many."""
    hits = count = 0
    known = KnownSheets()
    read = _Known.read

    def counted(self: _Known, *arguments: object) -> Grid | None:
        nonlocal hits
        found: Grid | None = read(self, *arguments)  # type: ignore[arg-type]
        hits += found is not None
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Known, "read", counted)
        for sheet in package.sheets:
            if sheet.kind != "worksheet":
                continue
            for _ in range(members):
                twin = copy_of(package, sheet, random, wild)
                assert whole(known.read(twin, sheet)) == whole(read_grid(twin, sheet))
                count += 1
    return hits, count


@pytest.mark.parametrize("wild", [False, True], ids=["values", "anything"])
def test_both_ways_of_reading_agree(wild: bool) -> None:
    hits = count = 0
    for seed in range(18):
        mine, of = compare(Package.open(generate(seed).data), Random(seed), 25, wild)
        hits, count = hits + mine, count + of
    built = sorted((ROOT / "workbooks").glob("*.xlsx"))[1]
    mine, of = compare(Package.open(built.read_bytes()), Random(1), 12, wild)
    # Most copies must be read by a known sheet, or this shows nothing.
    assert (hits + mine) * (4 if wild else 2) > count + of, (hits + mine, count + of)


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(20))
def test_both_ways_of_reading_agree_over_many(batch: int) -> None:
    for seed in range(5000 + batch * 40, 5040 + batch * 40):
        compare(Package.open(generate(seed).data), Random(seed), 40, seed % 2 == 0)


def test_a_workbook_with_other_styles_or_epoch_is_read_anew() -> None:
    package = Package.open(generate(2, 3).data)
    sheet = next(one for one in package.sheets if one.kind == "worksheet")
    known = KnownSheets()
    known.read(package, sheet)
    twin = package.copy()
    styles = package.related("styles")
    twin.write(styles, twin.read(styles).replace(b'numFmtId="9"', b'numFmtId="14"'))
    assert whole(known.read(twin, sheet)) == whole(read_grid(twin, sheet))
    other = package.copy()
    book = other.read(other.workbook_part)
    other.write(other.workbook_part, re.sub(rb"<workbookPr[^>]*/>", b'<workbookPr date1904="1"/>', book, count=1))
    assert other.date1904 and not package.date1904
    assert whole(known.read(other, sheet)) == whole(read_grid(other, sheet))


@pytest.mark.parametrize("address", [b"XFE9", b"A0", b"A9999999", b"AA9"])
@pytest.mark.parametrize("content", [b' t="inlineStr"><is><t>n%d</t></is></c>', b"><v>4%d</v></c>", b' t="s"><v>%d</v></c>'])
def test_a_cell_outside_any_sheet_and_one_that_stands_there_twice(address: bytes, content: bytes) -> None:
    package = Package.open(generate(2, 3).data)
    sheet = next(one for one in package.sheets if one.kind == "worksheet")
    data = package.read(sheet.part)
    known = KnownSheets()
    for number in range(4):
        twin = package.copy()
        cells = b'<row r="90">' + (b'<c r="%s"' % address + content % number) * (1 + number % 2) + b"</row></sheetData>"
        twin.write(sheet.part, data.replace(b"</sheetData>", cells))
        assert whole(known.read(twin, sheet)) == whole(read_grid(twin, sheet))
    for first, second in ((1, 2), (1, 3), (4, 2), (4, 3)):
        twin = package.copy()
        cells = b'<row r="90"><c r="B90"><v>%d</v></c><c r="B90"><v>%d</v></c></row></sheetData>' % (first, second)
        twin.write(sheet.part, data.replace(b"</sheetData>", cells))
        assert whole(known.read(twin, sheet)) == whole(read_grid(twin, sheet))
