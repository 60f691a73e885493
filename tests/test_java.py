"""Java is looked for, and where it is missing a sentence says so; what needs Spark is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from deskrec_tutorial.java import HOW_TO_GET_JAVA, find_java

if os.name == "nt":
    pytest.skip("the stand-ins for Java are shell scripts", allow_module_level=True)


def a_java(home: Path, says: str, vectors: bool = True) -> None:
    """A program that answers as Java does when asked for its version."""
    (home / "bin").mkdir(exist_ok=True)
    missing = "java.lang.module.FindException: Module jdk.incubator.vector not found"
    refuse = f'case "$*" in *incubator*) echo "{missing}" >&2; exit 1;; esac\n'
    refuse = "" if vectors else refuse
    file = home / "bin/java"
    file.write_text(f"#!/bin/sh\n{refuse}echo '{says}' >&2\n")
    file.chmod(0o755)


@pytest.mark.parametrize("version", ["17.0.15", "21.0.1", "25"])
def test_the_java_of_java_home_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    a_java(tmp_path, f'openjdk version "{version}" 2025-04-15')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert find_java() == str(tmp_path / "bin/java")
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_java() == str(tmp_path / "bin/java")


@pytest.mark.parametrize(
    ("says", "vectors", "said"),
    [
        ('openjdk version "11.0.2" 2019-01-15', False, "JAVA_HOME=.* has Java 11"),
        ('java version "1.8.0_402"', False, "JAVA_HOME=.* has Java 8"),
        ('openjdk version "17.0.1"', False, "JAVA_HOME=.* has a Java 17 without the module"),
        ("Unable to locate a Java Runtime.", True, "JAVA_HOME=.* holds no Java that runs"),
    ],
)
def test_a_java_that_will_not_do_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, vectors: bool, said: str
) -> None:
    a_java(tmp_path, says, vectors)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(RuntimeError, match=f"Spark needs Java 17 or newer, and {said}.* Get it"):
        find_java()


@pytest.mark.parametrize(("system", "way"), HOW_TO_GET_JAVA.items())
def test_without_java_each_platform_is_told_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, way: str
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: system)
    with pytest.raises(RuntimeError, match="there is no Java here") as caught:
        find_java()
    assert way in str(caught.value)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two notebooks and the rule: chapter 9's must not run without Java, the other must."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    for name, code in (("01_data", "1 + 1"), ("09_more_clicks_than_one_machine", "1 / 0")):
        for folder in ("notebooks", "build/solved"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
            notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
            nbformat.write(notebook, tmp_path / folder / f"{name}.ipynb")
    return tmp_path


def pytest_there(project: Path, *folders: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax"]
    return subprocess.run(
        [*command, *folders],
        cwd=project,
        capture_output=True,
        text=True,
        env=os.environ | {"JAVA_HOME": str(project), "PYTHONPATH": str(ROOT)} | env,
    )


def test_the_notebook_is_skipped_without_spark_or_java_and_says_why(project: Path) -> None:
    done = pytest_there(project, "notebooks", "build/solved")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed, 2 skipped" in done.stdout
    for folder in ("notebooks", "build/solved"):
        name = f"{folder}/09_more_clicks_than_one_machine.ipynb"
        assert f"{name} skipped: pyspark isn't installed here: make spark" in done.stdout or (
            f"{name} skipped: Spark needs Java 17" in done.stdout
        )


def test_a_file_that_ran_is_not_called_skipped(project: Path, tmp_path: Path) -> None:
    (tmp_path / "java/bin").mkdir(parents=True)
    a_java(tmp_path / "java", 'openjdk version "17.0.15"')
    (project / "pyspark").mkdir()
    (project / "pyspark/__init__.py").touch()
    test = "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('no files')\n"
    (project / "test_spark.py").write_text(test)
    paths = os.pathsep.join([str(project), str(ROOT)])
    done = pytest_there(
        project, "test_spark.py", PYTHONPATH=paths, JAVA_HOME=str(tmp_path / "java")
    )
    assert "1 passed, 1 skipped" in done.stdout and "test_spark.py skipped" not in done.stdout


def test_where_spark_is_required_a_missing_one_is_an_error(project: Path) -> None:
    done = pytest_there(project, "notebooks", DESKREC_SPARK="required")
    assert done.returncode != 0
    assert "make spark" in done.stderr or "Spark needs Java 17" in done.stderr
