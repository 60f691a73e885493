"""Chapter 1: load the two Deskdrop tables, check them, and join them."""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

SAMPLE_FOLDER = Path(__file__).parent / "sample"
KAGGLE_HANDLE = "gspmoreira/articles-sharing-reading-from-cit-deskdrop"
KAGGLE_ROWS = {"shared_articles.csv": 3_122, "users_interactions.csv": 72_312}

LARGEST_FILE = 2**30  # bytes once unpacked; the real log has 12 million

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

TWO_WAYS_OUT = (
    'Two ways out: dr.load_deskdrop("sample") needs no network; or download the data set once in a '
    f"browser (https://www.kaggle.com/datasets/{KAGGLE_HANDLE}) and pass the zip: "
    'dr.load_deskdrop("archive.zip").'
)


class DataError(ValueError):
    """A data file is not what the course needs; the message says where and what to do."""


@dataclass(frozen=True, eq=False)
class ClickStream:
    """The two raw tables of a reading log, columns spelled as in the files.

    Attributes
    ----------
    articles : pandas.DataFrame
        One row each time an article was shared or removed: `eventType`, `contentId`, `title`
        and, where the files have them, author, url, text, language.
    interactions : pandas.DataFrame
        One row per interaction: `timestamp` (Unix seconds, UTC), `eventType`, `contentId`,
        `personId` and, where the file has them, session and browser.
    source : str
        ``"sample"``, ``"kaggle"`` or the path the tables were read from.
    """

    articles: pd.DataFrame
    interactions: pd.DataFrame
    source: str

    def __repr__(self) -> str:
        return (
            f"ClickStream(source={self.source!r}, articles={len(self.articles):,} rows, "
            f"interactions={len(self.interactions):,} rows)"
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
    if source == "sample":
        path = SAMPLE_FOLDER / "deskdrop-sample.zip"
    elif source == "kaggle":
        path = _download_from_kaggle()
    else:
        path = Path(source).expanduser()
    read = _opener(path)
    tables = {file: _read_table(read(file), file) for file in REQUIRED}
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
    read = _opener(SAMPLE_FOLDER / "truth.zip")
    return Truth(*(pd.read_csv(io.BytesIO(read(file))) for file in ("articles.csv", "users.csv")))


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
        `eventType`, `title`.

    Raises
    ------
    DataError
        If an article has two CONTENT SHARED rows: the join would then count each of its
        interactions twice.
    """
    if removed not in ("keep", "drop"):
        raise ValueError(f'removed must be "keep" or "drop", not {removed!r}.')
    log = clicks.articles
    shared = log.loc[log["eventType"] == SHARED, ["contentId", "title"]]
    if removed == "drop":
        gone = log.loc[log["eventType"] == REMOVED, "contentId"]
        shared = shared[~shared["contentId"].isin(gone)]
    twice = shared[shared["contentId"].duplicated(keep=False)]
    if len(twice):
        first = twice["contentId"].iloc[0]
        rows = twice.index[twice["contentId"] == first].tolist()
        raise DataError(
            f"shared_articles.csv: contentId {first} is shared more than once (rows {rows} of the "
            "table), so the join would count its interactions once for each. Keep one of the rows: "
            'dr.ClickStream(clicks.articles.drop_duplicates(["contentId", "eventType"]), '
            "clicks.interactions, clicks.source)."
        )
    columns = ["timestamp", "personId", "contentId", "eventType"]
    return clicks.interactions[columns].merge(shared, on="contentId", validate="m:1")


def missing_share(table: pd.DataFrame) -> pd.Series:
    """Percentage of missing values per column, most first.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.Series
        Per column 0 to 100, ties in the order of the table's columns.
    """
    return (table.isna().mean() * 100).sort_values(ascending=False, kind="stable")


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


# ------------------------------------------------------------------ reading and checking files


def _opener(path: Path) -> Callable[[str], bytes]:
    """A function from a file's name to its bytes, for a folder or a zip."""
    if path.is_dir():
        return lambda file: _read_from_folder(path, file)
    if not path.exists():
        raise FileNotFoundError(
            f"There is no folder or zip {str(path)!r} (looked from {str(Path.cwd())!r}). Pass a "
            'folder or zip that holds the two Deskdrop files, or "sample" for the embedded data.'
        )
    if path.suffix.lower() == ".csv":
        raise DataError(f"{path.name} is one of the files: pass the folder that holds both.")
    return lambda file: _read_from_zip(path, file)


def _read_from_folder(folder: Path, file: str) -> bytes:
    if not (folder / file).is_file():
        there = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
        raise FileNotFoundError(f"{folder}: there is no {file} in this folder (it has: {there}).")
    return (folder / file).read_bytes()


def _read_from_zip(path: Path, file: str) -> bytes:
    """Read one member in memory: nothing is unpacked, so nothing can be written elsewhere."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(_member(archive, path.name, file))
    except (RuntimeError, NotImplementedError) as error:  # a password, an unusual compression
        raise DataError(
            f"{path.name}: cannot be unpacked here ({error}). Unzip it and pass the folder."
        ) from error
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{path.name}: this is not a complete zip file ({error}). "
            "The download was probably cut short: get it again."
        ) from error


def _member(archive: zipfile.ZipFile, name: str, file: str) -> zipfile.ZipInfo:
    """The entry of an archive that holds `file`, in whatever folder, if the archive is sound."""
    paths = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in archive.infolist()]
    for path in paths:
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", str(path)):
            raise DataError(
                f"{name}: the entry {str(path)!r} points outside the archive's own folder. No "
                "Deskdrop zip has such an entry: download it again."
            )
    found = [e for e, path in zip(archive.infolist(), paths, strict=True) if path.name == file]
    if not found:
        there = ", ".join(map(str, paths[:8])) or "nothing"
        raise FileNotFoundError(f"{name}: there is no {file} in this zip (it has: {there}).")
    if len(found) > 1:
        raise DataError(f"{name}: {file} is in this zip {len(found)} times. Keep one of them.")
    if found[0].file_size > LARGEST_FILE:
        raise DataError(
            f"{name}: {file} unpacks to {found[0].file_size / 2**30:.1f} GiB, far more than any "
            "Deskdrop file. Unzip it and pass the folder if you trust it."
        )
    return found[0]


def _read_table(content: bytes, file: str) -> pd.DataFrame:
    """Parse and check one of the two files, or raise a DataError that says where it is wrong."""
    text = _decode(content, file)
    table = _parse(text, file)
    absent = [column for column in REQUIRED[file] if column not in table.columns]
    if absent:
        raise DataError(
            f"{file}: column {absent[0]!r} is missing (the file has: "
            f"{', '.join(map(str, table.columns[:15]))}). "
            "Names are case-sensitive; use the file as Kaggle ships it."
        )
    if table.empty:
        raise DataError(f"{file}: the table has a header but no rows. Download it again.")
    _check_last_line(text, table, file)
    for column in INTEGERS:
        if column in table.columns and table[column].dtype != np.int64:
            raise _bad_integer(text, file, column)
    _check_values(table, file)
    return table


def _decode(content: bytes, file: str) -> str:
    if not content.strip():
        raise DataError(f"{file}: the file is empty. Download it again.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file}: line {line} is not UTF-8 text. Either this is no CSV file at all, or a "
            "spreadsheet saved it in another encoding: use the file as Kaggle ships it."
        ) from error
    if "\0" in text:
        raise DataError(f"{file}: this is a binary file, not CSV text. Use the file Kaggle ships.")
    return text


def _parse(text: str, file: str) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # pandas only warns when the first row is longer than the header, and cuts it
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # low_memory=False: one look at the whole column decides its type, so an id column is
            # int64 only if every single value is a 64-bit integer. A title may spell "NA".
            return pd.read_csv(
                io.StringIO(text),
                low_memory=False,
                index_col=False,
                keep_default_na=False,
                na_values=[""],
            )
    except pd.errors.ParserWarning as error:
        raise DataError(
            f"{file}: row 0 of the table has more fields than the header. A text that holds a "
            "comma must stand in quotes; use the file as Kaggle ships it."
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"{file}: not a readable CSV table ({error}). If the message speaks of a string that "
            "does not end, the file was cut in the middle: download it again."
        ) from error


def _check_last_line(text: str, table: pd.DataFrame, file: str) -> None:
    """A file cut in the middle of a line has too few columns in it and no line end."""
    text = text.rstrip(" \t")
    if text.endswith(("\n", "\r")):
        return
    limit = csv.field_size_limit(max(len(text), 1))  # an article's text may be long
    try:
        *_, last = csv.reader(io.StringIO(text, newline=""))
    finally:
        csv.field_size_limit(limit)
    if len(last) < len(table.columns):
        raise DataError(
            f"{file}: the last line (row {len(table) - 1} of the table) stops after {len(last)} of "
            f"{len(table.columns)} columns: the file was cut in the middle. Download it again."
        )


def _bad_integer(text: str, file: str, column: str) -> DataError:
    """Find the first value that made a column something else than int64."""
    values = pd.read_csv(io.StringIO(text), usecols=[column], dtype=str, keep_default_na=False)
    for row, value in enumerate(values[column]):
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


def _check_values(table: pd.DataFrame, file: str) -> None:
    unknown = table.index[~table["eventType"].isin(KNOWN_EVENTS[file])]
    if len(unknown):
        raise DataError(
            f"{file}: eventType in row {unknown[0]} of the table is "
            f"{table['eventType'].iloc[unknown[0]]!r}; known are {', '.join(KNOWN_EVENTS[file])}."
        )
    if "title" in table.columns and table["title"].isna().any():
        row = table.index[table["title"].isna()][0]
        raise DataError(f"{file}: title in row {row} of the table is empty.")


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
