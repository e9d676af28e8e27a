"""Formula texts of an indicator over its data: `native` and `udf`, with the same number from both.

Blank in all operands, a row is skipped in a rate and missing in a sum; blank in some only, the result is empty. Text is
#VALUE!, and a denominator of zero #DIV/0!.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..scoring.indicators import MEAN, RATIO, Formula, Term
from ..scoring.values import read, snap
from .datasheet import Data
from .formplan import UDF
from .formulas import number_text

_UNREADABLE = 'VALUE("?")'


def link_formula(formula: Formula, data: Data, flavour: str, unit: str = "", divisor: float = 1.0) -> str:
    """The formula of an actual, without "=".

    Args:
        formula: Of the definition card.
        data: Where its operands stand.
        flavour: "native" or "udf".
        unit: What the actual's own header states for bare numbers ("万元"); "" if nothing.
        divisor: What the actual's bare numbers are divided by when they are read (100 under a header in percent).
    """
    refs = {name: operand.ref(data.sheet) for name, operand in data.operands.items()}
    factors = {name: _factor(operand.unit) for name, operand in data.operands.items()}
    scale = snap(divisor / (1.0 if divisor != 1 else _factor(unit)))
    lines = len(data.labels)
    called = _called(formula, refs, lines) if flavour == UDF else ""
    if called:
        whole = snap(scale * _common(formula, factors))
        if whole == 1:
            return called
        return f"IF(ISNUMBER({called}),{called}*{number_text(whole)},{called})"
    core = _core(formula, refs, factors, lines)
    if scale != 1:
        core = f"{number_text(scale)}*{core}"
    return _guarded(formula, list(refs.values()), lines, f"ROUND({core},12)")


def _factor(unit: str) -> float:
    return read(1.0, unit=unit).number or 1.0 if unit else 1.0


def _common(formula: Formula, factors: Mapping[str, float]) -> float:
    below = factors[formula.denominator[0].operand] if formula.denominator else 1.0
    return factors[formula.numerator[0].operand] / below


def _called(formula: Formula, refs: Mapping[str, str], lines: int) -> str:
    """The formula by KPI_ functions; "" where sums of several operands need the plain one."""
    if len(formula.numerator) > 1 or len(formula.denominator) > 1:
        return ""
    top = refs[formula.numerator[0].operand]
    if formula.how == RATIO:
        bottom = refs[formula.denominator[0].operand]
        return f"KPI_RATE({top},{bottom})" if lines == 1 else f"KPI_POOLED_RATE({top},{bottom})"
    if lines == 1:
        return f"KPI_NUMBER({top})"
    return f'KPI_ROLLUP({top},"","{"mean" if formula.how == MEAN else "sum"}")'


def _core(formula: Formula, refs: Mapping[str, str], factors: Mapping[str, float], lines: int) -> str:
    top = _sum(formula.numerator, refs, factors, lines, "AVERAGE" if formula.how == MEAN else "SUM")
    if formula.how != RATIO:
        return top if len(formula.numerator) == 1 else f"({top})"
    bottom = _sum(formula.denominator, refs, factors, lines, "SUM")
    return f"{_bracketed(top, formula.numerator)}/{_bracketed(bottom, formula.denominator, factors)}"


def _sum(terms: Sequence[Term], refs: Mapping[str, str], factors: Mapping[str, float], lines: int, name: str) -> str:
    parts = []
    for i, term in enumerate(terms):
        part = refs[term.operand] if lines == 1 else f"{name}({refs[term.operand]})"
        if factors[term.operand] != 1:
            part += f"*{number_text(factors[term.operand])}"
        parts.append(("-" if term.sign < 0 else "+" if i else "") + part)
    return "".join(parts)


def _bracketed(text: str, terms: Sequence[Term], factors: Mapping[str, float] | None = None) -> str:
    is_product = factors is not None and any(factors[t.operand] != 1 for t in terms)
    return f"({text})" if len(terms) > 1 or is_product else text


def _guarded(formula: Formula, refs: Sequence[str], lines: int, core: str) -> str:
    if lines == 1:
        blank = ",".join(f'{ref}=""' for ref in refs)
        blank = f"OR({blank})" if len(refs) > 1 else blank
        return f'IF({blank},"",IF(COUNT({",".join(refs)})<{len(refs)},{_UNREADABLE},{core}))'
    texts = "+".join(f'({ref}>"")' for ref in refs)
    texts = f"--{texts}" if len(refs) == 1 else texts
    if formula.how == RATIO:
        blanks = [f'({ref}="")' for ref in refs]
        none = f"COUNT({refs[0]})=0"
        if len(refs) == 2:
            some = f"SUMPRODUCT(--({blanks[0]}<>{blanks[1]}))>0"
        else:
            total = "+".join(blanks)
            some = f"SUMPRODUCT(({total}>0)*({total}<{len(refs)}))>0"
        empty = f"OR({some},{none})" if len(refs) > 1 else none
    else:
        gaps = ",".join(f"COUNT({ref})<ROWS({ref})*COLUMNS({ref})" for ref in refs)
        empty = f"OR({gaps})" if len(refs) > 1 else gaps
    return f'IF(SUMPRODUCT({texts})>0,{_UNREADABLE},IF({empty},"",{core}))'
