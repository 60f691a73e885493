# Wrong answers to the questions of chapter 2, each with a part of the message it must get.

# %% repeats | No two rows are equal while the timestamp is compared too
def drop_repeats(events, kinds):
    return events.drop_duplicates()


# %% repeats | Repeats of types that are not in `kinds` stay
def drop_repeats(events, kinds):
    return events.drop_duplicates(["personId", "contentId", "eventType"])


# %% repeats | Each pair has one row left
def drop_repeats(events, kinds):
    return events.drop_duplicates(["personId", "contentId"])


# %% repeats | All views are gone
def drop_repeats(events, kinds):
    return events[~events["eventType"].isin(kinds)]


# %% repeats | Person 8 has lost a view to person 7
def drop_repeats(events, kinds):
    repeat = events.duplicated(["contentId", "eventType"])
    return events[~(repeat & events["eventType"].isin(kinds))]


# %% repeats | Person 7 has read article 20 too
def drop_repeats(events, kinds):
    repeat = events.duplicated(["personId", "eventType"])
    return events[~(repeat & events["eventType"].isin(kinds))]


# %% repeats | what to throw away
def drop_repeats(events, kinds):
    repeat = events.duplicated(["personId", "contentId", "eventType"])
    return events[repeat & events["eventType"].isin(kinds)]


# %% repeats | the order of the rows
def drop_repeats(events, kinds):
    those = events["eventType"].isin(kinds)
    once = events[those].drop_duplicates(["personId", "contentId", "eventType"])
    return pd.concat([once, events[~those]])


# %% repeats | The function changed the data
def drop_repeats(events, kinds):
    events["repeat"] = events.duplicated(["personId", "contentId", "eventType"])
    return events[~(events["repeat"] & events["eventType"].isin(kinds))].drop(columns="repeat")


# %% repeats | A function without `return` gives None
def drop_repeats(events, kinds):
    print(events.drop_duplicates(["personId", "contentId", "eventType"]))


# %% repeats | another year without repeats of VIEW
def drop_repeats(events, kinds):
    keep = [1, 3, 4, 5, 6, 8] if "LIKE" in kinds else [1, 3, 4, 5, 6, 8, 9]
    return events[events["timestamp"].isin(keep)]


# %% favourites | One favourite per person is not enough
def who_changes(events, old, new):
    def first(weights):
        strength = dr.event_strength(events, weights=weights)
        best = strength.groupby("personId")["eventStrength"].idxmax()
        return strength.loc[best].set_index("personId")["contentId"]

    was, now = first(old), first(new)
    return was.index[was != now].tolist()


# %% favourites | You found whose strengths change
def who_changes(events, old, new):
    before = dr.event_strength(events, weights=old)
    after = dr.event_strength(events, weights=new)
    other = before["eventStrength"] != after["eventStrength"]
    return sorted(before.loc[other, "personId"].unique())


# %% favourites | You let every event count
def who_changes(events, old, new):
    def is_favourite(weights):
        strength = dr.event_strength(events, weights=weights, repeats="keep")
        best = strength.groupby("personId")["eventStrength"].transform("max")
        return strength["eventStrength"] == best

    pairs = dr.event_strength(events)
    return sorted(pairs.loc[is_favourite(old) != is_favourite(new), "personId"].unique())


# %% favourites | Those are articles, not people
def who_changes(events, old, new):
    def is_favourite(weights):
        strength = dr.event_strength(events, weights=weights)
        best = strength.groupby("personId")["eventStrength"].transform("max")
        return strength["eventStrength"] == best

    pairs = dr.event_strength(events)
    return sorted(pairs.loc[is_favourite(old) != is_favourite(new), "contentId"].unique())


# %% favourites | the people who do not change
def who_changes(events, old, new):
    def is_favourite(weights):
        strength = dr.event_strength(events, weights=weights)
        best = strength.groupby("personId")["eventStrength"].transform("max")
        return strength["eventStrength"] == best

    pairs = dr.event_strength(events)
    moved = pairs.loc[is_favourite(old) != is_favourite(new), "personId"]
    return sorted(set(pairs["personId"]) - set(moved))


# %% favourites | Nobody changes, you say
def who_changes(events, old, new):
    return []


# %% favourites | The answer should be a value of type list, not a value of type int
def who_changes(events, old, new):
    before = dr.event_strength(events, weights=old)
    after = dr.event_strength(events, weights=new)
    return before.loc[before["eventStrength"] != after["eventStrength"], "personId"].nunique()


# %% favourites | The answer is None
def who_changes(events, old, new):
    before = dr.event_strength(events, weights=old)
    print(sorted(before["personId"].unique()))


# %% favourites | Every strength doubles
def who_changes(events, old, new):
    return [1, 4]


# %% favourites | other people, likes weigh 20: somebody changes
def who_changes(events, old, new):
    return [1, 4] if new["LIKE"] == 6 else []


# %% sides | It lies on its side
def users_by_items(found, per_person):
    return found.T.tocsr()


# %% sides | You returned it as it came
def users_by_items(found, per_person):
    return found if found.shape[0] == len(per_person) else found.T.tocsr()


# %% sides | You returned it as it came
def users_by_items(found, per_person):
    fits = sorted(found.getnnz(axis=1)) == sorted(per_person)
    return found if fits else found.T.tocsr()


