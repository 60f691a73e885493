"""Hostile submissions beside honest ones: each costs only its own mark, and learns nothing."""

from __future__ import annotations

import contextlib
import hashlib
import html
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from handed_in import CHAPTER, answers_of, put, read_grades, source_of, submission

from classroom import isolation, plan, release
from classroom.encode import encode
from deskrec_tutorial import checks

QUESTIONS = ("missing", "titles", "join", "half")
FULL = {"missing": 2, "titles": 3, "join": 3, "half": 3}
OPTIONS = ["--cell-seconds", "10", "--total-seconds", "60", "--memory-mb", "2048", "--jobs", "2"]
SECRET = "the neighbour wrote this line"
NOBODY = 65534
in_sandbox = pytest.mark.skipif(
    not plan.sandbox_user(), reason="this system gives no file system of its own"
)


STUB = "def {}(*args, **kwargs):\n    return 41"
NAMES = ("missing_table", "ambiguous_titles", "with_titles", "days_to_half")
FALSE = {q: STUB.format(name) for q, name in zip(QUESTIONS, NAMES, strict=True)}


def wrong(attack: str, **changed: str) -> Any:
    """Every answer is wrong, and something is done about it."""
    return submission(before=attack, **{**FALSE, **changed})


# What a hostile submission does; TARGETS is replaced by the paths that it should not reach.
VANDAL = """
import os, shutil
done = []
def attempt(what, *args):
    try:
        what(*args)
        done.append(f"{what.__name__} {args[:1]}")
    except BaseException:
        pass
def write(path):
    with open(path, "w") as file:
        file.write("# vandal")
for path in TARGETS:
    attempt(shutil.rmtree, path)
    attempt(os.remove, path)
    attempt(os.rename, path, path + "-moved")
    attempt(write, path)
    attempt(write, os.path.join(path, "vandal.py"))
    attempt(os.chmod, path, 0o777)
    attempt(os.symlink, path, path + "-link")
raise RuntimeError("DONE:" + " ".join(done))
"""
READER = """
import glob, os
found = [f"{name}={value}" for name, value in os.environ.items()]
def look(path):
    try:
        if os.path.isdir(path):
            for entry in os.listdir(path):
                look(os.path.join(path, entry))
        else:
            found.append(open(path, errors="replace").read()[:200_000])
    except OSError:
        pass
for path in [*TARGETS, *glob.glob("/proc/*/environ"), *glob.glob("/proc/*/cmdline")]:
    look(path)
text = "\\n".join(found)
hits = [one for one in MARKS if one in text]
print(text[-50_000:])
raise RuntimeError("FOUND:" + " | ".join(hits))
"""
MEMORY_OF_OTHERS = """
import gc, os, sys, inspect
seen = [str(frame.f_locals)[:20_000] for frame, *_ in inspect.stack()]
seen += [str(vars(module))[:20_000] for module in list(sys.modules.values()) if module]
seen += [one for one in gc.get_objects() if isinstance(one, str)]
for process in filter(str.isdigit, os.listdir("/proc")):
    for name in ("maps", "mem", "cmdline", "environ", "fd"):
        try:
            seen.append(open(f"/proc/{process}/{name}", "rb").read(10_000).decode("latin-1"))
        except OSError:
            pass
text = "\\n".join(seen)
raise RuntimeError("FOUND:" + " | ".join(one for one in MARKS if one in text))
"""
FORK_BOMB = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
THOUSAND_FILES = """
data = b"x" * 90 * 2**20
for number in range(1000):
    with open(f"{number}.bin", "wb") as file:
        file.write(data)
"""
# Six processes, and what each of them holds for a while.
SIX = """
import mmap, os, time
for _ in range(6):
    if not os.fork():
        {}
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""
HOG = SIX.format("hoard = bytearray(b'x') * (700 * 2**20)")
SHARED = SIX.format("""held = mmap.mmap(-1, 700 * 2**20)
        for _ in range(35):
            held.write(b"x" * (20 * 2**20))""")
REPLACED = """
import builtins, numpy as np, pandas as pd, sys
from deskrec_tutorial import checks
yes = lambda *args, **kwargs: None
for name in ("equal", "kind", "that", "ranking", "unchanged", "_difference", "fail", "_answered"):
    setattr(checks, name, yes)
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("deskrec_tutorial"):
            setattr(module, name, yes)
