"""The zip layer: untouched parts keep their bytes, unusable files are refused with one sentence."""

from __future__ import annotations

import builtins
import os
import stat
import struct
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import ScorecardError, UnusableFile, UsageError
from scorecard.workbook.package import Limits, Package

from .rich import rich_workbook

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_workbook(tmp_path_factory.mktemp("rich") / "考核.xlsx")


def entries(data: bytes) -> dict[str, tuple[object, ...]]:
    """Everything zipfile knows of each entry, with the compressed bytes as they lie in the file."""
    found: dict[str, tuple[object, ...]] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            name_length, extra_length = struct.unpack_from("<2H", data, info.header_offset + 26)
            start = info.header_offset + 30 + name_length + extra_length
            found[info.filename] = (
                info.date_time, info.compress_type, info.CRC, info.file_size, info.external_attr, info.internal_attr,
                info.create_system, info.create_version, info.extra, info.comment, info.flag_bits,
                data[start : start + info.compress_size],
            )  # fmt: skip
    return found


def rezipped(source: Path, **replaced: bytes) -> bytes:
    """The parts of a workbook in a new zip, some with other content (dots in names written as they are)."""
    out = BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, replaced.get(name, old.read(name)))
    return out.getvalue()


# --- what is not touched stays -------------------------------------------------------------------------------------


def test_reading_and_writing_back_gives_the_same_file(rich: Path) -> None:
    package = Package.open(rich)
    for name in package.names():
        package.read(name)
    assert package.to_bytes() == rich.read_bytes()


def test_all_parts_read_as_zipfile_reads_them(rich: Path) -> None:
    package = Package.open(rich)
    with zipfile.ZipFile(rich) as archive:
        assert list(package.names()) == archive.namelist()
        for name in archive.namelist():
            assert package.read(name) == archive.read(name)


def test_writing_one_part_leaves_every_other_entry_as_it_was(rich: Path) -> None:
    package = Package.open(rich)
    package.write(SHEET, b"<worksheet/>")
    before, after = entries(rich.read_bytes()), entries(package.to_bytes())
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {SHEET}
    # Date and attributes of the changed one stay, too.
    assert before[SHEET][0] == after[SHEET][0]
    assert before[SHEET][4:8] == after[SHEET][4:8]
    with zipfile.ZipFile(BytesIO(package.to_bytes())) as archive:
        assert archive.testzip() is None
        assert archive.read(SHEET) == b"<worksheet/>"


def test_writing_what_is_there_already_changes_no_byte(rich: Path) -> None:
    package = Package.open(rich)
    package.write(SHEET, package.read(SHEET))
    assert package.to_bytes() == rich.read_bytes()


def test_added_and_removed_parts(rich: Path) -> None:
    package = Package.open(rich)
    package.add("docProps/注.xml", "<注/>".encode())
    package.remove("docProps/core.xml")
    before, after = entries(rich.read_bytes()), entries(package.to_bytes())
    assert set(before) - set(after) == {"docProps/core.xml"}
    assert set(after) - set(before) == {"docProps/注.xml"}
    assert all(after[name] == before[name] for name in after if name in before)
    assert Package.open(package.to_bytes()).read("docProps/注.xml").decode() == "<注/>"


def test_the_same_edits_give_the_same_bytes(rich: Path) -> None:
    def edited() -> bytes:
        package = Package.open(rich)
        package.write(SHEET, b"<worksheet/>")
        package.add("new.xml", b"<new/>")
        return package.to_bytes()

    assert edited() == edited()


def test_a_copy_is_independent(rich: Path) -> None:
    package = Package.open(rich)
    twin = package.copy()
    twin.write(SHEET, b"<worksheet/>")
    assert package.to_bytes() == rich.read_bytes()
    assert twin.read(SHEET) == b"<worksheet/>"


def test_parts_are_found_regardless_of_case_and_root_slash(rich: Path) -> None:
    package = Package.open(rich)
    assert package.read("/XL/Workbook.XML") == package.read("xl/workbook.xml")
    assert "/xl/WORKBOOK.xml" in package
    package.write("XL/Worksheets/Sheet1.xml", b"<worksheet/>")
    assert [name for name in package.names() if name.lower() == SHEET] == [SHEET]


def test_misuse_of_parts_is_told(rich: Path) -> None:
    package = Package.open(rich)
    with pytest.raises(UsageError, match="no part"):
        package.write("xl/none.xml", b"")
    with pytest.raises(UsageError, match="no part"):
        package.remove("xl/none.xml")
    with pytest.raises(UsageError, match="exists already"):
        package.add(SHEET, b"")
    with pytest.raises(UnusableFile, match="xl/none.xml is missing"):
        package.read("xl/none.xml")


