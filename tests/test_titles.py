"""The invented articles: they must read well, differ, and come out the same every time."""

import re
import time

import numpy as np
import pandas as pd
import pytest

from deskrec_simulator.titles import (
    NUMBERS,
    SLOT,
    TOPICS,
    _headline_case,
    _library,
    _material,
    _say,
    _titles,
    write_articles,
)

LANGS = ("en", "pt")
EACH = [(topic, lang) for topic in range(len(TOPICS)) for lang in LANGS]
ACCENTED = re.compile(r"[áâãàéêíóôõúç]", re.IGNORECASE)
PORTUGUESE = re.compile(
    r"\b(?:a|o|as|os|um|uma|de|da|do|em|na|no|com|para|por|que|como|é|e|sem|seu|sua)\b", re.I
)
BRANDS = (
    "adobe|airbnb|alibaba|alphabet|apple|atlassian|aws|azure|bradesco|chrome|cisco|"
    "coursera|dell|disney|duolingo|ebay|facebook|firefox|fitbit|github|gitlab|"
    "google|hbo|heroku|huawei|ibm|ifood|instagram|intel|ipad|iphone|itau|kaggle|"
    "lego|linkedin|magalu|medium|microsoft|mozilla|natura|netflix|nintendo|nokia|"
    "nubank|nvidia|oculus|oracle|paypal|pepsi|petrobras|pinterest|pixar|playstation|"
    "quora|reddit|salesforce|samsung|santander|sap|skype|slack|snapchat|sony|"
    "spotify|starbucks|stripe|tesla|tinder|toyota|trello|twitter|uber|udemy|visa|"
    "walmart|whatsapp|wikipedia|xbox|yahoo|youtube|zoom"
)
TOO_LATE = "chatgpt|covid|pandemic|pandemia|metaverse|metaverso|llm|tiktok|lgpd|pix|copilot"


