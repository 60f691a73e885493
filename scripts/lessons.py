"""Measure what recommenders reach on a reading log: the lessons the sample must reproduce.

Three protocols, all vectorised and all with *ties split* (an article tied with others at the edge
of the top ten counts for the share of orders in which it gets in):

- ``holdout``: 20 % of the pairs of readers with at least five articles, stratified by reader;
  ranked among 100 random unread articles (sampled) or among all articles unread in train (full);
- ``time_cut``: everything after a moment is test;
- ``replay``: event by event, candidates are the articles seen so far.

Models come from ``implicit``, in float64, seeded, on one BLAS thread.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from scipy.stats import rankdata
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WEIGHTS = {"VIEW": 1.0, "LIKE": 2.0, "BOOKMARK": 3.0, "FOLLOW": 4.0, "COMMENT CREATED": 5.0}
TUTORIAL = {"factors": 20, "regularization": 0.1, "iterations": 50, "alpha": 15.0}
TUNED = {"factors": 128, "regularization": 100.0, "iterations": 20, "alpha": 40.0}
SPLIT_SEEDS = (1, 2, 3)
CUTS = (0.80, 0.85, 0.90, 0.95)
REPLAY_STARTS = (0.7, 0.8, 0.9)  # of the windows of a replay; each ends where the next starts
LEAST_ARTICLES = 5  # readers with fewer are left out of the evaluation


# ------------------------------------------------------------------------------- the data


@dataclass(frozen=True)
class Events:
    """Interactions on shared articles in order of time, with readers and articles numbered."""

    time: Floats  # days
    user: Ints
    item: Ints
    weight: Floats  # by event type
    kind: npt.NDArray[np.object_]
    users: int
    items: int
    titles: npt.NDArray[np.object_]  # by item number
    item_ids: Ints

    def upto(self, rows: slice | Bools) -> Events:
        """Return part of the events, with the same numbering."""
        return Events(
            self.time[rows], self.user[rows], self.item[rows], self.weight[rows], self.kind[rows],
            self.users, self.items, self.titles, self.item_ids,
        )  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Distinct (reader, article) pairs with the strength of the interest."""

    user: Ints
    item: Ints
    strength: Floats
    shape: tuple[int, int]

    def matrix(self) -> sp.csr_matrix:
        """Return strengths as a users x items matrix."""
        return sp.csr_matrix((self.strength, (self.user, self.item)), shape=self.shape)

    def at(self, rows: Ints | Bools) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.user[rows], self.item[rows], self.strength[rows], self.shape)


def read_tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read articles and interactions from a zip shaped like Kaggle's."""
    with zipfile.ZipFile(path) as archive:
        names = ("shared_articles.csv", "users_interactions.csv")
        articles, interactions = (pd.read_csv(archive.open(name)) for name in names)
    return articles, interactions


def make_events(articles: pd.DataFrame, interactions: pd.DataFrame) -> Events:
    """Keep interactions on shared articles; number readers and articles by ascending id."""
    shared = articles.loc[articles["eventType"] == "CONTENT SHARED"].set_index("contentId")
    rows = interactions[interactions["contentId"].isin(shared.index)]
    rows = rows.sort_values("timestamp", kind="stable")
    user_ids, user = np.unique(rows["personId"].to_numpy(), return_inverse=True)
    item_ids, item = np.unique(rows["contentId"].to_numpy(), return_inverse=True)
    return Events(
        time=rows["timestamp"].to_numpy() / 86_400,
        user=user,
        item=item,
        weight=np.asarray(rows["eventType"].map(WEIGHTS), dtype=np.float64),
        kind=rows["eventType"].to_numpy(dtype=object),
        users=len(user_ids),
        items=len(item_ids),
        titles=shared["title"].reindex(item_ids).to_numpy(dtype=object),
        item_ids=item_ids,
    )


def make_pairs(events: Events, strength: str = "dropped") -> Pairs:
    """Sum event weights per pair.

    Parameters
    ----------
    events : Events
    strength : {"dropped", "kept", "log", "binary"}
        Repeats of an event type dropped or kept; log2(1 + sum with repeats); or 1 for every pair.
    """
    rows = pd.DataFrame({"user": events.user, "item": events.item, "weight": events.weight})
    if strength == "dropped":
        rows = rows.drop_duplicates()
    total = rows.groupby(["user", "item"])["weight"].sum()
    values = total.to_numpy(dtype=float)
    if strength == "log":
        values = np.log2(1 + values)
    elif strength == "binary":
        values = np.ones(len(values))
    user, item = (total.index.get_level_values(k).to_numpy() for k in range(2))
    return Pairs(user, item, values, (events.users, events.items))


