"""Chapter 1: load Deskdrop's two tables, check them, and join them."""

from __future__ import annotations

import bisect
import io
import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from . import clock, door, files
from .door import DataError

SAMPLE_FOLDER = Path(__file__).parent / "sample"
KAGGLE_HANDLE = "gspmoreira/articles-sharing-reading-from-cit-deskdrop"
KAGGLE_ROWS = {"shared_articles.csv": 3_122, "users_interactions.csv": 72_312}

SHARED, REMOVED = "CONTENT SHARED", "CONTENT REMOVED"
EVENT_TYPES = ("VIEW", "LIKE", "BOOKMARK", "FOLLOW", "COMMENT CREATED")

# What the course cannot do without. Other columns may be absent; where they hold ids or times, they
# are held to the same rule: whole numbers, none missing.
REQUIRED = {
    "shared_articles.csv": ("eventType", "contentId", "title"),
    "users_interactions.csv": ("timestamp", "eventType", "contentId", "personId"),
}
INTEGERS = ("timestamp", "contentId", "personId", "sessionId", "authorPersonId", "authorSessionId")
KNOWN_EVENTS = {
    "shared_articles.csv": (SHARED, REMOVED),
    "users_interactions.csv": EVENT_TYPES,
}
EVENT_COLUMNS = ("timestamp", "personId", "contentId", "eventType", "value")
LOSS = 0.01  # share of the interactions that a join may lose before it says so
BIG = 10**6  # rows of which a part is looked at for repeats
MIX = np.array([1_000_003, 0x9E3779B97F4A7C15], dtype=np.uint64)  # odd: they spread what is near
REPEATS = 0.1  # share of rows that may repeat another; Deskdrop has 3 %, a log pasted twice half

TWO_WAYS_OUT = (
    'Two ways out: dr.load_deskdrop("sample") needs no network; or download the data set once in a '
    f"browser (https://www.kaggle.com/datasets/{KAGGLE_HANDLE}) and pass the zip: "
    'dr.load_deskdrop("archive.zip").'
)


@dataclass(frozen=True, eq=False)
class ClickStream:
    """The two raw tables of a reading log, columns spelled as in Deskdrop's files.

    Attributes
    ----------
    articles : pandas.DataFrame
        One row each time an article was shared or removed: `eventType`, `contentId`, `title`
        and, where the files have them, author, url, text, language.
    interactions : pandas.DataFrame
        One row per interaction: `timestamp` (Unix seconds, UTC), `eventType`, `contentId`,
        `personId` and, where the file has them, session and browser. A log of somebody's own may
        have no `timestamp`, and it may have a `value`: a number above 0 per row, to be added up.
    source : str
        ``"sample"``, ``"kaggle"``, the path the tables were read from, or ``"DataFrame"``.
    notes : tuple of str
        What `load_clicks` has taken the columns for, and what it has left out.
    """

    articles: pd.DataFrame
    interactions: pd.DataFrame
    source: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        size = (
            f"ClickStream(source={self.source!r}, articles={len(self.articles):,} rows, "
            f"interactions={len(self.interactions):,} rows)"
        )
        return size if self.source == "sample" else f"{size}\n{self._other_numbers()}"

    def _other_numbers(self) -> str:
        """What a chapter's first output says where its prose speaks about other data."""
        read = "your own table" if self.source == "DataFrame" else self.source
        return (
            "The text of the chapters describes the embedded sample; you are reading "
            f"{read}, so your numbers differ."
        )


@dataclass(frozen=True, eq=False)
class Truth:
    """The hidden side of the simulated sample: what no real data set tells.

    Attributes
    ----------
    articles : pandas.DataFrame
        `contentId` and the `topic` the article was written about.
    users : pandas.DataFrame
        `personId` and, per topic, the share of that person's taste; a row adds up to 1.
    """

    articles: pd.DataFrame
    users: pd.DataFrame


