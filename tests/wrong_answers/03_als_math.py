# Wrong answers to the questions of chapter 3, each with a part of the message it must get.

# %% loss | The price of the vectors is missing
def loss_per_person(R, X, Y, alpha, lam):
    return ((1 + alpha * R) * ((R > 0) - X @ Y.T) ** 2).sum(axis=1)


# %% loss | You measured the distance to the strengths
def loss_per_person(R, X, Y, alpha, lam):
    return ((1 + alpha * R) * (R - X @ Y.T) ** 2).sum(axis=1) + lam * (X**2).sum(axis=1)


# %% loss | The errors are not weighted
def loss_per_person(R, X, Y, alpha, lam):
    return (((R > 0) - X @ Y.T) ** 2).sum(axis=1) + lam * (X**2).sum(axis=1)


# %% loss | Your confidence of an unread article is 0
def loss_per_person(R, X, Y, alpha, lam):
    return (alpha * R * ((R > 0) - X @ Y.T) ** 2).sum(axis=1) + lam * (X**2).sum(axis=1)


# %% loss | You added up the read articles only
def loss_per_person(R, X, Y, alpha, lam):
    errors = (1 + alpha * R) * (1 - X @ Y.T) ** 2
    return (errors * (R > 0)).sum(axis=1) + lam * (X**2).sum(axis=1)


# %% loss | the 1 is missing
def loss_per_person(R, X, Y, alpha, lam):
    C = np.where(R > 0, alpha * R, 1)
    return (C * ((R > 0) - X @ Y.T) ** 2).sum(axis=1) + lam * (X**2).sum(axis=1)


# %% loss | It is the *squared* length that costs
def loss_per_person(R, X, Y, alpha, lam):
    errors = (1 + alpha * R) * ((R > 0) - X @ Y.T) ** 2
    return errors.sum(axis=1) + lam * np.linalg.norm(X, axis=1)


# %% loss | The price of the articles is in
def loss_per_person(R, X, Y, alpha, lam):
    errors = (1 + alpha * R) * ((R > 0) - X @ Y.T) ** 2
    return errors.sum(axis=1) + lam * ((X**2).sum(axis=1) + (Y**2).sum())


# %% loss | people are the rows
def loss_per_person(R, X, Y, alpha, lam):
    errors = (1 + alpha * R) * ((R > 0) - X @ Y.T) ** 2
    return errors.sum(axis=0) + lam * (X**2).sum(axis=1)


# %% loss | Shape (2,) is expected
def loss_per_person(R, X, Y, alpha, lam):
    return ((1 + alpha * R) * ((R > 0) - X @ Y.T) ** 2).sum() + lam * (X**2).sum()


# %% loss | 5 people, 8 articles, 3 factors
def loss_per_person(R, X, Y, alpha, lam):
    return np.array([6.0, 1.75])


# %% step | The unread articles are still left out
def half_step(strengths, fixed, alpha, lam):
    return colleagues_half_step(strengths, fixed, alpha, lam)


# %% step | What was read counts once too often on the left
def half_step(strengths, fixed, alpha, lam):
    shared = fixed.T @ fixed + lam * np.eye(fixed.shape[1])
    solved = []
    for r in strengths.toarray():
        c, seen = 1 + alpha * r[r > 0], fixed[r > 0]
        solved.append(np.linalg.solve(shared + seen.T @ (c[:, None] * seen), seen.T @ c))
    return np.array(solved)


# %% step | On the right a read pair counts with its full c
def half_step(strengths, fixed, alpha, lam):
    shared = fixed.T @ fixed + lam * np.eye(fixed.shape[1])
    solved = []
    for r in strengths.toarray():
        extra = alpha * r
        solved.append(np.linalg.solve(shared + fixed.T @ (extra[:, None] * fixed), fixed.T @ extra))
    return np.array(solved)


# %% step | Your read pairs have the confidence alpha · r
def half_step(strengths, fixed, alpha, lam):
    return dr.half_step(alpha * strengths, fixed, lam)


# %% step | The strengths are the target in yours
def half_step(strengths, fixed, alpha, lam):
    solved = []
    for r in strengths.toarray():
        c = 1 + alpha * r
        left = fixed.T @ (c[:, None] * fixed) + lam * np.eye(fixed.shape[1])
        solved.append(np.linalg.solve(left, fixed.T @ (c * r)))
    return np.array(solved)


