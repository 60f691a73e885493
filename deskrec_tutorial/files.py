"""Read tables from files: folders, zips, CSV in its dialects, Parquet; and say what is wrong."""

from __future__ import annotations

import collections
import csv
import gzip
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Hashable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from .door import DataError, from_text

LARGEST_FILE = 2**33  # bytes once unpacked: what may still fit into memory
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
TABLES = (".csv", ".tsv", ".txt", ".dat", ".tab")

# How files begin, or what stands 257 bytes from there, whatever they are called.
KINDS = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
)
WAYS = {
    "a web page": "Often that is a page that asks for a login. Open the address in a browser, "
    "download the file itself",
    "a Python pickle": "A pickle can run anything when it is opened, so it stays closed. Whoever "
    "made it can save CSV",
    "text in UTF-16": "Save it as UTF-8",
    "an Excel workbook": "Save the sheet as CSV, ids as text so that they keep their digits",
    "an old Excel file": "Save the sheet as CSV, ids as text so that they keep their digits",
    "JSON text": "Make CSV of it, with pd.read_json(…).to_csv(…)",
}


def kind_of(content: bytes) -> str:
    """What a file is by its first bytes, whatever its name; empty where they tell nothing."""
    if content[257:262] == b"ustar":
        return "a tar archive"
    if content.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in content[:4096]:
        return "an Excel workbook"
    found = next((kind for start, kind in KINDS if content.startswith(start)), "")
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<!--")):
        return "a web page" if b"html" in content[:4096].lower() else "an XML file"
    if re.match(rb"[\[{]\s*[\"{\[]", head):
        return "JSON text"
    return found


def wrong_kind(content: bytes, name: str, wanted: str) -> DataError:
    """The error for a file that is something else than its place wants."""
    kind = kind_of(content)
    way = WAYS.get(kind, "Unpack it" if "archive" in kind or "zip" in kind else "Look for the file")
    return DataError(f"{name}: this is {kind}, not {wanted}. {way}, and pass the path of that.")


# ------------------------------------------------------------------ folders and zips


def read_from(path: Path, file: str) -> bytes:
    """The bytes of a file in a folder or a zip."""
    if path.is_dir():
        if not (path / file).is_file():
            there = _some(sorted(one.name for one in path.iterdir()))
            raise FileNotFoundError(f"{path}: there is no {file} in this folder (it has: {there}).")
        return (path / file).read_bytes()
    if not path.exists():
        raise FileNotFoundError(
            f"There is no folder or zip {str(path)!r} (looked from {str(Path.cwd())!r}). Pass a "
            'folder or zip that holds the two Deskdrop files, or "sample" for the embedded data.'
        )
    if path.suffix.lower() == ".csv":
        raise DataError(f"{path.name} is one of the files: pass the folder that holds both.")
    with archive_of(path) as archive:
        entries = entries_of(archive)
        found = [entry for entry, place in entries if place.name == file]
        if not found:
            there = _some([str(place) for _, place in entries])
            raise FileNotFoundError(
                f"{path.name}: there is no {file} in this zip (it has: {there})."
            )
        if len(found) > 1:
            raise DataError(
                f"{path.name}: {file} is in this zip {len(found)} times. Keep one of them."
            )
        return member(archive, path.name, found[0])


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) or "nothing"


