"""What is lacking is skipped at home, and fails where it should have been installed."""

from __future__ import annotations

from pathlib import Path

import lacking
import pytest

FAILED, SKIPPED = pytest.fail.Exception, pytest.skip.Exception


@pytest.mark.parametrize(("said", "outcome"), [("true", FAILED), ("", SKIPPED), (None, SKIPPED)])
def test_it_is_skipped_but_with_ci_it_fails(
    said: str | None, outcome: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    if said is not None:
        monkeypatch.setenv("CI", said)
    monkeypatch.setattr(lacking, "NPM", tmp_path / "npm")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(outcome, match="no npm here: nothing is looked at"):
        lacking.from_npm("axe-core", "1.0.0", "nothing is looked at")


def test_a_fetch_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> object:
        folder = Path(command[command.index("--prefix") + 1]) / "node_modules" / "half"
        folder.mkdir(parents=True)
        return lacking.subprocess.CompletedProcess(command, 1, "", "no network")

    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(lacking, "NPM", tmp_path)
    monkeypatch.setattr(lacking.shutil, "which", lambda name: name)
    monkeypatch.setattr(lacking.subprocess, "run", run)
    with pytest.raises(FAILED, match=r"half could not be fetched \(no network\)"):
        lacking.from_npm("half", "1.0.0", "…")
    assert not list(tmp_path.iterdir())