# %% step | The regularisation is missing
def half_step(strengths, fixed, alpha, lam):
    solved = []
    for r in strengths.toarray():
        c = 1 + alpha * r
        solved.append(np.linalg.solve(fixed.T @ (c[:, None] * fixed), fixed.T @ (c * (r > 0))))
    return np.array(solved)


# %% step | Everything is in your right side
def half_step(strengths, fixed, alpha, lam):
    solved = []
    for r in strengths.toarray():
        c = 1 + alpha * r
        left = fixed.T @ (c[:, None] * fixed) + lam * np.eye(fixed.shape[1])
        solved.append(np.linalg.solve(left, fixed.T @ c))
    return np.array(solved)


# %% step | The unread articles are in your right side
def half_step(strengths, fixed, alpha, lam):
    solved = np.zeros((strengths.shape[0], fixed.shape[1]))
    for row, r in enumerate(strengths.toarray()):
        if r.any():
            C = np.diag(1 + alpha * r)
            left = fixed.T @ C @ fixed + lam * np.eye(fixed.shape[1])
            solved[row] = np.linalg.solve(left, (fixed.T @ C).sum(axis=1))
    return solved


# %% step | The bottom of a bowl can't lie above
def half_step(strengths, fixed, alpha, lam):
    solved = []
    for r in strengths.toarray():
        c = 1 + alpha * r
        left = (c[:, None] * fixed**2).sum(axis=0) + lam
        solved.append(fixed.T @ (c * (r > 0)) / left)
    return np.array(solved)


# %% step | The identity matrix has it on the diagonal only
def half_step(strengths, fixed, alpha, lam):
    solved = []
    for r in strengths.toarray():
        c = 1 + alpha * r
        left = fixed.T @ (c[:, None] * fixed) + lam
        solved.append(np.linalg.solve(left, fixed.T @ (c * (r > 0))))
    return np.array(solved)


# %% step | random strengths of 40 rows, 5 factors
def half_step(strengths, fixed, alpha, lam):
    if strengths.shape[0] == 3:
        return np.array([[3 / 8], [0], [11 / 18]])
    if strengths.shape[0] == 1:
        return np.array([[3 / 4, 0]])
    return np.zeros((strengths.shape[0], fixed.shape[1]))


# %% missing | also the 1 that you added
def for_library(user_items, alpha):
    changed = user_items.copy()
    changed.data = 1 + changed.data
    return changed


# %% missing | the library multiplies them by alpha once more
def for_library(user_items, alpha):
    return dr.confidence(user_items, alpha)


# %% missing | The empty cells are filled
def for_library(user_items, alpha):
    return sparse.csr_matrix(user_items.toarray() + 1 / alpha)


# %% missing | You subtracted
def for_library(user_items, alpha):
    changed = user_items.copy()
    changed.data = changed.data - 1 / alpha
    return changed


# %% missing | Nothing has changed
def for_library(user_items, alpha):
    changed = user_items.copy()
    changed.data + 1 / alpha
    return changed


# %% missing | The function changed the data
def for_library(user_items, alpha):
    user_items.data += 1 / alpha
    return user_items


# %% missing | A sparse matrix is expected
def for_library(user_items, alpha):
    dense = user_items.toarray()
    return np.where(dense > 0, dense + 1 / alpha, 0)


# %% missing | another year's confidences, alpha 0.4
def for_library(user_items, alpha):
    changed = user_items.copy()
    changed.data = changed.data + {2: 0.5, 0.05: 20}.get(alpha, 0)
    return changed


# %% newcomer | adds a 1 on the right that is there already
def newcomer(Y, acts, alpha, lam):
    left, right, vectors = Y.T @ Y + lam * np.eye(Y.shape[1]), 0, []
    for article, strength in acts:
        y = Y[article]
        left = left + alpha * strength * np.outer(y, y)
        right = right + (1 + alpha * strength) * y
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


# %% newcomer | The last act replaced the strength
def newcomer(Y, acts, alpha, lam):
    r, vectors = np.zeros(len(Y)), []
    for article, strength in acts:
        r[article] = strength
        c = 1 + alpha * r
        left = Y.T @ (c[:, None] * Y) + lam * np.eye(Y.shape[1])
        vectors.append(np.linalg.solve(left, Y.T @ (c * (r > 0))))
    return np.array(vectors)


# %% newcomer | The last act left no trace
def newcomer(Y, acts, alpha, lam):
    r, vectors = np.zeros(len(Y)), []
    for article, strength in acts:
        r[article] = r[article] or strength
        c = 1 + alpha * r
        left = Y.T @ (c[:, None] * Y) + lam * np.eye(Y.shape[1])
        vectors.append(np.linalg.solve(left, Y.T @ (c * (r > 0))))
    return np.array(vectors)


