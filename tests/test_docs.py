"""The pages in docs/ that readers rely on: their code runs, their links lead somewhere."""

from __future__ import annotations

import doctest
import re

from conftest import ROOT


def test_every_line_of_when_implicit_says_is_true() -> None:
    text = (ROOT / "docs/when-implicit-says.md").read_text(encoding="utf-8")
    code = re.sub(r"^```.*$", "", text, flags=re.M)  # a fence would count as output
    page = doctest.DocTestParser().get_doctest(code, {}, "when-implicit-says", None, 0)
    assert len(page.examples) > 30
    result = doctest.DocTestRunner().run(page)
    assert result.failed == 0


def test_the_glossary_has_every_term_that_a_chapter_links_to() -> None:
    terms = set()
    for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"):
        terms |= set(re.findall(r"glossary\.md#([\w-]+)", path.read_text(encoding="utf-8")))
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    headings = re.findall(r'^<a id="([\w-]+)"></a>\n\n## (.+)$', text, re.M)
    assert len(headings) == text.count("\n## ")  # JupyterLab's own anchors keep capitals
    assert [title for _, title in headings] == sorted((t for _, t in headings), key=str.lower)
    anchors = {anchor for anchor, _ in headings}
    assert terms <= anchors, terms - anchors
