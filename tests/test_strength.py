"""Chapter 2's helpers: strengths that do not depend on order, ids that come back as they were."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import strengths
from hypothesis import given
from hypothesis import strategies as st

import deskrec_tutorial as dr

EVENTS = pd.DataFrame(
    [
        (1, 10, -3, "VIEW", "A"),
        (2, 10, -3, "VIEW", "A"),
        (3, 10, -3, "COMMENT CREATED", "A"),
        (4, 10, -3, "COMMENT CREATED", "A"),
        (5, -9, -3, "LIKE", "A"),
        (6, 10, 4, "BOOKMARK", "B"),
    ],
    columns=["timestamp", "personId", "contentId", "eventType", "title"],
)


def test_repeats_dropped_and_kept_by_hand() -> None:
    dropped = dr.event_strength(EVENTS)
    assert dropped.columns.tolist() == ["personId", "contentId", "title", "eventStrength"]
    assert dropped["personId"].tolist() == [-9, 10, 10]
    assert dropped["contentId"].tolist() == [-3, -3, 4]
    assert dropped["title"].tolist() == ["A", "A", "B"]
    assert dropped["eventStrength"].tolist() == [2.0, 6.0, 3.0]
    assert dr.event_strength(EVENTS, repeats="keep")["eventStrength"].tolist() == [2.0, 12.0, 3.0]


def test_own_weights_are_used() -> None:
    weights = {"VIEW": 0.5, "LIKE": 1, "BOOKMARK": 1, "COMMENT CREATED": 7.25}
    assert dr.event_strength(EVENTS, weights)["eventStrength"].tolist() == [1.0, 7.75, 1.0]


@given(st.data())
def test_the_order_of_events_makes_no_difference(data: st.DataObject) -> None:
    types = st.sampled_from(sorted(dr.EVENT_WEIGHTS))
    small = st.integers(-3, 3)
    rows = data.draw(st.lists(st.tuples(small, small, types), min_size=1, max_size=40))
    events = pd.DataFrame(rows, columns=["personId", "contentId", "eventType"])
    events["title"] = "T" + events["contentId"].astype(str)
    order = data.draw(st.permutations(range(len(events))))
    # 0.1 + 0.2 + 0.3 depends on the order of addition; the result must not.
    weights = {name: 0.1 * k for k, name in enumerate(sorted(dr.EVENT_WEIGHTS), start=1)}
    for repeats in ("drop", "keep"):
        first = dr.event_strength(events, weights, repeats)
        second = dr.event_strength(events.iloc[list(order)], weights, repeats)
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_types_are_added_in_a_fixed_order() -> None:
    """1 + 10¹⁶ + 1 depends on where the large number stands; the result must not."""
    kinds = ["VIEW", "LIKE", "BOOKMARK", "FOLLOW"]
    weights = dict(zip(kinds, [1.0, 1e16, 1.0, 1.0], strict=True))
    sums = set()
    for order in itertools.permutations(kinds):
        events = pd.DataFrame({"personId": 1, "contentId": 2, "eventType": order, "title": "T"})
        sums.add(dr.event_strength(events, weights)["eventStrength"].item())
    assert len(sums) == 1


def test_the_original_tutorial_s_steps_give_the_same_strengths(events: pd.DataFrame) -> None:
    rows = events.drop(columns="timestamp").drop_duplicates()
    rows = rows.assign(eventStrength=rows["eventType"].map(dict(dr.EVENT_WEIGHTS)))
    keys = ["personId", "contentId", "title"]
    plain = rows.groupby(keys, as_index=False)["eventStrength"].sum()
    pd.testing.assert_frame_equal(plain, dr.event_strength(events), check_dtype=False)


def test_bad_events_and_weights_are_named() -> None:
    with pytest.raises(ValueError, match="'LIKE' in row 4 has no weight"):
        dr.event_strength(EVENTS, {"VIEW": 1, "COMMENT CREATED": 1})
    with pytest.raises(ValueError, match="weight of VIEW is -1"):
        dr.event_strength(EVENTS, {**dr.EVENT_WEIGHTS, "VIEW": -1})
    with pytest.raises(ValueError, match="weight of LIKE is nan"):
        dr.event_strength(EVENTS, {**dr.EVENT_WEIGHTS, "LIKE": float("nan")})
    with pytest.raises(ValueError, match="weight of LIKE is 0"):
        dr.event_strength(EVENTS, {**dr.EVENT_WEIGHTS, "LIKE": 0})
    with pytest.raises(ValueError, match="'SHARE' in row 6 has no weight"):
        dr.event_strength(pd.concat([EVENTS, EVENTS.iloc[[0]].assign(eventType="SHARE")]))
    with pytest.raises(ValueError, match="no rows"):
        dr.event_strength(EVENTS.iloc[:0])
    with pytest.raises(ValueError, match="no column 'title'; make it with dr.join_events"):
        dr.event_strength(EVENTS.drop(columns="title"))
    with pytest.raises(ValueError, match='"drop" or "keep"'):
        dr.event_strength(EVENTS, repeats="log")


@given(strengths())
def test_ids_and_values_round_trip_through_the_matrix(strength: pd.DataFrame) -> None:
    matrix = dr.InteractionMatrix.from_strength(strength)
    assert matrix.user_items.dtype == np.float64
    assert (matrix.user_ids[1:] > matrix.user_ids[:-1]).all()
    for user, item, title, value in strength.itertuples(index=False):
        u, i = matrix.user_index(user), matrix.item_index(item)
        assert matrix.user_ids[u] == user
        assert matrix.item_ids[i] == item
        assert matrix.titles[i] == title
        assert matrix.user_items[u, i] == value
    assert matrix.user_items.nnz == len(strength)
    assert matrix.readers.sum() == len(strength)


def test_unknown_ids_name_near_misses(matrix: dr.InteractionMatrix) -> None:
    item = int(matrix.item_ids[5])
    typo = item + 1 if item + 1 not in matrix.item_ids else item + 2
    with pytest.raises(KeyError, match=f"Did you mean .*{item}"):
        matrix.item_index(typo)
    with pytest.raises(dr.UnknownIdError, match=f"row or column number.*{matrix.user_ids[3]}"):
        matrix.user_index(3)
    with pytest.raises(KeyError, match="Ids look like"):
        matrix.user_index(2**70)
    for wrong in (float(item), str(item), None):
        with pytest.raises(TypeError, match="must be an integer"):
            matrix.item_index(wrong)  # type: ignore[arg-type]


def test_a_bad_strength_table_is_refused() -> None:
    good = dr.event_strength(EVENTS)
    cases = [
        (good.drop(columns="title"), ValueError, "no column 'title'"),
        (
            good.assign(personId=good["personId"] + 0.5),
            ValueError,
            "personId in row 0 .* not a whole",
        ),
        (good.iloc[:0], ValueError, "no rows"),
        (good.assign(eventStrength=[1, 0, 1]), ValueError, "row 1 of the table is 0"),
        (good.assign(eventStrength=[1, 1, np.nan]), ValueError, "row 2 of the table is nan"),
        (pd.concat([good, good.iloc[[1]]]), ValueError, "Row 3 repeats the pair personId 10"),
    ]
    for table, error, says in cases:
        with pytest.raises(error, match=says):
            dr.InteractionMatrix.from_strength(table)
