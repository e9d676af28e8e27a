"""The documentation site builds without a warning, and its search finds Chinese by any part of a phrase."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]

# What the reader's browser does with a query, on the files that it loads.
SEARCH = """
const fs = require('fs'), vm = require('vm');
const [folder, query] = process.argv.slice(1);
let index;
const scope = vm.createContext({window: {}, Search: {setIndex: (given) => { index = given; }}});
vm.runInContext(fs.readFileSync(folder + '/_static/language_data.js', 'utf8'), scope);
vm.runInContext(fs.readFileSync(folder + '/searchindex.js', 'utf8'), scope);
const pieces = vm.runInContext('splitQuery(' + JSON.stringify(query) + ')', scope);
const both = [index.terms, index.titleterms];
const pages = (piece) => both.flatMap((terms) => Object.hasOwn(terms, piece) ? [terms[piece]].flat() : []);
let found = new Set(index.docnames.keys());
for (const piece of pieces) found = new Set([...found].filter((page) => pages(piece).includes(page)));
console.log(JSON.stringify([...found].map((page) => index.docnames[page])));
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason='the extra "docs" is not installed') if not os.environ.get("CI") else None
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return folder


def found(site: Path, query: str) -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    run = subprocess.run([node, "-e", SEARCH, "--", str(site), query], capture_output=True, text=True, check=True)
    return list(json.loads(run.stdout))


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("达到目标", "scoring"),
        ("按比例分给其余指标", "scoring-zh"),
        ("绩效空白时", "faq"),
        ("扣分制", "scoring"),
        ("解除锁定", "faq"),
        ("KPI_WEIGHTED_SCORE", "functions"),
        ("recalc", "commands"),
    ],
)
def test_search_finds(site: Path, query: str, page: str) -> None:
    assert page in found(site, query)


def test_search_does_not_find_what_is_not_there(site: Path) -> None:
    assert found(site, "麒麟臂") == []


def test_chinese_goes_on_without_a_blank_where_a_line_ended(site: Path) -> None:
    """A browser shows the end of a line as a blank, which does not belong between Chinese characters."""
    chinese = "[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]"
    paragraphs = 0
    for page in site.glob("*.html"):
        for paragraph in re.findall(r"<p>(.*?)</p>", page.read_text(encoding="utf-8"), re.DOTALL):
            paragraphs += 1
            # Around code a blank is right, whatever stands in it.
            words = re.sub(r"<[^>]+>", "", re.sub(r"<code\b.*?</code>", "code", paragraph, flags=re.DOTALL))
            assert not re.search(rf"{chinese}\n *{chinese}", words), (page.name, words)
    assert paragraphs > 500


def test_every_page_of_the_folder_is_in_the_table_of_contents(site: Path) -> None:
    listed = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").split()
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= set(listed)
