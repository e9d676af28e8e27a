"""Draws the gallery, `docs/gallery.md`: one picture for each position, filled in and graded; part of `make pictures`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from docs.pictures import draw_page
from scorecard.workbook.recalc import recalculate
from tests.libreoffice.office import Office
from tests.workbooks.filling import filled
from workbooks.build import build
from workbooks.templates import load, templates

FOLDER = Path(__file__).with_name("pictures") / "gallery"
_PERIOD = "2026年第三季度"
# Pixels per inch.
_SHARPNESS = 84


class Picture(NamedTuple):
    """A page of a workbook: file name, template, page of the print-out from 1, what is on it."""

    file: str
    template: str
    page: int
    about: str


#: The other sheets, each shown once.
SHEETS = (
    Picture("ability.png", "004-1", 2, "能力态度"),
    Picture("goals.png", "004-1", 3, "目标"),
    Picture("trend.png", "001", 2, "趋势"),
    Picture("year.png", "004-1", 5, "年度"),
)


def pictures() -> list[Picture]:
    """All pictures: the form of each position, then the other sheets."""
    return [Picture(f"{short(t.id)}.png", t.id, 1, t.title) for t in templates()] + list(SHEETS)


def short(id_: str) -> str:
    """The digits of a template's id: "004-1" of "004-1-客户服务部经理"."""
    match = re.match(r"[\d-]*\d", id_)
    return match[0] if match else id_


def draw_gallery(office: Office, folder: Path, work: Path) -> list[Path]:
    """Draw all of them, with LibreOffice started once.

    Args:
        office: LibreOffice.
        folder: Where the pictures go.
        work: A folder for workbooks on the way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pictures()
    books = {}
    for name in dict.fromkeys(short(load(picture.template).id) for picture in wanted):
        definition = load(name)
        data = filled(build(definition, person="张敏", period=_PERIOD), definition)
        books[name] = work / f"{name}.xlsx"
        books[name].write_bytes(recalculate(data).data or data)
    printed = dict(zip(books, office.convert(list(books.values()), "pdf", work / "pdf"), strict=True))
    drawn = []
    for picture in wanted:
        pdf = printed[short(load(picture.template).id)]
        drawn.append(draw_page(pdf, picture.page, _SHARPNESS, folder / picture.file))
    return drawn


