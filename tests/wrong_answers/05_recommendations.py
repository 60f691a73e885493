# Wrong answers to the questions of chapter 5, each with a part of the message it must get.

# %% shortlist | it would still beat every negative score
def order_shortlist(scores, read, shortlist, n):
    columns = np.sort(shortlist)
    left = scores * (1 - read)
    return columns[np.argsort(-left[columns], kind="stable")[:n]]


# %% shortlist | Take it out; multiplied by zero, it would still beat
def order_shortlist(scores, read, shortlist, n):
    columns = np.sort(shortlist)
    return columns[np.argsort(-scores[columns], kind="stable")[:n]]


# %% shortlist | whoever asks for more than there is gets it
def order_shortlist(scores, read, shortlist, n):
    columns = np.sort(shortlist)
    masked = np.where(read, -np.inf, scores)
    return columns[np.argsort(-masked[columns], kind="stable")[:n]]


# %% shortlist | whoever asks for more than there is gets it
def order_shortlist(scores, read, shortlist, n):
    columns = np.sort(shortlist)
    scaled = (scores - scores.min()) / (scores.max() - scores.min()) * (1 - read)
    return columns[np.argsort(-scaled[columns], kind="stable")[:n]]


# %% shortlist | `argsort` returns places
def order_shortlist(scores, read, shortlist, n):
    masked = np.where(read, -np.inf, scores)
    return np.argsort(-masked[shortlist], kind="stable")[:n]


# %% shortlist | whatever the order of the shortlist
def order_shortlist(scores, read, shortlist, n):
    columns = shortlist[~read[shortlist]]
    return columns[np.argsort(-scores[columns], kind="stable")[:n]]


# %% shortlist | You ranked all articles
def order_shortlist(scores, read, shortlist, n):
    columns = np.flatnonzero(~read)
    return columns[np.argsort(-scores[columns], kind="stable")[:n]]


# %% shortlist | The function changed an array it was given
def order_shortlist(scores, read, shortlist, n):
    shortlist.sort()
    scores[read] = -np.inf
    columns = shortlist[np.argsort(-scores[shortlist], kind="stable")]
    return columns[scores[columns] > -np.inf][:n]


# %% shortlist | the first 5 of 30 articles
def order_shortlist(scores, read, shortlist, n):
    return [5, 1, 6, 3][:n]


# %% shared | Person 4 shares nothing and got lost
def shared(one, other, k):
    one, other = one[one["rank"] <= k], other[other["rank"] <= k]
    both = one.merge(other, on=["personId", "contentId"]).groupby("personId").size()
    return (both / one.groupby("personId").size()).mean()


# %% shared | Only the first k count
def shared(one, other, k):
    both = one.merge(other, on=["personId", "contentId"]).groupby("personId").size()
    return both.div(one.groupby("personId").size(), fill_value=0).mean()


# %% shared | You compared place by place
def shared(one, other, k):
    one, other = one[one["rank"] <= k], other[other["rank"] <= k]
    both = one.merge(other, on=["personId", "rank"])
    same = both["contentId_x"] == both["contentId_y"]
    return same.groupby(both["personId"]).mean().mean()


# %% shared | place k itself belongs to the list
def shared(one, other, k):
    one, other = one[one["rank"] < k], other[other["rank"] < k]
    both = one.merge(other, on=["personId", "contentId"]).groupby("personId").size()
    return both.div(one.groupby("personId").size(), fill_value=0).mean()


# %% shared | Take each person's share first
def shared(one, other, k):
    one, other = one[one["rank"] <= k], other[other["rank"] <= k]
    return len(one.merge(other, on=["personId", "contentId"])) / len(one)


# %% shared | Compare each person's own lists
def shared(one, other, k):
    first = set(one.loc[one["rank"] <= k, "contentId"])
    second = set(other.loc[other["rank"] <= k, "contentId"])
    return len(first & second) / len(first)


# %% shared | that is 1 of 1, not 1 of 2
def shared(one, other, k):
    one, other = one[one["rank"] <= k], other[other["rank"] <= k]
    people = one["personId"].nunique()
    return len(one.merge(other, on=["personId", "contentId"])) / (people * k)


# %% shared | Divide by the length of one list
def shared(one, other, k):
    shares = []
    for person in one["personId"].unique():
        lists = [t[(t["personId"] == person) & (t["rank"] <= k)] for t in (one, other)]
        first, second = (set(t["contentId"]) for t in lists)
        shares.append(len(first & second) / len(first | second))
    return np.mean(shares)


