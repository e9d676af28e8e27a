"""The scoring core: pure Python, no input or output, nothing outside the standard library.

It runs inside LibreOffice and Pyodide as it is; everything above imports from here, nothing here imports from above.
"""
