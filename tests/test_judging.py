"""The checks' side of grading: what comes back of an answer, and what odd ones cost."""

from __future__ import annotations

import datetime
import json
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
    "table",
    [
        TABLE,
        TABLE.set_index(["whole", "text"]),
        TABLE.groupby("kind", observed=True).sum(numeric_only=True),
        pd.DataFrame([[1, 2]], columns=["a", "a"], index=pd.Index(["q"], name="row")),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame(index=[3, 1]),
        pd.DataFrame({"a": ["x"]}).T,
    ],
)
def test_tables_come_back_with_types_names_and_index(table):
    pd.testing.assert_frame_equal(there_and_back(table), table, check_freq=False)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([3, 1], index=["a", "b"], name="n"),
        pd.Series({(1, "a"): 3.0}),
        pd.Series([], dtype=float),
        pd.Series(["a"], dtype=object, index=pd.CategoricalIndex(["x"])),
        TABLE["moment"],
    ],
)
def test_columns_come_back_with_names_and_index(column):
    pd.testing.assert_series_equal(there_and_back(column), column, check_freq=False)


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


@pytest.mark.parametrize("said", GARBAGE, ids=str)
def test_garbage_is_an_ordinary_error_of_the_check(said):
    answer = answer_from("f", {"callable": "function", **NAMES}, lambda body: {"value": said})
    with pytest.raises(Garbled, match="can't be read"):
        answer()


NAMES = {"__name__": "f", "__qualname__": "f", "__doc__": None}


@pytest.mark.parametrize("reply", [{}, {"value": 1, "changed": [[5, 1]]}, {"error": {}}, [], 5])
def test_garbled_replies_are_too(reply):
    answer = answer_from("f", {"callable": "function", **NAMES}, lambda body: reply)
    with pytest.raises(Garbled):
        answer(1)


# ------------------------------------------------------------------------- whole runs


def check(question: str, source: str, hidden: bool = False) -> Any:
    cell = nbformat.v4.new_code_cell(source)
    kind = {"grade": True, "solution": False, "points": 1, "locked": True, "schema_version": 3}
    name = f"{question}_{'hidden' if hidden else 'check'}"
    cell.metadata["nbgrader"] = {**kind, "grade_id": name}
    prepare(cell, "# hidden" if hidden else source)
    return cell


def ours(source: str) -> Any:
    cell = nbformat.v4.new_code_cell(source)
    prepare(cell, source)
    return cell


def outcomes(*cells: Any, limits: dict[str, float] = LIMITS) -> list[str]:
    """Run cells, those of the student as plain text; say of each how it ended."""
    made = [nbformat.v4.new_code_cell(one) if isinstance(one, str) else one for one in cells]
    done, problem = isolation.run(nbformat.v4.new_notebook(cells=made), limits)
    assert not problem
    return [
        next((f"{o.ename}: {o.evalue}" for o in reversed(cell.outputs) if "ename" in o), "")
        for cell in done.cells
    ]


def text_of(cell: Any) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


IMPORTS = "import warnings\nimport numpy as np\nimport pandas as pd\nfrom scipy import sparse"


