"""The catalogue and the macros in xlwings Lite: Excel on Windows, Mac and the web, without an installed Python.

`main.py` and `requirements.txt` are what a workbook holds; `docs/lite.md` says how to put them there.
"""

from __future__ import annotations

from .binding import bind_functions, bind_macros

__all__ = ["bind_functions", "bind_macros"]
