"""The audit hook of Python: the last of the protections, and the one that every system has.

It sees what Python code does, not what a library in C does by itself, and tells the code so with a
``PermissionError``.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import Any

_PATHS = {
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.link": (0, 1),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.chflags": (0,),
    "os.utime": (0,),
    "os.setxattr": (0,),
    "os.removexattr": (0,),
    "sqlite3.connect": (0,),
}
"""Event -> the positions of the paths that it changes."""

_FOLDERS = {
    "os.remove": 1,
    "os.rmdir": 1,
    "os.mkdir": 2,
    "os.chmod": 2,
    "os.chown": 3,
    "os.utime": 3,
    "os.rename": 2,
    "os.link": 2,
    "os.symlink": 2,
}
"""Event -> the position of the file descriptor of the folder that its (first) path is relative to."""

_REFUSED = {
    **dict.fromkeys(("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"), "use the network"),
    **dict.fromkeys(("socket.getaddrinfo", "socket.gethostbyname"), "use the network"),
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"), "start programs"),
    **dict.fromkeys(("os.fork", "os.forkpty", "os.spawn", "os.startfile", "pty.spawn"), "start programs"),
    **dict.fromkeys(("os.kill", "os.killpg"), "signal processes"),
}

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def enter(folder: str) -> str:
    """Refuse Python code of this process, for good, to change anything outside of ``folder``, to use the
    network and to start or signal processes.

    Returns:
        What is refused.
    """
    sys.addaudithook(_hook(os.path.realpath(folder)))
    return "audit hook: no writing outside of its folder, no network, no programs"


def _hook(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    # Bound here: the code may replace what the modules hold.
    real, decode, join, link = os.path.realpath, os.fsdecode, os.path.join, os.readlink
    paths, folders, refused, writing = dict(_PATHS), dict(_FOLDERS), dict(_REFUSED), _WRITING
    inside, nowhere, own = folder + os.sep, os.path.realpath(os.devnull), os.getpid()

    def outside(path: Any, base: Any = -1) -> bool:
        if isinstance(path, int) or path is None:
            return False
        text = decode(path)
        if isinstance(base, int) and base >= 0:
            text = join(link(f"/proc/self/fd/{base}"), text)
        found = real(text)
        return found not in (folder, nowhere, ":memory:") and not found.startswith(inside)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            changes = (isinstance(flags, int) and flags & writing) or (
                isinstance(mode, str) and set(mode) & set("wax+")
            )
            if changes and outside(path):
                raise PermissionError(errno.EACCES, "an experiment may write to its own folder alone", path)
        elif event in paths:
            for position in paths[event]:
                at = folders.get(event)
                base = arguments[at] if at is not None and position == 0 and at < len(arguments) else -1
                if outside(arguments[position], base):
                    text = "an experiment may change its own folder alone"
                    raise PermissionError(errno.EACCES, text, arguments[position])
        elif event in refused and not (event == "os.kill" and arguments[0] == own):
            raise PermissionError(errno.EACCES, f"an experiment may not {refused[event]}")

    return hook
