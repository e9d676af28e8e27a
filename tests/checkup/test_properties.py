"""Whatever stands in a form, a check-up ends, and fixes change the cells they planned and no other."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import scorecard
from scorecard.findings import SEVERITIES
from scorecard.workbook.checkup import codes
from scorecard.workbook.checkup.fixes import FIXABLE
from scorecard.workbook.checkup.mend import mend

from .books import FORMS, write

ODD = (
    None, 0, -1, 0.95, 95, 1e300, True, "#N/A", "=1/0", "=A1", "=B7:B9", "=SUM(E4:E8)", "=RAND()", "√", "优", "3-5",
    "95%-98%", "≥", "≥98%", "０．９２％", "旳", "\u200b", "  ", "N/A", "不适用", "解决率达95%、满意度99%", "2000万",
    "3次/台", "总分", "合计", "指标名称", "直接上级：", "实际/目标×100", "%", "2026年13月", "及", "、", "x" * 500,
)  # fmt: skip
FORMATS = ("General", "0%", "yyyy-mm-dd", "@", '0"次"', "h:mm")
CELLS = st.dictionaries(
    st.builds("{}{}".format, st.sampled_from("ABCDEFGHIJ"), st.integers(1, 13)),
    st.tuples(st.sampled_from(ODD), st.sampled_from(FORMATS)),
    min_size=1,
    max_size=10,
)


def spoiled(folder: str, form: str, cells: dict[str, tuple[object, str]]) -> Path:
    def edit(book):  # type: ignore[no-untyped-def]
        for name, (value, number_format) in cells.items():
            book["考核表"][name] = value
            book["考核表"][name].number_format = number_format

    return write(Path(folder) / "表.xlsx", form, edit=edit)


def check_everything(form: str, cells: dict[str, tuple[object, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = spoiled(folder, form, cells)
        found = scorecard.check(path)
        assert {f.code for f in found.findings} <= set(codes())
        ranks = [SEVERITIES.index(f.severity) for f in found.findings]
        assert ranks == sorted(ranks)
        assert all(f.severity in codes()[f.code].severities for f in found.findings)
        done = mend(path, Path(folder) / "改.xlsx", fix=FIXABLE)
        before, after = (load_workbook(p)["考核表"] for p in (path, Path(folder) / "改.xlsx"))
        places = {cell.coordinate for ws in (before, after) for row in ws.iter_rows() for cell in row}
        changed = {name for name in places if str(before[name].value) != str(after[name].value)}
        assert changed <= {edit.cell for edit in done.edits}


@settings(max_examples=12)
@given(form=st.sampled_from(sorted(FORMS)), cells=CELLS)
def test_a_spoiled_form_is_checked_and_mended(form: str, cells: dict[str, tuple[object, str]]) -> None:
    check_everything(form, cells)


@pytest.mark.soak
@given(form=st.sampled_from(sorted(FORMS)), cells=CELLS)
def test_many_spoiled_forms_are_checked_and_mended(form: str, cells: dict[str, tuple[object, str]]) -> None:
    check_everything(form, cells)
