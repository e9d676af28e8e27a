"""Run every benchmark of this folder, each in a process of its own: `python -m benchmarks`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run them one after the other and let them print; the worst exit status is ours."""
    worst = 0
    for path in sorted(HERE.glob("*.py")):
        if not path.stem.startswith("_"):
            print(f"\n=== {path.stem} " + "=" * (76 - len(path.stem)), flush=True)
            run = subprocess.run([sys.executable, "-m", f"{HERE.name}.{path.stem}"], cwd=HERE.parent, check=False)
            worst = max(worst, abs(run.returncode))
    return worst


if __name__ == "__main__":
    sys.exit(main())
