"""What the .oxt holds: generated from the catalogue, and running on a bare Python 3.10."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scorecard.errors import UsageError
from scorecard.functions import CATALOGUE
from tests.udfs.libreoffice.calc import Calc
from tests.udfs.libreoffice.conftest import require_calc
from udfs.libreoffice import build, parts
from udfs.libreoffice.interface import idl

ROOT = Path(__file__).resolve().parents[3]

PROBE = '''

@worksheet(
    DATA,
    Message("探针：加倍。", "A probe: twice the number."),
    one("number", "数字", "a number"),
    many("more", "更多", "more of them", optional=True),
    example=("=KPI_PROBE(21)", 42.0),
)
def KPI_PROBE(number: Any, more: Range = None) -> Result:
    """Twice a number."""
    return 2.0 * (read(cell_of(number)).number or 0.0)
'''


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    first, second = build(tmp_path / "a" / "one.oxt"), build(tmp_path / "two.oxt")
    assert first.read_bytes() == second.read_bytes()
    assert build(second).read_bytes() == first.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "two.oxt"]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="oxt"):
        build(tmp_path / "scorecard.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_names_what_is_there(oxt: Path) -> None:
    with zipfile.ZipFile(oxt) as archive:
        names = set(archive.namelist())
        manifest = ElementTree.fromstring(archive.read("META-INF/manifest.xml"))
        for name in names:
            if name.endswith((".xml", ".xcu")):
                ElementTree.fromstring(archive.read(name))
    listed = {value for entry in manifest for key, value in entry.attrib.items() if key.endswith("full-path")}
    assert listed == {"functions.idl", "CalcAddIns.xcu", "Addons.xcu", "component.py"}
    assert listed < names


def test_types_follow_from_the_catalogue() -> None:
    text = idl(CATALOGUE.values())
    for entry in CATALOGUE.values():
        line = next(line for line in text.splitlines() if f" {entry.name}(" in line)
        types = re.findall(r"\[in\] (\S+) p\d\d", line)
        wanted = [
            "com::sun::star::table::XCellRange" if a.is_range and not a.optional else "any" for a in entry.arguments
        ]
        assert types == wanted
        assert line.strip().startswith("sequence< sequence< any > >" if entry.returns_array else "any ")


def test_the_code_inside_runs_on_a_bare_python(oxt: Path, tmp_path: Path) -> None:
    """Python 3.10 syntax, which LibreOffice brings on Windows; nothing but the standard library beside UNO."""
    sources = {name: text for name, text in parts().items() if name.endswith(".py")}
    for name, text in sources.items():
        ast.parse(text, filename=name, feature_version=(3, 10))
    with zipfile.ZipFile(oxt) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules)\n"
        "import scorecard.functions, scorecard_calc.tables, scorecard_calc.explanation, scorecard_calc.checkup\n"
        "import scorecard_calc.values, scorecard_calc.names\n"
        "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names)))\n"
        "print(len(scorecard.functions.CATALOGUE))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(tmp_path / "pythonpath")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n")[:2] == ["['scorecard', 'scorecard_calc']", str(len(CATALOGUE))]


def test_calc_is_new_enough(calc: Calc) -> None:
    version = tuple(int(part) for part in re.findall(r"\d+", calc.version)[:2])
    assert version >= (25, 2), f"{calc.version}: tests/libreoffice/install gets a newer one"


def test_the_function_wizard_shows_the_help(calc: Calc) -> None:
    known = calc("function_descriptions")
    assert set(known) == set(CATALOGUE)
    for entry in CATALOGUE.values():
        text, arguments = known[entry.name]
        assert entry.help.en in text and entry.category.en in text
        assert [name for name, _, _ in arguments] == [argument.name for argument in entry.arguments]
        assert all(a.help.en in shown for a, (_, shown, _) in zip(entry.arguments, arguments, strict=True))


def test_the_help_is_there_in_chinese(calc: Calc) -> None:
    known = calc("configured_help", "zh-CN")
    assert set(known) == set(CATALOGUE)
    for entry in CATALOGUE.values():
        text, arguments = known[entry.name]
        assert entry.help.zh in text and entry.category.zh in text
        assert len(arguments) == len(entry.arguments)
        assert all(a.help.zh in shown for a, shown in zip(entry.arguments, arguments, strict=True))


@pytest.mark.parametrize(
    ("locale", "title", "first"), [("zh-CN", "绩效评分", "嵌入评分"), ("en-US", "Scorecard", "Embed scoring")]
)
def test_the_menu(calc: Calc, locale: str, title: str, first: str) -> None:
    shown, entries = calc("configured_menu", locale)
    assert shown == title
    assert entries[0] == [first, "service:org.scorecard.kpi.Commands?embed"]
    assert [url.partition("?")[2] for _, url in entries] == [
        "embed", "recalculate", "check", "explain", "next_period", "lock", "unlock", "charts"
    ]  # fmt: skip


def test_a_new_function_needs_no_other_edit(tmp_path: Path) -> None:
    """A copy of the package, with one more function in the catalogue: it is in the add-in and computes."""
    require_calc()
    for package in ("scorecard", "udfs"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "scorecard" / "functions.py").open("a", encoding="utf-8") as file:
        file.write(PROBE)
    oxt = tmp_path / "probe.oxt"
    run = subprocess.run(
        [sys.executable, "-c", f"from udfs.libreoffice import build; build({str(oxt)!r})"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    with Calc(oxt) as calc, calc.open() as document:
        document.put({"A1": "=KPI_PROBE(21)", "A2": "=KPI_GRADE(86.5)"})
        assert document.values(["A1", "A2"]) == [42, "良"]
        assert "twice the number" in calc("function_descriptions")["KPI_PROBE"][0]
        assert "加倍" in calc("configured_help", "zh-CN")["KPI_PROBE"][0]
