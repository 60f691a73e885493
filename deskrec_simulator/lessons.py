"""Measure on a reading log what the chapters teach: the lessons the sample must reproduce.

The measures are the package's own: means over three splits, over four cuts in time, and one replay
of the log's last 30 %.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from scipy.stats import spearmanr

import deskrec_tutorial as dr
from deskrec_tutorial import recommenders as rec
from deskrec_tutorial.scorers import Refitted, fading

from .statistics import Figures

SPLIT_SEEDS = (1, 2, 3)
CUTS = (0.80, 0.85, 0.90, 0.95)
REPLAYED_FROM = 0.7
HALF_LIFE = 0.1  # in days, of popularity in the replay


def measure(clicks: dr.ClickStream, topics: pd.Series | None = None) -> Figures:
    """Measure every lesson on a reading log.

    Parameters
    ----------
    clicks : ClickStream
        The two tables.
    topics : pandas.Series, optional
        Topic by contentId: the hidden truth, if there is one.

    Returns
    -------
    dict of str to float
        Figures by name; means over three splits where a split is involved.
    """
    events = dr.join_events(clicks)
    splits = pd.DataFrame([_split_figures(events, seed) for seed in SPLIT_SEEDS])
    figures = {str(name): float(value) for name, value in splits.mean().items()}
    return figures | _matrix_figures(events, topics) | _time_figures(events)


def full_recall(recommender: rec.Recommender, split: dr.Split) -> float:
    """Return recall@10 of a recommender among all articles, fitted on the train side."""
    recommender.fit(split.train, split.train_events)
    return dr.evaluate(recommender, split.train, split.test, 10, draws=1)["recall@10"]


# ------------------------------------------------------------------------------- one split


def _split_figures(events: pd.DataFrame, seed: int) -> Figures:
    """Measure one split: popularity, titles, ALS with several settings and strengths."""
    split = dr.split(events, seed=seed)
    models = {"popularity": rec.Popularity(), "ALS": rec.ImplicitALS(), "titles": rec.Content()}
    models["tuned ALS"] = rec.ImplicitALS(128, regularization=100.0, alpha=40.0, iterations=20)
    full = {f"full recall@10, {name}": full_recall(m, split) for name, m in models.items()}
    sampled = _sampled_figures(models, split)
    changes = _strength_figures(events, seed, full["full recall@10, ALS"])
    return full | sampled | changes


def _sampled_figures(models: dict[str, rec.Recommender], split: dr.Split) -> Figures:
    """Rank among a hundred articles, the same ones for every model; compare values of alpha."""
    alphas = {f"alpha {alpha:g}": rec.ImplicitALS(alpha=alpha) for alpha in (5.0, 10.0, 40.0)}
    by_alpha = {name: model.fit(split.train) for name, model in alphas.items()}
    negatives = dr.draw_negatives(split.train, split.test)
    figures: Figures = {}
    for name, model in (models | by_alpha).items():
        found = dr.sampled_recall(model, split.train, split.test, negatives=negatives)
        figures |= {f"sampled {metric}, {name}": value for metric, value in found.items()}
    low, middle, high = (figures[f"sampled recall@10, {name}"] for name in by_alpha)
    return figures | {"alpha 40 less alpha 5-10": high - (low + middle) / 2}


def _strength_figures(events: pd.DataFrame, seed: int, dropped: float) -> Figures:
    """Compare ways to sum up a pair's events with dropping repeats, on the same split."""
    drop, keep = (dr.split(events, seed=seed, repeats=repeats) for repeats in ("drop", "keep"))
    ways = {"binary": (drop, "binary"), "log": (keep, "log"), "kept": (keep, "strength")}
    return {
        f"full recall@10, {name} less dropped": full_recall(rec.ImplicitALS(values=values), split)
        - dropped
        for name, (split, values) in ways.items()
    }


# ------------------------------------------------------------------------------- the matrix


