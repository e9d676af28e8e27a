"""Random damage to real workbooks: whatever comes out is a result or an error of ours; failures are kept in `corpus`."""

from __future__ import annotations

import contextlib
import os
import re
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.errors import ScorecardError
from scorecard.scoring.policies import Policy
from scorecard.workbook.audit import audit
from scorecard.workbook.card import read_card
from scorecard.workbook.embed import plan_embedding
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.plan import apply
from scorecard.workbook.recognise import recognise_workbook
from tests.workbook.test_unembed import FORMS

CORPUS = Path(__file__).parent / "corpus"
SOAK = int(os.environ.get("SCORECARD_FUZZ", "20000"))
# What may stand where a number, a reference or a text stood.
NOISE = (
    b"", b"0", b"-1", b"1e999", b"nan", b"99999999999999999999", b"A0", b"XFE1", b"A1:XFD1048576", b"$A$1", b"#REF!", b"=1",
    "权重".encode(), "得分".encode(), "指标".encode(), b"\xff\xfe", b"&lt;", b"&#0;", b"&#x10FFFF;", b" " * 50,
    b"%", "（".encode() * 40,
    b"s", b"shared", b"array", b"inlineStr", b"e", b"b", b"true", b"2147483648", b"../../x", b"/xl/workbook.xml",
)  # fmt: skip


@cache
def books() -> tuple[bytes, ...]:
    """The workbooks that are damaged."""
    return tuple(build() for build in FORMS.values())


def spans(data: bytes, pattern: bytes) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(pattern, data, re.DOTALL)]


def replaced_value(data: bytes, chance: Random) -> bytes:
    """Another attribute value."""
    found = spans(data, rb'(?<==")[^"]*(?=")')
    return _put(data, chance.choice(found), chance.choice(NOISE)) if found else data


def replaced_text(data: bytes, chance: Random) -> bytes:
    """Another text of an element."""
    found = spans(data, rb"(?<=>)[^<]+(?=<)")
    return _put(data, chance.choice(found), chance.choice(NOISE)) if found else data


def dropped_tag(data: bytes, chance: Random) -> bytes:
    """A tag less."""
    found = spans(data, rb"<[^>]*>")
    return _put(data, chance.choice(found), b"") if found else data


def doubled_element(data: bytes, chance: Random) -> bytes:
    """An element twice, or moved to where another is."""
    found = spans(data, rb"<(\w+)[^>]*?/>|<(c|row|v|f|is|si|sheet|mergeCell|xf)\b.*?</\2>")
    if not found:
        return data
    (a, b), (at, _) = chance.choice(found), chance.choice(found)
    return data[:at] + data[a:b] + data[at:]


def cut(data: bytes, chance: Random) -> bytes:
    """Bytes missing somewhere."""
    if len(data) < 2:
        return data
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 200) :]


def flipped(data: bytes, chance: Random) -> bytes:
    """Some bytes that are others."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _put(data: bytes, span: tuple[int, int], new: bytes) -> bytes:
    return data[: span[0]] + new + data[span[1] :]


WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    replaced_value, replaced_value, replaced_text, replaced_text, dropped_tag, doubled_element, cut, flipped,
)  # fmt: skip


def damaged(data: bytes, chance: Random) -> bytes:
    """A workbook with a few parts, or its zip, damaged."""
    if chance.random() < 0.15:
        return chance.choice((cut, flipped))(data, chance)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    # Sheets are where most is read from.
    sheets = [name for name in names if "worksheets/" in name] or names
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice(sheets if chance.random() < 0.6 else names)
        for _ in range(chance.randrange(1, 4)):
            parts[name] = chance.choice(WAYS)(parts[name], chance)
    if chance.random() < 0.1:
        del parts[chance.choice(names)]
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def survives(data: bytes) -> None:
    """Everything that reads a workbook, as far as it goes; errors of ours are answers."""
    with contextlib.suppress(ScorecardError):
        package = Package.open(data, where="a.xlsx")
        for ref in package.sheets:
            with contextlib.suppress(ScorecardError):
                grid = read_grid(package, ref)
                assert all(1 <= cell.row <= 1_048_576 and 1 <= cell.col <= 16_384 for cell in grid)
        tables, _ = recognise_workbook(package)
        for table in tables:
            grid = read_grid(package, table.sheet)
            audit(read_card(table, grid, policy=Policy()), grid)
        plan, _, _ = plan_embedding(package, None, Policy(), "native", None, "a.xlsx")
        apply(plan, package).to_bytes()


def check(which: int, seed: int) -> None:
    data = damaged(books()[which], Random(seed))
    try:
        survives(data)
    except BaseException:
        CORPUS.joinpath(f"{which}-{seed}.xlsx").write_bytes(data)
        raise


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.integers(0, len(FORMS) - 1), st.integers(0, 1 << 40))
def test_random_damage(which: int, seed: int) -> None:
    check(which, seed)


@pytest.mark.soak
def test_much_random_damage() -> None:
    chance = Random(20261123)
    for _ in range(SOAK):
        check(chance.randrange(len(FORMS)), chance.randrange(1 << 40))


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.xlsx")), ids=lambda path: path.name)
def test_what_went_wrong_once(path: Path) -> None:
    survives(path.read_bytes())
