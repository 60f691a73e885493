"""What importing the package costs beyond pandas and implicit: python benchmarks/imports.py."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

BASE = "import pandas, implicit"
OURS = "import deskrec_tutorial"


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> int:
    empty, base, ours = np.median(
        [[seconds("pass"), seconds(BASE), seconds(OURS)] for _ in range(15)], axis=0
    )
    late = "import sys, deskrec_tutorial; print([m for m in ('matplotlib', 'ipywidgets', 'IPython'"
    late += ", 'sklearn') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", late], capture_output=True, text=True).stdout
    print(f"{BASE}: {base - empty:.3f} s; {OURS}: {ours - empty:.3f} s, without Python's own start")
    print(f"ratio: {(ours - empty) / (base - empty):.2f}; loaded on import: {loaded.strip()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
