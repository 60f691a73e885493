"""Where the Java is that Spark needs, and how to get one."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

JAVA = 17  # the oldest that Spark 4 runs on
HOW_TO_GET_JAVA = {
    "Linux": "on Debian, Ubuntu or Colab: apt-get install openjdk-17-jre-headless (44 MB; Debian "
    "13 has openjdk-21-jre-headless)",
    "Darwin": "with Homebrew: brew install openjdk@17, and set JAVA_HOME as it says",
    "Windows": "with winget: winget install EclipseAdoptium.Temurin.17.JRE, and open a new window",
}


def find_java() -> str:
    """The Java that Spark will run: that of JAVA_HOME, or else the one called `java`.

    Returns
    -------
    str
        The program.

    Raises
    ------
    RuntimeError
        If there is none, or it is too old, or lacks a part: what was found, and how to get one.
    """
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    found = f"JAVA_HOME={home} has " if home else f"{java} is "
    # Spark starts Java with this module, and not every bundle has it.
    code, said = _ask(java, "--add-modules", "jdk.incubator.vector", "-version")
    version = _version(said) or _version(_ask(java, "-version")[1])
    if not version:
        what = f"JAVA_HOME={home} holds no Java that runs" if home else "there is no Java here"
    elif version < JAVA:
        what = f"{found}Java {version}"
    elif code and "incubator" in said:
        what = f"{found}a Java {version} without the module jdk.incubator.vector"
    else:
        return str(java)
    way = HOW_TO_GET_JAVA.get(platform.system(), "from https://adoptium.net")
    raise RuntimeError(
        f"Spark needs Java {JAVA} or newer, and {what}. Get it {way}; in a conda environment: "
        f"conda install -c conda-forge openjdk={JAVA}. Another Java: set JAVA_HOME to its folder."
    )


def _ask(java: str | None, *words: str) -> tuple[int, str]:
    try:
        done = subprocess.run([str(java), *words], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 1, ""
    return done.returncode, done.stderr + done.stdout


def _version(said: str) -> int:
    """17 of `openjdk version "17.0.15"`, 8 of `"1.8.0_402"`; 0 if nothing of the kind was said."""
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0
