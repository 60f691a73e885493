"""Copy chapter 4's map to the README and into chapter 0: python scripts/pictures.py."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def stored_picture(notebook: Path, words: str) -> bytes:
    """The picture of a stored notebook whose caption has these words, as PNG."""
    cells = nbformat.read(notebook, as_version=4).cells
    shown = [o.get("data", {}) for cell in cells for o in cell.get("outputs", [])]
    pictures = [data for data in shown if "image/png" in data]
    return base64.b64decode(next(d["image/png"] for d in pictures if words in d["text/plain"]))


if __name__ == "__main__":
    target, start = ROOT / "docs" / "map.png", ROOT / "notebooks" / "00_start_here.ipynb"
    target.write_bytes(stored_picture(ROOT / "notebooks" / "04_similarity.ipynb", "largest topics"))
    chapter = nbformat.read(start, as_version=4)
    cell = next(cell for cell in chapter.cells if "(attachment:map.png)" in cell.source)
    cell.attachments = {"map.png": {"image/png": base64.b64encode(target.read_bytes()).decode()}}
    nbformat.write(chapter, start)
    print(f"{target.name}: {target.stat().st_size // 1024} KiB")
