"""What `--json` prints: one document for each command, always with `"schema": 1`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..findings import Finding
from ..workbook.card import Card
from ..workbook.embed import Embedding
from ..workbook.inspection import Inspection, explanations, finding_json
from ..workbook.recalc import Failure, Recalculation
from .failures import SCHEMA


def explain_json(result: Inspection) -> dict[str, Any]:
    """Every score with its sentence; scores and totals are unrounded except `total`, shares are fractions."""
    return {
        "schema": SCHEMA,
        "file": result.file,
        "scorecards": [_explained(card) for card in result.cards],
        "findings": [finding_json(f) for f in result.findings],
    }


def _explained(card: Card) -> dict[str, Any]:
    result = card.result
    return {
        "sheet": card.table.sheet,
        "title": card.table.title,
        "items": [
            {
                "name": item.kpi.name,
                "cell": item.kpi.cell or None,
                "state": item.state.value,
                "score": item.score,
                "error": item.error.code if item.error else None,
                "share": item.share,
                "explanation": sentence.text(),
            }
            for item, sentence in zip(result.items, explanations(card), strict=True)
        ],
        "total": result.total,
        "computed": result.computed,
        "grade": result.grade if result.total is not None else None,
        "coverage": result.coverage,
    }


def embed_json(file: Path, done: Embedding, findings: Sequence[Finding]) -> dict[str, Any]:
    """The edits that were made, or with a dry run would be."""
    return {
        "schema": SCHEMA,
        "file": str(file),
        "output": str(done.path) if done.path else None,
        "edits": [
            {"cell": f"{e.sheet}!{e.cell}", "formula": e.formula, "value": _plain(e.value), "what": e.what.text()}
            for e in done.plan.edits
        ],
        "findings": [finding_json(f) for f in findings],
    }


def recalc_json(results: Sequence[Recalculation | Failure], check: bool) -> dict[str, Any]:
    """One entry per workbook; `stale` is null for one that could not be read."""
    return {"schema": SCHEMA, "check": check, "workbooks": [_workbook(r) for r in results], "findings": []}


def _workbook(result: Recalculation | Failure) -> dict[str, Any]:
    if isinstance(result, Failure):
        message = result.error.message.text()
        finding = {"code": "unusable-file", "severity": "error", "cell": "", "message": message}
        return {"file": str(result.path), "stale": None, "changed": [], "kept": [], "findings": [finding]}
    return {
        "file": str(result.path),
        "stale": result.is_stale,
        "changed": [
            {"cell": f"{c.sheet}!{c.cell}", "old": _plain(c.old), "new": _plain(c.new)} for c in result.changes
        ],
        "kept": [{"cell": f"{k.sheet}!{k.cell}", "reason": k.reason.text()} for k in result.kept],
        "findings": [finding_json(f) for f in result.findings],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)
