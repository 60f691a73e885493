"""Start JupyterLab in this folder: python start.py."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NEEDED = "jupyterlab implicit ipywidgets matplotlib numpy pandas scipy scikit-learn threadpoolctl"
IMPORTED_AS = {"scikit-learn": "sklearn"}

if sys.version_info < (3, 11):  # noqa: UP036 (here it may be older than the package allows)
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
missing = [p for p in NEEDED.split() if not importlib.util.find_spec(IMPORTED_AS.get(p, p))]
if missing:
    sys.exit(
        f"Not installed: {', '.join(missing)}. With a network: pip install {' '.join(missing)}"
    )
# Notebooks in every folder find the package that lies here.
paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
# Settings of this folder's own: no question about news, which would need a network.
settings = HERE / ".lab" / "@jupyterlab" / "apputils-extension"
settings.mkdir(parents=True, exist_ok=True)
(settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
environment["JUPYTERLAB_SETTINGS_DIR"] = str(HERE / ".lab")
options = ["--ServerApp.log_level=30", "--LabApp.default_url=/lab/tree/01_data.ipynb"]
command = [sys.executable, "-m", "jupyter", "lab", *options, *sys.argv[1:]]
sys.exit(subprocess.call(command, cwd=HERE, env=environment))
