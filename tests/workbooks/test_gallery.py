"""The gallery: a picture for each position, light enough for a page, and each where the page shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.gallery import FOLDER, pictures, short
from workbooks.templates import templates

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gallery.md"


def test_the_page_shows_every_picture_and_every_picture_is_shown() -> None:
    shown = re.findall(r"\]\(pictures/gallery/([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(p.file for p in pictures()) == sorted(p.name for p in FOLDER.iterdir())
    assert {f"{short(t.id)}.png" for t in templates()} <= set(shown)


@pytest.mark.parametrize("name", [picture.file for picture in pictures()])
def test_pictures_are_light(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert 20_000 < len(data) < 150_000
