"""Measure what recommenders reach on a reading log: the lessons the sample must reproduce.

The measures are those of chapter 6, ties split. What is not, is written out here: the split lays
pairs out reader by reader and draws every fifth, negatives are drawn for all pairs at once, and
ALS ends where `implicit` ends it. Other draws would change the figures of ``docs/sample.md``.

- ``holdout``: 20 % of the pairs of readers with at least five articles, stratified by reader;
  ranked among 100 random unread articles (sampled) or among all articles unread in train (full);
- a temporal split: everything after a moment is test;
- ``replay``: event by event, candidates are the articles seen so far.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from scipy.stats import spearmanr
from threadpoolctl import threadpool_limits

import deskrec_tutorial as dr
from deskrec_tutorial import recommenders as rec
from deskrec_tutorial.evaluation import (
    Board,
    cells,
    days_of,
    in_order,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Scorer = Callable[[Ints], Floats]  # user numbers -> scores, users x items

WEIGHTS = dict(dr.EVENT_WEIGHTS)
TUTORIAL = {"factors": 20, "regularization": 0.1, "iterations": 50, "alpha": 15.0}
TUNED = {"factors": 128, "regularization": 100.0, "iterations": 20, "alpha": 40.0}
SPLIT_SEEDS = (1, 2, 3)
CUTS = (0.80, 0.85, 0.90, 0.95)
REPLAY_STARTS = (0.7, 0.8, 0.9)  # of the windows of a replay; each ends where the next starts
LEAST_ARTICLES = 5  # readers with fewer are left out of the evaluation


# ------------------------------------------------------------------------------- the data


@dataclass(frozen=True, eq=False)
class Pairs(dr.InteractionMatrix):
    """A matrix that can be looked at pair by pair, in the order of its rows and columns."""

    @property
    def user(self) -> Ints:
        """The row of each pair."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.user_items.indptr))

    @property
    def item(self) -> Ints:
        """The column of each pair."""
        return self.user_items.indices.astype(np.int64)

    @property
    def shape(self) -> tuple[int, int]:
        """Users and items."""
        return self.user_items.shape

    def matrix(self) -> sp.csr_matrix:
        """Return strengths as a users x items matrix."""
        return self.user_items

    def at(self, rows: Ints | Bools) -> Pairs:
        """Return some of the pairs, in the same rows and columns."""
        values = self.user_items.data[rows], (self.user[rows], self.item[rows])
        return replace(self, user_items=sp.csr_matrix(values, shape=self.shape))


def read_tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read articles and interactions from a zip shaped like Kaggle's."""
    with zipfile.ZipFile(path) as archive:
        names = ("shared_articles.csv", "users_interactions.csv")
        articles, interactions = (pd.read_csv(archive.open(name)) for name in names)
    return articles, interactions


def make_events(articles: pd.DataFrame, interactions: pd.DataFrame) -> pd.DataFrame:
    """Keep interactions on shared articles, in order of time."""
    return in_order(dr.join_events(dr.ClickStream(articles, interactions, "two tables")))


def make_pairs(events: pd.DataFrame, strength: str = "dropped") -> Pairs:
    """Sum event weights per pair.

    Parameters
    ----------
    events : pandas.DataFrame
    strength : {"dropped", "kept", "log", "binary"}
        Repeats of an event type dropped or kept; log2(1 + sum with repeats); or 1 for every pair.
    """
    table = dr.event_strength(events, repeats="drop" if strength == "dropped" else "keep")
    if strength == "log":
        table["eventStrength"] = np.log2(1 + table["eventStrength"])
    elif strength == "binary":
        table["eventStrength"] = 1.0
    pairs = Pairs.from_strength(table)
    assert isinstance(pairs, Pairs)
    return pairs


# ------------------------------------------------------------------------------- ALS


@dataclass(frozen=True)
class Factors:
    """User and item vectors of a fitted model."""

    user: Floats
    item: Floats

    def __call__(self, users: Ints) -> Floats:
        """Score all items for some users."""
        return self.user[users] @ self.item.T


