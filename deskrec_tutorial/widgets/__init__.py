"""Live pickers, and for each a static twin that needs no kernel.

================================ ============================ ====================
live                             still                        chapter
================================ ============================ ====================
`weights_explorer`               `weights_view`               2
`bowl_picker`, `als_stepper`     `bowl_view`, `als_view`      3
`article_picker`                 `article_view`               4
`user_picker`, `be_the_reader`   `user_view`, `reader_view`   5
`explorer`                       `explorer_view`              a page of its own
================================ ============================ ====================

Only this package imports ipywidgets. Each module has pure functions that turn data and a choice
into HTML, and a thin class of stock widgets, a `Panel`, that the live name stands for.
"""

from .articles import article_picker, article_places, article_view
from .bowl import bowl_picker, bowl_view
from .core import Still
from .explorer import explorer, explorer_view
from .people import user_picker, user_view
from .reader import be_the_reader, reader_view
from .stepper import als_stepper, als_view
from .weights import weights_explorer, weights_view

__all__ = [
    "Still", "als_stepper", "als_view", "article_picker", "article_places", "article_view",
    "be_the_reader", "bowl_picker", "bowl_view", "explorer", "explorer_view", "reader_view",
    "user_picker", "user_view", "weights_explorer", "weights_view",
]  # fmt: skip
