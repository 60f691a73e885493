"""The embedded sample: a *simulated* data set with Deskdrop's schema, size and statistics.

Nobody read these articles and nobody wrote them: readers, articles, titles and clicks come from
`deskrec_simulator`, calibrated to published figures of the real data (``docs/sample.md``). The
files, which `load_deskdrop` and `load_truth` read:

- ``deskdrop-sample.zip``: the two raw tables, in a zip shaped like Kaggle's;
- ``truth.zip``: the hidden side, each article's topic and each reader's tastes;
- ``SHA256SUMS``: checksums of the four CSV files inside.

``python -m deskrec_simulator`` makes the same files again, byte for byte, and
``python -m deskrec_simulator --check`` says whether this computer would.
"""
