"""Make the course a site: python site/build.py [--classroom] [--out FOLDER].

Sphinx reads a copy of the pages under ``build/``, laid out as in the repository, so that links
from page to page stay as they are.  Notebooks are taken as stored and never executed.
"""

from __future__ import annotations

import argparse
import base64
import json
import posixpath
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "site"
TEXTS = ("docs/*.md", "TEACHING.md", "CHANGELOG.md")
NOTEBOOKS = ("notebooks/[0-9]*.ipynb", "exercises/[0-9]*.ipynb")

Cell = dict[str, Any]

BADGES = re.compile(r"^\[Open in Colab\].*$", re.M)
KERNEL = re.compile(r" ?\((?:A|The) picker needs a running notebook[^)]*\)")
ALIVE = re.compile(r"^([^:]+): alive while the notebook runs")
LINK = re.compile(r"\]\((?!https?:|#|attachment:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
ANCHOR = re.compile(r'^<a id="[\w-]+"></a>\n\n', re.M)


def address() -> str:
    """The repository's address as pyproject.toml has it (`make address` puts it there)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


def pages() -> list[Path]:
    """The files of the repository that become pages."""
    return [path for pattern in NOTEBOOKS + TEXTS for path in sorted(ROOT.glob(pattern))]


# ------------------------------------------------------------------ what becomes of a text


def relinked(text: str, folder: Path) -> str:
    """A text with links that lead to pages of the site, or else to the repository."""
    known = {path.relative_to(ROOT).as_posix() for path in pages()}

    def link(match: re.Match[str]) -> str:
        target = posixpath.normpath((folder.relative_to(ROOT) / match[1]).as_posix())
        target = target.replace("exercises/source/", "exercises/")
        if target in known:
            here = folder.relative_to(ROOT).as_posix()
            return f"]({posixpath.relpath(target, here)}{match[2] or ''})"
        if target == "README.md":
            return f"]({posixpath.relpath('index.md', folder.relative_to(ROOT).as_posix())})"
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"]({address()}/{kind}/main/{target}{match[2] or ''})"

    return LINK.sub(link, ANCHOR.sub("", text))


# ------------------------------------------------------------------ what becomes of a notebook


def joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def staged(path: Path, folder: Path) -> dict[str, Any]:
    """A notebook as the site shows it; pictures in its text go into the folder."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if "google.colab" not in joined(cell["source"])
             or cell["cell_type"] == "markdown"]  # fmt: skip
    for cell in cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = relinked(KERNEL.sub("", joined(cell["source"])), path.parent)
            for name, files in cell.pop("attachments", {}).items():
                (folder / name).write_bytes(base64.b64decode(joined(files["image/png"])))
                cell["source"] = cell["source"].replace(f"(attachment:{name})", f"({name})")
        else:
            cell["outputs"] = [o for o in cell["outputs"] if not _alive(o)]
    notebook["cells"] = cells
    notebook["metadata"].pop("widgets", None)
    return notebook


def _alive(output: Cell) -> bool:
    return bool(ALIVE.match(joined(output.get("data", {}).get("text/plain", ""))))


# ------------------------------------------------------------------ the whole


def tree(title: str, entries: list[str]) -> str:
    """A toctree of the side bar; the pages themselves have the titles."""
    lines = "\n".join(entries)
    return f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{lines}\n```\n"


def stage(folder: Path) -> None:
    """Write the source tree that Sphinx reads."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in pages():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            text = json.dumps(staged(path, target.parent), ensure_ascii=False)
        else:
            text = relinked(path.read_text(encoding="utf-8"), path.parent)
        target.write_text(text, encoding="utf-8")
    names = {path.relative_to(ROOT).with_suffix("").as_posix() for path in pages()}

    def within(start: str) -> list[str]:
        return sorted(name for name in names if name.startswith(start))

    front = "# Recommenders that learn from clicks\n\n"
    front += tree("The course", within("notebooks/")) + tree("Exercises", within("exercises/"))
    front += tree("To look things up", within("docs/"))
    front += tree("For teachers", ["TEACHING", "CHANGELOG"])
    (folder / "index.md").write_text(front, encoding="utf-8")


def sphinx(source: Path, out: Path, builder: str = "html") -> None:
    """Run Sphinx on a staged tree; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "--builder", builder, "--conf-dir", str(HERE)]
    command += ["--fail-on-warning", "--keep-going", "--quiet"]
    command += ["--doctree-dir", str(source.with_name(f"{source.name}-doctrees"))]
    done = subprocess.run([*command, str(source), str(out)], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def build(out: Path) -> None:
    """Stage the pages and make the site of them."""
    source = ROOT / "build" / "site-source"
    stage(source)
    shutil.rmtree(out, ignore_errors=True)
    sphinx(source, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site")
    out = parser.parse_args().out
    build(out)
    print(f"Open {out / 'index.html'} in a browser; it needs no network.")


if __name__ == "__main__":
    main()
