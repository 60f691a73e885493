"""Simulate an office's article sharing with the schema and statistics of Deskdrop.

Every figure is calibrated to published aggregates of the real data; no row, title or id of the
real data is used. The story, a module for each part of it:

1. `calendar`: the year has its months, weekdays and hours.
2. `articles` are shared through the year. Each has a topic, a language, an author and an appeal,
   and interest in it fades within days. `titles` writes them.
3. `readers` differ in how much they read, in what (their tastes), on which days they are around
   and which language they read.
4. `readings`: each reads the articles that win a race whose speeds are appeal x taste x language x
   being there while the article is fresh.
5. `events`: a reading is a VIEW, sometimes with likes, bookmarks, comments or follows, more often
   where the taste is strong; some pages are opened again and again.
6. `columns`: sessions, browsers, places, missing values, in the real proportions.

`world` puts them together; `sizes` has the published counts and `draws` what keeps the bytes the
same everywhere. `statistics`, `lessons` and `report` measure how well the result matches.
"""

from .world import simulate

__all__ = ["simulate"]
