"""The year: when articles are shared and read, by month, weekday and hour."""

from __future__ import annotations

from datetime import date

import numpy as np

from .draws import Floats, Ints, exp

DAY = 86_400
FIRST_DAY = date(2016, 3, 14)
DAYS = 352  # to 2017-02-28
SHARE_LOG_DAY = 14  # the share log starts on 2016-03-28, two weeks after the reading log
# Events by month from 2016-03, and how many of them open a new (reader, article) pair: in
# June pages were reloaded three times as often as in other months.
MONTH_EVENTS = (858, 7048, 9072, 16315, 8097, 7945, 7005, 5085, 2629, 2454, 2895, 2909)
MONTH_PAIRS = (578, 4589, 5476, 6079, 4930, 4676, 4248, 3310, 1701, 1505, 1824, 1794)
MONTH_BIRTHS = (114, 524, 432, 428, 327, 294, 245, 193, 112, 118, 120, 80)
MONTH_ARRIVALS = (209, 659, 276, 230, 173, 81, 84, 49, 31, 32, 26, 46)  # readers' first days
WEEKDAY_EVENTS = (0.193, 0.189, 0.192, 0.197, 0.186, 0.023, 0.020)
WEEKDAY_BIRTHS = (0.169, 0.187, 0.200, 0.200, 0.178, 0.030, 0.036)
# Share per hour, UTC: São Paulo's morning and afternoon, and next to nothing at night.  Articles
# are shared all day; who reads on a later day mostly does so in the morning.
HOUR_BIRTHS = (
    0.028, 0.019, 0.023, 0.014, 0.008, 0.003, 0.003, 0.001, 0.001, 0.006, 0.027, 0.094,
    0.095, 0.097, 0.071, 0.063, 0.080, 0.077, 0.081, 0.060, 0.050, 0.040, 0.030, 0.028,
)  # fmt: skip
HOUR_READINGS = (
    0.022, 0.019, 0.015, 0.010, 0.006, 0.004, 0.004, 0.002, 0.003, 0.011, 0.058, 0.176,
    0.160, 0.126, 0.062, 0.048, 0.069, 0.066, 0.064, 0.056, 0.030, 0.017, 0.010, 0.010,
)  # fmt: skip
JUNE = 3  # months are counted from 2016-03


def months_and_weekdays() -> tuple[Ints, Ints]:
    """Return month number (0 for 2016-03) and weekday (0 for Monday) of each simulated day."""
    days = np.datetime64(FIRST_DAY) + np.arange(DAYS)
    month = days.astype("datetime64[M]").astype(np.int64) - (2016 - 1970) * 12 - 2
    return month, (days.astype(np.int64) + 3) % 7


def daily(by_month: tuple[int, ...], by_weekday: tuple[float, ...]) -> Floats:
    """Spread monthly totals over days by weekday; the year sums to 1."""
    month, weekday = months_and_weekdays()
    weight = np.asarray(by_weekday)[weekday]
    in_month = np.bincount(month, weights=weight)
    total = np.asarray(by_month, dtype=float)
    return weight / in_month[month] * total[month] / total.sum()


def time_of_day(
    humps: tuple[float, ...], count: int, rng: np.random.Generator, after: Ints | int = 0
) -> Ints:
    """Draw seconds since midnight from the daily humps, later than a given second."""
    mass = np.concatenate([[0.0], np.cumsum(humps)])
    hours = np.arange(25) * 3600.0
    start = np.interp(after, hours, mass)
    draw = start + rng.random(count) * (mass[-1] - start)
    return np.minimum(np.interp(draw, mass, hours).astype(np.int64), DAY - 1)


def lag(shape: tuple[float, float], count: int, rng: np.random.Generator) -> Ints:
    """Draw log-normal whole seconds."""
    median, spread = shape
    return np.floor(median * exp(spread * rng.standard_normal(count))).astype(np.int64)


def same_day(start: Ints, after: Ints) -> Ints:
    """Add seconds, but within the day: a session is one reader's day."""
    rest = DAY - start % DAY
    return start + after % rest


def unix(second: Ints) -> Ints:
    """Turn seconds since the first day's midnight into Unix time."""
    start = np.datetime64(FIRST_DAY).astype("datetime64[s]").astype(np.int64)
    return start + second