# %% shared | of two seeds, some lists shorter
def shared(one, other, k):
    return 0.625 if k == 2 else 1.0


# %% shared | of two seeds, some lists shorter
def shared(one, other, k):
    one, other = one.groupby("personId").head(k), other.groupby("personId").head(k)
    both = one.merge(other, on=["personId", "contentId"]).groupby("personId").size()
    return both.div(one.groupby("personId").size(), fill_value=0).mean()


# %% newcomer | Your confidence is 1 + α·r
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    known = [item for item in readings if item in item_ids]
    read = item_factors[np.searchsorted(item_ids, known)]
    confidence = 1 + alpha * np.array([readings[item] for item in known])
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    return np.linalg.solve(gram, read.T @ confidence)


# %% newcomer | Add c − 1, not c
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    known = [item for item in readings if item in item_ids]
    read = item_factors[np.searchsorted(item_ids, known)]
    confidence = alpha * np.array([readings[item] for item in known])
    gram = item_factors.T @ item_factors + (read.T * confidence) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    return np.linalg.solve(gram, read.T @ confidence)


# %% newcomer | The unread count too, with confidence 1
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    known = [item for item in readings if item in item_ids]
    read = item_factors[np.searchsorted(item_ids, known)]
    confidence = alpha * np.array([readings[item] for item in known])
    gram = (read.T * confidence) @ read + regularization * np.eye(item_factors.shape[1])
    return np.linalg.solve(gram, read.T @ confidence)


# %% newcomer | The regularisation is missing
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    known = [item for item in readings if item in item_ids]
    read = item_factors[np.searchsorted(item_ids, known)]
    confidence = alpha * np.array([readings[item] for item in known])
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    return np.linalg.solve(gram, read.T @ confidence)


# %% newcomer | says where an id would stand, not whether it is there
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    read = item_factors[np.searchsorted(item_ids, list(readings))]
    confidence = alpha * np.array(list(readings.values()))
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    return np.linalg.solve(gram, read.T @ confidence)


# %% newcomer | You took the strength r for the confidence
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    known = [item for item in readings if item in item_ids]
    read = item_factors[np.searchsorted(item_ids, known)]
    confidence = np.array([readings[item] for item in known])
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    return np.linalg.solve(gram, read.T @ confidence)


# %% newcomer | 4 known and 4 unknown readings
def newcomer_vector(item_factors, item_ids, readings, alpha, regularization):
    return np.array([0.4, 0.2]) * (len(readings) > 1)


# %% reasons | That is each label's mean
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).mean().sort_values(ascending=False)


# %% reasons | The confidence c is missing in the contributions
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target])
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | Between the two vectors belongs W
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    parts = item_factors[columns] @ item_factors[target] * alpha * strengths
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | The regularisation is missing
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | Only read articles are in your matrix
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = (read.T * confidence) @ read + regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | Your confidence is 1 + α·r
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], 1 + alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | You took the strength r for the confidence, in W as well
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read = item_factors[columns]
    gram = item_factors.T @ item_factors + (read.T * (strengths - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * strengths
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | You multiplied by the strength r
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * strengths
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | Add c − 1, not c
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * confidence) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | as `groupby` leaves them in alphabetical order
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).sum()


# %% reasons | What speaks against the article comes last
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False, key=abs)


# %% reasons | A reading can count against an article
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = abs(read @ np.linalg.solve(gram, item_factors[target]) * confidence)
    return pd.Series(parts).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | Those are shares of the score
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    read, confidence = item_factors[columns], alpha * strengths
    gram = item_factors.T @ item_factors + (read.T * (confidence - 1)) @ read
    gram += regularization * np.eye(item_factors.shape[1])
    parts = read @ np.linalg.solve(gram, item_factors[target]) * confidence
    return pd.Series(parts / parts.sum()).groupby(labels).sum().sort_values(ascending=False)


# %% reasons | reasons for one of
def reasons(item_factors, columns, strengths, labels, target, alpha, regularization):
    values = [8 / 22 + 4 / 18, 4 / 18] if target == 3 else [8 / 22 - 4 / 18, -4 / 18]
    return pd.Series(values, index=["Cloud", "Agile"])
