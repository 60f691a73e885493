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
    answer = {"missing": [3, 1, 1], "percent": [60.0, 20.0, 20.0]}
    return pd.DataFrame(answer, index=["city", "mail", "team"])


# %% missing | A report begins with what is worst: sort
def missing_table(table):
    missing = table.isna().sum()
    missing = missing[missing > 0]
    return pd.DataFrame({"missing": missing, "percent": (100 * missing / len(table)).round(1)})


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
    return pd.Series([3, 2, 2], index=["News", "Agile", "Cloud"])


# %% titles | Keep only titles with at least two
def ambiguous_titles(articles):
    ids = articles.groupby("title")["contentId"].nunique()
    return ids.sort_values(ascending=False, kind="stable")


# %% titles | Sort, most first
def ambiguous_titles(articles):
    ids = articles.groupby("title")["contentId"].nunique()
    return ids[ids > 1]


# %% titles | The answer should be one column (Series)
def ambiguous_titles(articles):
    ids = articles.groupby("title", as_index=False)["contentId"].nunique()
    return ids[ids["contentId"] > 1]


# %% titles | A function without `return` gives None
def ambiguous_titles(articles):
    articles.groupby("title")["contentId"].nunique()


# %% join | has multiplied its readings
def with_titles(interactions, articles):
    return interactions.merge(articles[["contentId", "title"]], on="contentId", how="left")


# %% join | an inner join drops it
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"].sort_values("timestamp")
    titles = shared.drop_duplicates("contentId", keep="last")[["contentId", "title"]]
    return interactions.merge(titles, on="contentId")


# %% join | It isn't sorted by time
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"]
    titles = shared.drop_duplicates("contentId", keep="last")[["contentId", "title"]]
    return interactions.merge(titles, on="contentId", how="left")


# %% join | the row that comes first
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"]
    titles = shared.drop_duplicates("contentId", keep="first")[["contentId", "title"]]
    return interactions.merge(titles, on="contentId", how="left")


# %% join | A removal is no share
def with_titles(interactions, articles):
    titles = articles.sort_values("timestamp").drop_duplicates("contentId", keep="last")
    return interactions.merge(titles[["contentId", "title"]], on="contentId", how="left")


# %% join | the columns of the log, and the title
def with_titles(interactions, articles):
    shared = articles[articles["eventType"] == "CONTENT SHARED"].sort_values("timestamp")
    titles = shared.drop_duplicates("contentId", keep="last")
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


# %% half | Counted from 0, that is position
def days_to_half(events, least=10):
    often = events.groupby("contentId").filter(lambda rows: len(rows) >= least)
    times = often.sort_values("timestamp").groupby("contentId")["timestamp"]
    return times.apply(lambda t: t.iloc[len(t) // 2] - t.iloc[0]).median() / 86_400


# %% half | a value between two rows
def days_to_half(events, least=10):
    often = events.groupby("contentId").filter(lambda rows: len(rows) >= least)
    times = often.groupby("contentId")["timestamp"]
    return (times.median() - times.min()).median() / 86_400


# %% half | exactly `least` rows counts, too
def days_to_half(events, least=10):
    often = events.groupby("contentId").filter(lambda rows: len(rows) > least)
    times = often.sort_values("timestamp").groupby("contentId")["timestamp"]
    return times.apply(lambda t: t.iloc[(len(t) - 1) // 2] - t.iloc[0]).median() / 86_400


# %% half | another year, articles with at least 5 rows
def days_to_half(events, least=10):
    return 2.0
