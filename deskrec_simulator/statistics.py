"""Statistics of a reading log: those that were published for the real one."""

from __future__ import annotations

import pandas as pd

import deskrec_tutorial as dr

Figures = dict[str, float]
QUANTILES = {"10 %": 0.1, "25 %": 0.25, "50 %": 0.5, "75 %": 0.75, "90 %": 0.9, "99 %": 0.99}


def statistics(clicks: dr.ClickStream) -> Figures:
    """Compute every published statistic that the tables at hand allow."""
    articles, interactions = clicks.articles, clicks.interactions
    return (
        _article_file(articles)
        | _interaction_file(interactions)
        | _calendar(interactions)
        | _places_and_agents(interactions)
        | _distributions(interactions)
        | _concentration(interactions)
        | _pairs(interactions)
        | _prepared(dr.join_events(clicks))
    )


def _article_file(articles: pd.DataFrame) -> Figures:
    figures: Figures = {
        "article rows": len(articles),
        "CONTENT SHARED rows": int((articles["eventType"] == "CONTENT SHARED").sum()),
        "CONTENT REMOVED rows": int((articles["eventType"] == "CONTENT REMOVED").sum()),
        "distinct contentIds": articles["contentId"].nunique(),
    }
    if "lang" not in articles:
        return figures
    figures["article columns"] = articles.shape[1]
    figures["authors"] = articles["authorPersonId"].nunique()
    for column in ("contentType", "lang"):
        figures |= {f"{column} {k}": n for k, n in articles[column].value_counts().items()}
    for column in ("authorUserAgent", "authorRegion", "authorCountry"):
        figures[f"missing {column} %"] = 100 * articles[column].isna().mean()
    ids_per_title = articles.groupby("title")["contentId"].nunique()
    figures["most contentIds of one title"] = ids_per_title.max()
    when = articles["timestamp"]
    return figures | {"first share (day)": _day(when.min()), "last share (day)": _day(when.max())}


def _day(timestamp: float) -> int:
    """Return a day as a number that can be read: 20160314."""
    return int(pd.Timestamp(timestamp, unit="s").strftime("%Y%m%d"))


def _interaction_file(interactions: pd.DataFrame) -> Figures:
    kinds = interactions["eventType"].value_counts()
    return {
        "interaction rows": len(interactions),
        "interaction columns": interactions.shape[1],
        **{f"{kind} events": n for kind, n in kinds.items()},
        "users": interactions["personId"].nunique(),
        "articles": interactions["contentId"].nunique(),
        "sessions": interactions["sessionId"].nunique(),
        "first event (day)": _day(interactions["timestamp"].min()),
        "last event (day)": _day(interactions["timestamp"].max()),
    }


def _calendar(interactions: pd.DataFrame) -> Figures:
    when = pd.to_datetime(interactions["timestamp"], unit="s").dt
    months = when.strftime("%Y-%m").value_counts().sort_index()
    weekday = when.strftime("%a").value_counts(normalize=True)
    hour = when.hour
    return {
        **{f"events in {month}": n for month, n in months.items()},
        **{
            f"share on {day}": weekday[day]
            for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        },
        "share at 11-13 h UTC": float(hour.between(11, 13).mean()),
        "share at 16-19 h UTC": float(hour.between(16, 19).mean()),
        "share at 03-09 h UTC": float(hour.between(3, 9).mean()),
    }


def _places_and_agents(interactions: pd.DataFrame) -> Figures:
    figures = {
        f"missing {column} %": 100 * float(interactions[column].isna().mean())
        for column in ("userAgent", "userCountry", "userRegion")
    }
    country = interactions["userCountry"].value_counts()
    region = interactions["userRegion"].value_counts()
    figures |= {f"country {c}": country[c] for c in ("BR", "US", "KR", "CA", "JP", "AU")}
    figures |= {f"region {r}": region[r] for r in ("SP", "MG", "NY", "TX", "GA")}
    agent = interactions["userAgent"].astype("str")
    figures["Android app events"] = int(agent.str.startswith("Android").sum())
    figures["iOS app events"] = int(agent.str.startswith("iOS").sum())
    return figures


def _distributions(interactions: pd.DataFrame) -> Figures:
    pairs = interactions.drop_duplicates(["personId", "contentId"])
    counts = {
        "events per user": interactions["personId"].value_counts(),
        "articles per user": pairs["personId"].value_counts(),
        "users per article": pairs["contentId"].value_counts(),
        "events per article": interactions["contentId"].value_counts(),
        "events per session": interactions["sessionId"].value_counts(),
    }
    figures: Figures = {}
    for name, values in counts.items():
        figures[f"{name}: mean"] = values.mean()
        figures |= {f"{name}: {label}": float(values.quantile(q)) for label, q in QUANTILES.items()}
        figures[f"{name}: max"] = values.max()
    first = interactions.groupby("contentId")["timestamp"].transform("min")
    days = (interactions["timestamp"] - first) / 86_400
    age = {
        f"days since first event: {label}": float(days.quantile(q))
        for label, q in QUANTILES.items()
    }
    return figures | age


def _concentration(interactions: pd.DataFrame) -> Figures:
    pairs = interactions.drop_duplicates(["personId", "contentId"])
    per_user = interactions["personId"].value_counts()
    per_article = interactions["contentId"].value_counts()
    return {
        "events of the busiest 10 % of users": _top_share(per_user),
        "events of the 10 % most read articles": _top_share(per_article),
        "users with at least 5 articles": int((pairs["personId"].value_counts() >= 5).sum()),
    }


def _top_share(counts: pd.Series) -> float:
    ordered = counts.sort_values(ascending=False)
    return ordered.iloc[: round(0.1 * len(ordered))].sum() / ordered.sum()


def _pairs(interactions: pd.DataFrame) -> Figures:
    """Count who did what to which article, repeats aside."""
    triples = interactions.drop_duplicates(["personId", "contentId", "eventType"])
    pairs = interactions.drop_duplicates(["personId", "contentId"])
    kinds = triples["eventType"].value_counts()
    return {
        "distinct (person, content, event type)": len(triples),
        "distinct (person, content)": len(pairs),
        **{f"pairs with a {kind}": n / len(pairs) for kind, n in kinds.items()},
        **_views_per_pair(interactions),
    }


def _views_per_pair(interactions: pd.DataFrame) -> Figures:
    views = interactions[interactions["eventType"] == "VIEW"]
    per_pair = views.groupby(["personId", "contentId"]).size()
    points = {"50 %": 0.5, "90 %": 0.9, "99 %": 0.99, "max": 1.0}
    return {f"views per pair: {label}": float(per_pair.quantile(q)) for label, q in points.items()}


def _prepared(events: pd.DataFrame) -> Figures:
    """Compute what the tutorial's preparation leaves."""
    strength = dr.event_strength(events)["eventStrength"]
    return {
        "joined rows": len(events),
        "joined VIEW rows": int((events["eventType"] == "VIEW").sum()),
        "joined users": events["personId"].nunique(),
        "joined articles": events["contentId"].nunique(),
        **{f"pairs of strength {s}": (strength == s).mean() for s in (1, 3, 4, 6, 10, 12, 15)},
        "mean strength": strength.mean(),
    }
