"""What a person says about columns wins; further words and old or encrypted files are read."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from scorecard.errors import UnusableFile, UsageError
from scorecard.workbook.inspection import inspect, inspect_package
from scorecard.workbook.mapping import Mapping
from scorecard.workbook.opening import open_workbook
from scorecard.workbook.vocabulary import Vocabulary, default_vocabulary
from tests.libreoffice.office import Office

from . import forms

# Headers that no list knows; 40 × 80 % + 60 × 90 % = 86.
ROWS: list[list[forms.Value]] = [
    ["甲", "乙", "丙", "丁", "戊"],
    ["服务及时", "60%", "口头", 1, 90],
    ["报表质量", "40%", "书面", 2, 80],
    ["总成绩栏", None, None, None, 86],
]


def stubborn() -> forms.Package:
    ws = forms.sheet(name="表")
    for i, values in enumerate(ROWS):
        forms.put(ws, 2 + i, 2, values)
    return forms.package(ws)


def test_a_table_that_nothing_is_known_of() -> None:
    assert not inspect_package(stubborn(), "x.xlsx").cards
    words = default_vocabulary().mapped(Mapping.parse("指标=B，权重=C,得分=F,总分=F5"))
    card = inspect_package(stubborn(), "x.xlsx", vocabulary=words).cards[0]
    assert [(row.name, row.weight_cell, row.scores) for row in card.table.rows][:2] == [
        ("服务及时", "C3", (("", "F3"),)), ("报表质量", "C4", (("", "F4"),))
    ]  # fmt: skip
    assert card.table.totals == {"": "F5"}
    assert card.result.total == 86 or card.result.total is None
    assert "--map" in card.table.reasons[0].zh


def test_a_mapping_overrides_what_headers_say(tmp_path: Path) -> None:
    ws = forms.sheet(name="表")
    for i, values in enumerate([["KPI", "权重", "得分", "复核"], ["及时率", "60%", 10, 90], ["准确率", "40%", 20, 80]]):
        forms.put(ws, 1 + i, 1, values)
    package = forms.package(ws)
    assert inspect_package(package, "x").cards[0].result.total == 14
    file = tmp_path / "map.toml"
    file.write_text('sheet = "表"\n[columns]\n"得分" = "D"\n', encoding="utf-8")
    words = default_vocabulary().mapped(Mapping.parse(str(file)))
    assert inspect_package(package, "x", vocabulary=words).cards[0].result.total == 86


@pytest.mark.parametrize("text", ["权重=1E", "权重=E;;天气=G", "=E", "没有这个文件.toml", "天气=G"])
def test_a_mapping_that_says_nothing(text: str) -> None:
    ws = forms.sheet()
    forms.person_sheet(ws)
    with pytest.raises(UsageError):
        inspect_package(forms.package(ws), "x", vocabulary=default_vocabulary().mapped(Mapping.parse(text)))


def test_further_words(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(
        '[header.name]\nterms = ["甲"]\n[header.weight]\nterms = ["乙"]\n[header.score]\nterms = ["戊"]\n', "utf-8"
    )
    card = inspect_package(stubborn(), "x.xlsx", vocabulary=Vocabulary.load(file)).cards[0]
    assert [row.name for row in card.table.rows][:2] == ["服务及时", "报表质量"]


@pytest.mark.parametrize("ending", ["xls", "et", "xlsx"])  # the last one only renamed
def test_old_formats_are_read(office: Office, tmp_path: Path, ending: str) -> None:
    ws = forms.sheet(name="张三")
    forms.person_sheet(ws, "张三", formulas=False)
    for cell, score in zip(("G4", "G5", "G6", "G7"), (90, 80, 70, 60), strict=True):
        ws[cell] = score
    new = tmp_path / "表.xlsx"
    ws.parent.save(new)
    [old] = office.convert(new, "xls", tmp_path / "old")
    path = tmp_path / f"旧.{ending}"
    shutil.copyfile(old, path)
    seen = inspect(path)
    # 90 × 40 % + 80 × 30 % + 70 × 20 % + 60 × 10 %
    assert seen.cards[0].result.total == 80
    assert seen.cards[0].table.identity["person"][0] == "张三"
    assert [f.code for f in seen.findings if f.code == "old-format"]


def test_an_encrypted_workbook_takes_its_password(tmp_path: Path) -> None:
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    ws = forms.sheet()
    forms.person_sheet(ws)
    plain, secret = io.BytesIO(), io.BytesIO()
    ws.parent.save(plain)
    ooxml.OOXMLFile(io.BytesIO(plain.getvalue())).encrypt("秘密", secret)
    path = tmp_path / "密.xlsx"
    path.write_bytes(secret.getvalue())
    assert len(open_workbook(path, password="秘密").sheets) == 1
    with pytest.raises(UnusableFile, match="password"):
        open_workbook(path)
    with pytest.raises(UnusableFile, match="wrong"):
        open_workbook(path, password="错")


def test_the_year_of_a_period_above_the_table_is_no_item() -> None:
    ws = forms.sheet(name="表")
    # 2026年第三季度 reads as a number, in a row that has a text in the column of names.
    forms.put(ws, 1, 2, ["张三", "部门", "考核期间", "", "2026年第三季度"])
    for i, values in enumerate(ROWS):
        forms.put(ws, 3 + i, 2, values)
    words = default_vocabulary().mapped(Mapping.parse("指标=B,权重=C,得分=F"))
    card = inspect_package(forms.package(ws), "x.xlsx", vocabulary=words).cards[0]
    assert [row.name for row in card.table.rows][:2] == ["服务及时", "报表质量"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("table = 5\n", "table"),
        ('weight = "E"\n', "weight"),
        ("columns = 5\n", "columns"),
        ('header = "3"\n', "header"),
        ("[columns]\n权重 = 5\n", "权重"),
        ('[columns]\n权重 = "ZZZ"\n', "ZZZ"),
        ('[cells]\n总分 = "G"\n', "总分"),
        ('[cells]\n天气 = "G1"\n[columns]\n指标 = "B"\n权重 = "C"\n得分 = "F"\n', "天气"),
    ],
)
def test_a_mapping_file_that_is_none_says_what_is_wrong(text: str, word: str, tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_text(text.replace("权重 =", '"权重" =').replace("总分 =", '"总分" =').replace("天气 =", '"天气" =')
                    .replace("指标 =", '"指标" =').replace("得分 =", '"得分" ='), "utf-8")  # fmt: skip
    with pytest.raises(UsageError) as problem:
        inspect_package(stubborn(), "x", vocabulary=default_vocabulary().mapped(Mapping.parse(str(file))))
    assert word in problem.value.message.zh and word in problem.value.message.en


@pytest.mark.parametrize(
    ("text", "word"),
    [('header = 2\n[columns]\n"权重" = "C"\n', "指标"), ('[columns]\n"权重" = "C"\n', "指标=B")],
)
def test_a_mapping_that_says_too_little_for_a_sheet_is_told_there(text: str, word: str, tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_text(text, "utf-8")
    seen = inspect_package(stubborn(), "x", vocabulary=default_vocabulary().mapped(Mapping.parse(str(file))))
    told = [f for f in seen.findings if f.code == "no-table"]
    assert not seen.cards and len(told) == 1
    assert word in told[0].message.zh and word in told[0].message.en


def test_cells_that_somebody_names(tmp_path: Path) -> None:
    package = stubborn()
    words = "指标=B,权重=C,得分=F,总分=F5,等级=C5,姓名=D3,考核周期=E5,绩效系数=D5"
    table = inspect_package(package, "x", vocabulary=default_vocabulary().mapped(Mapping.parse(words))).cards[0].table
    assert (table.totals[""], table.grade_cell, table.coefficient_cell, table.period_cell) == ("F5", "C5", "D5", "E5")
    assert table.identity["person"] == ("口头", "D3")
