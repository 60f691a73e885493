"""The project as a whole: pins, Binder, notebooks as stored, the public API."""

from __future__ import annotations

import ast
import base64
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

import deskrec_tutorial as dr

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SOURCES, EXERCISES = (
    sorted((ROOT / folder).glob("*.ipynb")) for folder in ("exercises/source", "exercises")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)(?: ; (.*?))? \\$", re.M)


def script(name: str, folder: str = "scripts"):
    spec = importlib.util.spec_from_file_location(name, ROOT / folder / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(file: str | Path) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def links(text: str) -> list[str]:
    """Where a text leads within the project."""
    return re.findall(r"\]\((?!http|#|attachment:)([^)#]+)", text)


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", r).group().lower() for r in requirements}  # type: ignore[union-attr]


def pins(file: str) -> dict[str, str]:
    """Versions for Python 3.11, by name."""
    found = PINNED.findall(read(file))
    return {n: v for n, v, marker in found if "python_full_version >=" not in (marker or "")}


@pytest.mark.parametrize("file", sorted(ROOT.glob("constraints*.txt")), ids=lambda file: file.name)
def test_constraints_hold_names_versions_markers_and_hashes_only(file: Path) -> None:
    allowed = re.compile(rf"{PINNED.pattern}|    --hash=sha256:[0-9a-f]{{64}}( \\)?$")
    assert [line for line in read(file).splitlines() if not allowed.match(line)] == []


def test_every_dependency_is_pinned() -> None:
    extras = dict(PROJECT["optional-dependencies"])
    spark = names(PROJECT["dependencies"] + extras.pop("spark") + extras["lab"] + extras["test"])
    assert names(PROJECT["dependencies"] + sum(extras.values(), [])) <= set(pins("constraints.txt"))
    ours, apart = pins("constraints.txt"), pins("constraints-spark.txt")
    assert spark <= set(apart)
    assert {name: apart[name] for name in set(ours) & set(apart)} == {
        name: ours[name] for name in set(ours) & set(apart)
    }, "the two environments differ by Spark alone"


def test_the_lowest_versions_tested_are_the_lower_bounds() -> None:
    lowest = pins("constraints-lowest.txt")
    for requirement in PROJECT["dependencies"]:
        name, bound = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement).groups()  # type: ignore[union-attr]
        padded = lowest[name].split(".") + ["0"] * 3
        assert padded[: bound.count(".") + 1] == bound.split("."), requirement


def test_conda_and_binder_install_what_pyproject_asks_for() -> None:
    def body(file: str) -> str:
        return "\n".join(line for line in read(file).splitlines() if not line.startswith("#"))

    assert body("environment.yml") == body("binder/environment.yml")
    in_conda = dict(re.findall(r"- ([\w-]+)==([\w.]+)", body("environment.yml")))
    extras = PROJECT["optional-dependencies"]
    wanted = names(PROJECT["dependencies"] + extras["lab"] + extras["kaggle"] + extras["index"])
    assert set(in_conda) == wanted
    pinned = pins("constraints.txt")
    assert in_conda == {name: pinned[name] for name in wanted}
    assert "pip install --no-deps ." in read("binder/postBuild")


def test_repo2docker_accepts_the_tree(tmp_path: Path) -> None:
    if importlib.util.find_spec("repo2docker") is None:
        pytest.skip("jupyter-repo2docker is not installed in this environment")
    for name in ("binder", "pyproject.toml", "environment.yml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    command = [sys.executable, "-m", "repo2docker", "--no-build", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "environment.yml" in done.stderr + done.stdout


def test_the_public_api_is_there_and_documented() -> None:
    for name in dr.__all__:
        member = getattr(dr, name)
        assert name == "EVENT_WEIGHTS" or member.__doc__, f"{name} has no docstring"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = dr.nothing


@pytest.mark.parametrize(
    "first",
    [
        "import deskrec_tutorial.replay",
        "from deskrec_tutorial.replay import Board, Trending, moments",
        "import importlib; importlib.reload(importlib.import_module('deskrec_tutorial.replay'))",
    ],
)
def test_dr_replay_is_the_function_whatever_came_first(first: str) -> None:
    code = f"""{first}
import deskrec_tutorial as dr
assert dr.replay.__name__ == 'replay' and callable(dr.replay), dr.replay
from deskrec_tutorial.replay import Board, Trending, moments, replay
assert callable(replay) and callable(dr.replay)
from deskrec_tutorial import *
assert callable(replay)"""
    python(code)


def test_figures_and_simulator_load_on_first_use_only() -> None:
    code = """import sys, deskrec_tutorial as dr
late = {'matplotlib', 'ipywidgets', 'IPython', 'sklearn', 'scipy.optimize'}
late |= {'deskrec_simulator', 'deskrec_tutorial.recommenders'}
late |= {'deskrec_tutorial.spark', 'pyspark', 'pyarrow'}
assert not late & set(sys.modules), late & set(sys.modules)
dr.plots
assert 'matplotlib' in sys.modules"""
    python(code)


def test_every_package_is_installed_with_what_it_reads() -> None:
    setup = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]
    found = {
        file.parent.relative_to(ROOT)
        for package in ("deskrec_tutorial", "deskrec_simulator")
        for file in (ROOT / package).rglob("__init__.py")
    }
    assert {Path(*name.split(".")) for name in setup["packages"]} == found
    for folder in found:
        patterns = ["*.py", *setup["package-data"].get(".".join(folder.parts), ())]
        for file in (ROOT / folder).iterdir():
            assert file.is_dir() or any(file.match(pattern) for pattern in patterns), file