def sample(size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Return topics, languages and articles about as the sample has them: some topics are large."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.sqrt(np.arange(1, len(TOPICS) + 1))
    topic = np.searchsorted(np.cumsum(shares / shares.sum())[:-1], rng.random(size))
    lang = np.where(rng.random(size) < 2264 / 3114, "en", "pt").astype(object)
    lang[:8] = ["la", "la", "la", "la", "ja", "ja", "es", "es"]
    order = rng.permutation(size)
    return topic[order], lang[order], write_articles(topic[order], lang[order], rng)


@pytest.fixture(scope="module")
def usual() -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    return sample(3057)


@pytest.fixture(scope="module")
def many(quick) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    return sample(6_000 if quick else 20_000, seed=1)


def test_there_are_about_42_topics_with_distinct_names():
    assert 40 <= len(TOPICS) <= 45
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert {topic.shelf for topic in TOPICS} == {"tech", "business", "life"}


@pytest.mark.parametrize("seed", range(3))
def test_hardly_a_title_comes_twice(seed):
    titles = sample(3057, seed)[2]["title"]
    assert titles.duplicated(keep=False).mean() < 0.005


def test_rows_are_complete_and_aligned(usual):
    topic, lang, articles = usual
    assert list(articles.columns) == ["title", "text", "url"]
    assert len(articles) == len(topic)
    assert (articles != "").all(axis=None)
    assert articles["title"][lang == "ja"].str.contains("[ぁ-んァ-ン一-龠]").all()
    assert articles["url"][lang == "es"].str.contains("dominicalabierto").all()


def test_the_same_seed_gives_the_same_articles(usual):
    pd.testing.assert_frame_equal(usual[2], sample(3057)[2])
    assert not usual[2].equals(sample(3057, seed=5)[2])


def test_titles_and_texts_are_of_ordinary_length(many):
    _, lang, articles = many
    assert articles["title"].str.len().between(25, 110).all()
    assert articles["text"].str.len().between(170, 450).all()


def test_nothing_is_left_unfilled_or_doubled(many):
    for column in ("title", "text"):
        flaw = re.compile(r"[{}]|  |^\s|\s$|\.\.|\b(\w+) \1\b", re.IGNORECASE)
        assert not [text for text in many[2][column] if flaw.search(text)]


def test_the_indefinite_article_agrees(many):
    _, lang, articles = many
    english = pd.concat([articles["title"], articles["text"]])[np.tile(lang == "en", 2)]
    wrong = english.str.contains(
        r"\b[Aa] [aeio](?!ne\b)\w+|\b[Aa]n (?!hour|Hour|honest|Honest|MVP|8|11|18)[^aeiouAEIOU]"
    )
    assert not wrong.any(), english[wrong].head().tolist()


def test_portuguese_contracts_and_is_portuguese(many):
    _, lang, articles = many
    portuguese = articles[lang == "pt"]
    both = portuguese["title"] + " " + portuguese["text"]
    assert not both.str.contains(r"\b(?:de|em|por) (?:o|os|as)\b|\ba as?\b").any()
    assert portuguese["text"].map(lambda text: len(set(PORTUGUESE.findall(text))) >= 4).all()
    assert portuguese["text"].str.contains(ACCENTED).mean() > 0.99


def test_english_has_no_portuguese(many):
    _, lang, articles = many
    assert not articles["text"][lang == "en"].str.contains(r"\b(?:não|para|que|uma)\b").any()


def test_no_brand_and_nothing_after_2017_is_named(many):
    listed = re.compile(rf"\b(?:{BRANDS}|{TOO_LATE})\b", re.IGNORECASE)
    everything = [many[2]["title"].str.cat(sep="\n"), str(_library())]
    found = {word.lower() for text in everything for word in listed.findall(text)}
    assert found <= {"medium", "zoom"}, found


def test_urls_are_ascii_and_lead_nowhere(many):
    assert many[2]["url"].str.fullmatch(r"https://[a-z]+\.example/[a-z0-9]+(-[a-z0-9]+)*").all()


def test_about_one_title_in_twelve_ends_with_the_publication(many):
    names = [publication["name"] for publication in _library()["publications"]]
    ends = many[2]["title"].str.contains(f" [-|] (?:{'|'.join(map(re.escape, names))})$")
    assert 1 / 16 < ends.mean() < 1 / 9


def test_some_titles_need_escaping(many):
    for character in "&'\"<%$":
        assert many[2]["title"].str.contains(character, regex=False).any(), character


@pytest.mark.parametrize("topic, lang", EACH)
def test_each_topic_has_material(topic, lang):
    of = _material(topic, lang)
    used = {slot for kind in ("own", "generic", "sentences", "asides", "openers")
            for pattern in of[kind] for slot in SLOT.findall(pattern)}  # fmt: skip
    assert used <= set(of["slots"])
    assert len(of["own"]) >= (14 if lang == "en" else 8)
    assert all(len(set(fillers)) == len(fillers) for fillers in of["slots"].values())
    titles = _titles(topic, lang, np.random.default_rng(0))
    wordings = {_say(p, filled | dict.fromkeys(NUMBERS, "5"), lang)
                for p, filled in (next(titles) for _ in range(90))}  # fmt: skip
    assert len(wordings) >= 60


def test_a_topic_takes_its_patterns_in_turn():
    titles = _titles(0, "en", np.random.default_rng(0))
    patterns = [next(titles)[0] for _ in range(20)]
    assert len(set(patterns)) == 20


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("o custo de {x}", "O custo da nuvem"),
        ("uma aposta em {x}", "Uma aposta na nuvem"),
        ("por {x}", "Pela nuvem"),
        ("da teoria a {x}", "Da teoria à nuvem"),
    ],
)
def test_portuguese_contractions(pattern, expected):
    assert _say(pattern, {"x": "a nuvem"}, "pt") == expected


def test_headline_case_leaves_small_words_and_names_alone():
    assert _headline_case("A guide to the API: an iOS story") == "A Guide to the API: An iOS Story"


def test_300_000_articles_would_take_less_than_20_seconds():
    start = time.process_time()
    sample(5_000, seed=2)
    assert time.process_time() - start < 20 / 60 * 3  # three times, for a slow machine
