"""Runs inside Pyodide: a stand-in for xlwings, then `udfs.lite.main` as Lite imports it, then the calls.

The stand-in has the names that `main.py` may use and no more; it is not xlwings Lite.
"""

import json
import sys
import types

NAMES = ("func", "arg", "ret", "script")


def stand_in():
    """A module `xlwings` whose decorators note what they were given and change nothing else."""
    module = types.ModuleType("xlwings")
    module.Book = type("Book", (), {})

    def decorator(kind):
        def take(*given, **options):
            def mark(function):
                marks = function.__dict__.setdefault("marks", {})
                marks.setdefault(kind, []).append([*given, options])
                return function

            return mark

        return take

    for name in NAMES:
        setattr(module, name, decorator(name))
    return module


async def embedded(embed, sheets):
    """The cells of a workbook after the macro that embeds scoring."""
    book = LiteBook("部门.xlsx", sheets)  # noqa: F821  # of standin.py, which stands before this text
    await embed(book)
    cells = ((sheet.name, place, cell) for sheet in book.sheets for place, cell in sheet.cells.items())
    return sorted(
        [name, *place, str(cell[1] or cell[0])] for name, place, cell in cells if (cell[1] or cell[0]) is not None
    )


async def answer(task):
    """The results of the calls `[[name, arguments], …]`, the workbook embedded, and what there is, as JSON."""
    task = json.loads(task)
    sys.modules["xlwings"] = stand_in()
    before = set(sys.modules)
    import udfs.lite.main as main

    # What `main` puts into its module; `func` itself carries no marks.
    marked = {name: f.marks for name, f in vars(main).items() if hasattr(f, "marks")}
    loaded = sorted({name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))
    return json.dumps(
        {
            "python": sys.version.split()[0],
            "platform": sys.platform,
            "results": [getattr(main, name)(*arguments) for name, arguments in task["calls"]],
            "functions": sorted(name for name, marks in marked.items() if "func" in marks),
            "scripts": sorted(name for name, marks in marked.items() if "script" in marks),
            "loaded": loaded,
            "embedded": await embedded(main.embed, task["sheets"]),
        },
        allow_nan=False,
    )