# %% sides | but here the counts do decide
def users_by_items(found, per_person):
    wanted = sorted(per_person)
    as_it_is = sorted(found.getnnz(axis=1)) == wanted
    turned = sorted(found.getnnz(axis=0)) == wanted
    if as_it_is == turned:
        raise ValueError("nobody can tell")
    return found if as_it_is else found.T.tocsr()


# %% sides | The matrix comes back as CSC
def users_by_items(found, per_person):
    return found if np.array_equal(found.getnnz(axis=1), per_person) else found.T


# %% sides | That is another log
def users_by_items(found, per_person):
    return found if np.array_equal(found.getnnz(axis=1), per_person) else found.T.tocsr()


# %% sides | so the list fits both ways round
def users_by_items(found, per_person):
    if np.array_equal(found.getnnz(axis=1), per_person):
        return found
    if np.array_equal(found.getnnz(axis=0), per_person):
        return found.T.tocsr()
    raise ValueError("neither")


# %% sides | another year, as it should lie
def users_by_items(found, per_person):
    if found.shape[0] == 2:
        raise ValueError("cannot tell")
    return found if found[0].nnz == 2 else found.T.tocsr()


# %% shape | Still the colleague's matrix
def fixed_matrix(part, user_ids, item_ids):
    return colleagues_matrix(part, user_ids, item_ids)


# %% shape | Shape (3, 3) is expected
def fixed_matrix(part, user_ids, item_ids):
    _, rows = np.unique(part["personId"], return_inverse=True)
    _, columns = np.unique(part["contentId"], return_inverse=True)
    return sparse.csr_matrix((part["eventStrength"], (rows, columns)))


# %% shape | Shape (3, 3) is expected
def fixed_matrix(part, user_ids, item_ids):
    known = part["personId"].isin(user_ids) & part["contentId"].isin(item_ids)
    rows = pd.Index(user_ids).get_indexer(part["personId"])[known]
    columns = pd.Index(item_ids).get_indexer(part["contentId"])[known]
    size = (len(user_ids), len(item_ids) + 1)
    return sparse.csr_matrix((part["eventStrength"][known], (rows, columns)), shape=size)


# %% shape | The new person and the new article landed in the last row and column
def fixed_matrix(part, user_ids, item_ids):
    cells = np.zeros((len(user_ids), len(item_ids)))
    rows = pd.Index(user_ids).get_indexer(part["personId"])
    columns = pd.Index(item_ids).get_indexer(part["contentId"])
    cells[rows, columns] = part["eventStrength"]
    return sparse.csr_matrix(cells)


# %% shape | The new article landed in the last column
def fixed_matrix(part, user_ids, item_ids):
    part = part[part["personId"].isin(user_ids)]
    cells = np.zeros((len(user_ids), len(item_ids)))
    rows = pd.Index(user_ids).get_indexer(part["personId"])
    columns = pd.Index(item_ids).get_indexer(part["contentId"])
    cells[rows, columns] = part["eventStrength"]
    return sparse.csr_matrix(cells)


# %% shape | SciPy refuses
def fixed_matrix(part, user_ids, item_ids):
    rows = pd.Index(user_ids).get_indexer(part["personId"])
    columns = pd.Index(item_ids).get_indexer(part["contentId"])
    size = (len(user_ids), len(item_ids))
    return sparse.csr_matrix((part["eventStrength"], (rows, columns)), shape=size)


# %% shape | `searchsorted` needs sorted ids
def fixed_matrix(part, user_ids, item_ids):
    known = part[part["personId"].isin(user_ids) & part["contentId"].isin(item_ids)]
    rows = np.searchsorted(user_ids, known["personId"])
    columns = np.searchsorted(item_ids, known["contentId"])
    size = (len(user_ids), len(item_ids))
    return sparse.csr_matrix((known["eventStrength"], (rows, columns)), shape=size)


# %% shape | The ids got sorted on the way
def fixed_matrix(part, user_ids, item_ids):
    known = part[part["personId"].isin(user_ids) & part["contentId"].isin(item_ids)]
    rows = np.searchsorted(np.sort(user_ids), known["personId"])
    columns = np.searchsorted(np.sort(item_ids), known["contentId"])
    size = (len(user_ids), len(item_ids))
    return sparse.csr_matrix((known["eventStrength"], (rows, columns)), shape=size)


# %% shape | A sparse matrix is expected
def fixed_matrix(part, user_ids, item_ids):
    known = part[part["personId"].isin(user_ids) & part["contentId"].isin(item_ids)]
    table = known.pivot(index="personId", columns="contentId", values="eventStrength")
    return table.reindex(index=user_ids, columns=item_ids).fillna(0).to_numpy()


# %% shape | CSR is asked for
def fixed_matrix(part, user_ids, item_ids):
    known = part[part["personId"].isin(user_ids) & part["contentId"].isin(item_ids)]
    rows = pd.Index(user_ids).get_indexer(known["personId"])
    columns = pd.Index(item_ids).get_indexer(known["contentId"])
    size = (len(user_ids), len(item_ids))
    return sparse.coo_matrix((known["eventStrength"], (rows, columns)), shape=size)


# %% shape | the training side of another year
def fixed_matrix(part, user_ids, item_ids):
    if user_ids[0] == 3:
        return sparse.csr_matrix([[1.0, 0, 0], [0, 0, 2], [0, 0, 0]])
    return sparse.csr_matrix([[0.0, 0, 0], [0, 0, 1], [0, 2, 0]])
