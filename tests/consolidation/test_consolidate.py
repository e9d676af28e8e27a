"""A folder of filled forms: who is taken with which total, and what is not."""

from __future__ import annotations

import io
import pickle
import shutil
from pathlib import Path

import openpyxl
import pytest

import scorecard
from scorecard.cli.consolidate import _first
from scorecard.consolidation.consolidation import Consolidation
from scorecard.consolidation.reading import Reader
from scorecard.consolidation.records import Notice
from scorecard.messages import Message
from scorecard.workbook.mapping import Mapping
from scorecard.workbook.vocabulary import Vocabulary
from tests.cli.runner import scorecard as run
from tests.consolidation.departments import make_folder, roster
from tests.libreoffice.office import Office
from tests.workbook import forms


def card(path: Path, person: str, scores: list[object], self_scores: list[object] | None = None) -> Path:
    """The form with two evaluators, weights 0.4, 0.3, 0.2, 0.1."""
    ws = forms.sheet(name=person)
    forms.person_sheet(ws, person)
    for row, score in enumerate(scores, 4):
        ws.cell(row, 7, score)
    for row, score in enumerate(self_scores or [], 4):
        ws.cell(row, 6, score)
    path.parent.mkdir(parents=True, exist_ok=True)
    ws.parent.save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "部门表"
    card(base / "张三.xlsx", "张三", [85, 88, 75, 95], [90, 90, 90, 90])
    card(base / "李四.xlsx", "李四", [85, 88, 75, 94])
    card(base / "王五.xlsx", "王五", [85, "待定", 75, 95])
    card(base / "赵六.xlsx", "赵六", [85, None, 75, 95])
    shutil.copy(base / "张三.xlsx", base / "张三(1).xlsx")
    (base / "坏.xlsx").write_text("no workbook")
    (base / "~$李四.xlsx").write_text("lock")
    return base


def done_with(folder: Path) -> Consolidation:
    return scorecard.consolidate(folder)


def test_each_card_once_with_its_total_and_status(folder: Path) -> None:
    cards = done_with(folder).cards.set_index("file")
    # 0.4*85 + 0.3*88 + 0.2*75 + 0.1*95, and a point less for the last item
    assert cards.loc["张三.xlsx", "computed"] == pytest.approx(84.9, abs=1e-12)
    assert cards.loc["李四.xlsx", "computed"] == pytest.approx(84.8, abs=1e-12)
    assert cards["status"].to_dict() == {
        "张三.xlsx": "ok", "张三(1).xlsx": "duplicate", "李四.xlsx": "ok", "王五.xlsx": "error", "赵六.xlsx": "incomplete",
    }  # fmt: skip
    assert (cards["department"] == "研发部").all()
    assert (cards["period"] == "2026Q3").all()


def test_what_is_not_taken_says_where_and_why(folder: Path) -> None:
    quarantine = done_with(folder).quarantine
    assert list(quarantine[["file", "sheet", "cell", "code"]].itertuples(index=False, name=None)) == [
        ("坏.xlsx", "", "", "file-unreadable"),
        ("王五.xlsx", "王五", "G5", "score-unreadable"),
    ]
    assert "待定" in quarantine["message_zh"].iloc[1]


def test_only_people_count_once(folder: Path) -> None:
    people = done_with(folder).people
    assert sorted(people["person"]) == ["张三", "李四", "王五", "赵六"]
    assert people.set_index("person")["rank"].dropna().to_dict() == {"张三": 1, "李四": 2}


def test_the_command_answers_in_json_and_by_its_status(folder: Path, tmp_path: Path) -> None:
    result = run("consolidate", folder, "--json", "-o", tmp_path / "neu" / "汇总.xlsx")
    assert result.status == 1
    document = result.json
    assert document["schema"] == 1
    assert len(document["cards"]) == 5
    first = document["cards"][0]
    assert (first["file"], first["sheet"], first["person"], first["evaluator"]) == (
        "张三.xlsx",
        "张三",
        "张三",
        "李主管",
    )
    assert first["computed"] == pytest.approx(84.9, abs=1e-12)
    assert first["totals"]["自评"]["computed"] == pytest.approx(90)
    assert first["totals"]["自评"]["stated"] == pytest.approx(90)
    assert [q["file"] for q in document["quarantine"]] == ["坏.xlsx", "王五.xlsx"]
    assert (tmp_path / "neu" / "汇总.xlsx").exists()


