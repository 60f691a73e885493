"""The project as a whole: pins, Binder, notebooks as stored, the public API."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

import deskrec_tutorial as dr

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)(?: ; (.*?))? \\$", re.M)


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", r).group().lower() for r in requirements}  # type: ignore[union-attr]


def pins(file: str) -> dict[str, str]:
    """Versions for Python 3.11, by name."""
    found = PINNED.findall((ROOT / file).read_text(encoding="utf-8"))
    return {n: v for n, v, marker in found if "python_full_version >=" not in (marker or "")}


@pytest.mark.parametrize("file", ["constraints.txt", "constraints-lowest.txt"])
def test_constraints_hold_names_versions_markers_and_hashes_only(file: str) -> None:
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        assert PINNED.match(line) or re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), (
            line
        )


def test_every_dependency_is_pinned() -> None:
    wanted = PROJECT["dependencies"] + sum(PROJECT["optional-dependencies"].values(), [])
    assert names(wanted) <= set(pins("constraints.txt"))


def test_the_lowest_versions_tested_are_the_lower_bounds() -> None:
    lowest = pins("constraints-lowest.txt")
    for requirement in PROJECT["dependencies"]:
        name, bound = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement).groups()  # type: ignore[union-attr]
        padded = lowest[name].split(".") + ["0"] * 3
        assert padded[: bound.count(".") + 1] == bound.split("."), requirement


def test_conda_and_binder_install_what_pyproject_asks_for() -> None:
    def body(file: str) -> str:
        text = (ROOT / file).read_text(encoding="utf-8")
        return "\n".join(line for line in text.splitlines() if not line.startswith("#"))

    assert body("environment.yml") == body("binder/environment.yml")
    in_conda = dict(re.findall(r"- ([\w-]+)==([\w.]+)", body("environment.yml")))
    extras = PROJECT["optional-dependencies"]
    wanted = names(PROJECT["dependencies"] + extras["lab"] + extras["kaggle"])
    assert set(in_conda) == wanted
    pinned = pins("constraints.txt")
    assert in_conda == {name: pinned[name] for name in wanted}
    assert "pip install --no-deps ." in (ROOT / "binder/postBuild").read_text(encoding="utf-8")


def test_repo2docker_accepts_the_tree(tmp_path: Path) -> None:
    if importlib.util.find_spec("repo2docker") is None:
        pytest.skip("jupyter-repo2docker is not installed in this environment")
    for name in ("binder", "pyproject.toml", "environment.yml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "environment.yml" in done.stderr + done.stdout


def test_the_public_api_is_there_and_documented() -> None:
    for name in dr.__all__:
        member = getattr(dr, name)
        assert name == "EVENT_WEIGHTS" or member.__doc__, f"{name} has no docstring"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = dr.nothing


def test_figures_and_simulator_load_on_first_use_only() -> None:
    code = (
        "import sys, deskrec_tutorial as dr;"
        "late = {'matplotlib', 'ipywidgets', 'IPython', 'sklearn', 'deskrec_simulator'};"
        "assert not late & set(sys.modules), late & set(sys.modules);"
        "dr.plots; assert 'matplotlib' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_package_is_installed_with_what_it_reads() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
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
    order = [
        "door",
        "files",
        "data",
        "own_log",
        "strength",
        "als",
        "similarity",
        "recommendations",
        "evaluation",
    ]
    order += ["recommenders", "scorers"]
    for position, module in enumerate(order):
        tree = ast.parse((ROOT / f"deskrec_tutorial/{module}.py").read_text(encoding="utf-8"))
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
        text = (folder / f"{module}.py").read_text(encoding="utf-8")
        assert set(re.findall(r"^from \.(\w+) import", text, re.M)) <= set(order[:position]), module
    for path in (ROOT / "deskrec_tutorial").rglob("*.py"):
        assert not re.search(r"deskrec_simulator\.\w", path.read_text(encoding="utf-8")), path


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


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> dict:
    stored: dict = json.loads(request.param.read_text(encoding="utf-8"))
    stored["name"] = request.param.stem
    return stored


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_all_chapters_are_there() -> None:
    stems = [path.stem for path in NOTEBOOKS]
    assert stems[:8] == [
        "00_start_here",
        "01_data",
        "02_event_strength",
        "03_als_math",
        "04_similarity",
        "05_recommendations",
        "06_evaluation",
        "07_tuning_and_time",
    ]


def test_a_notebook_is_stored_executed_from_top_to_bottom(notebook: dict) -> None:
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_a_notebook_stores_no_error_no_stderr_no_path_and_no_address(notebook: dict) -> None:
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
            shown = json.dumps(
                {k: v for k, v in output.get("data", {}).items() if "image" not in k}
            )
            shown += json.dumps(output.get("text", ""))
            assert not re.search(r"/tmp/|/home/|/root/|site-packages| at 0x[0-9a-f]", shown)


def test_cells_are_short_and_nothing_is_hidden(notebook: dict) -> None:
    for cell in code_cells(notebook):
        lines = "".join(cell["source"]).splitlines()
        assert len(lines) <= 20, "\n".join(lines)
        assert not set(cell["metadata"]) & {"jupyter", "collapsed", "tags"}, cell["metadata"]
    if notebook["name"] != "00_start_here":
        # up to 25 that teach, the one for Colab, and one to touch
        assert 12 <= len(code_cells(notebook)) <= 27


def test_a_notebook_opens_on_colab_and_binder(notebook: dict) -> None:
    slug = script("address").slug(PROJECT["urls"]["Repository"])
    top = "".join(notebook["cells"][0]["source"])
    name = notebook["name"]
    assert (
        f"https://colab.research.google.com/github/{slug}/blob/main/notebooks/{name}.ipynb" in top
    )
    assert f"https://mybinder.org/v2/gh/{slug}/main?urlpath=lab/tree/notebooks/{name}.ipynb" in top
    install = "".join(notebook["cells"][1]["source"])
    assert 'if "google.colab" in sys.modules:\n    %pip install' in install
    assert f"git+https://github.com/{slug}" in install


def test_links_between_chapters_lead_somewhere(notebook: dict) -> None:
    text = "\n".join(
        "".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"
    )
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", text):
        assert (ROOT / "notebooks" / target).exists(), target


def test_no_picture_or_script_comes_from_elsewhere(notebook: dict) -> None:
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        assert not re.search(r"!\[[^\]]*\]\(http|<img|<script|<iframe", source)


def test_every_picture_has_its_sentence_below_it(notebook: dict) -> None:
    for cell in code_cells(notebook):
        outputs = cell["outputs"]
        for position, output in enumerate(outputs):
            if "image/png" not in output.get("data", {}):
                continue
            sentence = "".join(output["data"]["text/plain"])
            assert len(sentence) > 30
            assert not sentence.startswith("<")
            below = outputs[position + 1]["data"]["text/html"]
            assert "<em>" in "".join(below)


def test_the_readme_s_picture_is_the_notebook_s() -> None:
    stored = script("pictures").stored_picture(
        ROOT / "notebooks/04_similarity.ipynb", "largest topics"
    )
    assert (ROOT / "docs/map.png").read_bytes() == stored


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "TEACHING.md",
        "docs/sample.md",
        "docs/evaluation.md",
        "deskrec_simulator/README.md",
    ],
)
def test_links_of_the_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target
