"""Checks of the blanks in chapter 0."""

from __future__ import annotations

from typing import Any

import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..recommendations import recommend
from ..similarity import similar_articles
from ..strength import InteractionMatrix
from .core import equal, kind
from .turn import inviting


@inviting
def per_person(answer: Any, matrix: InteractionMatrix) -> None:
    """Check how many articles a person has read on average."""
    filled, (people, articles) = matrix.user_items.nnz, matrix.user_items.shape
    equal(
        answer,
        filled / people,
        "articles per person",
        mistakes={
            "That is readers per article: divide by the number of people.": filled / articles,
            "That is the share of the grid that is filled.": filled / (people * articles),
        },
    )


@inviting
def five(
    answer: Any, model: AlternatingLeastSquares, matrix: InteractionMatrix, people: pd.DataFrame
) -> None:
    """Check five recommendations for the person who has read most."""
    busiest, strongest = map(int, people[["size", "sum"]].idxmax())
    kind(answer, pd.DataFrame, "five recommendations")
    equal(
        answer,
        recommend(model, matrix, busiest, n=5),
        "five recommendations",
        mistakes={
            "These are ten; `n=5` asks for five.": recommend(model, matrix, busiest),
            "That is the person with the largest sum of strengths: take the largest size.": (
                recommend(model, matrix, strongest, n=5)
            ),
        },
    )


@inviting
def bicycle(answer: Any, model: AlternatingLeastSquares, matrix: InteractionMatrix) -> None:
    """Check the three articles most like the one on a bicycle trip."""
    trip = matrix.item_ids[(matrix.titles == "Out of Portland: 9 days on a bicycle").argmax()]
    titles = similar_articles(model, matrix, trip, n=4)["title"].tolist()
    equal(
        answer,
        titles[1:],
        "three articles like the bicycle trip",
        mistakes={
            "The article itself is among the four: leave it out.": titles,
            "The article itself takes the first place: ask for one more.": titles[:3],
        },
    )
