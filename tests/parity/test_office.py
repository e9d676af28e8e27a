"""The same formulas in LibreOffice, recalculated on load: another engine, written by others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scorecard.scoring.values import CellError
from tests.libreoffice.office import Office
from tests.parity.books import Shown, Values, embedded, form_of, same, shown, stored
from tests.parity.forms import Form, describe
from tests.parity.test_engines import check_exact, meaning
from tests.parity.test_properties import RULE_EDITS, SETTING_EDITS, edited, plain_form, write

QUICK = range(100, 140)
SOAK = [range(start, start + 50) for start in range(1000, 1500, 50)]


def test_libreoffice_agrees(office: Office, tmp_path: Path) -> None:
    """Forty generated workbooks, and those that somebody edited, in one run."""
    plain = embedded(plain_form(), "native")
    changed = [write("东区业务", cells) for cells, _ in RULE_EDITS.values()] + list(SETTING_EDITS.values())
    books = [embedded(form_of(seed), "native") for seed in QUICK] + [edited(plain, change) for change in changed]
    values = recalculated(office, tmp_path, books)
    wrong = generated(QUICK, books[: len(QUICK)], values[: len(QUICK)])
    names = [*RULE_EDITS, *SETTING_EDITS]
    for name, data, there in zip(names, books[len(QUICK) :], values[len(QUICK) :], strict=True):
        found = otherwise(plain_form(), shown(plain_form(), stored(data)), shown(plain_form(), there))
        wrong += [name, *found] if found else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("seeds", SOAK, ids=str)
def test_libreoffice_agrees_on_many(office: Office, tmp_path: Path, seeds: range) -> None:
    books = [embedded(form_of(seed), "native") for seed in seeds]
    wrong = generated(seeds, books, recalculated(office, tmp_path, books))
    assert not wrong, "\n".join(wrong)


def recalculated(office: Office, folder: Path, books: Sequence[bytes]) -> list[Values]:
    """What LibreOffice makes of each workbook."""
    paths = [folder / f"{i}.xlsx" for i in range(len(books))]
    for path, data in zip(paths, books, strict=True):
        path.write_bytes(data)
    return list(office.recalculated(paths))


def generated(seeds: Sequence[int], books: Sequence[bytes], values: Sequence[Values]) -> list[str]:
    """What LibreOffice shows otherwise than exact fractions or the product's engine."""
    wrong = []
    for seed, data, there in zip(seeds, books, values, strict=True):
        form = form_of(seed)
        seen = shown(form, there)
        found = check_exact(form, seen) + otherwise(form, shown(form, stored(data)), seen)
        wrong += [describe(form), *found] if found else []
    return wrong


def otherwise(form: Form, here: Shown, there: Shown) -> list[str]:
    """Cells that two engines show differently, the rule sheet's included."""
    pairs = [(f"{item.name} 得分", a, b) for item, a, b in zip(form.items, here.scores, there.scores, strict=True)]
    pairs += [(f"{item.name} 档次", a, b) for item, a, b in zip(form.items, here.bands, there.bands, strict=False)]
    pairs += [(name, here.foot[name], there.foot[name]) for name in here.foot]
    pairs.append(("最高可得总分", here.best, there.best))
    for item, a, b in zip(form.items, here.rules, there.rules, strict=True):
        # Texts of numbers differ in their last digits; nothing computes with them.
        pairs += [(f"{item.name} {name}", a[name], b[name]) for name in a if name not in ("绩效文字", "权重文字")]
    return [f"{name}: {a} here, {b} in LibreOffice" for name, a, b in pairs if not _alike(a, b)]


def _alike(a: object, b: object) -> bool:
    if isinstance(a, CellError) or isinstance(b, (CellError, bool)) or not isinstance(b, (int, float)):
        return a == b
    return same(a, meaning(b))  # type: ignore[arg-type]
