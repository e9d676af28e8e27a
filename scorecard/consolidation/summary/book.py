"""The summary workbook as bytes."""

from __future__ import annotations

import io
from datetime import datetime

from ..consolidation import Consolidation
from . import issues, people
from .context import Context
from .links import Links
from .style import Book

# Equal content gives equal bytes; who wants to know when the file was made has the file system.
_FIXED_DATE = datetime(2025, 1, 1)


def summary_workbook(done: Consolidation, links: Links, before: dict[str, float] | None = None) -> bytes:
    """The workbook with all its sheets.

    Args:
        done: What was consolidated.
        links: Where the sources lie, seen from the summary.
        before: Person → total of the period before.
    """
    context = Context.of(done, links, before)
    stream = io.BytesIO()
    book = Book.into(stream)
    # `reading` knows a summary again by this, so that it is never consolidated itself.
    book.workbook.set_properties(
        {"title": f"绩效考核汇总{context.of_period}", "comments": "scorecard consolidation", "created": _FIXED_DATE}
    )
    people.add(book, context)
    issues.add_issues(book, context)
    issues.add_sources(book, context)
    book.workbook.close()
    return stream.getvalue()
