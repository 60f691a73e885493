"""Run a program so that it sees and touches nothing of this machine: python sandbox.py PLAN.

Linux only, with the standard library alone.  The program gets namespaces of its own: an empty
network, no other processes, and a file system that is made of what the plan names, read-only, and
of one small folder to write in.  A watcher outside ends everything when bounds are passed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NEW_ALL = 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
READ_ONLY, NO_SUID, NO_DEVICES, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    1,
    2,
    4,
    32,
    4096,
    16384,
    1 << 18,
)
SEAL = REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEVICES
SET_DEATH_SIGNAL, DROP_CAPABILITY, NO_NEW_PRIVILEGES, SET_DUMPABLE, SET_SECCOMP = 1, 24, 38, 4, 22
MOUNT_SETATTR = 442  # the same number on every architecture
DEVICES = ("null", "zero", "full", "random", "urandom")
SCRATCH = "/scratch"  # no place of this machine: what is shown may lie in /tmp
HOME = f"{SCRATCH}/student"
HELD = ("RssAnon:", "RssShmem:")
TICK = 0.05  # seconds between two looks at what runs
TOO_MANY, TOO_MUCH, NO_SANDBOX = 71, 72, 73  # how this program ends in such a case


def system(name: str, *arguments: Any) -> None:
    """Call a function of the C library, or raise `OSError`."""
    made = [one.encode() if isinstance(one, str) else one for one in arguments]
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*made) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(what: str, where: str, kind: str | None, flags: int, options: str | None = None) -> None:
    system("mount", what, where, kind, ctypes.c_ulong(flags), options)


def read_only(where: str, devices: bool = False) -> None:
    """Seal a folder and everything that is mounted below it."""
    flags = READ_ONLY | NO_SUID | (0 if devices else NO_DEVICES)
    attributes = struct.pack("QQQQ", flags, 0, 0, 0)
    recursive = ctypes.c_uint(0x8000)
    here = ctypes.c_int(-100)
    system("syscall", MOUNT_SETATTR, here, where, recursive, attributes, ctypes.c_size_t(32))


def show(root: str, path: str) -> None:
    """Let a file or folder of this machine be seen at its own place, read-only."""
    target = f"{root}{path}"
    if os.path.lexists(target) or not os.path.exists(path):
        return
    os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.mkdir(target, 0o755)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    mount(path, target, None, BIND | RECURSIVE)
    read_only(target, devices=path.startswith("/dev/"))


def build(root: str, plan: dict[str, Any]) -> None:
    """Make the file system that the program will see."""
    mount("none", "/", None, RECURSIVE | PRIVATE)
    mount("deskrec", root, "tmpfs", NO_SUID | NO_DEVICES, "mode=755,size=1m,nr_inodes=8k")
    scratch = root + SCRATCH
    os.mkdir(scratch)
    room = f"mode=1777,size={int(plan['disk_mb'])}m,nr_inodes=20k"
    mount("deskrec", scratch, "tmpfs", NO_SUID | NO_DEVICES, room)
    for path in sorted(plan["visible"], key=lambda path: path.count("/")):
        show(root, path)
    if not os.path.lexists(f"{root}/tmp"):
        os.symlink(SCRATCH, f"{root}/tmp")
    for name in DEVICES:
        show(root, f"/dev/{name}")
    for folder in ("student", "shm"):
        os.mkdir(f"{scratch}/{folder}")
        os.chown(f"{scratch}/{folder}", plan["uid"], plan["uid"])
    os.mkdir(f"{root}/dev/shm")
    mount(f"{scratch}/shm", f"{root}/dev/shm", None, BIND)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"{root}/dev/{name}")
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    with contextlib.suppress(OSError):  # only for programs that want a terminal
        os.mkdir(f"{root}/dev/pts")
        mount("devpts", f"{root}/dev/pts", "devpts", NO_SUID, "newinstance,ptmxmode=0666,mode=620")
        os.symlink("pts/ptmx", f"{root}/dev/ptmx")
    os.makedirs(f"{root}/etc", exist_ok=True)
    who = f"student:x:{plan['uid']}:{plan['uid']}::{HOME}:/bin/sh\n"
    for name, text in (("passwd", who), ("hosts", "127.0.0.1 localhost\n")):
        Path(f"{root}/etc/{name}").write_text(text)
    os.mkdir(f"{root}/proc")
    with contextlib.suppress(OSError):  # in some containers it would show too much
        mount("proc", f"{root}/proc", "proc", NO_SUID | NO_DEVICES)


def enter(root: str) -> None:
    """Leave the old file system for good."""
    os.chdir(root)
    system("pivot_root", ".", ".")
    system("umount2", ".", 2)  # the old one lies on top; it goes once nobody uses it
    os.chdir("/")
    system("mount", None, "/", None, ctypes.c_ulong(SEAL), None)


def forbid(path: str, value: str) -> None:
    """Set a limit of this namespace, where the kernel has it."""
    with contextlib.suppress(OSError):
        Path(path).write_text(value)


def keep_limits(limits: list[list[int]]) -> None:
    """Let the kernel enforce limits on this process and those that come from it."""
    import resource

    for kind, most in limits:
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def give_up_rights(plan: dict[str, Any]) -> None:
    """Keep no right to do more than an ordinary user, and no way to get it back."""
    uid = plan["uid"]
    keep_limits(plan["limits"])
    for capability in range(64):
        with contextlib.suppress(OSError):  # there are fewer
            system("prctl", DROP_CAPABILITY, capability, 0, 0, 0)
    if os.getuid() != uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    system("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if plan["refused"]:
        steps = bytes.fromhex(plan["refused"])
        held = ctypes.create_string_buffer(steps)
        program = struct.pack("HP", len(steps) // 8, ctypes.addressof(held))
        system("prctl", SET_SECCOMP, 2, program, 0, 0)


def first_process(root: str, plan: dict[str, Any]) -> int:
    """Be process 1: build the place, start the program in it, bury what dies, end when it ends."""
    system("prctl", SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    build(root, plan)
    forbid("/proc/sys/user/max_user_namespaces", "0")  # in one of its own it would have rights
    forbid(f"{root}/proc/sys/kernel/shmmax", "0")
    enter(root)
    system("prctl", SET_DUMPABLE, 0, 0, 0, 0)
    program = os.fork()
    if not program:
        os.setsid()
        os.chdir(HOME)
        give_up_rights(plan)
        os.execve(plan["command"][0], plan["command"], plan["environment"])
    for number in (0, 1, 2):
        os.close(number)
    while True:
        ended, status = os.wait()
        if ended == program:
            return os.waitstatus_to_exitcode(status) & 0xFF


def apart(plan: dict[str, Any], root: str, ready: int, go: int) -> int:
    """Go into namespaces of one's own, wait for the user ids, start the first process there."""
    system("unshare", NEW_ALL)
    os.write(ready, b"1")
    if not os.read(go, 1):
        return NO_SANDBOX
    system("prctl", SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    first = os.fork()
    if not first:
        return first_process(root, plan)
    return os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) & 0xFF


