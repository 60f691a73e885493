"""Jupyter servers and a Chromium for the browser tests, started here and stopped at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import pytest
from lacking import lacking

try:
    from playwright import sync_api
except ImportError:  # the tests skip themselves and say why
    sync_api = None

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
LAB = ["-m", "jupyterlab", "--LabApp.expose_app_in_browser=True"]
NOTEBOOK = ["-m", "notebook", "--JupyterNotebookApp.expose_app_in_browser=True"]
QUIET = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--IdentityProvider.token="]
# A click on the menu right after loading is often lost: ask the application itself.
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  while (!app.shell.currentWidget?.sessionContext) await new Promise(r => setTimeout(r, 50));
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await app.commands.execute('notebook:run-all-cells');
}"""
# Playwright waits for a promise as long as it takes.
RUN_ALL = f"""() => Promise.race([({RUN_ALL})(), new Promise((_, reject) =>
  setTimeout(() => reject(new Error('the notebook did not run within five minutes')), 300000))])"""
Open = Callable[..., "sync_api.Page"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[sync_api.Browser]:
    """Debian's Chromium, or another one that is here already; nothing is downloaded."""
    if sync_api is None:
        lacking("playwright is not installed: no browser tests (pip install -e '.[test]')")
    wanted = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if wanted is None:
        lacking("no Chromium here (apt install chromium, or set CHROMIUM to one)")
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wanted, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers look for notebooks."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def lab(
    chromium: sync_api.Browser, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a JupyterLab, without news, that keeps all cells in the page."""
    with server([*LAB, *QUIET], folder, tmp_path_factory.mktemp("lab"), "/lab") as address:
        yield address


@contextmanager
def server(arguments: list[str], folder: Path, home: Path, probe: str) -> Iterator[str]:
    """A Jupyter server on a free port of the loopback; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, *arguments, f"--port={port}"], cwd=folder, env=_environment(home),
            stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield _answering(f"http://127.0.0.1:{port}", probe, process, log)
    finally:
        # With its kernels, which are in the session that was started for it.
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own Jupyter settings, and our own in their place."""
    for name, content in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {name: str(home / path) for name, path in folders.items()}
    outside = {name: value for name, value in os.environ.items() if name != "DESKREC_DATA"}
    return {**outside, **own, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def _answering(address: str, probe: str, process: subprocess.Popen, log: Path) -> str:
    for _ in range(240):
        try:
            urllib.request.urlopen(address + probe, timeout=60).close()
            return address
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.5)
    pytest.fail(f"no server at {address}{probe}:\n{log.read_text(encoding='utf-8')[-3000:]}")


@pytest.fixture
def open_notebook(chromium: sync_api.Browser, folder: Path) -> Iterator[Open]:
    """A function that opens some cells, or a chapter, on a server and runs all of it if asked."""
    pages = []

    def opened(
        address: str, name: str, cells: list[str] | None = None, run: bool = True
    ) -> sync_api.Page:
        if cells is None:  # a chapter
            shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
        else:
            notebook = nbformat.v4.new_notebook()
            notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
            notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
            nbformat.write(notebook, folder / f"{name}.ipynb")
        page = chromium.new_page(viewport={"width": 1280, "height": 1000})
        pages.append(page)
        page.goto(f"{address}/{name}.ipynb?reset")  # or JupyterLab opens what was open before
        page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
        if run:
            page.evaluate(RUN_ALL)
        return page

    yield opened
    for page in pages:
        page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
        page.close()


# ------------------------------------------------------------------ times


class Stopwatch:
    """Milliseconds from what somebody does to the frame that shows what it leads to."""

    LISTEN = """() => {
      window.deskrec = {start: 0};
      for (const kind of ['keydown', 'input', 'change', 'click'])
        addEventListener(kind, () => { window.deskrec.start ||= performance.now(); }, true);
    }"""
    ARM = """shown => {
      const read = () => [...document.querySelectorAll('.widget-html-content')]
        .filter(e => e.offsetParent).map(e => e.textContent).join(' ');
      const holds = new Function('text', 'return ' + shown), limit = performance.now() + 15000;
      window.deskrec.start = 0;
      window.deskrec.done = new Promise(resolve => {
        const look = () => {
          if (window.deskrec.start && holds(read()))
            requestAnimationFrame(() => resolve(performance.now() - window.deskrec.start));
          else if (performance.now() > limit) resolve(-1);
          else requestAnimationFrame(look);
        };
        look();
      });
    }"""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def listen(self, page: sync_api.Page) -> None:
        page.evaluate(self.LISTEN)

    def measure(
        self, page: sync_api.Page, what: str, act: Callable[[], object], shown: str
    ) -> None:
        """Do it, and wait until `shown`, a JavaScript condition on `text`, holds."""
        page.evaluate(self.ARM, shown)
        act()
        took = page.evaluate("window.deskrec.done")
        assert took >= 0, f"{what}: never showed {shown}"
        self.times.setdefault(what, []).append(took)

    def p95(self, what: str) -> float:
        ordered = sorted(self.times[what])
        return ordered[int(0.95 * (len(ordered) - 1) + 0.5)]

    def median(self, what: str) -> float:
        ordered = sorted(self.times[what])
        return ordered[len(ordered) // 2]

    def lines(self) -> list[str]:
        return [
            f"{what:44} n={len(self.times[what]):3}  median {self.median(what):4.0f} ms"
            f"  p95 {self.p95(what):4.0f} ms"
            for what in self.times
        ]


WATCH = Stopwatch()


@pytest.fixture
def watch() -> Stopwatch:
    return WATCH


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if WATCH.times:
        BUILD.mkdir(exist_ok=True)
        (BUILD / "latency.txt").write_text("\n".join(WATCH.lines()) + "\n", encoding="utf-8")
        terminalreporter.section("from choosing to seeing")
        terminalreporter.write_line("\n".join(WATCH.lines()))
