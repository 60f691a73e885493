"""What the pickers of the site know: `model.js` for chapters 4 and 5, `toy.js` for chapter 3.

Both are classic scripts, which a browser also loads from a disk; `pickers.js` asks for the one that
a page needs. They hold the data and the fitted numbers of the chapters, and no answers: those are
computed in the browser.
"""

from __future__ import annotations

import ast
import base64
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

import deskrec_tutorial as dr
from deskrec_tutorial.widgets import article_places
from deskrec_tutorial.widgets.articles import default_item
from deskrec_tutorial.widgets.people import groups
from deskrec_tutorial.widgets.reader import ALPHAS, ROUNDS, WORDS
from deskrec_tutorial.widgets.stepper import ALPHAS as STEPPER_ALPHAS
from deskrec_tutorial.widgets.stepper import FIRST, als_steps

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
KINDS = ("u1", "u2", "u4", "f4", "f8")  # the first that holds the numbers exactly is taken


def write(folder: Path) -> None:
    """Train as chapters 4 and 5 do, and write both scripts into an existing folder."""
    clicks = dr.load_deskdrop()
    strength = dr.event_strength(dr.join_events(clicks))
    matrix = dr.InteractionMatrix.from_strength(strength)
    model = dr.fit_als(matrix)
    places = article_places(model, matrix)
    script(folder / "model.js", "data", known(clicks, strength, matrix, model, places))
    script(folder / "toy.js", "toy", toy())


def script(path: Path, name: str, content: dict[str, Any]) -> None:
    """A script that hands some content to the pickers under a name."""
    # Only ASCII is written, so that no page can read it in another encoding.
    path.write_text(f"deskrec.{name} = {json.dumps(content, separators=(',', ':'))};\n", "ascii")


def known(
    clicks: dr.ClickStream,
    strength: pd.DataFrame,
    matrix: dr.InteractionMatrix,
    model: AlternatingLeastSquares,
    places: pd.DataFrame,
) -> dict[str, Any]:
    """The model and the data of chapters 4 and 5, and what their pickers show first.

    Parameters
    ----------
    clicks, strength, matrix, model
        What the chapters call so.
    places : pandas.DataFrame
        As in `dr.article_picker`.
    """
    pairs = matrix.user_items
    return {
        "settings": {
            "factors": model.factors, "regularization": model.regularization, "alpha": model.alpha,
            "alphas": ALPHAS, "rounds": ROUNDS,
        },
        "articles": texts(matrix.item_ids), "titles": texts(matrix.titles),
        "people": texts(matrix.user_ids), "numbered": matrix.user_ids.dtype.kind != "O",
        "y": packed(model.item_factors),
        "starts": packed(pairs.indptr), "columns": packed(pairs.indices),
        "strengths": packed(pairs.data),
        "placed": packed([matrix.item_index(item) for item in places.index]),
        "places": packed(places[["x", "y"]]),
        "groups": {
            name: [[matrix.user_index(user), label] for user, label in listed.items()]
            for name, listed in groups(matrix, dr.join_events(clicks)).items()
        },
        "acts": [[act, WORDS.get(act, act), weight] for act, weight in dr.EVENT_WEIGHTS.items()],
        "first": first_choices(clicks=clicks, strength=strength, matrix=matrix, model=model),
    }  # fmt: skip


def first_choices(**given: Any) -> dict[str, Any]:
    """Chapter 4's article, chapter 5's reader and what its newcomer has opened, as numbers."""
    matrix = given["matrix"]
    four = assigned("04_similarity", {"people", "reader", "article"}, given)
    names = {"people", "reader", "shared", "english", "start", "opened"}
    five = assigned("05_recommendations", names, given)
    return {
        "article": matrix.item_index(four["article"]), "person": matrix.user_index(five["reader"]),
        "find": matrix.item_index(default_item(matrix)),
        "opened": [matrix.item_index(item) for item in five["opened"]["contentId"]],
    }  # fmt: skip


def texts(values: Iterable[object]) -> list[str]:
    """Ids and titles as text: a number of 64 bits does not survive JavaScript."""
    return [str(value) for value in values]


def packed(values: Any) -> dict[str, str]:
    """Numbers in base64, in the smallest kind that holds each of them exactly."""
    numbers = np.asarray(values)
    for kind in KINDS:
        if (numbers.astype(kind) == numbers).all():
            break
    raw = numbers.astype(np.dtype(kind).newbyteorder("<")).tobytes()
    return {"kind": kind, "base64": base64.b64encode(raw).decode()}


def toy() -> dict[str, Any]:
    """Chapter 3's matrix, its tastes, its bowl, and the random numbers that ALS starts from."""
    names = {"people", "articles", "R", "toy", "Y_hand", "tastes", "bowl"}
    given = assigned("03_als_math", names, {})
    matrix, bowl, start = given["toy"], given["bowl"], als_steps(given["toy"], iterations=0)
    return {
        "people": texts(matrix.index), "articles": texts(matrix.columns),
        "strengths": matrix.to_numpy().tolist(), "tastes": given["tastes"],
        "users": start.users[0].tolist(), "items": start.items[0].tolist(),
        "alphas": STEPPER_ALPHAS, "alpha": 15, "step": FIRST, "iterations": 15,
        "bowl": {
            "articles": texts(bowl.strengths.index), "numbers": bowl.articles.to_numpy().tolist(),
            "names": texts(bowl.articles.columns), "strengths": bowl.strengths.tolist(),
            "alpha": bowl.alpha, "regularization": bowl.regularization,
        },
    }  # fmt: skip


def assigned(chapter: str, names: set[str], given: dict[str, Any]) -> dict[str, Any]:
    """What a chapter calls by some names: only the lines that assign them are executed.

    Parameters
    ----------
    chapter : str
        The name of its file, without the ending.
    names : set of str
        The names, with those that their lines need.
    given : dict of str to object
        What these lines find by other names, beside NumPy, pandas and the package.
    """
    values = {"np": np, "pd": pd, "dr": dr, **given}
    for cell in json.loads((NOTEBOOKS / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "%pip" in source:  # the installation is no Python
            continue
        for line in ast.parse(source).body:
            target = getattr(line, "target", None) or getattr(line, "targets", [None])[0]
            if isinstance(target, ast.Name) and target.id in names:
                exec(compile(ast.Module([line], []), chapter, "exec"), values)
    return {name: values[name] for name in names}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
