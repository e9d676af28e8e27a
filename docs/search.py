"""Search of the site for Chinese: pairs of characters instead of words.

Sphinx cuts Chinese into dictionary words when it makes the index, but takes the reader's whole query as one word; a
query that is no dictionary word (达标率, 未达目标) finds nothing. Here both sides are cut into overlapping pairs, so that any
stretch of text is found by any part of it that is at least two characters long.
"""

from __future__ import annotations

import re

from sphinx.search import SearchLanguage

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9_]+")


class ChineseSearch(SearchLanguage):
    """Pairs of Chinese characters; Latin words and names such as KPI_SCORE whole, in small letters."""

    lang = "zh"
    language_name = "Chinese"
    # The query goes through the same cut in the reader's browser.
    js_splitter_code = """
function splitQuery(query) {
    const pieces = [];
    for (const run of query.toLowerCase().match(/[\\u3400-\\u9fff]+|[a-z0-9_]+/g) || []) {
        if (!/[\\u3400-\\u9fff]/.test(run) || run.length === 1) { pieces.push(run); continue; }
        for (let i = 0; i + 1 < run.length; i++) pieces.push(run.slice(i, i + 2));
    }
    return pieces;
}
"""
    js_stemmer_code = "var Stemmer = function () { this.stemWord = (word) => word; };"

    def split(self, input: str) -> list[str]:  # noqa: A002  (the name is Sphinx's)
        """The terms of a text."""
        return pieces(input)

    def word_filter(self, word: str) -> bool:
        """Single Latin letters say nothing; everything else may be looked for."""
        return len(word) > 1 or not word.isascii()

    def stem(self, word: str) -> str:
        """Words as they are: a stem of one language would spoil the other."""
        return word


def pieces(text: str) -> list[str]:
    """The terms that stand for a text in the index: 远超目标 → 远超, 超目, 目标.

    Example:
        >>> pieces("远超目标 KPI_SCORE")
        ['远超', '超目', '目标', 'kpi_score']
    """
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        if run.isascii() or len(run) == 1:
            found.append(run)
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
    return found
