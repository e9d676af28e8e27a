"""An open document as a workbook file in memory, for the code that reads and plans workbooks in every host.

Calc saves it as .xlsx: values as they are on the screen, formulas as Excel writes them, merges, number formats. Nothing of
the document changes, not even its name.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

import uno
from com.sun.star.beans import PropertyValue

from scorecard.workbook.package import Package

_EXCEL = "Calc MS Excel 2007 XML"


def package_of(document: Any) -> Package:
    """The document as it is on the screen, saved or not.

    Raises:
        UnusableFile: What Calc wrote cannot be read.
    """
    handle, path = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    try:
        document.storeToURL(uno.systemPathToFileUrl(path), (PropertyValue("FilterName", 0, _EXCEL, 0),))
        with open(path, "rb") as file:
            return Package.open(file.read(), where=document.Title)
    finally:
        os.remove(path)
