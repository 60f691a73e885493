"""The checks' side of grading: what comes back of an answer, and what odd ones cost."""

from __future__ import annotations

import datetime
import json
import signal
import sys
import time
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

pytest.importorskip("nbgrader", reason="the classroom needs nbgrader: pip install nbgrader")

from classroom import isolation, plan
from classroom.decode import Foreign, Garbled, decode
from classroom.encode import MOST, encode
from classroom.job import GraderFailed, job_of, prepare
from classroom.proxy import answer_from

LIMITS = {**isolation.LIMITS, "cell_seconds": 4.0, "total_seconds": 40.0}


def there_and_back(value: Any) -> Any:
    return decode(json.loads(json.dumps(encode(value))))


# --------------------------------------------------------------------- values that come back

TABLE = pd.DataFrame(
    {
        "whole": [2**60 + 1, 2, 3],
        "part": [1.5, np.nan, np.inf],
        "text": ["a", None, "\N{SNOWMAN}"],
        "mixed": pd.Series(["a", 3, None], dtype=object),
        "kind": pd.Categorical(["x", "y", "x"], ordered=True),
        "day": pd.date_range("2024-01-01", periods=3),
        "moment": pd.date_range("2024-01-01", periods=3, tz="Europe/Lisbon"),
        "wait": pd.to_timedelta([1, 2, 3], unit="s"),
        "maybe": pd.array([1, None, 2**60 + 1], dtype="Int64"),
        "flag": pd.array([True, None, False], dtype="boolean"),
        "string": pd.array(["a", None, "c"], dtype="string"),
    }
)


@pytest.mark.parametrize(
    "value",
    [
        *(None, ..., True, 7, 2**80, -1.5, float("inf"), "text", "\ud800", b"bytes", 1 + 2j),
        *([1, [None, 2]], (1, (2,)), {1: "a", (2, 3): [4]}, {1, 2}, frozenset({3}), range(3, 9, 2)),
        *(np.float32(2.5), np.int64(2**60), np.bool_(True), np.datetime64("2024-01-01")),
        *(pd.NA, pd.NaT, pd.Timestamp("2024-01-01", tz="UTC"), pd.Timedelta("1s")),
        *(datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3), datetime.timedelta(3)),
        *(np.arange(6).reshape(2, 3), np.array(["a", None], dtype=object), np.array(["ab", "c"])),
        *(np.zeros((0, 3)), np.array(5), np.array([True, False])),
    ],
    ids=repr,
)  # fmt: skip
def test_values_come_back_as_they_were(value):
    back = there_and_back(value)
    assert type(back) is type(value) and repr(back) == repr(value)
    assert getattr(back, "dtype", None) == getattr(value, "dtype", None)


@pytest.mark.parametrize(
    "value",
    [
        TABLE,
        TABLE.set_index(["whole", "text"]),
        TABLE.groupby("kind", observed=True).sum(numeric_only=True),
        pd.DataFrame([[1, 2]], columns=["a", "a"], index=pd.Index(["q"], name="row")),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame(index=[3, 1]),
        pd.DataFrame({"a": ["x"]}).T,
        pd.Series([3, 1], index=["a", "b"], name="n"),
        pd.Series({(1, "a"): 3.0}),
        pd.Series([], dtype=float),
        pd.Series(["a"], dtype=object, index=pd.CategoricalIndex(["x"])),
        TABLE["moment"],
    ],
)
def test_tables_and_columns_come_back_with_types_names_and_index(value):
    is_table = isinstance(value, pd.DataFrame)
    same = pd.testing.assert_frame_equal if is_table else pd.testing.assert_series_equal
    same(there_and_back(value), value, check_freq=False)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia", "dok", "lil"])
@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array])
def test_sparse_matrices_keep_their_form(make, form):
    matrix = make([[1.0, 0, 3], [0, 2, 0]]).asformat(form)
    back = there_and_back(matrix)
    assert type(back) is type(matrix) and (back.toarray() == matrix.toarray()).all()


def test_stored_zeros_stay():
    matrix = sparse.csr_matrix([[1.0, 2]])
    matrix.data[0] = 0
    assert there_and_back(matrix).nnz == 2


