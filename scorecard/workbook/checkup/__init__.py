"""体检: what is wrong or doubtful about assessment tables, cell by cell, and the edits that put some of it right.

A folder of its own: the checks are many, each a small function over a table, a workbook or several (`registry.py`), and
all their words stand in one place (`codes.toml`). What reading, scoring and recalculating notice on their way is
decided there and only passed on here.
"""

from .codes import Code, codes
from .run import Checkup, Noted, check, check_package

__all__ = ["Checkup", "Code", "Noted", "check", "check_package", "codes"]
