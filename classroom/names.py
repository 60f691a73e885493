"""Who handed in a file, told from the names that programs and platforms give to files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

NOTEBOOK = re.compile(r"\.ipynb(\.json|\.txt)?$", re.I)  # some browsers add a suffix

_COPY_OF = re.compile(
    r"^((copy of|kopie (von|van)|c[oó]pia d[eo]|copia d[ei]|copie de)[\s_]+)+", re.I
)
_A_COPY = re.compile(r"([\s_-]*\(\d+\)|[\s_-]+(copy|kopie|c[oó]pia|copie)\s?\d*)+$", re.I)
_PLATFORMS = (
    # Moodle: Ana Souza_12345_assignsubmission_file_…
    re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(_.*)?$", re.I | re.S),
    # Blackboard: Exercise 1_asouza_attempt_2024-01-01-10-00-00_…
    re.compile(r"(?P<other>.*_)?(?P<name>[^_]+)_attempt_\d{4}(-\d\d){5}(_.*)?$", re.I | re.S),
    # Canvas: souzaana_LATE_123_4567_…
    re.compile(r"(?P<name>[^\W_]+)(_late)?_(?P<number>\d{3,})_\d{3,}_.*$", re.I | re.S),
    # Brightspace: 12345-67890 - Ana Souza - 1 January, 2024 1000 AM - …
    re.compile(r"(?P<number>\d+-\d+) - (?P<name>.+?) - .*\d{4}.*$", re.I | re.S),
)


@dataclass(frozen=True)
class Owner:
    """Who handed something in: a name to read, and what tells apart two people of one name."""

    name: str
    number: str  # a platform's, or ""
    whole: str  # all that says who it is

    @property
    def labels(self) -> tuple[str, str, str]:
        """The same person with more and more of what is known."""
        known = self.number or self.whole
        return self.name, f"{self.name} ({known})", f"{self.name} ({known}, {self.whole})"


def _text(name: str, errors: str = "replace") -> str:
    """Make a text that can be written down: file systems allow bytes that are none."""
    return unicodedata.normalize("NFC", name.encode("utf-8", errors).decode("utf-8"))


def owner_of_folder(name: str) -> Owner:
    """Tell whose a folder is: its name, unless a platform has made it."""
    return _by_platform(_text(name)) or Owner(_text(name), "", _text(name, "backslashreplace"))


def owner_of_file(name: str, exercises: Iterable[str]) -> Owner:
    """Tell whose a file is: what its name has besides the exercise's and the marks of copies."""
    name = unicodedata.normalize("NFC", name)
    stem = NOTEBOOK.sub("", name) if NOTEBOOK.search(name) else PurePath(name).stem
    if by_platform := _by_platform(_text(stem)):
        return by_platform
    rest = _COPY_OF.sub("", _A_COPY.sub("", stem))
    for exercise in exercises:
        rest = re.sub(pattern(exercise), "", rest, flags=re.I)
    rest = _A_COPY.sub("", re.sub(_COPY_OF.pattern.lstrip("^") + "$", "", rest + "_", flags=re.I))
    rest = rest.strip(" _-.–,") or stem
    return Owner(_text(rest), "", _text(rest, "backslashreplace"))


def pattern(exercise: str) -> str:
    """How an exercise is called in the name of a file; some programs replace the `_`."""
    return re.escape(exercise).replace("_", "[ _-]")


def _by_platform(text: str) -> Owner | None:
    for platform in _PLATFORMS:
        if found := platform.match(text):
            parts = found.groupdict(default="")
            who, number = parts["name"].strip(" _-"), parts.get("number", "")
            return Owner(who, number, parts.get("other", "") + who + number)
    return None
