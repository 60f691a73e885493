"""What the course adds to Sphinx: formulas as MathML, which browsers show without a script."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def mathml(formula: str, display: str) -> str:
    """A formula of LaTeX as a ``<math>`` element; `display` is ``"inline"`` or ``"block"``."""
    # Bars that know their side are stretched, the left one more than the right one.
    return convert(re.sub(r"\\[lr]Vert\b", r"\\|", formula), display=display)


def slug(title: str) -> str:
    """The anchor of a heading, as `docs/glossary.md` spells its own."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    # By these classes the theme lets the keyboard scroll what is wider than the page.
    formula = f'<div class="output_area formula">{mathml(node.astext(), "block")}</div>'
    writer.body.append(f'<div class="nboutput">{formula}</div>')
    raise nodes.SkipNode


def _lazily(_: Any, page: nodes.document) -> None:
    """Pictures load when they come into view, into a place that is kept for them."""
    for picture in page.findall(nodes.image):
        picture["loading"], picture["scale"] = "lazy", 100


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("doctree-read", _lazily)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
