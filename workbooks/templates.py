"""The scorecards that are shipped: their names, definitions and files. Light: no spreadsheet library is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from scorecard.definitions import Definition, load_definition
from scorecard.errors import UsageError
from scorecard.messages import Message
from scorecard.scoring.values import key

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
    """The one template that a name means: its id or position, else a part of the id or the position.

    Raises:
        UsageError: None or several match; the message names them.

    Example:
        >>> find("001").id, find("售后工程师").id
        ('001-客户服务部经理', '004-8-售后工程师')
    """
    known, wanted = templates(), key(name)
    matching = [t for t in known if key(t.id) == wanted]
    if not matching and wanted:
        exact = [t for t in known if key(t.position) == wanted]
        partial = [t for t in known if wanted in key(t.id) or wanted in key(t.position)]
        matching = exact or partial
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