def fit_als(
    train: dr.InteractionMatrix, settings: Mapping[str, float] = TUTORIAL, seed: int = 42
) -> Factors:
    """Fit implicit's ALS on alpha x strength; the tutorial's settings unless told otherwise."""
    chosen = TUTORIAL | dict(settings)
    with threadpool_limits(1, "blas"):  # also keeps implicit from warning about BLAS threads
        model = AlternatingLeastSquares(
            factors=int(chosen["factors"]),
            regularization=chosen["regularization"],
            iterations=int(chosen["iterations"]),
            dtype=np.float64,
            use_gpu=False,
            random_state=seed,
        )
        model.fit(train.user_items * chosen["alpha"], show_progress=False)
    return Factors(np.asarray(model.user_factors), np.asarray(model.item_factors))


# ------------------------------------------------------------------------------- hold-out


@dataclass(frozen=True)
class Split(dr.Split):
    """Train and test pairs; a test pair that train has seen is refused."""

    train: Pairs
    test: Pairs
    train_events: pd.DataFrame | None = None
    how: str = "random"


def holdout_rows(pairs: Pairs, seed: int, share: float = 0.2) -> tuple[Ints, Ints]:
    """Hold out a share of each reader's pairs; return train rows and test rows.

    Only readers with at least five articles take part.  Pairs are laid out reader by reader in
    random order and every fifth is drawn, so each reader gives 20 % up to rounding.
    """
    rng = np.random.default_rng(seed)
    many = np.bincount(pairs.user, minlength=pairs.shape[0]) >= LEAST_ARTICLES
    reader_place = rng.permutation(pairs.shape[0])[pairs.user]
    order = np.lexsort([rng.random(len(pairs.user)), reader_place])
    order = order[many[pairs.user[order]]]
    step = np.floor((np.arange(len(order)) + rng.random()) * share)
    drawn = np.diff(step, append=step[-1]) > 0
    return np.sort(order[~drawn]), np.sort(order[drawn])


def holdout(pairs: Pairs, seed: int) -> Split:
    """Split pairs as `holdout_rows` does."""
    train, test = holdout_rows(pairs, seed)
    return Split(pairs.at(train), pairs.at(test))


def recall_full(score: Scorer, split: dr.Split, k: int = 10) -> float:
    """Rank each test article among all that the reader has not read in train.

    Recall is averaged over readers: the mean over pairs would belong to the busiest few.
    """
    scorer = SimpleNamespace(scores=score)
    return dr.evaluate(scorer, split.train, split.test, k, draws=1)[f"recall@{k}"]


def draw_negatives(split: Split, count: int = 100, seed: int = 0) -> Ints:
    """Draw, for each test pair, random articles that the reader never touched.

    Draw once and rank every model among the same ones: differences are then paired.
    """
    rng = np.random.default_rng(seed)
    touched = (split.train.matrix() + split.test.matrix()).astype(bool)
    drawn = []
    for rows in _blocks(len(split.test.user)):
        users = split.test.user[rows]
        lots = rng.random((len(users), touched.shape[1]), dtype=np.float32)
        lots[touched[users].toarray()] = 2.0
        drawn.append(np.argpartition(lots, count, axis=1)[:, :count])
    return np.concatenate(drawn)


def recall_sampled(
    score: Scorer, split: Split, negatives: Ints, ks: tuple[int, ...] = (5, 10)
) -> tuple[float, ...]:
    """Rank each test article among articles that the reader never touched (`draw_negatives`).

    As in the published evaluation, recall is averaged over held-out pairs.
    """
    scorer = SimpleNamespace(scores=score)
    return tuple(dr.sampled_recall(scorer, split.train, split.test, ks, negatives))


def _blocks(n: int, size: int = 1_000) -> Iterator[slice]:
    for start in range(0, n, size):
        yield slice(start, start + size)


# ------------------------------------------------------------------------------- time


def cut(events: pd.DataFrame, share: float) -> dr.Split:
    """Cut the log where a share of its events has happened."""
    return dr.split(events, "temporal", share=1 - share, min_articles=LEAST_ARTICLES)


def unseen_share(events: pd.DataFrame, share: float = 0.9) -> float:
    """Return the share of new pairs after a cut whose article nobody had opened before it."""
    split = cut(events, share)
    return float(1 - (split.train.readers > 0)[split.test.user_items.indices].mean())


