"""Titles, texts and addresses of the simulated articles.

The material lies in ``topics.json``: for each topic and language title patterns, sentences and the
words that fill their slots. The people, firms and publications in it are invented.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import gcd, lcm, prod
from typing import Any

import numpy as np
import pandas as pd

MAX_TITLE = 110
SUFFIX_SHARE = 1 / 11  # of titles that end with the publication's name, where it fits
GENERIC_PER_ROUND = 2  # shared patterns ("What our team learned from …") per turn of a topic's own

SLOT = re.compile(r"{(\w+)}")
NUMBERS = {"n", "pct", "sum", "year", "days", "btc"}  # two titles must differ in more than these
AN = re.compile(r"\b([Aa]) (?=[aeio](?!ne\b)|ultra|8|11\b|18\b|MVP|API|SEO|HR|[AEIO][a-z])")
CONTRACTION = re.compile(r"\b(de|em|por|a) (os?|as?)\b")
CONTRACTED = {"de": "d", "em": "n", "por": "pel", "a": "a"}
SMALL_WORDS = " a an and as at but by for from in of on or per than the to vs. with "
KEEP_LOWER = " a.m. km ms ggplot2 matplotlib scikit-learn three.js webpack display: "

Title = tuple[str, dict[str, str]]  # a pattern and what fills its slots


@dataclass(frozen=True)
class Topic:
    """What an article is about: a readable name, and the shelf (tech, business or life)."""

    name: str
    shelf: str


@cache
def _library() -> dict[str, Any]:
    """Return the content of ``topics.json``."""
    text = files(__package__).joinpath("topics.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


TOPICS: tuple[Topic, ...] = tuple(Topic(t["name"], t["shelf"]) for t in _library()["topics"])


@cache
def _slots(pattern: str) -> tuple[str, ...]:
    """Return the names of a pattern's slots, numbers last."""
    return tuple(sorted(dict.fromkeys(SLOT.findall(pattern)), key=lambda slot: slot in NUMBERS))


@cache
def _material(topic: int, lang: str) -> dict[str, Any]:
    """Return a topic's patterns, sentences and slots in "en" or "pt", and the shared ones."""
    kind = "life" if TOPICS[topic].shelf == "life" else "work"
    own, shared = _library()["topics"][topic][lang], _library()["shared"][lang]
    return {
        "own": own["titles"],
        "generic": shared["titles"]["all"] + shared["titles"][kind],
        "sentences": own["sentences"],
        "asides": shared["sentences"]["all"] + shared["sentences"][kind],
        "openers": shared["openers"],
        "slots": shared["slots"] | own["slots"],
    }


@cache
def _publications(lang: str, shelf: str) -> list[dict[str, str]]:
    """Return the publications in a language that print articles of a shelf."""
    every = _library()["publications"]
    return [p for p in every if p["lang"] == lang and p["shelf"] in (shelf, "all")]


def _fillings(
    pattern: str, slots: dict[str, list[str]], rng: np.random.Generator
) -> Iterator[dict[str, str]]:
    """Yield fillers of a pattern's slots, no combination twice, each slot going round its list."""
    names = _slots(pattern)
    lists = [[slots[name][i] for i in rng.permutation(len(slots[name]))] for name in names]
    for number in range(prod(len(slots[name]) for name in names if name not in NUMBERS)):
        filled, period = {}, 1
        for name, options in zip(names, lists, strict=True):
            size = len(options)  # slots step together; each time round, the next one lags by one
            lag = number // lcm(period, size) % gcd(period, size)
            filled[name] = options[(number + lag) % size]
            period *= size
        yield filled


def _titles(topic: int, lang: str, rng: np.random.Generator) -> Iterator[Title]:
    """Yield titles without end: patterns take turns, and start again when all are used up."""
    of = _material(topic, lang)
    own, generic = of["own"], of["generic"]
    while True:
        left = {p: _fillings(p, of["slots"], rng) for p in own + generic}
        while any(p in left for p in own):
            turn = own + [generic[i] for i in rng.permutation(len(generic))[:GENERIC_PER_ROUND]]
            for pattern in [turn[i] for i in rng.permutation(len(turn))]:
                filled = next(left[pattern], None) if pattern in left else None
                if filled is not None:
                    yield pattern, filled
                else:
                    left.pop(pattern, None)