def load_deskdrop(source: str | os.PathLike[str] | None = None) -> ClickStream:
    """Load the articles and the interactions, checked.

    Parameters
    ----------
    source : str or path, optional
        ``"sample"`` for the simulated data set inside the package (no network), ``"kaggle"`` to
        download the real one (needs ``pip install kagglehub``), or a folder or zip that holds
        `shared_articles.csv` and `users_interactions.csv`. Left out: what the environment
        variable ``DESKREC_DATA`` says, else ``"sample"``.

    Returns
    -------
    ClickStream
        Both tables. Ids are int64: they never pass through a float.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, zip or file in it.
    DataError
        If a file is not what the course needs; the message names the file, the column and the
        first bad row. Nothing is half-loaded.
    """
    if source is None:
        source = os.environ.get("DESKREC_DATA") or "sample"
    if isinstance(source, str):
        source = source.strip() or "sample"  # a shell may have left a blank
    if source == "sample":
        path = SAMPLE_FOLDER / "deskdrop-sample.zip"
    elif source == "kaggle":
        path = _download_from_kaggle()
    else:
        path = Path(source).expanduser()
    tables = {}
    for file, columns in REQUIRED.items():
        content = files.read_from(path, file)
        tables[file] = files.read_table(content, file, columns)
        _check_deskdrop(tables[file], content, file)
    if source == "kaggle":
        _check_download(tables)
    return ClickStream(
        tables["shared_articles.csv"], tables["users_interactions.csv"], os.fspath(source)
    )


def load_truth() -> Truth:
    """Load the hidden topics and tastes behind the embedded sample.

    Returns
    -------
    Truth
        `articles` (contentId, topic) and `users` (personId and a share per topic).
    """
    tables = (
        files.read_from(SAMPLE_FOLDER / "truth.zip", file) for file in ("articles.csv", "users.csv")
    )
    return Truth(*(pd.read_csv(io.BytesIO(table)) for table in tables))


def join_events(clicks: ClickStream, removed: str = "keep") -> pd.DataFrame:
    """Put the title beside each interaction; drop those on articles that were never shared.

    Parameters
    ----------
    clicks : ClickStream
        The raw tables.
    removed : {"keep", "drop"}
        What to do with articles that were shared and later removed: keep them, as the published
        tutorials do, or drop them, because nobody can open them any more. (Which came first is
        not looked at: an article shared again after its removal is dropped as well.)

    Returns
    -------
    pandas.DataFrame
        One row per interaction, in the order of the log: `timestamp`, `personId`, `contentId`,
        `eventType`, `value` (the first and the last of these where the log has them), `title`.

    Raises
    ------
    DataError
        If an article has two CONTENT SHARED rows (the join would then count each of its
        interactions twice), if times are not whole seconds, or if not a single interaction is on
        an article of the table.

    Warns
    -----
    UserWarning
        If more than 1 % of the interactions are on articles that the table does not have, or more
        than 10 % repeat an earlier one in time, person, article, type and value.
    """
    door.one_of(removed, "removed", ("keep", "drop"))
    articles, log = clicks.articles, clicks.interactions
    door.need(articles, ("eventType", "contentId", "title"), "articles", "dr.load_clicks")
    shared = articles.loc[articles["eventType"] == SHARED, ["contentId", "title"]]
    door.need(log, ("personId", "contentId", "eventType"), "interactions", "dr.load_clicks")
    columns = [column for column in EVENT_COLUMNS if column in log.columns]
    if "timestamp" in columns:
        clock.times(log["timestamp"], "interactions")
    place, known = _places_of(log["contentId"], shared["contentId"])
    _say_what_repeats(log, columns, place)
    kept = place >= 0
    if removed == "drop":
        gone = articles.loc[articles["eventType"] == REMOVED, "contentId"]
        kept &= ~shared["contentId"].isin(gone).to_numpy()[place]
    place = place[kept]
    events = {column: log[column].array[kept] for column in columns}
    events["title"] = door.titles(shared["title"], known).array.take(place)
    return pd.DataFrame(events, copy=False)


