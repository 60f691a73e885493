"""The site as `make site` makes it, made anew where something is newer than it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT
from lacking import lacking

SITE = ROOT / "build" / "site"
FROM = ("site", "deskrec_tutorial", "notebooks", "exercises", "docs", "deskrec_simulator", "tests")
FROM += ("scripts",)
CHAPTERS = [f"notebooks/{path.stem}" for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]


def run(*arguments: str) -> None:
    """Sphinx' warnings are errors, and what it says is what a failing test shows."""
    for needed in ("sphinx_book_theme", "myst_nb", "latex2mathml"):
        if find_spec(needed) is None:
            why = f"no site without {needed} (pip install -e '.[site]')"
            # The oldest versions come without a site, and without what tests it in a browser.
            lacking(why) if find_spec("playwright") else pytest.skip(why)
    command = [sys.executable, str(ROOT / "site" / "build.py"), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def built() -> Path:
    # Folders too: one from which a page was taken away is newer than a site that still has it.
    files = [*ROOT.glob("*.md"), ROOT / "pyproject.toml", *map(ROOT.joinpath, FROM)]
    files += [file for name in FROM for file in (ROOT / name).rglob("*")]
    newest = max(file.stat().st_mtime for file in files if "__pycache__" not in file.parts)
    index = SITE / "index.html"
    if not index.exists() or index.stat().st_mtime < newest:
        run("--out", str(SITE))
    return SITE
