"""The colours of all figures and pickers, and how several series are told apart in grey as well."""

from __future__ import annotations

from matplotlib.colors import LinearSegmentedColormap

BLUE, ORANGE, GREEN, PINK, SKY, RED, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000",
)  # fmt: skip
GREY = "#999999"
TASTES = (BLUE, RED, PINK)  # code, design and one more, in every figure and picker
# A colour, a marker and a dash for each of several series.
LOOKS = (
    (BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (PINK, "D", ":"), (RED, "v", "-"),
    (SKY, "P", "--"), (BLACK, "X", "-."),
)  # fmt: skip
# From white to the course's blue: darker is more, in grey as well.
BLUES = LinearSegmentedColormap.from_list("blues", ["white", BLUE])