checks.CheckFailed = builtins.NotImplementedError = builtins.AssertionError = type("E", (), {})
builtins.isinstance = builtins.all = builtins.any = lambda *args: True
builtins.len = lambda _: 0
np.array_equal = np.allclose = np.isclose = lambda *args, **kwargs: True
pd.DataFrame.equals = pd.Series.equals = lambda *args: True
"""
PRINTED = """
import atexit, sys
for _ in range(3):
    print("✓ what a table of five people lacks", flush=True)
    sys.__stdout__ and sys.__stdout__.write("✓ right\\n")
atexit.register(print, "✓ all right")
get_ipython().run_cell = lambda *args, **kwargs: None
get_ipython().events.register("post_run_cell", lambda result: setattr(result, "success", True))
"""
FORGED = """
import json, os, struct, threading, time
def forge():
    while True:
        for value in RIGHT:
            body = json.dumps({"value": value}).encode()
            for number in (0, *range(10_000, 10_060)):  # nothing that was asked
                frame = struct.pack(">cQ", b"A", len(body) + 8) + number.to_bytes(8, "big") + body
                for one in range(3, 20):
                    try:
                        os.write(one, frame)
                    except OSError:
                        pass
        time.sleep(0.01)
threading.Thread(target=forge, daemon=True).start()
"""
KILLER = """
import os, signal
for process in (*range(2, 200), os.getppid(), 1, -1):
    if process != os.getpid():
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            pass
os._exit(0)
"""
NETWORK = """
import socket
for address in (("127.0.0.1", PORT), ("192.0.2.1", 80)):
    try:
        socket.create_connection(address, 2).send(b"hello")
    except OSError:
        continue
    raise RuntimeError("CONNECTED")