# ------------------------------------------------------------------------------- models

Scorer = Callable[[Ints], Floats]  # user numbers -> scores, users x items


@dataclass(frozen=True)
class Factors:
    """User and item vectors of a fitted model."""

    user: Floats
    item: Floats

    def __call__(self, users: Ints) -> Floats:
        """Score all items for some users."""
        return self.user[users] @ self.item.T


def fit_als(train: Pairs, settings: Mapping[str, float] = TUTORIAL, seed: int = 42) -> Factors:
    """Fit implicit's ALS on alpha x strength; the tutorial's settings unless told otherwise."""
    chosen = TUTORIAL | dict(settings)
    with threadpool_limits(1, "blas"):  # also keeps implicit from warning about BLAS threads
        model = AlternatingLeastSquares(
            factors=int(chosen["factors"]),
            regularization=chosen["regularization"],
            iterations=int(chosen["iterations"]),
            alpha=1.0,
            dtype=np.float64,
            use_gpu=False,
            random_state=seed,
        )
        model.fit((train.matrix() * chosen["alpha"]).tocsr(), show_progress=False)
    return Factors(np.asarray(model.user_factors), np.asarray(model.item_factors))


def fit_popularity(train: Pairs) -> Scorer:
    """Score every article by its readers in train, the same for everybody."""
    readers = np.bincount(train.item, minlength=train.shape[1]).astype(float)
    return lambda users: np.broadcast_to(readers, (len(users), len(readers)))


def fit_titles(train: Pairs, titles: npt.NDArray[np.object_]) -> Scorer:
    """Score articles by how much their titles resemble those of what was read in train."""
    words = TfidfVectorizer(sublinear_tf=True).fit_transform(titles)
    profile = train.matrix() @ words
    return lambda users: np.asarray((profile[users] @ words.T).todense())


# ------------------------------------------------------------------------------- hold-out


@dataclass(frozen=True)
class Split:
    """Train and test pairs; ``touched`` are the articles of both."""

    train: Pairs
    test: Pairs

    def __post_init__(self) -> None:
        """Refuse a test pair that train has seen."""
        both = self.train.matrix().multiply(self.test.matrix())
        if both.nnz:
            raise ValueError(f"{both.nnz} test pairs are in train")


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


def hit_share(above: npt.ArrayLike, tied: npt.ArrayLike, k: int) -> Floats:
    """Return the chance to be in the top k with some articles above and some tied."""
    return np.clip((k - np.asarray(above)) / (np.asarray(tied) + 1.0), 0, 1)


def recall_full(score: Scorer, split: Split, k: int = 10) -> float:
    """Rank each test article among all that the reader has not read in train.

    Recall is averaged over readers: the mean over pairs would belong to the busiest few.
    """
    read = split.train.matrix().astype(bool)
    hits = []
    for rows in _blocks(len(split.test.user)):
        users, items = split.test.user[rows], split.test.item[rows]
        scores = np.array(score(users), dtype=float)
        own = scores[np.arange(len(users)), items][:, None]
        scores[read[users].toarray()] = -np.inf
        hits.append(hit_share((scores > own).sum(1), (scores == own).sum(1) - 1, k))
    per_reader = np.bincount(split.test.user, np.concatenate(hits))
    held_out = np.bincount(split.test.user)
    return float((per_reader[held_out > 0] / held_out[held_out > 0]).mean())


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
    above, tied = [], []
    for rows in _blocks(len(split.test.user)):
        users, items = split.test.user[rows], split.test.item[rows]
        scores = np.asarray(score(users), dtype=float)
        own = scores[np.arange(len(users)), items][:, None]
        rivals = np.take_along_axis(scores, negatives[rows], axis=1)
        above.append((rivals > own).sum(1))
        tied.append((rivals == own).sum(1))
    g, t = np.concatenate(above), np.concatenate(tied)
    return tuple(float(hit_share(g, t, k).mean()) for k in ks)


def _blocks(n: int, size: int = 1_000) -> Iterator[slice]:
    for start in range(0, n, size):
        yield slice(start, start + size)


# ------------------------------------------------------------------------------- time


