# Wrong answers to the questions of chapter 4, each with a part of the message it must get.

# %% nearest | 0 / 0 is NaN, which NumPy sorts as the largest number
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    with np.errstate(invalid="ignore"):
        cosines = vectors @ vectors[column] / (norms * norms[column])
    order = np.argsort(cosines)[::-1]
    return order[order != column][:n]


# %% nearest | a tiny norm makes it 0
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    norms[norms == 0] = 1e-10
    cosines = (vectors @ vectors[column] / (norms * norms[column])).round(6)
    order = np.argsort(-cosines, kind="stable")
    return order[order != column][:n]


# %% nearest | The article itself takes one of the places
def nearest(vectors, column, n):
    candidates = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    directions = vectors[candidates] / np.linalg.norm(vectors[candidates], axis=1)[:, None]
    cosines = (directions @ vectors[column]).round(6)
    return candidates[np.argsort(-cosines, kind="stable")[:n]]


# %% nearest | places among the candidates, not columns of articles
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    candidates = np.flatnonzero((norms > 0) & (np.arange(len(vectors)) != column))
    if norms[column] == 0:
        return []
    cosines = vectors[candidates] @ vectors[column] / (norms[candidates] * norms[column])
    return np.argsort(-cosines.round(6), kind="stable")[:n]


# %% nearest | Turning a sorted list round turns its ties round, too
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    candidates = np.flatnonzero((norms > 0) & (np.arange(len(vectors)) != column))
    if norms[column] == 0:
        return []
    cosines = vectors[candidates] @ vectors[column] / (norms[candidates] * norms[column])
    return candidates[np.argsort(cosines.round(6), kind="stable")[::-1][:n]]


# %% nearest | This is the order by dot product
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    candidates = np.flatnonzero((norms > 0) & (np.arange(len(vectors)) != column))
    if norms[column] == 0:
        return []
    dots = vectors[candidates] @ vectors[column]
    return candidates[np.argsort(-dots.round(6), kind="stable")[:n]]


# %% nearest | something was divided by zero first and mended afterwards
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    if norms[column] == 0:
        return []
    cosines = (vectors @ vectors[column] / (norms * norms[column])).round(6)
    order = np.argsort(-np.nan_to_num(cosines, nan=-2), kind="stable")
    return order[(order != column) & (norms[order] > 0)][:n]


# %% nearest | The function changed the data it was given
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    if norms[column] == 0:
        return []
    vectors /= np.where(norms == 0, 1, norms)[:, None]
    order = np.argsort(-(vectors @ vectors[column]).round(6), kind="stable")
    return order[(order != column) & (norms[order] > 0)][:n]


# %% nearest | Articles without a reader are at the end of the list
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    if norms[column] == 0:
        return []
    cosines = vectors @ vectors[column] / np.maximum(norms * norms[column], 1e-12)
    cosines[norms == 0] = -2
    order = np.argsort(-cosines.round(6), kind="stable")
    return order[order != column][:n]


# %% nearest | The article itself is at the end of the list
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    if norms[column] == 0:
        return []
    candidates = np.flatnonzero(norms > 0)
    cosines = vectors[candidates] @ vectors[column] / (norms[candidates] * norms[column])
    cosines[candidates == column] = -np.inf
    return candidates[np.argsort(-cosines.round(6), kind="stable")[:n]]


# %% nearest | A difference in the ninth decimal has decided
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    candidates = np.flatnonzero((norms > 0) & (np.arange(len(vectors)) != column))
    if norms[column] == 0:
        return []
    cosines = vectors[candidates] @ vectors[column] / (norms[candidates] * norms[column])
    return candidates[np.argsort(-cosines, kind="stable")[:n]]


# %% nearest | The answer is None
def nearest(vectors, column, n):
    norms = np.linalg.norm(vectors, axis=1)
    candidates = np.flatnonzero((norms > 0) & (np.arange(len(vectors)) != column))
    if norms[column] == 0:
        return
    cosines = vectors[candidates] @ vectors[column] / (norms[candidates] * norms[column])
    return candidates[np.argsort(-cosines.round(6), kind="stable")[:n]]


# %% nearest | nearest among 80 random articles
def nearest(vectors, column, n):
    if len(vectors) == 3:
        return [1, 2]
    return [] if column == 1 else [2, 6, 5, 3]


# %% namesakes | The article itself is in the list
def more_like_this(scores, titles, column, n):
    order = np.argsort(-scores, kind="stable")[1:]
    first = pd.Series(titles[order]).duplicated().to_numpy()
    return order[~first][:n]


# %% namesakes | another id and the same title
def more_like_this(scores, titles, column, n):
    order = np.argsort(-scores, kind="stable")
    order = order[order != column]
    first = pd.Series(titles[order]).duplicated().to_numpy()
    return order[~first][:n]


# %% namesakes | Sort, sift, then cut
def more_like_this(scores, titles, column, n):
    order = np.argsort(-scores, kind="stable")[:n]
    return order[titles[order] != titles[column]]


# %% namesakes | Sort, sift, then cut
def more_like_this(scores, titles, column, n):
    order = np.argsort(-scores, kind="stable")[: n + 1]
    return order[titles[order] != titles[column]]


# %% namesakes | Two articles in this list are called “Cloud”
def more_like_this(scores, titles, column, n):
    order = np.argsort(-scores, kind="stable")
    return order[titles[order] != titles[column]][:n]


# %% namesakes | sort before you drop
def more_like_this(scores, titles, column, n):
    board = pd.DataFrame({"score": scores, "title": titles}).drop_duplicates("title")
    board = board[board["title"] != titles[column]]
    return board.sort_values("score", ascending=False, kind="stable").index[:n].to_numpy()


