"""Many workbooks brought up to date: found, recognised when unchanged, computed in several processes, reported.

`inputs` finds them, `storage` reads and writes one place, `memory` knows what was brought up to date before,
`worker` does one workbook, `run` does all of them; `cluster` does the same on Dask.
"""

from .outcome import Outcome, Settings, Summary
from .run import recalculate_each, recalculate_many

__all__ = ["Outcome", "Settings", "Summary", "recalculate_each", "recalculate_many"]
