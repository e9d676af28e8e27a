"""What is learnt from one workbook of a form never gives another number for the next."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.errors import ScorecardError
from scorecard.scoring.values import CellError
from scorecard.workbook.package import Package
from scorecard.workbook.recalc import Recalculation, recalculate, update
from scorecard.workbook.reuse import Form, Forms
from tests.workbook.raw import cell, raw_workbook
from workbooks.build import build, load

Input = float | int | str | bool | CellError | None

FORMULAS = (
    "A1+A2", "SUM(A1:A6)", "IF(A3=\"\",\"空\",A3&\"!\")", "COUNTA(A1:A6)", "ISBLANK(A4)", "IFERROR(A1/A2,\"除零\")",
    "MAX(A1:A6)", "LEN(A3)", "A5=TRUE", "SUMPRODUCT((A1:A6<>\"\")*1)", "IF(ISERROR(A6),\"错\",A6)", "ROUND(A1/3,2)",
    "COUNTIF(A1:A6,\">1\")", "LOOKUP(A1,{0,60,80},{\"差\",\"中\",\"优\"})", "C1*2", "SUM(C1:C15)+名", "TYPE(A4)", "A3",
    "AVERAGE(A1:A2)", "TEXT(A1,\"0.0%\")", "KPI_SCORE(A1,{0,50,100},{0,60,100})", "Z9", "COUNTBLANK(A1:A6)", "SUM(数据!A:A)",
    "A4&\"\"", "IF(A1>A2,A1,A2)", "VLOOKUP(A3,数据!A1:B3,2,FALSE)", "MATCH(A1,A1:A6,0)", "N(A5)", "EXACT(A3,\"甲\")",
)  # fmt: skip


def workbook(
    inputs: Sequence[Input], *, shift: int = 0, inline: bool = False, cached: int = 1, formulas: Sequence[str] = FORMULAS,
    style: str = "", styles: bytes | None = None,
) -> bytes:  # fmt: skip
    """A form with six inputs; texts are shared strings whose numbers move with `shift`."""
    texts = [f"垫{n}" for n in range(shift)] + ["甲", "乙", "丙"]
    cells = []
    for row, value in enumerate(inputs, 1):
        name, mark = f"A{row}", style
        if value is None:
            cells.append(f'<c r="{name}"{mark}/>')
        elif isinstance(value, bool):
            cells.append(cell(name, f"<v>{int(value)}</v>", f'{mark} t="b"'))
        elif isinstance(value, CellError):
            cells.append(cell(name, f"<v>{value.code}</v>", f'{mark} t="e"'))
        elif isinstance(value, str) and inline:
            cells.append(cell(name, f"<is><t>{escape(value)}</t></is>", f'{mark} t="inlineStr"'))
        elif isinstance(value, str):
            if value not in texts:
                texts.append(value)
            cells.append(cell(name, f"<v>{texts.index(value)}</v>", f'{mark} t="s"'))
        else:
            cells.append(cell(name, f"<v>{value!r}</v>", mark))
    for row, formula in enumerate(formulas, 1):
        cells.append(cell(f"C{row}", f"<f>{escape(formula)}</f><v>{cached}</v>"))
    data = cell("A1", f"<v>{texts.index('甲')}</v>", ' t="s"') + cell("B1", "<v>5</v>")
    data += cell("A2", f"<v>{texts.index('乙')}</v>", ' t="s"') + cell("B2", f"<f>表!A1*10</f><v>{cached}</v>")
    strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    extra = {"xl/styles.xml": styles} if styles else None
    return raw_workbook(
        {"表": "".join(cells), "数据": data}, strings=strings, names='<definedName name="名">表!$A$2</definedName>',
        extra=extra,
    )  # fmt: skip


def through(forms: Forms, data: bytes) -> tuple[Recalculation, bytes, bool]:
    """The result and the new bytes, and whether a form served."""
    package = Package.open(data)
    before = {key: form._seen for key, form in forms._forms.items()}
    result = forms.update(package)
    served = any(before.get(key) is not None and form._seen is not before[key] for key, form in forms._forms.items())
    return result, package.to_bytes(), served


def fresh(data: bytes) -> tuple[Recalculation, bytes]:
    package = Package.open(data)
    return update(package), package.to_bytes()


def learnt(*inputs: Input, **options: object) -> Forms:
    forms = Forms()
    for _ in range(2):
        through(forms, workbook(inputs, **options))  # type: ignore[arg-type]
    return forms


numbers = st.one_of(
    st.integers(-3, 120), st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from([0, 0.1 + 0.2, 1e-9, 1e300])
)
anything = st.one_of(
    numbers, st.booleans(), st.none(), st.sampled_from([CellError("#N/A"), CellError("#DIV/0!"), CellError("#VALUE!")]),
    st.sampled_from(["甲", "乙", "文字", "95%", "1", "TRUE", "N/A", " 空白 ", "a&b<c>", "'x", "=1+1", "_x0041_", "", "12月"]),
    st.text("甲乙ab1 .%", max_size=4),
)  # fmt: skip
book = st.tuples(
    st.lists(anything, min_size=6, max_size=6), st.integers(0, 3), st.booleans(), st.sampled_from([0, 1, 2])
)


@given(st.lists(book, min_size=2, max_size=4))
def test_a_form_gives_what_computing_anew_gives(books: list[tuple[list[Input], int, bool, int]]) -> None:
    forms = learnt(1, 2, "甲", None, True, 6)
    assert forms._forms
    for inputs, shift, inline, cached in books:
        data = workbook(inputs, shift=shift, inline=inline, cached=cached)
        result, new, _ = through(forms, data)
        expected, expected_new = fresh(data)
        assert (result.changes, result.kept, result.findings) == (expected.changes, expected.kept, expected.findings)
        assert new == expected_new


@pytest.mark.parametrize("flavour", ["native", "udf"])
def test_filled_copies_of_a_bundled_form(flavour: str) -> None:
    from benchmarks.recalc import edited

    filled = build(load("001"), actuals=True, formulas=flavour)
    dice, forms, reused = random.Random(4), Forms(), 0
    for _ in range(12):
        data = edited(filled, dice, "F", [6, 8, 9, 10])
        result, new, served = through(forms, data)
        expected, expected_new = fresh(data)
        assert result.changes and result.changes == expected.changes and new == expected_new
        reused += served
    assert reused == 10


def test_it_serves_the_third_and_those_after_it() -> None:
    forms = Forms()
    served = [through(forms, workbook([n, 2, "甲", None, True, n]))[2] for n in range(6)]
    assert served == [False, False, True, True, True, True]


def test_numbers_of_shared_strings_may_mean_other_texts() -> None:
    forms = learnt(1, 2, "甲", None, True, 6, shift=0)
    # The same bytes in the sheet, "甲" is another text now.
    data = workbook([1, 2, "甲", None, True, 6])
    package = Package.open(data)
    package.write("xl/sharedStrings.xml", package.read("xl/sharedStrings.xml").replace("甲".encode(), "换".encode()))
    result, _, served = through(forms, package.to_bytes())
    assert served
    assert {c.cell: c.new for c in result.changes}["C18"] == "换"


OTHERS = {
    "another formula": workbook([1, 2, "甲", None, True, 6], formulas=("A1-A2", *FORMULAS[1:])),
    "a formula typed over": workbook([1, 2, "甲", None, True, 6]),
    "one cell more": workbook([1, 2, "甲", None, True, 6, 7]),
    "other styles": workbook([1, 2, "甲", None, True, 7], styles=b"<styleSheet/>"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_not_the_same_form_is_computed_anew(case: str) -> None:
    forms = learnt(1, 2, "甲", None, True, 6)
    data = OTHERS[case]
    if case == "a formula typed over":
        package = Package.open(data)
        sheet = package.read("xl/worksheets/sheet1.xml")
        package.write("xl/worksheets/sheet1.xml", sheet.replace(b"<f>A1+A2</f><v>1</v>", b"<v>77</v>"))
        data = package.to_bytes()
    result, new, served = through(forms, data)
    assert not served
    expected, expected_new = fresh(data)
    assert (result.changes, new) == (expected.changes, expected_new)
    # And the form serves its own as before.
    assert through(forms, workbook([5, 6, "乙", 1, False, 6]))[2]


def _with(data: bytes, old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    package = Package.open(data)
    content = package.read(part)
    assert old in content
    package.write(part, content.replace(old, new, 1))
    return package.to_bytes()


# Written as other programs write them; a number of an input, a text of a formula, the sheet itself.
ODD = {
    "an input that is a formula's text": (b'<c r="A1"><v>9</v></c>', b'<c r="A1" t="str"><v>9</v></c>'),
    "a text typed as a string": (b'<c r="A1"><v>9</v></c>', '<c r="A1" t="str"><v>甲乙</v></c>'.encode()),
    "an input that is no number": (b'<c r="A1"><v>9</v></c>', b'<c r="A1"><v>nine</v></c>'),
    "an infinite number": (b'<c r="A1"><v>9</v></c>', b'<c r="A1"><v>1E999</v></c>'),
    "an error that nobody knows": (b'<c r="A1"><v>9</v></c>', b'<c r="A1" t="e"><v>#SPILL?</v></c>'),
    "an inline text beside a number": (b'<c r="A1"><v>9</v></c>', b'<c r="A1"><is><t>x</t></is><v>9</v></c>'),
    "an inline text with formats": (
        b'<c r="A1"><v>9</v></c>', b'<c r="A1" t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r></is></c>',
    ),
    "another attribute": (b'<c r="A1"><v>9</v></c>', b'<c r="A1" cm="1"><v>9</v></c>'),
    "a formula's text": (b"<v>1</v></c>", b"<v>one</v></c>"),
    "a comment": (b"<sheetData>", b"<!-- by hand --><sheetData>"),
    "a cell broken off": (b'<c r="A1"><v>9</v></c>', b'<c r="A1"><v>9</c>'),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_a_workbook_written_in_an_unusual_way(case: str) -> None:
    forms = learnt(1, 2, "甲", None, True, 6)
    data = _with(workbook([9, 2, "甲", None, True, 6]), *ODD[case])
    try:
        expected = fresh(data)
    except ScorecardError as refusal:
        with pytest.raises(type(refusal)):
            through(forms, data)
    else:
        result, new, _ = through(forms, data)
        assert (result.changes, new) == (expected[0].changes, expected[1])
    # And the form serves its own as before.
    assert through(forms, workbook([5, 6, "乙", 1, False, 6]))[2]


@pytest.mark.parametrize("formula", ["A3", "A3&\"!\"", "A1>1", "A1/0"])
def test_stored_texts_of_formulas_are_compared_as_texts(formula: str) -> None:
    """What a formula gave may be a text, nothing, a truth or an error; each is told from the others."""
    forms = learnt(1, 2, "甲", None, True, 6, formulas=(formula,))
    for kind, stored in (("str", "甲"), ("str", ""), ("b", "1"), ("e", "#DIV/0!"), ("str", "甲!"), ("s", "0"), ("", "")):
        cached = f"<v>{stored}</v>" if stored else ""
        mark = f' t="{kind}"' if kind else ""
        old = f'<c r="C1"><f>{escape(formula)}</f><v>1</v>'
        new = f'<c r="C1"{mark}><f>{escape(formula)}</f>{cached}'
        data = _with(workbook([3, 2, "甲", None, True, 6], formulas=(formula,)), old.encode(), new.encode())
        result, written, _ = through(forms, data)
        expected, expected_new = fresh(data)
        assert (result.changes, written) == (expected.changes, expected_new), (kind, stored)


def test_a_part_that_another_program_packed_differently_is_the_same() -> None:
    forms = learnt(1, 2, "甲", None, True, 6)
    data = workbook([9, 2, "甲", None, True, 6])
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    result, _, served = through(forms, stored.getvalue())
    assert served and result.changes == fresh(data)[0].changes


@pytest.mark.parametrize(
    "formulas",
    [
        ("TODAY()",), ("INDIRECT(\"A1\")",), ("OFFSET(A1,1,0)",), ("NOSUCH(A1)",), ("SUBTOTAL(109,A1:A6)",), ("A1+",),
        ("RAND()",), ("Table1[x]",), ("SUM([1]x!A1)",),
    ],
)  # fmt: skip
def test_forms_that_cannot_be_learnt(formulas: tuple[str, ...]) -> None:
    forms = learnt(1, 2, "甲", None, True, 6, formulas=formulas)
    assert not forms._forms
    assert not through(forms, workbook([2, 2, "甲", None, True, 6], formulas=formulas))[2]


def test_circles_are_left_alone_whichever_way() -> None:
    forms = learnt(1, 2, "甲", None, True, 6, formulas=("IF(A1>5,C2,1)", "C1+1"))
    for number in (2, 7, 3):
        data = workbook([number, 2, "甲", None, True, 6], formulas=("IF(A1>5,C2,1)", "C1+1"))
        assert through(forms, data)[1] == fresh(data)[1]


def test_a_date_is_left_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    dates = b"""<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>
        <xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"""
    options = {"style": ' s="1"', "styles": dates, "formulas": ("A1+1", "YEAR(A2)")}
    forms = learnt(46000, 46001, None, None, None, None, **options)
    data = workbook([46002, 46001, None, None, None, None], **options)  # type: ignore[arg-type]
    assert through(forms, data)[1] == fresh(data)[1]


def test_a_form_that_fits_nobody_gives_way() -> None:
    forms = learnt(1, 2, "甲", None, True, 6)
    other = ("A1-A2", *FORMULAS[1:])
    served = [through(forms, workbook([n, 2, "甲", None, True, 6], formulas=other))[2] for n in range(6)]
    assert served[-1]


def test_only_so_many_are_held() -> None:
    forms = Forms(room=2)
    for count in (1, 2, 3, 4):
        for number in range(3):
            through(forms, workbook([number, 2, "甲", None, True, 6], formulas=FORMULAS[:count]))
    assert len(forms._forms) == 2


def test_the_engine_gives_up_only_once() -> None:
    """A form whose engine fails is thrown away, and the workbook is computed anew."""
    forms = learnt(1, 2, "甲", None, True, 6)
    [form] = forms._forms.values()
    form._engine.evaluate_again = lambda _: None  # type: ignore[method-assign]
    data = workbook([9, 2, "甲", None, True, 6])
    assert through(forms, data)[1] == fresh(data)[1]
    assert not forms._forms and isinstance(form, Form)


def test_check_changes_nothing() -> None:
    forms = learnt(1, 2, "甲", None, True, 6)
    data = workbook([9, 2, "甲", None, True, 6])
    package = Package.open(data)
    result = forms.update(package, check=True)
    assert result.changes == recalculate(data, check=True).changes
    assert package.to_bytes() == data