def test_a_folder_without_trouble_ends_with_status_0(tmp_path: Path) -> None:
    card(tmp_path / "张三.xlsx", "张三", [85, 88, 75, 95])
    assert run("consolidate", tmp_path).status == 0


def test_a_summary_is_never_read_as_a_department_table(folder: Path) -> None:
    run("consolidate", folder, "-o", folder / "汇总.xlsx")
    shutil.copy(folder / "汇总.xlsx", folder / "旧汇总.xlsx")
    done = done_with(folder)
    assert len(done.cards) == 5
    assert {n.file for n in done.notices if n.code == "own-summary"} == {"汇总.xlsx", "旧汇总.xlsx"}


def test_a_former_summary_saved_as_xls_is_known_again(folder: Path, tmp_path: Path, office: Office) -> None:
    run("consolidate", folder, "-o", tmp_path / "汇总.xlsx")
    office.convert(tmp_path / "汇总.xlsx", "xls", folder)
    done = done_with(folder)
    assert len(done.cards) == 5 and [n.file for n in done.notices if n.code == "own-summary"] == ["汇总.xls"]


def test_a_table_with_a_person_in_each_column_is_no_empty_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [
        ["生产部2026年第三季度绩效考核评分表"], ["指标", "权重", "何二二", "吕三二"],
        ["产量", 0.5, 80, 90], ["质量", 0.5, 90, 80],
        ["总分", None, 85, 85],
    ]:  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "1.xlsx")
    done = scorecard.consolidate(tmp_path)
    assert [(n.file, n.code) for n in done.set_aside] == [("1.xlsx", "scores-unread")] and not len(done.people)
    book.active["A1"] = "姓名：何二二  2026年第三季度绩效考核表"
    book.save(tmp_path / "1.xlsx")
    done = scorecard.consolidate(tmp_path)
    assert list(done.people["person"]) == ["何二二"] and "scores-unread" in {n.code for n in done.notices}
    for cell in ("A1", "C3", "D3", "C4", "D4", "C5", "D5"):
        book.active[cell] = None
    book.save(tmp_path / "1.xlsx")
    done = scorecard.consolidate(tmp_path)
    assert not done.set_aside and "blank-form" in {n.code for n in done.notices}


def test_no_command_takes_a_summary_for_an_assessment_table(tmp_path: Path) -> None:
    base = tmp_path / "部门"
    card(base / "张三.xlsx", "张三", [85, 88, 75, 95])
    run("consolidate", base, "-o", base / "汇总.xlsx")
    before = (base / "汇总.xlsx").read_bytes()
    for command in ("inspect", "explain", "embed", "finalise"):
        result = run(command, base / "汇总.xlsx")
        assert result.status == 3 and "a summary written by consolidate" in result.err
    checked = run("check", base, "--json").json
    assert {f["code"] for f in checked["findings"] if "汇总" in f["file"]} == {"no-table"}
    assert run("embed", base, "-o", tmp_path / "out").status == 0
    assert (base / "汇总.xlsx").read_bytes() == before and not (tmp_path / "out" / "汇总.xlsx").exists()


def test_nothing_to_read_is_a_wrong_call(tmp_path: Path) -> None:
    assert run("consolidate", tmp_path).status == 2
    assert run("consolidate", tmp_path / "nowhere").status == 2


def test_an_old_xls_gives_the_same_card(tmp_path: Path, office: Office) -> None:
    new = card(tmp_path / "neu" / "张三.xlsx", "张三", [85, 88, 75, 95])
    office.convert(new, "xls", tmp_path / "alt")
    old = scorecard.consolidate(tmp_path / "alt")
    assert old.cards.loc[0, "computed"] == pytest.approx(84.9, abs=1e-12)
    assert (old.cards.loc[0, "person"], old.cards.loc[0, "status"]) == ("张三", "ok")
    assert "old-format" in set(old.findings["code"])


def test_half_year_and_yearly_sheets_beside_the_quarterly_card_are_noted_only(tmp_path: Path) -> None:
    assert (
        run("template", "new", "004-8", "--period", "2026Q3", "--person", "王五", "-o", tmp_path / "a.xlsx").status == 0
    )
    done = scorecard.consolidate(tmp_path)
    assert list(done.people["person"]) == ["王五"]
    assert not len(done.quarantine)
    others = (done.cards["status"] == "other_period").sum()
    assert others == list(done.findings["code"]).count("other-period")


