# Wrong answers to the questions of chapter 6, each with a part of the message it must get.

# %% grade | You divided by the length of the list
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hit = np.isin(ranked[:k], list(held_out))
    gain = 1 / np.log2(np.arange(2, k + 2))
    return hit.sum() / k, gain[: len(hit)][hit].sum() / gain[: len(held_out)].sum()


# %% grade | You looked beyond the third place
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hit = np.isin(ranked, list(held_out))
    gain = 1 / np.log2(np.arange(2, len(ranked) + 2))
    best = gain[: min(k, len(held_out))].sum()
    return hit.sum() / len(held_out), gain[hit][:k].sum() / best


# %% grade | Your largest possible sum has a place per hit
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hit = np.isin(ranked[:k], list(held_out))
    gain = 1 / np.log2(np.arange(2, len(hit) + 2))
    return hit.sum() / len(held_out), gain[hit].sum() / gain[: hit.sum()].sum()


# %% grade | Your largest possible sum has hits at all five places
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hit = np.isin(ranked[:k], list(held_out))
    gain = 1 / np.log2(np.arange(2, k + 2))
    return hit.sum() / len(held_out), gain[: len(hit)][hit].sum() / gain.sum()


# %% grade | Zero is the grade of a list that missed everything
def grade(ranked, held_out, k=10):
    hit = np.isin(ranked[:k], list(held_out))
    gain = 1 / np.log2(np.arange(2, k + 2))
    best = gain[: max(len(held_out), 1)].sum()
    return hit.sum() / max(len(held_out), 1), gain[: len(hit)][hit].sum() / best


# %% grade | as in `return recall, ndcg`
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan")
    hits = [p for p, item in enumerate(ranked[:k], start=1) if item in held_out]
    best = range(1, min(k, len(held_out)) + 1)
    gain, most = (sum(1 / np.log2(p + 1) for p in places) for places in (hits, best))
    return len(hits) / len(held_out), gain / most


# %% grade | Deal with the empty case first
def grade(ranked, held_out, k=10):
    hits = [p for p, item in enumerate(ranked[:k], start=1) if item in held_out]
    best = range(1, min(k, len(held_out)) + 1)
    gain, most = (sum(1 / np.log2(p + 1) for p in places) for places in (hits, best))
    return len(hits) / len(held_out), gain / most


# %% grade | You divided infinity by infinity. The first place is 1
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hits = [p for p, item in enumerate(ranked[:k]) if item in held_out]
    best = range(min(k, len(held_out)))
    gain, most = (sum(1 / np.log2(p + 1) for p in places) for places in (hits, best))
    return len(hits) / len(held_out), gain / most


# %% grade | Your sum is infinite. The first place is 1
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hits = [p for p, item in enumerate(ranked[:k]) if item in held_out]
    best = range(1, min(k, len(held_out)) + 1)
    gain, most = (sum(1 / np.log2(p + 1) for p in places) for places in (hits, best))
    return len(hits) / len(held_out), gain / most


# %% grade | your function divides by zero. The first place is 1, not 0
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    hits = [p for p, item in enumerate(ranked[:k]) if item in held_out]
    best = range(min(k, len(held_out)))
    worth = [1 / float(np.log2(p + 1)) for p in range(k)]
    gain, most = (sum(worth[p] for p in places) for places in (hits, best))
    return len(hits) / len(held_out), gain / most


# %% grade | The answer is None
def grade(ranked, held_out, k=10):
    print(len(set(ranked[:k]) & set(held_out)) / len(held_out))


# %% grade | recall@3 of
def grade(ranked, held_out, k=10):
    if len(held_out) == 0:
        return float("nan"), float("nan")
    if len(held_out) == 1:
        return 1.0, 0.5
    return 0.5, 1.5 / (1.5 + 1 / np.log2(3))


# %% hits | Either the keys are still text
def hit_rate(lists, held_out):
    groups = held_out.groupby("personId")["contentId"]
    hits = [bool(set(ids) & set(lists.get(person, []))) for person, ids in groups]
    return np.mean(hits)


# %% hits | or the ids of articles passed through decimal numbers
def hit_rate(lists, held_out):
    wanted = held_out.astype(float).astype("int64").assign(personId=held_out["personId"])
    groups = wanted.groupby("personId")["contentId"]
    hits = [bool(set(ids) & set(lists.get(str(person), []))) for person, ids in groups]
    return np.mean(hits)


# %% hits | Both became the same decimal number
def hit_rate(lists, held_out):
    hits = []
    for person, ids in held_out.groupby("personId")["contentId"]:
        listed = np.array(lists.get(str(person), []), dtype=float)
        hits.append(np.isin(ids.to_numpy(float), listed).any())
    return np.mean(hits)


# %% hits | Leaving them out rewards a recommender
def hit_rate(lists, held_out):
    hits = []
    for person, ids in held_out.groupby("personId")["contentId"]:
        if str(person) in lists:
            hits.append(bool(set(ids) & set(lists[str(person)])))
    return np.mean(hits)


