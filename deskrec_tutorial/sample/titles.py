"""Titles, texts and addresses of the simulated articles.

The material lies in ``topics.json``: for each topic and language some title patterns, sentences and
the words that fill their slots. Firms, people and publications in it are invented.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

MAX_TITLE = 110
SUFFIX_SHARE = 1 / 12
GENERIC_PER_ROUND = 2  # shared patterns ("What our team learned from …") per turn of a topic's own

SLOT = re.compile(r"{(\w+)}")
AN = re.compile(r"\b([Aa]) (?=[aeio](?!ne\b)|ultra|8|11\b|18\b|MVP|API|SEO|HR|[AEIO][a-z])")
CONTRACTION = re.compile(r"\b(de|em|por|a) (os?|as?)\b")
CONTRACTED = {"de": "d", "em": "n", "por": "pel"}
SMALL_WORDS = set("a an and as at but by for from in is of on or per than the to vs. with".split())
KEEP_LOWER = set("a.m. km ms ggplot2 matplotlib scikit-learn three.js webpack".split())


@dataclass(frozen=True)
class Topic:
    """What a simulated article is about: a readable name and the shelf it stands on."""

    name: str
    shelf: str


@cache
def _library() -> dict[str, Any]:
    """Return the content of ``topics.json``."""
    text = files(__package__).joinpath("topics.json").read_text(encoding="utf-8")
    library: dict[str, Any] = json.loads(text)
    return library


TOPICS: tuple[Topic, ...] = tuple(Topic(t["name"], t["shelf"]) for t in _library()["topics"])


@cache
def _material(topic: int, lang: str) -> dict[str, Any]:
    """Return patterns, sentences and slots of a topic in "en" or "pt", shared ones included."""
    own, shared = _library()["topics"][topic][lang], _library()["shared"][lang]
    return {
        "own": own["titles"],
        "generic": shared["titles"],
        "sentences": own["sentences"],
        "asides": shared["sentences"],
        "openers": shared["openers"],
        "slots": shared["slots"] | own["slots"],
    }


@cache
def _publications(lang: str, shelf: str) -> list[dict[str, str]]:
    """Return the publications in a language that print articles of a shelf."""
    every = [p for p in _library()["publications"] if p["lang"] == lang]
    return [p for p in every if p["shelf"] in (shelf, "all")]


@cache
def _slots(pattern: str) -> tuple[str, ...]:
    """Return the names of a pattern's slots, each once, in order."""
    return tuple(dict.fromkeys(SLOT.findall(pattern)))


def _fill(pattern: str, slots: dict[str, list[str]], number: int) -> dict[str, str]:
    """Return the fillers of a pattern's slots in its combination of that number."""
    filled = {}
    for slot in _slots(pattern):
        number, which = divmod(number, len(slots[slot]))
        filled[slot] = slots[slot][which]
    return filled


def _combinations(pattern: str, slots: dict[str, list[str]]) -> int:
    """Return in how many ways a pattern's slots can be filled."""
    return int(np.prod([len(slots[slot]) for slot in _slots(pattern)]))


