"""The worksheet functions in live hosts.

This package is what Excel loads: with `UDF_MODULES = udfs` in its settings xlwings imports it and finds one function
for each entry of `scorecard.functions.CATALOGUE`, under its worksheet name. Without Excel the import does no harm.
"""

from __future__ import annotations

import xlwings

from udfs.excel import register

globals().update(register(xlwings))