def _contract(match: re.Match[str]) -> str:
    """Return "do" for "de o", "nas" for "em as", "à" for "a a" and so on."""
    return (CONTRACTED[match[1]] + match[2]).replace("aa", "à")


def _say(pattern: str, filled: dict[str, str], lang: str) -> str:
    """Return a filled pattern: "a" or "an", contracted articles, a capital first."""
    text = pattern.format_map(filled)
    text = AN.sub(r"\1n ", text) if lang == "en" else CONTRACTION.sub(_contract, text)
    first = 1 if text[0] in "\"'(" else 0
    capital = text[first] if text[first + 1].isupper() else text[first].upper()  # iOS stays
    return text[:first] + capital + text[first + 1 :]


def _headline_case(title: str) -> str:
    """Return an English title with Capitals as in the Names of Films."""
    words = title.split(" ")
    for i, word in enumerate(words):
        core = word.lstrip("\"'(")
        kept = KEEP_LOWER + ("" if i == 0 or words[i - 1][-1:] in ":?!" else SMALL_WORDS)
        if core[:1].isalpha() and core.islower() and f" {core} " not in kept:
            words[i] = word[: len(word) - len(core)] + core[0].upper() + core[1:]
    return " ".join(words)


def _slug(title: str) -> str:
    """Return a title in lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _text(of: dict[str, Any], filled: dict[str, str], lang: str, draws: list[float]) -> str:
    """Return three or four sentences; slots that the title has are filled as there."""
    own, extra = of["sentences"], of["openers" if "subject" in filled else "asides"]
    first = int(draws[0] * len(own))
    chosen = [own[(first + step) % len(own)] for step in range(3 if draws[1] < 0.6 else 2)]
    place = 0 if "subject" in filled else 1 + int(draws[2] * (len(chosen) - 1))
    chosen.insert(place, extra[int(draws[3] * len(extra))])
    for slot in (slot for pattern in chosen for slot in _slots(pattern)):
        filled.setdefault(slot, of["slots"][slot][int(draws[4] * len(of["slots"][slot]))])
    return " ".join(_say(pattern, filled, lang) for pattern in chosen)


def _article(topic: int, lang: str, title: Title, draws: list[float]) -> tuple[str, str, str]:
    """Return title, text and url of one article in English or Portuguese."""
    places = _publications(lang, TOPICS[topic].shelf)
    place = places[int(draws[5] * len(places))]
    headline = _say(*title, lang)
    url = f"https://{place['site']}.example/{_slug(headline)}"
    if place["case"] == "title":
        headline = _headline_case(headline)
    suffix = (" - " if draws[6] < 0.5 else " | ") + place["name"]
    if draws[7] < SUFFIX_SHARE and len(headline + suffix) <= MAX_TITLE:
        headline += suffix
    return headline, _text(_material(topic, lang), title[1], lang, draws), url


def write_articles(topic: np.ndarray, lang: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return invented articles, one per row.

    Parameters
    ----------
    topic : numpy.ndarray of int
        Index into `TOPICS` of each article.
    lang : numpy.ndarray of str
        Language of each article: "en", "pt", "es", "ja" or "la".
    rng : numpy.random.Generator
        Decides titles, texts and publications.

    Returns
    -------
    pandas.DataFrame
        Columns title, text and url, in the order of the arguments.
    """
    draws = rng.random((len(topic), 8)).tolist()
    rows: list[tuple[str, str, str]] = [("", "", "")] * len(topic)
    for number in range(len(TOPICS)):
        for code in ("en", "pt"):
            titles = _titles(number, code, rng)
            for row in np.flatnonzero((topic == number) & (lang == code)):
                rows[row] = _article(number, code, next(titles), draws[row])
    for code, entries in _library()["fixed"].items():
        site = _publications(code, "all")[0]["site"]
        order = rng.permutation(len(entries))
        for turn, row in enumerate(np.flatnonzero(lang == code)):
            title, text, slug = entries[order[turn % len(entries)]]
            rows[row] = title, text, f"https://{site}.example/{slug}"
    return pd.DataFrame(rows, columns=["title", "text", "url"])