@pytest.mark.parametrize(
    "value", [(one for one in "ab"), map(str, [1]), zip([1], [2], strict=True), {}.keys(), object()]
)
def test_of_anything_else_the_type_comes_back(value):
    back = there_and_back(value)
    assert isinstance(back, Foreign) and type(back).__name__ == type(value).__name__
    assert "tolist" not in dir(back) and back != value


def test_values_without_end_are_refused():
    endless: list[Any] = []
    endless.append(endless)
    there_and_back(endless)
    with pytest.raises(ValueError, match="more than"):
        encode([range(3)] * 10 + [[0] * (MOST // 2)] * 3)
    with pytest.raises(ValueError, match="array of"):
        encode(np.zeros(2**24))


GARBAGE = [
    {"$": "array", "dtype": "O", "shape": [2], "items": [1]},
    {"$": "array", "dtype": "<f8", "shape": [10**9], "data": ""},
    {"$": "array", "dtype": "<f8", "shape": [-1], "data": "AAAAAAAAAAA="},
    {"$": "sparse", "format": "csr", "matrix": True, "shape": [2, 2], "parts": [
        encode(np.ones(2)), encode(np.array([0, 10**6])), encode(np.array([0, 1, 2]))]},
    {"$": "sparse", "format": "__class__", "matrix": True, "shape": [1, 1], "parts": []},
    {"$": "nullable", "dtype": "object", "items": []},
    {"$": "frame", "columns": [5], "names": 1, "index": 2},
    {"$": "index", "values": [1], "names": ["a"]},
    {"$": "iso", "type": "timezone", "text": "x"},
    {"$": "dict", "keys": [[1]], "values": [2]},
    {"$": "no such kind"},
    {"no": "kind"},
    {"$": ["list"]},
]  # fmt: skip


NAMES = {"__name__": "f", "__qualname__": "f", "__doc__": None}
REPLIES = [{}, {"value": 1, "changed": [[5, 1]]}, {"error": {}}, [], 5]


@pytest.mark.parametrize("reply", [*({"value": said} for said in GARBAGE), *REPLIES], ids=str)
def test_garbage_is_an_ordinary_error_of_the_check(reply):
    answer = answer_from("f", {"callable": "function", **NAMES}, lambda body: reply)
    with pytest.raises(Garbled, match="can't be read"):
        answer(1)


# ------------------------------------------------------------------------- whole runs


def ours(source: str, seen: str = "", **nbgrader: Any) -> Any:
    cell = nbformat.v4.new_code_cell(source)
    if nbgrader:
        cell.metadata["nbgrader"] = nbgrader
    prepare(cell, seen or source)
    return cell


def check(question: str, source: str) -> Any:
    kind = {"grade": True, "solution": False, "points": 1, "locked": True, "schema_version": 3}
    return ours(source, grade_id=f"{question}_check", **kind)


def hidden(question: str, source: str) -> Any:
    cell = check(question, source)
    cell.metadata["nbgrader"]["grade_id"] = f"{question}_hidden"
    prepare(cell, "# hidden")
    return cell


def executed(*cells: Any, limits: dict[str, float] = LIMITS) -> list[Any]:
    """Run cells, those of the student as plain text."""
    made = [nbformat.v4.new_code_cell(one) if isinstance(one, str) else one for one in cells]
    done, problem = isolation.run(nbformat.v4.new_notebook(cells=made), limits)
    assert not problem
    return done.cells


def outcomes(*cells: Any, limits: dict[str, float] = LIMITS) -> list[str]:
    """Say of each cell how it ended."""
    return [
        next((f"{o.ename}: {o.evalue}" for o in reversed(cell.outputs) if "ename" in o), "")
        for cell in executed(*cells, limits=limits)
    ]


IMPORTS = "import warnings\nimport numpy as np\nimport pandas as pd\nfrom scipy import sparse"


def test_a_call_does_here_what_it_did_there():
    student = """
import warnings
def change(array, matrix, table, listed, mapping, kinds):
    "Change everything."
    array[0] = 9; matrix.data[:] = 7; table["new"] = 1; listed[1].append(3); mapping["b"] = 2
    kinds.add("new")
    warnings.warn("careful", RuntimeWarning)
    print("said aloud")
    return table
def refuse(kind):
    if kind == "own":
        raise type("Own", (ZeroDivisionError,), {})("mine")
    if kind == "linear":
        raise np.linalg.LinAlgError("singular")
    raise {"value": ValueError, "key": KeyError, "exit": SystemExit}[kind]("no", 3)
def later(a, b=2, *, c=None): return [a, b, c]
"""
    changed = """
array, matrix = np.zeros(2), sparse.csr_matrix([[1.0]])
table, inner, mapping = pd.DataFrame({"a": [1]}), [2], {"a": 1}
listed, kinds = [1, inner], {"old"}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    got = change(array, matrix, table, listed, mapping=mapping, kinds=kinds)
assert got is table and list(table.columns) == ["a", "new"]
assert array[0] == 9 and matrix[0, 0] == 7 and inner == [2, 3] and mapping == {"a": 1, "b": 2}
assert kinds == {"old", "new"}
assert [(one.category, str(one.message)) for one in caught] == [(RuntimeWarning, "careful")]
frozen = np.zeros(2)
frozen.setflags(write=False)
try:
    change(frozen, matrix, table, listed, mapping, kinds)
    raise AssertionError("written to")
except ValueError as error:
    assert "read-only" in str(error)
"""
    refused = """
for kind, wanted in {"own": ZeroDivisionError, "linear": np.linalg.LinAlgError,
                     "value": ValueError, "key": KeyError}.items():
    try:
        refuse(kind)
    except wanted as error:
        assert type(error).__name__.lower().startswith(kind[:3]) or kind == "linear"
    else:
        raise AssertionError(kind)
refuse("exit")
"""
    seen = """
import inspect
assert callable(later) and later.__name__ == "later" and change.__doc__ == "Change everything."
assert str(inspect.signature(later)) == "(a, b=2, *, c=None)"
assert later(1, c=pd.Series([1])).__class__ is list
"""
    cells = [ours(IMPORTS), student, check("a", changed), check("b", refused), check("c", seen)]
    done = executed(*cells)
    ends = [(o.ename, o.evalue) for cell in done for o in cell.outputs if "ename" in o]
    assert ends == [("SystemExit", "('no', 3)")] and "ename" in done[3].outputs[-1]
    assert "said aloud" in "".join(output.get("text", "") for output in done[2].outputs)


def test_a_hang_costs_its_own_question_and_is_waited_for_once():
    start = time.monotonic()
    found = outcomes(
        "def hang():\n    while True: pass\ndef sleep():\n    import time; time.sleep(99)",
        "def fine(): return 1",
        check("hang", "hang()"),
        hidden("hang", "hang()"),
        ours("fine()", grade_id="hang", grade=False, solution=True),  # no check, and it is run
        check("sleep", "assert True"),
        hidden("sleep", "sleep()"),
        check("fine", IS_FINE),
    )
    assert found[2:] == [
        "TimeLimit: stopped after 4 s",
        "TimeLimit: not run: the check before it took too long",
        *("", "", "TimeLimit: stopped after 4 s", ""),
    ]
    assert time.monotonic() - start < 30


def test_a_job_in_the_background_stops_a_hang_too():
    # A shell's background jobs ignore interrupts and hand that down.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        found = outcomes(
            "def hang():\n    while True: pass\ndef fine(): return 1",
            check("hang", "hang()"),
            check("fine", "assert fine() == 1"),
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert found[1:] == ["TimeLimit: stopped after 4 s", ""]


DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
DEAF += "def deaf():\n    while True: pass"
FINE = "def fine(): return 1"
IS_FINE = "assert fine() == 1"
LISTENS = """
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    got = answer(np.eye(2))
assert isinstance(got, np.matrix) and len(caught) == 1
"""
GRADING = "import os\nassert os.environ.get('DESKREC_GRADING') == '1', 'not said'"
# Cells, and how each ends.
RUNS = {
    "who ignores the interrupt keeps what came before": [
        (FINE, ""),
        (check("fine", IS_FINE), ""),
        (DEAF, ""),
        (hidden("deaf", "deaf()"), "TimeLimit: stopped after 4 s"),
        (check("last", IS_FINE), "NotRun: not run: an earlier cell would not stop (deaf_hidden)"),
    ],
    "own names of a check are not asked for in the student's process": [
        (ours("def helper(value): return value == 1"), ""),
        ("def helper(value): return True\nokay = lambda value: True\nanswer = 3\nchecks = 5", ""),
        (
            check("fails", "raise ValueError('too early')\ndef okay(value): return value == 1"),
            "ValueError: too early",
        ),
        (hidden("fails", "assert okay(answer)"), "NameError: name 'okay' is not defined"),
        (check("helper", "assert helper(answer), 'no'"), "AssertionError: no"),
        (check("value", "assert answer == 3"), ""),
    ],
    "a visible check runs once": [
        ("calls = []\ndef answer():\n    calls.append(1)\n    return len(calls)", ""),
        (check("one", "assert answer() == 1"), ""),
        (hidden("one", "assert answer() == 2"), ""),
    ],
    "what is sent over costs no warning": [
        (ours(IMPORTS), ""),
        ("def answer(value): return np.asmatrix(value)", ""),
        (check("q", LISTENS), ""),
    ],
    "grading is said where the checks run and nowhere else": [
        (check("q", GRADING), ""),
        (GRADING, "AssertionError: not said"),
    ],
}


@pytest.mark.parametrize("cells", RUNS.values(), ids=RUNS)
def test_cells_end_as_they_should(cells):
    assert outcomes(*(cell for cell, _ in cells)) == [end for _, end in cells]


def test_a_slow_check_has_the_time_that_is_left_and_costs_no_other():
    limits = {**LIMITS, "cell_seconds": 8.0, "total_seconds": 8.0}
    found = outcomes(
        f"import time\n{FINE}\ndef slow(): time.sleep(5)\ndef late(): time.sleep(9)",
        check("fine", IS_FINE),
        check("slow", "slow()"),
        check("late", "late()"),
        check("last", "assert True"),
        limits=limits,
    )
    ends = ["TimeLimit: stopped after 8 s in all", "NotRun: stopped after 8 s in all"]
    assert found == ["", "", "", *ends]


def test_what_was_earned_is_kept_when_the_run_is_ended_from_outside(monkeypatch):
    monkeypatch.setattr(isolation, "SLACK", -10.0)  # it ends before the cells' own time does
    found = outcomes(
        f"{FINE}\ndef hang():\n    while True: pass",
        check("fine", IS_FINE),
        check("hang", "hang()"),
        limits={**LIMITS, "cell_seconds": 60.0, "total_seconds": 25.0},
    )
    assert found == ["", "", "NotRun: it would not stop and was ended"]


# Which process fails, how, and what is said then.
STARTED = "import os; os.write(2, b'{\"started\": true}\\n'); os.abort()"
BROKEN = {
    "no sandbox": ("judge", "import sys; sys.exit('no sandbox: no room')", "no sandbox: no room"),
    "a judge that dies": ("judge", "import os; os.abort()", "did not start"),
    "a judge that dies later": ("judge", STARTED, "before it was done"),
    "no process of the student's": ("worker", "raise SystemExit(73)", "did not start"),
}


def breaking(monkeypatch, which: str, code: str, times: int) -> list[int]:
    """Let one of the two processes fail as often as is said; return a list of the attempts."""
    begun: list[int] = []

    def start(command, *args, **streams):
        if which in command[1]:
            begun.append(1)
            command = ["-c", code] if len(begun) <= times else command
        return plan.start(command, *args, **streams)

    monkeypatch.setattr(isolation, "start", start)
    return begun


@pytest.mark.parametrize(("which", "code", "message"), BROKEN.values(), ids=BROKEN)
def test_a_failure_of_ours_is_tried_again_and_then_said(monkeypatch, which, code, message):
    begun = breaking(monkeypatch, which, code, times=2)
    with pytest.raises(GraderFailed, match=message):
        outcomes("1")
    assert len(begun) == 2


def test_a_failure_that_passes_costs_nothing(monkeypatch):
    breaking(monkeypatch, "worker", "raise SystemExit(73)", times=1)
    assert outcomes("def one(): return 1", check("q", "assert one() == 1")) == ["", ""]


@pytest.mark.parametrize("code", [71, 72, 73, 74])
def test_who_ends_the_own_process_can_not_pass_for_a_failure_of_ours(code):
    found = outcomes(f"import os\nos._exit({code})", check("q", "assert True"))
    assert found[0].startswith("KernelDied") and found[1].startswith("NotRun")


FORGE = """
import gc
[worker] = [one for one in gc.get_objects() if type(one).__name__ == "Worker"]
worker.answer[{kind!r}] = lambda body: {said}
"""


@pytest.mark.parametrize("said", ["5", "[1]", "{'error': {'kinds': []}}"])
@pytest.mark.parametrize("kind", [b"R", b"N", b"C"])
def test_garbled_replies_cost_only_what_they_are_for(kind, said):
    found = outcomes(
        "def one(): return 1",
        check("one", "assert one() == 1"),
        FORGE.format(kind=kind, said=said),
        "2",
        check("two", "assert one() == 1"),
        check("three", "assert True"),
    )
    assert found[:3] == ["", "", ""] and found[5] == ""
    if kind == b"R":
        assert found[3] == "Garbled: what the process of these cells says can't be read"
        assert found[4] == ""
    else:
        assert found[3] == "" and found[4]


def test_partial_points_and_nothing_else_are_what_a_check_displays():
    [points], [text] = (c.outputs for c in executed(check("q", "0.5"), check("r", "print('✓')")))
    assert (points.output_type, points.data["text/plain"]) == ("execute_result", "0.5")
    assert text.output_type == "stream"


def test_no_student_can_pass_a_cell_off_as_ours():
    forged = nbformat.v4.new_code_cell("1", metadata={"student": True, "seen": "1"})
    [task] = job_of(nbformat.v4.new_notebook(cells=[forged]), LIMITS)["cells"]
    assert (task["kind"], task["here"]) == ("student", "")


@pytest.mark.parametrize("user", ["", "no namespaces at all"])
def test_without_a_sandbox_the_checks_are_still_out_of_reach(monkeypatch, user):
    monkeypatch.setattr(plan, "sandbox_user", lambda: "")
    if user:
        monkeypatch.setattr(plan, "cut_off", lambda: ())
    assert any("can read and change" in lack for lack in plan.what_is_missing())
    attack = "import builtins, numpy as np\nbuiltins.all = np.isclose = lambda *a: 1"
    attack += "\nfrom deskrec_tutorial import checks\nchecks.equal = checks.that = print"
    equal = f"{GRADING}\nfrom deskrec_tutorial import checks\nchecks.equal(answer(), 2, 'two')"
    found = outcomes(
        attack,
        "def answer(): return 3",
        hidden("q", equal),
        "import os\nos._exit(0)",
        check("r", equal),
    )
    assert found[2] == "CheckFailed: two: 2 is expected; you have 3."
    assert found[3].startswith("KernelDied") and found[4].startswith("NotRun")


@pytest.mark.parametrize(
    ("release", "version"),
    [("6.12-amd64", (6, 12)), ("5.4.0-150-generic", (5, 4)), ("6.1.0+", (6, 1)), ("odd", (0, 0))],
)
def test_kernels_are_told_apart_whatever_they_are_called(monkeypatch, release, version):
    monkeypatch.setattr(plan.platform, "release", lambda: release)
    assert plan.kernel() == version


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no sandbox at all")
def test_what_a_system_lacks_is_said(monkeypatch):
    monkeypatch.setattr(plan, "sandbox_user", lambda: "own")
    monkeypatch.setattr(plan, "refusing", lambda: "")
    monkeypatch.setattr(plan.os, "getpid", lambda: 0)  # of which the kernel says nothing
    filters, children = plan.what_is_missing()
    assert "no calls of the kernel are refused" in filters and "children" in children
    monkeypatch.setattr(plan, "sandbox_user", lambda: "")
    monkeypatch.setattr(plan.platform, "release", lambda: "5.4.0-150-generic")
    assert "needs Linux 5.12, and this is 5.4.0-150-generic" in plan.what_is_missing()[0]
    monkeypatch.setattr(plan.sys, "maxsize", 2**31 - 1)
    assert "a Python of 64 bits" in plan.what_is_missing()[0]


@pytest.mark.skipif(not plan.sandbox_user(), reason="no sandbox here")
def test_a_trial_that_hangs_is_no_sandbox(monkeypatch):
    monkeypatch.setattr(plan, "TRIAL", 0.01)
    assert not plan._works(plan.sandbox_user())
