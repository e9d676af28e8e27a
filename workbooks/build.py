"""Builds the workbooks a person opens: a plain form, with scoring embedded from the same definition.

`python -m workbooks.build` writes all of them beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from scorecard.definitions import Definition, load_definition
from scorecard.errors import UsageError
from scorecard.messages import Message
from scorecard.scoring.policies import Policy
from scorecard.scoring.values import key
from scorecard.workbook.embed import fill_values, plan_embedding
from scorecard.workbook.formplan import NATIVE
from scorecard.workbook.package import Package
from scorecard.workbook.plan import apply

from .forms import plain_form

__all__ = ["Template", "build", "build_all", "find", "load", "plain_form", "templates"]

FOLDER = Path(__file__).resolve().parent
DEFINITIONS = FOLDER / "definitions"


class Template(NamedTuple):
    """A bundled scorecard.

    Attributes:
        id: Its short name, "001-客户服务部经理".
        title: Heading of the form.
        position: 岗位.
        path: Its definition; the workbook built from it is `workbook`.
    """

    id: str
    title: str
    position: str
    path: Path

    @property
    def workbook(self) -> Path:
        """The built workbook."""
        return FOLDER / f"{self.id}.xlsx"


def templates() -> list[Template]:
    """All bundled scorecards, by id."""
    found = []
    for path in sorted(DEFINITIONS.glob("*.toml")):
        definition = load_definition(path)
        found.append(Template(definition.id, definition.title, definition.position, path))
    return sorted(found)


def find(name: str) -> Template:
    """The one template that a name means: its id, or else a part of the id or the position.

    Raises:
        UsageError: None or several match; the message names them.

    Example:
        >>> find("001").id, find("售后工程师").id
        ('001-客户服务部经理', '004-8-售后工程师')
    """
    known, wanted = templates(), key(name)
    matching = [t for t in known if key(t.id) == wanted]
    if not matching and wanted:
        matching = [t for t in known if wanted in key(t.id) or wanted in key(t.position)]
    if len(matching) == 1:
        return matching[0]
    listed = "、".join(t.id for t in matching or known)
    if matching:
        raise UsageError(Message(f"“{name}”不止一个模板：{listed}", f'"{name}" means several templates: {listed}'))
    raise UsageError(Message(f"没有模板“{name}”，有：{listed}", f'no template "{name}"; there are: {listed}'))


def load(name: str) -> Definition:
    """The definition of the one template that a name means.

    Raises:
        UsageError: See `find`.
    """
    return load_definition(find(name).path)


def build(
    definition: Definition, *, actuals: bool = False, person: str = "", period: str = "", formulas: str = NATIVE
) -> bytes:
    """A form that computes its own grade: the plain form with the definition embedded as its rules.

    Args:
        definition: The scorecard.
        actuals: Fill in the example actuals of the definition.
        person: 被考核人.
        period: 考核期间, such as "2025年第一季度"; the period selector follows it, else it says 季度.
        formulas: "native" (nothing to install) or "udf".

    Returns:
        The workbook as .xlsx, values computed. The same arguments give the same bytes.

    Raises:
        NoTableFound: The definition has no items to make a table of.
    """
    form = plain_form(definition, actuals=actuals, person=person, period=period, scored=True, notes=True)
    package = Package.open(form)
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
