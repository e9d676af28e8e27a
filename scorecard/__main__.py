"""`python -m scorecard`: the same command as `scorecard`."""

from __future__ import annotations

from scorecard.cli import main

if __name__ == "__main__":
    main()
