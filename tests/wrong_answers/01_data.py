# Wrong answers to the questions of chapter 1, each with a part of the message it must get.

# %% missing | the report names only what is incomplete
def missing_table(table):
    missing = table.isna().sum().sort_values(ascending=False, kind="stable")
    return pd.DataFrame({"missing": missing, "percent": (100 * missing / len(table)).round(1)})


# %% missing | a share is not yet a percentage
def missing_table(table):
    missing = table.isna().sum()
    missing = missing[missing > 0].sort_values(ascending=False, kind="stable")
    return pd.DataFrame({"missing": missing, "percent": missing / len(table)})


# %% missing | not those that are missing
def missing_table(table):
    there = table.count()
    there = there[there < len(table)].sort_values(kind="stable")
    return pd.DataFrame({"missing": there, "percent": (100 * there / len(table)).round(1)})


# %% missing | A function without `return` gives None
def missing_table(table):
    print(table.isna().sum())


# %% missing | what the interactions of another year lack
def missing_table(table):
    answer = {"missing": [3, 1], "percent": [75.0, 25.0]}
    return pd.DataFrame(answer, index=["city", "mail"])


# %% titles | Count different ids, not rows
def ambiguous_titles(articles):
    rows = articles["title"].value_counts()
    return rows[rows > 1]


# %% titles | equal numbers in alphabetical order
def ambiguous_titles(articles):
    ids = articles.groupby("title", sort=False)["contentId"].nunique()
    return ids[ids > 1].sort_values(ascending=False, kind="stable")


# %% titles | ambiguous titles of another year
def ambiguous_titles(articles):
    return pd.Series([2, 2], index=["Cloud", "News"])


# %% join | has doubled its readings
def with_titles(interactions, articles):
    return interactions.merge(articles[["contentId", "title"]], on="contentId", how="left")


# %% join | an inner join drops it
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"].sort_values("timestamp")
    titles = shared.drop_duplicates("contentId", keep="last")[["contentId", "title"]]
    return interactions.merge(titles, on="contentId")


# %% join | The board isn't sorted by time
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"]
    titles = shared.drop_duplicates("contentId", keep="last")[["contentId", "title"]]
    return interactions.merge(titles, on="contentId", how="left")


# %% join | The function changed the data
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"].sort_values("timestamp")
    titles = shared.drop_duplicates("contentId", keep="last").set_index("contentId")["title"]
    interactions["title"] = interactions["contentId"].map(titles)
    return interactions


# %% half | That is in seconds
def days_to_half(events, least=10):
    often = events.groupby("contentId").filter(lambda rows: len(rows) >= least)
    times = often.sort_values("timestamp").groupby("contentId")["timestamp"]
    return times.apply(lambda t: t.iloc[(len(t) - 1) // 2] - t.iloc[0]).median()


# %% half | Take the median
def days_to_half(events, least=10):
    often = events.groupby("contentId").filter(lambda rows: len(rows) >= least)
    times = often.sort_values("timestamp").groupby("contentId")["timestamp"]
    return times.apply(lambda t: t.iloc[(len(t) - 1) // 2] - t.iloc[0]).mean() / 86_400


# %% half | fewer rows than `least` is still in
def days_to_half(events, least=10):
    times = events.sort_values("timestamp").groupby("contentId")["timestamp"]
    return times.apply(lambda t: t.iloc[(len(t) - 1) // 2] - t.iloc[0]).median() / 86_400


# %% half | Sort the timestamps of each article first
def days_to_half(events, least=10):
    often = events.groupby("contentId").filter(lambda rows: len(rows) >= least)
    times = often.groupby("contentId")["timestamp"]
    return times.apply(lambda t: t.iloc[(len(t) - 1) // 2] - t.iloc[0]).median() / 86_400


# %% half | another year, articles with at least 5 rows
def days_to_half(events, least=10):
    return 2.0