def _places_of(items: pd.Series, shared: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """For each interaction the place of its article among the shared ones, -1 where it has none."""
    known = door.ids(shared, "contentId", "articles")
    twice = pd.Series(known).duplicated(keep=False).to_numpy()
    if twice.any():
        first = known[twice][0]
        rows = shared.index[known == first].tolist()
        raise DataError(
            f"articles: contentId {first} is shared more than once (rows {rows} of the "
            "table), so the join would count its interactions once for each. Keep one of the rows: "
            'dr.ClickStream(clicks.articles.drop_duplicates(["contentId", "eventType"]), '
            "clicks.interactions, clicks.source)."
        )
    place = door.places(items, "contentId", "interactions", known)
    lost = place < 0
    if lost.mean() <= LOSS:
        return place, known
    why = why_apart(door.codes(items[lost], "contentId", "interactions")[1], known)
    if lost.all():
        raise DataError(
            f"Not one of {len(lost):,} interactions is on an article of the table. {why}"
        )
    warnings.warn(
        f"{lost.sum():,} of the {len(lost):,} interactions ({lost.mean():.1%}) are on articles "
        f"that the table does not have, and are left out. {why}",
        stacklevel=3,
    )
    return place, known


def why_apart(lost: np.ndarray, known: np.ndarray) -> str:
    """Say why some ids are not among the known ones."""
    if not len(known):
        return "The table has no shared article at all."
    one, other = door.plain(lost[0]), door.plain(known[0])
    text = isinstance(one, str), isinstance(other, str)
    if text[0] != text[1]:
        kind = {True: "text", False: "whole numbers"}
        return (
            f"contentId is {kind[text[0]]} in interactions, such as {one!r}, and {kind[text[1]]} "
            f"in articles, such as {other!r}: make them one kind, with .astype(str) on both."
        )
    pairs = _alike_as_text(lost, known) if text[0] else _alike_as_numbers(lost, known)
    if 2 * len(pairs) >= len(lost):
        one, other = pairs[0]
        return (
            f"{len(pairs):,} of their {len(lost):,} ids differ from one in articles "
            + ('only by case, blanks or a final ".0"' if text[0] else "only after the 15th digit")
            + f", such as {one!r} from {other!r}: "
            + (
                'make them alike, with .str.strip().str.casefold().str.removesuffix(".0") on both.'
                if text[0]
                else "one side has been through a decimal number, as in a spreadsheet or a column "
                "with gaps. Read that column anew, as int64 or text."
            )
        )
    many = "their id" if len(lost) == 1 else f"any of their {len(lost):,} ids"
    return f"articles does not have {many}, such as {one!r}; those it has look like {other!r}."


def _alike_as_text(lost: np.ndarray, known: np.ndarray) -> list[tuple[str, str]]:
    def folded(one: str) -> str:
        return one.strip().casefold().removesuffix(".0")

    alike = {folded(one): one for one in known.tolist()}
    return [(one, alike[folded(one)]) for one in lost.tolist() if folded(one) in alike]


def _alike_as_numbers(lost: np.ndarray, known: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of which one is what a decimal number makes of the other."""
    ascending = sorted(known.tolist())
    pairs = []
    for one in lost.tolist():
        place = bisect.bisect_left(ascending, one)
        for other in ascending[max(place - 1, 0) : place + 1]:
            if one in _decimals(other) or other in _decimals(one):
                pairs.append((one, other))
                break
    return pairs


def _decimals(number: int) -> tuple[int, int]:
    """A whole number after a float, and after a spreadsheet, which keeps 15 digits."""
    return int(float(number)), int(float(f"{number:.14e}"))


def _say_what_repeats(log: pd.DataFrame, columns: Sequence[str], place: np.ndarray) -> None:
    """Warn where many rows stand twice. A log without times may repeat rows with good reason."""
    if "timestamp" not in columns:
        return
    # Who and what is looked at only where the moments and articles alone are suspicious; of a large
    # log a part is enough to see that, any part that takes all rows of a moment or none.
    moments = log["timestamp"].to_numpy(dtype=np.int64).view(np.uint64) * MIX[0]
    moments += place.view(np.uint64)
    moments *= MIX[1]
    some = moments[moments >> np.uint64(58) == 0] if len(moments) > BIG else moments
    if len(pd.unique(some)) >= (1 - REPEATS) * len(some):
        return
    repeats = int(log[list(columns)].duplicated().sum())
    if repeats > REPEATS * len(log):
        times = log.groupby(list(columns), sort=False, observed=True, dropna=False).size()
        whole = "; no row stands there only once" if times.min() > 1 else ""
        warnings.warn(
            f"{repeats:,} of the {len(log):,} interactions repeat an earlier one in "
            f"{', '.join(columns)}{whole}. If that is not how it was, keep each once: "
            f"interactions.drop_duplicates({list(columns)}).",
            stacklevel=3,
        )


def long_tail(counts: pd.Series) -> pd.DataFrame:
    """Cumulative share of the total, from the largest count to the smallest.

    Parameters
    ----------
    counts : pandas.Series
        One count per user or per article.

    Returns
    -------
    pandas.DataFrame
        `share_of_rows` and `share_of_total`, both 0 to 1 and rising.
    """
    ordered = np.sort(counts.to_numpy())[::-1]
    return pd.DataFrame(
        {
            "share_of_rows": np.arange(1, len(ordered) + 1) / len(ordered),
            "share_of_total": np.cumsum(ordered) / ordered.sum(),
        }
    )


# ------------------------------------------------------------------ Deskdrop's files


def _check_deskdrop(table: pd.DataFrame, content: bytes, file: str) -> None:
    """Refuse one of the two files with a DataError that says where it is wrong."""
    for column in INTEGERS:
        if column in table.columns and table[column].dtype != np.int64:
            raise _bad_integer(content, file, column)
    unknown = table.index[~table["eventType"].isin(KNOWN_EVENTS[file])]
    if len(unknown):
        raise DataError(
            f"{file}: eventType in row {unknown[0]} of the table is "
            f"{table['eventType'].iloc[unknown[0]]!r}; known are {', '.join(KNOWN_EVENTS[file])}. "
            "A log with other events comes in through dr.load_clicks."
        )
    if "title" in REQUIRED[file] and table["title"].isna().any():
        row = table.index[table["title"].isna()][0]
        raise DataError(f"{file}: title in row {row} of the table is empty.")
    if "timestamp" in REQUIRED[file]:
        clock.times(table["timestamp"], file)


def _bad_integer(content: bytes, file: str, column: str) -> DataError:
    """Find the first value that made a column something else than int64."""
    for row, value in enumerate(files.spelled(content, file, column).fillna("")):
        if not re.fullmatch(r"\s*[+-]?\d+\s*", value):
            what = "is empty" if not value.strip() else f"is {value!r}, not a whole number"
        elif not -(2**63) <= int(value) < 2**63:
            what = f"is {value.strip()}, outside the range of a signed 64-bit integer"
        else:
            continue
        return DataError(
            f"{file}: {column} in row {row} of the table {what}. Ids and timestamps must be whole "
            "64-bit numbers; a spreadsheet that opened and saved the file may have rounded them."
        )
    return DataError(f"{file}: column {column} does not hold whole numbers.")


# ------------------------------------------------------------------ the real data from Kaggle


def _download_from_kaggle() -> Path:
    try:
        import kagglehub
    except ImportError as error:
        raise ImportError(
            'Downloading from Kaggle needs the package kagglehub: pip install "kagglehub!=1.0.3". '
            + TWO_WAYS_OUT
        ) from error
    try:
        return Path(kagglehub.dataset_download(KAGGLE_HANDLE))
    except Exception as error:  # kagglehub raises whatever its HTTP client does
        raise ConnectionError(
            f"Kaggle could not be reached or refused ({type(error).__name__}). " + TWO_WAYS_OUT
        ) from error


def _check_download(tables: dict[str, pd.DataFrame]) -> None:
    for file, rows in KAGGLE_ROWS.items():
        if len(tables[file]) != rows:
            raise DataError(
                f"{file}: the download has {len(tables[file]):,} rows instead of {rows:,}. It is "
                "incomplete or a newer edition: delete kagglehub's cached copy and try again."
            )
