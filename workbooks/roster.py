"""A department's forms in one go: a roster (花名册) names people and positions, each gets the form of the position."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from scorecard.definitions import Definition, load_definition
from scorecard.errors import UsageError
from scorecard.messages import Message
from scorecard.scoring.values import key, show, trim
from scorecard.workbook.addresses import cell_name
from scorecard.workbook.cells import Grid
from scorecard.workbook.formplan import NATIVE
from scorecard.workbook.grid import read_grid
from scorecard.workbook.package import Package
from scorecard.workbook.vocabulary import default_vocabulary

from .build import build
from .templates import load

_NUMBERS = ("工号", "员工编号", "员工号", "人员编号", "id", "employee id")
_REACH = 15
# Stands for a name while a form is built; nobody is called so.
_ANYBODY = "◇被考核人◇"


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a roster.

    Attributes:
        name: 姓名.
        position: 岗位, as the roster says.
        department: 部门; "" to take that of the position.
        number: 工号; "" without one.
        cell: Where the name stands.
    """

    name: str
    position: str
    department: str = ""
    number: str = ""
    cell: str = ""


def read_roster(path: str | os.PathLike[str]) -> list[Person]:
    """The people of a roster, in its order: the first sheet with columns 姓名 and 岗位; 部门 and 工号 if there are any.

    Raises:
        UnusableFile: Not a workbook that can be read.
        UsageError: No such columns, nobody below them, or a line with only one of the two.
    """
    source = Path(path)
    package = Package.open(source)
    vocabulary = default_vocabulary()
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        grid = read_grid(package, sheet)
        for row in range(1, min(grid.last_row, _REACH) + 1):
            columns: dict[str, int] = {}
            for col in range(1, grid.last_col + 1):
                text = grid.cell(row, col).value
                if not isinstance(text, str):
                    continue
                label = vocabulary.match_label(text)
                kind = "number" if key(text) in _NUMBERS else label.kind if label is not None else ""
                columns.setdefault(kind, col)
            if {"person", "position"} <= set(columns):
                return _people(source, grid, row, columns)
    zh, en = "花名册要有“姓名”和“岗位”两列；请加上表头后再试", "a roster needs the columns 姓名 and 岗位; add these headings"
    raise UsageError(Message(zh, en), str(source))


def _people(source: Path, grid: Grid, top: int, columns: Mapping[str, int]) -> list[Person]:
    found = []
    for row in range(top + 1, grid.last_row + 1):
        texts = {kind: _text(grid.cell(row, col).value) for kind, col in columns.items() if kind}
        name, position = texts["person"], texts["position"]
        if not name and not position:
            continue
        cell = f"{grid.name}!{cell_name(row, columns['person'])}"
        if not name or not position:
            zh, en = ("岗位", "position") if name else ("姓名", "name")
            raise UsageError(Message(f"这一行没有{zh}", f"this line has no {en}"), f"{source.name}!{cell}")
        found.append(Person(name, position, texts.get("department", ""), texts.get("number", ""), cell))
    if not found:
        raise UsageError(Message("花名册里没有人", "nobody is on the roster"), f"{source.name}!{grid.name}")
    return found


def make_forms(
    people: Sequence[Person],
    folder: str | os.PathLike[str],
    *,
    period: str = "",
    formulas: str = NATIVE,
    overwrite: bool = False,
    definitions: Mapping[str, Definition] | None = None,
) -> list[Path]:
    """Write the form of every person, `NAME_POSITION_PERIOD.xlsx`; of two of one name, the file names have their numbers.

    Args:
        people: From `read_roster`.
        folder: Where the forms go; made if missing.
        period: 考核期间, such as "2026Q4".
        formulas: "native" or "udf".
        overwrite: Replace forms that exist.
        definitions: Position to definition, besides the bundled ones.

    Returns:
        The forms, in the order of the people. Everything is checked before the first is written.

    Raises:
        UsageError: Positions without a template, or a form that exists already; the message names all of them.
    """
    chosen = _definitions(people, definitions or {})
    paths = _paths(people, Path(folder), period)
    existing = [path.name for path in paths if path.exists() and not overwrite]
    if existing:
        listed = "、".join(existing)
        raise UsageError(
            Message(f"已存在：{listed}；确要覆盖请加 --force", f"there already: {listed}; use --force to replace"),
            str(folder),
        )
    # A form differs from those of colleagues in the name only: each is built once.
    built: dict[tuple[str, str], bytes] = {}
    for person, path in zip(people, paths, strict=True):
        form = (key(person.position), person.department)
        if form not in built:
            built[form] = build(
                chosen[form[0]], person=_ANYBODY, period=period, department=person.department, formulas=formulas
            )
        Package.open(named(built[form], person.name)).save(path)
    return paths


def named(form: bytes, person: str) -> bytes:
    """A form that was built for `_ANYBODY`, for somebody: what `build` gives for this name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename.startswith("xl/"):
                part = part.replace(_ANYBODY.encode(), escape(person).encode())
            target.writestr(info, part)
    return buffer.getvalue()


def _definitions(people: Sequence[Person], own: Mapping[str, Definition]) -> dict[str, Definition]:
    found = {key(position): definition for position, definition in own.items()}
    problems: dict[str, Message] = {}
    for person in people:
        wanted = key(person.position)
        if wanted in found or wanted in problems:
            continue
        try:
            path = Path(person.position)
            found[wanted] = load_definition(path) if path.suffix == ".toml" else load(person.position)
        except UsageError as problem:
            where = f"{person.cell} {person.name}"
            problems[wanted] = Message(f"{where}：{problem.message.zh}", f"{where}: {problem.message.en}")
    if problems:
        raise UsageError(
            Message("；".join(m.zh for m in problems.values()), "; ".join(m.en for m in problems.values()))
        )
    return found


def _paths(people: Sequence[Person], folder: Path, period: str) -> list[Path]:
    names = [key(person.name) for person in people]
    used: set[str] = set()
    paths = []
    for person in people:
        parts = [person.name, person.number] if names.count(key(person.name)) > 1 else [person.name]
        stem = "_".join(_file_name(part) for part in (*parts, Path(person.position).stem, period) if part)
        unique, n = stem, 2
        while unique.casefold() in used:
            unique, n = f"{stem}({n})", n + 1
        used.add(unique.casefold())
        paths.append(folder / f"{unique}.xlsx")
    return paths


def _file_name(text: str) -> str:
    return re.sub(r'[\\/:*?"<>|\s]+', "_", text)


def _text(value: object) -> str:
    """A cell as text; a 工号 kept as a number has no decimals."""
    if isinstance(value, bool) or value is None:
        return ""
    return show(float(value)) if isinstance(value, (int, float)) else trim(str(value))