def test_a_call_does_here_what_it_did_there():
    student = """
import warnings
def change(array, matrix, table, listed, mapping):
    "Change everything."
    array[0] = 9; matrix.data[:] = 7; table["new"] = 1; listed[1].append(3); mapping["b"] = 2
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
listed = [1, inner]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    got = change(array, matrix, table, listed, mapping=mapping)
assert got is table and list(table.columns) == ["a", "new"]
assert array[0] == 9 and matrix[0, 0] == 7 and inner == [2, 3] and mapping == {"a": 1, "b": 2}
assert [(one.category, str(one.message)) for one in caught] == [(RuntimeWarning, "careful")]
frozen = np.zeros(2)
frozen.setflags(write=False)
try:
    change(frozen, matrix, table, listed, mapping)
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
    cells = [ours(IMPORTS), student, *(check(f"q{n}", one) for n, one in
             enumerate((changed, refused, seen)))]  # fmt: skip
    made = [nbformat.v4.new_code_cell(one) if isinstance(one, str) else one for one in cells]
    done, _ = isolation.run(nbformat.v4.new_notebook(cells=made), LIMITS)
    ends = [next((o for o in cell.outputs if "ename" in o), None) for cell in done.cells]
    assert [end and (end.ename, end.evalue) for end in ends] == [
        None, None, None, ("SystemExit", "('no', 3)"), None,
    ]  # fmt: skip
    assert "said aloud" in text_of(done.cells[2])


def test_a_hang_costs_its_own_question_and_is_waited_for_once():
    start = time.monotonic()
    found = outcomes(
        "def hang():\n    while True: pass\ndef sleep():\n    import time; time.sleep(99)",
        "def fine(): return 1",
        check("hang", "hang()"),
        check("hang", "hang()", hidden=True),
        check("sleep", "assert True", hidden=False),
        check("sleep", "sleep()", hidden=True),
        check("fine", "assert fine() == 1"),
    )
    assert found[2:] == [
        "TimeLimit: stopped after 4 s",
        "TimeLimit: not run: the check before it took too long",
        "",
        "TimeLimit: stopped after 4 s",
        "",
    ]
    assert time.monotonic() - start < 30


def test_who_ignores_the_interrupt_keeps_what_came_before():
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    deaf += "def deaf():\n    while True: pass"
    found = outcomes(
        "def fine(): return 1",
        check("fine", "assert fine() == 1"),
        deaf,
        check("deaf", "deaf()", hidden=True),
        check("last", "assert fine() == 1"),
    )
    assert found[:3] == ["", "", ""] and found[3] == "TimeLimit: stopped after 4 s"
    assert found[4] == "NotRun: not run: an earlier cell would not stop (deaf_hidden)"


def test_own_names_of_a_check_are_not_asked_for_in_the_students_process():
    found = outcomes(
        ours("def helper(value): return value == 1"),
        "def helper(value): return True\nokay = lambda value: True\nanswer = 3\nchecks = 5",
        check("fails", "raise ValueError('too early')\ndef okay(value): return value == 1"),
        check("fails", "assert okay(answer)", hidden=True),
        check("helper", "assert helper(answer), 'no'"),
        check("value", "assert answer == 3"),
    )
    assert found[3] == "NameError: name 'okay' is not defined"
    assert found[4:] == ["AssertionError: no", ""]


def test_a_visible_check_runs_once():
    found = outcomes(
        "calls = []\ndef answer():\n    calls.append(1)\n    return len(calls)",
        check("one", "assert answer() == 1"),
        check("one", "assert answer() == 2", hidden=True),
    )
    assert found == ["", "", ""]


def test_a_slow_check_has_the_time_that_is_left_and_costs_no_other():
    limits = {**LIMITS, "cell_seconds": 8.0, "total_seconds": 8.0}
    found = outcomes(
        "import time\ndef fine(): return 1\ndef slow(): time.sleep(5)\ndef late(): time.sleep(9)",
        check("fine", "assert fine() == 1"),
        check("slow", "slow()"),
        check("late", "late()"),
        check("last", "assert True"),
        limits=limits,
    )
    assert found[:3] == ["", "", ""]
    assert found[3] == "TimeLimit: stopped after 8 s in all"
    assert found[4] == "NotRun: stopped after 8 s in all"


def test_what_was_earned_is_kept_when_the_run_is_ended_from_outside(monkeypatch):
    monkeypatch.setattr(isolation, "SLACK", -10.0)  # it ends before the cells' own time does
    found = outcomes(
        "def fine(): return 1\ndef hang():\n    while True: pass",
        check("fine", "assert fine() == 1"),
        check("hang", "hang()"),
        limits={**LIMITS, "cell_seconds": 60.0, "total_seconds": 25.0},
    )
    assert found == ["", "", "NotRun: it would not stop and was ended"]


BROKEN = {
    "no sandbox": ("import sys; sys.exit('no sandbox: mount: no room')", "no sandbox: mount"),
    "a judge that dies": ("import os; os.abort()", "did not start"),
    "a judge that dies later": (
        "import os; os.write(2, b'{\"started\": true}\\n'); os.abort()",
        "before it was done",
    ),
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


@pytest.mark.parametrize("name", BROKEN)
def test_a_failure_of_ours_is_tried_again_and_then_said(monkeypatch, name):
    code, message = BROKEN[name]
    begun = breaking(monkeypatch, "judge", code, times=2)
    with pytest.raises(GraderFailed, match=message):
        outcomes("1")
    assert len(begun) == 2


def test_a_students_process_that_never_starts_is_a_failure_of_ours(monkeypatch):
    breaking(monkeypatch, "worker", "raise SystemExit(73)", times=2)
    with pytest.raises(GraderFailed, match="did not start"):
        outcomes("1")


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
    cells = [check("q", "0.5"), check("r", "print('✓')")]
    done, _ = isolation.run(nbformat.v4.new_notebook(cells=cells), LIMITS)
    assert [o.output_type for cell in done.cells for o in cell.outputs] == [
        "execute_result",
        "stream",
    ]
    assert done.cells[0].outputs[0].data["text/plain"] == "0.5"


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
    equal = "from deskrec_tutorial import checks\nchecks.equal(answer(), 2, 'two')"
    found = outcomes(
        attack,
        "def answer(): return 3",
        check("q", equal, hidden=True),
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


def test_what_is_sent_over_costs_no_warning():
    found = outcomes(
        ours(IMPORTS),
        "def answer(value): return np.asmatrix(value)",
        check(
            "q",
            "with warnings.catch_warnings(record=True) as caught:\n"
            "    warnings.simplefilter('always')\n    got = answer(np.eye(2))\n"
            "assert isinstance(got, np.matrix) and len(caught) == 1",
        ),
    )
    assert found == ["", "", ""]


def test_grading_is_said_where_the_checks_run_and_nowhere_else():
    source = "import os\nassert os.environ.get('DESKREC_GRADING') == '1'"
    assert outcomes(check("q", source)) == [""]
    assert outcomes(source)[0].startswith("AssertionError")