def time_cut(events: Events, share: float) -> tuple[Events, Events]:
    """Cut the log where a share of its events has happened."""
    cut = round(share * len(events.time))
    return events.upto(slice(None, cut)), events.upto(slice(cut, None))


def new_pairs(before: Events, after: Events) -> Pairs:
    """Return pairs that start after a cut, of readers with at least five articles before it."""
    known, later = make_pairs(before), make_pairs(after)
    many = np.bincount(known.user, minlength=before.users) >= LEAST_ARTICLES
    old = np.isin(later.user * before.items + later.item, known.user * before.items + known.item)
    return later.at(many[later.user] & ~old)


def recent_popularity(before: Events, half_life: float = 1.0) -> Scorer:
    """Score articles by their events before a cut, each halved for every half-life of its age."""
    fade = 0.5 ** ((before.time[-1] - before.time) / half_life)
    score = np.bincount(before.item, fade, minlength=before.items)
    return lambda users: np.broadcast_to(score, (len(users), len(score)))


def unseen_share(events: Events, share: float = 0.9) -> float:
    """Return the share of new pairs after a cut whose article nobody had opened before it."""
    before, after = time_cut(events, share)
    seen = np.bincount(before.item, minlength=events.items) > 0
    return float(1 - seen[new_pairs(before, after).item].mean())


def recall_after_cuts(events: Events) -> tuple[float, float]:
    """Return recall@10 over all articles of ALS and of recent popularity, mean over cuts."""
    found = []
    for share in CUTS:
        before, after = time_cut(events, share)
        train = make_pairs(before)
        split = Split(train, new_pairs(before, after))
        models = fit_als(train), recent_popularity(before)
        found.append([recall_full(model, split) for model in models])
    als, recent = np.mean(found, axis=0)
    return float(als), float(recent)


def replay(events: Events, half_life: float = 0.1) -> dict[str, float]:
    """Replay the log's last 30 % reading by reading; return hit@10 of three recommenders.

    A reading is a pair's first event.  Candidates are articles seen before that the reader has
    not read; an article's first reader is a miss.  ALS is fitted at the start of each window, and
    "decayed" popularity counts readings, each halved with every half-life (in days) of its age.
    """
    total = len(events.time)
    first = _first_of_pair(events)
    models = {
        round(start * total): fit_als(make_pairs(time_cut(events, start)[0]))
        for start in REPLAY_STARTS
    }
    board = _Board(events)
    hits: dict[str, list[float]] = {"als": [], "newest": [], "decayed": []}
    als: Factors | None = None
    for row in range(total):
        als = models.get(row, als)
        if als is not None and first[row]:
            for name, value in board.hits(row, als).items():
                hits[name].append(value)
        board.add(row, half_life)
    return {name: float(np.mean(values)) for name, values in hits.items()}


def _first_of_pair(events: Events) -> Bools:
    key = events.user * events.items + events.item
    first = np.zeros(len(key), dtype=bool)
    first[np.unique(key, return_index=True)[1]] = True
    return first


