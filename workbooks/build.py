"""Builds the workbooks a person opens: a form, with scoring embedded from the same definition.

`python -m workbooks.build` writes all of them beside this file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from scorecard.definitions import FORM_SHEET, Definition, load_definition
from scorecard.scoring.policies import Policy
from scorecard.workbook.edit import Editor
from scorecard.workbook.embed import fill_values, plan_embedding
from scorecard.workbook.formplan import NATIVE
from scorecard.workbook.indicator_sheet import plan_indicator_sheet
from scorecard.workbook.package import Package
from scorecard.workbook.plan import Edit, Plan, SheetPlan, apply

from .forms import plain_form
from .scored import ScoredForm, joined, scored_forms
from .summary import line_end, names, summary_edits, summary_merge
from .templates import FOLDER, Template, find, load, templates
from .trend import trend_edits, trend_plan
from .year import year_edits

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
    plan, tables, _ = plan_embedding(package, definition, policy, formulas, None, definition.source)
    package = apply(plan, package)
    return fill_values(_finished(package, definition, scored_forms(plan, tables, package)))


def _finished(package: Package, definition: Definition, forms: Mapping[str, ScoredForm]) -> Package:
    """What stands around the scoring: the line that sums up, trends, the year, definition cards, names, locks."""
    edits: list[Edit] = []
    merges: list[SheetPlan] = []
    for sheet, form in forms.items():
        last = line_end(form, package)
        edits += summary_edits(form, last, trend_plan(definition) if sheet == FORM_SHEET else None)
        merges.append(SheetPlan(sheet, merges=(summary_merge(form, last),)))
    if FORM_SHEET in forms:
        edits += trend_edits(definition, forms[FORM_SHEET])
        edits += year_edits(definition, forms)
    cards = plan_indicator_sheet(definition.indicators, definition.position) if definition.indicators else Plan()
    locks = [SheetPlan(sheet.name, protect=True) for sheet in package.sheets]
    editor = Editor(apply(joined(cards, Plan(tuple(edits), (*merges, *locks))), package))
    for name, refers_to in names(definition, forms):
        editor.define_name(name, refers_to)
    return editor.finish()


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
