"""The pages of the public API: every name, by the module that has it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import deskrec_tutorial as dr

INDEX = """# Reference

What `import deskrec_tutorial as dr` brings, from the docstrings, in the order of the chapters.

```{{toctree}}
:maxdepth: 1

{}
```
"""
PAGE = """# `{name}`

```{{eval-rst}}
.. automodule:: {module}
   :no-members:
   :no-index:

{entries}
```
"""
ORDER = (
    "data own_log strength als similarity recommendations splits evaluation sampled recommenders"
)


def _directive(name: str, member: object) -> str:
    if inspect.isclass(member):
        kind = "exception" if issubclass(member, BaseException) else "class"
    else:
        kind = "function" if callable(member) else "data"
    members = "\n   :members:" if kind == "class" else ""
    return f".. auto{kind}:: {name}{members}\n"


def _members() -> Iterator[tuple[str, str, object]]:
    """Module, name by which one imports it, and what it is, of all that is public."""
    for name in dr.__all__:
        member = getattr(dr, name)
        if not inspect.ismodule(member):
            # A dictionary doesn't know where it was made.
            yield getattr(member, "__module__", "deskrec_tutorial.strength"), f"dr.{name}", member
        elif name != "widgets":  # whose names are the package's own
            own = {
                n
                for n, m in vars(member).items()
                if getattr(m, "__module__", "") == member.__name__
            }
            for inner in getattr(member, "__all__", sorted(n for n in own if n[0] != "_")):
                yield member.__name__, f"dr.{name}.{inner}", getattr(member, inner)


def _page(module: str) -> str:
    """`deskrec_tutorial.widgets.bowl` is on the page of the widgets."""
    package, _, inner = module.partition(".")
    return inner.partition(".")[0] if package == dr.__name__ else package


def reference() -> dict[str, str]:
    """The text of each page."""
    entries: dict[str, list[str]] = {name: [] for name in ORDER.split()}
    for module, name, member in _members():
        full = name.replace("dr.", "deskrec_tutorial.", 1)
        entries.setdefault(_page(module), []).append(_directive(full, member))
    pages = {"index": INDEX.format("\n".join(entries))}
    for name, each in entries.items():
        module = f"deskrec_tutorial.{name}" if f"deskrec_tutorial.{name}" in sys.modules else name
        pages[name] = PAGE.format(name=name, module=module, entries="\n".join(each))
    return pages
