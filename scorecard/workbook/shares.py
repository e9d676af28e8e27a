"""Weights and full marks by their sum: a column whose numbers make 100, whatever its heading says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .headers import Column, Header
from .lines import Lines, text_of
from .probe import asked_together, read
from .structure import TOTAL_WITHIN, adds_up, is_whole, refers_to
from .vocabulary import Vocabulary

# Beside the names and a column of shares one of these makes a form of a list.
_TELLING = frozenset({"score", "rule_text", "method", "target", "actual", "band", "note"})
_PERCENT = ("%", "％", "percent", "百分")
_BEHIND = 4


def with_shares(lines: Lines, header: Header, limit: int, vocabulary: Vocabulary) -> Header:
    """A header without weights, with the column of another name whose numbers sum to 100: weights, or full marks.

    Args:
        lines: The sheet.
        header: The header as its words were read.
        limit: The last row that may belong to the table.
        vocabulary: The words.
    """
    roles = header.roles()
    names = [column for column in header.columns if column.role == "name"]
    scores = [column for column in header.columns if column.role == "score"]
    if not names or not roles & _TELLING or roles & {"weight", "points"}:
        return header
    # 最高得分 in front of 得分, and what only sounds weighted.
    other = [(c.col, c.header) for c in header.columns
             if c.role in ("score", "weighted_score") and scores and c.col < scores[-1].col]  # fmt: skip
    for col, text in (*header.unknown, *other):
        rows: list[int] = []
        shares: list[float] = []
        for row in lines.between(header.bottom + 1, limit):
            cell = lines.grid.cell(row, col)
            reading = read(cell.value, number_format=cell.number_format)
            label = next(
                (vocabulary.match_label(t) for c in names if (t := text_of(lines.grid.cell(row, c.col).value))), None
            )
            if reading.number is None or label is not None:
                if shares:
                    break
                continue
            shares.append(reading.number)
            rows.append(row)
        if len(shares) < 2 or not is_whole(shares):
            continue
        if not scores and _has_other_numbers(lines, header, col, rows):
            return header  # scores in a column that nobody knows: what else is misread there, nothing tells
        own = next((c for c in header.columns if c.col == col), None)
        marked = [c.col for c in scores if c.col != col]
        role, _ = share_or_mark(lines, col, text, rows, marked, limit)
        if own is not None and own.label and vocabulary.evaluator(own.label) is not None:
            continue  # somebody's scores
        if own is not None and own.role == "score" and role == "weight":
            if any(not lines.is_blank(row, score) for row in rows for score in marked):
                continue  # scores that happen to sum to 100
            role = "points"  # in a form that is not filled in they are no scores: 分值得分 in front of 得分
        kept = [column for column in header.columns if column.col != col]
        columns = sorted([*kept, Column(role, col, text)], key=lambda column: column.col)
        unknown = tuple(pair for pair in header.unknown if pair[0] != col)
        return replace(header, columns=tuple(columns), unknown=unknown)
    return header


def _has_other_numbers(lines: Lines, header: Header, col: int, rows: Sequence[int]) -> bool:
    """Whether a column behind the shares holds numbers and no heading says of what."""
    known = {column.col for column in header.columns} | {col}
    behind = (other for other in range(col + 1, header.last_col + _BEHIND + 1) if other not in known)
    return any(
        sum(1 for row in rows if read(lines.grid.cell(row, other).value).number is not None) * 2 > len(rows)
        for other in behind
    )


def share_or_mark(
    lines: Lines, col: int, text: str, rows: Sequence[int], scores: Sequence[int], limit: int
) -> tuple[str, bool]:
    """Whether numbers that make 100 are weights or full marks ("weight", "points"), and whether that is sure.

    A total multiplies weights; no mark exceeds a full one. Marks below theirs may be scores that are weighted already.

    Args:
        lines: The sheet.
        col: Their column.
        text: Its heading.
        rows: Their rows.
        scores: The columns of scores.
        limit: The last row that may belong to the table.
    """
    cells = [lines.grid.cell(row, col) for row in rows]
    readings = [read(cell.value, number_format=cell.number_format) for cell in cells]
    shares = [reading.number for reading in readings if reading.number is not None]
    if any(sign in text.lower() for sign in _PERCENT) or any(r.percent for r in readings) or not _is_hundred(shares):
        return "weight", True
    if any(reading.unit for reading in readings):
        return "points", True  # 15分
    marks = [
        (mark, share)
        for row, share in zip(rows, shares, strict=False)
        for score in scores
        if (mark := read(lines.grid.cell(row, score).value).number) is not None
    ]
    is_above = bool(marks) and _exceed([number for pair in marks for number in pair])
    for row in lines.between(rows[-1] + 1, min(limit, rows[-1] + TOTAL_WITHIN)):
        for score in scores:
            cell = lines.grid.cell(row, score)
            if adds_up(cell, rows):
                weighs = (rows[0], col) in refers_to(cell.formula)
                return ("weight", True) if weighs or is_above else ("points", False)
    return ("points", False) if marks and not is_above else ("weight", is_above)


@asked_together
def _is_hundred(shares: Sequence[float]) -> bool:
    return sum(shares) > 1.5


@asked_together
def _exceed(numbers: Sequence[float]) -> bool:
    """Whether of pairs of a mark and a full mark one mark is the larger."""
    return any(mark > full for mark, full in zip(numbers[::2], numbers[1::2], strict=True))
