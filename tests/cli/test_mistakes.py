"""Mistakes of a first hour: each ends in one sentence, in the language asked for, that says what to do next."""

from __future__ import annotations

import errno
import re
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from scorecard import refusals
from scorecard.messages import LANGUAGES, Message
from tests.cli.books import UNUSABLE
from tests.cli.runner import scorecard

# Arguments → what to do next, in Chinese and in English. Names of files are those of `desk`.
MISTAKES: Mapping[str, tuple[str, str]] = {
    "inspect 没有.xlsx": ("请检查路径和文件名", "check the path and the name"),
    "inspect 空文件夹": ("请给出其中的 .xlsx 文件", "name an .xlsx file in it"),
    "inspect ~$客服部.xlsx": ("请使用工作簿本身", "use the workbook itself"),
    "inspect .~lock.客服部.xlsx#": ("请使用工作簿本身", "use the workbook itself"),
    "embed 加密.xlsx": ("请先在 Excel 或 WPS 里去掉密码", "remove the password in Excel"),
    "inspect 说明.docx": ("请换成 .xlsx 文件", "use an .xlsx file"),
    "inspect 无表.xlsx": ("用 --map 指明各列", "say by --map"),
    "embed 无表.xlsx": ("用 --map 指明各列", "say by --map"),
    "finalise 无表.xlsx": ("用 --map 指明各列", "say by --map"),
    "link 无表.xlsx": ("用 --map 指明各列", "say by --map"),
    "diff 客服部.xlsx 无表.xlsx": ("用 --map 指明各列", "say by --map"),
    "embed 空文件夹": ("先把考核表放进去", "put the assessment tables there first"),
    "diff 空文件夹 空文件夹": ("先把考核表放进去", "put the assessment tables there first"),
    "check 空文件夹": ("先把考核表放进去", "put the assessment tables there first"),
    "recalc 空文件夹": ("先把考核表放进去", "put the assessment tables there first"),
    "consolidate 空文件夹": ("先把考核表放进去", "put the assessment tables there first"),
    "check ~$客服部.xlsx": ("请使用工作簿本身", "use the workbook itself"),
    "recalc ~$客服部.xlsx": ("请使用工作簿本身", "use the workbook itself"),
    "consolidate ~$客服部.xlsx": ("请使用工作簿本身", "use the workbook itself"),
    "consolidate 没有": ("请检查路径和名称", "check the path and the name"),
    "inspect 客服部.xlsx --rules 没有.toml": ("请检查路径和文件名", "check the path and the name"),
    "inspect 客服部.xlsx --rules 空文件夹": ("请检查路径和权限", "check the path and the permissions"),
    "inspect 客服部.xlsx --rules 客服部.xlsx": ("请换成文本文件", "name a text file"),
    "inspect 客服部.xlsx --rules gbk.toml": ("请另存为 UTF-8", "save it as UTF-8"),
    "inspect 客服部.xlsx --rules 坏语法.toml": ("第 1 行第 6 列写法不对", "line 1, column 6"),
    "inspect 客服部.xlsx --rules 没写完.toml": ("文件末尾写法不对", "not valid TOML at the end"),
    "inspect 客服部.xlsx --rules 打错字.toml": ("是否想写“weight”？", 'did you mean "weight"?'),
    "inspect 客服部.xlsx --vocabulary 没有.toml": ("请检查路径和文件名", "check the path and the name"),
    "inspect 客服部.xlsx --vocabulary 坏语法.toml": ("请改正后再试", "correct it and try again"),
    "inspect 客服部.xlsx --vocabulary 打错字.toml": ("这里有 header", "known here: header"),
    "inspect 客服部.xlsx --map 权重": ("应像 权重=E,得分=G", "write weight=E,score=G"),
    "inspect 客服部.xlsx --map 没有.toml": ("请检查路径和文件名", "check the path and the name"),
    "inspect 客服部.xlsx --map 重量=E": ("例：指标 权重", "such as"),
    "inspect 加密.xlsx --password-file 没有.txt": ("请检查路径和文件名", "check the path and the name"),
    "inspect 加密.xlsx --password-file 空的.txt": ("请把密码写在第一行", "write it there"),
    "embed 客服部.xlsx --anchor 65": ("应为 60、70、100 之一", "must be one of 60, 70, 100"),
    "embed 客服部.xlsx --anchor 六十": ("应为整数（用法见", "see scorecard embed --help"),
    "embed 客服部.xlsx --cap-score x": ("应为 literal 或 full_at_cap", "must be literal or full_at_cap"),
    "embed 客服部.xlsx --formulas vba": ("native 或 udf", "native or udf"),
    "embed 客服部.xlsx --period": ("它后面要跟一个值", "requires an argument"),
    "embed 客服部.xlsx --rule x": ("是否想写 --force、--formulas、--rules？", "--rules"),
    "embed": ("缺少 FILE", "see scorecard embed --help"),
    "embd 客服部.xlsx": ("是否想写 embed？", "'embed'"),
    "embed 客服部.xlsx -o 结果.xls": ("请改名", "choose another name"),
    "embed 客服部.xlsx -o 结果": ("或已有的文件夹；请改名", "or a folder that exists; choose another name"),
    "embed 客服部.xlsx -o 旧.xlsx": ("确要覆盖请加 --force", "use --force to replace it"),
    "embed 客服部.xlsx -o 客服部.xlsx": ("确要覆盖请用 --in-place", "in-place"),
    "template new 001 -o 表.pdf": ("请改名", "choose another name"),
    "template new 001 -o 旧.xlsx": ("确要覆盖请加 --force", "use --force to replace it"),
    "template new 001 -o 新.xlsx --period 2026Q9": ("请写成 季度、2026Q4", "write 季度, 2026Q4"),
    "template new 999 -o 新.xlsx": ("有：000-", "000-"),
    "convert 客服部.xlsx --formulas udf": ("请先用 scorecard embed 嵌入", "run scorecard embed first"),
    "finalise --verify 客服部.xlsx": ("请给出 scorecard finalise 写出的文件", "that scorecard finalise has written"),
    "check 客服部.xlsx --fix 数字": ("是否想写 target-unreadable", "did you mean target-unreadable"),
    "check 客服部.xlsx --fix 苹果": ("代码写在每条发现后面的 [] 里", "codes stand in [] behind each finding"),
    "check 客服部.xlsx --fix text-numbers": ("是否想写 text-number", "did you mean text-number"),
    "consolidate 客服部.xlsx -o 汇总.pdf": (".xlsx 或 .csv", ".xlsx or .csv"),
    "consolidate 客服部.xlsx --period 下月": ("请写成 2026Q3", "write 2026Q3"),
    "consolidate 客服部.xlsx --roster 无表.xlsx": ("请给各列加上“姓名”", "head the columns with 姓名"),
    "consolidate 客服部.xlsx --hierarchy 没有.toml": ("请检查路径和文件名", "check the path and the name"),
    "history list 没有.db": ("先用 consolidate --history 记入", "record one by consolidate --history"),
    "history list 说明.docx": ("不是数据库文件）；请检查路径", "not a database); check the path"),
    "consolidate 客服部.xlsx --processes 0": ("不在允许的范围内", "see scorecard consolidate --help"),
    "split 无表.xlsx -o 评分单": ("请确认文件对不对", "make sure it is the right file"),
    "merge 客服部.xlsx 客服部.xlsx": ("请给出 scorecard split 写出的文件", "that scorecard split has written"),
    "year 客服部.xlsx": ("请给出 scorecard template new 写出的文件", "that scorecard template new has written"),
    "team 客服部.xlsx 旧.xlsx --kpi 出勤率": ("用 --from 给出", "give by --from"),
    "template new --roster 无表.xlsx -o 表": ("请加上表头后再试", "add these headings"),
    "history show 历史.db --period 2019Q1": ("用 scorecard history list", "scorecard history list shows"),
    "history show 历史.db --person 王五": ("不加 --person 列出所有人", "leave out --person"),
    "history show 历史.db --rule 中位数": ("应为 mean、sum", "use mean, sum"),
    "demo -o 客服部.xlsx": ("请检查磁盘空间和路径", "check the disk space and the path"),
    "excel bas -o 客服部.xlsx/a.bas": ("请检查磁盘空间和路径", "check the disk space and the path"),
    "addin libreoffice -o 客服部.xlsx/a.oxt": ("请检查磁盘空间和路径", "check the disk space and the path"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what people have lying about."""
    from openpyxl import Workbook

    from .books import classic_book, scored_list

    folder = tmp_path_factory.mktemp("desk")
    classic_book(folder / "客服部.xlsx")
    scored_list(folder / "旧.xlsx")
    (folder / "空文件夹").mkdir()
    for case in ("encrypted", "docx"):
        make, name = UNUSABLE[case]
        make(folder / name)
    book = Workbook()
    book.active["A1"] = "菜单"
    book.save(folder / "无表.xlsx")
    (folder / "~$客服部.xlsx").write_bytes(b"\5admin" + bytes(159))
    (folder / ".~lock.客服部.xlsx#").write_text(",admin,pc,01.01.2026 09:00;", "utf-8")
    store = folder / "历史.db"
    assert scorecard("consolidate", folder / "旧.xlsx", "--period", "2026Q3", "--history", store).status in (0, 1)
    (folder / "空的.txt").write_text("\n", "utf-8")
    (folder / "坏语法.toml").write_text("[[kpi]\nname = 及时率", "utf-8")
    (folder / "没写完.toml").write_text('title = "及时', "utf-8")
    (folder / "打错字.toml").write_text('[[kpi]]\nname = "及时率"\nweigth = 0.2\n', "utf-8")
    (folder / "gbk.toml").write_bytes('title = "及时率"\n'.encode("gbk"))
    return folder


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("line", MISTAKES)
def test_one_sentence_says_what_to_do(line: str, lang: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    before = {path: path.stat().st_mtime_ns for path in desk.rglob("*")}
    run = scorecard(*line.split(), lang=lang)
    assert run.status in (2, 3, 4)
    assert MISTAKES[line][LANGUAGES.index(lang)] in run.complaint
    # What a system or a parser says of itself, and a whole clause of English in a Chinese sentence.
    assert not re.search(r"Errno|codec|Traceback|\bNone\b", run.complaint)
    if lang == "zh":
        assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}", run.complaint)
        assert re.search("[\u4e00-\u9fff]", run.complaint)
    assert {path: path.stat().st_mtime_ns for path in desk.rglob("*")} == before


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("module", "extra", "line"),
    [
        ("msoffcrypto", "password", "inspect 加密.xlsx --password-file 密码.txt"),
        ("sqlalchemy", "sql", "history list postgresql://u@localhost/x"),
        ("distributed", "distributed", "recalc 客服部.xlsx --dask local"),
        ("fsspec.core", "remote", "recalc s3://hr/2026"),
    ],
)
def test_a_missing_extra_is_named_in_quotes_that_windows_takes(
    module: str, extra: str, line: str, lang: str, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    for path in desk.glob("*.xlsx"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "密码.txt").write_text("x\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    run = scorecard(*line.split(), lang=lang)
    assert run.status == 2
    assert run.complaint.endswith(f'pip install "scorecard-kpi[{extra}]"')


def test_parquet_names_its_extra(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scorecard.consolidation import exports

    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(exports, "import_module", missing)
    store = tmp_path / "历史.db"
    assert scorecard("consolidate", desk / "旧.xlsx", "--period", "2026Q3", "--history", store).status in (0, 1)
    run = scorecard("history", "export", store, "-o", tmp_path / "表")
    assert run.status == 2
    assert run.complaint == 'Parquet takes the extra parquet: pip install "scorecard-kpi[parquet]"'


def test_a_folder_is_called_as_the_prompt_has_it(form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`scorecard embed .` in the folder itself: the results go beside it."""
    folder = tmp_path / "部门"
    folder.mkdir()
    form.rename(folder / "客服部.xlsx")
    monkeypatch.chdir(folder)
    assert scorecard("embed", ".").status == 0
    assert (tmp_path / "部门_评分" / "客服部.xlsx").is_file()
    assert [path.name for path in folder.iterdir()] == ["客服部.xlsx"]


@pytest.mark.parametrize(
    ("problem", "zh", "en"),
    [
        (OSError(errno.EACCES, "Permission denied", "C:/表.xlsx"), "没有权限", "permission denied"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "没有这个文件或文件夹", "no such file or folder"),
        (OSError(9999, "Unheard of"), "Unheard of", "Unheard of"),
        (OSError("no number"), "no number", "no number"),
        (OSError(), "OSError", "OSError"),
        (ValueError("embedded null byte"), "embedded null byte", "embedded null byte"),
        (sqlite3.OperationalError("unable to open database file"), "打不开这个文件", "the file cannot be opened"),
        (sqlite3.OperationalError("no such\n table: x"), "no such table: x", "no such table: x"),
    ],
)
def test_what_the_system_says(problem: Exception, zh: str, en: str) -> None:
    assert refusals.reason(problem) == Message(zh, en)
