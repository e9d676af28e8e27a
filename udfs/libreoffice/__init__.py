"""The catalogue as a LibreOffice Calc add-in: `build` writes the .oxt, everything in it generated or copied.

`interface.py` writes what Calc must know of the functions, `extension.py` packs it; `inside/` is the code that runs in
LibreOffice's own Python, together with the pure floors of `scorecard`.
"""

from __future__ import annotations

from udfs.libreoffice.extension import build, parts

__all__ = ["build", "parts"]
