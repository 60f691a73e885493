"""Copy the README's picture out of the stored notebooks: python scripts/pictures.py."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def last_picture(notebook: Path) -> bytes:
    """The last picture a stored notebook shows, as PNG."""
    cells = nbformat.read(notebook, as_version=4).cells
    shown = [o.get("data", {}) for cell in cells for o in cell.get("outputs", [])]
    return base64.b64decode([data["image/png"] for data in shown if "image/png" in data][-1])


if __name__ == "__main__":
    target = ROOT / "docs" / "map.png"
    target.write_bytes(last_picture(ROOT / "notebooks" / "04_similarity.ipynb"))
    print(f"{target.name}: {target.stat().st_size // 1024} KiB")
