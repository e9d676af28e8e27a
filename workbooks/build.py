"""Builds the workbooks a person opens: a form, with scoring embedded from the same definition.

`python -m workbooks.build` writes all of them beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scorecard.definitions import Definition, load_definition
from scorecard.scoring.policies import Policy
from scorecard.workbook.embed import fill_values, plan_embedding
from scorecard.workbook.formplan import NATIVE
from scorecard.workbook.package import Package
from scorecard.workbook.plan import apply

from .forms import plain_form
from .templates import FOLDER, Template, find, load, templates

__all__ = ["FOLDER", "Template", "build", "build_all", "find", "load", "plain_form", "templates"]


def build(
    definition: Definition,
    *,
    actuals: bool = False,
    person: str = "",
    period: str = "",
    department: str = "",
    formulas: str = NATIVE,
) -> bytes:
    """A form that computes its own grade: the plain form with the definition embedded as its rules.

    Args:
        definition: The scorecard.
        actuals: Fill in the example actuals of the definition.
        person: 被考核人.
        period: 考核期间, such as "2025年第一季度"; the period selector follows it, else it says 季度.
        department: 部门, if another than the definition's.
        formulas: "native" (nothing to install) or "udf".

    Returns:
        The workbook as .xlsx, values computed. The same arguments give the same bytes.

    Raises:
        NoTableFound: The definition has no items to make a table of.
    """
    form = plain_form(
        definition, actuals=actuals, person=person, period=period, department=department, scored=True, notes=True
    )
    # Recognition reads weights, and some of them are formulas.
    package = Package.open(fill_values(Package.open(form)))
    # As `embed` does: what has a target and no rule of its own goes by the standard policy. A list has no targets.
    policy = definition.policy or (Policy() if definition.form == "bands" else None)
    plan, _, _ = plan_embedding(package, definition, policy, formulas, None, definition.source)
    return fill_values(apply(plan, package))


def build_all(folder: Path = FOLDER) -> list[Path]:
    """Write the blank workbook of every template into a folder, `ID.xlsx`; returns the paths."""
    written = []
    for template in templates():
        path = folder / template.workbook.name
        Package.open(build(load_definition(template.path))).save(path)
        written.append(path)
    return written


if __name__ == "__main__":
    for written_path in build_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(written_path.name)