def recall_after_cuts(events: pd.DataFrame) -> tuple[float, float]:
    """Return recall@10 over all articles of ALS and of recent popularity, mean over cuts."""
    found = []
    for split in (cut(events, share) for share in CUTS):
        recent = rec.RecentPopularity(half_life=1.0).fit(split.train, split.train_events)
        found.append([recall_full(s, split) for s in (fit_als(split.train), recent.scores)])
    als, recently = np.mean(found, axis=0)
    return float(als), float(recently)


def replay(events: pd.DataFrame, half_life: float = 0.1) -> dict[str, float]:
    """Replay the log's last 30 % reading by reading; return hit@10 of three recommenders.

    ALS is fitted at the start of each window, and "decayed" popularity counts readings, each
    halved with every half-life (in days) of its age.
    """
    everything = make_pairs(events)
    starts = [round(start * len(events)) for start in REPLAY_STARTS]
    models = {n: fit_als(dr.place(dr.event_strength(events[:n]), everything)) for n in starts}

    def als(board: Board, row: int) -> Floats:
        return models[max(n for n in starts if n <= board.position)](np.array([row]))[0]

    found = dr.replay(
        events,
        {"als": als, "newest": lambda board, row: board.born,
         "decayed": _Readings(events, everything, half_life)},
        start=REPLAY_STARTS[0],
    )  # fmt: skip
    return {name: float(found[name].mean()) for name in ("als", "newest", "decayed")}


class _Readings:
    """Readings per article so far, fading. (`Board.popularity` counts all events.)"""

    def __init__(self, events: pd.DataFrame, everything: Pairs, half_life: float) -> None:
        self.columns, self.days = cells(events, everything)[1], days_of(events)
        self.first = ~events.duplicated(["personId", "contentId"]).to_numpy()
        self.score = np.zeros(everything.shape[1])
        self.half_life, self.day, self.position = half_life, 0.0, 0

    def __call__(self, board: Board, row: int) -> Floats:
        """Catch up with the board."""
        for position in range(self.position, board.position):
            self.score *= 0.5 ** ((self.days[position] - self.day) / self.half_life)
            self.day = self.days[position]
            self.score[self.columns[position]] += self.first[position]
        self.position = board.position
        return self.score


# ------------------------------------------------------------------------------- the matrix


def one_reader_articles(pairs: Pairs) -> tuple[int, int]:
    """Count articles with one reader, and those whose reader has another such article."""
    lone = pairs.readers[pairs.item] == 1
    per_user = np.bincount(pairs.user[lone], minlength=pairs.shape[0])
    return int(lone.sum()), int(per_user[per_user > 1].sum())


def norm_follows_readers(model: Factors, pairs: Pairs) -> float:
    """Return Spearman's correlation between an item's norm and its readers."""
    return float(spearmanr(np.linalg.norm(model.item, axis=1), pairs.readers).statistic)


def shared_top10(a: Factors, b: Factors, pairs: Pairs, k: int = 10) -> float:
    """Return the share of recommendations that two models have in common, mean over readers."""
    users = np.arange(pairs.shape[0])
    tops = []
    for model in (a, b):
        scores = model(users)
        scores[pairs.user, pairs.item] = -np.inf
        tops.append(np.argpartition(-scores, k, axis=1)[:, :k])
    common = (tops[0][:, :, None] == tops[1][:, None, :]).any(axis=2)
    return float(common.mean())


def followed_share(events: pd.DataFrame) -> float:
    """Return the share of commented pairs that are followed too."""
    pairs = pd.MultiIndex.from_frame(events[["personId", "contentId"]])
    commented = pairs[events["eventType"] == "COMMENT CREATED"].unique()
    return float(commented.isin(pairs[events["eventType"] == "FOLLOW"]).mean())


