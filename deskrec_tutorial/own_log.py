"""Bring any click log into the two tables that the course works with."""

from __future__ import annotations

import os
from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from . import clock, door, files
from .data import SHARED, ClickStream
from .door import DataError

Table = pd.DataFrame | str | os.PathLike[str]
# What is taken for the kind of event where the log does not say: the one with weight 1.
ONE_KIND = "VIEW"


def load_clicks(
    interactions: Table,
    articles: Table | None = None,
    *,
    user: Hashable,
    item: Hashable,
    time: Hashable | None = None,
    event: Hashable | None = None,
    value: Hashable | None = None,
    title: Hashable | None = None,
    missing: str = "raise",
) -> ClickStream:
    """Load a click log of your own; every function of the course works with it.

    What the columns were taken for is printed, and kept in `.notes`.

    Parameters
    ----------
    interactions : pandas.DataFrame or path
        One row per interaction. A path leads to a CSV file (commas, semicolons or tabs), plain or
        in gzip or zip, or to a Parquet file (which needs pyarrow).
    articles : pandas.DataFrame or path, optional
        One row per article. Left out: the articles that occur in `interactions`.
    user, item : str
        The columns of the ids: whole numbers of any type, or text (hashes, UUIDs, e-mails). `item`
        is also the key of `articles`. Whole floats below 2**53 become whole numbers.
    time : str, optional
        The column of the times: Unix seconds, milliseconds or finer, datetimes, or ISO text; what
        has no time zone is taken for UTC. Left out: what needs the clock says so.
    event : str, optional
        The column of the event types. Left out: every row is of one kind, called ``"VIEW"``. Types
        that are not Deskdrop's need weights: ``dr.event_strength(events, weights={…})``.
    value : str, optional
        A column of numbers above 0 that are added up: ratings, plays, seconds.
    title : str, optional
        The column of the titles, in `articles`, or in `interactions` where there are no articles.
        Left out, or where one is missing: the id as text.
    missing : {"raise", "drop"}
        What to do with rows without a user or an item, such as those of anonymous visitors.

    Returns
    -------
    ClickStream
        `interactions` with `timestamp` (int64, seconds since 1970, UTC; where there are times),
        `eventType`, `contentId`, `personId` and, where asked for, `value` (float64); `articles`
        with `eventType`, `contentId`, `title` and the other columns that were there. The ids are
        the ones given.

    Raises
    ------
    FileNotFoundError, DataError
        If there is no such file, or something in it is not as described; the message names the
        column and the first bad row, counted from 0.
    """
    door.one_of(missing, "missing", ("raise", "drop"))
    roles = {"user": user, "item": item, "time": time, "event": event, "value": value}
    named = _named(roles | {"title": title})
    if articles is None and title is not None and title not in named:
        named.append(title)
    log, where = _table(interactions, "interactions", named, [user, item])
    _no_header_inside(log, [user, item], where)
    catalogue = None
    if articles is not None:
        columns = [item] if title in (None, item) else [item, title]
        catalogue, shelf = _table(articles, "articles", columns, [item])
        log, catalogue = _spelled_alike(log, catalogue, item, interactions, articles)
    notes: list[str] = []
    log = _without_missing(log, [user, item], where, missing, notes)
    events = _events(log, where, roles, notes)
    if catalogue is None:
        listed = _articles_of(log, events["contentId"], title, notes)
    else:
        catalogue = _without_missing(catalogue, [item], shelf, missing, notes)
        listed = _articles(catalogue, shelf, item, title, notes)
    for note in notes:
        print(note)
    source = "DataFrame" if isinstance(interactions, pd.DataFrame) else os.fspath(interactions)
    return ClickStream(listed, events, source, tuple(notes))


def _named(roles: dict[str, Hashable | None]) -> list[Hashable]:
    """The columns named for `interactions`, each for one thing."""
    for role, name in roles.items():
        if not isinstance(name, Hashable):
            raise TypeError(f"{role} must be the name of one column, not {name!r}.")
    named = [name for role, name in roles.items() if name is not None and role != "title"]
    twice = [name for name in named if named.count(name) > 1]
    if twice:
        raise ValueError(f"The column {twice[0]!r} is named for two things: each has its own.")
    return named


def _table(
    given: Table, name: str, columns: Sequence[Hashable], ids: Sequence[Hashable]
) -> tuple[pd.DataFrame, str]:
    """A table with the columns, and what messages call it."""
    if isinstance(given, pd.DataFrame):
        files.have(given, columns, name)
        return given.reset_index(drop=True), name
    if isinstance(given, (str, os.PathLike)):
        return files.load_table(Path(given).expanduser(), columns, ids)
    raise TypeError(f"{name} must be a DataFrame or a path, not a {type(given).__name__}.")


def _no_header_inside(log: pd.DataFrame, columns: Sequence[Hashable], where: str) -> None:
    """Refuse a row that repeats the names: two files have been put one behind the other."""
    if any(log[column].dtype.kind != "O" for column in columns):
        return
    again = np.logical_and.reduce(
        [(log[one] == str(one)).to_numpy(dtype=bool, na_value=False) for one in columns]
    )
    if again.any():
        raise DataError(
            f"{where}: row {int(again.argmax())} of the table holds the names of the columns once "
            "more, as where files were put one behind the other. Leave such rows out."
        )


