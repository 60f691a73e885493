"""Make the course a site: python site/build.py [--classroom | --epub] [--out FOLDER].

Sphinx reads a copy of the pages under ``build/``, laid out as in the repository, so that links
from page to page stay as they are.  Notebooks are taken as stored and never executed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from front import front
from reference import reference
from staging import NOTEBOOKS, ROOT, Stage, pages

HERE = ROOT / "site"
PICKERS = ROOT / "build" / "pickers"
FITTED_BY = ("implicit", "numpy", "scipy", "scikit-learn", "pandas")
# What the theme brings and no page asks for.
UNUSED = (
    "_static/**/*.map",
    "_static/vendor",
    "_static/scripts/fontawesome*",
    "_static/images",
    "_static/locales",
    "_static/*.html",
)

# Labels that keep from a screen reader what stands on the button.
LABEL = re.compile(r'(?<=<summary) aria-label="Toggle hidden content"|'
                   r'(?<=search-button-field search-button__button pst-js-only")'
                   r' title="Search" aria-label="Search"')  # fmt: skip


def stage(folder: Path, classroom: bool = False) -> None:
    """Write the source tree that Sphinx reads."""
    shutil.rmtree(folder, ignore_errors=True)
    staged = Stage(folder, classroom)
    for path in pages(classroom):
        staged.put(path)
    (folder / "api").mkdir()
    for name, text in reference().items():
        (folder / "api" / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "index.md").write_text(front(classroom), encoding="utf-8")
    shutil.copy(ROOT / "docs" / "map.png", folder / "docs")


def chapters_in(maker: str) -> set[str]:
    """The chapters that the text of `model.py` asks for what they assign."""
    return set(re.findall(r'assigned\("(\w+)"', maker))


def fingerprint() -> str:
    """Of all that `model.py` reads: the package with its sample, chapters, versions."""
    maker = HERE / "model.py"
    names = chapters_in(maker.read_text(encoding="utf-8"))
    chapters = [ROOT / "notebooks" / f"{name}.ipynb" for name in names]
    package = [p for p in (ROOT / "deskrec_tutorial").rglob("*.*") if p.suffix != ".pyc"]
    found = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in FITTED_BY).encode())
    for path in sorted([maker, *chapters, *package]):
        if path.is_file():
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()


def model(folder: Path) -> None:
    """Write the factors that the pickers compute with, unless they were made from the same."""
    made, digest = folder / "made-from.txt", fingerprint()
    if made.exists() and made.read_text(encoding="ascii") == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder) as new:
        subprocess.run([sys.executable, str(HERE / "model.py"), new], check=True)
        for file in Path(new).iterdir():
            os.replace(file, folder / file.name)
    made.write_text(digest, encoding="ascii")


def sphinx(source: Path, out: Path, builder: str) -> None:
    """Run Sphinx on a staged tree; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "--builder", builder, "--conf-dir", str(HERE)]
    command += ["--fail-on-warning", "--keep-going", "--quiet"]
    command += ["--doctree-dir", str(source.with_name(f"{source.name}-doctrees"))]
    done = subprocess.run([*command, str(source), str(out)], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def replaceable(out: Path, made: str) -> None:
    """Refuse to put anything in the place of a folder that was not made here."""
    if out.exists() and not (out / made).exists() and (not out.is_dir() or any(out.iterdir())):
        sys.exit(f"{out} holds other things, which would be lost. Choose an empty or new folder.")


def build(out: Path, classroom: bool = False) -> None:
    """Make the site in a folder, in the place of the one that was there."""
    replaceable(out, "searchindex.js")
    source = out.with_name(f"{out.name}-source")
    stage(source, classroom)
    model(PICKERS)
    new = out.with_name(f"{out.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    sphinx(source, new, "html")
    for path in [path for pattern in UNUSED for path in new.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for page in new.rglob("*.html"):
        page.write_text(LABEL.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    for path in [] if classroom else [p for n in NOTEBOOKS for p in ROOT.glob(n)]:
        shutil.copy(path, new / path.relative_to(ROOT))
    shutil.rmtree(out, ignore_errors=True)
    new.rename(out)


def epub(out: Path) -> None:
    """Make a book of the pages: without what needs a network or a script, and solutions."""
    replaceable(out, "content.opf")
    shutil.rmtree(out, ignore_errors=True)  # Sphinx binds whatever lies there into the book
    source = out.with_name(f"{out.name}-source")
    stage(source, classroom=True)
    sphinx(source, out, "epub")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--classroom", action="store_true", help="without solutions, for the zip")
    parser.add_argument("--epub", action="store_true", help="a book instead: course.epub")
    arguments = parser.parse_args()
    if arguments.epub:
        epub(arguments.out)
        return print(f"The book: {arguments.out / 'course.epub'}")
    build(arguments.out, arguments.classroom)
    print(f"Open {arguments.out / 'index.html'} in a browser; it needs no network.")


if __name__ == "__main__":
    main()
