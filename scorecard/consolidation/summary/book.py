"""The summary workbook as bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime

from ...workbook.package import Package
from ..consolidation import Consolidation
from . import calibration, departments, distribution, indicators, issues, overview, people, tree, trend
from .context import Context
from .links import Links
from .style import Book

# Equal content gives equal bytes; who wants to know when the file was made has the file system.
_FIXED_DATE = datetime(2025, 1, 1)


def summary_workbook(
    done: Consolidation,
    links: Links,
    past: trend.Past | None = None,
    quotas: Mapping[str, float] | None = None,
) -> bytes:
    """The workbook with all its sheets.

    Args:
        done: What was consolidated.
        links: Where the sources lie, seen from the summary.
        past: What the history knows; without, there is no trend.
        quotas: Grade → share, for the forced distribution.

    Raises:
        UsageError: Quotas of unknown grades, or that do not sum to 1.
    """
    before = {}
    if past is not None:
        before = {who: past.totals[past.who(who)] for who in done.people["who"] if past.who(who) in past.totals}
    context = Context.of(done, links, before, quotas)
    stream = io.BytesIO()
    book = Book.into(stream)
    # `reading` knows a summary again by this, so that it is never consolidated itself.
    book.workbook.set_properties(
        {"title": f"绩效考核汇总{context.of_period}", "comments": "scorecard consolidation", "created": _FIXED_DATE}
    )
    overview.add(book, context)
    people.add(book, context)
    departments.add(book, context)
    indicators.add(book, context)
    distribution.add(book, context)
    calibration.add(book, context)
    if done.tree:
        tree.add(book, context)
    if past is not None:
        trend.add(book, context, past)
    issues.add_issues(book, context)
    indicators.add_details(book, context)
    issues.add_sources(book, context)
    book.workbook.close()
    return _with_portable_links(stream.getvalue())


def _with_portable_links(data: bytes) -> bytes:
    r"""Relative links with "/": XlsxWriter writes "\", which only Windows takes for a separator."""
    package = Package.open(data)
    for part in package.names():
        if part.startswith("xl/worksheets/_rels/"):
            package.write(part, package.read(part).replace(b"\\", b"/"))
    return package.to_bytes()