def with_bubblewrap(plan: dict[str, Any]) -> None:
    """Become a program that does the same where this user alone may not."""
    keep_limits(plan["limits"])
    room = str(int(plan["disk_mb"]) << 20)
    line = [plan["bubblewrap"], "--unshare-all", "--unshare-user", "--die-with-parent"]
    line += ["--new-session", "--size", room, "--tmpfs", SCRATCH]
    for path in sorted(plan["visible"], key=lambda path: path.count("/")):
        line += ["--ro-bind-try", path, path]
    if not any(path.startswith("/tmp/") for path in plan["visible"]):
        line += ["--symlink", SCRATCH, "/tmp"]
    line += ["--proc", "/proc", "--dev", "/dev", "--size", room, "--tmpfs", "/dev/shm"]
    line += ["--remount-ro", "/dev", "--dir", HOME, "--remount-ro", "/", "--chdir", HOME]
    if plan["refused"]:
        reading, writing = os.pipe()
        os.set_inheritable(reading, True)
        os.write(writing, bytes.fromhex(plan["refused"]))
        os.close(writing)
        line += ["--seccomp", str(reading)]
    os.execve(plan["bubblewrap"], [*line, "--", *plan["command"]], plan["environment"])


def write_ids(child: int, uid: int) -> None:
    """Say who is who in the namespace: nobody but ourselves, and as root the program's user."""
    me, group = os.getuid(), os.getgid()
    more = "" if uid == me else f"{uid} {uid} 1\n"
    if not more:
        Path(f"/proc/{child}/setgroups").write_text("deny")
    Path(f"/proc/{child}/uid_map").write_text(f"{me} {me} 1\n{more}")
    Path(f"/proc/{child}/gid_map").write_text(f"{me} {group} 1\n{more}")


def below(process: int) -> Iterator[int]:
    """Yield the processes that descend from one."""
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            for child in Path(f"/proc/{process}/task/{task}/children").read_text().split():
                yield int(child)
                yield from below(int(child))


def memory(process: int) -> int:
    """Bytes that a process holds, but for files of this machine: its own, and what it shares.

    What two share counts twice: nobody can say whose it is.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(HELD))


def watch(child: int, plan: dict[str, Any]) -> int:
    """Wait for the end, and bring it about when there is too much of something."""
    seen: set[int] = set()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) & 0xFF
        all_of_them = list(below(child))
        for process in all_of_them[2:]:  # helpers wait for the others: 1 and the program go first
            if process not in seen:
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, process, 15)
        seen |= set(all_of_them)
        reason = 0
        if len(all_of_them) - 1 > plan["processes"]:
            reason = TOO_MANY
        elif sum(map(memory, all_of_them)) > plan["memory"]:
            reason = TOO_MUCH
        if reason:
            os.kill(
                child, signal.SIGKILL
            )  # the first process goes with it, and all others with that
            os.waitpid(child, 0)
            return reason
        time.sleep(TICK)


def main() -> int:
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    system("prctl", SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        for number in (ready[0], go[1]):
            os.close(number)
        try:
            if plan["bubblewrap"]:
                with_bubblewrap(plan)
            code = apart(plan, plan["root"], ready[1], go[0])
        except OSError as error:
            print(f"no sandbox: {error}", file=sys.stderr)
            code = NO_SANDBOX
        os._exit(code)
    for number in (ready[1], go[0]):
        os.close(number)
    if os.read(ready[0], 1):
        write_ids(child, plan["uid"])
        os.write(go[1], b"1")
    for number in (0, 1, 2):  # the program's alone, so that its end is seen by its peer
        os.close(number)
    return watch(child, plan)


if __name__ == "__main__":
    sys.exit(main())