def _spelled_alike(
    log: pd.DataFrame, catalogue: pd.DataFrame, item: Hashable, *origins: Table
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ids of two files: all text if some are, for in a file 7 and "7" are spelled alike."""
    if any(isinstance(origin, pd.DataFrame) for origin in origins):
        return log, catalogue
    tables = log, catalogue
    numbered = [table for table in tables if pd.api.types.infer_dtype(table[item]) != "string"]
    if len(numbered) == 1:
        numbered[0][item] = numbered[0][item].map(str, na_action="ignore").astype(object)
    return tables


def _without_missing(
    table: pd.DataFrame, ids: Sequence[Hashable], where: str, missing: str, notes: list[str]
) -> pd.DataFrame:
    """The rows that have all the ids; an error about the others unless they are to be dropped."""
    keep = np.ones(len(table), dtype=bool)
    for column in ids:
        gone = door.no_id(table[column])
        if gone.any() and missing == "raise":
            raise door.missing_ids(table[column], gone, where)
        keep &= ~gone
    lost = int((~keep).sum())
    if not lost:
        return table
    if lost == len(table):
        raise DataError(f"{where}: no row has {' and '.join(map(repr, ids))}: nothing is left.")
    notes.append(
        f"{where}: {lost:,} of {len(table):,} rows left out, because they have no "
        f"{' or no '.join(map(str, ids))} (the first is row {table.index[int((~keep).argmax())]})."
    )
    return table[keep]  # with its row numbers, for messages to come


def _events(
    log: pd.DataFrame, where: str, roles: dict[str, Hashable | None], notes: list[str]
) -> pd.DataFrame:
    """The interactions, in the course's columns."""
    user, item, time, event, value = roles.values()
    people, user_ids = door.codes(log[user], str(user), where)
    items, item_ids = door.codes(log[item], str(item), where)
    columns: dict[str, object] = {}
    said = (
        f"{_many(len(log), 'interaction')} of {_many(len(user_ids), 'person', 'people')} "
        f"with {_many(len(item_ids), 'article')}"
    )
    if time is not None:
        times, taken_for = clock.seconds(log[time], where)
        columns["timestamp"] = times
        first, last = (f"{pd.Timestamp(t, unit='s'):%Y-%m-%d}" for t in (times.min(), times.max()))
        said += f", {first} to {last} ({time}: {taken_for})"
    notes.append(said + ".")
    kinds = ONE_KIND if event is None else door.kinds(log[event], where).to_numpy(dtype=object)
    columns |= {"eventType": kinds, "contentId": item_ids[items], "personId": user_ids[people]}
    if value is not None:
        columns["value"] = door.values(log[value], where)
    events = pd.DataFrame(columns)
    repeats = events.duplicated().sum()
    # Without times many rows repeat another, with good reason, but not all.
    if repeats and (time is not None or events.duplicated(keep=False).all()):
        whole = "" if time is not None else "; not one row stands there only once"
        notes.append(
            f"{repeats:,} of the {len(events):,} rows repeat an earlier one in all of these{whole}."
        )
    return events


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _articles_of(
    log: pd.DataFrame, items: pd.Series, title: Hashable | None, notes: list[str]
) -> pd.DataFrame:
    """The articles that occur in the log, with their titles there."""
    found, ids = door.codes(items, "contentId", "interactions")
    if title is None:
        return _listed(ids, door.titles(pd.Series([None] * len(ids)), ids))
    several = len(_ambiguous(found, log[title]))
    if several:
        notes.append(f"{_many(several, 'article')} with more than one title: the first stands.")
    return _listed(ids, door.titles_of(log[title], found, ids))


def _ambiguous(found: np.ndarray, titles: pd.Series) -> np.ndarray:
    """Which of the articles have more than one title."""
    pairs = pd.DataFrame({"item": found, "title": titles.to_numpy(dtype=object)})
    items = pairs[~door.no_title(titles)].drop_duplicates()["item"]
    return items[items.duplicated()].unique()


def _articles(
    catalogue: pd.DataFrame, where: str, item: Hashable, title: Hashable | None, notes: list[str]
) -> pd.DataFrame:
    """The articles of a table, each once, with the columns that came along."""
    found, ids = door.codes(catalogue[item], str(item), where)
    titles = pd.Series(None, catalogue.index, dtype=object)
    if title not in (None, item):
        titles = catalogue[title]
        several = _ambiguous(found, titles)
        if len(several):
            raise _two_titles(catalogue, found == several[0], item, title, where)
    repeated = pd.Series(found).duplicated().to_numpy()
    if repeated.any():
        number = int(repeated.sum())
        notes.append(f"{where}: rows that repeat an article are left out ({number:,}).")
    reserved = [c for c in ("eventType", "contentId", "title") if c not in (item, title)]
    lost = [column for column in reserved if column in catalogue.columns]
    if lost:
        notes.append(
            f"{where}: the column{'s' * (len(lost) > 1)} {', '.join(lost)} stayed out, because the "
            "course has its own. (title= says which column holds the titles.)"
        )
    order = found[~repeated]  # the rows as they stood
    names = door.titles_of(titles, found, ids).iloc[order]
    rest = catalogue.drop(columns=[c for c in {item, title, *lost} if c in catalogue.columns])
    rest = rest[~repeated].reset_index(drop=True)
    return pd.concat([_listed(ids[order], names), rest], axis=1)


def _two_titles(
    catalogue: pd.DataFrame, own: np.ndarray, item: Hashable, title: Hashable, where: str
) -> DataError:
    rows = catalogue.index[own & ~door.no_title(catalogue[title])].tolist()
    return DataError(
        f"{where}: {item} {catalogue[item][own].iloc[0]} has more than one title (rows {rows} of "
        "the table), so nobody can say which is meant. Keep one row for each: "
        f"articles.drop_duplicates({item!r})."
    )


def _listed(ids: np.ndarray, titles: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"eventType": SHARED, "contentId": ids, "title": titles.to_numpy(object)})