# Headings that no list knows, in place of 指标, 权重 and 上级评分.
STRANGE = {"B3": "甲", "D3": "乙", "F3": None, "G3": "丙"}


def strange(path: Path, person: str, scores: list[object]) -> Path:
    ws = forms.sheet(name=person)
    forms.person_sheet(ws, person, formulas=False)
    for cell, text in STRANGE.items():
        ws[cell] = text
    for row, score in enumerate(scores, 4):
        ws.cell(row, 7, score)
    path.parent.mkdir(parents=True, exist_ok=True)
    ws.parent.save(path)
    return path


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "词.toml"
    path.write_text(
        '[header.name]\nterms = ["甲"]\n[header.weight]\nterms = ["乙"]\n[header.score]\nterms = ["丙"]\n', "utf-8"
    )
    return path


def test_further_words_make_strange_headers_readable(tmp_path: Path, words: Path) -> None:
    strange(tmp_path / "部门" / "张三.xlsx", "张三", [85, 88, 75, 95])
    without = run("consolidate", tmp_path / "部门", "--json")
    assert without.status == 1 and not without.json["cards"]
    result = run("consolidate", tmp_path / "部门", "--vocabulary", words, "--json")
    assert result.status == 0, result.err
    # 0.4*85 + 0.3*88 + 0.2*75 + 0.1*95
    assert [(c["person"], c["computed"]) for c in result.json["cards"]] == [("张三", pytest.approx(84.9, abs=1e-12))]


def test_a_mapping_makes_strange_headers_readable_in_the_files_it_is_about(tmp_path: Path) -> None:
    base = tmp_path / "部门"
    strange(base / "一组" / "研发部-张三.xlsx", "张三", [85, 88, 75, 95])
    strange(base / "一组" / "研发部-李四.xlsx", "李四", [85, 88, 75, 94])
    # A column of its own before the items, and a sheet of numbers without a header beside the card.
    other = strange(base / "王五.xlsx", "王五", [85, 88, 75, 93])
    book = openpyxl.load_workbook(other)
    book.active.insert_cols(2)
    book.create_sheet("说明").append(["截止", 2026, 9, 30])
    book.save(other)
    ours = card(base / "赵六.xlsx", "赵六", [85, 88, 75, 92])
    book = openpyxl.load_workbook(ours)
    book.create_sheet("说明").append(["截止", 2026, 9, 30])
    book.save(ours)
    mapping = tmp_path / "列.toml"
    mapping.write_text(
        '[[table]]\nfile = "研发部-*.xlsx"\ncolumns = {"指标" = "B", "权重" = "D", "得分" = "G"}\n'
        '[[table]]\nfile = "王五.XLSX"\ncolumns = {"指标" = "C", "权重" = "E", "得分" = "H"}\n',
        "utf-8",
    )
    result = run("consolidate", base, "--map", mapping, "--json")
    assert result.status == 0, result.err
    # 0.4*85 + 0.3*88 + 0.2*75 + 0.1*95, and a tenth less for each of the others
    assert {c["person"]: c["computed"] for c in result.json["cards"]} == {
        person: pytest.approx(84.9 - i / 10, abs=1e-12) for i, person in enumerate(("张三", "李四", "王五", "赵六"))
    }


def test_a_mapping_for_all_files_leaves_a_sheet_that_it_does_not_fit(tmp_path: Path) -> None:
    path = strange(tmp_path / "部门" / "张三.xlsx", "张三", [85, 88, 75, 95])
    book = openpyxl.load_workbook(path)
    book.create_sheet("说明").append(["截止", 2026, 9, 30])
    book.save(path)
    result = run("consolidate", tmp_path / "部门", "--map", "指标=B,权重=D,得分=G", "--json")
    assert [(c["sheet"], c["computed"]) for c in result.json["cards"]] == [("张三", pytest.approx(84.9, abs=1e-12))]
    # Without the column of items nothing can be made of it, and the sentence says so.
    result = run("consolidate", tmp_path / "部门", "--map", "权重=D,得分=G", "--json", lang="zh")
    assert [(q["code"], "指标=B" in q["message"]) for q in result.json["quarantine"]] == [("no-table", True)]
    assert run("consolidate", tmp_path / "部门", "--map", "天气=G").status == 2


