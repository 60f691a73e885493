"""Make the shipped sample again, or check that this computer makes the same bytes.

``python -m deskrec_simulator`` writes ``deskdrop-sample.zip``, ``truth.zip`` and ``SHA256SUMS`` to
``deskrec_tutorial/sample``; ``--check`` writes nothing and compares; ``--out`` writes elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import platform
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from deskrec_tutorial.data import SAMPLE_FOLDER

from .world import simulate

# The command has moved since; the archives keep their bytes, and `sample/__main__.py` its name.
README = """\
This is SIMULATED data. Nobody read these articles and nobody wrote them.

It has the columns, the size and the published statistics of the Deskdrop data set (Kaggle:
gspmoreira/articles-sharing-reading-from-cit-deskdrop) and not a row, title or id of it.
Made by `python -m deskrec_tutorial.sample`.
"""
# Which CSV files lie in which zip.
ARCHIVES = {
    "deskdrop-sample.zip": ("shared_articles.csv", "users_interactions.csv"),
    "truth.zip": ("articles.csv", "users.csv"),
}


def sample_files() -> dict[str, bytes]:
    """Simulate the shipped sample and return the contents of its four CSV files by name."""
    clicks, truth = simulate()
    frames = {
        "shared_articles.csv": clicks.articles,
        "users_interactions.csv": clicks.interactions,
        "articles.csv": truth.articles,
        "users.csv": truth.users,
    }
    return {name: _csv(frame) for name, frame in frames.items()}


def write_sample(folder: Path = SAMPLE_FOLDER) -> None:
    """Write the two zips and their checksums into a folder."""
    files = sample_files()
    folder.mkdir(parents=True, exist_ok=True)
    for archive, members in ARCHIVES.items():
        content = {name: files[name] for name in members} | {"README.txt": README.encode()}
        (folder / archive).write_bytes(_zip(content))
    lines = [f"{_digest(content)}  {name}\n" for name, content in files.items()]
    (folder / "SHA256SUMS").write_bytes("".join(lines).encode())


def check_sample(folder: Path = SAMPLE_FOLDER) -> list[str]:
    """Compare the simulator's output with the shipped files.

    Returns
    -------
    list of str
        One sentence per CSV file that differs; empty if this computer makes the same bytes.
    """
    made, sums = sample_files(), _sums(folder)
    problems = []
    for archive, members in ARCHIVES.items():
        with zipfile.ZipFile(folder / archive) as shipped:
            for name in members:
                content = shipped.read(name)
                if _digest(content) != sums.get(name):
                    problems.append(f"{archive}: {name} does not match SHA256SUMS")
                elif made[name] != content:
                    problems.append(f"{name}: {_first_difference(made[name], content)}")
    return problems


def processor() -> str:
    """Name the processor and the libraries: what a difference in bytes would come from."""
    known = platform.processor() or platform.machine()
    return (
        f"{platform.system()} {platform.machine()} ({known}; {_vector_units()}), "
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}"
    )


def _vector_units() -> str:
    """Return the vector instructions that NumPy uses here, if it tells."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.suppress(Exception):
        config = np.show_config(mode="dicts") or {}
        units = config.get("SIMD Extensions", {})
        return "SIMD " + " ".join([*units.get("baseline", []), *units.get("found", [])])
    return "SIMD unknown"


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.4f").encode()


def _zip(content: dict[str, bytes]) -> bytes:
    """Zip with fixed times, owners and order, so that equal contents make equal archives."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, date_time=(2017, 3, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, compresslevel=9)
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sums(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def _first_difference(made: bytes, shipped: bytes) -> str:
    """Say in which line two files part."""
    pairs = zip(made.splitlines(), shipped.splitlines(), strict=False)
    line = next((n for n, (a, b) in enumerate(pairs, start=1) if a != b), None)
    return f"made here it differs from line {line} on" if line else "made here its length differs"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 if all is well, 1 if a check finds a difference."""
    parser = argparse.ArgumentParser(prog="deskrec_simulator", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the shipped files")
    parser.add_argument(
        "--out", type=Path, default=SAMPLE_FOLDER, help="folder to write to or compare with"
    )
    options = parser.parse_args(arguments)
    if not options.check:
        write_sample(options.out)
        print(f"Wrote the simulated sample to {options.out}")
        return 0
    problems = check_sample(options.out)
    print("\n".join(problems) or "The simulator makes the shipped files, byte for byte.")
    if problems:
        print(f"The shipped files stay valid; this computer differs: {processor()}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
