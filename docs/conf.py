"""The documentation site: `make docs`. Sphinx reads the pages of this folder as they are; warnings are errors."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import scorecard  # noqa: E402
from docs.search import ChineseSearch  # noqa: E402, F401  (registered by its path below)

project = "scorecard"
author = "the scorecard contributors"
version = release = scorecard.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["evidence"]

# Headings get anchors, so that pages can point at each other's sections.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
# A first level of "##" is how the generated pages and the readme are written.
suppress_warnings = ["myst.header"]

autodoc_typehints = "description"
autodoc_member_order = "bysource"
# Attributes are described in the docstrings, and would appear twice.
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"scorecard {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
language = "zh_CN"
# Command lines are no Python, as an unnamed block would be taken for.
highlight_language = "none"
html_search_language = "zh"


# A line that ends in Chinese and goes on in Chinese: between the two a browser would show a blank.
_FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_CHINESE = r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’…]"
_BROKEN = re.compile(rf"(?:(?<={_CHINESE})|(?<={_CHINESE}\*\*))\n *(?=[\[*]{{0,3}}{_CHINESE})")


def _joined(app: object, page: str, source: list[str]) -> None:
    parts = _FENCE.split(source[0])
    source[0] = "".join(part if part.startswith("```") else _BROKEN.sub("", part) for part in parts)


def setup(app: Any) -> None:
    """Join Chinese lines, and search for Chinese by any part of a phrase instead of by the words of a dictionary."""
    from sphinx.search import languages

    languages["zh"] = ChineseSearch
    app.connect("source-read", _joined)