def neighbours_share_topic(
    model: Factors, pairs: Pairs, topic: npt.NDArray[np.object_], least: int = 10, k: int = 10
) -> tuple[float, float]:
    """Return how many of an article's nearest share its topic, and how many would by chance.

    Nearest by cosine, among articles with at least ``least`` readers.
    """
    many = pairs.readers >= least
    _, codes = np.unique(topic[many].astype(str), return_inverse=True)
    vectors = model.item[many] / np.linalg.norm(model.item[many], axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    near = np.argpartition(-cosine, k, axis=1)[:, :k]
    count = np.bincount(codes)
    chance = ((count - 1) * count).sum() / (count.sum() * (count.sum() - 1))
    return float((codes[near] == codes[:, None]).mean()), float(chance)


# ------------------------------------------------------------------------------- all of them

Figures = dict[str, float]


def measure(
    articles: pd.DataFrame, interactions: pd.DataFrame, topics: pd.Series | None = None
) -> Figures:
    """Measure every lesson on two raw tables.

    Parameters
    ----------
    articles, interactions : pandas.DataFrame
        The raw tables.
    topics : pandas.Series, optional
        Topic by contentId: the hidden truth, if there is one.

    Returns
    -------
    dict of str to float
        Figures by name; means over three splits where a split is involved.
    """
    events = make_events(articles, interactions)
    splits = pd.DataFrame([_split_figures(events, seed) for seed in SPLIT_SEEDS])
    figures = {str(name): float(value) for name, value in splits.mean().items()}
    return figures | _matrix_figures(events, topics) | _time_figures(events)


def _split_figures(events: pd.DataFrame, seed: int) -> Figures:
    """Measure one split: popularity, titles, ALS with several settings and strengths."""
    split = holdout(make_pairs(events), seed)
    negatives = draw_negatives(split)
    popularity, titles = (r.fit(split.train).scores for r in (rec.Popularity(), rec.Content()))
    als = fit_als(split.train)
    figures: Figures = {}
    for name, model in (("popularity", popularity), ("ALS", als)):
        at5, at10 = recall_sampled(model, split, negatives)
        figures |= {f"sampled recall@5, {name}": at5, f"sampled recall@10, {name}": at10}
        figures[f"full recall@10, {name}"] = recall_full(model, split)
    figures["sampled recall@10, titles"] = recall_sampled(titles, split, negatives)[1]
    figures["full recall@10, tuned ALS"] = recall_full(fit_als(split.train, TUNED), split)
    fits = (fit_als(split.train, {"alpha": alpha}) for alpha in (5.0, 10.0, 40.0))
    low, middle, high = (recall_sampled(model, split, negatives)[1] for model in fits)
    figures["alpha 40 less alpha 5-10"] = high - (low + middle) / 2
    return figures | _strength_figures(events, seed, figures["full recall@10, ALS"])


def _strength_figures(events: pd.DataFrame, seed: int, dropped: float) -> Figures:
    """Compare ways to sum up a pair's events with dropping repeats, on the same split."""
    figures: Figures = {}
    for strength in ("binary", "log", "kept"):
        split = holdout(make_pairs(events, strength), seed)
        recall = recall_full(fit_als(split.train), split)
        figures[f"full recall@10, {strength} less dropped"] = recall - dropped
    return figures


def _matrix_figures(events: pd.DataFrame, topics: pd.Series | None) -> Figures:
    """Measure what two fits on everything show."""
    pairs = make_pairs(events)
    one, another = fit_als(pairs, seed=1), fit_als(pairs, seed=2)
    lone, sharing = one_reader_articles(pairs)
    figures: Figures = {
        "Spearman of norm and readers": norm_follows_readers(one, pairs),
        "articles with one reader": lone,
        "share of articles with one reader": lone / pairs.shape[1],
        "one-reader articles that share theirs": sharing,
        "top-10s of two seeds in common": shared_top10(one, another, pairs),
        "commented pairs followed too": followed_share(events),
    }
    if topics is not None:
        topic = topics.reindex(pairs.item_ids).to_numpy(dtype=object)
        same, chance = neighbours_share_topic(one, pairs, topic)
        figures |= {"neighbours of the same topic": same, "the same by chance": chance}
    return figures


def _time_figures(events: pd.DataFrame) -> Figures:
    """Measure what time does to recommenders."""
    als, recent = recall_after_cuts(events)
    replayed = replay(events)
    return {
        "new pairs on unseen articles": unseen_share(events),
        "recall@10 after cuts, ALS": als,
        "recall@10 after cuts, recent popularity": recent,
        **{f"replay hit@10, {name}": value for name, value in replayed.items()},
    }
