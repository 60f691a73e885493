"""What a test needs and this machine may lack: it is skipped, but fails where CI should have it.

Programs of npm are fetched once, each in one version, into build/npm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from conftest import ROOT

NPM = ROOT / "build" / "npm"


def lacking(why: str) -> NoReturn:
    """Skip; on a machine of continuous integration (CI=true) fail."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"{why}; with CI=true nothing may be lacking")
    pytest.skip(why)


def program(name: str, without: str) -> str:
    """The path of a program on this machine."""
    found = shutil.which(name)
    return found or lacking(f"no {name} here: {without}")


def from_npm(package: str, version: str, without: str) -> Path:
    """The folder of a package of npm."""
    home = NPM / f"{package}-{version}"
    folder = home / "node_modules" / package
    if not (folder / "package.json").exists():
        npm = program("npm", without)
        home.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        command += ["--prefix", str(home), f"{package}@{version}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            shutil.rmtree(home)
            lacking(f"{package} could not be fetched ({done.stderr[-200:].strip()}): {without}")
    return folder