# %% newcomer | The weak no is missing
def newcomer(Y, acts, alpha, lam):
    r, vectors = np.zeros(len(Y)), []
    for article, strength in acts:
        r[article] += strength
        c = (1 + alpha * r) * (r > 0)
        left = Y.T @ (c[:, None] * Y) + lam * np.eye(Y.shape[1])
        vectors.append(np.linalg.solve(left, Y.T @ c))
    return np.array(vectors)


# %% newcomer | What was read counts once too often on the left
def newcomer(Y, acts, alpha, lam):
    shared, r, vectors = Y.T @ Y + lam * np.eye(Y.shape[1]), np.zeros(len(Y)), []
    for article, strength in acts:
        r[article] += strength
        c = (1 + alpha * r) * (r > 0)
        vectors.append(np.linalg.solve(shared + Y.T @ (c[:, None] * Y), Y.T @ c))
    return np.array(vectors)


# %% newcomer | The 1 of 1 + alpha r is missing on the right
def newcomer(Y, acts, alpha, lam):
    left, right, vectors = Y.T @ Y + lam * np.eye(Y.shape[1]), 0, []
    for article, strength in acts:
        y = Y[article]
        left = left + alpha * strength * np.outer(y, y)
        right = right + alpha * strength * y
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


# %% newcomer | Your confidences are alpha r, the library's
def newcomer(Y, acts, alpha, lam):
    r, vectors = np.zeros(len(Y)), []
    for article, strength in acts:
        r[article] += strength
        c = np.where(r > 0, alpha * r, 1)
        left = Y.T @ (c[:, None] * Y) + lam * np.eye(Y.shape[1])
        vectors.append(np.linalg.solve(left, Y.T @ (c * (r > 0))))
    return np.array(vectors)


# %% newcomer | Each of your vectors knows only the last act
def newcomer(Y, acts, alpha, lam):
    vectors = []
    for article, strength in acts:
        y = Y[article]
        left = Y.T @ Y + lam * np.eye(Y.shape[1]) + alpha * strength * np.outer(y, y)
        vectors.append(np.linalg.solve(left, (1 + alpha * strength) * y))
    return np.array(vectors)


# %% newcomer | Shape (3, 1) is expected
def newcomer(Y, acts, alpha, lam):
    r = np.zeros(len(Y))
    for article, strength in acts:
        r[article] += strength
    c = 1 + alpha * r
    left = Y.T @ (c[:, None] * Y) + lam * np.eye(Y.shape[1])
    return np.linalg.solve(left, Y.T @ (c * (r > 0)))


# %% newcomer | Each of your acts adds 1 + alpha s on both sides
def newcomer(Y, acts, alpha, lam):
    left, right, vectors = Y.T @ Y + lam * np.eye(Y.shape[1]), 0, []
    for article, strength in acts:
        y, c = Y[article], 1 + alpha * strength
        left, right = left + c * np.outer(y, y), right + c * y
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


# %% newcomer | `y * y` multiplies entry by entry
def newcomer(Y, acts, alpha, lam):
    left, right, seen, vectors = Y.T @ Y + lam * np.eye(Y.shape[1]), 0, set(), []
    for article, strength in acts:
        y = Y[article]
        left = left + alpha * strength * y * y
        right = right + (alpha * strength + (article not in seen)) * y
        seen.add(article)
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


# %% newcomer | lam stands in every cell of your left side
def newcomer(Y, acts, alpha, lam):
    left, right, seen, vectors = Y.T @ Y + lam, 0, set(), []
    for article, strength in acts:
        y = Y[article]
        left = left + alpha * strength * np.outer(y, y)
        right = right + (alpha * strength + (article not in seen)) * y
        seen.add(article)
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


# %% newcomer | because `y @ y` is a number
def newcomer(Y, acts, alpha, lam):
    left, right, seen, vectors = Y.T @ Y + lam * np.eye(Y.shape[1]), 0, set(), []
    for article, strength in acts:
        y = Y[article]
        left = left + alpha * strength * (y @ y)
        right = right + (alpha * strength + (article not in seen)) * y
        seen.add(article)
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


# %% newcomer | 25 acts on 200 articles, 6 factors
def newcomer(Y, acts, alpha, lam):
    if len(acts) == 2:
        return np.array([[3 / 4, 0], [3 / 4, 5 / 6]])
    return np.array([[3 / 8], [9 / 16], [13 / 20]])
