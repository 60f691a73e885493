"""What a submission may see of this machine, and how its processes are started."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .release import PACKAGES
from .sandbox import HOME
from .syscalls import refusing

HERE = Path(__file__).resolve().parent
RUNNERS = ("__init__", "wire", "shell", "encode", "decode", "proxy", "worker", "cells", "judge")
# Where systems keep programs and libraries; nothing of a person's is there.
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts")
PARTS = ("bin", "sbin", "lib", "lib32", "lib64", "libexec", "share", "include", "pyvenv.cfg")
# Own namespaces without a file system of their own: no network, no process outlives the first.
UNSHARE = ("unshare", "--user", "--net", "--pid", "--fork", "--kill-child")
NOBODY = 65534
TRIAL = 60.0  # seconds to try a sandbox


def package(name: str = PACKAGES[0]) -> Path:
    """Return the folder of one of the course's packages."""
    spec = importlib.util.find_spec(name)
    assert spec and spec.origin, f"{name} is not installed"
    return Path(spec.origin).resolve().parent


def visible() -> list[str]:
    """Return the files and folders of this machine that Python needs to run a notebook."""
    found = [*SYSTEM, *(f"/etc/{name}" for name in SETTINGS)]
    for root in ("/usr", "/usr/local", sys.prefix, sys.base_prefix, sys.base_exec_prefix):
        found += [f"{place}/{part}" for place in (root, os.path.realpath(root)) for part in PARTS]
    found.append(os.path.dirname(os.path.realpath(sys.executable)))
    found += [str(path) for path in libraries()]
    found += [
        *(str(package(name)) for name in PACKAGES),
        *(str(HERE / f"{name}.py") for name in RUNNERS),
    ]
    return list(dict.fromkeys(found))


def libraries() -> Iterator[Path]:
    """Yield the folders that packages are installed in; no other folder of ``sys.path``."""
    for entry in sys.path:
        if Path(entry).name in ("site-packages", "dist-packages"):
            yield Path(entry)