class _Board:
    """What is known at a moment of the replay: births, fading popularity, who read what."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.born = np.full(events.items, -np.inf)
        self.decayed = np.zeros(events.items)
        self.read = np.zeros((events.users, events.items), dtype=bool)
        self.now = events.time[0]

    def hits(self, row: int, als: Factors) -> dict[str, float]:
        """Rank the article that is about to be read."""
        user, item = self.events.user[row], self.events.item[row]
        if self.born[item] == -np.inf:
            return {"als": 0.0, "newest": 0.0, "decayed": 0.0}
        open_to = np.isfinite(self.born) & ~self.read[user]
        scores = {"als": als.item @ als.user[user], "newest": self.born, "decayed": self.decayed}
        return {name: self._hit(score, item, open_to) for name, score in scores.items()}

    @staticmethod
    def _hit(score: Floats, item: int, open_to: Bools, k: int = 10) -> float:
        above = int(((score > score[item]) & open_to).sum())
        tied = int(((score == score[item]) & open_to).sum()) - 1
        return float(hit_share(above, tied, k))

    def add(self, row: int, half_life: float) -> None:
        """Take note of an event."""
        time, user, item = (x[row] for x in (self.events.time, self.events.user, self.events.item))
        self.decayed *= 0.5 ** ((time - self.now) / half_life)
        self.now = time
        self.decayed[item] += not self.read[user, item]
        self.read[user, item] = True
        if self.born[item] == -np.inf:
            self.born[item] = time


# ------------------------------------------------------------------------------- the matrix


def one_reader_articles(pairs: Pairs) -> tuple[int, int]:
    """Count articles with one reader, and those whose reader has another such article."""
    readers = np.bincount(pairs.item, minlength=pairs.shape[1])
    lone = readers[pairs.item] == 1
    per_user = np.bincount(pairs.user[lone], minlength=pairs.shape[0])
    return int(lone.sum()), int(per_user[per_user > 1].sum())


def norm_follows_readers(model: Factors, pairs: Pairs) -> float:
    """Return Spearman's correlation between an item's norm and its readers."""
    norm = np.linalg.norm(model.item, axis=1)
    readers = np.bincount(pairs.item, minlength=pairs.shape[1])
    return float(np.corrcoef(rankdata(norm), rankdata(readers))[0, 1])


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


def followed_share(events: Events) -> float:
    """Return the share of commented pairs that are followed too."""
    key = events.user * events.items + events.item
    commented = np.unique(key[events.kind == "COMMENT CREATED"])
    return float(np.isin(commented, key[events.kind == "FOLLOW"]).mean())


def neighbours_share_topic(
    model: Factors, pairs: Pairs, topic: npt.NDArray[np.object_], least: int = 10, k: int = 10
) -> tuple[float, float]:
    """Return how many of an article's nearest share its topic, and how many would by chance.

    Nearest by cosine, among articles with at least ``least`` readers.
    """
    many = np.bincount(pairs.item, minlength=pairs.shape[1]) >= least
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


def _split_figures(events: Events, seed: int) -> Figures:
    """Measure one split: popularity, titles, ALS with several settings and strengths."""
    split = holdout(make_pairs(events), seed)
    negatives = draw_negatives(split)
    popularity, als = fit_popularity(split.train), fit_als(split.train)
    figures: Figures = {}
    for name, model in (("popularity", popularity), ("ALS", als)):
        at5, at10 = recall_sampled(model, split, negatives)
        figures |= {f"sampled recall@5, {name}": at5, f"sampled recall@10, {name}": at10}
        figures[f"full recall@10, {name}"] = recall_full(model, split)
    titles = fit_titles(split.train, events.titles)
    figures["sampled recall@10, titles"] = recall_sampled(titles, split, negatives)[1]
    figures["full recall@10, tuned ALS"] = recall_full(fit_als(split.train, TUNED), split)
    fits = (fit_als(split.train, {"alpha": alpha}) for alpha in (5.0, 10.0, 40.0))
    low, middle, high = (recall_sampled(model, split, negatives)[1] for model in fits)
    figures["alpha 40 less alpha 5-10"] = high - (low + middle) / 2
    return figures | _strength_figures(events, seed, figures["full recall@10, ALS"])


def _strength_figures(events: Events, seed: int, dropped: float) -> Figures:
    """Compare ways to sum up a pair's events with dropping repeats, on the same split."""
    figures: Figures = {}
    for strength in ("binary", "log", "kept"):
        split = holdout(make_pairs(events, strength), seed)
        recall = recall_full(fit_als(split.train), split)
        figures[f"full recall@10, {strength} less dropped"] = recall - dropped
    return figures


def _matrix_figures(events: Events, topics: pd.Series | None) -> Figures:
    """Measure what two fits on everything show."""
    pairs = make_pairs(events)
    one, another = fit_als(pairs, seed=1), fit_als(pairs, seed=2)
    lone, sharing = one_reader_articles(pairs)
    figures: Figures = {
        "Spearman of norm and readers": norm_follows_readers(one, pairs),
        "articles with one reader": lone,
        "share of articles with one reader": lone / events.items,
        "one-reader articles that share theirs": sharing,
        "top-10s of two seeds in common": shared_top10(one, another, pairs),
        "commented pairs followed too": followed_share(events),
    }
    if topics is not None:
        topic = topics.reindex(events.item_ids).to_numpy(dtype=object)
        same, chance = neighbours_share_topic(one, pairs, topic)
        figures |= {"neighbours of the same topic": same, "the same by chance": chance}
    return figures


def _time_figures(events: Events) -> Figures:
    """Measure what time does to recommenders."""
    als, recent = recall_after_cuts(events)
    replayed = replay(events)
    return {
        "new pairs on unseen articles": unseen_share(events),
        "recall@10 after cuts, ALS": als,
        "recall@10 after cuts, recent popularity": recent,
        **{f"replay hit@10, {name}": value for name, value in replayed.items()},
    }
