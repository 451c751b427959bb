"""Resource limits of one experiment, and what it is ended by when it will not end."""

from __future__ import annotations

import contextlib
import os
import signal

from lambdalint.confirm.worker import kernel

MEBIBYTE = 1024 * 1024
FILE_MEBIBYTES = 1024
PROCESSES = 256

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def limit(seconds: float, megabytes: int) -> str:
    """Limit memory, processor time, file size, processes and core dumps of this process.

    ``megabytes`` come on top of what the process has mapped already, and ``seconds`` on top of what it has
    used: a worker that has imported TensorFlow has mapped more than a gigabyte.

    Returns:
        Which limits hold.
    """
    try:
        import resource
    except ImportError:
        return ""
    mapped, data = _mapped()
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime
    wanted = {
        "memory": [
            (resource.RLIMIT_DATA, data + megabytes * MEBIBYTE),
            # Stacks of threads and arenas of the allocator are mapped and never used.
            (resource.RLIMIT_AS, mapped + (2 * megabytes + 4096) * MEBIBYTE),
        ],
        # Threads that compute side by side use more processor time than passes on the clock.
        "processor time": [(resource.RLIMIT_CPU, int(spent + seconds * (os.cpu_count() or 1)) + 2)],
        "file size": [(resource.RLIMIT_FSIZE, FILE_MEBIBYTES * MEBIBYTE)],
        "core dumps": [(resource.RLIMIT_CORE, 0)],
    }
    if hasattr(resource, "RLIMIT_NPROC"):
        wanted["processes"] = [(resource.RLIMIT_NPROC, _processes() + PROCESSES)]
    held = []
    for name, pairs in wanted.items():
        with contextlib.suppress(OSError, ValueError):
            for which, amount in pairs:
                hard = resource.getrlimit(which)[1]
                most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
                # The signal of the processor's limit tells the reason; one second later comes SIGKILL.
                resource.setrlimit(which, (most, most + 1 if which == resource.RLIMIT_CPU else most))
            held.append(name)
    return f"limits: {', '.join(held)}" if held else ""


def _mapped() -> tuple[int, int]:
    """Bytes of address space and of private data that this process has mapped."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmSize", "VmData"))  # type: ignore[return-value]
    except (OSError, KeyError, ValueError):
        return 0, 0


def _processes() -> int:
    """How many threads the user of this process runs: the limit of the system counts them all."""
    count, user = 0, os.getuid()
    for pid in _pids():
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == user:
                count += len(os.listdir(f"/proc/{pid}/task"))
    return count or 1024


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def adopt_strays() -> bool:
    """Become the parent of descendants whose parents have ended; whether the system can do that."""
    return _control(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> bool:
    """Have this process ended when its parent ends; whether the system can do that."""
    return _control(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _control(option: int, value: int) -> bool:
    try:
        kernel.control(option, value)
    except OSError:
        return False
    return True


def children(parent: int) -> set[int]:
    """The processes whose parent is ``parent``; empty where the system does not tell."""
    found: set[int] = set()
    try:
        for task in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{task}/children", encoding="ascii") as file:
                found.update(map(int, file.read().split()))
    except OSError:
        return _children_among_all(parent)
    return found


def _children_among_all(parent: int) -> set[int]:
    """The same, where the kernel does not list them."""
    found = set()
    for pid in _pids():
        with (
            contextlib.suppress(OSError, ValueError, IndexError),
            open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file,
        ):
            if int(file.read().rpartition(")")[2].split()[1]) == parent:
                found.add(pid)
    return found


def end(leader: int, spared: set[int]) -> int:
    """End the process group of ``leader`` and every stray descendant of this process, except those in
    ``spared``; reap them all.

    Returns:
        The exit code of ``leader`` where it had ended by itself; a negative number is the signal that
        ended it.
    """
    with contextlib.suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(leader, signal.SIGKILL)
    status = _reap(leader)
    while strays := children(os.getpid()) - spared:
        for pid in strays:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            _reap(pid)
    return status


def _reap(pid: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return 0