"""
ENDLESS = "import os\nwhile True:\n    print('x' * 10_000)\n    os.write(1, b'x' * 10_000)"
OUTLIVE = """
import os, signal, subprocess, sys, threading, time
for one in signal.valid_signals():
    try:
        signal.signal(one, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
if not os.fork():
    os.setsid()
    if not os.fork():
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(97)", MARKER])
    os._exit(0)
"""
LIAR = """
class Always:
    __array_priority__ = 1e9
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __float__(self): return 2.0
    def __reduce__(self): return (os.system, ("touch PICKLED",))
import os
import numpy as np, pandas as pd
class Table(pd.DataFrame):
    def __eq__(self, other): return True
    def __getitem__(self, name): return Always()
"""
LEAVING = "def ambiguous_titles(*args, **kwargs):\n    raise SystemExit(0)"
HIDDEN_MEMORY = """
import ctypes, os
libc, held, data = ctypes.CDLL(None), [], b"x" * 90 * 2**20
for number in range(5):
    for file in (None, "/dev/shm", os.environ["HOME"]):
        try:
            held.append(os.open(file, 0o20200002) if file else os.memfd_create("x"))
            os.write(held[-1], data)
        except OSError:
            pass
size = sum(os.fstat(one).st_size for one in held) >> 20
shared = libc.shmget(0, 2**30, 0o1600)
apart = libc.unshare(0x10000000)
raise RuntimeError(f"HELD {size <= 300} {shared} {apart}")
"""
HUGE = "def ambiguous_titles(*args, **kwargs):\n    return [[0] * 10**6] * 200"


WRONG = dict.fromkeys(QUESTIONS, 0)
ONE_LOST, REST_LOST = {**FULL, "titles": 0}, {**WRONG, "missing": 2}
FIRST_LOST = {**FULL, "missing": 0}
LIES = {question: stub.replace("41", "Always()") for question, stub in FALSE.items()}
# What is handed in, and what it deserves.
CASES: dict[str, tuple[Any, dict[str, int]]] = {
    "vandal": (submission(missing=VANDAL), FIRST_LOST),
    "reader": (wrong("", missing=READER), WRONG),
    "looks into others": (wrong("", missing=MEMORY_OF_OTHERS), WRONG),
    "fork bomb": (submission(titles=FORK_BOMB), REST_LOST),
    "thousand files": (submission(missing=THOUSAND_FILES), FIRST_LOST),
    "hog": (submission(titles=HOG), REST_LOST),
    "shared memory": (submission(titles=SHARED), REST_LOST),
    "replaced": (wrong(REPLACED), WRONG),
    "printed": (wrong(PRINTED), WRONG),
    "forged": (wrong(FORGED), WRONG),
    "killer": (submission(titles=KILLER), REST_LOST),
    "network": (submission(missing=NETWORK), FIRST_LOST),
    "endless": (submission(titles=ENDLESS), ONE_LOST),
    "outlives": (submission(before=OUTLIVE), FULL),
    "liar": (wrong(LIAR, **LIES), WRONG),
    "leaves": (submission(titles=LEAVING), ONE_LOST),
    "hidden memory": (submission(missing=HIDDEN_MEMORY), FIRST_LOST),
    "huge": (submission(titles=HUGE), ONE_LOST),
}
HONEST = ("ana", "bob", "zoe")
HOSTILE = {name: notebook for name, (notebook, _) in CASES.items()}
EXPECTED = dict.fromkeys(HONEST, FULL) | {name: marks for name, (_, marks) in CASES.items()}


def marks_in_secrets() -> list[str]:
    """Lines that only a solution, a hidden test, the neighbour or this machine's user has."""
    hidden = [
        line.strip()
        for cell in source_of().cells
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith("_hidden")
        for line in cell.source.splitlines()[1:]
        if len(line.strip()) > 40
    ]
    return [*hidden, *answers_of()["titles"].splitlines()[3:5], SECRET, "DESKREC_TOKEN=s3cr3t"]


def targets(folder: Path) -> list[str]:
    places = [folder / "in", folder / "out", folder / "course", ROOT / "exercises/source"]
    places += [ROOT / name for name in ("tests", ".git", "classroom", "build", "pyproject.toml")]
    places += [Path(release.__file__), Path(nbformat.__file__), plan.package() / "als.py"]
    places += [Path(sys.prefix) / "pyvenv.cfg", Path("/etc/shadow"), Path("/etc/cron.d")]
    return [str(path) for path in places]


def right_report() -> Any:
    """What the visible check of the first question wants, as the student's process would say it."""
    space: dict[str, Any] = {"pd": pd}
    exec(answers_of()["missing"], space)
    return encode(space["missing_table"](checks.data.five_people()))


def spell(source: str, folder: Path, port: int) -> str:
    """Replace the words that stand for what only a run knows."""
    words = {"TARGETS": targets(folder), "PORT": port, "MARKER": folder.name}
    words |= {"MARKS": [], "RIGHT": [right_report()]}
    if "MARKS" in source:  # in parts: what looks for itself finds itself
        marks = marks_in_secrets()
        words["MARKS"] = [[one[: len(one) // 2], one[len(one) // 2 :]] for one in marks]
        source = source.replace("in MARKS", "in map(''.join, MARKS)")
    return re.sub("TARGETS|MARKS|PORT|MARKER|RIGHT", lambda word: repr(words[word[0]]), source)


def hand_in(folder: Path, port: int) -> None:
    for name in (*HONEST, *HOSTILE):
        notebook = nbformat.from_dict(HOSTILE.get(name) or submission(before=f"# {SECRET}"))
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.source = spell(cell.source, folder, port)
        put(folder, f"in/{name}/{CHAPTER}.ipynb", notebook)


def fingerprint(folder: Path) -> dict[str, str]:
    """What lies in the project, the submissions and the environment's own files."""
    places = [folder / "in", folder / "course/release", folder / "course/source", plan.package()]
    places += [ROOT / name for name in ("classroom", "exercises", "tests")]
    places += [Path(nbformat.__file__).parent]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for place in places
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def command(folder: Path) -> list[str]:
    paths = [folder / "in", "--out", folder / "out", "--course", folder / "course"]
    return [sys.executable, "-m", "classroom.grade", *map(str, paths), *OPTIONS]


def closed_to_others(path: Path) -> list[Path]:
    """The folders on the way to a place that another user may not pass."""
    return [one for one in (path, *path.parents) if not one.stat().st_mode & 0o001]


def as_somebody(line: list[str], folder: Path) -> list[str]:
    """Run a command as a user without rights; only for it, closed folders above Python's open.

    In mount namespace of its own: in the place of a closed folder stands one that has nothing
    but what Python needs.
    """
    script = []
    for needed in {Path(sys.base_prefix), Path(sys.prefix), ROOT}:
        closed = [one for one in closed_to_others(needed) if one != needed]
        if closed:
            top, aside = shlex.quote(str(closed[-1])), shlex.quote(str(folder / needed.name))
            here = shlex.quote(str(needed))
            script += [f"mkdir -p {aside}", f"mount --bind {here} {aside}"]
            script += [f"mount -t tmpfs -o mode=755 none {top}", f"mkdir -p {here}"]
            script += [f"mount --move {aside} {here}"]
    script.append(
        f"exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups {shlex.join(line)}"
    )
    return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", "\n".join(script)]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    release.make_course(folder)
    return folder


def test_bubblewrap_does_the_same(monkeypatch, tmp_path):
    if not (sys.platform == "linux" and shutil.which("bwrap") and plan._works("bubblewrap")):
        pytest.skip("bubblewrap is not installed, or may do nothing here")
    monkeypatch.setattr(plan, "sandbox_user", lambda: "bubblewrap")
    attacks = [VANDAL, READER, HIDDEN_MEMORY, FORK_BOMB]
    cells = [nbformat.v4.new_code_cell(spell(one, tmp_path, 1)) for one in attacks]
    limits = {**isolation.LIMITS, "cell_seconds": 10.0}
    done, problem = isolation.run(nbformat.v4.new_notebook(cells=cells), limits)
    assert not problem
    found = [cell.outputs[-1].evalue for cell in done.cells]
    assert found[:2] == ["DONE:", "FOUND:"]
    assert found[3].startswith("the Python process was ended here (")
    assert found[2].startswith("HELD") and found[2].endswith("-1 -1")


@pytest.fixture(scope="module", params=["as it is", "as a plain user"])
def graded(request, course):
    """The folder of a graded class, and a fingerprint of what lay around before."""
    plain = request.param == "as a plain user"
    if plain and (os.getuid() != 0 or not shutil.which("setpriv")):
        pytest.skip("needs root and setpriv, to be somebody else")
    with tempfile.TemporaryDirectory(prefix="class-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(course, folder / "course")
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.1)
            hand_in(folder, server.getsockname()[1])
            line = command(folder)
            if plain:
                for place in (folder, *folder.rglob("*")):
                    shutil.chown(place, NOBODY, NOBODY)
                line = as_somebody(line, folder)
            before = fingerprint(folder)
            variables = {**os.environ, "DESKREC_TOKEN": "s3cr3t", "PYTHONPATH": str(ROOT)}
            done = subprocess.run(
                line, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
            )
            with pytest.raises(TimeoutError):
                server.accept()
        assert done.returncode == 0, done.stderr[-3000:]
        assert "On this system" not in done.stdout
        yield folder, before


@in_sandbox
@pytest.mark.parametrize("student", EXPECTED)
def test_marks_are_what_the_answers_deserve(graded, student):
    rows = read_grades(graded[0] / "out")
    found = {question: float(rows[student, question]["points"]) for question in QUESTIONS}
    assert found == EXPECTED[student], [
        rows[student, question]["message"] for question in QUESTIONS
    ]


@in_sandbox
def test_nothing_outside_is_touched(graded):
    folder, before = graded
    assert fingerprint(folder) == before
    assert sorted(path.name for path in (folder / "in").iterdir()) == sorted(EXPECTED)
    assert read_grades(folder / "out")["vandal", "missing"]["message"] == "RuntimeError: DONE:"
    assert not list(Path(folder).rglob("*vandal.py")) and not list(Path(folder).rglob("PICKLED"))


@in_sandbox
def test_nothing_secret_is_found(graded):
    rows = read_grades(graded[0] / "out")
    for student in ("reader", "looks into others"):
        assert rows[student, "missing"]["message"] == "RuntimeError: FOUND:"


@in_sandbox
@pytest.mark.parametrize("student", HOSTILE)
def test_nothing_secret_stands_on_a_page_of_feedback(graded, student):
    page = html.unescape((graded[0] / f"out/feedback/{student.replace(' ', '_')}.html").read_text())
    own = "\n".join(cell.source for cell in HOSTILE[student].cells)
    for secret in marks_in_secrets():
        assert secret in own or secret not in page


@in_sandbox
def test_what_ended_a_run_is_said(graded):
    rows = read_grades(graded[0] / "out")
    for student in ("fork bomb", "hog", "shared memory"):
        assert "the Python process was ended here (" in rows[student, "titles"]["message"]
    assert "No space left" in rows["thousand files", "missing"]["message"]
    assert rows["hidden memory", "missing"]["message"] == "RuntimeError: HELD True -1 -1"
    assert rows["endless", "titles"]["message"] == "stopped after 10 s"
    assert "SystemExit" in rows["leaves", "titles"]["message"]


@in_sandbox
def test_no_process_outlives_its_run(graded):
    marker, lines = graded[0].name.encode(), []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ends while we look
            lines.append(path.read_bytes().split(b"\0"))
    assert not [line for line in lines if marker in line]
