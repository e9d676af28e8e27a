"""One sentence in two languages, and the choice between them.

A sentence a person can meet is written once, at the place that knows what happened, in Chinese and in English
side by side. Which one is shown is decided only where text leaves the program (the command line, a sheet).
"""

from __future__ import annotations

import locale
import os
from typing import NamedTuple

LANGUAGES = ("zh", "en")


class Message(NamedTuple):
    """A sentence in Chinese and English.

    Example:
        >>> Message("权重为负", "the weight is negative").text("en")
        'the weight is negative'
    """

    zh: str
    en: str

    def text(self, language: str | None = None) -> str:
        """The sentence in `language` ("zh" or "en"); in the language of the process when omitted."""
        return self.zh if (language or current_language()) == "zh" else self.en


_chosen: str | None = None


def choose_language(language: str | None) -> None:
    """Fix the language of the process ("zh", "en"), or give it back to the locale (None)."""
    global _chosen
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"language {language!r}: must be one of {LANGUAGES}")
    _chosen = language


def current_language() -> str:
    """The language of the process: the chosen one, else the locale's, else English."""
    if _chosen:
        return _chosen
    for variable in ("SCORECARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        name = os.environ.get(variable)
        if name:
            return "zh" if name.lower().startswith("zh") else "en"
    # Windows has no LANG; its locale name reads "Chinese (Simplified)_China".
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
