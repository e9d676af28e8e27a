"""The KPI_ functions and macros for xlwings Lite: this is the main.py of the workbook. See docs/lite.md."""

from xlwings import Book, arg, func, script

from udfs.lite import bind_functions, bind_macros

globals().update(bind_functions(func, arg))
globals().update(bind_macros(script, Book))
