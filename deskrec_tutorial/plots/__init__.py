"""The figures of the course. Each states its finding in the title and in a sentence under it.

A plot function computes its title and caption from the data it draws, so neither can be untrue.
"""

from .als import (
    alpha_scores,
    factor_plane,
    loss_staircase,
    product,
    reconstructions,
    toy_matrix,
)
from .bowl import Bowl, bottoms, bowl, fitted_line
from .core import Picture, picture, shorten
from .course import course_map
from .data import article_life, long_tail_curve, weekly_rhythm
from .evaluation import (
    flips,
    hits_by_length,
    noise,
    scoreboard,
    served,
    sweep,
    tuning_map,
    two_protocols,
    what_lists_show,
)
from .feedback import loops
from .recommendations import concentration, score_range, score_waterfall, two_seeds
from .similarity import arrows, article_map, evidence, norms_and_readers, two_rankings
from .stills import als_filmstrip, article_spot
from .strength import busiest_corner, csr_drawing, event_weights, strength_distribution

__all__ = [
    "Bowl", "Picture", "alpha_scores", "als_filmstrip", "arrows", "article_life", "article_map",
    "article_spot", "bottoms", "bowl", "busiest_corner", "concentration", "course_map",
    "csr_drawing", "event_weights", "evidence", "factor_plane",
    "fitted_line", "flips", "hits_by_length", "long_tail_curve", "loops", "loss_staircase", "noise",
    "norms_and_readers", "picture", "product", "reconstructions", "score_range", "score_waterfall",
    "scoreboard", "served", "shorten", "strength_distribution", "sweep", "toy_matrix", "tuning_map",
    "two_protocols", "two_rankings", "two_seeds", "weekly_rhythm",
    "what_lists_show",
]  # fmt: skip
