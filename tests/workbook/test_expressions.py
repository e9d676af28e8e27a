"""The own formula parser against the engine's, on formulas that people write and on random ones."""

from __future__ import annotations

import contextlib
from typing import Any

import formualizer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.workbook.addresses import split_range
from scorecard.workbook.expressions import Binary, Call, Literal, Name, Node, Ref, Unary, parse

WRITTEN = [
    "=F4*E4+F5*E5+F9", "=SUMPRODUCT(F4:F8,E4:E8)/SUM(E4:E8)", "=ROUND(SUM(F4:F8)*50%,2)", "='绩 效'!F4*$E$4", "=-F4+E4^2",
    '=IF(F4="","",SUM(F4:F8,F10))', "=F4*.5", "=1.5E3+A1", "=2^3^2", "=-2^2", "=A1&B1&\"x\"\"y\"", "=SUM()", "=IF(A1,,2)",
    "=A1<>B1", "=(A1+B1)*-C1", "=5%%", "=+A1", "= SUM( A1:A3 )", "=NOT(TRUE)", "=张三!G4",
    "='Bob''s'!A1:B2", "=COUNTIF(A1:A9,\">=60\")/COUNT(A1:A9)", "=LOG10(A1)+权重合计", "=A1>=60",
]  # fmt: skip


def theirs(node: dict[str, Any]) -> Any:
    """The engine's tree in the shape of ours."""
    kind = node["node_type"]
    if kind == "Literal":
        return ("literal", float(node["value"]) if isinstance(node["value"], (int, float)) else node["value"])
    if kind == "Omitted":
        return ("literal", None)
    if kind == "Reference":
        sheet, _, cells = node["reference"].rpartition("!")
        try:
            return ("ref", sheet.strip("'").replace("''", "'"), split_range(cells.replace("$", "")))
        except ValueError:
            return ("name", node["reference"])
    if kind == "Function":
        return ("call", node["name"].upper(), [theirs(arg) for arg in node["args"]])
    if kind == "UnaryOp":
        return ("unary", node["operator"], theirs(node["operand"]))
    assert kind == "BinaryOp", kind
    return ("binary", node["operator"], theirs(node["left"]), theirs(node["right"]))


def ours(node: Node) -> Any:
    match node:
        case Literal(value):
            return ("literal", float(value) if isinstance(value, (int, float)) else value)
        case Ref(sheet, area, _):
            return ("ref", sheet, area)
        case Name(name):
            return ("name", name)
        case Call(name, args):
            return ("call", name, [ours(arg) for arg in args])
        case Unary(operator, operand):
            return ("unary", operator, ours(operand))
        case Binary(operator, left, right):
            return ("binary", operator, ours(left), ours(right))


@pytest.mark.parametrize("formula", WRITTEN)
def test_formulas_that_people_write(formula: str) -> None:
    assert ours(parse(formula)) == theirs(formualizer.parse(formula).to_dict())


cells = st.builds(
    lambda c, r: f"{c}{r}", st.sampled_from(["A", "$B", "AA", "XFD"]), st.sampled_from(["1", "$22", "1048576"])
)
leaves = st.one_of(
    cells, st.builds(lambda s, c: f"{s}!{c}", st.sampled_from(["考核表", "'2026 年'"]), cells),
    st.sampled_from(["1", "0.5", "30%", '"优"', "TRUE", "A1:B3", "1E-5"]),
)  # fmt: skip
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("{0}{1}{2}".format, inner, st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", ">=", " + "]), inner),
        st.builds("({0})".format, inner),
        st.builds("-{0}".format, inner),
        st.builds(lambda name, args: f"{name}({','.join(args)})", st.sampled_from(["SUM", "If", "ROUND"]),
                  st.lists(inner, max_size=3)),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(formulas)
def test_random_formulas(formula: str) -> None:
    assert ours(parse(formula)) == theirs(formualizer.parse("=" + formula).to_dict())


@pytest.mark.parametrize(
    "text", ["=", "=A1+", "=(A1", "=SUM(A1", "=A1 B1", "={1,2}", "=表1[得分]", "=A1)", "=[1]Sheet1!A1", "=" + "(" * 200]
)
def test_what_is_no_plain_formula_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="A1$:!'\"(),+-*/^%&=<>#N. 表[]{}", max_size=40))
def test_noise_is_refused_or_read(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse(text)