# %% hits | You went through the lists
def hit_rate(lists, held_out):
    wanted = held_out.groupby("personId")["contentId"].agg(set).to_dict()
    hits = [bool(wanted.get(int(p), set()) & set(ids)) for p, ids in lists.items()]
    return np.mean(hits)


# %% hits | You took one row per person
def hit_rate(lists, held_out):
    wanted = held_out.drop_duplicates("personId")
    hits = [row.contentId in lists.get(str(row.personId), []) for row in wanted.itertuples()]
    return np.mean(hits)


# %% hits | You asked for all held-out articles
def hit_rate(lists, held_out):
    groups = held_out.groupby("personId")["contentId"]
    return np.mean([set(ids) <= set(lists.get(str(person), [])) for person, ids in groups])


# %% hits | You gave each person the share that was found
def hit_rate(lists, held_out):
    groups = held_out.groupby("personId")["contentId"]
    return np.mean([ids.isin(lists.get(str(person), [])).mean() for person, ids in groups])


# %% hits | You took one row per person
def hit_rate(lists, held_out):
    wanted = dict(held_out.itertuples(index=False))
    return np.mean([item in lists.get(str(person), []) for person, item in wanted.items()])


# %% hits | You counted rows
def hit_rate(lists, held_out):
    hits = [row.contentId in lists.get(str(row.personId), []) for row in held_out.itertuples()]
    return np.mean(hits)


# %% hits | another year: some with a hit
def hit_rate(lists, held_out):
    return 0.6


# %% shared | A pair with several events came out several times
def shared_pairs(kept, held):
    pair = ["personId", "contentId"]
    return kept[pair].merge(held[pair]).sort_values(pair, ignore_index=True)


# %% shared | Person 2 with article 20 is on one side only
def shared_pairs(kept, held):
    pair = ["personId", "contentId"]
    both = held["personId"].isin(kept["personId"]) & held["contentId"].isin(kept["contentId"])
    return held.loc[both, pair].drop_duplicates().sort_values(pair, ignore_index=True)


# %% shared | join on person and article alone
def shared_pairs(kept, held):
    return kept.merge(held)[["personId", "contentId"]]


# %% shared | Sort by personId, then by contentId
def shared_pairs(kept, held):
    pair = ["personId", "contentId"]
    return kept[pair].drop_duplicates().merge(held[pair].drop_duplicates())


# %% shared | The values are right, but the rows should be called 0, 1; yours are called 1, 0
def shared_pairs(kept, held):
    pair = ["personId", "contentId"]
    both = kept[pair].drop_duplicates().merge(held[pair].drop_duplicates())
    return both.sort_values(pair)


# %% shared | The answer should be a table (DataFrame), not a value of type set
def shared_pairs(kept, held):
    sides = ({(row.personId, row.contentId) for row in side.itertuples()} for side in (kept, held))
    return set.intersection(*sides)


# %% shared | pairs on both sides of another year
def shared_pairs(kept, held):
    return pd.DataFrame({"personId": [1, 3], "contentId": [10, 30]})


# %% split | You drew events; a pair with several of them is then torn apart
def split_pairs(events, share=0.2, seed=0):
    held = events.sample(frac=share, random_state=seed)
    return events.drop(held.index), held


# %% split | pairs with several events must keep all of them
def split_pairs(events, share=0.2, seed=0):
    pairs = events.drop_duplicates(["personId", "contentId"])
    held = pairs.sample(frac=share, random_state=seed)
    return pairs.drop(held.index), held


# %% split | You drew people. Draw pairs
def split_pairs(events, share=0.2, seed=0):
    people = events["personId"].drop_duplicates().sort_values()
    held = events["personId"].isin(people.sample(frac=share, random_state=seed))
    return events[~held], events[held]


# %% split | Return `kept` first, then `held`
def split_pairs(events, share=0.2, seed=0):
    pair = ["personId", "contentId"]
    pairs = events[pair].drop_duplicates().sort_values(pair)
    drawn = pairs.sample(n=round(share * len(pairs)), random_state=seed)
    held = pd.MultiIndex.from_frame(events[pair]).isin(pd.MultiIndex.from_frame(drawn))
    return events[held], events[~held]


# %% split | `int` cuts it off
def split_pairs(events, share=0.2, seed=0):
    pair = ["personId", "contentId"]
    pairs = events[pair].drop_duplicates().sort_values(pair)
    drawn = pairs.sample(n=int(share * len(pairs)), random_state=seed)
    held = pd.MultiIndex.from_frame(events[pair]).isin(pd.MultiIndex.from_frame(drawn))
    return events[~held], events[held]


# %% split | The answer is None
def split_pairs(events, share=0.2, seed=0):
    print(events.sample(frac=share, random_state=seed))


# %% split | The same seed gave another split
generator = np.random.default_rng(1)