def test_the_words_go_to_other_processes(tmp_path: Path, words: Path) -> None:
    for number, person in enumerate(("张三", "李四", "王五")):
        strange(tmp_path / "部门" / f"{person}.xlsx", person, [85 + number, 88, 75, 95])
    known = Vocabulary.load(words)
    alone = scorecard.consolidate(tmp_path / "部门", vocabulary=known, processes=1)
    together = scorecard.consolidate(tmp_path / "部门", vocabulary=known, processes=2)
    assert together.to_json() == alone.to_json() and len(alone.cards) == 3
    mapped = Vocabulary.load(None).mapped(Mapping.parse("指标=B,权重=D,得分=G"))
    assert (
        scorecard.consolidate(tmp_path / "部门", vocabulary=mapped, processes=2).to_json()["cards"]
        == alone.to_json()["cards"]
    )


def test_what_a_process_is_given_holds_no_text_of_workbooks_and_shows_no_password(words: Path) -> None:
    known = Vocabulary.load(words)
    known.match_header("机密部门权重")
    reader = Reader(vocabulary=known, password="geheim")
    assert "机密部门".encode() not in pickle.dumps(known)
    twin = pickle.loads(pickle.dumps(reader))
    assert twin.password == "geheim" and "geheim" not in repr(reader)
    match = twin.vocabulary.match_header("乙")
    assert match is not None and match == known.match_header("乙") and match.role == "weight"


def locked(path: Path, password: str) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = io.BytesIO(path.read_bytes())
    with path.open("wb") as stream:
        OOXMLFile(plain).encrypt(password, stream)


def test_encrypted_files_are_read_with_their_password(tmp_path: Path) -> None:
    base = tmp_path / "部门"
    locked(card(base / "张三.xlsx", "张三", [85, 88, 75, 95]), "秘密")
    locked(card(base / "李四.xlsx", "李四", [85, 88, 75, 94]), "别的")
    card(base / "王五.xlsx", "王五", [85, 88, 75, 93])
    (tmp_path / "pw").write_text("秘密\n", "utf-8")
    assert run("consolidate", base, "--json").json["summary"]["people"] == 1
    result = run("consolidate", base, "--password-file", tmp_path / "pw", "--json", lang="zh")
    assert result.status == 1
    assert [(c["person"], c["computed"]) for c in result.json["cards"]] == [
        ("张三", pytest.approx(84.9)), ("王五", pytest.approx(84.7))
    ]  # fmt: skip
    assert [(q["file"], q["code"], q["message"]) for q in result.json["quarantine"]] == [
        ("李四.xlsx", "file-unreadable", "密码不对；请检查密码文件的第一行")
    ]


def test_a_roster_may_be_encrypted_too(tmp_path: Path) -> None:
    card(tmp_path / "部门" / "张三.xlsx", "张三", [85, 88, 75, 95])
    roster = forms.sheet()
    forms.put(roster, 1, 1, ["姓名", "部门"])
    forms.put(roster, 2, 1, ["张三", "研发部"])
    forms.put(roster, 3, 1, ["李四", "研发部"])
    path = tmp_path / "花名册.xlsx"
    roster.parent.save(path)
    locked(path, "秘密")
    done = scorecard.consolidate(tmp_path / "部门", roster=path, password="秘密")
    assert [person for person, _, _ in done.missing] == ["李四"]


def test_what_a_scheduler_logs_names_nobody(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "部门", 11, 8)
    listed = roster(folder, tmp_path / "花名册.xlsx")
    result = run("consolidate", folder.root, "--roster", listed, "-o", tmp_path / "汇总.xlsx", lang="zh")
    assert result.status == 1
    count = result.err.strip().removeprefix("没有计入 ").removesuffix(" 处")
    assert int(count) > 0
    assert any(p.name in result.out for p in folder.people)


@pytest.mark.parametrize("wrong", [("-o", "汇总.pdf"), ("--keep", "middle"), ("--period", "2026Q9")])
def test_a_wrong_call_is_refused_before_anything_is_read(wrong: tuple[str, str], tmp_path: Path) -> None:
    """A folder that is not there is what reading would complain about first."""
    result = run("consolidate", tmp_path / "nowhere", *wrong)
    assert result.status == 2 and wrong[1] in result.err


