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
    formula, end = mathml(node.astext(), "inline"), node.get("end")
    writer.body.append(f'<span class="formula-end">{formula}{end}</span>' if end else formula)
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


def _ends(_: Any, page: nodes.document) -> None:
    """A comma, or what else ends a part of a sentence, stays on the line of its formula."""
    for formula in list(page.findall(nodes.math)):
        siblings = formula.parent.children
        after = siblings[siblings.index(formula) + 1 :][:1]
        if after and isinstance(after[0], nodes.Text):
            text = str(after[0])
            end = text[: len(text) - len(text.lstrip(",.;:?!)’”"))]
            formula["end"] = end
            formula.parent.replace(after[0], nodes.Text(text.removeprefix(end)))


def _initials(*event: Any) -> None:
    """An author's initial at the start of a reference begins no list ("H. Steck" is no point H)."""
    lines = event[-1]
    lines[:] = [re.sub(r"^(\s*\.\. \[\d+\] [A-Z])\. ", r"\1\. ", line) for line in lines]


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("doctree-read", _lazily)
    app.connect("doctree-read", _ends)
    app.connect("autodoc-process-docstring", _initials)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
