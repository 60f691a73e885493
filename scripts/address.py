"""Point badges, links and install cells at a repository: python scripts/address.py URL.

The address stands in pyproject.toml ([project.urls] Repository); everything else is rewritten to
agree with it. Without an argument, prints the address in force.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHERE = (
    *("pyproject.toml", "README.md", "CONTRIBUTING.md", "TEACHING.md", "CITATION.cff"),
    *("notebooks/*.ipynb", "exercises/*.ipynb", "exercises/source/*.ipynb"),
)


def current(root: Path = ROOT) -> str:
    """The repository's address as pyproject.toml has it."""
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["urls"]["Repository"])


def slug(url: str) -> str:
    """`owner/name` of a GitHub address, which is what Colab's and Binder's links are made of."""
    found = re.fullmatch(r"https://github\.com/([\w-]+/[\w.-]+?)(?:\.git)?/?", url)
    if not found:
        raise ValueError(
            f"{url!r} is not like https://github.com/you/deskrec-tutorial; Colab and Binder open "
            "notebooks from GitHub by owner and name."
        )
    return found.group(1)


def rewrite(url: str, root: Path = ROOT) -> list[Path]:
    """Put the new address wherever the old one stands; returns the files that changed."""
    old, new = slug(current(root)), slug(url)
    changed = []
    for path in (p for pattern in WHERE for p in sorted(root.glob(pattern))):
        text = path.read_text(encoding="utf-8")
        replaced = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, text)
        if replaced != text:
            path.write_text(replaced, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def main() -> int:
    if len(sys.argv) != 2:
        print(f"The address is {current()}\nTo change it: make address URL=https://github.com/…")
        return 0
    try:
        changed = rewrite(sys.argv[1])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(changed)} files now point to {current()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
