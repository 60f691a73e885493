"""What an approximate index costs and saves: python benchmarks/index.py [LARGEST].

Chapter 8's race with catalogues up to LARGEST articles (a million unless said), by the effort of
the search. Needs the extra `index`; the largest takes minutes.
"""

from __future__ import annotations

import sys

import deskrec_tutorial as dr
from deskrec_tutorial.serving import race

SIZES, EFFORTS = (3_000, 30_000, 300_000, 1_000_000), (50, 100, 200)


def main() -> int:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    strength = dr.event_strength(dr.join_events(dr.load_deskdrop()))
    matrix = dr.InteractionMatrix.from_strength(strength)
    model = dr.fit_als(matrix, regularization=100, iterations=10)
    for size in (size for size in SIZES if size <= largest):
        for found in race(model.item_factors, model.user_factors[:500], size, EFFORTS):
            print(f"effort {found.effort:>3}: {found}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
