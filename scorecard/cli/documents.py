"""What `--json` prints: one document for each command, always with `"schema": 1`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..findings import Finding, finding_json
from ..workbook.card import Card
from ..workbook.embed import Embedding
from ..workbook.inspection import Inspection, explanations
from .failures import SCHEMA, json_value


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
            {"cell": f"{e.sheet}!{e.cell}", "formula": e.formula, "value": json_value(e.value), "what": e.what.text()}
            for e in done.plan.edits
        ],
        "findings": [finding_json(f) for f in findings],
    }
