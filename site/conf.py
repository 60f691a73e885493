"""How Sphinx reads the staged pages (``site/build.py`` stages them and calls Sphinx)."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from deskrec_tutorial import __version__  # noqa: E402

project = "Recommenders that learn from clicks"
author = copyright = "the authors of the course; text CC BY 4.0, code BSD-3-Clause"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "extension"]
exclude_patterns: list[str] = []

nb_execution_mode = "off"
nb_code_prompt_show = "Guess first, then look"
nb_code_prompt_hide = "Fold it again"
nb_render_markdown_format = "commonmark"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

myst_heading_slug_func = "extension.slug"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False

html_theme = "sphinx_book_theme"
html_title = project
html_math_renderer = "mathml"
templates_path = [str(HERE / "templates")]
PICKERS = [HERE / "pickers.js", HERE / "pickers.css", *(HERE.parent / "build/pickers").glob("*.js")]
html_static_path = [str(path) for path in (HERE / "static", *PICKERS)]
html_css_files = ["site.css", "pickers.css"]
html_js_files = ["site.js", ("pickers.js", {"defer": "defer"})]
html_context = {"default_mode": "auto"}
html_scaled_image_link = False
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {
    "use_download_button": False,
    "footer_content_items": ["copyright.html"],
    "navbar_persistent": [],
    "max_navbar_depth": 1,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "navigation_with_keys": False,
}

epub_basename = "course"
epub_show_urls = "no"
suppress_warnings = ["epub.unknown_project_files"]  # a font and its licence
