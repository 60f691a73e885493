"""Checks of the blanks in chapter 0."""

from __future__ import annotations

from typing import Any

import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from .. import door
from ..data import ClickStream
from ..recommendations import recommend
from ..similarity import similar_articles
from ..strength import InteractionMatrix
from .core import equal, kind
from .turn import inviting, untouched


@inviting
def per_person(answer: Any, matrix: InteractionMatrix, clicks: ClickStream) -> None:
    """Check how many articles a person has read on average; a rounded number will do."""
    filled, (people, articles) = matrix.user_items.nnz, matrix.user_items.shape
    mean = filled / people
    equal(
        answer,
        mean,
        "articles per person",
        # `equal` adds the tolerance to its product with the mean: half an article is allowed.
        tolerance=max(0.03, 0.501 / (1 + mean)),
        mistakes={
            "Those are clicks per person; several clicks on one article fill one cell.": (
                len(clicks.interactions) / people
            ),
            "That is readers per article: divide by the number of people.": filled / articles,
            "That is the share of the grid that is filled.": filled / (people * articles),
        },
    )


@inviting
def five(
    answer: Any, model: AlternatingLeastSquares, matrix: InteractionMatrix, people: pd.DataFrame
) -> None:
    """Check five recommendations for the person who has read most."""
    busiest, strongest = map(door.plain, people[["size", "sum"]].idxmax())
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
    named = matrix.titles == "Out of Portland: 9 days on a bicycle"
    if not named.any() and not untouched(answer):
        print("Only the embedded sample has this article; these are other data.")
        return
    trip = matrix.item_ids[named.argmax()]
    like = similar_articles(model, matrix, trip, n=4)
    titles = like["title"].tolist()
    equal(
        answer,
        titles[1:],
        "three articles like the bicycle trip",
        mistakes={
            "The article itself is among the four: leave it out.": titles,
            "The article itself takes the first place: ask for one more.": titles[:3],
            "Those are the ids; take the column `title`.": like["contentId"].tolist()[1:],
        },
    )