def test_arrows_between_modules_go_one_way() -> None:
    order = ["door", "clock", "files", "data", "own_log", "strength", "als", "similarity"]
    order += ["recommendations", "splits", "metrics", "evaluation", "sampled", "recommenders"]
    order += ["replay", "scorers", "serving", "feedback", "java", "mllib", "spark_session", "spark"]
    for position, module in enumerate(order):
        tree = ast.parse(read(f"deskrec_tutorial/{module}.py"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                for name in [node.module] if node.module else [n.name for n in node.names]:
                    assert name in order[:position], f"{module} imports {name}"


def test_the_simulator_tells_its_story_in_order() -> None:
    """No module imports a later one, and the package only knows the way in."""
    order = ["draws", "sizes", "calendar", "titles", "articles", "readers", "readings", "events"]
    order += ["columns", "world", "statistics", "lessons", "report", "__main__", "__init__"]
    folder = ROOT / "deskrec_simulator"
    assert {path.stem for path in folder.glob("*.py")} == set(order)
    for position, module in enumerate(order):
        imported = re.findall(r"^from \.(\w+) import", read(folder / f"{module}.py"), re.M)
        assert set(imported) <= set(order[:position]), module
    for path in (ROOT / "deskrec_tutorial").rglob("*.py"):
        assert not re.search(r"deskrec_simulator\.\w", read(path)), path


# ------------------------------------------------------------------ a house to read in an evening


def test_no_module_is_longer_than_500_lines() -> None:
    house = script("sizes", "benchmarks")
    package = ROOT / "deskrec_tutorial"
    sizes = {p.relative_to(package).as_posix(): house.line_count(p) for p in package.rglob("*.py")}
    assert not {n: s for n, s in sizes.items() if s > 500}


def test_functions_are_short_and_public_ones_documented() -> None:
    house = script("sizes", "benchmarks")
    found = [named for path in house.modules().values() for named in house.definitions(path)]
    lengths = [named.lines for named in found if named.lines is not None]
    assert house.quantile(lengths, 0.5) <= 10
    assert house.quantile(lengths, 0.9) <= 25
    public = [named for named in found if named.public]
    bare = [named.name for named in public if not named.documented]
    assert len(bare) <= 0.04 * len(public), bare


def test_the_readme_names_each_chapter_s_modules_and_they_are_short() -> None:
    house, package = script("sizes", "benchmarks"), ROOT / "deskrec_tutorial"
    named = house.helpers()
    assert list(named) == [path.stem.partition("_")[0] for path in NOTEBOOKS]
    written = {path.name: read(path) for path in package.glob("*.py")}
    opening = {name: re.match(r'"""Chapter (\d)(½?)', text) for name, text in written.items()}
    found = {
        (f"0{match[1]}{'b' * len(match[2])}", name) for name, match in opening.items() if match
    }
    assert found == {(chapter, name) for chapter, names in named.items() for name in names}
    for _, name in found:
        assert (ROOT / f"tests/test_{name}").exists(), name
    assert house.quantile([house.line_count(package / name) for _, name in found], 0.5) <= 300


MODULE = """
class Open:
    def bare(self):
        return 1

    def _own(self):
        '''Two

        lines.'''
        return 1

class _Closed:
    def inside(self):
        return 1

if True:
    def under():
        '''Here.'''
        def within(): ...
        return within
"""


CELLS = [
    ("code", ['if "google.colab" in sys.modules:\n', "    %pip install"]),
    ("code", ["x = 1\n", "x"]),
    ("markdown", ["Words"]),
    ("code", ["x"]),
]


def test_the_house_is_measured_as_it_says(tmp_path: Path) -> None:
    house = script("sizes", "benchmarks")
    (tmp_path / "module.py").write_text(MODULE, encoding="utf-8")
    assert [tuple(named) for named in house.definitions(tmp_path / "module.py")] == [
        ("Open", None, True, False),
        ("Open.bare", 2, True, False),
        ("Open._own", 2, False, True),
        ("_Closed", None, False, False),
        ("_Closed.inside", 2, False, False),
        ("under", 3, True, True),
    ]
    assert [house.quantile(range(1, 11), share) for share in (0.5, 0.9)] == [5, 9]
    cells = [{"cell_type": kind, "source": code} for kind, code in CELLS]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert house.cell_lengths(tmp_path / "a.ipynb") == [2, 1]


def test_an_address_can_be_changed_in_one_go(tmp_path: Path) -> None:
    address = script("address")
    (tmp_path / "notebooks").mkdir()
    old = address.slug(address.current())
    text = f"https://github.com/{old} https://mybinder.org/v2/gh/{old}/main git+https://github.com/{old}"
    for name in ("README.md", "notebooks/01_data.ipynb"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    address.rewrite("https://github.com/a-school/recsys.git", tmp_path)
    assert address.current(tmp_path) == "https://github.com/a-school/recsys"
    changed = (tmp_path / "notebooks/01_data.ipynb").read_text(encoding="utf-8")
    assert old not in changed
    assert changed.count("a-school/recsys") == 3
    with pytest.raises(ValueError, match="is not like"):
        address.rewrite("example.org", tmp_path)


# ------------------------------------------------------------------ the notebooks as stored


def cells_of(path: Path) -> list[dict]:
    cells: list[dict] = json.loads(read(path))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return cells


def code_of(path: Path) -> list[dict]:
    return [cell for cell in cells_of(path) if cell["cell_type"] == "code"]


def each(*paths: Path) -> pytest.MarkDecorator:
    ids = [path.relative_to(ROOT).with_suffix("").as_posix() for path in paths]
    return pytest.mark.parametrize("path", paths, ids=ids)


def test_all_chapters_are_there() -> None:
    stems = ["00_start_here", "01_data", "02_event_strength", "03_als_math", "03b_als_knobs"]
    stems += ["04_similarity", "05_recommendations", "06_evaluation", "07_tuning_and_time"]
    stems += ["08_notebook_to_product", "08b_the_log_is_not_the_world"]
    stems += ["09_more_clicks_than_one_machine"]
    assert [path.stem for path in NOTEBOOKS] == stems


@each(*NOTEBOOKS, *SOURCES)
def test_a_notebook_is_stored_executed_from_top_to_bottom(path: Path) -> None:
    counts = [cell["execution_count"] for cell in code_of(path)]
    assert counts == list(range(1, len(counts) + 1))


@each(*NOTEBOOKS, *SOURCES)
def test_a_notebook_stores_no_error_no_stderr_no_path_and_no_address(path: Path) -> None:
    for output in (output for cell in code_of(path) for output in cell["outputs"]):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"
        data = output.get("data", {})
        shown = json.dumps([v for k, v in data.items() if "image" not in k])
        shown += json.dumps(output.get("text", ""))
        assert not re.search(r"/tmp/|/home/|/root/|site-packages| at 0x[0-9a-f]", shown)


@each(*NOTEBOOKS, *SOURCES, *EXERCISES)
def test_a_notebook_opens_on_colab_and_binder(path: Path) -> None:
    """A source opens what students get."""
    slug = script("address").slug(PROJECT["urls"]["Repository"])
    place = f"{path.relative_to(ROOT).parts[0]}/{path.name}"
    top, install = (cell["source"] for cell in cells_of(path)[:2])
    assert f"https://colab.research.google.com/github/{slug}/blob/main/{place}" in top
    assert f"https://mybinder.org/v2/gh/{slug}/main?urlpath=lab/tree/{place}" in top
    assert 'if "google.colab" in sys.modules:\n    %pip install' in install
    assert f"git+https://github.com/{slug}" in install


PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "TEACHING.md", "docs/sample.md"]
PAGES += ["docs/evaluation.md", "docs/glossary.md", "docs/reading.md", "docs/when-implicit-says.md"]
PAGES += ["docs/peers.md", "docs/spark.md", "deskrec_simulator/README.md"]


@each(*NOTEBOOKS, *SOURCES, *EXERCISES, *(ROOT / page for page in PAGES))
def test_links_lead_somewhere(path: Path) -> None:
    texts = [read(path)]
    if path.suffix == ".ipynb":
        texts = [cell["source"] for cell in cells_of(path) if cell["cell_type"] != "code"]
    for target in links("\n".join(texts)):
        assert (path.parent / target).exists(), target


@each(*NOTEBOOKS)
def test_no_picture_or_script_comes_from_elsewhere(path: Path) -> None:
    for cell in cells_of(path):
        assert not re.search(r"!\[[^\]]*\]\(http|<img|<script|<iframe", cell["source"])


@each(*NOTEBOOKS)
def test_every_picture_has_its_sentence_below_it(path: Path) -> None:
    for cell in code_of(path):
        for output, below in pairwise([*cell["outputs"], {"data": {"text/html": ""}}]):
            if "image/png" in output.get("data", {}):
                sentence = "".join(output["data"]["text/plain"])
                assert len(sentence) > 30 and not sentence.startswith("<")
                assert "<em>" in "".join(below["data"]["text/html"])


def test_the_map_of_chapter_4_is_the_readme_s_and_chapter_0_s() -> None:
    notebook = ROOT / "notebooks/04_similarity.ipynb"
    stored = script("pictures").stored_picture(notebook, "largest topics")
    assert (ROOT / "docs/map.png").read_bytes() == stored
    start = cells_of(ROOT / "notebooks/00_start_here.ipynb")
    shown = next(cell["attachments"] for cell in start if "attachments" in cell)
    assert base64.b64decode(shown["map.png"]["image/png"]) == stored


# ------------------------------------------------------------------ habits


def parsed(file: str) -> dict:
    """A YAML file as a mapping; `on` is one of YAML's words for true."""
    found: dict = yaml.safe_load(read(file))
    return found


def test_versions_agree_and_the_changelog_has_them() -> None:
    version = PROJECT["version"]
    assert dr.__version__ == version == parsed("CITATION.cff")["version"]
    headings = re.findall(r"^## \[(.*?)\](?: - (\S+))?$", read("CHANGELOG.md"), re.M)
    released = [(name, date) for name, date in headings if name != "Unreleased"]
    assert released[0] == (version, str(parsed("CITATION.cff")["date-released"]))


@pytest.mark.parametrize("file", ["tests", "newest"])
def test_workflows_run_what_there_is(file: str) -> None:
    workflow = parsed(f".github/workflows/{file}.yml")
    assert True in workflow and workflow["jobs"]
    for job in workflow["jobs"].values():
        assert job["runs-on"] and job["timeout-minutes"]
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert any(".ci/run" in c or "pytest" in c for c in commands)
        for path in re.findall(r"(?<= )(?:tests|notebooks|exercises)[\w/.]*", " ".join(commands)):
            assert (ROOT / path).exists(), path
        extras = re.findall(r"\.\[([\w,]+)\]", " ".join(commands))
        assert set(",".join(extras).split(",")) - {""} <= set(PROJECT["optional-dependencies"])
        if any(".ci/run" in c or "test_spark" in c for c in commands):
            java = [s["with"]["java-version"] for s in job["steps"] if "java" in s.get("uses", "")]
            assert java == ["17"]


def test_ci_runs_all_that_must_pass() -> None:
    commands = read(".ci/run")
    assert "\nmake test\n" in commands and "\nmake spark\n" in commands
    spark = read("Makefile").partition("\nspark: $(SPARK)")[2].partition("\n\n")[0]
    for path in ("tests/test_spark.py", "notebooks/09_more_clicks_than_one_machine.ipynb"):
        assert path in spark and (ROOT / path).exists()


def test_the_form_of_the_lost_knows_every_chapter() -> None:
    fields = {f["id"]: f for f in parsed(".github/ISSUE_TEMPLATE/lost.yml")["body"]}
    chapters = re.findall(r"^\| \[(\d\d\w? [^]]+)\]", read("README.md"), re.M)
    assert fields["chapter"]["attributes"]["options"][:-1] == chapters
    assert len(chapters) >= 9


def test_hooks_and_container_use_what_there_is() -> None:
    hooks = parsed(".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["ruff", "ruff-format", "codespell", "notebooks"]
    for path in re.findall(r"tests/\S+", " ".join(hook["entry"] for hook in hooks)):
        assert (ROOT / path).exists(), path
    container = json.loads(read(".devcontainer/devcontainer.json"))
    targets = re.findall(r"^(\w+):", read("Makefile"), re.M)
    assert container["postCreateCommand"].removeprefix("make ") in targets


def test_quick_leaves_out_what_fits_and_keeps_what_is_small() -> None:
    command = [sys.executable, "-m", "pytest", "--quick", "-rs", "tests/test_similarity.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "needs a fit" in done.stdout
    assert "." in done.stdout.splitlines()[0] and "s" in done.stdout.splitlines()[0]
