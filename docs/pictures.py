"""Draws the pictures of the documentation: `make pictures`. Needs LibreOffice, pdftoppm and a Chinese font.

The workbook is the graded one of `scorecard demo`; LibreOffice computes it and prints it to PDF.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from scorecard.workbook.embed import embed
from scorecard.workbook.package import Package
from tests.libreoffice.office import Office, find_soffice
from workbooks.build import load, plain_form

FOLDER = Path(__file__).with_name("pictures")

#: The picture of each printed page, and its pixels per inch: the rules are printed small.
PAGES = (("001.png", 110), ("001-rules.png", 150))

_MARGIN = 12
_PAPER = 250
# How much of a page's height lies above its foot.
_ABOVE_FOOT = 0.92


class Box(NamedTuple):
    """A part of a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int


def draw(folder: Path, soffice: Path) -> list[Path]:
    """Draw all pictures.

    Args:
        folder: Where they go to.
        soffice: The program of LibreOffice.

    Returns:
        The pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    office = Office(soffice)
    try:
        with tempfile.TemporaryDirectory(prefix="pictures-") as name:
            [pdf] = office.convert(workbook(Path(name)), "pdf", Path(name, "pdf"))
            drawn = [draw_page(pdf, page, dpi, folder / file) for page, (file, dpi) in enumerate(PAGES, 1)]
            # Here, because the gallery draws its pages with what stands below.
            from docs.gallery import draw_gallery

            return drawn + draw_gallery(office, folder / "gallery", Path(name))
    finally:
        office.close()


def workbook(folder: Path) -> Path:
    """The workbook of the pictures, made in a folder."""
    plain, graded = folder / "plain.xlsx", folder / "001.xlsx"
    definition = load("001")
    Package.open(plain_form(definition, actuals=True, as_printed=True, period="2026Q3", person="张敏")).save(plain)
    embed(plain, graded, rules=definition, formulas="native", period="季度")
    return graded


def draw_page(pdf: Path, page: int, dpi: int, target: Path) -> Path:
    """One page without its empty margins; drawn twice, because the first tells where the content is."""
    box = content(above_foot(pdftoppm(pdf, page, dpi, "-gray")))
    crop = ("-x", box.x, "-y", box.y, "-W", box.width, "-H", box.height)
    target.write_bytes(pdftoppm(pdf, page, dpi, "-png", *map(str, crop)))
    return target


def above_foot(pgm: bytes) -> bytes:
    r"""A page without the line at its foot that says the page, and with it without the empty paper above that line.

    Example:
        >>> len(above_foot(b"P5 10 100 255\n" + bytes(1000))) - len(b"P5 10 92 255\n")
        920
    """
    width, height = (int(text) for text in pgm.split(maxsplit=4)[1:3])
    above = int(height * _ABOVE_FOOT)
    return b"P5 %d %d 255\n" % (width, above) + pgm[-width * height :][: width * above]


def pdftoppm(pdf: Path, page: int, dpi: int, *options: str) -> bytes:
    """One page as a picture."""
    command = ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), *options, str(pdf)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def content(pgm: bytes) -> Box:
    r"""Where a grey picture (PGM, one byte per pixel) is not paper, with a margin around.

    Example:
        >>> content(b"P5 40 30 255\n" + bytes([255]) * 40 * 14 + bytes([255] * 20 + [0] + [255] * 19) + bytes([255]) * 40 * 15)
        Box(x=8, y=2, width=25, height=25)
    """
    kind, width_text, height_text, _, pixels = pgm.split(maxsplit=4)
    width, height = int(width_text), int(height_text)
    # Split takes white space away, and a pixel may look like white space: count from the end.
    pixels = pgm[-width * height :]
    if kind != b"P5" or len(pixels) != width * height:
        raise ValueError("not a grey picture of one byte per pixel")
    rows = [y for y in range(height) if min(pixels[y * width : (y + 1) * width]) < _PAPER]
    columns = [x for x in range(width) if min(pixels[x::width]) < _PAPER]
    if not rows:
        raise ValueError("an empty page")
    left, top = max(columns[0] - _MARGIN, 0), max(rows[0] - _MARGIN, 0)
    right, bottom = min(columns[-1] + _MARGIN, width - 1), min(rows[-1] + _MARGIN, height - 1)
    return Box(left, top, right - left + 1, bottom - top + 1)


def main() -> None:
    """Draw the pictures of this checkout, or end with one sentence."""
    soffice = find_soffice()
    if soffice is None:
        sys.exit("LibreOffice not found: tests/libreoffice/install installs it on Debian")
    for path in draw(FOLDER, soffice):
        print(path.relative_to(FOLDER.parents[1]), f"{path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
