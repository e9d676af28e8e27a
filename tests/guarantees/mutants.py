"""Damaged workbooks, by seed: real ones with a few things in them broken as disks, tools and people break them."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

_TAG = re.compile(rb"<[a-zA-Z/][^<>]*>")
_VALUE = re.compile(rb'(?<==")[^"<>]*(?=")')
_TEXT = re.compile(rb"(?<=>)[^<>]+(?=<)")
_JUNK = (
    b"", b"0", b"-1", b"1E+400", b"NaN", b"99999999999999999999", b"#REF!", b"XFD1048576", b"A0", b"A1:", b"\xe6\x97\xb3",
    b"&#0;", b"&amp;lt;", b"s", b"str", b"true", b"9" * 400, b"=1+1", b"SUM(A1", b"'[1]Sheet'!A1", b"\xef\xbf\xbf",
)  # fmt: skip


def mutant(sources: list[bytes], seed: int) -> bytes:
    """One damaged workbook: one to six changes to its parts, sometimes one to the zip itself."""
    rng = random.Random(seed)
    parts = _parts(rng.choice(sources))
    for _ in range(rng.randint(1, 6)):
        rng.choice(_CHANGES)(parts, rng)
    packed = _packed(parts, rng)
    if rng.random() < 0.08:
        packed = _scratched(packed, rng)
    return packed


def _parts(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _packed(parts: list[tuple[str, bytes]], rng: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def _scratched(data: bytes, rng: random.Random) -> bytes:
    """A zip with bytes flipped, or its end missing."""
    if rng.random() < 0.4:
        return data[: rng.randrange(len(data))]
    spoilt = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    return bytes(spoilt)


def _sheet_or_any(parts: list[tuple[str, bytes]], rng: random.Random) -> int:
    """Mostly where the cells are."""
    sheets = [i for i, (name, _) in enumerate(parts) if "worksheets/sheet" in name or "sharedStrings" in name]
    return rng.choice(sheets) if sheets and rng.random() < 0.75 else rng.randrange(len(parts))


def _at_one(pattern: re.Pattern[bytes], change: Callable[[bytes, random.Random], bytes]) -> Callable[..., None]:
    def apply(parts: list[tuple[str, bytes]], rng: random.Random) -> None:
        i = _sheet_or_any(parts, rng)
        name, content = parts[i]
        places = list(pattern.finditer(content))
        if places:
            place = rng.choice(places)
            parts[i] = (name, content[: place.start()] + change(place[0], rng) + content[place.end() :])

    return apply


def _cut(parts: list[tuple[str, bytes]], rng: random.Random) -> None:
    i = _sheet_or_any(parts, rng)
    name, content = parts[i]
    parts[i] = (name, content[: rng.randrange(len(content) + 1)])


def _drop(parts: list[tuple[str, bytes]], rng: random.Random) -> None:
    if len(parts) > 1:
        del parts[rng.randrange(len(parts))]


def _exchange(parts: list[tuple[str, bytes]], rng: random.Random) -> None:
    i, j = rng.randrange(len(parts)), rng.randrange(len(parts))
    (a, x), (b, y) = parts[i], parts[j]
    parts[i], parts[j] = (a, y), (b, x)


def _rename(parts: list[tuple[str, bytes]], rng: random.Random) -> None:
    i = rng.randrange(len(parts))
    name, content = parts[i]
    parts[i] = (rng.choice((name.upper(), f"../{name}", name.replace("/", "\\"), f"{name}.bak", "xl/workbook.xml")), content)


def _junk(_: bytes, rng: random.Random) -> bytes:
    return rng.choice(_JUNK)


def _twice(found: bytes, _: random.Random) -> bytes:
    return found * 2


def _nothing(_: bytes, __: random.Random) -> bytes:
    return b""


def _shifted(found: bytes, rng: random.Random) -> bytes:
    """Other digits: a reference to another cell, style or string."""
    return re.sub(rb"\d", lambda _: b"%d" % rng.randrange(10), found)


_CHANGES: tuple[Callable[[list[tuple[str, bytes]], random.Random], None], ...] = (
    *[_at_one(_TEXT, _junk)] * 4,
    *[_at_one(_VALUE, _junk)] * 3,
    *[_at_one(_VALUE, _shifted)] * 3,
    *[_at_one(_TEXT, _shifted)] * 3,
    _at_one(_TAG, _nothing),
    _at_one(_TAG, _twice),
    _cut,
    _drop,
    _exchange,
    _rename,
)
