"""The blanks of the chapters: data, the right answer, and what wrong ones must be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial.checks import (
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_3b,
    chapter_4,
    chapter_5,
    chapter_6,
    chapter_7,
    chapter_8b,
)

# A check, its data, the right answer, and wrong ones by words of what they are told.
Turn = tuple[Callable[..., None], tuple[Any, ...], Any, Mapping[str, Any]]


def turns_1() -> list[Turn]:
    log = pd.DataFrame({"contentId": [1, 1, 2, 7, 7], "where": ["x", None, "y", None, "z"]})
    gone, never_shared = pd.Series([1, 7]), pd.Series([7])
    read = pd.DataFrame({"en": [9, 5, 10, 1], "pt": [1, 5, 0, 1]})
    return [
        (chapter_1.incomplete, (log,), ["where"], {"complete ones": ["contentId"]}),
        (chapter_1.incomplete, (log,), pd.Index(["where"]), {"all columns": list(log)}),
        (chapter_1.incomplete, (log,), {"where"}, {"pick the names": log.isna().any()}),
        (chapter_1.incomplete, (log,), ("where",), {"A list of names is expected, not": "where"}),
        (chapter_1.incomplete, (log,), ["where"], {"A list of names is expected": ["where", 3]}),
        (
            chapter_1.orphans,
            (log, gone, never_shared),
            2,
            {"the others": 3, "number of articles": 1, "all removed": 4},
        ),
        (chapter_1.both, (read,), 0.667, {"all people": 0.75, "number of people": 2}),
    ]


def turns_2() -> list[Turn]:
    weights = {"VIEW": 1.0, "LIKE": 2.0, "COMMENT CREATED": 5.0}
    small = sparse.csr_matrix(([3.0, 1.0, 6.0], ([0, 0, 1], [0, 3, 1])), shape=(3, 4))
    return [
        (
            chapter_2.pair,
            (weights,),
            8,
            {"every event": 15, "second comment": 13, "different acts": 3},
        ),
        (chapter_2.density, (small,), 0.25, {"empty cells": 0.75, "in percent": 25}),
        (
            chapter_2.second,
            (small,),
            np.array([1], dtype="int32"),
            {
                "the values": np.array([6.0]),
                "row 0": np.array([0, 3]),
                "numbers of rows": np.array([3]),
            },
        ),
    ]


def turns_3() -> list[Turn]:
    people = pd.DataFrame([[1, 0], [0, 1], [0, 1]], ["Ana", "Davi", "Emi"], ["code", "design"])
    strengths = pd.DataFrame({"Git for all": [1, 1, 0]}, people.index)
    c, p, y = np.array([1.0, 16.0]), np.array([0.0, 1.0]), np.array([1.0, 0.5])
    scores, read = np.array([0.1, 0.9, 0.3, 1.0]), np.array([0.0, 0.0, 0.0, 2.0])
    return [
        (
            chapter_3.git_for_all,
            (people, strengths),
            [1, 1],
            {
                "his score still is 0": [1, 0],
                "Davi scores 1, but": [0, 1],
                "not an average": [0.5, 0.5],
                "Two numbers are wanted": 1,
            },
        ),
        (
            chapter_3.slope,
            (c, p, y, 1.0),
            8 / 6,
            {
                "price of length is missing": 8 / 5,
                "confidences are missing": 0.5 / 2.25,
                "both missing": 0.5 / 1.25,
                "squared": 0.8,
            },
        ),
        (
            chapter_3.emis_list,
            (scores, read),
            [1, 2, 0],
            {
                "as well": [3, 1, 2, 0],
                "upside down": [0, 2, 1],
                "These are the scores": [0.9, 0.3, 0.1],
                "not titles": ["Type on screen"],
            },
        ),
        (
            chapter_3.emis_list,
            (np.array([0.0, 0.5, 0.2, 0.9]), np.array([1.0, 0.0, 0.0, 0.0])),
            [3, 1, 2],
            {"places within": [2, 0, 1]},
        ),
    ]


def turns_3b() -> list[Turn]:
    rows = [(1, 1, "a", 0.5), (1, 2, "b", 4.0), (2, 2, "b", 1.0), (3, 3, "c", 1.0)]
    columns = ["personId", "contentId", "title", "eventStrength"]
    matrix = dr.InteractionMatrix.from_strength(pd.DataFrame(rows, columns=columns))
    return [
        (
            chapter_3b.short_way,
            (matrix, 2),
            28,
            {
                "shared part is missing": 16,
                "read pairs are missing": 12,
                "once for every person": 52,
                "the long way": 36,
                "k × k": 14,
            },
        ),
        (
            chapter_3b.smallest_alpha,
            (np.array([0.25, 2.0, 0.5]),),
            4.0,
            {"in danger": 0.5, "strength itself": 0.25, "were halved": 2.0, "empty cell": 0},
        ),
        (
            chapter_3b.even_out,
            (16.0, 1.0),
            0.5,
            {"once more": 0.25, "ratio of the sums": 1 / 16, "other way round": 2.0},
        ),
    ]


def turns_4() -> list[Turn]:
    arrows = (np.array([3.0, 4.0]), np.array([0.0, 2.0]))
    listed = pd.DataFrame({"contentId": [1, 2, 3, 4]})
    read = listed.assign(personId=[7, 7, 7, 8], title=list("abcd"), eventStrength=1)
    lengths = np.array([0.5, 0.0, 2.0])
    return [
        (chapter_4.cosine, arrows, 0.8, {"dot product": 8, "by both": 8, "One length": 4}),
        (chapter_4.cosine, arrows, 0.8, {"One length": 1.6, "Put brackets": 3.2}),
        (
            chapter_4.same_person,
            (listed, read, 7),
            2,
            {"first row": 3, "has not read": 1},
        ),
        (
            chapter_4.safe,
            (lengths,),
            np.array([0.5, 1e-10, 2.0]),
            {
                "still there": lengths,
                "asks for 1e-10": np.array([0.5, 1.0, 2.0]),
                "must stay": np.full(3, 1e-10),
                "not 0": np.array([1e-10, 0.0, 1e-10]),
            },
        ),
    ]


def turns_5() -> list[Turn]:
    # Twelve articles, of which two were read: the best of all, and the third best.
    scores = np.array([0.9, 0.5, -0.1, 0.7, -0.2, -0.3, -0.4, 0.8, -0.5, -0.6, -0.7, -0.8])
    read = np.isin(np.arange(12), [0, 3])
    ten = [7, 1, 2, 4, 5, 6, 8, 9, 10, 11]

    article, w = np.array([1.0, 2.0]), np.array([[2.0, 0.0], [0.0, 1.0]])
    seen, confidence = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([15.0, 30.0])

    listed, articles = pd.Series([1, 2, 2, 3, 3, 1]), np.arange(12)
    return [
        (
            chapter_5.shortlist,
            (scores, read),
            ten,
            {
                "Mask them": [0, 7, 3, 1, 2, 4, 5, 6, 8, 9],
                "multiplied by 0": [7, 1, 0, 3, 2, 4, 5, 6, 8, 9],
                "smallest first": [11, 10, 9, 8, 6, 5, 4, 2, 1, 7],
                "at the end": [*ten, 0, 3],
            },
        ),
        (chapter_5.shortlist, (np.ones(4), np.arange(4) == 1), [3, 0, 2], {"Mask": [0, 1, 2]}),
        (
            chapter_5.shortlist,
            (np.array([0.5, 0.9, 0.5]), np.zeros(3, dtype=bool)),
            [1, 2, 0],
            {"another order": [0, 1, 2]},
        ),
        (
            chapter_5.parts,
            (article, w, seen, confidence),
            np.array([30.0, 120.0]),
            {
                "times the confidence": np.array([2.0, 4.0]),
                "W in the middle": np.array([15.0, 90.0]),
                "the sum of the parts": 150.0,
                "keep the order": np.array([120.0, 30.0]),
            },
        ),
        (
            chapter_5.coverage,
            (listed, articles),
            0.25,
            {"number of articles": 3, "Count different ids": 0.5, "100 times larger": 25.0},
        ),
        (chapter_5.coverage, (listed[:5], articles), 0.25, {"places in the lists": 0.6}),
    ]


def turns_6() -> list[Turn]:
    hit = np.array([False, True, True, False])  # worth 1 / log2(3) and 1 / 2
    gained = 1 / np.log2(3) + 1 / 2
    most = 1 + gained  # three hidden articles
    low, high = np.array([-2.0, -1.0, 1.0]), np.array([-1.0, 1.0, 2.0])
    return [
        (
            chapter_6.precision,
            (hit, 3),
            0.5,
            {"that is the recall": 2 / 3, "the number of hits": 2},
        ),
        (chapter_6.precision, (np.arange(4) < 1, 3), 0.25, {"without a hit": 0.75}),
        (chapter_6.precision, (hit, 0), 0.5, {"the number of hits": 2}),
        (
            chapter_6.ndcg,
            (hit, 3),
            gained / most,
            {
                "Divide it by the largest possible sum": gained,
                "blamed for what it missed": gained / (1 + 1 / np.log2(3)),
                "only 3 articles were hidden": gained / (most + 1 / np.log2(5)),
                "not by a sum of worths": gained / 3,
                "turn it round": most / gained,
            },
        ),
        (chapter_6.ndcg, (hit.astype(int), 3), gained / most, {"turn it round": most / gained}),
        (chapter_6.ndcg, (np.zeros(4, dtype=bool), 3), 0.0, {"0 is expected": 0.5}),
        (
            chapter_6.leaves_zero_out,
            (low, high),
            [True, False, True],
            {
                "below zero leaves zero out as well": low > 0,
                "Turn it round": [False, True, False],
            },
        ),
    ]


def turns_7() -> list[Turn]:
    # Columns: old, young, young and read, read by the person long ago, not opened yet.
    born = np.array([1.0, 9.5, 9.0, 2.0, np.inf])
    read = np.array([[False, False, True, True, False]])
    board = SimpleNamespace(
        now=10.0, born=born, read=read, candidates=lambda row: np.isfinite(born) & ~read[row]
    )
    return [
        (
            chapter_7.ruler,
            ([1.0, 2.0, 4.0, 5.0],),
            3 * np.sqrt(10 / 3),
            {
                "one standard deviation. Three": np.sqrt(10 / 3),
                "divides by n.": 3 * np.sqrt(2.5),
                "and divided by n": np.sqrt(2.5),
                "variance": 10.0,
                "range": 4.0,
            },
        ),
        (
            chapter_7.fresh,
            (board, 0),
            np.array([False, True, False, False, False]),
            {
                "read by this person": np.array([False, True, True, False, False]),
                "their `born` is infinite": np.array([False, True, True, False, True]),
                "doesn't know them": np.array([False, True, False, False, True]),
                "old ones": np.array([True, False, False, False, False]),
                "not hours": np.array([True, True, False, False, False]),
            },
        ),
        (
            chapter_7.twice_as_old,
            ({"age": -0.5},),
            2**-0.5,
            {
                "e times": np.exp(-0.5),
                "score loses": -0.5 * np.log(2),
                "half the age": 2**0.5,
                "exponent": -1.0,
            },
        ),
    ]


def turns_8b() -> list[Turn]:
    liking, looks = np.array([0.5, 0.4]), np.array([1.0, 0.5])  # 0.5 and 0.2: 0.7 clicks
    counts = np.array([10, 8])
    # Of 100 people each 20 and 40: 0.2 ± 1.96 · √((0.16 + 0.24) / 100).
    half = 1.96 * np.sqrt(0.004)
    return [
        (
            chapter_8b.expected,
            (liking, looks),
            0.7,
            {
                "mean of one place": 0.35,
                "look at every place": 0.9,
                "how many places are looked at": 1.5,
                "add them up": np.array([0.5, 0.2]),
                "at least one click": 0.6,
            },
        ),
        (
            chapter_8b.corrected,
            (counts, looks),
            np.array([10.0, 16.0]),
            {
                "Turn it round": np.array([10.0, 4.0]),
                "weights alone": np.array([1.0, 2.0]),
                "Those are shares": np.array([10 / 26, 16 / 26]),
            },
        ),
        (
            chapter_8b.interval,
            (20, 40, 100),
            [0.2 - half, 0.2 + half],
            {
                "takes 1.96": [0.2 - half / 1.96, 0.2 + half / 1.96],
                "other way round": [-0.2 - half, -0.2 + half],
                "second share alone": [0.4 - half, 0.4 + half],
                "Those are people": [20 - 100 * half, 20 + 100 * half],
                "root is missing": [0.2 - 1.96 * 0.004, 0.2 + 1.96 * 0.004],
            },
        ),
    ]


CHAPTERS = (turns_1, turns_2, turns_3, turns_3b, turns_4, turns_5, turns_6, turns_7, turns_8b)
TURNS = [turn for chapter in CHAPTERS for turn in chapter()]