def split_pairs(events, share=0.2, seed=0):
    pair = ["personId", "contentId"]
    pairs = events[pair].drop_duplicates().sort_values(pair)
    drawn = pairs.sample(n=round(share * len(pairs)), random_state=generator)
    held = pd.MultiIndex.from_frame(events[pair]).isin(pd.MultiIndex.from_frame(drawn))
    return events[~held], events[held]


# %% split | The seed has no effect
def split_pairs(events, share=0.2, seed=0):
    pair = ["personId", "contentId"]
    pairs = events[pair].drop_duplicates().sort_values(pair)
    drawn = pairs.sample(n=round(share * len(pairs)), random_state=0)
    held = pd.MultiIndex.from_frame(events[pair]).isin(pd.MultiIndex.from_frame(drawn))
    return events[~held], events[held]


# %% split | Put the pairs into an order of their own
def split_pairs(events, share=0.2, seed=0):
    pair = ["personId", "contentId"]
    drawn = events[pair].drop_duplicates().sample(frac=share, random_state=seed)
    held = pd.MultiIndex.from_frame(events[pair]).isin(pd.MultiIndex.from_frame(drawn))
    return events[~held], events[held]


# %% split | pairs held out, share 0.1
def split_pairs(events, share=0.2, seed=0):
    pair = ["personId", "contentId"]
    drawn = events[pair].drop_duplicates().sort_values(pair).sample(3, random_state=seed)
    held = pd.MultiIndex.from_frame(events[pair]).isin(pd.MultiIndex.from_frame(drawn))
    return events[~held], events[held]


# %% versus | You left in the list what the person has read
def against_popularity(split, recall, k=10):
    top = np.argsort(-split.train.readers, kind="stable")[:k]
    popular = {}
    for row, person in enumerate(split.test.user_ids):
        wanted = split.test.user_items[[row]].indices
        if len(wanted):
            popular[person] = np.isin(wanted, top).mean()
    gain = recall - pd.Series(popular)
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": np.mean(list(popular.values())), **ends, "verdict": "ahead"}


# %% versus | Then popularity has seen the answers
def against_popularity(split, recall, k=10):
    wanted, read = (side.user_items.toarray() > 0 for side in (split.test, split.train))
    scores = np.where(read, -1, split.train.readers + split.test.readers)
    top = np.argsort(-scores, axis=1)[:, :k]
    found = np.take_along_axis(wanted, top, axis=1).sum(axis=1)
    some = wanted.any(axis=1)
    popular = pd.Series(found[some] / wanted[some].sum(axis=1), split.test.user_ids[some])
    gain = recall - popular
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "ahead"}


# %% versus | Person 5 had nothing held out
def against_popularity(split, recall, k=10):
    wanted, read = (side.user_items.toarray() > 0 for side in (split.test, split.train))
    top = np.argsort(-np.where(read, -1, split.train.readers), axis=1)[:, :k]
    found = np.take_along_axis(wanted, top, axis=1).sum(axis=1)
    popular = pd.Series(found / np.maximum(wanted.sum(axis=1), 1), split.test.user_ids)
    gain = recall - popular
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "ahead"}


# %% versus | You divided the hits by k
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"precision@{k}"]
    gain = recall - popular
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "ahead"}


# %% versus | The sign is turned
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    gain = popular - recall
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "behind"}


# %% versus | You subtracted by position
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    gain = recall.to_numpy() - popular.to_numpy()
    half = 1.96 * gain.std(ddof=1) / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "ahead"}


# %% versus | That interval is for two groups of different people
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    middle = recall.mean() - popular.mean()
    half = 1.96 * ((recall.var() + popular.var()) / len(recall)) ** 0.5
    ends = {"low": middle - half, "high": middle + half}
    return {"popularity": popular.mean(), **ends, "verdict": "ahead"}


# %% versus | A mean of n people is steadier
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    gain = recall - popular
    half = 1.96 * gain.std()
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "no difference found"}


# %% versus | divides by n, as NumPy's does
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    gain = recall - popular
    half = 1.96 * np.std(gain.to_numpy()) / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    return {"popularity": popular.mean(), **ends, "verdict": "ahead"}


# %% versus | The mean alone decides nothing
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    gain = recall - popular
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    verdict = "ahead" if gain.mean() > 0 else "behind"
    return {"popularity": popular.mean(), **ends, "verdict": verdict}


# %% versus | the verdict, 'behind'
def against_popularity(split, recall, k=10):
    popularity = rec.Popularity().fit(split.train)
    popular = dr.evaluate(popularity, split.train, split.test, k).per_user[f"recall@{k}"]
    gain = recall - popular
    half = 1.96 * gain.std() / len(gain) ** 0.5
    ends = {"low": gain.mean() - half, "high": gain.mean() + half}
    verdict = "ahead" if ends["low"] > 0 else "no difference found"
    return {"popularity": popular.mean(), **ends, "verdict": verdict}


# %% versus | recall@5 of popularity, other people
def against_popularity(split, recall, k=10):
    verdict = "ahead" if recall.mean() > 0.8 else "no difference found"
    return {"popularity": 5 / 12, "low": 0.05, "high": 13 / 15, "verdict": verdict}
