"""Our steps against the original tutorial's, in one run: python benchmarks/speed.py [DATA].

The original's steps are written out again here as plainly as it does them: a title looked up by
comparing the whole column, a scaler fitted per call, the mask made dense.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.preprocessing import MinMaxScaler

import deskrec_tutorial as dr


def originals_preparation(clicks: dr.ClickStream) -> tuple[pd.DataFrame, sparse.csr_matrix]:
    shared = clicks.articles[clicks.articles["eventType"] == dr.data.SHARED]
    rows = pd.merge(
        clicks.interactions[["contentId", "personId", "eventType"]],
        shared[["contentId", "title"]],
        how="inner",
        on="contentId",
    )
    rows["eventStrength"] = rows["eventType"].apply(lambda name: dr.EVENT_WEIGHTS[name])
    rows = rows.drop_duplicates()
    grouped = rows.groupby(["personId", "contentId", "title"])["eventStrength"].sum().reset_index()
    for column in ("title", "personId", "contentId"):
        grouped[column] = grouped[column].astype("category")
    grouped["person_id"] = grouped["personId"].cat.codes
    grouped["content_id"] = grouped["contentId"].cat.codes
    values = grouped["eventStrength"].astype(float)
    matrix = sparse.csr_matrix((values, (grouped["person_id"], grouped["content_id"])))
    return grouped, matrix


def our_preparation(clicks: dr.ClickStream) -> dr.InteractionMatrix:
    return dr.InteractionMatrix.from_strength(dr.event_strength(dr.join_events(clicks)))


def originals_recommend(
    person: int,
    grouped: pd.DataFrame,
    user_items: sparse.csr_matrix,
    persons: sparse.csr_matrix,
    contents: sparse.csr_matrix,
    n: int = 10,
) -> pd.DataFrame:
    unread = user_items[person, :].toarray().reshape(-1) + 1
    unread[unread > 1] = 0
    scores = persons[person, :].dot(contents.T).toarray()
    scaled = MinMaxScaler().fit_transform(scores.reshape(-1, 1))[:, 0]
    masked = unread * scaled
    best = np.argsort(masked)[::-1][:n]
    titles = [grouped["title"].loc[grouped["content_id"] == i].iloc[0] for i in best]
    return pd.DataFrame({"title": titles, "score": [masked[i] for i in best]})


def seconds(call: Callable[[], object], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def side_by_side(
    theirs: Callable[[], object], ours: Callable[[], object], repeats: int, rounds: int = 5
) -> tuple[float, float]:
    """Medians of alternating rounds, so that a busy moment hits both sides."""
    ours(), theirs()
    pairs = [(seconds(theirs, repeats), seconds(ours, repeats)) for _ in range(rounds)]
    a, b = np.median(pairs, axis=0)
    return float(a), float(b)


def main() -> int:
    clicks = dr.load_deskdrop(sys.argv[1] if sys.argv[1:] and sys.argv[1] else None)
    grouped, user_items = originals_preparation(clicks)
    matrix = our_preparation(clicks)
    assert abs(user_items - matrix.user_items).sum() == 0, "the two preparations differ"
    model = dr.fit_als(matrix)
    persons, contents = (sparse.csr_matrix(f) for f in (model.user_factors, model.item_factors))

    def theirs(u: int) -> pd.DataFrame:
        return originals_recommend(u, grouped, user_items, persons, contents)

    def ours(u: int) -> pd.DataFrame:
        return dr.recommend(model, matrix, matrix.user_ids[u])

    sampled = range(0, len(matrix.user_ids), 20)
    everybody = dr.recommend_all(model, matrix).groupby("personId")["title"].agg(list)
    lists = [(everybody[matrix.user_ids[u]], theirs(u), ours(u)) for u in sampled]
    same = sum(a == b["title"].tolist() == c["title"].tolist() for a, b, c in lists)
    print(f"same titles in the same order: {same} of {len(sampled)} people")

    one = len(matrix.user_ids) // 2
    rows = [
        ("preparation", *side_by_side(
            lambda: originals_preparation(clicks), lambda: our_preparation(clicks), 3)),
        ("recommend, one person", *side_by_side(lambda: theirs(one), lambda: ours(one), 100)),
    ]  # fmt: skip
    every, all_ours = side_by_side(
        lambda: theirs(one), lambda: dr.recommend_all(model, matrix), 10, rounds=7
    )
    name = "recommend, everybody (the original: one person × all)"
    rows.append((name, every * len(matrix.user_ids), all_ours))
    print(f"| step ({clicks.source if clicks.source == 'sample' else 'real data'}) "
          "| original | here | ratio |\n|---|---|---|---|")  # fmt: skip
    for name, a, b in rows:
        print(f"| {name} | {a * 1000:,.2f} ms | {b * 1000:,.2f} ms | {a / b:,.1f} × |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