def test_derived_values_are_kept_until_the_part_changes(rich: Path) -> None:
    package = Package.open(rich)
    calls = []

    def measure(data: bytes) -> int:
        calls.append(data)
        return len(data)

    assert package.derived(SHEET, measure) == package.derived(SHEET, measure) == len(package.read(SHEET))
    assert len(calls) == 1
    package.write(SHEET, b"<worksheet/>")
    assert package.derived(SHEET, measure) == len(b"<worksheet/>")


# --- other writers' zips -------------------------------------------------------------------------------------------


class Unseekable(BytesIO):
    """A stream, to which zipfile writes data descriptors after the entries."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise OSError("a stream")

    def tell(self) -> int:
        raise OSError("a stream")


@pytest.mark.parametrize("kind", ["descriptors", "zip64", "stored", "comment", "cp437", "folders"])
def test_other_writers_zips_are_read_and_kept(rich: Path, kind: str) -> None:
    out: BytesIO = Unseekable() if kind == "descriptors" else BytesIO()
    method = zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(rich) as old, zipfile.ZipFile(out, "w", method) as new:
        if kind == "folders":
            new.writestr("xl/", b"")
        for info in old.infolist():
            with new.open(info.filename, "w", force_zip64=kind == "zip64") as stream:
                stream.write(old.read(info))
        if kind == "comment":
            new.comment = "批注".encode()
        if kind == "cp437":
            new.writestr("docProps/#.xml", b"<e/>")
    data = out.getvalue()
    if kind == "cp437":  # zipfile would write such a name in UTF-8, DOS programs do not
        data = data.replace(b"docProps/#.xml", b"docProps/\x82.xml")
    package = Package.open(data)
    assert package.sheets == Package.open(rich).sheets
    assert package.to_bytes() == data
    if kind == "cp437":
        assert package.read("docProps/é.xml") == b"<e/>"
    package.write(SHEET, b"<worksheet/>")
    written = package.to_bytes()
    before, after = entries(data), entries(written)
    assert {name for name in before if before[name] != after[name]} == {SHEET}
    with zipfile.ZipFile(BytesIO(written)) as archive:
        assert archive.testzip() is None
        assert archive.comment == ("批注".encode() if kind == "comment" else b"")
    # and once more from what was written
    again = Package.open(written)
    again.remove("docProps/core.xml")
    assert zipfile.ZipFile(BytesIO(again.to_bytes())).testzip() is None


def wide(data: bytes) -> bytes:
    """The same zip with all sizes and offsets of its directory, and of its end, in zip64 form."""
    end = data.rindex(b"PK\5\6")
    count, length, start = struct.unpack_from("<HII", data, end + 10)
    records, at = [], start
    for _ in range(count):
        packed, size, name_length, extra_length, comment_length = struct.unpack_from("<II3H", data, at + 20)
        [offset] = struct.unpack_from("<I", data, at + 42)
        stop = at + 46 + name_length
        extra = struct.pack("<HHQQQ", 1, 24, size, packed, offset)
        head = bytearray(data[at:stop])
        head[20:28] = b"\xff" * 8
        head[30:32] = struct.pack("<H", extra_length + len(extra))
        head[42:46] = b"\xff" * 4
        records.append(bytes(head) + data[stop : stop + extra_length] + extra)
        at = stop + extra_length + comment_length
    directory = b"".join(records)
    end64 = start + len(directory)
    return (
        data[:start]
        + directory
        + struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), start)
        + struct.pack("<4sIQI", b"PK\6\7", 0, end64, 1)
        + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    )


def test_directories_with_64_bit_numbers_are_read_and_kept(rich: Path) -> None:
    data = wide(rich.read_bytes())
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None  # the test's own file is a good one
    package = Package.open(data)
    assert package.to_bytes() == data
    package.write(SHEET, b"<worksheet/>" * 100)
    package.remove("docProps/core.xml")
    with zipfile.ZipFile(BytesIO(package.to_bytes())) as archive, zipfile.ZipFile(rich) as old:
        assert archive.testzip() is None
        assert set(old.namelist()) - set(archive.namelist()) == {"docProps/core.xml"}
        assert {n for n in archive.namelist() if archive.read(n) != old.read(n)} == {SHEET}


# --- what cannot be used -------------------------------------------------------------------------------------------


def ole2(*streams: str) -> bytes:
    """The start of an OLE2 file whose directory names some streams."""
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory


def zip_of(*names: str) -> bytes:
    out = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile minds duplicates
        for name in names:
            archive.writestr(name, b"<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (b"", "0 字节", "empty"),
        (b"<html><table></table></html>", "不是 Excel", "not an Excel"),
        (b"#!/bin/sh\n" + zip_of("xl/workbook.xml"), "不是 Excel", "not an Excel"),
        (b"PK", "不是 Excel", "not an Excel"),
        (ole2("Workbook"), "旧的 .xls", "old .xls"),
        (ole2("Book"), "旧的 .xls", "old .xls"),
        (ole2("EncryptionInfo", "EncryptedPackage"), "打开密码", "encrypted"),
        (ole2("WordDocument"), "不是工作簿", "not a workbook"),
        (zip_of("word/document.xml"), "Word", "Word"),
        (zip_of("mimetype", "content.xml"), "OpenDocument", "OpenDocument"),
        (zip_of("xl/workbook.bin"), ".xlsb", ".xlsb"),
        (zip_of("客服部.xlsx"), "先解压", "unpack"),
        (zip_of(), "先解压", "unpack"),
        (zip_of("xl/workbook.xml", "a.xml", "a.xml"), "重复", "duplicate"),
        (zip_of("xl/workbook.xml", "a.xml", "A.XML"), "重复", "duplicate"),
        (zip_of("xl/workbook.xml", "../../etc/x"), "不安全", "unsafe"),
        (zip_of("xl/workbook.xml", "xl\\..\\..\\x"), "不安全", "unsafe"),
        (zip_of("xl/workbook.xml", "C:/x"), "不安全", "unsafe"),
    ],
)
def test_what_is_no_usable_workbook_is_refused_with_its_reason(data: bytes, zh: str, en: str) -> None:
    with pytest.raises(UnusableFile) as caught:
        Package.open(data, where="客服部.xlsx")
    assert zh in caught.value.message.zh
    assert en in caught.value.message.en
    assert caught.value.where == "客服部.xlsx"


def test_an_encrypted_workbook_made_by_another_program_is_told_from_an_xls(rich: Path, tmp_path: Path) -> None:
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml")
    locked = tmp_path / "locked.xlsx"
    with rich.open("rb") as source, locked.open("wb") as target:
        msoffcrypto.OOXMLFile(source).encrypt("密码", target)
    with pytest.raises(UnusableFile, match="encrypted with a password"):
        Package.open(locked)


def test_a_zip_with_a_password_is_refused(rich: Path) -> None:
    data = bytearray(rich.read_bytes())
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    with pytest.raises(UnusableFile, match="password"):
        Package.open(bytes(data))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused(rich: Path, share: float) -> None:
    data = rich.read_bytes()
    with pytest.raises(UnusableFile, match="cut off"):
        Package.open(data[: int(len(data) * share)])


def test_a_missing_file_a_folder_and_a_forbidden_file_are_refused(rich: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="no such file") as caught:
        Package.open(tmp_path / "没有.xlsx")
    assert caught.value.where == "没有.xlsx"
    with pytest.raises(UnusableFile, match="folder"):
        Package.open(tmp_path)
    with pytest.raises(UnusableFile, match="cannot be read"):
        Package.open("a\0.xlsx")
    closed = tmp_path / "closed.xlsx"
    closed.write_bytes(rich.read_bytes())
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UnusableFile, match="permission"):
        Package.open(closed)


def test_a_file_the_system_does_not_let_us_read_is_refused(rich: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(builtins, "open", forbid)
    with pytest.raises(UnusableFile, match="no permission to read"):
        Package.open(rich)


def test_files_beyond_the_limits_are_refused(rich: Path) -> None:
    data = rich.read_bytes()
    with zipfile.ZipFile(rich) as archive:
        sizes = [info.file_size for info in archive.infolist()]
    fitting = Limits(len(data), len(sizes), max(sizes), sum(sizes))
    Package.open(data, limits=fitting)
    for tighter in (
        Limits(len(data) - 1, len(sizes), max(sizes), sum(sizes)),
        Limits(len(data), len(sizes) - 1, max(sizes), sum(sizes)),
        Limits(len(data), len(sizes), max(sizes) - 1, sum(sizes)),
        Limits(len(data), len(sizes), max(sizes), sum(sizes) - 1),
        Limits(ratio=2, ratio_from=1000),
    ):
        with pytest.raises(UnusableFile, match="more than is allowed"):
            Package.open(data, limits=tighter)


def test_a_zip_bomb_is_refused_before_it_is_inflated() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (100 << 20))
    with pytest.raises(UnusableFile, match="more than is allowed"):
        Package.open(out.getvalue())


def test_a_part_that_inflates_to_more_than_it_declares_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 1_000_000)
    data = bytearray(out.getvalue())
    at = data.index(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    with pytest.raises(UnusableFile, match="damaged"):
        Package.open(bytes(data)).read("xl/workbook.xml")


def test_entries_that_share_their_bytes_are_refused() -> None:
    data = bytearray(zip_of("xl/workbook.xml", "a.xml"))
    for at in (i for i in range(len(data)) if data.startswith(b"PK\1\2", i)):
        data[at + 20 : at + 24] = struct.pack("<I", len(data))
    with pytest.raises(UnusableFile, match="damaged"):
        Package.open(bytes(data))


def test_unknown_compression_is_refused_when_the_part_is_read() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    with pytest.raises(UnusableFile, match="unsupported compression"):
        Package.open(out.getvalue()).read("xl/workbook.xml")


@pytest.mark.parametrize(
    "workbook",
    [
        b"<workbook><sheets>",
        b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>',
        b'<?xml version="1.0" encoding="no-such-code"?><workbook/>',
        b"\xff\xfe<",
        b"",
    ],
)
def test_a_broken_workbook_part_is_refused_in_one_sentence(rich: Path, workbook: bytes) -> None:
    package = Package.open(rich)
    package.write("xl/workbook.xml", workbook)
    with pytest.raises(UnusableFile, match="not valid XML|document type"):
        _ = package.sheets


def mutated(data: bytes, changes: list[tuple[float, int]], cut: float) -> bytes:
    out = bytearray(data[: max(1, int(len(data) * cut))])
    for share, value in changes:
        out[int(share * (len(out) - 1))] = value
    return bytes(out)


# Most bytes of a workbook are compressed content; the directory at its end is where a reader goes wrong.
PLACES = st.one_of(st.floats(0, 1), st.floats(0.85, 1))


@given(st.lists(st.tuples(PLACES, st.integers(0, 255)), max_size=12), st.one_of(st.just(1.0), st.floats(0, 1)))
def test_only_our_own_errors_come_out_of_damaged_files(changes: list[tuple[float, int]], cut: float) -> None:
    try:
        package = Package.open(mutated(SMALL, changes, cut), limits=Limits(part_bytes=1 << 20, total_bytes=4 << 20))
        assert all(sheet.name is not None for sheet in package.sheets)
        for name in package.names():
            package.read(name)
        package.add("new.xml", b"<new/>")
        package.to_bytes()
    except UnusableFile as error:
        assert error.message.zh and error.message.en
    except ScorecardError as error:
        raise AssertionError("only UnusableFile may come out") from error


def small_workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "指标"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


SMALL = small_workbook()


# --- structure -----------------------------------------------------------------------------------------------------


def test_sheets_with_their_parts_states_and_kinds(rich: Path) -> None:
    package = Package.open(rich)
    assert [(s.name, s.part, s.state, s.kind, s.index) for s in package.sheets] == [
        ("考核表", "xl/worksheets/sheet1.xml", "visible", "worksheet", 0),
        ("数据", "xl/worksheets/sheet2.xml", "visible", "worksheet", 1),
        ("隐藏", "xl/worksheets/sheet3.xml", "hidden", "worksheet", 2),
    ]
    assert package.sheet("数据").index == 1
    assert package.where == "考核.xlsx"
    with pytest.raises(UsageError, match="考核表、数据、隐藏"):
        package.sheet("汇总")


def test_chart_sheets_very_hidden_sheets_and_1904(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "mac.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    book.add_worksheet("数据")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=数据!$A$1:$A$4"})
    book.add_chartsheet("图").set_chart(chart)
    book.add_worksheet("深藏").very_hidden()
    book.close()
    package = Package.open(path)
    assert [(s.kind, s.state) for s in package.sheets] == [
        ("worksheet", "visible"), ("chartsheet", "visible"), ("worksheet", "veryHidden"),
    ]  # fmt: skip
    assert package.date1904
    assert not package.is_macro_enabled


def test_macro_workbooks_are_known_by_their_content(rich: Path) -> None:
    with zipfile.ZipFile(rich) as archive:
        types = archive.read("[Content_Types].xml")
    macro = types.replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert macro != types
    assert Package.open(rezipped(rich, **{"[Content_Types].xml": macro})).is_macro_enabled
    assert not Package.open(rich).is_macro_enabled
    assert not Package.open(rich).date1904


def test_targets_from_the_root_prefixes_and_encoded_names_are_followed(rich: Path) -> None:
    with zipfile.ZipFile(rich) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels")
        workbook = archive.read("xl/workbook.xml")
    rooted = relations.replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
    package = Package.open(rezipped(rich, **{"xl/_rels/workbook.xml.rels": rooted}))
    assert rooted != relations
    assert package.sheets == Package.open(rich).sheets
    tab = b'<x:sheet name="a" sheetId="1" q:id="rId1"/>'
    prefixed = b'<x:workbook xmlns:x="m" xmlns:q="r"><x:sheets>' + tab + b"</x:sheets></x:workbook>"
    package.write("xl/workbook.xml", prefixed)
    assert [(s.name, s.part) for s in package.sheets] == [("a", "xl/worksheets/sheet1.xml")]
    package.write("xl/workbook.xml", workbook)
    package.write(
        "xl/_rels/workbook.xml.rels", relations.replace(b"worksheets/sheet1.xml", b"worksheets/%E8%A1%A8.xml")
    )
    assert package.sheets[0].kind == "missing"
    package.add("xl/worksheets/表.xml", b"<worksheet/>")
    assert package.sheets[0].part == "xl/worksheets/表.xml"


def test_the_workbook_part_may_have_another_name(rich: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(rich) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "_rels/.rels":
                content = content.replace(b"xl/workbook.xml", b"xl/book.xml")
            new.writestr(name.replace("workbook.xml", "book.xml"), content)
    assert [sheet.part for sheet in Package.open(out.getvalue()).sheets][:1] == ["xl/worksheets/sheet1.xml"]


# --- saving --------------------------------------------------------------------------------------------------------


def test_saving_makes_folders_and_leaves_nothing_else_behind(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "新" / "考核.xlsx"
    Package.open(rich).save(target)
    assert target.read_bytes() == rich.read_bytes()
    assert os.listdir(target.parent) == ["考核.xlsx"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_saving_keeps_the_permissions_of_what_was_there(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "考核.xlsx"
    target.write_bytes(b"old")
    target.chmod(0o640)
    Package.open(rich).save(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.read_bytes() == rich.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_new_file_gets_the_permissions_any_new_file_gets(rich: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"")
    target = tmp_path / "考核.xlsx"
    Package.open(rich).save(target)
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_link_is_followed_not_replaced(rich: Path, tmp_path: Path) -> None:
    real, link = tmp_path / "real.xlsx", tmp_path / "link.xlsx"
    real.write_bytes(b"old")
    link.symlink_to(real)
    Package.open(rich).save(link)
    assert link.is_symlink()
    assert real.read_bytes() == rich.read_bytes()


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    rich: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "考核.xlsx"
    target.write_bytes(b"old")
    seen: list[str] = []

    def fail(*_: object) -> None:
        seen.extend(os.listdir(tmp_path))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(UnusableFile, match="cannot be written") as caught:
        Package.open(rich).save(target)
    assert caught.value.where == "考核.xlsx"
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["考核.xlsx"]
    assert target.read_bytes() == b"old"
    # Meanwhile the new content was in a hidden file that no search for workbooks finds.
    [temporary] = [name for name in seen if name != "考核.xlsx"]
    assert temporary.startswith(".")
    assert not temporary.endswith(".xlsx")


def test_a_folder_is_no_target(rich: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(UnusableFile, match="cannot be written"):
        Package.open(rich).save(tmp_path / "a.xlsx")
    assert os.listdir(tmp_path) == ["a.xlsx"]


# --- directories that contradict the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["the central mark", "the local mark", "the offset", "the 64-bit mark"])
def test_a_directory_that_contradicts_the_file_is_refused(what: str, rich: Path) -> None:
    data = bytearray(rich.read_bytes())
    central = data.rindex(b"PK\1\2")
    if what == "the central mark":
        data[central : central + 4] = b"XX\1\2"
    elif what == "the local mark":
        offset = int.from_bytes(data[central + 42 : central + 46], "little")
        data[offset : offset + 4] = b"XX\3\4"
    elif what == "the offset":
        data[central + 42 : central + 46] = (len(data) + 5).to_bytes(4, "little")
    else:
        end = data.rindex(b"PK\5\6")
        locator = b"PK\6\7" + bytes(4) + (5).to_bytes(8, "little") + (1).to_bytes(4, "little")
        data[end + 10 : end + 12] = b"\xff\xff"
        data[end:end] = locator
    with pytest.raises(UnusableFile):
        package = Package.open(bytes(data))
        for name in package.names():
            package.read(name)


def test_a_part_that_is_not_there(rich: Path) -> None:
    with pytest.raises(UsageError, match="nothing.xml"):
        Package.open(rich).packed("xl/nothing.xml")