def archive_of(path: Path) -> zipfile.ZipFile:
    """Open a zip whose entries all stay in their folder, or say what is in its place."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        with path.open("rb") as file:
            content = file.read(4096)
        if not content:
            raise DataError(f"{path.name}: the file is empty. Get it again.") from error
        if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            raise DataError(
                f"{path.name}: this is not a complete zip file: it begins like one and has no "
                "proper end, as after a download that was cut short. Get it again."
            ) from error
        if kind_of(content):
            raise wrong_kind(content, path.name, "a zip file") from error
        raise DataError(
            f"{path.name}: this is no zip file (it begins with {content[:12]!r}). Pass the folder "
            "or zip that holds the tables."
        ) from error
    for _, place in entries_of(archive):
        if place.is_absolute() or ".." in place.parts or re.match(r"[A-Za-z]:", str(place)):
            archive.close()
            raise DataError(
                f"{path.name}: the entry {str(place)!r} points outside the archive's own folder. "
                "No honest zip has such an entry: get it from another place."
            )
    return archive


def entries_of(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """All entries with their paths; Windows programs may have written these with backslashes."""
    return [(one, PurePosixPath(one.filename.replace("\\", "/"))) for one in archive.infolist()]


def member(archive: zipfile.ZipFile, name: str, entry: zipfile.ZipInfo, most: int = -1) -> bytes:
    """Read one entry in memory: nothing is unpacked, so nothing can be written elsewhere.

    `most` bytes of its beginning, if that is enough.
    """
    if most < 0 and entry.file_size > LARGEST_FILE:
        raise DataError(
            f"{name}: {entry.filename} unpacks to {entry.file_size / 2**30:.1f} GiB, which may be "
            "more than this machine has. Unzip it, and pass a part of the file."
        )
    try:
        with archive.open(entry) as file:
            return file.read(most)
    except (RuntimeError, NotImplementedError) as error:  # a password, an unusual compression
        raise DataError(
            f"{name}: cannot be unpacked here ({error}). Unzip it and pass the folder."
        ) from error
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{name}: this is not a complete zip file: {entry.filename} is damaged in it "
            f"({error}). Get it again."
        ) from error


# ------------------------------------------------------------------ tables


def load_table(
    path: Path, columns: Sequence[Hashable], ids: Sequence[Hashable]
) -> tuple[pd.DataFrame, str]:
    """Read a table of somebody's own: CSV, plain or in gzip or zip, or Parquet.

    Parameters
    ----------
    path : Path
        The file. Of a zip, the one table in it that has the columns.
    columns : sequence of str
        What the table must have.
    ids : sequence of str
        Those of the columns that hold ids: they are read as they are spelled.

    Returns
    -------
    table : pandas.DataFrame
    name : str
        What to call it in messages.
    """
    if path.is_dir():
        there = _some(sorted(one.name for one in path.iterdir()))
        raise DataError(f"{path} is a folder (it has: {there}). Pass the file itself.")
    if not path.exists():
        raise FileNotFoundError(
            f"There is no file {str(path)!r} (looked from {str(Path.cwd())!r})."
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PAR1"):
        return _read_parquet(path, columns), path.name
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and "Excel" not in kind_of(head):
        content, name = _table_in_zip(path, columns)
    else:
        content, name = _unpacked(path), path.name
    return read_table(content, name, columns, ids), name


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(LARGEST_FILE + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(
            f"{path.name}: the gzip file is damaged ({error}). Get it again."
        ) from error
    if len(content) > LARGEST_FILE:
        raise DataError(
            f"{path.name}: unpacks to more than {LARGEST_FILE / 2**30:.0f} GiB. Unpack it, and "
            "pass a part of the file."
        )
    return content


def _table_in_zip(path: Path, columns: Sequence[Hashable]) -> tuple[bytes, str]:
    with archive_of(path) as archive:
        fits = [
            entry
            for entry, place in entries_of(archive)
            if place.suffix.lower() in TABLES and "__MACOSX" not in place.parts
        ]
        if len(fits) > 1:
            heads = [header(member(archive, path.name, entry, 2**16), columns) for entry in fits]
            fits = [
                e for e, (_, names) in zip(fits, heads, strict=True) if set(columns) <= set(names)
            ]
        if len(fits) != 1:
            some = f"no table ({', '.join(TABLES)})" if not fits else f"{len(fits)} tables"
            wanted = ", ".join(map(str, columns))
            raise DataError(
                f"{path.name}: {some} in this zip with the columns {wanted} (it has: "
                f"{_some(archive.namelist())}). Unzip it and pass the one file that you mean."
            )
        return member(archive, path.name, fits[0]), f"{path.name}/{fits[0].filename}"


def _read_parquet(path: Path, columns: Sequence[Hashable]) -> pd.DataFrame:
    try:
        # With its own types: whole numbers with gaps must not become floats.
        table = pd.read_parquet(path, dtype_backend="numpy_nullable")
    except ImportError as error:
        raise ImportError(
            f"{path.name} is a Parquet file, and reading it needs the package pyarrow: "
            "pip install pyarrow. Or pass a CSV file."
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name}: this Parquet file can't be read ({error}).") from error
    have(table, columns, path.name)
    return table


def have(table: pd.DataFrame, columns: Sequence[Hashable], name: str) -> None:
    """Refuse a table without the columns, with one of them twice, or without rows."""
    names: list[Hashable] = list(table.columns)
    absent = [column for column in columns if column not in names]
    if absent:
        raise DataError(
            f"{name}: column {absent[0]!r} is missing (the table has: "
            f"{', '.join(map(str, names[:15]))}). Names are case-sensitive."
            + (_near(absent[0], table) or _no_header(table))
        )
    twice = [column for column in columns if names.count(column) > 1]
    if twice:
        raise DataError(f"{name}: there are two columns {twice[0]!r}. Rename one of them.")
    if table.empty:
        raise DataError(f"{name}: the table has no rows, only the names of its columns.")


def _near(name: Hashable, table: pd.DataFrame) -> str:
    """What the column may be called, or where it may be."""
    if name in table.index.names:
        return " It is the index of the table: .reset_index() makes a column of it."
    folded = str(name).strip().casefold()
    alike = [column for column in table.columns if str(column).strip().casefold() == folded]
    return f" Did you mean {alike[0]!r}?" if alike else ""


def _no_header(table: pd.DataFrame) -> str:
    numbers = [c for c in table.columns if re.fullmatch(r"-?\d+(\.\d+)?", str(c))]
    if 2 * len(numbers) <= len(table.columns):
        return ""
    return (
        " Its first line holds numbers, not names: give the columns names, with "
        "pd.read_csv(…, names=[…]), and pass the DataFrame."
    )


def read_table(
    content: bytes, file: str, columns: Sequence[Hashable], ids: Sequence[Hashable] = ()
) -> pd.DataFrame:
    """Parse a CSV table, whatever separates its fields, or say where it is wrong.

    Parameters
    ----------
    content : bytes
        UTF-8 text.
    file : str
        Its name, for messages.
    columns : sequence of str
        What it must have; where the first line has them, it tells the separator.
    ids : sequence of str
        Columns of ids, read as they are spelled: ``007`` stays a text.
    """
    _check_text(content, file)
    content = EXCEL.sub(b"", content)
    separator, names = header(content, columns)
    twice = [column for column in columns if names.count(str(column)) > 1]
    if twice:
        raise DataError(f"{file}: there are two columns {twice[0]!r}. Rename one of them.")
    table = _parse(content, file, separator)
    have(table, columns, file)
    _check_last_line(content, table, file, separator)
    for column in ids:
        whole = table[column].dtype in (np.int64, np.uint64)
        if not whole or ZEROS.search(content):
            table[column] = from_text(spelled(content, file, column, separator), file)
    return table


EXCEL = re.compile(rb"\A(\xef\xbb\xbf)?sep=.\r?\n")  # a first line for Excel alone
ZEROS = re.compile(rb"(?m)(^|[,;\t|\"])[ +-]*(0\d+|\+\d+)[ \"]*([,;\t|\r]|$)")


def spelled(content: bytes, file: str, column: Hashable, separator: str = "") -> pd.Series:
    """One column as the file spells it, text by text; NaN where there is nothing."""
    separator = separator or header(content, [column])[0]
    table = _parse(content, file, separator, usecols=[column], dtype={column: object})
    return table[column]


def header(content: bytes, columns: Sequence[Hashable]) -> tuple[str, list[str]]:
    """What separates the fields of a table, and the names in its first line.

    The separator that makes the wanted columns of the line, or most pieces if none does.
    """
    lines = content[: 2**20].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()
    line = lines[0].decode("utf-8", "replace") if lines else ""
    splits = {mark: _fields(line, mark) for mark in SEPARATORS}
    wanted = {str(column) for column in columns}
    separator = max(splits, key=lambda m: (len(wanted & set(splits[m])), len(splits[m])))
    return separator, splits[separator]


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # such as a field of 130,000 letters
        return line.split(separator)


def _check_text(content: bytes, file: str) -> None:
    if not content.strip():
        raise DataError(f"{file}: the file is empty. Get it again.")
    if kind_of(content):
        raise wrong_kind(content, file, "CSV text")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file}: line {line} is not UTF-8 text (byte {content[error.start]:#04x}). Save the "
            "file as UTF-8, or read it with pd.read_csv(…, encoding=…) and pass the DataFrame."
        ) from error
    if b"\0" in content:
        raise DataError(f"{file}: this is a binary file, not CSV text: it holds zero bytes.")


def _parse(content: bytes, file: str, separator: str, **options: object) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # pandas only warns when the first row is longer than the header, and cuts it
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # low_memory=False: one look at the whole column decides its type, so an id column is
            # int64 only if every single value is a 64-bit integer. A title may spell "NA".
            return pd.read_csv(
                io.BytesIO(content),
                sep=separator,
                encoding="utf-8-sig",
                low_memory=False,
                index_col=False,
                keep_default_na=False,
                na_values=[""],
                **options,  # type: ignore[call-overload]
            )
    except pd.errors.ParserWarning as error:
        raise DataError(
            f"{file}: row 0 of the table has more fields than the header. A text that holds the "
            f"separator ({SEPARATORS[separator]} here) must stand in quotes."
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        mark = SEPARATORS[separator]
        why = f"The fields are separated by {mark}; a text that holds one must stand in quotes."
        if "EOF inside string" in str(error):
            why = (
                "A quotation mark is opened and never closed: the file was cut in the middle, or "
                "one stands alone in a text."
            )
        raise DataError(
            f"{file}: not a readable CSV table ({str(error).strip()}). {why}"
        ) from error


def _check_last_line(content: bytes, table: pd.DataFrame, file: str, separator: str) -> None:
    """A file cut in the middle of a line has too few columns in it and no line end."""
    if content.rstrip(b" \t").endswith((b"\n", b"\r")):
        return
    text = io.StringIO(content.decode("utf-8-sig"), newline=None)
    limit = csv.field_size_limit(max(len(content), 1))  # an article's text may be long
    try:
        last = collections.deque(csv.reader(text, delimiter=separator), maxlen=1)[0]
    finally:
        csv.field_size_limit(limit)
    if len(last) < len(table.columns):
        raise DataError(
            f"{file}: the last line (row {len(table) - 1} of the table) stops after {len(last)} of "
            f"{len(table.columns)} columns: the file was cut in the middle. Get it again."
        )