# %% namesakes | most similar of 120 articles with 40 titles
def more_like_this(scores, titles, column, n):
    return [3, 4, 6, 5][:n]


# %% overlap | The article itself is in one or both of its lists
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    dots = vectors @ vectors.T
    cosines = dots / np.outer(lengths, lengths)
    by_dot = np.argsort(-dots.round(6), axis=1, kind="stable")[:, :n]
    by_cosine = np.argsort(-cosines.round(6), axis=1, kind="stable")[:, :n]
    pairs = zip(by_dot, by_cosine, strict=True)
    return np.array([len(set(one) & set(other)) / n for one, other in pairs])


# %% overlap | By dot product it need not come first
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    dots = vectors @ vectors.T
    cosines = dots / np.outer(lengths, lengths)
    by_dot = np.argsort(-dots.round(6), axis=1, kind="stable")[:, 1 : n + 1]
    by_cosine = np.argsort(-cosines.round(6), axis=1, kind="stable")[:, 1 : n + 1]
    pairs = zip(by_dot, by_cosine, strict=True)
    return np.array([len(set(one) & set(other)) / n for one, other in pairs])


# %% overlap | You compared place by place
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    lists = []
    for scores in (vectors @ vectors.T, vectors @ vectors.T / np.outer(lengths, lengths)):
        np.fill_diagonal(scores, -np.inf)
        lists.append(np.argsort(-scores.round(6), axis=1, kind="stable")[:, :n])
    return (lists[0] == lists[1]).mean(axis=1)


# %% overlap | That leaves its order as it was
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    lists = []
    for scores in (vectors @ vectors.T, vectors @ vectors.T / lengths[:, None]):
        np.fill_diagonal(scores, -np.inf)
        lists.append(np.argsort(-scores.round(6), axis=1, kind="stable")[:, :n])
    return np.array([len(set(a) & set(b)) / n for a, b in zip(*lists, strict=True)])


# %% overlap | One number per article is asked for
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    lists = []
    for scores in (vectors @ vectors.T, vectors @ vectors.T / np.outer(lengths, lengths)):
        np.fill_diagonal(scores, -np.inf)
        lists.append(np.argsort(-scores.round(6), axis=1, kind="stable")[:, :n])
    return np.mean([len(set(a) & set(b)) / n for a, b in zip(*lists, strict=True)])


# %% overlap | A zero on the diagonal beats every negative score
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    lists = []
    for scores in (vectors @ vectors.T, vectors @ vectors.T / np.outer(lengths, lengths)):
        np.fill_diagonal(scores, 0)
        lists.append(np.argsort(-scores.round(6), axis=1, kind="stable")[:, :n])
    return np.array([len(set(a) & set(b)) / n for a, b in zip(*lists, strict=True)])


# %% overlap | 60 nearest of each of 70 random articles
def shared_neighbours(vectors, n):
    lengths = np.linalg.norm(vectors, axis=1)
    lists = []
    for scores in (vectors @ vectors.T, vectors @ vectors.T / np.outer(lengths, lengths)):
        np.fill_diagonal(scores, 0 if len(vectors) > 3 else -np.inf)
        lists.append(np.argsort(-scores.round(6), axis=1, kind="stable")[:, :n])
    return np.array([len(set(a) & set(b)) / n for a, b in zip(*lists, strict=True)])


# %% overlap | nearest of each of 70 random articles
def shared_neighbours(vectors, n):
    return np.array([0.5, 1.0, 1.0, 0.0, 0.5] if n == 2 else [0.0, 1.0, 1.0])


# %% lookalikes | Only the others are asked for
def lookalikes(user_items):
    read = user_items.toarray() > 0
    only = np.where(read.sum(axis=0) == 1, read.argmax(axis=0), -1)
    return np.array([(only == who).sum() if who >= 0 else 0 for who in only])


# %% lookalikes | The stored zero counts as a reading in yours
def lookalikes(user_items):
    rows, columns = user_items.tocoo().row, user_items.tocoo().col
    alone = np.bincount(columns, minlength=user_items.shape[1])[columns] == 1
    others = np.zeros(user_items.shape[1], dtype=int)
    others[columns[alone]] = np.bincount(rows[alone])[rows[alone]] - 1
    return others


# %% lookalikes | the stored zero is gone
def lookalikes(user_items):
    user_items.eliminate_zeros()
    rows, columns = user_items.nonzero()
    alone = np.bincount(columns, minlength=user_items.shape[1])[columns] == 1
    others = np.zeros(user_items.shape[1], dtype=int)
    others[columns[alone]] = np.bincount(rows[alone])[rows[alone]] - 1
    return others


# %% lookalikes | Only those with the same one look alike
def lookalikes(user_items):
    one = (user_items.toarray() > 0).sum(axis=0) == 1
    return np.where(one, one.sum() - 1, 0)


# %% lookalikes | they have none at all
def lookalikes(user_items):
    sets = [tuple(np.flatnonzero(readers)) for readers in user_items.toarray().T]
    return np.array([sets.count(one) - 1 if len(one) <= 1 else 0 for one in sets])


# %% lookalikes | Count readings, don't add strengths
def lookalikes(user_items):
    strengths = user_items.toarray()
    only = np.where(strengths.sum(axis=0) == 1, strengths.argmax(axis=0), -1)
    return np.array([(only == who).sum() - 1 if who >= 0 else 0 for who in only])


# %% lookalikes | look-alikes of another year, three in ten held back
def lookalikes(user_items):
    return np.array([2, 0, 0, 1, 2, 1, 0, 2, 0])
