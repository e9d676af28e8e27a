"""The documents: their examples run, their links lead somewhere, what is made is up to date, and no machine is named."""

from __future__ import annotations

import doctest
import re
import struct
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
import xlsxwriter

import docs.functions
import docs.pictures
from scorecard.functions import CATALOGUE
from scorecard.scoring.values import CellError
from scorecard.workbook.engine import Engine
from scorecard.workbook.formulas import EXCLUDE_WORD, WAIT_WORD, ZERO_WORD
from scorecard.workbook.rulesheet import BLANK_RULE
from tests.libreoffice.office import Office
from workbooks.build import load

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def ids(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in page.read_text("utf-8")], ids=ids)
def test_the_examples_run(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCORECARD_LANG", "en")
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.attempted
    assert not result.failed, "see the output above"


def code(page: str) -> str:
    """The examples of a page without what is said about them: comments are in the page's language."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.sub(" +# .*", "", "".join(re.findall("^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)))


def test_the_rules_of_scoring_are_the_same_in_both_languages() -> None:
    assert code("scoring.md") == code("scoring-zh.md") and code("scoring.md").count(">>> ") > 30
    english, chinese = ((ROOT / "docs" / name).read_text("utf-8") for name in ("scoring.md", "scoring-zh.md"))
    for pattern in (r"^## (\d+)\.", r"^\| `?(\w+)`? ?\|.*\|$", r"`(#?[\w%]+!?)`"):
        found = [re.findall(pattern, page, re.MULTILINE) for page in (english, chinese)]
        assert found[0] and {w for w in found[0] if w.isascii() and "_" in w} <= set(found[1])
    assert re.findall(r"^## (\d+)\.", english, re.MULTILINE) == re.findall(r"^## (\d+)\.", chinese, re.MULTILINE)


def test_many_workbooks_are_told_alike_in_both_languages() -> None:
    """The same commands, options, code and exit statuses; what stands behind a command says what it does."""
    assert code("batch.md") == code("batch-zh.md") != ""
    english, chinese = ((ROOT / "docs" / name).read_text("utf-8") for name in ("batch.md", "batch-zh.md"))
    for pattern in (r"^(scorecard \S+|dask \S+|schtasks .*|30 .*)", r"^\| `(--[\w-]+)", r"^- \*\*|^- `", r"^## "):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(pattern, chinese, re.MULTILINE) != []
    assert set(re.findall(r"\d+", english)) == set(re.findall(r"\d+", chinese))


def test_the_steps_of_the_checklist_are_the_same_in_both_languages() -> None:
    steps = [
        re.findall(r"^\| (\d+) \|", (ROOT / "docs" / name).read_text("utf-8"), re.MULTILINE)
        for name in ("windows-checklist.md", "windows-checklist-zh.md")
    ]
    assert steps[0] == steps[1] == [str(n) for n in range(1, len(steps[0]) + 1)]


def test_the_questions_speak_of_the_sheet_as_it_is() -> None:
    page = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")
    assert f"“{BLANK_RULE}”从 `{WAIT_WORD}` 改成 `{ZERO_WORD}` 或 `{EXCLUDE_WORD}`" in page
    assert f"{BLANK_RULE} is `{WAIT_WORD}` (wait), `{ZERO_WORD}` (counts as 0) or `{EXCLUDE_WORD}`" in page


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "docs"], ids=ids)
def test_every_page_greets_in_chinese(page: Path) -> None:
    """Its title, and a sentence before anything else that one must read English for."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if not line.startswith("<!--")]
    head = "\n".join(lines[:40])
    assert re.search(r"^# .*([\u4e00-\u9fff]|xlwings|scorecard)", head)
    assert re.search(r"[\u4e00-\u9fff]{4}[^\n]*[。：]|\[中文", head)


def test_the_readme_has_examples() -> None:
    assert ">>> " in (ROOT / "README.md").read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The places in a page that a link may name, as the usual sites make them from headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.is_relative_to(ROOT) or not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_machine_is_named(page: Path) -> None:
    """Neither somebody's folders nor the addresses of a network; examples use the names that are reserved for them."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w.*>}<])/(?:root|home|work|tmp|opt|Users|mnt)/\S*|[A-Za-z]:\\Users\\\S*", text)
    named += re.findall(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\blocalhost\b", text)
    hosts = re.findall(r"https?://([^/\s:)>`]+)", text)
    named += [host for host in hosts if re.search(r"pypi|npmjs|registry|mirror|\.local$|\.internal$|\.lan$", host)]
    assert not named


# --- docs/functions.md -----------------------------------------------------------------------------------------------


def test_the_page_of_functions_is_up_to_date() -> None:
    assert docs.functions.PATH.read_text(encoding="utf-8") == docs.functions.text(), "run: python -m docs.functions"


def in_the_page() -> list[tuple[str, str]]:
    """Formulas and results as the page shows them."""
    text = docs.functions.PATH.read_text(encoding="utf-8")
    return re.findall(r"^- Example 示例: `(.+)`\n- Result 结果.*?: `(.+)`$", text, re.MULTILINE)


def test_every_example_of_the_page_computes_in_a_workbook(tmp_path: Path) -> None:
    """Not the callables: the formulas, in cells of a workbook, by the engine of `scorecard recalc`."""
    examples = in_the_page()
    assert [formula[1:].partition("(")[0] for formula, _ in examples] == list(CATALOGUE)
    path = tmp_path / "examples.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for row, (formula, _) in enumerate(examples):
        # Far apart: an array must not spill over the next example.
        sheet.write_formula(row * 20, 0, formula)
    book.close()
    values = Engine.load(path).evaluate()
    for row, (formula, shown) in enumerate(examples):
        value = values["S", row * 20 + 1, 1]
        if isinstance(value, float):
            assert value == pytest.approx(float(shown), abs=1e-9), formula
        else:
            assert str(value) == shown, formula


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_errors_of_the_page_have_a_reason_in_both_languages(name: str) -> None:
    for error in docs.functions.errors_of(CATALOGUE[name]):
        assert isinstance(error, CellError) and error.reason is not None
        assert re.search(r"[\u4e00-\u9fff]", error.reason.zh) and error.reason.en.strip()


@pytest.mark.parametrize("module", [docs.functions, docs.pictures], ids=lambda module: module.__name__)
def test_the_examples_of_the_makers_run(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted and not result.failed


# --- pictures --------------------------------------------------------------------------------------------------------


def size_of(png: Path) -> tuple[int, int]:
    head = png.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:])


@pytest.mark.parametrize("name", [name for name, _ in docs.pictures.PAGES])
def test_pictures_are_there_and_light(name: str) -> None:
    picture = docs.pictures.FOLDER / name
    width, height = size_of(picture)
    assert 600 < width < 2400 and 300 < height < 1600
    assert picture.stat().st_size < 300_000


def test_pictures_are_drawn_without_signs_of_trouble(office: Office, tmp_path: Path) -> None:
    """What LibreOffice prints of the workbook in the pictures: no ####, no error, no formula text, the whole table."""
    workbook = docs.pictures.workbook(tmp_path)
    [pdf] = office.convert(workbook, "pdf", tmp_path / "pdf")
    printed = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode(
        "utf-8"
    )
    form, rules, *rest = printed.split("\f")
    assert "".join(rest).strip() == "", "more pages than pictures"
    assert "###" not in printed and not re.search(r"#(?:REF|N/A|VALUE|DIV|NAME|NUM)", printed) and "=IF(" not in printed
    # The definition says what must stand there, word for word.
    for kpi in load("001").kpis:
        assert kpi.name in form and kpi.name in rules
    assert re.search(r"总分\s+75\.50", form)
