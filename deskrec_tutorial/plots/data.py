"""Chapter 1: what is in the log, what is missing, and how unevenly reading is spread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..data import long_tail
from .colours import BLUE, GREY, LOOKS, ORANGE
from .core import Drawn, beside, panel, picture

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Ages to mark on an article's life, in days.
AGES = {
    "1 min": 1 / 1440, "10 min": 1 / 144, "1 hour": 1 / 24, "6 hours": 0.25,
    "1 day": 1.0, "1 week": 7.0, "1 month": 30.0, "1 year": 365.0,
}  # fmt: skip


@picture
def weekly_rhythm(when: pd.Series) -> Drawn:
    """Share of the events in each hour of the week; `when` holds dates with a time zone."""
    zone = _zone(when)
    counts = pd.crosstab(when.dt.day_of_week, when.dt.hour)
    counts = counts.reindex(index=range(7), columns=range(24), fill_value=0)
    share = counts.to_numpy() / len(when) * 100
    figure, axes = panel(3.4)
    image = axes.imshow(share, cmap="Blues", aspect="auto", vmin=0)
    figure.colorbar(image, label="events (% of all)", pad=0.02)
    axes.set_yticks(range(7), DAYS)
    axes.set_xticks(range(0, 24, 3))
    axes.set_xlabel(f"hour of the day ({zone}; 12 stands for 12:00 to 12:59)")
    weekdays = share[:5].sum()
    axes.set_title(f"{weekdays:.1f}% of the events fall on Monday to Friday")
    day, hour = np.unravel_index(share.argmax(), share.shape)
    return figure, (
        f"Monday to Friday hold {weekdays:.1f}% of {len(when):,} events. The busiest hour of the "
        f"week starts on {DAYS[day]} at {hour:02d}:00 {zone} and has {share.max():.1f}% of them; "
        f"if all {share.size} hours were alike, each would have {100 / share.size:.1f}%. The hours "
        f"from 00:00 to 09:59 {zone} hold {share[:, :10].sum():.1f}%."
    )


def _zone(when: pd.Series) -> str:
    if not isinstance(when.dtype, pd.DatetimeTZDtype):
        raise TypeError(
            f"when must hold dates with a time zone, not {when.dtype}: of a log's seconds they are "
            'pd.to_datetime(events["timestamp"], unit="s", utc=True).'
        )
    return str(when.dt.tz)


@picture
def long_tail_curve(per_article: pd.Series, per_person: pd.Series) -> Drawn:
    """Cumulative share of the events, for articles and for people; one count of events each."""
    figure, axes = panel(4.6)
    articles, people = draw_tails(axes, {"articles": per_article, "people": per_person})
    axes.set_xlabel("articles or people, busiest first (% of them)")
    axes.set_ylabel("their share of all events (%)")
    axes.set_title(
        f"A tenth of articles gets {articles:.1%} of events; a tenth of people makes {people:.1%}"
    )
    return figure, (
        f"The busiest tenth of the articles gets {articles:.1%} of the events; the busiest tenth "
        f"of the people makes {people:.1%}. Half of all events fall on {_make_half(per_article):,} "
        f"of {len(per_article):,} articles, and half are made by {_make_half(per_person):,} of "
        f"{len(per_person):,} people."
    )


def draw_tails(axes: Axes, counts: Mapping[str, pd.Series]) -> list[float]:
    """Two cumulative curves; returns what their first tenths hold, which is written beside them."""
    axes.plot([0, 100], [0, 100], color="#666666", linewidth=1, linestyle=":", label="all alike")
    axes.axvline(10, color=GREY, linewidth=1)
    tenths = [share_of_top(each, 0.1) for each in counts.values()]
    higher = 0 if tenths[0] > tenths[1] else 1
    for place, (name, each) in enumerate(counts.items()):
        (colour, _, dash), tenth, above = LOOKS[place], 100 * tenths[place], place == higher
        x, y = 100 * long_tail(each).to_numpy().T
        axes.plot(np.r_[0, x], np.r_[0, y], color=colour, linestyle=dash, label=name)
        axes.plot(10, tenth, "s" if above else "o", color=colour, markeredgecolor="black")
        _by_the_curve(axes, 10, tenth, f"{tenth:.1f}%", above)
    axes.set(xlim=(0, 100), ylim=(0, 102))
    axes.legend(loc="lower right", bbox_to_anchor=(0.98, 0.05))
    return tenths


def _make_half(counts: pd.Series) -> int:
    """How many of the largest counts make up half of the total."""
    return int((long_tail(counts)["share_of_total"] < 0.5).sum()) + 1


def share_of_top(counts: pd.Series, part: float) -> float:
    """The share of the total that the largest `part` of the counts holds."""
    top = max(1, round(len(counts) * part))
    return float(long_tail(counts)["share_of_total"].iloc[top - 1])


def _by_the_curve(axes: Axes, x: float, y: float, text: str, above: bool) -> None:
    """Write beside a point of a rising curve: to its upper left or its lower right."""
    away, up, side = (-7, 5, "bottom") if above else (8, -5, "top")
    beside(axes, x, y, text, away, up, va=side, fontsize=None)


@picture
def article_life(age: pd.Series) -> Drawn:
    """Cumulative share of the events by days since their article's first event."""
    if age.dtype.kind not in "iuf" or age.isna().any():
        raise TypeError(
            f"age must be numbers of days, none missing, not {age.dtype}: a difference of two "
            "timestamps is in seconds, and 86,400 of them are a day."
        )
    days = np.sort(age.to_numpy())
    median, day = float(np.median(days)), float((days <= 1).mean())
    figure, axes = panel()
    # A log scale has no zero: what happens within the first minute is drawn at one minute.
    x = np.maximum(days, AGES["1 min"])
    axes.step(x, np.arange(1, len(days) + 1) / len(days) * 100, where="post", color=BLUE)
    axes.plot([max(median, AGES["1 min"]), 1], [50, 100 * day], "o", color=ORANGE, mec="black")
    half = f"half after {duration(median)}"
    _by_the_curve(axes, max(median, AGES["1 min"]), 50, half, above=True)
    _by_the_curve(axes, 1, 100 * day, f"{day:.0%} after a day", above=False)
    axes.set_xscale("log")
    axes.set_xticks(list(AGES.values()), list(AGES))
    axes.minorticks_off()
    axes.set(xlim=(AGES["1 min"], max(450, days[-1])), ylim=(0, 102))
    axes.set_xlabel("time since the article's first event (log scale)")
    axes.set_ylabel("events so far (% of all)")
    axes.set_title(f"Half of all events come within {duration(median)} of an article's first")
    told = ", ".join(
        f"{(days <= AGES[name]).mean():.0%} within {name}"
        for name in ("1 hour", "1 day", "1 week", "1 month")
    )
    return figure, (
        f"Counted from the first event of its article, half of all {len(days):,} events come "
        f"within {duration(median)}; {told}."
    )


def duration(days: float) -> str:
    """A number of days in the unit that reads best."""
    for unit, size in (("days", 1.0), ("hours", 1 / 24), ("minutes", 1 / 1440)):
        if days >= 2 * size:
            return f"{days / size:.1f} {unit}"
    return f"{days * 86_400:.0f} seconds"
