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


def answer(calls):
    """The results of `[[name, arguments], …]`, and what there is, as JSON."""
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
            "results": [getattr(main, name)(*arguments) for name, arguments in json.loads(calls)],
            "functions": sorted(name for name, marks in marked.items() if "func" in marks),
            "scripts": sorted(name for name, marks in marked.items() if "script" in marks),
            "loaded": loaded,
        },
        allow_nan=False,
    )