def environment(home: str) -> dict[str, str]:
    """Pass on nothing of this user but where programs are."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "SYSTEMROOT", "PATH")
            if name in os.environ}  # fmt: skip
    homes = [str(package(name).parent) for name in PACKAGES]
    ours = dict.fromkeys([*homes, str(HERE.parent), *map(str, libraries())])
    return kept | {
        **dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP"), home),
        "PYTHONPATH": os.pathsep.join(ours),
        "IPYTHONDIR": str(Path(home) / "ipython"),
        "MPLCONFIGDIR": str(Path(home) / "mpl"),
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_RETRIES": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def start(
    command: list[str],
    folder: Path,
    limits: dict[str, float],
    more: Mapping[str, str] = MappingProxyType({}),
    show: Sequence[Path] = (),
    **streams: Any,
) -> subprocess.Popen[bytes]:
    """Start a Python program as cut off as this system allows.

    Parameters
    ----------
    command : list of str
        What stands behind ``python`` on the command line.
    folder : Path
        An empty one of its own.
    limits : dict
        As in `isolation.LIMITS`.
    more : mapping
        Variables of its environment.
    show : sequence of Path
        Files that it may read.
    streams : file objects or numbers
        As in `subprocess.Popen`.
    """
    user = sandbox_user()
    if user:
        return inside(user, command, folder, limits, more, show, **streams)
    variables = {**environment(str(folder)), **more}
    full = [*cut_off(), sys.executable, *command]
    return subprocess.Popen(full, cwd=folder, env=variables, start_new_session=True, **streams)


def inside(
    user: str,
    command: list[str],
    folder: Path,
    limits: dict[str, float],
    more: Mapping[str, str] = MappingProxyType({}),
    show: Sequence[Path] = (),
    **streams: Any,
) -> subprocess.Popen[bytes]:
    """Start a Python program in a sandbox, as some user (see `sandbox_user`)."""
    (folder / "root").mkdir()
    bubblewrap = shutil.which("bwrap") if user == "bubblewrap" else ""
    uids = {"nobody": NOBODY, "new": NOBODY + 1 + secrets.randbelow(2**30)}
    plan = {
        "root": str(folder / "root"),
        "uid": uids.get(user, os.getuid()),
        "bubblewrap": bubblewrap,
        "visible": [*visible(), *map(str, show)],
        "command": [sys.executable, *command],
        "environment": {**environment(HOME), **more},
        "limits": process_limits(limits, counted_apart=not bubblewrap),
        "refused": refusing(),
        "processes": limits["processes"],
        "memory": limits["memory_mb"] * 2**20,
        "disk_mb": limits["disk_mb"],
    }
    for path in show:
        path.chmod(0o444)  # the folder around it is closed to others
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    launcher = [sys.executable, "-I", "-S", str(HERE / "sandbox.py"), str(folder / "plan.json")]
    return subprocess.Popen(launcher, cwd="/", env={}, start_new_session=True, **streams)


def process_limits(limits: dict[str, float], counted_apart: bool) -> list[list[int]]:
    """Return what the kernel is to enforce: pairs of a kind of limit and its value.

    The number of processes only where those that a person runs elsewhere don't count.
    """
    import resource

    most = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: 256}
    if counted_apart and kernel() >= (5, 14):
        most[resource.RLIMIT_NPROC] = int(4 * limits["processes"])  # threads count as well
    return [[kind, value] for kind, value in most.items()]


def kernel() -> tuple[int, int]:
    """Return the version of the kernel, (0, 0) if it is called otherwise than others are."""
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    return (int(found[1]), int(found[2])) if found else (0, 0)


@functools.cache
def sandbox_user() -> str:
    """Say as whom a program can run in a sandbox here; an empty text if there is none.

    As root: a user id that nobody else has, or at least nobody's.  Others stay who they are, or
    let bubblewrap do it, which some systems permit where they permit nobody else.
    """
    if sys.platform != "linux":
        return ""
    users = ["new", "nobody", "own"] if os.getuid() == 0 else ["own"]
    for user in [*users, *["bubblewrap"] * bool(shutil.which("bwrap"))]:
        if _works(user):
            return user
    return ""


def _works(user: str) -> bool:
    """Try whether a program in a sandbox finds what it needs, and nothing that is not for it."""
    secret = str(HERE / "grade.py")
    test = f"import os, numpy, IPython; print(os.path.exists({secret!r}))"
    limits = {"processes": 32.0, "memory_mb": 2048.0, "disk_mb": 10.0}
    with tempfile.TemporaryDirectory(prefix="deskrec-") as name:
        out, err = subprocess.PIPE, subprocess.DEVNULL
        with inside(user, ["-c", test], Path(name), limits, stdout=out, stderr=err) as process:
            try:
                return process.communicate(timeout=TRIAL)[0].strip() == b"False"
            except subprocess.TimeoutExpired:
                return False
            finally:
                process.kill()  # what runs inside goes with it


@functools.cache
def cut_off() -> tuple[str, ...]:
    """Return the command that starts a program in namespaces of its own; empty if there is none.

    The first choice also hides all other processes (their environment, their memory).
    """
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return ()
    for more in (("--map-current-user", "--mount-proc"), ("--map-root-user",)):
        command = (*UNSHARE, *more)
        if not subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
            return command
    return ()


def why_no_sandbox() -> str:
    """Say what keeps a program from running in a sandbox here, as far as that can be known."""
    if sys.platform != "linux":
        return "a sandbox needs Linux"
    if sys.maxsize < 2**32:
        return "a sandbox needs a Python of 64 bits"
    if (0, 0) < kernel() < (5, 12):
        return f"a sandbox needs Linux 5.12, and this is {platform.release()}"
    return "no mount namespaces: this system, or a container around it, permits none"


def missing_inside() -> list[str]:
    """Name what a sandbox here can't do."""
    missing = []
    if not refusing():
        missing.append(
            f"no calls of the kernel are refused to a submission (no filter for "
            f"{platform.machine()}): it may hold memory that nobody counts"
        )
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        missing.append(
            "the kernel does not say which processes a submission has started (no "
            "/proc/PID/task/PID/children): neither their number nor their memory is bounded"
        )
    return missing


def what_is_missing() -> list[str]:
    """Name, for the teacher, what this system can't do."""
    if sandbox_user():
        return missing_inside()
    missing = [
        f"a submission can read and change what you can ({why_no_sandbox()}), and neither the "
        "number of its processes nor of its files is bounded"
    ]
    if not cut_off():
        missing.append("the network can't be cut off, and a process may outlive its time")
    if os.name == "nt":
        missing.append("neither memory nor the size of files can be limited")
    elif sys.platform != "linux":
        missing.append("memory can't be limited")
    return missing
