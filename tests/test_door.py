"""The door: what a function gets that was made by somebody else is right, or refused in words."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial import door
from deskrec_tutorial.replay import Trending
from deskrec_tutorial.strength import index_of, pairs_of

SIX = pd.DataFrame(
    {
        "timestamp": [1465413032, 1465413046, 1465413190, 1465413742, 1465413832, 1465499999],
        "personId": [7, 7, 8, 9, 8, 9],
        "contentId": [10, 11, 10, 12, 12, 11],
        "eventType": ["VIEW", "LIKE", "VIEW", "VIEW", "VIEW", "VIEW"],
        "title": ["Ten", "Eleven", "Ten", "Twelve", "Twelve", "Eleven"],
    }
)
AS_TEXT = SIX.assign(
    personId="u" + SIX["personId"].astype(str), contentId="a" + SIX["contentId"].astype(str)
)


def matrix_of(events: pd.DataFrame) -> dr.InteractionMatrix:
    return dr.InteractionMatrix.from_strength(dr.event_strength(events))


def stream(events: pd.DataFrame, articles: pd.DataFrame | None = None) -> dr.ClickStream:
    listed = SIX if articles is None else articles
    listed = listed.drop_duplicates("contentId").assign(eventType="CONTENT SHARED")
    return dr.ClickStream(listed, events.drop(columns="title"), "by hand")


# ------------------------------------------------------------------ ids

GOOD = {
    "int8": (SIX["personId"].astype("int8"), [7, 8, 9]),
    "uint32": (SIX["personId"].astype("uint32"), [7, 8, 9]),
    "uint64": (SIX["personId"].astype("uint64") + np.uint64(2**63), [2**63 + n for n in (7, 8, 9)]),
    "Int64": (SIX["personId"].astype("Int64"), [7, 8, 9]),
    "whole floats": (SIX["personId"].astype(float), [7, 8, 9]),
    "objects": (SIX["personId"].astype(object), [7, 8, 9]),
    "objects, 7 and 7.0": (pd.Series([7, 7.0, 8, 9, 8, 9], dtype=object), [7, 8, 9]),
    "decimals": (SIX["personId"].map(Decimal), [7, 8, 9]),
    "categories": (SIX["personId"].astype("category"), [7, 8, 9]),
    "text": (AS_TEXT["personId"], ["u7", "u8", "u9"]),
    "text, pandas' own": (AS_TEXT["personId"].astype("string"), ["u7", "u8", "u9"]),
    "text, objects": (AS_TEXT["personId"].astype(object), ["u7", "u8", "u9"]),
    "text, categories": (AS_TEXT["personId"].astype("category"), ["u7", "u8", "u9"]),
    "text, e-mails": (
        AS_TEXT["personId"] + "@example.org",
        [f"u{n}@example.org" for n in (7, 8, 9)],
    ),
    "UUIDs": (
        SIX["personId"].map(lambda n: uuid.UUID(int=n)),
        [str(uuid.UUID(int=n)) for n in (7, 8, 9)],
    ),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("column", ["personId", "contentId"])
def test_ids_of_any_kind_come_out_as_they_were_given(name: str, column: str) -> None:
    values, expected = GOOD[name]
    plain = SIX  # the same log with small numbers
    if column == "contentId":
        plain = SIX.assign(personId=SIX["contentId"], contentId=SIX["personId"])
    events = plain.assign(**{column: values})
    matrix, reference = matrix_of(events), matrix_of(plain)
    found, index = (
        (matrix.user_ids, matrix.user_index)
        if column == "personId"
        else (matrix.item_ids, matrix.item_index)
    )
    assert found.tolist() == expected
    assert [index(one) for one in values.iloc[[0, 2, 3]]] == [0, 1, 2]
    np.testing.assert_array_equal(matrix.user_items.toarray(), reference.user_items.toarray())
    joined = dr.join_events(stream(events, events))
    assert joined[column].tolist() == values.tolist()
    for how in ("random", "temporal"):
        sides = [dr.split(log, how, min_articles=1, share=0.5) for log in (events, plain)]
        kept = [side.train_events.index.tolist() for side in sides]
        assert kept[0] == kept[1] != []
    strength = dr.event_strength(events)
    assert len(dr.history(strength, values.iloc[0] if column == "personId" else 10)) == 2
    placed = dr.place(strength, matrix)
    np.testing.assert_array_equal(placed.user_items.toarray(), matrix.user_items.toarray())
    texts = events.assign(text=["red", "blue", "red", "green", "green", "blue"])
    content = dr.recommenders.Content(texts).fit(matrix)
    expected_scores = dr.recommenders.Content(plain.assign(text=texts["text"])).fit(reference)
    rows = np.arange(3)
    np.testing.assert_allclose(content.scores(rows), expected_scores.scores(rows))


BAD_IDS = {
    "gaps": (SIX["personId"].where(SIX.index != 4), r"missing in 1 row, first in row 4 .*drop"),
    "gaps, Int64": (SIX["personId"].astype("Int64").where(SIX.index > 1), "missing in 2 rows"),
    "gaps in text": (AS_TEXT["personId"].where(SIX.index != 4), "missing in 1 row, first in row 4"),
    "blanks": (AS_TEXT["personId"].where(SIX.index != 4, "  "), "first in row 4"),
    "the text nan": (AS_TEXT["personId"].where(SIX.index != 4, "nan"), "first in row 4"),
    "categories": (SIX["personId"].where(SIX.index != 4).astype("category"), "first in row 4"),
    "fractions": (SIX["personId"] + 0.5, "row 0 of the table is 7.5, not a whole number"),
    "large floats": (SIX["personId"] + 2.0**60, "more than float64 keeps all digits of"),
    "the first large float": (pd.Series([2.0**53] * 6), "row 0 .* is .*more than float64 keeps"),
    "short floats": (
        (SIX["personId"] + 2.0**24).astype("float32"),
        "than float32 keeps all digits",
    ),
    "short floats, objects": (
        pd.Series([np.float32(n + 2**24) for n in range(6)], dtype=object),
        "than float32 keeps all digits",
    ),
    "truths among numbers": (pd.Series([1, True, 2, 3, 2, 3], dtype=object), "row 1 .* is True"),
    "infinite": (
        SIX["personId"].astype(float).where(SIX.index != 4, np.inf),
        "row 4 .* inf, not a number",
    ),
    "mixed": (
        pd.Series([7, "7", 8, 9, 8, 9], dtype=object),
        "7, a whole .* in row 1 it is '7', text",
    ),
    "too large": (pd.Series([2**70, 7, 8, 9, 8, 9], dtype=object), "row 0 .* 64 bits"),
    "a spreadsheet's powers": (pd.Series(["7", *["-8.84529878129943E+18"] * 5]), "keeps 15 digits"),
    "bytes": (pd.Series([b"7"] * 6), "is b'7', a bytes"),
    "lists": (pd.Series([[7]] * 6), r"is \[7\], a list"),
    "truths": (SIX["personId"] > 7, "of the type bool"),
    "dates": (pd.to_datetime(SIX["timestamp"], unit="s"), "of the type datetime64"),
}


@pytest.mark.parametrize("name", BAD_IDS)
@pytest.mark.parametrize("column", ["personId", "contentId"])
def test_bad_ids_are_named_with_their_row_in_every_function(name: str, column: str) -> None:
    values, says = BAD_IDS[name]
    bad = SIX.assign(**{column: values})
    strength = dr.event_strength(SIX).reindex(range(6), method="nearest").assign(**{column: values})
    calls = [
        lambda: dr.event_strength(bad),
        lambda: dr.InteractionMatrix.from_strength(strength),
        lambda: dr.split(bad),
        lambda: dr.replay(bad, {}),
        lambda: Trending().fit(bad),
        lambda: dr.place(bad.assign(eventStrength=1.0), matrix_of(SIX)),
    ]
    if column == "contentId":
        calls.append(lambda: dr.join_events(stream(bad)))
    for call in calls:
        with pytest.raises(dr.DataError, match=f"{column} .*{says}"):
            call()


def test_a_column_may_be_of_any_length_and_equal_ids_are_one() -> None:
    found, ids = door.codes(pd.Series([], dtype=object), "personId", "events")
    assert (len(found), len(ids)) == (0, 0)
    rng = np.random.default_rng(0)
    for values in (rng.integers(-5, 5, 3_000), rng.integers(-5, 5, 3_000).astype(str)):
        found, ids = door.codes(pd.Series(values), "x", "y")
        assert ids[found].tolist() == values.tolist()
        assert ids.tolist() == sorted(set(values.tolist()))
        first = door.first_places(found, len(ids))
        assert first.tolist() == [values.tolist().index(one) for one in ids]


def test_first_places_in_more_than_one_block() -> None:
    found = np.r_[np.zeros(1_200_000, dtype=int), 2, 1, 0, np.full(900_000, 1)]
    assert door.first_places(found, 3).tolist() == [0, 1_200_001, 1_200_000]


def test_an_unknown_id_among_a_million_is_answered_in_a_second(quick: bool) -> None:
    many = 140_000 if quick else 1_400_000
    rng = np.random.default_rng(0)
    numbers = np.unique(rng.integers(-(2**62), 2**62, many))
    mails = np.array([f"user_{n:07d}@firm.example" for n in range(many)], dtype=object)
    hashes = np.array(sorted(f"{n % 2**64:016x}" for n in numbers.tolist()), dtype=object)
    mine = hashes[70_000]
    one = int(numbers[1_000])
    slips = [
        (numbers, one + 1, one),
        (numbers, int(str(one)[:4] + str(one)[5:]), one),
        (numbers, int(float(one)), one),  # as a float, or a spreadsheet, rounds it
        (hashes, mine[:3] + "x" + mine[4:], mine),
        (hashes, mine[:8] + mine[9] + mine[8] + mine[10:], mine),
        (hashes, mine + "0", mine),
        (hashes, " " + mine.upper(), mine),
        (mails, "user_0012345@firm.exampel", "user_0012345@firm.example"),
        (mails, "User_0012345@Firm.example ", "user_0012345@firm.example"),
        (mails, "z" * 100_000, "Ids look like"),
    ]
    for ids, typed, meant in slips:
        start = time.process_time()
        with pytest.raises(dr.UnknownIdError, match=str(meant)):
            index_of(ids, typed, "personId")
        assert time.process_time() - start < 2  # of a busy machine; 0.2 to 0.4 s on a quiet one


def test_an_id_of_the_other_kind_is_refused_with_an_example() -> None:
    with pytest.raises(TypeError, match="an integer, such as 7, not '7'"):
        matrix_of(SIX).user_index("7")
    with pytest.raises(TypeError, match="text, such as 'u7', not 7"):
        matrix_of(AS_TEXT).user_index(7)
    with pytest.raises(dr.UnknownIdError, match="No personId u77 among 3"):
        matrix_of(AS_TEXT).user_index("u77")
    big = matrix_of(SIX.assign(personId=GOOD["uint64"][0]))
    assert big.user_index(2**63 + 8) == 1
    with pytest.raises(dr.UnknownIdError):
        big.user_index(-1)


# ------------------------------------------------------------------ times

when = pd.to_datetime(SIX["timestamp"], unit="s")
BAD_TIMES = {
    "milliseconds": (
        SIX["timestamp"] * 1000,
        "in milliseconds it would be 2016-06-0[89].*load_clicks",
    ),
    "datetimes": (when, "of the type datetime64.*load_clicks"),
    "text": (when.astype(str), "'2016-06-08 19:10:32', of the type .*load_clicks"),
    "gaps": (SIX["timestamp"].where(SIX.index != 4), "missing in 1 row, first in row 4"),
    "short floats": (SIX["timestamp"].astype("float32"), "keeps 7 digits or fewer"),
    "fractions": (SIX["timestamp"] + 0.25, "times are whole seconds"),
    "zero for unknown": (SIX["timestamp"].where(SIX.index != 4, 0), "row 4 .* 0, which is 1970"),
    "-1 for unknown": (SIX["timestamp"].where(SIX.index != 4, -1), "row 4 .* -1, which is 1969"),
    "none": (None, "no column 'timestamp'.*load_clicks"),
}


@pytest.mark.parametrize("name", BAD_TIMES)
def test_bad_times_are_refused_by_whatever_looks_at_the_clock(name: str) -> None:
    values, says = BAD_TIMES[name]
    bad = SIX.drop(columns="timestamp") if values is None else SIX.assign(timestamp=values)
    halves = dr.split(SIX, "leave-k-out", min_articles=1)
    at = halves.train_events.index
    clocks = (dr.recommenders.Newest, dr.recommenders.RecentPopularity, dr.recommenders.Presence)
    calls = [
        lambda: dr.split(bad, "temporal", min_articles=1),
        lambda: dr.split(dr.event_strength(SIX), "temporal", events=bad),
        lambda: dr.replay(bad, {}),
        lambda: Trending().fit(bad),
        *(lambda make=make: make().fit(halves.train, bad.loc[at]) for make in clocks),
    ]
    if values is not None:
        calls.append(lambda: dr.join_events(stream(bad)))
    partly = name.endswith(("unknown", "gaps"))  # train_events may lack the one bad row
    for call in [*calls[:4], *calls[7:]] if partly else calls:
        with pytest.raises(dr.DataError, match=says):
            call()


def test_what_needs_no_clock_asks_for_none_and_replay_asks_for_no_types() -> None:
    timeless = SIX.drop(columns="timestamp")
    assert dr.join_events(stream(timeless)).columns.tolist() == [
        "personId", "contentId", "eventType", "title",
    ]  # fmt: skip
    assert dr.split(timeless, min_articles=1, share=0.5).train_events is not None
    unknown = SIX.assign(eventType="PURCHASE")
    newest = {"newest": lambda board, row: board.born}
    expected = dr.replay(SIX, newest, 0, 1)
    pd.testing.assert_frame_equal(dr.replay(unknown, newest, 0, 1), expected)
    bare = SIX[["timestamp", "personId", "contentId"]]
    pd.testing.assert_frame_equal(dr.replay(bare, newest, 0, 1), expected)
    assert pairs_of(bare).titles.tolist() == ["10", "11", "12"]


# ------------------------------------------------------------------ titles, joins, repeats


def test_titles_that_are_none_or_numbers_become_text() -> None:
    odd = SIX.assign(title=[1984.0, None, 1984.0, 2.5, 2.5, None])
    assert matrix_of(odd).titles.tolist() == ["1984", "11", "2.5"]
    strength = dr.event_strength(SIX).assign(title=7)
    assert dr.InteractionMatrix.from_strength(strength).titles.tolist() == ["7", "7", "7"]
    joined = dr.join_events(stream(SIX, SIX.assign(title=[None, 5, 0, 0, 0, 0])))
    assert joined["title"].tolist()[:3] == ["10", "5", "10"]


def test_an_article_s_title_is_the_first_it_has_anywhere() -> None:
    gaps = SIX.assign(title=[None, " ", "Ten", "Twelve", None, float("nan")])
    assert matrix_of(gaps).titles.tolist() == ["Ten", "11", "Twelve"]
    assert matrix_of(SIX.assign(title="")).titles.tolist() == ["10", "11", "12"]


def rounded(ids: pd.Series) -> pd.Series:
    """As a spreadsheet keeps them: 15 digits."""
    return ids.map(lambda one: int(float(f"{one:.14e}")))


def test_a_join_that_loses_rows_says_how_many_and_why(clicks: dr.ClickStream) -> None:
    log, listed = clicks.interactions, clicks.articles
    ids = log["contentId"]

    def join(items: pd.Series, articles: pd.DataFrame = listed) -> pd.DataFrame:
        return dr.join_events(dr.ClickStream(articles, log.assign(contentId=items), "by hand"))

    half = ids.where(ids.index % 2 == 0, rounded(ids))
    with pytest.warns(UserWarning, match=r"\(50.0%\) .* only after the 15th digit, such as -\d+"):
        assert len(join(half)) < 37_000
    few = listed[listed["contentId"] > 0]
    with pytest.warns(UserWarning, match=r"articles does not have any of their 1,\d{3} ids"):
        join(ids, few)
    with pytest.raises(dr.DataError, match="Not one of .* text in interactions, such as '-"):
        join(ids.astype(str))
    cased = listed.assign(contentId="A" + listed["contentId"].astype(str) + " ")
    with pytest.raises(dr.DataError, match="Not one of .* only by case, blanks or a"):
        join("a" + ids.astype(str), cased)
    dense = pd.Series(10**18 + np.arange(200))  # neighbours are not roundings of each other
    shelf = pd.DataFrame({"contentId": dense[::2], "eventType": "CONTENT SHARED", "title": "T"})
    some = pd.DataFrame({"personId": 1, "contentId": dense, "eventType": "VIEW"})
    with pytest.warns(UserWarning, match="articles does not have any of their 100 ids"):
        dr.join_events(dr.ClickStream(shelf, some, "by hand"))
    with pytest.raises(dr.DataError, match="is shared more than once"):
        uuids = pd.Series([uuid.UUID(int=1), str(uuid.UUID(int=1))])
        dr.join_events(dr.ClickStream(shelf[:2].assign(contentId=uuids.to_numpy()), some, "x"))
    assert len(join(ids)) == 72_269  # 43 lost, 0.06 %: too few to speak of


def test_a_log_pasted_twice_is_noticed(
    clicks: dr.ClickStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = pd.concat([clicks.interactions, clicks.interactions], ignore_index=True)
    twice = dr.ClickStream(clicks.articles, log, "twice")
    with pytest.warns(
        UserWarning, match="of the 144,624 interactions repeat .* no row stands there only once"
    ):
        dr.join_events(twice)
    monkeypatch.setattr("deskrec_tutorial.data.BIG", 1_000)  # of more rows a part is looked at
    with pytest.warns(UserWarning, match="of the 144,624 interactions repeat") as said:
        dr.join_events(twice)
    line = str(said[0].message).split("once: ")[1].removesuffix(".")
    left = eval(line, {"interactions": log.assign(row=range(len(log)))})
    assert len(left) == 144_624 - 74_256  # the line that it names does what it says
    partly = pd.concat([clicks.interactions, clicks.interactions[:36_000]], ignore_index=True)
    with pytest.warns(UserWarning, match="interactions repeat") as said:
        dr.join_events(dr.ClickStream(clicks.articles, partly, "half of it twice"))
    assert "only once" not in str(said[0].message)
    dr.join_events(clicks)  # 3 % repeat, as people do: no warning, or it would fail here


# ------------------------------------------------------------------ weights and values


def test_values_are_added_up_whatever_repeats_says() -> None:
    events = pd.concat([SIX, SIX.iloc[:1]]).assign(value=[1, 2, 0.5, 4, 5, 6, 10.0])
    for repeats in ("drop", "keep"):
        strength = dr.event_strength(events, repeats=repeats)
        assert strength["eventStrength"].tolist() == [11.0, 4.0, 0.5, 5.0, 6.0, 4.0]
    second = pd.Timedelta("1s")
    for wrong, says in (([second] * 6, "total_seconds"), ([pd.Timestamp(0)] * 6, "no number")):
        with pytest.raises(dr.DataError, match=says):
            dr.event_strength(SIX.assign(value=wrong))
    with pytest.raises(dr.DataError, match="value in row 2 of the table is -0.5.*> 0"):
        dr.event_strength(SIX.assign(value=[1, 2, -0.5, 4, 5, 6]))


def test_the_order_of_the_rows_makes_no_difference_to_a_sum() -> None:
    rng = np.random.default_rng(0)
    events = pd.concat([SIX] * 50, ignore_index=True)
    events["value"] = rng.random(len(events)) * 10.0 ** rng.integers(-8, 8, len(events))
    mixed = events.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        dr.event_strength(events), dr.event_strength(mixed), check_exact=True
    )


def test_own_kinds_and_weights_reach_every_split() -> None:
    own = SIX.assign(eventType=["see", "buy", "see", "see", "see", "buy"])
    weights = {"see": 1.0, "buy": 25.0}
    with pytest.raises(
        ValueError, match=r"'see' in row 0 has no weight.*weights=\{'see': 1.0, …\}"
    ):
        dr.split(own, min_articles=1)
    for how in ("random", "leave-k-out", "temporal"):
        sides = dr.split(own, how, share=0.4, min_articles=1, weights=weights)
        values = np.r_[sides.train.user_items.data, sides.test.user_items.data]
        assert set(values) == {1.0, 25.0}
    kept = dr.split(pd.concat([SIX] * 2), share=0.5, min_articles=1, repeats="keep")
    assert set(kept.train.user_items.data) <= {2.0, 4.0}
    for kind in (3, 3.0, "3"):
        numbered = dr.event_strength(SIX.assign(eventType=kind), weights={3: 2.0})
        assert set(numbered["eventStrength"]) == {2.0}
    with pytest.raises(ValueError, match="names '3' twice, as text and as a number"):
        dr.event_strength(SIX.assign(eventType=3), weights={3: 2.0, "3": 5.0})
    with pytest.raises(ValueError, match="weights names no type"):
        dr.event_strength(SIX, weights={})
    with pytest.raises(ValueError, match="data holds events already"):
        dr.split(SIX, events=own)
    with pytest.raises(ValueError, match="None of the events is on a pair"):
        dr.split(matrix_of(SIX), min_articles=1, share=0.5, events=AS_TEXT)


@pytest.mark.parametrize("weight", [0, -1, np.nan, "5", None, True])
def test_a_weight_is_a_number_above_zero(weight: object) -> None:
    with pytest.raises(ValueError, match="The weight of VIEW is"):
        dr.event_strength(SIX, weights={"VIEW": weight, "LIKE": 1})


# ------------------------------------------------------------------ matrices by hand


def test_a_matrix_by_hand_is_brought_into_one_form() -> None:
    matrix = matrix_of(SIX)
    dense = matrix.user_items.toarray()
    with_zeros = matrix.user_items.copy()
    with_zeros.data[0] = 0
    for given in (sparse.csr_array(dense), sparse.coo_array(dense), sparse.csc_matrix(dense)):
        assert isinstance(replace(matrix, user_items=given).user_items, sparse.csr_matrix)
        np.testing.assert_array_equal(replace(matrix, user_items=given).user_items.toarray(), dense)
    cleaned = replace(matrix, user_items=with_zeros)
    assert cleaned.user_items.nnz == matrix.user_items.nnz - 1
    assert with_zeros.nnz == matrix.user_items.nnz  # the given one is left alone
    assert cleaned.readers.sum() == matrix.readers.sum() - 1
    dr.fit_als(cleaned, factors=2, iterations=1)  # it once asked for alpha ≥ inf
    twice = sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=dense.shape)
    assert replace(matrix, user_items=twice).user_items[0, 1] == 3
    listed = dr.InteractionMatrix(
        matrix.user_items,
        [7, 8, 9],
        ["x", "y", "z"],
        ["X", None, 3],  # type: ignore[arg-type]
    )
    assert (listed.item_index("y"), listed.titles.tolist()) == (1, ["X", "y", "3"])


def test_a_matrix_by_hand_that_makes_no_sense_is_refused() -> None:
    matrix = matrix_of(SIX)
    negative, nothing = matrix.user_items.copy(), matrix.user_items.copy()
    negative.data[2], nothing.data[2] = -1, np.nan
    cases = [
        ({"user_items": negative}, ValueError, "-1.0 in row 1, column 0"),
        ({"user_items": nothing}, ValueError, "nan in row 1, column 0"),
        ({"user_items": matrix.user_items.toarray()}, TypeError, "must be a sparse matrix"),
        ({"user_ids": matrix.user_ids[::-1]}, ValueError, "must rise.* 8 follows 9 in place 1"),
        ({"item_ids": np.array([10, 10, 12])}, ValueError, "10 follows 10"),
        ({"user_ids": matrix.user_ids[1:]}, ValueError, "2 ids for 3"),
        ({"titles": matrix.titles[1:]}, ValueError, "2 titles for 3"),
        ({"item_ids": np.array([10, np.nan, 12])}, ValueError, "missing in 1 row"),
    ]
    for change, error, says in cases:
        with pytest.raises(error, match=says):
            replace(matrix, **change)


def whole(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(eventStrength=1.0)


@pytest.mark.parametrize(
    "call",
    [
        dr.event_strength,
        lambda table: dr.InteractionMatrix.from_strength(table),
        lambda table: dr.replay(table, {}),
        lambda table: dr.place(table, matrix_of(SIX)),
    ],
)
def test_what_is_no_table_or_empty_or_has_a_column_twice_is_refused(call) -> None:
    with pytest.raises(TypeError, match="must be a DataFrame"):
        call([1, 2])
    with pytest.raises(ValueError, match="no rows"):
        call(whole(SIX).iloc[:0])
    with pytest.raises(ValueError, match="'personId' more than once"):
        call(pd.concat([whole(SIX), SIX[["personId"]]], axis=1))
    with pytest.raises(ValueError, match="no column 'personId'"):
        call(whole(SIX).drop(columns="personId"))


def test_rows_are_called_by_their_label_where_it_is_one_row_s() -> None:
    late = SIX.assign(eventType=["VIEW"] * 4 + ["BUY", "VIEW"]).iloc[3:]
    with pytest.raises(ValueError, match="'BUY' in row 4 has no weight"):
        dr.event_strength(late)
    twice = pd.concat([SIX, SIX.iloc[:1].assign(eventType="BUY")])
    with pytest.raises(ValueError, match="'BUY' in row 6 has no weight"):
        dr.event_strength(twice)


def test_titles_without_words_and_strengths_without_end_are_refused_in_words() -> None:
    short = matrix_of(SIX.assign(title="?"))
    with pytest.raises(ValueError, match="titles have no words to compare, such as '\\?'.*title=…"):
        dr.recommenders.Content().fit(short)
    with pytest.raises(
        ValueError, match="a text for none of the articles .* 10; its first is 'a10'"
    ):
        dr.recommenders.Content(AS_TEXT.assign(text="x")).fit(matrix_of(SIX))
    with pytest.raises(ValueError, match="3e\\+21; beyond 1e\\+15"):
        dr.fit_als(matrix_of(SIX.assign(value=1e20)), factors=2)
    Trending(choices=3).fit(SIX.assign(title="?"), 0.2, 1)  # it has other clues
