"""The documentation site: `make docs`. Sphinx reads the pages of this folder as they are; warnings are errors."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import scorecard  # noqa: E402
from docs.search import ChineseSearch  # noqa: E402, F401  (registered by its path below)

project = "scorecard"
author = "the scorecard contributors"
version = release = scorecard.__version__
project_copyright = "MIT licence"

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
html_show_sphinx = False
html_copy_source = False
language = "zh_CN"
html_search_language = "zh"


def setup(app: object) -> None:
    """Replace the search for Chinese, which looks for whole words of a dictionary, by one that finds any part."""
    from sphinx.search import languages

    languages["zh"] = ChineseSearch