def draw_titles(
    topic: int, lang: str, rng: np.random.Generator
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield patterns and their fillers: every one before any comes twice, patterns taking turns.

    Parameters
    ----------
    topic : int
        Index into `TOPICS`.
    lang : {"en", "pt"}
        Language of the titles.
    rng : numpy.random.Generator
        Decides the order.

    Yields
    ------
    tuple of str and dict
        A pattern and the words for its slots. Never ends.
    """
    of = _material(topic, lang)
    own, generic, slots = of["own"], of["generic"], of["slots"]
    while True:
        left = {p: rng.permutation(_combinations(p, slots)).tolist() for p in own + generic}
        while any(left.values()):
            some = [generic[i] for i in rng.permutation(len(generic))[:GENERIC_PER_ROUND]]
            turn = own + some
            for pattern in [turn[i] for i in rng.permutation(len(turn))]:
                if left[pattern]:
                    yield pattern, _fill(pattern, slots, left[pattern].pop())


def _polish(text: str, lang: str) -> str:
    """Return text with a/an (English) or contracted articles (Portuguese) and a capital first."""
    if lang == "en":
        text = AN.sub(r"\1n ", text)
    if lang == "pt":
        text = CONTRACTION.sub(_contract, text)
    first = 1 if text[0] in "\"'(" else 0
    return text[:first] + text[first : first + 1].upper() + text[first + 1 :]


def _contract(match: re.Match[str]) -> str:
    """Return "do" for "de o", "nas" for "em as", "à" for "a a" and so on."""
    preposition, article = match.groups()
    if preposition == "a":
        return "à" + article[1:] if article[0] == "a" else "a" + article
    return CONTRACTED[preposition] + article


def _headline_case(title: str) -> str:
    """Return an English title with capitals, As in the Names of Films."""
    words = title.split(" ")
    for i, word in enumerate(words):
        core = word.lstrip("\"'(")
        small = core in SMALL_WORDS and i > 0 and not words[i - 1].endswith((":", "?", "!"))
        if core and core[0].isalpha() and core.islower() and not small and core not in KEEP_LOWER:
            words[i] = word[: len(word) - len(core)] + core[0].upper() + core[1:]
    return " ".join(words)


def _text(topic: int, lang: str, filled: dict[str, str], draws: list[float]) -> str:
    """Return three or four sentences; slots that the title has are filled as there."""
    of = _material(topic, lang)
    count = len(of["sentences"])
    first = int(draws[0] * count)
    extra = "openers" if "subject" in filled else "asides"
    middle = of[extra][int(draws[1] * len(of[extra]))]
    chosen = [of["sentences"][(first + step) % count] for step in range(3)]
    chosen.insert(0 if extra == "openers" else 1 + int(draws[2] * 2), middle)
    said = [_sentence(s, of["slots"], filled, draws[3], lang) for s in chosen]
    return " ".join(said[:3] if sum(map(len, said)) > 440 or draws[4] < 0.4 else said)


def _sentence(
    pattern: str, slots: dict[str, list[str]], filled: dict[str, str], draw: float, lang: str
) -> str:
    """Return one sentence, its open slots filled by a single draw."""
    for slot in _slots(pattern):
        if slot not in filled:
            filled[slot] = slots[slot][int(draw * len(slots[slot]))]
    return _polish(pattern.format_map(filled), lang)


def _slug(title: str) -> str:
    """Return a title in lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _article(
    topic: int, lang: str, title: tuple[str, dict[str, str]], draws: list[float]
) -> tuple[str, str, str]:
    """Return title, text and url of one article in English or Portuguese."""
    pattern, filled = title
    places = _publications(lang, TOPICS[topic].shelf)
    place = places[int(draws[5] * len(places))]
    headline = _polish(pattern.format_map(filled), lang)
    url = f"https://{place['site']}.example/{_slug(headline)}"
    if place["case"] == "title":
        headline = _headline_case(headline)
    suffix = (" - ", " | ")[int(draws[6] * 2)] + place["name"]
    if draws[7] < SUFFIX_SHARE and len(headline + suffix) <= MAX_TITLE:
        headline += suffix
    return headline, _text(topic, lang, filled, draws), url


def write_articles(
    topic: np.ndarray, lang: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Return invented articles, one per row.

    Parameters
    ----------
    topic : numpy.ndarray of int
        Index into `TOPICS` of each article.
    lang : numpy.ndarray of str
        Language of each article: "en", "pt", "es", "ja" or "la".
    rng : numpy.random.Generator
        Decides which titles, texts and publications.

    Returns
    -------
    pandas.DataFrame
        Columns title, text and url, in the order of the arguments.
    """
    draws = rng.random((len(topic), 8)).tolist()
    rows: list[tuple[str, str, str]] = [("", "", "")] * len(topic)
    for number in range(len(TOPICS)):
        for code in ("en", "pt"):
            titles = draw_titles(number, code, rng)
            for row in np.flatnonzero((topic == number) & (lang == code)):
                rows[row] = _article(number, code, next(titles), draws[row])
    for code, entries in _library()["fixed"].items():
        site = _publications(code, "all")[0]["site"]
        order = rng.permutation(len(entries))
        for count, row in enumerate(np.flatnonzero(lang == code)):
            title, text, slug = entries[order[count % len(entries)]]
            rows[row] = title, text, f"https://{site}.example/{slug}"
    return pd.DataFrame(rows, columns=["title", "text", "url"])