def test_an_empty_form_is_nobody(folder: Path) -> None:
    path = card(folder / "考核表模板.xlsx", "", [])
    book = openpyxl.load_workbook(path)
    book.active["B2"], book.active.title = None, "Sheet1"
    book.save(path)
    done = done_with(folder)
    assert sorted(done.people["person"]) == ["张三", "李四", "王五", "赵六"]
    mine = done.cards.set_index("file").loc["考核表模板.xlsx"]
    assert (mine["status"], mine["counted"]) == ("incomplete", False)
    found = set(done.findings.query("file == '考核表模板.xlsx'")["code"])
    assert "blank-form" in found and "person-missing" not in found


class TestQuotas:
    """Who may have which grade, as the command takes it."""

    def test_they_stand_on_the_sheet_of_the_distribution(self, tmp_path: Path) -> None:
        for i, score in enumerate((95, 85, 75, 65)):
            card(tmp_path / "表" / f"{i}.xlsx", f"张{i}", [score] * 4)
        quotas = "优=25%，良=25%,中＝２５％、及格＝25%"
        done = run("consolidate", tmp_path / "表", "-o", tmp_path / "汇总.xlsx", "--quotas", quotas, lang="zh")
        assert done.status == 0 and "4 人" in done.out and "平均 80" in done.out, done.err
        shares = [
            cell.value
            for sheet in openpyxl.load_workbook(tmp_path / "汇总.xlsx").worksheets
            for row in sheet.iter_rows()
            for cell in row
        ]
        assert shares.count(0.25) >= 4

    @pytest.mark.parametrize("quotas", ["优", "优=很多", "优=50%", "优=150%,良=-50%", "甲=100%", "优=20，良=80"])
    def test_what_is_none(self, quotas: str, tmp_path: Path) -> None:
        card(tmp_path / "表" / "1.xlsx", "张三", [80] * 4)
        done = run("consolidate", tmp_path / "表", "-o", tmp_path / "x.xlsx", "--quotas", quotas, lang="zh")
        assert done.status == 2 and "优=10%" in done.complaint and not (tmp_path / "x.xlsx").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--keep", "best"), "best"),
        (("--period", "第三季度"), "2026Q3"),
        (("--period", "下个月"), "2026Q3"),
        (("--history", "h.db"), "--period"),
        (("--roster", "名单.xlsx"), "姓名"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, str], word: str, tmp_path: Path) -> None:
    ws = forms.sheet()
    forms.person_sheet(ws)
    for row in range(1, 4):
        for col in range(1, 8):
            if "2026" in str(ws.cell(row, col).value):
                ws.cell(row, col).value = None
    (tmp_path / "表").mkdir()
    ws.parent.save(tmp_path / "表" / "1.xlsx")
    empty = openpyxl.Workbook()
    empty.active.append(["部门", "岗位"])
    empty.save(tmp_path / "名单.xlsx")
    option, value = arguments
    value = str(tmp_path / value) if "." in value else value
    done = run("consolidate", tmp_path / "表", "-o", tmp_path / "x.xlsx", option, value)
    assert done.status == 2 and word in done.complaint


def test_one_of_each_is_no_plural(tmp_path: Path) -> None:
    card(tmp_path / "表" / "张三.xlsx", "张三", [80, 80, 80, 80])
    out = run("consolidate", tmp_path / "表").out
    assert "1 file, 1 table, 1 person, 1 complete" in out
    card(tmp_path / "表" / "李四.xlsx", "李四", [80, 80, 80, None])
    out = run("consolidate", tmp_path / "表").out
    assert "2 files, 2 tables, 2 people, 1 complete" in out and "incomplete: 李四 3/4" in out


def test_the_same_sentence_about_neighbours_is_one_line() -> None:
    said = Message("是文本", "is text")
    same = [Notice("text-number", "warning", "a.xlsx", "表", cell, said) for cell in ("B5", "B7", "B6", "D9")]
    other = Notice("text-number", "warning", "b.xlsx", "表", "C1,C2", said)
    assert [line.partition(": ")[0] for line in _first([*same, other])] == ["a.xlsx!表!B5:B7,D9", "b.xlsx!表!C1:C2"]
    assert _first([other]) == [f"b.xlsx!表!C1:C2: {said.text()}  [text-number]"]