def _matrix_figures(events: pd.DataFrame, topics: pd.Series | None) -> Figures:
    """Measure what two fits on everything show."""
    matrix = dr.InteractionMatrix.from_strength(dr.event_strength(events))
    one, another = (dr.fit_als(matrix, random_state=seed) for seed in (1, 2))
    norms = np.linalg.norm(one.item_factors, axis=1)
    lone, sharing = one_reader_articles(matrix)
    figures: Figures = {
        "Spearman of norm and readers": float(spearmanr(norms, matrix.readers).statistic),
        "articles with one reader": lone,
        "share of articles with one reader": lone / len(matrix.item_ids),
        "one-reader articles that share theirs": sharing,
        "top-10s of two seeds in common": shared_top10(one, another, matrix),
        "commented pairs followed too": followed_share(events),
    }
    if topics is not None:
        same, chance = neighbours_share_topic(one, matrix, topics)
        figures |= {"neighbours of the same topic": same, "the same by chance": chance}
    return figures


def one_reader_articles(matrix: dr.InteractionMatrix) -> tuple[int, int]:
    """Count articles with one reader, and those whose reader has another such article."""
    lone = matrix.user_items[:, matrix.readers == 1]
    per_user = np.diff(lone.indptr)
    return int(per_user.sum()), int(per_user[per_user > 1].sum())


def shared_top10(
    one: AlternatingLeastSquares, another: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> float:
    """Return the share of recommendations that two models have in common."""
    lists = (dr.recommend_all(model, matrix) for model in (one, another))
    first, second = (pd.MultiIndex.from_frame(x[["personId", "contentId"]]) for x in lists)
    return float(first.isin(second).mean())


def followed_share(events: pd.DataFrame) -> float:
    """Return the share of commented pairs that are followed too."""
    pairs = pd.MultiIndex.from_frame(events[["personId", "contentId"]])
    commented = pairs[events["eventType"] == "COMMENT CREATED"].unique()
    return float(commented.isin(pairs[events["eventType"] == "FOLLOW"]).mean())


def neighbours_share_topic(
    model: AlternatingLeastSquares,
    matrix: dr.InteractionMatrix,
    topics: pd.Series,
    least: int = 10,
    k: int = 10,
) -> tuple[float, float]:
    """Return how many of an article's nearest share its topic, and how many would by chance.

    Nearest by cosine, among articles with at least ``least`` readers.
    """
    ids = matrix.item_ids[matrix.readers >= least]
    near = [dr.similar_articles(model, matrix, i, k + 1, min_readers=least) for i in ids]
    found = [topics.reindex(listed["contentId"]).to_numpy() for listed in near]
    same = np.mean([(topic[1:] == topic[0]).mean() for topic in found])
    count = topics.reindex(ids).value_counts()
    chance = ((count - 1) * count).sum() / (count.sum() * (count.sum() - 1))
    return float(same), float(chance)


# ------------------------------------------------------------------------------- time


def _time_figures(events: pd.DataFrame) -> Figures:
    """Measure what time does to recommenders."""
    cuts = [dr.split(events, "temporal", share=1 - cut) for cut in CUTS]
    models = {"ALS": rec.ImplicitALS(), "recent popularity": rec.RecentPopularity()}
    return {
        "new pairs on unseen articles": unseen_share(cuts[CUTS.index(0.90)]),
        **{
            f"recall@10 after cuts, {name}": float(np.mean([full_recall(m, cut) for cut in cuts]))
            for name, m in models.items()
        },
        **_replay_figures(events),
    }


def unseen_share(split: dr.Split) -> float:
    """Return the share of the held-out pairs on articles that nobody has opened in train."""
    return float(1 - (split.train.readers > 0)[split.test.user_items.indices].mean())


def _replay_figures(events: pd.DataFrame) -> Figures:
    """Replay the end of the log; ALS is fitted anew every month."""
    scorers: dict[str, Callable] = {
        "als": Refitted(rec.ImplicitALS(), events, every=30.0),
        "newest": lambda board, row: board.born,
        "decayed": fading(HALF_LIFE),
    }
    found = dr.replay(events, scorers, start=REPLAYED_FROM)
    return {f"replay hit@10, {name}": float(found[name].mean()) for name in scorers}
